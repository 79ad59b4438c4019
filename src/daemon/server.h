/* The running server: what is glued together, and the parts of the gluing. */
#pragma once

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "base/log.h"
#include "daemon/arguments.h"
#include "daemon/clients.h"
#include "daemon/cloak_key.h"
#include "daemon/engine.h"
#include "daemon/handover.h"
#include "daemon/helpers.h"
#include "daemon/inheritance.h"
#include "daemon/notifier.h"
#include "daemon/recording.h"
#include "daemon/reload.h"
#include "daemon/secret_places.h"
#include "daemon/snapshot.h"
#include "net/connections.h"
#include "net/listeners.h"
#include "net/loop.h"
#include "net/resume.h"
#include "survival/descriptors.h"
#include "survival/event_log.h"
#include "survival/pace.h"
#include "survival/parking.h"

/* Files of memory that survive us, beside the event log. */
enum survival_memory_kind {
	SURVIVAL_POSITIONS,
	SURVIVAL_PARTIALS,
	SURVIVAL_MEMORIES
};

/* All zero: there is none. */
struct survival_memory {
	void *bytes;
	int fd;
};

/* Writes a snapshot. All zero: there is none. */
struct survival_child {
	pid_t pid;
	int result_fd;
	struct loop_watch *watch;
	bool is_killed; /* only to be reaped */
	uint64_t reap_ms;
};

struct server {
	const struct arguments *arguments;
	const struct log *log;
	struct cloak_key *cloak_key;
	int state_lock_fd; /* -1: there is no state directory, or none to lock yet */

	struct loop *loop;
	struct clients *clients;
	struct connections *connections; /* of the clients; so the next */
	struct listeners *listeners;
	struct notifier *notifier;
	struct recording *recording; /* NULL: not asked for, or failed */

	struct inheritance inheritance;
	struct descriptors inherited; /* from the process before this one */
	struct event_log *event_log;  /* NULL: nobody keeps it. So the next */
	struct buffer event_bytes;    /* of the event that is added to the log */
	struct secret_places secrets; /* that are in it, or in a snapshot */
	struct parking *parking;
	struct survival_memory memories[SURVIVAL_MEMORIES]; /* see resume.h */
	int pipe_fds[2]; /* see connections_keep_byte_counts(); -1: none */
	struct survival_child child;
	struct pace pace;     /* of the snapshots */
	bool has_stopped_log; /* events are missing from it, until there is a new snapshot */
	size_t told_waiting;  /* how many could not be parked, as the log was told */
	bool has_told_of_sleepers;
	bool has_lost_positions; /* of Unix sockets, which the last process had noted */

	struct engine *engine;
	struct helpers *helpers;
	struct reload *reload;
	struct handover *handover;
	char *program; /* see handover_find_program() */

	size_t n_connections; /* at the end of the last turn */
	bool has_news;	      /* the status is to be sent anew */
	size_t told_users;    /* in the last status; and so the channels */
	size_t told_channels;

	bool is_stopping;
	bool is_restarting;	 /* stopping, to start again */
	bool was_terminated;	 /* by SIGTERM: whoever sent it may start us again */
	bool has_terminal;	 /* people read our standard error */
	bool has_passed_sockets; /* by systemd */
	bool is_successor;	 /* of another program in this process */
};

/* Serve until told to stop. An exit status: EX_TEMPFAIL if the service manager shall start us
 * again. */
int server_run(const struct arguments *arguments, const struct log *log);

struct snapshot_parts server_parts(const struct server *server); /* of a snapshot */

extern const struct engine_calls server_engine_calls; /* except the data */

/* sleepers.c */
int sleepers_fd_limit(struct server *server); /* see parking_visitor */
/* There is no room for this socket. Whether it may sleep; else its client has been told. */
bool sleepers_may_stay(const struct server *server, int fd, uint64_t id);
void sleepers_begin(struct server *server); /* after a recovery: it is known who sleeps */
void sleepers_tick(struct server *server);  /* the end of a turn */
void sleepers_stop(struct server *server, const char *reason);
void sleepers_describe(const struct server *server, struct buffer *out);

/* survival.c: what is kept for the next process. Each does nothing where nobody keeps it. */
void survival_start(struct server *server);
void survival_end(struct server *server); /* nobody shall go on */
void survival_done(struct server *server);
/* False: nothing was kept. NULL or why it cannot be used. */
bool survival_take_kept(struct server *server, const char **ret_reason);
/* 0, or a negative errno: it is not parked yet, see parking_add(). */
int survival_park(struct server *server, int fd, uint64_t id, const char *listener);
void survival_log_event(struct server *server, const struct event *event); /* before dispatch */
void survival_log_done(struct server *server, const struct event *event,
	const struct outbox *outbox); /* after it */
void survival_log_note(struct server *server, enum event_log_kind kind, struct event_log_note note);
void survival_turn_over(struct server *server);
uint64_t survival_next_deadline(const struct server *server);
/* All that the next program needs is in descriptors, but for the snapshot. NULL, or why not
 * (static text); survival_settle() follows if the program is not started. */
const char *survival_prepare(struct server *server);
void survival_list(const struct server *server, struct descriptors *list); /* those descriptors */
/* We go on, or have gone on: only a service manager keeps anything further. */
void survival_settle(struct server *server);

/* The log is good again, as a new snapshot has all that was missing from it. */
void survival_log_again(struct server *server);
void survival_has_news(struct server *server);				 /* for the status */
void survival_describe(const struct server *server, struct buffer *out); /* what goes wrong */

/* survival_snapshot.c */
void survival_look_at_snapshot(struct server *server); /* the end of a turn, while there is a log */
uint64_t survival_snapshot_deadline(const struct server *server);
int survival_save_now(struct server *server); /* a snapshot; between turns */
void survival_done_child(struct server *server);

/* survival_memory.c: the part of it that connections write to directly. */
int survival_make_memories(struct server *server);
void survival_take_memories(struct server *server); /* those that were kept */
void survival_drop_memories(struct server *server);
void survival_list_memories(const struct server *server, struct descriptors *list);
void survival_done_memories(struct server *server);

/* recovery.c: true: all is as the last process left it. */
bool server_recover(struct server *server);
