"""The advertisers' world, as plain facts: accounts, entities, daily numbers.

Nothing here knows a query language or a wire format.  An Entity carries its
attributes in a dict whose keys are attribute names inside its resource
("name", "keyword.text"); an attribute that is not set is not in the dict.
Numbers come in cells: one cell is what happened to one entity on one day on
one device and network, as a vector of whole numbers in the order of METRICS.
Metrics that can be fractional are counted in units of 10**-18, so that every
sum is exact whatever its order.
"""

import zoneinfo

# Base metrics in vector order; True marks those counted in 10**-18 units.
METRICS = (
    ("impressions", False),
    ("clicks", False),
    ("interactions", False),
    ("engagements", False),
    ("cost_micros", False),
    ("conversions", True),
    ("conversions_value", True),
    ("all_conversions", True),
    ("all_conversions_value", True),
    ("view_through_conversions", False),
    ("cross_device_conversions", True),
    ("video_trueview_views", False),
    ("invalid_clicks", False),
    ("eligible_impressions", False),    # only for impression shares
    # The same conversions, counted on the day on which they happened.
    ("conversions_by_conversion_date", True),
    ("conversions_value_by_conversion_date", True),
    ("all_conversions_by_conversion_date", True),
    ("all_conversions_value_by_conversion_date", True),
    # Impressions of videos that were watched so far; only for quartile rates.
    ("watched_p25", False),
    ("watched_p50", False),
    ("watched_p75", False),
    ("watched_p100", False),
)
# What the platform tells in rates only.
UNTOLD = ("eligible_impressions", "watched_p25", "watched_p50", "watched_p75",
          "watched_p100")
METRIC_INDEX = {name: i for i, (name, _) in enumerate(METRICS)}
FRACTIONAL = tuple(fractional for _, fractional in METRICS)
UNIT = 10 ** 18
ZERO = (0,) * len(METRICS)

# Resources with daily numbers.
REPORTS = ("customer", "campaign", "ad_group", "ad_group_ad", "keyword_view",
           "search_term_view", "geographic_view", "campaign_budget",
           "conversion_action", "performance_max_placement_view",
           "click_view", "age_range_view", "gender_view", "video",
           "landing_page_view", "asset_group", "user_location_view",
           "group_placement_view", "ad_group_audience_view",
           "shopping_performance_view")
# Segments that leave out what has no value of another one, by prefix.
NEEDED = {"keyword.": "keyword.ad_group_criterion",
          "geo_target_": "geo_target_most_specific_location"}
# Resources whose rows are other ones every day.
DATED = ("click_view", "change_event", "change_status")


class Entity:
    """One thing an advertiser owns.  `attrs` is what the platform would tell
    about it; `traits` steers the numbers and is told to nobody."""

    __slots__ = ("resource", "id", "attrs", "traits", "children")

    def __init__(self, resource, entity_id, attrs, traits=None):
        self.resource = resource
        self.id = entity_id
        self.attrs = attrs
        self.traits = traits or {}
        self.children = []


class Context:
    """One row candidate of a report: its own entity and those it hangs on,
    by resource name."""

    __slots__ = ("entity", "entities")

    def __init__(self, entity, *others):
        self.entity = entity
        self.entities = {e.resource: e for e in others if e is not None}
        self.entities[entity.resource] = entity


class Cell:
    """What happened in one place: values of the splitting segments that are
    known at this grain, and the metric vector."""

    __slots__ = ("segments", "vector")

    def __init__(self, segments, vector):
        self.segments = segments
        self.vector = vector


