"""Kakao Moment's surface: what is refused, what is absent, and that its reports
say what the world says."""

import datetime
import json
import unittest
import urllib.parse
from decimal import Decimal

from kakao_moment import api, facts
from kakao_moment.world import HIDDEN, MAIN, TRAIL, YEN, World
from messages import Request
from state import UTC, Clock, Settings

NOW = datetime.datetime(2026, 11, 24, 3, tzinfo=UTC)
DAYS = {"start": "20261101", "end": "20261105"}
GROUPS = ("BASIC,ADDITION,MESSAGE,MESSAGE_ADDITION,PIXEL_SDK_CONVERSION,"
          "VIDEO")


class Surface(unittest.TestCase):
    """The platform without a network."""

    def setUp(self):
        self.clock = Clock()
        self.clock.set(NOW)
        self.settings = Settings()
        self.api = api.KakaoMoment(World(self.clock), self.clock,
                                   self.settings)
        self.settings.change({"kakao_throttle_pct": 0})

    def call(self, path, params=(), account=MAIN, token=api.TOKEN, **fault):
        """Returns (status, body) of a request."""
        target = "/openapi/v4/%s?%s" % (path, urllib.parse.urlencode(
            params, safe=","))
        headers = {"authorization": "Bearer " + token} if token else {}
        if account:
            headers["adaccountid"] = account
        request = Request("GET", target, headers, b"", "http://127.0.0.1:1")
        answer = self.api.handle(request, self.api.describe(request), fault)
        return answer.status, json.loads(answer.body)

    def refused(self, path, params=(), **more):
        """Returns (status, code, detail) of a refusal."""
        status, body = self.call(path, params, **more)
        return status, body.get("code"), body.get("extras", {}).get(
            "detailCode")

    def listed(self, path, params=()):
        """Returns the ids of a list."""
        status, body = self.call(path, params)
        self.assertEqual(status, 200)
        return [str(one["id"]) for one in body["content"]]

    def report(self, kind="adAccounts", account=MAIN, **params):
        """Returns the rows of a report."""
        asked = dict(DAYS, timeUnit="DAY", metricsGroup=GROUPS)
        asked.update(params)
        status, body = self.call(kind + "/report", asked, account)
        self.assertEqual(status, 200, body)
        return body["data"]

    def groups(self):
        """Returns the ids of all ad groups."""
        return [g for c in self.listed("campaigns")
                for g in self.listed("adGroups", {"campaignId": c})]


class Access(Surface):

    def test_tokens(self):
        self.assertEqual(self.call("adAccounts", token=api.LOGIN_TOKEN), (
            401, {"msg": "target biz token is not supplied.", "code": -401}))
        self.assertEqual(self.refused("adAccounts", token="x")[:2],
                         (401, -401))
        self.assertEqual(self.refused("adAccounts", token=None)[:2],
                         (401, -401))
        self.settings.change({"kakao_401_code": False})
        self.assertEqual(self.refused("adAccounts", token="x")[:2],
                         (401, None))
        self.settings.change({"kakao_scopes": ""})
        status, body = self.call("adAccounts")
        self.assertEqual((status, body["code"], body["required_scopes"]),
                         (403, -402, ["moment_management"]))

    def test_accounts(self):
        self.assertEqual(self.refused("campaigns", account=None)[:2],
                         (400, -8))
        self.assertEqual(self.refused("campaigns", account=HIDDEN),
                         (403, -813, 9004))
        self.assertEqual(self.refused("campaigns", account="5"),
                         (400, -813, 21006))
        self.assertEqual(self.refused("adAccounts/5"), (400, -813, 21006))

    def test_lists_of_both_forms(self):
        self.assertEqual(len(self.listed("adAccounts")), 5)
        status, body = self.call("adAccounts/pages", {"page": 1, "size": 4})
        self.assertEqual((status, len(body["content"]), body["last"],
                          body["totalPages"]), (200, 1, True, 2))
        self.settings.change({"kakao_bare_lists": True})
        self.assertIsInstance(self.call("adAccounts")[1], list)

    def test_lists_and_details(self):
        ids = self.listed("campaigns")
        self.assertIn("9007199254740993", ids)
        self.assertLess(len(self.listed("campaigns", {"config": "ON"})),
                        len(ids))
        detail = self.call("campaigns/" + ids[2])[1]
        self.assertEqual(detail["campaignTypeGoal"]["campaignType"],
                         "TALK_CHANNEL")
        self.assertEqual(self.refused("adGroups")[:2], (400, -2))
        self.assertEqual(self.refused("adGroups", {"campaignId": 5}),
                         (400, -813, 70001))
        groups = self.groups()
        self.assertGreater(len(self.listed(
            "creatives", {"adGroupId": groups[0]})), 1)
        self.settings.change({"kakao_parents_needed": False,
                              "kakao_lists_deleted": False})
        self.assertLess(len(self.listed("adGroups")), len(groups))


