/*
 * journeys.h
 *		Touches and conversions of many users: the state that attribution reads.
 *
 * SQL type adpipe.journeys.  Three forms: the structure here while it grows
 * or is read, inside of an expanded object where it is an aggregate's state;
 * the bytes of journeys_bytes.c wherever it is stored or sent; and the text of
 * journeys_text.c.
 */
#ifndef ADP_KPI_ATTRIBUTION_JOURNEYS_H
#define ADP_KPI_ATTRIBUTION_JOURNEYS_H

#include "datatype/timestamp.h"
#include "lib/stringinfo.h"

#include "kpi/attribution/names.h"
#include "kpi/core/currency.h"
#include "kpi/core/fixed.h"
#include "kpi/core/version.h"

#define ADP_JOURNEYS_TYPE "adpipe.journeys"
#define ADP_JOURNEYS_VERSION 1

/* Bounds, each error 54000 beyond */
#define ADP_JOURNEYS_MAX_EVENTS 33554432 /* 24 bytes each while it grows */
#define ADP_JOURNEYS_MAX_CHANNELS 10000	 /* more are no channels but links */
#define ADP_JOURNEYS_MAX_NAME 1000		 /* bytes of a user or channel */

/* marks a conversion in the place of a channel; above every channel's number */
#define ADP_NO_CHANNEL PG_UINT32_MAX

/* A touch, or a conversion. */
typedef struct AdpJourneyEvent
{
	TimestampTz at; /* finite */
	uint32 user;	/* number in users */
	uint32 channel; /* number in channels, or ADP_NO_CHANNEL: a conversion */
	uint32 worth;	/* index in worths, of a conversion */
} AdpJourneyEvent;

/* The value of a conversion. */
typedef struct AdpWorth
{
	AdpFixed value;
	bool is_known; /* false: the value is NULL */
} AdpWorth;

typedef struct AdpJourneys
{
	MemoryContext context; /* where everything lies */
	AdpNames users;
	AdpNames channels; /* each is of some touch */
	AdpJourneyEvent *events;
	AdpWorth *worths;
	uint32 event_count;
	uint32 event_capacity;
	uint32 worth_count;
	uint32 worth_capacity;
	AdpCurrency currency; /* rows: conversions with a value or a currency */
	bool is_sorted; /* names by bytes, events by user, time and what they are */
} AdpJourneys;

extern void adp_journeys_init(AdpJourneys *journeys, MemoryContext context);
extern void adp_journeys_touch(AdpJourneys *journeys, AdpName user,
							   TimestampTz at, AdpName channel);
extern void adp_journeys_convert(AdpJourneys *journeys, AdpName user,
								 TimestampTz at, const AdpWorth *worth);
extern void adp_journeys_append(AdpJourneys *journeys,
								const AdpJourneyEvent *event,
								const AdpWorth *worth);
extern void adp_journeys_merge(AdpJourneys *journeys, const AdpJourneys *other);
extern void adp_journeys_sort(AdpJourneys *journeys);
extern int adp_journeys_compare(const AdpJourneys *journeys,
								const AdpJourneyEvent *a,
								const AdpJourneyEvent *b);
extern bool adp_journeys_name_is_valid(AdpName name);
extern bool adp_journeys_worth_is_valid(const AdpWorth *worth);

/* journeys_bytes.c */
extern void adp_journeys_write(StringInfo bytes, AdpJourneys *journeys);
extern bool adp_journeys_read(AdpJourneys *journeys, const char *bytes,
							  Size size);

/* journeys_type.c */
extern AdpJourneys *adp_journeys_from_datum(Datum datum);
extern Datum adp_journeys_to_datum(AdpJourneys *journeys);

#define PG_GETARG_JOURNEYS(n) adp_journeys_from_datum(PG_GETARG_DATUM(n))

/*
 * Raises 0A000 for a version that this library does not know.
 */
static inline void
adp_journeys_check_version(int version)
{
	adp_version_check(version, ADP_JOURNEYS_VERSION, ADP_JOURNEYS_TYPE);
}

#endif /* ADP_KPI_ATTRIBUTION_JOURNEYS_H */
