/*
 * run_ledger.sql: the functions by which refreshes write the ledger.  They run
 * with the rights of the extension's owner, and are for the roles that
 * grant_loader() names, each for its own copies: see guard.sql.
 */

/*
 * A process number comes again, and a session outlives its statement: what is
 * at work is known by process, its start and the start of its statement.
 */
CREATE FUNCTION adpipe_internal.is_running(pid integer, backend_start timestamptz, query_start timestamptz)
    RETURNS boolean
    LANGUAGE sql STABLE SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
AS $$
    SELECT pg_is_in_recovery() OR EXISTS (
        SELECT FROM pg_stat_activity a
        WHERE a.pid = $1 AND a.backend_start = $2
          AND (a.state = 'disabled' OR a.state <> 'idle' AND a.query_start = $3))
$$;
COMMENT ON FUNCTION adpipe_internal.is_running(integer, timestamptz, timestamptz) IS
    'Whether a statement of a session is still at work; true on a standby, which does not see the sessions of its primary.';

/*
 * A run can end between the moment at which a view reads the ledger and that at
 * which it looks for the session, so both are looked at again.
 */
CREATE FUNCTION adpipe_internal.is_dead(run adpipe.run_ledger) RETURNS boolean
    LANGUAGE plpgsql VOLATILE SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    IF run.status <> 'running' THEN
        RETURN false;
    END IF;
    PERFORM pg_stat_clear_snapshot();
    IF adpipe_internal.is_running(run.pid, run.backend_start, run.query_start) THEN
        RETURN false;
    END IF;
    RETURN EXISTS (SELECT FROM adpipe.run_ledger r
                   WHERE r.run_id = run.run_id AND r.pid = run.pid AND r.backend_start = run.backend_start
                     AND r.query_start = run.query_start AND r.status = 'running');
END
$$;
COMMENT ON FUNCTION adpipe_internal.is_dead(adpipe.run_ledger) IS
    'Whether the session of a run is gone without having ended it.';

/* The lock under which an account's slices are replaced; its chunks are claimed under one of their own. */
CREATE FUNCTION adpipe_internal.lock_account(target regclass, account_id text) RETURNS void
    LANGUAGE sql VOLATILE
    SET search_path = pg_catalog, pg_temp
AS $$ SELECT adpipe_internal.lock_target(target, 'account ' || account_id) $$;
COMMENT ON FUNCTION adpipe_internal.lock_account(regclass, text) IS
    'Keeps other refreshes from an account of a target until the transaction ends.';
REVOKE ALL ON FUNCTION adpipe_internal.lock_account(regclass, text) FROM PUBLIC;

CREATE FUNCTION adpipe_internal.begin_run(target regclass, since date, until date, is_scheduled boolean,
                                          access_mark text DEFAULT NULL)
    RETURNS adpipe.run_ledger
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
AS $$
#variable_conflict use_column
DECLARE
    run adpipe.run_ledger;
    first bigint;
BEGIN
    /* Runs begin one after the other, so that each sees those before it. */
    PERFORM adpipe_internal.lock_target(target, 'runs');
    UPDATE adpipe.run_ledger r
    SET status = 'died', ended_at = adpipe_internal.clock(), error = 'the session ended before the run did'
    WHERE r.target = $1 AND r.status = 'running'
      AND NOT adpipe_internal.is_running(r.pid, r.backend_start, r.query_start);
    /*
     * What others store now is not fetched again, nor what a dead run stored:
     * go back to the earliest run since the last that ended, at most a day.
     * For a scheduled run the time that a slice was asked for says whether it is
     * due, so that runs which die one after the other keep the last days young;
     * and who asks for days gets them read, whatever a dead run stored.
     */
    SELECT min(r.run_id) INTO first
    FROM adpipe.run_ledger r
    WHERE r.target = $1 AND (r.status = 'running' OR r.status = 'died' AND NOT $4 AND $2 IS NULL AND $3 IS NULL)
      AND r.started_at > adpipe_internal.clock() - interval '1 day'
      AND r.run_id > coalesce((SELECT max(e.run_id) FROM adpipe.run_ledger e
                               WHERE e.target = $1 AND e.status NOT IN ('running', 'died')), 0);
    IF since IS NOT NULL THEN
        UPDATE adpipe.target_ledger t
        SET start_day = least(t.start_day, greatest(adpipe_internal.slice_start($2, t.period), adpipe_internal.slice_from(
                              (adpipe_internal.day_of(adpipe_internal.clock(), 'UTC')
                               - (adpipe_internal.source_policy(t.source)).reach)::date + 2, t.period)))
        WHERE t.target = $1 AND t.is_daily;
    END IF;
    INSERT INTO adpipe.run_ledger AS r (target, since, until, is_scheduled, access_mark, first_run_id, started_at,
                                        status, pid, backend_start, query_start)
    SELECT $1, $2, $3, $4, $5, 0, adpipe_internal.clock(), 'running', a.pid, a.backend_start, statement_timestamp()
    FROM pg_stat_activity a WHERE a.pid = pg_backend_pid()
    RETURNING * INTO run;
    UPDATE adpipe.run_ledger r SET first_run_id = coalesce(first, run.run_id)
    WHERE r.run_id = run.run_id RETURNING * INTO run;
    RETURN run;
