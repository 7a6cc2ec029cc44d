"""CSV files of a loader as Meta's world, and the platform behind the server
that all platforms share."""

import datetime
import decimal
import json
import os
import shutil
import tempfile
import threading
import time
import unittest
import urllib.error
import urllib.request

from control import Control
from faults import FaultBook
from google_ads.api import GoogleAds
from google_ads.sample import SampleWorld as GoogleSample
from meta_ads.access import TOKEN
from meta_ads.api import FAULT_KEYS, MetaAds
from meta_ads.expected import DEFAULT_ACTIONS, expected_rows
from meta_ads.sample import MAIN, SampleWorld
from meta_ads.seeds import FILES, SeedWorld, read_csv
from server import Listener, Simulator
from state import Clock, RequestLog, Settings
from test_meta_api import NOW, Surface, days

# Public sample data; the one test that reads them is skipped without.
SAMPLES = os.environ.get("ADPIPE_SAMPLES", "")
SAMPLE = {
    "account_history": "id,name,_fivetran_synced\n11,Old,2020-01-01\n"
                       "11,New,2020-02-01\n",
    "campaign_history": "id,account_id,name,_fivetran_synced,updated_time\n"
                        "21,11,=a+b,2020-01-01,2020-01-01\n",
    "ad_set_history": "id,account_id,campaign_id,name,_fivetran_synced,"
                      "updated_time\n31,11,21,set,2020-01-01,2020-01-01\n",
    "ad_history": "id,account_id,ad_set_id,campaign_id,creative_id,name,"
                  "_fivetran_synced,updated_time\n"
                  "41,11,31,21,51,v1,2020-01-01,2020-01-01\n",
    "basic_ad": "ad_id,date,account_id,impressions,inline_link_clicks,spend\n"
                "41,2021-03-01,11,100,7,1.05\n41,2021-03-02,11,90,0,0.07\n",
    "basic_ad_actions": "ad_id,date,action_type,_1_d_view,_7_d_click,value\n"
                        "41,2021-03-01,purchase,1.0,2.0,3.0\n"
                        "41,2021-03-01,lead,,4.0,4.0\n"
                        "99,2021-03-02,lead,,0.5,0.5\n",
    "basic_ad_action_values": "ad_id,date,action_type,_7_d_click,value\n"
                              "41,2021-03-01,purchase,20.25,20.25\n",
}


class Seeds(Surface):
    """A small folder of files."""

    def setUp(self):
        super().setUp()
        folder = tempfile.mkdtemp()
        self.addCleanup(shutil.rmtree, folder)
        for name, text in SAMPLE.items():
            path = os.path.join(folder, "facebook_ads_%s_data.csv" % name)
            with open(path, "w", encoding="utf-8-sig") as file:
                file.write(text)
        self.world = SeedWorld(self.clock, folder)
        self.api = MetaAds(self.world, self.clock, self.settings)

    def test_rows(self):
        rows = self.report("11", level="ad", time_increment="1",
                           fields="account_name,campaign_name,ad_id,"
                           "impressions,clicks,spend,actions,action_values",
                           time_range=days("2026-11-21", "2026-11-22"))
        told = {(r["ad_id"], r["date_start"]): r for r in rows}
        self.assertEqual(set(told), {("41", "2026-11-21"),
                                     ("41", "2026-11-22"),
                                     ("99", "2026-11-22")})
        first = told["41", "2026-11-21"]
        self.assertEqual(
            (first["account_name"], first["campaign_name"],
             first["impressions"], first["clicks"], first["spend"]),
            ("New", "=a+b", "100", "7", "1.05"))
        self.assertEqual(first["actions"], [
            {"action_type": "lead", "value": "4"},
            {"action_type": "purchase", "value": "3"}])
        self.assertEqual(first["action_values"], [
            {"action_type": "purchase", "value": "20.25"}])

    def test_newest_day_is_yesterday_where_the_account_is(self):
        # It is still the 23rd in Los Angeles.
        self.assertEqual(self.world.report()["basic_ad"]["days_shifted"], (
            datetime.date(2026, 11, 22) - datetime.date(2021, 3, 2)).days)

    def test_totals(self):
        totals = self.world.report()["basic_ad"]["totals"]
        self.assertEqual((totals["impressions"], totals["spend"]),
                         ("190", "1.12"))

    @unittest.skipUnless(os.path.isdir(SAMPLES), "no public sample data")
    def test_public_sample(self):
        world = SeedWorld(self.clock, SAMPLES)
        until = NOW.date()
        span = {"since": (until - datetime.timedelta(400)).isoformat(),
                "until": until.isoformat()}
        text = read_csv(SAMPLES, FILES["basic_ad"])
        actions = read_csv(SAMPLES, FILES["basic_ad_actions"])
        for choice in (DEFAULT_ACTIONS, "lead", "offsite_conversion.fb_pixel_"
                       "lead", "lead|offsite_conversion.fb_pixel_lead"):
            rows = expected_rows(world, dict(span, resource="ad_daily",
                                             conversion_actions=choice))
            self.assertEqual(
                sum(decimal.Decimal(r["spend"]) for r in rows),
                sum(decimal.Decimal(r["spend"]) for r in text))
            groups = {}
            for row in actions:
                groups.setdefault((row["ad_id"], row["date"]), {})[
                    row["action_type"]] = decimal.Decimal(row["value"])
            wanted = sum(next((g[n] for n in choice.split("|") if n in g), 0)
                         for g in groups.values())
            self.assertEqual(sum(decimal.Decimal(r["conversions"])
                                 for r in rows), wanted)


