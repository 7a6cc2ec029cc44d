"""Faults on demand: which request meets one, and what becomes of its answer.

A rule is a JSON object {"match": {...}, "skip": n, "times": n, "action":
{...}}.  `match` may hold path and query (regular expressions, searched),
account (a string) and page (0 is the first page); what it does not name
matches everything.  The first `skip` matching requests pass unharmed, the
next `times` (null: all) meet the action.  Of several rules the first one that
matches and is neither waiting nor used up applies.

Actions that change what is said (error, status, html, replace, ...) are
carried out here; those that change how it is sent (cut, stall, drip, ...)
are carried out by wire.py.
"""

import base64
import json
import re
import struct
import threading
import urllib.parse
import zlib

from messages import Response, html_response

MATCH_KEYS = {"path", "account", "query", "page", "method"}

# Every key an action may hold, with the types its value may have.
ACTION_KEYS = {
    # the platform's own refusals
    "error": str, "retry_delay": str, "message": str, "rate_name": str,
    "rate_scope": str, "http": int,
    # any HTTP answer
    "status": int, "body": str, "repeat": list, "close_with": str,
    "headers": dict,
    "html": int,
    "redirect": str, "echo": str, "spelling": str, "in_headers": bool,
    # changes of the right answer's text
    "replace": list, "replace_bytes": list, "substitute": list,
    "truncate_json": bool,
    "gzip_bomb": int,
    # changes of the platform's behaviour
    "expire_page_tokens": bool, "repeat_page": bool,
    "repeat_rows": bool, "page_rows": int, "as_account": str, "endless": bool,
    # on the wire
    "cut": int, "cut_lines": int, "cut_head": int, "close": str, "reset": bool,
    "no_length": bool, "length_off": int, "bad_gzip": bool,
    "add_headers": dict, "pad_headers": int,
    "delay_ms": int, "stall_after": int,
    "drip": list, "gate": int, "gate_ms": int,
    # on the port that the answer comes from
    "deaf_ms": int, "strange_certificates": int,
}

# How long a gate waits for the requests that open it, unless told.
GATE_MS = 20000


class Gate(int):
    """Holds requests until a number of them is there at once; then it stays
    open.  So a test can prove that requests are under way together.  Still a
    number, which is how logs show it."""

    def __init__(self, count):
        super().__init__()
        self._changed = threading.Condition()
        self._missing = count

    def enter(self, wait_ms):
        """Waits at the gate; returns whether it opened in time."""
        with self._changed:
            self._missing -= 1
            self._changed.notify_all()
            is_open = self._changed.wait_for(lambda: self._missing <= 0,
                                             wait_ms / 1000.0)
            if not is_open:
                self._missing += 1
            return is_open


class FaultRule:
    """One rule with its counters.  Raises ValueError on a malformed rule."""

    def __init__(self, rule, action_keys=ACTION_KEYS):
        unknown = set(rule) - {"match", "skip", "times", "action"}
        match = rule.get("match") or {}
        unknown |= set(match) - MATCH_KEYS
        self.action = rule.get("action") or {}
        unknown |= set(self.action) - set(action_keys)
        if unknown:
            raise ValueError("unknown key in fault rule: %s"
                             % ", ".join(sorted(unknown)))
        if not self.action:
            raise ValueError("fault rule has no action")
        for key, value in self.action.items():
            if not isinstance(value, action_keys[key]):
                raise ValueError("action \"%s\" needs a value of type %s" % (
                    key, action_keys[key]))
        if self.action.get("close") not in (
                None, "before_headers", "after_headers"):
            raise ValueError("action \"close\" must be before_headers "
                             "or after_headers")
        if "gate" in self.action:
            self.action = dict(self.action, gate=Gate(self.action["gate"]))
        self._account = match.get("account")
        self._page = match.get("page")
        self._method = match.get("method")
        self._path = re.compile(match["path"]) if "path" in match else None
        self._query = re.compile(match["query"]) if "query" in match else None
        self._skip = rule.get("skip") or 0
        self._times = rule.get("times")
        self.seen = 0
        self.applied = 0

    def matches(self, info):
        """Returns whether the rule is about this request."""
        if self._account is not None and info.get("account") != str(
                self._account):
            return False
        if self._page is not None and info.get("page") != self._page:
            return False
        if self._method is not None and info["method"] != self._method:
            return False
        if self._path and not self._path.search(info["path"]):
            return False
        return not self._query or bool(
            self._query.search(info.get("query") or ""))

    def take(self):
        """Counts one matching request; returns whether the action is due."""
        if self._times is not None and self.applied >= self._times:
            return False
        self.seen += 1
        if self.seen <= self._skip:
            return False
        self.applied += 1
        return True


class FaultBook:
    """The rules in force."""

    def __init__(self):
        self._lock = threading.Lock()
        self._rules = []
        self._action_keys = dict(ACTION_KEYS)

    def declare(self, action_keys):
        """Adds keys that a platform knows in an action, with their types."""
        self._action_keys.update(action_keys)

    def install(self, rules):
        """Replaces all rules; raises ValueError and keeps the old ones if
        one is malformed."""
        made = [FaultRule(rule, self._action_keys) for rule in rules]
        with self._lock:
            self._rules = made

    def clear(self):
        """Removes all rules."""
        with self._lock:
            self._rules = []

    def pick(self, info):
        """Returns the action due for a request, or an empty dict."""
        with self._lock:
            for rule in self._rules:
                if rule.matches(info) and rule.take():
                    return rule.action
        return {}

    def report(self):
        """Returns what each rule saw so far."""
        with self._lock:
            return [{"action": rule.action, "seen": rule.seen,
                     "applied": rule.applied} for rule in self._rules]


