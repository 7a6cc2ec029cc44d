/* schedule.sql: a job of pg_cron, or what to do without. */

CREATE FUNCTION adpipe_internal.cron_job() RETURNS text
    LANGUAGE sql STABLE
    SET search_path = pg_catalog, pg_temp
AS $$ SELECT 'adpipe ' || current_database() $$;
COMMENT ON FUNCTION adpipe_internal.cron_job() IS 'Name of the job that schedule() makes.';
REVOKE ALL ON FUNCTION adpipe_internal.cron_job() FROM PUBLIC;

/*
 * pg_cron lives in one database of the cluster: this one, another, or none.
 * Only in the first case can we make the job ourselves; in the others the
 * error holds the commands, so that a script cannot take it for done.
 */
CREATE FUNCTION adpipe_internal.refuse_schedule(here text, there text) RETURNS void
    LANGUAGE plpgsql STABLE
    SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    home text := current_setting('cron.database_name', true);
BEGIN
    IF home = current_database() THEN
        RAISE EXCEPTION 'extension pg_cron is not created in this database'
            USING ERRCODE = 'object_not_in_prerequisite_state',
                  HINT = format(E'As a superuser: CREATE EXTENSION pg_cron; GRANT USAGE ON SCHEMA cron TO %I;\nThen: %s', current_user, here);
    ELSIF home IS NOT NULL THEN
        RAISE EXCEPTION 'pg_cron lives in database "%", not in this one', home
            USING ERRCODE = 'object_not_in_prerequisite_state',
                  HINT = format(E'As a superuser in database "%s": %s', home, there);
    END IF;
    RAISE EXCEPTION 'pg_cron is not loaded'
        USING ERRCODE = 'object_not_in_prerequisite_state',
              HINT = format(E'Install it (Debian: postgresql-%s-cron), set shared_preload_libraries = ''pg_cron'' and cron.database_name = %L, restart, and as a superuser: CREATE EXTENSION pg_cron; GRANT USAGE ON SCHEMA cron TO %I;\nOr let any other scheduler run: psql -X -d %s -c ''CALL adpipe.refresh_all()''',
                            current_setting('server_version_num')::integer / 10000, current_database(), current_user, current_database());
END
$$;
COMMENT ON FUNCTION adpipe_internal.refuse_schedule(text, text) IS
    'The error of schedule() and unschedule() where pg_cron cannot be reached, with the commands to run.';
REVOKE ALL ON FUNCTION adpipe_internal.refuse_schedule(text, text) FROM PUBLIC;

CREATE FUNCTION adpipe.schedule(cron text DEFAULT '*/30 * * * *') RETURNS text
    LANGUAGE plpgsql
    SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    command text := 'CALL adpipe.refresh_all()';
    job bigint;
BEGIN
    IF NOT EXISTS (SELECT FROM pg_extension WHERE extname = 'pg_cron') THEN
        PERFORM adpipe_internal.refuse_schedule(
            format('SELECT adpipe.schedule(%L);', cron),
            format('SELECT cron.schedule_in_database(%L, %L, %L, %L, %L);',
                   adpipe_internal.cron_job(), cron, command, current_database(), current_user));
    END IF;
    EXECUTE 'SELECT cron.schedule($1, $2, $3)' INTO job USING adpipe_internal.cron_job(), cron, command;
    RETURN format('job %s of pg_cron: %s %s', job, cron, command);
EXCEPTION WHEN insufficient_privilege THEN
    RAISE EXCEPTION USING ERRCODE = 'insufficient_privilege', MESSAGE = SQLERRM,
        HINT = format('As a superuser: GRANT USAGE ON SCHEMA cron TO %I;', current_user);
END
$$;
COMMENT ON FUNCTION adpipe.schedule(text) IS
    'Has pg_cron run CALL adpipe.refresh_all() as the current user; an error with the commands to run where pg_cron lives in another database or is not there. cron: as pg_cron writes it, in GMT.';
REVOKE ALL ON FUNCTION adpipe.schedule(text) FROM PUBLIC;

CREATE FUNCTION adpipe.unschedule() RETURNS boolean
    LANGUAGE plpgsql
    SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    job bigint;
BEGIN
    IF NOT EXISTS (SELECT FROM pg_extension WHERE extname = 'pg_cron') THEN
        PERFORM adpipe_internal.refuse_schedule(
            'SELECT adpipe.unschedule();',
            format('SELECT cron.unschedule(jobid) FROM cron.job WHERE jobname = %L AND username = %L;',
                   adpipe_internal.cron_job(), current_user));
    END IF;
    EXECUTE 'SELECT jobid FROM cron.job WHERE jobname = $1 AND username = current_user' INTO job
        USING adpipe_internal.cron_job();
    IF job IS NULL THEN
        RETURN false;
    END IF;
    EXECUTE 'SELECT cron.unschedule($1)' USING job;
    RETURN true;
END
$$;
COMMENT ON FUNCTION adpipe.unschedule() IS
    'Takes the current user''s job out of pg_cron; false if there was none.';
REVOKE ALL ON FUNCTION adpipe.unschedule() FROM PUBLIC;
