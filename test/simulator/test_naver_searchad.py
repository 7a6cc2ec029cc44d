"""Naver SearchAd: signatures, lists, jobs, files, /stats and the world."""

import datetime
import json
import time
import unittest
import urllib.parse

from messages import Request
from naver_searchad import api, signature
from naver_searchad.world import EMPTY, HIDDEN, MAIN, MANAGER, World
from state import Clock, Settings

NOW = datetime.datetime(2026, 11, 29, 3, tzinfo=datetime.timezone.utc)
DAY = datetime.date(2026, 11, 20)


class Surface(unittest.TestCase):
    """Base of tests that speak to the surface."""

    def setUp(self):
        self.clock = Clock()
        self.clock.set(NOW)
        self.settings = Settings()
        self.api = api.NaverSearchAd(World(self.clock), self.clock,
                                     self.settings)

    def call(self, method, target, body=None, customer=MAIN,
             secret=signature.SECRET_KEY, timestamp=None, **headers):
        """Sends a signed request; returns the response."""
        path = target.partition("?")[0]
        timestamp = timestamp or str(int(time.time() * 1000))
        sent = {"x-timestamp": timestamp, "x-api-key": signature.API_KEY,
                "x-customer": customer, "x-signature": signature.sign(
                    secret, timestamp, method, path)}
        sent.update((k.replace("_", "-"), v) for k, v in headers.items())
        request = Request(method, target, sent, json.dumps(body).encode()
                          if body is not None else b"", "http://x")
        return self.api.handle(request, self.api.describe(request), {})

    def get(self, target, **more):
        """Returns the document of a good answer."""
        response = self.call("GET", target, **more)
        self.assertEqual(response.status, 200, response.body)
        return json.loads(response.body)

    def code(self, response, status):
        """Returns the code of a refusal."""
        self.assertEqual(response.status, status)
        return json.loads(response.body).get("code")

    def create(self, report="AD", day=DAY, **more):
        """Creates a job; returns the response."""
        return self.call("POST", "/stat-reports", {
            "reportTp": report, "statDt": day.strftime("%Y%m%d")}, **more)

    def read(self, report="AD", day=DAY):
        """Returns the rows of a report's file."""
        number = json.loads(self.create(report, day).body)["reportJobId"]
        told = self.get("/stat-reports/%d" % number)
        if told["status"] == "NONE":
            return []
        target = told["downloadUrl"][len("http://x"):]
        body = self.call("GET", target).body.decode()
        return [line.split("\t") for line in body.splitlines()]


class Signatures(Surface):

    def test_vectors_of_the_sheet(self):
        for message, expected in (
                ("1793662200000.GET./ncc/campaigns",
                 "6F0DQ8QJTKxAG1llKLy/DZzgosfZwHBJXwrzX5pBseM="),
                ("1793662200000.GET./stats",
                 "9UZdd1l6tq1fFyfG8JI00wNGdyU2cokTjVGGo3bBI34="),
                ("1793662200000.POST./stat-reports",
                 "RelSmuzvGMe6tr13+h/Zr4O9TYmt0CM5+X00hPXdp6o="),
                ("1793662200000.GET./report-download",
                 "LWEdc7wk4aYInJCOiijORbQ2BWjoSTcSrAZ9c+yW0Gg=")):
            self.assertEqual(signature.sign(
                signature.SECRET_KEY, *message.split(".")), expected)

    def test_the_query_string_is_not_signed(self):
        self.get("/ncc/campaigns?recordSize=5")

    def test_wrong_key_and_old_time(self):
        self.assertIn(b"invalid-signature", self.call(
            "GET", "/ncc/campaigns", secret="x").body)
        self.assertIn(b"invalid-timestamp", self.call(
            "GET", "/ncc/campaigns",
            timestamp=str(int(time.time() * 1000) - 60000)).body)
        self.settings.change({"naver_renewed": True})
        self.assertEqual(self.call("GET", "/ncc/campaigns").status, 403)
        self.get("/ncc/campaigns", secret=signature.RENEWED_KEY)

    def test_customers(self):
        self.assertEqual(self.get("/ncc/campaigns", customer=EMPTY), [])
        for customer in (HIDDEN, "1", None):
            self.assertEqual(self.code(self.call(
                "GET", "/ncc/campaigns", customer=customer), 403), 1018)

    def test_content_type_sent_twice(self):
        self.assertEqual(self.code(self.create(
            content_type="application/json, application/json"), 400), 1002)


