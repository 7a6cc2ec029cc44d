/*
 * scale.sql
 *   A world of many accounts, made by generate_series and not by refreshes: the
 *   ledger of some copies as it is when all has been read, and the rows of the
 *   first of them.  Read by test/bench/scale and by tests, as a superuser, with psql
 *   variables accounts, days and copies.  Nothing here is asked of a platform.
 *
 *   The present is adpipe.debug_now, which the reader sets to :now again, so that
 *   no hour of the day makes anything due.
 */
\set QUIET on
SET client_min_messages = warning;
SET adpipe.debug_now = :'now';
DROP SCHEMA IF EXISTS ads CASCADE;
/* Neither the guards of the ledger nor the marks of the copies: what is made here is what refreshes would have left. */
SET session_replication_role = replica;

CREATE SCHEMA IF NOT EXISTS google;
CREATE SCHEMA IF NOT EXISTS tracker;
CREATE SCHEMA ads;
CREATE SERVER IF NOT EXISTS google FOREIGN DATA WRAPPER google_ads
    OPTIONS (endpoint 'http://127.0.0.1:9', customer_id '*', login_customer_id '9876543210');
CREATE SERVER IF NOT EXISTS tracker FOREIGN DATA WRAPPER appsflyer
    OPTIONS (endpoint 'http://127.0.0.1:9', app_id 'com.example.shop');
IMPORT FOREIGN SCHEMA reports LIMIT TO (campaign_daily) FROM SERVER google INTO google OPTIONS (existing 'keep');
IMPORT FOREIGN SCHEMA reports LIMIT TO (partners_daily) FROM SERVER tracker INTO tracker OPTIONS (existing 'keep');

/* The last copy is a tracker's, so that there is something to compare with. */
SELECT adpipe.materialize(CASE WHEN n = :copies AND n > 1 THEN 'tracker.partners_daily' ELSE 'google.campaign_daily' END,
                          'ads.copy_' || n, (:'now'::timestamptz)::date - CASE WHEN n = :copies THEN least(:days, 700) ELSE :days END)
FROM generate_series(1, :copies) n \g /dev/null
SELECT adpipe_internal.make_partitions('ads.copy_1', (:'now'::timestamptz)::date - :days, (:'now'::timestamptz)::date + 31) \g /dev/null

INSERT INTO adpipe.account_ledger (target, account_id, account_name, time_zone, currency, window_days,
                                   is_listed, listed_at, last_attempt, last_success)
SELECT t.target, lpad(a::text, 10, '0'), 'account ' || a,
       (ARRAY['UTC', 'Asia/Seoul', 'Europe/Berlin', 'America/New_York'])[1 + a % 4], 'EUR', NULL,
       true, :'now'::timestamptz - interval '10 minutes', :'now'::timestamptz - interval '10 minutes',
       :'now'::timestamptz - interval '10 minutes'
FROM adpipe.target_ledger t CROSS JOIN generate_series(1, :accounts) a;
UPDATE adpipe.target_ledger t
SET listed_as = adpipe_internal.account_options(t.source), last_call = :'now'::timestamptz - interval '10 minutes',
    checked_at = :'now'::timestamptz - interval '1 hour', call_gap = interval '30 minutes';
INSERT INTO adpipe.run_ledger (target, is_scheduled, first_run_id, started_at, ended_at, status, pid, backend_start, query_start)
SELECT t.target, true, 1, m, m + interval '2 minutes', 'succeeded', 1, m, m
FROM adpipe.target_ledger t
CROSS JOIN generate_series(:'now'::timestamptz - interval '20 days', :'now'::timestamptz - interval '10 minutes', interval '30 minutes') m;

/* Ten campaigns; of the last two months only, so that the world is made in a minute. */
INSERT INTO ads.copy_1 (account_id, account_name, date_day, currency, campaign_id, campaign_name, campaign_status, channel_type,
                        impressions, clicks, interactions, cost_micros, spend, conversions, conversions_value,
                        all_conversions, all_conversions_value, view_through_conversions, _fetched_at)
SELECT lpad(a::text, 10, '0'), 'account ' || a, d::date, 'EUR', (10 * a + c)::text, 'campaign ' || (10 * a + c), 'ENABLED', 'SEARCH',
       1000 + a, 10 + a % 7, 12, 1000000 * (1 + a % 9), 1 + a % 9, a % 3, 20 + a % 3, a % 3, 20, 0, :'now'::timestamptz
FROM generate_series(1, :accounts) a
CROSS JOIN generate_series((:'now'::timestamptz)::date - least(:days, 60), (:'now'::timestamptz)::date, interval '1 day') d
CROSS JOIN generate_series(1, 10) c
ORDER BY d, a, c;

/* Read again until 100 days had gone by, the last days ten minutes ago. */
INSERT INTO adpipe.slice_ledger (target, account_id, date_day, rows, content_hash, fetched_at, changed_at, asked_at, run_id,
                                 spend, impressions, version, checked_at)
SELECT t.target, a.account_id, d::date, coalesce(f.rows, 1), coalesce(f.content_hash, '4:1:1'), m.asked_at, m.asked_at, m.asked_at, 1, 2, 1000, 1, m.asked_at
FROM adpipe.target_ledger t
JOIN adpipe.account_ledger a ON a.target = t.target
CROSS JOIN generate_series(t.start_day, (:'now'::timestamptz)::date, interval '1 day') d
CROSS JOIN LATERAL (SELECT least(:'now'::timestamptz - interval '10 minutes', d + interval '100 days')) m (asked_at)
LEFT JOIN adpipe_internal.stored_slices('ads.copy_1', (:'now'::timestamptz)::date - :days, (:'now'::timestamptz)::date) f
    ON t.target = 'ads.copy_1'::regclass AND f.account_id = a.account_id AND f.date_day = d::date
ORDER BY d, t.target, a.account_id;
RESET session_replication_role;
ANALYZE adpipe.slice_ledger;
SELECT adpipe_internal.note_whole(t.target) FROM adpipe.target_ledger t \g /dev/null
VACUUM ANALYZE adpipe.slice_ledger;
VACUUM ANALYZE adpipe.account_ledger;
VACUUM ANALYZE adpipe.run_ledger;
VACUUM ANALYZE adpipe.target_ledger;
VACUUM ANALYZE ads.copy_1;
