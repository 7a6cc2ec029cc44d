-- Exact whatever the types: stats(), the KPIs of one step and sum() agree in every
-- mix of smallint to numeric(38,12), and a real counts by its own shortest text.
SET client_min_messages = warning;
CREATE EXTENSION IF NOT EXISTS adpipe;
RESET client_min_messages;

-- Sums of sums, as any second level of aggregation has them: sum(bigint) is
-- numeric, and must not go through floats
SELECT adpipe.stats(100::numeric, 5::numeric, 12345678901234567.89, 1::numeric, 1::numeric, 'EUR');
SELECT adpipe.cpc(spend, clicks, 'EUR') AS one_step, adpipe.cpc(adpipe.stats(impressions, clicks, spend, conversions, value, 'EUR')) AS two_steps
  FROM (SELECT sum(i) AS impressions, sum(c) AS clicks, sum(s) AS spend, sum(n) AS conversions, sum(v) AS value
		  FROM (VALUES (60::bigint, 3::bigint, 12345678901234567.80, 1::bigint, 1::numeric), (40, 2, 0.09, 0, 0)) AS r (i, c, s, n, v)
		 GROUP BY i) AS daily;

-- Every argument of every type, and NULL, and a text without a type: each call
-- finds one form, and no digit is lost on the way
CREATE FUNCTION pg_temp.walk(call text, OUT calls int, OUT wrong int) LANGUAGE plpgsql AS $$
DECLARE
	given text[] := ARRAY['7::smallint', '2147483647', '9007199254740993', '12345678901234567890.123456789012::numeric(38,12)', 'NULL', '''5'''];
	expected text[] := ARRAY['7', '2147483647', '9007199254740993', '12345678901234567890.123456789012', '-', '5'];
	result text;
	a int; b int; c int; d int; e int;
BEGIN
	calls := 0;
	wrong := 0;
	FOR a IN 1 .. 6 LOOP FOR b IN 1 .. 6 LOOP FOR c IN 1 .. 6 LOOP FOR d IN 1 .. 6 LOOP FOR e IN 1 .. 6 LOOP
		calls := calls + 1;
		BEGIN
			EXECUTE format(call, given[a], given[b], given[c], given[d], given[e]) INTO result;
		EXCEPTION WHEN OTHERS THEN
			result := SQLERRM;
		END;
		IF result IS DISTINCT FROM concat_ws(':', 'adstats:1:EUR', expected[a], expected[b], expected[c], expected[d], expected[e])
			AND result IS DISTINCT FROM 'adstats:1:-:-:-:-:-:-'
		THEN
			wrong := wrong + 1;
			RAISE WARNING '%: %', format(call, given[a], given[b], given[c], given[d], given[e]), result;
		END IF;
	END LOOP; END LOOP; END LOOP; END LOOP; END LOOP;
END
$$;
SELECT * FROM pg_temp.walk('SELECT adpipe.stats(%s, %s, %s, %s, %s, ''EUR'')');
SELECT * FROM pg_temp.walk('SELECT adpipe.adstats(%s, %s, %s, %s, %s, ''EUR'')');

-- Columns of every type in every place, many rows with NULLs: sums and KPIs are
-- the same to the last digit, and so are those of a sliding window
SELECT setseed(0.10);
CREATE TEMP TABLE mixed AS
SELECT i, i % 3 AS g,
	   CASE WHEN random() < 0.9 THEN (random() * 65000 - 32000)::smallint END AS s,
	   CASE WHEN random() < 0.9 THEN (random() * 4e9 - 2e9)::integer END AS i4,
	   CASE WHEN random() < 0.9 THEN (random() * 1.8e19 - 9e18)::bigint END AS b,
	   CASE WHEN random() < 0.9 THEN (random()::numeric * 1e23 + random()::numeric)::numeric(38,12) END AS n
  FROM generate_series(1, 40) AS i;
CREATE FUNCTION pg_temp.compare(OUT mixes int, OUT wrong_sums int, OUT wrong_kpis int, OUT wrong_frames int) LANGUAGE plpgsql AS $$
DECLARE
	columns text[] := ARRAY['s', 'i4', 'b', 'n'];
	i text; c text; s text; n text; v text;
	sums int;
	kpis int;
	frames int;
