"""What an account has beside campaigns and what is below them: assets, audience
lists, labels of campaigns, criteria of campaigns, bidding strategies."""

from world import Context, Entity

# text, type, other attributes
ASSETS = (
    (None, "TEXT", {"text_asset.text": "런닝화 \"특가\""}),
    ("배너 1200", "IMAGE", {
        "image_asset.full_size.url": "https://img.example/1200.png?a=1&b=가",
        "image_asset.full_size.width_pixels": 1200,
        "image_asset.full_size.height_pixels": 628}),
    ("봄 신상 15초", "YOUTUBE_VIDEO", {
        "youtube_video_asset.youtube_video_id": "dQw4w9WgXcQ",
        "youtube_video_asset.youtube_video_title": "봄 신상 15초"}),
    (None, "SITELINK", {"sitelink_asset.link_text": "Sale",
                        "final_urls": ["https://shop.example/sale"]}),
    (None, "CALLOUT", {"callout_asset.callout_text": "Free shipping"}),
)
# What assets serve as in an asset group: number of the asset, kind.
SERVES = ((0, "HEADLINE"), (0, "DESCRIPTION"), (1, "MARKETING_IMAGE"),
          (2, "YOUTUBE_VIDEO"))
# name, type, size for search
USER_LISTS = (("구매자 540일", "REMARKETING", 12400),
              ("Cart abandoners", "RULE_BASED", 3100),
              ("매니저 공유 목록", "CRM_BASED", 0))
# criterion id, type, negative, name, match type of a keyword
CRITERIA = ((2410, "LOCATION", False, "South Korea", None),
            (1012, "LANGUAGE", False, "Korean", None),
            (300000009, "KEYWORD", True, "무료 샘플", "PHRASE"))


def named(account, kind, key, owner=None):
    """Returns a resource name."""
    return "customers/%s/%s/%s" % (owner or account.id, kind, key)


def user_lists(account):
    """Returns an account's audience lists; the last one is its manager's."""
    made = []
    for number, (name, kind, size) in enumerate(USER_LISTS):
        owner = "9876543210" if kind == "CRM_BASED" else account.id
        list_id = 70_000_000 + int(owner) % 10 ** 6 * 10 + number
        attrs = {
            "resource_name": named(account, "userLists", list_id, owner),
            "id": list_id, "name": name, "type": kind,
            "membership_status": "CLOSED" if number == 1 else "OPEN",
            "membership_life_span": 540 >> number, "size_for_search": size,
            "size_for_display": size * 3}
        if number == 0:
            attrs["description"] = "pixel: purchase"
        made.append(Entity("user_list", list_id, attrs))
    return made


def assets(account):
    """Returns an account's assets."""
    made = []
    for number, (name, kind, other) in enumerate(ASSETS):
        asset_id = 88_000_000_000 + int(account.id) % 10 ** 6 * 10 + number
        attrs = dict(other, resource_name=named(account, "assets", asset_id),
                     id=asset_id, type=kind, source="ADVERTISER"
                     if number else "AUTOMATICALLY_CREATED")
        if name is not None:
            attrs["name"] = name
        made.append(Entity("asset", asset_id, attrs))
    return made


class Lists:
    """Row candidates of an account's lists, for a world."""

    def contexts_of_asset(self, account):
        """One row per asset."""
        return [Context(a, account.entity) for a in assets(account)
                if account.campaigns]

    def contexts_of_asset_group_asset(self, account):
        """One row per asset group, asset and what it serves as."""
        found = assets(account)
        made = []
        for context in self.contexts_of_asset_group(account):
            for number, kind in SERVES:
                key = "%d~%d~%s" % (context.entity.id, found[number].id, kind)
                link = Entity("asset_group_asset", key, {
                    "resource_name": named(account, "assetGroupAssets", key),
                    "asset_group": context.entity.attrs["resource_name"],
                    "asset": found[number].attrs["resource_name"],
                    "field_type": kind,
                    "status": "PAUSED" if kind == "DESCRIPTION"
                              else "ENABLED",
                    "primary_status": "LIMITED" if number else "ELIGIBLE",
                    "source": "ADVERTISER"})
                made.append(Context(link, found[number],
                                    *context.entities.values()))
        return made

    def contexts_of_user_list(self, account):
        """One row per audience list."""
        return [Context(each, account.entity) for each in user_lists(account)
                if account.campaigns]

    def contexts_of_campaign_label(self, account):
        """One row per campaign and label on it."""
        known = {label.attrs["resource_name"]: label
                 for label in account.labels}
        made = []
        for context in self.contexts_of_campaign(account):
            for name in context.entity.attrs.get("labels", ()):
                key = "%d~%d" % (context.entity.id, known[name].id)
                link = Entity("campaign_label", key, {
                    "resource_name": named(account, "campaignLabels", key),
                    "campaign": context.entity.attrs["resource_name"],
                    "label": name})
                made.append(Context(link, known[name],
                                    *context.entities.values()))
        return made

    def contexts_of_campaign_criterion(self, account):
        """One row per thing that a campaign targets or excludes."""
        made = []
        for context in self.contexts_of_campaign(account):
            for number, kind, negative, name, match in CRITERIA:
                key = "%d~%d" % (context.entity.id, number)
                attrs = {
                    "resource_name": named(account, "campaignCriteria", key),
                    "campaign": context.entity.attrs["resource_name"],
                    "criterion_id": number, "type": kind,
                    "negative": negative, "display_name": name,
                    "status": "ENABLED"}
                if match:
                    attrs.update({"keyword.text": name,
                                  "keyword.match_type": match})
                made.append(Context(
                    Entity("campaign_criterion", key, attrs),
                    *context.entities.values()))
        return made

    def contexts_of_bidding_strategy(self, account):
        """One row per strategy that campaigns share."""
        made = []
        for number, kind in enumerate(("TARGET_CPA", "TARGET_ROAS")):
            key = 55_000_000 + int(account.id) % 10 ** 6 * 10 + number
            attrs = {"resource_name": named(account, "biddingStrategies",
                                            key),
                     "id": key, "name": "공유 전략 %d" % number, "type": kind,
                     "status": "REMOVED" if number else "ENABLED",
                     "campaign_count": 2 - number}
            if number:
                attrs["target_roas.target_roas"] = 3.25
            else:
                attrs["target_cpa.target_cpa_micros"] = 12_345_670
            made.append(Context(Entity("bidding_strategy", key, attrs),
                                account.entity))
        return made if account.campaigns else []
