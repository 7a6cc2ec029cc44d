/*
 * condition.c
 *	  Applies conditions when a scan starts: from values to requests.
 *
 * Proof obligations.  A condition that is sent must hold for every row that the
 * statement keeps, because rows that the platform leaves out cannot be
 * recovered:
 *
 *	 ids	An id is a 64-bit number in canonical digits on the platform and the
 *			same digits as text here.  Text that is not canonical equals no id.
 *			It is dropped from IN (an empty list proves the scan empty) and
 *			from NOT IN (where it excludes nothing).
 *	 enums	Constants are [A-Z0-9_]+; other text equals no value.  UNKNOWN is
 *			any value newer than the API version, and UNSPECIFIED is no value.
 *			The platform may not find its own rows by them, so they are not
 *			sent.
 *			NOT IN keeps rows without a value, which SQL drops: a superset.
 *	 names	The platform compares by = and IN case-sensitively, as PostgreSQL
 *			does under a deterministic collation.  Empty text may mean absent
 *			there, which is NULL here, so it is not sent.
 *	 lists	A list that is too long is not sent: a superset.  One list of ids
 *			may be sent in parts instead; see list_parts.h.
 *	 days	The range sent is the hull of what the conditions allow;
 *			day_range.c finds it.  For weeks and months it is the days of those
 *			that the conditions allow.
 */
#include "postgres.h"

#include "catalog/pg_type_d.h"
#include "nodes/value.h"
#include "utils/array.h"
#include "utils/builtins.h"

#include "base/guc.h"
#include "fdw/asked_range.h"
#include "fdw/condition.h"
#include "fdw/day_range.h"
#include "platform/periods.h"

/* Longest text of all lists, so that queries stay below 100 kB. */
#define LISTS_TEXT_MAX 90000

/* Characters around a value of a list: quotes, a comma, a blank. */
#define VALUE_SIGNS 4

/*
 * Converts a range of first days of weeks or months into the days that these
 * cover; is_end: a range of last days.
 */
static void
cover_periods(AdpPeriod period, bool is_end, AdpDayRange *range)
{
	DateADT lo = range->lo;
	DateADT hi = range->hi;

	if (!DATE_NOT_FINITE(lo))
		range->lo = is_end ? adp_period_start(period, lo)
						   : adp_period_start_from(period, lo);
	if (!DATE_NOT_FINITE(hi))
		range->hi = (is_end ? adp_period_start(period, hi + 1)
							: adp_period_next(period, hi)) -
			1;
}

/*
 * Narrows the plan's days by a condition.
 */
