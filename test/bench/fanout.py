"""Times scans that wait for a platform; see doc/benchmarks.md.  Started by
test/bench/fanout, which provides the server (by PGHOST and the like)."""

import argparse
import concurrent.futures
import json
import statistics
import subprocess
import sys
import time
import urllib.request

import client

ACCOUNTS = 30
PAGES = 2
ROWS = 500
CONCURRENCY = 10
LATENCY_MS = 200
IDEAL = ACCOUNTS * PAGES / CONCURRENCY * LATENCY_MS / 1000

SCAN = "SELECT count(*), sum(clicks), sum(cost_micros) FROM %s " \
       "WHERE date_day >= current_date - 20"


class Session:
    """A session that lasts, so that what it knows stays warm."""

    def __init__(self, psql):
        self.process = subprocess.Popen(
            [psql, "-XAtq", "-v", "ON_ERROR_STOP=1"], stdin=subprocess.PIPE,
            stdout=subprocess.PIPE, text=True)

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

    def time(self, sql):
        """Runs statements; returns seconds and what they print."""
        start = time.monotonic()
        printed = self.run(sql)
        return time.monotonic() - start, printed


class Bench:
    """The servers, and what all measurements share."""

    def __init__(self, options):
        self.options = options
        self.simulator = subprocess.Popen(
            [sys.executable, options.simulator, "--until-eof"],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        self.ready = json.loads(self.simulator.stdout.readline())
        self.session = Session(options.psql)
        self.session.run("CREATE EXTENSION adpipe")
        self.missed = []

    def control(self, name, body):
        """Tells a control endpoint of the simulator."""
        with urllib.request.urlopen(urllib.request.Request(
                "%s/_control/%s" % (self.ready["http"], name),
                json.dumps(body).encode())) as answer:
            return json.load(answer)

    def accounts(self, platform):
        """The accounts of a platform in the simulator's world."""
        with urllib.request.urlopen("%s/_control/accounts?platform=%s" % (
                self.ready["http"], platform)) as answer:
            return json.load(answer)

    def google(self, name, accounts):
        """Makes a server of Google Ads and its campaign table."""
        self.session.run("""
CREATE SERVER {name} FOREIGN DATA WRAPPER google_ads
    OPTIONS (endpoint '{url}', token_endpoint '{token}',
             customer_id '{accounts}', login_customer_id '9876543210',
             max_concurrency '{concurrency}');
CREATE USER MAPPING FOR CURRENT_USER SERVER {name}
    OPTIONS (client_id 'sample-client.apps.googleusercontent.com',
             client_secret 'sample-secret', refresh_token '1//sample-refresh');
CREATE SCHEMA {name};
IMPORT FOREIGN SCHEMA reports LIMIT TO (campaign_daily) FROM SERVER {name}
    INTO {name}""".format(
            name=name, url=self.ready["http"], token=self.ready["token_url"],
            accounts=",".join(accounts), concurrency=CONCURRENCY))

    def judge(self, ratio, target, what):
        """Notes a missed target; returns a word for the table."""
        if ratio <= target:
            return "met"
        self.missed.append(what)
        return "missed"

    def repeat(self, action):
        """Seconds of an action over the runs, after one that warms up."""
        action()
        return [action() for _ in range(self.options.runs)]


def median(seconds):
    """The middle of several measurements."""
    return statistics.median(seconds)


def many_accounts(bench):
    """30 accounts of two pages each, ten requests at a time."""
    made = bench.control("bench", {"pages": PAGES, "rows": ROWS,
                                   "accounts": ACCOUNTS})
    ids = [str(int(made["account"]) + n) for n in range(ACCOUNTS)]
    bench.google("google", ids)
    scan = SCAN % "google.campaign_daily"
    first = bench.session.run(scan)
    if int(first.split("|")[0]) != ACCOUNTS * PAGES * ROWS:
        sys.exit("wrong rows: " + first)
    bench.control("settings", {"delay_ms": LATENCY_MS})

    def by_adpipe():
        seconds, printed = bench.session.time(scan)
        if printed != first:
            sys.exit("wrong sums: %s, not %s" % (printed, first))
        return seconds

    query = "SELECT segments.date, campaign.id, metrics.clicks, " \
            "metrics.cost_micros FROM campaign " \
            "WHERE segments.date DURING LAST_30_DAYS"
    clients = [client.Client(
        "%s/v26/customers/%s/googleAds:search" % (bench.ready["http"], account),
        query, bench.ready["token_url"]) for account in ids]

    def by_python():
        start = time.monotonic()
        with concurrent.futures.ThreadPoolExecutor(CONCURRENCY) as pool:
            rows = sum(pool.map(lambda one: sum(
                len(json.loads(body)["results"]) for body in one.pages()),
                clients))
        if rows != ACCOUNTS * PAGES * ROWS:
            sys.exit("python: %d rows" % rows)
        return time.monotonic() - start

    ours = median(bench.repeat(by_adpipe))
    theirs = median(bench.repeat(by_python))
    bench.control("settings", {"delay_ms": 0})
    print("""
%d accounts of %d pages, %d ms each, %d at a time (medians of %d)
  ideal                          %6.2f s
  adpipe, one scan               %6.2f s   %.2f times the ideal (target 1.30: %s)
  Python, ten threads, no rows   %6.2f s   %.2f times the ideal"""
          % (ACCOUNTS, PAGES, LATENCY_MS, CONCURRENCY, bench.options.runs,
             IDEAL, ours, ours / IDEAL,
             bench.judge(ours / IDEAL, 1.3, "many accounts"),
             theirs, theirs / IDEAL))


def set_up_platforms(bench):
    """Makes one server of each platform with one account, and a view over
    their tables."""
    url = bench.ready["http"]
    known = {platform: bench.accounts(platform)[0]["id"]
             for platform in ("meta", "appsflyer")}
    bench.session.run("""
CREATE SERVER one FOREIGN DATA WRAPPER google_ads
    OPTIONS (endpoint '{url}', token_endpoint '{token}',
             customer_id '1234567890', login_customer_id '9876543210');
CREATE USER MAPPING FOR CURRENT_USER SERVER one
    OPTIONS (client_id 'sample-client.apps.googleusercontent.com',
             client_secret 'sample-secret', refresh_token '1//sample-refresh');
CREATE SERVER two FOREIGN DATA WRAPPER meta_ads
    OPTIONS (endpoint '{url}', account_id '{meta}');
CREATE USER MAPPING FOR CURRENT_USER SERVER two
    OPTIONS (access_token 'EAAsampletoken');
CREATE SERVER three FOREIGN DATA WRAPPER appsflyer
    OPTIONS (endpoint '{url}', app_id '{appsflyer}', cache_ttl_s '0');
CREATE USER MAPPING FOR CURRENT_USER SERVER three
    OPTIONS (api_token '{flyer}');
CREATE SCHEMA one;
CREATE SCHEMA two;
CREATE SCHEMA three;
IMPORT FOREIGN SCHEMA common FROM SERVER one INTO one;
IMPORT FOREIGN SCHEMA common FROM SERVER two INTO two;
IMPORT FOREIGN SCHEMA common FROM SERVER three INTO three;
CREATE VIEW everything AS
    SELECT platform, date_day, clicks, spend FROM one.campaign_report
    UNION ALL SELECT platform, date_day, clicks, spend FROM two.campaign_report
    UNION ALL SELECT platform, date_day, clicks, spend FROM three.tracker_report
""".format(url=url, token=bench.ready["token_url"],
           flyer=bench.ready["appsflyer_token"], **known))


def three_platforms(bench):
    """Three platforms under one Append, beside each by itself."""
    set_up_platforms(bench)
    rows = "SELECT count(*), sum(clicks) FROM %s WHERE date_day BETWEEN " \
           "current_date - 22 AND current_date - 21%s"
    names = ("google_ads", "meta_ads", "appsflyer")
    alone = {}
    counts = []
    # Two days are free of the daily quota; the one of the minute is lifted.
    bench.control("settings", {"delay_ms": LATENCY_MS,
                               "appsflyer_minute_calls": 100000})
    for name in names:
        sql = rows % ("everything", " AND platform = '%s'" % name)
        alone[name] = median(bench.repeat(lambda: bench.session.time(sql)[0]))
        counts.append(int(bench.session.run(sql).split("|")[0]))
    both = rows % ("everything", "")
    together = median(bench.repeat(lambda: bench.session.time(both)[0]))
    if int(bench.session.run(both).split("|")[0]) != sum(counts):
        sys.exit("wrong rows under one Append")
    bench.session.run("SET enable_async_append = off")
    serial = median(bench.repeat(lambda: bench.session.time(both)[0]))
    bench.control("settings", {"delay_ms": 0})
    slowest = max(alone.values())
    print("""
Three platforms under one Append, %d ms a request (medians of %d)"""
          % (LATENCY_MS, bench.options.runs))
    for name in names:
        print("  %-30s %6.2f s" % (name + " alone", alone[name]))
    print("  %-30s %6.2f s   %.2f times the slowest (target 1.15: %s)" % (
        "together", together, together / slowest,
        bench.judge(together / slowest, 1.15, "three platforms")))
    print("  %-30s %6.2f s   %.2f times the slowest" % (
        "one after the other", serial, serial / slowest))


def main():
    """Runs all measurements."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--psql", required=True)
    parser.add_argument("--simulator", required=True)
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--strict", action="store_true")
    bench = Bench(parser.parse_args())
    many_accounts(bench)
    three_platforms(bench)
    if bench.missed:
        print("\nMissed: " + ", ".join(bench.missed))
        if bench.options.strict:
            sys.exit(1)


main()
