--
-- Sequences: funnels, retention and patterns in what users did.
--
-- All collect events into one type, events_state, and differ in their final
-- functions.  Aggregates that are asked the same share one state.
--

CREATE TYPE adpipe.events_state;

CREATE FUNCTION adpipe_internal.events_in(cstring) RETURNS adpipe.events_state
	AS 'MODULE_PATHNAME', 'adpipe_events_in'
	LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION adpipe_internal.events_in(cstring) IS
	'Input function of adpipe.events_state. A text that events_out would not write is error 22P02.';

CREATE FUNCTION adpipe_internal.events_out(adpipe.events_state) RETURNS cstring
	AS 'MODULE_PATHNAME', 'adpipe_events_out'
	LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION adpipe_internal.events_out(adpipe.events_state) IS
	'Output function of adpipe.events_state: events:1:aggregate:type of time:conditions:length of parameters:parameters:count:events, each event as time/conditions met (hexadecimal), in order.';

CREATE FUNCTION adpipe_internal.events_recv(internal) RETURNS adpipe.events_state
	AS 'MODULE_PATHNAME', 'adpipe_events_recv'
	LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION adpipe_internal.events_recv(internal) IS
	'Binary input function of adpipe.events_state. Bytes that events_send would not write are error 22P03.';

CREATE FUNCTION adpipe_internal.events_send(adpipe.events_state) RETURNS bytea
	AS 'MODULE_PATHNAME', 'adpipe_events_send'
	LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION adpipe_internal.events_send(adpipe.events_state) IS
	'Binary output function of adpipe.events_state, in network byte order, 12 bytes per event.';

CREATE TYPE adpipe.events_state (
	INPUT = adpipe_internal.events_in,
	OUTPUT = adpipe_internal.events_out,
	RECEIVE = adpipe_internal.events_recv,
	SEND = adpipe_internal.events_send,
	INTERNALLENGTH = VARIABLE,
	ALIGNMENT = double,
	STORAGE = extended
);
COMMENT ON TYPE adpipe.events_state IS
	'State of window_funnel, sequence_match, sequence_count and retention: the parameters of the call and a list of events. An event takes 16 bytes, the list doubles when it is full, and more than 33554432 events are error 54000. The text and binary forms have the events in order of time, so parts merged in any order give the same bytes. The type is not internal, so partial aggregates can be sent to another server.';

CREATE FUNCTION adpipe_internal.events_combine(adpipe.events_state, adpipe.events_state)
	RETURNS adpipe.events_state
	AS 'MODULE_PATHNAME', 'adpipe_events_combine'
	LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION adpipe_internal.events_combine(adpipe.events_state, adpipe.events_state) IS
	'Combine function of the aggregates over events: the events of both states. States of different calls (another aggregate or other parameters) are error 22023.';

--
-- Final functions.  Strict: without a row there is no state and no result.
--

CREATE FUNCTION adpipe_internal.funnel_level(adpipe.events_state) RETURNS integer
	AS 'MODULE_PATHNAME', 'adpipe_funnel_level'
	LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION adpipe_internal.funnel_level(adpipe.events_state) IS
	'Final function of window_funnel: the highest level that a chain of steps reaches.';

CREATE FUNCTION adpipe_internal.funnel_steps_timestamptz(adpipe.events_state) RETURNS timestamptz[]
	AS 'MODULE_PATHNAME', 'adpipe_funnel_steps_timestamptz'
	LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
CREATE FUNCTION adpipe_internal.funnel_steps_timestamp(adpipe.events_state) RETURNS timestamp[]
	AS 'MODULE_PATHNAME', 'adpipe_funnel_steps_timestamp'
	LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
CREATE FUNCTION adpipe_internal.funnel_steps_bigint(adpipe.events_state) RETURNS bigint[]
	AS 'MODULE_PATHNAME', 'adpipe_funnel_steps_bigint'
	LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION adpipe_internal.funnel_steps_timestamptz(adpipe.events_state) IS
	'Final function of window_funnel_steps over timestamptz: the time of each step, NULL for those not reached.';
COMMENT ON FUNCTION adpipe_internal.funnel_steps_timestamp(adpipe.events_state) IS
	'Final function of window_funnel_steps over timestamp: the time of each step, NULL for those not reached.';
