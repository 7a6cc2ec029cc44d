-- What stopped arriving, judged from days in the ledger; nothing is asked.
SET client_min_messages = warning;
SET datestyle = 'ISO';
SET timezone = 'UTC';
SET adpipe.debug_now = '2026-11-20 12:00Z';
CREATE SERVER tracker FOREIGN DATA WRAPPER appsflyer;
CREATE SERVER google FOREIGN DATA WRAPPER google_ads OPTIONS (customer_id '1234567890');
CREATE FOREIGN TABLE events_source (account_id text NOT NULL, date_day date NOT NULL, media_source text, event_name text, event_count bigint)
    SERVER tracker OPTIONS (report 'partners_by_date_report');
CREATE FOREIGN TABLE raw_source (account_id text NOT NULL, date_day date NOT NULL, event_name text)
    SERVER tracker OPTIONS (report 'in_app_events_report');
CREATE FOREIGN TABLE campaign_source (account_id text OPTIONS (field 'customer.id') NOT NULL, date_day date OPTIONS (field 'segments.date') NOT NULL,
        campaign_id text OPTIONS (field 'campaign.id'), clicks bigint OPTIONS (field 'metrics.clicks'), conversions numeric OPTIONS (field 'metrics.conversions'))
    SERVER google OPTIONS (resource 'campaign');
SELECT adpipe.materialize('events_source', 'events', '2026-10-01');
SELECT adpipe.materialize('raw_source', 'raw', '2026-10-21');
SELECT adpipe.materialize('campaign_source', 'campaign', '2026-10-01');

-- Stores the days up to one as read after they had settled.
CREATE FUNCTION read_until(target regclass, until date) RETURNS void LANGUAGE sql AS $$
    INSERT INTO adpipe.account_ledger (target, account_id, time_zone, is_listed, listed_at)
    VALUES (target, 'app', 'Asia/Seoul', true, adpipe_internal.clock()) ON CONFLICT DO NOTHING;
    DELETE FROM adpipe.slice_ledger s WHERE s.target = $1;
    INSERT INTO adpipe.slice_ledger (target, account_id, date_day, rows, fetched_at, changed_at, run_id)
    SELECT $1, 'app', d::date, 1, adpipe_internal.readable_at(d::date, 'Asia/Seoul', '5 hours'), adpipe_internal.clock(), 1
    FROM generate_series(timestamp '2026-10-01', until, '1 day') d;
$$;
CREATE FUNCTION clean() RETURNS void LANGUAGE sql AS $$
    DELETE FROM events; DELETE FROM raw; DELETE FROM campaign; DELETE FROM adpipe.signal_ledger; DELETE FROM adpipe.settings_ledger;
    DELETE FROM adpipe.settings_change_ledger;
$$;
CREATE VIEW missed AS SELECT severity, problem, since FROM adpipe.health WHERE problem ~ 'since 20' ORDER BY problem;

-- How long a silence is allowed.
SELECT kind, active_days, gap, lag, adpipe_internal.silence_allowed(kind, active_days, gap, lag)
FROM (VALUES ('rows', 35, 0, 0), ('rows', 20, 0, 0), ('rows', 34, 1, 0), ('metric', 35, 0, 0), ('event', 35, 0, 0), ('event', 34, 1, 0),
             ('campaign', 25, 2, 0), ('event', 7, 6, 0), ('event', 30, 1, 6))
    v (kind, active_days, gap, lag);

-- By the day on which it happened: daily, weekdays only, twice a week, too rare
-- to judge.
INSERT INTO raw SELECT 'app', d::date, 'large', d FROM generate_series(timestamp '2026-10-01', '2026-11-17', '1 day') d, generate_series(1, 3);
INSERT INTO raw SELECT 'app', d::date, 'small', d FROM generate_series(timestamp '2026-10-01', '2026-11-17', '1 day') d;
INSERT INTO raw SELECT 'app', d::date, 'weekdays', d FROM generate_series(timestamp '2026-10-01', '2026-11-13', '1 day') d WHERE extract(isodow FROM d) < 6;
INSERT INTO raw SELECT 'app', d::date, 'twice a week', d FROM generate_series(timestamp '2026-10-01', '2026-11-10', '1 day') d WHERE extract(isodow FROM d) IN (2, 5);
INSERT INTO raw SELECT 'app', d::date, 'rare', d FROM generate_series(timestamp '2026-10-01', '2026-11-10', '1 day') d WHERE extract(isodow FROM d) = 2;
SELECT read_until('raw', '2026-11-18'), adpipe_internal.watch_signals('raw', 'raw_source');
SELECT kind, name, active_days, last_day, silent_days, longest_gap FROM adpipe.signal_ledger WHERE kind = 'event' ORDER BY name;
TABLE missed;
SELECT read_until('raw', '2026-11-19'), adpipe_internal.watch_signals('raw', 'raw_source');
TABLE missed;

-- Nothing is measured twice on the same days.
UPDATE adpipe.signal_ledger SET silent_days = 0;
SELECT adpipe_internal.watch_signals('raw', 'raw_source');
SELECT max(silent_days) FROM adpipe.signal_ledger;

-- A day that was read before it had settled is not judged.
UPDATE adpipe.target_ledger SET signals_seen = NULL;
UPDATE adpipe.slice_ledger SET fetched_at = adpipe_internal.readable_at(date_day, 'Asia/Seoul', '2 hours') WHERE date_day >= '2026-11-18';
SELECT adpipe_internal.watch_signals('raw', 'raw_source');
SELECT name, silent_days FROM adpipe.signal_ledger WHERE name IN ('large', 'small') ORDER BY 1;
TABLE missed;

