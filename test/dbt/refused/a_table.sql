{{ config(materialized='table') }}
select account_id, date_day from {{ source('ads', 'google_campaign_daily') }}
