"""What a correct reader of the accounts ends up with, table by table of
adpipe, computed from the facts: no request, no filter, no page.

A row exists when a number of the table that adds up is not zero.
"""

import collections
import datetime
import decimal

import people
from tiktok_ads import facts
from tiktok_ads.model import LEVELS

PLAIN = ("impressions", "clicks", "real_time_conversion", "complete_payment",
         "video_play_actions", "video_views_p100", "likes", "comments",
         "shares", "follows")
# Numbers that add up of the tables that all platforms share, and of all others.
SHARED = ("impressions", "clicks", "spend", "conversions", "conversions_value")
ADDITIVE = PLAIN + SHARED
# Columns of video_report.
VIDEO = {"video_plays": "video_play_actions", "video_views_25":
         "video_views_p25", "video_views_50": "video_views_p50",
         "video_views_75": "video_views_p75", "video_views_100":
         "video_views_p100"}
# Those of the shared tables that have numbers of their own.
COUNTED = {"video_report": ("impressions", "spend") + tuple(VIDEO),
           "country_report": ("impressions", "clicks", "spend",
                              "conversions")}
# table: (level, split)
REPORTS = {
    "account_daily": ("account", None), "campaign_daily": ("campaign", None),
    "adgroup_daily": ("adgroup", None), "ad_daily": ("ad", None),
    "campaign_age_gender_daily": ("campaign", ("age", "gender")),
    "campaign_country_daily": ("campaign", ("country_code",)),
    "account_report": ("account", None), "campaign_report": ("campaign", None),
    "ad_group_report": ("adgroup", None), "ad_report": ("ad", None),
    "video_report": ("ad", None),
    "country_report": ("campaign", ("country_code",)),
}
LISTS = {"campaigns": "campaign", "adgroups": "adgroup", "ads": "ad"}


def amount(hundredths):
    """Returns money as text."""
    return format(decimal.Decimal(hundredths) / 100, "f")


def names(account, node):
    """Returns the columns that name a row's account and objects."""
    made = {"platform": "tiktok_ads", "account_id": account.id,
            "account_name": account.name, "currency": account.currency}
    if node is account:
        return made
    for level in LEVELS[:LEVELS.index(node.level) + 1]:
        made[level + "_id"] = node.at(level).id
        made[level + "_name"] = node.at(level).name
    if "adgroup_id" in made:
        made["ad_group_id"] = made["adgroup_id"]
        made["ad_group_name"] = made["adgroup_name"]
    return made


def numbers(node, total, stretches):
    """Returns the columns with numbers."""
    made = {name: str(total[name]) for name in PLAIN}
    made.update((column, str(total[name])) for column, name in VIDEO.items())
    made["spend"] = amount(total["spend"])
    made["conversions"] = str(total["conversion"])
    made["conversions_value"] = amount(total["total_complete_payment_rate"])
    if not node.has_purchases:
        made["complete_payment"] = made["conversions_value"] = None
    reach = people.count(stretches)
    made["reach"] = str(reach)
    made["frequency"] = "%.2f" % (total["impressions"] / max(reach, 1))
    return made


def rows_of_day(world, account, level, split, day):
    """Yields an account's rows of a day."""
    today = world.today(account).toordinal()
    ordinal = day.toordinal()
    groups = collections.defaultdict(list)
    for ad in account.nodes("ad"):
        node = account if level == "account" else ad.at(level)
        if split is None:
            found = facts.ad_day(ad, ordinal, today)
            if found:
                groups[node, ()].append((ad, found))
        else:
            for values, part in facts.parts(ad, ordinal, today, split):
                groups[node, values].append((ad, part))
    for (node, values), found in groups.items():
        row = dict(names(account, node), date_day=day.isoformat())
        row.update(numbers(node, facts.add(f for _, f in found),
                           [facts.viewers(ad, ordinal) for ad, _ in found]))
        row.update(zip(split or (), values))
        if "country_code" in row:
            row["country"] = row["country_code"]
        yield row


def list_rows(account, level):
    """Returns the rows of a list of objects."""
    rows = []
    for node in account.nodes(level):
        row = {name: text_of(value) for name, value in node.attrs.items()}
        row.update(account_id=account.id, account_name=account.name,
                   currency=account.currency)
        rows.append(row)
    return rows


def text_of(value):
    """Returns an attribute as a column shows it."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if value is None or value == "":
        return None
    return value if isinstance(value, list) else str(value)


def account_row(account):
    """Returns the row of the table of accounts."""
    row = {name: text_of(value) for name, value in account.info().items()}
    row.update(account_id=account.id, account_name=account.name,
               time_zone=account.zone_name, zone_offset=account.told_zone)
    return row


def expected_rows(world, params):
    """Answers /_control/world: `resource` is a table of adpipe, `accounts`
    some ids (default: all of the token), `since` and `until` the days."""
    unknown = set(params) - {"platform", "resource", "since", "until",
                             "accounts"}
    if unknown:
        raise ValueError("unknown parameter: " + ", ".join(sorted(unknown)))
    wanted = params.get("accounts")
    accounts = [world.accounts[a] for a in wanted.split(",")] if wanted else [
        a for a in world.accounts.values() if a.is_granted]
    table = params["resource"]
    if table == "accounts":
        return [account_row(a) for a in accounts]
    if table in LISTS:
        return [row for a in accounts for row in list_rows(a, LISTS[table])]
    if table not in REPORTS:
        raise ValueError("unknown table \"%s\"" % table)
    day = datetime.date.fromisoformat(params["since"])
    until = datetime.date.fromisoformat(params["until"])
    rows = []
    while day <= until:
        for account in accounts:
            rows += rows_of_day(world, account, *REPORTS[table], day)
        day += datetime.timedelta(1)
    counted = COUNTED.get(table, SHARED if table.endswith("_report")
                          else ADDITIVE)
    return [row for row in rows
            if any(decimal.Decimal(row[name] or 0) for name in counted)]
