"""The built-in advertisers' apps on AppsFlyer: who brings their users, under
names that are as awkward as real ones."""

import collections
import datetime
import decimal
import zoneinfo

from advertisers import ADVERTISERS
from appsflyer.restate import Generation
from google_ads.sample import MAIN_CAMPAIGNS, SHORT_CAMPAIGNS

MAIN = "com.hanbit.running"
MAIN_IOS = "id1400000001"
DIRECT = "com.pacifictrail.app"
RUPIAH = "com.hanbit.lari"
EURO = "com.laeufer.laufen"
WEST = "id1400000002"
EMPTY = "id1400000009"

UTC = datetime.timezone.utc
FIRST_DAY = datetime.date(2024, 9, 1).toordinal()
FOREVER = datetime.date(9999, 1, 1).toordinal()

EventKind = collections.namedtuple("EventKind", "name price value")


class Campaign:
    """One source of users: a network's campaign, or organic traffic."""

    def __init__(self, app, number, source, name, scale, agency=None,
                 has_views=True, has_cost=True, quirk=None, countries=None,
                 is_retargeting=False, end=FOREVER):
        self.app = app
        self.key = "%s/%d" % (app.id, number)
        self.id = str(21039950000 + app.number * 1000 + number)
        self.media_source = source
        self.name = name
        self.scale = scale
        self.agency = agency
        self.has_views = has_views
        self.has_cost = has_views and has_cost
        self.quirk = quirk
        self.countries = countries or app.countries
        self.is_retargeting = is_retargeting
        self.is_organic = source == "Organic"
        self.start, self.end = FIRST_DAY, end
        self.cut_short = None   # last day of a source that was switched off
        self.click_cost = app.click_cost
        names = ("AG \"브랜드\", main", "AG (2)")
        self.adsets = ((None, None),) if self.is_organic else tuple(
            (adset, str(148820000000 + app.number * 10000 + number * 10 + n))
            for n, adset in enumerate(names))


class App:
    """An app as the app list tells about it, with what brings its users."""

    def __init__(self, number, app_id, name, platform, currency, zone_name,
                 click_cost, usd_rate, countries, zone_since=None):
        self.number = number
        self.id = app_id
        self.name = name
        self.platform = platform
        self.currency = currency
        self.zone_name = zone_name
        self.zone = zoneinfo.ZoneInfo(zone_name)
        self.click_cost = click_cost
        self.usd_rate = decimal.Decimal(usd_rate)
        self.countries = countries
        self.zone_since = zone_since
        self.cents = 1 if currency in ("USD", "EUR") else 100
        self.events = events_of(currency)
        self.campaigns = []
        self.stopped = {}       # event name -> since when it is not sent
        self.enables_retargeting = True     # only told
        self.generation = Generation()

    def sends(self, event):
        """Returns whether an event of a user reaches the reports."""
        return event.name not in self.stopped or (
            event.instant < self.stopped[event.name])

    def zone_at(self, instant):
        """Returns the zone that dates an instant: what happened before the
        app's zone was set stays in UTC."""
        if self.zone_since is not None and instant < self.zone_since:
            return UTC
        return self.zone

    def local(self, instant):
        """Returns an instant as the app's reports date it."""
        return instant.astimezone(self.zone_at(instant)).replace(tzinfo=None)

    def instant(self, day, second):
        """Returns the instant of a second of a local day."""
        midnight = datetime.datetime.combine(day, datetime.time(),
                                             self.zone)
        return (midnight + datetime.timedelta(seconds=second)).astimezone(
            UTC)

    def add(self, *arguments, **more):
        """Adds a campaign."""
        self.campaigns.append(Campaign(self, len(self.campaigns), *arguments,
                                       **more))

    def attributes(self):
        """Returns what the app list tells."""
        told = {"name": self.name, "platform": self.platform,
                "currency": self.currency, "time_zone": self.zone_name}
        if self.platform == "android":
            told["enable_retargetting"] = self.enables_retargeting
        return told


