/* Owns going through the log: each event is dispatched again, and what comes of it is compared with
 * what the last process noted. */
#include "daemon/replay.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "command/dispatch.h"
#include "daemon/poison.h"

void replay_done(struct replay *replay)
{
	free(replay->poisoners);
}

void replay_reset(struct replay *replay)
{
	replay_done(replay);
	replay->poisoners = NULL;
	replay->n_poisoners = 0;
	replay->number = 0;
	replay->is_open = replay->has_unended = false;
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
	case EVENT_RESTART_FAILED:
		return;
	}
}

static void replay_event(struct replay *replay, const struct event *event)
{
	struct server *server = replay->server;
	struct event_log_trials *trials = event_log_trials(server->event_log);

	trials->replayed_event = replay->number;
	dispatch(server->world, event, &server->outbox);
	replay->fingerprint = outbox_fingerprint(&server->outbox);
	server_carry_out(server, &server->outbox);
	outbox_clear(&server->outbox);
	trials->replayed_event = 0;
}

/* It comes to nothing. If it had come to something before, others may have read that, and the
 * fingerprint tells. Settings are nobody's fault who is connected, and whose end is what cannot be
 * handled must not be ended again. */
static void skip_event(struct replay *replay, const struct event *event)
{
	replay->fingerprint = outbox_fingerprint(&replay->server->outbox);
	replay->server->has_poisonous_settings |= event->kind == EVENT_SETTINGS;
	replay->has_unended |= event->kind == EVENT_CLOSED;
	if (!event->session || event->kind == EVENT_CLOSED || event->kind == EVENT_SETTINGS)
		return;
	replay->poisoners =
		mem_resize(replay->poisoners, replay->n_poisoners + 1, sizeof(*replay->poisoners));
	replay->poisoners[replay->n_poisoners++] = event->session;
}

static const char *go_through(struct replay *replay, const struct event_log_record *record)
{
	struct event event;

	if (!poison_load_event(record, &event))
		return "an event in the log makes no sense";
	replay->number++;
	follow(replay->server, &event);
	if (record->kind == EVENT_LOG_SKIPPED)
		skip_event(replay, &event);
	else
		replay_event(replay, &event);
	replay->is_open = true;
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
	case EVENT_LOG_SKIPPED:
		return go_through(replay, record);
	case EVENT_LOG_DONE:
		if (record->length != sizeof(fingerprint))
			break;
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
	if (!reason && cursor.is_torn)
		reason = "a record in the log is longer than the log";
	if (!reason && replay->is_open)
		event_log_add_done(log, replay->fingerprint, 1);
	return reason;
}

const char *replay_log(struct replay *replay)
{
	const char *reason;

	replay->server->is_replaying = true;
	reason = replay_all(replay);
	replay->server->is_replaying = false;
	return reason;
}
