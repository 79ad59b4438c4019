/* Owns going on where another process stopped or died: the snapshot, the events after it,
 * and what the kernel knows of each socket together are what there was. */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "base/cleanup.h"
#include "base/mem.h"
#include "command/dispatch.h"
#include "daemon/server.h"
#include "daemon/snapshot.h"
#include "daemon/state.h"
#include "daemon/stopwatch.h"

#define MOST_STARTS 5 /* in a row that end in the middle of this */
#define MOST_DEATHS 2 /* of one event */
#define LOST_REASON "Lost while the server restarted"
#define POISON_FILE "poison.events"
#define POISON_REASON "The server cannot handle what was said"

struct replay {
	struct server *server;
	uint64_t number;  /* of the event, from 1 */
	uint64_t skipped; /* 0: none is */
	uint64_t poison_session;
	uint64_t fingerprint; /* of the last event's outbox */
	bool is_open;	      /* no fingerprint has followed it yet */
	struct stopwatch stopwatch;
	uint64_t load_ms; /* how long these took */
	uint64_t replay_ms;
};

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
	size_t n_attached;
};

static bool load_event(const struct event_log_record *record, struct event *ret_event)
{
	struct pack pack = pack_over(record->bytes, record->length);
	struct pack_field field;

	return pack_next(&pack, &field) && event_load(&field, ret_event);
}

/* The event that was being dispatched when the writer died; 0: none was. */
static uint64_t find_open_event(const struct event_log *log)
{
	struct event_log_cursor cursor = { 0 };
	struct event_log_record record;
	uint64_t number = 0, open = 0;

	while (event_log_next(log, &cursor, &record)) {
		if (record.kind == EVENT_LOG_EVENT)
			open = ++number;
		else if (record.kind == EVENT_LOG_DONE)
			open = 0;
	}
	return open;
}

/* One death may have any reason. With the second, while the very same event is dispatched,
 * it is the event. */
static uint64_t choose_skipped(struct event_log *log)
{
	struct event_log_trials *trials = event_log_trials(log);
	uint64_t open = trials->replayed_event ? trials->replayed_event : find_open_event(log);

	trials->n_deaths = open && open == trials->fatal_event ? trials->n_deaths + 1 : 1;
	trials->fatal_event = open;
	trials->replayed_event = 0;
	return open && trials->n_deaths >= MOST_DEATHS ? open : 0;
}

/* What the event says of its connection. */
static void follow(struct server *server, const struct event *event)
{
	switch ((enum event_kind) event->kind) {
	case EVENT_CONNECTED:
		connections_add_detached(server->connections, event->session);
		return;
	case EVENT_LINE:
		connection_consume(
			server->connections, event->session, event->consumed, event->is_too_long);
		return;
	case EVENT_CLOSED:
		requests_forget(&server->requests, event->session);
		connection_forget(server->connections, event->session);
		return;
	case EVENT_ANSWER:
		requests_remove(&server->requests, event->request);
		return;
	case EVENT_SETTINGS:
	case EVENT_RELOAD_FAILED:
		server->wants_reload = false;
		return;
	case EVENT_OVERFLOW:
		connection_note_overflow(server->connections, event->session);
		return;
	case EVENT_DRAINED:
		connection_note_drained(
			server->connections, event->session, event->status == DRAINED_LOST);
		return;
	case EVENT_TICK:
	case EVENT_STOP:
		return;
	}
}

static const char *replay_event(struct replay *replay, const struct event_log_record *record)
{
	struct server *server = replay->server;
	struct event_log_trials *trials = event_log_trials(server->event_log);
	struct event event;

	if (!load_event(record, &event))
		return "an event in the log makes no sense";
	replay->number++;
	follow(server, &event);
	if (replay->number == replay->skipped) {
		replay->poison_session = event.session;
	} else {
		trials->replayed_event = replay->number;
		dispatch(server->world, &event, &server->outbox);
		trials->replayed_event = 0;
		replay->fingerprint = outbox_fingerprint(&server->outbox);
		replay->is_open = true;
		server_carry_out(server, &server->outbox);
		outbox_clear(&server->outbox);
	}
	settings_unref(event.settings);
	return NULL;
}

static struct event_log_note note_of(const struct event_log_record *record)
{
	struct event_log_note note = { 0 };

	if (record->length == sizeof(note))
		memcpy(&note, record->bytes, sizeof(note));
	return note;
}

