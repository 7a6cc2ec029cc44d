/*
 * early_rows.c
 *	  The numbers of days that have no files.
 */
#include "postgres.h"

#include "common/pg_prng.h"
#include "utils/timestamp.h"

#include "base/guc.h"
#include "base/words.h"
#include "platform/api/params.h"
#include "platform/days.h"
#include "platform/naver_searchad/early_objects.h"
#include "platform/naver_searchad/early_rows.h"
#include "platform/naver_searchad/job_round.h"
#include "platform/naver_searchad/master_file.h"
#include "platform/naver_searchad/naver_searchad.h"
#include "platform/naver_searchad/older_days.h"

/* Most ids of a call; the platform does not document its bound. */
#define IDS_MAX 100

/* Days before the day since which objects may have been deleted. */
#define DELETED_DAYS 30

/*
 * Days before today on which master reports of what has changed may begin.  The
 * platform allows 730, of which the search for a free time takes one.
 */
#define CHANGES_DAYS 728

/* How often all is asked again because the platform's numbers went on. */
#define ROUNDS_MAX 3

/* Master reports. */
#define ITEM_CAMPAIGNS "Campaign"
#define ITEM_GROUPS "Adgroup"

/* Korea is so far ahead of UTC, and has no summer time. */
#define KOREA_S (9 * SECS_PER_HOUR)

typedef enum Stage
{
	STAGE_LISTS,   /* what is there */
	STAGE_CHANGES, /* what was there */
	STAGE_NUMBERS
} Stage;

struct AdpNaverEarly
{
	AdpAssembly *assembly;
	AdpNaverSums *sums;
	AdpNaverEntityNames *names;
	DateADT day;
	bool has_groups; /* rows are those of ad groups */
	Stage stage;
	AdpNaverJobs jobs; /* of what was there */
	AdpNaverObjects objects;
	int at; /* the first object of the request */
	int count;
	int most;				/* of a request */
	const char *numbers_of; /* the time of all answers; NULL: not known yet */
	int rounds;
	const char *why; /* there are no numbers of the day yet; or NULL */
};

/*
 * Returns the day in Korea.
 */
DateADT
adp_naver_today(void)
{
	return (DateADT) ((adp_now() + KOREA_S * USECS_PER_SEC) / USECS_PER_DAY);
}

/*
 * Reads a day of a request.
 */
bool
adp_naver_read_day(const char *text, DateADT *day)
{
	AdpCell cell = {.data = text,
					.len = (uint32) strlen(text),
					.kind = ADP_CELL_STRING};

	return adp_compact_formats.read_day(&cell, day);
}

/* What may identify rows that come early. */
#define DIMENSIONS "CA,AG"

/*
 * Whether the rows of a source are those of ad groups or larger.
 */
static bool
is_coarse(const AdpNaverGrain *grain)
{
	char *rest = grain->dimensions ? pstrdup(grain->dimensions) : NULL;
	const char *code;

	while ((code = adp_words_next(&rest, ",")) != NULL)
	{
		if (!adp_words_hold(DIMENSIONS, code))
			return false;
	}
	return true;
}

/*
 * Whether rows can have a field.
 */
bool
adp_naver_early_has_field(const char *field)
{
	const AdpNaverColumn *column = adp_naver_column_of(field);

	return column == NULL || column->amount >= 0 ||
		adp_words_hold(DIMENSIONS, column->code);
}

/*
 * Whether rows of a query can come without files.
 */
bool
adp_naver_early_has(const AdpQuery *query, DateADT day)
{
	DateADT today = adp_naver_today();

	if ((day < today - 1 || day > today) &&
		!adp_naver_is_older(query->source, day))
		return false;
	if (!is_coarse(adp_naver_grain_of(query->source)))
		return false;
	for (int i = 0; i < query->nfields; i++)
	{
		if (!adp_naver_early_has_field(query->fields[i]))
			return false;
	}
	return true;
}

/*
 * Whether the sums have a dimension.
 */
