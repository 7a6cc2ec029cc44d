/*
 * copies.h
 *	  The local copies of a foreign table, for messages.
 */
#ifndef ADP_FDW_COPIES_H
#define ADP_FDW_COPIES_H

#include "fdw/table.h"

/*
 * Returns a sentence about what to read in place of a table: a local copy of it
 * that the current user may read, or how to make one.  For an error that is
 * about to be raised.
 */
extern const char *adp_copies_hint(const AdpTable *table);

#endif /* ADP_FDW_COPIES_H */
