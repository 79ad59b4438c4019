/* The other end of a line_socket, in the thread of the test, in virtual time. Include it last, and
 * link with --wrap=loop_now_ms. */
#pragma once

#include <stdint.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "../net/socket_place.h"
#include "base/buffer.h"
#include "base/log.h"
#include "base/logbook.h"
#include "net/loop.h"

static uint64_t now_ms;

uint64_t __wrap_loop_now_ms(const struct loop *loop);
uint64_t __wrap_loop_now_ms(const struct loop *loop)
{
	(void) loop;
	return now_ms;
}

struct line_peer {
	struct socket_place place;
	int fd; /* the accepted connection; -1: none */
	struct loop *loop;
	struct log log;
	struct buffer entries; /* the names of log entries, each with a space */
};

static inline void note_entry(void *data, enum logbook entry, const char *const *fields)
{
	struct line_peer *peer = data;

	(void) fields;
	buffer_format(&peer->entries, "%s ", logbook_row(entry)->name);
}

static inline void line_peer_open(struct line_peer *peer)
{
	now_ms = 1000;
	peer->fd = -1;
	socket_place_open(&peer->place);
	peer->log = (struct log){ note_entry, peer };
	assert_int_equal(loop_new(&peer->loop), 0);
}

static inline void line_peer_hang_up(struct line_peer *peer)
{
	if (peer->fd >= 0)
		close(peer->fd);
	peer->fd = -1;
}

/* The peer has gone, and its socket with it. */
static inline void line_peer_leave(struct line_peer *peer)
{
	line_peer_hang_up(peer);
	socket_place_leave(&peer->place);
}

static inline void line_peer_close(struct line_peer *peer)
{
	loop_free(peer->loop);
	line_peer_hang_up(peer);
	socket_place_close(&peer->place);
	buffer_done(&peer->entries);
}

/* Four turns, each with the tick of what is tested. */
static inline void line_peer_turn(struct line_peer *peer, loop_call_fn tick, void *data)
{
	for (int i = 0; i < 4; i++) {
		assert_int_equal(loop_turn(peer->loop, 0), 0);
		tick(data);
		if (peer->fd < 0)
			peer->fd = accept4(peer->place.listener, NULL, NULL, SOCK_NONBLOCK);
	}
}

static inline void line_peer_say(const struct line_peer *peer, const char *line)
{
	assert_int_equal(send(peer->fd, line, strlen(line), MSG_NOSIGNAL), strlen(line));
}

/* What was noted since the last call. */
static inline void expect_noted(struct buffer *notes, const char *expected)
{
	assert_string_equal(buffer_text(notes), expected);
	buffer_clear(notes);
}
