{#
  A mart that adds up rows of reports holds nothing that does not add up (reach,
  frequency, conversions of a setting that takes the first type).  Every number of the
  mart is looked up in adpipe.columns by its name, or by the one that renamed gives, in
  each of the reports: a metric that is not additive in one of them is refused, and so is
  a number that none of them has, since nobody knows what it is.

    reports     wrapper.report of what the rows come from
    renamed     column of the mart -> column of the reports
    not_sums    numbers that the mart does not add up: KPIs, or metrics at the reports' own grain
#}
{% test additive_only(model, reports, renamed={}, not_sums=[]) %}
with numbers as (
    select a.attname::text as column_name,
           coalesce('{{ tojson(renamed) }}'::jsonb ->> a.attname::text, a.attname::text) as metric
    from pg_attribute a
    where a.attrelid = '{{ model }}'::regclass and a.attnum > 0 and not a.attisdropped
      and a.atttypid in ('bigint'::regtype, 'integer'::regtype, 'numeric'::regtype, 'double precision'::regtype)
      and not a.attname = any (array[{% for column in not_sums %}'{{ column }}'{{ ', ' if not loop.last }}{% endfor %}]::text[])
)
select n.column_name, n.metric, coalesce(min(c.wrapper || '.' || c.report) filter (where c.additive not like 'days, entities, breakdowns%'), 'in none of the reports') as problem
from numbers n
left join adpipe.columns c
    on c.column_name = n.metric and c.kind = 'metric'
    and c.wrapper || '.' || c.report = any (array[{% for report in reports %}'{{ report }}'{{ ', ' if not loop.last }}{% endfor %}])
group by n.column_name, n.metric
having bool_and(c.additive like 'days, entities, breakdowns%') is not true
{% endtest %}
