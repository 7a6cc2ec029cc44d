/*
 * condition.c
 *	  Conditions between planning and sending: values to requests.
 *
 * Proof obligations.  A condition that is sent must hold for every row that the
 * statement keeps, since rows that the platform leaves out cannot be got back:
 *
 *	 ids	An id is a 64-bit number in canonical digits on the platform and the
 *			same digits as text here.  Text that is not canonical equals no id:
 *			it is dropped from IN (and nothing left proves the scan empty) and
 *			from NOT IN (where it excludes nothing).
 *	 enums	Constants are [A-Z0-9_]+; other text equals none.  UNKNOWN stands for
 *			any value newer than the API version and UNSPECIFIED for none: the
 *			platform need not find its own rows by them, so they are not sent.
 *			NOT IN keeps rows without a value, which SQL drops: a superset.
 *	 names	The platform compares by = and IN case-sensitively, as PostgreSQL
 *			does under a deterministic collation.  Empty text may be the same as
 *			absent there, which is NULL here: not sent.
 *	 days	The range sent is the hull of what the conditions allow.
 */
#include "postgres.h"

#include "access/stratnum.h"
#include "catalog/pg_type_d.h"
#include "fmgr.h"
#include "nodes/value.h"
#include "utils/array.h"
#include "utils/builtins.h"
#include "utils/date.h"
#include "utils/lsyscache.h"
#include "utils/timestamp.h"

#include "base/guc.h"
#include "fdw/condition.h"

/* The platform's limit for a list. */
#define LIST_MAX 20000

/* Longest text of a list: queries are kept below 100 kB. */
#define LIST_TEXT_MAX 60000

/* How far a moment's day can be from the day on which a comparison turns. */
#define DAYS_AROUND 2

/* The days that a tree allows. */
typedef struct DayRange
{
	DateADT lo;
	DateADT hi;
	bool is_exact;
	const char *lo_name; /* placeholder, if not known yet */
	const char *hi_name;
} DayRange;

static DayRange eval_days(List *tree, const AdpValue *values);

static const DayRange all_days = {DATEVAL_NOBEGIN, DATEVAL_NOEND, true};
static const DayRange no_days = {DATEVAL_NOEND, DATEVAL_NOBEGIN, true};

/*
 * Sign of day compared with a value of the given type; the server's own
 * comparison, so that daylight saving and rounding are what SQL says.
 */
static int
compare_day(DateADT day, Datum value, Oid type)
{
	switch (type)
	{
		case TIMESTAMPOID:
			return date_cmp_timestamp_internal(day, DatumGetTimestamp(value));
		case TIMESTAMPTZOID:
			return date_cmp_timestamptz_internal(day,
												 DatumGetTimestampTz(value));
		default:
			Assert(type == DATEOID);
			return day < DatumGetDateADT(value) ? -1
				: day > DatumGetDateADT(value)	? 1
												: 0;
	}
}

/*
 * The day of a value; infinite values give infinite days.
 */
static DateADT
day_of(Datum value, Oid type)
{
	switch (type)
	{
		case TIMESTAMPOID:
			return DatumGetDateADT(DirectFunctionCall1(timestamp_date, value));
		case TIMESTAMPTZOID:
			return DatumGetDateADT(DirectFunctionCall1(timestamptz_date, value));
		default:
			return DatumGetDateADT(value);
	}
}

/*
 * The range for a value before or after all days.
 */
static DayRange
infinite_range(int strategy, bool is_end)
{
	bool wants_less = strategy == BTLessStrategyNumber ||
		strategy == BTLessEqualStrategyNumber;

	if (strategy == BTEqualStrategyNumber)
		return no_days;
	return wants_less == is_end ? all_days : no_days;
}

/*
 * The first day, from a little before the value on, that compares as wanted.
 */
static DateADT
first_day(DateADT around, Datum value, Oid type, int at_least)
{
	DateADT day = around - DAYS_AROUND;

	while (day < around + DAYS_AROUND &&
		   compare_day(day, value, type) < at_least)
		day++;
	return day;
}

/*
 * The days that compare with a value as the strategy says.  A day compares
 * like its midnight, so each comparison turns once, at or next to the value's
 * own day.
 */