class Account:
    """An advertiser's or a manager's account."""

    def __init__(self, account_id, name, currency, zone_name, manager=False,
                 status="ENABLED"):
        self.id = account_id
        self.currency = currency
        self.zone_name = zone_name
        self.zone = zoneinfo.ZoneInfo(zone_name)
        self.manager = manager
        self.status = status
        attrs = {
            "resource_name": "customers/" + account_id,
            "id": int(account_id),
            "currency_code": currency,
            "time_zone": zone_name,
            "manager": manager,
            "test_account": False,
            "status": status,
            "auto_tagging_enabled": True,
            "has_partners_badge": False,
        }
        if name is not None:
            attrs["descriptive_name"] = name
        self.entity = Entity("customer", account_id, attrs)
        self.campaigns = []
        self.budgets = []
        self.labels = []
        self.conversion_actions = []

    @property
    def name(self):
        """The account's name, or None."""
        return self.entity.attrs.get("descriptive_name")


class World:
    """Accounts and how they are linked.  Subclasses add entities and days."""

    def __init__(self, clock):
        self.clock = clock
        self.accounts = {}
        self.links = []             # (manager id, client id), in link order
        self.direct_access = []     # account ids the credential was invited to

    def add(self, account, manager_id=None):
        """Adds an account, linked under a manager if one is given."""
        self.accounts[account.id] = account
        if manager_id is not None:
            self.links.append((manager_id, account.id))
        return account

    def today(self, account):
        """Returns the account-local current day."""
        return self.clock.today(account.zone)

    def descendants(self, account_id, level=0):
        """Returns (account, level) pairs of everything under an account,
        itself included; an account linked twice appears twice."""
        found = [(self.accounts[account_id], level)]
        for manager_id, client_id in self.links:
            if manager_id == account_id:
                found += self.descendants(client_id, level + 1)
        return found

    def contexts(self, resource, account, span=None):
        """Returns the row candidates of a resource in an account; those of
        a dated resource are of a span of days, (first, last)."""
        maker = getattr(self, "contexts_of_" + resource, None)
        if maker is None:
            return []
        return maker(account, span) if resource in DATED else maker(account)

    def cells(self, resource, account, context, day):
        """Returns the cells of one row candidate on one day.  Subclasses
        answer; days after the account's today have none."""
        raise NotImplementedError

    def first_day(self, account):
        """Returns the first day on which anything can have happened."""
        raise NotImplementedError

    def contexts_of_customer(self, account):
        """One row: the account."""
        return [Context(account.entity)]

    def contexts_of_campaign(self, account):
        """One row per campaign, its budget attributed."""
        return [Context(c, account.entity, c.traits.get("budget"))
                for c in account.campaigns]

    def contexts_of_ad_group(self, account):
        """One row per ad group."""
        return [Context(g, *c.entities.values())
                for c in self.contexts_of_campaign(account)
                for g in c.entity.children if g.resource == "ad_group"]

    def contexts_of_ad_group_ad(self, account):
        """One row per ad in an ad group."""
        return self._below_ad_groups(account, "ad_group_ad")

    def contexts_of_ad_group_criterion(self, account):
        """One row per criterion."""
        return self._below_ad_groups(account, "ad_group_criterion")

    def contexts_of_keyword_view(self, account):
        """One row per positive keyword; its criterion is attributed."""
        made = []
        for context in self.contexts_of_ad_group_criterion(account):
            criterion = context.entity
            if criterion.attrs.get("negative"):
                continue
            name = criterion.attrs["resource_name"].replace(
                "/adGroupCriteria/", "/keywordViews/")
            view = Entity("keyword_view", criterion.id,
                          {"resource_name": name})
            made.append(Context(view, *context.entities.values()))
        return made

    def contexts_of_search_term_view(self, account):
        """One row per search term of an ad group."""
        return self._below_ad_groups(account, "search_term_view")

    def contexts_of_geographic_view(self, account):
        """One row candidate per campaign, country and kind of location."""
        return [Context(view, account.entity, campaign)
                for campaign in account.campaigns
                for view in campaign.children
                if view.resource == "geographic_view"]

    def contexts_of_campaign_budget(self, account):
        """One row candidate per budget and campaign that spends it."""
        return [Context(c.traits["budget"], account.entity, c)
                for c in account.campaigns if c.traits.get("budget")]

    def contexts_of_performance_max_placement_view(self, account):
        """One row candidate per campaign and place where it was shown."""
        return [Context(place, account.entity, campaign)
                for campaign in account.campaigns
                for place in campaign.children
                if place.resource == "performance_max_placement_view"]

    def contexts_of_conversion_action(self, account):
        """One row per conversion action."""
        return [Context(a, account.entity) for a in account.conversion_actions]

    def contexts_of_label(self, account):
        """One row per label."""
        return [Context(label, account.entity) for label in account.labels]

    def contexts_of_customer_client(self, account):
        """One row per link below the account, itself at level 0."""
        made = []
        for client, level in self.descendants(account.id):
            attrs = {
                "resource_name": "customers/%s/customerClients/%s" % (
                    account.id, client.id),
                "client_customer": "customers/" + client.id,
                "hidden": False,
                "level": level,
            }
            for name in ("id", "manager", "status", "descriptive_name",
                         "currency_code", "time_zone", "test_account"):
                if name in client.entity.attrs:
                    attrs[name] = client.entity.attrs[name]
            made.append(Context(Entity("customer_client", client.id, attrs),
                                account.entity))
        return made

    def _below_ad_groups(self, account, resource):
        return [Context(child, *group.entities.values())
                for group in self.contexts_of_ad_group(account)
                for child in group.entity.children
                if child.resource == resource]


