/*
 * adstats.h
 *		SQL type adpipe.adstats: five sums and the currency of the money.
 */
#ifndef ADP_KPI_ADSTATS_ADSTATS_H
#define ADP_KPI_ADSTATS_ADSTATS_H

#include "fmgr.h"

#include "kpi/core/currency.h"
#include "kpi/core/fixed.h"
#include "kpi/core/version.h"

#define ADP_ADSTATS_TYPE "adpipe.adstats"
#define ADP_ADSTATS_VERSION 1

/* the sums, in the order of the arguments of stats() */
typedef enum AdpMeasure
{
	ADP_MEASURE_IMPRESSIONS,
	ADP_MEASURE_CLICKS,
	ADP_MEASURE_SPEND,
	ADP_MEASURE_CONVERSIONS,
	ADP_MEASURE_CONVERSIONS_VALUE,
} AdpMeasure;

#define ADP_MEASURES 5
#define ADP_MEASURE_BIT(measure) (1 << (measure))
#define ADP_MEASURE_BITS ((1 << ADP_MEASURES) - 1)
#define ADP_MONEY_BITS \
	(ADP_MEASURE_BIT(ADP_MEASURE_SPEND) | \
	 ADP_MEASURE_BIT(ADP_MEASURE_CONVERSIONS_VALUE))

/*
 * Of fixed length and passed by reference.  Tables hold it, so that its
 * layout is frozen: change it only together with the version, and go on
 * reading every version.  A measure that was never reported has units and
 * scale zero.  Money without a code is undeclared; without money, a missing
 * code has no meaning.
 */
typedef struct AdpAdStats
{
	uint8 version;
	uint8 present;				  /* measures that were reported, a bit each */
	uint8 scale[ADP_MEASURES];	  /* most decimals of any value */
	uint8 unused;				  /* zero */
	char code[ADP_CURRENCY_SIZE]; /* zero-padded; all zero if undeclared */
	int128 units[ADP_MEASURES];	  /* in 10^-12 */
} AdpAdStats;

/* INTERNALLENGTH in adstats.sql; no padding that the struct does not name */
StaticAssertDecl(sizeof(AdpAdStats) == 96, "layout of AdpAdStats is frozen");
StaticAssertDecl(offsetof(AdpAdStats, present) == 1 &&
					 offsetof(AdpAdStats, scale) == 2 &&
					 offsetof(AdpAdStats, unused) == 7 &&
					 offsetof(AdpAdStats, code) == 8 &&
					 offsetof(AdpAdStats, units) == 16,
				 "layout of AdpAdStats is frozen");
StaticAssertDecl(sizeof(int128) == 16, "sums have 128 bits");

/*
 * The types that stats() takes: how counts (impressions and clicks) and amounts
 * (the rest) are read.  The same list as in adstats.sql.
 */
#define ADP_STATS_FORMS(FORM) \
	FORM(int8, int8) \
	FORM(int8, numeric) \
	FORM(int8, float8) \
	FORM(numeric, numeric) \
	FORM(float8, numeric) \
	FORM(float8, float8)

#define PG_GETARG_ADSTATS(n) ((AdpAdStats *) PG_GETARG_POINTER(n))

extern bool adp_adstats_is_valid(const AdpAdStats *stats);

/*
 * Whether this measure was reported.
 */
static inline bool
adp_adstats_has(const AdpAdStats *stats, AdpMeasure measure)
{
	return (stats->present & ADP_MEASURE_BIT(measure)) != 0;
}

/*
 * Whether any of these measures is an amount of money.
 */
static inline bool
adp_measures_have_money(uint8 present)
{
	return (present & ADP_MONEY_BITS) != 0;
}

/*
 * The sum of a measure that was reported.
 */
static inline AdpFixed
adp_adstats_sum(const AdpAdStats *stats, AdpMeasure measure)
{
	AdpFixed sum = {stats->units[measure], stats->scale[measure]};

	return sum;
}

/*
 * Raises 0A000 for a version that this library does not know.
 */
static inline void
adp_adstats_check_version(int version)
{
	adp_version_check(version, ADP_ADSTATS_VERSION, ADP_ADSTATS_TYPE);
}

#endif /* ADP_KPI_ADSTATS_ADSTATS_H */
