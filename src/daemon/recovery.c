/* Owns the order of a recovery: the log, the sockets, and clients that cannot be kept. */
#include "daemon/recovery.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/mem.h"
#include "daemon/poison.h"
#include "daemon/recovery_newcomers.h"
#include "daemon/replay.h"
#include "daemon/trials.h"
#include "net/resume.h"
#include "net/wrapping.h"
#include "world/session.h"

#define DIED_AGAIN "papod crashed repeatedly while restoring its state"
#define POISON_REASON "The server crashed on input from this client"
#define POISON_FAREWELL "ERROR :Closing link (" POISON_REASON ")\r\n"

struct recovery {
	const struct recovery_needs *needs;
	struct connections *connections;
	struct replay replay;
	struct recovery_newcomers newcomers;
	struct turned_away away;
	size_t n_attached;
};

static const char *load_snapshot(const struct recovery *recovery)
{
	const struct snapshot_parts parts = replay_parts(&recovery->replay);
	size_t length;
	const void *bytes = event_log_snapshot(recovery->replay.event_log, &length);
	const char *reason = NULL;

	if (bytes)
		reason = snapshot_load(&parts, bytes, length);
	else
		engine_set_world(parts.engine, world_new());
	if (!reason)
		secret_places_load(recovery->needs->secrets, engine_world(parts.engine));
	return reason;
}

/* Forget everything except the parking, without notifying anyone. */
static void forget_world(const struct recovery *recovery)
{
	connections_forget_detached(recovery->connections);
	engine_set_world(recovery->needs->engine, NULL);
	helpers_forget_all(recovery->needs->helpers);
	reload_forget_notes(recovery->needs->reload);
}

/* Cut the log there. Clients with events behind the cursor are lost. */
static const char *cut_log(
	const struct recovery *recovery, const struct event_log_cursor *end, const char *why)
{
	struct event_log *log = recovery->replay.event_log;
	size_t length;

	if (!event_log_snapshot(log, &length))
		return why;
	log_entry(recovery->needs->log, LOGBOOK_EVENTS_DROPPED, "REASON", why);
	event_log_cut(log, end);
	return NULL;
}

/* This release may handle the same events differently. Then everything is loaded again, and
 * replayed as far as the results agree. Each attempt is shorter than the one before. */
static const char *replay_as_far_as_possible(struct recovery *recovery)
{
	struct replay *replay = &recovery->replay;
	const char *reason = NULL, *why;

	while (!reason && (why = replay_log(replay))) {
		forget_world(recovery);
		replay_reset(replay);
		reason = cut_log(recovery, &replay->end, why);
		if (!reason)
			reason = load_snapshot(recovery);
	}
	return reason;
}

/* Skip an event that is known to be fatal. */
static const char *prepare_log(const struct recovery *recovery)
{
	struct event_log *log = recovery->replay.event_log;
	struct event_log_cursor end = { 0 };
	bool can_replay;

	if (event_log_is_switching(log))
		event_log_abandon_snapshot(log);
	can_replay = poison_look(log, recovery->needs->log, &end);
	if (!trials_may_replay(log)) {
		can_replay = false;
		end = (struct event_log_cursor){ 0 };
	}
	return can_replay ? NULL : cut_log(recovery, &end, DIED_AGAIN);
}

static const char *load_and_replay(struct recovery *recovery)
{
	struct replay *replay = &recovery->replay;
	const char *reason;

	stopwatch_lap(&replay->stopwatch);
	trials_reach(replay->event_log, TRIAL_LOAD);
	reason = load_snapshot(recovery);
	replay->load_ms = stopwatch_lap(&replay->stopwatch);
	if (!reason)
		reason = replay_as_far_as_possible(recovery);
	if (!reason)
		secret_places_settle_all(
			replay->secrets, replay->event_log, engine_world(replay->engine));
	trials_reach(replay->event_log, TRIAL_CHECK);
	/* Loading has checked the world already. */
	if (!reason && replay->n_before + replay->number)
		reason = world_check(engine_world(replay->engine));
	if (!reason && !engine_world(replay->engine)->settings)
		reason = "the last process crashed before it had a configuration";
	replay->replay_ms = stopwatch_lap(&replay->stopwatch);
	return reason;
}

