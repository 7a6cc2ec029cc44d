"""What raw data tell about a user: values by API name, before anything is
written as CSV.  None is what the platform leaves out.  Money is in hundredths
of the app's currency; instants are UTC."""

import collections
import datetime

from appsflyer import facts
from appsflyer.fields import DAILY_KINDS
from daily import noise, uniform

REGIONS = {"KR": "AS", "JP": "AS", "ID": "AS", "SG": "AS", "US": "NA",
           "CA": "NA"}
# One city is truly called so, as far as the platform can tell.
CITIES = {"KR": "Seoul", "US": "São Paulo", "DE": "None", "AT": "Wien"}
MODELS = ("SM-S921N", "Pixel 9", "갤럭시 \"폴드\"", "M2101K6G, 8GB")
OPERATORS = ("SKTelecom", "KT, \"olleh\"", None)

REASONS = (("bots", "fake device"), ("click flood", None),
           ("install hijacking", "referrer, \"late\""))

# A row of raw data: one user, and one event of theirs or their conversion;
# what else comes only if additional_fields asks for it.
Row = collections.namedtuple("Row", "user event campaign is_primary extra",
                             defaults=({},))


def rows_between(app, report, first, last):
    """Yields the rows of a raw report whose activity lies between two
    instants, both included, in no useful order."""
    reach = 0
    if report.is_event or report.kind:
        reach = facts.LIFETIME_DAYS + 10
    make_users = facts.blocked if report.kind == "blocked" else facts.users
    start = first.date().toordinal() - reach - 1
    stop = last.date().toordinal() + 2
    found = []
    for campaign in app.campaigns:
        if not belongs(report, campaign):
            continue
        for ordinal in range(max(start, campaign.start), stop):
            for user in make_users(campaign, ordinal):
                found += rows_of(report, user, first, last)
    found.sort(key=lambda row: noise(
        row.user.data.hex(), "order", row.event and row.event.number))
    return found


def belongs(report, campaign):
    """Returns whether a report is about a campaign's users.  Events in a
    re-engagement window stand in the report of attributed events, too."""
    if report.is_retarget:
        return campaign.is_retargeting
    if campaign.is_retargeting:
        return report.is_event and not (report.is_organic or report.kind)
    return campaign.is_organic == report.is_organic


def latest(report, now):
    """Returns the last instant of which a report has rows."""
    if report.kind not in DAILY_KINDS:
        return now
    return now.replace(hour=0, minute=0, second=0, microsecond=0) - (
        datetime.timedelta(microseconds=1))


def rows_of(report, user, first, last):
    """Returns one user's rows of a report."""
    is_primary = report.is_retarget or not user.campaign.is_retargeting
    if not (report.is_event or report.kind):
        return [Row(user, None, user.campaign, is_primary)] if (
            first <= user.instant <= last) else []
    if report.kind:
        made = OF_KIND[report.kind](user)
    else:
        made = [(event, {}) for event in user.events
                if user.campaign.app.sends(event)]
    return [Row(user, event, user.campaign, is_primary, extra)
            for event, extra in made if first <= event.instant <= last]


def once(name, instant):
    """Returns what a user did once, or nothing."""
    return [(facts.Event(-1, instant, name, None, None), {})] if (
        instant is not None) else []


def ad_revenue_of(user):
    """Returns what ads in the app earned, with the grain of it."""
    return [(facts.Event(100 + view.number, view.instant, "af_ad_revenue",
                         None, view.revenue),
             {"monetization_network": view.network, "ad_unit": view.unit,
              "placement": view.placement, "impressions": view.impressions,
              "mediation_network": "max"})
            for view in facts.ad_views(user)]


def blocked_of(user):
    """Returns the install of a fake user, with the reason."""
    reason, sub_reason = REASONS[user.data[13] % len(REASONS)]
    extra = {"blocked_reason": reason,
             "blocked_reason_value": user.campaign.media_source}
    if sub_reason is not None:
        extra["blocked_sub_reason"] = sub_reason
    return [(facts.Event(-1, user.instant, "install", None, None), extra)]


OF_KIND = {
    "uninstall": lambda user: once("uninstall", facts.uninstalled(user)),
    "reinstall": lambda user: once("reinstall", facts.reinstalled(user)),
    "ad_revenue": ad_revenue_of,
    "blocked": blocked_of,
}


