/*
 * platform.h
 *	  The contract between the engine and a platform.
 *
 * A platform is a const AdpPlatform: its fields (the platform's columns and how
 * they behave), its reports (the tables that we define for the user), its
 * options, its seams (credentials, pager, formats, promises, failures), and
 * hooks for what a table cannot express.  A new platform is files of its own
 * and one line in registry.c; see doc/adding_a_platform.md.
 */
#ifndef ADP_PLATFORM_PLATFORM_H
#define ADP_PLATFORM_PLATFORM_H

#include "platform/query.h"
#include "platform/settings.h"

/* Defined by the engine, mostly in platform/api. */
struct AdpTokenInfo;
struct AdpApiRequest;
struct AdpCredentials;
struct AdpFailureKind;
struct AdpFormats;
struct AdpJobKind;
struct AdpPageAsk;
struct AdpPager;
struct AdpParams;
struct AdpPromises;
struct AdpRate;
struct AdpSession;
struct AdpQuotaUsageKind;

/* The form of account ids. */
typedef struct AdpIdRule
{
	const char *prefix;	 /* optional prefix, or NULL */
	const char *ignored; /* characters to ignore within an id, or NULL */
	const char *pattern; /* regular expression of the rest */
	const char *rule;	 /* the pattern in words, as a sentence */
} AdpIdRule;

/*
 * Where a row of a response has the properties of an account: paths as in
 * json_find.h; NULL: not reported.
 */
typedef struct AdpAccountPaths
{
	const char *id;
	const char *name;
	const char *time_zone;
	const char *currency;
	const char *system;
	const char *retargeting;
	const char *status;
	const char *closed;	 /* the status of accounts that "*" leaves out */
	const char *manager; /* the manager above it, as row_account; or NULL */

	/* of accounts for which none is reported; NULL: not known */
	const char *usual_zone;
	const char *usual_currency;
} AdpAccountPaths;

/* The request that lists the accounts behind "*", unless a hook makes it. */
typedef struct AdpAccountListRequest
{
	const char *path;			  /* template */
	const struct AdpPager *pager; /* NULL: the list is one page */
	const char *total; /* path of the number of all accounts, or NULL */
} AdpAccountListRequest;

/* The body of a page of rows. */
typedef enum AdpBody
{
	ADP_BODY_JSON, /* an object with an array of rows under rows_key */
	ADP_BODY_CSV   /* a header and records */
} AdpBody;

