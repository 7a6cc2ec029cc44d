"""Meta's reports: the rules on their parameters, what is told and what is
left out, and that a plain reader ends up with the world."""

import decimal
import json
import unittest

from meta_ads import catalog, expected
from meta_ads.facts import ASSET_FAMILIES
from meta_ads.model import WINDOWS, told_if_mixed
from meta_ads.sample import CLOSED, DIRECT, EURO, KIWI, MAIN, SampleWorld
from state import Clock
from test_meta_api import NOW, Surface, days

WEEK = days("2026-11-10", "2026-11-16")
INSIGHTS = "act_%s/insights" % MAIN


def statuses(level):
    """Returns a filter that asks for every status of a level."""
    return {"field": level + ".effective_status", "operator": "IN",
            "value": sorted(catalog.STATUSES[level])}


class Parameters(Surface):
    """What a report may be asked, and what not."""

    def bad(self, **params):
        """Returns (code, subcode) of the refusal."""
        params.setdefault("time_range", WEEK)
        return self.refused(INSIGHTS, **params)

    def test_fields(self):
        self.assertEqual(self.bad(fields="impressions,foo"), (100, None))
        self.assertEqual(self.bad(fields="age", breakdowns="age"),
                         (100, None))
        self.assertEqual(self.bad(fields="ad_id", level="campaign"),
                         (100, None))
        self.report(level="ad", time_range=WEEK,
                    fields='["ad_id","quality_ranking"]')

    def test_default_fields(self):
        row = self.report(level="campaign", time_range=WEEK)[0]
        self.assertEqual(set(row), {"account_id", "campaign_id",
                                    "impressions", "spend", "date_start",
                                    "date_stop"})

    def test_levels(self):
        self.assertEqual(self.bad(level="adgroup"), (100, None))

    def test_time_ranges(self):
        for text in ('{"since":"2026-11-01"}', "x", "[]",
                     '{"since":"2026-11-31","until":"2026-12-01"}',
                     '{"since":"2026-11-02","until":"2026-11-01"}',
                     '{"since":"20261101","until":"2026-11-02"}'):
            self.assertEqual(self.bad(time_range=text), (100, None), text)

    def test_until_is_inclusive(self):
        rows = self.report(level="account", time_increment="1",
                           fields="spend", time_range=WEEK)
        self.assertEqual({r["date_start"] for r in rows}, {
            "2026-11-%d" % d for d in range(10, 17)})
        self.assertEqual({r["date_stop"] for r in rows},
                         {r["date_start"] for r in rows})

    def test_increments(self):
        for text in ("0", "91", "day", "1.5"):
            self.assertEqual(self.bad(time_increment=text), (100, None))
        rows = self.report(level="account", time_increment="3",
                           fields="spend", time_range=WEEK)
        self.assertEqual(sorted((r["date_start"], r["date_stop"])
                                for r in rows), [
            ("2026-11-10", "2026-11-12"), ("2026-11-13", "2026-11-15"),
            ("2026-11-16", "2026-11-16")])
        rows = self.report(level="account", time_increment="monthly",
                           fields="spend", time_range=days(
                               "2026-09-15", "2026-10-15"))
        self.assertEqual(sorted(r["date_stop"] for r in rows),
                         ["2026-09-30", "2026-10-15"])

    def test_account_zone_decides_the_day(self):
        last = [self.report(account, level="account", fields="spend",
                            date_preset="today")[0]["date_stop"]
                for account in (KIWI, DIRECT)]
        self.assertEqual(last, ["2026-11-24", "2026-11-23"])

    def test_default_range(self):
        row = self.report(level="account", fields="spend")[0]
        self.assertEqual((row["date_start"], row["date_stop"]),
                         ("2026-10-25", "2026-11-23"))

    def test_37_months_in_the_account_zone(self):
        # It is 2026-11-24 in Auckland, still 2026-11-23 in Los Angeles.
        for account, first in ((KIWI, 24), (DIRECT, 23)):
            path = "act_%s/insights" % account
            self.assertEqual(self.refused(path, time_range=days(
                "2023-10-%d" % (first - 1))), (3018, None))
            self.get(path, time_range=days("2023-10-%d" % first))

    def test_breakdowns(self):
        self.assertEqual(self.bad(breakdowns="planet"), (100, None))
        self.assertEqual(self.bad(breakdowns="platform_position"),
                         (100, None))
        self.assertEqual(self.bad(breakdowns="impression_device"),
                         (100, None))
        for pair in ("country,age", "country,publisher_platform",
                     "region,country", catalog.ADVERTISER_HOUR + ",age"):
            self.assertEqual(self.bad(breakdowns=pair), (100, None), pair)

    def test_metrics_with_breakdowns(self):
        self.assertEqual(self.bad(breakdowns="age", fields="relevance_score"),
                         (100, None))
        self.assertEqual(self.bad(breakdowns="region", fields="video_p25_"
                                  "watched_actions"), (100, None))
        for field in ("unique_clicks", "video_play_actions"):
            self.assertEqual(self.bad(breakdowns=catalog.ADVERTISER_HOUR,
                                      fields=field), (100, None))
        self.assertEqual(self.bad(breakdowns="body_asset", fields="cpm"),
                         (100, None))

    def test_action_breakdowns(self):
        self.assertEqual(self.bad(action_breakdowns="action_type",
                                  fields="spend"), (100, None))
        self.assertEqual(self.bad(action_breakdowns="x", fields="actions"),
                         (100, None))
        self.assertEqual(self.bad(action_breakdowns="action_device",
                                  breakdowns="age", fields="actions"),
                         (100, None))

    def test_what_does_not_go_together_is_named(self):
        response = self.respond("GET", INSIGHTS, {
            "breakdowns": "country,age", "fields": "spend"})
        self.assertEqual(response.status, 400)
        self.assertEqual(
            json.loads(response.body)["error"]["message"], "(#100) Current "
            "combination of data breakdown columns (action_type, country, "
            "age) is invalid")

    def test_windows(self):
        self.assertEqual(self.bad(action_attribution_windows='["3d_click"]',
                                  fields="actions"), (100, None))

    def test_mmm_is_async_only(self):
        self.assertEqual(self.bad(breakdowns="mmm"), (100, None))

    def test_filters(self):
        for item in ({"field": "x.y", "operator": "IN", "value": []},
                     {"field": "ad.id", "operator": "LIKE", "value": "1"},
                     {"field": "ad.id", "operator": "IN", "value": "1"},
                     {"field": "ad.effective_status", "operator": "IN",
                      "value": ["GONE"]}, "x"):
            self.assertEqual(self.bad(filtering=json.dumps([item])),
                             (100, None), item)

    def test_not_served_is_no_answer_of_the_platform(self):
        for name in ("summary", "default_summary", "sort", "time_ranges"):
            response = self.respond("GET", INSIGHTS, {name: "x"})
            self.assertEqual(response.status, 501)


