"""Benchmark accounts: any daily campaign query of them is answered with a
fixed number of pages of made-up rows that were rendered before, a daily
query of the account with their sums by day, a campaign query without day
or device with their sums by campaign and what is left, and the list of campaigns
with as many as there are rows.

The first request of a query text renders the bodies of its pages, and the
first of each account makes finished HTTP responses of them, in which the rows
name that account; every later request only looks one up.  All benchmark
accounts have the same numbers.
"""

import gzip
import hashlib
import operator
import threading

import daily
import wire
from google_ads import encode, errors, gaql, rules
from google_ads.dates import DAY
from google_ads.evaluate import (Row, attribute_value, day_segments,
                                 metric_value)
from messages import Response
from world import METRIC_INDEX, UNIT, Account, Context, Entity

ACCOUNT = "9000000001"
FIRST_CAMPAIGN = 90_000_000_000
DEVICES = ["MOBILE", "DESKTOP", "TABLET", "CONNECTED_TV"]
NAME = "KR | 성과 최대화 | 신규 고객 | 2026 하반기 캠페인 %d"


def vector_of(number):
    """Returns the metrics of a row by its number."""
    clicks = 3 + number % 503
    conversions = (number % 17) * UNIT // 4
    return daily.vector(
        impressions=20000 + number % 9973, clicks=clicks, interactions=clicks,
        cost_micros=clicks * 1_234_560_000 + number % 1000,
        conversions=conversions, conversions_value=conversions * 3,
        all_conversions=conversions + UNIT,
        all_conversions_value=conversions * 3 + UNIT,
        view_through_conversions=number % 5)


def campaign_entity(number):
    """Returns the campaign with a number."""
    campaign_id = FIRST_CAMPAIGN + number
    return Entity("campaign", campaign_id, {
        "resource_name": "customers/%s/campaigns/%d" % (ACCOUNT, campaign_id),
        "id": campaign_id, "name": NAME % number, "status": "ENABLED",
        "advertising_channel_type": "PERFORMANCE_MAX",
        "bidding_strategy_type": "MAXIMIZE_CONVERSION_VALUE"})


class Template:
    """One row's JSON with holes for what differs from row to row."""

    def __init__(self, plan, text, account, days, devices):
        self.days = [dict(day_segments(day), device=device)
                     for day in days for device in devices]
        self.kept = [field.path for field in plan.select
                     if field.category == "SEGMENT"]
        self.account = account
        self.writers = []
        values = [self._hole(field) for field in plan.select]
        names = {"customer": account.entity.attrs["resource_name"],
                 "campaign": self._add(self._resource_name)}
        parts = encode.RowEncoder(plan, text).row(
            Row(values, names)).split("\x00")
        self.order = [self.writers[int(mark)] for mark in parts[1::2]]
        self.format = "%s".join(p.replace("%", "%%") for p in parts[0::2])

    def _add(self, writer):
        """Returns the hole that a writer of (campaign, day, vector) fills."""
        self.writers.append(writer)
        return encode.Raw("\x00%d\x00" % (len(self.writers) - 1))

    @staticmethod
    def _resource_name(campaign, day, vector):
        return '"%s"' % campaign.attrs["resource_name"]

    def _hole(self, field):
        """Returns a field's hole, or its value if all rows share it."""
        write = encode.encode_value
        if field.resource == "campaign":
            if campaign_entity(0).attrs.get(field.path) == (
                    campaign_entity(1).attrs.get(field.path)):
                return campaign_entity(0).attrs.get(field.path)
            return self._add(lambda campaign, day, vector: write(
                field, campaign.attrs[field.path]))
        if field.category == "SEGMENT":
            if field.path not in self.days[0]:
                return {"device": "MOBILE",
                        "ad_network_type": "MIXED"}.get(field.path)
            return self._add(lambda campaign, day, vector: write(
                field, day[field.path]))
        if field.category == "METRIC":
            # A hole always holds a value, so unset ratios are told as 0.
            return self._add(lambda campaign, day, vector: write(
                field, metric_value(field, vector) or 0))
        return attribute_value(field, Context(self.account.entity))

    def row(self, campaign, day, vector):
        """Returns an encoded row; day is its number in the range."""
        return self.format % tuple([write(campaign, self.days[day], vector)
                                    for write in self.order])

    def rows(self, first, count):
        """Returns encoded rows of campaigns by number."""
        made = []
        number = None
        for row in range(first, first + count):
            which, day = divmod(row, len(self.days))
            if which != number:
                number = which
                campaign = campaign_entity(number)
            made.append(self.row(campaign, day, vector_of(row)))
        return made

    def splits_all(self, devices):
        """Returns whether each made-up row is a row of the answer."""
        return "date" in self.kept and (devices == 1 or "device" in self.kept)

    def groups(self, count):
        """Returns the encoded sums of so many rows by campaign and the
        segments that are selected."""
        groups = {}
        for row in range(count):
            number, cell = divmod(row, len(self.days))
            key = number, tuple(self.days[cell].get(p) for p in self.kept)
            found = groups.get(key)
            groups[key] = (cell, vector_of(row)) if found is None else (
                found[0], tuple(map(operator.add, found[1], vector_of(row))))
        return [self.row(campaign_entity(key[0]), cell, vector)
                for key, (cell, vector) in groups.items()]

    def sums(self, count):
        """Returns the encoded sums of so many rows, one row a day."""
        sums = [daily.vector() for _ in self.days]
        for row in range(count):
            day = row % len(self.days)
            sums[day] = tuple(map(operator.add, sums[day], vector_of(row)))
        return [self.row(None, day, vector)
                for day, vector in enumerate(sums) if any(vector)]


