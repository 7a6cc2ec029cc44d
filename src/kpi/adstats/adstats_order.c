/*
 * adstats_order.c
 *		Equality, order and hash of adpipe.adstats.
 *
 * Two values are equal if they report the same measures with the same sums in
 * the same currency.  With how many decimals a sum was written plays no part,
 * as with numeric.  The order is by currency, then by the measures in turn,
 * unreported last; it means nothing beyond being one.
 */
#include "postgres.h"

#include "common/hashfn.h"

#include "kpi/adstats/adstats.h"

PG_FUNCTION_INFO_V1(adpipe_adstats_eq);
PG_FUNCTION_INFO_V1(adpipe_adstats_ne);
PG_FUNCTION_INFO_V1(adpipe_adstats_lt);
PG_FUNCTION_INFO_V1(adpipe_adstats_le);
PG_FUNCTION_INFO_V1(adpipe_adstats_gt);
PG_FUNCTION_INFO_V1(adpipe_adstats_ge);
PG_FUNCTION_INFO_V1(adpipe_adstats_cmp);
PG_FUNCTION_INFO_V1(adpipe_adstats_hash);
PG_FUNCTION_INFO_V1(adpipe_adstats_hash_extended);

/*
 * Compares one measure.
 */
static int
compare_measure(const AdpAdStats *a, const AdpAdStats *b, AdpMeasure measure)
{
	bool a_has = adp_adstats_has(a, measure);

	if (a_has != adp_adstats_has(b, measure))
		return a_has ? -1 : 1;
	if (a->units[measure] != b->units[measure])
		return a->units[measure] < b->units[measure] ? -1 : 1;
	return 0;
}

/*
 * Compares arguments 0 and 1: below zero, zero, above zero.
 */
static int
compare_arguments(FunctionCallInfo fcinfo)
{
	const AdpAdStats *a = PG_GETARG_ADSTATS(0);
	const AdpAdStats *b = PG_GETARG_ADSTATS(1);
	int order;

	adp_adstats_check_version(a->version);
	adp_adstats_check_version(b->version);
	order = memcmp(a->code, b->code, ADP_CURRENCY_SIZE);
	for (int i = 0; i < ADP_MEASURES && order == 0; i++)
		order = compare_measure(a, b, i);
	return order;
}

/* each adstats_NAME(adstats, adstats) returns boolean; strict */
#define DEFINE_COMPARISON(name, sign) \
	Datum adpipe_adstats_##name(PG_FUNCTION_ARGS) \
	{ \
		PG_RETURN_BOOL(compare_arguments(fcinfo) sign 0); \
	}

DEFINE_COMPARISON(eq, ==)
DEFINE_COMPARISON(ne, !=)
DEFINE_COMPARISON(lt, <)
DEFINE_COMPARISON(le, <=)
DEFINE_COMPARISON(gt, >)
DEFINE_COMPARISON(ge, >=)

/*
 * adstats_cmp(adstats, adstats) returns integer; strict
 */
Datum
adpipe_adstats_cmp(PG_FUNCTION_ARGS)
{
	int order = compare_arguments(fcinfo);

	/* memcmp may return the one integer that has no negative */
	PG_RETURN_INT32(order < 0 ? -1 : order > 0);
}

/*
 * Copies what equality looks at, so that equal values are equal bytes.
 */
static void
copy_compared(AdpAdStats *copy, const AdpAdStats *stats)
{
	adp_adstats_check_version(stats->version);
	memcpy(copy, stats, sizeof(AdpAdStats));
	memset(copy->scale, 0, sizeof(copy->scale));
}

/*
 * adstats_hash(adstats) returns integer; strict
 */
Datum
adpipe_adstats_hash(PG_FUNCTION_ARGS)
{
	AdpAdStats compared;

	copy_compared(&compared, PG_GETARG_ADSTATS(0));
	return hash_any((const unsigned char *) &compared, sizeof(compared));
}

/*
 * adstats_hash_extended(adstats, bigint) returns bigint; strict
 */
Datum
adpipe_adstats_hash_extended(PG_FUNCTION_ARGS)
{
	AdpAdStats compared;

	copy_compared(&compared, PG_GETARG_ADSTATS(0));
	return hash_any_extended((const unsigned char *) &compared,
							 sizeof(compared), PG_GETARG_INT64(1));
}
