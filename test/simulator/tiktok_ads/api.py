"""The API for Business: one header, one envelope, status 200."""

import datetime
import re

from messages import Response, json_response
from tiktok_ads import facts, lists, reports, tasks
from tiktok_ads import params as read
from tiktok_ads.errors import Refusal, invalid
from tiktok_ads.expected import expected_rows
from tiktok_ads.model import LEVELS

PATH = re.compile(r"/open_api/v1\.3/(.*)\Z")
CREATE = "report/task/create/"
TOKEN = "sampletiktoktoken0123456789abcdef"
APP_ID = "7100000000000000001"
APP_SECRET = "sampletiktokappsecret"
SETTINGS = {
    "tiktok_rows_cap": 20000,   # a report has no more rows, the newest ones
    "tiktok_page_cap": 1000,    # most rows of a page, whatever is asked for
    "tiktok_empty_pages": 1,    # total_page of an empty list
    "tiktok_span": 0,           # longest range in days; 0: the documented one
    "tiktok_too_large": 0,      # days from which on code 40067 comes; 0: never
    "tiktok_decimal_counts": False,     # counts are written as "12.0"
    "tiktok_money_step": 1,     # money of a row is rounded to such hundredths
}


def restated_names(account, number):
    """Returns what a generation changes of an account's campaigns as (object,
    attribute, value): one has another name, one is deleted with all that is
    below it, and keeps its numbers."""
    there = [c for c in account.campaigns
             if c.attrs["secondary_status"] == "CAMPAIGN_STATUS_ENABLE"
             and not c.is_promoted and "quirk" not in c.traits]
    if not number or len(there) < 3:
        return []
    made = [(there[0], "campaign_name", "%s (%d)" % (there[0].name, number))]
    for level in LEVELS:
        for node in account.nodes(level):
            if node.at("campaign") is there[1]:
                made.append((node, "operation_status", "DISABLE"))
                made.append((node, "secondary_status",
                             level.upper() + "_STATUS_DELETE"))
    return made


