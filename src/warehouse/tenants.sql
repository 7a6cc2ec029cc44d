/*
 * tenants.sql: what keeps the roles apart that share the extension.
 *
 * Three rules.  A statement that chooses relations by itself takes only those of
 * the copy's owner (or of a superuser, whose code could run anyway), with columns
 * of built-in types.  A refresh by a role that does not own what it touches
 * refuses whatever would run the owner's code: types, triggers, defaults and so
 * on.  A view over the ledger shows a reader the copies that he may read, and of
 * a copy with row-level security the accounts that are granted to him.
 */

CREATE FUNCTION adpipe_internal.is_of_role(role_name name) RETURNS boolean
    LANGUAGE sql STABLE PARALLEL SAFE
    RETURN EXISTS (SELECT FROM pg_catalog.pg_roles r WHERE r.rolname = role_name AND pg_catalog.pg_has_role(r.oid, 'USAGE'));
COMMENT ON FUNCTION adpipe_internal.is_of_role(name) IS
    'Whether the current user is a role or has its rights; false for a role that does not exist.';

CREATE FUNCTION adpipe_internal.owner_of(relation regclass) RETURNS name
    LANGUAGE sql STABLE PARALLEL SAFE
    RETURN (SELECT pg_catalog.pg_get_userbyid(c.relowner) FROM pg_catalog.pg_class c WHERE c.oid = relation);
COMMENT ON FUNCTION adpipe_internal.owner_of(regclass) IS
    'The owner of a relation; NULL if there is no such relation.';

CREATE FUNCTION adpipe_internal.is_trusted(owner oid, by name) RETURNS boolean
    LANGUAGE sql STABLE PARALLEL SAFE
    RETURN EXISTS (SELECT FROM pg_catalog.pg_roles r WHERE r.oid = owner AND (r.rolname = by OR r.rolsuper));
COMMENT ON FUNCTION adpipe_internal.is_trusted(oid, name) IS
    'Whether code of a role may run in a statement of another: it is the same, or a superuser.';

/* Types that only an administrator can have made, so that to read a value runs nobody's code. */
CREATE FUNCTION adpipe_internal.has_plain_columns(relation regclass) RETURNS boolean
    LANGUAGE sql STABLE
    SET search_path = pg_catalog, pg_temp
AS $$
    SELECT NOT EXISTS (
        SELECT FROM pg_attribute a
        LEFT JOIN pg_type t ON t.oid = a.atttypid AND t.oid < 16384 AND t.typtype = 'b'
                           AND t.typnamespace = 'pg_catalog'::regnamespace
        WHERE a.attrelid = relation AND a.attnum > 0 AND NOT a.attisdropped AND t.oid IS NULL)
$$;
COMMENT ON FUNCTION adpipe_internal.has_plain_columns(regclass) IS
    'Whether all columns of a relation have built-in types, and none a domain.';

CREATE FUNCTION adpipe_internal.relation_tree(relation regclass) RETURNS SETOF oid
    LANGUAGE sql STABLE
    SET search_path = pg_catalog, pg_temp
AS $$
    WITH RECURSIVE tree (relid) AS (
        SELECT relation::oid
        UNION SELECT i.inhrelid FROM tree t JOIN pg_inherits i ON i.inhparent = t.relid)
    SELECT relid FROM tree
$$;
COMMENT ON FUNCTION adpipe_internal.relation_tree(regclass) IS
    'A relation, its partitions and whatever inherits from it.';

CREATE FUNCTION adpipe_internal.has_other_owner(relation regclass) RETURNS boolean
    LANGUAGE sql STABLE
    SET search_path = pg_catalog, pg_temp
AS $$
    SELECT EXISTS (SELECT FROM adpipe_internal.relation_tree(relation) t JOIN pg_class c ON c.oid = t
                   WHERE NOT adpipe_internal.is_trusted(c.relowner, current_user))
$$;
COMMENT ON FUNCTION adpipe_internal.has_other_owner(regclass) IS
    'Whether a relation, or a part of it, belongs to a role that the current user does not trust.';

/*
 * Triggers of the extension itself are no code of the owner, unless the owner
 * wrote the condition.  Expressions of indexes, constraints, statistics and
 * partition keys count although no row comes: the planner computes what is
 * constant in them.
 */
CREATE FUNCTION adpipe_internal.foreign_code(relation regclass) RETURNS text
    LANGUAGE sql STABLE
    SET search_path = pg_catalog, pg_temp
