/*
 * source_views.sql: copies in the shape in which a loader leaves an advertiser's
 * tables, so that public dbt packages that read a loader's schema read copies.
 *
 * The two views are the contract: which relations there are, from which report
 * each comes, and each column's type and expression.  create_source_views() makes
 * the foreign tables, copies and views that are missing from these rows.  The types
 * are those that the packages declare, except that counts and ids are bigint, and
 * that what has fractions is never cut to whole numbers.
 */

CREATE VIEW adpipe.source_view_relations AS
    SELECT * FROM (VALUES
        ('google_ads', 'account_stats', 'account_device_daily', NULL, NULL, NULL, 'Accounts by day, device and network.'),
        ('google_ads', 'campaign_stats', 'campaign_device_daily', NULL, NULL, NULL, 'Campaigns by day, device and network.'),
        ('google_ads', 'ad_group_stats', 'ad_group_device_daily', NULL, NULL, NULL, 'Ad groups by day, device and network.'),
        ('google_ads', 'ad_stats', 'ad_device_daily', NULL, NULL, NULL, 'Ads by day, device and network.'),
        ('google_ads', 'keyword_stats', 'keyword_device_daily', NULL, NULL, NULL, 'Keywords by day, device and network.'),
        ('google_ads', 'search_term_keyword_stats', 'search_term_keyword_daily', NULL, NULL, NULL, 'Search terms by day and the keyword that brought them; what no keyword brought is missing.'),
        ('google_ads', 'account_history', 'account_settings', 'account_device_daily', NULL, NULL, 'Accounts, one row for each state that a refresh found.'),
        ('google_ads', 'campaign_history', 'campaigns', 'campaign_device_daily', NULL, NULL, 'Campaigns, one row for each state that a refresh found.'),
        ('google_ads', 'ad_group_history', 'ad_groups', 'ad_group_device_daily', NULL, NULL, 'Ad groups, one row for each state that a refresh found.'),
        ('google_ads', 'ad_history', 'ads', 'ad_device_daily', NULL, NULL, 'Ads, one row for each state that a refresh found.'),
        ('google_ads', 'ad_group_criterion_history', 'keywords', 'keyword_device_daily', NULL, NULL, 'Keywords, one row for each state that a refresh found; those that exclude are not listed.'),
        ('meta_ads', 'basic_ad', 'ad_daily', NULL, NULL, NULL, 'Ads by day.'),
        ('meta_ads', 'basic_ad_actions', 'ad_action_daily', NULL, NULL, 't.action_type IS NOT NULL', 'Actions of ads by day and type; 0 for a type that has a value only.'),
        ('meta_ads', 'basic_ad_action_values', 'ad_action_daily', NULL, NULL, 't.action_type IS NOT NULL AND t.action_value <> 0', 'Values of actions of ads by day and type.'),
        ('meta_ads', 'demographics_country', 'account_country_daily', NULL, NULL, NULL, 'Accounts by day and country.'),
        ('meta_ads', 'demographics_country_actions', 'account_country_action_daily', NULL, NULL, 't.action_type IS NOT NULL', 'Actions of accounts by day, country and type.'),
        ('meta_ads', 'demographics_region', 'account_region_daily', NULL, NULL, NULL, 'Accounts by day and region.'),
        ('meta_ads', 'demographics_region_actions', 'account_region_action_daily', NULL, NULL, 't.action_type IS NOT NULL', 'Actions of accounts by day, region and type without those outside Meta.'),
        ('meta_ads', 'account_history', 'accounts', 'ad_daily', NULL, NULL, 'Ad accounts, one row for each state that a refresh found.'),
        ('meta_ads', 'campaign_history', 'campaigns', 'ad_daily', 'campaign_id', NULL, 'Campaigns, one row for each time of change.'),
        ('meta_ads', 'ad_set_history', 'adsets', 'ad_daily', 'adset_id', NULL, 'Ad sets, one row for each time of change.'),
        ('meta_ads', 'ad_history', 'ads', 'ad_daily', 'ad_id', NULL, 'Ads, one row for each time of change.'),
        ('meta_ads', 'creative_history', 'creatives', NULL, NULL, NULL, 'Creatives, one row for each state that a refresh found.')
    ) AS relation (platform, relation, report, facts, version_of, condition, description);
COMMENT ON VIEW adpipe.source_view_relations IS 'The relations that create_source_views() makes.';
COMMENT ON COLUMN adpipe.source_view_relations.platform IS 'Foreign-data wrapper.';
COMMENT ON COLUMN adpipe.source_view_relations.relation IS 'Name of the view.';
COMMENT ON COLUMN adpipe.source_view_relations.report IS 'Built-in report whose copy it reads.';
COMMENT ON COLUMN adpipe.source_view_relations.facts IS 'Daily report from which comes what the list does not contain; NULL: nothing does.';
COMMENT ON COLUMN adpipe.source_view_relations.version_of IS 'Id of which one row is kept for each time of change: the newest; NULL: all rows are kept.';
COMMENT ON COLUMN adpipe.source_view_relations.condition IS 'Which rows of the copy it has; NULL: all.';
COMMENT ON COLUMN adpipe.source_view_relations.description IS 'What its rows are.';
GRANT SELECT ON adpipe.source_view_relations TO PUBLIC;

