/*
 * stat_sums.c
 *	  The files of stat reports, and the sums of their rows.
 *
 * Columns are named by the codes that the platform's documentation of the
 * column orders is kept in: D day, CU customer, CA campaign, AG ad group, KW
 * keyword, AD ad, BC business channel, HH hour, RG region, MC medium, PM device,
 * SK search term, ST its type, IM impressions, CL clicks, CO cost, SR sum of
 * ranks, VC views, CM method of conversion, CT type of conversion, CC number and
 * SA value of conversions.  PC and PV are CC and SA of purchases alone.
 *
 * Money is added up in millionths of a won.
 */
#include "postgres.h"

#include "common/hashfn.h"
#include "common/int.h"
#include "mb/pg_wchar.h"
#include "miscadmin.h"
#include "nodes/pg_list.h"
#include "utils/datetime.h"
#include "utils/hsearch.h"
#include "utils/json.h"
#include "utils/memutils.h"

#include "base/words.h"
#include "platform/naver_searchad/stat_sums.h"

#define MILLION INT64CONST(1000000)
#define MICRO_DIGITS 6

/* Tenths of the cost without VAT: a cost with VAT is eleven of them. */
#define NET_TENTHS 10
#define GROSS_TENTHS 11

/* Lines between two checks for interrupts. */
#define LINES_PER_CHECK 512

/* Longest value quoted in an error. */
#define SHOWN_MAX 60

/* Most columns of a file, and most of them that identify a row. */
#define COLUMNS_MAX 20
#define DIMENSIONS_MAX 12

/* What stands for no id and no keyword. */
#define NONE "-"

/* What is added up. */
typedef enum Amount
{
	AMOUNT_IMPRESSIONS,
	AMOUNT_CLICKS,
	AMOUNT_VIEWS,
	AMOUNT_RANKS,
	AMOUNT_COST, /* millionths, as reported */
	AMOUNT_CONVERSIONS,
	AMOUNT_VALUE,
	AMOUNT_PURCHASES,
	AMOUNT_PURCHASES_VALUE
} Amount;

#define AMOUNTS (AMOUNT_PURCHASES_VALUE + 1)

/* The field of each column that is a dimension or is added up. */
typedef struct NamedColumn
{
	const char *field; /* NULL: end of the list */
	const char *code;
	int amount; /* -1: a dimension */
} NamedColumn;

static const NamedColumn named_columns[] =
	{{"nccCampaignId", "CA", -1},
	 {"nccAdgroupId", "AG", -1},
	 {"nccKeywordId", "KW", -1},
	 {"nccAdId", "AD", -1},
	 {"nccBusinessChannelId", "BC", -1},
	 {"hour", "HH", -1},
	 {"regionCode", "RG", -1},
	 {"mediaCode", "MC", -1},
	 {"device", "PM", -1},
	 {"searchKeyword", "SK", -1},
	 {"searchKeywordType", "ST", -1},
	 {"impCnt", "IM", AMOUNT_IMPRESSIONS},
	 {"clkCnt", "CL", AMOUNT_CLICKS},
	 {"viewCnt", "VC", AMOUNT_VIEWS},
	 {"rankSum", "SR", AMOUNT_RANKS},
	 {"spend", "CO", AMOUNT_COST},
	 {"spendWithVat", "CO", AMOUNT_COST},
	 {"ccnt", "CC", AMOUNT_CONVERSIONS},
	 {"convAmt", "SA", AMOUNT_VALUE},
	 {"purchaseCcnt", "PC", AMOUNT_PURCHASES},
	 {"purchaseConvAmt", "PV", AMOUNT_PURCHASES_VALUE},
	 {NULL}};

#define FILE_AD \
	{ \
		"AD", "D,CU,CA,AG,KW,AD,BC,MC,PM,IM,CL,CO,SR,VC" \
	}
#define FILE_AD_CONVERSION \
	{ \
		"AD_CONVERSION", "D,CU,CA,AG,KW,AD,BC,MC,PM,CM,CT,CC,SA" \
	}
#define OF_AD(source, dimensions) \
	{ \
		source, dimensions, FILE_AD, FILE_AD_CONVERSION \
	}

