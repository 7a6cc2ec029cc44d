/*
 * platform.h
 *	  The contract between the engine and a platform.
 *
 * A platform is a const AdpPlatform: its fields (what the platform calls a
 * column, and how it behaves), its reports (the tables that we typed for the
 * user), its options, what kind of signing, paging and answer it has, and a few
 * hooks where a table cannot say it.  Adding one is files of its own and one line
 * in registry.c; doc/adding_a_platform.md walks through it.
 */
#ifndef ADP_PLATFORM_PLATFORM_H
#define ADP_PLATFORM_PLATFORM_H

#include "platform/query.h"
#include "platform/settings.h"

/* Of the engine's rooms, platform/api above all. */
struct AdpTokenInfo;
struct AdpApiRequest;
struct AdpFailureKind;
struct AdpGrant;
struct AdpJobKind;
struct AdpPageAsk;
struct AdpParams;
struct AdpPromises;
struct AdpSession;
struct AdpQuotaUsageKind;

/* How account ids are written. */
typedef struct AdpIdRule
{
	const char *prefix;	 /* that may stand before it, or NULL */
	const char *ignored; /* characters that may stand within it, or NULL */
	const char *pattern; /* regular expression of the rest */
	const char *rule;	 /* what it says, as a sentence */
} AdpIdRule;

/*
 * Where answers tell of an account: paths of json_find.h below its row; NULL:
 * nowhere.
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
	const char *closed;	 /* the status of one that is left out of "*" */
	const char *manager; /* below whom it is, as row_account; NULL: nowhere */
} AdpAccountPaths;

/* How the accounts behind "*" are listed, where no hook says so. */
typedef struct AdpAccountListRequest
{
	const char *path;		 /* template */
	const char *token_param; /* parameter that takes the token of a page */
	bool token_is_address;	 /* it holds that number, 0 on the first page */
	const char *total;		 /* how many accounts all pages have, or NULL */
} AdpAccountListRequest;

/* A header that holds a setting, where it is set. */
typedef struct AdpSettingHeader
{
	const char *name;
	size_t offset; /* in AdpSettings */
} AdpSettingHeader;

/* What a page of rows is. */
typedef enum AdpFormat
{
	ADP_FORMAT_JSON, /* an object with an array of rows under rows_key */
	ADP_FORMAT_CSV	 /* a header and records; the whole answer is one page */
} AdpFormat;

