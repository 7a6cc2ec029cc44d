"""Times attribution beside the same in plain SQL; see doc/benchmarks.md.
Started by test/bench/attribution, which provides the server (by PGHOST and the
like)."""

import argparse
import math
import statistics
import subprocess
import sys
import time

# A size, a quarter and a sixteenth of it; users have ten touches and half a
# conversion each at every size.
FRACTIONS = (16, 4, 1)
TOUCHES_PER_USER = 10
MODELS = ("last", "linear", "time_decay", "shapley", "markov")

MAKE = """
CREATE TABLE events_{part} AS
SELECT 'user ' || (random() * {users})::int AS user_id,
       timestamptz '2026-01-01' + random() * interval '60 days' AS at,
       CASE WHEN i <= {touches} THEN 'channel ' || (random() * 19)::int END AS channel,
       i > {touches} AS conversion,
       CASE WHEN i > {touches} THEN round((random() * 100)::numeric, 2) END AS value
  FROM generate_series(1, {rows}) AS i
 ORDER BY random();
VACUUM ANALYZE events_{part};
"""
JOURNEYS = """SELECT adpipe.journeys(user_id, at, channel, conversion, value)
  FROM events_{part}"""
ADPIPE = """SELECT round(sum(conversions)), round(sum(value), 2)
  FROM adpipe.attribution(({journeys}), '{model}', '30 days')
 WHERE channel IS NOT NULL"""

# What one would write by hand for the linear model.
BY_HAND = """WITH paths AS (
    SELECT t.channel, c.value, count(*) OVER (PARTITION BY c.ctid) AS touches
      FROM events_{part} AS c JOIN events_{part} AS t USING (user_id)
     WHERE c.conversion AND NOT t.conversion
       AND t.at BETWEEN c.at - interval '720 hours' AND c.at),
totals AS (
    SELECT channel, sum(1.0 / touches) AS conversions, sum(value / touches) AS value
      FROM paths GROUP BY channel)
SELECT round(sum(conversions)), round(sum(value), 2) FROM totals"""


class Bench:
    def __init__(self, options):
        self.options = options

    def sql(self, text):
        """Runs SQL in a session of its own, without workers or JIT."""
        return subprocess.run(
            [self.options.psql, "-XAtq", "-v", "ON_ERROR_STOP=1"], text=True,
            input="SET max_parallel_workers_per_gather = 0; SET jit = off;"
                  "SET work_mem = '256MB';" + text,
            stdout=subprocess.PIPE, check=True).stdout.strip()

    def set_up(self):
        self.sql("CREATE EXTENSION adpipe; SELECT setseed(0.5)")
        for part in FRACTIONS:
            touches = self.options.rows // part
            users = touches // TOUCHES_PER_USER
            self.sql("SELECT setseed(0.5);" + MAKE.format(
                part=part, touches=touches, users=users, rows=touches + users // 2))

    def measure(self, ways):
        """Name -> (median seconds, result); the ways take turns."""
        times = {name: [] for name in ways}
        results = {}
        for _ in range(self.options.runs):
            for name, query in ways.items():
                start = time.monotonic()
                results[name] = self.sql(query)
                times[name].append(time.monotonic() - start)
        return {name: (statistics.median(times[name]), results[name]) for name in ways}


def ways_of(part):
    journeys = JOURNEYS.format(part=part)
    ways = {model: ADPIPE.format(journeys=journeys, model=model) for model in MODELS}
    ways["journeys"] = f"SELECT length(adpipe_internal.journeys_send(({journeys})))"
    ways["by hand"] = BY_HAND.format(part=part)
    ways["count"] = f"SELECT count(*), min(user_id), max(channel) FROM events_{part}"
    return ways


def target(title, value, bound, compare):
    """Prints a line; true if the target is met."""
    is_met = value <= bound if compare == "at most" else value >= bound
    print(f"  {title:44} {value:6.2f}   {compare} {bound:.2f}"
          f"   {'met' if is_met else 'MISSED'}")
    return is_met


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--psql", required=True)
    parser.add_argument("--rows", type=int, required=True)
    parser.add_argument("--runs", type=int, required=True)
    parser.add_argument("--strict", action="store_true")
    options = parser.parse_args()
    bench = Bench(options)
    bench.set_up()

    found = {}
    for part in FRACTIONS:
        found[part] = bench.measure(ways_of(part))
        if len({found[part][way][1] for way in (*MODELS, "by hand")}) > 1:
            sys.exit(f"the results differ: {found[part]}")

    touches = options.rows
    print(f"\n{touches:,} touches, medians of {options.runs}")
    for way, (seconds, _) in found[1].items():
        print(f"  {way:12} {seconds:8.2f} s   {touches / seconds:12,.0f} touches per second")
    print(f"  stored journeys take {int(found[1]['journeys'][1]) / touches:.1f} bytes per touch")

    # n log n from a sixteenth to the whole
    allowed = FRACTIONS[0] * math.log(touches) / math.log(touches / FRACTIONS[0])
    print("\nratios")
    met = [target("linear by hand / linear",
                  found[1]["by hand"][0] / found[1]["linear"][0], 1, "at least")]
    for model in MODELS:
        met.append(target(f"{model}: {touches:,} touches / {touches // FRACTIONS[0]:,}",
                          found[1][model][0] / found[FRACTIONS[0]][model][0],
                          allowed, "at most"))
    if options.strict and not all(met):
        sys.exit(1)


if __name__ == "__main__":
    main()
