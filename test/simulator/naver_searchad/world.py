"""The built-in advertisers' accounts on Naver, and what happened in them.

Everything is dated by Korean days and counted in won.  Cost is kept without
VAT, in tenths of a won: local ads cost half a won and less.
"""

import collections
import datetime
import functools
import zoneinfo

from advertisers import ADVERTISERS
from daily import noise, uniform
from restate import GONE, restated

KST = zoneinfo.ZoneInfo("Asia/Seoul")

MAIN = "1234567"        # 한빛 러닝: all awkward things
YEN = "2345678"         # 東京シューズ, which advertises in Korea as well
TRAIL = "3456789"       # Pacific Trail
EMPTY = "4567890"       # has no campaigns
HIDDEN = "9999999"      # of somebody else
MANAGER = "880011"

NAVER, PARTNER = "27758", "33421"
FOREVER = datetime.date(9999, 1, 1).toordinal()

# For so many days the platform corrects a day's files (for two as a rule, rows were
# added after five) and late conversions are added, which goes on for twenty.
FILES_REACH = 5
CONVERSIONS_REACH = 6

# Since then automated campaigns have rows without keyword and ad.
ADVOOST_SINCE = datetime.date(2026, 7, 21).toordinal()
TYPE_DIGIT = {"WEB_SITE": "01", "SHOPPING": "02", "POWER_CONTENTS": "03",
              "BRAND_SEARCH": "04", "PLACE": "06"}

Spec = collections.namedtuple(
    "Spec", "name type impressions click_cost quirk start end")
# end: the last day of delivery of a campaign that is deleted
HANBIT = (
    Spec("KR | 브랜드 | 검색", "WEB_SITE", 4000, 1500, None, "2024-05-01", None),
    Spec("가을 세일 'single' quotes", "WEB_SITE", 1800, 900, None,
         "2024-05-01", None),
    Spec("Brand \"double\" quotes / slash", "SHOPPING", 3000, 450, None,
         "2024-05-01", None),
    Spec("back\\slash \\n and \\u0041", "BRAND_SEARCH", 900, 0, "free",
         "2024-05-01", None),
    Spec("🚀 세일 🛍️ <b>50%</b> & more", "POWER_CONTENTS", 700, 300, None,
         "2024-05-01", None),
    Spec("tab\there", "PLACE", 600, 5, "halves", "2024-05-01", None),
    Spec("ADVoost 쇼핑", "SHOPPING", 2500, 350, "advoost", "2024-05-01", None),
    Spec("영상 | 조회", "WEB_SITE", 1500, 200, "views", "2024-05-01", None),
    Spec("나중 전환만", "WEB_SITE", 800, 700, "late", "2024-05-01", None),
    Spec("삭제된 캠페인", "WEB_SITE", 1200, 800, None, "2024-05-01",
         "2026-11-20"),
    Spec("Never delivered", "WEB_SITE", 0, 100, "idle", "2024-05-01", None),
    Spec("Huge", "WEB_SITE", 0, 0, "huge", "2024-05-01", None),
)
SHORT = (
    Spec("Brand", "WEB_SITE", 2000, 1100, None, "2024-05-01", None),
    Spec("Shopping", "SHOPPING", 2600, 380, None, "2024-05-01", None),
    Spec("old deleted", "WEB_SITE", 900, 600, None, "2024-05-01",
         "2026-11-10"),
)

# One place where something was shown: a row of report AD before rows of one
# key are summed, and with what finer reports say.
Fact = collections.namedtuple(
    "Fact", "campaign group keyword ad channel media device hour region term "
    "term_kind impressions clicks views rank cost")
# One kind of conversion that came of such a place.
Conversion = collections.namedtuple(
    "Conversion", "campaign group keyword ad channel media device hour region "
    "term method type count value")


class Entity:
    """A campaign, ad group, keyword or ad."""

    def __init__(self, entity_id, name, parent=None):
        self.id = entity_id
        self.name = name
        self.parent = parent
        self.children = []
        self.ads = []


class Account:
    """An advertiser's account: a customer."""

    def __init__(self, customer_id, number, name, managed=True):
        self.id = customer_id
        self.number = str(500000 + number)      # adAccountNo
        self.name = name
        self.managed = managed
        self.campaigns = []
        self.channel = "bsn-a001-00-%015d" % (1000 + number)


