/* plan.sql: which days are due, and in what chunks they are fetched. */

CREATE VIEW adpipe.account_terms AS
    SELECT t.target, a.account_id, a.time_zone, a.is_listed,
           now.today, now.moment,
           greatest(t.start_day, adpipe_internal.slice_from(date_trunc('month', now.today - t.retention)::date, t.period)) AS first_day,
           adpipe_internal.slice_from(date_trunc('month', now.today - t.retention)::date, t.period) AS kept_day,
           adpipe_internal.slice_from((now.today - p.reach)::date + 1, t.period) AS reach_day,
           p.recent_days,
           coalesce(t.lookback, greatest(p.window_days, a.window_days)) AS window_days,
           greatest(p.tail_days, t.lookback, a.window_days) AS tail_days,
           coalesce(t.every, p.every) AS every,
           p.settle, greatest(p.settle, adpipe_internal.filled_after(p.platform, p.source_like)) AS fills, p.is_cohort,
           a.failures, a.failed_at, a.access_mark,
           t.failing_since IS NOT NULL AND t.failed_at <= now.moment - adpipe_internal.back_off(t.failures) AS is_retried,
           a.ended_day, adpipe_internal.prepared_after(p.platform, p.source_like) IS NOT NULL AS is_prepared,
           EXISTS (SELECT FROM adpipe.touches m WHERE m.target = t.target) AS is_touched,
           t.period, adpipe_internal.slice_step(t.period) AS step,
           CASE t.period WHEN 'day'
                THEN coalesce(adpipe_internal.day_of(now.moment - adpipe_internal.prepared_after(p.platform, p.source_like), a.time_zone) - 1, now.today)
                ELSE (adpipe_internal.slice_start(now.today, t.period) - adpipe_internal.slice_step(t.period))::date END AS last_day,
           a.whole_since, a.whole_until, a.final_until, a.failing_since, a.last_attempt, a.last_success
    FROM adpipe.target_ledger t
    JOIN adpipe.account_ledger a ON a.target = t.target
    CROSS JOIN LATERAL adpipe_internal.source_policy(t.source) p
    CROSS JOIN LATERAL (SELECT c AS moment, adpipe_internal.day_of(c, a.time_zone) AS today
                        FROM (SELECT adpipe_internal.clock()) clock (c)) now
    WHERE t.is_daily;
COMMENT ON VIEW adpipe.account_terms IS
    'For each account of a target with days: its today, and how its days are to be read again.';
COMMENT ON COLUMN adpipe.account_terms.target IS 'The local table.';
COMMENT ON COLUMN adpipe.account_terms.account_id IS 'Account.';
COMMENT ON COLUMN adpipe.account_terms.time_zone IS 'Zone of its days.';
COMMENT ON COLUMN adpipe.account_terms.is_listed IS 'Whether it is still asked.';
COMMENT ON COLUMN adpipe.account_terms.today IS 'The day that it is there now.';
COMMENT ON COLUMN adpipe.account_terms.moment IS 'The present.';
COMMENT ON COLUMN adpipe.account_terms.first_day IS 'First day to hold.';
COMMENT ON COLUMN adpipe.account_terms.kept_day IS 'First day that retention leaves; NULL: all stay.';
COMMENT ON COLUMN adpipe.account_terms.reach_day IS 'First day for which the platform can be trusted.';
COMMENT ON COLUMN adpipe.account_terms.recent_days IS 'Days read by each refresh.';
COMMENT ON COLUMN adpipe.account_terms.window_days IS 'Days read once a day; older ones are final once read.';
COMMENT ON COLUMN adpipe.account_terms.tail_days IS 'Days read once a week.';
COMMENT ON COLUMN adpipe.account_terms.every IS 'How often refresh_all() reads the last days.';
COMMENT ON COLUMN adpipe.account_terms.settle IS 'How long after its end a day still fills.';
COMMENT ON COLUMN adpipe.account_terms.fills IS 'How long after its end a day may lack all that some media source has.';
COMMENT ON COLUMN adpipe.account_terms.is_cohort IS 'Whether no day is ever final.';
COMMENT ON COLUMN adpipe.account_terms.failures IS 'Failures since the last success.';
COMMENT ON COLUMN adpipe.account_terms.failed_at IS 'Start of the run in which the last one happened.';
COMMENT ON COLUMN adpipe.account_terms.access_mark IS 'Mark of server and user mapping in the last run that failed.';
COMMENT ON COLUMN adpipe.account_terms.is_retried IS 'Whether the copy as a whole failed and is to be tried again, which tries what failed of its accounts as well.';
COMMENT ON COLUMN adpipe.account_terms.ended_day IS 'Last day to hold, after its end was accepted; NULL: it has not ended.';
COMMENT ON COLUMN adpipe.account_terms.is_prepared IS 'Whether the platform prepares each day after its end, and may be late with it.';
COMMENT ON COLUMN adpipe.account_terms.period IS 'What a slice covers: a day, week or month.';
COMMENT ON COLUMN adpipe.account_terms.step IS 'From the first day of a slice to that of the next.';
COMMENT ON COLUMN adpipe.account_terms.last_day IS 'Day of the last slice: today, or the last day that the platform has prepared, or the first day of the last week or month that is over.';
COMMENT ON COLUMN adpipe.account_terms.whole_since IS 'First of the days that are proven to be read; NULL: none.';
COMMENT ON COLUMN adpipe.account_terms.whole_until IS 'Last of them.';
COMMENT ON COLUMN adpipe.account_terms.final_until IS 'Last of the days since whole_since that are proven to be read after their window; NULL: none.';
COMMENT ON COLUMN adpipe.account_terms.failing_since IS 'Since when some of it cannot be read; NULL: nothing failed that was not read since.';
COMMENT ON COLUMN adpipe.account_terms.last_attempt IS 'When it was last asked.';
COMMENT ON COLUMN adpipe.account_terms.last_success IS 'When an answer was last stored.';
COMMENT ON COLUMN adpipe.account_terms.is_touched IS 'Whether others than a refresh changed the copy, and it was not compared with the ledger since.';

