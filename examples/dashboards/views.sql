/*
 * views.sql: what the dashboards of examples/superset and examples/grafana read.
 *
 * The owner of the copies runs this once; doc/dashboards.md has what it needs.
 * Every view sends nothing, and shows its reader no more than the copies do.
 */

CREATE SCHEMA dashboard;
COMMENT ON SCHEMA dashboard IS 'Views over local copies of adpipe, for dashboards.';

/*
 * Whose an account is.  Accounts and apps belong together by adpipe.advertisers.
 */
CREATE VIEW dashboard.accounts WITH (security_invoker = true) AS
    SELECT DISTINCT c.platform, c.account_id, nullif(c.advertiser, '') AS advertiser
    FROM adpipe.compared_targets c;
COMMENT ON VIEW dashboard.accounts IS 'The advertiser of each account and app that has a copy.';
COMMENT ON COLUMN dashboard.accounts.platform IS 'Platform or tracker.';
COMMENT ON COLUMN dashboard.accounts.account_id IS 'Account or app.';
COMMENT ON COLUMN dashboard.accounts.advertiser IS 'Advertiser, NULL where adpipe.advertisers names none.';

/*
 * The one place that names the relation with the numbers: any with these columns
 * will do.
 */
CREATE VIEW dashboard.campaigns WITH (security_invoker = true) AS
    SELECT coalesce(a.advertiser, r.account_name) AS advertiser, r.platform, r.account_id, r.account_name, r.date_day,
           r.currency, r.campaign_id, r.campaign_name, r.impressions, r.clicks, r.spend, r.conversions, r.conversions_value
    FROM ads.campaign_report r
    LEFT JOIN dashboard.accounts a USING (platform, account_id);
COMMENT ON VIEW dashboard.campaigns IS 'Campaigns of all platforms by day, with their advertiser.';
COMMENT ON COLUMN dashboard.campaigns.advertiser IS 'Advertiser, or the name of the account.';
COMMENT ON COLUMN dashboard.campaigns.platform IS 'Platform.';
COMMENT ON COLUMN dashboard.campaigns.account_id IS 'Account.';
COMMENT ON COLUMN dashboard.campaigns.account_name IS 'Name of the account.';
COMMENT ON COLUMN dashboard.campaigns.date_day IS 'Day in the account''s own zone.';
COMMENT ON COLUMN dashboard.campaigns.currency IS 'Currency of the amounts.';
COMMENT ON COLUMN dashboard.campaigns.campaign_id IS 'Campaign.';
COMMENT ON COLUMN dashboard.campaigns.campaign_name IS 'Name of the campaign.';
COMMENT ON COLUMN dashboard.campaigns.impressions IS 'Impressions.';
COMMENT ON COLUMN dashboard.campaigns.clicks IS 'Clicks.';
COMMENT ON COLUMN dashboard.campaigns.spend IS 'Cost.';
COMMENT ON COLUMN dashboard.campaigns.conversions IS 'Conversions as the platform counts them.';
COMMENT ON COLUMN dashboard.campaigns.conversions_value IS 'Value of these conversions.';

/*
 * The month of yesterday, since a month has nothing to pace on its first day.  The
 * budget of a month is here the daily budgets of the enabled campaigns of Google
 * Ads; a budget that campaigns share counts once.
 */
CREATE VIEW dashboard.pacing WITH (security_invoker = true) AS
    WITH period AS (
        SELECT m AS month, (m + interval '1 month')::date - m AS days_in_month, current_date - m AS days_over
        FROM CAST(date_trunc('month', current_date - 1) AS date) m
    ), budgets AS (
        SELECT b.account_id, sum(b.amount) AS daily
        FROM ads.budgets b
        WHERE b._deleted_at IS NULL AND b.period = 'DAILY'
          AND EXISTS (SELECT FROM ads.campaigns c
                      WHERE c.account_id = b.account_id AND c.budget_id = b.budget_id
                        AND c.campaign_status = 'ENABLED' AND c._deleted_at IS NULL)
        GROUP BY b.account_id
    ), spent AS (
        SELECT r.advertiser, r.platform, r.account_id, r.currency, sum(r.spend) AS spent
        FROM dashboard.campaigns r, period p
        WHERE r.platform = 'google_ads' AND r.date_day BETWEEN p.month AND current_date - 1
        GROUP BY 1, 2, 3, 4
    ), sums AS (
        SELECT s.advertiser, s.platform, s.currency, p.month, p.days_in_month, p.days_over,
               sum(b.daily) * p.days_in_month AS amount, sum(s.spent) AS spent_to_date
        FROM spent s
        JOIN budgets b USING (account_id)
        CROSS JOIN period p
        GROUP BY 1, 2, 3, 4, 5, 6
    )
    SELECT s.advertiser, s.platform, s.currency, s.month, s.amount, s.spent_to_date,
           s.amount * s.days_over / s.days_in_month AS expected_to_date,
           s.spent_to_date * s.days_in_month / s.days_over AS projected,
           s.spent_to_date * s.days_in_month / nullif(s.amount * s.days_over, 0) AS pace
    FROM sums s;
