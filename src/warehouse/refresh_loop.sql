/* refresh_loop.sql: one run over one target, and the procedures that people and schedulers call. */

/* The moment a run has to end by, so that statement_timeout does not cut it off. */
CREATE FUNCTION adpipe_internal.run_deadline(is_scheduled boolean) RETURNS timestamptz
    LANGUAGE sql STABLE
    SET search_path = pg_catalog, pg_temp
AS $$
    SELECT statement_timestamp() + least(
        CASE WHEN is_scheduled THEN current_setting('adpipe.refresh_max_time')::interval END,
        0.9 * nullif(current_setting('statement_timeout')::interval, '0'))
$$;
COMMENT ON FUNCTION adpipe_internal.run_deadline(boolean) IS
    'When a refresh that begins now starts no further chunk and waits for no answer any more; NULL: never.';
REVOKE ALL ON FUNCTION adpipe_internal.run_deadline(boolean) FROM PUBLIC;

/* Four questions of an account are its last days and a further chunk, with their control totals. */
CREATE FUNCTION adpipe_internal.run_budget(target regclass) RETURNS integer
    LANGUAGE sql STABLE SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
AS $$
    SELECT coalesce(nullif(current_setting('adpipe.refresh_max_requests')::integer, 0),
                    greatest(2000, 4 * (SELECT count(*) FROM adpipe.account_ledger a
                                        WHERE a.target = $1 AND a.is_listed AND adpipe_internal.is_acting($1)))::integer)
$$;
COMMENT ON FUNCTION adpipe_internal.run_budget(regclass) IS
    'How many questions a scheduled run over a copy may put to the platform: those of adpipe.refresh_max_requests, or as many as its accounts need.';
REVOKE ALL ON FUNCTION adpipe_internal.run_budget(regclass) FROM PUBLIC;

/*
 * The moment that the connector puts into an error of SQLSTATE 53400 as a value,
 * never one out of a platform's words; else an hour from now.  Two days at most:
 * the quotas of platforms are by the day.
 */
CREATE FUNCTION adpipe_internal.come_back_at(retry text) RETURNS timestamptz
    LANGUAGE plpgsql STABLE
    SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    RETURN least(coalesce(adpipe_internal.moment_of(substring(retry FROM '^retry_at=(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ)(?: late_day=|$)')),
                          adpipe_internal.clock() + interval '1 hour'),
                 adpipe_internal.clock() + interval '2 days');
END
$$;
COMMENT ON FUNCTION adpipe_internal.come_back_at(text) IS
    'The time to come back that an error of SQLSTATE 53400 carries as its constraint name.';
REVOKE ALL ON FUNCTION adpipe_internal.come_back_at(text) FROM PUBLIC;

CREATE FUNCTION adpipe_internal.late_day(retry text) RETURNS date
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    RETURN substring(retry FROM ' late_day=(\d{4}-\d\d-\d\d)$')::date;
COMMENT ON FUNCTION adpipe_internal.late_day(text) IS
    'The day that a platform is still preparing, from the constraint name of an error of SQLSTATE 53400; NULL: the error has another reason.';
REVOKE ALL ON FUNCTION adpipe_internal.late_day(text) FROM PUBLIC;

/* problem: what ended the run. */
CREATE PROCEDURE adpipe_internal.store_batch(run adpipe.run_ledger, accounts text[], since date, until date,
                                             INOUT problem adpipe.failure)
    LANGUAGE plpgsql
AS $$
DECLARE
    account text;
BEGIN
    FOREACH account IN ARRAY accounts LOOP
        PERFORM adpipe_internal.steady_session();
        problem := adpipe_internal.own_failure(adpipe_internal.attempt(format(
            'SELECT adpipe_internal.store_chunk(%L, %L, %L)', run.run_id, run.target, account)));
        IF problem.message IS NOT NULL THEN
            PERFORM adpipe_internal.record_failure(run.run_id, account, since, until, problem);
        END IF;
        COMMIT AND CHAIN;
        EXIT WHEN problem.message IS NOT NULL;
    END LOOP;
