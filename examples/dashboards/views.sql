/*
 * views.sql: what the dashboards of examples/superset and examples/grafana read.
 *
 * The owner of the copies runs this once; doc/dashboards.md has what it needs.
 * Every view sends nothing, and shows its reader no more than the copies do.
 */

CREATE SCHEMA dashboard;
COMMENT ON SCHEMA dashboard IS 'Views over local copies of adpipe, for dashboards.';

/* One row for each account, so that a join doubles nothing. */
CREATE VIEW dashboard.accounts WITH (security_invoker = true) AS
    SELECT v.platform, v.account_id, min(v.advertiser) AS advertiser
    FROM adpipe.readable_advertisers v
    GROUP BY v.platform, v.account_id;
COMMENT ON VIEW dashboard.accounts IS 'The advertiser of each account and app that adpipe.advertisers names.';
COMMENT ON COLUMN dashboard.accounts.platform IS 'Platform or tracker.';
COMMENT ON COLUMN dashboard.accounts.account_id IS 'Account or app.';
COMMENT ON COLUMN dashboard.accounts.advertiser IS 'Advertiser.';

/* The one place that names the relation with the numbers. */
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

/* The month of yesterday, since a month has nothing to pace on its first day. */
CREATE VIEW dashboard.pacing WITH (security_invoker = true) AS
    SELECT p.advertiser, p.platform, p.campaign_pattern, p.currency, p.amount, p.spent_to_date, p.expected_to_date, p.projected,
           p.pace, p.days_counted, coalesce(cardinality(p.days_missing), 0) AS days_missing
    FROM ads.pacing p
    WHERE p.month = date_trunc('month', current_date - 1) AND p.amount IS NOT NULL;
COMMENT ON VIEW dashboard.pacing IS 'The plans of the month of yesterday that have a budget, and what was spent of it.';
COMMENT ON COLUMN dashboard.pacing.advertiser IS 'Advertiser.';
COMMENT ON COLUMN dashboard.pacing.platform IS 'LIKE pattern for the platform.';
COMMENT ON COLUMN dashboard.pacing.campaign_pattern IS 'LIKE pattern for the campaign.';
COMMENT ON COLUMN dashboard.pacing.currency IS 'Currency of the amounts.';
COMMENT ON COLUMN dashboard.pacing.amount IS 'Budget of the month.';
COMMENT ON COLUMN dashboard.pacing.spent_to_date IS 'Spend of the days that count.';
COMMENT ON COLUMN dashboard.pacing.expected_to_date IS 'Share of the budget that falls to these days.';
COMMENT ON COLUMN dashboard.pacing.projected IS 'Spend of the month if the other days cost as much.';
COMMENT ON COLUMN dashboard.pacing.pace IS 'Spend by what was expected; 1: on plan.';
COMMENT ON COLUMN dashboard.pacing.days_counted IS 'Days that are over and complete in all accounts of the plan.';
COMMENT ON COLUMN dashboard.pacing.days_missing IS 'Days that are over and not complete.';

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
