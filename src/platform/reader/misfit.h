/*
 * misfit.h
 *	  Fields that a platform refuses together: which columns they are.
 */
#ifndef ADP_PLATFORM_READER_MISFIT_H
#define ADP_PLATFORM_READER_MISFIT_H

#include "platform/query.h"

/*
 * The hint for a query that the platform refuses because its fields do not go
 * together or not with its source: the columns whose fields the message names.
 * NULL if it names none of them.
 */
extern char *adp_misfit_hint(const AdpQuery *query, const char *message);

#endif /* ADP_PLATFORM_READER_MISFIT_H */
