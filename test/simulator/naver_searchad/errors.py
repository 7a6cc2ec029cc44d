"""What Naver says when it refuses: two shapes of bodies, and a third one."""

import secrets

from messages import json_response

PROBLEM = "urn:naver:api:problem:"

# code: status and words; the words are invented, as readers must not match
# on them.
CODES = {
    1001: (404, "resource not found"),
    1002: (400, "invalid request"),
    1006: (403, "no permission on the customer"),
    1014: (400, "the allowed maximum is exceeded"),
    1016: (503, "too many connections"),
    1018: (403, "no permission on the resource"),
    2024: (400, "bad record size"),
    4601: (400, "invalid report id"),
    10004: (400, "no figures for this report type and day"),
    11001: (400, "bad parameter"),
    11003: (400, "no metrics"),
    20007: (400, "the figures of the day are being prepared"),
    20011: (404, "the report was not found"),
}


class Refusal(Exception):
    """A request that is refused; carries the response."""

    def __init__(self, response):
        super().__init__(response.status)
        self.response = response


def with_transaction(response):
    """Adds the header that Naver's support asks for."""
    response.headers.append(("X-Transaction-ID", secrets.token_hex(8).upper()))
    return response


def refusal(code, text=None, status=None):
    """Returns a Refusal of the first shape."""
    usual, words = CODES[code]
    return Refusal(json_response(status or usual, {
        "code": code, "message": text or words}))


def problem(kind, title, detail, **more):
    """Returns a Refusal of the signature layer."""
    return Refusal(json_response(403, dict(
        {"type": PROBLEM + kind, "title": title, "status": 403,
         "detail": detail}, **more)))


def invalid_signature(signature):
    """Returns the Refusal of a signature that does not fit."""
    return problem("invalid-signature", "Invalid Signature",
                   "Signature '%s' is invalid." % signature,
                   signature=signature)


def injected(fault):
    """Returns the response that an "error" fault asks for: a code, "429",
    "500" (a time-out), "text_code" (a code as text), or the name of a problem
    of the signature layer."""
    name = fault["error"]
    text = fault.get("message")
    if name == "429":
        return json_response(429, {"title": text or "Too Many Requests"})
    if name == "500":
        return json_response(500, {
            "name": "InternalError", "status": 500, "title": "Error",
            "detail": text or "The request took too long."})
    if name == "text_code":
        return json_response(400, {"code": "11001",
                                   "message": text or "bad parameter"})
    if name.startswith("invalid-"):
        return problem(name, name, text or name).response
    return refusal(int(name), text, fault.get("http")).response
