/*
 * grain_choice.c
 *	  The grain of a scan that can be coarse, chosen when it starts.
 *
 * The plan of a coarse scan is right over the rows of the plain one, too: the
 * aggregate above adds up more of them, and the range of days is the same.  So
 * the choice can wait for what planning does not know.  "The five largest
 * campaigns by day" reads a table twice, grouped and by day; one answer serves
 * both.
 */
#include "postgres.h"

#include "nodes/nodeFuncs.h"
#include "utils/memutils.h"

#include "base/guc.h"
#include "fdw/day_bucket.h"
#include "fdw/grain_choice.h"
#include "fdw/scan.h"

/* A scan under way. */
typedef struct Member
{
	struct Member *next;
	ForeignScanState *node;
	MemoryContextCallback leave_callback;
} Member;

static Member *members = NULL;

/*
 * Removes a member.
 */
static void
unlink_member(void *arg)
{
	for (Member **link = &members; *link != NULL; link = &(*link)->next)
	{
		if (*link == arg)
		{
			*link = (*link)->next;
			return;
		}
	}
}

/*
 * Adds a scan; an error that ends the statement removes it.
 */
void
adp_grain_join(ForeignScanState *node)
{
	MemoryContext cxt = node->ss.ps.state->es_query_cxt;
	Member *member = MemoryContextAllocZero(cxt, sizeof(Member));

	member->node = node;
	member->next = members;
	members = member;
	member->leave_callback.func = unlink_member;
	member->leave_callback.arg = member;
	MemoryContextRegisterResetCallback(cxt, &member->leave_callback);
}

/*
 * Removes a scan.
 */
void
adp_grain_leave(ForeignScanState *node)
{
	for (Member *member = members; member != NULL; member = member->next)
	{
		if (member->node == node)
		{
			unlink_member(member);
			return;
		}
	}
}

/*
 * For expression_tree_walker: whether there is a value that the statement sets
 * while it runs.
 */
static bool
has_running_param(Node *node, void *context)
{
	if (node == NULL)
		return false;
	if (IsA(node, Param))
		return ((Param *) node)->paramkind != PARAM_EXTERN;
	return expression_tree_walker(node, has_running_param, context);
}

/*
 * Whether the values of a scan's conditions are known before it starts.
 */
static bool
has_known_values(const ForeignScanState *node)
{
	return !has_running_param((Node *) ((ForeignScan *) node->ss.ps.plan)
								  ->fdw_exprs,
							  NULL);
}

/*
 * Returns the identity of the request that a scan makes at its present grain;
 * NULL if it needs no request.
 */
static const char *
key_of(ForeignScanState *node, const AdpTable *table, AdpValuesFor purpose)
{
	AdpScan *scan = node->fdw_state;
	AdpReadPlan plan;
	AdpPushed pushed;

	adp_scan_plan(scan, table, adp_scan_values(node, purpose), &plan, &pushed);
	return pushed.is_empty ? NULL : adp_scan_key(scan, table, &plan);
}

/*
 * Whether the plan of a scan has a grain other than the table's.
 */
static bool
can_be_coarse(const AdpScan *scan)
{
	return scan->dropped != NIL || scan->nbuckets > 0;
}

/*
 * Whether another scan of the statement requests what this one, which is not
 * coarse at present, would.
 */
static bool
has_twin(ForeignScanState *node, AdpValuesFor purpose)
{
	AdpScan *scan = node->fdw_state;
	const AdpTable *table = NULL;
	const char *key = NULL;

	for (Member *member = members; member != NULL; member = member->next)
	{
		AdpScan *other = member->node->fdw_state;
		const char *other_key;

		if (member->node->ss.ps.state != node->ss.ps.state ||
			other->relid != scan->relid || other->userid != scan->userid ||
			can_be_coarse(other) || !has_known_values(member->node))
			continue;
		if (table == NULL)
		{
			table = adp_table_load(scan->relid, scan->userid, false);
			key = key_of(node, table, purpose);
		}
		other_key = key_of(member->node, table, purpose);
		if (key != NULL && other_key != NULL && strcmp(key, other_key) == 0)
			return true;
	}
	return false;
}

/*
 * Chooses whether weeks or months are requested in place of days.
 */
static void
choose_bucket(ForeignScanState *node, AdpValuesFor purpose)
{
	AdpScan *scan = node->fdw_state;
	List *exprs = ((ForeignScan *) node->ss.ps.plan)->fdw_exprs;
	int first = list_length(exprs) - scan->nbuckets;
	AdpValue *values = adp_scan_values(node, purpose);
	AdpTable *table = adp_table_load(scan->relid, scan->userid, false);
	AdpReadPlan plan;
	AdpPushed pushed;

	adp_scan_plan(scan, table, values, &plan, &pushed);
	scan->bucket_is_open =
		pushed.since_name != NULL || pushed.until_name != NULL;
	for (int i = first; i < list_length(exprs); i++)
		scan->bucket_is_open |= values[i].placeholder != NULL;
	if (!scan->bucket_is_open && !pushed.is_empty)
		scan->bucket = adp_day_bucket_choose(list_copy_tail(exprs, first),
											 &values[first], &plan.days);
}

/*
 * Chooses the grain.
 */
void
adp_grain_choose(ForeignScanState *node, AdpValuesFor purpose)
{
	AdpScan *scan = node->fdw_state;
	MemoryContext cxt;
	MemoryContext old;

	if (purpose == ADP_VALUES_EXPLAIN && scan->is_started)
		return; /* the choice was made */
	scan->is_coarse = false;
	scan->bucket = ADP_PERIOD_DAY;
	scan->bucket_is_open = false;
	if (!can_be_coarse(scan) || !adp_guc_pushdown)
		return;
	cxt = AllocSetContextCreate(CurrentMemoryContext, "adpipe grain",
								ALLOCSET_DEFAULT_SIZES);
	old = MemoryContextSwitchTo(cxt);
	scan->is_coarse = scan->counts_people || !has_twin(node, purpose);
	if (scan->is_coarse && scan->nbuckets > 0)
		choose_bucket(node, purpose);
	MemoryContextSwitchTo(old);
	MemoryContextDelete(cxt);
}
