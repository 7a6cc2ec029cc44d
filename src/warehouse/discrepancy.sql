/*
 * discrepancy.sql: what the platforms claim beside what the tracker counted,
 * from the local copies of both; nothing is asked.
 */

CREATE TABLE adpipe.owned_media_sources (
    media_source text,
    platform text NOT NULL,
    is_builtin boolean NOT NULL DEFAULT false,
    owner name NOT NULL,
    PRIMARY KEY (owner, media_source),
    CHECK (is_builtin = (owner = ''))
);
COMMENT ON TABLE adpipe.owned_media_sources IS 'The rows of adpipe.media_sources, of all owners.';
COMMENT ON COLUMN adpipe.owned_media_sources.media_source IS 'Name in the tracker''s reports.';
COMMENT ON COLUMN adpipe.owned_media_sources.platform IS 'Foreign-data wrapper.';
COMMENT ON COLUMN adpipe.owned_media_sources.is_builtin IS 'Came with the extension.';
COMMENT ON COLUMN adpipe.owned_media_sources.owner IS 'Role whose copies it is about; empty: came with the extension.';
INSERT INTO adpipe.owned_media_sources VALUES
    ('googleadwords_int', 'google_ads', true, ''),
    ('Facebook Ads', 'meta_ads', true, ''),
    ('bytedanceglobal_int', 'tiktok_ads', true, ''),
    ('tiktokglobal_int', 'tiktok_ads', true, ''),
    ('kakao_int', 'kakao_moment', true, ''),
    ('Apple Search Ads', 'apple_ads', true, '');
SELECT pg_extension_config_dump('adpipe.owned_media_sources', 'WHERE NOT is_builtin');

CREATE FUNCTION adpipe_internal.guard_builtin() RETURNS trigger
    LANGUAGE plpgsql
    SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    RAISE EXCEPTION 'cannot change what came with the extension'
        USING ERRCODE = 'insufficient_privilege',
              HINT = 'INSERT a row of your own with the same media source: it goes first.';
END
$$;
COMMENT ON FUNCTION adpipe_internal.guard_builtin() IS 'Trigger: an error.';
REVOKE ALL ON FUNCTION adpipe_internal.guard_builtin() FROM PUBLIC;

CREATE TRIGGER guard_old BEFORE UPDATE OR DELETE ON adpipe.owned_media_sources
    FOR EACH ROW WHEN (OLD.is_builtin) EXECUTE FUNCTION adpipe_internal.guard_builtin();
COMMENT ON TRIGGER guard_old ON adpipe.owned_media_sources IS 'Keeps the rows that came with the extension.';
CREATE TRIGGER guard_new BEFORE INSERT OR UPDATE ON adpipe.owned_media_sources
    FOR EACH ROW WHEN (NEW.is_builtin) EXECUTE FUNCTION adpipe_internal.guard_builtin();
COMMENT ON TRIGGER guard_new ON adpipe.owned_media_sources IS 'Lets nobody add to the rows that came with the extension.';
CREATE TRIGGER guard_owner BEFORE INSERT OR UPDATE ON adpipe.owned_media_sources
    FOR EACH ROW EXECUTE FUNCTION adpipe_internal.guard_owner();
COMMENT ON TRIGGER guard_owner ON adpipe.owned_media_sources IS 'Lets nobody write for another owner.';

CREATE VIEW adpipe.media_sources AS
    SELECT m.media_source, m.platform, m.is_builtin, m.owner
    FROM adpipe.owned_media_sources m
    WHERE m.is_builtin OR adpipe_internal.is_of_role(m.owner);
ALTER VIEW adpipe.media_sources ALTER COLUMN is_builtin SET DEFAULT false;
ALTER VIEW adpipe.media_sources ALTER COLUMN owner SET DEFAULT current_user;
COMMENT ON VIEW adpipe.media_sources IS 'Which platform a tracker''s media source is. Rows can be added, for one''s own copies; one that is added goes before one that came with the extension. Roles with the owner''s rights change it.';
COMMENT ON COLUMN adpipe.media_sources.media_source IS 'Name in the tracker''s reports.';
COMMENT ON COLUMN adpipe.media_sources.platform IS 'Foreign-data wrapper.';
COMMENT ON COLUMN adpipe.media_sources.is_builtin IS 'Came with the extension; false: a user''s.';
COMMENT ON COLUMN adpipe.media_sources.owner IS 'Role whose copies it is about; default: who inserts it. Empty: came with the extension.';
GRANT SELECT ON adpipe.media_sources TO PUBLIC;

