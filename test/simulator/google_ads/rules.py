"""Judges a parsed query by the platform's semantic rules and turns it into
a Plan that evaluate.py can carry out without further doubts."""

import datetime

from google_ads import dates, fields
from google_ads.gaql import QueryError
from google_ads.match import Predicate

MAX_UNIQUE_USER_DAYS = 92
CLICK_VIEW_DAYS = 90
MAX_CHANGES = 10000
# Resources of changes: the field of their time, error family, days kept.
CHANGES = {
    "change_event": ("change_event.change_date_time", "changeEventError", 30),
    "change_status": ("change_status.last_change_date_time",
                      "changeStatusError", 90),
}
SEGMENTS_FOR_LONELY = fields.CORE_DATES + ("segments.device",
                                           "segments.ad_network_type")


class Plan:
    """What is to be computed.

    select      Field objects in SELECT order
    attributes  predicates on attributes
    segments    predicates on segments other than core dates
    metrics     predicates on metrics
    range       DateRange
    order_by    (Field, descending) pairs
    """

    def __init__(self, field_set, resource, query):
        self.field_set = field_set
        self.resource = resource
        self.limit = query.limit
        self.omit_names = query.parameters.get(
            "omit_unselected_resource_names", False)
        self.select = []
        self.attributes = []
        self.segments = []
        self.metrics = []
        self.order_by = []
        self.range = None
        self.span = None        # (first, last) day of a dated resource

    def selected(self, category):
        """Returns the selected fields of a category."""
        return [f for f in self.select if f.category == category]

    @property
    def uses_metrics(self):
        """Returns whether a metric is selected or filtered."""
        return bool(self.metrics or self.selected("METRIC"))

    @property
    def is_report(self):
        """Returns whether daily numbers are needed at all."""
        return bool(self.uses_metrics or self.selected("SEGMENT")
                    or self.split_resources)

    @property
    def split_resources(self):
        """Returns the segmenting resources that the SELECT names."""
        return [name for name in self.resource.segmenting
                if any(f.resource == name for f in self.select)]


def look_up(field_set, name, clause):
    """Returns the Field of a name used in a clause."""
    if name in field_set.resources:
        raise QueryError("PROHIBITED_RESOURCE_TYPE_IN_%s_CLAUSE" % clause,
                         "Resource '%s' cannot stand in the %s clause." % (
                             name, clause))
    field = field_set.fields.get(name)
    if field is None:
        raise QueryError("UNRECOGNIZED_FIELD",
                         "Unrecognized field in the query: '%s'." % name)
    return field


def check_belongs(resource, field, clause):
    """Refuses a field that does not go with the FROM resource."""
    if field.category == "SEGMENT":
        fits = field.name in resource.segments
        code = "PROHIBITED_SEGMENT_IN_SELECT_OR_WHERE_CLAUSE"
    elif field.category == "METRIC":
        fits = resource.takes_metric(field.name)
        code = "PROHIBITED_METRIC_IN_SELECT_OR_WHERE_CLAUSE"
    else:
        fits = field.resource == resource.name or field.resource in (
            resource.attributed + resource.segmenting)
        code = "PROHIBITED_RESOURCE_TYPE_IN_%s_CLAUSE" % clause
    if not fits:
        raise QueryError(code, "Field '%s' cannot be used with resource '%s' "
                         "in the FROM clause." % (field.name, resource.name))


def bind_select(plan, query):
    """Fills plan.select."""
    for name in query.select:
        field = look_up(plan.field_set, name, "SELECT")
        check_belongs(plan.resource, field, "SELECT")
        if not field.selectable:
            raise QueryError("PROHIBITED_FIELD_IN_SELECT_CLAUSE",
                             "Field '%s' is not selectable." % name)
        plan.select.append(field)


def bind_where(plan, query, today):
    """Fills the predicates and the date range."""
    selected = {f.name for f in plan.select}
    core = []
    for condition in query.where:
        field = look_up(plan.field_set, condition.field, "WHERE")
        check_belongs(plan.resource, field, "WHERE")
        if not field.filterable and not condition.op.startswith("IS "):
            raise QueryError("PROHIBITED_FIELD_IN_WHERE_CLAUSE",
                             "Field '%s' is not filterable." % field.name)
        predicate = Predicate(field, condition)
        if field.name in fields.CORE_DATES:
            core.append(predicate)
        elif field.category == "SEGMENT":
            if field.name not in selected:
                raise QueryError(
                    "EXPECTED_REFERENCED_FIELD_IN_SELECT_CLAUSE", "The "
                    "following field must be present in SELECT clause: '%s'."
                    % field.name)
            plan.segments.append(predicate)
        elif field.category == "METRIC":
            plan.metrics.append(predicate)
        else:
            # What splits rows is a segment, whatever it is called.
            if (field.resource in plan.resource.segmenting
                    and field.name not in selected):
                raise QueryError(
                    "EXPECTED_REFERENCED_FIELD_IN_SELECT_CLAUSE", "The "
                    "following field must be present in SELECT clause: '%s'."
                    % field.name)
            plan.attributes.append(predicate)
    plan.range = dates.DateRange(core, today)
    plan.filtered_dates = [p.field.name for p in core]


def bind_order(plan, query):
    """Fills plan.order_by."""
    for name, descending in query.order_by:
        field = look_up(plan.field_set, name, "ORDER_BY")
        if not field.sortable:
            raise QueryError("PROHIBITED_FIELD_IN_ORDER_BY_CLAUSE",
                             "Field '%s' is not sortable." % name)
        if field not in plan.select:
            raise QueryError(
                "EXPECTED_REFERENCED_FIELD_IN_SELECT_CLAUSE", "The following "
                "field must be present in SELECT clause: '%s'." % name)
        plan.order_by.append((field, descending))


