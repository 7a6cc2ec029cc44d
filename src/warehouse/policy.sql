/*
 * policy.sql: what is known of platforms that decides when a day is read, and
 * what a refresh asks of C.
 */

CREATE FUNCTION adpipe_internal.in_transaction_block() RETURNS boolean
    AS 'MODULE_PATHNAME', 'adpipe_in_transaction_block' LANGUAGE C STRICT STABLE;
COMMENT ON FUNCTION adpipe_internal.in_transaction_block() IS
    'Whether a transaction is open that the client ends, so that a procedure cannot commit.';
REVOKE ALL ON FUNCTION adpipe_internal.in_transaction_block() FROM PUBLIC;

CREATE FUNCTION adpipe_internal.act_for(target regclass, is_scheduled boolean DEFAULT false) RETURNS boolean
    AS 'MODULE_PATHNAME', 'adpipe_act_for' LANGUAGE C STRICT STABLE;
COMMENT ON FUNCTION adpipe_internal.act_for(regclass, boolean) IS
    'Lets the rest of the statement write the ledger of a table, if the table belongs to the caller; returns whether it does. is_scheduled: a table of another role does not belong to a superuser, since the triggers of that role would run as the superuser.';
REVOKE ALL ON FUNCTION adpipe_internal.act_for(regclass, boolean) FROM PUBLIC;

CREATE FUNCTION adpipe_internal.is_acting(target regclass) RETURNS boolean
    AS 'MODULE_PATHNAME', 'adpipe_is_acting' LANGUAGE C STRICT STABLE;
COMMENT ON FUNCTION adpipe_internal.is_acting(regclass) IS
    'Whether this statement may write the ledger of a table; true for superusers.';
REVOKE ALL ON FUNCTION adpipe_internal.is_acting(regclass) FROM PUBLIC;

CREATE FUNCTION adpipe.table_accounts(source regclass,
    OUT account_id text, OUT account_name text, OUT time_zone text, OUT currency text)
    RETURNS SETOF record
    AS 'MODULE_PATHNAME', 'adpipe_table_accounts' LANGUAGE C STRICT VOLATILE;
COMMENT ON FUNCTION adpipe.table_accounts(regclass) IS
    'The accounts that a scan of a foreign table would ask; sends requests. What was learnt in the same session within ten minutes is not asked again.';
REVOKE ALL ON FUNCTION adpipe.table_accounts(regclass) FROM PUBLIC;

CREATE FUNCTION adpipe.table_settings(source regclass,
    OUT account_id text, OUT setting text, OUT value text)
    RETURNS SETOF record
    AS 'MODULE_PATHNAME', 'adpipe_table_settings' LANGUAGE C STRICT VOLATILE;
COMMENT ON FUNCTION adpipe.table_settings(regclass) IS
    'Settings on the platform''s side that the numbers of a foreign table depend on, for each account that a scan of it would ask: time_zone, currency, others by the name of the platform''s field, those of one thing behind its id (conversion_action/12345/primary_for_goal). NULL: the platform reports no value. Sends requests.';
REVOKE ALL ON FUNCTION adpipe.table_settings(regclass) FROM PUBLIC;

CREATE FUNCTION adpipe.table_access(source regclass, OUT setting text, OUT value text)
    RETURNS SETOF record
    AS 'MODULE_PATHNAME', 'adpipe_table_access' LANGUAGE C STRICT VOLATILE;
COMMENT ON FUNCTION adpipe.table_access(regclass) IS
    'What the platform reports about the caller''s access token for a foreign table: token/scopes, sorted, with commas; token/expires_at, NULL for never. No rows if it reports nothing. Sends a request.';
REVOKE ALL ON FUNCTION adpipe.table_access(regclass) FROM PUBLIC;

CREATE FUNCTION adpipe_internal.clock() RETURNS timestamptz
    AS 'MODULE_PATHNAME', 'adpipe_clock' LANGUAGE C STRICT STABLE PARALLEL SAFE;
COMMENT ON FUNCTION adpipe_internal.clock() IS
    'The present moment, or the one that adpipe.debug_now puts in its place for tests.';

