/*
 * schedule.sql: a job of pg_cron, or what to do without; and whether the calls
 * of refresh_all() come.
 */

/* Each worker is a job of its own, since pg_cron runs a job only once at a time. */
CREATE FUNCTION adpipe_internal.cron_job(worker integer DEFAULT 1) RETURNS text
    LANGUAGE sql STABLE
    SET search_path = pg_catalog, pg_temp
AS $$ SELECT 'adpipe ' || current_database() || CASE WHEN worker > 1 THEN ' worker ' || worker ELSE '' END $$;
COMMENT ON FUNCTION adpipe_internal.cron_job(integer) IS 'Name of the job that schedule() makes for a worker.';
REVOKE ALL ON FUNCTION adpipe_internal.cron_job(integer) FROM PUBLIC;

/*
 * Only where pg_cron lives in this database can we make the job ourselves;
 * elsewhere the error holds the commands, so that a script cannot take it for
 * done.
 */
CREATE FUNCTION adpipe_internal.refuse_schedule(here text, there text) RETURNS void
    LANGUAGE plpgsql STABLE
    SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    home text := (adpipe_internal.cron_settings()).database_name;
BEGIN
    IF home = current_database() THEN
        RAISE EXCEPTION 'extension pg_cron is not created in this database'
            USING ERRCODE = 'object_not_in_prerequisite_state',
                  HINT = format(E'As a superuser: CREATE EXTENSION pg_cron; GRANT USAGE ON SCHEMA cron TO %I;\nThen: %s', current_user, here);
    ELSIF home IS NOT NULL THEN
        RAISE EXCEPTION 'pg_cron lives in database "%", not in this one', home
            USING ERRCODE = 'object_not_in_prerequisite_state',
                  HINT = there;
    END IF;
    RAISE EXCEPTION 'pg_cron is not loaded'
        USING ERRCODE = 'object_not_in_prerequisite_state',
              HINT = format(E'Install it (Debian: postgresql-%s-cron), set shared_preload_libraries = ''pg_cron'' and cron.database_name = %L, restart, and as a superuser: CREATE EXTENSION pg_cron; GRANT USAGE ON SCHEMA cron TO %I;\nOr let any other scheduler run: psql -X -d %s -c ''CALL adpipe.refresh_all()''',
                            current_setting('server_version_num')::integer / 10000, current_database(), current_user, current_database());
END
$$;
COMMENT ON FUNCTION adpipe_internal.refuse_schedule(text, text) IS
    'The error of schedule() and unschedule() where pg_cron cannot be reached, with the commands to run, here or in the database of pg_cron.';
REVOKE ALL ON FUNCTION adpipe_internal.refuse_schedule(text, text) FROM PUBLIC;

/* pg_cron lets superusers alone name the role that a job runs as. */
CREATE FUNCTION adpipe_internal.schedule_elsewhere(cron text, command text, home text, workers integer DEFAULT 1) RETURNS text
    LANGUAGE sql STABLE
    SET search_path = pg_catalog, pg_temp
AS $$
    SELECT concat_ws(E'\n',
        format('As a superuser in database "%s": %s', home,
               string_agg(format('SELECT cron.schedule_in_database(%s, %L);', c.arguments, current_user), ' ' ORDER BY w)),
        CASE WHEN NOT bool_or(r.rolsuper) THEN format(
            E'Or, so that role "%1$s" may do it: as a superuser in database "%2$s", GRANT USAGE ON SCHEMA cron TO %1$I; '
            'GRANT EXECUTE ON FUNCTION cron.schedule_in_database(text, text, text, text, text, boolean) TO %1$I;\n'
            'and as role "%1$s" in database "%2$s": %3$s', current_user, home,
            string_agg(format('SELECT cron.schedule_in_database(%s);', c.arguments), ' ' ORDER BY w)) END,
        'Then SELECT * FROM adpipe.check(); in this database says what the session of the job needs.')
    FROM pg_roles r
    CROSS JOIN generate_series(1, workers) w
    CROSS JOIN LATERAL (SELECT format('%L, %L, %L, %L', adpipe_internal.cron_job(w), cron, command, current_database())) c (arguments)
    WHERE r.rolname = current_user
