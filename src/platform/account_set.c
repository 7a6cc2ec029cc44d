/*
 * account_set.c
 *	  Accounts, each once, and how they are read out of an answer.
 */
#include "postgres.h"

#include "platform/account.h"
#include "platform/account_set.h"

/*
 * Finds an account by id; NULL if it is not there.
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
 * Adds an account unless it is there already: the same account can be linked
 * below a manager in several places.
 */
void
adp_account_set_add(AdpAccountSet *set, const AdpAccount *account)
{
	if (adp_account_set_find(set, account->id) != NULL)
		return;
	if (set->count == set->capacity)
	{
		set->capacity = Max(set->capacity * 2, 16);
		set->items = set->items
			? repalloc(set->items, set->capacity * sizeof(AdpAccount))
			: palloc(set->capacity * sizeof(AdpAccount));
	}
	set->items[set->count++] = *account;
}

/*
 * Order of accounts: by id.
 */
static int
compare_accounts(const void *a, const void *b)
{
	return strcmp(((const AdpAccount *) a)->id, ((const AdpAccount *) b)->id);
}

/*
 * Orders accounts.
 */
void
adp_account_set_sort(AdpAccountSet *set)
{
	if (set->count > 0)
		qsort(set->items, set->count, sizeof(AdpAccount), compare_accounts);
}

/*
 * The token of the page after this one: NULL if there is none, empty if the
 * platform says that there is one but not how to ask for it.
 */
static const char *
next_token(const AdpPlatform *platform, const AdpJson *doc)
{
	const AdpJson *more = adp_json_path(doc, platform->more_path);
	const char *text = adp_json_text(more);
	const char *token;

	if (more == NULL || (text != NULL && text[0] == '\0'))
		return NULL;
	token = adp_json_text(adp_json_path(doc, platform->token_path));
	return token ? token : "";
}

/*
 * Adds the accounts in an answer.
 */
bool
adp_account_set_read(AdpAccountSet *set, const AdpPlatform *platform,
					 AdpCall *call, const char **next)
{
	Size len;
	const char *body = adp_call_body(call, &len);
	AdpError error = {0};
	const AdpJson *doc =
		adp_json_parse(CurrentMemoryContext, body, len, &error);
	const AdpJson *rows = adp_json_get(doc, platform->list_key);
	AdpAccount account = {0};

	if (adp_json_get(doc, "error") != NULL)
	{
		/* a failure under a good status would else read as no accounts */
		adp_error_set(&error, ADP_ERR_REPLY,
					  "the answer holds an error under HTTP status 200", NULL,
					  NULL);
		doc = NULL;
	}
	if (doc == NULL)
	{
		adp_call_reject(call, &error);
		return false;
	}
	if (rows == NULL && adp_account_read(platform, doc, &account))
		adp_account_set_add(set, &account);
	for (int i = 0; i < adp_json_count(rows); i++)
	{
		MemSet(&account, 0, sizeof(account));
		if (adp_account_read(platform, adp_json_at(rows, i), &account))
			adp_account_set_add(set, &account);
		else if (set->odd == NULL)
			set->odd = account.id;
	}
	*next = next_token(platform, doc);
	return true;
}
