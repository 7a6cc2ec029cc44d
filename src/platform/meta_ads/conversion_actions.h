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

/* Alternative types, separated by bars. */
typedef struct AdpConversionActionGroup
{
	int ntypes;
	const char **types;
} AdpConversionActionGroup;

/* Groups to add up, separated by commas. */
typedef struct AdpConversionActions
{
	int ngroups;
	AdpConversionActionGroup *groups;
} AdpConversionActions;

/* Parses a valid value, in CurrentMemoryContext. */
extern AdpConversionActions *adp_conversion_actions_read(const char *value);

/*
 * Option check: returns the reason why a value is invalid, or NULL.  A type
 * that is listed twice would be counted twice.
 */
extern const char *adp_conversion_actions_check(const char *value);

#endif /* ADP_PLATFORM_META_ADS_CONVERSION_ACTIONS_H */
