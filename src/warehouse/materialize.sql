/* materialize.sql: making a local copy, its partitions, changing how it is kept. */

CREATE FUNCTION adpipe_internal.add_target(target regclass, source regclass, is_daily boolean,
                                           start_day date, lookback integer) RETURNS void
    LANGUAGE sql SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
AS $$
    INSERT INTO adpipe.target_ledger (target, source, is_daily, period, start_day, lookback, created_at)
    VALUES (target, source, is_daily, adpipe_internal.period_of(source), start_day, lookback, adpipe_internal.clock())
$$;
COMMENT ON FUNCTION adpipe_internal.add_target(regclass, regclass, boolean, date, integer) IS
    'Enters a new target into the ledger; part of materialize().';
REVOKE ALL ON FUNCTION adpipe_internal.add_target(regclass, regclass, boolean, date, integer) FROM PUBLIC;

/* Names have 63 bytes, of which a letter takes up to four. */
CREATE FUNCTION adpipe_internal.name_with(name text, suffix text) RETURNS text
    LANGUAGE sql IMMUTABLE
    SET search_path = pg_catalog, pg_temp
AS $$
    SELECT left(name, n) || suffix
    FROM generate_series(length(name), 0, -1) n
    WHERE octet_length(left(name, n)) <= 63 - octet_length(suffix)
    LIMIT 1
$$;
COMMENT ON FUNCTION adpipe_internal.name_with(text, text) IS
    'A name with something behind it, cut so that it stays whole.';
REVOKE ALL ON FUNCTION adpipe_internal.name_with(text, text) FROM PUBLIC;

/*
 * By what they hold and not by their names: tables are renamed and moved, names
 * are cut or taken.
 */
CREATE FUNCTION adpipe_internal.partitions(target regclass, OUT part regclass, OUT since date, OUT until date)
    RETURNS SETOF record
    LANGUAGE sql STABLE
    SET search_path = pg_catalog, pg_temp
    SET datestyle = 'ISO, YMD'
AS $$
    SELECT c.oid, b.days[1]::date, b.days[2]::date
    FROM pg_inherits i
    JOIN pg_class c ON c.oid = i.inhrelid
    CROSS JOIN LATERAL (SELECT regexp_match(pg_get_expr(c.relpartbound, c.oid),
                                            'FROM [(]''([0-9-]+)''[)] TO [(]''([0-9-]+)''[)]')) b (days)
    WHERE i.inhparent = target AND b.days IS NOT NULL
$$;
COMMENT ON FUNCTION adpipe_internal.partitions(regclass) IS
    'The partitions of a target, with their first day and the first one after.';
REVOKE ALL ON FUNCTION adpipe_internal.partitions(regclass) FROM PUBLIC;

/* A byte shorter than a name may be, for the type of its arrays, which has one more. */
CREATE FUNCTION adpipe_internal.partition_of(target regclass, month date) RETURNS name
    LANGUAGE plpgsql STABLE
    SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    own name := (SELECT relname FROM pg_class WHERE oid = target);
    suffix text;
    part name;
BEGIN
    FOR n IN 1 .. 1000 LOOP
        suffix := format('_%s_%s%s', target::oid, to_char(month, 'YYYY"m"MM'), CASE WHEN n > 1 THEN '_' || n END);
        part := left(adpipe_internal.name_with(own, suffix || '_'), -1);
        IF NOT EXISTS (SELECT FROM pg_class o JOIN pg_namespace h ON h.oid = o.relnamespace
                       WHERE o.relname = part AND h.nspname = 'adpipe_parts')
           AND NOT EXISTS (SELECT FROM pg_type o JOIN pg_namespace h ON h.oid = o.typnamespace
                           WHERE o.typname IN (part, '_' || part) AND h.nspname = 'adpipe_parts') THEN
            RETURN part;
        END IF;
    END LOOP;
    RETURN NULL;
END
$$;
COMMENT ON FUNCTION adpipe_internal.partition_of(regclass, date) IS
    'Name in schema adpipe_parts for a new partition that is to hold a month of a target; no relation has it yet.';
REVOKE ALL ON FUNCTION adpipe_internal.partition_of(regclass, date) FROM PUBLIC;

/*
 * The schema is no member of the extension, so that DROP EXTENSION leaves every
 * copy its rows.  The owner of a schema may drop what others have in it; so it
 * has to be a superuser's.  Owners of copies may create there, since an index on
 * a copy is one on each partition.
 */
