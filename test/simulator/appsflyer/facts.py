"""What happened in the apps, made from nothing but campaign keys and dates:
ad activity, people who install, and what they do afterwards.

A campaign's day is a day of its app's time zone.  Everything carries the
instant (UTC) at which it happened, so that a report in another zone dates it
otherwise.  Money is counted in whole hundredths of the app's currency, ad
cost in ten-thousandths.
"""

import collections
import datetime
import functools

from daily import noise, uniform
from restate import GONE

UTC = datetime.timezone.utc
DAY = datetime.timedelta(1)

# How long after an install its user still does something.
LIFETIME_DAYS = 45
# Sessions that make a loyal user.
LOYAL_SESSIONS = 3
# Local hours at which a day's ad activity is booked.
HOURS = (3, 9, 15, 21)

Part = collections.namedtuple("Part", "country adset")
Activity = collections.namedtuple(
    "Activity", "instant part impressions clicks cost")
Event = collections.namedtuple("Event", "number instant name value revenue")
AdView = collections.namedtuple(
    "AdView", "number instant network unit placement impressions revenue")
User = collections.namedtuple(
    "User", "campaign number instant part touch_type touch_instant sessions "
    "events conversion data")


def parts_of(campaign):
    """Returns the places a campaign's numbers fall into; country None is one
    that could not be told."""
    return tuple(Part(country, adset) for country in campaign.countries
                 for adset in range(len(campaign.adsets)))


def is_quiet(campaign, ordinal):
    """Returns whether nothing happens in a campaign that day."""
    if not campaign.start <= ordinal <= campaign.end:
        return True
    if campaign.cut_short is not None and ordinal > campaign.cut_short:
        return True
    return noise(campaign.key, ordinal, "pause")[0] % 13 == 0


def run_until(campaign, ordinal):
    """Lets a campaign end on a day before its own last one; None: no more."""
    if ordinal == campaign.cut_short:
        return
    campaign.cut_short = ordinal
    activity_of.cache_clear()
    users_of.cache_clear()
    blocked_of.cache_clear()


