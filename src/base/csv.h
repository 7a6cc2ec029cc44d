/*
 * csv.h
 *	  CSV bodies to cells: RFC 4180, fed by the chunk, read by the record.
 *
 * A caller pushes chunks that end wherever they like and takes records until
 * more is wanted; a body held in memory, or a mapped file, is one chunk.  The
 * first record is the header: its names are the caller's to match, and every
 * later record must have as many cells.  What a record yields are the cells of
 * rows.h, so that they become Datums on the same path as those of JSON.
 *
 * Cells are taken literally: blanks belong to them, a backslash is no escape.
 * Only in the header may blanks stand before a quote that opens a cell; they
 * are dropped.
 * Lines end with LF or CR LF, the last one perhaps with the body.  A byte order
 * mark at the beginning is dropped, and so is an empty line wherever a record
 * of one cell is not expected.  Nothing is mended: a quote out of place, a
 * carriage return alone, a quote never closed or a record of a wrong length
 * ends the reading with an error that says where.
 *
 * Pushing and taking never throw, so both may run while a foreign library is
 * on the stack.  Where records can be pointed at in the chunk nothing is
 * copied; only cells with doubled quotes, and the records that a chunk's end
 * cuts, are.
 */
#ifndef ADP_BASE_CSV_H
#define ADP_BASE_CSV_H

#include "base/rows.h"

typedef struct AdpCsv AdpCsv;

/* How large things may be as they stand in the body; 0 is the default. */
typedef struct AdpCsvLimits
{
	Size cell_bytes;   /* between the quotes or commas; default 1 MiB */
	Size record_bytes; /* without its line end; default 16 MiB */
	int cells;		   /* of a record; default 16,384 */
} AdpCsvLimits;

typedef enum AdpCsvStep
{
	ADP_CSV_RECORD, /* here is a record */
	ADP_CSV_MORE,	/* the chunk is used up: push another, or finish */
	ADP_CSV_END,	/* the body has ended as it should */
	ADP_CSV_FAILED	/* it has not; adp_csv_error() tells why */
} AdpCsvStep;

/*
 * Makes a reader in cxt, released with it.  limits may be NULL; none of them
 * may reach 1 GB.
 */
extern AdpCsv *adp_csv_create(MemoryContext cxt, const AdpCsvLimits *limits);

/*
 * Gives the next chunk, which may be empty.  Allowed at first and after
 * ADP_CSV_MORE; the bytes must stay until the next ADP_CSV_MORE.
 */
extern void adp_csv_push(AdpCsv *csv, const char *chunk, Size len);

/* Says that no chunk follows the one pushed last. */
extern void adp_csv_finish(AdpCsv *csv);

/* A reader of a whole body, which must outlive it: create, push, finish. */
extern AdpCsv *adp_csv_open(MemoryContext cxt, const AdpCsvLimits *limits,
							const char *body, Size len);

/*
 * Takes the next record.  After ADP_CSV_RECORD, *cells are its *ncells cells,
 * good until the next call: ADP_CELL_NULL where nothing stands between two
 * commas, else ADP_CELL_STRING, of no bytes where only quotes stand there.
 * Their text is valid UTF-8 without NUL, and has_escape is never set.  The
 * other results leave both alone.  Looks at no more than one record, so callers
 * check for interrupts between calls.
 */
extern AdpCsvStep adp_csv_next(AdpCsv *csv, const AdpCell **cells, int *ncells);

/* The number of the record taken last; the header is 1, none yet is 0. */
extern int64 adp_csv_record(const AdpCsv *csv);

/* After ADP_CSV_RECORD: the line on which it begins, counted from 1. */
extern int64 adp_csv_line(const AdpCsv *csv);

/*
 * After ADP_CSV_END: whether the last record ended with the body instead of a
 * line end, as it does in a body that was cut, too.
 */
extern bool adp_csv_is_open(const AdpCsv *csv);

/*
 * After ADP_CSV_FAILED: fills *error with ADP_ERR_FORMAT, ADP_ERR_LIMIT or
 * ADP_ERR_MEMORY and the line, record and cell.  It quotes nothing of the body.
 * May throw: for when no library is on the stack.
 */
extern void adp_csv_error(const AdpCsv *csv, AdpError *error);

#endif /* ADP_BASE_CSV_H */
