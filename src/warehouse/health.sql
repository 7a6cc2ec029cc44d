/*
 * health.sql: what is wrong, since when, and what to do.
 *
 * One view per kind of problem, each with the columns of adpipe.health, and some
 * with the cause; a further kind is a further view and one more arm in
 * adpipe.health_details.  That has a row per copy and account; adpipe.health makes
 * one row of each cause.  All is computed from the ledger as it is now, so a row
 * goes when its cause does, and nothing here depends on a scheduler that might
 * have stopped.
 */

/* resume_at: when the platform said to come back. */
CREATE FUNCTION adpipe_internal.failure_action(target regclass, code text, hint text, resume_at timestamptz) RETURNS text
    LANGUAGE sql STABLE
    SET search_path = pg_catalog, pg_temp
AS $$
    SELECT concat_ws(' ', hint,
        CASE WHEN code = '53400' AND resume_at > adpipe_internal.clock()
             THEN format('The refresh goes on at %s.', to_char(resume_at AT TIME ZONE 'UTC', 'YYYY-MM-DD HH24:MI "UTC"'))
             WHEN code = '53400' THEN 'The next refresh asks again.'
             WHEN code = '28000' THEN 'Check the credentials of the user mapping, and whether they still reach the account. After ALTER USER MAPPING the next call tries at once.'
             WHEN code ~ '^HV00[NM]' THEN 'Nothing, if the platform is down; it is asked again. Else check the network.'
             ELSE format('See the message; then CALL adpipe.refresh(%L);', target) END)
$$;
COMMENT ON FUNCTION adpipe_internal.failure_action(regclass, text, text, timestamptz) IS
    'What to do about an error of the platform, after the hint that it brought.';

CREATE VIEW adpipe.health_failing AS
    SELECT 'error'::text AS severity, a.target, a.account_id,
           format('%s: %s', CASE WHEN a.failures > 0 THEN 'the account cannot be read' ELSE 'some of its days cannot be read' END, f.words) AS problem,
           a.failing_since AS since,
           adpipe_internal.failure_action(a.target, a.sqlstate, a.hint, t.resume_at) AS action,
           adpipe_internal.failure_cause(adpipe_internal.server_of(t.source), ROW(a.error, a.sqlstate, a.detail, NULL, NULL, false)) AS cause,
           f.words
    FROM adpipe.account_ledger a
    JOIN adpipe.target_ledger t ON t.target = a.target AND t.enabled
    CROSS JOIN LATERAL adpipe_internal.failure_text(a.error, a.detail) f (words)
    WHERE a.failing_since IS NOT NULL AND a.is_listed
    UNION ALL
    /* an error of this server can be gone with the next run: one is no alarm */
    SELECT CASE WHEN t.is_local AND t.failures < 2 THEN 'warning' ELSE 'error' END, t.target, NULL,
           format('the refresh fails: %s', f.words), t.failing_since,
           CASE WHEN t.is_local
                THEN concat_ws(' ', t.hint, format('The copy or this server refuses what was read. When that is repaired: CALL adpipe.refresh(%L);', t.target))
                ELSE adpipe_internal.failure_action(t.target, t.sqlstate, t.hint, t.resume_at) END,
           adpipe_internal.failure_cause(adpipe_internal.server_of(t.source), ROW(t.error, t.sqlstate, t.detail, NULL, NULL, t.is_local)),
           f.words
    FROM adpipe.target_ledger t
    CROSS JOIN LATERAL (SELECT adpipe_internal.failure_text(t.error, t.detail)
                               || CASE WHEN t.is_local THEN format(' (SQLSTATE %s)', t.sqlstate) ELSE '' END) f (words)
    WHERE t.enabled AND t.failing_since IS NOT NULL AND t.source_changed_at IS NULL AND t.source IS NOT NULL;
COMMENT ON VIEW adpipe.health_failing IS 'Part of adpipe.health: accounts and copies whose refresh fails.';

