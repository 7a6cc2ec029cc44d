"""Reports: what may be asked together, and the rows of an answer."""

import collections
import datetime
import decimal
import re

import people
from daily import noise
from kakao_moment import errors, facts
from kakao_moment.world import LEVELS

# report: key of its ids, most ids of a call, level
REPORTS = {
    "adAccounts": ("adAccountId", 5, "ad_account"),
    "campaigns": ("campaignId", 5, "campaign"),
    "adGroups": ("adGroupId", 40, "ad_group"),
    "creatives": ("creativeId", 100, "creative"),
}
ORDER = ("ad_account",) + LEVELS
GROUPS = ("BASIC", "ADDITION", "MESSAGE", "MESSAGE_ADDITION", "MESSAGE_CLICK",
          "PLUS_FRIEND", "PIXEL_SDK_CONVERSION", "VIDEO", "SLIDE_CLICK",
          "ADVIEW", "BIZ_BOARD", "SPB")
KEYS = {
    "CREATIVE_FORMAT": ("creative_format",), "PLACEMENT": ("placement",),
    "AGE": ("age",), "GENDER": ("gender",), "AGE_GENDER": ("age", "gender"),
    "LOCATION": ("location",), "DEVICE_TYPE": ("device_type",),
    "HOUR": ("hour",),
}
# Dimensions that messages do not have.
OF_DISPLAY = ("PLACEMENT", "AGE", "GENDER", "AGE_GENDER", "LOCATION",
              "DEVICE_TYPE")
BAND = {"AGE_BAND": "AGE", "AGE_BAND_GENDER": "AGE_GENDER"}
PRESETS = {"YESTERDAY": 1, "LAST_7DAY": 7, "LAST_14DAY": 14, "LAST_30DAY": 30}
KNOWN = ("start", "end", "datePreset", "timeUnit", "dimension", "level",
         "metricsGroup", "adAccountId", "campaignId", "adGroupId",
         "creativeId")
SETTINGS = {
    "kakao_span": 31,           # longest range in days
    "kakao_today": "excluded",  # what becomes of today in a range; "refused"
    "kakao_default_unit": "",   # timeUnit where none is sent; "DAY"
    "kakao_ids": "both",        # how several are sent: "comma", "repeated"
    "kakao_level_refused": "",  # reports that refuse level, by comma
    "kakao_campaign_needed": False,     # reports below campaigns name theirs
    "kakao_age_name": "AGE",    # of the dimension; "AGE_BAND"
    "kakao_age_key": "age",     # of its values
    "kakao_message_basic": False,   # BASIC has the cost of messages
    "kakao_message_conversions": False,     # messages have conversions
    "kakao_ready_minute": 490,  # of the day: yesterday is final
    "kakao_morning_empty": False,   # before, yesterday has no rows
    "kakao_envelope": "message",    # beside data; "code", "both", "bare"
    "kakao_camel_case": False,  # keys of dimensions
    "kakao_decimals": False,    # numbers are written as 12.0
    "kakao_two_digit_hours": False,
    "kakao_empty_rows": "objects",  # without names; "null", "absent"
}


def day_of(text):
    """Returns a day of a parameter."""
    if not re.match(r"[0-9]{8}\Z", text):
        raise errors.missing("start, end", "must be yyyyMMdd")
    try:
        return datetime.datetime.strptime(text, "%Y%m%d").date()
    except ValueError:
        raise errors.missing("start, end", "must be yyyyMMdd")


