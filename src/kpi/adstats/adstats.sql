--
-- adpipe.adstats: five sums in one value.  stats() makes it from rows, rollup()
-- adds values up, and the KPIs are read from it.
--

CREATE TYPE adpipe.adstats;

CREATE FUNCTION adpipe_internal.adstats_in(cstring) RETURNS adpipe.adstats
	AS 'MODULE_PATHNAME', 'adpipe_adstats_in'
	LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION adpipe_internal.adstats_in(cstring) IS
	'Input function of adpipe.adstats. A text that adstats_out would not write is error 22P02.';

CREATE FUNCTION adpipe_internal.adstats_out(adpipe.adstats) RETURNS cstring
	AS 'MODULE_PATHNAME', 'adpipe_adstats_out'
	LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION adpipe_internal.adstats_out(adpipe.adstats) IS
	'Output function of adpipe.adstats: adstats:1:currency:impressions:clicks:spend:conversions:conversions_value, a dash for what was not reported.';

CREATE FUNCTION adpipe_internal.adstats_recv(internal) RETURNS adpipe.adstats
	AS 'MODULE_PATHNAME', 'adpipe_adstats_recv'
	LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION adpipe_internal.adstats_recv(internal) IS
	'Binary input function of adpipe.adstats. Bytes that adstats_send would not write are error 22P03.';

CREATE FUNCTION adpipe_internal.adstats_send(adpipe.adstats) RETURNS bytea
	AS 'MODULE_PATHNAME', 'adpipe_adstats_send'
	LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION adpipe_internal.adstats_send(adpipe.adstats) IS
	'Binary output function of adpipe.adstats, in network byte order.';

-- 96 bytes: AdpAdStats in adstats.h
CREATE TYPE adpipe.adstats (
	INPUT = adpipe_internal.adstats_in,
	OUTPUT = adpipe_internal.adstats_out,
	RECEIVE = adpipe_internal.adstats_recv,
	SEND = adpipe_internal.adstats_send,
	INTERNALLENGTH = 96,
	ALIGNMENT = double,
	STORAGE = plain
);
COMMENT ON TYPE adpipe.adstats IS
	'Exact sums of impressions, clicks, spend, conversions and their value (12 decimals in 128 bits), which of them were reported, and the currency of the money. Made by adpipe.stats(), added up by adpipe.rollup(), read by accessors such as adpipe.ctr(). It can be stored: later versions read it.';

--
-- Making values, adding them up
--

CREATE FUNCTION adpipe_internal.adstats_add(adpipe.adstats, adpipe.adstats) RETURNS adpipe.adstats
	AS 'MODULE_PATHNAME', 'adpipe_adstats_add'
	LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION adpipe_internal.adstats_add(adpipe.adstats, adpipe.adstats) IS
	'The sums of both values: the operator + of adpipe.adstats, and what adpipe.rollup does. A measure is reported if either reports it. Two currencies, and money with and without one, are error 22023.';

CREATE FUNCTION adpipe_internal.adstats_subtract(adpipe.adstats, adpipe.adstats) RETURNS adpipe.adstats
	AS 'MODULE_PATHNAME', 'adpipe_adstats_subtract'
	LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION adpipe_internal.adstats_subtract(adpipe.adstats, adpipe.adstats) IS
	'The first value minus the second: the operator - of adpipe.adstats, for the change between two snapshots. A measure that the second does not report is left as it is; one that only the second reports is not reported. Two currencies, and money with and without one, are error 22023.';

CREATE FUNCTION adpipe_internal.adstats_frame_add(internal, adpipe.adstats) RETURNS internal
	AS 'MODULE_PATHNAME', 'adpipe_adstats_frame_add_stats'
	LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION adpipe_internal.adstats_frame_add(internal, adpipe.adstats) IS
	'Transition function of adpipe.rollup for sliding windows: adds a value to the state of the frame.';

CREATE FUNCTION adpipe_internal.adstats_frame_remove(internal, adpipe.adstats) RETURNS internal
	AS 'MODULE_PATHNAME', 'adpipe_adstats_frame_remove_stats'
	LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION adpipe_internal.adstats_frame_remove(internal, adpipe.adstats) IS
	'Inverse transition function of adpipe.rollup for sliding windows: removes a value from the frame; NULL if the state must be computed again.';

