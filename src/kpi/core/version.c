/*
 * version.c
 *		Versions of the stored types.
 */
#include "postgres.h"

#include "kpi/core/version.h"

/*
 * Raises the error for a value that a newer adpipe wrote.
 */
void
adp_version_refuse(int version, const char *type)
{
	ereport(ERROR,
			(errcode(ERRCODE_FEATURE_NOT_SUPPORTED),
			 errmsg("unknown version %d of type %s", version, type),
			 errhint(
				 "Install the version of adpipe that wrote it, or a newer one.")));
}

/*
 * Checks the version in a value's text form, which is 0 or less if the text has
 * none.  Such a text is a syntax error, which the caller raises; a newer version
 * gets this error, because its hint helps more.
 */
void
adp_version_check_text(int64 version, int known, const char *type)
{
	if (version > 0)
		adp_version_check((int) Min(version, PG_INT32_MAX), known, type);
}
