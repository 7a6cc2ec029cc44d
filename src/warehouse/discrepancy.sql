/*
 * discrepancy.sql: what the platforms claim beside what the tracker counted,
 * from the local copies of both; nothing is asked.
 */

CREATE TABLE adpipe.media_sources (
    media_source text,
    platform text NOT NULL,
    is_builtin boolean DEFAULT false,
    PRIMARY KEY (media_source, is_builtin)
);
COMMENT ON TABLE adpipe.media_sources IS 'Which platform a tracker''s media source is. Rows can be added; one that is added goes before one that came with the extension.';
COMMENT ON COLUMN adpipe.media_sources.media_source IS 'Name in the tracker''s reports.';
COMMENT ON COLUMN adpipe.media_sources.platform IS 'Foreign-data wrapper.';
COMMENT ON COLUMN adpipe.media_sources.is_builtin IS 'Came with the extension; false: a user''s.';
INSERT INTO adpipe.media_sources VALUES
    ('googleadwords_int', 'google_ads', true),
    ('Facebook Ads', 'meta_ads', true),
    ('bytedanceglobal_int', 'tiktok_ads', true),
    ('tiktokglobal_int', 'tiktok_ads', true),
    ('Apple Search Ads', 'apple_ads', true);
SELECT pg_extension_config_dump('adpipe.media_sources', 'WHERE NOT is_builtin');
GRANT SELECT ON adpipe.media_sources TO PUBLIC;

CREATE TABLE adpipe.advertisers (
    platform text,
    account_id text,
    advertiser text NOT NULL,
    PRIMARY KEY (platform, account_id)
);
COMMENT ON TABLE adpipe.advertisers IS 'Which ad accounts and which apps are one advertiser''s, for adpipe.discrepancy; without rows all are one.';
COMMENT ON COLUMN adpipe.advertisers.platform IS 'Foreign-data wrapper of the account or app.';
COMMENT ON COLUMN adpipe.advertisers.account_id IS 'Account, or app.';
COMMENT ON COLUMN adpipe.advertisers.advertiser IS 'Any name; the same for all that belong together.';
SELECT pg_extension_config_dump('adpipe.advertisers', '');
GRANT SELECT ON adpipe.advertisers TO PUBLIC;

/*
 * One copy per account: of several grains the one with the fewest dimensions.
 * Grains below the campaign lack some of the numbers by their nature, and are
 * left out.
 */
CREATE VIEW adpipe.compared_targets AS
    SELECT DISTINCT ON (p.platform, f.account_id)
           f.target, p.platform, f.account_id, k.names @> '{media_source,installs}' AS is_tracker,
           coalesce(v.advertiser, '') AS advertiser
    FROM adpipe.freshness f
    JOIN adpipe.targets t ON t.target = f.target
    CROSS JOIN LATERAL adpipe.source_policy(t.source) p
    CROSS JOIN LATERAL (SELECT array_agg(c.name::text) AS names,
                               array_agg(c.name::text) FILTER (WHERE c.type = 'text') AS dimensions
                        FROM adpipe.source_columns(f.target) c) k
    LEFT JOIN adpipe.advertisers v ON v.platform = p.platform AND v.account_id = f.account_id
    WHERE k.names @> '{account_id,date_day,clicks}'
      AND CASE WHEN k.names @> '{media_source,installs}'
               THEN k.dimensions <@ '{platform,account_id,account_name,currency,agency,media_source,campaign_name}'
               ELSE k.names @> '{conversions}'
                    AND k.dimensions <@ '{platform,account_id,account_name,currency,campaign_id,campaign_name,campaign_status,channel_type,device,ad_network_type,attribution_setting}' END
    ORDER BY p.platform, f.account_id, cardinality(k.dimensions), f.target;
