/*
 * action_lists.h
 *	  A kind of rows: some members are lists, lists of typed amounts.
 *
 * A list is an array with an object per type of action: the type under one
 * key, its amount in the default attribution window under another, amounts in
 * other windows under the names of those.  Fields are "list.type" or
 * "list.type.window", and a few of ours, made of pairs of lists, one of
 * counts and one of values: conversions and their value, by option
 * conversion_actions; and a row per type instead of one.  Types are free text.
 * Option action_breakdowns splits the elements of a type by further keys; then
 * an amount of the type is the sum of its elements.
 *
 * What a list lacks is 0 if its amounts add up, and NULL where that it is none
 * does not follow: where the platform hides such types by a breakdown; in the
 * default window of a row over several settings that has no amount in it; and
 * of a type that the platform has in another list.  An amount that is there is
 * passed on whatever else the row says.
 *
 * A platform that has lists is a const AdpActionLists, and its sources (AdpSource)
 * say which of them do.
 */
#ifndef ADP_PLATFORM_META_ADS_ACTION_LISTS_H
#define ADP_PLATFORM_META_ADS_ACTION_LISTS_H

#include "platform/api/api_types.h"

/*
 * Two lists that belong together.  Of several pairs that have a type the
 * first counts.  The expressions are of types.
 */
typedef struct AdpActionListPair
{
	const char *counts;
	const char *values;
	const char *types; /* that may be in them; NULL: all */
	const char *own;   /* that are in no other pair; NULL: none */
} AdpActionListPair;

/* Most pairs of a platform. */
#define ADP_ACTION_PAIRS 2

typedef struct AdpActionLists
{
	const char *type_key;		/* member of an element: its type */
	const char *amount_key;		/* its amount in the default window */
	const char *default_window; /* what fields may call that window */

	const char *windows;  /* names of others, as a regular expression */
	const char *additive; /* lists that add up, with commas */
	const char *keys; /* of elements, that options may ask for, with commas */

	AdpActionListPair
		pairs[ADP_ACTION_PAIRS]; /* ends with NULL counts if shorter */
	const char *choice;			 /* conversion_actions where none is set */

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
} AdpActionLists;

/* What a field is. */
typedef enum AdpActionFieldKind
{
	ADP_ACTION_PLAIN,	/* a member of the row */
	ADP_ACTION_ELEMENT, /* of a list */
	ADP_ACTION_CONVERSIONS,
	ADP_ACTION_CONVERSIONS_VALUE,
	ADP_ACTION_ROW_KEY, /* there is a row per element if this is wanted */
	ADP_ACTION_ROW_COUNT,
	ADP_ACTION_ROW_VALUE
} AdpActionFieldKind;

typedef struct AdpActionField
{
	AdpActionFieldKind kind;
	const char *member; /* ADP_ACTION_PLAIN, ADP_ACTION_ELEMENT: of the row */
	const char *type;	/* ADP_ACTION_ELEMENT; of ADP_ACTION_ROW_KEY the key */
	const char *window; /* NULL: the default one, or no element */
	const char *whole;	/* the type if what looks like a window is part of it;
						 * NULL: nothing looks like one */
} AdpActionField;

/* Splits a field's name. */
extern void adp_action_lists_split(const AdpActionLists *spec,
								   const AdpSettings *settings,
								   const char *name, AdpActionField *field);

/* Most members of a row that one field is made of. */
#define ADP_ACTION_MEMBERS (2 * ADP_ACTION_PAIRS + 2)

/* The members of a row that a field is made of; returns their number. */
extern int adp_action_lists_members(const AdpActionLists *spec,
									const AdpSettings *settings,
									const AdpActionField *field,
									const char *members[ADP_ACTION_MEMBERS]);

/* The keys of elements that a table asks for, with commas. */
extern const char *adp_action_lists_keys(const AdpActionLists *spec,
										 const AdpSettings *settings);

/*
 * Throws for a query whose rows could not be told apart or whose fields could
 * not be read: a key of elements that the table does not ask for, one that it
 * asks for without a column, a type where elements have none.
 */
extern void adp_action_lists_check(const AdpActionLists *spec,
								   const AdpSettings *settings,
								   const AdpQuery *query);

/* Makes the shaper of a query. */
extern AdpShaper *adp_action_lists_shaper(const AdpActionLists *spec,
										  const AdpSettings *settings,
										  const AdpQuery *query);

#endif /* ADP_PLATFORM_META_ADS_ACTION_LISTS_H */