BEGIN
	mixes := 0;
	wrong_sums := 0;
	wrong_kpis := 0;
	wrong_frames := 0;
	FOREACH i IN ARRAY columns LOOP FOREACH c IN ARRAY columns LOOP FOREACH s IN ARRAY columns LOOP
	FOREACH n IN ARRAY columns LOOP FOREACH v IN ARRAY columns LOOP
		mixes := mixes + 1;
		EXECUTE format($query$
			SELECT count(*) FILTER (WHERE ROW(adpipe.impressions(t), adpipe.clicks(t), adpipe.spend(t), adpipe.conversions(t),
						adpipe.conversions_value(t))::text IS DISTINCT FROM sums),
				   count(*) FILTER (WHERE ROW(adpipe.ctr(t), adpipe.cpc(t), adpipe.cpm(t), adpipe.cpa(t), adpipe.cvr_click(t),
						adpipe.roas(t), adpipe.roi(t), adpipe.aov(t))::text IS DISTINCT FROM kpis),
				   count(*) FILTER (WHERE framed::text IS DISTINCT FROM t::text)
			  FROM (SELECT g, adpipe.stats(%1$s, %2$s, %3$s, %4$s, %5$s, 'EUR') AS t,
						   ROW(sum(%1$s), sum(%2$s), sum(%3$s), sum(%4$s), sum(%5$s))::text AS sums,
						   ROW(adpipe.ctr(%2$s, %1$s), adpipe.cpc(%3$s, %2$s, 'EUR'), adpipe.cpm(%3$s, %1$s, 'EUR'),
							   adpipe.cpa(%3$s, %4$s, 'EUR'), adpipe.cvr_click(%4$s, %2$s), adpipe.roas(%5$s, %3$s, 'EUR'),
							   adpipe.roi(%5$s, %3$s, 'EUR'), adpipe.aov(%5$s, %4$s, 'EUR'))::text AS kpis
					  FROM mixed GROUP BY g) AS a
			  JOIN (SELECT DISTINCT ON (g) g, adpipe.stats(%1$s, %2$s, %3$s, %4$s, %5$s, 'EUR')
							OVER (PARTITION BY g ORDER BY i ROWS BETWEEN 14 PRECEDING AND CURRENT ROW) AS framed
					  FROM mixed ORDER BY g, i DESC) AS f USING (g)$query$, i, c, s, n, v) INTO sums, kpis, frames;
		wrong_sums := wrong_sums + sums;
		wrong_kpis := wrong_kpis + kpis;
		wrong_frames := wrong_frames + frames;
	END LOOP; END LOOP; END LOOP; END LOOP; END LOOP;
END
$$;
SELECT * FROM pg_temp.compare();

-- A real has a shorter text than the double that the server would make of it
SELECT r, r::double precision AS as_double,
	   adpipe.roas(r, 1) AS numerator, adpipe.roas(1, r) AS denominator, adpipe.roas(r, r) AS both,
	   adpipe.roas(r, 1::double precision) AS beside_double, adpipe.roas(r, 1::bigint) AS beside_bigint, adpipe.roas(r, 1.0) AS beside_numeric
  FROM unnest(ARRAY[0.1, 12345.67, -0.000001, 8388608.5, 1e20]::real[]) WITH ORDINALITY AS v (r, place)
 GROUP BY r, place ORDER BY place;
SELECT adpipe.stats(100, 5, 0.1::real, 0.2::real, 0.3::real, 'EUR') AS integers,
	   adpipe.stats(100::bigint, 9007199254740993, 0.1::real, 2, 0.3, 'EUR') AS bigints,
	   adpipe.stats(100::real, 5::real, 1, 0.2::real, 0.3::float8) AS mixed,
	   adpipe.adstats(100, 5, 0.1::real, 0.2::float8, 0.3::real) AS made;
SELECT adpipe.conversions_value(adpipe.stats(1, 1, 0, 0, v)) AS stats, adpipe.arpu(v, 1) * 1.0 / 10 AS ratio
  FROM (SELECT 0.1::real AS v FROM generate_series(1, 10)) AS tenths;
SELECT value FROM adpipe.attribution((SELECT adpipe.journeys('u', '2026-01-01', 'search', true, 0.1::real)), 'last');
SELECT setseed(0.8);
SELECT count(*) AS reals,
	   count(*) FILTER (WHERE adpipe.spend(adpipe.adstats(0, 0, r, 0, 0)) IS DISTINCT FROM round(r::text::numeric, 12)) AS wrong
  FROM (SELECT ((random() - 0.5) * 10.0 ^ (random() * 30 - 10)::int)::real FROM generate_series(1, 20000)) AS v (r);
SELECT adpipe.roas(r, 1) FROM (VALUES ('NaN'::real)) AS v (r);
SELECT adpipe.roas(1, r) FROM (VALUES ('-Infinity'::real)) AS v (r);
