/*
 * series.h
 *		A series of values in time: the state of what depends on order.
 *
 * SQL type adpipe.adseries.  Rows may come in any order and states may be
 * merged in any order: points are sorted by time, then value, before anyone
 * sees them, so that the same points are always the same bytes.
 */
#ifndef ADP_KPI_SERIES_SERIES_H
#define ADP_KPI_SERIES_SERIES_H

#include "datatype/timestamp.h"

#include "kpi/core/version.h"

#define ADP_SERIES_TYPE "adpipe.adseries"
#define ADP_SERIES_VERSION 1

/* 160 MB; far beyond the days of any campaign */
#define ADP_SERIES_MAX_POINTS 10000000

typedef struct AdpPoint
{
	Timestamp at; /* finite */
	float8 value; /* finite, and never -0, so that equal is the same bytes */
} AdpPoint;

/*
 * The stored form.  Tables may hold it, so that its layout is frozen: change
 * it only together with the version, and go on reading every version.
 */
typedef struct AdpSeries
{
	int32 vl_len_; /* the server's length word */
	uint8 version;
	uint8 unused[3]; /* zero */
	AdpPoint points[FLEXIBLE_ARRAY_MEMBER];
} AdpSeries;

StaticAssertDecl(sizeof(AdpPoint) == 16, "layout of AdpPoint is frozen");
StaticAssertDecl(offsetof(AdpSeries, points) == 8,
				 "layout of AdpSeries is frozen");

/* The size in bytes of a stored series of "count" points. */
#define ADP_SERIES_SIZE(count) \
	(offsetof(AdpSeries, points) + (Size) (count) * sizeof(AdpPoint))

/*
 * The points of a series in order, and how many they are.  They belong to the
 * datum, or for a stored one that had to be fetched to the current memory
 * context.  Raises 0A000 for a version that is newer than this library.
 */
extern const AdpPoint *adp_series_points(Datum datum, int *count);

/*
 * An empty stored series with room for "count" points.  SET_VARSIZE can cut
 * it down later.
 */
extern AdpSeries *adp_series_make(int count);

/* Raises 54000 if a series cannot hold this many points. */
extern void adp_series_check_count(int64 count);

/* Whether this is a valid point that comes after the one before (or NULL). */
extern bool adp_point_is_valid(const AdpPoint *point, const AdpPoint *before);

/*
 * Raises 0A000 for a version that this library does not know.
 */
static inline void
adp_series_check_version(int version)
{
	adp_version_check(version, ADP_SERIES_VERSION, ADP_SERIES_TYPE);
}

#endif /* ADP_KPI_SERIES_SERIES_H */
