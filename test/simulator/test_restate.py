"""Generations of restated numbers of TikTok, Naver and Kakao: what differs from
the start, how far back, and that it is the same in all grains."""

import datetime
import json
import unittest
import urllib.parse
from decimal import Decimal

import kakao_moment.api
import kakao_moment.facts
import kakao_moment.world
import naver_searchad.api
import naver_searchad.world
import tiktok_ads.api
import tiktok_ads.facts
import tiktok_ads.sample
from messages import Request
from state import UTC, Clock, Settings

# Noon in Korea: the files of the day before are there.
NOW = datetime.datetime(2026, 11, 24, 3, tzinfo=UTC)


class Generations:
    """What holds for each platform; `account` is all in Korea."""

    money = "spend"

    def setUp(self):
        self.clock = Clock()
        self.clock.set(NOW)
        self.settings = Settings()
        self.api = self.platform()
        self.reach = max(self.reaches)

    def rows(self, table, youngest=0, oldest=0, **params):
        """Returns rows of the world by the ages of their days."""
        today = datetime.date(2026, 11, 24)
        return self.api.expected_rows(dict({
            "resource": table, "accounts": self.account,
            "since": str(today - datetime.timedelta(oldest)),
            "until": str(today - datetime.timedelta(youngest))}, **params))

    def keys(self, rows):
        """Returns what tells rows apart."""
        return {tuple(value for name, value in row.items()
                      if name == "date_day" or name.endswith("_id"))
                for row in rows}

    def totals(self, table, *ages):
        """Returns sums of numbers that all grains have."""
        rows = self.rows(table, *ages)
        return {name: sum(Decimal(row[name] or 0) for row in rows)
                for name in ("impressions", "clicks", self.money)}

    def test_only_days_within_reach_differ(self):
        for table in (self.grains[0], self.grains[-1]):
            first = [self.rows(table, age, age)
                     for age in range(self.reach + 5)]
            self.api.restate(1)
            second = [self.rows(table, age, age)
                      for age in range(self.reach + 5)]
            self.api.restate(0)
            for row in sum(first + second, []):
                for name in [n for n in row if n.endswith("_name")]:
                    del row[name]
            ages = [n for n, pair in enumerate(zip(first, second))
                    if pair[0] != pair[1]]
            self.assertGreater(len(ages), min(self.reaches), table)
            self.assertLessEqual(max(ages), self.reach, table)
            gone = self.keys(sum(first, [])) - self.keys(sum(second, []))
            self.assertNotEqual(gone, set(), table)
            self.assertNotEqual(first[self.empty], [], table)
            self.assertEqual(second[self.empty], [], table)

    def test_generations_differ(self):
        seen = []
        for number in (0, 1, 2, 1):
            self.api.restate(number)
            seen.append(self.rows(self.grains[0], 1, self.reach))
        self.assertEqual(seen[1], seen[3])
        self.assertNotEqual(seen[1], seen[2])
        self.assertNotEqual(seen[0], seen[2])

    def test_grains_agree(self):
        self.api.restate(1)
        for ages in ((1, self.reach), (1, 1), (2, 2), (3, 3)):
            whole = self.totals(self.grains[0], *ages)
            for table in self.grains[1:]:
                self.assertEqual(self.totals(table, *ages), whole, table)

    def test_days_stay_as_they_were_restated(self):
        self.api.restate(1)
        before = self.rows(self.grains[0], 3, self.reach)
        self.clock.set(NOW + datetime.timedelta(2))
        self.api.restate(1)
        self.assertNotEqual(self.rows(self.grains[0], 3, self.reach), before)
        self.clock.set(NOW)
        self.api.restate(1)
        self.clock.set(NOW + datetime.timedelta(2))
        self.assertEqual(self.fixed(self.rows(self.grains[0], 3, self.reach)),
                         self.fixed(before))

    def fixed(self, rows):
        """Returns what time alone does not change of rows."""
        return rows

    def test_back_at_the_start(self):
        tables = self.grains + self.lists
        first = {table: self.rows(table, 0, 8) for table in tables}
        for back in (self.api.reset, lambda: self.api.restate(0)):
            self.api.restate(1)
            self.assertNotEqual(self.rows(self.lists[0]), first[self.lists[0]])
            self.api.restate(2)
            back()
            for table in tables:
                self.assertEqual(self.rows(table, 0, 8), first[table], table)

    def test_campaigns(self):
        table = self.grains[1]
        before = {row["campaign_id"]: row["campaign_name"]
                  for row in self.rows(table, 9, 12)}
        self.api.restate(3)
        after = {row["campaign_id"]: row["campaign_name"]
                 for row in self.rows(table, 9, 12)}
        self.assertEqual(before.keys(), after.keys())
        changed = {before[one]: name for one, name in after.items()
                   if name != before[one]}
        self.assertEqual(changed, self.renamed)
        self.assertEqual(self.deleted(), self.gone)