/* Nothing is wrong with the account: the platform itself is late with a day. */
CREATE VIEW adpipe.health_unprepared AS
    SELECT CASE WHEN l.readable_at < adpipe_internal.clock() - interval '1 day' THEN 'warning' ELSE 'info' END AS severity,
           l.target, l.account_id,
           format('day %s is not ready yet: the platform is still preparing it', l.days) AS problem,
           l.readable_at AS since,
           format('Nothing: the refresh asks for it again from %s on, and stores the other days meanwhile.',
                  to_char(l.late_until AT TIME ZONE 'UTC', 'YYYY-MM-DD HH24:MI "UTC"')) AS action,
           format('server %s: %s not ready', adpipe_internal.server_of(t.source), l.days) AS cause,
           format('day %s is not ready yet: the platform is still preparing it', l.days) AS words
    FROM (SELECT s.target, s.account_id, string_agg(s.date_day::text, ', ' ORDER BY s.date_day) AS days,
                 min(s.late_until) AS late_until,
                 adpipe_internal.readable_at(min(s.date_day), a.time_zone, a.settle) AS readable_at
          FROM adpipe.slice_ledger s
          JOIN adpipe.account_terms a ON a.target = s.target AND a.account_id = s.account_id AND a.is_listed
          WHERE s.late_until IS NOT NULL AND s.failed_at IS NULL
            AND s.date_day >= greatest(a.first_day, a.reach_day)
          GROUP BY s.target, s.account_id, a.time_zone, a.settle) l
    JOIN adpipe.target_ledger t ON t.target = l.target AND t.enabled;
COMMENT ON VIEW adpipe.health_unprepared IS 'Part of adpipe.health: days that the platform has not prepared yet, which is no failure.';

/* What is late or missing for a reason that another view has is no further problem. */
CREATE VIEW adpipe.health_late AS
    SELECT CASE WHEN f.expected_by < f.moment - interval '1 day' THEN 'error' ELSE 'warning' END AS severity,
           f.target, f.account_id,
           format('day %s is not complete', coalesce(f.latest_complete_day + 1, t.start_day)) AS problem,
           f.expected_by AS since,
           format('CALL adpipe.refresh(%L);', f.target) AS action
    FROM adpipe.account_progress f
    JOIN adpipe.target_ledger t ON t.target = f.target AND t.enabled AND t.failing_since IS NULL
    WHERE f.is_listed AND f.failing_since IS NULL AND f.expected_by < f.moment AND f.latest_complete_day IS NOT NULL
      AND NOT EXISTS (SELECT FROM adpipe.health_unprepared u WHERE u.target = f.target AND u.account_id = f.account_id)
    UNION ALL
    SELECT 'warning', a.target, a.account_id, 'the list of entities is old', a.last_success + coalesce(t.every, '1 day'),
           format('CALL adpipe.refresh(%L);', a.target)
    FROM adpipe.account_ledger a
    JOIN adpipe.target_ledger t ON t.target = a.target AND t.enabled AND NOT t.is_daily AND t.failing_since IS NULL
    WHERE a.failing_since IS NULL AND a.last_success < adpipe_internal.clock() - coalesce(t.every, '1 day') - interval '1 day'
      AND (a.is_listed
           OR a.ended_day IS NULL AND EXISTS (SELECT FROM adpipe.slice_ledger o
                                              WHERE o.target = a.target AND o.account_id = a.account_id AND coalesce(o.fetched_at, o.adopted_at) IS NOT NULL));
COMMENT ON VIEW adpipe.health_late IS 'Part of adpipe.health: days that should be complete by now.';

