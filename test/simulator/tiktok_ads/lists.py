"""Lists of campaigns, ad groups and ads."""

from tiktok_ads import params as read
from tiktok_ads.errors import invalid

KNOWN = ("advertiser_id", "page", "page_size", "fields", "filtering")
STATUSES = ("STATUS_ALL", "STATUS_NOT_DELETE", "STATUS_DELETE")
FILTERS = {
    "campaign": ("campaign_ids",),
    "adgroup": ("campaign_ids", "adgroup_ids"),
    "ad": ("campaign_ids", "adgroup_ids", "ad_ids"),
}
SHARED_FILTERS = ("primary_status", "campaign_system_origins")
# Fields of all objects of a level.
FIELDS = {
    "campaign": "campaign_id advertiser_id campaign_name campaign_type "
                "objective_type budget budget_mode operation_status "
                "secondary_status is_smart_performance_campaign "
                "campaign_automation_type app_promotion_type create_time "
                "modify_time",
    "adgroup": "adgroup_id campaign_id advertiser_id adgroup_name "
               "placement_type placements promotion_type optimization_goal "
               "billing_event bid_type bid_price conversion_bid_price budget "
               "budget_mode schedule_start_time schedule_end_time pacing "
               "location_ids age_groups gender operation_status "
               "secondary_status create_time modify_time",
    "ad": "ad_id adgroup_id campaign_id advertiser_id ad_name ad_text "
          "ad_format call_to_action landing_page_url video_id image_ids "
          "operation_status secondary_status create_time modify_time",
}
INFO_FIELDS = ("advertiser_id name currency timezone display_timezone balance "
               "status country company create_time").split()


def keeps(level, node, filters):
    """Returns whether a filter lets an object pass."""
    status = filters.get("primary_status", "STATUS_NOT_DELETE")
    if status != "STATUS_ALL" and node.is_deleted != (
            status == "STATUS_DELETE"):
        return False
    if node.is_promoted != ("campaign_system_origins" in filters):
        return False
    return all(node.at(name[:-4]).id in filters[name]
               for name in FILTERS[level] if name in filters)


def check_filters(level, filters):
    """Refuses what a list cannot be filtered by."""
    for name, value in filters.items():
        if name == "primary_status" and value in STATUSES:
            continue
        if name == "campaign_system_origins" and value == ["PROMOTE"]:
            continue
        if name not in FILTERS[level]:
            raise invalid("filtering.%s: Unknown field or value.", name)
        if len(read.texts(value, "filtering." + name)) > 100:
            raise invalid("filtering.%s: Longer than maximum length 100.",
                          name)


def wanted_fields(params, known):
    """Returns the fields that are asked for."""
    wanted = read.text_list(params, "fields")
    for name in wanted or ():
        if name not in known:
            raise invalid("fields: Invalid field %s.", name)
    return wanted or known


def rows(account, level, params):
    """Returns the objects of a list with the fields that are asked for."""
    read.check_names(params, KNOWN)
    filters = read.document(params, "filtering", dict) or {}
    check_filters(level, filters)
    wanted = wanted_fields(params, FIELDS[level].split())
    return [{name: node.attrs[name] for name in wanted if name in node.attrs}
            for node in account.nodes(level) if keeps(level, node, filters)]


def info(accounts, params):
    """Returns what advertiser/info says about accounts."""
    read.check_names(params, ("advertiser_ids", "fields"))
    wanted = wanted_fields(params, INFO_FIELDS)
    return [{name: account.info()[name] for name in wanted}
            for account in accounts]