static bool
has_dimension(const AdpNaverSums *sums, const char *code)
{
	for (int i = 0; i < sums->ndimensions; i++)
	{
		if (strcmp(sums->dimensions[i], code) == 0)
			return true;
	}
	return false;
}

/*
 * Returns the requests of a day.
 */
int
adp_naver_early_requests(const AdpQuery *query)
{
	const char *dimensions = adp_naver_grain_of(query->source)->dimensions;
	int nlists = adp_words_hold(dimensions, "AG") ? 2 : 1;

	return 2 * nlists + 2 * REQUESTS_OF_JOB + 1;
}

/*
 * Begins with the lists.
 */
AdpNaverEarly *
adp_naver_early_begin(AdpAssembly *assembly, AdpNaverSums *sums, DateADT day,
					  AdpNaverEntityNames *names)
{
	AdpNaverEarly *early = palloc0(sizeof(AdpNaverEarly));

	early->assembly = assembly;
	early->sums = sums;
	early->names = names;
	early->day = day;
	early->has_groups = has_dimension(sums, "AG");
	adp_naver_objects_begin(&early->objects);
	early->most = IDS_MAX;
	*names = (AdpNaverEntityNames){0};
	adp_naver_names_want(names, &adp_naver_campaigns);
	if (early->has_groups)
		adp_naver_names_want(names, &adp_naver_ad_groups);
	return early;
}

/*
 * Returns why there are no numbers of the day yet.
 */
const char *
adp_naver_early_why(const AdpNaverEarly *early)
{
	return early->why;
}

/*
 * Gives up, for now.
 */
static AdpAssemblyStep
give_up(AdpNaverEarly *early, const char *why)
{
	early->why = why;
	return ADP_ASSEMBLY_FAILED;
}

/*
 * Fails because the platform has no whole numbers of the day, and for an older day
 * never will.
 */
static AdpAssemblyStep
give_up_for_good(AdpNaverEarly *early, const char *why)
{
	return adp_naver_is_older(early->sums->query->source, early->day)
		? adp_naver_older_refuse(early->assembly, early->day, why)
		: give_up(early, psprintf("%s yet", why));
}

/*
 * Adds what the lists have.
 */
static void
add_listed(AdpNaverEarly *early)
{
	HASH_SEQ_STATUS status;
	AdpNaverEntity *entity;

	hash_seq_init(&status, early->names->known);
	while ((entity = hash_seq_search(&status)) != NULL)
		adp_naver_objects_add(&early->objects, entity->id,
							  entity->campaign != NULL ? entity->campaign
													   : entity->id);
}

/*
 * Adds the object of a line.  An ad group makes its campaign known as well, should the
 * other report lack that.
 */
static const char *
add_changed(void *arg, char **cells)
{
	AdpNaverEarly *early = arg;
	bool is_group = strcmp(early->jobs.job->report, ITEM_GROUPS) == 0;
	const char *campaign = cells[is_group ? 2 : 1];

	if (strlen(cells[1]) >= ADP_NAVER_ID_MAX ||
		strlen(campaign) >= ADP_NAVER_ID_MAX ||
		strncmp(cells[1], is_group ? "grp-" : "cmp-", 4) != 0 ||
		strncmp(campaign, "cmp-", 4) != 0)
		return "has no ids where they belong";
	adp_naver_objects_add(&early->objects,
						  early->has_groups ? cells[1] : campaign, campaign);
	return NULL;
}

/*
 * Reads what has changed.
 */
static bool
read_changes(void *arg, const AdpNaverJob *job, const char *file, Size len,
			 AdpError *error)
{
	AdpNaverEarly *early = arg;

	return adp_naver_master_file_read(job->report, early->sums->account, 3,
									  file, len, add_changed, early, error);
}

/*
 * Returns the time since which objects may have been deleted: some seconds before
 * midnight in Korea, by which a job of this page is known from others.
 */