CREATE VIEW adpipe.source_view_columns AS
    SELECT c.platform, c.relation, c.place, c.column_name, c.type, c.expression,
           coalesce(c.note, k.description) AS description
    FROM (VALUES
        ('google_ads', 'account_stats', 1, '_fivetran_id', 'text', 'md5(concat_ws(''|'', t.account_id, t.date_day, t.ad_network_type, t.device))', 'Hash of the columns that identify the row.'),
        ('google_ads', 'account_stats', 2, '_fivetran_synced', 'timestamp', 't._fetched_at AT TIME ZONE ''UTC''', 'When the values of the account''s day were first stored, in UTC; it stands still while they do not change.'),
        ('google_ads', 'account_stats', 3, 'customer_id', 'bigint', 't.account_id', NULL),
        ('google_ads', 'account_stats', 4, 'date', 'date', 't.date_day', NULL),
        ('google_ads', 'account_stats', 5, 'ad_network_type', 'text', 't.ad_network_type', NULL),
        ('google_ads', 'account_stats', 6, 'device', 'text', 't.device', NULL),
        ('google_ads', 'account_stats', 7, 'clicks', 'bigint', 't.clicks', NULL),
        ('google_ads', 'account_stats', 8, 'cost_micros', 'bigint', 't.cost_micros', NULL),
        ('google_ads', 'account_stats', 9, 'impressions', 'bigint', 't.impressions', NULL),
        ('google_ads', 'account_stats', 10, 'conversions', 'numeric', 't.conversions', NULL),
        ('google_ads', 'account_stats', 11, 'conversions_value', 'numeric', 't.conversions_value', NULL),
        ('google_ads', 'account_stats', 12, 'view_through_conversions', 'bigint', 't.view_through_conversions', NULL),
        ('google_ads', 'campaign_stats', 1, '_fivetran_id', 'text', 'md5(concat_ws(''|'', t.account_id, t.date_day, t.campaign_id, t.ad_network_type, t.device))', 'Hash of the columns that identify the row.'),
        ('google_ads', 'campaign_stats', 2, '_fivetran_synced', 'timestamp', 't._fetched_at AT TIME ZONE ''UTC''', 'When the values of the account''s day were first stored, in UTC; it stands still while they do not change.'),
        ('google_ads', 'campaign_stats', 3, 'customer_id', 'bigint', 't.account_id', NULL),
        ('google_ads', 'campaign_stats', 4, 'date', 'date', 't.date_day', NULL),
        ('google_ads', 'campaign_stats', 5, 'id', 'bigint', 't.campaign_id', NULL),
        ('google_ads', 'campaign_stats', 6, 'ad_network_type', 'text', 't.ad_network_type', NULL),
        ('google_ads', 'campaign_stats', 7, 'device', 'text', 't.device', NULL),
        ('google_ads', 'campaign_stats', 8, 'clicks', 'bigint', 't.clicks', NULL),
        ('google_ads', 'campaign_stats', 9, 'cost_micros', 'bigint', 't.cost_micros', NULL),
        ('google_ads', 'campaign_stats', 10, 'impressions', 'bigint', 't.impressions', NULL),
        ('google_ads', 'campaign_stats', 11, 'conversions', 'numeric', 't.conversions', NULL),
        ('google_ads', 'campaign_stats', 12, 'conversions_value', 'numeric', 't.conversions_value', NULL),
        ('google_ads', 'campaign_stats', 13, 'view_through_conversions', 'bigint', 't.view_through_conversions', NULL),
        ('google_ads', 'ad_group_stats', 1, '_fivetran_id', 'text', 'md5(concat_ws(''|'', t.account_id, t.date_day, t.ad_group_id, t.ad_network_type, t.device))', 'Hash of the columns that identify the row.'),
        ('google_ads', 'ad_group_stats', 2, '_fivetran_synced', 'timestamp', 't._fetched_at AT TIME ZONE ''UTC''', 'When the values of the account''s day were first stored, in UTC; it stands still while they do not change.'),
        ('google_ads', 'ad_group_stats', 3, 'customer_id', 'bigint', 't.account_id', NULL),
        ('google_ads', 'ad_group_stats', 4, 'date', 'date', 't.date_day', NULL),
        ('google_ads', 'ad_group_stats', 5, 'id', 'bigint', 't.ad_group_id', NULL),
        ('google_ads', 'ad_group_stats', 6, 'campaign_id', 'bigint', 't.campaign_id', NULL),
        ('google_ads', 'ad_group_stats', 7, 'ad_network_type', 'text', 't.ad_network_type', NULL),
        ('google_ads', 'ad_group_stats', 8, 'device', 'text', 't.device', NULL),
        ('google_ads', 'ad_group_stats', 9, 'clicks', 'bigint', 't.clicks', NULL),
        ('google_ads', 'ad_group_stats', 10, 'cost_micros', 'bigint', 't.cost_micros', NULL),
        ('google_ads', 'ad_group_stats', 11, 'impressions', 'bigint', 't.impressions', NULL),
        ('google_ads', 'ad_group_stats', 12, 'conversions', 'numeric', 't.conversions', NULL),
        ('google_ads', 'ad_group_stats', 13, 'conversions_value', 'numeric', 't.conversions_value', NULL),
        ('google_ads', 'ad_group_stats', 14, 'view_through_conversions', 'bigint', 't.view_through_conversions', NULL),
        ('google_ads', 'ad_stats', 1, '_fivetran_synced', 'timestamp', 't._fetched_at AT TIME ZONE ''UTC''', 'When the values of the account''s day were first stored, in UTC; it stands still while they do not change.'),
        ('google_ads', 'ad_stats', 2, 'customer_id', 'bigint', 't.account_id', NULL),
        ('google_ads', 'ad_stats', 3, 'date', 'date', 't.date_day', NULL),
        ('google_ads', 'ad_stats', 4, 'campaign_id', 'bigint', 't.campaign_id', NULL),
        ('google_ads', 'ad_stats', 5, 'ad_group_id', 'text', 't.ad_group_id', NULL),
        ('google_ads', 'ad_stats', 6, 'ad_group', 'text', '''customers/'' || t.account_id || ''/adGroups/'' || t.ad_group_id', 'Resource name of the ad group.'),
        ('google_ads', 'ad_stats', 7, 'ad_id', 'bigint', 't.ad_id', NULL),
        ('google_ads', 'ad_stats', 8, 'ad_network_type', 'text', 't.ad_network_type', NULL),
        ('google_ads', 'ad_stats', 9, 'device', 'text', 't.device', NULL),
        ('google_ads', 'ad_stats', 10, 'keyword_ad_group_criterion', 'text', NULL, 'NULL: asked for by keyword, the platform leaves out what no keyword brought, so that ads would add up to less.'),
        ('google_ads', 'ad_stats', 11, 'clicks', 'bigint', 't.clicks', NULL),
        ('google_ads', 'ad_stats', 12, 'cost_micros', 'bigint', 't.cost_micros', NULL),
        ('google_ads', 'ad_stats', 13, 'impressions', 'bigint', 't.impressions', NULL),
        ('google_ads', 'ad_stats', 14, 'conversions', 'numeric', 't.conversions', NULL),
        ('google_ads', 'ad_stats', 15, 'conversions_value', 'numeric', 't.conversions_value', NULL),
        ('google_ads', 'ad_stats', 16, 'view_through_conversions', 'bigint', 't.view_through_conversions', NULL),
        ('google_ads', 'keyword_stats', 1, '_fivetran_id', 'text', 'md5(concat_ws(''|'', t.account_id, t.date_day, t.ad_group_id, t.keyword_id, t.ad_network_type, t.device))', 'Hash of the columns that identify the row.'),
        ('google_ads', 'keyword_stats', 2, '_fivetran_synced', 'timestamp', 't._fetched_at AT TIME ZONE ''UTC''', 'When the values of the account''s day were first stored, in UTC; it stands still while they do not change.'),
        ('google_ads', 'keyword_stats', 3, 'customer_id', 'bigint', 't.account_id', NULL),
        ('google_ads', 'keyword_stats', 4, 'date', 'date', 't.date_day', NULL),
        ('google_ads', 'keyword_stats', 5, 'campaign_id', 'bigint', 't.campaign_id', NULL),
        ('google_ads', 'keyword_stats', 6, 'ad_group_id', 'bigint', 't.ad_group_id', NULL),
        ('google_ads', 'keyword_stats', 7, 'ad_group_criterion_criterion_id', 'bigint', 't.keyword_id', NULL),
        ('google_ads', 'keyword_stats', 8, 'ad_network_type', 'text', 't.ad_network_type', NULL),
        ('google_ads', 'keyword_stats', 9, 'device', 'text', 't.device', NULL),
        ('google_ads', 'keyword_stats', 10, 'clicks', 'bigint', 't.clicks', NULL),
        ('google_ads', 'keyword_stats', 11, 'cost_micros', 'bigint', 't.cost_micros', NULL),
        ('google_ads', 'keyword_stats', 12, 'impressions', 'bigint', 't.impressions', NULL),
        ('google_ads', 'keyword_stats', 13, 'conversions', 'numeric', 't.conversions', NULL),
        ('google_ads', 'keyword_stats', 14, 'conversions_value', 'numeric', 't.conversions_value', NULL),
        ('google_ads', 'keyword_stats', 15, 'view_through_conversions', 'bigint', 't.view_through_conversions', NULL),
        ('google_ads', 'search_term_keyword_stats', 1, '_fivetran_id', 'text', 'md5(concat_ws(''|'', t.account_id, t.date_day, t.ad_group_id, t.search_term, t.match_type, t.keyword_criterion))', 'Hash of the columns that identify the row.'),
        ('google_ads', 'search_term_keyword_stats', 2, '_fivetran_synced', 'timestamp', 't._fetched_at AT TIME ZONE ''UTC''', 'When the values of the account''s day were first stored, in UTC; it stands still while they do not change.'),
        ('google_ads', 'search_term_keyword_stats', 3, 'customer_id', 'bigint', 't.account_id', NULL),
        ('google_ads', 'search_term_keyword_stats', 4, 'date', 'date', 't.date_day', NULL),
        ('google_ads', 'search_term_keyword_stats', 5, 'campaign_id', 'bigint', 't.campaign_id', NULL),
        ('google_ads', 'search_term_keyword_stats', 6, 'ad_group_id', 'bigint', 't.ad_group_id', NULL),
        ('google_ads', 'search_term_keyword_stats', 7, 'search_term', 'text', 't.search_term', NULL),
        ('google_ads', 'search_term_keyword_stats', 8, 'search_term_match_type', 'text', 't.match_type', NULL),
        ('google_ads', 'search_term_keyword_stats', 9, 'status', 'text', 't.search_term_status', NULL),
        ('google_ads', 'search_term_keyword_stats', 10, 'keyword_ad_group_criterion', 'text', 't.keyword_criterion', NULL),
        ('google_ads', 'search_term_keyword_stats', 11, 'info_text', 'text', 't.keyword_text', NULL),
        ('google_ads', 'search_term_keyword_stats', 12, 'clicks', 'bigint', 't.clicks', NULL),
        ('google_ads', 'search_term_keyword_stats', 13, 'cost_micros', 'bigint', 't.cost_micros', NULL),
        ('google_ads', 'search_term_keyword_stats', 14, 'impressions', 'bigint', 't.impressions', NULL),
        ('google_ads', 'search_term_keyword_stats', 15, 'conversions', 'double precision', 't.conversions', NULL),
        ('google_ads', 'search_term_keyword_stats', 16, 'conversions_value', 'double precision', 't.conversions_value', NULL),
        ('google_ads', 'search_term_keyword_stats', 17, 'view_through_conversions', 'bigint', 't.view_through_conversions', NULL),
        ('google_ads', 'account_history', 1, 'id', 'bigint', 't.account_id', NULL),
        ('google_ads', 'account_history', 2, 'descriptive_name', 'text', 't.account_name', NULL),
        ('google_ads', 'account_history', 3, 'currency_code', 'text', 't.currency', NULL),
        ('google_ads', 'account_history', 4, 'time_zone', 'text', 't.time_zone', NULL),
        ('google_ads', 'account_history', 5, 'auto_tagging_enabled', 'boolean', 't.auto_tagging_enabled', NULL),
        ('google_ads', 'account_history', 6, 'updated_at', 'timestamp', 't._first_seen AT TIME ZONE ''UTC''', 'When a refresh first found the row so, in UTC; the platform has no time of change.'),
        ('google_ads', 'account_history', 7, '_fivetran_active', 'boolean', 'row_number() OVER (PARTITION BY t.account_id ORDER BY t._last_seen DESC, t._first_seen DESC) = 1', 'Whether it is the newest row of its id, also of what the platform no longer lists.'),
        ('google_ads', 'account_history', 8, '_fivetran_synced', 'timestamp', 't._last_seen AT TIME ZONE ''UTC''', 'Last refresh that changed something of the account and found the row so, in UTC.'),
        ('google_ads', 'campaign_history', 1, 'id', 'bigint', 't.campaign_id', NULL),
        ('google_ads', 'campaign_history', 2, 'customer_id', 'bigint', 't.account_id', NULL),
        ('google_ads', 'campaign_history', 3, 'name', 'text', 't.campaign_name', NULL),
        ('google_ads', 'campaign_history', 4, 'status', 'text', 't.campaign_status', NULL),
        ('google_ads', 'campaign_history', 5, 'serving_status', 'text', 't.serving_status', NULL),
        ('google_ads', 'campaign_history', 6, 'advertising_channel_type', 'text', 't.channel_type', NULL),
        ('google_ads', 'campaign_history', 7, 'advertising_channel_subtype', 'text', 't.channel_sub_type', NULL),
        ('google_ads', 'campaign_history', 8, 'tracking_url_template', 'text', 't.tracking_url_template', NULL),
        ('google_ads', 'campaign_history', 9, 'start_date', 'text', 'to_char(t.start_time, ''YYYY-MM-DD'')', 'First day, in the account''s time zone.'),
        ('google_ads', 'campaign_history', 10, 'end_date', 'text', 'to_char(t.end_time, ''YYYY-MM-DD'')', 'Last day, in the account''s time zone.'),
        ('google_ads', 'campaign_history', 11, 'updated_at', 'timestamp', 't._first_seen AT TIME ZONE ''UTC''', 'When a refresh first found the row so, in UTC; the platform has no time of change.'),
        ('google_ads', 'campaign_history', 12, '_fivetran_active', 'boolean', 'row_number() OVER (PARTITION BY t.account_id, t.campaign_id ORDER BY t._last_seen DESC, t._first_seen DESC) = 1', 'Whether it is the newest row of its id, also of what the platform no longer lists.'),
        ('google_ads', 'campaign_history', 13, '_fivetran_synced', 'timestamp', 't._last_seen AT TIME ZONE ''UTC''', 'Last refresh that changed something of the account and found the row so, in UTC.'),
        ('google_ads', 'ad_group_history', 1, 'id', 'bigint', 't.ad_group_id', NULL),
        ('google_ads', 'ad_group_history', 2, 'campaign_id', 'bigint', 't.campaign_id', NULL),
        ('google_ads', 'ad_group_history', 3, 'campaign_name', 'text', 't.campaign_name', NULL),
        ('google_ads', 'ad_group_history', 4, 'name', 'text', 't.ad_group_name', NULL),
        ('google_ads', 'ad_group_history', 5, 'status', 'text', 't.ad_group_status', NULL),
        ('google_ads', 'ad_group_history', 6, 'type', 'text', 't.ad_group_type', NULL),
        ('google_ads', 'ad_group_history', 7, 'updated_at', 'timestamp', 't._first_seen AT TIME ZONE ''UTC''', 'When a refresh first found the row so, in UTC; the platform has no time of change.'),
        ('google_ads', 'ad_group_history', 8, '_fivetran_active', 'boolean', 'row_number() OVER (PARTITION BY t.account_id, t.ad_group_id ORDER BY t._last_seen DESC, t._first_seen DESC) = 1', 'Whether it is the newest row of its id, also of what the platform no longer lists.'),
        ('google_ads', 'ad_group_history', 9, '_fivetran_synced', 'timestamp', 't._last_seen AT TIME ZONE ''UTC''', 'Last refresh that changed something of the account and found the row so, in UTC.'),
        ('google_ads', 'ad_history', 1, 'id', 'bigint', 't.ad_id', NULL),
        ('google_ads', 'ad_history', 2, 'ad_group_id', 'bigint', 't.ad_group_id', NULL),
        ('google_ads', 'ad_history', 3, 'name', 'text', 't.ad_name', NULL),
        ('google_ads', 'ad_history', 4, 'status', 'text', 't.ad_status', NULL),
        ('google_ads', 'ad_history', 5, 'type', 'text', 't.ad_type', NULL),
        ('google_ads', 'ad_history', 6, 'display_url', 'text', 't.display_url', NULL),
        ('google_ads', 'ad_history', 7, 'final_urls', 'text', 'nullif(''['' || array_to_string(t.final_urls, '', '') || '']'', ''[]'')', 'Landing pages as one text: [a, b].'),
        ('google_ads', 'ad_history', 8, 'updated_at', 'timestamp', 't._first_seen AT TIME ZONE ''UTC''', 'When a refresh first found the row so, in UTC; the platform has no time of change.'),
        ('google_ads', 'ad_history', 9, '_fivetran_active', 'boolean', 'row_number() OVER (PARTITION BY t.account_id, t.ad_group_id, t.ad_id ORDER BY t._last_seen DESC, t._first_seen DESC) = 1', 'Whether it is the newest row of its id, also of what the platform no longer lists.'),
        ('google_ads', 'ad_history', 10, '_fivetran_synced', 'timestamp', 't._last_seen AT TIME ZONE ''UTC''', 'Last refresh that changed something of the account and found the row so, in UTC.'),
        ('google_ads', 'ad_group_criterion_history', 1, 'id', 'bigint', 't.keyword_id', NULL),
        ('google_ads', 'ad_group_criterion_history', 2, 'ad_group_id', 'bigint', 't.ad_group_id', NULL),
        ('google_ads', 'ad_group_criterion_history', 3, 'base_campaign_id', 'bigint', 't.campaign_id', NULL),
        ('google_ads', 'ad_group_criterion_history', 4, 'type', 'text', '''KEYWORD''', 'KEYWORD: other criteria are not listed.'),
        ('google_ads', 'ad_group_criterion_history', 5, 'status', 'text', 't.keyword_status', NULL),
        ('google_ads', 'ad_group_criterion_history', 6, 'keyword_match_type', 'text', 't.match_type', NULL),
        ('google_ads', 'ad_group_criterion_history', 7, 'keyword_text', 'text', 't.keyword_text', NULL),
        ('google_ads', 'ad_group_criterion_history', 8, 'updated_at', 'timestamp', 't._first_seen AT TIME ZONE ''UTC''', 'When a refresh first found the row so, in UTC; the platform has no time of change.'),
        ('google_ads', 'ad_group_criterion_history', 9, '_fivetran_active', 'boolean', 'row_number() OVER (PARTITION BY t.account_id, t.ad_group_id, t.keyword_id ORDER BY t._last_seen DESC, t._first_seen DESC) = 1', 'Whether it is the newest row of its id, also of what the platform no longer lists.'),
        ('google_ads', 'ad_group_criterion_history', 10, '_fivetran_synced', 'timestamp', 't._last_seen AT TIME ZONE ''UTC''', 'Last refresh that changed something of the account and found the row so, in UTC.'),
        ('meta_ads', 'basic_ad', 1, 'ad_id', 'text', 't.ad_id', NULL),
        ('meta_ads', 'basic_ad', 2, 'ad_name', 'text', 't.ad_name', NULL),
        ('meta_ads', 'basic_ad', 3, 'adset_name', 'text', 't.adset_name', NULL),
        ('meta_ads', 'basic_ad', 4, 'date', 'date', 't.date_day', NULL),
        ('meta_ads', 'basic_ad', 5, 'account_id', 'bigint', 't.account_id', NULL),
        ('meta_ads', 'basic_ad', 6, 'impressions', 'bigint', 't.impressions', NULL),
        ('meta_ads', 'basic_ad', 7, 'inline_link_clicks', 'bigint', 't.inline_link_clicks', NULL),
        ('meta_ads', 'basic_ad', 8, 'spend', 'double precision', 't.spend', NULL),
        ('meta_ads', 'basic_ad', 9, 'reach', 'bigint', 't.reach', NULL),
        ('meta_ads', 'basic_ad', 10, 'frequency', 'double precision', 't.frequency', NULL),
        ('meta_ads', 'basic_ad', 11, '_fivetran_synced', 'timestamp', 't._fetched_at AT TIME ZONE ''UTC''', 'When the values of the account''s day were first stored, in UTC; it stands still while they do not change.'),
        ('meta_ads', 'basic_ad_actions', 1, '_fivetran_id', 'text', 'md5(concat_ws(''|'', t.account_id, t.date_day, t.ad_id))', 'Hash of account, day and ad.'),
        ('meta_ads', 'basic_ad_actions', 2, '_fivetran_synced', 'timestamp', 't._fetched_at AT TIME ZONE ''UTC''', 'When the values of the account''s day were first stored, in UTC; it stands still while they do not change.'),
        ('meta_ads', 'basic_ad_actions', 3, 'ad_id', 'text', 't.ad_id', NULL),
        ('meta_ads', 'basic_ad_actions', 4, 'date', 'date', 't.date_day', NULL),
        ('meta_ads', 'basic_ad_actions', 5, 'action_type', 'text', 't.action_type', NULL),
        ('meta_ads', 'basic_ad_actions', 6, 'index', 'bigint', 'row_number() OVER (PARTITION BY t.account_id, t.date_day, t.ad_id ORDER BY t.action_type) - 1', 'Place among the types of its row.'),
        ('meta_ads', 'basic_ad_actions', 7, 'value', 'double precision', 't.action_count', NULL),
        ('meta_ads', 'basic_ad_action_values', 1, '_fivetran_id', 'text', 'md5(concat_ws(''|'', t.account_id, t.date_day, t.ad_id))', 'Hash of account, day and ad.'),
        ('meta_ads', 'basic_ad_action_values', 2, '_fivetran_synced', 'timestamp', 't._fetched_at AT TIME ZONE ''UTC''', 'When the values of the account''s day were first stored, in UTC; it stands still while they do not change.'),
        ('meta_ads', 'basic_ad_action_values', 3, 'ad_id', 'text', 't.ad_id', NULL),
        ('meta_ads', 'basic_ad_action_values', 4, 'date', 'date', 't.date_day', NULL),
        ('meta_ads', 'basic_ad_action_values', 5, 'action_type', 'text', 't.action_type', NULL),
        ('meta_ads', 'basic_ad_action_values', 6, 'index', 'bigint', 'row_number() OVER (PARTITION BY t.account_id, t.date_day, t.ad_id ORDER BY t.action_type) - 1', 'Place among the types of its row.'),
        ('meta_ads', 'basic_ad_action_values', 7, 'value', 'double precision', 't.action_value', NULL),
        ('meta_ads', 'demographics_country', 1, '_fivetran_id', 'text', 'md5(concat_ws(''|'', t.account_id, t.date_day, t.country))', 'Hash of the columns that identify the row.'),
        ('meta_ads', 'demographics_country', 2, '_fivetran_synced', 'timestamp', 't._fetched_at AT TIME ZONE ''UTC''', 'When the values of the account''s day were first stored, in UTC; it stands still while they do not change.'),
        ('meta_ads', 'demographics_country', 3, 'account_id', 'text', 't.account_id', NULL),
        ('meta_ads', 'demographics_country', 4, 'date', 'date', 't.date_day', NULL),
        ('meta_ads', 'demographics_country', 5, 'country', 'text', 't.country', NULL),
        ('meta_ads', 'demographics_country', 6, 'impressions', 'bigint', 't.impressions', NULL),
        ('meta_ads', 'demographics_country', 7, 'inline_link_clicks', 'bigint', 't.inline_link_clicks', NULL),
        ('meta_ads', 'demographics_country', 8, 'reach', 'bigint', 't.reach', NULL),
        ('meta_ads', 'demographics_country', 9, 'frequency', 'double precision', 't.frequency', NULL),
        ('meta_ads', 'demographics_country', 10, 'spend', 'double precision', 't.spend', NULL),
        ('meta_ads', 'demographics_country_actions', 1, '_fivetran_id', 'text', 'md5(concat_ws(''|'', t.account_id, t.date_day, t.country))', 'Hash of account, day and country, as in demographics_country.'),
        ('meta_ads', 'demographics_country_actions', 2, '_fivetran_synced', 'timestamp', 't._fetched_at AT TIME ZONE ''UTC''', 'When the values of the account''s day were first stored, in UTC; it stands still while they do not change.'),
        ('meta_ads', 'demographics_country_actions', 3, 'account_id', 'text', 't.account_id', NULL),
        ('meta_ads', 'demographics_country_actions', 4, 'date', 'date', 't.date_day', NULL),
        ('meta_ads', 'demographics_country_actions', 5, 'action_type', 'text', 't.action_type', NULL),
        ('meta_ads', 'demographics_country_actions', 6, 'index', 'bigint', 'row_number() OVER (PARTITION BY t.account_id, t.date_day, t.country ORDER BY t.action_type) - 1', 'Place among the types of its row.'),
        ('meta_ads', 'demographics_country_actions', 7, 'value', 'double precision', 't.action_count', NULL),
        ('meta_ads', 'demographics_region', 1, '_fivetran_id', 'text', 'md5(concat_ws(''|'', t.account_id, t.date_day, t.region))', 'Hash of the columns that identify the row.'),
        ('meta_ads', 'demographics_region', 2, '_fivetran_synced', 'timestamp', 't._fetched_at AT TIME ZONE ''UTC''', 'When the values of the account''s day were first stored, in UTC; it stands still while they do not change.'),
        ('meta_ads', 'demographics_region', 3, 'account_id', 'text', 't.account_id', NULL),
        ('meta_ads', 'demographics_region', 4, 'date', 'date', 't.date_day', NULL),
        ('meta_ads', 'demographics_region', 5, 'region', 'text', 't.region', NULL),
        ('meta_ads', 'demographics_region', 6, 'impressions', 'bigint', 't.impressions', NULL),
        ('meta_ads', 'demographics_region', 7, 'inline_link_clicks', 'bigint', 't.inline_link_clicks', NULL),
        ('meta_ads', 'demographics_region', 8, 'reach', 'bigint', 't.reach', NULL),
        ('meta_ads', 'demographics_region', 9, 'frequency', 'double precision', 't.frequency', NULL),
        ('meta_ads', 'demographics_region', 10, 'spend', 'double precision', 't.spend', NULL),
        ('meta_ads', 'demographics_region_actions', 1, '_fivetran_id', 'text', 'md5(concat_ws(''|'', t.account_id, t.date_day, t.region))', 'Hash of account, day and region, as in demographics_region.'),
        ('meta_ads', 'demographics_region_actions', 2, '_fivetran_synced', 'timestamp', 't._fetched_at AT TIME ZONE ''UTC''', 'When the values of the account''s day were first stored, in UTC; it stands still while they do not change.'),
        ('meta_ads', 'demographics_region_actions', 3, 'account_id', 'text', 't.account_id', NULL),
        ('meta_ads', 'demographics_region_actions', 4, 'date', 'date', 't.date_day', NULL),
        ('meta_ads', 'demographics_region_actions', 5, 'action_type', 'text', 't.action_type', NULL),
        ('meta_ads', 'demographics_region_actions', 6, 'index', 'bigint', 'row_number() OVER (PARTITION BY t.account_id, t.date_day, t.region ORDER BY t.action_type) - 1', 'Place among the types of its row.'),
        ('meta_ads', 'demographics_region_actions', 7, 'value', 'double precision', 't.action_count', NULL),
        ('meta_ads', 'account_history', 1, 'id', 'bigint', 't.account_id', NULL),
        ('meta_ads', 'account_history', 2, '_fivetran_synced', 'timestamp', 't._last_seen AT TIME ZONE ''UTC''', 'Last refresh that changed something of the account and found the row so, in UTC.'),
        ('meta_ads', 'account_history', 3, 'name', 'text', 't.account_name', NULL),
        ('meta_ads', 'account_history', 4, 'account_status', 'text', 't.account_status', NULL),
        ('meta_ads', 'account_history', 5, 'business_country_code', 'text', 't.business_country_code', NULL),
        ('meta_ads', 'account_history', 6, 'business_state', 'text', 't.business_state', NULL),
        ('meta_ads', 'account_history', 7, 'created_time', 'timestamp', 't.created_time AT TIME ZONE ''UTC''', 'When the account was made, in UTC.'),
        ('meta_ads', 'account_history', 8, 'currency', 'text', 't.currency', NULL),
        ('meta_ads', 'account_history', 9, 'timezone_name', 'text', 't.time_zone', NULL),
        ('meta_ads', 'account_history', 10, 'timezone_offset_hours_utc', 'double precision', 't.time_zone_offset', NULL),
        ('meta_ads', 'account_history', 11, 'min_daily_budget', 'bigint', 't.min_daily_budget_minor', 'Smallest budget per day that the account accepts, in smallest units of the currency.'),
        ('meta_ads', 'campaign_history', 1, 'updated_time', 'timestamp', 'coalesce(t.updated_time, t._first_seen) AT TIME ZONE ''UTC''', 'When it was last changed, in UTC; when its numbers were first stored, if the platform does not list it.'),
        ('meta_ads', 'campaign_history', 2, 'created_time', 'timestamp', 't.created_time AT TIME ZONE ''UTC''', 'When it was made, in UTC.'),
        ('meta_ads', 'campaign_history', 3, 'account_id', 'bigint', 't.account_id', NULL),
        ('meta_ads', 'campaign_history', 4, 'id', 'bigint', 't.campaign_id', NULL),
        ('meta_ads', 'campaign_history', 5, 'name', 'text', 't.campaign_name', NULL),
        ('meta_ads', 'campaign_history', 6, 'start_time', 'timestamp', 't.start_time AT TIME ZONE ''UTC''', 'When it starts, in UTC.'),
        ('meta_ads', 'campaign_history', 7, 'stop_time', 'timestamp', 't.stop_time AT TIME ZONE ''UTC''', 'When it stops, in UTC.'),
        ('meta_ads', 'campaign_history', 8, 'status', 'text', 't.status', NULL),
        ('meta_ads', 'campaign_history', 9, 'daily_budget', 'bigint', 't.daily_budget_minor', 'Budget per day, in smallest units of the currency.'),
        ('meta_ads', 'campaign_history', 10, 'lifetime_budget', 'bigint', 't.lifetime_budget_minor', 'Budget of the whole run, in smallest units of the currency.'),
        ('meta_ads', 'campaign_history', 11, 'budget_remaining', 'double precision', 't.budget_remaining_minor', 'What is left of the budget, in smallest units of the currency.'),
        ('meta_ads', 'campaign_history', 12, '_fivetran_synced', 'timestamp', 't._last_seen AT TIME ZONE ''UTC''', 'Last refresh that changed something of the account and found the row so, in UTC.'),
        ('meta_ads', 'ad_set_history', 1, 'updated_time', 'timestamp', 'coalesce(t.updated_time, t._first_seen) AT TIME ZONE ''UTC''', 'When it was last changed, in UTC; when its numbers were first stored, if the platform does not list it.'),
        ('meta_ads', 'ad_set_history', 2, 'id', 'bigint', 't.adset_id', NULL),
        ('meta_ads', 'ad_set_history', 3, 'name', 'text', 't.adset_name', NULL),
        ('meta_ads', 'ad_set_history', 4, 'account_id', 'bigint', 't.account_id', NULL),
        ('meta_ads', 'ad_set_history', 5, 'campaign_id', 'bigint', 't.campaign_id', NULL),
        ('meta_ads', 'ad_set_history', 6, 'start_time', 'timestamp', 't.start_time AT TIME ZONE ''UTC''', 'When it starts, in UTC.'),
        ('meta_ads', 'ad_set_history', 7, 'end_time', 'timestamp', 't.end_time AT TIME ZONE ''UTC''', 'When it ends, in UTC.'),
        ('meta_ads', 'ad_set_history', 8, 'bid_strategy', 'text', 't.bid_strategy', NULL),
        ('meta_ads', 'ad_set_history', 9, 'daily_budget', 'bigint', 't.daily_budget_minor', 'Budget per day, in smallest units of the currency.'),
        ('meta_ads', 'ad_set_history', 10, 'budget_remaining', 'bigint', 't.budget_remaining_minor', 'What is left of the budget, in smallest units of the currency.'),
        ('meta_ads', 'ad_set_history', 11, 'status', 'text', 't.status', NULL),
        ('meta_ads', 'ad_set_history', 12, 'optimization_goal', 'text', 't.optimization_goal', NULL),
        ('meta_ads', 'ad_set_history', 13, '_fivetran_synced', 'timestamp', 't._last_seen AT TIME ZONE ''UTC''', 'Last refresh that changed something of the account and found the row so, in UTC.'),
        ('meta_ads', 'ad_history', 1, 'updated_time', 'timestamp', 'coalesce(t.updated_time, t._first_seen) AT TIME ZONE ''UTC''', 'When it was last changed, in UTC; when its numbers were first stored, if the platform does not list it.'),
        ('meta_ads', 'ad_history', 2, 'id', 'bigint', 't.ad_id', NULL),
        ('meta_ads', 'ad_history', 3, 'name', 'text', 't.ad_name', NULL),
        ('meta_ads', 'ad_history', 4, 'account_id', 'bigint', 't.account_id', NULL),
        ('meta_ads', 'ad_history', 5, 'ad_set_id', 'bigint', 't.adset_id', NULL),
        ('meta_ads', 'ad_history', 6, 'campaign_id', 'bigint', 't.campaign_id', NULL),
        ('meta_ads', 'ad_history', 7, 'creative_id', 'bigint', 't.creative_id', NULL),
        ('meta_ads', 'ad_history', 8, 'conversion_domain', 'text', 't.conversion_domain', NULL),
        ('meta_ads', 'ad_history', 9, '_fivetran_synced', 'timestamp', 't._last_seen AT TIME ZONE ''UTC''', 'Last refresh that changed something of the account and found the row so, in UTC.'),
        ('meta_ads', 'creative_history', 1, '_fivetran_id', 'text', 'md5(concat_ws(''|'', t.account_id, t.creative_id, t._first_seen))', 'Hash of account, creative and the time since when it is so.'),
        ('meta_ads', 'creative_history', 2, '_fivetran_synced', 'timestamp', 't._last_seen AT TIME ZONE ''UTC''', 'Last refresh that changed something of the account and found the row so, in UTC.'),
        ('meta_ads', 'creative_history', 3, 'id', 'bigint', 't.creative_id', NULL),
        ('meta_ads', 'creative_history', 4, 'account_id', 'bigint', 't.account_id', NULL),
        ('meta_ads', 'creative_history', 5, 'name', 'text', 't.creative_name', NULL),
        ('meta_ads', 'creative_history', 6, 'page_link', 'text', 'coalesce(t.object_story_spec #>> ''{link_data,link}'', t.object_story_spec #>> ''{video_data,call_to_action,value,link}'', t.link_url)', 'Where the creative leads: the link of its post, of the button of its video, or its own.'),
        ('meta_ads', 'creative_history', 7, 'template_page_link', 'text', 't.object_story_spec #>> ''{template_data,link}''', 'Link of the template of a catalogue''s ads.'),
        ('meta_ads', 'creative_history', 8, 'url_tags', 'text', '(SELECT jsonb_agg(jsonb_build_object(''key'', split_part(p.pair, ''='', 1), ''value'', substr(p.pair, strpos(p.pair || ''='', ''='') + 1), ''type'', ''URL_TAG'') ORDER BY p.n) FROM regexp_split_to_table(t.url_tags, ''&'') WITH ORDINALITY p (pair, n) WHERE p.pair <> '''')', 'Parameters added to links, as a JSON array of key, value and type.'),
        ('meta_ads', 'creative_history', 9, 'asset_feed_spec_link_urls', 'text', 't.asset_feed_spec ->> ''link_urls''', 'Links of a dynamic creative, as JSON.'),
        ('meta_ads', 'creative_history', 10, 'object_story_link_data_child_attachments', 'text', 't.object_story_spec #>> ''{link_data,child_attachments}''', 'Cards of a carousel, as JSON.'),
        ('meta_ads', 'creative_history', 11, 'object_story_link_data_caption', 'text', 't.object_story_spec #>> ''{link_data,caption}''', 'Caption of the link.'),
        ('meta_ads', 'creative_history', 12, 'object_story_link_data_description', 'text', 't.object_story_spec #>> ''{link_data,description}''', 'Description of the link.'),
        ('meta_ads', 'creative_history', 13, 'object_story_link_data_link', 'text', 't.object_story_spec #>> ''{link_data,link}''', 'The link.'),
        ('meta_ads', 'creative_history', 14, 'object_story_link_data_message', 'text', 't.object_story_spec #>> ''{link_data,message}''', 'Text of the post.'),
        ('meta_ads', 'creative_history', 15, 'template_app_link_spec_android', 'text', NULL, 'NULL: no report has the links into apps of a creative''s template.'),
        ('meta_ads', 'creative_history', 16, 'template_app_link_spec_ios', 'text', NULL, 'NULL: no report has the links into apps of a creative''s template.'),
        ('meta_ads', 'creative_history', 17, 'template_app_link_spec_ipad', 'text', NULL, 'NULL: no report has the links into apps of a creative''s template.'),
        ('meta_ads', 'creative_history', 18, 'template_app_link_spec_iphone', 'text', NULL, 'NULL: no report has the links into apps of a creative''s template.')
    ) AS c (platform, relation, place, column_name, type, expression, note)
    JOIN adpipe.source_view_relations r ON r.platform = c.platform AND r.relation = c.relation
    LEFT JOIN adpipe.columns k ON k.wrapper = c.platform AND k.report = r.report AND c.expression = 't.' || k.column_name;
