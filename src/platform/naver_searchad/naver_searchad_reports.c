/*
 * naver_searchad_reports.c
 *	  Naver SearchAd: its fields and the reports typed from them, as tables.
 *
 * Files have no header, so fields of daily reports have the names that the
 * platform's API uses elsewhere, or names in its manner.
 */
#include "postgres.h"

#include "catalog/pg_type_d.h"

#include "platform/naver_searchad/naver_searchad.h"

#define ATTRIBUTE ADP_KIND_ATTRIBUTE
#define SEGMENT ADP_KIND_SEGMENT
#define METRIC ADP_KIND_METRIC
#define ADDS ADP_FIELD_ADDITIVE
#define DIVIDES ADP_FIELD_DIVIDES

const AdpField adp_naver_searchad_fields[] =
	{/* known without a request */
	 {"adpipe.platform", ADP_FIELD_TEXT, ATTRIBUTE, ADP_FIELD_PLATFORM,
	  "The platform's name, naver_searchad."},
	 {"adpipe.account_id", ADP_FIELD_TEXT, ATTRIBUTE, ADP_FIELD_ACCOUNT,
	  "Customer id.", .entity = "account"},
	 {"adpipe.account_name", ADP_FIELD_TEXT, ATTRIBUTE, ADP_FIELD_ACCOUNT_NAME,
	  "Name of the ad account as of the time of reading.", .entity = "account"},
	 {"adpipe.account_currency", ADP_FIELD_TEXT, ATTRIBUTE,
	  ADP_FIELD_ACCOUNT_CURRENCY, "ISO 4217 code of the account's currency."},
	 {"adpipe.time_zone", ADP_FIELD_TEXT, ATTRIBUTE, ADP_FIELD_ACCOUNT_ZONE,
	  "Time zone of the account."},

	 /* what splits the rows of daily reports */
	 {"statDt", ADP_FIELD_DATE, SEGMENT, DIVIDES, "Day in Korea."},
	 {"mediaCode", ADP_FIELD_TEXT, SEGMENT, DIVIDES,
	  "Code of the medium in which the ad was shown."},
	 {"device", ADP_FIELD_TEXT, SEGMENT, DIVIDES, "P for PC, M for mobile."},
	 {"hour", ADP_FIELD_TEXT, SEGMENT, DIVIDES,
	  "Hour of the day in Korea, 00 to 23; of shopping search terms only."},
	 {"regionCode", ADP_FIELD_TEXT, SEGMENT, DIVIDES,
	  "Code of the region; of shopping search terms only."},
	 {"nccBusinessChannelId", ADP_FIELD_TEXT, SEGMENT, DIVIDES,
	  "Id of the business channel, such as the site."},

	 /* ids and names */
	 {"nccCampaignId", ADP_FIELD_TEXT, ATTRIBUTE, 0, "Id of the campaign.",
	  .entity = "campaign"},
	 {"campaignName", ADP_FIELD_TEXT, ATTRIBUTE, 0,
	  "Name of the campaign as of the time of reading; NULL once it is deleted.",
	  .entity = "campaign"},
	 {"nccAdgroupId", ADP_FIELD_TEXT, ATTRIBUTE, 0, "Id of the ad group.",
	  .entity = "ad group"},
	 {"adgroupName", ADP_FIELD_TEXT, ATTRIBUTE, 0,
	  "Name of the ad group as of the time of reading; NULL once it is deleted.",
	  .entity = "ad group"},
	 {"nccKeywordId", ADP_FIELD_TEXT, ATTRIBUTE, 0,
	  "Id of the keyword; NULL where none brought the row, as in shopping.",
	  .entity = "keyword"},
	 {"nccAdId", ADP_FIELD_TEXT, ATTRIBUTE, 0,
	  "Id of the ad; NULL in automated campaigns (ADVoost).", .entity = "ad"},
	 {"adName", ADP_FIELD_TEXT, ATTRIBUTE, 0,
	  "Name of the ad as of the time of reading: NULL, since ads of Naver have none.",
	  .entity = "ad"},
	 {"searchKeyword", ADP_FIELD_TEXT, ATTRIBUTE, 0,
	  "What was searched for; since 2025-07-01 the platform leaves out what has no search term.",
	  .entity = "search term"},
	 {"searchKeywordType", ADP_FIELD_TEXT, ATTRIBUTE, 0,
	  "How the search term met a keyword: 0 exactly, 1 extended, 2 as a close variant; 5 means exactly from 2024-10-10 to 2025-06-30."},

	 /* metrics */
	 {"impCnt", ADP_FIELD_INT, METRIC, ADDS, "Impressions."},
	 {"clkCnt", ADP_FIELD_INT, METRIC, ADDS,
	  "Clicks; views of videos are not among them, unlike in Naver's ad centre."},
	 {"viewCnt", ADP_FIELD_INT, METRIC, ADDS, "Views of videos."},
	 {"rankSum", ADP_FIELD_INT, METRIC, ADDS,
	  "Sum of the ranks of all impressions; divided by impressions, the average rank. NULL before there are files."},
	 {"spend", ADP_FIELD_DECIMAL, METRIC, ADDS,
	  "Cost in won without VAT, on all days: of days from 2026-03-30, whose files include VAT, divided by 1.1 and rounded to a millionth."},
	 {"spendWithVat", ADP_FIELD_DECIMAL, METRIC, ADDS,
	  "Cost in won with VAT, on all days: of days to 2026-03-29, whose files exclude VAT, multiplied by 1.1."},
	 {"vatRule", ADP_FIELD_TEXT, ATTRIBUTE, 0,
	  "Whether the platform's file of the day has cost with VAT: excluded to 2026-03-29, then included; stats: there is no file any more, and the row may lack what was deleted since."},
	 {"numbersUntil", ADP_FIELD_TEXT, ATTRIBUTE, 0,
	  "Of days without files: the time to which the numbers are complete. Those of the last two days will change. NULL: they are those of the files."},
	 {"purchaseCcnt", ADP_FIELD_INT, METRIC, ADDS,
	  "Conversions of type purchase, direct and indirect ones."},
	 {"purchaseConvAmt", ADP_FIELD_INT, METRIC, ADDS,
	  "Value of the purchases in won, as the advertiser's script reports it."},
	 {"ccnt", ADP_FIELD_INT, METRIC, ADDS,
	  "Conversions of all types, such as carts and views of content."},
	 {"convAmt", ADP_FIELD_INT, METRIC, ADDS,
	  "Value of the conversions of all types in won."},

	 /* lists */
	 {"name", ADP_FIELD_TEXT, ATTRIBUTE, 0, "Name as of the time of reading.",
	  .entity = ADP_ENTITY_LISTED},
	 {"campaignTp", ADP_FIELD_ENUM, ATTRIBUTE, 0,
	  "WEB_SITE, SHOPPING, BRAND_SEARCH, PLACE, POWER_CONTENTS."},
	 {"adgroupType", ADP_FIELD_ENUM, ATTRIBUTE, 0,
	  "WEB_SITE, SHOPPING, INFORMATION, PRODUCT, BRAND_SEARCH, PLACE, CATALOG."},
	 {"status", ADP_FIELD_ENUM, ATTRIBUTE, 0, "ELIGIBLE, PAUSED, DELETED."},
	 {"statusReason", ADP_FIELD_ENUM, ATTRIBUTE, 0, "Why it has that status."},
	 {"userLock", ADP_FIELD_BOOL, ATTRIBUTE, 0,
	  "Whether a user switched it off."},
	 {"dailyBudget", ADP_FIELD_INT, ATTRIBUTE, 0, "Budget of a day in won."},
	 {"useDailyBudget", ADP_FIELD_BOOL, ATTRIBUTE, 0,
	  "Whether the budget of a day is used."},
	 {"deliveryMethod", ADP_FIELD_ENUM, ATTRIBUTE, 0,
	  "ACCELERATED or STANDARD."},
	 {"trackingMode", ADP_FIELD_ENUM, ATTRIBUTE, 0, "How clicks are tracked."},
	 {"bidAmt", ADP_FIELD_INT, ATTRIBUTE, 0, "Bid in won."},
	 {"contentsNetworkBidAmt", ADP_FIELD_INT, ATTRIBUTE, 0,
	  "Bid on pages of contents in won."},
	 {"useCntsNetworkBidAmt", ADP_FIELD_BOOL, ATTRIBUTE, 0,
	  "Whether that bid is used."},
	 {"pcNetworkBidWeight", ADP_FIELD_INT, ATTRIBUTE, 0,
	  "Bid on PC in percent."},
	 {"mobileNetworkBidWeight", ADP_FIELD_INT, ATTRIBUTE, 0,
	  "Bid on mobile in percent."},
	 {"targets", ADP_FIELD_OBJECT, ATTRIBUTE, 0, "Targeting."},
	 {"keyword", ADP_FIELD_TEXT, ATTRIBUTE, 0, "The keyword.",
	  .entity = ADP_ENTITY_LISTED},
	 {"useGroupBidAmt", ADP_FIELD_BOOL, ATTRIBUTE, 0,
	  "Whether the bid of the ad group is used."},
	 {"inspectStatus", ADP_FIELD_ENUM, ATTRIBUTE, 0,
	  "UNDER_REVIEW, APPROVED, LIMITED_APPROVED or PENDING; NULL where the file does not say."},
	 {"adType", ADP_FIELD_ENUM, ATTRIBUTE, 0,
	  "Item of Naver's master reports that lists the ad, such as RsaAd or ShoppingProduct."},
	 {"delTm", ADP_FIELD_TEXT, ATTRIBUTE, 0,
	  "When it was deleted; NULL: it is not."},
	 {"regTm", ADP_FIELD_TEXT, ATTRIBUTE, 0, "When it was made."},
	 {"editTm", ADP_FIELD_TEXT, ATTRIBUTE, 0, "When it was changed last."},
	 {NULL}};

