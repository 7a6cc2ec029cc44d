/*
 * response_cache.c
 *	  Responses cached by this session, for platforms whose calls are
 *	  scarce.
 *
 * Each entry lives in a memory context of its own below TopMemoryContext, its
 * body in malloc'd memory or a mapped temporary file.  An invalid entry is
 * removed at the next look-up or at the end of the transaction, unless a scan
 * is reading it.
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
#include "platform/api/shared_work.h"
#include "platform/reader/response_cache.h"

/* Server, user mapping and request. */
typedef struct Key
{
	Oid serverid;
	Oid umid;
	const char *request;
} Key;

/* When a request was sent. */
typedef struct Origin
{
	TimestampTz at;
	TimestampTz statement; /* start of the statement that sent it */
	uint64 transaction;	   /* number of its transaction in this process */
} Origin;

typedef struct Answer
{
	dlist_node node; /* in answers */
	MemoryContext cxt;
	Key key;
	AdpBinding binding; /* stale: changed, or forgotten */
	Origin origin;
	TimestampTz expires_at;
	int readers;
	AdpSpool body;
} Answer;

struct AdpPendingResponse
{
	AdpCall *call;
	Origin origin;
	AdpOwner *announcement;
};

/* Most recently used first. */
static dlist_head answers = DLIST_STATIC_INIT(answers);

static ProcessUtility_hook_type next_utility = NULL;

/* Transactions that have ended since the first entry. */
static uint64 transactions = 0;

/*
 * Makes the key of a request; the text is not copied.
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
 * Removes an entry without readers.
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
 * Returns the origin of a request that is sent now.
 */
static Origin
origin_now(void)
{
	return (Origin){adp_now(), GetCurrentStatementStartTimestamp(),
					transactions};
}

/*
 * Whether the running statement sent the request.  The statement's start alone
 * does not prove it: background workers need not update that.
 */
static bool
is_of_statement(const Origin *origin)
{
	return origin->transaction == transactions &&
		origin->statement == GetCurrentStatementStartTimestamp();
}

/*
 * Removes invalid entries without readers.
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
 * Transaction callback: removes expired entries, so that an idle session does
 * not keep them.
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
 * Utility hook: DISCARD ALL removes all entries, since the connection's next
 * user may be somebody else.
 */
static void
run_utility(PlannedStmt *stmt, const char *text, bool is_read_only,
			ProcessUtilityContext context, ParamListInfo params,
			QueryEnvironment *environment, DestReceiver *receiver,
			QueryCompletion *completion)
{
	/* evaluated first: the tree may be freed afterwards */
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
 * Installs callback and hook, once per process.
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
 * Removes the least recently used entries until the rest fits.
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
 * Whether these settings may use a response of that origin.  An origin in the
 * future, after the clock went back, counts as expired.
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
 * Owner's release callback: the entry has one reader less.
 */
static void
end_reading(void *resource)
{
	((Answer *) resource)->readers--;
}

/*
 * Adds a reader to an entry.
 */
static AdpCachedResponse *
read_answer(MemoryContext cxt, Answer *answer)
{
	AdpCachedResponse *response = adp_owner_create(cxt, end_reading);

	response->resource = answer;
	answer->readers++;
	dlist_move_head(&answers, &answer->node);
	return response;
}

/*
 * Returns the response of a valid entry, or NULL.
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
 * Creates an entry without a body.
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
 * Stores the body of a finished call, in place of an older response to the
 * same request.
 */
AdpCachedResponse *
adp_response_cache_put(MemoryContext cxt, const AdpSettings *settings,
					   const char *request, const AdpPendingResponse *pending)
{
	const Key key = make_key(settings, request);
	Answer *answer;
	dlist_iter iter;
	AdpCachedResponse *response;

	prepare();
	dlist_foreach(iter, &answers)
	{
		Answer *old = dlist_container(Answer, node, iter.cur);

		if (same_key(&old->key, &key))
			old->binding.is_stale = true;
	}
	answer = create_answer(settings, request, pending->origin);
	dlist_push_head(&answers, &answer->node);
	response = read_answer(cxt, answer);
	answer->binding.is_stale = adp_call_is_outdated(pending->call);
	adp_call_take_body(pending->call, &answer->body);
	shrink();
	return response;
}

const char *
adp_response_cache_body(const AdpCachedResponse *response, Size *len)
{
	const Answer *answer = response->resource;

	*len = answer->body.len;
	return answer->body.data;
}

/*
 * Removes the reader.
 */
void
adp_response_cache_release(AdpCachedResponse *response)
{
	adp_owner_release(response);
}

/*
 * Removes the entries of a server; those with readers become stale.
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
 * Whether there are responses of a server.
 */
bool
adp_response_cache_holds(Oid serverid)
{
	dlist_iter iter;

	dlist_foreach(iter, &answers)
	{
		if (dlist_container(Answer, node, iter.cur)->key.serverid == serverid)
			return true;
	}
	return false;
}

/*
 * Announces a call.
 */
AdpPendingResponse *
adp_response_cache_announce(MemoryContext cxt, const char *request,
							AdpCall *call)
{
	AdpPendingResponse *pending =
		MemoryContextAlloc(cxt, sizeof(AdpPendingResponse));

	pending->call = call;
	pending->origin = origin_now();
	pending->announcement =
		adp_shared_work_announce(cxt, adp_call_session(call), request, pending);
	return pending;
}

AdpCall *
adp_response_cache_call(const AdpPendingResponse *pending)
{
	return pending->call;
}

void
adp_response_cache_withdraw(AdpPendingResponse *pending)
{
	adp_owner_release(pending->announcement);
}

/*
 * For adp_shared_work_drive().  A call that has failed, or whose body is gone,
 * stays announced until its owner continues, which may be never.
 */
static bool
can_share(const void *work, const AdpSettings *settings)
{
	const AdpPendingResponse *pending = work;

	return !adp_call_is_lost(pending->call) &&
		is_usable(&pending->origin, settings);
}

/*
 * Drives another scan's call.
 */
AdpPendingResponse *
adp_response_cache_drive(AdpSession *session, const char *request)
{
	return adp_shared_work_drive(session, request, can_share);
}
