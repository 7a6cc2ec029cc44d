"""Error answers in the shape of the Graph API."""

import secrets

from messages import Response

SERVER_ERRORS = (1, 2)
AUTH_CODES = (102, 104, 190)
THROTTLED = (4, 17, 32, 341, 613, 80000, 80001, 80002, 80003, 80004, 80005,
             80006, 80008, 80009, 80014)
TOO_HEAVY = ("Please reduce the amount of data you're asking for, then retry "
             "your request")
MESSAGES = {
    "1": TOO_HEAVY,
    "1.99": "An unknown error occurred",
    "2": "Service temporarily unavailable",
    "2.1504041": "No data is available for this combination of metrics and "
                 "breakdowns",
    "4": "(#4) Application request limit reached",
    "17": "(#17) User request limit reached",
    "100": "(#100) Invalid parameter",
    "100.33": "Unsupported get request. Object with ID '0' does not exist, "
              "cannot be loaded due to missing permissions, or does not "
              "support this operation",
    "100.1487534": "Invalid parameter",
    "100.1815001": "Invalid parameter",
    "104": "Incorrect signature",
    "190": "Invalid OAuth access token - Cannot parse access token",
    "190.463": "Error validating access token: Session has expired on "
               "Saturday, 31-Oct-26 00:00:00 PDT.",
    "200": "(#200) Ad account owner has NOT granted ads_management or "
           "ads_read permission",
    "613": "(#613) Calls to this api have exceeded the rate limit.",
    "960": "Request aborted. This could happen if a dependent request failed "
           "or the entire request timed out.",
    "2601": "Error accessing adreport job.",
    "2635": "(#2635) You are calling a deprecated version of the Ads API. "
            "Please update to the latest version.",
    "2642": "(#2642) Invalid cursors values",
    "3018": "(#3018) The start date of the time range cannot be beyond 37 "
            "months from the current date",
}
TITLES = {"100.1487534": "Too many rows", "2601.1815107":
          "The report is not ready",
          "100.1815001": "Cannot Request for Deleted Objects"}
# Of refusals that are no OAuthException.
KINDS = {"100.33": "GraphMethodException", "960": "FacebookApiException"}


class GraphError(Exception):
    """A refusal: code and subcode in one text ("100.33"), and whatever else
    its body is to hold."""

    def __init__(self, name, message=None, **members):
        super().__init__(name)
        self.name = name
        self.message = message
        self.members = members

    @property
    def code(self):
        """The code as a number."""
        return int(self.name.partition(".")[0])


def missing(object_id):
    """Returns the refusal of an object that is not there, or not for this
    token."""
    return GraphError("100.33", MESSAGES["100.33"].replace("'0'", "'%s'"
                                                           % object_id))


class NotServed(Exception):
    """The platform has this, the simulator does not."""


def body_of(error):
    """Returns the error member of an answer's body."""
    code, _, subcode = error.name.partition(".")
    text = error.message or MESSAGES.get(error.name) or MESSAGES.get(
        code) or "(#%s) An error of the platform" % code
    made = {"message": text, "type": KINDS.get(error.name, "OAuthException"),
            "code": int(code)}
    if subcode:
        made["error_subcode"] = int(subcode)
    if text != TOO_HEAVY:
        made["is_transient"] = code == "2"
        made["fbtrace_id"] = "A" + secrets.token_urlsafe(16)
    if error.name in TITLES:
        made["error_user_title"] = TITLES[error.name]
        made["error_user_msg"] = "The platform has its reasons."
    made.update(error.members)
    return made


def status_of(error):
    """Returns the usual HTTP status."""
    return 500 if error.code in SERVER_ERRORS else 400


def usage_kind(info):
    """Returns the kind of use that a request's quota is counted under."""
    return "ads_insights" if info.get("insights") else "ads_management"


def injected(fault):
    """Returns (GraphError, HTTP status) that an "error" fault asks for."""
    members = {key: fault[key] for key in (
        "is_transient", "error_user_title", "error_user_msg", "error_data")
        if key in fault}
    error = GraphError(fault["error"], fault.get("message"), **members)
    return error, fault.get("http") or status_of(error)


def www_authenticate(error):
    """Returns the header that goes with a refused token."""
    if error.code != 190:
        return []
    return [("WWW-Authenticate", "OAuth \"Facebook Platform\" "
             "\"invalid_token\" \"%s\"" % body_of(error)["message"])]


def not_served(text):
    """Returns the answer about what the simulator lacks: no platform answers
    so, hence no reader can take it for the platform's."""
    return Response(501, "the simulator does not serve this: %s\n" % text,
                    "text/plain; charset=UTF-8")