CREATE TABLE adpipe.owned_advertisers (
    platform text,
    account_id text,
    advertiser text NOT NULL,
    owner name NOT NULL,
    PRIMARY KEY (owner, platform, account_id)
);
COMMENT ON TABLE adpipe.owned_advertisers IS 'The rows of adpipe.advertisers, of all owners.';
COMMENT ON COLUMN adpipe.owned_advertisers.platform IS 'Foreign-data wrapper of the account or app.';
COMMENT ON COLUMN adpipe.owned_advertisers.account_id IS 'Account, or app.';
COMMENT ON COLUMN adpipe.owned_advertisers.advertiser IS 'Any name; the same for all that belong together.';
COMMENT ON COLUMN adpipe.owned_advertisers.owner IS 'Role whose copies it is about.';
SELECT pg_extension_config_dump('adpipe.owned_advertisers', '');
CREATE TRIGGER guard_owner BEFORE INSERT OR UPDATE ON adpipe.owned_advertisers
    FOR EACH ROW EXECUTE FUNCTION adpipe_internal.guard_owner();
COMMENT ON TRIGGER guard_owner ON adpipe.owned_advertisers IS 'Lets nobody write for another owner.';

CREATE VIEW adpipe.advertisers AS
    SELECT v.platform, v.account_id, v.advertiser, v.owner
    FROM adpipe.owned_advertisers v
    WHERE adpipe_internal.is_of_role(v.owner);
ALTER VIEW adpipe.advertisers ALTER COLUMN owner SET DEFAULT current_user;
COMMENT ON VIEW adpipe.advertisers IS 'Which ad accounts and which apps are one advertiser''s, for adpipe.discrepancy; without rows all of one owner''s copies are one. Roles with the owner''s rights read and change it.';
COMMENT ON COLUMN adpipe.advertisers.platform IS 'Foreign-data wrapper of the account or app.';
COMMENT ON COLUMN adpipe.advertisers.account_id IS 'Account, or app.';
COMMENT ON COLUMN adpipe.advertisers.advertiser IS 'Any name; the same for all that belong together.';
COMMENT ON COLUMN adpipe.advertisers.owner IS 'Role whose copies it is about; default: who inserts it.';
GRANT SELECT ON adpipe.advertisers TO PUBLIC;

/*
 * Copies that hold all of an account: which of them has all numbers of a day is
 * decided by their rows.  Grains below the campaign lack some of the numbers by
 * their nature, and are left out; Meta's ad sets do not.  A copy whose columns are
 * not of built-in types is left out as well: its owner changed it.
 *
 * Of a copy with row-level security a reader has the accounts that were granted,
 * if the policy of setup_roles() is its only one: others may let through a part of
 * an account.  A side of an advertiser of which the reader misses an account is
 * left out: the sum of the others would look like a discrepancy.  So is what an
 * owner keeps itself of a platform, unless the reader reads all of it.
 */
