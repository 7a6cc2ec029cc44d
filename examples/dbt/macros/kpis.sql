{#
  The KPI aggregates of adpipe over the names that all platforms share.  Each is the
  exact sum of the numerator through the sum of the denominator of a group.  With
  money, the currency goes along: a group of two currencies is an error, not a number.
  currency=none leaves it out.  adpipe.kpis lists every KPI with its trap.
#}
{% macro adpipe_kpi(name, numerator, denominator, currency=none) -%}
    adpipe.{{ name }}({{ numerator }}, {{ denominator }}{% if currency is not none %}, {{ currency }}{% endif %})
{%- endmacro %}

{% macro ctr(clicks='clicks', impressions='impressions') %}{{ adpipe_kpi('ctr', clicks, impressions) }}{% endmacro %}
{% macro cvr_click(conversions='conversions', clicks='clicks') %}{{ adpipe_kpi('cvr_click', conversions, clicks) }}{% endmacro %}
{% macro cvr_imp(conversions='conversions', impressions='impressions') %}{{ adpipe_kpi('cvr_imp', conversions, impressions) }}{% endmacro %}

{% macro cpc(spend='spend', clicks='clicks', currency='currency') %}{{ adpipe_kpi('cpc', spend, clicks, currency) }}{% endmacro %}
{% macro cpm(spend='spend', impressions='impressions', currency='currency') %}{{ adpipe_kpi('cpm', spend, impressions, currency) }}{% endmacro %}
{% macro cpa(spend='spend', conversions='conversions', currency='currency') %}{{ adpipe_kpi('cpa', spend, conversions, currency) }}{% endmacro %}
{% macro cpi(spend='spend', installs='installs', currency='currency') %}{{ adpipe_kpi('cpi', spend, installs, currency) }}{% endmacro %}
{% macro roas(value='conversions_value', spend='spend', currency='currency') %}{{ adpipe_kpi('roas', value, spend, currency) }}{% endmacro %}
{% macro roi(value='conversions_value', spend='spend', currency='currency') %}{{ adpipe_kpi('roi', value, spend, currency) }}{% endmacro %}
{% macro acos(spend='spend', value='conversions_value', currency='currency') %}{{ adpipe_kpi('acos', spend, value, currency) }}{% endmacro %}
{% macro aov(value='conversions_value', conversions='conversions', currency='currency') %}{{ adpipe_kpi('aov', value, conversions, currency) }}{% endmacro %}
