/*
 * option.h
 *	  Options of servers, user mappings, tables and columns.
 */
#ifndef ADP_FDW_OPTION_H
#define ADP_FDW_OPTION_H

#include "foreign/foreign.h"

#include "platform/platform.h"

/* Name of the only column option: the platform's name for the column. */
#define ADP_COLUMN_FIELD "field"

/* Returns NULL for a valid field name; otherwise the errdetail of the error. */
extern const char *adp_option_check_field(const AdpPlatform *platform,
										  const char *value);

/*
 * Returns the platform of a wrapper.  Throws if the wrapper does not belong to
 * adpipe.
 */
extern const AdpPlatform *adp_option_platform(Oid fdwid);

/*
 * Returns the settings of table and server, with defaults, in
 * CurrentMemoryContext.  tableid may be InvalidOid.  Without secrets the user
 * mapping is not read, so EXPLAIN works for roles without a mapping.  With
 * secrets: throws if userid has no mapping, or if the server's endpoint is not
 * allowed (see adp_endpoint_require_allowed).
 */
extern AdpSettings *adp_option_settings(ForeignServer *server,
										const AdpPlatform *platform,
										Oid tableid, Oid userid,
										bool with_secrets);

/* Parses option "unbounded" of the settings. */
extern AdpUnbounded adp_option_unbounded(const AdpSettings *settings);

#endif /* ADP_FDW_OPTION_H */
