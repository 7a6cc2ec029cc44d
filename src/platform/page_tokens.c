/*
 * page_tokens.c
 *	  The tokens of the pages of one answer so far.
 */
#include "postgres.h"

#include "platform/page_tokens.h"

/*
 * Adds a token; false if it is there already.
 */
bool
adp_page_tokens_keep(AdpPageTokens *tokens, const char *token)
{
	for (int i = 0; i < tokens->count; i++)
	{
		if (strcmp(tokens->items[i], token) == 0)
			return false;
	}
	if (tokens->count == tokens->capacity)
	{
		tokens->capacity = Max(tokens->capacity * 2, 8);
		tokens->items = tokens->items
			? repalloc(tokens->items, tokens->capacity * sizeof(char *))
			: palloc(tokens->capacity * sizeof(char *));
	}
	tokens->items[tokens->count++] = pstrdup(token);
	return true;
}

/*
 * The token added last.
 */
const char *
adp_page_tokens_last(const AdpPageTokens *tokens)
{
	return tokens->count > 0 ? tokens->items[tokens->count - 1] : NULL;
}

/*
 * Frees all tokens.
 */
void
adp_page_tokens_clear(AdpPageTokens *tokens)
{
	while (tokens->count > 0)
		pfree(tokens->items[--tokens->count]);
}