typedef struct AdpPlatform
{
	const char *name;  /* also the wrapper's */
	const char *title; /* for people: "Google Ads" */
	const char *endpoint;
	const char *token_endpoint;
	const AdpVersion *versions; /* newest first, ends with a NULL name */
	const char *account_option; /* "customer_id" */
	const char *manager_option; /* must be set for "*"; NULL: none */
	const char *source_option;	/* "resource" */
	const char *account_source; /* the source whose grain is the account */
	const char *day_field;

	/*
	 * How access tokens are fetched.  NULL: the user mapping holds a ready one;
	 * with an app secret its proof goes into every query string.
	 */
	const struct AdpGrant *grant;
	const char *secret_marks;	 /* with what its secrets begin, with commas */
	const char *redirect_domain; /* whose hosts an answer may refer to, or NULL */
	AdpFormat format;
	const char *rows_key;		/* page member that holds the rows */
	const char *list_key;		/* the same in a listing of accounts */
	const char *token_path;		/* where a page has the next one's token */
	const char *more_path;		/* absent or empty on the last page */
	const char *page_param;		/* parameter for the rows of a page, or NULL */
	const char *token_param;	/* and for its token */
	const char *version_header; /* of answers: who really made them, or NULL */
	const struct AdpPromises *promises; /* what answers must hold */

	/*
	 * Where a row says whose it is: a field, which begins with a dot if it is one
	 * of the source, or the name of a CSV column; NULL: nowhere.  A value that
	 * does not begin with the prefix, or an empty column, says nothing.
	 */
	const char *row_account;
	const char *row_account_prefix;

	bool any_field_name; /* names of fields go into no request */

	/*
	 * Which rows come depends on the metrics that are asked for, and rows come
	 * whose metrics are all zero: there the metrics that decide whether a row
	 * exists are always asked for.  Elsewhere a row that comes is a row.
	 */
	bool has_empty_rows;
	bool asks_settings; /* requests depend on the account's settings */
	bool keeps_answers; /* calls are few: see kept.h */

	const AdpField *fields;	  /* ends with a NULL name */
	const AdpReport *reports; /* ends with a NULL name */
	const AdpSource *sources; /* the last one has a NULL name */
	const AdpOption *options; /* ends with a NULL name */
	const AdpWatch *watches;  /* ends with a NULL source; NULL: none */

	const struct AdpFailureKind *failures; /* what failed answers mean */
	const struct AdpQuotaUsageKind *usage; /* headers about quotas; NULL: none */
	const struct AdpJobKind *jobs; /* made in the background; NULL: none */

	AdpIdRule account_id;
	AdpAccountPaths account_paths;
	AdpAccountListRequest listing;
	const char *account_path; /* template of the request for one's settings */
	const AdpSettingHeader *headers; /* ends with a NULL name; NULL: none */
	const char *whole_currencies;	 /* whose smallest unit is the whole one */

	/*
	 * Whether a value may stand in a condition on the field, beyond digits where
	 * they may.  NULL: none may.
	 */
	bool (*can_hold)(const AdpField *field, const char *value);

	/*
	 * What is wrong with the name of a field, as a sentence; NULL if nothing.
	 * NULL: names are of letters, digits and a few signs.
	 */
	const char *(*check_field)(const char *name);

	/* JSON path of a field below a row, where the source has no tallies; NULL: its
	 * name. */
	char *(*field_path)(const char *field);

	/*
	 * What a field of a source is, listed or not; *split is set to what rows
	 * are split by if the field is asked for: its own name or that of a thing
	 * with several fields; NULL: by nothing.  NULL: the catalogue says it, and
	 * segments split rows.
	 */
	AdpFieldKind (*field_kind)(const char *source, const char *name,
							   const char **split);

	/*
	 * The request of an account as EXPLAIN shows it, equal meaning the same, and
	 * that for a page.  NULL: the source's path and add_params tell.
	 */
	char *(*query_text)(const AdpSettings *settings, const AdpQuery *query);
	void (*page_request)(const struct AdpPageAsk *ask,
						 struct AdpApiRequest *out);

	/* Adds what is asked for, its page apart, to a source's path; NULL: nothing. */
	void (*add_params)(struct AdpParams *params, const AdpSettings *settings,
					   const AdpQuery *query, bool drops_enum_filters);

	/*
	 * Requests that list the accounts behind "*", and one account's settings.
	 * NULL: listing and account_path tell; without that path, too, the listing
	 * tells the settings.
	 */
	void (*list_request)(const AdpSettings *settings, const char *token,
						 struct AdpApiRequest *out);
	void (*account_request)(const AdpSettings *settings, const char *account,
							struct AdpApiRequest *out);

	/*
	 * Asks about the session's access token; the answer is in cxt.  False: the
	 * platform reports nothing of it, or not to this token.  Waits, and throws
	 * what hinders the question itself.  NULL: nothing is to be had.
	 */
	bool (*read_token_info)(struct AdpSession *session, MemoryContext cxt,
							struct AdpTokenInfo *info);
} AdpPlatform;

/* registry.c */
extern const AdpPlatform *adp_platform_by_name(const char *name);
extern const AdpPlatform *const *adp_platforms(void); /* NULL-terminated */

/* catalog.c */
extern const AdpField *adp_platform_field(const AdpPlatform *platform,
										  const char *name);
extern const AdpSource *adp_platform_source(const AdpPlatform *platform,
											const char *name);
extern const char *adp_platform_day_field(const AdpPlatform *platform,
										  const char *source);
extern AdpFieldKind adp_platform_field_kind(const AdpPlatform *platform,
											const char *source,
											const char *name,
											const char **split);

/* What is known of a version; NULL name: the one that is asked for by default.
 * NULL: nothing. */
extern const AdpVersion *adp_platform_version(const AdpPlatform *platform,
											  const char *name);

#endif /* ADP_PLATFORM_PLATFORM_H */
