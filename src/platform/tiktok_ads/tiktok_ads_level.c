/*
 * tiktok_ads_level.c
 *	  TikTok Ads: the levels of its reports and lists, and where a row has its
 *	  fields.
 *
 * A row of a report has dimensions and metrics in an object each.  The id of the
 * row's own level is a dimension; ids and names of the levels above are
 * requested and returned as metrics.  Rows of lists are flat.
 */
#include "postgres.h"

#include "platform/tiktok_ads/tiktok_ads.h"

static const AdpTiktokLevel levels[] =
	{{"account", "AUCTION_ADVERTISER", TIKTOK_ACCOUNT, NULL},
	 {"campaign", "AUCTION_CAMPAIGN", "campaign_id", "campaign_status"},
	 {"adgroup", "AUCTION_ADGROUP", "adgroup_id", "adgroup_status"},
	 {"ad", "AUCTION_AD", "ad_id", "ad_status"},
	 {"accounts", NULL, TIKTOK_ACCOUNT, NULL},
	 {"campaigns", NULL, "campaign_id", NULL},
	 {"adgroups", NULL, "adgroup_id", NULL},
	 {"ads", NULL, "ad_id", NULL}};

/*
 * Returns the level of a source; option "level" has no other values.
 */
const AdpTiktokLevel *
adp_tiktok_ads_level(const AdpSource *source)
{
	for (const AdpTiktokLevel *level = levels;
		 level < levels + lengthof(levels); level++)
	{
		if (strcmp(level->source, source->name) == 0)
			return level;
	}
	elog(ERROR, "TikTok Ads has no level \"%s\"", source->name);
}

/*
 * Whether a field of a report is a dimension.
 */
bool
adp_tiktok_ads_is_dimension(const AdpSource *source, const char *name)
{
	const AdpTiktokLevel *level = adp_tiktok_ads_level(source);
	const AdpField *field = adp_platform_field(&adp_tiktok_ads, name);

	return level->data_level != NULL &&
		(strcmp(name, level->id) == 0 ||
		 (field != NULL && field->kind == ADP_KIND_SEGMENT));
}

/*
 * Returns the path of a field below a row.
 */
char *
adp_tiktok_ads_field_path(const AdpSource *source, const char *field)
{
	if (adp_tiktok_ads_level(source)->data_level == NULL)
		return pstrdup(field);
	return psprintf("%s.%s",
					adp_tiktok_ads_is_dimension(source, field) ? "dimensions"
															   : "metrics",
					field);
}
