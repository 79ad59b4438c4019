/* Owns what is kept for the process after this one: the clients' sockets, the events, and
 * now and then a snapshot of everything, written by a child while we go on. */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "daemon/server.h"
#include "daemon/snapshot.h"

#define SNAPSHOT_MS 10000
#define SNAPSHOT_BYTES ((size_t) 256 << 10)

/* In the order of enum event_log_file. */
static const char *const log_names[EVENT_LOG_FILES] = {
	KEPT_PREFIX "head",
	KEPT_PREFIX "events-a",
	KEPT_PREFIX "events-b",
	KEPT_PREFIX "snapshot-a",
	KEPT_PREFIX "snapshot-b",
};

/* Without a service manager, nobody has it but us until the next program takes our place. */
int survival_store(const struct server *server, int fd, const char *name)
{
	return notifier_has_manager(server->notifier) ? notifier_store(server->notifier, fd, name)
						      : 0;
}

static int store_log(const struct server *server)
{
	int error = 0;

	for (enum event_log_file file = 0; file < EVENT_LOG_FILES && !error; file++)
		error = survival_store(
			server, event_log_fd(server->event_log, file), log_names[file]);
	return error;
}

static int store_lots(const struct server *server)
{
	const struct parking_end *ends = parking_ends(server->parking);
	int error = 0;

	for (size_t i = 0; i < PARKING_ENDS && !error; i++)
		if (!ends[i].is_kept)
			error = survival_store(server, ends[i].fd, ends[i].name);
	return error;
}

void survival_done(struct server *server)
{
	survival_done_memories(server);
	event_log_free(server->event_log);
	parking_free(server->parking);
	kept_done(&server->kept);
}

static void give_up(struct server *server, const char *why)
{
	log_entry(server->log, LOGBOOK_NOT_KEPT, "REASON", why);
	event_log_free(TAKE(server->event_log));
	parking_free(TAKE(server->parking));
}

static int make_log_and_lots(struct server *server)
{
	int error = event_log_new(&server->event_log);

	if (!error)
		error = parking_open(NULL, 0, &server->parking);
	if (!error)
		error = store_log(server);
	return error ? error : store_lots(server);
}

/* Without a service manager nothing survives our death. So there is no log then, and nobody is
 * parked, until we hand over. */
void survival_start(struct server *server)
{
	int error = 0;

	if (notifier_has_manager(server->notifier))
		error = make_log_and_lots(server);
	if (!error)
		error = survival_make_memories(server);
	if (error)
		give_up(server, strerror(-error));
}

void survival_end(struct server *server)
{
	const struct parking_end *ends = server->parking ? parking_ends(server->parking) : NULL;

	if (!notifier_has_manager(server->notifier))
		return;
	for (size_t i = 0; i < EVENT_LOG_FILES; i++)
		(void) notifier_drop(server->notifier, log_names[i]);
	survival_drop_memories(server);
	for (size_t i = 0; ends && i < PARKING_ENDS; i += 2) /* both have one name */
		(void) notifier_drop(server->notifier, ends[i].name);
}

static int take_log(struct kept *kept, int fds[EVENT_LOG_FILES])
{
	int n = 0;

	for (size_t i = 0; i < EVENT_LOG_FILES; i++) {
		fds[i] = kept_take(kept, log_names[i]);
		n += fds[i] >= 0;
	}
	return n;
}

static size_t take_lots(struct kept *kept, struct parking_end ends[PARKING_ENDS])
{
	size_t n = 0;

	for (size_t i = 0; i < kept->count && n < PARKING_ENDS; i++)
		if (kept->files[i].fd >= 0 && parking_knows(kept->files[i].name))
			ends[n++] = (struct parking_end){ kept->files[i].name,
				kept_take_at(kept, i), true };
	return n;
}

/* What nobody can take sockets out of any more must not be mixed with the new ones. */
static void drop_lots(struct server *server, const struct parking_end *ends, size_t n_ends)
{
	for (size_t i = 0; i < n_ends; i++) {
		if (notifier_has_manager(server->notifier))
			(void) notifier_drop(server->notifier, ends[i].name);
		if (!server->parking)
			close(ends[i].fd);
	}
}

