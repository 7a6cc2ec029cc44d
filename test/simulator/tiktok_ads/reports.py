"""report/integrated/get: what may be asked together, and its rows."""

import collections
import datetime

import people
from tiktok_ads import facts
from tiktok_ads import params as read
from tiktok_ads.errors import invalid
from tiktok_ads.model import LEVELS

KNOWN = ("advertiser_id", "report_type", "service_type", "data_level",
         "dimensions", "metrics", "start_date", "end_date", "query_lifetime",
         "filtering", "page", "page_size")
DATA_LEVELS = {"AUCTION_ADVERTISER": "account", "AUCTION_CAMPAIGN": "campaign",
               "AUCTION_ADGROUP": "adgroup", "AUCTION_AD": "ad"}
TIMES = ("stat_time_day", "stat_time_hour")
AUDIENCE = ("age", "gender")
MONEY = ("spend", "total_complete_payment_rate", "cpc", "cpm",
         "cost_per_conversion")
RATIOS = {"ctr": ("clicks", "impressions", 100),
          "cpc": ("spend", "clicks", 1), "cpm": ("spend", "impressions", 1000),
          "cost_per_conversion": ("spend", "conversion", 1)}
PURCHASES = ("complete_payment", "total_complete_payment_rate")
BASIC = set(facts.NAMES) | set(RATIOS) | {
    "reach", "frequency", "secondary_goal_result", "currency"}
# Without people, and without what was bought.
OF_AUDIENCE = BASIC - {"reach", "frequency", "total_complete_payment_rate",
                       "complete_payment"}
OF_COUNTRY = BASIC - {"total_complete_payment_rate"}
ATTRIBUTES = {
    "account": (),
    "campaign": ("campaign_id", "campaign_name", "objective_type"),
    "adgroup": ("campaign_id", "campaign_name", "adgroup_id", "adgroup_name",
                "objective_type"),
    "ad": ("campaign_id", "campaign_name", "adgroup_id", "adgroup_name",
           "ad_name", "ad_id_v2", "objective_type"),
}
LABELS = {"WEB_CONVERSIONS": "Website conversions", "TRAFFIC": "Traffic",
          "APP_PROMOTION": "App promotion", "REACH": "Reach",
          "ENGAGEMENT": "Community interaction"}


class Query:
    """A checked request."""

    known = KNOWN

    def __init__(self, params):
        read.check_names(params, self.known)
        self.kind = params.get("report_type")
        if self.kind not in ("BASIC", "AUDIENCE"):
            raise invalid("report_type: Must be one of BASIC, AUDIENCE.")
        self.level = DATA_LEVELS.get(params.get("data_level"))
        if self.level is None:
            raise invalid("data_level: Missing or unknown.")
        self.id = "advertiser_id" if self.level == "account" else (
            self.level + "_id")
        self.dimensions = read.text_list(params, "dimensions") or []
        self.metrics = read.text_list(params, "metrics") or ["spend",
                                                             "impressions"]
        self.check_dimensions()
        self.check_metrics()
        self.read_days(params)
        self.read_filters(params)

    def check_dimensions(self):
        """Refuses dimensions that do not go together."""
        rest = [d for d in self.dimensions if d not in TIMES + (self.id,)]
        if self.id not in self.dimensions:
            raise invalid("dimensions: %s is needed here.", self.id)
        if sum(d in TIMES for d in self.dimensions) > 1:
            raise invalid("dimensions: at most one time dimension.")
        for name in rest:
            if name not in AUDIENCE + ("country_code",):
                raise invalid("dimensions: %s is not supported for "
                              "data_level.", name)
        if self.kind == "BASIC" and any(d in AUDIENCE for d in rest):
            raise invalid("dimensions: %s needs report_type AUDIENCE.",
                          rest[0])
        if self.kind == "AUDIENCE" and not rest:
            raise invalid("dimensions: an audience dimension is needed.")
        self.split = tuple(sorted(rest))
        if rest and self.split not in facts.SPLITS:
            raise invalid("dimensions: %s cannot be combined.",
                          ", ".join(rest))
        self.by_day = "stat_time_day" in self.dimensions

    def check_metrics(self):
        """Refuses a metric that is unknown, or not offered here."""
        known = (OF_AUDIENCE if self.kind == "AUDIENCE" else
                 OF_COUNTRY if self.split else BASIC)
        for name in self.metrics:
            if name not in known and name not in ATTRIBUTES[self.level]:
                raise invalid("Invalid metric fields: %s.", name)

    def read_days(self, params):
        """Reads the range, whose length depends on the dimensions."""
        if params.get("query_lifetime") == "true":
            if self.by_day or self.split:
                raise invalid("query_lifetime: not with these dimensions.")
            self.since = self.until = None
            return
        self.since = read.day(params, "start_date")
        self.until = read.day(params, "end_date")
        most = self.longest()
        if self.until < self.since:
            raise invalid("end_date: before start_date.")
        if (self.until - self.since).days >= most:
            raise invalid("The time span is larger than %d days.", most)

    def longest(self):
        """Returns the longest range in days."""
        if "stat_time_hour" in self.dimensions:
            return 1
        return 30 if self.by_day else 365

    def read_filters(self, params):
        """Reads the filters, whose values are JSON in a text."""
        self.filters = {}
        for one in read.document(params, "filtering", list) or []:
            if not isinstance(one, dict) or set(one) != {
                    "field_name", "filter_type", "filter_value"}:
                raise invalid("filtering: Not a valid filter.")
            if one["filter_type"] != "IN":
                raise invalid("filtering: %s is not supported.",
                              one["filter_type"])
            name = one["field_name"]
            if name not in self.known_filters():
                raise invalid("filtering: field_name %s is not supported.",
                              name)
            value = one["filter_value"]
            if not isinstance(value, str):
                raise invalid("filtering: filter_value must be a string.")
            values = read.texts(read.document({"v": value}, "v", list), name)
            if len(values) > 100:
                raise invalid("filtering: %s has more than 100 values.", name)
            self.filters[name] = values

    def known_filters(self):
        """Returns the names of the filters at this level."""
        if self.level == "account":
            return ()
        return tuple(level + "_ids" for level in LEVELS[
            :LEVELS.index(self.level) + 1]) + (
                self.level + "_status", "campaign_system_origins")

    def keeps(self, ad):
        """Returns whether an ad counts: what was deleted or promoted only
        where the filters say so, at the level of accounts always."""
        if self.level == "account":
            return True
        node = ad.at(self.level)
        if node.is_deleted and self.filters.get(
                self.level + "_status") != ["STATUS_ALL"]:
            return False
        if node.is_promoted != ("campaign_system_origins" in self.filters):
            return False
        return self.has_ids(ad)

    def has_ids(self, ad):
        """Returns whether the filters name an ad."""
        return all(ad.at(level).id in self.filters[level + "_ids"]
                   for level in LEVELS if level + "_ids" in self.filters)


