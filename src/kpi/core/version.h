/*
 * version.h
 *		Versions of the stored types.
 *
 * Every stored value begins with the version of its layout.  A library refuses
 * a version that it does not know; only a newer library can have written it.
 */
#ifndef ADP_KPI_CORE_VERSION_H
#define ADP_KPI_CORE_VERSION_H

#include "base/compat.h"

pg_noreturn extern void adp_version_refuse(int version, const char *type);
extern void adp_version_check_text(int64 version, int known, const char *type);

/*
 * Raises 0A000 for another version of the type than the known one.
 */
static inline void
adp_version_check(int version, int known, const char *type)
{
	if (unlikely(version != known))
		adp_version_refuse(version, type);
}

#endif /* ADP_KPI_CORE_VERSION_H */
