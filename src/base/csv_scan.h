/*
 * csv_scan.h
 *	  Declarations shared by csv.c, csv_scan.c and csv_error.c; private to them.
 *
 * csv_scan.c finds the ends of records and cells, csv.c makes cells of them,
 * and csv_error.c reports errors.  Nothing here throws.
 */
#ifndef ADP_BASE_CSV_SCAN_H
#define ADP_BASE_CSV_SCAN_H

#include "base/csv.h"

/* State of the machine. */
typedef enum AdpCsvState
{
	ADP_CSV_IN_MARK,	  /* inside a byte order mark */
	ADP_CSV_AT_CELL,	  /* at the beginning of a cell */
	ADP_CSV_IN_BLANKS,	  /* at the beginning of a name, after blanks only */
	ADP_CSV_IN_PLAIN,	  /* inside an unquoted cell */
	ADP_CSV_IN_QUOTES,	  /* inside a quoted cell */
	ADP_CSV_AFTER_QUOTE,  /* after a quote that closes the cell or is doubled */
	ADP_CSV_AFTER_RETURN, /* after the carriage return of a line end */
} AdpCsvState;

/* Result of a step of the machine. */
typedef enum AdpCsvScan
{
	ADP_CSV_SCAN_ON,	 /* continue */
	ADP_CSV_SCAN_OUT,	 /* the chunk is used up */
	ADP_CSV_SCAN_RECORD, /* pos is after a record's line end */
	ADP_CSV_SCAN_FAILED
} AdpCsvScan;

/* Kinds of errors in a body. */
typedef enum AdpCsvProblem
{
	ADP_CSV_NO_PROBLEM,
	ADP_CSV_QUOTE_IN_PLAIN,
	ADP_CSV_TEXT_AFTER_QUOTE,
	ADP_CSV_RETURN_ALONE,
	ADP_CSV_QUOTE_OPEN,
	ADP_CSV_CELL_COUNT,
	ADP_CSV_BAD_ENCODING,
	ADP_CSV_CELL_TOO_LONG,
	ADP_CSV_RECORD_TOO_LONG,
	ADP_CSV_TOO_MANY_CELLS,
	ADP_CSV_OUT_OF_MEMORY,
} AdpCsvProblem;

/* Position of a cell's bytes in its record, without the quotes around it. */
typedef struct AdpCsvSpan
{
	uint32 start;
	uint32 len;
	bool is_quoted;
	bool is_doubled; /* holds doubled quotes */
} AdpCsvSpan;

/* Memory that grows without throwing. */
typedef struct AdpCsvBuffer
{
	char *data;
	Size len; /* bytes to keep when the buffer grows */
	Size room;
} AdpCsvBuffer;

struct AdpCsv
{
	AdpCsvLimits limits;
	MemoryContext cxt; /* of this struct and of all buffers */

	/* the rest of the chunk */
	const char *from; /* the chunk's part of the current record */
	const char *pos;  /* the next byte to read */
	const char *end;
	bool is_last; /* this chunk is the final one */

	/* the current record, or the one returned last */
	bool is_taken;
	AdpCsvBuffer carry; /* the record's parts from earlier chunks */
	AdpCsvState state;
	AdpCsvSpan cell;	/* the current cell; len is set when it ends */
	int nspans;			/* completed cells */
	AdpCsvBuffer spans; /* of AdpCsvSpan */
	AdpCsvBuffer cells; /* of AdpCell */
	AdpCsvBuffer text;	/* of cells with doubled quotes */

	/* position */
	int64 line;		/* where the record begins */
	int64 nlines;	/* of the record returned last */
	int64 nrecords; /* returned so far */
	int ncells;		/* of the header; 0 before */
	bool is_open;	/* the last record had no line end */

	/* the error and its position */
	AdpCsvProblem problem;
	int64 problem_line;
	int problem_cell; /* from 1; for ADP_CSV_CELL_COUNT the number of cells */
};

/* Runs the machine until a record or the chunk ends. */
extern AdpCsvScan adp_csv_scan(AdpCsv *csv);

/*
 * Ends the record that the body's end leaves open.  Returns ADP_CSV_SCAN_OUT if
 * no record is open.
 */
extern AdpCsvScan adp_csv_end_open(AdpCsv *csv);

/*
 * Appends the chunk's part of the record to the parts from earlier chunks.
 * Returns false, with the failure recorded, if memory is out.
 */
extern bool adp_csv_carry_over(AdpCsv *csv);

/*
 * Records a failure at an offset of the record, in a cell counted from 1.
 */
extern AdpCsvScan adp_csv_fail(AdpCsv *csv, AdpCsvProblem problem, Size offset,
							   int cell);

/*
 * Enlarges a buffer to size bytes in total, and keeps its contents.  Returns
 * false, with the failure recorded, if memory is out.
 */
extern bool adp_csv_grow(AdpCsv *csv, AdpCsvBuffer *buffer, Size size);

/* Ensures room for size bytes in total; otherwise like adp_csv_grow(). */
static inline bool
adp_csv_reserve(AdpCsv *csv, AdpCsvBuffer *buffer, Size size)
{
	return size <= buffer->room || adp_csv_grow(csv, buffer, size);
}

/* Counts the line feeds in some bytes. */
static inline int64
adp_csv_count_lines(const char *data, Size len)
{
	int64 count = 0;

	while (len > 0)
	{
		const char *feed = memchr(data, '\n', len);

		if (feed == NULL)
			break;
		count++;
		len -= feed + 1 - data;
		data = feed + 1;
	}
	return count;
}

#endif /* ADP_BASE_CSV_SCAN_H */
