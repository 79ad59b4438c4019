/* Owns the replay of the log: each event is dispatched again, and its effects are compared with the
 * fingerprint of the previous process. */
#include "daemon/replay.h"

#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/mem.h"
#include "daemon/poison.h"
#include "daemon/snapshot.h"
#include "daemon/trials.h"
#include "net/resume.h"

/* The least time and number of events between two snapshots in the middle of the log; the clock is
 * read every SAVE_LOOK events. */
#define SAVE_MS 10
#define SAVE_EVENTS 512
#define SAVE_LOOK 64

void replay_done(struct replay *replay)
{
	free(replay->poisoners);
}

struct snapshot_parts replay_parts(const struct replay *replay)
{
	return (struct snapshot_parts){ clients_connections(replay->clients), replay->helpers,
		replay->engine, replay->event_log };
}

void replay_reset(struct replay *replay)
{
	replay_done(replay);
	replay->poisoners = NULL;
	replay->n_poisoners = 0;
	replay->number = replay->n_before = 0;
	replay->is_open = replay->has_unended = false;
}

/* Apply the event to its connection. */
static void follow_event(const struct replay *replay, const struct event *event)
{
	struct connections *connections = clients_connections(replay->clients);

	switch ((enum event_kind) event->kind) {
	case EVENT_CONNECTED:
		if (connections_add_detached(connections, event->session))
			connection_skip(connections, event->session, event->consumed);
		return;
	case EVENT_LINE:
		connection_consume(
			connections, event->session, event->consumed, event->is_too_long);
		return;
	case EVENT_CLOSED:
		helpers_forget(replay->helpers, event->session);
		connection_forget(connections, event->session);
		return;
	case EVENT_ANSWER:
		helpers_note_answer(replay->helpers, event->request);
		return;
	case EVENT_SETTINGS:
	case EVENT_RELOAD_FAILED:
		reload_note_done(replay->reload);
		return;
	case EVENT_OVERFLOW:
		connection_note_overflow(connections, event->session);
		return;
	case EVENT_DRAINED:
		connection_note_drained(connections, event->session, event->status == DRAINED_LOST);
		return;
	case EVENT_TICK:
	case EVENT_STOP:
	case EVENT_RESTART_FAILED:
	case EVENT_ASLEEP:
	case EVENT_AWAKE:
	case EVENT_DELIVERED:
	case EVENT_DATAGRAM:
	case EVENT_STORAGE:
	case EVENT_STORED:
	case EVENT_MAILED:
	case EVENT_HISTORY:
	case EVENT_PUSHED:
	case EVENT_ACT:
		return;
	}
}

static void note_question(void *data, const struct effect *effect)
{
	const struct replay *replay = data;

	helpers_note(replay->helpers, effect);
}

static void note_reload(void *data, const struct effect *effect)
{
	const struct replay *replay = data;

	reload_ask(replay->reload, effect->session);
}

/* Effects of the previous process only reach connections. Questions and reloads are noted, and
 * repeated later if they had no result. */
static void carry_out_again(void *data, const struct outbox *outbox)
{
	const struct clients_others others = {
		.ask = note_question,
		.reload = note_reload,
		.data = data,
	};
	struct replay *replay = data;

	if (outbox->secret.length)
		secret_places_note(
			replay->secrets, replay->event_log, replay->record, replay->event, outbox);
	event_log_weigh(replay->event_log, outbox->count);
	replay->fingerprint = outbox_fingerprint(outbox);
	clients_carry_out(replay->clients, outbox, &others);
}

static void replay_event(struct replay *replay, const struct event *event)
{
	const struct engine_sink sink = { carry_out_again, replay };

	replay->event = event;
	engine_replay(replay->engine, event, &sink);
}

/* Skip the event, which then has no effects. If it had effects before, clients may have read them,
 * and the fingerprint differs. Its session is dropped later, except for settings, which no client
 * caused, and for EVENT_CLOSED, which must not happen again. */
