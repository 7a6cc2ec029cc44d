"""What a correct reader of the apps ends up with, table by table of adpipe,
computed straight from what happened: no request, no CSV.

Values are texts in their exact decimal or plain form; None stands for what is
not measured or left out.  A row exists when any of its metrics is not zero, and
an event of a row when its users, events or revenue are not.
"""

import collections
import datetime
import decimal

from appsflyer import expected_skan, facts, people
from appsflyer.fields import ADDITIONAL, RAW_COLUMNS, RAW_REPORTS
from appsflyer.values import decimal_text, shared, text

# The days of a cohort: 0 to 180.
COHORT_DAYS = 181
PARTNERS = ("agency", "media_source", "campaign_name")
RAW_TABLES = {
    "installs": "installs_report",
    "organic_installs": "organic_installs_report",
    "in_app_events": "in_app_events_report",
    "organic_in_app_events": "organic_in_app_events_report",
    "uninstalls": "uninstall_events_report",
    "reinstalls": "reinstalls",
    "conversions_retargeting": "installs-retarget",
    "ad_revenue": "ad_revenue_raw",
    "blocked_installs": "blocked_installs_report",
}


def days_near(campaign, since, until, now):
    """Returns the ordinals of days that can reach into a range: app days and
    report days differ where a zone was set later."""
    return range(max(since.toordinal() - 1, campaign.start),
                 min(until.toordinal() + 1, campaign.end,
                     now.date().toordinal() + 1) + 1)


def acquisition(world, app, since, until, is_retargeting=False):
    """Yields (campaign, day, country, what) of everything that happened by
    now and is dated in the range; what is an Activity or a User."""
    now = world.now()
    for campaign in app.campaigns:
        if campaign.is_retargeting != is_retargeting:
            continue
        for ordinal in days_near(campaign, since, until, now):
            for what in (facts.activity(campaign, ordinal)
                         + facts.users(campaign, ordinal)):
                day = app.local(what.instant).date()
                if what.instant <= now and since <= day <= until:
                    yield campaign, day, what.part.country, what


def grouped(world, app, since, until, by_country):
    """Returns {(day, country, campaign): (activities, users)}."""
    groups = collections.defaultdict(lambda: ([], []))
    for campaign, day, country, what in acquisition(world, app, since, until):
        key = day, country if by_country else None, campaign
        groups[key][isinstance(what, facts.User)].append(what)
    return groups


def names_of(key, by_country):
    """Returns the dimensions of a group."""
    _, country, campaign = key
    # A campaign without a name is called None, which is a name like others.
    made = {"agency": campaign.agency, "media_source": campaign.media_source,
            "campaign_name": campaign.name or "None"}
    if by_country:
        made["country"] = country
    return made


def happened(user, now):
    """Returns a user's events up to now."""
    return [e for e in user.events
            if e.instant <= now and user.campaign.app.sends(e)]


def daily_rows(world, app, since, until, by_country=False):
    """Returns the rows of partners_daily or geo_daily."""
    now = world.now()
    rows = []
    for key, (activities, users) in grouped(
            world, app, since, until, by_country).items():
        day, _, campaign = key
        sessions = [sum(s <= now for s in u.sessions) for u in users]
        revenue = sum(e.revenue or 0 for u in users
                      for e in happened(u, now))
        rows.append(dict(
            shared(app, day), **names_of(key, by_country),
            impressions=text(sum(a.impressions for a in activities)
                             if campaign.has_views else None),
            clicks=text(sum(a.clicks for a in activities)
                        if campaign.has_views else None),
            installs=text(len(users)), sessions=text(sum(sessions)),
            loyal_users=text(sum(s >= facts.LOYAL_SESSIONS
                                 for s in sessions)),
            spend=decimal_text(sum(a.cost for a in activities), 10000)
            if campaign.has_cost else None,
            revenue=decimal_text(revenue, 100)))
    return rows


