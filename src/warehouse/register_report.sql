/*
 * register_report.sql: a table or view of one's own as a report of a platform.
 *
 * What a medium sends as a file, an invoice or offline media stands in the report
 * views beside the copies.  All is checked when a report is registered; coverage
 * checks the rows again whenever it is asked.
 */

/* What a relation reads: parts of a table, and what the queries of views name. */
CREATE FUNCTION adpipe_internal.relations_below(relation regclass) RETURNS SETOF oid
    LANGUAGE sql STABLE
    SET search_path = pg_catalog, pg_temp
AS $$
    WITH RECURSIVE below (relid) AS (
        SELECT relation::oid
        UNION
        SELECT n.relid
        FROM below b
        CROSS JOIN LATERAL (
            SELECT i.inhrelid FROM pg_inherits i WHERE i.inhparent = b.relid
            UNION ALL
            SELECT d.refobjid FROM pg_rewrite r
            JOIN pg_depend d ON d.classid = 'pg_rewrite'::regclass AND d.objid = r.oid AND d.refclassid = 'pg_class'::regclass
            WHERE r.ev_class = b.relid) n (relid))
    SELECT relid FROM below
$$;
COMMENT ON FUNCTION adpipe_internal.relations_below(regclass) IS
    'A relation and all relations that reading it reads, but for those in functions.';
REVOKE ALL ON FUNCTION adpipe_internal.relations_below(regclass) FROM PUBLIC;

/* The rows are checked as the caller, so code in the report must be the caller's own. */
CREATE FUNCTION adpipe_internal.check_own_relation(report regclass) RETURNS void
    LANGUAGE plpgsql STABLE
    SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    facts record;
BEGIN
    SELECT c.relkind, c.relpersistence, pg_get_userbyid(c.relowner) AS owner INTO facts FROM pg_class c WHERE c.oid = report;
    IF facts.owner IS DISTINCT FROM current_user THEN
        RAISE EXCEPTION 'must be owner of relation %', report
            USING ERRCODE = 'insufficient_privilege',
                  DETAIL = format('It belongs to role "%s", with whose rights it is read.', facts.owner),
                  HINT = format('SET ROLE %I; before, or let that role register it.', facts.owner);
    ELSIF facts.relkind NOT IN ('r', 'p', 'v', 'm') OR facts.relpersistence = 't' THEN
        RAISE EXCEPTION '"%" is no lasting table or view', report
            USING ERRCODE = 'wrong_object_type',
                  DETAIL = 'A report is a table, view or materialized view of this database that other sessions can read.',
                  HINT = 'Make a view over it, or a table of its rows.';
    ELSIF EXISTS (SELECT FROM adpipe.targets t WHERE t.target = report) THEN
        RAISE EXCEPTION 'table "%" is a local copy', report
            USING ERRCODE = 'wrong_object_type',
                  DETAIL = 'adpipe keeps it, and it feeds the report views already.',
                  HINT = 'SELECT * FROM adpipe.create_report_views(...); shows which copy feeds which view.';
    ELSIF row_security_active(report) THEN
        RAISE EXCEPTION 'row-level security of table "%" holds for its owner', report
            USING ERRCODE = 'feature_not_supported',
                  DETAIL = 'Rows that it hides would be missing in coverage and discrepancy.',
                  HINT = format('ALTER TABLE %s NO FORCE ROW LEVEL SECURITY; makes it hold for others only.', report);
    END IF;
END
$$;
COMMENT ON FUNCTION adpipe_internal.check_own_relation(regclass) IS
    'An error unless a relation is one that the current user may register as a report; part of register_report().';
REVOKE ALL ON FUNCTION adpipe_internal.check_own_relation(regclass) FROM PUBLIC;

/* Such a view would read itself, or ask a platform whenever coverage is asked. */
CREATE FUNCTION adpipe_internal.check_own_sources(report regclass) RETURNS void
    LANGUAGE plpgsql STABLE
    SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    source regclass;