class Lists(Surface):

    def test_deleted_campaigns_are_gone(self):
        names = [c["name"] for c in self.get("/ncc/campaigns")]
        self.assertNotIn("삭제된 캠페인", names)
        self.assertIn("Huge", names)

    def test_pages_follow_a_base(self):
        rows = self.get("/ncc/adgroups")
        found, base = [], ""
        while True:
            page = self.get("/ncc/adgroups?recordSize=5&selector=NEXT" + base)
            if not page:
                break
            found += page
            base = "&baseSearchId=" + page[-1]["nccAdgroupId"]
        self.assertEqual(found, rows)

    def test_accounts_of_a_manager(self):
        self.settings.change({"naver_page": 3})
        first = self.get("/manager-accounts/%s/child-ad-accounts?page=0"
                         "&size=1000" % MANAGER)
        self.assertEqual((first["last"], first["totalElements"]), (False, 4))
        self.assertEqual(self.code(self.call(
            "GET", "/manager-accounts/1/child-ad-accounts"), 403), 1018)


class JobsOfReports(Surface):

    def test_life_of_a_job(self):
        self.settings.change({"naver_job_ms": 1000})
        told = json.loads(self.create().body)
        self.assertEqual(told["status"], "REGIST")
        self.assertEqual(told["statDt"], "2026-11-19T15:00:00.000Z")
        path = "/stat-reports/%d" % told["reportJobId"]
        self.assertEqual(self.get(path)["status"], "RUNNING")
        self.clock.set(NOW + datetime.timedelta(seconds=1))
        told = self.get(path)
        self.assertEqual(told["status"], "BUILT")
        target = told["downloadUrl"][len("http://x"):]
        self.assertEqual(self.call("GET", target).status, 200)
        other = urllib.parse.unquote(target)
        self.assertEqual(self.code(self.call("GET", other), 404), 20011)
        deleted = self.call("DELETE", path)
        self.assertEqual((deleted.status, deleted.body), (204, b""))
        for method, again in (("GET", path), ("DELETE", path),
                              ("GET", target)):
            self.assertEqual(self.code(self.call(method, again), 404), 20011)

    def test_days(self):
        today = NOW.date()
        self.assertEqual(self.code(self.create(day=today), 400), 20007)
        self.assertEqual(self.code(self.create(
            day=today - datetime.timedelta(366)), 400), 10004)
        self.assertEqual(self.code(self.create(
            "SHOPPINGKEYWORD_CONVERSION_DETAIL",
            today - datetime.timedelta(46)), 400), 10004)
        self.assertEqual(self.code(self.create("NAVERPAY_CONVERSION"), 400),
                         11001)
        self.clock.set(NOW - datetime.timedelta(hours=8))
        self.assertEqual(self.code(self.create(
            day=today - datetime.timedelta(1)), 400), 20007)

    def test_none_of_a_young_day_is_not_final(self):
        self.settings.change({"naver_none_hours": 12})
        self.assertEqual(self.read(day=NOW.date() - datetime.timedelta(1)), [])
        self.settings.change({"naver_none_hours": 0})
        self.assertTrue(self.read(day=NOW.date() - datetime.timedelta(1)))

    def test_a_hundred_are_kept(self):
        first = json.loads(self.create().body)["reportJobId"]
        for _ in range(100):
            self.create()
        self.assertEqual(len(self.get("/stat-reports")), 100)
        self.assertEqual(self.code(self.call(
            "GET", "/stat-reports/%d" % first), 404), 20011)

    def test_ends(self):
        self.settings.change({"naver_job_ends": {
            "AD 20261120": ["ERROR", "CHANGED"]}})
        for state in ("ERROR", "CHANGED", "BUILT"):
            number = json.loads(self.create().body)["reportJobId"]
            self.assertEqual(self.get("/stat-reports/%d" % number)["status"],
                             state)

    def test_columns(self):
        for report, count in (("AD", 14), ("AD_CONVERSION", 13),
                              ("EXPKEYWORD", 12),
                              ("SHOPPINGKEYWORD_DETAIL", 16),
                              ("SHOPPINGKEYWORD_CONVERSION_DETAIL", 15)):
            rows = self.read(report)
            self.assertTrue(rows, report)
            self.assertEqual({len(row) for row in rows}, {count}, report)
            self.assertEqual({(row[0], row[1]) for row in rows},
                             {("20261120", MAIN)})

    def test_cost_and_vat(self):
        before = self.read(day=datetime.date(2026, 3, 29))
        after = self.read(day=datetime.date(2026, 3, 30))
        self.assertTrue(all("." in row[11] for row in before))
        self.assertTrue(any(not row[11].endswith(".0") for row in before))
        self.assertTrue(all(row[11].isdigit() for row in after))

    def test_rows_without_keyword_and_ad(self):
        self.assertTrue(any(row[4] == row[5] == "-" for row in self.read()))

    def test_search_terms(self):
        old = datetime.date(2026, 5, 1)
        keys = [tuple(row[:8]) for row in self.read("EXPKEYWORD", old)]
        self.assertLess(len(set(keys)), len(keys))
        keys = [tuple(row[:8]) for row in self.read("EXPKEYWORD")]
        self.assertEqual(len(set(keys)), len(keys))
        self.assertFalse(any(key[4] == "-" for key in keys))