COMMENT ON VIEW dashboard.pacing IS 'The budget of the month of yesterday, and what was spent of it.';
COMMENT ON COLUMN dashboard.pacing.advertiser IS 'Advertiser, or the name of the account.';
COMMENT ON COLUMN dashboard.pacing.platform IS 'Platform.';
COMMENT ON COLUMN dashboard.pacing.currency IS 'Currency of the amounts.';
COMMENT ON COLUMN dashboard.pacing.month IS 'First day of the month.';
COMMENT ON COLUMN dashboard.pacing.amount IS 'Budget of the month.';
COMMENT ON COLUMN dashboard.pacing.spent_to_date IS 'Spend of its days up to yesterday.';
COMMENT ON COLUMN dashboard.pacing.expected_to_date IS 'Share of the budget that falls to these days.';
COMMENT ON COLUMN dashboard.pacing.projected IS 'Spend of the month at this pace.';
COMMENT ON COLUMN dashboard.pacing.pace IS 'Spend by what was expected; 1: on plan.';

CREATE VIEW dashboard.discrepancy WITH (security_invoker = true) AS
    SELECT d.advertiser, d.date_day, d.platform, d.media_source, d.platform_clicks, d.tracker_clicks, d.conversions, d.installs
    FROM adpipe.discrepancy d
    WHERE d.platform IS NOT NULL;
COMMENT ON VIEW dashboard.discrepancy IS 'Platform and tracker side by side, by day.';
COMMENT ON COLUMN dashboard.discrepancy.advertiser IS 'Advertiser; empty where adpipe.advertisers names none.';
COMMENT ON COLUMN dashboard.discrepancy.date_day IS 'Day, in each account''s and each app''s own zone.';
COMMENT ON COLUMN dashboard.discrepancy.platform IS 'Platform.';
COMMENT ON COLUMN dashboard.discrepancy.media_source IS 'What the tracker calls it.';
COMMENT ON COLUMN dashboard.discrepancy.platform_clicks IS 'Clicks as the platform reports them; NULL: the day is not complete.';
COMMENT ON COLUMN dashboard.discrepancy.tracker_clicks IS 'Clicks as the tracker reports them; NULL: the day is not complete.';
COMMENT ON COLUMN dashboard.discrepancy.conversions IS 'Conversions as the platform reports them; NULL: the day is not complete.';
COMMENT ON COLUMN dashboard.discrepancy.installs IS 'Installs as the tracker reports them; NULL: the day is not complete.';

/*
 * A row for each account of each copy, whether or not something is wrong: a tile
 * without a row would look like one that is broken.
 */
CREATE VIEW dashboard.completeness WITH (security_invoker = true) AS
    WITH days AS (
        SELECT c.target, c.account_id, count(*) AS days,
               count(*) FILTER (WHERE c.state NOT IN ('adopted', 'provisional', 'final')) AS missing_days,
               min(c.date_day) FILTER (WHERE c.state NOT IN ('adopted', 'provisional', 'final')) AS missing_since
        FROM adpipe.coverage c
        WHERE c.state <> 'open'
        GROUP BY c.target, c.account_id
    ), problems AS (
        SELECT h.target, h.account_id, string_agg(h.problem, '; ' ORDER BY h.severity, h.since) AS problem
        FROM adpipe.health_details h GROUP BY h.target, h.account_id
    )
    SELECT a.advertiser, f.target::text AS copy, f.account_id, f.latest_complete_day, f.last_success, f.expected_by,
           CASE WHEN f.expected_by < now() THEN 'late' ELSE 'in time' END AS state,
           d.days, d.missing_days, d.missing_since, coalesce(p.problem, '-') AS problem
    FROM adpipe.freshness f
    LEFT JOIN (SELECT account_id, min(advertiser) AS advertiser FROM dashboard.accounts GROUP BY account_id) a USING (account_id)
    LEFT JOIN days d ON d.target = f.target AND d.account_id = f.account_id
    LEFT JOIN problems p ON p.target = f.target AND p.account_id = f.account_id;
COMMENT ON VIEW dashboard.completeness IS 'How fresh each account of each copy is, and what it lacks.';
COMMENT ON COLUMN dashboard.completeness.advertiser IS 'Advertiser, NULL where adpipe.advertisers names none.';
COMMENT ON COLUMN dashboard.completeness.copy IS 'The local table.';
COMMENT ON COLUMN dashboard.completeness.account_id IS 'Account or app.';
COMMENT ON COLUMN dashboard.completeness.latest_complete_day IS 'Latest day that was read after it was over; NULL for lists of entities.';
COMMENT ON COLUMN dashboard.completeness.last_success IS 'When an answer was last stored.';
COMMENT ON COLUMN dashboard.completeness.expected_by IS 'When the next day should be complete.';
COMMENT ON COLUMN dashboard.completeness.state IS 'late: that time has passed; else in time.';
COMMENT ON COLUMN dashboard.completeness.days IS 'Days that the copy is to hold; NULL for lists of entities.';
COMMENT ON COLUMN dashboard.completeness.missing_days IS 'Days of these that are not complete.';
COMMENT ON COLUMN dashboard.completeness.missing_since IS 'First day that is not complete.';
COMMENT ON COLUMN dashboard.completeness.problem IS 'What adpipe.health has to say.';
