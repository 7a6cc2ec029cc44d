--
-- Attribution: journeys collect touches and conversions; functions read them.
--

CREATE TYPE adpipe.journeys;

CREATE FUNCTION adpipe_internal.journeys_in(cstring) RETURNS adpipe.journeys
	AS 'MODULE_PATHNAME', 'adpipe_journeys_in'
	LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION adpipe_internal.journeys_in(cstring) IS
	'Input function of adpipe.journeys. A text that journeys_out would not write is error 22P02.';

CREATE FUNCTION adpipe_internal.journeys_out(adpipe.journeys) RETURNS cstring
	AS 'MODULE_PATHNAME', 'adpipe_journeys_out'
	LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION adpipe_internal.journeys_out(adpipe.journeys) IS
	'Output function of adpipe.journeys: journeys:1:currency:rows:, then for each user the quoted name and in parentheses time"channel" for a touch, time=value for a conversion; times in microseconds since 2000-01-01 UTC.';

CREATE FUNCTION adpipe_internal.journeys_recv(internal) RETURNS adpipe.journeys
	AS 'MODULE_PATHNAME', 'adpipe_journeys_recv'
	LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION adpipe_internal.journeys_recv(internal) IS
	'Binary input function of adpipe.journeys. Bytes that journeys_send would not write are error 22P03.';

CREATE FUNCTION adpipe_internal.journeys_send(adpipe.journeys) RETURNS bytea
	AS 'MODULE_PATHNAME', 'adpipe_journeys_send'
	LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION adpipe_internal.journeys_send(adpipe.journeys) IS
	'Binary output function of adpipe.journeys: the stored bytes, the same on every machine.';

CREATE TYPE adpipe.journeys (
	INPUT = adpipe_internal.journeys_in,
	OUTPUT = adpipe_internal.journeys_out,
	RECEIVE = adpipe_internal.journeys_recv,
	SEND = adpipe_internal.journeys_send,
	INTERNALLENGTH = VARIABLE,
	ALIGNMENT = double,
	STORAGE = extended
);
COMMENT ON TYPE adpipe.journeys IS
	'Touches and conversions of many users, made by the aggregate adpipe.journeys and read by adpipe.attribution, credits, paths and removal_effects. Can be stored, and added up by adpipe.rollup in any order.';

--
-- Collecting
--

CREATE FUNCTION adpipe_internal.journeys_combine(adpipe.journeys, adpipe.journeys)
	RETURNS adpipe.journeys
	AS 'MODULE_PATHNAME', 'adpipe_journeys_combine'
	LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION adpipe_internal.journeys_combine(adpipe.journeys, adpipe.journeys) IS
	'Combine function of adpipe.journeys: the touches and conversions of both. Two currencies are error 22023.';

-- Users have ids of type text, bigint or uuid, all kept as text; the value of a
-- conversion is any number.
DO $journeys$
DECLARE
	form record;
	users record;
	worth record;
	types text;
