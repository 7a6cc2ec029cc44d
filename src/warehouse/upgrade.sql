/*
 * upgrade.sql: bringing imported tables, and the copies of them, up to the reports
 * of the installed release.
 *
 * A table is recognised by the name and options that IMPORT FOREIGN SCHEMA gave it.
 * It gets the columns that its report has by now, and so do its copies, in one
 * transaction, so that no refresh finds them apart.  Nothing else is altered.  Rows
 * that were stored before have NULL in a new column; column_ledger has the
 * time when the column was added, which distinguishes this NULL from the platform's.
 */

CREATE TABLE adpipe.column_ledger (
    target regclass,
    column_name name,
    added_at timestamptz NOT NULL,
    PRIMARY KEY (target, column_name)
);
COMMENT ON TABLE adpipe.column_ledger IS 'Columns that upgrade_tables() added to local copies.';
COMMENT ON COLUMN adpipe.column_ledger.target IS 'The local table.';
COMMENT ON COLUMN adpipe.column_ledger.column_name IS 'Column.';
COMMENT ON COLUMN adpipe.column_ledger.added_at IS 'When it was added; in days that were asked for before, it is NULL.';
SELECT pg_extension_config_dump('adpipe.column_ledger', '');

CREATE FUNCTION adpipe_internal.copies_of(source regclass, OUT target regclass, OUT owner name) RETURNS SETOF record
    LANGUAGE sql STABLE SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
AS $$
    SELECT t.target, adpipe_internal.owner_of(t.target)
    FROM adpipe.target_ledger t
    WHERE t.source = $1 AND adpipe_internal.is_acting($1)
    ORDER BY t.target::text COLLATE "C"
$$;
COMMENT ON FUNCTION adpipe_internal.copies_of(regclass) IS
    'The local copies of a foreign table that the statement acts for, whoever owns them.';
REVOKE ALL ON FUNCTION adpipe_internal.copies_of(regclass) FROM PUBLIC;

/* The columns of the report that a foreign table was imported as; none if it was not, or has other options by now. */
CREATE FUNCTION adpipe_internal.report_of(source regclass,
    OUT place bigint, OUT column_name name, OUT field text, OUT type regtype, OUT kind text, OUT description text,
    OUT is_personal boolean)
    RETURNS SETOF record
    LANGUAGE sql STABLE
    SET search_path = pg_catalog, pg_temp
AS $$
    SELECT k.ordinality, k.column_name, k.field, k.type, k.kind, k.description, k.is_personal
    FROM pg_foreign_table t
    JOIN pg_class c ON c.oid = t.ftrelid
    JOIN pg_foreign_server s ON s.oid = t.ftserver
    JOIN pg_foreign_data_wrapper w ON w.oid = s.srvfdw
    CROSS JOIN LATERAL adpipe_internal.report_columns(w.fdwname, c.relname) WITH ORDINALITY k
    WHERE t.ftrelid = source AND t.ftoptions @> k.options
      AND EXISTS (SELECT FROM unnest(k.options) o WHERE o LIKE 'breakdowns=%')
          = EXISTS (SELECT FROM unnest(t.ftoptions) o WHERE o ~ '^(action_)?breakdowns=')
      AND ('reattr=true' = ANY (k.options)) = ('reattr=true' = ANY (t.ftoptions))
$$;
COMMENT ON FUNCTION adpipe_internal.report_of(regclass) IS
    'The columns of the built-in report that a foreign table was imported as.';
REVOKE ALL ON FUNCTION adpipe_internal.report_of(regclass) FROM PUBLIC;

/*
 * A column that splits rows changes what a row is.  Personal data are added only to
 * tables that have some already.
 */
CREATE FUNCTION adpipe_internal.report_differences(source regclass,
    OUT name name, OUT field text, OUT type regtype, OUT description text, OUT problem text)
    RETURNS SETOF record
    LANGUAGE sql STABLE
    SET search_path = pg_catalog, pg_temp
