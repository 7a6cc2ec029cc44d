select
    'google_ads'::text as platform,
    account_id,
    account_name,
    date_day,
    currency,
    campaign_id,
    campaign_name,
    impressions,
    clicks,
    spend,
    conversions,
    conversions_value
from {{ source('ads', 'google_campaign_daily') }}