END
$$;
COMMENT ON PROCEDURE adpipe_internal.store_batch(adpipe.run_ledger, text[], date, date, adpipe.failure) IS
    'Stores what was fetched, one transaction per account; part of refresh().';
REVOKE ALL ON PROCEDURE adpipe_internal.store_batch(adpipe.run_ledger, text[], date, date, adpipe.failure) FROM PUBLIC;

/*
 * Whether a platform asks to be left alone.  A throttle that no wait of a statement
 * is long enough for has the same SQLSTATE, but is a matter of one account.
 */
CREATE FUNCTION adpipe_internal.is_quota(failure adpipe.failure) RETURNS boolean
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    RETURN failure.code IS NOT DISTINCT FROM '53400' AND failure.retry IS DISTINCT FROM 'retry_at=never'
        AND NOT coalesce(failure.is_local, false);
COMMENT ON FUNCTION adpipe_internal.is_quota(adpipe.failure) IS
    'Whether an error says that a platform asks to be left alone.';
REVOKE ALL ON FUNCTION adpipe_internal.is_quota(adpipe.failure) FROM PUBLIC;

/* Whether a failure is the platform's or the network's, and not one account's. */
CREATE FUNCTION adpipe_internal.is_outage(failure adpipe.failure) RETURNS boolean
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    RETURN adpipe_internal.is_quota(failure) OR failure.code ~ '^(08|57|HV00[NM])';
COMMENT ON FUNCTION adpipe_internal.is_outage(adpipe.failure) IS
    'Whether an error says that a platform cannot be reached or asks to be left alone.';
REVOKE ALL ON FUNCTION adpipe_internal.is_outage(adpipe.failure) FROM PUBLIC;

/*
 * Fetches and stores the same days of some accounts.  If together they fail,
 * each is tried by itself, so that one bad account keeps no other from its
 * numbers.  bad gathers accounts that failed, which are left alone for the rest
 * of the run; failed counts the outages in a row: two are the platform's, and
 * whoever was not tried is not blamed for it.  problem is an error of this
 * server, which ends the run.
 *
 * A day that the platform is still preparing is no failure: it is left for later,
 * and the days before it are read.
 */
CREATE PROCEDURE adpipe_internal.refresh_batch(run adpipe.run_ledger, source regclass, control regclass,
                                               accounts text[], since date, until date, deadline timestamptz,
                                               INOUT bad text[], INOUT failed integer, INOUT resume_at timestamptz,
                                               INOUT problem adpipe.failure)
    LANGUAGE plpgsql
AS $$
DECLARE
    claimed text[];
    failure adpipe.failure;
    late_day date;
    account text;
BEGIN
    PERFORM adpipe_internal.steady_session();
    claimed := ARRAY(SELECT a FROM unnest(accounts) a
                     WHERE a <> ALL (bad) AND adpipe_internal.claim_chunk(run.run_id, a, since, until));
    COMMIT AND CHAIN;
    PERFORM adpipe_internal.steady_session();
    IF cardinality(claimed) = 0 THEN
        RETURN;
    END IF;
    failure := adpipe_internal.try_fetch(run.target, source, control, claimed, since, until, deadline);
    PERFORM adpipe_internal.note_progress(run.run_id, NULL, cardinality(claimed) * CASE WHEN control IS NULL THEN 1 ELSE 2 END);
    COMMIT AND CHAIN;
    IF failure.message IS NULL THEN
        failed := 0;
        CALL adpipe_internal.store_batch(run, claimed, since, until, problem);
        RETURN;
    END IF;
    FOREACH account IN ARRAY claimed LOOP
        EXIT WHEN failed >= 2 OR resume_at IS NOT NULL OR problem.message IS NOT NULL;
        PERFORM adpipe_internal.steady_session();
        IF cardinality(claimed) > 1 AND NOT coalesce(failure.is_local, false)
           AND (NOT adpipe_internal.is_quota(failure) OR adpipe_internal.late_day(failure.retry) IS NOT NULL) THEN
            EXIT WHEN clock_timestamp() > deadline;
            failure := adpipe_internal.try_fetch(run.target, source, control, ARRAY[account], since, until, deadline);
            COMMIT AND CHAIN;
            PERFORM adpipe_internal.steady_session();
        END IF;
        IF failure.message IS NULL THEN
            failed := 0;
            CALL adpipe_internal.store_batch(run, ARRAY[account], since, until, problem);
            CONTINUE;
        END IF;
        late_day := adpipe_internal.late_day(failure.retry);
        IF late_day BETWEEN since AND until THEN
            PERFORM adpipe_internal.record_late(run.run_id, account, since, late_day, failure);
            COMMIT AND CHAIN;
            IF since < late_day THEN
                CALL adpipe_internal.refresh_batch(run, source, control, ARRAY[account], since, late_day - 1, deadline, bad, failed, resume_at, problem);
            END IF;
            CONTINUE;
        END IF;
        PERFORM adpipe_internal.record_failure(run.run_id, account, since, until, failure);
        IF failure.is_local THEN
            problem := failure;
        ELSE
            bad := bad || account;
            failed := CASE WHEN adpipe_internal.is_outage(failure) THEN failed + 1 ELSE 0 END;
            IF adpipe_internal.is_quota(failure) THEN
                resume_at := adpipe_internal.come_back_at(failure.retry);
            END IF;
        END IF;
        COMMIT AND CHAIN;
        PERFORM adpipe_internal.steady_session();
        IF problem.message IS NULL THEN
            PERFORM adpipe_internal.warn(format('account %s of %s, %s to %s', account, run.target, since, until), failure);
        END IF;
    END LOOP;
