/* Owns the counting of deaths, and the file for who looks for the fault. */
#include "daemon/poison.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/mem.h"
#include "base/pack.h"
#include "daemon/snapshot.h"
#include "daemon/state.h"

#define MOST_DEATHS 2 /* of one event */
#define POISON_FILE "poison.events"

bool poison_load_event(const struct event_log_record *record, struct event *ret_event)
{
	struct pack pack = pack_over(record->bytes, record->length);
	struct pack_field field;

	return pack_next(&pack, &field) && event_load(&field, ret_event);
}

static bool is_event(const struct event_log_record *record)
{
	return record->kind == EVENT_LOG_EVENT || record->kind == EVENT_LOG_SKIPPED;
}

/* The event that was being dispatched when the writer died; 0: none was. */
static uint64_t find_open_event(const struct event_log *log)
{
	struct event_log_cursor cursor = { 0 };
	struct event_log_record record;
	uint64_t number = 0, open = 0;

	while (event_log_next(log, &cursor, &record)) {
		if (is_event(&record))
			number++;
		if (record.kind == EVENT_LOG_EVENT)
			open = number;
		else if (record.kind == EVENT_LOG_DONE)
			open = 0;
	}
	return open;
}

/* Each death is counted once. Dying in here may forget one, but never counts one twice: who is
 * innocent must not be skipped. */
static void count_death(struct event_log *log)
{
	struct event_log_trials *trials = event_log_trials(log);
	uint64_t replayed = trials->replayed_event;
	uint64_t fatal = replayed ? replayed : find_open_event(log);

	trials->replayed_event = 0;
	if (!fatal)
		return;
	if (fatal != trials->fatal_event) {
		trials->n_deaths = 0;
		trials->fatal_event = fatal;
		trials->n_deaths = 1;
	} else if (replayed) {
		trials->n_deaths++;
	}
}

/* Everything up to the event, for papod --replay. */
static void record_poison(const struct event_log *log, uint64_t fatal, struct recording *recording)
{
	struct event_log_record record;
	size_t length;
	const void *bytes = event_log_snapshot(log, &length);

	if (bytes)
		bytes = snapshot_find_world(bytes, length, &length);
	if (bytes)
		recording_add_world(recording, bytes, length);
	for (struct event_log_cursor cursor = { 0 };
		fatal && event_log_next(log, &cursor, &record);) {
		if (record.kind == EVENT_LOG_EVENT)
			recording_add_saved(recording, record.bytes, record.length);
		if (is_event(&record))
			fatal--;
	}
}

/* One file: the last poison is what matters, and it must not fill the disk. */
static char *keep(const struct server *server, uint64_t fatal)
{
	char *path = state_path(POISON_FILE);
	struct recording *recording;
	int error = path ? recording_create(path, &recording) : -ENOENT;

	if (!error) {
		record_poison(server->event_log, fatal, recording);
		error = recording_flush(recording);
		recording_free(recording);
	}
	if (error)
		log_entry(server->log, LOGBOOK_RECORDING_FAILED, "FILE", POISON_FILE, "REASON",
			strerror(-error));
	return path;
}

static uint64_t session_of(const struct event_log *log, uint64_t number)
{
	struct event_log_record record;
	struct event event;

	if (!event_log_find_event(log, number, &record) || !poison_load_event(&record, &event))
		return 0;
	settings_unref(event.settings);
	return event.session;
}

static void tell(const struct server *server, uint64_t fatal)
{
	CLEANUP(mem_freep) char *path = keep(server, fatal);
	char session[24];

	snprintf(session, sizeof(session), "%llu",
		(unsigned long long) session_of(server->event_log, fatal));
	log_entry(server->log, LOGBOOK_POISON, "SESSION", session, "FILE", path);
}

/* Somebody may have read what came of it. */
static bool was_done(const struct event_log *log, uint64_t number)
{
	struct event_log_cursor cursor = { 0 };
	struct event_log_record record;

	while (event_log_next(log, &cursor, &record)) {
		if (!number)
			return record.kind == EVENT_LOG_DONE;
		if (is_event(&record))
			number--;
	}
	return false;
}

/* One death may have any reason. With the second, while the very same event is dispatched,
 * it is the event. */
bool poison_look(struct server *server)
{
	const struct event_log_trials *trials = event_log_trials(server->event_log);

	count_death(server->event_log);
	if (trials->n_deaths < MOST_DEATHS)
		return true;
	tell(server, trials->fatal_event);
	if (was_done(server->event_log, trials->fatal_event))
		return false;
	event_log_skip(server->event_log, trials->fatal_event);
	return true;
}
