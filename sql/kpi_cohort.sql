-- adpipe.cohort_roas, ltv_curve and payback_day: ratios of sums by cohort day.
SET client_min_messages = warning;
CREATE EXTENSION IF NOT EXISTS adpipe;
RESET client_min_messages;

-- Three cohorts: one is a day younger, the organic one has no cost.
CREATE TABLE cohorts (install date, source text, cohort_day integer, users bigint, spend numeric, revenue numeric, currency text);
INSERT INTO cohorts VALUES
	('2026-11-01', 'ads', 0, 10, 40.00, 10.00, 'EUR'), ('2026-11-01', 'ads', 1, 10, 40.00, 30.00, 'EUR'), ('2026-11-01', 'ads', 2, 10, 40.00, 44.00, 'EUR'),
	('2026-11-01', 'organic', 0, 30, NULL, 30.00, 'EUR'), ('2026-11-01', 'organic', 1, 30, NULL, 60.00, 'EUR'), ('2026-11-01', 'organic', 2, 30, NULL, 60.00, 'EUR'),
	('2026-11-02', 'ads', 0, 20, 60.00, 10.00, 'EUR'), ('2026-11-02', 'ads', 1, 20, 60.00, 45.00, 'EUR');

-- one day at a time: day 2 is over for the older cohort only
SELECT cohort_day, adpipe.cohort_roas(revenue, spend, cohort_day, currency), count(*) FROM cohorts GROUP BY 1 ORDER BY 1;
SELECT source, adpipe.cohort_roas(revenue, spend, cohort_day, currency) FROM cohorts WHERE cohort_day = 1 GROUP BY 1 ORDER BY 1;
SELECT adpipe.cohort_roas(revenue, spend, cohort_day) FILTER (WHERE cohort_day = 0) AS d0, adpipe.cohort_roas(revenue, spend, cohort_day) FILTER (WHERE cohort_day = 1) AS d1 FROM cohorts;
-- the subscript is the day
SELECT adpipe.ltv_curve(revenue, users, cohort_day, currency) AS curve, (adpipe.ltv_curve(revenue, users, cohort_day, currency))[2] AS d2 FROM cohorts;
SELECT install, adpipe.ltv_curve(revenue, users, cohort_day) FROM cohorts GROUP BY 1 ORDER BY 1;
SELECT install, adpipe.payback_day(revenue, spend, cohort_day, currency) FROM cohorts GROUP BY 1 ORDER BY 1;
SELECT source, adpipe.payback_day(revenue, spend, cohort_day, currency), max(cohort_day) FROM cohorts GROUP BY 1 ORDER BY 1;

-- two days in one group do not add up, by whatever they come together
SELECT source, adpipe.cohort_roas(revenue, spend, cohort_day, currency) FROM cohorts GROUP BY 1;
\echo :LAST_ERROR_SQLSTATE
SELECT adpipe.cohort_roas(revenue, spend, cohort_day) FROM cohorts WHERE cohort_day IN (2, 0);
\echo :LAST_ERROR_SQLSTATE
SELECT adpipe.cohort_roas(revenue, spend, cohort_day) OVER (ORDER BY cohort_day) FROM cohorts WHERE source = 'ads';
\echo :LAST_ERROR_SQLSTATE
SELECT cohort_day, adpipe.cohort_roas(revenue, spend, cohort_day) OVER (PARTITION BY cohort_day) AS roas FROM cohorts WHERE source = 'ads' ORDER BY 1;

-- what is not known is in neither sum; nothing to divide by is NULL
SELECT adpipe.cohort_roas(r, s, d), adpipe.ltv_curve(r, s, d), adpipe.payback_day(r, s, d)
  FROM (VALUES (5.0, 10.0, 1), (NULL, 90.0, 1), (95.0, NULL, 1), (99.0, 1.0, NULL)) AS v (r, s, d);