AS $$
    WITH has AS (
        SELECT a.attname, a.atttypid::regtype AS type, substr(o, 7) AS field
        FROM pg_attribute a
        LEFT JOIN LATERAL unnest(a.attfdwoptions) o ON o LIKE 'field=%'
        WHERE a.attrelid = source AND a.attnum > 0 AND NOT a.attisdropped
    ), wants AS (
        SELECT * FROM adpipe_internal.report_of(source)
    )
    SELECT w.column_name, w.field, w.type, w.description,
           CASE WHEN h.field <> w.field THEN format('it has field %s, in this release %s', h.field, w.field)
                WHEN h.type <> w.type THEN format('it is of type %s, in this release %s', h.type, w.type)
                WHEN h.attname IS NOT NULL THEN 'it has no field'
                WHEN w.kind = 'segment' THEN 'it splits rows, so each stored row would mean something else' END
    FROM wants w
    LEFT JOIN has h ON h.attname = w.column_name
    WHERE CASE WHEN h.attname IS NOT NULL THEN h.field IS DISTINCT FROM w.field OR h.type <> w.type
               ELSE NOT EXISTS (SELECT FROM has o WHERE o.field = w.field AND o.type = w.type)
                    AND (NOT w.is_personal OR EXISTS (SELECT FROM wants p JOIN has o ON o.field = p.field WHERE p.is_personal)) END
    ORDER BY w.place
$$;
COMMENT ON FUNCTION adpipe_internal.report_differences(regclass) IS
    'The columns in which an imported foreign table differs from its report; problem: why upgrade_tables() leaves one alone.';
REVOKE ALL ON FUNCTION adpipe_internal.report_differences(regclass) FROM PUBLIC;

/* A table is left alone if one of its copies cannot be altered, since that copy could not be refreshed any more. */
CREATE FUNCTION adpipe_internal.upgrade_hindrance(source regclass) RETURNS text
    LANGUAGE plpgsql
    SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    copy record;
BEGIN
    IF NOT adpipe_internal.act_for(source) THEN
        RETURN format('the table belongs to role "%s"', adpipe_internal.owner_of(source));
    ELSIF (SELECT c.relispartition FROM pg_class c WHERE c.oid = source) THEN
        RETURN 'the table is a partition, and has the columns of its parent';
    END IF;
    FOR copy IN SELECT c.target, c.owner FROM adpipe_internal.copies_of(source) c LOOP
        IF NOT adpipe_internal.act_for(copy.target) THEN
            RETURN format('role "%s" has a copy of the table', copy.owner);
        ELSIF (SELECT c.relispartition FROM pg_class c WHERE c.oid = copy.target) THEN
            RETURN format('copy %s is a partition, and has the columns of its parent', copy.target);
        END IF;
    END LOOP;
    RETURN NULL;
END
$$;
COMMENT ON FUNCTION adpipe_internal.upgrade_hindrance(regclass) IS
    'Why no column can be added to a foreign table and its copies; NULL if one can.';
REVOKE ALL ON FUNCTION adpipe_internal.upgrade_hindrance(regclass) FROM PUBLIC;

CREATE FUNCTION adpipe_internal.note_column(target regclass, column_name name, read_again boolean) RETURNS void
    LANGUAGE sql VOLATILE SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
AS $$
    SELECT adpipe_internal.require_acting($1);
    INSERT INTO adpipe.column_ledger AS c VALUES ($1, $2, adpipe_internal.clock())
    ON CONFLICT ON CONSTRAINT column_ledger_pkey DO UPDATE SET added_at = excluded.added_at;
    /* In order: see record_check(). */
    SELECT FROM adpipe.slice_ledger s WHERE read_again AND s.target = $1 ORDER BY s.account_id, s.date_day FOR NO KEY UPDATE;
    UPDATE adpipe.slice_ledger s SET stale_since = greatest(adpipe_internal.clock(), s.fetched_at + interval '1 microsecond')
    WHERE read_again AND s.target = $1 AND s.fetched_at IS NOT NULL AND isfinite(s.date_day)
