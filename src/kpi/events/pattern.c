/*
 * pattern.c
 *		Parser of the patterns of sequence_match and sequence_count.
 */
#include "postgres.h"

#include <ctype.h>

#include "common/int.h"
#include "datatype/timestamp.h"
#include "mb/pg_wchar.h"

#include "kpi/events/pattern.h"

#define DECIMALS 6 /* of a second; USECS_PER_SEC is 10^6 */
#define EXPECTED_ELEMENT "(?n), (?t operator number), . or .*"

typedef struct Parser
{
	const char *text;
	const char *pos;
	int condition_count;
	bool in_seconds;
	AdpPattern *pattern;
	AdpPatternItem next; /* bounds of the next item */
	bool has_time;		 /* has a time condition since the last item */
} Parser;

/*
 * Raises the error for a pattern that does not go on as it should.
 */
static void
refuse_pattern(const Parser *parser, const char *expected)
{
	int character =
		pg_mbstrlen_with_len(parser->text, parser->pos - parser->text) + 1;

	ereport(ERROR,
			(errcode(ERRCODE_INVALID_REGULAR_EXPRESSION),
			 errmsg("invalid pattern \"%s\"", parser->text),
			 errdetail("Expected %s at character %d.", expected, character),
			 errhint(
				 "A pattern such as (?1).*(?2)(?t<=3600)(?3) consists of (?n), . and .* for events, and (?t operator number) for the time since the event before.")));
}

static void
skip_blanks(Parser *parser)
{
	while (*parser->pos == ' ')
		parser->pos++;
}

/*
 * Takes a literal if it comes next.
 */
static bool
take(Parser *parser, const char *literal)
{
	skip_blanks(parser);
	if (strncmp(parser->pos, literal, strlen(literal)) != 0)
		return false;
	parser->pos += strlen(literal);
	return true;
}

/*
 * Resets the bounds of the next item.
 */
static void
expect_item(Parser *parser, bool has_gap)
{
	parser->next.conditions = 0;
	parser->next.has_gap = has_gap;
	parser->next.least = 0;
	parser->next.most = PG_INT64_MAX;
	parser->has_time = false;
}

/*
 * Appends an item.  The first one has nothing before it.
 */
static void
append_item(Parser *parser, uint32 conditions)
{
	AdpPattern *pattern = parser->pattern;

	if (pattern->count == ADP_PATTERN_ITEMS_MAX)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_REGULAR_EXPRESSION),
				 errmsg("pattern is too long"),
				 errdetail("A pattern may name %d events.",
						   ADP_PATTERN_ITEMS_MAX)));
	parser->next.conditions = conditions;
	pattern->items[pattern->count++] = parser->next;
	expect_item(parser, false);
}

/*
 * The n of (?n).
 */
static int
parse_condition(Parser *parser)
{
	const char *start = parser->pos;
	int number = 0;

	while (isdigit((unsigned char) *parser->pos))
	{
		number = Min(number * 10 + *parser->pos - '0', PG_INT16_MAX);
		parser->pos++;
	}
	if (number < 1 || number > parser->condition_count)
	{
		parser->pos = start;
		refuse_pattern(parser,
					   psprintf("\"t\" or a condition from 1 to %d",
								parser->condition_count));
	}
	return number;
}

/*
 * Appends a digit to a number.  False if no digit comes next.
 */
static bool
take_digit(Parser *parser, int64 *number)
{
	if (!isdigit((unsigned char) *parser->pos))
		return false;
	if (pg_mul_s64_overflow(*number, 10, number) ||
		pg_add_s64_overflow(*number, *parser->pos - '0', number))
		refuse_pattern(parser, "a smaller number");
	parser->pos++;
	return true;
}

/*
 * The number of a time condition, in the unit of times.
 */
static int64
parse_time(Parser *parser)
{
	const char *start;
	int64 number = 0;
	int decimals = 0;

	skip_blanks(parser);
	start = parser->pos;
	while (take_digit(parser, &number))
		;
	if (parser->pos == start)
		refuse_pattern(parser, "a number");
	if (!parser->in_seconds)
		return number;

	if (*parser->pos == '.')
	{
		parser->pos++;
		while (decimals < DECIMALS && take_digit(parser, &number))
			decimals++;
		if (decimals == 0)
			refuse_pattern(parser, "a digit");
	}
	for (; decimals < DECIMALS; decimals++)
	{
		if (pg_mul_s64_overflow(number, 10, &number))
			refuse_pattern(parser, "a smaller number");
	}
	return number;
}

/*
 * Narrows the time between the last item and the next by the condition after
 * "(?t".  Several conditions must all hold.
 */
static void
parse_time_condition(Parser *parser)
{
	static const char *const operators[] = {">=", "<=", "==", ">", "<"};
	int64 least = 0;
	int64 most = PG_INT64_MAX;
	int64 number;
	int i;

	if (parser->pattern->count == 0)
		refuse_pattern(parser, "an event before the time condition");
	for (i = 0; i < lengthof(operators) && !take(parser, operators[i]); i++)
		;
	if (i == lengthof(operators))
		refuse_pattern(parser, ">=, >, <, <= or ==");

	number = parse_time(parser);
	if (i == 0 || i == 2)
		least = number;
	if (i == 1 || i == 2)
		most = number;
	/* times are whole; beyond the largest there is none */
	if (i == 3 && pg_add_s64_overflow(number, 1, &least))
		most = -1;
	if (i == 4)
		most = number - 1;

	parser->next.has_gap = true;
	parser->next.least = Max(parser->next.least, least);
	parser->next.most = Min(parser->next.most, most);
	parser->has_time = true;
}

/*
 * Parses one element.
 */
static void
parse_element(Parser *parser)
{
	if (take(parser, ".*"))
		parser->next.has_gap = true;
	else if (take(parser, "."))
		append_item(parser, PG_UINT32_MAX);
	else if (take(parser, "(?"))
	{
		if (take(parser, "t"))
			parse_time_condition(parser);
		else
			append_item(parser, (uint32) 1 << (parse_condition(parser) - 1));
		if (!take(parser, ")"))
			refuse_pattern(parser, "\")\"");
	}
	else
		refuse_pattern(parser, EXPECTED_ELEMENT);
}

/*
 * See pattern.h.
 */
void
adp_pattern_parse(const char *text, int condition_count, bool in_seconds,
				  AdpPattern *pattern)
{
	Parser parser = {.text = text,
					 .pos = text,
					 .condition_count = condition_count,
					 .in_seconds = in_seconds,
					 .pattern = pattern};

	pattern->count = 0;
	expect_item(&parser, true);
	for (;;)
	{
		skip_blanks(&parser);
		if (*parser.pos == '\0')
			break;
		parse_element(&parser);
	}
	if (pattern->count == 0)
		refuse_pattern(&parser, "(?n) or .");
	if (parser.has_time)
		refuse_pattern(&parser, "an event after the time condition");
}