CREATE FUNCTION adpipe_internal.adstats_frame_final(internal) RETURNS adpipe.adstats
	AS 'MODULE_PATHNAME', 'adpipe_adstats_frame_final'
	LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION adpipe_internal.adstats_frame_final(internal) IS
	'Final function of adpipe.stats and adpipe.rollup for sliding windows.';

--
-- stats(): its forms.
--
-- These six are the fewest with which every mix of number types finds exactly one
-- form, and none of smallint, integer, bigint and numeric loses a digit to a
-- cast.  The server looks for the form with most arguments of the exact type, then
-- for the one with most of double precision, too: an integer may take that, which
-- holds it, a bigint must never.  So bigint and numeric have exact forms, and the
-- forms that mix one of these with double precision are for integers beside them.
-- A real has no form of its own: the server casts it to double precision.
--
DO $stats$
DECLARE
	form record;
	operation record;
	has_currency boolean;
	types text;
BEGIN
	FOR form IN
		SELECT *
		  FROM (VALUES
	('bigint', 'numeric', 'int8_numeric', ''),
	('bigint', 'bigint', 'int8_int8', ''),
	('numeric', 'numeric', 'numeric_numeric', ' The form for sums of sums: sum() of bigint is numeric.'),
	('double precision', 'numeric', 'float8_numeric', ' This form takes counts as floats; give counts beyond 2^53 as bigint.'),
	('bigint', 'double precision', 'int8_float8', ' This form takes amounts as floats, by their shortest decimal text.'),
	('double precision', 'double precision', 'float8_float8', ' This form takes floats by their shortest decimal text; give counts beyond 2^53 as bigint or numeric, with amounts of these types.')
		  ) AS list (counts, amounts, symbol, remark)
	LOOP
		FOREACH has_currency IN ARRAY ARRAY[false, true]
		LOOP
			types := pg_catalog.format('%1$s, %1$s, %2$s, %2$s, %2$s', form.counts, form.amounts)
				|| CASE WHEN has_currency THEN ', text' ELSE '' END;

			FOR operation IN
				SELECT *
				  FROM (VALUES
			('adstats_add_row', 'adpipe.adstats', 'adds a row to the state'),
			('adstats_frame_add', 'internal', 'adds a row to the state of a sliding window''s frame'),
			('adstats_frame_remove', 'internal', 'the inverse, takes a row out of the state of a sliding window''s frame; NULL if it must be computed afresh')
				  ) AS list (name, state, purpose)
			LOOP
				EXECUTE pg_catalog.format($create$
					CREATE FUNCTION adpipe_internal.%s(%s, %s) RETURNS %2$s
						AS 'MODULE_PATHNAME', %4$L
						LANGUAGE C IMMUTABLE PARALLEL SAFE$create$,
					operation.name, operation.state, types,
					pg_catalog.format('adpipe_%s_%s', operation.name, form.symbol));
				EXECUTE pg_catalog.format('COMMENT ON FUNCTION adpipe_internal.%s(%s, %s) IS %L',
					operation.name, operation.state, types,
					'Transition function of adpipe.stats: ' || operation.purpose
					|| '. Arguments: state, impressions, clicks, spend, conversions, conversions_value, and in the longer form the currency.');
			END LOOP;

			EXECUTE pg_catalog.format($create$
				CREATE AGGREGATE adpipe.stats(impressions %1$s, clicks %1$s, spend %2$s,
						conversions %2$s, conversions_value %2$s%3$s) (
					SFUNC = adpipe_internal.adstats_add_row,
					STYPE = adpipe.adstats,
					COMBINEFUNC = adpipe_internal.adstats_add,
					MSFUNC = adpipe_internal.adstats_frame_add,
					MINVFUNC = adpipe_internal.adstats_frame_remove,
					MSTYPE = internal,
					MSSPACE = 256,
					MFINALFUNC = adpipe_internal.adstats_frame_final,
					PARALLEL = SAFE
				)$create$,
				form.counts, form.amounts,
				CASE WHEN has_currency THEN ', currency text' ELSE '' END);
			EXECUTE pg_catalog.format('COMMENT ON AGGREGATE adpipe.stats(%s) IS %L', types,
				'Adds up impressions, clicks, spend, conversions and their value in one pass; read KPIs from the result with adpipe.ctr() and the like, or store it and add it up with adpipe.rollup(). Exact, in any order. A NULL is not reported, which is not zero; NULL for no rows. '
				|| CASE WHEN has_currency THEN
					'Two currencies in one group, or money with and without a currency, are error 22023.'
					ELSE
					'Its money is undeclared and cannot be added to money with a currency: prefer the form that takes it.' END
				|| form.remark
				|| ' DISTINCT compares whole rows, which is rarely intended. NaN, infinity and overflow are error 22003.');
		END LOOP;
	END LOOP;
