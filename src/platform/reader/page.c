/*
 * page.c
 *	  The rows of one page, JSON or CSV.
 */
#include "postgres.h"

#include "common/hashfn.h"
#include "miscadmin.h"
#include "utils/memutils.h"

#include "base/csv.h"
#include "platform/account.h"
#include "platform/api/pager.h"
#include "platform/reader/page.h"
#include "platform/reader/row_check.h"

/* Records between two checks for interrupts. */
#define RECORDS_PER_CHECK 512

/* Bytes of a page that are hashed between two checks for interrupts. */
#define HASH_CHUNK ((Size) 1024 * 1024)

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
	const AdpPager *pager;
	AdpBody body;
	AdpAnswerKind kind;
	bool is_wrapped;	/* a response is a row, to be made a page */
	AdpRowShape *shape; /* JSON */
	AdpRowCheck *check; /* JSON */
	AdpShaper *shaper;	/* makes the rows; NULL: they are the cells read */
	int nfields;		/* cells of a row that the shaper makes */
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
 * Compiles the members to read from a JSON page.
 */
static void
compile_shape(MemoryContext cxt, AdpPageForm *form, const AdpQuery *query)
{
	const AdpPlatform *platform = form->platform;
	const AdpShaper *shaper = form->shaper;
	int npaths = shaper ? shaper->npaths : query->nfields;
	const char **paths =
		MemoryContextAlloc(cxt, (npaths + ADP_ROW_CHECK_PATHS) * sizeof(char *));
	const char *members[PAGE_MEMBERS];

	for (int i = 0; i < npaths; i++)
		paths[i] = shaper ? shaper->paths[i]
			: platform->field_path != NULL
			? platform->field_path(query->source, query->fields[i])
			: query->fields[i];
	form->check = adp_row_check_create(cxt, platform, query, paths, &npaths);
	members[PAGE_FAILURE] =
		platform->promises ? first_name(platform->promises->failure) : "error";
	if (form->pager != NULL)
		members[PAGE_NEXT] = form->pager->member;
	members[PAGE_MASK] = platform->mask_key;
	form->shape =
		adp_rows_compile(cxt, platform->rows_key, paths, npaths, members,
						 form->pager == NULL			  ? PAGE_NEXT
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
	form->pager = adp_platform_pager(platform, query->source);
	form->body = platform->body;
	form->shaper = shaper;
	form->nfields = query->nfields;
	form->kind = query->source->is_single ? ADP_ANSWER_ROW : ADP_ANSWER_ROWS;
	form->is_wrapped = query->source->is_single &&
		platform->promises->of[ADP_ANSWER_ROW].list == NULL;
	if (form->body == ADP_BODY_JSON)
		compile_shape(cxt, form, query);
	return form;
}

/*
 * Whether the member of a page that reports failures does so.
 */
static bool
reports_failure(const AdpPageRows *rows)
{
	const AdpPromises *promises = rows->form->platform->promises;
	const AdpCell *said = &rows->page->members[PAGE_FAILURE];

	if (promises == NULL || promises->success == NULL)
		return said->kind != ADP_CELL_ABSENT;
	return said->len != strlen(promises->success) ||
		memcmp(said->data, promises->success, said->len) != 0;
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
 * Returns JSON text as the value at a dotted path of an object.
 */
static char *
nest(const char *path, char *text)
{
	const char *dot = strchr(path, '.');

	return psprintf("{\"%s\":%s}", first_name(path),
					dot != NULL ? nest(dot + 1, text) : text);
}

/*
 * Returns what the pager reads of a page.
 */
static AdpPageEnd
end_of(const AdpPageRows *rows, const char *token)
{
	AdpPageEnd end = {token, rows->count, rows->end};

	return end;
}

/*
 * Parses the member that the pager reads, and lets it check the page.
 */
static bool
read_end(AdpPageRows *rows, const AdpPageAsk *ask, AdpError *error)
{
	const AdpPager *pager = rows->form->pager;
	AdpPageEnd end;
	char *text;

	if (pager == NULL)
		return true;
	if (rows->page->members[PAGE_NEXT].kind != ADP_CELL_ABSENT)
	{
		text =
			nest(pager->member, adp_cell_json(&rows->page->members[PAGE_NEXT]));
		rows->end = adp_json_parse(rows->cxt, text, strlen(text), error);
		if (rows->end == NULL)
			return false;
	}
	end = end_of(rows, ask->token);
	return pager->check == NULL || pager->check(pager, &end, error);
}

/*
 * Whether a page of a single row has one.
 */
static bool
check_single(const AdpPageRows *rows, AdpError *error)
{
	if (rows->form->kind != ADP_ANSWER_ROW || rows->count == 1)
		return true;
	adp_error_set(error, ADP_ERR_FORMAT, "the answer is not one row",
				  psprintf("It has " INT64_FORMAT " rows.", rows->count), NULL);
	return false;
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
	const AdpCell *mask = NULL;

	if (form->is_wrapped)
		body = wrap_row(rows, body, &len, error);
	if (body == NULL)
		return false;
	rows->page = adp_rows_parse(form->shape, body, len, rows->cxt, error);
	if (rows->page == NULL)
		return false;
	rows->count = rows->page->nrows;
	if (form->pager != NULL && form->platform->mask_key != NULL)
		mask = &rows->page->members[PAGE_MASK];
	if (!form->is_wrapped && (rows->count == 0 || reports_failure(rows)) &&
		!check_document(rows, body, len, error))
		return false;
	return check_single(rows, error) &&
		adp_row_check_page(form->check, ask, rows->page, mask, error) &&
		read_end(rows, ask, error);
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
		adp_row_refuse_account(said, number, error);
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
	const AdpPageEnd end = end_of(rows, token);

	return adp_pager_next(rows->form->pager, &end);
}

/*
 * Returns the number of rows of all pages.
 */
int64
adp_page_total(const AdpPageRows *rows)
{
	const AdpPager *pager = rows->form->pager;

	if (pager == NULL || pager->total == NULL)
		return -1;
	return adp_json_int(adp_json_path(rows->end, pager->total), -1);
}
