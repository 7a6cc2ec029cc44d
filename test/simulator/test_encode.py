"""The JSON of rows: value forms, presence, names."""

import datetime
import json
import re
import unittest

from google_ads import encode, fields, gaql, rules
from google_ads.evaluate import Row

KNOWN = fields.field_set(26).fields


def value(name, what):
    """Returns a field's value as it is encoded."""
    return encode.encode_value(KNOWN[name], what)


def encoder(query, seed="x"):
    """Returns the encoder of a query."""
    return encode.RowEncoder(rules.make_plan(
        gaql.parse(query), 26, datetime.date(2026, 11, 24), False), seed)


class Values(unittest.TestCase):

    def test_numbers(self):
        self.assertEqual(value("metrics.clicks", 2 ** 53 + 1),
                         '"9007199254740993"')
        self.assertEqual(value("metrics.clicks", 0), '"0"')
        self.assertEqual(
            value("ad_group_criterion.quality_info.quality_score", 7), "7")
        self.assertEqual(value("metrics.conversions", 4.416667), "4.416667")
        self.assertEqual(value("metrics.conversions", 0.1 + 0.2),
                         "0.30000000000000004")
        self.assertIn(value("metrics.conversions", 0.0), ("0", "0.0"))

    def test_doubles_read_back_the_same(self):
        number = re.compile(r"-?(0|[1-9]\d*)(\.\d+)?([eE][+-]?\d+)?\Z")
        for sample in (0.0, 3.0, 1e-7, 1.5e-7, 1e300, 1 / 3, -123.45, 250.0,
                       1e16, 5e-324, 123456789.123457, 1e22, 17.0, 120.0):
            text = encode.double(sample)
            self.assertTrue(number.match(text), text)
            self.assertEqual(json.loads(text), sample)

    def test_both_spellings_of_whole_doubles_occur(self):
        texts = {encode.double(float(n)).endswith(".0") for n in range(50)}
        self.assertEqual(texts, {True, False})

    def test_strings_read_back_the_same(self):
        samples = ["plain", "한빛 🚀", "a\tb\"c\\d'e", "<b>&=</b>", "\u2028",
                   "é" * 7, "끝", "\u007f"] + ["이름 %d" % n
                                               for n in range(20)]
        texts = [encode.string(s) for s in samples]
        self.assertEqual([json.loads(t) for t in texts], samples)
        for text in texts:
            self.assertFalse(any(ord(c) < 32 for c in text))
        korean = [t for t, s in zip(texts, samples) if "이름" in s]
        self.assertTrue(any("\\u" in t for t in korean))
        self.assertTrue(any("이" in t for t in korean))
        for sample in samples:
            escaped = encode.string(sample, ascii_only=True)
            self.assertTrue(escaped.isascii())
            self.assertEqual(json.loads(escaped), sample)

    def test_presence(self):
        self.assertIsNone(value("campaign.name", None))
        self.assertEqual(value("campaign.name", ""), '""')
        self.assertEqual(value("customer.manager", False), "false")
        self.assertIsNone(value("ad_group.optimized_targeting_enabled",
                                False))
        self.assertEqual(value("ad_group.optimized_targeting_enabled", True),
                         "true")
        self.assertIsNone(value("customer.optimization_score_weight", 0.0))
        self.assertIsNone(value("metrics.sk_ad_network_installs", 0))
        self.assertIsNone(value("campaign.status", "UNSPECIFIED"))
        self.assertEqual(value("campaign.status", "UNKNOWN"), '"UNKNOWN"')
        self.assertIsNone(value("campaign.labels", []))
        self.assertEqual(value("campaign.labels", ["a", "b"]), '["a","b"]')
        self.assertEqual(
            json.loads(value("ad_group_ad.ad.responsive_search_ad.headlines",
                             [{"text": "x"}])), [{"text": "x"}])


class Rows(unittest.TestCase):

    def test_camel(self):
        for snake, camel in (
                ("cost_micros", "costMicros"),
                ("video_quartile_p25_rate", "videoQuartileP25Rate"),
                ("google_analytics_4_settings", "googleAnalytics4Settings"),
                ("product_category_level1", "productCategoryLevel1")):
            self.assertEqual(fields.camel(snake), camel)

    def test_nesting_and_names(self):
        made = encoder(
            "SELECT ad_group_criterion.keyword.text, metrics.clicks, "
            "campaign.name FROM keyword_view")
        names = {"keyword_view": "K", "campaign": "C",
                 "ad_group_criterion": "A"}
        self.assertEqual(json.loads(made.row(Row(["t", 3, None], names))), {
            "adGroupCriterion": {"resourceName": "A",
                                 "keyword": {"text": "t"}},
            "metrics": {"clicks": "3"}, "campaign": {"resourceName": "C"},
            "keywordView": {"resourceName": "K"}})

    def test_omitted_names(self):
        made = encoder("SELECT campaign.name, metrics.average_cpc FROM "
                       "campaign PARAMETERS "
                       "omit_unselected_resource_names = true")
        names = {"campaign": "C"}
        self.assertEqual(json.loads(made.row(Row([None, 1.5], names))),
                         {"metrics": {"averageCpc": 1.5}})
        self.assertEqual(made.row(Row([None, None], names)), "{}")

    def test_key_order_differs(self):
        query = ("SELECT campaign.id, campaign.name, metrics.clicks, "
                 "segments.device FROM campaign")
        row = Row([1, "n", 2, "MOBILE"], {"campaign": "C"})
        texts = {encoder(query, seed).row(row) for seed in range(20)}
        self.assertGreater(len(texts), 5)
        self.assertEqual(len({json.dumps(json.loads(t), sort_keys=True)
                              for t in texts}), 1)

    def test_envelope(self):
        empty = json.loads(encode.envelope([], "a,b", None, None, 41))
        self.assertEqual(empty, {"fieldMask": "a,b",
                                 "queryResourceConsumption": "41"})
        full = json.loads(encode.envelope(["{}", "{}"], "a", "T", 9, 41))
        self.assertEqual(full["results"], [{}, {}])
        self.assertEqual(full["nextPageToken"], "T")
        self.assertEqual(full["totalResultsCount"], "9")


if __name__ == "__main__":
    unittest.main()
