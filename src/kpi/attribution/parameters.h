/*
 * parameters.h
 *		Arguments of the functions that read journeys.
 */
#ifndef ADP_KPI_ATTRIBUTION_PARAMETERS_H
#define ADP_KPI_ATTRIBUTION_PARAMETERS_H

#include "fmgr.h"

#include "kpi/attribution/model.h"

extern AdpModelKind adp_parameter_model(FunctionCallInfo fcinfo, int arg);
extern void adp_parameter_path(FunctionCallInfo fcinfo, int first_arg,
							   AdpJourneys *journeys, const char *usual_direct,
							   AdpPathOptions *options);
extern uint64 adp_parameter_half_life(FunctionCallInfo fcinfo, int arg);
extern void adp_parameter_weights(FunctionCallInfo fcinfo, int first_arg,
								  AdpModel *model);

#endif /* ADP_KPI_ATTRIBUTION_PARAMETERS_H */
