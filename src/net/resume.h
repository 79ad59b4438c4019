/* Connections that outlive their process.
 *
 * The state of a connection follows from three things: what was saved, what has happened since (the
 * caller's log of events and notes), and what the kernel knows. The next process
 *
 *   1. loads what was saved: the connections are detached, without a socket;
 *   2. replays the log: each event or note is passed here before it is handled, and its effects on
 *      connections use the functions of connections.h, as usual. Detached connections accept all
 *      output, and call no callbacks;
 *   3. attaches the sockets. The kernel says how much it took of the output (tcpi_bytes_acked,
 *      SIOCOUTQ), which is dropped from the queue, and how much of the input is consumed
 *      (tcpi_bytes_received, SIOCINQ), the rest of which is discarded;
 *   4. abandons those without a socket, and continues with the loop.
 *
 * Bytes are counted from a connection's start. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/buffer.h"
#include "base/pack.h"
#include "net/connections.h"

/* Changes nothing, so a forked child may call it. Not allowed inside a callback. Appends fields. */
void connections_save(const struct connections *connections, struct buffer *out);

/* Call for each connection with a socket, including closing ones. */
typedef void (*connection_socket_fn)(void *data, int fd, uint64_t id);
void connections_each_socket(
	const struct connections *connections, connection_socket_fn on_socket, void *data);

/* Load into an empty table. False: malformed, and the table can only be freed. */
bool connections_load(struct connections *connections, struct pack record);

/* Replay what happened to a detached connection; unknown ids are ignored. */
/* EVENT_CONNECTED. An earlier connection in its slot is freed. False: not an id. */
bool connections_add_detached(struct connections *connections, uint64_t id);
/* EVENT_LINE */
void connection_consume(
	struct connections *connections, uint64_t id, uint32_t bytes, bool is_too_long);
/* on_noise() */
void connection_note_noise(
	struct connections *connections, uint64_t id, uint32_t bytes, bool is_swallowing);
/* on_cut() */
void connection_note_cut(struct connections *connections, uint64_t id, uint64_t bytes);
/* EVENT_OVERFLOW: only the farewell follows. */
void connection_note_overflow(struct connections *connections, uint64_t id);
/* EVENT_DRAINED */
void connection_note_drained(struct connections *connections, uint64_t id, bool is_lost);
/* EVENT_CLOSED: no further input or output. The queue may still have to be sent, so its socket, if
 * there is one, is attached like the others. */
void connection_forget(struct connections *connections, uint64_t id);

/* Attach the socket, which the connection then owns. On a negative errno nothing has changed:
 * ENOENT: no detached connection has that id; EBADMSG: the kernel's byte counts do not match. The
 * caller then shuts it down and closes it. Callbacks are called in later turns. */
int connections_attach(struct connections *connections, uint64_t id, int fd);

/* For a descriptor that cannot stay open: drop sent bytes from the queue, so that only the rest
 * counts. 0 or a negative errno, as above; ESHUTDOWN: the connection was closed, and nothing is
 * left to send. */
int connections_look(struct connections *connections, uint64_t id, int fd);

/* No descriptor is free for its socket, while other connections continue. It stays detached until
 * connections_attach(). Its output waits, up to the usual limit. */
void connection_sleep(struct connections *connections, uint64_t id);

/* Is this the id of a connection that is newer than all known ones? Then its socket was parked, but
 * its event was not logged. */
bool connections_is_to_come(const struct connections *connections, uint64_t id);
/* Was no byte read from its socket or written to it, so that the client has just connected? For
 * Unix sockets only the byte counts show that, and without them the answer is always yes. */
bool connections_is_fresh(const struct connections *connections, uint64_t id, int fd);
/* An existing socket has this id, so no new connection may get it. */
void connections_skip_id(struct connections *connections, uint64_t id);

/* Walk the detached connections: 0 before the first and after the last. */
uint64_t connections_next_detached(const struct connections *connections, uint64_t id);
/* Is its session open, so that its end must be reported? */
bool connection_is_open(const struct connections *connections, uint64_t id);
/* Free a detached connection; on_gone() is called. */
void connection_abandon(struct connections *connections, uint64_t id);
/* Call after connections without a socket were abandoned: overwrites their stored input, and the
 * input buffer of the crashed process, which may contain passwords. */
void connections_forget_lost_input(struct connections *connections);
/* Free all detached connections, so that they can be loaded again; without callbacks, and partial
 * lines stay. */
void connections_forget_detached(struct connections *connections);

/* Input that was taken from the kernel but not reported, in memory that outlives the process:
 * partial lines, and the bytes being read. All zero at first. */
#define PARTIAL_LINES 4096
#define PARTIAL_LINE_BYTES (FRAME_LINE_BYTES + 1)
#define READ_BYTES (16 * 1024) /* at most, from one connection in a turn */

struct partial_line {
	uint64_t id;	 /* of the connection; 0: free */
	uint64_t offset; /* of its first byte in the connection's input */
	uint32_t length;
	uint32_t reserved;
};

struct partial_lines {
	struct partial_line heads[PARTIAL_LINES];
	struct partial_line reading; /* its bytes are in `input` */
	char bytes[PARTIAL_LINES][PARTIAL_LINE_BYTES];
	char input[READ_BYTES];
};

/* Call before the first connection is added or attached. The memory must outlive the table. Without
 * this call partial lines do not outlive the process. */
void connections_keep_partials(struct connections *connections, struct partial_lines *partials);

/* Unix sockets have no counters, so papod stores its own in memory that outlives the process: one
 * struct for each slot, all zero at first. For a crash inside a system call, something in the
 * kernel counts down while bytes move, and `aim` is the count that is reached at zero. */
struct byte_counts {
	uint64_t id;
	uint64_t written;
	uint64_t taken; /* removed from the kernel */
	uint64_t aim;
	uint32_t call;	 /* enum byte_count_call: the call that may be running */
	uint32_t peeked; /* SO_PEEK_OFF, if only papod has set it */
};

enum byte_count_call {
	BYTE_COUNT_CALL_NONE,
	BYTE_COUNT_CALL_TAKE,  /* taken = aim - SO_PEEK_OFF (socket(7)) */
	BYTE_COUNT_CALL_WRITE, /* written = aim - bytes in the pipe */
};

/* Set the memory for byte counts. NULL, the initial value: none, and the saved and replayed counts
 * of Unix sockets are used, which are right after a planned stop, but not after a crash. The memory
 * must outlive the table; counts of attached connections begin at once. Unix sockets in slots
 * beyond n_byte_counts cannot be attached. All output to Unix sockets goes through the pipe, which
 * outlives the process too; both ends are non-blocking, and the caller owns them. */
void connections_keep_byte_counts(struct connections *connections, struct byte_counts *byte_counts,
	uint32_t n_byte_counts, const int pipe_fds[2]);