END
$$;
COMMENT ON FUNCTION adpipe_internal.begin_run(regclass, date, date, boolean, text) IS
    'Enters a run into the ledger, after marking runs whose session is gone as died.';
REVOKE ALL ON FUNCTION adpipe_internal.begin_run(regclass, date, date, boolean, text) FROM PUBLIC;

/* Runs of a copy begin one after the other, so that one of those side by side has none before it. */
CREATE FUNCTION adpipe_internal.has_elder_run(run adpipe.run_ledger) RETURNS boolean
    LANGUAGE sql VOLATILE SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
AS $$
    SELECT EXISTS (SELECT FROM adpipe.run_ledger r
                   WHERE r.target = run.target AND r.run_id < run.run_id AND r.status = 'running'
                     AND r.started_at > run.started_at - interval '15 minutes'
                     AND adpipe_internal.is_running(r.pid, r.backend_start, r.query_start)
                     AND adpipe_internal.is_acting(r.target))
$$;
COMMENT ON FUNCTION adpipe_internal.has_elder_run(adpipe.run_ledger) IS
    'Whether another session began to refresh the same copy a short time before and is at work; it asks for the settings.';
REVOKE ALL ON FUNCTION adpipe_internal.has_elder_run(adpipe.run_ledger) FROM PUBLIC;

CREATE FUNCTION adpipe_internal.end_run(run_id bigint, status text, failure adpipe.failure) RETURNS void
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
AS $$
#variable_conflict use_column
DECLARE
    run adpipe.run_ledger;
    kept adpipe.failure := adpipe_internal.for_ledger(failure);
    has_failed boolean := kept.message IS NOT NULL;
BEGIN
    PERFORM adpipe_internal.require_acting((SELECT r.target FROM adpipe.run_ledger r WHERE r.run_id = $1));
    UPDATE adpipe.run_ledger r
    SET ended_at = adpipe_internal.clock(), status = CASE WHEN r.failed > 0 OR has_failed THEN 'failed'
                                                                      WHEN r.error IS NOT NULL THEN 'partial' ELSE $2 END
    WHERE r.run_id = $1 RETURNING * INTO run;
    IF has_failed THEN
        UPDATE adpipe.run_ledger r SET error = kept.message, sqlstate = kept.code, detail = kept.detail, hint = kept.hint
        WHERE r.run_id = $1;
    END IF;
    DELETE FROM adpipe.claim_ledger c WHERE c.run_id = $1;
    UPDATE adpipe.target_ledger t
    SET failing_since = CASE WHEN has_failed THEN coalesce(t.failing_since, run.ended_at) END,
        failures = CASE WHEN has_failed THEN t.failures + 1 ELSE 0 END,
        failed_at = CASE WHEN has_failed THEN run.started_at END,
        error = kept.message, sqlstate = kept.code, detail = kept.detail, hint = kept.hint,
        is_local = kept.is_local, access_mark = run.access_mark
    WHERE t.target = run.target;
    PERFORM pg_notify('adpipe', json_build_object('event', 'refresh', 'target', run.target::oid::bigint,
                                                  'run_id', run.run_id, 'status', run.status,
                                                  'changed', run.changed > 0)::text);
END
$$;
COMMENT ON FUNCTION adpipe_internal.end_run(bigint, text, adpipe.failure) IS
    'Closes a run and notifies who listens on channel adpipe; failure: why it failed as a whole.';
REVOKE ALL ON FUNCTION adpipe_internal.end_run(bigint, text, adpipe.failure) FROM PUBLIC;