CREATE VIEW adpipe.health_missing AS
    SELECT CASE WHEN t.created_at > a.moment - interval '1 day' THEN 'info' ELSE 'warning' END AS severity,
           a.target, a.account_id,
           format('%s of the days from %s to %s are missing', g.days, g.since, g.until) AS problem,
           t.created_at AS since,
           format('CALL adpipe.refresh(%L); refresh_all() fetches them as its budget allows.', a.target) AS action
    FROM adpipe.account_progress a
    JOIN adpipe.target_ledger t ON t.target = a.target AND t.enabled AND t.failing_since IS NULL
    CROSS JOIN LATERAL (
        SELECT count(*) AS days, min(d) AS since, max(d) AS until
        FROM adpipe_internal.doubtful_days(greatest(a.first_day, a.reach_day),
                                           least(a.latest_complete_day,
                                                 adpipe_internal.day_of(a.moment - a.settle - a.every - interval '1 hour', a.time_zone) - 1),
                                           a.whole_since, a.whole_until, a.step) d
        LEFT JOIN LATERAL (SELECT o.* FROM adpipe.slice_ledger o
                           WHERE o.target = a.target AND o.account_id = a.account_id AND o.date_day = d OFFSET 0) s ON true
        WHERE adpipe_internal.slice_state(coalesce(s.asked_at, s.fetched_at), s.failed_at,
                                          adpipe_internal.slice_end(d, a.period), a.time_zone, a.window_days,
                                          a.settle, a.is_cohort, s.adopted_at IS NOT NULL) IN ('missing', 'failed', 'open')) g
    WHERE a.is_listed AND a.failing_since IS NULL AND g.days > 0
    UNION ALL
    SELECT 'info', l.target, l.account_id,
           format('the days from %s to %s left the platform''s reach before they were read', l.lost_since, l.lost_until),
           l.lost_at, 'Nothing: they cannot be read any more, and this is said for a day.'
    FROM adpipe.account_ledger l
    JOIN adpipe.target_ledger t ON t.target = l.target AND t.enabled
    WHERE l.lost_at > adpipe_internal.clock() - interval '1 day' AND l.is_listed;
COMMENT ON VIEW adpipe.health_missing IS 'Part of adpipe.health: days that a copy is to hold and does not.';

/*
 * Measured, not reckoned: two runs in a row did not come to their ends, and some
 * account was not asked for twice as long as the last days are to stay as they are.
 * The last days come first, so that reading years of old days is no such pass.
 */
CREATE VIEW adpipe.health_slow AS
    SELECT 'warning'::text AS severity, t.target, NULL::text AS account_id,
           format('a pass over its %s accounts takes longer than %s: one was not asked since %s',
                  p.accounts, p.gap, to_char(p.oldest AT TIME ZONE 'UTC', 'YYYY-MM-DD HH24:MI "UTC"')) AS problem,
           p.oldest + p.gap AS since,
           format('SELECT adpipe.schedule(workers => 4); shares the work; adpipe.refresh_max_time and adpipe.refresh_max_requests let a call do more; '
                  'SELECT adpipe.alter_target(%L, every => ''2 hours''); asks less often.', t.target) AS action
    FROM adpipe.target_ledger t
    CROSS JOIN LATERAL (SELECT count(*) AS accounts, min(coalesce(a.last_attempt, t.created_at)) AS oldest,
                               greatest(min(a.every), t.call_gap) AS gap, min(a.moment) AS moment
                        FROM adpipe.account_terms a
                        WHERE a.target = t.target AND a.is_listed AND a.failing_since IS NULL) p
    WHERE t.enabled AND t.is_daily AND t.failing_since IS NULL AND t.resume_at IS NULL
      AND p.oldest < p.moment - 2 * p.gap - interval '10 minutes'
      AND (SELECT count(*) = 2 AND bool_and(r.status = 'partial')
           FROM (SELECT o.status FROM adpipe.run_ledger o
                 WHERE o.target = t.target AND o.is_scheduled AND o.ended_at IS NOT NULL
                 ORDER BY o.run_id DESC LIMIT 2) r);
COMMENT ON VIEW adpipe.health_slow IS 'Part of adpipe.health: copies with more accounts than the scheduled calls get through.';