/* Bound when they are made and short, so that views over many days inline them. */
CREATE FUNCTION adpipe_internal.day_of(moment timestamptz, time_zone text) RETURNS date
    LANGUAGE sql STABLE PARALLEL SAFE
    RETURN (moment AT TIME ZONE coalesce(time_zone, 'UTC'))::date;
COMMENT ON FUNCTION adpipe_internal.day_of(timestamptz, text) IS
    'The day that a moment falls on in a time zone; UTC where the zone is not known.';

CREATE FUNCTION adpipe_internal.readable_at(day date, time_zone text, settle interval) RETURNS timestamptz
    LANGUAGE sql STABLE PARALLEL SAFE
    RETURN (day + 1)::timestamp AT TIME ZONE coalesce(time_zone, 'UTC') + settle;
COMMENT ON FUNCTION adpipe_internal.readable_at(date, text, interval) IS
    'When a day is over in a time zone and its numbers have had their time to arrive.';

/*
 * One row per platform and kind of report; the longest pattern that fits the
 * source's option wins.  Sources of the figures: support.google.com/google-ads
 * /answer/2544985 (settling) and .../9549116 (windows of 1 to 90 days); Meta
 * freezes insights 28 days after they were reported; AppsFlyer's aggregate
 * reports are dated by install, so that a day moves for as long as its users
 * do, and its raw reports are to be had for 31 (events) or 60 (installs) days,
 * with few calls a day; of them uninstalls, ad revenue, postbacks and fraud come
 * once a day.  Postbacks of SKAdNetwork come up to 13 days late with Google, which
 * the platform lately puts at 45; its days are sums that are asked for one by one.
 * A cohort gets a row a day until its day 180 is over, which is on the
 * 182nd day that it exists.  TikTok's numbers of people, ages and genders arrive
 * within 16 hours, and its attribution windows are up to 28 days, so that a day has
 * all of its conversions when the 28th after it is over and settled; it says nowhere
 * for how long it keeps numbers.  Naver corrects a day's files for 48 hours, and
 * adds late conversions for some 20 days; all its grains are made of the same
 * files, so that its account grain would say nothing about the others.  Kakao's
 * day is settled at 08:10 of the next one; conversions and opened messages come for
 * seven days after it; it says nowhere for how long it keeps numbers.
 */