CREATE FUNCTION adpipe_internal.claim_chunk(run_id bigint, account_id text, since date, until date)
    RETURNS boolean
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
AS $$
#variable_conflict use_column
DECLARE
    run adpipe.run_ledger;
BEGIN
    SELECT * INTO STRICT run FROM adpipe.run_ledger r WHERE r.run_id = $1;
    /* Not the lock under which slices are stored: who claims other days does not wait for that. */
    PERFORM adpipe_internal.lock_target(run.target, 'claims of ' || account_id);
    /* Sessions as they are now, not as they were before the wait for the lock. */
    PERFORM pg_stat_clear_snapshot();
    DELETE FROM adpipe.claim_ledger c
    WHERE c.target = run.target AND c.account_id = $2 AND c.since <= $4 AND c.until >= $3
      AND NOT adpipe_internal.is_running(c.pid, c.backend_start, c.query_start);
    IF EXISTS (SELECT FROM adpipe.claim_ledger c
               WHERE c.target = run.target AND c.account_id = $2 AND c.since <= $4 AND c.until >= $3) THEN
        RETURN false;
    END IF;
    /* Another refresher may have been here between the plan and now. */
    IF (SELECT count(*) FROM adpipe.slice_ledger s
        WHERE s.target = run.target AND s.account_id = $2 AND s.date_day BETWEEN $3 AND $4
          AND s.run_id <> $1 AND adpipe_internal.is_done(run, s))
       = (CASE WHEN isfinite(since) THEN until - since + 1 ELSE 1 END) THEN
        RETURN false;
    END IF;
    INSERT INTO adpipe.claim_ledger
    VALUES (run.target, account_id, since, until, run_id, run.pid, run.backend_start, run.query_start, adpipe_internal.clock());
    UPDATE adpipe.account_ledger a SET last_attempt = adpipe_internal.clock()
    WHERE a.target = run.target AND a.account_id = $2;
    RETURN true;
END
$$;
COMMENT ON FUNCTION adpipe_internal.claim_chunk(bigint, text, date, date) IS
    'Takes a chunk for a run; false if another refresher has it, or has just done it. A claim whose session is gone does not count.';
REVOKE ALL ON FUNCTION adpipe_internal.claim_chunk(bigint, text, date, date) FROM PUBLIC;

CREATE FUNCTION adpipe_internal.account_options(source regclass) RETURNS text
    LANGUAGE sql STABLE
    SET search_path = pg_catalog, pg_temp
AS $$
    SELECT coalesce(string_agg(o.place || o.option_name || '=' || o.option_value, ' ' ORDER BY o.place, o.option_name), '')
    FROM pg_foreign_table t
    JOIN pg_foreign_server s ON s.oid = t.ftserver
    CROSS JOIN LATERAL (SELECT 'server ' AS place, p.* FROM pg_options_to_table(s.srvoptions) p
                        UNION ALL SELECT 'table ', p.* FROM pg_options_to_table(t.ftoptions) p) o
    WHERE t.ftrelid = source
      AND o.option_name IN ('account_id', 'app_id', 'customer_id', 'login_customer_id', 'advertiser_id', 'manager_account_id')
$$;
COMMENT ON FUNCTION adpipe_internal.account_options(regclass) IS
    'The options of a foreign table and its server that name accounts.';

