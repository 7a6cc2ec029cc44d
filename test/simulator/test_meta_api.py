"""The Meta surface without a network: access, versions, paging, edges."""

import datetime
import json
import time
import unittest
import urllib.parse

from faults import FaultBook
from messages import Request
from meta_ads.access import (APP_ID, APP_SECRET, EXPIRED_TOKEN, TOKEN,
                             proof_of)
from meta_ads.api import FAULT_KEYS, MetaAds
from meta_ads.sample import (CLOSED, DIRECT, EMPTY, EURO, HIDDEN, MAIN,
                             SampleWorld)
from state import UTC, Clock, Settings

NOW = datetime.datetime(2026, 11, 24, tzinfo=UTC)
BASE = "http://127.0.0.1:1"


def days(since, until=None):
    """Returns a time_range."""
    return json.dumps({"since": since, "until": until or since})


class Surface(unittest.TestCase):
    """A platform with helpers to call it."""

    def setUp(self):
        self.clock = Clock()
        self.clock.set(NOW)
        self.settings = Settings()
        self.world = SampleWorld(self.clock)
        self.api = MetaAds(self.world, self.clock, self.settings)

    def respond(self, method, path, params=None, token=TOKEN, fault=None,
                version="v26.0"):
        """Returns the Response to a request."""
        form = urllib.parse.urlencode(params or {})
        headers = {"authorization": "Bearer " + token} if token else {}
        target = "/%s/%s" % (version, path)
        body = b""
        if method == "POST":
            body = form.encode("ascii")
            headers["content-type"] = "application/x-www-form-urlencoded"
        elif form:
            target += "?" + form
        request = Request(method, target, headers, body, BASE)
        return self.api.handle(request, self.api.describe(request),
                               fault or {})

    def get(self, path, **params):
        """Returns the JSON of a request that must succeed."""
        response = self.respond("GET", path, params)
        self.assertEqual(response.status, 200, response.body)
        return json.loads(response.body)

    def refused(self, path, method="GET", token=TOKEN, version="v26.0",
                **params):
        """Returns (code, subcode) of a request that must be refused."""
        response = self.respond(method, path, params, token, version=version)
        self.assertGreaterEqual(response.status, 400, response.body)
        error = json.loads(response.body)["error"]
        return error["code"], error.get("error_subcode")

    def all_rows(self, path, **params):
        """Returns the rows of all pages."""
        rows = []
        while True:
            page = self.get(path, **params)
            rows += page["data"]
            if "next" not in page.get("paging", {}):
                return rows
            params["after"] = page["paging"]["cursors"]["after"]

    def report(self, account=MAIN, **params):
        """Returns all rows of a report."""
        return self.all_rows("act_%s/insights" % account, **params)