COMMENT ON VIEW adpipe.source_view_columns IS 'The columns of those relations.';
COMMENT ON COLUMN adpipe.source_view_columns.platform IS 'Foreign-data wrapper.';
COMMENT ON COLUMN adpipe.source_view_columns.relation IS 'Name of the view.';
COMMENT ON COLUMN adpipe.source_view_columns.place IS 'Place of the column in the view, from 1.';
COMMENT ON COLUMN adpipe.source_view_columns.column_name IS 'Name of the column.';
COMMENT ON COLUMN adpipe.source_view_columns.type IS 'SQL type of the column.';
COMMENT ON COLUMN adpipe.source_view_columns.expression IS 'Its value in a row "t" of the copy; NULL: the column is NULL.';
COMMENT ON COLUMN adpipe.source_view_columns.description IS 'What the value is, or why there is none.';
GRANT SELECT ON adpipe.source_view_columns TO PUBLIC;

/* ---- entities that no list contains ---- */

/* A copy of a list keeps what was listed once; what was gone before has facts only. */
CREATE FUNCTION adpipe_internal.all_view_query(target regclass, facts regclass) RETURNS text
    LANGUAGE sql STABLE
    SET search_path = pg_catalog, pg_temp
AS $$
    WITH key AS (
        SELECT string_agg(format('d.%I', k), ', ') AS list,
               string_agg(format('e.%1$I = d.%1$I', k), ' AND ') AS match
        FROM unnest(adpipe_internal.entity_key(target)) k
    ), entity AS (
        SELECT string_agg(format('e.%I', a.attname), ', ' ORDER BY a.attnum) AS listed,
               string_agg(CASE a.attname WHEN '_first_seen' THEN 'd.first_stored' WHEN '_last_seen' THEN 'd.last_stored'
                                         ELSE coalesce('d.' || quote_ident(f.attname), 'NULL::' || format_type(a.atttypid, a.atttypmod)) END,
                          ', ' ORDER BY a.attnum) AS from_facts
        FROM pg_attribute a
        LEFT JOIN pg_attribute f ON f.attrelid = facts AND f.attname = a.attname AND f.atttypid = a.atttypid AND NOT f.attisdropped
        WHERE a.attrelid = target AND a.attnum > 0 AND NOT a.attisdropped
    )
    SELECT format('SELECT true AS is_listed, %1$s FROM %2$s e UNION ALL SELECT false, %3$s FROM ('
                  'SELECT DISTINCT ON (%4$s) d.*, min(d._fetched_at) OVER w AS first_stored, max(d._fetched_at) OVER w AS last_stored '
                  'FROM %5$s d WHERE NOT EXISTS (SELECT FROM %2$s e WHERE %6$s) '
                  'WINDOW w AS (PARTITION BY %4$s) ORDER BY %4$s, d.%7$I DESC) d',
                  entity.listed, target, entity.from_facts, key.list, facts, key.match, adpipe_internal.day_column(facts))
    FROM key, entity