static DayRange
days_of_value(int strategy, Datum value, Oid type, bool is_odd)
{
	DayRange range = all_days;
	DateADT around = day_of(value, type);
	DateADT not_before; /* first day >= value */
	DateADT after;		/* first day > value */

	if (DATE_NOT_FINITE(around))
		return infinite_range(strategy, DATE_IS_NOEND(around));
	not_before = first_day(around, value, type, 0);
	after = first_day(around, value, type, 1);
	if (strategy == BTEqualStrategyNumber ||
		strategy == BTGreaterEqualStrategyNumber)
		range.lo = not_before;
	if (strategy == BTGreaterStrategyNumber)
		range.lo = after;
	if (strategy == BTEqualStrategyNumber ||
		strategy == BTLessEqualStrategyNumber)
		range.hi = after - 1;
	if (strategy == BTLessStrategyNumber)
		range.hi = not_before - 1;
	if (is_odd)
	{
		range.is_exact = false;
		if (!DATE_NOT_FINITE(range.lo))
			range.lo--;
		if (!DATE_NOT_FINITE(range.hi))
			range.hi++;
	}
	return range;
}

/*
 * The smallest range that holds both.
 */
static DayRange
hull(DayRange a, DayRange b)
{
	DayRange range;

	range.lo = Min(a.lo, b.lo);
	range.hi = Max(a.hi, b.hi);
	range.is_exact = false;
	range.lo_name = a.lo_name ? a.lo_name : b.lo_name;
	range.hi_name = a.hi_name ? a.hi_name : b.hi_name;
	if (a.lo > a.hi)
		return b;
	if (b.lo > b.hi)
		return a;
	return range;
}

/*
 * The range that both allow.
 */
static DayRange
intersection(DayRange a, DayRange b)
{
	DayRange range;

	range.lo = Max(a.lo, b.lo);
	range.hi = Min(a.hi, b.hi);
	range.is_exact = a.is_exact && b.is_exact;
	range.lo_name = a.lo_name ? a.lo_name : b.lo_name;
	range.hi_name = a.hi_name ? a.hi_name : b.hi_name;
	return range;
}

/*
 * The hull of the days that equal an element.
 */
static DayRange
days_of_array(Datum array, Oid type, bool is_odd)
{
	ArrayType *elements = DatumGetArrayTypeP(array);
	DayRange range = no_days;
	int16 typlen;
	bool typbyval;
	char typalign;
	Datum *values;
	bool *nulls;
	int n;

	get_typlenbyvalalign(type, &typlen, &typbyval, &typalign);
	deconstruct_array(elements, type, typlen, typbyval, typalign, &values,
					  &nulls, &n);
	for (int i = 0; i < n; i++)
	{
		if (!nulls[i])
			range = hull(range,
						 days_of_value(BTEqualStrategyNumber, values[i], type,
									   is_odd));
	}
	return range;
}

/*
 * The range of a leaf whose value is known only at run time.
 */
static DayRange
placeholder_days(int strategy, const char *name)
{
	DayRange range = all_days;

	if (strategy != BTLessStrategyNumber &&
		strategy != BTLessEqualStrategyNumber)
		range.lo_name = name;
	if (strategy != BTGreaterStrategyNumber &&
		strategy != BTGreaterEqualStrategyNumber)
		range.hi_name = name;
	return range;
}

/*
 * The range of one comparison.  Compared with NULL nothing is true.
 */
static DayRange
days_of_leaf(List *leaf, const AdpValue *values)
{
	int strategy = intVal(list_nth(leaf, ADP_LEAF_STRATEGY));
	const AdpValue *value = &values[intVal(list_nth(leaf, ADP_LEAF_EXPR))];
	Oid type = (Oid) intVal(list_nth(leaf, ADP_LEAF_TYPE));
	bool is_odd = intVal(list_nth(leaf, ADP_LEAF_IS_ODD)) != 0;

	if (value->placeholder != NULL)
		return placeholder_days(strategy, value->placeholder);
	if (value->is_null)
		return no_days;
	if (intVal(list_nth(leaf, ADP_LEAF_IS_ARRAY)) != 0)
		return days_of_array(value->value, type, is_odd);
	return days_of_value(strategy, value->value, type, is_odd);
}

/*
 * The range of a tree.
 */
static DayRange
eval_days(List *tree, const AdpValue *values)
{
	int kind = intVal(linitial(tree));
	DayRange range;

	if (kind == ADP_DAY_LEAF)
		return days_of_leaf(tree, values);
	range = eval_days(lsecond(tree), values);
	for (int i = 2; i < list_length(tree); i++)
	{
		DayRange next = eval_days(list_nth(tree, i), values);

		range =
			kind == ADP_DAY_AND ? intersection(range, next) : hull(range, next);
	}
	return range;
}

/*
 * Whether a tree always gives a lower bound.
 */
bool
adp_condition_has_lower(List *tree)
{
	int kind = intVal(linitial(tree));
	int strategy;

	if (kind == ADP_DAY_LEAF)
	{
		strategy = intVal(list_nth(tree, ADP_LEAF_STRATEGY));
		return strategy != BTLessStrategyNumber &&
			strategy != BTLessEqualStrategyNumber;
	}
	for (int i = 1; i < list_length(tree); i++)
	{
		bool has_lower = adp_condition_has_lower(list_nth(tree, i));

		if (has_lower == (kind == ADP_DAY_AND))
			return has_lower;
	}
	return kind == ADP_DAY_OR;
}

