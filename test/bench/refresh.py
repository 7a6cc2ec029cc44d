"""Times refreshes of local copies; see doc/benchmarks.md.  Started by
test/bench/refresh, which provides the server (by PGHOST and the like) and all
paths."""

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.parse
import urllib.request

import client

PAGE_ROWS = 10_000
# What the loader in Python reads of a row, and the columns of its table.
PATHS = [path.split(".") for path in (
    "customer.descriptiveName", "segments.date",
    "customer.currencyCode", "campaign.id", "campaign.name",
    "campaign.status", "campaign.advertisingChannelType",
    "metrics.impressions", "metrics.clicks", "metrics.interactions",
    "metrics.costMicros", "metrics.conversions", "metrics.conversionsValue",
    "metrics.allConversions", "metrics.allConversionsValue",
    "metrics.viewThroughConversions")]
LOADED = ("account_name date_day currency campaign_id "
           "campaign_name campaign_status channel_type impressions clicks "
           "interactions cost_micros conversions conversions_value "
           "all_conversions all_conversions_value "
           "view_through_conversions").replace(" ", ", ")
COLUMNS = "account_id, spend, " + LOADED
COPY = "COPY of the same rows"
UNCHANGED = "refresh, nothing changed"
PYTHON = "Python: delete and COPY"
DLT = "Python: dlt, delete-insert"
SUMS = "count(*), sum(impressions), sum(clicks), sum(cost_micros)"
DLT_SUMS = ("count(*), sum(metrics__impressions), sum(metrics__clicks), "
            "sum(metrics__cost_micros)")


