/* Owns what the next process inherits: the clients' sockets and the log of events. */
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "daemon/server.h"

/* In the order of enum event_log_file. */
static const char *const log_names[EVENT_LOG_FILES] = {
	DESCRIPTORS_PREFIX "head",
	DESCRIPTORS_PREFIX "events-a",
	DESCRIPTORS_PREFIX "events-b",
	DESCRIPTORS_PREFIX "snapshot-a",
	DESCRIPTORS_PREFIX "snapshot-b",
};

static int store_log(const struct server *server)
{
	int error = 0;

	for (enum event_log_file file = 0; file < EVENT_LOG_FILES && !error; file++)
		error = notifier_keep(
			server->notifier, event_log_fd(server->event_log, file), log_names[file]);
	return error;
}

static int store_lots(const struct server *server)
{
	const struct parking_end *ends = parking_ends(server->parking);
	int error = 0;

	for (size_t i = 0; i < PARKING_ENDS && !error; i++)
		if (!ends[i].is_kept)
			error = notifier_keep(server->notifier, ends[i].fd, ends[i].name);
	return error;
}

void survival_done(struct server *server)
{
	survival_done_child(server);
	survival_done_memories(server);
	event_log_free(server->event_log);
	parking_free(server->parking);
	descriptors_done(&server->inherited);
	buffer_done(&server->event_bytes);
	secret_places_done(&server->secrets);
}

static void forget_log_and_lots(struct server *server)
{
	event_log_free(TAKE(server->event_log));
	parking_free(TAKE(server->parking));
}

/* It is tried again, see survival_turn_over(). */
static void give_up(struct server *server, int error)
{
	if (!server->pace.n_own_failures)
		log_entry(server->log, LOGBOOK_NOT_KEPT, "REASON", strerror(-error));
	forget_log_and_lots(server);
	pace_own_failed(&server->pace, loop_now_ms(server->loop));
	survival_has_news(server);
}

static int make_log_and_lots(struct server *server)
{
	int error = event_log_new(&server->event_log);

	pace_begin(&server->pace, loop_now_ms(server->loop));
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
		give_up(server, error);
}

static void drop_log_and_lots(const struct server *server)
{
	for (size_t i = 0; i < EVENT_LOG_FILES; i++)
		(void) notifier_drop(server->notifier, log_names[i]);
	for (size_t i = 0; i < PARKING_LOTS; i++)
		(void) notifier_drop(server->notifier, parking_name_of_lot(i));
}

void survival_end(struct server *server)
{
	if (!notifier_has_manager(server->notifier))
		return;
	drop_log_and_lots(server);
	survival_drop_memories(server);
}

static void park(void *data, int fd, uint64_t id)
{
	/* The name of the listener is asked for only when the snapshot does not know the client.
	 * Failures are told at the end of the turn, if they last. */
	(void) survival_park(data, fd, id, "");
}

/* With clients that are here already. */
static void start_again(struct server *server)
{
	int error;

	drop_log_and_lots(server);
	error = make_log_and_lots(server);
	if (!error)
		error = survival_make_memories(server);
	if (!error) {
		secret_places_load(&server->secrets, engine_world(server->engine));
		connections_each_socket(server->connections, park, server);
		error = survival_save_now(server);
	}
	if (error) {
		give_up(server, error);
		return;
	}
	pace_own_done(&server->pace, loop_now_ms(server->loop), 0);
	log_entry(server->log, LOGBOOK_KEPT_AGAIN);
	survival_has_news(server);
}

static int take_log(struct descriptors *inherited, int fds[EVENT_LOG_FILES])
{
	int n = 0;

	for (size_t i = 0; i < EVENT_LOG_FILES; i++) {
		fds[i] = descriptors_take(inherited, log_names[i]);
		n += fds[i] >= 0;
	}
	return n;
}

static size_t take_lots(struct descriptors *inherited, struct parking_end ends[PARKING_ENDS])
{
	size_t n = 0;

	for (size_t i = 0; i < inherited->count && n < PARKING_ENDS; i++)
		if (inherited->files[i].fd >= 0 && parking_knows(inherited->files[i].name))
			ends[n++] = (struct parking_end){ inherited->files[i].name,
				descriptors_take_at(inherited, i), true };
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
	for (size_t i = 0; i < server->inherited.count; i++)
		if (server->inherited.files[i].fd >= 0)
			(void) notifier_drop(server->notifier, server->inherited.files[i].name);
}

bool survival_take_kept(struct server *server, const char **ret_reason)
{
	int log_fds[EVENT_LOG_FILES];
	struct parking_end ends[PARKING_ENDS];
	size_t n_ends = take_lots(&server->inherited, ends);
	int n_files = take_log(&server->inherited, log_fds), error;

	*ret_reason = NULL;
	if (!n_ends && !n_files)
		return false;
	survival_take_memories(server);
	drop_unknown(server);
	server->event_log = event_log_open(log_fds, ret_reason);
	/* All clients act at once now, and what they do costs more while a child has our memory. */
	pace_begin(&server->pace, loop_now_ms(server->loop));
	error = parking_open(ends, n_ends, &server->parking);
	if (!error)
		error = store_lots(server);
	if (error) {
		drop_lots(server, ends, n_ends);
		*ret_reason = "the clients' sockets were not kept";
	}
	return true;
}

