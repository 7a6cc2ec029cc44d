"""The demo's world: an agency with two Korean and two foreign clients whose
campaigns have ordinary names, budgets and results.  The awkward accounts that
tests need live in the sample worlds."""

import collections

from appsflyer import sample as appsflyer
from google_ads import sample as google
from kakao_moment import world as kakao
from meta_ads import sample as meta
from naver_searchad import world as naver
from tiktok_ads import sample as tiktok
from world import Account

Client = collections.namedtuple(
    "Client", "name currency zone google meta tiktok click_cost order_value "
    "campaigns")
# Impressions are those of a mobile day; click_rate is per 10,000 impressions,
# conversion_rate the upper bound per 1,000 clicks.
Campaign = collections.namedtuple(
    "Campaign", "name channel bidding impressions click_rate cost_factor "
    "conversion_rate since")

SHOES = (
    Campaign("한빛러닝_검색_브랜드", "SEARCH", "TARGET_SPEND", 5200, 1150, 0.5,
             130, "2022-03-02"),
    Campaign("한빛러닝_검색_일반_런닝화", "SEARCH", "TARGET_CPA", 14000, 420, 1.3,
             52, "2022-03-02"),
    Campaign("한빛러닝_PMax_전체상품", "PERFORMANCE_MAX",
             "MAXIMIZE_CONVERSION_VALUE", 90000, 110, 0.8, 64, "2023-09-01"),
    Campaign("한빛러닝_유튜브_브랜딩", "VIDEO", "TARGET_CPV", 120000, 45, 0.4, 14,
             "2024-05-01"),
)
SKIN = (
    Campaign("온담_검색_브랜드", "SEARCH", "TARGET_SPEND", 2600, 980, 0.6, 150,
             "2023-01-09"),
    Campaign("온담_PMax_세럼", "PERFORMANCE_MAX", "MAXIMIZE_CONVERSION_VALUE",
             60000, 95, 0.9, 70, "2023-11-15"),
    Campaign("온담_디스플레이_리타겟팅", "DISPLAY", "TARGET_ROAS", 45000, 70, 0.7, 46,
             "2024-02-01"),
)
TRAIL = (
    Campaign("US | Brand | Search", "SEARCH", "TARGET_SPEND", 1800, 1240, 0.6,
             120, "2021-05-01"),
    Campaign("US | Non-brand | Search", "SEARCH", "TARGET_CPA", 6100, 380, 1.4,
             56, "2021-05-01"),
    Campaign("US | PMax | Footwear", "PERFORMANCE_MAX",
             "MAXIMIZE_CONVERSION_VALUE", 41000, 100, 0.9, 66, "2024-03-01"),
)
RUNNING = (
    Campaign("DE | Marke | Suche", "SEARCH", "TARGET_SPEND", 1500, 1100, 0.6,
             110, "2021-05-01"),
    Campaign("DE | Laufschuhe | Suche", "SEARCH", "TARGET_CPA", 4800, 400, 1.3,
             54, "2021-05-01"),
    Campaign("DE | PMax | Sortiment", "PERFORMANCE_MAX",
             "MAXIMIZE_CONVERSION_VALUE", 30000, 105, 0.9, 62, "2024-03-01"),
)
CLIENTS = (
    Client("한빛 러닝", "KRW", "Asia/Seoul", "1234567890", "1234567890123456",
           "7012345678901234567", 430_000_000, 64_000_000_000, SHOES),
    Client("온담 스킨케어", "KRW", "Asia/Seoul", "7890123456", "7890123456789012",
           "7078901234567890123", 390_000_000, 38_000_000_000, SKIN),
    Client("Pacific Trail Co.", "USD", "America/Los_Angeles", "2345678901",
           "2345678901234567", "7023456789012345678", 940_000, 118_000_000, TRAIL),
    Client("Läufer & Söhne GmbH", "EUR", "Europe/Berlin", "4567890123",
           "4567890123456789", "7045678901234567890", 790_000, 96_000_000, RUNNING),
)
# Korean name, English name, objective, status, quirk, impressions of a day,
# first day
META_CAMPAIGNS = (
    ("%s | 전환 | 신규", "%s | Conversions | Prospecting", "OUTCOME_SALES",
     "ACTIVE", None, 42000, "2023-01-15"),
    ("%s | 전환 | 리타겟팅", "%s | Conversions | Retargeting", "OUTCOME_SALES",
     "ACTIVE", "web", 18000, "2023-01-15"),
    ("%s | 트래픽", "%s | Traffic", "OUTCOME_TRAFFIC", "ACTIVE", "weekdays",
     26000, "2024-02-01"),
)

# name, objective, status, traits, ad groups
TIKTOK_CAMPAIGNS = (
    ("Conversions", "WEB_CONVERSIONS", "CAMPAIGN_STATUS_ENABLE", {}, 2),
    ("App installs", "APP_PROMOTION", "CAMPAIGN_STATUS_ENABLE", {}, 1),
    ("Traffic | old", "TRAFFIC", "CAMPAIGN_STATUS_DELETE", {}, 1),
)
# of the Korean clients, which come first
NAVER_CUSTOMERS = ("1234567", "7890123")
# name, type, impressions of a place and day, won that a click costs
NAVER_CAMPAIGNS = (
    ("%s | 파워링크 | 브랜드", "WEB_SITE", 3200, 420),
    ("%s | 파워링크 | 일반", "WEB_SITE", 9000, 880),
    ("%s | 쇼핑검색", "SHOPPING", 12000, 310),
)

