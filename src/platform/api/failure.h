/*
 * failure.h
 *	  What failed responses mean, as data: paths into the body, and rules.
 *
 * The HTTP status classifies a response first: 401 and 403 concern the
 * credentials, 429 a quota, 500 and above the response, others the request.
 * The platform's first matching rule then overrides that.
 */
#ifndef ADP_PLATFORM_API_FAILURE_H
#define ADP_PLATFORM_API_FAILURE_H

#include "platform/api/api_types.h"

/*
 * What a rule says beside class and hint.  A failure with neither AGAIN nor
 * TOKEN is permanent.
 */
#define ADP_SAYS_AGAIN 0x01	   /* the same request may succeed next time */
#define ADP_SAYS_DELAY 0x02	   /* AGAIN if the response reports a delay */
#define ADP_SAYS_TOKEN 0x04	   /* a new access token may help */
#define ADP_SAYS_CONSTANT 0x08 /* is_bad_constant of AdpFailure */
#define ADP_SAYS_TOO_MUCH 0x10 /* is_too_much */
#define ADP_SAYS_HEAVY 0x20	   /* is_page_too_big */
#define ADP_SAYS_NOT_YET 0x40  /* is_not_ready */
#define ADP_SAYS_MIDNIGHT 0x80 /* AGAIN at 00:00 UTC */
#define ADP_SAYS_MISFIT 0x100  /* is_misfit */

/*
 * A rule: which failures it matches, and what they mean.
 *
 * about is a code: "QUOTA" or "190" with any subcode, "4/1504022" with that
 * subcode (0: without one), or a range of numbers "200..299", whose ends may be
 * omitted.  Or it is a part of the message, regardless of the case of ASCII
 * letters: "~is limited".  Or both: "1~too much".  Or an HTTP status:
 * "HTTP 404", "HTTP 500..".  An empty part, as in "HTTP 403~", matches only
 * responses without a message: an empty body or a web page.  The empty text
 * matches all.  NULL ends the list.
 */
typedef struct AdpFailureRule
{
	const char *about;
	AdpErrorClass class; /* 0: that of the HTTP status */
	int says;
	const char *hint; /* may contain {version}, {ended}, {server}, {default} */
	int wait_s;		  /* minimum delay before a retry */
	int days;		  /* matches only requests of at most so many days */
	const char *message; /* if the response has no message */
} AdpFailureRule;

/*
 * Where a response has the properties of a failure: paths of json_find.h, NULL
 * for those that it lacks.  All but the first are below that object.
 */
typedef struct AdpFailurePlaces
{
	const char *object;		/* NULL: the document */
	const char *message;	/* the first text */
	const char *more;		/* a text for users, appended to it */
	const char *code;		/* a text, a number, or an object with one member,
							 * whose name precedes its value; 0: no code */
	const char *subcode;	/* 0: no subcode */
	const char *request_id; /* for the platform's support */
	const char *request_id_header; /* the same; NULL: request-id */
	const char *is_transient;
	const char *delay; /* seconds, perhaps followed by s; the maximum counts */
	const char
		*status; /* the proper HTTP status, if that of the response differs */
	bool may_be_text; /* a body that is not JSON is the message */
	const char *cut; /* header whose text says that a good response lacks rows: it
					   * is the message then, its name the code; or NULL */
} AdpFailurePlaces;

/* A platform's failures. */
typedef struct AdpFailureKind
{
	AdpFailurePlaces places;
	const AdpFailureRule *rules;
} AdpFailureKind;

/*
 * Reads a failed response into *failure, which is zero but for retry_after_ms,
 * -1.  Texts belong to the response's document or to CurrentMemoryContext.
 */
extern void adp_failure_read(const AdpFailureKind *kind, const AdpReply *reply,
							 AdpFailure *failure);

/* Whether a good response says in a header that it lacks rows. */
extern bool adp_failure_is_cut(const AdpFailureKind *kind,
							   const AdpHttpTransfer *transfer);

/* The same for a failure that a successful response reports at other paths. */
extern void adp_failure_read_document(const AdpFailureKind *kind,
									  const AdpFailurePlaces *places,
									  const AdpJson *doc, AdpFailure *failure);

/* The same for a mere sentence.  Returns false if no rule matches. */
extern bool adp_failure_read_text(const AdpFailureKind *kind, const char *text,
								  AdpFailure *failure);

#endif /* ADP_PLATFORM_API_FAILURE_H */
