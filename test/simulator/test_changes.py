"""Settings that are reset in an account, and the numbers that follow."""

import datetime
import unittest

from appsflyer import expected as appsflyer_expected
from appsflyer.sample import MAIN as APP, SampleWorld as AppWorld
from google_ads import expected
from google_ads.sample import MAIN, SampleWorld
from meta_ads import expected as meta_expected
from meta_ads.changes import Changes as MetaChanges
from meta_ads.sample import SampleWorld as MetaWorld
from state import UTC, Clock

NOW = datetime.datetime(2026, 11, 20, 3, tzinfo=UTC)


def sums(world, since, until, name="metrics.conversions"):
    """Returns the sum of a metric of the main account's campaigns."""
    return sum(float(row[name]) for row in expected.expected_rows(world, {
        "resource": "campaign", "since": since, "until": until,
        "accounts": MAIN}))


class GoogleChanges(unittest.TestCase):
    """Google Ads."""

    def setUp(self):
        self.clock = Clock()
        self.clock.set(NOW)
        self.world = SampleWorld(self.clock)
        self.account = self.world.accounts[MAIN]
        self.purchase = [a for a in self.account.conversion_actions
                         if a.traits["category"] == "PURCHASE"][0]

    def change(self, setting, value):
        """Changes a setting of the main account."""
        self.world.changes.change(self.account, setting, value)

    def test_secondary_action_counts_no_more(self):
        """Today loses its share, days before the window nothing, those
        between something; all_conversions stay."""
        today, recent = ("2026-11-20",) * 2, ("2026-11-05",) * 2
        old = ("2026-10-20",) * 2
        before = [sums(self.world, *days) for days in (today, recent, old)]
        every = sums(self.world, *today, "metrics.all_conversions")
        setting = "conversion_action/%d/primary_for_goal" % self.purchase.id
        self.change(setting, False)
        self.assertFalse(self.purchase.attrs["include_in_conversions_metric"])
        after = [sums(self.world, *days) for days in (today, recent, old)]
        self.assertAlmostEqual(after[0] / before[0], 1 / 3, 2)
        self.assertTrue(before[1] / 3 < after[1] < before[1])
        self.assertEqual(after[2], before[2])
        self.assertEqual(sums(self.world, *today, "metrics.all_conversions"),
                         every)
        self.change(setting, True)
        self.assertEqual([sums(self.world, *days)
                          for days in (today, recent, old)], before)

    def test_no_tags_no_conversions(self):
        """From the day on there are clicks without conversions."""
        before = sums(self.world, "2026-11-19", "2026-11-19")
        self.change("auto_tagging_enabled", False)
        self.assertEqual(sums(self.world, "2026-11-20", "2026-11-20"), 0)
        self.assertGreater(sums(self.world, "2026-11-20", "2026-11-20",
                                "metrics.clicks"), 0)
        self.assertEqual(sums(self.world, "2026-11-19", "2026-11-19"), before)

    def test_zone_and_delivery(self):
        """The account's today follows its zone; what does not deliver has no
        rows; reset undoes both."""
        self.change("time_zone", "America/Los_Angeles")
        self.assertEqual(self.world.today(self.account).day, 19)
        self.change("delivery", False)
        self.assertEqual(sums(self.world, "2026-11-19", "2026-11-19",
                              "metrics.clicks"), 0)
        self.assertGreater(sums(self.world, "2026-11-18", "2026-11-18",
                                "metrics.clicks"), 0)
        self.world.changes.reset()
        self.assertEqual(self.world.today(self.account).day, 20)
        self.assertEqual(self.account.entity.attrs["time_zone"], "Asia/Seoul")
        self.assertGreater(sums(self.world, "2026-11-19", "2026-11-19",
                                "metrics.clicks"), 0)

    def test_refused(self):
        """What there is not, or of another type, is an error."""
        for setting, value in (("time_zone", 9), ("conversion_action/1/name",
                               "x"), ("auto_tagging_enabled", "no"),
                               ("nonsense", True)):
            with self.assertRaises((KeyError, ValueError, TypeError)):
                self.change(setting, value)


class EventSwitchedOff(unittest.TestCase):
    """AppsFlyer."""

    def test_event_stops(self):
        """What happened before stays, what would come does not, in every
        kind of report."""
        clock = Clock()
        clock.set(NOW)
        world = AppWorld(clock)
        app = world.apps[APP]

        def days(table):
            rows = appsflyer_expected.expected_rows(world, {
                "resource": table, "since": "2026-11-01",
                "until": "2026-11-19", "accounts": APP})
            return {r["date_day"] for r in rows
                    if r["event_name"] == "af_purchase"}

        before = days("in_app_events")
        app.stopped["af_purchase"] = datetime.datetime(2026, 11, 10, tzinfo=UTC)
        after = days("in_app_events")
        self.assertEqual(after, {d for d in before if d <= max(after)})
        self.assertLessEqual(max(after), "2026-11-10")
        self.assertLessEqual(max(days("partners_event_daily")), "2026-11-10")
        self.assertGreater(max(before), "2026-11-10")


class AttributionChanged(unittest.TestCase):
    """Meta Ads."""

    def test_conversions_follow(self):
        """Conversions after a day of the click, or a view, do not count any
        more; set back, they do."""
        clock = Clock()
        clock.set(NOW)
        world = MetaWorld(clock)
        changes = MetaChanges(world)
        account = world.accounts["4567890123456789"]
        adset = account.children[0].children[0]

        def conversions():
            return [row["conversions"] for row in meta_expected.expected_rows(
                world, {"resource": "adset_daily", "since": "2026-11-01",
                        "until": "2026-11-19", "accounts": account.id})
                if row["adset_id"] == adset.id]

        before = conversions()
        setting = "adset/%s/attribution_setting" % adset.id
        changes.change(account.id, setting, "1d_click")
        self.assertNotEqual(conversions(), before)
        with self.assertRaises((KeyError, ValueError)):
            changes.change(account.id, setting, "99d_click")
        changes.reset()
        self.assertEqual(conversions(), before)


if __name__ == "__main__":
    unittest.main()