# of the same clients
KAKAO_ACCOUNTS = ("700101", "700102")
# name, type, goal, impressions of a day, hundredths of a won that a click
# or message costs, what creatives look like
KAKAO_CAMPAIGNS = (
    ("%s | 비즈보드", "TALK_BIZ_BOARD", "VISITING", 60000, 21000,
     "IMAGE_BANNER"),
    ("%s | 디스플레이 | 전환", "DISPLAY", "CONVERSION", 24000, 34000,
     "IMAGE_BANNER"),
    ("%s | 친구톡", "TALK_CHANNEL", "REACH", 5000, 1500, "WIDE_MESSAGE"),
)


class GoogleBuilder(google.AccountBuilder):
    """Fills an account with a client's campaigns."""

    def build_client(self, client):
        """Makes everything the account owns."""
        self.make_labels()
        self.make_conversion_actions()
        for spec in client.campaigns:
            self.make_campaign(0, spec.name, spec.channel, spec.bidding,
                               "ENABLED", None, spec.impressions, spec.since)
            self.tune(self.account.campaigns[-1], client, spec)

    def tune(self, campaign, client, spec):
        """Gives a campaign its own prices and a budget that it nearly
        spends: mobile, desktop and a second network make about twice the
        mobile impressions."""
        cost = int(client.click_cost * spec.cost_factor) // 10 ** 4 * 10 ** 4
        campaign.traits.update(
            click_rate=spec.click_rate, click_cost=cost,
            order_value=client.order_value,
            conversion_rate=spec.conversion_rate, steady=True)
        daily_cost = spec.impressions * 18 // 10 * spec.click_rate // (
            10 ** 4) * cost
        unit = 10 ** 10 if client.currency == "KRW" else 10 ** 7
        budget = campaign.traits["budget"]
        budget.attrs.update(
            name=spec.name, amount_micros=(daily_cost // unit + 1) * unit)


class GoogleWorld(google.SampleWorld):
    """The clients' Google Ads accounts under the agency's manager."""

    def add_accounts(self):
        self.add(Account(google.MANAGER, "바른 미디어 (MCC)", "KRW", "Asia/Seoul",
                         True))
        for number, client in enumerate(CLIENTS):
            account = self.add(Account(client.google, client.name,
                                       client.currency, client.zone),
                               google.MANAGER)
            GoogleBuilder(account, number, client.click_cost).build_client(
                client)
        self.direct_access = [google.MANAGER]


class MetaWorld(meta.SampleWorld):
    """The clients' Meta ad accounts."""

    def add_accounts(self):
        for number, client in enumerate(CLIENTS):
            account = self.add(meta.Account(client.meta, client.name,
                                            client.currency, client.zone))
            meta.Builder(self, account, number).build(
                meta_campaigns(client))


def meta_campaigns(client):
    """Returns a client's campaigns on Meta, named in its language."""
    language = 0 if client.currency == "KRW" else 1
    return tuple((spec[language] % client.name,) + spec[2:]
                 for spec in META_CAMPAIGNS)


class TikTokWorld(tiktok.SampleWorld):
    """The clients' TikTok advertiser accounts."""

    def add_accounts(self):
        for number, client in enumerate(CLIENTS, 1):
            account = self.add(tiktok.Account(
                client.tiktok, client.name, client.currency, client.zone))
            tiktok.Builder(self, account, number).build(TIKTOK_CAMPAIGNS)


class NaverWorld(naver.World):
    """The Korean clients' accounts under the agency's manager account."""

    def add_accounts(self):
        for number, (client, customer) in enumerate(
                zip(CLIENTS, NAVER_CUSTOMERS)):
            self.add(naver.Account(customer, number, client.name), tuple(
                naver.Spec(name % client.name, kind, impressions, cost, None,
                           "2024-05-01", None)
                for name, kind, impressions, cost in NAVER_CAMPAIGNS))


class KakaoWorld(kakao.World):
    """The Korean clients' ad accounts."""

    def add_accounts(self):
        for client, account in zip(CLIENTS, KAKAO_ACCOUNTS):
            self.add(kakao.Account(account, client.name), tuple(
                kakao.Spec(name % client.name, kind, goal, "ON", scale, price,
                           shape, None, 1)
                for name, kind, goal, scale, price, shape in KAKAO_CAMPAIGNS))


class AppsFlyerWorld(appsflyer.SampleWorld):
    """The clients' apps."""

    def add_apps(self):
        specs = (
            ("com.hanbit.running", CLIENTS[0], "android", 3_000_000, "0.00072",
             ("KR",)),
            ("id1400000001", CLIENTS[0], "ios", 4_500_000, "0.00072", ("KR",)),
            ("com.ondam.skin", CLIENTS[1], "android", 2_800_000, "0.00072",
             ("KR",)),
            ("com.pacifictrail.app", CLIENTS[2], "android", 9000, "1",
             ("US", "CA")),
            ("com.laeufer.laufen", CLIENTS[3], "android", 8000, "1.08",
             ("DE", "AT")),
        )
        for number, (app_id, client, system, cost, rate, countries) in (
                enumerate(specs)):
            app = appsflyer.App(number, app_id, client.name, system,
                                client.currency, client.zone, cost, rate,
                                countries)
            for spec in client.campaigns[:2]:
                app.add("googleadwords_int", spec.name, 9)
            app.add("Facebook Ads", meta_campaigns(client)[0][0], 7)
            app.add("Organic", None, 12, has_views=False)
            self.apps[app_id] = app