$$;
COMMENT ON FUNCTION adpipe_internal.schedule_elsewhere(text, text, text, integer) IS
    'The commands that make the jobs in the database of pg_cron, and who may run them.';
REVOKE ALL ON FUNCTION adpipe_internal.schedule_elsewhere(text, text, text, integer) FROM PUBLIC;

CREATE FUNCTION adpipe_internal.cron_session(jobid bigint, OUT status text, OUT detail text)
    LANGUAGE plpgsql STABLE
    SET search_path = pg_catalog, pg_temp
AS $$
#variable_conflict use_column
DECLARE
    job record;
    role name;
    obstacle text;
BEGIN
    SELECT j.* INTO job FROM adpipe_internal.own_cron_jobs() j WHERE j.jobid = $1;
    role := pg_get_userbyid(job.role);
    obstacle := adpipe_internal.cron_obstacle(role, job.host);
    IF NOT job.is_active THEN
        status := 'failed';
        detail := format('Job %1$s is not active. As a superuser: SELECT cron.alter_job(%1$s, active => true);', jobid);
        RETURN;
    END IF;
    /* What a client's session met does not matter to background workers. */
    IF job.status = 'failed' AND job.started_at IS NULL
       AND NOT (job.message = 'connection failed' AND (adpipe_internal.cron_settings()).is_background) THEN
        status := 'failed';
        detail := format('pg_cron could not run job %s as role "%s": %s.', jobid, role, job.message);
    ELSIF job.started_at > (adpipe_internal.cron_settings()).changed_at THEN
        status := 'ok';
        detail := format('pg_cron had a session as role "%s" at %s', role, date_trunc('second', job.started_at));
    ELSIF obstacle IS NULL THEN
        status := 'ok';
        detail := CASE WHEN (adpipe_internal.cron_settings()).is_background THEN 'pg_cron uses background workers'
                       ELSE format('pg_hba.conf trusts role "%s"', role) END;
    ELSE
        status := 'warning';
        detail := format('Whether pg_cron can run job %s as role "%s" is not proven.', jobid, role);
    END IF;
    IF status <> 'ok' THEN
        detail := format('%s It %s%s.', detail,
                         CASE WHEN (adpipe_internal.cron_settings()).is_background THEN 'uses a background worker'
                              ELSE format('connects to %s, port %s', coalesce(nullif(job.host, ''), 'the socket'), job.port) END, '; ' || obstacle)
                  || E'\n' || adpipe_internal.cron_needs('jobid = ' || jobid, role, job.host, job.port);
    END IF;
END
$$;
COMMENT ON FUNCTION adpipe_internal.cron_session(bigint) IS
    'Whether pg_cron gets a session for a job of the current user, or of a role whose rights it has: ok, warning (not proven) or failed, with what it needs.';
REVOKE ALL ON FUNCTION adpipe_internal.cron_session(bigint) FROM PUBLIC;

/* A superuser, or a role that owns nothing, may take refresh_all() for a call that refreshes all there is. */
CREATE FUNCTION adpipe_internal.left_alone(OUT copies text, OUT owners text)
    LANGUAGE sql VOLATILE
    SET search_path = pg_catalog, pg_temp
AS $$
    SELECT CASE count(*) WHEN 0 THEN NULL WHEN 1 THEN '1 copy of another role' ELSE count(*) || ' copies of other roles' END,
           string_agg(DISTINCT quote_ident(t.owner), ', ' ORDER BY quote_ident(t.owner))
    FROM (SELECT adpipe_internal.owner_of(t.target) AS owner, adpipe_internal.act_for(t.target, true) AS is_own
          FROM adpipe.targets t WHERE t.enabled) t
    WHERE NOT t.is_own
      AND ((SELECT r.rolsuper FROM pg_roles r WHERE r.rolname = current_user)
           OR NOT EXISTS (SELECT FROM adpipe.targets o WHERE o.enabled AND adpipe_internal.act_for(o.target, true)))
