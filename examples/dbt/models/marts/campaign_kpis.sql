{{ config(materialized='view') }}
-- By id: a campaign that was renamed has two names in the days, and one here.
select
    platform,
    account_id,
    date_day,
    currency,
    campaign_id,
    max(campaign_name) as campaign_name,
    sum(spend) as spend,
    {{ ctr() }} as ctr,
    {{ cpc() }} as cpc,
    {{ cpm() }} as cpm,
    {{ cpa() }} as cpa,
    {{ roas() }} as roas,
    {{ roi() }} as roi,
    {{ aov() }} as aov,
    {{ acos() }} as acos,
    {{ cvr_click() }} as cvr_click,
    {{ cvr_imp() }} as cvr_imp
from {{ ref('ad_campaigns_daily') }}
group by platform, account_id, date_day, currency, campaign_id
