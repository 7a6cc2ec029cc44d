/*
 * day_bucket.c
 *	  Expressions that see of a day only its month or week.
 *
 * A level that groups by date_trunc('month', date_day) needs no row per day: the
 * platform adds up the days of a month, and the row of a month shows the first
 * of them as its day.  The level's own expressions then say which month it is.
 *
 * Proof obligation.  Let each use of the day in the level be within one of some
 * expressions that depend on nothing else of a row.  If each of them has one
 * value on all days of a period, the level does not see which of these days a
 * row is of; so rows that differ only in these days can be replaced by one row of
 * any of these days.  coarse.c proves that sums replace their metrics.
 *
 * That an expression has one value is not derived from its form: time zones,
 * DateStyle, first days of weeks and casts all have a say.  It is evaluated on
 * every day that is asked for, when the scan starts.  So it must not fail on a
 * day that has no row.  The functions below do not fail on days of this
 * calendar, nor do comparisons of the server's types.
 *
 * Days are asked for by period only if they are whole periods, so that it does
 * not matter whether a platform cuts a period at the ends of a range:
 *
 *	 start	the first day starts a period.  Google's weeks start on Monday, as
 *			date_trunc() has it, also where that Monday is in the year before.
 *			Meta counts weeks of seven days from the first day.
 *	 end	the last day ends a period, or is at or after today wherever the
 *			account is.  The period that runs then has the days so far on either
 *			grain: no platform has numbers of a later day.  A range that ends
 *			before today, inside a period, is read by days.
 */
#include "postgres.h"

#include "access/transam.h"
#include "catalog/pg_type_d.h"
#include "executor/executor.h"
#include "miscadmin.h"
#include "nodes/makefuncs.h"
#include "nodes/nodeFuncs.h"
#include "utils/builtins.h"
#include "utils/datum.h"
#include "utils/fmgroids.h"
#include "utils/formatting.h"
#include "utils/lsyscache.h"

#include "base/words.h"
#include "fdw/day_bucket.h"
#include "platform/periods.h"

/* Days by which a plan is made: more than a year, so that years differ. */
#define DAYS_TRIED 400

/* Days of a range that are tried; no platform keeps more. */
#define DAYS_MAX 5000

/* Units of date_trunc() and extract() that dates have, in lower case. */
#define UNITS \
	"centur(y|ies)|days?|decades?|dow|doy|isodow|isoyear|julian|" \
	"millenni(um|ums|a)|months?|quarters?|weeks?|years?"

/* Functions that do not fail on days, and where they name a unit. */
typedef struct SafeFunction
{
	Oid function;
	bool has_unit; /* the first argument */
} SafeFunction;

