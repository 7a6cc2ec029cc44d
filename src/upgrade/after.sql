/*
 * after.sql
 *	  Last part of every update script: rows, grants and copies, under the objects
 *	  of this release.
 */
SET LOCAL search_path = pg_catalog, pg_temp;

/* The rows, as they were; the triggers that let loaders write only what is theirs look away. */
SET LOCAL session_replication_role = replica;

DO $$
DECLARE
    found record;
    counter record;
BEGIN
    FOR found IN
        SELECT o.oid::regclass AS old, n.oid::regclass AS new, string_agg(quote_ident(a.attname), ', ') AS columns
        FROM pg_class o
        JOIN pg_class n ON n.relname = o.relname AND n.relnamespace = 'adpipe'::regnamespace AND n.relkind = 'r'
        JOIN pg_attribute a ON a.attrelid = o.oid AND a.attnum > 0 AND NOT a.attisdropped
        JOIN pg_attribute b ON b.attrelid = n.oid AND b.attname = a.attname AND NOT b.attisdropped
        WHERE o.relnamespace = 'adpipe_upgrade'::regnamespace AND o.relkind = 'r'
        GROUP BY o.oid, n.oid
    LOOP
        EXECUTE format('INSERT INTO %1$s (%3$s) OVERRIDING SYSTEM VALUE SELECT %3$s FROM %2$s ON CONFLICT DO NOTHING', found.new, found.old, found.columns);
        FOR counter IN
            SELECT pg_get_serial_sequence(found.old::text, a.attname) AS old, pg_get_serial_sequence(found.new::text, a.attname) AS new
            FROM pg_attribute a WHERE a.attrelid = found.old AND a.attidentity <> ''
        LOOP
            EXECUTE format('SELECT setval(%L, last_value, is_called) FROM %s', counter.new, counter.old);
        END LOOP;
    END LOOP;
    /* Since 0.2.0 these rows have owners: who had copies goes on with all of them. */
    IF to_regclass('adpipe_upgrade.media_sources') IS NOT NULL THEN
        CREATE TABLE adpipe_upgrade.owners AS
            SELECT adpipe_internal.owner_of(t.target) AS owner FROM adpipe.target_ledger t
            UNION SELECT current_user;
        INSERT INTO adpipe.owned_media_sources (media_source, platform, owner)
            SELECT m.media_source, m.platform, o.owner FROM adpipe_upgrade.media_sources m, adpipe_upgrade.owners o
            WHERE NOT m.is_builtin AND o.owner IS NOT NULL;
        INSERT INTO adpipe.owned_advertisers (platform, account_id, advertiser, owner)
            SELECT v.platform, v.account_id, v.advertiser, o.owner FROM adpipe_upgrade.advertisers v, adpipe_upgrade.owners o
            WHERE o.owner IS NOT NULL;
    END IF;
END
$$;

SET LOCAL session_replication_role = origin;

SELECT adpipe_upgrade.drop_unused(true);

DO $$
DECLARE
    found record;
BEGIN
    FOR found IN SELECT * FROM adpipe_upgrade.objects(true) LIMIT 1 LOOP
        RAISE EXCEPTION '% % is not part of this release', lower(found.kind), found.name
            USING ERRCODE = 'dependent_objects_still_exist',
                  DETAIL = 'An object outside the extension uses it.',
                  HINT = format('DROP %s %s; names the object in its error. Change or drop that, then ALTER EXTENSION adpipe UPDATE.', found.kind, found.name);
    END LOOP;
    FOR found IN
        SELECT format('GRANT %s%s ON %s TO %I%s', g.privilege_type, ' (' || quote_ident(g."column") || ')', o.words,
                      pg_get_userbyid(g.grantee), CASE WHEN g.is_grantable THEN ' WITH GRANT OPTION' END) AS statement
        FROM adpipe_upgrade.grants g JOIN adpipe_upgrade.grantable o USING (class, name, arguments)
        WHERE g."column" IS NULL OR EXISTS (SELECT FROM pg_attribute t WHERE t.attrelid = o.oid AND t.attname = g."column")
    LOOP
        EXECUTE found.statement;
    END LOOP;
    /* A loader of an older release may not call yet what a refresh is made of now. */
    FOR found IN
        SELECT DISTINCT g.grantee FROM adpipe_upgrade.grants g WHERE g.class = 'pg_proc'::regclass AND g.name = 'refresh_all' AND g.grantee <> 0
    LOOP
        PERFORM adpipe.grant_loader(found.grantee::regrole);
    END LOOP;
END
$$;

/* Since 0.2.0, partitions lie out of sight, have an identity, and changes by hand are noted. */
DO $$
DECLARE
    copy regclass;
    found record;
