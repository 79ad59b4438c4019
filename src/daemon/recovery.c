/* Owns going on where another process stopped or died: the snapshot, the events after it,
 * and what the kernel knows of each socket together are what there was. */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/mem.h"
#include "daemon/poison.h"
#include "daemon/replay.h"
#include "daemon/server.h"
#include "daemon/snapshot.h"
#include "daemon/trials.h"
#include "daemon/turned_away.h"
#include "net/resume.h"
#include "world/session.h"

#define DIED_AGAIN "it died again and again while doing so"
#define POISON_REASON "The server cannot handle what was said"
#define POISON_FAREWELL "ERROR :Closing link (" POISON_REASON ")\r\n"

/* Sockets whose event had not been logged: clients as new as they come. */
struct newcomer {
	uint64_t id;
	int fd;
	char *listener;
	struct newcomer *next;
};

struct attaching {
	struct server *server;
	struct newcomer *newcomers;
	struct turned_away away;
	size_t n_attached;
};

static const char *load(struct server *server)
{
	struct event_log *log = survival_event_log(server->survival);
	struct snapshot_parts parts = server->wiring.parts;
	size_t length;
	const void *bytes = event_log_snapshot(log, &length);
	const char *reason = NULL;

	parts.trials = log;
	if (bytes)
		reason = snapshot_load(&parts, bytes, length);
	else
		engine_set_world(server->engine, world_new());
	if (!reason)
		secret_places_load(&server->wiring.secrets, engine_world(server->engine));
	return reason;
}

/* With nothing but what parking has: nobody is told. */
static void forget_world(struct server *server)
{
	connections_forget_detached(server->connections);
	engine_set_world(server->engine, NULL);
	helpers_forget_all(server->helpers);
	reload_forget_notes(server->reload);
}

/* Clients to whom something happened behind the cursor are lost. */
static const char *cut_log(
	struct server *server, const struct event_log_cursor *end, const char *why)
{
	struct event_log *log = survival_event_log(server->survival);
	size_t length;

	if (!event_log_snapshot(log, &length))
		return why;
	log_entry(server->log, LOGBOOK_EVENTS_DROPPED, "REASON", why);
	event_log_cut(log, end);
	return NULL;
}

/* The same events may have other outcomes in this release: then everything is loaded again, and
 * replayed as far as the outcomes agree. Each attempt is shorter than the one before. */
static const char *go_on_from_log(struct server *server, struct replay *replay)
{
	const char *reason = NULL, *why;

	while (!reason && (why = replay_log(replay))) {
		forget_world(server);
		replay_reset(replay);
		reason = cut_log(server, &replay->end, why);
		if (!reason)
			reason = load(server);
	}
	return reason;
}

/* Leave out what is known to be fatal. */
static const char *prepare_log(struct server *server)
{
	struct event_log *log = survival_event_log(server->survival);
	struct event_log_cursor end = { 0 };
	bool can_replay;

	if (event_log_is_switching(log))
		event_log_abandon_snapshot(log);
	can_replay = poison_look(log, server->log, &end);
	if (!trials_may_replay(log)) {
		can_replay = false;
		end = (struct event_log_cursor){ 0 };
	}
	return can_replay ? NULL : cut_log(server, &end, DIED_AGAIN);
}

static const char *load_and_replay(struct server *server, struct replay *replay)
{
	const char *reason;

	stopwatch_lap(&replay->stopwatch);
	trials_reach(replay->event_log, TRIAL_LOAD);
	reason = load(server);
	replay->load_ms = stopwatch_lap(&replay->stopwatch);
	if (!reason)
		reason = go_on_from_log(server, replay);
	if (!reason)
		secret_places_settle_all(
			&server->wiring.secrets, replay->event_log, engine_world(server->engine));
	trials_reach(replay->event_log, TRIAL_CHECK);
	/* Loading has checked what it made. */
	if (!reason && replay->n_before + replay->number)
		reason = world_check(engine_world(server->engine));
	if (!reason && !engine_world(server->engine)->settings)
		reason = "it died before it had begun";
	replay->replay_ms = stopwatch_lap(&replay->stopwatch);
	return reason;
}

/* NULL: all is restored except the sockets. Later deaths give up nothing: the clients can wait
 * until their cause is fixed. */
static const char *restore(struct server *server, struct replay *replay)
{
	struct event_log *log = survival_event_log(server->survival);
	const char *reason;

	trials_begin(log);
	replay->is_again = trials_is_again(log);
	if (!trials_may_restore(log))
		return DIED_AGAIN;
	trials_reach(log, TRIAL_LOOK);
	reason = prepare_log(server);
	if (!reason)
		reason = load_and_replay(server, replay);
	if (!reason)
		trials_succeed(log);
	return reason;
}

