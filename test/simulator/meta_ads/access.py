"""Who may ask, and in which version: tokens, proofs, sunsets."""

import datetime
import hashlib
import hmac
import re

from meta_ads import catalog
from meta_ads.errors import GraphError
from meta_ads.query import invalid

TOKEN = "EAAsampletoken"
EXPIRED_TOKEN = "EAAsampleexpired"
APP_ID = "1000000000000042"
APP_SECRET = "0123456789abcdef0123456789abcdef"
SETTINGS = {
    "meta_require_proof": False,    # the app wants appsecret_proof
    "meta_token_state": "valid",    # or the subcode of 190: "463", "460", ...
    "meta_scopes": "ads_read",      # of the token, by comma
    "meta_token_expires_at": 0,     # UNIX seconds, as debug_token tells it
    "meta_old_version": "error",    # or "upgrade": served by the next one
}


def proof_of(token):
    """Returns the proof that goes with a token."""
    return hmac.new(APP_SECRET.encode("ascii"), token.encode("utf-8"),
                    hashlib.sha256).hexdigest()


class Access:
    """Checks what comes with every request."""

    def __init__(self, clock, settings):
        self.clock = clock
        self.settings = settings

    def lives(self, first, last):
        """Returns whether a version is served today."""
        today = self.clock.now().date()
        return today >= datetime.date.fromisoformat(first) and (
            last is None or today < datetime.date.fromisoformat(last))

    def version_of(self, match):
        """Returns the version that serves a request."""
        if match is None:
            raise GraphError("2635", "(#2635) A version is required for "
                             "calls of the Ads API")
        asked = int(match.group(1)), int(match.group(2))
        alive = [v for v, first, last in catalog.VERSIONS
                 if self.lives(first, last)]
        if asked in alive:
            return asked
        if not alive or asked > max(alive):
            raise GraphError("2500", "Unknown path components: /v%d.%d"
                             % asked)
        if self.settings["meta_old_version"] == "upgrade":
            return min(alive)
        raise GraphError("2635")

    def token_of(self, request, params):
        """Returns the token of a request after checking it and its proof."""
        header = request.header("authorization")
        token = params.get("access_token")
        if header is not None:
            match = re.match(r"(?:Bearer|OAuth) (\S+)\Z", header)
            token = match.group(1) if match else ""
        if not token:
            raise GraphError("2500", "An active access token must be used to "
                             "query information about the current user.")
        if token == "%s|%s" % (APP_ID, APP_SECRET):
            return token
        self.check_token(token)
        self.check_proof(token, params.get("appsecret_proof"))
        return token

    def check_token(self, token):
        """Refuses a token that is not, or no longer, good."""
        if token == EXPIRED_TOKEN:
            raise GraphError("190.463")
        if token != TOKEN:
            raise GraphError("190")
        state = self.settings["meta_token_state"]
        if state != "valid":
            raise GraphError("190." + state)

    def check_proof(self, token, proof):
        """Refuses a wrong proof, and a missing one if it is required."""
        if proof is None:
            if self.settings["meta_require_proof"]:
                raise invalid("API calls from the server require an "
                              "appsecret_proof argument")
        elif not hmac.compare_digest(proof.encode("utf-8"),
                                     proof_of(token).encode("ascii")):
            raise GraphError("104")

    def scopes(self):
        """Returns what the token may be used for."""
        return [s for s in self.settings["meta_scopes"].split(",") if s]

    def check_scope(self):
        """Refuses a token that may not read ads."""
        if not {"ads_read", "ads_management"} & set(self.scopes()):
            raise GraphError("200")

    def debug_token(self, params):
        """Answers debug_token."""
        asked = params.get("input_token")
        if not asked:
            raise invalid("The parameter input_token is required")
        said = {"app_id": APP_ID, "type": "SYSTEM_USER",
                "application": "adpipe", "is_valid": True,
                "issued_at": 1760000000,
                "expires_at": self.settings["meta_token_expires_at"],
                "data_access_expires_at": 0, "scopes": self.scopes(),
                "granular_scopes": [{"scope": s} for s in self.scopes()],
                "user_id": "100000000000077"}
        try:
            self.check_token(asked)
        except GraphError as error:
            _, _, subcode = error.name.partition(".")
            said.update(is_valid=False, scopes=[], error={
                "code": 190, "message": "The token is not valid",
                "subcode": int(subcode or 0)})
        return {"data": said}
