"""The platform's semantic rules, one refusal or permission each."""

import datetime
import unittest

from google_ads import fields, gaql, rules

TODAY = datetime.date(2026, 11, 24)
RANGE = " WHERE segments.date BETWEEN '2026-11-01' AND '2026-11-10'"


def plan(text, version=26, manager=False):
    """Returns the Plan of a query."""
    return rules.make_plan(gaql.parse(text), version, TODAY, manager)


class Rules(unittest.TestCase):

    def refuse(self, code, text, version=26, **more):
        with self.subTest(text):
            with self.assertRaises(gaql.QueryError) as caught:
                plan(text, version, **more)
            self.assertEqual(caught.exception.code, code)
            return caught.exception

    def test_unknown_names(self):
        error = self.refuse("UNRECOGNIZED_FIELD",
                            "SELECT campaign.nope FROM campaign")
        self.assertIn("'campaign.nope'", error.message)
        self.refuse("UNRECOGNIZED_FIELD", "SELECT campaign.id FROM campaign "
                    "WHERE campaign.nope = 1")
        self.refuse("BAD_RESOURCE_TYPE_IN_FROM_CLAUSE",
                    "SELECT campaign.id FROM nope")
        self.refuse("EXPECTED_FROM", "SELECT campaign.id")
        self.refuse("PROHIBITED_RESOURCE_TYPE_IN_SELECT_CLAUSE",
                    "SELECT campaign FROM campaign")

    def test_foreign_fields(self):
        self.refuse("PROHIBITED_RESOURCE_TYPE_IN_SELECT_CLAUSE",
                    "SELECT ad_group.id FROM campaign")
        self.refuse("PROHIBITED_SEGMENT_IN_SELECT_OR_WHERE_CLAUSE",
                    "SELECT segments.hour FROM search_term_view")
        self.refuse("PROHIBITED_METRIC_IN_SELECT_OR_WHERE_CLAUSE",
                    "SELECT metrics.clicks FROM label")
        self.refuse("PROHIBITED_METRIC_IN_SELECT_OR_WHERE_CLAUSE",
                    "SELECT metrics.unique_users FROM keyword_view")

    def test_versions(self):
        self.refuse("UNRECOGNIZED_FIELD",
                    "SELECT campaign.start_date FROM campaign", 23)
        plan("SELECT campaign.start_date_time FROM campaign", 23)
        self.refuse("UNRECOGNIZED_FIELD",
                    "SELECT metrics.video_views FROM campaign")
        self.refuse("UNRECOGNIZED_FIELD", "SELECT segments.gender, "
                    "metrics.clicks FROM campaign", 24)
        plan("SELECT segments.gender, metrics.clicks FROM campaign", 25)
        name = ("customer.conversion_tracking_setting."
                "enhanced_conversions_for_leads_enabled")
        plan("SELECT %s FROM customer" % name, 25)
        self.refuse("UNRECOGNIZED_FIELD", "SELECT %s FROM customer" % name)

    def test_finite_date_range(self):
        select = "SELECT segments.date, metrics.clicks FROM campaign"
        self.refuse("EXPECTED_FILTERS_ON_DATE_RANGE", select)
        self.refuse("EXPECTED_FILTERS_ON_DATE_RANGE",
                    select + " WHERE segments.date >= '2026-11-01'")
        self.refuse("EXPECTED_FILTERS_ON_DATE_RANGE", "SELECT segments.year, "
                    "metrics.clicks FROM campaign WHERE segments.year > 2025")
        for condition in ("= '2026-11-01'", "DURING TODAY",
                          "IN ('2026-11-01', '2026-11-09')",
                          ">= '2026-11-01' AND segments.date < '20261103'"):
            plan(select + " WHERE segments.date " + condition)
        plan("SELECT metrics.clicks FROM campaign WHERE segments.date >= "
             "'2026-11-01'")

    def test_range_limits(self):
        plan_of = plan("SELECT segments.date, metrics.clicks FROM campaign "
                       "WHERE segments.date > '2026-10-31' AND segments.date "
                       "<= '2026-11-10' AND segments.month = '2026-11-01'")
        self.assertEqual(plan_of.range.first, datetime.date(2026, 11, 1))
        self.assertEqual(plan_of.range.last, datetime.date(2026, 11, 10))

    def test_bad_dates(self):
        select = "SELECT metrics.clicks FROM campaign WHERE segments."
        self.refuse("INVALID_DATE_FORMAT", select + "date = '2026-11-31'")
        self.refuse("INVALID_DATE_FORMAT", select + "date = '2026-1-1'")
        self.refuse("INVALID_DATE_FORMAT", select + "date = 20261101")
        self.refuse("DATE_RANGE_TOO_NARROW", select +
                    "date BETWEEN '2026-11-02' AND '2026-11-01'")
        self.refuse("MISALIGNED_DATE_FOR_FILTER",
                    select + "week = '2026-11-03'")
        self.refuse("MISALIGNED_DATE_FOR_FILTER",
                    select + "month BETWEEN '2026-10-01' AND '2026-11-02'")
        plan(select + "week = '2026-11-02'")

    def test_retention(self):
        select = ("SELECT segments.date, metrics.clicks FROM campaign WHERE "
                  "segments.date BETWEEN '%s' AND '2026-11-01'")
        plan(select % "2023-10-24")
        error = self.refuse("REQUESTED_DATE_GRANULARITY_NOT_SUPPORTED",
                            select % "2023-10-23")
        self.assertEqual(error.family, "dateRangeError")
        month = ("SELECT segments.month, metrics.clicks FROM campaign WHERE "
                 "segments.month BETWEEN '%s' AND '2026-11-01'")
        plan(month % "2016-01-01")
        self.refuse("REQUESTED_DATE_GRANULARITY_NOT_SUPPORTED",
                    month % "2015-11-01")

    def test_segments_in_where(self):
        self.refuse("EXPECTED_REFERENCED_FIELD_IN_SELECT_CLAUSE",
                    "SELECT metrics.clicks FROM campaign WHERE "
                    "segments.device = MOBILE")
        plan("SELECT segments.device, metrics.clicks FROM campaign WHERE "
             "segments.device = MOBILE")

    def test_combinations(self):
        self.refuse("PROHIBITED_SEGMENT_WITH_METRIC_IN_SELECT_OR_WHERE_CLAUSE",
                    "SELECT segments.conversion_action_name, metrics.clicks "
                    "FROM campaign")
        self.refuse("PROHIBITED_SEGMENT_WITH_METRIC_IN_SELECT_OR_WHERE_CLAUSE",
                    "SELECT segments.conversion_action, metrics.conversions "
                    "FROM campaign WHERE metrics.impressions > 0")
        self.refuse("PROHIBITED_SEGMENT_WITH_METRIC_IN_SELECT_OR_WHERE_CLAUSE",
                    "SELECT segments.hour, metrics.search_impression_share "
                    "FROM campaign")
        plan("SELECT segments.conversion_action_name, metrics.conversions "
             "FROM campaign")

    def test_unique_users(self):
        select = ("SELECT metrics.unique_users FROM campaign WHERE "
                  "segments.date BETWEEN '%s' AND '2026-11-01'")
        plan(select % "2026-08-02")
        self.refuse("DATE_RANGE_TOO_WIDE", select % "2026-08-01")
        self.refuse("DATE_RANGE_TOO_WIDE",
                    "SELECT metrics.unique_users FROM campaign")

    def test_manager(self):
        self.refuse("REQUESTED_METRICS_FOR_MANAGER",
                    "SELECT metrics.clicks FROM customer", manager=True)
        plan("SELECT customer.id FROM customer", manager=True)

    def test_order(self):
        self.refuse("EXPECTED_REFERENCED_FIELD_IN_SELECT_CLAUSE",
                    "SELECT campaign.id FROM campaign ORDER BY campaign.name")
        self.refuse("PROHIBITED_FIELD_IN_ORDER_BY_CLAUSE",
                    "SELECT campaign.labels FROM campaign ORDER BY "
                    "campaign.labels")


