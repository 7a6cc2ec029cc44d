/*
 * request.h
 *	  Requests that a platform describes as data: a path with blanks to fill in.
 *
 * A template is a path and query string in which {version}, {source},
 * {account}, {since}, {until}, {zone} and {job} stand for what they name.  What
 * goes in besides days and words of the platform's own is percent-encoded.
 * Where a platform has a hook for a request, the hook makes it.
 */
#ifndef ADP_PLATFORM_API_REQUEST_H
#define ADP_PLATFORM_API_REQUEST_H

#include "platform/api/api_types.h"
#include "platform/platform.h"

/*
 * Fills in a template, palloc'd: the table's source, the query's days, the account's id
 * and zone, a job.  Each of query, account and job may be NULL if the template
 * has no blank for it.
 */
extern char *adp_request_path(const char *template, const AdpSettings *settings,
							  const AdpQuery *query, const AdpAccount *account,
							  const char *job);

/* Copies a request with its texts. */
extern AdpApiRequest adp_request_copy(const AdpApiRequest *request);

/*
 * The request for a page of rows.  Throws where an account's settings do not
 * allow it, or where the source can be asked by days only.
 */
extern void adp_request_page(const AdpPlatform *platform, const AdpPageAsk *ask,
							 AdpApiRequest *out);

/* The request that starts a job which makes the rows; see job.h. */
extern void adp_request_job(const AdpPlatform *platform, const AdpPageAsk *ask,
							AdpApiRequest *out);

/*
 * The request of an account as EXPLAIN shows it, with names in place of what
 * differs between accounts; equal means the same.
 */
extern char *adp_request_text(const AdpPlatform *platform,
							  const AdpSettings *settings,
							  const AdpQuery *query);

/* A page of the accounts behind "*"; throws if the token names no page. */
extern void adp_request_listing(const AdpPlatform *platform,
								const AdpSettings *settings, const char *token,
								AdpApiRequest *out);

/* Whether an account can be asked for its settings, and the request. */
extern bool adp_request_tells_account(const AdpPlatform *platform);
extern void adp_request_account(const AdpPlatform *platform,
								const AdpSettings *settings, const char *id,
								AdpApiRequest *out);

/* The field to ask for when a statement needs none. */
extern char *adp_request_filler(const AdpSource *source,
								const AdpSettings *settings);

#endif /* ADP_PLATFORM_API_REQUEST_H */