def events_of(currency):
    """Returns the kinds of in-app events, the first half with revenue in
    hundredths of a currency."""
    price = {"KRW": 1350000, "IDR": 15000000}.get(currency, 999)
    return (
        EventKind("af_purchase", price, "{\"af_revenue\":%d,\"af_currency\":"
                  "\"" + currency + "\",\"af_content\":\"box, \\\"gold\\\""
                  "\"}"),
        EventKind("구매 완료 🎉", price * 3, "{\"상품\":\"런닝화, %d\"}"),
        EventKind("af_refund", -price, ""),
        EventKind("sign up (beta)", 0, "step=%d"),
        EventKind("level \"10\", done", 0, "line one\nline two, %d"),
        EventKind("promo (Unique users)", 0, "a\r\nb\n\n%d\n"),
        EventKind("af_content_view", 0, "back\\slash \\n \\u0041\r%d"),
    )


def add_campaigns(app, names):
    """Gives an app its sources: networks that report themselves, some that
    tell no cost, hidden ones, an agency's, organic traffic, retargeting."""
    add = app.add
    for name in names[:3]:
        add("googleadwords_int", name, 5)
    for name in names[3:6]:
        add("Facebook Ads", name, 4)
    add("Facebook Ads", names[0], 3, agency="agencyone")
    add("googleadwords_int", "PMax (KR) - ROAS", 2, agency="Agency, \"Two\"")
    add("googleadwords_int", "Spend only", 3, quirk="no_installs")
    add("googleadwords_int", "Huge", 1, quirk="huge")
    add("unityads_int", "no cost api", 3, has_cost=False)
    # Two campaigns without a name: their rows cannot be told apart.
    add("unityads_int", None, 2)
    add("unityads_int", None, 1)
    add("restricted", "Retail, broad \"A\"", 3, agency="agencyone",
        has_views=False)
    add("Organic", None, 8, has_views=False,
        countries=app.countries + (None,))
    add("Facebook Ads", "RT_cart_7d", 3, is_retargeting=True,
        countries=app.countries + (None,))
    add("googleadwords_int", "RT, \"win back\"", 2, is_retargeting=True)
    add("appier_int", "Paused + gone & 50% off", 4,
        end=datetime.date(2026, 6, 30).toordinal())
    # What could not be attributed; no organic traffic.
    add("None", None, 2, has_views=False)


class SampleWorld:
    """The apps of one AppsFlyer account."""

    def __init__(self, clock):
        self.clock = clock
        self.apps = {}
        self.add_apps()

    def add_apps(self):
        """Makes the apps and what brings their users."""
        names = {a.key: a.name for a in ADVERTISERS}
        main = [c[0] for c in MAIN_CAMPAIGNS]
        short = [c[0] for c in SHORT_CAMPAIGNS]
        korea = ("KR", "US", "JP")
        apps = (
            (App(0, MAIN, names["hanbit"], "android", "KRW", "Asia/Seoul",
                 3000000, "0.00072", korea), main),
            (App(1, MAIN_IOS, names["hanbit"] + " iOS", "ios", "KRW",
                 "Asia/Seoul", 4500000, "0.00072", korea), main[4:]),
            (App(2, DIRECT, names["pacific"], "android", "USD", "UTC", 9000,
                 "1", ("US", "CA", "KR")), short),
            (App(3, RUPIAH, "Hanbit Lari", "android", "IDR", "Asia/Jakarta",
                 40000000, "0.000061", ("ID", "SG"),
                 datetime.datetime(2026, 10, 15, tzinfo=UTC)), short),
            (App(4, EURO, names["laeufer"], "android", "EUR",
                 "Europe/Berlin", 8000, "1.08", ("DE", "AT", "CH")), short),
            (App(5, WEST, names["pacific"] + " iOS", "ios", "USD",
                 "America/Los_Angeles", 9000, "1", ("US", "MX")), short),
        )
        for app, campaigns in apps:
            add_campaigns(app, campaigns)
            self.apps[app.id] = app
        self.apps[EMPTY] = App(6, EMPTY, names["tokyo"], "ios", "JPY",
                               "Asia/Tokyo", 900000, "0.0066", ("JP",))

    def restate(self, number):
        """Goes on to another generation of numbers; 0 is the first."""
        generation = Generation(number, self.today)
        for app in self.apps.values():
            app.generation = generation

    def now(self):
        """Returns the current instant."""
        return self.clock.now()

    def today(self, app):
        """Returns the app-local current day."""
        return app.local(self.now()).date()
