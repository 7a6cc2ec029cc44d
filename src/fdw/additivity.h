/*
 * additivity.h
 *	  Over what the metrics of a report add up, in words.
 */
#ifndef ADP_FDW_ADDITIVITY_H
#define ADP_FDW_ADDITIVITY_H

#include "platform/platform.h"

/*
 * Over what a metric of a report adds up, as a list of words: "days, entities,
 * breakdowns" or "none".  A dimension of the report whose values overlap
 * follows after a semicolon.
 */
extern const char *adp_additivity_words(const AdpPlatform *platform,
										const AdpReport *report,
										const AdpField *field);

/* The same as a sentence for COMMENTs; an empty text if there is no number. */
extern const char *adp_additivity_sentence(const AdpPlatform *platform,
										   const AdpReport *report,
										   const AdpField *field);

#endif /* ADP_FDW_ADDITIVITY_H */
