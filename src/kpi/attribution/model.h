/*
 * model.h
 *		Attribution models: which touch of a path gets how much of the credit.
 */
#ifndef ADP_KPI_ATTRIBUTION_MODEL_H
#define ADP_KPI_ATTRIBUTION_MODEL_H

#include "kpi/attribution/paths.h"

typedef enum AdpModelKind
{
	ADP_MODEL_FIRST,
	ADP_MODEL_LAST,
	ADP_MODEL_LAST_NON_DIRECT,
	ADP_MODEL_LINEAR,
	ADP_MODEL_TIME_DECAY,
	ADP_MODEL_POSITION,
	ADP_MODEL_SHAPLEY,
	ADP_MODEL_MARKOV, /* looks at all paths together: see markov.h */
} AdpModelKind;

#define ADP_MODEL_COUNT (ADP_MODEL_MARKOV + 1)

typedef struct AdpModel
{
	AdpModelKind kind;
	uint64 half_life_us;  /* of time decay, above zero */
	uint64 first_weight;  /* of position, in 10^-12 */
	uint64 last_weight;	  /* first and last together at most 1 */
	uint64 *weights;	  /* of the path that was weighed last */
	uint32 capacity;	  /* of weights */
	uint32 *seen_by;	  /* path that a channel was last seen on, by channel */
	uint32 paths_weighed; /* numbers the paths, from 1 */
} AdpModel;

extern void adp_model_begin(AdpModel *model, const AdpJourneys *journeys);
extern uint64 adp_model_weigh(AdpModel *model, const AdpPath *path);

#endif /* ADP_KPI_ATTRIBUTION_MODEL_H */
