"""Evaluation over the sample world, against what the world itself says."""

import collections
import datetime
import decimal
import unittest

import world as worlds
from google_ads import expected, gaql, rules
from google_ads.evaluate import evaluate
from google_ads.sample import DIRECT, MAIN, MANAGER, SampleWorld
from state import UTC, Clock

MONTH = "WHERE segments.date BETWEEN '2026-10-20' AND '2026-11-15'"


def make_world(now="2026-11-24T00:10:00+00:00"):
    """Returns the sample world at a fixed time."""
    clock = Clock()
    clock.set(datetime.datetime.fromisoformat(now).astimezone(UTC))
    return SampleWorld(clock)


WORLD = make_world()


def rows(query, account=MAIN, world=WORLD):
    """Returns the rows of a query as dicts by field name."""
    account = world.accounts[account]
    plan = rules.make_plan(gaql.parse(query), 26, world.today(account),
                           account.manager)
    names = [f.name for f in plan.select]
    return [dict(zip(names, row.values))
            for row in evaluate(plan, world, account)[0]]


def as_text(value):
    """Returns a value as expected.py spells it."""
    if isinstance(value, float):
        text = format(decimal.Decimal(repr(value)), "f")
        text = text.rstrip("0").rstrip(".") if "." in text else text
        return "0" if text == "-0" else text
    return None if value is None else str(value)


class Totals(unittest.TestCase):

    METRICS = ("impressions", "clicks", "cost_micros", "conversions",
               "conversions_value", "all_conversions")

    def test_every_grain_agrees_with_the_world(self):
        for resource, key in (("customer", "customer.id"),
                              ("campaign", "campaign.id"),
                              ("ad_group", "ad_group.id"),
                              ("ad_group_ad", "ad_group_ad.resource_name"),
                              ("keyword_view", "keyword_view.resource_name"),
                              ("search_term_view",
                               "search_term_view.resource_name")):
            for splits in ("date", "date,device,ad_network_type", "device"):
                with self.subTest((resource, splits)):
                    self.compare(resource, key, splits)

    def compare(self, resource, key, splits):
        segments = ["segments." + s for s in splits.split(",")]
        names = [key] + segments + ["metrics." + m for m in self.METRICS]
        wanted = expected.expected_rows(WORLD, {
            "resource": resource, "segments": splits, "accounts": MAIN,
            "since": "2026-10-20", "until": "2026-11-15",
            "metrics": ",".join(self.METRICS)})
        found = rows("SELECT %s FROM %s %s" % (", ".join(names), resource,
                                               MONTH))
        self.assertTrue(found)
        self.assertEqual(
            sorted([as_text(r[n]) for n in names] for r in found),
            sorted([r[n] for n in names] for r in wanted))

    def test_totals_add_up_over_days(self):
        days = collections.Counter()
        for row in rows("SELECT campaign.id, segments.date, metrics.clicks "
                        "FROM campaign " + MONTH):
            days[row["campaign.id"]] += row["metrics.clicks"]
        whole = rows("SELECT campaign.id, metrics.clicks FROM campaign "
                     + MONTH)
        self.assertEqual(len(whole), len(WORLD.accounts[MAIN].campaigns))
        for row in whole:
            self.assertEqual(row["metrics.clicks"], days[row["campaign.id"]])

    def test_periods(self):
        weeks = rows("SELECT segments.week, metrics.clicks FROM customer "
                     "WHERE segments.week BETWEEN '2026-10-26' AND "
                     "'2026-11-09'")
        self.assertEqual([str(r["segments.week"]) for r in weeks],
                         ["2026-10-26", "2026-11-02", "2026-11-09"])
        days = rows("SELECT metrics.clicks FROM customer WHERE segments.date "
                    "BETWEEN '2026-10-26' AND '2026-11-15'")
        self.assertEqual(sum(r["metrics.clicks"] for r in weeks),
                         days[0]["metrics.clicks"])
        year = rows("SELECT segments.year, metrics.clicks FROM customer "
                    "WHERE segments.year = 2025")
        months = rows("SELECT segments.month, metrics.clicks FROM customer "
                      "WHERE segments.month BETWEEN '2025-01-01' AND "
                      "'2025-12-01'")
        self.assertEqual(len(months), 12)
        self.assertEqual(year[0]["metrics.clicks"],
                         sum(r["metrics.clicks"] for r in months))

    def test_hours_and_actions_add_up(self):
        whole = rows("SELECT metrics.conversions, metrics.all_conversions, "
                     "metrics.impressions FROM customer " + MONTH)[0]
        hours = rows("SELECT segments.hour, metrics.impressions FROM "
                     "customer " + MONTH)
        self.assertEqual(sum(r["metrics.impressions"] for r in hours),
                         whole["metrics.impressions"])
        actions = rows("SELECT segments.conversion_action_name, "
                       "metrics.conversions, metrics.all_conversions FROM "
                       "customer " + MONTH)
        self.assertGreater(len(actions), 2)
        for name in ("metrics.conversions", "metrics.all_conversions"):
            self.assertAlmostEqual(sum(r[name] for r in actions),
                                   whole[name], places=3)

    def test_fine_and_coarse_decimals_agree(self):
        fine = collections.defaultdict(decimal.Decimal)
        for row in rows("SELECT campaign.id, segments.date, "
                        "metrics.conversions FROM campaign " + MONTH):
            fine[row["campaign.id"]] += decimal.Decimal(
                repr(row["metrics.conversions"]))
        for row in rows("SELECT campaign.id, metrics.conversions FROM "
                        "campaign " + MONTH):
            self.assertEqual(decimal.Decimal(repr(
                row["metrics.conversions"])), fine[row["campaign.id"]])


