/*
 * body.h
 *	  Checks a JSON body before the lexer reads it.
 */
#ifndef ADP_BASE_BODY_H
#define ADP_BASE_BODY_H

#include "base/error.h"

/*
 * Fails and fills *error unless the body begins, after white space, with the
 * opening brace of an object, is UTF-8 without NUL, and is smaller than 1 GB.
 * Checks for interrupts.
 */
extern bool adp_body_check(const char *body, Size body_len, AdpError *error);

#endif /* ADP_BASE_BODY_H */
