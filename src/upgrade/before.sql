/*
 * before.sql
 *	  First part of every update script; after it come the parts of the install
 *	  script, then after.sql.
 *
 * An update makes the objects of this release over those of an older one, so that no
 * list of differences has to be kept.  What nobody but the extension uses is dropped
 * and made again.  What users have built on stays where it is and is replaced:
 * aggregates and views in their views, types of their columns, wrappers under their
 * servers.  Tables are set aside, made anew, and filled again.
 */
\echo Use "ALTER EXTENSION adpipe UPDATE" to load this file. \quit

/* Holds what is set aside until the end; a schema of that name that is there already is an error. */
CREATE SCHEMA adpipe_upgrade;
SET LOCAL search_path = pg_catalog, pg_temp;

CREATE FUNCTION adpipe_upgrade.members(class regclass) RETURNS SETOF oid
    LANGUAGE sql STABLE
    SET search_path = pg_catalog, pg_temp
AS $$
    SELECT d.objid FROM pg_depend d JOIN pg_extension e ON e.oid = d.refobjid AND e.extname = 'adpipe'
    WHERE d.refclassid = 'pg_extension'::regclass AND d.deptype = 'e' AND d.classid = class
      AND (pg_identify_object(class, d.objid, 0)).schema IS DISTINCT FROM 'adpipe_upgrade'
$$;

/* What can be granted; by name, since what is dropped and made again has another oid. */
CREATE VIEW adpipe_upgrade.grantable AS
    SELECT 'pg_proc'::regclass AS class, p.oid, p.proname AS name, p.proargtypes::text AS arguments,
           'ROUTINE ' || p.oid::regprocedure AS words, p.proacl AS acl, acldefault('f', p.proowner) AS default_acl, p.proowner AS owner
    FROM adpipe_upgrade.members('pg_proc') m JOIN pg_proc p ON p.oid = m
    UNION ALL
    SELECT 'pg_class', c.oid, c.relname, '', c.oid::regclass::text, c.relacl, acldefault('r', c.relowner), c.relowner
    FROM adpipe_upgrade.members('pg_class') m JOIN pg_class c ON c.oid = m
    UNION ALL
    SELECT 'pg_namespace', n.oid, n.nspname, '', 'SCHEMA ' || n.oid::regnamespace, n.nspacl, acldefault('n', n.nspowner), n.nspowner
    FROM pg_namespace n WHERE n.oid = 'adpipe'::regnamespace;

/* Grants to others than the owner, of objects and of columns. */
CREATE TABLE adpipe_upgrade.grants AS
    SELECT o.class, o.name, o.arguments, NULL::name AS "column", a.grantee, a.privilege_type, a.is_grantable
    FROM adpipe_upgrade.grantable o CROSS JOIN LATERAL aclexplode(o.acl) a
    WHERE a.grantee NOT IN (0, o.owner) AND o.class <> 'pg_namespace'::regclass
    UNION ALL
    SELECT o.class, o.name, o.arguments, t.attname, a.grantee, a.privilege_type, a.is_grantable
    FROM adpipe_upgrade.grantable o JOIN pg_attribute t ON t.attrelid = o.oid CROSS JOIN LATERAL aclexplode(t.attacl) a
    WHERE o.class = 'pg_class'::regclass AND a.grantee NOT IN (0, o.owner);

/* What everyone could do with the older release, until the administrator revoked it. */
CREATE TABLE adpipe_upgrade.revoked AS
    SELECT o.class, o.name, o.arguments, i.privilege_type
    FROM adpipe_upgrade.grantable o
    LEFT JOIN pg_init_privs p ON p.classoid = o.class AND p.objoid = o.oid AND p.objsubid = 0
    CROSS JOIN LATERAL aclexplode(coalesce(p.initprivs, o.default_acl)) i
    WHERE i.grantee = 0
      AND NOT EXISTS (SELECT FROM aclexplode(coalesce(o.acl, o.default_acl)) a WHERE a.grantee = 0 AND a.privilege_type = i.privilege_type);

DO $$
DECLARE
    found record;
