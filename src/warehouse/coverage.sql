/*
 * coverage.sql: what people and guards read of the ledger.  A view shows the
 * rows that its reader may see: may_see() of tenants.sql.
 */

CREATE VIEW adpipe.targets AS
    SELECT t.target, t.source, t.lookback, t.retention, t.enabled
    FROM adpipe.target_ledger t
    WHERE has_table_privilege(t.target, 'SELECT');
COMMENT ON VIEW adpipe.targets IS 'Local copies; adpipe.alter_target() changes how they are kept.';
COMMENT ON COLUMN adpipe.targets.target IS 'The local table.';
COMMENT ON COLUMN adpipe.targets.source IS 'Foreign table that it is a copy of.';
COMMENT ON COLUMN adpipe.targets.lookback IS 'Days that are read again once a day; NULL: as the platform restates.';
COMMENT ON COLUMN adpipe.targets.retention IS 'How long days are kept; NULL: for good.';
COMMENT ON COLUMN adpipe.targets.enabled IS 'Whether refresh_all() refreshes it.';
GRANT SELECT ON adpipe.targets TO PUBLIC;

CREATE FUNCTION adpipe_internal.slice_state(asked_at timestamptz, failed_at timestamptz, day date,
                                            time_zone text, window_days integer, settle interval, is_cohort boolean,
                                            is_adopted boolean DEFAULT false)
    RETURNS text
    LANGUAGE sql STABLE PARALLEL SAFE
    RETURN CASE
        WHEN asked_at IS NULL THEN CASE WHEN failed_at IS NULL THEN 'missing' ELSE 'failed' END
        /* a part of the day only */
        WHEN asked_at < adpipe_internal.readable_at(day, time_zone, interval '0') THEN 'open'
        WHEN is_adopted THEN 'adopted'
        WHEN is_cohort OR asked_at < adpipe_internal.readable_at(day, time_zone, settle) THEN 'provisional'
        WHEN adpipe_internal.day_of(asked_at, time_zone) - day >= window_days THEN 'final'
        ELSE 'provisional' END;
COMMENT ON FUNCTION adpipe_internal.slice_state(timestamptz, timestamptz, date, text, integer, interval, boolean, boolean) IS
    'missing, failed, open (asked for before the day was over), adopted, provisional or final; the last three are complete.';

/* What marks say of a slice is apart from its state, so that the guard can look for itself. */
CREATE VIEW adpipe.slice_facts AS
    SELECT s.target, s.account_id, s.date_day,
           CASE WHEN a.target IS NOT NULL
                THEN adpipe_internal.slice_state(coalesce(s.asked_at, s.fetched_at), s.failed_at, adpipe_internal.slice_end(s.date_day, a.period), a.time_zone, a.window_days, a.settle, a.is_cohort, s.adopted_at IS NOT NULL)
                WHEN s.adopted_at IS NOT NULL THEN 'adopted' WHEN s.fetched_at IS NULL THEN 'failed' ELSE 'provisional' END AS state,
           s.differs_since IS NOT NULL
               OR s.fetched_at IS NOT NULL AND EXISTS (SELECT FROM adpipe.touches m WHERE m.target = s.target) AS is_changed,
           s.rows, s.content_hash, s.asked_at, s.version
    FROM adpipe.slice_ledger s
    LEFT JOIN adpipe.account_terms a ON a.target = s.target AND a.account_id = s.account_id
    WHERE adpipe_internal.may_see(s.target, s.account_id);
COMMENT ON VIEW adpipe.slice_facts IS 'What the guard, the comparison of rows with the ledger, and changed_slices() read of each slice.';
COMMENT ON COLUMN adpipe.slice_facts.target IS 'The local table.';
COMMENT ON COLUMN adpipe.slice_facts.account_id IS 'Account.';
COMMENT ON COLUMN adpipe.slice_facts.date_day IS 'Day; -infinity for lists of entities.';
COMMENT ON COLUMN adpipe.slice_facts.state IS 'As in adpipe.coverage, but never changed.';
COMMENT ON COLUMN adpipe.slice_facts.is_changed IS 'Whether the stored rows are known or suspected not to be those that a refresh stored.';
COMMENT ON COLUMN adpipe.slice_facts.rows IS 'Rows stored.';
COMMENT ON COLUMN adpipe.slice_facts.content_hash IS 'Hash of the rows.';
COMMENT ON COLUMN adpipe.slice_facts.asked_at IS 'When the answer was asked for.';
COMMENT ON COLUMN adpipe.slice_facts.version IS 'Version of the copy at which the rows last changed.';
GRANT SELECT ON adpipe.slice_facts TO PUBLIC;

/*
 * An account that is no longer listed counts for as long as nobody has accepted
 * its end, from which on its later days are not held.
 */
CREATE VIEW adpipe.kept_accounts AS
    SELECT k.target, k.account_id, k.is_listed, k.ended_day, k.today, k.is_outdated, k.period
    FROM (
        SELECT a.target, a.account_id, a.is_listed, a.ended_day, adpipe_internal.day_of(adpipe_internal.clock(), a.time_zone) AS today,
               o.is_outdated, t.period
        FROM adpipe.target_ledger t
        /* once for each copy, not for each account */
        CROSS JOIN LATERAL (SELECT coalesce(t.source IS NOT NULL AND t.listed_as <> adpipe_internal.account_options(t.source), false) AS is_outdated
                            OFFSET 0) o
        JOIN adpipe.account_ledger a ON a.target = t.target
        WHERE a.is_listed OR EXISTS (SELECT FROM adpipe.slice_ledger s
                                     WHERE s.target = a.target AND s.account_id = a.account_id
                                       AND coalesce(s.fetched_at, s.adopted_at) IS NOT NULL)
        UNION ALL
        SELECT o.report, d.account_id, true, adpipe_internal.own_end(l.ends, d.account_id, d.last_day),
               adpipe_internal.day_of(adpipe_internal.clock(), o.time_zone), false, 'day'
        FROM adpipe.own_reports o
        JOIN adpipe.own_report_ledger l ON l.target = o.report
        CROSS JOIN LATERAL (SELECT d.account_id, max(d.date_day) AS last_day FROM adpipe_internal.own_days(o.report) d GROUP BY 1) d
        WHERE d.account_id IS NOT NULL) k
    WHERE adpipe_internal.may_see(k.target, k.account_id);
