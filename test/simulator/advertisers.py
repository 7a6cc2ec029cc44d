"""Whom the built-in worlds are about: the same advertisers on every platform,
each with accounts, apps and numbers of its own there."""

import collections

Advertiser = collections.namedtuple("Advertiser", "key name currency zone")

ADVERTISERS = (
    Advertiser("hanbit", "한빛 러닝 \"공식\" 스토어", "KRW", "Asia/Seoul"),
    Advertiser("pacific", "Pacific Trail Co's", "USD", "America/Los_Angeles"),
    Advertiser("kiwi", "Kiwi Outdoors", "NZD", "Pacific/Auckland"),
    Advertiser("laeufer", "Läufer & Söhne GmbH", "EUR", "Europe/Berlin"),
    Advertiser("tokyo", "東京シューズ", "JPY", "Asia/Tokyo"),
)
