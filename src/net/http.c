/*
 * http.c
 *	  HTTP transfers that run concurrently behind one descriptor.
 *
 * This file implements the group: it runs the library when something is ready,
 * and collects finished transfers.  transfer.c implements the single transfer,
 * callback.c the library's callbacks.
 *
 * Memory contexts define the order of release.  Each transfer has a context
 * below its group's, and child contexts are deleted first, so transfers leave
 * the group before the group is released.  Releasing the group then frees the
 * library's handle, which closes idle connections, before their epoll set is
 * closed.
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
 * Longest time that adp_http_poll() continues while data arrives: far below the
 * 100 ms in which a cancel must take effect.
 */
#define POLL_SLICE_MS 10.0

/*
 * Connections kept open per group: the usual number of concurrent transfers.
 */
#define IDLE_CONNECTIONS_MAX 16L

/*
 * Without an asynchronous resolver, a name look-up would delay a cancel.  The
 * version is the first that can abandon a hanging look-up.
 */
AdpHttpLibrary
adp_http_library(void)
{
	const curl_version_info_data *info = curl_version_info(CURLVERSION_NOW);
	AdpHttpLibrary library = {.version = info->version, .problem = NULL};

	if (info->version_num < ADP_LIBCURL_VERSION_MIN)
		library.problem =
			"Version " ADP_LIBCURL_VERSION_MIN_TEXT " or later is needed.";
	else if ((info->features & CURL_VERSION_ASYNCHDNS) == 0)
		library.problem =
			"It has to be built with the threaded resolver or c-ares.";
	else if ((info->features & CURL_VERSION_SSL) == 0)
		library.problem = "It has to be built with TLS.";
	return library;
}

/*
 * Throws if the library found at run time is unusable.
 */
static void
check_library(void)
{
	AdpHttpLibrary library = adp_http_library();

	if (library.problem)
		ereport(ERROR,
				(errcode(ERRCODE_FEATURE_NOT_SUPPORTED),
				 errmsg("libcurl %s cannot be used", library.version),
				 errdetail_internal("%s", library.problem),
				 errhint("Install another libcurl and reconnect.")));
}

/*
 * Initializes the library in this process.  A fork must not inherit its state.
 * So the postmaster never initializes it, and the process that did is recorded.
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
 * Reports the group's number of descriptors to the server.
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
 * Called by the library to start or stop watching a socket.  With a non-zero
 * result the library gives up on the whole group.
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
 * Called by the library when it wants to be called in timeout_ms; -1 cancels.
 */
static int
on_timer(CURLM *multi, long timeout_ms, void *arg)
{
	AdpHttpGroup *group = arg;

	adp_poller_set_timer(&group->events, timeout_ms);
	return 0;
}

/*
 * Releases the group's resources in the library and the kernel.
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
	/* The server reserves a share of its descriptors. */
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
	group->nopen += ADP_POLLER_DESCRIPTORS;
	adp_group_account(group);
}

/*
 * Makes the library's handle for a new group.
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
	/* older libraries refuse it, and obey the option of each transfer instead */
	if (code == CURLM_OK)
		(void) curl_multi_setopt(group->multi, ADP_CURLMOPT_QUICK_EXIT, 1L);
	if (code != CURLM_OK)
		adp_error_set(error, ADP_ERR_MEMORY,
					  psprintf("could not prepare transfers: %s",
							   curl_multi_strerror(code)),
					  NULL, NULL);
}

/*
 * Makes an empty group.
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
	adp_trust_note(&group->trust);
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
 * Whether the authorities that vouched for the connections are still trusted.
 */
bool
adp_http_group_is_trusted(const AdpHttpGroup *group)
{
	return adp_trust_holds(&group->trust);
}

/*
 * Releases all transfers, finished or not, and cancels the alarm.
 */
bool
adp_http_group_clear(AdpHttpGroup *group)
{
	bool was_idle = dlist_is_empty(&group->running);

	MemoryContextDeleteChildren(group->cxt);
	adp_poller_set_alarm(&group->events, -1);
	return was_idle && !group->is_broken;
}

/*
 * Ends all transfers of a group on which the library gave up, because a socket
 * could not be watched.
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
 * Begins a step: resumes the transfers that the last step paused.
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
 * Ends a step.  If transfers are paused, sets the timer for the next step.
 * This costs the library nothing: after each timer event it sets the timer
 * again.
 */
static void
end_step(AdpHttpGroup *group)
{
	if (group->has_paused)
		adp_poller_set_timer(&group->events, 0);
}

/*
 * Passes events to the library.
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
 * Collects the transfers that the library has finished.
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
 * Runs the library once on everything that is ready.  Returns false if nothing
 * was ready.  All signals are blocked meanwhile: the library may start a
 * resolver thread, which inherits the mask and must never run one of the
 * server's handlers.
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
 * Advances the group's transfers without waiting.  Returns early enough for the
 * caller to serve interrupts.
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
 * Waits until something is ready, then advances the transfers.
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
 * Returns the descriptor to wait on for readability.
 */
int
adp_http_fd(const AdpHttpGroup *group)
{
	return group->events.epoll_fd;
}

/*
 * Sets the group's alarm.
 */
void
adp_http_set_alarm(AdpHttpGroup *group, int64 delay_ms)
{
	adp_poller_set_alarm(&group->events, delay_ms);
}
