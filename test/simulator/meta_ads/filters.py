"""The filtering parameter: read, checked, applied to nodes, rows, actions."""

import json
import operator
import re

from meta_ads.catalog import DELIVERY, STATUSES
from meta_ads.errors import GraphError

SCALAR = {
    "EQUAL": operator.eq, "NOT_EQUAL": operator.ne,
    "GREATER_THAN": operator.gt, "GREATER_THAN_OR_EQUAL": operator.ge,
    "LESS_THAN": operator.lt, "LESS_THAN_OR_EQUAL": operator.le,
}
TEXT = {
    "EQUAL": lambda a, b: a == b, "NOT_EQUAL": lambda a, b: a != b,
    "CONTAIN": lambda a, b: b.lower() in a.lower(),
    "NOT_CONTAIN": lambda a, b: b.lower() not in a.lower(),
    "STARTS_WITH": lambda a, b: a.lower().startswith(b.lower()),
    "ENDS_WITH": lambda a, b: a.lower().endswith(b.lower()),
}
LISTS = {"IN": lambda a, b: a in b, "NOT_IN": lambda a, b: a not in b}
NAMES = set("""EQUAL NOT_EQUAL GREATER_THAN GREATER_THAN_OR_EQUAL LESS_THAN
LESS_THAN_OR_EQUAL IN_RANGE NOT_IN_RANGE CONTAIN NOT_CONTAIN CONTAINS_ANY
CONTAINS_ALL NOT_CONTAINS_ANY STEM_MATCH IN NOT_IN STARTS_WITH ENDS_WITH ANY
ALL AFTER BEFORE ON_OR_AFTER ON_OR_BEFORE NONE TOP""".split())
FIELD = re.compile(r"(campaign|adset|ad)\.(id|name|impressions|"
                   r"effective_status|delivery_info|updated_time)\Z")
NUMERIC = ("impressions", "updated_time")


class Filter:
    """One condition: on a kind of node, or on the action type."""

    def __init__(self, kind, attribute, test, value):
        self.kind = kind
        self.attribute = attribute
        self.test = test
        self.value = value

    def holds(self, value):
        """Returns whether a value satisfies the condition."""
        return self.test(value, self.value)

    def names(self, status):
        """Returns whether the condition asks for a status in so many words."""
        return self.test is LISTS["IN"] and status in self.value


def refuse(text):
    """Raises the refusal of a filter."""
    raise GraphError("100", "(#100) " + text)


def read_filter(item, deleted_filter):
    """Returns one condition; raises GraphError if it is none."""
    if not isinstance(item, dict) or not {"field", "operator"} <= set(item):
        refuse("Param filtering[0] must have field, operator and value")
    name, how, value = item["field"], item["operator"], item.get("value")
    if how not in NAMES:
        refuse("filtering[0][operator] must be one of the following values: "
               + ", ".join(sorted(NAMES)))
    if name == "action_type":
        kind, attribute = None, name
    else:
        match = FIELD.match(name) if isinstance(name, str) else None
        if not match:
            refuse("Filtering field %s with operation %s is not supported" % (
                name, how.lower()))
        kind, attribute = match.groups()
    if how in LISTS:
        if not isinstance(value, list):
            refuse("filtering[0][value] must be a list for %s" % how)
        value = [str(v) for v in value]
        check_values(kind, attribute, value, deleted_filter)
        return Filter(kind, attribute, LISTS[how], value)
    if attribute in NUMERIC and how in SCALAR:
        return Filter(kind, attribute, SCALAR[how], int(value))
    if attribute in ("name", "id", "action_type", "effective_status"
                     ) and how in TEXT:
        check_values(kind, attribute, [str(value)], deleted_filter)
        return Filter(kind, attribute, TEXT[how], str(value))
    return refuse("Filtering field %s with operation %s is not supported" % (
        name, how.lower()))


def check_values(kind, attribute, values, deleted_filter):
    """Refuses values that an attribute cannot have."""
    known = None
    if attribute == "effective_status":
        known = STATUSES[kind]
        if not deleted_filter and "DELETED" in values:
            raise GraphError("100.1815001")
    if attribute == "delivery_info":
        known = DELIVERY
    if known is not None and set(values) - known:
        refuse("filtering[0][value][0] must be one of the following values: "
               + ", ".join(sorted(known)))


def read_filters(text, deleted_filter=True):
    """Returns the conditions of a filtering parameter."""
    if not text:
        return []
    try:
        items = json.loads(text)
    except ValueError:
        items = None
    if not isinstance(items, list):
        refuse("Param filtering must be an array")
    try:
        return [read_filter(item, deleted_filter) for item in items]
    except (TypeError, ValueError):
        return refuse("Param filtering[0] has an invalid value")


def delivery_info(node):
    """Returns what the platform says about a node's delivery."""
    return {"ACTIVE": "active", "ARCHIVED": "archived", "DELETED": "deleted",
            "IN_PROCESS": "scheduled", "WITH_ISSUES": "not_delivering",
            "DISAPPROVED": "rejected", "PENDING_REVIEW": "pending_review"
            }.get(node.status, "inactive")


def node_value(node, attribute):
    """Returns what a condition compares of a node."""
    if attribute == "delivery_info":
        return delivery_info(node)
    if attribute == "updated_time":
        return node.updated_seconds()
    return node.attrs.get(attribute, "")


def listed(node, filters):
    """Returns whether a node shows up in a list: those archived or deleted
    only if a condition on their own kind asks for them, and deleted ones
    never by what is said about their delivery."""
    if node.kind == "account" or node.status not in ("ARCHIVED", "DELETED"):
        return True
    for condition in filters:
        if condition.kind != node.kind:
            continue
        if condition.attribute == "effective_status" and condition.names(
                node.status):
            return True
        if (condition.attribute == "delivery_info"
                and node.status == "ARCHIVED"
                and condition.names("archived")):
            return True
    return False


def passes(ad, filters):
    """Returns whether an ad and all above it satisfy the conditions on what
    nodes are."""
    return all(f.holds(node_value(ad.at(f.kind), f.attribute))
               for f in filters
               if f.kind is not None and f.attribute != "impressions")
