"""Times a scan through adpipe beside the ways around it; see
doc/benchmarks.md.  Started by test/bench/scan, which provides the server (by
PGHOST and the like) and all paths."""

import argparse
import json
import os
import statistics
import subprocess
import sys
import time
import urllib.request

import client

PAGE_ROWS = 10_000
COLUMNS = {
    # column: (path in a row, type)
    "date_day": ("segments.date", "date"),
    "campaign_id": ("campaign.id", "text"),
    "campaign_name": ("campaign.name", "text"),
    "impressions": ("metrics.impressions", "bigint"),
    "clicks": ("metrics.clicks", "bigint"),
    "interactions": ("metrics.interactions", "bigint"),
    "cost_micros": ("metrics.costMicros", "bigint"),
    "conversions": ("metrics.conversions", "numeric"),
    "conversions_value": ("metrics.conversionsValue", "numeric"),
    "all_conversions": ("metrics.allConversions", "numeric"),
}
# Every column must be made, and what comes out must be comparable.
SUMS = """count(*), sum(date_day - DATE '2020-01-01'), sum(length(campaign_id)),
    sum(length(campaign_name)), sum(impressions), sum(clicks),
    sum(interactions), sum(cost_micros), sum(conversions),
    sum(conversions_value), sum(all_conversions)"""
SCAN = "SELECT %s FROM google.campaign_daily " \
       "WHERE date_day >= current_date - 20" % SUMS


