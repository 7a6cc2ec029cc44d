-- Tables and views of one's own as reports: what is refused, coverage, discrepancy,
-- the morning table, and report views.
\set SHOW_CONTEXT never
SET client_min_messages = warning;
SET datestyle = 'ISO';
SET timezone = 'Asia/Seoul';
SET adpipe.debug_now = '2026-11-20 00:30Z';
CREATE SCHEMA own;
CREATE SCHEMA bi;

-- A table as it was loaded from a file: its types, then its columns.
CREATE TABLE own.subway (account_id text, account_name text, date_day date, currency text, campaign_id text, campaign_name text,
                         impressions integer, clicks bigint, spend numeric(12,2), conversions numeric, memo text);
SELECT adpipe.register_report('own.subway', 'subway_ads');
ALTER TABLE own.subway ADD COLUMN conversions_value numeric, ALTER COLUMN impressions TYPE bigint, ALTER COLUMN spend TYPE numeric;
SELECT adpipe.register_report('own.subway', 'subway_ads');
SELECT report, platform, time_zone, owner = current_user AS is_mine FROM adpipe.own_reports;
-- By the ids that it has it belongs to one of four views.
CREATE VIEW own.account AS SELECT account_id, account_name, date_day, currency, impressions, clicks, spend, conversions, conversions_value FROM own.subway;
CREATE VIEW own.ad_group AS SELECT s.*, 'g'::text AS ad_group_id, 'G'::text AS ad_group_name FROM own.subway s;
CREATE VIEW own.ad AS SELECT s.*, 'a'::text AS ad_id, 'A'::varchar AS ad_name FROM own.ad_group s;
SELECT adpipe.register_report('own.account', 'subway_ads'), adpipe.register_report('own.ad_group', 'subway_ads');
SELECT adpipe.register_report('own.ad', 'subway_ads');
SELECT adpipe.unregister_report('own.ad_group');
SELECT adpipe.unregister_report('own.ad_group');
SELECT report, platform FROM adpipe.own_reports ORDER BY 1;

-- Names.
SELECT adpipe.register_report('own.subway', p) FROM unnest('{google_ads}'::text[]) p;
SELECT adpipe.register_report('own.subway', 'Naver SearchAd');
SELECT adpipe.register_report('own.subway', ' subway');
SELECT adpipe.register_report('own.subway', '?!');
SELECT adpipe.register_report('own.subway', NULL);
SELECT adpipe.register_report('own.subway', 'subway_ads', 'Seoul');
CREATE TABLE own.twice (LIKE own.subway);
SELECT adpipe.register_report('own.twice', 'subway_ads');
SELECT adpipe.register_report('own.twice', '지하철');

-- Relations.
CREATE SERVER google FOREIGN DATA WRAPPER google_ads OPTIONS (customer_id '1234567890');
CREATE SCHEMA google;
IMPORT FOREIGN SCHEMA reports LIMIT TO (campaign_daily) FROM SERVER google INTO google;
SELECT adpipe.materialize('google.campaign_daily', 'own.copy', '2026-11-01');
SELECT adpipe.register_report('own.copy', 'mine');
SELECT adpipe.register_report('google.campaign_daily', 'mine');
CREATE VIEW own.live AS SELECT * FROM google.campaign_daily;
SELECT adpipe.register_report('own.live', 'mine');
CREATE TEMP TABLE passing (LIKE own.subway);
SELECT adpipe.register_report('passing', 'mine');