def values_of(app, row):
    """Returns {API name: value} of a row, names without a value left out."""
    user, event = row.user, row.event
    made = {
        "install_time": user.instant,
        "event_time": event.instant if event else user.instant,
        "event_name": event.name if event else user.conversion or "install",
        "event_value": event.value or None if event else None,
        "event_source": "S2S" if user.data[27] % 9 == 0 else "SDK",
        "af_prt": row.campaign.agency,
        "is_retargeting": user.conversion is not None,
        "retargeting_conversion_type": user.conversion,
        "af_attribution_lookback": "30d" if user.touch_type == "click"
        else None,
        "is_primary_attribution": row.is_primary if event else None,
        "app_id": app.id, "app_name": app.name, "bundle_id": app.id,
        "platform": app.platform,
    }
    # Without revenue the currency stands there all the same, and need not be
    # that of the app.
    made["event_revenue_currency"] = (
        "USD" if user.data[16] % 2 == 0 else app.currency)
    if event and event.revenue is not None:
        made["event_revenue"] = event.revenue
        made["event_revenue_currency"] = app.currency
    made.update(attribution_of(row))
    made.update(device_of(app, user))
    return made


def additional_of(row):
    """Returns {API name: value} of what comes only if additional_fields asks
    for it."""
    user, campaign = row.user, row.campaign
    made = {
        "device_model": MODELS[user.data[17] % len(MODELS)],
        "device_category": "phone" if user.data[16] % 3 else "tablet",
        "match_type": None if campaign.is_organic else "id_matching",
        "campaign_type": "organic" if campaign.is_organic else (
            "retargeting" if campaign.is_retargeting else "ua"),
        "conversion_type": user.conversion or "install",
        "is_lat": user.data[15] % 2 == 0,
        "oaid": noise(user.data.hex(), "oaid").hex()[:16],
        "custom_data": "{\"a\":\"b, c\"}" if user.data[14] % 3 == 0 else None,
        "gp_install_begin": user.touch_instant,
    }
    made.update(row.extra)
    return {name: value for name, value in made.items() if value is not None}


def is_hidden(campaign):
    """Returns whether nothing below a campaign is told."""
    return campaign.is_organic or campaign.media_source in ("restricted",
                                                            "None")


def channel_of(campaign):
    """Returns the channel of a network."""
    return "ACI_Search" if campaign.media_source == "googleadwords_int" else (
        None)


def keyword_of(campaign, part):
    """Returns what was searched for."""
    return "러닝화, \"추천\"" if channel_of(campaign) and part.adset == 0 else (
        None)


def attribution_of(row):
    """Returns who brought the user; hidden where the partner wants that."""
    user, campaign = row.user, row.campaign
    if campaign.is_organic:
        return {"media_source": "organic"}
    made = {"media_source": campaign.media_source,
            "attributed_touch_type": user.touch_type,
            "attributed_touch_time": user.touch_instant}
    if campaign.media_source == "restricted":
        return made
    adset, adset_id = campaign.adsets[user.part.adset]
    made.update({
        "campaign": campaign.name, "af_c_id": campaign.id,
        "af_adset": adset, "af_adset_id": adset_id,
        "af_channel": channel_of(campaign),
        "af_keywords": keyword_of(campaign, user.part),
        "af_siteid": "site\t%d" % user.data[26],
        "http_referrer": "https://shop.example/?q=" + "가+%20" * 40
        if user.data[25] % 8 == 0 else None,
        "original_url": "https://app.example/%s?pid=x&c=\"%s\"" % (
            campaign.id, campaign.name) if user.data[24] % 4 == 0 else None})
    if user.data[23] % 6 == 0:
        made.update({
            "contributor1_media_source": "unityads_int",
            "contributor1_campaign": "assist, \"1\"",
            "contributor1_touch_type": "impression",
            "contributor1_touch_time":
                user.touch_instant - datetime.timedelta(hours=5)})
    return made


def device_of(app, user):
    """Returns where and on what the user was."""
    data, country = user.data, user.part.country
    serial = noise(data.hex(), "device").hex()
    device = "%s-%s-%s" % (serial[:8], serial[8:12], serial[12:24])
    made = {
        "region": REGIONS.get(country, "EU") if country else None,
        "country_code": country, "city": CITIES.get(country),
        "postal_code": "04524" if country == "KR" else "None",
        "dma": "None", "ip": "203.0.113.%d" % (data[22] % 250),
        "wifi": data[21] % 2 == 0, "language": "ko-KR",
        "operator": OPERATORS[data[20] % len(OPERATORS)],
        "appsflyer_id": "17618%08d-%s" % (
            uniform(data, 3, 10 ** 8), int(serial[:15], 16)),
        "customer_user_id": "사용자 \"%d\"" % data[19] if data[19] % 3 == 0
        else None,
        "os_version": str(11 + data[18] % 5), "app_version": "3.8.1",
        "sdk_version": "v6.17.0",
        "user_agent": "Dalvik/2.1.0 (Linux; U; Android 14; %s)" % MODELS[
            data[17] % len(MODELS)],
    }
    made["advertising_id" if app.platform == "android" else "idfv"] = device
    return {name: value for name, value in made.items() if value is not None}
