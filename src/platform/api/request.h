/*
 * request.h
 *	  Writes the requests of a platform, from templates or by its callbacks.
 *
 * A template is a path with a query string that contains {version}, {source},
 * {account}, {since}, {until}, {zone} and {job}.  Account, zone and job are
 * percent-encoded.  If the platform has a callback for a request, that writes
 * it instead.
 */
#ifndef ADP_PLATFORM_API_REQUEST_H
#define ADP_PLATFORM_API_REQUEST_H

#include "platform/api/api_types.h"
#include "platform/platform.h"

/*
 * Fills in a template, palloc'd: the table's source, the query's days, the
 * account's id and zone, a job.  query, account and job may be NULL if the
 * template does not use them.
 */
extern char *adp_request_path(const char *template, const AdpSettings *settings,
							  const AdpQuery *query, const AdpAccount *account,
							  const char *job);

/* Copies a request with its texts. */
extern AdpApiRequest adp_request_copy(const AdpApiRequest *request);

/*
 * Writes the request for a page of rows.  Throws if the account's settings do
 * not allow it, or if the source needs days and the query has none.
 */
extern void adp_request_page(const AdpPlatform *platform, const AdpPageAsk *ask,
							 AdpApiRequest *out);

/* Throws if the source needs days and the query has none. */
extern void adp_request_require_days(const AdpPlatform *platform,
									 const AdpQuery *query);

/* Writes the request that starts a job for the rows; see job.h. */
extern void adp_request_job(const AdpPlatform *platform, const AdpPageAsk *ask,
							AdpApiRequest *out);

/*
 * Returns the number of rows of a full page; 0 if a response has all rows, or
 * the platform does not document it.
 */
extern int adp_request_page_rows(const AdpPlatform *platform,
								 const AdpQuery *query);

/*
 * Returns the request of an account as EXPLAIN shows it, with placeholders for
 * what differs between accounts; equal texts mean equal requests.
 */
extern char *adp_request_text(const AdpPlatform *platform,
							  const AdpSettings *settings,
							  const AdpQuery *query);

/* Writes the request for a page of the accounts behind "*". */
extern void adp_request_listing(const AdpPlatform *platform,
								const AdpSettings *settings, const char *token,
								AdpApiRequest *out);

/* Whether there is a request for one account's settings, and that request. */
extern bool adp_request_tells_account(const AdpPlatform *platform);
extern void adp_request_account(const AdpPlatform *platform,
								const AdpSettings *settings, const char *id,
								AdpApiRequest *out);

/* Returns the field to request if a statement needs no field. */
extern char *adp_request_filler(const AdpSource *source,
								const AdpSettings *settings);

#endif /* ADP_PLATFORM_API_REQUEST_H */
