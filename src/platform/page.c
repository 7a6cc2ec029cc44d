/*
 * page.c
 *	  The rows of one page, whatever it is written in.
 */
#include "postgres.h"

#include "miscadmin.h"

#include "base/csv.h"
#include "platform/page.h"

/* Records between two looks for interrupts. */
#define RECORDS_PER_CHECK 512

/* What is wanted of a JSON page beside its rows. */
enum PageMember
{
	PAGE_TOKEN, /* the member where token_path begins */
	PAGE_ERROR,
	PAGE_MEMBERS
};

struct AdpPageForm
{
	AdpFormat format;
	bool is_single; /* JSON: the body is one row by itself */
	const char *rows_key;
	AdpRowShape *shape; /* JSON */
	AdpShaper *shaper;	/* CSV */
};

struct AdpPageRows
{
	AdpFormat format;
	MemoryContext cxt;
	int64 count;

	/* JSON */
	AdpPage *page;
	int next;

	/* CSV */
	AdpCsv *csv;
	void *header;
};

/*
 * Compiles what is read of a JSON page.
 */
static AdpRowShape *
compile_shape(MemoryContext cxt, const AdpPlatform *platform,
			  const AdpShaper *shaper, const AdpQuery *query)
{
	int npaths = shaper ? shaper->npaths : query->nfields;
	const char **paths = palloc(Max(npaths, 1) * sizeof(char *));
	const char *members[PAGE_MEMBERS];

	for (int i = 0; i < npaths; i++)
		paths[i] = shaper ? shaper->paths[i]
			: platform->field_path != NULL
			? platform->field_path(query->fields[i])
			: query->fields[i];
	members[PAGE_TOKEN] =
		pnstrdup(platform->token_path, strcspn(platform->token_path, "."));
	members[PAGE_ERROR] = "error";
	return adp_rows_compile(cxt, platform->rows_key, paths, npaths, members,
							lengthof(members));
}

/*
 * Compiles the form.
 */
AdpPageForm *
adp_page_form(MemoryContext cxt, const AdpPlatform *platform, AdpShaper *shaper,
			  const AdpQuery *query)
{
	AdpPageForm *form = MemoryContextAllocZero(cxt, sizeof(AdpPageForm));

	form->format = platform->format;
	form->shaper = shaper;
	form->is_single = adp_platform_source(platform, query->source)->is_single;
	form->rows_key = platform->rows_key;
	if (form->format == ADP_FORMAT_JSON)
		form->shape = compile_shape(cxt, platform, shaper, query);
	return form;
}

/*
 * Makes a page of a body that is one row by itself.  A body that is a refusal
 * stays what it is, to be noticed as one.
 */
static const char *
wrap_row(const AdpPageRows *rows, const AdpPageForm *form, const char *body,
		 Size *len)
{
	const AdpJson *doc = adp_json_parse(rows->cxt, body, *len, NULL);
	char *wrapped;

	if (doc == NULL || adp_json_get(doc, "error") != NULL)
		return body;
	wrapped = psprintf("{\"%s\":[%s]}", form->rows_key, pnstrdup(body, *len));
	*len = strlen(wrapped);
	return wrapped;
}

/*
 * Opens a JSON page.
 */
static bool
open_json(AdpPageRows *rows, const AdpPageForm *form, const char *body,
		  Size len, AdpError *error)
{
	if (form->is_single)
		body = wrap_row(rows, form, body, &len);
	rows->page = adp_rows_parse(form->shape, body, len, rows->cxt, error);
	if (rows->page == NULL)
		return false;
	rows->count = rows->page->nrows;
	if (rows->page->members[PAGE_ERROR].kind == ADP_CELL_ABSENT)
		return true;
	/* a failure under a good status would else read as no rows */
	adp_error_set(error, ADP_ERR_REPLY,
				  "the answer holds an error under HTTP status 200", NULL,
				  NULL);
	return false;
}

/*
 * Takes the next record.
 */
static AdpCsvStep
next_record(AdpCsv *csv, const AdpCell **cells, int *ncells)
{
	if (adp_csv_record(csv) % RECORDS_PER_CHECK == 0)
		CHECK_FOR_INTERRUPTS();
	return adp_csv_next(csv, cells, ncells);
}