CREATE FUNCTION adpipe_internal.note_accounts(target regclass, accounts jsonb) RETURNS void
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
AS $$
#variable_conflict use_column
BEGIN
    /* An error here, and not in every view, if this server does not know a zone. */
    PERFORM clock_timestamp() AT TIME ZONE f.time_zone FROM jsonb_to_recordset(accounts) f (time_zone text);
    /* Slices before accounts, as a storing session locks them. */
    PERFORM adpipe_internal.note_setting($1, f.account_id, s.setting, s.value)
    FROM jsonb_to_recordset(accounts) f (account_id text, time_zone text, currency text)
    CROSS JOIN LATERAL (VALUES ('time_zone', f.time_zone), ('currency', f.currency)) s (setting, value)
    WHERE s.value IS NOT NULL;
    UPDATE adpipe.account_ledger a SET is_listed = false
    WHERE a.target = $1 AND a.is_listed
      AND a.account_id NOT IN (SELECT value ->> 'account_id' FROM jsonb_array_elements(accounts));
    /* The ledger's own currency stays: a copy holds one, see check_currency(). */
    INSERT INTO adpipe.account_ledger AS a (target, account_id, account_name, time_zone, currency, is_listed, listed_at)
    SELECT $1, f.account_id, f.account_name, f.time_zone, f.currency, true, adpipe_internal.clock()
    FROM jsonb_to_recordset(accounts) f (account_id text, account_name text, time_zone text, currency text)
    ON CONFLICT (target, account_id) DO UPDATE
    SET account_name = coalesce(excluded.account_name, a.account_name),
        time_zone = coalesce(excluded.time_zone, a.time_zone),
        currency = coalesce(a.currency, excluded.currency),
        is_listed = true, listed_at = excluded.listed_at, ended_day = NULL,
        /* days end at other moments */
        whole_since = CASE WHEN coalesce(excluded.time_zone, a.time_zone) IS NOT DISTINCT FROM a.time_zone THEN a.whole_since END,
        whole_until = CASE WHEN coalesce(excluded.time_zone, a.time_zone) IS NOT DISTINCT FROM a.time_zone THEN a.whole_until END,
        final_until = CASE WHEN coalesce(excluded.time_zone, a.time_zone) IS NOT DISTINCT FROM a.time_zone THEN a.final_until END;
    UPDATE adpipe.target_ledger t SET listed_as = adpipe_internal.account_options(t.source) WHERE t.target = $1;
END
$$;
COMMENT ON FUNCTION adpipe_internal.note_accounts(regclass, jsonb) IS
    'Records which accounts a target has, with zone and currency.';
REVOKE ALL ON FUNCTION adpipe_internal.note_accounts(regclass, jsonb) FROM PUBLIC;

/*
 * Without statistics the planner expects a handful of rows in each table.
 * Autovacuum comes within minutes, which a refresh does not wait for.
 */
CREATE FUNCTION adpipe_internal.analyze_grown(relations regclass[]) RETURNS void
    LANGUAGE plpgsql
    SET search_path = pg_catalog, pg_temp
    SET client_min_messages = error -- no warning about a table that is locked and skipped
AS $$
DECLARE
    relation regclass;
BEGIN
    FOR relation IN
        SELECT c.oid FROM pg_class c
        WHERE c.oid = ANY (relations)
          AND pg_relation_size(c.oid) > 2 * c.relpages::bigint * current_setting('block_size')::bigint
    LOOP
        EXECUTE format('ANALYZE (SKIP_LOCKED) %s', relation);
    END LOOP;
END
$$;
COMMENT ON FUNCTION adpipe_internal.analyze_grown(regclass[]) IS
    'Analyzes the tables that have doubled since they were analyzed; part of refresh() and adopt().';
REVOKE ALL ON FUNCTION adpipe_internal.analyze_grown(regclass[]) FROM PUBLIC;

/* Else accounts would be joined with accounts, or copies with copies, in nested loops. */
CREATE FUNCTION adpipe_internal.analyze_ledgers(target regclass) RETURNS void
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    PERFORM adpipe_internal.require_acting(target);
    PERFORM adpipe_internal.analyze_grown(ARRAY(
        SELECT c.oid FROM pg_class c
        WHERE c.relnamespace = 'adpipe'::regnamespace AND c.relkind = 'r' AND c.relname LIKE '%\_ledger'));
END
$$;
COMMENT ON FUNCTION adpipe_internal.analyze_ledgers(regclass) IS
    'analyze_grown() of the tables of the ledger.';
REVOKE ALL ON FUNCTION adpipe_internal.analyze_ledgers(regclass) FROM PUBLIC;

/* A conversion counts for the day of its click for as long as the longest window of any action. */
CREATE FUNCTION adpipe_internal.note_windows(target regclass) RETURNS void
    LANGUAGE sql SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
AS $$
    SELECT adpipe_internal.require_acting($1);
    /* In order, so that refreshers side by side do not wait for each other in a circle. */
    SELECT FROM adpipe.account_ledger a WHERE a.target = $1 ORDER BY a.account_id FOR NO KEY UPDATE;
    UPDATE adpipe.account_ledger a SET window_days = w.days
    FROM (SELECT s.account_id, max(s.value::integer) AS days
          FROM adpipe.settings_ledger s
          JOIN adpipe.settings_ledger e
              ON e.target = s.target AND e.account_id = s.account_id AND e.value = 'ENABLED'
             AND e.setting = regexp_replace(s.setting, '[^/]+$', 'status')
          WHERE s.target = $1
            AND s.setting LIKE 'conversion\_action/%/click\_through\_lookback\_window\_days'
          GROUP BY s.account_id) w
    WHERE a.target = $1 AND a.account_id = w.account_id AND a.window_days IS DISTINCT FROM w.days