BEGIN
    SELECT b INTO source FROM adpipe_internal.relations_below(report) b
    WHERE adpipe_internal.is_report_view(b) ORDER BY b LIMIT 1;
    IF FOUND THEN
        RAISE EXCEPTION 'report "%" reads report view "%"', report, source
            USING ERRCODE = 'invalid_object_definition',
                  DETAIL = 'The report view is made of the registered reports, so it would read itself.',
                  HINT = format('Let "%s" read the tables that hold its rows.', report);
    END IF;
    SELECT b INTO source FROM adpipe_internal.relations_below(report) b
    JOIN pg_foreign_table f ON f.ftrelid = b
    WHERE (adpipe_internal.source_policy(b)).platform IS NOT NULL ORDER BY b LIMIT 1;
    IF FOUND THEN
        RAISE EXCEPTION 'report "%" reads live table "%"', report, source
            USING ERRCODE = 'invalid_object_definition',
                  DETAIL = 'Coverage and discrepancy would ask the platform whenever they are read.',
                  HINT = format('SELECT adpipe.materialize(%L, ...); and read the copy.', source);
    END IF;
END
$$;
COMMENT ON FUNCTION adpipe_internal.check_own_sources(regclass) IS
    'An error if a report reads a report view or a live table; part of register_report() and create_report_views().';
REVOKE ALL ON FUNCTION adpipe_internal.check_own_sources(regclass) FROM PUBLIC;

CREATE FUNCTION adpipe_internal.check_own_columns(report regclass) RETURNS void
    LANGUAGE plpgsql STABLE
    SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    grain text := adpipe_internal.own_grain(report);
    problems text;
    repairs text;
    is_table boolean := (SELECT c.relkind IN ('r', 'p') FROM pg_class c WHERE c.oid = report);
BEGIN
    SELECT string_agg(CASE WHEN c.name IS NULL THEN format('column "%s" of type %s is missing', s.name, s.type)
                           ELSE format('column "%s" is of type %s in place of %s', s.name, c.type, s.type) END, '; ' ORDER BY s.place),
           string_agg(CASE WHEN c.name IS NULL THEN format('ADD COLUMN %I %s', s.name, s.type)
                           ELSE format('ALTER COLUMN %I TYPE %s', s.name, s.type) END, ', ' ORDER BY s.place)
    INTO problems, repairs
    FROM adpipe_internal.report_shape(grain) s
    LEFT JOIN adpipe_internal.source_columns(report) c ON c.name = s.name
    WHERE s.kind IN ('id', 'name', 'metric') AND c.type IS DISTINCT FROM s.type;
    IF problems IS NOT NULL THEN
        RAISE EXCEPTION 'columns of "%" are not those of %', report, grain
            USING ERRCODE = 'invalid_table_definition',
                  DETAIL = upper(left(problems, 1)) || substr(problems, 2) || '.',
                  HINT = CASE WHEN is_table THEN format('ALTER TABLE %s %s;', report, repairs)
                              ELSE format('Let its query have them: %s. What the medium does not report is NULL.',
                                          (SELECT string_agg(format('...::%s AS %I', s.type, s.name), ', ' ORDER BY s.place)
                                           FROM adpipe_internal.report_shape(grain) s WHERE position(format('column "%s"', s.name) IN problems) > 0)) END;
    END IF;
END
$$;
COMMENT ON FUNCTION adpipe_internal.check_own_columns(regclass) IS
    'An error unless a report has the columns of the table of IMPORT FOREIGN SCHEMA common of its grain; part of register_report() and create_report_views().';
REVOKE ALL ON FUNCTION adpipe_internal.check_own_columns(regclass) FROM PUBLIC;

CREATE FUNCTION adpipe_internal.check_own_shape(report regclass) RETURNS void
    LANGUAGE plpgsql STABLE
    SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    PERFORM adpipe_internal.check_own_sources(report);
    PERFORM adpipe_internal.check_own_columns(report);
END
$$;
COMMENT ON FUNCTION adpipe_internal.check_own_shape(regclass) IS
    'An error if report views cannot be made over a registered report; its definition may have changed since.';
REVOKE ALL ON FUNCTION adpipe_internal.check_own_shape(regclass) FROM PUBLIC;

/* Compared as names are that differ in how they are written: "Google Ads" would be read as google_ads. */
CREATE FUNCTION adpipe_internal.check_own_platform(report regclass, platform text) RETURNS void
    LANGUAGE plpgsql STABLE
    SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    taken text;
    other regclass;
