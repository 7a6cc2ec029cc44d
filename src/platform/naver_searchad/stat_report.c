/*
 * stat_report.c
 *	  Sources of daily rows: what identifies their rows, and the files to read.
 */
#include "postgres.h"

#include "base/words.h"
#include "platform/naver_searchad/stat_report.h"

const AdpNaverColumn adp_naver_columns[] =
	{{"nccCampaignId", "CA", -1},
	 {"nccAdgroupId", "AG", -1},
	 {"nccKeywordId", "KW", -1},
	 {"nccAdId", "AD", -1},
	 {"nccBusinessChannelId", "BC", -1},
	 {"hour", "HH", -1},
	 {"regionCode", "RG", -1},
	 {"mediaCode", "MC", -1},
	 {"device", "PM", -1},
	 {"searchKeyword", "SK", -1},
	 {"searchKeywordType", "ST", -1},
	 {"impCnt", "IM", AMOUNT_IMPRESSIONS},
	 {"clkCnt", "CL", AMOUNT_CLICKS},
	 {"viewCnt", "VC", AMOUNT_VIEWS},
	 {"rankSum", "SR", AMOUNT_RANKS},
	 {"spend", "CO", AMOUNT_COST},
	 {"spendWithVat", "CO", AMOUNT_COST},
	 {"ccnt", "CC", AMOUNT_CONVERSIONS},
	 {"convAmt", "SA", AMOUNT_VALUE},
	 {"purchaseCcnt", "PC", AMOUNT_PURCHASES},
	 {"purchaseConvAmt", "PV", AMOUNT_PURCHASES_VALUE},
	 {NULL}};

#define FILE_AD \
	{ \
		"AD", "D,CU,CA,AG,KW,AD,BC,MC,PM,IM,CL,CO,SR,VC" \
	}
#define FILE_AD_CONVERSION \
	{ \
		"AD_CONVERSION", "D,CU,CA,AG,KW,AD,BC,MC,PM,CM,CT,CC,SA" \
	}
#define OF_AD(source, dimensions) \
	{ \
		source, dimensions, FILE_AD, FILE_AD_CONVERSION \
	}

static const AdpNaverGrain grains[] =
	{OF_AD("account", NULL),
	 OF_AD("campaign", "CA"),
	 OF_AD("ad_group", "CA,AG"),
	 OF_AD("keyword", "CA,AG,KW"),
	 OF_AD("ad", "CA,AG,AD"),
	 OF_AD("campaign_two_years", "CA"),
	 OF_AD("ad_group_two_years", "CA,AG"),
	 {"search_term",
	  "CA,AG,SK,ST",
	  {"EXPKEYWORD", "D,CU,CA,AG,SK,MC,PM,ST,IM,CL,CO,VC"},
	  {NULL}},
	 {"shopping_search_term",
	  "CA,AG,AD,SK",
	  {"SHOPPINGKEYWORD_DETAIL",
	   "D,CU,CA,AG,SK,AD,BC,HH,RG,MC,PM,IM,CL,CO,SR,VC"},
	  {"SHOPPINGKEYWORD_CONVERSION_DETAIL",
	   "D,CU,CA,AG,SK,AD,BC,HH,RG,MC,PM,CM,CT,CC,SA"}},
	 {NULL}};

/*
 * Returns the grain of a source.
 */
const AdpNaverGrain *
adp_naver_grain_of(const AdpSource *source)
{
	for (const AdpNaverGrain *grain = grains; grain->source; grain++)
	{
		if (strcmp(grain->source, source->name) == 0)
			return grain;
	}
	return NULL;
}

/*
 * Finds a field among the columns of files, or NULL.
 */
const AdpNaverColumn *
adp_naver_column_of(const char *field)
{
	for (const AdpNaverColumn *column = adp_naver_columns; column->field;
		 column++)
	{
		if (strcmp(column->field, field) == 0)
			return column;
	}
	return NULL;
}

/*
 * Whether the table has a column of conversions.  Rows must not depend on the
 * columns that a statement reads, so all columns of the table count.
 */
bool
adp_naver_needs_conversions(const AdpQuery *query)
{
	for (int i = 0; i < query->ntable_fields; i++)
	{
		const AdpNaverColumn *column =
			adp_naver_column_of(query->table_fields[i]);

		if (column != NULL && column->amount >= AMOUNT_CONVERSIONS)
			return true;
	}
	return false;
}