CREATE FUNCTION adpipe_internal.open_parts_schema(target regclass) RETURNS void
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    found record;
    owner name := adpipe_internal.owner_of(target);
BEGIN
    PERFORM adpipe_internal.require_acting(target);
    IF to_regnamespace('adpipe_parts') IS NULL THEN
        BEGIN
            CREATE SCHEMA adpipe_parts;
            COMMENT ON SCHEMA adpipe_parts IS 'Partitions of adpipe''s local copies; read them through the copies.';
        EXCEPTION WHEN duplicate_schema OR unique_violation THEN
            NULL; /* another session was faster */
        END;
    END IF;
    SELECT r.rolname, r.rolsuper INTO found
    FROM pg_namespace n JOIN pg_roles r ON r.oid = n.nspowner WHERE n.nspname = 'adpipe_parts';
    IF NOT found.rolsuper THEN
        RAISE EXCEPTION 'schema "adpipe_parts" belongs to role "%"', found.rolname
            USING ERRCODE = 'insufficient_privilege',
                  DETAIL = 'It holds the partitions of all local copies, which the owner of the schema could drop.',
                  HINT = format('As a superuser: ALTER SCHEMA adpipe_parts OWNER TO %I;', current_user);
    END IF;
    IF NOT has_schema_privilege(owner, 'adpipe_parts', 'CREATE') OR NOT has_schema_privilege(owner, 'adpipe_parts', 'USAGE') THEN
        EXECUTE format('GRANT USAGE, CREATE ON SCHEMA adpipe_parts TO %I', owner);
    END IF;
END
$$;
COMMENT ON FUNCTION adpipe_internal.open_parts_schema(regclass) IS
    'Makes schema adpipe_parts if it is not there, and lets the owner of a copy use it; part of make_partitions().';
REVOKE ALL ON FUNCTION adpipe_internal.open_parts_schema(regclass) FROM PUBLIC;

/*
 * A partition is made as a table of its own and attached: that takes no lock
 * that readers would wait for, as CREATE TABLE ... PARTITION OF does.  Only a
 * table that was made here is attached, whatever names others have taken.
 */
CREATE FUNCTION adpipe_internal.make_partitions(target regclass, since date, until date) RETURNS integer
    LANGUAGE plpgsql
    SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    month date;
    month_end date;
    part regclass;
    made integer := 0;
BEGIN
    PERFORM adpipe_internal.act_for(target);
    FOR month, month_end IN
        SELECT m::date, (m + interval '1 month')::date
        FROM generate_series(date_trunc('month', since::timestamp),
                             date_trunc('month', until::timestamp), '1 month') m
    LOOP
        CONTINUE WHEN EXISTS (SELECT FROM adpipe_internal.partitions(target) p WHERE p.since < month_end AND p.until > month);
        PERFORM adpipe_internal.lock_target(target, 'partitions');
        CONTINUE WHEN EXISTS (SELECT FROM adpipe_internal.partitions(target) p WHERE p.since < month_end AND p.until > month);
        PERFORM adpipe_internal.require_trust(target, true);
        PERFORM adpipe_internal.open_parts_schema(target);
        part := adpipe_internal.make_partition(target, month);
        EXECUTE format('ALTER TABLE %s ATTACH PARTITION %s FOR VALUES FROM (%L) TO (%L)',
                       target, part, month, month_end);
        PERFORM adpipe_internal.watch_table(target, part::regclass);
        made := made + 1;
    END LOOP;
    RETURN made;
END
$$;
COMMENT ON FUNCTION adpipe_internal.make_partitions(regclass, date, date) IS
    'Makes the monthly partitions of a target that are not there yet; returns how many.';
REVOKE ALL ON FUNCTION adpipe_internal.make_partitions(regclass, date, date) FROM PUBLIC;

/*
 * A published table needs an identity for its rows, and a copy has no key.
 * Default privileges are revoked: privileges to read belong to the copy.
 */
CREATE FUNCTION adpipe_internal.make_partition(target regclass, month date) RETURNS regclass
    LANGUAGE plpgsql
    SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    part text := format('adpipe_parts.%I', adpipe_internal.partition_of(target, month));
    grantee oid;
