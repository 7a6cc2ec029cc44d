/*
 * funnel.h
 *		How far through the steps of a funnel a list of events comes.
 */
#ifndef ADP_KPI_EVENTS_FUNNEL_H
#define ADP_KPI_EVENTS_FUNNEL_H

#include "kpi/events/events.h"

/* modes of a funnel, one bit each; names in funnel.c */
#define ADP_FUNNEL_STRICT_DEDUPLICATION 0x01
#define ADP_FUNNEL_STRICT_ORDER 0x02
#define ADP_FUNNEL_STRICT_INCREASE 0x04
#define ADP_FUNNEL_STRICT_ONCE 0x08
#define ADP_FUNNEL_ALLOW_REENTRY 0x10

/* the parameters of window_funnel */
typedef struct AdpFunnel
{
	int64 within; /* from the first to the last step, both included */
	uint32 modes; /* ADP_FUNNEL_ bits */
} AdpFunnel;

extern int adp_funnel_walk(const AdpFunnel *funnel, const AdpEvents *events,
						   int64 *times);
extern void adp_funnel_match(const AdpEvent *events, uint32 count, int steps,
							 int *earliest);

#endif /* ADP_KPI_EVENTS_FUNNEL_H */
