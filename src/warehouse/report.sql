/* report.sql: the account executive's morning table. */

/*
 * Sum of a column of the copy, NULL where a row does not have it: a part would look
 * like the whole.  NULL where the copy has no column of that name.
 */
CREATE FUNCTION adpipe_internal.report_sum(target regclass, metric text) RETURNS text
    LANGUAGE sql STABLE
    SET search_path = pg_catalog, pg_temp
AS $$
    SELECT coalesce((SELECT format('CASE WHEN count(t.%1$I) = count(*) THEN sum(t.%1$I)::numeric END', c.name)
                     FROM adpipe_internal.source_columns(target) c WHERE c.name = metric),
                    'NULL::numeric')
$$;
COMMENT ON FUNCTION adpipe_internal.report_sum(regclass, text) IS 'Expression that adds up a metric of a copy; NULL where a row lacks it.';

CREATE FUNCTION adpipe_internal.report_lack(target regclass, metric text) RETURNS text
    LANGUAGE sql STABLE
    SET search_path = pg_catalog, pg_temp
AS $$
    SELECT coalesce((SELECT format('count(*) - count(t.%I)', c.name)
                     FROM adpipe_internal.source_columns(target) c WHERE c.name = metric),
                    'NULL::bigint')
$$;
COMMENT ON FUNCTION adpipe_internal.report_lack(regclass, text) IS 'Expression that counts the rows of a copy that lack a metric.';

/* A column of the copy as text, NULL where it has none of that name. */
CREATE FUNCTION adpipe_internal.report_text(target regclass, attribute text) RETURNS text
    LANGUAGE sql STABLE
    SET search_path = pg_catalog, pg_temp
AS $$
    SELECT coalesce((SELECT format('t.%I::text', c.name) FROM adpipe_internal.source_columns(target) c WHERE c.name = attribute),
                    'NULL::text')
$$;
COMMENT ON FUNCTION adpipe_internal.report_text(regclass, text) IS 'Expression for an attribute of a copy.';

/*
 * Daily budgets by campaign, from the copies of campaigns and budgets that
 * have the same owner and come from the same server.  A budget that campaigns share is no plan of any
 * of them.
 */
CREATE FUNCTION adpipe_internal.report_plans(target regclass,
    OUT account_id text, OUT campaign_id text, OUT plan numeric)
    RETURNS SETOF record
    LANGUAGE plpgsql STABLE
    SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    campaigns regclass;
    budgets regclass;
BEGIN
    SELECT min(k.target) FILTER (WHERE k.names @> '{campaign_id,budget_id}')::regclass,
           min(k.target) FILTER (WHERE k.names @> '{budget_id,amount,period,is_shared}')::regclass
    INTO campaigns, budgets
    FROM (SELECT t.target::oid AS target, (SELECT array_agg(c.name::text) FROM adpipe_internal.source_columns(t.target) c) AS names
          FROM adpipe.targets t
          JOIN pg_foreign_table f ON f.ftrelid = t.source
          WHERE adpipe_internal.owner_of(t.target) = adpipe_internal.owner_of($1) AND adpipe_internal.has_plain_columns(t.target)
            AND f.ftserver = (SELECT s.ftserver FROM adpipe.targets o JOIN pg_foreign_table s ON s.ftrelid = o.source
                              WHERE o.target = $1)) k
    WHERE 'date_day' <> ALL (k.names);
    IF campaigns IS NULL OR budgets IS NULL THEN
        RETURN;
    END IF;
    RETURN QUERY EXECUTE format(
        'SELECT c.account_id, c.campaign_id, b.amount::numeric '
        'FROM (SELECT DISTINCT ON (account_id, campaign_id) * FROM %s WHERE _deleted_at IS NULL '
        '      ORDER BY account_id, campaign_id, _last_seen DESC) c '
        'JOIN (SELECT DISTINCT ON (account_id, budget_id) * FROM %s WHERE _deleted_at IS NULL '
        '      ORDER BY account_id, budget_id, _last_seen DESC) b USING (account_id, budget_id) '
        'WHERE b.period = ''DAILY'' AND NOT b.is_shared', campaigns, budgets);
END
$$;
COMMENT ON FUNCTION adpipe_internal.report_plans(regclass) IS
    'The daily budget of each campaign of a copy, as far as copies of campaigns and budgets of the same owner and server know it.';