GRANT SELECT ON adpipe.compared_targets TO PUBLIC;
COMMENT ON VIEW adpipe.compared_targets IS 'The copies that adpipe.discrepancy reads, one per account or app.';
COMMENT ON COLUMN adpipe.compared_targets.target IS 'The local table.';
COMMENT ON COLUMN adpipe.compared_targets.platform IS 'Foreign-data wrapper.';
COMMENT ON COLUMN adpipe.compared_targets.account_id IS 'Account, or app.';
COMMENT ON COLUMN adpipe.compared_targets.is_tracker IS 'Whether it is a tracker''s.';
COMMENT ON COLUMN adpipe.compared_targets.advertiser IS 'From adpipe.advertisers; empty where nothing is said.';

CREATE FUNCTION adpipe.side_totals(since date, until date,
    OUT is_tracker boolean, OUT advertiser text, OUT platform text, OUT account_id text, OUT date_day date,
    OUT media_source text, OUT clicks numeric, OUT results numeric)
    RETURNS SETOF record
    LANGUAGE plpgsql STABLE
    SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    side record;
BEGIN
    FOR side IN
        SELECT c.target, c.is_tracker, c.platform, array_agg(c.account_id) AS accounts
        FROM adpipe.compared_targets c GROUP BY 1, 2, 3
    LOOP
        RETURN QUERY EXECUTE format(
            'SELECT $1, coalesce(v.advertiser, ''''), $2, f.account_id, f.date_day, %s, sum(f.clicks)::numeric, sum(f.%I)::numeric '
            'FROM %s f LEFT JOIN adpipe.advertisers v ON v.platform = $2 AND v.account_id = f.account_id '
            'WHERE f.account_id = ANY ($3) AND f.date_day BETWEEN $4 AND $5 GROUP BY 2, 4, 5, 6',
            CASE WHEN side.is_tracker THEN 'f.media_source' ELSE 'NULL::text' END,
            CASE WHEN side.is_tracker THEN 'installs' ELSE 'conversions' END, side.target)
            USING side.is_tracker, side.platform, side.accounts, since, until;
    END LOOP;
END
$$;
COMMENT ON FUNCTION adpipe.side_totals(date, date) IS
    'Clicks and conversions or installs of each account and day, as the copies hold them; part of discrepancies().';

/*
 * A side says something of a day when all its accounts have the day; then what
 * they do not name is 0.  Else it is NULL: a sum of some accounts would look
 * like a discrepancy.
 */
CREATE FUNCTION adpipe.discrepancies(since date, until date,
    OUT date_day date, OUT advertiser text, OUT platform text, OUT media_source text,
    OUT platform_clicks numeric, OUT tracker_clicks numeric, OUT clicks_difference numeric,
    OUT conversions numeric, OUT installs numeric, OUT installs_difference numeric)
    RETURNS SETOF record
    LANGUAGE sql STABLE
    SET search_path = pg_catalog, pg_temp
AS $$
    WITH complete AS (
        SELECT c.advertiser, c.is_tracker, CASE WHEN NOT c.is_tracker THEN c.platform END AS platform, d::date AS date_day,
               bool_and(coalesce(v.state IN ('provisional', 'final'), false)) AS is_complete
        FROM adpipe.compared_targets c
        CROSS JOIN generate_series(since::timestamp, until::timestamp, '1 day') d
        LEFT JOIN adpipe.coverage v ON v.target = c.target AND v.account_id = c.account_id AND v.date_day = d::date
        GROUP BY 1, 2, 3, 4
    ), totals AS (
        SELECT t.is_tracker, t.advertiser, t.date_day, t.clicks, t.results, t.media_source,
               CASE WHEN t.is_tracker THEN m.platform ELSE t.platform END AS platform
        FROM adpipe.side_totals(since, until) t
        LEFT JOIN LATERAL (SELECT s.platform FROM adpipe.media_sources s
                           WHERE s.media_source = t.media_source ORDER BY s.is_builtin LIMIT 1) m ON true
    ), lines AS (
        SELECT t.advertiser, t.date_day, t.platform, string_agg(DISTINCT t.media_source, ', ') AS media_source,
               sum(t.clicks) FILTER (WHERE NOT t.is_tracker) AS platform_clicks,
               sum(t.clicks) FILTER (WHERE t.is_tracker) AS tracker_clicks,
               sum(t.results) FILTER (WHERE NOT t.is_tracker) AS conversions,
               sum(t.results) FILTER (WHERE t.is_tracker) AS installs
        FROM totals t
        GROUP BY t.advertiser, t.date_day, t.platform, CASE WHEN t.platform IS NULL THEN t.media_source END
    ), told AS (
        SELECT l.date_day, l.advertiser, l.platform, l.media_source,
               CASE WHEN p.is_complete THEN coalesce(l.platform_clicks, 0) END AS platform_clicks,
               CASE WHEN k.is_complete THEN l.tracker_clicks END AS tracker_clicks,
               CASE WHEN p.is_complete THEN coalesce(l.conversions, 0) END AS conversions,
               CASE WHEN k.is_complete THEN coalesce(l.installs, 0) END AS installs
        FROM lines l
        LEFT JOIN complete p ON NOT p.is_tracker AND p.advertiser = l.advertiser
            AND p.platform = l.platform AND p.date_day = l.date_day
        LEFT JOIN complete k ON k.is_tracker AND k.advertiser = l.advertiser AND k.date_day = l.date_day
    )
    SELECT t.date_day, t.advertiser, t.platform, t.media_source,
           t.platform_clicks, t.tracker_clicks, t.platform_clicks - t.tracker_clicks,
           t.conversions, t.installs, t.conversions - t.installs
    FROM told t
    ORDER BY 1, 2, 3, 4
$$;
COMMENT ON FUNCTION adpipe.discrepancies(date, date) IS
    'adpipe.discrepancy for any days.';

CREATE VIEW adpipe.discrepancy AS
    SELECT d.date_day, d.advertiser, d.platform, d.media_source, d.platform_clicks, d.tracker_clicks,
           d.clicks_difference, d.conversions, d.installs, d.installs_difference
    FROM adpipe.discrepancies(adpipe.day_of(adpipe.clock(), 'UTC') - 30, adpipe.day_of(adpipe.clock(), 'UTC') - 1) d;
COMMENT ON VIEW adpipe.discrepancy IS
    'Platforms and trackers side by side, the last 30 days, from the local copies that the reader may read. Both count by their own rules and zones: some difference is normal, a sudden one is not.';
COMMENT ON COLUMN adpipe.discrepancy.date_day IS 'Day, in each account''s and each app''s own zone.';
COMMENT ON COLUMN adpipe.discrepancy.advertiser IS 'From adpipe.advertisers; empty where nothing is said.';
COMMENT ON COLUMN adpipe.discrepancy.platform IS 'Platform; NULL: a media source that adpipe.media_sources has no platform for.';
COMMENT ON COLUMN adpipe.discrepancy.media_source IS 'What the tracker calls it; NULL: it has none of it.';
COMMENT ON COLUMN adpipe.discrepancy.platform_clicks IS 'Clicks as the platform tells them; NULL: its days are not complete, or nobody copies them.';
COMMENT ON COLUMN adpipe.discrepancy.tracker_clicks IS 'Clicks as the tracker tells them; NULL: its days are not complete, or it does not measure them.';
COMMENT ON COLUMN adpipe.discrepancy.clicks_difference IS 'Platform less tracker.';
COMMENT ON COLUMN adpipe.discrepancy.conversions IS 'Conversions as the platform tells them.';
COMMENT ON COLUMN adpipe.discrepancy.installs IS 'Installs as the tracker tells them.';
COMMENT ON COLUMN adpipe.discrepancy.installs_difference IS 'Platform less tracker.';
GRANT SELECT ON adpipe.discrepancy TO PUBLIC;
