/*
 * row_check.c
 *	  Whether the rows of a JSON page are those that were requested.
 */
#include "postgres.h"

#include "utils/float.h"

#include "base/words.h"
#include "platform/account.h"
#include "platform/days.h"
#include "platform/formats.h"
#include "platform/list_parts.h"
#include "platform/periods.h"
#include "platform/reader/row_check.h"

/* Maximum length of an account id or a day quoted in an error. */
#define SHOWN_MAX 60

struct AdpRowCheck
{
	const AdpPlatform *platform;
	const AdpFormats *formats;
	const char **fields; /* paths of the requested fields: the first cells */
	int nfields;
	bool is_shared; /* rows may name another account, a manager's */

	/* cells; -1: the row does not name it, or it was not requested */
	int account;
	int since; /* the row's first day, or its only one */
	int until;
	int listed; /* the id of a list that is sent in parts */
	int ranked; /* the field whose largest values are requested */

	AdpPeriod bucket; /* a week or month: the first day starts one */
};

/*
 * Returns the path of a field below a row.
 */
static const char *
path_of(const AdpPlatform *platform, const AdpSource *source, const char *field)
{
	return platform->field_path ? platform->field_path(source, field) : field;
}

/*
 * Returns the path below a row that names its account, or NULL.
 */
static const char *
account_path(const AdpPlatform *platform, const AdpQuery *query)
{
	const char *field = platform->row_account;

	if (field == NULL)
		return NULL;
	if (field[0] == '.')
		field = psprintf("%s%s", adp_source_object(query->source), field);
	return path_of(platform, query->source, field);
}

/*
 * Returns the path below a row that names its day, or NULL if the day is not
 * requested.
 */
static const char *
day_path(const AdpPlatform *platform, const AdpQuery *query)
{
	const char *field = query->buckets_days
		? platform->period_fields[query->period]
		: adp_platform_day_field(platform, query->source);

	for (int i = 0; query->has_day && i < query->nfields; i++)
	{
		if (strcmp(query->fields[i], field) == 0)
			return path_of(platform, query->source, field);
	}
	return NULL;
}

/*
 * Returns the path below a row with the id of a list that is sent in parts; NULL
 * if there is no such list.
 */
static const char *
listed_path(const AdpPlatform *platform, const AdpQuery *query)
{
	const AdpCondition *list = adp_list_in_parts(query);

	return list ? path_of(platform, query->source, list->field->name) : NULL;
}

/*
 * Returns the path below a row with the field that ranks rows, or NULL.
 */
static const char *
ranked_path(const AdpPlatform *platform, const AdpQuery *query)
{
	return query->limit > 0 && query->ranked_by != NULL
		? path_of(platform, query->source, query->ranked_by)
		: NULL;
}

/*
 * Appends a path unless it is NULL; returns its cell or -1.
 */
static int
add_path(const char **paths, int *npaths, const char *path)
{
	if (path == NULL)
		return -1;
	paths[*npaths] = path;
	return (*npaths)++;
}

/*
 * Makes the check.
 */
AdpRowCheck *
adp_row_check_create(MemoryContext cxt, const AdpPlatform *platform,
					 const AdpQuery *query, const char **paths, int *npaths)
{
	AdpRowCheck *check = MemoryContextAllocZero(cxt, sizeof(AdpRowCheck));

	check->platform = platform;
	check->formats = adp_formats_of(platform, query->source);
	check->is_shared = query->source->is_shared;
	check->fields = paths;
	check->nfields = *npaths;
	check->account = add_path(paths, npaths, account_path(platform, query));
	check->listed = add_path(paths, npaths, listed_path(platform, query));
	check->ranked = add_path(paths, npaths, ranked_path(platform, query));
	if (query->drops_day)
	{
		check->since = add_path(paths, npaths, platform->row_since);
		check->until = add_path(paths, npaths, platform->row_until);
	}
	else
		check->since = check->until =
			add_path(paths, npaths, day_path(platform, query));
	if (query->buckets_days)
	{
		check->bucket = query->period;
		check->until = add_path(paths, npaths, platform->row_until);
	}
	return check;
}

/*
 * Whether a cell is missing or null.
 */
static bool
is_nothing(const AdpCell *cell)
{
	return cell->kind == ADP_CELL_ABSENT || cell->kind == ADP_CELL_NULL;
}

/*
 * Returns what a cell says, for an error.
 */
static char *
shown(const AdpCell *said)
{
	char *text = pnstrdup(said->data, Min(said->len, SHOWN_MAX));

	for (char *c = text; *c != '\0'; c++)
	{
		if (*c < ' ' || *c >= 0x7f || *c == '"')
			*c = '?';
	}
	return text;
}

bool
adp_row_refuse_account(const AdpCell *said, int64 number, AdpError *error)
{
	adp_error_set(error, ADP_ERR_FORMAT,
				  "the answer has a row of another account",
				  psprintf("Row " INT64_FORMAT " is of \"%s\".", number,
						   shown(said)),
				  NULL);
	return false;
}

