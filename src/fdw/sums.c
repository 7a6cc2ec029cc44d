/*
 * sums.c
 *	  Refuses sums of metrics that do not add up.
 *
 * The sum of a week's daily reach is no reach: the same people are in several
 * days.  The catalogue says over what each metric adds up.  If a query level
 * has sum(), avg() or a KPI of a bare column of a foreign table, and its groups
 * comprise rows that differ in a dimension over which the metric does not add
 * up, the result would be a wrong number without a warning.
 *
 * A dimension whose column is kept (see kept.h), or the column of an id or a name
 * of the same object, does no harm.  What is not known to be wrong is let
 * through: other expressions than columns as arguments, fields that are not in
 * the catalogue, and metrics for which an option of the table decides.
 */
#include "postgres.h"

#include "nodes/makefuncs.h"
#include "optimizer/optimizer.h"
#include "optimizer/restrictinfo.h"
#include "optimizer/tlist.h"
#include "utils/fmgroids.h"

#include "fdw/aggregate_use.h"
#include "fdw/kept.h"
#include "fdw/sums.h"
#include "platform/accounts/account_set.h"

/* What splits the rows of a table. */
typedef struct Dimension
{
	const AdpTableColumn *column; /* NULL: the table does not show it */
	const char *field;
	const char *entity; /* object that it identifies, or NULL */
	int adds;			/* the flag of metrics that add up over it; 0: none */
} Dimension;

/*
 * Whether each group has one value of a dimension, by a column that shows the
 * same split of rows.
 */
static bool
is_kept(const AdpGroups *groups, const Dimension *dimension)
{
	const AdpTableColumn *column = dimension->column;

	if (column != NULL && adp_groups_keep(groups, column))
		return true;
	for (int i = 0;
		 column != NULL && column->split != NULL && i < groups->table->ncolumns;
		 i++)
	{
		const AdpTableColumn *other = &groups->table->columns[i];

		if (other->split != NULL && strcmp(other->split, column->split) == 0 &&
			adp_groups_keep(groups, other))
			return true;
	}
	return dimension->entity != NULL &&
		adp_groups_keep_entity(groups, dimension->entity);
}

/*
 * Describes a dimension by its field; column may be NULL.
 */
static Dimension
make_dimension(const AdpTable *table, const AdpTableColumn *column,
			   const char *name)
{
	const AdpField *field = adp_platform_field(table->platform, name);
	Dimension dimension = {column, name, field ? field->entity : NULL};

	if (adp_field_overlaps(table->source, field))
		dimension.adds = 0;
	else if (column != NULL && column == table->day)
		dimension.adds = ADP_FIELD_ADDS_DAYS;
	else if (dimension.entity != NULL)
		dimension.adds = ADP_FIELD_ADDS_ENTITIES;
	else
		dimension.adds = ADP_FIELD_ADDS_BREAKDOWNS;
	return dimension;
}

/*
 * Returns the column that shows a field; NULL if there is no such column.
 */
static const AdpTableColumn *
column_of(const AdpTable *table, const char *field)
{
	for (int i = 0; i < table->ncolumns; i++)
	{
		if (strcmp(table->columns[i].field_name, field) == 0)
			return &table->columns[i];
	}
	return NULL;
}

/*
 * Adds a dimension to the text unless the metric adds up over it or each group
 * has one value of it.
 */
static void
add_dropped(StringInfo out, const AdpGroups *groups,
			const AdpTableColumn *metric, const Dimension *dimension)
{
	if ((metric->field->flags & dimension->adds) != 0 ||
		list_member(groups->left_out, makeString(pstrdup(dimension->field))) ||
		is_kept(groups, dimension))
		return;
	if (out->len > 0)
		appendStringInfoString(out, ", ");
	if (dimension->column != NULL)
		appendStringInfo(out, "\"%s\"", dimension->column->name);
	else
		appendStringInfo(out, "field \"%s\"", dimension->field);
}

/*
 * Whether each group is of one account: it is the only one, or grouped by, or
 * the object of the rows belongs to one.
 */
static bool
is_of_one_account(const AdpGroups *groups)
{
	const AdpSettings *settings = groups->table->settings;
	const AdpAccountSet *accounts = settings->table_accounts
		? settings->table_accounts
		: settings->accounts;
	const char *const *keys = groups->table->source->keys;

	if (accounts != NULL && !accounts->is_all && accounts->count == 1)
		return true;
	for (; keys != NULL && *keys != NULL; keys++)
	{
		Dimension key = make_dimension(groups->table,
									   column_of(groups->table, *keys), *keys);

		if (key.entity != NULL && is_kept(groups, &key))
			return true;
	}
	return adp_groups_keep_entity(groups, "account");
}

