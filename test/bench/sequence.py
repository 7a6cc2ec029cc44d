"""Times funnels, patterns and retention; see doc/benchmarks.md.  Started by
test/bench/sequence, which provides the server (by PGHOST and the like)."""

import argparse
import math
import statistics
import subprocess
import sys
import time

# A size, half of it and a tenth; users have ten events each at all of them.
FRACTIONS = (10, 2, 1)
EVENTS_PER_USER = 10

MAKE = """
SELECT setseed(0.5);
CREATE UNLOGGED TABLE events_{part} AS
SELECT (random() * {users})::int AS user_id,
       timestamptz '2026-01-01' + random() * interval '30 days' AS at,
       (1 + random() * 7)::smallint AS event
  FROM generate_series(1, {rows}) AS i;
VACUUM ANALYZE events_{part};
"""
INDEX = "CREATE INDEX ON events_{part} (user_id, event, at); VACUUM events_{part}"

STEPS = "event = 1, event = 2, event = 3, event = 4, event = 5"
# Nobody passes the last step, so that every event is looked at.
OPEN_STEPS = "event = 1, event = 2, event = 3, event = 4, event = 9"
LEVELS = """SELECT adpipe.funnel_counts(level, 5) FROM (
    SELECT {level} AS level FROM events_{part} GROUP BY user_id) AS users"""
WAYS = {
    "count": "SELECT count(*), max(user_id), max(at) FROM events_{part}",
    "max": """SELECT count(latest) FROM (
        SELECT max(at) AS latest FROM events_{part} GROUP BY user_id) AS users""",
    "array_agg": """SELECT sum(cardinality(list)) FROM (
        SELECT array_agg(at) AS list FROM events_{part} GROUP BY user_id) AS users""",
    "in order": """SELECT sum(cardinality(list)) FROM (
        SELECT array_agg(event ORDER BY at) AS list FROM events_{part}
         GROUP BY user_id) AS users""",
    "funnel": LEVELS.replace("{level}", f"adpipe.window_funnel('7 days', at, {STEPS})"),
    "funnel, sorted": "SET enable_hashagg = off;" + LEVELS.replace(
        "{level}", f"adpipe.window_funnel('7 days', at, {STEPS})"),
    "pattern": f"""SELECT sum(n) FROM (
        SELECT adpipe.sequence_count('(?1).*(?2)(?t<=604800)(?3)', at, {STEPS}) AS n
          FROM events_{{part}} GROUP BY user_id) AS users""",
    "retention": """SELECT count(*) FILTER (WHERE days[2]) FROM (
        SELECT adpipe.retention('classic', '{{1,7,14}}', '2026-01-31 00:00+00', 'UTC',
                                at, event = 1, event > 1) AS days
          FROM events_{part} GROUP BY user_id) AS users""",
    "one list": f"SELECT adpipe.window_funnel('7 days', at, {OPEN_STEPS}) FROM events_{{part}}",
    "one pattern": f"""SELECT adpipe.sequence_count('(?1).*(?2)(?t>=60)(?3)', '1 hour', at, {STEPS})
          FROM events_{{part}}""",
}
# By user, the executor's hash table outgrows the processor's caches between a
# tenth and the whole, whatever the aggregate; hence growth is told from half to
# whole, where it is too large at both, and for what the aggregate costs beyond
# max() by user, from a tenth as well.  Rows sorted by user need no such table.
BY_USER = ("funnel", "pattern", "retention")
ELSEWHERE = ("funnel, sorted", "one list", "one pattern")
BESIDE = ("max", "array_agg")