BEGIN
	FOR users IN
		SELECT * FROM (VALUES ('text', 'text'), ('bigint', 'int8'), ('uuid', 'uuid')) AS list (type, symbol)
	LOOP
		FOR worth IN
			SELECT *
			  FROM (VALUES
		('bigint', 'int8'), ('numeric', 'numeric'), ('double precision', 'float8')
			  ) AS list (type, symbol)
		LOOP
			FOR form IN
				SELECT *
				  FROM (VALUES
			('', '',
			 'Does not check the currency: prefer the form that takes it.'),
			(', currency text', ', text',
			 'Two currencies, or values with and without a currency, are error 22023.')
				  ) AS list (argument, type, remark)
			LOOP
				types := pg_catalog.format('%s, timestamptz, text, boolean, %s%s',
					users.type, worth.type, form.type);
				EXECUTE pg_catalog.format($create$
					CREATE FUNCTION adpipe_internal.journeys_add(adpipe.journeys, %s)
						RETURNS adpipe.journeys
						AS 'MODULE_PATHNAME', %L
						LANGUAGE C IMMUTABLE PARALLEL SAFE$create$,
					types, pg_catalog.format('adpipe_journeys_add_%s_%s', users.symbol, worth.symbol));
				EXECUTE pg_catalog.format(
					'COMMENT ON FUNCTION adpipe_internal.journeys_add(adpipe.journeys, %s) IS %L', types,
					'Transition function of adpipe.journeys: adds a row to the state.');
				EXECUTE pg_catalog.format($create$
					CREATE AGGREGATE adpipe.journeys(user_id %s, at timestamptz, channel text,
							conversion boolean, value %s%s) (
						SFUNC = adpipe_internal.journeys_add,
						STYPE = adpipe.journeys,
						SSPACE = 8192,
						COMBINEFUNC = adpipe_internal.journeys_combine,
						PARALLEL = SAFE
					)$create$, users.type, worth.type, form.argument);
				EXECUTE pg_catalog.format('COMMENT ON AGGREGATE adpipe.journeys(%s) IS %L', types,
					'Journeys of users: a row with a channel is a touch, a row whose conversion is true is a conversion of that value, a row that is both is a touch and right after it a conversion. The user is an argument, so that no GROUP BY user is needed, and the order of rows does not matter; DISTINCT would drop touches that look the same. '
					'A user_id of type bigint or uuid is the same user as its text, which is what the readers show. '
					'The value may be NULL (not known), and is ignored unless the row is a conversion; money in units of its currency, kept with 12 decimals. '
					'A row that is neither, and a touch without user or time, change nothing; a conversion without user or time is error 22004. NULL if no row counts. '
					'NaN, infinity and overflow of the value are error 22003, an infinite time 22008, an empty or overlong name 22023, more than 33554432 events or 10000 channels 54000. '
					|| form.remark);
			END LOOP;
		END LOOP;
	END LOOP;
END
$journeys$;

CREATE AGGREGATE adpipe.rollup(journeys adpipe.journeys) (
	SFUNC = adpipe_internal.journeys_combine,
	STYPE = adpipe.journeys,
	SSPACE = 8192,
	COMBINEFUNC = adpipe_internal.journeys_combine,
	PARALLEL = SAFE
);
COMMENT ON AGGREGATE adpipe.rollup(adpipe.journeys) IS
	'Adds up journeys: those of one user in several states become one journey. The same as adpipe.journeys over all rows, bit for bit. NULL is ignored; NULL if there is nothing else. Two currencies are error 22023.';

CREATE FUNCTION adpipe.journeys_currency(journeys adpipe.journeys) RETURNS text
	AS 'MODULE_PATHNAME', 'adpipe_journeys_currency'
	LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION adpipe.journeys_currency(adpipe.journeys) IS
	'The currency of the values in journeys; NULL if it was not declared.';

--
-- Reading.  The arguments that cut paths mean the same everywhere:
--
--	lookback	longest distance from a touch to its conversion, both ends
--				included; NULL: no limit
--	counting	every: each conversion, with all touches before it
--				separate: each, with the touches since the one before
--				first, last: only a user's first or last conversion
--	direct		a channel that counts only on paths that have no other
--

CREATE FUNCTION adpipe.paths(
		journeys adpipe.journeys,
		lookback interval DEFAULT NULL,
		counting text DEFAULT 'every',
		direct text DEFAULT NULL,
		OUT user_id text,
		OUT conversion integer,
		OUT converted_at timestamptz,
		OUT value numeric,
		OUT path text[])
	RETURNS SETOF record
	AS 'MODULE_PATHNAME', 'adpipe_paths'
	LANGUAGE C IMMUTABLE PARALLEL SAFE COST 1000 ROWS 1000;
COMMENT ON FUNCTION adpipe.paths(adpipe.journeys, interval, text, text) IS
	'The paths in journeys: one row per conversion with the channels that lead to it, oldest first; and one row with conversion NULL per user with touches after the last conversion (null path). conversion numbers the conversions of a user. '
	'lookback (days of 24 hours, NULL: no limit) is the longest distance from a touch to its conversion, both ends included; a null path ends at its last touch. Equal times: touches before conversions, touches by name of the channel. '
	'counting: every (each conversion with all touches before it), separate (each with the touches since the one before), first, last (only a user''s first or last). direct: a channel that counts only on paths that have no other. '
	'No rows for NULL. A wrong argument is error 22023, a path of more than 1000000 touches 54000.';