COMMENT ON VIEW adpipe.kept_accounts IS 'The accounts of which a copy is to hold days: those listed, and those that have stored days. Of a report that its owner keeps itself: those that have rows.';
COMMENT ON COLUMN adpipe.kept_accounts.target IS 'The local table.';
COMMENT ON COLUMN adpipe.kept_accounts.account_id IS 'Account.';
COMMENT ON COLUMN adpipe.kept_accounts.is_listed IS 'Whether the source still asks it.';
COMMENT ON COLUMN adpipe.kept_accounts.ended_day IS 'Last day to hold, after its end was accepted; NULL: it has not ended.';
COMMENT ON COLUMN adpipe.kept_accounts.today IS 'The day that it is there now.';
COMMENT ON COLUMN adpipe.kept_accounts.period IS 'What a slice covers: a day, week or month.';
COMMENT ON COLUMN adpipe.kept_accounts.is_outdated IS 'Whether options name other accounts than when they were last listed.';
GRANT SELECT ON adpipe.kept_accounts TO PUBLIC;

/* Two arms, so that a condition on the day is one on the ledger's column, for which there is an index. */
CREATE VIEW adpipe.slices AS
    SELECT s.target, s.account_id, s.shown_day AS date_day,
           CASE WHEN s.differs_since IS NOT NULL
                  OR s.fetched_at IS NOT NULL AND EXISTS (SELECT FROM adpipe.touches m WHERE m.target = s.target) THEN 'changed'
                WHEN a.target IS NOT NULL
                THEN adpipe_internal.slice_state(coalesce(s.asked_at, s.fetched_at), s.failed_at, adpipe_internal.slice_end(s.date_day, a.period), a.time_zone, a.window_days, a.settle, a.is_cohort, s.adopted_at IS NOT NULL)
                WHEN s.adopted_at IS NOT NULL THEN 'adopted' WHEN s.fetched_at IS NULL THEN 'failed' ELSE 'provisional' END AS state,
           s.rows, s.content_hash, CASE WHEN s.adopted_at IS NULL THEN s.fetched_at END AS fetched_at, s.changed_at, s.run_id
    FROM (SELECT l.date_day AS shown_day, l.* FROM adpipe.slice_ledger l WHERE l.date_day > '-infinity'
          UNION ALL SELECT NULL, l.* FROM adpipe.slice_ledger l WHERE l.date_day = '-infinity') s
    LEFT JOIN adpipe.account_terms a ON a.target = s.target AND a.account_id = s.account_id
    WHERE adpipe_internal.may_see(s.target, s.account_id);
COMMENT ON VIEW adpipe.slices IS 'Every account-day that was ever asked for; the unit that is replaced as a whole.';
COMMENT ON COLUMN adpipe.slices.target IS 'The local table.';
COMMENT ON COLUMN adpipe.slices.account_id IS 'Account.';
COMMENT ON COLUMN adpipe.slices.date_day IS 'Day; NULL for lists of entities.';
COMMENT ON COLUMN adpipe.slices.state IS 'As in adpipe.coverage.';
COMMENT ON COLUMN adpipe.slices.rows IS 'Rows stored; 0 is an answer, too.';
COMMENT ON COLUMN adpipe.slices.content_hash IS 'Hash of the rows.';
COMMENT ON COLUMN adpipe.slices.fetched_at IS 'When the platform last confirmed or changed them; NULL for rows that adopt() took over.';
COMMENT ON COLUMN adpipe.slices.changed_at IS 'When they last changed.';
COMMENT ON COLUMN adpipe.slices.run_id IS 'Run that read them last.';
GRANT SELECT ON adpipe.slices TO PUBLIC;

/* That a session died shows before the next run writes it down. */
CREATE VIEW adpipe.runs AS
    SELECT r.run_id, r.target, r.started_at, r.ended_at, CASE WHEN d.is_dead THEN 'died' ELSE r.status END AS status,
           r.slices, r.requests, r.rows,
           CASE WHEN d.is_dead THEN 'the session ended before the run did' ELSE adpipe_internal.failure_text(r.error, r.detail) END AS error,
           r.sqlstate, r.hint
    FROM adpipe.run_ledger r
    CROSS JOIN LATERAL (SELECT adpipe_internal.is_dead(r)) d (is_dead)
    WHERE adpipe_internal.may_see(r.target, NULL);
COMMENT ON VIEW adpipe.runs IS 'Refreshes, one row per call and target.';
COMMENT ON COLUMN adpipe.runs.run_id IS 'Number of the run.';
COMMENT ON COLUMN adpipe.runs.target IS 'The local table.';
COMMENT ON COLUMN adpipe.runs.started_at IS 'Start.';
COMMENT ON COLUMN adpipe.runs.ended_at IS 'End.';
COMMENT ON COLUMN adpipe.runs.status IS 'running, succeeded, partial (time or budget was used up, or the platform asked to come back later), failed (some of it), died (the session ended before the run; the next run goes on with it).';
COMMENT ON COLUMN adpipe.runs.slices IS 'Slices stored or confirmed.';
COMMENT ON COLUMN adpipe.runs.requests IS 'Questions put to the platform, one per account and chunk, and one per control total.';
COMMENT ON COLUMN adpipe.runs.rows IS 'Rows fetched.';
COMMENT ON COLUMN adpipe.runs.error IS 'Message and detail of the last failure, with HTTP status, code, request id and words of the platform.';
COMMENT ON COLUMN adpipe.runs.sqlstate IS 'SQLSTATE of that failure.';
COMMENT ON COLUMN adpipe.runs.hint IS 'The way out that it names.';
GRANT SELECT ON adpipe.runs TO PUBLIC;