class Access(Surface):
    """Tokens, proofs, permissions, versions."""

    def test_tokens(self):
        path = "me/adaccounts"
        self.assertEqual(self.refused(path, token=EXPIRED_TOKEN), (190, 463))
        self.assertEqual(self.refused(path, token="x"), (190, None))
        self.assertEqual(self.refused(path, token=None), (2500, None))
        self.settings.change({"meta_token_state": "460"})
        self.assertEqual(self.refused(path), (190, 460))

    def test_expired_token_has_the_header(self):
        response = self.respond("GET", "me/adaccounts", token=EXPIRED_TOKEN)
        self.assertIn("WWW-Authenticate", dict(response.headers))
        self.assertEqual(response.status, 400)

    def test_token_as_parameter(self):
        response = self.respond("GET", "me", {"access_token": TOKEN}, None)
        self.assertEqual(response.status, 200)

    def test_proof(self):
        self.assertEqual(proof_of("EAAexampletoken123"), "d4e8f95a834fa2fa97b"
                         "d064fb2e2d762f74a5d89e1aee8fa684acc8c58e045d4")
        self.get("me", appsecret_proof=proof_of(TOKEN))
        self.assertEqual(self.refused("me", appsecret_proof="0" * 64),
                         (104, None))
        self.settings.change({"meta_require_proof": True})
        self.assertEqual(self.refused("me"), (100, None))
        self.get("me", appsecret_proof=proof_of(TOKEN))

    def test_log_has_no_secret(self):
        request = Request("GET", "/v26.0/debug_token?access_token=%s&"
                          "appsecret_proof=ab12&input_token=%s" % (
                              TOKEN, TOKEN), {}, b"", BASE)
        info = json.dumps(self.api.describe(request))
        self.assertNotIn(TOKEN, info)
        self.assertNotIn("ab12", info)

    def test_debug_token(self):
        self.settings.change({"meta_token_expires_at": 1800000000})
        said = self.get("debug_token", input_token=TOKEN)["data"]
        self.assertTrue(said["is_valid"])
        self.assertEqual(said["expires_at"], 1800000000)
        response = self.respond(
            "GET", "debug_token", {"input_token": EXPIRED_TOKEN},
            "%s|%s" % (APP_ID, APP_SECRET))
        said = json.loads(response.body)["data"]
        self.assertEqual((said["is_valid"], said["error"]["subcode"]),
                         (False, 463))

    def test_the_kind_of_a_refusal(self):
        for path, kind in (("act_1/insights", "GraphMethodException"),
                           ("me/foo", "OAuthException")):
            error = json.loads(self.respond("GET", path, {}).body)["error"]
            self.assertEqual(error["type"], kind)
            if kind == "GraphMethodException":
                self.assertIn("Object with ID 'act_1' does not exist",
                              error["message"])

    def test_accounts_out_of_reach(self):
        for account in (HIDDEN, "1"):
            self.assertEqual(self.refused("act_%s/insights" % account),
                             (100, 33))
        self.assertEqual(self.refused("1/owned_ad_accounts"), (200, None))

    def test_versions(self):
        self.assertEqual(self.refused("me", version="v24.0"), (2635, None))
        self.get("me", version="v27.0")
        self.assertEqual(self.refused("me", version="v28.0"), (2500, None))
        self.settings.change({"meta_old_version": "upgrade"})
        response = self.respond("GET", "me", version="v24.0")
        self.assertEqual(dict(response.headers)["facebook-api-version"],
                         "v25.0")
        self.clock.set(NOW - datetime.timedelta(60))
        response = self.respond("GET", "me", version="v24.0")
        self.assertEqual(dict(response.headers)["facebook-api-version"],
                         "v24.0")

    def test_unversioned(self):
        request = Request("GET", "/me/adaccounts", {
            "authorization": "Bearer " + TOKEN}, b"", BASE)
        self.assertTrue(self.api.owns(request.path))
        response = self.api.handle(request, self.api.describe(request), {})
        self.assertEqual(json.loads(response.body)["error"]["code"], 2635)

    def test_removed_parameters(self):
        for name in ("pretty", "debug", "date_format", "ids"):
            self.assertEqual(self.refused("me", **{name: "1"}), (100, None))


