/*
 * breaker.c
 *	  A circuit breaker for each server, in shared memory.
 */
#include "postgres.h"

#include "miscadmin.h"

#include "base/guc.h"
#include "base/shared_memory.h"
#include "platform/limits/breaker.h"

/* Servers with failures; the one that changed first makes room. */
#define SERVERS 64

typedef struct Table
{
	AdpSharedHead head;
	AdpBreaker servers[SERVERS]; /* unused ones have no failures */
} Table;

static AdpSharedPart part = {"adpipe breakers", sizeof(Table)};

/*
 * Announces the memory.
 */
void
adp_breaker_init(void)
{
	adp_shared_memory_add(&part);
}

/*
 * Returns the breaker of a server of this database, or NULL.
 */
static AdpBreaker *
find(Table *table, Oid serverid)
{
	for (int i = 0; i < SERVERS; i++)
	{
		AdpBreaker *breaker = &table->servers[i];

		if (breaker->failures > 0 && breaker->serverid == serverid &&
			breaker->database == MyDatabaseId)
			return breaker;
	}
	return NULL;
}

/*
 * Returns a breaker for a server that has none.
 */
static AdpBreaker *
make(Table *table, Oid serverid)
{
	AdpBreaker *breaker = &table->servers[0];

	for (int i = 1; i < SERVERS && breaker->failures > 0; i++)
	{
		AdpBreaker *other = &table->servers[i];

		if (other->failures == 0 || other->changed_at < breaker->changed_at)
			breaker = other;
	}
	MemSet(breaker, 0, sizeof(AdpBreaker));
	breaker->database = MyDatabaseId;
	breaker->serverid = serverid;
	return breaker;
}

/*
 * Asks an open breaker.  The probe moves on the time of the next one: a session
 * that dies with it holds up nobody for longer.
 */
static AdpBreakerSays
ask_open(AdpBreaker *breaker, TimestampTz now)
{
	if (now < breaker->open_until)
		return breaker->is_probing ? ADP_BREAKER_WAIT : ADP_BREAKER_REFUSE;
	breaker->open_until = now + breaker->pause_s * USECS_PER_SEC;
	breaker->is_probing = true;
	return ADP_BREAKER_PROBE;
}

/*
 * Asks whether a call may be sent.
 */
AdpBreakerSays
adp_breaker_ask(Oid serverid, AdpBreaker *copy)
{
	Table *table = adp_shared_memory(&part);
	AdpBreakerSays says = ADP_BREAKER_PASS;
	AdpBreaker *breaker;

	if (table == NULL)
		return says;
	adp_shared_lock(&table->head, LW_EXCLUSIVE);
	breaker = find(table, serverid);
	if (breaker != NULL && breaker->pause_s > 0)
	{
		says = ask_open(breaker, adp_now());
		*copy = *breaker;
	}
	adp_shared_unlock(&table->head);
	return says;
}

/*
 * Notes an answer.
 */
void
adp_breaker_succeed(Oid serverid)
{
	(void) adp_breaker_reset(serverid);
}

/*
 * Notes a failure.  Calls that were under way when the breaker opened do not
 * lengthen its pause.
 */
void
adp_breaker_fail(Oid serverid, const char *error)
{
	Table *table = adp_shared_memory(&part);
	TimestampTz now = adp_now();
	AdpBreaker *breaker;

	if (table == NULL)
		return;
	adp_shared_lock(&table->head, LW_EXCLUSIVE);
	breaker = find(table, serverid);
	if (breaker == NULL)
		breaker = make(table, serverid);
	breaker->failures++;
	breaker->changed_at = now;
	adp_shared_text(breaker->last_error, sizeof(breaker->last_error), error);
	if (breaker->failures == ADP_BREAKER_FAILURES)
		breaker->pause_s = ADP_BREAKER_PAUSE_S;
	else if (breaker->is_probing)
		breaker->pause_s = Min(2 * breaker->pause_s, ADP_BREAKER_PAUSE_MAX_S);
	if (breaker->failures == ADP_BREAKER_FAILURES || breaker->is_probing)
		breaker->open_until = now + breaker->pause_s * USECS_PER_SEC;
	breaker->is_probing = false;
	adp_shared_unlock(&table->head);
}

/*
 * Closes the breaker.
 */
bool
adp_breaker_reset(Oid serverid)
{
	Table *table = adp_shared_memory(&part);
	AdpBreaker *breaker;
	bool was_open = false;

	if (table == NULL)
		return false;
	adp_shared_lock(&table->head, LW_EXCLUSIVE);
	breaker = find(table, serverid);
	if (breaker != NULL)
	{
		was_open = breaker->pause_s > 0;
		MemSet(breaker, 0, sizeof(AdpBreaker));
	}
	adp_shared_unlock(&table->head);
	return was_open;
}

/*
 * Copies the open breakers of this database.
 */
AdpBreaker *
adp_breaker_list(int *n)
{
	Table *table = adp_shared_memory(&part);
	AdpBreaker *list = palloc(sizeof(table->servers));

	*n = 0;
	if (table == NULL)
		return list;
	adp_shared_lock(&table->head, LW_SHARED);
	for (int i = 0; i < SERVERS; i++)
	{
		const AdpBreaker *breaker = &table->servers[i];

		if (breaker->pause_s > 0 && breaker->database == MyDatabaseId)
			list[(*n)++] = *breaker;
	}
	adp_shared_unlock(&table->head);
	return list;
}