static bool turn_away(void *data, int fd, uint64_t id, const char *listener)
{
	struct attaching *attaching = data;

	(void) listener;
	return turned_away_add(attaching->server, &attaching->away, fd, id, TURNED_AWAY_ALL);
}

static void forget_all(struct server *server)
{
	uint64_t id = 0;

	while ((id = connections_next_detached(server->connections, id)))
		connection_abandon(server->connections, id);
	engine_set_world(server->engine, NULL);
	helpers_forget_all(server->helpers);
	survival_forget(server->survival);
}

/* Nothing that was kept can be used: the clients at least get the reason. */
static void start_anew(struct server *server, const char *reason)
{
	struct attaching attaching = { .server = server, .away.reason = reason };
	const struct parking_visitor visitor = { .on_found = turn_away, .data = &attaching };

	log_entry(server->log, LOGBOOK_RECOVERY_FAILED, "REASON", reason);
	if (survival_parking(server->survival))
		(void) survival_walk(server->survival, &visitor);
	survival_end(server->survival);
	forget_all(server);
	turned_away_log(server, &attaching.away);
	turned_away_dismiss(server, &attaching.away);
	connections_drain(server->connections, 0); /* what follows may end the process */
	turned_away_done(&attaching.away);
}

/* Let in when all sockets are found: the numbers of those that come count on from the highest. */
static void note_newcomer(struct attaching *attaching, int fd, uint64_t id, const char *listener)
{
	struct newcomer *newcomer = mem_new(sizeof(*newcomer));

	*newcomer = (struct newcomer){ id, fd, mem_text(listener), attaching->newcomers };
	attaching->newcomers = newcomer;
}

/* Without its position, nobody knows whether bytes of a Unix socket were moved. */
static bool is_newcomer(const struct server *server, int fd, uint64_t id)
{
	if (!connections_is_to_come(server->connections, id))
		return false;
	if (survival_has_lost_byte_counts(server->survival) && listeners_peer_uid(fd) != UINT32_MAX)
		return false;
	return connections_is_fresh(server->connections, id, fd);
}

static bool attach_unknown(struct attaching *attaching, int fd, uint64_t id, const char *listener)
{
	struct server *server = attaching->server;

	if (!id)
		return turned_away_add(server, &attaching->away, fd, 0, TURNED_AWAY_UNREADABLE);
	if (!is_newcomer(server, fd, id))
		return turned_away_add(server, &attaching->away, fd, id, TURNED_AWAY_UNKNOWN);
	note_newcomer(attaching, fd, id, listener);
	return true;
}

/* A connection that was closing already may have been sent its last line, and then it is over; but
 * if it was turned away, we may have died before. */
static enum turned_away_cause why_turned_away(const struct server *server, uint64_t id, int error)
{
	if (!connection_is_open(server->connections, id))
		return TURNED_AWAY_AGAIN;
	return error == -EBADMSG ? TURNED_AWAY_CHANGED : TURNED_AWAY_SYSTEM;
}

static bool attach(void *data, int fd, uint64_t id, const char *listener)
{
	struct attaching *attaching = data;
	struct server *server = attaching->server;
	int error = connections_attach(server->connections, id, fd);

	attaching->n_attached += !error;
	if (!error)
		return true;
	if (error == -ENOENT)
		return attach_unknown(attaching, fd, id, listener);
	return turned_away_add(
		server, &attaching->away, fd, id, why_turned_away(server, id, error));
}

static bool stay(void *data, int fd, uint64_t id, const char *listener)
{
	const struct attaching *attaching = data;

	(void) listener;
	return sleepers_may_stay(attaching->server, fd, id);
}

/* Whoever is turned away meanwhile must not be forgotten by the parking in its own walk. */
static void find_sockets(struct attaching *attaching)
{
	struct server *server = attaching->server;
	const struct parking_visitor visitor = { attach, stay, sleepers_fd_limit(server),
		attaching };
	int error = survival_walk(server->survival, &visitor);

	if (error && error != -EMFILE)
		log_entry(server->log, LOGBOOK_NOT_KEPT, "REASON", strerror(-error));
}

/* No socket was found, or one that does not fit, and none sleeps: its session, if it lives, has to
 * end. */
static void close_lost(struct server *server, struct turned_away *away)
{
	size_t n_with_socket = away->counts[TURNED_AWAY_CHANGED] + away->counts[TURNED_AWAY_SYSTEM];
	const struct parking *parking = survival_parking(server->survival);
	size_t n_lost = 0;
	uint64_t id = 0;

	while ((id = connections_next_detached(server->connections, id))) {
		bool is_open = connection_is_open(server->connections, id);

		if (parking && parking_is_asleep(parking, id))
			continue;
		connection_abandon(server->connections, id);
		n_lost += is_open;
		if (is_open)
			clients_end_session(server->clients, id, LOST_REASON);
	}
	away->counts[TURNED_AWAY_SOCKETLESS] += n_lost > n_with_socket ? n_lost - n_with_socket : 0;
}

