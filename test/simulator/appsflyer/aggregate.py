"""The aggregate reports.  Everything of a user is booked on the day on which
the user came (LTV), so that rows grow for as long as users do something."""

import datetime

from appsflyer import cells, facts, ranges
from appsflyer.errors import Refusal
from appsflyer.fields import aggregate_header

CATEGORIES = ("standard", "facebook", "organic")
FACEBOOK = "Facebook Ads"
COUNTERS = ("Impressions", "Clicks", "Installs", "Conversions", "Sessions",
            "Loyal Users")
# The longest range of a call, about; nobody knows what AppsFlyer says then.
MAX_DAYS = 1000
HISTORY_MONTHS = 25


class Query:
    """A request for an aggregate report, checked."""

    def __init__(self, app, report, params):
        self.app = app
        self.report = report
        self.first, self.last = ranges.day_range(params)
        self.days = (self.last - self.first).days + 1
        if self.days > MAX_DAYS:
            raise Refusal(400, "The date range is too large.")
        self.date = ranges.dater(app, params.get("timezone"))
        self.is_retargeting = params.get("reattr") == "true"
        self.touch_type = params.get("attribution_touch_type")
        if self.touch_type not in (None, "impression"):
            raise Refusal(400, "Unrecognized attribution_touch_type.")
        self.source = params.get("media_source")
        category = params.get("category")
        if category is not None and category not in CATEGORIES:
            raise Refusal(400, "Unrecognized category.")
        if self.source not in (None, "all") and category is None:
            raise Refusal(400, "media_source must be sent with category.")
        if self.source == "all":
            self.source = None
        self.is_facebook = category == "facebook" or (
            self.source == "facebook")
        if self.is_facebook:
            self.source = FACEBOOK
        self.organic_only = category == "organic"

    def wants(self, campaign):
        """Returns whether a campaign's rows are asked for."""
        if campaign.is_retargeting != self.is_retargeting:
            return False
        if self.organic_only and not campaign.is_organic:
            return False
        return self.source in (None, campaign.media_source)

    def header(self):
        """Returns the column names, events left out."""
        return aggregate_header(self.report, self.is_retargeting,
                                self.is_facebook)


class Totals:
    """What one row adds up."""

    def __init__(self, has_views, has_cost):
        self.impressions = self.clicks = 0 if has_views else None
        self.cost = 0 if has_cost else None
        self.installs = self.sessions = self.loyal = self.revenue = 0
        self.events = {}        # name -> [unique users, events, revenue]

    def add_activity(self, activity):
        """Adds ad activity; what is not measured stays unknown."""
        if self.clicks is not None:
            self.impressions += activity.impressions
            self.clicks += activity.clicks
        if self.cost is not None:
            self.cost += activity.cost

    def add_user(self, user, now):
        """Adds a user with what they did up to now."""
        sessions = sum(s <= now for s in user.sessions)
        self.installs += 1
        self.sessions += sessions
        self.loyal += sessions >= facts.LOYAL_SESSIONS
        seen = set()
        for event in user.events:
            if event.instant > now or not user.campaign.app.sends(event):
                continue
            sums = self.events.setdefault(event.name, [0, 0, 0])
            sums[0] += event.name not in seen
            sums[1] += 1
            sums[2] += event.revenue or 0
            seen.add(event.name)
            self.revenue += event.revenue or 0


def collect(query, now):
    """Returns {key: Totals}; a key is (day, country, campaign, adset,
    conversion type), each of them None where the report does not tell it."""
    found = {}
    for campaign in query.app.campaigns:
        if query.wants(campaign):
            collect_campaign(query, campaign, now, found)
    return found


