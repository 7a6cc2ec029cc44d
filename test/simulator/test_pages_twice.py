"""Answers that no platform owes: a page again under a new token, and rows of
another account.  Every platform can be told to give them."""

import base64
import json
import unittest
import urllib.parse

import faults
import test_api
import test_appsflyer_base
import test_meta_api
from google_ads.sample import MAIN as GOOGLE_MAIN
from meta_ads.sample import EURO, MAIN
from messages import Request

REPEAT = {"repeat_rows": True}


class GooglePages(test_api.Surface):

    QUERY = ("SELECT campaign.id, segments.date, metrics.clicks FROM campaign "
             "WHERE segments.date BETWEEN '2026-11-01' AND '2026-11-10'")

    def page(self, token=None, **fault):
        """Returns a page of ten rows."""
        more = {"pageToken": token} if token else {}
        status, body = self.search(self.QUERY, fault=fault, **more)
        self.assertEqual(status, 200, body)
        return body

    def test_rows_come_again_under_a_new_token(self):
        self.settings.change({"page_size": 10})
        first = self.page()
        again = self.page(first["nextPageToken"], **REPEAT)
        self.assertEqual(again["results"], first["results"])
        self.assertNotEqual(again["nextPageToken"], first["nextPageToken"])
        second = self.page(first["nextPageToken"])
        self.assertEqual(self.page(again["nextPageToken"]), second)
        self.assertNotEqual(second["results"], first["results"])

    def test_another_account(self):
        other = self.page(as_account="4567890123")["results"]
        self.assertEqual(self.page()["fieldMask"],
                         "campaign.id,segments.date,metrics.clicks")
        self.assertTrue(all(row["campaign"]["resourceName"].startswith(
            "customers/4567890123/") for row in other))
        self.assertTrue(self.page()["results"][0]["campaign"][
            "resourceName"].startswith("customers/%s/" % GOOGLE_MAIN))


class MetaPages(test_meta_api.Surface):

    params = {"level": "ad", "fields": "account_id,ad_id",
              "time_increment": "1", "limit": "10",
              "time_range": test_meta_api.days("2026-11-01", "2026-11-03")}
    path = "act_%s/insights" % MAIN

    def page(self, path=None, fault=None, **params):
        """Returns a page."""
        response = self.respond("GET", path or self.path, params, fault=fault)
        self.assertEqual(response.status, 200, response.body)
        return json.loads(response.body)

    def test_rows_come_again_under_a_new_cursor(self):
        first = self.page(**self.params)
        after = first["paging"]["cursors"]["after"]
        again = self.page(fault=REPEAT, after=after, **self.params)
        second = self.page(after=after, **self.params)
        self.assertEqual(again["data"], first["data"])
        self.assertNotEqual(again["paging"]["cursors"]["after"], after)
        self.assertEqual(self.page(after=again["paging"]["cursors"]["after"],
                                   **self.params), second)

    def test_another_account(self):
        fault = {"as_account": EURO}
        rows = self.page(fault=fault, **self.params)["data"]
        self.assertEqual({row["account_id"] for row in rows}, {EURO})
        rows = self.page(**self.params)["data"]
        self.assertEqual({row["account_id"] for row in rows}, {MAIN})
        node = self.page("act_" + MAIN, fault, fields="account_id,name")
        self.assertEqual(node["account_id"], EURO)

    def test_the_rows_of_a_run_of_another_account(self):
        run = json.loads(self.respond(
            "POST", self.path, dict(self.params),
            fault={"job": {"ms": 0}}).body)["report_run_id"]
        rows = self.page("%s/insights" % run, {"as_account": EURO})["data"]
        self.assertEqual({row["account_id"] for row in rows}, {EURO})

    def test_type_of_what_is_not_there(self):
        response = self.respond("GET", "act_1")
        self.assertEqual(json.loads(response.body)["error"]["type"],
                         "GraphMethodException")


class AppsFlyerPages(test_appsflyer_base.Surface):

    def answer(self, path, fault):
        """Returns the Response to a request that meets a fault."""
        request = Request("GET", path, {
            "authorization": "Bearer " + test_appsflyer_base.api.API_TOKEN,
            "host": "127.0.0.1:1"}, b"", "http://127.0.0.1:1")
        return self.api.handle(request, self.api.describe(request), fault)

    def test_apps_come_again(self):
        path = "/api/mng/apps?limit=3&offset="
        first = self.json(self.answer(path + "0", {}))
        again = self.json(self.answer(path + "3", REPEAT))
        self.assertEqual(again["data"], first["data"])
        self.assertTrue(again["links"]["next"].endswith("offset=6&limit=3"))

    def test_another_app(self):
        query = urllib.parse.urlencode({
            "from": "2026-11-20", "to": "2026-11-20",
            "timezone": test_appsflyer_base.SEOUL})
        path = "/api/raw-data/export/app/%s/installs_report/v5" % (
            test_appsflyer_base.MAIN)
        raw = self.answer(path + "?" + query, {"as_account": "id1400000001"})
        rows = self.rows(self.follow(raw))
        self.assertEqual({row["App ID"] for row in rows}, {"id1400000001"})


class Echo(unittest.TestCase):

    def test_what_was_sent(self):
        request = Request("POST", "/token", {"authorization": "Bearer x"},
                          b"a=1%2F", "http://127.0.0.1:1")
        made = faults.echoing_response({"echo": "json"}, request)
        self.assertEqual(made.status, 400)
        self.assertEqual(json.loads(made.body)["error_description"],
                         "could not parse request: a=1%2F Bearer x")
        made = faults.echoing_response({"echo": "text", "status": 200},
                                       request)
        self.assertEqual((made.status, made.body.decode()), (
            200, "could not parse request: a=1%2F Bearer x"))
        for spelling, undo in (
                ("percent", urllib.parse.unquote),
                ("base64", lambda text: base64.b64decode(text).decode())):
            made = faults.echoing_response(
                {"echo": "text", "spelling": spelling, "in_headers": True},
                request)
            self.assertEqual(undo(made.body.decode()), "could not parse "
                             "request: a=1%2F Bearer x POST /token Bearer x")
            self.assertEqual(undo(dict(made.headers)["request-id"]),
                             undo(made.body.decode()))


if __name__ == "__main__":
    unittest.main()