CREATE VIEW adpipe.refresh_policy AS
    SELECT * FROM (VALUES
        ('google_ads', 'resource', '%', interval '25 minutes', 3, 30, 90,
            interval '37 months', interval '3 hours', false, 'resource=customer'),
        ('meta_ads', 'level', '%', interval '25 minutes', 3, 29, 29,
            interval '37 months -1 day', interval '1 hour', false, 'level=account'),
        ('appsflyer', 'report', '%', interval '4 hours', 3, 30, 180,
            interval '25 months', interval '4 hours', true, NULL),
        ('appsflyer', 'report', 'cohort', interval '4 hours', 3, 182, 182,
            interval '720 days', interval '4 hours', true, NULL),
        ('appsflyer', 'report', '%installs%', interval '4 hours', 3, 3, 3,
            interval '60 days', interval '3 hours', false, NULL),
        ('appsflyer', 'report', '%in_app_events%', interval '4 hours', 3, 3, 3,
            interval '31 days', interval '3 hours', false, NULL),
        ('appsflyer', 'report', '%in-app-events%', interval '4 hours', 3, 3, 3,
            interval '31 days', interval '3 hours', false, NULL),
        ('appsflyer', 'report', 'master', interval '12 hours', 3, 30, 180,
            interval '25 months', interval '2 days', true, NULL),
        ('appsflyer', 'report', 'skan', interval '1 day', 3, 17, 45,
            interval '72 months', interval '62 hours', false, NULL),
        ('appsflyer', 'report', 'skan_postbacks', interval '12 hours', 3, 17, 45,
            interval '72 months', interval '38 hours', false, NULL),
        ('appsflyer', 'report', '%postbacks%', interval '12 hours', 3, 3, 3,
            interval '31 days', interval '1 day', false, NULL),
        ('appsflyer', 'report', '%in_app_events_postbacks%', interval '12 hours', 3, 3, 3,
            interval '31 days', interval '1 day', false, NULL),
        ('appsflyer', 'report', '%in-app-events-postbacks%', interval '12 hours', 3, 3, 3,
            interval '31 days', interval '1 day', false, NULL),
        ('appsflyer', 'report', '%blocked_in_app_events%', interval '12 hours', 3, 3, 3,
            interval '31 days', interval '1 day', false, NULL),
        ('appsflyer', 'report', '%blocked_%', interval '12 hours', 3, 3, 3,
            interval '31 days', interval '1 day', false, NULL),
        ('appsflyer', 'report', '%blocked_installs_%', interval '12 hours', 3, 3, 3,
            interval '60 days', interval '1 day', false, NULL),
        ('appsflyer', 'report', 'detection', interval '12 hours', 3, 30, 30,
            interval '31 days', interval '1 day', false, NULL),
        ('appsflyer', 'report', 'fraud-post-inapps', interval '12 hours', 3, 30, 30,
            interval '31 days', interval '1 day', false, NULL),
        ('appsflyer', 'report', '%reinstalls%', interval '12 hours', 3, 3, 3,
            interval '60 days', interval '3 hours', false, NULL),
        ('appsflyer', 'report', '%uninstall_%', interval '12 hours', 3, 3, 3,
            interval '60 days', interval '1 day', false, NULL),
        ('appsflyer', 'report', '%ad_revenue_%', interval '12 hours', 3, 3, 3,
            interval '31 days', interval '1 day', false, NULL),
        ('appsflyer', 'report', '%ad-revenue-%', interval '12 hours', 3, 3, 3,
            interval '31 days', interval '1 day', false, NULL),
        ('tiktok_ads', 'level', '%', interval '25 minutes', 3, 30, 30,
            interval '24 months', interval '16 hours', false, 'level=account'),
        ('naver_searchad', 'report', '%', interval '6 hours', 3, 7, 20,
            interval '365 days', interval '12 hours', false, NULL),
        ('naver_searchad', 'report', 'shopping_search_term', interval '6 hours', 3, 7, 20,
            interval '45 days', interval '12 hours', false, NULL),
        ('kakao_moment', 'report', '%', interval '55 minutes', 3, 9, 9,
            interval '24 months', interval '8 hours 10 minutes', false, 'report=account')
    ) AS policy (platform, source_option, source_like, every, recent_days, window_days,
                 tail_days, reach, settle, is_cohort, account_grain);
COMMENT ON VIEW adpipe.refresh_policy IS
    'How each platform''s daily reports are re-read; one row per platform and kind of report.';
COMMENT ON COLUMN adpipe.refresh_policy.platform IS 'Foreign-data wrapper.';
COMMENT ON COLUMN adpipe.refresh_policy.source_option IS 'Table option that says what is read.';
COMMENT ON COLUMN adpipe.refresh_policy.source_like IS 'LIKE pattern for its value; the longest that fits wins.';
COMMENT ON COLUMN adpipe.refresh_policy.every IS 'How long the last days stay as they were read before refresh_all() reads them again.';
COMMENT ON COLUMN adpipe.refresh_policy.recent_days IS 'Days, today included, that each refresh reads again.';
COMMENT ON COLUMN adpipe.refresh_policy.window_days IS 'Days in which the platform restates as a rule; read once a day. The account''s own conversion windows and the target''s lookback widen or replace it.';
COMMENT ON COLUMN adpipe.refresh_policy.tail_days IS 'Days that are read once a week, for what moves later still.';
COMMENT ON COLUMN adpipe.refresh_policy.reach IS 'How far back answers can be trusted; an older day is left as it is stored.';
COMMENT ON COLUMN adpipe.refresh_policy.settle IS 'How long after its end a day''s numbers still arrive.';
COMMENT ON COLUMN adpipe.refresh_policy.is_cohort IS 'Whether numbers are booked on the day of the install, so that no day is ever final.';
COMMENT ON COLUMN adpipe.refresh_policy.account_grain IS 'Table option that selects the account grain, from which control totals come; NULL where there is none.';
GRANT SELECT ON adpipe.refresh_policy TO PUBLIC;

