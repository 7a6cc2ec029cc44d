/*
 * error.h
 *	  Errors as values, and the one map from error class to SQLSTATE.
 *
 * Code that runs while a foreign library is on the stack cannot ereport: the
 * jump would skip the library's frames.  Such code fills an AdpError and
 * returns; its caller throws it with adp_error_throw() once the library has
 * returned.  The texts follow the message style of PostgreSQL; they must never
 * hold a secret.
 */
#ifndef ADP_BASE_ERROR_H
#define ADP_BASE_ERROR_H

#include "base/compat.h"

typedef enum AdpErrorClass
{
	ADP_OK = 0,
	ADP_ERR_OPTION_NAME,	/* unknown option */
	ADP_ERR_OPTION_MISSING, /* required option absent, or no date bound */
	ADP_ERR_ARGUMENT,		/* bad option or argument value */
	ADP_ERR_REPORT,			/* unknown report */
	ADP_ERR_COLUMN,			/* unknown column or field */
	ADP_ERR_COLUMN_TYPE,	/* column type cannot hold the field */
	ADP_ERR_CONNECT,		/* DNS, connect, TLS */
	ADP_ERR_CREDENTIALS,	/* credentials refused */
	ADP_ERR_REFUSED,		/* the platform refused the request */
	ADP_ERR_REPLY,			/* 5xx, timeout, body cut short */
	ADP_ERR_FORMAT,			/* body is not what was promised */
	ADP_ERR_LIMIT,			/* over a size or page limit */
	ADP_ERR_QUOTA,			/* quota or cool-down; detail says until when */
	ADP_ERR_REACH,			/* dates outside a report's trusted reach */
	ADP_ERR_PRIVILEGE,		/* endpoint not allowed */
	ADP_ERR_VALUE_SYNTAX,	/* value does not read as its column's type */
	ADP_ERR_VALUE_RANGE,	/* value out of its column's range */
	ADP_ERR_ENCODING,		/* database is not UTF8 */
	ADP_ERR_MEMORY			/* a library ran out of memory */
} AdpErrorClass;

#define ADP_ERROR_CLASS_COUNT (ADP_ERR_MEMORY + 1)

/*
 * What went wrong.  Texts are palloc'd or constant; detail and hint may be
 * NULL.  An AdpError zeroed by its owner means "no error".
 */
typedef struct AdpError
{
	AdpErrorClass class;
	const char *message;
	const char *detail;
	const char *hint;
	int64 retry_at; /* of ADP_ERR_QUOTA: when to come back, in UNIX seconds;
					 * 0: not known */
} AdpError;

/*
 * Fills *error; the first error wins, later calls leave it alone.  The texts
 * are stored as given.
 */
extern void adp_error_set(AdpError *error, AdpErrorClass class,
						  const char *message, const char *detail,
						  const char *hint);

/* The SQLSTATE of a class, as ereport's errcode() wants it. */
extern int adp_error_sqlstate(AdpErrorClass class);

/*
 * Throws *error, which must not be ADP_OK, at level ERROR.  Programs find the
 * moment to come back in the diagnostic field CONSTRAINT_NAME, as
 * "retry_at=2026-11-29T00:00:00Z": the sentence in the detail is for people, and
 * stands beside words of the platform.
 */
pg_noreturn extern void adp_error_throw(const AdpError *error);

#endif /* ADP_BASE_ERROR_H */
