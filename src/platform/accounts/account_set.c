/*
 * account_set.c
 *	  Sets of accounts, and reading them from a response.
 */
#include "postgres.h"

#include "miscadmin.h"

#include "base/grow.h"
#include "base/words.h"
#include "platform/account.h"
#include "platform/accounts/account_set.h"
#include "platform/api/pager.h"

/*
 * Returns the account with an id, or NULL.
 */
AdpAccount *
adp_account_set_find(const AdpAccountSet *set, const char *id)
{
	for (int i = 0; i < set->count; i++)
	{
		if (strcmp(set->items[i].id, id) == 0)
			return &set->items[i];
	}
	return NULL;
}

/*
 * Adds an account unless the set contains it: the same account can be linked
 * below a manager in several places.
 */
void
adp_account_set_add(AdpAccountSet *set, const AdpAccount *account)
{
	if (adp_account_set_find(set, account->id) != NULL)
		return;
	set->items = adp_grow(set->items, set->count, &set->capacity, 16,
						  sizeof(AdpAccount));
	set->items[set->count++] = *account;
}

/*
 * Parses an option.
 */
AdpAccountSet *
adp_account_set_parse(const AdpPlatform *platform, const char *text)
{
	AdpAccountSet *set = palloc0(sizeof(AdpAccountSet));
	char *rest = pstrdup(text);
	char *item;

	set->is_all = strcmp(text, "*") == 0;
	while (!set->is_all && (item = adp_words_next(&rest, ",")) != NULL)
	{
		const AdpAccount account = {.id = adp_account_canonical(platform, item)};

		if (account.id == NULL)
			return NULL;
		adp_account_set_add(set, &account);
	}
	return set;
}

/*
 * For qsort: by id.
 */
static int
compare_accounts(const void *a, const void *b)
{
	return strcmp(((const AdpAccount *) a)->id, ((const AdpAccount *) b)->id);
}

/*
 * Sorts the accounts by id.
 */
void
adp_account_set_sort(AdpAccountSet *set)
{
	if (set->count > 0)
		qsort(set->items, set->count, sizeof(AdpAccount), compare_accounts);
}

/*
 * Adds the account of a row.  Records a malformed id.  Returns false, with
 * *error, if the row has no id, or belongs to another manager.
 */
static bool
add_row(AdpAccountSet *set, const AdpPlatform *platform, const char *manager,
		const AdpJson *row, AdpError *error)
{
	const char *path = platform->account_paths.manager;
	const char *owner = path ? adp_json_text(adp_json_path(row, path)) : NULL;
	AdpAccount account = {0};

	if (owner != NULL && manager != NULL &&
		!adp_account_owns_row(platform, manager, owner, strlen(owner)))
		adp_error_set(error, ADP_ERR_FORMAT,
					  "the answer lists accounts under another manager", NULL,
					  NULL);
	else if (adp_account_read(platform, row, &account))
		adp_account_set_add(set, &account);
	else if (account.id == NULL)
		adp_error_set(error, ADP_ERR_FORMAT,
					  "the answer lists an account without an id", NULL, NULL);
	else if (set->malformed_id == NULL)
		set->malformed_id = account.id;
	return error->class == ADP_OK;
}

/*
 * Adds the accounts in a response.
 */
bool
adp_account_set_read(AdpAccountSet *set, const AdpSession *session,
					 AdpCall *call, AdpAccountPage *page)
{
	const AdpPlatform *platform = session->platform;
	const AdpJson *doc = adp_call_document(call, CurrentMemoryContext);
	const AdpJson *rows = adp_json_path(doc, platform->list_key);
	const char *total = platform->listing.total;
	AdpPageEnd end = {.token = page->token};
	AdpError error = {0};
	bool is_sound = true;

	if (doc == NULL)
		return false;
	page->nrows = adp_json_count(rows);
	page->hash = adp_json_hash(rows);
	page->total = total ? adp_json_int(adp_json_path(doc, total), -1) : -1;
	end.nrows = page->nrows;
	end.doc = doc;
	page->next = adp_pager_next(platform->listing.pager, &end);
	if (rows == NULL && platform->account_path != NULL)
		is_sound = add_row(set, platform, NULL, doc, &error);
	for (int i = 0; i < page->nrows && is_sound; i++)
	{
		CHECK_FOR_INTERRUPTS();
		is_sound = add_row(set, platform, session->settings->manager,
						   adp_json_at(rows, i), &error);
	}
	if (!is_sound)
		adp_call_reject(call, &error);
	return is_sound;
}