$$;
COMMENT ON FUNCTION adpipe_internal.left_alone() IS
    'The copies, and their owners, that refresh_all() of the current user leaves alone, if it is a superuser or owns none; else NULL.';
REVOKE ALL ON FUNCTION adpipe_internal.left_alone() FROM PUBLIC;

CREATE FUNCTION adpipe_internal.say_left_alone() RETURNS void
    LANGUAGE plpgsql
    SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    others record := adpipe_internal.left_alone();
BEGIN
    IF others.copies IS NOT NULL THEN
        RAISE NOTICE 'refresh_all() leaves % alone', others.copies
            USING DETAIL = format('Owners: %s. The owners'' triggers and defaults would run as role "%s".', others.owners, current_user),
                  HINT = 'CALL adpipe.refresh_all() as each owner, in a session of its own.';
    END IF;
END
$$;
COMMENT ON FUNCTION adpipe_internal.say_left_alone() IS 'Reports by NOTICE what left_alone() returns.';
REVOKE ALL ON FUNCTION adpipe_internal.say_left_alone() FROM PUBLIC;

CREATE FUNCTION adpipe_internal.note_schedule(targets regclass[]) RETURNS void
    LANGUAGE sql VOLATILE SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
AS $$ UPDATE adpipe.target_ledger t SET scheduled_at = adpipe_internal.clock() WHERE t.target = ANY (targets) $$;
COMMENT ON FUNCTION adpipe_internal.note_schedule(regclass[]) IS
    'Records that schedule() made a job for some targets.';
REVOKE ALL ON FUNCTION adpipe_internal.note_schedule(regclass[]) FROM PUBLIC;

/* Workers that are not wanted any more go. */
CREATE FUNCTION adpipe_internal.remove_jobs(first integer) RETURNS bigint
    LANGUAGE plpgsql
    SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    removed bigint;
BEGIN
    EXECUTE 'SELECT count(cron.unschedule(j.jobid)) FROM cron.job j WHERE j.username = current_user AND j.jobname = ANY ($1)'
        INTO removed USING ARRAY(SELECT adpipe_internal.cron_job(w) FROM generate_series(first, 64) w);
    RETURN removed;
END
$$;
COMMENT ON FUNCTION adpipe_internal.remove_jobs(integer) IS
    'Takes the current user''s jobs of workers from a number on out of pg_cron; returns how many.';
REVOKE ALL ON FUNCTION adpipe_internal.remove_jobs(integer) FROM PUBLIC;

CREATE FUNCTION adpipe.schedule(cron text DEFAULT '*/30 * * * *', workers integer DEFAULT 1) RETURNS text
    LANGUAGE plpgsql
    SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    command text := 'CALL adpipe.refresh_all()';
    again text := format('SELECT adpipe.schedule(%L%s);', cron, CASE WHEN workers > 1 THEN ', workers => ' || workers ELSE '' END);
    others record := adpipe_internal.left_alone();
    session record;
    job bigint;
    jobs bigint[] := '{}';
BEGIN
    IF workers NOT BETWEEN 1 AND 64 OR workers IS NULL THEN
        RAISE EXCEPTION 'cannot schedule % workers', coalesce(workers::text, 'NULL')
            USING ERRCODE = 'invalid_parameter_value',
                  DETAIL = 'Each is a job of pg_cron and a session of its own.',
                  HINT = 'Name a number from 1 to 64.';
    ELSIF NOT adpipe_internal.has_cron() THEN
        PERFORM adpipe_internal.refuse_schedule(again,
                                                adpipe_internal.schedule_elsewhere(cron, command, (adpipe_internal.cron_settings()).database_name, workers));
    END IF;
    BEGIN
        FOR worker IN 1 .. workers LOOP
            EXECUTE 'SELECT cron.schedule($1, $2, $3)' INTO job USING adpipe_internal.cron_job(worker), cron, command;
            jobs := jobs || job;
        END LOOP;
        PERFORM adpipe_internal.remove_jobs(workers + 1);
    EXCEPTION WHEN insufficient_privilege THEN
        RAISE EXCEPTION USING ERRCODE = 'insufficient_privilege', MESSAGE = SQLERRM,
            HINT = format('As a superuser: GRANT USAGE ON SCHEMA cron TO %I;', current_user);
    END;
    IF others.copies IS NOT NULL THEN
        RAISE WARNING 'the job of role "%" leaves % alone', current_user, others.copies
            USING DETAIL = format('Owners: %s.', others.owners),
                  HINT = format('Make a job for each owner: SET ROLE ...; %s SELECT adpipe.unschedule(); removes this one.', again);
    END IF;
    PERFORM adpipe_internal.note_schedule(ARRAY(SELECT t.target FROM adpipe.targets t WHERE adpipe_internal.act_for(t.target, true)));
    session := adpipe_internal.cron_session(jobs[1]);
    RETURN concat_ws(E'\n', (SELECT string_agg(format('job %s of pg_cron: %s %s', j, cron, command), E'\n' ORDER BY j) FROM unnest(jobs) j),
                     CASE WHEN session.status <> 'ok' THEN session.detail END);
