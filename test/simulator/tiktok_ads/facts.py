"""Daily numbers of the sample world's ads, made from nothing but ids and
dates, so that a day's numbers are the same in every run.

Money is in hundredths of the account's currency.  Conversions are counted twice:
on the day of the impression, where they appear once they have happened, and
on the day on which they happened.  What is restated follows from the trait
"restated": a generation, and the day on which it began.
"""

import functools

import people
from daily import noise, uniform
from restate import GONE, restated

# Days after the impression on which a conversion happens, at most.
MAX_LAG = 3
# For so many days traffic is found invalid ("a few"), and conversions are booked
# back to the impression, by windows of up to 28 days.
TRAFFIC_REACH = 7
CONVERSIONS_REACH = 27
COUNTS = ("impressions", "gross_impressions", "clicks", "engagements",
          "video_play_actions", "video_watched_2s", "video_views_p25",
          "video_views_p50", "video_views_p75", "video_views_p100",
          "likes", "comments", "shares", "follows")
MONEY = ("spend", "total_complete_payment_rate")
# What is counted at the impression once the conversion has happened.
LATE = ("conversion", "complete_payment", "total_complete_payment_rate")
NAMES = COUNTS + ("spend", "real_time_conversion") + LATE
ZERO = dict.fromkeys(NAMES, 0)

AGES = ("AGE_13_17", "AGE_18_24", "AGE_25_34", "AGE_35_44", "NONE")
GENDERS = ("FEMALE", "MALE", "NONE")
COUNTRIES = ("KR", "US", "JP", "NZ")
SPLITS = {
    ("age", "gender"): tuple((a, g) for a in AGES for g in GENDERS),
    ("country_code",): tuple((c,) for c in COUNTRIES),
}


def delivers(ad, ordinal):
    """Returns whether an ad is shown on a day."""
    traits = ad.traits
    if not traits["start"] <= ordinal <= traits["end"]:
        return False
    if ordinal > (ad.at("campaign").traits.get("until") or ordinal):
        return False
    return traits["quirk"] != "idle" and noise(
        ad.id, ordinal, "pause")[0] % 11 != 0


def change_of(ad, ordinal, what, reach):
    """Returns what the generation does to some numbers of an ad's day: those of
    an ad group change together."""
    number, today = ad.traits.get("restated", (0, ordinal))
    if ordinal > today:
        return 0
    return restated(number, what + ad.parent.id, ordinal, today - ordinal,
                    reach)


def is_gone(ad, ordinal):
    """Returns whether an ad's day was found to be no traffic at all."""
    return change_of(ad, ordinal, "traffic", TRAFFIC_REACH) == GONE


@functools.lru_cache(maxsize=1 << 16)
def shown(ad, ordinal):
    """Returns what happened on the day on which an ad was shown; conversions
    are those of its impressions, whenever they happened."""
    if not delivers(ad, ordinal) or is_gone(ad, ordinal):
        return None
    data = noise(ad.id, ordinal, "tiktok")
    scale = ad.traits["scale"]
    impressions = scale // 2 + uniform(data, 0, scale)
    if ad.traits["quirk"] == "huge":
        impressions = 3 * 10 ** 9 + ordinal * 1000003
    more = change_of(ad, ordinal, "traffic", TRAFFIC_REACH)
    impressions += more
    clicks = impressions * (5 + uniform(data, 1, 20)) // 1000 + more
    spend = clicks * ad.traits["cost"] * (50 + uniform(data, 2, 100)) // 100
    step = ad.traits["cent"]
    plays = impressions * 9 // 10
    conversions = clicks * uniform(data, 3, 90) // 1000 + max(0, change_of(
        ad, ordinal, "conversions", CONVERSIONS_REACH))
    paid = conversions * (data[28] % 3) // 2 if ad.has_purchases else 0
    price = ad.traits["cost"] * (30 + uniform(data, 4, 60)) // step * step
    return dict(
        ZERO, impressions=impressions, gross_impressions=impressions + clicks,
        clicks=clicks, engagements=clicks + clicks // 3,
        spend=spend // step * step, video_play_actions=plays,
        video_watched_2s=plays // 2, video_views_p25=plays // 3,
        video_views_p50=plays // 4, video_views_p75=plays // 6,
        video_views_p100=plays // 9,
        likes=clicks // 4, comments=clicks // 40, shares=clicks // 60,
        follows=clicks // 80, conversion=conversions, complete_payment=paid,
        total_complete_payment_rate=paid * price)


def lag_of(ad, ordinal):
    """Returns how many days later the impressions of a day convert."""
    return noise(ad.id, ordinal, "lag")[0] % (MAX_LAG + 1)


def ad_day(ad, ordinal, today):
    """Returns an ad's numbers of a day as reports have them on another day; None
    if nothing happened."""
    if ordinal > today or is_gone(ad, ordinal):
        return None
    own = shown(ad, ordinal)
    made = dict(own or ZERO)
    if own and ordinal + lag_of(ad, ordinal) > today:
        made.update(dict.fromkeys(LATE, 0))
    for lag in range(MAX_LAG + 1):
        before = shown(ad, ordinal - lag)
        if before and lag_of(ad, ordinal - lag) == lag:
            made["real_time_conversion"] += before["conversion"]
    return made if any(made.values()) else None


def viewers(ad, ordinal):
    """Returns the numbers of the people who saw an ad on a day."""
    own = shown(ad, ordinal)
    if own is None:
        return range(0)
    return people.who(own["impressions"], 4 << own["impressions"].bit_length(),
                      ad.at("campaign").id, ordinal)


def parts(ad, ordinal, today, split):
    """Returns (values, numbers) pairs of an ad's day along a split."""
    whole = ad_day(ad, ordinal, today)
    if whole is None:
        return []
    values = SPLITS[split]
    weights = [noise(ad.id, ordinal, split, i)[0] % 7
               for i in range(len(values))]
    if not any(weights):
        weights[0] = 1
    total, below, made = sum(weights), 0, []
    for weight, value in zip(weights, values):
        part = {name: cut(number, ad.traits["cent"] if name in MONEY else 1,
                          below, below + weight, total)
                for name, number in whole.items()}
        below += weight
        if any(part.values()):
            made.append((value, part))
    return made


def cut(number, quantum, below, upto, total):
    """Returns a part's share of a number, in whole quanta."""
    units = number // quantum
    return (units * upto // total - units * below // total) * quantum


def add(numbers):
    """Returns the sum of some numbers of ads."""
    total = dict(ZERO)
    for one in numbers:
        for name, number in one.items():
            total[name] += number
    return total