static const AdpNaverGrain grains[] =
	{OF_AD("account", NULL),
	 OF_AD("campaign", "CA"),
	 OF_AD("ad_group", "CA,AG"),
	 OF_AD("keyword", "CA,AG,KW"),
	 OF_AD("ad", "CA,AG,AD"),
	 {"search_term",
	  "CA,AG,SK,ST",
	  {"EXPKEYWORD", "D,CU,CA,AG,SK,MC,PM,ST,IM,CL,CO,VC"},
	  {NULL}},
	 {"shopping_search_term",
	  "CA,AG,AD,SK",
	  {"SHOPPINGKEYWORD_DETAIL",
	   "D,CU,CA,AG,SK,AD,BC,HH,RG,MC,PM,IM,CL,CO,SR,VC"},
	  {"SHOPPINGKEYWORD_CONVERSION_DETAIL",
	   "D,CU,CA,AG,SK,AD,BC,HH,RG,MC,PM,CM,CT,CC,SA"}},
	 {NULL}};

/* A piece of a line. */
typedef struct Cell
{
	const char *data;
	int len;
} Cell;

/* What identifies a group of rows: its dimensions, each ended by a tab. */
typedef struct Group
{
	Cell key; /* first: the key of the hash table */
	int64 amounts[AMOUNTS];
} Group;

struct AdpNaverSums
{
	const AdpQuery *query;
	const char *account;
	char day[9]; /* as in files */
	bool has_vat;
	bool takes_vat_off;
	int ndimensions;
	const char *dimensions[DIMENSIONS_MAX]; /* codes */
	HTAB *groups;
	List *order; /* Group *, in the order of their first rows */
	MemoryContext cxt;
};

/* A file being read: where its columns are. */
typedef struct Layout
{
	const AdpNaverFile *file;
	int ncolumns;
	const char *codes[COLUMNS_MAX];
	int dimensions[DIMENSIONS_MAX];
	int amounts[AMOUNTS]; /* -1: not in this file */
	int type;			  /* of conversions; -1: none */
} Layout;

/*
 * Returns the grain of a source.
 */
const AdpNaverGrain *
adp_naver_grain_of(const AdpSource *source)
{
	for (const AdpNaverGrain *grain = grains; grain->source; grain++)
	{
		if (strcmp(grain->source, source->name) == 0)
			return grain;
	}
	return NULL;
}

/*
 * Finds a field among the columns of files, or NULL.
 */
static const NamedColumn *
find_column(const char *field)
{
	for (const NamedColumn *column = named_columns; column->field; column++)
	{
		if (strcmp(column->field, field) == 0)
			return column;
	}
	return NULL;
}

/*
 * Whether the table has a column of conversions.  Rows must not depend on the
 * columns that a statement reads, so all columns of the table count.
 */
bool
adp_naver_needs_conversions(const AdpQuery *query)
{
	for (int i = 0; i < query->ntable_fields; i++)
	{
		const NamedColumn *column = find_column(query->table_fields[i]);

		if (column != NULL && column->amount >= AMOUNT_CONVERSIONS)
			return true;
	}
	return false;
}

/*
 * Returns 2026-03-30.
 */
DateADT
adp_naver_vat_since(void)
{
	return date2j(2026, 3, 30) - POSTGRES_EPOCH_JDATE;
}

/*
 * For the hash table: hashes and compares the texts of keys.
 */
static uint32
hash_key(const void *key, Size size)
{
	const Cell *cell = key;

	return DatumGetUInt32(
		hash_any((const unsigned char *) cell->data, cell->len));
}

static int
compare_keys(const void *a, const void *b, Size size)
{
	const Cell *left = a;
	const Cell *right = b;

	return left->len == right->len &&
			memcmp(left->data, right->data, left->len) == 0
		? 0
		: 1;
}

/*
 * Makes an empty hash table of groups.
 */
static HTAB *
make_groups(void)
{
	HASHCTL control = {.keysize = sizeof(Cell),
					   .entrysize = sizeof(Group),
					   .hash = hash_key,
					   .match = compare_keys,
					   .hcxt = CurrentMemoryContext};

	return hash_create("adpipe stat sums", 256, &control,
					   HASH_ELEM | HASH_FUNCTION | HASH_COMPARE | HASH_CONTEXT);
}

/*
 * Throws for a dimension that a file of the source lacks.
 */
static void
require_dimension(const AdpNaverGrain *grain, const AdpNaverFile *file,
				  const NamedColumn *column)
{
	if (file->report == NULL || adp_words_hold(file->columns, column->code))
		return;
	ereport(ERROR,
			(errcode(ERRCODE_FDW_COLUMN_NAME_NOT_FOUND),
			 errmsg("report \"%s\" has no field \"%s\"", grain->source,
					column->field),
			 errdetail("It is made of files of type %s.", file->report)));
}

