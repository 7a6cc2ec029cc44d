"""The Master API: any groupings and KPIs.  LTV numbers are booked on the day on
which a user came, activity on the day on which it happened; whoever asks for
both gets both in one row.  Days that were not computed yet have no rows."""

import collections
import datetime
import re

from appsflyer import cells, facts, people, ranges
from appsflyer.errors import Refusal

DAY = datetime.timedelta(1)
MAX_DAYS = 31
# Groupings with the names of their columns.
GROUPINGS = {
    "app_id": "App ID", "pid": "Media Source", "af_prt": "Agency",
    "c": "Campaign", "af_adset": "Adset", "af_ad": "Ad",
    "af_channel": "Channel", "af_siteid": "Site ID",
    "af_keywords": "Keywords", "is_primary": "Is Primary",
    "af_c_id": "Campaign ID", "af_adset_id": "Adset ID",
    "af_ad_id": "Ad ID", "install_time": "Install Time",
    "attributed_touch_type": "Attributed Touch Type", "geo": "GEO",
}
NOT_SIMULATED = {"af_siteid", "is_primary", "attributed_touch_type"}
KPIS = {
    "impressions": "Impressions", "clicks": "Clicks", "installs": "Installs",
    "sessions": "Sessions", "loyal_users": "Loyal Users", "cost": "Cost",
    "revenue": "Revenue", "uninstalls": "Uninstalls",
    "activity_sessions": "Activity Sessions",
    "activity_revenue": "Activity Revenue",
    "activity_average_dau": "Activity Average DAU",
}
RETENTION = re.compile(r"retention_day_(\d+)\Z")
EVENT = re.compile(r"(event_counter|unique_users)_(.+)\Z")

SETTINGS = {
    "appsflyer_master_off": False,      # not in the plan
    "appsflyer_master_rows": 200000,    # more rows are refused
    "appsflyer_master_ready": 30,       # hours after its end that a day comes
    # How columns are called: usual, plain (names of the API), or as those of
    # aggregate reports (aggregate).
    "appsflyer_master_names": "usual",
    "appsflyer_master_lacks": "",       # columns that do not come, by |
}


class Query:
    """A request, checked."""

    def __init__(self, app, params, now):
        self.app = app
        try:
            self.first, self.last = ranges.day_range(params)
        except Refusal as refusal:
            raise Refusal(403, refusal.text)
        if (self.last - self.first).days >= MAX_DAYS:
            raise Refusal(403, "The date range is limited to 31 days.")
        self.groupings = words(params, "groupings")
        self.kpis = words(params, "kpis")
        if not self.groupings:
            raise Refusal(416, "No Groupings Selected")
        if not self.kpis:
            raise Refusal(403, "No KPIs provided.")
        if set(self.groupings) - set(GROUPINGS) or not all(
                map(is_kpi, self.kpis)):
            raise Refusal(416, "Wrong API Fields")
        if set(self.groupings) & NOT_SIMULATED or params.get("format"):
            raise Refusal(400, "not simulated")
        zone = params.get("timezone")
        if zone not in (None, "preferred"):
            raise Refusal(416, "Something went wrong. Please try again.")
        self.date = app.local if zone else (
            lambda instant: instant.replace(tzinfo=None))
        if zone and app.zone_since is not None and (
                self.first < app.zone_since.date()):
            raise Refusal(416, "The requested time range is in UTC only "
                          "(prior to the timezone change)")
        self.in_dollars = params.get("currency") != "preferred"


def words(params, name):
    """Returns a list of words."""
    return [word for word in (params.get(name) or "").split(",") if word]


def is_kpi(name):
    """Returns whether there is such a KPI."""
    return name in KPIS or RETENTION.match(name) or EVENT.match(name)


def places_of(campaign, part):
    """Returns where something belongs, by grouping."""
    made = {"pid": "organic" if campaign.is_organic
            else campaign.media_source,
            "af_prt": campaign.agency, "c": campaign.name or cells.NONE,
            "geo": part.country}
    if not people.is_hidden(campaign):
        adset, adset_id = campaign.adsets[part.adset]
        made.update(af_c_id=campaign.id, af_adset=adset,
                    af_adset_id=adset_id, af_ad="Ad 1",
                    af_ad_id=adset_id + "01",
                    af_channel=people.channel_of(campaign),
                    af_keywords=people.keyword_of(campaign, part))
    return made


class Sums:
    """The numbers of one row."""

    def __init__(self):
        self.counts = collections.Counter()
        self.views = self.costs = False
        self.active = set()


