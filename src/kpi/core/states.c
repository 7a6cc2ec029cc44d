/*
 * states.c
 *		The memory context of states that are expanded objects.
 */
#include "postgres.h"

#include "utils/memutils.h"

#include "kpi/core/states.h"

/* the context that the states of one call of an aggregate lie in */
typedef struct StatesContext
{
	MemoryContext context;
	FmgrInfo *function; /* its fn_extra points here */
	MemoryContextCallback forget;
} StatesContext;

/*
 * Callback of the server: the memory of an aggregate's states goes away.
 */
static void
forget_states(void *arg)
{
	StatesContext *states = (StatesContext *) arg;

	if (states->function->fn_extra == states)
		states->function->fn_extra = NULL;
}

/*
 * The context is a child of the aggregate's own, which is how the executor
 * recognizes a state as one that it need not copy.
 *
 * All groups share it, although an expanded object usually has one to itself.
 * With a context per group the server, which adds up all contexts whenever a
 * group begins, would need time that grows with the square of the groups.
 * Sharing is safe because the executor never deletes a state by itself: a
 * state keeps its address, and goes away with its aggregate's context.
 */
MemoryContext
adp_states_context(FunctionCallInfo fcinfo, MemoryContext aggregate)
{
	StatesContext *states = (StatesContext *) fcinfo->flinfo->fn_extra;
	MemoryContext context;

	if (states != NULL && MemoryContextGetParent(states->context) == aggregate)
		return states->context;

	context = AllocSetContextCreate(aggregate, "adpipe states",
									ALLOCSET_DEFAULT_SIZES);
	states = MemoryContextAlloc(context, sizeof(StatesContext));
	states->context = context;
	states->function = fcinfo->flinfo;
	states->forget.func = forget_states;
	states->forget.arg = states;
	MemoryContextRegisterResetCallback(context, &states->forget);
	fcinfo->flinfo->fn_extra = states;
	return context;
}
