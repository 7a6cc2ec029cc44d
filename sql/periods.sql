-- Option "period": what it accepts, what it does not go with.  Sends nothing.
SET adpipe.debug_now = '2026-11-24T12:00:00Z';
CREATE SERVER periods_google FOREIGN DATA WRAPPER google_ads OPTIONS (customer_id '1234567890');
CREATE SERVER periods_meta FOREIGN DATA WRAPPER meta_ads OPTIONS (account_id '1234567890123456');
CREATE SERVER periods_flyer FOREIGN DATA WRAPPER appsflyer OPTIONS (app_id 'id123456789');
CREATE SCHEMA periods;
CREATE SCHEMA periods_meta;
IMPORT FOREIGN SCHEMA reports LIMIT TO (account_weekly, account_monthly, campaign_weekly, campaign_monthly)
    FROM SERVER periods_google INTO periods;
IMPORT FOREIGN SCHEMA reports LIMIT TO (account_weekly, account_monthly, campaign_weekly, campaign_monthly)
    FROM SERVER periods_meta INTO periods_meta;
SELECT t.ftrelid::regclass AS name, t.ftoptions, obj_description(t.ftrelid)
FROM pg_foreign_table t WHERE t.ftrelid::regclass::text ~ '^periods' ORDER BY 1;
SELECT attrelid::regclass AS name, string_agg(attname || CASE WHEN attnotnull THEN '!' ELSE '' END, ' ' ORDER BY attnum) AS columns
FROM pg_attribute
WHERE attrelid IN ('periods.campaign_monthly'::regclass, 'periods_meta.campaign_monthly'::regclass) AND attnum > 0 GROUP BY 1 ORDER BY 1;
SELECT wrapper, report, column_name, field, type, kind, description FROM adpipe.columns
WHERE report = 'account_monthly' AND column_name IN ('period_start', 'period_end', 'unique_users', 'reach') ORDER BY 1, 3;

-- values, and objects that take the option
CREATE FOREIGN TABLE bad (account_id text) SERVER periods_google OPTIONS (resource 'campaign', period 'quarter');
CREATE FOREIGN TABLE bad (account_id text) SERVER periods_meta OPTIONS (level 'campaign', period '');
CREATE FOREIGN TABLE bad (account_id text) SERVER periods_flyer OPTIONS (report 'partners_daily', period 'week');
ALTER SERVER periods_meta OPTIONS (ADD period 'week');

-- columns that do not go with it
CREATE FOREIGN TABLE mixed (
    account_id text OPTIONS (field 'customer.id'),
    period_start date OPTIONS (field 'adpipe.period_start'),
    period_end date OPTIONS (field 'adpipe.period_end'),
    date_day date OPTIONS (field 'segments.date'),
    clicks bigint OPTIONS (field 'metrics.clicks')
) SERVER periods_google OPTIONS (resource 'campaign', period 'month');
EXPLAIN SELECT clicks FROM mixed WHERE period_start >= '2026-09-01';
\echo :LAST_ERROR_SQLSTATE
ALTER FOREIGN TABLE mixed OPTIONS (DROP period);
EXPLAIN SELECT clicks FROM mixed WHERE date_day >= '2026-09-01';
\echo :LAST_ERROR_SQLSTATE
ALTER FOREIGN TABLE mixed DROP date_day;
ALTER FOREIGN TABLE mixed OPTIONS (ADD period 'month');
EXPLAIN (VERBOSE, COSTS OFF) SELECT clicks FROM mixed WHERE period_start = '2026-09-01';
ALTER FOREIGN TABLE mixed DROP period_end;
EXPLAIN SELECT clicks FROM mixed WHERE period_start >= '2026-09-01';
\echo :LAST_ERROR_SQLSTATE
ALTER FOREIGN TABLE mixed ADD COLUMN quarter date OPTIONS (field 'segments.quarter');
EXPLAIN SELECT clicks FROM mixed WHERE period_start >= '2026-09-01';
ALTER FOREIGN TABLE mixed DROP quarter, DROP period_start;
EXPLAIN SELECT clicks FROM mixed;
CREATE FOREIGN TABLE stopped (
    account_id text,
    period_start date OPTIONS (field 'adpipe.period_start'),
    period_end date OPTIONS (field 'adpipe.period_end'),
    date_stop date,
    reach bigint
) SERVER periods_meta OPTIONS (level 'campaign', period 'week');
EXPLAIN SELECT reach FROM stopped WHERE period_start >= '2026-09-01';

-- sources whose rows are no totals of days
CREATE FOREIGN TABLE listed (
    account_id text,
    period_start date OPTIONS (field 'adpipe.period_start'),
    period_end date OPTIONS (field 'adpipe.period_end')
) SERVER periods_meta OPTIONS (level 'campaigns', period 'week');
EXPLAIN SELECT account_id FROM listed WHERE period_start >= '2026-09-01';
\echo :LAST_ERROR_SQLSTATE
CREATE FOREIGN TABLE clicked (
    account_id text OPTIONS (field 'customer.id'),
    period_start date OPTIONS (field 'adpipe.period_start'),
    period_end date OPTIONS (field 'adpipe.period_end')
) SERVER periods_google OPTIONS (resource 'click_view', period 'week');
EXPLAIN SELECT account_id FROM clicked WHERE period_start >= '2026-09-01';

-- what a copy can be of
CREATE FOREIGN TABLE flight (
    account_id text,
    period_start date OPTIONS (field 'adpipe.period_start') NOT NULL,
    period_end date OPTIONS (field 'adpipe.period_end') NOT NULL,
    reach bigint
) SERVER periods_meta OPTIONS (level 'account', period 'all');
SELECT adpipe.materialize('flight', 'flight_copy');
\echo :LAST_ERROR_SQLSTATE
SELECT adpipe.materialize('periods_meta.account_weekly', 'weeks_copy', start => '2026-09-01');
SELECT a.attname FROM pg_partitioned_table p JOIN pg_attribute a ON a.attrelid = p.partrelid AND a.attnum = p.partattrs[0]
WHERE p.partrelid = 'weeks_copy'::regclass;
SELECT start_day, period FROM adpipe.target_ledger WHERE target = 'weeks_copy'::regclass;
SELECT indexdef FROM pg_indexes WHERE tablename = 'weeks_copy';

-- first days of weeks and months
SELECT d::date AS day, p AS period, adpipe_internal.slice_start(d::date, p) AS start, adpipe_internal.slice_end(adpipe_internal.slice_start(d::date, p), p) AS "end",
       adpipe_internal.slice_from(d::date, p) AS "from"
FROM unnest('{2026-11-01,2026-11-02,2026-11-30,2027-01-01,2028-02-29}'::date[]) d CROSS JOIN unnest('{day,week,month}'::text[]) p ORDER BY 2, 1;

SET client_min_messages = warning;
DROP TABLE weeks_copy;
DROP SCHEMA periods, periods_meta CASCADE;
DROP FOREIGN TABLE mixed, stopped, listed, clicked, flight;
DROP SERVER periods_google;
DROP SERVER periods_meta;
DROP SERVER periods_flyer;
