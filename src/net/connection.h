/* One connection, shared by the files of its table. Other files must not include this.
 *
 * Its fields for input are written by connection_input.c alone, those for output by
 * connection_output.c, and its phase by connection_life.c. */
#pragma once

#include <errno.h>
#include <sys/socket.h>

#include "net/connections.h"
#include "net/queue.h"
#include "net/resume.h"
#include "net/stream.h"
#include "net/wrapped.h"
#include "net/wrapping.h"
#include "tls/record.h"

struct partial_lines;

#define MAX_SLOTS (1u << 20)
#define NOISE_BYTES (1536 * 1024)
#define WRITE_BYTES (64 * 1024) /* at most, for one connection in a turn */
#define LINGER_MS 5000		/* for sending the queue and for the peer's FIN */
#define DEFAULT_SEND_BYTES (1024 * 1024)
#define TRIM_AFTER_CHUNKS 1024
#define TRIM_MS 10000
#define RECEIVE_BYTES (256 * 1024) /* for TCP input that must stay in the kernel, see socket(7) */

/* The phases in their order. */
enum connection_phase {
	CONNECTION_PHASE_OPEN,
	CONNECTION_PHASE_FAREWELL, /* after an overflow, for a last line */
	CONNECTION_PHASE_CLOSING,  /* unknown to callers; the queue is still sent */
	CONNECTION_PHASE_ENDED,	   /* sent or failed: the end of the turn frees it */
};

/* Written by connection_input.c, and on loading by connections_save.c. */
struct connection_in {
	uint64_t taken;	    /* bytes of input that were reported as lines or noise */
	uint32_t noise;	    /* bytes since the last valid line that were part of none */
	uint16_t read_turn; /* the last turn in which it was read */
	bool is_paused : 1;
	bool is_deaf : 1;	/* it sent during a pause: epoll no longer reports input */
	bool is_swallowing : 1; /* see frame.h */
	bool is_checked : 1;	/* it does not speak another protocol */
	bool is_cut_short : 1;	/* its share of the turn ended before its lines */
	bool sees_end : 1;	/* epoll has reported the end, which may follow other input */
	bool has_mark : 1;	/* a look ended there, see stream.h */
	bool has_more : 1;	/* or before the end of the input */
};

/* Written by connection_output.c, and on loading by connections_save.c. */
struct connection_out {
	struct queue queue;
	uint64_t written;     /* bytes that the kernel has accepted since the connection's start */
	uint8_t error;	      /* errno of a failed write; 0: none */
	bool has_backlog : 1; /* the kernel's buffer is full: EPOLLOUT follows */
	bool is_overflowing : 1; /* in the list of overflows to be reported */
	bool wants_drained : 1;
	bool is_mute : 1; /* nothing can be written any longer */
};

/* Fields that sending needs come first, in few cache lines. */
struct connection {
	struct connections *all;
	uint64_t id;
	struct connection_out out;
	uint32_t max_send;
	uint32_t max_receive;
	int fd;			/* -1: detached, see resume.h */
	uint16_t partial_place; /* the place of its partial line, from 1; 0: none */
	uint8_t phase : 4;	/* enum connection_phase; connection_life.c writes it */
	uint8_t stream : 4;	/* enum stream_kind */
	bool is_dirty : 1;	/* in the list of connections with output */
	bool is_resumed : 1;	/* in the list of connections to be read again */
	bool is_waiting : 1; /* in the list of connections that wait for a place for a partial line
			      */
	bool has_end : 1;    /* the peer has ended its output */
	bool has_shut : 1;   /* this side has ended its output */
	bool is_holding : 1; /* its stream has bytes to send, and writes this; see stream.h */
	bool is_asleep : 1;  /* detached, while others continue: see connection_sleep() */
	struct loop_watch *watch; /* NULL once ended, or while detached */
	struct connection_in in;
};

/* Ids of connections with work to do; they may have ended meanwhile. */
struct id_list {
	uint64_t *ids;
	size_t count;
	size_t capacity;
};

struct slot {
	struct connection *connection; /* NULL: free */
	uint32_t next_free;
};

struct goodbye {
	uint64_t id;
	uint64_t deadline_ms;
};

