/*
 * report_query.c
 *	  What a query needs of reports: dimensions, metrics and their groups.
 */
#include "postgres.h"

#include "base/words.h"
#include "platform/kakao_moment/report_query.h"

#define ALL_GROUPS \
	"BASIC,ADDITION,MESSAGE,MESSAGE_ADDITION,MESSAGE_CLICK,PLUS_FRIEND," \
	"PIXEL_SDK_CONVERSION,VIDEO,SLIDE_CLICK,ADVIEW,BIZ_BOARD,SPB"

/* By how a metric's name begins, its groups; the first that fits. */
static const struct
{
	const char *prefix;
	const char *groups;
} metric_groups[] = {{"imp", "BASIC"},
					 {"click", "BASIC"},
					 {"ctr", "BASIC"},
					 {"cost_per_imp", "ADDITION"},
					 {"cost_per_click", "ADDITION"},
					 {"cost_per_reach", "ADDITION"},
					 {"cost_per_", ALL_GROUPS},
					 {"cost", "BASIC,MESSAGE"},
					 {"reach", "ADDITION"},
					 {"msg_send_fail", "MESSAGE_ADDITION"},
					 {"msg_", "MESSAGE"},
					 {"conv_", "PIXEL_SDK_CONVERSION"},
					 {"video_", "VIDEO"},
					 {"", ALL_GROUPS}};

/* The dimension of the fields that rows are split by. */
static const struct
{
	const char *splits;
	const char *dimension;
} dimensions[] = {{"age", "AGE"},
				  {"gender", "GENDER"},
				  {"age,gender", "AGE_GENDER"},
				  {"gender,age", "AGE_GENDER"},
				  {"location", "LOCATION"},
				  {"device_type", "DEVICE_TYPE"},
				  {"placement", "PLACEMENT"},
				  {"creative_format", "CREATIVE_FORMAT"},
				  {"hour", "HOUR"}};

const char *
adp_kakao_conversion_events(const AdpSettings *settings)
{
	return settings->conversion_actions != NULL ? settings->conversion_actions
												: "purchase";
}

/*
 * Returns the metric that counts an event, or its amount.
 */
const char *
adp_kakao_conversion_metric(const AdpSettings *settings, const char *event,
							bool is_amount)
{
	return psprintf("conv_%s_%s%s", event, is_amount ? "p_" : "",
					settings->conversion_window != NULL
						? settings->conversion_window
						: "7d");
}

bool
adp_kakao_excludes_vat(const AdpSettings *settings)
{
	return settings->vat != NULL && strcmp(settings->vat, "exclude") == 0;
}

/*
 * Returns the metrics of the platform that a field is made of, comma-separated;
 * NULL unless the field is a metric.
 */
static const char *
metrics_of(const AdpSettings *settings, const char *name)
{
	const AdpField *field = adp_platform_field(&adp_kakao_moment, name);
	bool is_amount = strcmp(name, "conversions_value") == 0;
	StringInfoData out;
	char *rest;
	char *event;

	if (field != NULL && field->kind != ADP_KIND_METRIC)
		return NULL;
	if (strcmp(name, "spend") == 0)
		return "cost";
	if (!is_amount && strcmp(name, "conversions") != 0)
		return name;
	initStringInfo(&out);
	rest = pstrdup(adp_kakao_conversion_events(settings));
	while ((event = adp_words_next(&rest, ",")) != NULL)
		adp_words_add(&out,
					  adp_kakao_conversion_metric(settings, event, is_amount));
	return out.data;
}

/*
 * Adds the words of a list to another list.
 */
static void
add_words(StringInfo out, const char *words)
{
	char *rest = words != NULL ? pstrdup(words) : NULL;
	char *word;

	while ((word = adp_words_next(&rest, ",")) != NULL)
		adp_words_add(out, word);
}

/*
 * Adds the groups that a metric is in.
 */
static void
add_groups(StringInfo out, const char *metric)
{
	for (int i = 0; i < lengthof(metric_groups); i++)
	{
		const char *prefix = metric_groups[i].prefix;

		if (strncmp(metric, prefix, strlen(prefix)) == 0)
		{
			add_words(out, metric_groups[i].groups);
			return;
		}
	}
}

/*
 * Adds the groups that some metrics are in.
 */
