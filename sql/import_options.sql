-- Options of IMPORT FOREIGN SCHEMA: personal_data, existing.  Sends nothing.
CREATE SERVER options_flyer FOREIGN DATA WRAPPER appsflyer OPTIONS (app_id 'com.example.shop');
CREATE SERVER options_google FOREIGN DATA WRAPPER google_ads OPTIONS (customer_id '1234567890');
CREATE SERVER options_meta FOREIGN DATA WRAPPER meta_ads OPTIONS (account_id '12345');
CREATE SCHEMA import_few;
CREATE SCHEMA import_whole;

-- raw tables tell nothing of a person, unless that is asked for
IMPORT FOREIGN SCHEMA reports LIMIT TO (installs, organic_installs, in_app_events, organic_in_app_events)
    FROM SERVER options_flyer INTO import_few;
IMPORT FOREIGN SCHEMA reports LIMIT TO (installs, organic_installs, in_app_events, organic_in_app_events)
    FROM SERVER options_flyer INTO import_whole OPTIONS (personal_data 'include');
CREATE VIEW import_columns AS
SELECT c.relnamespace::regnamespace AS schema, c.relname, a.attname, a.attnum, col_description(c.oid, a.attnum) AS comment
FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
WHERE c.relnamespace IN ('import_few'::regnamespace, 'import_whole'::regnamespace);
SELECT w.relname, string_agg(w.attname, ' ' ORDER BY w.attnum) AS "left out"
FROM import_columns w
WHERE w.schema = 'import_whole'::regnamespace
  AND NOT EXISTS (SELECT FROM import_columns f
                  WHERE f.schema = 'import_few'::regnamespace AND f.relname = w.relname AND f.attname = w.attname)
GROUP BY 1 ORDER BY 1;
SELECT attname, comment FROM import_columns
WHERE schema = 'import_whole'::regnamespace AND relname = 'installs' AND comment ~ 'personal data|ids of the user'
ORDER BY attnum;
SELECT relname, count(*) FROM import_columns WHERE schema = 'import_few'::regnamespace GROUP BY 1 ORDER BY 1;

-- what exists is an error, or stays as it is
IMPORT FOREIGN SCHEMA reports LIMIT TO (installs) FROM SERVER options_flyer INTO import_few;
\echo :LAST_ERROR_SQLSTATE
IMPORT FOREIGN SCHEMA reports LIMIT TO (installs) FROM SERVER options_flyer INTO import_few OPTIONS (existing 'error');
\echo :LAST_ERROR_SQLSTATE
ALTER FOREIGN TABLE import_few.installs DROP COLUMN city;
IMPORT FOREIGN SCHEMA reports LIMIT TO (installs, partners_daily) FROM SERVER options_flyer INTO import_few
    OPTIONS (existing 'keep', personal_data 'include');
SELECT relname, count(*) FROM import_columns
WHERE schema = 'import_few'::regnamespace AND relname IN ('installs', 'partners_daily') GROUP BY 1 ORDER BY 1;
SELECT count(*) FROM import_columns
WHERE schema = 'import_few'::regnamespace AND relname = 'partners_daily' AND comment IS NULL;

-- on each platform
CREATE TABLE import_few.campaign_daily (mine int);
IMPORT FOREIGN SCHEMA reports LIMIT TO (campaign_daily, ad_group_daily) FROM SERVER options_google INTO import_few
    OPTIONS (existing 'keep');
IMPORT FOREIGN SCHEMA reports LIMIT TO (campaign_daily, adset_daily) FROM SERVER options_meta INTO import_few
    OPTIONS (existing 'keep', personal_data 'exclude');
SELECT relname, relkind FROM pg_class
WHERE relnamespace = 'import_few'::regnamespace AND relname IN ('campaign_daily', 'ad_group_daily', 'adset_daily') ORDER BY 1;

-- other options and values
IMPORT FOREIGN SCHEMA reports FROM SERVER options_flyer INTO import_few OPTIONS (personal_data 'yes');
\echo :LAST_ERROR_SQLSTATE
IMPORT FOREIGN SCHEMA reports FROM SERVER options_flyer INTO import_few OPTIONS (existing 'skip');
\echo :LAST_ERROR_SQLSTATE
IMPORT FOREIGN SCHEMA reports FROM SERVER options_flyer INTO import_few OPTIONS (personal 'include');
\echo :LAST_ERROR_SQLSTATE

SET client_min_messages = warning;
DROP VIEW import_columns;
DROP SERVER options_flyer CASCADE;
DROP SERVER options_google CASCADE;
DROP SERVER options_meta CASCADE;
DROP SCHEMA import_few, import_whole CASCADE;
