/*
 * json_find.h
 *	  Values of small documents by paths that can be data.
 *
 * A path is steps with dots between them: the name of a member, the number of
 * an element, or * for any of either; *[name~part] is any whose member of that
 * name is a text that holds the part.  The empty path is the document itself.
 * Paths with | between them are alternatives, the best one first:
 * "errors.0.message|message".
 */
#ifndef ADP_BASE_JSON_FIND_H
#define ADP_BASE_JSON_FIND_H

#include "nodes/pg_list.h"

#include "base/json.h"

/* All values at a path, of type const AdpJson *; NIL for a NULL path. */
extern List *adp_json_find(const AdpJson *doc, const char *path);

/* The first of them, or NULL. */
extern const AdpJson *adp_json_find_first(const AdpJson *doc, const char *path);

/* The first of them that is a text, a whole number, true or false, as text; NULL
 * if none is. */
extern const char *adp_json_find_text(const AdpJson *doc, const char *path);

#endif /* ADP_BASE_JSON_FIND_H */
