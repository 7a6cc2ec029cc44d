"""What an advertiser owns on TikTok: accounts, campaigns, ad groups, ads."""

import zoneinfo

LEVELS = ("campaign", "adgroup", "ad")


class Node:
    """A campaign, ad group or ad.  `attrs` is what lists say about
    it; `traits` steers its numbers."""

    def __init__(self, level, node_id, attrs, parent=None, traits=None):
        self.level = level
        self.id = node_id
        self.parent = parent
        self.attrs = attrs
        self.traits = traits or {}
        self.children = []
        if parent is not None:
            parent.children.append(self)

    def at(self, level):
        """Returns the node of a level above this one, or itself."""
        node = self
        while node.level != level:
            node = node.parent
        return node

    @property
    def name(self):
        """The node's name."""
        return self.attrs[self.level + "_name"]

    @property
    def is_deleted(self):
        """Whether somebody deleted the node itself."""
        return self.attrs["secondary_status"].endswith("_DELETE")

    @property
    def is_promoted(self):
        """Whether the Promote tool made its campaign."""
        return self.at("campaign").traits.get("promoted", False)

    @property
    def whole_ad(self):
        """The id of the ad that it belongs to: of an upgraded Smart+ ad, each
        creative has an id as if it were an ad; the others stand for
        themselves."""
        if not self.at("campaign").traits.get("smart"):
            return self.id
        return "19" + self.parent.id[2:]

    @property
    def has_purchases(self):
        """Whether purchases on web sites apply to it."""
        return self.at("campaign").attrs["objective_type"] != "APP_PROMOTION"


class Account:
    """An advertiser account.  `zone_name` is what its days run in,
    `told_zone` how the platform writes it."""

    level = "account"
    has_purchases = True

    def __init__(self, account_id, name, currency, zone_name, told_zone=None,
                 decimals=2):
        self.id = account_id
        self.name = name
        self.currency = currency
        self.zone_name = zone_name
        self.zone = zoneinfo.ZoneInfo(zone_name)
        self.told_zone = told_zone or zone_name
        self.decimals = decimals        # of money in reports
        self.status = "STATUS_ENABLE"
        self.is_granted = True          # to the token
        self.campaigns = []

    def nodes(self, level):
        """Returns the account's nodes of a level, in order of creation."""
        found = self.campaigns
        for _ in LEVELS[:LEVELS.index(level)]:
            found = [child for node in found for child in node.children]
        return found

    def info(self):
        """Returns what advertiser/info says."""
        return {"advertiser_id": self.id, "name": self.name,
                "currency": self.currency, "timezone": self.told_zone,
                "display_timezone": self.zone_name, "balance": 1250.5,
                "status": self.status, "country": "KR", "company": self.name,
                "create_time": 1672531200}
