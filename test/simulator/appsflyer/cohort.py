"""The Cohort API: what users did by day n after the day on which they came.  A
cohort is all users of one conversion day and one combination of groupings;
every number of it is one request of its own, with the cohort's size and cost.
Of the KPIs those are made that are in SIMULATED."""

import collections
import datetime
import decimal
import json

from appsflyer import facts
from messages import Response

DAY = datetime.timedelta(1)
HISTORY_DAYS = 720
LAST_PERIOD = 180
TYPES = ("user_acquisition", "retargeting", "unified")
GROUPINGS = ("af_ad", "af_ad_id", "c", "af_c_id", "af_channel", "pid",
             "af_sub1", "af_keywords", "af_prt", "cohort_type", "site_id",
             "attributed_touch_type", "af_adset", "af_adset_id", "geo",
             "date")
KPIS = ("users", "ecpi", "cost", "revenue", "roas", "roi", "sessions",
        "uninstalls")
SIMULATED = ("revenue", "sessions", "uninstalls")
FILTERS = GROUPINGS + ("period", "revenue_type")
KEYS = ("cohort_type", "from", "to", "groupings", "kpis",
        "aggregation_type", "filters", "min_cohort_size", "granularity",
        "partial_data", "preferred_currency", "preferred_timezone",
        "per_user")
REQUIRED = ("cohort_type", "from", "to", "groupings", "kpis",
            "aggregation_type")
# How a KPI's values are called: nobody has written it down for all of them.
STYLES = {
    "usual": {"revenue": "revenue_sum", "sessions": "sessions_count",
              "uninstalls": "uninstalls_count"},
    "sum": {"revenue": "revenue_sum", "sessions": "sessions_sum",
            "uninstalls": "uninstalls_sum"},
    "plain": {},
    "odd": {"revenue": "total", "sessions": "total", "uninstalls": "total"},
}

SETTINGS = {
    "appsflyer_cohort_off": 0,          # 403 or 404: not enabled
    "appsflyer_cohort_range": 60,       # longest range, about
    "appsflyer_cohort_reaches_today": True,     # "to" may be today
    "appsflyer_cohort_minute": 60,      # calls per minute and account
    "appsflyer_cohort_keys": "usual",   # a key of STYLES
    # What partial_data gives for days that are not over: the number as it
    # stands (now), zero, null, or nothing at all (absent).
    "appsflyer_cohort_unelapsed": "now",
    "appsflyer_cohort_texts": False,    # numbers as strings
    "appsflyer_cohort_gaps": False,     # days on which nothing happened lack
    "appsflyer_cohort_double": False,   # each cohort comes twice
    "appsflyer_cohort_foreign_day": False,      # one row is of another day
}


class BadBody(Exception):
    """A body that is refused, with what the platform says."""


def invalid(value, key, expected):
    """Returns the refusal of one value."""
    return BadBody("Invalid value: %s for key: %s. Expected one of: %s" % (
        value, key, ", ".join(str(e) for e in expected)))


def refusal(error):
    """Returns the Response to a bad body."""
    return Response(422, json.dumps({"error": str(error), "expose": False}),
                    "application/json")


def parse_day(body, key):
    """Returns a date of the body."""
    try:
        return datetime.date.fromisoformat(body[key])
    except (TypeError, ValueError):
        raise BadBody("Invalid value: %s for key: %s" % (body[key], key))


def texts(body, key, known):
    """Returns a list of known words of the body."""
    value = body[key]
    if not isinstance(value, list):
        raise BadBody("Invalid value: %s for key: %s" % (value, key))
    for word in value:
        if word not in known:
            raise invalid(word, key, known)
    return value