static void
add_all_groups(StringInfo out, const char *metrics)
{
	char *rest = metrics != NULL ? pstrdup(metrics) : NULL;
	char *metric;

	while ((metric = adp_words_next(&rest, ",")) != NULL)
		add_groups(out, metric);
}

/*
 * Chooses the groups by all metrics of the table, so that its rows do not depend
 * on the columns that a statement reads.  Rows below the account have the metrics
 * of its control as well.
 */
static const char *
choose_groups(const AdpSettings *settings, const AdpQuery *query)
{
	StringInfoData out;

	initStringInfo(&out);
	add_words(&out, "BASIC");
	if (adp_kakao_level(query->source) > ADP_KAKAO_ACCOUNT)
		add_all_groups(&out, KAKAO_CONTROLS);
	for (int i = 0; i < query->ntable_fields; i++)
		add_all_groups(&out, metrics_of(settings, query->table_fields[i]));
	return out.data;
}

/*
 * Chooses the dimension by the table's columns.
 */
static void
choose_dimension(AdpKakaoReportQuery *report, const AdpQuery *query)
{
	StringInfoData out;

	initStringInfo(&out);
	for (int i = 0; i < query->ntable_fields; i++)
	{
		const char *name = query->table_fields[i];
		const AdpField *field = adp_platform_field(&adp_kakao_moment, name);

		if (field != NULL && field->kind == ADP_KIND_SEGMENT &&
			strcmp(name, KAKAO_DAY) != 0 && !adp_words_hold(out.data, name))
		{
			if (report->nsplits < KAKAO_SPLITS_MAX)
				report->splits[report->nsplits++] = name;
			adp_words_add(&out, name);
		}
	}
	for (int i = 0; i < lengthof(dimensions); i++)
	{
		if (strcmp(out.data, dimensions[i].splits) == 0)
			report->dimension = dimensions[i].dimension;
	}
	if (out.len > 0 && report->dimension == NULL)
		ereport(ERROR,
				(errcode(ERRCODE_FDW_COLUMN_NAME_NOT_FOUND),
				 errmsg("platform \"kakao_moment\" does not split rows by \"%s\" together",
						out.data),
				 errdetail("A report has one dimension."),
				 errhint(
					 "Define a table with one of age, gender, location, device_type, placement, creative_format and hour, or with age and gender.")));
}

/*
 * Lists the metrics to read.
 */
static void
choose_metrics(AdpKakaoReportQuery *report, const AdpSettings *settings,
			   const AdpQuery *query)
{
	StringInfoData out;
	char *rest;
	char *metric;

	initStringInfo(&out);
	report->adds_up = true;
	for (int i = 0; i < query->nfields; i++)
	{
		const AdpField *field =
			adp_platform_field(&adp_kakao_moment, query->fields[i]);

		add_words(&out, metrics_of(settings, query->fields[i]));
		report->adds_up &= field != NULL &&
			(field->kind != ADP_KIND_METRIC ||
			 (field->flags & ADP_FIELD_ADDS_ENTITIES) != 0);
	}
	if (report->level > ADP_KAKAO_ACCOUNT)
		add_words(&out, KAKAO_CONTROLS);
	report->metrics = palloc((out.len + 1) * sizeof(char *));
	rest = out.len > 0 ? out.data : NULL;
	while ((metric = adp_words_next(&rest, ",")) != NULL)
		report->metrics[report->nmetrics++] = metric;
}

AdpKakaoReportQuery *
adp_kakao_report_query(const AdpSettings *settings, const AdpQuery *query)
{
	AdpKakaoReportQuery *report = palloc0(sizeof(AdpKakaoReportQuery));

	report->level = adp_kakao_level(query->source);
	choose_dimension(report, query);
	choose_metrics(report, settings, query);
	report->groups = choose_groups(settings, query);
	return report;
}

AdpKakaoReportQuery *
adp_kakao_account_query(const AdpKakaoReportQuery *report)
{
	AdpKakaoReportQuery *account = palloc(sizeof(AdpKakaoReportQuery));

	*account = *report;
	account->level = ADP_KAKAO_ACCOUNT;
	return account;
}

/*
 * Finds a metric.
 */
int
adp_kakao_metric(const AdpKakaoReportQuery *report, const char *metric)
{
	for (int i = 0; i < report->nmetrics; i++)
	{
		if (strcmp(report->metrics[i], metric) == 0)
			return i;
	}
	return -1;
}