BEGIN
    /* Since 0.2.0, what an object is made of lies in a schema of its own. */
    IF to_regnamespace('adpipe_internal') IS NULL THEN
        CREATE SCHEMA adpipe_internal;
    ELSIF NOT EXISTS (SELECT FROM adpipe_upgrade.members('pg_namespace') m WHERE m = to_regnamespace('adpipe_internal')) THEN
        /* its owner could put functions in it */
        RAISE EXCEPTION 'schema adpipe_internal is there already'
            USING ERRCODE = 'duplicate_schema',
                  DETAIL = 'The extension has a schema of this name from release 0.2.0 on.',
                  HINT = 'Rename or drop it, then ALTER EXTENSION adpipe UPDATE.';
    END IF;
    FOR found IN
        SELECT m::regprocedure AS name FROM adpipe_upgrade.members('pg_proc') m JOIN pg_proc p ON p.oid = m
        WHERE p.pronamespace = 'adpipe'::regnamespace AND m IN (
            SELECT unnest(ARRAY[aggtransfn, aggfinalfn, aggcombinefn, aggserialfn, aggdeserialfn, aggmtransfn, aggminvtransfn, aggmfinalfn]) FROM pg_aggregate
            UNION SELECT unnest(ARRAY[typinput, typoutput, typreceive, typsend, typmodin, typmodout, typanalyze, typsubscript]) FROM pg_type
            UNION SELECT unnest(ARRAY[oprcode, oprrest, oprjoin]) FROM pg_operator
            UNION SELECT amproc FROM pg_amproc
            UNION SELECT unnest(ARRAY[fdwhandler, fdwvalidator]) FROM pg_foreign_data_wrapper
            UNION SELECT castfunc FROM pg_cast WHERE casttarget IN ('json'::regtype, 'jsonb'::regtype))
    LOOP
        EXECUTE format('ALTER FUNCTION %s SET SCHEMA adpipe_internal', found.name);
    END LOOP;
    FOR found IN SELECT t.evtname AS name FROM adpipe_upgrade.members('pg_event_trigger') m JOIN pg_event_trigger t ON t.oid = m LOOP
        EXECUTE format('DROP EVENT TRIGGER %I', found.name);
    END LOOP;
    FOR found IN
        SELECT format_type(c.castsource, NULL) AS source, format_type(c.casttarget, NULL) AS target
        FROM adpipe_upgrade.members('pg_cast') m JOIN pg_cast c ON c.oid = m
    LOOP
        EXECUTE format('DROP CAST (%s AS %s)', found.source, found.target);
    END LOOP;
    /* A view of nothing hangs on nothing, and keeps its columns, its grants and what hangs on it. */
    FOR found IN
        SELECT c.oid::regclass AS name,
               (SELECT string_agg(format('NULL::%s%s AS %I', format_type(a.atttypid, a.atttypmod),
                                         CASE WHEN a.attcollation <> 0 THEN ' COLLATE ' || a.attcollation::regcollation END, a.attname), ', ' ORDER BY a.attnum)
                FROM pg_attribute a WHERE a.attrelid = c.oid AND a.attnum > 0) AS columns
        FROM adpipe_upgrade.members('pg_class') m JOIN pg_class c ON c.oid = m WHERE c.relkind = 'v'
    LOOP
        EXECUTE format('CREATE OR REPLACE VIEW %s AS SELECT %s', found.name, found.columns);
    END LOOP;
        /* Out of the extension, so that pg_dump does not look for their rows. */
    FOR found IN
        SELECT c.oid::regclass AS name, c.relkind = 'S' AS is_sequence
        FROM adpipe_upgrade.members('pg_class') m JOIN pg_class c ON c.oid = m WHERE c.relkind IN ('r', 'S') ORDER BY 2 DESC
    LOOP
        EXECUTE format('ALTER EXTENSION adpipe DROP %s %s', CASE WHEN found.is_sequence THEN 'SEQUENCE' ELSE 'TABLE' END, found.name);
        CONTINUE WHEN found.is_sequence;
        EXECUTE format('ALTER TABLE %s SET SCHEMA adpipe_upgrade', found.name);
    END LOOP;
    FOR found IN
        SELECT g.tgname AS name, c.oid::regclass AS relation FROM pg_trigger g JOIN pg_class c ON c.oid = g.tgrelid
        WHERE c.relnamespace = 'adpipe_upgrade'::regnamespace AND NOT g.tgisinternal
    LOOP
        EXECUTE format('DROP TRIGGER %I ON %s', found.name, found.relation);
    END LOOP;
END
$$;

/* Functions, views and operators; is_left: only those that this release has not made again, whose comment says so. */
CREATE FUNCTION adpipe_upgrade.objects(is_left boolean, OUT kind text, OUT name text) RETURNS SETOF record
    LANGUAGE sql STABLE
    SET search_path = pg_catalog, pg_temp
AS $$
    SELECT CASE p.prokind WHEN 'a' THEN 'AGGREGATE' WHEN 'p' THEN 'PROCEDURE' ELSE 'FUNCTION' END, m::regprocedure::text
    FROM adpipe_upgrade.members('pg_proc') m JOIN pg_proc p ON p.oid = m
    WHERE NOT is_left OR obj_description(m, 'pg_proc') = 'Left of an older release.'
    UNION ALL
    SELECT 'VIEW', m::regclass::text FROM adpipe_upgrade.members('pg_class') m JOIN pg_class c ON c.oid = m
    WHERE c.relkind = 'v' AND (NOT is_left OR obj_description(m, 'pg_class') = 'Left of an older release.')
    UNION ALL
    SELECT 'OPERATOR', m::regoperator::text FROM adpipe_upgrade.members('pg_operator') m
    WHERE NOT is_left OR obj_description(m, 'pg_operator') = 'Left of an older release.'
$$;

/* One may hang on another; so again, until none goes any more. */
CREATE FUNCTION adpipe_upgrade.drop_unused(is_left boolean) RETURNS void
    LANGUAGE plpgsql
    SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    found record;
    has_dropped boolean := true;
BEGIN
    WHILE has_dropped LOOP
        has_dropped := false;
        FOR found IN SELECT * FROM adpipe_upgrade.objects(is_left) LOOP
            BEGIN
                EXECUTE format('DROP %s %s', found.kind, found.name);
                has_dropped := true;
            EXCEPTION WHEN dependent_objects_still_exist THEN
                NULL;
            END;
        END LOOP;
    END LOOP;
END
$$;

SELECT adpipe_upgrade.drop_unused(false);

DO $$
DECLARE
    found record;
BEGIN
    FOR found IN SELECT * FROM adpipe_upgrade.objects(false) LOOP
        EXECUTE format('COMMENT ON %s %s IS %L', found.kind, found.name, 'Left of an older release.');
    END LOOP;
END
$$;

/* The path under which the install script runs. */
SET LOCAL search_path = adpipe, pg_temp;
