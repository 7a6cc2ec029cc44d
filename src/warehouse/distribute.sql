/*
 * distribute.sql: copies whose rows lie on several servers, by the extension Citus.
 *
 * The ledger, the refresh and the foreign tables stay on the coordinator.  Nothing
 * here needs Citus to be there before distribute() is called.
 */

CREATE FUNCTION adpipe_internal.is_distributed(relation regclass) RETURNS boolean
    AS 'MODULE_PATHNAME', 'adpipe_is_distributed' LANGUAGE C STRICT STABLE;
COMMENT ON FUNCTION adpipe_internal.is_distributed(regclass) IS
    'Whether Citus keeps the rows of a table elsewhere than in the table.';

/* What stands in the way, and the way out. */
CREATE FUNCTION adpipe_internal.distribution_problem(target regclass, OUT problem text, OUT hint text)
    LANGUAGE sql STABLE
    SET search_path = pg_catalog, pg_temp
AS $$
    SELECT p.problem, p.hint
    FROM adpipe_internal.relation_tree(target) t
    JOIN pg_class c ON c.oid = t
    CROSS JOIN LATERAL (
        SELECT 'It is distributed already.' AS problem, NULL AS hint WHERE adpipe_internal.is_distributed(c.oid)
        UNION ALL
        SELECT 'Another role opened schema adpipe_parts in this transaction, and workers do not see that yet.',
               'COMMIT first, then distribute the copy.'
        FROM pg_namespace n
        WHERE n.oid = c.relnamespace AND n.nspname = 'adpipe_parts' AND n.xmin = pg_current_xact_id_if_assigned()::xid
          AND NOT pg_has_role(n.nspowner, 'USAGE')
        UNION ALL
        SELECT format('%s has row-level security, and the accounts that roles were granted are known to the coordinator only.', c.oid::regclass),
               'Give each reader a view over the copy instead.'
        WHERE c.relrowsecurity
        UNION ALL
        SELECT format('%s has trigger "%s", which Citus does not take.', c.oid::regclass, g.tgname),
               format('DROP TRIGGER %I ON %s;', g.tgname, c.oid::regclass)
        FROM pg_trigger g
        WHERE g.tgrelid = c.oid AND NOT g.tgisinternal AND g.tgparentid = 0 AND g.tgname <> 'adpipe_touched'
        UNION ALL
        SELECT format('%s has rule "%s", which Citus does not take.', c.oid::regclass, r.rulename),
               format('DROP RULE %I ON %s;', r.rulename, c.oid::regclass)
        FROM pg_rewrite r WHERE r.ev_class = c.oid
        UNION ALL
        SELECT format('Partition %s belongs to role "%s".', c.oid::regclass, adpipe_internal.owner_of(c.oid)),
               format('ALTER TABLE %s OWNER TO %I;', c.oid::regclass, adpipe_internal.owner_of(target))
        WHERE adpipe_internal.owner_of(c.oid) <> adpipe_internal.owner_of(target)
        UNION ALL
        SELECT format('Index %s keeps rows of different accounts apart, which lie on different servers.', x.indexrelid::regclass),
               format('Add "account_id" to its columns, or DROP INDEX %s;', x.indexrelid::regclass)
        FROM pg_index x
        WHERE x.indrelid = c.oid AND x.indisunique
          AND NOT EXISTS (SELECT FROM pg_attribute a WHERE a.attrelid = c.oid AND a.attname = 'account_id' AND a.attnum = ANY (x.indkey))
    ) p
    LIMIT 1
$$;
COMMENT ON FUNCTION adpipe_internal.distribution_problem(regclass) IS
    'Why a copy cannot be distributed, and what to do; NULL if nothing is known against it.';
REVOKE ALL ON FUNCTION adpipe_internal.distribution_problem(regclass) FROM PUBLIC;

CREATE FUNCTION adpipe_internal.check_distributable(target regclass, reference boolean) RETURNS void
    LANGUAGE plpgsql STABLE
    SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    found record;
BEGIN
    IF NOT EXISTS (SELECT FROM pg_extension e WHERE e.extname = 'citus') THEN
        RAISE EXCEPTION 'table "%" cannot be distributed: this database has no extension citus', target
            USING ERRCODE = 'feature_not_supported',
                  DETAIL = 'Citus keeps the rows of a table on several servers.',
                  HINT = 'doc/scale.md has how to set up Citus with adpipe.';
    END IF;
    IF reference AND (adpipe_internal.target_of(target)).is_daily THEN
        RAISE EXCEPTION 'table "%" cannot be a reference table', target
            USING ERRCODE = 'wrong_object_type',
                  DETAIL = 'It has partitions by month, and a reference table has none.',
                  HINT = format('SELECT adpipe.distribute(%L);', target);
    END IF;
    SELECT * INTO found FROM adpipe_internal.distribution_problem(target);
    IF found.problem IS NOT NULL THEN
        RAISE EXCEPTION 'table "%" cannot be distributed', target
            USING ERRCODE = 'object_not_in_prerequisite_state',
                  DETAIL = found.problem,
                  HINT = coalesce(found.hint, 'Nothing is left to do.');
    END IF;
END
$$;
COMMENT ON FUNCTION adpipe_internal.check_distributable(regclass, boolean) IS
    'An error unless a copy can be distributed; part of distribute().';
REVOKE ALL ON FUNCTION adpipe_internal.check_distributable(regclass, boolean) FROM PUBLIC;

/*
 * Citus takes no triggers, so changes by hand leave no mark; they are found where
 * rows are compared with the ledger: by require_complete(), by a refresh of their
 * days, and by the check of a part of each copy every day.  What Citus leaves in
 * the table itself after it has moved the rows would come back with the table.
 */
CREATE FUNCTION adpipe.distribute(target regclass, reference boolean DEFAULT false) RETURNS void
    LANGUAGE plpgsql
    SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    part regclass;
BEGIN
    PERFORM adpipe_internal.require_owner(target);
    PERFORM adpipe_internal.check_distributable(target, coalesce(reference, false));
    PERFORM adpipe_internal.require_trust(target, true);
    PERFORM adpipe_internal.lock_target(target, 'partitions');
    PERFORM adpipe_internal.begin_storing(target);
    FOR part IN SELECT g.tgrelid FROM adpipe_internal.relation_tree(target) t JOIN pg_trigger g ON g.tgrelid = t
                WHERE g.tgname = 'adpipe_touched' LOOP
        EXECUTE format('DROP TRIGGER adpipe_touched ON %s', part);
    END LOOP;
    IF reference THEN
        EXECUTE 'SELECT pg_catalog.create_reference_table($1)' USING target;
    ELSE
        EXECUTE 'SELECT pg_catalog.create_distributed_table($1, ''account_id'')' USING target;
    END IF;
    EXECUTE 'SELECT pg_catalog.truncate_local_data_after_distributing_table($1)' USING target;
END
$$;
COMMENT ON FUNCTION adpipe.distribute(regclass, boolean) IS
    'Has Citus keep the rows of a copy on several servers: by account_id, so that the rows of an account lie together, those of other copies too; or, for a list of entities with reference => true, all rows on every server. The copy is refreshed and read as before. Changes by hand are found by the checks that compare rows with the ledger, since Citus takes no triggers.';
REVOKE ALL ON FUNCTION adpipe.distribute(regclass, boolean) FROM PUBLIC;
