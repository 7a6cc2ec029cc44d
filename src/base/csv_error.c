/*
 * csv_error.c
 *	  Error messages for malformed CSV bodies.
 */
#include "postgres.h"

#include "base/csv_scan.h"

/*
 * Class and texts of a problem; the detail takes (line, record, cell, number).
 */
typedef struct ProblemText
{
	AdpErrorClass class;
	const char *message;
	const char *detail;
} ProblemText;

/* Indexed by AdpCsvProblem. */
static const ProblemText problem_texts[] = {
	[ADP_CSV_NO_PROBLEM] = {ADP_OK, NULL, NULL},
	[ADP_CSV_QUOTE_IN_PLAIN] =
		{ADP_ERR_FORMAT, "CSV body is not valid",
		 "A quote stands inside an unquoted cell at line %lld, record %lld, cell %d."},
	[ADP_CSV_TEXT_AFTER_QUOTE] =
		{ADP_ERR_FORMAT, "CSV body is not valid",
		 "Something other than a comma or a line end follows a closing quote at line %lld, record %lld, cell %d."},
	[ADP_CSV_RETURN_ALONE] =
		{ADP_ERR_FORMAT, "CSV body is not valid",
		 "A carriage return without a line feed stands at line %lld, record %lld, cell %d."},
	[ADP_CSV_QUOTE_OPEN] =
		{ADP_ERR_FORMAT, "CSV body is cut short",
		 "The body ends inside the quoted cell that begins at line %lld, record %lld, cell %d."},
	[ADP_CSV_CELL_COUNT] =
		{ADP_ERR_FORMAT, "CSV record has a wrong number of cells",
		 "At line %lld, record %lld has %d cells, but the header has %lld."},
	[ADP_CSV_BAD_ENCODING] =
		{ADP_ERR_FORMAT, "CSV body is not valid UTF-8",
		 "A NUL or an invalid sequence stands at line %lld, record %lld, cell %d."},
	[ADP_CSV_CELL_TOO_LONG] =
		{ADP_ERR_LIMIT, "CSV cell is too long",
		 "The cell that begins at line %lld, record %lld, cell %d, has more than %lld bytes."},
	[ADP_CSV_RECORD_TOO_LONG] =
		{ADP_ERR_LIMIT, "CSV record is too long",
		 "At line %lld, record %lld, cell %d, the record reaches more than %lld bytes."},
	[ADP_CSV_TOO_MANY_CELLS] =
		{ADP_ERR_LIMIT, "CSV record has too many cells",
		 "At line %lld, record %lld reaches cell %d; at most %lld are read."},
	[ADP_CSV_OUT_OF_MEMORY] =
		{ADP_ERR_MEMORY, "out of memory",
		 "Memory for the CSV body ran out at line %lld, record %lld, cell %d."},
};

StaticAssertDecl(lengthof(problem_texts) == ADP_CSV_OUT_OF_MEMORY + 1,
				 "every problem has its text");

/*
 * Returns the number that a problem's detail shows after line, record and cell.
 */
static long long
problem_number(const AdpCsv *csv)
{
	switch (csv->problem)
	{
		case ADP_CSV_CELL_COUNT:
			return csv->ncells;
		case ADP_CSV_CELL_TOO_LONG:
			return csv->limits.cell_bytes;
		case ADP_CSV_RECORD_TOO_LONG:
			return csv->limits.record_bytes;
		case ADP_CSV_TOO_MANY_CELLS:
			return csv->limits.cells;
		case ADP_CSV_NO_PROBLEM:
		case ADP_CSV_QUOTE_IN_PLAIN:
		case ADP_CSV_TEXT_AFTER_QUOTE:
		case ADP_CSV_RETURN_ALONE:
		case ADP_CSV_QUOTE_OPEN:
		case ADP_CSV_BAD_ENCODING:
		case ADP_CSV_OUT_OF_MEMORY:
			break;
	}
	return 0;
}

/*
 * Fills the error.  The record that failed follows the record returned last.
 */
void
adp_csv_error(const AdpCsv *csv, AdpError *error)
{
	const ProblemText *text = &problem_texts[csv->problem];

	Assert(csv->problem != ADP_CSV_NO_PROBLEM);
	adp_error_set(error, text->class, text->message,
				  psprintf(text->detail, (long long) csv->problem_line,
						   (long long) csv->nrecords + 1, csv->problem_cell,
						   problem_number(csv)),
				  NULL);
}