class WhatIsRefused(Surface):

    def ask(self, kind="adAccounts", **params):
        """Returns the refusal of a report."""
        asked = dict(DAYS, timeUnit="DAY", metricsGroup="BASIC")
        asked.update(params)
        return self.refused(kind + "/report", {
            k: v for k, v in asked.items() if v is not None})

    def test_days(self):
        for days in (("20261001", "20261101"), ("20261105", "20261101")):
            self.assertEqual(self.ask(start=days[0], end=days[1]),
                             (400, -813, 60008))
        self.assertEqual(self.ask(start="2026-11-01")[:2], (400, -2))
        self.assertEqual(self.ask(end=None)[:2], (400, -2))

    def test_parameters(self):
        for bad in ({"metricsGroup": "BASICS"}, {"metricsGroup": None},
                    {"timeUnit": "WEEK"}, {"dimension": "AGE_BAND"},
                    {"colour": "green"}, {"level": "KEYWORD"}):
            self.assertEqual(self.ask(**bad)[:2], (400, -2), bad)
        self.assertEqual(self.ask("creatives", creativeId="1",
                                  level="CAMPAIGN")[:2], (400, -2))
        self.settings.change({"kakao_level_refused": "adAccounts"})
        self.assertEqual(self.ask(level="CAMPAIGN")[:2], (400, -2))

    def test_caps_of_ids(self):
        for kind, key, most in (("adAccounts", "adAccountId", 5),
                                ("campaigns", "campaignId", 5),
                                ("adGroups", "adGroupId", 40),
                                ("creatives", "creativeId", 100)):
            ids = ",".join(str(n) for n in range(1, most + 2))
            self.assertEqual(self.ask(kind, **{key: ids})[:2], (400, -2))
            self.assertEqual(self.ask(kind, **{key: ids[:-len(str(most + 1))
                                                        - 1]})[1], -813)

    def test_ids_of_others(self):
        other = self.api.world.accounts[TRAIL].campaigns[0].id
        self.assertEqual(self.ask("campaigns", campaignId=other),
                         (400, -813, 70001))
        self.settings.change({"kakao_campaign_needed": True})
        group = self.groups()[0]
        self.assertEqual(self.ask("adGroups", adGroupId=group)[:2],
                         (400, -2))
        self.assertTrue(self.report("adGroups", adGroupId=group,
                                    campaignId=self.listed("campaigns")[0]))


