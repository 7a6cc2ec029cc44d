"""What Meta restates, and what people do to campaigns meanwhile."""

import collections
import datetime
import decimal

from meta_ads.expected import expected_rows
from meta_ads.sample import DIRECT, SampleWorld
from state import Clock
from test_meta_api import NOW, Surface, days

TODAY = datetime.date(2026, 11, 23)    # at NOW, in Los Angeles
DAY = datetime.timedelta(1)
COUNTS = ("impressions", "clicks", "inline_link_clicks", "spend")


class Restated(Surface):
    """One account in several generations."""

    def rows(self, resource, since=TODAY - 10 * DAY, until=TODAY):
        """Returns what a correct reader ends up with."""
        return self.api.expected_rows({
            "resource": resource, "accounts": DIRECT, "since":
            since.isoformat(), "until": until.isoformat(), "without": ""})

    def numbers(self, resource, key, *span):
        """Returns {key: sums} of a report."""
        found = collections.defaultdict(lambda: [0] * len(COUNTS))
        for row in self.rows(resource, *span):
            sums = found[tuple(row[name] for name in key)]
            for index, name in enumerate(COUNTS):
                sums[index] += decimal.Decimal(row[name])
        return found

    def test_changes(self):
        key = ("ad_id", "date_day")
        first = self.numbers("ad_daily", key)
        self.api.restate(1)
        later = self.numbers("ad_daily", key)
        self.assertTrue(set(first) - set(later))
        self.assertFalse(set(later) - set(first))
        more = [k for k in later if later[k] != first[k]]
        self.assertTrue(more)
        for k in more:
            self.assertTrue(all(new >= old for new, old in zip(
                later[k], first[k])), k)
        empty = {day for _, day in first} - {day for _, day in later}
        self.assertEqual(empty, {(TODAY - 4 * DAY).isoformat()})
        self.api.restate(2)
        self.assertNotEqual(self.numbers("ad_daily", key), later)

    def test_reach(self):
        last = TODAY - 28 * DAY
        before = self.rows("ad_daily", last - 5 * DAY, last - DAY)
        of_last = self.numbers("ad_daily", ("ad_id",), last, last)
        self.api.restate(1)
        names = {n.id: n.attrs["name"]
                 for n in self.world.accounts[DIRECT].children}
        for row in before:
            row["campaign_name"] = names[row["campaign_id"]]
        self.assertEqual(
            self.rows("ad_daily", last - 5 * DAY, last - DAY), before)
        self.assertNotEqual(
            self.numbers("ad_daily", ("ad_id",), last, last), of_last)

    def test_actions_follow(self):
        first = {(r["ad_id"], r["date_day"], r["action_type"]): r
                 for r in self.rows("ad_action_daily")}
        self.api.restate(1)
        links = self.numbers("ad_daily", ("ad_id", "date_day"))
        changed = 0
        for row in self.rows("ad_action_daily"):
            key = row["ad_id"], row["date_day"], row["action_type"]
            changed += row != first.get(key)
            if row["action_type"] == "link_click":
                self.assertEqual(decimal.Decimal(row["action_count"]),
                                 links[key[:2]][2])
        self.assertTrue(changed)

    def test_late_purchases(self):
        span = datetime.date(2026, 11, 1), datetime.date(2026, 11, 20)
        first = self.rows("ad_daily", *span)
        self.api.restate(1)
        later = {(r["ad_id"], r["date_day"]): r
                 for r in self.rows("ad_daily", *span)}
        pairs = [(later[key], row) for row in first
                 if row["impressions"] == "0"
                 for key in [(row["ad_id"], row["date_day"])] if key in later]
        self.assertTrue(any(
            decimal.Decimal(new["conversions"])
            > decimal.Decimal(old["conversions"]) for new, old in pairs))
        self.assertTrue(all(new["impressions"] == "0" for new, _ in pairs))

    def test_grains_agree(self):
        self.api.restate(1)
        whole = self.numbers("account_daily", ("date_day",))
        self.assertTrue(whole)
        for resource in ("campaign_daily", "ad_daily",
                         "campaign_age_gender_daily",
                         "campaign_placement_daily", "campaign_hourly"):
            self.assertEqual(self.numbers(resource, ("date_day",)), whole)
        told = {r["date_start"]: [decimal.Decimal(r[name]) for name in COUNTS]
                for r in self.report(
                    DIRECT, level="account", time_increment="1",
                    fields=",".join(COUNTS), time_range=days(
                        (TODAY - 10 * DAY).isoformat(), TODAY.isoformat()))}
        self.assertEqual(told, {day: sums
                                for (day,), sums in whole.items()})

    def test_campaigns(self):
        first = {r["id"]: r for r in self.rows("campaigns")}
        self.api.restate(1)
        later = {r["id"]: r for r in self.rows("campaigns")}
        self.assertEqual(set(first), set(later))
        changed = [(first[i]["name"], later[i]["name"],
                    later[i]["effective_status"])
                   for i in first if first[i] != later[i]]
        self.assertEqual(changed, [("Brand", "Brand (1)", "ACTIVE"),
                                   ("Generic", "Generic", "ARCHIVED"),
                                   ("Prospecting", "Prospecting", "DELETED")])
        self.assertEqual({r["name"] for r in self.all_rows(
            "act_%s/campaigns" % DIRECT, fields="name")} & {
                "Brand", "Brand (1)", "Prospecting"}, {"Brand (1)"})
        campaign = {r["campaign_name"] for r in self.rows("campaign_daily")}
        self.assertTrue(campaign >= {"Brand (1)", "Generic", "Prospecting"})

    def test_back(self):
        names = ("ad_daily", "ads", "adsets", "campaigns")
        first = [self.rows(name) for name in names]
        self.api.restate(3)
        self.assertNotEqual([self.rows(name) for name in names], first)
        self.api.restate(0)
        self.assertEqual([self.rows(name) for name in names], first)
        self.api.restate(1)
        self.api.reset()
        self.assertEqual([self.rows(name) for name in names], first)
        clock = Clock()
        clock.set(NOW)
        fresh = SampleWorld(clock)
        self.assertEqual(expected_rows(fresh, {
            "resource": "ad_daily", "accounts": DIRECT, "without": "",
            "since": (TODAY - 10 * DAY).isoformat(),
            "until": TODAY.isoformat()}), first[0])
