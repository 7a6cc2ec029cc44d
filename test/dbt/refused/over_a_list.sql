{{ config(materialized='incremental', incremental_strategy='adpipe_slices') }}
select account_id, current_date as date_day from {{ source('refused', 'google_campaigns') }}
