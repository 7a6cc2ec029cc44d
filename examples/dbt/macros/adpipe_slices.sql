{#
  The incremental strategy adpipe_slices: a mart is kept by what changed in the copies
  that it reads.  One transaction does it all:

    adpipe_pin        before the model: notes the newest version of each copy, then the
                      slices that changed since the versions that the mart knows
    the model         reads the rows of these slices; adpipe_changed() is its condition
    the strategy      deletes the slices from the mart and inserts their rows
    adpipe_remember   after the model: the versions noted are those that the mart knows

  The version comes before the rows.  What a refresh commits in between has a higher
  version, and is replaced again by the next run.

  A mart is replaced by the columns of meta.slice_by: column of the mart -> expression
  over account_id and date_day of a slice.  The rule for a model: rows with one value of
  these columns depend on rows of the copies with the same value, and on no others.
#}

{% macro adpipe_slice_by() %}
    {{ return(config.get('meta', {}).get('slice_by', {'account_id': 'account_id', 'date_day': 'date_day'})) }}
{% endmacro %}

{% macro adpipe_slice_columns() %}
    {% set quoted = [] %}
    {% for column in adpipe_slice_by() %}{% do quoted.append(adapter.quote(column)) %}{% endfor %}
    {{ return(quoted | join(', ')) }}
{% endmacro %}

{% macro adpipe_versions(schema_of) %}
    {{ return(api.Relation.create(database=schema_of.database, schema=schema_of.schema, identifier='adpipe_versions')) }}
{% endmacro %}

{# The condition of a model: the slices to replace, or all of them when the table is made anew. #}
{% macro adpipe_changed() -%}
    {% if is_incremental() -%}
        ({{ adpipe_slice_columns() }}) in (select {{ adpipe_slice_columns() }} from pg_temp.adpipe_slices)
    {%- else -%}
        true
    {%- endif %}
{%- endmacro %}

{# Whether dbt leaves rows of the sources out (--empty, --sample): such a run must not count as one. #}
{% macro adpipe_is_partial() %}
    {{ return(invocation_args_dict.get('empty', false) or invocation_args_dict.get('sample') is not none) }}
{% endmacro %}

{#
  What a model reads, through views: copies, and marts of this strategy.  Of a mart the
  versions are those that it was built with, not those of the copies by now.
#}
{% macro adpipe_inputs(id, found) %}
    {% for input_id in graph.nodes[id].depends_on.nodes %}
        {% set input = graph.nodes.get(input_id, graph.sources.get(input_id)) %}
        {% if input.resource_type == 'source' %}
            {% set copies = (input.config.meta or input.meta).get('copies', [input.relation_name]) %}
            {% for copy in copies %}{% if copy not in found.copies %}{% do found.copies.append(copy) %}{% endif %}{% endfor %}
        {% elif input.resource_type == 'seed' %}
        {% elif input.config.materialized in ('view', 'ephemeral') %}
            {% do adpipe_inputs(input_id, found) %}
        {% elif input.config.materialized == 'incremental' and input.config.incremental_strategy == 'adpipe_slices' %}
            {% do found.marts.append(input) %}
        {% else %}
            {% do exceptions.raise_compiler_error(
                'adpipe_slices cannot know what changed in "' ~ input.name ~ '", which is materialized as ' ~ input.config.materialized
                ~ '. Make it a view, or incremental by adpipe_slices.') %}
        {% endif %}
    {% endfor %}
{% endmacro %}

{# Refuses what has no versions of days. #}
{% macro adpipe_require_copies(copies) %}
    {% for copy in copies %}
        {% set problem = run_query("select case when not exists (select from adpipe.targets t where t.target = to_regclass('" ~ copy ~ "'))"
            ~ " then 'is no local copy of adpipe. If its changes are to be ignored, or if it is a view over copies, list these in meta.copies of the source'"
            ~ " when not exists (select from pg_attribute a where a.attrelid = to_regclass('" ~ copy ~ "') and a.attname in ('date_day', 'period_start'))"
            ~ " then 'is a list of entities, whose changes have no day. Join it in a view over the mart, or set meta.copies of the source to []' end").rows[0][0] %}
        {% if problem is not none %}
            {% do exceptions.raise_compiler_error(copy ~ ' ' ~ problem ~ '.') %}
        {% endif %}
    {% endfor %}
{% endmacro %}

{# Before the model, in its transaction. #}
{% macro adpipe_pin() %}
    {% if not execute or config.get('incremental_strategy') != 'adpipe_slices' or model.config.materialized != 'incremental' %}{{ return('') }}{% endif %}
    {% set found = {'copies': [], 'marts': []} %}
    {% do adpipe_inputs(model.unique_id, found) %}
    {% do adpipe_require_copies(found.copies) %}
    {% if not found.copies and not found.marts %}
        {% do exceptions.raise_compiler_error('adpipe_slices: the model reads no local copy of adpipe.') %}
    {% endif %}
    {% set versions = adpipe_versions(this) %}
    {% call statement('adpipe_pin') %}
        select pg_advisory_xact_lock(hashtextextended('{{ versions }}', 0)) where to_regclass('{{ versions }}') is null;
        create table if not exists {{ versions }} (
            model text, copy text, copy_oid oid not null, version bigint not null, primary key (model, copy));
        /* Two runs of one mart come one after the other. */
        select pg_advisory_xact_lock(hashtextextended('{{ this }}', 0));
        create temporary table adpipe_pinned on commit drop as
            /* Of a mart that was built on an earlier copy, that one counts until the mart is built anew. */
            select distinct on (copy) copy, copy_oid, version
            from (
                {% for copy in found.copies -%}
                select '{{ copy }}' as copy, to_regclass('{{ copy }}')::oid as copy_oid,
                       {% if adpipe_is_partial() %}0::bigint{% else %}coalesce((select max(version) from adpipe.changed_slices(to_regclass('{{ copy }}'))), 0){% endif %} as version
                {% if not loop.last or found.marts %}union all{% endif %}
                {% endfor -%}
                {% for mart in found.marts -%}
                select copy, copy_oid, {{ '0::bigint' if adpipe_is_partial() else 'version' }} as version from {{ adpipe_versions(mart) }} where model = '{{ mart.alias }}'
                {% if not loop.last %}union all{% endif %}
                {% endfor %}
            ) as inputs
            order by copy, copy_oid is not distinct from to_regclass(copy)::oid, version;
    {% endcall %}
    {% if is_incremental() and adpipe_is_partial() %}
        {% do exceptions.raise_compiler_error('adpipe_slices: --empty and --sample leave rows out, and would delete them from ' ~ this ~ '. Use another schema, or --full-refresh.') %}
    {% elif is_incremental() %}
        {% do adpipe_pin_slices(versions) %}
    {% endif %}
{% endmacro %}

{#
  A copy that was made anew or restored from a dump has another oid, or versions below
  those that the mart knows: then every slice is replaced, and what is left deleted.
#}
{% macro adpipe_pin_slices(versions) %}
    {% set rebuild = run_query("select count(*) > 0 from adpipe_pinned p full join (select * from " ~ versions
        ~ " where model = '" ~ this.identifier ~ "') k using (copy, copy_oid)"
        ~ " where p.version is null or k.version is null or p.version < k.version").rows[0][0] %}
    {% if rebuild and config.get('full_refresh') is false %}
        {% do exceptions.raise_compiler_error('adpipe_slices: a copy under ' ~ this
            ~ ' is another one than at the last run, so that the mart must be built anew, which full_refresh: false forbids.') %}
    {% endif %}
    {% if rebuild %}{{ log('adpipe_slices: ' ~ this ~ ' is built anew: its copies are not those of the last run', info=true) }}{% endif %}
    {% set columns = [] %}
    {% for column, expression in adpipe_slice_by().items() %}
        {% do columns.append('(' ~ expression ~ ') as ' ~ adapter.quote(column)) %}
    {% endfor %}
    {% call statement('adpipe_pin_slices') %}
        create temporary table adpipe_rebuild on commit drop as select {{ rebuild }} as rebuild;
        create temporary table adpipe_slices on commit drop as
            select distinct {{ columns | join(', ') }}
            from adpipe_pinned p
            left join {{ versions }} k on k.model = '{{ this.identifier }}' and k.copy = p.copy
            cross join lateral adpipe.changed_slices(to_regclass(p.copy), {{ '0' if rebuild else 'k.version' }}) s;
        analyze adpipe_slices;
    {% endcall %}
{% endmacro %}

{# The strategy.  What the model returns beyond the slices stays out, so that a model without adpipe_changed() is slow, not wrong. #}
{% macro get_incremental_adpipe_slices_sql(arg_dict) %}
    {% set target = arg_dict.target_relation %}
    {% set columns = get_quoted_csv(arg_dict.dest_columns | map(attribute='name')) %}
    {% set keys = adpipe_slice_columns() %}
    {% if run_query("select to_regclass('pg_temp.adpipe_slices') is null").rows[0][0] %}
        {% do exceptions.raise_compiler_error('adpipe_slices needs the hooks adpipe_pin() and adpipe_remember(): set +pre-hook and +post-hook as examples/dbt/dbt_project.yml does.') %}
    {% endif %}
    {% set rebuild = run_query('select rebuild from adpipe_rebuild').rows[0][0] %}
    delete from {{ target }}{% if not rebuild %} where ({{ keys }}) in (select {{ keys }} from pg_temp.adpipe_slices){% endif %};
    insert into {{ target }} ({{ columns }})
    select {{ columns }} from {{ arg_dict.temp_relation }}
    where ({{ keys }}) in (select {{ keys }} from pg_temp.adpipe_slices)
{% endmacro %}

{# After the model, in its transaction. #}
{% macro adpipe_remember() %}
    {% if not execute or config.get('incremental_strategy') != 'adpipe_slices' or model.config.materialized != 'incremental' %}{{ return('') }}{% endif %}
    {% set versions = adpipe_versions(this) %}
    delete from {{ versions }} k
    where k.model = '{{ this.identifier }}' and not exists (select from adpipe_pinned p where p.copy = k.copy);
    insert into {{ versions }} as k (model, copy, copy_oid, version)
    select '{{ this.identifier }}', copy, copy_oid, version from adpipe_pinned
    on conflict (model, copy) do update set copy_oid = excluded.copy_oid, version = excluded.version
    where (k.copy_oid, k.version) is distinct from (excluded.copy_oid, excluded.version)
{% endmacro %}
