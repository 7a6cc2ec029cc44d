/*
 * words.h
 *	  Lists of words in one text: "a, b, c".
 */
#ifndef ADP_BASE_WORDS_H
#define ADP_BASE_WORDS_H

#include "lib/stringinfo.h"

/*
 * Returns the next item of a list, without the blanks around it; NULL after the
 * last.  *rest is modified and advanced.  Start with a copy of the list, or
 * NULL for an empty list.
 */
extern char *adp_words_next(char **rest, const char *separators);

/* Whether a comma-separated list, or NULL, contains a word. */
extern bool adp_words_hold(const char *list, const char *word);

/*
 * The first word of a list, or NULL, that matches a regular expression of the
 * server, palloc'd; NULL if no word matches.
 */
extern char *adp_words_find(const char *list, const char *pattern);

/* Adds a word to a comma-separated list unless the list contains it. */
extern void adp_words_add(StringInfo list, const char *word);

/*
 * Whether the whole text matches a regular expression of the server.  The
 * expression is a constant of adpipe and is ASCII.
 */
extern bool adp_words_match(const char *text, const char *pattern);

#endif /* ADP_BASE_WORDS_H */
