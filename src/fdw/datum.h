/*
 * datum.h
 *	  Converts one cell to one Datum.
 *
 * The types that reports use have their own readers, which read the page's
 * bytes.  Other types use their input function.
 */
#ifndef ADP_FDW_DATUM_H
#define ADP_FDW_DATUM_H

#include "fmgr.h"

#include "platform/formats.h"

typedef struct AdpDatumReader AdpDatumReader;

/*
 * Reads a cell that is neither absent nor null, in CurrentMemoryContext.
 * Returns false, or throws, if the value does not fit the type.
 */
typedef bool (*AdpDatumRead)(const AdpDatumReader *reader, const AdpCell *cell,
							 Datum *value);

/* Converts cells to Datums of one type. */
struct AdpDatumReader
{
	AdpDatumRead read;
	bool (*read_day)(const AdpCell *cell, DateADT *day); /* for a date */

	int scale; /* decimals to shift numbers by; the caller sets it */
	bool is_array;

	/* for types without their own reader */
	Oid input_type; /* of the elements, for an array */
	FmgrInfo input;
	Oid input_param;
	int32 typmod;
};

/*
 * Initializes a reader for a type.  State of the type's input function is
 * allocated in cxt.
 */
extern void adp_datum_reader_init(AdpDatumReader *reader, Oid type,
								  int32 typmod, const AdpFormats *formats,
								  MemoryContext cxt);

/* Reads a cell as AdpDatumRead does. */
static inline bool
adp_datum_read(const AdpDatumReader *reader, const AdpCell *cell, Datum *value)
{
	DateADT day;

	if (reader->read_day == NULL)
		return reader->read(reader, cell, value);
	if (!reader->read_day(cell, &day))
		return false;
	*value = DateADTGetDatum(day);
	return true;
}

/*
 * Whether a cell may hold a number.  Platforms write 64-bit numbers as strings.
 */
static inline bool
adp_datum_is_number(const AdpCell *cell)
{
	return cell->kind == ADP_CELL_NUMBER ||
		(cell->kind == ADP_CELL_STRING && !cell->has_escape);
}

#endif /* ADP_FDW_DATUM_H */
