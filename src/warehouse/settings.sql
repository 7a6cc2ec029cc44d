/*
 * settings.sql: settings on the platform's side that numbers depend on.
 *
 * Each run requests them (table_settings), or takes what another copy of the
 * same server has just received.  What differs goes to settings_changes
 * and, until it is set back or accepted, to adpipe.health; the days whose
 * numbers depend on it are marked, and the same run reads them again.  A setting
 * is a path: time_zone, conversion_action/12345/primary_for_goal.
 */

/*
 * What a change does to stored days, and where it is undone; the longest
 * pattern that fits wins, of the setting before that of the platform.
 *
 * nothing: names.  And the currency: a copy holds one, days in another are
 * refused by check_currency(), so to read again would only fail again.
 * window: what governs how clicks from now on, and clicks whose conversions are
 * still to come, turn into conversions; older days have theirs.
 * everything: what decides which conversions count, since the platform does not
 * say whether it keeps past days as they were; and the zone, since a day stored
 * with other boundaries looks like one stored with these.
 */
CREATE VIEW adpipe.setting_guide AS
    SELECT * FROM (VALUES
        ('%', '%', 'warning', 'window', 'Set it back on the platform.'),
        ('%', '%/name', NULL, 'nothing', NULL),
        ('%', 'time_zone', 'warning', 'everything', 'Set it back on the platform.'),
        ('%', 'currency', 'error', 'nothing',
            'Set it back on the platform, or materialize a copy for the days in the new currency.'),
        ('%', 'conversion_action/%/name', NULL, 'nothing', NULL),
        ('%', 'event/%', NULL, 'window', NULL),
        ('%', 'token/%', NULL, 'nothing', NULL),
        ('%', 'api_version/%', NULL, 'nothing', NULL),
        ('google_ads', 'time_zone', 'warning', 'everything',
            'An account''s zone changes by Google''s support only: ask there who had it changed, and what became of the days before.'),
        ('google_ads', 'currency', 'error', 'nothing',
            'Check that the server names the account that is meant. Stored days stay as they are and new ones are refused; materialize a copy for the days in the new currency.'),
        ('google_ads', 'auto_tagging_enabled', 'warning', 'window',
            'In Google Ads: Admin, Account settings, Auto-tagging. Without it, clicks cannot be matched with conversions measured outside Google Ads.'),
        ('google_ads', 'status', 'warning', 'nothing',
            'In Google Ads: see the notices of the account, and its billing.'),
        ('google_ads', 'conversion_action/%', 'warning', 'window',
            'In Google Ads: Goals, Conversions, Summary, the action, Edit settings.'),
        ('google_ads', 'conversion_action/%/primary_for_goal', 'warning', 'everything',
            'In Google Ads: Goals, Conversions, Summary, the action, Edit settings, Action optimization; primary actions count as conversions, secondary ones do not.'),
        ('google_ads', 'conversion_action/%/category', 'warning', 'everything',
            'In Google Ads: Goals, Conversions, Summary, the action, Edit settings, Goal category.'),
        ('google_ads', 'conversion_action/%/status', 'warning', 'everything',
            'In Google Ads: Goals, Conversions, Summary, the action. A removed action does not come back: make a new one, and accept it.'),
        ('meta_ads', 'time_zone', 'warning', 'everything',
            'An ad account with another zone is a new account: check that the server names the one that is meant.'),
        ('meta_ads', 'currency', 'error', 'nothing',
            'An ad account in another currency is a new account: check that the server names the one that is meant. Materialize a copy for the days in the new currency.'),
        ('meta_ads', '%attribution%', 'warning', 'window',
            'In Ads Manager: the ad set, Edit, Attribution setting.'),
        ('meta_ads', 'attribution_spec', 'warning', 'window',
            'The ad account''s own windows, which its ad sets begin with: compare the attribution setting of the ad sets in Ads Manager, and ask who manages the account.'),
        ('meta_ads', 'is_attribution_spec_system_default', 'warning', 'window',
            'The ad account''s own windows, which its ad sets begin with: compare the attribution setting of the ad sets in Ads Manager, and ask who manages the account.'),
        ('meta_ads', 'account_status', 'warning', 'nothing',
            'In Ads Manager: Account overview and Billing. 1 is active, 2 disabled, 3 unsettled, 7 and 8 under review, 9 in grace period, 100 about to close, 101 closed.'),
        ('appsflyer', 'enable_retargetting', 'warning', 'window',
            'In AppsFlyer: the app''s settings, Retargeting. Without it, re-engagements are not reported.'),
        ('appsflyer', 'time_zone', 'warning', 'everything',
            'In AppsFlyer: the app''s settings, Localization, Time zone. Days before the change keep the zone that they had.'),
        ('appsflyer', 'currency', 'error', 'nothing',
            'In AppsFlyer: the app''s settings, Localization, Currency. Stored days stay as they are and new ones are refused until it is set back; or materialize a copy for the days in the new currency.'),
        ('tiktok_ads', 'status', 'warning', 'nothing',
            'In TikTok Ads Manager: Account settings, and Billing.'),
        ('tiktok_ads', 'adgroup/%/optimization_goal', 'warning', 'window',
            'In TikTok Ads Manager: the ad group, Edit, Optimization goal. It decides what counts as a conversion.'),
        ('tiktok_ads', 'currency', 'error', 'nothing',
            'An advertiser account in another currency is a new account: check that the server names the one that is meant. Materialize a copy for the days in the new currency.')
    ) AS guide (platform_like, setting_like, severity, affects, remedy);
