-- What the platforms took beside what the tracker saw.  A row depends on every account
-- of its day, so the mart is replaced by day.
with spent as (
    select date_day, currency, platform as channel, sum(spend) as spend, 0::numeric as installs, 0::numeric as revenue
    from {{ ref('ad_campaigns_daily') }}
    group by date_day, currency, platform
),
tracked as (
    select
        date_day,
        currency,
        case media_source when 'googleadwords_int' then 'google_ads' when 'Facebook Ads' then 'meta_ads' else 'other' end as channel,
        0::numeric as spend,
        sum(installs) as installs,
        sum(revenue) as revenue
    from {{ ref('stg_appsflyer__partners') }}
    group by 1, 2, 3
),
both_sides as (
    select * from spent
    union all
    select * from tracked
)
select date_day, currency, channel, sum(spend) as spend, sum(installs) as installs, sum(revenue) as revenue
from both_sides
where {{ adpipe_changed() }}
group by date_day, currency, channel
