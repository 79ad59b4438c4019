/* One connection, as the files of its table share it. Nobody else includes this.
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

struct partial_lines;

#define MAX_SLOTS (1u << 20)
#define NOISE_BYTES (1536 * 1024)
#define WRITE_BYTES (64 * 1024) /* at most, to one connection in a turn */
#define LINGER_MS 5000		/* for what is queued to go out and the peer to say goodbye */
#define DEFAULT_SEND_BYTES (1024 * 1024)
#define TRIM_AFTER_CHUNKS 1024
#define TRIM_MS 10000
#define RECEIVE_BYTES (256 * 1024) /* for TCP input that cannot all be taken, see socket(7) */

/* In the order in which they follow each other. */
enum connection_phase {
	CONNECTION_PHASE_OPEN,
	CONNECTION_PHASE_FAREWELL, /* after an overflow, for a last word */
	CONNECTION_PHASE_CLOSING,  /* unknown to callers; what is queued still goes out */
	CONNECTION_PHASE_ENDED,	   /* that is done or hopeless: the end of the turn frees it */
};

/* Written by connection_input.c, and when it is loaded by connections_save.c. */
struct connection_in {
	uint64_t taken;	    /* bytes of input that were given as lines, or noted as noise */
	uint32_t noise;	    /* bytes since the last good line that were no part of one */
	uint16_t read_turn; /* the last turn in which its input was looked at */
	bool is_paused : 1;
	bool is_deaf : 1;	/* it sent while it was paused: input wakes us no more */
	bool is_swallowing : 1; /* see frame.h */
	bool is_checked : 1;	/* it is not another protocol */
	bool is_cut_short : 1;	/* more lines were there than it had time for */
	bool sees_end : 1;	/* epoll has reported the end, which may lie behind other input */
	bool has_mark : 1; /* a look ends before urgent data, or behind descriptors sent along */
};

/* Written by connection_output.c, and when it is loaded by connections_save.c. */
struct connection_out {
	struct queue queue;
	uint64_t written;	 /* bytes that the kernel took since the connection's start */
	uint8_t error;		 /* errno of the writing that failed; 0: none did */
	bool has_backlog : 1;	 /* the kernel takes no more now: EPOLLOUT will tell */
	bool is_overflowing : 1; /* in the list of those whose overflow is to be reported */
	bool wants_drained : 1;
	bool is_mute : 1; /* nothing can be written any more */
};

/* What is needed to send it something comes first, in few cache lines. */
struct connection {
	struct connections *all;
	uint64_t id;
	struct connection_out out;
	uint32_t max_send;
	uint32_t max_receive;
	int fd;			/* -1: detached, see resume.h */
	uint16_t partial_place; /* the place of its partial line, from 1; 0: none but in the kernel
				 */
	uint8_t phase : 4;	/* enum connection_phase; connection_life.c writes it */
	uint8_t stream : 4;	/* enum stream_kind */
	bool is_dirty : 1;	/* in the list of those that have something to write */
	bool is_resumed : 1;	/* in the list of those whose input shall be looked at again */
	bool is_waiting : 1;	/* in the list of those that wait for a place for a partial line */
	bool has_end : 1;	/* the peer has said that nothing more comes */
	bool has_shut : 1;	/* and so have we */
	bool is_asleep : 1;	/* detached, while the others go on: see connection_sleep() */
	struct loop_watch *watch; /* NULL once ended, or while detached */
	struct connection_in in;
};

/* Ids that something is to be done for; they may have gone meanwhile. */
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
	loop_ready_fn on_ready; /* of each socket; its data is the connection */
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
	struct partial_lines *partials; /* NULL: there is no memory for them */
	uint32_t n_partials;
	uint32_t free_partial; /* where to look first */
	bool may_have_place;   /* since one was let go, none has been looked for in vain */
	bool has_own_partials;
	struct queue_pool pool;
	struct id_list dirty;
	struct id_list resumed;
	struct id_list overflowing;
	struct id_list ended;
	struct id_list waiting;	  /* for a place, see connection_partial.c */
	struct goodbye *goodbyes; /* oldest first, and so the next that is due */
	size_t first_goodbye;
	size_t n_goodbyes;
	size_t goodbyes_capacity;
	uint64_t ended_turns; /* loop_turns() when the end of a turn was last seen to */
	uint64_t trim_ms;     /* when memory shall go back to the system; UINT64_MAX: not needed */
	bool is_draining;
	bool wipes_input; /* what the input holds is to be overwritten after reading */
	size_t n_input;	  /* bytes of the connection that was read last */
	char *input;	  /* of the connection that is being read: READ_BYTES, inherited as well */
	char own_input[READ_BYTES];
	char output[WRITE_BYTES]; /* of whoever is being written to */
};