$$;
COMMENT ON FUNCTION adpipe_internal.all_view_query(regclass, regclass) IS
    'The query of a view of all_view().';
REVOKE ALL ON FUNCTION adpipe_internal.all_view_query(regclass, regclass) FROM PUBLIC;

CREATE FUNCTION adpipe_internal.check_facts(target regclass, facts regclass) RETURNS void
    LANGUAGE plpgsql STABLE
    SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    lacking text;
BEGIN
    PERFORM adpipe_internal.require_owner(target);
    PERFORM adpipe_internal.require_owner(facts);
    IF adpipe_internal.has_days(target) OR NOT adpipe_internal.has_days(facts) THEN
        RAISE EXCEPTION 'table "%" is no list of entities, or table "%" has no days', target, facts
            USING ERRCODE = 'wrong_object_type',
                  DETAIL = 'What a list does not contain is taken from the copy of a daily report.',
                  HINT = 'Name a copy of such a list first, and one of a daily report of the same things second.';
    END IF;
    SELECT string_agg(quote_ident(k), ', ') INTO lacking
    FROM unnest(adpipe_internal.entity_key(target)) k
    WHERE NOT EXISTS (SELECT FROM adpipe_internal.source_columns(facts) f WHERE f.name = k);
    IF lacking IS NOT NULL THEN
        RAISE EXCEPTION 'table "%" does not name the entities of table "%"', facts, target
            USING ERRCODE = 'undefined_column',
                  DETAIL = format('It lacks %s.', lacking),
                  HINT = 'Name a copy of a daily report by the same ids.';
    END IF;
