/*
 * trust.h
 *	  Which certificate authorities are trusted, to notice when that changes.
 *
 * A connection is verified when it is opened.  If the authorities have changed
 * since, by setting adpipe.ca_file or by a change of the files themselves, the
 * connection may be one that would not be opened any more.
 */
#ifndef ADP_NET_TRUST_H
#define ADP_NET_TRUST_H

#include <time.h>

/* A version of a file or folder; all zero if there is none. */
typedef struct AdpFileVersion
{
	uint64 device;
	uint64 inode;
	int64 size;
	struct timespec written;
	struct timespec changed;
} AdpFileVersion;

typedef struct AdpTrust
{
	uint32 name_hash; /* of adpipe.ca_file */
	AdpFileVersion file;
	AdpFileVersion folder; /* of the library's own authorities */
} AdpTrust;

/* Notes in *trust which authorities are trusted now. */
extern void adp_trust_note(AdpTrust *trust);

/* Whether the same authorities are trusted now. */
extern bool adp_trust_holds(const AdpTrust *trust);

#endif /* ADP_NET_TRUST_H */
