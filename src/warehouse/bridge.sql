/*
 * bridge.sql: what the platforms spent beside what the tracker counted, by campaign.
 *
 * Every row of both sides is in exactly one row of the view, so that its totals are
 * those of the copies.  A name that several campaigns have matches none of them: to
 * divide its installs would be a guess.
 */

CREATE VIEW adpipe.readable_media_sources AS
    SELECT m.media_source, m.platform, m.is_builtin, m.owner
    FROM adpipe.owned_media_sources m
    WHERE m.is_builtin OR adpipe_internal.reads_copies_of(m.owner);
COMMENT ON VIEW adpipe.readable_media_sources IS 'The rows of adpipe.media_sources of every owner of a copy that the reader may read.';
COMMENT ON COLUMN adpipe.readable_media_sources.media_source IS 'Name in the tracker''s reports.';
COMMENT ON COLUMN adpipe.readable_media_sources.platform IS 'Foreign-data wrapper.';
COMMENT ON COLUMN adpipe.readable_media_sources.is_builtin IS 'Came with the extension.';
COMMENT ON COLUMN adpipe.readable_media_sources.owner IS 'Role whose copies it is about; empty: came with the extension.';
GRANT SELECT ON adpipe.readable_media_sources TO PUBLIC;

CREATE VIEW adpipe.readable_advertisers AS
    SELECT v.platform, v.account_id, v.advertiser, v.owner
    FROM adpipe.owned_advertisers v
    WHERE adpipe_internal.is_of_role(v.owner)
       OR EXISTS (SELECT FROM adpipe.account_ledger a
                  JOIN adpipe.target_ledger t ON t.target = a.target
                  WHERE a.account_id = v.account_id AND adpipe_internal.owner_of(a.target) = v.owner
                    AND (adpipe_internal.source_policy(t.source)).platform = v.platform
                    AND adpipe_internal.may_see(a.target, a.account_id))
       OR (v.owner, v.platform, v.account_id) IN (
           SELECT o.owner, o.platform, k.account_id
           FROM adpipe.own_reports o JOIN adpipe.kept_accounts k ON k.target = o.report);
COMMENT ON VIEW adpipe.readable_advertisers IS 'The rows of adpipe.advertisers about accounts that the reader sees in a copy.';
COMMENT ON COLUMN adpipe.readable_advertisers.platform IS 'Foreign-data wrapper of the account or app.';
COMMENT ON COLUMN adpipe.readable_advertisers.account_id IS 'Account, or app.';
COMMENT ON COLUMN adpipe.readable_advertisers.advertiser IS 'The same for all that belong together.';
COMMENT ON COLUMN adpipe.readable_advertisers.owner IS 'Role whose copies it is about.';
GRANT SELECT ON adpipe.readable_advertisers TO PUBLIC;

/* ASCII punctuation only, whatever the collation: letters of no script may go. */
CREATE FUNCTION adpipe.plain_name(name text) RETURNS text
    LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
    SET search_path = pg_catalog, pg_temp
AS $$
    SELECT nullif(regexp_replace(lower(normalize(name, NFKC)) COLLATE "C", '[[:space:][:punct:]]+', '', 'g'), '')
$$;
COMMENT ON FUNCTION adpipe.plain_name(text) IS
    'A name as names are compared that differ in how they are written: in Unicode''s compatible form and small letters, without blanks and ASCII punctuation. NULL if nothing is left.';

CREATE FUNCTION adpipe_internal.owner_expression(relation text) RETURNS text
    LANGUAGE sql IMMUTABLE
    SET search_path = pg_catalog, pg_temp
AS $$ SELECT format('(SELECT pg_get_userbyid(c.relowner) FROM pg_class c WHERE c.oid = %L::regclass)', relation) $$;
COMMENT ON FUNCTION adpipe_internal.owner_expression(text) IS
    'The owner of a relation as an expression of a view; part of create_report_views().';