CREATE FUNCTION adpipe_internal.report_facts(target regclass, day date,
    OUT account_id text, OUT account_name text, OUT campaign_id text, OUT campaign_name text, OUT currency text,
    OUT date_day date, OUT spend numeric, OUT conversions numeric, OUT value numeric,
    OUT without_spend bigint, OUT without_conversions bigint, OUT without_value bigint)
    RETURNS SETOF record
    LANGUAGE plpgsql STABLE
    SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    RETURN QUERY EXECUTE format(
        'SELECT t.account_id, max(%1$s), %2$s, max(%3$s), max(%4$s), t.date_day, CASE WHEN max(%4$s) IS NOT DISTINCT FROM min(%4$s) THEN %5$s END, '
        '%6$s, CASE WHEN max(%4$s) IS NOT DISTINCT FROM min(%4$s) THEN %7$s END, %8$s, %9$s, %10$s '
        'FROM %11$s t WHERE t.date_day BETWEEN $1 - 13 AND $1 GROUP BY t.account_id, 3, t.date_day',
        adpipe_internal.report_text(target, 'account_name'), adpipe_internal.report_text(target, 'campaign_id'),
        adpipe_internal.report_text(target, 'campaign_name'), adpipe_internal.report_text(target, 'currency'),
        adpipe_internal.report_sum(target, 'spend'), adpipe_internal.report_sum(target, 'conversions'),
        adpipe_internal.report_sum(target, 'conversions_value'),
        adpipe_internal.report_lack(target, 'spend'), adpipe_internal.report_lack(target, 'conversions'),
        adpipe_internal.report_lack(target, 'conversions_value'), target)
        USING day;
END
$$;
COMMENT ON FUNCTION adpipe_internal.report_facts(regclass, date) IS
    'Sums by campaign and day of the two weeks up to a day, NULL of amounts in several currencies, and how many rows lack a metric.';

CREATE FUNCTION adpipe_internal.report_day(target regclass, day date) RETURNS date
    LANGUAGE plpgsql STABLE
    SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    is_own boolean := EXISTS (SELECT FROM adpipe.own_reports o WHERE o.report = target);
BEGIN
    IF NOT is_own THEN
        PERFORM adpipe_internal.require_target(target);
    END IF;
    IF NOT isfinite(day) THEN
        RAISE EXCEPTION 'there is no day %', day USING ERRCODE = 'invalid_parameter_value';
    ELSIF NOT EXISTS (SELECT FROM adpipe_internal.source_columns(target) c WHERE c.name = 'date_day')
       OR NOT EXISTS (SELECT FROM adpipe_internal.source_columns(target) c WHERE c.name = 'spend') THEN
        RAISE EXCEPTION 'table "%" has no spend by day', target USING ERRCODE = 'wrong_object_type';
    ELSIF NOT adpipe_internal.has_plain_columns(target) AND adpipe_internal.has_other_owner(target) THEN
        RAISE EXCEPTION 'table "%" has columns of types that are not built in', target
            USING ERRCODE = 'insufficient_privilege',
                  DETAIL = 'Their casts and checks could run code of another role.';
    ELSIF is_own AND adpipe_internal.is_others_view(target) THEN
        RAISE EXCEPTION 'view "%" belongs to another role', target
            USING ERRCODE = 'insufficient_privilege',
                  DETAIL = format('Functions in it would run code of role "%s" with your rights.', adpipe_internal.owner_of(target)),
                  HINT = 'Let its owner call, or register a table or materialized view.';
    ELSIF NOT is_own AND NOT EXISTS (SELECT FROM adpipe.freshness f WHERE f.target = $1 AND f.last_success IS NOT NULL) THEN
        RAISE EXCEPTION 'table "%" was never refreshed', target
            USING ERRCODE = 'object_not_in_prerequisite_state',
                  HINT = format('CALL adpipe.refresh(%L);', target);
    END IF;
    day := coalesce(day, CASE WHEN is_own THEN adpipe_internal.own_report_day(target) END,
                    (SELECT min(f.latest_complete_day) FROM adpipe.freshness f WHERE f.target = $1 AND f.expected_by IS NOT NULL));
    IF day IS NULL THEN
        RAISE EXCEPTION 'table "%" has no complete day', target
            USING ERRCODE = 'object_not_in_prerequisite_state',
                  HINT = 'View adpipe.coverage has the state of each day; give the day that the report is about.';
    END IF;
    RETURN day;