CREATE VIEW adpipe.compared_targets AS
    WITH copies AS MATERIALIZED (
        SELECT t.target, p.platform, k.names @> '{media_source,installs}' AS is_tracker,
               adpipe_internal.owner_of(t.target) AS owner, cardinality(k.dimensions) AS dimensions
        FROM adpipe.target_ledger t
        CROSS JOIN LATERAL adpipe_internal.source_policy(t.source) p
        CROSS JOIN LATERAL (SELECT array_agg(c.name::text) AS names,
                                   array_agg(c.name::text) FILTER (WHERE c.type = 'text') AS dimensions,
                                   array_agg(c.name::text) FILTER (WHERE c.type ~ '^(smallint|integer|bigint|numeric|real|double precision)') AS metrics
                            FROM adpipe_internal.source_columns(t.target) c) k
        WHERE k.names @> '{account_id,date_day,clicks}' AND k.metrics @> '{clicks}'
          AND CASE WHEN k.names @> '{media_source,installs}'
                   THEN k.metrics @> '{installs}'
                        AND k.dimensions <@ '{platform,account_id,account_name,currency,agency,media_source,campaign_name}'
                   ELSE k.metrics @> '{conversions}'
                        AND k.dimensions <@ ('{platform,account_id,account_name,currency,campaign_id,campaign_name,campaign_status,channel_type,device,ad_network_type,attribution_setting,vat_rule}'::text[]
                                             || CASE WHEN p.platform = 'meta_ads' THEN '{adset_id,adset_name}'::text[] ELSE '{}' END) END
          AND adpipe_internal.has_plain_columns(t.target)
          AND NOT (SELECT c.relrowsecurity AND c.relforcerowsecurity FROM pg_class c WHERE c.oid = t.target)
        UNION ALL
        SELECT o.report, o.platform, false, o.owner,
               (SELECT count(*)::integer FROM adpipe_internal.source_columns(o.report) c WHERE c.type = 'text')
        FROM adpipe.own_reports o
        WHERE NOT EXISTS (SELECT FROM adpipe.own_report_ledger n
                          WHERE n.platform = o.platform AND adpipe_internal.owner_of(n.target) = o.owner
                            AND NOT adpipe_internal.reads_whole(n.target))
    ), accounts AS (
        SELECT c.*, a.account_id, a.ended_day, coalesce(v.advertiser, '') AS advertiser,
               adpipe_internal.may_see(c.target, a.account_id)
               AND (NOT row_security_active(c.target)
                    OR coalesce((SELECT bool_and(p.polname = 'adpipe_granted') FROM pg_policy p WHERE p.polrelid = c.target), false)) AS is_seen
        FROM copies c
        JOIN (SELECT l.target, l.account_id, l.ended_day
              FROM adpipe.account_ledger l
              WHERE l.is_listed
                 OR EXISTS (SELECT FROM adpipe.slice_ledger s
                            WHERE s.target = l.target AND s.account_id = l.account_id AND coalesce(s.fetched_at, s.adopted_at) IS NOT NULL)
              UNION ALL
              SELECT o.report, d.account_id, adpipe_internal.own_end(l.ends, d.account_id, d.last_day)
              FROM adpipe.own_reports o
              JOIN adpipe.own_report_ledger l ON l.target = o.report
              CROSS JOIN LATERAL (SELECT d.account_id, max(d.date_day) AS last_day FROM adpipe_internal.own_days(o.report) d GROUP BY 1) d
              UNION ALL
              SELECT u.target, NULL, NULL FROM adpipe.unread_targets u) a ON a.target = c.target
        LEFT JOIN adpipe.owned_advertisers v ON v.owner = c.owner AND v.platform = c.platform AND v.account_id = a.account_id
    ), known AS (
        SELECT a.*, bool_or(a.is_seen) OVER (PARTITION BY a.owner, a.platform, a.is_tracker, a.account_id) AS is_known
        FROM accounts a
    ), sides AS (
        SELECT k.*, bool_and(k.is_known) OVER (PARTITION BY k.owner, k.advertiser, k.is_tracker,
                                               CASE WHEN NOT k.is_tracker THEN k.platform END) AS is_whole
        FROM known k
    )
    SELECT s.target, s.platform, s.account_id, s.is_tracker, s.advertiser, s.owner, s.dimensions, s.ended_day
    FROM sides s WHERE s.is_seen AND s.is_whole;
GRANT SELECT ON adpipe.compared_targets TO PUBLIC;
COMMENT ON VIEW adpipe.compared_targets IS 'The copies that adpipe.discrepancy chooses from: for each account or app and day one that has all numbers. An advertiser''s accounts on a platform, or its apps, are there where the reader sees all of them.';
COMMENT ON COLUMN adpipe.compared_targets.target IS 'The local table.';
COMMENT ON COLUMN adpipe.compared_targets.platform IS 'Foreign-data wrapper.';
COMMENT ON COLUMN adpipe.compared_targets.account_id IS 'Account, or app.';
COMMENT ON COLUMN adpipe.compared_targets.is_tracker IS 'Whether it is a tracker''s.';
COMMENT ON COLUMN adpipe.compared_targets.advertiser IS 'From the owner''s rows of adpipe.advertisers; empty where it has none.';
COMMENT ON COLUMN adpipe.compared_targets.owner IS 'Owner of the copy.';
COMMENT ON COLUMN adpipe.compared_targets.dimensions IS 'Number of its text columns; of two copies that have all numbers of a day, the one with fewer is read.';
COMMENT ON COLUMN adpipe.compared_targets.ended_day IS 'Last day on which the account counts, after its end was accepted; NULL: it has not ended.';

CREATE VIEW adpipe.compared_sources AS
    SELECT DISTINCT ON (c.owner, m.media_source) c.owner, m.media_source, m.platform
    FROM (SELECT DISTINCT t.owner FROM adpipe.compared_targets t WHERE t.is_tracker) c
    JOIN adpipe.owned_media_sources m ON m.is_builtin OR m.owner = c.owner
    ORDER BY c.owner, m.media_source, m.is_builtin;