BEGIN
    IF platform IS NULL OR adpipe.plain_name(platform) IS NULL OR length(platform) > 63 OR platform ~ '^\s|\s$|[[:cntrl:]]' THEN
        RAISE EXCEPTION '% is no name of a platform', coalesce(quote_literal(platform), 'NULL')
            USING ERRCODE = 'invalid_parameter_value',
                  DETAIL = 'A name has 1 to 63 characters, a letter or digit among them, and no blanks around.',
                  HINT = 'For example: SELECT adpipe.register_report(''ads.subway'', ''subway_ads'');';
    END IF;
    SELECT p.name INTO taken
    FROM (SELECT r.platform FROM adpipe.refresh_policy r
          UNION SELECT w.fdwname FROM pg_foreign_data_wrapper w
                JOIN pg_depend d ON d.classid = 'pg_foreign_data_wrapper'::regclass AND d.objid = w.oid AND d.deptype = 'e') p (name)
    WHERE adpipe.plain_name(p.name) = adpipe.plain_name($2) LIMIT 1;
    IF taken IS NOT NULL THEN
        RAISE EXCEPTION 'platform "%" is one that adpipe reads', taken
            USING ERRCODE = 'duplicate_object',
                  DETAIL = format('Rows of "%s" would look as if the platform had reported them.', report),
                  HINT = format('Give it a name of its own: SELECT adpipe.register_report(%L, %L);', report, taken || '_offline');
    END IF;
    SELECT o.report INTO other FROM adpipe.own_reports o
    WHERE o.owner = current_user AND o.platform = $2 AND o.report <> $1
      AND adpipe_internal.own_grain(o.report) = adpipe_internal.own_grain($1) LIMIT 1;
    IF FOUND THEN
        RAISE EXCEPTION 'platform "%" has report "%" already', platform, other
            USING ERRCODE = 'duplicate_object',
                  DETAIL = format('Two reports of one grain (%s) could hold the same spend twice.', adpipe_internal.own_grain(report)),
                  HINT = format('Register a view that is UNION ALL of both, or first: SELECT adpipe.unregister_report(%L);', other);
    END IF;
END
$$;
COMMENT ON FUNCTION adpipe_internal.check_own_platform(regclass, text) IS
    'An error unless a report may have a platform''s name; part of register_report().';
REVOKE ALL ON FUNCTION adpipe_internal.check_own_platform(regclass, text) FROM PUBLIC;

/* The conditions are those of own_sums(). */
CREATE FUNCTION adpipe_internal.check_own_values(report regclass, platform text) RETURNS void
    LANGUAGE plpgsql STABLE
    SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    found_row record;
    checks text;
    row_text text;
BEGIN
    SELECT string_agg(format('WHEN (%s) IS NOT TRUE THEN %L',
                             CASE s.name WHEN 'date_day' THEN 't.date_day BETWEEN DATE ''2000-01-01'' AND DATE ''2999-12-31'''
                                         WHEN 'currency' THEN 't.currency ~ ''^[A-Z]{3}$'''
                                         WHEN 'platform' THEN 't.platform::text = $1'
                                         ELSE format('t.%I IS NOT NULL', s.name) END, s.name), ' ' ORDER BY s.place),
           string_agg(format('%L || coalesce(left(t.%I::text, 60), ''NULL'')', s.name || ' ', s.name), ', ' ORDER BY s.place)
    INTO checks, row_text
    FROM adpipe_internal.report_shape(adpipe_internal.own_grain(report)) s
    WHERE s.kind = 'id' OR s.name = 'platform' AND EXISTS (SELECT FROM adpipe_internal.source_columns(report) c WHERE c.name = 'platform');
    EXECUTE format('SELECT * FROM (SELECT CASE %s END AS bad, concat_ws('', '', %s) AS row FROM %s t) c WHERE c.bad IS NOT NULL ORDER BY c.row LIMIT 1',
                   checks, row_text, report) INTO found_row USING platform;
    IF found_row.bad IS NOT NULL THEN
        RAISE EXCEPTION 'report "%" has a row without a valid %', report, found_row.bad
            USING ERRCODE = 'invalid_parameter_value',
                  DETAIL = format('The row is: %s.', found_row.row),
                  HINT = CASE found_row.bad
                         WHEN 'date_day' THEN 'Give the row its day, from 2000 to 2999, or delete it.'
                         WHEN 'currency' THEN 'Give the row the ISO 4217 code of its money, such as KRW, or delete it.'
                         WHEN 'platform' THEN format('Make a view for each platform (WHERE platform = %L) and register the views.', platform)
                         ELSE format('Give the row its %s, or delete it; a view can leave it out or name it.', found_row.bad) END;
    END IF;
END
$$;
COMMENT ON FUNCTION adpipe_internal.check_own_values(regclass, text) IS
    'An error that names a row of a report which lacks an id, day or currency; part of register_report().';
REVOKE ALL ON FUNCTION adpipe_internal.check_own_values(regclass, text) FROM PUBLIC;

