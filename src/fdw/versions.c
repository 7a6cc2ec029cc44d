/*
 * versions.c
 *	  Versions of the platforms' APIs and of the libraries, for SQL.
 */
#include "postgres.h"

#include "access/htup_details.h"
#include "fmgr.h"
#include "funcapi.h"
#include "utils/builtins.h"
#include "utils/date.h"

#include "base/compat.h"
#include "base/version.h"
#include "net/http.h"
#include "platform/platform.h"

PG_FUNCTION_INFO_V1(adpipe_api_versions);
PG_FUNCTION_INFO_V1(adpipe_library_versions);

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

/*
 * library_versions(): the version of this library, that of libcurl, the oldest
 * libcurl that is supported, and what is wrong with this one, or NULL.
 */
Datum
adpipe_library_versions(PG_FUNCTION_ARGS)
{
	AdpHttpLibrary libcurl = adp_http_library();
	bool nulls[4] = {false, false, false, libcurl.problem == NULL};
	Datum values[4];
	TupleDesc desc;

	if (get_call_result_type(fcinfo, NULL, &desc) != TYPEFUNC_COMPOSITE)
		elog(ERROR, "library_versions() is declared without its columns");
	values[0] = CStringGetTextDatum(ADPIPE_VERSION);
	values[1] = CStringGetTextDatum(libcurl.version);
	values[2] = CStringGetTextDatum(ADP_LIBCURL_VERSION_MIN_TEXT);
	values[3] = nulls[3] ? (Datum) 0 : CStringGetTextDatum(libcurl.problem);
	return HeapTupleGetDatum(
		heap_form_tuple(BlessTupleDesc(desc), values, nulls));
}
