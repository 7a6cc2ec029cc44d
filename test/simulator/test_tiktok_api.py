"""TikTok's surface: what is refused, what is hidden, and that its reports say what
the world says."""

import csv
import datetime
import json
import unittest
import urllib.parse

from messages import Request
from state import UTC, Clock, Settings
from tiktok_ads import api
from tiktok_ads.sample import STRANGER, SampleWorld

NOW = datetime.datetime(2026, 11, 24, 3, tzinfo=UTC)
HANBIT = "7012345678901234567"
ALL = ('[{"field_name":"%s_status","filter_type":"IN","filter_value":'
       '"[\\"STATUS_ALL\\"]"}%s]')
PROMOTED = (',{"field_name":"campaign_system_origins","filter_type":"IN",'
            '"filter_value":"[\\"PROMOTE\\"]"}')


class TikTokTest(unittest.TestCase):
    """The platform without a network."""

    def setUp(self):
        self.clock = Clock()
        self.clock.set(NOW)
        self.settings = Settings()
        self.api = api.TikTokAds(SampleWorld(self.clock), self.clock,
                                 self.settings)

    def send(self, path, token=api.TOKEN, body=None, **params):
        """Returns the body of the answer to a request."""
        target = "/open_api/v1.3/%s?%s" % (path, urllib.parse.urlencode(params))
        headers = {} if token is None else {"access-token": token}
        request = Request("GET" if body is None else "POST", target, headers,
                          json.dumps(body).encode() if body else b"",
                          "http://127.0.0.1:1")
        answer = self.api.handle(request, self.api.describe(request), {})
        self.assertEqual(answer.status, 200)
        return answer.body

    def call(self, path, **params):
        """Returns the answer to a request as a dict."""
        return json.loads(self.send(path, **params))

    def task(self, **params):
        """Returns the answer to a request for a task."""
        body = {"advertiser_id": HANBIT, "report_type": "BASIC",
                "data_level": "AUCTION_AD",
                "dimensions": ["ad_id", "stat_time_day"],
                "metrics": ["impressions", "spend"],
                "start_date": "2026-09-01", "end_date": "2026-11-05",
                "enable_report_title_translation": False}
        return self.call("report/task/create/", body={**body, **params})

    def report(self, level="campaign", filtering=None, **params):
        """Returns the answer to a request for a report."""
        asked = {"advertiser_id": HANBIT, "report_type": "BASIC",
                 "data_level": "AUCTION_" + level.upper(),
                 "dimensions": json.dumps(
                     [("advertiser" if level == "advertiser" else level)
                      + "_id", "stat_time_day"]),
                 "metrics": '["impressions","spend"]',
                 "start_date": "2026-11-01", "end_date": "2026-11-05",
                 "page_size": "1000"}
        if filtering:
            asked["filtering"] = filtering
        asked.update(params)
        return self.call("report/integrated/get/", **asked)

    def total(self, answer):
        """Returns the impressions of a report's rows."""
        self.assertEqual(answer["code"], 0)
        return sum(int(r["metrics"]["impressions"])
                   for r in answer["data"]["list"])

    def test_tokens_and_paths(self):
        self.assertEqual(self.call("advertiser/info/", token=None)["code"],
                         40104)
        self.assertEqual(self.call("advertiser/info/", token="x")["code"],
                         40105)
        self.assertEqual(self.call("advertiser/info")["code"], 40400)
        self.assertEqual(self.report(advertiser_id=STRANGER)["code"], 40001)

    def test_what_is_refused(self):
        for params in ({"metrics": '["spendings"]'},
                       {"end_date": "2026-12-01"},
                       {"dimensions": '["stat_time_day"]'},
                       {"dimensions": '["campaign_id","age"]'},
                       {"page_size": "1001"}, {"colour": "green"},
                       {"filtering": "{}"}):
            answer = self.report(**params)
            self.assertEqual(answer["code"], 40002, params)
            self.assertEqual(answer["data"], {})

    def test_what_is_hidden(self):
        whole = self.total(self.report("advertiser"))
        for level in ("campaign", "adgroup", "ad"):
            short = self.total(self.report(level))
            wide = self.total(self.report(level, ALL % (level, "")))
            promoted = self.total(self.report(level, ALL % (level, PROMOTED)))
            self.assertLess(short, wide)
            self.assertLess(0, promoted)
            self.assertEqual(wide + promoted, whole)

    def test_pages_add_up(self):
        pages = [self.report("ad", page_size="7", page=str(n))
                 for n in (1, 2)]
        for answer in pages:
            info = answer["data"]["page_info"]
            self.assertEqual(len(answer["data"]["list"]), 7)
            self.assertEqual(info["total_page"],
                             -(-info["total_number"] // 7))

    def test_money_is_rounded_in_each_row(self):
        self.settings.change({"tiktok_money_step": 100})
        answers = [self.report(level, filtering,
                               advertiser_id="7023456789012345678")
                   for level, filtering in (
                       ("ad", ALL % ("ad", "")),
                       ("ad", ALL % ("ad", PROMOTED)), ("advertiser", None))]
        amounts = [[float(row["metrics"]["spend"])
                    for row in answer["data"]["list"]] for answer in answers]
        self.assertTrue(all(a == round(a) for a in sum(amounts, [])))
        self.assertNotEqual(sum(amounts[0] + amounts[1]), sum(amounts[2]))

    def test_reports_are_the_world(self):
        sums = self.total(self.report("advertiser"))
        known = self.api.expected_rows({
            "resource": "account_daily", "since": "2026-11-01",
            "until": "2026-11-05", "accounts": HANBIT})
        self.assertEqual(sums, sum(int(r["impressions"]) for r in known))

    def test_a_cap_is_told_in_a_header(self):
        self.settings.change({"tiktok_rows_cap": 5})
        account = self.api.world.accounts[HANBIT]
        answer = self.api.report(account, {
            "report_type": "BASIC", "data_level": "AUCTION_AD",
            "dimensions": '["ad_id","stat_time_day"]',
            "metrics": '["spend"]', "start_date": "2026-11-01",
            "end_date": "2026-11-05"}, {})
        self.assertIn("X-Tt-Ads-Throttle", dict(answer.headers))
        self.assertEqual(answer.rows, 5)

    def test_a_task_has_all_ads(self):
        task = {"advertiser_id": HANBIT,
                "task_id": self.task()["data"]["task_id"]}
        states = [self.call("report/task/check/", **task)["data"]["status"]
                  for _ in range(3)]
        self.assertEqual(states, ["QUEUING", "PROCESSING", "SUCCESS"])
        text = self.send("report/task/download/", **task).decode()
        rows = list(csv.DictReader(text.splitlines()))
        self.assertEqual(sum(int(r["impressions"]) for r in rows),
                         sum(int(r["impressions"])
                             for r in self.api.expected_rows({
                                 "resource": "account_daily",
                                 "since": "2026-09-01", "until": "2026-11-05",
                                 "accounts": HANBIT})))

    def test_what_a_task_refuses(self):
        status = {"field_name": "ad_status", "filter_type": "IN",
                  "filter_value": "[\"STATUS_ALL\"]"}
        for params in ({"filtering": [status]}, {"page": "1"},
                       {"output_format": "TSV"}, {"metrics": ["spendings"]}):
            self.assertEqual(self.task(**params)["code"], 40002, params)
        self.assertEqual(self.task(advertiser_id=STRANGER)["code"], 40001)
        made = self.task()["data"]["task_id"]
        self.assertEqual(self.call("report/task/download/", task_id=made,
                                   advertiser_id=HANBIT)["code"], 40201)
        self.clock.set(NOW + datetime.timedelta(31))
        self.assertEqual(self.call("report/task/check/", task_id=made,
                                   advertiser_id=HANBIT)["code"], 40007)
        self.settings.change({"tiktok_tasks_an_hour": 0})
        self.assertEqual(self.task()["code"], 40132)


if __name__ == "__main__":
    unittest.main()