typedef struct AdpPlatform
{
	const char *name;  /* also the name of the foreign-data wrapper */
	const char *title; /* for messages: "Google Ads" */
	const char *endpoint;
	const char *token_endpoint;
	const AdpVersion *versions; /* newest first, ends with a NULL name */
	const char *account_option; /* "customer_id" */
	const char *manager_option; /* required for "*"; or NULL */
	const char *source_option;	/* "resource" */
	const char *account_source; /* the source whose grain is the account */
	const char *day_field;

	/*
	 * By AdpPeriod, the field that splits rows into periods, with the first
	 * day as its value; NULL: a request covers one period.  period_end: a
	 * field with the last day, or NULL.
	 */
	const char *period_fields[ADP_NPERIODS];
	const char *period_end;

	const struct AdpCredentials *credentials; /* what signs its requests */
	const char *secret_marks;	 /* comma-separated prefixes of its secrets */
	const char *redirect_domain; /* domain of its redirects, or NULL */
	AdpBody body;
	const char *rows_key; /* dotted path of the rows of a page */
	const char *mask_key; /* page member that names the rows' fields; or NULL */
	const char *list_key; /* the same in a list of accounts */
	const struct AdpPager *pager; /* of rows; NULL: a report is one page */
	int page_rows; /* of a page whose size the platform decides; or 0 */
	const struct AdpFormats *formats; /* how it writes days and NULL */
	const char *version_header;		  /* header with the API version, or NULL */
	const struct AdpPromises *promises; /* what responses must contain */

	/*
	 * Where a row names its account: a field, which begins with a dot if it is
	 * one of the source, or the name of a CSV column; NULL: rows do not name
	 * it.  An empty column and a value without the prefix are ignored.
	 */
	const char *row_account;
	const char *row_account_prefix;

	/*
	 * Where a row that is the sum of several days names the first and the last
	 * of them; NULL: rows do not name them.
	 */
	const char *row_since;
	const char *row_until;

	bool any_field_name; /* requests contain no field names */

	/*
	 * The platform returns rows whose metrics are all zero, and which rows it
	 * returns depends on the requested metrics.  The engine then always
	 * requests the metrics that decide whether a row exists.  Otherwise every
	 * returned row counts.
	 */
	bool has_empty_rows;
	bool asks_settings; /* requests depend on the account's settings */
	bool keeps_answers; /* calls are scarce: see response_cache.h */

	const AdpField *fields;	  /* ends with a NULL name */
	const AdpReport *reports; /* ends with a NULL name */
	const AdpSource *sources; /* the last one has a NULL name */
	const AdpOption *options; /* ends with a NULL name */
	const AdpWatch *watches;  /* ends with a NULL source; or NULL */

	const struct AdpFailureKind *failures; /* classes of failed responses */
	const struct AdpQuotaUsageKind *usage; /* headers about quotas; or NULL */
	const struct AdpRate *rates;   /* documented ones; ends with a NULL part */
	const char *quota_unit;		   /* what a quota counts: "calls"; or NULL */
	bool pages_are_free;		   /* it counts only the first page */
	const struct AdpJobKind *jobs; /* background reports; NULL: not offered */

	AdpIdRule account_id;
	AdpAccountPaths account_paths;
	AdpAccountListRequest listing;
	const char *account_path; /* template of the request for account settings */
	const char *whole_currencies; /* currencies without a smaller unit */

	/*
	 * Whether a condition on the field may contain a value, other than digits
	 * where ADP_FIELD_DIGITS allows them.  NULL: no value.
	 */
	bool (*can_hold)(const AdpField *field, const char *value);

	/*
	 * Returns the most values of a condition on a field of a source.  The
	 * platform applies every IN with so many values or fewer.  0, or without
	 * the callback: it has no conditions on the field.
	 */
	int (*values_max)(const AdpSource *source, const AdpField *field);

	/*
	 * Returns the reason why a field name is malformed, as a sentence; NULL if
	 * it is well-formed.  NULL: names consist of letters, digits and a few
	 * signs.
	 */
	const char *(*check_field)(const char *name);

	/*
	 * Returns the JSON path of a field of a source below a row.  NULL: the field
	 * name is the path.
	 */
	char *(*field_path)(const AdpSource *source, const char *field);

	/*
	 * Returns the kind of a field of a source, listed or not.  *split is set
	 * to what requesting the field splits rows by: its own name, or that of an
	 * object with several fields; NULL: it does not split rows.  Without
	 * the callback the catalogue decides, and segments split rows.
	 */
	AdpFieldKind (*field_kind)(const AdpSource *source, const char *name,
							   const char **split);

	/*
	 * Returns the request of an account as EXPLAIN shows it; equal texts share
	 * one response.  page_request makes the request, into which the pager writes
	 * the page.  NULL, and a query_text that returns NULL: the source's path and
	 * add_params define them.
	 */
	char *(*query_text)(const AdpSettings *settings, const AdpQuery *query);
	void (*page_request)(const struct AdpPageAsk *ask,
						 struct AdpApiRequest *out);

	/*
	 * Returns for how long, in milliseconds, calls of an account for so many
	 * ranges of days keep to the platform's rates, as far as is known; 0: there
	 * are none for the source.  NULL: there are none.
	 */
	int64 (*throttle_ms)(const AdpSettings *settings, const AdpSource *source,
						 int64 ranges);

	/* Adds all parameters but those of the page to a source's path; or NULL. */
	void (*add_params)(struct AdpParams *params, const AdpSettings *settings,
					   const AdpQuery *query, bool drops_enum_filters);

	/*
	 * Make the requests that list the accounts behind "*", and that read the
	 * settings of one account.  NULL: listing and account_path define them;
	 * without account_path, the list of accounts also contains the settings.
	 */
	void (*list_request)(const AdpSettings *settings, struct AdpApiRequest *out);
	void (*account_request)(const AdpSettings *settings,
							struct AdpApiRequest *out);

	/*
	 * Reads the properties of the session's access token, in cxt.  Returns
	 * false if the platform reports nothing about it, or not to this token.
	 * Waits, and throws if the request itself fails.  NULL: the platform does
	 * not report them.
	 */
	bool (*read_token_info)(struct AdpSession *session, MemoryContext cxt,
							struct AdpTokenInfo *info);

	/* Scopes of which the token needs one, ends with NULL; NULL: not known. */
	const char *const *token_scopes;
} AdpPlatform;

/* registry.c */
extern const AdpPlatform *adp_platform_by_name(const char *name);
extern const AdpPlatform *const *adp_platforms(void); /* NULL-terminated */

/* catalog.c */
extern const AdpField *adp_platform_field(const AdpPlatform *platform,
										  const char *name);

/*
 * Returns the source that a table option names; never NULL, and its name is
 * set.  Look it up once and pass the pointer on: it may be allocated in
 * CurrentMemoryContext.
 */
extern const AdpSource *adp_platform_source(const AdpPlatform *platform,
											const char *name);
extern const char *adp_platform_day_field(const AdpPlatform *platform,
										  const AdpSource *source);

/* Returns the pager of a source's rows; NULL: a response is one page. */
extern const struct AdpPager *adp_platform_pager(const AdpPlatform *platform,
												 const AdpSource *source);
extern AdpFieldKind adp_platform_field_kind(const AdpPlatform *platform,
											const AdpSource *source,
											const char *name,
											const char **split);

/* Whether a source counts the same thing under several values of a field. */
extern bool adp_field_overlaps(const AdpSource *source, const AdpField *field);

/* Whether a text begins as the platform's secrets do. */
extern bool adp_platform_marks_secret(const AdpPlatform *platform,
									  const char *text);

/*
 * Returns the properties of a version, the default one if name is NULL; NULL
 * if the version is not listed.
 */
extern const AdpVersion *adp_platform_version(const AdpPlatform *platform,
											  const char *name);

#endif /* ADP_PLATFORM_PLATFORM_H */
