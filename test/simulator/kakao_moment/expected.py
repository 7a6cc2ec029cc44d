"""What a correct reader of the accounts ends up with, table by table of
adpipe, computed from the facts: no request, no group of metrics, no throttle.

A row exists when a number of the table that adds up is not zero.  None stands
for what the platform does not tell: of messages impressions and clicks, of
what is shown messages, and conversions of messages.
"""

import collections
import datetime
import decimal

import people
from kakao_moment import facts, lists
from kakao_moment.world import LEVELS

# table: (level, dimension)
REPORTS = {
    "account_daily": ("ad_account", None),
    "campaign_daily": ("campaign", None),
    "ad_group_daily": ("ad_group", None),
    "creative_daily": ("creative", None),
    "campaign_age_gender_daily": ("campaign", "AGE_GENDER"),
    "campaign_device_daily": ("campaign", "DEVICE_TYPE"),
    "account_report": ("ad_account", None),
    "campaign_report": ("campaign", None),
    "ad_group_report": ("ad_group", None),
    "ad_report": ("creative", None),
    "device_report": ("campaign", "DEVICE_TYPE"),
}
COLUMNS = {"AGE_GENDER": ("age", "gender"), "DEVICE_TYPE": ("device_type",)}
LISTS = {"campaigns": "campaign", "ad_groups": "ad_group",
         "creatives": "creative"}
# Numbers that add up of the tables that all platforms share.
SHARED = ("impressions", "clicks", "spend", "conversions", "conversions_value")
PARAMS = ("platform", "resource", "since", "until", "accounts", "vat",
          "conversion_window", "conversion_events")


def amount(value):
    """Returns an amount without trailing zeros."""
    text = format(value, "f")
    return text.rstrip("0").rstrip(".") if "." in text else text


def names(account, node, settings):
    """Returns the columns that name a row's account and objects.  What is in
    no list has no name, and nobody knows what is above it."""
    made = {"platform": "kakao_moment", "account_id": account.id,
            "account_name": account.name, "currency": "KRW"}
    if node is account:
        return made
    for level in LEVELS[:LEVELS.index(node.level) + 1]:
        if level == node.level or lists.is_listed(node, settings):
            made[level + "_id"] = node.at(level).id
        if lists.is_listed(node, settings):
            made[level + "_name"] = node.at(level).name
    if node.level == "creative":
        made["ad_id"] = node.id
        made["ad_name"] = made.get("creative_name")
    return made


class Options:
    """How the reader counts."""

    def __init__(self, settings, params):
        self.messages_convert = settings["kakao_message_conversions"]
        self.window = params.get("conversion_window", "7d")
        self.events = params.get("conversion_events", "purchase").split(",")
        self.is_without_vat = params.get("vat") == "exclude"

    def spend(self, hundredths):
        """Returns cost as the table shows it."""
        won = decimal.Decimal(hundredths) / 100
        if self.is_without_vat:
            won = (won / decimal.Decimal("1.1")).quantize(
                decimal.Decimal("0.000001"), decimal.ROUND_HALF_UP)
        return amount(won)


def plain(total, found):
    """Returns counts; None where nothing of that kind was delivered."""
    made = {}
    for names_of_kind, is_there in (
            (("imp", "click"), any(not c.is_message for c, _ in found)),
            (facts.MESSAGE_COUNTS, any(c.is_message for c, _ in found)),
            (facts.VIDEO, any(c.spec.type == "VIDEO" for c, _ in found))):
        for name in names_of_kind:
            made[name] = str(total[name]) if is_there else None
    return made


def conversions(options, total, has):
    """Returns the columns of conversions."""
    made = {}
    for name in facts.CONVERSIONS:
        value = decimal.Decimal(total[name])
        if name in facts.MONEY:
            value /= 100
        made[name] = amount(value) if has else None
    made["conversions"] = str(sum(
        total["conv_%s_%s" % (event, options.window)]
        for event in options.events)) if has else None
    made["conversions_value"] = made["conv_purchase_p_" + options.window]
    return made


