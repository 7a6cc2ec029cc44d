/*
 * report_copies.sql: which local copies feed the report views.
 *
 * A copy is chosen by what it holds, never by its name: the grain by the option of
 * its source, each column by the field of the source's column.  So own tables over
 * the same fields feed the views, too.
 */

CREATE FUNCTION adpipe_internal.report_grains(OUT report text, OUT platform text, OUT option text, OUT value text)
    RETURNS SETOF record
    LANGUAGE sql IMMUTABLE
    SET search_path = pg_catalog, pg_temp
AS $$
    VALUES ('account_report', 'google_ads', 'resource', 'customer'),
           ('campaign_report', 'google_ads', 'resource', 'campaign'),
           ('ad_group_report', 'google_ads', 'resource', 'ad_group'),
           ('ad_report', 'google_ads', 'resource', 'ad_group_ad'),
           ('keyword_report', 'google_ads', 'resource', 'keyword_view'),
           ('search_term_report', 'google_ads', 'resource', 'search_term_view'),
           ('account_report', 'meta_ads', 'level', 'account'),
           ('campaign_report', 'meta_ads', 'level', 'campaign'),
           ('ad_group_report', 'meta_ads', 'level', 'adset'),
           ('ad_report', 'meta_ads', 'level', 'ad'),
           ('account_report', 'tiktok_ads', 'level', 'account'),
           ('campaign_report', 'tiktok_ads', 'level', 'campaign'),
           ('ad_group_report', 'tiktok_ads', 'level', 'adgroup'),
           ('ad_report', 'tiktok_ads', 'level', 'ad'),
           ('account_report', 'naver_searchad', 'report', 'account'),
           ('campaign_report', 'naver_searchad', 'report', 'campaign'),
           ('ad_group_report', 'naver_searchad', 'report', 'ad_group'),
           ('ad_report', 'naver_searchad', 'report', 'ad'),
           ('account_report', 'kakao_moment', 'report', 'account'),
           ('campaign_report', 'kakao_moment', 'report', 'campaign'),
           ('ad_group_report', 'kakao_moment', 'report', 'ad_group'),
           ('ad_report', 'kakao_moment', 'report', 'creative'),
           ('tracker', 'appsflyer', 'report', 'partners_by_date_report'),
           ('tracker_event', 'appsflyer', 'report', 'partners_by_date_report')
$$;
COMMENT ON FUNCTION adpipe_internal.report_grains() IS
    'What a source is of, for each report view and platform; part of create_report_views().';

CREATE FUNCTION adpipe_internal.report_fields(OUT platform text, OUT name text, OUT field text)
    RETURNS SETOF record
    LANGUAGE sql IMMUTABLE
    SET search_path = pg_catalog, pg_temp
