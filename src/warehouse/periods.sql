/*
 * periods.sql: copies whose slices are weeks or months.
 *
 * The ledger's day of a slice is the first day of its period.  A slice exists
 * once its period is over in the account's zone: before that it is not missing.
 */

CREATE FUNCTION adpipe_internal.period_of(source regclass) RETURNS text
    LANGUAGE sql STABLE
    SET search_path = pg_catalog, pg_temp
AS $$
    SELECT coalesce((SELECT o.option_value FROM pg_foreign_table t CROSS JOIN LATERAL pg_options_to_table(t.ftoptions) o
                     WHERE t.ftrelid = source AND o.option_name = 'period'), 'day')
$$;
COMMENT ON FUNCTION adpipe_internal.period_of(regclass) IS
    'What a row of a foreign table covers: day, week, month or all.';

/* PL/pgSQL keeps the plan. */
CREATE FUNCTION adpipe_internal.day_column(relation regclass) RETURNS name
    LANGUAGE plpgsql STABLE
    SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    RETURN (SELECT a.attname
            FROM pg_attribute a
            JOIN pg_class r ON r.oid = a.attrelid
            WHERE a.attrelid = relation AND a.attnum > 0 AND NOT a.attisdropped AND a.atttypid = 'date'::regtype
              AND (a.attname = 'date_day' OR a.attname = 'period_start' AND (r.relkind <> 'f' OR adpipe_internal.period_of(relation) <> 'day'))
            ORDER BY a.attname
            LIMIT 1);
END
$$;
COMMENT ON FUNCTION adpipe_internal.day_column(regclass) IS
    'The column of a source, a copy or the stage that holds the ledger''s day: date_day, or period_start where rows cover weeks or months; NULL: it has none.';

CREATE FUNCTION adpipe_internal.slice_start(day date, period text) RETURNS date
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    RETURN CASE WHEN period IN ('week', 'month') THEN date_trunc(period, day::timestamp)::date ELSE day END;
COMMENT ON FUNCTION adpipe_internal.slice_start(date, text) IS
    'First day of the week or month that holds a day; the day itself for daily copies.';

CREATE FUNCTION adpipe_internal.slice_end(day date, period text) RETURNS date
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    RETURN CASE period WHEN 'week' THEN day + 6 WHEN 'month' THEN (day + interval '1 month')::date - 1 ELSE day END;
COMMENT ON FUNCTION adpipe_internal.slice_end(date, text) IS
    'Last day of the week or month that starts on a day; the day itself for daily copies.';

CREATE FUNCTION adpipe_internal.slice_from(day date, period text) RETURNS date
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    RETURN CASE WHEN period IN ('week', 'month') AND date_trunc(period, day::timestamp)::date < day
                THEN adpipe_internal.slice_end(date_trunc(period, day::timestamp)::date, period) + 1 ELSE day END;
COMMENT ON FUNCTION adpipe_internal.slice_from(date, text) IS
    'First day of the first week or month that starts on a day or later; the day itself for daily copies.';

CREATE FUNCTION adpipe_internal.slice_step(period text) RETURNS interval
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    RETURN CASE period WHEN 'week' THEN interval '7 days' WHEN 'month' THEN interval '1 month' ELSE interval '1 day' END;
COMMENT ON FUNCTION adpipe_internal.slice_step(text) IS
    'From the first day of a slice to that of the next.';

/*
 * since and until are those of the account's ledger: a day between them is there,
 * so a search for missing days costs as much as the days that are in doubt, and not
 * as the years that a copy holds.
 */
CREATE FUNCTION adpipe_internal.doubtful_days(first date, last date, since date, until date, step interval) RETURNS SETOF date
    LANGUAGE sql IMMUTABLE PARALLEL SAFE ROWS 10
BEGIN ATOMIC
    SELECT d::date
    FROM generate_series(first::timestamp,
                         CASE WHEN since IS NOT NULL THEN least(last, since - 1, (until + step)::date - 1) END::timestamp, step) d
    UNION ALL
    SELECT d::date FROM generate_series(greatest(first, (until + step)::date)::timestamp, last::timestamp, step) d;
END;
COMMENT ON FUNCTION adpipe_internal.doubtful_days(date, date, date, date, interval) IS
    'The first days of the slices from first to last that are not among those from since to until; NULL: all.';