COMMENT ON FUNCTION adpipe_internal.funnel_steps_bigint(adpipe.events_state) IS
	'Final function of window_funnel_steps over bigint: the time of each step, NULL for those not reached.';

CREATE FUNCTION adpipe_internal.funnel_duration(adpipe.events_state) RETURNS interval
	AS 'MODULE_PATHNAME', 'adpipe_funnel_duration'
	LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
CREATE FUNCTION adpipe_internal.funnel_duration_bigint(adpipe.events_state) RETURNS bigint
	AS 'MODULE_PATHNAME', 'adpipe_funnel_duration_bigint'
	LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION adpipe_internal.funnel_duration(adpipe.events_state) IS
	'Final function of window_funnel_duration over timestamps: the time from the first step to the last; NULL if a step was not reached.';
COMMENT ON FUNCTION adpipe_internal.funnel_duration_bigint(adpipe.events_state) IS
	'Final function of window_funnel_duration over bigint: the time from the first step to the last; NULL if a step was not reached.';

CREATE FUNCTION adpipe_internal.sequence_is_match(adpipe.events_state) RETURNS boolean
	AS 'MODULE_PATHNAME', 'adpipe_sequence_is_match'
	LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION adpipe_internal.sequence_is_match(adpipe.events_state) IS
	'Final function of sequence_match: whether the pattern occurs.';

CREATE FUNCTION adpipe_internal.sequence_matches(adpipe.events_state) RETURNS bigint
	AS 'MODULE_PATHNAME', 'adpipe_sequence_matches'
	LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION adpipe_internal.sequence_matches(adpipe.events_state) IS
	'Final function of sequence_count: how often the pattern occurs, without overlap.';

CREATE FUNCTION adpipe_internal.retention_days(adpipe.events_state) RETURNS boolean[]
	AS 'MODULE_PATHNAME', 'adpipe_retention_days'
	LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION adpipe_internal.retention_days(adpipe.events_state) IS
	'Final function of retention: one element per day or bracket. An element is NULL if its day or bracket was not over at data_through; the result is NULL for a user who did not start.';

--
-- Funnels and patterns: for each type of time, with and without the optional
-- parameter.  Times of type timestamptz and timestamp are measured by
-- intervals, bigint by bigint.
--
DO $sequences$
DECLARE
	time record;
	form record;
	reader record;
	parameters text;
	names text;