END
$stats$;

CREATE AGGREGATE adpipe.rollup(stats adpipe.adstats) (
	SFUNC = adpipe_internal.adstats_add,
	STYPE = adpipe.adstats,
	COMBINEFUNC = adpipe_internal.adstats_add,
	MSFUNC = adpipe_internal.adstats_frame_add,
	MINVFUNC = adpipe_internal.adstats_frame_remove,
	MSTYPE = internal,
	MSSPACE = 256,
	MFINALFUNC = adpipe_internal.adstats_frame_final,
	PARALLEL = SAFE
);
COMMENT ON AGGREGATE adpipe.rollup(adpipe.adstats) IS
	'Adds up values of adpipe.stats(): the same value, bit for bit, as stats() over all their rows. NULLs are skipped; NULL if there is nothing else. Two currencies in one group, or money with and without a currency, are error 22023; overflow is error 22003.';

-- The constructor needs no mixed forms: three types take every mix, as for ratios
DO $adstats$
DECLARE
	form record;
BEGIN
	FOR form IN
		SELECT *
		  FROM (VALUES
	('bigint', 'int8'), ('numeric', 'numeric'), ('double precision', 'float8')
		  ) AS list (type, symbol)
	LOOP
		EXECUTE pg_catalog.format($create$
			CREATE FUNCTION adpipe.adstats(impressions %1$s, clicks %1$s, spend %1$s,
				conversions %1$s, conversions_value %1$s, currency text DEFAULT NULL)
				RETURNS adpipe.adstats
				AS 'MODULE_PATHNAME', %2$L
				LANGUAGE C IMMUTABLE PARALLEL SAFE$create$,
			form.type, 'adpipe_adstats_make_' || form.symbol);
		EXECUTE pg_catalog.format('COMMENT ON FUNCTION adpipe.adstats(%1$s, %1$s, %1$s, %1$s, %1$s, text) IS %2$L', form.type,
			'Makes an adpipe.adstats value of five totals and the currency of the money. NULL is not reported. More than 12 decimals are rounded half away from zero; NaN, infinity and values out of range are error 22003.');
	END LOOP;
END
$adstats$;

--
-- Reading values
--

DO $accessors$
DECLARE
	accessor record;
	meaning text;
BEGIN
	FOR accessor IN
		SELECT *
		  FROM (VALUES
	('impressions', 'sum', 'impressions'),
	('clicks', 'sum', 'clicks'),
	('spend', 'sum', 'spend'),
	('conversions', 'sum', 'conversions'),
	('conversions_value', 'sum', 'conversions_value'),
	('ctr', 'ratio', 'clicks / impressions, a fraction'),
	('cpc', 'ratio', 'spend / clicks, money'),
	('cpm', 'ratio', '1000 * spend / impressions, money per thousand'),
	('cpa', 'ratio', 'spend / conversions, money'),
	('cvr_click', 'ratio', 'conversions / clicks, a fraction'),
	('cvr_imp', 'ratio', 'conversions / impressions, a fraction'),
	('roas', 'ratio', 'conversions_value / spend, a ratio'),
	('roi', 'ratio', '(conversions_value - spend) / spend, a ratio'),
	('acos', 'ratio', 'spend / conversions_value, a fraction'),
	('aov', 'ratio', 'conversions_value / conversions, money per conversion')
		  ) AS list (name, kind, meaning)
	LOOP
		EXECUTE pg_catalog.format($create$
			CREATE FUNCTION adpipe.%I(stats adpipe.adstats) RETURNS numeric
				AS 'MODULE_PATHNAME', %L
				LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE$create$,
			accessor.name, 'adpipe_adstats_' || accessor.name);
		meaning := CASE accessor.kind
			WHEN 'sum' THEN pg_catalog.format(
				'The sum of %s; NULL if it was not reported.', accessor.meaning)
			ELSE pg_catalog.format(
				'Of the sums in the value, %s. The same as the aggregate %s over the rows behind it. NULL if the numerator was not reported, or if the denominator is missing or zero.',
				accessor.meaning, accessor.name)
			END;
		EXECUTE pg_catalog.format(
			'COMMENT ON FUNCTION adpipe.%I(adpipe.adstats) IS %L',
			accessor.name, meaning);
	END LOOP;
