/*
 * option.c
 *	  Options of servers, user mappings, tables and columns.
 *
 * An option is one row: in this file if all platforms have it, else in the
 * platform's file.  The validator, the hints and the look-up all use those
 * rows.  The table's value overrides the server's, and the server's overrides
 * the default.  Secrets come only from the user mapping, as they are or as files
 * (file_option.h).
 */
#include "postgres.h"

#include "access/reloptions.h"
#include "catalog/pg_attribute.h"
#include "catalog/pg_foreign_data_wrapper.h"
#include "catalog/pg_foreign_server.h"
#include "catalog/pg_foreign_table.h"
#include "catalog/pg_user_mapping.h"
#include "commands/defrem.h"
#include "fmgr.h"
#include "miscadmin.h"
#include "utils/builtins.h"
#include "utils/guc.h"
#include "utils/lsyscache.h"
#include "utils/syscache.h"
#include "utils/varlena.h"

#include "base/secret.h"
#include "base/secret_file.h"
#include "base/words.h"
#include "fdw/endpoint.h"
#include "fdw/file_option.h"
#include "fdw/option.h"
#include "platform/account.h"
#include "platform/accounts/account_set.h"

PG_FUNCTION_INFO_V1(adpipe_validator);

/* Ten minutes in milliseconds: the upper limit of time-outs. */
#define TEN_MINUTES_MS 600000

/*
 * Option check: a field becomes part of requests, so only characters that
 * platforms use in field names are allowed.
 */
const char *
adp_option_check_field(const AdpPlatform *platform, const char *value)
{
	const char *allowed =
		"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_.:@-";

	if (platform->check_field != NULL)
		return platform->check_field(value);
	if (value[0] == '\0' ||
		(!platform->any_field_name && strspn(value, allowed) != strlen(value)))
		return "A field is the platform's name for the column, such as metrics.clicks.";
	return NULL;
}

static const AdpOption common_options[] =
	{{"connect_timeout_ms", ADP_ON_SERVER, ADP_OPTION_INT,
	  offsetof(AdpSettings, connect_timeout_ms), false, 1, TEN_MINUTES_MS,
	  10000},
	 {"endpoint", ADP_ON_SERVER, ADP_OPTION_URL,
	  offsetof(AdpSettings, endpoint)},
	 {"field", ADP_ON_COLUMN, ADP_OPTION_FIELD},
	 {"max_concurrency", ADP_ON_SERVER, ADP_OPTION_INT,
	  offsetof(AdpSettings, max_concurrency), false, 1, 100, 8},
	 {"max_retries", ADP_ON_SERVER, ADP_OPTION_INT,
	  offsetof(AdpSettings, max_retries), false, 0, 20, 5},
	 {"request_timeout_ms", ADP_ON_SERVER, ADP_OPTION_INT,
	  offsetof(AdpSettings, request_timeout_ms), false, 1, 6 * TEN_MINUTES_MS,
	  TEN_MINUTES_MS},
	 {"unbounded", ADP_ON_SERVER | ADP_ON_TABLE, ADP_OPTION_ONE_OF,
	  offsetof(AdpSettings, unbounded), .words = "error, window, allow"},
	 {"window_days", ADP_ON_SERVER | ADP_ON_TABLE, ADP_OPTION_INT,
	  offsetof(AdpSettings, window_days), false, 1, 1100, 30},
	 {NULL}};

/* Kinds of objects that have options. */
typedef struct ObjectKind
{
	int where; /* ADP_ON_…; 0: accepts no option */
	Oid catalog;
	const char *what; /* for messages */
} ObjectKind;

static const ObjectKind object_kinds[] = {
	{ADP_ON_SERVER, ForeignServerRelationId, "server"},
	{ADP_ON_MAPPING, UserMappingRelationId, "user mapping"},
	{ADP_ON_TABLE, ForeignTableRelationId, "foreign table"},
	{ADP_ON_COLUMN, AttributeRelationId, "column"},
	{0, ForeignDataWrapperRelationId, "foreign-data wrapper"},
};

