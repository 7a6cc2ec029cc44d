"""The Marketing API surface: routes, tokens, versions, reports, edges."""

import re
import secrets
import urllib.parse

from meta_ads import catalog, edges, errors, limits
from meta_ads.access import SETTINGS as ACCESS_SETTINGS
from meta_ads.access import Access
from meta_ads.bench import Bench
from meta_ads.changes import Changes
from meta_ads.errors import GraphError, NotServed
from meta_ads.expected import expected_rows
from meta_ads.insights import report
from meta_ads.jobs import SETTINGS as JOB_SETTINGS
from meta_ads.jobs import JobBook
from meta_ads.pages import PageBook
from meta_ads.query import (check_removed, invalid, limit_of, make_plan,
                            months_before)
from messages import Response

PATH = re.compile(r"/v(\d+)\.(\d+)(/.*|)\Z")
OWN_PATHS = re.compile(r"/v\d+\.\d+(/|\Z)|/act_|/me(/|\Z)|/debug_token\Z")
SYSTEM_USER = "100000000000077"
# Why a request is not answered from the data alone; 0 or "" is off.
SETTINGS = dict({
    "meta_opt_in": False,       # accounts may use the opt-in breakdowns
    "meta_deleted_filter": True,    # reports take DELETED as a filter value
    "meta_mixed": "windows",    # of model.MIXED, or "turns": mixed rows tell
    "meta_sync_rows": 0,        # most rows of a report made at once
    "meta_sync_error": "100.1487534",   # what a larger one is refused with
    "meta_async_rows": 0,       # most rows of a run
    "meta_page_rows": 0,        # most rows of a page; more are refused
    "meta_page_cap": 0,         # most rows of a page; more are on the next one
}, **ACCESS_SETTINGS, **JOB_SETTINGS, **limits.SETTINGS)
FAULT_KEYS = {
    "error_user_title": str, "error_user_msg": str, "is_transient": bool,
    "error_data": (dict, str), "usage_pct": int, "wait_minutes": int,
    "wait_seconds": int, "block_ms": int, "job": dict,
}


