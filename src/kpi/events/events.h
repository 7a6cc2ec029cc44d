/*
 * events.h
 *		The state of the aggregates over events in time: a list of events.
 *
 * window_funnel, sequence_match, sequence_count and retention all collect the
 * same data: the times at which conditions of the call were met.  They differ
 * in their parameters, which the state holds as text, and in their final
 * functions.
 */
#ifndef ADP_KPI_EVENTS_EVENTS_H
#define ADP_KPI_EVENTS_EVENTS_H

#include "fmgr.h"
#include "lib/stringinfo.h"

#include "kpi/core/version.h"

#define ADP_EVENTS_TYPE "adpipe.events_state"
#define ADP_EVENTS_VERSION 1

/* one bit each in AdpEvent.conditions */
#define ADP_CONDITIONS_MAX 32

/* with more, the text of a state could pass what a text may hold */
#define ADP_EVENTS_MAX (1 << 25)

/* the values of AdpEvents.time_type; stored, so never renumber */
typedef enum AdpTimeType
{
	ADP_TIME_TIMESTAMPTZ = 1,
	ADP_TIME_TIMESTAMP = 2,
	ADP_TIME_BIGINT = 3,
	ADP_TIME_DATE = 4
} AdpTimeType;

/* the values of AdpEvents.kind; stored, so never renumber */
typedef enum AdpEventsKindCode
{
	ADP_EVENTS_FUNNEL = 1,
	ADP_EVENTS_SEQUENCE = 2,
	ADP_EVENTS_RETENTION = 3
} AdpEventsKindCode;

/*
 * One row that met a condition.  Part of a stored state: frozen.
 */
typedef struct AdpEvent
{
	int64 time;		   /* microseconds, days, or the caller's own unit */
	uint32 conditions; /* bit n - 1: condition n was met */
	uint32 unused;	   /* zero */
} AdpEvent;

/*
 * SQL type adpipe.events_state, a varlena.  Tables may hold it, so that its
 * layout is frozen: change it only together with the version, and go on
 * reading every version.
 *
 * What follows the parameters is room for events, of which the first "count"
 * are used: spare room makes adding a row cheap.  The text and binary forms
 * have neither spare room nor the order of arrival in them.
 */
typedef struct AdpEvents
{
	int32 vl_len_; /* varlena header, do not touch directly */
	uint8 version;
	uint8 kind;		 /* AdpEventsKindCode */
	uint8 time_type; /* AdpTimeType */
	uint8 condition_count;
	uint8 is_sorted; /* whether the events are in order */
	uint8 unused[3]; /* zero */
	uint32 count;
	uint32 parameter_bytes;
	char parameters[FLEXIBLE_ARRAY_MEMBER]; /* not terminated */
} AdpEvents;

StaticAssertDecl(sizeof(AdpEvent) == 16, "layout of AdpEvent is frozen");
StaticAssertDecl(offsetof(AdpEvents, parameters) == 20,
				 "layout of AdpEvents is frozen");

/* where the events start, and the first of them */
#define ADP_EVENTS_OFFSET(parameter_bytes) \
	MAXALIGN(offsetof(AdpEvents, parameters) + (parameter_bytes))
#define ADP_EVENTS_FIRST(state) \
	((AdpEvent *) ((char *) (state) + \
				   ADP_EVENTS_OFFSET((state)->parameter_bytes)))

/*
 * What all rows of a state have in common: the number of conditions, the type
 * of the time, and the parameters of its kind as written by
 * AdpEventsKind.print.
 */
typedef struct AdpEventsCall
{
	AdpEventsKindCode kind;
	AdpTimeType time_type;
	int condition_count;
	const char *parameters; /* printable ASCII */
	int parameter_bytes;
} AdpEventsCall;

/*
 * A kind of aggregate.  Its parameters are a struct of its own.
 *
 * parse reads what print wrote.  It returns false for any other text, or
 * raises an error of its own if that is more helpful.  The caller prints the
 * result and compares, so that parse may ignore blanks and leading zeros.
 */
typedef struct AdpEventsKind
{
	const char *name; /* in the text form and in messages */
	Size parsed_size;
	bool (*parse)(const AdpEventsCall *call, void *parsed);
	void (*print)(StringInfo text, const void *parsed);
	/* whether rows that meet no condition are kept; NULL: never */
	bool (*keeps_others)(const void *parsed);
} AdpEventsKind;

/* most arguments between the state and the time */
#define ADP_PARAMETERS_MAX 4

/*
 * How to read the arguments of one transition function: (state, parameters,
 * time, conditions).
 */
typedef struct AdpEventsForm
{
	AdpEventsKindCode kind;
	AdpTimeType time_type;
	/* the conditions: an array, or a number of boolean arguments */
	int booleans;					   /* 0: one boolean array */
	int16 lengths[ADP_PARAMETERS_MAX]; /* typlen of each parameter */
	/* fills the kind's struct from the arguments; raises 22023 */
	void (*read)(FunctionCallInfo fcinfo, const struct AdpEventsForm *form,
				 void *parsed);
} AdpEventsForm;

extern const AdpEventsKind adp_funnel_kind;
extern const AdpEventsKind adp_sequence_kind;
extern const AdpEventsKind adp_retention_kind;

/* events.c */
extern AdpEvents *adp_events_make(const AdpEventsCall *call, uint32 capacity);
extern Datum adp_events_add(FunctionCallInfo fcinfo, const AdpEventsCall *call,
							int64 time, uint32 conditions, bool keep);
extern int adp_event_compare(const AdpEvent *a, const AdpEvent *b);
extern const AdpEvents *adp_events_sorted(FunctionCallInfo fcinfo, int argument);
extern void adp_events_refuse_more(void);

/* events_call.c */
extern const AdpEventsKind *adp_events_kind(int code);
extern bool adp_time_is_valid(AdpTimeType time_type, int64 time);
extern const char *adp_time_type_name(int time_type);
extern int adp_time_type_parse(const char *name);
extern int adp_events_kind_parse(const char *name);
extern uint32 adp_conditions_read(Datum datum, int *count);
extern void *adp_events_parse(const AdpEventsCall *call);
extern Datum adp_events_add_row(FunctionCallInfo fcinfo,
								const AdpEventsForm *form);
extern const AdpEvents *adp_events_read(FunctionCallInfo fcinfo,
										AdpEventsKindCode kind,
										const void **parsed);
extern int64 adp_within_from_interval(Datum interval);
extern int64 adp_within_from_int64(int64 within);

/*
 * Raises 0A000 for a version that this library does not know.
 */
static inline void
adp_events_check_version(int version)
{
	adp_version_check(version, ADP_EVENTS_VERSION, ADP_EVENTS_TYPE);
}

#endif /* ADP_KPI_EVENTS_EVENTS_H */
