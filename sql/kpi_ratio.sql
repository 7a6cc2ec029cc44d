-- Ratio KPIs: definitions, NULL rules, grouping.
SET client_min_messages = warning;
CREATE EXTENSION IF NOT EXISTS adpipe;
RESET client_min_messages;

-- The ratio of the sums, not the mean of the ratios: 1050 / 101000, not 3 %
CREATE TEMP TABLE days (day int, impressions bigint, clicks bigint,
	spend numeric(12,2), conversions numeric, conversions_value numeric);
INSERT INTO days VALUES
	(1, 1000, 50, 12.50, 2, 40),
	(2, 100000, 1000, 300.25, 7.5, 561.7);
SELECT adpipe.ctr(clicks, impressions),
	   round(avg(clicks::numeric / impressions), 4) AS mean_of_ratios
  FROM days;

-- All six, digit for digit what the server's division gives
SELECT adpipe.ctr(clicks, impressions)
	   , adpipe.ctr(clicks, impressions)::text
		= (sum(clicks) / sum(impressions))::text AS same
	   , adpipe.cpc(spend, clicks)
	   , adpipe.cpc(spend, clicks)::text
		= (sum(spend) / sum(clicks))::text AS same
	   , adpipe.cpm(spend, impressions)
	   , adpipe.cpm(spend, impressions)::text
		= (1000 * sum(spend) / sum(impressions))::text AS same
  FROM days;
SELECT adpipe.cpa(spend, conversions)
	   , adpipe.cpa(spend, conversions)::text
		= (sum(spend) / sum(conversions))::text AS same
	   , adpipe.cvr_click(conversions, clicks)
	   , adpipe.cvr_click(conversions, clicks)::text
		= (sum(conversions) / sum(clicks))::text AS same
	   , adpipe.roas(conversions_value, spend)
	   , adpipe.roas(conversions_value, spend)::text
		= (sum(conversions_value) / sum(spend))::text AS same
  FROM days;
SELECT pg_typeof(adpipe.ctr(clicks, impressions)) FROM days;

-- NULL rules: missing is not zero
SELECT label, adpipe.ctr(n, d), adpipe.cpm(n::numeric, d)
  FROM (VALUES
		('1 one row', 3::bigint, 4::bigint),
		('2 zero numerator', 0, 4),
		('3 zero denominator', 3, 0),
		('4 denominator adds up to zero', 3, 4),
		('4 denominator adds up to zero', 3, -4),
		('5 both zero', 0, 0),
		('6 numerator missing', NULL, 4),
		('7 denominator missing', 3, NULL),
		('8 both missing', NULL, NULL),
		('9 missing in some rows', NULL, 4),
		('9 missing in some rows', 3, NULL),
		('9 missing in some rows', 1, 4),
		('9 missing in some rows', NULL, NULL)
	   ) AS v (label, n, d)
 GROUP BY label ORDER BY label;
SELECT adpipe.ctr(clicks, impressions), adpipe.roas(conversions_value, spend, 'EUR')
  FROM days WHERE false;
SELECT day, adpipe.ctr(clicks, impressions) FROM days WHERE false GROUP BY day;

-- Clicks may outnumber impressions, corrections may be negative
SELECT adpipe.ctr(5, 4) AS above_one, adpipe.roas(-3, 4) AS negative;

-- FILTER, GROUPING SETS, HAVING, DISTINCT over the pair
SELECT adpipe.ctr(clicks, impressions) FILTER (WHERE day = 1) AS first_day,
	   adpipe.ctr(clicks, impressions) FILTER (WHERE day = 3) AS no_day
  FROM days;
SELECT day, adpipe.ctr(clicks, impressions), adpipe.cpc(spend, clicks, 'EUR')
  FROM days GROUP BY GROUPING SETS ((day), ()) ORDER BY day NULLS LAST;
SELECT day FROM days GROUP BY day
HAVING adpipe.ctr(clicks, impressions) > 0.02;
SELECT adpipe.ctr(DISTINCT n, d) FROM (VALUES (1, 2), (1, 2), (1, 3)) AS v (n, d);

-- A distinct count in the denominator: one per group
CREATE AGGREGATE pg_temp.frequency(bigint, bigint) (
	SFUNC = adpipe.ratio_add, STYPE = adpipe.ratio_state,
	FINALFUNC = adpipe.ratio_final, INITCOND = 'ratio:1:o:-:0:0:0:0:0:0:0');
SELECT pg_temp.frequency(n, d) FROM (VALUES (6, 4), (2, NULL)) AS v (n, d);
\set VERBOSITY default
SELECT pg_temp.frequency(n, d) FROM (VALUES (6, 4), (2, 1)) AS v (n, d);
SELECT adpipe.ratio_combine(s, s)
  FROM (SELECT 'ratio:1:o:-:0:6:1:1:4:1:1'::adpipe.ratio_state) AS v (s);

-- Each ratio has its three forms, money ratios the three with a currency too
SELECT p.proname, count(*) AS forms,
	   count(*) FILTER (WHERE p.pronargs = 3) AS with_currency,
	   bool_and(p.prorettype = 'numeric'::regtype) AS numeric_result,
	   bool_and(p.proparallel = 's' AND p.provolatile = 'i') AS safe,
	   bool_and(a.aggcombinefn <> 0 AND a.aggminvtransfn <> 0) AS complete
  FROM pg_proc AS p JOIN pg_aggregate AS a ON a.aggfnoid = p.oid
 WHERE p.pronamespace = 'adpipe'::regnamespace
   AND p.proname IN ('ctr', 'cpc', 'cpm', 'cpa', 'cvr_click', 'roas')
 GROUP BY p.proname ORDER BY p.proname;

-- Everyone may use them, and each is documented
SELECT p.oid::regprocedure
  FROM pg_proc AS p
 WHERE p.pronamespace = 'adpipe'::regnamespace
   AND (p.proname ~ '^(ratio|sparkline)'
		OR p.proname IN ('ctr', 'cpc', 'cpm', 'cpa', 'cvr_click', 'roas'))
   AND (obj_description(p.oid, 'pg_proc') IS NULL
		OR NOT has_function_privilege('public', p.oid, 'EXECUTE'));
SELECT obj_description('adpipe.ratio_state'::regtype, 'pg_type') IS NOT NULL
	   AS type_documented;
SELECT obj_description('adpipe.cpc(numeric, numeric, text)'::regprocedure, 'pg_proc');
