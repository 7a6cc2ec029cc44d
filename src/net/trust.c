/*
 * trust.c
 *	  Which certificate authorities are trusted, to notice when that changes.
 */
#include "postgres.h"

#include <sys/stat.h>

#include "common/hashfn.h"

#include <curl/curl.h>

#include "base/guc.h"
#include "net/trust.h"

/*
 * Notes the version of a file or folder.  Its time of change moves with every
 * write, and a file that takes another one's place has another inode.
 */
static void
note_version(AdpFileVersion *version, const char *path)
{
	struct stat status;

	if (path == NULL || stat(path, &status) != 0)
		return;
	version->device = (uint64) status.st_dev;
	version->inode = (uint64) status.st_ino;
	version->size = (int64) status.st_size;
	version->written = status.st_mtim;
	version->changed = status.st_ctim;
}

/*
 * Notes which authorities are trusted now.
 */
void
adp_trust_note(AdpTrust *trust)
{
	const char *name = adp_guc_ca_file ? adp_guc_ca_file : "";

	/* compared as bytes, padding included */
	memset(trust, 0, sizeof(AdpTrust));
	trust->name_hash =
		hash_bytes((const unsigned char *) name, (int) strlen(name));
	if (name[0] != '\0')
		note_version(&trust->file, name);
	else
	{
		const curl_version_info_data *info = curl_version_info(CURLVERSION_NOW);

		note_version(&trust->file, info->cainfo);
		note_version(&trust->folder, info->capath);
	}
}

/*
 * Whether the same authorities are trusted now.
 */
bool
adp_trust_holds(const AdpTrust *trust)
{
	AdpTrust now;

	adp_trust_note(&now);
	return memcmp(&now, trust, sizeof(AdpTrust)) == 0;
}
