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

CREATE FUNCTION adpipe.slice_state(fetched_at timestamptz, failed_at timestamptz, day date, today date,
                                   time_zone text, window_days integer, settle interval, is_cohort boolean)
    RETURNS text
    LANGUAGE sql STABLE PARALLEL SAFE
    RETURN CASE
        WHEN fetched_at IS NULL THEN CASE WHEN failed_at IS NULL THEN 'missing' ELSE 'failed' END
        /* a part of the day only */
        WHEN day < today AND fetched_at < adpipe.readable_at(day, time_zone, interval '0') THEN 'missing'
        WHEN is_cohort OR fetched_at < adpipe.readable_at(day, time_zone, settle) THEN 'provisional'
        WHEN adpipe.day_of(fetched_at, time_zone) - day >= window_days THEN 'final'
        ELSE 'provisional' END;
COMMENT ON FUNCTION adpipe.slice_state(timestamptz, timestamptz, date, date, text, integer, interval, boolean) IS
    'missing, failed, provisional or final; the last two are complete. A day that was read before it was over counts as provisional while it is today, and as missing after that.';

CREATE VIEW adpipe.slices AS
    SELECT s.target, s.account_id, nullif(s.date_day, '-infinity') AS date_day,
           CASE WHEN a.target IS NULL
                THEN CASE WHEN s.fetched_at IS NULL THEN 'failed' ELSE 'provisional' END
                ELSE adpipe.slice_state(s.fetched_at, s.failed_at, s.date_day, a.today, a.time_zone,
                                        a.window_days, a.settle, a.is_cohort) END AS state,
           s.rows, s.content_hash, s.fetched_at, s.changed_at, s.run_id
    FROM adpipe.slice_ledger s
    LEFT JOIN adpipe.account_terms a ON a.target = s.target AND a.account_id = s.account_id
    WHERE adpipe.may_see(s.target, s.account_id);
COMMENT ON VIEW adpipe.slices IS 'Every account-day that was ever asked for; the unit that is replaced as a whole.';
COMMENT ON COLUMN adpipe.slices.target IS 'The local table.';
COMMENT ON COLUMN adpipe.slices.account_id IS 'Account.';
COMMENT ON COLUMN adpipe.slices.date_day IS 'Day; NULL for lists of entities.';
COMMENT ON COLUMN adpipe.slices.state IS 'As in adpipe.coverage.';
COMMENT ON COLUMN adpipe.slices.rows IS 'Rows stored; 0 is an answer, too.';
COMMENT ON COLUMN adpipe.slices.content_hash IS 'Hash of the rows.';
COMMENT ON COLUMN adpipe.slices.fetched_at IS 'When the platform last confirmed or changed them.';
COMMENT ON COLUMN adpipe.slices.changed_at IS 'When they last changed.';
COMMENT ON COLUMN adpipe.slices.run_id IS 'Run that read them last.';
GRANT SELECT ON adpipe.slices TO PUBLIC;

CREATE VIEW adpipe.runs AS
    SELECT r.run_id, r.target, r.started_at, r.ended_at, r.status, r.slices, r.requests, r.rows, r.error
    FROM adpipe.run_ledger r
    WHERE adpipe.may_see(r.target, NULL);
COMMENT ON VIEW adpipe.runs IS 'Refreshes, one row per call and target.';
COMMENT ON COLUMN adpipe.runs.run_id IS 'Number of the run.';
COMMENT ON COLUMN adpipe.runs.target IS 'The local table.';
COMMENT ON COLUMN adpipe.runs.started_at IS 'Start.';
COMMENT ON COLUMN adpipe.runs.ended_at IS 'End.';
COMMENT ON COLUMN adpipe.runs.status IS 'running, succeeded, partial (time or budget was used up, or the platform asked to come back later), failed (some of it), died (the session ended before the run; the next run went on with it).';
COMMENT ON COLUMN adpipe.runs.slices IS 'Slices stored or confirmed.';
COMMENT ON COLUMN adpipe.runs.requests IS 'Questions put to the platform, one per account and chunk, and one per control total.';
COMMENT ON COLUMN adpipe.runs.rows IS 'Rows fetched.';
COMMENT ON COLUMN adpipe.runs.error IS 'Message of the last failure.';
GRANT SELECT ON adpipe.runs TO PUBLIC;

