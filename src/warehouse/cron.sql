/*
 * cron.sql: what pg_cron knows of the schedule, and whether its sessions come
 * through.
 *
 * pg_cron lives in one database of the cluster, if it is there at all.  Only
 * superusers read its settings, and only roles that may use schema cron its tables.  So
 * the functions below read them with the rights of the extension's owner, and
 * show a role what concerns its own jobs and the copies that it may read.
 */

CREATE FUNCTION adpipe_internal.asking_role() RETURNS oid
    AS 'MODULE_PATHNAME', 'adpipe_asking_role' LANGUAGE C STRICT STABLE;
COMMENT ON FUNCTION adpipe_internal.asking_role() IS
    'The role of the session, or of its SET ROLE, whose rights a function with the rights of the extension''s owner looks at; NULL where code of another role may be what asks.';
REVOKE ALL ON FUNCTION adpipe_internal.asking_role() FROM PUBLIC;

CREATE FUNCTION adpipe_internal.cron_settings(
    OUT database_name text, OUT host text, OUT is_background boolean, OUT time_zone text, OUT changed_at timestamptz)
    LANGUAGE sql STABLE SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
AS $$
    SELECT current_setting('cron.database_name', true),
           coalesce(current_setting('cron.host', true), 'localhost'),
           coalesce(current_setting('cron.use_background_workers', true)::boolean, false),
           coalesce(nullif(current_setting('cron.timezone', true), ''), 'GMT'),
           greatest(pg_postmaster_start_time(), (pg_stat_file(current_setting('hba_file'), true)).modification,
                    (pg_stat_file(current_setting('ident_file'), true)).modification)
    WHERE current_setting('shared_preload_libraries') ~ '\mpg_cron\M'
$$;
COMMENT ON FUNCTION adpipe_internal.cron_settings() IS
    'The settings of pg_cron that a schedule depends on, and since when the server lets sessions in as it does; NULL if pg_cron is not loaded.';
REVOKE ALL ON FUNCTION adpipe_internal.cron_settings() FROM PUBLIC;

/* As pg_cron parses a field: lists, ranges, steps of "*" and of ranges, names. */
CREATE FUNCTION adpipe_internal.cron_values(field text, low integer, high integer, names text[] DEFAULT '{}')
    RETURNS integer[]
    LANGUAGE plpgsql IMMUTABLE STRICT
    SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    part text;
    found text[];
    since integer;
    until integer;
    result integer[] := '{}';
BEGIN
    FOREACH part IN ARRAY string_to_array(lower(field), ',') LOOP
        found := regexp_match(part, '^(?:(\*)|(\d{1,4}|[a-z]+)(?:-(\d{1,4}|[a-z]+))?)(?:/(\d{1,4}))?$');
        since := CASE WHEN found[1] IS NOT NULL THEN low WHEN found[2] ~ '^\d' THEN found[2]::integer
                      ELSE array_position(names, found[2]) + low - 1 END;
        until := CASE WHEN found[1] IS NOT NULL THEN high WHEN found[3] IS NULL THEN since
                      WHEN found[3] ~ '^\d' THEN found[3]::integer ELSE array_position(names, found[3]) + low - 1 END;
        IF found IS NULL OR since IS NULL OR until IS NULL OR since < low OR until > high OR found[4]::integer = 0
           OR found[4] IS NOT NULL AND coalesce(found[1], found[3]) IS NULL THEN
            RETURN NULL;
        END IF;
        result := result || ARRAY(SELECT generate_series(since, until, coalesce(found[4]::integer, 1)));
    END LOOP;
    RETURN result;
END
$$;
COMMENT ON FUNCTION adpipe_internal.cron_values(text, integer, integer, text[]) IS
    'The numbers that a field of a schedule of pg_cron holds; NULL if it is none.';
REVOKE ALL ON FUNCTION adpipe_internal.cron_values(text, integer, integer, text[]) FROM PUBLIC;

