"""What a correct reader of the world ends up with, computed straight from
the world: no query language, no evaluator, no JSON encoder of the platform.

Values are texts in their exact decimal or plain form; None stands for a value
that the platform leaves out.
"""

import datetime
import decimal
import json
import operator

import people
from google_ads import catalog, events
from world import (DATED, METRIC_INDEX, METRICS, REPORTS, UNTOLD,
                   needed_segments)

KEYWORD = "keyword.ad_group_criterion"
SPLITS = ("date", "week", "month", "device", "ad_network_type",
          "search_term_match_type", KEYWORD, "keyword.info.text",
          "keyword.info.match_type", "hour", "conversion_action",
          "conversion_action_name", "conversion_action_category",
          "conversion_lag_bucket", "geo_target_most_specific_location",
          "click_type", "slot", events.CUSTOMER, "product_item_id",
          "product_title", "product_brand", "product_type_l1")
# Parts of resources that the connector has under names of their own.
NEGATIVE = {"negative_keyword": "ad_group_criterion",
            "campaign_negative_keyword": "campaign_criterion"}
TOLD = tuple(name for name, _ in METRICS if name not in UNTOLD)
# Quotients of two metrics: above, below, factor, what there is without below.
QUOTIENTS = {
    "ctr": ("clicks", "impressions", 1, 0.0),
    "interaction_rate": ("interactions", "impressions", 1, 0.0),
    "average_cpc": ("cost_micros", "clicks", 1, None),
    "average_cpm": ("cost_micros", "impressions", 1000, None),
    "average_cost": ("cost_micros", "interactions", 1, None),
    "trueview_average_cpv": ("cost_micros", "video_trueview_views", 1, None),
    "video_trueview_view_rate": (
        "video_trueview_views", "impressions", 1, 0.0),
    "conversions_from_interactions_rate": (
        "conversions", "interactions", 1, 0.0),
    "cost_per_conversion": ("cost_micros", "conversions", 1, None),
    "value_per_conversion": ("conversions_value", "conversions", 1, None),
    "engagement_rate": ("engagements", "impressions", 1, 0.0),
    "average_cpe": ("cost_micros", "engagements", 1, None),
    "video_quartile_p25_rate": ("watched_p25", "impressions", 1, 0.0),
    "video_quartile_p50_rate": ("watched_p50", "impressions", 1, 0.0),
    "video_quartile_p75_rate": ("watched_p75", "impressions", 1, 0.0),
    "video_quartile_p100_rate": ("watched_p100", "impressions", 1, 0.0),
    "conversions_value_per_cost": (
        "conversions_value", "cost_micros", 10 ** 6, None),
}
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
    if isinstance(value, (list, dict)):
        return json.dumps(value, ensure_ascii=False)
    return str(value)


def metric_text(index, total):
    """Returns a summed metric as text: fractional ones as the decimal of the
    double nearest to the exact sum."""
    if not METRICS[index][1]:
        return str(total)
    exact = decimal.Decimal(total) / decimal.Decimal(10) ** 18
    return decimal_text(decimal.Decimal(repr(float(str(exact)))))


def number_of(name, total):
    """Returns a summed metric as the number that the platform tells."""
    index = METRIC_INDEX[name]
    if not METRICS[index][1]:
        return total[index]
    return float(decimal.Decimal(total[index]) / decimal.Decimal(10) ** 18)


def quotient_text(name, total):
    """Returns a quotient as text, None if it is left out."""
    above, below, factor, empty = QUOTIENTS[name]
    divisor = number_of(below, total)
    value = (number_of(above, total) * factor / divisor if divisor
             else empty)
    return None if value is None else decimal_text(
        decimal.Decimal(repr(float(value))))