GRANT SELECT ON adpipe.compared_sources TO PUBLIC;
COMMENT ON VIEW adpipe.compared_sources IS 'Which platform a media source is in the copies of each owner that adpipe.discrepancy reads.';
COMMENT ON COLUMN adpipe.compared_sources.owner IS 'Owner of the copies.';
COMMENT ON COLUMN adpipe.compared_sources.media_source IS 'Name in the tracker''s reports.';
COMMENT ON COLUMN adpipe.compared_sources.platform IS 'Foreign-data wrapper.';

CREATE FUNCTION adpipe_internal.copy_totals(target regclass, is_tracker boolean, accounts text[], since date, until date) RETURNS jsonb
    AS 'MODULE_PATHNAME', 'adpipe_copy_totals' LANGUAGE C STRICT STABLE;
COMMENT ON FUNCTION adpipe_internal.copy_totals(regclass, boolean, text[], date, date) IS
    'Clicks and conversions or installs of each account and day of a copy, of the accounts that the current user sees in it. Code that its owner hung onto the copy runs with the owner''s rights.';

CREATE FUNCTION adpipe_internal.side_totals(since date, until date,
    OUT target regclass, OUT is_tracker boolean, OUT platform text, OUT account_id text, OUT date_day date,
    OUT media_source text, OUT clicks numeric, OUT results numeric,
    OUT without_clicks bigint, OUT without_results bigint)
    RETURNS SETOF record
    LANGUAGE sql STABLE
    SET search_path = pg_catalog, pg_temp
AS $$
    SELECT c.target, c.is_tracker, c.platform, f.account_id, f.date_day, f.media_source, f.clicks, f.results,
           f.without_clicks, f.without_results
    FROM (SELECT t.target, t.is_tracker, t.platform, array_agg(t.account_id) AS accounts
          FROM adpipe.compared_targets t
          WHERE NOT EXISTS (SELECT FROM adpipe.own_reports o WHERE o.report = t.target) GROUP BY 1, 2, 3) c
    CROSS JOIN LATERAL jsonb_to_recordset(adpipe_internal.copy_totals(c.target, c.is_tracker, c.accounts, since, until))
        f (account_id text, date_day date, media_source text, clicks numeric, results numeric,
           without_clicks bigint, without_results bigint)
    UNION ALL
    SELECT c.target, false, c.platform, d.account_id, d.date_day, NULL, d.clicks, d.results, d.without_clicks, d.without_results
    FROM (SELECT t.target, t.platform, array_agg(t.account_id) AS accounts
          FROM adpipe.compared_targets t
          JOIN adpipe.own_reports o ON o.report = t.target GROUP BY 1, 2) c
    CROSS JOIN LATERAL adpipe_internal.own_days(c.target) d
    WHERE d.account_id = ANY (c.accounts) AND d.date_day BETWEEN since AND until
$$;
COMMENT ON FUNCTION adpipe_internal.side_totals(date, date) IS
    'Clicks and conversions or installs of each account and day, as the copies hold them, and how many rows lack them; part of discrepancies().';

/*
 * A side says something of a day when all its accounts have the day and all their
 * rows the number; then what they do not name is 0.  Else it is NULL: a sum of some
 * accounts, or of some rows, would look like a discrepancy.
 */
CREATE FUNCTION adpipe.discrepancies(since date, until date,
    OUT date_day date, OUT advertiser text, OUT platform text, OUT media_source text,
    OUT platform_clicks numeric, OUT tracker_clicks numeric, OUT clicks_difference numeric,
    OUT conversions numeric, OUT installs numeric, OUT installs_difference numeric, OUT owner name,
    OUT rows_without_platform_clicks bigint, OUT rows_without_tracker_clicks bigint,
    OUT rows_without_conversions bigint, OUT rows_without_installs bigint)
    RETURNS SETOF record
    LANGUAGE sql STABLE
    SET search_path = pg_catalog, pg_temp
