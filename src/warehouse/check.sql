/*
 * check.sql: whether the installation is as it has to be.  Each line that is not
 * well holds what to do.
 */

CREATE FUNCTION adpipe_internal.library_versions(
    OUT library text, OUT libcurl text, OUT libcurl_minimum text, OUT libcurl_problem text)
    AS 'MODULE_PATHNAME', 'adpipe_library_versions' LANGUAGE C STRICT STABLE;
COMMENT ON FUNCTION adpipe_internal.library_versions() IS
    'The version of the loaded library, that of libcurl, the oldest supported one, and what is wrong with this one, or NULL.';
REVOKE ALL ON FUNCTION adpipe_internal.library_versions() FROM PUBLIC;

CREATE FUNCTION adpipe_internal.check_installation() RETURNS TABLE (item text, status text, detail text)
    LANGUAGE sql STABLE
    SET search_path = pg_catalog, pg_temp
AS $$
    SELECT 'extension', CASE WHEN e.extversion = v.library THEN 'ok' ELSE 'failed' END,
           CASE WHEN e.extversion = v.library THEN format('version %s', v.library)
                ELSE format('The objects in this database have version %s, the library that this session loaded has %s. As a superuser: ALTER EXTENSION adpipe UPDATE; Sessions from before the installation keep their library, so connect again.', e.extversion, v.library) END
    FROM pg_extension e, adpipe_internal.library_versions() v WHERE e.extname = 'adpipe'
    UNION ALL
    SELECT 'libcurl', CASE WHEN v.libcurl_problem IS NULL THEN 'ok' ELSE 'failed' END,
           concat_ws(' ', format('version %s; %s or later is needed.', v.libcurl, v.libcurl_minimum), v.libcurl_problem,
                     CASE WHEN v.libcurl_problem IS NOT NULL THEN 'Install another libcurl and connect again.' END)
    FROM adpipe_internal.library_versions() v
    UNION ALL
    SELECT 'encoding', CASE WHEN e.name = 'UTF8' THEN 'ok' ELSE 'failed' END,
           CASE WHEN e.name = 'UTF8' THEN e.name
                ELSE format('The database has encoding %s, in which scans are refused. Make another one: CREATE DATABASE ... ENCODING ''UTF8'' TEMPLATE template0;', e.name) END
    FROM getdatabaseencoding() e (name)
    UNION ALL
    SELECT 'shared memory', CASE WHEN m.is_there THEN 'ok' ELSE 'skipped' END,
           CASE WHEN m.is_there THEN 'Sessions share access tokens, lists of accounts and limits.'
                ELSE 'Each session signs in for itself and learns limits for itself. To share: shared_preload_libraries = ''adpipe'' and a restart; from PostgreSQL 17 on, adpipe.shared_memory = on suffices.' END
    FROM adpipe_internal.shares_memory() m (is_there)
    UNION ALL
    SELECT 'event triggers', CASE WHEN count(*) = 0 THEN 'ok' ELSE 'failed' END,
           CASE WHEN count(*) = 0 THEN 'enabled'
                ELSE format('What is dropped is not forgotten and what changes is not noticed without them. As a superuser: %s',
                            string_agg(format('ALTER EVENT TRIGGER %I ENABLE;', t.evtname), ' ' ORDER BY t.evtname)) END
    FROM pg_event_trigger t
    JOIN pg_depend d ON d.classid = 'pg_event_trigger'::regclass AND d.objid = t.oid AND d.deptype = 'e'
    JOIN pg_extension e ON e.oid = d.refobjid AND e.extname = 'adpipe'
    WHERE t.evtenabled IN ('D', 'R')
$$;
COMMENT ON FUNCTION adpipe_internal.check_installation() IS
    'The lines of check() about versions and the database.';
REVOKE ALL ON FUNCTION adpipe_internal.check_installation() FROM PUBLIC;

CREATE FUNCTION adpipe_internal.dead_claims(targets regclass[]) RETURNS bigint
    LANGUAGE sql STABLE SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
