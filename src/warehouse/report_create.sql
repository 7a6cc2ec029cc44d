/* report_create.sql: create_report_views() and what it makes beside the views of one day. */

CREATE FUNCTION adpipe_internal.make_report_function(named text, result text, body text, about text) RETURNS void
    LANGUAGE plpgsql
    SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    old regprocedure := to_regprocedure(named || '(text)');
BEGIN
    IF old IS NOT NULL AND coalesce(obj_description(old, 'pg_proc'), '') NOT LIKE 'Report view of adpipe:%' THEN
        RAISE EXCEPTION 'function "%" already exists', old
            USING ERRCODE = 'duplicate_function',
                  DETAIL = 'It was not made by create_report_views(), which leaves it alone.',
                  HINT = 'Drop or rename it, or make the report views in another schema.';
    END IF;
    EXECUTE format('CREATE OR REPLACE FUNCTION %s(to_currency text) RETURNS TABLE (%s) LANGUAGE sql STABLE BEGIN ATOMIC %s; END', named, result, body);
    EXECUTE format('COMMENT ON FUNCTION %s(text) IS %L', named, 'Report view of adpipe: ' || about);
END
$$;
COMMENT ON FUNCTION adpipe_internal.make_report_function(text, text, text, text) IS
    'Makes or replaces a function that gives a report view in one currency; part of create_report_views().';
REVOKE ALL ON FUNCTION adpipe_internal.make_report_function(text, text, text, text) FROM PUBLIC;

/*
 * The conversion stands in a subquery of its own, so that rows of one currency and
 * day share a rate and conditions on the day come before it.
 */
CREATE FUNCTION adpipe_internal.make_converted(schema name, report text) RETURNS void
    LANGUAGE plpgsql
    SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    named text := format('%I.%I', schema, report);
    columns text;
    result text;
BEGIN
    SELECT string_agg(format('%I %s', s.name, s.type), ', ' ORDER BY s.place),
           string_agg(CASE WHEN s.name = 'currency' THEN '$1' WHEN s.name IN ('spend', 'conversions_value') THEN format('r.%I * x.rate', s.name)
                           ELSE format('r.%I', s.name) END, ', ' ORDER BY s.place)
    INTO result, columns
    FROM adpipe_internal.report_shape(report) s;
    PERFORM adpipe_internal.make_report_function(format('%I.%I', schema, report || '_in'), result,
        format('SELECT %s FROM %s r CROSS JOIN LATERAL (SELECT adpipe.fx_rate(r.currency, r.date_day, $1, %s) AS rate OFFSET 0) x',
               columns, named, adpipe_internal.owner_expression(named)),
        format('%s with all money in one currency, by the rates of the view''s owner in adpipe.fx_rates.', replace(report, '_', ' ')));
END
$$;
COMMENT ON FUNCTION adpipe_internal.make_converted(name, text) IS
    'Makes the function that gives a report view in one currency; part of create_report_views().';
REVOKE ALL ON FUNCTION adpipe_internal.make_converted(name, text) FROM PUBLIC;

CREATE FUNCTION adpipe_internal.make_converted_period(schema name, report text, period text) RETURNS void
    LANGUAGE plpgsql
    SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    result text;
BEGIN
    SELECT string_agg(format('%I %s', a.attname, format_type(a.atttypid, a.atttypmod)), ', ' ORDER BY a.attnum) INTO result
    FROM pg_attribute a WHERE a.attrelid = format('%I.%I', schema, report || '_' || period)::regclass AND a.attnum > 0;
    PERFORM adpipe_internal.make_report_function(format('%I.%I', schema, report || '_' || period || '_in'), result,
        adpipe_internal.period_query(report, period, format('%I.%I($1)', schema, report || '_in')),
        format('%s by %s with all money in one currency, converted day by day.', replace(report, '_', ' '), period));
END
$$;
COMMENT ON FUNCTION adpipe_internal.make_converted_period(name, text, text) IS
    'Makes the week or month form in one currency; part of create_report_views().';
REVOKE ALL ON FUNCTION adpipe_internal.make_converted_period(name, text, text) FROM PUBLIC;

CREATE FUNCTION adpipe_internal.drop_old_views(schema name, kept regclass[]) RETURNS void
    LANGUAGE plpgsql
    SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    old regclass;
BEGIN
    FOR old IN
        SELECT c.oid FROM pg_class c
        WHERE c.relnamespace = to_regnamespace(quote_ident(schema)) AND c.relname LIKE '%\_current'
          AND adpipe_internal.is_report_view(c.oid) AND c.oid <> ALL (kept)
    LOOP
        EXECUTE format('DROP VIEW %s', old);
    END LOOP;
END
$$;
COMMENT ON FUNCTION adpipe_internal.drop_old_views(name, regclass[]) IS
    'Drops views of lists that go by another name by now; part of create_report_views().';
REVOKE ALL ON FUNCTION adpipe_internal.drop_old_views(name, regclass[]) FROM PUBLIC;

