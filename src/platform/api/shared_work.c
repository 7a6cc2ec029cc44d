/*
 * shared_work.c
 *	  Work of one scan whose outcome other scans of this process wait for.
 */
#include "postgres.h"

#include "lib/ilist.h"

#include "platform/api/shared_work.h"

/* Milliseconds between two checks of another scan's work. */
#define LOOK_GAP_MS 10

typedef struct Announcement
{
	dlist_node node; /* in announcements */
	AdpSession *session;
	const char *key;
	void *work;
} Announcement;

static dlist_head announcements = DLIST_STATIC_INIT(announcements);

/*
 * Owner's release callback: removes an announcement from the list.
 */
static void
unlink_announcement(void *resource)
{
	dlist_delete(&((Announcement *) resource)->node);
}

/*
 * Adds an announcement to the list.
 */
AdpOwner *
adp_shared_work_announce(MemoryContext cxt, AdpSession *session,
						 const char *key, void *work)
{
	AdpOwner *owner = adp_owner_create(cxt, unlink_announcement);
	Announcement *entry = MemoryContextAlloc(cxt, sizeof(Announcement));

	entry->session = session;
	entry->key = MemoryContextStrdup(cxt, key);
	entry->work = work;
	dlist_push_head(&announcements, &entry->node);
	owner->resource = entry;
	return owner;
}

/*
 * Finds the latest work that these settings may share; NULL if there is none.
 */
static const Announcement *
find(const AdpSettings *settings, const char *key, AdpCanShare can_share)
{
	dlist_iter iter;

	dlist_foreach(iter, &announcements)
	{
		const Announcement *entry =
			dlist_container(Announcement, node, iter.cur);
		const AdpSettings *its = entry->session->settings;

		if (its->serverid == settings->serverid &&
			its->umid == settings->umid && strcmp(entry->key, key) == 0 &&
			can_share(entry->work, settings))
			return entry;
	}
	return NULL;
}

/*
 * Drives another scan's work.  That scan looks at it again, too: its descriptor
 * may have become readable for what is handled here.
 */
void *
adp_shared_work_drive(AdpSession *session, const char *key,
					  AdpCanShare can_share)
{
	const Announcement *entry = find(session->settings, key, can_share);

	if (entry == NULL)
		return NULL;
	adp_session_poll(entry->session);
	adp_session_wake_at(entry->session, adp_clock_ms());
	adp_session_wake_at(session, adp_clock_ms() + LOOK_GAP_MS);
	return entry->work;
}
