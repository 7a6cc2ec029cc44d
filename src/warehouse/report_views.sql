/*
 * report_views.sql: one view for each grain over the copies of all platforms.
 *
 * The views are plain SQL over the copies: they belong to the caller, their readers
 * need the right to read the copies, and the copies' policies hold for them.
 */

CREATE FUNCTION adpipe.url_parts(url text, OUT base_url text, OUT url_host text, OUT url_path text,
    OUT utm_source text, OUT utm_medium text, OUT utm_campaign text, OUT utm_content text, OUT utm_term text)
    LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
    SET search_path = pg_catalog, pg_temp
AS $$
    SELECT split_part(u.page, '?', 1), substring(u.page from '^(?:[A-Za-z][A-Za-z0-9+.-]*://)?([^/?]+)'),
           substring(split_part(u.page, '?', 1) from '^(?:[A-Za-z][A-Za-z0-9+.-]*://)?[^/]+(/.*)$'),
           substring(u.page from '[?&]utm_source=([^&]*)'), substring(u.page from '[?&]utm_medium=([^&]*)'),
           substring(u.page from '[?&]utm_campaign=([^&]*)'), substring(u.page from '[?&]utm_content=([^&]*)'),
           substring(u.page from '[?&]utm_term=([^&]*)')
    FROM (SELECT split_part(url, '#', 1)) u (page)
$$;
COMMENT ON FUNCTION adpipe.url_parts(text) IS
    'The parts of a landing page''s URL: the page without parameters, its host and path, and the five utm parameters as they are in the URL.';

/*
 * The name that was stored last for each id, of all copies that list or count the
 * thing.  Grouped before it is sorted: a copy has few names under many days.
 */
CREATE FUNCTION adpipe_internal.latest_names(sources jsonb) RETURNS text
    LANGUAGE sql IMMUTABLE
    SET search_path = pg_catalog, pg_temp
AS $$
    SELECT format('SELECT DISTINCT ON (n.account_id, n.id) n.account_id, n.id, n.name FROM (%s) n '
                  'ORDER BY n.account_id, n.id, n.seen DESC, n.day DESC NULLS FIRST',
                  string_agg(format('SELECT c.account_id, c.%1$I AS id, c.%2$I AS name, max(c.%3$I) AS seen, %4$s AS day '
                                    'FROM %5$s c WHERE c.%1$I IS NOT NULL AND c.%2$I IS NOT NULL GROUP BY c.account_id, c.%1$I, c.%2$I',
                                    s.id, s.title, s.seen,
                                    CASE WHEN s.seen = '_last_seen' THEN 'NULL::date' ELSE 'max(c.date_day)' END, s.target),
                             ' UNION ALL ' ORDER BY s.target))
    FROM jsonb_to_recordset(sources) s (target text, id text, title text, seen text)
$$;
COMMENT ON FUNCTION adpipe_internal.latest_names(jsonb) IS
    'A query for the latest name of each id; part of create_report_views().';
REVOKE ALL ON FUNCTION adpipe_internal.latest_names(jsonb) FROM PUBLIC;

/* Lists of the thing and the copy at its own grain; where there are neither, the copy that is named itself. */
CREATE FUNCTION adpipe_internal.name_sources(copy regclass, columns jsonb, thing text) RETURNS jsonb
    LANGUAGE sql STABLE
    SET search_path = pg_catalog, pg_temp
AS $$
    WITH own AS (
        SELECT adpipe_internal.server_of(t.source) AS server, columns ->> (thing || '_id') AS id, columns ->> (thing || '_name') AS title
        FROM adpipe.targets t WHERE t.target = copy
    ), lists AS (
        SELECT t.target::text AS target, o.id, o.title, '_last_seen' AS seen
        FROM own o
        JOIN adpipe.targets t ON adpipe_internal.server_of(t.source) = o.server AND NOT adpipe_internal.has_days(t.source)
        CROSS JOIN LATERAL adpipe_internal.entity_key(t.source) k
        WHERE adpipe_internal.owner_of(t.target) = current_user AND k[cardinality(k)] = o.id
          AND EXISTS (SELECT FROM adpipe_internal.source_columns(t.target) c WHERE c.name = o.title AND c.type = 'text')
        UNION ALL
        SELECT f.target::text, f.columns ->> (thing || '_id'), f.columns ->> (thing || '_name'), '_fetched_at'
        FROM own o JOIN adpipe_internal.feeding_copies(thing || '_report') f ON f.server = o.server AND f.is_used
    )
    SELECT coalesce((SELECT jsonb_agg(to_jsonb(l)) FROM lists l),
                    (SELECT jsonb_build_array(jsonb_build_object('target', copy::text, 'id', columns ->> (thing || '_id'), 'title', columns ->> (thing || '_name'),
                                                                 'seen', CASE WHEN EXISTS (SELECT FROM own o) THEN '_fetched_at' ELSE 'date_day' END))))
