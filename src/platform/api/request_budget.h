/*
 * request_budget.h
 *	  How many requests one statement may send.
 *
 * All scans of a statement share one budget, which counts every request that
 * is sent: pages, lists of accounts, sign-ins and repetitions.
 */
#ifndef ADP_PLATFORM_API_REQUEST_BUDGET_H
#define ADP_PLATFORM_API_REQUEST_BUDGET_H

#include "base/compat.h"

typedef struct AdpRequestBudget
{
	int64 most; /* setting adpipe.max_requests_per_query */
	int64 sent;
} AdpRequestBudget;

/* Whether so many further requests fit; budget may be NULL: no limit. */
static inline bool
adp_request_budget_fits(const AdpRequestBudget *budget, int64 n)
{
	return budget == NULL || budget->sent + n <= budget->most;
}

/*
 * Throws for n further requests that do not fit; detail is a sentence about
 * what would be sent, copy one about what to read instead, or NULL.
 */
pg_noreturn extern void adp_request_budget_refuse(const AdpRequestBudget *budget,
												  int64 n, const char *detail,
												  const char *copy);

/* The hint of errors about the budget. */
extern const char adp_request_budget_hint[];

#endif /* ADP_PLATFORM_API_REQUEST_BUDGET_H */