/*
 * Adds a dimension unless it is among them.
 */
static void
add_dimension(AdpNaverSums *sums, const char *code)
{
	for (int i = 0; i < sums->ndimensions; i++)
	{
		if (strcmp(sums->dimensions[i], code) == 0)
			return;
	}
	Assert(sums->ndimensions < DIMENSIONS_MAX);
	sums->dimensions[sums->ndimensions++] = code;
}

/*
 * Chooses what identifies a row: the ids of the source, and whatever else of the
 * requested fields splits rows.
 */
static void
choose_dimensions(AdpNaverSums *sums, const AdpNaverGrain *grain)
{
	const AdpQuery *query = sums->query;
	char *rest = grain->dimensions ? pstrdup(grain->dimensions) : NULL;
	char *code;

	while ((code = adp_words_next(&rest, ",")) != NULL)
		add_dimension(sums, code);
	for (int i = 0; i < query->nfields; i++)
	{
		const NamedColumn *column = find_column(query->fields[i]);

		if (column == NULL || column->amount >= 0)
			continue;
		require_dimension(grain, &grain->performance, column);
		if (adp_naver_needs_conversions(query))
			require_dimension(grain, &grain->conversions, column);
		add_dimension(sums, column->code);
	}
}

/*
 * Allocates empty sums.
 */
AdpNaverSums *
adp_naver_sums_create(const AdpNaverGrain *grain, const AdpQuery *query,
					  const char *account, DateADT day, bool takes_vat_off)
{
	AdpNaverSums *sums = palloc0(sizeof(AdpNaverSums));
	int year;
	int month;
	int mday;

	j2date(day + POSTGRES_EPOCH_JDATE, &year, &month, &mday);
	snprintf(sums->day, sizeof(sums->day), "%04d%02d%02d", year % 10000,
			 month % 100, mday % 100);
	sums->query = query;
	sums->account = account;
	sums->has_vat = day >= adp_naver_vat_since();
	sums->takes_vat_off = takes_vat_off;
	sums->groups = make_groups();
	sums->cxt = CurrentMemoryContext;
	choose_dimensions(sums, grain);
	return sums;
}

/*
 * Returns the position of a column in a file, or -1.
 */
static int
position_of(const Layout *layout, const char *code)
{
	for (int i = 0; i < layout->ncolumns; i++)
	{
		if (strcmp(layout->codes[i], code) == 0)
			return i;
	}
	return -1;
}

/*
 * Finds the columns of a file.
 */
static void
make_layout(const AdpNaverSums *sums, const AdpNaverFile *file, Layout *layout)
{
	char *rest = pstrdup(file->columns);
	char *code;

	layout->file = file;
	layout->ncolumns = 0;
	while ((code = adp_words_next(&rest, ",")) != NULL)
		layout->codes[layout->ncolumns++] = code;
	for (int i = 0; i < sums->ndimensions; i++)
		layout->dimensions[i] = position_of(layout, sums->dimensions[i]);
	for (int i = 0; i < AMOUNTS; i++)
		layout->amounts[i] = -1;
	for (const NamedColumn *column = named_columns; column->field; column++)
	{
		if (column->amount >= 0)
			layout->amounts[column->amount] = position_of(layout, column->code);
	}
	layout->amounts[AMOUNT_PURCHASES] = layout->amounts[AMOUNT_CONVERSIONS];
	layout->amounts[AMOUNT_PURCHASES_VALUE] = layout->amounts[AMOUNT_VALUE];
	layout->type = position_of(layout, "CT");
}

/*
 * Splits a line at its tabs; returns the number of its cells, of which the first
 * COLUMNS_MAX are stored.
 */
static int
split_line(const char *line, const char *end, Cell *cells)
{
	int n = 0;

	for (;;)
	{
		const char *tab = memchr(line, '\t', end - line);
		const char *stop = tab != NULL ? tab : end;

		if (n < COLUMNS_MAX)
			cells[n] = (Cell){line, (int) (stop - line)};
		n++;
		if (tab == NULL)
			return n;
		line = tab + 1;
	}
}

/*
 * Whether a cell is a text.
 */
static bool
is_text(const Cell *cell, const char *text)
{
	return cell->len == (int) strlen(text) &&
		memcmp(cell->data, text, cell->len) == 0;
}

