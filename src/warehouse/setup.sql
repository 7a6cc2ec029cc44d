/*
 * setup.sql: from a server to copies that are kept, in one call.
 *
 * Live tables go into a schema that is named after the server, and copies into
 * the one that is asked for, under the names of server and report; so several
 * servers share it.  As with setup_roles(), only what is missing is run.
 */

/* What an agency looks at every day.  Each further report is one materialize(). */
CREATE FUNCTION adpipe_internal.agency_reports()
    RETURNS TABLE (place integer, platform text, report text, purpose text)
    LANGUAGE sql STABLE
    SET search_path = pg_catalog, pg_temp
AS $$
    VALUES (1, 'google_ads', 'account_daily', 'accounts by day'),
           (2, 'google_ads', 'campaign_daily', 'campaigns by day'),
           (3, 'google_ads', 'ad_group_daily', 'ad groups by day'),
           (4, 'google_ads', 'ad_daily', 'ads by day'),
           (5, 'google_ads', 'keyword_daily', 'keywords by day'),
           (6, 'google_ads', 'search_term_daily', 'search terms by day'),
           (7, 'google_ads', 'accounts', 'names, currencies and zones of accounts'),
           (8, 'google_ads', 'campaigns', 'names, statuses and budgets of campaigns'),
           (9, 'google_ads', 'budgets', 'amounts of budgets, for plan and pacing'),
           (10, 'google_ads', 'ad_groups', 'names and statuses of ad groups'),
           (11, 'google_ads', 'ads', 'names, statuses and URLs of ads'),
           (1, 'meta_ads', 'account_daily', 'accounts by day'),
           (2, 'meta_ads', 'campaign_daily', 'campaigns by day'),
           (3, 'meta_ads', 'adset_daily', 'ad sets by day'),
           (4, 'meta_ads', 'ad_daily', 'ads by day'),
           (5, 'meta_ads', 'accounts', 'names, currencies and zones of accounts'),
           (6, 'meta_ads', 'campaigns', 'names, statuses and budgets of campaigns'),
           (7, 'meta_ads', 'adsets', 'names, statuses and budgets of ad sets'),
           (8, 'meta_ads', 'ads', 'names and statuses of ads'),
           (9, 'meta_ads', 'creatives', 'texts and URLs of ads'),
           (1, 'appsflyer', 'partners_daily', 'installs, spend and revenue by media source and day'),
           (2, 'appsflyer', 'partners_event_daily', 'events in the app by media source and day'),
           (3, 'appsflyer', 'apps', 'names, currencies and zones of apps'),
           (1, 'tiktok_ads', 'account_daily', 'accounts by day'),
           (2, 'tiktok_ads', 'campaign_daily', 'campaigns by day'),
           (3, 'tiktok_ads', 'adgroup_daily', 'ad groups by day'),
           (4, 'tiktok_ads', 'ad_daily', 'ads by day'),
           (5, 'tiktok_ads', 'accounts', 'names, currencies and zones of accounts'),
           (6, 'tiktok_ads', 'campaigns', 'names, statuses and budgets of campaigns'),
           (7, 'tiktok_ads', 'adgroups', 'names, statuses and goals of ad groups'),
           (8, 'tiktok_ads', 'ads', 'names, statuses and URLs of ads'),
           (1, 'naver_searchad', 'account_daily', 'accounts by day'),
           (2, 'naver_searchad', 'campaign_daily', 'campaigns by day'),
           (3, 'naver_searchad', 'ad_group_daily', 'ad groups by day'),
           (4, 'naver_searchad', 'ad_daily', 'ads by day'),
           (5, 'naver_searchad', 'keyword_daily', 'keywords by day'),
           (6, 'naver_searchad', 'search_term_daily', 'search terms by day'),
           (7, 'naver_searchad', 'accounts', 'names of accounts'),
           (8, 'naver_searchad', 'campaigns', 'names, statuses and budgets of campaigns'),
           (9, 'naver_searchad', 'ad_groups', 'names, statuses and bids of ad groups'),
           (1, 'kakao_moment', 'account_daily', 'accounts by day'),
           (2, 'kakao_moment', 'campaign_daily', 'campaigns by day'),
           (3, 'kakao_moment', 'ad_group_daily', 'ad groups by day'),
           (4, 'kakao_moment', 'creative_daily', 'creatives by day'),
           (5, 'kakao_moment', 'accounts', 'names of accounts'),
           (6, 'kakao_moment', 'campaigns', 'names, states, goals and budgets of campaigns'),
           (7, 'kakao_moment', 'ad_groups', 'names and states of ad groups'),
           (8, 'kakao_moment', 'creatives', 'names and states of creatives')