BEGIN
    FOR copy IN SELECT t.target FROM adpipe.target_ledger t JOIN pg_class c ON c.oid = t.target ORDER BY t.target LOOP
        PERFORM adpipe_internal.act_for(copy);
        FOR found IN
            SELECT p.part, adpipe_internal.partition_of(copy, p.since) AS name
            FROM adpipe_internal.partitions(copy) p
            JOIN pg_class c ON c.oid = p.part JOIN pg_class t ON t.oid = copy
            WHERE c.relnamespace = t.relnamespace AND c.relnamespace <> coalesce(to_regnamespace('adpipe_parts'), 0) AND c.relowner = t.relowner
              AND p.until = (p.since + interval '1 month')::date
        LOOP
            PERFORM adpipe_internal.open_parts_schema(copy);
            EXECUTE format('ALTER TABLE %s RENAME TO %I', found.part, found.name);
            EXECUTE format('ALTER TABLE %s SET SCHEMA adpipe_parts', found.part);
        END LOOP;
        FOR found IN
            SELECT c.oid::regclass AS name, c.relreplident IN ('d', 'n') AS is_nameless
            FROM adpipe_internal.relation_tree(copy) t JOIN pg_class c ON c.oid = t
        LOOP
            IF found.is_nameless THEN
                EXECUTE format('ALTER TABLE %s REPLICA IDENTITY FULL', found.name);
            END IF;
            PERFORM adpipe_internal.watch_table(copy, found.name);
        END LOOP;
    END LOOP;
    IF EXISTS (SELECT FROM adpipe_upgrade.members('pg_namespace') m WHERE m = to_regnamespace('adpipe_parts')) THEN
        ALTER EXTENSION adpipe DROP SCHEMA adpipe_parts;
    END IF;
END
$$;

/*
 * What a script grants counts as the extension's own, which pg_dump leaves to
 * CREATE EXTENSION.  Grants to roles are the administrator's.
 */
SET LOCAL allow_system_table_mods = on;
DO $$
BEGIN
    UPDATE pg_init_privs i
    SET initprivs = ARRAY(SELECT a FROM unnest(i.initprivs) a WHERE EXISTS (SELECT FROM aclexplode(ARRAY[a]) e WHERE e.grantee IN (0, current_user::regrole)))
    WHERE (i.classoid, i.objoid) IN (
        SELECT c, m FROM unnest('{pg_proc,pg_class,pg_type,pg_foreign_data_wrapper}'::regclass[]) c, adpipe_upgrade.members(c) m
        UNION ALL SELECT 'pg_namespace', 'adpipe'::regnamespace);
    DELETE FROM pg_init_privs i USING adpipe_upgrade.members('pg_class') m
    WHERE i.classoid = 'pg_class'::regclass AND i.objoid = m AND i.objsubid > 0 AND i.initprivs = '{}';
    DELETE FROM pg_init_privs i
    USING (SELECT 'pg_proc'::regclass AS class, p AS oid, acldefault('f', current_user::regrole) AS acl FROM adpipe_upgrade.members('pg_proc') p
           UNION ALL
           SELECT 'pg_class', c, acldefault('r', current_user::regrole) FROM adpipe_upgrade.members('pg_class') c) m
    WHERE i.classoid = m.class AND i.objoid = m.oid AND i.initprivs @> m.acl AND i.initprivs <@ m.acl;
    DELETE FROM pg_init_privs i WHERE i.classoid = 'pg_namespace'::regclass AND i.objoid = to_regnamespace('adpipe_parts');
END
$$;

/* As the administrator's, too: what the objects have at first stays as it is. */
DO $$
DECLARE
    found record;
    initial aclitem[];
BEGIN
    FOR found IN
        SELECT o.class, o.oid, format('REVOKE %s ON %s FROM PUBLIC', r.privilege_type, o.words) AS statement
        FROM adpipe_upgrade.revoked r JOIN adpipe_upgrade.grantable o USING (class, name, arguments)
    LOOP
        SELECT i.initprivs INTO initial FROM pg_init_privs i WHERE i.classoid = found.class AND i.objoid = found.oid AND i.objsubid = 0;
        EXECUTE found.statement;
        DELETE FROM pg_init_privs i WHERE i.classoid = found.class AND i.objoid = found.oid AND i.objsubid = 0;
        INSERT INTO pg_init_privs (objoid, classoid, objsubid, privtype, initprivs)
            SELECT found.oid, found.class, 0, 'e', initial WHERE initial IS NOT NULL;
    END LOOP;
END
$$;
SET LOCAL allow_system_table_mods = off;

DO $$
DECLARE
    found record;
BEGIN
    FOR found IN SELECT c.oid::regclass AS name FROM pg_class c WHERE c.relnamespace = 'adpipe_upgrade'::regnamespace AND c.relkind = 'r' LOOP
        EXECUTE format('DROP TABLE %s', found.name);
    END LOOP;
END
$$;

DROP VIEW adpipe_upgrade.grantable;
DROP FUNCTION adpipe_upgrade.drop_unused(boolean);
DROP FUNCTION adpipe_upgrade.objects(boolean);
DROP FUNCTION adpipe_upgrade.members(regclass);
DROP SCHEMA adpipe_upgrade;
