/*
 * page_tokens.h
 *	  The tokens of the pages of one answer so far.
 *
 * A token that comes again would make a scan read pages for ever, or twice.
 */
#ifndef ADP_PLATFORM_PAGE_TOKENS_H
#define ADP_PLATFORM_PAGE_TOKENS_H

/* All zero: none. */
typedef struct AdpPageTokens
{
	int count;
	int capacity;
	char **items;
} AdpPageTokens;

/*
 * Adds a copy of a token; false if it is there already.  The first call's
 * CurrentMemoryContext must last as long as the tokens.
 */
extern bool adp_page_tokens_keep(AdpPageTokens *tokens, const char *token);

/* The one added last; NULL if there is none. */
extern const char *adp_page_tokens_last(const AdpPageTokens *tokens);

/* Frees them all. */
extern void adp_page_tokens_clear(AdpPageTokens *tokens);

#endif /* ADP_PLATFORM_PAGE_TOKENS_H */
