"""The AppsFlyer surface: tokens, app list, redirects, quotas, refusals."""

import datetime
import json
import unittest

from appsflyer import api, errors
from appsflyer.sample import DIRECT, EMPTY, MAIN, MAIN_IOS
from test_appsflyer_base import NOW, Surface

TOKEN_TEXT = "Supplied API token is invalid"
EVENTS_TEXT = ("You've reached your maximum number of in-app event reports "
               "that can be downloaded today for this app.")


class Tokens(Surface):

    def test_long_as_real_ones(self):
        self.assertGreater(len(api.API_TOKEN), 1024)

    def test_bad_tokens(self):
        for token in (None, "", "x", api.API_TOKEN[:-1], api.REVOKED_TOKEN):
            for path in ("/api/mng/apps",
                         "/api/agg-data/export/app/x/partners_report/v5"):
                self.assert_refused(self.call(path, token), 401, TOKEN_TEXT)

    def test_tokens_from_before_the_second_version_are_revoked(self):
        self.assertLess(api.ISSUED[api.REVOKED_TOKEN], datetime.datetime(
            2026, 3, 10, 19, tzinfo=datetime.timezone.utc))
        self.assert_refused(self.call("/api/mng/apps", api.REVOKED_TOKEN),
                            401, TOKEN_TEXT)

    def test_refusals_as_json(self):
        self.settings.change({"appsflyer_json_errors": True})
        refused = self.call("/api/mng/apps", "x")
        self.assertEqual(refused.content_type, "application/json")
        self.assertEqual(json.loads(refused.body), {"message": TOKEN_TEXT})

    def test_suspended(self):
        self.settings.change({"appsflyer_suspended": True})
        self.assert_refused(self.call("/api/mng/apps"), 401,
                            "Account may be suspended")

    def test_revoked_until_reset(self):
        self.api.revoke_tokens()
        self.assertEqual(self.call("/api/mng/apps").status, 401)
        self.api.reset()
        self.assertEqual(self.call("/api/mng/apps").status, 200)


class AppList(Surface):

    def test_pages(self):
        path, seen = "/api/mng/apps?limit=4", []
        while path:
            page = self.json(self.call(path))
            self.assertEqual(page["meta"], {"total_items": 7})
            seen += page["data"]
            address = page["links"].get("next", "")
            path = address[len("http://127.0.0.1:1"):]
        self.assertEqual([a["id"] for a in seen], list(self.api.world.apps))
        self.assertEqual(seen[0]["attributes"], {
            "name": "한빛 러닝 \"공식\" 스토어", "platform": "android",
            "currency": "KRW", "time_zone": "Asia/Seoul",
            "enable_retargetting": True})
        self.assertIn("prev", page["links"])

    def test_largest_page(self):
        self.settings.change({"appsflyer_apps_page": 2})
        page = self.json(self.call("/api/mng/apps", limit=1000))
        self.assertEqual(len(page["data"]), 2)
        self.assertTrue(page["links"]["next"].endswith("?offset=2&limit=2"))

    def test_bad_limits(self):
        for limit in ("0", "1001", "x", "-1"):
            self.assertEqual(
                self.call("/api/mng/apps", limit=limit).status, 400)

    def test_twenty_a_minute(self):
        for _ in range(20):
            self.assertEqual(self.call("/api/mng/apps").status, 200)
        refused = self.call("/api/mng/apps")
        self.assertEqual(refused.status, 429)
        self.assertIn(("Retry-After", "60"), refused.headers)
        self.clock.set(NOW + datetime.timedelta(seconds=60))
        self.assertEqual(self.call("/api/mng/apps").status, 200)

    def test_a_hundred_a_day(self):
        self.settings.change({"appsflyer_spent": {"apps": 99}})
        self.assertEqual(self.call("/api/mng/apps").status, 200)
        self.clock.set(NOW + datetime.timedelta(minutes=2))
        self.assertEqual(self.call("/api/mng/apps").status, 429)


class Apps(Surface):

    def test_unknown_apps_are_html(self):
        for app in ("com.example.none", MAIN_IOS[2:], "a%20b", "%EA%B0%80",
                    MAIN + "/x", ""):
            for response in (self.aggregate(app=app), self.raw(app=app)):
                self.assertEqual(response.status, 404)
                self.assertTrue(response.content_type.startswith("text/html"))

    def test_percent_encoded(self):
        self.assertEqual(self.aggregate(app="com%2Ehanbit.running").status,
                         200)

    def test_unknown_reports(self):
        self.assertEqual(self.aggregate("installs_report").status, 404)
        self.assertEqual(self.raw("installs-report").status, 404)

    def test_only_get(self):
        self.assertEqual(self.call("/api/mng/apps", method="POST").status,
                         404)


class Redirect(Surface):

    def test_to_another_host(self):
        response = self.raw()
        self.assertTrue(dict(response.headers)["Location"].startswith(
            "http://localhost:1/export/token/"))
        self.assertEqual(response.body, b"")
        self.assertEqual(self.follow(response).status, 200)

    def test_back_when_asked_by_that_name(self):
        path = "/api/raw-data/export/app/%s/installs_report/v5" % MAIN
        response = self.call(path, host="localhost:1", from_="2026-11-20",
                             to="2026-11-20")
        self.assertTrue(dict(response.headers)["Location"].startswith(
            "http://127.0.0.1:1/export/token/"))

    def test_refuses_the_token(self):
        refused = self.follow(self.raw(), api.API_TOKEN)
        self.assertEqual(refused.status, 400)
        self.assertIs(self.info["authorized"], True)

    def test_only_there(self):
        address = dict(self.raw().headers)["Location"]
        path = address[len("http://localhost:1"):]
        self.assertEqual(self.call(path, None).status, 404)
        self.assertEqual(self.call(path[:-1], None, "localhost:1").status,
                         404)

    def test_not_for_ever(self):
        response = self.raw()
        self.clock.set(NOW + datetime.timedelta(seconds=301))
        self.assertEqual(self.follow(response).status, 400)

    def test_address_is_not_logged(self):
        self.follow(self.raw("installs_report"))
        self.assertEqual(self.info["path"], "/export/token/...")
        self.assertEqual((self.info["account"], self.info["report"]),
                         (MAIN, "installs_report"))
        self.assertNotIn("SIGNATURE", repr(self.info))