CREATE FUNCTION adpipe_internal.cron_due(cron text, moment timestamptz, time_zone text DEFAULT 'GMT')
    RETURNS timestamptz
    LANGUAGE plpgsql STABLE
    SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    words text := CASE lower(btrim(cron))
        WHEN '@hourly' THEN '0 * * * *' WHEN '@daily' THEN '0 0 * * *' WHEN '@midnight' THEN '0 0 * * *'
        WHEN '@weekly' THEN '0 0 * * 0' WHEN '@monthly' THEN '0 0 1 * *'
        WHEN '@yearly' THEN '0 0 1 1 *' WHEN '@annually' THEN '0 0 1 1 *' ELSE btrim(cron) END;
    seconds text := substring(words FROM '^(\d{1,2}) seconds?$');
    field text[] := regexp_split_to_array(words, '\s+');
    minutes integer[] := adpipe_internal.cron_values(field[1], 0, 59);
    hours integer[] := adpipe_internal.cron_values(field[2], 0, 23);
    days integer[] := adpipe_internal.cron_values(field[3], 1, 31);
    months integer[] := adpipe_internal.cron_values(field[4], 1, 12, '{jan,feb,mar,apr,may,jun,jul,aug,sep,oct,nov,dec}');
    weekdays integer[] := adpipe_internal.cron_values(field[5], 0, 7, '{sun,mon,tue,wed,thu,fri,sat}');
    here timestamp := moment AT TIME ZONE time_zone;
    day timestamp := date_trunc('day', here);
    is_either boolean := field[3] NOT LIKE '*%' AND field[5] NOT LIKE '*%';
    is_day boolean;
    is_weekday boolean;
    due timestamp;
BEGIN
    IF seconds IS NOT NULL THEN
        RETURN moment - make_interval(secs => seconds::integer);
    ELSIF minutes IS NULL OR hours IS NULL OR days IS NULL OR months IS NULL OR weekdays IS NULL THEN
        RETURN NULL;
    END IF;
    /* 29 February comes after eight years at the latest. */
    FOR back IN 0 .. 8 * 366 LOOP
        is_day := extract(day FROM day) = ANY (days);
        is_weekday := extract(dow FROM day) = ANY (array_replace(weekdays, 7, 0));
        IF extract(month FROM day) = ANY (months) AND (is_day AND is_weekday OR (is_day OR is_weekday) AND is_either) THEN
            SELECT max(day + make_interval(hours => h, mins => m)) INTO due
            FROM unnest(hours) h, unnest(minutes) m
            WHERE day + make_interval(hours => h, mins => m) <= here;
            IF due IS NOT NULL THEN
                RETURN due AT TIME ZONE time_zone;
            END IF;
        END IF;
        day := day - interval '1 day';
    END LOOP;
    RETURN NULL;
END
$$;
COMMENT ON FUNCTION adpipe_internal.cron_due(text, timestamptz, text) IS
    'When a schedule of pg_cron was last due, at a moment; NULL if that cannot be said (@reboot, or what is no schedule).';
REVOKE ALL ON FUNCTION adpipe_internal.cron_due(text, timestamptz, text) FROM PUBLIC;

/*
 * A call counts as missed a while after it was due: when the next one was due as
 * well, after two minutes at the earliest, and after an hour in any case.
 */
CREATE FUNCTION adpipe_internal.cron_expected(cron text, moment timestamptz, time_zone text) RETURNS timestamptz
    LANGUAGE sql STABLE
    SET search_path = pg_catalog, pg_temp
AS $$
    SELECT adpipe_internal.cron_due(cron, moment - least(greatest(d.due - adpipe_internal.cron_due(cron, d.due - interval '1 minute', time_zone),
                                                                  interval '2 minutes'), interval '1 hour'), time_zone)
    FROM adpipe_internal.cron_due(cron, moment, time_zone) d (due)
$$;
COMMENT ON FUNCTION adpipe_internal.cron_expected(text, timestamptz, text) IS
    'The last due moment of a schedule whose call should be there by a moment; NULL if that cannot be said.';
REVOKE ALL ON FUNCTION adpipe_internal.cron_expected(text, timestamptz, text) FROM PUBLIC;

CREATE FUNCTION adpipe_internal.has_cron() RETURNS boolean
    LANGUAGE sql STABLE
    SET search_path = pg_catalog, pg_temp
AS $$
    SELECT count(*) = 2
    FROM pg_class c
    JOIN pg_namespace n ON n.oid = c.relnamespace AND n.nspname = 'cron'
    JOIN pg_depend d ON d.classid = 'pg_class'::regclass AND d.objid = c.oid AND d.objsubid = 0 AND d.deptype = 'e'
    JOIN pg_extension e ON d.refclassid = 'pg_extension'::regclass AND e.oid = d.refobjid AND e.extname = 'pg_cron'
    WHERE c.relname IN ('job', 'job_run_details') AND c.relkind = 'r'
$$;
COMMENT ON FUNCTION adpipe_internal.has_cron() IS
    'Whether pg_cron is created in this database, and its tables are its own.';