COMMENT ON VIEW adpipe.setting_guide IS
    'What a change of a setting means; one row per platform and kind of setting, the longest patterns that fit win.';
COMMENT ON COLUMN adpipe.setting_guide.platform_like IS 'LIKE pattern for the foreign-data wrapper.';
COMMENT ON COLUMN adpipe.setting_guide.setting_like IS 'LIKE pattern for the setting.';
COMMENT ON COLUMN adpipe.setting_guide.severity IS 'Severity in adpipe.health; NULL: settings_changes only, or another kind of problem there.';
COMMENT ON COLUMN adpipe.setting_guide.affects IS 'Stored days to read again: nothing, window (those that the platform still restates), everything.';
COMMENT ON COLUMN adpipe.setting_guide.remedy IS 'Where to set it back.';
GRANT SELECT ON adpipe.setting_guide TO PUBLIC;

CREATE FUNCTION adpipe_internal.guide_of(platform text, setting text) RETURNS adpipe.setting_guide
    LANGUAGE sql STABLE
    SET search_path = pg_catalog, pg_temp
AS $$
    SELECT g FROM adpipe.setting_guide g
    WHERE platform LIKE g.platform_like AND setting LIKE g.setting_like
    ORDER BY length(g.setting_like) DESC, length(g.platform_like) DESC
    LIMIT 1
$$;
COMMENT ON FUNCTION adpipe_internal.guide_of(text, text) IS 'The row of adpipe.setting_guide for a setting.';

/* Later than the last reading, though a clock was set back. */
CREATE FUNCTION adpipe_internal.mark_affected(target regclass, account_id text, setting text) RETURNS void
    LANGUAGE sql VOLATILE SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
AS $$
    /* In order: see record_check(). */
    SELECT FROM adpipe.slice_ledger s WHERE s.target = $1 AND s.account_id = $2 ORDER BY s.date_day FOR NO KEY UPDATE;
    UPDATE adpipe.slice_ledger s SET stale_since = greatest(adpipe_internal.clock(), s.fetched_at + interval '1 microsecond')
    FROM adpipe.target_ledger t
    JOIN adpipe.account_ledger a ON a.target = t.target
    CROSS JOIN LATERAL adpipe_internal.source_policy(t.source) p
    CROSS JOIN LATERAL adpipe_internal.guide_of(p.platform, $3) g
    WHERE t.target = $1 AND a.account_id = $2 AND s.target = $1 AND s.account_id = $2
      AND s.fetched_at IS NOT NULL AND isfinite(s.date_day)
      AND CASE g.affects
          WHEN 'everything' THEN true
          WHEN 'window' THEN adpipe_internal.slice_end(s.date_day, t.period) > adpipe_internal.day_of(adpipe_internal.clock(), a.time_zone)
                                          - greatest(p.window_days, a.window_days, t.lookback)
          ELSE false END
