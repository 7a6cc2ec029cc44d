/*
 * report_sums.c
 *	  The rows of reports, and the sums of those of ad groups over campaigns.
 */
#include "postgres.h"

#include "common/hashfn.h"
#include "miscadmin.h"
#include "utils/builtins.h"
#include "utils/fmgrprotos.h"
#include "utils/hsearch.h"
#include "utils/json.h"
#include "utils/memutils.h"

#include "base/words.h"
#include "platform/kakao_moment/report_answer.h"
#include "platform/kakao_moment/report_sums.h"

/* VAT of Korea: a cost with it is so many tenths of the cost without. */
#define GROSS "1.1"
#define VAT_DECIMALS 6

/* A row of the table in the making. */
typedef struct Group
{
	const char *key; /* first: the key of the hash table */
	AdpKakaoRow row; /* ids only of its own level, and above it if they came */
} Group;

struct AdpKakaoSums
{
	const AdpKakaoReportQuery *report;
	AdpPageAsk ask;
	AdpKakaoRows *rows;
	MemoryContext cxt;
	HTAB *seen;			/* keys of answered rows */
	HTAB *groups;		/* by the keys of the table's rows */
	List *order;		/* Group *, in the order of their first rows */
	bool lacks_parents; /* rows came without the ids of what is above them */
};

/* A key of a row that was answered. */
typedef struct Seen
{
	const char *key;
} Seen;

/*
 * For the hash tables: hashes and compares the texts of keys.
 */
static uint32
hash_key(const void *key, Size size)
{
	const char *text = *(const char *const *) key;

	return DatumGetUInt32(
		hash_any((const unsigned char *) text, (int) strlen(text)));
}

static int
compare_keys(const void *a, const void *b, Size size)
{
	return strcmp(*(const char *const *) a, *(const char *const *) b);
}

/*
 * Makes an empty hash table of keys.
 */
static HTAB *
make_table(Size entry_size)
{
	HASHCTL control = {.keysize = sizeof(char *),
					   .entrysize = entry_size,
					   .hash = hash_key,
					   .match = compare_keys,
					   .hcxt = CurrentMemoryContext};

	return hash_create("adpipe report rows", 256, &control,
					   HASH_ELEM | HASH_FUNCTION | HASH_COMPARE | HASH_CONTEXT);
}

/*
 * Allocates empty sums.
 */
AdpKakaoSums *
adp_kakao_sums_create(const AdpKakaoReportQuery *report, const AdpPageAsk *ask)
{
	AdpKakaoSums *sums = palloc0(sizeof(AdpKakaoSums));

	sums->report = report;
	sums->ask = *ask;
	sums->rows = adp_kakao_rows_compile(report);
	sums->cxt = CurrentMemoryContext;
	sums->seen = make_table(sizeof(Seen));
	sums->groups = make_table(sizeof(Group));
	return sums;
}

/*
 * Returns what identifies a row whose object has an id.
 */
static const char *
key_of(const AdpKakaoSums *sums, const AdpKakaoRow *row, const char *id)
{
	StringInfoData out;

	initStringInfo(&out);
	appendStringInfo(&out, "%d\t%s", row->day, id);
	for (int i = 0; i < sums->report->nsplits; i++)
		appendStringInfo(&out, "\t%s", row->splits[i] ? row->splits[i] : "");
	return out.data;
}

/*
 * Refuses an answer.
 */
static AdpKakaoAnswer
refuse(AdpError *error, const char *what)
{
	adp_error_set(error, ADP_ERR_FORMAT, what, NULL, NULL);
	return ADP_KAKAO_MALFORMED;
}

/*
 * Whether a row's object is one that the call has named.
 */
static bool
is_asked(const AdpKakaoCall *call, const char *id)
{
	ListCell *cell;

	foreach(cell, call->ids)
	{
		const AdpKakaoEntity *entity = lfirst(cell);

		if (strcmp(entity->id, id) == 0)
			return true;
	}
	return call->ids == NIL;
}

/*
 * Checks the object that a row is about.
 */
static AdpKakaoAnswer
check_object(const AdpKakaoCall *call, const char *id, AdpError *error)
{
	if (call->row_level == ADP_KAKAO_ACCOUNT)
		return ADP_KAKAO_GOOD;
	if (id == NULL)
		return call->ids == NIL
			? ADP_KAKAO_COARSE
			: refuse(error, "a row does not name its object");
	if (!is_asked(call, id))
		return refuse(error,
					  psprintf("a row is of \"%s\", which was not asked", id));
	return ADP_KAKAO_GOOD;
}

