"""The AppsFlyer surface: app list, aggregate reports, raw reports with their
redirect to the host that holds the files."""

import base64
import datetime
import hashlib
import re
import secrets
import urllib.parse

from appsflyer import (aggregate, cells, cohort, errors, facts, fields, master,
                       quota, raw, skan)
from appsflyer.errors import Refusal, UnknownApp
from appsflyer.expected import expected_rows
from messages import Response, json_response

APP_LIST = "/api/mng/apps"
REPORT = re.compile(r"/api/(agg|raw)-data/export/app/([^/]*)/([^/]*)/v5\Z")
FILE = re.compile(r"/export/token/([^/]+)\Z")
MASTER = re.compile(r"/api/master-agg-data/v4/app/([^/]*)\Z")
COHORT = re.compile(r"/api/cohorts/v1/data/app/([^/]*)\Z")
SKAN = re.compile(r"/api/skadnetworks(-postbacks)?/v3/data/app/([^/]*)\Z")
OWN_PATHS = re.compile(r"/api/(mng|agg-data|raw-data|master-agg-data|cohorts|"
                       r"skadnetworks(-postbacks)?)/|/export/token/")
APP_ID = re.compile(r"[A-Za-z0-9._-]+\Z")

# Tokens of the second version issued before this are revoked.
TOKENS_SINCE = datetime.datetime(2026, 3, 10, 19,
                                 tzinfo=datetime.timezone.utc)
# How long the address of a file is good.
FILE_SECONDS = 300

SETTINGS = dict({
    "appsflyer_json_errors": False,
    "appsflyer_suspended": False,
    "appsflyer_no_plan": "",        # raw reports not paid for, by comma
    "appsflyer_apps_page": 1000,    # most apps of one page
}, **cells.SETTINGS, **cohort.SETTINGS, **master.SETTINGS,
   **quota.SETTINGS, **raw.SETTINGS, **skan.SETTINGS)


def make_token(text):
    """Returns a token that is as long as real ones and the same in every
    run."""
    blocks = [hashlib.sha512(("%s %d" % (text, n)).encode()).digest()
              for n in range(13)]
    return "simulated." + base64.urlsafe_b64encode(
        b"".join(blocks)).decode("ascii").rstrip("=")


API_TOKEN = make_token("current")
REVOKED_TOKEN = make_token("of last year")
ISSUED = {
    API_TOKEN: datetime.datetime(2026, 4, 1, tzinfo=datetime.timezone.utc),
    REVOKED_TOKEN: datetime.datetime(2025, 12, 1,
                                     tzinfo=datetime.timezone.utc),
}


class File:
    """A raw report that waits under its secret address."""

    def __init__(self, query, info, host, expires):
        self.query = query
        self.info = info
        self.host = host
        self.expires = expires


