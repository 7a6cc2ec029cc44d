"""What an advertiser has and does on Meta, as plain facts.

Nothing here knows a parameter or a wire format.  Everything happens to an ad
on a day of its account; the levels above are sums of ads.  A breakdown cuts an
ad's day along one family of values (age and gender, country, placement, ...),
so families are never crossed, as on the platform.

All numbers are whole: counts of actions and every amount of money are in
millionths, so that every sum is exact whatever its order.
"""

import datetime
import zoneinfo

import people

MICRO = 10 ** 6

# Windows that an action is told for, and what makes an ad set's own setting.
WINDOWS = ("1d_click", "7d_click", "28d_click", "1d_view", "1d_ev")
SETTINGS = {
    "1d_click": ("1d_click",),
    "7d_click": ("7d_click",),
    "7d_click_1d_view": ("7d_click", "1d_view"),
    "7d_click_1d_view_1d_ev": ("7d_click", "1d_view", "1d_ev"),
}

# Of an ad account, unless it has another.
DEFAULT_SETTING = "7d_click_1d_view"

# Plain counts that make a row; an action alone makes one, too.
PRESENCE = ("impressions", "clicks", "spend")

# How long a finished ad can still be credited with actions.
LATE_DAYS = 28

LISTED = ("ACTIVE", "PAUSED", "CAMPAIGN_PAUSED", "ADSET_PAUSED", "IN_PROCESS",
          "WITH_ISSUES", "DISAPPROVED", "PENDING_REVIEW", "PREAPPROVED",
          "PENDING_BILLING_INFO")
MINOR_OFFSET_1 = ("CLP", "COP", "CRC", "HUF", "IDR", "ISK", "JPY", "KRW",
                  "PYG", "TWD", "VND")

# Country and state of the business in a zone, as far as it has told them.
BUSINESS = {"Asia/Seoul": ("KR", None), "America/Los_Angeles": ("US", "CA"),
            "Pacific/Auckland": ("NZ", None), "Europe/Berlin": ("DE", None)}

FAMILIES = {
    "demography": ("age", "gender"),
    "country": ("country",),
    "region": ("region",),
    "market": ("comscore_market",),
    "placement": ("publisher_platform", "platform_position",
                  "impression_device"),
    "device": ("device_platform",),
    "hour": ("hourly_stats_aggregated_by_advertiser_time_zone",),
    "audience_hour": ("hourly_stats_aggregated_by_audience_time_zone",),
    "frequency": ("frequency_value",),
    "product": ("product_id",),
    "body": ("body_asset",),
    "title": ("title_asset",),
    "image": ("image_asset",),
    "video": ("video_asset",),
    "link": ("link_url_asset",),
}
# What dynamic creatives are made of: the objects that stand in rows.
ASSETS = {name: {each["id"]: each for each in objects}
          for name, objects in {
              "body_asset": (
                  {"id": "230001", "text": "오늘 주문하면\n내일 도착"},
                  {"id": "230002", "text": "Run \"faster\" / 가볍게"}),
              "title_asset": ({"id": "230011", "text": "런닝화 특가"},
                              {"id": "230012", "text": "New arrivals"},
                              {"id": "230013", "text": ""}),
              "image_asset": ({"id": "230021", "name": "red.png",
                               "hash": "0a1b2c", "url": "https://x/1"},
                              {"id": "230022", "name": "blue 2.png",
                               "hash": "3d4e5f", "url": "https://x/2"}),
              "video_asset": ({"id": "230031", "name": "15초"},
                              {"id": "230032", "name": "30초"}),
              "link_url_asset": (
                  {"id": "230041", "website_url": "https://shop.example/?a=b"},
                  {"id": "230042", "website_url": "https://m.shop.example/"}),
          }.items()}
FAMILY_OF = {name: family for family, names in FAMILIES.items()
             for name in names}


class Part:
    """What happened to an ad, on a day or in a piece of one: plain counts by
    name; actions and their values by (type, window), "default" being the
    window of the ad set's own setting; `named` and `named_values` the same for
    what stands in the other pair of lists, events that the site named and
    contacts."""

    __slots__ = ("scalars", "counts", "values", "named", "named_values")

    def __init__(self, scalars=None, counts=None, values=None, named=None,
                 named_values=None):
        self.scalars = scalars or {}
        self.counts = counts or {}
        self.values = values or {}
        self.named = named or {}
        self.named_values = named_values or {}

    def tallies(self):
        """Returns all that is counted by type and window."""
        return self.counts, self.values, self.named, self.named_values

    def add(self, other):
        """Adds another part to this one."""
        for mine, theirs in ((self.scalars, other.scalars),
                             *zip(self.tallies(), other.tallies())):
            for key, number in theirs.items():
                mine[key] = mine.get(key, 0) + number

    def __bool__(self):
        """Returns whether anything happened that makes a row."""
        return (any(self.scalars.get(name) for name in PRESENCE)
                or any(any(tally.values()) for tally in self.tallies()))


