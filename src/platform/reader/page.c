/*
 * page.c
 *	  The rows of one page, JSON or CSV.
 */
#include "postgres.h"

#include "common/hashfn.h"
#include "miscadmin.h"
#include "utils/memutils.h"

#include "base/csv.h"
#include "base/words.h"
#include "platform/account.h"
#include "platform/api/pager.h"
#include "platform/days.h"
#include "platform/formats.h"
#include "platform/reader/page.h"

/* Records between two checks for interrupts. */
#define RECORDS_PER_CHECK 512

/* Bytes of a page that are hashed between two checks for interrupts. */
#define HASH_CHUNK ((Size) 1024 * 1024)

/* Maximum length of an account id or a day quoted in an error. */
#define SHOWN_MAX 60

/* Most paths that are read beside the fields, to check rows. */
#define CHECKS_MAX 3

/* The members of a JSON page that are read beside its rows. */
enum PageMember
{
	PAGE_FAILURE, /* the member that begins promises->failure */
	PAGE_NEXT,	  /* the member that the pager reads, if there is a pager */
	PAGE_MASK,	  /* platform->mask_key, if there are one and a pager */
	PAGE_MEMBERS
};

struct AdpPageForm
{
	const AdpPlatform *platform;
	AdpBody body;
	AdpAnswerKind kind;
	AdpRowShape *shape; /* JSON */
	AdpShaper *shaper;	/* makes the rows; NULL: they are the cells read */
	int nfields;		/* cells of a row that the shaper makes */
	const char **paths; /* JSON: of the fields asked for */
	int npaths;
	int day_cell; /* the cell with the row's day; -1: none was asked for */
	const AdpFormats *formats;

	/* the account of a row */
	int account_cell; /* JSON: the cell that names it; -1: not named */
	bool is_shared;	  /* rows may name another account, a manager's */

	/* JSON: the cells with a row's first and last day; -1: not named */
	int since_cell;
	int until_cell;
};

struct AdpPageRows
{
	const AdpPageForm *form;
	MemoryContext cxt;
	int64 count;

	/* JSON */
	AdpPage *page;
	int next;
	const AdpJson *end; /* the member that the pager reads, in an object */

	/* CSV */
	AdpCsv *csv;
	void *header;
	int account_column; /* the column that names the account; -1: none does */

	/* the rows that the shaper makes of a row read */
	const AdpCell *read;   /* that row; NULL: read the next one */
	int nth;			   /* rows made of it so far */
	AdpCell *cells;		   /* the latest of them; NULL: rows are as read */
	MemoryContext row_cxt; /* memory of its cells */
};

/*
 * Returns the first name of a dotted path.
 */
static const char *
first_name(const char *path)
{
	return pnstrdup(path, strcspn(path, ".|"));
}

/*
 * Returns the path of a field below a row.
 */
static const char *
path_of(const AdpPlatform *platform, const char *field)
{
	return platform->field_path ? platform->field_path(field) : field;
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
		field = psprintf("%s%s", query->source->name, field);
	return path_of(platform, field);
}

/*
 * Adds the paths that each row is checked by.  Returns the number of paths.
 */
static int
add_checks(AdpPageForm *form, const AdpQuery *query, const char **paths,
		   int npaths)
{
	const AdpPlatform *platform = form->platform;
	const char *account = account_path(platform, query);

	if (account != NULL)
	{
		form->account_cell = npaths;
		paths[npaths++] = account;
	}
	if (query->drops_day && platform->row_since != NULL)
	{
		form->since_cell = npaths;
		paths[npaths++] = platform->row_since;
		form->until_cell = npaths;
		paths[npaths++] = platform->row_until;
	}
	return npaths;
}

/*
 * Compiles the members to read from a JSON page.
 */
static void
compile_shape(MemoryContext cxt, AdpPageForm *form, const AdpQuery *query)
{
	const AdpPlatform *platform = form->platform;
	const AdpShaper *shaper = form->shaper;
	int npaths = shaper ? shaper->npaths : query->nfields;
	const char **paths = palloc((npaths + CHECKS_MAX) * sizeof(char *));
	const char *members[PAGE_MEMBERS];
	const char *day =
		path_of(platform, adp_platform_day_field(platform, query->source));

	for (int i = 0; i < npaths; i++)
	{
		paths[i] =
			shaper ? shaper->paths[i] : path_of(platform, query->fields[i]);
		if (strcmp(paths[i], day) == 0)
			form->day_cell = i;
	}
	form->paths = paths;
	form->npaths = npaths;
	npaths = add_checks(form, query, paths, npaths);
	members[PAGE_FAILURE] =
		platform->promises ? first_name(platform->promises->failure) : "error";
	if (platform->pager != NULL)
		members[PAGE_NEXT] = platform->pager->member;
	members[PAGE_MASK] = platform->mask_key;
	form->shape =
		adp_rows_compile(cxt, platform->rows_key, paths, npaths, members,
						 platform->pager == NULL		  ? PAGE_NEXT
							 : platform->mask_key == NULL ? PAGE_MASK
														  : PAGE_MEMBERS);
}