END
$$;
COMMENT ON PROCEDURE adpipe_internal.refresh_batch(adpipe.run_ledger, regclass, regclass, text[], date, date, timestamptz, text[], integer, timestamptz, adpipe.failure) IS
    'Claims, fetches and stores one batch of chunks; part of refresh().';
REVOKE ALL ON PROCEDURE adpipe_internal.refresh_batch(adpipe.run_ledger, regclass, regclass, text[], date, date, timestamptz, text[], integer, timestamptz, adpipe.failure) FROM PUBLIC;

CREATE FUNCTION adpipe_internal.prepare_days(run adpipe.run_ledger, source regclass) RETURNS void
    LANGUAGE plpgsql
    SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    days record;
    chunks integer;
BEGIN
    SELECT min(t.reach_day) AS reached, min(t.kept_day) AS kept, min(t.first_day) AS since, max(t.today) AS today,
           adpipe_internal.slice_start(run.since, min(t.period)) AS first_asked INTO days
    FROM adpipe_internal.target_terms(run.target) t;
    IF least(run.since, run.until) < days.reached THEN
        RAISE WARNING 'days of % before % stay as they are', run.target, days.reached
            USING DETAIL = 'The platform''s answers for them cannot be trusted any more.';
    ELSIF least(run.since, run.until) < days.kept THEN
        RAISE WARNING 'days of % before % stay as they are: its retention drops them', run.target, days.kept
            USING HINT = 'adpipe.alter_target() sets another retention.';
    END IF;
    PERFORM adpipe_internal.begin_storing(run.target);
    PERFORM adpipe_internal.make_partitions(run.target, greatest(least(days.since, days.first_asked), days.kept, days.reached - 1), days.today + 31);
    PERFORM adpipe_internal.drop_partitions(run.target, days.kept);
    PERFORM adpipe_internal.make_stage(source);
    SELECT sum(cardinality(b.accounts)) INTO chunks FROM adpipe_internal.run_batches(run.run_id) b;
    PERFORM adpipe_internal.note_progress(run.run_id, coalesce(chunks, 0), NULL);
END
$$;
COMMENT ON FUNCTION adpipe_internal.prepare_days(adpipe.run_ledger, regclass) IS
    'Makes partitions and stage, drops what retention says, counts the chunks; part of refresh().';
REVOKE ALL ON FUNCTION adpipe_internal.prepare_days(adpipe.run_ledger, regclass) FROM PUBLIC;

CREATE FUNCTION adpipe_internal.target_terms(target regclass) RETURNS SETOF adpipe.account_terms
    LANGUAGE sql VOLATILE SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
