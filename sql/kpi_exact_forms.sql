-- Exact whatever the types: stats(), the KPIs of one step and sum() agree in every
-- mix of smallint to numeric(38,12).
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
-- finds one form, and no digit is lost on the way.  Where one is double precision, the
-- others may be taken as that, but never whole counts of stats().
CREATE FUNCTION pg_temp.walk(function text, OUT calls int, OUT wrong int) LANGUAGE plpgsql AS $$
DECLARE
	given text[] := ARRAY['7::smallint', '2147483647', '9007199254740993', '12345678901234567890.123456789012::numeric(38,12)', 'NULL', '''5''', '0.1::float8'];
	expected text[] := ARRAY['7', '2147483647', '9007199254740993', '12345678901234567890.123456789012', NULL, '5', '0.1'];
	numeric_type constant int := 4;
	float_type constant int := 7;
	types int[];
	call text;
	want text[];
	got text[];
BEGIN
	calls := 0;
	wrong := 0;
	FOR types IN
		SELECT ARRAY[a, b, c, d, e]
		  FROM generate_series(1, 7) AS a, generate_series(1, 7) AS b, generate_series(1, 7) AS c,
			   generate_series(1, 7) AS d, generate_series(1, 7) AS e
	LOOP
		calls := calls + 1;
		SELECT format('adpipe.%s(%s, ''EUR'')', function, string_agg(given[t], ', ' ORDER BY n)), array_agg(expected[t] ORDER BY n)
		  INTO call, want FROM unnest(types) WITH ORDINALITY AS m (t, n);
		BEGIN
			EXECUTE format($query$SELECT string_to_array(%s::text, ':', '-')$query$, call) INTO got;
			IF float_type = ANY (types) AND got[4:8]::float8[] = want::float8[]
				AND (function <> 'stats' OR GREATEST(types[1], types[2]) >= numeric_type OR got[4:5] = want[1:2])
			THEN
				got := got[1:3] || want;
			END IF;
		EXCEPTION WHEN OTHERS THEN
			got := ARRAY[SQLERRM];
		END;
		IF got IS DISTINCT FROM ARRAY['adstats', '1', CASE WHEN array_remove(want, NULL) <> '{}' THEN 'EUR' END] || want THEN
			wrong := wrong + 1;
			RAISE WARNING '%: %', call, got;
		END IF;
	END LOOP;
END
$$;
SELECT * FROM pg_temp.walk('stats');
SELECT * FROM pg_temp.walk('adstats');

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

-- Each ratio has three forms, each with a currency, too, where one side is money;
-- stats() has six of both kinds, adstats() three, journeys() three for each type of id
SELECT forms, forms_with_currency, count(*) AS ratios
  FROM (SELECT count(*) FILTER (WHERE p.pronargs = 2) AS forms, count(*) FILTER (WHERE p.pronargs = 3) AS forms_with_currency
		  FROM pg_proc AS p JOIN pg_aggregate AS a ON a.aggfnoid = p.oid
		 WHERE p.pronamespace = 'adpipe'::regnamespace AND a.aggtranstype = 'adpipe.ratio_state'::regtype
		 GROUP BY p.proname) AS r
 GROUP BY forms, forms_with_currency ORDER BY forms_with_currency;
SELECT proname, pronargs, count(*) AS forms
  FROM pg_proc WHERE pronamespace = 'adpipe'::regnamespace AND proname IN ('stats', 'adstats', 'journeys') AND prokind IN ('a', 'f')
 GROUP BY proname, pronargs ORDER BY proname, pronargs;
SELECT oid::regprocedure AS form
  FROM pg_proc WHERE pronamespace = 'adpipe'::regnamespace AND (proname IN ('ctr', 'cpc') AND prokind = 'a' OR proname IN ('stats', 'adstats'))
 ORDER BY proname, pronargs, oid;
SELECT count(*) AS forms_of_real FROM pg_proc WHERE pronamespace = 'adpipe'::regnamespace AND 'real'::regtype = ANY (proargtypes);

-- A real is double precision before a KPI sees it, and counts with the digits of
-- that.  Its text has the digits that the server prints; its cast to numeric has
-- no more than six.
SELECT r, r::double precision AS as_double, r::numeric AS as_numeric,
	   adpipe.arpu(r, 1) AS arpu, adpipe.arpu(r::numeric, 1) AS of_numeric, adpipe.arpu(r::text::numeric, 1) AS of_text
  FROM unnest(ARRAY[0.1, 12345.67, -0.000001, 8388608.5]::real[]) WITH ORDINALITY AS v (r, place)
 GROUP BY r, place ORDER BY place;
SELECT adpipe.stats(100, 5, r, 1, r, 'EUR') AS stats, adpipe.stats(100, 5, r::text::numeric, 1, r::text::numeric, 'EUR') AS stats_of_text
  FROM (VALUES (0.1::real)) AS v (r);
SELECT adpipe.adstats(100, 5, r, 1, r, 'EUR') AS made, adpipe.adstats(100, 5, r::text::numeric, 1, r::text::numeric, 'EUR') AS made_of_text
  FROM (VALUES (0.1::real)) AS v (r);
SELECT adpipe.journeys('u', '2000-01-01', 'search', true, r) AS journeys, adpipe.journeys('u', '2000-01-01', 'search', true, r::text::numeric) AS journeys_of_text
  FROM (VALUES (0.1::real)) AS v (r);
SELECT setseed(0.8);
SELECT count(*) AS reals,
	   count(*) FILTER (WHERE adpipe.spend(adpipe.adstats(0, 0, r::text::numeric, 0, 0)) IS DISTINCT FROM round(r::text::numeric, 12)) AS wrong_of_text,
	   count(*) FILTER (WHERE adpipe.spend(adpipe.adstats(0, 0, r, 0, 0)) IS DISTINCT FROM round(r::float8::text::numeric, 12)) AS not_as_double,
	   count(*) FILTER (WHERE r::numeric::real <> r) > 0 AS cast_loses_digits
  FROM (SELECT ((random() - 0.5) * 10.0 ^ (random() * 30 - 10)::int)::real FROM generate_series(1, 20000)) AS v (r);
SELECT adpipe.roas(r, 1) FROM (VALUES ('NaN'::real)) AS v (r);
SELECT adpipe.roas(1, r) FROM (VALUES ('-Infinity'::real)) AS v (r);
