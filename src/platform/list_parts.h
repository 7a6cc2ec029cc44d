/*
 * list_parts.h
 *	  A list of ids that is too long for one request is sent in parts.
 *
 * Each part is sent in a request of its own, beside all other conditions.  A
 * row has one id, and the parts have no id in common.  So the rows of the parts
 * together are those of the whole list, and no row comes twice.  Two things
 * are needed for that: the platform always applies a condition of up to
 * values_max() values, and row_check.c refuses a row whose id is not in its
 * part.
 *
 * A query has at most one such list.  It is not sent at all if its parts would
 * be too many requests: then each account is read once, without the list.
 */
#ifndef ADP_PLATFORM_LIST_PARTS_H
#define ADP_PLATFORM_LIST_PARTS_H

#include "platform/query.h"

/* Returns the condition that is sent in parts, or NULL. */
extern const AdpCondition *adp_list_in_parts(const AdpQuery *query);

/*
 * Returns the number of parts in which so many accounts are asked; 1 if the
 * query has no such list or does not send it.  naccounts: -1 if not known.
 */
extern int adp_list_parts(const AdpQuery *query, int naccounts);

/*
 * Leaves one part of the list in the query, or none of it if the parts would be
 * too many.  Allocates in CurrentMemoryContext.
 */
extern void adp_list_take_part(AdpQuery *query, int naccounts, int part);

#endif /* ADP_PLATFORM_LIST_PARTS_H */
