"""What all platforms of one simulator share: clock, settings, request log."""

import datetime
import threading
import time

UTC = datetime.timezone.utc

# Settings a test may change, with their start values.  The type of the start
# value is the type every later value must have.
DEFAULT_SETTINGS = {
    "page_size": 10000,         # rows of a search page
    "gzip": True,               # compress when the client accepts it
    "gzip_min_bytes": 256,      # smaller bodies are sent as they are
    "chunked": False,           # Transfer-Encoding: chunked, no length
    "delay_ms": 0,              # no platform answers sooner than this
    "token_expires_in": 3599,   # life of new access tokens, seconds
    "revoke_refresh_token": False,
    "revoke_service_account": False,
    "revoke_scope": False,      # the credential may not use Google Ads any more
    "ascii_only": False,        # escape every non-ASCII character in bodies
    "canceled_readable": False,     # let the cancelled account be queried
    "deadline_days": 0,         # reports over more days time out; 0: none do
}


class Clock:
    """The time the platforms believe in: the machine's, one set by a test
    that stands still, or one set by a test that runs on from there."""

    def __init__(self):
        self._fixed = None
        self._offset = None

    def set(self, moment, running=False):
        """Sets the time to an aware datetime; None goes back to real time."""
        self._fixed = self._offset = None
        if moment is None:
            return
        if running:
            self._offset = moment - datetime.datetime.now(UTC)
        else:
            self._fixed = moment

    def now(self):
        """Returns the current time as an aware datetime in UTC."""
        if self._fixed is not None:
            return self._fixed
        now = datetime.datetime.now(UTC)
        return now if self._offset is None else now + self._offset

    def seconds(self):
        """Returns the current time as UNIX seconds."""
        return self.now().timestamp()

    def today(self, zone):
        """Returns the current day in a time zone."""
        return self.now().astimezone(zone).date()


class Settings:
    """Named values that tests change through the control endpoints."""

    def __init__(self, **start):
        self._start = dict(DEFAULT_SETTINGS, **start)
        self._values = dict(self._start)

    def declare(self, start):
        """Adds a platform's own settings with their start values."""
        for name, value in start.items():
            self._start[name] = self._values[name] = value

    def reset(self):
        """Puts every setting back to its start value."""
        self._values = dict(self._start)

    def __getitem__(self, name):
        return self._values[name]

    def change(self, changes):
        """Applies a dict of changes; raises ValueError and changes nothing
        if a name is unknown or a value has the wrong type."""
        for name, value in changes.items():
            if name not in self._values:
                raise ValueError("unknown setting \"%s\"; known: %s" % (
                    name, ", ".join(sorted(self._values))))
            if type(value) is not type(self._start[name]):
                raise ValueError("setting \"%s\" needs a value of type %s" % (
                    name, type(self._start[name]).__name__))
        self._values.update(changes)

    def as_dict(self):
        """Returns a copy of all settings."""
        return dict(self._values)


class RequestLog:
    """Every platform request since the last reset, in order of arrival.

    An entry is appended when the request was read, and filled in while it is
    answered, so a request that is held open is visible too.  Callers put no
    secret into an entry.
    """

    def __init__(self):
        self._lock = threading.Lock()
        self._entries = []
        self._seq = 0

    def begin(self, **fields):
        """Appends an entry and returns it for later filling in."""
        with self._lock:
            self._seq += 1
            entry = dict(seq=self._seq, time=time.time(), **fields)
            entry.update(status=None, rows=0, bytes=0, wire_bytes=0,
                         fault=None, done=False)
            self._entries.append(entry)
            return entry

    def since(self, seq):
        """Returns copies of the entries with a number above `seq`."""
        with self._lock:
            return [dict(e) for e in self._entries if e["seq"] > seq]

    def clear(self):
        """Forgets all entries; numbers go on."""
        with self._lock:
            self._entries = []