static const SafeFunction safe_functions[] = {
	{F_TIMESTAMP_DATE},
	{F_TIMESTAMPTZ_DATE},
	{F_TIMESTAMPTZ_TIMESTAMP},
	{F_TIMESTAMP_TIMESTAMPTZ},
	{F_TIMESTAMP_TIMESTAMP_INT4},
	{F_TIMESTAMPTZ_TIMESTAMPTZ_INT4},
	{F_DATE_TIMESTAMP},
	{F_DATE_TIMESTAMPTZ},
	{F_TIMEZONE_TEXT_TIMESTAMP},
	{F_TIMEZONE_TEXT_TIMESTAMPTZ},
	{F_TIMEZONE_INTERVAL_TIMESTAMP},
	{F_TIMEZONE_INTERVAL_TIMESTAMPTZ},
	{F_NOW},
	{F_RANGE_CONTAINS_ELEM},
	{F_ELEM_CONTAINED_BY_RANGE},
	{F_MULTIRANGE_CONTAINS_ELEM},
	{F_ELEM_CONTAINED_BY_MULTIRANGE},

	{F_DATE_PLI},
	{F_DATE_MII},
	{F_INTEGER_PL_DATE},
	{F_DATE_MI},
	{F_DATE_PL_INTERVAL},
	{F_DATE_MI_INTERVAL},
	{F_TIMESTAMP_PL_INTERVAL},
	{F_TIMESTAMP_MI_INTERVAL},
	{F_TIMESTAMPTZ_PL_INTERVAL},
	{F_TIMESTAMPTZ_MI_INTERVAL},

	{F_DATE_TRUNC_TEXT_TIMESTAMP, true},
	{F_DATE_TRUNC_TEXT_TIMESTAMPTZ, true},
	{F_DATE_TRUNC_TEXT_TIMESTAMPTZ_TEXT, true},
	{F_EXTRACT_TEXT_DATE, true},
	{F_EXTRACT_TEXT_TIMESTAMP, true},
	{F_EXTRACT_TEXT_TIMESTAMPTZ, true},
	{F_DATE_PART_TEXT_DATE, true},
	{F_DATE_PART_TEXT_TIMESTAMP, true},
	{F_DATE_PART_TEXT_TIMESTAMPTZ, true},

	{F_INT4_NUMERIC},
	{F_INT8_NUMERIC},
	{F_FLOAT8_NUMERIC},
	{F_INT4_FLOAT8},
	{F_INT8_FLOAT8},
	{F_NUMERIC_FLOAT8},
	{F_NUMERIC_INT4},
	{F_NUMERIC_INT8},
	{F_TRUNC_NUMERIC_INT4},
	{F_TRUNC_FLOAT8},
	{F_FLOOR_NUMERIC},
	{F_FLOOR_FLOAT8},
	{F_NUMERIC_ADD},
	{F_NUMERIC_SUB},
	{F_NUMERIC_MUL},

	{F_TO_CHAR_TIMESTAMP_TEXT},
	{F_TO_CHAR_TIMESTAMPTZ_TEXT},
	{F_LEFT},
	{F_RIGHT},
	{F_BTRIM_TEXT},
	{F_UPPER_TEXT},
	{F_LOWER_TEXT},
	{F_TEXTCAT},
};

/* Where the day is, and the expressions found so far. */
typedef struct Search
{
	Index varno;
	AttrNumber day;
	List *exprs;
} Search;

/* An expression that follows the day, ready to be evaluated. */
typedef struct Follower
{
	ExprState *state;
	ExprContext *econtext;
	int16 typlen;
	bool typbyval;
} Follower;

static bool is_safe(const Search *search, Node *node);

/*
 * Whether a node is the day.
 */
static bool
is_day(const Search *search, Node *node)
{
	Var *var = (Var *) node;

	return node != NULL && IsA(node, Var) && var->varno == search->varno &&
		var->varattno == search->day && var->varlevelsup == 0;
}

/*
 * For expression_tree_walker: whether the day occurs.
 */
static bool
has_day(Node *node, void *context)
{
	return node != NULL &&
		(is_day(context, node) ||
		 expression_tree_walker(node, has_day, context));
}

/*
 * Whether a node is a constant word for a unit of days.
 */
static bool
is_unit(Node *node)
{
	Const *constant = (Const *) node;
	char *word;

	if (!IsA(node, Const) || constant->constisnull ||
		constant->consttype != TEXTOID)
		return false;
	word = TextDatumGetCString(constant->constvalue);
	return adp_words_match(asc_tolower(word, strlen(word)), UNITS);
}

/*
 * Whether all members of a list are safe.
 */
static bool
are_safe(const Search *search, List *nodes)
{
	ListCell *cell;

	foreach(cell, nodes)
	{
		if (!is_safe(search, lfirst(cell)))
			return false;
	}
	return true;
}

/*
 * Whether a call of a function is safe.
 */
static bool
is_safe_call(const Search *search, Oid function, List *args)
{
	for (int i = 0; i < lengthof(safe_functions); i++)
	{
		if (safe_functions[i].function == function)
			return (!safe_functions[i].has_unit || is_unit(linitial(args))) &&
				are_safe(search, args);
	}
	return false;
}

/*
 * Whether an operator compares values of the server's types by their order.
 */
static bool
is_comparison(Oid opno)
{
	return opno < FirstNormalObjectId && adp_compares_by_order(opno);
}

/*
 * Whether a CASE is safe.  One with an argument has a CaseTestExpr of its own.
 */
