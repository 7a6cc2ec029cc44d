-- adstats: five sums in one value, stored, added up, read.
SET client_min_messages = warning;
CREATE EXTENSION IF NOT EXISTS adpipe;
RESET client_min_messages;


-- What a query returns, or the error it raises
CREATE FUNCTION pg_temp.outcome(query text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
	result text;
	message text;
	hint text;
BEGIN
	EXECUTE query INTO result;
	RETURN COALESCE(result, 'NULL');
EXCEPTION WHEN OTHERS THEN
	GET STACKED DIAGNOSTICS message = MESSAGE_TEXT, hint = PG_EXCEPTION_HINT;
	RETURN concat_ws(' | ', SQLSTATE, message, NULLIF(hint, ''));
END
$$;

CREATE TEMP TABLE days (day int, impressions bigint, clicks bigint,
	spend numeric(12,2), conversions numeric, conversions_value numeric);
INSERT INTO days VALUES
	(1, 1000, 50, 12.50, 2, 40),
	(2, 100000, 1000, 300.25, 7.5, 561.7);

-- One pass, all KPIs
SELECT adpipe.stats(impressions, clicks, spend, conversions, conversions_value, 'EUR') AS stats
  FROM days;
\x on
SELECT adpipe.impressions(s), adpipe.clicks(s), adpipe.spend(s), adpipe.conversions(s),
	   adpipe.conversions_value(s), adpipe.currency(s),
	   adpipe.ctr(s), adpipe.cpc(s), adpipe.cpm(s), adpipe.cpa(s), adpipe.cvr_click(s),
	   adpipe.cvr_imp(s), adpipe.roas(s), adpipe.roi(s), adpipe.acos(s), adpipe.aov(s)
  FROM (SELECT adpipe.stats(impressions, clicks, spend, conversions, conversions_value, 'EUR')
		  FROM days) AS v (s);
SELECT jsonb_pretty(s::jsonb), s::adpipe.adstats_totals, (adpipe.totals(s)).*
  FROM (SELECT adpipe.stats(impressions, clicks, spend, conversions, conversions_value, 'EUR')
		  FROM days) AS v (s);
\x off

-- The same as the one-step aggregates, digit for digit
CREATE FUNCTION pg_temp.kpis(s adpipe.adstats) RETURNS text LANGUAGE sql AS $$
	SELECT ROW(adpipe.ctr(s), adpipe.cpc(s), adpipe.cpm(s), adpipe.cpa(s), adpipe.cvr_click(s),
			   adpipe.cvr_imp(s), adpipe.roas(s), adpipe.roi(s), adpipe.acos(s), adpipe.aov(s))::text
$$;
SELECT setseed(0.31);
CREATE TABLE kpi_adstats_rows AS
SELECT i, i % 300 AS g, i / 300 % 7 AS channel, i / 3000 AS day,
	   CASE WHEN random() < 0.9 THEN (random() * 1e6)::bigint END AS impressions,
	   CASE WHEN random() < 0.9 AND i % 300 <> 7 THEN (random() * 1e4)::bigint END AS clicks,
	   CASE WHEN random() < 0.9 THEN round((random() * 900 - 50)::numeric, CASE i % 2 WHEN 0 THEN 2 ELSE (random() * 14)::int END) END AS spend,
	   CASE WHEN random() < 0.5 THEN round((random() * 20)::numeric, i % 4) END AS conversions,
	   CASE WHEN random() < 0.5 AND i % 300 <> 9 THEN round((random() * 2000)::numeric, 2) END AS conversions_value,
	   'C' || i % 300 AS currency
  FROM generate_series(1, 30000) AS i;
ANALYZE kpi_adstats_rows;
SELECT count(*) AS groups,
	   count(*) FILTER (WHERE pg_temp.kpis(s) IS DISTINCT FROM onestep) AS wrong,
	   count(*) FILTER (WHERE pg_temp.kpis(f) IS DISTINCT FROM onestep) AS wrong_from_floats,
	   count(*) FILTER (WHERE ROW(adpipe.impressions(s), adpipe.clicks(s), adpipe.spend(s),
			adpipe.conversions(s), adpipe.conversions_value(s))::text <> sums) AS wrong_sums
  FROM (SELECT g, adpipe.stats(impressions, clicks, spend, conversions, conversions_value, currency) AS s,
			   adpipe.stats(impressions::float8, clicks::float8, spend::float8, conversions::float8,
							conversions_value::float8, currency) AS f,
			   ROW(adpipe.ctr(clicks, impressions), adpipe.cpc(spend, clicks, currency),
				   adpipe.cpm(spend, impressions, currency), adpipe.cpa(spend, conversions, currency),
				   adpipe.cvr_click(conversions, clicks), adpipe.cvr_imp(conversions, impressions),
				   adpipe.roas(conversions_value, spend, currency), adpipe.roi(conversions_value, spend, currency),
				   adpipe.acos(spend, conversions_value, currency),
				   adpipe.aov(conversions_value, conversions, currency))::text AS onestep,
			   ROW(sum(impressions), sum(clicks),
				   sum(CASE WHEN scale(spend) > 12 THEN round(spend, 12) ELSE spend END),
				   sum(conversions), sum(conversions_value))::text AS sums
		  FROM kpi_adstats_rows GROUP BY g) AS v;

-- A stored daily table, rolled up over any dimension, is the KPI over the raw
-- rows, bit for bit
CREATE TABLE kpi_adstats_daily AS
SELECT g, channel, day, currency,
	   adpipe.stats(impressions, clicks, spend, conversions, conversions_value, currency) AS stats
  FROM kpi_adstats_rows GROUP BY g, channel, day, currency;
SELECT count(*) AS stored FROM kpi_adstats_daily;
DO $$
DECLARE
	dimensions text;
	groups int;
	wrong int;
BEGIN
	FOREACH dimensions IN ARRAY ARRAY['currency', 'currency, channel', 'currency, day', 'g, channel, day'] LOOP
		EXECUTE format($query$
			SELECT count(*), count(*) FILTER (WHERE adpipe_internal.adstats_send(raw) IS DISTINCT FROM adpipe_internal.adstats_send(rolled)
				OR raw::text IS DISTINCT FROM rolled::text)
			  FROM (SELECT %1$s, adpipe.stats(impressions, clicks, spend, conversions, conversions_value, currency) AS raw
					  FROM kpi_adstats_rows GROUP BY %1$s) AS a
			  FULL JOIN (SELECT %1$s, adpipe.rollup(stats) AS rolled
					  FROM kpi_adstats_daily GROUP BY %1$s) AS b USING (%1$s)
			$query$, dimensions) INTO groups, wrong;
		RAISE NOTICE 'by %: groups %, wrong %', dimensions, groups, wrong;
	END LOOP;
END
$$;
-- the stored values are what they were
SELECT count(*) AS changed
  FROM (SELECT g, channel, day, currency,
			   adpipe.stats(impressions, clicks, spend, conversions, conversions_value, currency) AS stats
		  FROM kpi_adstats_rows GROUP BY g, channel, day, currency) AS again
  JOIN kpi_adstats_daily AS d USING (g, channel, day)
 WHERE d.stats::text <> again.stats::text;

-- Missing is not zero
SELECT label, adpipe.stats(i::bigint, c::bigint, s::numeric, v::numeric, w::numeric, 'EUR') AS stats
  FROM (VALUES ('1 zeros', 0, 0, 0, 0, 0), ('2 nothing', NULL, NULL, NULL, NULL, NULL),
			   ('3 some', 10, NULL, 1.50, NULL, NULL), ('3 some', NULL, 2, NULL, NULL, NULL)) AS t (label, i, c, s, v, w)
 GROUP BY label ORDER BY label;
SELECT adpipe.stats(impressions, clicks, spend, conversions, conversions_value) IS NULL AS none,
	   adpipe.rollup(NULL::adpipe.adstats) IS NULL AS rolled
  FROM days WHERE false;
SELECT adpipe.stats(NULL, NULL, NULL, NULL, NULL) AS untyped, adpipe.ctr(NULL::adpipe.adstats) IS NULL AS strict;

-- Any number types, without casts
CREATE FUNCTION pg_temp.walk_types() RETURNS text LANGUAGE plpgsql AS $$
DECLARE
	types text[] := ARRAY['smallint', 'integer', 'bigint', 'numeric', 'real', 'double precision', 'unknown'];
	a text; b text; c text; d text;
	calls int := 0;
	expected text;
	result text;
BEGIN
	FOREACH a IN ARRAY types LOOP FOREACH b IN ARRAY types LOOP
	FOREACH c IN ARRAY types LOOP FOREACH d IN ARRAY types LOOP
		EXECUTE format(CASE WHEN a <> 'unknown' THEN
			'SELECT adpipe.stats(4::%s, %s, %s, %s, 4::%s, ''EUR'')'
			ELSE 'SELECT adpipe.stats(''4'', %2$s, %3$s, %4$s, 4::%5$s, ''EUR'')' END,
			a, CASE b WHEN 'unknown' THEN '''4''' ELSE '4::' || b END,
			CASE c WHEN 'unknown' THEN '''4''' ELSE '4::' || c END,
			CASE d WHEN 'unknown' THEN 'NULL' ELSE '4::' || d END, replace(b, 'unknown', 'real')) INTO result;
		calls := calls + 1;
		expected := 'adstats:1:EUR:4:4:4:' || CASE d WHEN 'unknown' THEN '-' ELSE '4' END || ':4';
		IF result <> expected THEN
			RAISE WARNING '% % % %: %', a, b, c, d, result;
		END IF;
	END LOOP; END LOOP; END LOOP; END LOOP;
	RETURN 'calls: ' || calls;
END
$$;
SELECT pg_temp.walk_types();

-- Currencies
CREATE FUNCTION pg_temp.rolled(VARIADIC parts text[]) RETURNS text LANGUAGE sql AS $$
	SELECT pg_temp.outcome(format('SELECT adpipe.rollup(v::adpipe.adstats) FROM unnest(%L::text[]) AS v', parts))
$$;
SELECT pg_temp.rolled('adstats:1:EUR:1:1:1:1:1', 'adstats:1:EUR:1:1:2.50:1:1') AS same;
SELECT pg_temp.rolled('adstats:1:EUR:1:1:1:1:1', 'adstats:1:USD:1:1:1:1:1') AS two;
SELECT pg_temp.rolled('adstats:1:USD:1:1:1:1:1', 'adstats:1:EUR:1:1:1:1:1') AS other_order;
SELECT pg_temp.rolled('adstats:1:EUR:1:1:1:1:1', 'adstats:1:-:1:1:1:1:1') AS undeclared;
SELECT pg_temp.rolled('adstats:1:-:1:1:1:1:1', 'adstats:1:EUR:1:1:1:1:1') AS undeclared_first;
SELECT pg_temp.rolled('adstats:1:-:1:1:1:1:1', 'adstats:1:-:1:1:1:1:1') AS both_undeclared;
SELECT pg_temp.rolled('adstats:1:-:1:1:-:1:-', 'adstats:1:EUR:1:1:1:1:1') AS no_money;
SELECT pg_temp.rolled('adstats:1:EUR:1:1:1:1:1', 'adstats:1:-:1:1:-:1:-') AS no_money_behind;
SELECT pg_temp.outcome($$SELECT adpipe.stats(1, 1, 1, 1, 1, c) FROM (VALUES ('EUR'), ('USD')) AS v (c)$$) AS rows,
	   pg_temp.outcome($$SELECT adpipe.stats(1, 1, 1, 1, 1, c) FROM (VALUES ('EUR'), (NULL)) AS v (c)$$) AS undeclared,
	   pg_temp.outcome($$SELECT adpipe.stats(1, 1, NULL, 1, NULL, c) FROM (VALUES ('EUR'), (NULL)) AS v (c)$$) AS no_money,
	   pg_temp.outcome($$SELECT adpipe.stats(1, 1, 1, 1, 1, 'a currency')$$) AS no_code;
SELECT adpipe.currency('adstats:1:ABCDEFG8:1:1:1:1:1'), adpipe.currency('adstats:1:-:1:1:1:1:1') IS NULL AS undeclared;

-- Out of range
SELECT v, pg_temp.outcome(format('SELECT adpipe.stats(1, 1, %L::numeric, 1, 1)', v)) AS "numeric",
	   pg_temp.outcome(format('SELECT adpipe.stats(1, 1, %L::float8, 1, 1)', v)) AS "float"
  FROM unnest(ARRAY['NaN', 'Infinity', '-Infinity', '1e27']) AS v;
SELECT pg_temp.rolled('adstats:1:-:-:-:100000000000000000000000000:-:-', 'adstats:1:-:-:-:100000000000000000000000000:-:-') AS above;
SELECT pg_temp.outcome($$SELECT 'adstats:1:-:-:-:-100000000000000000000000000:-:-'::adpipe.adstats
	OPERATOR(adpipe.-) 'adstats:1:-:-:-:100000000000000000000000000:-:-'$$) AS below;

-- Constructor and operators
SET search_path = public, adpipe;
SELECT adpipe.adstats(101000, 1050, 312.75, 9.5, 601.70, 'EUR') AS made,
	   adpipe.adstats(101000, NULL, NULL, 9.5, NULL) AS some,
	   adpipe.adstats(0.1::float8, 2, 3, 4, 5) AS floats, adpipe.adstats(NULL, NULL, NULL, NULL, NULL, 'EUR') AS nothing;
SELECT a + b AS sum, a - b AS difference, a + b - b = a AS back, (a + b - b)::text = a::text AS same_text,
	   b - a AS unreported
  FROM (SELECT 'adstats:1:EUR:100:5:12.5:-:40'::adstats, 'adstats:1:EUR:7:-:0.25:1:-'::adstats) AS v (a, b);
SELECT pg_temp.outcome(format('SELECT %L::adstats - %L::adstats', a, b))
  FROM (VALUES ('adstats:1:EUR:1:1:1:1:1', 'adstats:1:USD:1:1:1:1:1'), ('adstats:1:EUR:1:1:1:1:1', 'adstats:1:-:1:1:1:1:1'),
			   ('adstats:1:-:-:-:-:-:-', 'adstats:1:USD:1:1:1:1:1'), ('adstats:1:-:1:1:-:-:-', 'adstats:1:USD:1:1:1:1:1')) AS v (a, b);
-- equal whatever the decimals; order and hash agree with equality
CREATE TEMP TABLE sample (s adstats);
INSERT INTO sample
SELECT adpipe.adstats(i % 3, NULLIF(i % 2, 0), round((i % 4)::numeric, i % 5), NULL, i % 2, (ARRAY['EUR', 'USD', NULL])[1 + i % 3])
  FROM generate_series(1, 120) AS i;
SELECT count(*), count(DISTINCT s) AS distinct, count(DISTINCT s::text) AS texts FROM sample;
SELECT count(*) FILTER (WHERE (a.s = b.s) <> (a.s::jsonb = b.s::jsonb)) AS wrong_equal,
	   count(*) FILTER (WHERE a.s = b.s AND adpipe_internal.adstats_hash(a.s) <> adpipe_internal.adstats_hash(b.s)) AS wrong_hash,
	   count(*) FILTER (WHERE a.s = b.s AND adpipe_internal.adstats_hash_extended(a.s, 7) <> adpipe_internal.adstats_hash_extended(b.s, 7)) AS wrong_hash_64,
	   count(*) FILTER (WHERE adpipe_internal.adstats_cmp(a.s, b.s) <> -adpipe_internal.adstats_cmp(b.s, a.s)) AS asymmetric,
	   count(*) FILTER (WHERE adpipe_internal.adstats_cmp(a.s, b.s) <> (a.s > b.s)::int - (a.s < b.s)::int) AS wrong_cmp,
	   count(*) FILTER (WHERE (a.s <= b.s) <> NOT (a.s > b.s) OR (a.s >= b.s) <> NOT (a.s < b.s) OR (a.s <> b.s) <> NOT (a.s = b.s)) AS wrong_operators
  FROM sample AS a, sample AS b;
CREATE UNIQUE INDEX ON days ((adpipe.adstats(impressions, clicks, spend, conversions, conversions_value)));
BEGIN;
SET LOCAL enable_hashjoin = off; SET LOCAL enable_nestloop = off;
SELECT count(*) AS merge_join FROM sample AS a JOIN sample AS b USING (s);
SET LOCAL enable_hashjoin = on; SET LOCAL enable_mergejoin = off;
SELECT count(*) AS hash_join FROM sample AS a JOIN sample AS b USING (s);
ROLLBACK;
RESET search_path;

-- Text form: one value has one text
SELECT input, pg_temp.outcome(format('SELECT %L::adpipe.adstats', input)) = input AS accepted
  FROM unnest(ARRAY['adstats:1:-:-:-:-:-:-', 'adstats:1:ABCDEFG8:1:2:3.50:-4:0.000000000001',
	'adstats:1:-:170141183460469231731687303.715884105727:-170141183460469231731687303.715884105727:-:-:-']) AS input;
SELECT input, pg_temp.outcome(format('SELECT %L::adpipe.adstats', input))
  FROM unnest(ARRAY['', 'adstats', 'adstats:', 'adstats:1', 'adstats:1:', 'adstats:2:-:-:-:-:-:-', 'adstats:99999999999999999999:',
	'adstats:0:-:-:-:-:-:-', 'adstats:-1:-:-:-:-:-:-', 'adstats:01:-:-:-:-:-:-', 'ratio:1:-:-:-:-:-:-',
	'adstats:1:-:-:-:-:-', 'adstats:1:-:-:-:-:-:-:', 'adstats:1:-:-:-:-:-:-:-', 'adstats:1:-:-:-:-:-:- ', ' adstats:1:-:-:-:-:-:-',
	'adstats:1::-:-:-:-:-', 'adstats:1:EUR:-:-:-:-:-', 'adstats:1:E-R:1:1:1:1:1', 'adstats:1:ABCDEFGH9:1:1:1:1:1',
	'adstats:1:EUR:01:1:1:1:1', 'adstats:1:EUR:+1:1:1:1:1', 'adstats:1:EUR:1.:1:1:1:1', 'adstats:1:EUR:.1:1:1:1:1',
	'adstats:1:EUR:1e0:1:1:1:1', 'adstats:1:EUR:-0:1:1:1:1', 'adstats:1:EUR:NaN:1:1:1:1', 'adstats:1:EUR:1:1:1::1',
	'adstats:1:EUR:0.0000000000001:1:1:1:1', 'adstats:1:EUR:170141183460469231731687303.715884105728:1:1:1:1',
	'adstats:1:EUR:-170141183460469231731687303.715884105728:1:1:1:1']) AS input;

-- Damaged texts are refused, or were no damage
DO $$
DECLARE
	good text[] := ARRAY(SELECT stats::text FROM kpi_adstats_daily LIMIT 50);
	alphabet text := '0123456789:-.adstEUR ';
	bad text;
	at int;
	accepted int := 0;
BEGIN
	FOR i IN 1 .. 20000 LOOP
		bad := good[1 + i % 50];
		at := 1 + (random() * (length(bad) - 1))::int;
		bad := overlay(bad PLACING substr(alphabet, 1 + (random() * 20)::int, (random() * 2)::int)
					   FROM at FOR (random() * 2)::int);
		BEGIN
			IF bad::adpipe.adstats::text <> bad THEN
				RAISE WARNING 'accepted and changed: %', bad;
			END IF;
			accepted := accepted + 1;
		EXCEPTION WHEN invalid_text_representation OR feature_not_supported THEN
			NULL;
		END;
	END LOOP;
	RAISE NOTICE 'some accepted: %, most refused: %', accepted > 0, accepted < 15000;
END
$$;
SELECT adpipe_internal.adstats_send('adstats:1:EUR:-:2:-1.5:-:0.000000000001');

-- Sliding frames give what computing afresh gives: stats() and rollup() with
-- their moving mode against the same without it
CREATE AGGREGATE pg_temp.plain_stats(bigint, bigint, numeric, numeric, numeric, text) (
	SFUNC = adpipe_internal.adstats_add_row, STYPE = adpipe.adstats);
CREATE AGGREGATE pg_temp.plain_rollup(adpipe.adstats) (SFUNC = adpipe_internal.adstats_add, STYPE = adpipe.adstats);
SELECT count(*) AS rows,
	   count(*) FILTER (WHERE moved::text IS DISTINCT FROM plain::text) AS wrong_stats,
	   count(*) FILTER (WHERE rolled::text IS DISTINCT FROM plain_rolled::text) AS wrong_rollup,
	   count(*) FILTER (WHERE rolled IS NULL) AS empty
  FROM (SELECT adpipe.stats(impressions, clicks, spend, conversions, conversions_value, c) OVER frame AS moved,
			   pg_temp.plain_stats(impressions, clicks, spend, conversions, conversions_value, c) OVER frame AS plain,
			   adpipe.rollup(s) OVER frame AS rolled,
			   pg_temp.plain_rollup(s) OVER frame AS plain_rolled
		  FROM (SELECT *, NULLIF(currency, 'C1') AS c,
					   CASE WHEN i % 17 > 9 THEN adpipe.adstats(impressions, clicks, spend, conversions, conversions_value, currency) END AS s
				  FROM kpi_adstats_rows WHERE g < 100) AS t
		WINDOW frame AS (PARTITION BY g ORDER BY i ROWS BETWEEN 4 PRECEDING AND 2 PRECEDING)) AS v;
SELECT pg_temp.outcome($$SELECT array_agg(s) FROM (SELECT adpipe.stats(1, 1, 1, 1, 1, c) OVER (ORDER BY i ROWS 1 PRECEDING)
	FROM (VALUES (1, 'EUR'), (2, 'USD')) AS v (i, c)) AS w (s)$$) AS two_in_a_frame,
	   pg_temp.outcome($$SELECT array_agg(s) FROM (SELECT adpipe.stats(1, 1, 1, 1, 1, c) OVER (ORDER BY i ROWS BETWEEN CURRENT ROW AND CURRENT ROW)
	FROM (VALUES (1, 'EUR'), (2, 'USD')) AS v (i, c)) AS w (s)$$) AS one_each;

-- FILTER, GROUPING SETS, a growing frame
SELECT day, adpipe.stats(impressions, clicks, spend, conversions, conversions_value, 'EUR') FILTER (WHERE day = 1) AS first_day,
	   adpipe.cpc(adpipe.stats(impressions, clicks, spend, conversions, conversions_value, 'EUR'))
  FROM days GROUP BY GROUPING SETS ((day), ()) ORDER BY day NULLS LAST;
SELECT day, adpipe.stats(impressions, clicks, spend, conversions, conversions_value, 'EUR') OVER (ORDER BY day) FROM days;

DROP TABLE kpi_adstats_rows, kpi_adstats_daily;