CREATE VIEW adpipe.coverage AS
    SELECT a.target, a.account_id, d::date AS date_day,
           adpipe.slice_state(s.fetched_at, s.failed_at, d::date, a.today, a.time_zone,
                              a.window_days, a.settle, a.is_cohort) AS state
    FROM adpipe.account_terms a
    CROSS JOIN generate_series(a.first_day::timestamp, a.today::timestamp, '1 day') d
    LEFT JOIN adpipe.slice_ledger s
        ON s.target = a.target AND s.account_id = a.account_id AND s.date_day = d::date
    WHERE (a.is_listed OR s.fetched_at IS NOT NULL)
      AND (d < a.today OR s.fetched_at IS NOT NULL)
      AND adpipe.may_see(a.target, a.account_id);
COMMENT ON VIEW adpipe.coverage IS
    'Every account-day that a daily copy is to hold, from its start to yesterday in the account''s zone, and today once it was read.';
COMMENT ON COLUMN adpipe.coverage.target IS 'The local table.';
COMMENT ON COLUMN adpipe.coverage.account_id IS 'Account.';
COMMENT ON COLUMN adpipe.coverage.date_day IS 'Day.';
COMMENT ON COLUMN adpipe.coverage.state IS 'missing, failed (never read, and the last try failed), provisional (complete as of now, the platform may restate it), final (read after the platform''s restatements).';
GRANT SELECT ON adpipe.coverage TO PUBLIC;

CREATE VIEW adpipe.freshness AS
    SELECT a.target, a.account_id, a.last_attempt, a.last_success, c.latest_complete_day,
           adpipe.readable_at(coalesce(c.latest_complete_day + 1, t.first_day), t.time_zone, t.settle)
               + t.every + interval '1 hour' AS expected_by
    FROM adpipe.account_ledger a
    LEFT JOIN adpipe.account_terms t ON t.target = a.target AND t.account_id = a.account_id
    LEFT JOIN LATERAL (
        SELECT max(s.date_day) AS latest_complete_day
        FROM adpipe.slice_ledger s
        WHERE s.target = t.target AND s.account_id = t.account_id AND s.date_day < t.today
          AND s.fetched_at >= adpipe.readable_at(s.date_day, t.time_zone, interval '0')) c ON true
    WHERE a.is_listed AND adpipe.may_see(a.target, a.account_id);
COMMENT ON VIEW adpipe.freshness IS
    'Three clocks per target and account: last attempt, last success, and the latest complete day with the time by which the next is expected.';
COMMENT ON COLUMN adpipe.freshness.target IS 'The local table.';
COMMENT ON COLUMN adpipe.freshness.account_id IS 'Account.';
COMMENT ON COLUMN adpipe.freshness.last_attempt IS 'When it was last asked.';
COMMENT ON COLUMN adpipe.freshness.last_success IS 'When an answer was last stored.';
COMMENT ON COLUMN adpipe.freshness.latest_complete_day IS 'Latest day that was read after it was over; NULL: none, or a list of entities.';
COMMENT ON COLUMN adpipe.freshness.expected_by IS 'When the day after that should be complete, if all is well.';
GRANT SELECT ON adpipe.freshness TO PUBLIC;

CREATE VIEW adpipe.control_totals AS
    SELECT s.target, s.account_id, s.date_day,
           s.spend, s.account_spend, s.account_spend - s.spend AS spend_difference,
           s.impressions, s.account_impressions, s.account_impressions - s.impressions AS impressions_difference
    FROM adpipe.slice_ledger s
    WHERE s.account_spend IS NOT NULL AND adpipe.may_see(s.target, s.account_id);
COMMENT ON VIEW adpipe.control_totals IS
    'Sums of each slice beside what the platform says of the account as a whole. Finer grains lack some of it by their nature (Performance Max has no ads, rare search terms are withheld), some reports show it several times.';