/*
 * Returns the platform of a wrapper.
 */
const AdpPlatform *
adp_option_platform(Oid fdwid)
{
	ForeignDataWrapper *wrapper = GetForeignDataWrapper(fdwid);
	const AdpPlatform *platform = adp_platform_by_name(wrapper->fdwname);

	if (platform == NULL)
		ereport(ERROR,
				(errcode(ERRCODE_FDW_ERROR),
				 errmsg("foreign-data wrapper \"%s\" is not a platform of adpipe",
						wrapper->fdwname),
				 errdetail(
					 "The wrappers that extension adpipe makes cannot be renamed.")));
	return platform;
}

/*
 * Iterates over all options of a platform: first the common ones, then its own.
 * Start with NULL; returns NULL at the end.
 */
static const AdpOption *
next_option(const AdpPlatform *platform, const AdpOption *option)
{
	option = option == NULL ? common_options : option + 1;
	if (option->name == NULL)
	{
		const AdpOption *end = common_options + lengthof(common_options) - 1;

		option = option == end ? platform->options : NULL;
	}
	return option;
}

/*
 * Finds an option by name; NULL if the platform has no such option.
 */
static const AdpOption *
find_option(const AdpPlatform *platform, const char *name)
{
	const AdpOption *option = NULL;

	while ((option = next_option(platform, option)) != NULL)
	{
		if (strcmp(option->name, name) == 0)
			return option;
	}
	return NULL;
}

/*
 * Returns the kind of object in a catalog.
 */
static const ObjectKind *
find_kind(Oid catalog)
{
	for (int i = 0; i < (int) lengthof(object_kinds); i++)
	{
		if (object_kinds[i].catalog == catalog)
			return &object_kinds[i];
	}
	elog(ERROR, "unexpected catalog %u", catalog);
}

/*
 * Returns all option names for a kind of object, separated by commas.
 */
static char *
list_options(const AdpPlatform *platform, int where)
{
	const AdpOption *option = NULL;
	StringInfoData out;

	initStringInfo(&out);
	while ((option = next_option(platform, option)) != NULL)
	{
		if ((option->where & where) == 0)
			continue;
		appendStringInfo(&out, "%s%s", out.len > 0 ? ", " : "", option->name);
		if (option->is_secret)
			appendStringInfo(&out, ", %s" ADP_FILE_SUFFIX, option->name);
	}
	return out.data;
}

/*
 * Returns the most similar option name for the same kind of object; NULL if
 * every name is more than four edits or half its length away, as in core.
 */
static const char *
nearest_option(const AdpPlatform *platform, int where, const char *name)
{
	char *rest = list_options(platform, where);
	const char *nearest = NULL;
	const char *known;
	int best = Min(4, (int) strlen(name) / 2) + 1;

	if (strlen(name) > NAMEDATALEN)
		return NULL;
	while ((known = adp_words_next(&rest, ",")) != NULL)
	{
		int distance =
			varstr_levenshtein_less_equal(name, strlen(name), known,
										  strlen(known), 1, 1, 1, best, true);

		if (distance < best)
		{
			best = distance;
			nearest = known;
		}
	}
	return nearest;
}

/*
 * Returns the kinds of objects that accept an option, in words.
 */
static char *
describe_kinds(const AdpOption *option)
{
	StringInfoData out;

	initStringInfo(&out);
	for (int i = 0; i < (int) lengthof(object_kinds); i++)
	{
		if (option->where & object_kinds[i].where)
			appendStringInfo(&out, "%s%s", out.len > 0 ? " or " : "",
							 object_kinds[i].what);
	}
	return out.data;
}

/*
 * Rejects an option that does not belong on this kind of object.  The error
 * does not show the value, which may be a secret.
 */
