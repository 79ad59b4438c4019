/* The connections of all clients: bytes and lines, not users.
 *
 * A connection has an id that is never used twice: its low 32 bits are its slot, the high
 * ones count all there ever were. At rest it owns no buffers. Input is read into one buffer
 * of the whole loop; until it has been given as lines or been noted as noise, it is there, in
 * a place for partial lines or in the kernel, which all outlive the process. A queue exists only
 * while something waits to go out; what is sent during a turn goes out with one send() per
 * connection at its end. So a process that takes over (net/resume.h) finds everything.
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
	/* One line came in. It is not given again: pause from inside stops before the next. Until
	 * the end of the call its bytes are in the kernel, or where they outlive the process. True:
	 * there is a secret in it, so that memory is overwritten. */
	bool (*on_line)(void *data, uint64_t id, const struct frame *frame);
	/* The same for input that is no line: empty lines, the rest of one that was too long
	 * (is_swallowing: which goes on after these bytes). NULL is fine. */
	void (*on_noise)(void *data, uint64_t id, uint32_t bytes, bool is_swallowing);
	/* The first bytes were of another protocol. The connection is closed after what is sent to
	 * it now. */
	void (*on_foreign)(void *data, uint64_t id, const char *protocol);
	/* The connection has ended by itself: reason is for people ("Connection reset by peer").
	 * Not called after connection_close(). */
	void (*on_closed)(void *data, uint64_t id, const char *reason);
	/* Of all the bytes ever sent to it only that many shall go out, the others are dropped:
	 * on_overflow() follows. NULL is fine. */
	void (*on_cut)(void *data, uint64_t id, uint64_t bytes);
	/* More would wait to go out than the limit allows, or too much has come in that is no
	 * line: the reason is for people. Called once; what waited to go out is dropped if it
	 * was too much. There is room for a last word, then the connection is closed. */
	void (*on_overflow)(void *data, uint64_t id, const char *reason);
	/* The queue is empty, after connection_notify_drained(). At the end of a turn. Lost: it
	 * did not go out, and nothing will any more. */
	void (*on_drained)(void *data, uint64_t id, bool is_lost);
	/* Its socket has been shut down and closed: whoever holds it too may let it go. At the
	 * end of a turn; for each id, whatever else was called. NULL is fine. */
	void (*on_gone)(void *data, uint64_t id);
	void *data;
};

struct connections *connections_new(
	struct loop *loop, const struct log *log, const struct connection_callbacks *callbacks);
/* Closes them all, at once and without a shutdown, so that they live on where others hold
 * them; before the loop is freed, which must not turn any more. Calls nobody. */
void connections_free(struct connections *connections);

/* The id of a connection to come, so that its socket can be parked under it before anything else
 * is done; 0: there are too many. connections_add() follows. */
uint64_t connections_reserve(struct connections *connections);
/* What the socket of a client needs. A listener of TCP passes it on to all who come from then on.
 * 0 or a negative errno. */
int connections_prepare_socket(int fd, bool is_unix);
/* Take over a connected, non-blocking socket, which may have inherited that: then it is TCP. False:
 * the id is gone, the descriptor still the caller's. Nothing is read before the turn's end, so that
 * the caller can announce it. */
bool connections_add(struct connections *connections, uint64_t id, int fd, bool has_inherited);
size_t connections_count(const struct connections *connections); /* lingering ones included */

/* It is sent something soon; see mem_expect(). */
void connection_expect(const struct connections *connections, uint64_t id);
void connection_send(
	struct connections *connections, uint64_t id, struct line *line); /* takes a ref */
/* What may wait to go out; and how much input is looked at in one read, which is at least
 * a whole line and at most 16 KiB. */
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

/* Write all that is queued for all, and wait up to that long until the peers of closed connections
 * have it: the last act of a stop. */
void connections_drain(struct connections *connections, uint64_t max_wait_ms);