END
$$;
COMMENT ON FUNCTION adpipe_internal.report_day(regclass, date) IS
    'The day that a report is about: the one given, else the latest that is complete for all accounts.';

CREATE FUNCTION adpipe.daily_report(target regclass, day date DEFAULT NULL)
    RETURNS TABLE (account_id text, account_name text, campaign_name text, currency text,
                   spend numeric, spend_day_before numeric, spend_week_before numeric,
                   conversions numeric, conversions_day_before numeric, conversions_week_before numeric,
                   roas numeric, roas_day_before numeric, roas_week_before numeric,
                   plan numeric, plan_used numeric, trend text, state text, campaign_id text, date_day date,
                   rows_without_spend bigint, rows_without_conversions bigint, rows_without_value bigint)
    LANGUAGE plpgsql STABLE
    SET search_path = pg_catalog, pg_temp
AS $$
#variable_conflict use_column
DECLARE
    has_conversions boolean := EXISTS (SELECT FROM adpipe_internal.source_columns(target) c WHERE c.name = 'conversions');
BEGIN
    day := adpipe_internal.report_day(target, day);
    RETURN QUERY
    WITH facts AS MATERIALIZED (SELECT * FROM adpipe_internal.report_facts($1, day)
    ), covered AS MATERIALIZED (
        SELECT c.account_id, c.date_day, c.state FROM adpipe.coverage c WHERE c.target = $1 AND c.date_day BETWEEN day - 13 AND day
    ), states AS (
        SELECT r.account_id, d::date AS date_day, coalesce(c.state, 'missing') AS state,
               coalesce(c.state IN ('adopted', 'provisional', 'final'), false) AS is_complete
        FROM adpipe.kept_accounts r
        CROSS JOIN generate_series((day - 13)::timestamp, day::timestamp, '1 day') d
        LEFT JOIN covered c ON c.account_id = r.account_id AND c.date_day = d::date
        WHERE r.target = $1 AND (r.ended_day IS NULL OR r.ended_day >= day - 13)
    ), listed AS (
        SELECT w.account_id, max(w.state) FILTER (WHERE w.date_day = day) AS state FROM states w GROUP BY 1
        /* of a report that its owner keeps, an account without rows for two weeks has ended */
        HAVING bool_or(w.state <> 'missing') OR NOT EXISTS (SELECT FROM adpipe.own_reports o WHERE o.report = $1)
    ), numbers AS (
        /*
         * A day that was read half is as little a number as one that was not, and
         * so is one with a row that lacks it; a complete day without rows is 0.
         */
        SELECT f.account_id, f.account_name, f.campaign_id, f.campaign_name, f.currency, f.date_day, true AS has_rows,
               CASE WHEN s.is_complete THEN f.spend END AS spend,
               CASE WHEN s.is_complete THEN f.conversions END AS conversions,
               CASE WHEN s.is_complete THEN f.value END AS value,
               f.without_spend, f.without_conversions, f.without_value
        FROM facts f
        JOIN states s ON s.account_id = f.account_id AND s.date_day = f.date_day
        UNION ALL
        SELECT c.account_id, NULL, c.campaign_id, NULL, NULL, s.date_day, false,
               CASE WHEN s.is_complete THEN 0 END, CASE WHEN s.is_complete AND has_conversions THEN 0 END, NULL, NULL, NULL, NULL
        FROM (SELECT f.account_id, f.campaign_id FROM facts f GROUP BY 1, 2 HAVING count(*) < 14) c
        JOIN states s ON s.account_id = c.account_id
        /* equality is what can be hashed */
        WHERE NOT EXISTS (SELECT FROM facts f
                          WHERE f.account_id = c.account_id AND f.date_day = s.date_day
                            AND coalesce(f.campaign_id, '') = coalesce(c.campaign_id, '') AND f.campaign_id IS NOT DISTINCT FROM c.campaign_id)
    ), campaigns AS (
        SELECT n.account_id, n.campaign_id, max(n.account_name) AS account_name, max(n.currency) AS currency,
               (array_agg(n.campaign_name ORDER BY n.date_day DESC) FILTER (WHERE n.has_rows))[1] AS campaign_name,
               max(n.spend) FILTER (WHERE n.date_day = day) AS s0, max(n.spend) FILTER (WHERE n.date_day = day - 1) AS s1,
               max(n.spend) FILTER (WHERE n.date_day = day - 7) AS s7,
               max(n.conversions) FILTER (WHERE n.date_day = day) AS c0,
               max(n.conversions) FILTER (WHERE n.date_day = day - 1) AS c1,
               max(n.conversions) FILTER (WHERE n.date_day = day - 7) AS c7,
               round(adpipe.roas(n.value, n.spend, n.currency) FILTER (WHERE n.date_day = day), 4) AS r0,
               round(adpipe.roas(n.value, n.spend, n.currency) FILTER (WHERE n.date_day = day - 1), 4) AS r1,
               round(adpipe.roas(n.value, n.spend, n.currency) FILTER (WHERE n.date_day = day - 7), 4) AS r7,
               /* a day that is not there is a gap, one without a row is 0 */
               adpipe.sparkline(n.spend::double precision ORDER BY n.date_day) AS trend,
               CASE WHEN bool_or(n.has_rows AND n.date_day = day) THEN max(n.without_spend) FILTER (WHERE n.date_day = day) ELSE 0 END AS without_spend,
               CASE WHEN bool_or(n.has_rows AND n.date_day = day) THEN max(n.without_conversions) FILTER (WHERE n.date_day = day) ELSE 0 END AS without_conversions,
               CASE WHEN bool_or(n.has_rows AND n.date_day = day) THEN max(n.without_value) FILTER (WHERE n.date_day = day) ELSE 0 END AS without_value,
               bool_or(n.has_rows AND n.date_day IN (day, day - 1, day - 7)) AS is_shown
        FROM numbers n GROUP BY 1, 2)
    SELECT l.account_id, c.account_name, c.campaign_name, c.currency, c.s0, c.s1, c.s7, c.c0, c.c1, c.c7, c.r0, c.r1, c.r7,
           coalesce(o.plan, p.plan), round(c.s0 / nullif(coalesce(o.plan, p.plan), 0), 4), c.trend, l.state, c.campaign_id, day,
           c.without_spend, c.without_conversions, c.without_value
    FROM listed l
    LEFT JOIN campaigns c ON c.account_id = l.account_id AND c.is_shown
    LEFT JOIN adpipe_internal.report_plans($1) p ON p.account_id = c.account_id AND p.campaign_id = c.campaign_id
    LEFT JOIN adpipe_internal.client_plans($1, day) o ON o.account_id = c.account_id AND o.campaign_id = c.campaign_id
    ORDER BY l.account_id, c.s0 DESC NULLS LAST, c.campaign_name;
