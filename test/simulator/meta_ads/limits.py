"""What the platform tells about quotas, and how it counts them here.

The figures on ordinary answers come from settings; those on an injected error
from its fault rule.
"""

import json
import threading
import time

SETTINGS = {
    "meta_usage_pct": 3,            # of every quota, as answers tell it
    "meta_access_tier": "standard_access",
}


def headers(settings, info, account, fault=None):
    """Returns the usage headers of an answer."""
    fault = fault or {}
    percent = fault.get("usage_pct", settings["meta_usage_pct"])
    minutes = fault.get("wait_minutes", 0)
    seconds = fault.get("wait_seconds", 0)
    tier = settings["meta_access_tier"]
    if fault.get("error") and "usage_pct" not in fault and (
            minutes or seconds):
        percent = 100
    kind = "ads_insights" if info.get("insights") else "ads_management"
    made = []
    if account:
        made.append(("x-business-use-case-usage", json.dumps({account: [{
            "type": kind, "call_count": percent, "total_cputime":
                percent // 2, "total_time": percent // 3,
            "estimated_time_to_regain_access": minutes,
            "ads_api_access_tier": tier}]})))
        made.append(("x-ad-account-usage", json.dumps({
            "acc_id_util_pct": percent + 0.12 if percent < 100 else percent,
            "reset_time_duration": seconds, "ads_api_access_tier": tier})))
    if info.get("insights"):
        made.append(("x-fb-ads-insights-throttle", json.dumps({
            "app_id_util_pct": percent / 10, "acc_id_util_pct": percent,
            "ads_api_access_tier": tier})))
    else:
        made.append(("x-app-usage", json.dumps({
            "call_count": percent, "total_time": percent // 2,
            "total_cputime": percent // 2})))
    return made


class Blocks:
    """Accounts that are shut out for a while: every call made meanwhile is
    refused like the first one and makes the while begin anew."""

    def __init__(self):
        self._lock = threading.Lock()
        self._blocks = {}       # account id -> (fault, end)

    def start(self, account, fault):
        """Shuts an account out if the fault says for how long."""
        if "block_ms" in fault:
            end = time.monotonic() + fault["block_ms"] / 1000.0
            with self._lock:
                self._blocks[account] = (fault, end)

    def refusal(self, account):
        """Returns the fault that an account is still refused with, None if
        it is not."""
        with self._lock:
            fault, end = self._blocks.get(account, (None, 0))
        if fault is None or time.monotonic() >= end:
            return None
        self.start(account, fault)
        return fault

    def clear(self):
        """Lets everybody in again."""
        with self._lock:
            self._blocks = {}