static void skip_event(struct replay *replay, const struct event *event)
{
	const struct outbox nothing = { 0 };

	replay->fingerprint = outbox_fingerprint(&nothing);
	if (event->kind == EVENT_SETTINGS)
		reload_note_poison(replay->reload);
	replay->has_unended |= event->kind == EVENT_CLOSED;
	if (!event->session || event->kind == EVENT_CLOSED || event->kind == EVENT_SETTINGS)
		return;
	replay->poisoners =
		mem_resize(replay->poisoners, replay->n_poisoners + 1, sizeof(*replay->poisoners));
	replay->poisoners[replay->n_poisoners++] = event->session;
}

static const char *go_through(struct replay *replay, const struct event_log_record *record)
{
	struct event_log_trials *trials = event_log_trials(replay->event_log);
	struct event event;

	replay->record = record;
	trials->replayed_event = ++replay->number;
	if (!poison_load_event(record, &event))
		return "an event in the log is malformed";
	follow_event(replay, &event);
	if (record->kind == EVENT_LOG_SKIPPED)
		skip_event(replay, &event);
	else
		replay_event(replay, &event);
	replay->is_open = true;
	event_done(&event);
	trials->replayed_event = 0;
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
	struct connections *connections = clients_connections(replay->clients);
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
	return "a record in the log is of an unknown kind";
}

/* A snapshot contains neither a requested reload nor the sessions to be dropped. */
static bool has_more_than_world(const struct replay *replay)
{
	return replay->is_open || replay->n_poisoners || replay->has_unended ||
	       reload_has_notes(replay->reload);
}

/* Often enough that a process makes progress before it crashes, and rarely enough that most time is
 * spent on events. */
static bool is_time_to_save(struct replay *replay)
{
	struct event_log *log = replay->event_log;
	uint64_t pause_ms = SAVE_MS + replay->load_ms + 2 * replay->save_ms;

	if (!replay->is_again || replay->number < SAVE_EVENTS || replay->number % SAVE_LOOK)
		return false;
	return stopwatch_read(&replay->save_watch) >= pause_ms && !has_more_than_world(replay) &&
	       trials_may_save(log);
}

/* If it fails, the next process starts from an older snapshot. */
static void save_progress(struct replay *replay, struct event_log_cursor *cursor)
{
	CLEANUP(buffer_done) struct buffer bytes = { .is_secret = replay->secrets->count > 0 };
	const struct snapshot_parts parts = replay_parts(replay);
	struct event_log *log = replay->event_log;

	stopwatch_lap(&replay->save_watch);
	trials_reach(log, TRIAL_SAVE);
	snapshot_save(&parts, &bytes);
	if (event_log_move_start(log, cursor, &bytes) == 0) {
		trials_pass(log, replay->number);
		replay->n_before += replay->number;
		replay->number = 0;
	}
	replay->save_ms = stopwatch_lap(&replay->save_watch);
}

const char *replay_log(struct replay *replay)
{
	struct event_log *log = replay->event_log;
	struct event_log_cursor cursor = { 0 }, before = { 0 };
	struct event_log_record record;
	const char *reason = NULL;
	uint64_t n_records = 0;

	stopwatch_lap(&replay->save_watch);
	while (!reason && event_log_next(log, &cursor, &record)) {
		trials_reach_record(log, ++n_records);
		if (event_log_is_event(&record))
			replay->end = before;
		reason = replay_record(replay, &record);
		if (!reason && is_time_to_save(replay))
			save_progress(replay, &cursor);
		if (!reason)
			before = cursor;
	}
	if (!reason && cursor.is_torn)
		reason = "a record in the log is longer than the log";
	if (!replay->is_open)
		replay->end = before;
	if (!reason && replay->is_open)
		event_log_add_done(log, replay->fingerprint, 1);
	return reason;
}