END
$$;
COMMENT ON FUNCTION adpipe_internal.check_facts(regclass, regclass) IS
    'An error unless a daily copy can name the entities of a list; part of all_view().';
REVOKE ALL ON FUNCTION adpipe_internal.check_facts(regclass, regclass) FROM PUBLIC;

CREATE FUNCTION adpipe_internal.comment_all_view(target regclass, facts regclass, made text) RETURNS void
    LANGUAGE plpgsql
    SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    found record;
BEGIN
    EXECUTE format('COMMENT ON VIEW %s IS %L', made,
                   format('%s, and what of %s no list contained, with what its latest row says.', target, facts));
    EXECUTE format('COMMENT ON COLUMN %s.is_listed IS %L', made, 'False: no list contained it; the row comes from its numbers.');
    FOR found IN
        SELECT a.attname AS name, col_description(target, a.attnum) AS text
        FROM pg_attribute a WHERE a.attrelid = target AND a.attnum > 0 AND NOT a.attisdropped
    LOOP
        EXECUTE format('COMMENT ON COLUMN %s.%I IS %L', made, found.name, found.text);
    END LOOP;
END
$$;
COMMENT ON FUNCTION adpipe_internal.comment_all_view(regclass, regclass, text) IS
    'Gives a view of all_view() and its columns their comments.';
