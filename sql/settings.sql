-- Settings as the ledger keeps them; nothing is asked.
SET client_min_messages = warning;
SET datestyle = 'ISO';
SET timezone = 'UTC';
SET adpipe.debug_now = '2026-11-20 12:00Z';
CREATE SERVER google FOREIGN DATA WRAPPER google_ads OPTIONS (customer_id '1234567890');
CREATE FOREIGN TABLE campaign_source (account_id text OPTIONS (field 'customer.id') NOT NULL, date_day date OPTIONS (field 'segments.date') NOT NULL,
        clicks bigint OPTIONS (field 'metrics.clicks'))
    SERVER google OPTIONS (resource 'campaign');
SELECT adpipe.materialize('campaign_source', 'campaign', '2026-01-01');
INSERT INTO adpipe.account_ledger (target, account_id, time_zone, currency, is_listed, listed_at, window_days)
VALUES ('campaign', '1', 'Asia/Seoul', 'KRW', true, now(), 90);
INSERT INTO adpipe.slice_ledger (target, account_id, date_day, rows, fetched_at, run_id)
SELECT 'campaign', '1', d, 1, '2026-11-20 11:00Z', 1 FROM generate_series(timestamp '2026-01-01', '2026-11-20', '1 day') d;
CREATE FUNCTION told(VARIADIC settings text[]) RETURNS void LANGUAGE sql AS $$
    SELECT adpipe_internal.record_settings('campaign', jsonb_agg(jsonb_build_object(
        'account_id', '1', 'setting', split_part(s, '=', 1), 'value', nullif(split_part(s, '=', 2), '')))) FROM unnest(settings) s
$$;
CREATE VIEW stale AS SELECT min(date_day), count(*) FROM adpipe.slice_ledger WHERE stale_since = adpipe_internal.clock();
CREATE VIEW changed AS SELECT severity, account_id, problem, since FROM adpipe.health WHERE problem ~ 'setting|action/|token|version' ORDER BY problem;

-- The most exact row of the guide wins.
SELECT setting, g.severity, g.affects, left(g.remedy, 30) AS remedy
FROM unnest(ARRAY['time_zone', 'currency', 'auto_tagging_enabled', 'conversion_action/1/name', 'conversion_action/1/counting_type',
                  'conversion_action/1/primary_for_goal', 'event/af_purchase', 'token/scopes', 'anything']) setting,
     adpipe_internal.guide_of('google_ads', setting) g;
SELECT p, g.severity, g.affects FROM unnest(ARRAY['google_ads', 'meta_ads', 'appsflyer', 'tiktok_ads']) p, adpipe_internal.guide_of(p, 'time_zone') g;
SELECT s, left(g.remedy, 40) AS remedy FROM unnest(ARRAY['adset/1/attribution_setting', 'attribution_spec', 'is_attribution_spec_system_default']) s, adpipe_internal.guide_of('meta_ads', s) g;

-- The first answer is the one to compare with.
SELECT told('time_zone=Asia/Seoul', 'conversion_action/1/name=Buy', 'conversion_action/1/primary_for_goal=true', 'conversion_action/1/counting_type=ONE');
TABLE changed;
TABLE stale;

-- Two settings of one thing are one row; what decides about all days wins.
SET adpipe.debug_now = '2026-11-20 13:00Z';
SELECT told('time_zone=Asia/Seoul', 'conversion_action/1/name=Buy', 'conversion_action/1/primary_for_goal=false', 'conversion_action/1/counting_type=MANY');
TABLE changed;
TABLE stale;
SELECT setting, old_value, new_value, seen_at FROM adpipe.settings_changes ORDER BY 1;
-- a further answer like it changes nothing, one changes again
SET adpipe.debug_now = '2026-11-20 14:00Z';
SELECT told('time_zone=Asia/Seoul', 'conversion_action/1/name=Buy', 'conversion_action/1/primary_for_goal=false', 'conversion_action/1/counting_type=MANY');
TABLE stale;
SELECT told('time_zone=Asia/Seoul', 'conversion_action/1/name=Buy', 'conversion_action/1/primary_for_goal=true', 'conversion_action/1/counting_type=NEVER');
TABLE changed;
SELECT adpipe.accept_settings('campaign', '2'), adpipe.accept_settings('campaign', '1', 'conversion_action/11'), adpipe.accept_settings('campaign', '1', 'conversion_action/1');
TABLE changed;

-- Another conversion action, and one that is gone.
SET adpipe.debug_now = '2026-11-20 15:00Z';
SELECT told('time_zone=Asia/Seoul', 'conversion_action/2/name=Sign up', 'conversion_action/2/primary_for_goal=true', 'conversion_action/2/counting_type=ONE');
TABLE changed;
TABLE stale;
SELECT adpipe.accept_settings('campaign');
-- one more setting of a thing that is known is what a newer version asks for
SELECT told('time_zone=Asia/Seoul', 'tagging=on', 'conversion_action/2/name=Sign up', 'conversion_action/2/primary_for_goal=true', 'conversion_action/2/counting_type=ONE', 'conversion_action/2/value=');
TABLE changed;
-- an answer without the account, or without its own settings, says nothing
SELECT adpipe_internal.record_settings('campaign', '[]'), adpipe_internal.record_settings('campaign', '[{"account_id": "9", "setting": "time_zone", "value": "UTC"}]');
SELECT told('conversion_action/2/name=Sign up', 'conversion_action/2/primary_for_goal=true', 'conversion_action/2/counting_type=ONE', 'conversion_action/2/value=');
TABLE changed;
SELECT count(*) FROM adpipe.settings_ledger WHERE account_id <> '1';

-- What the currency touches cannot be read again; the zone touches all.
SET adpipe.debug_now = '2026-11-20 16:00Z';
SELECT adpipe_internal.note_setting('campaign', '1', 'currency', 'KRW'), adpipe_internal.note_setting('campaign', '1', 'currency', 'USD');
TABLE stale;
SELECT adpipe_internal.note_setting('campaign', '1', 'time_zone', 'UTC');
TABLE stale;
TABLE changed;
SELECT adpipe.accept_settings('campaign');

-- Windows of conversions: as long as the account's own.
SET adpipe.debug_now = '2026-11-20 17:00Z';
SELECT adpipe_internal.note_setting('campaign', '1', 'conversion_action/2/counting_type', 'MANY');
TABLE stale;
SELECT adpipe.accept_settings('campaign');

-- The access itself, where the platform tells.
SELECT adpipe_internal.note_setting('campaign', '1', s, v) FROM (VALUES ('token/expires_at', '2026-12-24T00:00:00Z'), ('token/scopes', 'ads_read,business'),
    ('api_version/asked', 'v23.0'), ('api_version/served', 'v23.0')) f (s, v);
TABLE changed;
SELECT adpipe_internal.note_setting('campaign', '1', s, v) FROM (VALUES ('token/scopes', 'business'), ('api_version/served', 'v24.0')) f (s, v);
SET adpipe.debug_now = '2026-12-12 17:00Z';
TABLE changed;
SET adpipe.debug_now = '2026-12-25 17:00Z';
SELECT severity, problem FROM changed;
-- a text that names no moment spoils the view for nobody
SELECT adpipe_internal.note_setting('campaign', '1', 'token/expires_at', '2026-02-30 or so');
SELECT severity, problem FROM changed;

-- A disabled copy is not complained about.
SELECT adpipe.alter_target('campaign', enabled => false);
TABLE changed;

DROP VIEW stale, changed;
DROP FUNCTION told(text[]);
DROP TABLE campaign;
SELECT count(*) FROM adpipe.settings_ledger;
DROP SERVER google CASCADE;
