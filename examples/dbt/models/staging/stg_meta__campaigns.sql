-- A click of Meta is any click on the ad; one that leads on is a link click.
select
    'meta_ads'::text as platform,
    account_id,
    account_name,
    date_day,
    currency,
    campaign_id,
    campaign_name,
    impressions,
    inline_link_clicks as clicks,
    spend,
    conversions,
    conversions_value
from {{ source('ads', 'meta_campaign_daily') }}
