/*
 * roles.sql: the GRANTs of setup_roles().
 *
 * Copies and views over them are what people read.  Of a copy each role sees the
 * accounts that adpipe.account_grants gives to it or to a role of which it is a
 * member.  Live tables, partitions and views that read with their owner's rights
 * get no grant.  Nor are there default privileges: a new copy has no policy, so
 * nobody reads it before the next call.
 *
 * The functions return what is still to be run; once all is there, nothing.
 */

CREATE FUNCTION adpipe_internal.one_name(identifier text, kind text) RETURNS name
    LANGUAGE plpgsql IMMUTABLE STRICT
    SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    IF cardinality(parse_ident(identifier)) <> 1 THEN
        RAISE EXCEPTION '"%" is no name of a %', identifier, kind USING ERRCODE = 'invalid_name';
    END IF;
    RETURN (parse_ident(identifier))[1];
END
$$;
COMMENT ON FUNCTION adpipe_internal.one_name(text, text) IS
    'The name that an identifier without a dot stands for, as SQL reads it.';
REVOKE ALL ON FUNCTION adpipe_internal.one_name(text, text) FROM PUBLIC;

CREATE FUNCTION adpipe_internal.roles_without(roles name[], relation oid, schema oid) RETURNS text
    LANGUAGE sql STABLE
    SET search_path = pg_catalog, pg_temp
AS $$
    SELECT string_agg(quote_ident(r.name), ', ' ORDER BY r.place)
    FROM (SELECT u.name, min(u.place) AS place FROM unnest(roles) WITH ORDINALITY u (name, place)
          WHERE u.name IS NOT NULL GROUP BY u.name) r
    LEFT JOIN pg_roles p ON p.rolname = r.name
    WHERE NOT coalesce(has_table_privilege(p.oid, relation, 'SELECT'), has_schema_privilege(p.oid, schema, 'USAGE'), false)
$$;
COMMENT ON FUNCTION adpipe_internal.roles_without(name[], oid, oid) IS
    'Those of some roles, there or not, that cannot read a relation, or use a schema if relation is NULL; as a list for GRANT; NULL if all can.';
REVOKE ALL ON FUNCTION adpipe_internal.roles_without(name[], oid, oid) FROM PUBLIC;

CREATE FUNCTION adpipe_internal.is_superuser(role name) RETURNS boolean
    LANGUAGE sql STABLE
    SET search_path = pg_catalog, pg_temp
AS $$ SELECT EXISTS (SELECT FROM pg_roles r WHERE r.rolname = role AND r.rolsuper) $$;
COMMENT ON FUNCTION adpipe_internal.is_superuser(name) IS
    'Whether a role is a superuser; false for one that does not exist.';
REVOKE ALL ON FUNCTION adpipe_internal.is_superuser(name) FROM PUBLIC;

CREATE FUNCTION adpipe_internal.check_roles(schema name, owner name, loader name, readers name[], dbt name) RETURNS void
    LANGUAGE plpgsql STABLE
    SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    schema_owner name := (SELECT pg_get_userbyid(n.nspowner) FROM pg_namespace n WHERE n.nspname = schema);
    reader name;
BEGIN
    IF schema IS NULL OR owner IS NULL THEN
        RAISE EXCEPTION 'schema and owner must be named' USING ERRCODE = 'null_value_not_allowed';
    ELSIF schema_owner <> owner THEN
        RAISE EXCEPTION 'schema "%" belongs to role "%"', schema, schema_owner
            USING ERRCODE = 'invalid_parameter_value',
                  DETAIL = format('Its copies were to be those of role "%s".', owner),
                  HINT = format('SELECT adpipe.setup_roles(%L, owner => %L%s);', quote_ident(schema), schema_owner,
                                CASE WHEN adpipe_internal.is_superuser(schema_owner) THEN ', loader => NULL' END);
    ELSIF adpipe_internal.is_superuser(owner) AND NOT adpipe_internal.is_superuser(coalesce(loader, owner)) THEN
        RAISE EXCEPTION 'role "%" would have the rights of a superuser', loader
            USING ERRCODE = 'invalid_parameter_value',
                  DETAIL = format('As the loader it was to be a member of role "%s".', owner),
                  HINT = format('Name another owner, after ALTER SCHEMA ... OWNER TO and ALTER TABLE ... OWNER TO, or no loader: SELECT adpipe.setup_roles(%L, owner => %L, loader => NULL);',
                                quote_ident(schema), owner);
    END IF;
    SELECT r.name INTO reader
    FROM unnest(readers) r (name)
    WHERE r.name IN (owner, loader, dbt)
       OR EXISTS (SELECT FROM pg_roles p
                  JOIN pg_roles o ON o.rolname IN (owner, loader, dbt) AND pg_has_role(p.oid, o.oid, 'MEMBER')
                  WHERE p.rolname = r.name)
    LIMIT 1;
    IF reader IS NOT NULL THEN
        RAISE EXCEPTION 'role "%" would see every advertiser', reader
            USING ERRCODE = 'invalid_parameter_value',
                  DETAIL = 'It is a superuser, or has the rights of the owner, the loader or dbt, for whom no policy holds.',
                  HINT = 'Name a role that is no member of these.';
    END IF;
