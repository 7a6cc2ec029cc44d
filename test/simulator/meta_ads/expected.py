"""What a correct reader of the world ends up with, table by table, computed
straight from the world: no parameters of the platform, no report, no edge.

Values are texts in their exact decimal or plain form; None stands for a value
that the platform leaves out and that is not zero.
"""

import datetime
import decimal
import json

import people
from meta_ads import activities
from meta_ads.model import (ASSETS, MICRO, ON_META, Part, default_mixes, mixed_tells,
                            setting_of, told_if_mixed, who_saw)

DEFAULT_ACTIONS = ("omni_purchase|purchase|"
                   "offsite_conversion.fb_pixel_purchase")
LEVELS = ("account", "campaign", "adset", "ad")
HOUR = "hourly_stats_aggregated_by_advertiser_time_zone"
# Columns of ad_video_daily: counts.
VIDEO = {"video_plays": "video_plays", "thruplays": "thruplays",
         "video_views_25": "video_p25", "video_views_50": "video_p50",
         "video_views_75": "video_p75", "video_views_95": "video_p95",
         "video_views_100": "video_p100"}
# table: level, breakdowns, their family
DAILY = {
    "account_daily": ("account", (), None),
    "campaign_daily": ("campaign", (), None),
    "adset_daily": ("adset", (), None),
    "ad_daily": ("ad", (), None),
    "campaign_age_gender_daily": ("campaign", ("age", "gender"),
                                  "demography"),
    "campaign_country_daily": ("campaign", ("country",), "country"),
    "campaign_placement_daily": (
        "campaign", ("publisher_platform", "platform_position"),
        "placement"),
    "account_country_daily": ("account", ("country",), "country"),
    "account_region_daily": ("account", ("region",), "region"),
    "campaign_region_daily": ("campaign", ("region",), "region"),
    "campaign_device_daily": ("campaign", ("device_platform",), "device"),
    "account_hourly": ("account", (HOUR,), "hour"),
    "campaign_hourly": ("campaign", (HOUR,), "hour"),
    "ad_video_daily": ("ad", (), None),
    "ad_body_daily": ("ad", ("body_asset",), "body"),
    "ad_title_daily": ("ad", ("title_asset",), "title"),
    "ad_image_daily": ("ad", ("image_asset",), "image"),
    "ad_video_asset_daily": ("ad", ("video_asset",), "video"),
    "ad_link_daily": ("ad", ("link_url_asset",), "link"),
    "product_daily": ("campaign", ("product_id",), "product"),
    "campaign_window_daily": ("campaign", (), None),
}
# Columns about assets: breakdown, member of its value.
OF_ASSETS = {"body_id": ("body_asset", "id"),
             "body_text": ("body_asset", "text"),
             "title_id": ("title_asset", "id"),
             "title_text": ("title_asset", "text"),
             "image_id": ("image_asset", "id"),
             "image_name": ("image_asset", "name"),
             "image_hash": ("image_asset", "hash"),
             "video_id": ("video_asset", "id"),
             "video_name": ("video_asset", "name"),
             "link_id": ("link_url_asset", "id"),
             "link": ("link_url_asset", "website_url")}
WINDOWS = ("1d_click", "7d_click", "28d_click", "1d_view")
# The same with a row for each type of action.
ACTIONS = {
    "campaign_action_daily": ("campaign", (), None),
    "ad_action_daily": ("ad", (), None),
    "account_country_action_daily": ("account", ("country",), "country"),
    "account_region_action_daily": ("account", ("region",), "region"),
    "campaign_conversion_daily": ("campaign", (), None),
    "conversion_report": ("campaign", (), None),
}
# Of these the types that are conversions, each once.
ONCE = ("campaign_conversion_daily", "conversion_report")
COMMON = {"account_report": ("account", (), None),
          "campaign_report": ("campaign", (), None),
          "ad_group_report": ("adset", (), None),
          "ad_report": ("ad", (), None), "video_report": ("ad", (), None),
          "hourly_report": ("campaign", (HOUR,), "hour"),
          "country_report": ("campaign", ("country",), "country"),
          "device_report": ("campaign", ("device_platform",), "device")}
ENTITIES = {"campaigns": "campaign", "adsets": "adset", "ads": "ad",
            "creatives": "creative"}
