#!/usr/bin/env python3
"""Attribution by its definitions, in exact fractions: the judge of adpipe's.

    attribution.py make SEED WORLDS FOLDER
        writes events.csv (world, user, second, channel, conversion, value) and
        cases.csv (id, world, model, lookback, counting, direct, half_life,
        first_weight, last_weight) with random contents
    attribution.py judge
        prints the general Shapley values of a published example: v(A) = 10,
        B 20, C 5, AB 40, AC 18, BC 30, ABC 60
    attribution.py check FOLDER
        compares paths.csv, credits.csv, totals.csv and effects.csv, which the
        extension made of them, and prints what differs

Nothing here is clever.  Paths are cut by looking at all pairs, Shapley values
are sums over all subsets, and the Markov chain is solved once per channel that
is removed.
"""
import csv
import itertools
import math
import random
import sys
from collections import defaultdict
from decimal import Decimal
from fractions import Fraction

MODELS = ["first", "last", "last_non_direct", "linear", "time_decay", "position",
          "shapley", "markov"]
COUNTINGS = ["every", "separate", "first", "last"]
UNIT = Fraction(1, 10**12)
CLOSE = Fraction(1, 10**9)  # where the extension computes with floats


# ---- random worlds

def make_events(random_, world):
    """A few users, few channels and few moments, so that all things meet."""
    channels = random_.sample(["direct", "search", "social", "e-mail", "Ä", "a b", '"q\\'],
                              random_.randint(1, 6))
    places = random_.choice([0, 0, 2, 6, 12])
    for user in range(random_.randint(1, 12)):
        for _ in range(random_.choice([0, 1, 2, 3, 5, 8, 20])):
            second = random_.choice([random_.randint(0, 6), random_.randint(0, 3_000_000)])
            converts = random_.random() < 0.25
            touches = not converts or random_.random() < 0.2
            value = ""
            if converts and random_.random() < 0.9:
                value = str(Decimal(random_.randint(0, 10**random_.randint(1, 14))).scaleb(-places))
            yield [world, f"u{user}", second, random_.choice(channels) if touches else "",
                   "t" if converts else "f", value]


def make_case(random_, world, model):
    first = Decimal(random_.randint(0, 100)) / 100
    return [world, model,
            random_.choice(["", "0", "3", "86400", "604800"]),
            random_.choice(COUNTINGS),
            random_.choice(["", "", "direct", "search", "unknown"]),
            random_.choice(["1", "86400", "604800"]),
            first, random_.choice([1 - first, (1 - first) / 2, Decimal(0)])]


def make(seed, worlds, folder):
    random_ = random.Random(int(seed))
    with open(f"{folder}/events.csv", "w", newline="", encoding="utf-8") as events, \
            open(f"{folder}/cases.csv", "w", newline="", encoding="utf-8") as cases:
        number = 0
        for world in range(int(worlds)):
            csv.writer(events).writerows(make_events(random_, world))
            for model in MODELS:
                number += 1
                csv.writer(cases).writerow([number, *make_case(random_, world, model)])


# ---- definitions

class Case:
    def __init__(self, row):
        (self.number, self.world, self.model, lookback, self.counting, direct,
         half_life, first, last) = row
        self.lookback = Fraction(lookback) if lookback else math.inf
        self.direct = direct
        if self.model == "last_non_direct" and not direct:
            self.direct = "direct"
        self.half_life = float(half_life)
        self.first, self.last = Fraction(first), Fraction(last)


class Path:
    def __init__(self, user, ordinal, at, value, touches):
        self.user, self.ordinal, self.at, self.value = user, ordinal, at, value
        self.touches = touches  # (second, channel)