$$;
COMMENT ON FUNCTION adpipe_internal.note_windows(regclass) IS
    'Takes the longest conversion window of each account from its settings; it widens the range of days that are read again.';
REVOKE ALL ON FUNCTION adpipe_internal.note_windows(regclass) FROM PUBLIC;

CREATE FUNCTION adpipe_internal.account_of(target regclass, account_id text) RETURNS adpipe.account_ledger
    LANGUAGE sql STABLE SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
AS $$
    SELECT a FROM adpipe.account_ledger a
    WHERE a.target = $1 AND a.account_id = $2 AND adpipe_internal.is_acting($1)
$$;
COMMENT ON FUNCTION adpipe_internal.account_of(regclass, text) IS 'What the ledger knows of an account.';
REVOKE ALL ON FUNCTION adpipe_internal.account_of(regclass, text) FROM PUBLIC;

/*
 * The caller holds the account's lock.  Returns the days whose rows are to be
 * replaced: not those whose rows are as fetched already, nor those for which a
 * later answer is stored.  stored_hash is that of the rows in the copy; where it
 * is not given, the ledger's stands for it.  Control totals that were not asked
 * stay with rows that stay, and are unknown beside new ones.
 */
CREATE FUNCTION adpipe_internal.record_slices(run_id bigint, account_id text, asked_at timestamptz, slices jsonb)
    RETURNS date[]
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
AS $$
#variable_conflict use_column
DECLARE
    run adpipe.run_ledger;
    now timestamptz := adpipe_internal.clock();
    new_days date[];
    total bigint;
    stored integer;
BEGIN
    SELECT * INTO STRICT run FROM adpipe.run_ledger r WHERE r.run_id = $1;
    SELECT coalesce(array_agg(f.date_day) FILTER (
               WHERE f.stored_hash <> f.content_hash OR s.fetched_at IS NULL
                  OR s.content_hash <> f.content_hash AND (f.stored_hash IS NULL OR s.content_hash LIKE '4:%')), '{}'),
           sum(f.rows), count(*)
    INTO new_days, total, stored
    FROM jsonb_to_recordset(slices) f (date_day date, rows bigint, content_hash text, stored_hash text)
    LEFT JOIN adpipe.slice_ledger s ON s.target = run.target AND s.account_id = $2 AND s.date_day = f.date_day
    WHERE coalesce(s.asked_at <= $3, true);
    INSERT INTO adpipe.slice_ledger AS s
        (target, account_id, date_day, rows, content_hash, fetched_at, changed_at, asked_at, run_id,
         spend, account_spend, impressions, account_impressions, controlled_at, checked_at)
    SELECT run.target, $2, f.date_day, f.rows, f.content_hash, now, now, $3, $1,
           f.spend, f.account_spend, f.impressions, f.account_impressions, CASE WHEN f.account_spend IS NOT NULL THEN $3 END, now
    FROM jsonb_to_recordset(slices) f (date_day date, rows bigint, content_hash text, spend numeric,
                                       account_spend numeric, impressions numeric, account_impressions numeric)
    ON CONFLICT (target, account_id, date_day) DO UPDATE
    SET rows = excluded.rows, content_hash = excluded.content_hash, fetched_at = now,
        changed_at = CASE WHEN excluded.date_day = ANY (new_days) THEN now ELSE s.changed_at END,
        asked_at = excluded.asked_at, run_id = excluded.run_id, failed_at = NULL, failures = 0, late_until = NULL, adopted_at = NULL,
        stale_since = CASE WHEN s.stale_since > excluded.asked_at THEN s.stale_since END,
        spend = excluded.spend, impressions = excluded.impressions,
        account_spend = CASE WHEN excluded.controlled_at IS NULL AND excluded.date_day <> ALL (new_days)
                             THEN s.account_spend ELSE excluded.account_spend END,
        account_impressions = CASE WHEN excluded.controlled_at IS NULL AND excluded.date_day <> ALL (new_days)
                                   THEN s.account_impressions ELSE excluded.account_impressions END,
        controlled_at = coalesce(excluded.controlled_at, s.controlled_at),
        checked_at = now, differs_since = NULL
    WHERE coalesce(s.asked_at <= excluded.asked_at, true);
    DELETE FROM adpipe.claim_ledger c
    WHERE c.run_id = $1 AND c.account_id = $2
      AND c.since = (SELECT min(f.date_day) FROM jsonb_to_recordset(slices) f (date_day date));
    UPDATE adpipe.run_ledger r
    SET chunks_done = r.chunks_done + 1, slices = r.slices + stored, rows = r.rows + coalesce(total, 0),
        changed = r.changed + cardinality(new_days)
    WHERE r.run_id = $1;
    RETURN new_days;