def needed_segments(paths):
    """Returns the segments without which a cell is left out."""
    return {needed for prefix, needed in NEEDED.items()
            if any(path.startswith(prefix) for path in paths)}


def add_vectors(vectors):
    """Returns the sum of metric vectors."""
    total = ZERO
    for vector in vectors:
        total = tuple(map(int.__add__, total, vector))
    return total


class Part(tuple):
    """A vector that was cut from another one, which may be a part itself.  The
    events that a metric counts are numbered in the whole vector."""

    def __new__(cls, values, vector, below, total):
        made = super().__new__(cls, values)
        made.cut = vector, below, total
        return made

    @property
    def whole(self):
        """The vector that was cut first."""
        return getattr(self.cut[0], "whole", self.cut[0])

    @property
    def starts(self):
        """The numbers of the part's first events."""
        vector, below, total = self.cut
        made = []
        for value, start, fractional in zip(
                vector, getattr(vector, "starts", ZERO), FRACTIONAL):
            step = step_of(value, fractional)
            made.append(start + value // step * below // total * step)
        return made


def step_of(value, fractional):
    """Returns in what steps a metric is cut: fractional ones at six decimals
    when they have no more, as the platforms' own attributed conversions."""
    return 10 ** 12 if fractional and value % 10 ** 12 == 0 else 1


def cut_vector(vector, weights, index):
    """Returns the share of part `index` when a vector is cut into parts by
    whole-number weights.  The parts add up to the vector exactly."""
    total = sum(weights)
    below = sum(weights[:index])
    upto = below + weights[index]
    parts = []
    for value, fractional in zip(vector, FRACTIONAL):
        if not value:
            parts.append(0)
        elif fractional:
            step = step_of(value, fractional)
            units = value // step
            parts.append((units * upto // total - units * below // total)
                         * step)
        else:
            parts.append(value * upto // total - value * below // total)
    return Part(parts, vector, below, total)


def deal_vector(vector, weights, index):
    """Returns the share of part `index` when the events of a vector are dealt
    out in turns, by whole-number weights.  What an event gets depends on its
    number in the whole alone, so that the parts of shares of a whole add up to
    the part of the whole, and the parts of a share to the share."""
    total = sum(weights)
    below = sum(weights[:index])
    width = weights[index]

    def before(number):
        turns, rest = divmod(number, total)
        return turns * width + min(max(rest - below, 0), width)

    parts = []
    for value, start, whole, fractional in zip(
            vector, getattr(vector, "starts", ZERO),
            getattr(vector, "whole", vector), FRACTIONAL):
        if not value:
            parts.append(0)
            continue
        step = step_of(whole, fractional)
        parts.append((before((start + value) // step)
                      - before(start // step)) * step)
    return tuple(parts)
