"""SKAdNetwork: what iPhones say about installs, by way of the ad networks.  A
postback knows no user.  It is sent a random time after a window that begins
with the install, and the fewer people share its crowd, the less it says: a
conversion value is then missing, which is not zero.  Days are days of UTC."""

import collections
import datetime

from appsflyer import facts
from daily import noise, uniform

HOUR = datetime.timedelta(hours=1)
UTC = datetime.timezone.utc

# Networks that take part, by media source, with their ids at Apple.
NETWORKS = {"googleadwords_int": "cstr6suwn9.skadnetwork",
            "Facebook Ads": "v9wttpbfk9.skadnetwork",
            "unityads_int": "4dzt52r2t5.skadnetwork",
            "appier_int": "v72qych5uu.skadnetwork"}
# Its postbacks are dated by the click, and come up to 13 days late.
GOOGLE = "googleadwords_int"
GOOGLE_DAYS = 13

# Windows of version 4 (sequence index: end and longest delay, in hours), and
# what the platform takes off an arrival to get at the install.
WINDOWS = {0: (48, 48), 1: (168, 144), 2: (840, 144)}
TAKEN_OFF = {0: 48 + 36, 1: 168 + 84, 2: 840 + 84}
# Longest time from an install to its postbacks, and between it and the install
# that the platform derives, in days.
LATEST_DAYS = 44
DERIVED_DAYS = 4

# Installs of a campaign's day from which a coarse and a fine value are sent.
COARSE_FROM, FINE_FROM = 2, 3
FINE_MAX = 63
COARSE = ("low", "medium", "high")

# arrival dates it in the reports; known is when it is there to be reported.
# fine and coarse are None where the crowd was too small, and coarse with
# version 3, which has none, as it has no index.
Postback = collections.namedtuple(
    "Postback", "campaign country version index arrival known fine coarse "
    "is_redownload source_app")


def takes_part(campaign):
    """Returns whether a campaign's ads may be named by iPhones."""
    return campaign.app.platform == "ios" and not campaign.is_retargeting and (
        campaign.media_source in NETWORKS)


def claimant(user):
    """Returns the campaign that a user's iPhone names, or None.  It knows ads
    that the platform did not see, so some organic users are a network's, and
    of some installs nothing is heard."""
    campaign, data = user.campaign, user.data
    if campaign.app.platform != "ios" or campaign.is_retargeting:
        return None
    if campaign.is_organic:
        shown = [c for c in campaign.app.campaigns
                 if c.media_source == "Facebook Ads" and takes_part(c)]
        return shown[data[12] % len(shown)] if data[11] % 6 == 0 else None
    return campaign if takes_part(campaign) and data[11] % 7 else None


def claimed(app, ordinal):
    """Returns {campaign: users} of those whose install of one day of the app
    is claimed."""
    found = collections.defaultdict(list)
    for campaign in app.campaigns:
        for user in facts.users(campaign, ordinal):
            owner = claimant(user)
            if owner is not None:
                found[owner].append(user)
    return found


def sent(app, ordinal):
    """Returns the postbacks about the installs of one day of an app, whenever
    they arrive."""
    return tuple(postback for campaign, users in claimed(app, ordinal).items()
                 for user in users
                 for postback in of_user(campaign, user, len(users)))


def of_user(campaign, user, crowd):
    """Returns the postbacks about one install."""
    data = noise(user.data.hex(), "postback")
    if data[0] % 4 == 0:
        return [first_of_version_3(campaign, user, crowd, data)]
    made = []
    for index, (end, delay) in WINDOWS.items():
        if index > 0 and (campaign.media_source == GOOGLE
                          or not did_something(user, index)):
            continue
        arrival = user.instant + HOUR * end + datetime.timedelta(
            seconds=24 * 3600 + uniform(data, 1 + index,
                                        (delay - 24) * 3600))
        has_fine = index == 0 and crowd >= FINE_FROM
        made.append(make(
            campaign, user, "4.0", index, arrival, data,
            value_of(user, 48) if has_fine else None,
            coarse_of(user, index) if crowd >= COARSE_FROM and not has_fine
            else None))
    return made