/*
 * Compiles the form; see page.h.
 */
AdpPageForm *
adp_page_form(MemoryContext cxt, const AdpPlatform *platform, AdpShaper *shaper,
			  const AdpQuery *query)
{
	AdpPageForm *form = MemoryContextAllocZero(cxt, sizeof(AdpPageForm));

	form->platform = platform;
	form->body = platform->body;
	form->shaper = shaper;
	form->nfields = query->nfields;
	form->kind = query->source->is_single ? ADP_ANSWER_ROW : ADP_ANSWER_ROWS;
	form->account_cell = -1;
	form->day_cell = -1;
	form->formats = adp_formats_of(platform, query->source);
	form->since_cell = -1;
	form->until_cell = -1;
	form->is_shared = query->source->is_shared;
	if (form->body == ADP_BODY_JSON)
		compile_shape(cxt, form, query);
	return form;
}

/*
 * Checks a body that must be a JSON document for reported failures.
 */
static bool
check_document(const AdpPageRows *rows, const char *body, Size len,
			   AdpError *error)
{
	const AdpPageForm *form = rows->form;
	const AdpJson *doc = adp_json_parse(rows->cxt, body, len, error);

	return doc != NULL &&
		adp_verdict_check(form->platform->promises, form->kind, doc, error);
}

/*
 * Wraps a body that is a single row into a page.  Returns NULL, with *error,
 * if it is not a row.
 */
static const char *
wrap_row(const AdpPageRows *rows, const char *body, Size *len, AdpError *error)
{
	char *wrapped;

	if (!check_document(rows, body, *len, error))
		return NULL;
	wrapped = psprintf("{\"%s\":[%s]}", rows->form->platform->rows_key,
					   pnstrdup(body, *len));
	*len = strlen(wrapped);
	return wrapped;
}

/*
 * Returns the beginning of a cell's text as an error quotes it.
 */
static char *
shown_text(const AdpCell *cell)
{
	bool is_text =
		cell->kind == ADP_CELL_STRING || cell->kind == ADP_CELL_NUMBER;
	char *shown =
		is_text ? pnstrdup(cell->data, Min(cell->len, SHOWN_MAX)) : pstrdup("");

	for (char *c = shown; *c != '\0'; c++)
	{
		if (*c < ' ' || *c >= 0x7f || *c == '"')
			*c = '?';
	}
	return shown;
}

/*
 * Fills in the error for a row of another account; said is the account that
 * the row names.
 */
static bool
refuse_row(const AdpCell *said, int64 number, AdpError *error)
{
	adp_error_set(error, ADP_ERR_FORMAT,
				  "the answer has a row of another account",
				  psprintf("Row " INT64_FORMAT " is of \"%s\".", number,
						   shown_text(said)),
				  NULL);
	return false;
}

/*
 * Fills in the error for a row of other days; said is what it is of.
 */
static bool
refuse_days(const AdpQuery *query, const char *said, int64 number,
			AdpError *error)
{
	adp_error_set(error, ADP_ERR_FORMAT,
				  "the answer has a row of other days than those asked for",
				  psprintf("Row " INT64_FORMAT
						   " is of %s; asked for was %s to %s.",
						   number, said, query->since, query->until),
				  NULL);
	return false;
}

/*
 * Whether the days of a row lie within the requested ones.  No other check of
 * a row that is the sum of several days looks at them.  ISO days sort as text.
 */
static bool
check_days(const AdpPageRows *rows, const AdpQuery *query, const AdpCell *cells,
		   int64 number, AdpError *error)
{
	const AdpPageForm *form = rows->form;
	const char *since;
	const char *until;

	if (form->since_cell < 0)
		return true;
	since = shown_text(&cells[form->since_cell]);
	until = shown_text(&cells[form->until_cell]);
	if (strlen(since) == strlen(query->since) &&
		strlen(until) == strlen(query->until) &&
		strcmp(since, query->since) >= 0 && strcmp(until, query->until) <= 0)
		return true;
	return refuse_days(query, psprintf("\"%s\" to \"%s\"", since, until),
					   number, error);
}

