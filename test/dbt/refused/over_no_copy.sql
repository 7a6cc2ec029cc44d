{{ config(materialized='incremental', incremental_strategy='adpipe_slices') }}
select account_id, date_day from {{ source('refused', 'no_copy') }}
