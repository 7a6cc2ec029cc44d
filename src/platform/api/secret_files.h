/*
 * secret_files.h
 *	  The secrets of a session that files of the server hold.
 *
 * They are read when a session is opened, at each sign-in, and once more when the
 * platform has refused them: somebody may have put new ones in their place.
 */
#ifndef ADP_PLATFORM_API_SECRET_FILES_H
#define ADP_PLATFORM_API_SECRET_FILES_H

#include "platform/api/session.h"

/*
 * Reads the session's secrets from their files.  A secret that has changed takes
 * the access token with it, and what was derived from it.  Throws for a file that holds no secret.
 */
extern void adp_secret_files_load(AdpSession *session);

/*
 * Whether the session has other secrets than those of a version of before; reads
 * the files to find out.  A file that holds no secret leaves the one of before.
 */
extern bool adp_secret_files_changed(AdpSession *session, int version);

#endif /* ADP_PLATFORM_API_SECRET_FILES_H */
