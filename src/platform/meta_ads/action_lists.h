/*
 * action_lists.h
 *	  Makes cells and rows of a row's action lists.
 *
 * The amount of a type is the sum of its elements.  An absent amount is 0 if
 * the amounts of the list add up.  It is NULL where it may be nonzero on the
 * platform: if a breakdown hides the type; in the default window of a row over
 * several attribution settings that has no amount in that window; and if the
 * platform reports the type in another list.  A present amount is always passed
 * on.
 */
#ifndef ADP_PLATFORM_META_ADS_ACTION_LISTS_H
#define ADP_PLATFORM_META_ADS_ACTION_LISTS_H

#include "platform/meta_ads/action_field.h"

/* Makes the shaper of a query; its fields must have been checked. */
extern AdpShaper *adp_action_lists_shaper(const AdpActionLists *spec,
										  const AdpSettings *settings,
										  const AdpQuery *query);

#endif /* ADP_PLATFORM_META_ADS_ACTION_LISTS_H */
