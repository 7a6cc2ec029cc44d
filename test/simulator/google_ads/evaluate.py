"""Carries out a Plan over the world: rows of values in SELECT order."""

import operator

import people
from google_ads import dates, events
from world import (FRACTIONAL, METRIC_INDEX, METRICS, UNIT, UNTOLD, ZERO,
                   needed_segments)

DAYS_OF_WEEK = ("MONDAY", "TUESDAY", "WEDNESDAY", "THURSDAY", "FRIDAY",
                "SATURDAY", "SUNDAY")
MONTHS = ("JANUARY", "FEBRUARY", "MARCH", "APRIL", "MAY", "JUNE", "JULY",
          "AUGUST", "SEPTEMBER", "OCTOBER", "NOVEMBER", "DECEMBER")
# Segments with one value only in this world.
CONSTANT_SEGMENTS = {"ad_sub_network_type": "SEARCH",
                     "gender": "UNDETERMINED", "slot": "SEARCH_TOP",
                     "click_type": "URL_CLICKS",
                     "age_range": "AGE_RANGE_UNDETERMINED"}
DEFAULTS = {"BOOLEAN": False, "INT64": 0, "INT32": 0, "DOUBLE": 0.0,
            "STRING": ""}


class Row:
    """One result row: values in SELECT order, and resource names."""

    __slots__ = ("values", "names")

    def __init__(self, values, names):
        self.values = values
        self.names = names


def attribute_value(field, context):
    """Returns an attribute's value, None if not set; what has no presence
    has its default instead."""
    entity = context.entities.get(field.resource)
    value = entity.attrs.get(field.path) if entity else None
    if value is None and not field.presence and not field.repeated:
        return ("UNSPECIFIED" if field.data_type == "ENUM"
                else DEFAULTS.get(field.data_type))
    return value


def passes(predicates, context):
    """Returns whether a row candidate meets the attribute conditions."""
    return all(p(attribute_value(p.field, context)) for p in predicates)


# ---- metrics -------------------------------------------------------------

def base_value(vector, name):
    """Returns a base metric as it is told: a whole number or a float that is
    the exact sum rounded once."""
    index = METRIC_INDEX[name]
    return vector[index] / UNIT if FRACTIONAL[index] else vector[index]


def quotient(numerator, denominator, factor=1, empty=None):
    """Returns a metric function: the ratio of two base metrics, or `empty`
    when the denominator is zero."""
    def compute(vector):
        below = base_value(vector, denominator)
        if not below:
            return empty
        return base_value(vector, numerator) * factor / below
    return compute


def impression_share(vector):
    """Returns the share of eligible impressions; tiny shares are told as
    0.0999, unknown ones not at all."""
    eligible = base_value(vector, "eligible_impressions")
    if not eligible:
        return None
    share = base_value(vector, "impressions") / eligible
    return 0.0999 if share < 0.1 else share


