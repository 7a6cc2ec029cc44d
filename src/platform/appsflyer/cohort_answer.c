/*
 * cohort_answer.c
 *	  The Cohort API: reads answers.
 *
 * The platform's documentation does not name the members with values; what has
 * been seen is the name of the number, alone or with a suffix.  A value under
 * any other name is an error, never a missing value.
 */
#include "postgres.h"

#include "common/hashfn.h"
#include "lib/stringinfo.h"
#include "miscadmin.h"
#include "nodes/pg_list.h"
#include "utils/hsearch.h"

#include "platform/appsflyer/appsflyer.h"
#include "platform/appsflyer/cohort.h"

/* Cells of a result after its groupings. */
enum
{
	CELL_SIZE,
	CELL_COST,
	CELL_MEASURES,
	CELLS
};

/* Most digits of a cohort day. */
#define DAY_DIGITS 3

/* Names of values, in order of preference. */
#define NAMES_MAX 3
static const char *const value_names[ADP_COHORT_KPIS][NAMES_MAX] =
	{[ADP_COHORT_REVENUE] = {"revenue_sum", "revenue"},
	 [ADP_COHORT_SESSIONS] = {"sessions_count", "sessions_sum", "sessions"},
	 [ADP_COHORT_UNINSTALLS] = {"uninstalls_count", "uninstalls_sum",
								"uninstalls"}};

struct AdpCohorts
{
	const AdpCohortQuery *query;
	DateADT since;
	DateADT until;
	AdpRowShape *shape;
	AdpNoneWords none; /* words in place of a number */
	MemoryContext cxt; /* of table and order */
	HTAB *table;
	List *order; /* AdpCohort *, in the order of their first results */
};

/*
 * For the hash table: hashes and compares the texts of keys.
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
 * Returns the shape of an answer.
 */
static AdpRowShape *
compile(const AdpCohortQuery *query)
{
	int n = query->ngroupings;
	const char **paths = palloc((n + CELLS) * sizeof(char *));

	memcpy(paths, query->groupings, n * sizeof(char *));
	paths[n + CELL_SIZE] = "users";
	paths[n + CELL_COST] = "cost";
	paths[n + CELL_MEASURES] = "measures";
	return adp_rows_compile(CurrentMemoryContext, "results", paths, n + CELLS,
							NULL, 0);
}

/*
 * Makes an empty list of cohorts.
 */
AdpCohorts *
adp_cohorts_create(const AdpCohortQuery *query, DateADT since, DateADT until)
{
	AdpCohorts *cohorts = palloc0(sizeof(AdpCohorts));
	HASHCTL control = {.keysize = sizeof(char *),
					   .entrysize = sizeof(AdpCohort),
					   .hash = hash_key,
					   .match = compare_keys,
					   .hcxt = CurrentMemoryContext};

	cohorts->cxt = CurrentMemoryContext;
	cohorts->query = query;
	cohorts->since = since;
	cohorts->until = until;
	cohorts->shape = compile(query);
	cohorts->none =
		adp_none_words(&adp_appsflyer_formats,
					   adp_platform_field(&adp_appsflyer, "revenue"));
	cohorts->table =
		hash_create("adpipe cohorts", 256, &control,
					HASH_ELEM | HASH_FUNCTION | HASH_COMPARE | HASH_CONTEXT);
	return cohorts;
}

int
adp_cohorts_count(const AdpCohorts *cohorts)
{
	return list_length(cohorts->order);
}

const AdpCohort *
adp_cohorts_get(const AdpCohorts *cohorts, int i)
{
	return list_nth(cohorts->order, i);
}

/*
 * Refuses an answer.
 */
static bool
refuse(AdpError *error, const char *what)
{
	adp_error_set(error, ADP_ERR_FORMAT, what, NULL, NULL);
	return false;
}

/*
 * Reads a number, or a word in its place, which becomes NULL.
 */
static bool
read_number(const AdpCohorts *cohorts, const AdpCell *cell, AdpCell *out)
{
	*out = *cell;
	if (cell->kind == ADP_CELL_NULL || cell->kind == ADP_CELL_ABSENT ||
		(cell->kind == ADP_CELL_STRING &&
		 (cell->len == 0 || adp_none_words_hold(&cohorts->none, cell))))
	{
		out->kind = ADP_CELL_NULL;
		return true;
	}
	return (cell->kind == ADP_CELL_NUMBER || cell->kind == ADP_CELL_STRING) &&
		adp_cell_is_decimal(cell);
}

/*
 * Reads a cohort day; -1 unless it is one.
 */
static int
read_cohort_day(const AdpCell *cell)
{
	int n = 0;

	if (cell->kind != ADP_CELL_NUMBER || cell->len > DAY_DIGITS)
		return -1;
	for (uint32 i = 0; i < cell->len; i++)
	{
		if (cell->data[i] < '0' || cell->data[i] > '9')
			return -1;
		n = n * 10 + cell->data[i] - '0';
	}
	return n <= ADP_COHORT_LAST ? n : -1;
}

/*
 * Finds the value of a measure by one of its names.
 */
static bool
find_value(const AdpCell *measure, AdpCohortKpi kpi, AdpCell *value)
{
	for (int i = 0; i < NAMES_MAX && value_names[kpi][i] != NULL; i++)
	{
		if (adp_cell_member(measure, value_names[kpi][i], value))
			return true;
	}
	return false;
}

/*
 * Reads the values of one cohort by cohort day.
 */
