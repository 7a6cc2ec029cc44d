/*
 * poller.h
 *	  One epoll descriptor over sockets, a timer and an alarm.
 *
 * The set becomes readable when any of its members does, so a caller waits for
 * a whole group of transfers with one descriptor.  Nothing here throws or uses
 * palloc, because a library's callbacks call most of it.
 */
#ifndef ADP_NET_POLLER_H
#define ADP_NET_POLLER_H

typedef struct AdpPoller
{
	int epoll_fd; /* -1 while closed, like the others */
	int timer_fd; /* the transfer library's timer */
	int alarm_fd; /* the caller's alarm */
} AdpPoller;

/* Events of one socket. */
typedef struct AdpReadySocket
{
	int fd;
	bool can_read;
	bool can_write;
	bool has_error;
} AdpReadySocket;

/* Events that adp_poller_look() found. */
typedef struct AdpReady
{
	bool timer_rang;
	bool alarm_rang;
	int nsockets;
	AdpReadySocket sockets[32]; /* the next call returns the rest */
} AdpReady;

/* Descriptors that an open set uses. */
#define ADP_POLLER_DESCRIPTORS 3

/* Marks a set as closed; must be called before any other function. */
extern void adp_poller_init(AdpPoller *events);

/*
 * Opens a set.  On failure returns false with errno set and leaves it closed.
 */
extern bool adp_poller_open(AdpPoller *events);

/* Closes a set if it is open. */
extern void adp_poller_close(AdpPoller *events);

/*
 * Watches a socket for reading, writing, or both; replaces earlier settings.
 * Returns false with errno set on failure.
 */
extern bool adp_poller_watch(AdpPoller *events, int fd, bool read, bool write);

/* Stops watching a socket, which may be closed already. */
extern void adp_poller_unwatch(AdpPoller *events, int fd);

/* Sets the timer or the alarm to fire once after delay_ms; -1 cancels it. */
extern void adp_poller_set_timer(AdpPoller *events, int64 delay_ms);
extern void adp_poller_set_alarm(AdpPoller *events, int64 delay_ms);

/*
 * Checks for events without waiting, and consumes the timer's and the alarm's.
 * Returns true if there were any.
 */
extern bool adp_poller_look(AdpPoller *events, AdpReady *ready);

#endif /* ADP_NET_POLLER_H */
