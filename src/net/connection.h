/* One connection, as the files of its table share it. Nobody else includes this.
 *
 * A connection is open until connection_close(), the end of its input or an error; then its
 * id is unknown to callers (is_closing), while what is queued goes out. When that is done
 * or hopeless it has ended (is_ended), and the end of the turn frees it. */
#pragma once

#include "net/connections.h"
#include "net/queue.h"

#define READ_BYTES (16 * 1024) /* at most, from one connection in a turn */
#define NOISE_BYTES (1536 * 1024)
#define WRITE_LINES 512 /* at most, to one connection in a turn */
#define LINGER_MS 5000	/* for what is queued to go out and the peer to say goodbye */
#define DEFAULT_SEND_BYTES (1024 * 1024)
#define TRIM_AFTER_CHUNKS 4096
#define TRIM_MS 10000

struct connection {
	struct connections *all;
	struct loop_watch *watch; /* NULL once ended */
	char *pending;		  /* input that is no whole line yet, or came before a pause */
	struct queue queue;
	uint64_t id;
	int fd;
	uint32_t pending_length;
	uint32_t noise; /* bytes since the last good line that were no part of one */
	uint32_t max_send;
	uint32_t max_receive;
	uint8_t error; /* errno of the writing that failed; 0: none did */
	bool is_paused : 1;
	bool is_resumed : 1;	 /* in the list of those whose pending input shall be looked at */
	bool is_dirty : 1;	 /* in the list of those that have something to write */
	bool has_backlog : 1;	 /* the kernel takes no more now: EPOLLOUT will tell */
	bool is_swallowing : 1;	 /* see frame.h */
	bool is_checked : 1;	 /* it is not another protocol */
	bool is_overflowing : 1; /* in the list of those whose overflow is to be reported */
	bool has_overflown : 1;
	bool wants_drained : 1;
	bool is_mute : 1; /* nothing can be written any more */
	bool is_closing : 1;
	bool has_end : 1;  /* the peer has said that nothing more comes */
	bool has_shut : 1; /* and so have we */
	bool is_ended : 1;
};

/* Ids that something is to be done for; they may have gone meanwhile. */
struct id_list {
	uint64_t *ids;
	size_t count;
	size_t capacity;
};

struct slot {
	struct connection *connection; /* NULL: free */
	uint32_t generation;
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
	struct slot *slots;
	uint32_t n_slots;
	uint32_t first_free; /* n_slots: none */
	size_t count;
	struct queue_pool pool;
	struct id_list dirty;
	struct id_list resumed;
	struct id_list overflowing;
	struct id_list ended;
	struct goodbye *goodbyes; /* oldest first, and so the next that is due */
	size_t first_goodbye;
	size_t n_goodbyes;
	size_t goodbyes_capacity;
	uint64_t ended_turns; /* loop_turns() when the end of a turn was last seen to */
	uint64_t trim_ms;     /* when memory shall go back to the system; UINT64_MAX: not needed */
	bool is_draining;
	char input[READ_BYTES + FRAME_LINE_BYTES]; /* of whoever is being read */
};

/* Something is to be done for it at the end of the turn. */
void connections_put_off(struct connections *all, struct id_list *list, uint64_t id);
/* Also those that are closing, unlike what callers may reach; NULL: gone. */
struct connection *connections_find_any(const struct connections *all, uint64_t id);

void connection_watch(struct connection *connection); /* for what it now waits for */
void connection_start_closing(struct connection *connection);
void connection_end(struct connection *connection);
void connection_mark_dirty(struct connection *connection);

/* connection_input.c */
void connection_read(struct connection *connection);
void connection_take_pending(struct connection *connection);
void connection_discard_input(struct connection *connection); /* while closing */
void connection_forget_pending(struct connection *connection);

/* connection_output.c */
void connection_flush(struct connection *connection);
void connection_report_overflow(struct connection *connection);
