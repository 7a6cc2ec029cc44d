-- A number that does not add up, and the same under another name.
{{ config(materialized='table') }}
select account_id, sum(reach)::bigint as reach, sum(reach)::bigint as people, sum(spend) as spend
from {{ source('ads', 'meta_campaign_daily') }}
group by account_id