class TikTok(Generations, unittest.TestCase):
    account = "7012345678901234567"
    grains = ("account_daily", "campaign_daily", "adgroup_daily", "ad_daily",
              "campaign_age_gender_daily", "campaign_country_daily")
    lists = ("campaigns", "adgroups", "ads")
    reaches = (tiktok_ads.facts.TRAFFIC_REACH,
               tiktok_ads.facts.CONVERSIONS_REACH)
    empty = 4
    renamed = {"겨울 러닝화 \"특가\"": "겨울 러닝화 \"특가\" (3)"}
    gone = {"App | Installs", "지난 시즌 🎿"}

    def platform(self):
        """Returns the platform."""
        return tiktok_ads.api.TikTokAds(tiktok_ads.sample.SampleWorld(
            self.clock), self.clock, self.settings)

    def deleted(self):
        """Returns the names of campaigns that are deleted, as all below is."""
        nodes = [node for level in ("campaign", "adgroup", "ad")
                 for node in self.api.world.accounts[self.account].nodes(level)
                 if node.is_deleted]
        return {node.at("campaign").name for node in nodes
                if node.at("campaign").is_deleted}

    def test_traffic_and_late_conversions(self):
        first = self.rows("ad_daily", 0, self.reach)
        self.api.restate(1)
        second = {(row["ad_id"], row["date_day"]): row
                  for row in self.rows("ad_daily", 0, self.reach)}
        late = False
        for row in first:
            now = second.get((row["ad_id"], row["date_day"]))
            if row["date_day"] >= "2026-11-17":     # seven days ago
                continue
            for name in ("impressions", "clicks", "spend", "reach"):
                self.assertEqual(now[name], row[name])
            self.assertGreaterEqual(int(now["conversions"]),
                                    int(row["conversions"]))
            late = late or now["conversions"] != row["conversions"]
        self.assertTrue(late)

    def test_a_change_before_is_put_back(self):
        account = self.api.world.accounts[self.account]
        before = [dict(node.attrs) for node in account.nodes("campaign")]
        status = "campaign/%s/secondary_status" % account.campaigns[1].id
        self.api.change(self.account, status, "X")
        self.api.restate(1)
        self.api.change(self.account, status, "Y")
        self.api.reset()
        self.assertEqual([n.attrs for n in account.nodes("campaign")], before)


class Naver(Generations, unittest.TestCase):
    account = naver_searchad.world.MAIN
    grains = ("account_daily", "campaign_daily", "ad_group_daily",
              "keyword_daily", "ad_daily", "device_daily")
    lists = ("campaigns", "ad_groups", "keywords", "ads")
    reaches = (naver_searchad.world.FILES_REACH,
               naver_searchad.world.CONVERSIONS_REACH)
    money = "spend_with_vat"    # without it is rounded in each row
    empty = 4
    renamed = {"KR | 브랜드 | 검색": "KR | 브랜드 | 검색 (3)",
               "가을 세일 'single' quotes": None}
    gone = {"가을 세일 'single' quotes", "삭제된 캠페인"}

    def platform(self):
        """Returns the platform."""
        return naver_searchad.api.NaverSearchAd(naver_searchad.world.World(
            self.clock), self.clock, self.settings)

    def deleted(self):
        """Returns the names of campaigns that are no longer listed."""
        listed = {row["nccCampaignId"] for row in self.rows("campaigns")}
        return {c.name for c in self.api.world.accounts[self.account].campaigns
                if c.id not in listed}

    def job(self, report, age):
        """Creates a job; returns it."""
        account = self.api.world.accounts[self.account]
        day = self.api.world.today() - datetime.timedelta(age)
        return self.api.jobs.create(account, {
            "reportTp": report, "statDt": day.strftime("%Y%m%d")})

    def test_jobs_whose_numbers_changed(self):
        jobs = {age: self.job("AD", age) for age in (1, 4, 6)}
        late = self.job("AD_CONVERSION", 6)
        states = lambda: [self.api.jobs.state(j) for j in jobs.values()]
        self.assertEqual(states(), ["BUILT"] * 3)
        self.api.restate(1)
        self.assertEqual(states(), ["CHANGED", "CHANGED", "BUILT"])
        self.assertEqual(self.api.jobs.state(self.job("AD", 4)), "NONE")
        self.api.restate(2)
        self.assertEqual(self.api.jobs.state(late), "CHANGED")
        self.api.restate(0)
        self.assertEqual(states(), ["CHANGED", "CHANGED", "BUILT"])
        self.assertEqual(self.api.jobs.state(self.job("AD", 4)), "BUILT")

    def test_a_job_without_rows_stays_without(self):
        self.api.restate(1)
        job = self.job("AD", 4)
        self.api.restate(0)
        self.assertEqual(self.api.jobs.state(job), "NONE")

    def test_a_job_that_runs_is_of_the_new_numbers(self):
        self.settings.change({"naver_job_ms": 60000})
        job = self.job("AD", 4)
        self.api.restate(1)
        self.settings.change({"naver_job_ms": 0})
        self.assertEqual(self.api.jobs.state(job), "NONE")