AS $$
    SELECT count(*) FROM adpipe.claim_ledger c
    WHERE c.target = ANY (targets)
      AND pg_has_role(adpipe_internal.asking_role(), (SELECT r.relowner FROM pg_class r WHERE r.oid = c.target), 'USAGE')
      AND NOT adpipe_internal.is_running(c.pid, c.backend_start, c.query_start)
$$;
COMMENT ON FUNCTION adpipe_internal.dead_claims(regclass[]) IS
    'How many chunks of one''s copies are claimed by sessions that are gone.';
REVOKE ALL ON FUNCTION adpipe_internal.dead_claims(regclass[]) FROM PUBLIC;

CREATE FUNCTION adpipe_internal.check_jobs(role name) RETURNS TABLE (item text, status text, detail text)
    LANGUAGE sql STABLE
    SET search_path = pg_catalog, pg_temp
AS $$
    SELECT l.*
    FROM adpipe_internal.own_cron_jobs() j
    CROSS JOIN LATERAL adpipe_internal.cron_session(j.jobid) s
    CROSS JOIN LATERAL (VALUES
        ('schedule of ' || $1, CASE WHEN j.is_active THEN 'ok' ELSE 'failed' END,
         format('job %s of pg_cron: %s', j.jobid, j.cron)
         || CASE WHEN j.is_active THEN '' ELSE format(' is not active. As a superuser: SELECT cron.alter_job(%s, active => true);', j.jobid) END),
        ('session of ' || $1, s.status, s.detail)) l
    WHERE adpipe_internal.calls_for(j.role, (SELECT r.oid FROM pg_roles r WHERE r.rolname = $1))
$$;
COMMENT ON FUNCTION adpipe_internal.check_jobs(name) IS
    'The lines of check() about the jobs of pg_cron that refresh the copies of a role.';
REVOKE ALL ON FUNCTION adpipe_internal.check_jobs(name) FROM PUBLIC;

/* Jobs of a pg_cron in another database cannot be seen from here, but what their sessions would meet can. */
CREATE FUNCTION adpipe_internal.check_elsewhere(role name) RETURNS TABLE (item text, status text, detail text)
    LANGUAGE sql STABLE
    SET search_path = pg_catalog, pg_temp
AS $$
    SELECT 'session of ' || $1,
           CASE WHEN o.obstacle IS NULL THEN 'ok' ELSE 'warning' END,
           CASE WHEN o.obstacle IS NULL THEN format('pg_cron lives in database "%s" and can have a session here', s.database_name)
                ELSE format(E'pg_cron lives in database "%s"; whether a job of it gets a session here is not proven: %s.\n%s', s.database_name, o.obstacle,
                            adpipe_internal.cron_needs(format('jobname = %L AND username = %L', adpipe_internal.cron_job(), $1),
                                                       $1, s.host, current_setting('port')::integer)) END
    FROM adpipe_internal.cron_settings() s
    CROSS JOIN LATERAL adpipe_internal.cron_obstacle($1, s.host) o (obstacle)
    WHERE s.database_name <> current_database()
    UNION ALL
    SELECT 'session of ' || $1, 'skipped', 'There is no job of pg_cron.'
    FROM adpipe_internal.cron_settings() s WHERE coalesce(s.database_name, current_database()) = current_database()
$$;
COMMENT ON FUNCTION adpipe_internal.check_elsewhere(name) IS
    'The line of check() about sessions of pg_cron for a role that has no job in this database.';
REVOKE ALL ON FUNCTION adpipe_internal.check_elsewhere(name) FROM PUBLIC;

CREATE FUNCTION adpipe_internal.check_calls(role name) RETURNS TABLE (item text, status text, detail text)
    LANGUAGE sql STABLE
    SET search_path = pg_catalog, pg_temp