$$;
COMMENT ON FUNCTION adpipe_internal.mark_affected(regclass, text, text) IS
    'Marks the stored days whose numbers hang on a setting, so that the next refresh reads them again.';
REVOKE ALL ON FUNCTION adpipe_internal.mark_affected(regclass, text, text) FROM PUBLIC;

CREATE FUNCTION adpipe_internal.note_setting(target regclass, account_id text, setting text, value text,
                                             is_new boolean DEFAULT false)
    RETURNS boolean
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
AS $$
#variable_conflict use_column
DECLARE
    now timestamptz := adpipe_internal.clock();
    old adpipe.settings_ledger;
BEGIN
    PERFORM adpipe_internal.require_acting($1);
    SELECT * INTO old FROM adpipe.settings_ledger l
    WHERE l.target = $1 AND l.account_id = $2 AND l.setting = $3 FOR UPDATE;
    IF NOT FOUND THEN
        INSERT INTO adpipe.settings_ledger (target, account_id, setting, value, seen_at, expected, changed_at)
        VALUES ($1, $2, $3, $4, now, CASE WHEN NOT is_new THEN $4 END, CASE WHEN is_new THEN now END)
        ON CONFLICT DO NOTHING;
        IF NOT FOUND OR NOT is_new THEN
            RETURN false;
        END IF;
    ELSIF old.value IS NOT DISTINCT FROM $4 THEN
        RETURN false;
    ELSE
        UPDATE adpipe.settings_ledger l
        SET value = $4, seen_at = now,
            changed_at = CASE WHEN l.expected IS DISTINCT FROM $4 THEN coalesce(l.changed_at, now) END
        WHERE l.target = $1 AND l.account_id = $2 AND l.setting = $3;
    END IF;
    INSERT INTO adpipe.settings_change_ledger VALUES ($1, $2, $3, old.value, $4, now);
    PERFORM adpipe_internal.mark_affected($1, $2, $3);
    RETURN true;
END
$$;
COMMENT ON FUNCTION adpipe_internal.note_setting(regclass, text, text, text, boolean) IS
    'Records a setting as it is now, NULL if it is gone; true if that is a change, which settings_changes then shows and which marks days to read again. What is seen for the first time is none, unless is_new says that it was not there before.';
REVOKE ALL ON FUNCTION adpipe_internal.note_setting(regclass, text, text, text, boolean) FROM PUBLIC;

/*
 * What a path belongs to: conversion_action/1 of conversion_action/1/status.
 * Of an account's own settings, themselves.
 */
CREATE FUNCTION adpipe_internal.setting_owner(setting text) RETURNS text
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    SET search_path = pg_catalog, pg_temp
AS $$ SELECT regexp_replace(setting, '^(.+)/[^/]*$', '\1') $$;
COMMENT ON FUNCTION adpipe_internal.setting_owner(text) IS 'The thing that has a setting, by the setting''s path.';

/*
 * A conversion action that was not there before is a change as much as one that
 * is gone, but only where others are known: the first answer is the state to
 * compare with.  Other things, such as ad sets, come and go.  An account's own
 * setting that an answer lacks was not asked for; a further one is one that a
 * newer version asks for.
 */
