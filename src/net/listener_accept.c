/* Owns accepting: clients are passed on, and when no descriptors are left, all listeners pause
 * together.
 *
 * Sockets inherit their options and kind from their listener, which saves three system calls for
 * each, except for those that connected before papod owned the listener. Together with reading at
 * once, this saves four of the ten system calls of a registration. */
#include <errno.h>
#include <string.h>
#include <sys/epoll.h>

#include "net/listener.h"

#define ACCEPT_MAX 64 /* from one listener in a turn */
#define WARN_MS 60000

static void resume_accepting(struct listeners *all)
{
	all->is_paused = false;
	all->has_accepted = false;
	listener_watch_all(all);
}

/* Limits warnings, so that connecting clients cannot fill the log. */
static void warn_of_failure(struct listeners *all, int error)
{
	uint64_t now_ms = loop_now_ms(all->loop);

	if (all->is_warned || (all->warned_ms && now_ms < all->warned_ms + WARN_MS))
		return;
	all->is_warned = true;
	all->warned_ms = now_ms;
	log_entry(all->log, LOGBOOK_ACCEPT_PAUSED, "REASON", strerror(error));
}

/* Stop watching: a listener that cannot accept would be ready all the time. */
static void pause_all(struct listeners *all, int error)
{
	warn_of_failure(all, error);
	all->is_deaf = !all->has_accepted;
	all->is_paused = true;
	all->retry_ms = loop_now_ms(all->loop) + LISTENER_RETRY_MS;
	listener_watch_all(all);
}

void listeners_resume(struct listeners *listeners)
{
	if (listeners->is_paused && !listeners->is_deaf)
		resume_accepting(listeners);
}

static uint64_t next_try_ms(const struct listeners *all)
{
	return all->is_paused || all->is_warned ? all->retry_ms : UINT64_MAX;
}

uint64_t listeners_next_deadline(const struct listeners *listeners)
{
	uint64_t try_ms = next_try_ms(listeners);

	if (listeners->is_stopped)
		return UINT64_MAX;
	return try_ms < listeners->rested_ms ? try_ms : listeners->rested_ms;
}

/* Retry even if no client waits, because that must be reported. */
static void try_accepting(struct listeners *all)
{
	all->is_deaf = false;
	all->retry_ms = loop_now_ms(all->loop) + LISTENER_RETRY_MS;
	resume_accepting(all);
	for (size_t i = 0; i < all->count && !all->is_paused; i++)
		if (!all->items[i]->target.is_datagram)
			listener_accept(all->items[i], EPOLLIN);
}

void listeners_tick(struct listeners *listeners)
{
	uint64_t now_ms = loop_now_ms(listeners->loop);

	if (listeners_next_deadline(listeners) > now_ms)
		return;
	listener_wake_all(listeners);
	if (next_try_ms(listeners) <= now_ms)
		try_accepting(listeners);
}

void listeners_stop(struct listeners *listeners)
{
	listeners->is_stopped = true;
	listener_watch_all(listeners);
}

uint32_t listeners_peer_uid(int fd)
{
	struct ucred credentials;
	socklen_t length = sizeof(credentials);

	if (getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &credentials, &length) < 0)
		return UINT32_MAX;
	return credentials.uid;
}

bool listeners_peer(int fd, struct address *ret_address)
{
	struct target peer = { .length = sizeof(peer.address) };

	if (getpeername(fd, (struct sockaddr *) &peer.address, &peer.length) < 0)
		return false;
	target_address(&peer, ret_address);
	return true;
}

/* Pass the socket on at once: until it is parked, a crash would lose it. */
static void hand_on(const struct listener *listener, int fd, const struct target *peer)
{
	struct listeners *all = listener->all;
	struct address address;

	target_address(peer, &address);
	all->has_accepted = true;
	all->on_accept(all->data, fd, listener->name, &address, listener->has_heirs);
}

/* accept(2): errors of a client that is gone already, and of its network. */
static bool is_of_the_client(int error)
{
	switch (error) {
	case EINTR:
	case ECONNABORTED:
	case EPERM:
	case EPROTO:
	case ENETDOWN:
	case ENOPROTOOPT:
	case EHOSTDOWN:
	case ENONET:
	case EHOSTUNREACH:
	case EOPNOTSUPP:
	case ENETUNREACH:
	case ETIMEDOUT:
		return true;
	}
	return false;
}

/* All waiting clients are accepted. Without a free descriptor, accept(2) could not report that. */
static void nobody_waits(struct listeners *all)
{
	if (all->is_warned)
		log_entry(all->log, LOGBOOK_ACCEPT_RESUMED);
	all->is_warned = false;
}

/* True: others may wait. */
static bool accept_clients(struct listener *listener, int most)
{
	for (int i = 0; i < most; i++) {
		struct target peer = { .length = sizeof(peer.address) };
		int fd = accept4(listener->fd, (struct sockaddr *) &peer.address, &peer.length,
			SOCK_NONBLOCK | SOCK_CLOEXEC);

		if (fd >= 0) {
			hand_on(listener, fd, &peer);
			continue;
		}
		if (errno == EAGAIN) {
			listener->has_heirs = listener->is_prepared;
			nobody_waits(listener->all);
			return false;
		}
		if (!is_of_the_client(errno)) {
			pause_all(listener->all, errno);
			return false;
		}
	}
	return true;
}

/* epoll(7) wakes the process that waits longest at the listener, and this one waits anew. */
static void let_others_accept(struct listener *listener)
{
	(void) loop_watch_change(listener->watch, 0);
	listener_watch_all(listener->all);
}

/* So processes that share the listener take turns, and a crowd does not meet the limits of one. */
static void accept_in_turn(struct listener *listener)
{
	if (accept_clients(listener, 1))
		let_others_accept(listener);
}

void listener_accept(void *data, uint32_t events)
{
	struct listener *listener = data;

	(void) events;
	if (listener->all->is_shared)
		accept_in_turn(listener);
	else
		(void) accept_clients(listener, ACCEPT_MAX);
}
