"""Google resources that have few metrics, that are split by others, or that
have rules of their own on days and LIMIT; and rows with one metric only."""

import collections
import datetime
import unittest

from google_ads import expected, gaql, rules
from google_ads.evaluate import evaluate
from google_ads.sample import MAIN, SampleWorld
from state import UTC, Clock
from test_rules import plan

DAYS = " WHERE segments.date BETWEEN '2026-10-25' AND '2026-11-15'"
FIVE = ("impressions", "clicks", "cost_micros", "conversions",
        "all_conversions")


def make_world():
    """Returns the sample world at a fixed time."""
    clock = Clock()
    clock.set(datetime.datetime(2026, 11, 24, tzinfo=UTC))
    return SampleWorld(clock)


WORLD = make_world()


def rows(query, account=MAIN):
    """Returns the rows of a query as dicts by field name."""
    account = WORLD.accounts[account]
    made = rules.make_plan(gaql.parse(query), 26, WORLD.today(account), False)
    names = [f.name for f in made.select]
    return [dict(zip(names, row.values))
            for row in evaluate(made, WORLD, account)[0]]


class OneMetric(unittest.TestCase):

    def test_conversions_by_their_own_date_come_alone(self):
        found = rows("SELECT campaign.id, segments.date, %s, metrics."
                     "all_conversions_by_conversion_date FROM campaign%s" % (
                         ", ".join("metrics." + n for n in FIVE), DAYS))
        alone = [r for r in found if not any(r["metrics." + n]
                                             for n in FIVE)]
        self.assertGreater(len(alone), 3)
        for row in alone:
            self.assertGreater(
                row["metrics.all_conversions_by_conversion_date"], 0)

    def test_they_are_the_same_conversions(self):
        found = rows("SELECT metrics.conversions, metrics."
                     "conversions_by_conversion_date FROM customer WHERE "
                     "segments.date BETWEEN '2025-01-01' AND '2026-11-20'")[0]
        self.assertAlmostEqual(
            found["metrics.conversions_by_conversion_date"]
            / found["metrics.conversions"], 1, places=2)

    def test_keyword_segments_leave_out_what_no_keyword_brought(self):
        def total(segments):
            return sum(row["metrics.impressions"] for row in rows(
                "SELECT search_term_view.search_term%s, metrics.impressions "
                "FROM search_term_view%s" % (segments, DAYS)))
        by_keyword = total(", segments.keyword.ad_group_criterion, "
                           "segments.keyword.info.text")
        self.assertGreater(by_keyword, 0)
        self.assertLess(by_keyword, total(""))

    def test_view_through_comes_alone(self):
        found = rows("SELECT campaign.id, segments.date, %s, metrics."
                     "view_through_conversions FROM campaign%s" % (
                         ", ".join("metrics." + n for n in FIVE), DAYS))
        self.assertTrue(any(
            r["metrics.view_through_conversions"] and not any(
                r["metrics." + n] for n in FIVE) for r in found))


class Refusals(unittest.TestCase):

    def test_keyword_segments_go_with_search_terms(self):
        with self.assertRaises(gaql.QueryError) as caught:
            rows("SELECT segments.keyword.info.text, metrics.impressions "
                 "FROM campaign" + DAYS)
        self.assertEqual(caught.exception.code,
                         "PROHIBITED_SEGMENT_IN_SELECT_OR_WHERE_CLAUSE")

    def refuse(self, code, text, family="queryError"):
        with self.subTest(text):
            with self.assertRaises(gaql.QueryError) as caught:
                plan(text)
            self.assertEqual((caught.exception.code, caught.exception.family),
                             (code, family))

    def test_metrics_that_a_resource_lacks(self):
        for resource, metric, other in (
                ("performance_max_placement_view", "impressions", "clicks"),
                ("click_view", "clicks", "impressions"),
                ("conversion_action", "all_conversions", "conversions")):
            text = ("SELECT segments.date, metrics.%s FROM %s WHERE "
                    "segments.date = '2026-11-20'")
            plan(text % (metric, resource))
            self.refuse("PROHIBITED_METRIC_IN_SELECT_OR_WHERE_CLAUSE",
                        text % (other, resource))
        self.refuse("PROHIBITED_METRIC_IN_SELECT_OR_WHERE_CLAUSE",
                    "SELECT metrics.clicks FROM change_event")
        self.refuse("PROHIBITED_SEGMENT_IN_SELECT_OR_WHERE_CLAUSE",
                    "SELECT segments.year, metrics.all_conversions FROM "
                    "conversion_action WHERE segments.year = 2026")

    def test_what_splits_rows_is_selected_to_be_filtered(self):
        for resource in ("geographic_view", "campaign_budget"):
            text = "SELECT %%s, metrics.clicks FROM %s%s AND campaign.id = 1"
            text = text % (resource, DAYS)
            self.refuse("EXPECTED_REFERENCED_FIELD_IN_SELECT_CLAUSE",
                        text % "segments.date")
            plan(text % "segments.date, campaign.id")

    def test_click_view(self):
        text = "SELECT click_view.gclid, metrics.clicks FROM click_view"
        for condition in ("", DAYS, " WHERE segments.date >= '2026-11-20'"):
            self.refuse("EXPECTED_FILTER_ON_A_SINGLE_DAY", text + condition,
                        "clickViewError")
        plan(text + " WHERE segments.date = '2026-08-26'")
        plan(text + " WHERE segments.date BETWEEN '2026-11-20' AND "
             "'2026-11-20'")
        self.refuse("DATE_TOO_OLD", text + " WHERE segments.date = "
                    "'2026-08-25'", "clickViewError")

    def test_changes(self):
        for resource, field, first, family in (
                ("change_event", "change_date_time", "2026-10-25",
                 "changeEventError"),
                ("change_status", "last_change_date_time", "2026-08-26",
                 "changeStatusError")):
            text = "SELECT %s.%s FROM %s" % (resource, field, resource)
            name = "%s.%s" % (resource, field)
            low = " WHERE %s >= '2026-11-01'" % name
            high = " AND %s <= '2026-11-24 12:00:00'" % name
            plan(text + low + high + " LIMIT 10000")
            self.refuse("CHANGE_DATE_RANGE_INFINITE", text + " LIMIT 1",
                        family)
            self.refuse("CHANGE_DATE_RANGE_INFINITE",
                        text + low + " LIMIT 1", family)
            self.refuse("CHANGE_DATE_RANGE_NEGATIVE", text + low + " AND %s "
                        "< '2026-10-31' LIMIT 1" % name, family)
            self.refuse("LIMIT_NOT_SPECIFIED", text + low + high, family)
            self.refuse("INVALID_LIMIT_CLAUSE", text + low + high +
                        " LIMIT 10001", family)
            old = text + " WHERE %s >= '%%s'" % name + high + " LIMIT 1"
            plan(old % first)
            day = datetime.date.fromisoformat(first)
            self.refuse("START_DATE_TOO_OLD",
                        old % (day - datetime.timedelta(1)), family)


