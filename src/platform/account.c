/*
 * account.c
 *	  Account ids as a platform writes them, and accounts in its responses.
 */
#include "postgres.h"

#include "pgtime.h"
#include "utils/datetime.h"
#include "utils/memutils.h"
#include "utils/timestamp.h"

#include "base/guc.h"
#include "base/json_find.h"
#include "base/words.h"
#include "platform/account.h"

/*
 * Returns an id without the prefix and the characters to ignore.
 */
char *
adp_account_canonical(const AdpPlatform *platform, const char *id)
{
	const AdpIdRule *rule = &platform->account_id;
	char *canonical;
	char *to;

	if (rule->prefix != NULL &&
		strncmp(id, rule->prefix, strlen(rule->prefix)) == 0)
		id += strlen(rule->prefix);
	canonical = to = palloc(strlen(id) + 1);
	for (; *id != '\0'; id++)
	{
		if (rule->ignored == NULL || strchr(rule->ignored, *id) == NULL)
			*to++ = *id;
	}
	*to = '\0';
	return adp_words_match(canonical, rule->pattern) ? canonical : NULL;
}

/*
 * Compares without the prefix and the characters to ignore.
 */
bool
adp_account_owns_row(const AdpPlatform *platform, const char *id,
					 const char *said, Size len)
{
	const char *prefix = platform->row_account_prefix;
	Size skip = prefix ? strlen(prefix) : 0;
	Size id_len = strlen(id);

	if (prefix == NULL)
		return len == id_len && memcmp(said, id, len) == 0;
	if (len < skip || memcmp(said, prefix, skip) != 0)
		return true;
	return len >= skip + id_len && memcmp(said + skip, id, id_len) == 0 &&
		(len == skip + id_len || said[skip + id_len] == '/');
}

/*
 * Returns a copy in cxt of the text under a path; NULL if it is absent or
 * empty.
 */
static const char *
find_text(MemoryContext cxt, const AdpJson *row, const char *path)
{
	const char *text = adp_json_find_text(row, path);

	return text ? MemoryContextStrdup(cxt, text) : NULL;
}

/*
 * Reads the texts of an account into cxt.  Returns false without a well-formed
 * id: the id becomes part of requests.
 */
static bool
read_texts(const AdpPlatform *platform, const AdpJson *row, MemoryContext cxt,
		   AdpAccount *account)
{
	const AdpAccountPaths *paths = &platform->account_paths;
	const char *status = adp_json_find_text(row, paths->status);
	const char *id = find_text(cxt, row, paths->id);
	char *canonical = id ? adp_account_canonical(platform, id) : NULL;

	account->id = canonical ? MemoryContextStrdup(cxt, canonical) : id;
	if (canonical == NULL)
		return false;
	account->name = find_text(cxt, row, paths->name);
	account->time_zone = find_text(cxt, row, paths->time_zone);
	if (account->time_zone == NULL)
		account->time_zone = paths->usual_zone;
	account->currency = find_text(cxt, row, paths->currency);
	if (account->currency == NULL)
		account->currency = paths->usual_currency;
	account->system = find_text(cxt, row, paths->system);
	account->retargeting = find_text(cxt, row, paths->retargeting);
	account->is_closed = status != NULL && strcmp(status, paths->closed) == 0;
	return true;
}

/*
 * Reads an account.  Finding paths leaves garbage behind, and there may be
 * thousands of accounts, so it happens in a memory context of its own.
 */
bool
adp_account_read(const AdpPlatform *platform, const AdpJson *row,
				 AdpAccount *account)
{
	MemoryContext scratch =
		AllocSetContextCreate(CurrentMemoryContext, "adpipe look-up",
							  ALLOCSET_SMALL_SIZES);
	MemoryContext old = MemoryContextSwitchTo(scratch);
	bool is_account = read_texts(platform, row, old, account);

	MemoryContextSwitchTo(old);
	MemoryContextDelete(scratch);
	return is_account;
}

/*
 * Copies a text that may be NULL.
 */
static char *
copy(const char *text)
{
	return text ? pstrdup(text) : NULL;
}

/*
 * Copies everything but the id.
 */
void
adp_account_copy_settings(AdpAccount *to, const AdpAccount *from)
{
	to->name = copy(from->name);
	to->time_zone = copy(from->time_zone);
	to->currency = copy(from->currency);
	to->system = copy(from->system);
	to->retargeting = copy(from->retargeting);
	to->is_closed = from->is_closed;
}

/*
 * Throws if the platform does not report a setting, or reports another value
 * than the option's.
 */
static void
check_setting(const AdpPlatform *platform, const AdpSettings *settings,
			  const AdpAccount *account, size_t offset, const char *what,
			  const char *own)
{
	const char *set = adp_setting(settings, offset);
	const AdpOption *option = platform->options;

	if (own == NULL || own[0] == '\0')
		ereport(ERROR,
				(errcode(ERRCODE_FDW_UNABLE_TO_CREATE_REPLY),
				 errmsg("platform \"%s\" did not report the %s of account %s",
						platform->name, what, account->id)));
	if (set == NULL || strcmp(set, own) == 0)
		return;
	while (option->offset != offset)
		option++;
	ereport(ERROR,
			(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
			 errmsg("option \"%s\" of server \"%s\" is \"%s\" but account %s has \"%s\"",
					option->name, settings->server_name, set, account->id, own),
			 errdetail(
				 "The platform would fall back to another setting silently."),
			 errhint("Set the option to what the account has, or drop it.")));
}

/*
 * Throws unless both settings are reported and match the options.
 */
void
adp_account_check_settings(const AdpPlatform *platform,
						   const AdpSettings *settings,
						   const AdpAccount *account)
{
	check_setting(platform, settings, account, offsetof(AdpSettings, time_zone),
				  "time zone", account->time_zone);
	check_setting(platform, settings, account, offsetof(AdpSettings, currency),
				  "currency", account->currency);
}

/*
 * Returns 0 for whole_currencies, else 2.
 */
int
adp_account_minor_digits(const AdpPlatform *platform, const char *currency)
{
	return adp_words_hold(platform->whole_currencies, currency) ? 0 : 2;
}

/*
 * Returns the day of a moment in the account's time zone; throws if this server
 * does not know the zone.
 */
static DateADT
day_of(const AdpAccount *account, TimestampTz moment)
{
	pg_tz *zone = account->time_zone ? pg_tzset(account->time_zone) : NULL;
	struct pg_tm tm;
	fsec_t fsec;
	int offset;

	if (zone == NULL)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("time zone \"%s\" of account %s is not known to this server",
						account->time_zone ? account->time_zone : "",
						account->id),
				 errhint(
					 "Give the scan an upper bound on its day, or update the server's time zone data.")));
	if (timestamp2tm(moment, &offset, &tm, &fsec, NULL, zone) != 0)
		ereport(ERROR,
				(errcode(ERRCODE_DATETIME_VALUE_OUT_OF_RANGE),
				 errmsg("timestamp out of range")));
	return date2j(tm.tm_year, tm.tm_mon, tm.tm_mday) - POSTGRES_EPOCH_JDATE;
}

DateADT
adp_account_today(const AdpAccount *account)
{
	return day_of(account, adp_now());
}

/*
 * The day before that which is today so many hours ago.
 */
DateADT
adp_account_last_day(const AdpAccount *account, int hours)
{
	return day_of(account, adp_now() - hours * USECS_PER_HOUR) - 1;
}
