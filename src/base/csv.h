/*
 * csv.h
 *	  CSV bodies to cells: RFC 4180, returned as records.
 *
 * The first record is the header.  The caller matches its names; every later
 * record must have as many cells.  A record consists of the cells of rows.h, so
 * CSV and JSON cells become Datums on the same path.
 *
 * Cells are literal: blanks are part of a cell, and a backslash is an ordinary
 * character.  As an exception, blanks before an opening quote in the header are
 * dropped.  Lines end with LF or CR LF; the last line may end with the body.  A
 * leading byte order mark is dropped.  So are empty lines, unless records have
 * one cell.  The reader repairs nothing.  A misplaced quote, a lone carriage
 * return, an unclosed quote or a record of the wrong length is an error that
 * names the position.
 *
 * Cells point into the body.  Only cells with doubled quotes are copied.
 */
#ifndef ADP_BASE_CSV_H
#define ADP_BASE_CSV_H

#include "base/rows.h"

typedef struct AdpCsv AdpCsv;

/* Size limits of the raw body; 0 selects the default. */
typedef struct AdpCsvLimits
{
	Size cell_bytes;   /* inside quotes or between commas; default 1 MiB */
	Size record_bytes; /* without its line end; default 16 MiB */
	int cells;		   /* of a record; default 16,384 */
} AdpCsvLimits;

typedef enum AdpCsvStep
{
	ADP_CSV_RECORD, /* a record is available */
	ADP_CSV_END,	/* the body is complete */
	ADP_CSV_FAILED	/* the body is malformed; see adp_csv_error() */
} AdpCsvStep;

/*
 * Makes a reader of a whole body in cxt.  The body must outlive it.  limits may
 * be NULL.  No limit may reach 1 GB.
 */
extern AdpCsv *adp_csv_open(MemoryContext cxt, const AdpCsvLimits *limits,
							const char *body, Size len);

/*
 * Returns the next record.  After ADP_CSV_RECORD, *cells points to *ncells
 * cells, valid until the next call.  A cell with nothing between its commas is
 * ADP_CELL_NULL; any other is ADP_CELL_STRING, with zero bytes for an empty
 * quoted cell.  The text is valid UTF-8 without NUL, and has_escape is never
 * set.  Other return values leave *cells and *ncells unchanged.  One call reads
 * at most one record, so callers check for interrupts between calls.
 */
extern AdpCsvStep adp_csv_next(AdpCsv *csv, const AdpCell **cells, int *ncells);

/*
 * The number of the record returned last; 0 before the first, 1 for the header.
 */
extern int64 adp_csv_record(const AdpCsv *csv);

/*
 * After ADP_CSV_FAILED: fills *error with ADP_ERR_FORMAT or ADP_ERR_LIMIT and
 * with the line, record and cell.  The error quotes no part of the body.
 */
extern void adp_csv_error(const AdpCsv *csv, AdpError *error);

#endif /* ADP_BASE_CSV_H */