/*
 * Checks that a row is one of those that were asked for.
 */
static AdpKakaoAnswer
check_row(const AdpKakaoSums *sums, const AdpKakaoCall *call,
		  const AdpKakaoRow *row, AdpError *error)
{
	const char *account = row->ids[ADP_KAKAO_ACCOUNT];
	AdpKakaoAnswer answer;

	if (row->day < call->slice->since || row->day > call->slice->until)
		return refuse(error,
					  psprintf("a row is about %s, which was not asked",
							   adp_compact_formats.write_day(row->day)));
	if (account != NULL && strcmp(account, sums->ask.account->id) != 0)
		return refuse(error, psprintf("a row is of account \"%s\"", account));
	answer = check_object(call, row->ids[call->row_level], error);
	if (answer != ADP_KAKAO_GOOD)
		return answer;
	for (int i = 0; i < sums->report->nsplits; i++)
	{
		if (row->splits[i] == NULL)
			return refuse(error,
						  psprintf("a row has no \"%s\"",
								   sums->report->splits[i]));
	}
	return ADP_KAKAO_GOOD;
}

/*
 * Notes the key of a row, copied into cxt; false if it came before.
 */
static bool
note_key(HTAB *seen, MemoryContext cxt, const char *key)
{
	bool is_known;
	Seen *entry = hash_search(seen, &key, HASH_ENTER, &is_known);

	if (!is_known)
		entry->key = MemoryContextStrdup(cxt, key);
	return !is_known;
}

/*
 * Returns a copy of a text that stays, or NULL.
 */
static const char *
keep(const AdpKakaoSums *sums, const char *text)
{
	return text != NULL ? MemoryContextStrdup(sums->cxt, text) : NULL;
}

/*
 * Keeps a row as the first one of its group.
 */
static void
begin_group(AdpKakaoSums *sums, Group *group, const AdpKakaoRow *row,
			const char *id)
{
	const AdpKakaoReportQuery *report = sums->report;
	AdpKakaoRow *kept = &group->row;

	group->key = keep(sums, group->key);
	kept->day = row->day;
	for (int i = 0; i < ADP_KAKAO_LEVELS; i++)
		kept->ids[i] = i < report->level ? keep(sums, row->ids[i]) : NULL;
	kept->ids[report->level] = keep(sums, id);
	for (int i = 0; i < report->nsplits; i++)
		kept->splits[i] = keep(sums, row->splits[i]);
	kept->metrics =
		MemoryContextAllocZero(sums->cxt,
							   Max(report->nmetrics, 1) * sizeof(char *));
	for (int i = 0; i < report->nmetrics; i++)
		kept->metrics[i] = keep(sums, row->metrics[i]);
}

/*
 * Returns a number of SQL.
 */
static Datum
number_of(const char *text)
{
	return DirectFunctionCall3(numeric_in, CStringGetDatum(text),
							   ObjectIdGetDatum(InvalidOid), Int32GetDatum(-1));
}

static const char *
text_of(Datum number)
{
	return DatumGetCString(
		DirectFunctionCall1(numeric_out,
							DirectFunctionCall1(numeric_trim_scale, number)));
}

/*
 * Returns the sum of two metrics.
 */
static const char *
add(const char *a, const char *b)
{
	if (a == NULL || b == NULL)
		return NULL;
	return text_of(DirectFunctionCall2(numeric_add, number_of(a), number_of(b)));
}

/*
 * Adds a row to its group.
 */
static void
add_row(AdpKakaoSums *sums, const AdpKakaoRow *row, const char *id)
{
	const char *key = key_of(sums, row, id);
	bool is_known;
	Group *group = hash_search(sums->groups, &key, HASH_ENTER, &is_known);
	MemoryContext old;

	if (!is_known)
	{
		begin_group(sums, group, row, id);
		old = MemoryContextSwitchTo(sums->cxt);
		sums->order = lappend(sums->order, group);
		MemoryContextSwitchTo(old);
		return;
	}
	for (int i = 0; i < sums->report->nmetrics; i++)
		group->row.metrics[i] =
			keep(sums, add(group->row.metrics[i], row->metrics[i]));
}