CREATE FUNCTION adpipe_internal.prepared_after(platform text, source_like text) RETURNS interval
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    RETURN CASE WHEN platform = 'naver_searchad' THEN interval '12 hours'
                WHEN platform = 'appsflyer' AND source_like = 'master' THEN interval '48 hours'
                WHEN platform = 'appsflyer' AND source_like = 'skan' THEN interval '62 hours'
                WHEN platform = 'appsflyer' AND source_like = 'skan_postbacks' THEN interval '38 hours' END;
COMMENT ON FUNCTION adpipe_internal.prepared_after(text, text) IS
    'How long after its end a platform has a day''s numbers in the reports of a row of adpipe.refresh_policy, before which it gives none; NULL: they can be read while the day goes on.';

CREATE FUNCTION adpipe_internal.filled_after(platform text, source_like text) RETURNS interval
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    RETURN CASE WHEN platform = 'appsflyer' AND source_like IN ('skan', 'skan_postbacks') THEN interval '14 days'
                ELSE interval '0' END;
COMMENT ON FUNCTION adpipe_internal.filled_after(text, text) IS
    'How long after its end a day may lack what some media source has for it, in the reports of a row of adpipe.refresh_policy: Google''s postbacks of SKAdNetwork come up to 13 days late.';

CREATE FUNCTION adpipe_internal.least_days(platform text) RETURNS integer
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    RETURN CASE platform WHEN 'appsflyer' THEN 3 ELSE 1 END;
COMMENT ON FUNCTION adpipe_internal.least_days(text) IS
    'How many days a request to a platform should have at least: AppsFlyer lets in one a minute of those for fewer.';
REVOKE ALL ON FUNCTION adpipe_internal.least_days(text) FROM PUBLIC;

/* PL/pgSQL keeps the plan: a refresh asks often, and a plan takes longer than the answer. */
CREATE FUNCTION adpipe_internal.source_policy(source regclass) RETURNS adpipe.refresh_policy
    LANGUAGE plpgsql STABLE
    SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    RETURN (SELECT p
            FROM pg_foreign_table t
            JOIN pg_foreign_server s ON s.oid = t.ftserver
            JOIN pg_foreign_data_wrapper w ON w.oid = s.srvfdw
            JOIN adpipe.refresh_policy p ON p.platform = w.fdwname
            LEFT JOIN LATERAL (SELECT o.option_value FROM pg_options_to_table(t.ftoptions) o
                               WHERE o.option_name = p.source_option) o ON true
            WHERE t.ftrelid = source
              AND coalesce(o.option_value, '') LIKE p.source_like
            ORDER BY length(p.source_like) DESC
            LIMIT 1);
END
$$;
COMMENT ON FUNCTION adpipe_internal.source_policy(regclass) IS
    'The row of adpipe.refresh_policy for a foreign table; NULL for what is no table of adpipe.';

CREATE FUNCTION adpipe_internal.source_columns(relation regclass,
    OUT attnum integer, OUT name name, OUT type text, OUT is_not_null boolean)
    RETURNS SETOF record
    LANGUAGE sql STABLE
    SET search_path = pg_catalog, pg_temp
    SET quote_all_identifiers = off -- types are compared by name
AS $$
    SELECT a.attnum::integer, a.attname, format_type(a.atttypid, a.atttypmod), a.attnotnull
    FROM pg_attribute a
    WHERE a.attrelid = relation AND a.attnum > 0 AND NOT a.attisdropped
      AND a.attname NOT IN ('_fetched_at', '_first_seen', '_last_seen', '_deleted_at')
    ORDER BY a.attnum
$$;
COMMENT ON FUNCTION adpipe_internal.source_columns(regclass) IS
    'The columns of a source, or those of a target that come from its source.';

CREATE FUNCTION adpipe_internal.column_list(relation regclass) RETURNS text
    LANGUAGE sql STABLE
    SET search_path = pg_catalog, pg_temp
AS $$
    SELECT string_agg(quote_ident(name), ', ' ORDER BY attnum)
    FROM adpipe_internal.source_columns(relation)
$$;
COMMENT ON FUNCTION adpipe_internal.column_list(regclass) IS
    'The names of adpipe_internal.source_columns(), quoted, with commas.';
REVOKE ALL ON FUNCTION adpipe_internal.column_list(regclass) FROM PUBLIC;