def collect_campaign(query, campaign, now, found):
    """Adds a campaign's rows.  A day of another zone can reach into the two
    beside it."""
    def totals(instant, part, conversion):
        day = query.date(instant).date()
        if instant > now or not query.first <= day <= query.last or (
                day < oldest_day(query.date(now).date())):
            return None
        key = (day if "Date" in query.report.groupings else None,
               part.country if "Country" in query.report.groupings else None,
               campaign, part.adset if query.is_facebook else None,
               conversion)
        return found.setdefault(key, Totals(
            campaign.has_views and not query.touch_type,
            campaign.has_cost and not query.touch_type
            and conversion != "re-attribution"))

    first = max(query.first.toordinal() - 1, campaign.start)
    last = min(query.last.toordinal() + 1, campaign.end,
               now.date().toordinal() + 1)
    for ordinal in range(first, last + 1):
        for activity in facts.activity(campaign, ordinal):
            conversion = ("re-engagement" if campaign.is_retargeting
                          else None)
            row = None if query.touch_type else totals(
                activity.instant, activity.part, conversion)
            if row is not None:
                row.add_activity(activity)
        for user in facts.users(campaign, ordinal):
            if query.touch_type not in (None, user.touch_type):
                continue
            row = totals(user.instant, user.part, user.conversion)
            if row is not None:
                row.add_user(user, now)


def oldest_day(today):
    """Returns the first day that is still kept."""
    months = today.year * 12 + today.month - 1 - HISTORY_MONTHS
    return datetime.date(months // 12, months % 12 + 1, 1)


def row_cells(query, key, totals):
    """Returns a row as {header name: cell}, events left out."""
    day, country, campaign, adset, conversion = key
    clicks, cost, installs = totals.clicks, totals.cost, totals.installs
    made = {
        "Date": day.isoformat() if day else "",
        "Country": country or cells.NONE,
        "Agency/PMD (af_prt)": campaign.agency or cells.NONE,
        "Media Source (pid)": campaign.media_source,
        "Campaign (c)": campaign.name or cells.NONE,
        "Impressions": cells.count(totals.impressions),
        "Clicks": cells.count(clicks),
        "CTR": cells.ratio(clicks, totals.impressions),
        "Installs": cells.count(installs),
        "Conversions": cells.count(installs),
        "Conversion Type": conversion,
        "Conversion Rate": cells.ratio(installs, clicks),
        "Sessions": cells.count(totals.sessions),
        "Loyal Users": cells.count(totals.loyal),
        "Loyal Users/Installs": cells.ratio(totals.loyal, installs),
        "Total Revenue": cells.money(totals.revenue, 100),
        "Total Cost": cells.money(cost, 10000),
        "ROI": cells.ratio(None if cost is None else
                           totals.revenue * 100 - cost, cost),
        "ARPU": cells.ratio(totals.revenue, installs * 100),
        "Average eCPI": cells.ratio(cost, installs * 10000),
    }
    if adset is not None:
        name, adset_id = campaign.adsets[adset]
        made.update({"Campaign Id": campaign.id, "Adset": name,
                     "Adset Id": adset_id, "Adgroup": "Ad 1",
                     "Adgroup Id": adset_id + "01"})
    return made


def answer(query, now, settings):
    """Returns (CSV body, number of rows) of a checked request."""
    found = collect(query, now)
    names = []
    if query.report.has_revenue:
        names = sorted({name for t in found.values() for name in t.events})
    header = list(query.header())
    rows = []
    respell = cells.counter_style(settings)
    for number, (key, totals) in enumerate(found.items()):
        made = row_cells(query, key, totals)
        made["Date"] = cells.odd_date(settings, number, made["Date"])
        for name in COUNTERS:
            made[name] = respell(made[name])
        row = [settings["appsflyer_not_measured"]
               if made[name] == cells.NOT_MEASURED else made[name]
               for name in header]
        for name in names:
            unique, count, revenue = totals.events.get(name, (0, 0, 0))
            row += [respell(str(unique)), respell(str(count)),
                    cells.sales(revenue)]
        rows.append(row)
    for name in names:
        header += [name + " (Unique users)", name + " (Event counter)",
                   "%s (Sales in %s)" % (name, query.app.currency)]
    body = cells.render(header, rows, settings,
                        settings["appsflyer_aggregate_bom"])
    return body, len(rows)
