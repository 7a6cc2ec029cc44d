/*
 * assembly.c
 *	  Drives an assembler: sends what it asks for, and waits when it says so.
 */
#include "postgres.h"

#include "utils/memutils.h"

#include "base/guc.h"
#include "platform/api/client.h"
#include "platform/reader/assembly.h"

struct AdpAssemblyRun
{
	AdpSession *session;
	MemoryContext cxt; /* the run and all that its assembler allocates */
	const AdpAssembler *assembler;
	AdpAssembly *assembly;
	const char *subject;
	AdpCall *call;		/* its last request, or NULL */
	int64 resume_at_ms; /* end of a wait */
	AdpCallState state;
	AdpFailure failure; /* of the whole, after ADP_CALL_FAILED */
};

/*
 * Allocates a run in a context of its own below parent.
 */
AdpAssemblyRun *
adp_assembly_create(AdpSession *session, MemoryContext parent,
					const AdpAssembler *assembler, const AdpPageAsk *ask,
					const char *subject)
{
	MemoryContext cxt = AllocSetContextCreate(parent, "adpipe assembly",
											  ALLOCSET_DEFAULT_SIZES);
	MemoryContext old = MemoryContextSwitchTo(cxt);
	AdpAssemblyRun *run = palloc0(sizeof(AdpAssemblyRun));

	run->session = session;
	run->cxt = cxt;
	run->assembler = assembler;
	run->subject = pstrdup(subject);
	run->assembly = palloc0(assembler->size);
	run->assembly->ask = *ask;
	run->assembly->body_max = (Size) adp_guc_max_answer_kb * 1024;
	if (ask->token != NULL)
		run->assembly->token = pstrdup(ask->token);
	MemoryContextSwitchTo(old);
	return run;
}

/*
 * Drops the last call.
 */
static void
drop_call(AdpAssemblyRun *run)
{
	if (run->call != NULL)
		adp_call_release(run->call);
	run->call = NULL;
}

/*
 * Makes the call for the request that the assembler has written.
 */
static void
send_request(AdpAssemblyRun *run)
{
	AdpApiRequest request = run->assembly->request;

	drop_call(run);
	request.account = run->assembly->ask.account->id;
	run->call = adp_client_call(run->session, run->cxt, &request, run->subject);
}

/*
 * Puts off the next step.
 */
static void
begin_wait(AdpAssemblyRun *run)
{
	drop_call(run);
	run->resume_at_ms = adp_clock_ms() + run->assembly->wait_ms;
	run->session->stats.wait_reason = run->assembly->wait_reason;
}

/*
 * Ends the run with the failure of its refused request, unless the assembler has an
 * error of its own.
 */
static void
fail_run(AdpAssemblyRun *run, bool is_too_much)
{
	run->failure = (AdpFailure){.retry_after_ms = -1};
	if (run->call != NULL && run->assembly->error.class == ADP_OK)
		run->failure = *adp_call_failure(run->call);
	if (is_too_much)
		run->failure.is_too_much = true;
	run->state = ADP_CALL_FAILED;
}

/*
 * Sets the error of a page that is too large.
 */
static void
refuse_size(AdpAssemblyRun *run)
{
	char *detail = psprintf("%s: they are larger than %d kB.", run->subject,
							adp_guc_max_answer_kb);

	detail[0] = (char) pg_toupper((unsigned char) detail[0]);
	adp_error_set(&run->assembly->error, ADP_ERR_LIMIT,
				  psprintf("rows of platform \"%s\" are too large",
						   run->session->platform->name),
				  detail,
				  "Ask for fewer days, or drop columns that split rows from the foreign table; setting adpipe.max_answer_size limits the rows of one request.");
}

/*
 * Takes the assembler's next step.
 */