/*
 * Whether a row belongs to the requested account, as far as it names one.
 */
static bool
check_account(const AdpRowCheck *check, const AdpAccount *account,
			  const AdpCell *cells, int number, AdpError *error)
{
	const AdpCell *said = &cells[Max(check->account, 0)];

	return check->account < 0 || check->is_shared ||
		(said->kind != ADP_CELL_STRING && said->kind != ADP_CELL_NUMBER) ||
		adp_account_owns_row(check->platform, account->id, said->data,
							 said->len) ||
		adp_row_refuse_account(said, number, error);
}

/*
 * Reads a day of the query; stays as it is if there is no such bound.
 */
static void
read_bound(const AdpRowCheck *check, const char *text, DateADT *day)
{
	AdpCell cell = {.kind = ADP_CELL_STRING, .data = text};

	if (text == NULL)
		return;
	cell.len = (uint32) strlen(text);
	(void) check->formats->read_day(&cell, day);
}

/*
 * Returns the days of a query.
 */
static AdpDateRange
days_of(const AdpRowCheck *check, const AdpQuery *query)
{
	AdpDateRange days = {DATEVAL_NOBEGIN, DATEVAL_NOEND};

	read_bound(check, query->since, &days.since);
	read_bound(check, query->until, &days.until);
	return days;
}

/*
 * Returns what a row says about its days, for an error.
 */
static const char *
shown_days(const AdpCell *since, const AdpCell *until)
{
	if (is_nothing(since) || is_nothing(until))
		return "has no day";
	if (since == until)
		return psprintf("is of \"%s\"", shown(since));
	return psprintf("is of \"%s\" to \"%s\"", shown(since), shown(until));
}

/*
 * Whether a row covers a week or month of the request.  The one that runs may end
 * with the request.
 */
static bool
covers_bucket(const AdpRowCheck *check, const AdpDateRange *days,
			  const AdpCell *first, const AdpCell *last)
{
	DateADT since;
	DateADT until;
	DateADT end;

	if (!check->formats->read_day(first, &since) || since < days->since ||
		since > days->until || adp_period_start(check->bucket, since) != since)
		return false;
	end = adp_period_next(check->bucket, since) - 1;
	return check->until < 0 ||
		(check->formats->read_day(last, &until) &&
		 (until == end || (until < end && until == days->until)));
}

/*
 * Whether a row covers days of the request and no others.
 */
static bool
covers_days(const AdpRowCheck *check, const AdpDateRange *days,
			const AdpCell *first, const AdpCell *last)
{
	DateADT since;
	DateADT until;

	if (check->bucket != ADP_PERIOD_DAY)
		return covers_bucket(check, days, first, last);
	return check->formats->read_day(first, &since) && since >= days->since &&
		check->formats->read_day(last, &until) && until <= days->until;
}

/*
 * Whether a row is of requested days.  A condition on the day would drop another
 * row silently, although it counts for some day.
 */
static bool
check_days(const AdpRowCheck *check, const AdpQuery *query,
		   const AdpDateRange *days, const AdpCell *cells, int number,
		   AdpError *error)
{
	const AdpCell *first = &cells[Max(check->since, 0)];
	const AdpCell *last =
		&cells[check->until < 0 ? Max(check->since, 0) : check->until];

	if (check->since < 0 || covers_days(check, days, first, last))
		return true;
	adp_error_set(error, ADP_ERR_FORMAT,
				  "the answer has a row of a day that was not asked for",
				  psprintf("Row %d %s. Asked for %s to %s.", number,
						   shown_days(first, last), query->since, query->until),
				  "Run the statement again; if the error stays, report it to the platform.");
	return false;
}

/*
 * For bsearch: compares a cell with a text.
 */
static int
compare_cell(const void *key, const void *member)
{
	const AdpCell *cell = key;
	const char *text = *(const char *const *) member;
	int len = (int) strlen(text);
	int order = memcmp(cell->data, text, Min((int) cell->len, len));

	return order != 0 ? order : (int) cell->len - len;
}

/*
 * Whether a row is of the part of a list that was requested.
 */
static bool
check_listed(const AdpRowCheck *check, const AdpQuery *query,
			 const AdpCell *cells, int number, AdpError *error)
{
	const AdpCondition *list = adp_list_in_parts(query);
	const AdpCell *id = &cells[Max(check->listed, 0)];
	bool has_id = id->kind == ADP_CELL_STRING || id->kind == ADP_CELL_NUMBER;

	if (check->listed < 0 || list == NULL ||
		(has_id &&
		 bsearch(id, list->values, list->nvalues, sizeof(char *), compare_cell)))
		return true;
	adp_error_set(error, ADP_ERR_FORMAT,
				  "the answer has a row that was not asked for",
				  has_id
					  ? psprintf("Row %d has \"%s\" as %s, which is not in the list that was sent.",
								 number, shown(id), list->field->name)
					  : psprintf("Row %d lacks %s.", number, list->field->name),
				  "Run the statement again; if the error stays, report it to the platform.");
	return false;
}

