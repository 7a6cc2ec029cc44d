/*
 * platform.h
 *	  The contract between the engine and a platform.
 *
 * A platform is a const AdpPlatform: its fields (what the platform calls a
 * column, and how it behaves), its reports (the tables that we typed for the
 * user), its options, and a few hooks where a table cannot say it.  Adding one
 * is one file and one line in registry.c.
 */
#ifndef ADP_PLATFORM_PLATFORM_H
#define ADP_PLATFORM_PLATFORM_H

#include "utils/date.h"

#include "base/error.h"
#include "base/json.h"
#include "net/http.h"
#include "platform/settings.h"

/* How the platform types a field. */
typedef enum AdpFieldType
{
	ADP_FIELD_TEXT, /* free text: names */
	ADP_FIELD_ID,	/* 64-bit number that identifies: text here */
	ADP_FIELD_INT,
	ADP_FIELD_DECIMAL, /* a number with a fraction */
	ADP_FIELD_BOOL,
	ADP_FIELD_DATE,
	ADP_FIELD_ENUM,
	ADP_FIELD_LIST, /* repeated scalars */
	ADP_FIELD_OBJECT
} AdpFieldType;

typedef enum AdpFieldKind
{
	ADP_KIND_ATTRIBUTE, /* of an entity: does not split rows */
	ADP_KIND_SEGMENT,	/* splits rows */
	ADP_KIND_METRIC
} AdpFieldKind;

/* Flags of a field. */
#define ADP_FIELD_ADDITIVE 0x01 /* sums over rows and days */
#define ADP_FIELD_PRESENCE 0x02 /* a row exists when one of these is not 0 */
#define ADP_FIELD_ABSENT_0 0x04 /* left out by the platform means 0 or false */
#define ADP_FIELD_MICROS 0x08	/* millionths of the currency unit */
#define ADP_FIELD_ALONE 0x10	/* segment that presence metrics do not join */
#define ADP_FIELD_ACCOUNT 0x20	/* is the account's id: known, not asked for */
#define ADP_FIELD_PLATFORM 0x40 /* the wrapper's name: known, not asked for */

typedef struct AdpField
{
	const char *name;
	AdpFieldType type;
	AdpFieldKind kind;
	int flags;
	const char *description;
} AdpField;

/* A column of a report; type is its SQL type. */
typedef struct AdpColumn
{
	const char *name;
	Oid type;
	const char *field;
} AdpColumn;

typedef struct AdpReport
{
	const char *schema; /* "reports" or "common" */
	const char *name;
	const char *source;		  /* the table option that selects it */
	const AdpColumn *columns; /* ends with a NULL name */
	const char *description;
} AdpReport;

typedef struct AdpVersion
{
	const char *name;	/* as it stands in the URL */
	const char *sunset; /* "2027-02" */
} AdpVersion;

/* An account as the platform describes it. */
typedef struct AdpAccount
{
	char *id;
	char *name;		 /* may be NULL */
	char *time_zone; /* NULL until asked for */
	char *currency;
} AdpAccount;

/* A condition on a field.  An unknown value is a placeholder, for EXPLAIN. */
typedef enum AdpOperator
{
	ADP_OP_IN, /* any of values; one value: equality */
	ADP_OP_NOT_IN
} AdpOperator;

typedef struct AdpCondition
{
	const AdpField *field;
	AdpOperator op;
	int nvalues;
	const char **values;
	bool is_placeholder; /* values are "$n", not constants */
} AdpCondition;

/* What a scan asks of every account. */
typedef struct AdpQuery
{
	const char *source;	 /* resource, level or report of the table */
	const char **fields; /* platform names, in cell order */
	int nfields;
	bool has_day;
	const char *since; /* ISO date or placeholder */
	const char *until;
	const AdpCondition *conditions;
	int nconditions;
	int64 limit; /* 0: none */
} AdpQuery;

/* How a failed answer reads in the platform's own terms. */
typedef struct AdpFailure
{
	AdpErrorClass class;
	const char *message; /* the platform's sentence */
	const char *code;	 /* "quotaError.RESOURCE_EXHAUSTED" */
	const char *request_id;
	const char *hint;
	int64 retry_after_ms; /* -1: not said */
	bool is_transient;
	bool is_permanent;
	bool is_token_expired; /* a new access token may help */
	bool is_bad_constant;  /* an enum value the platform lacks */
	bool is_page_expired;  /* the page token is no longer good */
	bool is_too_much;	   /* fewer days, or a job, may do */
} AdpFailure;

/* A request to be signed and sent; path is appended to the endpoint. */
typedef struct AdpApiRequest
{
	const char *method;
	const char *path;
	const char *body;
} AdpApiRequest;

typedef enum AdpSignIn
{
	ADP_SIGN_IN_GOOGLE /* refresh token, service account, or a ready
								 * access token as bearer */
} AdpSignIn;

typedef struct AdpPlatform
{
	const char *name;  /* also the wrapper's */
	const char *title; /* for people: "Google Ads" */
	const char *endpoint;
	const char *token_endpoint;
	const AdpVersion *versions; /* newest first, ends with a NULL name */
	const char *account_option; /* "customer_id" */
	const char *source_option;	/* "resource" */
	const char *day_field;
	int reach_months; /* trusted reach of daily reports */
	AdpSignIn sign_in;
	const char *rows_key;  /* page member that holds the rows */
	const char *token_key; /* page member with the next page's token */

	const AdpField *fields;	  /* ends with a NULL name */
	const AdpReport *reports; /* ends with a NULL name */
	const AdpOption *options; /* ends with a NULL name */

	/* Spells an account id as the platform does; NULL if it is malformed. */
	char *(*canonical_account)(const char *id);

	/* JSON path of a field below a row. */
	char *(*field_path)(const char *field);

	/* Whether a value may stand in a condition on the field. */
	bool (*can_hold)(const AdpField *field, const char *value);

	/* The request text for one account, as EXPLAIN shows it. */
	char *(*query_text)(const AdpQuery *query);

	/* The request for one page; page_token NULL for the first. */
	void (*page_request)(const AdpSettings *settings, const char *account,
						 const char *query_text, const char *page_token,
						 AdpApiRequest *out);

	/* Headers beyond the bearer token; returns how many, at most 4. */
	int (*headers)(const AdpSettings *settings, AdpHttpHeader *headers);

	/*
	 * The accounts that a source is asked of, when not the configured ones:
	 * returns a comma list, or NULL.
	 */
	const char *(*ask_instead)(const AdpSettings *settings, const char *source);

	/* Requests that list the accounts behind "*", and one account's settings. */
	void (*list_request)(const AdpSettings *settings, const char *page_token,
						 AdpApiRequest *out);
	void (*account_request)(const AdpSettings *settings, const char *account,
							AdpApiRequest *out);

	/* Reads an account out of one row of either answer; false to skip it. */
	bool (*read_account)(const AdpJson *row, AdpAccount *account);

	/* Reads a failed answer; doc NULL if the body was no document. */
	void (*read_failure)(int status, const AdpJson *doc, AdpFailure *failure);
} AdpPlatform;

/* registry.c */
extern const AdpPlatform *adp_platform_by_name(const char *name);
extern const AdpPlatform *const *adp_platforms(void); /* NULL-terminated */
extern const AdpField *adp_platform_field(const AdpPlatform *platform,
										  const char *name);

#endif /* ADP_PLATFORM_PLATFORM_H */
