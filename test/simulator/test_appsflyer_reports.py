"""The AppsFlyer reports: header lines, cells, dating, filters, limits, and
that a careful reader of the CSV ends up with the world."""

import collections
import datetime
import decimal
import re
import unittest

from appsflyer import fields
from appsflyer.sample import DIRECT, EMPTY, EURO, MAIN, RUPIAH, WEST
from test_appsflyer_base import NOW, SEOUL, Surface

FIXED = ("Date,Agency/PMD (af_prt),Media Source (pid),Campaign (c),"
         "Impressions,Clicks,CTR,Installs,Conversion Rate,Sessions,Loyal "
         "Users,Loyal Users/Installs,Total Revenue,Total Cost,ROI,ARPU,"
         "Average eCPI")
PARTNERS = ("Agency/PMD (af_prt)", "Media Source (pid)", "Campaign (c)")
TRIPLE = re.compile(r"(.*) \((Unique users|Event counter|Sales in (...))\)\Z",
                    re.S)


def number(cell):
    """Returns a cell as world rows write numbers."""
    if cell in ("N/A", "", "NULL"):
        return None
    text = format(decimal.Decimal(cell), "f")
    return text.rstrip("0").rstrip(".") if "." in text else text


def name(cell):
    """Returns a dimension cell as world rows write it."""
    return None if cell in ("None", "") else cell


def bag(rows):
    """Returns rows as a multiset."""
    return collections.Counter(tuple(sorted(row.items())) for row in rows)


class Reports(Surface):
    """Compares a reader of the CSV with the world."""

    def common(self, app, row):
        """Returns the shared columns that a CSV row comes to."""
        return {"account_id": app.id, "account_name": app.name,
                "date_day": row["Date"], "currency": app.currency,
                "agency": name(row[PARTNERS[0]]),
                "media_source": row[PARTNERS[1]],
                "campaign_name": row[PARTNERS[2]]}

    def daily(self, app, row):
        """Returns the row of a daily table that a CSV row comes to."""
        made = self.common(app, row)
        if "Country" in row:
            made["country"] = name(row["Country"])
        for column, header in (
                ("impressions", "Impressions"), ("clicks", "Clicks"),
                ("installs", "Installs"), ("sessions", "Sessions"),
                ("loyal_users", "Loyal Users"), ("spend", "Total Cost"),
                ("revenue", "Total Revenue")):
            made[column] = number(row[header])
        return made

    def events(self, app, row):
        """Yields the rows of an event table that a CSV row comes to."""
        found = collections.defaultdict(dict)
        for header, cell in row.items():
            match = TRIPLE.match(header)
            if match:
                self.assertIn(match.group(3), (None, app.currency))
                found[match.group(1)][match.group(2)[:5]] = number(cell)
        for event, cells in found.items():
            if set(cells.values()) != {"0"}:
                yield dict(self.common(app, row), event_name=event,
                           unique_users=cells["Uniqu"],
                           event_count=cells["Event"],
                           revenue=cells["Sales"])

    def test_world(self):
        since, until = "2026-10-13", "2026-11-24"
        for app in self.api.world.apps.values():
            asked = dict(app=app.id, from_=since, to=until,
                         timezone=app.zone_name)
            wanted = dict(since=since, until=until, accounts=app.id)
            rows = self.rows(self.aggregate(**asked))
            geo = self.rows(self.aggregate("geo_by_date_report", **asked))
            self.assertEqual(bag(self.daily(app, r) for r in rows),
                             bag(self.world("partners_daily", **wanted)))
            self.assertEqual(bag(self.daily(app, r) for r in geo),
                             bag(self.world("geo_daily", **wanted)))
            self.assertEqual(
                bag(e for r in rows for e in self.events(app, r)),
                bag(self.world("partners_event_daily", **wanted)))
            self.assertEqual(len(rows) == 0, app.id == EMPTY)

    def test_raw_world(self):
        since, until = "2026-11-01", "2026-11-24"
        tables = (("installs", "installs_report"),
                  ("organic_installs", "organic_installs_report"),
                  ("in_app_events", "in_app_events_report"),
                  ("organic_in_app_events", "organic_in_app_events_report"))
        for app in self.api.world.apps.values():
            for table, report in tables:
                added = [n for n in fields.ADDITIONAL
                         if n not in fields.RAW_REPORTS[report].refuses]
                rows = self.fetch(report, app.id, since, until,
                                  app.zone_name, currency="preferred",
                                  maximum_rows="1000000",
                                  additional_fields=",".join(added))
                self.assertEqual(
                    bag(self.raw_row(app, r) for r in rows),
                    bag(self.world(table, since=since, until=until,
                                   accounts=app.id)))

    def raw_row(self, app, row):
        """Returns the row of a raw table that a CSV row comes to."""
        made = {"account_id": app.id, "account_name": app.name,
                "date_day": row["Event Time"][:10], "currency": app.currency}
        for header, column in fields.RAW_COLUMNS + tuple(
                (header, column)
                for column, header in fields.ADDITIONAL.items()):
            cell = row.get(header, "")
            made[column] = None if cell in ("", "NULL", "null") else cell
        for column in ("event_revenue", "event_revenue_usd"):
            made[column] = number(made[column] or "")
        return made

    def test_trackers(self):
        asked = dict(since="2026-11-20", until="2026-11-21", accounts=MAIN)
        rows = self.world("tracker_report", **asked)
        self.assertEqual({r.pop("platform") for r in rows}, {"appsflyer"})
        self.assertEqual(rows, self.world("partners_daily", **asked))
        events = self.world("tracker_event_report", **asked)
        self.assertEqual(len(events), len(
            self.world("partners_event_daily", **asked)))