CREATE FUNCTION adpipe_internal.is_read_after_window(asked_at timestamptz, day date, time_zone text,
                                                 window_days integer, is_cohort boolean) RETURNS boolean
    LANGUAGE sql STABLE PARALLEL SAFE
    RETURN is_cohort OR adpipe_internal.day_of(asked_at, time_zone) - day >= window_days;
COMMENT ON FUNCTION adpipe_internal.is_read_after_window(timestamptz, date, text, integer, boolean) IS
    'Whether a day was asked for after the window in which it is restated; true where no day is ever final, since such days have no window.';
REVOKE ALL ON FUNCTION adpipe_internal.is_read_after_window(timestamptz, date, text, integer, boolean) FROM PUBLIC;

/*
 * is_forced: a person asked, so the last days are read however young their
 * copy is, and an account that failed a moment ago is tried again.  The same
 * where access_mark is another than that of the failure: somebody repaired
 * something.  What failed is due by its back-off, and nothing else of an account
 * of which nothing could be read; of others single days can fail.
 *
 * Days that are proven to be read after their window, and older than any, are due
 * for what an index holds only: that they failed, are stale or differ.
 */
CREATE FUNCTION adpipe_internal.due_days(target regclass, is_forced boolean, access_mark text DEFAULT NULL,
    OUT account_id text, OUT date_day date)
    RETURNS SETOF record
    LANGUAGE plpgsql VOLATILE SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