$$;
COMMENT ON FUNCTION adpipe_internal.agency_reports() IS
    'The built-in reports that setup() makes copies of.';
REVOKE ALL ON FUNCTION adpipe_internal.agency_reports() FROM PUBLIC;

/*
 * A call every 30 minutes reads the last days as a rule, once a day the window and
 * the day that has left it, in chunks that end on Sundays, and each older day of the
 * tail once a week, alone; with these two come control totals.  TikTok is asked for
 * promoted objects apart.  Naver is asked some nine times for each day: for two
 * jobs, their states and files, and names; a question is about the last two days as
 * a rule.  Kakao is asked for today apart, for control totals as well, and for the
 * names of campaigns; lists of what is below each campaign are not counted.
 */
CREATE FUNCTION adpipe_internal.requests_of(platform text, is_daily boolean, options text[]) RETURNS integer
    LANGUAGE sql STABLE
    SET search_path = pg_catalog, pg_temp
AS $$
    SELECT CASE WHEN NOT is_daily THEN w.walks
                ELSE ceil(n.calls - 1 + n.weeks)::integer * w.walks
                     + CASE WHEN p.account_grain <> ALL (options) THEN ceil(n.weeks)::integer * w.controls ELSE 0 END END
    FROM adpipe.refresh_policy p
    CROSS JOIN LATERAL (SELECT 48 / ceil(extract(epoch FROM p.every) / 1800) AS calls,
                               (p.window_days + CASE WHEN p.is_cohort THEN 6 ELSE 7 END) / 7.0 + (p.tail_days - p.window_days) / 7.0 AS weeks) n
    CROSS JOIN (SELECT CASE WHEN platform = 'tiktok_ads' AND NOT options && '{level=account,level=accounts}' THEN 2
                            WHEN platform = 'naver_searchad' AND is_daily THEN 18
                            WHEN platform = 'kakao_moment' AND is_daily AND 'report=account' = ANY (options) THEN 2
                            WHEN platform = 'kakao_moment' AND is_daily THEN 3 ELSE 1 END AS walks,
                       CASE platform WHEN 'kakao_moment' THEN 2 ELSE 1 END AS controls) w
    WHERE p.platform = $1 AND p.source_like = '%'
$$;
COMMENT ON FUNCTION adpipe_internal.requests_of(text, boolean, text[]) IS
    'How many requests a day the refresh of a copy of a built-in report, other than raw data, puts to the platform for one account.';
REVOKE ALL ON FUNCTION adpipe_internal.requests_of(text, boolean, text[]) FROM PUBLIC;

CREATE FUNCTION adpipe_internal.account_number(server name) RETURNS bigint
    LANGUAGE sql STABLE
    SET search_path = pg_catalog, pg_temp
AS $$
    SELECT CASE WHEN o.option_value <> '*' THEN cardinality(string_to_array(o.option_value, ','))
                ELSE (SELECT nullif(count(DISTINCT k.account_id), 0)
                      FROM pg_foreign_table t
                      JOIN adpipe.targets c ON c.source = t.ftrelid AND adpipe_internal.has_days(c.target)
                      JOIN adpipe.kept_accounts k ON k.target = c.target AND k.is_listed
                      WHERE t.ftserver = s.oid) END
    FROM pg_foreign_server s
    LEFT JOIN LATERAL (SELECT p.option_value FROM pg_options_to_table(s.srvoptions) p
                       WHERE p.option_name IN ('customer_id', 'account_id', 'app_id', 'advertiser_id')) o ON true
    WHERE s.srvname = server
$$;
COMMENT ON FUNCTION adpipe_internal.account_number(name) IS
    'How many accounts a server names; of * how many its daily copies have; NULL if there is none yet.';
REVOKE ALL ON FUNCTION adpipe_internal.account_number(name) FROM PUBLIC;

CREATE FUNCTION adpipe_internal.wanted_copies(server name, schema name)
    RETURNS TABLE (place integer, live text, copy text, purpose text, is_daily boolean, is_made boolean, requests integer)
    LANGUAGE sql STABLE
    SET search_path = pg_catalog, pg_temp
