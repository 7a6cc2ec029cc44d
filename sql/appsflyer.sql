-- AppsFlyer: options, imported tables, EXPLAIN.  Sends nothing.
CREATE SERVER flyer FOREIGN DATA WRAPPER appsflyer OPTIONS (app_id 'com.example.shop, id1234567890');
CREATE SCHEMA flyer;
CREATE SCHEMA flyer_common;
IMPORT FOREIGN SCHEMA reports FROM SERVER flyer INTO flyer;
IMPORT FOREIGN SCHEMA common FROM SERVER flyer INTO flyer_common;
SELECT c.relname, t.ftoptions, obj_description(c.oid) FROM pg_foreign_table t JOIN pg_class c ON c.oid = t.ftrelid ORDER BY 1;
SELECT c.relname, string_agg(a.attname, ' ' ORDER BY a.attnum) AS columns
FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid
WHERE c.relnamespace IN ('flyer'::regnamespace, 'flyer_common'::regnamespace) AND a.attnum > 0 AND c.relname NOT LIKE '%organic%'
GROUP BY 1 ORDER BY 1;
SELECT a.attname, format_type(a.atttypid, a.atttypmod) AS type, a.attnotnull AS "not null",
       a.attfdwoptions, col_description(a.attrelid, a.attnum)
FROM pg_attribute a
WHERE a.attrelid = 'flyer.partners_event_daily'::regclass AND a.attnum > 0 ORDER BY a.attnum;
SELECT report, count(*) AS columns, count(*) FILTER (WHERE kind = 'metric') AS metrics,
       count(*) FILTER (WHERE additive LIKE 'days, entities, breakdowns%') AS additive, count(*) FILTER (WHERE description = '') AS undescribed
FROM adpipe.columns WHERE wrapper = 'appsflyer' GROUP BY report ORDER BY report;

-- what would be asked: days and apps, whatever else is wanted
EXPLAIN (VERBOSE, COSTS OFF) SELECT media_source, clicks FROM flyer.partners_daily
WHERE date_day BETWEEN '2026-11-01' AND '2026-11-07' AND account_id = 'id1234567890' AND media_source = 'Organic' LIMIT 3;
EXPLAIN (VERBOSE, COSTS OFF) SELECT count(*) FROM flyer.in_app_events WHERE date_day >= '2026-11-01';
EXPLAIN (VERBOSE, COSTS OFF) SELECT * FROM flyer.apps;

-- how days are read again: of the patterns that fit a report the longest, so events of postbacks and fraud settle like these
DO $$
DECLARE
    source text;
BEGIN
    FOREACH source IN ARRAY '{installs_report,organic_installs_report,in_app_events_report,organic_in_app_events_report,uninstall_events_report,reinstalls,postbacks,in-app-events-postbacks,retarget_in_app_events_postbacks,retarget_install_postbacks,blocked_install_postbacks,blocked_clicks_report,blocked_installs_report,blocked_in_app_events_report,fraud-post-inapps,partners_by_date_report,cohort}'::text[] LOOP
        EXECUTE format('CREATE FOREIGN TABLE flyer.%I (account_id text) SERVER flyer OPTIONS (report %L)', 'policy of ' || source, source);
    END LOOP;
END
$$;
SELECT substr(c.relname, 11) AS report, p.window_days, p.reach, p.settle, p.is_cohort
FROM pg_class c CROSS JOIN LATERAL adpipe_internal.source_policy(c.oid) p
WHERE c.relnamespace = 'flyer'::regnamespace AND c.relname LIKE 'policy of %' ORDER BY p.settle, p.reach, 1;

-- options
ALTER SERVER flyer OPTIONS (ADD customer_id '1234567890');
\echo :LAST_ERROR_SQLSTATE
ALTER SERVER flyer OPTIONS (SET app_id 'com.example.shop,');
\echo :LAST_ERROR_SQLSTATE
ALTER FOREIGN TABLE flyer.installs OPTIONS (SET report 'installs_report/v5');
\echo :LAST_ERROR_SQLSTATE
ALTER FOREIGN TABLE flyer.installs ALTER COLUMN city OPTIONS (SET field '구매 (Sales in KRW)');
ALTER FOREIGN TABLE flyer.installs ALTER COLUMN city OPTIONS (SET field '');
\echo :LAST_ERROR_SQLSTATE
ALTER FOREIGN TABLE flyer.installs ALTER COLUMN install_time TYPE integer;
EXPLAIN SELECT install_time FROM flyer.installs;
\echo :LAST_ERROR_SQLSTATE
SELECT adpipe.forget('flyer');
SELECT adpipe.forget('no_such_server');
\echo :LAST_ERROR_SQLSTATE

SET client_min_messages = warning;
DROP SERVER flyer CASCADE;
DROP SCHEMA flyer, flyer_common CASCADE;
