"""Times the KPI aggregates beside the same written with sum(); see
doc/benchmarks.md.  Started by test/bench/kpi, which provides the server (by
PGHOST and the like)."""

import argparse
import re
import statistics
import subprocess
import sys

STATS = "adpipe.stats(impressions, clicks, spend, conversions, " \
        "conversions_value)"
ACCESSORS = "adpipe.ctr({0}), adpipe.cpc({0}), adpipe.cpa({0}), " \
            "adpipe.cvr_click({0}), adpipe.roas({0})"
ONE_STEP = """adpipe.ctr(clicks, impressions), adpipe.cpc(spend, clicks),
    adpipe.cpa(spend, conversions), adpipe.cvr_click(conversions, clicks),
    adpipe.roas(conversions_value, spend)"""
SUMS = """sum(clicks) / NULLIF(sum(impressions), 0),
    sum(spend) / NULLIF(sum(clicks), 0),
    sum(spend) / NULLIF(sum(conversions), 0),
    sum(conversions) / NULLIF(sum(clicks), 0),
    sum(conversions_value) / NULLIF(sum(spend), 0)"""
# A grouped query is asked for one number, so that psql does not print 1,000.
GROUPED = "SELECT count(*) FROM (SELECT campaign, %s FROM kpi_rows " \
          "GROUP BY campaign OFFSET 0) AS g (campaign, a, b, c, d, e) " \
          "WHERE (a + b + c + d + e) IS NOT NULL"
MONEY = "(conversions_value, spend, currency)"
NO_CURRENCY = "(conversions_value, spend)"
SLIDING = "SELECT count(roas) FROM (SELECT %s OVER (PARTITION BY campaign " \
          "ORDER BY day ROWS BETWEEN %d PRECEDING AND CURRENT ROW) AS roas " \
          "FROM kpi_days OFFSET 0) AS s"

# name: (query, settings)
QUERIES = {
    "count(*)": ("SELECT count(*) FROM kpi_rows", {}),
    "five accessors of stats()": (
        "SELECT %s FROM kpi_rows" % ACCESSORS.format(STATS), {}),
    "five one-step KPIs": ("SELECT %s FROM kpi_rows" % ONE_STEP, {}),
    "five ratios of sum()": ("SELECT %s FROM kpi_rows" % SUMS, {}),
    "accessors, 1000 groups": (GROUPED % ACCESSORS.format(STATS), {}),
    "one-step, 1000 groups": (GROUPED % ONE_STEP, {}),
    "sum(), 1000 groups": (GROUPED % SUMS, {}),
    "accessors, two processes": (
        "SELECT %s FROM kpi_rows" % ACCESSORS.format(STATS), {"workers": 1}),
    "stats(), bigint counts": (
        "SELECT %s FROM kpi_bigint" % STATS, {}),
    "stats(), numeric counts": (
        "SELECT %s FROM kpi_numeric" % STATS, {}),
    "stats() of sums": (
        "SELECT %s FROM (SELECT campaign, sum(impressions) AS impressions, "
        "sum(clicks) AS clicks, sum(spend) AS spend, "
        "sum(conversions) AS conversions, "
        "sum(conversions_value) AS conversions_value "
        "FROM kpi_bigint GROUP BY campaign, impressions / 1000) AS s" % STATS, {}),
    "sum() of sums": (
        "SELECT sum(impressions), sum(clicks), sum(spend), sum(conversions), "
        "sum(conversions_value) FROM (SELECT campaign, "
        "sum(impressions) AS impressions, sum(clicks) AS clicks, "
        "sum(spend) AS spend, sum(conversions) AS conversions, "
        "sum(conversions_value) AS conversions_value "
        "FROM kpi_bigint GROUP BY campaign, impressions / 1000) AS s", {}),
    "rollup() of stored values": (
        "SELECT adpipe.roas(adpipe.rollup(stats)) FROM kpi_states", {}),
    "roas, 28 days": (
        SLIDING % ("adpipe.roas" + MONEY, 27), {}),
    "the same, not moving": (
        SLIDING % ("not_moving" + MONEY, 27), {}),
    "without currency, 28 days": (
        SLIDING % ("adpipe.roas" + NO_CURRENCY, 27), {}),
    "without, not moving": (
        SLIDING % ("not_moving" + NO_CURRENCY, 27), {}),
    "sum(bigint), 28 days": (
        SLIDING % ("sum(campaign::bigint)", 27), {}),
    "roas, 7 days": (
        SLIDING % ("adpipe.roas" + MONEY, 6), {}),
    "roas, 365 days": (
        SLIDING % ("adpipe.roas" + MONEY, 364), {}),
}