/*
 * Returns the field of a platform that identifies accounts.
 */
static const char *
account_field(const AdpPlatform *platform)
{
	const AdpField *field = platform->fields;

	while (field->name != NULL && (field->flags & ADP_FIELD_ACCOUNT) == 0)
		field++;
	return field->name;
}

/*
 * Whether a column shows the one period that all rows of a scan cover.
 */
static bool
is_one_period(const AdpTable *table, const AdpTableColumn *column)
{
	return table->period == ADP_PERIOD_ALL && table->day != NULL &&
		table->day->split != NULL && column->split != NULL &&
		strcmp(column->split, table->day->split) == 0;
}

/*
 * Returns the dimensions in which rows of a group may differ and over which a
 * metric does not add up, with commas; an empty text if there are none.
 */
static char *
dropped_dimensions(const AdpGroups *groups, const AdpTableColumn *metric)
{
	const AdpTable *table = groups->table;
	const char *account = account_field(table->platform);
	Dimension dimension =
		make_dimension(table, column_of(table, account), account);
	StringInfoData out;

	initStringInfo(&out);
	if ((metric->field->flags & dimension.adds) == 0 &&
		!is_of_one_account(groups))
		add_dropped(&out, groups, metric, &dimension);
	for (const char *const *key = table->source->keys; key && *key; key++)
	{
		dimension = make_dimension(table, column_of(table, *key), *key);
		add_dropped(&out, groups, metric, &dimension);
	}
	for (int i = 0; i < table->ncolumns; i++)
	{
		const AdpTableColumn *column = &table->columns[i];

		if (!column->is_grain || is_one_period(table, column))
			continue;
		dimension = make_dimension(table, column, column->field_name);
		add_dropped(&out, groups, metric, &dimension);
	}
	return out.data;
}

/* How an aggregate adds up the values of a column. */
typedef enum Manner
{
	MANNER_OTHER, /* it does not */
	MANNER_SUM,
	MANNER_MEAN,
	MANNER_KPI
} Manner;

/*
 * Throws for a metric that would be added up, or averaged, over dimensions.
 */
static void
refuse(const AdpGroups *groups, const AdpTableColumn *metric, Manner manner,
	   const char *dropped)
{
	ereport(ERROR,
			(errcode(ERRCODE_GROUPING_ERROR),
			 manner == MANNER_MEAN
				 ? errmsg("cannot average column \"%s\" of foreign table \"%s\" over %s",
						  metric->name, groups->table->name, dropped)
				 : errmsg("cannot add up column \"%s\" of foreign table \"%s\" over %s",
						  metric->name, groups->table->name, dropped),
			 errdetail("Each of its values is right for its own row, but a group has rows with different values of %s.",
					   dropped),
			 manner == MANNER_SUM
				 ? errhint("Group by %s as well or pick one value in WHERE, or read a report at the grain that you need; for a rate, divide sums, as in adpipe.ctr(clicks, impressions).",
						   dropped)
				 : manner == MANNER_MEAN
				 ? errhint("Group by %s as well or pick one value in WHERE, or read a report at the grain that you need; for a rate, divide sums, as in adpipe.ctr(clicks, impressions); for the mean of the rows as they are, write avg(\"%s\" + 0).",
						   dropped, metric->name)
				 : errhint("Group by %s as well or pick one value in WHERE, or read a report at the grain that you need; for the sum of the rows as they are, write \"%s\" + 0 in place of the column.",
						   dropped, metric->name)));
}

/*
 * Returns how an aggregate adds up its arguments.
 */
static Manner
manner_of(Oid aggregate)
{
	static const Oid sums[] = {F_SUM_INT8,	 F_SUM_INT4,   F_SUM_INT2,
							   F_SUM_FLOAT4, F_SUM_FLOAT8, F_SUM_NUMERIC};
	static const Oid means[] = {F_AVG_INT8,	  F_AVG_INT4,	F_AVG_INT2,
								F_AVG_FLOAT4, F_AVG_FLOAT8, F_AVG_NUMERIC};

	for (int i = 0; i < lengthof(sums); i++)
	{
		if (aggregate == sums[i])
			return MANNER_SUM;
		if (aggregate == means[i])
			return MANNER_MEAN;
	}
	return adp_aggregate_use(aggregate) == ADP_USE_SUMS ? MANNER_KPI
														: MANNER_OTHER;
}

/*
 * Returns the metric that an argument is; NULL for other expressions, and for
 * metrics of which the catalogue does not know whether they add up.
 */
