-- Anomaly scores by median and median absolute deviation.
SET client_min_messages = warning;
CREATE EXTENSION IF NOT EXISTS adpipe;
RESET client_min_messages;
SET extra_float_digits = -3;


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
CREATE FUNCTION pg_temp.digits(v float8, decimals int) RETURNS numeric LANGUAGE sql AS
	$$SELECT round(v::numeric, decimals)$$;

-- Iglewicz and Hoaglin's modified z-score as in the NIST/SEMATECH e-Handbook,
-- 1.3.5.17: median 2.2, MAD 0.1, scores of 9.9 and 2.0
SELECT v, pg_temp.digits(adpipe.anomaly_score(v, ARRAY[2.1, 2.3, 2.0, 2.2, 2.4, 2.1, 9.9]), 4) AS score
  FROM unnest(ARRAY[9.9, 2.0, 2.2]) AS v;
-- MAD by a score of 1 per spread: R's mad(1:9) is 2.9652, the raw MAD of
-- {1,1,2,2,4,6,9} is 1
SELECT pg_temp.digits((15 - 5) / adpipe.anomaly_score(15, ARRAY[1, 2, 3, 4, 5, 6, 7, 8, 9]), 4) AS mad_1_to_9,
	   pg_temp.digits(0.6744897501960817 * (12 - 2) / adpipe.anomaly_score(12, ARRAY[1, 1, 2, 2, 4, 6, 9]), 4) AS raw_mad;
-- MAD is 0: by the mean absolute deviation, here (0+0+0+0+5)/5 = 1, so 0.7978845608 * 5
SELECT pg_temp.digits(adpipe.anomaly_score(10, ARRAY[5, 5, 5, 5, 10]), 9) AS fallback,
	   adpipe.anomaly_score(10, ARRAY[5, 5, 5]) IS NULL AS no_spread,
	   adpipe.anomaly_score(5, ARRAY[5, 5, 5]) IS NULL AS no_spread,
	   adpipe.anomaly_score(5, ARRAY[5]) IS NULL AS one,
	   adpipe.anomaly_score(5, '{}') IS NULL AS none, adpipe.anomaly_score(5, ARRAY[NULL, NULL]::float8[]) IS NULL AS nulls,
	   adpipe.anomaly_score(NULL, ARRAY[1, 2]) IS NULL AS no_value, adpipe.anomaly_score(1, NULL) IS NULL AS no_reference,
	   adpipe.anomaly_score(4, ARRAY[1, NULL, 2, NULL, 3]) = adpipe.anomaly_score(4, ARRAY[[3, 2, 1]]) AS nulls_left_out;

-- The same in plain SQL, for random samples
CREATE FUNCTION pg_temp.score(v float8, reference float8[]) RETURNS float8 LANGUAGE sql AS $$
	WITH m AS (SELECT percentile_cont(0.5) WITHIN GROUP (ORDER BY x) AS median FROM unnest(reference) AS x),
		 d AS (SELECT percentile_cont(0.5) WITHIN GROUP (ORDER BY abs(x - median)) AS mad, avg(abs(x - median)) AS mean
				 FROM unnest(reference) AS x, m)
	SELECT COALESCE(0.6744897501960817 * (v - median) / NULLIF(mad, 0), 0.7978845608028654 * (v - median) / NULLIF(mean, 0))
	  FROM m, d
$$;
SELECT setseed(0.2);
CREATE TEMP TABLE series AS
SELECT c AS campaign, day, CASE WHEN random() < 0.9 THEN round((random() * 100 * CASE WHEN random() < 0.1 THEN 5 ELSE 1 END)::numeric, 2) END AS spend,
	   floor(n * (0.02 + random() * 0.02))::int AS x, n
  FROM generate_series(1, 5) AS c, generate_series(date '2026-01-01', '2026-06-30', '1 day') AS day,
	   LATERAL (SELECT 30 + floor(random() * 1000)::int + 0 * c AS n) AS trials;