class Usage(Surface):
    """The headers that tell how much is used."""

    def test_on_ordinary_answers(self):
        self.settings.change({"meta_usage_pct": 91})
        headers = dict(self.respond("GET", "act_%s/insights" % EMPTY).headers)
        usage = json.loads(headers["x-business-use-case-usage"])[EMPTY][0]
        self.assertEqual((usage["type"], usage["call_count"]),
                         ("ads_insights", 91))
        self.assertEqual(json.loads(headers["x-ad-account-usage"])[
            "acc_id_util_pct"], 91.12)
        self.assertEqual(json.loads(headers["x-fb-ads-insights-throttle"])[
            "acc_id_util_pct"], 91)
        headers = dict(self.respond("GET", "act_%s/ads" % EMPTY).headers)
        usage = json.loads(headers["x-business-use-case-usage"])[EMPTY][0]
        self.assertEqual(usage["type"], "ads_management")

    def test_on_injected_errors(self):
        book = FaultBook()
        book.declare(FAULT_KEYS)
        book.install([{"action": {"error": "80000.2446079",
                                  "wait_minutes": 7, "wait_seconds": 240}}])
        info = {"account": MAIN, "insights": True, "method": "GET",
                "path": "/"}
        response = self.api.error_response(info, book.pick(info))
        headers = dict(response.headers)
        usage = json.loads(headers["x-business-use-case-usage"])[MAIN][0]
        self.assertEqual(usage["estimated_time_to_regain_access"], 7)
        account = json.loads(headers["x-ad-account-usage"])
        self.assertEqual((account["acc_id_util_pct"],
                          account["reset_time_duration"]), (100, 240))
        error = json.loads(response.body)["error"]
        self.assertEqual((response.status, error["code"],
                          error["error_subcode"]), (400, 80000, 2446079))

    def test_calls_extend_a_block(self):
        fault = {"error": "17.2446079", "block_ms": 60000,
                 "wait_seconds": 60}
        self.api.error_response({"account": MAIN}, fault)
        for _ in range(2):
            self.assertEqual(self.refused("act_%s/ads" % MAIN),
                             (17, 2446079))
        self.get("act_%s/ads" % EURO)
        self.api.reset()
        self.api.error_response({"account": MAIN}, dict(fault, block_ms=0))
        self.get("act_%s/ads" % MAIN)

    def test_error_members(self):
        info = {"account": None}
        response = self.api.error_response(info, {
            "error": "1", "error_data": "{\"blame\":1}", "is_transient":
                True})
        error = json.loads(response.body)["error"]
        self.assertEqual(response.status, 500)
        self.assertEqual(error["error_data"], "{\"blame\":1}")
        self.assertTrue(error["message"].startswith(
            "Please reduce the amount of data"))


class Paging(Surface):
    """Pages and cursors."""

    params = {"level": "ad", "fields": "ad_id", "time_increment": "1",
              "time_range": days("2026-11-01", "2026-11-03")}

    def test_default_limit(self):
        page = self.get("act_%s/insights" % MAIN, **self.params)
        self.assertEqual(len(page["data"]), 25)

    def test_next_holds_the_token(self):
        page = self.get("act_%s/insights" % MAIN, **self.params)
        self.assertIn("access_token=" + TOKEN, page["paging"]["next"])
        self.assertIn(urllib.parse.quote(page["paging"]["cursors"]["after"]),
                      page["paging"]["next"])

    def test_last_page_has_a_cursor_but_no_next(self):
        rows = self.all_rows("act_%s/insights" % MAIN, limit="25",
                             **self.params)
        page = self.get("act_%s/insights" % MAIN, limit="500", **self.params)
        self.assertEqual(page["data"], rows)
        self.assertNotIn("next", page["paging"])
        self.assertIn("after", page["paging"]["cursors"])
        keys = {(r["ad_id"], r["date_start"]) for r in rows}
        self.assertEqual(len(keys), len(rows))

    def test_limit_may_change_between_pages(self):
        page = self.get("act_%s/insights" % MAIN, limit="10", **self.params)
        rest = self.all_rows("act_%s/insights" % MAIN, limit="7", after=page[
            "paging"]["cursors"]["after"], **self.params)
        whole = self.all_rows("act_%s/insights" % MAIN, limit="99",
                              **self.params)
        self.assertEqual(page["data"] + rest, whole)

    def test_stale_and_foreign_cursors(self):
        path = "act_%s/insights" % MAIN
        after = self.get(path, **self.params)["paging"]["cursors"]["after"]
        self.assertEqual(self.refused(path, after="x", **self.params),
                         (2642, None))
        other = dict(self.params, fields="ad_id,spend")
        self.assertEqual(self.refused(path, after=after, **other),
                         (2642, None))
        self.api.pages.expire_all()
        self.assertEqual(self.refused(path, after=after, **self.params),
                         (2642, None))

    def test_empty(self):
        self.assertEqual(self.get("act_%s/insights" % EMPTY), {"data": []})

    def test_bad_limits(self):
        for limit in ("0", "-1", "many"):
            self.assertEqual(self.refused("act_%s/ads" % MAIN, limit=limit),
                             (100, None))

    def test_slashes_are_escaped(self):
        response = self.respond("GET", "act_%s" % MAIN,
                                {"fields": "timezone_name"})
        self.assertIn(b"Asia\\/Seoul", response.body)

    def test_too_heavy_a_page(self):
        self.settings.change({"meta_page_rows": 30})
        response = self.respond("GET", "act_%s/insights" % MAIN,
                                dict(self.params, limit="60"))
        error = json.loads(response.body)["error"]
        self.assertEqual((response.status, error["code"]), (500, 1))
        self.assertEqual(len(self.get("act_%s/insights" % MAIN, limit="30",
                                      **self.params)["data"]), 30)