REVOKE ALL ON FUNCTION adpipe_internal.comment_all_view(regclass, regclass, text) FROM PUBLIC;

CREATE FUNCTION adpipe.all_view(target regclass, facts regclass) RETURNS regclass
    LANGUAGE plpgsql
    SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    view_name text;
BEGIN
    PERFORM adpipe_internal.check_facts(target, facts);
    SELECT format('%I.%I', n.nspname, adpipe_internal.name_with(c.relname, '_all')) INTO view_name
    FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace WHERE c.oid = target;
    PERFORM adpipe_internal.check_view_name(view_name);
    PERFORM adpipe_internal.current_view_options(facts);
    EXECUTE format('CREATE OR REPLACE VIEW %s %s AS %s', view_name, adpipe_internal.current_view_options(target),
                   adpipe_internal.all_view_query(target, facts));
    PERFORM adpipe_internal.comment_all_view(target, facts, view_name);
    RETURN view_name::regclass;
END
$$;
COMMENT ON FUNCTION adpipe.all_view(regclass, regclass) IS
    'Makes or replaces view <target>_all: the rows of copy target, and a row for each entity that only the daily copy facts has, with the values of its latest row there. In these rows is_listed is false.';
REVOKE ALL ON FUNCTION adpipe.all_view(regclass, regclass) FROM PUBLIC;

/* ---- what is there, and what is missing ---- */

CREATE FUNCTION adpipe_internal.check_view_name(view_name text) RETURNS void
    LANGUAGE plpgsql STABLE
    SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    kind "char" := (SELECT c.relkind FROM pg_class c WHERE c.oid = to_regclass(view_name));
BEGIN
    IF kind <> 'v' OR adpipe_internal.owner_of(to_regclass(view_name)) <> current_user THEN
        RAISE EXCEPTION 'relation "%" already exists', view_name
            USING ERRCODE = 'duplicate_table',
                  DETAIL = CASE WHEN kind = 'v' THEN format('The view belongs to role "%s".', adpipe_internal.owner_of(to_regclass(view_name)))
                                ELSE 'It is not a view.' END,
                  HINT = 'Drop or rename it, or choose another schema.';
    END IF;
END
$$;
COMMENT ON FUNCTION adpipe_internal.check_view_name(text) IS
    'An error if a name belongs to something that is no view of the current user.';
REVOKE ALL ON FUNCTION adpipe_internal.check_view_name(text) FROM PUBLIC;

/* A table of its own name and options that leaves nothing out. */
CREATE FUNCTION adpipe_internal.whole_reports(platform text, OUT server name, OUT report name, OUT source regclass, OUT lacking text)
    RETURNS SETOF record
    LANGUAGE sql STABLE
    SET search_path = pg_catalog, pg_temp
AS $$
    SELECT s.srvname, c.relname, c.oid::regclass,
           (SELECT string_agg(quote_ident(k.column_name), ', ') FROM adpipe_internal.report_of(c.oid) k
            WHERE NOT EXISTS (SELECT FROM pg_attribute a
                              WHERE a.attrelid = c.oid AND a.attname = k.column_name AND NOT a.attisdropped
                                AND a.atttypid = k.type AND 'field=' || k.field = ANY (a.attfdwoptions)))
    FROM pg_foreign_table t
    JOIN pg_class c ON c.oid = t.ftrelid AND NOT c.relispartition
    JOIN pg_foreign_server s ON s.oid = t.ftserver
    JOIN pg_foreign_data_wrapper w ON w.oid = s.srvfdw AND w.fdwname = platform
    WHERE adpipe_internal.is_eligible(c.oid, NULL) AND EXISTS (SELECT FROM adpipe_internal.report_of(c.oid))
      AND NOT EXISTS (SELECT FROM unnest(t.ftoptions) o WHERE o ~ '^(customer_id|account_id|period|deleted|action_breakdowns)=')
$$;
COMMENT ON FUNCTION adpipe_internal.whole_reports(text) IS
    'Foreign tables of the current user, or of a superuser who lets that user read them, that are built-in reports of a platform over all accounts of their server, with the columns that each lacks.';
REVOKE ALL ON FUNCTION adpipe_internal.whole_reports(text) FROM PUBLIC;

/* Of two the one whose refreshes are on, then the older one. */
CREATE FUNCTION adpipe_internal.whole_copies(platform text, OUT server name, OUT report name, OUT source regclass, OUT target regclass)
    RETURNS SETOF record
    LANGUAGE sql STABLE
    SET search_path = pg_catalog, pg_temp
AS $$
    SELECT DISTINCT ON (r.server, r.report) r.server, r.report, r.source, t.target
    FROM adpipe_internal.whole_reports(platform) r
    JOIN adpipe.targets t ON t.source = r.source
    WHERE adpipe_internal.owner_of(t.target) = current_user
    ORDER BY r.server, r.report, t.enabled DESC, t.target::oid
$$;
COMMENT ON FUNCTION adpipe_internal.whole_copies(text) IS
    'The current user''s copies of built-in reports of a platform: one for each server and report.';
REVOKE ALL ON FUNCTION adpipe_internal.whole_copies(text) FROM PUBLIC;

/* After SET ROLE the mapping is that of the session's user, who refreshes for the role. */
CREATE FUNCTION adpipe_internal.usable_servers(platform text) RETURNS SETOF name
    LANGUAGE sql STABLE
    SET search_path = pg_catalog, pg_temp
AS $$
    SELECT s.srvname
    FROM pg_foreign_server s
    JOIN pg_foreign_data_wrapper w ON w.oid = s.srvfdw AND w.fdwname = platform
    WHERE has_server_privilege(s.oid, 'USAGE')
      AND EXISTS (SELECT FROM pg_user_mappings m WHERE m.srvid = s.oid AND (m.umuser = 0 OR m.usename IN (current_user, session_user)))
    ORDER BY s.srvname
$$;
COMMENT ON FUNCTION adpipe_internal.usable_servers(text) IS
    'The servers of a platform that the current user may use, and that the current user or the session''s has a user mapping for.';
REVOKE ALL ON FUNCTION adpipe_internal.usable_servers(text) FROM PUBLIC;

/* New tables go where most of the user's others of the server are. */
CREATE FUNCTION adpipe_internal.home_of(server name, is_copy boolean) RETURNS name
    LANGUAGE sql STABLE
    SET search_path = pg_catalog, pg_temp
AS $$
    SELECT coalesce(
        (SELECT n.nspname
         FROM pg_foreign_table t
         JOIN pg_foreign_server s ON s.oid = t.ftserver AND s.srvname = server
         LEFT JOIN adpipe.targets k ON is_copy AND k.source = t.ftrelid
         JOIN pg_class c ON c.oid = CASE WHEN is_copy THEN k.target::oid ELSE t.ftrelid END
         JOIN pg_namespace n ON n.oid = c.relnamespace
         WHERE pg_get_userbyid(c.relowner) = current_user AND has_schema_privilege(n.oid, 'CREATE')
         GROUP BY n.nspname ORDER BY count(*) DESC, n.nspname LIMIT 1),
        CASE WHEN is_copy THEN adpipe_internal.name_with(server, '_copies') ELSE server END::name)
$$;
COMMENT ON FUNCTION adpipe_internal.home_of(name, boolean) IS
    'The schema for new foreign tables of a server, or for new copies of them.';
REVOKE ALL ON FUNCTION adpipe_internal.home_of(name, boolean) FROM PUBLIC;

