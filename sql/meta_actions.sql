-- Meta Ads: lists of actions as tables see them: types are free text, lists side
-- by side, breakdowns of actions.  Sends nothing.
SET client_min_messages = warning;
CREATE SERVER meta FOREIGN DATA WRAPPER meta_ads OPTIONS (account_id '1234567890123456');
CREATE SCHEMA meta;

-- What a statement asks for, as far as this test is about it.
CREATE FUNCTION asked(statement text, OUT grain text, OUT parameters text) LANGUAGE plpgsql AS $$
DECLARE
    plan jsonb;
    request text;
BEGIN
    EXECUTE 'EXPLAIN (VERBOSE, COSTS OFF, FORMAT JSON) ' || statement INTO plan;
    request := plan #>> '{0,Plan,Request}';
    grain := plan #>> '{0,Plan,Grain}';
    parameters := concat_ws(' ',
        (SELECT string_agg(f, ' ' ORDER BY f) FROM regexp_split_to_table(substring(request FROM 'fields=([^&]*)'), ',') f WHERE f ~ '^conversion'),
        (SELECT string_agg(p, ' ' ORDER BY p) FROM regexp_split_to_table(request, '&') p WHERE p ~ '^(action_|breakdowns)'),
        substring(request FROM '"DELETED"'));
END
$$;

-- a type is free text: only the list's name is sent
CREATE FOREIGN TABLE meta.events (date_day date OPTIONS (field 'date_start'),
    leads numeric OPTIONS (field 'conversions.offsite_conversion.fb_pixel_custom.(JTC) Pre-qualified Lead'),
    sign_ups numeric OPTIONS (field 'conversions.offsite_conversion.fb_pixel_custom.회원 가입, "무료"|x'),
    week numeric OPTIONS (field 'conversions.offsite_conversion.fb_pixel_custom.회원 가입.7d_click'),
    conversions numeric OPTIONS (field 'adpipe.conversions'))
    SERVER meta OPTIONS (level 'ad', conversion_actions ' offsite_conversion.fb_pixel_custom.(JTC) Pre-qualified Lead | lead , 회원 가입 ');
SELECT * FROM asked($$SELECT leads, sign_ups FROM meta.events WHERE date_day = '2026-11-01'$$);
SELECT * FROM asked($$SELECT week FROM meta.events WHERE date_day = '2026-11-01'$$);
SELECT * FROM asked($$SELECT conversions FROM meta.events WHERE date_day = '2026-11-01'$$);
-- the other pair of lists is asked for only where a type may be in it
ALTER FOREIGN TABLE meta.events OPTIONS (SET conversion_actions 'omni_purchase,lead');
SELECT * FROM asked($$SELECT conversions FROM meta.events WHERE date_day = '2026-11-01'$$);
ALTER FOREIGN TABLE meta.events OPTIONS (SET conversion_actions 'contact_total');
SELECT * FROM asked($$SELECT conversions FROM meta.events WHERE date_day = '2026-11-01'$$);

-- what cannot be a setting or a field
ALTER FOREIGN TABLE meta.events OPTIONS (SET conversion_actions 'a b, | c');
\echo :LAST_ERROR_SQLSTATE
ALTER FOREIGN TABLE meta.events OPTIONS (SET conversion_actions '회원 가입|lead, 회원 가입 ');
\echo :LAST_ERROR_SQLSTATE
ALTER FOREIGN TABLE meta.events ALTER COLUMN leads OPTIONS (SET field 'spend,clicks');
\echo :LAST_ERROR_SQLSTATE
ALTER FOREIGN TABLE meta.events ALTER COLUMN leads OPTIONS (SET field 'action list.lead');
\echo :LAST_ERROR_SQLSTATE
ALTER FOREIGN TABLE meta.events ALTER COLUMN leads OPTIONS (SET field 'creative.title}');
\echo :LAST_ERROR_SQLSTATE

-- breakdowns of actions, and breakdowns without a column, are part of the grain
CREATE FOREIGN TABLE meta.devices (date_day date OPTIONS (field 'date_start'), campaign_id text, age text,
    type text OPTIONS (field 'action_type'), device text OPTIONS (field 'action_device'),
    count numeric OPTIONS (field 'adpipe.action_count'), spend numeric)
    SERVER meta OPTIONS (level 'campaign', breakdowns 'age,gender', action_breakdowns 'action_type,action_device');
SELECT * FROM asked($$SELECT count FROM meta.devices WHERE date_day = '2026-11-01'$$);
CREATE FOREIGN TABLE meta.assets (date_day date OPTIONS (field 'date_start'), body text OPTIONS (field 'body_asset.text'), clicks bigint)
    SERVER meta OPTIONS (level 'ad', breakdowns 'body_asset');
SELECT * FROM asked($$SELECT clicks FROM meta.assets WHERE date_day = '2026-11-01'$$);
ALTER FOREIGN TABLE meta.devices OPTIONS (SET action_breakdowns 'action_type,action_planet');
\echo :LAST_ERROR_SQLSTATE
ALTER FOREIGN TABLE meta.devices OPTIONS (SET action_breakdowns 'action_type,action_type');
\echo :LAST_ERROR_SQLSTATE
ALTER SERVER meta OPTIONS (ADD action_breakdowns 'action_type');
\echo :LAST_ERROR_SQLSTATE

-- without what is deleted, if the table is to be without it
ALTER FOREIGN TABLE meta.assets OPTIONS (ADD deleted 'exclude');
SELECT * FROM asked($$SELECT clicks FROM meta.assets WHERE date_day = '2026-11-01'$$);
ALTER FOREIGN TABLE meta.assets OPTIONS (SET deleted 'no');
\echo :LAST_ERROR_SQLSTATE

DROP SERVER meta CASCADE;
DROP SCHEMA meta CASCADE;
DROP FUNCTION asked;
