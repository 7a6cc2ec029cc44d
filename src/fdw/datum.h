/*
 * datum.h
 *	  One cell to one Datum.
 *
 * The types that reports use have readers of their own, straight from the
 * page's bytes; all others take the type's input function.
 */
#ifndef ADP_FDW_DATUM_H
#define ADP_FDW_DATUM_H

#include "fmgr.h"

#include "base/rows.h"

typedef struct AdpDatumReader AdpDatumReader;

/*
 * Reads a cell that is neither absent nor null, in CurrentMemoryContext.  False:
 * the value does not fit the type.  May throw for the same reason.
 */
typedef bool (*AdpDatumRead)(const AdpDatumReader *reader, const AdpCell *cell,
							 Datum *value);

/* How cells become Datums of one type. */
struct AdpDatumReader
{
	AdpDatumRead read;

	int scale; /* decimals to shift numbers by; the caller sets it */
	bool is_array;

	/* for types without a reader of their own */
	Oid input_type; /* of the elements, for an array */
	FmgrInfo input;
	Oid input_param;
	int32 typmod;
};

/*
 * Readies a reader for a type; what it needs of the type's input function goes
 * to cxt.
 */
extern void adp_datum_reader_init(AdpDatumReader *reader, Oid type,
								  int32 typmod, MemoryContext cxt);

/*
 * Whether a cell may hold a number: platforms write 64-bit ones as strings.
 */
static inline bool
adp_datum_is_number(const AdpCell *cell)
{
	return cell->kind == ADP_CELL_NUMBER ||
		(cell->kind == ADP_CELL_STRING && !cell->has_escape);
}

#endif /* ADP_FDW_DATUM_H */
