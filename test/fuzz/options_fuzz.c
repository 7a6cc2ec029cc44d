/*
 * options_fuzz.c
 *	  Fuzzes the options of servers, user mappings, tables and columns.
 *
 * An input's first byte picks the platform, its second the kind of object; each
 * line after that is an option, name=value.  A canary stands in front of each
 * value of a secret.  A finding is: an error that shows the canary, a list of
 * accounts that is another one when it is written anew, and an endpoint that is
 * taken and not allowed.
 */
#include "postgres.h"

#include "access/reloptions.h"
#include "catalog/namespace.h"
#include "catalog/pg_attribute.h"
#include "catalog/pg_foreign_server.h"
#include "catalog/pg_foreign_table.h"
#include "catalog/pg_type.h"
#include "catalog/pg_user_mapping.h"
#include "fmgr.h"
#include "fuzz.h"
#include "lib/stringinfo.h"
#include "parser/parse_func.h"
#include "utils/array.h"
#include "utils/builtins.h"
#include "utils/memutils.h"

#include "net/http.h"
#include "platform/account.h"
#include "platform/accounts/account_set.h"

#define OPTIONS_MAX 8
#define CANARY "QzX7canaryQ"

static const Oid catalogs[] = {ForeignServerRelationId, UserMappingRelationId,
							   ForeignTableRelationId, AttributeRelationId};

/*
 * The row of an option in its platform's table, or NULL.
 */
static const AdpOption *
find_option(const AdpPlatform *platform, const char *name)
{
	for (const AdpOption *option = platform->options; option->name; option++)
	{
		if (strcmp(option->name, name) == 0)
			return option;
	}
	return NULL;
}

/*
 * Whether a name is that of a secret, or of the file of one.
 */
static bool
is_secret(const AdpPlatform *platform, const char *name)
{
	for (const AdpOption *option = platform->options; option->name; option++)
	{
		if (option->is_secret &&
			strncmp(name, option->name, strlen(option->name)) == 0)
			return true;
	}
	return false;
}

/*
 * Calls the validator of a platform.
 */
static void
validate(const AdpPlatform *platform, Datum options, Oid catalog)
{
	static FmgrInfo validators[8];
	const Oid argtypes[] = {TEXTARRAYOID, OIDOID};
	int i = 0;

	while (adp_platforms()[i] != platform)
		i++;
	if (!OidIsValid(validators[i].fn_oid))
	{
		char *name = psprintf("%s_validator", platform->name);
		List *names =
			list_make2(makeString("adpipe_internal"), makeString(name));

		fmgr_info_cxt(LookupFuncName(names, 2, argtypes, false), &validators[i],
					  TopMemoryContext);
	}
	(void) FunctionCall2(&validators[i], options, ObjectIdGetDatum(catalog));
}

/*
 * Checks that no part of an error shows the value of a secret.
 */
static void
check_error(const ErrorData *error)
{
	const char *const parts[] = {error->message, error->detail, error->hint,
								 error->context, error->detail_log};

	for (int i = 0; i < lengthof(parts); i++)
	{
		if (parts[i] != NULL && strstr(parts[i], CANARY) != NULL)
			fuzz_finding("an error shows a secret: %s", parts[i]);
	}
}

/*
 * Checks accounts that were taken: written anew they are the same.
 */
static void
check_accounts(const AdpPlatform *platform, const char *value)
{
	const AdpAccountSet *set = adp_account_set_parse(platform, value);
	const AdpAccountSet *again;
	StringInfoData list;

	if (set == NULL)
		fuzz_finding("accounts are taken and are none: %s", value);
	if (set->is_all)
		return;
	initStringInfo(&list);
	for (int i = 0; i < set->count; i++)
		appendStringInfo(&list, "%s%s", i > 0 ? ", " : "", set->items[i].id);
	again = adp_account_set_parse(platform, list.data);
	if (set->count == 0 || again == NULL || again->count != set->count)
		fuzz_finding("accounts \"%s\" are others when they are written anew: %s",
					 value, list.data);
	for (int i = 0; i < set->count; i++)
	{
		fuzz_check_same("account", again->items[i].id, set->items[i].id);
		if (strpbrk(set->items[i].id, "/?#%&{} \"'\\") != NULL)
			fuzz_finding("account %s would change a request", set->items[i].id);
	}
}

/*
 * Checks an option that was taken.
 */
static void
check_taken(const AdpPlatform *platform, const char *name, const char *value)
{
	const AdpOption *option = find_option(platform, name);

	if (option != NULL && option->type == ADP_OPTION_ACCOUNTS)
		check_accounts(platform, value);
	if (strcmp(name, "endpoint") == 0 && !adp_http_url_allowed(value))
		fuzz_finding("endpoint \"%s\" is taken", value);
	if (option != NULL && option->is_secret &&
		strcspn(value, "\r\n") != strlen(value) &&
		option->type == ADP_OPTION_TOKEN)
		fuzz_finding("a token with a line break is taken");
}

void
fuzz_options(FuzzInput input)
{
	const AdpPlatform *platform = fuzz_platform(fuzz_take_byte(&input));
	Oid catalog = catalogs[fuzz_take_byte(&input) % lengthof(catalogs)];
	MemoryContext context = CurrentMemoryContext;
	Datum options[OPTIONS_MAX];
	char *names[OPTIONS_MAX];
	char *values[OPTIONS_MAX];
	ArrayType *array;
	int n = 0;

	/* the search may come upon the canary */
	if (memmem(input.data, input.size, "canary", strlen("canary")) != NULL)
		return;
	while (n < OPTIONS_MAX && input.size > 0)
	{
		char *line = fuzz_take_line(&input);
		char *equals = strchr(line, '=');

		if (equals == NULL)
			continue;
		names[n] = pnstrdup(line, equals - line);
		values[n] =
			psprintf("%s%s", is_secret(platform, names[n]) ? CANARY : "",
					 equals + 1);
		options[n] =
			CStringGetTextDatum(psprintf("%s=%s", names[n], values[n]));
		n++;
	}
	array = construct_array(options, n, TEXTOID, -1, false, TYPALIGN_INT);
	PG_TRY();
	{
		validate(platform, PointerGetDatum(array), catalog);
	}
	PG_CATCH();
	{
		MemoryContextSwitchTo(context);
		check_error(CopyErrorData());
		PG_RE_THROW();
	}
	PG_END_TRY();
	for (int i = 0; i < n; i++)
		check_taken(platform, names[i], values[i]);
}
