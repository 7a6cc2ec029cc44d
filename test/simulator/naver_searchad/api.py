"""The Naver SearchAd surface."""

import re

from messages import Response, json_response
from naver_searchad import (errors, expected, jobs, masters, reports,
                            signature, stats)
from naver_searchad.entities import CREATED, ad_groups, campaigns
from naver_searchad.errors import Refusal
from naver_searchad.world import MANAGER

OWN_PATHS = re.compile(r"/(ncc/|stats\Z|(stat|master)-reports(/|\Z)|report-download\Z|"
                       r"ad-accounts\Z|manager-accounts(/|\Z))")
CHILDREN = re.compile(r"/manager-accounts/([^/]*)/child-ad-accounts\Z")
JOB = re.compile(r"/stat-reports/([^/]+)\Z")
MASTER = re.compile(r"/master-reports/([^/]+)\Z")

SETTINGS = dict({
    "naver_renewed": False,     # the secret key was replaced by another one
    "naver_more_accounts": 0,   # small accounts beside the others; stay
    "naver_page": 1000,         # most accounts of one page
    "naver_list_page": 1000,    # most campaigns or ad groups of one page
    "naver_repeats_base": False,    # pages begin with the base row
}, **jobs.SETTINGS, **masters.SETTINGS, **reports.SETTINGS, **stats.SETTINGS)


