/*
 * states.h
 *		Where aggregates keep states that are expanded objects.
 */
#ifndef ADP_KPI_CORE_STATES_H
#define ADP_KPI_CORE_STATES_H

#include "fmgr.h"

/*
 * The memory context for the states of the aggregate whose transition or
 * combine function is called, given the aggregate's own context.  Takes the
 * call's fn_extra.
 */
extern MemoryContext adp_states_context(FunctionCallInfo fcinfo,
										MemoryContext aggregate);

#endif /* ADP_KPI_CORE_STATES_H */