COMMENT ON COLUMN adpipe.control_totals.target IS 'The local table.';
COMMENT ON COLUMN adpipe.control_totals.account_id IS 'Account.';
COMMENT ON COLUMN adpipe.control_totals.date_day IS 'Day.';
COMMENT ON COLUMN adpipe.control_totals.spend IS 'Spend stored.';
COMMENT ON COLUMN adpipe.control_totals.account_spend IS 'Spend of the account, asked in the same refresh.';
COMMENT ON COLUMN adpipe.control_totals.spend_difference IS 'What the slice lacks.';
COMMENT ON COLUMN adpipe.control_totals.impressions IS 'Impressions stored.';
COMMENT ON COLUMN adpipe.control_totals.account_impressions IS 'Impressions of the account.';
COMMENT ON COLUMN adpipe.control_totals.impressions_difference IS 'What the slice lacks.';
GRANT SELECT ON adpipe.control_totals TO PUBLIC;

CREATE VIEW adpipe.settings_changes AS
    SELECT c.target, c.account_id, c.setting, c.old_value, c.new_value, c.seen_at
    FROM adpipe.settings_change_ledger c
    WHERE adpipe.may_see(c.target, c.account_id);
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
           round(r.rows / nullif(extract(epoch FROM adpipe.clock() - r.started_at), 0)) AS rows_per_second,
           CASE WHEN r.chunks_done > 0 THEN date_trunc('second',
               (adpipe.clock() - r.started_at) * (r.chunks - r.chunks_done) / r.chunks_done) END AS time_left
    FROM adpipe.run_ledger r
    LEFT JOIN LATERAL (SELECT string_agg(l.account_id, ', ' ORDER BY l.account_id) AS account_id
                       FROM adpipe.claim_ledger l WHERE l.run_id = r.run_id) c ON true
    WHERE r.status = 'running' AND adpipe.is_running(r.pid, r.backend_start, r.query_start)
      AND adpipe.may_see(r.target, NULL);
COMMENT ON VIEW adpipe.progress IS 'Refreshes that are at work now.';
COMMENT ON COLUMN adpipe.progress.target IS 'The local table.';
COMMENT ON COLUMN adpipe.progress.account_id IS 'Accounts being asked.';
COMMENT ON COLUMN adpipe.progress.chunk IS 'Chunk that it is at.';
COMMENT ON COLUMN adpipe.progress.chunks IS 'Chunks in all.';
COMMENT ON COLUMN adpipe.progress.rows IS 'Rows fetched so far.';
COMMENT ON COLUMN adpipe.progress.rows_per_second IS 'Of which per second.';
COMMENT ON COLUMN adpipe.progress.time_left IS 'Time left if the rest goes like the part that is done.';
GRANT SELECT ON adpipe.progress TO PUBLIC;

CREATE FUNCTION adpipe.progress_text(run_id bigint) RETURNS text
    LANGUAGE sql VOLATILE SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
AS $$
    SELECT format('%s: chunk %s of %s, %s rows', r.target, r.chunks_done, r.chunks, r.rows)
    FROM adpipe.run_ledger r WHERE r.run_id = $1 AND adpipe.is_acting(r.target)
$$;
COMMENT ON FUNCTION adpipe.progress_text(bigint) IS 'How far a run is, for who waits at a prompt.';
REVOKE ALL ON FUNCTION adpipe.progress_text(bigint) FROM PUBLIC;

/*
 * A day counts when every account has it and every day before it: what lies
 * above is read from the platform, so that no hole shows as a small number.
 */
CREATE VIEW adpipe.stored_days AS
    SELECT t.target,
           (SELECT coalesce(min(coalesce(gap.first_gap, a.today) - 1), t.start_day - 1)
            FROM adpipe.account_terms a
            CROSS JOIN LATERAL (
                SELECT min(d)::date AS first_gap
                FROM generate_series(a.first_day::timestamp, (a.today - 1)::timestamp, '1 day') d
                LEFT JOIN adpipe.slice_ledger s
                    ON s.target = a.target AND s.account_id = a.account_id AND s.date_day = d::date
                WHERE s.fetched_at IS NULL
                   OR s.fetched_at < adpipe.readable_at(d::date, a.time_zone, interval '0')) gap
            WHERE a.target = t.target AND a.is_listed) AS stored_until
    FROM adpipe.target_ledger t
    WHERE NOT row_security_active(t.target) AND adpipe.may_read_through(t.target);
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
    ELSIF NOT coalesce(adpipe.may_read_through(target), false) THEN
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
    columns text := adpipe.column_list(target);
    name text;