END
$$;
COMMENT ON FUNCTION adpipe_internal.check_roles(name, name, name, name[], name) IS
    'An error unless setup_roles() can keep the readers apart from the roles that see all.';
REVOKE ALL ON FUNCTION adpipe_internal.check_roles(name, name, name, name[], name) FROM PUBLIC;

CREATE FUNCTION adpipe_internal.role_statements(owner name, loader name, analyst name, bi name, dbt name) RETURNS SETOF text
    LANGUAGE sql STABLE
    SET search_path = pg_catalog, pg_temp
AS $$
    WITH roles AS (
        SELECT DISTINCT ON (w.name) w.*
        FROM (VALUES (1, loader, 'LOGIN'), (2, owner, 'NOLOGIN'), (3, bi, 'LOGIN'), (4, analyst, 'NOLOGIN'),
                     (5, dbt, 'LOGIN BYPASSRLS')) w (place, name, attributes)
        WHERE w.name IS NOT NULL ORDER BY w.name, w.place)
    SELECT s.statement
    FROM (
        SELECT 1 AS part, r.place, format('CREATE ROLE %I %s;', r.name, r.attributes) AS statement
        FROM roles r WHERE NOT EXISTS (SELECT FROM pg_roles p WHERE p.rolname = r.name)
        UNION ALL
        SELECT 2, 0, format('ALTER ROLE %I BYPASSRLS;', p.rolname)
        FROM pg_roles p WHERE p.rolname = dbt AND NOT p.rolbypassrls AND NOT p.rolsuper
        UNION ALL
        SELECT 3, 0, format('GRANT %I TO %I;', owner, loader)
        WHERE loader <> owner
          AND NOT EXISTS (SELECT FROM pg_roles p JOIN pg_roles o ON o.rolname = owner AND pg_has_role(p.oid, o.oid, 'MEMBER')
                          WHERE p.rolname = loader)) s
    ORDER BY s.part, s.place
$$;
COMMENT ON FUNCTION adpipe_internal.role_statements(name, name, name, name, name) IS
    'The statements of setup_roles() that make roles.';
REVOKE ALL ON FUNCTION adpipe_internal.role_statements(name, name, name, name, name) FROM PUBLIC;

/* What the owner may beyond its own objects; loaders have it as members. */
CREATE FUNCTION adpipe_internal.owner_statements(schema name, owner name, dbt name) RETURNS SETOF text
    LANGUAGE sql STABLE
    SET search_path = pg_catalog, pg_temp
