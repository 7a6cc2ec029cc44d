/*
 * page_walk.c
 *	  The way through the pages of one answer: that it goes on, and ends.
 */
#include "postgres.h"

#include "common/hashfn.h"

#include "base/compat.h"
#include "base/grow.h"
#include "platform/api/page_walk.h"

/*
 * Pages of one answer.  Google's have 10,000 rows; one that large of the others
 * would take days.
 */
#define PAGES_MAX 100000

/* Pages without rows in a row; Graph gives some where it has filtered. */
#define EMPTY_PAGES_MAX 100

/*
 * Adds a hash; false if it is there already.
 */
static bool
add_hash(AdpHashes *hashes, uint64 hash)
{
	int low = 0;
	int high = hashes->count;

	while (low < high)
	{
		int middle = (low + high) / 2;

		if (hashes->items[middle] == hash)
			return false;
		if (hashes->items[middle] < hash)
			low = middle + 1;
		else
			high = middle;
	}
	hashes->items = adp_grow(hashes->items, hashes->count, &hashes->capacity, 8,
							 sizeof(uint64));
	memmove(hashes->items + low + 1, hashes->items + low,
			(hashes->count - low) * sizeof(uint64));
	hashes->items[low] = hash;
	hashes->count++;
	return true;
}

/*
 * What errors call the answer, as the beginning of a sentence.
 */
static char *
subject_of(const AdpWalker *walker)
{
	char *subject = pstrdup(walker->subject);

	subject[0] = pg_toupper((unsigned char) subject[0]);
	return subject;
}

/*
 * Throws for a page that was there before.
 */
pg_noreturn static void
refuse_repeated(const AdpWalker *walker, const char *what, int npages)
{
	ereport(ERROR,
			(errcode(ERRCODE_FDW_INVALID_STRING_FORMAT),
			 errmsg("platform \"%s\" gave the same page twice",
					walker->platform),
			 errdetail("%s: %s (page %d).", subject_of(walker), what, npages),
			 errhint("Run the statement again later.")));
}

/*
 * Throws for an answer without an end.
 */
pg_noreturn static void
refuse_endless(const AdpWalker *walker, const char *what, int most)
{
	ereport(ERROR,
			(errcode(ERRCODE_PROGRAM_LIMIT_EXCEEDED),
			 errmsg("answer of platform \"%s\" has too many pages",
					walker->platform),
			 errdetail("%s: more than %d %s.", subject_of(walker), most, what),
			 errhint(
				 "Ask for fewer days per statement. If that does not help, check option endpoint of the server: something else than the platform may answer there.")));
}

/*
 * Takes in a page.
 */
void
adp_page_walk_take(AdpPageWalk *walk, const AdpWalker *walker, int64 nrows,
				   uint64 hash)
{
	walk->npages++;
	walk->nempty = nrows > 0 ? 0 : walk->nempty + 1;
	if (nrows > 0 && !add_hash(&walk->rows, hash))
		refuse_repeated(walker, "its rows are those of a page before",
						walk->npages);
	if (walk->npages > PAGES_MAX)
		refuse_endless(walker, "pages", PAGES_MAX);
	if (walk->nempty > EMPTY_PAGES_MAX)
		refuse_endless(walker, "pages without rows, one after the other",
					   EMPTY_PAGES_MAX);
}

/*
 * Goes on to the page of a token.
 */
void
adp_page_walk_go_on(AdpPageWalk *walk, const AdpWalker *walker,
					const char *token)
{
	if (token == NULL || token[0] == '\0')
		ereport(ERROR,
				(errcode(ERRCODE_FDW_INVALID_STRING_FORMAT),
				 errmsg("platform \"%s\" did not say how to ask for the next page",
						walker->platform),
				 errdetail("%s: there is a next page, but it has no token.",
						   subject_of(walker))));
	if (!add_hash(&walk->tokens,
				  hash_bytes_extended((const unsigned char *) token,
									  (int) strlen(token), 0)))
		refuse_repeated(walker,
						"the token of the next page is that of a page before",
						walk->npages);
	if (walk->token != NULL)
		pfree(walk->token);
	walk->token = pstrdup(token);
}

/*
 * Forgets the walk.
 */
void
adp_page_walk_clear(AdpPageWalk *walk)
{
	walk->npages = 0;
	walk->nempty = 0;
	walk->tokens.count = 0;
	walk->rows.count = 0;
	if (walk->token != NULL)
		pfree(walk->token);
	walk->token = NULL;
}