class Headers(Surface):

    def test_exact_lines(self):
        lines = {
            "partners_by_date_report": FIXED,
            "partners_report": FIXED[len("Date,"):],
            "geo_by_date_report": FIXED.replace("Date,", "Date,Country,"),
            "geo_report": FIXED.replace("Date,", "Country,"),
            "daily_report": FIXED.replace("Total Revenue,", "").replace(
                "ROI,ARPU,", ""),
        }
        self.assertEqual(set(lines), set(fields.AGGREGATE_REPORTS))
        for report, line in lines.items():
            # A day before there was anything has no events.
            body = self.aggregate(report, from_="2020-01-01",
                                  to="2020-01-01").body.decode()
            self.assertEqual(body, line + "\n")

    def test_retargeting_lines(self):
        body = self.aggregate(from_="2020-01-01", to="2020-01-01",
                              reattr="true").body.decode()
        self.assertEqual(body, FIXED.replace(
            "Impressions,Clicks,CTR,Installs,Conversion Rate", "Clicks,"
            "Conversions,Conversion Type,Conversion Rate") + "\n")

    def test_event_triples(self):
        for app, zone, currency in ((MAIN, SEOUL, "KRW"),
                                    (DIRECT, "UTC", "USD"),
                                    (RUPIAH, "Asia/Jakarta", "IDR"),
                                    (EURO, "Europe/Berlin", "EUR")):
            header = self.header(self.aggregate(
                app=app, from_="2026-11-01", timezone=zone))
            triples = header[len(FIXED.split(",")):]
            self.assertEqual(len(triples) % 3, 0)
            names = [n.rpartition(" (")[0] for n in triples[::3]]
            self.assertIn("promo (Unique users)", names)
            self.assertIn("구매 완료 🎉", names)
            self.assertEqual(triples, [
                n + suffix for n in names for suffix in
                (" (Unique users)", " (Event counter)",
                 " (Sales in %s)" % currency)])

    def test_events_differ_from_day_to_day(self):
        seen = {tuple(self.header(self.aggregate(
            app=EURO, from_=day, to=day)))
            for day in ("2026-11-%02d" % n for n in range(1, 12))}
        self.assertGreater(len(seen), 1)

    def test_no_events_without_revenue(self):
        self.assertEqual(len(self.header(self.aggregate("daily_report"))),
                         14)

    def test_raw_line(self):
        header = self.header(self.follow(self.raw()))
        self.assertEqual(len(header), 81)
        self.assertEqual((header[0], header[13], header[80]), (
            "Attributed Touch Type", "Channel", "Original URL"))
        self.assertEqual(header, [n for n, _ in fields.RAW_COLUMNS])

    def test_byte_order_mark(self):
        self.assertTrue(self.follow(self.raw()).body.startswith(
            b"\xef\xbb\xbfAttributed Touch Type,"))
        self.assertTrue(self.aggregate().body.startswith(b"Date,"))
        self.settings.change({"appsflyer_aggregate_bom": True})
        self.assertTrue(self.aggregate().body.startswith(b"\xef\xbb\xbfDate"))

    def test_quiet_window_is_the_header_line(self):
        body = self.follow(self.raw("installs_report", app=EMPTY)).body
        self.assertEqual(body.decode("utf-8-sig").count("\n"), 1)

    def test_shapes_on_demand(self):
        plain = self.rows(self.aggregate())
        self.settings.change({"appsflyer_shuffle_columns": True,
                              "appsflyer_crlf": True})
        self.assertEqual(self.rows(self.aggregate()), plain)
        self.assertNotEqual(self.header(self.aggregate())[0], "Date")
        self.settings.reset()
        self.settings.change({
            "appsflyer_blank_after_comma": True,
            "appsflyer_drop_columns": "ROI|CTR",
            "appsflyer_rename_columns": {"Clicks": "Taps"}})
        header = self.header(self.aggregate("daily_report"))
        self.assertIn(" Taps", header)
        self.assertNotIn(" CTR", header)


