"""Stat reports: which there are, how far back they reach, and their files.

A file is of one Korean day: tab-separated, without header and quotes.
"""

import datetime


# The first day whose cost includes VAT, as whole won.
VAT_SINCE = datetime.date(2026, 3, 30)
# Since then search terms are told only of rows that have one.
TERMS_ONLY_SINCE = datetime.date(2025, 7, 1)
# Until then a key of EXPKEYWORD was split over several rows.
SPLIT_UNTIL = datetime.date(2026, 6, 1)

REACH = {"AD": 365, "AD_CONVERSION": 365, "EXPKEYWORD": 365,
         "SHOPPINGKEYWORD_DETAIL": 180,
         "SHOPPINGKEYWORD_CONVERSION_DETAIL": 45}

SETTINGS = {
    "naver_split_rows": False,      # a key of report AD has two rows
    "naver_extra_columns": 0,       # columns appended that nobody knows yet
    "naver_lost_columns": 0,        # columns that are missing at the end
    "naver_crlf": False,            # lines end in \\r\\n
}


def rounded_gross(tenths):
    """Returns a cost with VAT in whole won."""
    return (tenths * 11 + 50) // 100


def cost_text(day, tenths):
    """Returns a cost as the file of a day has it."""
    if day >= VAT_SINCE:
        return str(rounded_gross(tenths))
    return "%d.%d" % (tenths // 10, tenths % 10)


def id_of(entity):
    """Returns an id, or what stands for none."""
    return "-" if entity is None else entity.id


def head(account, day, what):
    """Returns the columns that every file begins with."""
    return [day.strftime("%Y%m%d"), account.id, what.campaign.id,
            what.group.id]


def ad_rows(account, day, facts, settings):
    """Report AD."""
    for fact in facts:
        key = head(account, day, fact) + [
            id_of(fact.keyword), id_of(fact.ad), fact.channel, fact.media,
            fact.device]
        first = (fact.impressions // 2 if settings["naver_split_rows"]
                 else fact.impressions)
        yield key + [str(first), str(fact.clicks), cost_text(day, fact.cost),
                     str(fact.rank), str(fact.views)]
        if settings["naver_split_rows"]:
            yield key + [str(fact.impressions - first), "0",
                         cost_text(day, 0), "0", "0"]


def ad_conversion_rows(account, day, conversions, settings):
    """Report AD_CONVERSION."""
    for made in conversions:
        yield head(account, day, made) + [
            id_of(made.keyword), id_of(made.ad), made.channel, made.media,
            made.device, str(made.method), made.type, str(made.count),
            str(made.value)]


def has_type(facts, kind):
    """Keeps what is of campaigns of a type."""
    return [f for f in facts if f.campaign.spec.type == kind]


def expkeyword_rows(account, day, facts, settings):
    """Report EXPKEYWORD."""
    for fact in has_type(facts, "WEB_SITE"):
        if fact.term is None and day >= TERMS_ONLY_SINCE:
            continue
        key = head(account, day, fact) + [
            fact.term or "-", fact.media, fact.device,
            str(fact.term_kind or 0)]
        first = (fact.impressions // 2 if day < SPLIT_UNTIL
                 else fact.impressions)
        yield key + [str(first), str(fact.clicks), cost_text(day, fact.cost),
                     str(fact.views)]
        if day < SPLIT_UNTIL:
            yield key + [str(fact.impressions - first), "0",
                         cost_text(day, 0), "0"]


def shopping_rows(account, day, facts, settings):
    """Report SHOPPINGKEYWORD_DETAIL."""
    for fact in has_type(facts, "SHOPPING"):
        if fact.term is None and day >= TERMS_ONLY_SINCE:
            continue
        yield head(account, day, fact) + [
            fact.term or "-", id_of(fact.ad), fact.channel,
            "%02d" % fact.hour, fact.region, fact.media, fact.device,
            str(fact.impressions), str(fact.clicks),
            cost_text(day, fact.cost), str(fact.rank), str(fact.views)]


def shopping_conversion_rows(account, day, conversions, settings):
    """Report SHOPPINGKEYWORD_CONVERSION_DETAIL."""
    for made in has_type(conversions, "SHOPPING"):
        if made.term is None and day >= TERMS_ONLY_SINCE:
            continue
        yield head(account, day, made) + [
            made.term or "-", id_of(made.ad), made.channel,
            "%02d" % made.hour, made.region, made.media, made.device,
            str(made.method), made.type, str(made.count), str(made.value)]


MAKERS = {
    "AD": ad_rows,
    "AD_CONVERSION": ad_conversion_rows,
    "EXPKEYWORD": expkeyword_rows,
    "SHOPPINGKEYWORD_DETAIL": shopping_rows,
    "SHOPPINGKEYWORD_CONVERSION_DETAIL": shopping_conversion_rows,
}


def rows(source, account, report, day, settings):
    """Returns the rows of a report as lists of texts; source is the world."""
    what = (source.conversions if "CONVERSION" in report else source.facts)(
        account, day)
    return list(MAKERS[report](account, day, what, settings))


def file_of(found, settings):
    """Returns rows as the body of a file."""
    lost = settings["naver_lost_columns"]
    extra = ["0"] * settings["naver_extra_columns"]
    end = "\r\n" if settings["naver_crlf"] else "\n"
    return "".join("\t".join(row[:len(row) - lost] + extra) + end
                   for row in found)