REVOKE ALL ON FUNCTION adpipe_internal.has_cron() FROM PUBLIC;

/*
 * pg_cron never removes runs from its log, so that only the newest ones are read.
 * A run that never got a session has no process, and is shown without a start, which
 * pg_cron notes of it from release 1.6.3 on.
 */
CREATE FUNCTION adpipe_internal.cron_jobs()
    RETURNS TABLE (jobid bigint, role oid, cron text, is_active boolean, host text, port integer,
                   status text, message text, started_at timestamptz)
    LANGUAGE plpgsql STABLE
    SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    IF adpipe_internal.has_cron() THEN
        RETURN QUERY EXECUTE $q$
            WITH recent AS MATERIALIZED (SELECT d.* FROM cron.job_run_details d ORDER BY d.runid DESC LIMIT 10000),
            last AS (
                SELECT DISTINCT ON (d.jobid) d.* FROM recent d
                WHERE current_setting('cron.log_run', true)::boolean AND d.return_message IS DISTINCT FROM 'server restarted'
                  /* One that is still connecting says nothing yet. */
                  AND (d.status = 'failed' OR d.start_time IS NOT NULL)
                ORDER BY d.jobid, d.runid DESC)
            SELECT j.jobid, o.oid, j.schedule, j.active, j.nodename, j.nodeport, l.status, l.return_message,
                   CASE WHEN l.job_pid IS NOT NULL THEN l.start_time END
            FROM cron.job j
            JOIN pg_roles o ON o.rolname = j.username
            LEFT JOIN last l ON l.jobid = j.jobid
            WHERE j.database = current_database() AND j.command ~* '\madpipe\s*\.\s*refresh_all\M'
        $q$;
    END IF;
END
$$;
COMMENT ON FUNCTION adpipe_internal.cron_jobs() IS
    'The jobs of pg_cron that call refresh_all() in this database, each with its last run that had a session or failed; only for functions that restrict what a role sees of them.';
REVOKE ALL ON FUNCTION adpipe_internal.cron_jobs() FROM PUBLIC;

CREATE FUNCTION adpipe_internal.own_cron_jobs()
    RETURNS TABLE (jobid bigint, role oid, cron text, is_active boolean, host text, port integer,
                   status text, message text, started_at timestamptz)
    LANGUAGE sql STABLE SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
AS $$
    SELECT j.* FROM adpipe_internal.cron_jobs() j
    WHERE pg_has_role(adpipe_internal.asking_role(), j.role, 'USAGE')
$$;
COMMENT ON FUNCTION adpipe_internal.own_cron_jobs() IS
    'The jobs of pg_cron of the roles whose rights the current user has.';
REVOKE ALL ON FUNCTION adpipe_internal.own_cron_jobs() FROM PUBLIC;

/* As refresh_all() has it: a superuser acts for its own copies only. */
CREATE FUNCTION adpipe_internal.calls_for(role oid, owner oid) RETURNS boolean
    LANGUAGE sql STABLE
    SET search_path = pg_catalog, pg_temp
AS $$
    SELECT role = owner OR pg_has_role(role, owner, 'USAGE') AND NOT (SELECT r.rolsuper FROM pg_roles r WHERE r.oid = role)
$$;
COMMENT ON FUNCTION adpipe_internal.calls_for(oid, oid) IS
    'Whether refresh_all() of a role refreshes the copies of an owner.';
REVOKE ALL ON FUNCTION adpipe_internal.calls_for(oid, oid) FROM PUBLIC;

/* Three values: what cannot be said for sure is NULL, and may fit. */
CREATE FUNCTION adpipe_internal.hba_rule(role name, client inet, OUT line integer, OUT method text, OUT is_sure boolean)
    LANGUAGE sql STABLE
    SET search_path = pg_catalog, pg_temp
AS $$
    SELECT h.line_number, h.auth_method, f.fits IS TRUE
    FROM (SELECT row_number() OVER () AS position, r.* FROM pg_hba_file_rules r WHERE r.error IS NULL) h
    CROSS JOIN LATERAL (
        SELECT CASE WHEN client IS NULL THEN h.type = 'local' WHEN h.type = 'local' THEN false WHEN h.type = 'host' THEN true END
           AND CASE WHEN h.database && ARRAY['all', current_database()::text] THEN true
                    WHEN array_to_string(h.database, ' ') !~ '(^| )([/@]|same(user|role|group)( |$))' THEN false END
           AND CASE WHEN h.user_name && ARRAY['all', role::text] THEN true
                    WHEN array_to_string(h.user_name, ' ') !~ '(^| )[/@+]' THEN false END
           AND CASE WHEN client IS NULL OR h.address IN ('all', 'samehost', 'samenet') THEN true
                    WHEN h.netmask IS NOT NULL
                    THEN family(h.address::inet) = family(client)
                         AND (h.address::inet & h.netmask::inet) = (client & h.netmask::inet) END AS fits) f
    WHERE f.fits IS NOT FALSE
    ORDER BY h.position
    LIMIT 1
