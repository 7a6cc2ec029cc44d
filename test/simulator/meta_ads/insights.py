"""Carries out a report's plan: from ads and days to rows of text."""

import decimal
import hashlib

import people
from meta_ads import catalog
from meta_ads.filters import listed, passes
from meta_ads.model import (ASSETS, MADE_BY, MICRO, Part, default_mixes, mixed_tells,
                            setting_of, told_if_mixed, who_saw)
from meta_ads.query import DAY, months_before

# Fields that need to know who saw an ad.
COUNTS_PEOPLE = set(catalog.PEOPLE) | {
    name for name, ratio in catalog.RATIOS.items()
    if set(ratio) & set(catalog.PEOPLE)}

SIX_PLACES = decimal.Decimal("0.000001")


class Sum:
    """One row being added up."""

    def __init__(self, node, values, span):
        self.node = node
        self.values = values        # breakdown -> value
        self.span = span
        self.part = Part()
        self.settings = set()
        self.people = {name: [] for name in MADE_BY}

    def saw(self, ad, day, scalars):
        """Adds the people of an ad's day."""
        for name, made in MADE_BY.items():
            self.people[name].append(who_saw(ad, day, scalars.get(made, 0)))

    def reach(self, name):
        """Returns how many people there are."""
        return people.count(self.people[name])


def plain(number):
    """Returns a Decimal as text without exponent and trailing zeros."""
    text = format(number, "f")
    if "." in text:
        text = text.rstrip("0").rstrip(".")
    return text or "0"


def micros(number):
    """Returns millionths as text."""
    return plain(decimal.Decimal(number) / MICRO)


def divided(above, below):
    """Returns a ratio the way the platform rounds it."""
    with decimal.localcontext() as context:
        context.prec = 60
        return plain((decimal.Decimal(above) / decimal.Decimal(below))
                     .quantize(SIX_PLACES, decimal.ROUND_HALF_UP))


def days_of(span):
    """Returns the days of a time span."""
    day, last = span
    while day <= last:
        yield day
        day += DAY


def sums(world, plan):
    """Returns the rows of a plan, not yet in words."""
    account = plan.node.at("account")
    today = world.today(account)
    found = {}
    for ad in plan.node.ads():
        target = ad.at(plan.level)
        if not passes(ad, plan.filters) or not (
                target is plan.node or listed(target, plan.filters)
                or above(target, plan.node)):
            continue
        for span in plan.buckets:
            for day in days_of((span[0], min(span[1], today))):
                add_day(world, plan, ad, target, span, day, found)
    kept = [s for s in found.values() if s.part]
    return [s for s in kept if row_passes(plan, s, kept)]


def above(target, node):
    """Returns whether a row's node lies above the node that was asked for, as
    an ad's campaign does."""
    while node is not None:
        if node is target:
            return True
        node = node.parent
    return False


def add_day(world, plan, ad, target, span, day, found):
    """Adds an ad's day to the rows it belongs to."""
    for values, part in world.parts(ad, day, plan.family):
        kept = {name: values[name] for name in plan.breakdowns} if (
            plan.breakdowns) else {}
        key = (target.id, tuple(kept.values()), span)
        row = found.get(key)
        if row is None:
            row = found[key] = Sum(target, kept, span)
        row.part.add(part)
        if COUNTS_PEOPLE & set(plan.fields):
            row.saw(ad, day, part.scalars)
        if part.scalars.get("impressions") or part.counts or part.named:
            row.settings.add(ad.at("adset").traits["attribution"])


def row_passes(plan, row, rows):
    """Applies the conditions on impressions: of the row where it is about
    the row's own kind, else of anything below or above it."""
    for condition in plan.filters:
        if condition.attribute != "impressions":
            continue
        if condition.kind == plan.level:
            if not condition.holds(row.part.scalars.get("impressions", 0)):
                return False
        elif not any(condition.holds(r.part.scalars.get("impressions", 0))
                     for r in rows if r.node is row.node):
            return False
    return True


def order(plan, rows):
    """Returns rows in an order that means nothing but is always the same."""
    def key(row):
        text = "%s|%s|%s" % (row.node.id, row.values, row.span)
        return hashlib.blake2b(text.encode("utf-8"), digest_size=8).digest()
    return sorted(rows, key=key)