class Bench:
    """The servers, and what all measurements share."""

    def __init__(self, options):
        self.options = options
        self.simulator = subprocess.Popen(
            [sys.executable, options.simulator, "--until-eof"],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        self.ready = json.loads(self.simulator.stdout.readline())
        self.url = self.ready["http"]
        self.page_count = max(1, options.rows // PAGE_ROWS)
        self.totals = self.control("bench", {
            "pages": self.page_count,
            "rows": min(options.rows, PAGE_ROWS)})
        self.set_up()
        self.fetch_all()

    def control(self, name, body=None):
        """Asks a control endpoint of the simulator."""
        data = None if body is None else json.dumps(body).encode()
        with urllib.request.urlopen(urllib.request.Request(
                "%s/_control/%s" % (self.url, name), data)) as answer:
            return json.load(answer)

    def sql(self, text, *arguments):
        """Runs SQL in a session of its own; returns what it prints."""
        return subprocess.run(
            [self.options.psql, "-XAtq", "-v", "ON_ERROR_STOP=1", *arguments],
            input=text, stdout=subprocess.PIPE, text=True,
            check=True).stdout.strip()

    def set_up(self):
        """Makes the foreign tables and the functions of the test module."""
        self.sql("""
CREATE EXTENSION adpipe;
CREATE SERVER google FOREIGN DATA WRAPPER google_ads
    OPTIONS (endpoint :'url', token_endpoint :'token', customer_id :'account',
             login_customer_id '9876543210');
CREATE USER MAPPING FOR CURRENT_USER SERVER google
    OPTIONS (client_id 'sample-client.apps.googleusercontent.com',
             client_secret 'sample-secret', refresh_token '1//sample-refresh');
CREATE SCHEMA google;
IMPORT FOREIGN SCHEMA reports FROM SERVER google INTO google;
\\i :sql
""", "-v", "url=" + self.url, "-v", "token=" + self.ready["token_url"],
                 "-v", "account=" + self.totals["account"],
                 "-v", "module=" + self.options.module,
                 "-v", "sql=" + self.options.module_sql)

    def fetch_all(self):
        """Renders the pages by a first scan, and learns from it the request
        that everybody sends; then fetches the pages, for their tokens."""
        self.answer = self.sql(SCAN)
        log = self.control("requests")
        log = log["requests"] if isinstance(log, dict) else log
        first = [r for r in log if "segments.date" in (r.get("query") or "")][0]
        self.client = client.Client(self.url + first["path"], first["query"],
                                    self.ready["token_url"])
        self.bytes = 0
        for number, body in enumerate(self.client.pages()):
            with open(self.page(number), "wb") as file:
                file.write(body)
            self.bytes += len(body)
        self.tokens = self.client.tokens
        # Plain and compressed answers are rendered at the first request each.
        self.curl(lambda number: "/dev/null")

    def page(self, number):
        """The file of a page."""
        return os.path.join(self.options.pages, "%06d.json" % number)

    def curl(self, output):
        """Fetches all pages in turn by one curl over one connection."""
        config = os.path.join(self.options.pages, "curl.conf")
        with open(config, "w", encoding="utf-8") as file:
            file.write("\nnext\n".join(
                self.client.curl_request(token, output(number))
                for number, token in enumerate(self.tokens)))
        subprocess.run(["curl", "-q", "-sS", "-K", config], check=True)

    def check(self, answer, what):
        """All ways must come to the same sums."""
        if [float(v) for v in answer.split("|")] != [
                float(v) for v in self.answer.split("|")]:
            sys.exit("%s: wrong sums: %s, not %s" % (
                what, answer, self.answer))

    def scan(self):
        """The scan through adpipe."""
        self.check(self.sql(SCAN), "adpipe")

    def by_curl(self):
        """(a): the pages, and nothing done with them."""
        self.curl(lambda number: "/dev/null")

    def by_hand(self):
        """(b): curl to files, into jsonb, expanded in SQL."""
        self.curl(self.page)
        fields = ", ".join(
            "(r #>> '{%s}')::%s AS %s" % (path.replace(".", ","), kind, name)
            for name, (path, kind) in COLUMNS.items())
        self.check(self.sql("""
CREATE TEMP TABLE pages (body jsonb);
INSERT INTO pages SELECT pg_read_file(:'dir' || '/' || name)::jsonb
    FROM pg_ls_dir(:'dir') name WHERE name LIKE '%%.json';
CREATE TEMP TABLE rows AS
    SELECT %s FROM pages, jsonb_array_elements(body -> 'results') r;
SELECT %s FROM rows;
""" % (fields, SUMS), "-v", "dir=" + self.options.pages), "by hand")

    def by_client(self):
        """(c): a client in Python, COPY into a table."""
        columns = ", ".join("%s %s" % (name, kind)
                            for name, (_, kind) in COLUMNS.items())
        psql = subprocess.Popen(
            [self.options.psql, "-XAtq", "-v", "ON_ERROR_STOP=1"],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
            encoding="utf-8")
        psql.stdin.write("CREATE TEMP TABLE rows (%s);\n"
                         "COPY rows FROM STDIN;\n" % columns)
        paths = [path.split(".") for path, _ in COLUMNS.values()]
        for body in self.client.pages():
            psql.stdin.writelines(client.copy_lines(body, paths))
        answer = psql.communicate("\\.\nSELECT %s FROM rows;\n" % SUMS)[0]
        self.check(answer.strip(), "Python client")

    def module_time(self, call):
        """Milliseconds that a function of the test module tells, all pages."""
        return float(self.sql("SELECT sum(rows_test.%s) FROM "
                              "(SELECT pg_read_binary_file(:'dir' || '/' || "
                              "name) AS body FROM pg_ls_dir(:'dir') name "
                              "WHERE name LIKE '%%.json') p" % call,
                              "-v", "dir=" + self.options.pages)) / 1000

    def lexer(self):
        """Seconds of the server's lexer alone over the same bytes."""
        return self.module_time("lexer_time(body, 1)")

    def parser(self):
        """Seconds of the extension's parser over the same bytes."""
        paths = ",".join("'%s'" % path for path, _ in COLUMNS.values())
        return self.module_time("parse_time(body, 'results', ARRAY[%s], "
                                "ARRAY['nextPageToken'], 1)" % paths)

    def explained(self):
        """Time in all and waiting for the platform, of one scan."""
        plan = json.loads(self.sql(
            "EXPLAIN (ANALYZE, FORMAT json) " + SCAN))
        return (client.find_key(plan, "Execution Time") / 1000,
                client.find_key(plan, "Wait Time") / 1000)


def timed(action):
    """Seconds that an action takes."""
    start = time.perf_counter()
    action()
    return time.perf_counter() - start


def report(bench, runs):
    """Measures in turns, so that a busy minute hits all; prints.  Returns
    whether all targets are met."""
    ways = {"adpipe": bench.scan, "(a) curl to /dev/null": bench.by_curl,
            "(b) by hand, jsonb": bench.by_hand,
            "(c) Python client, COPY": bench.by_client}
    times = {name: [] for name in ways}
    lexer, parser, total, wait = [], [], [], []
    for _ in range(runs):
        for name, action in ways.items():
            times[name].append(timed(action))
        lexer.append(bench.lexer())
        parser.append(bench.parser())
        explained = bench.explained()
        total.append(explained[0])
        wait.append(explained[1])
    median = {name: statistics.median(values)
              for name, values in times.items()}
    rows = bench.totals["rows"]
    lex, parse, all_, waited = map(statistics.median,
                                   (lexer, parser, total, wait))
    print("%d rows, %d pages, %.0f MB of JSON; medians of %d\n" % (
        rows, len(bench.tokens), bench.bytes / 1e6, runs))
    for name, seconds in list(median.items()) + [("lexer alone", lex)]:
        print("%-26s %8.3f s %10.0f rows/s" % (name, seconds, rows / seconds))
    print("\nshares of the scan: transport (waiting) %.0f %%, parsing %.0f %%,"
          " tuples and the rest %.0f %%" % (
              100 * waited / all_, 100 * parse / all_,
              100 * (all_ - waited - parse) / all_))
    own = median["adpipe"]
    floor = median["(a) curl to /dev/null"] + lex
    ratios = (
        ("(b) / adpipe", median["(b) by hand, jsonb"] / own, 3, True),
        ("(c) / adpipe", median["(c) Python client, COPY"] / own, 3, True),
        ("adpipe / ((a) + lexer)", own / floor, 2, False))
    all_met = True
    for name, ratio, target, at_least in ratios:
        met = ratio >= target if at_least else ratio <= target
        all_met = all_met and met
        print("%-26s %6.2f  target: at %s %d  %s" % (
            name, ratio, "least" if at_least else "most", target,
            "met" if met else "MISSED"))
    return all_met


def main():
    """Reads options, measures, ends the simulator."""
    parser = argparse.ArgumentParser(description=__doc__)
    for name in ("psql", "simulator", "module", "module-sql", "pages"):
        parser.add_argument("--" + name, required=True)
    parser.add_argument("--rows", type=int, required=True)
    parser.add_argument("--runs", type=int, required=True)
    parser.add_argument("--strict", action="store_true")
    options = parser.parse_args()
    bench = Bench(options)
    try:
        met = report(bench, options.runs)
    finally:
        bench.simulator.stdin.close()
        bench.simulator.wait()
    sys.exit(1 if options.strict and not met else 0)


main()
