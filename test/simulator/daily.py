"""Daily numbers of the sample world, made from nothing but entity ids and
dates, so that a day's numbers are the same in every run and never change.

A campaign's day is made per device and network; everything below a campaign
is a share of it, so that the levels add up where the platform's do.  What a
campaign is like stands in its traits:

    scale           impressions of a normal cell
    channel         decides devices and networks
    click_rate      clicks per 10,000 impressions
    click_cost      micros per click
    order_value     micros that a conversion brings (default: 20 clicks' cost)
    conversion_rate upper bound of conversions per 1,000 clicks (default: 60)
    steady          delivers every day; without it some days are paused
    quirk           one of the special cases at the end of this file
    start, end      first and last day of delivery
"""

import functools
import hashlib

from world import METRIC_INDEX, UNIT, ZERO, cut_vector

NETWORKS = {
    "SEARCH": ("SEARCH", "SEARCH_PARTNERS"),
    "DISPLAY": ("CONTENT",),
    "VIDEO": ("YOUTUBE", "GOOGLE_TV"),
    "SHOPPING": ("SEARCH",),
    "DEMAND_GEN": ("DISCOVER", "GMAIL"),
    "PERFORMANCE_MAX": ("MIXED",),
    "UNKNOWN": ("SEARCH",),
}
DEVICES = ("MOBILE", "DESKTOP", "TABLET")

MICRO = UNIT // 10 ** 6     # one millionth in vector units

# Days after the click on which conversions happen, at most.
MAX_LAG = 3
# Pairs (a metric by the day of the click, by that of the conversion).
BY_DATE = tuple((METRIC_INDEX[name],
                 METRIC_INDEX[name + "_by_conversion_date"]) for name in (
                     "conversions", "conversions_value", "all_conversions",
                     "all_conversions_value"))


def noise(*parts):
    """Returns 32 bytes that depend on nothing but the arguments."""
    text = "|".join(map(str, parts)).encode("utf-8")
    return hashlib.blake2b(text, digest_size=32).digest()


def uniform(data, position, span):
    """Returns a whole number in [0, span) from four of the noise bytes."""
    return int.from_bytes(data[position * 4:position * 4 + 4], "big") * (
        span) >> 32


def vector(**values):
    """Returns a metric vector; what is not named is zero."""
    made = list(ZERO)
    for name, value in values.items():
        made[METRIC_INDEX[name]] = value
    return tuple(made)


def fraction_of(data, clicks, rate=60):
    """Returns a number of conversions in 10**-18 units: often none, often
    whole, sometimes the thirds and sixths of data-driven attribution."""
    per_mille = clicks * uniform(data, 4, rate)
    whole = per_mille // 1000
    kind = uniform(data, 5, 6)
    if kind <= 2 or clicks == 0:
        return whole * UNIT
    if kind == 3:
        return whole * UNIT + UNIT // 2
    return whole * UNIT + uniform(data, 6, 10 ** 6) * MICRO


def normal_cell(traits, data):
    """Returns the vector of an ordinary day on one device and network."""
    scale = traits["scale"]
    impressions = scale // 2 + uniform(data, 0, max(scale, 1))
    clicks = impressions * (traits["click_rate"] // 2 + uniform(
        data, 1, traits["click_rate"] + 1)) // 10000
    cost = clicks * (traits["click_cost"] // 2 + uniform(
        data, 2, traits["click_cost"] + 1)) // 10000 * 10000
    conversions = fraction_of(data, clicks, traits.get("conversion_rate", 60))
    order_value = traits.get("order_value", traits["click_cost"] * 20)
    value_cents = order_value // 10 ** 4 + uniform(data, 3, 5000)
    value = conversions // MICRO * value_cents // 100 * MICRO
    extra = uniform(data, 7, 3) * UNIT
    views = impressions * 3 // 10 if traits["channel"] == "VIDEO" else 0
    return vector(
        impressions=impressions, clicks=clicks, interactions=clicks + views,
        engagements=views, cost_micros=cost, conversions=conversions,
        conversions_value=value, all_conversions=conversions + extra,
        all_conversions_value=value + extra * 5,
        view_through_conversions=data[31] % 4, video_trueview_views=views,
        cross_device_conversions=conversions // MICRO // 5 * MICRO,
        invalid_clicks=clicks // 20,
        watched_p25=views * 2, watched_p50=views, watched_p75=views // 2,
        watched_p100=views // 3,
        eligible_impressions=impressions * (1 + data[30] % 14) + data[29])


def devices_of(campaign_id, ordinal):
    """Returns the devices with delivery that day, with their size share."""
    data = noise(campaign_id, ordinal, "devices")
    found = [("MOBILE", 100), ("DESKTOP", 60)]
    if data[0] % 3 == 0:
        found.append(("TABLET", 9))
    if data[1] % 23 == 0:
        found.append(("UNKNOWN", 2))
    return found