class Rows(Surface):
    """What rows hold and what they leave out."""

    fields = ("campaign_name,impressions,clicks,spend,inline_link_clicks,"
              "reach,frequency,cpc,ctr,actions,action_values,purchase_roas,"
              "attribution_setting")

    def daily(self, account=MAIN, level="campaign", **params):
        """Returns a daily report."""
        params.setdefault("fields", self.fields)
        params.setdefault("time_range", WEEK)
        return self.report(account, level=level, time_increment="1",
                           limit="500", **params)

    def test_metrics_are_text(self):
        for row in self.daily():
            for name in ("impressions", "clicks", "spend", "reach"):
                self.assertIsInstance(row[name], str)

    def test_absent_is_not_zero(self):
        rows = self.daily(level="ad", fields=self.fields)
        idle = [r for r in rows if r["clicks"] == "0"]
        self.assertTrue(idle)
        for row in idle:
            self.assertEqual(row["spend"], "0")
            for name in ("cpc", "inline_link_clicks", "purchase_roas"):
                self.assertNotIn(name, row)

    def test_no_row_without_delivery(self):
        names = {r["campaign_name"] for r in self.daily()}
        self.assertNotIn("Never delivered", names)
        weekend = self.daily(time_range=days("2026-11-14", "2026-11-15"))
        self.assertNotIn("🚀 세일 🛍️ <b>50%</b> & more", {
            r["campaign_name"] for r in weekend})

    def test_ratios(self):
        for row in self.daily(DIRECT):
            if "cpc" in row:
                self.assertAlmostEqual(
                    float(row["cpc"]), float(row["spend"])
                    / int(row["clicks"]), 5)
            self.assertAlmostEqual(
                float(row["frequency"]), int(row["impressions"])
                / int(row["reach"]), 5)

    def test_reach_does_not_add_up(self):
        daily = self.daily(level="account", fields="reach")
        whole = self.report(level="account", fields="reach",
                            time_range=WEEK)[0]
        self.assertGreater(sum(int(r["reach"]) for r in daily),
                           int(whole["reach"]))

    def test_spend_adds_up_over_levels(self):
        def total(level):
            rows = self.daily(DIRECT, level, fields="spend", filtering=(
                json.dumps([statuses(level)]) if level != "account"
                else "[]"))
            return sum(decimal.Decimal(r["spend"]) for r in rows)
        whole = total("account")
        for level in ("campaign", "adset", "ad"):
            self.assertEqual(total(level), whole)

    def test_ads_alone_lack_the_deleted(self):
        span = days("2026-10-01", "2026-10-03")
        ads = self.daily(level="ad", fields="spend", time_range=span)
        whole = self.daily(level="account", fields="spend", time_range=span)
        self.assertLess(sum(decimal.Decimal(r["spend"]) for r in ads),
                        sum(decimal.Decimal(r["spend"]) for r in whole))

    def test_breakdowns_add_up_or_lack_something(self):
        def total(names):
            rows = self.daily(DIRECT, fields="spend", breakdowns=names)
            return sum(decimal.Decimal(r["spend"]) for r in rows)
        whole = sum(decimal.Decimal(r["spend"])
                    for r in self.daily(DIRECT, fields="spend"))
        for names in ("age", "gender", "age,gender", "publisher_platform",
                      "publisher_platform,platform_position",
                      catalog.ADVERTISER_HOUR):
            self.assertEqual(total(names), whole, names)
        for names in ("country", "region"):
            self.assertLess(total(names), whole)
            self.assertGreater(total(names), whole * 9 / 10)

    def test_breakdown_keys(self):
        row = self.daily(breakdowns="age,gender")[0]
        self.assertIn("-" if row["age"] not in ("65+", "Unknown") else "",
                      row["age"])
        self.assertIn(row["gender"], ("female", "male", "unknown"))

    def test_hourly(self):
        for row in self.daily(DIRECT, breakdowns=catalog.ADVERTISER_HOUR):
            self.assertEqual((row["reach"], row["frequency"]), ("0", "0"))
            types = {a["action_type"] for a in row.get("actions", [])}
            self.assertFalse({t for t in types if catalog.off_meta(t)})

    def test_region_has_no_purchases(self):
        for row in self.daily(breakdowns="region"):
            self.assertFalse([a for a in row.get("actions", [])
                              if "purchase" in a["action_type"]])

    def test_purchases_overlap(self):
        for row in self.daily():
            if row["campaign_name"] != "KR | 브랜드 | 전환":
                continue
            found = {a["action_type"]: int(a["value"])
                     for a in row.get("actions", [])}
            self.assertEqual(found.get("omni_purchase"),
                             found.get("purchase"))
            self.assertEqual(
                found.get("omni_purchase", 0),
                found.get("offsite_conversion.fb_pixel_purchase", 0)
                + found.get("app_custom_event.fb_mobile_purchase", 0))

    def test_types_differ_between_campaigns(self):
        kinds = {}
        for row in self.daily(level="adset", time_range=days(
                "2026-11-01", "2026-11-20")):
            kinds.setdefault(row["campaign_name"], set()).update(
                a["action_type"] for a in row.get("actions", []))
        self.assertNotIn("actions", [
            r for r in self.daily(level="adset") if r["campaign_name"]
            == "back\\slash \\n and \\u0041"][0])
        self.assertIn("lead", kinds["tab\there"])
        self.assertNotIn("purchase", kinds["tab\there"])

    def test_fractions(self):
        values = [a["value"] for r in self.daily(DIRECT)
                  for a in r.get("actions", [])]
        self.assertTrue([v for v in values if "." in v])

    def test_windows(self):
        rows = self.daily(action_attribution_windows=json.dumps(
            ["default", "1d_click", "7d_click", "1d_view", "7d_view"]))
        elements = [a for r in rows for a in r.get("actions", [])
                    if a["action_type"] == "omni_purchase"]
        self.assertTrue([e for e in elements if "1d_view" in e])
        self.assertTrue([e for e in elements if "1d_view" not in e])
        for element in elements:
            self.assertNotIn("7d_view", element)
            self.assertNotIn("28d_click", element)
            self.assertEqual(
                decimal.Decimal(element.get("value", "0")),
                decimal.Decimal(element.get("7d_click", "0"))
                + decimal.Decimal(element.get("1d_view", "0")))

    def test_dead_windows_say_nothing(self):
        rows = self.daily(action_attribution_windows=(
            '["7d_view","28d_view"]'))
        self.assertTrue(rows)
        self.assertFalse([r for r in rows if "actions" in r])

    def test_ignored_parameters(self):
        self.assertEqual(self.daily(), self.daily(
            use_unified_attribution_setting="false",
            action_report_time="impression"))

    def test_mixed_settings(self):
        seen = set()
        for row in self.daily(EURO, time_range=days("2026-11-01",
                                                    "2026-11-20")):
            if row["campaign_name"] == "Mixed attribution":
                mixed = row["attribution_setting"] == "mixed"
                seen.add(mixed)
                types = [a["action_type"] for a in row["actions"]]
                self.assertEqual(mixed, not any(
                    not told_if_mixed(t) for t in types))
        self.assertEqual(seen, {True, False})
        rows = self.daily(EURO, action_attribution_windows='["7d_click"]',
                          time_range=days("2026-11-01", "2026-11-20"))
        for row in rows:
            if row["attribution_setting"] == "mixed":
                self.assertTrue(all("7d_click" in a for a in row["actions"]))

    def mixed_rows(self, **params):
        """Returns rows of campaigns over several settings."""
        return [row for row in self.daily(
            EURO, time_range=days("2026-11-01", "2026-11-20"), **params)
            if row.get("attribution_setting") == "mixed"]

    def test_mixed_settings_may_tell_all(self):
        self.settings.change({"meta_mixed": "amounts"})
        rows = self.mixed_rows()
        self.assertTrue(rows)
        for row in rows:
            types = {a["action_type"]: a["value"] for a in row["actions"]}
            self.assertIn("omni_purchase", types)

    def test_mixed_settings_may_tell_windows_only(self):
        for row in self.mixed_rows(
                action_attribution_windows='["default","7d_click"]'):
            for a in row["actions"]:
                self.assertEqual("value" in a,
                                 told_if_mixed(a["action_type"]), a)

    def test_mixed_settings_may_tell_nothing(self):
        self.settings.change({"meta_mixed": "absent"})
        rows = self.mixed_rows()
        self.assertTrue(rows)
        self.assertFalse([r for r in rows if "actions" in r])

    def test_mixed_settings_in_turns(self):
        self.settings.change({"meta_mixed": "turns"})
        self.assertEqual({
            (any("omni_purchase" == a["action_type"] for a in row.get(
                "actions", [])), "actions" in row)
            for row in self.mixed_rows()},
            {(True, True), (False, True), (False, False)})

    def test_lists_side_by_side(self):
        """Events that a site names itself stand in one list by name, in the
        other as their sum."""
        fields = "campaign_name,actions,conversions,conversion_values"
        named = "offsite_conversion.fb_pixel_custom."
        seen = set()
        for row in self.daily(fields=fields):
            actions = {a["action_type"]: decimal.Decimal(a["value"])
                       for a in row.get("actions", [])}
            events = {a["action_type"]: decimal.Decimal(a["value"])
                      for a in row.get("conversions", [])}
            seen.update(events)
            self.assertFalse(set(actions) & set(events))
            self.assertEqual(
                actions.get(named[:-1], 0), sum(
                    n for t, n in events.items() if t.startswith(named)))
            for a in row.get("conversion_values", []):
                self.assertIn(a["action_type"], events)
        self.assertEqual(seen, {
            named + "(JTC) Pre-qualified Lead", named + "회원 가입 \"무료\"",
            "contact_total", "contact_website"})

    def test_products(self):
        """By product, what happens on web sites is of none, and what happens
        in apps is lost."""
        rows = self.daily(breakdowns="product_id")
        keys = {"product_id" in row for row in rows}
        self.assertEqual(keys, {True, False})
        for row in rows:
            types = {a["action_type"] for a in row.get("actions", [])}
            self.assertFalse([t for t in types if t.startswith("app_")])
            if "product_id" in row:
                self.assertFalse([t for t in types if catalog.off_meta(t)
                                  and t != "lead"])
            else:
                self.assertEqual(row["impressions"], "0")

    def test_late_actions_without_delivery(self):
        rows = self.daily(level="ad", fields="impressions,spend,actions",
                          filtering=json.dumps([statuses("ad")]))
        late = [r for r in rows if r["impressions"] == "0"]
        self.assertTrue(late)
        self.assertTrue(all("actions" in r for r in late))

    def test_money_is_in_major_units(self):
        korean = [r["spend"] for r in self.daily()]
        self.assertFalse([s for s in korean if "." in s])
        self.assertTrue([r for r in self.daily(DIRECT) if "." in r["spend"]])

    def test_ids_do_not_fit_a_double(self):
        row = self.daily(fields="campaign_id")[0]
        self.assertEqual(len(row["campaign_id"]), 18)
        self.assertGreater(int(row["campaign_id"]), 2 ** 53)

    def test_closed_account_can_be_read(self):
        self.assertTrue(self.daily(CLOSED))

    def test_action_device(self):
        rows = self.daily(action_breakdowns="action_type,action_device")
        elements = [a for r in rows for a in r.get("actions", [])]
        self.assertTrue([e for e in elements if e["action_type"]
                         == "link_click" and "action_device" in e])
        for element in elements:
            if catalog.off_meta(element["action_type"]):
                self.assertNotIn("action_device", element)
                self.assertFalse(element["action_type"].startswith("app_"))


