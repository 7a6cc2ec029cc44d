/*
 * list_parts.c
 *	  A list of ids that is too long for one request is sent in parts.
 */
#include "postgres.h"

#include "platform/list_parts.h"

/*
 * Most requests that one list may cause, over all accounts.  Beyond that it
 * costs less to read rows that the list does not name.
 */
#define REQUESTS_MAX 100

/*
 * Finds the list.
 */
const AdpCondition *
adp_list_in_parts(const AdpQuery *query)
{
	for (int i = 0; i < query->nconditions; i++)
	{
		if (query->conditions[i].part > 0)
			return &query->conditions[i];
	}
	return NULL;
}

/*
 * Returns the number of parts of a list.
 */
static int
count_parts(const AdpCondition *list)
{
	return (list->nvalues - 1) / list->part + 1;
}

/*
 * Whether the parts are few enough to be sent.
 */
static bool
is_sent(const AdpCondition *list, int naccounts)
{
	return (int64) count_parts(list) * Max(naccounts, 1) <= REQUESTS_MAX;
}

/*
 * Returns the number of parts that are sent.
 */
int
adp_list_parts(const AdpQuery *query, int naccounts)
{
	const AdpCondition *list = adp_list_in_parts(query);

	return list != NULL && is_sent(list, naccounts) ? count_parts(list) : 1;
}

/*
 * Returns a part of a list.
 */
static AdpCondition
part_of(const AdpCondition *list, int part)
{
	AdpCondition condition = *list;
	int first = part * list->part;

	condition.values = &list->values[first];
	condition.nvalues = Min(list->part, list->nvalues - first);
	return condition;
}

/*
 * Leaves one part of the list in the query.  A limit counts rows that meet all
 * conditions, so it goes with the list.
 */
void
adp_list_take_part(AdpQuery *query, int naccounts, int part)
{
	const AdpCondition *list = adp_list_in_parts(query);
	AdpCondition *conditions;
	int n = 0;

	if (list == NULL)
		return;
	conditions = palloc(query->nconditions * sizeof(AdpCondition));
	for (int i = 0; i < query->nconditions; i++)
	{
		if (&query->conditions[i] != list)
			conditions[n++] = query->conditions[i];
		else if (is_sent(list, naccounts))
			conditions[n++] = part_of(list, part);
	}
	if (n < query->nconditions)
		query->limit = 0;
	query->conditions = conditions;
	query->nconditions = n;
}