-- Rows.
SELECT count(*) FROM adpipe.create_report_views('bi');
INSERT INTO own.subway (account_id, account_name, date_day, currency, campaign_id, campaign_name, impressions, clicks, spend, conversions, conversions_value)
SELECT 'line2', '2호선', d::date, 'KRW', c.id, c.name, 1000, 10 * c.id::bigint, 50000, 0.5 * c.id::numeric, 90000
FROM generate_series('2026-11-10'::timestamp, '2026-11-19', '1 day') d, (VALUES ('1', 'Poster'), ('2', 'Screen door')) c (id, name)
WHERE d <> '2026-11-15';
SELECT adpipe.register_report('own.subway', 'subway_ads');
BEGIN;
INSERT INTO own.subway (account_id, date_day, currency, campaign_id) VALUES (NULL, '2026-11-12', 'KRW', '3');
SELECT adpipe.register_report('own.subway', 'subway_ads');
ROLLBACK;
BEGIN;
INSERT INTO own.subway (account_id, date_day, currency, campaign_id) VALUES ('line2', NULL, 'KRW', '3');
SELECT adpipe.register_report('own.subway', 'subway_ads');
ROLLBACK;
BEGIN;
INSERT INTO own.subway (account_id, date_day, currency, campaign_id) VALUES ('line2', 'infinity', 'KRW', '3');
SELECT adpipe.register_report('own.subway', 'subway_ads');
ROLLBACK;
BEGIN;
INSERT INTO own.subway (account_id, date_day, currency, campaign_id) VALUES ('line2', '2026-11-12', '원', '3');
SELECT adpipe.register_report('own.subway', 'subway_ads');
ROLLBACK;
BEGIN;
INSERT INTO own.subway (account_id, date_day, currency) VALUES ('line2', '2026-11-12', 'KRW');
SELECT adpipe.register_report('own.subway', 'subway_ads');
ROLLBACK;
BEGIN;
INSERT INTO own.subway (account_id, date_day, currency, campaign_id) VALUES ('line2', '2026-11-12', 'USD', '3');
SELECT adpipe.register_report('own.subway', 'subway_ads');
ROLLBACK;
BEGIN;
INSERT INTO own.subway (account_id, date_day, currency, campaign_id) VALUES ('line2', '2026-11-12', 'KRW', '2');
SELECT adpipe.register_report('own.subway', 'subway_ads');
ROLLBACK;
CREATE VIEW own.several AS SELECT CASE campaign_id WHEN '1' THEN 'poster' ELSE 'door' END AS platform, s.* FROM own.subway s;
SELECT adpipe.register_report('own.several', 'poster');

-- Coverage: a day without rows is missing, today is open in the report's own zone.
SELECT account_id, state, count(*), min(date_day), max(date_day) FROM adpipe.coverage WHERE target = 'own.subway'::regclass GROUP BY 1, 2 ORDER BY 4;
BEGIN;
INSERT INTO own.subway (account_id, date_day, currency, campaign_id) VALUES ('line2', '2026-11-20', 'KRW', '1'), ('line2', '2026-11-15', 'KRW', '1');
SELECT account_id, state, count(*), min(date_day) FROM adpipe.coverage WHERE target = 'own.subway'::regclass GROUP BY 1, 2 ORDER BY 4;
SELECT adpipe.register_report('own.subway', 'subway_ads', 'America/Los_Angeles');
SELECT date_day, state FROM adpipe.coverage WHERE target = 'own.subway'::regclass AND state <> 'adopted' ORDER BY 1;
ROLLBACK;
-- What register_report() would refuse is failed: the day, or all of an account.
BEGIN;
INSERT INTO own.subway (account_id, date_day, currency, campaign_id) VALUES ('line2', '2026-11-12', 'KRW', '2'), ('line2', '2026-11-13', 'KRW', NULL), (NULL, '2026-11-14', 'KRW', '1'),
    ('line3', '2026-11-18', 'KRW', '1'), ('line3', '2026-11-19', 'USD', '1'), ('line4', '2026-11-18', 'KRW', '1'), ('line4', NULL, 'KRW', '1');
SELECT account_id, date_day FROM adpipe.coverage WHERE target = 'own.subway'::regclass AND state = 'failed' ORDER BY 1, 2;
ROLLBACK;
-- A report that cannot be read is failed as well, and nothing else is.
INSERT INTO own.twice (account_id, date_day, currency, campaign_id) VALUES ('line2', '2026-11-12', 'KRW', '2');
SELECT adpipe.unregister_report('own.account');
CREATE OR REPLACE VIEW own.account AS SELECT account_id, account_name, date_day, currency, sum(impressions)::bigint AS impressions,
       (sum(clicks) / (SELECT count(*) FROM own.twice))::bigint AS clicks, sum(spend) AS spend, sum(conversions) AS conversions, sum(conversions_value) AS conversions_value
FROM own.subway GROUP BY 1, 2, 3, 4;
SELECT adpipe.register_report('own.account', 'subway_total');
SELECT count(*), min(state) FROM adpipe.coverage WHERE target = 'own.account'::regclass AND state <> 'missing';
DELETE FROM own.twice;
SELECT * FROM adpipe.coverage WHERE target = 'own.account'::regclass;
SELECT count(*) FROM adpipe.coverage WHERE target = 'own.subway'::regclass;
SELECT adpipe.unregister_report('own.account');