#define ACCOUNT_COLUMNS \
	{"account_id", TEXTOID, "adpipe.account_id"}, \
	{ \
		"account_name", TEXTOID, "adpipe.account_name" \
	}
#define DAILY_COLUMNS \
	ACCOUNT_COLUMNS, {"date_day", DATEOID, "statDt"}, \
	{ \
		"currency", TEXTOID, "adpipe.account_currency" \
	}
#define COMMON_COLUMNS {"platform", TEXTOID, "adpipe.platform"}, DAILY_COLUMNS
#define CAMPAIGN_COLUMNS \
	{"campaign_id", TEXTOID, "nccCampaignId"}, \
	{ \
		"campaign_name", TEXTOID, "campaignName" \
	}
#define AD_GROUP_COLUMNS \
	{"ad_group_id", TEXTOID, "nccAdgroupId"}, \
	{ \
		"ad_group_name", TEXTOID, "adgroupName" \
	}
#define COST_COLUMNS \
	{"impressions", INT8OID, "impCnt"}, {"clicks", INT8OID, "clkCnt"}, \
		{"views", INT8OID, "viewCnt"}, {"spend", NUMERICOID, "spend"}, \
		{"spend_with_vat", NUMERICOID, "spendWithVat"}, \
	{ \
		"vat_rule", TEXTOID, "vatRule" \
	}