/*
 * Narrows the plan's days by a tree.
 */
static void
apply_days(List *tree, const AdpValue *values, AdpPushed *pushed)
{
	AdpDays *days = &pushed->plan->days;
	DayRange range = eval_days(tree, values);

	days->since = Max(days->since, range.lo);
	days->until = Min(days->until, range.hi);
	if (range.lo_name != NULL)
		pushed->since_name = range.lo_name;
	if (range.hi_name != NULL)
		pushed->until_name = range.hi_name;
	if (days->since > days->until)
		pushed->is_empty = true;
	if (!range.is_exact)
		pushed->is_exact = false;
}

/*
 * The texts of a value: one, or an array's elements.  *has_null tells whether
 * an element is NULL.
 */
static const char **
texts_of(const AdpValue *value, bool is_array, int *n, bool *has_null)
{
	const char **texts;
	ArrayType *array;
	Datum *elements;
	bool *nulls;
	int count;

	*n = 0;
	*has_null = false;
	if (!is_array)
	{
		texts = palloc(sizeof(char *));
		texts[(*n)++] = TextDatumGetCString(value->value);
		return texts;
	}
	array = DatumGetArrayTypeP(value->value);
	deconstruct_array(array, ARR_ELEMTYPE(array), -1, false, TYPALIGN_INT,
					  &elements, &nulls, &count);
	texts = palloc(Max(count, 1) * sizeof(char *));
	for (int i = 0; i < count; i++)
	{
		if (nulls[i])
			*has_null = true;
		else
			texts[(*n)++] = TextDatumGetCString(elements[i]);
	}
	return texts;
}

/*
 * Whether text is how the platform writes an id: digits without leading zeros,
 * within 64 bits.
 */
static bool
is_canonical_id(const char *text)
{
	Size len = strlen(text);
	const char *largest = "9223372036854775807";

	if (len == 0 || strspn(text, "0123456789") != len)
		return false;
	if (text[0] == '0')
		return len == 1;
	return len < strlen(largest) ||
		(len == strlen(largest) && strcmp(text, largest) <= 0);
}

/* What becomes of one value of a list. */
typedef enum ValueFate
{
	VALUE_SENT,
	VALUE_MATCHES_NOTHING, /* equals no value of the field */
	VALUE_STAYS_LOCAL	   /* may match, but cannot be sent */
} ValueFate;

/*
 * Decides about one value.
 */
static ValueFate
judge_value(const AdpPlatform *platform, const AdpField *field, const char *text)
{
	switch (field->type)
	{
		case ADP_FIELD_ID:
			return is_canonical_id(text) ? VALUE_SENT : VALUE_MATCHES_NOTHING;
		case ADP_FIELD_ENUM:
			if (strcmp(text, "UNKNOWN") == 0 || strcmp(text, "UNSPECIFIED") == 0)
				return VALUE_STAYS_LOCAL;
			return platform->can_hold(field, text) ? VALUE_SENT
												   : VALUE_MATCHES_NOTHING;
		default:
			return platform->can_hold(field, text) ? VALUE_SENT
												   : VALUE_STAYS_LOCAL;
	}
}

/*
 * Orders texts, so that equal sets give equal requests.
 */
static int
compare_texts(const void *a, const void *b)
{
	return strcmp(*(const char *const *) a, *(const char *const *) b);
}

/*
 * Sorts texts and removes those that are there twice.
 */
static int
sort_unique(const char **texts, int n)
{
	int kept = 0;

	qsort(texts, n, sizeof(char *), compare_texts);
	for (int i = 0; i < n; i++)
	{
		if (kept == 0 || strcmp(texts[kept - 1], texts[i]) != 0)
			texts[kept++] = texts[i];
	}
	return kept;
}

/*
 * Appends a condition to the plan.
 */
static void
send_condition(AdpPushed *pushed, const AdpField *field, AdpOperator op,
			   const char **values, int nvalues, bool is_placeholder)
{
	AdpQuery *query = &pushed->plan->query;
	AdpCondition *grown =
		palloc((query->nconditions + 1) * sizeof(AdpCondition));
	AdpCondition *added = &grown[query->nconditions];

	if (query->nconditions > 0)
		memcpy(grown, query->conditions,
			   query->nconditions * sizeof(AdpCondition));
	added->field = field;
	added->op = op;
	added->values = values;
	added->nvalues = nvalues;
	added->is_placeholder = is_placeholder;
	query->conditions = grown;
	query->nconditions++;
}

/*
 * Whether a list is short enough to be sent.
 */
