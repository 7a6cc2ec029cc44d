"""The built-in Google Ads advertisers: an agency's manager account with
clients in several time zones and currencies, and campaigns chosen to be as
awkward as real ones."""

import base64
import datetime

import daily
from advertisers import ADVERTISERS
from google_ads import actions, events, places, products
from google_ads.changes import Changes
from google_ads.finer import FinerGrains
from google_ads.lists import Lists
from google_ads.places import Places
from google_ads.restate import Generation
from world import METRIC_INDEX, Account, Cell, Context, Entity, World

MANAGER = "9876543210"
SUB_MANAGER = "9870001111"
MAIN = "1234567890"
DIRECT = "2345678901"
CANCELED = "1111111111"
EMPTY = "6789012345"

FOREVER = datetime.date(9999, 1, 1).toordinal()
DAY = datetime.timedelta(1)
# Clicks of a cell that click_view tells.
CLICKS_TOLD = 2
LONG_NAME = "KR | 아주 긴 이름 | " + "long name / 긴 이름 / " * 70 + "끝"

# name, channel, bidding, status, quirk, impressions of a cell, first day
MAIN_CAMPAIGNS = (
    ("KR | 브랜드 | 검색", "SEARCH", "TARGET_SPEND", "ENABLED", None, 900,
     "2021-05-01"),
    ("Brand 'single' quotes", "SEARCH", "MANUAL_CPC", "ENABLED", None, 400,
     "2023-01-15"),
    ("Brand \"double\" quotes", "SEARCH", "MANUAL_CPC", "ENABLED", None, 350,
     "2023-01-15"),
    ("back\\slash \\n and \\u0041", "SEARCH", "TARGET_CPA", "ENABLED", None,
     120, "2023-02-01"),
    ("🚀 세일 🛍️ <b>50%</b> & more", "DISPLAY", "TARGET_CPA", "ENABLED",
     "weekdays", 8000, "2023-02-01"),
    ("tab\there", "SEARCH", "MAXIMIZE_CONVERSIONS", "ENABLED", None, 200,
     "2023-03-01"),
    (LONG_NAME, "SEARCH", "MAXIMIZE_CONVERSIONS", "ENABLED", None, 60,
     "2023-03-01"),
    ("Spring Sale", "SEARCH", "TARGET_ROAS", "ENABLED", None, 300,
     "2023-03-10"),
    ("spring sale", "SEARCH", "TARGET_ROAS", "ENABLED", None, 250,
     "2023-03-10"),
    ("SPRING SALE", "SEARCH", "TARGET_ROAS", "PAUSED", None, 240,
     "2023-03-10"),
    ("100% off_now [a]_b", "SEARCH", "MANUAL_CPC", "ENABLED", None, 90,
     "2023-04-01"),
    ("삭제된 캠페인", "SEARCH", "MANUAL_CPC", "REMOVED", None, 500,
     "2021-08-01"),
    ("Never delivered", "SEARCH", "MANUAL_CPC", "ENABLED", "idle", 0,
     "2024-01-01"),
    ("Late and view-through", "SEARCH", "TARGET_CPA", "ENABLED",
     "view_through", 40, "2024-01-01"),
    ("Huge", "SEARCH", "TARGET_SPEND", "ENABLED", "huge", 0, "2024-02-01"),
    ("Retractions", "SEARCH", "MAXIMIZE_CONVERSION_VALUE", "ENABLED",
     "retracted", 150, "2024-02-01"),
    ("PMax feed", "PERFORMANCE_MAX", "MAXIMIZE_CONVERSION_VALUE", "ENABLED",
     None, 5000, "2024-03-01"),
    ("Newer than the API", "UNKNOWN", "UNKNOWN", "ENABLED", None, 70,
     "2025-01-01"),
    ("영상 | YouTube", "VIDEO", "TARGET_CPV", "ENABLED", None, 12000,
     "2024-05-01"),
)