#define CONVERSION_COLUMNS \
	{"conversions", NUMERICOID, "purchaseCcnt"}, \
		{"conversions_value", NUMERICOID, "purchaseConvAmt"}, \
		{"all_conversions", NUMERICOID, "ccnt"}, \
	{ \
		"all_conversions_value", NUMERICOID, "convAmt" \
	}
#define RANK_COLUMN \
	{ \
		"rank_sum", INT8OID, "rankSum" \
	}
#define METRICS COST_COLUMNS, CONVERSION_COLUMNS, RANK_COLUMN
#define UNTIL_COLUMN \
	{ \
		"numbers_until", TIMESTAMPTZOID, "numbersUntil" \
	}
#define COMMON_METRICS \
	{"impressions", INT8OID, "impCnt"}, {"clicks", INT8OID, "clkCnt"}, \
		{"spend", NUMERICOID, "spend"}, \
		{"conversions", NUMERICOID, "purchaseCcnt"}, \
	{ \
		"conversions_value", NUMERICOID, "purchaseConvAmt" \
	}
#define END \
	{ \
		NULL \
	}

static const AdpColumn account_daily[] = {DAILY_COLUMNS, METRICS, UNTIL_COLUMN,
										  END};
static const AdpColumn campaign_daily[] = {DAILY_COLUMNS, CAMPAIGN_COLUMNS,
										   METRICS, UNTIL_COLUMN, END};