/* A copy that was never read has no accounts yet, and its days run in UTC. */
CREATE VIEW adpipe.unread_targets AS
    SELECT t.target, t.is_daily, t.created_at, day.today,
           greatest(t.start_day, adpipe_internal.slice_from(date_trunc('month', day.today - t.retention)::date, t.period)) AS first_day,
           adpipe_internal.slice_step(t.period) AS step,
           (adpipe_internal.slice_start(day.today, t.period) - adpipe_internal.slice_step(t.period))::date AS last_day
    FROM adpipe.target_ledger t
    CROSS JOIN LATERAL (SELECT adpipe_internal.day_of(adpipe_internal.clock(), 'UTC')) day (today)
    WHERE NOT EXISTS (SELECT FROM adpipe.account_ledger a WHERE a.target = t.target AND a.is_listed)
      AND NOT EXISTS (SELECT FROM adpipe.slice_ledger s WHERE s.target = t.target AND coalesce(s.fetched_at, s.adopted_at) IS NOT NULL);
COMMENT ON VIEW adpipe.unread_targets IS 'Copies of which nothing is known but that they are to be kept.';
COMMENT ON COLUMN adpipe.unread_targets.target IS 'The local table.';
COMMENT ON COLUMN adpipe.unread_targets.is_daily IS 'Whether it has days.';
COMMENT ON COLUMN adpipe.unread_targets.created_at IS 'When it was materialised.';
COMMENT ON COLUMN adpipe.unread_targets.today IS 'Today in UTC.';
COMMENT ON COLUMN adpipe.unread_targets.first_day IS 'First day to hold.';
COMMENT ON COLUMN adpipe.unread_targets.step IS 'From the first day of a slice to that of the next.';
COMMENT ON COLUMN adpipe.unread_targets.last_day IS 'Day of the last slice that is over.';

/* The reader is checked above the arms: the barrier of a view that is a bare UNION ALL does not hold. */
CREATE VIEW adpipe.coverage AS
    SELECT c.target, c.account_id, c.date_day, c.state
    FROM (
        SELECT u.target, NULL::text AS account_id, d::date AS date_day, 'missing'::text AS state
        FROM adpipe.unread_targets u
        CROSS JOIN generate_series(u.first_day::timestamp, u.last_day::timestamp, u.step) d
        UNION ALL
        SELECT s.target, s.account_id, s.date_day,
               CASE WHEN s.differs_since IS NOT NULL OR s.fetched_at IS NOT NULL AND a.is_touched THEN 'changed'
                    ELSE adpipe_internal.slice_state(coalesce(s.asked_at, s.fetched_at), s.failed_at,
                                                     adpipe_internal.slice_end(s.date_day, a.period), a.time_zone, a.window_days, a.settle, a.is_cohort, s.adopted_at IS NOT NULL) END
        FROM adpipe.slice_ledger s
        JOIN adpipe.account_terms a ON a.target = s.target AND a.account_id = s.account_id
        WHERE s.date_day BETWEEN a.first_day AND a.last_day AND s.date_day = adpipe_internal.slice_start(s.date_day, a.period)
          AND (a.is_listed OR EXISTS (SELECT FROM adpipe.slice_ledger o
                                      WHERE o.target = a.target AND o.account_id = a.account_id AND coalesce(o.fetched_at, o.adopted_at) IS NOT NULL))
          AND (a.ended_day IS NULL OR s.date_day <= a.ended_day)
          AND (s.date_day < a.today OR s.fetched_at IS NOT NULL)
        UNION ALL
        SELECT a.target, a.account_id, d, 'missing'
        FROM adpipe.account_terms a
        CROSS JOIN adpipe_internal.doubtful_days(a.first_day, least(a.last_day, a.today - 1), a.whole_since, a.whole_until, a.step) d
        WHERE (a.is_listed OR EXISTS (SELECT FROM adpipe.slice_ledger o
                                      WHERE o.target = a.target AND o.account_id = a.account_id AND coalesce(o.fetched_at, o.adopted_at) IS NOT NULL))
          AND (a.ended_day IS NULL OR d <= a.ended_day)
          AND NOT EXISTS (SELECT FROM adpipe.slice_ledger s
                          WHERE s.target = a.target AND s.account_id = a.account_id AND s.date_day = d OFFSET 0)
        UNION ALL
        SELECT o.report, w.account_id, w.date_day, w.state
        FROM adpipe.own_reports o
        JOIN adpipe.own_report_ledger l ON l.target = o.report
        CROSS JOIN LATERAL adpipe_internal.own_coverage(o.report, o.time_zone, l.ends) w) c
    WHERE adpipe_internal.may_see(c.target, c.account_id);
COMMENT ON VIEW adpipe.coverage IS
    'Every account-day that a copy with days is to hold, from its start to yesterday in the account''s zone, and today once it was read; of a copy by week or month every week or month that is over, by its first day. Of a copy that was never read every day is missing, without an account. Of a report that its owner keeps itself every day of an account from its first row to yesterday or to its accepted end, and later days with rows.';