/*
 * Reads a number with at most so many decimals as a whole number of units of the
 * last one.
 */
static bool
read_number(const Cell *cell, int decimals, int64 *number)
{
	bool is_negative = cell->len > 0 && cell->data[0] == '-';
	int at = is_negative ? 1 : 0;
	int after = -1; /* digits after the point */
	int ndigits = 0;
	int64 made = 0;

	for (; at < cell->len; at++)
	{
		char c = cell->data[at];

		if (c == '.' && after < 0 && decimals > 0 && ndigits > 0)
		{
			after = 0;
			continue;
		}
		if (c < '0' || c > '9' || (after >= 0 && after == decimals) ||
			pg_mul_s64_overflow(made, 10, &made) ||
			pg_add_s64_overflow(made, c - '0', &made))
			return false;
		ndigits++;
		if (after >= 0)
			after++;
	}
	if (ndigits == 0 || after == 0)
		return false;
	for (int i = Max(after, 0); i < decimals; i++)
	{
		if (pg_mul_s64_overflow(made, 10, &made))
			return false;
	}
	*number = is_negative ? -made : made;
	return true;
}

/*
 * Whether a row of conversions is of purchases.  Until July 2024 types were
 * numbers.
 */
static bool
is_purchase(const Cell *type)
{
	return is_text(type, "purchase") || is_text(type, "1");
}

/*
 * Reads the amounts of a line; false, with the code of its column, if one of them
 * is no number.
 */
static bool
read_amounts(const Layout *layout, const Cell *cells, int64 *amounts,
			 const char **bad)
{
	bool is_bought = layout->type >= 0 && is_purchase(&cells[layout->type]);

	for (int i = 0; i < AMOUNTS; i++)
	{
		int position = layout->amounts[i];
		int decimals = i == AMOUNT_COST ? MICRO_DIGITS : 0;

		amounts[i] = 0;
		if (position < 0 || (i >= AMOUNT_PURCHASES && !is_bought))
			continue;
		if (read_number(&cells[position], decimals, &amounts[i]))
			continue;
		*bad = layout->codes[position];
		return false;
	}
	return true;
}

/*
 * Returns a cell for an error.
 */
static char *
shown(const Cell *cell)
{
	char *text = pnstrdup(cell->data, Min(cell->len, SHOWN_MAX));

	for (char *c = text; *c != '\0'; c++)
	{
		if (*c < ' ' || *c >= 0x7f || *c == '"')
			*c = '?';
	}
	return text;
}

/*
 * Reports a line that is not as promised.
 */
static bool
refuse_line(const Layout *layout, int64 number, const char *why, AdpError *error)
{
	adp_error_set(error, ADP_ERR_FORMAT,
				  psprintf("the file of report %s is not as promised",
						   layout->file->report),
				  psprintf("Line " INT64_FORMAT " %s.", number, why), NULL);
	return false;
}

/*
 * Whether a text is UTF-8 without zero bytes.
 */
static bool
is_utf8(const char *text, const char *end)
{
	return pg_encoding_verifymbstr(PG_UTF8, text, (int) (end - text)) ==
		end - text;
}

/*
 * Returns the end of the last cell of a line that was stored.
 */
static const char *
end_of(const Cell *cells, int ncells)
{
	const Cell *last = &cells[Min(ncells, COLUMNS_MAX) - 1];

	return last->data + last->len;
}

/*
 * Checks a line: its columns, its account and day, its numbers.
 */
static bool
check_line(const AdpNaverSums *sums, const Layout *layout, const Cell *cells,
		   int ncells, int64 number, AdpError *error)
{
	int64 amounts[AMOUNTS];
	const char *bad = NULL;

	if (!is_utf8(cells[0].data, end_of(cells, ncells)))
		return refuse_line(layout, number,
						   "has a zero byte or is not valid UTF-8", error);
	if (ncells < layout->ncolumns)
		return refuse_line(layout, number,
						   psprintf("has %d columns in place of %d", ncells,
									layout->ncolumns),
						   error);
	if (!is_text(&cells[0], sums->day))
		return refuse_line(layout, number,
						   psprintf("is of day \"%s\" in place of %s",
									shown(&cells[0]), sums->day),
						   error);
	if (!is_text(&cells[1], sums->account))
		return refuse_line(layout, number,
						   psprintf("is of account \"%s\"", shown(&cells[1])),
						   error);
	if (!read_amounts(layout, cells, amounts, &bad))
		return refuse_line(layout, number,
						   psprintf("has \"%s\" where a number belongs",
									shown(&cells[position_of(layout, bad)])),
						   error);
	return true;
}