class Query:
    """A request, checked."""

    def __init__(self, app, text, now, settings):
        self.app = app
        try:
            body = json.loads(text.decode("utf-8"))
        except ValueError:
            raise BadBody("Invalid value: body is no JSON")
        if not isinstance(body, dict):
            raise BadBody("Invalid value: body is no object")
        for key in body:
            if key not in KEYS:
                raise BadBody("Invalid key: %s" % key)
        for key in REQUIRED:
            if key not in body:
                raise BadBody("Missing key: %s" % key)
        self.body = body
        self.read_words(body)
        self.date = app.local if body.get("preferred_timezone") else (
            lambda instant: instant.replace(tzinfo=None))
        self.rate = decimal.Decimal(1) if body.get(
            "preferred_currency") else app.usd_rate
        self.today = self.date(now).date()
        self.read_days(body, settings)
        self.read_filters(body)

    def read_words(self, body):
        """Reads what is one of several words."""
        if body["cohort_type"] not in TYPES:
            raise invalid(body["cohort_type"], "cohort_type", TYPES)
        if body["aggregation_type"] not in ("cumulative", "on_day"):
            raise invalid(body["aggregation_type"], "aggregation_type",
                          ("cumulative", "on_day"))
        if body.get("granularity", "day") != "day":
            raise invalid(body["granularity"], "granularity",
                          ("hour", "week", "month", "day"))
        self.groupings = texts(body, "groupings", GROUPINGS)
        if not 1 <= len(self.groupings) <= 7:
            raise BadBody("Invalid value: groupings need 1 to 7 values")
        names = KPIS + tuple(kind.name for kind in self.app.events)
        kpis = texts(body, "kpis", names)
        if len(kpis) != 1:
            raise BadBody("Invalid value: kpis need exactly one value")
        self.kpi = kpis[0]
        if self.kpi not in SIMULATED:
            raise BadBody("%s is not simulated" % self.kpi)
        self.is_cumulative = body["aggregation_type"] == "cumulative"
        self.is_partial = body.get("partial_data", False)
        if self.is_partial and not self.is_cumulative:
            raise BadBody("Invalid value: partial_data is supported for "
                          "cumulative only")
        self.least = body.get("min_cohort_size", 1)
        if type(self.least) is not int or self.least < 1:
            raise BadBody("Invalid value: %s for key: min_cohort_size"
                          % self.least)

    def read_days(self, body, settings):
        """Reads the range of conversion days."""
        self.first, self.last = parse_day(body, "from"), parse_day(body, "to")
        latest = self.today - DAY * (
            not settings["appsflyer_cohort_reaches_today"])
        if self.first > self.last:
            raise BadBody("Invalid value: from is after to")
        if self.first < self.today - DAY * HISTORY_DAYS:
            raise BadBody("Invalid value: from is too early")
        if self.last > latest:
            raise BadBody("Invalid value: to is too late")
        if (self.last - self.first).days >= settings[
                "appsflyer_cohort_range"]:
            raise BadBody("Invalid value: the range of days is too long")

    def read_filters(self, body):
        """Reads the filters."""
        self.filters = body.get("filters", {})
        for key, values in self.filters.items():
            if key not in FILTERS or not isinstance(values, list):
                raise BadBody("Invalid value: %s for key: filters" % key)
        self.periods = self.filters.get("period",
                                        list(range(LAST_PERIOD + 1)))
        for period in self.periods:
            if type(period) is not int or not 0 <= period <= LAST_PERIOD:
                raise BadBody("Invalid value: %s for key: period" % period)

    def wants(self, campaign):
        """Returns whether a campaign's users are asked for."""
        kind = self.body["cohort_type"]
        return kind == "unified" or campaign.is_retargeting == (
            kind == "retargeting")


class Cohort:
    """Its users and what they cost, in ten-thousandths."""

    def __init__(self):
        self.users = []
        self.cost = None


def key_of(query, campaign, part, touch_type, day):
    """Returns the values of a cohort's groupings."""
    adset, adset_id = campaign.adsets[part.adset]
    is_named = not campaign.is_organic and campaign.media_source not in (
        "restricted", "None")
    values = {
        "pid": "organic" if campaign.is_organic else campaign.media_source,
        "c": campaign.name, "af_prt": campaign.agency, "geo": part.country,
        "af_c_id": campaign.id if is_named else None,
        "af_adset": adset if is_named else None,
        "af_adset_id": adset_id if is_named else None,
        "cohort_type": "retargeting" if campaign.is_retargeting
        else "user_acquisition",
        "attributed_touch_type": touch_type, "date": day.isoformat()}
    return tuple(values.get(name) for name in query.groupings)


def is_kept(query, key):
    """Returns whether a cohort passes the filters."""
    return all(value in query.filters[name]
               for name, value in zip(query.groupings, key)
               if name in query.filters)