CREATE TEMP TABLE scored AS
SELECT *, adpipe.anomaly_score(spend) OVER w AS score, array_agg(spend) OVER w AS reference
  FROM series
WINDOW w AS (PARTITION BY campaign ORDER BY day RANGE BETWEEN '28 days' PRECEDING AND '1 day' PRECEDING);
SELECT count(*) AS rows, count(score) > 700 AS most_scored,
	   count(*) FILTER (WHERE abs(score - pg_temp.score(spend, reference)) > 1e-9 * abs(score)) AS wrong,
	   count(*) FILTER (WHERE (score IS NULL) <> (pg_temp.score(spend, reference) IS NULL)) AS wrong_nulls,
	   count(*) FILTER (WHERE score IS DISTINCT FROM adpipe.anomaly_score(spend, reference)) AS not_the_array_form
  FROM scored;
-- order of the reference, and a shift or another unit of everything, change nothing
SELECT count(*) FILTER (WHERE abs(score - adpipe.anomaly_score(spend, ARRAY(SELECT r FROM unnest(reference) AS r ORDER BY r DESC))) > 1e-12) AS ordered,
	   count(*) FILTER (WHERE abs(score - adpipe.anomaly_score(1000 + spend * 4, ARRAY(SELECT 1000 + r * 4 FROM unnest(reference) AS r))) > 1e-9 * (1 + abs(score))) AS shifted
  FROM scored;

-- Frames: the whole partition, an empty one, the current row left out
SELECT day, adpipe.anomaly_score(v) OVER () AS among_all,
	   adpipe.anomaly_score(v) OVER (ORDER BY day ROWS BETWEEN 3 PRECEDING AND 1 PRECEDING) AS past,
	   adpipe.anomaly_score(v) OVER (ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING EXCLUDE CURRENT ROW) AS others
  FROM (VALUES (1, 2.1), (2, 2.3), (3, NULL), (4, 2.2), (5, 9.9)) AS t (day, v);

-- Season: the same weekday of the last eight weeks.  Weekends are high here,
-- which alarms against the last four weeks and not against weekends.
CREATE TEMP TABLE weeks AS
SELECT day::date, CASE WHEN extract(isodow FROM day) >= 6 THEN 500 ELSE 100 END
	   + (extract(doy FROM day)::int * 7 % 11) + CASE WHEN day = '2026-03-04' THEN 90 ELSE 0 END AS spend
  FROM generate_series(date '2026-01-01', '2026-03-31', '1 day') AS day;
SELECT count(*) AS days, count(*) FILTER (WHERE abs(flat) > 3.5) AS flat_alarms, count(*) FILTER (WHERE abs(seasonal) > 3.5) AS seasonal_alarms,
	   min(day) FILTER (WHERE abs(seasonal) > 3.5) AS the_day
  FROM (SELECT day, adpipe.anomaly_score(spend) OVER (ORDER BY day RANGE BETWEEN '28 days' PRECEDING AND '1 day' PRECEDING) AS flat,
			   adpipe.anomaly_score(spend) OVER (PARTITION BY extract(isodow FROM day) ORDER BY day RANGE BETWEEN '56 days' PRECEDING AND '1 day' PRECEDING) AS seasonal
		  FROM weeks) AS s
 WHERE day >= '2026-03-01';

-- Rates: the spread is never below what chance does.  By hand: the frame of
-- the last row has rates .01 .01 .01 .02, median .01, MAD 0, mean absolute
-- deviation .0025; pooled 500/40000 = .0125.  For 20 impressions the floor
-- sqrt(.0125 * .9875 / 20) = .024843 is wider, for a million it is not.
SELECT x, n, pg_temp.digits(score, 6) AS score, pg_temp.digits(CASE n WHEN 20 THEN (x / n::float8 - .01) / sqrt(.0125 * .9875 / 20)
	   ELSE .7978845608028654 * (x / n::float8 - .01) / .0025 END, 6) AS by_hand
  FROM (SELECT t, x, n, adpipe.rate_anomaly_score(x, n) OVER (PARTITION BY t ORDER BY i ROWS BETWEEN 4 PRECEDING AND 1 PRECEDING) AS score, i
		  FROM (VALUES (1, 20), (50000, 1000000)) AS today (x5, n5),
			   LATERAL (VALUES (1, 100, 10000), (2, 100, 10000), (3, 100, 10000), (4, 200, 10000), (5, x5, n5)) AS v (i, x, n),
			   LATERAL (SELECT n5 AS t) AS key) AS s
 WHERE i = 5 ORDER BY n;