-- Arrived after all: clear.  Gone for good: a note after four weeks, until it
-- is accepted.
SELECT read_until('raw', '2026-11-19');
INSERT INTO raw SELECT 'app', d::date, 'small', d FROM generate_series(timestamp '2026-11-18', '2026-11-19', '1 day') d;
SELECT adpipe_internal.watch_signals('raw', 'raw_source');
TABLE missed;
SET adpipe.debug_now = '2026-12-28 12:00Z';
INSERT INTO raw SELECT 'app', d::date, 'small', d FROM generate_series(timestamp '2026-11-20', '2026-11-30', '1 day') d;
SELECT read_until('raw', '2026-12-27'), adpipe_internal.watch_signals('raw', 'raw_source');
SELECT severity, problem FROM missed;
SELECT adpipe.accept_absence('raw', 'app', 'large'), adpipe.accept_absence('raw', 'app', 'large');
SELECT severity, problem FROM missed;
SELECT adpipe.accept_absence('raw');
TABLE missed;
SELECT setting, value FROM adpipe.settings_ledger WHERE setting LIKE 'event/%' ORDER BY 1;

-- Reports by the day of the install: what users do on their fourth day is not
-- missed on the newest three, and is when it stays away for longer.
SELECT clean();
SET adpipe.debug_now = '2026-11-20 12:00Z';
INSERT INTO events SELECT 'app', d::date, 'googleadwords_int', 'install day', 30, d FROM generate_series(timestamp '2026-10-01', '2026-11-19', '1 day') d;
INSERT INTO events SELECT 'app', d::date, 'googleadwords_int', 'fourth day', 30, d FROM generate_series(timestamp '2026-10-01', '2026-11-16', '1 day') d;
SELECT read_until('events', '2026-11-19'), adpipe_internal.watch_signals('events', 'events_source');
SELECT name, silent_days, lag_days FROM adpipe.signal_ledger WHERE kind = 'event' ORDER BY 1;
TABLE missed;
SET adpipe.debug_now = '2026-11-24 12:00Z';
INSERT INTO events SELECT 'app', d::date, 'googleadwords_int', 'install day', 30, d FROM generate_series(timestamp '2026-11-20', '2026-11-23', '1 day') d;
SELECT read_until('events', '2026-11-23'), adpipe_internal.watch_signals('events', 'events_source');
TABLE missed;
SET adpipe.debug_now = '2026-11-25 12:00Z';
INSERT INTO events VALUES ('app', '2026-11-24', 'googleadwords_int', 'install day', 30, now());
SELECT read_until('events', '2026-11-24'), adpipe_internal.watch_signals('events', 'events_source');
SELECT severity, problem FROM missed;
SELECT account_id, setting, old_value, new_value FROM adpipe.settings_changes;
SELECT min(date_day), max(date_day), count(*) FROM adpipe.slice_ledger WHERE target = 'events'::regclass AND stale_since IS NOT NULL;

-- A metric that is zero while others are not; of an account without rows the
-- rows only.
SELECT clean();
SET adpipe.debug_now = '2026-11-20 12:00Z';
INSERT INTO campaign SELECT 'app', d::date, '1', 100, CASE WHEN d < '2026-11-18' THEN 25.5 ELSE 0 END, d FROM generate_series(timestamp '2026-10-01', '2026-11-19', '1 day') d;
SELECT read_until('campaign', '2026-11-19'), adpipe_internal.watch_signals('campaign', 'campaign_source');
SELECT severity, problem FROM missed;
SELECT action FROM adpipe.health WHERE problem ~ 'since 20';
SET adpipe.debug_now = '2026-11-20 13:00Z';
DELETE FROM campaign WHERE date_day >= '2026-11-19';
SELECT read_until('campaign', '2026-11-19');
UPDATE adpipe.slice_ledger SET rows = 0 WHERE date_day >= '2026-11-19';
SELECT adpipe_internal.watch_signals('campaign', 'campaign_source');
SELECT severity, problem FROM missed;

-- What goes wrong is said, and does not end the refresh.
UPDATE adpipe.target_ledger SET signals_seen = NULL;
CREATE ROLE regress_adpipe_nobody;
ALTER TABLE raw OWNER TO regress_adpipe_nobody;
REVOKE ALL ON raw FROM regress_adpipe_nobody;
GRANT EXECUTE ON ALL FUNCTIONS IN SCHEMA adpipe, adpipe_internal TO regress_adpipe_nobody;
SET ROLE regress_adpipe_nobody;
SELECT adpipe_internal.act_for('raw'), adpipe_internal.watch_signals('raw', 'raw_source');
RESET ROLE;
ALTER TABLE raw OWNER TO CURRENT_USER;
SELECT severity, target, problem FROM adpipe.health WHERE problem LIKE 'signals%';
SELECT adpipe_internal.watch_signals('raw', 'raw_source');
SELECT count(*) FROM adpipe.health WHERE problem LIKE 'signals%';

DROP OWNED BY regress_adpipe_nobody;
DROP ROLE regress_adpipe_nobody;
DROP VIEW missed;
DROP FUNCTION clean(), read_until(regclass, date);
DROP TABLE events, raw, campaign;
SELECT count(*) FROM adpipe.signal_ledger;
DROP SERVER tracker CASCADE;
DROP SERVER google CASCADE;