/* A later release may have kept more. If it comes back, it must not find what was true before
 * us. */
static void drop_unknown(struct server *server)
{
	for (size_t i = 0; i < server->kept.count; i++)
		if (server->kept.files[i].fd >= 0)
			(void) notifier_drop(server->notifier, server->kept.files[i].name);
}

bool survival_take_kept(struct server *server, const char **ret_reason)
{
	int log_fds[EVENT_LOG_FILES];
	struct parking_end ends[PARKING_ENDS];
	size_t n_ends = take_lots(&server->kept, ends);
	int n_files = take_log(&server->kept, log_fds), error;

	*ret_reason = NULL;
	if (!n_ends && !n_files)
		return false;
	survival_take_memories(server);
	drop_unknown(server);
	server->event_log = event_log_open(log_fds, ret_reason);
	error = parking_open(ends, n_ends, &server->parking);
	if (!error)
		error = store_lots(server);
	if (error) {
		drop_lots(server, ends, n_ends);
		*ret_reason = "the clients' sockets were not kept";
	}
	return true;
}

/* Failures are told at the end of the turn, if they last. */
void survival_park(struct server *server, int fd, uint64_t id, const char *listener)
{
	if (server->parking)
		(void) parking_add(server->parking, fd, id, listener);
}

void survival_log_event(struct server *server, const struct event *event)
{
	if (server->event_log && !event_log_add_event(server->event_log, event))
		give_up(server, "the log of events is full");
}

void survival_log_done(struct server *server)
{
	if (server->event_log)
		event_log_add_done(server->event_log, outbox_fingerprint(&server->outbox),
			server->outbox.count);
}

void survival_log_note(struct server *server, enum event_log_kind kind, struct event_log_note note)
{
	if (server->event_log)
		event_log_add_note(server->event_log, kind, note);
}

static int write_snapshot(const struct server *server)
{
	struct buffer bytes = { 0 };
	int error;

	snapshot_save(server, &bytes);
	error = event_log_write_snapshot(server->event_log, &bytes);
	buffer_done(&bytes);
	return error;
}

/* In the child: nothing but this, whatever else the parent has. It must not outlive the parent: who
 * comes after that one writes snapshots to the same place. */
static void __attribute__((noreturn))
be_child(const struct server *server, pid_t parent, int result_fd)
{
	char error;

	prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (getppid() != parent)
		_exit(1);
	error = (char) -write_snapshot(server);
	_exit(write(result_fd, &error, 1) == 1 ? 0 : 1);
}

static void forget_child(struct server *server)
{
	struct survival_child *child = &server->child;

	loop_watch_remove(child->watch);
	close(child->result_fd);
	while (waitpid(child->pid, NULL, 0) < 0 && errno == EINTR)
		;
	*child = (struct survival_child){ 0 };
}

static void on_child_done(void *data, uint32_t events)
{
	struct server *server = data;
	char error = ECHILD;

	(void) events;
	if (read(server->child.result_fd, &error, 1) < 0 && errno == EAGAIN)
		return;
	forget_child(server);
	if (!error) {
		event_log_commit_snapshot(server->event_log);
		return;
	}
	event_log_abandon_snapshot(server->event_log);
	log_entry(server->log, LOGBOOK_SNAPSHOT_FAILED, "REASON", strerror(error));
}

static void watch_child(struct server *server, pid_t pid, int result_fd)
{
	struct loop_watch *watch = loop_watch_new(server->loop, result_fd, on_child_done, server);

	server->child =
		(struct survival_child){ .pid = pid, .result_fd = result_fd, .watch = watch };
	if (loop_watch_change(watch, EPOLLIN) < 0)
		log_entry(server->log, LOGBOOK_SNAPSHOT_FAILED, "REASON", strerror(errno));
}