END
$accessors$;

CREATE FUNCTION adpipe.currency(adpipe.adstats) RETURNS text
	AS 'MODULE_PATHNAME', 'adpipe_adstats_currency'
	LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION adpipe.currency(adpipe.adstats) IS
	'The currency of the money in the value; NULL if it was not declared.';

CREATE FUNCTION adpipe_internal.adstats_to_jsonb(adpipe.adstats) RETURNS jsonb
	AS 'MODULE_PATHNAME', 'adpipe_adstats_to_jsonb'
	LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION adpipe_internal.adstats_to_jsonb(adpipe.adstats) IS
	'The cast of adpipe.adstats to jsonb: an object of the five sums and the currency, null for what was not reported.';

CREATE CAST (adpipe.adstats AS jsonb)
	WITH FUNCTION adpipe_internal.adstats_to_jsonb(adpipe.adstats);
COMMENT ON CAST (adpipe.adstats AS jsonb) IS
	'An object of the five sums and the currency.';

CREATE FUNCTION adpipe_internal.adstats_to_json(adpipe.adstats) RETURNS json
	AS 'MODULE_PATHNAME', 'adpipe_adstats_to_json'
	LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION adpipe_internal.adstats_to_json(adpipe.adstats) IS
	'The cast of adpipe.adstats to json: an object of the five sums and the currency, null for what was not reported. to_json(), to_jsonb(), json_agg(), row_to_json() and the like use it.';

CREATE CAST (adpipe.adstats AS json)
	WITH FUNCTION adpipe_internal.adstats_to_json(adpipe.adstats);
COMMENT ON CAST (adpipe.adstats AS json) IS
	'An object of the five sums and the currency; what to_jsonb() and json_agg() give, too.';

CREATE TYPE adpipe.adstats_totals AS (
	impressions numeric,
	clicks numeric,
	spend numeric,
	conversions numeric,
	conversions_value numeric,
	currency text
);
COMMENT ON TYPE adpipe.adstats_totals IS
	'The content of an adpipe.adstats value as columns; NULL for what was not reported.';

CREATE FUNCTION adpipe.totals(adpipe.adstats) RETURNS adpipe.adstats_totals
	AS 'MODULE_PATHNAME', 'adpipe_adstats_totals'
	LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION adpipe.totals(adpipe.adstats) IS
	'The five sums and the currency as a record: SELECT t.* FROM adpipe.totals(value) AS t. Also the cast of adpipe.adstats to adpipe.adstats_totals.';

CREATE CAST (adpipe.adstats AS adpipe.adstats_totals)
	WITH FUNCTION adpipe.totals(adpipe.adstats);
COMMENT ON CAST (adpipe.adstats AS adpipe.adstats_totals) IS
	'The five sums and the currency as a record.';

--
-- Operators, order and hash
--

CREATE FUNCTION adpipe_internal.adstats_eq(adpipe.adstats, adpipe.adstats) RETURNS boolean
	AS 'MODULE_PATHNAME', 'adpipe_adstats_eq'
	LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION adpipe_internal.adstats_eq(adpipe.adstats, adpipe.adstats) IS
	'The operator = of adpipe.adstats. Values are equal if they have the same measures, sums and currency, whatever the number of decimals. The order is by currency, then by the sums in turn, and has no other meaning.';

CREATE FUNCTION adpipe_internal.adstats_ne(adpipe.adstats, adpipe.adstats) RETURNS boolean
	AS 'MODULE_PATHNAME', 'adpipe_adstats_ne'
	LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION adpipe_internal.adstats_ne(adpipe.adstats, adpipe.adstats) IS
	'The operator <> of adpipe.adstats. Values are equal if they have the same measures, sums and currency, whatever the number of decimals. The order is by currency, then by the sums in turn, and has no other meaning.';