AS $$ SELECT a FROM adpipe.account_terms a WHERE a.target = $1 AND adpipe_internal.is_acting($1) $$;
COMMENT ON FUNCTION adpipe_internal.target_terms(regclass) IS 'The rows of account_terms of one target.';
REVOKE ALL ON FUNCTION adpipe_internal.target_terms(regclass) FROM PUBLIC;

CREATE PROCEDURE adpipe_internal.refresh_days(run adpipe.run_ledger, source regclass,
                                              INOUT status text, INOUT problem adpipe.failure)
    LANGUAGE plpgsql
AS $$
DECLARE
    deadline timestamptz := adpipe_internal.run_deadline(run.is_scheduled);
    budget integer := CASE WHEN run.is_scheduled THEN adpipe_internal.run_budget(run.target) END;
    account_source regclass;
    control regclass;
    bad text[] := '{}';
    failed integer := 0;
    resume_at timestamptz;
    batch record;
    began_at timestamptz;
    longest interval := '0';
    said_at timestamptz := clock_timestamp();
BEGIN
    PERFORM adpipe_internal.steady_session();
    IF NOT adpipe_internal.has_elder_run(run) THEN
        PERFORM adpipe_internal.watch_settings(run.target, source);
    END IF;
    /*
     * Apart from what follows, which locks the accounts: who has locked one of
     * those may wait for what has been locked here.
     */
    COMMIT AND CHAIN;
    PERFORM adpipe_internal.steady_session();
    problem := adpipe_internal.own_failure(adpipe_internal.attempt(format(
        'SELECT adpipe_internal.note_windows(%1$L), adpipe_internal.note_whole(%1$L), adpipe_internal.warn_lost(%1$L)', run.target)));
    COMMIT AND CHAIN;
    PERFORM adpipe_internal.steady_session();
    IF problem.message IS NULL THEN
        problem := adpipe_internal.own_failure(adpipe_internal.attempt(format('SELECT adpipe_internal.prepare_days(%L, %L)', run, source)));
    END IF;
    IF problem.message IS NOT NULL THEN
        RETURN;
    END IF;
    account_source := adpipe_internal.control_source(source, run.target);
    COMMIT AND CHAIN;
    PERFORM adpipe_internal.steady_session();
    FOR batch IN SELECT b.since, b.until, b.accounts FROM adpipe_internal.run_batches(run.run_id) b LOOP
        control := CASE WHEN NOT run.is_scheduled OR NOT adpipe_internal.is_controlled(run.target, batch.accounts, batch.since, batch.until)
                        THEN account_source END;
        budget := budget - cardinality(batch.accounts) * CASE WHEN control IS NULL THEN 1 ELSE 2 END;
        began_at := clock_timestamp();
        /* One that takes as long as the longest so far must still fit. */
        IF began_at + longest > deadline OR budget < 0 OR failed >= 2 OR resume_at IS NOT NULL THEN
            status := 'partial';
            EXIT;
        END IF;
        CALL adpipe_internal.refresh_batch(run, source, control, batch.accounts, batch.since, batch.until, deadline, bad, failed, resume_at, problem);
        PERFORM adpipe_internal.steady_session();
        EXIT WHEN problem.message IS NOT NULL;
        longest := greatest(longest, clock_timestamp() - began_at);
        IF clock_timestamp() > said_at + interval '5 seconds' THEN
            said_at := clock_timestamp();
            RAISE NOTICE '%', adpipe_internal.progress_text(run.run_id);
        END IF;
    END LOOP;
    PERFORM adpipe_internal.drop_staged_rows();
    PERFORM adpipe_internal.note_target(run.target, false, resume_at);
    COMMIT AND CHAIN;
    PERFORM adpipe_internal.steady_session();
    PERFORM adpipe_internal.analyze_ledgers(run.target);
    COMMIT AND CHAIN;
    PERFORM adpipe_internal.steady_session();
    IF problem.message IS NULL THEN
        PERFORM adpipe_internal.watch_signals(run.target, source);
        COMMIT AND CHAIN;
    END IF;
END
$$;
COMMENT ON PROCEDURE adpipe_internal.refresh_days(adpipe.run_ledger, regclass, text, adpipe.failure) IS
    'A run over the days of a target; part of refresh().';