AS $$
    SELECT format('%s of %s, which belongs to role "%s"', f.what, c.oid::regclass, pg_get_userbyid(c.relowner))
    FROM adpipe_internal.relation_tree(relation) t
    JOIN pg_class c ON c.oid = t AND NOT adpipe_internal.is_trusted(c.relowner, current_user)
    CROSS JOIN LATERAL (
        SELECT 'the definition' AS what
        WHERE c.relkind NOT IN ('r', 'p') AND (c.relkind <> 'f' OR c.oid <> relation)
           OR c.oid <> relation AND (SELECT r.relkind FROM pg_class r WHERE r.oid = relation) = 'f'
        UNION ALL
        SELECT format('the type of column "%s"', a.attname)
        FROM pg_attribute a
        WHERE a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
          AND NOT EXISTS (SELECT FROM pg_type y WHERE y.oid = a.atttypid AND y.oid < 16384 AND y.typtype = 'b'
                                                  AND y.typnamespace = 'pg_catalog'::regnamespace)
        UNION ALL
        SELECT format('the default of column "%s"', a.attname)
        FROM pg_attribute a
        WHERE a.attrelid = c.oid AND NOT a.attisdropped AND (a.atthasdef OR a.attidentity <> '' OR a.attgenerated <> '')
        UNION ALL
        SELECT format('trigger "%s"', g.tgname)
        FROM pg_trigger g
        WHERE g.tgrelid = c.oid
          AND (g.tgqual IS NOT NULL
               OR NOT EXISTS (SELECT FROM pg_depend d JOIN pg_extension e ON e.oid = d.refobjid AND e.extname = 'adpipe'
                              WHERE d.classid = 'pg_proc'::regclass AND d.objid = g.tgfoid
                                AND d.refclassid = 'pg_extension'::regclass AND d.deptype = 'e'))
        UNION ALL
        SELECT format('rule "%s"', r.rulename) FROM pg_rewrite r WHERE r.ev_class = c.oid
        UNION ALL
        SELECT 'the row-level security' WHERE row_security_active(c.oid)
        UNION ALL
        SELECT format('constraint "%s"', k.conname) FROM pg_constraint k WHERE k.conrelid = c.oid AND k.contype NOT IN ('p', 'u', 'n')
        UNION ALL
        SELECT format('index "%s"', x.indexrelid::regclass)
        FROM pg_index x WHERE x.indrelid = c.oid AND (x.indexprs IS NOT NULL OR x.indpred IS NOT NULL)
        UNION ALL
        SELECT format('statistics object "%s"', s.stxname) FROM pg_statistic_ext s WHERE s.stxrelid = c.oid AND s.stxexprs IS NOT NULL
        UNION ALL
        SELECT 'the partition key' FROM pg_partitioned_table p WHERE p.partrelid = c.oid AND p.partexprs IS NOT NULL) f
    LIMIT 1
$$;
COMMENT ON FUNCTION adpipe_internal.foreign_code(regclass) IS
    'What would run, in a statement of the current user, code of another role that owns a relation or a part of it; NULL: nothing.';
REVOKE ALL ON FUNCTION adpipe_internal.foreign_code(regclass) FROM PUBLIC;

CREATE FUNCTION adpipe_internal.is_eligible(relation regclass, target regclass) RETURNS boolean
    LANGUAGE sql STABLE
    SET search_path = pg_catalog, pg_temp
AS $$
    SELECT adpipe_internal.is_trusted(c.relowner, o.name) AND adpipe_internal.has_plain_columns(relation)
           AND has_table_privilege(o.name, relation, 'SELECT') AND has_table_privilege(relation, 'SELECT')
    FROM pg_class c, (SELECT coalesce(adpipe_internal.owner_of(target), current_user)) o (name)
    WHERE c.oid = relation
$$;
COMMENT ON FUNCTION adpipe_internal.is_eligible(regclass, regclass) IS
    'Whether a refresh of a copy may choose a relation by itself: one of the copy''s owner or a superuser, with columns of built-in types, that owner and current user may read. target NULL: the current user stands for the owner.';
REVOKE ALL ON FUNCTION adpipe_internal.is_eligible(regclass, regclass) FROM PUBLIC;

CREATE FUNCTION adpipe_internal.lock_target(target regclass, what text) RETURNS void
    AS 'MODULE_PATHNAME', 'adpipe_lock_target' LANGUAGE C STRICT VOLATILE;
