/* Owns a listener for other programs, and how many of them are there. Must not know what they
 * say. */
#include "net/reception.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/mem.h"

#define LISTEN_AGAIN_MS 500

struct reception {
	struct reception_needs needs;
	struct loop_watch *watch;
	size_t n_callers;
	uint64_t listen_again_ms; /* UINT64_MAX: it listens, or is full */
	bool is_short;		  /* since a caller was accepted last */
};

static void pause_reception(struct reception *reception, int error)
{
	if (!reception->is_short && reception->needs.on_shortage)
		reception->needs.on_shortage(reception->needs.data, error);
	reception->is_short = true;
	reception->listen_again_ms = loop_now_ms(reception->needs.loop) + LISTEN_AGAIN_MS;
	(void) loop_watch_change(reception->watch, 0);
}

static int watch_reception(struct reception *reception)
{
	bool has_room = reception->n_callers < reception->needs.most;

	return loop_watch_change(reception->watch, has_room ? EPOLLIN : 0);
}

static void listen_again(struct reception *reception)
{
	int error = watch_reception(reception);

	if (error)
		pause_reception(reception, error);
	else
		reception->listen_again_ms = UINT64_MAX;
}

static void on_caller_waits(void *data, uint32_t events)
{
	struct reception *reception = data;
	int fd = accept4(reception->needs.listener, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);

	(void) events;
	if (fd < 0) {
		if (errno != EAGAIN && errno != EINTR && errno != ECONNABORTED)
			pause_reception(reception, -errno);
		return;
	}
	reception->is_short = false;
	reception->n_callers++;
	listen_again(reception);
	reception->needs.on_caller(reception->needs.data, fd);
}

void reception_leave(struct reception *reception)
{
	reception->n_callers--;
	if (reception->listen_again_ms == UINT64_MAX)
		listen_again(reception);
}

size_t reception_count(const struct reception *reception)
{
	return reception->n_callers;
}

uint64_t reception_next_deadline(const struct reception *reception)
{
	return reception->listen_again_ms;
}

void reception_tick(struct reception *reception)
{
	if (reception->listen_again_ms <= loop_now_ms(reception->needs.loop))
		listen_again(reception);
}

static int prepare_listener(int fd)
{
	int flags = fcntl(fd, F_GETFL);

	if (flags < 0 || fcntl(fd, F_SETFL, flags | O_NONBLOCK) < 0 ||
		fcntl(fd, F_SETFD, FD_CLOEXEC) < 0)
		return -errno;
	return 0;
}

int reception_new(const struct reception_needs *needs, struct reception **ret_reception)
{
	struct reception *reception = mem_new(sizeof(*reception));
	int error = prepare_listener(needs->listener);

	reception->needs = *needs;
	reception->listen_again_ms = UINT64_MAX;
	reception->watch = loop_watch_new(needs->loop, needs->listener, on_caller_waits, reception);
	if (!error)
		error = watch_reception(reception);
	if (error)
		reception_free(reception);
	else
		*ret_reception = reception;
	return error;
}

void reception_free(struct reception *reception)
{
	if (!reception)
		return;
	loop_watch_remove(reception->watch);
	close(reception->needs.listener);
	free(reception);
}
