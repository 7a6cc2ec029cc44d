"""What AppsFlyer says when it refuses: plain text for the most part, though
its documentation promises JSON."""

import json

from messages import Response, html_response

RAW_KINDS = {False: "install reports", True: "in-app event reports"}


class Refusal(Exception):
    """A request that is refused; carries the status and the text."""

    def __init__(self, status, text, headers=()):
        super().__init__(text)
        self.status = status
        self.text = text
        self.headers = list(headers)


class UnknownApp(Exception):
    """An app that the token may not see, or a report that is none."""


def response_of(refusal, as_json):
    """Returns the Response of a Refusal, as text or as JSON."""
    if as_json:
        return Response(refusal.status, json.dumps(
            {"message": refusal.text}), "application/json",
            headers=refusal.headers)
    return Response(refusal.status, refusal.text, "text/plain",
                    headers=refusal.headers)


def not_found():
    """Returns the HTML page that stands for an unknown app or path."""
    return html_response(404, "404", "Not found.")


def invalid_token():
    """A token that is bad, revoked or somebody else's."""
    return Refusal(401, "Supplied API token is invalid")


def cohort_token():
    """The same, as the Cohort API says it."""
    return Refusal(401, "Authentication error")


def suspended():
    """An account that does not pay."""
    return Refusal(401, "Account may be suspended")


def aggregate_limit(quota_name):
    """The minute or daily limit of an aggregate report."""
    return Refusal(403, "Limit reached for " + quota_name)


def raw_limit(is_event, scope, old_wording=False):
    """The daily limit of a raw report; scope is app or account."""
    if old_wording:
        return Refusal(400, "API calls limit has been reached for report "
                       "type")
    return Refusal(400, "You've reached your maximum number of %s that can "
                   "be downloaded today for this %s." % (
                       RAW_KINDS[is_event], scope))


def lookback():
    """Raw data from before the last 90 days."""
    return Refusal(400, "Raw Reports historical lookback is limited to 90 "
                   "days")


def no_plan():
    """A raw report that the plan does not include."""
    return Refusal(400, "Your current subscription package doesn't include "
                   "raw data reports.")


def too_many():
    """The minute or daily limit of the app list."""
    return Refusal(429, "Too many requests", [("Retry-After", "60")])


def skan_limit():
    """The minute limit of the SKAdNetwork APIs."""
    return Refusal(400, "Too many requests")


# What an "error" fault may ask for.
INJECTED = {
    "invalid_token": invalid_token,
    "cohort_token": cohort_token,
    "suspended": suspended,
    "aggregate_limit": lambda: aggregate_limit("partners-daily-report"),
    "country_limit": lambda: aggregate_limit("country daily report"),
    "raw_installs_limit": lambda: raw_limit(False, "app"),
    "raw_events_limit": lambda: raw_limit(True, "app"),
    "raw_account_limit": lambda: raw_limit(True, "account"),
    "raw_old_limit": lambda: raw_limit(True, "app", True),
    "raw_older_limit": lambda: Refusal(
        400, "API call limit has been reached"),
    "lookback": lookback,
    "no_plan": no_plan,
    "platform": lambda: Refusal(
        400, "This platform isn't supported for this report type"),
    "protect360": lambda: Refusal(
        400, "Protect360 detection raw data reports are available for the "
        "last 90 days"),
    "forbidden": lambda: Refusal(
        403, "You don't have permission to access this app"),
    # protection against too many calls, or a missing permission: no word says
    "bare": lambda: Refusal(403, ""),
    "too_many": too_many,
    "skan_limit": skan_limit,
    "unavailable": lambda: Refusal(503, "Service Unavailable"),
}


def injected(fault, as_json):
    """Returns the Response that an "error" fault asks for: a name of
    INJECTED, "not_found" for the HTML page, or "text_in_200" for a quota text
    where a report should be."""
    name = fault["error"]
    if name == "not_found":
        return not_found()
    if name == "text_in_200":
        return Response(200, fault.get("message") or "Limit reached for "
                        "country daily report", "text/csv")
    refusal = INJECTED[name]()
    if "message" in fault:
        refusal.text = fault["message"]
    return response_of(refusal, as_json)