class Operators(unittest.TestCase):
    """The operator table, tried whole against a field of every type."""

    SAMPLES = {
        "campaign.name": ("STRING", "'a'"),
        "campaign.id": ("INT64", "1"),
        "ad_group_criterion.quality_info.quality_score": ("INT32", "1"),
        "campaign.optimization_score": ("DOUBLE", "1.5"),
        "campaign.status": ("ENUM", "ENABLED"),
        "customer.manager": ("BOOLEAN", "TRUE"),
        "campaign.resource_name": ("RESOURCE_NAME", "'customers/1'"),
        "segments.date": ("DATE", "'2026-11-01'"),
    }
    LISTS = ("IN", "NOT IN")
    ORDERED = ("=", "!=", "<", ">", "<=", ">=", "BETWEEN") + LISTS
    ALLOWED = {
        "STRING": ("=", "!=", "LIKE", "NOT LIKE", "REGEXP_MATCH",
                   "NOT REGEXP_MATCH") + LISTS,
        "INT64": ORDERED,
        "INT32": ORDERED,
        "DOUBLE": ("=", "!=", "<", ">") + LISTS,
        "ENUM": ("=", "!=") + LISTS,
        "BOOLEAN": ("=", "!="),
        "RESOURCE_NAME": ("=", "IN"),
        "DATE": ("=", "<", ">", "<=", ">=", "IN", "BETWEEN", "DURING"),
    }
    FORMS = {"BETWEEN": "{v} AND {v}", "DURING": "TODAY"}

    def test_table(self):
        every = sorted(set(sum(self.ALLOWED.values(), ()))
                       | {"CONTAINS ANY", "CONTAINS ALL", "CONTAINS NONE"})
        for name, (kind, value) in self.SAMPLES.items():
            allowed = self.ALLOWED[kind]
            for op in every:
                form = self.FORMS.get(op, "{v}")
                if op in ("IN", "NOT IN") or op.startswith("CONTAINS"):
                    form = "({v})"
                text = ("SELECT customer.id FROM keyword_view WHERE %s %s %s"
                        % (name, op, form.format(v=value)))
                with self.subTest(text):
                    if op in allowed:
                        plan(text)
                        continue
                    with self.assertRaises(gaql.QueryError) as caught:
                        plan(text)
                    self.assertEqual(caught.exception.code,
                                     "OPERATOR_FIELD_MISMATCH")

    def test_values(self):
        def code_of(condition):
            with self.assertRaises(gaql.QueryError) as caught:
                plan("SELECT campaign.id FROM campaign WHERE " + condition)
            return caught.exception.code
        self.assertEqual(code_of("campaign.status = OPEN"),
                         "BAD_ENUM_CONSTANT")
        self.assertEqual(code_of("campaign.status IN ('ENABLED', 'enabled')"),
                         "BAD_ENUM_CONSTANT")
        self.assertEqual(code_of("campaign.id = '1'"), "BAD_VALUE")
        self.assertEqual(code_of("campaign.name = 1"), "BAD_VALUE")
        self.assertEqual(code_of("campaign.id = 9223372036854775808"),
                         "BAD_VALUE")
        self.assertEqual(code_of("campaign.name LIKE 'a[b]'"),
                         "INVALID_VALUE_WITH_LIKE_OPERATOR")
        self.assertEqual(code_of("campaign.labels = 'x'"),
                         "OPERATOR_FIELD_MISMATCH")
        self.assertEqual(code_of("campaign.url_custom_parameters = 'x'"),
                         "PROHIBITED_FIELD_IN_WHERE_CLAUSE")
        numbers = ", ".join(str(n) for n in range(20001))
        self.assertEqual(code_of("campaign.id IN (%s)" % numbers),
                         "FILTER_HAS_TOO_MANY_VALUES")
        plan("SELECT campaign.id FROM campaign WHERE campaign.id IN (%s)"
             % numbers[:numbers.rindex(",")])
        plan("SELECT campaign.id FROM campaign WHERE campaign.status = "
             "'PAUSED' AND campaign.labels CONTAINS ANY ('x')")


class Metadata(unittest.TestCase):

    def test_records(self):
        known = fields.field_set(26)
        record = known.describe("campaign.status")
        self.assertEqual(record["data_type"], "ENUM")
        self.assertIn("UNKNOWN", record["enum_values"])
        view = known.describe("keyword_view")
        self.assertIn("ad_group_criterion", view["attribute_resources"])
        self.assertIn("segments.date", view["segments"])
        clicks = known.describe("metrics.clicks")
        self.assertIn("campaign", clicks["selectable_with"])
        self.assertNotIn("metrics.impressions", clicks["selectable_with"])
        self.assertIsNone(known.describe("campaign.start_date"))


if __name__ == "__main__":
    unittest.main()
