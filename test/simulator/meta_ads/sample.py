"""The built-in advertisers' accounts on Meta, and what hangs below them."""

import datetime

from advertisers import ADVERTISERS
from meta_ads import facts
from meta_ads.model import SETTINGS, Account, Node, World, spec_of
from meta_ads.restate import Generation
from restate import GONE

MAIN = "1234567890123456"
DIRECT = "2345678901234567"
KIWI = "3456789012345678"
EURO = "4567890123456789"
YEN = "5678901234567890"
EMPTY = "6789012345678901"
CLOSED = "1111111111111111"
HIDDEN = "9999999999999999"

FOREVER = datetime.date(9999, 1, 1)
ENDED = datetime.date(2026, 6, 30)      # of what is paused
REMOVED = datetime.date(2026, 10, 31)   # of what is archived or deleted
LONG_NAME = "KR | 아주 긴 이름 | " + "long name / 긴 이름 / " * 70 + "끝"

# name, objective, status, quirk, impressions of a day, first day
MAIN_CAMPAIGNS = (
    ("KR | 브랜드 | 전환", "OUTCOME_SALES", "ACTIVE", None, 9000,
     "2022-05-01"),
    ("가을 세일 'single' quotes", "OUTCOME_SALES", "ACTIVE", "web", 4000,
     "2023-01-15"),
    ("Brand \"double\" quotes / slash", "OUTCOME_SALES", "ACTIVE",
     "pixel_only", 3500, "2023-01-15"),
    ("back\\slash \\n and \\u0041", "OUTCOME_TRAFFIC", "ACTIVE", "no_actions",
     1200, "2023-02-01"),
    ("🚀 세일 🛍️ <b>50%</b> & more", "OUTCOME_ENGAGEMENT", "ACTIVE",
     "weekdays", 80000, "2023-02-01"),
    ("tab\there", "OUTCOME_LEADS", "ACTIVE", "leads", 2000, "2023-03-01"),
    (LONG_NAME, "OUTCOME_SALES", "ACTIVE", None, 600, "2023-03-01"),
    ("Spring Sale", "OUTCOME_SALES", "PAUSED", None, 3000, "2023-03-10"),
    ("spring sale", "OUTCOME_SALES", "ACTIVE", "fraction", 2500,
     "2023-03-10"),
    ("보관된 캠페인", "OUTCOME_SALES", "ARCHIVED", None, 5000, "2022-08-01"),
    ("삭제된 캠페인", "OUTCOME_SALES", "DELETED", None, 5000, "2022-08-01"),
    ("Never delivered", "OUTCOME_SALES", "ACTIVE", "idle", 0, "2024-01-01"),
    ("Huge", "OUTCOME_AWARENESS", "ACTIVE", "huge", 0, "2024-02-01"),
    ("App only", "OUTCOME_APP_PROMOTION", "ACTIVE", "app", 2400,
     "2024-03-01"),
    ("Unpaired values", "OUTCOME_SALES", "ACTIVE", "unpaired", 900,
     "2024-03-01"),
)
SHORT_CAMPAIGNS = (
    ("Brand", "OUTCOME_SALES", "ACTIVE", None, 7000, "2022-05-01"),
    ("Generic", "OUTCOME_SALES", "ACTIVE", "web", 5000, "2023-01-15"),
    ("generic", "OUTCOME_SALES", "PAUSED", None, 3000, "2023-01-15"),
    ("Prospecting", "OUTCOME_TRAFFIC", "ACTIVE", "weekdays", 90000,
     "2023-02-01"),
    ("Old deleted", "OUTCOME_SALES", "DELETED", None, 2000, "2022-08-01"),
    ("Idle", "OUTCOME_SALES", "ACTIVE", "idle", 0, "2024-01-01"),
    ("Modelled", "OUTCOME_SALES", "ACTIVE", "fraction", 3000, "2024-01-01"),
)
MIXED = ("Mixed attribution", "OUTCOME_SALES", "ACTIVE", "mixed", 4000,
         "2024-01-01")

