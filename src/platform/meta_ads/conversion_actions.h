/*
 * conversion_actions.h
 *	  Option conversion_actions: the action types that make a conversion.
 *
 * In "a|b, c", a comma adds types up, and a bar, which binds tighter, takes the
 * first type that the row counts.  A type is any text without these two
 * characters and without surrounding blanks: advertisers name events freely.
 */
#ifndef ADP_PLATFORM_META_ADS_CONVERSION_ACTIONS_H
#define ADP_PLATFORM_META_ADS_CONVERSION_ACTIONS_H

#include "platform/meta_ads/action_field.h"

/* A type of action, and the meaning of its absence. */
typedef struct AdpActionType
{
	const char *name;
	Size len;
	bool is_open;					/* never hidden */
	bool in_pair[ADP_ACTION_PAIRS]; /* these lists may contain it */
} AdpActionType;

/* Describes a type; spec NULL: its name only. */
extern void adp_action_type_describe(const AdpActionLists *spec,
									 const char *name, AdpActionType *type);

/* Alternative types, separated by bars. */
typedef struct AdpConversionActionGroup
{
	int ntypes;
	AdpActionType *types;
} AdpConversionActionGroup;

/* Groups to add up, separated by commas. */
typedef struct AdpConversionActions
{
	int ngroups;
	AdpConversionActionGroup *groups;
} AdpConversionActions;

/* Returns the types that make a conversion of a table. */
extern const AdpConversionActions *adp_conversion_actions_of(
	const AdpActionLists *spec, const AdpSettings *settings);

/*
 * Option check: returns the reason why a value is invalid, or NULL.  A type
 * that is listed twice would be counted twice.
 */
extern const char *adp_conversion_actions_check(const char *value);

#endif /* ADP_PLATFORM_META_ADS_CONVERSION_ACTIONS_H */
