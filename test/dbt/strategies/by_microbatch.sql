-- The last days again, one after the other.
{{ config(materialized='incremental', incremental_strategy='microbatch', unique_key=['account_id', 'date_day', 'campaign_id'],
          event_time='date_day', begin='2026-10-05', batch_size='day', lookback=35) }}
select * from {{ ref('rows_of_google') }}
