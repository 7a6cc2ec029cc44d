-- The first release has the support functions in schema adpipe.
SELECT coalesce(to_regnamespace('adpipe_internal'), 'adpipe') AS internal \gset
-- Functions that only an aggregate may call are a user's error outside of one.
SELECT :internal.series_combine('series:1:', 'series:1:');
\echo :SQLSTATE
SELECT :internal.series_add('series:1:', '2026-11-01', 1);
\echo :SQLSTATE
-- No support function of an aggregate that SQL can call answers NULLs with an
-- internal error.
DO $$
DECLARE
    support record;
    called integer := 0;
BEGIN
    FOR support IN
        SELECT DISTINCT f.oid::regproc AS name,
               format('SELECT %s(%s)', f.oid::regproc,
                      (SELECT string_agg('NULL::' || format_type(t, NULL), ', ' ORDER BY n)
                       FROM unnest(f.proargtypes) WITH ORDINALITY a (t, n))) AS call
        FROM pg_aggregate a
        JOIN pg_proc p ON p.oid = a.aggfnoid
        JOIN pg_proc f ON f.oid IN (a.aggtransfn, a.aggcombinefn, a.aggmtransfn, a.aggminvtransfn)
        JOIN pg_depend d ON d.classid = 'pg_proc'::regclass AND d.objid = f.oid AND d.deptype = 'e'
        WHERE NOT f.proargtypes::oid[] && ARRAY['internal'::regtype::oid]
    LOOP
        called := called + 1;
        BEGIN
            EXECUTE support.call;
        EXCEPTION WHEN internal_error THEN
            RAISE WARNING '%: %', support.name, SQLERRM;
        WHEN OTHERS THEN
            NULL;
        END;
    END LOOP;
    ASSERT called > 20, called;
END
$$;