SET_UP = """
CREATE EXTENSION adpipe;
CREATE UNLOGGED TABLE kpi_rows (impressions bigint, clicks bigint,
    spend numeric(12,2), conversions numeric(12,4),
    conversions_value numeric(12,2), campaign integer);
INSERT INTO kpi_rows
SELECT i %% 20011, i %% 1009, (i %% 99991) / 100.0, (i %% 1013) / 16.0,
    (i %% 499979) / 100.0, i %% 1000
FROM generate_series(1, %(rows)d) AS i;
CREATE UNLOGGED TABLE kpi_bigint AS SELECT * FROM kpi_rows LIMIT %(few)d;
CREATE UNLOGGED TABLE kpi_numeric AS
SELECT impressions::numeric AS impressions, clicks::numeric AS clicks, spend,
    conversions, conversions_value, campaign
FROM kpi_bigint;
CREATE UNLOGGED TABLE kpi_states (stats adpipe.adstats);
INSERT INTO kpi_states
SELECT adpipe.stats(impressions, clicks, spend, conversions, conversions_value)
FROM (SELECT *, row_number() OVER () AS n FROM kpi_rows LIMIT %(few)d) AS r
GROUP BY n;
CREATE UNLOGGED TABLE kpi_days AS
SELECT i %% 1000 AS campaign, i / 1000 AS day,
    (i %% 99991 / 100.0)::numeric(12,2) AS spend,
    (i %% 49979 / 10.0)::numeric(12,2) AS conversions_value,
    'EUR'::text AS currency
FROM generate_series(0, %(few)d - 1) AS i ORDER BY 1, 2;
CREATE INDEX ON kpi_days (campaign, day);
CREATE AGGREGATE not_moving(numeric, numeric, text) (SFUNC = adpipe_internal.ratio_add,
    STYPE = adpipe.ratio_state, FINALFUNC = adpipe_internal.ratio_final,
    INITCOND = 'ratio:1:nd:-:0:0:0:0:0:0:0');
CREATE AGGREGATE not_moving(numeric, numeric) (SFUNC = adpipe_internal.ratio_add,
    STYPE = adpipe.ratio_state, FINALFUNC = adpipe_internal.ratio_final,
    INITCOND = 'ratio:1:nd:-:0:0:0:0:0:0:0');
VACUUM (FREEZE, ANALYZE) kpi_rows, kpi_bigint, kpi_numeric, kpi_states,
    kpi_days;
"""


