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

-- All ratios: what each divides by what, from one row of two distinct numbers.
-- A form without money says no currency, one with money does.
CREATE TEMP VIEW ratios AS
SELECT p.oid, p.proname AS name, p.proargnames[1] AS numerator,
	   p.proargnames[2] AS denominator, p.pronargs = 3 AS has_currency,
	   p.proargtypes[0]::regtype AS type, a.agginitval AS initial
  FROM pg_proc AS p JOIN pg_aggregate AS a ON a.aggfnoid = p.oid
 WHERE p.pronamespace = 'adpipe'::regnamespace
   AND a.aggtranstype = 'adpipe.ratio_state'::regtype;
CREATE FUNCTION pg_temp.value_of(kpi text, rows text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
	result text;
BEGIN
	EXECUTE format('SELECT adpipe.%I(n, d) FROM (VALUES %s) AS v (n, d)', kpi, rows) INTO result;
	RETURN COALESCE(result, 'NULL');
EXCEPTION WHEN OTHERS THEN
	RETURN SQLSTATE;
END
$$;
SELECT name, numerator, denominator, bool_or(has_currency) AS money,
	   pg_temp.value_of(name, '(6.3, 4)') AS of_one,
	   pg_temp.value_of(name, '(6.3, 4), (2, NULL)') AS second_numerator,
	   pg_temp.value_of(name, '(6.3, 4), (NULL, 2)') AS second_denominator,
	   pg_temp.value_of(name, '(6.3, 0)') AS by_zero,
	   pg_temp.value_of(name, '(0, 4)') AS of_zero
  FROM ratios GROUP BY name, numerator, denominator ORDER BY name;

-- Returns: identities between the ratios, and the digits of exact SQL
SELECT adpipe.roi(conversions_value, spend, 'EUR')::text
		= ((sum(conversions_value) - sum(spend)) / sum(spend))::text AS roi,
	   adpipe.roi(40, 12.5) = adpipe.roas(40, 12.5) - 1 AS roi_is_roas_less_one,
	   round(adpipe.acos(spend, conversions_value) * adpipe.roas(conversions_value, spend), 10) AS acos_roas,
	   adpipe.roi(1, 4) AS loss, adpipe.poas(-1, 4) AS below_cost
  FROM days;
-- ipm = 1000 * ctr * installs per click
SELECT adpipe.ipm(20, 50000), 1000 * adpipe.ctr(400, 50000) * adpipe.cvr_click(20, 400) AS same;
-- user-days, not the mean of the days
SELECT adpipe.arpdau(revenue, dau) FROM (VALUES (100, 50), (30, 100)) AS v (revenue, dau);
-- a cohort's size stands in one of its rows
SELECT adpipe.ltv(revenue, size) FROM (VALUES (100, 50), (30, NULL), (20, NULL)) AS v (revenue, size);

-- Counts of people: one per group
\set VERBOSITY default
SELECT adpipe.frequency(n, d) FROM (VALUES (6, 4), (2, 1)) AS v (n, d);
SELECT adpipe.unique_ctr(n, d) FROM (VALUES (1, 4), (1, NULL)) AS v (n, d);
SELECT adpipe_internal.ratio_combine(s, s)
  FROM (SELECT 'ratio:1:o:-:0:6:1:1:4:1:1'::adpipe.ratio_state) AS v (s);
SELECT day, adpipe.frequency(impressions, clicks) FROM days GROUP BY day ORDER BY day;

-- Each ratio has its three forms, money ratios the three with a currency too
SELECT count(DISTINCT name) AS ratios,
	   count(*) FILTER (WHERE NOT has_currency) AS without_currency,
	   count(*) FILTER (WHERE has_currency) AS with_currency,
	   count(*) FILTER (WHERE has_currency AND initial !~ '^ratio:1:n') AS currency_without_money,
	   count(*) FILTER (WHERE type NOT IN ('bigint'::regtype, 'numeric', 'double precision')) AS other_types
  FROM ratios;
SELECT r.oid::regprocedure
  FROM ratios AS r JOIN pg_proc AS p USING (oid) JOIN pg_aggregate AS a ON a.aggfnoid = r.oid
 WHERE p.prorettype <> 'numeric'::regtype OR p.proparallel <> 's' OR p.provolatile <> 'i'
	OR a.aggcombinefn = 0 OR a.aggminvtransfn = 0 OR p.proargtypes[0] <> p.proargtypes[1];

-- Everyone may use them, and each is documented
SELECT p.oid::regprocedure
  FROM pg_proc AS p
 WHERE p.pronamespace IN ('adpipe'::regnamespace, 'adpipe_internal'::regnamespace)
   AND (p.proname ~ '^(ratio|sparkline)' OR p.oid IN (SELECT oid FROM ratios))
   AND (obj_description(p.oid, 'pg_proc') IS NULL
		OR NOT has_function_privilege('public', p.oid, 'EXECUTE'));
SELECT obj_description('adpipe.ratio_state'::regtype, 'pg_type') IS NOT NULL
	   AS type_documented;
SELECT obj_description('adpipe.cpc(numeric, numeric, text)'::regprocedure, 'pg_proc');
SELECT obj_description('adpipe.roi(numeric, numeric)'::regprocedure, 'pg_proc');
SELECT obj_description('adpipe.unique_ctr(bigint, bigint)'::regprocedure, 'pg_proc');

-- Shares add up by the impressions that they are shares of: 300 of 500, not 55 %
CREATE TEMP TABLE shares (impressions bigint, share numeric, lost numeric);
INSERT INTO shares VALUES (200, 0.8, 0.1), (100, 0.4, 0.5), (50, NULL, NULL), (0, 0, 0.9001);
SELECT adpipe.display(adpipe.impression_share(impressions, adpipe.eligible_impressions(impressions, share)) FILTER (WHERE share > 0)) AS won,
	   adpipe.display(adpipe.lost_impression_share(lost * adpipe.eligible_impressions(impressions, share), adpipe.eligible_impressions(impressions, share))) AS lost
  FROM shares;
SELECT adpipe.eligible_impressions(10, 0.0999);
\echo :LAST_ERROR_SQLSTATE
SELECT adpipe.eligible_impressions(10, 40);
\echo :LAST_ERROR_SQLSTATE
SELECT adpipe.eligible_impressions(10, 'NaN');
