"""What a correct reader of the world ends up with, computed straight from
the world: no query language, no evaluator, no JSON encoder of the platform.

Values are texts in their exact decimal or plain form; None stands for a value
that the platform leaves out.
"""

import datetime
import decimal
import json

from google_ads import catalog
from world import METRICS, PRESENCE, REPORTS

SPLITS = ("date", "device", "ad_network_type", "search_term_match_type")
# All a sum of 10**-18 units can need.
decimal.getcontext().prec = 60


def field_names():
    """Returns ({resource: names}, names without presence) of attributes of
    the newest version, read from the catalogue's text."""
    names, without_presence = {}, set()
    for line in catalog.FIELDS.split("\n"):
        words = line.split()
        if not words or any(w.startswith("until=") for w in words):
            continue
        names.setdefault(words[0].split(".")[0], []).append(words[0])
        if "-presence" in words:
            without_presence.add(words[0])
    return names, without_presence


NAMES, WITHOUT_PRESENCE = field_names()


def decimal_text(number):
    """Returns a Decimal without exponent and without trailing zeros."""
    text = format(number, "f")
    if "." in text:
        text = text.rstrip("0").rstrip(".")
    return "0" if text in ("-0", "") else text


def text_of(name, value):
    """Returns an attribute's value as text, or None if it is left out."""
    if value is None or value == "UNSPECIFIED" or value == []:
        return None
    if name in WITHOUT_PRESENCE and value in (False, 0, ""):
        return None
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        return decimal_text(decimal.Decimal(repr(value)))
    if isinstance(value, list):
        return json.dumps(value, ensure_ascii=False)
    return str(value)


def metric_text(index, total):
    """Returns a summed metric as text: fractional ones as the decimal of the
    double nearest to the exact sum."""
    if not METRICS[index][1]:
        return str(total)
    exact = decimal.Decimal(total) / decimal.Decimal(10) ** 18
    return decimal_text(decimal.Decimal(repr(float(str(exact)))))


def attributes_of(context):
    """Returns {field: text} of a row's own and attributed resources."""
    found = {}
    for resource, entity in context.entities.items():
        for name in NAMES[resource]:
            found[name] = text_of(name, entity.attrs.get(
                name[len(resource) + 1:]))
    return found


def days_between(since, until):
    """Returns the days from since to until, both included."""
    count = (until - since).days + 1
    return [since + datetime.timedelta(i) for i in range(count)]


def report_rows(world, account, resource, splits, days):
    """Returns the rows of one account's report at the asked grain."""
    rows = []
    for context in world.contexts(resource, account):
        sums = {}
        for day in days:
            for cell in world.cells(resource, account, context, day):
                known = dict(cell.segments, date=day.isoformat())
                key = tuple(known.get(name) for name in splits)
                total = sums.setdefault(key, [0] * len(METRICS))
                for index in range(len(METRICS)):
                    total[index] += cell.vector[index]
        for key, total in sums.items():
            if not any(total[index] for index in PRESENCE):
                continue
            row = attributes_of(context)
            row.update(("segments." + name, value)
                       for name, value in zip(splits, key))
            for index, (name, _) in enumerate(METRICS):
                if name != "eligible_impressions":
                    row["metrics." + name] = metric_text(index, total[index])
            rows.append(row)
    return rows


def readable_accounts(world, wanted):
    """Returns the accounts a request is about: those named, else every
    enabled leaf."""
    if wanted:
        return [world.accounts[number] for number in wanted.split(",")]
    return [a for a in world.accounts.values()
            if not a.manager and a.status == "ENABLED"]


def expected_rows(world, params):
    """Answers /_control/world.  Without since and until the rows are the
    entities themselves; with them, the report summed over what `segments`
    does not name.  Raises ValueError on a parameter it does not know."""
    unknown = set(params) - {"platform", "resource", "segments", "since",
                             "until", "accounts"}
    if unknown:
        raise ValueError("unknown parameter: " + ", ".join(sorted(unknown)))
    resource = params["resource"]
    if resource not in NAMES or resource in ("metrics", "segments"):
        raise ValueError("unknown resource \"%s\"" % resource)
    accounts = readable_accounts(world, params.get("accounts"))
    if "since" not in params and "until" not in params:
        return [attributes_of(context) for account in accounts
                for context in world.contexts(resource, account)]
    if resource not in REPORTS:
        raise ValueError("resource \"%s\" has no days" % resource)
    splits = [name for name in params.get("segments", "date").split(",")
              if name]
    if set(splits) - set(SPLITS):
        raise ValueError("segments must be of " + ", ".join(SPLITS))
    days = days_between(datetime.date.fromisoformat(params["since"]),
                        datetime.date.fromisoformat(params["until"]))
    return [row for account in accounts
            for row in report_rows(world, account, resource, splits, days)]
