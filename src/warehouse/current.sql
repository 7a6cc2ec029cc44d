/*
 * current.sql: names as they are now.  A stored row has the name that the
 * platform gave on the day of reading; after a rename one id has two.
 */

/*
 * The row whose values were stored last has the newest name: after a rename all
 * days that are read again have the new one.  Of the days of one
 * refresh the last decides.
 */
CREATE FUNCTION adpipe_internal.current_names(target regclass, is_daily boolean)
    RETURNS TABLE (id name, title name, query text)
    LANGUAGE sql STABLE
    SET search_path = pg_catalog, pg_temp
AS $$
    SELECT i.name, n.name,
           format('SELECT DISTINCT ON (%1$s) %1$s, c.%2$I FROM %3$s c WHERE c.%4$I IS NOT NULL AND c.%2$I IS NOT NULL '
                  'ORDER BY %1$s, %5$s',
                  CASE WHEN i.name = 'account_id' THEN 'c.account_id' ELSE format('c.account_id, c.%I', i.name) END,
                  n.name, target, i.name,
                  CASE WHEN is_daily THEN format('c._fetched_at DESC, c.%I DESC', adpipe_internal.day_column(target))
                       ELSE 'c._last_seen DESC, c._first_seen DESC' END)
    FROM adpipe_internal.source_columns(target) i
    JOIN adpipe_internal.source_columns(target) n ON n.name = left(i.name, -3) || '_name'
    WHERE i.name LIKE '%\_id'
    ORDER BY i.attnum
$$;
COMMENT ON FUNCTION adpipe_internal.current_names(regclass, boolean) IS
    'The columns of a copy that name what another one identifies, each with a query for the latest name of each id; part of current_view().';
REVOKE ALL ON FUNCTION adpipe_internal.current_names(regclass, boolean) FROM PUBLIC;

/*
 * Readers need the right to read the copy itself, and its policies hold for them:
 * by security_invoker, which servers before 15 do not have.
 */
CREATE FUNCTION adpipe_internal.current_view_options(target regclass) RETURNS text
    LANGUAGE plpgsql STABLE
    SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    IF current_setting('server_version_num')::integer >= 150000 THEN
        RETURN 'WITH (security_invoker = true)';
    ELSIF (SELECT c.relrowsecurity FROM pg_class c WHERE c.oid = target) THEN
        RAISE EXCEPTION 'table "%" has row-level security, which a view would bypass', target
            USING ERRCODE = 'feature_not_supported',
                  DETAIL = 'Views that heed the policies of their readers need PostgreSQL 15.',
                  HINT = 'Group by the id and take the name from the latest row.';
    END IF;
    RETURN '';
END
$$;
COMMENT ON FUNCTION adpipe_internal.current_view_options(regclass) IS
    'Options of a view over a copy that gives its readers no more than the copy does; part of current_view().';
REVOKE ALL ON FUNCTION adpipe_internal.current_view_options(regclass) FROM PUBLIC;

CREATE FUNCTION adpipe_internal.comment_current_view(target regclass, made regclass) RETURNS void
    LANGUAGE plpgsql
    SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    found record;
BEGIN
    EXECUTE format('COMMENT ON VIEW %s IS %L', made, format('%s with the latest name of each id.', target));
    FOR found IN
        SELECT a.attname AS name,
               CASE WHEN n.id IS NULL THEN col_description(target, a.attnum)
                    ELSE format('Name in the latest row of its %s.', n.id) END AS text
        FROM pg_attribute a
        LEFT JOIN adpipe_internal.current_names(target, false) n ON n.title = a.attname
        WHERE a.attrelid = target AND a.attnum > 0 AND NOT a.attisdropped
    LOOP
        EXECUTE format('COMMENT ON COLUMN %s.%I IS %L', made, found.name, found.text);
    END LOOP;
END
$$;
COMMENT ON FUNCTION adpipe_internal.comment_current_view(regclass, regclass) IS
    'Gives a view of current_view() and its columns their comments.';
REVOKE ALL ON FUNCTION adpipe_internal.comment_current_view(regclass, regclass) FROM PUBLIC;

CREATE FUNCTION adpipe.current_view(target regclass) RETURNS regclass
    LANGUAGE plpgsql
    SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    is_daily boolean;
    options text;
    view_name text;
    columns text;
    joins text;
BEGIN
    PERFORM adpipe_internal.require_owner(target);
    is_daily := (adpipe_internal.target_of(target)).is_daily;
    options := adpipe_internal.current_view_options(target);
    SELECT string_agg(format('LEFT JOIN (%s) %I ON %2$I.account_id = t.account_id AND %2$I.%I = t.%3$I',
                             n.query, 'of_' || n.id, n.id), ' ')
    INTO joins
    FROM adpipe_internal.current_names(target, is_daily) n;
    IF joins IS NULL THEN
        RAISE EXCEPTION 'table "%" has no names beside ids', target
            USING ERRCODE = 'wrong_object_type',
                  DETAIL = 'A name is a column such as "campaign_name" beside "campaign_id".';
    END IF;
    SELECT string_agg(CASE WHEN n.id IS NULL THEN format('t.%I', a.attname)
                           ELSE format('coalesce(%I.%I, t.%2$I) AS %2$I', 'of_' || n.id, a.attname) END,
                      ', ' ORDER BY a.attnum)
    INTO columns
    FROM pg_attribute a
    LEFT JOIN adpipe_internal.current_names(target, is_daily) n ON n.title = a.attname
    WHERE a.attrelid = target AND a.attnum > 0 AND NOT a.attisdropped;
    SELECT format('%I.%I', s.nspname, adpipe_internal.name_with(c.relname, '_current')) INTO view_name
    FROM pg_class c JOIN pg_namespace s ON s.oid = c.relnamespace WHERE c.oid = target;
    EXECUTE format('CREATE VIEW %s %s AS SELECT %s FROM %s t %s', view_name, options, columns, target, joins);
    PERFORM adpipe_internal.comment_current_view(target, view_name::regclass);
    RETURN view_name::regclass;
END
$$;
COMMENT ON FUNCTION adpipe.current_view(regclass) IS
    'Makes a view <target>_current: the rows of a local copy with the latest name of each id in place of the name on the day of reading.';
REVOKE ALL ON FUNCTION adpipe.current_view(regclass) FROM PUBLIC;
