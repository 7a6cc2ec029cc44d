/*
 * response_cache.c
 *	  Answers that this session keeps, for platforms whose calls are few.
 *
 * An answer and all that belongs to it live in a context of their own below
 * TopMemoryContext, its body in malloc'd memory or a mapped temporary file.  It
 * is taken out when nobody reads it: at the next look-up, or when the
 * transaction ends.
 */
#include "postgres.h"

#include "access/xact.h"
#include "lib/ilist.h"
#include "tcop/utility.h"
#include "utils/memutils.h"
#include "utils/timestamp.h"

#include "base/binding.h"
#include "base/guc.h"
#include "base/owner.h"
#include "net/spool.h"
#include "platform/reader/response_cache.h"

/* Whose request it is. */
typedef struct Key
{
	Oid serverid;
	Oid umid;
	const char *request;
} Key;

/* When something was asked for. */
typedef struct Origin
{
	TimestampTz at;
	TimestampTz statement; /* the start of the one that asked */
	uint64 transaction;	   /* its number in this process */
} Origin;

typedef struct Answer
{
	dlist_node node; /* in answers */
	MemoryContext cxt;
	Key key;
	AdpBinding binding; /* when stale: it changed, or was forgotten */
	Origin origin;
	TimestampTz expires_at;
	int readers;
	AdpSpool body;
} Answer;

typedef struct UnderWay
{
	dlist_node node; /* in calls */
	Key key;
	Origin origin;
	AdpCall *call;
} UnderWay;

/* The one used last comes first. */
static dlist_head answers = DLIST_STATIC_INIT(answers);
static dlist_head calls = DLIST_STATIC_INIT(calls);

static ProcessUtility_hook_type next_utility = NULL;

/* Transactions that have ended since the first answer was kept. */
static uint64 transactions = 0;

/*
 * The key of a request; the text is not copied.
 */
static Key
make_key(const AdpSettings *settings, const char *request)
{
	return (Key){settings->serverid, settings->umid, request};
}

static bool
same_key(const Key *a, const Key *b)
{
	return a->serverid == b->serverid && a->umid == b->umid &&
		strcmp(a->request, b->request) == 0;
}

/*
 * Takes out an answer that nobody reads.
 */
static void
drop(Answer *answer)
{
	Assert(answer->readers == 0);
	adp_binding_let_go(&answer->binding);
	dlist_delete(&answer->node);
	adp_spool_release(&answer->body);
	MemoryContextDelete(answer->cxt);
}

/*
 * The origin of what is asked for now.
 */
static Origin
origin_now(void)
{
	return (Origin){adp_now(), GetCurrentStatementStartTimestamp(),
					transactions};
}

/*
 * Whether the running statement asked.  Its start alone does not tell:
 * background workers need not set it anew.
 */
static bool
is_of_statement(const Origin *origin)
{
	return origin->transaction == transactions &&
		origin->statement == GetCurrentStatementStartTimestamp();
}

/*
 * Takes out what nobody reads and nobody may use.
 */
static void
sweep(void)
{
	TimestampTz now = adp_now();
	dlist_mutable_iter iter;

	dlist_foreach_modify(iter, &answers)
	{
		Answer *answer = dlist_container(Answer, node, iter.cur);

		if (answer->readers == 0 &&
			(answer->binding.is_stale ||
			 (now >= answer->expires_at && !is_of_statement(&answer->origin))))
			drop(answer);
	}
}

/*
 * Transaction callback: lets nothing outlive its time while the session idles.
 */
static void
end_transaction(XactEvent event, void *arg)
{
	if (event != XACT_EVENT_COMMIT && event != XACT_EVENT_ABORT &&
		event != XACT_EVENT_PREPARE)
		return;
	transactions++;
	sweep();
}

/*
 * Hook of utility statements: DISCARD ALL leaves nothing of a session to the one
 * that has the connection next, which may be somebody else's.
 */
static void
run_utility(PlannedStmt *stmt, const char *text, bool is_read_only,
			ProcessUtilityContext context, ParamListInfo params,
			QueryEnvironment *environment, DestReceiver *receiver,
			QueryCompletion *completion)
{
	/* asked before: the tree may be gone afterwards */
	bool discards_all = IsA(stmt->utilityStmt, DiscardStmt) &&
		((DiscardStmt *) stmt->utilityStmt)->target == DISCARD_ALL;
	ProcessUtility_hook_type run =
		next_utility ? next_utility : standard_ProcessUtility;

	run(stmt, text, is_read_only, context, params, environment, receiver,
		completion);
	if (discards_all)
		(void) adp_response_cache_forget(InvalidOid);
}

/*
 * Registers callback and hook, once per process.
 */
static void
prepare(void)
{
	static bool is_prepared = false;

	if (is_prepared)
		return;
	is_prepared = true;
	RegisterXactCallback(end_transaction, NULL);
	next_utility = ProcessUtility_hook;
	ProcessUtility_hook = run_utility;
}

/*
 * Takes out answers until what is kept fits, those used longest ago first.
 */
static void
shrink(void)
{
	Size most = (Size) adp_guc_kept_answers_kb * 1024;
	Size sum = 0;
	dlist_mutable_iter iter;

	dlist_foreach_modify(iter, &answers)
	{
		Answer *answer = dlist_container(Answer, node, iter.cur);

		sum += answer->body.room;
		if (sum > most && answer->readers == 0 &&
			!is_of_statement(&answer->origin))
		{
			sum -= answer->body.room;
			drop(answer);
		}
	}
}

/*
 * Whether what was asked for then may be used by who has these settings.  A
 * clock that went back makes it too old.
 */
