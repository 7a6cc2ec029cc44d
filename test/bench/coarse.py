"""Times a coarse scan beside the plain one; see doc/benchmarks.md.  Started by
test/bench/coarse, which provides the server (by PGHOST and the like)."""

import argparse
import json
import socket
import statistics
import subprocess
import sys
import threading
import time
import urllib.parse
import urllib.request

import client

DAYS, CAMPAIGNS, DEVICES = 90, 500, 4
PAGE_ROWS = 10_000
LATENCY_MS = 100
BYTES_PER_SECOND = 20_000_000
CHUNK = 65_536

STATEMENT = """SELECT campaign_name, sum(clicks), sum(cost_micros),
       adpipe.roas(conversions_value, spend, currency)
  FROM google.campaign_device_daily
 WHERE date_day BETWEEN current_date - %d AND current_date - 1
 GROUP BY 1 ORDER BY 1""" % DAYS


class Link:
    """A way to a server whose answers take their time."""

    def __init__(self, url):
        parts = urllib.parse.urlsplit(url)
        self.server = parts.hostname, parts.port
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.url = "http://127.0.0.1:%d" % self.listener.getsockname()[1]
        self.lock = threading.Lock()
        self.free_at = 0.0          # when the last byte so far has passed
        threading.Thread(target=self.accept, daemon=True).start()

    def accept(self):
        """Takes connections, each with two ways."""
        while True:
            near, _ = self.listener.accept()
            far = socket.create_connection(self.server)
            for ways in ((near, far, False), (far, near, True)):
                threading.Thread(target=self.carry, args=ways,
                                 daemon=True).start()

    def carry(self, source, target, is_slow):
        """Carries bytes one way until it ends."""
        try:
            while data := source.recv(CHUNK):
                if is_slow:
                    self.wait_for(len(data))
                target.sendall(data)
            target.shutdown(socket.SHUT_WR)
        except OSError:
            pass

    def wait_for(self, count):
        """Waits until so many bytes have passed the link, which all
        connections share."""
        with self.lock:
            self.free_at = max(self.free_at, time.monotonic()) + (
                count / BYTES_PER_SECOND)
            passed = self.free_at
        time.sleep(max(0.0, passed - time.monotonic()))


class Bench:
    """The servers."""

    def __init__(self, options):
        self.psql = options.psql
        self.simulator = subprocess.Popen(
            [sys.executable, options.simulator, "--until-eof"],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        self.ready = json.loads(self.simulator.stdout.readline())
        link = Link(self.ready["http"])
        made = self.control("bench", {
            "pages": DAYS * CAMPAIGNS * DEVICES // PAGE_ROWS,
            "rows": PAGE_ROWS, "devices": DEVICES})
        self.sql("""
CREATE EXTENSION adpipe;
CREATE SERVER google FOREIGN DATA WRAPPER google_ads
    OPTIONS (endpoint '{link}', token_endpoint '{token}',
             customer_id '{account}', login_customer_id '9876543210');
CREATE USER MAPPING FOR CURRENT_USER SERVER google
    OPTIONS (client_id 'sample-client.apps.googleusercontent.com',
             client_secret 'sample-secret', refresh_token '1//sample-refresh');
CREATE SCHEMA google;
IMPORT FOREIGN SCHEMA reports LIMIT TO (campaign_device_daily)
    FROM SERVER google INTO google;
""".format(link=link.url, token=self.ready["token_url"], **made))

    def control(self, name, body):
        """Sets something of the simulator."""
        with urllib.request.urlopen(urllib.request.Request(
                "%s/_control/%s" % (self.ready["http"], name),
                json.dumps(body).encode())) as answer:
            return json.load(answer)

    def sql(self, text):
        """Runs SQL in a session of its own; returns what it prints."""
        return subprocess.run(
            [self.psql, "-XAtq", "-v", "ON_ERROR_STOP=1"], input=text,
            stdout=subprocess.PIPE, text=True, check=True).stdout.strip()

    def measure(self, setting):
        """Runs the statement in a session that has signed in; returns its
        answer, its rows from the platform, bytes and seconds."""
        printed = self.sql("""
SET adpipe.pushdown = {setting};
{statement};
\\echo --plan
EXPLAIN (ANALYZE, VERBOSE, TIMING OFF, FORMAT JSON) {statement};
""".format(setting=setting, statement=STATEMENT))
        answer, plan = printed.split("--plan\n")
        plan = json.loads(plan)
        return (answer, client.find_key(plan, "Rows Fetched"),
                client.find_key(plan, "Bytes"),
                client.find_key(plan, "Execution Time") / 1000)


def close(a, b):
    """Returns whether two answers are equal but for the last digits."""
    pairs = list(zip(a.replace("\n", "|").split("|"),
                     b.replace("\n", "|").split("|")))
    return len(a.split("\n")) == len(b.split("\n")) and all(
        x == y or abs(float(x) - float(y)) <= 1e-6 * abs(float(y))
        for x, y in pairs)


def main():
    """Measures both in turns and prints them."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--psql", required=True)
    parser.add_argument("--simulator", required=True)
    parser.add_argument("--runs", type=int, required=True)
    parser.add_argument("--strict", action="store_true")
    options = parser.parse_args()
    bench = Bench(options)
    for setting in ("on", "off"):   # renders the answers
        bench.measure(setting)
    bench.control("settings", {"delay_ms": LATENCY_MS})
    seconds = {"on": [], "off": []}
    moved = {}
    answers = {}
    for _ in range(options.runs):
        for setting, times in seconds.items():
            answers[setting], *moved[setting], time_taken = (
                bench.measure(setting))
            times.append(time_taken)
    if not close(answers["on"], answers["off"]):
        sys.exit("the answers differ")
    print("""
%d days x %d campaigns x %d devices, GROUP BY campaign_name; %d ms a request,
%d MB/s; medians of %d""" % (DAYS, CAMPAIGNS, DEVICES, LATENCY_MS,
                            BYTES_PER_SECOND // 1_000_000, options.runs))
    for setting in ("off", "on"):
        print("  pushdown %-4s %8d rows %10d bytes %8.3f s" % (
            setting, *moved[setting], statistics.median(seconds[setting])))
    ratios = (
        ("rows", moved["off"][0] / moved["on"][0], 50),
        ("time", statistics.median(seconds["off"]) / statistics.median(
            seconds["on"]), 20))
    for name, ratio, target in ratios:
        print("  %s: %.1f times less (target %d: %s)" % (
            name, ratio, target, "met" if ratio >= target else "missed"))
    bench.simulator.stdin.close()
    bench.simulator.wait()
    if options.strict and any(ratio < target for _, ratio, target in ratios):
        sys.exit(1)


main()
