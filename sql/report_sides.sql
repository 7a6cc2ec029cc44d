-- What a report does with numbers that some rows do not have: a side that is not
-- whole is NULL and counted, never 0 and never a part.
SET client_min_messages = warning;
SET datestyle = 'ISO';
SET timezone = 'UTC';
SET adpipe.debug_now = '2026-11-20 12:00Z';
CREATE SERVER meta FOREIGN DATA WRAPPER meta_ads OPTIONS (account_id '*');
CREATE SCHEMA meta;
IMPORT FOREIGN SCHEMA reports LIMIT TO (adset_daily) FROM SERVER meta INTO meta;
SELECT adpipe.materialize('meta.adset_daily', 'adset', '2026-11-01');

-- Never refreshed: an error, not an empty report.
\set SHOW_CONTEXT never
SELECT adpipe.daily_report('adset');
SELECT adpipe.daily_report('adset', '2026-11-19');
SELECT adpipe.daily_report_markdown('adset');

-- Accounts with the days that they have.
CREATE FUNCTION reads(target regclass, account text, since date, until date) RETURNS void LANGUAGE sql AS $$
    INSERT INTO adpipe.account_ledger (target, account_id, time_zone, is_listed, listed_at, last_success)
    VALUES (target, account, 'UTC', true, adpipe_internal.clock(), adpipe_internal.clock()) ON CONFLICT DO NOTHING;
    INSERT INTO adpipe.slice_ledger (target, account_id, date_day, rows, fetched_at, run_id)
    SELECT target, account, d::date, 1, adpipe_internal.clock(), 1 FROM generate_series(since::timestamp, until, '1 day') d;
$$;
-- An account of which no day is complete: no report without a day.
INSERT INTO adpipe.account_ledger (target, account_id, time_zone, is_listed, listed_at, last_success) VALUES ('adset', '2', 'UTC', true, adpipe_internal.clock(), adpipe_internal.clock());
SELECT adpipe.daily_report('adset');
SELECT account_id, campaign_id, spend, state FROM adpipe.daily_report('adset', '2026-11-19');
DELETE FROM adpipe.account_ledger;
SELECT reads('adset', '1', '2026-11-06', '2026-11-18'), reads('adset', '1', '2026-11-19', '2026-11-19');

-- as a refresh stores them: no trigger marks the copy as changed by hand
SET session_replication_role = replica;
-- told: all is told; mixed: one of two ad sets has no conversions on the 19th and
-- the 12th; untold: none has; paused: no row on the 19th; costless: no spend.
INSERT INTO adset (account_id, account_name, date_day, currency, campaign_id, campaign_name, adset_id, spend, conversions, conversions_value, _fetched_at)
SELECT '1', 'Hanbit', d::date, 'KRW', c.id, c.name, c.adset, c.spend, c.conversions, c.value, now()
FROM (VALUES ('11', 'told', 'a', 100, 4, 400, '{2026-11-12,2026-11-18,2026-11-19}'::date[]), ('11', 'told', 'b', 50, 1, 50, '{2026-11-18,2026-11-19}'),
             ('12', 'mixed', 'c', 80, 2, 160, '{2026-11-12,2026-11-18,2026-11-19}'), ('12', 'mixed', 'd', 20, NULL, NULL, '{2026-11-12,2026-11-19}'),
             ('13', 'untold', 'e', 30, NULL, NULL, '{2026-11-12,2026-11-18,2026-11-19}'),
             ('14', 'paused', 'f', 60, 3, 90, '{2026-11-12,2026-11-18}'), ('15', 'paused untold', 'g', 60, NULL, NULL, '{2026-11-12,2026-11-18}'),
             ('16', 'costless', 'h', NULL, 5, 10, '{2026-11-19}')) c (id, name, adset, spend, conversions, value, days), unnest(c.days) d;

SELECT campaign_name, spend, spend_day_before, spend_week_before, conversions, conversions_day_before, conversions_week_before,
       rows_without_spend, rows_without_conversions, rows_without_value FROM adpipe.daily_report('adset') ORDER BY campaign_id;
SELECT campaign_name, roas, roas_day_before, roas_week_before, trend FROM adpipe.daily_report('adset') ORDER BY campaign_id;
\pset format unaligned
\pset tuples_only on
SELECT adpipe.daily_report_markdown('adset');
DELETE FROM adset WHERE campaign_id = '16';
SELECT adpipe.daily_report_markdown('adset');
\pset format aligned
\pset tuples_only off
-- a day that is not there is no number, a complete one without rows is 0
DELETE FROM adpipe.slice_ledger WHERE date_day = '2026-11-18';
SELECT campaign_name, spend, spend_day_before, conversions, conversions_day_before FROM adpipe.daily_report('adset', '2026-11-19') ORDER BY campaign_id;

DROP FUNCTION reads(regclass, text, date, date);
DROP TABLE adset;
DROP SERVER meta CASCADE;
DROP SCHEMA meta;