static bool
is_usable(const Origin *origin, const AdpSettings *settings)
{
	TimestampTz now = adp_now();

	return is_of_statement(origin) ||
		(adp_guc_use_kept_answers && now >= origin->at &&
		 now < origin->at + settings->cache_ttl_s * USECS_PER_SEC);
}

/*
 * Owner's release: an answer has one reader less.
 */
static void
end_reading(void *resource)
{
	((Answer *) resource)->readers--;
}

/*
 * Begins to read an answer.
 */
static AdpCachedResponse *
read_answer(MemoryContext cxt, Answer *answer)
{
	AdpCachedResponse *kept = adp_owner_create(cxt, end_reading);

	kept->resource = answer;
	answer->readers++;
	dlist_move_head(&answers, &answer->node);
	return kept;
}

/*
 * Finds an answer.
 */
AdpCachedResponse *
adp_response_cache_find(MemoryContext cxt, const AdpSettings *settings,
						const char *request)
{
	const Key key = make_key(settings, request);
	dlist_iter iter;

	sweep();
	dlist_foreach(iter, &answers)
	{
		Answer *answer = dlist_container(Answer, node, iter.cur);

		if (same_key(&answer->key, &key) && !answer->binding.is_stale &&
			is_usable(&answer->origin, settings))
			return read_answer(cxt, answer);
	}
	return NULL;
}

/*
 * When a call was asked for.
 */
static Origin
origin_of(const AdpCall *call)
{
	dlist_iter iter;

	dlist_foreach(iter, &calls)
	{
		UnderWay *entry = dlist_container(UnderWay, node, iter.cur);

		if (entry->call == call)
			return entry->origin;
	}
	return origin_now();
}

/*
 * Makes an answer without a body.
 */
static Answer *
create_answer(const AdpSettings *settings, const char *request, Origin origin)
{
	MemoryContext cxt =
		AllocSetContextCreate(TopMemoryContext, "adpipe kept answer",
							  ALLOCSET_SMALL_SIZES);
	Answer *answer = MemoryContextAllocZero(cxt, sizeof(Answer));

	answer->cxt = cxt;
	answer->key = make_key(settings, MemoryContextStrdup(cxt, request));
	adp_binding_tie(&answer->binding, settings->serverid, settings->umid);
	answer->origin = origin;
	answer->expires_at = origin.at + settings->cache_ttl_s * USECS_PER_SEC;
	return answer;
}

/*
 * Keeps the body of a done call.  It replaces an older one of the same request.
 */
AdpCachedResponse *
adp_response_cache_put(MemoryContext cxt, const AdpSettings *settings,
					   const char *request, AdpCall *call)
{
	const Key key = make_key(settings, request);
	Answer *answer;
	dlist_iter iter;
	AdpCachedResponse *kept;

	prepare();
	dlist_foreach(iter, &answers)
	{
		Answer *old = dlist_container(Answer, node, iter.cur);

		if (same_key(&old->key, &key))
			old->binding.is_stale = true;
	}
	answer = create_answer(settings, request, origin_of(call));
	dlist_push_head(&answers, &answer->node);
	kept = read_answer(cxt, answer);
	answer->binding.is_stale = adp_call_is_outdated(call);
	adp_call_take_body(call, &answer->body);
	shrink();
	return kept;
}

const char *
adp_response_cache_body(const AdpCachedResponse *kept, Size *len)
{
	const Answer *answer = kept->resource;

	*len = answer->body.len;
	return answer->body.data;
}

/*
 * Lets go of an answer.
 */
void
adp_response_cache_release(AdpCachedResponse *kept)
{
	adp_owner_release(kept);
}

/*
 * Forgets the answers of a server.
 */
int
adp_response_cache_forget(Oid serverid)
{
	dlist_iter iter;
	int count = 0;

	dlist_foreach(iter, &answers)
	{
		Answer *answer = dlist_container(Answer, node, iter.cur);

		if ((OidIsValid(serverid) && answer->key.serverid != serverid) ||
			answer->binding.is_stale)
			continue;
		answer->binding.is_stale = true;
		count++;
	}
	sweep();
	return count;
}

/*
 * Owner's release: a call is no longer under way, or no longer ours.
 */
static void
unlink_call(void *resource)
{
	dlist_delete(&((UnderWay *) resource)->node);
}

/*
 * Says that a call is under way.
 */
AdpPendingResponse *
adp_response_cache_announce(MemoryContext cxt, const AdpSettings *settings,
							const char *request, AdpCall *call)
{
	AdpPendingResponse *notice = adp_owner_create(cxt, unlink_call);
	UnderWay *entry = MemoryContextAllocZero(cxt, sizeof(UnderWay));

	entry->key = make_key(settings, MemoryContextStrdup(cxt, request));
	entry->origin = origin_now();
	entry->call = call;
	dlist_push_head(&calls, &entry->node);
	notice->resource = entry;
	return notice;
}

void
adp_response_cache_withdraw(AdpPendingResponse *notice)
{
	adp_owner_release(notice);
}

/*
 * The call that is under way for a request.  One that has failed, or whose body
 * has gone, stays here until its owner goes on, which may be never.
 */
AdpCall *
adp_response_cache_under_way(const AdpSettings *settings, const char *request)
{
	const Key key = make_key(settings, request);
	dlist_iter iter;

	dlist_foreach(iter, &calls)
	{
		UnderWay *entry = dlist_container(UnderWay, node, iter.cur);

		if (same_key(&entry->key, &key) && !adp_call_is_lost(entry->call) &&
			is_usable(&entry->origin, settings))
			return entry->call;
	}
	return NULL;
}
