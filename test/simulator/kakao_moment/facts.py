"""What happened with a creative on a day, made from nothing but ids and dates.

Money is in hundredths of a won.  What grows after the day is kept by the
number of days after which it happened: conversions for seven days, and opened
messages.  Numbers of a creative are whole; what is above it adds up.
"""

import collections
import functools

import people
from daily import noise, uniform
from kakao_moment.world import START
from restate import GONE, restated

# Days after the day itself on which something of it still happens, at most.
MAX_LAG = 7
# Until the next morning all numbers of a day change; conversions and opened
# messages arrive until the morning after their seven days.
DAY_REACH = 1
LATE_REACH = 8
# event: upper bound per 1,000 clicks; purchases have amounts and quantities
EVENTS = (("cmpt_reg", 40), ("view_cart", 300), ("add_to_cart", 250),
          ("purchase", 140), ("participation", 30), ("signup", 60),
          ("app_install", 20))
WINDOWS = (1, 7)
VIDEO = ("video_play_3s", "video_play_25p", "video_play_50p",
         "video_play_75p", "video_play_100p")
MESSAGE_COUNTS = ("msg_send", "msg_open", "msg_click", "msg_send_fail")
MONEY = ("cost",) + tuple("conv_purchase_p_%dd" % w for w in WINDOWS)

AGES = ("15~19", "20~24", "25~29", "40~44", "ETC")
GENDERS = ("MALE", "FEMALE", "ETC")
SPLITS = {
    "AGE": tuple((a,) for a in AGES),
    "GENDER": tuple((g,) for g in GENDERS),
    "AGE_GENDER": tuple((a, g) for a in AGES for g in GENDERS),
    "LOCATION": (("서울",), ("경기",), ("부산",), ("ETC",)),
    "DEVICE_TYPE": (("PC",), ("Android",), ("iOS",)),
    "PLACEMENT": (("KAKAO_TALK",), ("DAUM",), ("KAKAO_SERVICE",)),
    "HOUR": tuple((str(h),) for h in range(24)),
}


def conversion_names():
    """Returns the names of all conversion metrics."""
    names = []
    for window in WINDOWS:
        names += ["conv_%s_%dd" % (event, window) for event, _ in EVENTS]
        names += ["conv_purchase_%s_%dd" % (what, window) for what in "pq"]
    return names


CONVERSIONS = tuple(conversion_names())
NAMES = ("imp", "click", "cost") + MESSAGE_COUNTS + VIDEO + CONVERSIONS


def change_of(creative, ordinal, what, reach):
    """Returns what the generation does to some numbers of a creative's day: those
    of an ad group change together."""
    number, today = creative.restated
    if ordinal > today:
        return 0
    return restated(number, what + creative.parent.id, ordinal,
                    today - ordinal, reach)


def with_late(creative, ordinal, by_lag):
    """Returns numbers by the days after which they happened, with what arrived on
    the day on which the generation began."""
    more = change_of(creative, ordinal, "late", LATE_REACH)
    if more <= 0 or not by_lag:
        return by_lag
    made = list(by_lag)
    made[min(creative.restated[1] - ordinal, MAX_LAG)] += more
    return made


def delivers(creative, ordinal):
    """Returns whether something is delivered on a day."""
    if change_of(creative, ordinal, "day", DAY_REACH) == GONE:
        return False
    data = noise(creative.id, ordinal, "pause")
    if ordinal < START or not (creative.spec.scale
                               or creative.spec.quirk == "huge"):
        return False
    return data[0] % 3 == 0 if creative.is_message else data[0] % 9 != 0


def quantum(creative):
    """Returns the smallest amount of money in which it is charged."""
    return 1 if creative.spec.quirk == "fractions" else 100


def in_days(number, data, is_late=False):
    """Returns a number cut by the days after which it happened."""
    if not number:
        return ()
    weights = [0 if is_late and lag < 2 else data[lag] % 8
               for lag in range(MAX_LAG + 1)]
    return cut_all(number, weights if any(weights) else [0] * MAX_LAG + [1])


def cut_all(number, weights, step=1):
    """Returns the parts of a number by whole weights, in whole steps."""
    units, total = number // step, sum(weights)
    below, before, parts = 0, 0, []
    for weight in weights:
        below += weight
        upto = units * below // total
        parts.append((upto - before) * step)
        before = upto
    return parts