CREATE FUNCTION adpipe_internal.record_settings(target regclass, settings jsonb) RETURNS void
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
AS $$
#variable_conflict use_column
BEGIN
    PERFORM adpipe_internal.note_setting($1, f.account_id, f.setting, f.value, f.is_new)
    FROM (
        WITH reported AS MATERIALIZED (
            SELECT r.account_id, r.setting, r.value, adpipe_internal.setting_owner(r.setting) AS owner
            FROM jsonb_to_recordset(settings) r (account_id text, setting text, value text)
            JOIN adpipe.account_ledger a ON a.target = $1 AND a.account_id = r.account_id
        ), known AS MATERIALIZED (
            SELECT l.account_id, l.setting, l.value, adpipe_internal.setting_owner(l.setting) AS owner
            FROM adpipe.settings_ledger l
            WHERE l.target = $1 AND NOT starts_with(l.setting, 'event/')
        )
        SELECT t.account_id, t.setting, t.value,
               starts_with(t.owner, 'conversion_action/')
               AND NOT EXISTS (SELECT FROM known k WHERE k.account_id = t.account_id AND k.owner = t.owner)
               AND EXISTS (SELECT FROM known k WHERE k.account_id = t.account_id
                           AND starts_with(k.owner, 'conversion_action/')) AS is_new
        FROM reported t
        UNION ALL
        SELECT k.account_id, k.setting, NULL, false
        FROM known k
        WHERE k.value IS NOT NULL AND starts_with(k.owner, 'conversion_action/')
          AND EXISTS (SELECT FROM reported t WHERE t.account_id = k.account_id)
          AND NOT EXISTS (SELECT FROM reported t WHERE t.account_id = k.account_id AND t.setting = k.setting)
    ) f;
    UPDATE adpipe.target_ledger t SET settings_read_at = adpipe_internal.clock() WHERE t.target = $1;
END
$$;
COMMENT ON FUNCTION adpipe_internal.record_settings(regclass, jsonb) IS
    'Records an answer of table_settings(), and what it lacks that was there before.';
REVOKE ALL ON FUNCTION adpipe_internal.record_settings(regclass, jsonb) FROM PUBLIC;

/*
 * Meta says in each row by which setting its conversions were attributed.  That
 * of the last day counts; what has rows under several settings (a campaign of
 * ad sets that differ) says nothing, and neither does the account's row.
 */
CREATE FUNCTION adpipe_internal.attribution_query(target regclass) RETURNS text
    LANGUAGE sql STABLE
    SET search_path = pg_catalog, pg_temp
AS $$
    SELECT format('SELECT DISTINCT ON (q.account_id, q.id) q.account_id, %L || q.id AS owner, q.name, q.value FROM ('
                  'SELECT account_id, %I AS date_day, %I AS id, %I AS name, attribution_setting AS value, '
                  'bool_or(attribution_setting = ''mixed'') OVER (PARTITION BY account_id, %I) AS is_mixed '
                  'FROM %s WHERE %I >= $1 AND attribution_setting IS NOT NULL) q '
                  'WHERE NOT q.is_mixed ORDER BY q.account_id, q.id, q.date_day DESC',
                  k.kind || '/', adpipe_internal.day_column(target), k.kind || '_id', k.kind || '_name', k.kind || '_id', target,
                  adpipe_internal.day_column(target))
    FROM (VALUES (1, 'adset'), (2, 'campaign')) k (place, kind)
    WHERE (SELECT array_agg(c.name::text) FROM adpipe_internal.source_columns(target) c)
          @> ARRAY['attribution_setting', k.kind || '_id', k.kind || '_name']
    ORDER BY k.place LIMIT 1
$$;
COMMENT ON FUNCTION adpipe_internal.attribution_query(regclass) IS
    'The query for the attribution settings in the rows of a copy; NULL: its rows have no such column.';
REVOKE ALL ON FUNCTION adpipe_internal.attribution_query(regclass) FROM PUBLIC;

CREATE FUNCTION adpipe_internal.note_attribution(target regclass, settings jsonb) RETURNS void
    LANGUAGE sql VOLATILE SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
AS $$
    SELECT adpipe_internal.note_setting($1, f.account_id, f.owner || s.name, s.value)
    FROM jsonb_to_recordset(settings) f (account_id text, owner text, name text, value text)
    CROSS JOIN LATERAL (VALUES ('/name', f.name), ('/attribution_setting', f.value)) s (name, value)
$$;
COMMENT ON FUNCTION adpipe_internal.note_attribution(regclass, jsonb) IS
    'Records attribution settings; part of read_attribution().';
REVOKE ALL ON FUNCTION adpipe_internal.note_attribution(regclass, jsonb) FROM PUBLIC;