class Cells(Surface):

    def by_source(self, source, **more):
        """Returns the aggregate rows of one media source."""
        return [r for r in self.rows(self.aggregate(
            from_="2026-11-01", **more)) if r[PARTNERS[1]] == source]

    def test_organic_is_not_measured(self):
        for row in self.by_source("Organic"):
            self.assertEqual({row[n] for n in (
                "Impressions", "Clicks", "CTR", "Conversion Rate",
                "Total Cost", "ROI", "Average eCPI")}, {"N/A"})
            self.assertEqual(row[PARTNERS[2]], "None")
            self.assertRegex(row["Sessions"], r"\A\d+\Z")

    def test_no_cost_is_not_zero_cost(self):
        rows = [r for r in self.by_source("unityads_int")
                if r[PARTNERS[2]] == "no cost api"]
        self.assertEqual({r["Total Cost"] for r in rows}, {"N/A"})
        self.assertTrue(all(r["Clicks"].isdigit() for r in rows))

    def test_rows_without_a_name_collide(self):
        rows = collections.Counter(
            (r["Date"], r[PARTNERS[2]]) for r in self.by_source(
                "unityads_int"))
        self.assertIn(2, {n for key, n in rows.items() if key[1] == "None"})

    def test_restricted(self):
        rows = self.by_source("restricted")
        self.assertEqual({(r[PARTNERS[0]], r[PARTNERS[2]], r["Clicks"])
                          for r in rows},
                         {("agencyone", "Retail, broad \"A\"", "N/A")})

    def test_spend_without_installs(self):
        row = [r for r in self.by_source("googleadwords_int")
               if r[PARTNERS[2]] == "Spend only"][0]
        self.assertEqual([row[n] for n in (
            "Installs", "Conversion Rate", "Loyal Users/Installs", "ROI",
            "ARPU", "Average eCPI", "Total Revenue")],
            ["0", "0.0000", "N/A", "-1.0000", "N/A", "N/A", "0.0000"])

    def test_huge(self):
        row = [r for r in self.by_source("googleadwords_int")
               if r[PARTNERS[2]] == "Huge"][0]
        self.assertGreater(int(row["Clicks"]), 2 ** 32)
        self.assertRegex(row["Total Cost"], r"\A\d{13}\.\d{4}\Z")

    def test_ratios_are_fractions(self):
        for row in self.by_source("Facebook Ads"):
            if row["Loyal Users/Installs"] != "N/A":
                self.assertEqual(row["Loyal Users/Installs"], "%.4f" % (
                    int(row["Loyal Users"]) / int(row["Installs"])))

    def test_raw_values(self):
        rows = self.fetch(from_="2026-11-01")
        values = {r["Event Value"] for r in rows}
        self.assertTrue(any("\r\n" in v for v in values))
        self.assertTrue(any("\r" in v and "\n" not in v for v in values))
        self.assertTrue(any("\\\"gold\\\"\"" in v for v in values))
        self.assertTrue({"NULL", ""} <= {r["Event Revenue"] for r in rows})
        self.assertIn("None", {r["Postal Code"] for r in rows})
        self.assertTrue(all(re.match(r"\d{13}-\d+\Z", r["AppsFlyer ID"])
                            for r in rows))
        moments = collections.Counter(
            (r["AppsFlyer ID"], r["Event Time"]) for r in rows)
        self.assertIn(2, moments.values())

    def test_raw_restricted_and_organic(self):
        hidden = [r for r in self.fetch("installs_report")
                  if r["Media Source"] == "restricted"]
        self.assertEqual({(r["Campaign"], r["Campaign ID"], r["Adset"])
                          for r in hidden}, {("", "", "")})
        organic = self.fetch("organic_installs_report")
        self.assertEqual({(r["Media Source"], r["Attributed Touch Time"],
                           r["Is Primary Attribution"]) for r in organic},
                         {("organic", "", "")})

    def test_rows_are_not_sorted(self):
        times = [r["Event Time"] for r in self.fetch(from_="2026-11-01")]
        self.assertNotIn(times, (sorted(times), sorted(times)[::-1]))


