"""The Google surface without a network: sign-in, access, paging, versions."""

import base64
import datetime
import json
import os
import shutil
import subprocess
import tempfile
import time
import unittest
import urllib.parse

import keys
from google_ads import oauth
from google_ads.api import GoogleAds
from google_ads.sample import CANCELED, DIRECT, MAIN, MANAGER, SampleWorld
from messages import Request
from state import UTC, Clock, Settings

SIMPLE = ("SELECT campaign.id, metrics.clicks FROM campaign WHERE "
          "segments.date = '2026-11-20'")
NOW = datetime.datetime(2026, 11, 24, tzinfo=UTC)


def base64url(data):
    """Returns bytes in base64url without padding."""
    return base64.urlsafe_b64encode(data).rstrip(b"=")


class Surface(unittest.TestCase):
    """A platform with helpers to call it."""

    @classmethod
    def setUpClass(cls):
        cls.folder = tempfile.mkdtemp()
        cls.addClassCleanup(shutil.rmtree, cls.folder)
        keys.provide(cls.folder)
        _, cls.account, cls.modulus = keys.service_account(
            cls.folder, "http://127.0.0.1:1/token")

    def setUp(self):
        self.clock = Clock()
        self.clock.set(NOW)
        self.settings = Settings()
        self.api = GoogleAds(SampleWorld(self.clock), self.clock,
                             self.settings, self.account, self.modulus)
        self.token = self.refresh()["access_token"]

    def call(self, method, path, body=b"", fault=None, **headers):
        """Returns (status, JSON or text) of a request."""
        headers = {k.replace("_", "-"): v for k, v in headers.items()}
        request = Request(method, path, headers, body, "http://127.0.0.1:1")
        response = self.api.handle(request, self.api.describe(request),
                                   fault or {})
        text = bytes(response.body).decode("utf-8")
        if not response.content_type.startswith("application/json"):
            return response.status, text
        return response.status, json.loads(text)

    def post_form(self, **form):
        """Returns (status, JSON) of the token endpoint."""
        return self.call("POST", "/token",
                         urllib.parse.urlencode(form).encode(),
                         content_type="application/x-www-form-urlencoded")

    def refresh(self):
        """Returns a new token answer."""
        status, body = self.post_form(
            grant_type="refresh_token", client_id=oauth.CLIENT_ID,
            client_secret=oauth.CLIENT_SECRET,
            refresh_token=oauth.REFRESH_TOKEN)
        self.assertEqual(status, 200)
        return body

    def search(self, query=SIMPLE, account=MAIN, login=MANAGER, version=26,
               fault=None, token=None, **more):
        """Returns (status, JSON) of a search."""
        headers = {"authorization": "Bearer " + (token or self.token)}
        if login is not None:
            headers["login_customer_id"] = login
        return self.call(
            "POST", "/v%s/customers/%s/googleAds:search" % (version, account),
            json.dumps(dict({"query": query}, **more)).encode("utf-8"),
            fault, **headers)

    def assert_failure(self, answer, status, family, code):
        """Checks the shape and the code of a GoogleAdsFailure."""
        self.assertEqual(answer[0], status, answer)
        error = answer[1]["error"]
        self.assertEqual(error["code"], status)
        detail = error["details"][0]
        self.assertTrue(detail["@type"].endswith("errors.GoogleAdsFailure"))
        self.assertTrue(detail["requestId"])
        self.assertEqual(detail["errors"][0]["errorCode"], {family: code})