COMMENT ON COLUMN adpipe.coverage.target IS 'The local table.';
COMMENT ON COLUMN adpipe.coverage.account_id IS 'Account; NULL: none is known yet.';
COMMENT ON COLUMN adpipe.coverage.date_day IS 'Day, or first day of the week or month.';
COMMENT ON COLUMN adpipe.coverage.state IS 'missing, failed (never read, and the last try failed; of a report that its owner keeps itself: register_report() would refuse its rows), changed (the stored rows are not, or are not known to be, those that a refresh stored), open (asked for before the day was over in the account''s zone), adopted (complete by the word of the owner, who called adopt() or keeps the rows), provisional (complete as of now, the platform may restate it), final (read after the platform''s restatements); the last three are complete.';
GRANT SELECT ON adpipe.coverage TO PUBLIC;

/* From account_terms alone: a join of views by account would be planned for few accounts. */
CREATE VIEW adpipe.account_progress AS
    SELECT t.target, t.account_id, t.is_listed, t.ended_day, t.failing_since, t.last_attempt, t.last_success,
           c.latest_complete_day,
           adpipe_internal.readable_at(
               adpipe_internal.slice_end(coalesce((c.latest_complete_day + t.step)::date, t.first_day), t.period), t.time_zone, t.settle)
               + t.every + interval '1 hour' AS expected_by,
           t.first_day, t.reach_day, t.whole_since, t.whole_until, t.step, t.period, t.time_zone, t.window_days,
           t.settle, t.every, t.is_cohort, t.moment
    FROM adpipe.account_terms t
    LEFT JOIN LATERAL (
        SELECT max(s.date_day) AS latest_complete_day
        FROM adpipe.slice_ledger s
        WHERE s.target = t.target AND s.account_id = t.account_id AND s.date_day < t.today
          AND coalesce(s.asked_at, s.fetched_at)
              >= adpipe_internal.readable_at(adpipe_internal.slice_end(s.date_day, t.period), t.time_zone, interval '0')) c ON true;
COMMENT ON VIEW adpipe.account_progress IS 'For each account of a target with days how far it is read, beside the terms by which health judges that.';
COMMENT ON COLUMN adpipe.account_progress.target IS 'The local table.';
COMMENT ON COLUMN adpipe.account_progress.account_id IS 'Account.';
COMMENT ON COLUMN adpipe.account_progress.is_listed IS 'Whether it is still asked.';
COMMENT ON COLUMN adpipe.account_progress.ended_day IS 'Last day to hold, after its end was accepted; NULL: it has not ended.';
COMMENT ON COLUMN adpipe.account_progress.failing_since IS 'Since when some of it cannot be read.';
COMMENT ON COLUMN adpipe.account_progress.last_attempt IS 'When it was last asked.';
COMMENT ON COLUMN adpipe.account_progress.last_success IS 'When an answer was last stored.';
COMMENT ON COLUMN adpipe.account_progress.latest_complete_day IS 'Latest day that was asked for after it was over.';
COMMENT ON COLUMN adpipe.account_progress.expected_by IS 'When the day after that should be complete, if all is well.';
COMMENT ON COLUMN adpipe.account_progress.first_day IS 'First day to hold.';
COMMENT ON COLUMN adpipe.account_progress.reach_day IS 'First day for which the platform can be trusted.';
COMMENT ON COLUMN adpipe.account_progress.whole_since IS 'First of the days that are proven to be read; NULL: none.';
COMMENT ON COLUMN adpipe.account_progress.whole_until IS 'Last of them.';
COMMENT ON COLUMN adpipe.account_progress.step IS 'From the first day of a slice to that of the next.';
COMMENT ON COLUMN adpipe.account_progress.period IS 'What a slice covers: a day, week or month.';
COMMENT ON COLUMN adpipe.account_progress.time_zone IS 'Zone of its days.';
COMMENT ON COLUMN adpipe.account_progress.window_days IS 'Days read once a day.';
COMMENT ON COLUMN adpipe.account_progress.settle IS 'How long after its end a day still fills.';
COMMENT ON COLUMN adpipe.account_progress.every IS 'How often refresh_all() reads the last days.';
COMMENT ON COLUMN adpipe.account_progress.is_cohort IS 'Whether no day is ever final.';
COMMENT ON COLUMN adpipe.account_progress.moment IS 'The present.';

CREATE VIEW adpipe.freshness AS
    SELECT f.target, f.account_id, f.last_attempt, f.last_success, f.latest_complete_day, f.expected_by
    FROM (
        SELECT a.target, a.account_id, a.last_attempt, a.last_success, a.latest_complete_day,
               CASE WHEN a.is_listed THEN a.expected_by END AS expected_by
        FROM adpipe.account_progress a
        WHERE a.is_listed
           OR a.ended_day IS NULL AND EXISTS (SELECT FROM adpipe.slice_ledger o
                                              WHERE o.target = a.target AND o.account_id = a.account_id AND coalesce(o.fetched_at, o.adopted_at) IS NOT NULL)
        UNION ALL
        SELECT a.target, a.account_id, a.last_attempt, a.last_success, NULL, NULL
        FROM adpipe.account_ledger a
        JOIN adpipe.target_ledger t ON t.target = a.target AND NOT t.is_daily
        WHERE a.is_listed
           OR a.ended_day IS NULL AND EXISTS (SELECT FROM adpipe.slice_ledger o
                                              WHERE o.target = a.target AND o.account_id = a.account_id AND coalesce(o.fetched_at, o.adopted_at) IS NOT NULL)
        UNION ALL
        SELECT u.target, NULL, NULL, NULL, NULL, u.created_at + interval '1 day'
        FROM adpipe.unread_targets u) f
    WHERE adpipe_internal.may_see(f.target, f.account_id);
COMMENT ON VIEW adpipe.freshness IS
    'Three clocks per target and account: last attempt, last success, and the latest complete day with the time by which the next is expected. An account that is no longer listed stays until accept_end() accepts its end.';
