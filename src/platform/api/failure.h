/*
 * failure.h
 *	  What failed answers mean, as data: where an answer says what, and rules.
 *
 * An answer is judged by its HTTP status first: 401 and 403 are about the
 * credentials, 429 about a quota, those from 500 on about the answer, others
 * about the request.  The first of a platform's rules that fits it then says
 * better.
 */
#ifndef ADP_PLATFORM_API_FAILURE_H
#define ADP_PLATFORM_API_FAILURE_H

#include "platform/api/api_types.h"

/*
 * What a rule says beyond class and hint.  What says neither that the same
 * request can be good later nor that another token may do is for good.
 */
#define ADP_SAYS_AGAIN 0x01	   /* the same request can be good next time */
#define ADP_SAYS_DELAY 0x02	   /* the same if the answer says for how long */
#define ADP_SAYS_TOKEN 0x04	   /* a new access token may do */
#define ADP_SAYS_CONSTANT 0x08 /* of AdpFailure: is_bad_constant, */
#define ADP_SAYS_TOO_MUCH 0x10 /* is_too_much, */
#define ADP_SAYS_HEAVY 0x20	   /* is_page_too_big, */
#define ADP_SAYS_NOT_YET 0x40  /* is_not_ready */
#define ADP_SAYS_MIDNIGHT 0x80 /* good again at 00:00 UTC */
#define ADP_SAYS_MISFIT 0x100  /* is_misfit */

/*
 * A rule: what it is about, and what that means.
 *
 * It is about a code, as "QUOTA" or "190" whatever its subcode, "4/1504022" with
 * that subcode (0 for none), or "200..299" of numbers, either of which may be
 * left out; about a part of the message in any case of ASCII letters, as
 * "~is limited"; about both, as "1~too much"; or about an HTTP status, as
 * "HTTP 404" or "HTTP 500..".  The empty text is about all.  A rule about NULL
 * ends the list.
 */
typedef struct AdpFailureRule
{
	const char *about;
	AdpErrorClass class; /* 0: as the status says */
	int says;
	const char *hint; /* may hold {version}, {ended}, {server} and {default} */
	int wait_s; /* good again after so long, or later if the platform says so */
	int days;	/* only requests of so many days, or of fewer */
	const char *message; /* where the answer has none */
} AdpFailureRule;

/*
 * Where an answer says what: paths of json_find.h, NULL for what is not said.
 * All but the first are paths below that object.
 */
typedef struct AdpFailurePlaces
{
	const char *object;		/* NULL: the document */
	const char *message;	/* the first text */
	const char *more;		/* a text for users, put after it */
	const char *code;		/* a text, a number, or an object with one member,
							 * whose name comes before its value; 0: none */
	const char *subcode;	/* 0: none */
	const char *request_id; /* for the platform's support */
	const char *is_transient;
	const char *delay;	/* seconds, perhaps with an s; the longest counts */
	const char *status; /* the HTTP status once more, for under another one */
	bool may_be_text;	/* what is no document is the message */
} AdpFailurePlaces;

/* A platform's failures. */
typedef struct AdpFailureKind
{
	AdpFailurePlaces places;
	const AdpFailureRule *rules;
} AdpFailureKind;

/*
 * Reads a failed answer.  *failure is zero but for retry_after_ms, -1; texts
 * belong to the answer's document or to CurrentMemoryContext.
 */
extern void adp_failure_read(const AdpFailureKind *kind, const AdpReply *reply,
							 AdpFailure *failure);

/* The same for a failure that a good answer tells of, in places of its own. */
extern void adp_failure_read_told(const AdpFailureKind *kind,
								  const AdpFailurePlaces *places,
								  const AdpJson *doc, AdpFailure *failure);

/* The same for a bare sentence; false if no rule is about it. */
extern bool adp_failure_read_text(const AdpFailureKind *kind, const char *text,
								  AdpFailure *failure);

#endif /* ADP_PLATFORM_API_FAILURE_H */