END
$$;
COMMENT ON FUNCTION adpipe.schedule(text, integer) IS
    'Has pg_cron run CALL adpipe.refresh_all() as the current user, in as many sessions side by side as there are workers: they share copies and accounts. Returns the jobs and, unless it is sure that pg_cron gets a session for them, what that needs; an error with the commands to run where pg_cron lives in another database or is not there. cron: as pg_cron writes it, in GMT. workers: 1 to 64; more than before adds jobs, fewer removes some.';
REVOKE ALL ON FUNCTION adpipe.schedule(text, integer) FROM PUBLIC;

CREATE FUNCTION adpipe.unschedule() RETURNS boolean
    LANGUAGE plpgsql
    SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    IF NOT adpipe_internal.has_cron() THEN
        PERFORM adpipe_internal.refuse_schedule(
            'SELECT adpipe.unschedule();',
            format('As a superuser, or as role "%s" with USAGE on schema cron, in database "%s": SELECT cron.unschedule(jobid) FROM cron.job WHERE (jobname = %L OR starts_with(jobname, %L)) AND username = %L;',
                   current_user, (adpipe_internal.cron_settings()).database_name, adpipe_internal.cron_job(),
                   adpipe_internal.cron_job() || ' worker ', current_user));
    END IF;
    RETURN adpipe_internal.remove_jobs(1) > 0;
END
$$;
COMMENT ON FUNCTION adpipe.unschedule() IS
    'Takes the current user''s jobs out of pg_cron; false if there was none.';
REVOKE ALL ON FUNCTION adpipe.unschedule() FROM PUBLIC;

/*
 * Calls are compared with the schedule of pg_cron's job where its schedule can be
 * read, else with the gap between calls that was learnt.  A job whose run is at
 * work is not late.  A failed run that never had a session has no start; the last
 * due moment stands for it.  An error of the command itself is shown to roles with
 * the owner's rights.
 */
CREATE FUNCTION adpipe_internal.scheduled_targets()
    RETURNS TABLE (target regclass, owner name, last_call timestamptz, since timestamptz, jobid bigint, problem text, action text)
    LANGUAGE sql STABLE SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
