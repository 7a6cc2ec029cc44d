"""The Moment API: a business token, a header with the account."""

import re
import urllib.parse

from kakao_moment import errors, facts, lists, reports, throttle
from kakao_moment.errors import Refusal
from kakao_moment.expected import expected_rows
from kakao_moment.world import LEVELS, Account, Spec, add_campaign
from messages import json_response

PATH = re.compile(r"/openapi/v4/([A-Za-z]+)(?:/([A-Za-z0-9]+))?\Z")
TOKEN = "samplekakaobusinesstoken0123456789abcdef"
# A second one of the same app: they share the throttle.
SECOND_TOKEN = "samplekakaosecondbusinesstoken0123456789"
LOGIN_TOKEN = "samplekakaologintoken0123456789abcdef"
APPS = {TOKEN: "app", SECOND_TOKEN: "app"}
SCOPE = "moment_management"
LACKING = ("balance", "bizRight", "trackers")
# What somebody may change: attribute of a node or an account.
CHANGES = ("config", "name", "goal")
FIRST_BENCH = 790001
BENCH = Spec("Bench", "DISPLAY", "CONVERSION", "ON", 4000, 20000,
             "IMAGE_BANNER", None, 0)

SETTINGS = dict({
    "kakao_scopes": SCOPE,      # of the token, by blank
    "kakao_401_code": True,     # a refused token has a code
}, **lists.SETTINGS, **reports.SETTINGS, **throttle.SETTINGS)


def restated_names(account, number):
    """Returns what a generation changes of an account's campaigns as (object,
    attribute, value): one has another name, one is deleted with all that is
    below it, and keeps its numbers."""
    there = [c for c in account.campaigns
             if c.config == "ON" and c.spec.quirk is None]
    if not number or len(there) < 3:
        return []
    return [(there[0], "name", "%s (%d)" % (there[0].name, number))] + [
        (node, "config", "DEL") for level in LEVELS
        for node in account.nodes(level) if node.at("campaign") is there[1]]