CREATE FUNCTION adpipe_internal.check_own_keys(report regclass) RETURNS void
    LANGUAGE plpgsql STABLE
    SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    grain text := adpipe_internal.own_grain(report);
    keys text[] := ARRAY(SELECT s.name FROM adpipe_internal.report_shape(grain) s WHERE s.kind = 'id' AND s.name <> 'currency' ORDER BY s.place);
    other record;
BEGIN
    EXECUTE format('SELECT t.account_id, string_agg(DISTINCT t.currency, '' and '') AS currencies, min(t.currency) AS first '
                   'FROM %s t GROUP BY 1 HAVING count(DISTINCT t.currency) > 1 ORDER BY 1 LIMIT 1', report) INTO other;
    IF other.account_id IS NOT NULL THEN
        RAISE EXCEPTION 'report "%" holds account % in several currencies', report, other.account_id
            USING ERRCODE = 'invalid_parameter_value',
                  DETAIL = format('Its rows are in %s; an account has one currency.', other.currencies),
                  HINT = format('Give each currency an account_id of its own, or convert in a view: adpipe.convert(spend, currency, date_day, %L).', other.first);
    END IF;
    EXECUTE format('SELECT count(*) AS n, concat_ws('', '', %s) AS row FROM %s t GROUP BY %s HAVING count(*) > 1 ORDER BY 2 LIMIT 1',
                   (SELECT string_agg(format('%L || left(t.%I::text, 60)', k || ' ', k), ', ' ORDER BY n) FROM unnest(keys) WITH ORDINALITY u (k, n)), report,
                   (SELECT string_agg(format('t.%I', k), ', ') FROM unnest(keys) k)) INTO other;
    IF other.n IS NOT NULL THEN
        RAISE EXCEPTION 'report "%" holds % rows of one key', report, other.n
            USING ERRCODE = 'unique_violation',
                  DETAIL = format('The key is: %s.', other.row),
                  HINT = format('If they are parts of a sum, register a view with GROUP BY %s. If one was loaded twice, delete it.', array_to_string(keys, ', '));
    END IF;
END
$$;
COMMENT ON FUNCTION adpipe_internal.check_own_keys(regclass) IS
    'An error that names an account of a report with two currencies, or a key with two rows; part of register_report().';
REVOKE ALL ON FUNCTION adpipe_internal.check_own_keys(regclass) FROM PUBLIC;

/* A zone that is none would stop coverage for everybody. */
CREATE FUNCTION adpipe_internal.record_own_report(report regclass, platform text, time_zone text) RETURNS void
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    PERFORM adpipe_internal.require_acting(report);
    IF NOT EXISTS (SELECT FROM pg_timezone_names z WHERE z.name = time_zone) THEN
        RAISE EXCEPTION '% is no time zone', coalesce(quote_literal(time_zone), 'NULL')
            USING ERRCODE = 'invalid_parameter_value',
                  DETAIL = 'The days of the report begin and end in it.',
                  HINT = 'View pg_timezone_names lists the names, such as Asia/Seoul.';
    END IF;
    INSERT INTO adpipe.own_report_ledger AS l VALUES (report, $2, $3)
    ON CONFLICT (target) DO UPDATE SET platform = EXCLUDED.platform, time_zone = EXCLUDED.time_zone;
END
$$;
COMMENT ON FUNCTION adpipe_internal.record_own_report(regclass, text, text) IS
    'Writes a report that its owner keeps itself into the ledger; part of register_report().';
REVOKE ALL ON FUNCTION adpipe_internal.record_own_report(regclass, text, text) FROM PUBLIC;

CREATE FUNCTION adpipe.register_report(report regclass, platform text, time_zone text DEFAULT current_setting('TimeZone')) RETURNS text
    LANGUAGE plpgsql
    SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    PERFORM adpipe_internal.check_own_relation(report);
    PERFORM adpipe_internal.check_own_shape(report);
    PERFORM adpipe_internal.check_own_platform(report, platform);
    PERFORM adpipe_internal.check_own_values(report, platform);
    PERFORM adpipe_internal.check_own_keys(report);
    PERFORM adpipe_internal.act_for(report);
    PERFORM adpipe_internal.record_own_report(report, platform, time_zone);
    RETURN adpipe_internal.own_grain(report);
END
$$;
COMMENT ON FUNCTION adpipe.register_report(regclass, text, text) IS
    'Makes a table or view of your own, of the shape of the tables of IMPORT FOREIGN SCHEMA common, a report of a platform that adpipe does not read: it stands in adpipe.coverage, adpipe.discrepancy and adpipe.daily_report(), and in the report views after the next create_report_views(). Its columns and rows are checked; called again after rows were loaded, it checks them again. time_zone is where its days end, by default that of the session. Returns the report view that it belongs to.';
