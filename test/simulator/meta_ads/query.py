"""The parameters of a report: read, checked, and turned into a plan."""

import calendar
import collections
import datetime
import json
import re

from meta_ads import catalog
from meta_ads.errors import GraphError, NotServed
from meta_ads.filters import read_filters
from meta_ads.model import ASSETS, FAMILY_OF

DEFAULT_LIMIT = 25
MAX_LIMIT = 5000
DAY = datetime.timedelta(1)
DATE = re.compile(r"\d{4}-\d\d-\d\d\Z")

Plan = collections.namedtuple("Plan", "node level fields breakdowns family "
                              "buckets windows filters is_async limit "
                              "with_actions_by")


def invalid(text):
    """Returns the refusal of a parameter."""
    return GraphError("100", "(#100) " + text)


def list_of(text, name):
    """Returns a list parameter: JSON array or comma list."""
    if text is None or text == "":
        return []
    if not text.startswith("["):
        return [part.strip() for part in text.split(",")]
    value = json_of(text, name)
    if not all(isinstance(item, str) for item in value):
        raise invalid("Param %s must be a list of strings" % name)
    return value


def json_of(text, name):
    """Returns a parameter that is JSON."""
    try:
        return json.loads(text)
    except ValueError:
        raise invalid("Param %s must be valid JSON" % name)


def limit_of(params):
    """Returns the number of rows of a page."""
    text = params.get("limit")
    if text is None:
        return DEFAULT_LIMIT
    if not re.match(r"[0-9]{1,9}\Z", text) or int(text) < 1:
        raise invalid("Param limit must be a positive integer")
    return min(int(text), MAX_LIMIT)


def day_of(text):
    """Returns a day of a time range."""
    if not isinstance(text, str) or not DATE.match(text):
        raise invalid("Must be a date representation in the format "
                      "YYYY-MM-DD")
    try:
        return datetime.date.fromisoformat(text)
    except ValueError:
        raise invalid("Must be a date representation in the format "
                      "YYYY-MM-DD")


def months_before(day, months):
    """Returns the day some months earlier, clipped to the month's end."""
    number = day.year * 12 + day.month - 1 - months
    year, month = divmod(number, 12)
    last = calendar.monthrange(year, month + 1)[1]
    return datetime.date(year, month + 1, min(day.day, last))


def preset_range(name, today):
    """Returns the days of a date_preset."""
    if re.match(r"last_(3|7|14|28|30|90)d\Z", name):
        return today - DAY * int(name[5:-1]), today - DAY
    simple = {"today": (today, today), "yesterday": (today - DAY,
                                                     today - DAY),
              "this_month": (today.replace(day=1), today),
              "maximum": (months_before(today, 37), today)}
    if name in simple:
        return simple[name]
    if re.match(r"(this|last)_(week_\w+|month|quarter|year)\Z|data_maximum\Z",
                name):
        raise NotServed("date_preset " + name)
    raise invalid("Param date_preset must be one of the known presets")


def time_range(params, today):
    """Returns the first and last day of a report."""
    if "time_ranges" in params:
        raise NotServed("time_ranges")
    if "time_range" not in params:
        return preset_range(params.get("date_preset", "last_30d"), today)
    value = json_of(params["time_range"], "time_range")
    if not isinstance(value, dict) or set(value) != {"since", "until"}:
        raise invalid("Param time_range must have since and until")
    since, until = day_of(value["since"]), day_of(value["until"])
    if since > until:
        raise invalid("The since date must be before the until date")
    if since < months_before(today, 37):
        raise GraphError("3018")
    return since, until


def buckets(params, since, until):
    """Returns (first day, last day) of every row's time span."""
    text = params.get("time_increment", "all_days")
    if text == "all_days":
        return [(since, until)]
    if text != "monthly" and not re.match(r"[1-9]\d?\Z", text) or (
            text.isdigit() and int(text) > 90):
        raise invalid("Param time_increment must be all_days, monthly or an "
                      "integer from 1 to 90")
    made, first = [], since
    while first <= until:
        if text == "monthly":
            last = first.replace(day=calendar.monthrange(
                first.year, first.month)[1])
        else:
            last = first + DAY * (int(text) - 1)
        made.append((first, min(last, until)))
        first = last + DAY
    return made


def check_fields(fields, level, breakdowns):
    """Refuses fields that are unknown, or not for this kind of row."""
    for name in fields:
        if name in catalog.BREAKDOWNS or name in catalog.ACTION_BREAKDOWNS:
            raise invalid("%s is a breakdown and cannot be requested in "
                          "fields" % name)
        if name not in catalog.KNOWN:
            raise invalid("%s is not valid for fields param. please check "
                          "https://developers.facebook.com/docs/marketing-api"
                          "/reference/ads-insights/ for all valid values"
                          % name)
        needed = catalog.DIMENSIONS.get(name, "account")
        if catalog.LEVELS.index(needed) > catalog.LEVELS.index(level):
            raise invalid("%s is not available at level %s" % (name, level))
    asked = set(fields)
    if breakdowns and asked & catalog.UNBROKEN:
        raise invalid("%s cannot be requested with breakdowns" % ", ".join(
            sorted(asked & catalog.UNBROKEN)))
    if breakdowns & catalog.HOURS:
        bad = {f for f in asked if f.startswith(("unique_", "video_"))}
        if bad:
            raise invalid("%s is not available with hourly breakdowns"
                          % ", ".join(sorted(bad)))
    if "region" in breakdowns and any(
            f.startswith(("video_p", "video_avg_time"))
            and f.endswith("_watched_actions") for f in asked):
        raise invalid("video metrics are not available with region")
    if breakdowns & set(catalog.ASSETS) and {
            f for f in asked if f not in catalog.DIMENSIONS
            } - catalog.ASSET_FIELDS:
        raise invalid("this metric is not available with asset breakdowns")
    if "frequency_value" in breakdowns and {
            f for f in asked if f not in catalog.DIMENSIONS} != {"reach"}:
        raise invalid("frequency_value is available with reach only")


