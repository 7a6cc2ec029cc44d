/*
 * catalog.h
 *	  What a platform offers, as tables: fields, reports, sources, versions.
 */
#ifndef ADP_PLATFORM_CATALOG_H
#define ADP_PLATFORM_CATALOG_H

struct AdpAssembler;
struct AdpFormats;
struct AdpPager;
struct AdpRowReader;

/* The type of a field on the platform. */
typedef enum AdpFieldType
{
	ADP_FIELD_TEXT, /* free text: names */
	ADP_FIELD_ID,	/* 64-bit number that identifies an object: text in SQL */
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

/* The days that a row of a table covers: option "period". */
typedef enum AdpPeriod
{
	ADP_PERIOD_DAY,
	ADP_PERIOD_WEEK, /* Monday to Sunday */
	ADP_PERIOD_MONTH,
	ADP_PERIOD_ALL /* the range that the statement asks for */
} AdpPeriod;

#define ADP_NPERIODS (ADP_PERIOD_ALL + 1)

/* Flags of a field. */
#define ADP_FIELD_SINCE_1970 0x02 /* an earlier time means NULL */
#define ADP_FIELD_ABSENT_0 0x04	  /* the platform leaves out 0 and false */
#define ADP_FIELD_MICROS 0x08	  /* millionths of the currency unit */

/*
 * Over what the values of a metric add up.  A metric without any of these flags
 * must be requested at the grain at which it is read: numbers of people, ratios
 * and shares.
 */
#define ADP_FIELD_ADDS_DAYS 0x01
#define ADP_FIELD_ADDS_ENTITIES 0x10
#define ADP_FIELD_ADDS_BREAKDOWNS 0x40000
#define ADP_FIELD_ADDITIVE \
	(ADP_FIELD_ADDS_DAYS | ADP_FIELD_ADDS_ENTITIES | ADP_FIELD_ADDS_BREAKDOWNS)

/* An option of the table decides whether the metric adds up. */
#define ADP_FIELD_ADDS_BY_OPTION 0x80000

/* A dimension that counts the same thing under several values. */
#define ADP_FIELD_OVERLAPS 0x100000

/*
 * A segment whose values divide what they split: the rows of all its values
 * add up to the row without it.
 */
#define ADP_FIELD_DIVIDES 0x200000

/* A metric whose values can be negative, or a segment whose parts can. */
#define ADP_FIELD_SIGNED 0x400000

/* Fields whose value needs no request. */
#define ADP_FIELD_PLATFORM 0x20 /* the wrapper's name */
#define ADP_FIELD_ACCOUNT 0x40	/* the account's id */

/* First and last day of the row's period. */
#define ADP_FIELD_PERIOD_START 0x4000000
#define ADP_FIELD_PERIOD_END 0x8000000
#define ADP_FIELD_OF_PERIOD (ADP_FIELD_PERIOD_START | ADP_FIELD_PERIOD_END)

/*
 * The platform can return the rows with the largest values first.  Every row
 * has a value, which is not negative.
 */
#define ADP_FIELD_RANKS 0x10000000

/* A day or a period: splits the rows of a table with option "period". */
#define ADP_FIELD_CALENDAR 0x800000

/* Not offered beside a calendar field: counts people. */
#define ADP_FIELD_OF_RANGE 0x2000000

/* Fields whose value comes with the account's settings. */
#define ADP_FIELD_ACCOUNT_NAME 0x80
#define ADP_FIELD_ACCOUNT_CURRENCY 0x100
#define ADP_FIELD_ACCOUNT_ZONE 0x200
#define ADP_FIELD_ACCOUNT_SYSTEM 0x400
#define ADP_FIELD_ACCOUNT_RETARGETING 0x800

/* In the smallest unit of the account's currency on this platform. */
#define ADP_FIELD_MINOR 0x8000

/* Values so large that a page should hold fewer rows. */
#define ADP_FIELD_HEAVY 0x10000

/* Text; a condition on it may be sent if the value is an id in digits. */
#define ADP_FIELD_DIGITS 0x20000

/* All fields whose value comes with the account's settings. */
#define ADP_FIELD_OF_SETTINGS \
	(ADP_FIELD_ACCOUNT_NAME | ADP_FIELD_ACCOUNT_CURRENCY | \
	 ADP_FIELD_ACCOUNT_ZONE | ADP_FIELD_ACCOUNT_SYSTEM | \
	 ADP_FIELD_ACCOUNT_RETARGETING)
/* All fields whose value is not in the rows. */
#define ADP_FIELD_KNOWN \
	(ADP_FIELD_PLATFORM | ADP_FIELD_ACCOUNT | ADP_FIELD_OF_PERIOD | \
	 ADP_FIELD_OF_SETTINGS)

/* Personal data: left out of imported tables unless asked for. */
#define ADP_FIELD_PERSONAL 0x1000000

/* Flags of fields in a CSV body. */
#define ADP_FIELD_REQUIRED 0x1000 /* a body without it is an error */
#define ADP_FIELD_HAS_NONE 0x2000 /* text in which the word None means NULL */
#define ADP_FIELD_SHAPES 0x4000	  /* decides which rows exist: always read */

/*
 * A field.  A row exists if a metric of the table is not zero.  A metric that
 * can be nonzero only if one of certain other metrics is nonzero names these
 * in implied_by; it need not be checked when they are requested.
 */
typedef struct AdpField
{
	const char *name;
	AdpFieldType type;
	AdpFieldKind kind;
	int flags;
	const char *description;
	const char *implied_by; /* comma-separated metrics; NULL: independent */
	const char *entity; /* what the value identifies, as an id or by its name */
	const char *beside; /* segment that must be requested with it; or NULL */
} AdpField;

/* The entity of a field that identifies what the rows of its report are of. */
#define ADP_ENTITY_LISTED "listed object"

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
	const char *entity;		/* what ADP_ENTITY_LISTED means; or NULL */
	AdpPeriod period;		/* the same */
	const char *reattr;		/* the same; NULL: not set */

	/*
	 * A report of schema "reports" is also in schema "reports_<group>", and in
	 * no other; NULL: the group core.
	 */
	const char *group;
} AdpReport;