CREATE FUNCTION adpipe_internal.read_attribution(target regclass, since date) RETURNS void
    LANGUAGE plpgsql
    SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    query text := adpipe_internal.attribution_query(target);
    found jsonb;
BEGIN
    IF query IS NULL THEN
        RETURN;
    END IF;
    EXECUTE format('SELECT jsonb_agg(to_jsonb(q)) FROM (%s) q', query) INTO found USING since;
    PERFORM adpipe_internal.note_attribution(target, coalesce(found, '[]'));
END
$$;
COMMENT ON FUNCTION adpipe_internal.read_attribution(regclass, date) IS
    'Reads attribution settings out of the rows of a copy since a day, and records them.';
REVOKE ALL ON FUNCTION adpipe_internal.read_attribution(regclass, date) FROM PUBLIC;

/*
 * Ten copies of one server are refreshed one after the other and need the same
 * settings.  For a while, shorter than the time between two runs, they share one
 * answer.  It must come from a copy that has every account of this one and the
 * same owner, since the platform may answer other credentials differently.
 */
CREATE FUNCTION adpipe_internal.recent_settings(target regclass, age interval) RETURNS jsonb
    LANGUAGE sql STABLE SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
AS $$
    SELECT (SELECT jsonb_agg(jsonb_build_object('account_id', l.account_id, 'setting', l.setting, 'value', l.value))
            FROM adpipe.settings_ledger l
            WHERE l.target = o.target AND NOT starts_with(l.setting, 'event/')
              AND (l.value IS NOT NULL OR starts_with(l.setting, 'token/')))
    FROM adpipe.target_ledger t
    JOIN pg_foreign_table f ON f.ftrelid = t.source
    JOIN pg_foreign_table g ON g.ftserver = f.ftserver
    JOIN adpipe.target_ledger o ON o.source = g.ftrelid AND o.target <> t.target
    JOIN pg_class c ON c.oid = t.target
    JOIN pg_class d ON d.oid = o.target AND d.relowner = c.relowner
    WHERE t.target = $1 AND adpipe_internal.is_acting($1) AND o.settings_read_at > adpipe_internal.clock() - age
      AND o.watch_failing_since IS NULL
      AND NOT EXISTS (SELECT FROM adpipe.account_ledger a
                      WHERE a.target = $1 AND a.is_listed AND NOT EXISTS (
                          SELECT FROM adpipe.account_ledger b
                          WHERE b.target = o.target AND b.account_id = a.account_id AND b.is_listed))
    ORDER BY o.settings_read_at DESC
    LIMIT 1
$$;
COMMENT ON FUNCTION adpipe_internal.recent_settings(regclass, interval) IS
    'Settings that another copy of the same server, accounts and owner received within this time; NULL: no copy did.';
REVOKE ALL ON FUNCTION adpipe_internal.recent_settings(regclass, interval) FROM PUBLIC;

/* Settings and signals fail apart: each clears only what it said itself. */
CREATE FUNCTION adpipe_internal.note_watch(target regclass, what text, failure adpipe.failure) RETURNS void
    LANGUAGE sql VOLATILE SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
AS $$
    UPDATE adpipe.target_ledger t
    SET watch_error = $2 || ' cannot be read: ' || adpipe_internal.failure_text((f).message, (f).detail), watch_failure = CASE WHEN (f).message IS NOT NULL THEN f END,
        watch_failing_since = CASE WHEN (f).message IS NOT NULL THEN coalesce(t.watch_failing_since, adpipe_internal.clock()) END
    FROM adpipe_internal.for_ledger($3) f
    WHERE t.target = $1 AND ((f).message IS NOT NULL OR starts_with(t.watch_error, $2))
$$;
COMMENT ON FUNCTION adpipe_internal.note_watch(regclass, text, adpipe.failure) IS
    'Records why settings or signals of a copy cannot be read; failure NULL: they can.';
REVOKE ALL ON FUNCTION adpipe_internal.note_watch(regclass, text, adpipe.failure) FROM PUBLIC;