-- Report views: names are the latest, other arms are as they were.
UPDATE own.subway SET campaign_name = 'Posters' WHERE campaign_id = '1' AND date_day = '2026-11-19';
SELECT view_name, target, platform, source_relation, note FROM adpipe.create_report_views('bi') WHERE target = 'own.subway'::regclass;
SELECT platform, account_name, date_day, currency, campaign_name, clicks, spend, source_relation FROM bi.campaign_report WHERE date_day >= '2026-11-18' ORDER BY date_day, campaign_id;
SELECT obj_description('bi.campaign_report'::regclass);
SELECT date_week, campaign_name, days, clicks FROM bi.campaign_report_week ORDER BY 1, 2;
SELECT sum(clicks), sum(spend), platform FROM bi.tracker_bridge GROUP BY 3;
-- A view over the report views would read itself.
CREATE VIEW own.itself AS SELECT account_id, account_name, date_day, currency, campaign_id, campaign_name, impressions, clicks, spend, conversions, conversions_value FROM bi.campaign_report;
SELECT adpipe.register_report('own.itself', 'mine');
-- What was changed since is refused by name.
ALTER TABLE own.subway RENAME COLUMN conversions_value TO value;
SELECT adpipe.create_report_views('bi');
ALTER TABLE own.subway RENAME COLUMN value TO conversions_value;

-- The morning table.
SELECT account_name, campaign_name, currency, spend, spend_day_before, spend_week_before, conversions, roas, plan, state, trend, date_day FROM adpipe.daily_report('own.subway');
SELECT count(spend), count(spend_day_before), state FROM adpipe.daily_report('own.subway', '2026-11-15') GROUP BY 3;
SELECT count(*) FROM adpipe.daily_report('own.subway', 'infinity');
INSERT INTO adpipe.plans (month, platform, campaign_pattern, amount, currency) VALUES ('2026-11-01', 'subway%', 'Posters', 3000000, 'KRW'), ('2026-11-01', '%', '%', 9000000, 'KRW');
SELECT campaign_name, plan, plan_used FROM adpipe.daily_report('own.subway') ORDER BY 1;
SELECT platform, accounts, days_counted, days_missing, spent_to_date FROM bi.pacing ORDER BY 1;
SELECT adpipe.daily_report_markdown('own.subway');
-- A day in several currencies has no amount.
BEGIN;
DELETE FROM adpipe.plans;
INSERT INTO own.subway (account_id, date_day, currency, campaign_id, spend, conversions, conversions_value) VALUES ('line2', '2026-11-19', 'USD', '1', 40, 1, 80);
SELECT campaign_name, spend, conversions, roas, rows_without_spend, state, right(trend, 2) FROM adpipe.daily_report('own.subway', '2026-11-19') ORDER BY 1;
ROLLBACK;
-- An account without rows for two weeks has ended.
INSERT INTO own.subway (account_id, date_day, currency, campaign_id, spend) VALUES ('bus', '2026-11-01', 'KRW', '9', 1);
SELECT account_id, count(*), max(date_day) FROM adpipe.daily_report('own.subway') GROUP BY 1;
SELECT account_id, count(*), min(date_day) FROM adpipe.daily_report('own.subway', '2026-11-14') GROUP BY 1 ORDER BY 1;
DELETE FROM own.subway WHERE account_id = 'bus';

-- Discrepancy.
CREATE SERVER tracker FOREIGN DATA WRAPPER appsflyer;
CREATE FOREIGN TABLE partners (account_id text NOT NULL, account_name text, date_day date NOT NULL, currency text, agency text, media_source text,
        campaign_name text, clicks bigint, installs bigint)
    SERVER tracker OPTIONS (report 'partners_by_date_report');
