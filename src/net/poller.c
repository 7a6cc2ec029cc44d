/*
 * poller.c
 *	  One epoll descriptor over sockets, a timer and an alarm.
 */
#include "postgres.h"

#include <fcntl.h>
#include <sys/epoll.h>
#include <sys/timerfd.h>
#include <unistd.h>

#include "net/poller.h"

/*
 * Marks a set as closed.
 */
void
adp_poller_init(AdpPoller *events)
{
	events->epoll_fd = -1;
	events->timer_fd = -1;
	events->alarm_fd = -1;
}

/*
 * Adds a descriptor for reading.  Returns false with errno set on failure.
 */
static bool
add_readable(int epoll_fd, int fd)
{
	struct epoll_event event = {.events = EPOLLIN, .data.fd = fd};

	return epoll_ctl(epoll_fd, EPOLL_CTL_ADD, fd, &event) == 0;
}

/*
 * Opens a set.
 */
bool
adp_poller_open(AdpPoller *events)
{
	int saved_errno;

	events->epoll_fd = epoll_create1(EPOLL_CLOEXEC);
	events->timer_fd =
		timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC | TFD_NONBLOCK);
	events->alarm_fd =
		timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC | TFD_NONBLOCK);
	if (events->epoll_fd >= 0 && events->timer_fd >= 0 &&
		events->alarm_fd >= 0 &&
		add_readable(events->epoll_fd, events->timer_fd) &&
		add_readable(events->epoll_fd, events->alarm_fd))
		return true;

	saved_errno = errno;
	adp_poller_close(events);
	errno = saved_errno;
	return false;
}

/*
 * Closes one descriptor of a set if it is open.
 */
static void
close_member(int *fd)
{
	if (*fd >= 0)
		(void) close(*fd);
	*fd = -1;
}

/*
 * Closes a set if it is open.
 */
void
adp_poller_close(AdpPoller *events)
{
	close_member(&events->epoll_fd);
	close_member(&events->timer_fd);
	close_member(&events->alarm_fd);
}

/*
 * Watches a socket.  The library also passes in descriptors that it opened
 * itself (for its resolver), so they are marked here to be closed by exec.  The
 * code cannot remember reliably whether a descriptor is in the set: the kernel
 * removes a closed descriptor, and its number can return for another socket.
 */
bool
adp_poller_watch(AdpPoller *events, int fd, bool read, bool write)
{
	struct epoll_event event = {.data.fd = fd};

	event.events = (read ? EPOLLIN : 0) | (write ? EPOLLOUT : 0);
	if (epoll_ctl(events->epoll_fd, EPOLL_CTL_ADD, fd, &event) == 0)
	{
		(void) fcntl(fd, F_SETFD, FD_CLOEXEC);
		return true;
	}
	if (errno != EEXIST)
		return false;
	return epoll_ctl(events->epoll_fd, EPOLL_CTL_MOD, fd, &event) == 0;
}

/*
 * Stops watching a socket.  A failure means that the set does not contain it,
 * which is the requested state.
 */
void
adp_poller_unwatch(AdpPoller *events, int fd)
{
	(void) epoll_ctl(events->epoll_fd, EPOLL_CTL_DEL, fd, NULL);
}

/*
 * Sets a timer descriptor to fire once after delay_ms; -1 cancels it.  Zero
 * means "off" to the kernel, so an immediate event uses one nanosecond.
 */
static void
set_timer_fd(int fd, int64 delay_ms)
{
	struct itimerspec when = {.it_value.tv_sec = 0};

	if (delay_ms > 0)
	{
		when.it_value.tv_sec = delay_ms / 1000;
		when.it_value.tv_nsec = (delay_ms % 1000) * 1000000;
	}
	else if (delay_ms == 0)
		when.it_value.tv_nsec = 1;
	(void) timerfd_settime(fd, 0, &when, NULL);
}

/*
 * Sets the transfer library's timer.
 */
void
adp_poller_set_timer(AdpPoller *events, int64 delay_ms)
{
	set_timer_fd(events->timer_fd, delay_ms);
}

/*
 * Sets the caller's alarm.
 */
void
adp_poller_set_alarm(AdpPoller *events, int64 delay_ms)
{
	set_timer_fd(events->alarm_fd, delay_ms);
}

/*
 * Consumes the event of a timer descriptor.  Returns false if it has not fired:
 * it may have been set again after the kernel reported it.
 */
static bool
consume_ring(int fd)
{
	uint64 count;

	return read(fd, &count, sizeof(count)) == sizeof(count);
}

/*
 * Records the events of a socket.
 */
static void
note_socket(AdpReady *ready, const struct epoll_event *event)
{
	AdpReadySocket *socket = &ready->sockets[ready->nsockets++];

	socket->fd = event->data.fd;
	socket->can_read = (event->events & (EPOLLIN | EPOLLHUP)) != 0;
	socket->can_write = (event->events & EPOLLOUT) != 0;
	socket->has_error = (event->events & EPOLLERR) != 0;
}

/*
 * Checks for events without waiting.
 */
bool
adp_poller_look(AdpPoller *events, AdpReady *ready)
{
	struct epoll_event found[lengthof(ready->sockets)];
	int count;

	ready->timer_rang = false;
	ready->alarm_rang = false;
	ready->nsockets = 0;

	/* EINTR counts as no event: the events remain pending. */
	count = epoll_wait(events->epoll_fd, found, lengthof(found), 0);
	for (int i = 0; i < count; i++)
	{
		if (found[i].data.fd == events->timer_fd)
			ready->timer_rang = consume_ring(events->timer_fd);
		else if (found[i].data.fd == events->alarm_fd)
			ready->alarm_rang = consume_ring(events->alarm_fd);
		else
			note_socket(ready, &found[i]);
	}
	return count > 0;
}