class Bench:
    """The server."""

    def __init__(self, options):
        self.psql = options.psql
        self.rows = options.rows
        self.jit = options.jit
        self.few = min(options.rows, 1_000_000)
        self.sql(SET_UP % {"rows": self.rows, "few": self.few})

    def sql(self, text):
        """Runs SQL in a session of its own; returns what it prints."""
        return subprocess.run(
            [self.psql, "-XAtq", "-v", "ON_ERROR_STOP=1"],
            input=text, stdout=subprocess.PIPE, text=True,
            check=True).stdout.strip()

    def timed(self, query, workers=0):
        """Seconds that a query takes, as the server sees it, and seconds that
        its process computes, which other processes lengthen far less."""
        done = subprocess.run(
            [self.psql, "-XAtq", "-v", "ON_ERROR_STOP=1"],
            input="""
SET jit = %s; SET max_parallel_workers_per_gather = %d;
SET work_mem = '64MB'; SET parallel_setup_cost = 0; SET parallel_tuple_cost = 0;
SET log_executor_stats = on; SET client_min_messages = log;
EXPLAIN (ANALYZE, TIMING off, SUMMARY on) %s""" % (self.jit, workers, query),
            stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
            check=True)
        out = done.stdout
        launched = out.count("Workers Launched: %d" % workers)
        if workers and not launched:
            sys.exit("the server did not start %d workers:\n%s" % (
                workers, out))
        line = [line for line in out.splitlines()
                if line.startswith("Execution Time")][0]
        usage = re.findall(r"([0-9.]+) s user, ([0-9.]+) s system,",
                           done.stderr)
        if not usage:
            sys.exit("no executor statistics in:\n%s" % done.stderr)
        return (float(line.split()[2]) / 1000,
                sum(float(user) + float(system) for user, system in usage))

    def check(self):
        """All ways to the five KPIs, and to the sums, must come to the same
        digits."""
        for alike in ("five ", "stats()"):
            answers = {name: self.sql(query)
                       for name, (query, _) in QUERIES.items()
                       if name.startswith(alike)}
            if len(set(answers.values())) != 1:
                sys.exit("the ways differ: %s" % answers)


def targets(wall, cpu, bench):
    """Ratios with their targets: (name, ratio, target, at least?).  Of
    computing time, but for what several processes do."""
    def ratio(slow, fast, seconds=cpu):
        return seconds[slow] / seconds[fast]

    accessors = "five accessors of stats()"
    states = bench.few / cpu["rollup() of stored values"] / 1e6
    return (
        ("accessors / count(*)", ratio(accessors, "count(*)"), 2.2, False),
        ("sum() / accessors", ratio("five ratios of sum()", accessors),
         1.3, True),
        ("the same, 1000 groups",
         ratio("sum(), 1000 groups", "accessors, 1000 groups"), 1.15, True),
        ("numeric counts / bigint counts",
         ratio("stats(), numeric counts", "stats(), bigint counts"),
         1.3, False),
        ("one process / two",
         ratio(accessors, "accessors, two processes", wall), 1.5, True),
        ("million values per second", states, 3, True),
        ("not moving / moving, 28 days",
         ratio("the same, not moving", "roas, 28 days"), 4, True),
        ("the same without currency",
         ratio("without, not moving", "without currency, 28 days"), 4, True),
        ("365 days / 7 days", ratio("roas, 365 days", "roas, 7 days"),
         1.5, False))


def report(bench, runs):
    """Measures in turns, so that a busy minute hits all; prints.  Returns
    whether all targets are met."""
    bench.check()
    times = {name: [] for name in QUERIES}
    for _ in range(runs):
        for name, (query, settings) in QUERIES.items():
            times[name].append(bench.timed(query, **settings))
    wall, cpu = ({name: statistics.median(pair[i] for pair in pairs)
                  for name, pairs in times.items()} for i in (0, 1))
    print("%d rows, %d stored values, %d days; medians of %d\n" % (
        bench.rows, bench.few, bench.few, runs))
    print("%-30s %8s   %9s" % ("", "took", "computing"))
    for name in QUERIES:
        print("%-30s %8.3f s %8.3f s" % (name, wall[name], cpu[name]))
    print()
    all_met = True
    for name, value, target, at_least in targets(wall, cpu, bench):
        met = value >= target if at_least else value <= target
        all_met = all_met and met
        print("%-30s %6.2f  target: at %s %g  %s" % (
            name, value, "least" if at_least else "most", target,
            "met" if met else "MISSED"))
    return all_met


def main():
    """Reads options, measures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--psql", required=True)
    parser.add_argument("--rows", type=int, required=True)
    parser.add_argument("--runs", type=int, required=True)
    parser.add_argument("--jit", default="on")
    parser.add_argument("--strict", action="store_true")
    options = parser.parse_args()
    met = report(Bench(options), options.runs)
    sys.exit(1 if options.strict and not met else 0)


main()