def gzip_bomb(megabytes):
    """Returns a compressed JSON object padded with blanks: valid, small and
    then huge.  A megabyte is compressed once and repeated: after a full flush
    nothing refers to what was before."""
    packer = zlib.compressobj(9, zlib.DEFLATED, -zlib.MAX_WBITS)
    head = packer.compress(b"{") + packer.flush(zlib.Z_FULL_FLUSH)
    blanks = b" " * (1 << 20)
    block = packer.compress(blanks) + packer.flush(zlib.Z_FULL_FLUSH)
    tail = packer.compress(b"}") + packer.flush()
    crc = zlib.crc32(b"{")
    for _ in range(megabytes):
        crc = zlib.crc32(blanks, crc)
    size = (megabytes << 20) + 2
    return (b"\x1f\x8b\x08\0\0\0\0\0\2\xff" + head + block * megabytes + tail
            + struct.pack("<II", zlib.crc32(b"}", crc), size & 0xffffffff))


def replacing_response(action):
    """Returns the Response that stands in place of the platform's whole
    answer, or None if the action does not bring its own.

    The platform's own errors ("error") are not made here: their shape is the
    platform's.
    """
    if "html" in action:
        return html_response(action["html"], "Service page",
                             "Something else answers here.")
    if "redirect" in action:
        return Response(action.get("status", 302), b"",
                        headers=[("Location", action["redirect"])])
    if "gzip_bomb" in action:
        return Response(200, gzip_bomb(action["gzip_bomb"]),
                        headers=[("Content-Encoding", "gzip")])
    if "status" in action:
        headers = dict(action.get("headers") or {})
        content_type = headers.pop("Content-Type", "application/json; "
                                   "charset=UTF-8")
        text, times = action.get("repeat", ("", 0))
        return Response(action["status"], action.get("body", "")
                        + text * times + action.get("close_with", ""),
                        content_type, headers=headers.items())
    return None


SPELLINGS = {
    "plain": lambda text: text,
    "percent": lambda text: urllib.parse.quote(text, safe=""),
    "percent_twice": lambda text: urllib.parse.quote(
        urllib.parse.quote(text, safe=""), safe=""),
    "unicode": lambda text: "".join("\\u%04x" % ord(c) for c in text),
    "json": json.dumps,
    "base64": lambda text: base64.b64encode(text.encode()).decode(),
    "base64url": lambda text: base64.urlsafe_b64encode(
        text.encode()).decode().rstrip("="),
}


def echoing_response(action, request):
    """Returns the answer of something in front of the platform that repeats
    what it was sent, in one of SPELLINGS: as "text"; as "json", in the shape
    of a failed sign-in; as "failure", in every member of a platform's
    failure; as "rows", in every member of a row; as "csv", in the names and
    the values of a report.  With in_headers, headers hold it, too."""
    text = "could not parse request: %s %s" % (
        request.body.decode("utf-8", "replace"),
        request.header("authorization") or "")
    if "spelling" in action:
        text = "%s %s %s %s" % (text, request.method, request.target, " ".join(
            request.headers.values()))
        text = SPELLINGS[action["spelling"]](text)
    made = {
        "text": text,
        "json": json.dumps({"error": "invalid_request",
                            "error_description": text}),
        "failure": json.dumps({"error": {
            "code": text, "message": text, "status": text, "type": text,
            "fbtrace_id": text, "error_user_msg": text,
            "details": [{"@type": "GoogleAdsFailure", "requestId": text,
                         "errors": [{"errorCode": {"queryError": text},
                                     "message": text}]}]}}),
        "rows": json.dumps({key: [{
            "id": text, "name": text, "account_id": text, "date_start": text,
            "impressions": text, "actions": text, "attributes": {
                "name": text, "time_zone": text, "currency": text},
            "campaign": {"id": text, "resourceName": text},
            "customer": {"id": text, "timeZone": text}, "segments": {
                "date": text}, "metrics": {"clicks": text}}]
            for key in ("results", "data")}),
        "csv": "%s,Date\n%s,%s\n" % ((json.dumps(text),) * 3),
    }[action["echo"]]
    headers = []
    if action.get("in_headers"):
        headers = [(name, text[:4000]) for name in (
            "request-id", "retry-after", "facebook-api-version",
            "x-app-usage", "Location")]
    return Response(action.get("status", 400), made, headers=headers)


def change_body(body, action):
    """Returns the body with the action's text changes made."""
    if "replace" in action:
        old, new = action["replace"]
        body = body.replace(old.encode("utf-8"), new.encode("utf-8"))
    if "replace_bytes" in action:
        old, new = action["replace_bytes"]
        body = body.replace(bytes.fromhex(old), bytes.fromhex(new))
    if "substitute" in action:
        pattern, new = action["substitute"]
        body = re.sub(pattern.encode("utf-8"), new.encode("utf-8"), body)
    if action.get("truncate_json"):
        body = body[:len(body) * 2 // 3]
    return body
