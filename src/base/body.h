/*
 * body.h
 *	  What a body of JSON must pass before it is lexed.
 */
#ifndef ADP_BASE_BODY_H
#define ADP_BASE_BODY_H

#include "base/error.h"

/*
 * Fails, filling *error, unless the first character other than white space is
 * the opening brace of an object and the whole body is UTF-8 without NUL, of
 * less than 1 GB.  Checks for interrupts in between.
 */
extern bool adp_body_check(const char *body, Size body_len, AdpError *error);

#endif /* ADP_BASE_BODY_H */
