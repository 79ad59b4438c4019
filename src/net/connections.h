/* The connections of all clients: bytes and lines, not users.
 *
 * A connection has an id that is never used twice: its low 32 bits are its slot, the high ones
 * count all connections so far. An idle connection owns no buffers. Input is read into one buffer
 * of the whole loop; until it is reported as lines or noise, it stays there, in a place for partial
 * lines or in the kernel, which all outlive the process. A queue exists only while output waits;
 * the output of a turn is written at its end with one send() per connection. So the next process
 * (net/resume.h) finds everything.
 *
 * Callbacks report what happened; they may call any function here. */
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
	/* A line arrived. It is reported once; a pause inside the callback stops before the next
	 * one. Until the callback returns, its bytes are in the kernel or in memory that outlives
	 * the process. True: it contains a secret, so that memory is overwritten. */
	bool (*on_line)(void *data, uint64_t id, const struct frame *frame);
	/* Input that is no line: empty lines, or the rest of a line that is too long
	 * (is_swallowing: the rest continues after these bytes). NULL is allowed. */
	void (*on_noise)(void *data, uint64_t id, uint32_t bytes, bool is_swallowing);
	/* The first bytes were of another protocol. The connection is closed after the output of
	 * the callback. */
	void (*on_foreign)(void *data, uint64_t id, const char *protocol);
	/* The connection has ended by itself; the reason is for humans ("Connection reset by
	 * peer"). is_delivered: its peer's kernel has received all output. Not called after
	 * connection_close(). */
	void (*on_closed)(void *data, uint64_t id, const char *reason, bool is_delivered);
	/* Of all output of the connection only the first `bytes` are sent, the rest is dropped:
	 * on_overflow() follows. NULL is allowed. */
	void (*on_cut)(void *data, uint64_t id, uint64_t bytes);
	/* The output queue is over its limit, or too much input was no line; the reason is for
	 * humans. Called once; a queue over its limit is dropped. There is room for a last line,
	 * then the connection is closed. */
	void (*on_overflow)(void *data, uint64_t id, const char *reason);
	/* The queue is empty, after connection_notify_drained(). Called at the end of a turn.
	 * is_lost: the queue was not sent, and no output will be. */
	void (*on_drained)(void *data, uint64_t id, bool is_lost);
	/* Its socket was shut down and closed, so it need not stay parked. Called for each id at
	 * the end of a turn, whatever else was called. NULL is allowed. */
	void (*on_gone)(void *data, uint64_t id);
	void *data;
};

struct connections *connections_new(
	struct loop *loop, const struct log *log, const struct connection_callbacks *callbacks);
/* Closes all connections at once, without shutdown, so that parked sockets stay connected. Call
 * before the loop is freed; the loop must not turn again. Calls no callbacks. */
void connections_free(struct connections *connections);

/* Reserve an id, so that the socket can be parked under it first; 0: too many connections. Call
 * connections_add() next. */
uint64_t connections_reserve(struct connections *connections);
/* Set the options that a client's socket needs. Sockets accepted from a TCP listener inherit them
 * from it. 0 or a negative errno. */
int connections_prepare_socket(int fd, bool is_unix);
/* Take over a connected, non-blocking socket. has_inherited: it is TCP and has inherited its
 * options. False: the id is gone, and the caller still owns the descriptor. Nothing is read before
 * the end of the turn, so that the caller can announce the connection. */
bool connections_add(struct connections *connections, uint64_t id, int fd, bool has_inherited);
/* Pass over bytes that are no line and of another layer, with which the input begins: a PROXY
 * header. Also for a replay, when the connection is detached. */
void connection_skip(struct connections *connections, uint64_t id, uint32_t bytes);
size_t connections_count(const struct connections *connections); /* lingering ones included */

/* Of all connections so far. */
struct connections_traffic {
	uint64_t lines_sent;  /* put into queues */
	uint64_t bytes_sent;  /* taken from them; those of a client that leaves too */
	size_t bytes_waiting; /* in queues now */
};
struct connections_traffic connections_traffic(const struct connections *connections);

/* Prefetch for a connection_send() that follows soon; see mem_expect(). */
void connection_expect(const struct connections *connections, uint64_t id);
void connection_send(struct connections *connections, uint64_t id,
	struct line *line); /* takes its own reference */
/* Limits in bytes: the output queue, and one read, which is at least a whole line and at most 16
 * KiB. */
void connection_set_limits(struct connections *connections, uint64_t id, uint32_t max_send_bytes,
	uint32_t max_receive_bytes);
void connection_pause(struct connections *connections, uint64_t id);
/* Input that arrived during the pause is reported at the end of the turn. */
void connection_resume(struct connections *connections, uint64_t id);
void connection_notify_drained(struct connections *connections, uint64_t id);

/* Send the queue, then FIN, wait a little for the peer's FIN, then close. So the last line arrives
 * even while the peer is sending. Takes a few seconds at most. */
void connection_close(struct connections *connections, uint64_t id);

/* When connections_tick() must run next; UINT64_MAX: never. */
/* Has the peer's kernel received all output? */
bool connections_have_delivered(const struct connections *connections, uint64_t id);
uint64_t connections_next_deadline(const struct connections *connections);
void connections_tick(struct connections *connections);

/* The last step of a stop: write all queues, and wait at most this long until the peers of closed
 * connections have received them. */
void connections_drain(struct connections *connections, uint64_t max_wait_ms);