static bool
is_safe_case(const Search *search, CaseExpr *expr)
{
	ListCell *cell;

	if (expr->arg != NULL || !is_safe(search, (Node *) expr->defresult))
		return false;
	foreach(cell, expr->args)
	{
		CaseWhen *when = lfirst(cell);

		if (!is_safe(search, (Node *) when->expr) ||
			!is_safe(search, (Node *) when->result))
			return false;
	}
	return true;
}

/*
 * Whether an expression depends on nothing but the day and what is known when
 * the scan starts, and fails on no day.  (A long dispatch.)
 */
static bool
is_safe(const Search *search, Node *node)
{
	if (node == NULL)
		return true;
	switch (nodeTag(node))
	{
		case T_Var:
			return is_day(search, node);
		case T_Const:
		case T_SQLValueFunction:
			return true;
		case T_Param:
			return ((Param *) node)->paramkind == PARAM_EXTERN;
		case T_RelabelType:
			return is_safe(search, (Node *) ((RelabelType *) node)->arg);
		case T_CoerceViaIO:
			return (((CoerceViaIO *) node)->resulttype == TEXTOID ||
					((CoerceViaIO *) node)->resulttype == VARCHAROID) &&
				is_safe(search, (Node *) ((CoerceViaIO *) node)->arg);
		case T_FuncExpr:
			return is_safe_call(search, ((FuncExpr *) node)->funcid,
								((FuncExpr *) node)->args);
		case T_OpExpr:
			return is_comparison(((OpExpr *) node)->opno)
				? are_safe(search, ((OpExpr *) node)->args)
				: is_safe_call(search, get_opcode(((OpExpr *) node)->opno),
							   ((OpExpr *) node)->args);
		case T_ScalarArrayOpExpr:
			return is_comparison(((ScalarArrayOpExpr *) node)->opno) &&
				are_safe(search, ((ScalarArrayOpExpr *) node)->args);
		case T_BoolExpr:
			return are_safe(search, ((BoolExpr *) node)->args);
		case T_CaseExpr:
			return is_safe_case(search, (CaseExpr *) node);
		case T_CoalesceExpr:
			return are_safe(search, ((CoalesceExpr *) node)->args);
		case T_NullTest:
			return is_safe(search, (Node *) ((NullTest *) node)->arg);
		default:
			return false;
	}
}

/*
 * For expression_tree_mutator: replaces the day by a CaseTestExpr.
 */
static Node *
replace_day(Node *node, void *context)
{
	CaseTestExpr *day;

	if (!is_day(context, node))
		return node == NULL
			? NULL
			: expression_tree_mutator(node, replace_day, context);
	day = makeNode(CaseTestExpr);
	day->typeId = DATEOID;
	day->typeMod = -1;
	return (Node *) day;
}

/*
 * For expression_tree_walker: adds the largest safe expressions with the day.
 * The day alone is one.
 */
static bool
collect(Node *node, void *context)
{
	Search *search = context;

	if (node == NULL || !has_day(node, search))
		return false;
	if (!is_safe(search, node))
		return expression_tree_walker(node, collect, context);
	search->exprs =
		list_append_unique(search->exprs, replace_day(node, search));
	return false;
}

/*
 * Collects the expressions of the day in a node.
 */
List *
adp_day_bucket_collect(List *exprs, Node *node, Index varno, AttrNumber day)
{
	Search search = {varno, day, exprs};

	(void) collect(node, &search);
	return search.exprs;
}

/*
 * Evaluates an expression on a day.
 */
static Datum
evaluate(const Follower *follower, DateADT day, bool *is_null)
{
	ExprContext *econtext = follower->econtext;
	Datum result;

	econtext->caseValue_datum = DateADTGetDatum(day);
	econtext->caseValue_isNull = false;
	result = ExecEvalExpr(follower->state, econtext, is_null);
	econtext->caseValue_isNull = true;
	return result;
}

/*
 * Whether an expression has one value on all days of each period.
 */
