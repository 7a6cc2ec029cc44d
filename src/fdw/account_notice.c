/*
 * account_notice.c
 *	  Notices about accounts in conditions that no table of the statement has.
 *
 * A condition on an account that a table does not have matches no rows, which
 * looks like an account without delivery.  A statement may read tables of
 * several servers, and only one of them may have the account.  So the notices
 * wait for all scans of the statement, and each account gets at most one.
 */
#include "postgres.h"

#include "utils/memutils.h"

#include "fdw/account_notice.h"

/* Values of a statement that are remembered; only the first few are reported. */
#define NAMED_MAX 200

/* Most notices per statement; more would be hard to read. */
#define NOTICES_MAX 10

/* An account in the statement's conditions. */
typedef struct Named
{
	AdpAccountVerdict verdict; /* ADP_ACCOUNT_THERE if any table has it */
	const char *table;
	const char *server;
	const char *platform;
	const char *option; /* the option that lists the accounts */
	const char *rule;
	bool lists_all; /* the option is "*" */
} Named;

/* A statement's accounts and scans. */
typedef struct Notices
{
	struct Notices *next; /* list of all in this process */
	EState *estate;
	MemoryContextCallback unlink_callback;
	int scans; /* scans that have not ended */
	List *named;
} Notices;

static Notices *statements = NULL;

/*
 * Finds a statement's notices; NULL if it has none yet.
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
 * Context callback: removes a statement whose memory is freed.
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
 * Counts a scan that begins.
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
 * Finds the entry of a value; NULL if there is no entry.
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
 * Stores a verdict on a value, in CurrentMemoryContext.
 */
static Named *
make_named(const AdpTable *table, const AdpAccountVerdict *verdict)
{
	const AdpSettings *settings = table->settings;
	const AdpAccountSet *set = settings->table_accounts
		? settings->table_accounts
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
	named->lists_all = set != NULL && set->is_all;
	return named;
}

/*
 * Adds the verdicts on the constants in a scan's conditions.
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
	for (int i = 0; i < n && list_length(notices->named) < NAMED_MAX; i++)
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
 * Adds the detail: why a table does not have an account.
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
 * Counts a scan that ends, and sends the notices after the last scan.
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
				(errmsg_plural("conditions name %d more account that the tables do not have",
							   "conditions name %d more accounts that the tables do not have",
							   left, left)));
	notices->named = NIL;
}
