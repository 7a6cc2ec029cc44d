/*
 * poller.h
 *	  One epoll descriptor over sockets, a timer and an alarm.
 *
 * The set becomes readable when any of its members does, so a whole group of
 * transfers is waited for as one descriptor.  Nothing here throws or allocates
 * with palloc: most of it is called from the callbacks of a library.
 */
#ifndef ADP_NET_POLLER_H
#define ADP_NET_POLLER_H

typedef struct AdpPoller
{
	int epoll_fd; /* -1 while closed, like the others */
	int timer_fd; /* the transfer library's timer */
	int alarm_fd; /* the caller's alarm */
} AdpPoller;

/* What one socket is ready for. */
typedef struct AdpReadySocket
{
	int fd;
	bool can_read;
	bool can_write;
	bool has_error;
} AdpReadySocket;

/* What a look at the set found. */
typedef struct AdpReady
{
	bool timer_rang;
	bool alarm_rang;
	int nsockets;
	AdpReadySocket sockets[32]; /* the rest is found by the next look */
} AdpReady;

/* Descriptors that an open set holds. */
#define ADP_EVENTS_DESCRIPTORS 3

/* Marks a set as closed; needed before anything else is done with it. */
extern void adp_poller_init(AdpPoller *events);

/* Opens a set; false with errno set if that fails, after which it is closed. */
extern bool adp_poller_open(AdpPoller *events);

/* Closes a set if it is open. */
extern void adp_poller_close(AdpPoller *events);

/*
 * Watches a socket for reading, writing, or both; replaces what was watched
 * for before.  False with errno set on failure.
 */
extern bool adp_poller_watch(AdpPoller *events, int fd, bool read, bool write);

/* Watches a socket no more; it may be closed already. */
extern void adp_poller_unwatch(AdpPoller *events, int fd);

/* Sets the timer, or the alarm, to ring once in delay_ms; -1 takes it off. */
extern void adp_poller_set_timer(AdpPoller *events, int64 delay_ms);
extern void adp_poller_set_alarm(AdpPoller *events, int64 delay_ms);

/*
 * Looks, without waiting, at what is ready.  A timer or alarm that rang is
 * consumed.  True if anything was.
 */
extern bool adp_poller_look(AdpPoller *events, AdpReady *ready);

#endif /* ADP_NET_POLLER_H */
