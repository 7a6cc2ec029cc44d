-- Platform and tracker side by side, from local copies; nothing is asked.
SET client_min_messages = warning;
SET datestyle = 'ISO';
SET timezone = 'UTC';
SET adpipe.debug_now = '2026-11-20 12:00Z';
CREATE SERVER tracker FOREIGN DATA WRAPPER appsflyer;
CREATE SERVER google FOREIGN DATA WRAPPER google_ads OPTIONS (customer_id '*', login_customer_id '9876543210');
CREATE SCHEMA google;
IMPORT FOREIGN SCHEMA reports FROM SERVER google INTO google;
CREATE FOREIGN TABLE partners (account_id text NOT NULL, account_name text, date_day date NOT NULL, currency text, agency text, media_source text,
        campaign_name text, impressions bigint, clicks bigint, installs bigint)
    SERVER tracker OPTIONS (report 'partners_by_date_report');
CREATE FOREIGN TABLE geo (account_id text NOT NULL, date_day date NOT NULL, country text, media_source text, clicks bigint, installs bigint)
    SERVER tracker OPTIONS (report 'geo_by_date_report');
SELECT adpipe.materialize('google.campaign_daily', 'campaign', '2026-11-01'), adpipe.materialize('google.ad_daily', 'ad', '2026-11-01'),
       adpipe.materialize('partners', 'tracker', '2026-11-01'), adpipe.materialize('geo', 'places', '2026-11-01');

-- Accounts with the days that they have.
CREATE FUNCTION reads(target regclass, account text, since date, until date) RETURNS void LANGUAGE sql AS $$
    INSERT INTO adpipe.account_ledger (target, account_id, time_zone, is_listed, listed_at)
    VALUES (target, account, 'UTC', true, adpipe_internal.clock()) ON CONFLICT DO NOTHING;
    INSERT INTO adpipe.slice_ledger (target, account_id, date_day, rows, fetched_at, run_id)
    SELECT target, account, d::date, 1, adpipe_internal.clock(), 1 FROM generate_series(since::timestamp, until, '1 day') d;
$$;
SELECT reads('campaign', '1', '2026-11-16', '2026-11-19'), reads('campaign', '2', '2026-11-16', '2026-11-18'), reads('ad', '1', '2026-11-16', '2026-11-19'),
       reads('tracker', 'app', '2026-11-16', '2026-11-19'), reads('places', 'app', '2026-11-16', '2026-11-19');
SELECT target, platform, account_id, is_tracker FROM adpipe.compared_targets ORDER BY 2, 3;

-- as a refresh stores them: no trigger marks the copies as changed by hand
SET session_replication_role = replica;
INSERT INTO campaign (account_id, date_day, campaign_id, clicks, conversions, _fetched_at) VALUES
    ('1', '2026-11-16', '11', 100, 10, now()), ('1', '2026-11-16', '12', 50, 2.5, now()), ('2', '2026-11-16', '21', 7, 1, now()),
    ('1', '2026-11-17', '11', 100, 10, now()), ('1', '2026-11-19', '11', 90, 9, now());
INSERT INTO ad (account_id, date_day, campaign_id, clicks, conversions, _fetched_at) VALUES ('1', '2026-11-16', '11', 80, 8, now());
INSERT INTO tracker (account_id, date_day, media_source, campaign_name, clicks, installs, _fetched_at) VALUES
    ('app', '2026-11-16', 'googleadwords_int', 'a', 95, 9, now()), ('app', '2026-11-16', 'googleadwords_int', 'b', 45, 3, now()),
    ('app', '2026-11-16', 'Organic', NULL, NULL, 20, now()), ('app', '2026-11-16', 'snapchat_int', 'c', 5, 1, now()),
    ('app', '2026-11-18', 'googleadwords_int', 'a', 80, 8, now()), ('app', '2026-11-19', 'googleadwords_int', 'a', 85, 8, now());