static bool
sees_only(const Follower *follower, AdpPeriod period, AdpDateRange days)
{
	Datum value = 0;
	bool is_null = true;
	DateADT next = days.since;

	for (DateADT day = days.since; day <= days.until; day++)
	{
		bool now_null;
		Datum now = evaluate(follower, day, &now_null);

		if (day == next)
		{
			value = now;
			is_null = now_null;
			next = adp_period_next(period, day);
		}
		else if (now_null != is_null ||
				 (!is_null &&
				  !datum_image_eq(now, value, follower->typbyval,
								  follower->typlen)))
			return false;
	}
	return true;
}

/*
 * Whether all of several expressions have one value on all days of each period.
 */
static bool
all_see_only(const Follower *followers, int n, AdpPeriod period,
			 AdpDateRange days)
{
	for (int i = 0; i < n; i++)
	{
		CHECK_FOR_INTERRUPTS();
		if (!sees_only(&followers[i], period, days))
			return false;
	}
	return true;
}

/*
 * Sets how values of an expression's type are compared.
 */
static void
set_type(Follower *follower, Node *expr)
{
	get_typlenbyval(exprType(expr), &follower->typlen, &follower->typbyval);
}

/*
 * For expression_tree_walker: whether there is a parameter.
 */
static bool
has_param(Node *node, void *context)
{
	return node != NULL &&
		(IsA(node, Param) || expression_tree_walker(node, has_param, context));
}

/*
 * Returns the longest period that all of several expressions see; one that ends
 * with the given days need not be whole.
 */
static AdpPeriod
longest_seen(const Follower *followers, int n, AdpDateRange days)
{
	if (all_see_only(followers, n, ADP_PERIOD_MONTH, days))
		return ADP_PERIOD_MONTH;
	return all_see_only(followers, n, ADP_PERIOD_WEEK, days) ? ADP_PERIOD_WEEK
															 : ADP_PERIOD_DAY;
}

/*
 * Guesses the period.  Values of parameters are not known.
 */
AdpPeriod
adp_day_bucket_guess(List *exprs)
{
	int n = list_length(exprs);
	Follower *followers = palloc0(Max(n, 1) * sizeof(Follower));
	DateADT until = adp_days_latest_today();
	EState *estate;
	AdpPeriod result;

	if (n == 0)
		return ADP_PERIOD_DAY;
	if (has_param((Node *) exprs, NULL))
		return ADP_PERIOD_MONTH;
	estate = CreateExecutorState();
	for (int i = 0; i < n; i++)
	{
		followers[i].state = ExecPrepareExpr(list_nth(exprs, i), estate);
		followers[i].econtext = GetPerTupleExprContext(estate);
		set_type(&followers[i], list_nth(exprs, i));
	}
	result =
		longest_seen(followers, n, (AdpDateRange){until - DAYS_TRIED, until});
	FreeExecutorState(estate);
	return result;
}

/*
 * Whether days are whole periods, as far as there are days today.
 */
static bool
are_whole(AdpPeriod period, const AdpDays *days)
{
	return adp_period_start(period, days->since) == days->since &&
		(days->until >= adp_days_latest_today() ||
		 adp_period_next(period, days->until) == days->until + 1);
}

/*
 * Chooses the period.
 */
AdpPeriod
adp_day_bucket_choose(List *exprs, const AdpValue *values, const AdpDays *days)
{
	static const AdpPeriod periods[] = {ADP_PERIOD_MONTH, ADP_PERIOD_WEEK};
	int n = list_length(exprs);
	Follower *followers = palloc0(Max(n, 1) * sizeof(Follower));
	AdpDateRange tried = {days->since,
						  Min(days->until, adp_days_latest_today())};

	if (n == 0 || DATE_NOT_FINITE(days->since) ||
		tried.until - tried.since > DAYS_MAX)
		return ADP_PERIOD_DAY;
	for (int i = 0; i < n; i++)
	{
		if (values[i].placeholder != NULL)
			return ADP_PERIOD_DAY;
		followers[i].state = values[i].state;
		followers[i].econtext = values[i].econtext;
		set_type(&followers[i], list_nth(exprs, i));
	}
	for (int i = 0; i < lengthof(periods); i++)
	{
		if (are_whole(periods[i], days) &&
			all_see_only(followers, n, periods[i], tried))
			return periods[i];
	}
	return ADP_PERIOD_DAY;
}