AS $$
#variable_conflict use_column
BEGIN
    RETURN QUERY
    SELECT a.account_id, s.day
    FROM adpipe.account_terms a
    /* old_since to old_until: the days that are final and older than any window */
    CROSS JOIN LATERAL (
        SELECT greatest(a.first_day, a.reach_day) AS since,
               CASE WHEN a.final_until IS NOT NULL THEN a.whole_since END AS old_since,
               CASE WHEN a.final_until IS NOT NULL
                    THEN least(a.final_until,
                               adpipe_internal.slice_start(a.today - greatest(a.recent_days, a.window_days, a.tail_days) + 1, a.period) - 1)
                    END AS old_until,
               /* of the last day that has settled by now; today's would be missed by a scheduler whose calls all come before its hour */
               adpipe_internal.readable_at(adpipe_internal.day_of(a.moment - a.settle, a.time_zone) - 1, a.time_zone, a.settle) AS settled_at
        OFFSET 0) r
    CROSS JOIN LATERAL (
        SELECT d AS day, NULL::timestamptz AS fetched_at, NULL::timestamptz AS asked_at, NULL::timestamptz AS failed_at,
               0 AS failures, NULL::timestamptz AS late_until, NULL::timestamptz AS stale_since, NULL::timestamptz AS differs_since
        FROM adpipe_internal.doubtful_days(r.since, a.last_day, a.whole_since, a.whole_until, a.step) d
        WHERE NOT EXISTS (SELECT FROM adpipe.slice_ledger o
                          WHERE o.target = a.target AND o.account_id = a.account_id AND o.date_day = d OFFSET 0)
        UNION ALL
        SELECT o.date_day, o.fetched_at, o.asked_at, o.failed_at, o.failures, o.late_until, o.stale_since, o.differs_since
        FROM adpipe.slice_ledger o
        WHERE o.target = a.target AND o.account_id = a.account_id
          AND o.date_day BETWEEN greatest(r.since, r.old_until + 1) AND a.last_day
        UNION ALL
        SELECT o.date_day, o.fetched_at, o.asked_at, o.failed_at, o.failures, o.late_until, o.stale_since, o.differs_since
        FROM adpipe.slice_ledger o
        WHERE o.target = a.target AND o.account_id = a.account_id
          AND o.date_day BETWEEN r.since AND least(r.old_since - 1, r.old_until)
        UNION ALL
        SELECT o.date_day, o.fetched_at, o.asked_at, o.failed_at, o.failures, o.late_until, o.stale_since, o.differs_since
        FROM adpipe.slice_ledger o
        WHERE o.target = a.target AND o.account_id = a.account_id
          AND o.date_day BETWEEN greatest(r.since, r.old_since) AND r.old_until
          AND (o.failed_at IS NOT NULL OR o.late_until IS NOT NULL OR o.stale_since IS NOT NULL OR o.differs_since IS NOT NULL)) s
    CROSS JOIN LATERAL (SELECT adpipe_internal.slice_end(s.day, a.period)) e (day)
    WHERE a.target = $1 AND a.is_listed AND adpipe_internal.is_acting($1)
      AND s.day = adpipe_internal.slice_start(s.day, a.period)
      AND ($2 OR a.is_retried OR a.access_mark <> $3 OR a.failures = 0 OR a.failed_at <= a.moment - adpipe_internal.back_off(a.failures))
      AND ($2 OR a.is_retried OR a.access_mark <> $3 OR s.failed_at IS NULL OR s.failed_at <= a.moment - adpipe_internal.back_off(s.failures))
      AND ($2 OR a.access_mark <> $3 OR coalesce(s.late_until <= a.moment, true))
      AND (s.fetched_at IS NULL OR s.failed_at IS NOT NULL OR s.late_until IS NOT NULL
           OR s.stale_since > coalesce(s.asked_at, s.fetched_at)
           /* not as it was stored; where that comes back, no more often than the last days */
           OR s.differs_since IS NOT NULL AND ($2 OR coalesce(s.asked_at, s.fetched_at) <= a.moment - a.every)
           /* each run */
           OR e.day > a.today - a.recent_days AND ($2 OR coalesce(s.asked_at, s.fetched_at) <= a.moment - a.every)
           /* asked for before the day had all its numbers */
           OR coalesce(s.asked_at, s.fetched_at) < adpipe_internal.readable_at(e.day, a.time_zone, a.settle)
              AND a.moment >= adpipe_internal.readable_at(e.day, a.time_zone, a.settle)
           /* once a day, after another day has settled */
           OR (e.day > a.today - a.window_days
               /* and after the window, whenever that is, for what came since the last time */
               OR NOT coalesce(s.day BETWEEN a.whole_since AND a.final_until, false)
                  AND NOT adpipe_internal.is_read_after_window(coalesce(s.asked_at, s.fetched_at), e.day, a.time_zone, a.window_days, a.is_cohort))
              AND coalesce(s.asked_at, s.fetched_at) < r.settled_at AND a.moment >= r.settled_at
           /* once a week */
           OR e.day > a.today - a.tail_days AND coalesce(s.asked_at, s.fetched_at) <= a.moment - interval '7 days');
END
$$;
COMMENT ON FUNCTION adpipe_internal.due_days(regclass, boolean, text) IS
    'The account-days of a target that a refresh is to read now.';
REVOKE ALL ON FUNCTION adpipe_internal.due_days(regclass, boolean, text) FROM PUBLIC;

