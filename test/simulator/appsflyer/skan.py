"""The two SKAdNetwork APIs: performance by install date, one row for the whole
range asked for, and postbacks by the date of their arrival.  Days are days of
UTC.  Days that are not computed yet are left out without a word."""

import collections
import datetime

from appsflyer import cells, facts, fields, postbacks
from appsflyer.errors import Refusal
from appsflyer.ranges import parse_day

DAY = datetime.timedelta(1)
EARLIEST = datetime.date(2020, 11, 1)
MAX_DAYS = {"performance": 90, "postbacks": 60}
# The latest day is so many days before that of UTC.
LATEST = {"performance": 3, "postbacks": 1}

SETTINGS = {
    "appsflyer_skan_minute": 10,    # calls per minute and account
    "appsflyer_skan_rows": 50000,   # an answer is cut there, without a word
    "appsflyer_skan_off": 0,        # 403 or 404: not for this account
    "appsflyer_skan_android": 0,    # 404: what an app of Android is answered;
                                    # 0: a report without rows
    "appsflyer_skan_null": "null",  # how a missing value is written
}

PLACE = ("Media Source (pid)", "Campaign (c)", "Campaign ID", "Site ID",
         "Country")
NUMBERS = ("Impressions", "Clicks", "CTR", "Installs", "Conversion Rate",
           "Converted Users", "Converted Users/Installs") + fields.MONEY
GROUPS = ("skad_postback_sequence_index", "skad_conversion_value",
          "skad_coarse_conversion_value", "skad_ad_network_id",
          "ad_network_name", "skad_campaign_id", "ad_network_campaign_id",
          "ad_network_campaign_name", "skad_version", "skad_redownload",
          "skad_source_app_id", "geo", "arrival_date")


class Query:
    """A request, checked."""

    def __init__(self, app, kind, params, now):
        self.app, self.kind = app, kind
        try:
            self.first = parse_day(params.get("start_date"))
            self.last = parse_day(params.get("end_date"))
        except Refusal:
            raise Refusal(400, "Bad request")
        days = (self.last - self.first).days + 1
        if self.first < EARLIEST or not 1 <= days <= MAX_DAYS[kind]:
            raise Refusal(400, "Bad request")
        self.date_type = params.get("date_type") or "install"
        self.view = params.get("view_type") or "unified"
        if self.date_type not in ("install", "arrival") or (
                self.view not in ("unified", "acquisition", "retargeting")):
            raise Refusal(400, "Bad request")
        if params.get("modeled_conversion_values", "false") != "false":
            raise Refusal(400, "not simulated")
        self.last = min(self.last, now.astimezone(postbacks.UTC).date()
                        - DAY * LATEST[kind])


class Sums:
    """The numbers of one row of the performance report."""

    def __init__(self):
        self.counts = collections.Counter()
        self.views = self.costs = False


def place_of(campaign, country):
    """Returns the cells that say where something belongs."""
    return (campaign.media_source, campaign.name or cells.NONE, campaign.id,
            "", country or cells.NONE)


def collect(query, now):
    """Returns {place: Sums} of the performance report."""
    found = collections.defaultdict(Sums)
    date_of = (postbacks.installed if query.date_type == "install"
               else postbacks.arrived)
    for postback in postbacks.between(query.app, query.first, query.last,
                                      now, date_of):
        wanted = {"unified": True, "acquisition": not postback.is_redownload,
                  "retargeting": postback.is_redownload}[query.view]
        if not wanted or not postbacks.is_install(postback):
            continue
        revenue, purchases = postbacks.decoded(postback)
        found[place_of(postback.campaign, postback.country)].counts.update(
            installs=1, converted=int(bool(postback.fine)), revenue=revenue,
            purchases=purchases)
    if query.view == "unified":
        add_views(query, found)
    return found


def add_views(query, found):
    """Adds what the networks tell about ads."""
    for campaign in query.app.campaigns:
        if not postbacks.takes_part(campaign):
            continue
        for ordinal in range(query.first.toordinal() - 2,
                             query.last.toordinal() + 3):
            for what in facts.activity(campaign, ordinal):
                if query.first <= what.instant.date() <= query.last:
                    sums = found[place_of(campaign, what.part.country)]
                    sums.views = True
                    sums.costs |= campaign.has_cost
                    sums.counts.update(impressions=what.impressions,
                                       clicks=what.clicks, cost=what.cost)


def performance_row(place, sums):
    """Returns the cells of a row."""
    n = sums.counts
    impressions = n["impressions"] if sums.views else None
    clicks = n["clicks"] if sums.views else None
    cost = n["cost"] if sums.costs else None
    return list(place) + [
        cells.count(impressions), cells.count(clicks),
        cells.ratio(clicks, impressions), cells.count(n["installs"]),
        cells.ratio(n["installs"], clicks), cells.count(n["converted"]),
        cells.ratio(n["converted"], n["installs"]),
        cells.money(n["revenue"], 100), cells.money(cost, 10000),
        cells.NOT_MEASURED if cost is None else cells.ratio(
            n["revenue"] * 100 - cost, cost),
        cells.ratio(n["revenue"], n["installs"] * 100),
        cells.NOT_MEASURED if cost is None else cells.ratio(
            cost, n["installs"] * 10000),
        cells.count(n["purchases"]), cells.count(n["purchases"]),
        cells.sales(n["revenue"])]


def performance(query, now):
    """Returns (header, rows) of the performance report; event columns hang on
    what conversion values were set up to mean."""
    header = PLACE + NUMBERS + (
        "af_purchase (Unique users)", "af_purchase (Event counter)",
        "af_purchase (Sales in %s)" % query.app.currency)
    return header, [performance_row(place, sums) for place, sums
                    in sorted(collect(query, now).items())
                    if sums.views or sums.counts["installs"]]


def group_of(postback, null):
    """Returns the cells of a postback's group."""
    campaign = postback.campaign
    made = (postback.index, postback.fine, postback.coarse,
            postbacks.NETWORKS[campaign.media_source], campaign.media_source,
            int(campaign.id) % 100, campaign.id, campaign.name,
            postback.version,
            "true" if postback.is_redownload else "false",
            postback.source_app, postback.country,
            postback.arrival.date().isoformat())
    return tuple(null if value is None else str(value) for value in made)


def by_arrival(query, now, null):
    """Returns (header, rows) of the postbacks."""
    counts = collections.Counter(
        group_of(postback, null) for postback in postbacks.between(
            query.app, query.first, query.last, now, postbacks.arrived))
    return GROUPS + ("count",), [list(group) + [str(n)]
                                 for group, n in sorted(counts.items())]


def answer(query, now, settings):
    """Returns (CSV body, number of rows)."""
    if query.kind == "performance":
        header, rows = performance(query, now)
    else:
        header, rows = by_arrival(query, now,
                                  settings["appsflyer_skan_null"])
    rows = rows[:settings["appsflyer_skan_rows"]]
    return cells.render(list(header), rows, settings, False), len(rows)
