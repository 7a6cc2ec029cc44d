"""What careless readers of AppsFlyer trip over: odd dates, doubled columns,
counters that are spelled otherwise, currencies on rows without revenue, words
for no value, columns that come only if asked for, retargeting."""

import collections
import decimal

from test_appsflyer_base import Surface
from test_appsflyer_reports import PARTNERS, bag, name, number


class Shapes(Surface):

    def change(self, **settings):
        """Sets what answers look like."""
        self.settings.change({"appsflyer_" + key: value
                              for key, value in settings.items()})

    def test_odd_dates(self):
        plain = self.rows(self.aggregate())
        self.change(odd_dates={"0": "", "2": "2026-01-01"})
        rows = self.rows(self.aggregate())
        self.assertEqual([r["Date"] for r in rows[:3]],
                         ["", plain[1]["Date"], "2026-01-01"])
        self.assertEqual(len(rows), len(plain))
        event, install = (self.fetch(report)[2] for report in (
            "in_app_events_report", "installs_report"))
        self.assertRegex(event["Event Time"], r"\A2026-01-01 \d\d:")
        self.assertRegex(install["Install Time"], r"\A2026-01-01 \d\d:")
        self.assertEqual(self.fetch()[0]["Event Time"], "")

    def test_doubled_columns(self):
        self.change(double_columns="Installs|af_purchase (Event counter)")
        header = self.header(self.aggregate(from_="2026-11-01"))
        counts = collections.Counter(header)
        self.assertEqual([n for n in counts if counts[n] == 2],
                         ["Installs", "af_purchase (Event counter)"])

    def test_spelling_of_counters(self):
        plain = self.rows(self.aggregate())
        for style, pattern in (("point", r"\d+\.0"), ("fraction", r"\d+\.5"),
                               ("comma", r"\d{1,3}(,\d{3})*")):
            self.change(counters=style)
            rows = self.rows(self.aggregate())
            for before, row in zip(plain, rows):
                self.assertRegex(row["Sessions"], r"\A%s\Z" % pattern)
                self.assertEqual(row["Total Revenue"],
                                 before["Total Revenue"])
                if style != "fraction":
                    self.assertEqual(decimal.Decimal(
                        row["Sessions"].replace(",", "")),
                        decimal.Decimal(before["Sessions"]))
        huge = [r["Clicks"] for r in rows if r[PARTNERS[2]] == "Huge"]
        self.assertRegex(huge[0], r"\A\d{1,3}(,\d{3}){3}\Z")

    def test_word_for_not_measured(self):
        self.change(not_measured="null")
        words = {cell for row in self.rows(self.aggregate())
                 for cell in row.values()}
        self.assertIn("null", words)
        self.assertNotIn("N/A", words)

    def test_not_attributed(self):
        rows = [r for r in self.rows(self.aggregate(from_="2026-11-01"))
                if r[PARTNERS[1]] == "None"]
        self.assertGreater(len(rows), 3)
        self.assertEqual({r[PARTNERS[2]] for r in rows}, {"None"})
        self.assertIn("None", {r["Media Source"] for r in self.fetch(
            "installs_report", from_="2026-11-01")})

    def test_currency_without_revenue(self):
        rows = self.fetch(from_="2026-11-01", currency="preferred")
        found = {(r["Event Revenue"] not in ("", "NULL"),
                  r["Event Revenue Currency"]) for r in rows}
        self.assertEqual(found, {(True, "KRW"), (False, "KRW"),
                                 (False, "USD")})
        self.change(revenue_currency="EUR")
        rows = self.fetch(from_="2026-11-01", currency="preferred")
        self.assertEqual({r["Event Revenue Currency"] for r in rows
                          if r["Event Revenue"] not in ("", "NULL")},
                         {"EUR"})

    def test_null_as_event_value(self):
        values = {r["Event Value"] for r in self.fetch(from_="2026-11-01")}
        self.assertTrue({"null", ""} <= values)

    def test_added_columns(self):
        plain = self.header(self.follow(self.raw("installs_report")))
        self.assertNotIn("Device Model", plain)
        asked = self.fetch("installs_report",
                           additional_fields="device_model,match_type")
        self.assertEqual(list(asked[0]), plain + ["Match Type",
                                                  "Device Model"])
        self.assertTrue(all(r["Device Model"] for r in asked))
        self.assert_refused(
            self.raw(additional_fields="contributor1_engagement_type"), 400,
            "Unsupported additional field: contributor1_engagement_type")

    def test_added_columns_count_as_calls(self):
        self.change(installs_app=2)
        for field in ("device_model", "match_type"):
            self.fetch("installs_report", additional_fields=field)
        self.assertEqual(self.raw("installs_report").status, 400)

    def test_retargeting_world(self):
        since, until = "2026-11-01", "2026-11-24"
        for app in self.api.world.apps.values():
            rows = self.rows(self.aggregate(
                app=app.id, from_=since, to=until, timezone=app.zone_name,
                reattr="true"))
            made = [{"account_id": app.id, "account_name": app.name,
                     "date_day": r["Date"], "currency": app.currency,
                     "agency": name(r[PARTNERS[0]]),
                     "media_source": r[PARTNERS[1]],
                     "campaign_name": r[PARTNERS[2]],
                     "conversion_type": r["Conversion Type"],
                     "clicks": number(r["Clicks"]),
                     "conversions": number(r["Conversions"]),
                     "sessions": number(r["Sessions"]),
                     "loyal_users": number(r["Loyal Users"]),
                     "spend": number(r["Total Cost"]),
                     "revenue": number(r["Total Revenue"])} for r in rows]
            self.assertEqual(bag(made), bag(self.world(
                "partners_retargeting_daily", since=since, until=until,
                accounts=app.id)))
            self.assertFalse({"Installs", "Impressions"} & set(
                rows[0] if rows else ()))

    def test_reattr_is_unknown_to_raw_reports(self):
        self.assertEqual(self.fetch("installs_report", reattr="true"),
                         self.fetch("installs_report"))

    def test_periods_have_no_day(self):
        for report in ("partners_report", "geo_report"):
            row = self.rows(self.aggregate(report, from_="2026-11-01"))[0]
            self.assertNotIn("Date", row)
