"""Accounts, campaigns, ad sets, ads, creatives: what the platform tells about
the things themselves."""

import datetime
import json
import re

from meta_ads import activities, catalog
from meta_ads.errors import GraphError
from meta_ads.filters import listed, passes, read_filters
from meta_ads.model import DEFAULT_SETTING, spec_of
from meta_ads.query import invalid, json_of, list_of

EDGES = {"campaigns": "campaign", "adsets": "adset", "ads": "ad",
         "adcreatives": "creative", "customconversions": "customconversion",
         "customaudiences": "customaudience", "activities": "activity"}
NESTED = re.compile(r"(\w+)(?:\{([^{}]*)\})?(?:,|\Z)")


def read_fields(text, kind):
    """Returns [(field, names inside or None)]; raises GraphError for one
    that this kind of thing does not have."""
    text = re.sub(r"\s", "", text or "id")
    if text.startswith("["):
        text = ",".join(list_of(text, "fields"))
    made, at = [], 0
    while at < len(text):
        match = NESTED.match(text, at)
        if not match:
            raise GraphError("2500", "(#2500) Syntax error in the fields "
                             "parameter")
        name, inside = match.groups()
        if name not in catalog.NODE_FIELDS[kind]:
            raise GraphError("100", "(#100) Tried accessing nonexisting field "
                             "(%s) on node type (%s)" % (
                                 name, catalog.TYPE_NAMES[kind]))
        if inside is not None and name == "creative":
            inside = read_fields(inside, "creative")
        made.append((name, inside))
        at = match.end()
    if kind != "activity" and "id" not in [name for name, _ in made]:
        made.append(("id", None))
    return made


def account_values(account, world):
    """Returns everything that is told about an account."""
    offset = world.clock.now().astimezone(account.zone).utcoffset()
    return {
        "id": "act_" + account.id, "account_id": account.id,
        "name": account.name, "account_status": account.account_status,
        "disable_reason": 0, "currency": account.currency,
        "timezone_name": account.zone_name, "timezone_id": 1,
        "timezone_offset_hours_utc": offset / datetime.timedelta(hours=1),
        "attribution_spec": spec_of(account.attribution),
        "is_attribution_spec_system_default":
            account.attribution == DEFAULT_SETTING,
        "amount_spent": str(12345 * account.minor_units), "balance": "0",
        "spend_cap": "0", "min_daily_budget": str(1000),
        "is_prepay_account": False, "age": 812.5,
        "created_time": account.created_time,
        "business_country_code": account.business[0],
        "business_state": account.business[1],
    }


def node_values(node, wanted):
    """Returns the asked values of a node, those it has."""
    made = {}
    for name, inside in wanted:
        value = node.attrs.get(name)
        if name == "creative" and value is not None:
            creative = value
            value = {"id": creative.id}
            if inside:
                value = node_values(creative, inside)
        if value is not None:
            made[name] = value
    return made


def account_row(account, world, wanted):
    """Returns the asked values of an account."""
    values = account_values(account, world)
    return {name: values[name] for name, _ in wanted
            if values.get(name) is not None}


def status_filter(kind, params):
    """Returns the asked statuses, None if none were asked for."""
    if "effective_status" not in params:
        return None
    asked = json_of(params["effective_status"], "effective_status")
    if not isinstance(asked, list):
        raise invalid("Param effective_status must be an array")
    if "DELETED" in asked:
        raise GraphError("100.1815001")
    allowed = catalog.STATUSES[kind] - {"DELETED"}
    if set(asked) - allowed:
        raise invalid("effective_status[0] must be one of the following "
                      "values: " + ", ".join(sorted(allowed)))
    return asked


def edge_nodes(account, kind, params):
    """Returns the nodes of an edge in the order of their ids."""
    if kind == "creative":
        return account.creatives
    asked = status_filter(kind, params)
    filters = read_filters(params.get("filtering"), False)
    made = []
    for node in sorted(account.nodes(kind), key=lambda n: int(n.id)):
        if asked is not None and node.status not in asked:
            continue
        if asked is None and not listed(node, filters):
            continue
        if "updated_since" in params and (
                node.updated_seconds() < int(params["updated_since"])):
            continue
        if any(f.kind not in (kind, None) for f in filters):
            raise invalid("Filtering field is not supported on this edge")
        if passes(node, filters):
            made.append(node)
    return made


def edge(world, account, name, params):
    """Returns the rows of an account's edge."""
    kind = EDGES[name]
    wanted = read_fields(params.get("fields"), kind)
    if kind == "activity":
        return [{n: each[n] for n, _ in wanted if n in each}
                for each in activities.log(account, params,
                                           world.clock.now())]
    if kind in ("customconversion", "customaudience"):
        found = (world.conversions if kind == "customconversion"
                 else world.audiences)
        return [{n: each[n] for n, _ in wanted if n in each}
                for each in found.get(account.id, [])]
    return [node_values(node, wanted)
            for node in edge_nodes(account, kind, params)]


def to_json(value, ascii_only):
    """Returns JSON as the platform writes it, with escaped slashes."""
    text = json.dumps(value, ensure_ascii=ascii_only, separators=(",", ":"))
    return text.replace("/", "\\/")