static void refuse(struct server *server, struct turned_away *away, const struct newcomer *newcomer)
{
	if (turned_away_add(server, away, newcomer->fd, newcomer->id, TURNED_AWAY_SYSTEM))
		return;
	shutdown(newcomer->fd, SHUT_RDWR);
	survival_unpark(server->survival, newcomer->id);
	close(newcomer->fd);
}

static void let_one_in(
	struct server *server, struct turned_away *away, const struct newcomer *newcomer)
{
	struct connections *connections = server->connections;

	if (connections_add_detached(connections, newcomer->id) &&
		connections_add(connections, newcomer->id, newcomer->fd, false))
		clients_welcome(server->clients, newcomer->id, newcomer->fd, newcomer->listener);
	else
		refuse(server, away, newcomer);
}

static void let_in(struct server *server, struct attaching *attaching)
{
	struct newcomer *newcomer;

	while ((newcomer = attaching->newcomers)) {
		attaching->newcomers = newcomer->next;
		let_one_in(server, &attaching->away, newcomer);
		free(newcomer->listener);
		free(newcomer);
	}
}

/* What another release had paused them for may be nothing that this one knows. */
static void resume_idle(struct server *server)
{
	const struct session *session;

	LIST_EACH (session, &engine_world(server->engine)->sessions, in_world)
		if (!session->pauses)
			connection_resume(server->connections, session->id);
}

/* A recording begins with whoever is here. */
static void record_world(const struct server *server)
{
	struct buffer bytes = { 0 };

	if (!server->recording)
		return;
	world_save_without_secrets(engine_world(server->engine), &bytes);
	recording_add_world(server->recording, bytes.bytes, bytes.length);
	buffer_done(&bytes);
}

static void drop_poisoner(struct server *server, uint64_t session)
{
	struct line *farewell;

	if (!connection_is_open(server->connections, session))
		return;
	farewell = line_new(POISON_FAREWELL, sizeof(POISON_FAREWELL) - 1);
	connection_send(server->connections, session, farewell);
	line_unref(farewell);
	clients_drop(server->clients, session, POISON_REASON);
}

static void drop_poisoners(struct server *server, const struct replay *replay)
{
	for (size_t i = 0; i < replay->n_poisoners; i++)
		drop_poisoner(server, replay->poisoners[i]);
	/* So that the events are not met again. */
	if (replay->n_poisoners && survival_save_now(server->survival) < 0)
		log_entry(server->log, LOGBOOK_SNAPSHOT_FAILED, "REASON", POISON_REASON);
}

static void tell_of_success(struct replay *replay, size_t n_attached)
{
	char clients[24], events[24], load_ms[24], replay_ms[24], attach_ms[24];

	snprintf(clients, sizeof(clients), "%zu", n_attached);
	snprintf(events, sizeof(events), "%" PRIu64, replay->n_before + replay->number);
	snprintf(load_ms, sizeof(load_ms), "%" PRIu64, replay->load_ms);
	snprintf(replay_ms, sizeof(replay_ms), "%" PRIu64, replay->replay_ms);
	snprintf(attach_ms, sizeof(attach_ms), "%" PRIu64, stopwatch_lap(&replay->stopwatch));
	log_entry(replay->server->log, LOGBOOK_RECOVERED, "CLIENTS", clients, "EVENTS", events,
		"LOAD_MS", load_ms, "REPLAY_MS", replay_ms, "ATTACH_MS", attach_ms);
}

bool server_recover(struct server *server)
{
	CLEANUP(replay_done) struct replay replay = { .server = server };
	struct attaching attaching = { .server = server };
	struct settings *settings;
	const char *reason;

	if (!survival_take(server->survival, &server->inherited, &reason))
		return false;
	replay.event_log = survival_event_log(server->survival);
	if (!reason)
		reason = restore(server, &replay);
	if (reason) {
		start_anew(server, reason);
		return false;
	}
	engine_resume_clock(server->engine);
	settings = engine_world(server->engine)->settings;
	reload_begin(server->reload, settings_ref(settings), mem_text("those of the last process"));
	cloak_key_remember(server->cloak_key, settings->cloak_key);
	record_world(server);
	resume_idle(server);
	find_sockets(&attaching);
	close_lost(server, &attaching.away);
	connections_forget_lost_input(server->connections);
	sleepers_begin(server);
	helpers_ask_again(server->helpers);
	drop_poisoners(server, &replay);
	let_in(server, &attaching);
	turned_away_dismiss(server, &attaching.away);
	if (!replay.has_unended)
		turned_away_odd_ones(server, &attaching.away);
	turned_away_log(server, &attaching.away);
	turned_away_done(&attaching.away);
	trials_end(replay.event_log);
	tell_of_success(&replay, attaching.n_attached);
	return true;
}
