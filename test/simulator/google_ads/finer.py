"""Rows below campaigns and ad groups that no list of the account's has: kinds of
people, videos, landing pages, asset groups."""

from google_ads import events
from world import Context, Entity

VIEWS = {"age_range": "ageRangeViews", "gender": "genderViews"}


class FinerGrains:
    """Row candidates of finer grains, for a world."""

    def contexts_of_age_range_view(self, account):
        """One row per ad group and age."""
        return self._people_of_ad_groups(account, "age_range")

    def contexts_of_gender_view(self, account):
        """One row per ad group and gender."""
        return self._people_of_ad_groups(account, "gender")

    def contexts_of_video(self, account):
        """One row candidate per ad and video that it shows."""
        return [Context(video, account.entity, ad.entities["campaign"],
                        ad.entities["ad_group"], ad.entity)
                for ad in self.contexts_of_ad_group_ad(account)
                for video in ad.entity.traits.get("videos", ())]

    def contexts_of_landing_page_view(self, account):
        """One row candidate per ad and page that it leads to."""
        return [Context(page, account.entity, ad.entities["campaign"],
                        ad.entities["ad_group"], ad.entity)
                for ad in self.contexts_of_ad_group_ad(account)
                for page in ad.entity.traits.get("pages", ())]

    def contexts_of_shopping_performance_view(self, account):
        """One row candidate per campaign whose ads show products of a feed;
        the view has one name per account."""
        return [Context(Entity("shopping_performance_view", campaign.id, {
            "resource_name": "customers/%s/shoppingPerformanceView"
                             % account.id}), account.entity, campaign)
                for campaign in account.campaigns
                if campaign.traits["channel"] == "PERFORMANCE_MAX"]

    def contexts_of_asset_group(self, account):
        """One row per asset group."""
        return [Context(group, *c.entities.values())
                for c in self.contexts_of_campaign(account)
                for group in c.entity.children
                if group.resource == "asset_group"]

    def _people_of_ad_groups(self, account, kind):
        """Returns one row per ad group and kind of people; each has a
        criterion of the ad group."""
        made = []
        for context in self.contexts_of_ad_group(account):
            for view, criterion in criteria(account, context.entity, kind):
                made.append(Context(view, criterion,
                                    *context.entities.values()))
        return made


def criteria(account, group, kind):
    """Yields the view and the criterion of each kind of people of an ad
    group."""
    for number, name, _ in events.PEOPLE[kind]:
        key = "%d~%d" % (group.id, number)
        prefix = "customers/%s/" % account.id
        yield (Entity(kind + "_view", key, {
            "resource_name": "%s%s/%s" % (prefix, VIEWS[kind], key)},
            {"kind": kind, "name": name}),
            Entity("ad_group_criterion", key, {
                "resource_name": "%sadGroupCriteria/%s" % (prefix, key),
                "criterion_id": number, "status": "ENABLED",
                "type": kind.upper(), "negative": False,
                "ad_group": group.attrs["resource_name"],
                kind + ".type": name}))