class Bench:
    """Server and simulator, and what the measurements share."""

    def __init__(self, options):
        self.options = options
        self.simulator = subprocess.Popen(
            [sys.executable, options.simulator, "--until-eof"],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        self.ready = json.loads(self.simulator.stdout.readline())
        self.url = self.ready["http"]
        self.sql("CREATE EXTENSION adpipe")

    def control(self, name, body=None):
        """Asks a control endpoint of the simulator."""
        data = None if body is None else json.dumps(body).encode()
        with urllib.request.urlopen(urllib.request.Request(
                "%s/_control/%s" % (self.url, name), data)) as answer:
            return json.load(answer)

    def sql(self, text):
        """Runs SQL in a session of its own; returns what it prints."""
        return subprocess.run(
            [self.options.psql, "-XAtq", "-v", "ON_ERROR_STOP=1"],
            input=text, stdout=subprocess.PIPE, text=True,
            check=True).stdout.strip()

    def cpu(self, text):
        """Runs SQL; returns the seconds of processor time that its session
        took, which other work on the machine sways little."""
        said = self.sql(text + "\n;SELECT pg_read_file('/proc/self/stat')")
        user, system = said.rsplit(")", 1)[1].split()[11:13]
        return (int(user) + int(system)) / os.sysconf("SC_CLK_TCK")

    def platform(self, pages, rows, accounts):
        """Makes the benchmark accounts, their foreign tables, and the
        schema for the copies anew; returns the sums of an account."""
        totals = self.control("bench", {"pages": pages, "rows": rows,
                                        "accounts": accounts})
        self.sql("""
SET client_min_messages = warning;
DROP SCHEMA IF EXISTS google, ads CASCADE;
DROP SERVER IF EXISTS google CASCADE;
CREATE SERVER google FOREIGN DATA WRAPPER google_ads
    OPTIONS (endpoint '{0}', token_endpoint '{1}', customer_id '{2}',
             login_customer_id '9876543210');
CREATE USER MAPPING FOR CURRENT_USER SERVER google
    OPTIONS (client_id 'sample-client.apps.googleusercontent.com',
             client_secret 'sample-secret', refresh_token '1//sample-refresh');
CREATE SCHEMA google;
IMPORT FOREIGN SCHEMA reports LIMIT TO (account_daily, campaign_daily)
    FROM SERVER google INTO google;
CREATE SCHEMA ads;
""".format(self.url, self.ready["token_url"], ",".join(totals["accounts"])))
        return totals

    def requests(self):
        """The requests since the last reset."""
        return self.control("requests")


def timed(action):
    """Seconds that an action takes."""
    start = time.perf_counter()
    action()
    return time.perf_counter() - start


class Large:
    """A slice of many rows: refresh, COPY, and a loader in Python."""

    def __init__(self, bench):
        self.bench = bench
        rows = bench.options.rows
        self.totals = bench.platform(max(1, rows // PAGE_ROWS),
                                     min(rows, PAGE_ROWS), 1)
        self.file = os.path.join(bench.options.folder, "rows.copy")
        # The first refresh has the platform render its pages, and its rows
        # are those that COPY loads.
        bench.sql("SELECT adpipe.materialize('google.campaign_daily', "
                  "'ads.first', current_date - 8)")
        self.refresh("ads.first")
        bench.sql("\\copy (SELECT %s FROM ads.first) TO '%s'" % (
            COLUMNS, self.file))
        self.first = [r for r in bench.requests() if "FROM campaign WHERE" in (
            r.get("query") or "")][0]
        self.client = client.Client(
            bench.url + self.first["path"], self.first["query"],
            bench.ready["token_url"])
        self.answer = bench.sql("SELECT %s FROM ads.first" % SUMS)

    def refresh(self, name):
        """Reads the seven days before today into a copy."""
        return self.bench.cpu("CALL adpipe.refresh('%s', current_date - 7, "
                              "current_date - 1)" % name)

    def like(self, name):
        """An empty table as the copy is: partitioned, with its index."""
        self.bench.sql("DROP TABLE IF EXISTS %s; SELECT adpipe.materialize("
                       "'google.campaign_daily', '%s', current_date - 8)" % (
                           name, name))
        if name != "ads.copy":
            self.bench.sql("ALTER TABLE %s ALTER _fetched_at SET DEFAULT "
                           "now(), ALTER account_id SET DEFAULT '%s'" % (
                               name, self.totals["account"]))

    def check(self, name, sums=SUMS):
        """All ways must come to the same sums."""
        found = self.bench.sql("SELECT %s FROM %s" % (sums, name))
        if found != self.answer:
            sys.exit("%s: %s, not %s" % (name, found, self.answer))

    def by_scan(self):
        """The same rows fetched and thrown away."""
        return self.bench.cpu(
            "SET client_min_messages = error; EXPLAIN (ANALYZE, TIMING OFF) "
            "SELECT * FROM google.campaign_daily WHERE date_day BETWEEN "
            "current_date - 7 AND current_date - 1")

    def by_copy(self):
        """COPY of the same rows from a file of the server's own making."""
        return self.bench.cpu("\\copy ads.loaded (%s) FROM '%s'" % (
            COLUMNS, self.file))

    def by_client(self):
        """Fetch, json, and COPY after DELETE in one transaction."""
        psql = subprocess.Popen(
            [self.bench.options.psql, "-XAtq", "-v", "ON_ERROR_STOP=1"],
            stdin=subprocess.PIPE, text=True, encoding="utf-8")
        psql.stdin.write(
            "BEGIN; DELETE FROM ads.loader WHERE account_id = '%s' AND "
            "date_day BETWEEN current_date - 7 AND current_date - 1;\n"
            "COPY ads.loader (%s) FROM STDIN;\n" % (
                self.totals["account"], LOADED))
        for body in self.client.pages():
            psql.stdin.writelines(client.copy_lines(body, PATHS))
        psql.communicate("\\.\nCOMMIT;\n")

    def by_dlt(self):
        """Into new tables of its own; returns how long it took without the start
        of its program."""
        self.bench.sql("SET client_min_messages = warning; DROP SCHEMA IF "
                       "EXISTS dlt, dlt_staging CASCADE")
        with tempfile.TemporaryDirectory(
                dir=self.bench.options.folder) as folder:
            arguments = {
                "url": self.bench.url + self.first["path"],
                "query": self.first["query"],
                "token-url": self.bench.ready["token_url"],
                "account": self.totals["account"], "folder": folder,
                "database": "postgresql://postgres:none@%s/postgres" % (
                    urllib.parse.quote(os.environ["PGHOST"], safe=""))}
            said = subprocess.run(
                [self.bench.options.dlt, os.path.join(
                    os.path.dirname(__file__), "dlt_loader.py"),
                 *("--%s=%s" % pair for pair in arguments.items())],
                stdout=subprocess.PIPE, text=True, check=True).stdout
        self.check("dlt.rows", DLT_SUMS)
        return float(said.split()[-1])

    def turn(self):
        """One turn: the seconds of each way, next to each other, so that
        ratios of a turn are of one hour of a busy machine."""
        ways = {"scan": (None, self.by_scan),
                COPY: ("ads.loaded", self.by_copy),
                "refresh": ("ads.copy", lambda: self.refresh("ads.copy")),
                UNCHANGED: (
                    None, lambda: self.refresh("ads.copy")),
                PYTHON: ("ads.loader", self.by_client)}
        taken = {}
        for name, (table, action) in ways.items():
            if table:
                self.like(table)
            cpu = []
            taken[name] = timed(lambda: cpu.append(action())), cpu[0]
            if table:
                self.check(table)
        if self.bench.options.dlt:
            taken[DLT] = self.by_dlt(), None
        return taken

    def run(self):
        """Measures in turns; prints medians."""
        turns = [self.turn() for _ in range(self.bench.options.runs)]
        rows = self.totals["rows"]
        print("%d rows of seven days into an empty copy; medians of %d\n\n"
              "%-28s %8s %10s %8s" % (rows, len(turns), "", "s", "rows/s",
                                      "cpu s"))
        for name in turns[0]:
            seconds = statistics.median(turn[name][0] for turn in turns)
            print("%-28s %8.2f %10.0f %8s" % (
                name, seconds, rows / seconds, "" if turns[0][name][1] is None
                else "%.2f" % statistics.median(
                    turn[name][1] for turn in turns)))
        ratios = {
            "refresh / (scan + COPY)": ("refresh", ("scan", COPY)),
            "refresh / COPY": ("refresh", (COPY,)),
            "nothing changed / scan": (UNCHANGED, ("scan",)),
            "Python / refresh": (PYTHON, ("refresh",)),
            "dlt / refresh": (DLT, ("refresh",))}
        print()
        for name, (way, others) in ratios.items():
            print("%-28s %8s %10s %8s" % (
                name, self.ratio(turns, way, others, 0), "",
                self.ratio(turns, way, others, 1)))

    @staticmethod
    def ratio(turns, way, others, which):
        """The median over turns of a way's seconds, or processor time, to those
        of others; empty if there are none."""
        if way not in turns[0] or turns[0][way][which] is None:
            return ""
        return "%.2f" % statistics.median(
            turn[way][which] / sum(turn[other][which] for other in others)
            for turn in turns)


def unchanged(bench):
    """A refresh of a year in which nothing changed."""
    days, accounts = bench.options.days, bench.options.accounts
    bench.platform(1, 70, accounts)
    bench.sql("SELECT adpipe.materialize('google.campaign_daily', "
              "'ads.campaign', current_date - %d)" % (days - 1))
    first = timed(lambda: bench.sql("CALL adpipe.refresh('ads.campaign')"))
    rows = bench.sql("SELECT count(*) FROM ads.campaign")
    before = bench.requests()[-1]["seq"]
    start = bench.sql("SELECT pg_current_wal_lsn()")
    again = timed(lambda: bench.sql("CALL adpipe.refresh('ads.campaign', "
                                    "current_date - %d)" % (days - 1)))
    wal = bench.sql("SELECT pg_wal_lsn_diff(pg_current_wal_lsn(), '%s')"
                    % start)
    slices = bench.sql("SELECT slices FROM adpipe.runs ORDER BY run_id DESC "
                       "LIMIT 1")
    sent = bench.control("requests?since=%d" % before)
    print("\n%d days x %d accounts, %s rows: first refresh %.1f s\n"
          "nothing changed: %s slices confirmed in %.1f s, %d requests, "
          "%.0f KiB of WAL (%.0f bytes per slice)" % (
              days, accounts, rows, first, slices, again, len(sent),
              float(wal) / 1024, float(wal) / float(slices)))


def backfill(bench, sessions):
    """Thirty days of 100 accounts that take 200 ms to answer."""
    bench.platform(1, 70, 100)
    bench.sql("SELECT adpipe.materialize('google.campaign_daily', "
              "'ads.campaign', current_date - 29)")
    bench.control("settings", {"delay_ms": 200})
    before = bench.requests()[-1]["seq"] if bench.requests() else 0
    call = [bench.options.psql, "-XAtq", "-c",
            "CALL adpipe.refresh('ads.campaign')"]

    def run():
        started = [subprocess.Popen(call, stderr=subprocess.DEVNULL)
                   for _ in range(sessions)]
        for process in started:
            process.wait()
    seconds = timed(run)
    bench.control("settings", {"delay_ms": 0})
    sent = len(bench.control("requests?since=%d" % before))
    missing = bench.sql("SELECT count(*) FROM adpipe.coverage WHERE state "
                        "IN ('missing', 'failed', 'changed')")
    if missing != "0":
        sys.exit("%s slices are missing" % missing)
    print("100 accounts x 30 days at 200 ms, %d session%s: %.1f s, %d "
          "requests (one after the other: %.0f s)" % (
              sessions, "s" if sessions > 1 else "", seconds, sent,
              sent * 0.2))


def main():
    """Reads options, measures, ends the simulator."""
    parser = argparse.ArgumentParser(description=__doc__)
    for name in ("psql", "simulator", "folder"):
        parser.add_argument("--" + name, required=True)
    parser.add_argument("--dlt", help="a Python that has dlt")
    for name in ("rows", "runs", "days", "accounts"):
        parser.add_argument("--" + name, type=int, required=True)
    bench = Bench(parser.parse_args())
    try:
        bench.options.rows and Large(bench).run()
        unchanged(bench)
        print()
        for sessions in (1, 4):
            backfill(bench, sessions)
    finally:
        bench.simulator.stdin.close()
        bench.simulator.wait()


main()
