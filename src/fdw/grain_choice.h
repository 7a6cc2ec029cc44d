/*
 * grain_choice.h
 *	  The grain of a scan that can be coarse, chosen when it starts.
 */
#ifndef ADP_FDW_GRAIN_CHOICE_H
#define ADP_FDW_GRAIN_CHOICE_H

#include "nodes/execnodes.h"

#include "fdw/scan.h"

/* To be called when a scan begins and when it ends. */
extern void adp_grain_join(ForeignScanState *node);
extern void adp_grain_leave(ForeignScanState *node);

/*
 * Sets is_coarse of the scan's state.  A scan that leaves out fields in its plan
 * reads them nevertheless if adpipe.pushdown is off, or if another scan of the
 * statement requests the same rows with them: then they share one answer.
 */
extern void adp_grain_choose(ForeignScanState *node, AdpValuesFor purpose);

#endif /* ADP_FDW_GRAIN_CHOICE_H */
