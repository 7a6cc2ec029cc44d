/*
 * action_lists.h
 *	  A kind of rows: some members are tallies, lists of typed amounts.
 *
 * A tally is an array with an object per type of action: the type under one
 * key, its amount in the default attribution window under another, amounts in
 * other windows under the names of those.  Fields are "tally.type" or
 * "tally.type.window", and a few of ours, made of pairs of tallies, one of
 * counts and one of values: conversions and their value, by option
 * conversion_actions; and a row per type instead of one.  Types are free text.
 * Option action_breakdowns splits the elements of a type by further keys; then
 * an amount of the type is the sum of its elements.
 *
 * What a tally lacks is 0 if its amounts add up, and NULL where that it is none
 * does not follow: where the platform hides such types by a breakdown; in the
 * default window of a row over several settings that has no amount in it; and
 * of a type that the platform has in another tally.  An amount that is there is
 * passed on whatever else the row says.
 *
 * A platform that has tallies is a const AdpTallies, and its sources (AdpSource)
 * say which of them do.
 */
#ifndef ADP_PLATFORM_META_ADS_ACTION_LISTS_H
#define ADP_PLATFORM_META_ADS_ACTION_LISTS_H

#include "platform/api/api_types.h"

/*
 * Two tallies that belong together.  Of several pairs that have a type the
 * first counts.  The expressions are of types.
 */
typedef struct AdpTallyPair
{
	const char *counts;
	const char *values;
	const char *types; /* that may be in them; NULL: all */
	const char *own;   /* that are in no other pair; NULL: none */
} AdpTallyPair;

/* Most pairs of a platform. */
#define ADP_TALLY_PAIRS 2

typedef struct AdpTallies
{
	const char *type_key;		/* member of an element: its type */
	const char *amount_key;		/* its amount in the default window */
	const char *default_window; /* what fields may call that window */

	const char *windows;  /* names of others, as a regular expression */
	const char *additive; /* tallies that add up, with commas */
	const char *keys; /* of elements, that options may ask for, with commas */

	AdpTallyPair pairs[ADP_TALLY_PAIRS]; /* ends with NULL counts if shorter */
	const char *choice; /* conversion_actions where none is set */

	/*
	 * What a row says of its settings, NULL for nothing; how one setting that
	 * holds for the whole row is spelled, as a regular expression.  In any other
	 * row an amount of a type that is as proof says shows that amounts of the
	 * default window are there; NULL: any amount does.
	 */
	const char *setting;
	const char *one_setting;
	const char *proof;

	/* fields of ours */
	const char *conversions;
	const char *conversions_value;
	const char *row_count;
	const char *row_value;

	/*
	 * Breakdowns, as a regular expression, under which types are hidden, and
	 * the types that never are; NULL: there are none.
	 */
	const char *hiding;
	const char *open;
} AdpTallies;

/* What a field is. */
typedef enum AdpTallyKind
{
	ADP_TALLY_PLAIN,   /* a member of the row */
	ADP_TALLY_ELEMENT, /* of a tally */
	ADP_TALLY_CONVERSIONS,
	ADP_TALLY_CONVERSIONS_VALUE,
	ADP_TALLY_ROW_KEY, /* there is a row per element if this is wanted */
	ADP_TALLY_ROW_COUNT,
	ADP_TALLY_ROW_VALUE
} AdpTallyKind;

typedef struct AdpTallyField
{
	AdpTallyKind kind;
	const char *member; /* ADP_TALLY_PLAIN, ADP_TALLY_ELEMENT: of the row */
	const char *type;	/* ADP_TALLY_ELEMENT; of ADP_TALLY_ROW_KEY the key */
	const char *window; /* NULL: the default one, or no element */
	const char *whole;	/* the type if what looks like a window is part of it;
						 * NULL: nothing looks like one */
} AdpTallyField;

/* Splits a field's name. */
extern void adp_tallies_split(const AdpTallies *tallies,
							  const AdpSettings *settings, const char *name,
							  AdpTallyField *field);

/* Most members of a row that one field is made of. */
#define ADP_TALLY_MEMBERS (2 * ADP_TALLY_PAIRS + 2)

/* The members of a row that a field is made of; returns their number. */
extern int adp_tallies_members(const AdpTallies *tallies,
							   const AdpSettings *settings,
							   const AdpTallyField *field,
							   const char *members[ADP_TALLY_MEMBERS]);

/* The keys of elements that a table asks for, with commas. */
extern const char *adp_tallies_keys(const AdpTallies *tallies,
									const AdpSettings *settings);

/*
 * Throws for a query whose rows could not be told apart or whose fields could
 * not be read: a key of elements that the table does not ask for, one that it
 * asks for without a column, a type where elements have none.
 */
extern void adp_tallies_check(const AdpTallies *tallies,
							  const AdpSettings *settings,
							  const AdpQuery *query);

/* Makes the shaper of a query. */
extern AdpShaper *adp_tallies_shaper(const AdpTallies *tallies,
									 const AdpSettings *settings,
									 const AdpQuery *query);

#endif /* ADP_PLATFORM_META_ADS_ACTION_LISTS_H */