class SignIn(Surface):

    def test_answer(self):
        body = self.refresh()
        self.assertEqual(body["expires_in"], 3599)
        self.assertEqual(body["token_type"], "Bearer")
        self.assertEqual(body["scope"], oauth.SCOPE)

    def test_refusals(self):
        good = dict(grant_type="refresh_token", client_id=oauth.CLIENT_ID,
                    client_secret=oauth.CLIENT_SECRET,
                    refresh_token=oauth.REFRESH_TOKEN)
        for change, status, error in (
                ({"client_id": "x"}, 401, "invalid_client"),
                ({"client_secret": "x"}, 401, "invalid_client"),
                ({"refresh_token": "x"}, 400, "invalid_grant"),
                ({"refresh_token": ""}, 400, "invalid_request"),
                ({"grant_type": "password"}, 400, "unsupported_grant_type")):
            got = self.post_form(**dict(good, **change))
            self.assertEqual((got[0], got[1]["error"]), (status, error))
        self.settings.change({"revoke_refresh_token": True})
        self.assertEqual(self.post_form(**good), (400, {
            "error": "invalid_grant", "error_description":
                "Token has been expired or revoked."}))

    def test_access_tokens(self):
        self.assertEqual(self.search()[0], 200)
        self.clock.set(NOW + datetime.timedelta(seconds=3599))
        status, body = self.search()
        self.assertEqual((status, body["error"]["status"]),
                         (401, "UNAUTHENTICATED"))
        self.assertEqual(body["error"]["details"][0]["reason"],
                         "ACCESS_TOKEN_EXPIRED")
        self.token = self.refresh()["access_token"]
        self.assertEqual(self.search()[0], 200)
        self.api.sign_in.revoke_all()
        self.assertEqual(self.search()[0], 401)
        self.assertEqual(self.call(
            "GET", "/v26/customers:listAccessibleCustomers")[0], 401)

    def assertion(self, head=None, **changes):
        """Returns a signed JWT, claims changed as asked."""
        claims = {"iss": self.account["client_email"], "scope": oauth.SCOPE,
                  "aud": oauth.REAL_TOKEN_URL, "iat": int(time.time()),
                  "exp": int(time.time()) + 3600}
        claims.update(changes)
        header = head or {"alg": "RS256", "typ": "JWT"}
        message = b".".join(base64url(json.dumps(part).encode())
                            for part in (header, claims))
        signature = subprocess.run(
            ["openssl", "dgst", "-sha256", "-sign",
             os.path.join(self.folder, "service.key")], input=message,
            stdout=subprocess.PIPE, check=True).stdout
        return (message + b"." + base64url(signature)).decode("ascii")

    def test_service_account(self):
        def grant(assertion):
            status, body = self.post_form(grant_type=oauth.JWT_GRANT,
                                          assertion=assertion)
            return status, body.get("error", "access_token" in body)
        now = int(time.time())
        self.assertEqual(grant(self.assertion()), (200, True))
        self.assertEqual(grant(self.assertion(
            aud="http://127.0.0.1:1/token")), (200, True))
        self.assertEqual(grant(self.assertion(scope="x")),
                         (400, "invalid_scope"))
        for changes in ({"iss": "x@y"}, {"aud": "https://elsewhere/token"},
                        {"exp": now + 7200}, {"iat": now - 9000,
                                              "exp": now - 6000},
                        {"iat": now + 4000, "exp": now + 7000},
                        {"iat": str(now)}):
            self.assertEqual(grant(self.assertion(**changes)),
                             (400, "invalid_grant"), changes)
        good = self.assertion()
        head, body, signature = good.split(".")
        other = self.assertion(iat=now - 5)
        self.assertEqual(grant(".".join([head, other.split(".")[1],
                                         signature])),
                         (400, "invalid_grant"))
        self.assertEqual(grant(self.assertion(head={"alg": "HS256"})),
                         (400, "invalid_grant"))
        self.assertEqual(grant("a.b"), (400, "invalid_request"))


class Access(Surface):

    def test_login_customer_id(self):
        self.assertEqual(self.search(account=DIRECT, login=None)[0], 200)
        self.assertEqual(self.search(account=MANAGER, login=None,
                                     query="SELECT customer.id FROM "
                                     "customer")[0], 200)
        for account, login in ((MAIN, None), ("5555555555", MANAGER),
                               (MAIN, "9870001111"), (MAIN, MAIN)):
            self.assert_failure(self.search(account=account, login=login),
                                403, "authorizationError",
                                "USER_PERMISSION_DENIED")
        self.assert_failure(
            self.search(login=DIRECT), 403, "authorizationError",
            "INVALID_LOGIN_CUSTOMER_ID_SERVING_CUSTOMER_ID_COMBINATION")
        for login in ("987-654-3210", "12", "", "x"):
            self.assert_failure(self.search(login=login), 400, "headerError",
                                "INVALID_LOGIN_CUSTOMER_ID")

    def test_accounts(self):
        self.assert_failure(self.search(account="123-456-7890"), 400,
                            "requestError", "INVALID_CUSTOMER_ID")
        self.assert_failure(self.search(account=CANCELED), 403,
                            "authorizationError", "CUSTOMER_NOT_ENABLED")
        self.assert_failure(self.search(account=MANAGER), 400, "queryError",
                            "REQUESTED_METRICS_FOR_MANAGER")
        status, body = self.call(
            "GET", "/v26/customers:listAccessibleCustomers",
            authorization="Bearer " + self.token)
        self.assertEqual(body, {"resourceNames": [
            "customers/" + MANAGER, "customers/" + DIRECT]})

    def test_versions_and_paths(self):
        for version in (23, 24, 25, 26):
            self.assertEqual(self.search(version=version)[0], 200)
        for version in (22, 27):
            self.assert_failure(self.search(version=version), 400,
                                "requestError", "UNSUPPORTED_VERSION")
        for path in ("/v21/customers/%s/googleAds:search" % MAIN,
                     "/v26/customers/1/nothing:search", "/v26/customers/",
                     "/v26/customers/%s/googleAds:search/x" % MAIN):
            status, body = self.call("POST", path)
            self.assertEqual(status, 404)
            self.assertIn("<html", body)
            self.assertIn(path, body)
        self.assertFalse(self.api.owns("/vv26/customers/1"))
        self.assertFalse(self.api.owns("/v26.0/act_1/insights"))

    def test_old_dates_by_version(self):
        query = ("SELECT segments.date, metrics.clicks FROM campaign WHERE "
                 "segments.date BETWEEN '2020-01-01' AND '2020-02-01'")
        self.assert_failure(self.search(query), 400, "dateRangeError",
                            "REQUESTED_DATE_GRANULARITY_NOT_SUPPORTED")


