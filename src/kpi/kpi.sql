--
-- KPIs: the ratio aggregates and the sparkline.
--
-- A ratio is one row in the list at the end of this file.  All ratios share
-- the type and the functions that come first.
--

CREATE TYPE adpipe.ratio_state;

CREATE FUNCTION adpipe.ratio_in(cstring) RETURNS adpipe.ratio_state
	AS 'MODULE_PATHNAME', 'adpipe_ratio_in'
	LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION adpipe.ratio_in(cstring) IS
	'Input function of adpipe.ratio_state. A text that ratio_out would not write is error 22P02.';

CREATE FUNCTION adpipe.ratio_out(adpipe.ratio_state) RETURNS cstring
	AS 'MODULE_PATHNAME', 'adpipe_ratio_out'
	LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION adpipe.ratio_out(adpipe.ratio_state) IS
	'Output function of adpipe.ratio_state: ratio:1:kind:currency:rows, then for numerator and denominator :sum:rows:rows with the most decimals.';

CREATE FUNCTION adpipe.ratio_recv(internal) RETURNS adpipe.ratio_state
	AS 'MODULE_PATHNAME', 'adpipe_ratio_recv'
	LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION adpipe.ratio_recv(internal) IS
	'Binary input function of adpipe.ratio_state. Bytes that ratio_send would not write are error 22P03.';

CREATE FUNCTION adpipe.ratio_send(adpipe.ratio_state) RETURNS bytea
	AS 'MODULE_PATHNAME', 'adpipe_ratio_send'
	LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION adpipe.ratio_send(adpipe.ratio_state) IS
	'Binary output function of adpipe.ratio_state, in network byte order.';

-- 104 bytes: AdpRatioState in ratio.h
CREATE TYPE adpipe.ratio_state (
	INPUT = adpipe.ratio_in,
	OUTPUT = adpipe.ratio_out,
	RECEIVE = adpipe.ratio_recv,
	SEND = adpipe.ratio_send,
	INTERNALLENGTH = 104,
	ALIGNMENT = double,
	STORAGE = plain
);
COMMENT ON TYPE adpipe.ratio_state IS
	'State of a ratio KPI: exact sums of numerator and denominator (12 decimals in 128 bits) with their row counts, and the currency of the money. A declared type rather than internal, so that partial aggregates can travel between servers.';

--
-- Transition functions.  Not strict: a NULL numerator must not drop the
-- denominator of its row.
--

CREATE FUNCTION adpipe.ratio_add(adpipe.ratio_state, bigint, bigint)
	RETURNS adpipe.ratio_state
	AS 'MODULE_PATHNAME', 'adpipe_ratio_add_int8'
	LANGUAGE C IMMUTABLE PARALLEL SAFE;
CREATE FUNCTION adpipe.ratio_add(adpipe.ratio_state, bigint, bigint, text)
	RETURNS adpipe.ratio_state
	AS 'MODULE_PATHNAME', 'adpipe_ratio_add_int8'
	LANGUAGE C IMMUTABLE PARALLEL SAFE;
CREATE FUNCTION adpipe.ratio_add(adpipe.ratio_state, numeric, numeric)
	RETURNS adpipe.ratio_state
	AS 'MODULE_PATHNAME', 'adpipe_ratio_add_numeric'
	LANGUAGE C IMMUTABLE PARALLEL SAFE;
CREATE FUNCTION adpipe.ratio_add(adpipe.ratio_state, numeric, numeric, text)
	RETURNS adpipe.ratio_state
	AS 'MODULE_PATHNAME', 'adpipe_ratio_add_numeric'
	LANGUAGE C IMMUTABLE PARALLEL SAFE;
CREATE FUNCTION adpipe.ratio_add(adpipe.ratio_state, double precision, double precision)
	RETURNS adpipe.ratio_state
	AS 'MODULE_PATHNAME', 'adpipe_ratio_add_float8'
	LANGUAGE C IMMUTABLE PARALLEL SAFE;
CREATE FUNCTION adpipe.ratio_add(adpipe.ratio_state, double precision, double precision, text)
	RETURNS adpipe.ratio_state
	AS 'MODULE_PATHNAME', 'adpipe_ratio_add_float8'
	LANGUAGE C IMMUTABLE PARALLEL SAFE;

CREATE FUNCTION adpipe.ratio_remove(adpipe.ratio_state, bigint, bigint)
	RETURNS adpipe.ratio_state
	AS 'MODULE_PATHNAME', 'adpipe_ratio_remove_int8'
	LANGUAGE C IMMUTABLE PARALLEL SAFE;
CREATE FUNCTION adpipe.ratio_remove(adpipe.ratio_state, bigint, bigint, text)
	RETURNS adpipe.ratio_state
	AS 'MODULE_PATHNAME', 'adpipe_ratio_remove_int8'
	LANGUAGE C IMMUTABLE PARALLEL SAFE;