$$;
COMMENT ON FUNCTION adpipe_internal.name_sources(regclass, jsonb, text) IS
    'Where the names of a thing (account, campaign, ad_group, ad) of a copy come from; part of create_report_views().';
REVOKE ALL ON FUNCTION adpipe_internal.name_sources(regclass, jsonb, text) FROM PUBLIC;

/* The rows of one copy in the shape of a report view. */
CREATE FUNCTION adpipe_internal.report_arm(report text, copy regclass, platform text, server name, columns jsonb, earlier regclass[]) RETURNS text
    LANGUAGE sql STABLE
    SET search_path = pg_catalog, pg_temp
AS $$
    WITH shape AS (
        SELECT s.*, columns ->> s.name AS held, left(s.name, -5) AS thing FROM adpipe_internal.report_shape(report) s
    ), joins AS (
        SELECT string_agg(format(' LEFT JOIN (%s) %I ON %2$I.account_id = t.account_id AND %2$I.id = t.%I',
                                 adpipe_internal.latest_names(adpipe_internal.name_sources(copy, columns, s.thing)),
                                 'of_' || s.thing, columns ->> (s.thing || '_id')), '' ORDER BY s.place) AS text
        FROM shape s WHERE s.kind = 'name' AND report NOT LIKE 'tracker%'
    )
    SELECT 'SELECT ' || string_agg(
               CASE WHEN s.name = 'platform' THEN format('%L::text AS platform', platform)
                    WHEN s.name = 'source_relation' THEN format('%L::text AS source_relation', server)
                    WHEN s.kind = 'lack' THEN format('(t.%I IS NULL)::integer::bigint AS %I', columns ->> 'conversions', s.name)
                    WHEN s.kind = 'name' AND j.text IS NOT NULL THEN format('coalesce(%I.name, t.%I) AS %I', 'of_' || s.thing, s.held, s.name)
                    WHEN s.held IS NULL THEN format('NULL::%s AS %I', s.type, s.name)
                    ELSE format('t.%I AS %I', s.held, s.name) END, ', ' ORDER BY s.place)
           || format(' FROM %s t', copy) || coalesce(max(j.text), '')
           || coalesce((SELECT ' WHERE ' || string_agg(format(
                  'NOT EXISTS (SELECT FROM adpipe.kept_accounts k WHERE k.target = %L::regclass AND k.account_id = t.%I)',
                  e, columns ->> 'account_id'), ' AND ') FROM unnest(earlier) e), '')
    FROM shape s CROSS JOIN joins j
$$;
COMMENT ON FUNCTION adpipe_internal.report_arm(text, regclass, text, name, jsonb, regclass[]) IS
    'A query for the rows of a copy in the shape of a report view; part of create_report_views().';
REVOKE ALL ON FUNCTION adpipe_internal.report_arm(text, regclass, text, name, jsonb, regclass[]) FROM PUBLIC;

/* A view that no copy feeds is there and has no rows, so that nothing that names it breaks. */
CREATE FUNCTION adpipe_internal.report_rows(report text) RETURNS text
    LANGUAGE sql STABLE
    SET search_path = pg_catalog, pg_temp
AS $$
    SELECT coalesce((SELECT string_agg(adpipe_internal.report_arm(report, f.target, f.platform, f.server, f.columns,
                                           ARRAY(SELECT e.target FROM adpipe_internal.feeding_copies(report) e
                                                 WHERE e.is_used AND e.platform = f.platform AND e.place < f.place ORDER BY e.place)),
                                       ' UNION ALL ' ORDER BY f.platform, f.place)
                     FROM adpipe_internal.feeding_copies(report) f WHERE f.is_used),
                    (SELECT 'SELECT ' || string_agg(format('NULL::%s AS %I', s.type, s.name), ', ' ORDER BY s.place) || ' WHERE false'
                     FROM adpipe_internal.report_shape(report) s))
