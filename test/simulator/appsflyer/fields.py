"""What the Pull API's reports consist of: slugs, limits and columns, as the
platform sheet lists them."""

import collections

# The 81 default columns of raw data in order: header = API name.
RAW_COLUMNS = tuple(tuple(line.split(" = ")) for line in """\
Attributed Touch Type = attributed_touch_type
Attributed Touch Time = attributed_touch_time
Install Time = install_time
Event Time = event_time
Event Name = event_name
Event Value = event_value
Event Revenue = event_revenue
Event Revenue Currency = event_revenue_currency
Event Revenue USD = event_revenue_usd
Event Source = event_source
Is Receipt Validated = is_receipt_validated
Partner = af_prt
Media Source = media_source
Channel = af_channel
Keywords = af_keywords
Campaign = campaign
Campaign ID = af_c_id
Adset = af_adset
Adset ID = af_adset_id
Ad = af_ad
Ad ID = af_ad_id
Ad Type = af_ad_type
Site ID = af_siteid
Sub Site ID = af_sub_siteid
Sub Param 1 = af_sub1
Sub Param 2 = af_sub2
Sub Param 3 = af_sub3
Sub Param 4 = af_sub4
Sub Param 5 = af_sub5
Cost Model = af_cost_model
Cost Value = af_cost_value
Cost Currency = af_cost_currency
Contributor 1 Partner = contributor1_af_prt
Contributor 1 Media Source = contributor1_media_source
Contributor 1 Campaign = contributor1_campaign
Contributor 1 Touch Type = contributor1_touch_type
Contributor 1 Touch Time = contributor1_touch_time
Contributor 2 Partner = contributor2_af_prt
Contributor 2 Media Source = contributor2_media_source
Contributor 2 Campaign = contributor2_campaign
Contributor 2 Touch Type = contributor2_touch_type
Contributor 2 Touch Time = contributor2_touch_time
Contributor 3 Partner = contributor3_af_prt
Contributor 3 Media Source = contributor3_media_source
Contributor 3 Campaign = contributor3_campaign
Contributor 3 Touch Type = contributor3_touch_type
Contributor 3 Touch Time = contributor3_touch_time
Region = region
Country Code = country_code
State = state
City = city
Postal Code = postal_code
DMA = dma
IP = ip
WIFI = wifi
Operator = operator
Carrier = carrier
Language = language
AppsFlyer ID = appsflyer_id
Advertising ID = advertising_id
IDFA = idfa
Android ID = android_id
Customer User ID = customer_user_id
IMEI = imei
IDFV = idfv
Platform = platform
Device Type = device_type
OS Version = os_version
App Version = app_version
SDK Version = sdk_version
App ID = app_id
App Name = app_name
Bundle ID = bundle_id
Is Retargeting = is_retargeting
Retargeting Conversion Type = retargeting_conversion_type
Attribution Lookback = af_attribution_lookback
Reengagement Window = af_reengagement_window
Is Primary Attribution = is_primary_attribution
User Agent = user_agent
HTTP Referrer = http_referrer
Original URL = original_url""".split("\n"))

# What `additional_fields` may name: API name = display name.
ADDITIONAL = dict(line.split(" = ") for line in """\
store_reinstall = Store Reinstall
impressions = Impressions
contributor3_match_type = Contributor 3 Match Type
custom_dimension = Custom Dimension
conversion_type = Conversion Type
gp_click_time = Google Play Click Time
match_type = Match Type
mediation_network = Mediation Network
oaid = OAID
deeplink_url = Deeplink URL
blocked_reason = Blocked Reason
blocked_sub_reason = Blocked Sub Reason
gp_broadcast_referrer = Google Play Broadcast Referrer
gp_install_begin = Google Play Install Begin Time
campaign_type = Campaign Type
custom_data = Custom Data
rejected_reason = Rejected Reason
device_download_time = Device Download Time
keyword_match_type = Keyword Match Type
contributor1_match_type = Contributor 1 Match Type
contributor2_match_type = Contributor 2 Match Type
device_model = Device Model
monetization_network = Monetization Network
segment = Segment
is_lat = Is LAT
gp_referrer = Google Play Referrer
blocked_reason_value = Blocked Reason Value
store_product_page = Store Product Page
device_category = Device Category
app_type = App Type
rejected_reason_value = Rejected Reason Value
ad_unit = Ad Unit
keyword_id = Keyword ID
placement = Placement
network_account_id = Network Account ID
install_app_store = Install App Store
amazon_aid = Amazon Fire ID
att = ATT
engagement_type = Engagement Type
contributor1_engagement_type = Contributor 1 Engagement Type
contributor2_engagement_type = Contributor 2 Engagement Type
contributor3_engagement_type = Contributor 3 Engagement Type
gdpr_applies = GDPR Applies
ad_user_data_enabled = Ad User Data Enabled
ad_personalization_enabled = Ad Personalization Enabled
total_candidates = Total Candidates
engagement_destination = Engagement Destination""".split("\n"))

ENGAGEMENTS = {"contributor%d_engagement_type" % n for n in (1, 2, 3)}
ORGANIC_MISSING = {"engagement_destination", "store_product_page"}