CREATE FUNCTION adpipe.ratio_remove(adpipe.ratio_state, numeric, numeric)
	RETURNS adpipe.ratio_state
	AS 'MODULE_PATHNAME', 'adpipe_ratio_remove_numeric'
	LANGUAGE C IMMUTABLE PARALLEL SAFE;
CREATE FUNCTION adpipe.ratio_remove(adpipe.ratio_state, numeric, numeric, text)
	RETURNS adpipe.ratio_state
	AS 'MODULE_PATHNAME', 'adpipe_ratio_remove_numeric'
	LANGUAGE C IMMUTABLE PARALLEL SAFE;
CREATE FUNCTION adpipe.ratio_remove(adpipe.ratio_state, double precision, double precision)
	RETURNS adpipe.ratio_state
	AS 'MODULE_PATHNAME', 'adpipe_ratio_remove_float8'
	LANGUAGE C IMMUTABLE PARALLEL SAFE;
CREATE FUNCTION adpipe.ratio_remove(adpipe.ratio_state, double precision, double precision, text)
	RETURNS adpipe.ratio_state
	AS 'MODULE_PATHNAME', 'adpipe_ratio_remove_float8'
	LANGUAGE C IMMUTABLE PARALLEL SAFE;

DO $comments$
DECLARE
	part record;
BEGIN
	FOR part IN
		SELECT p.oid::regprocedure AS signature,
			   CASE p.proname
				   WHEN 'ratio_add' THEN
					   'Transition function of the ratio KPIs: adds a row to the state.'
				   ELSE
					   'Inverse transition function of the ratio KPIs for sliding windows: takes a row out of the state; NULL if the state must be computed afresh.'
			   END AS purpose
		  FROM pg_catalog.pg_proc AS p
		 WHERE p.pronamespace = 'adpipe'::pg_catalog.regnamespace
		   AND p.proname IN ('ratio_add', 'ratio_remove')
	LOOP
		EXECUTE pg_catalog.format(
			'COMMENT ON FUNCTION %s IS %L', part.signature,
			part.purpose || ' Arguments: state, numerator, denominator, in the longer form the currency. A row without numerator and denominator changes nothing.');
	END LOOP;
END
$comments$;

CREATE FUNCTION adpipe.ratio_combine(adpipe.ratio_state, adpipe.ratio_state)
	RETURNS adpipe.ratio_state
	AS 'MODULE_PATHNAME', 'adpipe_ratio_combine'
	LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION adpipe.ratio_combine(adpipe.ratio_state, adpipe.ratio_state) IS
	'Combine function of the ratio KPIs: the state of the rows of both. States of different kinds of ratios, and two currencies, are error 22023.';

CREATE FUNCTION adpipe.ratio_final(adpipe.ratio_state) RETURNS numeric
	AS 'MODULE_PATHNAME', 'adpipe_ratio_final'
	LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION adpipe.ratio_final(adpipe.ratio_state) IS
	'Final function of ratio KPIs: numerator / denominator, with as many digits as the server''s own division of the two sums. NULL if no numerator was reported, or if the denominator is missing or zero.';

CREATE FUNCTION adpipe.ratio_final_mille(adpipe.ratio_state) RETURNS numeric
	AS 'MODULE_PATHNAME', 'adpipe_ratio_final_mille'
	LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION adpipe.ratio_final_mille(adpipe.ratio_state) IS
	'Final function of ratio KPIs per thousand: 1000 * numerator / denominator. NULL if no numerator was reported, or if the denominator is missing or zero.';

--
-- The list of ratios.
--
--	per			1, or 1000 for the mille KPIs
--	money		which side is money: none, numerator, both; other than none
--				adds the forms with a currency
--	distinct	true if the denominator is a count of different people, which
--				cannot be added up: one row with a denominator per group
--	trap		what to know before comparing it with another number
--
DO $ratios$
DECLARE
	ratio record;
	number_type text;
	has_currency boolean;
	arguments text;
	signature text;
	final text;
	kind text;
	initial_state text;
	definition text;