AS $$
    VALUES ('google_ads', 'account_id', 'customer.id'),
           ('google_ads', 'account_name', 'customer.descriptive_name'),
           ('google_ads', 'date_day', 'segments.date'),
           ('google_ads', 'currency', 'customer.currency_code'),
           ('google_ads', 'campaign_id', 'campaign.id'),
           ('google_ads', 'campaign_name', 'campaign.name'),
           ('google_ads', 'ad_group_id', 'ad_group.id'),
           ('google_ads', 'ad_group_name', 'ad_group.name'),
           ('google_ads', 'ad_id', 'ad_group_ad.ad.id'),
           ('google_ads', 'ad_name', 'ad_group_ad.ad.name'),
           ('google_ads', 'keyword_id', 'ad_group_criterion.criterion_id'),
           ('google_ads', 'keyword_text', 'ad_group_criterion.keyword.text'),
           ('google_ads', 'keyword_match_type', 'ad_group_criterion.keyword.match_type'),
           ('google_ads', 'search_query', 'search_term_view.search_term'),
           ('google_ads', 'search_match_type', 'segments.search_term_match_type'),
           ('google_ads', 'impressions', 'metrics.impressions'),
           ('google_ads', 'clicks', 'metrics.clicks'),
           ('google_ads', 'spend', 'metrics.cost_micros'),
           ('google_ads', 'conversions', 'metrics.conversions'),
           ('google_ads', 'conversions_value', 'metrics.conversions_value'),
           ('meta_ads', 'account_id', 'account_id'),
           ('meta_ads', 'account_name', 'account_name'),
           ('meta_ads', 'date_day', 'date_start'),
           ('meta_ads', 'currency', 'account_currency'),
           ('meta_ads', 'campaign_id', 'campaign_id'),
           ('meta_ads', 'campaign_name', 'campaign_name'),
           ('meta_ads', 'ad_group_id', 'adset_id'),
           ('meta_ads', 'ad_group_name', 'adset_name'),
           ('meta_ads', 'ad_id', 'ad_id'),
           ('meta_ads', 'ad_name', 'ad_name'),
           ('meta_ads', 'impressions', 'impressions'),
           ('meta_ads', 'clicks', 'inline_link_clicks'),
           ('meta_ads', 'spend', 'spend'),
           ('meta_ads', 'conversions', 'adpipe.conversions'),
           ('meta_ads', 'conversions_value', 'adpipe.conversions_value'),
           ('tiktok_ads', 'account_id', 'adpipe.account_id'),
           ('tiktok_ads', 'account_name', 'adpipe.account_name'),
           ('tiktok_ads', 'date_day', 'stat_time_day'),
           ('tiktok_ads', 'currency', 'adpipe.account_currency'),
           ('tiktok_ads', 'campaign_id', 'campaign_id'),
           ('tiktok_ads', 'campaign_name', 'campaign_name'),
           ('tiktok_ads', 'ad_group_id', 'adgroup_id'),
           ('tiktok_ads', 'ad_group_name', 'adgroup_name'),
           ('tiktok_ads', 'ad_id', 'ad_id'),
           ('tiktok_ads', 'ad_name', 'ad_name'),
           ('tiktok_ads', 'impressions', 'impressions'),
           ('tiktok_ads', 'clicks', 'clicks'),
           ('tiktok_ads', 'spend', 'spend'),
           ('tiktok_ads', 'conversions', 'conversion'),
           ('tiktok_ads', 'conversions_value', 'total_complete_payment_rate'),
           ('naver_searchad', 'account_id', 'adpipe.account_id'),
           ('naver_searchad', 'account_name', 'adpipe.account_name'),
           ('naver_searchad', 'date_day', 'statDt'),
           ('naver_searchad', 'currency', 'adpipe.account_currency'),
           ('naver_searchad', 'campaign_id', 'nccCampaignId'),
           ('naver_searchad', 'campaign_name', 'campaignName'),
           ('naver_searchad', 'ad_group_id', 'nccAdgroupId'),
           ('naver_searchad', 'ad_group_name', 'adgroupName'),
           ('naver_searchad', 'ad_id', 'nccAdId'),
           ('naver_searchad', 'ad_name', 'adName'),
           ('naver_searchad', 'impressions', 'impCnt'),
           ('naver_searchad', 'clicks', 'clkCnt'),
           ('naver_searchad', 'spend', 'spend'),
           ('naver_searchad', 'conversions', 'purchaseCcnt'),
           ('naver_searchad', 'conversions_value', 'purchaseConvAmt'),
           ('kakao_moment', 'account_id', 'adpipe.account_id'),
           ('kakao_moment', 'account_name', 'adpipe.account_name'),
           ('kakao_moment', 'date_day', 'start'),
           ('kakao_moment', 'currency', 'adpipe.account_currency'),
           ('kakao_moment', 'campaign_id', 'campaign_id'),
           ('kakao_moment', 'campaign_name', 'campaign_name'),
           ('kakao_moment', 'ad_group_id', 'ad_group_id'),
           ('kakao_moment', 'ad_group_name', 'ad_group_name'),
           ('kakao_moment', 'ad_id', 'creative_id'),
           ('kakao_moment', 'ad_name', 'creative_name'),
           ('kakao_moment', 'impressions', 'imp'),
           ('kakao_moment', 'clicks', 'click'),
           ('kakao_moment', 'spend', 'spend'),
           ('kakao_moment', 'conversions', 'conversions'),
           ('kakao_moment', 'conversions_value', 'conversions_value'),
           ('appsflyer', 'account_id', 'adpipe.account_id'),
           ('appsflyer', 'account_name', 'adpipe.account_name'),
           ('appsflyer', 'date_day', 'Date'),
           ('appsflyer', 'currency', 'adpipe.currency'),
           ('appsflyer', 'agency', 'Agency/PMD (af_prt)'),
           ('appsflyer', 'media_source', 'Media Source (pid)'),
           ('appsflyer', 'campaign_name', 'Campaign (c)'),
           ('appsflyer', 'event_name', 'adpipe.event_name'),
           ('appsflyer', 'installs', 'Installs'),
           ('appsflyer', 'revenue', 'Total Revenue'),
           ('appsflyer', 'event_count', 'adpipe.event_count')
$$;
COMMENT ON FUNCTION adpipe_internal.report_fields() IS
    'The field of each platform that is a column of the report views; part of create_report_views().';