AS $$
    WITH jobs AS MATERIALIZED (
        SELECT j.*, adpipe_internal.cron_due(j.cron, adpipe_internal.clock(), z.zone) AS due,
               adpipe_internal.cron_expected(j.cron, adpipe_internal.clock(), z.zone) AS expected
        FROM adpipe_internal.cron_jobs() j, (SELECT (adpipe_internal.cron_settings()).time_zone) z (zone)
    ), targets AS (
        SELECT t.*, c.relowner,
               bool_or(r.status = 'running' AND adpipe_internal.is_running(r.pid, r.backend_start, r.query_start))
                   OVER (PARTITION BY c.relowner) AS is_working
        FROM adpipe.target_ledger t
        JOIN pg_class c ON c.oid = t.target
        LEFT JOIN LATERAL (SELECT l.* FROM adpipe.run_ledger l WHERE l.target = t.target ORDER BY l.run_id DESC LIMIT 1) r ON true
        WHERE t.enabled
    ), facts AS (
        SELECT t.*, j.jobid, j.role, j.message, j.is_active, j.due IS NOT NULL AS is_known,
               CASE WHEN j.status = 'failed' THEN coalesce(t.last_call < coalesce(j.started_at, j.due), true) END AS is_failed,
               j.expected > greatest(coalesce(t.last_call, t.created_at), t.scheduled_at, pg_postmaster_start_time())
                   AND t.is_working IS NOT TRUE AS is_missed,
               j.started_at IS NULL OR pg_has_role(adpipe_internal.asking_role(), t.relowner, 'USAGE') AS shows_message
        FROM targets t
        LEFT JOIN jobs j ON adpipe_internal.calls_for(j.role, t.relowner)
        WHERE has_table_privilege(adpipe_internal.asking_role(), t.target, 'SELECT')
    )
    SELECT f.target, pg_get_userbyid(f.relowner), f.last_call, coalesce(f.last_call, f.scheduled_at, f.created_at), f.jobid, p.*
    FROM facts f
    LEFT JOIN LATERAL (
        SELECT format('pg_cron could not run job %s as role "%s"%s', f.jobid, pg_get_userbyid(f.role), CASE WHEN f.shows_message THEN ': ' || f.message END),
               CASE WHEN f.message = 'connection failed'
                    THEN format('Set cron.use_background_workers = on and restart, or let role "%1$s" in by pg_hba.conf or .pgpass: as that role, SELECT * FROM adpipe.check(); says by which lines.', pg_get_userbyid(f.role))
                    WHEN f.message ~ '^(could not start background|unable to create a DSM)' THEN 'Raise max_worker_processes and restart; see the server log.'
                    ELSE 'See the message and the server log; SELECT * FROM adpipe.check(); looks for the cause.' END
        WHERE f.is_failed
        UNION ALL
        SELECT format('pg_cron has not run job %s as role "%s" %s', f.jobid, pg_get_userbyid(f.role),
                      coalesce('since ' || date_trunc('second', f.last_call), 'yet')),
               CASE WHEN f.is_active THEN 'See whether the launcher of pg_cron runs (pg_stat_activity, server log); SELECT * FROM adpipe.check(); looks for the cause.'
                    ELSE format('The job is not active. As a superuser: SELECT cron.alter_job(%s, active => true);', f.jobid) END
        WHERE f.is_failed IS NOT TRUE AND f.is_missed
        UNION ALL
        SELECT CASE WHEN f.last_call IS NULL THEN 'no scheduler has called adpipe.refresh_all() yet'
                    ELSE format('the scheduler has not called adpipe.refresh_all() since %s', date_trunc('second', f.last_call)) END,
               'See whether the scheduler runs and its job is there; SELECT adpipe.schedule(); makes one with pg_cron.'
        WHERE f.is_known IS NOT TRUE AND f.is_failed IS NOT TRUE
          AND CASE WHEN f.last_call IS NULL THEN f.created_at < adpipe_internal.clock() - interval '1 day'
                   ELSE f.last_call < adpipe_internal.clock() - greatest(3 * coalesce(f.call_gap, interval '1 hour'), interval '10 minutes') END
    ) p (problem, action) ON true
$$;
COMMENT ON FUNCTION adpipe_internal.scheduled_targets() IS
    'The copies that the current user may read, with the job of pg_cron that calls refresh_all() for each, and what is wrong with the calls; NULL: nothing.';

CREATE VIEW adpipe.health_scheduler AS
    SELECT 'error'::text AS severity, min(s.target::oid)::regclass AS target, NULL::text AS account_id,
           s.problem || CASE WHEN count(DISTINCT s.target) > 1 THEN format(' (%s copies wait)', count(DISTINCT s.target)) ELSE '' END AS problem,
           min(s.since) AS since, s.action
    FROM adpipe_internal.scheduled_targets() s
    WHERE s.problem IS NOT NULL AND adpipe_internal.may_see(s.target, NULL)
    GROUP BY s.owner, s.problem, s.action;
COMMENT ON VIEW adpipe.health_scheduler IS 'Part of adpipe.health: schedules whose calls do not come, a row each with the first of the copies that wait.';