COMMENT ON FUNCTION adpipe_internal.lock_target(regclass, text) IS
    'Waits for a lock on something of a local copy and holds it until the transaction ends; an error unless the statement acts for the copy. The advisory functions of SQL cannot take these locks.';
REVOKE ALL ON FUNCTION adpipe_internal.lock_target(regclass, text) FROM PUBLIC;

CREATE FUNCTION adpipe_internal.hold_relation(relation regclass, is_copy boolean) RETURNS void
    AS 'MODULE_PATHNAME', 'adpipe_hold_relation' LANGUAGE C STRICT VOLATILE;
COMMENT ON FUNCTION adpipe_internal.hold_relation(regclass, boolean) IS
    'Keeps the definition of another role''s copy or source as it is until the transaction ends.';
REVOKE ALL ON FUNCTION adpipe_internal.hold_relation(regclass, boolean) FROM PUBLIC;

/* In each transaction anew: between two, the owner may have changed the table. */
CREATE FUNCTION adpipe_internal.require_trust(relation regclass, is_copy boolean) RETURNS void
    LANGUAGE plpgsql VOLATILE
    SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    problem text;
BEGIN
    IF adpipe_internal.has_other_owner(relation) THEN
        PERFORM adpipe_internal.hold_relation(relation, is_copy);
        problem := adpipe_internal.foreign_code(relation);
    END IF;
    IF problem IS NOT NULL THEN
        RAISE EXCEPTION 'table "%" would run code of another role', relation
            USING ERRCODE = 'insufficient_privilege',
                  DETAIL = format('It is %s.', problem),
                  HINT = 'Let its owner refresh it, in a session of its own.';
    END IF;
END
$$;
COMMENT ON FUNCTION adpipe_internal.require_trust(regclass, boolean) IS
    'An error if to read or write a relation would run code of another role that owns it; else it stays so until the transaction ends.';
REVOKE ALL ON FUNCTION adpipe_internal.require_trust(regclass, boolean) FROM PUBLIC;

CREATE FUNCTION adpipe_internal.require_acting(target regclass) RETURNS void
    LANGUAGE plpgsql STABLE
    SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    IF NOT coalesce(adpipe_internal.is_acting(target), false) THEN
        RAISE EXCEPTION 'must be owner of table %', target USING ERRCODE = 'insufficient_privilege';
    END IF;
END
$$;
COMMENT ON FUNCTION adpipe_internal.require_acting(regclass) IS
    'An error unless the statement acts for a local copy.';
REVOKE ALL ON FUNCTION adpipe_internal.require_acting(regclass) FROM PUBLIC;

/*
 * Rows that users add belong to the role that adds them.  The tables belong to
 * the extension's owner; people use the views over them, which show a role what
 * is its own or of a role whose rights it has, and take nothing else.
 */
CREATE TABLE adpipe.owned_account_grants (
    role_name name,
    platform text,
    account_id text,
    owner name,
    PRIMARY KEY (owner, role_name, platform, account_id)
);
COMMENT ON TABLE adpipe.owned_account_grants IS 'The rows of adpipe.account_grants, of all owners.';
COMMENT ON COLUMN adpipe.owned_account_grants.role_name IS 'Role that may read.';
COMMENT ON COLUMN adpipe.owned_account_grants.platform IS 'Foreign-data wrapper of the account.';
COMMENT ON COLUMN adpipe.owned_account_grants.account_id IS 'Account, or app.';
COMMENT ON COLUMN adpipe.owned_account_grants.owner IS 'Role whose copies it is about.';
SELECT pg_extension_config_dump('adpipe.owned_account_grants', '');

/* Runs before the key is checked, whose error would reveal a row of another role. */
CREATE FUNCTION adpipe_internal.guard_owner() RETURNS trigger
    LANGUAGE plpgsql
    SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    IF adpipe_internal.is_of_role(NEW.owner) OR (SELECT r.rolsuper FROM pg_roles r WHERE r.rolname = current_user) THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION 'must have the rights of role "%"', NEW.owner
        USING ERRCODE = 'insufficient_privilege',
              DETAIL = 'A row is about the copies of its owner.';
END
$$;
COMMENT ON FUNCTION adpipe_internal.guard_owner() IS 'Trigger: an error unless the current user has the rights of a row''s owner.';
REVOKE ALL ON FUNCTION adpipe_internal.guard_owner() FROM PUBLIC;