class AppsFlyer:
    """The platform as server.Simulator wants it."""

    name = "appsflyer"

    def __init__(self, world, clock, settings):
        self.world = world
        self.clock = clock
        self.settings = settings
        settings.declare(SETTINGS)
        self.quota = quota.Quota(clock, settings)
        self.files = {}
        self.revoked = False

    # ---- control ---------------------------------------------------------

    def expected_rows(self, params):
        """Returns what a correct reader ends up with."""
        return expected_rows(self.world, params)

    def list_accounts(self):
        """Returns the apps with their local day."""
        return [{"id": a.id, "name": a.name, "currency": a.currency,
                 "time_zone": a.zone_name, "platform": a.platform,
                 "today": self.world.today(a).isoformat(),
                 "campaigns": len(a.campaigns)}
                for a in self.world.apps.values()]

    def reset(self):
        """Goes back to the start: quotas are whole, files are gone."""
        self.quota.reset()
        self.files.clear()
        self.revoked = False
        self.restate(0)
        for app in self.world.apps.values():
            app.stopped.clear()
            app.enables_retargeting = True
            for campaign in app.campaigns:
                facts.run_until(campaign, None)

    def restate(self, number):
        """Goes on to another generation of numbers; 0 is the first."""
        self.world.restate(number)

    def change(self, app_id, setting, value):
        """Switches an in-app event or a media source off or on: event/NAME or
        media_source/NAME, "off" or "on"; or lets the app list tell another
        enable_retargetting."""
        app = self.world.apps[app_id]
        if setting == "enable_retargetting" and isinstance(value, bool):
            app.enables_retargeting = value
            return
        kind, _, name = setting.partition("/")
        if kind == "media_source" and value in ("on", "off"):
            for campaign in app.campaigns:
                if campaign.media_source == name:
                    facts.run_until(campaign, None if value == "on" else
                                    app.local(self.clock.now()).toordinal())
            return
        if kind != "event" or name not in {e.name for e in app.events} or (
                value not in ("on", "off")):
            raise ValueError("only event/NAME can be \"on\" or \"off\"")
        app.stopped.pop(name, None)
        if value == "off":
            app.stopped[name] = self.clock.now()

    def revoke_tokens(self):
        """Lets the token become invalid until the next reset."""
        self.revoked = True

    def start_bench(self, pages, rows, accounts=1):
        """There is none; raises ValueError."""
        raise ValueError("appsflyer has no benchmark accounts")

    # ---- requests --------------------------------------------------------

    def owns(self, path):
        """Returns whether a path is one of this platform's."""
        return bool(OWN_PATHS.match(path))

    def describe(self, request):
        """Returns what the log and the faults know about a request.  The
        address of a file is a secret; what it is a file of is not."""
        query = request.target.partition("?")[2] or None
        info = {"account": None, "report": None, "query": query,
                "page": None, "authorized":
                    request.header("authorization") is not None}
        match = REPORT.match(request.path)
        if match:
            info["account"] = urllib.parse.unquote(match.group(2))
            info["report"] = match.group(3)
        elif MASTER.match(request.path):
            info["account"] = urllib.parse.unquote(
                MASTER.match(request.path).group(1))
            info["report"] = "master"
        elif SKAN.match(request.path):
            match = SKAN.match(request.path)
            info["account"] = urllib.parse.unquote(match.group(2))
            info["report"] = "skan-postbacks" if match.group(1) else "skan"
        elif FILE.match(request.path):
            file = self.files.get(FILE.match(request.path).group(1))
            info["path"] = "/export/token/..."
            if file is not None:
                info.update(account=file.info["account"],
                            report=file.info["report"],
                            query=file.info["query"])
        elif COHORT.match(request.path):
            info.update(
                account=urllib.parse.unquote(
                    COHORT.match(request.path).group(1)),
                report="cohort",
                query=request.body.decode("utf-8", "replace"))
        elif request.path == APP_LIST:
            info["page"] = self.page_of(request)
        return info

    @staticmethod
    def page_of(request):
        """Returns the page of the app list that is asked for, or None."""
        try:
            return (int(request.params.get("offset", 0))
                    // int(request.params.get("limit", 1000)))
        except (ValueError, ZeroDivisionError):
            return None

    def error_response(self, info, fault):
        """Returns the answer an "error" fault asks for."""
        return errors.injected(fault, self.settings["appsflyer_json_errors"])

    def handle(self, request, info, fault):
        """Answers a request; `fault` may hold repeat_rows and endless (of the
        app list) and as_account."""
        try:
            if COHORT.match(request.path):
                return self.cohort(request, fault)
            if request.method != "GET":
                raise UnknownApp()
            match = FILE.match(request.path)
            if match:
                return self.send_file(request, match.group(1))
            self.check_token(request)
            if request.path == APP_LIST:
                return self.app_list(request, fault)
            match = MASTER.match(request.path)
            if match:
                return self.master(match.group(1), request, fault)
            match = SKAN.match(request.path)
            if match:
                return self.skan(*match.groups(), request, fault)
            match = REPORT.match(request.path)
            if not match:
                raise UnknownApp()
            app = self.open_app(match.group(2))
            app = self.world.apps[fault.get("as_account", app.id)]
            if match.group(1) == "agg":
                return self.aggregate(app, match.group(3), request)
            return self.raw(app, match.group(3), request, info)
        except UnknownApp:
            return errors.not_found()
        except Refusal as refusal:
            return errors.response_of(
                refusal, self.settings["appsflyer_json_errors"])

    def cohort(self, request, fault):
        """Answers a request of the Cohort API."""
        try:
            self.check_token(request)
        except Refusal as refusal:
            raise refusal if self.settings["appsflyer_suspended"] else (
                errors.cohort_token())
        off = self.settings["appsflyer_cohort_off"]
        if off:
            raise Refusal(off, "Not found" if off == 404 else "Forbidden")
        if request.method != "POST":
            raise UnknownApp()
        app = self.open_app(COHORT.match(request.path).group(1))
        app = self.world.apps[fault.get("as_account", app.id)]
        self.quota.take_cohort()
        try:
            if request.header("content-type") != "application/json":
                raise cohort.BadBody("Invalid value: body is no JSON")
            if request.params.get("format") != "json":
                raise cohort.BadBody(
                    "Invalid value: only format=json is simulated")
            query = cohort.Query(app, request.body, self.world.now(),
                                 self.settings)
        except cohort.BadBody as bad:
            return cohort.refusal(bad)
        return cohort.answer(query, self.world.now(), self.settings)

    def check_token(self, request):
        """Raises Refusal unless the bearer token is good."""
        kind, _, token = (request.header("authorization") or "").partition(
            " ")
        issued = ISSUED.get(token)
        if kind != "Bearer" or issued is None or issued < TOKENS_SINCE or (
                self.revoked):
            raise errors.invalid_token()
        if self.settings["appsflyer_suspended"]:
            raise errors.suspended()

    def open_app(self, text):
        """Returns the app of a path; raises UnknownApp."""
        app_id = urllib.parse.unquote(text)
        if not APP_ID.match(app_id) or app_id not in self.world.apps:
            raise UnknownApp()
        return self.world.apps[app_id]

    def master(self, text, request, fault):
        """Answers the Master API."""
        if self.settings["appsflyer_master_off"]:
            raise Refusal(404, "Not found")
        app_id = urllib.parse.unquote(text)
        if app_id not in self.world.apps:
            raise Refusal(403, "Not authorized app-ids: " + app_id)
        app = self.world.apps[fault.get("as_account", app_id)]
        query = master.Query(app, request.params, self.world.now())
        body, count = master.answer(query, self.world.now(), self.settings)
        return Response(200, body, "text/csv", rows=count)

    def skan(self, postbacks, text, request, fault):
        """Answers the SKAdNetwork APIs, which send CSV as plain text."""
        off = self.settings["appsflyer_skan_off"]
        if off:
            raise Refusal(off, "Not found" if off == 404 else "No permission")
        app_id = urllib.parse.unquote(text)
        if app_id not in self.world.apps:
            raise Refusal(404, "Not found")
        app = self.world.apps[fault.get("as_account", app_id)]
        if app.platform != "ios" and self.settings["appsflyer_skan_android"]:
            raise Refusal(404, "Not found")
        self.quota.take_skan()
        query = skan.Query(app, "postbacks" if postbacks else "performance",
                           request.params, self.world.now())
        body, count = skan.answer(query, self.world.now(), self.settings)
        return Response(200, body, "text/plain", rows=count)

    def aggregate(self, app, slug, request):
        """Answers an aggregate report."""
        report = fields.AGGREGATE_REPORTS.get(slug)
        if report is None:
            raise UnknownApp()
        query = aggregate.Query(app, report, request.params)
        self.quota.take_aggregate(app.id, report, query.days)
        body, count = aggregate.answer(query, self.world.now(),
                                       self.settings)
        return Response(200, body, "text/csv", rows=count)

    def raw(self, app, slug, request, info):
        """Answers a raw report: with the address of its file."""
        unpaid = self.settings["appsflyer_no_plan"].split(",")
        if slug in fields.FRAUD_REPORTS:
            raise errors.INJECTED["protect360"]()
        if slug in fields.UNPAID_REPORTS or slug in unpaid:
            raise errors.no_plan()
        report = fields.RAW_REPORTS.get(slug)
        if report is None:
            raise UnknownApp()
        query = raw.Query(app, report, request.params, self.settings,
                          self.world.now())
        self.quota.take_raw(app.id, report)
        host = other_host(request)
        name = "%s__%s_SIGNATURE%s" % (app.id, slug, secrets.token_hex(24))
        self.files[name] = File(query, info, host,
                                self.clock.seconds() + FILE_SECONDS)
        scheme = request.base_url.partition(":")[0]
        return Response(302, b"", "text/html", [
            ("Location", "%s://%s/export/token/%s" % (scheme, host, name))])

    def send_file(self, request, name):
        """Answers on the host of files, where the address is the credential
        and any other one is a mistake."""
        file = self.files.get(name)
        if file is None or request.header("host") != file.host:
            raise UnknownApp()
        if request.header("authorization") is not None:
            raise Refusal(400, "Only one auth mechanism allowed")
        if self.clock.seconds() > file.expires:
            raise Refusal(400, "Request has expired")
        body, count = raw.answer(file.query, self.world.now(), self.settings)
        return Response(200, body, "text/csv", rows=count)

    # ---- app list --------------------------------------------------------

    def app_list(self, request, fault):
        """Answers one page of the apps."""
        try:
            limit = int(request.params.get("limit", 1000))
            offset = int(request.params.get("offset", 0))
        except ValueError:
            limit = offset = -1
        if not 1 <= limit <= 1000 or offset < 0:
            raise Refusal(400, "Invalid limit or offset")
        self.quota.take_app_list()
        limit = min(limit, self.settings["appsflyer_apps_page"])
        apps = list(self.world.apps.values())
        links = {"self": page_link(request, offset, limit)}
        if offset > 0:
            links["prev"] = page_link(request, max(0, offset - limit), limit)
        if offset + limit < len(apps):
            links["next"] = page_link(request, offset + limit, limit)
        shown = apps[offset:offset + limit]
        if fault.get("repeat_rows") and offset > 0:
            shown = apps[max(0, offset - limit):offset]
        if fault.get("endless"):
            shown = []
            links["next"] = page_link(request, offset + limit, limit)
        return json_response(200, {
            "data": [{"id": app.id, "type": "app",
                      "attributes": app.attributes()} for app in shown],
            "meta": {"total_items": len(apps)}, "links": links})


def page_link(request, offset, limit):
    """Returns the address of a page of the app list."""
    scheme = request.base_url.partition(":")[0]
    host = request.header("host") or request.base_url.partition("//")[2]
    return "%s://%s%s?offset=%d&limit=%d" % (scheme, host, APP_LIST, offset,
                                             limit)


def other_host(request):
    """Returns the name and port of the host of files: the same server by
    another of its loopback names."""
    port = request.base_url.rpartition(":")[2]
    asked = (request.header("host") or "").rpartition(":")[0]
    return "%s:%s" % ("127.0.0.1" if asked == "localhost" else "localhost",
                      port)
