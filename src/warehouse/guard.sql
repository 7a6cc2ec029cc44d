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

/*
 * What account_ledger says of whole days holds for as long as their slices are
 * there and were asked for no earlier.  Refreshes only add to both; retention and
 * changes of the ledger by hand, under session_replication_role as well, take the
 * mark back.
 */
CREATE FUNCTION adpipe_internal.forget_whole() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    IF TG_OP = 'UPDATE' THEN
        UPDATE adpipe.account_ledger a SET whole_since = NULL, whole_until = NULL, final_until = NULL
        WHERE a.target = OLD.target AND a.account_id = OLD.account_id AND OLD.date_day BETWEEN a.whole_since AND a.whole_until;
    ELSE
        UPDATE adpipe.account_ledger a SET whole_since = NULL, whole_until = NULL, final_until = NULL
        WHERE a.whole_since IS NOT NULL
          AND EXISTS (SELECT FROM gone g WHERE g.target = a.target AND g.account_id = a.account_id
                                           AND g.date_day BETWEEN a.whole_since AND a.whole_until);
    END IF;
    RETURN NULL;
END
$$;
COMMENT ON FUNCTION adpipe_internal.forget_whole() IS
    'Trigger: takes back the mark of whole days of accounts whose slices go or become older.';
REVOKE ALL ON FUNCTION adpipe_internal.forget_whole() FROM PUBLIC;

CREATE TRIGGER forget_gone AFTER DELETE ON adpipe.slice_ledger REFERENCING OLD TABLE AS gone
    FOR EACH STATEMENT EXECUTE FUNCTION adpipe_internal.forget_whole();
COMMENT ON TRIGGER forget_gone ON adpipe.slice_ledger IS 'Takes back the mark of whole days.';
CREATE TRIGGER forget_older AFTER UPDATE ON adpipe.slice_ledger FOR EACH ROW
    WHEN (coalesce(NEW.asked_at, NEW.fetched_at) < coalesce(OLD.asked_at, OLD.fetched_at) OR NEW.fetched_at IS NULL AND OLD.fetched_at IS NOT NULL
          OR NEW.target <> OLD.target OR NEW.account_id <> OLD.account_id OR NEW.date_day <> OLD.date_day)
    EXECUTE FUNCTION adpipe_internal.forget_whole();
COMMENT ON TRIGGER forget_older ON adpipe.slice_ledger IS 'Takes back the mark of whole days.';
ALTER TABLE adpipe.slice_ledger ENABLE ALWAYS TRIGGER forget_gone;
ALTER TABLE adpipe.slice_ledger ENABLE ALWAYS TRIGGER forget_older;

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
