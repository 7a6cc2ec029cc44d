"""What the AppsFlyer tests share: the surface without a network, and a
reader of its answers that knows CSV from Python's library only."""

import csv
import datetime
import io
import json
import unittest
import urllib.parse

from appsflyer import api
from appsflyer.sample import MAIN, SampleWorld
from messages import Request
from state import UTC, Clock, Settings

NOW = datetime.datetime(2026, 11, 24, 3, tzinfo=UTC)
SEOUL = "Asia/Seoul"


class Surface(unittest.TestCase):
    """A platform with helpers to call it."""

    def setUp(self):
        self.clock = Clock()
        self.clock.set(NOW)
        self.settings = Settings()
        self.api = api.AppsFlyer(SampleWorld(self.clock), self.clock,
                                 self.settings)
        # Most tests are about something else.
        self.settings.change({"appsflyer_minute_calls": 1000})

    def call(self, path, token=api.API_TOKEN, host="127.0.0.1:1",
             method="GET", fault=None, **params):
        """Returns the Response of a request."""
        headers = {"host": host}
        if token is not None:
            headers["authorization"] = "Bearer " + token
        if params:
            path += "?" + urllib.parse.urlencode(
                {k.rstrip("_"): v for k, v in params.items()})
        request = Request(method, path, headers, b"", "http://127.0.0.1:1")
        info = dict(method=method, path=request.path)
        info.update(self.api.describe(request))
        self.info = info
        if fault:
            return self.api.error_response(info, fault)
        return self.api.handle(request, info, {})

    def aggregate(self, report="partners_by_date_report", app=MAIN,
                  from_="2026-11-20", to="2026-11-21", timezone=SEOUL,
                  **more):
        """Returns the Response of an aggregate report."""
        params = dict({"from": from_, "to": to}, **more)
        if timezone is not None:
            params["timezone"] = timezone
        return self.call("/api/agg-data/export/app/%s/%s/v5" % (app, report),
                         **params)

    def raw(self, report="in_app_events_report", app=MAIN,
            from_="2026-11-20", to="2026-11-21", timezone=SEOUL, **more):
        """Returns the Response of a raw report's first call."""
        params = dict({"from": from_, "to": to}, **more)
        if timezone is not None:
            params["timezone"] = timezone
        return self.call("/api/raw-data/export/app/%s/%s/v5" % (app, report),
                         **params)

    def follow(self, response, token=None):
        """Returns the Response of the address that one redirects to."""
        self.assertEqual(response.status, 302, response.body)
        address = urllib.parse.urlsplit(dict(response.headers)["Location"])
        return self.call(address.path, token, address.netloc)

    def fetch(self, *arguments, **more):
        """Returns the rows of a raw report as dicts."""
        return self.rows(self.follow(self.raw(*arguments, **more)))

    def header(self, response):
        """Returns the names in the header line of a report."""
        return self.table(response)[0]

    def table(self, response):
        """Returns the cells of a report."""
        self.assertEqual(response.status, 200, response.body)
        text = bytes(response.body).decode("utf-8-sig")
        rows = list(csv.reader(io.StringIO(text, newline=""), strict=True))
        self.assertEqual({len(row) for row in rows}, {len(rows[0])})
        self.assertEqual(response.rows, len(rows) - 1)
        return rows

    def rows(self, response):
        """Returns the rows of a report as dicts by header name."""
        header, *rows = self.table(response)
        return [dict(zip(header, row)) for row in rows]

    def world(self, table, **params):
        """Returns what a correct reader ends up with."""
        return self.api.expected_rows(dict(params, resource=table))

    def assert_refused(self, response, status, text):
        """Checks the status and the plain text of a refusal."""
        self.assertEqual((response.status, response.body.decode()),
                         (status, text))
        self.assertEqual(response.content_type, "text/plain")

    def json(self, response):
        """Returns the JSON of an answer with status 200."""
        self.assertEqual(response.status, 200, response.body)
        return json.loads(response.body)
