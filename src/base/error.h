/*
 * error.h
 *	  Errors as values, and the one map from error class to SQLSTATE.
 *
 * Code that runs while a foreign library is on the stack cannot ereport,
 * because the jump would skip the library's frames.  Such code fills an
 * AdpError and returns.  Its caller throws the error with adp_error_throw()
 * once the library has returned.  The texts follow PostgreSQL's message style
 * and must never contain a secret.
 */
#ifndef ADP_BASE_ERROR_H
#define ADP_BASE_ERROR_H

#include "base/compat.h"

typedef enum AdpErrorClass
{
	ADP_OK = 0,
	ADP_ERR_OPTION_NAME,	/* unknown option */
	ADP_ERR_OPTION_MISSING, /* required option absent, or day without bound */
	ADP_ERR_ARGUMENT,		/* bad option or argument value */
	ADP_ERR_REPORT,			/* unknown report */
	ADP_ERR_COLUMN,			/* unknown column or field */
	ADP_ERR_COLUMN_TYPE,	/* column type cannot hold the field */
	ADP_ERR_CONNECT,		/* DNS, connect, TLS */
	ADP_ERR_CREDENTIALS,	/* credentials refused */
	ADP_ERR_REFUSED,		/* the platform refused the request */
	ADP_ERR_REPLY,			/* 5xx, timeout, truncated body */
	ADP_ERR_FORMAT,			/* body is not as the platform's API promises */
	ADP_ERR_LIMIT,			/* over a size or page limit */
	ADP_ERR_QUOTA,			/* quota or cool-down; the detail names the end */
	ADP_ERR_REACH,			/* dates beyond a report's reliable period */
	ADP_ERR_PRIVILEGE,		/* endpoint not allowed */
	ADP_ERR_VALUE_SYNTAX,	/* value is not valid input for its column's type */
	ADP_ERR_VALUE_RANGE,	/* value out of its column's range */
	ADP_ERR_ENCODING,		/* database is not UTF8 */
	ADP_ERR_MEMORY			/* a library ran out of memory */
} AdpErrorClass;

#define ADP_ERROR_CLASS_COUNT (ADP_ERR_MEMORY + 1)

/* The same request fails at any time. */
#define ADP_RETRY_NEVER (-1)

/* The CONSTRAINT_NAME of an error whose earliest retry is not known. */
#define ADP_RETRY_UNKNOWN "retry_at=unknown"

/*
 * An error.  The texts are palloc'd or constant.  detail and hint may be NULL.
 * A zeroed AdpError means "no error".
 */
typedef struct AdpError
{
	AdpErrorClass class;
	const char *message;
	const char *detail;
	const char *hint;
	int64 retry_at; /* of ADP_ERR_QUOTA: earliest retry, UNIX seconds, 0 if it is
					 * not known, or ADP_RETRY_NEVER */
	const char *late_day; /* the day that the platform still prepares, or NULL */
} AdpError;

/*
 * Fills *error unless it already holds an error.  The texts are stored, not
 * copied.
 */
extern void adp_error_set(AdpError *error, AdpErrorClass class,
						  const char *message, const char *detail,
						  const char *hint);

/* The SQLSTATE of a class, for errcode().  Exported for tests only. */
extern int adp_error_sqlstate(AdpErrorClass class);

/*
 * Throws *error, which must not be ADP_OK, at level ERROR.  The diagnostic
 * field CONSTRAINT_NAME carries the earliest retry for programs, as
 * "retry_at=2026-11-29T00:00:00Z", and of a day that the platform still
 * prepares also " late_day=2026-11-28"; "retry_at=never" if the same request
 * fails at any time, ADP_RETRY_UNKNOWN for another ADP_ERR_QUOTA.  The detail states it for people, next
 * to the platform's own words.
 */
pg_noreturn extern void adp_error_throw(const AdpError *error);

#endif /* ADP_BASE_ERROR_H */
