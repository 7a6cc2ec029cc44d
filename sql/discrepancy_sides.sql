-- Which copy adpipe.discrepancy reads of an account and day, and what it says where
-- rows of it lack a number.
SET client_min_messages = warning;
SET datestyle = 'ISO';
SET timezone = 'UTC';
SET adpipe.debug_now = '2026-11-20 12:00Z';
CREATE SERVER meta FOREIGN DATA WRAPPER meta_ads OPTIONS (account_id '*');
CREATE SERVER tracker FOREIGN DATA WRAPPER appsflyer;
CREATE SCHEMA meta;
IMPORT FOREIGN SCHEMA reports LIMIT TO (account_daily, campaign_daily, adset_daily, ad_daily) FROM SERVER meta INTO meta;
CREATE FOREIGN TABLE partners (account_id text NOT NULL, account_name text, date_day date NOT NULL, currency text, agency text, media_source text,
        campaign_name text, clicks bigint, installs bigint)
    SERVER tracker OPTIONS (report 'partners_by_date_report');
SELECT adpipe.materialize('meta.campaign_daily', 'campaign', '2026-11-01'), adpipe.materialize('partners', 'tracker', '2026-11-01');

CREATE FUNCTION reads(target regclass, account text, since date, until date) RETURNS void LANGUAGE sql AS $$
    INSERT INTO adpipe.account_ledger (target, account_id, time_zone, is_listed, listed_at)
    VALUES (target, account, 'UTC', true, adpipe_internal.clock()) ON CONFLICT DO NOTHING;
    INSERT INTO adpipe.slice_ledger (target, account_id, date_day, rows, fetched_at, run_id)
    SELECT target, account, d::date, 1, adpipe_internal.clock(), 1 FROM generate_series(since::timestamp, until, '1 day') d;
$$;
CREATE FUNCTION sides() RETURNS TABLE (date_day date, platform_clicks numeric, conversions numeric, conversions_missing bigint,
                                       tracker_clicks numeric, clicks_missing bigint, installs numeric, installs_missing bigint, difference numeric)
    LANGUAGE sql AS $$
    SELECT d.date_day, d.platform_clicks, d.conversions, d.rows_without_conversions, d.tracker_clicks, d.rows_without_tracker_clicks,
           d.installs, d.rows_without_installs, d.installs_difference
    FROM adpipe.discrepancies('2026-11-16', '2026-11-19') d WHERE d.platform = 'meta_ads' ORDER BY 1
$$;
SELECT reads('campaign', '1', '2026-11-16', '2026-11-19'), reads('tracker', 'app', '2026-11-16', '2026-11-19');

-- Campaigns: the 16th is whole; on the 17th two of three have no conversions, on the
-- 18th all; the 19th has no row.
-- as a refresh stores them: no trigger marks the copies as changed by hand
SET session_replication_role = replica;
INSERT INTO campaign (account_id, date_day, campaign_id, clicks, conversions, _fetched_at) VALUES
    ('1', '2026-11-16', '11', 10, 1.5, now()), ('1', '2026-11-16', '12', 20, 2, now()),
    ('1', '2026-11-17', '11', 10, 5, now()), ('1', '2026-11-17', '12', 20, NULL, now()), ('1', '2026-11-17', '13', 20, NULL, now()),
    ('1', '2026-11-18', '11', 10, NULL, now());
-- Tracker: one source does not measure clicks, one row has no installs.
INSERT INTO tracker (account_id, date_day, media_source, campaign_name, clicks, installs, _fetched_at) VALUES
    ('app', '2026-11-16', 'Facebook Ads', 'a', 9, 3, now()), ('app', '2026-11-17', 'Facebook Ads', 'a', 9, 3, now()),
    ('app', '2026-11-17', 'Facebook Ads', 'b', NULL, 2, now()), ('app', '2026-11-18', 'Facebook Ads', 'a', 9, NULL, now()),
    ('app', '2026-11-18', 'Facebook Ads', 'b', 4, 1, now()), ('app', '2026-11-19', 'Facebook Ads', 'a', 2, 1, now());