@functools.lru_cache(maxsize=1 << 16)
def display(creative, ordinal):
    """Returns the numbers of a creative that is shown."""
    data = noise(creative.id, ordinal, "kakao")
    spec = creative.spec
    imp = spec.scale // 2 + uniform(data, 0, max(spec.scale, 1))
    click = imp * (30 + uniform(data, 1, 250)) // 10000
    cost = click * (spec.price // 2 + uniform(data, 2, max(spec.price, 1)))
    if spec.quirk == "huge":
        imp, click = 3 * 10 ** 9 + ordinal, 10 ** 7 + ordinal
        cost = 34567890123400
    more = max(0, change_of(creative, ordinal, "day", DAY_REACH))
    imp, click, cost = imp + more, click + more, cost + more * spec.price
    made = {"imp": imp, "click": click,
            "cost": cost // quantum(creative) * quantum(creative)}
    if spec.type == "VIDEO":
        for position, name in enumerate(VIDEO):
            made[name] = imp * 2 // (3 + 2 * position)
    return made


@functools.lru_cache(maxsize=1 << 16)
def converted(creative, ordinal, click):
    """Returns ({event: counts by lag}, won of a purchase) of some clicks."""
    data = b"".join(noise(creative.id, ordinal, "events", n)
                    for n in range(3))
    events = {}
    for position, (event, rate) in enumerate(EVENTS):
        count = min(click, 20000) * uniform(data, position * 3, rate) // 1000
        events[event] = with_late(creative, ordinal, in_days(
            count, data[position * 12 + 4:], creative.spec.quirk == "late"))
    return events, 19000 + data[90] * 100


@functools.lru_cache(maxsize=1 << 16)
def message(creative, ordinal):
    """Returns (numbers of the day, {count: by lag}) of sent messages."""
    data = noise(creative.id, ordinal, "kakao")
    send = creative.spec.scale // 2 + uniform(data, 0, creative.spec.scale)
    send += max(0, change_of(creative, ordinal, "day", DAY_REACH))
    opened = send * (300 + uniform(data, 1, 400)) // 1000
    return ({"msg_send": send, "msg_send_fail": send // 90,
             "cost": send * creative.spec.price // 100 * 100},
            {name: with_late(creative, ordinal, by_lag) for name, by_lag in (
                ("msg_open", in_days(opened, data[8:])),
                ("msg_click", in_days(opened // 6, data[16:])))})


def forget():
    """Forgets what was made before a generation began."""
    for made in (display, converted, message):
        made.cache_clear()


class Seen:
    """What is there to be seen of a day at a time: how many of the days after
    it are over, and which part of the day itself, in 24 parts."""

    def __init__(self, world, settings, ordinal):
        now = world.now()
        self.messages_convert = settings["kakao_message_conversions"]
        self.age = now.date().toordinal() - ordinal
        self.parts = 24
        if self.age == 0:
            self.parts = now.hour + 1
        early = now.hour * 60 + now.minute < settings["kakao_ready_minute"]
        if self.age == 1 and early:
            self.parts = 0 if settings["kakao_morning_empty"] else 23


def day(creative, ordinal, seen):
    """Returns a creative's numbers of a day as they are seen; None if
    nothing is delivered."""
    if seen.age < 0 or not seen.parts or not delivers(creative, ordinal):
        return None
    made = collections.Counter()
    if creative.is_message:
        now, late = message(creative, ordinal)
        for name, by_lag in late.items():
            made[name] = sum(by_lag[:seen.age + 1])
        clicks = sum(late["msg_click"])
    else:
        now = display(creative, ordinal)
        clicks = now["click"]
    made.update(now)
    if not creative.is_message or seen.messages_convert:
        made.update(conversions(creative, ordinal, clicks, seen))
    if seen.parts < 24:
        for name, number in made.items():
            made[name] = cut_all(number, [seen.parts, 24 - seen.parts],
                                 step_of(creative, name))[0]
    return made


def conversions(creative, ordinal, clicks, seen):
    """Returns the conversions of a day's clicks that are seen."""
    made = {}
    events, price = converted(creative, ordinal, clicks)
    for name, by_lag in events.items():
        for window in WINDOWS if by_lag else ():
            count = sum(by_lag[:min(window, seen.age) + 1])
            made["conv_%s_%dd" % (name, window)] = count
            if name == "purchase":
                made["conv_purchase_p_%dd" % window] = count * price * 100
                made["conv_purchase_q_%dd" % window] = count * 2
    return made


def step_of(creative, name):
    """Returns the steps in which a number is cut."""
    return quantum(creative) if name in MONEY else 1


def parts(creative, ordinal, numbers, dimension):
    """Yields (values, numbers) of a creative's day along a dimension."""
    if dimension == "CREATIVE_FORMAT":
        yield (creative.spec.format,), numbers
        return
    values = SPLITS[dimension]
    weights = [noise(creative.id, ordinal, dimension, i)[0] % 6
               for i in range(len(values))]
    if not any(weights):
        weights[0] = 1
    cut = {name: cut_all(number, weights, step_of(creative, name))
           for name, number in numbers.items()}
    for position, value in enumerate(values):
        part = {name: by_value[position] for name, by_value in cut.items()}
        if any(part.values()):
            yield value, part


def viewers(creative, ordinal, numbers):
    """Returns the numbers of the people who saw a creative on a day."""
    imp = numbers.get("imp", 0)
    return people.who(imp, 4 << imp.bit_length(),
                      creative.at("campaign").id, ordinal)


def add(numbers):
    """Returns the sum of some numbers."""
    first, *others = numbers
    total = collections.Counter(first)
    for one in others:
        total.update(one)
    return total