CREATE FUNCTION adpipe_internal.adstats_lt(adpipe.adstats, adpipe.adstats) RETURNS boolean
	AS 'MODULE_PATHNAME', 'adpipe_adstats_lt'
	LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION adpipe_internal.adstats_lt(adpipe.adstats, adpipe.adstats) IS
	'The operator < of adpipe.adstats. Values are equal if they have the same measures, sums and currency, whatever the number of decimals. The order is by currency, then by the sums in turn, and has no other meaning.';

CREATE FUNCTION adpipe_internal.adstats_le(adpipe.adstats, adpipe.adstats) RETURNS boolean
	AS 'MODULE_PATHNAME', 'adpipe_adstats_le'
	LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION adpipe_internal.adstats_le(adpipe.adstats, adpipe.adstats) IS
	'The operator <= of adpipe.adstats. Values are equal if they have the same measures, sums and currency, whatever the number of decimals. The order is by currency, then by the sums in turn, and has no other meaning.';

CREATE FUNCTION adpipe_internal.adstats_gt(adpipe.adstats, adpipe.adstats) RETURNS boolean
	AS 'MODULE_PATHNAME', 'adpipe_adstats_gt'
	LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION adpipe_internal.adstats_gt(adpipe.adstats, adpipe.adstats) IS
	'The operator > of adpipe.adstats. Values are equal if they have the same measures, sums and currency, whatever the number of decimals. The order is by currency, then by the sums in turn, and has no other meaning.';

CREATE FUNCTION adpipe_internal.adstats_ge(adpipe.adstats, adpipe.adstats) RETURNS boolean
	AS 'MODULE_PATHNAME', 'adpipe_adstats_ge'
	LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION adpipe_internal.adstats_ge(adpipe.adstats, adpipe.adstats) IS
	'The operator >= of adpipe.adstats. Values are equal if they have the same measures, sums and currency, whatever the number of decimals. The order is by currency, then by the sums in turn, and has no other meaning.';

CREATE FUNCTION adpipe_internal.adstats_cmp(adpipe.adstats, adpipe.adstats) RETURNS integer
	AS 'MODULE_PATHNAME', 'adpipe_adstats_cmp'
	LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION adpipe_internal.adstats_cmp(adpipe.adstats, adpipe.adstats) IS
	'Compares two adpipe.adstats values for sorting: -1, 0, 1.';

CREATE FUNCTION adpipe_internal.adstats_hash(adpipe.adstats) RETURNS integer
	AS 'MODULE_PATHNAME', 'adpipe_adstats_hash'
	LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION adpipe_internal.adstats_hash(adpipe.adstats) IS
	'Hash of an adpipe.adstats value; the same for equal values.';

CREATE FUNCTION adpipe_internal.adstats_hash_extended(adpipe.adstats, bigint) RETURNS bigint
	AS 'MODULE_PATHNAME', 'adpipe_adstats_hash_extended'
	LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION adpipe_internal.adstats_hash_extended(adpipe.adstats, bigint) IS
	'Hash of an adpipe.adstats value with a seed.';

CREATE OPERATOR adpipe.+ (
	LEFTARG = adpipe.adstats, RIGHTARG = adpipe.adstats,
	FUNCTION = adpipe_internal.adstats_add, COMMUTATOR = OPERATOR(adpipe.+)
);
COMMENT ON OPERATOR adpipe.+ (adpipe.adstats, adpipe.adstats) IS
	'The sums of both values.';

CREATE OPERATOR adpipe.- (
	LEFTARG = adpipe.adstats, RIGHTARG = adpipe.adstats,
	FUNCTION = adpipe_internal.adstats_subtract
);
COMMENT ON OPERATOR adpipe.- (adpipe.adstats, adpipe.adstats) IS
	'The first value minus the second.';