class Query:
    """A checked request for a report; `params` is a list of pairs."""

    def __init__(self, report, params, today, settings):
        self.report = report
        self.id_key, self.most, self.own = REPORTS[report]
        self.settings = settings
        self.values = collections.defaultdict(list)
        for name, value in params:
            if name not in KNOWN:
                raise errors.missing(name, "is not known")
            self.values[name].append(value)
        self.read_level()
        self.read_days(today)
        self.read_dimension()
        self.groups = self.several("metricsGroup")
        if not self.groups:
            raise errors.missing("metricsGroup")
        for group in self.groups:
            if group not in GROUPS:
                raise errors.missing("metricsGroup", "is not valid")
        unit = self.one("timeUnit") or settings["kakao_default_unit"]
        if unit not in ("", "DAY"):
            raise errors.missing("timeUnit", "is not valid")
        self.by_day = unit == "DAY"

    def one(self, name):
        """Returns a parameter that is there once, or None."""
        found = self.values[name]
        if len(found) > 1:
            raise errors.missing(name, "is given twice")
        return found[0] if found else None

    def several(self, name):
        """Returns the values of a parameter with commas or repeated."""
        found = self.values[name]
        if len(found) > 1 and self.settings["kakao_ids"] == "comma":
            raise errors.missing(name, "is given twice")
        made = [one for text in found for one in text.split(",")]
        if len(made) > len(found) and self.settings["kakao_ids"] == "repeated":
            raise errors.missing(name, "is not valid")
        return made

    def ids(self, name):
        """Returns ids, of which a call has not too many."""
        found = self.several(name)
        if len(found) > self.most and name == self.id_key:
            raise errors.missing(name, "has more than %d values" % self.most)
        if not all(re.match(r"[0-9]{1,19}\Z", one) for one in found):
            raise errors.missing(name, "must be a number")
        return list(dict.fromkeys(found))

    def read_level(self):
        """Reads the level of the rows."""
        level = self.one("level")
        self.level = self.own
        if level is None:
            return
        self.level = level.lower()
        if (self.level not in ORDER
                or ORDER.index(self.level) < ORDER.index(self.own)
                or self.report in self.settings[
                    "kakao_level_refused"].split(",")):
            raise errors.missing("level", "is not valid")

    def read_days(self, today):
        """Reads the range of days, or a name for one."""
        preset = self.one("datePreset")
        start, end = self.one("start"), self.one("end")
        if preset is not None:
            self.since, self.until = preset_days(preset, today)
            return
        if start is None or end is None:
            raise errors.missing("start, end")
        self.since, self.until = day_of(start), day_of(end)
        days = (self.until - self.since).days + 1
        if not 1 <= days <= self.settings["kakao_span"]:
            raise errors.moment(60008)
        if self.until >= today and self.settings["kakao_today"] == "refused":
            raise errors.moment(60008)
        self.until = min(self.until, today - datetime.timedelta(1))

    def read_dimension(self):
        """Reads by what rows are split."""
        self.dimension = name = self.one("dimension")
        if name is None:
            return
        is_band = self.settings["kakao_age_name"] == "AGE_BAND"
        if name in BAND and is_band:
            self.dimension = BAND[name]
        elif name not in KEYS or (is_band and name in BAND.values()):
            raise errors.missing("dimension", "is not valid")

    def days(self):
        """Returns the days as ordinals."""
        return range(self.since.toordinal(), self.until.toordinal() + 1)


def preset_days(preset, today):
    """Returns the first and last day of a named range."""
    day = datetime.timedelta(1)
    first = today.replace(day=1)
    if preset == "TODAY":
        return today, today
    if preset in PRESETS:
        return today - PRESETS[preset] * day, today - day
    if preset == "THIS_MONTH":
        return first, today - day
    if preset == "LAST_MONTH":
        return (first - day).replace(day=1), first - day
    raise errors.missing("datePreset", "is not valid")


# ---- numbers -------------------------------------------------------------

def number(hundredths):
    """Returns an amount as JSON writes it."""
    whole, rest = divmod(hundredths, 100)
    return float(decimal.Decimal(hundredths) / 100) if rest else whole


def ratio(above, below, factor):
    """Returns a quotient with two decimals."""
    return round(above * factor / below, 2) if below else 0.0


class Metrics:
    """The groups of metrics of a row, from the creatives it is made of."""

    def __init__(self, query, is_account, found):
        self.query = query
        self.is_account = is_account
        self.found = found
        self.shown = [f for f in found if not f[0].is_message]
        self.sent = [f for f in found if f[0].is_message]
        self.total = facts.add([n for _, _, n in found])

    def counts(self, names):
        """Returns plain numbers."""
        return {n: number(self.total[n]) if n in facts.MONEY else
                self.total[n] for n in names}

    def basic(self):
        """What is shown; the account's cost is that of messages, too."""
        total = self.total
        if self.shown or (self.is_account and not self.query.dimension):
            return dict(self.counts(("imp", "click", "cost")),
                        ctr=ratio(total["click"], total["imp"], 100))
        if self.query.settings["kakao_message_basic"]:
            return self.counts(("cost",))
        return {}

    def addition(self):
        """People, and quotients."""
        if not self.shown or self.query.dimension:
            return {}
        total = facts.add([n for _, _, n in self.shown])
        reach = people.count([facts.viewers(*f) for f in self.shown])
        return {"reach": reach,
                "cost_per_imp": ratio(total["cost"], total["imp"], 10),
                "cost_per_click": ratio(total["cost"], total["click"], .01),
                "cost_per_reach": ratio(total["cost"], reach, .01)}

    def message(self):
        """Messages; by format only what they cost."""
        if not self.sent:
            return {}
        if self.query.dimension == "CREATIVE_FORMAT":
            return self.counts(("cost",))
        return dict(self.counts(("msg_send", "msg_open", "msg_click", "cost")),
                    msg_open_rate=ratio(self.total["msg_open"],
                                        self.total["msg_send"], 100))

    def message_addition(self):
        """Messages that did not arrive."""
        if not self.sent or self.query.dimension == "CREATIVE_FORMAT":
            return {}
        return self.counts(("msg_send_fail",))

    def pixel_sdk_conversion(self):
        """Conversions, by both windows."""
        if self.shown or (self.sent and self.query.settings[
                "kakao_message_conversions"]):
            return self.counts(facts.CONVERSIONS)
        return {}

    def video(self):
        """Plays, where there are videos."""
        if any(c.spec.type == "VIDEO" for c, _, _ in self.shown):
            return self.counts(facts.VIDEO)
        return {}

    def made(self):
        """Returns the metrics of the groups that are asked for."""
        values = {}
        if self.found:
            for group in self.query.groups:
                maker = getattr(self, group.lower(), None)
                values.update(maker() if maker else {})
        if self.query.settings["kakao_decimals"]:
            values = {name: float(value) for name, value in values.items()}
        return values


