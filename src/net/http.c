/*
 * http.c
 *	  HTTP transfers that run side by side under one descriptor.
 *
 * This file holds the group: it lets the library go on when something is ready
 * and collects what it finished.  transfer.c holds the single transfer,
 * callback.c what the library calls it back for.
 *
 * Memory contexts give the order of release: each transfer has a context below
 * its group's, and contexts go children first, so transfers leave the group
 * before the group goes.  The group's own release then ends the library's
 * handle, which closes idle connections, before the epoll set they were in.
 */
#include "postgres.h"

#include <limits.h>
#include <signal.h>

#include "miscadmin.h"
#include "portability/instr_time.h"
#include "storage/fd.h"
#include "storage/latch.h"
#include "utils/memutils.h"
#include "utils/wait_event.h"

#include <curl/curl.h>

#include "base/compat.h"
#include "base/owner.h"
#include "net/http.h"
#include "net/transfer.h"

ADP_REQUIRE_LIBCURL();

/*
 * Longest that adp_http_poll() keeps going while answers pour in: far below
 * the 100 ms in which a cancel must take effect.
 */
#define POLL_SLICE_MS 10.0

/*
 * Connections kept open per group: as many as transfers usually run at once.
 */
#define IDLE_CONNECTIONS_MAX 16L

/*
 * Checks that the library found at run time is usable.  Without an
 * asynchronous resolver a look-up would hold up cancel; the version is the
 * first that can leave a hanging look-up behind.
 */
static void
check_library(void)
{
	const curl_version_info_data *info = curl_version_info(CURLVERSION_NOW);

	if (info->version_num < ADP_LIBCURL_VERSION_MIN)
		ereport(ERROR,
				(errcode(ERRCODE_FEATURE_NOT_SUPPORTED),
				 errmsg("libcurl %s is too old", info->version),
				 errdetail("Version 7.87.0 or later is needed.")));
	if ((info->features & CURL_VERSION_ASYNCHDNS) == 0)
		ereport(ERROR,
				(errcode(ERRCODE_FEATURE_NOT_SUPPORTED),
				 errmsg("libcurl cannot resolve names asynchronously"),
				 errhint(
					 "Install a libcurl built with the threaded resolver or c-ares.")));
	if ((info->features & CURL_VERSION_SSL) == 0)
		ereport(ERROR,
				(errcode(ERRCODE_FEATURE_NOT_SUPPORTED),
				 errmsg("libcurl cannot speak TLS")));
}

/*
 * Prepares the library in this process.  Its state must not be handed on by
 * fork, so the postmaster never gets it, and the process that has it is
 * remembered.
 */
void
adp_http_init(void)
{
	static int initialized_pid = 0;

	if (initialized_pid == MyProcPid)
		return;
	if (IsPostmasterEnvironment && !IsUnderPostmaster)
		elog(ERROR, "postmaster must not initialize libcurl");
	check_library();
	if (curl_global_init(CURL_GLOBAL_DEFAULT) != CURLE_OK)
		ereport(ERROR,
				(errcode(ERRCODE_FDW_OUT_OF_MEMORY),
				 errmsg("could not initialize libcurl")));
	initialized_pid = MyProcPid;
}

/*
 * Tells the server how many descriptors the group holds now.
 */
void
adp_group_account(AdpHttpGroup *group)
{
	for (; group->naccounted < group->nopen; group->naccounted++)
		ReserveExternalFD();
	for (; group->naccounted > group->nopen; group->naccounted--)
		ReleaseExternalFD();
}

/*
 * Called by the library when it wants a socket watched, or no more.  A
 * non-zero answer makes it give up on the whole group.
 */
static int
on_socket(CURL *easy, curl_socket_t fd, int what, void *arg, void *unused)
{
	AdpHttpGroup *group = arg;

	if (what == CURL_POLL_REMOVE)
	{
		adp_poller_unwatch(&group->events, fd);
		return 0;
	}
	return adp_poller_watch(&group->events, fd,
							what == CURL_POLL_IN || what == CURL_POLL_INOUT,
							what == CURL_POLL_OUT || what == CURL_POLL_INOUT)
		? 0
		: -1;
}

/*
 * Called by the library when it wants to be called in timeout_ms; -1 for never.
 */
static int
on_timer(CURLM *multi, long timeout_ms, void *arg)
{
	AdpHttpGroup *group = arg;

	adp_poller_set_timer(&group->events, timeout_ms);
	return 0;
}