def cohort_rows(world, app, since, until, is_retargeting=False):
    """Returns the rows of cohort: one for each day of a cohort that ended an
    hour ago, since reports have the day that ended a minute after midnight.  A
    day on which nobody came is no cohort, whatever it cost."""
    today = app.local(world.now() - datetime.timedelta(hours=1)).date()
    groups = collections.defaultdict(lambda: ([], []))
    for campaign, day, _, what in acquisition(world, app, since, until,
                                              is_retargeting):
        groups[day, campaign][isinstance(what, facts.User)].append(what)
    cohorts = collections.defaultdict(list)
    for (day, campaign), (activities, users) in groups.items():
        hidden = campaign.is_organic or campaign.media_source in (
            "restricted", "None")
        key = (day, campaign.agency, "organic" if campaign.is_organic
               else campaign.media_source, None if hidden else campaign.id,
               campaign.name)
        cohorts[key].append((campaign, activities, users))
    rows = []
    for key, members in cohorts.items():
        users = [u for _, _, some in members for u in some]
        costs = [sum(a.cost for a in activities) for campaign, activities, _
                 in members if campaign.has_cost and activities]
        if users:
            rows += cohort_days(app, key, users,
                                sum(costs) if costs else None, today)
    return rows


def cohort_days(app, key, users, cost, today):
    """Returns the rows of one cohort."""
    day, agency, source, campaign_id, name = key

    def age(instant):
        return (app.local(instant).date() - day).days

    def told(amounts, last, first=0):
        return sum(v for n, v in amounts if first <= n <= last)

    revenue = [(age(e.instant), e.revenue or 0) for u in users
               for e in u.events if app.sends(e)]
    sessions = [(age(s), 1) for u in users for s in u.sessions]
    gone = [(age(when), 1) for when in map(facts.uninstalled, users)
            if when is not None]
    return [dict(
        shared(app, day), agency=agency, media_source=source,
        campaign_id=campaign_id, campaign_name=name, cohort_day=str(n),
        users=str(len(users)), spend=decimal_text(cost, 10000),
        revenue=decimal_text(told(revenue, n), 100),
        sessions=str(told(sessions, n)), uninstalls=str(told(gone, n)),
        revenue_on_day=decimal_text(told(revenue, n, n), 100),
        sessions_on_day=str(told(sessions, n, n)),
        uninstalls_on_day=str(told(gone, n, n)))
            for n in range(min((today - day).days, COHORT_DAYS))]


def conversion_of(what):
    """Returns the kind of conversion whose row counts something; clicks and
    cost are those of engagements."""
    return what.conversion if isinstance(what, facts.User) else "re-engagement"


def retargeting_groups(world, app, since, until, by_country):
    """Returns {(day, country, campaign, conversion): (activities, users)}."""
    groups = collections.defaultdict(lambda: ([], []))
    for campaign, day, country, what in acquisition(world, app, since, until,
                                                    True):
        key = day, country if by_country else None, campaign, (
            conversion_of(what))
        groups[key][isinstance(what, facts.User)].append(what)
    return groups


def retargeting_rows(world, app, since, until, by_country=False):
    """Returns the rows of a retargeting report by day: one for each kind of
    conversion of a campaign."""
    now = world.now()
    rows = []
    for key, (activities, users) in retargeting_groups(
            world, app, since, until, by_country).items():
        day, country, campaign, conversion = key
        sessions = [sum(s <= now for s in u.sessions) for u in users]
        rows.append(dict(
            shared(app, day), **names_of(key[:3], by_country),
            conversion_type=conversion,
            clicks=text(sum(a.clicks for a in activities)),
            conversions=text(len(users)), sessions=text(sum(sessions)),
            loyal_users=text(sum(s >= facts.LOYAL_SESSIONS
                                 for s in sessions)),
            spend=decimal_text(sum(a.cost for a in activities), 10000)
            if conversion == "re-engagement" else None,
            revenue=decimal_text(sum(e.revenue or 0 for u in users
                                     for e in happened(u, now)), 100)))
    return rows