class Filters(Surface):
    """Which rows a condition leaves."""

    def names(self, *items, **params):
        """Returns the campaigns of a report with conditions."""
        params.setdefault("level", "campaign")
        rows = self.report(fields="campaign_name", time_range=WEEK,
                           filtering=json.dumps(items), **params)
        return {r["campaign_name"] for r in rows}

    def test_ids(self):
        row = self.report(level="campaign", fields="campaign_id,"
                          "campaign_name", time_range=WEEK)[0]
        for how, value in (("IN", [row["campaign_id"]]),
                           ("EQUAL", row["campaign_id"])):
            self.assertEqual(self.names({
                "field": "campaign.id", "operator": how, "value": value}),
                {row["campaign_name"]})
        self.assertNotIn(row["campaign_name"], self.names({
            "field": "campaign.id", "operator": "NOT_IN",
            "value": [row["campaign_id"]]}))

    def test_names(self):
        self.assertEqual(self.names({
            "field": "campaign.name", "operator": "EQUAL",
            "value": "spring sale"}), {"spring sale"})
        self.assertEqual(self.names({
            "field": "campaign.name", "operator": "CONTAIN",
            "value": "세일"}), {"가을 세일 'single' quotes",
                             "🚀 세일 🛍️ <b>50%</b> & more"})

    def test_impressions(self):
        condition = {"field": "ad.impressions", "operator": "GREATER_THAN",
                     "value": 0}
        rows = self.report(level="ad", fields="impressions",
                           time_range=WEEK, filtering=json.dumps(
                               [condition, statuses("ad")]))
        self.assertTrue(rows)
        self.assertNotIn("0", {r["impressions"] for r in rows})

    def test_statuses_list_the_archived_and_deleted(self):
        span = days("2026-10-01", "2026-10-02")

        def told(*items):
            return {r["campaign_name"] for r in self.report(
                level="campaign", fields="campaign_name", time_range=span,
                filtering=json.dumps(items))}
        gone = {"보관된 캠페인", "삭제된 캠페인"}
        self.assertFalse(told() & gone)
        self.assertEqual(told(statuses("campaign")) & gone, gone)
        self.assertFalse(told(statuses("ad")) & gone)
        delivery = {"field": "campaign.delivery_info", "operator": "IN",
                    "value": ["archived", "deleted", "active"]}
        self.assertEqual(told(delivery) & gone, {"보관된 캠페인"})

    def test_deleted_may_be_refused(self):
        self.settings.change({"meta_deleted_filter": False})
        self.assertEqual(self.refused(INSIGHTS, filtering=json.dumps(
            [statuses("ad")])), (100, 1815001))

    def test_by_id_everything_is_told(self):
        deleted = [c for c in self.world.accounts[MAIN].children
                   if c.status == "DELETED"][0]
        rows = self.get(deleted.id + "/insights", fields="spend",
                        time_range=days("2026-10-01", "2026-10-02"))["data"]
        self.assertTrue(rows)

    def test_action_types(self):
        rows = self.report(level="campaign", fields="actions",
                           time_range=WEEK, filtering=json.dumps([{
                               "field": "action_type", "operator": "IN",
                               "value": ["omni_purchase"]}]))
        self.assertEqual({a["action_type"] for r in rows
                          for a in r.get("actions", [])}, {"omni_purchase"})