class ThrottleOfTime(Surface):

    def setUp(self):
        super().setUp()
        # A twentieth of an hour: nothing here takes so long.
        self.settings.change({"kakao_throttle_pct": 3600})

    def ask(self, kind="adAccounts", account=MAIN, **params):
        """Returns the status of a call for a report."""
        return self.call(kind + "/report", dict(
            DAYS, metricsGroup="BASIC", **params), account)

    def test_by_account_and_report(self):
        self.assertEqual(self.ask()[0], 200)
        status, body = self.ask()
        self.assertEqual((status, body["code"]), (429, -813))
        self.assertEqual(self.ask(account=YEN)[0], 200)
        campaign = self.listed("campaigns")[0]
        self.assertEqual(self.ask("campaigns", campaignId=campaign)[0], 200)
        self.settings.change({"kakao_throttle_shared": True})
        self.api.throttle.reset()
        self.assertEqual(self.ask()[0], 200)
        self.assertEqual(self.ask("campaigns", campaignId=campaign)[0], 429)

    def test_several_accounts_are_counted_per_app(self):
        both = MAIN + "," + YEN
        self.assertEqual(self.ask(account=None, adAccountId=both)[0], 200)
        self.assertEqual(self.ask(account=None, adAccountId=TRAIL)[0], 429)
        self.assertEqual(self.ask()[0], 200)

    def test_seconds_and_what_counts(self):
        throttle = self.api.throttle
        for kind, seconds in (("adAccounts", 5), ("adGroups", 1)):
            key = ("app", MAIN, kind)
            self.assertTrue(throttle.admits(*key))
            throttle.last[key] -= seconds * 36 - 1
            self.assertFalse(throttle.admits(*key))
            throttle.last[key] -= seconds * 36 - 1
            self.assertFalse(throttle.admits(*key), "the refused call counts")
            throttle.last[key] -= seconds * 36
            self.assertTrue(throttle.admits(*key))
        self.settings.change({"kakao_throttle_extends": False})
        throttle.last[key] -= 35
        self.assertFalse(throttle.admits(*key))
        throttle.last[key] -= 2
        self.assertTrue(throttle.admits(*key))

    def test_the_other_words(self):
        for told, status in (("-10", 400), ("-10/429", 429)):
            self.settings.change({"kakao_throttle_error": told})
            self.ask()
            found, body = self.ask()
            self.assertEqual((found, body["code"]), (status, -10))

    def test_what_is_not_let_in_does_not_count(self):
        self.call("adAccounts/report", dict(DAYS, metricsGroup="BASIC"),
                  token="x")
        self.assertEqual(self.ask()[0], 200)


class Rows(Surface):

    def total(self, rows, name="cost"):
        """Returns the sum of a metric."""
        return sum(Decimal(str(r["metrics"].get(name, 0))) for r in rows)

    def test_levels_add_up(self):
        whole = self.report()
        self.assertTrue(self.total(whole))
        for level in ("CAMPAIGN", "AD_GROUP", "CREATIVE"):
            rows = self.report(level=level)
            for name in ("imp", "click", "cost", "msg_send", "msg_open",
                         "conv_purchase_7d", "conv_purchase_p_1d"):
                self.assertEqual(self.total(rows, name),
                                 self.total(whole, name), (level, name))
        by_id = self.report("adGroups", adGroupId=",".join(self.groups()))
        self.assertEqual(self.total(by_id), self.total(whole))

    def test_ids_are_texts_by_level(self):
        rows = [r for r in self.report(level="CAMPAIGN") if r["metrics"]]
        self.assertEqual(set(rows[0]["dimensions"]),
                         {"ad_account_id", "campaign_id"})
        self.assertTrue(all(isinstance(v, str)
                            for r in rows for v in r["dimensions"].values()))
        self.settings.change({"kakao_camel_case": True})
        row = next(r for r in self.report(level="CAMPAIGN") if r["metrics"])
        self.assertIn("campaignId", row["dimensions"])

    def test_groups_of_metrics(self):
        of_message, of_display = set(), set()
        for campaign in self.api.world.accounts[MAIN].campaigns:
            for row in self.report("campaigns", campaignId=campaign.id):
                (of_message if campaign.is_message else of_display).update(
                    row["metrics"])
        self.assertEqual(of_message, {
            "msg_send", "msg_open", "msg_click", "msg_open_rate",
            "msg_send_fail", "cost"})
        self.assertFalse({n for n in of_display if n.startswith("msg_")})
        self.assertLess({"imp", "reach", "conv_purchase_7d",
                         "video_play_100p"}, of_display)

    def test_basic_of_messages(self):
        campaign = next(c for c in self.api.world.accounts[MAIN].campaigns
                        if c.is_message)

        def told():
            return {n for r in self.report(
                "campaigns", campaignId=campaign.id,
                metricsGroup="BASIC,PIXEL_SDK_CONVERSION", start="20261023")
                for n in r["metrics"]}
        self.assertEqual(told(), set())
        self.settings.change({"kakao_message_basic": True})
        self.assertEqual(told(), {"cost"})
        self.settings.change({"kakao_message_conversions": True})
        self.assertIn("conv_signup_1d", told())

    def test_empty_rows_of_both_kinds(self):
        rows = [r for r in self.report(level="CREATIVE")
                if not r["metrics"]]
        self.assertEqual({bool(r["dimensions"]) for r in rows},
                         {True, False})

    def test_dimensions(self):
        whole = self.total(self.report(level="CAMPAIGN"), "imp")
        for name in facts.SPLITS:
            rows = self.report(level="CAMPAIGN", dimension=name)
            self.assertEqual(self.total(rows, "imp"), whole, name)
            self.assertEqual(bool(self.total(rows, "msg_send")),
                             name == "HOUR")
        rows = self.report(level="CAMPAIGN", dimension="CREATIVE_FORMAT")
        self.assertEqual(self.total(rows), self.total(self.report()))
        self.settings.change({"kakao_age_name": "AGE_BAND",
                              "kakao_age_key": "age_band"})
        row = next(r for r in self.report(dimension="AGE_BAND_GENDER")
                   if r["metrics"])
        self.assertEqual(set(row["dimensions"]),
                         {"ad_account_id", "age_band", "gender"})

    def test_total_without_unit(self):
        rows = self.report(timeUnit="")
        self.assertEqual([(r["start"], r["end"]) for r in rows],
                         [("20261101", "20261105")])
        self.assertEqual(self.total(rows), self.total(self.report()))

    def test_ids_in_both_forms(self):
        ids = self.listed("campaigns")[:2]
        pairs = [("campaignId", one) for one in ids] + list(dict(
            DAYS, timeUnit="DAY", metricsGroup="BASIC").items())
        comma = self.report("campaigns", campaignId=",".join(ids),
                            metricsGroup="BASIC")
        self.assertEqual(self.call("campaigns/report", pairs)[1]["data"],
                         comma)
        self.settings.change({"kakao_ids": "comma"})
        self.assertEqual(self.call("campaigns/report", pairs)[0], 400)
        self.settings.change({"kakao_ids": "repeated"})
        self.assertEqual(self.call("campaigns/report", pairs)[0], 200)

    def test_envelopes(self):
        for kind, keys in (("message", {"message"}), ("code", {"code"}),
                           ("both", {"message", "code"}), ("bare", set())):
            self.settings.change({"kakao_envelope": kind})
            body = self.call("adAccounts/report", dict(
                DAYS, metricsGroup="BASIC"))[1]
            self.assertEqual(set(body), keys | {"data"})

    def test_another_account(self):
        row = self.call("adAccounts/report", dict(
            DAYS, timeUnit="DAY", metricsGroup="BASIC"), as_account=YEN)[1][
                "data"][0]
        self.assertEqual(row["dimensions"]["ad_account_id"], YEN)