-- rows without a rate, no trials today, no spread and no chance, a rate above 1
SELECT i, x, n, adpipe.rate_anomaly_score(x, n) OVER (ORDER BY i ROWS BETWEEN 3 PRECEDING AND 1 PRECEDING) AS score
  FROM (VALUES (1, 1, 10), (2, NULL, 10), (3, 2, NULL), (4, 3, 10), (5, 0, 0), (6, 12, 10), (7, 0, 10), (8, 0, 10), (9, 0, 10), (10, 0, 10), (11, 3, 10)) AS v (i, x, n);
SELECT count(*) AS rows, count(*) FILTER (WHERE abs(score) > abs(plain) * (1 + 1e-12)) AS above_plain, count(*) FILTER (WHERE score <> plain) > 100 AS floor_at_work
  FROM (SELECT adpipe.rate_anomaly_score(x, n) OVER w AS score, adpipe.anomaly_score(x / n::float8) OVER w AS plain
		  FROM series WINDOW w AS (PARTITION BY campaign ORDER BY day ROWS BETWEEN 28 PRECEDING AND 1 PRECEDING)) AS s;

-- Refused; huge and tiny values
SELECT call, pg_temp.outcome('SELECT adpipe.' || call)
  FROM unnest(ARRAY['anomaly_score(''NaN'', ARRAY[1, 2])', 'anomaly_score(''Infinity'', ARRAY[1, 2])', 'anomaly_score(1, ARRAY[1, ''-Infinity'']::float8[])',
	'anomaly_score(1, ARRAY[1, ''NaN'']::float8[])', 'anomaly_score(''NaN'') OVER ()', 'rate_anomaly_score(1, ''NaN'') OVER ()',
	'rate_anomaly_score(-1, 5) OVER ()', 'rate_anomaly_score(1, 0.5) OVER ()', 'rate_anomaly_score(1, ''Infinity'') OVER ()',
	'anomaly_score(1.7e308, ARRAY[-1.7e308, -1.6e308, -1.5e308])', 'anomaly_score(1e308, ARRAY[1, 2, 3])',
	'anomaly_score(1e308, ARRAY[5e-324, 1e-323, 0])', 'anomaly_score(-1.7e308, ARRAY[1.7e308, 1.7e308, -1.7e308])',
	'anomaly_score(1e-323, ARRAY[5e-324, 1e-323, 0])']) AS call;
CREATE TEMP TABLE extremes AS
SELECT unnest(ARRAY[0, 1, -1, 5e-324, 1e-300, 1e300, 1.7e308, -1.7e308]::float8[]) AS v;
SELECT count(*) AS calls, count(*) FILTER (WHERE result !~ '^[-+0-9.e]+$|^NULL$|^220[02]3 ') AS not_finite
  FROM extremes AS a, extremes AS b, extremes AS c, extremes AS d,
	   pg_temp.outcome(format('SELECT adpipe.anomaly_score(%L, %L)', a.v, ARRAY[b.v, c.v, d.v])) AS result;

-- Every number type
SELECT t AS type, pg_temp.outcome(format('SELECT round(adpipe.anomaly_score(9::%s, array_agg(v::%1$s))::numeric, 6) FROM generate_series(1, 5) AS v', t))
  FROM unnest(ARRAY['smallint', 'int', 'bigint', 'numeric', 'real', 'float8']) AS t;