$$;
COMMENT ON FUNCTION adpipe_internal.note_column(regclass, name, boolean) IS
    'Records that a column was added to a local copy; read_again: marks its stored days to be read again. Part of upgrade_tables().';
REVOKE ALL ON FUNCTION adpipe_internal.note_column(regclass, name, boolean) FROM PUBLIC;


/*
 * The foreign table comes first: its lock waits for refreshes that read it, so that
 * what they asked for is older than the time that is recorded.
 */
CREATE FUNCTION adpipe_internal.add_column(source regclass, name name, field text, type regtype, description text,
                                           read_again boolean) RETURNS void
    LANGUAGE plpgsql
    SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    copy regclass;
BEGIN
    EXECUTE format('ALTER FOREIGN TABLE %s ADD COLUMN %I %s OPTIONS (field %L)', source, name, type, field);
    EXECUTE format('COMMENT ON COLUMN %s.%I IS %L', source, name, description);
    FOR copy IN SELECT c.target FROM adpipe_internal.copies_of(source) c LOOP
        EXECUTE format('ALTER TABLE %s ADD COLUMN IF NOT EXISTS %I %s', copy, name, type);
        EXECUTE format('COMMENT ON COLUMN %s.%I IS %L', copy, name, description);
        PERFORM adpipe_internal.note_column(copy, name, read_again);
    END LOOP;
END
$$;
COMMENT ON FUNCTION adpipe_internal.add_column(regclass, name, text, regtype, text, boolean) IS
    'Adds a column to a foreign table and its copies; part of upgrade_tables().';
REVOKE ALL ON FUNCTION adpipe_internal.add_column(regclass, name, text, regtype, text, boolean) FROM PUBLIC;

CREATE FUNCTION adpipe_internal.filling_text(target regclass, read_again boolean) RETURNS text
    LANGUAGE sql VOLATILE
    SET search_path = pg_catalog, pg_temp
AS $$
    SELECT CASE WHEN NOT adpipe_internal.has_days($1) THEN '; the next refresh fills it'
                WHEN min(t.today) IS NULL THEN ''
                WHEN read_again THEN '; refreshes read the stored days again, as far back as the platform can be trusted'
                ELSE format('; NULL in stored days until they are read again: CALL adpipe.refresh(%L, %L);',
                            $1, min(greatest(t.first_day, t.reach_day))) END
    FROM adpipe_internal.target_terms($1) t
$$;
COMMENT ON FUNCTION adpipe_internal.filling_text(regclass, boolean) IS
    'How a new column of a copy is filled; part of upgrade_tables().';
REVOKE ALL ON FUNCTION adpipe_internal.filling_text(regclass, boolean) FROM PUBLIC;

CREATE FUNCTION adpipe_internal.upgrade_table(source regclass, dry_run boolean, read_again boolean) RETURNS SETOF text
    LANGUAGE plpgsql
    SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    hindrance text := adpipe_internal.upgrade_hindrance(source);
    wanted record;
    problem text;
    copy regclass;
    done text := CASE WHEN dry_run THEN 'to be added' ELSE 'added' END;
