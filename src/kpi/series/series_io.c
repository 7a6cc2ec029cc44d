/*
 * series_io.c
 *		Text and binary form of adpipe.adseries.
 *
 * Text: series:1:2026-01-31T00:00:00=12.5,2026-02-01T00:00:00=13, where 1 is
 * the version, times are ISO 8601 whatever the session's DateStyle, and values
 * are shortest decimals.  A series has exactly one text, and no other text is
 * accepted.
 */
#include "postgres.h"

#include "catalog/pg_type_d.h"
#include "common/shortest_dec.h"
#include "fmgr.h"
#include "lib/stringinfo.h"
#include "libpq/pqformat.h"
#include "miscadmin.h"
#include "utils/builtins.h"
#include "utils/datetime.h"
#include "utils/fmgrprotos.h"
#include "utils/json.h"
#include "utils/timestamp.h"

#include "base/compat.h"
#include "kpi/series/series.h"

PG_FUNCTION_INFO_V1(adpipe_series_in);
PG_FUNCTION_INFO_V1(adpipe_series_out);
PG_FUNCTION_INFO_V1(adpipe_series_recv);
PG_FUNCTION_INFO_V1(adpipe_series_send);

#define TEXT_PREFIX "series:"

/*
 * Appends the text of a series.
 */
static void
print_series(StringInfo text, const AdpPoint *points, int count)
{
	char at[MAXDATELEN + 1];
	char value[DOUBLE_SHORTEST_DECIMAL_LEN];

	appendStringInfo(text, TEXT_PREFIX "%d:", ADP_SERIES_VERSION);
	for (int i = 0; i < count; i++)
	{
		CHECK_FOR_INTERRUPTS();
		JsonEncodeDateTime(at, TimestampGetDatum(points[i].at), TIMESTAMPOID,
						   NULL);
		double_to_shortest_decimal_buf(points[i].value, value);
		appendStringInfo(text, "%s%s=%s", i > 0 ? "," : "", at, value);
	}
}

/*
 * Reads "time=value" up to a comma or the end, which it overwrites; advances
 * *text.  False if the text is malformed.
 */
static bool
parse_point(char **text, AdpPoint *point)
{
	char *at = *text;
	char *value = strchr(at, '=');
	char *end;

	if (value == NULL)
		return false;
	*value++ = '\0';
	if (strlen(at) > MAXDATELEN)
		return false;
	point->at = DatumGetTimestamp(
		DirectFunctionCall3(timestamp_in, CStringGetDatum(at),
							ObjectIdGetDatum(InvalidOid), Int32GetDatum(-1)));
	point->value = strtod(value, &end);
	if (*end != ',' && *end != '\0')
		return false;
	*text = *end == ',' ? end + 1 : end;
	return true;
}

/*
 * Parses what follows the version.  NULL if that is no series.
 */
static AdpSeries *
parse_points(char *text)
{
	AdpSeries *stored;
	int64 count = 0;
	const char *c;

	for (c = text; *c != '\0'; c++)
	{
		if (*c == '=')
			count++;
	}
	adp_series_check_count(count);
	stored = adp_series_make((int) count);

	for (int i = 0; i < count; i++)
	{
		CHECK_FOR_INTERRUPTS();
		if (!parse_point(&text, &stored->points[i]) ||
			!adp_point_is_valid(&stored->points[i],
								i > 0 ? &stored->points[i - 1] : NULL))
			return NULL;
	}
	return stored;
}

/*
 * series_in(cstring) returns adseries
 *
 * Parses leniently, then requires that the result prints as the input, so
 * that exactly the texts that the output function writes are accepted.
 */
Datum
adpipe_series_in(PG_FUNCTION_ARGS)
{
	const char *input = PG_GETARG_CSTRING(0);
	AdpSeries *stored = NULL;
	StringInfoData printed;
	long version;
	char *rest;

	initStringInfo(&printed);
	if (strncmp(input, TEXT_PREFIX, strlen(TEXT_PREFIX)) == 0)
	{
		version = strtol(input + strlen(TEXT_PREFIX), &rest, 10);
		if (version > 0 && *rest == ':')
		{
			adp_version_check_text(version, ADP_SERIES_VERSION, ADP_SERIES_TYPE);
			stored = parse_points(pstrdup(rest + 1));
		}
	}
	if (stored != NULL)
		print_series(&printed, stored->points,
					 (VARSIZE(stored) - offsetof(AdpSeries, points)) /
						 sizeof(AdpPoint));
	if (stored == NULL || strcmp(printed.data, input) != 0)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_TEXT_REPRESENTATION),
				 errmsg("invalid input syntax for type %s: \"%s\"",
						ADP_SERIES_TYPE, input)));
	pfree(printed.data);
	PG_RETURN_POINTER(stored);
}

/*
 * series_out(adseries) returns cstring
 */
Datum
adpipe_series_out(PG_FUNCTION_ARGS)
{
	int count;
	const AdpPoint *points = adp_series_points(PG_GETARG_DATUM(0), &count);
	StringInfoData text;

	initStringInfo(&text);
	print_series(&text, points, count);
	PG_RETURN_CSTRING(text.data);
}

/*
 * Raises the error for bytes that are no series.
 */
static void
refuse_bytes(void)
{
	ereport(ERROR,
			(errcode(ERRCODE_INVALID_BINARY_REPRESENTATION),
			 errmsg("invalid external \"%s\" value", ADP_SERIES_TYPE)));
}

/*
 * series_recv(internal) returns adseries
 *
 * Any client can send a message: that it has the announced size is checked
 * before memory is allocated.
 */
Datum
adpipe_series_recv(PG_FUNCTION_ARGS)
{
	StringInfo message = (StringInfo) PG_GETARG_POINTER(0);
	AdpSeries *stored;
	int count;

	adp_series_check_version(pq_getmsgbyte(message));
	count = pq_getmsgint(message, 4);
	if (count < 0 ||
		(Size) (message->len - message->cursor) != count * sizeof(AdpPoint))
		refuse_bytes();
	adp_series_check_count(count);

	stored = adp_series_make(count);
	for (int i = 0; i < count; i++)
	{
		stored->points[i].at = pq_getmsgint64(message);
		stored->points[i].value = pq_getmsgfloat8(message);
		if (!adp_point_is_valid(&stored->points[i],
								i > 0 ? &stored->points[i - 1] : NULL))
			refuse_bytes();
	}
	PG_RETURN_POINTER(stored);
}

/*
 * series_send(adseries) returns bytea
 */
Datum
adpipe_series_send(PG_FUNCTION_ARGS)
{
	int count;
	const AdpPoint *points = adp_series_points(PG_GETARG_DATUM(0), &count);
	StringInfoData message;

	pq_begintypsend(&message);
	pq_sendint8(&message, ADP_SERIES_VERSION);
	pq_sendint32(&message, count);
	for (int i = 0; i < count; i++)
	{
		pq_sendint64(&message, points[i].at);
		pq_sendfloat8(&message, points[i].value);
	}
	PG_RETURN_BYTEA_P(pq_endtypsend(&message));
}