SHORT_CAMPAIGNS = (
    ("Brand", "SEARCH", "TARGET_SPEND", "ENABLED", None, 700, "2021-05-01"),
    ("Generic", "SEARCH", "MANUAL_CPC", "ENABLED", None, 500, "2023-01-15"),
    ("generic", "SEARCH", "MANUAL_CPC", "PAUSED", None, 300, "2023-01-15"),
    ("Prospecting", "DISPLAY", "TARGET_CPA", "ENABLED", "weekdays", 9000,
     "2023-02-01"),
    ("Old removed", "SEARCH", "MANUAL_CPC", "REMOVED", None, 200,
     "2021-08-01"),
    ("Idle", "SEARCH", "MANUAL_CPC", "ENABLED", "idle", 0, "2024-01-01"),
    ("Quiet days", "SEARCH", "TARGET_CPA", "ENABLED", "view_through", 30,
     "2024-01-01"),
    ("PMax", "PERFORMANCE_MAX", "MAXIMIZE_CONVERSION_VALUE", "ENABLED", None,
     4000, "2024-03-01"),
)
DIGITS = ("Awkward digits", "SEARCH", "TARGET_CPA", "ENABLED", "digits", 0,
          "2024-01-01")

KEYWORDS = (
    ("런닝화", "EXACT"), ("running shoes", "PHRASE"),
    ("러닝화 추천 \"여성\"", "BROAD"), ("men's trail [gtx]", "BROAD"),
)
# term, status, match types it came through with their weights
SEARCH_TERMS = (
    ("런닝화", "ADDED", (("EXACT", 9),)),
    ("running shoes men's", "NONE", (("NEAR_PHRASE", 3), ("BROAD", 2))),
    ("러닝화 \"추천\" 2026", "NONE", (("BROAD", 1),)),
    ("cheap\\free shoes", "EXCLUDED", (("BROAD", 1),)),
    ("ai 추천 운동화 👟", "UNKNOWN", (("AI_MAX", 1), ("UNKNOWN", 1))),
)
# By the days between click and conversion.
LAGS = ("LESS_THAN_ONE_DAY", "ONE_TO_TWO_DAYS", "TWO_TO_THREE_DAYS",
        "THREE_TO_FOUR_DAYS")
# Match type of a search term: those of the keywords that bring it.
MATCHED_BY = {"EXACT": ("EXACT",), "NEAR_PHRASE": ("PHRASE",),
              "BROAD": ("BROAD",)}
# Row candidates' days of which the cells are kept.
KNOWN = 1 << 15
COUNTRIES = ((2410, "LOCATION_OF_PRESENCE"), (2840, "LOCATION_OF_PRESENCE"),
             (2410, "AREA_OF_INTEREST"))
AD_TYPES = {"SEARCH": "RESPONSIVE_SEARCH_AD", "DISPLAY":
            "RESPONSIVE_DISPLAY_AD", "VIDEO": "VIDEO_RESPONSIVE_AD"}


VIDEOS = {"dQw4w9WgXcQ": "봄 신상 15초", "a-_B3c4D5e6": "Trail \"GTX\" 0:15"}