/*
 * Reads a bound of the query; stays as it is if there is none.
 */
static void
read_bound(const AdpPageForm *form, const char *text, DateADT *day)
{
	AdpCell cell = {.kind = ADP_CELL_STRING, .data = text};

	if (text == NULL)
		return;
	cell.len = (uint32) strlen(text);
	(void) form->formats->read_day(&cell, day);
}

/*
 * Returns the days of a query.
 */
static AdpDateRange
days_of(const AdpPageForm *form, const AdpQuery *query)
{
	AdpDateRange days = {DATEVAL_NOBEGIN, DATEVAL_NOEND};

	read_bound(form, query->since, &days.since);
	read_bound(form, query->until, &days.until);
	return days;
}

/*
 * Whether any requested cell of a row is present.
 */
static bool
holds_something(const AdpCell *cells, int ncells)
{
	for (int i = 0; i < ncells; i++)
	{
		if (cells[i].kind != ADP_CELL_ABSENT)
			return true;
	}
	return ncells == 0;
}

/*
 * Fills in the error for a row without its day, which no condition on the day
 * would keep.
 */
static bool
refuse_dayless(const AdpPageRows *rows, int number, AdpError *error)
{
	adp_error_set(error, ADP_ERR_FORMAT, "the answer has a row without its day",
				  psprintf("Row %d has no field \"%s\".", number,
						   rows->form->paths[rows->form->day_cell]),
				  NULL);
	return false;
}

/*
 * Whether any row of a JSON page has a cell.
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
 * Whether a JSON page has the fields that were asked for: in some row, or in
 * the member that names the fields of all rows.  What is missing from both has
 * another name there, and would be taken for zero.
 */
