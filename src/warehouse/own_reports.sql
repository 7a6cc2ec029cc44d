/*
 * own_reports.sql: tables and views that their owners keep themselves and that
 * stand beside the copies in coverage, discrepancy and report views.
 *
 * Nothing refreshes them and no ledger knows their days: for each query their rows
 * are counted.  They may be views with functions of their owner, so they are
 * counted with the owner's rights, and a report that cannot be read is a failed day
 * and stops no other.
 */

CREATE VIEW adpipe.own_reports AS
    SELECT o.target AS report, o.platform, o.time_zone, adpipe_internal.owner_of(o.target) AS owner
    FROM adpipe.own_report_ledger o
    WHERE has_table_privilege(o.target, 'SELECT');
COMMENT ON VIEW adpipe.own_reports IS 'Tables and views that adpipe.register_report() made reports of a platform of their owner''s own.';
COMMENT ON COLUMN adpipe.own_reports.report IS 'The table or view.';
COMMENT ON COLUMN adpipe.own_reports.platform IS 'Its platform in the report views.';
COMMENT ON COLUMN adpipe.own_reports.time_zone IS 'Where its days begin and end.';
COMMENT ON COLUMN adpipe.own_reports.owner IS 'Its owner.';
GRANT SELECT ON adpipe.own_reports TO PUBLIC;

CREATE FUNCTION adpipe_internal.own_sums(report regclass) RETURNS jsonb
    AS 'MODULE_PATHNAME', 'adpipe_own_sums' LANGUAGE C STRICT STABLE;
COMMENT ON FUNCTION adpipe_internal.own_sums(regclass) IS
    'Sums of each account and day of a table or view of the shape of a report, of the accounts that the current user sees in it, and whether its rows are sound. Reads with the rights of its owner, whose code runs with these.';

CREATE FUNCTION adpipe_internal.own_days(report regclass,
    OUT account_id text, OUT date_day date, OUT clicks numeric, OUT results numeric,
    OUT without_clicks bigint, OUT without_results bigint, OUT is_sound boolean)
    RETURNS SETOF record
    LANGUAGE plpgsql STABLE
    SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    sums jsonb;
BEGIN
    BEGIN
        sums := adpipe_internal.own_sums(report);
    EXCEPTION WHEN OTHERS THEN
        sums := '[{"is_sound": false}]';
    END;
    RETURN QUERY
    SELECT s.account_id, s.date_day, s.clicks, s.results, s.without_clicks, s.without_results, s.is_sound
    FROM jsonb_to_recordset(sums) s (account_id text, date_day date, clicks numeric, results numeric,
                                     without_clicks bigint, without_results bigint, is_sound boolean);
END
$$;
COMMENT ON FUNCTION adpipe_internal.own_days(regclass) IS
    'own_sums() as rows; one row without an account or day where the report cannot be read.';

CREATE FUNCTION adpipe_internal.own_end(ends jsonb, account_id text, last_day date) RETURNS date
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    RETURN CASE WHEN (ends ->> account_id)::date >= last_day THEN (ends ->> account_id)::date END;
COMMENT ON FUNCTION adpipe_internal.own_end(jsonb, text, date) IS
    'The last day to hold of an account of a report of its owner''s own, whose last row is of the given day; NULL: it has not ended.';

/*
 * A day holds what its owner has put there, so it is complete when it is over and
 * has rows.  A day between without rows may have been forgotten.
 */
CREATE FUNCTION adpipe_internal.own_coverage(report regclass, time_zone text, ends jsonb,
    OUT account_id text, OUT date_day date, OUT state text)
    RETURNS SETOF record
    LANGUAGE sql STABLE
    SET search_path = pg_catalog, pg_temp