static void begin_snapshot(struct server *server)
{
	pid_t parent = getpid(), pid;
	int pipe_fds[2];

	if (pipe2(pipe_fds, O_CLOEXEC | O_NONBLOCK) < 0)
		return;
	event_log_begin_snapshot(server->event_log);
	server->snapshot_ms = loop_now_ms(server->loop);
	pid = fork();
	if (pid == 0)
		be_child(server, parent, pipe_fds[1]);
	close(pipe_fds[1]);
	if (pid > 0) {
		watch_child(server, pid, pipe_fds[0]);
		return;
	}
	close(pipe_fds[0]);
	event_log_abandon_snapshot(server->event_log);
	log_entry(server->log, LOGBOOK_SNAPSHOT_FAILED, "REASON", strerror(errno));
}

/* Once, until all are parked again. */
static void tell_of_waiting(struct server *server)
{
	size_t n_waiting = parking_waiting(server->parking);
	struct buffer reason = { 0 };

	if (n_waiting && !server->has_told_of_parking) {
		buffer_format(
			&reason, "%zu clients could not be parked; raise LimitNOFILE=", n_waiting);
		log_entry(server->log, LOGBOOK_NOT_KEPT, "REASON", reason.bytes);
		buffer_done(&reason);
	}
	server->has_told_of_parking = n_waiting != 0;
}

/* When the log would take long, and now and then to give its memory back. */
static bool wants_snapshot(const struct server *server)
{
	uint64_t age_ms = loop_now_ms(server->loop) - server->snapshot_ms;

	if (server->child.pid || event_log_is_switching(server->event_log))
		return false;
	return event_log_is_long(server->event_log) ||
	       (age_ms > SNAPSHOT_MS && event_log_bytes(server->event_log) > SNAPSHOT_BYTES);
}

void survival_turn_over(struct server *server)
{
	if (!server->event_log)
		return;
	parking_tick(server->parking, loop_now_ms(server->loop));
	tell_of_waiting(server);
	if (wants_snapshot(server))
		begin_snapshot(server);
}

uint64_t survival_next_deadline(const struct server *server)
{
	return server->parking ? parking_next_deadline(server->parking) : UINT64_MAX;
}

int survival_save_now(struct server *server)
{
	int error;

	if (server->child.pid) {
		kill(server->child.pid, SIGKILL);
		forget_child(server);
	}
	if (event_log_is_switching(server->event_log))
		event_log_abandon_snapshot(server->event_log);
	event_log_begin_snapshot(server->event_log);
	error = write_snapshot(server);
	if (error)
		event_log_abandon_snapshot(server->event_log);
	else
		event_log_commit_snapshot(server->event_log);
	return error;
}

static void park(void *data, int fd, uint64_t id)
{
	/* The name of the listener is asked for only when the snapshot does not know the client. */
	survival_park(data, fd, id, "");
}

/* Now, and not a little with each turn. */
static void park_the_rest(struct server *server)
{
	uint64_t now_ms = loop_now_ms(server->loop);

	while (parking_waiting(server->parking) && parking_next_deadline(server->parking) <= now_ms)
		parking_tick(server->parking, now_ms);
}

const char *survival_prepare(struct server *server)
{
	if (!server->memories[SURVIVAL_HALVES].bytes)
		return "there was no memory for what the next program is to get";
	if (!server->event_log) {
		if (notifier_has_manager(server->notifier) || make_log_and_lots(server) < 0)
			return "the clients' sockets could not be kept";
		connections_each_socket(server->connections, park, server);
	}
	park_the_rest(server);
	return parking_waiting(server->parking)
		       ? "not all clients can be handed over; raise the limit of open files"
		       : NULL;
}

void survival_list(const struct server *server, struct kept *kept)
{
	const struct parking_end *ends = parking_ends(server->parking);

	for (enum event_log_file i = 0; i < EVENT_LOG_FILES; i++)
		kept_add(kept, event_log_fd(server->event_log, i), log_names[i]);
	for (size_t i = 0; i < PARKING_ENDS; i++)
		kept_add(kept, ends[i].fd, ends[i].name);
	survival_list_memories(server, kept);
}

void survival_settle(struct server *server)
{
	if (notifier_has_manager(server->notifier))
		return;
	event_log_free(TAKE(server->event_log));
	parking_free(TAKE(server->parking));
}