struct connections {
	struct loop *loop;
	const struct log *log;
	struct connection_callbacks callbacks;
	loop_ready_fn on_ready; /* for each socket; its data is the connection */
	struct slot *slots;
	uint32_t n_slots;
	uint32_t first_free; /* n_slots: none */
	uint32_t next_generation;
	bool is_free_list_stale;
	size_t count;
	struct byte_counts *byte_counts;
	uint32_t n_byte_counts;
	int pipe_fds[2];
	bool has_rest;			/* something may be in the pipe */
	struct partial_lines *partials; /* NULL: no memory for them */
	uint32_t n_partials;
	uint32_t free_partial; /* where the search begins */
	bool may_have_place;   /* no search has failed since a place was released */
	bool has_own_partials;
	struct queue_pool pool;
	/* Of all queues, since the beginning; what is gone was sent, or dropped with its client. */
	uint64_t n_queued_lines, n_queued_bytes, n_gone_bytes;
	struct id_list dirty;
	struct id_list resumed;
	struct id_list overflowing;
	struct id_list ended;
	struct id_list waiting;	  /* for a place, see connection_partial.c */
	struct goodbye *goodbyes; /* oldest first, which is due next */
	size_t first_goodbye;
	size_t n_goodbyes;
	size_t goodbyes_capacity;
	uint64_t ended_turns; /* loop_turns() at the last end of a turn */
	uint64_t trim_ms;     /* when to return memory to the system; UINT64_MAX: not planned */
	bool is_draining;
	bool wipes_input; /* overwrite the input buffer after reading */
	size_t n_input;	  /* bytes in it of the connection read last */
	char *input;	  /* of the connection being read: READ_BYTES, inherited like the places */
	char own_input[READ_BYTES];
	char output[WRITE_BYTES]; /* of the connection being written */
	/* Of wrapped streams. */
	struct wrappings *wrappings; /* NULL: none can be there */
	struct tls_crypto *crypto;   /* NULL without wrappings */
	size_t n_looked;      /* plain bytes of the last look; 0: it does not count any more */
	size_t n_looked_wire; /* of records that it opened wholly */
	uint8_t wire[2 * TLS_RECORD_MAX];
	char inner[WEBSOCKET_INPUT_BYTES];
	char line[WEBSOCKET_LINE_BYTES];
	char framed[WRAPPED_PLAIN_BYTES + WEBSOCKET_CONTROL_BYTES];
};

static inline bool connection_is_detached(const struct connection *connection)
{
	return connection->fd < 0;
}

static inline const struct stream *connection_stream(const struct connection *connection)
{
	return streams[connection->stream];
}

/* The queue is not sent any more. */
static inline void connection_drop_queue(struct connection *connection)
{
	struct connections *all = connection->all;

	all->n_gone_bytes += connection->out.queue.bytes;
	queue_clear(&connection->out.queue, &all->pool);
}

/* Is output left that the kernel has not accepted? */
static inline bool connection_has_output(const struct connection *connection)
{
	return connection->out.queue.first || connection->is_holding;
}

/* Has the peer's kernel received all output? */
static inline bool connection_is_delivered(const struct connection *connection)
{
	return !connection_has_output(connection) &&
	       connection_stream(connection)->is_delivered(connection);
}

static inline bool connection_is_closing(const struct connection *connection)
{
	return connection->phase >= CONNECTION_PHASE_CLOSING;
}

static inline bool connection_has_ended(const struct connection *connection)
{
	return connection->phase == CONNECTION_PHASE_ENDED;
}

/* Put the connection into a list of work for the end of the turn. */
void connections_put_off(struct connections *all, struct id_list *list, uint64_t id);
void connections_drop_ids(struct id_list *list, size_t count); /* the first `count` */
/* Finds closing connections too, which are hidden from callers; NULL: gone. */
static inline struct connection *connections_find_any(const struct connections *all, uint64_t id)
{
	uint32_t slot = (uint32_t) id;
	struct connection *connection = slot < all->n_slots ? all->slots[slot].connection : NULL;

	return connection && connection->id == id ? connection : NULL;
}