SELECT adpipe.cohort_roas(r, s, d), adpipe.ltv_curve(r, s, d), adpipe.payback_day(r, s, d) FROM (VALUES (5.0, 0.0, 1)) AS v (r, s, d);
SELECT adpipe.cohort_roas(revenue, spend, cohort_day), adpipe.ltv_curve(revenue, users, cohort_day), adpipe.payback_day(revenue, spend, cohort_day) FROM cohorts WHERE false;
-- a refund; money that is exactly covered
SELECT adpipe.ltv_curve(r, 2.0, d), adpipe.payback_day(r, 3.0, d) FROM (VALUES (4.0, 1), (-1.0, 0), (3.0, 2)) AS v (r, d);
SELECT adpipe.payback_day(r, 0.3, d) FROM (VALUES (0.1 + 0.2, 5), (0.29, 4)) AS v (r, d);
-- any mix of number types, without casts
SELECT adpipe.cohort_roas(3, 2.0, 7), adpipe.cohort_roas(3::bigint, 2, 7, 'USD'), adpipe.cohort_roas(0.1::double precision, 0.2, 7), adpipe.payback_day(3::smallint, 2::real, 7::smallint);

-- two currencies; a cohort day that is out of range
SELECT adpipe.ltv_curve(1, 1, n, CASE n WHEN 0 THEN 'EUR' ELSE 'USD' END) FROM generate_series(0, 1) AS n;
\echo :LAST_ERROR_SQLSTATE
SELECT adpipe.cohort_roas(1, 1, n, CASE n % 2 WHEN 1 THEN 'EUR' END) FILTER (WHERE n <> 0), adpipe.payback_day(1, 1, 1, currency) FROM generate_series(1, 1) AS n, (VALUES ('EUR'), (NULL)) AS c (currency);
\echo :LAST_ERROR_SQLSTATE
SELECT adpipe.payback_day(1, 1, -1);
\echo :LAST_ERROR_SQLSTATE
SELECT adpipe.ltv_curve(1, 1, 3651);
\echo :LAST_ERROR_SQLSTATE
SELECT adpipe.cohort_roas('NaN'::numeric, 1, 0);
\echo :LAST_ERROR_SQLSTATE

-- parts of a group that meet in a parallel plan
CREATE TABLE many_cohorts AS
	SELECT g, d, (g + 1) * (d + 1)::numeric AS revenue, 100::numeric AS spend, 'EUR'::text AS currency
	  FROM generate_series(0, 199) AS g, generate_series(0, 180) AS d;
ANALYZE many_cohorts;
BEGIN;
SET LOCAL min_parallel_table_scan_size = 0;
SET LOCAL parallel_setup_cost = 0;
SET LOCAL parallel_tuple_cost = 0;
SET LOCAL max_parallel_workers_per_gather = 3;
EXPLAIN (COSTS OFF) SELECT adpipe.ltv_curve(revenue, spend, d, currency), adpipe.payback_day(revenue, spend, d, currency) FROM many_cohorts;
SELECT (adpipe.ltv_curve(revenue, spend, d, currency))[0:3] AS start, cardinality(adpipe.ltv_curve(revenue, spend, d, currency)) AS days, adpipe.payback_day(revenue, spend, d, currency) FROM many_cohorts;
SELECT adpipe.cohort_roas(revenue, spend, d, currency) FROM many_cohorts WHERE d = 180;
\set VERBOSITY terse
SELECT adpipe.cohort_roas(revenue, spend, d, currency) IS NULL FROM many_cohorts WHERE d IN (100, 101);
\set VERBOSITY default
\echo :LAST_ERROR_SQLSTATE
ROLLBACK;
-- the same, in one process and by plain SQL
SELECT (adpipe.ltv_curve(revenue, spend, d, currency))[180] = sum(revenue) FILTER (WHERE d = 180) / sum(spend) FILTER (WHERE d = 180) AS same FROM many_cohorts;

DROP TABLE cohorts, many_cohorts;