REVOKE ALL ON PROCEDURE adpipe_internal.refresh_days(adpipe.run_ledger, regclass, text, adpipe.failure) FROM PUBLIC;

CREATE FUNCTION adpipe_internal.judge_source(target regclass, source regclass) RETURNS text
    LANGUAGE plpgsql
    SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    remedy text;
BEGIN
    IF source IS NULL THEN
        RETURN 'the foreign table it was made from is gone';
    ELSIF NOT has_table_privilege(adpipe_internal.owner_of(target), source, 'SELECT') THEN
        RETURN format('role "%s", which owns the copy, may not read %s', adpipe_internal.owner_of(target), source);
    END IF;
    IF row_security_active(target) THEN
        RETURN format('row-level security of the copy holds for role "%s", which would see and replace a part of it', current_user);
    END IF;
    IF adpipe_internal.period_of(source) <> (adpipe_internal.target_of(target)).period THEN
        RETURN format('rows of %s cover a %s now, those of the copy a %s', source, adpipe_internal.period_of(source),
                      (adpipe_internal.target_of(target)).period);
    END IF;
    PERFORM adpipe_internal.require_trust(source, false);
    PERFORM adpipe_internal.require_trust(target, true);
    remedy := adpipe_internal.source_difference(source, target);
    PERFORM adpipe_internal.note_target(target, remedy IS NOT NULL, NULL);
    RETURN CASE WHEN remedy IS NOT NULL
                THEN format('the columns of %s are not those of the copy any more', source) END;
EXCEPTION WHEN OTHERS THEN
    GET STACKED DIAGNOSTICS remedy = PG_EXCEPTION_DETAIL;
    RETURN concat_ws('. ', SQLERRM, nullif(remedy, ''));
END
$$;
COMMENT ON FUNCTION adpipe_internal.judge_source(regclass, regclass) IS
    'Why a target cannot be refreshed from its source; NULL if it can.';
REVOKE ALL ON FUNCTION adpipe_internal.judge_source(regclass, regclass) FROM PUBLIC;

/* The part of a run that asks the platform: accounts that are known can be read although they could not be listed. */
CREATE PROCEDURE adpipe_internal.refresh_source(run adpipe.run_ledger, facts adpipe.target_ledger,
                                                INOUT status text, INOUT problem adpipe.failure)
    LANGUAGE plpgsql
AS $$
DECLARE
    listing adpipe.failure;
BEGIN
    PERFORM adpipe_internal.steady_session();
    listing := adpipe_internal.attempt(format('SELECT adpipe_internal.list_accounts(%L, %L)', run.target, facts.source));
    COMMIT AND CHAIN;
    PERFORM adpipe_internal.steady_session();
    PERFORM adpipe_internal.analyze_ledgers(run.target);
    COMMIT AND CHAIN;
    PERFORM adpipe_internal.steady_session();
    IF listing.is_local THEN
        problem := listing;
    ELSIF facts.is_daily THEN
        CALL adpipe_internal.refresh_days(run, facts.source, status, problem);
    ELSE
        CALL adpipe_internal.refresh_entities(run, facts.source, status, problem);
    END IF;
    IF problem.message IS NULL THEN
        problem := listing;
    END IF;
END
$$;
COMMENT ON PROCEDURE adpipe_internal.refresh_source(adpipe.run_ledger, adpipe.target_ledger, text, adpipe.failure) IS
    'Lists the accounts of a target and reads what is due of them; part of refresh().';
REVOKE ALL ON PROCEDURE adpipe_internal.refresh_source(adpipe.run_ledger, adpipe.target_ledger, text, adpipe.failure) FROM PUBLIC;

/* problem: why the run failed as a whole, which the ledger has. */
CREATE PROCEDURE adpipe_internal.refresh_target(target regclass, since date, until date, is_scheduled boolean,
                                                INOUT problem adpipe.failure)
    LANGUAGE plpgsql
AS $$
DECLARE
    run adpipe.run_ledger;
    facts adpipe.target_ledger;
    refusal text;
    status text := 'succeeded';