AS $$
    WITH role (oid) AS (SELECT (SELECT p.oid FROM pg_roles p WHERE p.rolname = owner))
    SELECT s.statement
    FROM (
        SELECT 1 AS part, format('SELECT adpipe.grant_loader(%L);', quote_ident(owner)) AS statement
        FROM role r
        WHERE NOT coalesce(has_function_privilege(r.oid, 'adpipe.materialize(regclass, text, date, integer)', 'EXECUTE'), false)
        UNION ALL
        SELECT 2, format('GRANT %s ON DATABASE %I TO %I;', string_agg(p.privilege, ', ' ORDER BY p.privilege), current_database(), owner)
        FROM role r, (VALUES ('CREATE'), ('TEMPORARY')) p (privilege)
        WHERE NOT coalesce(has_database_privilege(r.oid, current_database(), p.privilege), false)
        HAVING count(*) > 0
        UNION ALL
        SELECT 3, format('GRANT USAGE ON FOREIGN DATA WRAPPER %s TO %I;', string_agg(quote_ident(w.fdwname), ', ' ORDER BY w.fdwname), owner)
        FROM role r, pg_foreign_data_wrapper w
        WHERE w.fdwname IN (SELECT p.platform FROM adpipe.refresh_policy p)
          AND NOT coalesce(has_foreign_data_wrapper_privilege(r.oid, w.oid, 'USAGE'), false)
        HAVING count(*) > 0
        UNION ALL
        SELECT 4, format('CREATE SCHEMA %I AUTHORIZATION %I;', schema, owner)
        WHERE to_regnamespace(quote_ident(schema)) IS NULL
        UNION ALL
        SELECT 5, format('CREATE SCHEMA %I AUTHORIZATION %I;', adpipe_internal.name_with(schema, '_dbt'), dbt)
        WHERE dbt IS NOT NULL AND NOT EXISTS (SELECT FROM pg_namespace n JOIN pg_roles p ON p.oid = n.nspowner AND p.rolname = dbt)) s
    ORDER BY s.part
$$;
COMMENT ON FUNCTION adpipe_internal.owner_statements(name, name, name) IS
    'The statements of setup_roles() about the owner''s rights and the schemas.';
REVOKE ALL ON FUNCTION adpipe_internal.owner_statements(name, name, name) FROM PUBLIC;

CREATE FUNCTION adpipe_internal.heeds_policies(relation oid) RETURNS boolean
    LANGUAGE sql STABLE
    SET search_path = pg_catalog, pg_temp
AS $$
    SELECT c.relkind = 'v' AND EXISTS (SELECT FROM pg_options_to_table(c.reloptions) o
                                       WHERE o.option_name = 'security_invoker' AND o.option_value::boolean)
    FROM pg_class c WHERE c.oid = relation
$$;
COMMENT ON FUNCTION adpipe_internal.heeds_policies(oid) IS
    'Whether a relation is a view that reads with the rights of its reader.';
REVOKE ALL ON FUNCTION adpipe_internal.heeds_policies(oid) FROM PUBLIC;

CREATE FUNCTION adpipe_internal.has_accounts(relation oid) RETURNS boolean
    LANGUAGE sql STABLE
    SET search_path = pg_catalog, pg_temp
AS $$
    SELECT EXISTS (SELECT FROM adpipe.targets t WHERE t.target = relation)
           OR EXISTS (SELECT FROM adpipe.own_reports o JOIN pg_class c ON c.oid = o.report
                      WHERE o.report = relation AND c.relkind IN ('r', 'p'))
$$;
COMMENT ON FUNCTION adpipe_internal.has_accounts(oid) IS
    'Whether a relation is a table whose rows a policy can divide by account: a copy, or a registered report.';
REVOKE ALL ON FUNCTION adpipe_internal.has_accounts(oid) FROM PUBLIC;

/*
 * The accounts are looked up once a statement, and an index on them serves.  No
 * FORCE: for the owner and its members, who refresh, no policy holds.
 */
CREATE FUNCTION adpipe_internal.reader_statements(schema name, owner name, readers name[]) RETURNS SETOF text
    LANGUAGE sql STABLE
    SET search_path = pg_catalog, pg_temp