/*
 * Whether a row has the value that ranks it, and one that is not larger than the
 * previous row's.  Sets *previous.
 */
static bool
check_rank(const AdpRowCheck *check, const AdpQuery *query,
		   const AdpCell *cells, double *previous, int number, AdpError *error)
{
	const AdpCell *cell = &cells[Max(check->ranked, 0)];
	double value = get_float8_infinity();

	if (check->ranked < 0 || query->limit == 0)
		return true;
	if (cell->kind == ADP_CELL_STRING || cell->kind == ADP_CELL_NUMBER)
		value = strtod(pnstrdup(cell->data, cell->len), NULL);
	if (value <= *previous && value < get_float8_infinity())
	{
		*previous = value;
		return true;
	}
	adp_error_set(error, ADP_ERR_FORMAT,
				  "the rows of the answer are not in the order that was asked for",
				  psprintf("Row %d has \"%s\" as %s.", number, shown(cell),
						   query->ranked_by),
				  "Run the statement again; if the error stays, SET adpipe.pushdown = off and report it to the platform.");
	return false;
}

/*
 * Whether a row has a requested field.  One without would be dropped, or all
 * NULL.
 */
static bool
check_content(const AdpRowCheck *check, const AdpCell *cells, int ncells,
			  int number, AdpError *error)
{
	for (int i = 0; i < ncells; i++)
	{
		if (cells[i].kind != ADP_CELL_ABSENT)
			return true;
	}
	if (ncells == 0 || check->platform->promises == NULL)
		return true;
	adp_error_set(error, ADP_ERR_FORMAT,
				  "the answer has a row without any field that was asked for",
				  psprintf("It is row %d.", number), NULL);
	return false;
}

/*
 * Whether any row of a page has a cell.
 */
static bool
some_row_has(const AdpPage *page, int nth)
{
	for (int i = 0; i < page->nrows; i++)
	{
		if (page->cells[(Size) i * page->ncells + nth].kind != ADP_CELL_ABSENT)
			return true;
	}
	return false;
}

/*
 * Whether a comma-separated mask names a path or one of its parents.
 */
static bool
mask_names(const AdpCell *mask, const char *path)
{
	char *rest = pnstrdup(mask->data, mask->len);
	char *name;

	while ((name = adp_words_next(&rest, ",")) != NULL)
	{
		Size len = strlen(name);

		if (strncmp(name, path, len) == 0 &&
			(path[len] == '\0' || path[len] == '.'))
			return true;
	}
	return false;
}

/*
 * Whether some row must have the nth requested field.  The member that names the
 * fields of all rows may say that none has it.
 */
static bool
is_owed(const AdpRowCheck *check, const AdpQuery *query, const AdpCell *mask,
		int nth)
{
	const AdpField *field;

	if (mask != NULL && mask->kind == ADP_CELL_STRING)
		return !mask_names(mask, check->fields[nth]);
	if (!query->source->has_all_metrics)
		return false;
	field = adp_platform_field(check->platform, query->fields[nth]);
	return field == NULL || field->kind == ADP_KIND_METRIC;
}

/*
 * Whether a page has the requested fields.  What is missing from it has another
 * name there, and would be taken for zero or NULL.
 */
static bool
check_fields(const AdpRowCheck *check, const AdpQuery *query,
			 const AdpPage *page, const AdpCell *mask, AdpError *error)
{
	for (int i = 0; page->nrows > 0 && i < check->nfields; i++)
	{
		if (some_row_has(page, i) || !is_owed(check, query, mask, i))
			continue;
		adp_error_set(error, ADP_ERR_FORMAT,
					  psprintf("the answer lacks field \"%s\", which was asked for",
							   check->fields[i]),
					  mask != NULL
						  ? psprintf("No row has it, nor does member \"%s\" name it.",
									 check->platform->mask_key)
						  : "No row has it.",
					  NULL);
		return false;
	}
	return true;
}

/*
 * Checks a page.
 */
bool
adp_row_check_page(const AdpRowCheck *check, const AdpPageAsk *ask,
				   const AdpPage *page, const AdpCell *mask, AdpError *error)
{
	const AdpDateRange days = days_of(check, ask->query);
	double rank = get_float8_infinity();

	for (int i = 0; i < page->nrows; i++)
	{
		const AdpCell *cells = &page->cells[(Size) i * page->ncells];

		if (!check_content(check, cells, page->ncells, i + 1, error) ||
			!check_account(check, ask->account, cells, i + 1, error) ||
			!check_days(check, ask->query, &days, cells, i + 1, error) ||
			!check_listed(check, ask->query, cells, i + 1, error) ||
			!check_rank(check, ask->query, cells, &rank, i + 1, error))
			return false;
	}
	return check_fields(check, ask->query, page, mask, error);
}