class KakaoMoment:
    """The platform as server.Simulator wants it."""

    name = "kakao_moment"

    def __init__(self, world, clock, settings):
        self.world = world
        self.clock = clock
        self.settings = settings
        settings.declare(SETTINGS)
        self.throttle = throttle.Throttle(settings)
        self.first = {}         # what was changed: (object, name) -> value
        self.restated = []      # what a generation changed, in the same form

    # ---- for the control endpoints ---------------------------------------

    def expected_rows(self, params):
        """Returns what a correct reader ends up with."""
        return expected_rows(self.world, self.settings, params)

    def list_accounts(self):
        """Returns the accounts with their local day."""
        return [{"id": a.id, "name": a.name, "currency": "KRW",
                 "time_zone": "Asia/Seoul", "config": a.config,
                 "assigned": a.is_granted,
                 "today": self.world.today().isoformat(),
                 "campaigns": len(a.campaigns)}
                for a in self.world.accounts.values()]

    def reset(self):
        """Goes back to the start."""
        self.restate(0)
        for (one, name), value in self.first.items():
            setattr(one, name, value)
        self.first = {}
        self.throttle.reset()
        for account in list(self.world.accounts):
            if int(account) >= FIRST_BENCH:
                del self.world.accounts[account]

    def change(self, account_id, setting, value):
        """Changes `config` or `name` of the account, or of campaign/ID,
        ad_group/ID, creative/ID with one of these or `goal`."""
        one, name = self.world.accounts[account_id], setting
        if "/" in setting:
            level, node_id, name = setting.split("/")
            one = {n.id: n for n in one.nodes(level)}[node_id]
        if name not in CHANGES:
            raise ValueError("no such setting")
        self.set(one, name, value)

    def restate(self, number):
        """Goes on to another generation of numbers, of the days until today, and
        of campaigns."""
        for (one, name), value in reversed(self.restated):
            setattr(one, name, value)
        self.restated = []
        today = self.world.today().toordinal()
        for account in self.world.accounts.values():
            for creative in account.creatives():
                creative.restated = number, today
            for one, name, value in restated_names(account, number):
                self.restated.append(((one, name), self.set(one, name, value)))
        facts.forget()

    def set(self, one, name, value):
        """Sets an attribute of a node or an account; returns the one before."""
        before = getattr(one, name)
        self.first.setdefault((one, name), before)
        setattr(one, name, value)
        return before

    def revoke_tokens(self):
        """Does nothing: a reader could not get a new token."""

    def start_bench(self, campaigns, groups, creatives=1, accounts=1):
        """Adds accounts with so many campaigns, ad groups in each, and
        creatives in each of these."""
        for n in range(accounts):
            account = Account(str(FIRST_BENCH + n), "Bench %d" % (n + 1))
            self.world.accounts[account.id] = account
            for position in range(campaigns):
                add_campaign(account, position, BENCH._replace(
                    name="Bench %d" % position, groups=groups), creatives)
        return {"accounts": accounts, "campaigns": campaigns,
                "ad_groups": campaigns * groups,
                "creatives": campaigns * groups * creatives}

    # ---- for the server --------------------------------------------------

    def owns(self, path):
        """Returns whether a path is one of this platform's."""
        return path.startswith("/openapi/")

    def describe(self, request):
        """Returns what the log and the faults know about a request."""
        page = request.params.get("page", "0")
        return {"account": request.header("adaccountid")
                or request.params.get("adAccountId"),
                "query": urllib.parse.unquote(
                    request.target.partition("?")[2]) or None,
                "page": int(page) if page.isdigit() else None,
                "header_account": request.header("adaccountid"),
                "authorized": request.header("authorization") is not None}

    def error_response(self, info, fault):
        """Returns the answer an "error" fault asks for."""
        return errors.injected(fault)

    def handle(self, request, info, fault):
        """Answers a request; `fault` may hold as_account, repeat_rows
        and endless."""
        try:
            match = PATH.match(request.path)
            if match is None or request.method != "GET":
                raise errors.platform(-9, "no such api.", 404)
            app = self.app_of(request)
            return self.route(request, app, *match.groups(), fault)
        except Refusal as refusal:
            return refusal.response

    def app_of(self, request):
        """Returns the app of the request's token; raises Refusal."""
        kind, _, token = (request.header("authorization")
                          or "").partition(" ")
        has_code = self.settings["kakao_401_code"]
        if token == LOGIN_TOKEN:
            raise errors.signed_out(errors.NOT_BUSINESS, has_code)
        if kind != "Bearer" or token not in APPS:
            raise errors.signed_out("this access token does not exist",
                                    has_code)
        if SCOPE not in self.settings["kakao_scopes"].split():
            raise errors.platform(-402, required_scopes=[SCOPE],
                                  api_type="MOMENT")
        return APPS[token]

    def route(self, request, app, kind, what, fault):
        """Answers a request with a good token."""
        if what == "report" and kind in reports.REPORTS:
            return self.report(request, app, kind, fault)
        if kind == "adAccounts" and what in LACKING:
            return json_response(501, {"msg": "the simulator lacks this"})
        if kind == "adAccounts":
            return self.accounts(request, what, fault)
        if kind not in lists.LISTS:
            raise errors.platform(-9, "no such api.", 404)
        account = self.open(request.header("adaccountid"), fault)
        if what is not None:
            return json_response(200, lists.detail(
                self.node(account, lists.LISTS[kind][0], what)))
        found = lists.of_parent(account, kind, request.params, self.settings)
        return self.listed(found, request.params)

    def listed(self, found, params):
        """Answers a list: whole, or a page where such lists have pages."""
        size = self.settings["kakao_lists_page"]
        body = {"content": [lists.short(one) for one in found]}
        if size:
            body = lists.page(found, dict(params, size=str(size)),
                              self.settings)
        rows = body["content"]
        answer = json_response(200, rows if self.settings["kakao_bare_lists"]
                               else body)
        answer.rows = len(rows)
        return answer

    def accounts(self, request, what, fault):
        """Answers the list of accounts, a page of it, or one account."""
        found = self.world.granted()
        if what is None:
            return self.listed(found, request.params)
        if what == "pages":
            params = dict(request.params)
            if fault.get("repeat_rows"):
                params["page"] = str(max(int(params.get("page", 0)) - 1, 0))
            page = lists.page(found, params, self.settings)
            if fault.get("endless"):
                page.update(content=[], last=False)
            return json_response(200, page)
        return json_response(200, lists.detail(self.open(what, fault)))

    def open(self, account_id, fault):
        """Returns an account that the token may read."""
        if account_id is None:
            raise errors.platform(-8, "adAccountId is required.")
        if not account_id.isdigit():
            raise errors.platform(-8, "adAccountId must be a number.")
        account = self.world.accounts.get(account_id)
        if account is None:
            raise errors.moment(21006)
        if not account.is_granted:
            raise errors.moment(9004)
        return self.world.accounts[fault.get("as_account", account_id)]

    @staticmethod
    def node(account, level, node_id):
        """Returns an object of an account; raises Refusal."""
        for node in account.nodes(level):
            if node.id == node_id:
                return node
        raise errors.moment(70001)

    # ---- reports ---------------------------------------------------------

    def report(self, request, app, kind, fault):
        """Answers a report."""
        pairs = urllib.parse.parse_qsl(request.target.partition("?")[2],
                                       keep_blank_values=True)
        header = request.header("adaccountid")
        named = dict(pairs).get("adAccountId")
        if kind != "adAccounts" or (header is not None and named is None):
            accounts = [self.open(header, fault)]
        elif named is None:
            raise errors.platform(-8, "adAccountId is required.")
        else:
            accounts = None
        # Several accounts in the parameter are counted per app.
        self.pass_throttle(app, header if accounts or header == named
                           else None, kind)
        query = reports.Query(kind, pairs, self.world.today(), self.settings)
        if accounts is None:
            accounts = [self.open(one, fault)
                        for one in query.ids("adAccountId")]
        rows = reports.rows(self.world, query, accounts,
                            self.asked(query, accounts[0], fault))
        return self.answer(rows)

    def pass_throttle(self, app, account, kind):
        """Refuses a call that comes too soon."""
        if self.throttle.admits(app, account, kind):
            return
        code, _, status = self.settings["kakao_throttle_error"].partition("/")
        if code == "-813":
            raise errors.moment(0)
        raise errors.platform(-10, status=int(status or 400))

    def asked(self, query, account, fault):
        """Returns the objects whose ids are given."""
        if query.own == "ad_account":
            return []
        ids = query.ids(query.id_key)
        if not ids:
            raise errors.missing(query.id_key)
        if "as_account" in fault:
            return account.nodes(query.own)[:len(ids)]
        nodes = [self.node(account, query.own, one) for one in ids]
        campaigns = query.ids("campaignId")
        if query.own in ("ad_group", "creative"):
            if not campaigns and self.settings["kakao_campaign_needed"]:
                raise errors.missing("campaignId")
            for node in nodes:
                if campaigns and node.at("campaign").id not in campaigns:
                    raise errors.moment(70001)
        return nodes

    def answer(self, rows):
        """Returns the envelope of a report."""
        kind = self.settings["kakao_envelope"]
        body = {}
        if kind in ("message", "both"):
            body["message"] = "Success"
        if kind in ("code", "both"):
            body["code"] = 0
        answer = json_response(200, dict(body, data=rows))
        answer.rows = len(rows)
        return answer