def check_breakdowns(breakdowns, by_action, fields, is_async):
    """Refuses breakdowns that are unknown or do not go together."""
    for name in breakdowns:
        if name not in catalog.BREAKDOWNS:
            raise invalid("breakdowns[0] must be one of the following "
                          "values: %s" % ", ".join(sorted(
                              catalog.BREAKDOWNS)))
    for name in by_action:
        if name not in catalog.ACTION_BREAKDOWNS:
            raise invalid("action_breakdowns[0] must be one of the following "
                          "values: %s" % ", ".join(sorted(
                              catalog.ACTION_BREAKDOWNS)))
    if by_action and not set(fields) & set(catalog.ACTION_LISTS):
        raise invalid("action_breakdowns needs an action field in fields")
    if "mmm" in breakdowns and not is_async:
        raise invalid("mmm is available through asynchronous jobs only")
    asked = frozenset(breakdowns)
    if not asked or asked & set(catalog.ASSETS):
        return
    if asked == {"impression_device"} and "action_device" not in by_action:
        raise invalid("impression_device cannot be requested alone")
    if "platform_position" in asked and "publisher_platform" not in asked:
        raise invalid("platform_position must be requested with "
                      "publisher_platform")
    star = catalog.COMBINATIONS.get(asked)
    if star is None and asked != {"impression_device"}:
        raise apart(breakdowns, by_action)
    extra = set(by_action) - {"action_type"}
    if "action_device" in extra and ("publisher_platform" in asked
                                     or asked == {"impression_device"}):
        extra -= {"action_device"}
    if extra - (catalog.STARRED_ACTIONS if star else set()):
        raise apart(breakdowns, by_action)


def apart(breakdowns, by_action):
    """Returns the refusal of breakdowns that do not go together."""
    names = list(by_action or ["action_type"]) + list(breakdowns)
    return invalid("Current combination of data breakdown columns (%s) is "
                   "invalid" % ", ".join(names))


def read_windows(params):
    """Returns the attribution windows that a report is to tell."""
    asked = list_of(params.get("action_attribution_windows"),
                    "action_attribution_windows") or ["default"]
    for name in asked:
        if name not in (catalog.ALIVE_WINDOWS | catalog.DEAD_WINDOWS
                        | catalog.SILENT_WINDOWS):
            raise invalid("action_attribution_windows[0] must be one of the "
                          "following values: %s" % ", ".join(sorted(
                              catalog.ALIVE_WINDOWS)))
    return [name for name in asked if name in catalog.ALIVE_WINDOWS]


def check_removed(params):
    """Refuses the parameters that left every version."""
    for name in catalog.REMOVED_PARAMETERS:
        if name in params:
            raise invalid("The parameter %s is no longer supported" % name)


def make_plan(node, params, today, is_async, deleted_filter):
    """Returns the plan of a report on a node."""
    for name in ("summary", "default_summary", "sort", "export_format",
                 "summary_action_breakdowns", "product_id_limit"):
        if name in params:
            raise NotServed("the parameter " + name)
    level = params.get("level", node.kind)
    if level not in catalog.LEVELS:
        raise invalid("Param level must be one of {ad, adset, campaign, "
                      "account}")
    fields = list_of(params.get("fields"), "fields")
    if not fields:
        fields = ["account_id", "impressions", "spend"] + [
            kind + "_id" for kind in catalog.LEVELS[1:]
            if catalog.LEVELS.index(kind) <= catalog.LEVELS.index(level)]
    breakdowns = list_of(params.get("breakdowns"), "breakdowns")
    by_action = list_of(params.get("action_breakdowns"), "action_breakdowns")
    check_breakdowns(breakdowns, by_action, fields, is_async)
    check_fields(fields, level, set(breakdowns))
    if set(by_action) - {"action_type", "action_device"} or set(
            breakdowns) & (set(catalog.ASSETS) - set(ASSETS) | {"mmm"}):
        raise NotServed("rows for these breakdowns")
    since, until = time_range(params, today)
    spans = buckets(params, since, until)
    filters = read_filters(params.get("filtering"), deleted_filter)
    family = FAMILY_OF.get(breakdowns[0]) if breakdowns else None
    return Plan(node, level, fields, breakdowns, family, spans,
                read_windows(params), filters, is_async, limit_of(params),
                by_action or ["action_type"])