class Dating(Surface):

    def sums(self, header, **more):
        """Returns a column's sums by day."""
        sums = collections.Counter()
        for row in self.rows(self.aggregate(**more)):
            sums[row["Date"]] += decimal.Decimal(
                row[header].replace("N/A", "0"))
        return sums

    def test_rows_grow_for_life(self):
        asked = dict(from_="2026-11-01", to="2026-11-01")
        before = self.sums("Total Revenue", **asked), self.sums(
            "Sessions", **asked), self.sums("Installs", **asked)
        self.clock.set(NOW.replace(day=5))
        earlier = self.sums("Total Revenue", **asked), self.sums(
            "Sessions", **asked), self.sums("Installs", **asked)
        self.assertNotEqual(before[0], earlier[0])
        self.assertGreater(before[1]["2026-11-01"], earlier[1]["2026-11-01"])
        self.assertEqual(before[2], earlier[2])

    def test_raw_rows_are_dated_by_activity(self):
        rows = self.fetch(from_="2026-11-20", to="2026-11-20")
        self.assertEqual({r["Event Time"][:10] for r in rows},
                         {"2026-11-20"})
        self.assertGreater(len({r["Install Time"][:10] for r in rows}), 3)

    def test_nothing_from_the_future(self):
        rows = self.rows(self.aggregate(from_="2026-11-24", to="2026-12-31"))
        self.assertEqual({r["Date"] for r in rows}, {"2026-11-24"})
        for row in self.fetch(from_="2026-11-24", to="2026-11-30"):
            self.assertLessEqual(row["Event Time"], "2026-11-24 12:00:00")

    def test_other_zones_silently_mean_utc(self):
        utc = self.table(self.aggregate(timezone=None))
        for zone in ("UTC", "Asia/Tokyo", "asia/seoul", "nonsense", "+09:00",
                     "Europe/Berlin", "preferred"):
            self.assertEqual(self.table(self.aggregate(timezone=zone)), utc)
        self.assertNotEqual(self.table(self.aggregate()), utc)
        times = {r["AppsFlyer ID"]: r["Install Time"]
                 for r in self.fetch("installs_report")}
        for row in self.fetch("installs_report", timezone="Asia/Tokyo"):
            if row["AppsFlyer ID"] in times:
                shift = (datetime.datetime.fromisoformat(
                    times[row["AppsFlyer ID"]])
                    - datetime.datetime.fromisoformat(row["Install Time"]))
                self.assertEqual(shift, datetime.timedelta(hours=9))

    def test_a_day_is_the_same_alone(self):
        for app, zone in ((MAIN, SEOUL), (MAIN, "UTC"), (WEST, "UTC"),
                          (WEST, "America/Los_Angeles")):
            week = self.rows(self.aggregate(
                app=app, from_="2026-10-30", to="2026-11-04", timezone=zone))
            alone = self.rows(self.aggregate(
                app=app, from_="2026-11-01", to="2026-11-01", timezone=zone))
            for header in ("Clicks", "Installs", "Total Revenue"):
                self.assertEqual(
                    [r[header] for r in alone],
                    [r[header] for r in week if r["Date"] == "2026-11-01"])

    def test_before_the_zone_was_set_days_are_utc(self):
        def day(date, zone):
            return self.table(self.aggregate(app=RUPIAH, from_=date,
                                             to=date, timezone=zone))
        self.assertEqual(day("2026-10-10", "Asia/Jakarta"),
                         day("2026-10-10", "UTC"))
        self.assertNotEqual(day("2026-10-20", "Asia/Jakarta"),
                            day("2026-10-20", "UTC"))

    def test_aggregate_currency_is_the_apps(self):
        for currency in ("USD", "preferred", "EUR"):
            self.assertEqual(self.table(self.aggregate(currency=currency)),
                             self.table(self.aggregate()))

    def test_raw_currency_is_dollars_unless_preferred(self):
        for currency, code in ((None, "USD"), ("USD", "USD"),
                               ("KRW", "USD"), ("preferred", "KRW")):
            more = {} if currency is None else {"currency": currency}
            rows = [r for r in self.fetch(**more)
                    if r["Event Revenue"] not in ("", "NULL")]
            self.assertEqual({r["Event Revenue Currency"] for r in rows},
                             {code})
            self.assertTrue(all(r["Event Revenue USD"] for r in rows))