class Edges(Surface):
    """What is told about accounts, campaigns, ad sets, ads, creatives."""

    def test_account_list(self):
        rows = self.all_rows("me/adaccounts", limit="2", fields="account_id,"
                             "account_status,currency,timezone_name")
        told = {r["account_id"]: r for r in rows}
        self.assertNotIn(HIDDEN, told)
        self.assertEqual(told[CLOSED]["account_status"], 101)
        self.assertEqual(told[MAIN], {
            "account_id": MAIN, "account_status": 1, "currency": "KRW",
            "timezone_name": "Asia/Seoul", "id": "act_" + MAIN})

    def test_account(self):
        said = self.get("act_" + DIRECT, fields="name,currency")
        self.assertEqual(said["name"], "Pacific Trail Co's")

    def test_unknown_field(self):
        self.assertEqual(self.refused("act_%s/ads" % MAIN, fields="foo"),
                         (100, None))
        self.assertEqual(self.refused("act_" + MAIN, fields="foo"),
                         (100, None))

    def statuses(self, edge="campaigns", **params):
        return {r["effective_status"] for r in self.all_rows(
            "act_%s/%s" % (MAIN, edge), fields="effective_status", **params)}

    def test_archived_and_deleted_do_not_show(self):
        for edge in ("campaigns", "adsets", "ads"):
            self.assertFalse(self.statuses(edge) & {"ARCHIVED", "DELETED"})

    def test_archived_shows_when_asked_for(self):
        self.assertEqual(self.statuses(
            effective_status='["ACTIVE","ARCHIVED"]'), {"ACTIVE", "ARCHIVED"})
        self.assertEqual(self.statuses(filtering=json.dumps([
            {"field": "campaign.effective_status", "operator": "IN",
             "value": ["ARCHIVED"]}])), {"ARCHIVED"})

    def test_deleted_is_an_error(self):
        self.assertEqual(self.refused(
            "act_%s/campaigns" % MAIN, effective_status='["DELETED"]'),
            (100, 1815001))

    def test_deleted_by_id(self):
        deleted = [c for c in self.world.accounts[MAIN].children
                   if c.status == "DELETED"][0]
        said = self.get(deleted.id, fields="effective_status")
        self.assertEqual(said["effective_status"], "DELETED")

    def test_budgets_are_minor_units(self):
        for account, amount in ((MAIN, "4000"), (EURO, "400000")):
            row = self.all_rows("act_%s/campaigns" % account,
                                fields="daily_budget")[1]
            self.assertEqual(row["daily_budget"], amount)

    def test_times_are_of_the_account(self):
        row = self.get("act_%s/ads" % MAIN, fields="created_time")["data"][0]
        self.assertTrue(row["created_time"].endswith("+0900"))

    def test_creatives(self):
        row = self.get("act_%s/ads" % MAIN, limit="1",
                       fields="creative{id,title}")["data"][0]
        self.assertEqual(row["creative"]["title"], "런닝화 \"특가\"")
        row = self.get("act_%s/ads" % MAIN, limit="1",
                       fields="creative")["data"][0]
        self.assertEqual(list(row["creative"]), ["id"])
        self.assertTrue(self.all_rows("act_%s/adcreatives" % MAIN,
                                      fields="name,object_story_spec"))

    def test_custom_conversions(self):
        row = self.get("act_%s/customconversions" % MAIN,
                       fields="id,name,custom_event_type")["data"][0]
        actions = self.report(level="account", fields="actions",
                              time_range=days("2026-11-05", "2026-11-12"))
        self.assertIn("offsite_conversion.custom." + row["id"], [
            a["action_type"] for a in actions[0]["actions"]])

    def test_updated_since(self):
        since = int(datetime.datetime(2024, 1, 1, tzinfo=UTC).timestamp())
        some = self.all_rows("act_%s/ads" % MAIN, updated_since=str(since))
        every = self.all_rows("act_%s/ads" % MAIN)
        self.assertTrue(0 < len(some) < len(every))

    def test_unknown_paths(self):
        self.assertEqual(self.refused("act_%s/nothing" % MAIN), (2500, None))
        self.assertEqual(self.refused("nothing"), (2500, None))
        self.assertEqual(self.refused("42"), (100, 33))
        response = self.respond("POST", "", {"batch": "[]"})
        self.assertEqual(response.status, 501)