static char *
changes_since(const AdpNaverEarly *early)
{
	DateADT first =
		Max(early->day - DELETED_DAYS, adp_naver_today() - CHANGES_DAYS);
	Timestamp midnight =
		(Timestamp) first * USECS_PER_DAY - KOREA_S * USECS_PER_SEC;
	int64 before = pg_prng_uint64_range(&pg_global_prng_state, 1, SECS_PER_DAY);
	struct pg_tm tm;
	fsec_t fsec;

	if (timestamp2tm(midnight - before * USECS_PER_SEC, NULL, &tm, &fsec, NULL,
					 NULL) != 0)
		elog(ERROR, "day of a request is out of range");
	return psprintf("%04d-%02d-%02dT%02d:%02d:%02dZ", tm.tm_year, tm.tm_mon,
					tm.tm_mday, tm.tm_hour, tm.tm_min, tm.tm_sec);
}

/*
 * Begins with master reports, now that the lists are read.  None that is there is
 * of use: it may be older than the lists.
 */
static void
begin_changes(AdpNaverEarly *early)
{
	const char *items[] = {ITEM_CAMPAIGNS, ITEM_GROUPS};
	AdpNaverJobs *jobs = &early->jobs;

	add_listed(early);
	adp_naver_jobs_begin(jobs, early->assembly, read_changes, early);
	for (int i = 0; i < (int) lengthof(items); i++)
		jobs->jobs[jobs->njobs++] =
			(AdpNaverJob){.kind = &adp_naver_master_reports,
						  .report = items[i],
						  .since = changes_since(early)};
	jobs->has_listed = true;
	early->stage = STAGE_CHANGES;
}

/*
 * Asks for the numbers of the next objects.  The breakdown by day needs a request for
 * each object; sums of a range of one day do not.
 */
static AdpAssemblyStep
ask_numbers(AdpNaverEarly *early)
{
	const char *day = adp_days_iso(early->day);
	StringInfoData ids;
	AdpParams params;

	early->count =
		adp_naver_objects_alike(&early->objects, early->at, early->most);
	initStringInfo(&ids);
	for (int i = 0; i < early->count; i++)
		appendStringInfo(&ids, "%s%s", i > 0 ? "," : "",
						 early->objects.ordered[early->at + i]->id);
	adp_params_init(&params, true);
	adp_params_add(&params, "ids", ids.data);
	adp_params_add(&params, "fields", adp_naver_objects_fields());
	adp_params_add(&params, "timeRange",
				   psprintf("{\"since\":\"%s\",\"until\":\"%s\"}", day, day));
	adp_params_add(&params, "timeIncrement", "allDays");
	early->assembly->request =
		(AdpApiRequest){.method = "GET",
						.path = adp_params_join("/stats", &params),
						.answer = ADP_ANSWER_ACCOUNT};
	return ADP_ASSEMBLY_ASK;
}

/*
 * Reports an answer that is not as promised.
 */
static AdpAssemblyStep
refuse(AdpNaverEarly *early, const char *why)
{
	adp_error_set(&early->assembly->error, ADP_ERR_FORMAT,
				  psprintf("an answer of /stats %s", why), NULL, NULL);
	return ADP_ASSEMBLY_RETRY;
}

/*
 * Begins anew: the platform's numbers have gone on since the last answer.
 */
static AdpAssemblyStep
begin_again(AdpNaverEarly *early)
{
	if (++early->rounds >= ROUNDS_MAX)
		return give_up(early, "its numbers change while they are read");
	adp_naver_objects_forget(&early->objects);
	early->at = 0;
	early->numbers_of = NULL;
	return ADP_ASSEMBLY_ASK;
}

/*
 * Whether a text is a time of the platform: a day, and perhaps hour and minute.
 */
static bool
is_cycle(const char *text)
{
	size_t len = text != NULL ? strlen(text) : 0;

	return (len == 8 || len == 10 || len == 12) &&
		strspn(text, "0123456789") == len;
}

/*
 * Reads an answer.
 */
