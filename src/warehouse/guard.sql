/*
 * guard.sql: which role may write what into the ledgers.
 *
 * The functions that write them have the rights of the extension's owner and
 * may be called by every loader.  Their caller said by act_for() for which
 * copies of its own the statement acts; nothing else is let through.  Views are
 * security barriers: no condition of a reader sees a row before theirs has.
 */

/*
 * Rows of a table that is gone may go, and its name out of others' rows: that is
 * forget_dropped(), whoever drops.
 */
CREATE FUNCTION adpipe_internal.guard_ledger() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    target regclass := CASE TG_OP WHEN 'DELETE' THEN OLD.target ELSE NEW.target END;
BEGIN
    IF adpipe_internal.is_acting(target) THEN
        RETURN CASE TG_OP WHEN 'DELETE' THEN OLD ELSE NEW END;
    ELSIF TG_OP = 'DELETE' AND has_table_privilege(target, 'SELECT') IS NULL THEN
        RETURN OLD;
    ELSIF TG_OP = 'UPDATE' AND TG_TABLE_NAME = 'target_ledger' THEN
        IF has_table_privilege(OLD.source, 'SELECT') IS NULL
           AND to_jsonb(NEW) = to_jsonb(OLD) || '{"source": null}' THEN
            RETURN NEW;
        END IF;
    END IF;
    RAISE EXCEPTION 'must be owner of table %', target
        USING ERRCODE = 'insufficient_privilege',
              DETAIL = 'What adpipe knows of a local copy is written by its owner only.';
END
$$;
COMMENT ON FUNCTION adpipe_internal.guard_ledger() IS
    'Trigger: an error unless the statement acts for the table that a row of a ledger is about.';
REVOKE ALL ON FUNCTION adpipe_internal.guard_ledger() FROM PUBLIC;

DO $$
DECLARE
    ledger regclass;
BEGIN
    FOR ledger IN
        SELECT c.oid FROM pg_class c
        WHERE c.relnamespace = 'adpipe'::regnamespace AND c.relkind = 'r' AND c.relname ~ '_ledger$'
    LOOP
        EXECUTE format('CREATE TRIGGER guard BEFORE INSERT OR UPDATE OR DELETE ON %s '
                       'FOR EACH ROW EXECUTE FUNCTION adpipe_internal.guard_ledger()', ledger);
        EXECUTE format('COMMENT ON TRIGGER guard ON %s IS %L', ledger,
                       'Lets through what is written of the copies that the statement acts for.');
    END LOOP;
END
$$;

DO $$
DECLARE
    named regclass;
BEGIN
    FOR named IN
        SELECT c.oid FROM pg_class c
        JOIN pg_depend d ON d.classid = 'pg_class'::regclass AND d.objid = c.oid AND d.objsubid = 0 AND d.deptype = 'e'
        JOIN pg_extension e ON d.refclassid = 'pg_extension'::regclass AND e.oid = d.refobjid AND e.extname = 'adpipe'
        WHERE c.relkind = 'v'
    LOOP
        EXECUTE format('ALTER VIEW %s SET (security_barrier = true)', named);
    END LOOP;
END
$$;
