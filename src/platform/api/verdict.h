/*
 * verdict.h
 *	  What a response with HTTP status 200 must contain, as data.
 *
 * A platform promises the form of its responses.  A response of another form
 * comes from a proxy, or belongs to another request, and never means that there
 * are no rows.  The promises also name where the platform reports a failure under
 * status 200, which is then handled as under its proper status.
 */
#ifndef ADP_PLATFORM_API_VERDICT_H
#define ADP_PLATFORM_API_VERDICT_H

#include "base/json.h"

/* What a response is about. */
typedef enum AdpAnswerKind
{
	ADP_ANSWER_ROWS,	   /* a page of rows */
	ADP_ANSWER_ROW,		   /* a single row */
	ADP_ANSWER_ACCOUNTS,   /* a page of accounts */
	ADP_ANSWER_ACCOUNT,	   /* the settings of one account */
	ADP_ANSWER_JOB_START,  /* the start of a job */
	ADP_ANSWER_JOB_STATE,  /* the state of a job */
	ADP_ANSWER_TOKEN_INFO, /* the properties of the access token */
	ADP_ANSWER_TOKEN,	   /* an access token */
	ADP_ANSWER_NOTHING	   /* status 204 is a success, too */
} AdpAnswerKind;

#define ADP_ANSWER_KINDS (ADP_ANSWER_NOTHING + 1)

/* What a response of one kind must contain; all NULL: there are none. */
typedef struct AdpPromise
{
	const char *list;  /* dotted path of an array of objects */
	const char *empty; /* a text in place of an empty list, or NULL */
	const char *value; /* a path of json_find.h to a text, number or boolean */
} AdpPromise;

/* The promises of a platform; a NULL pointer: nothing is promised. */
typedef struct AdpPromises
{
	const char *failure; /* path of a value that reports a failure */
	const char *success; /* every response has that value, and this text means
						  * that it reports none; NULL: it has none then */
	AdpPromise of[ADP_ANSWER_KINDS];
} AdpPromises;

/* Whether a document, perhaps NULL, reports a failure. */
extern bool adp_verdict_is_failure(const AdpPromises *promises,
								   const AdpJson *doc);

/*
 * Checks a document with status 200.  Returns false, with *error, if it is not a
 * response of that kind: class ADP_ERR_FORMAT, or ADP_ERR_REPLY if it reports a
 * failure.
 */
extern bool adp_verdict_check(const AdpPromises *promises, AdpAnswerKind kind,
							  const AdpJson *doc, AdpError *error);

#endif /* ADP_PLATFORM_API_VERDICT_H */
