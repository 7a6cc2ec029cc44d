-- Over what metrics add up, and which objects dimensions identify.  Sends nothing.
SELECT column_name, ordinal_position FROM information_schema.columns
WHERE table_schema = 'adpipe' AND table_name = 'columns' ORDER BY ordinal_position;

-- every metric says it, nothing else does
SELECT count(*) FROM adpipe.columns WHERE (kind = 'metric') <> (additive IS NOT NULL) OR kind = 'metric' AND entity IS NOT NULL;
SELECT wrapper, additive, string_agg(DISTINCT column_name, ' ' ORDER BY column_name) AS columns
FROM adpipe.columns WHERE kind = 'metric' GROUP BY 1, 2 ORDER BY 1, 2;
-- what cannot be added up over a column of the report
SELECT wrapper, report, additive FROM adpipe.columns WHERE additive LIKE '%;%' GROUP BY 1, 2, 3 ORDER BY 1, 2;

-- ids and names identify; days, breakdowns and settings do not
SELECT wrapper, entity, string_agg(DISTINCT column_name, ' ' ORDER BY column_name) AS columns
FROM adpipe.columns WHERE report !~ 'install|in_app_events|ad_revenue|conversions_retargeting' AND entity IS NOT NULL GROUP BY 1, 2 ORDER BY 1, 2;
SELECT wrapper, string_agg(DISTINCT column_name, ' ' ORDER BY column_name) AS columns
FROM adpipe.columns WHERE report LIKE '%daily' AND kind <> 'metric' AND entity IS NULL GROUP BY 1 ORDER BY 1;
SELECT DISTINCT wrapper, report, column_name FROM adpipe.columns
WHERE column_name ~ '(_id|_name)$' AND entity IS NULL AND report !~ 'install|in_app_events|ad_revenue|conversions_retargeting' ORDER BY 1, 2, 3;
SELECT entity, string_agg(column_name, ' ' ORDER BY column_name) FROM adpipe.columns
WHERE report = 'installs' AND entity IS NOT NULL GROUP BY 1 ORDER BY 1;

-- the same in sentences, on imported tables
CREATE SERVER adds_google FOREIGN DATA WRAPPER google_ads OPTIONS (customer_id '1234567890');
CREATE SERVER adds_meta FOREIGN DATA WRAPPER meta_ads OPTIONS (account_id '1234567890123456');
CREATE SERVER adds_flyer FOREIGN DATA WRAPPER appsflyer OPTIONS (app_id 'com.example.shop');
CREATE SCHEMA adds;
IMPORT FOREIGN SCHEMA reports LIMIT TO (geo_daily) FROM SERVER adds_google INTO adds;
IMPORT FOREIGN SCHEMA reports LIMIT TO (campaign_daily, campaign_action_daily) FROM SERVER adds_meta INTO adds;
IMPORT FOREIGN SCHEMA reports LIMIT TO (partners_event_daily) FROM SERVER adds_flyer INTO adds;
SELECT a.attrelid::regclass, a.attname, col_description(a.attrelid, a.attnum)
FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid
WHERE c.relnamespace = 'adds'::regnamespace AND a.attname ~ '^(clicks|spend|reach|frequency|conversions|conversions_value|action_count|unique_users|event_count|revenue)$'
ORDER BY 1, a.attnum;

SET client_min_messages = warning;
DROP SERVER adds_google, adds_meta, adds_flyer CASCADE;
DROP SCHEMA adds;