REVOKE ALL ON FUNCTION adpipe_internal.owner_expression(text) FROM PUBLIC;

/* Names that the copies hold of each campaign, or account, of any day, and when they were stored last. */
CREATE FUNCTION adpipe_internal.known_names(thing text) RETURNS text
    LANGUAGE sql STABLE
    SET search_path = pg_catalog, pg_temp
AS $$
    SELECT coalesce(string_agg(format('SELECT %1$L::text AS platform, c.account_id, c.%2$I AS id, c.%3$I AS name, max(c.%4$I) AS seen '
                                      'FROM %5$s c GROUP BY c.account_id, c.%2$I, c.%3$I', f.platform, s.id, s.title,
                                      s.seen, s.target),
                               ' UNION ALL ' ORDER BY f.platform, f.place, s.target),
                    'SELECT NULL::text AS platform, NULL::text AS account_id, NULL::text AS id, NULL::text AS name, NULL::timestamptz AS seen WHERE false')
    FROM adpipe_internal.feeding_copies('campaign_report') f
    CROSS JOIN LATERAL jsonb_to_recordset(adpipe_internal.name_sources(f.target, f.columns, thing)) s (target text, id text, title text, seen text)
    WHERE f.is_used
$$;
COMMENT ON FUNCTION adpipe_internal.known_names(text) IS
    'A query for all names of all campaigns or accounts; part of create_report_views().';
REVOKE ALL ON FUNCTION adpipe_internal.known_names(text) FROM PUBLIC;

/* The tracker's rows, each with the one campaign that its name means, if there is one. */
CREATE FUNCTION adpipe_internal.tracker_rows(report_view text) RETURNS text
    LANGUAGE sql STABLE
    SET search_path = pg_catalog, pg_temp
AS $$
    SELECT format($query$
        WITH advertisers AS MATERIALIZED (
            SELECT v.platform, v.account_id, v.advertiser FROM adpipe.readable_advertisers v WHERE v.owner = %1$s
        ), names AS MATERIALIZED (
            SELECT n.platform, coalesce(v.advertiser, '') AS advertiser, n.account_id, n.id AS campaign_id, n.name, n.seen
            FROM (%2$s) n LEFT JOIN advertisers v ON v.platform = n.platform AND v.account_id = n.account_id
        ), latest AS MATERIALIZED (
            SELECT DISTINCT ON (n.platform, n.account_id, n.campaign_id) n.platform, n.account_id, n.campaign_id, n.name
            FROM names n WHERE n.name IS NOT NULL ORDER BY n.platform, n.account_id, n.campaign_id, n.seen DESC
        ), accounts AS MATERIALIZED (
            SELECT DISTINCT ON (n.platform, n.account_id) n.platform, n.account_id, n.name
            FROM (%5$s) n WHERE n.name IS NOT NULL ORDER BY n.platform, n.account_id, n.seen DESC
        ), keys AS MATERIALIZED (
            SELECT k.rank, n.platform, n.advertiser, k.key, min(n.account_id) AS account_id, min(n.campaign_id) AS campaign_id
            FROM names n
            CROSS JOIN LATERAL (VALUES (1, n.campaign_id), (2, n.name), (3, adpipe.plain_name(n.name))) k (rank, key)
            WHERE k.key IS NOT NULL
            GROUP BY 1, 2, 3, 4 HAVING count(DISTINCT ROW(n.account_id, n.campaign_id)) = 1
        ), sources AS MATERIALIZED (
            SELECT DISTINCT ON (m.media_source) m.media_source, m.platform
            FROM adpipe.readable_media_sources m WHERE m.owner IN ('', %1$s) ORDER BY m.media_source, m.is_builtin
        )
        SELECT t.date_day, coalesce(v.advertiser, '') AS advertiser, s.platform,
               k.account_id, a.name AS account_name, k.campaign_id, l.name AS campaign_name, coalesce(i.rank, e.rank, p.rank) AS rank,
               t.account_id AS app_id, t.media_source, t.campaign_name AS tracker_campaign, t.currency, t.installs, t.event_count, t.revenue
        FROM (SELECT r.platform, r.account_id, r.date_day, r.currency, r.media_source, r.campaign_name, r.installs, r.revenue, NULL::bigint AS event_count FROM (%3$s) r
              UNION ALL
              SELECT r.platform, r.account_id, r.date_day, r.currency, r.media_source, r.campaign_name, NULL, NULL, r.event_count FROM (%4$s) r) t
        LEFT JOIN advertisers v ON v.platform = t.platform AND v.account_id = t.account_id
        LEFT JOIN sources s ON s.media_source = t.media_source
        LEFT JOIN keys i ON i.rank = 1 AND i.platform = s.platform AND i.advertiser = coalesce(v.advertiser, '')
            AND i.key = substring(t.campaign_name from '([0-9]{6,})[^0-9]*$')
        LEFT JOIN keys e ON e.rank = 2 AND e.platform = s.platform AND e.advertiser = coalesce(v.advertiser, '') AND e.key = t.campaign_name
        LEFT JOIN keys p ON p.rank = 3 AND p.platform = s.platform AND p.advertiser = coalesce(v.advertiser, '') AND p.key = adpipe.plain_name(t.campaign_name)
        CROSS JOIN LATERAL (SELECT coalesce(i.account_id, e.account_id, p.account_id), coalesce(i.campaign_id, e.campaign_id, p.campaign_id)) k (account_id, campaign_id)
        LEFT JOIN latest l ON l.platform = s.platform AND l.account_id = k.account_id AND l.campaign_id = k.campaign_id
        LEFT JOIN accounts a ON a.platform = s.platform AND a.account_id = k.account_id
        $query$, adpipe_internal.owner_expression(report_view), adpipe_internal.known_names('campaign'),
        adpipe_internal.report_rows('tracker'), adpipe_internal.report_rows('tracker_event'), adpipe_internal.known_names('account'))