def first_of_version_3(campaign, user, crowd, data):
    """Returns the one postback of an older iPhone: a day after the value
    changed for the last time, and up to a day more."""
    arrival = user.instant + datetime.timedelta(
        seconds=24 * 3600 + uniform(data, 1, 24 * 3600))
    return make(campaign, user, "3.0", None, arrival, data,
                value_of(user, 24) if crowd >= FINE_FROM else None, None)


def make(campaign, user, version, index, arrival, data, fine, coarse):
    """Returns a Postback; Google's is dated by itself and comes late."""
    known = arrival
    if campaign.media_source == GOOGLE:
        arrival = user.touch_instant or user.instant
        known = max(known, arrival + HOUR * uniform(data, 5, GOOGLE_DAYS * 24))
    return Postback(campaign, user.part.country, version, index, arrival,
                    known, fine, coarse, data[24] % 5 == 0,
                    "5%08d" % (data[25] % 3) if crowd_shows(fine) else None)


def crowd_shows(fine):
    """Returns whether the crowd is large enough to name the app that showed
    the ad."""
    return fine is not None


def done(user, first_hours, last_hours):
    """Returns the user's events in a window after the install."""
    return [e for e in user.events if user.campaign.app.sends(e)
            and HOUR * first_hours <= e.instant - user.instant
            < HOUR * last_hours]


def did_something(user, index):
    """Returns whether the app was open in a later window, without which no
    postback is sent."""
    first, last = WINDOWS[index - 1][0], WINDOWS[index][0]
    return any(HOUR * first <= s - user.instant < HOUR * last
               for s in user.sessions) or bool(done(user, first, last))


def value_of(user, hours):
    """Returns the conversion value that the app sets: 0 without an event, else
    eight times what was spent by level, and the number of events."""
    events = done(user, 0, hours)
    spent = sum(max(e.revenue or 0, 0) for e in events)
    return min(level(user.campaign.app, spent) * 8 + len(events), FINE_MAX)


def level(app, spent):
    """Returns how much of an amount is reported: 0 to 7."""
    return min(-(-spent // step(app)), 7) if spent else 0


def step(app):
    """Returns the amount of one level, in hundredths."""
    return 5000 * app.cents


def coarse_of(user, index):
    """Returns the coarse value of a window."""
    first = WINDOWS[index - 1][0] if index else 0
    return COARSE[min(len(done(user, first, WINDOWS[index][0])), 2)]


def decoded(postback):
    """Returns (revenue in hundredths, purchases) that the platform reads out of
    a conversion value: nothing of one that is missing."""
    if not postback.fine:
        return 0, 0
    spent = postback.fine // 8
    return spent * step(postback.campaign.app), 1 if spent else 0


def installed(postback):
    """Returns the instant of the install as the platform derives it."""
    if postback.campaign.media_source == GOOGLE:
        return postback.arrival
    if postback.index is not None:
        return postback.arrival - HOUR * TAKEN_OFF[postback.index]
    return postback.arrival - HOUR * (36 if postback.fine == 0 else 48)


def is_install(postback):
    """Returns whether a postback is the one that counts as the install."""
    return not postback.index


def between(app, first, last, now, date_of):
    """Yields the postbacks that are known at the end of yesterday and whose
    date, by installed or arrived, is in a range of days."""
    back = LATEST_DAYS if date_of is arrived else DERIVED_DAYS
    midnight = now.astimezone(UTC).replace(hour=0, minute=0, second=0,
                                           microsecond=0)
    for ordinal in range(first.toordinal() - back,
                         last.toordinal() + DERIVED_DAYS):
        for postback in sent(app, ordinal):
            if postback.known < midnight and (
                    first <= date_of(postback).date() <= last):
                yield postback


def arrived(postback):
    """Returns the instant that dates a postback by its arrival."""
    return postback.arrival