REVOKE ALL ON FUNCTION adpipe_internal.report_fields() FROM PUBLIC;

/*
 * The columns of a report view in order.  kind: what identifies a row, names that
 * an id has, numbers that add up, and constants of a copy; "optional" is an id
 * that a copy may lack.
 */
CREATE FUNCTION adpipe_internal.report_shape(report text,
    OUT place integer, OUT name text, OUT type text, OUT kind text, OUT description text)
    RETURNS SETOF record
    LANGUAGE sql IMMUTABLE
    SET search_path = pg_catalog, pg_temp
AS $$
    SELECT s.place, s.name, s.type, s.kind, s.description
    FROM (VALUES
        (1, 'platform', 'text', 'constant', '', 'Foreign-data wrapper, or platform that adpipe.register_report() named.'),
        (2, 'account_id', 'text', 'id', '', 'Id of the account.'),
        (3, 'account_name', 'text', 'name', '', 'Name of the account as it is now.'),
        (4, 'date_day', 'date', 'id', '', 'Day in the account''s time zone.'),
        (5, 'currency', 'text', 'id', '', 'ISO 4217 code of all money of the row.'),
        (6, 'campaign_id', 'text', 'id', 'campaign ad_group ad keyword search_term url', 'Id of the campaign.'),
        (7, 'campaign_name', 'text', 'name', 'campaign ad_group ad keyword search_term url', 'Name of the campaign as it is now.'),
        (8, 'ad_group_id', 'text', 'id', 'ad_group ad keyword search_term url', 'Id of the ad group, on Meta of the ad set.'),
        (9, 'ad_group_name', 'text', 'name', 'ad_group ad keyword search_term url', 'Name of the ad group, on Meta of the ad set, as it is now.'),
        (10, 'ad_id', 'text', 'id', 'ad', 'Id of the ad.'),
        (11, 'ad_name', 'text', 'name', 'ad', 'Name of the ad as it is now; many ads of Google have none.'),
        (12, 'keyword_id', 'text', 'id', 'keyword', 'Id of the keyword within its ad group.'),
        (12, 'keyword_id', 'text', 'optional', 'search_term', 'Id of the keyword that the search matched; NULL: the copy does not have it.'),
        (13, 'keyword_text', 'text', 'id', 'keyword', 'The keyword.'),
        (13, 'keyword_text', 'text', 'optional', 'search_term', 'The keyword that the search matched; NULL: the copy does not have it.'),
        (14, 'keyword_match_type', 'text', 'id', 'keyword', 'EXACT, PHRASE or BROAD.'),
        (15, 'search_query', 'text', 'id', 'search_term', 'What people searched for; rare terms are withheld by the platform.'),
        (16, 'search_match_type', 'text', 'id', 'search_term', 'How the term matched the keyword.'),
        (17, 'base_url', 'text', 'id', 'url', 'Landing page of the ad up to the question mark; NULL: no copy knows it.'),
        (18, 'url_host', 'text', 'id', 'url', 'Its host.'),
        (19, 'url_path', 'text', 'id', 'url', 'Its path.'),
        (20, 'utm_source', 'text', 'id', 'url', 'Parameter utm_source as it is in the URL.'),
        (21, 'utm_medium', 'text', 'id', 'url', 'Parameter utm_medium as it is in the URL.'),
        (22, 'utm_campaign', 'text', 'id', 'url', 'Parameter utm_campaign as it is in the URL.'),
        (23, 'utm_content', 'text', 'id', 'url', 'Parameter utm_content as it is in the URL.'),
        (24, 'utm_term', 'text', 'id', 'url', 'Parameter utm_term as it is in the URL.'),
        (25, 'impressions', 'bigint', 'metric', 'account campaign ad_group ad keyword search_term url', 'Times an ad was shown.'),
        (26, 'clicks', 'bigint', 'metric', 'account campaign ad_group ad keyword search_term url', 'Clicks, on Meta link clicks.'),
        (27, 'spend', 'numeric', 'metric', 'account campaign ad_group ad keyword search_term url', 'Cost in the currency of the row.'),
        (28, 'conversions', 'numeric', 'metric', 'account campaign ad_group ad keyword search_term url', 'Conversions as the platform counts them; NULL: not reported, of the row or of a part of it.'),
        (29, 'conversions_value', 'numeric', 'metric', 'account campaign ad_group ad keyword search_term url', 'Value of these conversions in the currency of the row; NULL as for them.'),
        (30, 'rows_without_conversions', 'bigint', 'lack', 'account campaign ad_group ad keyword search_term url', 'Rows of the copy in this row whose conversions are not reported.'),
        (31, 'source_relation', 'text', 'constant', 'account campaign ad_group ad keyword search_term url', 'Server that the copy is from; of a report that its owner keeps itself its name.'),
        (32, 'agency', 'text', 'id', 'tracker tracker_event', 'Agency.'),
        (33, 'media_source', 'text', 'id', 'tracker tracker_event', 'Media source.'),
        (34, 'campaign_name', 'text', 'id', 'tracker tracker_event', 'Campaign as the tracker names it.'),
        (35, 'event_name', 'text', 'id', 'tracker_event', 'In-app event.'),
        (36, 'installs', 'bigint', 'metric', 'tracker', 'Installs.'),
        (37, 'revenue', 'numeric', 'metric', 'tracker', 'Revenue.'),
        (38, 'event_count', 'bigint', 'metric', 'tracker_event', 'Events.')
    ) AS s (place, name, type, kind, reports, description)
    WHERE s.reports = '' OR regexp_replace(report, '_report$', '') = ANY (string_to_array(s.reports, ' '))
    ORDER BY s.place
