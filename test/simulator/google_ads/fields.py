"""Field metadata: what a field is, in which versions, with which resources.

Built once from catalog.py.  A FieldSet is the catalogue as one API version
knows it.
"""

import functools

from google_ads import catalog

VERSIONS = (23, 24, 25, 26)

CORE_DATES = ("segments.date", "segments.week", "segments.month",
              "segments.quarter", "segments.year")
# Segments that tell days or hours apart; older than 37 months they are gone.
FINE_DATES = ("segments.date", "segments.week", "segments.hour",
              "segments.day_of_week")
LAG = "segments.conversion_lag_bucket"
CONVERSION_SEGMENTS = ("segments.conversion_action",
                       "segments.conversion_action_name",
                       "segments.conversion_action_category", LAG,
                       "segments.new_versus_returning_customers")
# The metrics that know which conversion action they came from.
CONVERSION_METRICS = frozenset("metrics." + name for name in (
    "conversions", "conversions_value", "all_conversions",
    "all_conversions_value", "conversions_by_conversion_date",
    "conversions_value_by_conversion_date",
    "all_conversions_by_conversion_date",
    "all_conversions_value_by_conversion_date", "view_through_conversions",
    "cross_device_conversions", "value_per_conversion"))
# Not to be combined with any segment but core dates and device.
LONELY_METRICS = frozenset((
    "metrics.unique_users", "metrics.search_impression_share",
    "metrics.search_budget_lost_impression_share",
    "metrics.search_rank_lost_impression_share"))


class Field:
    """Metadata of one attribute, segment or metric."""

    def __init__(self, line):
        name, data_type, *flags = line.split()
        self.name = name
        self.resource, _, self.path = name.partition(".")
        self.category = {"segments": "SEGMENT", "metrics": "METRIC"}.get(
            self.resource, "ATTRIBUTE")
        self.data_type, _, enum = data_type.partition(":")
        self.enum_values = ()
        if enum:
            self.enum_values = tuple(catalog.ENUMS[enum].split()) + (
                "UNKNOWN", "UNSPECIFIED")
        self.repeated = "[]" in flags
        self.presence = "-presence" not in flags and not enum
        self.selectable = "-select" not in flags
        self.filterable = "-filter" not in flags
        self.sortable = "-sort" not in flags and not self.repeated
        limits = dict(f.split("=") for f in flags if "=" in f)
        self.since = int(limits.get("since", 0))
        self.until = int(limits.get("until", 999))
        self.json_path = tuple(camel(part) for part in name.split("."))


class Resource:
    """Metadata of one resource that a query may be FROM."""

    def __init__(self, name, attributed, segmenting, segments, metrics):
        self.name = name
        self.attributed = tuple(attributed.split())
        self.segmenting = tuple(segmenting.split())
        self.segments = frozenset("segments." + s for s in segments.split())
        self.metrics = frozenset("metrics." + m for m in metrics.split())
        self.takes_all_metrics = metrics == catalog.ALL_METRICS

    def takes_metric(self, name):
        """Returns whether a metric goes with this FROM."""
        return self.takes_all_metrics or name in self.metrics


def camel(name):
    """Returns a snake_case name in lowerCamelCase, as JSON spells it."""
    first, *rest = name.split("_")
    return first + "".join(part[:1].upper() + part[1:] for part in rest)


class FieldSet:
    """All fields and resources of one major version."""

    def __init__(self, version):
        fields = (Field(line) for line in
                  catalog.FIELDS.strip().splitlines())
        self.fields = {f.name: f for f in fields
                       if f.since <= version <= f.until}
        self.resources = {name: Resource(name, *parts) for name, parts in
                          catalog.RESOURCES.items()}

    def metrics_of(self, resource):
        """Returns the names of the metrics that go with a resource."""
        return sorted(f.name for f in self.fields.values()
                      if f.category == "METRIC"
                      and resource.takes_metric(f.name))

    def segments_of(self, resource):
        """Returns names of segments and segmenting resources."""
        return sorted((resource.segments & set(self.fields)).union(
            resource.segmenting))

    def selectable_with(self, name):
        """Returns what may stand in one query with a field or resource.
        As on the real service, metrics never list other metrics."""
        field = self.fields.get(name)
        owner = field.resource if field else name
        found = set()
        for resource in self.resources.values():
            if field is not None and field.category != "ATTRIBUTE":
                goes = (name in resource.segments
                        or field.category == "METRIC"
                        and resource.takes_metric(name))
            else:
                goes = owner == resource.name or owner in (
                    resource.attributed + resource.segmenting)
            if not goes:
                continue
            found.add(resource.name)
            found.update(resource.attributed)
            found.update(self.segments_of(resource))
            if field is None or field.category != "METRIC":
                found.update(self.metrics_of(resource))
        found.discard(name)
        return sorted(found)

    def describe(self, name):
        """Returns the GoogleAdsField record of a field or resource, with
        snake_case column names, or None if there is no such name."""
        if name in self.resources:
            resource = self.resources[name]
            return {
                "name": name, "category": "RESOURCE", "selectable": False,
                "filterable": False, "sortable": False,
                "data_type": "MESSAGE", "is_repeated": False,
                "selectable_with": self.selectable_with(name),
                "attribute_resources": list(resource.attributed),
                "metrics": self.metrics_of(resource),
                "segments": self.segments_of(resource),
                "type_url": "google.ads.googleads.resources." + name,
            }
        field = self.fields.get(name)
        if field is None:
            return None
        record = {
            "name": name, "category": field.category,
            "selectable": field.selectable, "filterable": field.filterable,
            "sortable": field.sortable,
            "data_type": field.data_type.replace("DATETIME", "STRING"),
            "is_repeated": field.repeated,
            "selectable_with": self.selectable_with(name),
        }
        if field.enum_values:
            record["enum_values"] = list(field.enum_values)
            record["type_url"] = "google.ads.googleads.enums." + name
        return record

    def names(self):
        """Returns all resource and field names in order."""
        return sorted(list(self.resources) + list(self.fields))


@functools.lru_cache(maxsize=None)
def field_set(version):
    """Returns the catalogue of a major version."""
    return FieldSet(version)