CREATE TRIGGER guard_owner BEFORE INSERT OR UPDATE ON adpipe.owned_account_grants
    FOR EACH ROW EXECUTE FUNCTION adpipe_internal.guard_owner();
COMMENT ON TRIGGER guard_owner ON adpipe.owned_account_grants IS 'Lets nobody write for another owner.';

CREATE VIEW adpipe.account_grants AS
    SELECT g.role_name, g.platform, g.account_id, g.owner
    FROM adpipe.owned_account_grants g
    WHERE adpipe_internal.is_of_role(g.owner);
ALTER VIEW adpipe.account_grants ALTER COLUMN owner SET DEFAULT current_user;
COMMENT ON VIEW adpipe.account_grants IS 'Which accounts of copies with row-level security a role sees in the views of the ledger. A row is about the copies of its owner; roles with the owner''s rights change it.';
COMMENT ON COLUMN adpipe.account_grants.role_name IS 'Role that may read; its members may, too.';
COMMENT ON COLUMN adpipe.account_grants.platform IS 'Foreign-data wrapper of the account.';
COMMENT ON COLUMN adpipe.account_grants.account_id IS 'Account, or app.';
COMMENT ON COLUMN adpipe.account_grants.owner IS 'Role whose copies it is about; default: who inserts it.';
GRANT SELECT ON adpipe.account_grants TO PUBLIC;

CREATE VIEW adpipe.granted_accounts AS
    SELECT t.target, g.account_id
    FROM adpipe.owned_account_grants g
    JOIN (SELECT c.target, (adpipe_internal.source_policy(c.source)).platform FROM adpipe.target_ledger c
          UNION ALL
          SELECT o.target, o.platform FROM adpipe.own_report_ledger o) t
        ON adpipe_internal.owner_of(t.target) = g.owner AND t.platform = g.platform
    WHERE adpipe_internal.is_of_role(g.role_name);
COMMENT ON VIEW adpipe.granted_accounts IS 'The accounts that are granted to the current user, for each copy.';
COMMENT ON COLUMN adpipe.granted_accounts.target IS 'The local table.';
COMMENT ON COLUMN adpipe.granted_accounts.account_id IS 'Account.';
GRANT SELECT ON adpipe.granted_accounts TO PUBLIC;

/* In C, since views ask about each of their rows. */
CREATE FUNCTION adpipe_internal.is_granted(target regclass, account_id text) RETURNS boolean
    AS 'MODULE_PATHNAME', 'adpipe_is_granted' LANGUAGE C STABLE PARALLEL SAFE;
COMMENT ON FUNCTION adpipe_internal.is_granted(regclass, text) IS
    'Whether the current user owns a copy or was granted an account of it.';

/* Bound when it is made and short, so that views over many days inline it. */
CREATE FUNCTION adpipe_internal.may_see(target regclass, account_id text) RETURNS boolean
    LANGUAGE sql STABLE PARALLEL SAFE
    RETURN pg_catalog.has_table_privilege(target, 'SELECT')
           AND (NOT pg_catalog.row_security_active(target) OR adpipe_internal.is_granted(target, account_id));
COMMENT ON FUNCTION adpipe_internal.may_see(regclass, text) IS
    'Whether the current user sees in the views of the ledger what is known of an account of a copy; account_id NULL: of the copy as a whole.';

/*
 * A view runs functions as its reader, who need not have rights on what lies
 * below the view.
 */
CREATE FUNCTION adpipe_internal.may_read_through(relation regclass) RETURNS boolean
    LANGUAGE sql STABLE
    SET search_path = pg_catalog, pg_temp
AS $$
    WITH RECURSIVE above (relid) AS (
        SELECT relation::oid
        UNION
        SELECT v.oid
        FROM above a
        JOIN pg_depend d ON d.refclassid = 'pg_class'::regclass AND d.refobjid = a.relid
                        AND d.classid = 'pg_rewrite'::regclass
        JOIN pg_rewrite r ON r.oid = d.objid
        JOIN pg_class v ON v.oid = r.ev_class
        WHERE has_table_privilege(v.relowner, a.relid, 'SELECT'))
    SELECT coalesce(bool_or(has_table_privilege(relid, 'SELECT')), false) FROM above
$$;
COMMENT ON FUNCTION adpipe_internal.may_read_through(regclass) IS
    'Whether the current user may read a relation or a view over it, of an owner who may read it.';