class History(Surface):
    """What is gone after a while, and breakdowns that say nothing."""

    old = days("2025-10-01", "2025-10-02")

    def test_reach_with_breakdowns_after_13_months(self):
        params = {"level": "campaign", "breakdowns": "age",
                  "fields": "impressions,reach,frequency,cpp",
                  "time_range": self.old, "time_increment": "1"}
        for row in self.report(**params):
            self.assertNotIn("reach", row)
            self.assertNotIn("frequency", row)
        path = INSIGHTS
        for _ in range(10):
            response = self.respond("POST", path, params, fault={
                "job": {"ms": 0}})
            self.assertEqual(response.status, 200)
        run = str(json.loads(response.body)["report_run_id"])
        self.assertIn("reach", self.all_rows(run + "/insights")[0])
        self.assertEqual(self.refused(path, "POST", **params), (100, None))

    def test_reach_without_breakdowns_stays(self):
        row = self.report(level="account", fields="reach",
                          time_range=self.old)[0]
        self.assertIn("reach", row)

    def test_hours_after_13_months(self):
        self.assertEqual(self.report(
            level="account", fields="spend", time_range=self.old,
            breakdowns=catalog.ADVERTISER_HOUR), [])

    def test_unique_counts_after_13_months(self):
        rows = self.report(level="account", breakdowns="gender",
                           fields="unique_clicks,clicks",
                           time_range=self.old)
        self.assertNotIn("unique_clicks", rows[0])

    def test_opt_in_breakdowns_are_silent(self):
        params = {"breakdowns": "publisher_platform,impression_device",
                  "fields": "spend", "time_range": WEEK}
        self.assertEqual(self.get(INSIGHTS, **params), {"data": []})
        self.assertEqual(self.get(INSIGHTS, breakdowns="frequency_value",
                                  fields="reach", time_range=WEEK),
                         {"data": []})
        self.settings.change({"meta_opt_in": True})
        self.assertTrue(self.report(**params))

    def test_opt_in_runs_are_few(self):
        for _ in range(10):
            self.respond("POST", INSIGHTS, {
                "breakdowns": catalog.AUDIENCE_HOUR, "fields": "spend"},
                fault={"job": {"ms": 0}})
        self.assertEqual(self.refused(
            INSIGHTS, "POST", breakdowns=catalog.AUDIENCE_HOUR,
            fields="spend"), (100, None))

    def test_dma_is_gone_and_market_is_there(self):
        self.assertEqual(self.get(INSIGHTS, breakdowns="dma", fields="spend",
                                  time_range=WEEK), {"data": []})
        self.assertTrue(self.report(breakdowns="comscore_market",
                                    fields="spend", time_range=WEEK))


