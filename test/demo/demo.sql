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
SELECT left(account_name, 20) AS account, left(campaign_name, 24) AS campaign,
       currency, round(sum(spend), 2) AS spend, sum(clicks) AS clicks,
       round(100 * adpipe.ctr(clicks, impressions), 2) AS "ctr %",
       round(adpipe.cpc(spend, clicks, currency), 2) AS cpc,
       round(adpipe.cpa(spend, conversions, currency), 2) AS cpa,
       round(adpipe.roas(conversions_value, spend, currency), 2) AS roas
FROM google.campaign_daily
WHERE date_day >= :'today'::date - :days
GROUP BY account_name, campaign_id, campaign_name, currency
HAVING sum(spend) > 0)
SELECT account, campaign, currency, spend, clicks, "ctr %", cpc, cpa, roas
FROM (SELECT *, row_number() OVER (PARTITION BY account ORDER BY spend DESC) AS place FROM kpi) k
WHERE place <= 4
ORDER BY currency, account, place;

\echo
\echo '2. Spend by day, as a line'
\echo
SELECT left(account_name, 20) AS account, currency,
       adpipe.sparkline(spend::double precision ORDER BY date_day) AS "spend by day",
       round(min(spend)) AS lowest, round(max(spend)) AS highest,
       count(*) AS days
FROM google.account_daily
WHERE date_day >= :'today'::date - :days
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
WHERE date_day >= :'today'::date - 7 AND campaign_status IN ('ENABLED', 'PAUSED')
  AND account_id = :'account'
GROUP BY 1;
\pset tuples_only off
\pset format aligned

\echo
\echo '4. One query over six platforms, asked side by side: five as they count, and'
\echo '   what the tracker saw of them'
\echo
SELECT platform, currency, count(DISTINCT account_id) AS accounts, sum(clicks) AS clicks,
       round(sum(spend), 2) AS spend, round(adpipe.cpc(spend, clicks, currency), 2) AS cpc,
       round(100 * adpipe.ctr(clicks, impressions), 2) AS "ctr %"
FROM every_platform
WHERE date_day BETWEEN :'today'::date - 8 AND :'today'::date - 2
GROUP BY platform, currency
ORDER BY platform, currency;

\echo
\echo '5. A local copy, kept exact: materialize, refresh, and again after the platform'
\echo '   said the same; whole account-days are replaced, unchanged ones are not written'
\echo
SELECT adpipe.materialize('google.campaign_daily', 'ads.campaign', :'today'::date - :days) AS copy,
       adpipe.materialize('google.campaigns', 'ads.campaigns') AS "and its entities",
       adpipe.materialize('google.budgets', 'ads.budgets') AS "and budgets";
\set QUIET off
CALL adpipe.refresh_all();
CALL adpipe.refresh('ads.campaign');
\set QUIET on
SELECT run_id, target, status, slices, requests AS questions, rows,
       date_trunc('milliseconds', ended_at - started_at) AS took
FROM adpipe.runs ORDER BY run_id;
SELECT c.account_id, min(c.date_day) AS since, max(c.date_day) AS until, c.state, count(*) AS days,
       (SELECT count(*) FROM adpipe.health_details h WHERE h.account_id = c.account_id) AS problems
FROM adpipe.coverage c WHERE c.target = 'ads.campaign'::regclass
GROUP BY c.account_id, c.state ORDER BY 1, 2;

\echo
\echo '6. The morning table, from the copy: adpipe.daily_report(); the day before is still'
\echo '   provisional, since the platform restates it'
\echo
SELECT left(account_name, 20) AS account, left(campaign_name, 24) AS campaign, currency,
       round(spend, 2) AS spend, round(100 * (spend / nullif(spend_day_before, 0) - 1)) AS "day %",
       round(100 * (spend / nullif(spend_week_before, 0) - 1)) AS "week %", round(conversions, 1) AS conv,
       round(roas, 2) AS roas, round(100 * plan_used) AS "plan %", trend AS "two weeks"
FROM (SELECT *, row_number() OVER (PARTITION BY account_id ORDER BY spend DESC NULLS LAST) AS place
      FROM adpipe.daily_report('ads.campaign')) r
WHERE place <= 4
ORDER BY account_id, place;
