/* Owns what the next process inherits: the clients' sockets and the log of events. */
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "daemon/server.h"

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

void survival_turn_over(struct server *server)
{
	if (!server->event_log)
		return;
	parking_tick(server->parking, loop_now_ms(server->loop));
	tell_of_waiting(server);
	survival_look_at_snapshot(server);
}

uint64_t survival_next_deadline(const struct server *server)
{
	return server->parking ? parking_next_deadline(server->parking) : UINT64_MAX;
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
