"""Refusals as the platform writes them.  Readers branch on codes; the words
that the documentation does not quote are made up."""

from messages import json_response

# code: status and words
PLATFORM = {
    -1: (500, "internal server error."),
    -2: (400, "invalid parameter."),
    -3: (403, "this feature is not enabled."),
    -5: (403, "no permission."),
    -7: (400, "service is under maintenance."),
    -8: (400, "invalid header."),
    -9: (400, "deprecated api."),
    -10: (400, "API limit has been exceeded."),
    -12: (403, "policy violation."),
    -101: (400, "not registered user."),
    -401: (401, "this access token does not exist"),
    -402: (403, "insufficient scopes."),
    -9798: (503, "service is under maintenance."),
}
# detail of -813: status and words
MOMENT = {
    9004: (403, "no permission on the ad account"),
    21006: (400, "the ad account does not exist"),
    31011: (400, "the budget is below the minimum"),
    60008: (400, "report period is not valid"),
    70001: (400, "the object does not exist in the ad account"),
    0: (429, "too many requests"),
}
NOT_BUSINESS = "target biz token is not supplied."


class Refusal(Exception):
    """A request that is refused; carries the response."""

    def __init__(self, response):
        super().__init__(response.status)
        self.response = response


def platform(code, text=None, status=None, **more):
    """Returns a Refusal with a code of the platform."""
    usual, words = PLATFORM.get(code, (400, "error."))
    return Refusal(json_response(status or usual, dict(
        {"msg": text or words, "code": code}, **(more or {"extras": {}}))))


def moment(detail, text=None, status=None):
    """Returns a Refusal of the service: code -813 and a detail."""
    usual, words = MOMENT.get(detail, (400, "error"))
    extras = {"detailCode": detail} if detail else {}
    return Refusal(json_response(status or usual, {
        "msg": "KakaoMomentException", "code": -813,
        "extras": dict(extras, detailMsg=text or words)}))


def signed_out(text, has_code):
    """Returns the Refusal of a token."""
    body = {"msg": text}
    if has_code:
        body["code"] = -401
    return Refusal(json_response(401, body))


def missing(name, text="is required"):
    """Returns the Refusal of a parameter, which its words name."""
    return platform(-2, "%s %s." % (name, text))


def injected(fault):
    """Returns the response that an "error" fault asks for: a code, or a code
    and a detail, such as "-813.60008"."""
    code, _, detail = fault["error"].partition(".")
    text, status = fault.get("message"), fault.get("http")
    if int(code) == -813:
        return moment(int(detail or 0), text, status).response
    return platform(int(code), text, status).response