class Teller:
    """Puts the rows of one plan into words; `mixed` says what rows over
    several settings tell."""

    def __init__(self, world, plan, mixed="windows"):
        self.plan = plan
        self.mixed = mixed
        self.account = plan.node.at("account")
        self.today = world.today(self.account)
        self.month_13 = months_before(self.today, 13)
        self.hourly = bool(catalog.HOURS & set(plan.breakdowns))

    def row(self, row):
        """Returns one row as the platform tells it."""
        told = {}
        counts = self.counts(row)
        for name in self.plan.fields:
            value = self.value(name, row, counts)
            if value is not None:
                told[name] = value
        told["date_start"] = row.span[0].isoformat()
        told["date_stop"] = row.span[1].isoformat()
        told.update((name, ASSETS[name][value] if name in ASSETS else value)
                    for name, value in row.values.items()
                    if value is not None)
        return told

    def counts(self, row):
        """Returns the plain counts and the numbers of people; the latter
        only where the platform still has them."""
        counts = {name: row.part.scalars.get(name, 0)
                  for name in catalog.COUNTS}
        old = self.plan.breakdowns and row.span[0] < self.month_13
        if not old or self.plan.is_async:
            counts["reach"] = 0 if self.hourly else row.reach("reach")
        if not old:
            for name in catalog.PEOPLE[1:]:
                counts[name] = row.reach(name)
        return counts

    def value(self, name, row, counts):
        """Returns what a field says, None if it is left out."""
        if name in catalog.DIMENSIONS:
            return self.dimension(name, row)
        if name in catalog.RATIOS:
            return self.ratio(name, counts)
        if name in catalog.COUNTS or name in catalog.PEOPLE:
            return self.count(name, counts)
        if name in catalog.SINGLE_LISTS:
            source, action_type = catalog.SINGLE_LISTS[name]
            number = row.part.scalars.get(source, 0)
            return [{"action_type": action_type, "value": str(number)}] if (
                number) else None
        if name in catalog.SINGLE_QUOTIENTS:
            above, below, action_type = catalog.SINGLE_QUOTIENTS[name]
            number = row.part.scalars.get(below, 0)
            return [{"action_type": action_type, "value": divided(
                row.part.scalars[above], number)}] if number else None
        if name in catalog.ACTION_LISTS:
            return self.actions(name, row) or None
        return None

    @staticmethod
    def count(name, counts):
        """Returns a plain count; most are left out when they are zero."""
        number = counts.get(name)
        if number is None or (not number and name not in catalog.ALWAYS
                              and name != "reach"):
            return None
        return micros(number) if name == "spend" else str(number)

    def ratio(self, name, counts):
        """Returns a ratio, left out without a denominator."""
        above, factor, below = catalog.RATIOS[name]
        if name == "frequency" and self.hourly:
            return "0"
        if not counts.get(below) or above not in counts:
            return None
        number = counts[above] * factor
        unit = MICRO if above == "spend" else 1
        return divided(number, counts[below] * unit)

    def dimension(self, name, row):
        """Returns a name, id or setting."""
        if name in ("date_start", "date_stop"):
            return None         # every row has them anyway
        if name.startswith("account_"):
            return {"account_id": self.account.id,
                    "account_name": self.account.name,
                    "account_currency": self.account.currency}[name]
        if name == "attribution_setting":
            return setting_of(row.settings) if row.settings else None
        kind, _, attribute = name.partition("_")
        if kind in catalog.LEVELS:
            return row.node.at(kind).attrs[attribute]
        if name in ("objective", "buying_type"):
            return row.node.at("campaign").attrs[name]
        if name == "optimization_goal":
            return row.node.at("adset").attrs[name]
        if name.endswith("_ranking"):
            return "UNKNOWN"
        return row.node.attrs.get(name)

    def actions(self, name, row):
        """Returns an action list."""
        part = row.part
        if name in catalog.ROAS_TYPES:
            return self.roas(catalog.ROAS_TYPES[name], row)
        if self.withholds(row) == "absent":
            return []
        source = {"action_values": part.values, "conversions": part.named,
                  "conversion_values": part.named_values}.get(
                      name, part.counts)
        made = []
        for action_type in sorted({t for t, _ in source}):
            if not self.tells(action_type, row):
                continue
            for element in self.elements(action_type, source, row):
                if name == "cost_per_action_type":
                    element = self.cost(element, part)
                if element:
                    made.append(element)
        return made

    def withholds(self, row):
        """Returns how a row keeps amounts of the default window to itself,
        None if it does not."""
        if not default_mixes(row.settings):
            return None
        how = mixed_tells(self.mixed, row.node, row.span[0])
        return None if how == "amounts" else how

    def tells(self, action_type, row):
        """Returns whether the platform tells an action type here."""
        if catalog.TYPE_1 & set(self.plan.breakdowns) and catalog.off_meta(
                action_type):
            return False
        if catalog.TYPE_2 & set(self.plan.with_actions_by) and (
                action_type.startswith("app_custom_event")):
            return False
        return all(f.holds(action_type) for f in self.plan.filters
                   if f.attribute == "action_type")

    def elements(self, action_type, source, row):
        """Returns the elements of one type; more than one only when they are
        told by device as well."""
        numbers = {w: source.get((action_type, w), 0)
                   for w in self.plan.windows}
        if self.withholds(row) and not told_if_mixed(action_type):
            numbers.pop("default", None)
        if "action_device" not in self.plan.with_actions_by or (
                catalog.off_meta(action_type)):
            return [self.element(action_type, numbers, {})]
        half = {w: n // 2 // MICRO * MICRO for w, n in numbers.items()}
        rest = {w: n - half[w] for w, n in numbers.items()}
        return [self.element(action_type, half, {"action_device": "iphone"}),
                self.element(action_type, rest, {"action_device": "desktop"})]

    def element(self, action_type, numbers, extra):
        """Returns one element of an action list, None if it is empty."""
        if not any(numbers.values()):
            return None
        element = dict(extra)
        if "action_type" in self.plan.with_actions_by:
            element["action_type"] = action_type
        value = numbers.get("default", 0)
        if "default" not in self.plan.windows:
            value = max(numbers.values())
        if value:
            element["value"] = micros(value)
        element.update((w, micros(n)) for w, n in numbers.items()
                       if n and w != "default")
        return element

    @staticmethod
    def cost(element, part):
        """Returns what an element's actions cost, None if there is none."""
        if not element or "value" not in element:
            return None
        value = divided(decimal.Decimal(part.scalars.get("spend", 0)) / MICRO,
                        decimal.Decimal(element["value"]))
        return {"action_type": element["action_type"], "value": value}

    def roas(self, action_type, row):
        """Returns the return on spend of a type, nothing without either."""
        brought = row.part.values.get((action_type, "default"), 0)
        spend = row.part.scalars.get("spend", 0)
        if not brought or not spend or self.withholds(row) or (
                not self.tells(action_type, row)):
            return []
        return [{"action_type": action_type, "value": divided(brought,
                                                              spend)}]


def silently_empty(world, plan, opted_in):
    """Returns whether the platform has nothing for a plan and does not say
    so: breakdowns that must be opted into, and one that is gone."""
    asked = set(plan.breakdowns)
    return "dma" in asked or bool(asked & catalog.OPT_IN and not opted_in)


def kept_history(world, plan):
    """Returns the plan without the time of which nothing is kept."""
    months = None
    if catalog.HOURS & set(plan.breakdowns):
        months = 13
    if "frequency_value" in plan.breakdowns:
        months = 6
    if months is None:
        return plan
    edge = months_before(world.today(plan.node.at("account")), months)
    return plan._replace(buckets=[
        (max(first, edge), last) for first, last in plan.buckets
        if last >= edge])


def report(world, plan, opted_in, mixed="windows"):
    """Returns the rows of a report."""
    if silently_empty(world, plan, opted_in):
        return []
    plan = kept_history(world, plan)
    teller = Teller(world, plan, mixed)
    return [teller.row(row) for row in order(plan, sums(world, plan))]