/* NULL: all is restored except the sockets. Later crashes discard nothing: the clients can wait
 * until the cause is fixed. */
static const char *restore_world(struct recovery *recovery)
{
	struct event_log *log = recovery->replay.event_log;
	const char *reason;

	trials_begin(log);
	recovery->replay.is_again = trials_is_again(log);
	if (!trials_may_restore(log))
		return DIED_AGAIN;
	trials_reach(log, TRIAL_LOOK);
	reason = prepare_log(recovery);
	if (!reason)
		reason = load_and_replay(recovery);
	if (!reason)
		trials_succeed(log);
	return reason;
}

static bool turn_all_away(void *data, int fd, uint64_t id, const char *listener)
{
	struct recovery *recovery = data;

	(void) listener;
	return turned_away_add(&recovery->away, fd, id, TURNED_AWAY_ALL);
}

static void forget_all(const struct recovery *recovery)
{
	uint64_t id = 0;

	while ((id = connections_next_detached(recovery->connections, id)))
		connection_abandon(recovery->connections, id);
	connections_forget_lost_input(recovery->connections);
	connections_forget_lost_wrappings(recovery->connections);
	engine_set_world(recovery->needs->engine, NULL);
	helpers_forget_all(recovery->needs->helpers);
	secret_places_done(recovery->needs->secrets);
	survival_forget(recovery->needs->survival);
}

/* Nothing that was kept is usable: start without it, and send the clients the reason. */
static void start_anew(struct recovery *recovery, const char *reason)
{
	const struct parking_visitor visitor = { .on_found = turn_all_away, .data = recovery };
	struct survival *survival = recovery->needs->survival;

	recovery->away.reason = reason;
	log_entry(recovery->needs->log, LOGBOOK_RECOVERY_FAILED, "REASON", reason);
	if (survival_parking(survival))
		(void) survival_walk(survival, &visitor);
	survival_end(survival);
	forget_all(recovery);
	turned_away_log(&recovery->away);
	turned_away_dismiss(&recovery->away);
	connections_drain(recovery->connections, 0); /* the process may end soon */
}

/* Without byte counts it is unknown whether bytes of a Unix socket were moved. */
static bool is_newcomer(const struct recovery *recovery, int fd, uint64_t id)
{
	if (!connections_is_to_come(recovery->connections, id))
		return false;
	if (survival_has_lost_byte_counts(recovery->needs->survival) &&
		listeners_peer_uid(fd) != UINT32_MAX)
		return false;
	return connections_is_fresh(recovery->connections, id, fd);
}

/* Its gate has not heard that it was taken, so it still has the socket and the keys. */
static bool will_be_offered_again(void *data, uint64_t id)
{
	const struct recovery *recovery = data;

	return connections_is_to_come(recovery->connections, id) &&
	       connection_is_newly_wrapped(recovery->connections, id);
}

static bool is_parked_elsewhere(void *data, uint64_t id)
{
	return clients_is_proxied_id(id) || will_be_offered_again(data, id);
}

/* When the header of a proxy arrives, its socket is parked once more, as that of a client, and the
 * first copy is forgotten, but stays in the lots for a while. Unix sockets do not show here whether
 * their header was removed. */
static bool attach_proxied(struct recovery *recovery, int fd, uint64_t id, const char *listener)
{
	if (!connections_is_fresh(recovery->connections, id, fd))
		return false;
	recovery_newcomers_add(&recovery->newcomers, fd, id, listener, false);
	return true;
}

static bool attach_unknown(struct recovery *recovery, int fd, uint64_t id, const char *listener)
{
	if (!id)
		return turned_away_add(&recovery->away, fd, 0, TURNED_AWAY_UNREADABLE);
	if (will_be_offered_again(recovery, id))
		return false;
	if (clients_is_proxied_id(id))
		return attach_proxied(recovery, fd, id, listener);
	recovery_newcomers_add(
		&recovery->newcomers, fd, id, listener, !is_newcomer(recovery, fd, id));
	return true;
}