# Lists that a world keeps by account.
LISTS = {"custom_conversions": "conversions", "audiences": "audiences"}
PARAMETERS = {"platform", "resource", "since", "until", "accounts",
              "conversion_actions", "without", "period"}


def text_of(number, unit=1):
    """Returns an exact quotient as plain text."""
    text = format(decimal.Decimal(number) / unit, "f")
    return text.rstrip("0").rstrip(".") if "." in text else text


def ratio_text(above, below):
    """Returns a quotient with six places, None without a denominator."""
    if not below:
        return None
    exact = decimal.Decimal(above) / decimal.Decimal(below)
    return text_of(exact.quantize(decimal.Decimal("0.000001"),
                                  decimal.ROUND_HALF_UP))


class Row:
    """One row being added up."""

    def __init__(self, node, values, span):
        self.node = node
        self.values = values
        self.span = span
        self.day = span[0]
        self.part = Part()
        self.settings = set()
        self.people = []



def days_between(since, until):
    """Returns the days from since to until, both included."""
    return [since + datetime.timedelta(i)
            for i in range((until - since).days + 1)]


def spans_of(period, since, until):
    """Returns (first, last) day of each row between two days: weeks and
    months only if they are whole."""
    if period == "all":
        return [(since, until)]
    days = days_between(since, until)
    if period == "day":
        return [(day, day) for day in days]
    starts = [day for day in days
              if (day.weekday() == 0 if period == "week" else day.day == 1)]
    after = [start + datetime.timedelta(7) if period == "week" else
             (start + datetime.timedelta(32)).replace(day=1)
             for start in starts]
    spans = [(start, end - datetime.timedelta(1))
             for start, end in zip(starts, after)]
    return [span for span in spans if span[1] <= until]


def sums(world, account, level, names, family, spans, without):
    """Returns the rows of one account at a grain."""
    found = {}
    for ad in account.ads():
        node = ad.at(level)
        if level != "account" and node.status in without:
            continue
        for span, day in ((span, day) for span in spans
                          for day in days_between(*span)):
            for values, part in world.parts(ad, day, family):
                kept = {n: values[n] for n in names}
                key = node.id, tuple(kept.values()), span
                row = found.setdefault(key, Row(node, kept, span))
                row.part.add(part)
                row.people.append(who_saw(
                    ad, day, part.scalars.get("impressions", 0)))
                if part.counts or part.named or part.scalars.get(
                        "impressions"):
                    row.settings.add(ad.parent.traits["attribution"])
    return [row for row in found.values() if row.part]


def carries(row, name, mode):
    """Returns whether a row says what it has of a type in the default
    window."""
    if not default_mixes(row.settings):
        return True
    how = mixed_tells(mode, row.node, row.day)
    return how == "amounts" or how == "windows" and told_if_mixed(name)


def lacks(row, name, mode):
    """Returns whether a type that a row does not have is none there, and not
    merely kept back.  Where ad sets have different settings an amount shows
    it: any for what happens on Meta, else one from outside Meta."""
    if not default_mixes(row.settings):
        return True
    seen = {t for tally in lists_of(row)[0]
            for (t, window), number in tally.items()
            if number and window == "default" and carries(row, t, mode)}
    if told_if_mixed(name):
        return bool(seen)
    return any(not told_if_mixed(t) for t in seen)


def told(row, tally):
    """Returns what the platform reports of a tally: by region and hour, only what happens
    on Meta."""
    if "region" not in row.values and HOUR not in row.values:
        return tally
    return {key: number for key, number in tally.items()
            if key[0].startswith(ON_META)}


def lists_of(row):
    """Returns the pairs of lists of a row: counts and values."""
    part = row.part
    return ((told(row, part.counts), told(row, part.values)),
            (told(row, part.named), told(row, part.named_values)))


def conversions_of(row, choice, mode):
    """Returns (conversions, conversions_value) in millionths: comma adds, bar
    takes the first type that was counted, the value is of the same type, and
    of two lists that have it the first.  (None, None) where the platform does
    not tell whether one was."""
    count = value = 0
    for alternatives in choice.split(","):
        for name in (n.strip() for n in alternatives.split("|")):
            found = [(counts, values) for counts, values in lists_of(row)
                     if counts.get((name, "default"))]
            if found and carries(row, name, mode):
                count += found[0][0][name, "default"]
                value += found[0][1].get((name, "default"), 0)
                break
            if not lacks(row, name, mode):
                return None, None
    return count, value