BEGIN
	FOR form IN
		SELECT *
		  FROM (VALUES
	('funnel_add', 'within', 'duration', NULL, NULL),
	('funnel_add', 'within', 'duration', 'modes', 'text'),
	('sequence_add', 'pattern', 'text', NULL, NULL),
	('sequence_add', 'pattern', 'text', 'within', 'duration')
		  ) AS list (add, first, first_type, second, second_type)
	LOOP
		FOR time IN
			SELECT *
			  FROM (VALUES
	('timestamptz', 'interval', 'funnel_duration'),
	('timestamp', 'interval', 'funnel_duration'),
	('bigint', 'bigint', 'funnel_duration_bigint')
			  ) AS list (type, duration, final_duration)
		LOOP
			parameters := replace(form.first_type, 'duration', time.duration)
				|| COALESCE(', ' || replace(form.second_type, 'duration', time.duration), '')
				|| ', ' || time.type;
			names := form.first || ' ' || replace(form.first_type, 'duration', time.duration)
				|| COALESCE(', ' || form.second || ' '
					|| replace(form.second_type, 'duration', time.duration), '')
				|| ', at ' || time.type;

			EXECUTE pg_catalog.format($create$
				CREATE FUNCTION adpipe_internal.%s(adpipe.events_state, %s, boolean[])
					RETURNS adpipe.events_state
					AS 'MODULE_PATHNAME', 'adpipe_%s_%s'
					LANGUAGE C IMMUTABLE PARALLEL SAFE$create$,
				form.add, parameters, form.add, time.type);
			EXECUTE pg_catalog.format(
				'COMMENT ON FUNCTION adpipe_internal.%s(adpipe.events_state, %s, boolean[]) IS %L',
				form.add, parameters,
				'Transition function: adds the time of a row with the conditions that the row meets. A row whose time or list of conditions is NULL is ignored.');

			FOR reader IN
				SELECT *
				  FROM (VALUES
	('window_funnel', 'funnel_add', 'funnel_level', 'steps',
	 'How far a user gets through the steps of a funnel: the highest n such that the conditions 1 to n are met one after the other, the last at most "within" after the first (both ends count). A whole number from 0 to the number of steps. funnel_counts counts the users of each level. Up to 32 steps.'),
	('window_funnel_steps', 'funnel_add', 'funnel_steps_' || time.type, 'steps',
	 'When a user passed the steps of a funnel: an array with the time of each step, NULL for those not reached. Of the chains of steps that reach the highest level it shows the one that gets there first. If several do at the same moment, it shows the one that started last. Each step has its earliest time in that chain. Reads the same state as window_funnel: with the same arguments, calling both costs as much as calling one.'),
	('window_funnel_duration', 'funnel_add', time.final_duration, 'steps',
	 'Time to convert: the time from the first step of a funnel to the last, in the chain of steps that window_funnel_steps shows. NULL for users who did not pass all steps. The unit is that of "within".'),
	('sequence_match', 'sequence_add', 'sequence_is_match', 'conditions',
	 'Does a pattern occur in the events of a user? Events are rows that meet a condition, in order of time; rows that meet no condition are ignored, so an additional condition changes which events are adjacent. (?n) is an event that meets condition n, . is any one event, .* any number of events, (?t op s) any number of events, where the time from the event before it in the pattern to the event after it is >=, >, <, <= or == s. s is in seconds, with up to six decimals, or in the unit of a bigint time. If several stand between two events, all must hold. The pattern may begin and end anywhere. With "within", only matches count that take no longer from their first to their last event (both ends count). The run time is proportional to the number of events, whatever the pattern. Example: sequence_match(''(?1).*(?2)(?t<=3600)(?3)'', at, is_click, is_cart, is_purchase).'),
	('sequence_count', 'sequence_add', 'sequence_matches', 'conditions',
	 'How often a pattern occurs in the events of a user, without overlap: a match is the one that ends first, and the next begins after its end. 0 if the pattern does not occur. Patterns are those of sequence_match. Reads the same state as sequence_match: with the same arguments, calling both costs as much as calling one.')
				  ) AS list (name, add, final, conditions, definition)
				 WHERE list.add = form.add
			LOOP
				EXECUTE pg_catalog.format($create$
					CREATE AGGREGATE adpipe.%s(%s, VARIADIC %s boolean[]) (
						SFUNC = adpipe_internal.%s,
						STYPE = adpipe.events_state,
						SSPACE = 384,
						FINALFUNC = adpipe_internal.%s,
						COMBINEFUNC = adpipe_internal.events_combine,
						PARALLEL = SAFE
					)$create$,
					reader.name, names, reader.conditions, reader.add, reader.final);
				EXECUTE pg_catalog.format('COMMENT ON AGGREGATE adpipe.%s(%s, VARIADIC boolean[]) IS %L',
					reader.name, parameters,
					reader.definition
					|| ' Rows without a time are ignored; NULL if no row has a time. A condition that is NULL is not met.'
					|| CASE WHEN form.add = 'funnel_add' THEN
						' Rows of the same time are in order of their steps, and one row may serve several steps.'
						ELSE
						' Rows of the same time are in order of the lowest condition that they meet.' END
					|| CASE WHEN form.second = 'modes' THEN
						' Modes, separated by commas. strict_increase: each step must be later than the step before. strict_once: a row serves only one step. strict_deduplication: the search ends at a row that meets a step that was reached before, other than step 1. strict_order: once step 1 was met, the search ends at a row that meets no step, or a step whose previous step was not reached. allow_reentry: a row of the second kind is ignored instead. The result is what was reached when the search ends.'
						ELSE '' END
					|| CASE WHEN time.duration = 'interval' THEN
						' A day is 24 hours; months and years have no fixed length and are error 22023.'
						ELSE '' END
					|| CASE WHEN form.add = 'funnel_add' THEN
						' A negative duration or an unknown mode is error 22023,'
						ELSE
						' An invalid pattern is error 2201B, with the position of the mistake,' END
					|| ' a parameter that is NULL error 22004, different parameters in one group error 22023, an infinite time error 22008, more than 33554432 events in a group error 54000. No ORDER BY is needed: the state sorts by time.');
			END LOOP;
		END LOOP;
	END LOOP;
END
$sequences$;

--
-- Counts per level.
--