CREATE VIEW adpipe.health_unread AS
    SELECT CASE WHEN t.created_at > adpipe_internal.clock() - interval '1 day' THEN 'info' ELSE 'warning' END AS severity,
           t.target, NULL::text AS account_id, 'nothing read yet'::text AS problem, t.created_at AS since,
           format('CALL adpipe.refresh(%L); or wait for the scheduler.', t.target) AS action
    FROM adpipe.target_ledger t
    WHERE t.enabled AND t.source IS NOT NULL AND t.failing_since IS NULL
      AND NOT EXISTS (SELECT FROM adpipe.slice_ledger s WHERE s.target = t.target AND coalesce(s.fetched_at, s.adopted_at) IS NOT NULL)
      AND NOT EXISTS (SELECT FROM adpipe.account_ledger a WHERE a.target = t.target AND a.failing_since IS NOT NULL);
COMMENT ON VIEW adpipe.health_unread IS 'Part of adpipe.health: copies that were never read.';

CREATE VIEW adpipe.health_source AS
    SELECT 'error'::text AS severity, t.target, NULL::text AS account_id,
           CASE WHEN t.source IS NULL THEN 'the foreign table it was made from is gone'
                ELSE format('the columns of %s changed; the refresh is stopped', t.source) END AS problem,
           coalesce(t.source_changed_at, t.failing_since) AS since,
           CASE WHEN t.source IS NULL THEN 'Make the foreign table and the copy anew, or drop the copy.'
                ELSE format('%s CALL adpipe.refresh(%L, %L);', adpipe_internal.source_difference(t.source, t.target),
                            t.target, t.start_day) END AS action
    FROM adpipe.target_ledger t
    WHERE t.enabled AND (t.source IS NULL
                         OR t.source_changed_at IS NOT NULL AND adpipe_internal.source_difference(t.source, t.target) IS NOT NULL);
COMMENT ON VIEW adpipe.health_source IS 'Part of adpipe.health: copies whose source changed, with the ALTER to run.';

CREATE VIEW adpipe.health_unlisted AS
    SELECT 'warning'::text AS severity, a.target, a.account_id,
           'the account is not among those of the source any more; its stored days stay' AS problem,
           a.listed_at AS since,
           format('If that was not meant, check whether the credentials still reach it. If it is: SELECT adpipe.accept_end(%L, %L);',
                  a.target, a.account_id) AS action
    FROM adpipe.account_ledger a
    JOIN adpipe.target_ledger t ON t.target = a.target AND t.enabled
    WHERE NOT a.is_listed AND a.ended_day IS NULL
      AND EXISTS (SELECT FROM adpipe.slice_ledger s
                  WHERE s.target = a.target AND s.account_id = a.account_id AND coalesce(s.fetched_at, s.adopted_at) IS NOT NULL)
    UNION ALL
    SELECT 'warning', t.target, NULL, 'the accounts of the source were changed and have not been listed since',
           NULL, format('CALL adpipe.refresh(%L);', t.target)
    FROM adpipe.target_ledger t
    WHERE t.enabled AND t.source IS NOT NULL AND t.listed_as <> adpipe_internal.account_options(t.source);
COMMENT ON VIEW adpipe.health_unlisted IS 'Part of adpipe.health: accounts that were lost and whose end nobody has accepted, and accounts that nobody has listed yet.';

CREATE VIEW adpipe.health_died AS
    SELECT CASE WHEN r.deaths > 1 THEN 'error' ELSE 'warning' END AS severity, r.target, NULL::text AS account_id,
           CASE WHEN r.deaths > 1 THEN format('the last %s refreshes did not come to their ends', r.deaths)
                ELSE 'the last refresh did not come to its end' END AS problem,
           r.since,
           CASE WHEN r.deaths > 1 THEN format('See the server''s log for what ends the sessions; then CALL adpipe.refresh(%L);', r.target)
                ELSE format('Nothing; the next one goes on with it. Or: CALL adpipe.refresh(%L);', r.target) END AS action
    FROM (SELECT l.target, count(*) AS deaths, max(l.started_at) AS since
          FROM adpipe.run_ledger l
          WHERE l.status IN ('died', 'running') AND (l.status = 'died' OR adpipe_internal.is_dead(l))
            AND NOT EXISTS (SELECT FROM adpipe.run_ledger o
                            WHERE o.target = l.target AND o.run_id > l.run_id
                              AND o.status <> 'died' AND NOT adpipe_internal.is_dead(o))
          GROUP BY l.target) r;