def cut(total, weights):
    """Returns whole parts by weight that add up to a total."""
    parts, below, whole = [], 0, sum(weights)
    for weight in weights:
        parts.append(total * (below + weight) // whole
                     - total * below // whole)
        below += weight
    return parts


def totals_of(campaign, ordinal):
    """Returns a day's impressions, clicks and cost as they are at first."""
    data = noise(campaign.key, ordinal, "ads")
    if campaign.quirk == "huge":
        clicks = 3 * 10 ** 9 + ordinal * 1000003
        return clicks * 40, clicks, 10 ** 16 + ordinal * 10 ** 6 + 1
    scale = campaign.scale
    impressions = scale * (200 + uniform(data, 0, 400))
    clicks = impressions * (100 + uniform(data, 1, 300)) // 10000
    cost = clicks * campaign.click_cost * (50 + uniform(data, 2, 100)) // 100
    return impressions, clicks, cost


def activity(campaign, ordinal):
    """Returns a campaign's ad activity of one local day."""
    extra = campaign.app.generation.of_ads(campaign, ordinal)
    return () if extra == GONE else activity_of(campaign, ordinal, extra)


@functools.lru_cache(maxsize=1 << 15)
def activity_of(campaign, ordinal, extra):
    """Returns the same with some more impressions, clicks and cost."""
    if not campaign.has_views or is_quiet(campaign, ordinal):
        return ()
    parts = parts_of(campaign)
    weights = [1 + noise(campaign.key, ordinal, hour, part)[0]
               for hour in HOURS for part in parts]
    more = extra, extra, extra * campaign.click_cost
    shares = zip(*(cut(total + some, weights) for total, some in zip(
        totals_of(campaign, ordinal), more)))
    places = [(hour, part) for hour in HOURS for part in parts]
    day = datetime.date.fromordinal(ordinal)
    return tuple(
        Activity(campaign.app.instant(day, hour * 3600), part, *share)
        for (hour, part), share in zip(places, shares) if any(share))


def users(campaign, ordinal):
    """Returns those who installed (or came back) on one local day."""
    extra = campaign.app.generation.of_users(campaign, ordinal)
    return () if extra == GONE else users_of(campaign, ordinal, extra)


@functools.lru_cache(maxsize=1 << 15)
def users_of(campaign, ordinal, extra):
    """Returns the same with some more."""
    if is_quiet(campaign, ordinal) or campaign.quirk == "no_installs":
        return ()
    count = uniform(noise(campaign.key, ordinal, "users"), 0,
                    campaign.scale + 1)
    return tuple(make_user(campaign, ordinal, n)
                 for n in range(count + extra))


def make_user(campaign, ordinal, number):
    """Returns one user with all that they will ever do."""
    data = noise(campaign.key, ordinal, number, "user")
    more = noise(campaign.key, ordinal, number, "more")
    day = datetime.date.fromordinal(ordinal)
    instant = campaign.app.instant(day, uniform(data, 0, 86400))
    parts = parts_of(campaign)
    touch_type = touch_instant = None
    if not campaign.is_organic:
        touch_type = "impression" if data[31] % 5 == 0 else "click"
        touch_instant = instant - datetime.timedelta(
            seconds=60 + uniform(data, 1, 86400))
    conversion = None
    if campaign.is_retargeting:
        conversion = "re-attribution" if data[30] % 6 == 0 else (
            "re-engagement")
    sessions = [instant] + [
        instant + datetime.timedelta(seconds=uniform(
            more, n, (LIFETIME_DAYS if n == 5 else 9) * 86400))
        for n in range(data[29] % 6)]
    return User(campaign, number, instant,
                parts[uniform(data, 2, len(parts))], touch_type,
                touch_instant, tuple(sessions),
                tuple(make_events(campaign.app, data, instant)), conversion,
                data)


def uninstalled(user):
    """Returns when a user removed the app, or None."""
    data = noise(user.campaign.key, user.instant.isoformat(), user.number,
                 "uninstall")
    if data[0] % 4:
        return None
    return user.instant + datetime.timedelta(
        seconds=1 + uniform(data, 1, LIFETIME_DAYS * 86400))


def make_events(app, data, instant):
    """Returns a user's in-app events; two may share one second."""
    made = []
    for number in range(data[28] % 4):
        event = noise(data.hex(), number)
        kind = app.events[uniform(event, 0, len(app.events))]
        span = LIFETIME_DAYS if event[31] % 7 == 0 else 3
        when = instant + datetime.timedelta(
            seconds=uniform(event, 1, span * 86400))
        if number == 2 and event[30] % 3 == 0:
            when = made[-1].instant
        revenue = None
        if kind.price:
            size = abs(kind.price) // 2 + uniform(event, 2, abs(kind.price))
            size -= size % app.cents
            revenue = size if kind.price > 0 else -size
        made.append(Event(number, when, kind.name,
                          kind.value.replace("%d", str(event[0])), revenue))
    return made


# Fraud that was blocked counts as nobody's user: its numbers begin here.
BLOCKED_FROM = 1000000


def blocked(campaign, ordinal):
    """Returns the fake users whose installs of one local day were blocked."""
    extra = campaign.app.generation.of_users(campaign, ordinal)
    return () if extra == GONE else blocked_of(campaign, ordinal, extra)


@functools.lru_cache(maxsize=1 << 15)
def blocked_of(campaign, ordinal, extra):
    """Returns the same with some more."""
    if is_quiet(campaign, ordinal) or campaign.is_organic or (
            campaign.is_retargeting):
        return ()
    count = uniform(noise(campaign.key, ordinal, "fraud"), 0,
                    campaign.scale // 2 + 1)
    return tuple(make_user(campaign, ordinal, BLOCKED_FROM + n)
                 for n in range(count + extra))


def reinstalled(user):
    """Returns when a user who removed the app came back, or None."""
    gone = uninstalled(user)
    data = noise(user.campaign.key, user.instant.isoformat(), user.number,
                 "reinstall")
    if gone is None or data[0] % 2:
        return None
    return gone + datetime.timedelta(seconds=1 + uniform(data, 1, 9 * 86400))


def ad_views(user):
    """Returns what ads in the app showed a user and earned: some of the
    sessions, several ads in one."""
    made = []
    for number, instant in enumerate(user.sessions):
        data = noise(user.data.hex(), number, "ad")
        for ad in range(data[0] % 3):
            impressions = 1 + data[ad + 1] % 5
            made.append(AdView(
                number * 10 + ad, instant,
                ("ironsource", "AdMob, \"net\"")[data[ad + 3] % 2],
                ("rewarded", "banner")[ad], "level %d" % (data[4] % 3),
                impressions, impressions * (1 + data[5] % 9)
                * user.campaign.app.cents))
    return made