CREATE OPERATOR adpipe.= (
	LEFTARG = adpipe.adstats, RIGHTARG = adpipe.adstats,
	FUNCTION = adpipe_internal.adstats_eq,
	COMMUTATOR = OPERATOR(adpipe.=), NEGATOR = OPERATOR(adpipe.<>),
	RESTRICT = eqsel, JOIN = eqjoinsel, HASHES, MERGES
);
COMMENT ON OPERATOR adpipe.= (adpipe.adstats, adpipe.adstats) IS
	'The same measures, sums and currency?';

CREATE OPERATOR adpipe.<> (
	LEFTARG = adpipe.adstats, RIGHTARG = adpipe.adstats,
	FUNCTION = adpipe_internal.adstats_ne,
	COMMUTATOR = OPERATOR(adpipe.<>), NEGATOR = OPERATOR(adpipe.=),
	RESTRICT = neqsel, JOIN = neqjoinsel
);
COMMENT ON OPERATOR adpipe.<> (adpipe.adstats, adpipe.adstats) IS
	'Another measure, sum or currency?';

CREATE OPERATOR adpipe.< (
	LEFTARG = adpipe.adstats, RIGHTARG = adpipe.adstats,
	FUNCTION = adpipe_internal.adstats_lt,
	COMMUTATOR = OPERATOR(adpipe.>), NEGATOR = OPERATOR(adpipe.>=),
	RESTRICT = scalarltsel, JOIN = scalarltjoinsel
);
COMMENT ON OPERATOR adpipe.< (adpipe.adstats, adpipe.adstats) IS
	'Before, in the order of adpipe.adstats?';

CREATE OPERATOR adpipe.<= (
	LEFTARG = adpipe.adstats, RIGHTARG = adpipe.adstats,
	FUNCTION = adpipe_internal.adstats_le,
	COMMUTATOR = OPERATOR(adpipe.>=), NEGATOR = OPERATOR(adpipe.>),
	RESTRICT = scalarlesel, JOIN = scalarlejoinsel
);
COMMENT ON OPERATOR adpipe.<= (adpipe.adstats, adpipe.adstats) IS
	'Before or equal, in the order of adpipe.adstats?';

CREATE OPERATOR adpipe.> (
	LEFTARG = adpipe.adstats, RIGHTARG = adpipe.adstats,
	FUNCTION = adpipe_internal.adstats_gt,
	COMMUTATOR = OPERATOR(adpipe.<), NEGATOR = OPERATOR(adpipe.<=),
	RESTRICT = scalargtsel, JOIN = scalargtjoinsel
);
COMMENT ON OPERATOR adpipe.> (adpipe.adstats, adpipe.adstats) IS
	'After, in the order of adpipe.adstats?';

CREATE OPERATOR adpipe.>= (
	LEFTARG = adpipe.adstats, RIGHTARG = adpipe.adstats,
	FUNCTION = adpipe_internal.adstats_ge,
	COMMUTATOR = OPERATOR(adpipe.<=), NEGATOR = OPERATOR(adpipe.<),
	RESTRICT = scalargesel, JOIN = scalargejoinsel
);
COMMENT ON OPERATOR adpipe.>= (adpipe.adstats, adpipe.adstats) IS
	'After or equal, in the order of adpipe.adstats?';

CREATE OPERATOR CLASS adpipe.adstats_ops
	DEFAULT FOR TYPE adpipe.adstats USING btree AS
	OPERATOR 1 adpipe.<,
	OPERATOR 2 adpipe.<=,
	OPERATOR 3 adpipe.=,
	OPERATOR 4 adpipe.>=,
	OPERATOR 5 adpipe.>,
	FUNCTION 1 adpipe_internal.adstats_cmp(adpipe.adstats, adpipe.adstats);
COMMENT ON OPERATOR CLASS adpipe.adstats_ops USING btree IS
	'The order of adpipe.adstats, for ORDER BY, DISTINCT and unique indexes.';

CREATE OPERATOR CLASS adpipe.adstats_ops
	DEFAULT FOR TYPE adpipe.adstats USING hash AS
	OPERATOR 1 adpipe.=,
	FUNCTION 1 adpipe_internal.adstats_hash(adpipe.adstats),
	FUNCTION 2 adpipe_internal.adstats_hash_extended(adpipe.adstats, bigint);
COMMENT ON OPERATOR CLASS adpipe.adstats_ops USING hash IS
	'Equality of adpipe.adstats, for GROUP BY and hash joins.';
