/*
 * versions.c
 *	  Versions of the platforms' APIs, for SQL.
 */
#include "postgres.h"

#include "fmgr.h"
#include "funcapi.h"
#include "utils/builtins.h"
#include "utils/date.h"

#include "base/compat.h"
#include "platform/platform.h"

PG_FUNCTION_INFO_V1(adpipe_api_versions);

/*
 * Adds one version to the result.
 */
static void
put_version(ReturnSetInfo *result, const AdpPlatform *platform,
			const AdpVersion *version)
{
	Datum values[4];
	bool nulls[4] = {false, false, version->sunset == NULL, false};

	values[0] = CStringGetTextDatum(platform->name);
	values[1] = CStringGetTextDatum(version->name);
	values[2] = version->sunset == NULL
		? (Datum) 0
		: DirectFunctionCall1(date_in, CStringGetDatum(version->sunset));
	values[3] = BoolGetDatum(version == adp_platform_version(platform, NULL));
	tuplestore_putvalues(result->setResult, result->setDesc, values, nulls);
}

/*
 * api_versions(): the known versions of each platform's API, and when they end.
 */
Datum
adpipe_api_versions(PG_FUNCTION_ARGS)
{
	ReturnSetInfo *result = (ReturnSetInfo *) fcinfo->resultinfo;

	adp_init_materialized_srf(fcinfo);
	for (const AdpPlatform *const *platform = adp_platforms(); *platform;
		 platform++)
	{
		for (const AdpVersion *version = (*platform)->versions; version->name;
			 version++)
			put_version(result, *platform, version);
	}
	return (Datum) 0;
}