AS $$
    WITH calls AS (
        SELECT count(*) AS targets, count(s.jobid) AS jobs, max(s.last_call) AS last, min(s.problem || '. ' || s.action) AS problem
        FROM adpipe_internal.scheduled_targets() s WHERE s.owner = $1)
    SELECT 'schedule of ' || $1, l.*
    FROM calls c
    CROSS JOIN LATERAL (
        SELECT 'skipped', 'The role has no local copies.' WHERE c.targets = 0
        UNION ALL
        SELECT 'ok', 'Not by pg_cron in this database: another scheduler calls refresh_all().' WHERE c.last IS NOT NULL AND c.problem IS NULL
        UNION ALL
        SELECT 'failed', format('Nothing calls refresh_all(). As role "%s": SELECT adpipe.schedule();', $1)
        WHERE c.targets > 0 AND (c.last IS NULL OR c.problem IS NOT NULL)) l
    WHERE NOT EXISTS (SELECT FROM adpipe_internal.check_jobs($1))
    UNION ALL
    SELECT e.* FROM adpipe_internal.check_elsewhere($1) e WHERE NOT EXISTS (SELECT FROM adpipe_internal.check_jobs($1))
    UNION ALL
    SELECT 'last call of ' || $1, CASE WHEN c.problem IS NOT NULL THEN 'failed' WHEN c.last IS NULL THEN 'skipped' ELSE 'ok' END,
           coalesce(c.problem, 'refresh_all() at ' || date_trunc('second', c.last), 'none yet')
    FROM calls c
$$;
COMMENT ON FUNCTION adpipe_internal.check_calls(name) IS
    'The lines of check() about the calls of refresh_all() for the copies of a role, and who makes them if pg_cron does not.';
REVOKE ALL ON FUNCTION adpipe_internal.check_calls(name) FROM PUBLIC;

CREATE FUNCTION adpipe_internal.check_role(role name) RETURNS TABLE (item text, status text, detail text)
    LANGUAGE sql STABLE
    SET search_path = pg_catalog, pg_temp
AS $$
    SELECT * FROM adpipe_internal.check_jobs($1)
    UNION ALL
    SELECT * FROM adpipe_internal.check_calls($1)
    UNION ALL
    SELECT 'temporary tables of ' || $1, CASE WHEN p.is_allowed THEN 'ok' ELSE 'failed' END,
           CASE WHEN p.is_allowed THEN 'allowed'
                ELSE format('A refresh needs them. As a superuser: GRANT TEMPORARY ON DATABASE %I TO %I;', current_database(), $1) END
    FROM has_database_privilege($1, current_database(), 'TEMPORARY') p (is_allowed)
$$;
COMMENT ON FUNCTION adpipe_internal.check_role(name) IS
    'The lines of check() about the refreshes of one role.';
REVOKE ALL ON FUNCTION adpipe_internal.check_role(name) FROM PUBLIC;

CREATE FUNCTION adpipe.check() RETURNS TABLE (item text, status text, detail text)
    LANGUAGE sql STABLE
    SET search_path = pg_catalog, pg_temp
AS $$
    WITH own AS (
        SELECT t.target, adpipe_internal.owner_of(t.target) AS owner FROM adpipe.targets t
        WHERE adpipe_internal.is_of_role(adpipe_internal.owner_of(t.target)))
    SELECT * FROM adpipe_internal.check_installation()
    UNION ALL
    SELECT s.* FROM (SELECT o.owner FROM own o UNION SELECT current_user WHERE NOT EXISTS (SELECT FROM own) ORDER BY 1) r,
                    adpipe_internal.check_role(r.owner) s
    UNION ALL
    SELECT 'claims', CASE WHEN d.dead = 0 THEN 'ok' ELSE 'warning' END,
           CASE WHEN d.dead = 0 THEN 'No claim of a refresh outlived its session.'
                ELSE format('Chunks that sessions which are gone have claimed: %s. They stop nothing; the next refresh of them removes them: CALL adpipe.refresh_all();', d.dead) END
    FROM adpipe_internal.dead_claims(ARRAY(SELECT o.target FROM own o)) d (dead)
$$;
COMMENT ON FUNCTION adpipe.check() IS
    'Looks through the installation: versions, database, schedule, privileges; for each item ok, warning, failed or skipped, and what to do. For the current user and the roles whose rights it has. Sends no request.';
REVOKE ALL ON FUNCTION adpipe.check() FROM PUBLIC;
