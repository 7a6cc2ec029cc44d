/*
 * monotone.c
 *	  Expressions that grow or shrink with the day.
 *
 * Proof obligation.  An expression is accepted if it is a chain of steps, each
 * of which keeps or reverses the order of its argument.  Then a comparison of
 * the expression with a value is true for all days on one side of some day.
 * The steps:
 *
 *	 casts		between date, timestamp and timestamptz keep the order of moments;
 *				those between numeric types round, which keeps order.
 *	 zones		AT TIME ZONE and casts from and to timestamptz move a moment by an
 *				offset from UTC that is within 16 hours, so two moments further
 *				apart than 32 hours are never swapped.
 *	 +, -		a number, a time of day, or an interval: days and times move all
 *				moments alike; months move a day to the same day of another month
 *				or that month's last, which makes neighbours equal, but never
 *				swaps them.
 *	 trunc		date_trunc() and date_bin() give the start of the unit that a moment
 *				is in, and a later moment is never in an earlier unit.
 *	 extract	of year, decade, century, millennium, isoyear, epoch and julian.  All
 *				other units restart.
 *	 to_char	with parts of decreasing significance, each of a fixed width for the
 *				years that day_curve.c searches, and the same text between them.
 *				Then texts differ first in the largest part that differs, and
 *				digits sort as digits.  The same holds for a prefix of such a text.
 *	 ::text		of a date or timestamp is such a text if DateStyle is ISO.
 *
 * Because of changing offsets and months of different lengths, a step may swap
 * days that are less than SLACK days apart.  day_curve.c tests these days one by
 * one.
 */
#include "postgres.h"

#include "catalog/pg_type_d.h"
#include "nodes/makefuncs.h"
#include "nodes/nodeFuncs.h"
#include "optimizer/clauses.h"
#include "optimizer/optimizer.h"
#include "utils/builtins.h"
#include "utils/fmgroids.h"
#include "utils/lsyscache.h"

#include "base/words.h"
#include "fdw/monotone.h"

/*
 * Days that a step may put out of order: twice the 32 hours of time zones, for
 * conversions there and back, or the three days by which months differ.
 */
#define SLACK 5

/* Units of extract() that never restart, in upper case. */
#define GROWING_UNITS \
	"YEARS?|DECADES?|CENTURY|CENTURIES|MILLENNIUM|ISOYEAR|EPOCH|JULIAN"

/*
 * Formats of to_char() with parts of decreasing significance, in upper case.
 * Between the parts, quoted text and characters other than letters are allowed,
 * which to_char() copies.
 */
#define LITERAL "(?:[^A-Z\"\\\\]|\"[^\"\\\\]*\")*"
#define SORTING_FORMATS \
	LITERAL "YYYY(?:" LITERAL "Q)?(?:" LITERAL "MM(?:" LITERAL \
			"DD)?)?" LITERAL "|" LITERAL "YYYY" LITERAL "DDD" LITERAL \
			"|" LITERAL "IYYY(?:" LITERAL "IW(?:" LITERAL "ID)?)?" LITERAL

/* Further requirement of a step. */
typedef enum StepCheck
{
	CHECK_NOTHING,
	CHECK_UNIT,	  /* the first argument is among GROWING_UNITS */
	CHECK_FORMAT, /* the second one is among SORTING_FORMATS */
	CHECK_START	  /* the second one is 1 */
} StepCheck;

/* A function that keeps or reverses the order of an argument. */
typedef struct Step
{
	Oid function;
	int argument;
	int direction;
	StepCheck check;
} Step;