# The funnel as one would write it by hand: from every start, step by step.
# Without an index made for it this does not end; hence only for the smaller
# table, after the rest.
BY_HAND = """SELECT ARRAY[count(*) FILTER (WHERE level >= 1), count(*) FILTER (WHERE level >= 2),
       count(*) FILTER (WHERE level >= 3), count(*) FILTER (WHERE level >= 4),
       count(*) FILTER (WHERE level >= 5)]
  FROM (SELECT s1.user_id, max(1 + (s2.at IS NOT NULL)::int + (s3.at IS NOT NULL)::int
                                 + (s4.at IS NOT NULL)::int + (s5.at IS NOT NULL)::int) AS level
          FROM events_{part} AS s1""" + "".join(f"""
          CROSS JOIN LATERAL (SELECT min(e.at) AS at FROM events_{{part}} AS e
               WHERE e.user_id = s1.user_id AND e.event = {n} AND e.at >= s{n - 1}.at
                 AND e.at <= s1.at + interval '168 hours') AS s{n}""" for n in range(2, 6)) + """
         WHERE s1.event = 1 GROUP BY s1.user_id) AS users"""


class Bench:
    def __init__(self, options):
        self.options = options

    def sql(self, text):
        """Runs SQL in a session of its own, without workers or JIT."""
        return subprocess.run(
            [self.options.psql, "-XAtq", "-v", "ON_ERROR_STOP=1"], text=True,
            input="SET max_parallel_workers_per_gather = 0; SET jit = off;"
                  "SET work_mem = '512MB';" + text,
            stdout=subprocess.PIPE, check=True).stdout.strip()

    def set_up(self):
        self.sql("CREATE EXTENSION adpipe")
        for part in FRACTIONS:
            rows = self.options.rows // part
            self.sql(MAKE.format(part=part, rows=rows, users=rows // EVENTS_PER_USER))

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


def target(title, value, most):
    """Prints a line; true if the target is met."""
    print(f"  {title:44} {value:6.2f}   at most {most:.2f}"
          f"   {'met' if value <= most else 'MISSED'}")
    return value <= most


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--psql", required=True)
    parser.add_argument("--rows", type=int, required=True)
    parser.add_argument("--runs", type=int, required=True)
    parser.add_argument("--strict", action="store_true")
    options = parser.parse_args()
    bench = Bench(options)
    bench.set_up()

    small, half, whole = FRACTIONS
    found = {part: bench.measure({name: query.format(part=part)
                                  for name, query in WAYS.items()
                                  if part != half or name in BY_USER + BESIDE})
             for part in FRACTIONS}
    bench.sql(INDEX.format(part=small))
    found[small].update(bench.measure({
        "by hand, indexed": BY_HAND.format(part=small),
        "funnel, indexed": WAYS["funnel"].format(part=small)}))
    if len({found[small][way][1]
            for way in ("funnel", "funnel, sorted", "funnel, indexed", "by hand, indexed")}) > 1:
        sys.exit(f"the results differ: {found[small]}")

    for part in FRACTIONS:
        rows = options.rows // part
        print(f"\n{rows:,} events, medians of {options.runs}")
        for way, (seconds, _) in found[part].items():
            print(f"  {way:16} {seconds:8.2f} s   {rows / seconds:12,.0f} events per second")

    def seconds(way, part):
        return found[part][way][0]

    def beyond(way, part):
        return seconds(way, part) - seconds("max", part)

    # n log n from one part to the whole
    rows = options.rows
    allowed = {part: part * math.log(rows) / math.log(rows / part) for part in FRACTIONS[:2]}
    print("\nratios")
    for way in BESIDE + BY_USER:
        print(f"  {way}: {rows:,} events / {rows // small:,}".ljust(46)
              + f" {seconds(way, whole) / seconds(way, small):6.2f}   for comparison")
    met = [target(f"{way}: {rows:,} events / {rows // half:,}",
                  seconds(way, whole) / seconds(way, half), allowed[half]) for way in BY_USER]
    met += [target(f"{way} - max: {rows:,} events / {rows // small:,}",
                   beyond(way, whole) / beyond(way, small), allowed[small]) for way in BY_USER]
    met += [target(f"{way}: {rows:,} events / {rows // small:,}",
                   seconds(way, whole) / seconds(way, small), allowed[small]) for way in ELSEWHERE]
    if options.strict and not all(met):
        sys.exit(1)


if __name__ == "__main__":
    main()