CONSENTS = {"ad_personalization_enabled", "ad_user_data_enabled",
            "gdpr_applies"}
KINDS = {"campaign_type", "conversion_type", "custom_dimension"}
UNINSTALL_MISSING = ENGAGEMENTS | CONSENTS | KINDS | {
    "app_type", "att", "store_product_page"}
AD_REVENUE_MISSING = ENGAGEMENTS | CONSENTS | KINDS | {"app_type", "att"}

# A raw report: is it of events (else of conversions), of organic users, of
# retargeting; filters beside the common ones; additional fields it refuses;
# what a row is, if neither a conversion nor an in-app event.
RawReport = collections.namedtuple(
    "RawReport", "slug is_event is_organic is_retarget filters refuses kind",
    defaults=(None,))

INSTALL_TIME = {"from_install_time", "to_install_time"}

RAW_REPORTS = {r.slug: r for r in (
    RawReport("installs_report", False, False, False, {"agency"}, set()),
    RawReport("organic_installs_report", False, True, False, {"agency"},
              ORGANIC_MISSING),
    RawReport("in_app_events_report", True, False, False,
              {"agency", "event_name"} | INSTALL_TIME, ENGAGEMENTS),
    RawReport("organic_in_app_events_report", True, True, False,
              {"agency", "event_name"} | INSTALL_TIME,
              ENGAGEMENTS | ORGANIC_MISSING | {"is_lat"}),
    RawReport("installs-retarget", False, False, True, set(), set()),
    RawReport("in-app-events-retarget", True, False, True, {"event_name"},
              ENGAGEMENTS),
    RawReport("uninstall_events_report", False, False, False,
              {"agency"} | INSTALL_TIME, UNINSTALL_MISSING, "uninstall"),
    RawReport("organic_uninstall_events_report", False, True, False,
              {"agency"} | INSTALL_TIME,
              UNINSTALL_MISSING | {"engagement_destination"}, "uninstall"),
    RawReport("reinstalls", False, False, False, {"agency"} | INSTALL_TIME,
              set(), "reinstall"),
    RawReport("reinstalls_organic", False, True, False,
              {"agency"} | INSTALL_TIME, ORGANIC_MISSING, "reinstall"),
    RawReport("ad_revenue_raw", True, False, False,
              {"agency"} | INSTALL_TIME, AD_REVENUE_MISSING, "ad_revenue"),
    RawReport("ad_revenue_organic_raw", True, True, False,
              {"agency"} | INSTALL_TIME, AD_REVENUE_MISSING, "ad_revenue"),
    RawReport("ad-revenue-raw-retarget", True, False, True, set(),
              AD_REVENUE_MISSING, "ad_revenue"),
    RawReport("blocked_installs_report", False, False, False, {"agency"},
              CONSENTS | KINDS | {"engagement_destination"}, "blocked"),
)}

# What the platform has once a day, of the days before (UTC).
DAILY_KINDS = {"uninstall", "ad_revenue"}

# Reports that exist and that no advertiser of this world has paid for.
UNPAID_REPORTS = set("""
blocked_in_app_events_report blocked_clicks_report blocked_install_postbacks
postbacks in-app-events-postbacks retarget_in_app_events_postbacks
retarget_install_postbacks""".split())
FRAUD_REPORTS = {"detection", "fraud-post-inapps"}

RAW_REACH_DAYS = 90
# By whether a report is of events: days per call, and as far back as there
# are rows; what is older than that is silently left out.
RAW_DAYS = {False: 60, True: 31}

# An aggregate report: its leading groupings, whether it has revenue and
# events, and what its quota text calls it.
AggregateReport = collections.namedtuple(
    "AggregateReport", "slug groupings has_revenue quota_name")

AGGREGATE_REPORTS = {r.slug: r for r in (
    AggregateReport("partners_report", (), True, "partners-report"),
    AggregateReport("partners_by_date_report", ("Date",), True,
                    "partners-daily-report"),
    AggregateReport("daily_report", ("Date",), False, "daily-report"),
    AggregateReport("geo_report", ("Country",), True, "country report"),
    AggregateReport("geo_by_date_report", ("Date", "Country"), True,
                    "country daily report"),
)}

NAMES = ("Agency/PMD (af_prt)", "Media Source (pid)", "Campaign (c)")
FACEBOOK_NAMES = ("Campaign Id", "Adset", "Adset Id", "Adgroup", "Adgroup Id")
ACQUISITION = ("Impressions", "Clicks", "CTR", "Installs", "Conversion Rate")
RETARGETING = ("Clicks", "Conversions", "Conversion Type", "Conversion Rate")
LOYALTY = ("Sessions", "Loyal Users", "Loyal Users/Installs")
MONEY = ("Total Revenue", "Total Cost", "ROI", "ARPU", "Average eCPI")
DAILY_MONEY = ("Total Cost", "Average eCPI")


def aggregate_header(report, is_retargeting, is_facebook):
    """Returns the column names of an aggregate report, events left out."""
    return (report.groupings + NAMES
            + (FACEBOOK_NAMES if is_facebook else ())
            + (RETARGETING if is_retargeting else ACQUISITION) + LOYALTY
            + (MONEY if report.has_revenue else DAILY_MONEY))
