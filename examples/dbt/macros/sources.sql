{#
  When a copy was last confirmed, of the account that is furthest behind; NULL, which
  dbt takes for infinitely old, if one was never read.
#}
{% macro adpipe_loaded_at(copy) %}
    select case when bool_and(last_success is not null) then min(last_success) end
    from adpipe.freshness
    where target = to_regclass('{{ copy }}')
{% endmacro %}