class Kakao(Generations, unittest.TestCase):
    account = kakao_moment.world.MAIN
    grains = ("account_daily", "campaign_daily", "ad_group_daily",
              "creative_daily")
    lists = ("campaigns", "ad_groups", "creatives")
    reaches = (kakao_moment.facts.DAY_REACH, kakao_moment.facts.LATE_REACH)
    empty = 1
    renamed = {"겨울 러닝화 \"특가\"": "겨울 러닝화 \"특가\" (3)"}
    gone = {"비즈보드 | 브랜드 'single'", "지난 시즌", "삭제된 메시지"}

    def platform(self):
        """Returns the platform."""
        return kakao_moment.api.KakaoMoment(kakao_moment.world.World(
            self.clock), self.clock, self.settings)

    def deleted(self):
        """Returns the names of campaigns that are deleted, as all below is."""
        account = self.api.world.accounts[self.account]
        for campaign in account.campaigns:
            if campaign.config == "DEL":
                self.assertEqual({n.config for g in campaign.children
                                  for n in [g] + g.children}, {"DEL"})
        return {c.name for c in account.campaigns if c.config == "DEL"}

    def fixed(self, rows):
        """Returns what is shown: conversions come later."""
        return [(row["date_day"], row["imp"], row["cost"]) for row in rows]

    def test_what_is_late_comes_later(self):
        first = self.rows("creative_daily", 2, self.reach)
        self.api.restate(1)
        second = self.rows("creative_daily", 2, self.reach)
        grown = set()
        for before, after in zip(first, second):
            for name in after:
                if before[name] != after[name] and name != "campaign_name":
                    self.assertGreater(Decimal(after[name]),
                                       Decimal(before[name] or 0))
                    grown.add(name)
        self.assertIn("conv_purchase_7d", grown)
        self.assertIn("msg_open", grown)
        self.assertFalse(grown & {"imp", "click", "cost", "msg_send", "reach",
                                  "conv_purchase_1d"})


class Surfaces(unittest.TestCase):
    """Reports are those of the world after a restatement as well."""

    def test_tiktok(self):
        clock = Clock()
        clock.set(NOW)
        api = tiktok_ads.api.TikTokAds(tiktok_ads.sample.SampleWorld(clock),
                                       clock, Settings())
        api.restate(1)
        answer = api.handle(Request(
            "GET", "/open_api/v1.3/report/integrated/get/?"
            + urllib.parse.urlencode({
                "advertiser_id": TikTok.account, "report_type": "BASIC",
                "data_level": "AUCTION_ADVERTISER",
                "dimensions": '["advertiser_id","stat_time_day"]',
                "metrics": '["impressions","reach","conversion"]',
                "start_date": "2026-11-15", "end_date": "2026-11-23",
                "page_size": "100"}),
            {"access-token": tiktok_ads.api.TOKEN}, b"", ""), {}, {})
        told = [(row["dimensions"]["stat_time_day"][:10],
                 row["metrics"]["impressions"], row["metrics"]["reach"],
                 row["metrics"]["conversion"])
                for row in json.loads(answer.body)["data"]["list"]]
        known = [(row["date_day"], row["impressions"], row["reach"],
                  row["conversions"]) for row in api.expected_rows({
                      "resource": "account_daily", "since": "2026-11-15",
                      "until": "2026-11-23", "accounts": TikTok.account})]
        self.assertEqual(len(told), 8)
        self.assertEqual(sorted(told), sorted(known))


if __name__ == "__main__":
    unittest.main()