# currency millionths that a click costs
CLICK_COST = {"KRW": 450_000_000, "JPY": 60_000_000, "USD": 730_000,
              "NZD": 1_110_000, "EUR": 640_000}


class SampleWorld(World):
    """The built-in advertisers with their daily numbers."""

    def __init__(self, clock):
        super().__init__(clock)
        self.add_accounts()
        self.generation = Generation(self, 0)

    def restate(self, number):
        """Goes on to another generation of numbers; 0 is the first."""
        self.generation.end()
        self.generation = Generation(self, number)

    def add_accounts(self):
        """Makes the accounts and what hangs below them."""
        clients = ((MAIN, MAIN_CAMPAIGNS), (DIRECT, SHORT_CAMPAIGNS),
                   (KIWI, SHORT_CAMPAIGNS),
                   (EURO, SHORT_CAMPAIGNS + (MIXED,)),
                   (YEN, SHORT_CAMPAIGNS))
        for number, (owner, (account_id, campaigns)) in enumerate(
                zip(ADVERTISERS, clients)):
            account = self.add(Account(account_id, owner.name, owner.currency,
                                       owner.zone))
            Builder(self, account, number).build(campaigns)
        self.add(Account(EMPTY, "No campaigns yet", "GBP", "Europe/London"))
        closed = self.add(Account(CLOSED, "해지된 계정", "KRW", "Asia/Seoul",
                                  status=101))
        Builder(self, closed, 7).build(SHORT_CAMPAIGNS[:1])
        self.add(Account(HIDDEN, "Somebody else", "USD", "America/New_York",
                         assigned=False))

    def parts(self, ad, day, family):
        account = ad.at("account")
        if day > self.today(account):
            return []
        extra = self.generation.of(ad, day)
        return () if extra == GONE else facts.parts(ad, day.toordinal(),
                                                    family, extra)