$$;
COMMENT ON FUNCTION adpipe_internal.hba_rule(name, inet) IS
    'The first line of pg_hba.conf that may hold for a session of a role in this database; client NULL: by the socket.';
REVOKE ALL ON FUNCTION adpipe_internal.hba_rule(name, inet) FROM PUBLIC;

CREATE FUNCTION adpipe_internal.cron_obstacle(role name, host text) RETURNS text
    LANGUAGE plpgsql STABLE SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    address text;
    rule record;
BEGIN
    IF (adpipe_internal.cron_settings()).database_name IS NULL
       OR pg_has_role(adpipe_internal.asking_role(), role, 'USAGE') IS NOT TRUE THEN
        RETURN NULL;
    ELSIF NOT (SELECT r.rolcanlogin FROM pg_roles r WHERE r.rolname = role) THEN
        RETURN 'the role may not log in';
    ELSIF (adpipe_internal.cron_settings()).is_background THEN
        RETURN NULL;
    ELSIF host ~ '^(/|$)' THEN
        address := 'local';
    ELSIF host NOT IN ('localhost', '127.0.0.1', '::1') THEN
        RETURN 'only connections to this machine are looked into';
    ELSIF current_setting('listen_addresses') = '' THEN
        RETURN 'listen_addresses is empty';
    END IF;
    FOREACH address IN ARRAY CASE WHEN address = 'local' THEN ARRAY[address] WHEN host = 'localhost' THEN '{127.0.0.1,::1}' ELSE ARRAY[host] END LOOP
        SELECT h.* INTO rule FROM adpipe_internal.hba_rule(role, nullif(address, 'local')::inet) h;
        IF rule.line IS NULL THEN
            RETURN format('no line of pg_hba.conf lets it in (%s)', address);
        ELSIF NOT rule.is_sure OR rule.method <> 'trust' THEN
            RETURN format('line %s of pg_hba.conf asks for %s (%s)', rule.line, rule.method, address);
        END IF;
    END LOOP;
    RETURN NULL;
END
$$;
COMMENT ON FUNCTION adpipe_internal.cron_obstacle(name, text) IS
    'What may keep pg_cron from a session of the current user, or of a role whose rights it has; NULL: nothing does.';
REVOKE ALL ON FUNCTION adpipe_internal.cron_obstacle(name, text) FROM PUBLIC;

CREATE FUNCTION adpipe_internal.cron_needs(job text, role name, host text, port integer) RETURNS text
    LANGUAGE sql STABLE
    SET search_path = pg_catalog, pg_temp
AS $$
    SELECT CASE WHEN NOT r.rolcanlogin THEN format('ALTER ROLE %I LOGIN;', role)
                WHEN (adpipe_internal.cron_settings()).is_background THEN 'See the server log; raise max_worker_processes and restart.'
                ELSE format('Set cron.use_background_workers = on and restart: then it needs no connection.%s', CASE WHEN host ~ '^(/|$)' THEN '' ELSE format(
        E'\nOr put this line into .pgpass of the server''s operating-system user: %s:%s:%s:%s:<password>', host, port,
        regexp_replace(current_database(), '([:\\])', '\\\1', 'g'), regexp_replace(role, '([:\\])', '\\\1', 'g')) END)
                     || format(E'\nOr let it in by the socket: as a superuser, UPDATE cron.job SET nodename = '''' WHERE %s;\n'
                               'first in pg_hba.conf: local "%s" "%s" peer map=adpipe\n'
                               'in pg_ident.conf, with the server''s operating-system user: adpipe postgres "%s"\n'
                               'and SELECT pg_reload_conf();', job, current_database(), role, role) END
    FROM pg_roles r WHERE r.rolname = role
$$;
COMMENT ON FUNCTION adpipe_internal.cron_needs(text, name, text, integer) IS
    'What lets pg_cron have a session as a role; job: the condition on cron.job.';
REVOKE ALL ON FUNCTION adpipe_internal.cron_needs(text, name, text, integer) FROM PUBLIC;