class ZeroRows(unittest.TestCase):

    def test_unsegmented_keeps_idle_entities(self):
        found = rows("SELECT campaign.name, metrics.clicks FROM campaign "
                     + MONTH)
        self.assertIn({"campaign.name": "Never delivered",
                       "metrics.clicks": 0}, found)

    def test_segmented_drops_rows_by_the_selected_metrics(self):
        select = ("SELECT segments.date, %s FROM campaign WHERE campaign.name"
                  " = 'Late and view-through' AND segments.date BETWEEN "
                  "'2026-10-01' AND '2026-10-31'")
        clicks = rows(select % "metrics.clicks")
        presence = rows(select % "metrics.clicks, metrics.impressions, "
                        "metrics.cost_micros, metrics.conversions, "
                        "metrics.all_conversions")
        every = rows(select % "metrics.clicks, metrics.impressions, "
                     "metrics.cost_micros, metrics.conversions, "
                     "metrics.all_conversions, "
                     "metrics.view_through_conversions")
        self.assertLess(len(clicks), len(presence))
        self.assertLess(len(presence), len(every))
        self.assertTrue(all(r["metrics.clicks"] for r in clicks))

    def test_segment_of_another_kind_drops_too(self):
        found = rows("SELECT campaign.name, segments.device, metrics.clicks "
                     "FROM campaign " + MONTH)
        self.assertNotIn("Never delivered",
                         {r["campaign.name"] for r in found})

    def test_metric_conditions_work_on_sums(self):
        whole = rows("SELECT campaign.id, metrics.clicks FROM campaign "
                     + MONTH)
        middle = sorted(r["metrics.clicks"] for r in whole)[len(whole) // 2]
        found = rows("SELECT campaign.id FROM campaign %s AND metrics.clicks "
                     "> %d" % (MONTH, middle))
        self.assertEqual(
            {r["campaign.id"] for r in found},
            {r["campaign.id"] for r in whole if r["metrics.clicks"] > middle})


class Conditions(unittest.TestCase):

    def names(self, condition):
        return sorted(r["campaign.name"] for r in rows(
            "SELECT campaign.name FROM campaign WHERE " + condition))

    def test_case(self):
        self.assertEqual(self.names("campaign.name = 'spring sale'"),
                         ["spring sale"])
        every = ["SPRING SALE", "Spring Sale", "spring sale"]
        self.assertEqual(self.names("campaign.name LIKE 'SPRING%'"), every)
        self.assertEqual(self.names("campaign.name REGEXP_MATCH 'spring.*'"),
                         ["spring sale"])
        self.assertEqual(
            self.names("campaign.name REGEXP_MATCH '(?i)spring.*'"), every)
        self.assertEqual(self.names("campaign.name REGEXP_MATCH 'spring'"),
                         [])

    def test_like_brackets(self):
        one = ["100% off_now [a]_b"]
        self.assertEqual(
            self.names("campaign.name LIKE '100[%] off[_]now [[]a[]]%'"), one)
        self.assertEqual(self.names("campaign.name LIKE '%[%]%off%'"), one)
        self.assertEqual(self.names("campaign.name LIKE '[_]%'"), [])

    def test_awkward_texts(self):
        for name in ("Brand 'single' quotes", "Brand \"double\" quotes",
                     "back\\slash \\n and \\u0041", "tab\there",
                     "🚀 세일 🛍️ <b>50%</b> & more"):
            text = name.replace("\\", "\\\\").replace("'", "\\'").replace(
                "\t", "\\t")
            self.assertEqual(self.names("campaign.name = '%s'" % text),
                             [name])

    def test_unset_values(self):
        every = len(self.names("campaign.name IS NOT NULL"))
        without = self.names("campaign.end_date_time IS NULL")
        self.assertEqual(len(without), every - 1)
        self.assertEqual(self.names(
            "campaign.advertising_channel_sub_type = 'UNSPECIFIED'").__len__(),
            every - 1)
        self.assertEqual(len(self.names(
            "campaign.labels CONTAINS NONE ('x')")), every)

    def test_order_and_limit(self):
        found = rows("SELECT campaign.id, campaign.name FROM campaign ORDER "
                     "BY campaign.name DESC LIMIT 3")
        names = self.names("campaign.id > 0")
        self.assertEqual([r["campaign.name"] for r in found],
                         names[::-1][:3])


class Worldly(unittest.TestCase):

    def test_nothing_after_today(self):
        query = ("SELECT segments.date, metrics.impressions FROM customer "
                 "WHERE segments.date BETWEEN '2026-11-01' AND '2026-12-31'")
        late = make_world("2026-11-23T14:59:30+00:00")
        later = make_world("2026-11-23T15:00:30+00:00")
        for world, last in ((late, "2026-11-23"), (later, "2026-11-24")):
            self.assertEqual(str(max(
                r["segments.date"] for r in rows(query, MAIN, world))), last)
        self.assertEqual(str(max(r["segments.date"] for r in rows(
            query, "3456789012", late))), "2026-11-24")
        self.assertEqual(str(max(r["segments.date"] for r in rows(
            query, DIRECT, later))), "2026-11-23")

    def test_days_never_change(self):
        query = ("SELECT campaign.id, segments.date, metrics.cost_micros, "
                 "metrics.conversions FROM campaign " + MONTH)
        other = make_world("2027-05-05T00:00:00+00:00")
        self.assertEqual(rows(query), rows(query, MAIN, other))

    def test_awkward_numbers_exist(self):
        found = rows("SELECT segments.date, metrics.impressions, "
                     "metrics.cost_micros FROM campaign WHERE campaign.name "
                     "= 'Huge' AND segments.date = '2026-11-01'")[0]
        self.assertGreater(found["metrics.impressions"], 2 ** 31)
        self.assertGreater(found["metrics.cost_micros"], 2 ** 53)
        digits = rows("SELECT campaign.name, segments.date, "
                      "metrics.conversions FROM campaign " + MONTH,
                      "3456789012")
        texts = {repr(r["metrics.conversions"]) for r in digits
                 if r["campaign.name"] == "Awkward digits"}
        self.assertIn("1e-07", texts)
        self.assertIn("0.30000000000000004", texts)
        values = rows("SELECT campaign.name, segments.date, "
                      "metrics.conversions_value FROM campaign " + MONTH)
        self.assertTrue(any(r["metrics.conversions_value"] < 0
                            for r in values))

    def test_levels(self):
        def total(resource):
            found = rows("SELECT %s.resource_name, metrics.clicks FROM %s %s"
                         " AND campaign.advertising_channel_type = SEARCH" % (
                             resource, resource, MONTH))
            return sum(r["metrics.clicks"] for r in found)
        campaigns = total("campaign")
        self.assertEqual(total("ad_group"), campaigns)
        self.assertEqual(total("ad_group_ad"), campaigns)
        self.assertEqual(total("keyword_view"), campaigns)
        self.assertLess(total("search_term_view"), campaigns)

    def test_hierarchy(self):
        found = rows("SELECT customer_client.id, customer_client.level FROM "
                     "customer_client WHERE customer_client.manager = FALSE "
                     "AND customer_client.status = ENABLED", MANAGER)
        levels = collections.defaultdict(set)
        for row in found:
            levels[row["customer_client.id"]].add(
                row["customer_client.level"])
        self.assertEqual(levels[5678901234], {1, 2})
        self.assertNotIn(1111111111, levels)

    def test_cut_vectors_add_up(self):
        whole = tuple(10 ** 17 * n + 12345678901234567 * n
                      for n in range(len(worlds.METRICS)))
        parts = [worlds.cut_vector(whole, [3, 1, 7, 2], i) for i in range(4)]
        self.assertEqual(worlds.add_vectors(parts), whole)

    def test_expected_refuses_nonsense(self):
        for params in ({"resource": "nope"},
                       {"resource": "campaign", "nope": "1"},
                       {"resource": "label", "since": "2026-11-01",
                        "until": "2026-11-02"},
                       {"resource": "campaign", "segments": "nope",
                        "since": "2026-11-01", "until": "2026-11-02"}):
            with self.assertRaises(ValueError):
                expected.expected_rows(WORLD, params)


if __name__ == "__main__":
    unittest.main()