def journeys(rows):
    """User -> events in order: (second, 0, channel, None) or (second, 1, "", value)."""
    result = defaultdict(list)
    for _, user, second, channel, converts, value in rows:
        if channel:
            result[user].append((int(second), 0, channel.encode(), None))
        if converts == "t":
            result[user].append((int(second), 1, b"", Decimal(value) if value else None))
    for events in result.values():
        events.sort(key=lambda e: (e[0], e[1], e[2], e[3] is not None, e[3] or 0))
    return dict(sorted(result.items(), key=lambda item: item[0].encode()))


def without_direct(touches, direct):
    others = [t for t in touches if t[1] != direct]
    return others or touches


def window(events, begin, end, until, case):
    touches = [(e[0], e[2].decode()) for e in events[begin:end]
               if e[1] == 0 and until - e[0] <= case.lookback]
    return without_direct(touches, case.direct)


def cut(user, events, case):
    conversions = [i for i, e in enumerate(events) if e[1] == 1]
    for ordinal, i in enumerate(conversions, 1):
        if case.counting == "first" and ordinal > 1:
            continue
        if case.counting == "last" and ordinal < len(conversions):
            continue
        begin = 0
        if case.counting == "separate" and ordinal > 1:
            begin = conversions[ordinal - 2] + 1
        yield Path(user, ordinal, events[i][0], events[i][3],
                   window(events, begin, i, events[i][0], case))
    if conversions and case.counting == "first":
        return
    begin = conversions[-1] + 1 if conversions else 0
    touches = window(events, begin, len(events), events[-1][0], case)
    if touches:
        yield Path(user, None, None, None, touches)


def shares(path, case):
    """The share of each touch; floats for time decay, else fractions."""
    n = len(path.touches)
    if case.model == "first":
        return [Fraction(i == 0) for i in range(n)]
    if case.model in ("last", "last_non_direct"):
        return [Fraction(i == n - 1) for i in range(n)]
    if case.model == "time_decay":
        until = path.at
        weights = [Fraction(2.0 ** (-(until - second) / case.half_life))
                   for second, _ in path.touches]
        if not sum(weights):  # all too old for a float
            until = path.touches[-1][0]
            weights = [Fraction(2.0 ** (-(until - second) / case.half_life))
                       for second, _ in path.touches]
        return [w / sum(weights) for w in weights]
    if case.model == "position":
        if n == 1:
            return [Fraction(1)]
        if n == 2:
            both = case.first + case.last
            return [case.first / both, case.last / both] if both else [Fraction(1, 2)] * 2
        middle = (1 - case.first - case.last) / (n - 2)
        return [case.first] + [middle] * (n - 2) + [case.last]
    if case.model == "shapley":
        channels = [channel for _, channel in path.touches]
        return [Fraction(channel not in channels[i + 1:], len(set(channels)))
                for i, channel in enumerate(channels)]
    assert case.model == "linear"
    return [Fraction(1, n)] * n


def shapley(channels, worth):
    """By the sum over all subsets.  worth: frozenset -> fraction."""
    n = len(channels)
    result = {}
    for channel in channels:
        others = [c for c in channels if c != channel]
        result[channel] = Fraction(0)
        for size in range(n):
            weight = Fraction(math.factorial(size) * math.factorial(n - size - 1), math.factorial(n))
            for subset in itertools.combinations(others, size):
                gain = worth(frozenset(subset) | {channel}) - worth(frozenset(subset))
                result[channel] += weight * gain
    return result


def chain_rate(moves, ends, departures, removed):
    """What a walk from the start brings in, if those who come to removed are lost."""
    states = [s for s in departures if s != removed]
    rows = []
    for state in states:
        row = [Fraction(state == other) - moves.get((state, other), Fraction(0)) / departures[state]
               for other in states]
        rows.append(row + [ends.get(state, Fraction(0)) / departures[state]])
    for i in range(len(states)):
        pivot = next(r for r in range(i, len(states)) if rows[r][i])
        rows[i], rows[pivot] = rows[pivot], rows[i]
        rows[i] = [x / rows[i][i] for x in rows[i]]
        for r, row in enumerate(rows):
            if r != i and row[i]:
                rows[r] = [x - row[i] * y for x, y in zip(row, rows[i])]
    return rows[states.index("")][-1] if "" in states else Fraction(0)


