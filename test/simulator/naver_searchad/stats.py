"""GET /stats: numbers at once, with VAT, by id and day."""

import datetime
import json

from naver_searchad import errors, masters, reports
from naver_searchad.world import TYPE_DIGIT

SPAN_DAYS = 92

FIELDS = ("impCnt", "clkCnt", "salesAmt", "ctr", "cpc", "avgRnk", "ccnt",
          "crto", "convAmt", "ror", "cpConv", "viewCnt", "purchaseCcnt",
          "purchaseConvAmt", "purchaseRor")

SETTINGS = {
    "naver_cycle": "12",        # digits of cycleBaseTm: 8, 10 or 12
    "naver_cycle_lag_h": 0,     # hours by which the figures lag behind
    "naver_cycle_moves": 0,     # answers after each of which they go on
    "naver_ids_max": 200,       # most ids of a call
    "naver_zero_rows": False,   # ids without activity have rows of zeros
    "naver_stats_days": 730,    # how far back; "about two years"
    # days for which the numbers of what was deleted stay; the platform says
    # "for some time"
    "naver_deleted_days": 100000,
}

def answer(world, account, params, settings):
    """Returns the body of an answer; raises Refusal."""
    fields = read_json(params.get("fields"))
    span = read_json(params.get("timeRange"))
    if not isinstance(fields, list) or not set(fields) <= set(FIELDS) or (
            not isinstance(span, dict)):
        raise errors.refusal(11001)
    try:
        since, until = (datetime.date.fromisoformat(span[name])
                        for name in ("since", "until"))
    except (KeyError, TypeError, ValueError):
        raise errors.refusal(11001)
    if until < since or (until - since).days >= SPAN_DAYS or (
            world.today() - since).days > settings["naver_stats_days"]:
        raise errors.refusal(10004)
    days = [since + datetime.timedelta(n)
            for n in range((until - since).days + 1)]
    base = cycle_base(world, settings)
    cycle = base.strftime("%Y%m%d%H%M")[:int(settings["naver_cycle"])]
    days = [day for day in days if day <= base.date()]
    if "id" in params:
        return daily(world, account, params, fields, days, span, cycle,
                     settings)
    ids = (params.get("ids") or "").split(",")
    if not ids[0] or len(ids) > settings["naver_ids_max"]:
        raise errors.refusal(1014 if ids[0] else 11001)
    if len({kind_of(i) for i in ids}) > 1:
        raise errors.refusal(11003)
    data = []
    for entity_id in ids:
        sums = sums_of(world, account, entity_id, days, settings)
        if sums is None and settings["naver_zero_rows"]:
            sums = totals([], [])
        if sums is not None:
            data.append(dict({"id": entity_id}, **chosen(sums, fields)))
    return {"data": data, "compTm": cycle, "cycleBaseTm": cycle}


def cycle_base(world, settings):
    """Returns the time until which the figures are complete."""
    base = world.now() - datetime.timedelta(
        hours=settings["naver_cycle_lag_h"])
    if settings["naver_cycle_moves"]:
        moves = settings["naver_cycle_moves"] - 1
        settings.change({"naver_cycle_moves": moves})
        base -= datetime.timedelta(minutes=20 * moves)
    return base


def daily(world, account, params, fields, days, span, cycle, settings):
    """Answers for one id by day: rows do not say which id they are of, and a
    breakdown is ignored."""
    whole = params.get("timeIncrement") == "allDays"
    data = []
    for part in [days] if whole else [[day] for day in days]:
        sums = sums_of(world, account, params["id"], part, settings)
        if sums is not None:
            data.append(dict({"dateStart": part[0].isoformat(),
                              "dateEnd": part[-1].isoformat()},
                             **chosen(sums, fields)))
    return {"summary": {"dateStart": span["since"], "dateEnd": span["until"]},
            "data": data, "cycleBaseTm": cycle}


def read_json(text):
    """Returns a parameter that is JSON, or None."""
    try:
        return json.loads(text)
    except (TypeError, ValueError):
        return None


def kind_of(entity_id):
    """Returns the campaign type of an id; raises Refusal."""
    parts = entity_id.split("-")
    if len(parts) != 4 or parts[2] not in TYPE_DIGIT.values():
        raise errors.refusal(11001)
    return parts[2]


def has_id(what, entity_id):
    """Returns whether something belongs to an id of any level."""
    return entity_id in (what.campaign.id, what.group.id) + tuple(
        e.id for e in (what.keyword, what.ad) if e is not None)


def is_kept(world, campaign, settings):
    """Returns whether numbers of a campaign are there still."""
    return (world.now() - masters.deleted_at(campaign)).days < settings[
        "naver_deleted_days"]


def sums_of(world, account, entity_id, days, settings):
    """Returns the sums of an id over days; None without any activity, which is
    also what is left of an object once its numbers are not kept any more."""
    facts, made = (
        [what for day in days for what in of_day(account, day)
         if has_id(what, entity_id) and is_kept(world, what.campaign, settings)]
        for of_day in (world.facts, world.conversions))
    return totals(facts, made) if facts or made else None


def totals(facts, made):
    """Returns the sums of what was shown and what came of it."""
    bought = [c for c in made if c.type == "purchase"]
    return {
        "impCnt": sum(f.impressions for f in facts),
        # views are clicks here
        "clkCnt": sum(f.clicks + f.views for f in facts),
        "viewCnt": sum(f.views for f in facts),
        "salesAmt": reports.rounded_gross(sum(f.cost for f in facts)),
        "ccnt": sum(c.count for c in made),
        "convAmt": sum(c.value for c in made),
        "purchaseCcnt": sum(c.count for c in bought),
        "purchaseConvAmt": sum(c.value for c in bought),
    }


def chosen(sums, fields):
    """Returns the fields that were asked for."""
    clicks, cost = sums["clkCnt"], sums["salesAmt"]
    ratios = {
        "ctr": clicks * 100 / sums["impCnt"] if sums["impCnt"] else 0,
        "cpc": cost / clicks if clicks else 0,
        "ror": sums["convAmt"] * 100 / cost if cost else 0,
        "purchaseRor": sums["purchaseConvAmt"] * 100 / cost if cost else 0,
        "crto": sums["ccnt"] * 100 / clicks if clicks else 0,
        "cpConv": cost / sums["ccnt"] if sums["ccnt"] else 0,
        "avgRnk": 0,
    }
    return {name: sums.get(name, ratios.get(name)) for name in fields}
