/*
 * api_types.h
 *	  What engine and platform exchange: requests, responses, rows.
 */
#ifndef ADP_PLATFORM_API_API_TYPES_H
#define ADP_PLATFORM_API_API_TYPES_H

#include "base/error.h"
#include "base/json.h"
#include "base/rows.h"
#include "net/http.h"
#include "platform/api/verdict.h"
#include "platform/query.h"
#include "platform/settings.h"

/* A page to request. */
typedef struct AdpPageAsk
{
	const AdpSettings *settings;
	const AdpAccount *account;
	const AdpQuery *query;
	const char *token;		 /* of the page; NULL for the first */
	const char *job;		 /* the finished job that has the rows, or NULL */
	int nranges;			 /* of days that are left, with the query's */
	int halvings;			 /* of the usual page, which was too large */
	bool drops_enum_filters; /* leave out enum values that the platform rejects */
} AdpPageAsk;

/* A request to be signed and sent; path is appended to the endpoint. */
typedef struct AdpApiRequest
{
	const char *method;
	const char *path; /* contains no secret */
	const char *body;
	const char *content_type; /* of the body; NULL: JSON */
	const char *accept;		  /* NULL: any */
	bool is_text; /* of rows: a text that does not mark its own end */
	bool creates; /* each time it is sent: see adp_call_is_doubtful() */

	/* filled in by the engine */
	const char *account;  /* id of the requested account, or NULL */
	int days;			  /* number of requested days; 0: it has no days */
	AdpAnswerKind answer; /* what it asks for */
} AdpApiRequest;

/* What a platform reports about an access token. */
typedef struct AdpTokenInfo
{
	const char *scopes; /* sorted, comma-separated; NULL: not reported */
	int64 expires_at;	/* UNIX seconds; 0: never, -1: not reported */
} AdpTokenInfo;

/*
 * A response.  doc and text are set only for a failed one, which reports a
 * failure, whatever its status.
 */
typedef struct AdpReply
{
	int status;
	const AdpJson *doc;				 /* NULL: the body is not a JSON document */
	const char *text;				 /* its beginning, NUL-terminated */
	const char *path;				 /* of the request */
	const AdpHttpTransfer *transfer; /* for adp_http_header() */
	int days;						 /* of the request; 0: it has no days */
} AdpReply;

/* A failed response in the platform's own terms. */
typedef struct AdpFailure
{
	AdpErrorClass class;
	int status;			 /* HTTP status, or the one that the body names */
	const char *message; /* the platform's sentence */
	const char *code;	 /* "quotaError.RESOURCE_EXHAUSTED" */
	const char *request_id;
	const char *hint;
	int64 retry_after_ms; /* -1: not reported */
	bool is_transient;
	bool is_permanent;
	bool is_token_expired; /* a new access token may help */
	bool is_bad_constant;  /* the platform rejects an enum value */
	bool is_too_much;	   /* fewer days, or a job, may help */
	bool is_page_too_big;  /* fewer rows per page may help */
	bool is_not_ready;	   /* a job that cannot be read yet */
	bool is_misfit;		   /* the fields cannot be combined */
} AdpFailure;

/*
 * Turns each row that is read into any number of rows that are returned.
 */
typedef struct AdpShaper
{
	const char **paths; /* JSON: paths below a row, in the order of cells */
	int npaths;

	/*
	 * CSV: interprets the names of a body's columns, in CurrentMemoryContext;
	 * the result is passed to check and unfold.  ask has the account and the
	 * query of the request.  Returns NULL, with *error, if the body is another
	 * report; ADP_ERR_QUOTA and ADP_ERR_REFUSED are final.
	 */
	void *(*header)(struct AdpShaper *shaper, const AdpPageAsk *ask,
					const AdpCell *names, int nnames, AdpError *error);

	/*
	 * CSV: throws for a record that does not match the request.  All records
	 * are checked before the first row is made.  NULL: nothing is checked.
	 */
	void (*check)(struct AdpShaper *shaper, const void *header,
				  const AdpCell *read);

	/*
	 * Makes the nth row, counted from 0, of the row that was read, in
	 * CurrentMemoryContext, which is reset before the next row is read.
	 * Returns false if there is no such row.  NULL: the cells as read are the
	 * row.
	 */
	bool (*unfold)(struct AdpShaper *shaper, void *header, const AdpCell *read,
				   int nth, AdpCell *cells);
} AdpShaper;

#endif /* ADP_PLATFORM_API_API_TYPES_H */
