/*
 * catalog.h
 *	  What a platform offers, as tables: fields, reports, sources, versions.
 */
#ifndef ADP_PLATFORM_CATALOG_H
#define ADP_PLATFORM_CATALOG_H

struct AdpRowReader;

/* How the platform types a field. */
typedef enum AdpFieldType
{
	ADP_FIELD_TEXT, /* free text: names */
	ADP_FIELD_ID,	/* 64-bit number that identifies: text here */
	ADP_FIELD_INT,
	ADP_FIELD_DECIMAL, /* a number with a fraction */
	ADP_FIELD_BOOL,
	ADP_FIELD_DATE,
	ADP_FIELD_TIME, /* date and time without a zone */
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
#define ADP_FIELD_ADDITIVE 0x01	  /* sums over rows and days */
#define ADP_FIELD_SINCE_1970 0x02 /* an earlier time means that none is set */
#define ADP_FIELD_ABSENT_0 0x04 /* left out by the platform means 0 or false */
#define ADP_FIELD_MICROS 0x08	/* millionths of the currency unit */

/* Fields whose value is known without asking for it. */
#define ADP_FIELD_PLATFORM 0x20 /* the wrapper's name */
#define ADP_FIELD_ACCOUNT 0x40	/* the account's id */

/* Fields whose value comes with the account's settings. */
#define ADP_FIELD_ACCOUNT_NAME 0x80
#define ADP_FIELD_ACCOUNT_CURRENCY 0x100
#define ADP_FIELD_ACCOUNT_ZONE 0x200
#define ADP_FIELD_ACCOUNT_SYSTEM 0x400
#define ADP_FIELD_ACCOUNT_RETARGETING 0x800

/* Smallest units of the account's currency, as many as the platform says. */
#define ADP_FIELD_MINOR 0x8000

/* So large a value that a page had better hold fewer rows. */
#define ADP_FIELD_HEAVY 0x10000

/* Text, of which digits may stand in a condition. */
#define ADP_FIELD_DIGITS 0x20000

#define ADP_FIELD_OF_SETTINGS \
	(ADP_FIELD_ACCOUNT_NAME | ADP_FIELD_ACCOUNT_CURRENCY | \
	 ADP_FIELD_ACCOUNT_ZONE | ADP_FIELD_ACCOUNT_SYSTEM | \
	 ADP_FIELD_ACCOUNT_RETARGETING)
#define ADP_FIELD_KNOWN \
	(ADP_FIELD_PLATFORM | ADP_FIELD_ACCOUNT | ADP_FIELD_OF_SETTINGS)

/* Personal data: left out of imported tables unless asked for. */
#define ADP_FIELD_PERSONAL 0x1000000

/* How a field of a CSV body is treated. */
#define ADP_FIELD_REQUIRED 0x1000 /* a body without it is refused */
#define ADP_FIELD_NO_NONE 0x2000  /* text with a word for no value */
#define ADP_FIELD_SHAPES 0x4000	  /* makes rows of its own: always asked for */

/*
 * A field.  A row exists when a metric of the table is not zero; whether a
 * metric has to be looked at for that depends on those beside it: one that
 * cannot be other than zero where some others are all zero names these.
 */
typedef struct AdpField
{
	const char *name;
	AdpFieldType type;
	AdpFieldKind kind;
	int flags;
	const char *description;
	const char *implied_by; /* metrics, with commas; NULL: it stands alone */
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
	const char *breakdowns; /* the table option of that name, or NULL */
} AdpReport;

/*
 * What differs between the sources of one platform.  The trusted reach is how
 * far back the platform surely answers: a scan outside it is an error.
 */
typedef struct AdpSource
{
	const char *name;	   /* NULL: all that are not named before */
	int reach_months;	   /* 0: not counted in months */
	int reach_days;		   /* the account's today included; 0: not in days */
	int days_per_request;  /* longest range of one request; 0: any */
	int64 rows_cap;		   /* an answer of so many rows is cut; 0: none is */
	const char *path;	   /* template of its requests, see request.h */
	int page_rows;		   /* rows of a page to ask for; 0: not said */
	const char *filler;	   /* field to ask for when none is needed: count(*) */
	bool is_listing;	   /* its rows are the accounts: nothing is asked */
	bool is_single;		   /* the answer is one row by itself */
	bool asks_manager;	   /* for all accounts one answer of the manager does */
	bool is_shared;		   /* rows of an account may be its managers' */
	const char *day_field; /* where days are bounded; NULL: as elsewhere */
	const char *attributed; /* google_ads: resources whose fields do not split
							 * its rows, with commas; NULL: none known */
	bool is_part; /* spend and impressions of its rows never add up to more
				   * than the account's */

	/*
	 * Fields that tell its rows apart, beside account and segments, the one that
	 * names the thing last; ends with NULL.  NULL: rows cannot be told apart.
	 */
	const char *const *keys;

	const struct AdpRowReader *rows; /* NULL: members of an object */
} AdpSource;

/*
 * Settings on the platform's side that numbers hang on: fields of a source that
 * has one row per account, or one per thing with an id.
 */
typedef struct AdpWatch
{
	const char *source; /* NULL: end of the list */
	const char *thing;	/* "conversion_action"; NULL: of the account itself */
	const char *id;		/* field with the thing's id */
	const char *const *fields; /* ends with NULL */
} AdpWatch;

typedef struct AdpVersion
{
	const char *name;	/* as it stands in the URL */
	const char *sunset; /* ISO date from which on it may be gone; NULL: not set */
	bool is_default; /* asked for where no option names one; else the first */
} AdpVersion;

#endif /* ADP_PLATFORM_CATALOG_H */