BEGIN
    EXECUTE format('CREATE TABLE %s (LIKE %s INCLUDING DEFAULTS INCLUDING CONSTRAINTS)', part, target);
    EXECUTE format('ALTER TABLE %s OWNER TO %I', part, adpipe_internal.owner_of(target));
    EXECUTE format('ALTER TABLE %s REPLICA IDENTITY FULL', part);
    FOR grantee IN
        SELECT DISTINCT a.grantee FROM pg_class c CROSS JOIN LATERAL aclexplode(c.relacl) a
        WHERE c.oid = part::regclass AND a.grantee <> c.relowner
    LOOP
        EXECUTE format('REVOKE ALL ON TABLE %s FROM %s CASCADE', part,
                       CASE grantee WHEN 0 THEN 'PUBLIC' ELSE quote_ident(pg_get_userbyid(grantee)) END);
    END LOOP;
    RETURN part::regclass;
END
$$;
COMMENT ON FUNCTION adpipe_internal.make_partition(regclass, date) IS
    'Makes the table that is to be a month of a target, where BI tools do not list it; part of make_partitions().';
REVOKE ALL ON FUNCTION adpipe_internal.make_partition(regclass, date) FROM PUBLIC;

CREATE FUNCTION adpipe_internal.check_source(source regclass) RETURNS adpipe.refresh_policy
    LANGUAGE plpgsql STABLE
    SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    policy adpipe.refresh_policy := adpipe_internal.source_policy(source);
BEGIN
    IF policy.platform IS NULL THEN
        RAISE EXCEPTION '"%" is no foreign table of adpipe', source
            USING ERRCODE = 'wrong_object_type',
                  HINT = 'IMPORT FOREIGN SCHEMA reports makes the tables that can be copied.';
    END IF;
    IF NOT EXISTS (SELECT FROM adpipe_internal.source_columns(source) c
                   WHERE c.name = 'account_id' AND c.type = 'text') THEN
        RAISE EXCEPTION 'foreign table "%" has no column "account_id" of type text', source
            USING ERRCODE = 'undefined_column',
                  DETAIL = 'A copy is kept account by account.',
                  HINT = 'Add the column, with the field of the account''s id.';
    ELSIF adpipe_internal.period_of(source) = 'all' THEN
        RAISE EXCEPTION 'foreign table "%" cannot be copied: its option "period" is all', source
            USING ERRCODE = 'feature_not_supported',
                  DETAIL = 'Its rows cover the range that a statement asks for, which a copy does not know.',
                  HINT = 'Copy a table of period week or month, and ask this one directly.';
    END IF;
    RETURN policy;
END
$$;
COMMENT ON FUNCTION adpipe_internal.check_source(regclass) IS
    'The policy of a table that can be copied; an error for any other.';
REVOKE ALL ON FUNCTION adpipe_internal.check_source(regclass) FROM PUBLIC;

CREATE FUNCTION adpipe_internal.copy_comments(source regclass, target regclass) RETURNS void
    LANGUAGE plpgsql
    SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    found record;
BEGIN
    FOR found IN
        SELECT c.name, col_description(source, c.attnum) AS text
        FROM adpipe_internal.source_columns(source) c
        WHERE col_description(source, c.attnum) IS NOT NULL
    LOOP
        EXECUTE format('COMMENT ON COLUMN %s.%I IS %L', target, found.name, found.text);
    END LOOP;
    EXECUTE format('COMMENT ON TABLE %s IS %L', target,
                   concat_ws(' ', obj_description(source, 'pg_class'),
                             format('Copy of %s, kept by adpipe.', source)));
END
$$;
COMMENT ON FUNCTION adpipe_internal.copy_comments(regclass, regclass) IS
    'Gives a copy the comments of its source.';
REVOKE ALL ON FUNCTION adpipe_internal.copy_comments(regclass, regclass) FROM PUBLIC;

CREATE FUNCTION adpipe_internal.check_terms(lookback integer, retention interval, every interval) RETURNS void
    LANGUAGE plpgsql IMMUTABLE
    SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    IF lookback NOT BETWEEN 0 AND 10000 THEN
        RAISE EXCEPTION 'lookback must be from 0 to 10000 days' USING ERRCODE = 'invalid_parameter_value';
    ELSIF NOT (retention > interval '0' AND retention <= interval '1000 years') THEN
        RAISE EXCEPTION 'retention must be more than nothing, 1000 years at most' USING ERRCODE = 'invalid_parameter_value';
    ELSIF every NOT BETWEEN interval '0' AND interval '1 year' THEN
        RAISE EXCEPTION 'every must be from 0 to 1 year' USING ERRCODE = 'invalid_parameter_value';
    END IF;