$$;
COMMENT ON FUNCTION adpipe_internal.report_rows(text) IS
    'A query for the rows of all copies that feed a report view; part of create_report_views().';
REVOKE ALL ON FUNCTION adpipe_internal.report_rows(text) FROM PUBLIC;

/*
 * Landing pages: the latest URL of each ad, from lists of the ad copy's server.  Of
 * several final URLs the first counts; parameters that Meta adds are part of it.
 */
CREATE FUNCTION adpipe_internal.page_sources(server name) RETURNS text
    LANGUAGE sql STABLE
    SET search_path = pg_catalog, pg_temp
AS $$
    WITH lists AS (
        SELECT t.target, (SELECT array_agg(c.name::text) FROM adpipe_internal.source_columns(t.target) c) AS names
        FROM adpipe.targets t
        WHERE adpipe_internal.server_of(t.source) = page_sources.server AND NOT adpipe_internal.has_days(t.source)
          AND adpipe_internal.owner_of(t.target) = current_user
    )
    SELECT coalesce(
        (SELECT format('SELECT DISTINCT ON (c.account_id, c.ad_id) c.account_id, c.ad_id, c.final_urls[1] AS url FROM %s c '
                       'ORDER BY c.account_id, c.ad_id, c._last_seen DESC', min(l.target::text))
         FROM lists l WHERE l.names @> '{ad_id,final_urls}' HAVING count(*) > 0),
        (SELECT format('SELECT a.account_id, a.ad_id, p.url || CASE WHEN c.url_tags <> '''' THEN CASE WHEN p.url LIKE ''%%?%%'' THEN ''&'' ELSE ''?'' END || c.url_tags ELSE '''' END AS url '
                       'FROM (SELECT DISTINCT ON (c.account_id, c.ad_id) * FROM %s c ORDER BY c.account_id, c.ad_id, c._last_seen DESC) a '
                       'JOIN (SELECT DISTINCT ON (c.account_id, c.creative_id) * FROM %s c ORDER BY c.account_id, c.creative_id, c._last_seen DESC) c '
                       'ON c.account_id = a.account_id AND c.creative_id = a.creative_id '
                       'CROSS JOIN LATERAL (SELECT coalesce(c.link_url, c.object_story_spec #>> ''{link_data,link}'', '
                       'c.object_story_spec #>> ''{video_data,call_to_action,value,link}'', c.asset_feed_spec #>> ''{link_urls,0,website_url}'')) p (url)',
                       min(a.target::text), min(c.target::text))
         FROM lists a, lists c WHERE a.names @> '{ad_id,creative_id}' AND c.names @> '{creative_id,link_url,url_tags,object_story_spec,asset_feed_spec}'
         HAVING count(*) > 0),
        'SELECT NULL::text AS account_id, NULL::text AS ad_id, NULL::text AS url WHERE false')
$$;
COMMENT ON FUNCTION adpipe_internal.page_sources(name) IS
    'A query for the landing page of each ad of a server; part of create_report_views().';
REVOKE ALL ON FUNCTION adpipe_internal.page_sources(name) FROM PUBLIC;

/* A sum is one only where every row has the number: a part would look like the whole. */
CREATE FUNCTION adpipe_internal.report_sums(report text) RETURNS text
    LANGUAGE sql IMMUTABLE
    SET search_path = pg_catalog, pg_temp
AS $$
    SELECT string_agg(CASE WHEN s.kind = 'lack' THEN format('sum(r.%1$I)::%2$s AS %1$I', s.name, s.type)
                           ELSE format('CASE WHEN count(r.%1$I) = count(*) THEN sum(r.%1$I)::%2$s END AS %1$I', s.name, s.type) END,
                      ', ' ORDER BY s.place)
    FROM adpipe_internal.report_shape(report) s WHERE s.kind IN ('metric', 'lack')
$$;
COMMENT ON FUNCTION adpipe_internal.report_sums(text) IS
    'The sums of a report view''s metrics; part of create_report_views().';
