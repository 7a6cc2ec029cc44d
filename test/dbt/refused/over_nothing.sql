{{ config(materialized='incremental', incremental_strategy='adpipe_slices') }}
select 'a' as account_id, current_date as date_day