SELECT adpipe.materialize('partners', 'tracker', '2026-11-14');
INSERT INTO adpipe.account_ledger (target, account_id, time_zone, is_listed, listed_at) VALUES ('tracker', 'app', 'Asia/Seoul', true, adpipe_internal.clock());
INSERT INTO adpipe.slice_ledger (target, account_id, date_day, rows, fetched_at, run_id)
SELECT 'tracker', 'app', d::date, 1, adpipe_internal.clock(), 1 FROM generate_series('2026-11-14'::timestamp, '2026-11-19', '1 day') d;
SET session_replication_role = replica;
INSERT INTO tracker (account_id, date_day, media_source, campaign_name, clicks, installs, _fetched_at)
SELECT 'app', d::date, 'subway_qr', 'x', 25, 1, now() FROM generate_series('2026-11-14'::timestamp, '2026-11-19', '1 day') d;
RESET session_replication_role;
INSERT INTO adpipe.media_sources VALUES ('subway_qr', 'subway_ads');
SELECT date_day, platform, platform_clicks, tracker_clicks, clicks_difference, conversions, installs FROM adpipe.discrepancies('2026-11-14', '2026-11-16');
UPDATE own.subway SET clicks = NULL WHERE date_day = '2026-11-14' AND campaign_id = '1';
SELECT date_day, platform_clicks, rows_without_platform_clicks, conversions FROM adpipe.discrepancies('2026-11-14', '2026-11-14');

-- Health and require_complete(): what was forgotten, what is not sound, and what nobody loads any more.
SELECT severity, account_id, problem, since, action FROM adpipe.health WHERE target = 'own.subway'::regclass;
SELECT adpipe.require_complete('own.subway', '2026-11-16', '2026-11-19');
SELECT adpipe.require_complete('own.subway', '2026-11-13', '2026-11-16');
SELECT adpipe.require_complete('own.subway', '2026-11-19', '2026-11-21');
SELECT adpipe.require_complete('own.subway', '2026-11-08', '2026-11-10');
SELECT adpipe.require_complete('own.subway', '2026-11-19', '2026-11-18');
BEGIN;
INSERT INTO own.subway (account_id, date_day, currency, campaign_id, spend) VALUES ('line2', '2026-11-15', 'KRW', '1', 0), ('bus', '2026-11-01', 'KRW', '9', 1);
SELECT severity, account_id, problem FROM adpipe.health WHERE target = 'own.subway'::regclass;
SAVEPOINT before;
SELECT adpipe.require_complete('own.subway', '2026-11-02', '2026-11-03');
ROLLBACK TO before;
DELETE FROM own.subway WHERE account_id = 'bus';
SELECT adpipe.require_complete('own.subway', '2026-11-10', '2026-11-19');
INSERT INTO own.subway (account_id, date_day, currency, campaign_id, spend) VALUES ('line2', '2026-11-17', 'KRW', NULL, 5);
SELECT severity, account_id, problem, since, action FROM adpipe.health WHERE target = 'own.subway'::regclass;
SAVEPOINT before;
SELECT adpipe.require_complete('own.subway', '2026-11-16', '2026-11-18');
ROLLBACK TO before;
DELETE FROM own.subway WHERE date_day = '2026-11-17' AND campaign_id IS NULL;
INSERT INTO own.subway (account_id, date_day, currency, campaign_id, spend) VALUES (NULL, '2026-11-17', 'KRW', '1', 5);
SELECT severity, account_id, problem FROM adpipe.health WHERE target = 'own.subway'::regclass;
SELECT adpipe.require_complete('own.subway', '2026-11-10', '2026-11-10');
ROLLBACK;
BEGIN;
DELETE FROM own.subway WHERE date_day = '2026-11-15' OR date_day > '2026-11-17';
INSERT INTO own.subway (account_id, date_day, currency, campaign_id, spend) VALUES ('line2', '2026-11-15', 'KRW', '1', 0);
SET adpipe.debug_now = '2026-11-18 23:00Z';
SELECT count(*) FROM adpipe.health WHERE target = 'own.subway'::regclass;
SET adpipe.debug_now = '2026-11-19 23:00Z';
SELECT severity, account_id, problem, since, action FROM adpipe.health WHERE target = 'own.subway'::regclass;
TRUNCATE own.subway;
SELECT count(*) FROM adpipe.health WHERE target = 'own.subway'::regclass;
SELECT adpipe.require_complete('own.subway', '2026-11-10', '2026-11-10');
ROLLBACK;

