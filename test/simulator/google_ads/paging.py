"""Result sets that page tokens point into."""

import collections
import secrets
import threading

from google_ads.errors import ApiError

TOKEN_LIFE_SECONDS = 2 * 3600
# Result sets kept at a time; the oldest is dropped, its tokens expire.
MAX_RESULT_SETS = 64


class ResultSet:
    """The encoded rows of one query, and where its tokens point."""

    def __init__(self, version, account, query, rows, mask, total, page_size,
                 created):
        self.version = version
        self.account = account
        self.query = query
        self.rows = rows
        self.mask = mask
        self.total = total
        self.page_size = page_size
        self.created = created
        self.tokens = {}        # page number -> token

    def page(self, number):
        """Returns the rows of a page."""
        start = number * self.page_size
        return self.rows[start:start + self.page_size]

    def has_page(self, number):
        """Returns whether there is such a page."""
        return number * self.page_size < len(self.rows)


class PageBook:
    """All live page tokens."""

    def __init__(self, clock):
        self.clock = clock
        self._lock = threading.Lock()
        self._tokens = {}       # token -> (result set, page number)
        self._sets = collections.deque()
        self._expired = set()

    def keep(self, result_set):
        """Remembers a result set that has more than one page."""
        with self._lock:
            self._sets.append(result_set)
            if len(self._sets) > MAX_RESULT_SETS:
                self._forget(self._sets.popleft())

    def _forget(self, result_set):
        for token in result_set.tokens.values():
            self._tokens.pop(token, None)
            self._expired.add(token)

    def expire_all(self):
        """Lets every token expire at once."""
        with self._lock:
            while self._sets:
                self._forget(self._sets.popleft())

    def token_for(self, result_set, number):
        """Returns the token of a page, always the same one."""
        with self._lock:
            token = result_set.tokens.get(number)
            if token is None:
                token = "C" + secrets.token_urlsafe(24)
                result_set.tokens[number] = token
                self._tokens[token] = (result_set, number)
            return token

    def another_token(self, result_set, number):
        """Returns a new token of a page that has one already."""
        token = "C" + secrets.token_urlsafe(24)
        with self._lock:
            self._tokens[token] = (result_set, number)
        return token

    def page_number(self, token):
        """Returns the page a token points to, or None if it is unknown."""
        found = self._tokens.get(token)
        return found[1] if found else None

    def find(self, token, version, account, query):
        """Returns (result set, page number); raises ApiError for a token
        that has expired, is unknown or belongs to another request."""
        with self._lock:
            found = self._tokens.get(token)
            expired = token in self._expired
        if expired or found and (self.clock.seconds() - found[0].created
                                 >= TOKEN_LIFE_SECONDS):
            raise ApiError("requestError", "EXPIRED_PAGE_TOKEN",
                           "The page token has expired.")
        if found is None or (found[0].version, found[0].account,
                             found[0].query) != (version, account, query):
            raise ApiError("requestError", "INVALID_PAGE_TOKEN",
                           "The page token is invalid for this request.")
        return found