class World:
    """The accounts and their days."""

    def __init__(self, clock):
        self.clock = clock
        self.accounts = {}
        self.restated = []      # of campaigns: (campaign, attribute, before)
        self.add_accounts()

    def add_accounts(self):
        """Makes the accounts and what hangs below them."""
        owners = {owner.key: owner for owner in ADVERTISERS}
        for number, (key, customer, specs) in enumerate((
                ("hanbit", MAIN, HANBIT), ("tokyo", YEN, SHORT),
                ("pacific", TRAIL, SHORT))):
            self.add(Account(customer, number, owners[key].name), specs)
        self.add(Account(EMPTY, 3, "아직 캠페인 없음"), ())
        self.add(Account(HIDDEN, 9, "Somebody else", False), SHORT)

    def add_more(self, count):
        """Sees to so many accounts more, which are small."""
        for n in range(count):
            customer = str(5000001 + n)
            if customer not in self.accounts:
                self.add(Account(customer, 20 + n, "More %d" % (n + 1)), SHORT)

    def restate(self, number):
        """Goes on to another generation of numbers, of the days until today, and
        of campaigns."""
        for campaign, name, value in reversed(self.restated):
            setattr(campaign, name, value)
        self.restated = []
        today = self.today().toordinal()
        for account in self.accounts.values():
            for campaign in account.campaigns:
                campaign.restated = number, today
            self.restate_campaigns(account, number, today)
        day_facts.cache_clear()
        day_conversions.cache_clear()

    def restate_campaigns(self, account, number, today):
        """Lets one campaign have another name, and one be deleted, which keeps its
        numbers."""
        there = [c for c in account.campaigns
                 if c.spec.quirk is None and c.end >= today]
        if not number or len(there) < 3:
            return
        for campaign, name, value in (
                (there[0], "name", "%s (%d)" % (there[0].name, number)),
                (there[1], "end", today - 1)):
            self.restated.append((campaign, name, getattr(campaign, name)))
            setattr(campaign, name, value)

    def add(self, account, specs):
        """Adds an account with campaigns."""
        self.accounts[account.id] = account
        for position, spec in enumerate(specs):
            account.campaigns.append(make_campaign(account, position, spec))

    def now(self):
        """Returns the time in Korea."""
        return self.clock.now().astimezone(KST)

    def today(self):
        """Returns the day in Korea."""
        return self.now().date()

    def facts(self, account, day):
        """Returns what was shown in an account on a day."""
        return self._of_day(account, day, day_facts)

    def conversions(self, account, day):
        """Returns what came of it, or of clicks on days before."""
        return self._of_day(account, day, day_conversions)

    def _of_day(self, account, day, maker):
        if day > self.today():
            return []
        return [made for campaign in account.campaigns
                for made in maker(campaign, day.toordinal())]


def make_campaign(account, position, spec):
    """Returns a campaign with its ad groups, keywords and ads."""
    digit = TYPE_DIGIT[spec.type]
    serial = int(account.id) * 100 + position
    campaign = Entity("cmp-a001-%s-%015d" % (digit, serial), spec.name)
    campaign.spec = spec
    campaign.account = account
    campaign.restated = 0, 0    # generation, and the day on which it began
    campaign.start = datetime.date.fromisoformat(spec.start).toordinal()
    campaign.end = (datetime.date.fromisoformat(spec.end).toordinal()
                    if spec.end else FOREVER)
    for n in range(2):
        group = Entity("grp-a001-%s-%015d" % (digit, serial * 10 + n),
                       "%s / %d" % (spec.name, n + 1), campaign)
        campaign.children.append(group)
        for k in range(2):
            number = serial * 100 + n * 10 + k
            group.ads.append(Entity("nad-a001-%s-%015d" % (digit, number),
                                    "ad %d" % k, group))
            if has_keywords(spec):
                group.children.append(Entity(
                    "nkw-a001-%s-%015d" % (digit, number),
                    "러닝화 \"%d\", 세일" % k if k else "운동화", group))
    return campaign


def has_keywords(spec):
    """Returns whether a campaign is steered by keywords."""
    return spec.type in ("WEB_SITE", "BRAND_SEARCH", "POWER_CONTENTS")