$$;
COMMENT ON FUNCTION adpipe_internal.tracker_rows(text) IS
    'A query for the rows of tracker copies and the campaign of each; part of create_report_views().';
REVOKE ALL ON FUNCTION adpipe_internal.tracker_rows(text) FROM PUBLIC;

/*
 * Both sides below one another and then added up, so that a condition on the day
 * reaches the copies.  Money of a second currency has a row of its own.
 */
CREATE FUNCTION adpipe_internal.bridge_query(report_view text) RETURNS text
    LANGUAGE sql STABLE
    SET search_path = pg_catalog, pg_temp
AS $$
    SELECT format($query$
        SELECT b.date_day, b.advertiser, b.platform, b.account_id, max(b.account_name) AS account_name,
               b.campaign_id, max(b.campaign_name) AS campaign_name,
               CASE max(b.rank) WHEN 1 THEN 'id' WHEN 2 THEN 'exact name' WHEN 3 THEN 'normalised name' ELSE 'none' END AS match_method,
               max(b.currency) AS currency, sum(b.impressions)::bigint AS impressions, sum(b.clicks)::bigint AS clicks, sum(b.spend) AS spend,
               CASE WHEN sum(b.rows_without_conversions) = 0 THEN sum(b.conversions) END AS conversions,
               sum(b.rows_without_conversions)::bigint AS rows_without_conversions,
               string_agg(DISTINCT b.app_id, ', ') AS app_id, string_agg(DISTINCT b.media_source, ', ') AS media_source,
               string_agg(DISTINCT b.tracker_campaign, ', ') AS tracker_campaign, max(b.tracker_currency) AS tracker_currency,
               sum(b.installs)::bigint AS installs, sum(b.event_count)::bigint AS event_count, sum(b.revenue) AS revenue
        FROM (SELECT r.date_day, coalesce(v.advertiser, '') AS advertiser, r.platform, r.account_id, r.account_name, r.campaign_id, r.campaign_name,
                     NULL::text[] AS alone, NULL::integer AS rank, r.currency, r.impressions, r.clicks, r.spend, r.conversions, r.rows_without_conversions,
                     NULL::text AS app_id, NULL::text AS media_source, NULL::text AS tracker_campaign, NULL::text AS tracker_currency,
                     NULL::bigint AS installs, NULL::bigint AS event_count, NULL::numeric AS revenue
              FROM %1$s r
              LEFT JOIN (SELECT a.platform, a.account_id, a.advertiser FROM adpipe.readable_advertisers a WHERE a.owner = %2$s) v
                  ON v.platform = r.platform AND v.account_id = r.account_id
              UNION ALL
              SELECT t.date_day, t.advertiser, t.platform, t.account_id, t.account_name, t.campaign_id, t.campaign_name,
                     CASE WHEN t.campaign_id IS NULL THEN ARRAY[t.app_id, t.media_source, t.tracker_campaign, t.currency]
                          WHEN t.currency <> first_value(t.currency) OVER (PARTITION BY t.date_day, t.platform, t.account_id, t.campaign_id ORDER BY t.currency)
                          THEN ARRAY[t.currency] END,
                     t.rank, NULL, NULL, NULL, NULL, NULL, NULL, t.app_id, t.media_source, t.tracker_campaign, t.currency, t.installs, t.event_count, t.revenue
              FROM (%3$s) t) b
        GROUP BY b.date_day, b.advertiser, b.platform, b.account_id, b.campaign_id, b.alone
        $query$, report_view, adpipe_internal.owner_expression(report_view), adpipe_internal.tracker_rows(report_view))
