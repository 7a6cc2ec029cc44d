/*
 * json.h
 *	  Small documents: a read-only interface to the parser library.
 *
 * For small documents that are read once: configuration, tokens, error bodies,
 * job states.  Row streams use rows.h.  Every accessor accepts NULL for a
 * missing value and returns NULL (or the fallback) for it.  So a path through a
 * document is one expression with one test at its end.
 */
#ifndef ADP_BASE_JSON_H
#define ADP_BASE_JSON_H

#include "base/error.h"

/* A value in a document; valid as long as the document's memory context. */
typedef struct AdpJson AdpJson;

/*
 * Parses text, which need not be NUL-terminated, into a document in cxt.  On
 * failure returns NULL and fills *error: ADP_ERR_FORMAT with line and column,
 * ADP_ERR_LIMIT beyond 64 levels, 16 MB or 500,000 values, or ADP_ERR_MEMORY.
 * error may be NULL if the caller needs no reason.
 */
extern const AdpJson *adp_json_parse(MemoryContext cxt, const char *text,
									 Size len, AdpError *error);

/* Member of an object by key; NULL if missing or if object is not an object. */
extern const AdpJson *adp_json_get(const AdpJson *object, const char *key);

/* The value at a dotted path of keys: adp_json_path(doc, "error.status"). */
extern const AdpJson *adp_json_path(const AdpJson *object, const char *path);

/* Element of an array, and the number of elements (0 for other values). */
extern const AdpJson *adp_json_at(const AdpJson *array, int index);
extern int adp_json_count(const AdpJson *array);

/* Whether a value is missing, or the JSON literal null. */
extern bool adp_json_is_null(const AdpJson *value);

/* Whether a value is an array, or an object; false for NULL. */
extern bool adp_json_is_array(const AdpJson *value);
extern bool adp_json_is_object(const AdpJson *value);

/* A hash; equal values have equal hashes, however they are written. */
extern uint64 adp_json_hash(const AdpJson *value);

/* Value of an object's first member; *key is set to its key. */
extern const AdpJson *adp_json_first(const AdpJson *object, const char **key);

/*
 * Value of the member after the one with key *key; *key is set to its key.
 * Returns NULL after the last member.  *key NULL starts with the first member.
 */
extern const AdpJson *adp_json_next(const AdpJson *object, const char **key);

/* A string's text, NUL-terminated and owned by the document; else NULL. */
extern const char *adp_json_text(const AdpJson *value);

/* Like adp_json_text(), but also for whole numbers and booleans; else NULL. */
extern const char *adp_json_scalar(const AdpJson *value);

/*
 * A whole number, written as a number or as a string of digits (64-bit numbers
 * often are); otherwise the fallback.
 */
extern int64 adp_json_int(const AdpJson *value, int64 fallback);

/* A number, written as a number or as a string; otherwise the fallback. */
extern double adp_json_number(const AdpJson *value, double fallback);

/* True only for the JSON literal true. */
extern bool adp_json_true(const AdpJson *value);

#endif /* ADP_BASE_JSON_H */