static bool
check_fields(const AdpPageRows *rows, AdpError *error)
{
	const AdpPage *page = rows->page;
	const AdpCell *mask;

	if (rows->form->platform->mask_key == NULL || page->nrows == 0)
		return true;
	mask = &page->members[PAGE_MASK];
	if (mask->kind != ADP_CELL_STRING)
		return true;
	for (int i = 0; i < rows->form->npaths; i++)
	{
		const char *path = rows->form->paths[i];

		if (some_row_has(page, i) || mask_names(mask, path))
			continue;
		adp_error_set(error, ADP_ERR_FORMAT,
					  psprintf("the answer lacks field \"%s\", which was asked for",
							   path),
					  psprintf("No row has it, nor does member \"%s\" name it.",
							   rows->form->platform->mask_key),
					  NULL);
		return false;
	}
	return true;
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
 * Whether a row is of a requested day.  A condition on the day would drop
 * another row, although it counts for some day.
 */
static bool
check_day(const AdpPageRows *rows, const AdpQuery *query,
		  const AdpDateRange *days, const AdpCell *said, int number,
		  AdpError *error)
{
	DateADT day;

	if (is_nothing(said))
		return refuse_dayless(rows, number, error);
	if (rows->form->formats->read_day(said, &day) && day >= days->since &&
		day <= days->until)
		return true;
	return refuse_days(query, psprintf("\"%s\"", shown_text(said)), number,
					   error);
}

/*
 * Whether all rows of a JSON page belong to the requested account and days, as
 * far as they name them.  A row without any requested field is an error: it would be
 * dropped, or all NULL.
 */
static bool
check_rows(const AdpPageRows *rows, const AdpPageAsk *ask, AdpError *error)
{
	const AdpPage *page = rows->page;
	const AdpDateRange days = days_of(rows->form, ask->query);
	int nth = rows->form->account_cell;
	int day = rows->form->day_cell;

	for (int i = 0; i < page->nrows; i++)
	{
		const AdpCell *cells = &page->cells[(Size) i * page->ncells];

		if (rows->form->platform->promises != NULL &&
			!holds_something(cells, page->ncells))
		{
			adp_error_set(error, ADP_ERR_FORMAT,
						  "the answer has a row without any field that was asked for",
						  psprintf("It is row %d.", i + 1), NULL);
			return false;
		}
		if (nth >= 0 && !rows->form->is_shared &&
			(cells[nth].kind == ADP_CELL_STRING ||
			 cells[nth].kind == ADP_CELL_NUMBER) &&
			!adp_account_owns_row(rows->form->platform, ask->account->id,
								  cells[nth].data, cells[nth].len))
			return refuse_row(&cells[nth], i + 1, error);
		if (!check_days(rows, ask->query, cells, i + 1, error))
			return false;
		if (day >= 0 &&
			!check_day(rows, ask->query, &days, &cells[day], i + 1, error))
			return false;
	}
	return check_fields(rows, error);
}

/*
 * Parses the member that the pager reads.
 */
static bool
read_end(AdpPageRows *rows, AdpError *error)
{
	const AdpPager *pager = rows->form->platform->pager;
	char *text;

	if (pager == NULL || rows->page->members[PAGE_NEXT].kind == ADP_CELL_ABSENT)
		return true;
	text = psprintf("{\"%s\":%s}", pager->member,
					adp_cell_json(&rows->page->members[PAGE_NEXT]));
	rows->end = adp_json_parse(rows->cxt, text, strlen(text), error);
	return rows->end != NULL;
}

/*
 * Opens a JSON page.  A page with rows is valid unless it also reports a
 * failure.
 */
static bool
open_json(AdpPageRows *rows, const char *body, Size len, const AdpPageAsk *ask,
		  AdpError *error)
{
	const AdpPageForm *form = rows->form;
	bool is_wrapped = form->kind == ADP_ANSWER_ROW;

	if (is_wrapped)
		body = wrap_row(rows, body, &len, error);
	if (body == NULL)
		return false;
	rows->page = adp_rows_parse(form->shape, body, len, rows->cxt, error);
	if (rows->page == NULL)
		return false;
	rows->count = rows->page->nrows;
	if (!is_wrapped &&
		(rows->count == 0 ||
		 rows->page->members[PAGE_FAILURE].kind != ADP_CELL_ABSENT) &&
		!check_document(rows, body, len, error))
		return false;
	return check_rows(rows, ask, error) && read_end(rows, error);
}

/*
 * Reads the next record.
 */
static AdpCsvStep
next_record(AdpCsv *csv, const AdpCell **cells, int *ncells)
{
	if (adp_csv_record(csv) % RECORDS_PER_CHECK == 0)
		CHECK_FOR_INTERRUPTS();
	return adp_csv_next(csv, cells, ncells);
}

/*
 * Finds the column that names the account of a record; -1 if no column does.
 */
static int
find_account_column(const AdpPlatform *platform, const AdpCell *names,
					int nnames)
{
	const char *wanted = platform->row_account;

	for (int i = 0; i < nnames && wanted != NULL; i++)
	{
		if (names[i].len == strlen(wanted) &&
			memcmp(names[i].data, wanted, names[i].len) == 0)
			return i;
	}
	return -1;
}

/*
 * Reads the header of a CSV body and passes it to the shaper.
 */
static bool
read_header(AdpPageRows *rows, const char *body, Size len,
			const AdpPageAsk *ask, AdpError *error)
{
	const AdpPageForm *form = rows->form;
	const AdpCell *cells;
	int ncells;

	rows->csv = adp_csv_open(rows->cxt, NULL, body, len);
	switch (adp_csv_next(rows->csv, &cells, &ncells))
	{
		case ADP_CSV_RECORD:
			rows->account_column =
				find_account_column(form->platform, cells, ncells);
			rows->header =
				form->shaper->header(form->shaper, ask, cells, ncells, error);
			return rows->header != NULL;
		case ADP_CSV_FAILED:
			adp_csv_error(rows->csv, error);
			return false;
		case ADP_CSV_END:
			break;
	}
	adp_error_set(error, ADP_ERR_FORMAT,
				  "the answer is empty, without a header", NULL, NULL);
	return false;
}

/*
 * Whether a record belongs to the requested account, as far as it names one.
 */
static bool
check_record(const AdpPageRows *rows, const AdpAccount *account,
			 const AdpCell *cells, int ncells, int64 number, AdpError *error)
{
	const AdpCell *said;

	if (rows->account_column < 0 || rows->account_column >= ncells)
		return true;
	said = &cells[rows->account_column];
	return said->len == 0 ||
		adp_account_owns_row(rows->form->platform, account->id, said->data,
							 said->len) ||
		refuse_row(said, number, error);
}

/*
 * Opens a CSV body.  It is read to its end once, so that rows are returned
 * only if all of them are well-formed, and then again from the start.
 */
static bool
open_csv(AdpPageRows *rows, const char *body, Size len, const AdpPageAsk *ask,
		 AdpError *error)
{
	AdpCsv *check = adp_csv_open(rows->cxt, NULL, body, len);
	const AdpCell *cells;
	int ncells;
	AdpCsvStep step;

	if (!read_header(rows, body, len, ask, error))
		return false;
	while ((step = next_record(check, &cells, &ncells)) == ADP_CSV_RECORD)
	{
		int64 number = adp_csv_record(check) - 1;

		if (number == 0)
			continue;
		if (!check_record(rows, ask->account, cells, ncells, number, error))
			return false;
		if (rows->form->shaper->check != NULL)
			rows->form->shaper->check(rows->form->shaper, rows->header, cells);
	}
	if (step == ADP_CSV_FAILED)
	{
		adp_csv_error(check, error);
		return false;
	}
	rows->count = adp_csv_record(check) - 1;
	return true;
}

/*
 * Prepares a page whose rows the shaper makes.
 */
static void
begin_shaping(AdpPageRows *rows)
{
	const AdpPageForm *form = rows->form;

	if (form->shaper == NULL || form->shaper->unfold == NULL)
		return;
	rows->cells =
		MemoryContextAllocZero(rows->cxt,
							   Max(form->nfields, 1) * sizeof(AdpCell));
	rows->row_cxt = AllocSetContextCreate(rows->cxt, "adpipe shaped row",
										  ALLOCSET_SMALL_SIZES);
}

/*
 * Opens a page in the platform's format.
 */
AdpPageRows *
adp_page_open(const AdpPageForm *form, const AdpPageAsk *ask, const char *body,
			  Size len, MemoryContext cxt, AdpError *error)
{
	AdpPageRows *rows = MemoryContextAllocZero(cxt, sizeof(AdpPageRows));
	bool is_open = false;

	rows->form = form;
	rows->cxt = cxt;
	begin_shaping(rows);
	switch (form->body)
	{
		case ADP_BODY_JSON:
			is_open = open_json(rows, body, len, ask, error);
			break;
		case ADP_BODY_CSV:
			is_open = open_csv(rows, body, len, ask, error);
			break;
	}
	return is_open ? rows : NULL;
}

/*
 * Counted when the page was opened.
 */
int64
adp_page_count(const AdpPageRows *rows)
{
	return rows->count;
}

/*
 * Hashes the bytes of the rows, without the members beside them.
 */
uint64
adp_page_hash(const AdpPageRows *rows)
{
	const AdpCell *array = rows->page ? rows->page->array : NULL;
	uint64 hash = 0;

	for (Size at = 0; array != NULL && at < array->len; at += HASH_CHUNK)
	{
		CHECK_FOR_INTERRUPTS();
		hash =
			hash_bytes_extended((const unsigned char *) array->data + at,
								(int) Min(HASH_CHUNK, array->len - at), hash);
	}
	return hash;
}

/*
 * Returns the next row of a CSV body, which was checked when it was opened.
 */
static const AdpCell *
next_csv(AdpPageRows *rows)
{
	const AdpCell *cells;
	int ncells;

	switch (next_record(rows->csv, &cells, &ncells))
	{
		case ADP_CSV_RECORD:
			return cells;
		case ADP_CSV_END:
			return NULL;
		case ADP_CSV_FAILED:
			break;
	}
	elog(ERROR, "CSV body changed while it was read");
}

/*
 * Returns the next row as it is read.
 */
static const AdpCell *
next_read(AdpPageRows *rows)
{
	if (rows->form->body == ADP_BODY_CSV)
		return next_csv(rows);
	if (rows->next == rows->page->nrows)
		return NULL;
	return rows->page->cells + (Size) rows->next++ * rows->page->ncells;
}

/*
 * Returns the next row that the shaper makes.
 */
static const AdpCell *
next_shaped(AdpPageRows *rows)
{
	AdpShaper *shaper = rows->form->shaper;
	MemoryContext old = MemoryContextSwitchTo(rows->row_cxt);
	bool is_made = false;

	while (!is_made)
	{
		if (rows->read == NULL)
		{
			MemoryContextReset(rows->row_cxt);
			rows->read = next_read(rows);
			rows->nth = 0;
		}
		if (rows->read == NULL)
			break;
		is_made = shaper->unfold(shaper, rows->header, rows->read, rows->nth++,
								 rows->cells);
		if (!is_made)
			rows->read = NULL;
	}
	MemoryContextSwitchTo(old);
	return is_made ? rows->cells : NULL;
}

/*
 * Returns the next row.
 */
const AdpCell *
adp_page_next(AdpPageRows *rows)
{
	return rows->cells != NULL ? next_shaped(rows) : next_read(rows);
}

/*
 * Returns the token of the page that follows.
 */
const char *
adp_page_next_token(const AdpPageRows *rows, const char *token)
{
	const AdpPageEnd end = {token, rows->count, rows->end};

	return adp_pager_next(rows->form->platform->pager, &end);
}