/*
 * Releases the library's and the kernel's part of a group.
 */
static void
release_group(void *resource)
{
	AdpHttpGroup *group = resource;

	Assert(dlist_is_empty(&group->running));
	if (group->multi != NULL)
		(void) curl_multi_cleanup(group->multi);
	group->multi = NULL;
	adp_poller_close(&group->events);
	group->nopen = 0;
	adp_group_account(group);
}

/*
 * Opens the epoll set of a new group.
 */
static void
open_events(AdpHttpGroup *group, AdpError *error)
{
	/* The server keeps a share of its descriptors for itself. */
	if (!AcquireExternalFD())
	{
		adp_error_set(error, ADP_ERR_LIMIT,
					  "too many file descriptors are in use", NULL,
					  "Raise max_files_per_process or lower max_concurrency.");
		return;
	}
	group->naccounted++;
	if (!adp_poller_open(&group->events))
	{
		adp_error_set(error, ADP_ERR_LIMIT,
					  psprintf("could not create event descriptor: %m"), NULL,
					  NULL);
		return;
	}
	group->nopen += ADP_EVENTS_DESCRIPTORS;
	adp_group_account(group);
}

/*
 * Makes the library's handle of a new group.
 */
static void
open_multi(AdpHttpGroup *group, AdpError *error)
{
	CURLMcode code = CURLM_OUT_OF_MEMORY;

	group->multi = curl_multi_init();
	if (group->multi != NULL)
		code =
			curl_multi_setopt(group->multi, CURLMOPT_SOCKETFUNCTION, on_socket);
	if (code == CURLM_OK)
		code = curl_multi_setopt(group->multi, CURLMOPT_SOCKETDATA, group);
	if (code == CURLM_OK)
		code =
			curl_multi_setopt(group->multi, CURLMOPT_TIMERFUNCTION, on_timer);
	if (code == CURLM_OK)
		code = curl_multi_setopt(group->multi, CURLMOPT_TIMERDATA, group);
	if (code == CURLM_OK)
		code = curl_multi_setopt(group->multi, CURLMOPT_MAXCONNECTS,
								 IDLE_CONNECTIONS_MAX);
	if (code != CURLM_OK)
		adp_error_set(error, ADP_ERR_MEMORY,
					  psprintf("could not prepare transfers: %s",
							   curl_multi_strerror(code)),
					  NULL, NULL);
}

/*
 * Makes an empty group below parent.
 */
AdpHttpGroup *
adp_http_group_create(MemoryContext parent)
{
	AdpError error = {.class = ADP_OK};
	MemoryContext cxt;
	AdpHttpGroup *group;

	adp_http_init();
	cxt =
		AllocSetContextCreate(parent, "adpipe transfers", ALLOCSET_SMALL_SIZES);
	group = MemoryContextAllocZero(cxt, sizeof(AdpHttpGroup));
	group->cxt = cxt;
	dlist_init(&group->running);
	adp_poller_init(&group->events);
	adp_owner_create(cxt, release_group)->resource = group;

	open_events(group, &error);
	if (error.class == ADP_OK)
		open_multi(group, &error);
	if (error.class != ADP_OK)
	{
		MemoryContextDelete(cxt);
		adp_error_throw(&error);
	}
	return group;
}

/*
 * Releases a group with all its transfers.
 */
void
adp_http_group_destroy(AdpHttpGroup *group)
{
	MemoryContextDelete(group->cxt);
}

/*
 * True if no transfer is under way.
 */
bool
adp_http_group_is_idle(const AdpHttpGroup *group)
{
	return dlist_is_empty(unconstify(dlist_head *, &group->running));
}

/*
 * Releases all transfers, finished or not, and takes off the alarm.
 */
bool
adp_http_group_clear(AdpHttpGroup *group)
{
	bool was_idle = adp_http_group_is_idle(group);

	MemoryContextDeleteChildren(group->cxt);
	adp_poller_set_alarm(&group->events, -1);
	return was_idle && !group->is_broken;
}

/*
 * Ends all transfers of a group on which the library gave up; that happens
 * when a socket could not be watched.
 */
static void
break_group(AdpHttpGroup *group, CURLMcode code)
{
	dlist_mutable_iter iter;

	group->is_broken = true;
	dlist_foreach_modify(iter, &group->running)
	{
		adp_transfer_fail(dlist_container(AdpHttpTransfer, node, iter.cur),
						  curl_multi_strerror(code));
	}
}

/*
 * Begins a step: lets the transfers that were paused in the last one go on.
 */