BEGIN
	FOR ratio IN
		SELECT *
		  FROM (VALUES
	('ctr', 'clicks', 'impressions', 1, 'none', false,
	 'Click-through rate', 'a fraction',
	 'Clicks may outnumber impressions in a slice (late clicks): the rate is not cut at 1. All clicks and link clicks are different rates.'),
	('cpc', 'spend', 'clicks', 1, 'numerator', false,
	 'Cost per click', 'money',
	 'All clicks and link clicks give different costs.'),
	('cpm', 'spend', 'impressions', 1000, 'numerator', false,
	 'Cost per thousand impressions', 'money per thousand',
	 'The price the buyer pays. Some platforms report a CPM over viewable impressions only.'),
	('cpa', 'spend', 'conversions', 1, 'numerator', false,
	 'Cost per conversion', 'money',
	 'Depends on the attribution window and on which actions count as conversions. Conversions may be fractions.'),
	('cvr_click', 'conversions', 'clicks', 1, 'none', false,
	 'Conversion rate per click', 'a fraction',
	 'Not the rate per impression that some platforms call CVR. Exceeds 1 where one click may convert many times.'),
	('roas', 'conversions_value', 'spend', 1, 'both', false,
	 'Return on ad spend', 'a ratio, 3.2 and not 320 %',
	 'Depends on the attribution window. Value and spend must be in the same currency.')
		  ) AS list (name, numerator, denominator, per, money, "distinct",
					 title, unit, trap)
	LOOP
		final := CASE ratio.per WHEN 1000 THEN 'adpipe.ratio_final_mille'
								ELSE 'adpipe.ratio_final' END;
		kind := CASE ratio.money WHEN 'none' THEN ''
								 WHEN 'numerator' THEN 'n'
								 WHEN 'both' THEN 'nd' END
			|| CASE WHEN ratio."distinct" THEN 'o' ELSE '' END;
		initial_state := pg_catalog.format(
			'ratio:1:%s:-:0:0:0:0:0:0:0',
			COALESCE(NULLIF(kind, ''), '-'));

		definition := pg_catalog.format(
			'%s: %ssum(%s) / sum(%s), %s. Exact sums, divided once.'
			' NULL if every %s is NULL, or if sum(%s) is NULL or zero.'
			' NaN, infinity and overflow are error 22003. ',
			ratio.title,
			CASE ratio.per WHEN 1000 THEN '1000 * ' ELSE '' END,
			ratio.numerator, ratio.denominator, ratio.unit,
			ratio.numerator, ratio.denominator);
		IF ratio."distinct" THEN
			definition := definition || pg_catalog.format(
				'%s count different people and cannot be added up: one row per group may have it, a second one is error 21000. ',
				ratio.denominator);
		END IF;

		FOREACH number_type IN ARRAY ARRAY['bigint', 'numeric', 'double precision']
		LOOP
			FOREACH has_currency IN ARRAY ARRAY[false, true]
			LOOP
				CONTINUE WHEN has_currency AND ratio.money = 'none';

				arguments := pg_catalog.format('%I %s, %I %s%s',
					ratio.numerator, number_type,
					ratio.denominator, number_type,
					CASE WHEN has_currency THEN ', currency text' ELSE '' END);
				signature := pg_catalog.format('adpipe.%I(%s)',
					ratio.name, arguments);

				EXECUTE pg_catalog.format($create$
					CREATE AGGREGATE %s (
						SFUNC = adpipe.ratio_add,
						STYPE = adpipe.ratio_state,
						FINALFUNC = %s,
						COMBINEFUNC = adpipe.ratio_combine,
						INITCOND = %L,
						MSFUNC = adpipe.ratio_add,
						MINVFUNC = adpipe.ratio_remove,
						MSTYPE = adpipe.ratio_state,
						MFINALFUNC = %s,
						MINITCOND = %L,
						PARALLEL = SAFE
					)$create$,
					signature, final, initial_state, final, initial_state);

				EXECUTE pg_catalog.format('COMMENT ON AGGREGATE %s IS %L',
					signature,
					definition
					|| CASE
						WHEN has_currency THEN
							'Two currencies in one group, or money with and without a currency, are error 22023. '
						WHEN ratio.money <> 'none' THEN
							'Does not check the currency: prefer the form that takes it. '
						ELSE ''
					   END
					|| ratio.trap);
			END LOOP;
		END LOOP;
	END LOOP;
END
$ratios$;

--
-- Sparkline.  One form: every number type casts to double precision, and a
-- drawing has eight levels.
--

CREATE FUNCTION adpipe.sparkline_add(internal, double precision)
	RETURNS internal
	AS 'MODULE_PATHNAME', 'adpipe_sparkline_add'
	LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION adpipe.sparkline_add(internal, double precision) IS
	'Transition function of adpipe.sparkline: appends a value.';

CREATE FUNCTION adpipe.sparkline_final(internal) RETURNS text
	AS 'MODULE_PATHNAME', 'adpipe_sparkline_final'
	LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION adpipe.sparkline_final(internal) IS
	'Final function of adpipe.sparkline: draws the values.';

CREATE AGGREGATE adpipe.sparkline(value double precision) (
	SFUNC = adpipe.sparkline_add,
	STYPE = internal,
	SSPACE = 1024,
	FINALFUNC = adpipe.sparkline_final,
	PARALLEL = SAFE
);
COMMENT ON AGGREGATE adpipe.sparkline(double precision) IS
	'Draws the values as a line of blocks of eight heights, the lowest value lowest and the highest highest: sparkline(spend ORDER BY date_day). NULL is a gap; a flat series is drawn at half height; NULL if there is no value. NaN and infinity are error 22003, more than 10000 values error 54000. Heights of two lines cannot be compared: each has its own range.';
