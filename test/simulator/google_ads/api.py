"""The Google Ads surface: routes, access checks, search, account list."""

import json
import re

from google_ads import encode, errors, gaql, metadata, paging, rules
from google_ads.bench import Bench
from google_ads.errors import ApiError
from google_ads.evaluate import evaluate
from google_ads.expected import expected_rows
from google_ads.fields import VERSIONS
from google_ads.oauth import SignIn
from messages import Response, html_response, json_response

ROUTES = (
    ("search", "POST", re.compile(
        r"/v(\d+)/customers/([^/:]+)/googleAds:search\Z")),
    ("search_fields", "POST", re.compile(
        r"/v(\d+)/googleAdsFields:search\Z")),
    ("get_field", "GET", re.compile(r"/v(\d+)/googleAdsFields/([^/:]+)\Z")),
    ("list_accessible", "GET", re.compile(
        r"/v(\d+)/customers:listAccessibleCustomers\Z")),
)
OWN_PATHS = re.compile(r"/token\Z|/v\d+/(customers|googleAdsFields)[/:]")
DIGITS = re.compile(r"[0-9]{10}\Z")
# Versions before this one are dead for so long that their paths are gone.
OLDEST_KNOWN = VERSIONS[0] - 1
BODY_KEYS = {"query": str, "pageToken": str, "pageSize": int,
             "validateOnly": bool, "searchSettings": dict}
# returnSummaryRow is not served: a request that needs it is refused.
SETTING_KEYS = {"omitResults", "returnTotalResultsCount"}


