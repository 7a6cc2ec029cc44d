/*
 * params.h
 *	  Parameters of a query string or a form.
 *
 * The same functions write what EXPLAIN shows and what is sent, so that these
 * differ only in their encoding.
 */
#ifndef ADP_PLATFORM_API_PARAMS_H
#define ADP_PLATFORM_API_PARAMS_H

#include "lib/stringinfo.h"

typedef struct AdpParams
{
	StringInfoData text;
	bool is_encoded; /* percent-encoded, to be sent */
} AdpParams;

/* Initializes an empty list. */
extern void adp_params_init(AdpParams *params, bool is_encoded);

/* Adds a parameter; nothing if value is NULL. */
extern void adp_params_add(AdpParams *params, const char *name,
						   const char *value);

/* Returns a path or URL with the parameters in its query string. */
extern char *adp_params_join(const char *path, const AdpParams *params);

/* Returns texts as a JSON array of strings. */
extern char *adp_params_texts(const char *const *texts, int n);

/* Returns comma-separated words as a JSON array of strings; NULL for NULL. */
extern char *adp_params_array(const char *words);

#endif /* ADP_PLATFORM_API_PARAMS_H */
