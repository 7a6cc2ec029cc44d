/*
 * account_notice.c
 *	  Notices about accounts that a statement names and its tables do not have.
 *
 * A condition on an account that a table does not have is true for no row, which
 * looks like an account without delivery.  A statement may read tables of several
 * servers, of which one has the account; so the notices wait for all scans of the
 * statement, and each account has one at most.
 */
#include "postgres.h"

#include "utils/memutils.h"

#include "fdw/account_notice.h"

/* Notices that one statement gets; more would hide each other. */
#define NOTICES_MAX 10

/* An account that a statement names. */
typedef struct Named
{
	AdpAccountVerdict verdict; /* ADP_ACCOUNT_THERE once a table has it */
	const char *table;
	const char *server;
	const char *platform;
	const char *option; /* that lists the accounts */
	const char *rule;
	bool lists_all; /* the option is "*" */
} Named;

/* What a statement has found so far. */
typedef struct Notices
{
	struct Notices *next; /* of all in this process */
	EState *estate;
	MemoryContextCallback unlink_callback;
	int scans; /* that have not ended */
	List *named;
} Notices;

static Notices *statements = NULL;

/*
 * Finds a statement's notices; NULL if it has none.
 */
static Notices *
find_notices(const EState *estate)
{
	Notices *notices = statements;

	while (notices != NULL && notices->estate != estate)
		notices = notices->next;
	return notices;
}

/*
 * Context callback: forgets a statement whose memory goes.
 */
static void
unlink_notices(void *arg)
{
	for (Notices **link = &statements; *link != NULL; link = &(*link)->next)
	{
		if (*link == arg)
		{
			*link = (*link)->next;
			return;
		}
	}
}

/*
 * A scan begins.
 */
void
adp_account_notice_join(EState *estate)
{
	Notices *notices = find_notices(estate);

	if (notices == NULL)
	{
		notices = MemoryContextAllocZero(estate->es_query_cxt, sizeof(Notices));
		notices->estate = estate;
		notices->unlink_callback.func = unlink_notices;
		notices->unlink_callback.arg = notices;
		MemoryContextRegisterResetCallback(estate->es_query_cxt,
										   &notices->unlink_callback);
		notices->next = statements;
		statements = notices;
	}
	notices->scans++;
}

/*
 * Finds what is known of a value; NULL if nothing is.
 */
static Named *
find_named(const Notices *notices, const char *value)
{
	ListCell *cell;

	foreach(cell, notices->named)
	{
		Named *named = lfirst(cell);

		if (strcmp(named->verdict.value, value) == 0)
			return named;
	}
	return NULL;
}

/*
 * Remembers a verdict on a value, in CurrentMemoryContext.
 */
static Named *
make_named(const AdpTable *table, const AdpAccountVerdict *verdict)
{
	const AdpSettings *settings = table->settings;
	const char *list = settings->table_accounts ? settings->table_accounts
												: settings->accounts;
	Named *named = palloc0(sizeof(Named));

	named->verdict.value = pstrdup(verdict->value);
	if (verdict->canonical != NULL)
		named->verdict.canonical = pstrdup(verdict->canonical);
	named->verdict.fate = verdict->fate;
	named->table = pstrdup(table->name);
	named->server = pstrdup(settings->server_name);
	named->platform = table->platform->name;
	named->option = table->platform->account_option;
	named->rule = table->platform->account_id.rule;
	named->lists_all = list != NULL && strcmp(list, "*") == 0;
	return named;
}

/*
 * Adds what the constants in a scan's conditions are.
 */
void
adp_account_notice_add(EState *estate, const AdpTable *table,
					   const AdpAccountVerdict *verdicts, int n)
{
	Notices *notices = find_notices(estate);
	MemoryContext old;

	if (notices == NULL)
		return;
	old = MemoryContextSwitchTo(estate->es_query_cxt);
	for (int i = 0; i < n; i++)
	{
		Named *named = find_named(notices, verdicts[i].value);

		if (named == NULL)
			notices->named =
				lappend(notices->named, make_named(table, &verdicts[i]));
		else if (verdicts[i].fate < named->verdict.fate)
			*named = *make_named(table, &verdicts[i]);
	}
	MemoryContextSwitchTo(old);
}

/*
 * Why a table does not have an account.
 */
static int
notice_detail(const Named *named)
{
	switch (named->verdict.fate)
	{
		case ADP_ACCOUNT_THERE:
			break;
		case ADP_ACCOUNT_SPELLED:
			return errdetail("Its rows have \"%s\".", named->verdict.canonical);
		case ADP_ACCOUNT_CLOSED:
			return errdetail("Account \"%s\" is closed, and option \"%s\" is *, which stands for open accounts.",
							 named->verdict.canonical, named->option);
		case ADP_ACCOUNT_MALFORMED:
			return errdetail_internal("%s", named->rule);
		case ADP_ACCOUNT_OUTSIDE:
			return named->lists_all
				? errdetail("Option \"%s\" is *, and platform \"%s\" lists no such open account to the credentials of server \"%s\".",
							named->option, named->platform, named->server)
				: errdetail("It is not in option \"%s\" of the table and server \"%s\".",
							named->option, named->server);
	}
	return 0;
}

/*
 * Sends a notice.
 */
static void
send_notice(const Named *named)
{
	ereport(NOTICE,
			(errmsg("foreign table \"%s\" has no account \"%s\"", named->table,
					named->verdict.value),
			 notice_detail(named),
			 named->verdict.fate == ADP_ACCOUNT_SPELLED
				 ? errhint("Write '%s'.", named->verdict.canonical)
				 : 0));
}

/*
 * A scan ends.
 */
void
adp_account_notice_leave(EState *estate)
{
	Notices *notices = find_notices(estate);
	ListCell *cell;
	int sent = 0;
	int left = 0;

	if (notices == NULL || --notices->scans > 0)
		return;
	foreach(cell, notices->named)
	{
		const Named *named = lfirst(cell);

		if (named->verdict.fate == ADP_ACCOUNT_THERE)
			continue;
		if (sent < NOTICES_MAX)
		{
			send_notice(named);
			sent++;
		}
		else
			left++;
	}
	if (left > 0)
		ereport(NOTICE,
				(errmsg_plural("conditions name %d more account that is not there",
							   "conditions name %d more accounts that are not there",
							   left, left)));
	notices->named = NIL;
}
