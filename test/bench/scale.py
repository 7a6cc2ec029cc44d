"""Measures what many accounts cost; see doc/scale.md.  Started by
test/bench/scale, which provides the server (by PGHOST and the like)."""

import argparse
import os
import re
import statistics
import subprocess
import sys
import time

NOW = "2026-11-15 12:00+00"
WEEK = "DATE '2026-11-08' AND DATE '2026-11-14'"
COPY = "'ads.copy_1'::regclass"
DASHBOARD = """SELECT date_day, sum(spend), adpipe.cpc(spend, clicks, currency)
FROM ads.campaign_report WHERE date_day BETWEEN %s GROUP BY 1""" % WEEK
CLIENTS = 20

# Name, statement, and whether it has to end within a second.
QUESTIONS = [
    ("due days of a copy", "SELECT count(*) FROM adpipe_internal."
     "due_days(%s, false)" % COPY, False),
    ("due copies", "SELECT count(*) FROM adpipe_internal.due_targets("
     "ARRAY(SELECT target FROM adpipe.targets), 'postgres')", False),
    ("health", "SELECT count(*) FROM adpipe.health", True),
    ("freshness", "SELECT count(*) FROM adpipe.freshness", True),
    ("daily_report", "SELECT count(*) FROM adpipe.daily_report(%s)"
     % COPY, True),
    ("coverage, copy and week", "SELECT count(*) FROM adpipe.coverage WHERE "
     "target = %s AND date_day BETWEEN %s" % (COPY, WEEK), True),
    ("slices, copy and week", "SELECT count(*), min(state) FROM adpipe.slices "
     "WHERE target = %s AND date_day BETWEEN %s" % (COPY, WEEK), False),
    ("discrepancies, week", "SELECT count(*) FROM adpipe.discrepancies("
     "DATE '2026-11-08', DATE '2026-11-14')", False),
    ("stored_until", "SELECT adpipe.stored_until(%s)" % COPY, False),
    ("changed_slices, nothing new", "SELECT count(*) FROM "
     "adpipe.changed_slices(%s, 1)" % COPY, False),
    ("require_complete, week", "SELECT adpipe.require_complete(%s, "
     "DATE '2026-11-08', DATE '2026-11-14')" % COPY, False),
    ("count and hash, week", "SELECT count(*) FROM adpipe_internal."
     "stored_slices(%s, DATE '2026-11-08', DATE '2026-11-14')" % COPY, False),
    ("report view, week", DASHBOARD, False),
]


class Session:
    """A session that lasts; knows how busy its backend was."""

    def __init__(self, bindir):
        self.process = subprocess.Popen(
            [bindir + "/psql", "-XAtq", "-v", "ON_ERROR_STOP=1"],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        self.pid = int(self.run("SELECT pg_backend_pid()"))
        self.run("SET adpipe.debug_now = '%s'" % NOW)

    def run(self, sql):
        """Runs statements; returns what they print."""
        self.process.stdin.write(sql + ";\n\\echo --end\n")
        self.process.stdin.flush()
        lines = []
        while True:
            line = self.process.stdout.readline()
            if not line:
                sys.exit("the session ended in: " + sql)
            if line == "--end\n":
                return "".join(lines).strip()
            lines.append(line)

    def busy(self):
        """Seconds of a processor that the backend has had."""
        with open("/proc/%d/schedstat" % self.pid, encoding="ascii") as file:
            return int(file.read().split()[0]) / 1e9

    def measure(self, sql, runs):
        """Medians of the seconds that pass and that the backend computes."""
        passed, computed = [], []
        for _ in range(runs):
            start, busy = time.monotonic(), self.busy()
            self.run(sql)
            passed.append(time.monotonic() - start)
            computed.append(self.busy() - busy)
        return statistics.median(passed), statistics.median(computed)


def clients(options):
    """Latency in ms of a dashboard's query and queries a second, of 20."""
    script = os.path.join(options.folder, "dashboard.sql")
    with open(script, "w", encoding="utf-8") as file:
        file.write(DASHBOARD.replace("\n", " ") + ";\n")
    printed = subprocess.run(
        [options.bindir + "/pgbench", "-n", "-c", str(CLIENTS), "-j", "2",
         "-T", "10", "-f", script], stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL, text=True, check=True).stdout
    return (float(re.search(r"latency average = ([\d.]+)", printed).group(1)),
            float(re.search(r"tps = ([\d.]+)", printed).group(1)))


def world(options, accounts):
    """Makes the ledger and the rows anew; returns the seconds it took."""
    start = time.monotonic()
    subprocess.run(
        [options.bindir + "/psql", "-XAtq", "-v", "ON_ERROR_STOP=1",
         "-v", "accounts=%d" % accounts, "-v", "days=%d" % options.days,
         "-v", "copies=%d" % options.copies, "-v", "now=" + NOW,
         "-f", options.world], check=True)
    return time.monotonic() - start


def one_size(options, session, accounts):
    """Measures one world; returns the questions that missed a second."""
    took = world(options, accounts)
    session.run("SELECT count(*) FROM adpipe.create_report_views('ads')")
    slices, ledger, copy = session.run(
        "SELECT count(*), pg_size_pretty(pg_total_relation_size("
        "'adpipe.slice_ledger')), (SELECT pg_size_pretty(sum("
        "pg_total_relation_size(relid))) FROM pg_partition_tree('ads.copy_1')"
        ") FROM adpipe.slice_ledger").split("|")
    print("\n%d accounts, %d days, %d copies: %s slices, ledger %s, rows of "
          "one copy %s, made in %.0f s" % (accounts, options.days,
                                           options.copies, slices, ledger,
                                           copy, took))
    print("%-32s %12s %14s" % ("", "passed, ms", "computed, ms"))
    missed, times = [], {}
    for name, sql, is_bound in QUESTIONS:
        session.run(sql)
        passed, computed = times[name] = session.measure(sql, options.runs)
        print("%-32s %12.1f %14.1f" % (name, 1000 * passed, 1000 * computed))
        if is_bound and passed > 1:
            missed.append("%s took %.1f s" % (name, passed))
    ratio = (times["require_complete, week"][1]
             / times["count and hash, week"][1])
    print("%-32s %12.2f" % ("guard / count and hash", ratio))
    if ratio > 1.5:
        missed.append("require_complete took %.2f times count and hash"
                      % ratio)
    plan = session.run("EXPLAIN (SUMMARY) " + DASHBOARD)
    print("%-32s %12.1f" % ("planning the report view", float(
        re.search(r"Planning Time: ([\d.]+)", plan).group(1))))
    latency, rate = clients(options)
    print("%-32s %12.1f %14.1f a second" % (
        "report view, %d clients" % CLIENTS, latency, rate))
    return missed


def main():
    """Measures each size in turn."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--bindir", required=True)
    parser.add_argument("--world", required=True)
    parser.add_argument("--folder", required=True)
    parser.add_argument("--accounts", required=True)
    parser.add_argument("--days", type=int, required=True)
    parser.add_argument("--copies", type=int, required=True)
    parser.add_argument("--runs", type=int, required=True)
    parser.add_argument("--strict", action="store_true")
    options = parser.parse_args()
    session = Session(options.bindir)
    session.run("CREATE EXTENSION adpipe")
    missed = []
    for accounts in options.accounts.split():
        missed += one_size(options, session, int(accounts))
    for line in missed:
        print("missed: " + line)
    if missed and options.strict:
        sys.exit(1)


main()
