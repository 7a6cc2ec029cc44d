"""The SKAdNetwork APIs: that a careful reader of the CSV ends up with the world,
what a missing conversion value is, and the limits."""

import collections
import datetime

from appsflyer import postbacks
from appsflyer.sample import MAIN, MAIN_IOS, WEST
from test_appsflyer_base import Surface
from test_appsflyer_reports import bag, name, number

DAYS = [datetime.date(2026, 11, 9) + datetime.timedelta(n) for n in range(4)]


class Skan(Surface):

    def setUp(self):
        super().setUp()
        self.settings.change({"appsflyer_skan_minute": 1000})

    def skan(self, kind="skadnetworks", app=MAIN_IOS, start=DAYS[0],
             end=None, **more):
        """Returns the Response of an API."""
        return self.call("/api/%s/v3/data/app/%s" % (kind, app),
                         start_date=start, end_date=end or start, **more)

    def by_arrival(self, **more):
        """Returns the Response of the postbacks."""
        return self.skan("skadnetworks-postbacks", **more)

    def test_performance_of_each_day_is_the_world(self):
        for app in (MAIN_IOS, WEST):
            read = [{"date_day": day.isoformat(),
                     "campaign_id": row["Campaign ID"],
                     "campaign_name": row["Campaign (c)"],
                     "country": name(row["Country"]),
                     "installs": row["Installs"],
                     "clicks": number(row["Clicks"]),
                     "spend": number(row["Total Cost"]),
                     "revenue": number(row["Total Revenue"])}
                    for day in DAYS
                    for row in self.rows(self.skan(app=app, start=day))]
            wanted = [{key: row[key] for key in read[0]}
                      for row in self.world("skan_daily", accounts=app,
                                            since=str(DAYS[0]),
                                            until=str(DAYS[-1]))]
            self.assertEqual(bag(read), bag(wanted))

    def test_a_range_is_one_sum(self):
        whole = self.rows(self.skan(start=DAYS[0], end=DAYS[-1]))
        days = [row for day in DAYS for row in self.rows(self.skan(start=day))]
        self.assertEqual(sum(int(r["Installs"]) for r in whole),
                         sum(int(r["Installs"]) for r in days))
        self.assertLess(len(whole), len(days))

    def test_views_are_parts_of_the_unified_one(self):
        counts = {view: sum(int(row["Installs"]) for row in self.rows(
            self.skan(end=DAYS[-1], view_type=view)))
            for view in ("unified", "acquisition", "retargeting")}
        self.assertEqual(counts["unified"],
                         counts["acquisition"] + counts["retargeting"])
        self.assertGreater(counts["retargeting"], 0)

    def test_postbacks_are_the_world(self):
        rows = self.rows(self.by_arrival(end=DAYS[-1]))
        wanted = self.world("skan_postback_daily", accounts=MAIN_IOS,
                            since=str(DAYS[0]), until=str(DAYS[-1]))
        self.assertEqual(
            collections.Counter((r["arrival_date"], r["skad_conversion_value"],
                                 r["count"]) for r in rows),
            collections.Counter((r["date_day"], r["conversion_value"]
                                 or "null", r["postbacks"]) for r in wanted))
        values = {r["skad_conversion_value"] for r in rows}
        self.assertLess({"null", "0"}, values)

    def test_a_small_crowd_tells_nothing(self):
        app = self.api.world.apps[MAIN_IOS]
        for ordinal in range(DAYS[0].toordinal() - 20, DAYS[0].toordinal()):
            for campaign, users in postbacks.claimed(app, ordinal).items():
                told = [p for user in users for p in postbacks.of_user(
                    campaign, user, len(users))]
                if len(users) < postbacks.FINE_FROM:
                    self.assertEqual({p.fine for p in told}, {None})
                if len(users) < postbacks.COARSE_FROM:
                    self.assertEqual({p.coarse for p in told}, {None})

    def test_days_to_come_are_left_out_without_a_word(self):
        for kind, days in (("skadnetworks", 2), ("skadnetworks-postbacks", 0)):
            day = self.clock.now().date() - datetime.timedelta(days)
            self.assertEqual(self.rows(self.skan(kind, start=day)), [])

    def test_limits(self):
        first = DAYS[0] - datetime.timedelta(60)
        self.assert_refused(self.by_arrival(start=first, end=DAYS[0]), 400,
                            "Bad request")
        self.assert_refused(self.skan(start="2020-10-31"), 400, "Bad request")
        self.settings.change({"appsflyer_skan_rows": 3})
        self.assertEqual(len(self.rows(self.by_arrival(end=DAYS[-1]))), 3)
        self.settings.change({"appsflyer_skan_off": 403})
        self.assert_refused(self.skan(), 403, "No permission")

    def test_ten_calls_a_minute(self):
        self.settings.change({"appsflyer_skan_minute": 10})
        answers = [(self.skan if n % 2 else self.by_arrival)().status
                   for n in range(11)]
        self.assertEqual(answers, [200] * 10 + [400])
        self.assert_refused(self.skan(), 400, "Too many requests")

    def test_apps_of_android(self):
        self.assertEqual(self.rows(self.skan(app=MAIN)), [])
        self.settings.change({"appsflyer_skan_android": 404})
        self.assert_refused(self.skan(app=MAIN), 404, "Not found")