/*
 * Of days that were asked for by date only what another run has asked for since
 * this one began counts as done.
 */
CREATE FUNCTION adpipe_internal.is_done(run adpipe.run_ledger, slice adpipe.slice_ledger) RETURNS boolean
    LANGUAGE sql STABLE
    RETURN slice.run_id >= run.first_run_id AND slice.failed_at IS NULL AND slice.differs_since IS NULL
       AND (run.since IS NULL AND run.until IS NULL OR slice.run_id > run.run_id OR slice.asked_at >= run.started_at);
COMMENT ON FUNCTION adpipe_internal.is_done(adpipe.run_ledger, adpipe.slice_ledger) IS
    'Whether a slice is not to be read by a run, because it was read by one that this run goes on with or shares its work with.';
REVOKE ALL ON FUNCTION adpipe_internal.is_done(adpipe.run_ledger, adpipe.slice_ledger) FROM PUBLIC;

/* The days of a run: those asked for by date, else those due. */
CREATE FUNCTION adpipe_internal.run_days(run_id bigint, OUT account_id text, OUT date_day date)
    RETURNS SETOF record
    LANGUAGE plpgsql VOLATILE SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
AS $$
#variable_conflict use_column
BEGIN
    RETURN QUERY
    SELECT d.account_id, d.date_day
    FROM adpipe.run_ledger r
    CROSS JOIN LATERAL (
        SELECT due.account_id, due.date_day
        FROM adpipe_internal.due_days(r.target, NOT r.is_scheduled, r.access_mark) due
        WHERE r.since IS NULL AND r.until IS NULL
        UNION ALL
        SELECT a.account_id, day::date
        FROM adpipe.account_terms a
        CROSS JOIN generate_series(greatest(coalesce(adpipe_internal.slice_start(r.since, a.period), a.first_day), a.kept_day, a.reach_day)::timestamp,
                                   least(r.until, a.last_day)::timestamp, a.step) day
        WHERE (r.since IS NOT NULL OR r.until IS NOT NULL)
          AND a.target = r.target AND a.is_listed) d
    LEFT JOIN adpipe.slice_ledger s
        ON s.target = r.target AND s.account_id = d.account_id AND s.date_day = d.date_day
    WHERE r.run_id = $1 AND adpipe_internal.is_acting(r.target)
      AND NOT coalesce(adpipe_internal.is_done(r, s), false);
END
$$;
COMMENT ON FUNCTION adpipe_internal.run_days(bigint) IS
    'The account-days that a run is to read, without those that is_done() leaves out.';
REVOKE ALL ON FUNCTION adpipe_internal.run_days(bigint) FROM PUBLIC;

/*
 * A chunk is one account's run of days, up to 7; longer runs are cut at
 * Mondays, so that the chunks of all accounts agree and those of up to 8
 * accounts can be asked for by one statement, which asks them side by side.  What
 * would be too short for its platform at an end of the run takes days from the
 * week beside it.  A week or month is a chunk of its own, and so is the newest day
 * of a platform that prepares days: it may be late, and the others need not wait
 * for it.
 */
CREATE FUNCTION adpipe_internal.run_batches(run_id bigint,
    OUT since date, OUT until date, OUT accounts text[])
    RETURNS SETOF record
    LANGUAGE plpgsql VOLATILE SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