def other_metrics(total):
    """Returns the metrics that are neither sums nor plain quotients."""
    impressions = total[METRIC_INDEX["impressions"]]
    eligible = total[METRIC_INDEX["eligible_impressions"]]
    share = by_budget = by_rank = None
    if eligible:
        share = max(impressions / eligible, 0.0999)
        if 0.0999 < share < 0.1:
            share = 0.0999
        lost = eligible - impressions
        by_budget, by_rank = (min(part / eligible, 0.9001) if (
            part / eligible) <= 0.9 else 0.9001
            for part in (lost // 3, lost - lost // 3))
    kinds = [kind for kind, name in (("CLICK", "clicks"),
                                     ("ENGAGEMENT", "engagements"))
             if total[METRIC_INDEX[name]]]
    shares = {name: None if value is None else
              decimal_text(decimal.Decimal(repr(value))) for name, value in (
                  ("search_impression_share", share),
                  ("search_budget_lost_impression_share", by_budget),
                  ("search_rank_lost_impression_share", by_rank))}
    return {**shares,
            "unique_users": str(people.count(total.people)),
            "interaction_event_types": json.dumps(kinds) if kinds else None,
            "sk_ad_network_installs": None}


def attributes_of(context, without=()):
    """Returns {field: text} of a row's own and attributed resources."""
    found = {}
    for resource, entity in context.entities.items():
        if resource in without:
            continue
        for name in NAMES[resource]:
            found[name] = text_of(name, entity.attrs.get(
                name[len(resource) + 1:]))
    return found


def days_between(since, until):
    """Returns the days from since to until, both included."""
    count = (until - since).days + 1
    return [since + datetime.timedelta(i) for i in range(count)]


class Total(list):
    """Metrics being added up, and the people who make them up."""

    def __init__(self):
        super().__init__([0] * len(METRICS))
        self.people = []


class Grain:
    """What tells the rows of a report apart besides its own entity: values
    of segments, and other resources by which the platform splits rows."""

    def __init__(self, resource, segments, split):
        self.resource = resource
        self.segments = segments
        splitting = catalog.RESOURCES[resource][1].split()
        self.needed = needed_segments(segments)
        self.split = [name for name in splitting if name in split]
        self.merged = [name for name in splitting if name not in split]

    def key(self, context, segments, day):
        """Returns what tells a cell's row apart from others."""
        known = dict(segments, date=day.isoformat(),
                     month=day.replace(day=1).isoformat(),
                     week=(day - datetime.timedelta(day.weekday())
                           ).isoformat())
        return (context.entity.attrs["resource_name"],
                tuple(context.entities[name].attrs["resource_name"]
                      for name in self.split),
                tuple(known.get(name) for name in self.segments))


def add_part(found, account, grain, context, day, segments, vector):
    """Adds what happened in one place, or a part of it, to its row."""
    _, total = found.setdefault(grain.key(context, segments, day),
                                (context, Total()))
    total.people.append(people.who_saw(account, day, segments, vector))
    total[:] = map(operator.add, total, vector)


def sums(world, account, grain, days):
    """Returns {key: (context, metric vector)} of one account's report."""
    found = {}
    for span in ([(day, day) for day in days] if grain.resource in DATED
                 else [(days[0], days[-1])]):
        for context in world.contexts(grain.resource, account, span):
            for day in days_between(*span):
                for cell in world.cells(grain.resource, account, context,
                                        day):
                    if not all(cell.segments.get(name)
                               for name in grain.needed):
                        continue
                    for part in events.split(account, cell.segments,
                                             cell.vector, day,
                                             grain.segments):
                        add_part(found, account, grain, context, day, *part)
    return found


def report_rows(world, account, grain, days, metrics):
    """Returns the rows of one account's report: those of which one of the
    metrics that are asked for is not zero."""
    rows = []
    asked = [METRIC_INDEX[name] for name in metrics]
    for key, (context, total) in sums(world, account, grain, days).items():
        if not any(total[index] for index in asked):
            continue
        row = attributes_of(context, grain.merged)
        row.update(("segments." + name, value)
                   for name, value in zip(grain.segments, key[2]))
        row.update(("metrics." + name, metric_text(index, total[index]))
                   for name, index in METRIC_INDEX.items() if name in TOLD)
        row.update(("metrics." + name, quotient_text(name, total))
                   for name in QUOTIENTS)
        row.update(("metrics." + name, value)
                   for name, value in other_metrics(total).items())
        rows.append(row)
    return rows


def readable_accounts(world, wanted):
    """Returns the accounts a request is about: those named, else every
    enabled leaf."""
    if wanted:
        return [world.accounts[number] for number in wanted.split(",")]
    return [a for a in world.accounts.values()
            if not a.manager and a.status == "ENABLED"]


def entity_rows(world, accounts, resource):
    """Returns the entities of a resource, each once; of a name that stands for
    the negative keywords of one, these alone."""
    if resource in NEGATIVE:
        criterion = NEGATIVE[resource]
        return [row for row in entity_rows(world, accounts, criterion)
                if row[criterion + ".negative"] == "true"
                and row[criterion + ".type"] == "KEYWORD"]
    if resource in DATED:
        raise ValueError("resource \"%s\" needs days" % resource)
    merged = catalog.RESOURCES[resource][1].split()
    found = {}
    for account in accounts:
        for number, context in enumerate(world.contexts(resource, account)):
            # The list of accounts names one at each level where it is linked.
            key = (account.id, number if resource == "customer_client"
                   else context.entity.attrs["resource_name"])
            # What belongs to no account is read through this one.
            found.setdefault(key, {"customer.id": account.id, **attributes_of(
                context, merged)})
    return list(found.values())


def expected_rows(world, params):
    """Answers /_control/world; `fields` picks some of a row's."""
    rows = all_fields(world, params)
    if "fields" not in params:
        return rows
    names = params["fields"].split(",")
    return [{name: row[name] for name in names if name in row}
            for row in rows]


def all_fields(world, params):
    """Returns rows with all that is known.  Without since and until they are
    the entities themselves; with them, the report summed over what neither
    `segments` nor `split` names, as far as one of `metrics` (all) is not
    zero.  Raises ValueError on a parameter it does not know."""
    unknown = set(params) - {"platform", "resource", "segments", "since",
                             "until", "accounts", "metrics", "split",
                             "fields"}
    if unknown:
        raise ValueError("unknown parameter: " + ", ".join(sorted(unknown)))
    resource = params["resource"]
    if resource not in NAMES and resource not in NEGATIVE or resource in (
            "metrics", "segments"):
        raise ValueError("unknown resource \"%s\"" % resource)
    accounts = readable_accounts(world, params.get("accounts"))
    if "since" not in params and "until" not in params:
        return entity_rows(world, accounts, resource)
    days = days_between(datetime.date.fromisoformat(params["since"]),
                        datetime.date.fromisoformat(params["until"]))
    if resource in DATED and resource not in REPORTS:
        return [attributes_of(context) for account in accounts
                for context in world.contexts(resource, account,
                                              (days[0], days[-1]))]
    if resource not in REPORTS:
        raise ValueError("resource \"%s\" has no days" % resource)
    splits = [name for name in params.get("segments", "date").split(",")
              if name]
    if set(splits) - set(SPLITS):
        raise ValueError("segments must be of " + ", ".join(SPLITS))
    metrics = [name for name in params.get(
        "metrics", ",".join(TOLD)).split(",") if name]
    if set(metrics) - set(METRIC_INDEX):
        raise ValueError("metrics must be of " + ", ".join(METRIC_INDEX))
    grain = Grain(resource, splits, params.get(
        "split", catalog.RESOURCES[resource][1].replace(" ", ",")).split(","))
    return [row for account in accounts
            for row in report_rows(world, account, grain, days, metrics)]
