/* Owns when a listener is watched. */
#include <sys/epoll.h>

#include "net/listener.h"

/* Datagrams need no descriptors: if none are left, only clients wait. */
static bool may_serve(const struct listener *listener)
{
	const struct listeners *all = listener->all;

	if (all->is_stopped)
		return false;
	if (listener->target.is_datagram)
		return listener->is_wanted && listener->rate && !listener->rest_ms;
	return !all->is_paused;
}

/* epoll_ctl(2): EPOLLEXCLUSIVE passes over processes that are busy. */
static uint32_t wanted_events(const struct listener *listener)
{
	if (!may_serve(listener))
		return 0;
	return listener->all->is_shared ? EPOLLIN | EPOLLEXCLUSIVE : EPOLLIN;
}

int listener_watch(struct listener *listener)
{
	return loop_watch_change(listener->watch, wanted_events(listener));
}

void listener_watch_all(struct listeners *all)
{
	for (size_t i = 0; i < all->count; i++)
		if (listener_watch(all->items[i]) < 0) {
			all->is_paused = true;
			all->retry_ms = loop_now_ms(all->loop) + LISTENER_RETRY_MS;
		}
}
