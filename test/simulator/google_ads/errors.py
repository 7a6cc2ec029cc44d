"""Error answers in the shapes of the platform."""

import re
import secrets

from messages import json_response

# HTTP status and canonical name by error family; exceptions by code below.
FAMILIES = {
    "authenticationError": (401, "UNAUTHENTICATED"),
    "authorizationError": (403, "PERMISSION_DENIED"),
    "quotaError": (429, "RESOURCE_EXHAUSTED"),
    "internalError": (500, "INTERNAL"),
}
CODES = {
    "internalError.DEADLINE_EXCEEDED": (504, "DEADLINE_EXCEEDED"),
    "quotaError.ACCESS_PROHIBITED": (403, "PERMISSION_DENIED"),
    "authenticationError.CLIENT_CUSTOMER_ID_INVALID": (
        400, "INVALID_ARGUMENT"),
    "authenticationError.CUSTOMER_NOT_FOUND": (401, "UNAUTHENTICATED"),
    "authorizationError."
    "INVALID_LOGIN_CUSTOMER_ID_SERVING_CUSTOMER_ID_COMBINATION": (
        403, "PERMISSION_DENIED"),
}
MESSAGES = {
    400: "Request contains an invalid argument.",
    401: "Request had invalid authentication credentials.",
    403: "The caller does not have permission",
    429: "Resource has been exhausted (e.g. check quota).",
    500: "Internal error encountered.",
    503: "The service is currently unavailable.",
    504: "Deadline expired before operation could complete.",
}
STATUS_NAMES = {400: "INVALID_ARGUMENT", 401: "UNAUTHENTICATED",
                403: "PERMISSION_DENIED", 404: "NOT_FOUND",
                429: "RESOURCE_EXHAUSTED", 500: "INTERNAL",
                503: "UNAVAILABLE", 504: "DEADLINE_EXCEEDED"}

TOKEN_ERRORS = {
    "invalid_grant": (400, "Token has been expired or revoked."),
    "invalid_client": (401, "The OAuth client was not found."),
    "unauthorized_client": (401, "Unauthorized"),
    "invalid_request": (400, "Missing required parameter"),
    "unsupported_grant_type": (400, "Invalid grant_type"),
    "invalid_scope": (400, "Invalid OAuth scope or ID token audience "
                      "provided."),
}


class ApiError(Exception):
    """A refusal that carries a GoogleAdsFailure."""

    def __init__(self, family, code, message):
        super().__init__(message)
        self.family = family
        self.code = code
        self.message = message


def request_id():
    """Returns a new request id."""
    return secrets.token_urlsafe(16)


def failure(version, family, code, message, http=None, details=None):
    """Returns the Response of a GoogleAdsFailure."""
    status, name = CODES.get("%s.%s" % (family, code)) or FAMILIES.get(
        family, (400, "INVALID_ARGUMENT"))
    if http is not None:
        status, name = http, STATUS_NAMES.get(http, "UNKNOWN")
    error = {"errorCode": {family: code}, "message": message}
    if details:
        error["details"] = details
    number = request_id()
    body = {"error": {
        "code": status, "message": MESSAGES.get(status, "Error."),
        "status": name, "details": [{
            "@type": "type.googleapis.com/google.ads.googleads.v%s.errors."
                     "GoogleAdsFailure" % version,
            "errors": [error], "requestId": number}]}}
    return json_response(status, body, [("request-id", number)])


def front_door(status, message, details=None):
    """Returns the Response of an error that never reached the service."""
    error = {"code": status, "message": message,
             "status": STATUS_NAMES[status]}
    if details:
        error["details"] = details
    return json_response(status, {"error": error})


def unauthenticated(reason):
    """Returns the answer to a missing, unknown or expired access token."""
    return front_door(401, MESSAGES[401], [{
        "@type": "type.googleapis.com/google.rpc.ErrorInfo",
        "reason": reason, "domain": "googleapis.com"}])


def without_scope():
    """Returns the answer to a token whose scopes do not hold Google Ads."""
    return front_door(403, "Request had insufficient authentication scopes.", [{
        "@type": "type.googleapis.com/google.rpc.ErrorInfo",
        "reason": "ACCESS_TOKEN_SCOPE_INSUFFICIENT",
        "domain": "googleapis.com"}])


def token_error(error, description=None, status=None):
    """Returns an error of the token endpoint."""
    default_status, text = TOKEN_ERRORS[error]
    return json_response(status or default_status, {
        "error": error, "error_description": description or text})


def injected(info, fault):
    """Returns the Response that an "error" fault asks for: family.code, or
    oauth.error for the token endpoint."""
    family, _, code = fault["error"].partition(".")
    if family == "oauth":
        return token_error(code, fault.get("message"), fault.get("http"))
    details = None
    message = fault.get("message") or "Injected: %s." % code
    if "retry_delay" in fault:
        seconds = re.sub(r"s\Z", "", fault["retry_delay"])
        message = fault.get("message") or (
            "Too many requests. Retry in %s seconds." % seconds)
    if family == "quotaError":
        quota = {"rateScope": fault.get("rate_scope", "ACCOUNT"),
                 "rateName": fault.get("rate_name", "Requests per account")}
        if "retry_delay" in fault:
            quota["retryDelay"] = fault["retry_delay"]
        details = {"quotaErrorDetails": quota}
    return failure(info.get("version") or 26, family, code, message,
                   fault.get("http"), details)