END
$$;
COMMENT ON FUNCTION adpipe.daily_report(regclass, date) IS
    'Each campaign''s day (default: the latest complete one) beside the day and the week before and its daily budget (that of adpipe.plans, where a plan fits this campaign only), with two weeks of spend as a line, and whether the day is final, provisional or missing. A number is NULL where rows of the day do not have it; rows_without_spend and its like count them. An account without numbers has a row of its own, so that what is missing is seen.';

CREATE FUNCTION adpipe_internal.change_text(now numeric, before numeric) RETURNS text
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    SET search_path = pg_catalog, pg_temp
AS $$
    SELECT CASE WHEN before = 0 AND now > 0 THEN 'new'
                WHEN before IS NULL OR now IS NULL OR before <= 0 THEN '-'
                WHEN now > 10 * before THEN '×' || to_char(least(now / before, 999999), 'FM999990')
                ELSE to_char(100 * (now - before) / before, 'FMSG999990') || ' %' END
$$;
COMMENT ON FUNCTION adpipe_internal.change_text(numeric, numeric) IS 'A change in percent, as a factor above ten; new where it was zero before, - where there is nothing to compare.';

CREATE FUNCTION adpipe_internal.cell_text(value text) RETURNS text
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    SET search_path = pg_catalog, pg_temp
AS $$
    SELECT replace(regexp_replace(CASE WHEN length(value) > 40 THEN left(value, 39) || '…' ELSE value END,
                                  '[[:space:]]+', ' ', 'g'), '|', '\|')
$$;
COMMENT ON FUNCTION adpipe_internal.cell_text(text) IS 'A name as a cell of a Markdown table.';

CREATE FUNCTION adpipe_internal.report_notes(target regclass, day date) RETURNS text
    LANGUAGE sql STABLE
    SET search_path = pg_catalog, pg_temp
