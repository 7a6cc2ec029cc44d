{{ config(materialized='incremental', incremental_strategy='adpipe_slices') }}
select * from {{ ref('a_table') }}
