/* Connections that outlive their process.
 *
 * What a connection is follows from three things: what was saved, what has happened since
 * (the caller's log of events and notes), and what the kernel knows. A process that takes over
 *
 *   1. loads what was saved: the connections are detached, without a socket;
 *   2. replays the log: each event or note is told here before it is handled, and what its
 *      handling does to connections is done with the functions of connections.h, as ever.
 *      Detached connections take all that is sent to them, and call nobody;
 *   3. attaches the sockets. The kernel says how much it took of the output (tcpi_bytes_acked,
 *      SIOCOUTQ), which is dropped from the queue, and how much of the input is consumed
 *      (tcpi_bytes_received, SIOCINQ), the rest of which is discarded;
 *   4. abandons those for which no socket was found, and goes on with the loop.
 *
 * Bytes are counted from a connection's start. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/buffer.h"
#include "base/pack.h"
#include "net/connections.h"

/* Changes nothing, so a forked child may call it; not from inside a callback. Appends fields. */
void connections_save(const struct connections *connections, struct buffer *out);

/* Each that has a socket, those that are closing included. */
typedef void (*connection_socket_fn)(void *data, int fd, uint64_t id);
void connections_each_socket(
	const struct connections *connections, connection_socket_fn on_socket, void *data);

/* Into a table that is empty. False: this makes no sense, and the table is only to be freed. */
bool connections_load(struct connections *connections, struct pack record);

/* What has happened to a detached connection; one that is unknown is ignored. */
/* EVENT_CONNECTED. Whoever had its slot before is gone. False: this is no id. */
bool connections_add_detached(struct connections *connections, uint64_t id);
/* EVENT_LINE */
void connection_consume(
	struct connections *connections, uint64_t id, uint32_t bytes, bool is_too_long);
/* on_noise() */
void connection_note_noise(
	struct connections *connections, uint64_t id, uint32_t bytes, bool is_swallowing);
/* on_cut() */
void connection_note_cut(struct connections *connections, uint64_t id, uint64_t bytes);
/* EVENT_OVERFLOW: only words of farewell follow. */
void connection_note_overflow(struct connections *connections, uint64_t id);
/* EVENT_DRAINED */
void connection_note_drained(struct connections *connections, uint64_t id, bool is_lost);
/* EVENT_CLOSED: nothing comes in or is sent any more. What had been queued may still have to go
 * out, so its socket, if there is one, is attached like the others. */
void connection_forget(struct connections *connections, uint64_t id);

/* Go on with its socket, which is the connection's from then on. Or a negative errno, and
 * nothing has changed: ENOENT: no such connection waits for a socket; EBADMSG: the kernel
 * and we do not agree on what went out and what came in. The caller then shuts it down and
 * closes it. Callbacks are called in the turns that follow. */
int connections_attach(struct connections *connections, uint64_t id, int fd);

/* With a descriptor that cannot stay open: what went out already is dropped from the queue, so that
 * only the rest counts. 0 or a negative errno, as above; ESHUTDOWN: it was closed, and nothing has
 * to go out any more. */
int connections_look(struct connections *connections, uint64_t id, int fd);

/* There is no descriptor for its socket yet, while the others go on. It stays detached until
 * connections_attach(). What is sent to it waits up to its limit, as ever. */
void connection_sleep(struct connections *connections, uint64_t id);

/* Is this the id of a connection that came after all that is known? Then its socket is there,
 * but nobody has reported it. */
bool connections_is_to_come(const struct connections *connections, uint64_t id);
/* No byte was read from its socket or written to it, so the client is as new as when it came. Of a
 * Unix socket only the byte counts tell, so without them the answer is always yes. */
bool connections_is_fresh(const struct connections *connections, uint64_t id, int fd);
/* A socket that still exists had this id: no later connection gets it. */
void connections_skip_id(struct connections *connections, uint64_t id);

/* Walk those that are detached: 0 before the first and after the last. */
uint64_t connections_next_detached(const struct connections *connections, uint64_t id);
/* Whether its session lives, so that somebody has to be told of its end. */
bool connection_is_open(const struct connections *connections, uint64_t id);
/* Free a detached connection; on_gone() is called. */
void connection_abandon(struct connections *connections, uint64_t id);
/* Those without a socket were abandoned: what had been read of them, and of others when the process
 * died, is overwritten, as there may be passwords in it. */
void connections_forget_lost_input(struct connections *connections);
/* Free all of them, so that they can be loaded once more; nobody is told, and partial lines stay.
 */
void connections_forget_detached(struct connections *connections);

/* What was taken out of the kernel and not reported yet, where it outlives the process: partial
 * lines, and what is just being read. All zero at first. */
#define PARTIAL_LINES 4096
#define PARTIAL_LINE_BYTES (FRAME_LINE_BYTES + 1)
#define READ_BYTES (16 * 1024) /* at most, from one connection in a turn */

struct partial_line {
	uint64_t id;	 /* of the connection; 0: free */
	uint64_t offset; /* of its first byte, from the connection's start */
	uint32_t length;
	uint32_t reserved;
};

struct partial_lines {
	struct partial_line heads[PARTIAL_LINES];
	struct partial_line reading; /* its bytes are the input */
	char bytes[PARTIAL_LINES][PARTIAL_LINE_BYTES];
	char input[READ_BYTES];
};

/* Before any connection is there, or before the first is attached. They must outlive the table.
 * Without this call they do not survive. */
void connections_keep_partials(struct connections *connections, struct partial_lines *partials);

/* Unix sockets have no counters, so we keep our own where they outlive the process: one for each
 * slot, all zero at first. For a death inside a system call there is something of the kernel's that
 * counts down while bytes move, and the note of what is reached when it comes to zero. */
struct byte_counts {
	uint64_t id;
	uint64_t written;
	uint64_t taken; /* out of the kernel */
	uint64_t aim;
	uint32_t call;	 /* enum byte_count_call: what may be under way */
	uint32_t peeked; /* SO_PEEK_OFF, if nobody but us has set it */
};

enum byte_count_call {
	BYTE_COUNT_CALL_NONE,
	BYTE_COUNT_CALL_TAKE,  /* of taken, SO_PEEK_OFF is missing to the aim (socket(7)) */
	BYTE_COUNT_CALL_WRITE, /* of written, what is still in the pipe */
};

/* NULL, as at first: none are kept, and of a Unix socket is believed what was saved and
 * replayed, which is right after a planned stop, but not after a death. Byte counts must outlive
 * the table, and are begun for those that are attached already. Unix sockets in higher slots
 * than there are byte counts can not be attached. The pipe, both ends of which are non-blocking
 * and stay the caller's, outlives us as well: what goes to Unix sockets goes through it. */
void connections_keep_byte_counts(struct connections *connections, struct byte_counts *byte_counts,
	uint32_t n_byte_counts, const int pipe_fds[2]);