static AdpAssemblyStep
take_numbers(AdpNaverEarly *early, const AdpAssemblyAnswer *answer)
{
	const AdpJson *doc = adp_json_parse(CurrentMemoryContext, answer->body,
										answer->len, &early->assembly->error);
	const char *cycle = adp_json_scalar(adp_json_get(doc, "cycleBaseTm"));
	const char *why;

	if (doc == NULL)
		return ADP_ASSEMBLY_RETRY;
	if (!is_cycle(cycle))
		return refuse(early, "does not say to which time it is complete");
	if (strncmp(cycle, early->sums->day, strlen(early->sums->day)) < 0)
		return give_up(early, "the platform's numbers do not reach it yet");
	if (early->numbers_of != NULL && strcmp(cycle, early->numbers_of) != 0)
		return begin_again(early);
	why = adp_naver_objects_read(&early->objects, early->at, early->count,
								 adp_json_get(doc, "data"));
	if (why != NULL)
		return refuse(early, why);
	early->numbers_of = pstrdup(cycle);
	early->at += early->count;
	return ADP_ASSEMBLY_ASK;
}

/*
 * Handles a refusal: fewer objects are asked about where that may help.
 */
static AdpAssemblyStep
take_refusal(AdpNaverEarly *early, const AdpFailure *failure)
{
	if (adp_naver_searchad_is_early(failure))
		return give_up_for_good(early, "the platform has no numbers of it");
	if (early->count == 1 || !adp_naver_searchad_is_too_many(failure))
		return ADP_ASSEMBLY_FAILED;
	early->most = early->count / 2;
	return ADP_ASSEMBLY_ASK;
}

/*
 * Reads the answer to the last request.
 */
AdpAssemblyStep
adp_naver_early_take(AdpNaverEarly *early, const AdpAssemblyAnswer *answer)
{
	if (early->stage == STAGE_CHANGES)
		return adp_naver_jobs_take(&early->jobs, answer);
	if (answer->failure != NULL)
		return early->stage == STAGE_NUMBERS
			? take_refusal(early, answer->failure)
			: ADP_ASSEMBLY_FAILED;
	if (early->stage == STAGE_NUMBERS)
		return take_numbers(early, answer);
	return adp_naver_names_take(early->names, answer->body, answer->len,
								&early->assembly->error)
		? ADP_ASSEMBLY_ASK
		: ADP_ASSEMBLY_RETRY;
}

/*
 * Returns a time of the platform, which leaves out what follows the day or the hour
 * at times.
 */
static char *
moment_of(const char *cycle)
{
	char text[sizeof("202611010000")] = "000000000000";

	memcpy(text, cycle, strlen(cycle));
	return psprintf("%.4s-%.2s-%.2sT%.2s:%.2s:00+09:00", text, text + 4,
					text + 6, text + 8, text + 10);
}

/*
 * Adds up what all answers have.
 */
static AdpAssemblyStep
finish(AdpNaverEarly *early)
{
	if (early->has_groups && !adp_naver_objects_add_up(&early->objects))
		return give_up_for_good(early,
								"numbers of its ad groups do not add up to those of its campaigns");
	adp_naver_objects_sum(&early->objects, early->has_groups, early->sums);
	early->sums->has_vat = true;
	early->sums->is_older =
		adp_naver_is_older(early->sums->query->source, early->day);
	if (early->numbers_of != NULL)
		early->sums->until = moment_of(early->numbers_of);
	return ADP_ASSEMBLY_DONE;
}

/*
 * Writes the next request.
 */
AdpAssemblyStep
adp_naver_early_go_on(AdpNaverEarly *early)
{
	AdpAssemblyStep step;

	if (early->stage == STAGE_LISTS)
	{
		if (adp_naver_names_ask(early->names, &early->assembly->request))
			return ADP_ASSEMBLY_ASK;
		begin_changes(early);
	}
	if (early->stage == STAGE_CHANGES)
	{
		step = adp_naver_jobs_go_on(&early->jobs);
		if (step != ADP_ASSEMBLY_DONE)
			return step;
		adp_naver_objects_order(&early->objects);
		early->stage = STAGE_NUMBERS;
	}
	return early->at < early->objects.count ? ask_numbers(early)
											: finish(early);
}