/* Reports by server: the foreign table and the copy of each, there or to be made. */
CREATE FUNCTION adpipe_internal.source_view_copies(platform text,
    OUT server name, OUT report text, OUT source text, OUT target text, OUT has_source boolean, OUT has_target boolean,
    OUT lacking text, OUT requests bigint)
    RETURNS SETOF record
    LANGUAGE sql STABLE
    SET search_path = pg_catalog, pg_temp
AS $$
    WITH needed AS MATERIALIZED (
        SELECT k.report, bool_or(k.column_name = 'date_day') AS is_daily, min(k.options) AS options
        FROM adpipe_internal.report_columns() k
        JOIN (SELECT DISTINCT r.platform, r.report FROM adpipe.source_view_relations r) r ON r.platform = k.wrapper AND r.report = k.report
        WHERE k.wrapper = $1 AND k.remote_schema = 'reports'
        GROUP BY k.report
    ), reports AS MATERIALIZED (
        SELECT * FROM adpipe_internal.whole_reports($1)
    ), copies AS MATERIALIZED (
        SELECT * FROM adpipe_internal.whole_copies($1)
    )
    SELECT s.name, n.report,
           coalesce(f.source::text, format('%I.%I', s.live, n.report)),
           coalesce(c.target::text, format('%I.%I', s.kept, adpipe_internal.name_with(s.name, '_' || n.report))),
           f.source IS NOT NULL, c.target IS NOT NULL, f.lacking,
           adpipe_internal.requests_of($1, n.is_daily, n.options) * coalesce(s.accounts, 1)
    FROM (SELECT u AS name, adpipe_internal.home_of(u, false) AS live, adpipe_internal.home_of(u, true) AS kept,
                 adpipe_internal.account_number(u) AS accounts
          FROM adpipe_internal.usable_servers($1) u) s
    CROSS JOIN needed n
    LEFT JOIN copies c ON c.server = s.name AND c.report = n.report
    LEFT JOIN LATERAL (SELECT w.source, w.lacking FROM reports w
                       WHERE w.server = s.name AND w.report = n.report
                       ORDER BY w.source <> c.source, w.source::oid LIMIT 1) f ON true
    ORDER BY s.name, n.is_daily, n.report
$$;
COMMENT ON FUNCTION adpipe_internal.source_view_copies(text) IS
    'For each server and report that source views read, the foreign table and the copy: their names, whether they are there, the columns that the table lacks, and about how many requests the copy costs a day.';
REVOKE ALL ON FUNCTION adpipe_internal.source_view_copies(text) FROM PUBLIC;

/* ---- statements ---- */

CREATE FUNCTION adpipe_internal.all_view_name(target text) RETURNS text
    LANGUAGE sql STABLE
    SET search_path = pg_catalog, pg_temp
AS $$ SELECT format('%I.%I', p[1], adpipe_internal.name_with(p[2], '_all')) FROM parse_ident(target) p $$;
COMMENT ON FUNCTION adpipe_internal.all_view_name(text) IS
    'The name that all_view() gives to the view of a copy.';
REVOKE ALL ON FUNCTION adpipe_internal.all_view_name(text) FROM PUBLIC;

/*
 * Two servers may read one account, under two managers or in two lists.  Its rows
 * come from the first server by name whose list of accounts has it.
 */
CREATE FUNCTION adpipe_internal.source_view_rows(platform text, report text, lists_all boolean, copies jsonb) RETURNS text
    LANGUAGE sql STABLE
    SET search_path = pg_catalog, pg_temp
AS $$
    WITH home AS (
        SELECT c ->> 'server' AS server,
               CASE WHEN lists_all THEN adpipe_internal.all_view_name(c ->> 'target') ELSE c ->> 'target' END AS name,
               row_number() OVER (ORDER BY c ->> 'server') AS place, count(*) OVER () AS homes
        FROM jsonb_array_elements(copies) c WHERE c ->> 'report' = $2
    ), accounts AS (
        SELECT c ->> 'server' AS server, c ->> 'target' AS name
        FROM jsonb_array_elements(copies) c
        WHERE c ->> 'report' = (SELECT r.report FROM adpipe.source_view_relations r
                                WHERE r.platform = $1 AND r.relation = 'account_history')
    ), columns AS (
        SELECT string_agg(format('o.%I', k.column_name), ', ' ORDER BY k.ordinality)
               || CASE WHEN bool_or(k.column_name = 'date_day') THEN ', o._fetched_at' ELSE ', o._first_seen, o._last_seen' END AS list
        FROM adpipe_internal.report_columns() WITH ORDINALITY k
        WHERE k.wrapper = $1 AND k.remote_schema = 'reports' AND k.report = $2
    )
    SELECT CASE WHEN max(h.homes) = 1 THEN min(h.name)
                ELSE '(' || string_agg(format('SELECT %s FROM %s o', c.list, h.name)
                    || coalesce((SELECT ' WHERE ' || string_agg(format('o.account_id NOT IN (SELECT a.account_id FROM %s a)', a.name), ' AND ' ORDER BY a.server)
                                 FROM accounts a WHERE a.server < h.server), ''), ' UNION ALL ' ORDER BY h.place) || ')' END
    FROM home h, columns c
$$;
COMMENT ON FUNCTION adpipe_internal.source_view_rows(text, text, boolean, jsonb) IS
    'The rows of a report''s copies of all servers, as an item of FROM.';
REVOKE ALL ON FUNCTION adpipe_internal.source_view_rows(text, text, boolean, jsonb) FROM PUBLIC;

CREATE FUNCTION adpipe_internal.source_view_query(platform text, relation text, copies jsonb) RETURNS text
    LANGUAGE sql STABLE
    SET search_path = pg_catalog, pg_temp
AS $$
    SELECT format('SELECT %s FROM %s t%s',
        (SELECT string_agg(format('(%s)::%s AS %I', coalesce(c.expression, 'NULL'), c.type, c.column_name), ', ' ORDER BY c.place)
         FROM adpipe.source_view_columns c WHERE c.platform = $1 AND c.relation = $2),
        CASE WHEN r.version_of IS NULL THEN f.rows
             ELSE format('(SELECT DISTINCT ON (%1$s) a.* FROM %2$s a ORDER BY %1$s, a._last_seen DESC, a._first_seen DESC)',
                         format('a.account_id, a.%I, coalesce(a.updated_time, a._first_seen)', r.version_of), f.rows) END,
        ' WHERE ' || r.condition)
    FROM adpipe.source_view_relations r
    CROSS JOIN LATERAL adpipe_internal.source_view_rows($1, r.report, r.facts IS NOT NULL, copies) f (rows)
    WHERE r.platform = $1 AND r.relation = $2
$$;
COMMENT ON FUNCTION adpipe_internal.source_view_query(text, text, jsonb) IS
    'The query of a source view.';
REVOKE ALL ON FUNCTION adpipe_internal.source_view_query(text, text, jsonb) FROM PUBLIC;

CREATE FUNCTION adpipe_internal.source_view_statement(schema text, platform text, relation text, copies jsonb) RETURNS text
    LANGUAGE sql STABLE
    SET search_path = pg_catalog, pg_temp
AS $$
    SELECT format(E'CREATE OR REPLACE VIEW %1$I.%2$I %3$s AS %4$s;\nCOMMENT ON VIEW %1$I.%2$I IS %5$L;\n%6$s', schema, r.relation,
        (SELECT min(adpipe_internal.current_view_options(to_regclass(c ->> 'target'))) FROM jsonb_array_elements(copies) c
         WHERE c ->> 'report' IN (r.report, r.facts)),
        adpipe_internal.source_view_query(platform, r.relation, copies), r.description,
        (SELECT string_agg(format('COMMENT ON COLUMN %I.%I.%I IS %L;', schema, r.relation, c.column_name, c.description), E'\n' ORDER BY c.place)
         FROM adpipe.source_view_columns c WHERE c.platform = r.platform AND c.relation = r.relation))
    FROM adpipe.source_view_relations r
    WHERE r.platform = $2 AND r.relation = $3
$$;
COMMENT ON FUNCTION adpipe_internal.source_view_statement(text, text, text, jsonb) IS
    'The statements that make a source view with its comments.';
REVOKE ALL ON FUNCTION adpipe_internal.source_view_statement(text, text, text, jsonb) FROM PUBLIC;

CREATE FUNCTION adpipe_internal.source_view_plan(schema text, platform text, copies jsonb,
    OUT step text, OUT object text, OUT requests_a_day bigint, OUT statement text)
    RETURNS SETOF record
    LANGUAGE sql STABLE
    SET search_path = pg_catalog, pg_temp