@functools.lru_cache(maxsize=1 << 16)
def _clicked_cells(campaign, ordinal):
    """Returns ((device, network), vector) pairs of a campaign's day without
    what is counted on the day of the conversion."""
    traits = campaign.traits
    quirk = QUIRKS.get(traits.get("quirk"))
    if not traits["start"] <= ordinal <= traits["end"]:
        return ()
    if quirk is not None:
        special = quirk(campaign, ordinal)
        if special is not None:
            return special
    if not traits.get("steady") and (
            noise(campaign.id, ordinal, "pause")[0] % 17 == 0):
        return ()
    made = []
    for device, share in devices_of(campaign.id, ordinal):
        for position, network in enumerate(NETWORKS[traits["channel"]]):
            data = noise(campaign.id, ordinal, device, network)
            sized = dict(traits, scale=traits["scale"] * share
                         // (100 * (1 + 4 * position)))
            cell = normal_cell(sized, data)
            if any(cell):
                made.append(((device, network), cell))
    return tuple(made)


def by_conversion_date(whole):
    """Returns a vector with nothing but conversions, as they are counted on
    the day on which they happened."""
    made = list(ZERO)
    for clicked, converted in BY_DATE:
        made[converted] = whole[clicked]
    return tuple(made)


def lag_of(campaign, ordinal):
    """Returns how many days later the clicks of a day convert."""
    return noise(campaign.id, ordinal, "lag")[0] % (MAX_LAG + 1)


@functools.lru_cache(maxsize=1 << 16)
def _campaign_cells(campaign, ordinal):
    """Returns ((device, network), vector) pairs of a campaign's day.  Of a
    day without delivery there may be conversions by their date alone."""
    made = dict(_clicked_cells(campaign, ordinal))
    for lag in range(MAX_LAG + 1):
        if lag_of(campaign, ordinal - lag) != lag:
            continue
        for place, whole in _clicked_cells(campaign, ordinal - lag):
            late = by_conversion_date(whole)
            if any(late):
                made[place] = tuple(map(int.__add__, late,
                                        made.get(place, ZERO)))
    return tuple(made.items())


def campaign_cells(campaign, day):
    """Returns ((device, network), vector) pairs of a campaign's day."""
    return _campaign_cells(campaign, day.toordinal())


def share_cells(cells, weights, index):
    """Returns what part `index` of a cut by weights got of some cells."""
    made = []
    for place, whole in cells:
        part = cut_vector(whole, weights, index)
        if any(part):
            made.append((place, part))
    return made


@functools.lru_cache(maxsize=1 << 14)
def weights_of(key, day, count, withheld=0):
    """Returns whole-number weights for `count` parts, which shift from day
    to day, and one more for what is withheld if that is wanted."""
    data = noise(key, day.toordinal(), "weights")
    weights = [1 + data[i % 32] % 50 for i in range(count)]
    if withheld:
        weights.append(max(1, sum(weights) * withheld // 100))
    return tuple(weights)


# ---- special cases -------------------------------------------------------

def _only(**values):
    return ((("DESKTOP", "SEARCH"), vector(**values)),)


def quirk_idle(campaign, ordinal):
    """Never delivers."""
    return ()


def quirk_view_through(campaign, ordinal):
    """Some days have view-through conversions and nothing else, some have
    late conversions and nothing else, some have only a secondary one."""
    phase = ordinal % 11
    if phase == 3:
        return _only(view_through_conversions=1 + ordinal % 5)
    if phase == 6:
        return _only(conversions=2 * UNIT, conversions_value=90 * UNIT,
                     all_conversions=2 * UNIT, all_conversions_value=90 * UNIT)
    if phase == 8:
        return _only(all_conversions=UNIT)
    if phase == 9:
        return _only(clicks=1, interactions=1, cost_micros=700000)
    return None


def quirk_huge(campaign, ordinal):
    """Counts above 2**31 and money above 2**53 micros."""
    big = 3 * 10 ** 9 + ordinal * 1000003
    return _only(impressions=big, clicks=big // 100, interactions=big // 100,
                 cost_micros=10 ** 16 + ordinal * 10 ** 9 + 1,
                 conversions=12345678 * UNIT + 123457 * MICRO,
                 conversions_value=987654321 * UNIT + 980000 * MICRO,
                 all_conversions=12345678 * UNIT + 123457 * MICRO,
                 all_conversions_value=987654321 * UNIT + 980000 * MICRO,
                 eligible_impressions=2 * big)


def quirk_digits(campaign, ordinal):
    """Fractions that are awkward in binary or need an exponent."""
    choices = (4416667 * MICRO, 300000000000000040, UNIT // 10 ** 7,
               UNIT // 3, 2833334 * MICRO, 15 * UNIT // 10 ** 8,
               100000000000000005 + 7 * UNIT)
    amount = choices[ordinal % len(choices)]
    return _only(impressions=100 + ordinal % 50, clicks=3, interactions=3,
                 cost_micros=1234567, conversions=amount,
                 conversions_value=amount * 3, all_conversions=amount,
                 all_conversions_value=amount * 3, eligible_impressions=170)


def quirk_retracted(campaign, ordinal):
    """Values taken back: negative conversion values."""
    if ordinal % 3:
        return None
    return _only(impressions=500, clicks=20, interactions=20,
                 cost_micros=8 * 10 ** 6, conversions=UNIT,
                 conversions_value=-(12345 * UNIT // 100),
                 all_conversions=UNIT, eligible_impressions=9000,
                 all_conversions_value=-(12345 * UNIT // 100))


def quirk_weekdays(campaign, ordinal):
    """No delivery at weekends."""
    return () if ordinal % 7 in (6, 0) else None


QUIRKS = {
    "idle": quirk_idle,
    "view_through": quirk_view_through,
    "huge": quirk_huge,
    "digits": quirk_digits,
    "retracted": quirk_retracted,
    "weekdays": quirk_weekdays,
}