class Searching(Surface):

    QUERY = ("SELECT campaign.id, segments.date, metrics.clicks FROM campaign "
             "WHERE segments.date BETWEEN '2026-11-01' AND '2026-11-03'")

    def test_bodies(self):
        self.assert_failure(self.search(pageSize=100), 400, "requestError",
                            "PAGE_SIZE_NOT_SUPPORTED")
        self.assert_failure(self.search(validateOnly=True, pageToken="x"),
                            400, "requestError",
                            "VALIDATE_ONLY_REQUEST_HAS_PAGE_TOKEN")
        self.assertEqual(self.search(validateOnly=True), (200, {}))
        self.assert_failure(self.search("SELECT x", validateOnly=True), 400,
                            "queryError", "EXPECTED_FROM")
        status, body = self.search(nope=1)
        self.assertEqual(status, 400)
        self.assertNotIn("details", body["error"])
        path = "/v26/customers/%s/googleAds:search" % MAIN
        for text in (b"{", b"[]", b"\xff"):
            self.assertEqual(self.call(
                "POST", path, text, authorization="Bearer " + self.token,
                login_customer_id=MANAGER)[0], 400)

    def test_empty_answer(self):
        status, body = self.search(self.QUERY, account="6789012345")
        self.assertEqual(status, 200)
        self.assertEqual(sorted(body), ["fieldMask",
                                        "queryResourceConsumption"])
        self.assertEqual(body["fieldMask"],
                         "campaign.id,segments.date,metrics.clicks")

    def pages(self, **more):
        """Returns all pages of QUERY."""
        self.settings.change({"page_size": 10})
        pages = [self.search(self.QUERY, **more)[1]]
        while "nextPageToken" in pages[-1]:
            pages.append(self.search(
                self.QUERY, pageToken=pages[-1]["nextPageToken"])[1])
        return pages

    def test_pages(self):
        whole = self.search(self.QUERY)[1]["results"]
        pages = self.pages(searchSettings={"returnTotalResultsCount": True})
        self.assertGreater(len(pages), 3)
        self.assertEqual(sum((p["results"] for p in pages), []), whole)
        self.assertTrue(all(len(p["results"]) == 10 for p in pages[:-1]))
        self.assertEqual(pages[0]["totalResultsCount"], str(len(whole)))
        self.assertNotIn("totalResultsCount", pages[1])
        again = self.search(self.QUERY,
                            pageToken=pages[0]["nextPageToken"])[1]
        self.assertEqual(again, pages[1])

    def test_page_tokens_are_bound(self):
        token = self.pages()[0]["nextPageToken"]
        for more in ({"query": self.QUERY + " "}, {"account": DIRECT},
                     {"version": 25}):
            self.assert_failure(
                self.search(**dict({"query": self.QUERY}, pageToken=token,
                                   **more)),
                400, "requestError", "INVALID_PAGE_TOKEN")
        self.assert_failure(self.search(self.QUERY, pageToken="nope"), 400,
                            "requestError", "INVALID_PAGE_TOKEN")

    def test_page_tokens_expire(self):
        token = self.pages()[0]["nextPageToken"]
        self.clock.set(NOW + datetime.timedelta(seconds=7199))
        self.token = self.refresh()["access_token"]
        self.assertEqual(self.search(self.QUERY, pageToken=token)[0], 200)
        self.clock.set(NOW + datetime.timedelta(seconds=7200))
        self.assert_failure(self.search(self.QUERY, pageToken=token), 400,
                            "requestError", "EXPIRED_PAGE_TOKEN")

    def test_page_faults(self):
        token = self.pages()[0]["nextPageToken"]
        body = self.search(self.QUERY, pageToken=token,
                           fault={"repeat_page": True})[1]
        self.assertEqual(body["nextPageToken"], token)
        self.assert_failure(
            self.search(self.QUERY, pageToken=token,
                        fault={"expire_page_tokens": True}),
            400, "requestError", "EXPIRED_PAGE_TOKEN")

    def test_deadline(self):
        self.settings.change({"deadline_days": 2})
        query = ("SELECT campaign.id, metrics.clicks FROM campaign WHERE "
                 "segments.date BETWEEN '2026-11-%d' AND '2026-11-20'")
        self.assertEqual(self.search(query % 19)[0], 200)
        self.assert_failure(self.search(query % 18), 504, "internalError",
                            "DEADLINE_EXCEEDED")
        self.assertEqual(
            self.search("SELECT campaign.id FROM campaign")[0], 200)

    def test_injected_errors(self):
        info = {"version": 25}
        response = self.api.error_response(info, {
            "error": "quotaError.RESOURCE_TEMPORARILY_EXHAUSTED",
            "retry_delay": "2s"})
        body = json.loads(response.body)
        self.assert_failure((response.status, body), 429, "quotaError",
                            "RESOURCE_TEMPORARILY_EXHAUSTED")
        self.assertEqual(body["error"]["details"][0]["errors"][0]["details"][
            "quotaErrorDetails"]["retryDelay"], "2s")
        for name, status in (("internalError.TRANSIENT_ERROR", 500),
                             ("internalError.DEADLINE_EXCEEDED", 504),
                             ("authenticationError.OAUTH_TOKEN_EXPIRED", 401),
                             ("queryError.UNRECOGNIZED_FIELD", 400),
                             ("oauth.invalid_client", 401)):
            self.assertEqual(self.api.error_response(
                info, {"error": name}).status, status)