class Splits(unittest.TestCase):

    def test_rows_without_a_campaign_are_sums_over_campaigns(self):
        for resource, key in (
                ("geographic_view", "geographic_view.resource_name"),
                ("campaign_budget", "campaign_budget.id")):
            with self.subTest(resource):
                self.compare(resource, key)

    def compare(self, resource, key):
        text = ("SELECT %%ssegments.date, %s, metrics.impressions FROM %s%s"
                % (key, resource, DAYS))
        fine = rows(text % "campaign.id, ")
        whole = rows(text % "")
        self.assertGreater(len(fine), len(whole))
        total = collections.Counter()
        for row in fine:
            total[row["segments.date"], row[key]] += row[
                "metrics.impressions"]
        self.assertEqual(dict(total), {
            (r["segments.date"], r[key]): r["metrics.impressions"]
            for r in whole})
        wanted = {"resource": resource, "accounts": MAIN, "since":
                  "2026-10-25", "until": "2026-11-15", "metrics":
                  "impressions"}
        self.assertEqual(len(expected.expected_rows(WORLD, wanted)),
                         len(fine))
        merged = expected.expected_rows(WORLD, dict(wanted, split=""))
        self.assertEqual(len(merged), len(whole))
        self.assertNotIn("campaign.id", merged[0])
        self.assertEqual(expected.expected_rows(WORLD, dict(
            wanted, split="", fields="metrics.impressions,campaign.id")),
            [{"metrics.impressions": row["metrics.impressions"]}
             for row in merged])

    def test_entities_come_once(self):
        for resource in ("campaign_budget", "geographic_view"):
            names = [r[resource + ".resource_name"] for r in rows(
                "SELECT %s.resource_name FROM %s" % (resource, resource))]
            self.assertEqual(len(names), len(set(names)))
            self.assertEqual(len(names), len(expected.expected_rows(
                WORLD, {"resource": resource, "accounts": MAIN})))


class Dated(unittest.TestCase):

    def test_clicks(self):
        found = rows("SELECT click_view.gclid, campaign.id, ad_group.id, "
                     "metrics.clicks FROM click_view WHERE segments.date = "
                     "'2026-11-20'")
        self.assertGreater(len(found), 20)
        self.assertEqual({r["metrics.clicks"] for r in found}, {1})
        names = {r["click_view.gclid"] for r in found}
        self.assertEqual(len(names), len(found))
        self.assertEqual(len(expected.expected_rows(WORLD, {
            "resource": "click_view", "accounts": MAIN, "since":
            "2026-11-20", "until": "2026-11-20"})), len(found))

    def test_changes(self):
        select = ("SELECT change_event.change_date_time FROM change_event "
                  "WHERE change_event.change_date_time >= '%s' AND "
                  "change_event.change_date_time <= '%s' LIMIT %d")
        day = rows(select % ("2026-11-20", "2026-11-20 23:59:59.999999", 99))
        self.assertEqual(len(day), WORLD.changes_per_day)
        times = [r["change_event.change_date_time"] for r in day]
        self.assertEqual(times, sorted(times, reverse=True))
        # A date is its first moment.
        self.assertEqual(len(rows(select % ("2026-11-20", "2026-11-20", 99))),
                         1)
        self.assertEqual(len(rows(select % ("2026-11-20", "2026-11-23", 7))),
                         7)


class Actions(unittest.TestCase):

    def test_a_report_of_actions_is_the_segment(self):
        segments = rows("SELECT segments.date, segments.conversion_action, "
                        "metrics.all_conversions FROM customer" + DAYS)
        actions = rows("SELECT segments.date, conversion_action.resource_name,"
                       " metrics.all_conversions FROM conversion_action"
                       + DAYS)
        self.assertEqual(
            sorted(map(str, (tuple(r.values()) for r in segments))),
            sorted(map(str, (tuple(r.values()) for r in actions))))
        self.assertEqual(len(rows("SELECT conversion_action.id, metrics."
                                  "all_conversions FROM conversion_action"
                                  + DAYS)), 4)


if __name__ == "__main__":
    unittest.main()