END
$$;
COMMENT ON FUNCTION adpipe_internal.check_terms(integer, interval, interval) IS
    'An error unless a local copy can be kept so; NULL is no error.';
REVOKE ALL ON FUNCTION adpipe_internal.check_terms(integer, interval, interval) FROM PUBLIC;

CREATE FUNCTION adpipe_internal.has_days(source regclass) RETURNS boolean
    LANGUAGE sql STABLE
    SET search_path = pg_catalog, pg_temp
AS $$
    SELECT adpipe_internal.day_column(source) IS NOT NULL
$$;
COMMENT ON FUNCTION adpipe_internal.has_days(regclass) IS
    'Whether a source is a report by day, week or month; else it lists entities.';
REVOKE ALL ON FUNCTION adpipe_internal.has_days(regclass) FROM PUBLIC;

CREATE FUNCTION adpipe_internal.start_of(source regclass, start date, lookback integer, held date DEFAULT NULL) RETURNS date
    LANGUAGE plpgsql STABLE
    SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    policy adpipe.refresh_policy := adpipe_internal.source_policy(source);
    today date := adpipe_internal.day_of(adpipe_internal.clock(), 'UTC');
    period text := adpipe_internal.period_of(source);
    reached date := adpipe_internal.slice_from((today - policy.reach)::date + 1, period);
BEGIN
    start := adpipe_internal.slice_start(start, period);
    IF NOT adpipe_internal.has_days(source) THEN
        IF start IS NOT NULL OR lookback IS NOT NULL THEN
            RAISE EXCEPTION 'foreign table "%" has no days, so a copy has no start and no lookback', source
                USING ERRCODE = 'invalid_parameter_value';
        END IF;
        RETURN NULL;
    ELSIF start < least(reached, held) OR start > today + 1 THEN
        RAISE EXCEPTION 'a copy of "%" cannot start on %', source, start
            USING ERRCODE = 'datetime_field_overflow',
                  DETAIL = format('Platform "%s" can be trusted from %s on.', policy.platform, reached),
                  HINT = 'Start on that day or later, today at the latest.';
    END IF;
    /* Two days inside the reach: one for zones ahead of UTC, one for the first refresh to come. */
    RETURN coalesce(start, CASE WHEN held IS NOT NULL THEN least(held, today) END,
                    greatest(adpipe_internal.slice_from(reached + 2, period), adpipe_internal.slice_start(today - 90, period)));
END
$$;
COMMENT ON FUNCTION adpipe_internal.start_of(regclass, date, integer, date) IS
    'The first day that a copy is to hold; NULL for a list of entities. held: the first day of which it holds rows already.';
REVOKE ALL ON FUNCTION adpipe_internal.start_of(regclass, date, integer, date) FROM PUBLIC;

CREATE FUNCTION adpipe_internal.make_copy(source regclass, target text, home name, start date, lookback integer)
    RETURNS regclass
    LANGUAGE plpgsql
    SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    parts text[] := parse_ident(target);
    schema text := quote_ident(CASE WHEN cardinality(parts) > 1 THEN parts[1] ELSE home END);
    name text := schema || '.' || quote_ident(parts[cardinality(parts)]);
    is_daily boolean := adpipe_internal.has_days(source);
    day_column name := adpipe_internal.day_column(source);
    today date := adpipe_internal.day_of(adpipe_internal.clock(), 'UTC');
    made regclass;