BEGIN
    PERFORM adpipe_internal.steady_session();
    facts := adpipe_internal.target_of(target);
    run := adpipe_internal.begin_run(target, since, until, is_scheduled, adpipe_internal.access_mark(facts.source, current_user));
    problem := NULL;
    refusal := adpipe_internal.judge_source(target, facts.source);
    COMMIT AND CHAIN;
    /* What judge_source() refuses would end the check with an error. */
    IF refusal IS NULL OR facts.source IS NULL THEN
        CALL adpipe_internal.check_copy(target, facts.is_daily, problem);
        COMMIT AND CHAIN;
    END IF;
    IF problem.message IS NULL AND refusal IS NULL THEN
        CALL adpipe_internal.refresh_source(run, facts, status, problem);
    ELSIF problem.message IS NULL THEN
        problem.message := refusal;
    END IF;
    PERFORM adpipe_internal.steady_session();
    PERFORM adpipe_internal.end_run(run.run_id, status, problem);
    COMMIT AND CHAIN;
    PERFORM adpipe_internal.steady_session();
    IF problem.message IS NOT NULL AND (is_scheduled OR NOT coalesce(problem.is_local, false)) THEN
        PERFORM adpipe_internal.warn(format('refresh of %s', target), problem);
    END IF;
    COMMIT AND CHAIN;
END
$$;
COMMENT ON PROCEDURE adpipe_internal.refresh_target(regclass, date, date, boolean, adpipe.failure) IS
    'One run over one target; what refresh() and refresh_all() share.';
REVOKE ALL ON PROCEDURE adpipe_internal.refresh_target(regclass, date, date, boolean, adpipe.failure) FROM PUBLIC;

CREATE FUNCTION adpipe_internal.target_of(target regclass) RETURNS adpipe.target_ledger
    LANGUAGE sql STABLE SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
AS $$ SELECT t FROM adpipe.target_ledger t WHERE t.target = $1 AND adpipe_internal.is_acting($1) $$;
COMMENT ON FUNCTION adpipe_internal.target_of(regclass) IS 'What the ledger knows of a target.';
REVOKE ALL ON FUNCTION adpipe_internal.target_of(regclass) FROM PUBLIC;

CREATE PROCEDURE adpipe.refresh(target regclass, since date DEFAULT NULL, until date DEFAULT NULL)
    LANGUAGE plpgsql
AS $$
DECLARE
    problem adpipe.failure;
BEGIN
    /*
     * Under the caller's settings: its open cursors, such as that of a loop around
     * this, are read to their ends by the first COMMIT.
     */
    PERFORM adpipe_internal.require_commit('refresh()');
    COMMIT;
    /* In all transactions: what is read under a lock is to be read after the wait for it. */
    SET TRANSACTION ISOLATION LEVEL READ COMMITTED;
    PERFORM adpipe_internal.steady_session();
    PERFORM adpipe_internal.require_owner(target);
    PERFORM adpipe_internal.require_trust(target, true);
    IF since > until OR NOT isfinite(since) OR NOT isfinite(until) THEN
        RAISE EXCEPTION 'there are no days from % to %', since, until
            USING ERRCODE = 'invalid_parameter_value';
    ELSIF coalesce(since, until) IS NOT NULL AND NOT (adpipe_internal.target_of(target)).is_daily THEN
        RAISE EXCEPTION 'table "%" has no days', target USING ERRCODE = 'invalid_parameter_value';
    END IF;
    CALL adpipe_internal.refresh_target(target, since, until, false, problem);
    /* Nothing of what this has set reaches the caller. */
    COMMIT;
    IF problem.is_local THEN
        RAISE EXCEPTION USING MESSAGE = problem.message, ERRCODE = problem.code,
            DETAIL = coalesce(problem.detail, ''), HINT = coalesce(problem.hint, '');
    END IF;
END
$$;
COMMENT ON PROCEDURE adpipe.refresh(regclass, date, date) IS
    'Reads the days of a local copy again: those from since to until, or without dates what is due, the last days in any case. Commits chunk by chunk; what fails on the platform''s side is a warning here, an error of this server ends the run and is one here, too; both are rows in adpipe.health.';