/*
 * Reads the header of a CSV body and shows it to the shaper.
 */
static bool
read_header(AdpPageRows *rows, const AdpPageForm *form, const char *body,
			Size len, const AdpPageAsk *ask, AdpError *error)
{
	const AdpCell *cells;
	int ncells;

	rows->csv = adp_csv_open(rows->cxt, NULL, body, len);
	switch (adp_csv_next(rows->csv, &cells, &ncells))
	{
		case ADP_CSV_RECORD:
			rows->header =
				form->shaper->header(form->shaper, ask, cells, ncells, error);
			return rows->header != NULL;
		case ADP_CSV_FAILED:
			adp_csv_error(rows->csv, error);
			return false;
		case ADP_CSV_MORE:
		case ADP_CSV_END:
			break;
	}
	adp_error_set(error, ADP_ERR_FORMAT,
				  "the answer is empty, without a header", NULL, NULL);
	return false;
}

/*
 * Opens a CSV body.  It is read to its end once, so that its rows are given
 * only if all of them can be, and then from the start again.
 */
static bool
open_csv(AdpPageRows *rows, const AdpPageForm *form, const char *body, Size len,
		 const AdpPageAsk *ask, AdpError *error)
{
	AdpCsv *check = adp_csv_open(rows->cxt, NULL, body, len);
	const AdpCell *cells;
	int ncells;
	AdpCsvStep step;

	if (!read_header(rows, form, body, len, ask, error))
		return false;
	while ((step = next_record(check, &cells, &ncells)) == ADP_CSV_RECORD)
	{
		if (form->shaper->check != NULL && adp_csv_record(check) > 1)
			form->shaper->check(form->shaper, rows->header, cells);
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
 * Opens a page.
 */
AdpPageRows *
adp_page_open(const AdpPageForm *form, const AdpPageAsk *ask, const char *body,
			  Size len, MemoryContext cxt, AdpError *error)
{
	AdpPageRows *rows = MemoryContextAllocZero(cxt, sizeof(AdpPageRows));
	bool is_open = false;

	rows->format = form->format;
	rows->cxt = cxt;
	switch (form->format)
	{
		case ADP_FORMAT_JSON:
			is_open = open_json(rows, form, body, len, error);
			break;
		case ADP_FORMAT_CSV:
			is_open = open_csv(rows, form, body, len, ask, error);
			break;
	}
	return is_open ? rows : NULL;
}

/*
 * The number of rows.
 */
int64
adp_page_count(const AdpPageRows *rows)
{
	return rows->count;
}

/*
 * The next row of a CSV body, which was found to be sound when it was opened.
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
		case ADP_CSV_MORE:
		case ADP_CSV_FAILED:
			break;
	}
	elog(ERROR, "CSV body changed while it was read");
}

/*
 * The next row.
 */
const AdpCell *
adp_page_next(AdpPageRows *rows)
{
	if (rows->format == ADP_FORMAT_CSV)
		return next_csv(rows);
	if (rows->next == rows->page->nrows)
		return NULL;
	return rows->page->cells + (Size) rows->next++ * rows->page->ncells;
}

/*
 * What the shaper made of the header.
 */
void *
adp_page_header(const AdpPageRows *rows)
{
	return rows->header;
}

/*
 * The text beside the rows at a path.
 */
const char *
adp_page_text(const AdpPageRows *rows, const char *path)
{
	const AdpCell *member;
	const char *rest;
	const AdpJson *doc;

	if (rows->format != ADP_FORMAT_JSON)
		return NULL;
	member = &rows->page->members[PAGE_TOKEN];
	rest = strchr(path, '.');
	if (rest == NULL)
		return member->kind == ADP_CELL_STRING ? adp_cell_text(member, NULL)
											   : NULL;
	if (member->kind != ADP_CELL_OBJECT)
		return NULL;
	doc = adp_json_parse(rows->cxt, member->data, member->len, NULL);
	return adp_json_text(adp_json_path(doc, rest + 1));
}
