select
    account_id,
    account_name,
    date_day,
    currency,
    agency,
    media_source,
    campaign_name,
    installs,
    sessions,
    loyal_users,
    revenue
from {{ source('ads', 'flyer_partners_daily') }}