static inline bool connection_is_detached(const struct connection *connection)
{
	return connection->fd < 0;
}

static inline const struct stream *connection_stream(const struct connection *connection)
{
	return streams[connection->stream];
}

static inline bool connection_is_closing(const struct connection *connection)
{
	return connection->phase >= CONNECTION_PHASE_CLOSING;
}

static inline bool connection_has_ended(const struct connection *connection)
{
	return connection->phase == CONNECTION_PHASE_ENDED;
}

/* Something is to be done for it at the end of the turn. */
void connections_put_off(struct connections *all, struct id_list *list, uint64_t id);
void connections_drop_ids(struct id_list *list, size_t count); /* the first ones */
/* Also those that are closing, unlike what callers may reach; NULL: gone. */
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

/* An error of reading or writing that is no end. */
static inline bool connection_may_pass(int error)
{
	return error == EAGAIN || error == EINTR;
}

/* connection_life.c: what the other files stand on. */
/* A connection without a descriptor in the next free slot, or in that of an id. */
struct connection *connections_take_slot(struct connections *all);
struct connection *connections_take_slot_of(struct connections *all, uint64_t id);
/* Nobody is told, nothing is shut down. */
void connection_free(struct connection *connection);
bool connection_is_unix_socket(int fd);
/* Know the descriptor and watch it. 0 or a negative errno: nothing has changed. */
int connection_open(struct connection *connection, int fd);

void connection_watch(struct connection *connection); /* for what it now waits for */
void connection_rearm(struct connection *connection); /* there may be more to read */
void connection_start_closing(struct connection *connection);
void connection_linger(struct connection *connection); /* from now on */
void connection_end(struct connection *connection);
void connection_input_has_ended(struct connection *connection); /* so it is closed */
void connection_say_farewell(struct connection *connection);	/* what is said from now on, is */
void connection_overflow(struct connection *connection, const char *reason); /* and closes it */
void connection_mark_dirty(struct connection *connection);
void connection_read_later(struct connection *connection); /* at the end of a turn */

/* connection_input.c */
void connection_is_ready(struct connection *connection, uint32_t events); /* while it is open */
void connection_read_on(struct connection *connection);	    /* see connection_read_later() */
void connection_begin_input(struct connection *connection); /* it has a socket now */
/* Of all that is no line; true: that was too much. */
bool connection_add_noise(struct connection *connection, size_t bytes);
/* Out of the kernel: 0 or a negative errno. */
int connection_take_input(struct connection *connection, size_t bytes);

/* connection_partial.c: a partial line, out of the kernel */
size_t connection_partial_bytes(const struct connection *connection); /* how much of it is there */
size_t connection_fetch_partial(struct connection *connection); /* to the front of the input */
bool connection_keep_partial(struct connection *connection, const char *bytes, size_t length);
bool connection_extend_partial(struct connection *connection, const char *bytes, size_t length);
void connection_drop_partial(struct connection *connection);
bool connection_has_place(const struct connection *connection); /* or there is a free one */
/* The input buffer holds what is stored and gets at most that much more: a process that takes over
 * finds both there. How much more a place has room for. */
size_t connection_begin_reading(struct connection *connection, size_t have, size_t most);
/* After reading: neither the input buffer nor a place holds what was reported, which others have in
 * their keeping now. */
void connection_wipe_input(struct connection *connection);
/* A partial line has to stay in the kernel until there is a place for it. */
void connection_wait_for_place(struct connection *connection);
void connections_note_place(struct connections *all);	/* one may be free */
void connections_wake_waiting(struct connections *all); /* if there are places by now */
/* After a crash: what the kernel gave away up to there, and was not reported. */
bool connection_find_partial(struct connection *connection, uint64_t end);
/* After a stop: the end of what was stored, or reported. */
uint64_t connection_stored_end(const struct connection *connection);
void connections_make_partials(struct connections *connections);
void connections_free_partials(struct connections *connections);

/* connection_output.c */
void connection_flush(struct connection *connection);
void connection_report_overflow(struct connection *connection);
/* So much of its output has gone out, as the kernel says; nothing more can, if it is dead. */
void connection_drop_written(struct connection *connection, uint64_t written, bool is_dead);

/* connection_end.c */
void connection_discard_input(struct connection *connection); /* while closing */
void connection_go_on_closing(struct connection *connection);
void connection_sweep(struct connection *connection); /* end it at once, and free it */

/* stream_unix.c: no byte has been moved, as far as byte counts tell. */
bool stream_unix_is_fresh(const struct connections *all, uint64_t id);