def collect(query, now):
    """Returns {key: Sums}."""
    found = collections.defaultdict(Sums)

    def row(campaign, part, day):
        made = dict(places_of(campaign, part), install_time=day.isoformat(),
                    app_id=query.app.id)
        return found[tuple(made.get(name) for name in query.groupings)]

    back = facts.LIFETIME_DAYS + 1 if any(
        name.startswith("activity_") for name in query.kpis) else 1
    is_ltv = not all(name.startswith("activity_") for name in query.kpis)
    for campaign in query.app.campaigns:
        if campaign.is_retargeting:
            continue
        for ordinal in range(max(query.first.toordinal() - back,
                                 campaign.start),
                             min(query.last.toordinal() + 1,
                                 campaign.end) + 1):
            if is_ltv:
                add_ltv(query, campaign, ordinal, now, row)
            if back > 1:
                add_activity(query, campaign, ordinal, now, row)
    return found


def add_ltv(query, campaign, ordinal, now, row):
    """Adds what is booked on the day on which a user came."""
    for what in facts.activity(campaign, ordinal) + facts.users(
            campaign, ordinal):
        day = query.date(what.instant).date()
        if what.instant > now or not query.first <= day <= query.last:
            continue
        sums = row(campaign, what.part, day)
        if not isinstance(what, facts.User):
            sums.views = True
            sums.counts["impressions"] += what.impressions
            sums.counts["clicks"] += what.clicks
            if campaign.has_cost:
                sums.costs = True
                sums.counts["cost"] += what.cost
            continue
        events = [e for e in what.events
                  if e.instant <= now and query.app.sends(e)]
        sessions = [s for s in what.sessions if s <= now]
        sums.counts["installs"] += 1
        sums.counts["sessions"] += len(sessions)
        sums.counts["loyal_users"] += len(sessions) >= facts.LOYAL_SESSIONS
        sums.counts["revenue"] += sum(e.revenue or 0 for e in events)
        gone = facts.uninstalled(what)
        sums.counts["uninstalls"] += gone is not None and gone <= now
        for age in {(query.date(s).date() - day).days for s in sessions}:
            sums.counts["retention_day_%d" % age] += 1
        for event in events:
            sums.counts["event_counter_" + event.name] += 1
        for name in {e.name for e in events}:
            sums.counts["unique_users_" + name] += 1


def add_activity(query, campaign, ordinal, now, row):
    """Adds what users did, on the day on which they did it."""
    for user in facts.users(campaign, ordinal):
        for instant, revenue in [(s, None) for s in user.sessions] + [
                (e.instant, e.revenue or 0) for e in user.events
                if query.app.sends(e)]:
            day = query.date(instant).date()
            if instant > now or not query.first <= day <= query.last:
                continue
            sums = row(campaign, user.part, day)
            sums.active.add((campaign.key, user.number, user.instant))
            if revenue is None:
                sums.counts["activity_sessions"] += 1
            else:
                sums.counts["activity_revenue"] += revenue


def cell_of(name, sums):
    """Returns the cell of a KPI."""
    number = sums.counts[name]
    if name in ("impressions", "clicks") and not sums.views:
        return cells.NOT_MEASURED
    if name == "cost":
        return cells.money(number if sums.costs else None, 10000)
    if name in ("revenue", "activity_revenue"):
        return cells.money(number, 100)
    return str(len(sums.active) if name == "activity_average_dau"
               else number)


def column_of(name, style):
    """Returns the name of a column."""
    if style == "plain":
        return name
    special = {"pid": "Media Source (pid)", "c": "Campaign (c)",
               "af_prt": "Agency/PMD (af_prt)", "geo": "Country"}
    if style == "aggregate" and name in special:
        return special[name]
    return GROUPINGS.get(name) or KPIS.get(name) or (
        name.replace("_", " ").title() if RETENTION.match(name) else name)


def answer(query, now, settings):
    """Returns (CSV body, number of rows)."""
    ready = query.app.local(now - datetime.timedelta(
        hours=settings["appsflyer_master_ready"])).date() - DAY
    query.last = min(query.last, ready)
    found = collect(query, now) if query.first <= query.last else {}
    if len(found) > settings["appsflyer_master_rows"]:
        raise Refusal(416, "Other reason")
    none = {"af_prt": cells.NONE, "geo": cells.NONE}
    lacks = settings["appsflyer_master_lacks"].split("|")
    names = [(name, column_of(name, settings["appsflyer_master_names"]))
             for name in query.groupings + query.kpis]
    rows = []
    for key, sums in found.items():
        made = {name: none.get(name, "") if value is None else value
                for name, value in zip(query.groupings, key)}
        made.update((name, cell_of(name, sums)) for name in query.kpis)
        rows.append([made[name] for name, column in names
                     if column not in lacks])
    header = [column for _, column in names if column not in lacks]
    return cells.render(header, rows, settings, False), len(rows)