BEGIN
    PERFORM adpipe_internal.check_source(source);
    PERFORM adpipe_internal.check_terms(lookback, NULL, NULL);
    PERFORM adpipe_internal.require_trust(source, false);
    IF cardinality(parts) > 2 THEN
        RAISE EXCEPTION 'name "%" has too many parts', target USING ERRCODE = 'invalid_name';
    ELSIF name IS NULL THEN
        RAISE EXCEPTION 'no schema has been selected to create in'
            USING ERRCODE = 'invalid_schema_name',
                  HINT = 'Name the schema, or set search_path.';
    ELSIF to_regnamespace(schema) IS NULL THEN
        RAISE EXCEPTION 'schema "%" does not exist', (parse_ident(schema))[1]
            USING ERRCODE = 'invalid_schema_name',
                  DETAIL = format('Copy "%s" was to be made there.', target),
                  HINT = format('CREATE SCHEMA %s;', schema);
    ELSIF NOT has_schema_privilege(to_regnamespace(schema), 'CREATE') THEN
        RAISE EXCEPTION 'permission denied for schema %', (parse_ident(schema))[1]
            USING ERRCODE = 'insufficient_privilege',
                  DETAIL = format('Role "%s" may not create table "%s" there.', current_user, target),
                  HINT = format('As the owner of the schema: GRANT CREATE ON SCHEMA %s TO %I;', schema, current_user);
    ELSIF to_regclass(name) IS NOT NULL THEN
        RAISE EXCEPTION 'relation "%" already exists', target
            USING ERRCODE = 'duplicate_table',
                  HINT = 'Choose another name, or drop it first.';
    END IF;
    start := adpipe_internal.start_of(source, start, lookback);
    EXECUTE format('CREATE TABLE %s (%s, %s)%s', name,
        (SELECT string_agg(format('%I %s%s', c.name, c.type, CASE WHEN c.is_not_null THEN ' NOT NULL' ELSE '' END), ', '
                           ORDER BY c.attnum)
         FROM adpipe_internal.source_columns(source) c),
        CASE WHEN is_daily THEN '_fetched_at timestamptz NOT NULL'
             ELSE '_first_seen timestamptz NOT NULL, _last_seen timestamptz NOT NULL, _deleted_at timestamptz' END,
        CASE WHEN is_daily THEN format(' PARTITION BY RANGE (%I)', day_column) ELSE '' END);
    made := name::regclass;
    PERFORM adpipe_internal.act_for(made);
    PERFORM adpipe_internal.copy_comments(source, made);
    EXECUTE format('ALTER TABLE %s REPLICA IDENTITY FULL', made);
    PERFORM adpipe_internal.watch_table(made, made);
    IF is_daily THEN
        EXECUTE format('CREATE INDEX ON %s (account_id, %I)', made, day_column);
        EXECUTE format('COMMENT ON COLUMN %s._fetched_at IS %L', made, 'When the values of the account''s day were first stored.');
        PERFORM adpipe_internal.make_partitions(made, start, today + 31);
    ELSE
        EXECUTE format('CREATE INDEX ON %s (account_id)', made);
        EXECUTE format('COMMENT ON COLUMN %s._first_seen IS %L', made, 'When the row was first stored.');
        EXECUTE format('COMMENT ON COLUMN %s._last_seen IS %L', made, 'Last refresh that changed something of the account and found the row so.');
        EXECUTE format('COMMENT ON COLUMN %s._deleted_at IS %L', made, 'When the platform was first found not to list the entity any more.');
    END IF;
    PERFORM adpipe_internal.add_target(made, source, is_daily, start, lookback);
    RETURN made;
END
$$;
COMMENT ON FUNCTION adpipe_internal.make_copy(regclass, text, name, date, integer) IS
    'materialize() with the schema for a name that has none.';
REVOKE ALL ON FUNCTION adpipe_internal.make_copy(regclass, text, name, date, integer) FROM PUBLIC;

/* Without SET search_path: an unqualified name lands where CREATE TABLE would put it. */
CREATE FUNCTION adpipe.materialize(source regclass, target text, start date DEFAULT NULL,
                                   lookback integer DEFAULT NULL) RETURNS regclass
    LANGUAGE sql
AS $$ SELECT adpipe_internal.make_copy(source, target, pg_catalog.current_schema(), start, lookback) $$;
COMMENT ON FUNCTION adpipe.materialize(regclass, text, date, integer) IS
    'Makes an empty local copy of a foreign table and enters it into the schedule: a table partitioned by month for reports by day, week or month, from start on (default: the last 90 days), or a history of rows for lists of entities. lookback: days to read again every day, in place of the platform''s own window. Sends nothing.';
REVOKE ALL ON FUNCTION adpipe.materialize(regclass, text, date, integer) FROM PUBLIC;

CREATE FUNCTION adpipe_internal.change_target(target regclass, lookback integer, retention interval,
                                              every interval, enabled boolean) RETURNS void
    LANGUAGE sql SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
AS $$
    UPDATE adpipe.target_ledger t
    SET lookback = coalesce($2, t.lookback), retention = coalesce($3, t.retention),
        every = coalesce($4, t.every), enabled = coalesce($5, t.enabled)
    WHERE t.target = $1