def number(text):
    """Returns a text as a number, None as None."""
    return None if text is None else decimal.Decimal(text)


def read_metrics(row, choice):
    """Returns the metric columns that a plain reader makes of a row."""
    counts, values = {}, {}
    for told, names in ((counts, ("actions", "conversions")),
                        (values, ("action_values", "conversion_values"))):
        for name in names:
            for a in row.get(name, []):
                told.setdefault(a["action_type"], a["value"])
    mixed = row.get("attribution_setting") == "mixed"
    seen = {a["action_type"] for name in ("actions", "action_values")
            for a in row.get(name, [])}
    count = value = decimal.Decimal(0)
    for group in choice.split(","):
        for name in group.split("|"):
            if name in counts:
                if count is not None:
                    count += decimal.Decimal(counts[name])
                    value += decimal.Decimal(values.get(name, "0"))
                break
            if mixed and not (seen if told_if_mixed(name) else [
                    t for t in seen if not told_if_mixed(t)]):
                count = value = None
                break
    told = {name: number(row.get(name, "0")) for name in (
        "impressions", "clicks", "inline_link_clicks", "spend")}
    told.update(reach=number(row["reach"]), conversions=count,
                frequency=number(row.get("frequency")),
                conversions_value=value,
                attribution_setting=row.get("attribution_setting"))
    return told