/*
 * Adds amounts to those of a group.
 */
static void
add_amounts(Group *group, const int64 *amounts)
{
	for (int i = 0; i < AMOUNTS; i++)
	{
		if (pg_add_s64_overflow(group->amounts[i], amounts[i],
								&group->amounts[i]))
			ereport(ERROR,
					(errcode(ERRCODE_NUMERIC_VALUE_OUT_OF_RANGE),
					 errmsg("sum of a Naver report is out of range")));
	}
}

/*
 * Finds the group of some dimensions, or makes it.
 */
static Group *
find_group(AdpNaverSums *sums, StringInfo key)
{
	Cell cell = {key->data, key->len};
	bool is_found;
	Group *group = hash_search(sums->groups, &cell, HASH_ENTER, &is_found);
	MemoryContext old;

	if (is_found)
		return group;
	old = MemoryContextSwitchTo(sums->cxt);
	memset(group->amounts, 0, sizeof(group->amounts));
	group->key.data = memcpy(palloc(Max(key->len, 1)), key->data, key->len);
	sums->order = lappend(sums->order, group);
	MemoryContextSwitchTo(old);
	return group;
}

/*
 * Adds a line that was checked.
 */
static void
add_line(AdpNaverSums *sums, const Layout *layout, const Cell *cells,
		 StringInfo key)
{
	int64 amounts[AMOUNTS];
	const char *bad;

	resetStringInfo(key);
	for (int i = 0; i < sums->ndimensions; i++)
	{
		const Cell *cell = &cells[layout->dimensions[i]];

		appendBinaryStringInfo(key, cell->data, cell->len);
		appendStringInfoChar(key, '\t');
	}
	(void) read_amounts(layout, cells, amounts, &bad);
	add_amounts(find_group(sums, key), amounts);
}

/*
 * Reads all lines, either to check or to add them.
 */
static bool
read_lines(AdpNaverSums *sums, const Layout *layout, const char *body, Size len,
		   bool adds, AdpError *error)
{
	const char *end = body + len;
	Cell cells[COLUMNS_MAX];
	StringInfoData key;
	int64 number = 0;

	initStringInfo(&key);
	while (body < end)
	{
		const char *stop = memchr(body, '\n', end - body);
		const char *next = stop != NULL ? stop + 1 : end;
		int ncells;

		if (stop == NULL)
			return refuse_line(layout, number + 1, "does not end", error);
		if (stop > body && stop[-1] == '\r')
			stop--;
		if (++number % LINES_PER_CHECK == 0)
			CHECK_FOR_INTERRUPTS();
		ncells = split_line(body, stop, cells);
		if (!adds && !check_line(sums, layout, cells, ncells, number, error))
			return false;
		if (adds)
			add_line(sums, layout, cells, &key);
		body = next;
	}
	return true;
}

/*
 * Adds the rows of a file, after all of them were checked.
 */
bool
adp_naver_sums_add_file(AdpNaverSums *sums, const AdpNaverFile *file,
						const char *body, Size len, AdpError *error)
{
	Layout layout;

	make_layout(sums, file, &layout);
	return read_lines(sums, &layout, body, len, false, error) &&
		read_lines(sums, &layout, body, len, true, error);
}

/*
 * Returns a dimension of a group.
 */
static Cell
dimension_of(const AdpNaverSums *sums, const Group *group, const char *code)
{
	const char *at = group->key.data;
	const char *end = at + group->key.len;

	for (int i = 0; i < sums->ndimensions; i++)
	{
		const char *tab = memchr(at, '\t', end - at);
		Cell cell = {at, (int) (tab - at)};

		if (strcmp(sums->dimensions[i], code) == 0)
			return cell;
		at = tab + 1;
	}
	return (Cell){NONE, 1};
}

/*
 * Appends millionths as a decimal without zeros at its end.
 */
static void
append_micros(StringInfo out, int64 micros)
{
	uint64 size = micros < 0 ? -(uint64) micros : (uint64) micros;
	uint64 whole = size / MILLION;
	int rest = (int) (size % MILLION);

	appendStringInfo(out, "%s" UINT64_FORMAT, micros < 0 ? "-" : "", whole);
	if (rest == 0)
		return;
	appendStringInfo(out, ".%06d", rest);
	while (out->data[out->len - 1] == '0')
		out->data[--out->len] = '\0';
}