$$;
COMMENT ON FUNCTION adpipe_internal.bridge_query(text) IS
    'The query of tracker_bridge; part of create_report_views().';
REVOKE ALL ON FUNCTION adpipe_internal.bridge_query(text) FROM PUBLIC;

CREATE FUNCTION adpipe_internal.make_bridge(schema name) RETURNS regclass
    LANGUAGE plpgsql
    SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    made regclass;
    described record;
BEGIN
    made := adpipe_internal.make_report_view(schema, 'tracker_bridge', adpipe_internal.bridge_query(format('%I.campaign_report', schema)),
        ARRAY(SELECT f.target FROM unnest('{campaign_report,tracker,tracker_event}'::text[]) r, adpipe_internal.feeding_copies(r) f WHERE f.is_used),
        format('platforms and trackers by campaign and day; platforms as campaign_report, trackers %s',
               adpipe_internal.report_origin('tracker')), 'campaign_report');
    FOR described IN
        SELECT * FROM (VALUES
            ('advertiser', 'From adpipe.advertisers; empty where nothing is said.'),
            ('platform', 'Foreign-data wrapper; NULL: a media source that adpipe.media_sources has no platform for.'),
            ('match_method', 'How the tracker''s campaign was found: id, exact name, normalised name, of several the weakest; none: the other side has nothing for the row.'),
            ('app_id', 'Apps of the tracker; NULL: it has nothing of the campaign on the day.'),
            ('media_source', 'Media sources of the tracker.'),
            ('tracker_campaign', 'Campaigns as the tracker names them.'),
            ('tracker_currency', 'ISO 4217 code of revenue.'),
            ('installs', 'Installs of the day, in the app''s time zone.'),
            ('event_count', 'In-app events of those who installed that day; NULL: none, or no copy of events.'),
            ('revenue', 'Revenue of those who installed that day, in tracker_currency.')) AS d (name, text)
    LOOP
        EXECUTE format('COMMENT ON COLUMN %s.%I IS %L', made, described.name, described.text);
    END LOOP;
    RETURN made;
END
$$;
COMMENT ON FUNCTION adpipe_internal.make_bridge(name) IS
    'Makes tracker_bridge; part of create_report_views().';
REVOKE ALL ON FUNCTION adpipe_internal.make_bridge(name) FROM PUBLIC;
