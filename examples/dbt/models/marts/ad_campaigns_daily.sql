-- Two copies, one mart: a day of an account is replaced whenever either copy changed it.
with campaigns as (
    select * from {{ ref('stg_google__campaigns') }}
    union all
    select * from {{ ref('stg_meta__campaigns') }}
)
select * from campaigns
where {{ adpipe_changed() }}