class Limits(Surface):

    def test_dates(self):
        for text in ("2026-11-1", "2026/11/01", "2026-13-01", "20261101",
                     "", "2026-11-20 10:00"):
            self.assertEqual(self.aggregate(from_=text).status, 400)
        self.assertEqual(self.aggregate(from_="2026-11-22").status, 400)
        self.assertEqual(self.aggregate(from_="2020-01-01").status, 400)
        path = "/api/agg-data/export/app/%s/daily_report/v5" % MAIN
        self.assertEqual(self.call(path).status, 400)

    def test_aggregates_reach_25_months(self):
        self.clock.set(NOW.replace(year=2027))
        rows = self.rows(self.aggregate(from_="2025-09-01", to="2025-11-10"))
        self.assertEqual(min(r["Date"] for r in rows), "2025-10-01")

    def test_raw_times(self):
        day = self.fetch(from_="2026-11-20", to="2026-11-20")
        hours = [self.fetch(from_="2026-11-20 %s" % a, to="2026-11-20 %s" % b)
                 for a, b in (("00:00", "11:59:59"),
                              ("12:00:00", "23:59:59"))]
        self.assertEqual(sorted(map(repr, hours[0] + hours[1])),
                         sorted(map(repr, day)))
        self.assertTrue(hours[0] and hours[1])

    def test_raw_lookback(self):
        for report in ("installs_report", "in_app_events_report"):
            self.assert_refused(
                self.raw(report, from_="2026-08-25", to="2026-08-26"), 400,
                "Raw Reports historical lookback is limited to 90 days")
            self.assertEqual(self.raw(report, from_="2026-08-26",
                                      to="2026-08-26").status, 302)

    def test_silent_empty_beyond_the_trusted_reach(self):
        for report, last in (("in_app_events_report", "2026-10-24"),
                             ("installs_report", "2026-09-25")):
            before = datetime.date.fromisoformat(last) - (
                datetime.timedelta(1))
            response = self.follow(self.raw(report, from_="2026-09-10",
                                            to=before.isoformat())
                                   if report == "installs_report" else
                                   self.raw(report, from_="2026-10-01",
                                            to=before.isoformat()))
            self.assertEqual((response.status, response.rows), (200, 0))
            self.assertGreater(len(self.fetch(report, from_=last, to=last)),
                               0)

    def test_longest_raw_range(self):
        for report, first in (("in_app_events_report", "2026-10-25"),
                              ("installs_report", "2026-09-26")):
            self.assertEqual(self.raw(report, from_=first,
                                      to="2026-11-24").status, 302)
            self.assertEqual(self.raw(report, from_=first,
                                      to="2026-11-25").status, 400)

    def test_rows_are_cut_without_a_word(self):
        everything = self.fetch(from_="2026-11-01")
        self.settings.change({"appsflyer_rows_small": 10,
                              "appsflyer_rows_large": 25})
        for asked, number_of_rows in (({}, 10),
                                      ({"maximum_rows": "200000"}, 10),
                                      ({"maximum_rows": "1000000"}, 25)):
            rows = self.fetch(from_="2026-11-01", **asked)
            self.assertEqual(rows, everything[:number_of_rows])

    def test_other_row_limits(self):
        for text in ("100", "500000", "", "x"):
            self.assert_refused(self.raw(maximum_rows=text), 400,
                                "Invalid limit type")


