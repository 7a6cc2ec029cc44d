/*
 * remedy.c
 *	  The retry policy: what to do about a request that failed; no I/O.
 */
#include "postgres.h"

#include "platform/api/remedy.h"

/*
 * Retries of a request that is too much: less of the same is more likely to
 * succeed than the same again.
 */
#define TOO_MUCH_RETRIES_MAX 1

/*
 * Whether other credentials may help.  They are tried once per request.
 */
static bool
needs_credentials(const AdpTrouble *trouble)
{
	const AdpFailure *failure = trouble->failure;

	if (trouble->has_renewed)
		return false;
	return (trouble->renews_tokens && failure->is_token_expired) ||
		(trouble->secrets_changed && failure->class == ADP_ERR_CREDENTIALS);
}

/*
 * Whether a smaller request may succeed.
 */
static bool
may_be_less(const AdpFailure *failure)
{
	return failure->is_too_much || failure->is_page_too_big ||
		failure->is_bad_constant;
}

/*
 * Decides whether and when the same request is sent again.
 */
static AdpRetryDecision
decide_retry(const AdpTrouble *trouble)
{
	const AdpFailure *failure = trouble->failure;
	AdpRetryInput input = {.attempt = trouble->attempts,
						   .max_retries = trouble->max_retries,
						   .outcome = trouble->outcome,
						   .status = failure->status > 0 ? failure->status
														 : trouble->status,
						   .is_transient = failure->is_transient,
						   .is_permanent = failure->is_permanent,
						   .asked_wait_ms = failure->retry_after_ms,
						   .affordable_ms = trouble->affordable_ms,
						   .random = trouble->random};

	if (failure->is_too_much)
		input.max_retries = Min(input.max_retries, TOO_MUCH_RETRIES_MAX);
	return adp_retry_decide(&input);
}

/*
 * Chooses the remedy.
 */
AdpRemedyChoice
adp_remedy_choose(const AdpTrouble *trouble)
{
	AdpRemedyChoice choice = {ADP_REMEDY_NONE, 0};
	AdpRetryDecision decision;

	if (needs_credentials(trouble))
	{
		choice.remedy = ADP_REMEDY_TOKEN;
		return choice;
	}
	decision = decide_retry(trouble);
	choice.wait_ms = decision.wait_ms;
	switch (decision.verdict)
	{
		case ADP_RETRY_WAIT:
			choice.remedy = ADP_REMEDY_WAIT;
			break;
		case ADP_RETRY_TOO_LONG:
			choice.remedy = ADP_REMEDY_TOO_LONG;
			break;
		case ADP_RETRY_STOP:
			if (may_be_less(trouble->failure))
				choice.remedy = ADP_REMEDY_LESS;
			break;
	}
	return choice;
}