AS $$
    WITH reports AS (
        SELECT a.place, a.report, a.purpose, a.platform, c.is_daily, c.options,
               format('%I.%I', server, a.report) AS live,
               format('%I.%I', schema, adpipe_internal.name_with(server, '_' || a.report)) AS copy
        FROM pg_foreign_server s
        JOIN pg_foreign_data_wrapper w ON w.oid = s.srvfdw
        JOIN adpipe_internal.agency_reports() a ON a.platform = w.fdwname
        JOIN (SELECT k.wrapper, k.report, bool_or(k.column_name = 'date_day') AS is_daily, min(k.options) AS options
              FROM adpipe_internal.report_columns() k WHERE k.remote_schema = 'reports' GROUP BY 1, 2) c
            ON c.wrapper = a.platform AND c.report = a.report
        WHERE s.srvname = server)
    SELECT r.place, r.live, r.copy, r.purpose, r.is_daily,
           EXISTS (SELECT FROM adpipe.targets t JOIN pg_class c ON c.oid = t.target
                   WHERE t.source = to_regclass(r.live) AND c.relnamespace = to_regnamespace(quote_ident(schema))),
           adpipe_internal.requests_of(r.platform, r.is_daily, r.options)
    FROM reports r
$$;
COMMENT ON FUNCTION adpipe_internal.wanted_copies(name, name) IS
    'The copies that setup() makes of a server''s reports, and whether a schema has a copy of each already.';
REVOKE ALL ON FUNCTION adpipe_internal.wanted_copies(name, name) FROM PUBLIC;

CREATE FUNCTION adpipe_internal.check_setup(server name, schema name) RETURNS void
    LANGUAGE plpgsql STABLE
    SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    taken text;
BEGIN
    IF NOT EXISTS (SELECT FROM pg_foreign_server s JOIN pg_foreign_data_wrapper w ON w.oid = s.srvfdw
                   WHERE s.srvname = server AND w.fdwname IN (SELECT a.platform FROM adpipe_internal.agency_reports() a)) THEN
        RAISE EXCEPTION 'there is no server "%" of a platform of adpipe', server
            USING ERRCODE = 'undefined_object',
                  HINT = format('CREATE SERVER %I FOREIGN DATA WRAPPER ... OPTIONS (...);', server);
    ELSIF schema = server THEN
        RAISE EXCEPTION 'schema "%" is that of the live tables of server "%"', schema, server
            USING ERRCODE = 'invalid_parameter_value',
                  DETAIL = 'Who may read copies must not see live tables, since each look at them is a request.',
                  HINT = 'Name another schema for the copies.';
    END IF;
    SELECT min(w.live) INTO taken
    FROM adpipe_internal.wanted_copies(server, schema) w
    LEFT JOIN pg_foreign_table t ON t.ftrelid = to_regclass(w.live)
    LEFT JOIN pg_foreign_server s ON s.oid = t.ftserver
    WHERE to_regclass(w.live) IS NOT NULL AND s.srvname IS DISTINCT FROM server;
    IF taken IS NOT NULL THEN
        RAISE EXCEPTION 'relation "%" is no live table of server "%"', taken, server
            USING ERRCODE = 'duplicate_table',
                  DETAIL = format('The live tables of the server go into schema "%s".', server),
                  HINT = 'Rename or move the relation.';
    END IF;
END
$$;
COMMENT ON FUNCTION adpipe_internal.check_setup(name, name) IS
    'An error unless setup() can make the live tables and the copies of a server.';
REVOKE ALL ON FUNCTION adpipe_internal.check_setup(name, name) FROM PUBLIC;

CREATE FUNCTION adpipe_internal.is_scheduled() RETURNS boolean
    LANGUAGE sql STABLE
    SET search_path = pg_catalog, pg_temp
AS $$
    SELECT EXISTS (SELECT FROM adpipe_internal.own_cron_jobs() j, pg_roles r
                   WHERE r.rolname = current_user AND adpipe_internal.calls_for(j.role, r.oid))
        OR EXISTS (SELECT FROM adpipe_internal.scheduled_targets() t
                   WHERE t.owner = current_user AND t.last_call IS NOT NULL AND t.problem IS NULL)
$$;
COMMENT ON FUNCTION adpipe_internal.is_scheduled() IS
    'Whether the current user''s copies are refreshed by a job of pg_cron, or by another scheduler that calls.';
REVOKE ALL ON FUNCTION adpipe_internal.is_scheduled() FROM PUBLIC;

CREATE FUNCTION adpipe_internal.setup_statements(server name, schema name, start date)
    RETURNS TABLE (statement text, what text, requests_a_day bigint)
    LANGUAGE sql STABLE
    SET search_path = pg_catalog, pg_temp
