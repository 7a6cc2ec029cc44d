/*
 * words.h
 *	  Lists of words in one text: "a, b, c".
 */
#ifndef ADP_BASE_WORDS_H
#define ADP_BASE_WORDS_H

#include "lib/stringinfo.h"

/*
 * Takes the next item of a list up to a separator, without the blanks around
 * it; NULL after the last.  *rest is written to and moved on; start with a copy
 * of the list, or NULL for none.
 */
extern char *adp_words_next(char **rest, const char *separators);

/* Whether a list with commas, perhaps NULL, holds a word. */
extern bool adp_words_hold(const char *list, const char *word);

/* The first word of a list, perhaps NULL, that is as a regular expression of the
 * server asks for, palloc'd; NULL if none is. */
extern char *adp_words_find(const char *list, const char *pattern);

/* Adds a word to a list with commas unless it is there. */
extern void adp_words_add(StringInfo list, const char *word);

/* Whether a text is all that a regular expression of the server asks for.  The
 * expression is of ours, its letters are ASCII. */
extern bool adp_words_match(const char *text, const char *pattern);

#endif /* ADP_BASE_WORDS_H */
