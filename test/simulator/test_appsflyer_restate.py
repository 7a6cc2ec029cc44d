"""What AppsFlyer says otherwise after days: of users and of ads."""

import collections
import datetime
import decimal

from appsflyer.restate import ADS_REACH, USERS_REACH
from appsflyer.sample import MAIN, MAIN_IOS
from test_appsflyer_base import NOW, Surface

TODAY = NOW.date()
DAY = datetime.timedelta(1)


class Restated(Surface):
    """Apps in several generations."""

    def rows_of(self, table, since=TODAY - 9 * DAY, until=TODAY, app=MAIN):
        """Returns what a correct reader ends up with, in an order."""
        return sorted(self.world(table, accounts=app, since=since.isoformat(),
                                 until=until.isoformat()), key=str)

    def sums(self, table, name, *span):
        """Returns {day: sum of a column}."""
        found = collections.Counter()
        for row in self.rows_of(table, *span):
            found[row["date_day"]] += decimal.Decimal(row[name] or 0)
        return {day: n for day, n in found.items() if n}

    def users(self, since=TODAY - 9 * DAY, until=TODAY):
        """Returns the number of installs by day, from their rows."""
        return collections.Counter(
            row["date_day"] for table in ("installs", "organic_installs")
            for row in self.rows_of(table, since, until))

    def test_users(self):
        first = self.rows_of("installs")
        self.api.restate(1)
        later = self.rows_of("installs")
        new = [r for r in later if r not in first]
        gone = [r for r in first if r not in later]
        self.assertTrue(new)
        self.assertTrue(gone)
        empty = TODAY - USERS_REACH * DAY
        self.assertTrue({r["date_day"] for r in new + gone} <= {
            (empty + n * DAY).isoformat() for n in range(3)})
        self.assertEqual({r["date_day"] for r in first} - {
            r["date_day"] for r in later}, {empty.isoformat()})
        self.assertEqual(self.rows_of("partners_daily", empty, empty), [])
        self.api.restate(2)
        self.assertNotEqual(self.rows_of("installs"), later)

    def test_ads(self):
        key = ("date_day", "agency", "media_source", "campaign_name")

        def ads():
            return {tuple(row[name] for name in key): [
                decimal.Decimal(row[name] or 0)
                for name in ("impressions", "clicks", "spend")]
                    for row in self.rows_of(
                        "partners_daily", TODAY - 9 * DAY,
                        TODAY - (USERS_REACH + 1) * DAY)}
        first = ads()
        self.api.restate(1)
        later = ads()
        emptied = (TODAY - 4 * DAY).isoformat()
        changed = {k[0] for k in first if first[k] != later.get(k)}
        self.assertTrue(len(changed) > 2)
        self.assertTrue(min(changed) >= (
            TODAY - ADS_REACH * DAY).isoformat())
        self.assertTrue(any(k in later and later[k] > first[k] > [0] * 3
                            for k in first))
        self.assertTrue(any(k[0] == emptied for k in later))
        self.assertTrue(all(n == [0] * 3 for k, n in later.items()
                            if k[0] == emptied))

    def test_reach(self):
        tables = ("partners_daily", "geo_retargeting_daily", "in_app_events",
                  "blocked_installs", "cohort")
        span = TODAY - 12 * DAY, TODAY - (ADS_REACH + 1) * DAY
        first = [self.rows_of(table, *span) for table in tables]
        self.api.restate(1)
        self.assertEqual([self.rows_of(table, *span) for table in tables],
                         first)

    def test_grains_agree(self):
        self.api.restate(1)
        for name in ("installs", "clicks", "spend", "revenue", "sessions"):
            self.assertEqual(self.sums("geo_daily", name),
                             self.sums("partners_daily", name))
        self.assertEqual(self.sums("partners_daily", "installs"),
                         self.users())
        span = TODAY - 9 * DAY, TODAY - 3 * DAY
        for name in ("installs", "clicks", "spend"):
            self.assertEqual(self.sums("master_daily", name, *span),
                             self.sums("partners_daily", name, *span))
        told = collections.Counter()
        for row in self.rows(self.aggregate(from_="2026-11-15",
                                            to="2026-11-24")):
            told[row["Date"]] += int(row["Installs"])
        self.assertEqual({d: n for d, n in told.items() if n}, self.users())

    def test_skan(self):
        until = TODAY - (ADS_REACH + 2) * DAY
        spans = (until - 5 * DAY, until), (until + DAY, TODAY)
        first = [self.rows_of("skan_daily", *span, MAIN_IOS)
                 for span in spans]
        self.api.restate(1)
        later = [self.rows_of("skan_daily", *span, MAIN_IOS)
                 for span in spans]
        self.assertEqual(later[0], first[0])
        self.assertNotEqual(later[1], first[1])

    def test_back(self):
        tables = ("partners_daily", "installs", "blocked_installs",
                  "conversions_retargeting")
        first = [self.rows_of(table) for table in tables]
        self.api.restate(3)
        for table, rows in zip(tables, first):
            self.assertNotEqual(self.rows_of(table), rows)
        self.api.restate(0)
        self.assertEqual([self.rows_of(table) for table in tables], first)
        self.api.restate(1)
        self.api.reset()
        self.assertEqual([self.rows_of(table) for table in tables], first)
