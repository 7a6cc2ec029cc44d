"""Sign-in: the token endpoint and what access tokens are good for."""

import base64
import hashlib
import hmac
import json
import secrets
import threading
import time
import urllib.parse

from google_ads.errors import token_error
from messages import json_response

CLIENT_ID = "sample-client.apps.googleusercontent.com"
CLIENT_SECRET = "sample-secret"
REFRESH_TOKEN = "1//sample-refresh"
SCOPE = "https://www.googleapis.com/auth/adwords"
REAL_TOKEN_URL = "https://oauth2.googleapis.com/token"
JWT_GRANT = "urn:ietf:params:oauth:grant-type:jwt-bearer"

# ASN.1 head of a SHA-256 digest in a PKCS #1 v1.5 signature.
SHA256_HEAD = bytes.fromhex("3031300d060960864801650304020105000420")
PUBLIC_EXPONENT = 65537
CLOCK_SKEW_SECONDS = 300


class InvalidJwt(Exception):
    """A signed assertion that is refused; carries error and description."""

    def __init__(self, error, description):
        super().__init__(description)
        self.error = error
        self.description = description


def from_base64url(text):
    """Decodes base64url without padding; raises ValueError if it is none."""
    if "=" in text:
        raise ValueError("padding")
    return base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_",
                            validate=True)


def signature_is_good(modulus, message, signature):
    """Verifies an RSASSA-PKCS1-v1_5 signature with SHA-256."""
    size = (modulus.bit_length() + 7) // 8
    if len(signature) != size:
        return False
    opened = pow(int.from_bytes(signature, "big"), PUBLIC_EXPONENT,
                 modulus).to_bytes(size, "big")
    tail = SHA256_HEAD + hashlib.sha256(message).digest()
    expected = b"\x00\x01" + b"\xff" * (size - len(tail) - 3) + b"\x00" + tail
    return hmac.compare_digest(opened, expected)


class SignIn:
    """The token endpoint and the access tokens it gave out."""

    def __init__(self, clock, settings, service_account=None, modulus=None):
        self.clock = clock
        self.settings = settings
        self.service_account = service_account
        self.modulus = modulus
        self._lock = threading.Lock()
        self._expiry = {}       # access token -> UNIX seconds

    def revoke_all(self):
        """Makes every access token given out so far unknown."""
        with self._lock:
            self._expiry.clear()

    def problem_with(self, authorization):
        """Returns None if an Authorization header is good, else the reason
        that the 401 names."""
        if not authorization:
            return "CREDENTIALS_MISSING"
        scheme, _, token = authorization.partition(" ")
        with self._lock:
            expiry = self._expiry.get(token)
        if scheme.lower() != "bearer" or expiry is None:
            return "ACCESS_TOKEN_TYPE_UNSUPPORTED"
        if self.clock.seconds() >= expiry:
            return "ACCESS_TOKEN_EXPIRED"
        return None

    def grant(self):
        """Returns the answer with a new access token."""
        token = "ya29." + secrets.token_urlsafe(40)
        life = self.settings["token_expires_in"]
        with self._lock:
            self._expiry[token] = self.clock.seconds() + life
        return json_response(200, {
            "access_token": token, "expires_in": life, "scope": SCOPE,
            "token_type": "Bearer"})

    def handle(self, request):
        """Answers POST /token."""
        form = dict(urllib.parse.parse_qsl(
            request.body.decode("utf-8", "replace"), keep_blank_values=True))
        content_type = request.header("content-type") or ""
        if request.method != "POST" or not content_type.startswith(
                "application/x-www-form-urlencoded"):
            return token_error("invalid_request", "Bad Request")
        kind = form.get("grant_type")
        if not kind:
            return token_error("invalid_request",
                               "Missing required parameter: grant_type")
        if kind == "refresh_token":
            return self.refresh(form)
        if kind == JWT_GRANT:
            return self.signed(form, request)
        return token_error("unsupported_grant_type",
                           "Invalid grant_type: " + kind)

    def refresh(self, form):
        """Answers the refresh-token grant."""
        for name in ("client_id", "client_secret", "refresh_token"):
            if not form.get(name):
                return token_error("invalid_request",
                                   "Missing required parameter: " + name)
        if form["client_id"] != CLIENT_ID:
            return token_error("invalid_client",
                               "The OAuth client was not found.")
        if form["client_secret"] != CLIENT_SECRET:
            return token_error("invalid_client", "Unauthorized")
        if self.settings["revoke_refresh_token"]:
            return token_error("invalid_grant")
        if form["refresh_token"] != REFRESH_TOKEN:
            return token_error("invalid_grant", "Bad Request")
        return self.grant()

    def signed(self, form, request):
        """Answers the JWT bearer grant."""
        if not form.get("assertion"):
            return token_error("invalid_request",
                               "Missing required parameter: assertion")
        try:
            self.check_assertion(form["assertion"],
                                 request.base_url + "/token")
        except InvalidJwt as refused:
            return token_error(refused.error, refused.description, 400)
        return self.grant()

    def check_assertion(self, assertion, url):
        """Raises InvalidJwt unless an assertion is one of ours."""
        try:
            head, body, signature = assertion.split(".")
            header = json.loads(from_base64url(head))
            claims = json.loads(from_base64url(body))
            signature = from_base64url(signature)
        except ValueError:
            raise InvalidJwt("invalid_request", "Bad Request")
        if header.get("alg") != "RS256" or header.get("typ", "JWT") != "JWT":
            raise InvalidJwt("invalid_grant", "Invalid JWT: algorithm.")
        if (self.settings["revoke_service_account"]
                or claims.get("iss") != self.service_account["client_email"]):
            raise InvalidJwt("invalid_grant",
                             "Invalid grant: account not found")
        if header.get("kid", self.service_account["private_key_id"]) != (
                self.service_account["private_key_id"]) or (
                not signature_is_good(self.modulus, assertion.rsplit(
                    ".", 1)[0].encode("ascii"), signature)):
            raise InvalidJwt("invalid_grant", "Invalid JWT Signature.")
        self.check_claims(claims, url)

    @staticmethod
    def check_claims(claims, url):
        """Checks scope, audience and times.  The times are the client's, so
        they are judged by the machine's clock, not by the simulated one."""
        if claims.get("scope") != SCOPE:
            raise InvalidJwt("invalid_scope", "Invalid OAuth scope or ID "
                             "token audience provided.")
        if claims.get("aud") not in (url, REAL_TOKEN_URL,
                                     url.replace("127.0.0.1", "localhost")):
            raise InvalidJwt("invalid_grant", "Invalid JWT: audience.")
        issued, expires = claims.get("iat"), claims.get("exp")
        sane = (isinstance(issued, (int, float))
                and isinstance(expires, (int, float))
                and issued <= time.time() + CLOCK_SKEW_SECONDS
                and time.time() - CLOCK_SKEW_SECONDS < expires
                and 0 < expires - issued <= 3600)
        if not sane:
            raise InvalidJwt(
                "invalid_grant", "Invalid JWT: Token must be a short-lived "
                "token (60 minutes) and in a reasonable timeframe. Check "
                "your iat and exp values in the JWT claim.")