static void
apply_days(List *condition, const AdpValue *values, AdpPushed *pushed)
{
	AdpDays *days = &pushed->plan->days;
	AdpDayRange range =
		adp_day_range_of(list_nth(condition, ADP_DAY_TREE), values);

	if (range.lo > range.hi)
		pushed->is_empty = true;
	if (adp_period_is_whole(days->period))
		cover_periods(days->period,
					  intVal(list_nth(condition, ADP_DAY_IS_END)) != 0, &range);

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
 * Returns the texts of a value: one text, or an array's elements.  Sets
 * *has_null if an element is NULL.
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
 * Whether text is an id in the platform's format: digits without leading zeros,
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

/* Use of one value of a list. */
typedef enum ValueFate
{
	VALUE_SENT,
	VALUE_MATCHES_NOTHING, /* equals no value of the field */
	VALUE_STAYS_LOCAL	   /* may match, but cannot be sent */
} ValueFate;

/*
 * Classifies one value.
 */
static ValueFate
judge_value(const AdpPlatform *platform, const AdpField *field, const char *text)
{
	bool can_be_sent =
		((field->flags & ADP_FIELD_DIGITS) != 0 && is_canonical_id(text)) ||
		(platform->can_hold != NULL && platform->can_hold(field, text));

	switch (field->type)
	{
		case ADP_FIELD_ID:
			return is_canonical_id(text) ? VALUE_SENT : VALUE_MATCHES_NOTHING;
		case ADP_FIELD_ENUM:
			if (strcmp(text, "UNKNOWN") == 0 || strcmp(text, "UNSPECIFIED") == 0)
				return VALUE_STAYS_LOCAL;
			return can_be_sent ? VALUE_SENT : VALUE_MATCHES_NOTHING;
		default:
			return can_be_sent ? VALUE_SENT : VALUE_STAYS_LOCAL;
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
 * Sorts texts and removes duplicates.
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
	added->part = 0;
	query->conditions = grown;
	query->nconditions++;
}

/*
 * Returns the length of a list's text.
 */
static Size
text_length(const AdpCondition *list)
{
	Size len = 0;

	for (int i = 0; i < list->nvalues; i++)
		len += strlen(list->values[i]) + VALUE_SIGNS;
	return len;
}

/*
 * Returns the most values of a list that a request has room for, whichever of
 * its values they are.
 */
static int
values_in(Size room, const AdpCondition *list)
{
	Size longest = 1;

	for (int i = 0; i < list->nvalues; i++)
		longest = Max(longest, strlen(list->values[i]));
	return (int) (room / (longest + VALUE_SIGNS));
}

/*
 * Whether a list may be sent in parts: rows have one id, and no two texts are
 * the same id.
 */
static bool
has_parts(const AdpCondition *list)
{
	return list->op == ADP_OP_IN &&
		(list->field->type == ADP_FIELD_ID ||
		 (list->field->flags & ADP_FIELD_DIGITS) != 0);
}

/*
 * Whether a long list is to be preferred to another one, or to none.
 */
static bool
is_better(const AdpCondition *list, const AdpCondition *other)
{
	if (other == NULL || has_parts(list) != has_parts(other))
		return other == NULL || has_parts(list);
	return list->nvalues < other->nvalues;
}

/*
 * Fits a long list into the room that is left: whole, or in parts.  Returns
 * false if it does not fit.
 */
static bool
fit_long(AdpCondition *list, int most, Size room)
{
	if (list->nvalues <= most && text_length(list) <= room)
		return true;
	list->part = Min(most, values_in(room, list));
	return has_parts(list);
}

/*
 * Leaves out lists that a request has no room for.  Short ones share half of the
 * room; the best of the others has the rest.
 */
static void
fit_lists(const AdpTable *table, AdpPushed *pushed)
{
	const AdpPlatform *platform = table->platform;
	AdpQuery *query = &pushed->plan->query;
	AdpCondition *fitting =
		palloc(Max(query->nconditions, 1) * sizeof(AdpCondition));
	const AdpCondition *best = NULL;
	Size room = LISTS_TEXT_MAX;
	int n = 0;

	for (int i = 0; i < query->nconditions; i++)
	{
		const AdpCondition *list = &query->conditions[i];

		if (list->nvalues <= platform->values_max(table->source, list->field) &&
			text_length(list) + LISTS_TEXT_MAX / 2 <= room)
		{
			room -= text_length(list);
			fitting[n++] = *list;
		}
		else if (is_better(list, best))
			best = list;
	}
	if (best != NULL)
	{
		fitting[n] = *best;
		if (fit_long(&fitting[n],
					 platform->values_max(table->source, best->field), room))
			n++;
	}
	if (n < query->nconditions)
		pushed->is_exact = false;
	query->conditions = fitting;
	query->nconditions = n;
}

/*
 * Applies a set condition on a field that the platform filters.  If a value
 * cannot be sent, IN is not sent at all, since rows with the value would be
 * missing.  NOT IN is sent without the value, and the scan drops such rows.
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
	send_condition(pushed, field, op, texts, sent, false);
}

/*
 * Applies a set condition on the account: it selects the accounts to query.
 */
static void
apply_account_set(AdpOperator op, const char **texts, int n, bool is_constant,
				  AdpPushed *pushed)
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
	added->is_constant = is_constant;
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
	if (value->placeholder != NULL) /* EXPLAIN before the value is known */
	{
		texts = palloc(sizeof(char *));
		texts[0] = value->placeholder;
		if ((field->flags & ADP_FIELD_ACCOUNT) != 0 && op == ADP_OP_IN &&
			!is_array)
			pushed->has_one_account = true;
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
		apply_account_set(op, texts, n, value->is_constant, pushed);
	else if (field->flags & ADP_FIELD_PLATFORM)
		apply_platform_set(table, op, texts, n, pushed);
	else
		apply_field_set(table, field, op, texts, n, pushed);
}

/*
 * Converts conditions into days, accounts and conditions to send.
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
				if (pushed->plan->days.period == ADP_PERIOD_ALL)
					adp_asked_range_apply(condition, values, pushed);
				else
					apply_days(condition, values, pushed);
				break;
		}
	}
	fit_lists(table, pushed);
}
