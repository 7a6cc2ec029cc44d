/*
 * verdict.h
 *	  What an answer under a good status must hold to be one, as data.
 *
 * A platform promises something of each of its answers.  An answer without it
 * comes from something in front of the platform, or to another question, and
 * never means that there are no rows.  The same place says whether the platform
 * itself reports a failure under a good status; that is read like one under its
 * proper status.
 */
#ifndef ADP_PLATFORM_API_VERDICT_H
#define ADP_PLATFORM_API_VERDICT_H

#include "base/json.h"

/* What an answer is to. */
typedef enum AdpAnswerKind
{
	ADP_ANSWER_ROWS,	   /* a page of rows */
	ADP_ANSWER_ROW,		   /* a row by itself */
	ADP_ANSWER_ACCOUNTS,   /* a page of accounts */
	ADP_ANSWER_ACCOUNT,	   /* the settings of one */
	ADP_ANSWER_JOB_START,  /* that a job was started */
	ADP_ANSWER_JOB_STATE,  /* how it stands */
	ADP_ANSWER_TOKEN_INFO, /* what the access token is good for */
	ADP_ANSWER_TOKEN	   /* an access token */
} AdpAnswerKind;

#define ADP_ANSWER_KINDS (ADP_ANSWER_TOKEN + 1)

/* What an answer of one kind must hold; all NULL: the platform gives none. */
typedef struct AdpPromise
{
	const char *list;  /* a member that is an array of objects, */
	const char *empty; /* in whose place this text may be: no rows */
	const char *value; /* a path of json_find.h to a text, number or boolean */
} AdpPromise;

/* What a platform promises; NULL in its place: nothing. */
typedef struct AdpPromises
{
	const char *failure; /* path: what is there in an answer that says no */
	AdpPromise of[ADP_ANSWER_KINDS];
} AdpPromises;

/* Whether a document, perhaps NULL, reports a failure. */
extern bool adp_verdict_is_failure(const AdpPromises *promises,
								   const AdpJson *doc);

/*
 * Judges a document under a good status.  False, with *error of class
 * ADP_ERR_FORMAT, or of ADP_ERR_REPLY for a failure, if it is no answer of that
 * kind.
 */
extern bool adp_verdict_check(const AdpPromises *promises, AdpAnswerKind kind,
							  const AdpJson *doc, AdpError *error);

#endif /* ADP_PLATFORM_API_VERDICT_H */