COMMENT ON VIEW adpipe.health_died IS 'Part of adpipe.health: refreshes that died.';

/*
 * Reports that their owners keep themselves.  A day has a day's time to be loaded; an
 * account without a row for two weeks has ended, while others of the report go on, and
 * so has one whose end was accepted.
 */
CREATE VIEW adpipe.health_own AS
    WITH days AS MATERIALIZED (
        SELECT o.report, o.platform, o.time_zone, w.account_id, w.date_day, w.state,
               max(w.date_day) FILTER (WHERE w.state <> 'missing') OVER (PARTITION BY o.report, w.account_id) AS last_day,
               max(w.date_day) FILTER (WHERE w.state NOT IN ('missing', 'open')) OVER (PARTITION BY o.report) AS last_of_all,
               adpipe_internal.day_of(adpipe_internal.clock(), o.time_zone) AS today
        FROM adpipe.own_reports o
        JOIN adpipe.own_report_ledger l ON l.target = o.report
        CROSS JOIN LATERAL adpipe_internal.own_coverage(o.report, o.time_zone, l.ends) w)
    SELECT 'error'::text AS severity, d.report AS target, d.account_id,
           CASE WHEN d.account_id IS NULL THEN 'it cannot be read, or has rows without an account or day'
                ELSE format('%s of the days from %s to %s have rows that are not those of a report', count(*), min(d.date_day), max(d.date_day)) END AS problem,
           NULL::timestamptz AS since,
           format('SELECT adpipe.register_report(%L, %L, %L); names the row.', d.report, d.platform, d.time_zone) AS action
    FROM days d WHERE d.state = 'failed' GROUP BY d.report, d.platform, d.time_zone, d.account_id
    UNION ALL
    SELECT 'warning', d.report, d.account_id,
           CASE WHEN d.date_day > d.last_day THEN format('no rows since %s', d.last_day + 1)
                ELSE format('%s of the days from %s to %s have no rows', count(*), min(d.date_day), max(d.date_day)) END,
           (min(d.date_day) + 2)::timestamp AT TIME ZONE d.time_zone,
           format('Load these days into %s; a day on which nothing ran is a row with zeros.', d.report)
           || CASE WHEN d.date_day > d.last_day THEN format(' If the account has ended: SELECT adpipe.accept_end(%L, %L);', d.report, d.account_id)
                   ELSE '' END
    FROM days d
    WHERE d.state = 'missing' AND d.account_id IS NOT NULL
      AND (d.date_day < d.last_day OR d.last_day < d.today - 2 AND d.last_day >= d.last_of_all - 13)
    GROUP BY d.report, d.time_zone, d.account_id, d.last_day, d.date_day > d.last_day;
COMMENT ON VIEW adpipe.health_own IS 'Part of adpipe.health: reports that their owners keep themselves, with days without rows or with rows that register_report() would refuse.';

/* Months before the end of a version are for planning; its last 60 days are for doing. */
CREATE FUNCTION adpipe_internal.version_state(server name, version text, platform text,
    OUT sunset date, OUT problem text, OUT action text, OUT is_known boolean)
    LANGUAGE sql STABLE
    SET search_path = pg_catalog, pg_temp
