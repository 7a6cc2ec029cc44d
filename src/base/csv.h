/*
 * csv.h
 *	  CSV bodies to cells: RFC 4180, read in chunks, returned as records.
 *
 * The caller pushes chunks of any length and takes records until the reader
 * asks for more.  A body in memory or a mapped file is one chunk.  The first
 * record is the header.  The caller matches its names; every later record must
 * have as many cells.  A record consists of the cells of rows.h, so CSV and
 * JSON cells become Datums on the same path.
 *
 * Cells are literal: blanks are part of a cell, and a backslash is an ordinary
 * character.  As an exception, blanks before an opening quote in the header are
 * dropped.  Lines end with LF or CR LF; the last line may end with the body.  A
 * leading byte order mark is dropped.  So are empty lines, unless records have
 * one cell.  The reader repairs nothing.  A misplaced quote, a lone carriage
 * return, an unclosed quote or a record of the wrong length is an error that
 * names the position.
 *
 * Pushing and taking never throw, so both may run while a foreign library is on
 * the stack.  Records normally point into the chunk.  Only cells with doubled
 * quotes and records split between chunks are copied.
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
	ADP_CSV_MORE,	/* the chunk is used up: push another, or finish */
	ADP_CSV_END,	/* the body is complete */
	ADP_CSV_FAILED	/* the body is malformed; see adp_csv_error() */
} AdpCsvStep;

/*
 * Makes a reader in cxt, released with it.  limits may be NULL.  No limit may
 * reach 1 GB.
 */
extern AdpCsv *adp_csv_create(MemoryContext cxt, const AdpCsvLimits *limits);

/*
 * Passes in the next chunk, which may be empty.  Allowed at first and after
 * ADP_CSV_MORE.  The bytes must stay valid until the next ADP_CSV_MORE.
 */
extern void adp_csv_push(AdpCsv *csv, const char *chunk, Size len);

/* Marks the chunk pushed last as the final one. */
extern void adp_csv_finish(AdpCsv *csv);

/*
 * Makes a reader of a whole body, which must outlive it: create, push, finish.
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

/* After ADP_CSV_RECORD: the line where the record begins, counted from 1. */
extern int64 adp_csv_line(const AdpCsv *csv);

/*
 * After ADP_CSV_END: whether the last record ended with the body, without a
 * line end.  A truncated body looks the same.
 */
extern bool adp_csv_is_open(const AdpCsv *csv);

/*
 * After ADP_CSV_FAILED: fills *error with ADP_ERR_FORMAT, ADP_ERR_LIMIT or
 * ADP_ERR_MEMORY and with the line, record and cell.  The error quotes no part
 * of the body.  May throw, so no foreign library may be on the stack.
 */
extern void adp_csv_error(const AdpCsv *csv, AdpError *error);

#endif /* ADP_BASE_CSV_H */
