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

int listener_watch(struct listener *listener)
{
	return loop_watch_change(listener->watch, may_serve(listener) ? EPOLLIN : 0);
}

void listener_watch_all(struct listeners *all)
{
	for (size_t i = 0; i < all->count; i++)
		if (listener_watch(all->items[i]) < 0) {
			all->is_paused = true;
			all->retry_ms = loop_now_ms(all->loop) + LISTENER_RETRY_MS;
		}
}