/*
 * Returns the id of the table's row that an answered row is part of.
 */
static const char *
group_id(const AdpKakaoSums *sums, const AdpKakaoCall *call,
		 const AdpKakaoWalk *walk, const AdpKakaoRow *row)
{
	if (call->row_level == ADP_KAKAO_ACCOUNT)
		return sums->ask.account->id;
	if (call->row_level > sums->report->level)
		return adp_kakao_walk_find(walk, call->row_level,
								   row->ids[call->row_level])
			->parent->id;
	return row->ids[call->row_level];
}

/*
 * Returns what identifies a row of an answer.
 */
static const char *
answered_key(const AdpKakaoSums *sums, const AdpKakaoCall *call,
			 const AdpKakaoRow *row)
{
	return key_of(sums, row,
				  call->row_level == ADP_KAKAO_ACCOUNT
					  ? sums->ask.account->id
					  : row->ids[call->row_level]);
}

/*
 * Reads and checks the rows of an answer.
 */
static AdpKakaoAnswer
check_rows(const AdpKakaoSums *sums, const AdpKakaoCall *call,
		   const AdpPage *page, MemoryContext row_cxt, AdpError *error)
{
	MemoryContext page_cxt = CurrentMemoryContext;
	HTAB *seen = make_table(sizeof(Seen));
	AdpKakaoAnswer answer = ADP_KAKAO_GOOD;

	MemoryContextSwitchTo(row_cxt);
	for (int i = 0; answer == ADP_KAKAO_GOOD && i < page->nrows; i++)
	{
		AdpKakaoRow row;
		const char *key;

		CHECK_FOR_INTERRUPTS();
		MemoryContextReset(row_cxt);
		if (!adp_kakao_rows_read(sums->rows, page, i, &row, error))
		{
			answer =
				error->class == ADP_OK ? ADP_KAKAO_GOOD : ADP_KAKAO_MALFORMED;
			continue;
		}
		answer = check_row(sums, call, &row, error);
		if (answer != ADP_KAKAO_GOOD)
			continue;
		key = answered_key(sums, call, &row);
		if (hash_search(sums->seen, &key, HASH_FIND, NULL) != NULL ||
			!note_key(seen, page_cxt, key))
			answer = refuse(error, "a row came twice");
	}
	MemoryContextSwitchTo(page_cxt);
	return answer;
}

/*
 * Adds a row of an answer whose rows are checked.
 */
static void
take_row(AdpKakaoSums *sums, const AdpKakaoCall *call, const AdpKakaoWalk *walk,
		 const AdpPage *page, int i)
{
	AdpError none = {0};
	AdpKakaoRow row;

	if (!adp_kakao_rows_read(sums->rows, page, i, &row, &none))
		return;
	note_key(sums->seen, sums->cxt, answered_key(sums, call, &row));
	for (int k = ADP_KAKAO_CAMPAIGN; k < (int) sums->report->level; k++)
		sums->lacks_parents |= row.ids[k] == NULL;
	add_row(sums, &row, group_id(sums, call, walk, &row));
}

/*
 * Adds the rows of an answer, once all are checked: another answer for the same
 * call may follow a malformed one.
 */
AdpKakaoAnswer
adp_kakao_sums_add(AdpKakaoSums *sums, const AdpKakaoCall *call,
				   const AdpKakaoWalk *walk, const char *body, Size len,
				   AdpError *error)
{
	MemoryContext old = CurrentMemoryContext;
	MemoryContext page_cxt =
		AllocSetContextCreate(CurrentMemoryContext, "adpipe report answer",
							  ALLOCSET_DEFAULT_SIZES);
	MemoryContext row_cxt = AllocSetContextCreate(page_cxt, "adpipe report row",
												  ALLOCSET_SMALL_SIZES);
	AdpKakaoAnswer answer = ADP_KAKAO_MALFORMED;
	AdpPage *page;

	MemoryContextSwitchTo(page_cxt);
	page = adp_kakao_rows_parse(sums->rows, body, len, page_cxt, error);
	if (page != NULL)
		answer = check_rows(sums, call, page, row_cxt, error);
	MemoryContextSwitchTo(row_cxt);
	for (int i = 0; answer == ADP_KAKAO_GOOD && i < page->nrows; i++)
	{
		CHECK_FOR_INTERRUPTS();
		MemoryContextReset(row_cxt);
		take_row(sums, call, walk, page, i);
	}
	MemoryContextSwitchTo(old);
	if (error->class != ADP_OK)
		error->message = pstrdup(error->message);
	MemoryContextDelete(page_cxt);
	return answer;
}