def places(campaign, ordinal):
    """Returns (group, keyword, ad, media, device) of all that may be shown;
    None is what the platform does not tell."""
    made = []
    for group in campaign.children:
        for n, ad in enumerate(group.ads):
            keyword = group.children[n] if group.children else None
            if campaign.spec.quirk == "advoost" and ordinal >= ADVOOST_SINCE:
                keyword = ad = None
            for media, device in ((NAVER, "M"), (NAVER, "P"), (PARTNER, "M")):
                made.append((group, keyword, ad, media, device))
            if ad is None:
                break
    return made


def is_quiet(campaign, ordinal):
    """Returns whether nothing is shown that day."""
    return (not campaign.start <= ordinal <= campaign.end
            or campaign.spec.quirk == "idle"
            or noise(campaign.id, ordinal, "pause")[0] % 13 == 0)


def term_of(keyword, media, data):
    """Returns the search term and how it met the keyword; None on partners'
    pages, where nobody searched."""
    if media == PARTNER:
        return None, None
    base = keyword.name if keyword else "나이키 러닝"
    kind = data[20] % 3
    return (base, base + " 추천", base + ", \"정품\"")[kind], kind


def change_of(campaign, ordinal, what, reach):
    """Returns what the generation does to some numbers of a campaign's day."""
    number, today = campaign.restated
    if ordinal > today:
        return 0
    return restated(number, what + campaign.id, ordinal, today - ordinal,
                    reach)


@functools.lru_cache(maxsize=1 << 14)
def day_facts(campaign, ordinal):
    """Returns the facts of a campaign's day."""
    more = change_of(campaign, ordinal, "files", FILES_REACH)
    if is_quiet(campaign, ordinal) or more == GONE:
        return ()
    spec = campaign.spec
    made = []
    for number, place in enumerate(places(campaign, ordinal)):
        group, keyword, ad, media, device = place
        data = noise(campaign.id, ordinal, number)
        if data[21] % 5 == 0:
            continue
        scale = spec.impressions // (1 + number % 3)
        impressions = scale // 8 + uniform(data, 0, max(scale // 4, 1))
        clicks = impressions * (20 + uniform(data, 1, 300)) // 10000
        cost = clicks * (spec.click_cost * 5 + uniform(
            data, 2, spec.click_cost * 10 + 1))
        views = impressions // 9 if spec.quirk == "views" else 0
        if spec.quirk == "huge":
            impressions, clicks = 3 * 10 ** 9 + ordinal, 10 ** 7 + number
            cost = 34567890123 + ordinal
        term, kind = term_of(keyword, media, data)
        if not (impressions or clicks or cost):
            continue
        impressions, clicks = impressions + more, clicks + more
        cost += more * spec.click_cost * 10
        made.append(Fact(
            campaign, group, keyword, ad, campaign.account.channel, media,
            device, data[22] % 24, "%02d" % (1 + data[23] % 17), term, kind,
            impressions, clicks, views, impressions * (1 + data[24] % 9),
            cost if spec.quirk in ("halves", "huge") else cost // 10 * 10))
    return tuple(made)


# type, upper bound per 1,000 clicks, won that one brings
TYPES = (("purchase", 120, 59000), ("add_to_cart", 400, 48000),
         ("sign_up", 60, 0), ("view_content", 700, 0),
         ("custom001", 20, 1))


@functools.lru_cache(maxsize=1 << 14)
def day_conversions(campaign, ordinal):
    """Returns the conversions of a campaign's day: direct ones where there
    were clicks, and indirect ones of clicks two days before, also where
    nothing is shown any more."""
    if change_of(campaign, ordinal, "files", FILES_REACH) == GONE:
        return ()
    more = max(0, change_of(campaign, ordinal, "conversions",
                            CONVERSIONS_REACH))
    made = []
    for lag, method in ((0, 1), (2, 2)):
        for fact in day_facts(campaign, ordinal - lag):
            if campaign.spec.quirk == "late" and lag == 0:
                continue
            data = noise(campaign.id, ordinal, lag, fact.media, fact.device,
                         fact.ad.id if fact.ad else "", fact.group.id)
            for position, (kind, rate, worth) in enumerate(TYPES):
                count = min(fact.clicks, 5000) * uniform(
                    data, position, rate) // 1000 // (1 + lag)
                if count:
                    count += more
                    made.append(Conversion(
                        *fact[:10], method, kind, count,
                        count * (worth and worth + data[26] * 100)))
    return tuple(made)