END
$$;
COMMENT ON FUNCTION adpipe_internal.record_slices(bigint, text, timestamptz, jsonb) IS
    'Writes an account''s fetched slices into the ledger and returns the days whose rows are to be replaced.';
REVOKE ALL ON FUNCTION adpipe_internal.record_slices(bigint, text, timestamptz, jsonb) FROM PUBLIC;

/*
 * A storing transaction calls this last, since it locks the account's row, for
 * which claims of other days wait, and the copy's version.  stored: the written
 * days as the copy now holds them; a trigger or rule may have changed them.
 */
CREATE FUNCTION adpipe_internal.finish_slices(target regclass, account_id text, days date[], stored jsonb) RETURNS void
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
AS $$
#variable_conflict use_column
DECLARE
    now timestamptz := adpipe_internal.clock();
    is_whole boolean;
BEGIN
    UPDATE adpipe.slice_ledger s SET differs_since = now
    WHERE s.target = $1 AND s.account_id = $2 AND s.date_day = ANY (days)
      AND s.content_hash <> coalesce((SELECT f.content_hash
                                      FROM jsonb_to_recordset(stored) f (date_day date, content_hash text)
                                      WHERE f.date_day = s.date_day), adpipe_internal.content_hash(0, NULL));
    /* Days that can be read do not make up for others that failed. */
    is_whole := NOT EXISTS (SELECT FROM adpipe.slice_ledger s
                            JOIN adpipe.account_terms t ON t.target = s.target AND t.account_id = s.account_id
                            WHERE s.target = $1 AND s.account_id = $2 AND s.failed_at IS NOT NULL
                              AND s.date_day >= greatest(t.first_day, t.reach_day));
    UPDATE adpipe.account_ledger a
    SET last_success = now, failures = 0, failing_since = CASE WHEN NOT is_whole THEN a.failing_since END,
        error = CASE WHEN NOT is_whole THEN a.error END, sqlstate = CASE WHEN NOT is_whole THEN a.sqlstate END,
        detail = CASE WHEN NOT is_whole THEN a.detail END, hint = CASE WHEN NOT is_whole THEN a.hint END,
        access_mark = CASE WHEN NOT is_whole THEN a.access_mark END
    WHERE a.target = $1 AND a.account_id = $2;
    IF cardinality(days) > 0 THEN
        PERFORM adpipe_internal.stamp_slices(target, account_id, days);
    END IF;
END
$$;
COMMENT ON FUNCTION adpipe_internal.finish_slices(regclass, text, date[], jsonb) IS
    'Ends the transaction that stored slices: what became of them, that the account could be read, their version.';
REVOKE ALL ON FUNCTION adpipe_internal.finish_slices(regclass, text, date[], jsonb) FROM PUBLIC;

/*
 * An error of this server does not count as a failure of the account.  Whatever fails in one run
 * counts from its start, so that all of it is tried again by the same call.
 */
CREATE FUNCTION adpipe_internal.record_failure(run_id bigint, account_id text, since date, until date,
                                               failure adpipe.failure) RETURNS void
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
AS $$
#variable_conflict use_column
DECLARE
    run adpipe.run_ledger;
    kept adpipe.failure := adpipe_internal.for_ledger(failure, account_id);
    whole adpipe.failure := adpipe_internal.for_ledger(failure);
