/* The connections of all clients: bytes and lines, not users.
 *
 * A connection has an id that is never used twice; its low 32 bits are its slot. At rest
 * it owns no buffers: input is read into one buffer of the whole loop, a small one of
 * its own holds half a line, and a queue exists only while something waits to go out.
 * What is sent during a turn goes out with one writev() per connection at its end.
 *
 * Callbacks tell what happened; any function here may be called from inside them. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/address.h"
#include "base/line.h"
#include "base/log.h"
#include "net/loop.h"
#include "proto/frame.h"

struct connections;

struct connection_callbacks {
	/* One line came in. It is not given again: pause from inside stops before the next. */
	void (*on_line)(void *data, uint64_t id, const struct frame *frame);
	/* The first bytes were of another protocol; the connection is closing already. */
	void (*on_foreign)(void *data, uint64_t id, const char *protocol);
	/* The connection has ended by itself: reason is for people ("Connection reset by peer").
	 * Not called after connection_close(). */
	void (*on_closed)(void *data, uint64_t id, const char *reason);
	/* More would wait to go out than the limit allows, or too much has come in that is no
	 * line: the reason is for people. Called once; what waited to go out is dropped if it
	 * was too much, so there is room for a last word before the close. */
	void (*on_overflow)(void *data, uint64_t id, const char *reason);
	/* The queue is empty, after connection_notify_drained(). At the end of a turn. Lost: it
	 * did not go out, and nothing will any more. */
	void (*on_drained)(void *data, uint64_t id, bool is_lost);
	void *data;
};

struct connections *connections_new(
	struct loop *loop, const struct log *log, const struct connection_callbacks *callbacks);
/* Closes them all, at once; before the loop is freed, which must not turn any more. */
void connections_free(struct connections *connections);

/* Take over a connected, non-blocking socket. The id, or 0 and the descriptor is closed.
 * Nothing is read before the turn's end, so that the caller can announce it. */
uint64_t connections_add(struct connections *connections, int fd);
size_t connections_count(const struct connections *connections); /* lingering ones included */

void connection_send(
	struct connections *connections, uint64_t id, struct line *line); /* takes a ref */
void connection_set_limits(struct connections *connections, uint64_t id, uint32_t max_send_bytes,
	uint32_t max_receive_bytes);
void connection_pause(struct connections *connections, uint64_t id);
/* What has come in meanwhile is given at the end of the turn. */
void connection_resume(struct connections *connections, uint64_t id);
void connection_notify_drained(struct connections *connections, uint64_t id);

/* Send what is queued, then FIN, then wait a little for the peer's, then close: so the last
 * line arrives even when the peer is still sending. Bounded by a few seconds. */
void connection_close(struct connections *connections, uint64_t id);

/* When connections_tick() must run next; UINT64_MAX: never. */
uint64_t connections_next_deadline(const struct connections *connections);
void connections_tick(struct connections *connections);

/* Write all that is queued for all, waiting up to that long: the last act of a stop. */
void connections_drain(struct connections *connections, uint64_t max_wait_ms);