CREATE FUNCTION adpipe_internal.funnel_counts_add(bigint[], integer) RETURNS bigint[]
	AS 'MODULE_PATHNAME', 'adpipe_funnel_counts_add'
	LANGUAGE C IMMUTABLE PARALLEL SAFE;
CREATE FUNCTION adpipe_internal.funnel_counts_add(bigint[], integer, integer) RETURNS bigint[]
	AS 'MODULE_PATHNAME', 'adpipe_funnel_counts_add'
	LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION adpipe_internal.funnel_counts_add(bigint[], integer) IS
	'Transition function of funnel_counts: counts a user of this level.';
COMMENT ON FUNCTION adpipe_internal.funnel_counts_add(bigint[], integer, integer) IS
	'Transition function of funnel_counts: counts a user of this level in a funnel of so many steps.';

CREATE FUNCTION adpipe_internal.funnel_counts_combine(bigint[], bigint[]) RETURNS bigint[]
	AS 'MODULE_PATHNAME', 'adpipe_funnel_counts_combine'
	LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION adpipe_internal.funnel_counts_combine(bigint[], bigint[]) IS
	'Combine function of funnel_counts: adds up the users of both states. An array that is not a state of funnel_counts is error 22023.';

CREATE FUNCTION adpipe_internal.funnel_counts_final(bigint[]) RETURNS bigint[]
	AS 'MODULE_PATHNAME', 'adpipe_funnel_counts_final'
	LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION adpipe_internal.funnel_counts_final(bigint[]) IS
	'Final function of funnel_counts: element n counts the users who reached level n.';

CREATE AGGREGATE adpipe.funnel_counts(level integer) (
	SFUNC = adpipe_internal.funnel_counts_add,
	STYPE = bigint[],
	SSPACE = 320,
	FINALFUNC = adpipe_internal.funnel_counts_final,
	COMBINEFUNC = adpipe_internal.funnel_counts_combine,
	PARALLEL = SAFE
);
COMMENT ON AGGREGATE adpipe.funnel_counts(integer) IS
	'Users per level of a funnel, from each user''s result of window_funnel: element n counts the users who reached level n or further. The array is as long as the highest level. A level that is NULL is ignored; NULL if all are. No element counts level 0. A level below 0 or above 32 is error 22023.';

CREATE AGGREGATE adpipe.funnel_counts(level integer, steps integer) (
	SFUNC = adpipe_internal.funnel_counts_add,
	STYPE = bigint[],
	SSPACE = 320,
	FINALFUNC = adpipe_internal.funnel_counts_final,
	COMBINEFUNC = adpipe_internal.funnel_counts_combine,
	PARALLEL = SAFE
);
COMMENT ON AGGREGATE adpipe.funnel_counts(integer, integer) IS
	'Users per level of a funnel of so many steps, from each user''s result of window_funnel: element n counts the users who reached level n or further, 0 for levels that nobody reached. A level that is NULL is ignored; NULL if all are. No element counts level 0. A level below 0 or above the number of steps, or more than 32 steps, is error 22023; a number of steps that is NULL 22004.';

--
-- Retention.
--

CREATE FUNCTION adpipe_internal.retention_add(adpipe.events_state, text, integer[], timestamptz, text, timestamptz, boolean, boolean)
	RETURNS adpipe.events_state
	AS 'MODULE_PATHNAME', 'adpipe_retention_add_timestamptz'
	LANGUAGE C IMMUTABLE PARALLEL SAFE;
CREATE FUNCTION adpipe_internal.retention_add(adpipe.events_state, text, integer[], date, date, boolean, boolean)
	RETURNS adpipe.events_state
	AS 'MODULE_PATHNAME', 'adpipe_retention_add_date'
	LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION adpipe_internal.retention_add(adpipe.events_state, text, integer[], timestamptz, text, timestamptz, boolean, boolean) IS
	'Transition function of retention over times. A row whose time is NULL is ignored.';
COMMENT ON FUNCTION adpipe_internal.retention_add(adpipe.events_state, text, integer[], date, date, boolean, boolean) IS
	'Transition function of retention over days. A row whose day is NULL is ignored.';