BEGIN
    SELECT * INTO STRICT run FROM adpipe.run_ledger r WHERE r.run_id = $1;
    INSERT INTO adpipe.slice_ledger AS s (target, account_id, date_day, failed_at, failures)
    SELECT run.target, $2, d::date, run.started_at, 1
    FROM generate_series(since::timestamp, until::timestamp, '1 day') d
    WHERE isfinite(since)
    ON CONFLICT (target, account_id, date_day) DO UPDATE SET failed_at = run.started_at, failures = s.failures + 1;
    IF NOT kept.is_local THEN
        UPDATE adpipe.account_ledger a
        SET failing_since = coalesce(a.failing_since, adpipe_internal.clock()), failures = a.failures + 1,
            failed_at = run.started_at, last_attempt = adpipe_internal.clock(),
            error = kept.message, sqlstate = kept.code, detail = kept.detail, hint = kept.hint, access_mark = run.access_mark
        WHERE a.target = run.target AND a.account_id = $2;
    END IF;
    DELETE FROM adpipe.claim_ledger c
    WHERE c.run_id = $1 AND c.account_id = $2 AND c.since = $3;
    UPDATE adpipe.run_ledger r
    SET chunks_done = r.chunks_done + 1, failed = r.failed + 1,
        error = whole.message, sqlstate = whole.code, detail = whole.detail, hint = whole.hint
    WHERE r.run_id = $1;
END
$$;
COMMENT ON FUNCTION adpipe_internal.record_failure(bigint, text, date, date, adpipe.failure) IS
    'Writes into the ledger that a chunk could not be fetched or stored; what is stored of it stays.';
REVOKE ALL ON FUNCTION adpipe_internal.record_failure(bigint, text, date, date, adpipe.failure) FROM PUBLIC;

/*
 * The account can be read, so nothing of it fails.  Of the days after the late one
 * each is asked for by itself the next time.
 */
CREATE FUNCTION adpipe_internal.record_late(run_id bigint, account_id text, since date, day date, failure adpipe.failure)
    RETURNS void
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
AS $$
#variable_conflict use_column
DECLARE
    run adpipe.run_ledger;
    kept adpipe.failure := adpipe_internal.for_ledger(failure);
    again timestamptz := adpipe_internal.come_back_at(failure.retry);
BEGIN
    SELECT * INTO STRICT run FROM adpipe.run_ledger r WHERE r.run_id = $1;
    PERFORM adpipe_internal.require_acting(run.target);
    INSERT INTO adpipe.slice_ledger AS s (target, account_id, date_day, late_until)
    VALUES (run.target, $2, $4, again)
    ON CONFLICT (target, account_id, date_day) DO UPDATE SET late_until = again;
    DELETE FROM adpipe.claim_ledger c WHERE c.run_id = $1 AND c.account_id = $2 AND c.since = $3;
    UPDATE adpipe.run_ledger r
    SET chunks_done = r.chunks_done + 1, error = kept.message, sqlstate = kept.code, detail = kept.detail, hint = kept.hint
    WHERE r.run_id = $1;
    RAISE NOTICE 'day % of account % of % is not prepared yet', day, account_id, run.target
        USING DETAIL = format('A refresh asks for it again from %s on.', to_char(again AT TIME ZONE 'UTC', 'YYYY-MM-DD HH24:MI "UTC"'));
END
$$;
COMMENT ON FUNCTION adpipe_internal.record_late(bigint, text, date, date, adpipe.failure) IS
    'Writes into the ledger that a platform is still preparing a day, and when to ask again.';
REVOKE ALL ON FUNCTION adpipe_internal.record_late(bigint, text, date, date, adpipe.failure) FROM PUBLIC;

CREATE FUNCTION adpipe_internal.note_progress(run_id bigint, chunks integer, requests integer) RETURNS void
    LANGUAGE sql SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
AS $$
    UPDATE adpipe.run_ledger r
    SET chunks = coalesce($2, r.chunks), requests = r.requests + coalesce($3, 0)
    WHERE r.run_id = $1
$$;
COMMENT ON FUNCTION adpipe_internal.note_progress(bigint, integer, integer) IS
    'Writes into the ledger how many chunks a run has before it, or what it has asked.';
REVOKE ALL ON FUNCTION adpipe_internal.note_progress(bigint, integer, integer) FROM PUBLIC;

CREATE FUNCTION adpipe_internal.note_target(target regclass, source_changed boolean, resume_at timestamptz) RETURNS void
    LANGUAGE sql SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
AS $$
    UPDATE adpipe.target_ledger t
    SET source_changed_at = CASE WHEN $2 THEN coalesce(t.source_changed_at, adpipe_internal.clock()) END,
        resume_at = $3
    WHERE t.target = $1