SELECT * FROM sides();

-- A copy of the account, with fewer dimensions, that says less, goes behind; where it
-- says more, before.
SELECT adpipe.materialize('meta.account_daily', 'account', '2026-11-01');
SELECT reads('account', '1', '2026-11-16', '2026-11-19');
INSERT INTO account (account_id, date_day, clicks, conversions, _fetched_at) VALUES
    ('1', '2026-11-16', 30, NULL, now()), ('1', '2026-11-17', 50, NULL, now()), ('1', '2026-11-18', 10, 7, now());
SELECT * FROM sides();

-- Ad sets have it all, by the day that they have; ads are never read.
SELECT adpipe.materialize('meta.adset_daily', 'adset', '2026-11-01'), adpipe.materialize('meta.ad_daily', 'ad', '2026-11-01');
SELECT reads('adset', '1', '2026-11-17', '2026-11-17'), reads('ad', '1', '2026-11-16', '2026-11-19');
INSERT INTO adset (account_id, date_day, campaign_id, adset_id, clicks, conversions, _fetched_at)
SELECT '1', d::date, c.id, c.adset, c.clicks, c.conversions, now()
FROM (VALUES ('11', '111', 10, 5), ('12', '121', 12, 3), ('12', '122', 8, 0.5), ('13', '131', 20, 2)) c (id, adset, clicks, conversions),
     generate_series('2026-11-17'::timestamp, '2026-11-18', '1 day') d;
INSERT INTO ad (account_id, date_day, ad_id, clicks, conversions, _fetched_at) VALUES ('1', '2026-11-16', '1', 1, 1, now());
SELECT target, dimensions FROM adpipe.compared_targets ORDER BY 1;
SELECT * FROM sides();

-- A copy that does not have the day is passed over, however few dimensions it has.
DELETE FROM adpipe.slice_ledger WHERE target IN ('account'::regclass, 'campaign'::regclass) AND date_day IN ('2026-11-16', '2026-11-19')
    AND NOT (target = 'campaign'::regclass AND date_day = '2026-11-16');
SELECT * FROM sides();
-- Of several accounts one that is not whole is enough.
SELECT reads('campaign', '2', '2026-11-16', '2026-11-19');
INSERT INTO campaign (account_id, date_day, campaign_id, clicks, conversions, _fetched_at) VALUES ('2', '2026-11-16', '21', 5, NULL, now()), ('2', '2026-11-17', '21', 5, 1, now());
SELECT * FROM sides();
SELECT date_day, conversions, rows_without_conversions FROM adpipe.discrepancy WHERE platform = 'meta_ads' AND date_day >= '2026-11-16' ORDER BY 1;

-- An account that is not listed any more makes later days incomplete, until its end is
-- accepted: then it counts up to its end.
SELECT reads('campaign', '3', '2026-11-16', '2026-11-17');
INSERT INTO campaign (account_id, date_day, campaign_id, clicks, conversions, _fetched_at) VALUES ('3', '2026-11-16', '31', 100, 1, now()), ('3', '2026-11-17', '31', 200, 1, now());
UPDATE adpipe.account_ledger SET is_listed = false WHERE target = 'campaign'::regclass AND account_id = '3';
SELECT date_day, platform_clicks, tracker_clicks FROM sides();
SELECT adpipe.accept_end('campaign', '3');
SELECT date_day, platform_clicks, tracker_clicks FROM sides();
SELECT target, account_id, ended_day FROM adpipe.compared_targets WHERE NOT is_tracker AND ended_day IS NOT NULL;

DROP FUNCTION sides();
DROP FUNCTION reads(regclass, text, date, date);
DROP TABLE campaign, tracker, account, adset, ad;
DROP SERVER tracker CASCADE;
DROP SERVER meta CASCADE;
DROP SCHEMA meta;
