{{ config(materialized='view', event_time='date_day') }}
select account_id, date_day, campaign_id, currency, impressions, spend, _fetched_at
from {{ source('ads', 'google_campaign_daily') }}
