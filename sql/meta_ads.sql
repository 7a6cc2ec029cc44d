-- Meta Ads: options, imported tables, EXPLAIN.  Sends nothing.
CREATE SERVER meta FOREIGN DATA WRAPPER meta_ads OPTIONS (account_id 'act_1234567890123456, 2345678901234567');
CREATE SCHEMA meta;
CREATE SCHEMA meta_common;
IMPORT FOREIGN SCHEMA reports FROM SERVER meta INTO meta;
IMPORT FOREIGN SCHEMA common FROM SERVER meta INTO meta_common;
SELECT c.relname, t.ftoptions, obj_description(c.oid) FROM pg_foreign_table t JOIN pg_class c ON c.oid = t.ftrelid ORDER BY 1;
SELECT c.relname, string_agg(a.attname, ' ' ORDER BY a.attnum) AS columns
FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid
WHERE c.relnamespace IN ('meta'::regnamespace, 'meta_common'::regnamespace) AND a.attnum > 0
GROUP BY 1 ORDER BY 1;
SELECT a.attname, format_type(a.atttypid, a.atttypmod) AS type, a.attnotnull AS "not null",
       a.attfdwoptions, col_description(a.attrelid, a.attnum)
FROM pg_attribute a
WHERE a.attrelid = 'meta.campaign_daily'::regclass AND a.attnum > 0 ORDER BY a.attnum;
SELECT report, count(*) AS columns, count(*) FILTER (WHERE kind = 'metric') AS metrics,
       count(*) FILTER (WHERE additive LIKE 'days, entities, breakdowns%') AS additive, count(*) FILTER (WHERE description = '') AS undescribed
FROM adpipe.columns WHERE wrapper = 'meta_ads' GROUP BY report ORDER BY report;

-- what would be asked: ids of campaigns, ad sets and ads, days, columns
EXPLAIN (VERBOSE, COSTS OFF) SELECT campaign_name, spend FROM meta.campaign_daily
WHERE date_day BETWEEN '2026-11-01' AND '2026-11-07' AND account_id = '2345678901234567'
  AND campaign_id IN ('12', '007', '11') AND campaign_name = 'Brand' LIMIT 3;
EXPLAIN (VERBOSE, COSTS OFF) SELECT age, reach FROM meta.campaign_age_gender_daily
WHERE date_day = '2026-11-01' AND campaign_id <> '12';
EXPLAIN (VERBOSE, COSTS OFF) SELECT count(*) FROM meta.campaign_action_daily WHERE date_day >= '2026-11-01';
EXPLAIN (VERBOSE, COSTS OFF) SELECT campaign_name, daily_budget FROM meta.campaigns WHERE campaign_id = '12' AND status = 'ACTIVE';
EXPLAIN (VERBOSE, COSTS OFF) SELECT ad_name, creative_id FROM meta.ads;
EXPLAIN (VERBOSE, COSTS OFF) SELECT account_id FROM meta.accounts;
EXPLAIN (VERBOSE, COSTS OFF) SELECT campaign_name FROM meta.campaigns WHERE campaign_id = 'no number';
EXPLAIN (VERBOSE, COSTS OFF) SELECT clicks FROM meta_common.ad_report WHERE date_day = '2026-11-01' AND platform = 'google_ads';

-- elements of lists, windows, members of creatives
CREATE FOREIGN TABLE meta.own (date_day date OPTIONS (field 'date_start'), ad_id text,
    purchases numeric OPTIONS (field 'actions.omni_purchase'),
    custom numeric OPTIONS (field 'actions.offsite_conversion.custom.120210000000000001.1d_view'))
    SERVER meta OPTIONS (level 'ad');
EXPLAIN (VERBOSE, COSTS OFF) SELECT purchases, custom FROM meta.own WHERE date_day = '2026-11-01';
CREATE FOREIGN TABLE meta.texts (ad_id text OPTIONS (field 'id'), title text OPTIONS (field 'creative.title'),
    body text OPTIONS (field 'creative.body')) SERVER meta OPTIONS (level 'ads');
EXPLAIN (VERBOSE, COSTS OFF) SELECT * FROM meta.texts;
CREATE FOREIGN TABLE meta.totals (campaign_id text, reach bigint) SERVER meta OPTIONS (level 'campaign');
EXPLAIN (VERBOSE, COSTS OFF) SELECT * FROM meta.totals;

-- options
ALTER SERVER meta OPTIONS (ADD customer_id '1234567890');
\echo :LAST_ERROR_SQLSTATE
ALTER SERVER meta OPTIONS (SET account_id 'act_');
\echo :LAST_ERROR_SQLSTATE
ALTER SERVER meta OPTIONS (ADD api_version '26');
\echo :LAST_ERROR_SQLSTATE
ALTER SERVER meta OPTIONS (ADD job_timeout_ms '10');
\echo :LAST_ERROR_SQLSTATE
ALTER SERVER meta OPTIONS (ADD conversion_actions 'purchase,,lead');
\echo :LAST_ERROR_SQLSTATE
ALTER SERVER meta OPTIONS (ADD conversion_actions 'purchase|lead,purchase');
\echo :LAST_ERROR_SQLSTATE
ALTER SERVER meta OPTIONS (ADD access_token 'secret');
\echo :LAST_ERROR_SQLSTATE
ALTER FOREIGN TABLE meta.campaign_daily OPTIONS (SET level 'account,campaign');
\echo :LAST_ERROR_SQLSTATE
ALTER FOREIGN TABLE meta.campaign_daily OPTIONS (ADD breakdowns 'age, gender');
\echo :LAST_ERROR_SQLSTATE
ALTER FOREIGN TABLE meta.campaign_daily ALTER COLUMN conversions TYPE bigint;
EXPLAIN SELECT conversions FROM meta.campaign_daily WHERE date_day = '2026-11-01';
\echo :LAST_ERROR_SQLSTATE

SET client_min_messages = warning;
DROP SERVER meta CASCADE;
DROP SCHEMA meta, meta_common CASCADE;
