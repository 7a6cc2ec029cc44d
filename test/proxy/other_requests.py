"""Answers of other requests: the platform is asked for another account or for other
days than the client asks, and its answer handed on as if it were the client's."""

import re

DAY = re.compile(r"2026-(\d\d)-(\d\d)")

# Where a path names an account, and the platform whose accounts these are.
ACCOUNTS = ((re.compile(r"(?<=/customers/)\d+(?=/googleAds)"), "google"),
            (re.compile(r"(?<=/act_)\d+(?=/)"), "meta"))

# What managers share: rows of another account are rows all the same.
SHARED = re.compile(rb"FROM (customer_client|asset|bidding_strategy|conversion_action|custom_audience|label|shared_criterion|shared_set|user_list)\b")


def other_account(rng, path, body, accounts):
    """The same of another account of the platform."""
    if SHARED.search(body):
        return None
    for pattern, platform in ACCOUNTS:
        found = pattern.search(path)
        if found:
            other = rng.choice([name for name in accounts(platform) if name != found.group()])
            return pattern.sub(other, path, 1), body
    return None


def other_days(rng, path, body, accounts):
    """The same of days a month before."""
    def month_before(text):
        return DAY.sub(lambda day: "2026-%02d-%s" % (int(day.group(1)) - 1, day.group(2)), text)
    # Digits and hyphens are never escaped.
    text = body.decode("utf-8")
    changed = month_before(path), month_before(text)
    return None if changed == (path, text) else (changed[0], changed[1].encode())


def has_rows(answer):
    """Returns whether an answer has rows: one without is that of any account and any
    days."""
    if answer.status != 200:
        return False
    if answer.is_csv():
        return answer.body.count(b"\n") > 1
    return re.search(rb'"(?:results|data)": ?\[\s*\{', answer.body) is not None


ALL = (other_account, other_days)