/* A connection that was closing may have been sent its last line already; or an earlier process
 * turned it away, but crashed before it sent the reason. */
static enum turned_away_cause why_turned_away(
	const struct recovery *recovery, uint64_t id, int error)
{
	if (!connection_is_open(recovery->connections, id))
		return TURNED_AWAY_AGAIN;
	return error == -EBADMSG ? TURNED_AWAY_CHANGED : TURNED_AWAY_SYSTEM;
}

static bool attach_client(void *data, int fd, uint64_t id, const char *listener)
{
	struct recovery *recovery = data;
	int error = connections_attach(recovery->connections, id, fd);

	recovery->n_attached += !error;
	if (!error)
		return true;
	if (error == -ENOENT)
		return attach_unknown(recovery, fd, id, listener);
	return turned_away_add(&recovery->away, fd, id, why_turned_away(recovery, id, error));
}

static bool may_socket_stay(void *data, int fd, uint64_t id, const char *listener)
{
	const struct recovery *recovery = data;

	(void) listener;
	return sleepers_may_stay(recovery->needs->sleepers, fd, id);
}

static void find_sockets(struct recovery *recovery)
{
	const struct recovery_needs *needs = recovery->needs;
	const struct parking_visitor visitor = {
		.on_found = attach_client,
		.on_crowded = may_socket_stay,
		.is_shared = is_parked_elsewhere,
		.fd_limit = sleepers_fd_limit(needs->sleepers),
		.data = recovery,
	};
	int error = survival_walk(needs->survival, &visitor);

	if (error && error != -EMFILE)
		log_entry(needs->log, LOGBOOK_NOT_KEPT, "REASON", strerror(-error));
}

/* End the open sessions of connections for which no matching socket was found and none sleeps. */
static void close_lost(struct recovery *recovery)
{
	size_t *counts = recovery->away.counts;
	size_t n_with_socket = counts[TURNED_AWAY_CHANGED] + counts[TURNED_AWAY_SYSTEM];
	const struct parking *parking = survival_parking(recovery->needs->survival);
	size_t n_lost = 0;
	uint64_t id = 0;

	while ((id = connections_next_detached(recovery->connections, id))) {
		bool is_open = connection_is_open(recovery->connections, id);

		if (parking && parking_is_asleep(parking, id))
			continue;
		connection_abandon(recovery->connections, id);
		n_lost += is_open;
		if (is_open)
			clients_end_session(recovery->needs->clients, id, LOST_REASON);
	}
	counts[TURNED_AWAY_SOCKETLESS] += n_lost > n_with_socket ? n_lost - n_with_socket : 0;
}

static void skip_forgotten(void *data, uint64_t id)
{
	const struct recovery *recovery = data;

	if (!clients_is_proxied_id(id))
		connections_skip_id(recovery->connections, id);
}

/* A new client with such an id could not be parked. */
static void skip_ids_in_lots(struct recovery *recovery)
{
	const struct parking *parking = survival_parking(recovery->needs->survival);

	if (parking)
		parking_each_forgotten(parking, skip_forgotten, recovery);
}

/* Resume sessions that another release paused for a reason that this one does not know. */
static void resume_idle(const struct recovery *recovery)
{
	const struct session *session;

	LIST_EACH (session, &engine_world(recovery->needs->engine)->sessions, in_world)
		if (!session->pauses)
			connection_resume(recovery->connections, session->id);
}

/* A recording begins with the current world. */
static void record_world(const struct recovery_needs *needs)
{
	struct buffer bytes = { 0 };

	if (!needs->recording)
		return;
	world_save_without_secrets(engine_world(needs->engine), &bytes);
	recording_add_world(needs->recording, bytes.bytes, bytes.length);
	buffer_done(&bytes);
}

static void begin_with_settings(const struct recovery_needs *needs)
{
	struct settings *settings = engine_world(needs->engine)->settings;

	reload_begin(needs->reload, settings_ref(settings),
		mem_text("the settings of the last process"));
	cloak_key_remember(needs->cloak_key, settings->cloak_key);
}