AS $$
    WITH copies AS MATERIALIZED (
        SELECT * FROM adpipe_internal.wanted_copies(server, schema)
    ), accounts (number) AS (SELECT adpipe_internal.account_number(server))
    SELECT s.statement, s.what, s.requests
    FROM (
        SELECT 1 AS part, 0 AS place, format('CREATE SCHEMA %I;', server) AS statement,
               'live tables: each look at one is a request, so readers get no right on them' AS what, NULL::bigint AS requests
        WHERE to_regnamespace(quote_ident(server)) IS NULL
        UNION ALL
        SELECT 2, 0, format('CREATE SCHEMA %I;', schema), 'copies, and views over them: what readers, BI tools and dbt see', NULL
        WHERE to_regnamespace(quote_ident(schema)) IS NULL
        UNION ALL
        SELECT 3, 0, format('IMPORT FOREIGN SCHEMA reports FROM SERVER %1$I INTO %1$I OPTIONS (existing ''keep'');', server),
               'a live table of each built-in report', NULL
        WHERE EXISTS (SELECT FROM copies c WHERE to_regclass(c.live) IS NULL)
        UNION ALL
        SELECT 4, c.place, format('SELECT adpipe.materialize(%L, %L%s);', c.live, c.copy,
                                  CASE WHEN c.is_daily AND start IS NOT NULL THEN format(', %L', start) END),
               c.purpose || CASE WHEN a.number IS NULL THEN ' (requests: of one account)' ELSE '' END,
               c.requests * coalesce(a.number, 1)
        FROM copies c, accounts a WHERE NOT c.is_made
        UNION ALL
        SELECT 5, 0, format('SELECT * FROM adpipe.create_report_views(%L);', quote_ident(schema)), 'views over the copies of all platforms', NULL
        UNION ALL
        SELECT 6, 0, 'SELECT adpipe.schedule();', 'refreshes what is due, every 30 minutes', NULL
        WHERE NOT adpipe_internal.is_scheduled()) s
    ORDER BY s.part, s.place
$$;
COMMENT ON FUNCTION adpipe_internal.setup_statements(name, name, date) IS
    'What setup() still has to run for a server and a schema.';
REVOKE ALL ON FUNCTION adpipe_internal.setup_statements(name, name, date) FROM PUBLIC;

/* A job needs a role that can log in, and pg_cron; without them the copies are there all the same. */
CREATE FUNCTION adpipe_internal.try_schedule() RETURNS text
    LANGUAGE plpgsql
    SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    hint text;
BEGIN
    IF NOT (SELECT r.rolcanlogin FROM pg_roles r WHERE r.rolname = current_user) THEN
        RETURN format('not scheduled: role "%s" cannot log in. As a member of it that can: SELECT adpipe.schedule();', current_user);
    END IF;
    RETURN adpipe.schedule();
EXCEPTION WHEN object_not_in_prerequisite_state OR insufficient_privilege THEN
    GET STACKED DIAGNOSTICS hint = PG_EXCEPTION_HINT;
    RETURN format(E'not scheduled: %s\n%s', SQLERRM, hint);
END
$$;
COMMENT ON FUNCTION adpipe_internal.try_schedule() IS
    'schedule(), or why there is no schedule and what to run; part of setup().';
REVOKE ALL ON FUNCTION adpipe_internal.try_schedule() FROM PUBLIC;

CREATE FUNCTION adpipe.setup(server name, schema text, start date DEFAULT NULL, dry_run boolean DEFAULT false)
    RETURNS TABLE (statement text, what text, requests_a_day bigint)
    LANGUAGE plpgsql
    SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    home name := adpipe_internal.one_name(schema, 'schema');
BEGIN
    PERFORM adpipe_internal.check_setup(server, home);
    FOR statement, what, requests_a_day IN SELECT * FROM adpipe_internal.setup_statements(server, home, start) LOOP
        IF dry_run THEN
            NULL;
        ELSIF statement = 'SELECT adpipe.schedule();' THEN
            what := adpipe_internal.try_schedule();
        ELSE
            EXECUTE statement;
        END IF;
        RETURN NEXT;
    END LOOP;
END
$$;
COMMENT ON FUNCTION adpipe.setup(name, text, date, boolean) IS
    'Imports the reports of a server into a schema of the server''s name, makes copies of those that an agency wants in another schema, makes the views over them and schedules the refresh, as far as that is not done yet. Returns the statements, what each is for, and the requests a day that a copy costs; dry_run: runs none of them. start: first day of the copies (default: the last 90 days). Sends nothing.';
REVOKE ALL ON FUNCTION adpipe.setup(name, text, date, boolean) FROM PUBLIC;