class World(Surface):
    """A plain reader of the reports ends up with what is computed straight
    from the world."""

    choices = (expected.DEFAULT_ACTIONS, "lead,omni_purchase",
               "offsite_conversion.fb_pixel_purchase|purchase,landing_page_"
               "view", "none", "contact_total,offsite_conversion.fb_pixel_"
               "custom.(JTC) Pre-qualified Lead", "like")

    def compare(self, account, table, choice, span):
        """Compares one daily table of an account."""
        level, names, _ = expected.DAILY[table]
        params = {"level": level, "time_increment": "1", "limit": "500",
                  "time_range": days(*span), "fields": ",".join([
                      "account_id", "account_name", "account_currency",
                      "impressions", "clicks", "inline_link_clicks", "spend",
                      "reach", "frequency", "actions", "action_values",
                      "conversions", "conversion_values",
                      "attribution_setting"] + [
                          kind + part for kind in expected.LEVELS[
                              1:expected.LEVELS.index(level) + 1]
                          for part in ("_id", "_name")])}
        if names:
            params["breakdowns"] = ",".join(names)
        if level != "account":
            params["filtering"] = json.dumps([statuses(level)])
        ids = ["account_id", "account_name"] + list(names) + [
            kind + part for kind in expected.LEVELS[
                1:expected.LEVELS.index(level) + 1]
            for part in ("_id", "_name")]
        read = {}
        for row in self.report(account, **params):
            key = (row["date_start"], row["account_currency"]) + tuple(
                row[name] for name in ids)
            self.assertNotIn(key, read)
            read[key] = read_metrics(row, choice)
        wanted = {}
        for row in self.api.expected_rows({
                "resource": table, "since": span[0], "until": span[1],
                "accounts": account, "conversion_actions": choice}):
            key = (row["date_day"], row["currency"]) + tuple(
                row[name] for name in ids)
            wanted[key] = {
                name: row[name] if name == "attribution_setting"
                else number(row[name]) for name in next(iter(read.values()))}
        self.assertEqual(read, wanted)
        self.assertTrue(wanted)

    def test_every_daily_table(self):
        for table, (_, _, family) in expected.DAILY.items():
            # Products and assets have fields of their own.
            if family in ASSET_FAMILIES or family == "product":
                continue
            for account in (MAIN, DIRECT, EURO):
                self.compare(account, table, self.choices[0],
                             ("2026-10-28", "2026-11-04"))

    def test_every_choice_of_actions(self):
        for choice in self.choices[1:]:
            for table in ("campaign_daily", "account_daily"):
                self.compare(MAIN, table, choice,
                             ("2026-11-10", "2026-11-16"))

    def test_what_mixed_rows_may_tell(self):
        for mode in ("amounts", "absent", "turns"):
            self.settings.change({"meta_mixed": mode})
            for table in ("campaign_daily", "account_daily"):
                for choice in self.choices:
                    self.compare(EURO, table, choice,
                                 ("2026-11-10", "2026-11-16"))

    def test_actions_as_rows(self):
        read = {}
        for row in self.report(
                EURO, level="campaign", time_increment="1", limit="500",
                fields="campaign_id,actions,action_values,conversions,"
                "conversion_values", time_range=WEEK,
                filtering=json.dumps([statuses("campaign")])):
            for place, name in ((0, "actions"), (1, "action_values"),
                                (0, "conversions"), (1, "conversion_values")):
                for a in row.get(name, []):
                    key = (row["campaign_id"], row["date_start"],
                           a["action_type"])
                    read.setdefault(key, [0, 0])[place] = number(a["value"])
        wanted = {(r["campaign_id"], r["date_day"], r["action_type"]): [
            number(r["action_count"]), number(r["action_value"])]
            for r in self.api.expected_rows({
                "resource": "campaign_action_daily", "accounts": EURO,
                "since": "2026-11-10", "until": "2026-11-16"})}
        self.assertEqual(read, wanted)

    def test_common(self):
        params = {"since": "2026-11-10", "until": "2026-11-10",
                  "accounts": MAIN}
        for table, (level, names, _) in expected.COMMON.items():
            if names or table == "video_report":
                continue
            common = self.api.expected_rows(dict(params, resource=table))
            own = self.api.expected_rows(dict(
                params, resource=level + "_daily"))
            self.assertEqual([r["clicks"] for r in common],
                             [r["inline_link_clicks"] for r in own])
            self.assertEqual({r["platform"] for r in common}, {"meta_ads"})
        self.assertEqual(list(common[0]), [
            "platform", "account_id", "account_name", "date_day", "currency",
            "campaign_id", "campaign_name", "ad_group_id", "ad_group_name",
            "ad_id", "ad_name", "impressions", "clicks", "spend",
            "conversions", "conversions_value"])

    def test_entities(self):
        for table, edge in (("campaigns", "campaigns"), ("adsets", "adsets"),
                            ("ads", "ads"), ("creatives", "adcreatives")):
            params = {"fields": "name", "limit": "100"}
            if table != "creatives":
                params["effective_status"] = json.dumps(sorted(
                    catalog.STATUSES[table[:-1]] - {"DELETED"}))
            read = {(r["id"], r["name"]) for r in self.all_rows(
                "act_%s/%s" % (MAIN, edge), **params)}
            self.assertEqual(read, {
                (r["id"], r["name"]) for r in self.api.expected_rows(
                    {"resource": table, "accounts": MAIN})})

    def test_default_accounts(self):
        rows = self.api.expected_rows({"resource": "accounts"})
        self.assertNotIn(CLOSED, {r["account_id"] for r in rows})
        self.assertEqual(len(rows), 6)

    def test_refuses_what_it_does_not_know(self):
        for params in ({"resource": "x", "since": "2026-11-01",
                        "until": "2026-11-01"},
                       {"resource": "campaigns", "segments": "date"}):
            with self.assertRaises(ValueError):
                self.api.expected_rows(params)

    def test_is_the_same_in_every_run(self):
        clock = Clock()
        clock.set(NOW)
        params = {"resource": "ad_report", "since": "2026-11-10",
                  "until": "2026-11-11"}
        self.assertEqual(
            expected.expected_rows(SampleWorld(clock), params),
            self.api.expected_rows(params))

    def test_windows_of_the_world(self):
        self.assertEqual(WINDOWS[:3], ("1d_click", "7d_click", "28d_click"))
        ad = self.world.accounts[MAIN].ads()[0]
        day = NOW.date().replace(day=11)
        for _, part in self.world.parts(ad, day, "demography"):
            for (name, window), count in part.counts.items():
                if window == "1d_click":
                    self.assertLessEqual(count, part.counts[name, "7d_click"])


if __name__ == "__main__":
    unittest.main()
