/*
 * aggregate_use.c
 *	  What aggregates do with their arguments.
 */
#include "postgres.h"

#include "access/htup_details.h"
#include "catalog/dependency.h"
#include "catalog/pg_aggregate.h"
#include "catalog/pg_proc.h"
#include "commands/extension.h"
#include "nodes/pathnodes.h"
#include "utils/builtins.h"
#include "utils/fmgroids.h"
#include "utils/lsyscache.h"
#include "utils/syscache.h"

#include "base/words.h"
#include "fdw/aggregate_use.h"

/*
 * Returns what an aggregate of adpipe does, by its functions.  The letters in
 * the initial state of a ratio say whether its denominator counts people.
 */
static AdpAggregateUse
use_by_state(Form_pg_aggregate aggregate, const char *state)
{
	const char *symbol = get_func_name(aggregate->aggtransfn);

	if (symbol == NULL)
		return ADP_USE_OTHER;
	if (strcmp(symbol, "one_count") == 0)
		return ADP_USE_PEOPLE;
	if (strcmp(symbol, "ratio_add") == 0)
		return adp_words_match(state, "ratio:1:[a-z]*o.*") ? ADP_USE_PEOPLE
														   : ADP_USE_SUMS;
	return strcmp(symbol, "adstats_add_row") == 0 ? ADP_USE_SUMS
												  : ADP_USE_OTHER;
}

/*
 * Returns what an aggregate does, if it is one of adpipe.
 */
static AdpAggregateUse
use_of_ours(Oid aggregate)
{
	HeapTuple tuple;
	bool is_null = true;
	Datum state;
	AdpAggregateUse use;

	if (strcmp(get_namespace_name(get_func_namespace(aggregate)), "adpipe") !=
			0 ||
		getExtensionOfObject(ProcedureRelationId, aggregate) !=
			get_extension_oid("adpipe", true))
		return ADP_USE_OTHER;
	/* people of each day, added up, are the user-days that it divides by */
	if (strcmp(get_func_name(aggregate), "arpdau") == 0)
		return ADP_USE_OTHER;
	tuple = SearchSysCache1(AGGFNOID, ObjectIdGetDatum(aggregate));
	if (!HeapTupleIsValid(tuple))
		return ADP_USE_OTHER;
	state = SysCacheGetAttr(AGGFNOID, tuple, Anum_pg_aggregate_agginitval,
							&is_null);
	use = use_by_state((Form_pg_aggregate) GETSTRUCT(tuple),
					   is_null ? "" : TextDatumGetCString(state));
	ReleaseSysCache(tuple);
	return use;
}

/*
 * Returns what an aggregate of the server or of adpipe does.
 */
AdpAggregateUse
adp_aggregate_use(Oid aggregate)
{
	return aggregate == F_SUM_INT8 || aggregate == F_SUM_NUMERIC ||
			aggregate == F_SUM_FLOAT8
		? ADP_USE_SUM
		: use_of_ours(aggregate);
}

/*
 * Returns what an argument of an aggregate is below wrappers and casts to a
 * wider type of number.
 */
Node *
adp_aggregate_argument(Node *node)
{
	for (;;)
	{
		if (IsA(node, RelabelType))
			node = (Node *) ((RelabelType *) node)->arg;
		else if (IsA(node, PlaceHolderVar))
			node = (Node *) ((PlaceHolderVar *) node)->phexpr;
		else if (IsA(node, FuncExpr) &&
				 (((FuncExpr *) node)->funcid == F_NUMERIC_INT8 ||
				  ((FuncExpr *) node)->funcid == F_FLOAT8_INT8 ||
				  ((FuncExpr *) node)->funcid == F_FLOAT8_NUMERIC))
			node = linitial(((FuncExpr *) node)->args);
		else
			return node;
	}
}