int survival_park(struct server *server, int fd, uint64_t id, const char *listener)
{
	return server->parking ? parking_add(server->parking, fd, id, listener) : 0;
}

void survival_has_news(struct server *server)
{
	server->has_news = true;
}

void survival_describe(const struct server *server, struct buffer *out)
{
	if (!notifier_has_manager(server->notifier))
		return;
	if (!server->event_log || server->has_stopped_log)
		buffer_put_text(out, "; clients would not survive a restart, see the log");
	else if (server->pace.n_child_failures)
		buffer_put_text(out, "; snapshots fail, see the log");
	if (server->told_waiting)
		buffer_format(out, "; %zu clients would not survive a restart, raise LimitNOFILE=",
			server->told_waiting);
}

/* From now on what is there is the past: a death would lose everybody to whom more has happened. */
static void stop_log(struct server *server)
{
	server->has_stopped_log = true;
	log_entry(server->log, LOGBOOK_NOT_KEPT, "REASON",
		"the log of events is full, and no snapshot could be written");
	survival_has_news(server);
}

void survival_log_again(struct server *server)
{
	if (!server->has_stopped_log)
		return;
	server->has_stopped_log = false;
	log_entry(server->log, LOGBOOK_KEPT_AGAIN);
	survival_has_news(server);
}

static bool has_log(const struct server *server)
{
	return server->event_log && !server->has_stopped_log;
}

void survival_log_event(struct server *server, const struct event *event)
{
	if (!has_log(server))
		return;
	buffer_clear(&server->event_bytes);
	event_save(&server->event_bytes, EVENT_LOG_EVENT, event);
	if (!event_log_add_event(server->event_log, &server->event_bytes))
		stop_log(server);
}

static void note_secret(
	struct server *server, const struct event *event, const struct outbox *outbox)
{
	struct event_log_record record = event_log_last_event(server->event_log);

	secret_places_note(&server->secrets, server->event_log,
		server->has_stopped_log ? NULL : &record, event, outbox);
	explicit_bzero(server->event_bytes.bytes, server->event_bytes.length);
}

void survival_log_done(
	struct server *server, const struct event *event, const struct outbox *outbox)
{
	if (!server->event_log)
		return;
	if (outbox->secret.length)
		note_secret(server, event, outbox);
	if (has_log(server) &&
		!event_log_add_done(server->event_log, outbox_fingerprint(outbox), outbox->count))
		stop_log(server);
	secret_places_settle(
		&server->secrets, server->event_log, engine_world(server->engine), event, outbox);
}

void survival_log_note(struct server *server, enum event_log_kind kind, struct event_log_note note)
{
	if (has_log(server) && !event_log_add_note(server->event_log, kind, note))
		stop_log(server);
}

/* Once, then when there are twice as many, and when all are parked again. */
static void tell_of_waiting(struct server *server)
{
	size_t n_waiting = parking_waiting(server->parking);
	struct buffer reason = { 0 };

	if (n_waiting ? n_waiting < 2 * server->told_waiting : !server->told_waiting)
		return;
	buffer_format(&reason, "%zu clients could not be parked; raise LimitNOFILE=", n_waiting);
	if (n_waiting)
		log_entry(server->log, LOGBOOK_NOT_KEPT, "REASON", reason.bytes);
	else
		log_entry(server->log, LOGBOOK_KEPT_AGAIN);
	buffer_done(&reason);
	server->told_waiting = n_waiting;
	survival_has_news(server);
}

/* When what could not be started is tried again; UINT64_MAX: it was started, or need not be. */
static uint64_t next_start(const struct server *server)
{
	return server->event_log || !notifier_has_manager(server->notifier) ? UINT64_MAX
									    : server->pace.own_ms;
}

void survival_turn_over(struct server *server)
{
	if (next_start(server) <= loop_now_ms(server->loop))
		start_again(server);
	if (!server->event_log)
		return;
	parking_tick(server->parking, loop_now_ms(server->loop));
	tell_of_waiting(server);
	survival_look_at_snapshot(server);
}

uint64_t survival_next_deadline(const struct server *server)
{
	uint64_t parking_ms, snapshot_ms;

	if (!server->event_log)
		return next_start(server);
	parking_ms = parking_next_deadline(server->parking);
	snapshot_ms = survival_snapshot_deadline(server);
	return parking_ms < snapshot_ms ? parking_ms : snapshot_ms;
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
	if (!server->memories[SURVIVAL_PARTIALS].bytes)
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

void survival_list(const struct server *server, struct descriptors *list)
{
	const struct parking_end *ends = parking_ends(server->parking);

	for (enum event_log_file i = 0; i < EVENT_LOG_FILES; i++)
		descriptors_add(list, event_log_fd(server->event_log, i), log_names[i]);
	for (size_t i = 0; i < PARKING_ENDS; i++)
		descriptors_add(list, ends[i].fd, ends[i].name);
	survival_list_memories(server, list);
}

void survival_settle(struct server *server)
{
	bool has_sleepers = server->parking && parking_asleep(server->parking);

	if (notifier_has_manager(server->notifier) || has_sleepers)
		return;
	event_log_free(TAKE(server->event_log));
	parking_free(TAKE(server->parking));
}