BEGIN
    IF NOT EXISTS (SELECT FROM adpipe_internal.report_of(source)) THEN
        RETURN NEXT format('%s: left alone: its name and options are not those of a report of this release', source);
    END IF;
    FOR wanted IN SELECT * FROM adpipe_internal.report_differences(source) LOOP
        SELECT coalesce(wanted.problem, hindrance, min(format('copy %s has such a column, of type %s', c.target, a.type))) INTO problem
        FROM adpipe_internal.copies_of(source) c
        JOIN LATERAL adpipe_internal.source_columns(c.target) a ON a.name = wanted.name AND a.type <> wanted.type::text;
        IF problem IS NOT NULL THEN
            RETURN NEXT format('%s: column "%s" left alone: %s', source, wanted.name, problem);
            CONTINUE;
        END IF;
        IF NOT dry_run THEN
            PERFORM adpipe_internal.add_column(source, wanted.name, wanted.field, wanted.type, wanted.description, read_again);
        END IF;
        RETURN NEXT format('%s: column "%s" %s %s', source, wanted.name, wanted.type, done);
        FOR copy IN SELECT c.target FROM adpipe_internal.copies_of(source) c LOOP
            RETURN NEXT format('%s: column "%s" %s %s%s', copy, wanted.name, wanted.type, done,
                               adpipe_internal.filling_text(copy, read_again));
        END LOOP;
    END LOOP;
END
$$;
COMMENT ON FUNCTION adpipe_internal.upgrade_table(regclass, boolean, boolean) IS
    'Adds the columns that a foreign table and its copies lack, and returns what it did; part of upgrade_tables().';
REVOKE ALL ON FUNCTION adpipe_internal.upgrade_table(regclass, boolean, boolean) FROM PUBLIC;

CREATE FUNCTION adpipe.upgrade_tables(schema regnamespace, dry_run boolean DEFAULT false, read_again boolean DEFAULT false)
    RETURNS SETOF text
    LANGUAGE sql VOLATILE
    SET search_path = pg_catalog, pg_temp
AS $$
    SELECT u
    FROM (SELECT c.oid FROM pg_class c
          JOIN pg_foreign_table t ON t.ftrelid = c.oid
          JOIN pg_foreign_server s ON s.oid = t.ftserver
          JOIN pg_foreign_data_wrapper w ON w.oid = s.srvfdw
          WHERE c.relnamespace = schema AND w.fdwname IN (SELECT wrapper FROM adpipe_internal.report_columns())
          ORDER BY c.relname) f
    CROSS JOIN LATERAL adpipe_internal.upgrade_table(f.oid, coalesce(dry_run, false), coalesce(read_again, false)) u
$$;
COMMENT ON FUNCTION adpipe.upgrade_tables(regnamespace, boolean, boolean) IS
    'Adds the columns that this release''s reports have and imported foreign tables of a schema lack, to the tables and their copies, and returns what it did and what it left alone; it drops and retypes nothing. Stored days have NULL there. dry_run: only returns what it would do. read_again: the stored days are due, as far back as the platform can be trusted. Sends nothing.';
REVOKE ALL ON FUNCTION adpipe.upgrade_tables(regnamespace, boolean, boolean) FROM PUBLIC;

CREATE VIEW adpipe.health_unfilled AS
    SELECT 'info'::text AS severity, c.target, NULL::text AS account_id,
           format('column "%s" is NULL in the rows of %s days, from %s to %s, that were read before it was added',
                  c.column_name, d.days, d.since, d.until) AS problem,
           c.added_at AS since,
           format('CALL adpipe.refresh(%L, %L, %L); reads them again.', c.target, d.since, d.until) AS action
    FROM adpipe.column_ledger c
    JOIN adpipe.target_ledger t ON t.target = c.target AND t.enabled
    JOIN pg_attribute a ON a.attrelid = c.target AND a.attname = c.column_name AND NOT a.attisdropped
    CROSS JOIN LATERAL (
        SELECT count(DISTINCT s.date_day) AS days, min(s.date_day) AS since, max(s.date_day) AS until
        FROM adpipe.account_terms m
        JOIN adpipe.slice_ledger s ON s.target = m.target AND s.account_id = m.account_id AND s.date_day >= m.reach_day
        WHERE m.target = c.target AND m.is_listed AND s.rows > 0
          AND coalesce(s.asked_at, s.fetched_at) <= c.added_at) d
    WHERE d.days > 0;
COMMENT ON VIEW adpipe.health_unfilled IS
    'Part of adpipe.health: days that were read before upgrade_tables() added a column, as far as the platform still gives them.';
