-- Totals of the imported tables beside those of the CSV files they were served
-- from; fails unless they are equal.
\set QUIET on
\set ON_ERROR_STOP on
\pset footer off
CREATE TEMP TABLE csv AS
SELECT key AS report, (value->'totals'->>'impressions')::numeric AS impressions,
       (value->'totals'->>'clicks')::numeric AS clicks,
       (value->'totals'->>'cost_micros')::numeric / 1000000 AS spend,
       (value->'totals'->>'conversions')::numeric AS conversions,
       (value->>'days_shifted')::int AS days_moved
FROM jsonb_each(:'seeds'::jsonb);
CREATE TEMP TABLE live (report text, impressions numeric, clicks numeric, spend numeric, conversions numeric);
\set totals 'sum(impressions), sum(clicks), sum(spend), sum(conversions)'
\set since 'date_day >= current_date - 700'
INSERT INTO live SELECT 'account', :totals FROM google.account_daily WHERE :since;
INSERT INTO live SELECT 'campaign', :totals FROM google.campaign_daily WHERE :since;
INSERT INTO live SELECT 'ad_group', :totals FROM google.ad_group_daily WHERE :since;
INSERT INTO live SELECT 'ad', :totals FROM google.ad_daily WHERE :since;
INSERT INTO live SELECT 'keyword', :totals FROM google.keyword_daily WHERE :since;
INSERT INTO live SELECT 'search_term', :totals FROM google.search_term_daily WHERE :since;
\echo
\echo 'Totals by SQL beside those computed from the CSV files directly'
\echo '(the files'' days are moved forward by whole days: the platform keeps 37 months)'
\echo
SELECT report, l.impressions, l.clicks, l.spend, l.conversions, c.days_moved,
       (l.impressions, l.clicks, l.spend, l.conversions) =
       (c.impressions, c.clicks, c.spend, c.conversions) AS "equals CSV"
FROM csv c LEFT JOIN live l USING (report) ORDER BY report;
SELECT 1 / (NOT EXISTS (
    SELECT FROM csv c LEFT JOIN live l USING (report)
    WHERE (l.impressions, l.clicks, l.spend, l.conversions) IS DISTINCT FROM
          (c.impressions, c.clicks, c.spend, c.conversions)))::int AS all_equal \gset