class Node:
    """A campaign, ad set, ad or creative.  `attrs` is what the platform would
    tell about it; `traits` steers the numbers and is told to nobody."""

    def __init__(self, kind, node_id, attrs, parent=None, traits=None):
        self.kind = kind
        self.id = str(node_id)
        self.attrs = dict(attrs, id=self.id)
        self.parent = parent
        self.traits = traits or {}
        self.children = []
        if parent is not None:
            parent.children.append(self)

    @property
    def status(self):
        """The effective status."""
        return self.attrs["effective_status"]

    def at(self, level):
        """Returns the node at a level at or above this one."""
        node = self
        while node.kind != level:
            node = node.parent
        return node

    def updated_seconds(self):
        """Returns when it was last changed, in UNIX seconds."""
        return int(datetime.datetime.strptime(
            self.attrs["updated_time"], "%Y-%m-%dT%H:%M:%S%z").timestamp())

    def ads(self):
        """Returns the ads at or below this node."""
        if self.kind == "ad":
            return [self]
        return [ad for child in self.children for ad in child.ads()]

    def nodes(self, kind):
        """Returns the nodes of a kind at or below this one."""
        if self.kind == kind:
            return [self]
        return [n for child in self.children for n in child.nodes(kind)]


def spec_of(setting):
    """Returns an attribution setting as ad sets and accounts tell it."""
    spec = [{"event_type": "CLICK_THROUGH",
             "window_days": int(setting.split("d_")[0])}]
    if "1d_view" in setting:
        spec.append({"event_type": "VIEW_THROUGH", "window_days": 1})
    return spec


class Account(Node):
    """An ad account; `assigned` tells whether the token may read it."""

    def __init__(self, number, name, currency, zone_name, status=1,
                 assigned=True):
        super().__init__("account", number, {})
        self.name = name
        self.currency = currency
        self.zone_name = zone_name
        self.zone = zoneinfo.ZoneInfo(zone_name)
        self.account_status = status
        self.attribution = DEFAULT_SETTING      # its ad sets begin with it
        self.assigned = assigned
        self.business = BUSINESS.get(zone_name, (None, None))
        self.created_time = datetime.datetime(
            2022, 4, 1, 9, tzinfo=self.zone).strftime("%Y-%m-%dT%H:%M:%S%z")
        self.creatives = []

    @property
    def minor_units(self):
        """How many minor units make one unit in money of entities."""
        return 1 if self.currency in MINOR_OFFSET_1 else 100


class World:
    """Accounts and what happened.  Subclasses add ads and their days."""

    def __init__(self, clock):
        self.clock = clock
        self.accounts = {}
        self.conversions = {}       # account id -> custom conversions
        self.audiences = {}         # account id -> custom audiences

    def add(self, account):
        """Adds an account."""
        self.accounts[account.id] = account
        return account

    def today(self, account):
        """Returns the account-local current day."""
        return self.clock.today(account.zone)

    def parts(self, ad, day, family):
        """Returns (breakdown values, Part) pairs of an ad's day: one pair
        with no values if there is no family.  Subclasses answer."""
        raise NotImplementedError


# Plain counts that people make, each by the name of how many people they are.
MADE_BY = {"reach": "impressions", "unique_clicks": "clicks",
           "unique_inline_link_clicks": "inline_link_clicks"}


def who_saw(ad, day, times):
    """Returns the people of an ad's day who make up some impressions, or
    clicks: the first of those who saw it."""
    crowd = 8 + 2 * int(ad.traits.get("scale") or 1000)
    return people.who(times, crowd, ad.id, day.toordinal())


def setting_of(settings):
    """Returns the attribution setting of a row whose ad sets have these: one
    that holds for all, else "mixed"."""
    found = sorted(settings)
    return found[0] if len(found) == 1 else "mixed"


# What a row over several settings tells of actions outside Meta: their amounts
# in the default window as any other row does; elements without them; or no
# list of actions at all.  Nobody has recorded which it is.
MIXED = ("amounts", "windows", "absent")


def mixed_tells(mode, node, day):
    """Returns which of MIXED a row over several settings does: the mode
    itself, or each in turn."""
    if mode == "turns":
        return MIXED[(int(node.id) // 7 + day.toordinal()) % len(MIXED)]
    return mode


# Types of actions on Meta itself, by their beginnings: told in any row.
ON_META = ("link_click", "page_engagement", "post_engagement", "like",
           "comment", "post_reaction", "video_view", "onsite_conversion.",
           "leadgen_grouped")


def told_if_mixed(action_type):
    """Returns whether a type has its amount also in rows over several
    settings."""
    return action_type.startswith(ON_META + ("landing_page_view",))


def default_mixes(settings):
    """Returns whether the default window means something else from one ad set
    of a row to the next, so that the platform tells nothing for it."""
    return len(settings) > 1