AS $$
    WITH totals AS MATERIALIZED (
        SELECT * FROM adpipe_internal.side_totals(since, until)
    ), days AS (
        SELECT min(t.date_day) AS since, max(t.date_day) AS until FROM totals t WHERE isfinite(t.date_day)
    ), lacks AS (
        SELECT t.target, t.account_id, t.date_day, sum(t.without_clicks) AS clicks, sum(t.without_results) AS results
        FROM totals t GROUP BY 1, 2, 3
    ), covered AS MATERIALIZED (
        /* copy by copy, since the ledger's days are found by copy and day */
        SELECT v.*
        FROM (SELECT DISTINCT c.target FROM adpipe.compared_targets c) t
        CROSS JOIN LATERAL (SELECT o.target, o.account_id, o.date_day, o.state FROM adpipe.coverage o
                            WHERE o.target = t.target AND o.date_day BETWEEN since AND until OFFSET 0) v
    ), chosen AS (
        /* of each account and day the copy that has most */
        SELECT DISTINCT ON (c.owner, c.platform, c.account_id, d)
               c.target, c.owner, c.advertiser, c.is_tracker, c.platform, c.account_id, d::date AS date_day,
               coalesce(v.state IN ('adopted', 'provisional', 'final'), false) AS is_complete
        FROM adpipe.compared_targets c
        CROSS JOIN days r
        CROSS JOIN generate_series(r.since::timestamp, r.until::timestamp, '1 day') d
        LEFT JOIN covered v ON v.target = c.target AND v.account_id = c.account_id AND v.date_day = d::date
        LEFT JOIN lacks l ON l.target = c.target AND l.account_id = c.account_id AND l.date_day = d::date
        WHERE c.ended_day IS NULL OR d <= c.ended_day
        ORDER BY c.owner, c.platform, c.account_id, d, coalesce(v.state IN ('adopted', 'provisional', 'final'), false) DESC,
                 coalesce(l.results, 0), coalesce(l.clicks, 0), c.dimensions, c.target
    ), complete AS (
        SELECT c.owner, c.advertiser, c.is_tracker, CASE WHEN NOT c.is_tracker THEN c.platform END AS platform, c.date_day,
               bool_and(c.is_complete) AS is_complete
        FROM chosen c GROUP BY 1, 2, 3, 4, 5
    ), sides AS (
        SELECT c.owner, c.is_tracker, c.advertiser, c.date_day, t.clicks, t.results, t.without_clicks, t.without_results,
               t.media_source, CASE WHEN c.is_tracker THEN m.platform ELSE c.platform END AS platform
        FROM chosen c
        JOIN totals t ON t.target = c.target AND t.account_id = c.account_id AND t.date_day = c.date_day
        LEFT JOIN adpipe.compared_sources m ON m.owner = c.owner AND m.media_source = t.media_source
    ), lines AS (
        SELECT t.owner, t.advertiser, t.date_day, t.platform, string_agg(DISTINCT t.media_source, ', ') AS media_source,
               count(*) FILTER (WHERE t.is_tracker) > 0 AS has_tracker,
               coalesce(sum(t.clicks) FILTER (WHERE NOT t.is_tracker), 0) AS platform_clicks,
               coalesce(sum(t.clicks) FILTER (WHERE t.is_tracker), 0) AS tracker_clicks,
               coalesce(sum(t.results) FILTER (WHERE NOT t.is_tracker), 0) AS conversions,
               coalesce(sum(t.results) FILTER (WHERE t.is_tracker), 0) AS installs,
               coalesce(sum(t.without_clicks) FILTER (WHERE NOT t.is_tracker), 0) AS without_platform_clicks,
               coalesce(sum(t.without_clicks) FILTER (WHERE t.is_tracker), 0) AS without_tracker_clicks,
               coalesce(sum(t.without_results) FILTER (WHERE NOT t.is_tracker), 0) AS without_conversions,
               coalesce(sum(t.without_results) FILTER (WHERE t.is_tracker), 0) AS without_installs
        FROM sides t
        GROUP BY t.owner, t.advertiser, t.date_day, t.platform, CASE WHEN t.platform IS NULL THEN t.media_source END
    ), reported AS (
        SELECT l.*, coalesce(p.is_complete, false) AS has_platform_day, coalesce(k.is_complete, false) AS has_tracker_day,
               CASE WHEN p.is_complete AND l.without_platform_clicks = 0 THEN l.platform_clicks END AS shown_platform_clicks,
               CASE WHEN k.is_complete AND l.without_tracker_clicks = 0 AND l.has_tracker THEN l.tracker_clicks END AS shown_tracker_clicks,
               CASE WHEN p.is_complete AND l.without_conversions = 0 THEN l.conversions END AS shown_conversions,
               CASE WHEN k.is_complete AND l.without_installs = 0 THEN l.installs END AS shown_installs
        FROM lines l
        LEFT JOIN complete p ON NOT p.is_tracker AND p.owner = l.owner AND p.advertiser = l.advertiser
            AND p.platform = l.platform AND p.date_day = l.date_day
        LEFT JOIN complete k ON k.is_tracker AND k.owner = l.owner AND k.advertiser = l.advertiser AND k.date_day = l.date_day
    )
    SELECT t.date_day, t.advertiser, t.platform, t.media_source,
           t.shown_platform_clicks, t.shown_tracker_clicks, t.shown_platform_clicks - t.shown_tracker_clicks,
           t.shown_conversions, t.shown_installs, t.shown_conversions - t.shown_installs, t.owner,
           CASE WHEN t.has_platform_day THEN t.without_platform_clicks::bigint END,
           CASE WHEN t.has_tracker_day THEN t.without_tracker_clicks::bigint END,
           CASE WHEN t.has_platform_day THEN t.without_conversions::bigint END,
           CASE WHEN t.has_tracker_day THEN t.without_installs::bigint END
    FROM reported t
    ORDER BY 1, 2, 3, 4, t.owner
