/*
 * health.sql: what is wrong, since when, and what to do.
 *
 * One view per kind of problem, each of the columns of adpipe.health, which
 * puts them together; a further kind is a further view and one more arm there.
 * All is computed from the ledger as it is now, so a row goes when its cause
 * does, and nothing here depends on a scheduler that might have stopped.
 */

CREATE VIEW adpipe.health_failing AS
    SELECT 'error'::text AS severity, a.target, a.account_id,
           format('the account cannot be read: %s', a.error) AS problem,
           a.failing_since AS since,
           CASE WHEN a.sqlstate = '28000' THEN 'Check the credentials of the user mapping, and whether they still reach the account.'
                WHEN a.sqlstate = '53400' THEN 'Nothing; the refresh goes on when the platform lets it.'
                WHEN a.sqlstate ~ '^HV00[NM]' THEN 'Nothing, if the platform is down; it is asked again. Else check the network.'
                ELSE format('See the message; then CALL adpipe.refresh(%L);', a.target) END AS action
    FROM adpipe.account_ledger a
    JOIN adpipe.target_ledger t ON t.target = a.target AND t.enabled
    WHERE a.failing_since IS NOT NULL AND a.is_listed
    UNION ALL
    SELECT 'error', t.target, NULL, format('the refresh fails: %s', t.error), t.failing_since,
           format('See the message; then CALL adpipe.refresh(%L);', t.target)
    FROM adpipe.target_ledger t
    WHERE t.enabled AND t.failing_since IS NOT NULL AND t.source_changed_at IS NULL AND t.source IS NOT NULL;
COMMENT ON VIEW adpipe.health_failing IS 'Part of adpipe.health: accounts and copies whose refresh fails.';

CREATE VIEW adpipe.health_late AS
    SELECT CASE WHEN f.expected_by < adpipe_internal.clock() - interval '1 day' THEN 'error' ELSE 'warning' END AS severity,
           f.target, f.account_id,
           format('day %s is not complete', coalesce(f.latest_complete_day + 1, t.start_day)) AS problem,
           f.expected_by AS since,
           format('CALL adpipe.refresh(%L);', f.target) AS action
    FROM adpipe.freshness f
    JOIN adpipe.target_ledger t ON t.target = f.target AND t.enabled
    WHERE f.expected_by < adpipe_internal.clock() AND f.latest_complete_day IS NOT NULL
    UNION ALL
    SELECT 'warning', f.target, f.account_id, 'the list of entities is old', f.last_success + coalesce(t.every, '1 day'),
           format('CALL adpipe.refresh(%L);', f.target)
    FROM adpipe.freshness f
    JOIN adpipe.target_ledger t ON t.target = f.target AND t.enabled AND NOT t.is_daily
    WHERE f.last_success < adpipe_internal.clock() - coalesce(t.every, '1 day') - interval '1 day';
COMMENT ON VIEW adpipe.health_late IS 'Part of adpipe.health: days that should be complete by now.';

CREATE VIEW adpipe.health_missing AS
    SELECT CASE WHEN t.created_at > a.moment - interval '1 day' THEN 'info' ELSE 'warning' END AS severity,
           a.target, a.account_id,
           format('%s of the days from %s to %s are missing', g.days, g.since, g.until) AS problem,
           t.created_at AS since,
           CASE WHEN g.since < a.reach_day THEN 'The platform does not give the first of them any more.'
                ELSE format('CALL adpipe.refresh(%L); refresh_all() fetches them as its budget allows.', a.target) END AS action
    FROM adpipe.account_terms a
    JOIN adpipe.target_ledger t ON t.target = a.target AND t.enabled
    JOIN adpipe.freshness f ON f.target = a.target AND f.account_id = a.account_id
    CROSS JOIN LATERAL (
        SELECT count(*) AS days, min(d)::date AS since, max(d)::date AS until
        FROM generate_series(a.first_day::timestamp,
                             least(f.latest_complete_day,
                                   adpipe_internal.day_of(a.moment - a.settle - a.every - interval '1 hour', a.time_zone) - 1)::timestamp,
                             '1 day') d
        LEFT JOIN adpipe.slice_ledger s
            ON s.target = a.target AND s.account_id = a.account_id AND s.date_day = d::date
        WHERE adpipe_internal.slice_state(coalesce(s.asked_at, s.fetched_at), s.failed_at, d::date, a.time_zone, a.window_days,
                                          a.settle, a.is_cohort) IN ('missing', 'failed', 'open')) g
    WHERE a.is_listed AND g.days > 0;