/* If a new token reports no expiry, the stored expiry is cleared. */
CREATE FUNCTION adpipe_internal.record_access(target regclass, access jsonb) RETURNS void
    LANGUAGE sql VOLATILE SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
AS $$
    SELECT adpipe_internal.note_setting($1, a.account_id, s.setting, s.value)
    FROM adpipe.account_ledger a
    CROSS JOIN LATERAL (
        SELECT r.setting, r.value FROM jsonb_to_recordset($2) r (setting text, value text)
        UNION ALL
        SELECT l.setting, NULL FROM adpipe.settings_ledger l
        WHERE l.target = $1 AND l.account_id = a.account_id AND l.setting = 'token/expires_at'
          AND NOT EXISTS (SELECT FROM jsonb_to_recordset($2) r (setting text) WHERE r.setting = l.setting)) s
    WHERE a.target = $1 AND a.is_listed
$$;
COMMENT ON FUNCTION adpipe_internal.record_access(regclass, jsonb) IS
    'Records an answer of table_access() for every account of a copy.';
REVOKE ALL ON FUNCTION adpipe_internal.record_access(regclass, jsonb) FROM PUBLIC;

CREATE FUNCTION adpipe_internal.read_access(target regclass, source regclass) RETURNS void
    LANGUAGE sql VOLATILE
    SET search_path = pg_catalog, pg_temp
AS $$
    SELECT adpipe_internal.record_access(target, (SELECT coalesce(jsonb_agg(to_jsonb(s)), '[]') FROM adpipe.table_access(source) s))
$$;
COMMENT ON FUNCTION adpipe_internal.read_access(regclass, regclass) IS
    'Asks what the platform knows of the access token, and records it; part of watch_settings().';
REVOKE ALL ON FUNCTION adpipe_internal.read_access(regclass, regclass) FROM PUBLIC;

/* A platform that has no settings to ask for is no failure. */
CREATE FUNCTION adpipe_internal.read_settings(target regclass, source regclass, known jsonb) RETURNS void
    LANGUAGE plpgsql
    SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    IF known IS NULL THEN
        SELECT coalesce(jsonb_agg(to_jsonb(s)), '[]') INTO known FROM adpipe.table_settings(source) s;
    END IF;
    PERFORM adpipe_internal.record_settings(target, known);
EXCEPTION WHEN feature_not_supported THEN
    NULL;
END
$$;
COMMENT ON FUNCTION adpipe_internal.read_settings(regclass, regclass, jsonb) IS
    'Records settings that are known, or asks for those of the accounts of a source; part of watch_settings().';
REVOKE ALL ON FUNCTION adpipe_internal.read_settings(regclass, regclass, jsonb) FROM PUBLIC;

/*
 * What goes wrong here is a row in health, and never keeps days from being read.
 * The token is asked about apart from the settings, for one that has lost the
 * scope to read those can still be.
 */
CREATE FUNCTION adpipe_internal.watch_settings(target regclass, source regclass) RETURNS void
    LANGUAGE plpgsql
    SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    known jsonb := adpipe_internal.recent_settings(target, '15 minutes');
    failure adpipe.failure;
BEGIN
    IF known IS NULL THEN
        failure := adpipe_internal.attempt(format('SELECT adpipe_internal.read_access(%L, %L)', target, source));
    END IF;
    PERFORM adpipe_internal.note_watch(target, 'the access token', failure);
    failure := adpipe_internal.attempt(format('SELECT adpipe_internal.read_settings(%L, %L, %L)', target, source, known));
    PERFORM adpipe_internal.note_watch(target, 'the settings', failure);
END
$$;
COMMENT ON FUNCTION adpipe_internal.watch_settings(regclass, regclass) IS
    'Asks for the settings that the numbers of a copy hang on, and records them; part of refresh().';
REVOKE ALL ON FUNCTION adpipe_internal.watch_settings(regclass, regclass) FROM PUBLIC;

CREATE FUNCTION adpipe_internal.confirm_settings(target regclass, account_id text, setting text) RETURNS bigint
    LANGUAGE sql VOLATILE SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