CREATE FUNCTION adpipe_internal.make_report(schema name, report text) RETURNS SETOF regclass
    LANGUAGE plpgsql
    SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    feed text := CASE report WHEN 'url_report' THEN 'ad_report' ELSE report END;
    copies regclass[] := ARRAY(SELECT f.target FROM adpipe_internal.feeding_copies(feed) f WHERE f.is_used);
    period text;
BEGIN
    RETURN NEXT adpipe_internal.make_report_view(schema, report,
        CASE report WHEN 'url_report' THEN adpipe_internal.url_rows() ELSE adpipe_internal.report_rows(report) END, copies,
        format('%s by day, %s', replace(report, '_', ' '), adpipe_internal.report_origin(feed)), report);
    PERFORM adpipe_internal.make_converted(schema, report);
    FOREACH period IN ARRAY '{week,month}'::text[] LOOP
        RETURN NEXT adpipe_internal.make_period_view(schema, report, period, copies);
        PERFORM adpipe_internal.make_converted_period(schema, report, period);
    END LOOP;
END
$$;
COMMENT ON FUNCTION adpipe_internal.make_report(name, text) IS
    'Makes a report view and its forms; part of create_report_views().';
REVOKE ALL ON FUNCTION adpipe_internal.make_report(name, text) FROM PUBLIC;

CREATE FUNCTION adpipe.create_report_views(schema text)
    RETURNS TABLE (view_name regclass, target regclass, platform text, source_relation text, note text)
    LANGUAGE plpgsql
    SET search_path = pg_catalog, pg_temp
AS $$
#variable_conflict use_column
DECLARE
    home name := adpipe_internal.require_schema(schema);
    reports text[] := '{account_report,campaign_report,ad_group_report,ad_report,keyword_report,search_term_report,url_report}';
    report text;
    entities regclass[];
BEGIN
    IF NOT EXISTS (SELECT FROM adpipe.targets t WHERE adpipe_internal.owner_of(t.target) = current_user)
       AND NOT EXISTS (SELECT FROM adpipe.own_reports o WHERE o.owner = current_user) THEN
        RAISE NOTICE 'role "%" owns no local copy, so the report views have no rows', current_user
            USING HINT = 'Views are made over the copies of the role that makes them; call create_report_views() as their owner.';
    END IF;
    PERFORM adpipe_internal.check_own_shape(o.report) FROM adpipe.own_reports o WHERE o.owner = current_user;
    PERFORM adpipe_internal.note_feeding_copies();
    FOREACH report IN ARRAY reports LOOP
        PERFORM adpipe_internal.make_report(home, report);
    END LOOP;
    PERFORM adpipe_internal.make_bridge(home);
    PERFORM adpipe_internal.make_pacing(home);
    entities := ARRAY(SELECT adpipe_internal.make_entity_view(home, e.target, e.view_name)
                      FROM adpipe_internal.entity_copies() e WHERE NOT adpipe_internal.is_taken(home, e.view_name));
    PERFORM adpipe_internal.drop_old_views(home, entities);
    RETURN QUERY
    SELECT format('%I.%I', home, r)::regclass, f.target, f.platform, f.server::text,
           CASE WHEN NOT f.is_used THEN 'not used: another copy of the same accounts has more days'
                WHEN f.place > 1 THEN 'accounts that no earlier copy of the platform has' END
    FROM unnest(reports) r
    CROSS JOIN LATERAL adpipe_internal.feeding_copies(CASE r WHEN 'url_report' THEN 'ad_report' ELSE r END) f
    UNION ALL
    SELECT format('%I.tracker_bridge', home)::regclass, f.target, f.platform, f.server::text,
           CASE WHEN NOT f.is_used THEN 'not used: another copy of the same accounts has more days'
                WHEN f.place > 1 THEN 'accounts that no earlier copy of the platform has' END
    FROM unnest('{tracker,tracker_event}'::text[]) r CROSS JOIN LATERAL adpipe_internal.feeding_copies(r) f
    UNION ALL
    SELECT CASE WHEN NOT adpipe_internal.is_taken(home, e.view_name) THEN format('%I.%I', home, e.view_name)::regclass END, e.target, e.platform, e.server::text,
           CASE WHEN adpipe_internal.is_taken(home, e.view_name) THEN format('not made: there is another relation "%s"', e.view_name) END
    FROM adpipe_internal.entity_copies() e;
END
$$;
COMMENT ON FUNCTION adpipe.create_report_views(text) IS
    'Makes or replaces in a schema the report views over all local copies and registered reports of the caller: account_report, campaign_report, ad_group_report, ad_report, keyword_report, search_term_report and url_report, each by day, week and month and in one currency; tracker_bridge, with platform and tracker by campaign; pacing, with the plans of adpipe.plans; and for each copy of a list a view of the latest version of each id. Returns which copies feed each view.';
REVOKE ALL ON FUNCTION adpipe.create_report_views(text) FROM PUBLIC;