def event_rows(world, app, since, until, by_country=False,
               is_retargeting=False):
    """Returns the rows of a report of in-app events: one for each event of a
    group of users."""
    now = world.now()
    if is_retargeting:
        groups = retargeting_groups(world, app, since, until, by_country)
    else:
        groups = grouped(world, app, since, until, by_country)
    rows = []
    for key, (_, users) in groups.items():
        by_name = collections.defaultdict(list)
        for user in users:
            for event in happened(user, now):
                by_name[event.name].append((user.number, user.instant,
                                            event.revenue or 0))
        for name, events in by_name.items():
            kinds = {"conversion_type": key[3]} if is_retargeting else {}
            rows.append(dict(
                shared(app, key[0]), **names_of(key[:3], by_country), **kinds,
                event_name=name,
                unique_users=text(len({e[:2] for e in events})),
                event_count=text(len(events)),
                revenue=decimal_text(sum(e[2] for e in events), 100)))
    return rows


def master_place(campaign, part):
    """Returns the columns of master_daily that say where something belongs."""
    made = {"agency": campaign.agency, "media_source": "organic"
            if campaign.is_organic else campaign.media_source,
            "campaign_name": campaign.name or "None",
            "country": part.country}
    names = ("campaign_id", "adset_id", "adset_name", "ad_id", "ad_name",
             "channel", "keyword")
    if people.is_hidden(campaign):
        return dict(made, **dict.fromkeys(names))
    adset, adset_id = campaign.adsets[part.adset]
    return dict(made, **dict(zip(names, (
        campaign.id, adset_id, adset, adset_id + "01", "Ad 1",
        people.channel_of(campaign),
        people.keyword_of(campaign, part)))))


def master_rows(world, app, since, until):
    """Returns the rows of master_daily."""
    now = world.now()
    groups = collections.defaultdict(lambda: ([], []))
    owners = {}
    for campaign, day, _, what in acquisition(world, app, since, until):
        key = day, tuple(master_place(campaign, what.part).items())
        owners[key] = campaign
        groups[key][isinstance(what, facts.User)].append(what)
    # Days that are not computed yet are read as late as the report's.
    ready = app.local(now - datetime.timedelta(hours=48)).date() - facts.DAY
    rows = []
    for key, (activities, users) in groups.items():
        day, place = key
        sessions = [[s for s in u.sessions if s <= now] for u in users]
        kept = {"retention_day_%d" % n: text(sum(
            any((app.local(s).date() - day).days == n for s in some)
            for some in sessions)) if day + facts.DAY * n <= ready else None
            for n in (1, 7, 30)}
        gone = [facts.uninstalled(u) for u in users]
        rows.append(dict(
            shared(app, day), **dict(place), **kept,
            impressions=text(sum(a.impressions for a in activities))
            if activities else None,
            clicks=text(sum(a.clicks for a in activities))
            if activities else None,
            installs=text(len(users)), sessions=text(sum(map(len, sessions))),
            loyal_users=text(sum(len(s) >= facts.LOYAL_SESSIONS
                                 for s in sessions)),
            uninstalls=text(sum(g is not None and g <= now for g in gone)),
            spend=decimal_text(sum(a.cost for a in activities), 10000)
            if activities and owners[key].has_cost else None,
            revenue=decimal_text(sum(e.revenue or 0 for u in users
                                     for e in happened(u, now)), 100)))
    return rows


def activity_rows(world, app, since, until):
    """Returns the rows of master_activity_daily: what users did, on the day on
    which they did it."""
    now = world.now()
    first = since - facts.DAY * (facts.LIFETIME_DAYS + 1)
    groups = collections.defaultdict(list)
    for campaign, _, _, user in acquisition(world, app, first, until):
        if not isinstance(user, facts.User):
            continue
        place = tuple(master_place(campaign, user.part).items())
        done = [(s, None) for s in user.sessions] + [
            (e.instant, e.revenue or 0) for e in happened(user, now)]
        for instant, revenue in done:
            day = app.local(instant).date()
            if instant <= now and since <= day <= until:
                groups[day, place].append((user, revenue))
    return [dict(
        shared(app, day), **dict(place),
        active_users=text(len({id(user) for user, _ in done})),
        sessions=text(sum(revenue is None for _, revenue in done)),
        revenue=decimal_text(sum(r or 0 for _, r in done), 100))
            for (day, place), done in groups.items()]