AS $$
#variable_conflict use_column
BEGIN
    RETURN QUERY
    WITH days AS (
        SELECT d.account_id, d.date_day,
               d.date_day - row_number() OVER (PARTITION BY d.account_id ORDER BY d.date_day)::integer AS island,
               t.is_prepared AND d.date_day = t.last_day AS may_be_late
        FROM adpipe_internal.run_days($1) d
        JOIN adpipe.run_ledger r ON r.run_id = $1
        JOIN adpipe.account_terms t ON t.target = r.target AND t.account_id = d.account_id
    ), islands AS (
        SELECT d.*, min(d.date_day) OVER i AS first_day, max(d.date_day) OVER i AS last_day, p.least_days
        FROM days d
        CROSS JOIN (SELECT adpipe_internal.least_days((adpipe_internal.source_policy(t.source)).platform) AS least_days
                    FROM adpipe.run_ledger r JOIN adpipe.target_ledger t ON t.target = r.target
                    WHERE r.run_id = $1 OFFSET 0) p
        WINDOW i AS (PARTITION BY d.account_id, d.island)
    ), pieces AS (
        SELECT d.account_id, d.date_day, d.island, d.may_be_late,
               CASE WHEN d.last_day - d.first_day >= 7
                    THEN (CASE WHEN d.date_day < d.first_day + d.least_days THEN d.first_day
                               WHEN d.date_day > d.last_day - d.least_days THEN d.last_day
                               ELSE d.date_day END - DATE '2000-01-03') / 7 END AS week
        FROM islands d
    ), chunks AS (
        SELECT p.account_id, min(p.date_day) AS since, max(p.date_day) AS until
        FROM pieces p GROUP BY p.account_id, p.island, p.week, p.may_be_late
    ), numbered AS (
        SELECT c.*, (row_number() OVER (PARTITION BY c.since, c.until ORDER BY c.account_id) - 1) / 8 AS batch
        FROM chunks c
    )
    SELECT n.since, n.until, array_agg(n.account_id ORDER BY n.account_id)
    FROM numbered n
    GROUP BY n.since, n.until, n.batch
    ORDER BY n.until DESC, n.since DESC, n.batch;
END
$$;
COMMENT ON FUNCTION adpipe_internal.run_batches(bigint) IS
    'The chunks of a run, newest first; those of the same days are together, up to 8 accounts.';
REVOKE ALL ON FUNCTION adpipe_internal.run_batches(bigint) FROM PUBLIC;

/*
 * Control totals double the questions, so the schedule asks for them once a day.
 */
CREATE FUNCTION adpipe_internal.is_controlled(target regclass, accounts text[], since date, until date) RETURNS boolean
    LANGUAGE sql STABLE SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
AS $$
    SELECT NOT EXISTS (
        SELECT FROM adpipe.account_terms t
        CROSS JOIN generate_series($3::timestamp, $4::timestamp, t.step) d
        LEFT JOIN adpipe.slice_ledger s ON s.target = t.target AND s.account_id = t.account_id AND s.date_day = d::date
        WHERE t.target = $1 AND t.account_id = ANY ($2)
          AND coalesce(adpipe_internal.day_of(s.controlled_at, t.time_zone) < t.today, true))
        AND adpipe_internal.is_acting($1)
$$;
COMMENT ON FUNCTION adpipe_internal.is_controlled(regclass, text[], date, date) IS
    'Whether the control totals of all these days of these accounts were asked for since the account''s day began.';
REVOKE ALL ON FUNCTION adpipe_internal.is_controlled(regclass, text[], date, date) FROM PUBLIC;

/*
 * Days that left the reach of the platform before they were read.  Those that
 * were found before are not found again.
 */
CREATE FUNCTION adpipe_internal.note_lost(target regclass) RETURNS SETOF adpipe.account_ledger
    LANGUAGE sql VOLATILE SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
AS $$
    WITH lost AS (
        SELECT t.account_id, min(d) AS since, max(d) AS until
        FROM adpipe.account_terms t
        CROSS JOIN LATERAL (SELECT o.lost_until FROM adpipe.account_ledger o
                            WHERE o.target = t.target AND o.account_id = t.account_id OFFSET 0) a
        CROSS JOIN adpipe_internal.doubtful_days(adpipe_internal.slice_from(greatest(t.first_day, a.lost_until + 1), t.period),
                                                 t.reach_day - 1, t.whole_since, t.whole_until, t.step) d
        LEFT JOIN adpipe.slice_ledger s ON s.target = t.target AND s.account_id = t.account_id AND s.date_day = d
        WHERE t.target = $1 AND t.is_listed AND s.fetched_at IS NULL AND adpipe_internal.is_acting($1)
        GROUP BY t.account_id)
    UPDATE adpipe.account_ledger a
    SET lost_since = l.since, lost_until = l.until, lost_at = adpipe_internal.clock()
    FROM lost l
    WHERE a.target = $1 AND a.account_id = l.account_id
    RETURNING a.*
$$;
COMMENT ON FUNCTION adpipe_internal.note_lost(regclass) IS
    'Records and returns the accounts of which days cannot be read any more that never were; part of warn_lost().';
REVOKE ALL ON FUNCTION adpipe_internal.note_lost(regclass) FROM PUBLIC;

