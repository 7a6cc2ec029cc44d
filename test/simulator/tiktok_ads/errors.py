"""Refusals: status 200 and a code in the body."""

MESSAGES = {
    40001: "No permission to operate the advertiser.",
    40002: "Invalid parameter.",
    40067: "The query is too large, narrow the time range.",
    40100: "App 7100000000000000001 reaches the QPS limit 10, current QPS is "
           "11.",
    40104: "Access token is empty.",
    40105: "Access token is incorrect or has been revoked.",
    50000: "System error.",
}


class Refusal(Exception):
    """A code and what the platform says about it."""

    def __init__(self, code, message=None):
        super().__init__(message)
        self.code = code
        self.message = message or MESSAGES.get(code, "Error.")


def invalid(text, *values):
    """Returns the refusal of a parameter, which its text names."""
    return Refusal(40002, text % values)