CREATE FUNCTION adpipe.credits(
		journeys adpipe.journeys,
		model text,
		lookback interval DEFAULT NULL,
		counting text DEFAULT 'every',
		direct text DEFAULT NULL,
		half_life interval DEFAULT '7 days',
		first_weight numeric DEFAULT 0.4,
		last_weight numeric DEFAULT 0.4,
		OUT user_id text,
		OUT conversion integer,
		OUT converted_at timestamptz,
		OUT step integer,
		OUT touched_at timestamptz,
		OUT channel text,
		OUT credit numeric,
		OUT value numeric)
	RETURNS SETOF record
	AS 'MODULE_PATHNAME', 'adpipe_credits'
	LANGUAGE C IMMUTABLE PARALLEL SAFE COST 1000 ROWS 10000;
COMMENT ON FUNCTION adpipe.credits(adpipe.journeys, text, interval, text, text, interval, numeric, numeric) IS
	'Credit of every touch: the credits of one conversion add up to exactly 1 and their values to exactly its value (they are rounded down to 12 decimals, and what is missing goes to those with the largest remainders, of equal ones to the earlier touch). A conversion without touches is one row with channel NULL and credit 1; value is NULL if the conversion''s is. '
	'model: first; last; last_non_direct (last, with direct => ''direct'' unless named otherwise); linear; time_decay (halves every half_life); position (first_weight to the first touch, last_weight to the last, the rest evenly to those between; with two touches, in proportion to these weights); shapley (evenly to the different channels of the path, at the last touch of each). '
	'lookback, counting, direct: as in adpipe.paths. No rows for NULL. A wrong argument is error 22023.';

CREATE FUNCTION adpipe.attribution(
		journeys adpipe.journeys,
		model text,
		lookback interval DEFAULT NULL,
		counting text DEFAULT 'every',
		direct text DEFAULT NULL,
		half_life interval DEFAULT '7 days',
		first_weight numeric DEFAULT 0.4,
		last_weight numeric DEFAULT 0.4,
		OUT channel text,
		OUT conversions numeric,
		OUT value numeric)
	RETURNS SETOF record
	AS 'MODULE_PATHNAME', 'adpipe_attribution'
	LANGUAGE C IMMUTABLE PARALLEL SAFE COST 1000 ROWS 20;
COMMENT ON FUNCTION adpipe.attribution(adpipe.journeys, text, interval, text, text, interval, numeric, numeric) IS
	'Conversions and value of every channel, by one model: those of adpipe.credits, or markov (removal effects of a Markov chain of order 1 over all paths, null paths included, solved exactly; more than 256 channels are error 54000, negative values are error 22023). '
	'Conversions add up to exactly the number of conversions, values to exactly their value; each is rounded once to 12 decimals. Channels without credit have 0. Conversions without touches are a row with channel NULL, if there are any. value is NULL if no conversion has one. '
	'Other arguments: as in adpipe.credits. No rows for NULL. A wrong argument is error 22023.';

CREATE FUNCTION adpipe.removal_effects(
		journeys adpipe.journeys,
		lookback interval DEFAULT NULL,
		counting text DEFAULT 'every',
		direct text DEFAULT NULL,
		OUT channel text,
		OUT conversion_rate double precision,
		OUT removal_effect double precision)
	RETURNS SETOF record
	AS 'MODULE_PATHNAME', 'adpipe_removal_effects'
	LANGUAGE C IMMUTABLE PARALLEL SAFE COST 1000 ROWS 20;
COMMENT ON FUNCTION adpipe.removal_effects(adpipe.journeys, interval, text, text) IS
	'The numbers from which model markov of adpipe.attribution computes its result. The row with channel NULL has the conversions per path. Each other row has the conversions per path without its channel, and the share of conversions that is then lost, a fraction. Both are 0 if there is no conversion. '
	'Arguments and limits: as in adpipe.paths and adpipe.attribution. No rows for NULL.';