$$;
COMMENT ON FUNCTION adpipe_internal.note_target(regclass, boolean, timestamptz) IS
    'Records whether the source''s columns differ from the target''s, and when the platform said to come back.';
REVOKE ALL ON FUNCTION adpipe_internal.note_target(regclass, boolean, timestamptz) FROM PUBLIC;

CREATE FUNCTION adpipe.grant_loader(role regrole) RETURNS void
    LANGUAGE plpgsql
    SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    routine regprocedure;
BEGIN
    FOR routine IN
        SELECT p.oid FROM pg_proc p
        JOIN pg_depend d ON d.classid = 'pg_proc'::regclass AND d.objid = p.oid AND d.deptype = 'e'
        JOIN pg_extension e ON e.oid = d.refobjid AND e.extname = 'adpipe'
        WHERE d.refclassid = 'pg_extension'::regclass AND p.prolang IN (
            SELECT l.oid FROM pg_language l WHERE l.lanname IN ('sql', 'plpgsql'))
          AND p.prorettype <> 'event_trigger'::regtype AND p.proname NOT IN ('grant_loader', 'touch', 'note_dropped', 'cron_jobs')
        UNION ALL SELECT 'adpipe_internal.clock()'::regprocedure
        UNION ALL SELECT 'adpipe.table_accounts(regclass)'::regprocedure
        UNION ALL SELECT 'adpipe.table_settings(regclass)'::regprocedure
        UNION ALL SELECT 'adpipe.table_access(regclass)'::regprocedure
        UNION ALL SELECT 'adpipe_internal.lock_target(regclass, text)'::regprocedure
        UNION ALL SELECT 'adpipe_internal.hold_relation(regclass, boolean)'::regprocedure
        UNION ALL SELECT 'adpipe_internal.begin_storing(regclass)'::regprocedure
        UNION ALL SELECT 'adpipe_internal.act_for(regclass, boolean)'::regprocedure
        UNION ALL SELECT 'adpipe_internal.is_acting(regclass)'::regprocedure
        UNION ALL SELECT 'adpipe_internal.in_transaction_block()'::regprocedure
        UNION ALL SELECT 'adpipe_internal.is_part_of_account(regclass)'::regprocedure
        UNION ALL SELECT 'adpipe_internal.library_versions()'::regprocedure
        UNION ALL SELECT 'adpipe_internal.shares_memory()'::regprocedure
        UNION ALL SELECT 'adpipe.reset_breaker(name)'::regprocedure
        UNION ALL SELECT 'adpipe_internal.server_facts(name)'::regprocedure
        UNION ALL SELECT 'adpipe_internal.server_sign_in(name)'::regprocedure
        UNION ALL SELECT 'adpipe_internal.server_token(name)'::regprocedure
        UNION ALL SELECT 'adpipe_internal.server_account_list(name)'::regprocedure
        UNION ALL SELECT 'adpipe_internal.server_account(name, text)'::regprocedure
        UNION ALL SELECT 'adpipe_internal.requests_sent()'::regprocedure
        UNION ALL SELECT 'adpipe_internal.stage_answer(text, text[], date, date, name, text[], text)'::regprocedure
        UNION ALL SELECT 'adpipe_internal.staged_answer()'::regprocedure
        UNION ALL SELECT 'adpipe_internal.staged_rows(bigint, text, name, date[], anyelement)'::regprocedure
        UNION ALL SELECT 'adpipe_internal.store_rows(regclass, regclass, bigint, text, name, date[], timestamptz)'::regprocedure
        UNION ALL SELECT 'adpipe_internal.drop_staged_rows()'::regprocedure
    LOOP
        EXECUTE format('GRANT EXECUTE ON ROUTINE %s TO %s', routine, role);
    END LOOP;
    EXECUTE format('GRANT INSERT, UPDATE, DELETE ON adpipe.media_sources, adpipe.advertisers, adpipe.account_grants, adpipe.fx_rates, adpipe.plans TO %s', role);
END
$$;
COMMENT ON FUNCTION adpipe.grant_loader(regrole) IS
    'Lets a role make and refresh local copies. It still needs USAGE on the server, a user mapping, SELECT on the foreign tables, CREATE on the copies'' schema and TEMPORARY on the database.';
REVOKE ALL ON FUNCTION adpipe.grant_loader(regrole) FROM PUBLIC;