/*
 * After note_windows(), which locks the accounts: a session that deletes slices
 * meanwhile waits there to take the marks back.  Days are read newest first, so a mark
 * begins with the last day that is whole and grows in both directions.  Days that are
 * final stay so, and are not looked at again.
 */
CREATE FUNCTION adpipe_internal.note_whole(target regclass) RETURNS void
    LANGUAGE sql VOLATILE SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
AS $$
    WITH days AS MATERIALIZED (
        SELECT t.account_id, t.first_day, t.last_day, m.whole_since, m.final_until, t.step, d AS day, w.is_whole,
               w.is_whole AND (adpipe_internal.is_read_after_window(s.asked_at, adpipe_internal.slice_end(d, t.period), t.time_zone, t.window_days, t.is_cohort)
                               OR d < t.reach_day) AS is_final
        FROM adpipe.account_terms t
        /* a mark that ends before the copy begins says nothing of the days between */
        LEFT JOIN LATERAL (SELECT t.whole_since, t.final_until WHERE t.final_until >= t.first_day) m ON true
        CROSS JOIN adpipe_internal.doubtful_days(t.first_day, t.last_day, m.whole_since, m.final_until, t.step) d
        LEFT JOIN LATERAL (SELECT coalesce(o.asked_at, o.fetched_at) AS asked_at FROM adpipe.slice_ledger o
                           WHERE o.target = t.target AND o.account_id = t.account_id AND o.date_day = d AND o.fetched_at IS NOT NULL
                           OFFSET 0) s ON true
        CROSS JOIN LATERAL (SELECT coalesce(s.asked_at >= adpipe_internal.readable_at(adpipe_internal.slice_end(d, t.period), t.time_zone, t.settle), false)) w (is_whole)
        WHERE t.target = $1 AND adpipe_internal.is_acting($1)
    ), newest AS (
        SELECT d.*, coalesce(d.final_until, max(d.day) FILTER (WHERE d.is_whole) OVER (PARTITION BY d.account_id)) AS newest FROM days d
    ), whole AS (
        SELECT n.*,
               coalesce((max(n.day) FILTER (WHERE NOT n.is_whole AND n.day <= n.newest) OVER a + n.step)::date,
                        least(n.first_day, n.whole_since)) AS since,
               coalesce((min(n.day) FILTER (WHERE NOT n.is_whole AND n.day > n.newest) OVER a - n.step)::date, n.last_day) AS until
        FROM newest n WHERE n.newest IS NOT NULL WINDOW a AS (PARTITION BY n.account_id)
    ), marks AS (
        SELECT w.account_id, w.since, w.until,
               coalesce((min(w.day) FILTER (WHERE NOT w.is_final AND w.day >= w.since) - min(w.step))::date, w.until) AS final_until
        FROM whole w GROUP BY w.account_id, w.since, w.until)
    UPDATE adpipe.account_ledger a
    SET whole_since = m.since, whole_until = m.until, final_until = CASE WHEN m.final_until >= m.since THEN m.final_until END
    FROM marks m
    WHERE a.target = $1 AND a.account_id = m.account_id
      AND (a.whole_since, a.whole_until, a.final_until) IS DISTINCT FROM (m.since, m.until, CASE WHEN m.final_until >= m.since THEN m.final_until END)
$$;
COMMENT ON FUNCTION adpipe_internal.note_whole(regclass) IS
    'Records for each account from when to when every day was read, and up to when after its window; part of refresh().';
REVOKE ALL ON FUNCTION adpipe_internal.note_whole(regclass) FROM PUBLIC;

/* After note_windows(), which locks the accounts in their order. */
CREATE FUNCTION adpipe_internal.warn_lost(target regclass) RETURNS void
    LANGUAGE plpgsql
    SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    lost record;
BEGIN
    FOR lost IN SELECT l.account_id, l.lost_since, l.lost_until FROM adpipe_internal.note_lost(target) l ORDER BY 1 LOOP
        RAISE WARNING 'days % to % of account % of % left the platform''s reach before they were read',
            lost.lost_since, lost.lost_until, lost.account_id, target
            USING DETAIL = 'They cannot be read any more.';
    END LOOP;
END
$$;
COMMENT ON FUNCTION adpipe_internal.warn_lost(regclass) IS
    'Warns once of days that left the platform''s reach before they were read.';
REVOKE ALL ON FUNCTION adpipe_internal.warn_lost(regclass) FROM PUBLIC;