static const Step steps[] = {
	{F_TIMESTAMP_DATE, 0, 1, CHECK_NOTHING},
	{F_TIMESTAMPTZ_DATE, 0, 1, CHECK_NOTHING},
	{F_TIMESTAMPTZ_TIMESTAMP, 0, 1, CHECK_NOTHING},
	{F_TIMESTAMP_TIMESTAMPTZ, 0, 1, CHECK_NOTHING},
	{F_TIMESTAMP_TIMESTAMP_INT4, 0, 1, CHECK_NOTHING},
	{F_TIMESTAMPTZ_TIMESTAMPTZ_INT4, 0, 1, CHECK_NOTHING},
	{F_DATE_TIMESTAMP, 0, 1, CHECK_NOTHING},
	{F_DATE_TIMESTAMPTZ, 0, 1, CHECK_NOTHING},
	{F_TIMEZONE_TEXT_TIMESTAMP, 1, 1, CHECK_NOTHING},
	{F_TIMEZONE_TEXT_TIMESTAMPTZ, 1, 1, CHECK_NOTHING},
	{F_TIMEZONE_INTERVAL_TIMESTAMP, 1, 1, CHECK_NOTHING},
	{F_TIMEZONE_INTERVAL_TIMESTAMPTZ, 1, 1, CHECK_NOTHING},

	{F_DATE_PLI, 0, 1, CHECK_NOTHING},
	{F_DATE_MII, 0, 1, CHECK_NOTHING},
	{F_INTEGER_PL_DATE, 1, 1, CHECK_NOTHING},
	{F_DATE_MI, 0, 1, CHECK_NOTHING},
	{F_DATE_MI, 1, -1, CHECK_NOTHING},
	{F_DATETIME_PL, 0, 1, CHECK_NOTHING},
	{F_DATE_PL_INTERVAL, 0, 1, CHECK_NOTHING},
	{F_DATE_MI_INTERVAL, 0, 1, CHECK_NOTHING},
	{F_TIMESTAMP_PL_INTERVAL, 0, 1, CHECK_NOTHING},
	{F_TIMESTAMP_MI_INTERVAL, 0, 1, CHECK_NOTHING},
	{F_TIMESTAMPTZ_PL_INTERVAL, 0, 1, CHECK_NOTHING},
	{F_TIMESTAMPTZ_MI_INTERVAL, 0, 1, CHECK_NOTHING},
	{F_TIMESTAMP_MI, 0, 1, CHECK_NOTHING},
	{F_TIMESTAMP_MI, 1, -1, CHECK_NOTHING},
	{F_TIMESTAMPTZ_MI, 0, 1, CHECK_NOTHING},
	{F_TIMESTAMPTZ_MI, 1, -1, CHECK_NOTHING},

	{F_DATE_TRUNC_TEXT_TIMESTAMP, 1, 1, CHECK_NOTHING},
	{F_DATE_TRUNC_TEXT_TIMESTAMPTZ, 1, 1, CHECK_NOTHING},
	{F_DATE_TRUNC_TEXT_TIMESTAMPTZ_TEXT, 1, 1, CHECK_NOTHING},
	{F_DATE_BIN_INTERVAL_TIMESTAMP_TIMESTAMP, 1, 1, CHECK_NOTHING},
	{F_DATE_BIN_INTERVAL_TIMESTAMPTZ_TIMESTAMPTZ, 1, 1, CHECK_NOTHING},
	{F_EXTRACT_TEXT_DATE, 1, 1, CHECK_UNIT},
	{F_EXTRACT_TEXT_TIMESTAMP, 1, 1, CHECK_UNIT},
	{F_EXTRACT_TEXT_TIMESTAMPTZ, 1, 1, CHECK_UNIT},
	{F_DATE_PART_TEXT_DATE, 1, 1, CHECK_UNIT},
	{F_DATE_PART_TEXT_TIMESTAMP, 1, 1, CHECK_UNIT},
	{F_DATE_PART_TEXT_TIMESTAMPTZ, 1, 1, CHECK_UNIT},

	{F_INT4_NUMERIC, 0, 1, CHECK_NOTHING},
	{F_INT8_NUMERIC, 0, 1, CHECK_NOTHING},
	{F_FLOAT8_NUMERIC, 0, 1, CHECK_NOTHING},
	{F_INT4_FLOAT8, 0, 1, CHECK_NOTHING},
	{F_INT8_FLOAT8, 0, 1, CHECK_NOTHING},
	{F_NUMERIC_FLOAT8, 0, 1, CHECK_NOTHING},
	{F_INT8_INT4, 0, 1, CHECK_NOTHING},
	{F_FLOAT8_INT4, 0, 1, CHECK_NOTHING},
	{F_NUMERIC_INT4, 0, 1, CHECK_NOTHING},
	{F_NUMERIC_INT8, 0, 1, CHECK_NOTHING},
	{F_INT4PL, 0, 1, CHECK_NOTHING},
	{F_INT4PL, 1, 1, CHECK_NOTHING},
	{F_INT4MI, 0, 1, CHECK_NOTHING},
	{F_INT4MI, 1, -1, CHECK_NOTHING},
	{F_NUMERIC_ADD, 0, 1, CHECK_NOTHING},
	{F_NUMERIC_ADD, 1, 1, CHECK_NOTHING},
	{F_NUMERIC_SUB, 0, 1, CHECK_NOTHING},
	{F_NUMERIC_SUB, 1, -1, CHECK_NOTHING},

	{F_TO_CHAR_TIMESTAMP_TEXT, 0, 1, CHECK_FORMAT},
	{F_TO_CHAR_TIMESTAMPTZ_TEXT, 0, 1, CHECK_FORMAT},
	{F_LEFT, 0, 1, CHECK_NOTHING},
	{F_SUBSTR_TEXT_INT4_INT4, 0, 1, CHECK_START},
	{F_SUBSTRING_TEXT_INT4_INT4, 0, 1, CHECK_START},
};

/* Parameters and state of a search. */
typedef struct Search
{
	PlannerInfo *root;
	Index varno;
	AttrNumber day;
	AdpMonotone *result;
} Search;

static int follow(Search *search, Node *node);

/*
 * Whether a node is the day.
 */