static void
refuse_option(const AdpPlatform *platform, const ObjectKind *kind,
			  const char *name)
{
	const AdpOption *elsewhere = find_option(platform, name);
	const char *nearest;

	if (elsewhere == NULL)
		elsewhere = adp_file_option_secret(platform, name);
	if (elsewhere != NULL && elsewhere->is_secret)
		ereport(ERROR,
				(errcode(ERRCODE_FDW_INVALID_OPTION_NAME),
				 errmsg("option \"%s\" is a secret and cannot be set on a %s",
						name, kind->what),
				 errdetail("Options of a %s can be read by every role.",
						   kind->what),
				 errhint(
					 "Set it with CREATE USER MAPPING or ALTER USER MAPPING.")));
	if (elsewhere != NULL)
		ereport(ERROR,
				(errcode(ERRCODE_FDW_INVALID_OPTION_NAME),
				 errmsg("option \"%s\" cannot be set on a %s", name, kind->what),
				 errhint("Set it on a %s.", describe_kinds(elsewhere))));
	nearest = nearest_option(platform, kind->where, name);
	ereport(ERROR,
			(errcode(ERRCODE_FDW_INVALID_OPTION_NAME),
			 errmsg("invalid option \"%s\"", name),
			 nearest ? errhint("Perhaps you meant the option \"%s\".", nearest)
				 : kind->where == 0
				 ? errhint("There are no valid options for a %s.", kind->what)
				 : errhint("Valid options for a %s are: %s.", kind->what,
						   list_options(platform, kind->where))));
}

/*
 * Whether a value may be a secret in the wrong option.
 */
static bool
may_be_secret(const AdpPlatform *platform, const char *value)
{
	return adp_platform_marks_secret(platform, value) ||
		adp_secret_is_likely(value);
}

/*
 * Rejects an invalid value.  The error does not show secrets, nor a value that
 * may be a secret in the wrong option.
 */
static void
refuse_value(const AdpPlatform *platform, const AdpOption *option,
			 const char *value, const char *detail)
{
	ereport(ERROR,
			(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
			 option->is_secret || may_be_secret(platform, value)
				 ? errmsg("invalid value for option \"%s\"", option->name)
				 : errmsg("invalid value for option \"%s\": \"%s\"",
						  option->name, value),
			 errdetail_internal("%s", detail)));
}

/*
 * Returns the reason why a value does not name accounts; NULL if it does.
 */
static const char *
check_accounts(const AdpPlatform *platform, const AdpOption *option,
			   const char *value)
{
	const AdpAccountSet *set = adp_account_set_parse(platform, value);
	bool with_all = option->words != NULL;

	if (set != NULL && (with_all || !set->is_all))
		return NULL;
	return psprintf("%s Give one id%s.", platform->account_id.rule,
					with_all ? ", a comma-separated list, or *"
							 : " or a comma-separated list");
}

/*
 * Checks one value.
 */
static void
check_value(const AdpPlatform *platform, const AdpOption *option,
			const char *value)
{
	const char *problem = NULL;
	int number;

	switch (option->type)
	{
		case ADP_OPTION_TEXT:
			if (value[0] == '\0')
				problem = "The value is empty.";
			break;
		case ADP_OPTION_TOKEN:
			problem = adp_secret_check_token(value);
			break;
		case ADP_OPTION_INT:
			if (!parse_int(value, &number, 0, NULL) || number < option->min ||
				number > option->max)
				problem = psprintf("Give a whole number from %d to %d.",
								   option->min, option->max);
			break;
		case ADP_OPTION_URL:
			problem = adp_endpoint_check(value);
			break;
		case ADP_OPTION_ONE_OF:
			if (!adp_words_hold(option->words, value))
				problem = psprintf("Give one of: %s.", option->words);
			break;
		case ADP_OPTION_FIELD:
			problem = adp_option_check_field(platform, value);
			break;
		case ADP_OPTION_ACCOUNT:
			if (adp_account_canonical(platform, value) == NULL)
				problem = platform->account_id.rule;
			break;
		case ADP_OPTION_ACCOUNTS:
			problem = check_accounts(platform, option, value);
			break;
		case ADP_OPTION_PATTERN:
			if (!adp_words_match(value, option->pattern))
				problem = option->rule;
			break;
		case ADP_OPTION_CHECKED:
			problem = option->check(value);
			break;
	}
	if (problem != NULL)
		refuse_value(platform, option, value, problem);
}

