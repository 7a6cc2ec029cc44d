/*
 * client_plans.sql: what a client wants to spend and to reach, beside what was spent.
 */

CREATE TABLE adpipe.owned_plans (
    owner name,
    advertiser text,
    platform text,
    campaign_pattern text,
    month date CONSTRAINT month_is_its_first_day CHECK (month = date_trunc('month', month::timestamp)),
    amount numeric CONSTRAINT amount_is_not_negative CHECK (amount >= 0 AND amount < 'Infinity'),
    currency text NOT NULL CONSTRAINT currency_is_iso_4217 CHECK (currency ~ '^[A-Z]{3}$'),
    kpi text CONSTRAINT kpi_is_one_of_adstats CHECK (kpi IN ('ctr', 'cpc', 'cpm', 'cpa', 'cvr_click', 'cvr_imp', 'roas', 'roi', 'acos', 'aov')),
    goal numeric CONSTRAINT goal_is_finite CHECK (goal > '-Infinity' AND goal < 'Infinity'),
    PRIMARY KEY (owner, month, advertiser, platform, campaign_pattern),
    CONSTRAINT kpi_has_a_goal CHECK ((kpi IS NULL) = (goal IS NULL)),
    CONSTRAINT plan_has_amount_or_goal CHECK (amount IS NOT NULL OR goal IS NOT NULL)
);
COMMENT ON TABLE adpipe.owned_plans IS 'The rows of adpipe.plans, of all owners.';
COMMENT ON COLUMN adpipe.owned_plans.owner IS 'Role whose copies the plan is about.';
COMMENT ON COLUMN adpipe.owned_plans.advertiser IS 'As in adpipe.advertisers.';
COMMENT ON COLUMN adpipe.owned_plans.platform IS 'LIKE pattern for the foreign-data wrapper.';
COMMENT ON COLUMN adpipe.owned_plans.campaign_pattern IS 'LIKE pattern for the campaign''s name.';
COMMENT ON COLUMN adpipe.owned_plans.month IS 'First day of the month.';
COMMENT ON COLUMN adpipe.owned_plans.amount IS 'Budget of the month.';
COMMENT ON COLUMN adpipe.owned_plans.currency IS 'ISO 4217 code.';
COMMENT ON COLUMN adpipe.owned_plans.kpi IS 'KPI that has a target.';
COMMENT ON COLUMN adpipe.owned_plans.goal IS 'Its target.';
SELECT pg_extension_config_dump('adpipe.owned_plans', '');
CREATE TRIGGER guard_owner BEFORE INSERT OR UPDATE ON adpipe.owned_plans
    FOR EACH ROW EXECUTE FUNCTION adpipe_internal.guard_owner();
COMMENT ON TRIGGER guard_owner ON adpipe.owned_plans IS 'Lets nobody write for another owner.';

CREATE VIEW adpipe.plans AS
    SELECT p.owner, p.advertiser, p.platform, p.campaign_pattern, p.month, p.amount, p.currency, p.kpi, p.goal
    FROM adpipe.owned_plans p
    WHERE adpipe_internal.is_of_role(p.owner);
ALTER VIEW adpipe.plans ALTER COLUMN owner SET DEFAULT current_user;
ALTER VIEW adpipe.plans ALTER COLUMN advertiser SET DEFAULT '';
ALTER VIEW adpipe.plans ALTER COLUMN platform SET DEFAULT '%';
ALTER VIEW adpipe.plans ALTER COLUMN campaign_pattern SET DEFAULT '%';
COMMENT ON VIEW adpipe.plans IS 'Budgets and targets of clients by month, for the view pacing and for adpipe.daily_report(). Roles with the owner''s rights read and change it.';
COMMENT ON COLUMN adpipe.plans.owner IS 'Role whose copies the plan is about; default: who inserts it.';
COMMENT ON COLUMN adpipe.plans.advertiser IS 'As in adpipe.advertisers; empty, the default: accounts that have none there.';
COMMENT ON COLUMN adpipe.plans.platform IS 'LIKE pattern for the foreign-data wrapper; default: all.';
COMMENT ON COLUMN adpipe.plans.campaign_pattern IS 'LIKE pattern for the campaign''s name as it is now; default: all. Campaigns that two patterns fit count for both plans.';
COMMENT ON COLUMN adpipe.plans.month IS 'First day of the month.';
COMMENT ON COLUMN adpipe.plans.amount IS 'Budget of the month; NULL: only a target.';
COMMENT ON COLUMN adpipe.plans.currency IS 'ISO 4217 code of amount, and of goal where that is money.';
COMMENT ON COLUMN adpipe.plans.kpi IS 'KPI that has a target: ctr, cpc, cpm, cpa, cvr_click, cvr_imp, roas, roi, acos or aov; NULL: none.';
COMMENT ON COLUMN adpipe.plans.goal IS 'The target.';
GRANT SELECT ON adpipe.plans TO PUBLIC;

