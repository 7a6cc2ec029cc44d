"""Who sends a request: four headers, one of them signed."""

import base64
import hashlib
import hmac
import re
import time

from naver_searchad import errors

API_KEY = "0100000000aaaabbbbccccdddd"
SECRET_KEY = "AQAAAAExampleSecretKeyNotReal1234567890=="
RENEWED_KEY = "AQAAAABAnotherSecretKeyOfLater987654321=="

# How far clocks may be apart.  One minute was refused.
SKEW_MS = 30000


def sign(secret, timestamp, method, path):
    """Returns the signature of a request; the query string is no part."""
    message = "%s.%s.%s" % (timestamp, method, path)
    return base64.b64encode(hmac.new(
        secret.encode(), message.encode(), hashlib.sha256).digest()).decode()


def check(request, secret, now_ms=None):
    """Raises Refusal unless a request is signed.  The clock is that of the
    machine, whatever time the world has."""
    now_ms = time.time() * 1000 if now_ms is None else now_ms
    timestamp = request.header("x-timestamp") or ""
    signature = request.header("x-signature") or ""
    if request.header("x-api-key") != API_KEY:
        raise errors.problem("invalid-api-key", "Invalid API key",
                             "The key is unknown.")
    if not re.match(r"\d{13}\Z", timestamp) or abs(
            int(timestamp) - now_ms) > SKEW_MS:
        raise errors.problem("invalid-timestamp", "Invalid Timestamp",
                             "Timestamp '%s' is invalid." % timestamp)
    expected = sign(secret, timestamp, request.method, request.path)
    if not hmac.compare_digest(expected, signature):
        raise errors.invalid_signature(signature)