BEGIN
    PERFORM adpipe.require_owner(target);
    facts := adpipe.target_of(target);
    IF NOT facts.is_daily THEN
        RAISE EXCEPTION 'table "%" has no days', target
            USING ERRCODE = 'wrong_object_type', HINT = 'A list of entities is read from its foreign table.';
    ELSIF (SELECT c.relrowsecurity FROM pg_class c WHERE c.oid = target) THEN
        RAISE EXCEPTION 'table "%" has row-level security', target
            USING ERRCODE = 'feature_not_supported',
                  DETAIL = 'A live view reads the platform as its owner, for whom no policy holds.';
    END IF;
    SELECT format('%I.%I', n.nspname, adpipe.name_with(c.relname, '_live')) INTO name
    FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace WHERE c.oid = target;
    EXECUTE format('CREATE VIEW %1$s AS '
                   'SELECT %2$s, _fetched_at FROM %3$s WHERE date_day <= (SELECT adpipe.stored_until(%4$L::regclass)) '
                   'UNION ALL '
                   'SELECT %2$s, NULL::timestamptz FROM %5$s WHERE date_day > (SELECT adpipe.stored_until(%4$L::regclass))',
                   name, columns, target, target, facts.source);
    EXECUTE format('COMMENT ON VIEW %s IS %L', name,
                   format('%s as far as it is complete, then %s.', target, facts.source));
    RETURN name::regclass;
END
$$;
COMMENT ON FUNCTION adpipe.live_view(regclass) IS
    'Makes a view <target>_live: the days that are stored completely from the local copy, later ones from the platform. A query about stored days sends nothing. _fetched_at is NULL in rows that come from the platform.';
REVOKE ALL ON FUNCTION adpipe.live_view(regclass) FROM PUBLIC;

CREATE FUNCTION adpipe.require_complete(target regclass, since date, until date) RETURNS void
    LANGUAGE plpgsql STABLE
    SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    gaps text;
    n bigint;
BEGIN
    PERFORM adpipe.require_target(target);
    IF NOT coalesce(isfinite(since) AND isfinite(until) AND since <= until, false) THEN
        RAISE EXCEPTION 'there are no days from % to %', since, until
            USING ERRCODE = 'invalid_parameter_value';
    END IF;
    IF NOT EXISTS (SELECT FROM adpipe.freshness f WHERE f.target = $1) THEN
        RAISE EXCEPTION 'table "%" was never refreshed', target
            USING ERRCODE = 'object_not_in_prerequisite_state',
                  HINT = format('CALL adpipe.refresh(%L);', target);
    END IF;
    SELECT count(*), string_agg(format('%s %s (%s)', m.account_id, m.day, m.state), ', ' ORDER BY m.day, m.account_id)
                         FILTER (WHERE m.place <= 20)
    INTO n, gaps
    FROM (SELECT f.account_id, d::date AS day, coalesce(c.state, 'missing') AS state,
                 row_number() OVER (ORDER BY d, f.account_id) AS place
          FROM adpipe.freshness f
          CROSS JOIN generate_series(since::timestamp, until::timestamp, '1 day') d
          LEFT JOIN adpipe.coverage c ON c.target = $1 AND c.account_id = f.account_id AND c.date_day = d::date
          WHERE f.target = $1 AND coalesce(c.state, 'missing') NOT IN ('provisional', 'final')) m;
    IF n > 0 THEN
        RAISE EXCEPTION 'table "%" is not complete from % to %', target, since, until
            USING ERRCODE = 'object_not_in_prerequisite_state',
                  DETAIL = format('%s account-days are missing: %s%s.', n, gaps, CASE WHEN n > 20 THEN ' and more' ELSE '' END),
                  HINT = format('CALL adpipe.refresh(%L, %L, %L);', target, since, until);
    END IF;
END
$$;
COMMENT ON FUNCTION adpipe.require_complete(regclass, date, date) IS
    'An error (55000) that names the account-days of a daily copy which are not complete; nothing if all are. Call it before numbers leave the house.';