$$;
COMMENT ON FUNCTION adpipe_internal.report_shape(text) IS
    'The columns of a report view; part of create_report_views().';
REVOKE ALL ON FUNCTION adpipe_internal.report_shape(text) FROM PUBLIC;

CREATE FUNCTION adpipe_internal.copy_columns(target regclass, source regclass) RETURNS jsonb
    LANGUAGE sql STABLE
    SET search_path = pg_catalog, pg_temp
AS $$
    WITH chosen AS MATERIALIZED (
        SELECT f.* FROM adpipe_internal.report_fields() f WHERE f.platform = (SELECT (adpipe_internal.source_policy(source)).platform))
    SELECT coalesce(jsonb_object_agg(f.name, a.attname), '{}')
    FROM pg_attribute a
    LEFT JOIN LATERAL (SELECT o.option_value FROM pg_options_to_table(a.attfdwoptions) o WHERE o.option_name = 'field') o ON true
    JOIN chosen f ON f.field = coalesce(o.option_value, a.attname)
    JOIN adpipe_internal.source_columns(target) c ON c.name = a.attname
    WHERE a.attrelid = source AND a.attnum > 0 AND NOT a.attisdropped
      AND c.type = CASE WHEN f.name IN ('impressions', 'clicks', 'installs', 'event_count') THEN 'bigint'
                        WHEN f.name IN ('spend', 'conversions', 'conversions_value', 'revenue') THEN 'numeric'
                        WHEN f.name = 'date_day' THEN 'date' ELSE 'text' END
$$;
COMMENT ON FUNCTION adpipe_internal.copy_columns(regclass, regclass) IS
    'For each column of the report views the column of a copy that holds it; part of create_report_views().';
REVOKE ALL ON FUNCTION adpipe_internal.copy_columns(regclass, regclass) FROM PUBLIC;

/* A row is what the view's ids identify: nothing else may split it, or leave a part out. */
CREATE FUNCTION adpipe_internal.has_report_grain(source regclass, report text, columns jsonb) RETURNS boolean
    LANGUAGE sql STABLE
    SET search_path = pg_catalog, pg_temp
AS $$
    SELECT NOT EXISTS (SELECT FROM adpipe_internal.report_shape(report) s
                       WHERE s.kind IN ('id', 'name', 'metric') AND NOT columns ? s.name)
       AND NOT EXISTS (SELECT FROM unnest(coalesce((adpipe.grain_columns(source)).columns,
                                                   (SELECT array_agg(c.name::text) FROM adpipe_internal.source_columns(source) c
                                                    WHERE c.type = 'text'))) k
                       WHERE k <> 'platform'
                         AND k NOT IN (SELECT columns ->> s.name FROM adpipe_internal.report_shape(report) s WHERE columns ? s.name))
       AND NOT EXISTS (SELECT FROM pg_foreign_table t, pg_options_to_table(t.ftoptions) o
                       WHERE t.ftrelid = source
                         AND (o.option_name IN ('breakdowns', 'action_breakdowns')
                              OR o.option_name = 'reattr' AND o.option_value::boolean))
$$;
COMMENT ON FUNCTION adpipe_internal.has_report_grain(regclass, text, jsonb) IS
    'Whether a source has all columns of a report view and nothing that splits its rows; part of create_report_views().';
REVOKE ALL ON FUNCTION adpipe_internal.has_report_grain(regclass, text, jsonb) FROM PUBLIC;

/*
 * Of two copies of one grain, server and set of accounts the one with the longer
 * history feeds.  Copies of different sets of accounts, or of several servers, all
 * feed; what of an account comes from two is left out of the later one.
 */