AS $$
    SELECT k.sunset,
           CASE WHEN k.version IS NULL THEN format('version %s of the API is not one that this release of adpipe knows', $2)
                WHEN k.sunset <= d.today THEN format('version %s of the API ended on %s', $2, k.sunset)
                WHEN k.sunset <= d.today + 60 THEN format('version %s of the API ends on %s', $2, k.sunset) END,
           CASE WHEN o.version = $2 OR o.sunset <= d.today + 60 THEN 'Install a newer release of adpipe, which knows later versions.'
                ELSE format('ALTER SERVER %I OPTIONS (SET api_version %L);', server, o.version) END,
           k.version IS NOT NULL
    FROM (SELECT (adpipe_internal.clock() AT TIME ZONE 'UTC')::date) d (today)
    CROSS JOIN LATERAL (SELECT v.* FROM adpipe.api_versions v WHERE v.wrapper = platform AND v.is_default) o
    LEFT JOIN adpipe.api_versions k ON k.wrapper = platform AND k.version = $2
$$;
COMMENT ON FUNCTION adpipe_internal.version_state(name, text, text) IS
    'When a version of a platform''s API ends, what is wrong with it, or NULL, and what to do.';

CREATE VIEW adpipe.health_version AS
    SELECT 'warning'::text AS severity, t.target, NULL::text AS account_id, w.problem,
           (w.sunset - 60)::timestamp AT TIME ZONE 'UTC' AS since, w.action,
           format('server %s: version', s.srvname) AS cause
    FROM adpipe.target_ledger t
    JOIN pg_foreign_table f ON f.ftrelid = t.source
    JOIN pg_foreign_server s ON s.oid = f.ftserver
    JOIN pg_foreign_data_wrapper d ON d.oid = s.srvfdw
    CROSS JOIN LATERAL (
        SELECT coalesce((SELECT o.option_value FROM pg_options_to_table(s.srvoptions) o WHERE o.option_name = 'api_version'),
                        (SELECT v.version FROM adpipe.api_versions v WHERE v.wrapper = d.fdwname AND v.is_default))) a (version)
    CROSS JOIN LATERAL adpipe_internal.version_state(s.srvname, a.version, d.fdwname) w
    WHERE t.enabled AND w.is_known AND w.problem IS NOT NULL
      /* that another version answers is said already */
      AND NOT EXISTS (SELECT FROM adpipe.settings_ledger l
                      WHERE l.target = t.target AND l.setting = 'api_version/served' AND l.value <> a.version);
COMMENT ON VIEW adpipe.health_version IS 'Part of adpipe.health: versions of the API that end within 60 days, or have ended.';

CREATE VIEW adpipe.health_details AS
    SELECT h.severity, h.target, h.account_id, h.problem, h.since, h.action, h.cause, h.words
    FROM (SELECT * FROM adpipe.health_failing
          UNION ALL SELECT * FROM adpipe.health_unprepared
          UNION ALL SELECT u.*, u.problem FROM adpipe.health_unwatched u
          UNION ALL SELECT a.*, a.problem FROM adpipe.health_access a
          UNION ALL SELECT v.*, v.problem FROM adpipe.health_version v
          UNION ALL SELECT o.*, NULL, NULL
          FROM (SELECT * FROM adpipe.health_late
                UNION ALL SELECT * FROM adpipe.health_missing
                UNION ALL SELECT * FROM adpipe.health_slow
                UNION ALL SELECT * FROM adpipe.health_unread
                UNION ALL SELECT * FROM adpipe.health_source
                UNION ALL SELECT * FROM adpipe.health_unfilled
                UNION ALL SELECT * FROM adpipe.health_unlisted
                UNION ALL SELECT * FROM adpipe.health_own
                UNION ALL SELECT * FROM adpipe.health_died
                UNION ALL SELECT * FROM adpipe.health_changed
                UNION ALL SELECT * FROM adpipe.health_scheduler
                UNION ALL SELECT * FROM adpipe.health_settings
                UNION ALL SELECT * FROM adpipe.health_stopped) o) h
    WHERE adpipe_internal.may_see(h.target, h.account_id);