$$;
COMMENT ON FUNCTION adpipe.discrepancies(date, date) IS
    'adpipe.discrepancy for any days; from -infinity to infinity are all that the copies hold.';

CREATE VIEW adpipe.discrepancy AS
    SELECT d.date_day, d.advertiser, d.platform, d.media_source, d.platform_clicks, d.tracker_clicks,
           d.clicks_difference, d.conversions, d.installs, d.installs_difference, d.owner,
           d.rows_without_platform_clicks, d.rows_without_tracker_clicks, d.rows_without_conversions, d.rows_without_installs
    FROM adpipe.discrepancies(adpipe_internal.day_of(adpipe_internal.clock(), 'UTC') - 30, adpipe_internal.day_of(adpipe_internal.clock(), 'UTC') - 1) d;
COMMENT ON VIEW adpipe.discrepancy IS
    'Platforms and trackers side by side, the last 30 days, from the local copies, of advertisers whose accounts the reader sees; copies of different owners are not compared. Both count by their own rules and zones: some difference is normal, a sudden one is not.';
COMMENT ON COLUMN adpipe.discrepancy.date_day IS 'Day, in each account''s and each app''s own zone.';
COMMENT ON COLUMN adpipe.discrepancy.advertiser IS 'From adpipe.advertisers; empty where nothing is said.';
COMMENT ON COLUMN adpipe.discrepancy.platform IS 'Platform; NULL: a media source that adpipe.media_sources has no platform for.';
COMMENT ON COLUMN adpipe.discrepancy.media_source IS 'What the tracker calls it; NULL: it has none of it.';
COMMENT ON COLUMN adpipe.discrepancy.platform_clicks IS 'Clicks as the platform reports them; NULL: its days are not complete, nobody copies them, or a row lacks them.';
COMMENT ON COLUMN adpipe.discrepancy.tracker_clicks IS 'Clicks as the tracker reports them; NULL: its days are not complete, or a row lacks them, as where it does not measure them.';
COMMENT ON COLUMN adpipe.discrepancy.clicks_difference IS 'Platform less tracker.';
COMMENT ON COLUMN adpipe.discrepancy.conversions IS 'Conversions as the platform reports them; NULL as for clicks.';
COMMENT ON COLUMN adpipe.discrepancy.installs IS 'Installs as the tracker reports them; NULL as for clicks.';
COMMENT ON COLUMN adpipe.discrepancy.installs_difference IS 'Platform less tracker.';
COMMENT ON COLUMN adpipe.discrepancy.owner IS 'Role that owns the copies of both sides.';
COMMENT ON COLUMN adpipe.discrepancy.rows_without_platform_clicks IS 'Rows of the platform that lack clicks; NULL: its days are not complete.';
COMMENT ON COLUMN adpipe.discrepancy.rows_without_tracker_clicks IS 'Rows of the tracker that lack clicks; NULL: its days are not complete.';
COMMENT ON COLUMN adpipe.discrepancy.rows_without_conversions IS 'Rows of the platform that lack conversions; NULL: its days are not complete.';
COMMENT ON COLUMN adpipe.discrepancy.rows_without_installs IS 'Rows of the tracker that lack installs; NULL: its days are not complete.';
GRANT SELECT ON adpipe.discrepancy TO PUBLIC;
