/*
 * formats.h
 *	  How a platform writes days and missing values, in JSON and in CSV.
 *
 * A platform points at a const AdpFormats, and so may a source that differs
 * from the others of its platform.
 */
#ifndef ADP_PLATFORM_FORMATS_H
#define ADP_PLATFORM_FORMATS_H

#include "utils/date.h"

#include "base/rows.h"
#include "platform/catalog.h"

struct AdpPlatform;

/* The fields in which a word means NULL. */
#define ADP_NONE_IN_NUMBERS 0x01 /* fields of any type but text */
#define ADP_NONE_IN_NAMES 0x02	 /* texts with flag ADP_FIELD_HAS_NONE */
#define ADP_NONE_IN_TEXTS 0x04	 /* all other texts */
#define ADP_NONE_IN_OTHERS 0x08	 /* fields outside the catalogue */

typedef struct AdpNoneWord
{
	const char *word; /* NULL: end of the list */
	int where;
} AdpNoneWord;

typedef struct AdpFormats
{
	/*
	 * Reads a cell with a day, or with a time, whose day counts as the platform
	 * wrote it.  Returns false for any other cell.
	 */
	bool (*read_day)(const AdpCell *cell, DateADT *day);

	/* Writes a day for a request, palloc'd. */
	char *(*write_day)(DateADT day);

	const AdpNoneWord *none; /* in addition to absent and null; or NULL */
} AdpFormats;

/* Returns the formats of a source of a platform. */
extern const AdpFormats *adp_formats_of(const struct AdpPlatform *platform,
										const AdpSource *source);

/* Days as YYYY-MM-DD, and a reader of these for other formats. */
extern const AdpFormats adp_iso_formats;
extern bool adp_iso_read_day(const AdpCell *cell, DateADT *day);

/* Days as YYYYMMDD, which are also read as YYYY-MM-DD. */
extern const AdpFormats adp_compact_formats;

/* The words that mean NULL in one field. */
typedef struct AdpNoneWords
{
	int count;
	AdpCell *words;
} AdpNoneWords;

/* Picks the words of a field; NULL: one outside the catalogue. */
extern AdpNoneWords adp_none_words(const AdpFormats *formats,
								   const AdpField *field);

/* Whether a cell is one of the words. */
static inline bool
adp_none_words_hold(const AdpNoneWords *none, const AdpCell *cell)
{
	for (int i = 0; i < none->count; i++)
	{
		if (cell->kind == ADP_CELL_STRING && cell->len == none->words[i].len &&
			memcmp(cell->data, none->words[i].data, cell->len) == 0)
			return true;
	}
	return false;
}

#endif /* ADP_PLATFORM_FORMATS_H */