class Stats(Surface):

    def ask(self, **params):
        """Returns the response of /stats."""
        made = {"fields": '["impCnt","clkCnt","salesAmt","viewCnt"]',
                "timeRange": '{"since":"2026-11-20","until":"2026-11-21"}'}
        made.update(params)
        return self.call("GET", "/stats?" + urllib.parse.urlencode(made))

    def test_one_id_by_day_and_several_in_all(self):
        ids = [c["nccCampaignId"] for c in self.get("/ncc/campaigns")
               if c["campaignTp"] == "WEB_SITE"]
        by_day = json.loads(self.ask(id=ids[0], breakdown="nonsense").body)
        self.assertNotIn("id", by_day["data"][0])
        whole = json.loads(self.ask(ids=",".join(ids)).body)
        self.assertEqual(sum(row["impCnt"] for row in by_day["data"]),
                         whole["data"][0]["impCnt"])

    def test_refusals(self):
        ids = [c["nccCampaignId"] for c in self.get("/ncc/campaigns")]
        self.assertEqual(self.code(self.ask(ids=",".join(ids)), 400), 11003)
        self.assertEqual(self.code(self.ask(ids='["x"]'), 400), 11001)

    def test_older_days_and_what_was_deleted(self):
        gone, = (c.id for c in self.api.world.accounts[MAIN].campaigns
                 if c.spec.end)
        older = {"timeRange": '{"since":"2025-03-01","until":"2025-03-31"}'}
        before = json.loads(self.ask(id=gone, **older).body)["data"]
        self.assertGreater(len(before), 20)
        self.settings.change({"naver_deleted_days": 9})
        self.assertEqual(json.loads(self.ask(id=gone, **older).body)["data"],
                         before)
        self.settings.change({"naver_deleted_days": 8})
        self.assertEqual(json.loads(self.ask(id=gone, **older).body)["data"],
                         [])
        self.settings.change({"naver_stats_days": 600})
        self.assertEqual(self.code(self.ask(id=gone, **older), 400), 10004)

    def test_zeros_lag_and_cycles(self):
        ids = ",".join(c.id for c in self.api.world.accounts[MAIN].campaigns
                       if c.spec.type == "WEB_SITE")
        today = {"timeRange": '{"since":"2026-11-29","until":"2026-11-29"}'}
        before = json.loads(self.ask(ids=ids, **today).body)["data"]
        self.settings.change({"naver_zero_rows": True})
        after = json.loads(self.ask(ids=ids, **today).body)["data"]
        self.assertEqual([r for r in after if r["impCnt"]], before)
        self.assertEqual(len(after), ids.count(",") + 1)
        self.settings.change({"naver_cycle_lag_h": 13, "naver_cycle_moves": 2,
                              "naver_zero_rows": False})
        told = [json.loads(self.ask(ids=ids, **today).body)
                for _ in range(3)]
        self.assertEqual([t["data"] for t in told], [[], [], []])
        self.assertEqual([t["cycleBaseTm"] for t in told],
                         ["202611282240", "202611282300", "202611282300"])
        self.settings.change({"naver_ids_max": 2})
        self.assertEqual(self.code(self.ask(ids=ids, **today), 400), 1014)

    def test_deltas_hold_what_was_deleted(self):
        self.clock.set(NOW - datetime.timedelta(8))

        def read(item, **more):
            body = dict({"item": item}, **more)
            job = json.loads(self.call("POST", "/master-reports", body).body)
            told = self.get("/master-reports/" + job["id"])
            if told["status"] == "NONE":
                return []
            response = self.call("GET", told["downloadUrl"][len("http://x"):])
            text = response.body
            text = text.decode() if isinstance(text, bytes) else text
            return [line.split("\t") for line in text.splitlines()]
        gone = [c for c in self.api.world.accounts[MAIN].campaigns
                if c.spec.end == "2026-11-20"][0]
        since = {"fromTime": "2026-10-22T03:04:05Z"}
        self.assertNotIn(gone.id, [r[1] for r in read("Campaign")])
        self.assertEqual([(r[1], r[9]) for r in read("Campaign", **since)],
                         [(gone.id, "2026-11-20T15:00:00.000Z")])
        self.assertEqual([r[1] for r in read("Adgroup", **since)],
                         [g.id for g in gone.children])
        self.assertEqual(read("Campaign", fromTime="2026-11-21T00:00:00Z"), [])
        for wrong in ("2024-01-01T00:00:00Z", "2027-01-01T00:00:00Z", "x"):
            self.assertEqual(self.code(self.call(
                "POST", "/master-reports",
                {"item": "Campaign", "fromTime": wrong}), 400), 11001)
        self.settings.change({"naver_delta_forgets": ["Campaign"]})
        self.assertEqual(read("Campaign", **since), [])

    def test_views_are_clicks(self):
        video = next(c for c in self.api.world.accounts[MAIN].campaigns
                     if c.spec.quirk == "views")
        row = json.loads(self.ask(ids=video.id).body)["data"][0]
        days = [DAY, DAY + datetime.timedelta(1)]
        facts = [f for d in days for f in self.api.world.facts(
            self.api.world.accounts[MAIN], d) if f.campaign is video]
        self.assertEqual(row["clkCnt"], sum(f.clicks + f.views
                                            for f in facts))
        self.assertGreater(row["viewCnt"], 0)