def numbers(options, account, node, ordinal, found):
    """Returns the columns with numbers of some (creative, numbers)."""
    total = facts.add(n for _, n in found)
    made = plain(total, found)
    if node is account and made["imp"] is None:
        made["imp"] = made["click"] = "0"
    shown = [(c, n) for c, n in found if not c.is_message]
    made.update(conversions(options, total,
                            bool(shown) or options.messages_convert))
    made["cost"] = amount(decimal.Decimal(total["cost"]) / 100)
    made["spend"] = options.spend(total["cost"])
    made["impressions"], made["clicks"] = made["imp"], made["click"]
    made["reach"] = str(people.count(
        [facts.viewers(c, ordinal, n) for c, n in shown])) if shown else None
    return made


def rows_of_day(world, settings, options, account, table, day):
    """Yields an account's rows of a day."""
    level, dimension = REPORTS[table]
    ordinal = day.toordinal()
    seen = facts.Seen(world, settings, ordinal)
    groups = collections.defaultdict(list)
    for creative in account.creatives():
        found = facts.day(creative, ordinal, seen)
        if found is None or (dimension and creative.is_message):
            continue
        node = account if level == "ad_account" else creative.at(level)
        if dimension is None:
            groups[node, ()].append((creative, found))
            continue
        for values, part in facts.parts(creative, ordinal, found, dimension):
            groups[node, values].append((creative, part))
    for (node, values), found in groups.items():
        row = dict(names(account, node, settings), date_day=day.isoformat())
        row.update(numbers(options, account, node, ordinal, found))
        row.update(zip(COLUMNS.get(dimension, ()), values))
        if "device_type" in row:
            row["device"] = row["device_type"]
        if dimension:
            row["reach"] = None
        yield row


def list_row(account, node, settings):
    """Returns the row of a list of objects."""
    row = names(account, node, settings)
    for name, value in lists.detail(node).items():
        row[name] = (value if value is None or isinstance(value, dict)
                     else str(value))
    if node.level == "campaign":
        about = row["objective"] or {"type": None, "detailType": None}
        row.update(campaign_type=node.spec.type, campaign_goal=node.goal,
                   objective_type=about["type"],
                   objective_detail=about["detailType"],
                   daily_budget=row["dailyBudgetAmount"],
                   status_description=row["statusDescription"])
    return row


def is_row(row, table):
    """Returns whether any number that adds up is not zero."""
    counted = SHARED if table.endswith("_report") else SHARED + facts.NAMES
    return any(decimal.Decimal(row.get(name) or 0) for name in counted)


def expected_rows(world, settings, params):
    """Answers /_control/world: `resource` is a table of adpipe, `accounts`
    some ids (default: all of the token), `since` and `until` the days,
    `conversion_window`, `conversion_events` and `vat` options of the table."""
    unknown = set(params) - set(PARAMS)
    if unknown:
        raise ValueError("unknown parameter: " + ", ".join(sorted(unknown)))
    wanted = params.get("accounts")
    accounts = [world.accounts[a] for a in wanted.split(",")] if wanted else (
        world.granted())
    table = params["resource"]
    if table == "accounts":
        return [dict(names(a, a, settings), config=a.config, name=a.name,
                     time_zone="Asia/Seoul", zone_offset="Asia/Seoul")
                for a in accounts]
    if table in LISTS:
        return [list_row(a, n, settings) for a in accounts
                for n in a.nodes(LISTS[table])
                if lists.is_listed(n, settings)]
    if table not in REPORTS:
        raise ValueError("unknown table \"%s\"" % table)
    options = Options(settings, params)
    day = datetime.date.fromisoformat(params["since"])
    until = datetime.date.fromisoformat(params["until"])
    rows = []
    while day <= until:
        for account in accounts:
            rows += [row for row in rows_of_day(
                world, settings, options, account, table, day)
                if is_row(row, table)]
        day += datetime.timedelta(1)
    return rows
