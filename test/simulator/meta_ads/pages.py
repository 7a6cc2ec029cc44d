"""Pages of a list, and the cursors that lead from one to the next."""

import base64
import collections
import hashlib
import secrets
import threading
import urllib.parse

from meta_ads.errors import GraphError

# Parameters that are not part of what a list is.
ASIDE = ("access_token", "appsecret_proof", "limit", "after", "before")
MAX_LISTS = 64


def fingerprint(path, params):
    """Returns a short text that stands for a list."""
    kept = sorted((k, v) for k, v in params.items() if k not in ASIDE)
    text = "%s %s" % (path, kept)
    return hashlib.blake2b(text.encode("utf-8"), digest_size=6).hexdigest()


class PageBook:
    """Cursors, and the lists that are being read."""

    def __init__(self):
        self._lock = threading.Lock()
        self._lists = collections.OrderedDict()
        self.generation = 0

    def expire_all(self):
        """Lets every cursor become stale."""
        with self._lock:
            self.generation += 1
            self._lists.clear()

    def cursor(self, mark, offset, salt=""):
        """Returns the cursor of a place in a list; with a salt, another one
        than before."""
        text = "%s:%d:%d:%s" % (mark, self.generation, offset, salt)
        return base64.b64encode(text.encode("ascii")).decode("ascii")

    def place(self, cursor, mark):
        """Returns the offset that a cursor of a list stands for."""
        try:
            text = base64.b64decode(cursor, validate=True).decode("ascii")
            found, generation, offset, _ = text.split(":")
            offset = int(offset)
        except ValueError:
            raise GraphError("2642")
        if found != mark or int(generation) != self.generation:
            raise GraphError("2642")
        return offset

    def rows(self, mark, again, make):
        """Returns the rows of a list: those of its first page if a later one
        is asked for and they are still known, else made anew."""
        with self._lock:
            known = self._lists.get(mark)
        if again and known is not None:
            return known
        rows = make()
        with self._lock:
            self._lists[mark] = rows
            while len(self._lists) > MAX_LISTS:
                self._lists.popitem(last=False)
        return rows

    def page(self, request, params, token, limit, make, fault):
        """Returns (rows, paging) of the page that a request asks for.  The
        fault may hold repeat_page, repeat_rows, endless and as_account: then
        make makes the rows of that account."""
        mark = fingerprint(request.path, params)
        after = params.get("after")
        start = self.place(after, mark) if after else 0
        rows = self.rows(mark + fault.get("as_account", ""), bool(after),
                         make)
        salt = ""
        if fault.get("repeat_rows") and start > 0:
            start, salt = max(0, start - limit), secrets.token_hex(4)
        shown = rows[start:start + limit]
        if fault.get("endless"):
            shown, salt = [], secrets.token_hex(4)
        elif not shown:
            return [], None
        end = start + len(shown)
        paging = {"cursors": {"before": self.cursor(mark, start),
                              "after": self.cursor(mark, end)}}
        if end < len(rows):
            following = self.cursor(
                mark, start if fault.get("repeat_page") else end, salt)
            kept = {k: v for k, v in params.items()
                    if k not in ("after", "before", "appsecret_proof",
                                 "access_token")}
            kept.update(access_token=token, limit=str(limit), after=following)
            paging["cursors"]["after"] = following
            paging["next"] = "%s%s?%s" % (request.base_url, request.path,
                                          urllib.parse.urlencode(kept))
        return shown, paging

    def page_number(self, params, path, limit):
        """Returns which page of a list a request asks for, None if its
        cursor leads nowhere."""
        after = params.get("after")
        if not after:
            return 0
        try:
            return self.place(after, fingerprint(path, params)) // limit
        except GraphError:
            return None