class TikTokAds:
    """The platform as server.Simulator wants it."""

    name = "tiktok"

    def __init__(self, world, clock, settings):
        self.world = world
        self.clock = clock
        self.settings = settings
        settings.declare(SETTINGS)
        settings.declare(tasks.SETTINGS)
        self.tasks = tasks.Tasks(world, clock, settings)
        self.serial = 0
        self.first = {}         # what was changed: (where, name) -> value
        self.restated = []      # what a generation changed, in the same form

    # ---- for the control endpoints ---------------------------------------

    def expected_rows(self, params):
        """Returns what a correct reader ends up with."""
        return expected_rows(self.world, params)

    def list_accounts(self):
        """Returns the accounts with their local day."""
        return [{"id": a.id, "name": a.name, "currency": a.currency,
                 "time_zone": a.zone_name, "status": a.status,
                 "assigned": a.is_granted,
                 "today": self.world.today(a).isoformat(),
                 "campaigns": len(a.campaigns)}
                for a in self.world.accounts.values()]

    def reset(self):
        """Goes back to the start."""
        self.restate(0)
        for (account, node, name), value in self.first.items():
            self.apply(account, node, name, value)
        self.first = {}
        self.tasks.made = {}

    def change(self, account_id, setting, value):
        """Changes the account's status, or of an object KIND/ID/NAME:
        optimization_goal, operation_status, secondary_status, or
        delivery, the last day on which the ads of a campaign are shown."""
        account = self.world.accounts[account_id]
        node = None
        name = setting
        if "/" in setting:
            kind, node_id, name = setting.split("/")
            node = {n.id: n for n in account.nodes(kind)}[node_id]
        if name not in ("status", "optimization_goal", "operation_status",
                        "secondary_status", "delivery"):
            raise ValueError("no such setting")
        self.set(account, node, name, value)

    def restate(self, number):
        """Goes on to another generation of numbers, of the days until now, and of
        campaigns."""
        for key, value in reversed(self.restated):
            self.apply(*key, value)
        self.restated = []
        for account in self.world.accounts.values():
            today = self.world.today(account).toordinal()
            for ad in account.nodes("ad"):
                ad.traits["restated"] = number, today
            for node, name, value in restated_names(account, number):
                self.restated.append(((account, node, name),
                                      self.set(account, node, name, value)))
        facts.shown.cache_clear()

    def set(self, account, node, name, value):
        """Sets a value of an object or of the account; returns the one before."""
        before = node.attrs.get(name) if node else getattr(account, name)
        self.first.setdefault((account, node, name), before)
        self.apply(account, node, name, value)
        return before

    @staticmethod
    def apply(account, node, name, value):
        """Sets a value of an object or of the account."""
        if node is None:
            setattr(account, name, value)
        elif name == "delivery":
            node.traits["until"] = value and datetime.date.fromisoformat(
                value).toordinal()
            facts.shown.cache_clear()
        else:
            node.attrs[name] = value

    def revoke_tokens(self):
        """Does nothing: a reader could not get a new token."""

    # ---- for the server --------------------------------------------------

    def owns(self, path):
        """Returns whether a path is one of this platform's."""
        return path.startswith("/open_api/")

    def describe(self, request):
        """Returns what the log and the faults know about a request; never a
        secret."""
        shown = {k: v for k, v in request.params.items() if k != "secret"}
        page = request.params.get("page", "1")
        account = (request.params.get("advertiser_id")
                   or self.body_of(request).get("advertiser_id"))
        found = re.match(r'\["(\d+)"\]\Z',
                         request.params.get("advertiser_ids", ""))
        return {"account": found.group(1) if found else account,
                "query": "&".join("%s=%s" % pair
                                  for pair in sorted(shown.items())),
                "page": int(page) - 1 if page.isdigit() else None,
                "token_in": "header" if request.header("access-token")
                else None}

    @staticmethod
    def body_of(request):
        """Returns the body of a request, a JSON object."""
        try:
            body = request.json() if request.body else {}
        except ValueError:
            body = None
        return body if isinstance(body, dict) else {}

    def envelope(self, code, message, data, headers=(), rows=0, status=200):
        """Returns an answer of any kind."""
        self.serial += 1
        answer = json_response(status, {
            "code": code, "message": message, "data": data,
            "request_id": "20261122000101%018dAA" % self.serial}, headers)
        answer.rows = rows
        return answer

    def error_response(self, info, fault):
        """Returns the answer an "error" fault asks for: a code."""
        refusal = Refusal(int(fault["error"]), fault.get("message"))
        return self.envelope(refusal.code, refusal.message, {},
                             status=fault.get("http", 200))

    def handle(self, request, info, fault):
        """Answers a request; `fault` may hold as_account, repeat_rows,
        page_rows (most rows of this page) and endless."""
        match = PATH.match(request.path)
        try:
            if match is None or not request.path.endswith("/"):
                raise Refusal(40400, "Route not found.")
            path = match.group(1)
            if request.method != ("POST" if path == CREATE else "GET"):
                raise Refusal(40400, "Route not found.")
            self.check_token(request)
            return self.route(path, request, fault)
        except Refusal as refusal:
            return self.envelope(refusal.code, refusal.message, {})

    @staticmethod
    def check_token(request):
        """Refuses a request without the token."""
        token = request.header("access-token")
        if not token:
            raise Refusal(40104)
        if token != TOKEN:
            raise Refusal(40105)

    def route(self, path, request, fault):
        """Answers a request for a known path."""
        if path == "oauth2/advertiser/get/":
            return self.own_accounts(request.params)
        if path == "advertiser/info/":
            return self.info(request.params, fault)
        if path == CREATE:
            body = self.body_of(request)
            account = self.open(body.get("advertiser_id"), fault)
            return self.envelope(0, "OK", self.tasks.create(account, body))
        account = self.open(request.params.get("advertiser_id"), fault)
        if path == "report/task/check/":
            return self.envelope(0, "OK",
                                 self.tasks.check(account, request.params))
        if path == "report/task/download/":
            text, rows = self.tasks.download(account, request.params)
            return Response(200, text, "text/csv; charset=UTF-8", rows=rows)
        if path == "report/integrated/get/":
            return self.report(account, request.params, fault)
        level = path[:-len("/get/")]
        if level not in LEVELS or not path.endswith("/get/"):
            raise Refusal(40400, "Route not found.")
        found = lists.rows(account, level, request.params)
        return self.page(found, request.params, fault)

    def open(self, account_id, fault):
        """Returns an account that the token may read."""
        if account_id is None:
            raise invalid("advertiser_id: Missing data for required field.")
        account = self.world.accounts.get(account_id)
        if account is None or not account.is_granted:
            raise Refusal(40001)
        return self.world.accounts[fault.get("as_account", account_id)]

    def own_accounts(self, params):
        """Answers the list of the token's accounts."""
        for name, right in (("app_id", APP_ID), ("secret", APP_SECRET)):
            if name not in params:
                raise invalid("%s: Missing data for required field.", name)
            if params[name] != right:
                raise Refusal(40101, "Invalid app.")
        return self.envelope(0, "OK", {"list": [
            {"advertiser_id": a.id, "advertiser_name": a.name}
            for a in self.world.accounts.values() if a.is_granted]})

    def info(self, params, fault):
        """Answers about accounts."""
        wanted = read.text_list(params, "advertiser_ids")
        if wanted is None:
            raise invalid("advertiser_ids: Missing data for required field.")
        accounts = [self.open(one, fault) for one in wanted]
        return self.envelope(0, "OK", {"list": lists.info(accounts, params)})

    def report(self, account, params, fault):
        """Answers a page of a report."""
        query = reports.Query(params)
        self.check_size(query)
        rows = reports.rows(self.world, account, query,
                            self.settings["tiktok_money_step"])
        cap, headers = self.settings["tiktok_rows_cap"], []
        if len(rows) > cap:
            headers = [("X-Tt-Ads-Throttle", "Only the latest %d rows are "
                        "returned." % cap)]
            rows = rows[-cap:]
        if self.settings["tiktok_decimal_counts"]:
            for row in rows:
                row["metrics"] = {
                    name: value + ".0" if name in ("impressions", "clicks")
                    else value for name, value in row["metrics"].items()}
        return self.page(rows, params, fault, headers)

    def check_size(self, query):
        """Refuses ranges that are too long for today's settings."""
        if query.since is None:
            return
        days = (query.until - query.since).days + 1
        most = self.settings["tiktok_span"]
        if most and days > most:
            raise invalid("The time span is larger than %d days.", most)
        most = self.settings["tiktok_too_large"]
        if most and days >= most:
            raise Refusal(40067)

    def page(self, found, params, fault, headers=()):
        """Answers a page of rows."""
        number, size = read.page_of(params)
        size = min(size, fault.get("page_rows",
                                   self.settings["tiktok_page_cap"]))
        rows, info = read.cut_page(found, number, size,
                                   self.settings["tiktok_empty_pages"])
        if fault.get("repeat_rows"):
            rows = read.cut_page(found, max(number - 1, 1), size)[0]
        if fault.get("endless"):
            rows = []
            info["total_page"] = number + 1
        return self.envelope(0, "OK", {"list": rows, "page_info": info},
                             headers, len(rows))
