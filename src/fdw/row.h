/*
 * row.h
 *	  Converts rows of cells to rows of Datums.
 */
#ifndef ADP_FDW_ROW_H
#define ADP_FDW_ROW_H

#include "base/rows.h"
#include "fdw/table.h"
#include "platform/days.h"

typedef struct AdpConverter AdpConverter;

/*
 * Makes a converter in cxt.  It fills the table's columns whose fields were
 * requested (fields: Strings, in cell order) or are known without a request.
 */
extern AdpConverter *adp_converter_create(MemoryContext cxt,
										  const AdpTable *table, List *fields);

/*
 * Converts a row, in CurrentMemoryContext, which should be reset per row.  days
 * are those of its request.
 * values and nulls have one entry per attribute; columns that were not
 * requested become NULL.  A value that does not fit its column is an error that
 * names table, column, field and value.
 */
extern void adp_converter_row(AdpConverter *converter, const AdpCell *cells,
							  const AdpAccount *account,
							  const AdpDateRange *days, Datum *values,
							  bool *nulls);

#endif /* ADP_FDW_ROW_H */