def base_row(row, account, level, period="day"):
    """Returns the columns that come before the metrics."""
    made = {"account_id": account.id, "account_name": account.name}
    if period == "day":
        made["date_day"] = row.day.isoformat()
    else:
        made["period_start"], made["period_end"] = (
            day.isoformat() for day in row.span)
    made["currency"] = account.currency
    for kind in LEVELS[1:LEVELS.index(level) + 1]:
        node = row.node.at(kind)
        made[kind + "_id"] = node.id
        made[kind + "_name"] = node.attrs["name"]
    made.update(row.values)
    return made


def money(number):
    """Returns millionths as text, None if there is no number."""
    return None if number is None else text_of(number, MICRO)


def video(row):
    """Returns the columns about videos."""
    count = row.part.scalars.get
    made = {column: str(count(name, 0)) for column, name in VIDEO.items()}
    made["video_views_3s"] = money(
        row.part.counts.get(("video_view", "default"), 0))
    made["average_seconds"] = ratio_text(count("video_seconds", 0),
                                         count("video_plays", 0))
    return made


def metrics(row, choice, mode):
    """Returns the metric columns of a row."""
    plain = {name: row.part.scalars.get(name, 0) for name in (
        "impressions", "clicks", "inline_link_clicks", "spend")}
    # By hour the platform reports no people.
    reach = 0 if HOUR in row.values else people.count(row.people)
    count, value = conversions_of(row, choice, mode)
    return {"impressions": str(plain["impressions"]),
            "clicks": str(plain["clicks"]),
            "inline_link_clicks": str(plain["inline_link_clicks"]),
            "reach": str(reach),
            "frequency": "0" if HOUR in row.values else
            ratio_text(plain["impressions"], reach),
            "spend": money(plain["spend"]), "conversions": money(count),
            "conversions_value": money(value),
            "attribution_setting": setting_of(row.settings)
            if row.settings else None,
            "hour_range": row.values.get(HOUR), **video(row),
            **windows(row), **assets(row)}


def windows(row):
    """Returns the columns about attribution windows."""
    made = {}
    for window in WINDOWS:
        for prefix, tally in (("purchases_", row.part.counts),
                              ("purchases_value_", row.part.values)):
            made[prefix + window] = money(
                tally.get(("omni_purchase", window), 0))
    return made


def assets(row):
    """Returns the columns about the assets of a dynamic creative."""
    return {column: ASSETS[name][row.values[name]].get(member)
            for column, (name, member) in OF_ASSETS.items()
            if name in row.values}


def is_conversion(name):
    """Returns whether a type is a conversion over all channels, an event by
    its name or a custom conversion."""
    return (name.startswith(("omni_", "offsite_conversion.fb_pixel_custom.",
                             "offsite_conversion.custom."))
            or name == "lead" or name.endswith("_total"))


def counted_as(name):
    """Returns the kind of conversion that a type is."""
    for start, kind in (("offsite_conversion.fb_pixel_custom.",
                         "CUSTOM_EVENT"),
                        ("offsite_conversion.custom.", "CUSTOM_CONVERSION")):
        if name.startswith(start):
            return kind
    return name.replace("omni_", "", 1).removesuffix("_total").upper()


def action_rows(row, account, level, mode):
    """Returns one row per action type of a day."""
    made = []
    for counts, values in lists_of(row):
        types = {t for source in (counts, values)
                 for (t, window), number in source.items()
                 if window == "default" and number}
        for name in sorted(types):
            if carries(row, name, mode):
                count, value = (money(tally.get((name, "default"), 0))
                                for tally in (counts, values))
                made.append(dict(
                    base_row(row, account, level), action_type=name,
                    action_count=count, action_value=value, conversion=name,
                    conversion_name=name, counted_as=counted_as(name),
                    conversions=count,
                    conversions_value=value, platform="meta_ads"))
    return made