def removal_effects(paths, channels, amount):
    """(rate, channel -> share lost); amount says what a conversion brings in."""
    moves, ends, departures = defaultdict(Fraction), defaultdict(Fraction), defaultdict(Fraction)
    for path in paths:
        visits = [""] + [c for c, _ in itertools.groupby(c for _, c in path.touches)]
        for a, b in zip(visits, visits[1:]):
            moves[a, b] += 1
        for visit in visits:
            departures[visit] += 1
        if path.at is not None:
            ends[visits[-1]] += amount(path)
    rate = chain_rate(moves, ends, departures, None)
    if not rate:
        return rate, {c: Fraction(0) for c in channels}
    return rate, {c: 1 - chain_rate(moves, ends, departures, c) / rate for c in channels}


def divide(amount, effects):
    total = sum(effects.values())
    return {c: amount * e / total if total else Fraction(0) for c, e in effects.items()}


def totals(paths, channels, case):
    """channel -> (conversions, value); what is on no path under None."""
    credit, value = defaultdict(Fraction), defaultdict(Fraction)
    converted = [p for p in paths if p.at is not None]
    attributed = [p for p in converted if p.touches]
    for path in converted:
        if not path.touches:
            credit[None] += 1
            value[None] += Fraction(path.value or 0)
    worth = lambda p: Fraction(p.value or 0)
    if case.model == "markov":
        walked = [p for p in paths if p.touches]
        for sums, amount in ((credit, lambda p: Fraction(1)), (value, worth)):
            _, effects = removal_effects(walked, channels, amount)
            sums.update(divide(sum(map(amount, attributed), Fraction(0)), effects))
    elif case.model == "shapley":
        for sums, amount in ((credit, lambda p: Fraction(1)), (value, worth)):
            game = [({c for _, c in p.touches}, amount(p)) for p in attributed]
            sums.update(shapley(channels, lambda s, game=game: sum(
                (a for needed, a in game if needed <= s), Fraction(0))))
    else:
        for path in attributed:
            for (_, channel), share in zip(path.touches, shares(path, case)):
                credit[channel] += share
                value[channel] += share * worth(path)
    has_values = any(p.value is not None for p in converted)
    names = channels + ([None] if credit[None] else [])
    return {c: (credit[c], value[c] if has_values else None) for c in names}


# ---- comparison

def read(folder, name):
    with open(f"{folder}/{name}.csv", newline="", encoding="utf-8") as file:
        return list(csv.reader(file))


def by_case(rows):
    result = defaultdict(list)
    for row in rows:
        result[row[0]].append(row[1:])
    return result


def text(value):
    if isinstance(value, Decimal):
        return format(value, "f")
    return "" if value is None else str(value)


def near(found, expected, tolerance, whole=1):
    """Is it, up to a tolerance that is in parts of the whole if that is large?"""
    if expected is None or found == "":
        return expected is None and found == ""
    return abs(Fraction(found) - expected) <= tolerance * max(1, whole)


def check_paths(case, paths, rows):
    expected = [[p.user, text(p.ordinal), text(p.at), text(p.value),
                 ">".join(c for _, c in p.touches)] for p in paths]
    if expected != rows:
        yield f"paths are {rows}, should be {expected}"