CREATE FUNCTION adpipe_internal.is_ad_platform(platform text) RETURNS boolean
    LANGUAGE sql IMMUTABLE
    SET search_path = pg_catalog, pg_temp
AS $$ SELECT EXISTS (SELECT FROM adpipe_internal.report_grains() g WHERE g.report = 'campaign_report' AND g.platform = $1) $$;
COMMENT ON FUNCTION adpipe_internal.is_ad_platform(text) IS
    'Whether a wrapper has campaigns, and is no tracker.';

/* Who sees a part of an advertiser's accounts would compare that part with the whole plan. */
CREATE VIEW adpipe.readable_plans AS
    SELECT p.owner, p.advertiser, p.platform, p.campaign_pattern, p.month, p.amount, p.currency, p.kpi, p.goal
    FROM adpipe.owned_plans p
    WHERE adpipe_internal.is_of_role(p.owner)
       OR (SELECT bool_and(s.is_seen)
           FROM (SELECT bool_or(adpipe_internal.may_see(a.target, a.account_id)) AS is_seen
                 FROM adpipe.account_ledger a
                 JOIN adpipe.target_ledger t ON t.target = a.target
                 CROSS JOIN LATERAL adpipe_internal.source_policy(t.source) y
                 LEFT JOIN adpipe.owned_advertisers v ON v.owner = p.owner AND v.platform = y.platform AND v.account_id = a.account_id
                 WHERE adpipe_internal.owner_of(a.target) = p.owner AND y.platform LIKE p.platform
                   AND adpipe_internal.is_ad_platform(y.platform) AND coalesce(v.advertiser, '') = p.advertiser
                 GROUP BY y.platform, a.account_id) s);
COMMENT ON VIEW adpipe.readable_plans IS 'The plans of every owner of copies in which the reader sees all accounts of the plan.';
COMMENT ON COLUMN adpipe.readable_plans.owner IS 'Role whose copies the plan is about.';
COMMENT ON COLUMN adpipe.readable_plans.advertiser IS 'As in adpipe.plans.';
COMMENT ON COLUMN adpipe.readable_plans.platform IS 'As in adpipe.plans.';
COMMENT ON COLUMN adpipe.readable_plans.campaign_pattern IS 'As in adpipe.plans.';
COMMENT ON COLUMN adpipe.readable_plans.month IS 'As in adpipe.plans.';
COMMENT ON COLUMN adpipe.readable_plans.amount IS 'As in adpipe.plans.';
COMMENT ON COLUMN adpipe.readable_plans.currency IS 'As in adpipe.plans.';
COMMENT ON COLUMN adpipe.readable_plans.kpi IS 'As in adpipe.plans.';
COMMENT ON COLUMN adpipe.readable_plans.goal IS 'As in adpipe.plans.';
GRANT SELECT ON adpipe.readable_plans TO PUBLIC;

CREATE FUNCTION adpipe.kpi_value(kpi text, stats adpipe.adstats) RETURNS numeric
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    RETURN CASE kpi WHEN 'ctr' THEN adpipe.ctr(stats) WHEN 'cpc' THEN adpipe.cpc(stats) WHEN 'cpm' THEN adpipe.cpm(stats)
                    WHEN 'cpa' THEN adpipe.cpa(stats) WHEN 'cvr_click' THEN adpipe.cvr_click(stats) WHEN 'cvr_imp' THEN adpipe.cvr_imp(stats)
                    WHEN 'roas' THEN adpipe.roas(stats) WHEN 'roi' THEN adpipe.roi(stats) WHEN 'acos' THEN adpipe.acos(stats)
                    WHEN 'aov' THEN adpipe.aov(stats) END;
COMMENT ON FUNCTION adpipe.kpi_value(text, adpipe.adstats) IS
    'The KPI of a name (ctr, cpc, cpm, cpa, cvr_click, cvr_imp, roas, roi, acos, aov) of a state of adpipe.stats(); NULL for any other name.';

/*
 * Days count that are complete in all accounts of the plan: spend, what was to be
 * spent, and the projection are all of these days, so that they compare.
 */
CREATE FUNCTION adpipe_internal.pacing_query(report_view text) RETURNS text
    LANGUAGE sql STABLE
    SET search_path = pg_catalog, pg_temp