class MetaAds:
    """The platform as server.Simulator wants it."""

    name = "meta"

    def __init__(self, world, clock, settings):
        self.world = world
        self.clock = clock
        self.settings = settings
        settings.declare(SETTINGS)
        self.access = Access(clock, settings)
        self.jobs = JobBook(clock, settings)
        self.pages = PageBook()
        self.blocks = limits.Blocks()
        self.changes = Changes(world)
        self.bench = None

    # ---- for the control endpoints ---------------------------------------

    def expected_rows(self, params):
        """Returns what a correct reader ends up with."""
        return expected_rows(self.world, params, self.settings["meta_mixed"])

    def list_accounts(self):
        """Returns the accounts with their local day."""
        return [{"id": a.id, "name": a.name, "currency": a.currency,
                 "time_zone": a.zone_name, "status": a.account_status,
                 "assigned": a.assigned,
                 "today": self.world.today(a).isoformat(),
                 "campaigns": len(a.children)}
                for a in self.world.accounts.values()]

    def reset(self):
        """Goes back to the start."""
        self.reset_bench()
        self.pages.expire_all()
        self.jobs.clear()
        self.blocks.clear()
        self.changes.reset()
        self.restate(0)

    def restate(self, number):
        """Goes on to another generation of numbers; 0 is the first."""
        if hasattr(self.world, "restate"):
            self.world.restate(number)

    def change(self, account_id, setting, value):
        """Changes a setting of an account."""
        self.changes.change(account_id, setting, value)

    def revoke_tokens(self):
        """Does nothing: a reader could not get a new token.  The setting
        meta_token_state makes the token invalid."""

    def start_bench(self, pages, rows, accounts=1):
        """Adds the benchmark accounts; returns the sums of one's rows."""
        self.reset_bench()
        self.bench = Bench(self.world, pages, rows, accounts)
        return self.bench.totals()

    def reset_bench(self):
        """Takes the benchmark accounts out again."""
        if self.bench:
            self.bench.remove()
            self.bench = None

    # ---- for the server --------------------------------------------------

    def owns(self, path):
        """Returns whether a path is one of this platform's."""
        return bool(OWN_PATHS.match(path))

    def describe(self, request):
        """Returns what the log and the faults know about a request; never a
        token."""
        params = params_of(request)
        rest = self.rest_of(request)
        match = re.match(r"/act_(\d+)|/(\d+)", rest)
        found = (match.group(1) or match.group(2)) if match else None
        account = found if match and match.group(1) else None
        job = self.jobs.find(found)
        if job:
            account = job.account.id
        told = {k: v for k, v in params.items() if k not in (
            "access_token", "appsecret_proof", "input_token")}
        return {"account": account, "run": job.number if job else None,
                "insights": rest.endswith("/insights") or job is not None,
                "query": "&".join("%s=%s" % pair for pair in sorted(
                    told.items())),
                "page": self.page_of(request, params),
                "token_in": "header" if request.header("authorization") else
                "params" if "access_token" in params else None,
                "proof": "appsecret_proof" in params}

    def page_of(self, request, params):
        """Returns the number of the page a request asks for."""
        try:
            return self.pages.page_number(params, request.path,
                                          limit_of(params))
        except GraphError:
            return None

    @staticmethod
    def rest_of(request):
        """Returns the path behind the version."""
        match = PATH.match(request.path)
        return match.group(3) if match else request.path

    def error_response(self, info, fault):
        """Returns the answer an "error" fault asks for."""
        self.blocks.start(info.get("account"), fault)
        error, status = errors.injected(fault)
        return self.refusal(error, info, status, fault)

    def refusal(self, error, info, status=None, fault=None):
        """Returns the answer that says no."""
        headers = limits.headers(self.settings, info, info.get("account"),
                                 fault)
        text = edges.to_json({"error": errors.body_of(error)},
                             self.settings["ascii_only"])
        return Response(status or errors.status_of(error), text,
                        headers=headers + self.traces()
                        + errors.www_authenticate(error))

    @staticmethod
    def traces():
        """Returns the headers that identify an answer."""
        return [("x-fb-trace-id", "T" + secrets.token_urlsafe(8)),
                ("x-fb-request-id", "A" + secrets.token_urlsafe(12))]

    def handle(self, request, info, fault):
        """Answers a request; `fault` may hold expire_page_tokens,
        repeat_page, repeat_rows, endless, as_account and job."""
        if fault.get("expire_page_tokens"):
            self.pages.expire_all()
        blocked = self.blocks.refusal(info.get("account"))
        if blocked:
            return self.error_response(info, blocked)
        params = params_of(request)
        try:
            version = self.access.version_of(PATH.match(request.path))
            check_removed(params)
            token = self.access.token_of(request, params)
            value, rows = self.route(request, version, params, token, fault)
        except GraphError as error:
            return self.refusal(error, info)
        except NotServed as missing:
            return errors.not_served(str(missing))
        headers = limits.headers(self.settings, info, info.get("account"))
        headers.append(("facebook-api-version", "v%d.%d" % version))
        return Response(200, edges.to_json(value, self.settings["ascii_only"]),
                        headers=headers + self.traces(), rows=rows)

    def route(self, request, version, params, token, fault):
        """Returns (answer, number of report rows)."""
        words = self.rest_of(request).strip("/").split("/")
        if request.method == "POST" and words == [""]:
            raise NotServed("batch")
        call = Call(request, version, params, token, fault)
        if words == ["debug_token"]:
            return self.access.debug_token(params), 0
        if words == ["me"]:
            return {"id": SYSTEM_USER, "name": "adpipe loader"}, 0
        self.access.check_scope()
        if words in (["me", "adaccounts"],
                     [SYSTEM_USER, "assigned_ad_accounts"]):
            return self.account_list(call), 0
        if len(words) == 2 and words[1] in ("owned_ad_accounts",
                                            "client_ad_accounts"):
            raise GraphError("200", "(#200) Requires business_management "
                             "permission to manage the object.")
        if len(words) <= 2 and self.jobs.find(words[0]):
            return self.read_job(call, self.jobs.find(words[0]), words[1:])
        if 1 <= len(words) <= 2 and re.match(r"(act_)?\d+\Z", words[0]):
            return self.node(call, self.find(words[0]), words[1:])
        raise GraphError("2500", "Unknown path components: " + request.path)

    def find(self, word):
        """Returns the readable node with an id."""
        if word.startswith("act_"):
            account = self.world.accounts.get(word[4:])
            if account is None or not account.assigned:
                raise errors.missing(word)
            return account
        for account in self.world.accounts.values():
            for kind in catalog.LEVELS[1:]:
                for node in account.nodes(kind):
                    if node.id == word:
                        return node
        raise errors.missing(word)

    # ---- edges -----------------------------------------------------------

    def account_list(self, call):
        """Answers me/adaccounts."""
        wanted = edges.read_fields(call.params.get("fields"), "account")
        return self.list_page(call, lambda: [
            edges.account_row(account, self.world, wanted)
            for account in self.world.accounts.values() if account.assigned])

    def node(self, call, node, words):
        """Answers about a node, or its edge."""
        if call.fault.get("as_account"):
            node = self.world.accounts[call.fault["as_account"]]
        if words == ["insights"]:
            if call.request.method == "POST":
                return self.start_job(call, node), 0
            return self.read_report(call, node)
        if call.request.method != "GET":
            raise invalid("Unsupported method for this object")
        if not words:
            wanted = edges.read_fields(call.params.get("fields"), node.kind)
            if node.kind == "account":
                return edges.account_row(node, self.world, wanted), 0
            return edges.node_values(node, wanted), 0
        if node.kind != "account" and words[0] in edges.EDGES:
            raise NotServed("edges of what is not an account")
        if words[0] not in edges.EDGES:
            raise GraphError("2500", "Unknown path components: /" + words[0])
        return self.list_page(call, lambda: edges.edge(
            self.world, node, words[0], call.params)), 0

    def list_page(self, call, make):
        """Returns one page of a list."""
        limit = limit_of(call.params)
        most = self.settings["meta_page_rows"]
        limit = min(limit, self.settings["meta_page_cap"] or limit)
        if self.bench and call.request.path.endswith("/insights"):
            limit = min(limit, self.bench.rows)
        rows, paging = self.pages.page(
            call.request, call.params, call.token, limit, make, call.fault)
        if most and len(rows) > most:
            raise GraphError("1")
        if paging is None:
            return {"data": []}
        return {"data": rows, "paging": paging}

    # ---- reports ---------------------------------------------------------

    def plan(self, call, node, is_async):
        """Returns the checked plan of a report."""
        today = self.world.today(node.at("account"))
        return make_plan(node, call.params, today, is_async,
                         self.settings["meta_deleted_filter"])

    def rows(self, plan):
        """Returns the rows of a report."""
        if self.bench and self.bench.serves(plan):
            return self.bench.report(self.world, plan)
        return report(self.world, plan, self.settings["meta_opt_in"],
                      self.settings["meta_mixed"])

    def read_report(self, call, node):
        """Answers a report that is made at once."""
        plan = self.plan(call, node, False)

        def make():
            rows = self.rows(plan)
            most = self.settings["meta_sync_rows"]
            if most and len(rows) > most:
                raise GraphError(self.settings["meta_sync_error"])
            return rows
        answer = self.list_page(call, make)
        return answer, len(answer["data"])

    def start_job(self, call, node):
        """Starts a run and tells its number."""
        plan = self.plan(call, node, True)
        self.check_scarce(plan)
        how = dict(call.fault.get("job") or {})
        rows = self.rows(plan)
        most = self.settings["meta_async_rows"]
        if most and len(rows) > most:
            how.update(end="Job Failed", error="-3.1504045")
        job = self.jobs.start(call.version, plan, call.params, rows, how)
        return {"report_run_id": self.jobs.told_id(job)}

    def check_scarce(self, plan):
        """Counts the runs of which an account has few a day."""
        account = plan.node.at("account")
        asked = set(plan.breakdowns)
        edge = months_before(self.world.today(account), 13)
        if asked & catalog.OPT_IN:
            self.jobs.count_special(
                "opt-in", account, min(10, len(account.nodes("adset"))),
                "(#100) Too many jobs with this breakdown")
        if asked and plan.buckets[0][0] < edge and set(plan.fields) & {
                "reach", "frequency", "cpp"}:
            self.jobs.count_special(
                "reach", account, 10, "(#100) Reach-related metrics with "
                "breakdowns have reached their rate threshold")

    def read_job(self, call, job, words):
        """Answers about a run, or with its rows."""
        if not words:
            return job.ask(self.clock), 0
        if words != ["insights"]:
            raise GraphError("2500", "Unknown path components: /" + words[0])
        extra = set(call.params) - {"limit", "after", "access_token",
                                    "appsecret_proof"}
        if extra:
            raise invalid("cannot include %s in summary of a report that was "
                          "made without it" % ", ".join(sorted(extra)))
        if job.state()[0] != "Job Completed":
            raise GraphError("2601.1815107")
        rows = job.rows
        if call.fault.get("as_account"):
            rows = self.rows(make_plan(
                self.world.accounts[call.fault["as_account"]], job.params,
                self.world.today(job.account), True,
                self.settings["meta_deleted_filter"]))
        answer = self.list_page(call, lambda: rows)
        return answer, len(answer["data"])


class Call:
    """What belongs to one request on its way through the routes."""

    def __init__(self, request, version, params, token, fault):
        self.request = request
        self.version = version
        self.params = params
        self.token = token
        self.fault = fault


def params_of(request):
    """Returns the parameters in query and form body."""
    params = dict(request.params)
    kind = request.header("content-type") or ""
    if request.body and kind.startswith("application/x-www-form-urlencoded"):
        params.update(urllib.parse.parse_qsl(
            request.body.decode("utf-8", "replace"), keep_blank_values=True))
    return params