REVOKE ALL ON FUNCTION adpipe.register_report(regclass, text, text) FROM PUBLIC;

CREATE FUNCTION adpipe_internal.forget_own_report(report regclass) RETURNS bigint
    LANGUAGE sql VOLATILE SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
AS $$
    WITH gone AS (DELETE FROM adpipe.own_report_ledger o WHERE o.target = $1 RETURNING 1) SELECT count(*) FROM gone
$$;
COMMENT ON FUNCTION adpipe_internal.forget_own_report(regclass) IS
    'Takes a report that its owner keeps itself out of the ledger; part of unregister_report().';
REVOKE ALL ON FUNCTION adpipe_internal.forget_own_report(regclass) FROM PUBLIC;

CREATE FUNCTION adpipe_internal.require_own_report(report regclass) RETURNS void
    LANGUAGE plpgsql STABLE
    SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    IF NOT EXISTS (SELECT FROM adpipe.own_reports o WHERE o.report = $1) THEN
        RAISE EXCEPTION '"%" is no registered report', report
            USING ERRCODE = 'undefined_object',
                  DETAIL = 'View adpipe.own_reports lists those that you may read.',
                  HINT = 'adpipe.register_report() makes a table or view one.';
    ELSIF NOT adpipe_internal.act_for(report) THEN
        RAISE EXCEPTION 'must be owner of relation %', report
            USING ERRCODE = 'insufficient_privilege',
                  DETAIL = format('It belongs to role "%s".', adpipe_internal.owner_of(report)),
                  HINT = 'Let that role call.';
    END IF;
END
$$;
COMMENT ON FUNCTION adpipe_internal.require_own_report(regclass) IS
    'An error unless a report is registered and belongs to the caller, which then acts for it.';
REVOKE ALL ON FUNCTION adpipe_internal.require_own_report(regclass) FROM PUBLIC;

CREATE FUNCTION adpipe_internal.record_own_ends(report regclass, ends jsonb) RETURNS void
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    PERFORM adpipe_internal.require_acting(report);
    UPDATE adpipe.own_report_ledger o SET ends = o.ends || $2 WHERE o.target = $1;
END
$$;
COMMENT ON FUNCTION adpipe_internal.record_own_ends(regclass, jsonb) IS
    'Writes into the ledger which accounts of a report of its owner''s own have ended; part of accept_end().';
REVOKE ALL ON FUNCTION adpipe_internal.record_own_ends(regclass, jsonb) FROM PUBLIC;

/* An account can have ended if days without rows follow its last one. */
CREATE FUNCTION adpipe_internal.accept_own_end(report regclass, account_id text) RETURNS bigint
    LANGUAGE plpgsql
    SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    ends jsonb;
    n bigint;
BEGIN
    PERFORM adpipe_internal.require_own_report(report);
    SELECT coalesce(jsonb_object_agg(e.account_id, e.last_day), '{}'), count(*) INTO ends, n
    FROM (SELECT c.account_id, max(c.date_day) FILTER (WHERE c.state <> 'missing') AS last_day
          FROM adpipe.coverage c
          WHERE c.target = report AND c.account_id = coalesce($2, c.account_id)
          GROUP BY 1
          HAVING max(c.date_day) > max(c.date_day) FILTER (WHERE c.state <> 'missing')) e;
    PERFORM adpipe_internal.record_own_ends(report, ends);
    RETURN n;
END
$$;
COMMENT ON FUNCTION adpipe_internal.accept_own_end(regclass, text) IS
    'accept_end() of a report of its owner''s own.';
REVOKE ALL ON FUNCTION adpipe_internal.accept_own_end(regclass, text) FROM PUBLIC;

CREATE FUNCTION adpipe.unregister_report(report regclass) RETURNS void
    LANGUAGE plpgsql
    SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    PERFORM adpipe_internal.require_own_report(report);
    PERFORM adpipe_internal.forget_own_report(report);
END
$$;
COMMENT ON FUNCTION adpipe.unregister_report(regclass) IS
    'Takes a table or view out of adpipe.own_reports, and with that out of coverage and discrepancy; out of the report views at the next create_report_views(). The table or view stays as it is.';
REVOKE ALL ON FUNCTION adpipe.unregister_report(regclass) FROM PUBLIC;