class TimeGoesOn(Surface):

    def of_day(self, day="20261123", **params):
        """Returns the account's numbers of a day."""
        rows = self.report(start=day, end=day, **params)
        return rows[0]["metrics"] if rows else {}

    def test_today_is_excluded(self):
        self.assertEqual(self.report(start="20261124", end="20261124"), [])
        rows = self.report(start="20261123", end="20261130")
        self.assertEqual({r["start"] for r in rows}, {"20261123"})
        told = self.call("adAccounts/report", {
            "datePreset": "TODAY", "timeUnit": "DAY",
            "metricsGroup": "BASIC"})[1]["data"]
        self.assertEqual(told[0]["start"], "20261124")
        self.settings.change({"kakao_today": "refused"})
        self.assertEqual(self.refused("adAccounts/report", {
            "start": "20261123", "end": "20261124",
            "metricsGroup": "BASIC"}), (400, -813, 60008))

    def test_yesterday_is_final_at_ten_past_eight(self):
        final = self.of_day()
        self.clock.set(datetime.datetime(2026, 11, 23, 23, 9, tzinfo=UTC))
        early = self.of_day()
        self.assertLess(early["cost"], final["cost"])
        self.settings.change({"kakao_morning_empty": True})
        self.assertNotIn("cost", self.of_day())
        self.clock.set(datetime.datetime(2026, 11, 23, 23, 10, tzinfo=UTC))
        self.assertEqual(self.of_day()["cost"], final["cost"])

    def test_numbers_grow_for_seven_days(self):
        told = []
        for days in range(10):
            self.clock.set(NOW + datetime.timedelta(days))
            told.append(self.of_day())
        for name, end in (("conv_view_cart_1d", 1), ("conv_view_cart_7d", 7),
                          ("msg_open", 7)):
            series = [t.get(name, 0) for t in told]
            self.assertEqual(series, sorted(series))
            # day 0 here is one day after the numbers' day
            self.assertLess(series[max(end - 2, 0)] - (end == 1),
                            series[end - 1] + 1)
            self.assertEqual(len(set(series[end - 1:])), 1, name)
        self.assertLess(told[0]["conv_view_cart_7d"],
                        told[6]["conv_view_cart_7d"])
        self.assertLess(told[6]["conv_view_cart_1d"],
                        told[6]["conv_view_cart_7d"])

    def test_late_conversions_have_no_first_day(self):
        late = next(c for c in self.api.world.accounts[MAIN].campaigns
                    if c.spec.quirk == "late")
        rows = self.report("campaigns", campaignId=late.id)
        self.assertEqual(sum(r["metrics"].get("conv_view_cart_1d", 0)
                             for r in rows), 0)
        self.assertTrue(sum(r["metrics"].get("conv_view_cart_7d", 0)
                            for r in rows))


