/*
 * states.h
 *		The memory context of states that are expanded objects.
 */
#ifndef ADP_KPI_CORE_STATES_H
#define ADP_KPI_CORE_STATES_H

#include "fmgr.h"

/*
 * Called by a transition or combine function with the aggregate's memory
 * context; returns the context for its states.  Uses the call's fn_extra.
 */
extern MemoryContext adp_states_context(FunctionCallInfo fcinfo,
										MemoryContext aggregate);

#endif /* ADP_KPI_CORE_STATES_H */
