-- As loaders' packages do: new and changed rows by key, whose time is later than the last.
{{ config(materialized='incremental', incremental_strategy='merge', unique_key=['account_id', 'date_day', 'campaign_id']) }}
select * from {{ ref('rows_of_google') }}
{% if is_incremental() %}
where _fetched_at > (select max(_fetched_at) from {{ this }})
{% endif %}
