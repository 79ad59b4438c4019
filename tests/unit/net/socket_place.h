/* A Unix socket that listens, in a directory of the test's own. Include it last. */
#pragma once

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "net/unix_socket.h"

struct socket_place {
	char directory[32];
	char path[64];
	int listener; /* does not block; -1: it was passed on, or is closed */
};

static inline void socket_place_listen(struct socket_place *place)
{
	place->listener = unix_socket_listen(place->path);
	assert_true(place->listener >= 0);
}

static inline void socket_place_open(struct socket_place *place)
{
	strcpy(place->directory, "/tmp/papod-test-XXXXXX");
	assert_non_null(mkdtemp(place->directory));
	snprintf(place->path, sizeof(place->path), "%s/socket", place->directory);
	socket_place_listen(place);
}

/* The next caller, who may not have come yet. */
static inline int socket_place_wait(const struct socket_place *place)
{
	struct pollfd caller = { .fd = place->listener, .events = POLLIN };

	assert_int_equal(poll(&caller, 1, -1), 1);
	return accept(place->listener, NULL, NULL);
}

static inline void socket_place_leave(struct socket_place *place)
{
	if (place->listener >= 0)
		close(place->listener);
	place->listener = -1;
	unlink(place->path);
}

static inline void socket_place_close(struct socket_place *place)
{
	socket_place_leave(place);
	rmdir(place->directory);
}
