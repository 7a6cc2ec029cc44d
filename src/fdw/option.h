/*
 * option.h
 *	  Options of servers, user mappings, tables and columns.
 */
#ifndef ADP_FDW_OPTION_H
#define ADP_FDW_OPTION_H

#include "foreign/foreign.h"

#include "platform/platform.h"

/* Name of the one column option: the platform's name for the column. */
#define ADP_COLUMN_FIELD "field"

/* NULL, or what is wrong with a field name, as an errdetail. */
extern const char *adp_option_check_field(const AdpPlatform *platform,
										  const char *value);

/* The platform of a wrapper; throws if the wrapper is not one of ours. */
extern const AdpPlatform *adp_option_platform(Oid fdwid);

/*
 * What table and server set, in CurrentMemoryContext, defaults filled in.
 * tableid may be InvalidOid.  Without secrets the user mapping is not looked
 * up, so EXPLAIN works for who has none.  With secrets: throws if userid has
 * no mapping, or if the server's endpoint is not allowed (see
 * adp_endpoint_require_allowed).
 */
extern AdpSettings *adp_option_settings(ForeignServer *server,
										const AdpPlatform *platform,
										Oid tableid, Oid userid,
										bool with_secrets);

/* The settings' unbounded, parsed. */
extern AdpUnbounded adp_option_unbounded(const AdpSettings *settings);

#endif /* ADP_FDW_OPTION_H */
