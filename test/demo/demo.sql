\set QUIET on
\pset footer off
\pset border 1
\pset null '-'
SET TimeZone = 'UTC';
SET search_path = public, google;

\echo
\echo '1. The largest campaigns of each account, last' :days 'days, straight from the platform'
\echo '   SELECT campaign_name, sum(spend), adpipe.ctr(clicks, impressions), ...'
\echo '   FROM google.campaign_daily WHERE date_day >= current_date -' :days 'GROUP BY ...'
\echo
WITH kpi AS (
SELECT left(account_name, 18) AS account, left(campaign_name, 24) AS campaign,
       currency, round(sum(spend), 2) AS spend, sum(clicks) AS clicks,
       round(100 * adpipe.ctr(clicks, impressions), 2) AS "ctr %",
       round(adpipe.cpc(spend, clicks, currency), 2) AS cpc,
       round(adpipe.cpa(spend, conversions, currency), 2) AS cpa,
       round(adpipe.roas(conversions_value, spend, currency), 2) AS roas
FROM google.campaign_daily
WHERE date_day >= current_date - :days
GROUP BY account_name, campaign_id, campaign_name, currency
HAVING sum(spend) > 0)
SELECT account, campaign, currency, spend, clicks, "ctr %", cpc, cpa, roas
FROM (SELECT *, row_number() OVER (PARTITION BY account ORDER BY spend DESC) AS place FROM kpi) k
WHERE place <= 4
ORDER BY currency, account, place;

\echo
\echo '2. Spend by day, as a line'
\echo
SELECT left(account_name, 18) AS account, currency,
       adpipe.sparkline(spend::double precision ORDER BY date_day) AS "spend by day",
       round(min(spend)) AS lowest, round(max(spend)) AS highest,
       count(*) AS days
FROM google.account_daily
WHERE date_day >= current_date - :days
GROUP BY account_name, currency
ORDER BY currency;

\echo
\echo '3. What went out: conditions, columns and dates travel as GAQL'
\echo
\pset format unaligned
\pset tuples_only on
EXPLAIN (VERBOSE, ANALYZE, COSTS OFF, TIMING OFF, SUMMARY OFF)
SELECT campaign_name, sum(clicks)
FROM google.campaign_daily
WHERE date_day >= current_date - 7 AND campaign_status IN ('ENABLED', 'PAUSED')
  AND account_id = :'account'
GROUP BY 1;
\pset tuples_only off
\pset format aligned

\echo
\echo '4. A local copy, for dashboards that must not wait for a platform'
\echo
CREATE TABLE campaign_copy AS
SELECT *, now() AS copied_at FROM google.campaign_daily
WHERE date_day BETWEEN current_date - :days AND current_date - 1;
SELECT currency, count(*) AS rows, count(DISTINCT date_day) AS days,
       sum(impressions) AS impressions, sum(clicks) AS clicks, sum(spend) AS spend,
       sum(conversions) AS conversions
FROM campaign_copy GROUP BY currency ORDER BY currency;