AS $$
    WITH days AS MATERIALIZED (
        SELECT d.account_id, coalesce(d.date_day, t.today - 1) AS date_day, bool_and(d.is_sound) AS is_sound, t.today
        FROM adpipe_internal.own_days(report) d
        CROSS JOIN LATERAL (SELECT adpipe_internal.day_of(adpipe_internal.clock(), time_zone)) t (today)
        GROUP BY 1, 2, 4
    ), listed AS (
        SELECT d.account_id, d.date_day FROM days d
        UNION
        SELECT a.account_id, g::date
        FROM (SELECT d.account_id, min(d.date_day) AS first_day,
                     coalesce(adpipe_internal.own_end(ends, d.account_id, max(d.date_day)), max(d.today) - 1) AS last_day
              FROM days d GROUP BY 1) a
        CROSS JOIN LATERAL generate_series(a.first_day::timestamp, a.last_day::timestamp, '1 day') g)
    SELECT l.account_id, l.date_day,
           CASE WHEN d.today IS NULL THEN 'missing' WHEN NOT d.is_sound THEN 'failed'
                WHEN d.date_day >= d.today THEN 'open' ELSE 'adopted' END
    FROM listed l
    LEFT JOIN days d ON d.account_id IS NOT DISTINCT FROM l.account_id AND d.date_day = l.date_day
$$;
COMMENT ON FUNCTION adpipe_internal.own_coverage(regclass, text, jsonb) IS
    'The account-days of a report of its owner''s own, with their state as in adpipe.coverage; none after an accepted end.';

/* Of other reports of the same platform and owner the reader would miss a part of a sum. */
CREATE FUNCTION adpipe_internal.reads_whole(report regclass) RETURNS boolean
    LANGUAGE sql STABLE
    SET search_path = pg_catalog, pg_temp
AS $$
    SELECT has_table_privilege(report, 'SELECT') AND NOT row_security_active(report)
           AND (adpipe_internal.is_of_role(pg_get_userbyid(c.relowner))
                OR NOT EXISTS (SELECT FROM pg_options_to_table(c.reloptions) o
                               WHERE o.option_name = 'security_invoker' AND o.option_value::boolean))
    FROM pg_class c WHERE c.oid = report
$$;
COMMENT ON FUNCTION adpipe_internal.reads_whole(regclass) IS
    'Whether the current user reads all rows of a report that its owner reads.';

CREATE FUNCTION adpipe_internal.own_grain(report regclass) RETURNS text
    LANGUAGE sql STABLE
    SET search_path = pg_catalog, pg_temp
AS $$
    SELECT CASE WHEN bool_or(c.name = 'ad_id') THEN 'ad_report' WHEN bool_or(c.name = 'ad_group_id') THEN 'ad_group_report'
                WHEN bool_or(c.name = 'campaign_id') THEN 'campaign_report' ELSE 'account_report' END
    FROM adpipe_internal.source_columns(report) c
$$;
COMMENT ON FUNCTION adpipe_internal.own_grain(regclass) IS
    'The report view that a table or view of a platform of its owner''s own belongs to, by the ids that it has.';
REVOKE ALL ON FUNCTION adpipe_internal.own_grain(regclass) FROM PUBLIC;

/* The day of a report: complete for all accounts that go on and had rows in the two weeks before the newest. */
CREATE FUNCTION adpipe_internal.own_report_day(report regclass) RETURNS date
    LANGUAGE sql STABLE
    SET search_path = pg_catalog, pg_temp
AS $$
    WITH latest AS (
        SELECT c.account_id, max(c.date_day) AS day FROM adpipe.coverage c
        WHERE c.target = $1 AND c.state = 'adopted' GROUP BY 1
    ), newest AS (
        SELECT max(l.day) AS day FROM latest l
    )
    SELECT min(l.day)
    FROM latest l CROSS JOIN newest n
    JOIN adpipe.kept_accounts k ON k.target = $1 AND k.account_id = l.account_id
    WHERE l.day >= n.day - 13 AND (k.ended_day IS NULL OR l.day = n.day)
$$;
COMMENT ON FUNCTION adpipe_internal.own_report_day(regclass) IS
    'The latest day of a report of its owner''s own that is complete for all its accounts; those that have ended or had no row for two weeks do not count.';

CREATE FUNCTION adpipe_internal.is_others_view(report regclass) RETURNS boolean
    LANGUAGE sql STABLE
    SET search_path = pg_catalog, pg_temp
AS $$
    SELECT EXISTS (SELECT FROM adpipe_internal.relation_tree(report) t JOIN pg_class c ON c.oid = t
                   WHERE c.relkind NOT IN ('r', 'p', 'm') AND NOT adpipe_internal.is_trusted(c.relowner, current_user))
$$;
COMMENT ON FUNCTION adpipe_internal.is_others_view(regclass) IS
    'Whether to read a report by itself could run, with the rights of the current user, what another role has put into a view.';