AS $$
    WITH copy AS MATERIALIZED (
        SELECT c.*, (parse_ident(c.source))[1] AS live, (parse_ident(c.target))[1] AS kept
        FROM jsonb_to_recordset(copies) c (server name, report text, source text, target text, has_source boolean, has_target boolean, requests bigint)
    ), plan (place, step, object, requests, statement) AS (
        SELECT 1, 'schema', quote_ident(n), NULL::bigint, format('CREATE SCHEMA %I', n)
        FROM (SELECT schema UNION SELECT c.live FROM copy c WHERE NOT c.has_source UNION SELECT c.kept FROM copy c WHERE NOT c.has_target) s (n)
        WHERE to_regnamespace(quote_ident(n)) IS NULL
        UNION ALL
        SELECT 2, 'foreign table', c.source, NULL,
               format('IMPORT FOREIGN SCHEMA reports LIMIT TO (%I) FROM SERVER %I INTO %I', c.report, c.server, c.live)
        FROM copy c WHERE NOT c.has_source
        UNION ALL
        SELECT 3, 'copy', c.target, c.requests, format('SELECT adpipe.materialize(%L, %L)', c.source, c.target)
        FROM copy c WHERE NOT c.has_target
        UNION ALL
        SELECT 4, 'view', adpipe_internal.all_view_name(c.target), NULL, format('SELECT adpipe.all_view(%L, %L)', c.target, f.target)
        FROM adpipe.source_view_relations r
        JOIN copy c ON c.report = r.report
        JOIN copy f ON f.report = r.facts AND f.server = c.server
        WHERE r.platform = $2
        UNION ALL
        SELECT 5, 'view', format('%I.%I', schema, r.relation), NULL, adpipe_internal.source_view_statement(schema, $2, r.relation, copies)
        FROM adpipe.source_view_relations r WHERE r.platform = $2
    )
    SELECT p.step, p.object, p.requests, p.statement FROM plan p ORDER BY p.place, p.object
$$;
COMMENT ON FUNCTION adpipe_internal.source_view_plan(text, text, jsonb) IS
    'What create_source_views() makes, in order.';
REVOKE ALL ON FUNCTION adpipe_internal.source_view_plan(text, text, jsonb) FROM PUBLIC;

/* ---- making them ---- */

CREATE FUNCTION adpipe_internal.check_source_views(schema text, platform text) RETURNS void
    LANGUAGE plpgsql STABLE
    SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    IF schema IS NULL OR schema = '' THEN
        RAISE EXCEPTION 'source views need a schema'
            USING ERRCODE = 'invalid_parameter_value',
                  DETAIL = 'Argument "schema" is empty.',
                  HINT = 'Name the schema that the models read, such as google_ads.';
    ELSIF NOT EXISTS (SELECT FROM adpipe.source_view_relations r WHERE r.platform = $2) THEN
        RAISE EXCEPTION 'platform "%" has no source views', platform
            USING ERRCODE = 'invalid_parameter_value',
                  DETAIL = 'Argument "platform" is the name of a foreign-data wrapper.',
                  HINT = format('Platforms are: %s.', (SELECT string_agg(DISTINCT r.platform, ', ') FROM adpipe.source_view_relations r));
    ELSIF NOT EXISTS (SELECT FROM adpipe_internal.usable_servers(platform)) THEN
        RAISE EXCEPTION 'role "%" has no server of platform "%" to read', current_user, platform
            USING ERRCODE = 'object_not_in_prerequisite_state',
                  DETAIL = format('It may use a server that it has USAGE on, and that it or role "%s" has a user mapping for.', session_user),
                  HINT = format('CREATE SERVER ... FOREIGN DATA WRAPPER %I; and CREATE USER MAPPING FOR %I SERVER ...;', platform, current_user);
    END IF;
END
$$;
COMMENT ON FUNCTION adpipe_internal.check_source_views(text, text) IS
    'An error if create_source_views() cannot begin.';
REVOKE ALL ON FUNCTION adpipe_internal.check_source_views(text, text) FROM PUBLIC;

CREATE FUNCTION adpipe_internal.check_source_homes(schema text, copies jsonb) RETURNS void
    LANGUAGE plpgsql STABLE
    SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    closed text;
BEGIN
    SELECT min(n) INTO closed
    FROM (SELECT schema
          UNION ALL SELECT (parse_ident(c.source))[1] FROM jsonb_to_recordset(copies) c (source text, has_source boolean) WHERE NOT c.has_source
          UNION ALL SELECT (parse_ident(c.target))[1] FROM jsonb_to_recordset(copies) c (target text, has_target boolean) WHERE NOT c.has_target) s (n)
    WHERE NOT (has_schema_privilege(to_regnamespace(quote_ident(n)), 'USAGE') AND has_schema_privilege(to_regnamespace(quote_ident(n)), 'CREATE'));
    IF closed IS NOT NULL THEN
        RAISE EXCEPTION 'permission denied for schema %', closed
            USING ERRCODE = 'insufficient_privilege',
                  DETAIL = format('Role "%s" may not create there what source views need.', current_user),
                  HINT = format('GRANT USAGE, CREATE ON SCHEMA %I TO %I; or make a copy of a table of the server elsewhere first: new ones follow it.', closed, current_user);
    END IF;
END
$$;
COMMENT ON FUNCTION adpipe_internal.check_source_homes(text, jsonb) IS
    'An error if create_source_views() may not create in a schema that it needs.';
REVOKE ALL ON FUNCTION adpipe_internal.check_source_homes(text, jsonb) FROM PUBLIC;

CREATE FUNCTION adpipe_internal.check_source_copies(schema text, platform text, copies jsonb) RETURNS void
    LANGUAGE plpgsql STABLE
    SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    copy record;
    taken text;
BEGIN
    FOR copy IN SELECT * FROM jsonb_to_recordset(copies) c (report text, source text, target text, has_source boolean, has_target boolean, lacking text) LOOP
        taken := CASE WHEN NOT copy.has_source AND to_regclass(copy.source) IS NOT NULL THEN copy.source
                      WHEN NOT copy.has_target AND to_regclass(copy.target) IS NOT NULL THEN copy.target END;
        IF taken IS NOT NULL THEN
            RAISE EXCEPTION 'relation "%" already exists', taken
                USING ERRCODE = 'duplicate_table',
                      DETAIL = format('Report "%s" was to have that name, and the relation is not the whole report of role "%s", or a copy of it.', copy.report, current_user),
                      HINT = 'Rename it.';
        ELSIF copy.lacking IS NOT NULL THEN
            RAISE EXCEPTION 'foreign table "%" lacks columns of its report', copy.source
                USING ERRCODE = 'undefined_column',
                      DETAIL = format('They are %s.', copy.lacking),
                      HINT = format('SELECT adpipe.upgrade_tables(%L); adds them to the table and its copies.', (parse_ident(copy.source))[1]);
        END IF;
    END LOOP;
    PERFORM adpipe_internal.check_view_name(format('%I.%I', schema, r.relation)) FROM adpipe.source_view_relations r WHERE r.platform = $2;
END
$$;
COMMENT ON FUNCTION adpipe_internal.check_source_copies(text, text, jsonb) IS
    'An error if something hinders create_source_views(), before it makes anything.';
REVOKE ALL ON FUNCTION adpipe_internal.check_source_copies(text, text, jsonb) FROM PUBLIC;

CREATE FUNCTION adpipe_internal.notice_source_copies(copies jsonb) RETURNS void
    LANGUAGE plpgsql STABLE
    SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    missing record;
BEGIN
    SELECT count(*) FILTER (WHERE NOT c.has_source) AS tables, count(*) FILTER (WHERE NOT c.has_target) AS copies,
           sum(c.requests) FILTER (WHERE NOT c.has_target) AS requests,
           string_agg(DISTINCT quote_ident(c.server), ', ') FILTER (WHERE adpipe_internal.account_number(c.server) IS NULL) AS unknown,
           string_agg(CASE WHEN c.has_target THEN c.source ELSE format('%s (about %s requests a day)', c.target, c.requests) END, E'\n')
               FILTER (WHERE NOT (c.has_source AND c.has_target)) AS list
    INTO missing
    FROM jsonb_to_recordset(copies) c (server name, source text, target text, has_source boolean, has_target boolean, requests bigint);
    IF missing.list IS NOT NULL THEN
        RAISE NOTICE 'source views need % foreign tables and % copies that are not there', missing.tables, missing.copies
            USING DETAIL = missing.list,
                  HINT = format('Refreshes of these copies send about %s requests a day%s.', coalesce(missing.requests, 0),
                                ', for each account of server ' || missing.unknown || ', which no copy has read yet');
    END IF;
END
$$;
COMMENT ON FUNCTION adpipe_internal.notice_source_copies(jsonb) IS
    'Lists what create_source_views() is to make, and what it will cost.';
REVOKE ALL ON FUNCTION adpipe_internal.notice_source_copies(jsonb) FROM PUBLIC;

CREATE FUNCTION adpipe.create_source_views(schema text, platform text, dry_run boolean DEFAULT false)
    RETURNS TABLE (step text, object text, requests_a_day bigint, statement text)
    LANGUAGE plpgsql
    SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    copies jsonb;
BEGIN
    PERFORM adpipe_internal.check_source_views(schema, platform);
    copies := (SELECT jsonb_agg(to_jsonb(c)) FROM adpipe_internal.source_view_copies(platform) c);
    PERFORM adpipe_internal.check_source_homes(schema, copies);
    PERFORM adpipe_internal.check_source_copies(schema, platform, copies);
    PERFORM adpipe_internal.notice_source_copies(copies);
    FOR step, object, requests_a_day, statement IN SELECT * FROM adpipe_internal.source_view_plan(schema, platform, copies) LOOP
        IF NOT coalesce(dry_run, false) THEN
            EXECUTE statement;
        END IF;
        RETURN NEXT;
    END LOOP;
END
$$;
COMMENT ON FUNCTION adpipe.create_source_views(text, text, boolean) IS
    'Makes views in the shape in which a loader leaves a platform''s tables, over the caller''s copies of all servers of the platform that it may use, and the foreign tables and copies that are missing, which it lists first. Returns what it made; dry_run: what it would make. Existing views are replaced. Sends nothing.';
REVOKE ALL ON FUNCTION adpipe.create_source_views(text, text, boolean) FROM PUBLIC;