static void
begin_step(AdpHttpGroup *group)
{
	dlist_mutable_iter iter;

	group->step++;
	if (!group->has_paused)
		return;
	group->has_paused = false;
	dlist_foreach_modify(iter, &group->running)
	{
		adp_transfer_resume(dlist_container(AdpHttpTransfer, node, iter.cur));
	}
}

/*
 * Ends a step: if transfers are paused, has the timer ring for the next one.
 * That takes nothing from the library, which after each ring says anew when it
 * wants the next.
 */
static void
end_step(AdpHttpGroup *group)
{
	if (group->has_paused)
		adp_poller_set_timer(&group->events, 0);
}

/*
 * Hands what is ready to the library.
 */
static CURLMcode
feed_library(AdpHttpGroup *group, const AdpReady *ready)
{
	CURLMcode code = CURLM_OK;
	int nrunning;

	if (ready->timer_rang)
		code = curl_multi_socket_action(group->multi, CURL_SOCKET_TIMEOUT, 0,
										&nrunning);
	for (int i = 0; code == CURLM_OK && i < ready->nsockets; i++)
	{
		const AdpReadySocket *socket = &ready->sockets[i];
		int mask = (socket->can_read ? CURL_CSELECT_IN : 0) |
			(socket->can_write ? CURL_CSELECT_OUT : 0) |
			(socket->has_error ? CURL_CSELECT_ERR : 0);

		code =
			curl_multi_socket_action(group->multi, socket->fd, mask, &nrunning);
	}
	return code;
}

/*
 * Collects the transfers that the library finished.
 */
static void
collect_finished(AdpHttpGroup *group)
{
	CURLMsg *message;
	int nleft;

	while ((message = curl_multi_info_read(group->multi, &nleft)) != NULL)
	{
		char *transfer = NULL;

		Assert(message->msg == CURLMSG_DONE);
		(void) curl_easy_getinfo(message->easy_handle, CURLINFO_PRIVATE,
								 &transfer);
		adp_transfer_finish((AdpHttpTransfer *) transfer, message->data.result);
	}
}

/*
 * Lets the library act once on whatever is ready; false if nothing was.  All
 * signals are blocked meanwhile: the library may start a resolver thread,
 * which inherits the mask, and must never run a handler of the server's.
 */
static bool
step(AdpHttpGroup *group)
{
	AdpReady ready;
	CURLMcode code;
	sigset_t all;
	sigset_t before;

	if (!adp_poller_look(&group->events, &ready))
		return false;

	sigfillset(&all);
	sigprocmask(SIG_SETMASK, &all, &before);
	begin_step(group);
	code = feed_library(group, &ready);
	end_step(group);
	sigprocmask(SIG_SETMASK, &before, NULL);

	if (code == CURLM_OK)
		collect_finished(group);
	else
		break_group(group, code);
	adp_group_account(group);
	return true;
}

/*
 * Lets the group's transfers go on as far as they can without waiting, but not
 * for so long that the caller is late for an interrupt.
 */
void
adp_http_poll(AdpHttpGroup *group)
{
	instr_time start;
	instr_time now;

	INSTR_TIME_SET_CURRENT(start);
	do
	{
		if (!step(group))
			break;
		INSTR_TIME_SET_CURRENT(now);
		INSTR_TIME_SUBTRACT(now, start);
	} while (INSTR_TIME_GET_MILLISEC(now) < POLL_SLICE_MS);
}

/*
 * Waits until something can go on, then lets it.
 */
void
adp_http_wait(AdpHttpGroup *group, long timeout_ms)
{
	int wake_on = WL_LATCH_SET | WL_SOCKET_READABLE | WL_EXIT_ON_PM_DEATH;

	if (timeout_ms >= 0)
		wake_on |= WL_TIMEOUT;
	(void) WaitLatchOrSocket(MyLatch, wake_on, group->events.epoll_fd,
							 Min(timeout_ms, INT_MAX), PG_WAIT_EXTENSION);
	ResetLatch(MyLatch);
	CHECK_FOR_INTERRUPTS();
	adp_http_poll(group);
}

/*
 * The descriptor to wait on for readability.
 */
int
adp_http_fd(const AdpHttpGroup *group)
{
	return group->events.epoll_fd;
}

/*
 * Sets the group's one alarm.
 */
void
adp_http_set_alarm(AdpHttpGroup *group, int64 delay_ms)
{
	adp_poller_set_alarm(&group->events, delay_ms);
}
