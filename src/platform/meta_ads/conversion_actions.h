/*
 * conversion_actions.h
 *	  Which types of actions make a conversion: option conversion_actions.
 *
 * "a|b, c": commas add and bind weaker than bars; of the types between bars the
 * first that is there is taken.  A type is any text without these two, blanks
 * around it apart: advertisers name events as they like.
 */
#ifndef ADP_PLATFORM_META_ADS_CONVERSION_ACTIONS_H
#define ADP_PLATFORM_META_ADS_CONVERSION_ACTIONS_H

/* Types with bars between them. */
typedef struct AdpConversionActionGroup
{
	int ntypes;
	const char **types;
} AdpConversionActionGroup;

/* Groups with commas between them. */
typedef struct AdpConversionActions
{
	int ngroups;
	AdpConversionActionGroup *groups;
} AdpConversionActions;

/* Reads a setting, in CurrentMemoryContext. */
extern AdpConversionActions *adp_conversion_actions_read(const char *value);

/*
 * Option check: what is wrong with a setting, NULL if nothing.  A type that
 * stands twice would be counted twice.
 */
extern const char *adp_conversion_actions_check(const char *value);

#endif /* ADP_PLATFORM_META_ADS_CONVERSION_ACTIONS_H */