AS $$
    WITH relations AS (
        SELECT c.oid, c.oid::regclass AS name, c.relrowsecurity, adpipe_internal.has_accounts(c.oid) AS is_copy,
               adpipe_internal.roles_without(readers, c.oid, NULL) AS lacking
        FROM pg_class c
        JOIN pg_namespace n ON n.oid = c.relnamespace AND n.nspname = schema
        WHERE pg_get_userbyid(c.relowner) = owner
          AND (adpipe_internal.has_accounts(c.oid) OR adpipe_internal.heeds_policies(c.oid)))
    SELECT s.statement
    FROM (
        SELECT 0 AS part, '' AS name, format('GRANT USAGE ON SCHEMA %I TO %s;', schema, l.roles) AS statement
        FROM adpipe_internal.roles_without(readers, NULL, to_regnamespace(quote_ident(schema))) l (roles)
        WHERE l.roles IS NOT NULL
        UNION ALL
        SELECT 1, r.name::text, format('ALTER TABLE %s ENABLE ROW LEVEL SECURITY;', r.name)
        FROM relations r WHERE r.is_copy AND NOT r.relrowsecurity
        UNION ALL
        SELECT 2, r.name::text,
               format('CREATE POLICY adpipe_granted ON %1$s FOR SELECT USING (account_id = ANY (ARRAY('
                      'SELECT g.account_id FROM adpipe.granted_accounts g WHERE g.target = %2$L::regclass)));', r.name, r.name)
        FROM relations r
        WHERE r.is_copy AND NOT EXISTS (SELECT FROM pg_policy p WHERE p.polrelid = r.oid AND p.polname = 'adpipe_granted')
        UNION ALL
        SELECT 3, r.name::text, format('GRANT SELECT ON %s TO %s;', r.name, r.lacking)
        FROM relations r WHERE r.lacking IS NOT NULL) s
    ORDER BY s.part > 0, s.name COLLATE "C", s.part
$$;
COMMENT ON FUNCTION adpipe_internal.reader_statements(name, name, name[]) IS
    'The statements of setup_roles() about what readers see.';
REVOKE ALL ON FUNCTION adpipe_internal.reader_statements(name, name, name[]) FROM PUBLIC;

/*
 * What was granted by others.  A view that reads with its owner's rights shows every
 * account of a copy, and of a live table it asks the platform.
 */
CREATE FUNCTION adpipe_internal.warn_exposed(schema name, readers name[]) RETURNS void
    LANGUAGE plpgsql
    SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    exposed record;
BEGIN
    FOR exposed IN
        SELECT p.rolname AS role, string_agg(c.oid::regclass::text, ', ' ORDER BY c.oid::regclass::text COLLATE "C") AS relations
        FROM pg_roles p
        JOIN pg_class c ON c.relkind IN ('r', 'p', 'v', 'm', 'f') AND has_table_privilege(p.oid, c.oid, 'SELECT')
        JOIN pg_namespace n ON n.oid = c.relnamespace AND has_schema_privilege(p.oid, n.oid, 'USAGE')
        WHERE p.rolname = ANY (readers)
          AND CASE WHEN c.relkind = 'f' THEN (adpipe_internal.source_policy(c.oid)).platform IS NOT NULL
                   WHEN n.nspname = schema THEN NOT adpipe_internal.heeds_policies(c.oid)
                                                AND NOT adpipe_internal.has_accounts(c.oid)
                   ELSE n.nspname = 'adpipe_parts' END
        GROUP BY p.rolname
    LOOP
        RAISE WARNING 'role "%" can read what no policy guards', exposed.role
            USING DETAIL = format('Live tables, partitions, or relations that read with their owner''s rights: %s.', exposed.relations),
                  HINT = format('Unless that is meant: REVOKE SELECT ON %s FROM %I, or from the role that it has the right of.', exposed.relations, exposed.role);
    END LOOP;
END
$$;
COMMENT ON FUNCTION adpipe_internal.warn_exposed(name, name[]) IS
    'Warns of what readers can read beside the copies and the views that heed their policies; part of setup_roles().';
REVOKE ALL ON FUNCTION adpipe_internal.warn_exposed(name, name[]) FROM PUBLIC;

/* A copy would be readable from when it is made to when its policy is. */
CREATE FUNCTION adpipe_internal.warn_default_privileges(schema name, owner name, readers name[]) RETURNS void
    LANGUAGE plpgsql
    SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    early record;
BEGIN
    FOR early IN
        SELECT p.rolname AS reader, CASE a.grantee WHEN 0 THEN 'PUBLIC' ELSE quote_ident(pg_get_userbyid(a.grantee)) END AS grantee, n.nspname
        FROM pg_default_acl d
        CROSS JOIN LATERAL aclexplode(d.defaclacl) a
        JOIN pg_roles p ON p.rolname = ANY (readers)
        LEFT JOIN pg_namespace n ON n.oid = d.defaclnamespace
        WHERE d.defaclobjtype = 'r' AND a.privilege_type = 'SELECT' AND pg_get_userbyid(d.defaclrole) = owner
          AND (n.nspname IS NULL OR n.nspname = schema)
          AND CASE WHEN a.grantee = 0 THEN true ELSE pg_has_role(p.oid, a.grantee, 'MEMBER') END
    LOOP
        RAISE WARNING 'role "%" can read new copies before they have a policy', early.reader
            USING DETAIL = format('Default privileges of role "%s" grant SELECT on tables to %s.', owner, early.grantee),
                  HINT = format('ALTER DEFAULT PRIVILEGES FOR ROLE %I%s REVOKE SELECT ON TABLES FROM %s;', owner,
                                ' IN SCHEMA ' || quote_ident(early.nspname), early.grantee);
    END LOOP;