class FieldService(Surface):

    def fields(self, query, **more):
        return self.call(
            "POST", "/v26/googleAdsFields:search",
            json.dumps(dict({"query": query}, **more)).encode("utf-8"),
            authorization="Bearer " + self.token)

    def test_records(self):
        status, body = self.fields(
            "SELECT name, category, data_type, is_repeated, filterable, "
            "enum_values WHERE name IN ('campaign.status', "
            "'metrics.clicks')")
        self.assertEqual(body["results"], [
            {"resourceName": "googleAdsFields/campaign.status",
             "name": "campaign.status", "category": "ATTRIBUTE",
             "dataType": "ENUM", "isRepeated": False, "filterable": True,
             "enumValues": ["ENABLED", "PAUSED", "REMOVED", "UNKNOWN",
                            "UNSPECIFIED"]},
            {"resourceName": "googleAdsFields/metrics.clicks",
             "name": "metrics.clicks", "category": "METRIC",
             "dataType": "INT64", "isRepeated": False, "filterable": True}])
        self.assertEqual(body["totalResultsCount"], "2")

    def test_filters(self):
        found = self.fields("SELECT name WHERE category = 'RESOURCE'")[1]
        self.assertIn({"resourceName": "googleAdsFields/label",
                       "name": "label"}, found["results"])
        found = self.fields("SELECT name WHERE name LIKE 'label.%' AND "
                            "selectable = TRUE")[1]["results"]
        self.assertEqual([r["name"] for r in found], [
            "label.id", "label.name", "label.resource_name", "label.status",
            "label.text_label.background_color",
            "label.text_label.description"])

    def test_pages(self):
        first = self.fields("SELECT name", pageSize=50)[1]
        self.assertEqual(len(first["results"]), 50)
        second = self.fields("SELECT name", pageSize=50,
                             pageToken=first["nextPageToken"])[1]
        self.assertNotEqual(first["results"], second["results"])

    def test_refusals(self):
        self.assert_failure(self.fields("SELECT name FROM campaign"), 400,
                            "queryError", "UNEXPECTED_FROM_CLAUSE")
        self.assert_failure(self.fields("SELECT google_ads_field.name"), 400,
                            "queryError", "UNRECOGNIZED_FIELD")


if __name__ == "__main__":
    unittest.main()