static bool
read_measures(AdpCohorts *cohorts, AdpCohort *cohort, AdpCohortKpi kpi,
			  const AdpCell *list, AdpError *error)
{
	AdpCell *values = palloc0((ADP_COHORT_LAST + 1) * sizeof(AdpCell));
	AdpCell *measures;
	int n =
		list->kind == ADP_CELL_ARRAY ? adp_cell_objects(list, &measures) : -1;

	if (n < 0)
		return refuse(error, "a cohort has no list of \"measures\"");
	for (int i = 0; i < n; i++)
	{
		AdpCell period;
		AdpCell value;
		int day = adp_cell_member(&measures[i], "period", &period)
			? read_cohort_day(&period)
			: -1;

		if (day < 0 || values[day].kind != ADP_CELL_ABSENT)
			return refuse(error, "a measure has no \"period\" of its own");
		if (!find_value(&measures[i], kpi, &value) ||
			!read_number(cohorts, &value, &values[day]))
			return refuse(error,
						  psprintf("a measure has no value \"%s\"",
								   value_names[kpi][0]));
	}
	cohort->values[kpi] = values;
	return true;
}

/*
 * Whether a cell is a text, a number or null.  A text must be one that a cell of
 * CSV can hold, which has no escapes.
 */
static bool
is_grouping(const AdpCell *cell)
{
	if (cell->kind == ADP_CELL_STRING)
		return !cell->has_escape || adp_cell_text(cell, NULL) != NULL;
	return cell->kind == ADP_CELL_NUMBER || cell->kind == ADP_CELL_NULL;
}

/*
 * Whether the groupings of a result are texts, numbers or null, and its day is
 * one that was requested.
 */
static bool
check_groupings(const AdpCohorts *cohorts, const AdpCell *cells, DateADT *day,
				AdpError *error)
{
	for (int i = 0; i < cohorts->query->ngroupings; i++)
	{
		if (!is_grouping(&cells[i]))
			return refuse(error,
						  psprintf("a cohort has no \"%s\", or one with a NUL character or half of a surrogate pair",
								   cohorts->query->groupings[i]));
	}
	if (!adp_iso_read_day(&cells[0], day) || *day < cohorts->since ||
		*day > cohorts->until)
		return refuse(error, "a cohort is of a day that was not requested");
	return true;
}

/*
 * Returns the key of a result: its groupings as JSON.
 */
static char *
key_of(const AdpCohorts *cohorts, const AdpCell *cells)
{
	StringInfoData out;

	initStringInfo(&out);
	for (int i = 0; i < cohorts->query->ngroupings; i++)
		appendStringInfo(&out, "%s,", adp_cell_json(&cells[i]));
	return out.data;
}

/*
 * Appends a cohort.
 */
static void
append(AdpCohorts *cohorts, AdpCohort *cohort)
{
	MemoryContext old = MemoryContextSwitchTo(cohorts->cxt);

	cohorts->order = lappend(cohorts->order, cohort);
	MemoryContextSwitchTo(old);
}

/*
 * Adds one result.  Size and cost are those of the first answer that has the
 * cohort: they are the same in all, but for what changes meanwhile.
 */
static bool
add_result(AdpCohorts *cohorts, AdpCohortKpi kpi, const AdpCell *cells,
		   AdpError *error)
{
	const AdpCell *rest = cells + cohorts->query->ngroupings;
	const char *key;
	AdpCohort *cohort;
	DateADT day;
	bool is_old;

	if (!check_groupings(cohorts, cells, &day, error))
		return false;
	key = key_of(cohorts, cells);
	cohort = hash_search(cohorts->table, &key, HASH_ENTER, &is_old);
	if (!is_old)
	{
		*cohort = (AdpCohort){.key = key, .day = day, .groupings = cells};
		append(cohorts, cohort);
		if (rest[CELL_SIZE].kind == ADP_CELL_ABSENT ||
			!read_number(cohorts, &rest[CELL_SIZE], &cohort->size) ||
			!read_number(cohorts, &rest[CELL_COST], &cohort->cost))
			return refuse(error, "a cohort has no number of \"users\"");
	}
	else if (cohort->values[kpi] != NULL)
		return refuse(error, "a cohort is there twice");
	return read_measures(cohorts, cohort, kpi, &rest[CELL_MEASURES], error);
}

/*
 * Forgets an answer after so many cohorts: it is malformed, and may be wrong in
 * what could be read, too.
 */
static void
forget(AdpCohorts *cohorts, AdpCohortKpi kpi, int before)
{
	for (int i = before; i < adp_cohorts_count(cohorts); i++)
		hash_search(cohorts->table, &adp_cohorts_get(cohorts, i)->key,
					HASH_REMOVE, NULL);
	cohorts->order = list_truncate(cohorts->order, before);
	for (int i = 0; i < before; i++)
		((AdpCohort *) list_nth(cohorts->order, i))->values[kpi] = NULL;
}

/*
 * Adds an answer.
 */
bool
adp_cohorts_add(AdpCohorts *cohorts, AdpCohortKpi kpi, const char *body,
				Size len, AdpError *error)
{
	AdpPage *page =
		adp_rows_parse(cohorts->shape, body, len, CurrentMemoryContext, error);
	int before = adp_cohorts_count(cohorts);

	if (page == NULL)
		return false;
	if (page->array->kind == ADP_CELL_ABSENT)
		return refuse(error, "the answer has no list of \"results\"");
	for (int i = 0; i < page->nrows; i++)
	{
		CHECK_FOR_INTERRUPTS();
		if (add_result(cohorts, kpi, page->cells + i * page->ncells, error))
			continue;
		forget(cohorts, kpi, before);
		return false;
	}
	return true;
}