/*
 * Returns the total of a metric over a day.
 */
Datum
adp_kakao_sums_total(const AdpKakaoSums *sums, DateADT day, const char *metric)
{
	int i = adp_kakao_metric(sums->report, metric);
	Datum total = number_of("0");
	ListCell *cell;

	foreach(cell, sums->order)
	{
		const AdpKakaoRow *row = &((const Group *) lfirst(cell))->row;

		CHECK_FOR_INTERRUPTS();
		if (row->day == day && row->metrics[i] != NULL)
			total = DirectFunctionCall2(numeric_add, total,
										number_of(row->metrics[i]));
	}
	return total;
}

/*
 * Returns how deep the lists must be known.
 */
AdpKakaoLevel
adp_kakao_sums_depth(const AdpKakaoSums *sums)
{
	const AdpQuery *query = sums->ask.query;
	AdpKakaoLevel depth = ADP_KAKAO_ACCOUNT;
	AdpKakaoLevel level = sums->report->level;

	if (sums->order == NIL)
		return ADP_KAKAO_ACCOUNT;
	for (int i = 0; i < query->nfields; i++)
	{
		const char *name = query->fields[i];

		if (strcmp(name, "campaign_name") == 0)
			depth =
				Max(depth, sums->lacks_parents ? level : ADP_KAKAO_CAMPAIGN);
		else if (strcmp(name, "ad_group_name") == 0)
			depth =
				Max(depth, sums->lacks_parents ? level : ADP_KAKAO_AD_GROUP);
		else if (strcmp(name, "creative_name") == 0)
			depth = level;
		else if (sums->lacks_parents && level > ADP_KAKAO_CAMPAIGN &&
				 adp_words_hold("campaign_id,ad_group_id", name))
			depth = level;
	}
	return depth;
}

/*
 * Appends a text as JSON; null for none.
 */
static void
append_text(StringInfo out, const char *text)
{
	if (text == NULL)
		appendStringInfoString(out, "null");
	else
		escape_json(out, text);
}

/*
 * Finds the object of a level that a row is of, or below; NULL if it is not
 * listed.
 */
static const AdpKakaoEntity *
entity_of(const AdpKakaoSums *sums, const AdpKakaoWalk *walk,
		  const Group *group, AdpKakaoLevel level)
{
	AdpKakaoLevel at = sums->report->level;
	const AdpKakaoEntity *entity;

	if (group->row.ids[level] != NULL)
		return adp_kakao_walk_find(walk, level, group->row.ids[level]);
	entity = adp_kakao_walk_find(walk, at, group->row.ids[at]);
	for (; entity != NULL && at > level; at--)
		entity = entity->parent;
	return entity;
}

/*
 * Appends an id or a name; false for another field.
 */
static bool
append_entity(StringInfo out, const AdpKakaoSums *sums,
			  const AdpKakaoWalk *walk, const Group *group, const char *field)
{
	static const char *const words[ADP_KAKAO_LEVELS] = {NULL, "campaign_",
														"ad_group_",
														"creative_"};

	for (int level = ADP_KAKAO_CAMPAIGN; level <= (int) sums->report->level;
		 level++)
	{
		Size len = strlen(words[level]);
		const AdpKakaoEntity *entity;

		if (strncmp(field, words[level], len) != 0 ||
			!adp_words_hold("id,name", field + len))
			continue;
		entity = entity_of(sums, walk, group, level);
		if (strcmp(field + len, "name") == 0)
			append_text(out, entity ? entity->name : NULL);
		else
			append_text(out,
						group->row.ids[level] ? group->row.ids[level]
							: entity		  ? entity->id
											  : NULL);
		return true;
	}
	return false;
}

/*
 * Returns a metric of a group; NULL if it is not known.
 */
static const char *
metric_of(const AdpKakaoSums *sums, const Group *group, const char *metric)
{
	int i = adp_kakao_metric(sums->report, metric);

	return i >= 0 ? group->row.metrics[i] : NULL;
}

