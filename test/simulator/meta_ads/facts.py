"""Daily numbers of the sample world's ads, made from nothing but ids and
dates, so that a day's numbers are the same in every run and never change.

An ad's traits say what it is like:

    scale           impressions of a normal day
    start, end      first and last day of delivery
    cost, cent      what a click costs, and the smallest amount of money
    windows         what its ad set's attribution setting adds up
    quirk           which actions it has, or one of the special cases
    custom          id of the account's custom conversion

Events are counted once, in the increments from window to window, and are told
under several action types afterwards (`TYPES`).
"""

import functools

from daily import noise, uniform
from meta_ads.model import ASSETS, FAMILIES, LATE_DAYS, MICRO, WINDOWS, Part

# event -> action types that it is told under, by kind of advertiser
OMNI_WEB = ("omni_purchase", "purchase", "offsite_conversion.fb_pixel_purchase",
            "onsite_web_purchase")
OMNI_APP = ("omni_purchase", "purchase", "app_custom_event.fb_mobile_purchase")
ENGAGED = ("page_engagement", "post_engagement")
TYPES = {
    "link": ("link_click",) + ENGAGED,
    "like": ("like",) + ENGAGED,
    "comment": ("comment",) + ENGAGED,
    "reaction": ("post_reaction",) + ENGAGED,
    "landing": ("landing_page_view",),
    "video": ("video_view",),
    "web": OMNI_WEB,
    "app": OMNI_APP,
    "aggregated": ("purchase", "offsite_conversion.fb_pixel_purchase"),
    "pixel": ("offsite_conversion.fb_pixel_purchase",),
    "cart": ("omni_add_to_cart", "add_to_cart",
             "offsite_conversion.fb_pixel_add_to_cart"),
    "web_lead": ("lead", "offsite_conversion.fb_pixel_lead"),
    "form_lead": ("lead", "onsite_conversion.lead_grouped"),
    "custom": ("offsite_conversion.fb_pixel_custom",),
    "sign_up": ("offsite_conversion.fb_pixel_custom",),
    "contact": (),
}
# The same in the other pair of lists: what the site named itself, by that name
# and nowhere else, and contacts, a total beside its part.
NAMED = {
    "custom": ("offsite_conversion.fb_pixel_custom.(JTC) Pre-qualified Lead",),
    "sign_up": ("offsite_conversion.fb_pixel_custom.회원 가입 \"무료\"",),
    "contact": ("contact_total", "contact_website"),
}
# What each quirk's people do after the click; None is everybody else.
CONVERTS = {
    None: (("web", 30), ("app", 12), ("cart", 60)),
    "web": (("aggregated", 40), ("sign_up", 30)),
    "pixel_only": (("pixel", 35), ("custom", 20), ("sign_up", 10)),
    "no_actions": (),
    "leads": (("web_lead", 50), ("form_lead", 30), ("contact", 25)),
    "app": (("app", 40),),
}
# Increments that windows are sums of, from the sixth on views.
INCREMENTS = 5
OF_WINDOW = {"1d_click": (0,), "7d_click": (0, 1), "28d_click": (0, 1, 2),
             "1d_view": (3,), "1d_ev": (4,)}
# Events that bring money.
BOUGHT = ("web", "app", "aggregated", "pixel", "cart", "custom")
# Events on Meta itself, and in apps; all others are of web sites.
ON_META_EVENTS = ("link", "like", "comment", "reaction", "video", "form_lead")
APP_EVENTS = ("app",)
SCALARS = ("impressions", "clicks", "inline_link_clicks", "spend",
           "inline_post_engagement", "outbound_clicks", "video_plays",
           "video_p25", "video_p50", "video_p75", "video_p95", "video_p100",
           "thruplays", "video_seconds")
# What is counted more where numbers are restated; events follow.
CORRECTED = ("impressions", "clicks", "inline_link_clicks")


def delivery(ad, data):
    """Returns the plain counts of an ordinary day."""
    traits = ad.traits
    scale = max(traits["scale"], 1)
    impressions = scale // 2 + uniform(data, 0, scale)
    clicks = impressions * (10 + uniform(data, 1, 50)) // 1000
    links = clicks * (40 + uniform(data, 2, 50)) // 100
    spend = clicks * traits["cost"] * (50 + uniform(data, 3, 100)) // 100
    if impressions % 37 == 0:
        clicks = links = spend = 0
    plays = impressions // 3 if data[30] % 2 else 0
    return {"impressions": impressions, "clicks": clicks,
            "inline_link_clicks": links,
            "spend": spend // traits["cent"] * traits["cent"],
            "inline_post_engagement": links + links // 7,
            "outbound_clicks": links * 9 // 10, "video_plays": plays,
            "video_p25": plays // 2, "video_p50": plays // 3,
            "video_p75": plays // 5, "video_p95": plays // 8,
            "video_p100": plays // 9, "thruplays": plays // 6,
            "video_seconds": plays * (3 + data[31] % 9)}


