/*
 * early_rows.c
 *	  The numbers of today and yesterday before there are files.
 */
#include "postgres.h"

#include "common/int.h"
#include "common/pg_prng.h"
#include "utils/timestamp.h"

#include "base/guc.h"
#include "base/words.h"
#include "platform/api/params.h"
#include "platform/days.h"
#include "platform/formats.h"
#include "platform/naver_searchad/early_rows.h"
#include "platform/naver_searchad/job_round.h"
#include "platform/naver_searchad/master_file.h"
#include "platform/naver_searchad/naver_searchad.h"
#include "platform/naver_searchad/stat_file.h"

/* Most ids of a call; the platform does not document its bound. */
#define IDS_MAX 100

/* Days before the day since which objects may have been deleted. */
#define DELETED_DAYS 30

/* How often all is asked again because the platform's numbers went on. */
#define ROUNDS_MAX 3

/* Master reports. */
#define ITEM_CAMPAIGNS "Campaign"
#define ITEM_GROUPS "Adgroup"

#define WON INT64CONST(1000000)

/* Korea is so far ahead of UTC, and has no summer time. */
#define KOREA_S (9 * SECS_PER_HOUR)

/* Where the amounts of an object are. */
static const struct
{
	const char *member;
	AdpNaverAmount amount;
} members[] = {{"impCnt", AMOUNT_IMPRESSIONS},
			   {"clkCnt", AMOUNT_CLICKS}, /* with views */
			   {"viewCnt", AMOUNT_VIEWS},
			   {"salesAmt", AMOUNT_COST}, /* with VAT */
			   {"ccnt", AMOUNT_CONVERSIONS},
			   {"convAmt", AMOUNT_VALUE},
			   {"purchaseCcnt", AMOUNT_PURCHASES},
			   {"purchaseConvAmt", AMOUNT_PURCHASES_VALUE}};

/* A campaign or an ad group. */
typedef struct Object
{
	char id[ADP_NAVER_ID_MAX]; /* first: the key */
	const char *campaign;
	int at;			  /* in the order of requests */
	bool is_reported; /* some answer has it */
	int64 amounts[AMOUNTS];
} Object;

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
	HTAB *known;	   /* Object */
	Object **objects; /* by id, so that those of a type are beside each other */
	int nobjects;
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
 * Whether rows of a query can come early.
 */