class Expected(Surface):

    def rows(self, table, day=DAY):
        """Returns the rows of a table."""
        return self.api.expected_rows({
            "resource": table, "accounts": MAIN, "since": day.isoformat(),
            "until": day.isoformat()})

    def test_levels_add_up(self):
        account = self.rows("account_daily")[0]
        for table in ("campaign_daily", "ad_group_daily", "keyword_daily",
                      "ad_daily"):
            rows = self.rows(table)
            self.assertGreater(len(rows), 5)
            for name in ("impressions", "clicks", "spend_with_vat",
                         "conversions", "all_conversions_value"):
                self.assertEqual(sum(int(r[name]) for r in rows),
                                 int(account[name]), (table, name))

    def test_as_files_have_it(self):
        rows = self.rows("campaign_daily")
        file = self.read()
        self.assertEqual(
            {r["campaign_id"]: int(r["impressions"]) for r in rows
             if r["impressions"] != "0"},
            {c: sum(int(r[9]) for r in file if r[2] == c)
             for c in {r[2] for r in file}})
        self.assertEqual(sum(int(r["spend_with_vat"]) for r in rows),
                         sum(int(r[11]) for r in file))

    def test_conversions_without_delivery(self):
        day = next(d for d in (DAY - datetime.timedelta(n)
                               for n in range(100)) if any(
            r["impressions"] == "0" for r in self.rows("campaign_daily", d)))
        self.assertTrue(day)


if __name__ == "__main__":
    unittest.main()
