/*
 * secret_files.c
 *	  The secrets of a session that files of the server hold.
 */
#include "postgres.h"

#include "base/secret_file.h"
#include "platform/api/secret_files.h"

/*
 * Notes a secret that the session uses no more, since answers to earlier requests
 * may still repeat it.
 */
static void
put_aside(AdpSession *session, const char *secret)
{
	if (secret != NULL)
		session->past_secrets =
			lappend(session->past_secrets, unconstify(char *, secret));
}

/*
 * Forgets what was made of secrets that have changed.
 */
static void
begin_version(AdpSession *session)
{
	put_aside(session, session->token);
	put_aside(session, session->derived);
	session->token = NULL;
	adp_session_derive(session);
	session->secrets_version++;
}

/*
 * Puts a secret into the session's settings; false if it is the same as before.
 */
static bool
take_secret(AdpSession *session, const AdpOption *option, const char *secret)
{
	const char **member =
		(const char **) ((char *) &session->own_settings + option->offset);

	if (*member != NULL && strcmp(*member, secret) == 0)
		return false;
	put_aside(session, *member);
	*member = secret;
	return true;
}

/*
 * Reads all files.  Returns one that holds no secret, with *problem; NULL if all
 * do.
 */
static const AdpSecretFile *
read_files(AdpSession *session, const char **problem)
{
	MemoryContext old = MemoryContextSwitchTo(session->cxt);
	const AdpSecretFile *bad = NULL;
	bool has_changed = false;

	for (const AdpSecretFile *file = session->settings->secret_files;
		 file != NULL; file = file->next)
	{
		const char *why;
		const char *secret =
			adp_secret_file_read(file->path,
								 file->secret->type == ADP_OPTION_TOKEN, &why);

		if (secret != NULL)
			has_changed |= take_secret(session, file->secret, secret);
		else
		{
			bad = file;
			*problem = why;
		}
	}
	if (has_changed)
		begin_version(session);
	MemoryContextSwitchTo(old);
	return bad;
}

/*
 * Reads the session's secrets.  The path is for the server's log: the user mapping
 * may be another role's.
 */
void
adp_secret_files_load(AdpSession *session)
{
	const char *problem;
	const AdpSecretFile *bad = read_files(session, &problem);

	if (bad == NULL)
		return;
	ereport(ERROR,
			(errcode(ERRCODE_INVALID_AUTHORIZATION_SPECIFICATION),
			 errmsg("could not read the file of option \"%s" ADP_FILE_SUFFIX
					"\" of the user mapping for server \"%s\"",
					bad->secret->name, session->settings->server_name),
			 errdetail_internal("%s", problem),
			 errdetail_log("File \"%s\": %s", bad->path, problem),
			 errhint("The option must name a regular file of at most %d kB that the server's operating system user can read, and that holds nothing but the secret.",
					 ADP_SECRET_FILE_MAX_KB)));
}

/*
 * Whether the session has other secrets than before.
 */
bool
adp_secret_files_changed(AdpSession *session, int version)
{
	const char *problem;

	if (session->secrets_version == version)
		(void) read_files(session, &problem);
	return session->secrets_version != version;
}