/*
 * Validates the options of one object.
 */
static void
validate(const AdpPlatform *platform, List *options, Oid catalog)
{
	const ObjectKind *kind = find_kind(catalog);
	ListCell *cell;

	foreach(cell, options)
	{
		DefElem *def = lfirst(cell);
		const AdpOption *secret =
			adp_file_option_secret(platform, def->defname);
		const AdpOption *option =
			secret ? secret : find_option(platform, def->defname);

		if (option == NULL || (option->where & kind->where) == 0)
			refuse_option(platform, kind, def->defname);
		if (secret != NULL)
		{
			adp_file_option_check(secret, def, options);
			continue;
		}
		check_value(platform, option, defGetString(def));
		if (option->type == ADP_OPTION_URL)
			adp_endpoint_require_allowed(platform, option->name,
										 defGetString(def), GetUserId());
	}
}

/*
 * Returns the platform whose validator was called.  The validators are named
 * after their wrappers and share this code.
 */
static const AdpPlatform *
validated_platform(FunctionCallInfo fcinfo)
{
	static const char suffix[] = "_validator";
	char *name = get_func_name(fcinfo->flinfo->fn_oid);
	Size len = name ? strlen(name) : 0;
	const AdpPlatform *platform = NULL;

	if (len > strlen(suffix))
	{
		name[len - strlen(suffix)] = '\0';
		platform = adp_platform_by_name(name);
	}
	if (platform == NULL)
		elog(ERROR, "validator of no known platform");
	return platform;
}

/*
 * <wrapper>_validator(options text[], catalog oid): checks options of the
 * wrapper's objects.  Sends no request.
 */
Datum
adpipe_validator(PG_FUNCTION_ARGS)
{
	validate(validated_platform(fcinfo),
			 untransformRelOptions(PG_GETARG_DATUM(0)), PG_GETARG_OID(1));
	PG_RETURN_VOID();
}

/*
 * Stores one value in the settings.
 */
static void
apply_value(AdpSettings *settings, const AdpPlatform *platform,
			const AdpOption *option, const char *value, bool on_table)
{
	size_t offset = on_table && option->table_offset != 0 ? option->table_offset
														  : option->offset;
	char *member = (char *) settings + offset;

	if (option->type == ADP_OPTION_INT)
	{
		int number = option->fallback;

		if (value != NULL)
			parse_int(value, &number, 0, NULL);
		*(int *) member = number;
	}
	else if (option->type == ADP_OPTION_ACCOUNT)
		*(const char **) member = adp_account_canonical(platform, value);
	else if (option->type == ADP_OPTION_ACCOUNTS)
	{
		const AdpAccountSet *set = adp_account_set_parse(platform, value);

		/* the validator accepted it, perhaps by the rule of an older version */
		if (set == NULL)
			refuse_value(platform, option, value, platform->account_id.rule);
		*(const AdpAccountSet **) member = set;
	}
	else
		*(const char **) member = value;
}

/*
 * Stores the options of one object in the settings.
 */
static void
apply_options(AdpSettings *settings, const AdpPlatform *platform, List *options,
			  int where)
{
	ListCell *cell;

	foreach(cell, options)
	{
		DefElem *def = lfirst(cell);
		const AdpOption *option = find_option(platform, def->defname);
		const AdpOption *secret =
			adp_file_option_secret(platform, def->defname);

		if (secret != NULL && (secret->where & where) != 0)
			adp_file_option_apply(settings, secret, defGetString(def));
		if (option != NULL && (option->where & where) != 0)
			apply_value(settings, platform, option, pstrdup(defGetString(def)),
						where == ADP_ON_TABLE);
	}
}