AS $$
    SELECT adpipe_internal.require_acting($1);
    WITH accepted AS (
        UPDATE adpipe.settings_ledger l SET expected = l.value, changed_at = NULL
        WHERE l.target = $1 AND l.expected IS DISTINCT FROM l.value
          AND l.account_id = coalesce($2, l.account_id)
          AND coalesce(l.setting = $3 OR starts_with(l.setting, $3 || '/'), true)
        RETURNING 1)
    SELECT count(*) FROM accepted
$$;
COMMENT ON FUNCTION adpipe_internal.confirm_settings(regclass, text, text) IS
    'Writes accepted settings into the ledger; part of accept_settings().';
REVOKE ALL ON FUNCTION adpipe_internal.confirm_settings(regclass, text, text) FROM PUBLIC;

CREATE FUNCTION adpipe.accept_settings(target regclass, account_id text DEFAULT NULL, setting text DEFAULT NULL)
    RETURNS bigint
    LANGUAGE plpgsql
    SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    PERFORM adpipe_internal.require_owner(target);
    RETURN adpipe_internal.confirm_settings(target, account_id, setting);
END
$$;
COMMENT ON FUNCTION adpipe.accept_settings(regclass, text, text) IS
    'Takes changed settings for meant: adpipe.health stops to show them, settings_changes keeps them. setting: a path or the front of one (conversion_action/12345); what is NULL stands for all. Returns how many.';
REVOKE ALL ON FUNCTION adpipe.accept_settings(regclass, text, text) FROM PUBLIC;

/* One row per thing whose settings changed, with all of them. */
CREATE VIEW adpipe.health_settings AS
    SELECT c.severity, c.target, c.account_id,
           CASE WHEN c.is_new THEN format('%s is new: %s', c.what, c.changes)
                WHEN c.is_gone THEN format('%s is gone', c.what)
                ELSE format('setting changed on the platform: %s: %s', c.what, c.changes) END AS problem,
           c.since,
           format('%s The days it touches are read again. If it is meant: SELECT adpipe.accept_settings(%L, %L, %L);',
                  c.remedy, c.target, c.account_id, c.owner) AS action
    FROM (
        SELECT min(g.severity) AS severity, l.target, l.account_id, o.owner, min(l.changed_at) AS since,
               o.owner || coalesce((SELECT format(' "%s"', coalesce(n.value, n.expected)) FROM adpipe.settings_ledger n
                                    WHERE n.target = l.target AND n.account_id = l.account_id
                                      AND n.setting = o.owner || '/name'), '') AS what,
               string_agg(concat_ws(' ', o.name, l.expected, CASE WHEN l.expected IS NOT NULL THEN '->' END, coalesce(l.value, 'nothing')), ', ' ORDER BY l.setting) AS changes,
               bool_and(l.expected IS NULL) AS is_new, bool_and(l.value IS NULL) AS is_gone,
               string_agg(DISTINCT g.remedy, ' ') AS remedy
        FROM adpipe.settings_ledger l
        JOIN adpipe.target_ledger t ON t.target = l.target AND t.enabled
        CROSS JOIN LATERAL adpipe_internal.source_policy(t.source) p
        CROSS JOIN LATERAL adpipe_internal.guide_of(p.platform, l.setting) g
        CROSS JOIN LATERAL (SELECT adpipe_internal.setting_owner(l.setting) AS owner,
                                   nullif(regexp_replace(l.setting, '^.*/', ''), l.setting) AS name) o
        WHERE l.value IS DISTINCT FROM l.expected AND g.severity IS NOT NULL
        GROUP BY l.target, l.account_id, o.owner) c;
COMMENT ON VIEW adpipe.health_settings IS
    'Part of adpipe.health: settings that are not as they were when they were first seen or last accepted.';

/* A platform's text in the ledger must not spoil a view for all who read it. */
CREATE FUNCTION adpipe_internal.moment_of(value text) RETURNS timestamptz
    LANGUAGE plpgsql STABLE
    SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    RETURN value::timestamptz;
EXCEPTION WHEN data_exception THEN
    RETURN NULL;