#define ADP_GROUP_CORE "core"

/*
 * A source of rows on a platform.  The reach is how far back the platform
 * reliably has data; a scan of earlier days is an error.
 */
typedef struct AdpSource
{
	const char *name; /* NULL: all sources not listed before */
	int reach_months; /* 0: no limit in months */
	int reach_days;	  /* including the account's today; 0: no limit in days */
	int days_per_request; /* longest range of one request; 0: any */
	int ready_h; /* a day can be read so many hours after its end; 0: at once,
				  * and today as well */
	int passes;	 /* times that its pager asks for a range; 0: once */
	int64 rows_cap;	  /* the platform truncates at so many rows; 0: never */
	const char *path; /* template of its requests, see request.h */
	int page_rows;	  /* rows per page to request; 0: the platform's default */
	const char *filler;	   /* field to request for count(*) */
	bool is_listing;	   /* its rows are the known accounts: no requests */
	bool is_single;		   /* the response is one row, or a list of one */
	bool asks_manager;	   /* one response of the manager covers all accounts */
	bool is_shared;		   /* rows of an account may belong to its managers */
	const char *object;	   /* what requests call it; NULL: its name */
	const char *condition; /* on all its rows, as requests have it; or NULL */
	const char *day_field; /* field for conditions on days; or NULL */
	const char *attributed;	 /* google_ads: resources whose fields do not split
							 * its rows, comma-separated; NULL: not known */
	const char *overlapping; /* field whose values count the same thing more
							  * than once; or NULL */
	bool has_periods;		 /* its rows may cover weeks, months or any range */
	bool is_part; /* spend and impressions of its rows never add up to more
				   * than the account's */
	bool has_all_metrics; /* its rows have every metric that was requested, if
						   * only as NULL */

	/*
	 * Fields that identify a row, beside account and segments.  The last one
	 * names the object; then NULL.  A NULL pointer: rows have no key.
	 */
	const char *const *keys;

	const struct AdpRowReader *rows;	  /* NULL: each row is a JSON object */
	const struct AdpFormats *formats;	  /* NULL: those of the platform */
	const struct AdpPager *pager;		  /* NULL: that of the platform */
	const struct AdpAssembler *assembler; /* NULL: a page is one answer */
} AdpSource;

/* Returns what requests call a source. */
static inline const char *
adp_source_object(const AdpSource *source)
{
	return source->object != NULL ? source->object : source->name;
}

/*
 * Settings on the platform that change the numbers: fields of a source that
 * has one row per account, or one per object with an id.
 */
typedef struct AdpWatch
{
	const char *source; /* NULL: end of the list */
	const char *thing;	/* kind of object: "conversion_action"; NULL: account */
	const char *id;		/* field with the object's id */
	const char *const *fields; /* ends with NULL */
} AdpWatch;

/*
 * A version of the API.  A server without option api_version uses the default,
 * or the first of the list if none is marked.
 */
typedef struct AdpVersion
{
	const char *name;	/* as in the URL */
	const char *sunset; /* ISO date of the shutdown; NULL: not announced */
	bool is_default;
} AdpVersion;

#endif /* ADP_PLATFORM_CATALOG_H */