/*
 * Returns the cost, without VAT where the table says so.
 */
static const char *
spend_of(const AdpKakaoSums *sums, const Group *group)
{
	const char *cost = metric_of(sums, group, "cost");
	Datum net;

	if (cost == NULL || !adp_kakao_excludes_vat(sums->ask.settings))
		return cost;
	net = DirectFunctionCall2(numeric_div, number_of(cost), number_of(GROSS));
	return text_of(
		DirectFunctionCall2(numeric_round, net, Int32GetDatum(VAT_DECIMALS)));
}

/*
 * Returns the sum of the events that count as conversions, or of their amounts,
 * which only some events have.  A number that is not known makes the sum of
 * events unknown.
 */
static const char *
conversions_of(const AdpKakaoSums *sums, const Group *group, bool is_amount)
{
	const AdpSettings *settings = sums->ask.settings;
	char *rest = pstrdup(adp_kakao_conversion_events(settings));
	const char *sum = NULL;
	bool is_first = true;
	char *event;

	while ((event = adp_words_next(&rest, ",")) != NULL)
	{
		const char *part =
			metric_of(sums, group,
					  adp_kakao_conversion_metric(settings, event, is_amount));

		if (is_amount && part == NULL)
			continue;
		sum = is_first ? part : add(sum, part);
		is_first = false;
	}
	return sum;
}

/*
 * Appends the value of a metric; false for another field.
 */
static bool
append_metric(StringInfo out, const AdpKakaoSums *sums, const Group *group,
			  const char *field)
{
	const char *value;

	if (strcmp(field, "spend") == 0)
		value = spend_of(sums, group);
	else if (strcmp(field, "conversions") == 0)
		value = conversions_of(sums, group, false);
	else if (strcmp(field, "conversions_value") == 0)
		value = conversions_of(sums, group, true);
	else if (adp_kakao_metric(sums->report, field) >= 0)
		value = metric_of(sums, group, field);
	else
		return false;
	appendStringInfoString(out, value != NULL ? value : "null");
	return true;
}

/*
 * Appends a field that rows are split by, or null.
 */
static void
append_split(StringInfo out, const AdpKakaoSums *sums, const Group *group,
			 const char *field)
{
	const char *text = NULL;

	for (int i = 0; i < sums->report->nsplits; i++)
	{
		if (strcmp(sums->report->splits[i], field) == 0)
			text = group->row.splits[i];
	}
	append_text(out, text);
}

/*
 * Appends a row.
 */
static void
append_row(StringInfo out, const AdpKakaoSums *sums, const AdpKakaoWalk *walk,
		   const Group *group)
{
	const AdpQuery *query = sums->ask.query;

	appendStringInfo(out, "{\"" KAKAO_ACCOUNT "\":\"%s\"",
					 sums->ask.account->id);
	for (int i = 0; i < query->nfields; i++)
	{
		const char *field = query->fields[i];

		if (strcmp(field, KAKAO_ACCOUNT) == 0)
			continue;
		appendStringInfoChar(out, ',');
		escape_json(out, field);
		appendStringInfoChar(out, ':');
		if (strcmp(field, KAKAO_DAY) == 0)
			append_text(out, adp_compact_formats.write_day(group->row.day));
		else if (!append_entity(out, sums, walk, group, field) &&
				 !append_metric(out, sums, group, field))
			append_split(out, sums, group, field);
	}
	appendStringInfoChar(out, '}');
}

/*
 * Appends all rows.
 */
void
adp_kakao_sums_write(const AdpKakaoSums *sums, const AdpKakaoWalk *walk,
					 StringInfo out)
{
	MemoryContext scratch =
		AllocSetContextCreate(CurrentMemoryContext, "adpipe row of sums",
							  ALLOCSET_SMALL_SIZES);
	ListCell *cell;

	foreach(cell, sums->order)
	{
		MemoryContext old = MemoryContextSwitchTo(scratch);

		CHECK_FOR_INTERRUPTS();
		if (foreach_current_index(cell) > 0)
			appendStringInfoChar(out, ',');
		append_row(out, sums, walk, lfirst(cell));
		MemoryContextSwitchTo(old);
		MemoryContextReset(scratch);
	}
	MemoryContextDelete(scratch);
}