AS $$
    SELECT format($query$
        WITH plans AS MATERIALIZED (
            SELECT p.*, (p.month + interval '1 month')::date - p.month AS days_in_month FROM adpipe.readable_plans p WHERE p.owner = %1$s
        ), feeds (target, platform, place) AS (%2$s
        ), accounts AS MATERIALIZED (
            SELECT DISTINCT ON (f.platform, k.account_id) f.target, f.platform, k.account_id, k.ended_day, k.today, coalesce(v.advertiser, '') AS advertiser
            FROM feeds f
            JOIN adpipe.kept_accounts k ON k.target = f.target
            LEFT JOIN adpipe.readable_advertisers v ON v.owner = %1$s AND v.platform = f.platform AND v.account_id = k.account_id
            ORDER BY f.platform, k.account_id, f.place
        ), states AS MATERIALIZED (
            SELECT c.target, c.account_id, c.date_day FROM adpipe.coverage c
            WHERE c.target IN (SELECT f.target FROM feeds f) AND c.state IN ('adopted', 'provisional', 'final')
              AND c.date_day >= (SELECT min(p.month) FROM plans p)
        )
        SELECT p.month, p.advertiser, p.platform, p.campaign_pattern, p.currency, p.amount, d.accounts, p.days_in_month,
               d.days_counted, d.days_missing, s.spend AS spent_to_date,
               p.amount * d.days_counted / p.days_in_month AS expected_to_date,
               s.spend / nullif(d.days_counted, 0) * p.days_in_month AS projected,
               s.spend / nullif(p.amount * d.days_counted / p.days_in_month, 0) AS pace,
               p.kpi, p.goal, adpipe.kpi_value(p.kpi, k.stats) AS kpi_value, s.rows_without_conversions
        FROM plans p
        CROSS JOIN LATERAL (
            SELECT count(*) FILTER (WHERE o.is_complete) AS days_counted, max(o.accounts) AS accounts,
                   array_agg(o.day ORDER BY o.day) FILTER (WHERE o.is_complete) AS days,
                   array_agg(o.day ORDER BY o.day) FILTER (WHERE NOT o.is_complete) AS days_missing
            FROM (SELECT g::date AS day, count(*) AS accounts, bool_and(coalesce(a.ended_day < g, false) OR c.date_day IS NOT NULL) AS is_complete
                  FROM (SELECT i.*, min(i.today) OVER () AS first_today FROM accounts i
                        WHERE i.advertiser = p.advertiser AND i.platform LIKE p.platform) a
                  CROSS JOIN generate_series(p.month::timestamp, least(p.month + p.days_in_month, a.first_today)::timestamp - interval '1 day', '1 day') g
                  LEFT JOIN states c ON c.target = a.target AND c.account_id = a.account_id AND c.date_day = g::date
                  GROUP BY g) o) d
        CROSS JOIN LATERAL (
            SELECT sum(r.impressions) AS impressions, sum(r.clicks) AS clicks,
                   CASE WHEN count(r.spend) = count(*) THEN coalesce(sum(r.spend), 0) END AS spend,
                   CASE WHEN count(r.conversions) = count(*) THEN sum(r.conversions) END AS conversions,
                   CASE WHEN count(r.value) = count(*) THEN sum(r.value) END AS value,
                   sum(r.rows_without_conversions)::bigint AS rows_without_conversions
            FROM (SELECT c.impressions, c.clicks, c.conversions, c.rows_without_conversions,
                         adpipe.convert(c.spend, c.currency, c.date_day, p.currency, %1$s) AS spend,
                         adpipe.convert(c.conversions_value, c.currency, c.date_day, p.currency, %1$s) AS value
                  FROM %3$s c
                  JOIN accounts a ON a.platform = c.platform AND a.account_id = c.account_id
                  WHERE c.date_day = ANY (d.days) AND a.advertiser = p.advertiser AND c.platform LIKE p.platform
                    AND coalesce(c.campaign_name, '') LIKE p.campaign_pattern) r) s
        CROSS JOIN LATERAL (
            SELECT adpipe.stats(t.impressions, t.clicks, t.spend, t.conversions, t.value, p.currency) AS stats
            FROM (SELECT s.impressions, s.clicks, s.spend, s.conversions, s.value) t) k
        $query$, adpipe_internal.owner_expression(report_view),
        (SELECT coalesce(string_agg(format('SELECT %L::regclass, %L::text, %s', f.target, f.platform, f.place), ' UNION ALL ' ORDER BY f.platform, f.place),
                         'SELECT NULL::regclass, NULL::text, 0 WHERE false')
         FROM adpipe_internal.feeding_copies('campaign_report') f WHERE f.is_used), report_view)
$$;
COMMENT ON FUNCTION adpipe_internal.pacing_query(text) IS
    'The query of pacing; part of create_report_views().';
REVOKE ALL ON FUNCTION adpipe_internal.pacing_query(text) FROM PUBLIC;

