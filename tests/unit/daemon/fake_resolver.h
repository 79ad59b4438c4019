/* A fake resolver, whose calls are those of the test to answer. Include it last. */
#pragma once

#include "../net/socket_place.h"

#define FAKE_RESOLVER_MOST 1024

struct fake_resolver {
	struct socket_place place;
	int fds[FAKE_RESOLVER_MOST]; /* in the order of the calls; -1: it has hung up */
	size_t n_calls;
};

static inline void fake_resolver_open(struct fake_resolver *resolver)
{
	socket_place_open(&resolver->place);
}

static inline void fake_resolver_hang_up(struct fake_resolver *resolver, size_t i)
{
	close(resolver->fds[i]);
	resolver->fds[i] = -1;
}

static inline void fake_resolver_close(struct fake_resolver *resolver)
{
	for (size_t i = 0; i < resolver->n_calls; i++)
		if (resolver->fds[i] >= 0)
			close(resolver->fds[i]);
	socket_place_close(&resolver->place);
}

/* Returns how many calls have come since the last time. */
static inline size_t fake_resolver_look(struct fake_resolver *resolver)
{
	size_t n_before = resolver->n_calls;
	int fd;

	while ((fd = accept(resolver->place.listener, NULL, NULL)) >= 0)
		resolver->fds[resolver->n_calls++] = fd;
	return resolver->n_calls - n_before;
}

static inline void fake_resolver_say(
	const struct fake_resolver *resolver, size_t i, const char *bytes, size_t length)
{
	assert_int_equal(send(resolver->fds[i], bytes, length, MSG_NOSIGNAL), length);
}