class Quotas(Surface):

    def test_short_aggregates_by_the_minute(self):
        self.settings.change({"appsflyer_minute_calls": 1})
        self.assertEqual(self.aggregate().status, 200)
        self.assert_refused(self.aggregate(), 403,
                            "Limit reached for partners-daily-report")
        # Another report or app has its own minute.
        self.assertEqual(self.aggregate("partners_report").status, 200)
        self.assert_refused(self.aggregate("partners_report"), 403,
                            "Limit reached for partners-report")
        self.assertEqual(self.aggregate(app=DIRECT).status, 200)
        self.clock.set(NOW + datetime.timedelta(seconds=59))
        self.assertEqual(self.aggregate().status, 403)
        self.clock.set(NOW + datetime.timedelta(seconds=60))
        self.assertEqual(self.aggregate().status, 200)

    def test_long_aggregates_by_the_day(self):
        for _ in range(24):
            self.assertEqual(self.aggregate(from_="2026-11-19").status, 200)
        self.assert_refused(self.aggregate(from_="2026-11-19"), 403,
                            "Limit reached for partners-daily-report")
        self.assertEqual(self.aggregate("geo_by_date_report",
                                        from_="2026-11-19").status, 403)
        self.assertEqual(self.aggregate(app=DIRECT,
                                        from_="2026-11-19").status, 200)
        self.assertEqual(self.aggregate().status, 200)
        self.clock.set(NOW.replace(hour=23, minute=59))
        self.assertEqual(self.aggregate(from_="2026-11-19").status, 403)
        self.clock.set(NOW.replace(day=25, hour=0))
        self.assertEqual(self.aggregate(from_="2026-11-19").status, 200)

    def test_long_aggregates_of_the_account(self):
        self.settings.change({"appsflyer_spent": {"aggregate": 119}})
        self.assertEqual(self.aggregate(from_="2026-11-19").status, 200)
        self.assertEqual(self.aggregate(app=DIRECT,
                                        from_="2026-11-19").status, 403)

    def test_raw_events_by_app_and_report(self):
        for _ in range(12):
            self.assertEqual(self.raw().status, 302)
        self.assert_refused(self.raw(), 400, EVENTS_TEXT)
        self.assertEqual(self.raw(app=DIRECT).status, 302)
        self.assertEqual(self.raw("organic_in_app_events_report").status,
                         302)

    def test_raw_installs(self):
        self.settings.change({"appsflyer_spent": {
            "raw %s/installs_report" % MAIN: 24, "events": 60}})
        self.assert_refused(self.raw("installs_report"), 400, EVENTS_TEXT
                            .replace("in-app event", "install"))
        self.assert_refused(self.raw(app=DIRECT), 400, EVENTS_TEXT.replace(
            "this app", "this account"))

    def test_raw_calls_of_the_account(self):
        self.settings.change({"appsflyer_events_account": 2})
        self.assertEqual(self.raw().status, 302)
        self.assertEqual(self.raw("in-app-events-retarget").status, 302)
        self.assertEqual(self.raw(app=DIRECT).status, 400)
        self.assertEqual(self.raw("installs_report").status, 302)

    def test_older_wording(self):
        self.settings.change({"appsflyer_old_wording": True,
                              "appsflyer_events_app": 0})
        self.assertIn("API calls limit has been reached for report type",
                      self.raw().body.decode())

    def test_refused_calls_do_not_count(self):
        self.settings.change({"appsflyer_events_app": 1})
        self.assertEqual(self.raw(maximum_rows="5").status, 400)
        self.assertEqual(self.raw().status, 302)
        self.assertEqual(self.raw().status, 400)

    def test_reset(self):
        self.settings.change({"appsflyer_events_app": 1})
        self.assertEqual(self.raw().status, 302)
        self.api.reset()
        self.assertEqual(self.raw().status, 302)


class Plans(Surface):

    def test_reports_not_paid_for(self):
        self.settings.change({"appsflyer_no_plan": "installs-retarget,x"})
        for report in ("installs-retarget", "blocked_clicks_report",
                       "postbacks"):
            self.assert_refused(self.raw(report), 400, "Your current "
                                "subscription package doesn't include raw "
                                "data reports.")
        self.assertEqual(self.raw("installs_report").status, 302)

    def test_fraud(self):
        self.assertIn("Protect360 detection raw data reports are available",
                      self.raw("detection").body.decode())

    def test_empty_app(self):
        self.assertEqual(self.rows(self.aggregate(app=EMPTY)), [])
        self.assertEqual(self.fetch(app=EMPTY), [])


class Faults(Surface):

    def test_every_refusal_can_be_asked_for(self):
        for name in errors.INJECTED:
            response = self.call("/api/mng/apps", fault={"error": name})
            self.assertGreaterEqual(response.status, 400)
        self.assertEqual(self.call("/", fault={"error": "not_found"}).status,
                         404)

    def test_text_where_a_report_should_be(self):
        response = self.call("/", fault={"error": "text_in_200"})
        self.assertEqual((response.status, response.body),
                         (200, b"Limit reached for country daily report"))


if __name__ == "__main__":
    unittest.main()
