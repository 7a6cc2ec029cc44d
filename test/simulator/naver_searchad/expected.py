"""What a correct reader of the accounts ends up with, table by table of
adpipe, computed straight from what happened: no request, no file.

Values are texts in their exact decimal or plain form; None stands for what is
not told.  A row exists where a file has one.  Spend is without VAT; where the
platform told it with VAT, it is the sum of what it told, divided by 1.1 and
rounded to a millionth of a won.
"""

import collections
import datetime
import decimal

from naver_searchad import masters, reports
from naver_searchad.entities import ad_groups, campaigns

MILLIONTH = decimal.Decimal("0.000001")

# Older days have no files, but sums of campaigns and ad groups.
FILES_DAYS = 365

# table: what splits its rows beside the day, as attributes of a fact
GRAINS = {
    "account_daily": (),
    "campaign_daily": ("campaign",),
    "ad_group_daily": ("campaign", "group"),
    "keyword_daily": ("campaign", "group", "keyword"),
    "ad_daily": ("campaign", "group", "ad"),
    "device_daily": ("campaign", "media", "device"),
    "search_term_daily": ("campaign", "group", "term", "term_kind"),
    "shopping_search_term_daily": ("campaign", "group", "ad", "term"),
    "account_report": (),
    "campaign_report": ("campaign",),
    "ad_group_report": ("campaign", "group"),
    "ad_report": ("campaign", "group", "ad"),
    "device_report": ("campaign", "device"),
}
TERM_TYPES = {"search_term_daily": "WEB_SITE",
              "shopping_search_term_daily": "SHOPPING"}
ENTITIES = {"campaigns": campaigns, "ad_groups": ad_groups,
            "keywords": masters.keywords, "ads": masters.ads}


def decimal_text(amount):
    """Returns an amount without trailing zeros."""
    text = format(amount, "f")
    return text.rstrip("0").rstrip(".") if "." in text else text


def text(value):
    """Returns a value as text, or None."""
    if isinstance(value, bool):
        return "true" if value else "false"
    return None if value is None else str(value)


def is_older(world, day):
    """Returns whether a day has no files any more."""
    return (world.today() - day).days >= FILES_DAYS


def spend_of(day, tenths, has_files):
    """Returns (without VAT, with VAT, rule) of what the platform tells one by
    one, given in tenths of a won without VAT."""
    if day < reports.VAT_SINCE and has_files:
        net = decimal.Decimal(sum(tenths)) / 10
        return net, net * 11 / 10, "excluded"
    gross = decimal.Decimal(sum(map(reports.rounded_gross, tenths)))
    net = (gross * 10 / 11).quantize(MILLIONTH, decimal.ROUND_HALF_UP)
    return net, gross, "included" if has_files else "stats"


def key_of(what, grain):
    """Returns the values that split rows."""
    return tuple(getattr(what, name) for name in grain)


def names_of(world, key, grain):
    """Returns the columns of a key."""
    made = {}
    for name, value in zip(grain, key):
        if name in ("campaign", "group"):
            column = "ad_group" if name == "group" else name
            alive = (value if name == "campaign"
                     else value.parent).end >= world.today().toordinal()
            made[column + "_id"] = value.id
            made[column + "_name"] = value.name if alive else None
        elif name in ("keyword", "ad"):
            made[name + "_id"] = value.id if value else None
        elif name == "term":
            made["search_term"] = value
        elif name == "term_kind":
            made["search_term_type"] = text(value or 0)
        else:
            made[name] = value
    return made


def costs_of(facts, is_early):
    """Returns the costs that the platform tells one by one: of each row of a
    file, or of each campaign before there is a file."""
    if not is_early:
        return [f.cost for f in facts]
    sums = collections.Counter()
    for fact in facts:
        sums[fact.campaign] += fact.cost
    return list(sums.values())


def day_rows(world, account, table, day, is_early):
    """Returns the rows of an account on a day."""
    grain = GRAINS[table]
    facts = world.facts(account, day)
    made = world.conversions(account, day)
    if table in TERM_TYPES:
        facts, made = (
            [w for w in what if w.campaign.spec.type == TERM_TYPES[table]
             and (w.term is not None or day < reports.TERMS_ONLY_SINCE)]
            for what in (facts, made))
    if table == "search_term_daily":
        made = []
    groups = collections.defaultdict(lambda: ([], []))
    for position, found in enumerate((facts, made)):
        for what in found:
            groups[key_of(what, grain)][position].append(what)
    rows = []
    for key, (shown, converted) in groups.items():
        bought = [c for c in converted if c.type == "purchase"]
        net, gross, rule = spend_of(day, costs_of(shown, is_early),
                                    not is_older(world, day))
        rows.append(dict({
            "platform": "naver_searchad", "account_id": account.id,
            "account_name": account.name, "date_day": day.isoformat(),
            "currency": "KRW", "ad_name": None,
            "impressions": text(sum(f.impressions for f in shown)),
            "clicks": text(sum(f.clicks for f in shown)),
            "views": text(sum(f.views for f in shown)),
            "rank_sum": None if is_early else text(
                sum(f.rank for f in shown)),
            "spend": decimal_text(net), "spend_with_vat": decimal_text(gross),
            "vat_rule": rule,
            "conversions": text(sum(c.count for c in bought)),
            "conversions_value": text(sum(c.value for c in bought)),
            "all_conversions": text(sum(c.count for c in converted)),
            "all_conversions_value": text(sum(c.value for c in converted)),
        }, **names_of(world, key, grain)))
    return rows


def shown(row):
    """Returns an entity's fields as texts."""
    return {name: text(value) if not isinstance(value, (list, dict))
            else value for name, value in row.items()}


def expected_rows(world, ready_at, params):
    """Answers /_control/world: `resource` is a table of adpipe, `accounts`
    some customers (default: all that can be read), `since` and `until` the
    days.  Raises ValueError on a parameter it does not know."""
    unknown = set(params) - {"platform", "resource", "since", "until",
                             "accounts"}
    if unknown:
        raise ValueError("unknown parameter: " + ", ".join(sorted(unknown)))
    wanted = params.get("accounts")
    accounts = [world.accounts[a] for a in wanted.split(",")] if wanted else [
        a for a in world.accounts.values() if a.managed]
    table = params["resource"]
    if table == "accounts":
        return [{"account_id": a.id, "account_name": a.name,
                 "currency": "KRW", "time_zone": "Asia/Seoul"}
                for a in accounts]
    if table in ENTITIES:
        return [dict(shown(row), account_id=a.id, account_name=a.name)
                for a in accounts for row in ENTITIES[table](world, a)]
    if table not in GRAINS:
        raise ValueError("unknown table \"%s\"" % table)
    since = datetime.date.fromisoformat(params["since"])
    until = datetime.date.fromisoformat(params["until"])
    days = [since + datetime.timedelta(n)
            for n in range((until - since).days + 1)]
    return [row for a in accounts for day in days
            for row in day_rows(world, a, table, day,
                                world.now() < ready_at(day)
                                or is_older(world, day))]
