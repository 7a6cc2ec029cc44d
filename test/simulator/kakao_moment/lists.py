"""Lists and details of accounts, campaigns, ad groups and creatives."""

from kakao_moment import errors

# path: level, parameter with the parent's id
LISTS = {
    "campaigns": ("campaign", None),
    "adGroups": ("ad_group", "campaignId"),
    "creatives": ("creative", "adGroupId"),
}
SETTINGS = {
    "kakao_bare_lists": False,      # lists without pages are bare arrays
    "kakao_lists_deleted": True,    # lists have what is deleted
    "kakao_lists_filter": "ON,OFF,DEL",     # what lists can be filtered by
    "kakao_parents_needed": True,   # lists below campaigns name the parent
    "kakao_page": 100,              # most accounts of a page
    "kakao_lists_page": 0,          # objects of a page of other lists; 0: all
}
OBJECTIVES = {"DISPLAY": None, "TALK_BIZ_BOARD": ("TALK_CHANNEL", "ADD_FRIEND"),
              "TALK_CHANNEL": ("TALK_CHANNEL", "SEND_MESSAGE"),
              "PRODUCT_CATALOG": ("PIXEL_AND_SDK", None)}
STATUS = {"ON": "운영 가능", "OFF": "사용자 OFF", "DEL": "삭제"}


def short(one):
    """Returns what lists have of anything."""
    return {"id": int(one.id), "name": one.name, "config": one.config}


def objective(campaign):
    """Returns what a campaign is about, or None."""
    found = OBJECTIVES.get(campaign.spec.type)
    return found and {"type": found[0], "detailType": found[1],
                      "value": "_pixel" + campaign.id}


def budget(node):
    """Returns the budget of a day in won; None is without one."""
    return (int(node.id) % 7 or None) and int(node.id) % 7 * 50000


def detail(one):
    """Returns all attributes of one object."""
    made = dict(short(one), statusDescription=STATUS[one.config])
    if one.level == "campaign":
        made.update(
            campaignTypeGoal={"campaignType": one.spec.type,
                              "goal": one.goal},
            objective=objective(one), dailyBudgetAmount=budget(one))
    elif one.level == "ad_group":
        made.update(dailyBudgetAmount=budget(one))
    elif one.level == "creative":
        made.update(format=one.spec.format)
    return made


def of_parent(account, path, params, settings):
    """Returns the objects of a list."""
    level, key = LISTS[path]
    found = account.nodes(level)
    if key is not None and key in params:
        if params[key] not in [n.parent.id for n in found] + [
                n.id for n in account.nodes(
                    "campaign" if level == "ad_group" else "ad_group")]:
            raise errors.moment(70001)
        found = [n for n in found if n.parent.id == params[key]]
    elif key is not None and settings["kakao_parents_needed"]:
        raise errors.missing(key)
    if "config" in params:
        wanted = params["config"].split(",")
        if not set(wanted) <= set(settings["kakao_lists_filter"].split(",")):
            raise errors.missing("config", "is not valid")
        return [n for n in found if n.config in wanted]
    return [n for n in found
            if n.config != "DEL" or settings["kakao_lists_deleted"]]


def is_listed(node, settings):
    """Returns whether any list has an object and all above it."""
    if settings["kakao_lists_deleted"] or (
            "DEL" in settings["kakao_lists_filter"].split(",")):
        return True
    while node is not None:
        if node.config == "DEL":
            return False
        node = node.parent
    return True


def page(found, params, settings):
    """Returns a page of a list."""
    number, size = params.get("page", "0"), params.get("size", "20")
    if not number.isdigit() or not size.isdigit() or int(size) < 1:
        raise errors.missing("page, size", "must be numbers")
    number, size = int(number), min(int(size), settings["kakao_page"])
    pages = -(-len(found) // size)
    return {"content": [short(a) for a in
                        found[number * size:(number + 1) * size]],
            "totalElements": len(found), "totalPages": pages,
            "last": number >= pages - 1, "size": size, "number": number}