$$;
COMMENT ON FUNCTION adpipe_internal.change_target(regclass, integer, interval, interval, boolean) IS
    'Part of alter_target().';
REVOKE ALL ON FUNCTION adpipe_internal.change_target(regclass, integer, interval, interval, boolean) FROM PUBLIC;

CREATE FUNCTION adpipe_internal.require_target(target regclass) RETURNS void
    LANGUAGE plpgsql STABLE
    SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    IF NOT EXISTS (SELECT FROM adpipe.targets t WHERE t.target = $1) THEN
        RAISE EXCEPTION 'table "%" is no target of adpipe', target
            USING ERRCODE = 'undefined_object',
                  HINT = 'View adpipe.targets lists those that you may read; adpipe.materialize() makes one.';
    END IF;
END
$$;
COMMENT ON FUNCTION adpipe_internal.require_target(regclass) IS
    'An error unless the table is a local copy that the caller may read.';

CREATE FUNCTION adpipe_internal.require_owner(target regclass) RETURNS void
    LANGUAGE plpgsql STABLE
    SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    PERFORM adpipe_internal.require_target(target);
    IF NOT adpipe_internal.act_for(target) THEN
        RAISE EXCEPTION 'must be owner of table %', target USING ERRCODE = 'insufficient_privilege';
    END IF;
END
$$;
COMMENT ON FUNCTION adpipe_internal.require_owner(regclass) IS
    'An error unless the table is a local copy that belongs to the caller, which then acts for it.';
REVOKE ALL ON FUNCTION adpipe_internal.require_owner(regclass) FROM PUBLIC;

CREATE FUNCTION adpipe.alter_target(target regclass, lookback integer DEFAULT NULL,
                                    retention interval DEFAULT NULL, every interval DEFAULT NULL,
                                    enabled boolean DEFAULT NULL) RETURNS void
    LANGUAGE plpgsql
    SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    PERFORM adpipe_internal.require_owner(target);
    PERFORM adpipe_internal.check_terms(lookback, retention, every);
    PERFORM adpipe_internal.change_target(target, lookback, retention, every, enabled);
END
$$;
COMMENT ON FUNCTION adpipe.alter_target(regclass, integer, interval, interval, boolean) IS
    'Changes how a local copy is kept: days to read again every day; how long days are kept, dropped by whole months; how long the last days stay as they were read; whether refresh_all() refreshes it. What is NULL stays.';
REVOKE ALL ON FUNCTION adpipe.alter_target(regclass, integer, interval, interval, boolean) FROM PUBLIC;

CREATE FUNCTION adpipe_internal.forget_days(target regclass, before date) RETURNS void
    LANGUAGE sql SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
AS $$
    DELETE FROM adpipe.slice_ledger s
    WHERE s.target = $1 AND s.date_day < before AND s.date_day > '-infinity'
$$;
COMMENT ON FUNCTION adpipe_internal.forget_days(regclass, date) IS
    'Takes days that retention dropped out of the ledger; part of drop_partitions().';
REVOKE ALL ON FUNCTION adpipe_internal.forget_days(regclass, date) FROM PUBLIC;

/*
 * Dropping locks readers out for a moment; who cannot have that moment leaves
 * it to the next refresh.
 */
CREATE FUNCTION adpipe_internal.drop_partitions(target regclass, before date) RETURNS integer
    LANGUAGE plpgsql
    SET search_path = pg_catalog, pg_temp
    SET lock_timeout = '2s'
AS $$
DECLARE
    part regclass;
    dropped integer := 0;
BEGIN
    FOR part IN SELECT p.part FROM adpipe_internal.partitions(target) p WHERE p.until <= before LOOP
        EXECUTE format('DROP TABLE %s', part);
        dropped := dropped + 1;
    END LOOP;
    IF dropped > 0 THEN
        PERFORM adpipe_internal.forget_days(target, before);
    END IF;
    RETURN dropped;
EXCEPTION WHEN lock_not_available THEN
    RETURN 0;
END
$$;
COMMENT ON FUNCTION adpipe_internal.drop_partitions(regclass, date) IS
    'Drops the partitions of a target that end before a day; returns how many.';
REVOKE ALL ON FUNCTION adpipe_internal.drop_partitions(regclass, date) FROM PUBLIC;