REVOKE ALL ON FUNCTION adpipe_internal.report_sums(text) FROM PUBLIC;

CREATE FUNCTION adpipe_internal.url_rows() RETURNS text
    LANGUAGE sql STABLE
    SET search_path = pg_catalog, pg_temp
AS $$
    SELECT coalesce(string_agg(format(
               'SELECT %s, %s, r.source_relation FROM (%s) r LEFT JOIN (%s) p ON p.account_id = r.account_id AND p.ad_id = r.ad_id '
               'LEFT JOIN LATERAL adpipe.url_parts(p.url) u ON true GROUP BY %s, r.source_relation',
               k.columns, adpipe_internal.report_sums('url_report'),
               adpipe_internal.report_arm('ad_report', f.target, f.platform, f.server, f.columns,
                   ARRAY(SELECT e.target FROM adpipe_internal.feeding_copies('ad_report') e
                         WHERE e.is_used AND e.platform = f.platform AND e.place < f.place ORDER BY e.place)),
               adpipe_internal.page_sources(f.server), k.columns), ' UNION ALL ' ORDER BY f.platform, f.place),
               adpipe_internal.report_rows('url_report'))
    FROM adpipe_internal.feeding_copies('ad_report') f
    CROSS JOIN (SELECT string_agg(CASE WHEN s.place < 17 THEN 'r.' ELSE 'u.' END || s.name, ', ' ORDER BY s.place)
                FROM adpipe_internal.report_shape('url_report') s WHERE s.place < 25) k (columns)
    WHERE f.is_used
$$;
COMMENT ON FUNCTION adpipe_internal.url_rows() IS
    'The query of url_report: ads added up by ad group and landing page; part of create_report_views().';
REVOKE ALL ON FUNCTION adpipe_internal.url_rows() FROM PUBLIC;

/* A relation that somebody else made, or that the caller made otherwise, stays. */
CREATE FUNCTION adpipe_internal.is_report_view(relation regclass) RETURNS boolean
    LANGUAGE sql STABLE
    SET search_path = pg_catalog, pg_temp
AS $$
    SELECT c.relkind = 'v' AND pg_get_userbyid(c.relowner) = current_user
           AND coalesce(obj_description(c.oid, 'pg_class') LIKE 'Report view of adpipe:%', false)
    FROM pg_class c WHERE c.oid = relation
$$;
COMMENT ON FUNCTION adpipe_internal.is_report_view(regclass) IS
    'Whether create_report_views() made a view for the current user; part of it.';
REVOKE ALL ON FUNCTION adpipe_internal.is_report_view(regclass) FROM PUBLIC;

CREATE FUNCTION adpipe_internal.is_taken(schema name, view_name text) RETURNS boolean
    LANGUAGE sql STABLE
    SET search_path = pg_catalog, pg_temp
AS $$
    SELECT EXISTS (SELECT FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
                   WHERE n.nspname = schema AND c.relname = view_name AND NOT adpipe_internal.is_report_view(c.oid))
$$;
COMMENT ON FUNCTION adpipe_internal.is_taken(name, text) IS
    'Whether a name belongs to a relation that create_report_views() did not make for the current user; part of it.';
REVOKE ALL ON FUNCTION adpipe_internal.is_taken(name, text) FROM PUBLIC;

CREATE FUNCTION adpipe_internal.make_report_view(schema name, view_name name, body text, copies regclass[], about text, report text) RETURNS regclass
    LANGUAGE plpgsql
    SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    named text := format('%I.%I', schema, view_name);
    options text := '';
    found record;
BEGIN
    IF adpipe_internal.is_taken(schema, view_name) THEN
        RAISE EXCEPTION 'relation "%" already exists', named
            USING ERRCODE = 'duplicate_table',
                  DETAIL = 'It was not made by create_report_views(), which leaves it alone.',
                  HINT = 'Drop or rename it, or make the report views in another schema.';
    END IF;
    FOR found IN SELECT c FROM unnest(copies) c LOOP
        options := adpipe_internal.current_view_options(found.c);
    END LOOP;
    EXECUTE format('CREATE OR REPLACE VIEW %s %s AS %s', named, options, body);
    EXECUTE format('COMMENT ON VIEW %s IS %L', named, 'Report view of adpipe: ' || about);
    FOR found IN
        SELECT a.attname, s.description FROM pg_attribute a JOIN adpipe_internal.report_shape(report) s ON s.name = a.attname
        WHERE a.attrelid = named::regclass AND a.attnum > 0
    LOOP
        EXECUTE format('COMMENT ON COLUMN %s.%I IS %L', named, found.attname, found.description);
    END LOOP;
    RETURN named::regclass;