class GoogleAds:
    """The platform as server.Simulator wants it."""

    name = "google"

    def __init__(self, world, clock, settings, service_account=None,
                 modulus=None):
        self.world = world
        self.clock = clock
        self.settings = settings
        settings.declare({"changes_per_day": 12})
        self.sign_in = SignIn(clock, settings, service_account, modulus)
        self.pages = paging.PageBook(clock)
        self.field_pages = paging.PageBook(clock)
        self.bench = None       # bench.Bench once a test asked for it

    def expected_rows(self, params):
        """Returns what a correct reader ends up with, for the control."""
        return expected_rows(self.world, params)

    def list_accounts(self):
        """Returns the accounts with their local day, for the control."""
        return [{"id": a.id, "name": a.name, "currency": a.currency,
                 "time_zone": a.zone_name, "manager": a.manager,
                 "status": a.status, "today":
                     self.world.today(a).isoformat(),
                 "campaigns": len(a.campaigns)}
                for a in self.world.accounts.values()]

    def reset(self):
        """Goes back to the start; access tokens stay."""
        self.reset_bench()
        self.pages.expire_all()
        self.restate(0)
        if hasattr(self.world, "changes"):
            self.world.changes.reset()

    def change(self, account_id, setting, value):
        """Changes a setting of an account."""
        self.world.changes.change(self.world.accounts[account_id], setting,
                                  value)

    def restate(self, number):
        """Goes on to another generation of numbers."""
        if hasattr(self.world, "restate"):
            self.world.restate(number)

    def revoke_tokens(self):
        """Lets every access token become invalid."""
        self.sign_in.revoke_all()

    def start_bench(self, pages, rows, accounts=1, devices=1):
        """Adds the benchmark accounts; returns the sums of one's rows."""
        self.reset_bench()
        self.bench = Bench(self.world, self.world.direct_access[0], pages,
                           rows, accounts, devices)
        return self.bench.totals()

    def reset_bench(self):
        """Takes the benchmark account out again."""
        if self.bench:
            self.bench.remove()
            self.bench = None

    def owns(self, path):
        """Returns whether a path is one of this platform's."""
        return bool(OWN_PATHS.match(path))

    def route(self, request):
        """Returns (handler name, match) of a request, or (None, None)."""
        for name, method, pattern in ROUTES:
            match = pattern.match(request.path)
            if match and method == request.method:
                return name, match
        return None, None

    def describe(self, request):
        """Returns what the log and the faults know about a request.  The
        parsed body goes along under a key that the log never sees."""
        info = {"version": None, "account": None, "query": None,
                "page_token": None, "page": None, "login_customer_id":
                request.header("login-customer-id")}
        name, match = self.route(request)
        if match:
            info["version"] = int(match.group(1))
        if name == "search":
            info["account"] = match.group(2)
        if name in ("search", "search_fields"):
            body = self.lenient_body(request)
            info["query"] = body.get("query")
            token = body.get("pageToken")
            info["page_token"] = token
            info["page"] = self.page_of(token)
        return info

    @staticmethod
    def lenient_body(request):
        """Returns the body as a dict, empty if it is not one."""
        try:
            body = request.json()
        except ValueError:
            return {}
        return body if isinstance(body, dict) else {}

    def page_of(self, token):
        """Returns the page number a request asks for, None if unknown."""
        if not token:
            return 0
        if self.bench and self.bench.page_number(token) is not None:
            return self.bench.page_number(token)
        return self.pages.page_number(token)

    def error_response(self, info, fault):
        """Returns the answer an "error" fault asks for."""
        return errors.injected(info, fault)

    def handle(self, request, info, fault):
        """Answers a request; `fault` may hold expire_page_tokens,
        repeat_page, repeat_rows, endless and as_account."""
        if request.path == "/token":
            return self.sign_in.handle(request)
        name, match = self.route(request)
        if name is None or info["version"] < OLDEST_KNOWN:
            return html_response(404, "Error 404 (Not Found)!!1", "The "
                                 "requested URL %s was not found on this "
                                 "server." % request.path)
        problem = self.sign_in.problem_with(request.header("authorization"))
        if problem:
            return errors.unauthenticated(problem)
        if self.settings["revoke_scope"]:
            return errors.without_scope()
        if fault.get("expire_page_tokens"):
            self.pages.expire_all()
        version = info["version"]
        try:
            if version not in VERSIONS:
                raise ApiError("requestError", "UNSUPPORTED_VERSION",
                               "Version v%d is deprecated. Requests to this "
                               "version will be blocked." % version)
            return getattr(self, name)(request, match, info, fault)
        except (ApiError, gaql.QueryError) as refused:
            return errors.failure(min(max(version, VERSIONS[0]),
                                      VERSIONS[-1]), refused.family,
                                  refused.code, refused.message)

    # ---- access ----------------------------------------------------------

    def login_account(self, request):
        """Returns the id in login-customer-id, or None; raises ApiError if
        it is no customer id."""
        login = request.header("login-customer-id")
        if login is not None and not DIGITS.match(login):
            raise ApiError("headerError", "INVALID_LOGIN_CUSTOMER_ID",
                           "The login customer id '%s' is invalid." % login)
        return login

    def open_account(self, customer_id, request):
        """Returns the Account a request may read; raises ApiError."""
        login = self.login_account(request)
        if not DIGITS.match(customer_id):
            raise ApiError("requestError", "INVALID_CUSTOMER_ID", "Invalid "
                           "customer ID '%s'." % customer_id)
        account = self.world.accounts.get(customer_id)
        through = login or customer_id
        if account is None or through not in self.world.direct_access:
            raise ApiError(
                "authorizationError", "USER_PERMISSION_DENIED", "User doesn't "
                "have permission to access customer. Note: If you're "
                "accessing a client customer, the manager's customer id must "
                "be set in the 'login-customer-id' header.")
        if account not in [a for a, _ in self.world.descendants(through)]:
            raise ApiError(
                "authorizationError",
                "INVALID_LOGIN_CUSTOMER_ID_SERVING_CUSTOMER_ID_COMBINATION",
                "The login customer does not manage the serving customer.")
        if account.status != "ENABLED" and not self.settings[
                "canceled_readable"]:
            raise ApiError("authorizationError", "CUSTOMER_NOT_ENABLED",
                           "The customer account can't be accessed because "
                           "it is not yet enabled or has been deactivated.")
        return account

    # ---- search ----------------------------------------------------------

    def search(self, request, match, info, fault):
        """Answers googleAds:search."""
        account = self.open_account(match.group(2), request)
        body = read_body(request)
        if isinstance(body, Response):
            return body
        check_body(body)
        if self.bench and self.bench.serves(account.id, body["query"]):
            # A fault needs a body it can change, so not a compressed one.
            compressed = (self.settings["gzip"] and not fault and "gzip" in
                          (request.header("accept-encoding") or ""))
            return self.bench.answer(request, body, info, account.id,
                                     compressed)
        token = body.get("pageToken")
        if token:
            results, page = self.pages.find(
                token, info["version"], account.id, body["query"])
        else:
            results, page = self.run(account, info["version"], body), 0
        if fault.get("as_account"):
            results = self.run(self.world.accounts[fault["as_account"]],
                               info["version"], body)
        if results is None:
            return json_response(200, {})
        return self.answer_page(results, page, body, fault)

    def run(self, account, version, body):
        """Carries out a query and returns its ResultSet, None for one that
        was only to be checked."""
        text = body["query"]
        today = self.world.today(account)
        plan = rules.make_plan(gaql.parse(text), version, today,
                               account.manager)
        if body.get("validateOnly"):
            return None
        self.check_deadline(plan)
        self.world.changes_per_day = self.settings["changes_per_day"]
        rows, total = evaluate(plan, self.world, account)
        encoder = encode.RowEncoder(plan, text,
                                    self.settings["ascii_only"])
        results = paging.ResultSet(
            version, account.id, text, [encoder.row(row) for row in rows],
            encode.field_mask(plan), total, self.settings["page_size"],
            self.clock.seconds())
        if results.has_page(1):
            self.pages.keep(results)
        return results

    def check_deadline(self, plan):
        """Lets a report over too many days run into its deadline."""
        most = self.settings["deadline_days"]
        if most and plan.is_report and not (
                plan.range.finite and
                (plan.range.last - plan.range.first).days < most):
            raise ApiError("internalError", "DEADLINE_EXCEEDED",
                           "The request took too long.")

    def answer_page(self, results, page, body, fault):
        """Returns one page of a result set."""
        rows = results.page(page)
        token = None
        if results.has_page(page + 1):
            token = self.pages.token_for(results, page + 1)
        if fault.get("repeat_rows") and page > 0:
            rows = results.page(page - 1)
            token = self.pages.another_token(results, page)
        if fault.get("endless"):
            rows = []
            token = self.pages.another_token(results, page)
        if fault.get("repeat_page"):
            token = body.get("pageToken") or token
        wanted = body.get("searchSettings") or {}
        total = (results.total if wanted.get("returnTotalResultsCount")
                 else None)
        shown = [] if wanted.get("omitResults") else rows
        text = encode.envelope(shown, results.mask, token, total,
                               40 + len(rows) // 7)
        return Response(200, text, rows=len(shown),
                        headers=[("request-id", errors.request_id())])

    # ---- account list and metadata ---------------------------------------

    def list_accessible(self, request, match, info, fault):
        """Answers customers:listAccessibleCustomers."""
        names = ["customers/" + a for a in self.world.direct_access]
        return json_response(200, {"resourceNames": names},
                             [("request-id", errors.request_id())])

    def search_fields(self, request, match, info, fault):
        """Answers googleAdsFields:search."""
        body = read_body(request)
        if isinstance(body, Response):
            return body
        return metadata.search(self.field_pages, info["version"], body)

    def get_field(self, request, match, info, fault):
        """Answers the metadata of one field."""
        found = metadata.one(info["version"], match.group(2))
        if found is None:
            return errors.front_door(404, "Requested entity was not found.")
        return json_response(200, found)


def read_body(request):
    """Returns the body of a search request as a dict, or the Response that
    refuses it."""
    try:
        body = request.json()
    except ValueError:
        body = None
    if not isinstance(body, dict):
        return errors.front_door(400, "Invalid JSON payload received. "
                                 "Unexpected token.")
    for name, value in body.items():
        if name not in BODY_KEYS:
            return errors.front_door(400, "Invalid JSON payload received. "
                                     "Unknown name \"%s\": Cannot find field."
                                     % name)
        if not isinstance(value, BODY_KEYS[name]):
            return errors.front_door(400, "Invalid value at '%s': %s" % (
                name, json.dumps(value)))
    return body


def check_body(body):
    """Applies the rules on the body of googleAds:search."""
    settings = body.get("searchSettings") or {}
    unknown = set(settings) - SETTING_KEYS
    if unknown or not body.get("query"):
        raise ApiError("requestError", "REQUIRED_FIELD_MISSING"
                       if not unknown else "UNKNOWN",
                       "The request lacks a query or has an unknown setting.")
    if "pageSize" in body:
        raise ApiError("requestError", "PAGE_SIZE_NOT_SUPPORTED",
                       "Setting the page size is not supported. Search "
                       "responses have a fixed page size of 10000 rows.")
    if body.get("validateOnly") and body.get("pageToken"):
        raise ApiError("requestError",
                       "VALIDATE_ONLY_REQUEST_HAS_PAGE_TOKEN",
                       "A request that is only validated cannot have a page "
                       "token.")
