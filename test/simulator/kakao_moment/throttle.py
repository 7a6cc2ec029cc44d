"""The throttle: so many seconds from one report call to the next, per app and
ad account.  It runs by the clock of the machine, whatever time the world has,
since those who keep to it wait in earnest."""

import threading
import time

SECONDS = {"adAccounts": 5, "campaigns": 5, "adGroups": 1, "creatives": 5}
SETTINGS = {
    "kakao_throttle_pct": 100,  # of the documented seconds; 0: no throttle
    "kakao_throttle_shared": False,     # reports have one throttle together
    "kakao_throttle_extends": True,     # a refused call counts as the last one
    "kakao_throttle_error": "-813",     # with 429; "-10": with 400; "-10/429"
}


class Throttle:
    """When somebody called last."""

    def __init__(self, settings):
        self.settings = settings
        self.lock = threading.Lock()
        self.last = {}

    def reset(self):
        """Forgets all calls."""
        self.last = {}

    def admits(self, app, account, report):
        """Returns whether a call of now is let in; account None stands for
        several ones, which are counted per app."""
        key = (app, account,
               None if self.settings["kakao_throttle_shared"] else report)
        needed = SECONDS[report] * self.settings["kakao_throttle_pct"] / 100
        with self.lock:
            now = time.monotonic()
            is_good = now - self.last.get(key, -1e9) >= needed
            if is_good or self.settings["kakao_throttle_extends"]:
                self.last[key] = now
            return is_good
