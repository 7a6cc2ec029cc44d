/*
 * markov.h
 *		Markov chain of order 1 over paths; the effect of removing a channel.
 */
#ifndef ADP_KPI_ATTRIBUTION_MARKOV_H
#define ADP_KPI_ATTRIBUTION_MARKOV_H

#include "kpi/attribution/paths.h"

/* The chain is solved in time proportional to the third power */
#define ADP_MARKOV_MAX_CHANNELS 256

/* Counted moves between channels; state "channels" is the start. */
typedef struct AdpChain
{
	uint32 channels;
	uint64 *moves; /* [from * channels + to]; from up to and with the start */
	uint64 *conversions; /* paths that ended with one, by last channel */
	uint64 *nulls;		 /* paths that ended without */
	int128 *values;		 /* of the conversions, in 10^-12 */
} AdpChain;

/* Results of the chain. */
typedef struct AdpRemoval
{
	float8 rate;	 /* conversions per path; 0 if there is no path */
	float8 *effects; /* by channel: share of conversions lost without it */
	float8 *value_effects; /* the same of their value */
} AdpRemoval;

extern void adp_markov_begin(AdpChain *chain, const AdpJourneys *journeys);
extern void adp_markov_add(AdpChain *chain, const AdpPath *path);
extern void adp_markov_solve(const AdpChain *chain, AdpRemoval *removal);

#endif /* ADP_KPI_ATTRIBUTION_MARKOV_H */