class Runs(Surface):
    """Asynchronous reports."""

    params = {"level": "ad", "fields": "ad_id,spend", "time_increment": "1",
              "time_range": days("2026-11-01", "2026-11-03")}

    def start(self, how=None, **params):
        """Starts a run and returns its number."""
        response = self.respond("POST", "act_%s/insights" % MAIN,
                                params or self.params, fault={
                                    "job": how} if how else None)
        self.assertEqual(response.status, 200, response.body)
        return json.loads(response.body)["report_run_id"]

    def test_life(self):
        run = str(self.start({"script": [
            ["Job Not Started", 0], ["Job Running", 63],
            ["Job Running", 100]], "ms": 0}))
        seen = []
        for _ in range(4):
            self.assertEqual(self.refused(run + "/insights"), (
                2601, 1815107)) if len(seen) < 3 else None
            said = self.get(run)
            seen.append((said["async_status"],
                         said["async_percent_completion"],
                         said["is_running"]))
        self.assertEqual(seen, [
            ("Job Not Started", 0, True), ("Job Running", 63, True),
            ("Job Running", 100, True), ("Job Completed", 100, False)])
        self.assertIn("time_completed", said)
        self.assertEqual(said["time_ref"], int(NOW.timestamp()))
        self.assertEqual((said["account_id"], said["date_start"],
                          said["date_stop"]),
                         (MAIN, "2026-11-01", "2026-11-03"))
        rows = self.all_rows(run + "/insights", limit="40")
        self.assertEqual(rows, self.report(limit="500", **self.params))

    def test_takes_its_time(self):
        self.settings.change({"meta_job_ms": 150})
        begun = time.monotonic()
        run = str(self.start())
        deadline = time.monotonic() + 10
        while self.get(run)["is_running"]:
            self.assertLess(time.monotonic(), deadline)
        self.assertGreaterEqual(time.monotonic() - begun, 0.15)
        self.assertTrue(self.get(run + "/insights")["data"])

    def test_number_or_text(self):
        kinds = {type(self.start({"ms": 0})) for _ in range(2)}
        self.assertEqual(kinds, {int, str})
        self.settings.change({"meta_run_id": "string"})
        self.assertEqual({type(self.start({"ms": 0})) for _ in range(2)},
                         {str})

    def test_failures(self):
        run = str(self.start({"end": "Job Failed", "error": "-3.1504045",
                              "at": 99, "ms": 0}))
        said = self.get(run)
        self.assertEqual((said["async_status"], said["error_code"],
                          said["error_subcode"], said["is_running"],
                          said["async_percent_completion"]),
                         ("Job Failed", -3, 1504045, False, 99))
        self.assertEqual(self.refused(run + "/insights"), (2601, 1815107))
        run = str(self.start({"end": "Job Skipped", "ms": 0}))
        said = self.get(run)
        self.assertEqual(said["async_status"], "Job Skipped")
        self.assertNotIn("error_code", said)

    def test_no_reasons_before_version_25(self):
        self.clock.set(NOW - datetime.timedelta(60))
        response = self.respond(
            "POST", "act_%s/insights" % EURO, {}, version="v24.0", fault={
                "job": {"end": "Job Failed", "ms": 0}})
        run = str(json.loads(response.body)["report_run_id"])
        said = self.get(run)
        self.assertEqual(said["async_status"], "Job Failed")
        self.assertNotIn("error_code", said)

    def test_stuck(self):
        run = str(self.start({"end": "stuck", "at": 0, "ms": 0}))
        for _ in range(3):
            said = self.get(run)
            self.assertEqual((said["async_status"],
                              said["async_percent_completion"]),
                             ("Job Running", 0))

    def test_only_limit_and_after(self):
        run = str(self.start({"ms": 0}))
        for name in ("fields", "level", "default_summary", "filtering"):
            self.assertEqual(self.refused(run + "/insights", **{
                name: "spend"}), (100, None))

    def test_too_many_under_way(self):
        self.settings.change({"meta_max_runs": 2})
        for _ in range(2):
            self.start({"end": "stuck"})
        self.assertEqual(self.refused("act_%s/insights" % MAIN, "POST",
                                      **self.params), (17, 2446079))
        self.assertEqual(self.respond("POST", "act_%s/insights" % EURO,
                                      self.params).status, 200)

    def test_too_large(self):
        self.settings.change({"meta_sync_rows": 50, "meta_async_rows": 60})
        path = "act_%s/insights" % MAIN
        self.assertEqual(self.refused(path, **self.params), (100, 1487534))
        self.settings.change({"meta_sync_error": "2.1504038"})
        self.assertEqual(self.refused(path, **self.params), (2, 1504038))
        run = str(self.start())
        deadline = time.monotonic() + 10
        while self.get(run)["is_running"]:
            self.assertLess(time.monotonic(), deadline)
        said = self.get(run)
        self.assertEqual((said["async_status"], said["error_code"]),
                         ("Job Failed", -3))

    def test_kept_thirty_days(self):
        run = str(self.start({"ms": 0}))
        self.clock.set(NOW + datetime.timedelta(31))
        self.assertEqual(self.refused(run), (100, 33))

    def test_no_rows(self):
        run = str(self.start({"ms": 0}, **dict(
            self.params, level="campaign", fields="campaign_id",
            filtering='[{"field":"campaign.name","operator":"EQUAL",'
            '"value":"none"}]')))
        self.assertEqual(self.get(run)["async_status"], "Job Completed")
        self.assertEqual(self.get(run + "/insights"), {"data": []})

    def test_bad_parameters_are_refused_at_once(self):
        self.assertEqual(self.refused("act_%s/insights" % MAIN, "POST",
                                      fields="foo"), (100, None))


class Bench(Surface):
    """The benchmark accounts."""

    def test_pages_and_sums(self):
        told = self.api.start_bench(2, 40, 3)
        self.assertEqual(len(told["accounts"]), 3)
        for account in told["accounts"]:
            page = self.get("act_%s/insights" % account, limit="500",
                            level="campaign", fields="campaign_id,clicks",
                            time_increment="1",
                            time_range=days("2026-11-01", "2026-11-07"))
            self.assertEqual(len(page["data"]), 40)
            self.assertIn("next", page["paging"])
            rows = self.report(account, limit="500", level="campaign",
                               fields="campaign_id,clicks",
                               time_increment="1", time_range=days(
                                   "2026-11-01", "2026-11-07"))
            self.assertEqual(len(rows), 80)
            self.assertEqual(len({(r["campaign_id"], r["date_start"])
                                  for r in rows}), 80)
            self.assertEqual(sum(int(r["clicks"]) for r in rows),
                             told["clicks"])
        self.api.reset()
        self.assertNotIn(told["account"], self.world.accounts)


if __name__ == "__main__":
    unittest.main()
