-- IMPORT FOREIGN SCHEMA: names, comments, definitions.  Sends nothing.
CREATE SERVER import_google FOREIGN DATA WRAPPER google_ads OPTIONS (customer_id '123-456-7890');
CREATE SCHEMA import_reports;
IMPORT FOREIGN SCHEMA reports LIMIT TO (campaign_daily, accounts) FROM SERVER import_google INTO import_reports;
SELECT c.relname, t.ftoptions, obj_description(c.oid) FROM pg_foreign_table t JOIN pg_class c ON c.oid = t.ftrelid ORDER BY 1;
SELECT a.attname, format_type(a.atttypid, a.atttypmod) AS type, a.attnotnull AS "not null",
       a.attfdwoptions, col_description(a.attrelid, a.attnum)
FROM pg_attribute a
WHERE a.attrelid = 'import_reports.campaign_daily'::regclass AND a.attnum > 0 ORDER BY a.attnum;

CREATE SCHEMA import_common;
IMPORT FOREIGN SCHEMA common EXCEPT (ad_report) FROM SERVER import_google INTO import_common;
SELECT c.relname, string_agg(a.attname, ' ' ORDER BY a.attnum) AS columns
FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid
WHERE c.relnamespace = 'import_common'::regnamespace AND a.attnum > 0 GROUP BY 1 ORDER BY 1;

-- a group has what "reports" has of it; core is what each platform begins with
SELECT wrapper, group_schema, string_agg(report, ' ' ORDER BY report) AS reports
FROM adpipe.reports WHERE remote_schema = 'reports' AND wrapper IN ('google_ads', 'meta_ads', 'appsflyer') GROUP BY 1, 2 ORDER BY 1, 2;
CREATE SCHEMA import_groups;
IMPORT FOREIGN SCHEMA reports_periods FROM SERVER import_google INTO import_groups;
IMPORT FOREIGN SCHEMA reports_core LIMIT TO (geo_daily) FROM SERVER import_google INTO import_groups;
IMPORT FOREIGN SCHEMA reports_device EXCEPT (ad_device_daily) FROM SERVER import_google INTO import_groups;
SELECT c.relname, obj_description(c.oid) <> '' AS commented FROM pg_class c WHERE c.relnamespace = 'import_groups'::regnamespace ORDER BY 1;
-- together the groups are "reports"
SET client_min_messages = warning;
SELECT format('IMPORT FOREIGN SCHEMA %I FROM SERVER import_google INTO import_groups OPTIONS (existing ''keep'')', group_schema)
FROM adpipe.reports WHERE wrapper = 'google_ads' AND remote_schema = 'reports' GROUP BY group_schema ORDER BY 1
\gexec
CREATE SCHEMA import_all;
IMPORT FOREIGN SCHEMA reports FROM SERVER import_google INTO import_all;
SELECT c.relname FROM pg_class c WHERE c.relnamespace IN ('import_groups'::regnamespace, 'import_all'::regnamespace) GROUP BY 1 HAVING count(*) <> 2;
RESET client_min_messages;

-- names that do not exist list those that do
IMPORT FOREIGN SCHEMA facts FROM SERVER import_google INTO import_reports;
\echo :LAST_ERROR_SQLSTATE
IMPORT FOREIGN SCHEMA reports_ FROM SERVER import_google INTO import_reports;
IMPORT FOREIGN SCHEMA common_core FROM SERVER import_google INTO import_reports;
IMPORT FOREIGN SCHEMA reports_periods LIMIT TO (campaign_daily) FROM SERVER import_google INTO import_reports;
\echo :LAST_ERROR_SQLSTATE
IMPORT FOREIGN SCHEMA reports LIMIT TO (campaigns_daily) FROM SERVER import_google INTO import_reports;
\echo :LAST_ERROR_SQLSTATE
IMPORT FOREIGN SCHEMA common EXCEPT (campaign_daily) FROM SERVER import_google INTO import_reports;
\echo :LAST_ERROR_SQLSTATE

-- a table of the user's own gets the comments of the fields that it uses
CREATE FOREIGN TABLE import_reports.mine (
    day date OPTIONS (field 'segments.date'),
    spend numeric OPTIONS (field 'metrics.cost_micros'),
    uplift double precision OPTIONS (field 'metrics.optimization_score_uplift')
) SERVER import_google OPTIONS (resource 'customer');
SELECT adpipe.comment_tables('import_reports');
SELECT attname, col_description(attrelid, attnum) FROM pg_attribute
WHERE attrelid = 'import_reports.mine'::regclass AND attnum > 0 ORDER BY attnum;

SELECT report, count(*) AS columns, count(*) FILTER (WHERE kind = 'metric') AS metrics,
       count(*) FILTER (WHERE description = '') AS undescribed
FROM adpipe.columns WHERE wrapper = 'google_ads' GROUP BY report ORDER BY report;

SELECT wrapper, report, remote_schema, group_schema, dimensions, metrics FROM adpipe.reports WHERE wrapper = 'google_ads' AND report IN ('account_report', 'budgets');

SET client_min_messages = warning;
DROP SERVER import_google CASCADE;
DROP SCHEMA import_reports, import_common, import_groups, import_all;
RESET client_min_messages;