static const char *replay_record(struct replay *replay, const struct event_log_record *record)
{
	struct connections *connections = replay->server->connections;
	struct event_log_note note = note_of(record);
	uint64_t fingerprint;

	switch (record->kind) {
	case EVENT_LOG_EVENT:
		return replay_event(replay, record);
	case EVENT_LOG_DONE:
		memcpy(&fingerprint, record->bytes, sizeof(fingerprint));
		if (replay->is_open && fingerprint != replay->fingerprint)
			return "the same event had another outcome";
		replay->is_open = false;
		return NULL;
	case EVENT_LOG_NOISE:
		connection_note_noise(
			connections, note.session, (uint32_t) note.bytes, note.is_swallowing);
		return NULL;
	case EVENT_LOG_CUT:
		connection_note_cut(connections, note.session, note.bytes);
		return NULL;
	}
	return "there is a strange record in the log";
}

static const char *replay_all(struct replay *replay)
{
	struct event_log *log = replay->server->event_log;
	struct event_log_cursor cursor = { 0 };
	struct event_log_record record;
	const char *reason = NULL;

	while (!reason && event_log_next(log, &cursor, &record))
		reason = replay_record(replay, &record);
	if (!reason && replay->is_open)
		event_log_add_done(log, replay->fingerprint, 1);
	return reason;
}

static const char *load(struct server *server)
{
	size_t length;
	const void *bytes = event_log_snapshot(server->event_log, &length);

	if (bytes)
		return snapshot_load(server, bytes, length);
	server->world = world_new();
	return NULL;
}

/* NULL: all is as it was, but for the sockets. */
static const char *restore(struct server *server, struct replay *replay)
{
	const char *reason;

	if (event_log_trials(server->event_log)->n_starts++ >= MOST_STARTS)
		return "it died again and again while doing so";
	if (event_log_is_switching(server->event_log))
		event_log_abandon_snapshot(server->event_log);
	replay->skipped = choose_skipped(server->event_log);
	stopwatch_lap(&replay->stopwatch);
	reason = load(server);
	replay->load_ms = stopwatch_lap(&replay->stopwatch);
	server->is_replaying = true;
	if (!reason)
		reason = replay_all(replay);
	server->is_replaying = false;
	if (!reason)
		reason = world_check(server->world);
	replay->replay_ms = stopwatch_lap(&replay->stopwatch);
	/* Whatever kills us from now on, the clients can wait until it is mended. */
	if (!reason)
		event_log_trials(server->event_log)->n_starts = 0;
	return reason;
}

static bool turn_away(void *data, int fd, uint64_t id, const char *listener)
{
	const char *message = data;

	(void) id;
	(void) listener;
	(void) !send(fd, message, strlen(message), MSG_DONTWAIT | MSG_NOSIGNAL);
	return false;
}

static void forget_all(struct server *server)
{
	uint64_t id = 0;

	while ((id = connections_next_detached(server->connections, id)))
		connection_abandon(server->connections, id);
	world_free(TAKE(server->world));
	requests_done(&server->requests);
	event_log_free(TAKE(server->event_log));
	parking_free(TAKE(server->parking));
}

/* Nothing that was kept can be used: the clients at least are told. */
static void start_anew(struct server *server, const char *reason)
{
	CLEANUP(buffer_done) struct buffer message = { 0 };

	log_entry(server->log, LOGBOOK_RECOVERY_FAILED, "REASON", reason);
	buffer_format(
		&message, "ERROR :The server could not go on after a restart (%s)\r\n", reason);
	if (server->parking)
		parking_walk(server->parking, turn_away, message.bytes);
	survival_end(server);
	forget_all(server);
}

static bool attach_newcomer(struct attaching *attaching, int fd, uint64_t id, const char *listener)
{
	struct connections *connections = attaching->server->connections;
	struct newcomer *newcomer;

	if (!connections_add_detached(connections, id))
		return false;
	if (connections_attach(connections, id, fd) < 0) {
		connection_abandon(connections, id);
		return false;
	}
	newcomer = mem_new(sizeof(*newcomer));
	*newcomer = (struct newcomer){ id, fd, mem_text(listener), attaching->newcomers };
	attaching->newcomers = newcomer;
	return true;
}

static bool attach(void *data, int fd, uint64_t id, const char *listener)
{
	struct attaching *attaching = data;
	struct connections *connections = attaching->server->connections;
	int error = connections_attach(connections, id, fd);

	attaching->n_attached += !error;
	if (error == -ENOENT && listener && connections_is_to_come(connections, id))
		return attach_newcomer(attaching, fd, id, listener);
	return !error;
}

/* Whoever is turned away meanwhile must not be forgotten by the parking in its own walk. */
static void find_sockets(struct attaching *attaching)
{
	struct server *server = attaching->server;
	struct parking *parking = TAKE(server->parking);
	int error = parking_walk(parking, attach, attaching);

	server->parking = parking;
	if (error)
		log_entry(server->log, LOGBOOK_NOT_KEPT, "REASON", strerror(-error));
}

/* No socket was found, or one that does not fit: its session, if it lives, has to end. */
static void close_lost(struct server *server)
{
	uint64_t id = 0;

	while ((id = connections_next_detached(server->connections, id))) {
		bool is_open = connection_is_open(server->connections, id);

		connection_abandon(server->connections, id);
		if (is_open)
			server_end_session(server, id, LOST_REASON);
	}
}