REVOKE ALL ON PROCEDURE adpipe.refresh(regclass, date, date) FROM PUBLIC;

/*
 * Whether a copy has something that failed and is to be tried again: by its
 * back-off, or at once after somebody altered server or user mapping.
 */
CREATE FUNCTION adpipe_internal.is_retry_due(target adpipe.target_ledger, access_mark text) RETURNS boolean
    LANGUAGE sql STABLE
    SET search_path = pg_catalog, pg_temp
AS $$
    SELECT target.failing_since IS NOT NULL
           AND (target.access_mark <> $2 OR target.failed_at <= adpipe_internal.clock() - adpipe_internal.back_off(target.failures))
        OR NOT target.is_daily AND EXISTS (
            SELECT FROM adpipe.account_ledger a
            WHERE a.target = target.target AND a.is_listed AND a.failing_since IS NOT NULL
              AND (a.access_mark <> $2 OR a.failed_at <= adpipe_internal.clock() - adpipe_internal.back_off(a.failures)))
$$;
COMMENT ON FUNCTION adpipe_internal.is_retry_due(adpipe.target_ledger, text) IS
    'Whether a copy as a whole, or of a list one of its accounts, failed and is to be tried again now.';
REVOKE ALL ON FUNCTION adpipe_internal.is_retry_due(adpipe.target_ledger, text) FROM PUBLIC;

/* Days that failed are among those of due_days(). */
CREATE FUNCTION adpipe_internal.is_due(target adpipe.target_ledger, access_mark text) RETURNS boolean
    LANGUAGE sql VOLATILE
    SET search_path = pg_catalog, pg_temp
AS $$
    SELECT target.failing_since IS NULL
           AND (NOT EXISTS (SELECT FROM adpipe.account_ledger a WHERE a.target = target.target AND a.is_listed)
                OR target.source IS NOT NULL AND target.listed_as <> adpipe_internal.account_options(target.source))
        OR EXISTS (SELECT FROM adpipe.touches m WHERE m.target = target.target)
        OR CASE WHEN target.is_daily THEN EXISTS (SELECT FROM adpipe_internal.due_days(target.target, false, $2))
                ELSE EXISTS (SELECT FROM adpipe.slice_ledger s WHERE s.target = target.target AND s.differs_since IS NOT NULL)
                     OR NOT EXISTS (SELECT FROM adpipe.account_ledger a
                                    WHERE a.target = target.target AND a.is_listed AND a.failing_since IS NOT NULL)
                        AND coalesce((SELECT max(s.fetched_at) FROM adpipe.slice_ledger s WHERE s.target = target.target)
                                     <= adpipe_internal.clock() - coalesce(target.every, '1 day'), true) END
$$;
COMMENT ON FUNCTION adpipe_internal.is_due(adpipe.target_ledger, text) IS
    'Whether a copy is to be read now for another reason than that it failed.';
REVOKE ALL ON FUNCTION adpipe_internal.is_due(adpipe.target_ledger, text) FROM PUBLIC;

/*
 * The gap between calls is recorded, so that health distinguishes a scheduler that
 * stopped from one that calls once a day.  It doubles at most, so that one long
 * silence does not pass for the rule, and shrinks slowly.  The copy whose last run
 * is the oldest comes first: one whose refresh ends the session keeps the others
 * waiting once and not for good.
 *
 * A copy that this server could not store is left alone until its back-off ends,
 * since each try costs questions to the platform; one whose accounts cannot be
 * listed is read meanwhile as it is due.
 */
CREATE FUNCTION adpipe_internal.due_targets(targets regclass[], role name) RETURNS SETOF regclass
    LANGUAGE sql VOLATILE SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
AS $$
    UPDATE adpipe.target_ledger t
    SET last_call = adpipe_internal.clock(),
        call_gap = greatest(least(adpipe_internal.clock() - t.last_call, 2 * t.call_gap), 0.9 * t.call_gap)
    WHERE t.target = ANY (targets);
    SELECT t.target
    FROM adpipe.target_ledger t
    CROSS JOIN LATERAL adpipe_internal.access_mark(t.source, role) m
    WHERE t.target = ANY (targets)
      AND (coalesce(t.resume_at <= adpipe_internal.clock(), true) OR t.access_mark <> m)
      AND (adpipe_internal.is_retry_due(t, m) OR NOT (t.failing_since IS NOT NULL AND t.is_local) AND adpipe_internal.is_due(t, m))
    ORDER BY (SELECT max(r.run_id) FROM adpipe.run_ledger r WHERE r.target = t.target) NULLS FIRST, t.target
