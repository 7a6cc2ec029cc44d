-- Of a table that is there; without the hooks nobody knows what to replace.
{{ config(materialized='incremental', incremental_strategy='adpipe_slices') }}
select account_id, date_day from {{ source('ads', 'google_campaign_daily') }}