def raw_rows(world, app, since, until, table):
    """Returns the rows of a raw table."""
    report = RAW_REPORTS[RAW_TABLES[table]]
    zero = datetime.time(tzinfo=datetime.timezone.utc)
    first = datetime.datetime.combine(since - facts.DAY, zero)
    last = datetime.datetime.combine(until + facts.DAY * 2, zero)
    rows = []
    for row in people.rows_between(app, report, first,
                                   min(last, people.latest(
                                       report, world.now()))):
        values = people.values_of(app, row)
        day = app.local(values["event_time"]).date()
        if not since <= day <= until:
            continue
        made = shared(app, day)
        values.update((name, value) for name, value in
                      people.additional_of(row).items()
                      if name not in report.refuses)
        for name in [name for _, name in RAW_COLUMNS] + list(ADDITIONAL):
            value = values.get(name)
            if isinstance(value, datetime.datetime):
                value = app.local(value).strftime("%Y-%m-%d %H:%M:%S")
            made[name] = text(value)
        if "event_revenue" in values:
            revenue = values["event_revenue"]
            made["event_revenue"] = decimal_text(revenue, 100)
            made["event_revenue_usd"] = decimal_text(
                (app.usd_rate * revenue).quantize(decimal.Decimal(1)), 100)
        rows.append(made)
    return rows


def app_row(app):
    """Returns an app's row of the table of apps."""
    told = app.attributes()
    retargeting = told.get("enable_retargetting")
    return dict(shared(app), platform=app.platform, currency=app.currency,
                time_zone=app.zone_name,
                enable_retargetting=text(retargeting))


def rows_of(world, app, table, since, until):
    """Returns one app's rows of a table with days; raises ValueError."""
    if table in ("partners_daily", "tracker_report"):
        rows = daily_rows(world, app, since, until)
    elif table == "geo_daily":
        rows = daily_rows(world, app, since, until, True)
    elif table in ("cohort", "cohort_retargeting"):
        rows = cohort_rows(world, app, since, until,
                           table == "cohort_retargeting")
    elif table in ("partners_retargeting_daily", "geo_retargeting_daily"):
        rows = retargeting_rows(world, app, since, until,
                                table.startswith("geo_"))
    elif table in ("partners_event_daily", "tracker_event_report",
                   "partners_event_retargeting_daily", "geo_event_daily",
                   "geo_event_retargeting_daily"):
        rows = event_rows(world, app, since, until, table.startswith("geo_"),
                          "retargeting" in table)
    elif table == "master_daily":
        rows = master_rows(world, app, since, until)
    elif table == "master_activity_daily":
        rows = activity_rows(world, app, since, until)
    elif table == "skan_daily":
        rows = expected_skan.skan_rows(world, app, since, until)
    elif table == "skan_postback_daily":
        rows = expected_skan.skan_postback_rows(world, app, since, until)
    elif table in RAW_TABLES:
        rows = raw_rows(world, app, since, until, table)
    else:
        raise ValueError("unknown table \"%s\"" % table)
    if table.startswith("tracker_"):
        rows = [dict(row, platform="appsflyer") for row in rows]
    return rows


def expected_rows(world, params):
    """Answers /_control/world: `resource` is a table of adpipe, `accounts`
    some app ids (default: all), `since` and `until` the days.  Raises
    ValueError on a parameter it does not know."""
    unknown = set(params) - {"platform", "resource", "since", "until",
                             "accounts"}
    if unknown:
        raise ValueError("unknown parameter: " + ", ".join(sorted(unknown)))
    wanted = params.get("accounts")
    apps = [world.apps[a] for a in wanted.split(",")] if wanted else list(
        world.apps.values())
    if params["resource"] == "apps":
        return [app_row(app) for app in apps]
    since = datetime.date.fromisoformat(params["since"])
    until = datetime.date.fromisoformat(params["until"])
    return [row for app in apps
            for row in rows_of(world, app, params["resource"], since, until)]