COMMENT ON COLUMN adpipe.freshness.target IS 'The local table.';
COMMENT ON COLUMN adpipe.freshness.account_id IS 'Account; NULL: none is known yet, since the copy was never read.';
COMMENT ON COLUMN adpipe.freshness.last_attempt IS 'When it was last asked.';
COMMENT ON COLUMN adpipe.freshness.last_success IS 'When an answer was last stored.';
COMMENT ON COLUMN adpipe.freshness.latest_complete_day IS 'Latest day that was asked for after it was over, or first day of the latest such week or month; NULL: none, or a list of entities.';
COMMENT ON COLUMN adpipe.freshness.expected_by IS 'When the day after that should be complete, if all is well; NULL: the account is not listed any more.';
GRANT SELECT ON adpipe.freshness TO PUBLIC;

CREATE VIEW adpipe.control_totals AS
    SELECT s.target, s.account_id, s.date_day,
           s.spend, s.account_spend, s.account_spend - s.spend AS spend_difference,
           s.impressions, s.account_impressions, s.account_impressions - s.impressions AS impressions_difference
    FROM adpipe.slice_ledger s
    WHERE s.account_spend IS NOT NULL AND adpipe_internal.may_see(s.target, s.account_id);
COMMENT ON VIEW adpipe.control_totals IS
    'Sums of each slice beside what the platform says of the account as a whole. Finer grains lack some of it by their nature (Performance Max has no ads, rare search terms are withheld), some reports show it several times. No row of days whose rows changed since the account was last asked, which scheduled refreshes do once in its day.';
COMMENT ON COLUMN adpipe.control_totals.target IS 'The local table.';
COMMENT ON COLUMN adpipe.control_totals.account_id IS 'Account.';
COMMENT ON COLUMN adpipe.control_totals.date_day IS 'Day.';
COMMENT ON COLUMN adpipe.control_totals.spend IS 'Spend stored.';
COMMENT ON COLUMN adpipe.control_totals.account_spend IS 'Spend of the account, asked when these rows were read.';
COMMENT ON COLUMN adpipe.control_totals.spend_difference IS 'What the slice lacks.';
COMMENT ON COLUMN adpipe.control_totals.impressions IS 'Impressions stored.';
COMMENT ON COLUMN adpipe.control_totals.account_impressions IS 'Impressions of the account.';
COMMENT ON COLUMN adpipe.control_totals.impressions_difference IS 'What the slice lacks.';
GRANT SELECT ON adpipe.control_totals TO PUBLIC;

CREATE VIEW adpipe.settings_changes AS
    SELECT c.target, c.account_id, c.setting, c.old_value, c.new_value, c.seen_at
    FROM adpipe.settings_change_ledger c
    WHERE adpipe_internal.may_see(c.target, c.account_id);
COMMENT ON VIEW adpipe.settings_changes IS 'Settings that were changed on the platform''s side.';
COMMENT ON COLUMN adpipe.settings_changes.target IS 'The local table whose numbers hang on it.';
COMMENT ON COLUMN adpipe.settings_changes.account_id IS 'Account.';
COMMENT ON COLUMN adpipe.settings_changes.setting IS 'Name of the setting.';
COMMENT ON COLUMN adpipe.settings_changes.old_value IS 'Value before.';
COMMENT ON COLUMN adpipe.settings_changes.new_value IS 'Value since.';
COMMENT ON COLUMN adpipe.settings_changes.seen_at IS 'When a refresh first saw the change.';
GRANT SELECT ON adpipe.settings_changes TO PUBLIC;

CREATE VIEW adpipe.progress AS
    SELECT r.target, c.account_id, least(r.chunks_done + 1, r.chunks) AS chunk, r.chunks, r.rows,
           round(r.rows / nullif(extract(epoch FROM adpipe_internal.clock() - r.started_at), 0)) AS rows_per_second,
           CASE WHEN r.chunks_done > 0 THEN date_trunc('second',
               (adpipe_internal.clock() - r.started_at) * (r.chunks - r.chunks_done) / r.chunks_done) END AS time_left
    FROM adpipe.run_ledger r
    LEFT JOIN LATERAL (SELECT string_agg(l.account_id, ', ' ORDER BY l.account_id) AS account_id
                       FROM adpipe.claim_ledger l WHERE l.run_id = r.run_id) c ON true
    WHERE r.status = 'running' AND adpipe_internal.is_running(r.pid, r.backend_start, r.query_start)
      AND adpipe_internal.may_see(r.target, NULL);
COMMENT ON VIEW adpipe.progress IS 'Refreshes that are at work now.';
COMMENT ON COLUMN adpipe.progress.target IS 'The local table.';
COMMENT ON COLUMN adpipe.progress.account_id IS 'Accounts being asked.';
COMMENT ON COLUMN adpipe.progress.chunk IS 'Chunk that it is at.';
COMMENT ON COLUMN adpipe.progress.chunks IS 'Chunks in all.';
COMMENT ON COLUMN adpipe.progress.rows IS 'Rows fetched so far.';
COMMENT ON COLUMN adpipe.progress.rows_per_second IS 'Of which per second.';
COMMENT ON COLUMN adpipe.progress.time_left IS 'Time left if the rest goes like the part that is done.';
GRANT SELECT ON adpipe.progress TO PUBLIC;

CREATE FUNCTION adpipe_internal.progress_text(run_id bigint) RETURNS text
    LANGUAGE sql VOLATILE SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
AS $$
    SELECT format('%s: chunk %s of %s, %s rows', r.target, r.chunks_done, r.chunks, r.rows)
    FROM adpipe.run_ledger r WHERE r.run_id = $1 AND adpipe_internal.is_acting(r.target)
$$;
COMMENT ON FUNCTION adpipe_internal.progress_text(bigint) IS 'The progress of a run as a text, for the NOTICE at a prompt.';
REVOKE ALL ON FUNCTION adpipe_internal.progress_text(bigint) FROM PUBLIC;

