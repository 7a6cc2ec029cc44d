/*
 * csv_scan.h
 *	  What csv.c, csv_scan.c and csv_error.c share; private to them.
 *
 * csv_scan.c finds where records and their cells end, csv.c makes cells of
 * that, csv_error.c tells what is wrong.  Nothing here throws.
 */
#ifndef ADP_BASE_CSV_SCAN_H
#define ADP_BASE_CSV_SCAN_H

#include "base/csv.h"

/* Where the machine stands. */
typedef enum AdpCsvState
{
	ADP_CSV_IN_MARK,	 /* behind nothing but a part of a byte order mark */
	ADP_CSV_AT_CELL,	 /* where a cell begins */
	ADP_CSV_IN_BLANKS,	 /* at the beginning of a name, behind blanks only */
	ADP_CSV_IN_PLAIN,	 /* inside a cell without quotes */
	ADP_CSV_IN_QUOTES,	 /* inside one with quotes */
	ADP_CSV_AFTER_QUOTE, /* behind a quote that closes the cell or is doubled */
	ADP_CSV_AFTER_RETURN, /* behind the carriage return of a line end */
} AdpCsvState;

/* What a step of the machine comes to. */
typedef enum AdpCsvScan
{
	ADP_CSV_SCAN_ON,	 /* nothing yet */
	ADP_CSV_SCAN_OUT,	 /* the chunk is used up */
	ADP_CSV_SCAN_RECORD, /* pos is behind a record's line end */
	ADP_CSV_SCAN_FAILED
} AdpCsvScan;

/* What is wrong with a body. */
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

/* Where a cell's bytes stand in its record, quotes around it left out. */
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
	Size len; /* bytes to keep when it grows */
	Size room;
} AdpCsvBuffer;

struct AdpCsv
{
	AdpCsvLimits limits;
	MemoryContext cxt; /* of this and of all buffers */

	/* What is left of the chunk. */
	const char *from; /* the record under way, or what the chunk has of it */
	const char *pos;  /* the next byte to look at */
	const char *end;
	bool is_last; /* no chunk follows */

	/* The record under way, or the one taken last. */
	bool is_taken;
	AdpCsvBuffer carry; /* what earlier chunks had of it */
	AdpCsvState state;
	AdpCsvSpan cell;	/* the cell under way; its len is set when it ends */
	int nspans;			/* cells that have ended */
	AdpCsvBuffer spans; /* of AdpCsvSpan */
	AdpCsvBuffer cells; /* of AdpCell */
	AdpCsvBuffer text;	/* of cells whose quotes were doubled */

	/* Place. */
	int64 line;		/* where the record begins */
	int64 nlines;	/* of the record taken last */
	int64 nrecords; /* taken so far */
	int ncells;		/* of the header; 0 before */
	bool is_open;	/* the last record had no line end */

	/* What went wrong, and where. */
	AdpCsvProblem problem;
	int64 problem_line;
	int problem_cell; /* from 1; for ADP_CSV_CELL_COUNT their number */
};

/* Runs the machine until a record ends or the chunk does. */
extern AdpCsvScan adp_csv_scan(AdpCsv *csv);

/*
 * Ends the record that the body's end leaves open.  ADP_CSV_SCAN_OUT: there is
 * none.
 */
extern AdpCsvScan adp_csv_end_open(AdpCsv *csv);

/*
 * Adds what the chunk has of the record to what earlier ones had.  False, and
 * failed, if memory is out.
 */
extern bool adp_csv_carry_over(AdpCsv *csv);

/*
 * Fails because of what stands at an offset of the record, in a cell counted
 * from 1.
 */
extern AdpCsvScan adp_csv_fail(AdpCsv *csv, AdpCsvProblem problem, Size offset,
							   int cell);

/*
 * Makes room for size bytes in all, which are more than there are; keeps what
 * the buffer holds.  False, and failed, if memory is out.
 */
extern bool adp_csv_grow(AdpCsv *csv, AdpCsvBuffer *buffer, Size size);

/* Makes sure of room for size bytes in all; else like adp_csv_grow(). */
static inline bool
adp_csv_reserve(AdpCsv *csv, AdpCsvBuffer *buffer, Size size)
{
	return size <= buffer->room || adp_csv_grow(csv, buffer, size);
}

/* The number of line feeds in some bytes. */
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