/*
 * Returns an amount times a fraction, rounded half away from zero.
 */
static int64
scale(int64 amount, int numerator, int denominator)
{
	int64 product;

	if (pg_mul_s64_overflow(amount, 2 * numerator, &product))
		ereport(ERROR,
				(errcode(ERRCODE_NUMERIC_VALUE_OUT_OF_RANGE),
				 errmsg("cost of a Naver report is out of range")));
	product += product < 0 ? -denominator : denominator;
	return product / (2 * denominator);
}

/*
 * Appends the cost of a group with or without VAT.
 */
static void
append_cost(StringInfo out, const AdpNaverSums *sums, const Group *group,
			bool with_vat)
{
	int64 cost = group->amounts[AMOUNT_COST];

	if (sums->takes_vat_off && with_vat && !sums->has_vat)
		cost = scale(cost, GROSS_TENTHS, NET_TENTHS);
	if (sums->takes_vat_off && !with_vat && sums->has_vat)
		cost = scale(cost, NET_TENTHS, GROSS_TENTHS);
	append_micros(out, cost);
}

/*
 * Appends a text as JSON; null for none.
 */
static void
append_text(StringInfo out, const char *text, int len)
{
	if (text == NULL || (len == 1 && text[0] == NONE[0]))
		appendStringInfoString(out, "null");
	else
		escape_json(out, pnstrdup(text, len));
}

/*
 * Appends the value of a field that is no column of a file.
 */
static void
append_other(StringInfo out, const AdpNaverSums *sums, const Group *group,
			 const char *field, const AdpNaverNames *names)
{
	const char *code = strcmp(field, "campaignName") == 0 ? "CA"
		: strcmp(field, "adgroupName") == 0				  ? "AG"
														  : NULL;
	const char *text = NULL;

	if (code != NULL)
	{
		Cell id = dimension_of(sums, group, code);

		text = names->find(names, pnstrdup(id.data, id.len));
	}
	else if (strcmp(field, "statDt") == 0)
		text = sums->day;
	else if (strcmp(field, "vatRule") == 0)
		text = sums->has_vat ? "included" : "excluded";
	append_text(out, text, text ? (int) strlen(text) : 0);
}

/*
 * Appends the value of a column of a file.
 */
static void
append_column(StringInfo out, const AdpNaverSums *sums, const Group *group,
			  const NamedColumn *column)
{
	Cell cell;

	if (column->amount == AMOUNT_COST)
		append_cost(out, sums, group, strcmp(column->field, "spend") != 0);
	else if (column->amount >= 0)
		appendStringInfo(out, INT64_FORMAT, group->amounts[column->amount]);
	else
	{
		cell = dimension_of(sums, group, column->code);
		append_text(out, cell.data, cell.len);
	}
}

/*
 * Appends a row.
 */
static void
append_row(StringInfo out, const AdpNaverSums *sums, const Group *group,
		   const AdpNaverNames *names)
{
	appendStringInfo(out, "{\"customerId\":%s", sums->account);
	for (int i = 0; i < sums->query->nfields; i++)
	{
		const char *field = sums->query->fields[i];
		const NamedColumn *column = find_column(field);

		appendStringInfo(out, ",\"%s\":", field);
		if (column != NULL)
			append_column(out, sums, group, column);
		else
			append_other(out, sums, group, field, names);
	}
	appendStringInfoChar(out, '}');
}

/*
 * Appends all rows.
 */
void
adp_naver_sums_write(const AdpNaverSums *sums, StringInfo out,
					 const AdpNaverNames *names)
{
	MemoryContext scratch =
		AllocSetContextCreate(CurrentMemoryContext, "adpipe row of sums",
							  ALLOCSET_SMALL_SIZES);
	ListCell *cell;

	foreach(cell, sums->order)
	{
		MemoryContext old = MemoryContextSwitchTo(scratch);

		CHECK_FOR_INTERRUPTS();
		if (foreach_current_index(cell) > 0)
			appendStringInfoChar(out, ',');
		append_row(out, sums, lfirst(cell), names);
		MemoryContextSwitchTo(old);
		MemoryContextReset(scratch);
	}
	MemoryContextDelete(scratch);
}
