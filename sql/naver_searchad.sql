-- Naver SearchAd: options, imported tables, EXPLAIN.  Sends nothing.
CREATE SERVER naver FOREIGN DATA WRAPPER naver_searchad OPTIONS (customer_id '1234567, 2345678');
CREATE SCHEMA naver;
CREATE SCHEMA naver_common;
IMPORT FOREIGN SCHEMA reports FROM SERVER naver INTO naver;
IMPORT FOREIGN SCHEMA common FROM SERVER naver INTO naver_common;
SELECT c.relname, t.ftoptions, obj_description(c.oid) FROM pg_foreign_table t JOIN pg_class c ON c.oid = t.ftrelid ORDER BY 1;
SELECT c.relname, string_agg(a.attname, ' ' ORDER BY a.attnum) AS columns
FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid
WHERE c.relnamespace IN ('naver'::regnamespace, 'naver_common'::regnamespace) AND a.attnum > 0
GROUP BY 1 ORDER BY 1;
SELECT a.attname, format_type(a.atttypid, a.atttypmod) AS type, a.attnotnull AS "not null",
       a.attfdwoptions, col_description(a.attrelid, a.attnum)
FROM pg_attribute a
WHERE a.attrelid = 'naver.campaign_daily'::regclass AND a.attnum > 0 ORDER BY a.attnum;

-- what would be asked: one file without conversions, two with them
EXPLAIN (VERBOSE, COSTS OFF) SELECT campaign_id, clicks FROM naver.campaign_daily
WHERE date_day BETWEEN '2026-11-01' AND '2026-11-07' AND account_id = '1234567';
EXPLAIN (VERBOSE, COSTS OFF) SELECT search_term, spend FROM naver.search_term_daily WHERE date_day = '2026-11-01';
EXPLAIN (VERBOSE, COSTS OFF) SELECT * FROM naver.accounts;

-- options
ALTER SERVER naver OPTIONS (ADD app_id '1');
\echo :LAST_ERROR_SQLSTATE
ALTER SERVER naver OPTIONS (SET customer_id '1234567,');
\echo :LAST_ERROR_SQLSTATE
ALTER SERVER naver OPTIONS (ADD manager_account_id 'x');
\echo :LAST_ERROR_SQLSTATE
ALTER SERVER naver OPTIONS (ADD vat_rate '10');
\echo :LAST_ERROR_SQLSTATE
ALTER FOREIGN TABLE naver.campaign_daily OPTIONS (SET report 'campaign/1');
\echo :LAST_ERROR_SQLSTATE
ALTER SERVER naver OPTIONS (SET customer_id '*');
ALTER SERVER naver OPTIONS (ADD secret_key 'do-not-show');
\echo :LAST_ERROR_SQLSTATE

-- a report is of days, and has the fields of its files
CREATE FOREIGN TABLE naver.dayless (clicks bigint OPTIONS (field 'clkCnt')) SERVER naver OPTIONS (report 'campaign');
EXPLAIN (VERBOSE, COSTS OFF) SELECT clicks FROM naver.dayless;

SET client_min_messages = warning;
DROP SERVER naver CASCADE;
DROP SCHEMA naver, naver_common CASCADE;