/*
 * Sets defaults for options without a value.
 */
static void
apply_defaults(AdpSettings *settings, const AdpPlatform *platform)
{
	const AdpOption *option = NULL;

	settings->endpoint = platform->endpoint;
	settings->token_endpoint = platform->token_endpoint;
	settings->api_version = adp_platform_version(platform, NULL)->name;
	settings->unbounded = "error";
	while ((option = next_option(platform, option)) != NULL)
	{
		if (option->type == ADP_OPTION_INT)
			apply_value(settings, platform, option, NULL, false);
	}
}

/*
 * Returns a base URL without trailing slashes.
 */
static const char *
trim_url(const char *url)
{
	char *copy = pstrdup(url);
	int len = (int) strlen(copy);

	while (len > 0 && copy[len - 1] == '/')
		copy[--len] = '\0';
	return copy;
}

/*
 * Returns the user mapping of a role, or else of PUBLIC, for a server;
 * InvalidOid if there is none.
 */
static Oid
find_mapping(Oid userid, const ForeignServer *server)
{
	Oid umid = GetSysCacheOid2(USERMAPPINGUSERSERVER, Anum_pg_user_mapping_oid,
							   ObjectIdGetDatum(userid),
							   ObjectIdGetDatum(server->serverid));

	if (OidIsValid(umid))
		return umid;
	return GetSysCacheOid2(USERMAPPINGUSERSERVER, Anum_pg_user_mapping_oid,
						   ObjectIdGetDatum(InvalidOid),
						   ObjectIdGetDatum(server->serverid));
}

/*
 * Throws the error for a role without a user mapping.
 */
static void
refuse_without_mapping(Oid userid, const ForeignServer *server)
{
	const char *role = GetUserNameFromId(userid, false);

	ereport(ERROR,
			(errcode(ERRCODE_UNDEFINED_OBJECT),
			 errmsg("role \"%s\" has no user mapping for server \"%s\"", role,
					server->servername),
			 errhint("CREATE USER MAPPING FOR %s SERVER %s OPTIONS (...).",
					 quote_identifier(role),
					 quote_identifier(server->servername))));
}

/*
 * Returns the settings of table and server.
 */
AdpSettings *
adp_option_settings(ForeignServer *server, const AdpPlatform *platform,
					Oid tableid, Oid userid, bool with_secrets)
{
	AdpSettings *settings = palloc0(sizeof(AdpSettings));

	settings->server_name = server->servername;
	settings->serverid = server->serverid;
	apply_defaults(settings, platform);
	apply_options(settings, platform, server->options, ADP_ON_SERVER);
	if (OidIsValid(tableid))
		apply_options(settings, platform, GetForeignTable(tableid)->options,
					  ADP_ON_TABLE);
	settings->endpoint = trim_url(settings->endpoint);
	settings->umid = find_mapping(userid, server);
	if (with_secrets)
	{
		UserMapping *mapping;

		if (!OidIsValid(settings->umid))
			refuse_without_mapping(userid, server);
		mapping = GetUserMapping(userid, server->serverid);
		settings->userid = userid;
		apply_options(settings, platform, mapping->options, ADP_ON_MAPPING);
		adp_endpoint_require_allowed(platform, "endpoint", settings->endpoint,
									 server->owner);
		if (settings->token_endpoint != NULL)
			adp_endpoint_require_allowed(platform, "token_endpoint",
										 settings->token_endpoint,
										 server->owner);
	}
	return settings;
}

/*
 * Parses option "unbounded"; the validator allows only these words.
 */
AdpUnbounded
adp_option_unbounded(const AdpSettings *settings)
{
	if (strcmp(settings->unbounded, "window") == 0)
		return ADP_UNBOUNDED_WINDOW;
	if (strcmp(settings->unbounded, "allow") == 0)
		return ADP_UNBOUNDED_ALLOW;
	return ADP_UNBOUNDED_ERROR;
}
