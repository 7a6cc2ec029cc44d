/*
 * platform.h
 *	  The contract between the engine and a platform.
 *
 * A platform is a const AdpPlatform: its fields (what the platform calls a
 * column, and how it behaves), its reports (the tables that we typed for the
 * user), its options, what kind of signing, paging and answer it has, and a few
 * hooks where a table cannot say it.  Adding one is one file and one line in
 * registry.c; doc/adding_a_platform.md walks through it.
 */
#ifndef ADP_PLATFORM_PLATFORM_H
#define ADP_PLATFORM_PLATFORM_H

#include "platform/exchange.h"

struct AdpJobHooks;

/* How requests are signed. */
typedef enum AdpSignIn
{
	ADP_SIGN_IN_GOOGLE, /* refresh token, service account, or a ready access
						 * token, as bearer */
	ADP_SIGN_IN_READY	/* a ready access token as bearer; with an app secret
						 * its proof in every query string */
} AdpSignIn;

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
	AdpSignIn sign_in;
	const char *redirect_domain; /* whose hosts an answer may refer to, or NULL */
	AdpFormat format;
	const char *rows_key;		/* page member that holds the rows */
	const char *list_key;		/* the same in a listing of accounts */
	const char *token_path;		/* where a page has the next one's token */
	const char *more_path;		/* absent or empty on the last page */
	const char *version_header; /* of answers: who really made them, or NULL */

	bool any_field_name; /* names of fields go into no request */
	bool asks_settings;	 /* requests depend on the account's settings */
	bool keeps_answers;	 /* calls are few: see kept.h */

	const AdpField *fields;	  /* ends with a NULL name */
	const AdpReport *reports; /* ends with a NULL name */
	const AdpSource *sources; /* the last one has a NULL name */
	const AdpOption *options; /* ends with a NULL name */
	const AdpWatch *watches;  /* ends with a NULL source; NULL: none */

	/* Spells an account id as the platform does; NULL if it is malformed. */
	char *(*canonical_account)(const char *id);

	/* Whether a value may stand in a condition on the field. */
	bool (*can_hold)(const AdpField *field, const char *value);

	/* Decimals of a currency's smallest unit; NULL: no field is in them. */
	int (*minor_digits)(const char *currency);

	/* A field to ask for when a statement needs none: count(*). */
	const char *(*filler_field)(const AdpSettings *settings);

	/* JSON path of a field below a row; not used where the source has tallies. */
	char *(*field_path)(const char *field);

	/* The request of an account as EXPLAIN shows it; equal means the same. */
	char *(*query_text)(const AdpSettings *settings, const AdpQuery *query);

	/* The request for a page. */
	void (*page_request)(const AdpPageAsk *ask, AdpApiRequest *out);

	/* Headers beyond the bearer token, at most 4; NULL: none. */
	int (*headers)(const AdpSettings *settings, AdpHttpHeader *headers);

	/*
	 * The accounts that a source is asked of, when not the configured ones:
	 * returns a comma list, or NULL.  NULL: always the configured ones.
	 */
	const char *(*ask_instead)(const AdpSettings *settings, const char *source);

	/*
	 * Requests that list the accounts behind "*", and one account's settings.
	 * account_request NULL: the listing tells the settings.
	 */
	void (*list_request)(const AdpSettings *settings, const char *token,
						 AdpApiRequest *out);
	void (*account_request)(const AdpSettings *settings, const char *account,
							AdpApiRequest *out);

	/* Reads an account out of a row of either answer; false to skip it. */
	bool (*read_account)(const AdpJson *row, AdpAccount *account);

	/*
	 * The request that tells of the access token; false: it cannot be asked
	 * about.  Reads its answer into what says that nothing is told.  NULL: the
	 * platform tells nothing.
	 */
	bool (*access_request)(const AdpSettings *settings, AdpApiRequest *out);
	void (*read_access)(const AdpJson *doc, AdpAccess *access);

	/* Reads a failed answer. */
	void (*read_failure)(const AdpReply *reply, AdpFailure *failure);

	/*
	 * Throws for what the platform would answer with silence in place of an
	 * error, and warns of what it may.  since is the first day, empty for all
	 * that the platform keeps.  NULL: there is no such thing.
	 */
	void (*check_query)(const AdpSettings *settings, const AdpQuery *query,
						const char *since);

	/*
	 * Why rows may be missing from a whole answer that had so many, as a
	 * sentence; NULL: they are not.  is_plain: it was asked for without values
	 * that the platform refused.  NULL: none ever are.
	 */
	const char *(*doubt)(const AdpSettings *settings, const AdpQuery *query,
						 int64 nrows, bool is_plain);

	/*
	 * How long to pause before the next call, going by a good answer (of which
	 * only path and transfer are there); must_wait: the platform demands it.
	 * NULL: never.
	 */
	int64 (*pause_ms)(const AdpReply *reply, bool *must_wait);

	/* Reports made in the background; NULL: there are none. */
	const struct AdpJobHooks *jobs;
} AdpPlatform;

/* registry.c */
extern const AdpPlatform *adp_platform_by_name(const char *name);
extern const AdpPlatform *const *adp_platforms(void); /* NULL-terminated */
extern const AdpField *adp_platform_field(const AdpPlatform *platform,
										  const char *name);
extern const AdpSource *adp_platform_source(const AdpPlatform *platform,
											const char *name);

#endif /* ADP_PLATFORM_PLATFORM_H */