$$;
COMMENT ON FUNCTION adpipe_internal.due_targets(regclass[], name) IS
    'Those of some targets that refresh_all() as a role has something to do for; notes that it was called.';
REVOKE ALL ON FUNCTION adpipe_internal.due_targets(regclass[], name) FROM PUBLIC;

CREATE FUNCTION adpipe_internal.is_at_work(target regclass) RETURNS boolean
    LANGUAGE sql VOLATILE SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
AS $$
    SELECT EXISTS (SELECT FROM adpipe.run_ledger r
                   WHERE r.target = $1 AND r.status = 'running' AND r.pid <> pg_backend_pid()
                     AND adpipe_internal.is_running(r.pid, r.backend_start, r.query_start))
$$;
COMMENT ON FUNCTION adpipe_internal.is_at_work(regclass) IS
    'Whether another session refreshes a copy now.';
REVOKE ALL ON FUNCTION adpipe_internal.is_at_work(regclass) FROM PUBLIC;

/* Copies that others are at work on come last: workers spread over the copies before they share one. */
CREATE PROCEDURE adpipe.refresh_all()
    LANGUAGE plpgsql
AS $$
DECLARE
    deadline timestamptz;
    copy record;
    due regclass;
    shared regclass[] := '{}';
    problem adpipe.failure;
BEGIN
    /* See refresh(). */
    PERFORM adpipe_internal.require_commit('refresh_all()');
    COMMIT;
    /* In all transactions: what is read under a lock is to be read after the wait for it. */
    SET TRANSACTION ISOLATION LEVEL READ COMMITTED;
    PERFORM adpipe_internal.steady_session();
    /* The settings are there once the library is loaded, which that did. */
    deadline := adpipe_internal.run_deadline(true);
    PERFORM adpipe_internal.say_left_alone();
    FOR due IN
        SELECT d FROM adpipe_internal.due_targets(ARRAY(
            SELECT t.target FROM adpipe.targets t
            WHERE t.enabled AND adpipe_internal.act_for(t.target, true)), current_user) d
    LOOP
        EXIT WHEN clock_timestamp() > deadline;
        IF adpipe_internal.is_at_work(due) THEN
            shared := shared || due;
        ELSE
            CALL adpipe_internal.refresh_target(due, NULL, NULL, true, problem);
        END IF;
    END LOOP;
    COMMIT AND CHAIN;
    PERFORM adpipe_internal.steady_session();
    FOR due IN
        SELECT d FROM adpipe_internal.due_targets(ARRAY(
            SELECT s FROM unnest(shared) s WHERE adpipe_internal.act_for(s, true)), current_user) d
    LOOP
        EXIT WHEN clock_timestamp() > deadline;
        CALL adpipe_internal.refresh_target(due, NULL, NULL, true, problem);
    END LOOP;
    COMMIT AND CHAIN;
    PERFORM adpipe_internal.steady_session();
    FOR copy IN
        SELECT u.target, u.is_daily FROM adpipe_internal.unchecked_targets(ARRAY(
            SELECT t.target FROM adpipe.targets t
            WHERE t.enabled AND adpipe_internal.act_for(t.target, true))) u
    LOOP
        EXIT WHEN clock_timestamp() > deadline;
        CALL adpipe_internal.check_part(copy.target, copy.is_daily);
    END LOOP;
    COMMIT;
END
$$;
COMMENT ON PROCEDURE adpipe.refresh_all() IS
    'Refreshes whatever is due of the caller''s local copies, and ends at once if nothing is. The one line that a scheduler runs, as the copies'' owner: a superuser''s call leaves those of other roles alone, for their triggers and defaults would run as the superuser.';
REVOKE ALL ON PROCEDURE adpipe.refresh_all() FROM PUBLIC;