END
$$;
COMMENT ON FUNCTION adpipe_internal.make_report_view(name, name, text, regclass[], text, text) IS
    'Makes or replaces one view and its comments; part of create_report_views().';
REVOKE ALL ON FUNCTION adpipe_internal.make_report_view(name, name, text, regclass[], text, text) FROM PUBLIC;

/* Which copies feed a view: for its comment. */
CREATE FUNCTION adpipe_internal.report_origin(report text) RETURNS text
    LANGUAGE sql STABLE
    SET search_path = pg_catalog, pg_temp
AS $$
    SELECT coalesce('from ' || string_agg(format('%s (%s, %s)', f.target, f.platform,
                                               CASE WHEN EXISTS (SELECT FROM adpipe.own_reports o WHERE o.report = f.target) THEN 'of its owner''s own' ELSE 'server ' || f.server END), ', ' ORDER BY f.platform, f.place) || '.',
                    'no copy feeds it.')
    FROM adpipe_internal.feeding_copies(report) f WHERE f.is_used
$$;
COMMENT ON FUNCTION adpipe_internal.report_origin(text) IS
    'The copies that feed a report view, as words; part of create_report_views().';
REVOKE ALL ON FUNCTION adpipe_internal.report_origin(text) FROM PUBLIC;

CREATE FUNCTION adpipe_internal.period_query(report text, period text, relation text) RETURNS text
    LANGUAGE sql IMMUTABLE
    SET search_path = pg_catalog, pg_temp
AS $$
    SELECT format('SELECT %s, count(DISTINCT r.date_day) AS days, %s, r.source_relation FROM %s r GROUP BY %s, r.source_relation',
                  string_agg(CASE s.kind WHEN 'name' THEN format('max(r.%1$I) AS %1$I', s.name) ELSE k.key || k.alias END, ', ' ORDER BY s.place),
                  adpipe_internal.report_sums(report), relation,
                  string_agg(k.key, ', ' ORDER BY s.place) FILTER (WHERE s.kind <> 'name'))
    FROM adpipe_internal.report_shape(report) s
    CROSS JOIN LATERAL (SELECT CASE WHEN s.name = 'date_day' THEN format('date_trunc(%L, r.date_day::timestamp)::date', period)
                                    ELSE format('r.%I', s.name) END,
                               CASE WHEN s.name = 'date_day' THEN ' AS date_' || period ELSE '' END) k (key, alias)
    WHERE s.kind NOT IN ('metric', 'lack') AND s.name <> 'source_relation'
$$;
COMMENT ON FUNCTION adpipe_internal.period_query(text, text, text) IS
    'A query that adds the days of a report view up by week or month; part of create_report_views().';
REVOKE ALL ON FUNCTION adpipe_internal.period_query(text, text, text) FROM PUBLIC;

CREATE FUNCTION adpipe_internal.make_period_view(schema name, report text, period text, copies regclass[]) RETURNS regclass
    LANGUAGE plpgsql
    SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    made regclass;
BEGIN
    made := adpipe_internal.make_report_view(schema, report || '_' || period,
        adpipe_internal.period_query(report, period, format('%I.%I', schema, report)), copies,
        format('%s by %s: the numbers of the days that add up. A number is NULL where a row of a day does not have it.',
               replace(report, '_', ' '), period), report);
    EXECUTE format('COMMENT ON COLUMN %s.%I IS %L', made, 'date_' || period,
                   CASE period WHEN 'week' THEN 'Monday of the week.' ELSE 'First day of the month.' END);
    EXECUTE format('COMMENT ON COLUMN %s.days IS %L', made, 'Days with a row.');
    RETURN made;
END
$$;
COMMENT ON FUNCTION adpipe_internal.make_period_view(name, text, text, regclass[]) IS
    'Makes the week or month form of a report view; part of create_report_views().';