def common_row(row, account, level, choice, mode):
    """Returns a row of a table that all platforms share."""
    made = {"platform": "meta_ads"}
    for name, value in base_row(row, account, level).items():
        made[name.replace("adset_", "ad_group_")] = value
    told = metrics(row, choice, mode)
    made.update(impressions=told["impressions"],
                clicks=told["inline_link_clicks"], spend=told["spend"],
                conversions=told["conversions"],
                conversions_value=told["conversions_value"])
    if "device_platform" in row.values:
        made["device"] = row.values["device_platform"]
    if HOUR in row.values:
        made["hour"] = str(int(row.values[HOUR][:2]))
    return made


def entity_rows(world, account, resource, without):
    """Returns what is known about the things themselves."""
    if resource == "accounts":
        return [{"account_id": account.id, "account_name": account.name,
                 "account_status": str(account.account_status),
                 "currency": account.currency,
                 "timezone_name": account.zone_name,
                 "timezone_offset_hours_utc": text_of(
                     int(world.clock.now().astimezone(account.zone).utcoffset(
                     ).total_seconds()), 3600),
                 "business_country_code": account.business[0],
                 "business_state": account.business[1],
                 "created_time": account.created_time}]
    if resource in LISTS:
        return [dict({name: str(value) for name, value in each.items()},
                     account_name=account.name)
                for each in getattr(world, LISTS[resource]).get(
                    account.id, [])]
    kind = ENTITIES[resource]
    nodes = account.creatives if kind == "creative" else account.nodes(kind)
    made = []
    for node in nodes:
        if kind != "creative" and node.status in without:
            continue
        row = {"account_id": account.id, "account_name": account.name}
        for name, value in node.attrs.items():
            if name == "creative":
                row["creative_id"] = value.id
            elif isinstance(value, str):
                row[name] = value
            elif value is not None:
                row[name] = json.dumps(value, ensure_ascii=False)
        made.append(row)
    return made


def activity_rows(world, account, spans):
    """Returns the log of days in UTC, by columns and by fields."""
    return [dict(event, account_id=account.id, account_name=account.name)
            for first, _ in spans
            for moment, event in activities.of_day(account, first)
            if moment <= world.clock.now()]


def readable_accounts(world, params):
    """Returns the accounts a request is about: those named, else all that
    are open and that the token may read."""
    if params.get("accounts"):
        return [world.accounts[number]
                for number in params["accounts"].split(",")]
    return [a for a in world.accounts.values()
            if a.assigned and a.account_status != 101]


def expected_rows(world, params, mode="windows"):
    """Answers /_control/world; `mode` is the setting meta_mixed.  Raises
    ValueError on what it does not know."""
    if set(params) - PARAMETERS:
        raise ValueError("unknown parameter: " + ", ".join(
            sorted(set(params) - PARAMETERS)))
    resource = params["resource"]
    accounts = readable_accounts(world, params)
    if resource in ENTITIES or resource in LISTS or resource == "accounts":
        without = params.get("without", "DELETED").split(",")
        return [row for account in accounts
                for row in entity_rows(world, account, resource, without)]
    without = params.get("without", "").split(",")
    choice = params.get("conversion_actions") or DEFAULT_ACTIONS
    period = params.get("period", "day")
    spans = spans_of(period, datetime.date.fromisoformat(params["since"]),
                     datetime.date.fromisoformat(params["until"]))
    if resource == "activities":
        return [row for account in accounts
                for row in activity_rows(world, account, spans)]
    names, family = (), None
    if resource in DAILY:
        level, names, family = DAILY[resource]
    elif resource in ACTIONS:
        level, names, family = ACTIONS[resource]
    elif resource in COMMON:
        level, names, family = COMMON[resource]
    else:
        raise ValueError("unknown resource \"%s\"" % resource)
    made = []
    for account in accounts:
        for row in sums(world, account, level, names, family, spans,
                        without):
            if resource in COMMON:
                made.append(common_row(row, account, level, choice, mode))
                if resource == "video_report":
                    made[-1].update(video(row))
            elif resource in ACTIONS:
                made += [r for r in action_rows(row, account, level, mode)
                         if resource not in ONCE
                         or is_conversion(r["action_type"])]
            else:
                made.append(dict(base_row(row, account, level, period),
                                 **metrics(row, choice, mode)))
    return made