CREATE FUNCTION adpipe_internal.make_pacing(schema name) RETURNS regclass
    LANGUAGE plpgsql
    SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    made regclass;
    described record;
BEGIN
    made := adpipe_internal.make_report_view(schema, 'pacing', adpipe_internal.pacing_query(format('%I.campaign_report', schema)),
        ARRAY(SELECT f.target FROM adpipe_internal.feeding_copies('campaign_report') f WHERE f.is_used),
        'the plans of the view''s owner beside what campaign_report has, in the currency of each plan.', '');
    FOR described IN
        SELECT * FROM (VALUES
            ('month', 'First day of the month.'), ('advertiser', 'As in adpipe.plans.'), ('platform', 'As in adpipe.plans.'),
            ('campaign_pattern', 'As in adpipe.plans.'), ('currency', 'Currency of the plan and of all money of the row.'),
            ('amount', 'Budget of the month.'), ('accounts', 'Accounts that the plan is about; NULL: no copy has one of them.'),
            ('days_in_month', 'Days of the month.'),
            ('days_counted', 'Days of the month that are over and complete in all these accounts; money and KPI are of these days only.'),
            ('days_missing', 'Days that are over and not complete; NULL: none.'),
            ('spent_to_date', 'Spend of the days that count, converted day by day by the owner''s rates.'),
            ('expected_to_date', 'Share of the budget that falls to these days.'),
            ('projected', 'Spend of the month if the other days cost as much as these.'),
            ('pace', 'Spend by what was expected: 1 is on plan.'), ('kpi', 'KPI that has a target.'), ('goal', 'Its target.'),
            ('kpi_value', 'The KPI of the days that count; NULL where it needs conversions and a row does not have them.'),
            ('rows_without_conversions', 'Rows of these days whose conversions are not reported.')) AS d (name, text)
    LOOP
        EXECUTE format('COMMENT ON COLUMN %s.%I IS %L', made, described.name, described.text);
    END LOOP;
    RETURN made;
END
$$;
COMMENT ON FUNCTION adpipe_internal.make_pacing(name) IS
    'Makes the view pacing; part of create_report_views().';
REVOKE ALL ON FUNCTION adpipe_internal.make_pacing(name) FROM PUBLIC;

/*
 * A client's plan that fits exactly one campaign of the report is that campaign's,
 * day by day of the month; of several the one with the longest pattern.
 */
CREATE FUNCTION adpipe_internal.client_plans(target regclass, day date,
    OUT account_id text, OUT campaign_id text, OUT plan numeric)
    RETURNS SETOF record
    LANGUAGE sql STABLE
    SET search_path = pg_catalog, pg_temp
AS $$
    WITH plans AS MATERIALIZED (
        SELECT p.* FROM adpipe.readable_plans p
        WHERE p.owner = adpipe_internal.owner_of($1) AND p.month = date_trunc('month', day::timestamp)::date AND p.amount IS NOT NULL
    ), campaigns AS (
        /* Read only if there are plans. */
        SELECT f.account_id, f.campaign_id, max(f.currency) AS currency, coalesce((array_agg(f.campaign_name ORDER BY f.date_day DESC))[1], '') AS name
        FROM adpipe_internal.report_facts(target, day) f
        WHERE f.campaign_id IS NOT NULL AND EXISTS (SELECT FROM plans) GROUP BY 1, 2
    ), fitting AS (
        SELECT p.*, c.account_id, c.campaign_id, c.currency AS account_currency, count(*) OVER (PARTITION BY p.advertiser, p.platform, p.campaign_pattern) AS n
        FROM plans p
        JOIN (SELECT (adpipe_internal.source_policy(t.source)).platform FROM adpipe.targets t WHERE t.target = $1
              UNION ALL
              SELECT o.platform FROM adpipe.own_reports o WHERE o.report = $1) y ON true
        JOIN campaigns c ON c.name LIKE p.campaign_pattern
        LEFT JOIN adpipe.readable_advertisers v ON v.owner = p.owner AND v.platform = y.platform AND v.account_id = c.account_id
        WHERE y.platform LIKE p.platform AND coalesce(v.advertiser, '') = p.advertiser)
    SELECT DISTINCT ON (f.account_id, f.campaign_id) f.account_id, f.campaign_id,
           adpipe.convert(f.amount / ((f.month + interval '1 month')::date - f.month), f.currency, day, f.account_currency, f.owner)
    FROM fitting f WHERE f.n = 1
    ORDER BY f.account_id, f.campaign_id, length(f.campaign_pattern) DESC
$$;
COMMENT ON FUNCTION adpipe_internal.client_plans(regclass, date) IS
    'The part of a day in the budgets of adpipe.plans that are one campaign''s of a copy, in the account''s currency.';
