/*
 * json.h
 *	  Small documents: the parser library behind a read-only cursor.
 *
 * For configuration, tokens, error bodies, job states: whatever is small and
 * read once.  Row streams take rows.h.  Every accessor takes NULL for "not
 * there" and passes it on, so that a path through a document reads as one
 * expression and ends in one test.
 */
#ifndef ADP_BASE_JSON_H
#define ADP_BASE_JSON_H

#include "base/error.h"

/* A value inside a document; lives as long as the document's context. */
typedef struct AdpJson AdpJson;

/*
 * Parses text, not NUL-terminated, into a document released with cxt.  Returns
 * NULL and fills *error (ADP_ERR_FORMAT with line and column, ADP_ERR_LIMIT past
 * 64 levels, 16 MB or 500,000 values, ADP_ERR_MEMORY) if it does not parse.
 * error may be NULL where a failure only means "no document".
 */
extern const AdpJson *adp_json_parse(MemoryContext cxt, const char *text,
									 Size len, AdpError *error);

/* Member of an object by key; NULL if it is none or has none. */
extern const AdpJson *adp_json_get(const AdpJson *object, const char *key);

/* By a dotted path of keys: adp_json_path(doc, "error.status"). */
extern const AdpJson *adp_json_path(const AdpJson *object, const char *path);

/* Element of an array, and the number of elements (0 if it is no array). */
extern const AdpJson *adp_json_at(const AdpJson *array, int index);
extern int adp_json_count(const AdpJson *array);

/* Whether it is an array, or an object; NULL is neither. */
extern bool adp_json_is_array(const AdpJson *value);
extern bool adp_json_is_object(const AdpJson *value);

/* A hash that equal values have in common, however they are written. */
extern uint64 adp_json_hash(const AdpJson *value);

/* The first member's value of an object; its key goes to *key. */
extern const AdpJson *adp_json_first(const AdpJson *object, const char **key);

/*
 * The member after the one with key *key, NULL after the last; its key goes to
 * *key, which is NULL for the first.
 */
extern const AdpJson *adp_json_next(const AdpJson *object, const char **key);

/* A string's text, NUL-terminated, owned by the document; else NULL. */
extern const char *adp_json_text(const AdpJson *value);

/* The same, and whole numbers, true and false as text; else NULL. */
extern const char *adp_json_scalar(const AdpJson *value);

/*
 * A whole number, written as a number or as a string of digits (as 64-bit
 * numbers often are); otherwise the fallback.
 */
extern int64 adp_json_int(const AdpJson *value, int64 fallback);

/* A number, written as a number or as a string; otherwise the fallback. */
extern double adp_json_number(const AdpJson *value, double fallback);

/* True only for the JSON literal true. */
extern bool adp_json_true(const AdpJson *value);

#endif /* ADP_BASE_JSON_H */