def lost_share(part):
    """Returns the metric function of the share of eligible impressions that
    was lost for one of two reasons, a third for the first; large shares are
    told as 0.9001."""
    def compute(vector):
        eligible = base_value(vector, "eligible_impressions")
        if not eligible:
            return None
        lost = eligible - base_value(vector, "impressions")
        share = (lost // 3 if part == 0 else lost - lost // 3) / eligible
        return 0.9001 if share > 0.9 else share
    return compute


class Total(list):
    """A metric vector being added up, and the people of its cells."""

    def __init__(self, vector):
        super().__init__(vector)
        self.people = []


def unique_users(total):
    """Returns how many people there are."""
    return people.count(total.people)


def event_types(vector):
    """Returns the kinds of interaction that happened."""
    kinds = ["CLICK"] if base_value(vector, "clicks") else []
    if base_value(vector, "engagements"):
        kinds.append("ENGAGEMENT")
    return kinds


def average_cost(denominator):
    """Returns the metric function of an average cost in micros."""
    return quotient("cost_micros", denominator)


DERIVED = {
    "ctr": quotient("clicks", "impressions", empty=0.0),
    "interaction_rate": quotient("interactions", "impressions", empty=0.0),
    "average_cpc": average_cost("clicks"),
    "average_cpm": quotient("cost_micros", "impressions", 1000),
    "average_cost": average_cost("interactions"),
    "trueview_average_cpv": average_cost("video_trueview_views"),
    "video_trueview_view_rate": quotient("video_trueview_views",
                                         "impressions", empty=0.0),
    "conversions_from_interactions_rate": quotient("conversions",
                                                   "interactions", empty=0.0),
    "cost_per_conversion": average_cost("conversions"),
    "value_per_conversion": quotient("conversions_value", "conversions"),
    "conversions_value_per_cost": quotient("conversions_value",
                                           "cost_micros", 10 ** 6),
    "search_impression_share": impression_share,
    "search_budget_lost_impression_share": lost_share(0),
    "search_rank_lost_impression_share": lost_share(1),
    "unique_users": unique_users,
    "interaction_event_types": event_types,
    "engagement_rate": quotient("engagements", "impressions", empty=0.0),
    "average_cpe": average_cost("engagements"),
    "sk_ad_network_installs": lambda vector: 0,
}
DERIVED.update(("video_quartile_p%s_rate" % part,
                quotient("watched_p" + part, "impressions", empty=0.0))
               for part in ("25", "50", "75", "100"))
BASE_NAMES = frozenset(name for name, _ in METRICS).difference(UNTOLD)


def metric_value(field, vector):
    """Returns the value of a metric for a summed vector."""
    if field.path in BASE_NAMES:
        return base_value(vector, field.path)
    return DERIVED[field.path](vector)


# ---- segments ------------------------------------------------------------

def day_segments(day):
    """Returns the values of all segments that follow from the day, and of
    those with one value only."""
    return {
        **CONSTANT_SEGMENTS,
        "date": day, "week": dates.period_start("week", day),
        "month": dates.period_start("month", day),
        "quarter": dates.period_start("quarter", day), "year": day.year,
        "day_of_week": DAYS_OF_WEEK[day.weekday()],
        "month_of_year": MONTHS[day.month - 1],
    }


class Report:
    """Sums the world's cells into groups of a plan."""

    def __init__(self, plan, world, account):
        self.plan = plan
        self.world = world
        self.account = account
        self.paths = [f.path for f in plan.selected("SEGMENT")]
        self.split_names = plan.split_resources
        self.segmented = bool(self.paths or self.split_names)
        self.needed = needed_segments(self.paths)
        self.counts_people = any(f.path == "unique_users" for f in
                                 plan.selected("METRIC"))
        self.splits = events.splits(self.paths)
        self.groups = {}

    def fine_cells(self, context, day_values):
        """Yields (segments, vector) of one candidate's day, as fine as the
        selected segments need."""
        for cell in self.world.cells(self.plan.resource.name, self.account,
                                     context, day_values["date"]):
            segments = {**day_values, **cell.segments}
            # What has no keyword, or place, is not told by it.
            if not all(segments.get(name) for name in self.needed):
                continue
            if self.splits:
                yield from events.split(self.account, segments, cell.vector,
                                        day_values["date"], self.paths)
            else:
                yield segments, cell.vector

    def key_of(self, context, segments):
        """Returns what tells groups apart."""
        return (context.entity.attrs["resource_name"],
                tuple(context.entities[name].attrs["resource_name"]
                      for name in self.split_names),
                tuple(segments.get(path) for path in self.paths))

    def add(self, context, segments, vector):
        """Adds a vector to its group, which is made if it is new."""
        key = self.key_of(context, segments)
        group = self.groups.get(key)
        if group is None:
            total = Total(vector)
            self.groups[key] = (context, segments, total)
        else:
            total = group[2]
            total[:] = map(operator.add, total, vector)
        if self.counts_people and segments:
            total.people.append(people.who_saw(
                self.account, segments["date"], segments, vector))

    def collect(self, contexts):
        """Fills the groups."""
        plan = self.plan
        days = [day_segments(day) for day in plan.range.days(
            self.world.first_day(self.account),
            self.world.today(self.account))]
        for context in contexts:
            # What has no object of a kind has no rows by it.
            if not all(name in context.entities
                       for name in self.split_names):
                continue
            if not self.segmented:
                self.add(context, {}, ZERO)
            for day_values in days:
                for segments, vector in self.fine_cells(context, day_values):
                    if not plan.segments or all(
                            p(segments.get(p.field.path))
                            for p in plan.segments):
                        self.add(context, segments, vector)

    def results(self):
        """Yields (context, segments, vector) of the groups that the zero
        rule and the metric conditions let through."""
        selected = self.plan.selected("METRIC")
        for context, segments, vector in self.groups.values():
            if self.segmented:
                told = ([metric_value(f, vector) for f in selected]
                        if selected else vector)
                if not any(told):
                    continue
            if all(p(metric_value(p.field, vector))
                   for p in self.plan.metrics):
                yield context, segments, vector


def field_value(field, context, segments, vector):
    """Returns the value of any selected field in a group."""
    if field.category == "ATTRIBUTE":
        return attribute_value(field, context)
    if field.category == "SEGMENT":
        return segments.get(field.path)
    return metric_value(field, vector)


def resource_names(plan, context):
    """Returns {resource: resource name} that a row carries."""
    names = {plan.resource.name}
    names.update(f.resource for f in plan.select
                 if f.category == "ATTRIBUTE")
    return {name: context.entities[name].attrs["resource_name"]
            for name in names if name in context.entities}


def sort_rows(plan, rows):
    """Sorts rows in place by ORDER BY; unset values come first."""
    for field, descending in reversed(plan.order_by):
        index = plan.select.index(field)
        rows.sort(key=lambda row: (row.values[index] is not None,
                                   row.values[index]
                                   if row.values[index] is not None else 0),
                  reverse=descending)


def one_each(contexts):
    """Returns the first candidate of each entity: what would split an
    entity's rows is not asked for."""
    found = {}
    for context in contexts:
        found.setdefault(context.entity.attrs["resource_name"], context)
    return found.values()


def evaluate(plan, world, account):
    """Returns the rows of a plan and how many there were before LIMIT."""
    contexts = [c for c in world.contexts(plan.resource.name, account,
                                          plan.span)
                if passes(plan.attributes, c)]
    if plan.is_report:
        report = Report(plan, world, account)
        report.collect(contexts)
        found = report.results()
    else:
        if plan.resource.segmenting:
            contexts = one_each(contexts)
        found = ((context, {}, ZERO) for context in contexts)
    rows = [Row([field_value(f, *group) for f in plan.select],
                resource_names(plan, group[0])) for group in found]
    sort_rows(plan, rows)
    total = len(rows)
    return (rows if plan.limit is None else rows[:plan.limit]), total