def spread(total, data, position):
    """Returns a number of events as increments of the windows."""
    views = total * (data[position] % 4) // 10
    late = (total - views) * (data[position + 1] % 4) // 10
    later = (total - views) * (data[position + 1] % 3) // 20
    return [total - views - late, late, later, views, views // 3]


def events(ad, data, scalars):
    """Returns {event: increments} in millionths."""
    links = scalars["inline_link_clicks"]
    made = {"link": [links, 0, 0, 0, 0], "landing": [links * 4 // 5, 0, 0, 0,
                                                     0],
            "like": [links // 50, 0, 0, 0, 0],
            "comment": [links // 90, 0, 0, 0, 0],
            "reaction": [links // 15, 0, 0, 0, 0],
            "video": [scalars["video_plays"] // 2, 0, 0, 0, 0]}
    quirk = ad.traits["quirk"]
    if quirk == "no_actions":
        return {}
    for number, (event, rate) in enumerate(CONVERTS.get(
            quirk, CONVERTS[None])):
        total = links * (uniform(data, 4 + number % 4, 2 * rate)) // 1000
        made[event] = spread(total, data, 20 + number)
    scaled = {event: [n * MICRO for n in steps]
              for event, steps in made.items()}
    if quirk == "fraction":
        for event in ("web", "app"):
            scaled[event] = [n // 3 + (n > 0) * uniform(data, 7, MICRO)
                             for n in scaled[event]]
    return scaled


def price_of(ad, data):
    """Returns what a purchase of that day brings.  Counted times price is
    exact, so the pieces of a day always add up to it: a fraction of a
    purchase is one of a whole amount."""
    price = ad.traits["cost"] * (30 + uniform(data, 5, 60))
    step = MICRO if ad.traits["quirk"] == "fraction" else ad.traits["cent"]
    return price // step * step


def money(happened, price):
    """Returns {event: increments} of the money that purchases brought."""
    return {event: [n * price // MICRO for n in happened[event]]
            for event in BOUGHT if event in happened}


@functools.lru_cache(maxsize=1 << 16)
def ad_day(ad, ordinal, extra):
    """Returns (scalars, events, price of a purchase) of an ad's day, None if
    nothing happened.  `extra` is how much is counted more than at the
    start."""
    traits = ad.traits
    quirk = traits["quirk"]
    data = noise(ad.id, ordinal, "meta")
    if quirk == "idle" or ordinal < traits["start"]:
        return None
    if ordinal > traits["end"]:
        return late_day(ad, ordinal - traits["end"], data, extra)
    if quirk == "weekdays" and ordinal % 7 in (6, 0) or data[29] % 13 == 0:
        return None
    if quirk == "mixed" and ordinal % 5 and ad.parent.traits[
            "attribution"] == "1d_click":
        return None
    scalars = delivery(ad, data)
    if quirk == "huge":
        big = 3 * 10 ** 9 + ordinal * 1000003
        scalars.update(impressions=big, spend=9 * 10 ** 12 * MICRO + ordinal
                       * traits["cent"], clicks=big // 90)
    for name in CORRECTED:
        scalars[name] += extra
    scalars["spend"] += extra * traits["cost"]
    happened = events(ad, data, scalars)
    return scalars, happened, price_of(ad, data)


def late_day(ad, days_after, data, extra):
    """After its end an ad delivers no more, but people still buy."""
    if days_after > LATE_DAYS or data[28] % 3 or ad.traits["quirk"] in (
            "idle", "no_actions", "huge"):
        return None
    happened = {"web": [0, (1 + data[27] % 2 + extra) * MICRO, 0, 0, 0]}
    return dict.fromkeys(SCALARS, 0), happened, price_of(ad, data)


# ---- breakdowns ----------------------------------------------------------

AGES = ("18-24", "25-34", "35-44", "45-54", "55-64", "65+")
PLACES = (("facebook", "feed"), ("facebook", "facebook_reels"),
          ("instagram", "feed"), ("instagram", "instagram_reels"),
          ("instagram", "instagram_stories"),
          ("audience_network", "an_classic"), ("threads", "threads_feed"))
VALUES = {
    "demography": tuple((age, gender) for age in AGES for gender in (
        "female", "male")) + (("25-34", "unknown"), ("Unknown", "unknown")),
    "country": (("KR",), ("US",), ("JP",), ("NZ",)),
    "region": (("Seoul",), ("Gyeonggi-do",), ("California",)),
    "market": (("New York",), ("Los Angeles",)),
    "placement": tuple(place + (device,) for place in PLACES for device in (
        "iphone", "android_smartphone")),
    "device": (("mobile_app",), ("mobile_web",), ("desktop",)),
    "hour": tuple(("%02d:00:00 - %02d:59:59" % (h, h),) for h in range(24)),
    "audience_hour": tuple(("%02d:00:00 - %02d:59:59" % (h, h),)
                           for h in range(24)),
    "frequency": (("1",), ("2",), ("3-5",), ("6-10",)),
    "product": (("8001, 런닝화 \"특가\"",), ("8002, Socks",), ("8003, Hat",)),
}
# Families of the assets of dynamic creatives.
ASSET_FAMILIES = {family for family, names in FAMILIES.items()
                  if names[0] in ASSETS}
VALUES.update((family, tuple((each,) for each in ASSETS[FAMILIES[family][0]]))
              for family in ASSET_FAMILIES)
# Families of which the platform cannot place everything: weight of the rest.
UNPLACED = {"country": 2, "region": 3, "market": 30}


def cut_number(number, quantum, below, upto, total):
    """Returns a part's share of a number, in whole quanta if it has them."""
    if number % quantum:
        quantum = 1
    units = number // quantum
    return (units * upto // total - units * below // total) * quantum


def cut_day(day, cent, below, upto, total):
    """Returns a part's share of an ad's day."""
    scalars, happened, price = day
    return (
        {name: cut_number(n, cent if name == "spend" else 1, below, upto,
                          total) for name, n in scalars.items()},
        {event: [cut_number(n, MICRO, below, upto, total) for n in steps]
         for event, steps in happened.items()}, price)


def weights(ad, ordinal, family):
    """Returns the whole-number weights of a family's values that day; some
    are zero, and the last may stand for what cannot be placed."""
    made = []
    for index in range(len(VALUES[family])):
        byte = noise(ad.id, ordinal, family, index)[0]
        made.append(0 if byte % 5 == 0 else 1 + byte)
    if not any(made):
        made[0] = 1
    if family in UNPLACED:
        made.append(sum(made) * UNPLACED[family] // 100)
    return made


def told(ad, day):
    """Returns a day, or a piece of one, the way the platform tells it: each
    event under its types, each type by window."""
    scalars, happened, price = day
    brought = money(happened, price)
    part = Part(dict(scalars))
    for source, target, named in (
            (happened, part.counts, part.named),
            (brought, part.values, part.named_values)):
        for event, steps in source.items():
            numbers = by_window(steps, ad.traits["windows"])
            if not numbers:
                continue
            for name in types_of(ad, event, source is brought):
                tell(target, name, numbers)
            for name in NAMED.get(event, ()):
                tell(named, name, numbers)
    return part


def types_of(ad, event, is_money):
    """Returns the action types an event is told under."""
    types = TYPES[event]
    if event == "custom":
        types = types + ("offsite_conversion.custom." + ad.traits["custom"],)
    if ad.traits["quirk"] == "unpaired" and is_money:
        # The value is known under another type than the first count.
        types = tuple(t for t in types if t != "omni_purchase")
    return types


def by_window(steps, windows):
    """Returns the windows that have something of an event's increments, with
    how much."""
    if not any(steps):
        return ()
    found = {w: sum([steps[i] for i in OF_WINDOW[w]]) for w in WINDOWS}
    found["default"] = sum([found[w] for w in windows])
    return [pair for pair in found.items() if pair[1]]


def tell(target, name, numbers):
    """Adds an event's windows to those of a type."""
    for window, number in numbers:
        key = (name, window)
        target[key] = target.get(key, 0) + number


@functools.lru_cache(maxsize=1 << 14)
def parts(ad, ordinal, family, extra=0):
    """Returns (breakdown values, Part) pairs of an ad's day."""
    day = ad_day(ad, ordinal, extra)
    if day is None:
        return ()
    if family is None:
        return (((), told(ad, day)),)
    if family in ASSET_FAMILIES and int(ad.id) // 7 % 2:
        return ()           # no dynamic creative
    if family == "product":
        return product_parts(ad, ordinal, day)
    return cut_parts(ad, ordinal, family, day)


def product_parts(ad, ordinal, day):
    """Returns the pairs of an ad's day by product: what happened on web sites
    is of no product, what happened in apps is lost."""
    scalars, happened, price = day
    web = {event: steps for event, steps in happened.items()
           if event not in ON_META_EVENTS + APP_EVENTS}
    own = {event: happened[event] for event in happened
           if event in ON_META_EVENTS}
    rest = told(ad, ({}, web, price))
    made = cut_parts(ad, ordinal, "product", (scalars, own, price))
    return made + (({"product_id": None}, rest),) if rest else made


def cut_parts(ad, ordinal, family, day):
    """Returns the pairs of an ad's day along a family."""
    share = weights(ad, ordinal, family)
    total, below, made = sum(share), 0, []
    for weight, values in zip(share, VALUES[family]):
        part = told(ad, cut_day(day, ad.traits["cent"], below,
                                below + weight, total))
        below += weight
        if part:
            made.append((dict(zip(FAMILIES[family], values)), part))
    return tuple(made)