class Filters(Surface):

    def sources(self, **more):
        """Returns the media sources of an aggregate report."""
        return {r[PARTNERS[1]] for r in self.rows(self.aggregate(**more))}

    def test_categories(self):
        self.assertEqual(self.sources(category="organic"), {"Organic"})
        self.assertIn("restricted", self.sources(category="standard"))
        self.assertEqual(self.sources(
            category="standard", media_source="googleadwords_int"),
            {"googleadwords_int"})
        self.assertEqual(self.sources(category="standard",
                                      media_source="all"), self.sources())
        self.assertEqual(self.aggregate(media_source="x").status, 400)
        self.assertEqual(self.aggregate(category="x").status, 400)

    def test_facebook_has_five_more_groupings(self):
        for asked in ({"category": "facebook"},
                      {"category": "standard", "media_source": "facebook"}):
            response = self.aggregate(**asked)
            self.assertEqual(self.header(response)[4:9],
                             list(fields.FACEBOOK_NAMES))
            rows = self.rows(response)
            self.assertEqual({r[PARTNERS[1]] for r in rows},
                             {"Facebook Ads"})
        plain = [r for r in self.rows(self.aggregate())
                 if r[PARTNERS[1]] == "Facebook Ads"]
        for header in ("Clicks", "Installs"):
            self.assertEqual(sum(int(r[header]) for r in rows),
                             sum(int(r[header]) for r in plain))

    def test_view_through(self):
        rows = self.rows(self.aggregate(attribution_touch_type="impression"))
        self.assertEqual({(r["Impressions"], r["Clicks"], r["Total Cost"])
                          for r in rows}, {("N/A", "N/A", "N/A")})
        self.assertTrue(rows)

    def test_retargeting(self):
        rows = self.rows(self.aggregate(from_="2026-11-01", reattr="true"))
        self.assertEqual({r["Conversion Type"] for r in rows},
                         {"re-engagement", "re-attribution"})
        self.assertEqual({r[PARTNERS[2]] for r in rows},
                         {"RT_cart_7d", "RT, \"win back\""})
        self.assertNotIn("RT_cart_7d", {
            r[PARTNERS[2]] for r in self.rows(self.aggregate())})

    def test_raw_retargeting_twins(self):
        asked = dict(from_="2026-11-01")
        twins = [r for r in self.fetch(**asked)
                 if r["Is Primary Attribution"] == "false"]
        others = self.fetch("in-app-events-retarget", **asked)
        for rows in twins, others:
            for row in rows:
                row.pop("Is Primary Attribution")
        self.assertEqual(bag(twins), bag(others))
        self.assertTrue(twins)
        # A parameter of the aggregate reports changes nothing.
        self.assertEqual(self.fetch(**asked), self.fetch(reattr="true",
                                                         **asked))

    def test_raw_filters(self):
        asked = dict(from_="2026-11-01", maximum_rows="1000000")
        everything = self.fetch(**asked)
        for params, header, values in (
                ({"event_name": "af_purchase,구매 완료 🎉"}, "Event Name",
                 {"af_purchase", "구매 완료 🎉"}),
                ({"geo": "KR"}, "Country Code", {"KR"}),
                ({"agency": "agencyone"}, "Partner", {"agencyone"}),
                ({"media_source": "facebook", "category": "facebook"},
                 "Media Source", {"Facebook Ads"})):
            rows = self.fetch(**params, **asked)
            self.assertEqual(rows, [r for r in everything
                                    if r[header] in values])
            self.assertTrue(rows)
        rows = self.fetch(from_install_time="2026-11-03",
                          to_install_time="2026-11-04", **asked)
        self.assertEqual(rows, [r for r in everything if r["Install Time"][
            :10] in ("2026-11-03", "2026-11-04")])
        self.assertEqual(self.raw(media_source="facebook").status, 400)

    def test_install_reports_ignore_event_names(self):
        self.assertEqual(self.fetch("installs_report", event_name="x"),
                         self.fetch("installs_report"))

    def test_additional_fields(self):
        header = self.header(self.follow(self.raw(
            additional_fields="device_model,att")))
        self.assertEqual(set(header[81:]), {"Device Model", "ATT"})
        for report, field in (
                ("installs_report", "nonsense"),
                ("in_app_events_report", "contributor1_engagement_type"),
                ("organic_installs_report", "store_product_page"),
                ("organic_in_app_events_report", "is_lat")):
            self.assertEqual(self.raw(
                report, additional_fields="att," + field).status, 400)
        self.assertEqual(len(fields.ADDITIONAL), 47)


if __name__ == "__main__":
    unittest.main()