def collect(query, now):
    """Returns {key: Cohort} of all cohorts that are large enough."""
    found = collections.defaultdict(Cohort)
    for campaign in query.app.campaigns:
        if query.wants(campaign):
            for ordinal in range(query.first.toordinal() - 1,
                                 query.last.toordinal() + 2):
                collect_day(query, campaign, ordinal, now, found)
    return {key: cohort for key, cohort in found.items()
            if len(cohort.users) >= query.least and is_kept(query, key)}


def collect_day(query, campaign, ordinal, now, found):
    """Adds what one campaign did on one of its days."""
    for what in (facts.activity(campaign, ordinal)
                 + facts.users(campaign, ordinal)):
        day = query.date(what.instant).date()
        if what.instant > now or not query.first <= day <= query.last:
            continue
        is_user = isinstance(what, facts.User)
        cohort = found[key_of(query, campaign, what.part, what.touch_type
                              if is_user else "click", day)]
        if is_user:
            cohort.users.append(what)
        elif campaign.has_cost:
            cohort.cost = (cohort.cost or 0) + what.cost


def values_of(query, user):
    """Yields (instant, value) of what a user adds to the KPI."""
    if query.kpi == "sessions":
        yield from ((instant, 1) for instant in user.sessions)
    elif query.kpi == "uninstalls":
        gone = facts.uninstalled(user)
        if gone is not None:
            yield gone, 1
    else:
        yield from ((e.instant, decimal.Decimal(e.revenue or 0) / 100)
                    for e in user.events if user.campaign.app.sends(e))


def series_of(query, cohort, now):
    """Returns the KPI's sums by cohort day up to this moment."""
    sums = collections.Counter()
    for user in cohort.users:
        start = query.date(user.instant).date()
        for instant, value in values_of(query, user):
            if instant <= now:
                sums[(query.date(instant).date() - start).days] += value
    return sums


def number(query, value, settings):
    """Returns a number as JSON holds it."""
    if value is None:
        return None
    if isinstance(value, decimal.Decimal):
        value = float(value) if value == int(value) else float(
            value.quantize(decimal.Decimal("0.0001")))
    return str(value) if settings["appsflyer_cohort_texts"] else value


def measures_of(query, cohort, day, now, settings):
    """Returns the values by cohort day.  Days that are over are those before
    today; of others it depends on the request and on the settings."""
    sums = series_of(query, cohort, now)
    elapsed = (query.today - day).days - 1
    whole = (query.today - query.last).days - 1
    style = settings["appsflyer_cohort_unelapsed"]
    name = STYLES[settings["appsflyer_cohort_keys"]].get(query.kpi, query.kpi)
    made = []
    for period in query.periods:
        value = sum(v for n, v in sums.items() if n <= period) if (
            query.is_cumulative) else sums[period]
        if query.kpi == "revenue":
            value = decimal.Decimal(value) * query.rate
        if period > (elapsed if query.is_partial else whole):
            if not query.is_partial or style == "absent":
                continue
            value = {"now": value, "zero": 0, "null": None}[style]
        elif settings["appsflyer_cohort_gaps"] and not sums[period]:
            continue
        made.append({"period": period,
                     name: number(query, value, settings)})
    return made


def result_of(query, key, cohort, now, settings):
    """Returns a cohort as the answer holds it."""
    made = dict(zip(query.groupings, key))
    day = (datetime.date.fromisoformat(made["date"])
           if "date" in made else query.last)
    cost = None if cohort.cost is None else (
        decimal.Decimal(cohort.cost) / 10000 * query.rate)
    users = len(cohort.users)
    made.update(users=number(query, users, settings),
                cost=number(query, cost, settings),
                ecpi=None if cost is None else float(round(cost / users, 4)),
                measures=measures_of(query, cohort, day, now, settings))
    return made


def answer(query, now, settings):
    """Returns the Response to a checked request."""
    results = [result_of(query, key, cohort, now, settings)
               for key, cohort in collect(query, now).items()]
    if settings["appsflyer_cohort_double"]:
        results = results + results
    if settings["appsflyer_cohort_foreign_day"] and results:
        results[0]["date"] = (query.last + DAY).isoformat()
    return Response(200, json.dumps(
        {"query": {"cohort_type": query.body["cohort_type"],
                   "kpis": [query.kpi]}, "results": results},
        ensure_ascii=False), "application/json", rows=len(results))