static void
step(AdpAssemblyRun *run, const AdpAssemblyAnswer *answer)
{
	AdpAssembly *assembly = run->assembly;

	switch (run->assembler->next(assembly, answer))
	{
		case ADP_ASSEMBLY_ASK:
			send_request(run);
			break;
		case ADP_ASSEMBLY_WAIT:
			begin_wait(run);
			break;
		case ADP_ASSEMBLY_RETRY:
			adp_call_reject(run->call, &assembly->error);
			MemSet(&assembly->error, 0, sizeof(AdpError));
			break;
		case ADP_ASSEMBLY_DONE:
			drop_call(run);
			run->state = ADP_CALL_DONE;
			if ((Size) assembly->body.len > assembly->body_max)
			{
				refuse_size(run);
				fail_run(run, true);
			}
			break;
		case ADP_ASSEMBLY_TOO_MUCH:
			if (assembly->error.class == ADP_OK &&
				(answer == NULL || answer->failure == NULL))
				refuse_size(run);
			fail_run(run, true);
			break;
		case ADP_ASSEMBLY_FAILED:
			fail_run(run, false);
			break;
	}
}

/*
 * Hands the answer of the last call to the assembler.
 */
static void
take_answer(AdpAssemblyRun *run, bool is_done)
{
	AdpAssemblyAnswer answer = {0};

	if (is_done)
		answer.body = adp_call_body(run->call, &answer.len);
	else
		answer.failure = adp_call_failure(run->call);
	answer.is_lost = adp_call_is_doubtful(run->call);
	step(run, &answer);
}

/*
 * Whether a failed call reports a failure that an assembler may have an answer
 * to, and that the same request would meet again: the platform's own, or a response
 * that is too large.
 */
static bool
is_reported(const AdpCall *call)
{
	const AdpFailure *failure = adp_call_failure(call);

	return failure->class == ADP_ERR_LIMIT ||
		(failure->status > 0 && failure->code != NULL);
}

/*
 * Advances the run by one step; false if it must wait.
 */
static bool
advance(AdpAssemblyRun *run)
{
	if (run->call == NULL)
	{
		if (run->resume_at_ms > adp_clock_ms())
		{
			adp_session_wake_at(run->session, run->resume_at_ms);
			return false;
		}
		step(run, NULL);
		return true;
	}
	switch (adp_client_advance(run->call))
	{
		case ADP_CALL_RUNNING:
			return false;
		case ADP_CALL_DONE:
			take_answer(run, true);
			break;
		case ADP_CALL_FAILED:
			if (is_reported(run->call) || adp_call_is_doubtful(run->call))
				take_answer(run, false);
			else
				fail_run(run, false);
			break;
	}
	return true;
}

AdpCallState
adp_assembly_advance(AdpAssemblyRun *run)
{
	MemoryContext old = MemoryContextSwitchTo(run->cxt);

	while (run->state == ADP_CALL_RUNNING && advance(run))
		;
	MemoryContextSwitchTo(old);
	return run->state;
}

/*
 * Returns the page.
 */
const char *
adp_assembly_body(const AdpAssemblyRun *run, Size *len)
{
	Assert(run->state == ADP_CALL_DONE);
	*len = run->assembly->body.len;
	return run->assembly->body.data;
}

/*
 * Returns the failure.
 */
const AdpFailure *
adp_assembly_failure(const AdpAssemblyRun *run)
{
	Assert(run->state == ADP_CALL_FAILED);
	return &run->failure;
}

/*
 * Throws the assembler's error, without one that of the refused request.
 */
void
adp_assembly_throw(const AdpAssemblyRun *run)
{
	AdpError error = run->assembly->error;

	if (error.class == ADP_OK)
		adp_call_throw(run->call);
	if (error.detail != NULL)
		error.detail = adp_session_redact(run->session, error.detail);
	adp_error_throw(&error);
}

/*
 * Throws the error for a malformed page.
 */
void
adp_assembly_reject(const AdpAssemblyRun *run, const AdpError *why)
{
	AdpError error = {0};

	adp_call_word_unreadable(run->session, run->subject, why, &error);
	adp_error_throw(&error);
}

/*
 * Frees the run and its call.
 */
void
adp_assembly_release(AdpAssemblyRun *run)
{
	drop_call(run);
	MemoryContextDelete(run->cxt);
}