/*
 * A day counts when every account has it and every day before it: what lies
 * above is read from the platform, so that no hole shows as a small number.
 */
CREATE VIEW adpipe.stored_days AS
    SELECT t.target,
           (SELECT coalesce(min(coalesce(gap.first_gap, least(adpipe_internal.slice_start(a.today, a.period), (a.last_day + a.step)::date)) - 1), t.start_day - 1)
            FROM adpipe.account_terms a
            CROSS JOIN LATERAL (
                SELECT min(g.day) AS first_gap
                FROM (SELECT d AS day
                      FROM adpipe_internal.doubtful_days(a.first_day, least(a.last_day, a.today - 1), a.whole_since, a.whole_until, a.step) d
                      LEFT JOIN LATERAL (SELECT o.* FROM adpipe.slice_ledger o
                                         WHERE o.target = a.target AND o.account_id = a.account_id AND o.date_day = d OFFSET 0) s ON true
                      WHERE s.fetched_at IS NULL
                         OR coalesce(s.asked_at, s.fetched_at)
                            < adpipe_internal.readable_at(adpipe_internal.slice_end(d, a.period), a.time_zone, interval '0')
                      UNION ALL
                      SELECT o.date_day FROM adpipe.slice_ledger o
                      WHERE o.target = a.target AND o.account_id = a.account_id AND o.differs_since IS NOT NULL
                        AND o.date_day BETWEEN a.first_day AND least(a.last_day, a.today - 1)
                        AND o.date_day = adpipe_internal.slice_start(o.date_day, a.period)) g) gap
            WHERE a.target = t.target AND a.is_listed) AS stored_until
    FROM adpipe.target_ledger t
    WHERE NOT row_security_active(t.target) AND adpipe_internal.may_read_through(t.target);
COMMENT ON VIEW adpipe.stored_days IS 'Part of adpipe.stored_until(): the copies that the current user may read as a whole, by themselves or through a view.';
COMMENT ON COLUMN adpipe.stored_days.target IS 'The local table.';
COMMENT ON COLUMN adpipe.stored_days.stored_until IS 'Last day up to which it is complete.';
GRANT SELECT ON adpipe.stored_days TO PUBLIC;

CREATE FUNCTION adpipe.stored_until(target regclass) RETURNS date
    LANGUAGE plpgsql STABLE
    SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    IF row_security_active(target) THEN
        RAISE EXCEPTION 'table "%" has row-level security', target
            USING ERRCODE = 'feature_not_supported',
                  DETAIL = 'The day up to which it is complete depends on all its accounts.',
                  HINT = 'View adpipe.coverage shows the days of the accounts that you may see.';
    ELSIF NOT coalesce(adpipe_internal.may_read_through(target), false) THEN
        RAISE EXCEPTION 'permission denied for table %', target USING ERRCODE = 'insufficient_privilege';
    END IF;
    RETURN (SELECT s.stored_until FROM adpipe.stored_days s WHERE s.target = $1);
END
$$;
COMMENT ON FUNCTION adpipe.stored_until(regclass) IS
    'Last day up to which a daily copy is complete, without a gap, for all its accounts; for whoever may read the copy or a view over it.';

CREATE FUNCTION adpipe.live_view(target regclass) RETURNS regclass
    LANGUAGE plpgsql
    SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    facts adpipe.target_ledger;
    columns text := adpipe_internal.column_list(target);
    name text;
BEGIN
    PERFORM adpipe_internal.require_owner(target);
    facts := adpipe_internal.target_of(target);
    IF NOT facts.is_daily THEN
        RAISE EXCEPTION 'table "%" has no days', target
            USING ERRCODE = 'wrong_object_type', HINT = 'A list of entities is read from its foreign table.';
    ELSIF (SELECT c.relrowsecurity FROM pg_class c WHERE c.oid = target) THEN
        RAISE EXCEPTION 'table "%" has row-level security', target
            USING ERRCODE = 'feature_not_supported',
                  DETAIL = 'A live view reads the platform as its owner, for whom no policy holds.';
    END IF;
    SELECT format('%I.%I', n.nspname, adpipe_internal.name_with(c.relname, '_live')) INTO name
    FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace WHERE c.oid = target;
    EXECUTE format('CREATE VIEW %1$s AS '
                   'SELECT %2$s, _fetched_at FROM %3$s WHERE %6$I <= (SELECT adpipe.stored_until(%4$L::regclass)) '
                   'UNION ALL '
                   'SELECT %2$s, NULL::timestamptz FROM %5$s WHERE %6$I > (SELECT adpipe.stored_until(%4$L::regclass))',
                   name, columns, target, target, facts.source, adpipe_internal.day_column(target));
    EXECUTE format('COMMENT ON VIEW %s IS %L', name,
                   format('%s as far as it is complete, then %s.', target, facts.source));
    RETURN name::regclass;
END
$$;
COMMENT ON FUNCTION adpipe.live_view(regclass) IS
    'Makes a view <target>_live: the days that are stored completely from the local copy, later ones from the platform. A query about stored days sends nothing. _fetched_at is NULL in rows that come from the platform.';
REVOKE ALL ON FUNCTION adpipe.live_view(regclass) FROM PUBLIC;

/*
 * Rows are counted and hashed here and not believed to be as the ledger says;
 * those of accounts that it does not know are among what is found.  A reader
 * under row-level security does not see all rows.
 */
CREATE FUNCTION adpipe_internal.incomplete_days(target regclass, since date, until date,
    OUT account_id text, OUT date_day date, OUT state text, OUT is_listed boolean)
    RETURNS SETOF record
    LANGUAGE plpgsql STABLE
    SET search_path = pg_catalog, pg_temp
    SET enable_mergejoin = off -- would sort accounts by their collation
