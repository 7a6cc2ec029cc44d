-- Kakao Moment: options, imported tables, EXPLAIN.  Sends nothing.
CREATE SERVER kakao FOREIGN DATA WRAPPER kakao_moment OPTIONS (account_id '700101, 700102');
CREATE SCHEMA kakao;
CREATE SCHEMA kakao_common;
IMPORT FOREIGN SCHEMA reports FROM SERVER kakao INTO kakao;
IMPORT FOREIGN SCHEMA common FROM SERVER kakao INTO kakao_common;
SELECT c.relname, t.ftoptions, obj_description(c.oid) FROM pg_foreign_table t JOIN pg_class c ON c.oid = t.ftrelid ORDER BY 1;
SELECT c.relname, string_agg(a.attname, ' ' ORDER BY a.attnum) AS columns
FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid
WHERE c.relnamespace IN ('kakao'::regnamespace, 'kakao_common'::regnamespace) AND a.attnum > 0
GROUP BY 1 ORDER BY 1;
SELECT a.attname, format_type(a.atttypid, a.atttypmod) AS type, a.attnotnull AS "not null",
       a.attfdwoptions, col_description(a.attrelid, a.attnum)
FROM pg_attribute a
WHERE a.attrelid = 'kakao.campaign_device_daily'::regclass AND a.attnum > 0 ORDER BY a.attnum;

-- what would be asked: by the groups of the table's metrics, and how long that takes
EXPLAIN (VERBOSE, COSTS OFF) SELECT campaign_id, clicks FROM kakao.campaign_daily
WHERE date_day BETWEEN '2026-09-01' AND '2026-11-07' AND account_id = '700101';
EXPLAIN (VERBOSE, COSTS OFF) SELECT age, sum(spend) FROM kakao.campaign_age_gender_daily WHERE date_day = '2026-11-01' GROUP BY 1;
EXPLAIN (VERBOSE, COSTS OFF) SELECT spend FROM kakao_common.account_report WHERE date_day = '2026-11-01';
EXPLAIN (VERBOSE, COSTS OFF) SELECT * FROM kakao.creatives;
EXPLAIN (VERBOSE, COSTS OFF) SELECT * FROM kakao.accounts;

-- options
ALTER SERVER kakao OPTIONS (ADD app_id '1');
\echo :LAST_ERROR_SQLSTATE
ALTER SERVER kakao OPTIONS (SET account_id '700101,');
\echo :LAST_ERROR_SQLSTATE
ALTER SERVER kakao OPTIONS (ADD vat 'included');
\echo :LAST_ERROR_SQLSTATE
ALTER SERVER kakao OPTIONS (ADD conversion_window '3d');
\echo :LAST_ERROR_SQLSTATE
ALTER SERVER kakao OPTIONS (ADD conversion_events 'purchase, signup');
\echo :LAST_ERROR_SQLSTATE
ALTER FOREIGN TABLE kakao.campaign_daily OPTIONS (SET report 'keyword');
\echo :LAST_ERROR_SQLSTATE
ALTER SERVER kakao OPTIONS (ADD access_token 'do-not-show');
\echo :LAST_ERROR_SQLSTATE
ALTER FOREIGN TABLE kakao.campaign_daily OPTIONS (ADD vat 'exclude', ADD conversion_window '1d', ADD conversion_events 'purchase,signup');
EXPLAIN (VERBOSE, COSTS OFF) SELECT spend, conversions FROM kakao.campaign_daily WHERE date_day = '2026-11-01';

-- a report is of days, and has one dimension
CREATE FOREIGN TABLE kakao.dayless (clicks bigint OPTIONS (field 'click')) SERVER kakao OPTIONS (report 'campaign');
EXPLAIN (VERBOSE, COSTS OFF) SELECT clicks FROM kakao.dayless;
CREATE FOREIGN TABLE kakao.split (date_day date OPTIONS (field 'start'), age text OPTIONS (field 'age'), device text OPTIONS (field 'device_type'), clicks bigint OPTIONS (field 'click')) SERVER kakao OPTIONS (report 'campaign');
EXPLAIN (VERBOSE, COSTS OFF) SELECT clicks FROM kakao.split WHERE date_day = '2026-11-01';
\echo :LAST_ERROR_SQLSTATE

SET client_min_messages = warning;
DROP SERVER kakao CASCADE;
DROP SCHEMA kakao, kakao_common CASCADE;