END
$$;
COMMENT ON FUNCTION adpipe_internal.moment_of(text) IS
    'The moment that a text names; NULL for any other text.';

/*
 * What a platform reports about the access itself.  token/expires_at is a moment,
 * token/scopes a list with commas, api_version/asked and /served as they stand
 * in URL and header.
 */
CREATE VIEW adpipe.health_access AS
    SELECT CASE WHEN e.at < adpipe_internal.clock() + interval '3 days' THEN 'error' ELSE 'warning' END AS severity,
           l.target, l.account_id,
           format('the access token %s %s', CASE WHEN e.at < adpipe_internal.clock() THEN 'expired' ELSE 'expires' END,
                  to_char(e.at AT TIME ZONE 'UTC', 'YYYY-MM-DD HH24:MI "UTC"')) AS problem,
           e.at - interval '14 days' AS since,
           'Make a new token and put it into the user mapping; a system user''s token does not expire.' AS action,
           format('server %s: token until %s', adpipe_internal.server_of(t.source), e.at AT TIME ZONE 'UTC') AS cause
    FROM adpipe.settings_ledger l
    JOIN adpipe.target_ledger t ON t.target = l.target AND t.enabled
    LEFT JOIN adpipe.account_ledger a ON a.target = l.target AND a.account_id = l.account_id
    CROSS JOIN LATERAL (SELECT adpipe_internal.moment_of(l.value) AS at) e
    WHERE l.setting = 'token/expires_at' AND e.at < adpipe_internal.clock() + interval '14 days'
      /* that the platform refuses it is said already */
      AND NOT (e.at < adpipe_internal.clock() AND (coalesce(t.sqlstate, '') = '28000' OR coalesce(a.sqlstate, '') = '28000'))
    UNION ALL
    SELECT 'error', l.target, l.account_id,
           format('the access token lost its scope %s', s.scope), l.changed_at,
           format('Grant it again and put the new token into the user mapping. If it is meant: SELECT adpipe.accept_settings(%L, setting => %L);',
                  l.target, l.setting),
           format('server %s: scope %s', adpipe_internal.server_of(t.source), s.scope)
    FROM adpipe.settings_ledger l
    JOIN adpipe.target_ledger t ON t.target = l.target AND t.enabled
    CROSS JOIN LATERAL unnest(string_to_array(l.expected, ',')) s (scope)
    WHERE l.setting = 'token/scopes' AND s.scope <> ALL (string_to_array(coalesce(l.value, ''), ','))
    UNION ALL
    SELECT 'warning', l.target, l.account_id,
           format('version %s of the API answers in place of %s', l.value, a.value), l.seen_at,
           'The one asked for has reached its end: set the server''s option api_version to a newer one, and compare.',
           format('server %s: version %s', adpipe_internal.server_of(t.source), l.value)
    FROM adpipe.settings_ledger l
    JOIN adpipe.target_ledger t ON t.target = l.target AND t.enabled
    JOIN adpipe.settings_ledger a ON a.target = l.target AND a.account_id = l.account_id
        AND a.setting = 'api_version/asked'
    WHERE l.setting = 'api_version/served' AND l.value <> a.value;
COMMENT ON VIEW adpipe.health_access IS
    'Part of adpipe.health: tokens that expire or lost a scope, versions of the API that are served in place of the one asked for; where the platform reports it.';

CREATE VIEW adpipe.health_unwatched AS
    SELECT 'warning'::text AS severity, t.target, NULL::text AS account_id,
           t.watch_error AS problem, t.watch_failing_since AS since,
           concat_ws(' ', (t.watch_failure).hint,
                     'A setting that is reset, or numbers that stop, would not be noticed. See the message; the next refresh tries again.') AS action,
           adpipe_internal.failure_cause(adpipe_internal.server_of(t.source), t.watch_failure) AS cause
    FROM adpipe.target_ledger t
    WHERE t.enabled AND t.watch_failing_since IS NOT NULL;
COMMENT ON VIEW adpipe.health_unwatched IS
    'Part of adpipe.health: copies whose settings or signals cannot be read.';
