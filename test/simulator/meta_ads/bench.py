"""Benchmark accounts: their daily campaign report has a fixed number of pages
of made-up rows, whatever the days."""

import threading

from meta_ads.insights import Sum, Teller
from meta_ads.model import MICRO, Account, Node, Part

FIRST = 9000000000000001
NAME = "KR | 성과 최대화 | 신규 고객 | 2026 하반기 캠페인 %d"


def part_of(number):
    """Returns the numbers of a row."""
    clicks = 3 + number % 503
    counts = {("omni_purchase", "default"): number % 17 * MICRO,
              ("link_click", "default"): clicks * MICRO}
    return Part({"impressions": 20000 + number % 9973, "clicks": clicks,
                 "inline_link_clicks": clicks, "spend":
                     clicks * 1234 * MICRO}, counts,
                {("omni_purchase", "default"): number % 17 * 500 * MICRO})


class Bench:
    """The benchmark accounts and their rows."""

    def __init__(self, world, pages, rows, accounts):
        self.world = world
        self.rows = rows
        self.total = pages * rows
        self.accounts = [str(FIRST + n) for n in range(accounts)]
        self._lock = threading.Lock()
        self._rendered = {}
        for number in self.accounts:
            world.add(Account(number, "벤치마크 계정", "KRW", "Asia/Seoul"))

    def remove(self):
        """Takes the accounts out of the world."""
        for number in self.accounts:
            del self.world.accounts[number]

    def totals(self):
        """Returns the sums over all rows of one account."""
        sums = dict.fromkeys(("impressions", "clicks", "spend"), 0)
        for number in range(self.total):
            for name in sums:
                sums[name] += part_of(number).scalars[name]
        sums["spend"] //= MICRO
        return dict(sums, rows=self.total, account=self.accounts[0],
                    accounts=self.accounts)

    def serves(self, plan):
        """Returns whether a report is answered from here."""
        return plan.node.id in self.accounts and plan.level == "campaign"

    def report(self, world, plan):
        """Returns the rows of a report, rendered once."""
        key = (plan.node.id, tuple(plan.fields), tuple(plan.buckets))
        with self._lock:
            if key not in self._rendered:
                self._rendered[key] = self.render(world, plan)
            return self._rendered[key]

    def render(self, world, plan):
        """Renders the rows of a report."""
        teller, made, campaign = Teller(world, plan), [], None
        holder = Account(plan.node.id, plan.node.name, "KRW", "Asia/Seoul")
        for number in range(self.total):
            which, day = divmod(number, len(plan.buckets))
            if day == 0:
                campaign = Node("campaign", 900000000000000000 + which, {
                    "name": NAME % which, "objective": "OUTCOME_SALES",
                    "buying_type": "AUCTION", "effective_status": "ACTIVE"},
                    holder)
            row = Sum(campaign, {}, plan.buckets[day])
            row.part = part_of(number)
            row.settings = {"7d_click_1d_view"}
            made.append(teller.row(row))
        return made
