"""The people who see ads.

Everybody has a number.  Those who see an ad on a day are a stretch of numbers,
so that the same people see ads of several days and campaigns, and how many
different people there are in a slice can be counted exactly.  Nothing that
counts people can be had from the numbers of days.
"""

from daily import noise
from world import METRIC_INDEX


def who(times, crowd, *key):
    """Returns the numbers of the people who make up some impressions or
    clicks: three for each four, beginning with anybody of the crowd."""
    if not times:
        return range(0)
    first = int.from_bytes(noise(*key, "people")[:8], "big") % crowd
    return range(first, first + max(1, times * 3 // 4))


def who_saw(account, day, segments, vector):
    """Returns the people of what happened in one place on a day.  What
    happened sets it apart from other places, so that an account has the people of
    its campaigns."""
    impressions = vector[METRIC_INDEX["impressions"]]
    return who(impressions, 4 << impressions.bit_length(), account.id, day,
               segments.get("device"), segments.get("ad_network_type"),
               *vector[:5])


def count(stretches):
    """Returns how many different people are in some stretches."""
    found, end = 0, -1
    for stretch in sorted(stretches, key=lambda s: s.start):
        if stretch and stretch.stop > end:
            found += stretch.stop - max(stretch.start, end)
            end = stretch.stop
    return found