END
$$;
COMMENT ON FUNCTION adpipe_internal.warn_default_privileges(name, name, name[]) IS
    'Warns of default privileges that let readers read what has no policy yet; part of setup_roles().';
REVOKE ALL ON FUNCTION adpipe_internal.warn_default_privileges(name, name, name[]) FROM PUBLIC;

CREATE FUNCTION adpipe_internal.note_ungranted(schema name, owner name) RETURNS void
    LANGUAGE plpgsql
    SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    relations text;
BEGIN
    SELECT string_agg(c.oid::regclass::text, ', ' ORDER BY c.oid::regclass::text COLLATE "C") INTO relations
    FROM pg_class c
    JOIN pg_namespace n ON n.oid = c.relnamespace AND n.nspname = schema
    WHERE c.relkind IN ('r', 'p', 'v', 'm', 'f')
      AND NOT (pg_get_userbyid(c.relowner) = owner
               AND (adpipe_internal.heeds_policies(c.oid) OR adpipe_internal.has_accounts(c.oid)));
    IF relations IS NOT NULL THEN
        RAISE NOTICE 'schema "%" has relations that are granted to nobody', schema
            USING DETAIL = format('They are no copies or views of role "%s", or are views that read with their owner''s rights: %s.', owner, relations),
                  HINT = 'ALTER VIEW ... SET (security_invoker = true); lets a view over copies be granted.';
    END IF;
END
$$;
COMMENT ON FUNCTION adpipe_internal.note_ungranted(name, name) IS
    'Reports by NOTICE what of a schema setup_roles() leaves alone.';
REVOKE ALL ON FUNCTION adpipe_internal.note_ungranted(name, name) FROM PUBLIC;

CREATE FUNCTION adpipe.setup_roles(schema text, owner name DEFAULT 'adpipe_owner', loader name DEFAULT 'adpipe_loader',
                                   analyst name DEFAULT 'adpipe_analyst', bi name DEFAULT 'adpipe_bi',
                                   dbt name DEFAULT 'adpipe_dbt', execute boolean DEFAULT false) RETURNS SETOF text
    LANGUAGE plpgsql
    SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    home name := adpipe_internal.one_name(schema, 'schema');
    readers name[] := array_remove(ARRAY[analyst, bi], NULL);
    statement text;
BEGIN
    PERFORM adpipe_internal.check_roles(home, owner, loader, readers, dbt);
    FOREACH statement IN ARRAY ARRAY(SELECT adpipe_internal.role_statements(owner, loader, analyst, bi, dbt))
                               || ARRAY(SELECT adpipe_internal.owner_statements(home, owner, dbt))
                               || ARRAY(SELECT adpipe_internal.reader_statements(home, owner, readers || dbt))
    LOOP
        IF execute THEN
            EXECUTE statement;
        END IF;
        RETURN NEXT statement;
    END LOOP;
    PERFORM adpipe_internal.note_ungranted(home, owner);
    PERFORM adpipe_internal.warn_exposed(home, readers);
    PERFORM adpipe_internal.warn_default_privileges(home, owner, readers);
END
$$;
COMMENT ON FUNCTION adpipe.setup_roles(text, name, name, name, name, name, boolean) IS
    'The statements that are still to be run so that roles may do their part: an owner (copies and views are its own), a loader (member of it; refreshes), analyst and bi (read the copies of a schema and the views over them, each the accounts that adpipe.account_grants gives it), dbt (reads all, has a schema of its own). NULL leaves a role out. execute: runs them, too. Call it again after new copies and views, which nobody can read before. Sends nothing.';
REVOKE ALL ON FUNCTION adpipe.setup_roles(text, name, name, name, name, name, boolean) FROM PUBLIC;
