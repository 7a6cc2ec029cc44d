/*
 * request_budget.c
 *	  How many requests one statement may send.
 */
#include "postgres.h"

#include "base/error.h"
#include "platform/api/request_budget.h"

const char adp_request_budget_hint[] =
	"Ask for fewer days or accounts, read a local copy, or raise setting adpipe.max_requests_per_query.";

/*
 * Refuses further requests.
 */
void
adp_request_budget_refuse(const AdpRequestBudget *budget, int64 n,
						  const char *detail, const char *copy)
{
	ereport(ERROR,
			(errcode(ERRCODE_CONFIGURATION_LIMIT_EXCEEDED),
			 errmsg("statement needs at least " INT64_FORMAT
					" requests, but setting \"adpipe.max_requests_per_query\" allows " INT64_FORMAT,
					budget->sent + n, budget->most),
			 errdetail_internal("%s", detail),
			 errhint("%s%s%s", adp_request_budget_hint, copy ? " " : "",
					 copy ? copy : ""),
			 err_generic_string(PG_DIAG_CONSTRAINT_NAME, ADP_RETRY_UNKNOWN)));
	pg_unreachable();
}