AS $$
#variable_conflict use_column
DECLARE
    /* Policies would hide rows, and are not to run here: marks have to do. */
    is_blind boolean := row_security_active(target);
    /* the week or month that overlaps the first day */
    first date := adpipe_internal.slice_start(since, coalesce((SELECT k.period FROM adpipe.kept_accounts k WHERE k.target = $1 LIMIT 1), 'day'));
BEGIN
    RETURN QUERY
    WITH found AS MATERIALIZED (
        SELECT * FROM adpipe_internal.stored_slices($1, first, $3) WHERE NOT is_blind
    ), facts AS MATERIALIZED (
        SELECT s.account_id, s.date_day, s.state, s.rows, s.content_hash, CASE WHEN is_blind THEN s.is_changed END AS is_changed
        FROM adpipe.slice_facts s
        WHERE s.target = $1 AND s.date_day BETWEEN first AND $3 AND isfinite(s.date_day)
    ), asked AS (
        SELECT k.account_id, d::date AS date_day, k.is_listed OR k.ended_day IS NOT NULL AS is_listed, d >= k.today AS is_open
        FROM adpipe.kept_accounts k
        CROSS JOIN generate_series(first::timestamp, $3::timestamp, adpipe_internal.slice_step(k.period)) d
        WHERE k.target = $1 AND (k.ended_day IS NULL OR d <= k.ended_day)
          /* a week or month that is not over is not missing */
          AND (k.period = 'day' OR adpipe_internal.slice_end(d::date, k.period) < k.today)
    ), states AS (
        SELECT account_id, date_day, coalesce(a.is_listed, true) AS is_listed,
               CASE WHEN is_blind AND s.is_changed
                      OR NOT is_blind AND NOT adpipe_internal.is_as_stored(s.content_hash, s.rows, f.content_hash, f.rows) THEN 'changed'
                    /* part of a day after the last that is asked of an account */
                    WHEN a.is_open IS NULL THEN 'final'
                    WHEN a.is_open AND coalesce(s.state, 'missing') = 'missing' THEN 'open'
                    ELSE coalesce(s.state, 'missing') END AS state
        FROM asked a
        FULL JOIN found f USING (account_id, date_day)
        LEFT JOIN facts s USING (account_id, date_day)
    )
    SELECT s.account_id, s.date_day, s.state, s.is_listed FROM states s
    WHERE s.state NOT IN ('adopted', 'provisional', 'final');
END
$$;
COMMENT ON FUNCTION adpipe_internal.incomplete_days(regclass, date, date) IS
    'The account-days of a daily copy that are not complete, by the rows that it holds now; part of require_complete().';

CREATE FUNCTION adpipe_internal.require_listed(target regclass) RETURNS void
    LANGUAGE plpgsql STABLE
    SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    IF EXISTS (SELECT FROM adpipe.kept_accounts k WHERE k.target = $1 AND k.is_outdated) THEN
        RAISE EXCEPTION 'the accounts of "%" were changed and have not been listed since', target
            USING ERRCODE = 'object_not_in_prerequisite_state',
                  DETAIL = 'An option of its foreign table or server names others now.',
                  HINT = format('CALL adpipe.refresh(%L);', target);
    END IF;
END
$$;
COMMENT ON FUNCTION adpipe_internal.require_listed(regclass) IS
    'An error if options name other accounts than those that the ledger knows; part of require_complete().';

/* Nobody says of days before its first one that they are complete. */
CREATE FUNCTION adpipe_internal.own_incomplete_days(report regclass, since date, until date,
    OUT account_id text, OUT date_day date, OUT state text, OUT is_listed boolean)
    RETURNS SETOF record
    LANGUAGE sql STABLE
    SET search_path = pg_catalog, pg_temp
AS $$
    WITH covered AS MATERIALIZED (
        SELECT c.account_id, c.date_day, c.state,
               max(c.date_day) FILTER (WHERE c.state <> 'missing') OVER (PARTITION BY c.account_id) AS last_day
        FROM adpipe.coverage c WHERE c.target = $1
    ), accounts AS (
        SELECT k.account_id, k.today, k.ended_day, (SELECT min(f.date_day) FROM covered f) AS first_day
        FROM adpipe.kept_accounts k WHERE k.target = $1
    )
    SELECT c.account_id, c.date_day, c.state, c.date_day <= c.last_day FROM covered c
    WHERE c.state = 'failed' AND c.account_id IS NULL
       OR c.state <> 'adopted' AND c.account_id IS NOT NULL AND c.date_day BETWEEN $2 AND $3
    UNION ALL
    SELECT a.account_id, d::date, CASE WHEN d < a.today THEN 'missing' ELSE 'open' END, true
    FROM accounts a
    CROSS JOIN generate_series($2::timestamp, $3::timestamp, '1 day') d
    WHERE (d < a.first_day OR d >= a.today) AND (a.ended_day IS NULL OR d <= a.ended_day)
      AND NOT EXISTS (SELECT FROM covered c WHERE c.account_id = a.account_id AND c.date_day = d)
$$;
COMMENT ON FUNCTION adpipe_internal.own_incomplete_days(regclass, date, date) IS
    'The account-days of a report of its owner''s own that are not complete, and whether the account has rows since; part of require_complete().';

/* How to word what require_complete() finds: of a copy, and of a report that its owner keeps itself. */
CREATE FUNCTION adpipe_internal.complete_hint(target regclass, since date, until date, lost text) RETURNS text
    LANGUAGE sql STABLE
    SET search_path = pg_catalog, pg_temp