def check_credits(case, paths, rows):
    """Each credit, and that those of a conversion add up exactly."""
    rows = iter(rows)
    for path in paths:
        if path.at is None:
            continue
        found = [next(rows, ["nothing"] * 8) for _ in path.touches or [None]]
        expected = shares(path, case) if path.touches else [Fraction(1)]
        touches = path.touches or [("", "")]
        for step, (row, share, touch) in enumerate(zip(found, expected, touches), 1):
            if row[:6] != [path.user, str(path.ordinal), str(path.at),
                           str(step) if path.touches else "", str(touch[0]), touch[1]]:
                yield f"row {row} should be step {step} of {path.user}: {touch}"
                return
            tolerance = CLOSE if case.model == "time_decay" else UNIT
            whole = Fraction(path.value or 0)
            value = None if path.value is None else share * whole
            if not near(row[6], share, tolerance) or \
                    not near(row[7], value, tolerance, whole * (tolerance == CLOSE)):
                yield f"credit {row}, should be {float(share)} of {path.value}"
        if sum(Fraction(row[6]) for row in found) != 1:
            yield f"credits {found} are not 1 together"
        if path.value is not None and sum(Fraction(row[7]) for row in found) != Fraction(path.value):
            yield f"values {found} are not {path.value} together"
    if next(rows, None) is not None:
        yield "more credits than conversions have"


def check_totals(case, paths, channels, rows):
    expected = totals(paths, channels, case)
    if [row[0] for row in rows] != [text(c) for c in expected]:
        yield f"channels are {rows}, should be {list(expected)}"
        return
    converted = [p for p in paths if p.at is not None]
    wholes = [len(converted), sum(Fraction(p.value or 0) for p in converted)]
    for column, whole in enumerate(wholes):
        found = [row[column + 1] for row in rows]
        if sum(Fraction(f or 0) for f in found) != whole:
            yield f"column {column + 1} of {rows} is not {whole} together"
        floats = case.model in ("time_decay", "markov")
        for row, result in zip(found, expected.values()):
            if not near(row, result[column], CLOSE if floats else UNIT, whole if floats else 1):
                yield f"total {row} among {rows}, should be {result[column] and float(result[column])}"


def check_effects(case, paths, channels, rows):
    rate, effects = removal_effects([p for p in paths if p.touches], channels,
                                    lambda p: Fraction(1))
    expected = [("", rate, None)] + [(c, rate * (1 - e), e) for c, e in effects.items()]
    for row, (channel, kept, effect) in itertools.zip_longest(rows, expected, fillvalue=["", ""]):
        if row[0] != channel or not near(row[1], kept, CLOSE) or not near(row[2], effect, CLOSE):
            yield f"effect {row}, should be {channel}, {float(kept)}, {effect and float(effect)}"


def check(folder):
    worlds = {w: journeys(rows) for w, rows in
              itertools.groupby(read(folder, "events"), key=lambda row: row[0])}
    found = {name: by_case(read(folder, name)) for name in ("paths", "credits", "totals", "effects")}
    compared = wrong = 0
    for case in map(Case, read(folder, "cases")):
        world = worlds.get(case.world, {})
        channels = sorted({e[2] for events in world.values() for e in events if e[1] == 0})
        channels = [c.decode() for c in channels]
        paths = [p for user, events in world.items() for p in cut(user, events, case)]
        problems = list(check_totals(case, paths, channels, found["totals"][case.number]))
        if world and case.model == "markov":
            problems += check_effects(case, paths, channels, found["effects"][case.number])
        elif case.model != "markov":
            problems += check_credits(case, paths, found["credits"][case.number])
        if case.model != "last_non_direct":
            problems += check_paths(case, paths, found["paths"][case.number])
        compared += 1
        for problem in problems[:3]:
            wrong += 1
            print(f"case {case.number} ({case.model}, {case.counting}, world {case.world}): {problem}")
    print(f"{compared} cases, {wrong} differences")


def judge():
    worth = {"": 0, "A": 10, "B": 20, "C": 5, "AB": 40, "AC": 18, "BC": 30, "ABC": 60}
    values = shapley("ABC", lambda s: Fraction(worth["".join(sorted(s))]))
    print(*values.values())


if __name__ == "__main__":
    {"make": make, "check": check, "judge": judge}[sys.argv[1]](*sys.argv[2:])