static void let_in(struct server *server, struct newcomer *newcomers)
{
	struct newcomer *newcomer;

	while ((newcomer = newcomers)) {
		newcomers = newcomer->next;
		server_welcome(server, newcomer->id, newcomer->fd, newcomer->listener);
		free(newcomer->listener);
		free(newcomer);
	}
}

/* Helpers died with the process that had asked them. */
static void ask_again(struct server *server)
{
	struct requests requests = server->requests;

	server->requests = (struct requests){ 0 };
	for (size_t i = 0; i < requests.count; i++)
		server_ask(server, requests.asked[i].kind, requests.asked[i].session,
			&requests.asked[i].request);
	requests_done(&requests);
}

/* The clock of the events goes on from where it was: the time without us does not count. */
static void set_clock(struct server *server)
{
	server->turn_ms = loop_now_ms(server->loop);
	server->stalled_ms = server->turn_ms - server->world->now_ms;
}

/* Everything up to the event, for papod --replay. */
static void record_poison(
	const struct event_log *log, uint64_t skipped, struct recording *recording)
{
	struct event_log_cursor cursor = { 0 };
	struct event_log_record record;
	size_t length;
	const void *bytes = event_log_snapshot(log, &length);

	if (bytes)
		bytes = snapshot_find_world(bytes, length, &length);
	if (bytes)
		recording_add_world(recording, bytes, length);
	for (uint64_t number = 0; number < skipped && event_log_next(log, &cursor, &record);) {
		if (record.kind != EVENT_LOG_EVENT)
			continue;
		recording_add_saved(recording, record.bytes, record.length);
		number++;
	}
}

/* One file: the last poison is what matters, and it must not fill the disk. */
static char *keep_poison(const struct server *server, const struct replay *replay)
{
	char *path = state_path(POISON_FILE);
	struct recording *recording;
	int error = path ? recording_create(path, &recording) : -ENOENT;

	if (!error) {
		record_poison(server->event_log, replay->skipped, recording);
		error = recording_flush(recording);
		recording_free(recording);
	}
	if (error)
		log_entry(server->log, LOGBOOK_RECORDING_FAILED, "FILE", POISON_FILE, "REASON",
			strerror(-error));
	return path;
}

/* Before anything new is logged. */
static void tell_of_poison(const struct server *server, const struct replay *replay)
{
	CLEANUP(mem_freep) char *path = NULL;
	char session[24];

	if (!replay->skipped)
		return;
	path = keep_poison(server, replay);
	snprintf(session, sizeof(session), "%llu", (unsigned long long) replay->poison_session);
	log_entry(server->log, LOGBOOK_POISON, "SESSION", session, "FILE", path);
}

static void drop_poisoner(struct server *server, const struct replay *replay)
{
	if (!replay->skipped)
		return;
	if (replay->poison_session)
		server_drop(server, replay->poison_session, POISON_REASON);
	/* So that the event is not met again. */
	if (survival_save_now(server) < 0)
		log_entry(server->log, LOGBOOK_SNAPSHOT_FAILED, "REASON", POISON_REASON);
}

static void tell_of_success(struct replay *replay, size_t n_attached)
{
	char clients[24], events[24], load_ms[24], replay_ms[24], attach_ms[24];

	snprintf(clients, sizeof(clients), "%zu", n_attached);
	snprintf(events, sizeof(events), "%" PRIu64, replay->number);
	snprintf(load_ms, sizeof(load_ms), "%" PRIu64, replay->load_ms);
	snprintf(replay_ms, sizeof(replay_ms), "%" PRIu64, replay->replay_ms);
	snprintf(attach_ms, sizeof(attach_ms), "%" PRIu64, stopwatch_lap(&replay->stopwatch));
	log_entry(replay->server->log, LOGBOOK_RECOVERED, "CLIENTS", clients, "EVENTS", events,
		"LOAD_MS", load_ms, "REPLAY_MS", replay_ms, "ATTACH_MS", attach_ms);
}

bool server_recover(struct server *server)
{
	struct replay replay = { .server = server };
	struct attaching attaching = { .server = server };
	const char *reason;

	if (!survival_take_kept(server, &reason))
		return false;
	if (!reason)
		reason = restore(server, &replay);
	if (reason) {
		start_anew(server, reason);
		return false;
	}
	set_clock(server);
	tell_of_poison(server, &replay);
	server->settings = settings_ref(server->world->settings);
	server->source_names = mem_text("those of the last process");
	find_sockets(&attaching);
	close_lost(server);
	ask_again(server);
	drop_poisoner(server, &replay);
	let_in(server, attaching.newcomers);
	tell_of_success(&replay, attaching.n_attached);
	return true;
}