class Expected(Surface):

    def rows(self, table, **params):
        """Returns the rows of a table."""
        return self.api.expected_rows(dict({
            "resource": table, "accounts": MAIN, "since": "2026-11-01",
            "until": "2026-11-05"}, **params))

    def key(self, row):
        """Returns what is compared of a row of the world."""
        return (row["date_day"].replace("-", ""), row.get("campaign_id"),
                row["imp"], row["msg_open"], row["cost"],
                row["conv_purchase_p_7d"], row["reach"])

    def told(self, row):
        """Returns the same of a row of a report."""
        metrics = row["metrics"]
        return (row["start"], row["dimensions"].get("campaign_id")) + tuple(
            None if value is None else
            format(Decimal(str(value)).normalize(), "f")
            for value in (metrics.get(n) for n in (
                "imp", "msg_open", "cost", "conv_purchase_p_7d", "reach")))

    def test_reports_are_the_world(self):
        for table, params in (("account_daily", {}),
                              ("campaign_daily", {"level": "CAMPAIGN"})):
            self.assertEqual(
                sorted(map(str, map(self.key, self.rows(table)))),
                sorted(str(self.told(r)) for r in self.report(**params)
                       if r["metrics"]))

    def test_splits_are_of_what_is_shown(self):
        whole = sum(Decimal(r["cost"]) for r in self.rows("campaign_daily")
                    if r["imp"] is not None)
        for table in ("campaign_age_gender_daily", "campaign_device_daily"):
            self.assertEqual(sum(Decimal(r["cost"])
                                 for r in self.rows(table)), whole)

    def test_options_of_the_reader(self):
        day, week = (sum(int(r["conversions"] or 0) for r in self.rows(
            "campaign_report", conversion_window=w)) for w in ("1d", "7d"))
        self.assertLess(day, week)
        both = sum(int(r["conversions"] or 0) for r in self.rows(
            "campaign_report", conversion_events="purchase,signup"))
        self.assertLess(week, both)
        row = self.rows("account_report", vat="exclude")[0]
        self.assertLess(Decimal(row["spend"]), Decimal(row["cost"]))

    def test_deleted_things_have_numbers(self):
        for level, table in (("campaign", "campaign_daily"),
                             ("ad_group", "ad_group_daily"),
                             ("creative", "creative_daily")):
            gone = {n.id for n in self.api.world.accounts[MAIN].nodes(level)
                    if n.config == "DEL"}
            self.assertTrue(gone & {r[level + "_id"]
                                    for r in self.rows(table)})

    def test_lists_and_changes(self):
        rows = self.rows("campaigns")
        self.assertEqual(len(rows), len(self.listed("campaigns")))
        self.api.change(MAIN, "campaign/%s/config" % rows[0]["campaign_id"],
                        "OFF")
        self.assertEqual(self.rows("campaigns")[0]["config"], "OFF")
        self.api.reset()
        self.assertEqual(self.rows("campaigns")[0]["config"], "ON")

    def test_bench(self):
        made = self.api.start_bench(campaigns=4, groups=100)
        self.assertEqual(made["ad_groups"], 400)
        self.assertTrue(self.rows("ad_group_daily", accounts="790001"))
        self.api.reset()
        self.assertEqual(self.refused("campaigns", account="790001"),
                         (400, -813, 21006))


if __name__ == "__main__":
    unittest.main()
