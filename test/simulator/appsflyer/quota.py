"""How many calls are left.  Quotas count calls, not rows or days; the quota
day begins at 00:00 UTC; calls that are refused do not count."""

import collections
import threading

from appsflyer import errors

# A call of so many days or fewer is limited by the minute only.
SHORT_RANGE_DAYS = 2
MINUTE_SECONDS = 60

SETTINGS = {
    "appsflyer_minute_calls": 1,        # short aggregates, per app and report
    "appsflyer_daily_app": 24,          # longer aggregates, per app
    "appsflyer_daily_account": 120,
    "appsflyer_installs_app": 24,       # raw, per app and report
    "appsflyer_installs_account": 120,
    "appsflyer_events_app": 12,
    "appsflyer_events_account": 60,
    "appsflyer_apps_minute": 20,        # app list
    "appsflyer_apps_day": 100,
    # Calls spent today beside those made, by key: "aggregate APP",
    # "aggregate", "raw APP/REPORT", "installs", "events", "apps".
    "appsflyer_spent": {},
    "appsflyer_old_wording": False,     # raw quota texts of former years
}


class Quota:
    """The calls of one account."""

    def __init__(self, clock, settings):
        self.clock = clock
        self.settings = settings
        self._lock = threading.Lock()
        self.reset()

    def reset(self):
        """Forgets all calls."""
        self._day = None
        self._today = collections.Counter()
        self._recent = collections.defaultdict(list)

    def _spent(self, key):
        """Returns the calls counted under a key today."""
        return self._today[key] + self.settings["appsflyer_spent"].get(key, 0)

    def _open_day(self):
        """Starts a new day's counters at 00:00 UTC."""
        day = self.clock.now().date()
        if day != self._day:
            self._day = day
            self._today.clear()

    def _minute_is_full(self, key, limit):
        """Returns whether the last 60 seconds held so many calls."""
        now = self.clock.seconds()
        self._recent[key] = [t for t in self._recent[key]
                             if 0 <= now - t < MINUTE_SECONDS]
        return len(self._recent[key]) >= limit

    def take_aggregate(self, app_id, report, days):
        """Counts a call of an aggregate report, or raises Refusal."""
        refusal = errors.aggregate_limit(report.quota_name)
        minute = app_id, report.slug
        with self._lock:
            self._open_day()
            if days <= SHORT_RANGE_DAYS:
                if self._minute_is_full(minute, self.settings[
                        "appsflyer_minute_calls"]):
                    raise refusal
                self._recent[minute].append(self.clock.seconds())
                return
            for key, limit in (("aggregate " + app_id, "daily_app"),
                               ("aggregate", "daily_account")):
                if self._spent(key) >= self.settings["appsflyer_" + limit]:
                    raise refusal
            self._today["aggregate " + app_id] += 1
            self._today["aggregate"] += 1

    def take_raw(self, app_id, report):
        """Counts a call of a raw report, or raises Refusal."""
        group = "events" if report.is_event else "installs"
        own = "raw %s/%s" % (app_id, report.slug)
        with self._lock:
            self._open_day()
            for key, scope in ((own, "app"), (group, "account")):
                if self._spent(key) >= self.settings["appsflyer_%s_%s" % (
                        group, scope)]:
                    raise errors.raw_limit(
                        report.is_event, scope,
                        self.settings["appsflyer_old_wording"])
            self._today[own] += 1
            self._today[group] += 1

    def take_cohort(self):
        """Counts a call of the Cohort API, or raises Refusal."""
        with self._lock:
            if self._minute_is_full("cohort", self.settings[
                    "appsflyer_cohort_minute"]):
                raise errors.too_many()
            self._recent["cohort"].append(self.clock.seconds())

    def take_skan(self):
        """Counts a call of a SKAdNetwork API, or raises Refusal."""
        with self._lock:
            if self._minute_is_full("skan", self.settings[
                    "appsflyer_skan_minute"]):
                raise errors.skan_limit()
            self._recent["skan"].append(self.clock.seconds())

    def take_app_list(self):
        """Counts a call of the app list, or raises Refusal."""
        with self._lock:
            self._open_day()
            if self._minute_is_full("apps", self.settings[
                    "appsflyer_apps_minute"]) or self._spent("apps") >= (
                    self.settings["appsflyer_apps_day"]):
                raise errors.too_many()
            self._recent["apps"].append(self.clock.seconds())
            self._today["apps"] += 1
