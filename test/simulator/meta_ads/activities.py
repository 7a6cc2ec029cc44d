"""The log of an ad account: who changed what, and what the platform did.

Objects have the platform's old names: a campaign is a CAMPAIGN_GROUP, an ad set a
CAMPAIGN, an ad an ADGROUP.  Times are in UTC.  Without `since` the log is that
of the last seven days.
"""

import datetime
import hashlib
import json

from meta_ads.query import invalid

DAY = datetime.timedelta(1)
USUAL_DAYS = 7
PEOPLE = (("10150000000000001", "김 민지 \"MJ\""),
          ("10150000000000002", "Ada Analyst"))
OBJECT_TYPES = {"campaign": "CAMPAIGN_GROUP", "adset": "CAMPAIGN",
                "ad": "ADGROUP"}
# kind of object, event, in words, what changed
EVENTS = (
    ("campaign", "update_campaign_budget", "Campaign budget updated",
     {"type": "payment_amount", "old_value": 10000, "new_value": 12000}),
    ("campaign", "update_campaign_run_status", "Campaign status updated",
     {"type": "run_status", "old_value": "Active", "new_value": "Inactive"}),
    ("adset", "update_ad_set_bidding", "Ad set bid updated",
     {"type": "bid", "old_value": None, "new_value": "1,200"}),
    ("ad", "ad_review_approved", "Ad approved", {}),
)
# Seconds of a day at which something happens; which of them, noise decides.
SECONDS = (0, 12345, 54321, 86399)


def noise(*parts):
    """Returns 16 bytes that depend on nothing but the arguments."""
    return hashlib.blake2b("|".join(map(str, parts)).encode("utf-8"),
                           digest_size=16).digest()


def of_day(account, day):
    """Returns what happened on a day of UTC, in order."""
    made = []
    for number, second in enumerate(SECONDS):
        data = noise(account.id, day, number)
        kind, event, words, extra = EVENTS[data[0] % len(EVENTS)]
        nodes = account.nodes(kind)
        if data[1] % 3 == 0 or not nodes:
            continue
        node = nodes[data[2] % len(nodes)]
        actor = PEOPLE[data[3] % len(PEOPLE)]
        moment = datetime.datetime.combine(
            day, datetime.time(), datetime.timezone.utc
        ) + datetime.timedelta(seconds=second)
        made.append((moment, {
            "actor_id": actor[0], "actor_name": actor[1],
            "application_id": "119211728144504",
            "application_name": "Power Editor",
            "event_time": moment.strftime("%Y-%m-%dT%H:%M:%S%z"),
            "event_type": event, "translated_event_type": words,
            "object_id": node.id, "object_name": node.attrs["name"],
            "object_type": OBJECT_TYPES[kind],
            "extra_data": json.dumps(extra, ensure_ascii=False)}))
    return made


def between(account, first, last, now):
    """Returns what happened between two moments, both included, newest
    first."""
    made = []
    day = first.astimezone(datetime.timezone.utc).date()
    while day <= min(last, now).astimezone(datetime.timezone.utc).date():
        made += [event for moment, event in of_day(account, day)
                 if first <= moment <= min(last, now)]
        day += DAY
    return made[::-1]


def moment_of(params, name, usual):
    """Returns the moment that a parameter names."""
    if name not in params:
        return usual
    try:
        moment = datetime.datetime.strptime(params[name],
                                            "%Y-%m-%dT%H:%M:%S%z")
    except ValueError:
        raise invalid("Invalid parameter " + name)
    return moment


def log(account, params, now):
    """Returns the events that a request asks for."""
    last = moment_of(params, "until", now)
    first = moment_of(params, "since", now - USUAL_DAYS * DAY)
    if first > last:
        raise invalid("since must be before until")
    return between(account, first, last, now)