class SampleWorld(FinerGrains, Lists, Places, World):
    """The built-in advertisers with their daily numbers."""

    def __init__(self, clock):
        super().__init__(clock)
        self.changes_per_day = 12
        self.add_accounts()
        self.generation = Generation(self, 0)
        self.changes = Changes(self)
        self.known = {}         # cells of the first generation

    def add_accounts(self):
        """Makes the accounts and what they own."""
        add = self.add
        add(Account(MANAGER, "한빛 에이전시 (MCC)", "KRW", "Asia/Seoul", True))
        add(Account(SUB_MANAGER, "한빛 글로벌", "KRW", "Asia/Seoul", True),
            MANAGER)
        clients = (
            (MAIN, MAIN_CAMPAIGNS, 300_000_000),
            (DIRECT, SHORT_CAMPAIGNS, 900_000),
            ("3456789012", SHORT_CAMPAIGNS + (DIGITS,), 1_200_000),
            ("4567890123", SHORT_CAMPAIGNS + (DIGITS,), 800_000),
            ("5678901234", SHORT_CAMPAIGNS, 90_000_000),
        )
        for number, (owner, (account_id, campaigns, cost)) in enumerate(
                zip(ADVERTISERS, clients)):
            account = add(Account(account_id, owner.name, owner.currency,
                                  owner.zone), MANAGER)
            AccountBuilder(account, number, cost).build(campaigns)
        self.links.append((SUB_MANAGER, "5678901234"))
        add(Account(EMPTY, "No campaigns yet", "GBP", "Europe/London"),
            MANAGER)
        add(Account(CANCELED, "해지된 계정", "KRW", "Asia/Seoul",
                    status="CANCELED"), MANAGER)
        self.direct_access = [MANAGER, DIRECT]

    def restate(self, number):
        """Goes on to another generation of numbers; 0 is the first."""
        self.generation.end()
        self.generation = Generation(self, number)

    def first_day(self, account):
        return min((datetime.date.fromordinal(c.traits["start"])
                    for c in account.campaigns),
                   default=self.today(account))

    def cells(self, resource, account, context, day):
        if day > self.today(account):
            return []
        if resource == "click_view":
            return context.entity.traits["cells"]
        if self.generation.number or self.changes.are_any():
            return self._cells(resource, account, context, day)
        key = (resource, day, *(entity.attrs["resource_name"]
                                for entity in context.entities.values()))
        found = self.known.get(key)
        if found is None:
            if len(self.known) == KNOWN:
                self.known.clear()
            found = self.known[key] = self._cells(resource, account, context,
                                                  day)
        return found

    def _cells(self, resource, account, context, day):
        """Makes the cells of one row candidate on one day."""
        if resource in ("customer", "conversion_action"):
            pairs = [pair for campaign in account.campaigns
                     for pair in self._campaign_cells(
                         account, campaign, day)]
        else:
            pairs = self._campaign_cells(
                account, context.entities["campaign"], day)
            if resource == "shopping_performance_view":
                return products.cells(day, pairs)
            if resource not in ("campaign", "campaign_budget"):
                pairs = self._share(resource, context, day, pairs)
        if resource == "conversion_action":
            pairs = [(place, actions.share(
                vector, account.conversion_actions, context.entity))
                for place, vector in pairs]
        return split_by_match(resource, context, pairs, LAGS[
            daily.lag_of(context.entities["campaign"], day.toordinal())]
            if resource in ("campaign", "ad_group") else None)

    def contexts_of_click_view(self, account, span):
        """One row per click of the first few of each ad group, device and
        network of a day; campaigns that are special tell none."""
        first, last = span
        made = []
        for campaign in account.campaigns:
            groups = [g for g in campaign.children
                      if g.resource == "ad_group"]
            if campaign.traits["quirk"] or not groups:
                continue
            for day in (first + DAY * n for n in range((last - first).days
                                                       + 1)):
                if day > self.today(account):
                    continue
                for place, vector in self._campaign_cells(account, campaign,
                                                          day):
                    made += clicks_of(account, campaign, groups, day, place,
                                      vector)
        return made

    def contexts_of_change_event(self, account, span):
        """What was changed in a span of days, newest first."""
        return self._changes(account, span, "change_event", "changeEvents", {
            "change_resource_type": "CAMPAIGN",
            "user_email": "analyst@agency.example",
            "client_type": "GOOGLE_ADS_WEB_CLIENT",
            "resource_change_operation": "UPDATE",
            "changed_fields": "name,status",
            "old_resource": {"campaign": {"name": "예전 \"이름\""}},
            "new_resource": {"campaign": {"status": "PAUSED"}}},
            "change_date_time")

    def contexts_of_change_status(self, account, span):
        """What was changed last in a span of days, newest first."""
        return self._changes(account, span, "change_status", "changeStatus", {
            "resource_type": "CAMPAIGN", "resource_status": "CHANGED"},
            "last_change_date_time")

    def _changes(self, account, span, resource, kind, attrs, time):
        """Returns the changes of a span of days, evenly over each day."""
        day, last = span[0], min(span[1], self.today(account))
        count = self.changes_per_day if account.campaigns else 0
        made = []
        while day <= last:
            for number in range(count):
                second, rest = divmod(number * 86400 * 10 ** 6 // count,
                                      10 ** 6)
                moment = "%s %02d:%02d:%02d.%06d" % (
                    day, second // 3600, second // 60 % 60, second % 60, rest)
                campaign = account.campaigns[
                    number % len(account.campaigns)]
                name = campaign.attrs["resource_name"]
                made.append(Context(Entity(resource, None, dict(
                    attrs, resource_name="customers/%s/%s/%s~%d" % (
                        account.id, kind, moment, number),
                    campaign=name, change_resource_name=name,
                    **{time: moment})), account.entity, campaign))
            day += DAY
        return made[::-1]

    def _campaign_cells(self, account, campaign, day):
        """Returns a campaign's day in this generation, settings applied."""
        return self.changes.cells(account, campaign, day,
                                  self.generation.cells(account, campaign,
                                                        day))

    def _share(self, resource, context, day, pairs):
        """Cuts a campaign's cells down to one of the things below it."""
        campaign = context.entities["campaign"]
        if resource == "user_location_view":
            return places.share(context, campaign, day, pairs)
        if resource in ("geographic_view", "performance_max_placement_view",
                        "asset_group"):
            return self._part(campaign, context.entity, day, pairs, 0)
        group = context.entities["ad_group"]
        pairs = self._part(campaign, group, day, pairs, 0)
        if resource == "ad_group":
            return pairs
        if resource in ("group_placement_view", "ad_group_audience_view"):
            return places.share(context, group, day, pairs)
        if resource in ("age_range_view", "gender_view"):
            return self._of_people(context, day, pairs)
        if resource in ("video", "landing_page_view"):
            return self._of_ad(context, group, day, pairs)
        if resource == "keyword_view":
            return self._part(group, context.entities["ad_group_criterion"],
                              day, pairs, 0)
        withheld = 40 if resource == "search_term_view" else 0
        return self._part(group, context.entity, day, pairs, withheld)

    def _of_people(self, context, day, pairs):
        """Returns what one kind of people has of an ad group's cells."""
        kind = context.entity.traits
        made = [(place, events.people(
            context.entities["customer"], {
                "device": place[0], "ad_network_type": place[1]}, vector, day,
            kind["kind"], kind["name"])) for place, vector in pairs]
        return [(place, part) for place, part in made if any(part)]

    def _of_ad(self, context, group, day, pairs):
        """Returns what one video or landing page has of an ad's cells: the
        first one most."""
        ad = context.entities["ad_group_ad"]
        pairs = self._part(group, ad, day, pairs, 0)
        mine = ad.traits["videos" if context.entity.resource == "video"
                         else "pages"]
        return daily.share_cells(pairs, [3, 1][:len(mine)],
                                 mine.index(context.entity))

    def _part(self, parent, child, day, pairs, withheld):
        """Cuts a parent's cells down to one child among its siblings."""
        siblings = [c for c in parent.children
                    if c.resource == child.resource
                    and not c.attrs.get("negative")]
        weights = daily.weights_of((parent.id, child.resource), day,
                                   len(siblings), withheld)
        return daily.share_cells(pairs, weights, siblings.index(child))


def clicks_of(account, campaign, groups, day, place, vector):
    """Returns the row candidates of the clicks of one cell that have a
    click id."""
    made = []
    for number in range(min(vector[METRIC_INDEX["clicks"]], CLICKS_TOLD)):
        group = groups[number % len(groups)]
        gclid = base64.urlsafe_b64encode(daily.noise(
            campaign.id, day, place, number)).decode("ascii").rstrip("=")
        ads = [c for c in group.children if c.resource == "ad_group_ad"]
        keywords = [c for c in group.children
                    if c.resource == "ad_group_criterion"
                    and not c.attrs["negative"]]
        cell = Cell({"device": place[0], "ad_network_type": place[1],
                     "click_type": "URL_CLICKS" if number else "SITELINKS",
                     "slot": "SEARCH_TOP" if keywords else "CONTENT"},
                    daily.vector(clicks=1))
        click = Entity("click_view", gclid, {
            "resource_name": "customers/%s/clickViews/%s~%s" % (
                account.id, day, gclid), "gclid": gclid, "page_number": 1,
            "ad_group_ad": ads[0].attrs["resource_name"]},
            {"cells": [cell]})
        if keywords:
            click.attrs.update(("keyword_info." + name, keywords[
                number % len(keywords)].attrs["keyword." + name])
                for name in ("text", "match_type"))
        made.append(Context(click, account.entity, campaign, group))
    return made


def split_by_match(resource, context, pairs, lag):
    """Returns cells; those of a search term are split by its match types,
    those of a country by place.  Clicks of a day convert after one lag."""
    matches = context.entity.traits.get("matches")
    made = []
    for (device, network), whole in pairs:
        segments = {"device": device, "ad_network_type": network}
        if lag:
            segments["conversion_lag_bucket"] = lag
        if resource == "user_location_view":
            made += places.split_by_place(context, segments, whole)
            continue
        if resource != "search_term_view" or not matches:
            made.append(Cell(segments, whole))
            continue
        weights = [weight for _, weight in matches]
        for index, (match, _) in enumerate(matches):
            part = daily.share_cells([(None, whole)], weights, index)
            if part:
                made += split_by_keyword(context.entities["ad_group"], dict(
                    segments, search_term_match_type=match), part[0][1])
    return made


def split_by_keyword(group, segments, whole):
    """Returns the cells of a search term's match, one for each keyword of the
    ad group that it came through; some matches need no keyword."""
    kinds = MATCHED_BY.get(segments["search_term_match_type"], ())
    keywords = [c for c in group.children
                if c.resource == "ad_group_criterion"
                and not c.attrs["negative"]
                and c.attrs["keyword.match_type"] in kinds]
    if not keywords:
        return [Cell(segments, whole)]
    made = []
    for index, keyword in enumerate(keywords):
        part = daily.share_cells([(None, whole)], [1] * len(keywords), index)
        if part:
            made.append(Cell(dict(segments, **keyword_segments(keyword)),
                             part[0][1]))
    return made


def keyword_segments(keyword):
    """Returns the segments that name a keyword."""
    return {"keyword.ad_group_criterion": keyword.attrs["resource_name"],
            "keyword.info.text": keyword.attrs["keyword.text"],
            "keyword.info.match_type": keyword.attrs["keyword.match_type"]}


class AccountBuilder:
    """Fills one account with campaigns and what hangs below them."""

    def __init__(self, account, number, click_cost):
        self.account = account
        self.prefix = "customers/" + account.id
        self.base = (number + 1) * 10 ** 6
        self.click_cost = click_cost
        self.serial = 0

    def entity(self, resource, kind, key, attrs, traits=None):
        """Returns an entity whose resource name is made of kind and key."""
        attrs = dict(attrs, resource_name="%s/%s/%s" % (
            self.prefix, kind, key))
        return Entity(resource, key, attrs, traits)

    def next_id(self, kind_base):
        """Returns an id that no other entity of the world has."""
        self.serial += 7
        return kind_base + self.base + self.serial

    def build(self, campaigns):
        """Makes everything the account owns."""
        self.make_labels()
        self.make_conversion_actions()
        for number, spec in enumerate(campaigns):
            self.make_campaign(number, *spec)

    def make_labels(self):
        """Two labels, one of them without a description."""
        for name, about in (("핵심", "ROAS > 3"), ("Q4 push", None)):
            label_id = self.next_id(21_000_000_000)
            self.account.labels.append(self.entity(
                "label", "labels", label_id, {
                    "id": label_id, "name": name, "status": "ENABLED",
                    "text_label.background_color": "#FFCC00",
                    "text_label.description": about}))

    def make_conversion_actions(self):
        """Two that count as conversions, two that do not."""
        for name, category, primary, days, status in (
                ("구매", "PURCHASE", True, 30, "ENABLED"),
                ("회원 가입", "SIGNUP", True, 90, "ENABLED"),
                ("Add to cart", "ADD_TO_CART", False, 7, "ENABLED"),
                ("Old goal", "UNKNOWN", False, 30, "REMOVED")):
            action_id = self.next_id(600_000_000)
            self.account.conversion_actions.append(self.entity(
                "conversion_action", "conversionActions", action_id, {
                    "id": action_id, "name": name, "status": status,
                    "type": "WEBPAGE", "category": category,
                    "origin": "WEBSITE", "primary_for_goal": primary,
                    "include_in_conversions_metric": primary,
                    "owner_customer": self.prefix,
                    "click_through_lookback_window_days": days,
                    "view_through_lookback_window_days": 1,
                    "counting_type": "MANY_PER_CLICK"
                    if category == "PURCHASE" else "ONE_PER_CLICK",
                    "value_settings.default_value": 1.5,
                    "value_settings.default_currency_code":
                        self.account.currency,
                    "value_settings.always_use_default_value": False,
                    "attribution_model_settings.attribution_model":
                        "GOOGLE_SEARCH_ATTRIBUTION_DATA_DRIVEN"
                        if primary else "GOOGLE_ADS_LAST_CLICK",
                }, {"primary": primary, "category": category}))

    def make_budget(self, number, name):
        """A daily budget, a campaign total, or for the third campaign the
        one that it shares with the second."""
        if number == 2:
            shared = self.account.budgets[1]
            shared.attrs.update(explicitly_shared=True, reference_count=2,
                                name="공유 예산")
            return shared
        budget_id = self.next_id(13_000_000_000)
        total = number == 4
        attrs = {
            "id": budget_id, "name": "%s #%d" % (name[:60], number),
            "status": "ENABLED", "delivery_method": "STANDARD",
            "period": "CUSTOM_PERIOD" if total else "DAILY",
            "type": "STANDARD", "explicitly_shared": False,
            "reference_count": 1,
            "total_amount_micros" if total else "amount_micros":
                (number + 1) * self.click_cost * 100,
        }
        budget = self.entity("campaign_budget", "campaignBudgets", budget_id,
                             attrs)
        self.account.budgets.append(budget)
        return budget

    def make_campaign(self, number, name, channel, bidding, status, quirk,
                      scale, first_day):
        """One campaign with everything below it."""
        campaign_id = self.next_id(17_000_000_000)
        budget = self.make_budget(number, name)
        start = datetime.date.fromisoformat(first_day)
        end = (datetime.date(2026, 6, 30).toordinal()
               if status == "PAUSED" else FOREVER)
        attrs = {
            "id": campaign_id, "name": name, "status": status,
            "serving_status": "SERVING" if status == "ENABLED" else "NONE",
            "advertising_channel_type": channel,
            "bidding_strategy_type": bidding,
            "campaign_budget": budget.attrs["resource_name"],
            "start_date_time": "%s 00:00:00" % start,
            "payment_mode": "CLICKS",
            "network_settings.target_google_search": channel == "SEARCH",
            "network_settings.target_search_network": channel == "SEARCH",
            "network_settings.target_content_network": channel == "DISPLAY",
            "optimization_score": 0.5 + number / 40,
        }
        if status == "PAUSED":
            attrs["end_date_time"] = "2026-06-30 23:59:59"
        if number % 3 == 0:
            attrs["labels"] = [label.attrs["resource_name"] for label in
                               self.account.labels[:1 + number % 2]]
        if number % 4 == 1:
            attrs["tracking_url_template"] = "" if number % 8 == 1 else (
                "{lpurl}?src=google&cmp={campaignid}")
        if channel == "DISPLAY":
            attrs["advertising_channel_sub_type"] = "DISPLAY_SMART_CAMPAIGN"
        if bidding == "TARGET_CPA":
            attrs["target_cpa.target_cpa_micros"] = self.click_cost * 20
        if bidding == "TARGET_ROAS":
            attrs["target_roas.target_roas"] = 3.5
        traits = {"scale": scale, "channel": channel, "quirk": quirk,
                  "click_rate": 60 if channel in ("DISPLAY", "VIDEO") else
                  500, "click_cost": self.click_cost, "budget": budget,
                  "start": start.toordinal(), "end": end}
        campaign = self.entity("campaign", "campaigns", campaign_id, attrs,
                               traits)
        self.account.campaigns.append(campaign)
        self.make_geographic_views(campaign)
        if channel == "PERFORMANCE_MAX":
            self.make_placements(campaign)
            self.make_asset_groups(campaign)
        else:
            for letter in "AB":
                self.make_ad_group(campaign, channel, letter)

    def make_geographic_views(self, campaign):
        """Where the campaign's viewers were, or were interested in."""
        for country, kind in COUNTRIES[:2 + campaign.id % 2]:
            campaign.children.append(self.entity(
                "geographic_view", "geographicViews",
                "%d~%s" % (country, kind),
                {"country_criterion_id": country, "location_type": kind}))

    def make_placements(self, campaign):
        """Where a Performance Max campaign was shown.  Every campaign of an
        account was shown in the same places."""
        for kind, place in (("WEBSITE", "news.example"),
                            ("MOBILE_APPLICATION", "1-333903271"),
                            ("YOUTUBE_VIDEO", "dQw4w9WgXcQ")):
            campaign.children.append(self.entity(
                "performance_max_placement_view",
                "performanceMaxPlacementViews", place, {
                    "placement": place, "placement_type": kind,
                    "display_name": "자리 " + place}))

    def make_asset_groups(self, campaign):
        """What a Performance Max campaign has in place of ad groups."""
        for number, name in enumerate(("전체 상품", "New arrivals")):
            group_id = 6_400_000_000 + campaign.id % 10 ** 7 * 10 + number
            campaign.children.append(self.entity(
                "asset_group", "assetGroups", group_id, {
                    "id": group_id, "name": name,
                    "campaign": campaign.attrs["resource_name"],
                    "status": ("ENABLED", "PAUSED")[number],
                    "ad_strength": ("EXCELLENT", "POOR")[number]}))

    def make_ad_group(self, campaign, channel, letter):
        """An ad group with ads and, in search, keywords and terms."""
        group_id = self.next_id(150_000_000_000)
        attrs = {
            "id": group_id, "name": "그룹 %s" % letter,
            "status": campaign.attrs["status"] if letter == "A" else "PAUSED",
            "type": "SEARCH_STANDARD" if channel == "SEARCH" else "UNKNOWN",
            "campaign": campaign.attrs["resource_name"],
            "cpc_bid_micros": self.click_cost,
        }
        if channel == "DISPLAY":
            attrs.update(type="DISPLAY_STANDARD",
                         optimized_targeting_enabled=letter == "A")
        group = self.entity("ad_group", "adGroups", group_id, attrs)
        campaign.children.append(group)
        for number in range(2):
            self.make_ad(group, channel, number)
        if channel == "SEARCH":
            for number, (text, match) in enumerate(KEYWORDS):
                self.make_keyword(group, number, text, match, False)
            self.make_keyword(group, len(KEYWORDS), "무료", "BROAD", True)
            for term in SEARCH_TERMS:
                self.make_search_term(group, *term)

    def make_ad(self, group, channel, number):
        """An ad; search ads have headlines and no name."""
        ad_id = self.next_id(690_000_000_000)
        kind = AD_TYPES.get(channel, "UNKNOWN")
        attrs = {
            "ad.resource_name": "%s/ads/%d" % (self.prefix, ad_id),
            "ad.id": ad_id, "ad.type": kind,
            "ad_group": group.attrs["resource_name"],
            "status": "ENABLED" if number == 0 else "PAUSED",
            "ad_strength": ("GOOD", "POOR")[number],
            "policy_summary.approval_status": "APPROVED",
            "policy_summary.review_status": "REVIEWED",
            "ad.final_urls": ["https://shop.example/%d?a=1&b=가" % ad_id] + (
                ["https://m.shop.example/"] if number else []),
        }
        if kind == "RESPONSIVE_SEARCH_AD":
            attrs["ad.responsive_search_ad.headlines"] = [
                {"text": "런닝화 \"특가\"", "pinnedField": "HEADLINE_1"},
                {"text": "Free shipping", "assetPerformanceLabel": "BEST"}]
            attrs["ad.responsive_search_ad.descriptions"] = [
                {"text": "오늘 주문하면 내일 도착"}]
            attrs["ad.responsive_search_ad.path1"] = "신발"
            if number == 0:
                attrs["ad.display_url"] = "shop.example/신발"
        else:
            attrs["ad.name"] = "소재 %d %s" % (number + 1, kind.lower())
            del attrs["ad.final_urls"]
        group.children.append(self.entity(
            "ad_group_ad", "adGroupAds", "%d~%d" % (group.id, ad_id), attrs, {
                "videos": [self.video(name) for name in VIDEOS]
                if kind in ("VIDEO_RESPONSIVE_AD", "RESPONSIVE_DISPLAY_AD")
                else [],
                "pages": [self.page(url) for url in
                          attrs.get("ad.final_urls", ())]}))

    def video(self, name):
        """Returns a video; all ads show the same ones."""
        return self.entity("video", "videos", name, {
            "id": name, "title": VIDEOS[name], "channel_id": "UCsample",
            "duration_millis": 15000})

    def page(self, url):
        """Returns a landing page; several ads may lead to it."""
        return self.entity("landing_page_view", "landingPageViews",
                           int.from_bytes(daily.noise(url)[:8], "big"),
                           {"unexpanded_final_url": url})

    def make_keyword(self, group, number, text, match, negative):
        """A criterion; its id is that of the text and so repeats in every ad
        group.  Only some have a quality score."""
        criterion_id = 300_000_000 + number
        attrs = {
            "criterion_id": criterion_id, "status": "ENABLED",
            "ad_group": group.attrs["resource_name"], "type": "KEYWORD",
            "negative": negative, "keyword.text": text,
            "keyword.match_type": match, "display_name": text,
            "approval_status": "APPROVED",
            "system_serving_status": "ELIGIBLE",
        }
        if not negative:
            attrs["cpc_bid_micros"] = self.click_cost
            attrs["effective_cpc_bid_micros"] = self.click_cost
        if number % 2 == 0 and not negative:
            attrs.update({"quality_info.quality_score": 3 + number,
                          "quality_info.creative_quality_score": "AVERAGE"})
        if number == 3:
            attrs["status"] = "PAUSED"
        group.children.append(self.entity(
            "ad_group_criterion", "adGroupCriteria",
            "%d~%d" % (group.id, criterion_id), attrs))

    def make_search_term(self, group, term, status, matches):
        """What people typed, with the match types it came through."""
        campaign_id = group.attrs["campaign"].rsplit("/", 1)[1]
        encoded = base64.urlsafe_b64encode(
            term.encode("utf-8")).decode("ascii").rstrip("=")
        group.children.append(self.entity(
            "search_term_view", "searchTermViews",
            "%s~%d~%s" % (campaign_id, group.id, encoded),
            {"search_term": term, "status": status,
             "ad_group": group.attrs["resource_name"]},
            {"matches": matches}))
