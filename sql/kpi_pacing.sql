-- Budget pacing.
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

-- Half of the money in a third of the time; on plan; behind; over; not begun.
-- By hand: 500/1000/(10/30) = 1.5, 500/(10/30) = 1500, 500/20 = 25, 500/50 = 10.
SELECT case_name, round(elapsed, 4) AS elapsed, round(adpipe.pacing(spent, budget, elapsed), 4) AS pacing,
	   round(adpipe.projected_spend(spent, elapsed), 2) AS projected,
	   round(adpipe.remaining_daily(spent, budget, last_day - today + 1), 2) AS remaining_daily,
	   round(adpipe.days_to_exhaustion(spent, budget, daily), 2) AS days_to_exhaustion
  FROM (VALUES ('fast', 500, 1000, date '2026-06-11', 50), ('on plan', 500, 1000, '2026-06-16', 500 / 15.0),
			   ('slow', 100.50, 1000, '2026-06-16', 6.7), ('overspent', 1200, 1000, '2026-06-21', 60),
			   ('first day', 20, 1000, '2026-06-01', 20), ('last day', 970, 1000, '2026-06-30', 32),
			   ('over', 970, 1000, '2026-07-01', 0), ('long over', 970, 1000, '2026-08-01', 0),
			   ('to come', 0, 1000, '2026-05-20', 0), ('no budget', 10, 0, '2026-06-11', 10),
			   ('credits', -10, 1000, '2026-06-16', 5)) AS v (case_name, spent, budget, today, daily),
	   (SELECT date '2026-06-01' AS first_day, date '2026-06-30' AS last_day) AS june,
	   adpipe.elapsed_fraction(first_day, last_day, today) AS elapsed;

-- The fraction of days: complete ones of all, both ends included
SELECT f, l, t, adpipe.elapsed_fraction(f, l, t)
  FROM (VALUES (date '2026-06-01', date '2026-06-04', date '2026-06-01'), ('2026-06-01', '2026-06-04', '2026-06-02'),
			   ('2026-06-01', '2026-06-04', '2026-06-04'), ('2026-06-01', '2026-06-04', '2026-06-05'),
			   ('2026-06-01', '2026-06-01', '2026-06-01'), ('2026-06-01', '2026-06-01', '2026-06-02'),
			   ('2026-06-04', '2026-06-01', '2026-06-02'), ('2026-06-01', 'infinity', '2026-06-02'),
			   ('-infinity', '2026-06-01', '2026-06-02'), ('2026-06-01', '2026-06-04', 'infinity'),
			   ('2026-06-01', '2026-06-04', '-infinity'), (NULL, '2026-06-04', '2026-06-02'),
			   ('4713-01-01 BC', '5874897-12-31', '2026-06-01')) AS v (f, l, t);

-- A delivery curve in place of days: 70 % of the spend is planned for the
-- second half, so half of the time is 30 % of the plan
SELECT round(adpipe.pacing(300, 1000, 0.3), 2) AS by_curve, round(adpipe.pacing(300, 1000, 0.5), 2) AS by_days,
	   adpipe.pacing(970, 1000, 1.5) = 0.97 AS final_ratio, adpipe.projected_spend(970, 7) = 970 AS final_spend;

-- NULL, zero
SELECT call, pg_temp.outcome('SELECT adpipe.' || call)
  FROM unnest(ARRAY['pacing(NULL, 1, 1)', 'pacing(1, NULL, 1)', 'pacing(1, 1, NULL)', 'pacing(1, 0, 1)', 'pacing(1, 1, 0)',
	'projected_spend(NULL, 1)', 'projected_spend(1, 0)', 'remaining_daily(1, NULL, 1)', 'remaining_daily(1, 5, 0)',
	'remaining_daily(1, 0, 4)', 'remaining_daily(1, 5, -2)', 'days_to_exhaustion(1, 5, -2)', 'days_to_exhaustion(1, 5, 0)', 'days_to_exhaustion(5, 5, 1)', 'days_to_exhaustion(0, 0, 1)']) AS call;

-- Refused
SELECT call, pg_temp.outcome('SELECT adpipe.' || call)
  FROM unnest(ARRAY['pacing(''NaN'', 1, 1)', 'pacing(1, ''Infinity'', 1)', 'pacing(1, 1, ''-Infinity'')',
	'pacing(1, -1, 1)', 'pacing(1, 1, -0.1)', 'projected_spend(''Infinity'', 1)', 'projected_spend(1, ''NaN'')',
	'remaining_daily(1, -5, 2)', 'remaining_daily(1, 5, ''-Infinity'')', 'days_to_exhaustion(1, -5, 2)', 'days_to_exhaustion(1, 5, ''NaN'')',
	'projected_spend(9e131071, 1e-16383)']) AS call;

-- No combination gives anything but a finite number, NULL or such an error
CREATE TEMP TABLE extremes AS
SELECT unnest(ARRAY['NULL', '0', '1', '-1', '1e-16383', '1e131071', '-1e131071', '''NaN''', '''Infinity''', '''-Infinity''']) AS v;
SELECT count(*) AS calls, count(*) FILTER (WHERE result !~ '^-?[0-9.]+$|^NULL$|^220[02]3 ') AS not_finite
  FROM extremes AS a, extremes AS b, extremes AS c,
	   unnest(ARRAY['pacing(%s, %s, %s)', 'projected_spend(%s, %s)', 'remaining_daily(%s, %s, %s)', 'days_to_exhaustion(%s, %s, %s)']) AS call,
	   pg_temp.outcome('SELECT adpipe.' || format(call, a.v, b.v, c.v)) AS result
 WHERE call NOT LIKE 'projected%' OR c.v = '0';

-- Per campaign, from daily rows
SELECT campaign, budget, sum(spend) AS spent,
	   round(adpipe.pacing(sum(spend), budget, 0.5), 2) AS pacing,
	   round(adpipe.days_to_exhaustion(sum(spend), budget, avg(spend) FILTER (WHERE day > 8)), 1) AS days_left
  FROM (SELECT c AS campaign, 1000.00 * c AS budget, day, 40.25 * c + day AS spend
		  FROM generate_series(1, 3) AS c, generate_series(1, 15) AS day) AS daily
 GROUP BY campaign, budget ORDER BY campaign;
SELECT proname, provolatile, proparallel, proisstrict FROM pg_proc
 WHERE pronamespace IN ('adpipe'::regnamespace, 'adpipe_internal'::regnamespace)
   AND proname IN ('pacing', 'projected_spend', 'remaining_daily', 'days_to_exhaustion', 'elapsed_fraction', 'pacing_argument')
 ORDER BY 1;