REVOKE ALL ON FUNCTION adpipe_internal.make_period_view(name, text, text, regclass[]) FROM PUBLIC;

/* Names of copies can be the same in two schemas; then the schema goes before. */
CREATE FUNCTION adpipe_internal.entity_copies(OUT target regclass, OUT platform text, OUT server name, OUT view_name text)
    RETURNS SETOF record
    LANGUAGE sql STABLE
    SET search_path = pg_catalog, pg_temp
AS $$
    SELECT e.target, e.platform, e.server,
           adpipe_internal.name_with(CASE WHEN count(*) OVER (PARTITION BY e.relname) > 1 THEN e.nspname || '_' ELSE '' END || e.relname, '_current')
    FROM (SELECT t.target, c.relname, n.nspname, (adpipe_internal.source_policy(t.source)).platform, adpipe_internal.server_of(t.source) AS server
          FROM adpipe.targets t
          JOIN pg_class c ON c.oid = t.target
          JOIN pg_namespace n ON n.oid = c.relnamespace
          WHERE t.source IS NOT NULL AND adpipe_internal.owner_of(t.target) = current_user AND NOT adpipe_internal.has_days(t.source)) e
$$;
COMMENT ON FUNCTION adpipe_internal.entity_copies() IS
    'The current user''s copies of lists, and the names of the views of what is current in them; part of create_report_views().';
REVOKE ALL ON FUNCTION adpipe_internal.entity_copies() FROM PUBLIC;

CREATE FUNCTION adpipe_internal.make_entity_view(schema name, target regclass, view_name text) RETURNS regclass
    LANGUAGE plpgsql
    SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    made regclass;
    found record;
BEGIN
    made := adpipe_internal.make_report_view(schema, view_name,
        (SELECT format('SELECT DISTINCT ON (%1$s) t.* FROM %2$s t ORDER BY %1$s, t._last_seen DESC, t._first_seen DESC',
                       string_agg(format('t.%I', k), ', ' ORDER BY n), target)
         FROM unnest(adpipe_internal.entity_key(target)) WITH ORDINALITY k (k, n)),
        ARRAY[target], format('the latest version of each id of %s; _deleted_at says when the platform ceased to list it.', target), '');
    FOR found IN SELECT a.attname, col_description(target, a.attnum) AS text FROM pg_attribute a WHERE a.attrelid = target AND a.attnum > 0 AND NOT a.attisdropped LOOP
        EXECUTE format('COMMENT ON COLUMN %s.%I IS %L', made, found.attname, found.text);
    END LOOP;
    RETURN made;
END
$$;
COMMENT ON FUNCTION adpipe_internal.make_entity_view(name, regclass, text) IS
    'Makes the view of what is current in a copy of a list; part of create_report_views().';
REVOKE ALL ON FUNCTION adpipe_internal.make_entity_view(name, regclass, text) FROM PUBLIC;

CREATE FUNCTION adpipe_internal.require_schema(schema text) RETURNS name
    LANGUAGE plpgsql STABLE
    SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    named name := coalesce((SELECT n.nspname FROM pg_namespace n WHERE n.nspname = schema),
                           (SELECT n.nspname FROM pg_namespace n WHERE n.oid = to_regnamespace(schema)));
BEGIN
    IF named IS NULL THEN
        RAISE EXCEPTION 'schema "%" does not exist', schema
            USING ERRCODE = 'invalid_schema_name',
                  DETAIL = 'The report views were to be made there.',
                  HINT = format('CREATE SCHEMA %I;', schema);
    ELSIF NOT has_schema_privilege(named, 'CREATE') THEN
        RAISE EXCEPTION 'permission denied for schema %', named
            USING ERRCODE = 'insufficient_privilege',
                  DETAIL = format('Role "%s" may not create views there.', current_user),
                  HINT = format('As the owner of the schema: GRANT CREATE ON SCHEMA %I TO %I;', named, current_user);
    END IF;
    RETURN named;
END
$$;
COMMENT ON FUNCTION adpipe_internal.require_schema(text) IS
    'The name of a schema in which the current user may create, given as it is or quoted; an error for any other. Part of create_report_views().';
REVOKE ALL ON FUNCTION adpipe_internal.require_schema(text) FROM PUBLIC;
