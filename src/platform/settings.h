/*
 * settings.h
 *	  The options of a server, its user mapping and a table, as one struct.
 *
 * fdw/option.c fills it from the option tables: its own, for all platforms, and
 * that of each platform.  Members that a platform does not have stay NULL or 0.
 * Secrets come from the user mapping only.
 */
#ifndef ADP_PLATFORM_SETTINGS_H
#define ADP_PLATFORM_SETTINGS_H

struct AdpAccountSet; /* platform/accounts/account_set.h */

typedef enum AdpUnbounded
{
	ADP_UNBOUNDED_ERROR = 0,
	ADP_UNBOUNDED_WINDOW,
	ADP_UNBOUNDED_ALLOW
} AdpUnbounded;

/* A secret that the user mapping gives as a file of the server. */
typedef struct AdpSecretFile
{
	struct AdpSecretFile *next;
	const struct AdpOption *secret; /* the option that the content stands for */
	const char *path;
} AdpSecretFile;

/* What follows a secret's name in the name of the option for its file. */
#define ADP_FILE_SUFFIX "_file"

typedef struct AdpSettings
{
	/* server, user mapping and addresses */
	const char *server_name;
	Oid serverid;
	Oid umid;			  /* user mapping; InvalidOid if there is none */
	Oid userid;			  /* the role that requests; if with secrets */
	const char *endpoint; /* never NULL after lookup */
	const char *token_endpoint;
	const char *api_version;

	/* limits of transfers */
	int connect_timeout_ms;
	int request_timeout_ms;
	int max_retries;
	int max_concurrency;
	int job_timeout_ms; /* meta_ads */

	/* scans without a date */
	const char *unbounded; /* an AdpUnbounded by name */
	int window_days;

	/* accounts; the table's option narrows the server's */
	const struct AdpAccountSet *accounts;
	const struct AdpAccountSet *table_accounts;
	const char *manager; /* google_ads: login_customer_id */

	/* what a table reads */
	const char *source;		/* option "resource", "level" or "report" */
	const char *breakdowns; /* meta_ads */
	const char *period;		/* an AdpPeriod by name, or NULL */
	const char *reattr;		/* appsflyer: "true" or "false" */
	const char *action_breakdowns;
	const char *deleted; /* "include" or "exclude" deleted objects; or NULL */

	/* how conversions and money are counted */
	const char *conversion_actions; /* meta_ads; kakao_moment: events */
	const char *time_zone;			/* appsflyer: must be the app's own */
	const char *currency;
	int cache_ttl_s;
	const char *vat_rate;		   /* naver_searchad */
	const char *vat;			   /* kakao_moment: "exclude" or "as_told" */
	const char *conversion_window; /* kakao_moment */

	/* secrets */
	const char *client_id;
	const char *client_secret;
	const char *refresh_token;
	const char *service_account_key;
	const char *access_token; /* appsflyer: option "api_token" */
	const char *app_secret;	  /* meta_ads */
	const char *developer_token;
	AdpSecretFile *secret_files; /* api/secret_files.c reads them */
} AdpSettings;

/* The text member at an offset; NULL if it is not set. */
static inline const char *
adp_setting(const AdpSettings *settings, size_t offset)
{
	return *(const char *const *) ((const char *) settings + offset);
}

/* The objects that accept an option. */
#define ADP_ON_SERVER 0x01
#define ADP_ON_MAPPING 0x02
#define ADP_ON_TABLE 0x04
#define ADP_ON_COLUMN 0x08

typedef enum AdpOptionType
{
	ADP_OPTION_TEXT,	 /* any non-empty text */
	ADP_OPTION_TOKEN,	 /* printable ASCII characters */
	ADP_OPTION_INT,		 /* min to max */
	ADP_OPTION_URL,		 /* https, or http to loopback */
	ADP_OPTION_ONE_OF,	 /* one of words */
	ADP_OPTION_FIELD,	 /* the platform's name for a column */
	ADP_OPTION_ACCOUNT,	 /* one account id */
	ADP_OPTION_ACCOUNTS, /* ids with commas, or "*" if words allows it */
	ADP_OPTION_PATTERN,	 /* matches a regular expression */
	ADP_OPTION_CHECKED	 /* check() decides */
} AdpOptionType;

/* One option; validator, hints and lookup derive from these rows. */
typedef struct AdpOption
{
	const char *name;
	int where; /* ADP_ON_… bits */
	AdpOptionType type;
	size_t offset;	/* of the member in AdpSettings */
	bool is_secret; /* the option's name with ADP_FILE_SUFFIX is one, too */
	int min;		/* ADP_OPTION_INT */
	int max;
	int fallback;
	const char *words;	 /* ADP_OPTION_ONE_OF: "a, b, c" */
	const char *pattern; /* ADP_OPTION_PATTERN, and the pattern in words */
	const char *rule;

	/* Returns NULL, or the reason why the value is invalid, as an errdetail. */
	const char *(*check)(const char *value);
	size_t table_offset; /* member for a table's value; 0: the same member */
} AdpOption;

#endif /* ADP_PLATFORM_SETTINGS_H */