static void drop_poisoner(const struct recovery *recovery, uint64_t session)
{
	struct line *farewell;

	if (!connection_is_open(recovery->connections, session))
		return;
	farewell = line_new(POISON_FAREWELL, sizeof(POISON_FAREWELL) - 1);
	connection_send(recovery->connections, session, farewell);
	line_unref(farewell);
	clients_drop(recovery->needs->clients, session, POISON_REASON);
}

static void drop_poisoners(const struct recovery *recovery)
{
	const struct recovery_needs *needs = recovery->needs;
	const struct replay *replay = &recovery->replay;

	for (size_t i = 0; i < replay->n_poisoners; i++)
		drop_poisoner(recovery, replay->poisoners[i]);
	/* A new snapshot, so that the events are not replayed again. */
	if (replay->n_poisoners && survival_save_now(needs->survival) < 0)
		log_entry(needs->log, LOGBOOK_SNAPSHOT_FAILED, "REASON", POISON_REASON);
}

static void log_success(struct recovery *recovery)
{
	char clients[24], events[24], load_ms[24], replay_ms[24], attach_ms[24];
	struct replay *replay = &recovery->replay;

	snprintf(clients, sizeof(clients), "%zu", recovery->n_attached);
	snprintf(events, sizeof(events), "%" PRIu64, replay->n_before + replay->number);
	snprintf(load_ms, sizeof(load_ms), "%" PRIu64, replay->load_ms);
	snprintf(replay_ms, sizeof(replay_ms), "%" PRIu64, replay->replay_ms);
	snprintf(attach_ms, sizeof(attach_ms), "%" PRIu64, stopwatch_lap(&replay->stopwatch));
	log_entry(recovery->needs->log, LOGBOOK_RECOVERED, "CLIENTS", clients, "EVENTS", events,
		"LOAD_MS", load_ms, "REPLAY_MS", replay_ms, "ATTACH_MS", attach_ms);
}

/* Attach a socket to each client of the world, or end the client. Each socket that is left becomes
 * a newcomer's or is closed. */
static void bring_sockets(struct recovery *recovery)
{
	find_sockets(recovery);
	close_lost(recovery);
	connections_forget_lost_input(recovery->connections);
	sleepers_begin(recovery->needs->sleepers);
	helpers_ask_again(recovery->needs->helpers);
	drop_poisoners(recovery);
	recovery_newcomers_let_in(&recovery->newcomers);
	skip_ids_in_lots(recovery);
	connections_forget_lost_wrappings(recovery->connections);
	turned_away_dismiss(&recovery->away);
	if (!recovery->replay.has_unended)
		turned_away_odd_ones(&recovery->away);
	turned_away_log(&recovery->away);
}

static bool restore_or_start_anew(struct recovery *recovery, const char *reason)
{
	if (!reason)
		reason = restore_world(recovery);
	if (reason) {
		start_anew(recovery, reason);
		return false;
	}
	engine_resume_clock(recovery->needs->engine);
	begin_with_settings(recovery->needs);
	record_world(recovery->needs);
	resume_idle(recovery);
	bring_sockets(recovery);
	trials_end(recovery->replay.event_log);
	log_success(recovery);
	return true;
}

bool recovery_run(const struct recovery_needs *needs, struct descriptors *inherited)
{
	struct recovery recovery = {
		.needs = needs,
		.connections = clients_connections(needs->clients),
		.replay = { .engine = needs->engine,
			.clients = needs->clients,
			.helpers = needs->helpers,
			.reload = needs->reload,
			.secrets = needs->secrets },
		.away = { .log = needs->log,
			.engine = needs->engine,
			.clients = needs->clients,
			.survival = needs->survival },
		.newcomers = { .needs = needs, .away = &recovery.away },
	};
	const char *reason;
	bool is_recovered;

	if (!survival_take(needs->survival, inherited, &reason))
		return false;
	recovery.replay.event_log = survival_event_log(needs->survival);
	is_recovered = restore_or_start_anew(&recovery, reason);
	replay_done(&recovery.replay);
	turned_away_done(&recovery.away);
	return is_recovered;
}
