/*
 * misfit.h
 *	  Hints that name the columns whose fields a platform refuses together.
 */
#ifndef ADP_PLATFORM_READER_MISFIT_H
#define ADP_PLATFORM_READER_MISFIT_H

#include "platform/query.h"

/*
 * Returns the hint for a query that the platform refuses because its fields
 * cannot be combined with each other or with its source: the columns whose
 * fields the message names.  NULL if it names no field of the query.
 */
extern char *adp_misfit_hint(const AdpQuery *query, const char *message);

#endif /* ADP_PLATFORM_READER_MISFIT_H */