static inline struct connection *connections_find_open(const struct connections *all, uint64_t id)
{
	struct connection *connection = connections_find_any(all, id);

	return connection && !connection_is_closing(connection) ? connection : NULL;
}

static inline struct connection *connections_find_detached(
	const struct connections *all, uint64_t id)
{
	struct connection *connection = connections_find_any(all, id);

	return connection && connection_is_detached(connection) ? connection : NULL;
}

/* A temporary error of reading or writing. */
static inline bool connection_may_pass(int error)
{
	return error == EAGAIN || error == EINTR;
}

/* connection_life.c: the basis of the other files. */
/* A connection without a descriptor in the next free slot, or in that of an id. */
struct connection *connections_take_slot(struct connections *all);
struct connection *connections_take_slot_of(struct connections *all, uint64_t id);
/* Without callbacks and without shutdown. */
void connection_free(struct connection *connection);
bool connection_is_unix_socket(int fd);
/* Set the descriptor and watch it. 0, or a negative errno, and nothing has changed. */
int connection_open(struct connection *connection, int fd);

void connection_watch(struct connection *connection); /* update the watched events */
void connection_rearm(
	struct connection *connection); /* report readiness again: there may be more to read */
void connection_linger(struct connection *connection); /* from now on */
void connection_end(struct connection *connection);
void connection_input_has_ended(struct connection *connection); /* so close it */
void connection_say_farewell(struct connection *connection);	/* further output is its farewell */
void connection_overflow(struct connection *connection, const char *reason); /* and close it */
void connection_mark_dirty(struct connection *connection);
void connection_read_later(struct connection *connection); /* at the end of a turn */

/* connection_input.c */
void connection_is_ready(
	struct connection *connection, uint32_t events);    /* of an open connection */
void connection_read_on(struct connection *connection);	    /* see connection_read_later() */
void connection_begin_input(struct connection *connection); /* it has got a socket */
/* Count input that is no line; true: too much. */
bool connection_add_noise(struct connection *connection, size_t bytes);
/* Remove input from the kernel: 0 or a negative errno. */
int connection_take_input(struct connection *connection, size_t bytes);

/* connection_partial.c: partial lines, removed from the kernel */
size_t connection_partial_bytes(const struct connection *connection); /* its stored length */
size_t connection_fetch_partial(struct connection *connection); /* to the front of the input */
/* For input that has to stay in the kernel. */
void connection_enlarge_receive_buffer(const struct connection *connection);
bool connection_keep_partial(struct connection *connection, const char *bytes, size_t length);
bool connection_extend_partial(struct connection *connection, const char *bytes, size_t length);
void connection_drop_partial(struct connection *connection);
bool connection_has_place(const struct connection *connection); /* or is a place free? */
/* Announce a read: the input buffer contains `have` stored bytes and gets at most `most` more, and
 * the next process finds both there. Returns how many more fit into a place. */
size_t connection_begin_reading(struct connection *connection, size_t have, size_t most);
/* After reading: overwrite reported bytes in the input buffer and in the place. */
void connection_wipe_input(struct connection *connection);
/* Wait for a place: the partial line must stay in the kernel until then. */
void connection_wait_for_place(struct connection *connection);
void connections_note_place(struct connections *all);	/* a place may be free */
void connections_wake_waiting(struct connections *all); /* if places are free */
/* After a crash: find the input up to `end` that was taken from the kernel, but not reported. */
bool connection_find_partial(struct connection *connection, uint64_t end);
/* After a stop: the end of the stored or reported input. */
uint64_t connection_stored_end(const struct connection *connection);
void connections_make_partials(struct connections *connections);
void connections_free_partials(struct connections *connections);

/* connection_output.c */
void connection_flush(struct connection *connection);
void connection_report_overflow(struct connection *connection);

/* Drop output that the kernel reports as sent; is_dead: no more can be sent. */
void connection_drop_written(struct connection *connection, uint64_t written, bool is_dead);

/* connection_end.c */
void connection_discard_input(struct connection *connection); /* during closing */
void connection_go_on_closing(struct connection *connection);
void connection_sweep(struct connection *connection); /* end it at once and free it */

/* stream_unix.c: no byte was moved, according to the byte counts. */
bool stream_unix_is_fresh(const struct connections *all, uint64_t id);
