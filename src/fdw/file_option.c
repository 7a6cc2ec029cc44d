/*
 * file_option.c
 *	  Options of user mappings that name the file of a secret.
 */
#include "postgres.h"

#include "catalog/pg_authid.h"
#include "commands/defrem.h"
#include "miscadmin.h"
#include "utils/acl.h"

#include "fdw/file_option.h"

/*
 * Whether a name is that of a secret with the suffix.
 */
static bool
names_file_of(const char *name, const AdpOption *secret)
{
	size_t len = strlen(secret->name);

	return strncmp(name, secret->name, len) == 0 &&
		strcmp(name + len, ADP_FILE_SUFFIX) == 0;
}

/*
 * Finds the secret whose file an option names.
 */
const AdpOption *
adp_file_option_secret(const AdpPlatform *platform, const char *name)
{
	for (const AdpOption *option = platform->options; option->name; option++)
	{
		if (option->is_secret && names_file_of(name, option))
			return option;
	}
	return NULL;
}

/*
 * Throws unless the user may read files of the server.  The validator gets all
 * options that a user mapping will have, so a role that may not name a file cannot
 * keep one beside options of its own either.
 */
static void
require_reader(const AdpOption *secret, const char *name)
{
	if (has_privs_of_role(GetUserId(), ROLE_PG_READ_SERVER_FILES))
		return;
	ereport(ERROR,
			(errcode(ERRCODE_INSUFFICIENT_PRIVILEGE),
			 errmsg("permission denied to set option \"%s\" of a user mapping",
					name),
			 errdetail(
				 "The server reads the file that it names. Only superusers and roles with privileges of role \"pg_read_server_files\" may set it, or alter a user mapping that has it."),
			 errhint("Have such a role alter the user mapping, or drop the option and set \"%s\" itself.",
					 secret->name)));
}

/*
 * Throws if the user mapping has the secret as well.
 */
static void
refuse_both(const AdpOption *secret, const char *name, List *options)
{
	ListCell *cell;

	foreach(cell, options)
	{
		const DefElem *def = lfirst(cell);

		if (strcmp(def->defname, secret->name) == 0)
			ereport(ERROR,
					(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
					 errmsg("options \"%s\" and \"%s\" exclude each other",
							secret->name, name),
					 errdetail("Both give the same secret of the user mapping."),
					 errhint("Drop one of them.")));
	}
}

/*
 * Checks an option that names a file.  The value is not shown: it may be the
 * secret itself.
 */
void
adp_file_option_check(const AdpOption *secret, DefElem *def, List *options)
{
	require_reader(secret, def->defname);
	if (!is_absolute_path(defGetString(def)))
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("invalid value for option \"%s\"", def->defname),
				 errdetail("Give the absolute path of a file on the server.")));
	refuse_both(secret, def->defname, options);
}

/*
 * Adds a file to the settings.
 */
void
adp_file_option_apply(AdpSettings *settings, const AdpOption *secret,
					  const char *path)
{
	AdpSecretFile *file = palloc0(sizeof(AdpSecretFile));

	file->secret = secret;
	file->path = pstrdup(path);
	file->next = settings->secret_files;
	settings->secret_files = file;
}
