/*
 * task_file.c
 *	  The file of a task, as a page of rows.
 */
#include "postgres.h"

#include "miscadmin.h"
#include "utils/json.h"
#include "utils/memutils.h"

#include "base/csv.h"
#include "base/guc.h"
#include "base/words.h"
#include "platform/tiktok_ads/task_file.h"
#include "platform/tiktok_ads/tiktok_ads.h"

/* Records between two checks for interrupts. */
#define RECORDS_PER_CHECK 512

/* Most bytes of a page: what a record adds must still fit into an allocation. */
#define PAGE_MAX (MaxAllocSize / 2)

/* A column that is read. */
typedef struct Column
{
	const char *name;
	int position; /* in the file; -1: not found */
	int sum;	  /* place among the sums; -1: does not add up */
} Column;

typedef struct File
{
	AdpTiktokSums *sums;
	Column *columns; /* dimensions, then metrics */
	int ncolumns;
	int ndimensions;
	Column *day; /* or NULL */
	StringInfo page;
	Size page_max;
	bool is_too_large;
	StringInfoData text; /* scratch */
	int64 nrows;
	AdpError *error;
} File;

/*
 * Sets the error.
 */
static bool
refuse(File *file, const char *what, const char *detail)
{
	adp_error_set(file->error, ADP_ERR_FORMAT, what, detail, NULL);
	return false;
}

/*
 * Returns the place of a word in a list; -1 if the list does not contain it.
 */
static int
place_of(const char *list, const char *word)
{
	char *rest = pstrdup(list);
	char *item;

	for (int i = 0; (item = adp_words_next(&rest, ",")) != NULL; i++)
	{
		if (strcmp(item, word) == 0)
			return i;
	}
	return -1;
}

/*
 * Adds the columns of a list of names.
 */
static void
add_columns(File *file, char *names)
{
	char *name;

	while ((name = adp_words_next(&names, ",")) != NULL)
	{
		Column *column = &file->columns[file->ncolumns++];

		*column = (Column){name, -1, place_of(file->sums->metrics, name)};
		if (strcmp(name, TIKTOK_DAY) == 0)
			file->day = column;
	}
}

/*
 * Lists the columns of a query, and those that are added up.
 */
static void
list_columns(File *file, const AdpQuery *query)
{
	StringInfoData dimensions;
	StringInfoData metrics;
	char *rest = pstrdup(file->sums->metrics);
	char *name;

	adp_tiktok_ads_list_fields(query, &dimensions, &metrics);
	while ((name = adp_words_next(&rest, ",")) != NULL)
		adp_words_add(&metrics, name);
	file->columns = palloc((dimensions.len + metrics.len) * sizeof(Column));
	add_columns(file, dimensions.data);
	file->ndimensions = file->ncolumns;
	add_columns(file, metrics.data);
}

/*
 * Whether a cell is a name.
 */
static bool
is_name(const AdpCell *cell, const char *name)
{
	return cell->kind == ADP_CELL_STRING && cell->len == strlen(name) &&
		memcmp(cell->data, name, cell->len) == 0;
}

/*
 * Finds a column in the header, where it must be once.
 */
static bool
find_column(File *file, Column *column, const AdpCell *cells, int ncells)
{
	for (int i = 0; i < ncells; i++)
	{
		if (!is_name(&cells[i], column->name))
			continue;
		if (column->position >= 0)
			return refuse(file, "a file has two columns of one name",
						  psprintf("Both are \"%s\".", column->name));
		column->position = i;
	}
	return column->position >= 0 ||
		refuse(file, "a file lacks a column",
			   psprintf("It has no column \"%s\".", column->name));
}

/*
 * Reads the header.
 */
static bool
read_header(File *file, AdpCsv *csv)
{
	const AdpCell *cells;
	int ncells;
	AdpCsvStep step = adp_csv_next(csv, &cells, &ncells);

	if (step == ADP_CSV_END)
		return refuse(file, "a file is empty, without a header", NULL);
	for (int i = 0; step == ADP_CSV_RECORD && i < file->ncolumns; i++)
	{
		if (!find_column(file, &file->columns[i], cells, ncells))
			return false;
	}
	if (step == ADP_CSV_FAILED)
		adp_csv_error(csv, file->error);
	return step == ADP_CSV_RECORD;
}

/*
 * Adds a record to the sums.
 */
