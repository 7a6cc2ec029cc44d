"""The raw-data reports: one row per install, conversion or event, dated by
when it happened."""

import datetime
import decimal

from appsflyer import cells, errors, people, ranges
from appsflyer.errors import Refusal
from appsflyer.fields import (ADDITIONAL, RAW_COLUMNS, RAW_DAYS,
                              RAW_REACH_DAYS)
from daily import noise

CATEGORIES = ("standard", "facebook", "twitter")
FILTER_NAMES = {"facebook": "Facebook Ads", "twitter": "Twitter"}
ROW_CAPS = {"200000": "appsflyer_rows_small",
            "1000000": "appsflyer_rows_large"}
SETTINGS = {"appsflyer_rows_small": 200000,
            "appsflyer_rows_large": 1000000,
            # Currency that rows with revenue tell; empty: the one asked for.
            "appsflyer_revenue_currency": ""}


class Query:
    """A request for a raw report, checked."""

    def __init__(self, app, report, params, settings, now):
        self.app = app
        self.report = report
        self.date = ranges.dater(app, params.get("timezone"))
        self.first, self.last = ranges.time_range(params)
        today = self.date(now).date()
        if self.first.date() < today - ranges.DAY * RAW_REACH_DAYS:
            raise errors.lookback()
        longest = RAW_DAYS[report.is_event]
        if (self.last.date() - self.first.date()).days + 1 > longest:
            raise Refusal(400, "The date range of this report is limited to "
                          "%d days" % longest)
        # Older rows are left out without a word.
        self.oldest = today - ranges.DAY * longest
        cap = params.get("maximum_rows", "200000")
        if cap not in ROW_CAPS:
            raise Refusal(400, "Invalid limit type")
        self.cap = settings[ROW_CAPS[cap]]
        self.in_dollars = params.get("currency") != "preferred"
        self.added = self.checked_fields(params.get("additional_fields"))
        self.read_filters(params)

    def checked_fields(self, text):
        """Returns the additional fields asked for; raises Refusal."""
        names = [name for name in (text or "").split(",") if name]
        for name in names:
            if name not in ADDITIONAL or name in self.report.refuses:
                raise Refusal(400, "Unsupported additional field: " + name)
        return [name for name in ADDITIONAL if name in names]

    def read_filters(self, params):
        """Reads what narrows the rows; what a report does not know is
        ignored."""
        known = self.report.filters
        self.source = params.get("media_source")
        category = params.get("category")
        if category is not None and category not in CATEGORIES:
            raise Refusal(400, "Unrecognized category.")
        if self.source is not None and category is None:
            raise Refusal(400, "media_source must be sent with category.")
        self.source = FILTER_NAMES.get(self.source, self.source)
        self.geo = params.get("geo")
        self.agencies = self.events = self.installed = None
        if "agency" in known and params.get("agency"):
            self.agencies = params["agency"].split(",")
        if "event_name" in known and params.get("event_name"):
            self.events = params["event_name"].split(",")
        if "from_install_time" in known and params.get("from_install_time"):
            self.installed = ranges.time_range(params, "install_time")

    def wants(self, row):
        """Returns whether a row passes the filters."""
        happened = self.date(row.event.instant if row.event
                             else row.user.instant)
        if not self.first <= happened <= self.last or (
                happened.date() < self.oldest):
            return False
        if self.source not in (None, row.campaign.media_source):
            return False
        if self.geo not in (None, row.user.part.country):
            return False
        if self.agencies is not None and (
                row.campaign.agency not in self.agencies):
            return False
        if self.events is not None and (
                row.event is None or row.event.name not in self.events):
            return False
        return self.installed is None or (
            self.installed[0] <= self.date(row.user.instant)
            <= self.installed[1])

    def rows(self, now):
        """Returns the rows, cut without a word where there are too many."""
        def utc(local, hours):
            return local.replace(tzinfo=datetime.timezone.utc) + (
                datetime.timedelta(hours=hours))

        found = people.rows_between(
            self.app, self.report, utc(self.first, -15),
            min(utc(self.last, 15), people.latest(self.report, now)))
        return [row for row in found if self.wants(row)][:self.cap]


def cell_of(query, value):
    """Returns a value as raw data write it."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, datetime.datetime):
        return query.date(value).strftime("%Y-%m-%d %H:%M:%S")
    return str(value)


def row_cells(query, row, number, settings):
    """Returns the cells of a row, those of additional fields included."""
    values = people.values_of(query.app, row)
    extra = people.additional_of(row)
    revenue = values.pop("event_revenue", None)
    made = {name: cell_of(query, value)
            for name, value in values.items()}
    time = "event_time" if row.event else "install_time"
    made[time] = cells.odd_date(settings, number, made[time], 10)
    if row.event and not made["event_value"]:
        # Some apps' values read so where there is none.
        spelled = noise(row.user.data.hex(), "value")[0] % 2 == 0
        made["event_value"] = "null" if spelled else ""
    if revenue is not None:
        dollars = format(query.app.usd_rate * decimal.Decimal(revenue) / 100,
                         ".2f")
        made["event_revenue_usd"] = dollars
        made["event_revenue"] = (dollars if query.in_dollars
                                 else cells.plain(revenue))
        made["event_revenue_currency"] = settings[
            "appsflyer_revenue_currency"] or (
            "USD" if query.in_dollars else query.app.currency)
    else:
        # Some answers spell it out.
        spelled = noise(row.user.data.hex(), "null")[0] % 10 == 0
        made["event_revenue"] = "NULL" if spelled else ""
    return [made.get(name, "") for _, name in RAW_COLUMNS] + [
        cell_of(query, extra.get(name)) for name in query.added]


def answer(query, now, settings):
    """Returns (CSV body, number of rows) of a checked request."""
    rows = [row_cells(query, row, number, settings)
            for number, row in enumerate(query.rows(now))]
    header = [name for name, _ in RAW_COLUMNS] + [
        ADDITIONAL[name] for name in query.added]
    return cells.render(header, rows, settings, True), len(rows)
