{#
  Every account-day from since to until is complete, and its rows are those that a
  refresh stored.  adpipe.require_complete() is an error that names the days that are not.
#}
{% test complete_days(model, since, until) %}
select checked
from (select adpipe.require_complete('{{ model }}'::regclass, {{ since }}, {{ until }})::text as checked offset 0) as guard
where checked <> ''
{% endtest %}
