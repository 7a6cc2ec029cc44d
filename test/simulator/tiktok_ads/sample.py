"""The sample world: the same advertisers as on the other platforms, with all
that makes TikTok's answers awkward."""

import datetime

from advertisers import ADVERTISERS
from tiktok_ads.model import Account, Node

# Numbers of the advertisers' accounts, and how the platform writes their zones.
ACCOUNTS = {
    "hanbit": ("7012345678901234567", None, 2),
    "pacific": ("7023456789012345678", "Etc/GMT+8", 2),
    "kiwi": ("7034567890123456789", None, 2),
    "laeufer": ("7045678901234567", None, 2),
    "tokyo": ("7056789012345678", None, 3),
}
# Another advertiser's account, which the token may not read.
STRANGER = "7099999999999999999"
COST = {"KRW": 30000, "JPY": 3000, "USD": 60, "EUR": 55, "NZD": 90}
WHOLE = ("KRW", "JPY")
# name, objective, status, traits, ad groups
CAMPAIGNS = (
    ("겨울 러닝화 \"특가\"", "WEB_CONVERSIONS", "CAMPAIGN_STATUS_ENABLE", {}, 2),
    ("App | Installs", "APP_PROMOTION", "CAMPAIGN_STATUS_ENABLE", {}, 1),
    ("지난 시즌 🎿", "TRAFFIC", "CAMPAIGN_STATUS_DELETE", {}, 1),
    ("Smart+ Catalog", "WEB_CONVERSIONS", "CAMPAIGN_STATUS_ENABLE",
     {"smart": True}, 1),
    ("Promote: 영상 12", "ENGAGEMENT", "CAMPAIGN_STATUS_ENABLE",
     {"promoted": True}, 1),
    ("대기", "REACH", "CAMPAIGN_STATUS_DISABLE", {"quirk": "idle"}, 1),
    ("Ended", "WEB_CONVERSIONS", "CAMPAIGN_STATUS_ENABLE",
     {"quirk": "ended"}, 1),
)


class SampleWorld:
    """Accounts by their ids."""

    def __init__(self, clock):
        self.clock = clock
        self.accounts = {}
        self.add_accounts()

    def add_accounts(self):
        """Makes the accounts of the sample."""
        for number, one in enumerate(ADVERTISERS):
            account_id, written, decimals = ACCOUNTS[one.key]
            account = self.add(Account(account_id, one.name, one.currency,
                                       one.zone, written, decimals))
            Builder(self, account, number).build(CAMPAIGNS)
        self.add(Account(STRANGER, "Stranger", "USD", "UTC")).is_granted = (
            False)

    def add(self, account):
        """Adds an account."""
        self.accounts[account.id] = account
        return account

    def today(self, account):
        """Returns the account's current day."""
        return self.clock.today(account.zone)


class Builder:
    """Fills an account."""

    def __init__(self, world, account, number):
        self.world = world
        self.account = account
        self.number = number
        self.serial = 0
        self.today = world.today(account).toordinal()

    def next_id(self):
        """Returns an id of 16 digits that nothing else has."""
        self.serial += 1
        return str(17 * 10 ** 14 + self.number * 10 ** 9 + self.serial)

    def build(self, campaigns):
        """Makes campaigns and what belongs to them."""
        for name, objective, status, traits, groups in campaigns:
            attrs = self.common("campaign", name, status)
            attrs.update(
                campaign_type="REGULAR_CAMPAIGN", objective_type=objective,
                budget=50000.0, budget_mode="BUDGET_MODE_DAY",
                is_smart_performance_campaign=False, campaign_automation_type=(
                    "UPGRADED_SMART_PLUS" if traits.get("smart") else
                    "MANUAL"), app_promotion_type=(
                    "APP_INSTALL" if objective == "APP_PROMOTION" else ""))
            campaign = Node("campaign", attrs["campaign_id"], attrs, None,
                            traits)
            self.account.campaigns.append(campaign)
            for serial in range(groups):
                self.add_group(campaign, serial)

    def common(self, level, name, status):
        """Returns what lists say about all objects."""
        made = datetime.datetime(2024, 3, 1 + self.serial % 28, 1, 2, 3)
        deleted = status.endswith("_DELETE")
        return {level + "_id": self.next_id(), level + "_name": name,
                "advertiser_id": self.account.id,
                "operation_status": "DISABLE" if deleted or status.endswith(
                    "_DISABLE") else "ENABLE",
                "secondary_status": status,
                "create_time": str(made), "modify_time": str(made)}

    def add_group(self, campaign, serial):
        """Makes an ad group with two ads.  The second ad of the first one is
        deleted though its parents are not."""
        deleted = campaign.is_deleted
        attrs = self.common("adgroup", "그룹 %d" % (serial + 1),
                            "ADGROUP_STATUS_DELETE" if deleted else
                            "ADGROUP_STATUS_DELIVERY_OK")
        attrs.update(
            campaign_id=campaign.id, placement_type="PLACEMENT_TYPE_NORMAL",
            placements=["PLACEMENT_TIKTOK"], promotion_type="WEBSITE",
            optimization_goal="CONVERT", billing_event="OCPM",
            bid_type="BID_TYPE_NO_BID", bid_price=0.0,
            conversion_bid_price=0.0, budget=0.0,
            budget_mode="BUDGET_MODE_INFINITE", pacing="PACING_MODE_SMOOTH",
            location_ids=["1835841"], age_groups=["AGE_18_24", "AGE_25_34"],
            schedule_start_time="2024-03-02 00:00:00",
            schedule_end_time="2034-03-02 00:00:00")
        group = Node("adgroup", attrs["adgroup_id"], attrs, campaign)
        for place in range(2):
            self.add_ad(group, serial, place, deleted or (
                place == 1 and serial == 0))

    def add_ad(self, group, serial, place, deleted):
        """Makes an ad."""
        campaign = group.parent
        attrs = self.common("ad", "소재 %d / \"v%d\"" % (serial + 1, place),
                            "AD_STATUS_DELETE" if deleted else
                            "AD_STATUS_DELIVERY_OK")
        attrs.update(
            campaign_id=campaign.id, adgroup_id=group.id,
            ad_text="오늘 주문하면\n내일 도착", ad_format="SINGLE_VIDEO",
            call_to_action="SHOP_NOW", video_id="v10033%s" % attrs["ad_id"],
            landing_page_url="https://shop.example/?a=1&b=가", image_ids=[])
        if campaign.traits.get("smart"):
            attrs["modify_time"] = None
        quirk = campaign.traits.get("quirk")
        currency = self.account.currency
        if self.number == 0 and serial == 1 and place == 1:
            quirk = "huge"
        Node("ad", attrs["ad_id"], attrs, group, {
            "quirk": quirk, "scale": 4000 + 3000 * place,
            "start": self.today - 900,
            "end": self.today - (22 if quirk == "ended" else -400),
            "cost": COST[currency],
            "cent": 100 if currency in WHOLE else 1})
