"""Where people were, what showed them the ad, and in which audiences they were."""

import base64

import daily
from google_ads.lists import named, user_lists
from world import Cell, Context, Entity

PLACE = "geo_target_most_specific_location"
# country, whether targeted, the places in it that are known
LOCATIONS = ((2410, True, (1009871, 1009838, 2410)), (2410, False, (1009838,)),
             (2840, True, (21137,)))
# id, name, canonical name, country, kind
PLACES = ((2410, "South Korea", "South Korea", "KR", "Country"),
          (2840, "United States", "United States", "US", "Country"),
          (1009871, "Seoul", "Seoul,South Korea", "KR", "City"),
          (1009838, "Suwon-si", "Suwon-si,Gyeonggi-do,South Korea", "KR",
           "City"),
          (21137, "California", "California,United States", "US", "State"))
# Of 100 events of a country, those whose place is not known any closer.
UNPLACED = 7

# What showed the ad in an ad group of display or video.
GROUP_PLACEMENTS = (("WEBSITE", "news.example", "뉴스 \"예시\""),
                    ("MOBILE_APPLICATION", "1-333903271", "X"),
                    ("YOUTUBE_CHANNEL", "UC_x5XG1OV2P6uZZ5FSM9Ttw", "Dev"))
# Of 100 events of an ad group, those whose placement is withheld.
WITHHELD = 10

# Of 100 people, those in each audience: audiences overlap.
AUDIENCES = (("USER_LIST", 0, 60), ("USER_LIST", 1, 50),
             ("USER_INTEREST", 80432, 35))


class Places:
    """Row candidates by place, placement and audience, for a world."""

    def contexts_of_user_location_view(self, account):
        """One row candidate per campaign, country and whether targeted."""
        return [Context(Entity("user_location_view", number, {
            "resource_name": named(account, "userLocationViews", "%d~%s" % (
                country, str(targeted).lower())),
            "country_criterion_id": country, "targeting_location": targeted},
            {"places": places}), account.entity, campaign)
                for campaign in account.campaigns
                for number, (country, targeted, places) in enumerate(
                    LOCATIONS)]

    def contexts_of_group_placement_view(self, account):
        """One row per ad group of display or video and placement."""
        made = []
        for context in self.contexts_of_ad_group(account):
            if context.entities["campaign"].traits["channel"] not in (
                    "DISPLAY", "VIDEO"):
                continue
            for number, (kind, place, name) in enumerate(GROUP_PLACEMENTS):
                key = "%d~%s" % (context.entity.id, base64.urlsafe_b64encode(
                    place.encode("ascii")).decode("ascii").rstrip("="))
                made.append(Context(Entity("group_placement_view", number, {
                    "resource_name": named(account, "groupPlacementViews",
                                           key),
                    "placement": place, "display_name": name,
                    "placement_type": kind, "target_url":
                        place if kind == "WEBSITE" else None}),
                    *context.entities.values()))
        return made

    def contexts_of_ad_group_audience_view(self, account):
        """One row per ad group and audience that it observes."""
        lists = user_lists(account)
        made = []
        for context in self.contexts_of_ad_group(account):
            for number, (kind, index, percent) in enumerate(AUDIENCES):
                key = "%d~%d" % (context.entity.id, 1_900_000_000 + number)
                attrs = {
                    "resource_name": named(account, "adGroupCriteria", key),
                    "criterion_id": 1_900_000_000 + number, "type": kind,
                    "status": "ENABLED", "negative": False,
                    "ad_group": context.entity.attrs["resource_name"],
                    "display_name": "Sports & Fitness/러닝"}
                if kind == "USER_LIST":
                    attrs.update({
                        "display_name": lists[index].attrs["name"],
                        "user_list.user_list":
                            lists[index].attrs["resource_name"]})
                made.append(Context(
                    Entity("ad_group_audience_view", key, {
                        "resource_name": named(
                            account, "adGroupAudienceViews", key)},
                        {"percent": percent}),
                    Entity("ad_group_criterion", key, attrs),
                    *context.entities.values()))
        return made

    def contexts_of_geo_target_constant(self, account):
        """One row per place; places belong to no account."""
        return [Context(Entity("geo_target_constant", number, {
            "resource_name": "geoTargetConstants/%d" % number, "id": number,
            "name": name, "canonical_name": whole, "country_code": code,
            "target_type": kind, "status": "ENABLED"}))
                for number, name, whole, code, kind in PLACES
                if account.campaigns]


def share(context, parent, day, pairs):
    """Returns what a place, placement or audience has of its parent's
    cells."""
    view = context.entity
    if view.resource == "ad_group_audience_view":
        percent = view.traits["percent"]
        return daily.share_cells(pairs, [percent, 100 - percent], 0)
    kinds = LOCATIONS if view.resource == "user_location_view" else (
        GROUP_PLACEMENTS)
    weights = daily.weights_of(
        (parent.id, view.resource), day, len(kinds),
        WITHHELD if kinds is GROUP_PLACEMENTS else 0)
    return daily.share_cells(pairs, weights, view.id)


def split_by_place(context, segments, whole):
    """Returns the cells of what happened in a country, one for each place that
    is known; the last is of no place."""
    places = context.entity.traits["places"]
    weights = [100 - UNPLACED] + [50] * (len(places) - 1) + [UNPLACED]
    made = []
    for index, place in enumerate(places + (None,)):
        part = daily.share_cells([(None, whole)], weights, index)
        if part:
            made.append(Cell(dict(segments, **{
                PLACE: place and "geoTargetConstants/%d" % place}),
                part[0][1]))
    return made
