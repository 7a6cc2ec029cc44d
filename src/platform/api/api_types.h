/*
 * api_types.h
 *	  What the engine and a platform hand each other: requests, answers, rows.
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

/* A page to be asked for. */
typedef struct AdpPageAsk
{
	const AdpSettings *settings;
	const AdpAccount *account;
	const AdpQuery *query;
	const char *token; /* of the page; NULL for the first */
	const char *job;   /* the finished job whose rows are wanted, or NULL */
	int halvings;	   /* of the usual page, which was too big */
	bool drops_enum_filters; /* the platform knew no value of ours: leave out those
						* that it may lack */
} AdpPageAsk;

/* A request to be signed and sent; path is appended to the endpoint. */
typedef struct AdpApiRequest
{
	const char *method;
	const char *path; /* contains no secret */
	const char *body;
	const char *content_type; /* of the body; NULL: JSON */
	const char *accept;		  /* NULL: any */

	/* filled in by the engine */
	const char *account;  /* id of the account it is about; NULL: of none */
	int days;			  /* number of days that it asks for; 0: of none */
	AdpAnswerKind answer; /* what it asks for */
} AdpApiRequest;

/* What a platform tells of an access token. */
typedef struct AdpTokenInfo
{
	const char *scopes; /* sorted, with commas; NULL: not told */
	int64 expires_at;	/* UNIX seconds; 0: never, -1: not told */
} AdpTokenInfo;

/* An answer; of a success, doc and text are left out.  One that reports a
 * failure is none, whatever its status. */
typedef struct AdpReply
{
	int status;
	const AdpJson *doc;				 /* NULL: the body is no JSON document */
	const char *text;				 /* its beginning, NUL-terminated */
	const char *path;				 /* of the request */
	const AdpHttpTransfer *transfer; /* for adp_http_header() */
	int days;						 /* of the request, 0: of none */
} AdpReply;

/* How a failed answer reads in the platform's own terms. */
typedef struct AdpFailure
{
	AdpErrorClass class;
	int status;			 /* HTTP status, or the one that was meant */
	const char *message; /* the platform's sentence */
	const char *code;	 /* "quotaError.RESOURCE_EXHAUSTED" */
	const char *request_id;
	const char *hint;
	int64 retry_after_ms; /* -1: not said */
	bool is_transient;
	bool is_permanent;
	bool is_token_expired; /* a new access token may help */
	bool is_bad_constant;  /* an enum value the platform lacks */
	bool is_too_much;	   /* fewer days, or a job, may do */
	bool is_page_too_big;  /* fewer rows per page may do */
	bool is_not_ready;	   /* a job that cannot be read yet */
	bool is_misfit;		   /* fields that do not go together */
} AdpFailure;

/*
 * How the rows that are read become rows that are given: one from one, or any
 * number from one.
 */
typedef struct AdpShaper
{
	const char **paths; /* JSON: paths below a row, in the order of cells */
	int npaths;

	/*
	 * CSV: what the names of a body's columns mean, in CurrentMemoryContext; it
	 * goes to check and unfold.  ask is what the body answers, as far as account
	 * and query go.  NULL, with *error filled in: this is no such report.  An
	 * error of class ADP_ERR_QUOTA or ADP_ERR_REFUSED is final.
	 */
	void *(*header)(struct AdpShaper *shaper, const AdpPageAsk *ask,
					const AdpCell *names, int nnames, AdpError *error);

	/*
	 * CSV: throws for a record that is no answer to what was asked.  All of them
	 * pass it before the first row is made.  NULL: nothing is checked.
	 */
	void (*check)(struct AdpShaper *shaper, const void *header,
				  const AdpCell *read);

	/*
	 * Makes the next row out of the one read, in CurrentMemoryContext, which is
	 * reset before the next row is read; nth counts from 0.  False: no more.
	 * NULL: the cells read are the row.
	 */
	bool (*unfold)(struct AdpShaper *shaper, void *header, const AdpCell *read,
				   int nth, AdpCell *cells);
} AdpShaper;

#endif /* ADP_PLATFORM_API_API_TYPES_H */