class Builder:
    """Fills one account with campaigns and what hangs below them."""

    def __init__(self, world, account, number):
        self.world = world
        self.account = account
        self.number = number
        self.serial = 0

    def next_id(self):
        """Returns an id that nothing else has, too large for a double."""
        self.serial += 7
        return 120210000000000001 + self.number * 10 ** 7 + self.serial

    def time(self, day, hour=11):
        """Returns a time of the account's day as the platform writes it."""
        moment = datetime.datetime(day.year, day.month, day.day, hour, 4, 55,
                                   tzinfo=self.account.zone)
        return moment.strftime("%Y-%m-%dT%H:%M:%S%z")

    def build(self, campaigns):
        """Makes everything the account owns."""
        custom = str(self.next_id())
        self.world.conversions[self.account.id] = [
            {"id": custom, "account_id": self.account.id,
             "name": "회원 \"가입\" 완료",
             "custom_event_type": "COMPLETE_REGISTRATION"}]
        self.world.audiences[self.account.id] = [
            {"id": str(int(custom) + 1 + number), "name": name,
             "account_id": self.account.id, "subtype": kind,
             "approximate_count_lower_bound": most * 9 // 10,
             "approximate_count_upper_bound": most}
            for number, (name, kind, most) in enumerate((
                ("장바구니 30일", "WEBSITE", 52000),
                ("Lookalike (KR, 1%) - \"구매\"", "LOOKALIKE", 1700000)))]
        for number, (name, objective, status, quirk, scale, first) in (
                enumerate(campaigns)):
            start = datetime.date.fromisoformat(first)
            end = {"ACTIVE": FOREVER, "PAUSED": ENDED}.get(status, REMOVED)
            budget = self.account.minor_units * 1000 * (number + 3)
            attrs = self.common(name, status, start)
            attrs.update(objective=objective, buying_type="AUCTION",
                         bid_strategy="LOWEST_COST_WITHOUT_CAP",
                         start_time=self.time(start))
            if number % 3 == 2:
                attrs["lifetime_budget"] = str(budget * 30)
                attrs["stop_time"] = self.time(end) if (
                    end != FOREVER) else None
                attrs["budget_remaining"] = str(budget * 11)
            elif number % 3 == 1:
                attrs["daily_budget"] = str(budget)
                attrs["budget_remaining"] = str(budget // 4)
            campaign = Node("campaign", self.next_id(), attrs, self.account)
            for letter in range(2):
                self.make_adset(campaign, letter, number, quirk, scale, start,
                                end, custom)

    def common(self, name, status, start):
        """Returns the attributes that all kinds have."""
        return {"account_id": self.account.id, "name": name,
                "status": status, "configured_status": status,
                "effective_status": status, "created_time": self.time(start),
                "updated_time": self.time(start, 23)}

    def make_adset(self, campaign, letter, number, quirk, scale, start, end,
                   custom):
        """An ad set with its ads; the second one of a campaign has another
        attribution setting if the campaign mixes them."""
        status = campaign.status
        attrs = self.common("세트 %s" % "AB"[letter], status, start)
        if status == "PAUSED":
            attrs.update(status="ACTIVE", configured_status="ACTIVE",
                         effective_status="CAMPAIGN_PAUSED")
        setting = "7d_click_1d_view"
        if quirk == "mixed" and letter:
            setting = "1d_click"
        attrs.update(campaign_id=campaign.id, billing_event="IMPRESSIONS",
                     optimization_goal="OFFSITE_CONVERSIONS",
                     start_time=self.time(start),
                     targeting={"geo_locations": {"countries": ["KR", "US"]},
                                "age_min": 18},
                     attribution_spec=spec_of(setting))
        if number % 3 == 0:
            attrs["daily_budget"] = str(self.account.minor_units * 500)
            attrs["budget_remaining"] = str(self.account.minor_units * 120)
        adset = Node("adset", self.next_id(), attrs, campaign,
                     {"attribution": setting})
        for serial in range(2 - letter):
            self.make_ad(adset, serial, quirk, scale // (1 + letter + serial),
                         start, end, custom)

    def make_ad(self, adset, serial, quirk, scale, start, end, custom):
        """An ad and its creative.  The second ad of a first ad set is itself
        archived or deleted in some live campaigns."""
        status = adset.status
        if status == "ACTIVE" and serial and adset.parent.attrs["objective"
                                                                ] == (
                "OUTCOME_SALES"):
            status = "DELETED" if int(adset.id) % 2 else "ARCHIVED"
            end = REMOVED
        attrs = self.common("소재 %d / %s" % (serial + 1, "\"v2\" 🎬"
                                            if serial else "static"),
                            status, start)
        if status == "CAMPAIGN_PAUSED":
            attrs.update(status="ACTIVE", configured_status="ACTIVE")
        creative = Node("creative", self.next_id(), {
            "account_id": self.account.id, "name": attrs["name"] + " 크리에이티브",
            "status": "ACTIVE", "title": "런닝화 \"특가\"",
            "body": "오늘 주문하면\n내일 도착", "object_type": "SHARE",
            "call_to_action_type": "SHOP_NOW",
            "link_url": "https://shop.example/%d?a=1&b=가" % self.serial,
            "object_story_spec": {"page_id": "100", "link_data": {
                "link": "https://shop.example/"}},
            "effective_status": "ACTIVE"})
        if serial == 0:
            creative.attrs["url_tags"] = (
                "utm_source=meta&utm_campaign={{campaign.name}}&utm_content=")
        self.account.creatives.append(creative)
        attrs.update(campaign_id=adset.parent.id, adset_id=adset.id,
                     creative=creative)
        Node("ad", self.next_id(), attrs, adset, {
            "quirk": quirk, "scale": scale, "start": start.toordinal(),
            "end": end.toordinal(), "custom": custom,
            "cost": CLICK_COST.get(self.account.currency, 10 ** 6),
            "cent": MICRO_OF_MINOR[self.account.minor_units],
            "windows": SETTINGS[adset.traits["attribution"]]})


# Millionths in the smallest amount of money that is ever spent.
MICRO_OF_MINOR = {1: 10 ** 6, 100: 10 ** 4}