INSERT INTO places (account_id, date_day, country, media_source, clicks, installs, _fetched_at) VALUES ('app', '2026-11-16', 'KR', 'googleadwords_int', 95, 9, now());
RESET session_replication_role;

-- A day that a side has and is silent about is 0; one that an account lacks
-- (account 2, the 19th) says nothing; nor do days that nobody has.
SELECT date_day, advertiser, platform, media_source, platform_clicks, tracker_clicks, clicks_difference,
	conversions, installs, installs_difference, owner = current_user AS is_ours, rows_without_platform_clicks,
	rows_without_tracker_clicks, rows_without_conversions, rows_without_installs
FROM adpipe.discrepancies('2026-11-15', '2026-11-19');
-- Bounds that are open are those of the copies.
SELECT (SELECT array_agg(d) FROM adpipe.discrepancies('-infinity', 'infinity') d) = (SELECT array_agg(d) FROM adpipe.discrepancies('2026-11-15', '2026-11-19') d) AS same;
SELECT count(*) FROM adpipe.discrepancy;
-- a tracker that is behind
DELETE FROM adpipe.slice_ledger WHERE target = 'tracker'::regclass AND date_day = '2026-11-16';
SELECT date_day, platform, media_source, platform_clicks, tracker_clicks, installs, installs_difference FROM adpipe.discrepancies('2026-11-16', '2026-11-16');
SELECT reads('tracker', 'app', '2026-11-16', '2026-11-16');

-- What users add: another media source, and who is whose.
INSERT INTO adpipe.media_sources VALUES ('snapchat_int', 'snapchat_ads');
SELECT platform, media_source, platform_clicks, tracker_clicks FROM adpipe.discrepancies('2026-11-16', '2026-11-16');
INSERT INTO adpipe.media_sources VALUES ('googleadwords_int', 'youtube');
SELECT platform, media_source, tracker_clicks FROM adpipe.discrepancies('2026-11-16', '2026-11-16') WHERE media_source = 'googleadwords_int';
DELETE FROM adpipe.media_sources WHERE media_source = 'googleadwords_int' AND NOT is_builtin;
INSERT INTO adpipe.advertisers VALUES ('google_ads', '1', 'Hanbit'), ('appsflyer', 'app', 'Hanbit'), ('google_ads', '2', 'Pacific');
SELECT advertiser, date_day, platform, media_source, platform_clicks, tracker_clicks, clicks_difference, conversions, installs FROM adpipe.discrepancies('2026-11-16', '2026-11-19') WHERE platform = 'google_ads';

-- Readers see what they may read.
CREATE ROLE regress_adpipe_reader;
SET ROLE regress_adpipe_reader;
SELECT count(*) FROM adpipe.discrepancy;
INSERT INTO adpipe.media_sources VALUES ('x', 'y');
RESET ROLE;
GRANT SELECT ON tracker TO regress_adpipe_reader;
SET ROLE regress_adpipe_reader;
SELECT date_day, platform, media_source, platform_clicks, tracker_clicks, installs FROM adpipe.discrepancy WHERE date_day = '2026-11-16';
RESET ROLE;
SELECT adpipe.grant_loader('regress_adpipe_reader');
SET ROLE regress_adpipe_reader;
UPDATE adpipe.media_sources SET platform = 'meta_ads' WHERE media_source = 'snapchat_int' RETURNING media_source, platform, is_builtin;
RESET ROLE;

DROP OWNED BY regress_adpipe_reader;
DROP ROLE regress_adpipe_reader;
DELETE FROM adpipe.advertisers;
DELETE FROM adpipe.media_sources WHERE NOT is_builtin;
DROP FUNCTION reads(regclass, text, date, date);
DROP TABLE campaign, ad, tracker, places;
DROP SERVER tracker CASCADE;
DROP SERVER google CASCADE;
DROP SCHEMA google;
