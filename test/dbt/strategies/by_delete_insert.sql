-- Whole account-days, of those that still have rows.
{{ config(materialized='incremental', incremental_strategy='delete+insert', unique_key=['account_id', 'date_day']) }}
select * from {{ ref('rows_of_google') }}
{% if is_incremental() %}
where (account_id, date_day) in (
    select account_id, date_day from {{ ref('rows_of_google') }}
    where _fetched_at > (select max(_fetched_at) from {{ this }}))
{% endif %}
