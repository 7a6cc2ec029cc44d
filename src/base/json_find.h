/*
 * json_find.h
 *	  Finds values in small documents by paths given as text.
 *
 * A path consists of steps separated by dots.  A step is the name of a member,
 * the number of an element, or * for all of either.  *[name~part] selects the
 * values with a text member "name" that contains "part".  The empty path is the
 * document itself.  A | separates alternatives, the preferred one first:
 * "errors.0.message|message".
 */
#ifndef ADP_BASE_JSON_FIND_H
#define ADP_BASE_JSON_FIND_H

#include "nodes/pg_list.h"

#include "base/json.h"

/* All values at a path, of type const AdpJson *; NIL for a NULL path. */
extern List *adp_json_find(const AdpJson *doc, const char *path);

/* The first value at a path, or NULL. */
extern const AdpJson *adp_json_find_first(const AdpJson *doc, const char *path);

/*
 * The first string, whole number or boolean at a path, as text; NULL if there
 * is no such value.
 */
extern const char *adp_json_find_text(const AdpJson *doc, const char *path);

#endif /* ADP_BASE_JSON_FIND_H */