class Served(unittest.TestCase):
    """Two platforms on one port."""

    @classmethod
    def setUpClass(cls):
        cls.clock, cls.settings = Clock(), Settings()
        cls.clock.set(NOW)
        cls.faults = FaultBook()
        cls.faults.declare(FAULT_KEYS)
        simulator = Simulator(cls.clock, cls.settings, RequestLog(),
                              cls.faults)
        simulator.platforms = [
            GoogleAds(GoogleSample(cls.clock), cls.clock, cls.settings),
            MetaAds(SampleWorld(cls.clock), cls.clock, cls.settings)]
        simulator.control = Control(simulator, {
            p.name: p for p in simulator.platforms})
        cls.listener = Listener(0, simulator)
        cls.listener.start()

    @classmethod
    def tearDownClass(cls):
        cls.listener.shutdown()
        cls.listener.server_close()

    def tearDown(self):
        self.control("reset", {})
        self.clock.set(NOW)

    def open(self, path, body=None):
        """Returns (status, headers, JSON) of a request."""
        request = urllib.request.Request(
            self.listener.base_url + path, data=body,
            headers={"Authorization": "Bearer " + TOKEN})
        try:
            with urllib.request.urlopen(request, timeout=60) as answer:
                return answer.status, answer.headers, json.load(answer)
        except urllib.error.HTTPError as answer:
            with answer:
                return answer.code, answer.headers, json.load(answer)

    def control(self, name, value=None):
        """Returns what a control endpoint says."""
        body = None if value is None else json.dumps(value).encode("utf-8")
        return self.open("/_control/" + name, body)[2]

    def test_the_path_decides(self):
        self.assertEqual(self.open("/v26.0/me")[2]["name"], "adpipe loader")
        status, _, said = self.open("/v26/customers:listAccessibleCustomers")
        self.assertEqual((status, said["error"]["status"]),
                         (401, "UNAUTHENTICATED"))

    def test_log(self):
        self.open("/v26.0/act_%s/insights?level=ad&limit=3&access_token=%s"
                  % (MAIN, TOKEN))
        entry = self.control("requests")[-1]
        self.assertEqual((entry["account"], entry["query"], entry["rows"],
                          entry["page"], entry["status"]),
                         (MAIN, "level=ad&limit=3", 3, 0, 200))
        self.assertNotIn(TOKEN, json.dumps(entry))

    def test_faults(self):
        self.control("faults", [
            {"match": {"account": MAIN, "query": "level=ad"}, "skip": 1,
             "times": 1, "action": {"error": "4.1504022", "http": 403,
                                    "wait_minutes": 2}},
            {"match": {"method": "POST"}, "times": 1,
             "action": {"job": {"end": "Job Skipped", "ms": 0}}}])
        path = "/v26.0/act_%s/insights?level=ad&limit=3" % MAIN
        seen = [self.open(path)[0] for _ in range(3)]
        self.assertEqual(seen, [200, 403, 200])
        run = self.open("/v26.0/act_%s/insights" % MAIN, b"")[2]
        said = self.open("/v26.0/%s" % run["report_run_id"])[2]
        self.assertEqual(said["async_status"], "Job Skipped")

    def test_stale_cursor_on_demand(self):
        path = "/v26.0/act_%s/insights?level=ad&limit=3" % MAIN
        following = self.open(path)[2]["paging"]["next"]
        self.control("faults", [{"action": {"expire_page_tokens": True}}])
        said = self.open(following[len(self.listener.base_url):])
        self.assertEqual(said[2]["error"]["code"], 2642)

    def test_world(self):
        rows = self.control("world?platform=meta&resource=account_report&"
                            "since=2026-11-10&until=2026-11-10&accounts="
                            + MAIN)
        self.assertEqual(rows[0]["platform"], "meta_ads")
        self.assertIn(MAIN, {a["id"] for a in self.control(
            "accounts?platform=meta")})

    def test_waiting_requests_do_not_wait_for_each_other(self):
        told = self.control("bench", {"platform": "meta", "pages": 2,
                                      "rows": 5, "accounts": 12})
        self.control("settings", {"delay_ms": 300})
        seen = []

        def read(account):
            seen.append(self.open("/v26.0/act_%s/insights?level=campaign"
                                  % account)[0])
        threads = [threading.Thread(target=read, args=(account,))
                   for account in told["accounts"]]
        begun = time.monotonic()
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        self.assertEqual(seen, [200] * 12)
        self.assertLess(time.monotonic() - begun, 12 * 0.3 * 0.8)


if __name__ == "__main__":
    unittest.main()