static bool
add_to_sums(File *file, const AdpCell *cells)
{
	AdpTiktokSum *sums =
		adp_tiktok_sums_day(file->sums,
							file->day != NULL ? &cells[file->day->position]
											  : NULL);

	if (sums == NULL)
		return refuse(file, "a file has a row of a day that was not requested",
					  psprintf("Row " INT64_FORMAT ".", file->nrows + 1));
	for (Column *column = file->columns;
		 column < file->columns + file->ncolumns; column++)
	{
		if (column->sum >= 0 &&
			!adp_tiktok_sums_add(&sums[column->sum], &cells[column->position]))
			return refuse(file, "a file has a metric that cannot be added up",
						  psprintf("Row " INT64_FORMAT ", column \"%s\".",
								   file->nrows + 1, column->name));
	}
	return true;
}

/*
 * Appends some columns of a record to the page, as members of an object.
 */
static void
append_members(File *file, const AdpCell *cells, int from, int to)
{
	for (int i = from; i < to; i++)
	{
		const Column *column = &file->columns[i];
		const AdpCell *cell = &cells[column->position];

		appendStringInfo(file->page, "%s\"%s\":", i > from ? "," : "",
						 column->name);
		resetStringInfo(&file->text);
		if (cell->kind == ADP_CELL_STRING)
			appendBinaryStringInfo(&file->text, cell->data, cell->len);
		escape_json(file->page, file->text.data);
	}
}

/*
 * Appends a record to the page.
 */
static bool
append_record(File *file, const AdpCell *cells)
{
	for (int i = 0; i < file->ndimensions; i++)
	{
		if (cells[file->columns[i].position].len == 0)
			return refuse(file, "a file has a row without a dimension",
						  psprintf("Row " INT64_FORMAT ", column \"%s\".",
								   file->nrows + 1, file->columns[i].name));
	}
	if (file->page->len > file->page_max)
	{
		file->is_too_large = true;
		adp_error_set(file->error, ADP_ERR_LIMIT,
					  "a file has more rows than fit into a page",
					  psprintf("There is room for " INT64_FORMAT " rows.",
							   file->nrows),
					  NULL);
		return false;
	}
	appendStringInfoString(file->page, file->nrows > 0 ? "," : "");
	appendStringInfoString(file->page, "{\"dimensions\":{");
	append_members(file, cells, 0, file->ndimensions);
	appendStringInfoString(file->page, "},\"metrics\":{");
	append_members(file, cells, file->ndimensions, file->ncolumns);
	appendStringInfoString(file->page, "}}");
	file->nrows++;
	return true;
}

/*
 * Reads the records.
 */
static bool
read_records(File *file, AdpCsv *csv)
{
	const AdpCell *cells;
	int ncells;
	AdpCsvStep step;

	while ((step = adp_csv_next(csv, &cells, &ncells)) == ADP_CSV_RECORD)
	{
		if (file->nrows % RECORDS_PER_CHECK == 0)
			CHECK_FOR_INTERRUPTS();
		if (!add_to_sums(file, cells) || !append_record(file, cells))
			return false;
	}
	if (step == ADP_CSV_FAILED)
		adp_csv_error(csv, file->error);
	return step == ADP_CSV_END;
}

/*
 * Reads a file.
 */
AdpTiktokFileState
adp_tiktok_file_read(const AdpQuery *query, AdpTiktokSums *sums,
					 const char *body, Size len, StringInfo page,
					 AdpError *error)
{
	AdpCsv *csv = adp_csv_open(CurrentMemoryContext, NULL, body, len);
	File file = {.sums = sums,
				 .page = page,
				 .page_max = Min(PAGE_MAX, (Size) adp_guc_max_answer_kb * 1024),
				 .error = error};

	list_columns(&file, query);
	initStringInfo(&file.text);
	initStringInfo(page);
	appendStringInfoString(page, "{\"code\":0,\"data\":{\"list\":[");
	if (!read_header(&file, csv) || !read_records(&file, csv))
		return file.is_too_large ? ADP_TIKTOK_FILE_TOO_LARGE
								 : ADP_TIKTOK_FILE_BAD;
	appendStringInfo(page,
					 "],\"page_info\":{\"page\":1,\"page_size\":" INT64_FORMAT
					 ",\"total_number\":" INT64_FORMAT
					 ",\"total_page\":1,\"" TIKTOK_WHOLE "\":true}}}",
					 Max(file.nrows, 1), file.nrows);
	return ADP_TIKTOK_FILE_WHOLE;
}