def money(account, hundredths, step):
    """Returns money as the platform writes it, rounded to steps."""
    hundredths = (hundredths + step // 2) // step * step
    return "%d.%02d%s" % (hundredths // 100, hundredths % 100,
                          "0" * (account.decimals - 2))


def value_of(account, node, name, total, reach, step):
    """Returns a metric of a row as a text."""
    if name == "ad_id_v2":
        return node.whole_ad
    if name in ATTRIBUTES["ad"]:
        level = name.partition("_")[0]
        if name == "objective_type":
            return LABELS[node.at("campaign").attrs[name]]
        return node.at(level).attrs[name]
    if name == "currency":
        return account.currency
    if name == "secondary_goal_result" or (
            name in PURCHASES and not node.has_purchases):
        return "-"
    if name == "reach":
        return str(reach)
    if name == "frequency":
        return "%.2f" % (total["impressions"] / max(reach, 1))
    if name in RATIOS:
        above, below, factor = RATIOS[name]
        scale = 100 if above == "spend" else 1
        return "%.2f" % (total[above] * factor / scale
                         / (total[below] or 1) if total[below] else 0)
    if name in MONEY:
        return money(account, total[name], step)
    return str(total[name])


def days_of(query, ads):
    """Returns the ordinals of the days of a query."""
    if query.since is None:
        return range(min((a.traits["start"] for a in ads), default=1),
                     datetime.date.max.toordinal())
    return range(query.since.toordinal(), query.until.toordinal() + 1)


def groups_of(world, account, query, shows):
    """Returns {(node, day, values): [(ad, ordinal, numbers)]}."""
    today = world.today(account).toordinal()
    ads = [ad for ad in account.nodes("ad") if query.keeps(ad) and shows(ad)]
    groups = collections.defaultdict(list)
    for ordinal in days_of(query, ads):
        if ordinal > today:
            break
        for ad in ads:
            node = account if query.level == "account" else ad.at(query.level)
            day = ordinal if query.by_day else None
            if not query.split:
                found = facts.ad_day(ad, ordinal, today)
                # rows of zeros come now and then
                if found or (ad.traits["quirk"] == "idle"
                             and ordinal % 3 == 0):
                    groups[node, day, ()].append(
                        (ad, ordinal, found or facts.ZERO))
                continue
            for values, part in facts.parts(ad, ordinal, today, query.split):
                groups[node, day, values].append((ad, ordinal, part))
    return groups


def rows(world, account, query, step, shows=lambda ad: True):
    """Returns all rows of a report, with money in steps of so many
    hundredths."""
    made = []
    for (node, day, values), found in groups_of(
            world, account, query, shows).items():
        total = facts.add(numbers for _, _, numbers in found)
        reach = people.count([facts.viewers(ad, ordinal)
                              for ad, ordinal, _ in found])
        dimensions = {query.id: node.id}
        if day is not None:
            dimensions["stat_time_day"] = "%s 00:00:00" % (
                datetime.date.fromordinal(day))
        dimensions.update(zip(query.split, values))
        made.append({"dimensions": dimensions, "metrics": {
            name: value_of(account, node, name, total, reach, step)
            for name in query.metrics}})
    return made