-- An account that ended on purpose: its owner says so, until a later row is loaded.
BEGIN;
INSERT INTO own.subway (account_id, account_name, date_day, currency, campaign_id, spend) VALUES ('line2', '2호선', '2026-11-15', 'KRW', '1', 0);
INSERT INTO own.subway (account_id, account_name, date_day, currency, campaign_id, spend)
SELECT 'bus', 'Bus', d::date, 'KRW', '9', 1 FROM generate_series('2026-11-10'::timestamp, '2026-11-16', '1 day') d;
SELECT severity, account_id, problem, action FROM adpipe.health WHERE target = 'own.subway'::regclass;
SAVEPOINT before;
SELECT adpipe.require_complete('own.subway', '2026-11-16', '2026-11-18');
ROLLBACK TO before;
SELECT DISTINCT date_day FROM adpipe.daily_report('own.subway');
SELECT adpipe.accept_end('own.subway', 'line2') AS goes_on, adpipe.accept_end('own.subway', 'bus') AS ended, adpipe.accept_end('own.subway', 'bus') AS again;
SELECT count(*) FROM adpipe.health WHERE target = 'own.subway'::regclass;
SELECT account_id, state, min(date_day), max(date_day) FROM adpipe.coverage WHERE target = 'own.subway'::regclass GROUP BY 1, 2 ORDER BY 1;
SELECT account_id, ended_day FROM adpipe.kept_accounts WHERE target = 'own.subway'::regclass ORDER BY 1;
SELECT adpipe.require_complete('own.subway', '2026-11-10', '2026-11-19');
SAVEPOINT before;
SELECT adpipe.require_complete('own.subway', '2026-11-19', '2026-11-21');
ROLLBACK TO before;
SELECT DISTINCT date_day FROM adpipe.daily_report('own.subway');
SELECT adpipe.register_report('own.subway', 'subway_ads');
SELECT count(*) FROM adpipe.health WHERE target = 'own.subway'::regclass;
SELECT date_day, platform_clicks FROM adpipe.discrepancies('2026-11-17', '2026-11-17');
SAVEPOINT before;
DELETE FROM own.subway WHERE account_id = 'bus' AND date_day = '2026-11-16';
SELECT account_id, date_day, state FROM adpipe.coverage WHERE target = 'own.subway'::regclass AND state <> 'adopted' ORDER BY 1, 2;
ROLLBACK TO before;
INSERT INTO own.subway (account_id, account_name, date_day, currency, campaign_id, spend) VALUES ('bus', 'Bus', '2026-11-18', 'KRW', '9', 1);
SELECT account_id, date_day, state FROM adpipe.coverage WHERE target = 'own.subway'::regclass AND state <> 'adopted' ORDER BY 1, 2;
SELECT severity, account_id, problem FROM adpipe.health WHERE target = 'own.subway'::regclass;
ROLLBACK;
-- Of all accounts at once, so that a report that is over is no problem for ever.
BEGIN;
INSERT INTO own.subway (account_id, date_day, currency, campaign_id, spend) VALUES ('line2', '2026-11-15', 'KRW', '1', 0), ('bus', '2026-11-19', 'KRW', '9', 1);
SET adpipe.debug_now = '2027-02-01 00:30Z';
SELECT severity, account_id, problem FROM adpipe.health WHERE target = 'own.subway'::regclass ORDER BY 2;
SELECT adpipe.accept_end('own.subway');
SELECT count(*) FROM adpipe.health WHERE target = 'own.subway'::regclass;
SELECT DISTINCT date_day FROM adpipe.daily_report('own.subway');
ROLLBACK;
-- A day that is planned for one account does not end the others.
BEGIN;
DELETE FROM own.subway WHERE date_day > '2026-11-16';
INSERT INTO own.subway (account_id, date_day, currency, campaign_id, spend) VALUES ('line2', '2026-11-15', 'KRW', '1', 0), ('bus', '2026-11-19', 'KRW', '9', 1), ('bus', '2026-12-31', 'KRW', '9', 1);
SELECT severity, account_id, problem FROM adpipe.health WHERE target = 'own.subway'::regclass;
ROLLBACK;
SELECT adpipe.accept_end('own.account');

-- What is dropped is forgotten.
SELECT adpipe.unregister_report('own.twice');
DROP SCHEMA bi CASCADE;
DROP VIEW own.ad_group CASCADE;
DROP TABLE own.subway CASCADE;
SELECT * FROM adpipe.own_reports;
SELECT count(*) FROM adpipe.coverage WHERE target NOT IN (SELECT target FROM adpipe.targets);

SET client_min_messages = warning;
DROP TABLE tracker;
DROP SCHEMA own, google CASCADE;
DROP SERVER tracker CASCADE;
DROP SERVER google CASCADE;