CREATE FUNCTION adpipe_internal.find_feeding_copies(report text,
    OUT target regclass, OUT platform text, OUT server name, OUT columns jsonb, OUT place bigint, OUT is_used boolean)
    RETURNS SETOF record
    LANGUAGE sql STABLE
    SET search_path = pg_catalog, pg_temp
AS $$
    WITH candidates AS MATERIALIZED (
        SELECT t.target, t.source, g.platform, adpipe_internal.server_of(t.source) AS server,
               adpipe_internal.copy_columns(t.target, t.source) AS columns
        FROM adpipe_internal.report_grains() g
        JOIN adpipe.targets t ON (adpipe_internal.source_policy(t.source)).platform = g.platform
        JOIN pg_foreign_table f ON f.ftrelid = t.source
        WHERE g.report = $1 AND adpipe_internal.owner_of(t.target) = current_user AND adpipe_internal.has_days(t.source)
          AND EXISTS (SELECT FROM pg_options_to_table(f.ftoptions) o WHERE o.option_name = g.option AND o.option_value = g.value)
    ), fitting AS MATERIALIZED (
        SELECT c.*, (SELECT min(s.date_day) FROM adpipe.slices s WHERE s.target = c.target) AS first_day
        FROM candidates c WHERE adpipe_internal.has_report_grain(c.source, $1, c.columns)
    ), ranked AS (
        SELECT f.*, row_number() OVER (PARTITION BY f.platform, f.server, adpipe_internal.account_options(f.source)
                                       ORDER BY f.first_day NULLS LAST, f.target::oid) AS rank
        FROM fitting f)
    SELECT r.target, r.platform, r.server, r.columns,
           row_number() OVER (PARTITION BY r.platform, r.rank = 1 ORDER BY r.first_day NULLS LAST, r.target::oid), r.rank = 1
    FROM ranked r
    UNION ALL
    SELECT o.report, o.platform, o.report::text::name,
           (SELECT jsonb_object_agg(s.name, s.name) FROM adpipe_internal.report_shape($1) s WHERE s.kind IN ('id', 'name', 'metric')),
           row_number() OVER own, row_number() OVER own = 1
    FROM adpipe.own_reports o
    WHERE o.owner = current_user AND adpipe_internal.own_grain(o.report) = $1
    WINDOW own AS (PARTITION BY o.platform ORDER BY o.report::oid)
    ORDER BY 2, 6 DESC, 5
$$;
COMMENT ON FUNCTION adpipe_internal.find_feeding_copies(text) IS
    'The current user''s copies and own reports of the grain of a report view, and which of them feed it; part of create_report_views().';
REVOKE ALL ON FUNCTION adpipe_internal.find_feeding_copies(text) FROM PUBLIC;

/* Found once: each view, name and comment asks for them. */
CREATE FUNCTION adpipe_internal.note_feeding_copies() RETURNS void
    LANGUAGE plpgsql
    SET search_path = pg_catalog, pg_temp
    SET client_min_messages = warning
AS $$
BEGIN
    DROP TABLE IF EXISTS pg_temp.adpipe_feeds;
    CREATE TEMP TABLE adpipe_feeds ON COMMIT DROP AS
        SELECT g.report, f.target, f.platform, f.server, f.columns, f.place, f.is_used
        FROM (SELECT DISTINCT r.report FROM adpipe_internal.report_grains() r) g
        CROSS JOIN LATERAL adpipe_internal.find_feeding_copies(g.report) f;
END
$$;
COMMENT ON FUNCTION adpipe_internal.note_feeding_copies() IS
    'Finds the copies that feed report views, for the rest of the transaction; part of create_report_views().';
REVOKE ALL ON FUNCTION adpipe_internal.note_feeding_copies() FROM PUBLIC;

CREATE FUNCTION adpipe_internal.feeding_copies(report text,
    OUT target regclass, OUT platform text, OUT server name, OUT columns jsonb, OUT place bigint, OUT is_used boolean)
    RETURNS SETOF record
    LANGUAGE plpgsql STABLE
    SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    RETURN QUERY SELECT f.target, f.platform, f.server, f.columns, f.place, f.is_used
                 FROM pg_temp.adpipe_feeds f WHERE f.report = $1 ORDER BY f.platform, f.is_used DESC, f.place;
END
$$;
COMMENT ON FUNCTION adpipe_internal.feeding_copies(text) IS
    'What note_feeding_copies() found for a report view; part of create_report_views().';
REVOKE ALL ON FUNCTION adpipe_internal.feeding_copies(text) FROM PUBLIC;
