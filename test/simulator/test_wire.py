"""The simulator as a process: ready line, faults on the wire, control."""

import gzip
import http.client
import json
import os
import socket
import ssl
import subprocess
import sys
import tempfile
import threading
import time
import unittest
import urllib.parse
import zlib

from google_ads import oauth
from google_ads.sample import MAIN, MANAGER

HERE = os.path.dirname(os.path.abspath(__file__))
QUERY = ("SELECT campaign.id, campaign.name, segments.date, "
         "metrics.impressions, metrics.clicks, metrics.cost_micros FROM "
         "campaign WHERE segments.date BETWEEN '2026-11-01' AND "
         "'2026-11-10'")
SEARCH = "/v26/customers/%s/googleAds:search" % MAIN


class Simulator(unittest.TestCase):
    """Runs one simulator per class and talks to it."""

    ARGUMENTS = ()

    @classmethod
    def setUpClass(cls):
        cls.process = subprocess.Popen(
            [sys.executable, HERE, "--until-eof", *cls.ARGUMENTS],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        cls.addClassCleanup(cls.stop)
        cls.ready = json.loads(cls.process.stdout.readline())
        cls.port = int(cls.ready["http"].rsplit(":", 1)[1])

    @classmethod
    def stop(cls):
        cls.process.stdin.close()
        cls.process.wait(10)
        cls.process.stdout.close()

    def setUp(self):
        self.assertEqual(self.control("POST", "reset")[0], 200)
        self.control("POST", "clock", {"now": "2026-11-24T00:00:00Z"})
        self.token = self.get_token()
        self.seen = self.log()[-1]["seq"]

    def http(self, method, path, body=None, **headers):
        """Returns (status, headers, body) of a request on a connection of
        its own."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port,
                                                timeout=30)
        try:
            connection.request(method, path, body, {
                k.replace("_", "-"): v for k, v in headers.items()})
            answer = connection.getresponse()
            return answer.status, answer.headers, answer.read()
        finally:
            connection.close()

    def control(self, method, name, body=None):
        """Returns (status, JSON) of a control request."""
        status, _, text = self.http(
            method, "/_control/" + name,
            None if body is None else json.dumps(body))
        return status, json.loads(text)

    def log(self, since=0):
        """Returns the request log."""
        return self.control("GET", "requests?since=%d" % since)[1]

    def get_token(self):
        """Returns a new access token."""
        status, _, text = self.http("POST", "/token", urllib.parse.urlencode({
            "grant_type": "refresh_token", "client_id": oauth.CLIENT_ID,
            "client_secret": oauth.CLIENT_SECRET,
            "refresh_token": oauth.REFRESH_TOKEN}),
            content_type="application/x-www-form-urlencoded")
        self.assertEqual(status, 200, text)
        return json.loads(text)["access_token"]

    def search(self, query=QUERY, path=SEARCH, **more):
        """Returns (status, headers, body) of a search."""
        headers = {k: more.pop(k) for k in list(more) if k.islower()}
        return self.http("POST", path, json.dumps(dict(
            {"query": query}, **more)).encode("utf-8"),
            authorization="Bearer " + self.token, login_customer_id=MANAGER,
            content_type="application/json", **headers)

    def fault(self, action, **rule):
        """Installs one fault rule."""
        status, body = self.control("POST", "faults", [
            dict({"match": {"path": "googleAds:search"}, "action": action},
                 **rule)])
        self.assertEqual(status, 200, body)


class Server(Simulator):

    def test_log(self):
        self.search(user_agent="tester", accept_encoding="gzip")
        entry, = self.log(self.seen)
        self.assertEqual(entry["query"], QUERY)
        self.assertEqual(entry["account"], MAIN)
        self.assertEqual((entry["version"], entry["page"], entry["status"],
                          entry["fault"], entry["user_agent"]),
                         (26, 0, 200, None, "tester"))
        self.assertGreater(entry["rows"], 50)
        self.assertLess(entry["wire_bytes"], entry["bytes"])
        text = json.dumps(self.log())
        for secret in (self.token, oauth.CLIENT_SECRET, oauth.REFRESH_TOKEN):
            self.assertNotIn(secret, text)

    def test_gzip(self):
        plain = self.search()
        packed = self.search(accept_encoding="gzip")
        self.assertIsNone(plain[1]["Content-Encoding"])
        self.assertEqual(packed[1]["Content-Encoding"], "gzip")
        self.assertEqual(json.loads(gzip.decompress(packed[2])),
                         json.loads(plain[2]))
        self.control("POST", "settings", {"gzip": False})
        self.assertIsNone(self.search(
            accept_encoding="gzip")[1]["Content-Encoding"])

    def test_chunked(self):
        plain = self.search()
        self.control("POST", "settings", {"chunked": True})
        chunked = self.search()
        self.assertEqual(chunked[1]["Transfer-Encoding"], "chunked")
        self.assertEqual(chunked[2], plain[2])

    def test_tls(self):
        context = ssl.create_default_context(cafile=self.ready["ca_file"])
        port = int(self.ready["https"].rsplit(":", 1)[1])
        for host in ("127.0.0.1", "localhost"):
            connection = http.client.HTTPSConnection(host, port, timeout=30,
                                                     context=context)
            for _ in range(2):
                connection.request("GET", "/_control/settings")
                self.assertEqual(connection.getresponse().read()[:1], b"{")
            connection.close()

    def test_many_connections_at_once(self):
        statuses = []

        def work():
            statuses.append(self.search()[0])
        threads = [threading.Thread(target=work) for _ in range(40)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        self.assertEqual(statuses, [200] * 40)

    def test_stall_port(self):
        with socket.create_connection(
                ("127.0.0.1", self.ready["stall_port"])) as connection:
            connection.sendall(b"GET / HTTP/1.1\r\n\r\n")
            connection.settimeout(0.3)
            self.assertRaises(socket.timeout, connection.recv, 1)

    def test_bad_control(self):
        for name, body in (("settings", {"nope": 1}),
                           ("settings", {"gzip": 1}),
                           ("faults", [{"action": {"nope": 1}}]),
                           ("faults", [{"match": {}}]),
                           ("faults", {}),
                           ("clock", {"now": "2026-01-01T00:00:00"}),
                           ("clock", {})):
            self.assertEqual(self.control("POST", name, body)[0], 400)
        self.assertEqual(self.control("GET", "nope")[0], 404)
        self.assertEqual(self.control("PUT", "settings", {})[0], 200)

    def test_unknown_path(self):
        status, headers, body = self.http("GET", "/nothing/here")
        self.assertEqual(status, 404)
        self.assertIn("text/html", headers["Content-Type"])

    def test_clock_and_accounts(self):
        self.control("POST", "clock", {"now": "2026-11-23T14:59:30Z"})
        today = {a["id"]: a["today"] for a in
                 self.control("GET", "accounts")[1]}
        self.assertEqual(today[MAIN], "2026-11-23")
        self.assertEqual(today["3456789012"], "2026-11-24")

    def test_world(self):
        status, rows = self.control(
            "GET", "world?resource=campaign&segments=date&since=2026-11-01"
            "&until=2026-11-10&accounts=" + MAIN)
        got = json.loads(self.search()[2])["results"]
        self.assertEqual(
            sum(int(r["metrics.clicks"]) for r in rows),
            sum(int(r["metrics"]["clicks"]) for r in got))


class Faults(Simulator):

    def test_error_and_counting(self):
        self.fault({"error": "internalError.TRANSIENT_ERROR"}, skip=1,
                   times=2)
        self.assertEqual([self.search()[0] for _ in range(4)],
                         [200, 500, 500, 200])
        self.assertEqual(self.control("GET", "faults")[1][0]["applied"], 2)
        self.assertIn("error", self.log(self.seen)[1]["fault"])

    def test_matching(self):
        self.control("POST", "settings", {"page_size": 20})
        self.fault({"status": 503}, match={"page": 1, "account": MAIN,
                                           "query": "FROM campaign"})
        status, _, body = self.search()
        self.assertEqual(status, 200)
        token = json.loads(body)["nextPageToken"]
        self.assertEqual(self.search(pageToken=token)[0], 503)
        self.fault({"status": 503}, match={"account": "1"})
        self.assertEqual(self.search()[0], 200)

    def test_whole_answers(self):
        self.fault({"status": 503, "body": "busy",
                    "headers": {"Retry-After": "7"}})
        status, headers, body = self.search()
        self.assertEqual((status, headers["Retry-After"], body),
                         (503, "7", b"busy"))
        self.fault({"html": 200})
        status, headers, body = self.search()
        self.assertEqual(status, 200)
        self.assertIn(b"<html", body)
        self.fault({"redirect": "http://127.0.0.1:1/x"})
        status, headers, _ = self.search()
        self.assertEqual((status, headers["Location"]),
                         (302, "http://127.0.0.1:1/x"))
        self.fault({"gzip_bomb": 5})
        status, headers, body = self.search()
        self.assertLess(len(body), 100000)
        self.assertEqual(len(gzip.decompress(body)), (5 << 20) + 2)

    def test_changed_answers(self):
        good = self.search()[2]
        self.fault({"replace": ["\"clicks\"", "\"klicks\""]})
        self.assertEqual(self.search()[2],
                         good.replace(b'"clicks"', b'"klicks"'))
        self.fault({"replace_bytes": ["22636c69636b73", "22ff"]})
        self.assertIn(b'"ff'.replace(b"ff", b"\xff"), self.search()[2])
        self.fault({"truncate_json": True})
        status, headers, body = self.search()
        self.assertEqual(int(headers["Content-Length"]), len(body))
        self.assertRaises(ValueError, json.loads, body)

    def test_cut(self):
        for action in ({"cut": 100}, {"close": "after_headers"}):
            self.fault(action)
            with self.assertRaises(http.client.IncompleteRead) as caught:
                self.search()
            self.assertEqual(len(caught.exception.partial),
                             action.get("cut", 0))
        self.fault({"close": "before_headers"})
        self.assertRaises(http.client.RemoteDisconnected, self.search)

    def test_heads(self):
        self.fault({"cut_head": 5})
        self.assertRaises(http.client.HTTPException, self.search)
        self.fault({"close": "before_headers", "reset": True})
        self.assertRaises(ConnectionResetError, self.search)
        self.fault({"no_length": True})
        status, headers, _ = self.search()
        self.assertEqual((status, headers["Content-Length"]), (200, None))
        self.fault({"length_off": 5})
        self.assertRaises(http.client.IncompleteRead, self.search)
        self.fault({"add_headers": {"X-Note": "\u00ff"}, "pad_headers": 9})
        _, headers, _ = self.search()
        self.assertEqual((headers["X-Note"], headers["X-Padding"]),
                         ("\u00ff", "x" * 9))

    def test_bad_gzip(self):
        self.fault({"bad_gzip": True})
        _, headers, body = self.search()
        self.assertEqual(headers["Content-Encoding"], "gzip")
        self.assertRaises((OSError, EOFError, zlib.error), gzip.decompress,
                          body)

    def test_port(self):
        status, made = self.control("POST", "port", {})
        self.assertEqual(status, 200)
        home, self.port = self.port, int(made["address"].rsplit(":", 1)[1])
        try:
            self.fault({"deaf_ms": 300}, times=1)
            self.assertEqual(self.search()[0], 200)
            self.assertRaises(ConnectionRefusedError, self.search)
            time.sleep(0.7)
            self.assertEqual(self.search()[0], 200)
        finally:
            self.port = home

    def test_strange_certificate(self):
        _, made = self.control("POST", "port", {"secure": True})
        port = int(made["address"].rsplit(":", 1)[1])
        trust = ssl.create_default_context(cafile=self.ready["ca_file"])

        def get():
            connection = http.client.HTTPSConnection("localhost", port,
                                                     context=trust)
            try:
                connection.request("GET", "/nothing")
                return connection.getresponse().status
            finally:
                connection.close()
        self.control("POST", "faults", [
            {"times": 1, "action": {"strange_certificates": 1}}])
        self.assertEqual(get(), 404)
        self.assertRaises(ssl.SSLError, get)
        self.assertEqual(get(), 404)

    def test_slow(self):
        # At least three pauses lie between the first and the last byte.
        self.fault({"delay_ms": 300})
        started = time.monotonic()
        self.assertEqual(self.search()[0], 200)
        self.assertGreater(time.monotonic() - started, 0.3)
        good = self.search()[2]
        self.fault({"drip": [len(good) // 4, 100]})
        started = time.monotonic()
        self.assertEqual(self.search()[2], good)
        # four pieces have three pauses between them
        self.assertGreaterEqual(time.monotonic() - started, 0.15)

    def test_gate(self):
        # Two requests pass a gate of two together; neither alone would.
        self.fault({"gate": 2}, times=2)
        answers = []
        threads = [threading.Thread(
            target=lambda: answers.append(self.search()[0]))
            for _ in range(2)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        self.assertEqual(answers, [200, 200])

    def test_stall(self):
        self.fault({"stall_after": 10})
        connection = http.client.HTTPConnection("127.0.0.1", self.port,
                                                timeout=0.5)
        connection.request("POST", SEARCH, json.dumps({"query": QUERY}), {
            "authorization": "Bearer " + self.token,
            "login-customer-id": MANAGER})
        answer = connection.getresponse()
        self.assertRaises(socket.timeout, answer.read)
        entry, = self.log(self.seen)
        self.assertFalse(entry["done"])
        answer.close()
        connection.close()
        deadline = time.monotonic() + 10
        while not self.log(self.seen)[0]["done"]:
            self.assertLess(time.monotonic(), deadline)

    def test_token_faults(self):
        self.control("POST", "faults", [{"match": {"path": "/token"}, "action":
                     {"error": "oauth.invalid_grant"}}])
        status, _, body = self.http("POST", "/token", "")
        self.assertEqual((status, json.loads(body)["error"]),
                         (400, "invalid_grant"))


class BenchPages(Simulator):

    def rows_of(self, account, query=QUERY):
        """Returns the rows of one page of an account."""
        status, _, body = self.search(query, SEARCH.replace(MAIN, account),
                                      accept_encoding="identity")
        self.assertEqual(status, 200, body)
        return json.loads(body)["results"]

    def test_accounts(self):
        sums = self.control("POST", "bench", {"pages": 1, "rows": 40,
                                              "accounts": 2})[1]
        for account in sums["accounts"]:
            self.assertEqual(
                {row["campaign"]["resourceName"].split("/")[1]
                 for row in self.rows_of(account)}, {account})
            days = self.rows_of(account, (
                "SELECT customer.id, segments.date, metrics.cost_micros "
                "FROM customer WHERE segments.date DURING LAST_7_DAYS"))
            self.assertEqual({row["customer"]["id"] for row in days},
                             {account})
            self.assertEqual(sum(int(row["metrics"]["costMicros"])
                                 for row in days), sums["cost_micros"])
            self.assertEqual(len({row["segments"]["date"] for row in days}), 7)

    def test_sums_without_segments(self):
        sums = self.control("POST", "bench", {"pages": 1, "rows": 140,
                                              "devices": 4})[1]
        ask = ("SELECT %scampaign.id, metrics.clicks FROM campaign "
               "WHERE segments.date DURING LAST_7_DAYS")
        for segments, count in (("segments.date, segments.device, ", 140),
                                ("segments.device, ", 20),
                                ("segments.date, ", 35), ("", 5)):
            rows = self.rows_of(sums["account"], ask % segments)
            self.assertEqual(len(rows), count, segments)
            self.assertEqual(sum(int(row["metrics"]["clicks"])
                                 for row in rows), sums["clicks"])

    def test_bench(self):
        sums = self.control("POST", "bench", {"pages": 3, "rows": 500})[1]
        path = SEARCH.replace(MAIN, sums["account"])
        for encoding in ("identity", "gzip"):
            rows, token, pages = [], None, 0
            while pages == 0 or token:
                more = {"pageToken": token} if token else {}
                status, headers, body = self.search(
                    path=path, accept_encoding=encoding, **more)
                self.assertEqual(status, 200, body)
                if encoding == "gzip":
                    body = gzip.decompress(body)
                page = json.loads(body)
                rows += page["results"]
                token = page.get("nextPageToken")
                pages += 1
            self.assertEqual(pages, 3)
            self.assertEqual(len(rows), sums["rows"])
            for name, key in (("impressions", "impressions"),
                              ("clicks", "clicks"),
                              ("cost_micros", "costMicros")):
                self.assertEqual(sum(int(r["metrics"][key]) for r in rows),
                                 sums[name])
            self.assertEqual(len({(r["campaign"]["id"], r["segments"]["date"])
                                  for r in rows}), len(rows))
        self.control("POST", "reset")
        # the token is of this moment, not of the machine's
        self.control("POST", "clock", {"now": "2026-11-24T00:00:00Z"})
        self.assertEqual(self.search(path=path)[0], 403)


class Seeds(Simulator):

    @classmethod
    def setUpClass(cls):
        cls.folder = tempfile.TemporaryDirectory()
        cls.addClassCleanup(cls.folder.cleanup)
        files = {
            "google_ads_campaign_stats_data.csv":
                "customer_id,date,ad_network_type,clicks,conversions,"
                "conversions_value,cost_micros,device,id,impressions,"
                "interactions,view_through_conversions\n"
                "2121450128,2021-02-01,SEARCH,49,4.416667,0.1,36150000,"
                "MOBILE,77,166,49,0\n"
                "2121450128,2021-02-01,SEARCH,1,0,0.2,50000,DESKTOP,77,4,1,0"
                "\n2121450128,2021-01-05,SEARCH,2,1,0,3,MOBILE,78,9,2,0",
            "google_ads_campaign_history_data.csv":
                "id,updated_at,name,customer_id,status\n"
                "77,2021-06-29,old name,2121450128,ENABLED\n"
                "77,2022-06-29,Zj9y+w==,2121450128,PAUSED\n"
                "77,2021-07-29,middle,2121450128,ENABLED",
        }
        for name, text in files.items():
            with open(os.path.join(cls.folder.name, name), "w") as file:
                file.write(text)
        cls.ARGUMENTS = ("--seeds", cls.folder.name)
        super().setUpClass()

    def test_seeds(self):
        self.control("POST", "clock", {"now": None})
        told = self.ready["seeds"]["campaign"]
        self.assertEqual(told["rows"], 3)
        self.assertEqual(told["totals"], {
            "impressions": "179", "clicks": "52", "cost_micros": "36200003",
            "conversions": "5.416667", "conversions_value": "0.3"})
        self.token = self.get_token()
        status, _, body = self.search(
            "SELECT campaign.id, campaign.name, campaign.status, "
            "segments.date, metrics.clicks, metrics.conversions, "
            "metrics.conversions_value FROM campaign WHERE segments.date "
            "DURING YESTERDAY", SEARCH.replace(MAIN, "2121450128"))
        row, = json.loads(body)["results"]
        self.assertEqual(row["segments"]["date"], told["newest_day"])
        self.assertEqual(row["campaign"]["name"], "Zj9y+w==")
        self.assertEqual(row["campaign"]["status"], "PAUSED")
        self.assertEqual(row["metrics"], {
            "clicks": "50", "conversions": 4.416667, "conversionsValue": 0.3})


class Life(unittest.TestCase):

    def test_ready_file_and_signal(self):
        with tempfile.TemporaryDirectory() as folder:
            path = os.path.join(folder, "ready")
            process = subprocess.Popen(
                [sys.executable, HERE, "--ready-file", path],
                stdout=subprocess.PIPE)
            line = process.stdout.readline().decode("utf-8")
            with open(path) as file:
                self.assertEqual(file.read(), line)
            ca_file = json.loads(line)["ca_file"]
            self.assertTrue(os.path.exists(ca_file))
            process.terminate()
            self.assertEqual(process.wait(10), 0)
            self.assertFalse(os.path.exists(ca_file))
            process.stdout.close()


if __name__ == "__main__":
    unittest.main()
