/*
 * action_field.h
 *	  Fields of rows with action lists: their names, and what they read.
 *
 * An action list is an array with an object per type of action.  The object
 * has the type under one key, its amount in the default attribution window
 * under another, and amounts in other windows under their names.  Fields are
 * "list.type" and "list.type.window".  Our own fields read pairs of lists, one
 * of counts and one of values: conversions and their value, defined by option
 * conversion_actions, and a row per type instead of one row.  Types are free
 * text.  Option action_breakdowns splits the elements of a type by further
 * keys.
 *
 * A const AdpActionLists describes the lists.
 */
#ifndef ADP_PLATFORM_META_ADS_ACTION_FIELD_H
#define ADP_PLATFORM_META_ADS_ACTION_FIELD_H

#include "platform/api/api_types.h"

/*
 * Two lists with the counts and the values of the same types.  If several
 * pairs have a type, the first one is read.  The regular expressions match
 * types.
 */
typedef struct AdpActionListPair
{
	const char *counts;
	const char *values;
	const char *types; /* types that the pair may contain; NULL: all */
	const char *own;   /* types of this pair only; NULL: no types */
} AdpActionListPair;

/* Maximum number of pairs. */
#define ADP_ACTION_PAIRS 2

typedef struct AdpActionLists
{
	const char *type_key;	/* member of an element with its type */
	const char *amount_key; /* member with its amount in the default window */
	const char *default_window; /* name of the default window in fields */

	const char *windows;  /* regular expression of the other windows' names */
	const char *additive; /* comma-separated lists that add up */
	const char *keys;	  /* comma-separated keys of elements for options */

	AdpActionListPair
		pairs[ADP_ACTION_PAIRS]; /* ends with NULL counts if shorter */
	const char *choice;			 /* default of conversion_actions */

	/*
	 * The member of a row with its attribution setting, or NULL; and a regular
	 * expression of values that mean a single setting for the whole row.  In
	 * other rows, an amount of a type that matches proof shows that the row
	 * reports the default window; NULL: an amount of any type does.
	 */
	const char *setting;
	const char *one_setting;
	const char *proof;

	/* names of our own fields */
	const char *conversions;
	const char *conversions_value;
	const char *row_count;
	const char *row_value;

	/*
	 * A key like the type, for rows of the types that match a regular
	 * expression, and its kind; and the first hour of a breakdown's value,
	 * which is a range.
	 */
	const char *row_once;
	const char *once;
	const char *row_kind; /* the kind of conversion that such a type is */
	const char *hour;

	/*
	 * Breakdowns that hide types, as a regular expression, and the types that
	 * no breakdown hides; or NULL.
	 */
	const char *hiding;
	const char *open;
} AdpActionLists;

/* Returns the number of pairs of lists. */
extern int adp_action_npairs(const AdpActionLists *spec);

/* Kinds of fields. */
typedef enum AdpActionFieldKind
{
	ADP_ACTION_PLAIN,	/* a member of the row */
	ADP_ACTION_HOUR,	/* the hour with which a member begins */
	ADP_ACTION_ELEMENT, /* an amount of a list */
	ADP_ACTION_CONVERSIONS,
	ADP_ACTION_CONVERSIONS_VALUE,
	ADP_ACTION_ROW_KEY, /* a key of elements: makes a row per element */
	ADP_ACTION_ROW_COUNT,
	ADP_ACTION_ROW_VALUE
} AdpActionFieldKind;

typedef struct AdpActionField
{
	AdpActionFieldKind kind;
	const char *member; /* ADP_ACTION_PLAIN, _HOUR, _ELEMENT */
	const char *type;	/* ADP_ACTION_ELEMENT; the key of ADP_ACTION_ROW_KEY */
	const char *window; /* NULL: the default window, or not an element */
	const char *whole; /* the type if the apparent window is a part of it; NULL:
						 * the name has no apparent window */
	bool is_once;	   /* ADP_ACTION_ROW_KEY: of certain types only */
	bool is_kind;	   /* ADP_ACTION_ROW_KEY: the kind in place of the type */
} AdpActionField;

/* Splits a field's name. */
extern void adp_action_field_split(const AdpActionLists *spec,
								   const AdpSettings *settings,
								   const char *name, AdpActionField *field);

/* Maximum number of members that one field reads. */
#define ADP_ACTION_MEMBERS (2 * ADP_ACTION_PAIRS + 2)

/* Collects the members of a row that a field reads; returns their number. */
extern int adp_action_field_members(const AdpActionLists *spec,
									const AdpSettings *settings,
									const AdpActionField *field,
									const char *members[ADP_ACTION_MEMBERS]);

/* Returns the action breakdowns that a table requests, comma-separated. */
extern const char *adp_action_keys(const AdpActionLists *spec,
								   const AdpSettings *settings);

/*
 * Throws for a query whose fields cannot be read or whose rows would have no
 * key: a field of an action breakdown that the table does not request, a
 * requested one without a column, a field with a type if elements have no
 * type.
 */
extern void adp_action_fields_check(const AdpActionLists *spec,
									const AdpSettings *settings,
									const AdpQuery *query);

#endif /* ADP_PLATFORM_META_ADS_ACTION_FIELD_H */