bool
adp_naver_early_has(const AdpQuery *query, DateADT day)
{
	DateADT today = adp_naver_today();

	if (day < today - 1 || day > today ||
		!is_coarse(adp_naver_grain_of(query->source)))
		return false;
	for (int i = 0; i < query->nfields; i++)
	{
		const AdpNaverColumn *column = adp_naver_column_of(query->fields[i]);

		if (column != NULL && column->amount < 0 &&
			!adp_words_hold(DIMENSIONS, column->code))
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
 * Makes an empty table of objects.
 */
static HTAB *
make_known(void)
{
	HASHCTL control = {.keysize = ADP_NAVER_ID_MAX,
					   .entrysize = sizeof(Object),
					   .hcxt = CurrentMemoryContext};

	return hash_create("adpipe early objects", 256, &control,
					   HASH_ELEM | HASH_STRINGS | HASH_CONTEXT);
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
	early->known = make_known();
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
 * Adds an object unless it is known.
 */
static void
add_object(AdpNaverEarly *early, const char *id, const char *campaign)
{
	bool is_known;
	Object *object = hash_search(early->known, id, HASH_ENTER, &is_known);

	if (is_known)
		return;
	memset((char *) object + ADP_NAVER_ID_MAX, 0,
		   sizeof(Object) - ADP_NAVER_ID_MAX);
	object->campaign = pstrdup(campaign);
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
		add_object(early, entity->id,
				   entity->campaign != NULL ? entity->campaign : "");
}

/*
 * Adds the object of a line.
 */
static const char *
add_changed(void *arg, char **cells)
{
	AdpNaverEarly *early = arg;
	bool is_group = strcmp(early->jobs.job->report, ITEM_GROUPS) == 0;
	const char *campaign = cells[is_group ? 2 : 1];

	if (strlen(cells[1]) >= ADP_NAVER_ID_MAX ||
		strncmp(cells[1], is_group ? "grp-" : "cmp-", 4) != 0 ||
		strncmp(campaign, "cmp-", 4) != 0)
		return "has no ids where they belong";
	add_object(early, cells[1], campaign);
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
	Timestamp midnight =
		(Timestamp) (early->day - DELETED_DAYS) * USECS_PER_DAY -
		KOREA_S * USECS_PER_SEC;
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
	for (int i = 0; i < (early->has_groups ? 2 : 1); i++)
		jobs->jobs[jobs->njobs++] =
			(AdpNaverJob){.kind = &adp_naver_master_reports,
						  .report = items[i],
						  .since = changes_since(early)};
	jobs->has_listed = true;
	early->stage = STAGE_CHANGES;
}

/*
 * For qsort(): orders objects by id.
 */
static int
compare_objects(const void *a, const void *b)
{
	return strcmp((*(Object *const *) a)->id, (*(Object *const *) b)->id);
}

/*
 * Begins with the numbers, now that all objects are known.
 */
static void
begin_numbers(AdpNaverEarly *early)
{
	HASH_SEQ_STATUS status;
	Object *object;
	int n = 0;

	early->nobjects = (int) hash_get_num_entries(early->known);
	early->objects = palloc(sizeof(Object *) * Max(early->nobjects, 1));
	hash_seq_init(&status, early->known);
	while ((object = hash_seq_search(&status)) != NULL)
		early->objects[n++] = object;
	qsort(early->objects, n, sizeof(Object *), compare_objects);
	for (int i = 0; i < n; i++)
		early->objects[i]->at = i;
	early->stage = STAGE_NUMBERS;
}

/*
 * Returns the length of what an id begins with that says the level and the type
 * of the campaign, which all ids of a call must share.
 */
static int
kind_len(const char *id)
{
	const char *dash = strrchr(id, '-');

	return dash != NULL ? (int) (dash - id) : (int) strlen(id);
}

/*
 * Returns how many objects the next request is about.
 */
static int
count_objects(const AdpNaverEarly *early)
{
	const char *first = early->objects[early->at]->id;
	int len = kind_len(first);
	int n = 1;

	while (n < early->most && early->at + n < early->nobjects)
	{
		const char *id = early->objects[early->at + n]->id;

		if (kind_len(id) != len || strncmp(id, first, len) != 0)
			break;
		n++;
	}
	return n;
}

/*
 * Asks for the numbers of the next objects.  The breakdown by day needs a request for
 * each object; sums of a range of one day do not.
 */
static AdpAssemblyStep
ask_numbers(AdpNaverEarly *early)
{
	const char *day = adp_days_iso(early->day);
	const char *fields[lengthof(members)];
	StringInfoData ids;
	AdpParams params;

	early->count = count_objects(early);
	initStringInfo(&ids);
	for (int i = 0; i < early->count; i++)
		appendStringInfo(&ids, "%s%s", i > 0 ? "," : "",
						 early->objects[early->at + i]->id);
	for (int i = 0; i < (int) lengthof(members); i++)
		fields[i] = members[i].member;
	adp_params_init(&params, true);
	adp_params_add(&params, "ids", ids.data);
	adp_params_add(&params, "fields",
				   adp_params_texts(fields, lengthof(members)));
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
static bool
refuse(AdpNaverEarly *early, const char *why)
{
	adp_error_set(&early->assembly->error, ADP_ERR_FORMAT,
				  psprintf("an answer of /stats %s", why), NULL, NULL);
	return false;
}

/*
 * Reads the amounts of an object.
 */
static bool
read_amounts(AdpNaverEarly *early, Object *object, const AdpJson *row)
{
	int64 *amounts = object->amounts;

	for (int i = 0; i < (int) lengthof(members); i++)
	{
		const char *text =
			adp_json_scalar(adp_json_get(row, members[i].member));
		AdpNaverCell cell = {text, text != NULL ? (int) strlen(text) : 0};

		if (!adp_naver_read_number(&cell, 0, &amounts[members[i].amount]))
			return refuse(early,
						  psprintf("has no number \"%s\"", members[i].member));
	}
	if (pg_mul_s64_overflow(amounts[AMOUNT_COST], WON, &amounts[AMOUNT_COST]))
		return refuse(early, "has a cost that is out of range");
	amounts[AMOUNT_CLICKS] -= amounts[AMOUNT_VIEWS];
	if (amounts[AMOUNT_CLICKS] < 0)
		return refuse(early, "has fewer clicks than views");
	object->is_reported = true;
	return true;
}

/*
 * Reads the rows of an answer, each of which is of one object of the request.
 */
static bool
read_rows(AdpNaverEarly *early, const AdpJson *rows)
{
	if (!adp_json_is_array(rows))
		return refuse(early, "has no list \"data\"");
	for (int i = 0; i < early->count; i++)
		early->objects[early->at + i]->is_reported = false;
	for (int i = 0; i < adp_json_count(rows); i++)
	{
		const AdpJson *row = adp_json_at(rows, i);
		const char *id = adp_json_text(adp_json_get(row, "id"));
		Object *object = id != NULL && strlen(id) < ADP_NAVER_ID_MAX
			? hash_search(early->known, id, HASH_FIND, NULL)
			: NULL;

		if (object == NULL || object->is_reported || object->at < early->at ||
			object->at >= early->at + early->count)
			return refuse(early, "has a row that was not asked for");
		if (!read_amounts(early, object, row))
			return false;
	}
	return true;
}

/*
 * Begins anew: the platform's numbers have gone on since the last answer.
 */
static AdpAssemblyStep
begin_again(AdpNaverEarly *early)
{
	if (++early->rounds >= ROUNDS_MAX)
		return give_up(early, "its numbers change while they are read");
	for (int i = 0; i < early->nobjects; i++)
		memset(early->objects[i]->amounts, 0,
			   sizeof(early->objects[i]->amounts));
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

	if (doc == NULL)
		return ADP_ASSEMBLY_RETRY;
	if (!is_cycle(cycle))
	{
		(void) refuse(early, "does not say to which time it is complete");
		return ADP_ASSEMBLY_RETRY;
	}
	if (strncmp(cycle, early->sums->day, strlen(early->sums->day)) < 0)
		return give_up(early, "the platform's numbers do not reach it yet");
	if (early->numbers_of != NULL && strcmp(cycle, early->numbers_of) != 0)
		return begin_again(early);
	if (!read_rows(early, adp_json_get(doc, "data")))
		return ADP_ASSEMBLY_RETRY;
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
		return give_up(early, "the platform has no numbers of it yet");
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
 * Whether what is left of a campaign's amounts, without those of its ad groups, is
 * nothing.  Each cost may be rounded to a won.
 */
static bool
is_nothing(const int64 *left, int nparts)
{
	for (int i = 0; i < AMOUNTS; i++)
	{
		int64 most = i == AMOUNT_COST ? (nparts + 1) * WON : 0;

		if (left[i] > most || left[i] < -most)
			return false;
	}
	return true;
}

/*
 * Whether ad groups add up to their campaigns.
 */
static bool
adds_up(const AdpNaverEarly *early)
{
	int64(*left)[AMOUNTS] = palloc0(sizeof(*left) * Max(early->nobjects, 1));
	int *nparts = palloc0(sizeof(int) * Max(early->nobjects, 1));

	for (int i = 0; i < early->nobjects; i++)
	{
		const Object *object = early->objects[i];
		const Object *campaign =
			hash_search(early->known, object->campaign, HASH_FIND, NULL);
		int sign = campaign == object ? 1 : -1;

		if (campaign == NULL)
			return false;
		nparts[campaign->at]++;
		for (int a = 0; a < AMOUNTS; a++)
			left[campaign->at][a] += sign * object->amounts[a];
	}
	for (int i = 0; i < early->nobjects; i++)
	{
		if (!is_nothing(left[i], nparts[i]))
			return false;
	}
	return true;
}

/*
 * Adds the row of an object, unless all its amounts are zero.
 */
static void
add_row(AdpNaverEarly *early, const Object *object, StringInfo key)
{
	bool has_some = false;
	int64 amounts[AMOUNTS];

	for (int i = 0; i < AMOUNTS; i++)
	{
		amounts[i] = i < AMOUNT_CONVERSIONS ||
				adp_naver_needs_conversions(early->sums->query)
			? object->amounts[i]
			: 0;
		has_some |= amounts[i] != 0;
	}
	resetStringInfo(key);
	for (int i = 0; i < early->sums->ndimensions; i++)
		appendStringInfo(key, "%s\t",
						 strcmp(early->sums->dimensions[i], "CA") == 0
							 ? object->campaign
							 : object->id);
	if (has_some)
		adp_naver_sums_add(early->sums, key, amounts);
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
	StringInfoData key;

	if (early->has_groups && !adds_up(early))
		return give_up(early,
					   "numbers of its ad groups do not add up to those of its campaigns yet");
	initStringInfo(&key);
	for (int i = 0; i < early->nobjects; i++)
	{
		const Object *object = early->objects[i];
		bool is_group = strcmp(object->id, object->campaign) != 0;

		if (is_group == early->has_groups)
			add_row(early, object, &key);
	}
	early->sums->has_vat = true;
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
		begin_numbers(early);
	}
	return early->at < early->nobjects ? ask_numbers(early) : finish(early);
}
