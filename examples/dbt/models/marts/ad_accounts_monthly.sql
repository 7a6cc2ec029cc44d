-- Of another mart, and replaced by month: slice_by in marts.yml says how days of the
-- copies become months of this table.  No conversions: those of Meta do not add up.
select
    platform,
    account_id,
    month,
    currency,
    sum(impressions) as impressions,
    sum(clicks) as clicks,
    sum(spend) as spend
from (
    select *, date_trunc('month', date_day)::date as month
    from {{ ref('ad_campaigns_daily') }}
) as days
where {{ adpipe_changed() }}
group by platform, account_id, month, currency
