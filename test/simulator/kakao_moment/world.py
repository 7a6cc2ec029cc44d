"""The built-in advertisers' accounts on Kakao Moment: ad accounts, campaigns,
ad groups and creatives.  Every day is Korean, every amount in won."""

import collections
import datetime
import zoneinfo

from advertisers import ADVERTISERS

KST = zoneinfo.ZoneInfo("Asia/Seoul")
LEVELS = ("campaign", "ad_group", "creative")

MAIN = "700101"         # 한빛 러닝: all awkward things
YEN = "700102"          # 東京シューズ, which advertises in Korea as well
TRAIL = "700103"        # Pacific Trail
EMPTY = "700104"        # has no campaigns
PAUSED = "700105"       # is switched off
HIDDEN = "700199"       # of somebody else

# format: what each creative looks like; price: hundredths of a won that a
# click costs, or a message
Spec = collections.namedtuple(
    "Spec", "name type goal config scale price format quirk groups")
# A number that a binary fraction with 53 bits cannot hold.
BIG_ID = 9007199254740993
HANBIT = (
    Spec("겨울 러닝화 \"특가\"", "DISPLAY", "CONVERSION", "ON", 9000, 27000,
         "IMAGE_BANNER", None, 2),
    Spec("비즈보드 | 브랜드 'single'", "TALK_BIZ_BOARD", "VISITING", "ON", 30000, 9000,
         "IMAGE_BANNER", None, 2),
    Spec("메시지 🎁 11월", "TALK_CHANNEL", "REACH", "ON", 5000, 1500,
         "WIDE_MESSAGE", None, 2),
    Spec("back\\slash \\n and \\u0041", "VIDEO", "VIEW", "ON", 12000, 4000,
         "VIDEO_NATIVE", None, 1),
    Spec("지난 시즌", "DISPLAY", "VISITING", "DEL", 7000, 15000,
         "IMAGE_NATIVE", None, 1),
    Spec("Catalog, <b>50%</b> & more", "PRODUCT_CATALOG", "CONVERSION", "ON",
         6000, 12050, "PRODUCT_CATALOG", "fractions", 1),
    Spec("대기", "DISPLAY", "REACH", "OFF", 0, 0, "IMAGE_BANNER", None, 1),
    Spec("Huge", "DISPLAY", "VISITING", "ON", 0, 0, "IMAGE_BANNER", "huge", 1),
    Spec("삭제된 메시지", "TALK_CHANNEL", "REACH", "DEL", 4000, 1800,
         "WIDE_LIST_MESSAGE", None, 1),
    Spec("tab\there", "DAUM_SHOPPING", "VISITING", "ON", 3000, 21000,
         "IMAGE_NATIVE", None, 1),
    Spec("나중 전환", "DISPLAY", "CONVERSION", "ON", 8000, 30000,
         "IMAGE_BANNER", "late", 1),
)
SHORT = (
    Spec("Brand", "DISPLAY", "CONVERSION", "ON", 5000, 24000, "IMAGE_BANNER",
         None, 2),
    Spec("친구톡", "TALK_CHANNEL", "REACH", "ON", 3000, 1500, "BASIC_TEXT_MESSAGE",
         None, 1),
    Spec("old deleted", "DISPLAY", "VISITING", "DEL", 4000, 18000,
         "IMAGE_BANNER", None, 1),
)
# Since then something is delivered.
START = datetime.date(2023, 1, 2).toordinal()


class Node:
    """A campaign, ad group or creative."""

    def __init__(self, level, number, name, config, parent, spec):
        self.level = level
        self.id = str(number)
        self.name = name
        self.config = config
        self.parent = parent
        self.spec = spec
        self.goal = spec.goal       # what is reported; steers no numbers
        self.restated = 0, 0        # generation, and the day on which it began
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
    def is_message(self):
        """Whether it sends messages; otherwise it is shown."""
        return self.spec.type == "TALK_CHANNEL"

    def creatives(self):
        """Returns the creatives below, or itself."""
        if self.level == "creative":
            return [self]
        return [c for child in self.children for c in child.creatives()]


class Account:
    """An ad account."""

    level = "ad_account"

    def __init__(self, account_id, name, config="ON", is_granted=True):
        self.id = account_id
        self.name = name
        self.config = config
        self.is_granted = is_granted    # to the token
        self.campaigns = []

    def nodes(self, level):
        """Returns the account's nodes of a level, in order of creation."""
        found = self.campaigns
        for _ in LEVELS[:LEVELS.index(level)]:
            found = [child for node in found for child in node.children]
        return found

    def creatives(self):
        """Returns all creatives."""
        return self.nodes("creative")


class World:
    """The accounts by their ids."""

    def __init__(self, clock):
        self.clock = clock
        self.accounts = {}
        self.add_accounts()

    def add_accounts(self):
        """Makes the accounts and what hangs below them."""
        owners = {owner.key: owner.name for owner in ADVERTISERS}
        self.add(Account(MAIN, owners["hanbit"]), HANBIT)
        self.add(Account(YEN, owners["tokyo"]), SHORT)
        self.add(Account(TRAIL, owners["pacific"]), SHORT)
        self.add(Account(EMPTY, "아직 캠페인 없음"), ())
        self.add(Account(PAUSED, "쉬는 계정", "OFF"), SHORT[:1])
        self.add(Account(HIDDEN, "Somebody else", is_granted=False), SHORT)

    def add(self, account, specs):
        """Adds an account with campaigns."""
        self.accounts[account.id] = account
        for position, spec in enumerate(specs):
            add_campaign(account, position, spec)

    def granted(self):
        """Returns the accounts that the token may read."""
        return [a for a in self.accounts.values() if a.is_granted]

    def now(self):
        """Returns the time in Korea."""
        return self.clock.now().astimezone(KST)

    def today(self):
        """Returns the day in Korea."""
        return self.now().date()


def add_campaign(account, position, spec, creatives=2):
    """Adds a campaign with its ad groups and creatives.  The last ad group
    of two and the last creative of the first one are deleted."""
    number = int(account.id) * 1000 + position
    campaign = Node("campaign",
                    BIG_ID if spec.quirk == "huge" else number, spec.name,
                    spec.config, None, spec)
    account.campaigns.append(campaign)
    for n in range(spec.groups):
        is_gone = spec.groups == 2 and n == 1
        group = Node("ad_group", number * 1000 + n, "그룹 %d / \"g\"" % (n + 1),
                     "DEL" if is_gone else spec.config, campaign, spec)
        for k in range(creatives):
            is_gone = n == 0 and k == 1
            Node("creative", number * 10000 + n * 10 + k, "소재 %d" % (k + 1),
                 "DEL" if is_gone else group.config, group, spec)
