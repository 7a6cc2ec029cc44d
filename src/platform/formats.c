/*
 * formats.c
 *	  How a platform writes days and missing values, in JSON and in CSV.
 */
#include "postgres.h"

#include "utils/datetime.h"

#include "platform/days.h"
#include "platform/formats.h"

const AdpFormats adp_iso_formats = {.read_day = adp_iso_read_day,
									.write_day = adp_days_iso};

/*
 * Returns the formats of a source.
 */
const AdpFormats *
adp_formats_of(const AdpPlatform *platform, const AdpSource *source)
{
	return source->formats != NULL ? source->formats : platform->formats;
}

/*
 * Reads two digits; -1 if they are not digits.
 */
static int
two_digits(const char *data)
{
	if (data[0] < '0' || data[0] > '9' || data[1] < '0' || data[1] > '9')
		return -1;
	return (data[0] - '0') * 10 + (data[1] - '0');
}

/*
 * Whether a text continues after the date with a time of day.
 */
static bool
has_time(const AdpCell *cell)
{
	return cell->len >= 16 &&
		(cell->data[10] == ' ' || cell->data[10] == 'T') &&
		two_digits(cell->data + 11) >= 0 && cell->data[13] == ':' &&
		two_digits(cell->data + 14) >= 0;
}

/*
 * Reads a day as YYYY-MM-DD, alone or before a time of day.
 */
bool
adp_iso_read_day(const AdpCell *cell, DateADT *value)
{
	const char *data = cell->data;
	int century;
	int year;
	int month;
	int day;

	if (cell->kind != ADP_CELL_STRING || (cell->len != 10 && !has_time(cell)) ||
		data[4] != '-' || data[7] != '-')
		return false;
	century = two_digits(data);
	year = two_digits(data + 2);
	month = two_digits(data + 5);
	day = two_digits(data + 8);
	if (century < 0 || year < 0 || month < 1 || month > 12 || day < 1)
		return false;
	year += century * 100;
	if (year == 0 || day > day_tab[isleap(year)][month - 1])
		return false;
	*value = date2j(year, month, day) - POSTGRES_EPOCH_JDATE;
	return true;
}

/*
 * Reads a day as YYYYMMDD, or as in other formats.
 */
static bool
read_compact_day(const AdpCell *cell, DateADT *day)
{
	AdpCell iso = *cell;
	char text[sizeof("2026-11-01")];

	if (cell->kind != ADP_CELL_STRING || cell->len != 8)
		return adp_iso_read_day(cell, day);
	snprintf(text, sizeof(text), "%.4s-%.2s-%.2s", cell->data, cell->data + 4,
			 cell->data + 6);
	iso.data = text;
	iso.len = (uint32) strlen(text);
	return adp_iso_read_day(&iso, day);
}

/*
 * Writes a day as YYYYMMDD.
 */
static char *
write_compact_day(DateADT day)
{
	int year;
	int month;
	int mday;

	j2date(day + POSTGRES_EPOCH_JDATE, &year, &month, &mday);
	return psprintf("%04d%02d%02d", year, month, mday);
}

const AdpFormats adp_compact_formats = {.read_day = read_compact_day,
										.write_day = write_compact_day};

/*
 * Returns the kind of a field for AdpNoneWord.
 */
static int
kind_of(const AdpField *field)
{
	if (field == NULL)
		return ADP_NONE_IN_OTHERS;
	if (field->type != ADP_FIELD_TEXT)
		return ADP_NONE_IN_NUMBERS;
	return (field->flags & ADP_FIELD_HAS_NONE) != 0 ? ADP_NONE_IN_NAMES
													: ADP_NONE_IN_TEXTS;
}

/*
 * Picks the words of a field.
 */
AdpNoneWords
adp_none_words(const AdpFormats *formats, const AdpField *field)
{
	AdpNoneWords none = {0};
	int n = 0;

	if (formats->none == NULL)
		return none;
	while (formats->none[n].word != NULL)
		n++;
	none.words = palloc0(Max(n, 1) * sizeof(AdpCell));
	for (int i = 0; i < n; i++)
	{
		AdpCell *word = &none.words[none.count];

		if ((formats->none[i].where & kind_of(field)) == 0)
			continue;
		word->data = formats->none[i].word;
		word->len = (uint32) strlen(word->data);
		none.count++;
	}
	return none;
}