# ---- rows ----------------------------------------------------------------

def pieces(query, node, ordinals, seen):
    """Returns {(ordinal or None, values): [(creative, ordinal, numbers)]}."""
    groups = collections.defaultdict(list)
    for creative in node.creatives():
        if query.dimension in OF_DISPLAY and creative.is_message:
            continue
        for ordinal in ordinals:
            numbers = facts.day(creative, ordinal, seen[ordinal])
            if numbers is None:
                continue
            key = ordinal if query.by_day else None
            parts = [((), numbers)] if query.dimension is None else (
                facts.parts(creative, ordinal, numbers, query.dimension))
            for values, part in parts:
                groups[key, values].append((creative, ordinal, part))
    return groups


def camel(name):
    """Returns a name in the other style."""
    first, *rest = name.split("_")
    return first + "".join(word.capitalize() for word in rest)


def dimensions(query, account, node, values):
    """Returns the dimensions of a row: ids of the report's own level and of
    its rows, and what splits them."""
    made = {}
    for level in dict.fromkeys((query.own, query.level)):
        made[level + "_id"] = (account if level == "ad_account"
                               else node.at(level)).id
    for name, value in zip(KEYS.get(query.dimension, ()), values):
        if name == "age":
            name = query.settings["kakao_age_key"]
        if name == "hour" and query.settings["kakao_two_digit_hours"]:
            value = "%02d" % int(value)
        made[name] = value
    if query.settings["kakao_camel_case"]:
        made = {camel(name): value for name, value in made.items()}
    return made


def row(query, ordinal, told, metrics):
    """Returns a row of the answer."""
    start, end = query.since, query.until
    if ordinal is not None:
        start = end = datetime.date.fromordinal(ordinal)
    return {"start": start.strftime("%Y%m%d"), "end": end.strftime("%Y%m%d"),
            "dimensions": told, "metrics": metrics}


def empty_row(query, account, node, ordinal):
    """Returns what is there of a day on which nothing was delivered: names
    without numbers, neither of them, or no row at all."""
    kind = noise(node.id, ordinal, "empty")[0] % 3
    if kind == 2:
        return []
    told = dimensions(query, account, node, ()) if kind == 0 else {}
    made = row(query, ordinal, told, {})
    if not told and query.settings["kakao_empty_rows"] == "null":
        made["metrics"] = None
    elif not told and query.settings["kakao_empty_rows"] == "absent":
        del made["dimensions"], made["metrics"]
    return [made]


def node_rows(query, account, node, seen):
    """Returns the rows of one account, campaign, ad group or creative."""
    made, full = [], set()
    found = pieces(query, node, query.days(), seen)
    for (ordinal, values), several in found.items():
        metrics = Metrics(query, node is account, several).made()
        if metrics:
            full.add(ordinal)
            made.append(row(query, ordinal, dimensions(
                query, account, node, values), metrics))
    for ordinal in query.days() if query.by_day else ():
        if ordinal not in full:
            made += empty_row(query, account, node, ordinal)
    return made


def rows(world, query, accounts, nodes):
    """Returns all rows; `nodes` are those whose ids were given, where the
    report is not of accounts."""
    seen = {o: facts.Seen(world, query.settings, o) for o in query.days()}
    made = []
    for account in accounts:
        if query.level == "ad_account":
            asked = [account]
        elif query.own == "ad_account":
            asked = account.nodes(query.level)
        else:
            asked = [n for n in account.nodes(query.level)
                     if n.at(query.own) in nodes]
        for node in asked:
            made += node_rows(query, account, node, seen)
    return sorted(made, key=lambda r: r["start"])