class Bench:
    """The benchmark accounts' pages."""

    def __init__(self, world, manager_id, pages, rows, accounts, devices):
        self.world = world
        self.pages = pages
        self.rows = rows
        self.devices = DEVICES[:devices]
        self.accounts = [str(int(ACCOUNT) + n) for n in range(accounts)]
        for number in self.accounts:
            world.add(Account(number, "벤치마크 계정", "KRW", "Asia/Seoul"),
                      manager_id)
        self.account = world.accounts[ACCOUNT]
        self._lock = threading.Lock()
        self._bodies = {}       # query -> bodies of the first account
        self._finished = {}     # (query, gzip, account) -> [(head + body, head size)]
        self._tokens = {}       # token -> (query, page)

    def remove(self):
        """Takes the accounts out of the world."""
        for number in self.accounts:
            del self.world.accounts[number]
        self.world.links = [link for link in self.world.links
                            if link[1] not in self.accounts]

    def totals(self):
        """Returns the sums over all rows of one answer."""
        names = ("impressions", "clicks", "cost_micros")
        sums = dict.fromkeys(names, 0)
        for number in range(self.pages * self.rows):
            vector = vector_of(number)
            for name in names:
                sums[name] += vector[METRIC_INDEX[name]]
        return dict(sums, rows=self.pages * self.rows, account=ACCOUNT,
                    accounts=self.accounts)

    def serves(self, account_id, query):
        """Returns whether a query is answered from here."""
        if account_id not in self.accounts:
            return False
        return query in self._bodies or self.is_list(query) or (
            "segments.date" in query and
            gaql.parse(query).resource in ("campaign", "customer"))

    @staticmethod
    def is_list(query):
        """Returns whether a query asks for all campaigns, and no numbers."""
        return not any(word in query for word in (
            "segments.", "metrics.", "WHERE")) and (
                gaql.parse(query).resource == "campaign")

    def page_number(self, token):
        """Returns the page a token stands for, or None."""
        found = self._tokens.get(token)
        return found[1] if found else None

    def token(self, query, page, pages):
        """Returns the token of a page, None behind the last one."""
        if page >= pages:
            return None
        token = "bench-%s-%d" % (hashlib.blake2b(
            query.encode("utf-8"), digest_size=9).hexdigest(), page)
        self._tokens[token] = (query, page)
        return token

    def render(self, query, version):
        """Renders the bodies of all pages of a query."""
        today = self.world.today(self.account)
        parsed = gaql.parse(query)
        plan = rules.make_plan(parsed, version, today, False)
        days = plan.range.days(plan.range.first or today - DAY * 30, today)
        template = Template(plan, query, self.account, days or [today],
                            self.devices)
        mask = encode.field_mask(plan)
        count = self.pages * self.rows
        if self.is_list(query):
            rows = [template.row(campaign_entity(number), 0, vector_of(number))
                    for number in range(count)]
        elif parsed.resource == "customer":
            rows = template.sums(count)
        elif template.splits_all(len(self.devices)):
            rows = template.rows(0, count)
        else:
            rows = template.groups(count)
        size = len(rows) if parsed.resource == "customer" else self.rows
        pages = [rows[at:at + size] for at in range(0, len(rows), size)]
        return [encode.envelope(page, mask, self.token(
            query, number + 1, len(pages)), None, 40)
            for number, page in enumerate(pages or [[]])]

    def finish(self, bodies, account_id, compressed):
        """Makes responses of an account from the bodies of the first one."""
        finished = []
        for body in bodies:
            for name in ("customers/%s", '"%s"'):
                body = body.replace(name % ACCOUNT, name % account_id)
            body = body.encode("utf-8")
            headers = [("request-id", errors.request_id())]
            if compressed:
                body = gzip.compress(body, 1)
                headers.append(("Content-Encoding", "gzip"))
            head = wire.render_head(Response(200, headers=headers), len(body))
            finished.append((head + body, len(head)))
        return finished

    def answer(self, request, body, info, account_id, compressed):
        """Answers a search request with a finished response."""
        query, token = body["query"], body.get("pageToken")
        if token and self._tokens.get(token, (None,))[0] != query:
            raise errors.ApiError("requestError", "INVALID_PAGE_TOKEN",
                                  "The page token is invalid.")
        page = self.page_number(token) if token else 0
        with self._lock:
            if query not in self._bodies:
                self._bodies[query] = self.render(query, info["version"])
            key = query, compressed, account_id
            if key not in self._finished:
                self._finished[key] = self.finish(
                    self._bodies[query], account_id, compressed)
            finished, head_size = self._finished[key][page]
        return Response(200, memoryview(finished)[head_size:],
                        rows=self.rows, finished=finished)
