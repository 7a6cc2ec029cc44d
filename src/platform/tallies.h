/*
 * tallies.h
 *	  A kind of rows: some members are tallies, lists of typed amounts.
 *
 * A tally is an array with an object per type of action: the type under one
 * key, its amount in the default attribution window under another, amounts in
 * other windows under the names of those.  Fields are "tally.type" or
 * "tally.type.window", and a few of ours, made of two tallies that belong
 * together, one of counts and one of values: conversions and their value, by
 * option conversion_actions; and a row per type instead of one.
 *
 * What a tally does not tell is 0 if its amounts add up, with two exceptions,
 * where it is NULL: in the default window of a row that mixes settings, and
 * where the platform hides a part.  A platform that has tallies is a const
 * AdpTallies, and its sources (AdpSource) say which of them do.
 */
#ifndef ADP_PLATFORM_TALLIES_H
#define ADP_PLATFORM_TALLIES_H

#include "platform/exchange.h"

typedef struct AdpTallies
{
	const char *type_key;		/* member of an element: its type */
	const char *amount_key;		/* its amount in the default window */
	const char *default_window; /* what fields may call that window */

	const char *windows;  /* names of others, as a regular expression */
	const char *additive; /* tallies that add up, with commas */

	const char *counts; /* the tallies that fields of ours are made of */
	const char *values;
	const char *setting; /* what a row says of its settings; NULL: nothing */
	const char *mixed;	 /* and says if it mixes them */
	const char *choice;	 /* conversion_actions where none is set */

	/* fields of ours */
	const char *conversions;
	const char *conversions_value;
	const char *row_type; /* there is a row per type if this is wanted */
	const char *row_count;
	const char *row_value;

	const char *hiding; /* breakdowns, as a regular expression, under which a part
						 * of the actions is hidden; NULL: there are none */
} AdpTallies;

/* What a field is. */
typedef enum AdpTallyKind
{
	ADP_TALLY_PLAIN,   /* a member of the row */
	ADP_TALLY_ELEMENT, /* of a tally */
	ADP_TALLY_CONVERSIONS,
	ADP_TALLY_CONVERSIONS_VALUE,
	ADP_TALLY_ROW_TYPE,
	ADP_TALLY_ROW_COUNT,
	ADP_TALLY_ROW_VALUE
} AdpTallyKind;

typedef struct AdpTallyField
{
	AdpTallyKind kind;
	const char *member; /* ADP_TALLY_PLAIN, ADP_TALLY_ELEMENT: of the row */
	const char *type;	/* ADP_TALLY_ELEMENT */
	const char *window; /* NULL: the default one, or no element */
} AdpTallyField;

/* Splits a field's name. */
extern void adp_tallies_split(const AdpTallies *tallies, const char *name,
							  AdpTallyField *field);

/* Most members of a row that one field is made of. */
#define ADP_TALLY_MEMBERS 3

/* The members of a row that a field is made of; returns their number. */
extern int adp_tallies_members(const AdpTallies *tallies,
							   const AdpTallyField *field,
							   const char *members[ADP_TALLY_MEMBERS]);

/* Makes the shaper of a query. */
extern AdpShaper *adp_tallies_shaper(const AdpTallies *tallies,
									 const AdpSettings *settings,
									 const AdpQuery *query);

#endif /* ADP_PLATFORM_TALLIES_H */