class NaverSearchAd:
    """The platform as server.Simulator wants it."""

    name = "naver_searchad"

    def __init__(self, world, clock, settings):
        self.world = world
        self.clock = clock
        self.settings = settings
        settings.declare(SETTINGS)
        self.jobs = jobs.Jobs(world, settings)
        self.masters = masters.Masters(world, settings)

    # ---- control ---------------------------------------------------------

    def expected_rows(self, params):
        """Returns what a correct reader ends up with; of jobs, those that are
        there, and all that were created."""
        self.world.add_more(self.settings["naver_more_accounts"])
        if params["resource"] == "created":
            return self.jobs.history()
        if params["resource"] == "masters":
            return [self.masters.told(job, "") for job in self.masters.jobs]
        if params["resource"] == "jobs":
            return [self.jobs.told(job, "") for account in
                    self.world.accounts.values()
                    for job in self.jobs.of(account)]
        return expected.expected_rows(self.world, self.jobs.ready_at, params)

    def list_accounts(self):
        """Returns the customers with their day."""
        return [{"id": a.id, "name": a.name, "currency": "KRW",
                 "time_zone": "Asia/Seoul",
                 "today": self.world.today().isoformat(),
                 "campaigns": len(a.campaigns)}
                for a in self.world.accounts.values()]

    def reset(self):
        """Goes back to the start: there are no jobs."""
        self.jobs.reset()
        self.masters.reset()
        self.world.restate(0)

    def restate(self, number):
        """Goes on to another generation of numbers."""
        self.world.add_more(self.settings["naver_more_accounts"])
        before = self.jobs.built()
        self.world.restate(number)
        self.jobs.restated(before)

    def change(self, account, setting, value):
        """There are no settings to change; raises ValueError."""
        raise ValueError("naver_searchad has no setting \"%s\"" % setting)

    def revoke_tokens(self):
        """There are no tokens."""

    def start_bench(self, pages, rows, accounts=1):
        """There is none; raises ValueError."""
        raise ValueError("naver_searchad has no benchmark accounts")

    # ---- requests --------------------------------------------------------

    def owns(self, path):
        """Returns whether a path is one of this platform's."""
        return bool(OWN_PATHS.match(path))

    def describe(self, request):
        """Returns what the log and the faults know about a request.  The
        query string of a file is a credential."""
        query = request.target.partition("?")[2] or None
        if request.path == "/report-download":
            query = None
        info = {"account": request.header("x-customer"), "query": query,
                "page": None, "report": None, "authorized":
                    request.header("x-signature") is not None,
                "signed_at": request.header("x-timestamp")}
        if request.method == "POST":
            info["query"] = request.body.decode("utf-8", "replace")
        return info

    def error_response(self, info, fault):
        """Returns the answer an "error" fault asks for."""
        return errors.with_transaction(errors.injected(fault))

    def handle(self, request, info, fault):
        """Answers a request; `fault` may hold as_account, repeat_rows and
        endless, the last one of a list of accounts."""
        try:
            return errors.with_transaction(self.answer(request, info, fault))
        except Refusal as refusal:
            return errors.with_transaction(refusal.response)

    def answer(self, request, info, fault):
        """Answers a request that may be refused."""
        self.world.add_more(self.settings["naver_more_accounts"])
        secret = (signature.RENEWED_KEY if self.settings["naver_renewed"]
                  else signature.SECRET_KEY)
        signature.check(request, secret)
        if "," in (request.header("content-type") or ""):
            raise errors.refusal(1002, "more than one content type")
        if request.path == "/ad-accounts":
            return self.ad_accounts(request, fault)
        if CHILDREN.match(request.path):
            return self.children(request, CHILDREN.match(request.path).group(1),
                                 fault)
        account = self.customer(fault.get("as_account")
                                or request.header("x-customer"))
        return self.of_customer(request, info, account, fault)

    def of_customer(self, request, info, account, fault):
        """Answers what is about one customer."""
        route = request.method, request.path
        job = JOB.match(request.path)
        if route == ("POST", "/stat-reports"):
            return self.create_job(request, info, account)
        if route == ("GET", "/stat-reports"):
            return json_response(200, [
                self.jobs.told(j, request.base_url)
                for j in self.jobs.of(account)])
        if job and request.method == "GET":
            return json_response(200, self.jobs.told(
                self.jobs.find(account, job.group(1)), request.base_url))
        if job and request.method == "DELETE":
            self.jobs.delete(account, job.group(1))
            return Response(204)
        if request.path.startswith("/master-reports"):
            return self.of_masters(request, info, account)
        master = self.masters.by_token(account,
                                       request.target.partition("?")[2])
        if route == ("GET", "/report-download") and master:
            info["report"] = master["item"]
            return self.masters.file(master)
        if route == ("GET", "/report-download"):
            found = self.jobs.by_token(account,
                                       request.target.partition("?")[2])
            info["report"] = found.key()
            return self.jobs.file(found)
        if route == ("GET", "/stats"):
            return json_response(200, stats.answer(
                self.world, account, request.params, self.settings))
        if route == ("GET", "/ncc/campaigns"):
            return self.entities(request, account, campaigns(
                self.world, account), fault)
        if route == ("GET", "/ncc/adgroups"):
            return self.entities(request, account, ad_groups(
                self.world, account), fault)
        raise errors.refusal(1001)

    def of_masters(self, request, info, account):
        """Answers what is about master reports."""
        route = request.method, request.path
        job = MASTER.match(request.path)
        if route == ("POST", "/master-reports"):
            return self.create_master(request, info, account)
        if route == ("GET", "/master-reports"):
            return json_response(200, [
                self.masters.told(j, request.base_url)
                for j in self.masters.of(account)])
        if job and request.method == "GET":
            return json_response(200, self.masters.told(
                self.masters.find(account, job.group(1)), request.base_url))
        if job and request.method == "DELETE":
            self.masters.delete(account, job.group(1))
            return Response(204)
        raise errors.refusal(1001)

    def create_master(self, request, info, account):
        """Answers POST /master-reports."""
        try:
            body = request.json()
        except ValueError:
            raise errors.refusal(1002)
        if not isinstance(body, dict):
            raise errors.refusal(1002)
        info["report"] = body.get("item")
        return json_response(200, self.masters.told(
            self.masters.create(account, body), request.base_url, "REGIST"))

    def customer(self, text):
        """Returns the account of X-Customer; raises Refusal."""
        account = self.world.accounts.get(text)
        if account is None or not account.managed:
            raise errors.refusal(1018)
        return account

    def create_job(self, request, info, account):
        """Answers POST /stat-reports."""
        try:
            body = request.json()
        except ValueError:
            raise errors.refusal(1002)
        if not isinstance(body, dict):
            raise errors.refusal(1002)
        info["report"] = body.get("reportTp")
        return json_response(200, self.jobs.told(
            self.jobs.create(account, body), request.base_url, "REGIST"))

    # ---- lists -----------------------------------------------------------

    def ad_accounts(self, request, fault):
        """Answers one page of what the licence's owner can read."""
        return self.page(request, [{
            "adAccountNo": int(a.number), "naverId": "hanbit",
            "roleName": "MASTER", "favorite": False,
            "lastAccessTime": CREATED, "createdAt": CREATED,
            "adAccount": {
                "no": int(a.number), "name": a.name,
                "masterCustomerId": int(a.id), "currency": "KRW",
                "country": "KR", "timezone": "+09:00",
                "timezoneId": "Asia/Seoul", "deleted": False,
                "disabled": False, "penalty": False, "createdAt": CREATED,
                "updatedAt": CREATED}}
            for a in self.world.accounts.values() if a.managed], fault)

    def children(self, request, manager, fault):
        """Answers one page of the accounts under a manager account."""
        if manager != MANAGER:
            raise errors.refusal(1018)
        return self.page(request, [{
            "adAccountNo": int(a.number), "adAccountName": a.name,
            "customerId": int(a.id), "ownerNaverId": "hanbit",
            "accountRole": "READ_ONLY"}
            for a in self.world.accounts.values() if a.managed], fault)

    def page(self, request, rows, fault):
        """Returns a page of a list of accounts."""
        try:
            number = int(request.params.get("page", 0))
            size = int(request.params.get("size", 20))
        except ValueError:
            raise errors.refusal(1002)
        if number < 0 or not 1 <= size <= 1000:
            raise errors.refusal(2024)
        size = min(size, self.settings["naver_page"])
        at = max(number - 1, 0) if fault.get("repeat_rows") else number
        shown = rows[at * size:(at + 1) * size]
        pages = -(-len(rows) // size)
        if fault.get("endless"):
            shown, pages = [], number + 2
        return json_response(200, {
            "content": shown, "empty": not shown, "first": number == 0,
            "last": number >= pages - 1, "number": number,
            "numberOfElements": len(shown),
            "pageable": {"pageNumber": number, "pageSize": size},
            "size": size, "sort": {"sorted": False},
            "totalElements": len(rows), "totalPages": pages})

    def entities(self, request, account, rows, fault):
        """Answers a list of campaigns or ad groups: all of it, or so many
        after a base row; a bare array."""
        key = ("nccAdgroupId" if request.path == "/ncc/adgroups"
               else "nccCampaignId")
        params = request.params
        if "ids" in params:
            wanted = params["ids"].split(",")
            return json_response(200, [r for r in rows if r[key] in wanted])
        if "nccCampaignId" in params:
            rows = [r for r in rows
                    if r["nccCampaignId"] == params["nccCampaignId"]]
        size = params.get("recordSize")
        if size is None:
            return json_response(200, rows)
        if not size.isdigit() or not 1 <= int(size) <= 1000:
            raise errors.refusal(2024)
        base = params.get("baseSearchId")
        if base is not None and not fault.get("repeat_rows"):
            ids = [r[key] for r in rows]
            if base not in ids or params.get("selector") != "NEXT":
                raise errors.refusal(1002)
            keeps = 0 if self.settings["naver_repeats_base"] else 1
            rows = rows[ids.index(base) + keeps:]
        size = min(int(size), self.settings["naver_list_page"])
        return json_response(200, rows[:size])