AS $$
    WITH report AS MATERIALIZED (
        SELECT r.*, coalesce(adpipe_internal.cell_text(r.account_name), r.account_id) AS account
        FROM adpipe.daily_report(target, day) r
    ), notes AS (
        SELECT 1 AS place, format('%s: %s.', initcap(r.state), string_agg(DISTINCT r.account, ', ')) AS text
        FROM report r WHERE r.state <> 'final' GROUP BY r.state
        UNION ALL
        SELECT 2, format('Without %s: %s.', m.metric, string_agg(format('%s of %s', m.n, m.account), ', ' ORDER BY m.account))
        FROM (SELECT v.metric, r.account,
                     format(CASE WHEN sum(v.n) = 1 THEN '%s row' ELSE '%s rows' END, sum(v.n)) AS n
              FROM report r
              CROSS JOIN LATERAL (VALUES ('spend', r.rows_without_spend), ('conversions', r.rows_without_conversions),
                                         ('conversions_value', r.rows_without_value)) v (metric, n)
              WHERE v.n > 0 GROUP BY 1, 2) m
        GROUP BY m.metric)
    SELECT string_agg(n.text, E'\n' ORDER BY n.place, n.text) FROM notes n
$$;
COMMENT ON FUNCTION adpipe_internal.report_notes(regclass, date) IS
    'What daily_report_markdown() says below its tables: days that are not final, and rows that lack a number.';

CREATE FUNCTION adpipe.daily_report_markdown(target regclass, day date DEFAULT NULL) RETURNS text
    LANGUAGE plpgsql STABLE
    SET search_path = pg_catalog, pg_temp
AS $$
#variable_conflict use_column
DECLARE
    about date := adpipe_internal.report_day(target, day);
    body text;
BEGIN
    /* The sum of an account is shown where every campaign has the number. */
    SELECT string_agg(format(E'## %s, %s %s (%s to the day before, %s to the week before)\n\n'
                             '| Campaign | Spend | day | week | Conversions | day | ROAS | Plan | Two weeks |\n'
                             '|---|--:|--:|--:|--:|--:|--:|--:|---|\n%s',
                             adpipe_internal.cell_text(coalesce(a.account_name, a.account_id)), a.currency,
                             coalesce(to_char(a.spend, 'FM999,999,999,999,990.00'), '-'),
                             adpipe_internal.change_text(a.spend, a.day_before), adpipe_internal.change_text(a.spend, a.week_before),
                             a.campaigns),
                      E'\n\n' ORDER BY a.account_id)
    INTO body
    FROM (SELECT r.account_id, r.currency, max(r.account_name) AS account_name,
                 CASE WHEN count(r.spend) = count(*) THEN sum(r.spend) END AS spend,
                 CASE WHEN count(r.spend_day_before) = count(*) THEN sum(r.spend_day_before) END AS day_before,
                 CASE WHEN count(r.spend_week_before) = count(*) THEN sum(r.spend_week_before) END AS week_before,
                 string_agg(format('| %s | %s | %s | %s | %s | %s | %s | %s | %s |',
                     adpipe_internal.cell_text(coalesce(r.campaign_name, r.campaign_id, 'all')),
                     coalesce(to_char(r.spend, 'FM999,999,999,999,990.00'), '-'),
                     adpipe_internal.change_text(r.spend, r.spend_day_before), adpipe_internal.change_text(r.spend, r.spend_week_before),
                     coalesce(to_char(r.conversions, 'FM999,999,999,990.0'), '-'),
                     adpipe_internal.change_text(r.conversions, r.conversions_day_before),
                     coalesce(to_char(r.roas, 'FM999,990.00'), '-'),
                     coalesce(to_char(100 * r.plan_used, 'FM999,999,999,990') || ' %', '-'), coalesce(r.trend, '')),
                     E'\n' ORDER BY r.spend DESC NULLS LAST, r.campaign_name) AS campaigns
          FROM adpipe.daily_report(target, about) r
          WHERE r.trend IS NOT NULL GROUP BY r.account_id, r.currency) a;
    RETURN concat_ws(E'\n\n', format('# %s, %s', target, about), body, adpipe_internal.report_notes(target, about)) || E'\n';
END
$$;
COMMENT ON FUNCTION adpipe.daily_report_markdown(regclass, date) IS
    'daily_report() as Markdown, for a chat or a mail.';