CREATE AGGREGATE adpipe.retention(kind text, days integer[], data_through timestamptz, zone text, at timestamptz, started boolean, returned boolean) (
	SFUNC = adpipe_internal.retention_add,
	STYPE = adpipe.events_state,
	SSPACE = 384,
	FINALFUNC = adpipe_internal.retention_days,
	COMBINEFUNC = adpipe_internal.events_combine,
	PARALLEL = SAFE
);
CREATE AGGREGATE adpipe.retention(kind text, days integer[], data_through date, day date, started boolean, returned boolean) (
	SFUNC = adpipe_internal.retention_add,
	STYPE = adpipe.events_state,
	SSPACE = 384,
	FINALFUNC = adpipe_internal.retention_days,
	COMBINEFUNC = adpipe_internal.events_combine,
	PARALLEL = SAFE
);
DO $retention$
DECLARE
	definition text :=
		'On which days after the first a user came back: an array with one boolean per element of days. Day 0 is the day of the first row whose "started" is true, and this row makes day 0 an active day. From then on, each row whose "returned" is true makes its day active. Kinds: classic, active on day n; rolling, active on day n or later; full, active on every day from 0 to n; bracket, active at least once from the first to the last day of a pair, where days is a list of pairs such as ARRAY[[1, 3], [4, 7]]. ';
	rest text :=
		' data_through is where complete data end, exclusive: rows from it on are ignored, and a day that was not over then is NULL, since its result is not known yet. infinity means that the data are complete. Rows without a time are ignored; NULL if no row has a time, and for a user who did not start. A condition that is NULL is not met. The rate of one day over many users is count(*) FILTER (WHERE retained) / count(retained), never the mean of rates. days has up to 1000 numbers from 0 to 36500. An unknown kind or zone and any other list of days are error 22023, a parameter that is NULL 22004, different parameters in one group 22023, more than 33554432 rows in a group 54000.';
BEGIN
	EXECUTE pg_catalog.format(
		'COMMENT ON AGGREGATE adpipe.retention(text, integer[], timestamptz, text, timestamptz, boolean, boolean) IS %L',
		definition || 'zone names a time zone, and days are calendar days there; or it is ''24 hours'', and day n is the n-th window of 24 hours after the first row, both times rounded down to the hour (from 17:59 to 17:00 on the next day is day 1).' || rest);
	EXECUTE pg_catalog.format(
		'COMMENT ON AGGREGATE adpipe.retention(text, integer[], date, date, boolean, boolean) IS %L',
		definition || 'Days are taken as given, in whatever time zone they were made.' || rest);
END
$retention$;

--
-- Retention by conditions alone.
--

CREATE FUNCTION adpipe_internal.conditions_add(bigint, boolean[]) RETURNS bigint
	AS 'MODULE_PATHNAME', 'adpipe_conditions_add'
	LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION adpipe_internal.conditions_add(bigint, boolean[]) IS
	'Transition function of retention by conditions: adds the conditions that a row meets. A row whose list of conditions is NULL is ignored.';

CREATE FUNCTION adpipe_internal.conditions_combine(bigint, bigint) RETURNS bigint
	AS 'MODULE_PATHNAME', 'adpipe_conditions_combine'
	LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION adpipe_internal.conditions_combine(bigint, bigint) IS
	'The conditions met in either of two states. A number that is not a state, and different numbers of conditions, are error 22023.';

CREATE FUNCTION adpipe_internal.conditions_met(bigint) RETURNS boolean[]
	AS 'MODULE_PATHNAME', 'adpipe_conditions_met'
	LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION adpipe_internal.conditions_met(bigint) IS
	'Final function of retention by conditions: one element per condition.';

CREATE AGGREGATE adpipe.retention(VARIADIC conditions boolean[]) (
	SFUNC = adpipe_internal.conditions_add,
	STYPE = bigint,
	FINALFUNC = adpipe_internal.conditions_met,
	COMBINEFUNC = adpipe_internal.conditions_combine,
	PARALLEL = SAFE
);
COMMENT ON AGGREGATE adpipe.retention(VARIADIC boolean[]) IS
	'Which conditions a user met, if the user met the first: element 1 is whether any row met condition 1; element n is whether any row met condition n and any row met condition 1. The order of rows does not matter: conditions name the days, as in retention(day = ''2024-01-01'', day = ''2024-01-08''). A condition that is NULL is not met; NULL if there is no row. There may be 1 to 32 conditions (more are error 54023), the same number in every row of a group (else error 22023).';