COMMENT ON VIEW adpipe.health_details IS
    'The rows of adpipe.health copy by copy and account by account: one for each that a cause stops.';
GRANT SELECT ON adpipe.health_details TO PUBLIC;

/* Target and account where the cause stops one of them only.  The words are those about an account, if there are some. */
CREATE VIEW adpipe.health AS
    /* The collation that these columns have had since 0.1.0: users have views over them. */
    WITH details AS MATERIALIZED (
        SELECT h.severity, h.target, h.account_id, h.problem COLLATE "default" AS problem, h.since,
               h.action COLLATE "default" AS action, h.cause, h.words COLLATE "default" AS words
        FROM adpipe.health_details h)
    SELECT d.severity, d.target, d.account_id, d.problem, d.since, d.action
    FROM details d WHERE d.cause IS NULL
    UNION ALL
    SELECT g.severity, CASE WHEN g.copies = 1 THEN g.target END, CASE WHEN g.accounts = 1 AND g.copies_by_account = g.copies THEN g.account_id END,
           CASE WHEN g.copies = 1 AND g.accounts <= 1 THEN g.problem
                WHEN g.accounts = 0 THEN format('%s copies: %s', g.copies, g.problem)
                ELSE format('%s of %s: %s', CASE WHEN g.accounts = 1 THEN '1 account' ELSE g.accounts || ' accounts' END,
                            CASE WHEN g.copies = 1 THEN '1 copy' ELSE g.copies || ' copies' END,
                            g.words) END,
           g.since,
           g.action || CASE WHEN g.copies > 1 THEN ' View adpipe.health_details lists what it stops.' ELSE '' END
    FROM (SELECT CASE WHEN bool_or(d.severity = 'error') THEN 'error' WHEN bool_or(d.severity = 'warning') THEN 'warning' ELSE 'info' END AS severity,
                 min(d.target::oid)::regclass AS target, min(d.account_id) AS account_id,
                 count(DISTINCT d.target) AS copies, count(DISTINCT d.account_id) AS accounts,
                 count(DISTINCT d.target) FILTER (WHERE d.account_id IS NOT NULL) AS copies_by_account,
                 (array_agg(d.problem ORDER BY d.severity, d.account_id NULLS LAST, d.since DESC))[1] AS problem,
                 (array_agg(d.words ORDER BY d.severity, d.account_id NULLS LAST, length(d.words) DESC))[1] AS words,
                 (array_agg(d.action ORDER BY d.severity, d.account_id NULLS LAST, d.since DESC))[1] AS action,
                 min(d.since) AS since
          FROM details d WHERE d.cause IS NOT NULL GROUP BY d.cause) g;
COMMENT ON VIEW adpipe.health IS
    'What is wrong with local copies and reports of register_report(), since when, and what to do; empty: all is well. A row goes when its cause does. A cause that stops several copies or accounts is one row; adpipe.health_details has them one by one.';
GRANT SELECT ON adpipe.health TO PUBLIC;

DO $$
DECLARE
    part record;
BEGIN
    FOR part IN
        SELECT c.oid::regclass AS name, a.attname AS column_name, t.text
        FROM pg_class c
        JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0
        JOIN (VALUES ('severity', 'error, warning or info.'), ('target', 'The local table; NULL: several.'),
                     ('account_id', 'Account; NULL: all, or several.'), ('problem', 'What is wrong.'), ('since', 'Since when.'),
                     ('action', 'What to do.'), ('cause', 'What rows of one cause have in common; NULL: a cause of its own.'),
                     ('words', 'What the platform, or this server, said.')) t (column_name, text) ON t.column_name = a.attname
        WHERE c.relnamespace = 'adpipe'::regnamespace AND c.relkind = 'v' AND c.relname ~ '^health'
    LOOP
        EXECUTE format('COMMENT ON COLUMN %s.%I IS %L', part.name, part.column_name, part.text);
    END LOOP;
END
$$;