def check_dates(plan, today, version):
    """Applies the rules on date ranges."""
    selected = {f.name for f in plan.select}
    core = [name for name in fields.CORE_DATES if name in selected]
    if core and not plan.range.finite:
        raise QueryError(
            "EXPECTED_FILTERS_ON_DATE_RANGE", "Expects filters on the "
            "following field to limit a finite date range: '%s'." % core[0])
    used = selected.union(plan.filtered_dates)
    fine = used.intersection(fields.FINE_DATES)
    first = plan.range.first
    limit = dates.add_months(today, -37 if fine else -132)
    if first is None or first >= limit:
        return
    code = ("REQUESTED_DATE_GRANULARITY_NOT_SUPPORTED" if version >= 24
            else "INVALID_DATE")
    raise QueryError(code, "The requested granularity is not supported for "
                     "dates before %s; the query starts at %s." % (
                         limit, first), family="dateRangeError")


def check_click_view(plan, today):
    """Applies the rules on the days of click_view."""
    first, last = plan.range.first, plan.range.last
    if first is None or first != last:
        raise QueryError("EXPECTED_FILTER_ON_A_SINGLE_DAY", "Expected filters "
                         "to limit to a single day on segments.date.",
                         family="clickViewError")
    if (today - first).days > CLICK_VIEW_DAYS:
        raise QueryError("DATE_TOO_OLD", "Dates older than %d days are not "
                         "supported." % CLICK_VIEW_DAYS,
                         family="clickViewError")
    plan.span = first, last


def check_changes(plan, today):
    """Applies the rules on time and LIMIT of changes."""
    name, family, kept = CHANGES[plan.resource.name]
    low = high = None
    for predicate in plan.attributes:
        if predicate.field.name != name:
            continue
        op, operand = predicate.op, predicate.operand
        if op in ("=", ">", ">=", "BETWEEN"):
            low = operand[0] if op == "BETWEEN" else operand
        if op in ("=", "<", "<=", "BETWEEN"):
            high = operand[1] if op == "BETWEEN" else operand
    if low is None or high is None:
        raise QueryError("CHANGE_DATE_RANGE_INFINITE", "The change date range "
                         "must be finite on '%s'." % name, family=family)
    if low > high:
        raise QueryError("CHANGE_DATE_RANGE_NEGATIVE", "The start of the "
                         "change date range is after its end.", family=family)
    first = datetime.date.fromisoformat(low[:10])
    if (today - first).days > kept:
        raise QueryError("START_DATE_TOO_OLD", "The requested start date is "
                         "too old: it cannot be older than %d days." % kept,
                         family=family)
    if plan.limit is None:
        raise QueryError("LIMIT_NOT_SPECIFIED", "A limit must be set in the "
                         "query.", family=family)
    if plan.limit > MAX_CHANGES:
        raise QueryError("INVALID_LIMIT_CLAUSE", "The LIMIT must be at most "
                         "%d." % MAX_CHANGES, family=family)
    plan.span = first, datetime.date.fromisoformat(high[:10])


def check_combinations(plan):
    """Applies the rules on which metrics go with which segments."""
    metrics = {f.name for f in plan.selected("METRIC")}
    metrics |= {p.field.name for p in plan.metrics}
    segments = {f.name for f in plan.selected("SEGMENT")}
    by_action = segments.intersection(fields.CONVERSION_SEGMENTS)
    wrong = sorted(metrics - fields.CONVERSION_METRICS)
    lonely = sorted(metrics & fields.LONELY_METRICS)
    other = sorted(segments - set(SEGMENTS_FOR_LONELY))
    # A lag is that of the conversions of the day's clicks.
    late = sorted(m for m in metrics if "_by_conversion_date" in m)
    if by_action and wrong:
        pair = sorted(by_action)[0], wrong[0]
    elif fields.LAG in segments and late:
        pair = fields.LAG, late[0]
    elif lonely and other:
        pair = other[0], lonely[0]
    else:
        pair = None
    if pair:
        raise QueryError(
            "PROHIBITED_SEGMENT_WITH_METRIC_IN_SELECT_OR_WHERE_CLAUSE",
            "Cannot select or filter on the following segment and metric "
            "together: '%s', '%s'." % pair)
    if "metrics.unique_users" in metrics and (
            not plan.range.finite or
            (plan.range.last - plan.range.first).days
            >= MAX_UNIQUE_USER_DAYS):
        raise QueryError("DATE_RANGE_TOO_WIDE", "'metrics.unique_users' needs "
                         "a date range of at most %d days."
                         % MAX_UNIQUE_USER_DAYS)


def make_plan(query, version, today, is_manager):
    """Returns the Plan of a parsed query; raises QueryError."""
    field_set = fields.field_set(version)
    if query.resource is None:
        raise QueryError("EXPECTED_FROM", "Error in query: expected 'FROM'.")
    resource = field_set.resources.get(query.resource)
    if resource is None:
        raise QueryError("BAD_RESOURCE_TYPE_IN_FROM_CLAUSE", "Resource '%s' "
                         "is unknown." % query.resource)
    plan = Plan(field_set, resource, query)
    bind_select(plan, query)
    bind_where(plan, query, today)
    bind_order(plan, query)
    check_dates(plan, today, version)
    if resource.name == "click_view":
        check_click_view(plan, today)
    if resource.name in CHANGES:
        check_changes(plan, today)
    check_combinations(plan)
    if is_manager and plan.uses_metrics:
        raise QueryError(
            "REQUESTED_METRICS_FOR_MANAGER", "Metrics cannot be requested for "
            "a manager account. To retrieve metrics, issue separate requests "
            "against each client account under the manager account.")
    return plan
