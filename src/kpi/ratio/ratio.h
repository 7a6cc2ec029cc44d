/*
 * ratio.h
 *		The state of every ratio KPI: two sums and the currency of money.
 */
#ifndef ADP_KPI_RATIO_RATIO_H
#define ADP_KPI_RATIO_RATIO_H

#include "kpi/core/currency.h"
#include "kpi/core/sum.h"
#include "kpi/core/version.h"

#define ADP_RATIO_TYPE "adpipe.ratio_state"
#define ADP_RATIO_VERSION 1

/*
 * What kind of ratio the state belongs to.  The aggregate's initial state
 * brings the bits, so that a new ratio needs no C.
 */
#define ADP_RATIO_MONEY_NUMERATOR 0x01
#define ADP_RATIO_MONEY_DENOMINATOR 0x02
#define ADP_RATIO_ONE_DENOMINATOR 0x04 /* a distinct count: never added */
#define ADP_RATIO_ONE_NUMERATOR 0x08   /* the same for the other side */
#define ADP_RATIO_KINDS 0x0F

/*
 * SQL type adpipe.ratio_state, of fixed length and passed by reference.
 * Tables may hold it, so that its layout is frozen: change it only together
 * with the version, and go on reading every version.
 */
typedef struct AdpRatioState
{
	uint8 version;
	uint8 kind;		 /* ADP_RATIO_ bits */
	uint8 unused[6]; /* zero */
	AdpCurrency currency;
	AdpSum numerator;
	AdpSum denominator;
} AdpRatioState;

/* INTERNALLENGTH in ratio.sql; no padding that the struct does not name */
StaticAssertDecl(sizeof(AdpCurrency) == 16, "layout of AdpCurrency is frozen");
StaticAssertDecl(sizeof(AdpSum) == 40, "layout of AdpSum is frozen");
StaticAssertDecl(sizeof(AdpRatioState) == 104,
				 "layout of AdpRatioState is frozen");

#define PG_GETARG_RATIO(n) ((AdpRatioState *) PG_GETARG_POINTER(n))

extern bool adp_ratio_is_valid(const AdpRatioState *state);

/*
 * Raises 0A000 for a version that this library does not know.
 */
static inline void
adp_ratio_check_version(int version)
{
	adp_version_check(version, ADP_RATIO_VERSION, ADP_RATIO_TYPE);
}

#endif /* ADP_KPI_RATIO_RATIO_H */