static bool
is_day(const Search *search, const Node *node)
{
	const Var *var = (const Var *) node;

	return node != NULL && IsA(node, Var) && var->varno == search->varno &&
		var->varattno == search->day && var->varlevelsup == 0 &&
		var->vartype == DATEOID;
}

/*
 * Whether a node is a constant text that matches a pattern in upper case.
 */
static bool
is_constant_like(Node *node, const char *pattern)
{
	Const *constant = (Const *) node;
	char *letters;

	if (node == NULL || !IsA(node, Const) || constant->constisnull ||
		constant->consttype != TEXTOID)
		return false;
	letters = TextDatumGetCString(constant->constvalue);
	for (char *p = letters; *p != '\0'; p++)
		*p = pg_ascii_toupper((unsigned char) *p);
	return adp_words_match(letters, pattern);
}

/*
 * Whether a node is a constant integer with this value.
 */
static bool
is_constant_int(Node *node, int32 value)
{
	Const *constant = (Const *) node;

	return node != NULL && IsA(node, Const) && !constant->constisnull &&
		constant->consttype == INT4OID &&
		DatumGetInt32(constant->constvalue) == value;
}

/*
 * Whether a step's other arguments meet its requirement.
 */
static bool
passes_check(const Step *step, List *args)
{
	switch (step->check)
	{
		case CHECK_NOTHING:
			return true;
		case CHECK_UNIT:
			return is_constant_like(linitial(args), GROWING_UNITS);
		case CHECK_FORMAT:
			return is_constant_like(lsecond(args), SORTING_FORMATS);
		case CHECK_START:
			return is_constant_int(lsecond(args), 1);
	}
	return false;
}

/*
 * Whether an expression can be evaluated when the scan starts.
 */
static bool
is_value(const Search *search, Node *node)
{
	return !bms_is_member(search->varno, pull_varnos(search->root, node)) &&
		!contain_volatile_functions(node) && !contain_subplans(node);
}

/*
 * Returns the direction of a function of the day; 0 if it is not monotone.
 */
static int
follow_function(Search *search, Oid function, List *args)
{
	for (int i = 0; i < lengthof(steps); i++)
	{
		const Step *step = &steps[i];
		int direction;

		if (step->function != function || step->argument >= list_length(args) ||
			is_value(search, list_nth(args, step->argument)))
			continue;
		for (int j = 0; j < list_length(args); j++)
		{
			if (j != step->argument && !is_value(search, list_nth(args, j)))
				return 0;
		}
		if (!passes_check(step, args))
			return 0;
		direction = follow(search, list_nth(args, step->argument));
		search->result->slack += SLACK;
		return step->direction * direction;
	}
	return 0;
}

/*
 * Returns the direction of a cast to text; 0 if it is not monotone.
 */
static int
follow_text(Search *search, CoerceViaIO *cast)
{
	Oid from = exprType((Node *) cast->arg);

	if (cast->resulttype != TEXTOID && cast->resulttype != VARCHAROID)
		return 0;
	if (from != DATEOID && from != TIMESTAMPOID)
		return 0;
	search->result->needs_iso = true;
	search->result->slack += SLACK;
	return follow(search, (Node *) cast->arg);
}

/*
 * Returns the direction of an expression: 1, -1, or 0 if it may not be
 * monotone.
 */
static int
follow(Search *search, Node *node)
{
	if (is_day(search, node))
		return 1;
	switch (nodeTag(node))
	{
		case T_RelabelType:
			return follow(search, (Node *) ((RelabelType *) node)->arg);
		case T_CoerceViaIO:
			return follow_text(search, (CoerceViaIO *) node);
		case T_FuncExpr:
			return follow_function(search, ((FuncExpr *) node)->funcid,
								   ((FuncExpr *) node)->args);
		case T_OpExpr:
			return follow_function(search, get_opcode(((OpExpr *) node)->opno),
								   ((OpExpr *) node)->args);
		default:
			return 0;
	}
}

/*
 * For expression_tree_mutator: replaces the day by a CaseTestExpr.
 */
static Node *
replace_day(Node *node, void *context)
{
	if (node == NULL)
		return NULL;
	if (is_day(context, node))
	{
		CaseTestExpr *day = makeNode(CaseTestExpr);

		day->typeId = DATEOID;
		day->typeMod = -1;
		return (Node *) day;
	}
	return expression_tree_mutator(node, replace_day, context);
}

/*
 * Finds how an expression follows the day.
 */
bool
adp_monotone_find(PlannerInfo *root, Index varno, AttrNumber day, Node *expr,
				  AdpMonotone *result)
{
	Search search = {root, varno, day, result};

	MemSet(result, 0, sizeof(AdpMonotone));
	if (expr == NULL)
		return false;
	result->direction = follow(&search, expr);
	if (result->direction == 0)
		return false;
	result->expr = replace_day(expr, &search);
	return true;
}