COMMENT ON VIEW adpipe.health_missing IS 'Part of adpipe.health: days that a copy is to hold and does not.';

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
    SELECT 'warning'::text AS severity, r.target, NULL::text AS account_id,
           'the last refresh did not come to its end' AS problem,
           r.started_at AS since,
           format('Nothing; the next one goes on with it. Or: CALL adpipe.refresh(%L);', r.target) AS action
    FROM (SELECT DISTINCT ON (l.target) l.* FROM adpipe.run_ledger l ORDER BY l.target, l.run_id DESC) r
    WHERE r.status = 'died'
       OR r.status = 'running' AND NOT adpipe_internal.is_running(r.pid, r.backend_start, r.query_start);
COMMENT ON VIEW adpipe.health_died IS 'Part of adpipe.health: refreshes that died.';

CREATE VIEW adpipe.health_scheduler AS
    SELECT 'error'::text AS severity, t.target, NULL::text AS account_id,
           CASE WHEN t.last_call IS NULL THEN 'no scheduler has called adpipe.refresh_all() yet'
                ELSE format('the scheduler has not called adpipe.refresh_all() since %s', date_trunc('second', t.last_call)) END AS problem,
           coalesce(t.last_call, t.created_at) AS since,
           'See whether the scheduler runs and its job is there; SELECT adpipe.schedule(); makes one with pg_cron.' AS action
    FROM adpipe.target_ledger t
    WHERE t.enabled
      AND CASE WHEN t.last_call IS NULL THEN t.created_at < adpipe_internal.clock() - interval '1 day'
               ELSE t.last_call < adpipe_internal.clock() - greatest(3 * coalesce(t.call_gap, interval '1 hour'), interval '10 minutes') END;
COMMENT ON VIEW adpipe.health_scheduler IS 'Part of adpipe.health: copies that no scheduler looks after.';

CREATE VIEW adpipe.health AS
    SELECT h.severity, h.target, h.account_id, h.problem, h.since, h.action
    FROM (SELECT * FROM adpipe.health_failing
          UNION ALL SELECT * FROM adpipe.health_late
          UNION ALL SELECT * FROM adpipe.health_missing
          UNION ALL SELECT * FROM adpipe.health_source
          UNION ALL SELECT * FROM adpipe.health_unfilled
          UNION ALL SELECT * FROM adpipe.health_unlisted
          UNION ALL SELECT * FROM adpipe.health_died
          UNION ALL SELECT * FROM adpipe.health_changed
          UNION ALL SELECT * FROM adpipe.health_scheduler
          UNION ALL SELECT * FROM adpipe.health_settings
          UNION ALL SELECT * FROM adpipe.health_access
          UNION ALL SELECT * FROM adpipe.health_stopped
          UNION ALL SELECT * FROM adpipe.health_unwatched) h
    WHERE adpipe_internal.may_see(h.target, h.account_id);
COMMENT ON VIEW adpipe.health IS
    'What is wrong with local copies, since when, and what to do; empty: all is well. A row goes when its cause does.';
GRANT SELECT ON adpipe.health TO PUBLIC;

DO $$
DECLARE
    part record;
BEGIN
    FOR part IN
        SELECT c.oid::regclass AS name FROM pg_class c
        WHERE c.relnamespace = 'adpipe'::regnamespace AND c.relkind = 'v' AND c.relname ~ '^health'
    LOOP
        EXECUTE format('COMMENT ON COLUMN %s.severity IS ''error, warning or info.''', part.name);
        EXECUTE format('COMMENT ON COLUMN %s.target IS ''The local table.''', part.name);
        EXECUTE format('COMMENT ON COLUMN %s.account_id IS ''Account; NULL: all.''', part.name);
        EXECUTE format('COMMENT ON COLUMN %s.problem IS ''What is wrong.''', part.name);
        EXECUTE format('COMMENT ON COLUMN %s.since IS ''Since when.''', part.name);
        EXECUTE format('COMMENT ON COLUMN %s.action IS ''What to do.''', part.name);
    END LOOP;
END
$$;
