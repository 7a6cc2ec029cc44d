-- Over a view, which is no copy: meta.copies of the source names what it shows.
{{ config(materialized='incremental', incremental_strategy='adpipe_slices',
          pre_hook="{{ adpipe_pin() }}", post_hook="{{ adpipe_remember() }}") }}
select * from {{ source('shown', 'google_days') }}
where {{ adpipe_changed() }}