static const AdpColumn ad_group_daily[] = {DAILY_COLUMNS,	 CAMPAIGN_COLUMNS,
										   AD_GROUP_COLUMNS, METRICS,
										   UNTIL_COLUMN,	 END};
static const AdpColumn keyword_daily[] =
	{DAILY_COLUMNS,	   CAMPAIGN_COLUMNS,
	 AD_GROUP_COLUMNS, {"keyword_id", TEXTOID, "nccKeywordId"},
	 METRICS,		   END};
static const AdpColumn ad_daily[] = {DAILY_COLUMNS,
									 CAMPAIGN_COLUMNS,
									 AD_GROUP_COLUMNS,
									 {"ad_id", TEXTOID, "nccAdId"},
									 METRICS,
									 END};
static const AdpColumn search_term_daily[] = {DAILY_COLUMNS,
											  CAMPAIGN_COLUMNS,
											  AD_GROUP_COLUMNS,
											  {"search_term", TEXTOID,
											   "searchKeyword"},
											  {"search_term_type", TEXTOID,
											   "searchKeywordType"},
											  COST_COLUMNS,
											  END};
static const AdpColumn shopping_search_term_daily[] = {DAILY_COLUMNS,
													   CAMPAIGN_COLUMNS,
													   AD_GROUP_COLUMNS,
													   {"ad_id", TEXTOID,
														"nccAdId"},
													   {"search_term", TEXTOID,
														"searchKeyword"},
													   METRICS,
													   END};

static const AdpColumn accounts[] = {ACCOUNT_COLUMNS,
									 {"currency", TEXTOID,
									  "adpipe.account_currency"},
									 {"time_zone", TEXTOID, "adpipe.time_zone"},
									 END};
static const AdpColumn campaigns[] =
	{ACCOUNT_COLUMNS,
	 {"campaign_id", TEXTOID, "nccCampaignId"},
	 {"campaign_name", TEXTOID, "name"},
	 {"campaign_type", TEXTOID, "campaignTp"},
	 {"status", TEXTOID, "status"},
	 {"status_reason", TEXTOID, "statusReason"},
	 {"user_lock", BOOLOID, "userLock"},
	 {"daily_budget", INT8OID, "dailyBudget"},
	 {"use_daily_budget", BOOLOID, "useDailyBudget"},
	 {"delivery_method", TEXTOID, "deliveryMethod"},
	 {"tracking_mode", TEXTOID, "trackingMode"},
	 {"created_time", TIMESTAMPTZOID, "regTm"},
	 {"updated_time", TIMESTAMPTZOID, "editTm"},
	 END};
static const AdpColumn ad_groups[] =
	{ACCOUNT_COLUMNS,
	 {"campaign_id", TEXTOID, "nccCampaignId"},
	 {"ad_group_id", TEXTOID, "nccAdgroupId"},
	 {"ad_group_name", TEXTOID, "name"},
	 {"ad_group_type", TEXTOID, "adgroupType"},
	 {"status", TEXTOID, "status"},
	 {"status_reason", TEXTOID, "statusReason"},
	 {"user_lock", BOOLOID, "userLock"},
	 {"bid_amount", INT8OID, "bidAmt"},
	 {"contents_bid_amount", INT8OID, "contentsNetworkBidAmt"},
	 {"use_contents_bid_amount", BOOLOID, "useCntsNetworkBidAmt"},
	 {"daily_budget", INT8OID, "dailyBudget"},
	 {"use_daily_budget", BOOLOID, "useDailyBudget"},
	 {"pc_bid_weight", INT8OID, "pcNetworkBidWeight"},
	 {"mobile_bid_weight", INT8OID, "mobileNetworkBidWeight"},
	 {"targets", JSONBOID, "targets"},
	 {"created_time", TIMESTAMPTZOID, "regTm"},
	 {"updated_time", TIMESTAMPTZOID, "editTm"},
	 END};

static const AdpColumn keywords[] = {ACCOUNT_COLUMNS,
									 {"ad_group_id", TEXTOID, "nccAdgroupId"},
									 {"keyword_id", TEXTOID, "nccKeywordId"},
									 {"keyword", TEXTOID, "keyword"},
									 {"bid_amount", INT8OID, "bidAmt"},
									 {"use_group_bid_amount", BOOLOID,
									  "useGroupBidAmt"},
									 {"user_lock", BOOLOID, "userLock"},
									 {"inspect_status", TEXTOID,
									  "inspectStatus"},
									 {"created_time", TIMESTAMPTZOID, "regTm"},
									 {"deleted_time", TIMESTAMPTZOID, "delTm"},
									 END};