static const AdpTableColumn *
metric_of(const AdpGroups *groups, Node *argument)
{
	const AdpTableColumn *column;
	Var *var;

	var = (Var *) adp_aggregate_argument(
		adp_groups_see(groups->root, groups->rel->relid, argument));
	if (!IsA(var, Var) || var->varno != groups->rel->relid ||
		var->varlevelsup != 0)
		return NULL;
	column = adp_table_column(groups->table, var->varattno);
	if (column == NULL || column->field == NULL ||
		column->field->kind != ADP_KIND_METRIC ||
		(column->field->flags & ADP_FIELD_ADDS_BY_OPTION) != 0)
		return NULL;
	return column;
}

/*
 * Returns the expressions of sort and group references.
 */
static List *
group_exprs(PlannerInfo *root, List *refs)
{
	List *exprs = NIL;
	ListCell *cell;

	foreach(cell, refs)
		exprs = lappend(exprs,
						get_sortgroupref_tle(lfirst_int(cell),
											 root->processed_tlist)
							->expr);
	return exprs;
}

/*
 * Returns the references of all grouping sets, or of the one GROUP BY.  The
 * planner has expanded ROLLUP and CUBE.
 */
static List *
grouping_sets(Query *parse)
{
	List *refs = NIL;
	ListCell *cell;

	if (parse->groupingSets != NIL)
		return parse->groupingSets;
	foreach(cell, parse->groupClause)
		refs = lappend_int(refs,
						   lfirst_node(SortGroupClause, cell)->tleSortGroupRef);
	return list_make1(refs);
}

/*
 * Returns the dimensions in which rows of some group differ and over which a
 * metric of an aggregate does not add up; an empty text if there are none.
 */
static char *
dropped_by(AdpGroups *groups, const Aggref *aggref, const AdpTableColumn *metric)
{
	List *filter = make_ands_implicit(
		(Expr *) adp_groups_see(groups->root, groups->rel->relid,
								(Node *) aggref->aggfilter));
	char *dropped = "";
	ListCell *cell;

	groups->clauses =
		list_concat(extract_actual_clauses(groups->rel->baserestrictinfo, false),
					filter);
	foreach(cell, grouping_sets(groups->root->parse))
	{
		groups->exprs = group_exprs(groups->root, lfirst(cell));
		dropped = dropped_dimensions(groups, metric);
		if (*dropped != '\0')
			break;
	}
	return dropped;
}

/*
 * Checks one aggregate.
 */
static void
check_aggregate(AdpGroups *groups, const Aggref *aggref)
{
	Manner manner =
		aggref->agglevelsup != 0 ? MANNER_OTHER : manner_of(aggref->aggfnoid);
	ListCell *cell;

	if (manner == MANNER_OTHER)
		return;
	foreach(cell, aggref->args)
	{
		const AdpTableColumn *metric =
			metric_of(groups, (Node *) lfirst_node(TargetEntry, cell)->expr);
		char *dropped = metric ? dropped_by(groups, aggref, metric) : "";

		if (*dropped != '\0')
			refuse(groups, metric, manner, dropped);
	}
}

/*
 * Whether a column is a metric that never adds up.
 */
bool
adp_sums_never(const AdpTableColumn *column)
{
	return column->field != NULL && column->kind == ADP_KIND_METRIC &&
		(column->field->flags &
		 (ADP_FIELD_ADDITIVE | ADP_FIELD_ADDS_BY_OPTION)) == 0;
}

/*
 * Whether each group has one row with a value of each metric of an aggregate.
 */
bool
adp_sums_are_of_rows(AdpGroups *groups, const Aggref *aggref)
{
	List *vars =
		pull_var_clause((Node *) aggref->args, PVC_RECURSE_PLACEHOLDERS);
	ListCell *cell;

	foreach(cell, vars)
	{
		Var *var = lfirst(cell);
		const AdpTableColumn *column =
			adp_table_column(groups->table, var->varattno);

		if (var->varno == groups->rel->relid && column != NULL &&
			adp_sums_never(column) &&
			*dropped_by(groups, aggref, column) != '\0')
			return false;
	}
	return true;
}

/*
 * Checks the aggregates of the query level.
 */
void
adp_sums_check(PlannerInfo *root, const RelOptInfo *rel, const AdpTable *table)
{
	AdpGroups groups = {root, rel, table};
	List *nodes;
	ListCell *cell;

	if (!root->parse->hasAggs)
		return;
	nodes = pull_var_clause((Node *) list_make2(root->processed_tlist,
												root->parse->havingQual),
							PVC_INCLUDE_AGGREGATES | PVC_RECURSE_WINDOWFUNCS |
								PVC_INCLUDE_PLACEHOLDERS);
	foreach(cell, nodes)
	{
		if (IsA(lfirst(cell), Aggref))
			check_aggregate(&groups, lfirst(cell));
	}
}