AS $$
    SELECT CASE WHEN o.report IS NOT NULL
                THEN format('Load these days; a day on which nothing ran is a row with zeros. SELECT adpipe.register_report(%L, %L, %L); names a row of a failed day.', $1, o.platform, o.time_zone)
                     || CASE WHEN lost IS NULL THEN '' ELSE format(' If account %2$s has ended: SELECT adpipe.accept_end(%1$L, %2$L);', $1, lost) END
                WHEN lost IS NULL THEN format('CALL adpipe.refresh(%L, %L, %L);', $1, since, until)
                ELSE format('Account %s is not among those of the source any more. If that is meant: SELECT adpipe.accept_end(%L, %L);', lost, $1, lost) END
    FROM (SELECT) x LEFT JOIN adpipe.own_reports o ON o.report = $1
$$;
COMMENT ON FUNCTION adpipe_internal.complete_hint(regclass, date, date, text) IS
    'What to do about days that are not complete; part of require_complete(). lost: an account that the source does not have any more, or of which no later day has rows.';

CREATE FUNCTION adpipe.require_complete(target regclass, since date, until date) RETURNS void
    LANGUAGE plpgsql STABLE
    SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    is_own boolean := EXISTS (SELECT FROM adpipe.own_reports o WHERE o.report = $1);
    gaps text;
    lost text;
    n bigint;
BEGIN
    IF NOT is_own THEN
        PERFORM adpipe_internal.require_target(target);
    END IF;
    IF NOT coalesce(isfinite(since) AND isfinite(until) AND since <= until, false) THEN
        RAISE EXCEPTION 'there are no days from % to %', since, until
            USING ERRCODE = 'invalid_parameter_value';
    END IF;
    IF NOT is_own AND NOT EXISTS (SELECT FROM adpipe.kept_accounts k WHERE k.target = $1) THEN
        RAISE EXCEPTION 'table "%" was never refreshed', target
            USING ERRCODE = 'object_not_in_prerequisite_state',
                  HINT = format('CALL adpipe.refresh(%L);', target);
    END IF;
    PERFORM adpipe_internal.require_listed(target);
    IF is_own AND NOT EXISTS (SELECT FROM adpipe.coverage c WHERE c.target = $1) THEN
        RAISE EXCEPTION 'report "%" has no rows', target
            USING ERRCODE = 'object_not_in_prerequisite_state',
                  DETAIL = 'Its accounts are those that have rows which you may see.',
                  HINT = adpipe_internal.complete_hint(target, since, until, NULL);
    END IF;
    SELECT count(*), string_agg(format('%s %s (%s)', coalesce(m.account_id, 'all accounts'), m.date_day, m.state), ', ' ORDER BY m.date_day, m.account_id)
                         FILTER (WHERE m.place <= 20),
           min(m.account_id) FILTER (WHERE NOT m.is_listed)
    INTO n, gaps, lost
    FROM (SELECT i.*, row_number() OVER (ORDER BY i.date_day, i.account_id) AS place
          FROM (SELECT c.* FROM adpipe_internal.incomplete_days(target, since, until) c WHERE NOT is_own
                UNION ALL
                SELECT o.* FROM adpipe_internal.own_incomplete_days(target, since, until) o WHERE is_own) i) m;
    IF n > 0 THEN
        RAISE EXCEPTION 'table "%" is not complete from % to %', target, since, until
            USING ERRCODE = 'object_not_in_prerequisite_state',
                  DETAIL = format('%s account-days are not complete: %s%s.', n, gaps, CASE WHEN n > 20 THEN ' and more' ELSE '' END),
                  HINT = adpipe_internal.complete_hint(target, since, until, lost);
    END IF;
END
$$;
COMMENT ON FUNCTION adpipe.require_complete(regclass, date, date) IS
    'An error (55000) that names the account-days of a daily copy, or of a report of register_report(), which are not complete, and those whose stored rows are not what refreshes stored; nothing if all are. It reads the rows of these days. Call it before numbers leave the house.';

CREATE FUNCTION adpipe_internal.confirm_end(target regclass, account_id text) RETURNS bigint
    LANGUAGE sql VOLATILE SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
AS $$
    WITH accepted AS (
        UPDATE adpipe.account_ledger a
        SET ended_day = coalesce((SELECT max(s.date_day) FROM adpipe.slice_ledger s
                                  WHERE s.target = a.target AND s.account_id = a.account_id
                                    AND coalesce(s.asked_at, s.fetched_at)
                                        >= adpipe_internal.readable_at(adpipe_internal.slice_end(s.date_day, t.period), a.time_zone, interval '0')),
                                 '-infinity')
        FROM adpipe.target_ledger t
        WHERE t.target = a.target AND a.target = $1 AND a.account_id = coalesce($2, a.account_id) AND NOT a.is_listed AND a.ended_day IS NULL
        RETURNING 1)
    SELECT count(*) FROM accepted
$$;
COMMENT ON FUNCTION adpipe_internal.confirm_end(regclass, text) IS
    'Writes into the ledger which accounts have ended; part of accept_end().';
REVOKE ALL ON FUNCTION adpipe_internal.confirm_end(regclass, text) FROM PUBLIC;

CREATE FUNCTION adpipe.accept_end(target regclass, account_id text DEFAULT NULL) RETURNS bigint
    LANGUAGE plpgsql
    SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    IF EXISTS (SELECT FROM adpipe.own_reports o WHERE o.report = $1) THEN
        RETURN adpipe_internal.accept_own_end(target, account_id);
    END IF;
    PERFORM adpipe_internal.require_owner(target);
    RETURN adpipe_internal.confirm_end(target, account_id);
END
$$;
COMMENT ON FUNCTION adpipe.accept_end(regclass, text) IS
    'Accepts that accounts have ended: those that are not among those of the source any more, or whose owner has loaded no rows into a report of register_report() since a day before yesterday. Days after their last complete one are not asked of them by require_complete(), and adpipe.health stops to show them, until they are listed again or a later row is loaded. account_id NULL: all such accounts. Returns how many.';
REVOKE ALL ON FUNCTION adpipe.accept_end(regclass, text) FROM PUBLIC;