static const AdpColumn ads[] = {ACCOUNT_COLUMNS,
								{"ad_group_id", TEXTOID, "nccAdgroupId"},
								{"ad_id", TEXTOID, "nccAdId"},
								{"ad_type", TEXTOID, "adType"},
								{"inspect_status", TEXTOID, "inspectStatus"},
								END};

static const AdpColumn account_report[] = {COMMON_COLUMNS, COMMON_METRICS, END};
static const AdpColumn campaign_report[] = {COMMON_COLUMNS, CAMPAIGN_COLUMNS,
											COMMON_METRICS, END};
static const AdpColumn ad_group_report[] = {COMMON_COLUMNS, CAMPAIGN_COLUMNS,
											AD_GROUP_COLUMNS, COMMON_METRICS,
											END};
static const AdpColumn ad_report[] = {COMMON_COLUMNS,
									  CAMPAIGN_COLUMNS,
									  AD_GROUP_COLUMNS,
									  {"ad_id", TEXTOID, "nccAdId"},
									  {"ad_name", TEXTOID, "adName"},
									  COMMON_METRICS,
									  END};

static const AdpColumn device_report[] = {COMMON_COLUMNS,
										  CAMPAIGN_COLUMNS,
										  {"device", TEXTOID, "device"},
										  {"impressions", INT8OID, "impCnt"},
										  {"clicks", INT8OID, "clkCnt"},
										  {"spend", NUMERICOID, "spend"},
										  {"conversions", NUMERICOID,
										   "purchaseCcnt"},
										  END};

const AdpReport adp_naver_searchad_reports[] =
	{{"reports", "account_daily", "account", account_daily,
	  "Naver accounts by day."},
	 {"reports", "campaign_daily", "campaign", campaign_daily,
	  "Naver campaigns by day."},
	 {"reports", "ad_group_daily", "ad_group", ad_group_daily,
	  "Naver ad groups by day."},
	 {"reports", "keyword_daily", "keyword", keyword_daily,
	  "Naver keywords by day; without a keyword, what an ad group had besides."},
	 {"reports", "ad_daily", "ad", ad_daily, "Naver ads by day."},
	 {"reports", "search_term_daily", "search_term", search_term_daily,
	  "Naver search terms of sites by day; less than the account's total."},
	 {"reports", "shopping_search_term_daily", "shopping_search_term",
	  shopping_search_term_daily,
	  "Naver search terms of shopping by day; less than the account's total.",
	  .group = "shopping"},
	 {"reports", "accounts", "accounts", accounts, "Naver ad accounts.",
	  .entity = "account"},
	 {"reports", "campaigns", "campaigns", campaigns,
	  "Naver campaigns with their settings; deleted ones are not listed.",
	  .entity = "campaign"},
	 {"reports", "ad_groups", "ad_groups", ad_groups,
	  "Naver ad groups with their settings; deleted ones are not listed.",
	  .entity = "ad group"},
	 {"reports", "keywords", "keywords", keywords,
	  "Naver keywords with bids and review; campaigns are those of their ad groups.",
	  .entity = "keyword"},
	 {"reports", "ads", "ads", ads,
	  "Naver ads of all types that master reports have; campaigns are those of their ad groups.",
	  .entity = "ad"},
	 {"common", "account_report", "account", account_report,
	  "Accounts by day, in the shape that all platforms share."},
	 {"common", "campaign_report", "campaign", campaign_report,
	  "Campaigns by day, in the shape that all platforms share."},
	 {"common", "ad_group_report", "ad_group", ad_group_report,
	  "Ad groups by day, in the shape that all platforms share."},
	 {"common", "ad_report", "ad", ad_report,
	  "Ads by day, in the shape that all platforms share."},
	 {"common", "device_report", "campaign", device_report,
	  "Campaigns by day and device, in the shape of all platforms that report devices. Devices are in the platform's words, which adpipe.device_class() maps; they add up to campaign_report."},
	 {NULL}};