static bool
is_sendable(const char **values, int n)
{
	Size len = 0;

	for (int i = 0; i < n; i++)
		len += strlen(values[i]) + 4;
	return n <= LIST_MAX && len <= LIST_TEXT_MAX;
}

/*
 * Applies a set condition on a field that the platform filters.
 */
static void
apply_field_set(const AdpTable *table, const AdpField *field, AdpOperator op,
				const char **texts, int n, AdpPushed *pushed)
{
	int sent = 0;

	for (int i = 0; i < n; i++)
	{
		switch (judge_value(table->platform, field, texts[i]))
		{
			case VALUE_SENT:
				texts[sent++] = texts[i];
				break;
			case VALUE_MATCHES_NOTHING:
				break;
			case VALUE_STAYS_LOCAL:
				pushed->is_exact = false;
				if (op == ADP_OP_IN)
					return;
				break;
		}
	}
	sent = sort_unique(texts, sent);
	if (op == ADP_OP_NOT_IN && field->type == ADP_FIELD_ENUM)
		pushed->is_exact = false;
	if (sent == 0)
	{
		if (op == ADP_OP_IN)
			pushed->is_empty = true;
		return;
	}
	if (is_sendable(texts, sent))
		send_condition(pushed, field, op, texts, sent, false);
	else
		pushed->is_exact = false;
}

/*
 * Applies a set condition on the account: it picks whom to ask.
 */
static void
apply_account_set(AdpOperator op, const char **texts, int n, AdpPushed *pushed)
{
	AdpAccountFilter *filter = &pushed->plan->accounts;
	AdpAccountCondition *grown =
		palloc((filter->nconditions + 1) * sizeof(AdpAccountCondition));
	AdpAccountCondition *added = &grown[filter->nconditions];

	if (filter->nconditions > 0)
		memcpy(grown, filter->conditions,
			   filter->nconditions * sizeof(AdpAccountCondition));
	added->op = op;
	added->nvalues = n;
	added->values = texts;
	filter->conditions = grown;
	filter->nconditions++;
}

/*
 * Applies a set condition on the platform's name, which is a constant.
 */
static void
apply_platform_set(const AdpTable *table, AdpOperator op, const char **texts,
				   int n, AdpPushed *pushed)
{
	bool is_there = false;

	for (int i = 0; i < n; i++)
		is_there |= strcmp(texts[i], table->platform->name) == 0;
	if (is_there != (op == ADP_OP_IN))
		pushed->is_empty = true;
}

/*
 * Applies a set condition.
 */
static void
apply_set(const AdpTable *table, List *condition, const AdpValue *values,
		  AdpPushed *pushed)
{
	AttrNumber attno = (AttrNumber) intVal(list_nth(condition, ADP_SET_ATTNO));
	AdpOperator op =
		(AdpOperator) intVal(list_nth(condition, ADP_SET_OPERATOR));
	const AdpValue *value = &values[intVal(list_nth(condition, ADP_SET_EXPR))];
	bool is_array = intVal(list_nth(condition, ADP_SET_IS_ARRAY)) != 0;
	const AdpField *field = adp_table_column(table, attno)->field;
	bool has_null;
	const char **texts;
	int n;

	if (!adp_guc_pushdown && (field->flags & ADP_FIELD_ACCOUNT) == 0)
	{
		pushed->is_exact = false;
		return;
	}
	if (value->placeholder != NULL)
	{
		texts = palloc(sizeof(char *));
		texts[0] = value->placeholder;
		if ((field->flags & (ADP_FIELD_ACCOUNT | ADP_FIELD_PLATFORM)) == 0)
			send_condition(pushed, field, op, texts, 1, true);
		return;
	}
	if (value->is_null)
	{
		pushed->is_empty = true;
		return;
	}
	texts = texts_of(value, is_array, &n, &has_null);
	if (has_null && op == ADP_OP_NOT_IN)
		pushed->is_empty = true;
	else if (field->flags & ADP_FIELD_ACCOUNT)
		apply_account_set(op, texts, n, pushed);
	else if (field->flags & ADP_FIELD_PLATFORM)
		apply_platform_set(table, op, texts, n, pushed);
	else
		apply_field_set(table, field, op, texts, n, pushed);
}

/*
 * Turns conditions into what is sent.
 */
void
adp_condition_apply(const AdpTable *table, List *conditions,
					const AdpValue *values, AdpPushed *pushed)
{
	ListCell *cell;

	foreach(cell, conditions)
	{
		List *condition = lfirst(cell);

		switch ((AdpConditionKind) intVal(linitial(condition)))
		{
			case ADP_CONDITION_SET:
				apply_set(table, condition, values, pushed);
				break;
			case ADP_CONDITION_DAY:
				apply_days(lsecond(condition), values, pushed);
				break;
		}
	}
}
