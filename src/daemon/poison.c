/* Owns the handling of a fatal event, and the file for finding the fault. */
#include "daemon/poison.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/mem.h"
#include "base/pack.h"
#include "command/line_secret.h"
#include "daemon/recording.h"
#include "daemon/snapshot.h"
#include "daemon/trials.h"
#include "service/state_directory.h"

#define POISON_FILE "poison.events"

bool poison_load_event(const struct event_log_record *record, struct event *ret_event)
{
	struct pack pack = pack_over(record->bytes, record->length);
	struct pack_field field;

	return pack_next(&pack, &field) && event_load(&field, ret_event);
}

/* Does not load settings, which may be the cause of the crash. */
static struct event load_logged_head(const struct event_log_record *record)
{
	struct pack pack = pack_over(record->bytes, record->length);
	struct pack_field field = { 0 };

	(void) pack_next(&pack, &field);
	return event_load_head(&field);
}

/* The file must not contain passwords that the next process still has to check. */
static void add_poison_world(const struct event_log *log, struct recording *recording)
{
	CLEANUP(buffer_done) struct buffer world = { .is_secret = true };
	size_t length;
	const void *bytes = event_log_snapshot(log, &length);

	if (bytes)
		bytes = snapshot_find_world(bytes, length, &length);
	if (!bytes)
		return;
	buffer_put(&world, bytes, length);
	world_hide_secrets(&world, 0);
	recording_add_world(recording, world.bytes, world.length);
}

static void add_before_poison(const struct event_log_record *record, struct recording *recording)
{
	struct event event = load_logged_head(record);
	struct outbox outbox = { 0 };

	recording_add_saved(recording, record->bytes, record->length);
	if (event.kind != EVENT_LINE || !event.text)
		return;
	outbox.secret = line_secret_find(&event);
	recording_hide(recording, &event, &outbox);
}

/* Record everything up to the event, for papod --replay. */
static void record_poison(const struct event_log *log, uint64_t fatal, struct recording *recording)
{
	struct event_log_record record;

	add_poison_world(log, recording);
	for (struct event_log_cursor cursor = { 0 };
		fatal && event_log_next(log, &cursor, &record);) {
		if (record.kind == EVENT_LOG_EVENT)
			add_before_poison(&record, recording);
		if (event_log_is_event(&record))
			fatal--;
	}
}

/* There is only one file, so that poison cannot fill the disk; the last one matters. */
static char *keep_poison(const struct event_log *events, const struct log *log, uint64_t fatal)
{
	char *path = state_directory_path(POISON_FILE);
	struct recording *recording;
	int error = path ? recording_create(path, &recording) : -ENOENT;

	if (!error) {
		record_poison(events, fatal, recording);
		error = recording_flush(recording);
		recording_free(recording);
	}
	if (error)
		log_entry(log, LOGBOOK_RECORDING_FAILED, "FILE", POISON_FILE, "REASON",
			strerror(-error));
	return path;
}

static uint64_t session_of(const struct event_log *log, uint64_t number)
{
	struct event_log_record record;

	return event_log_find_event(log, number, &record) ? load_logged_head(&record).session : 0;
}

static void log_poison(const struct event_log *events, const struct log *log, uint64_t fatal)
{
	CLEANUP(mem_freep) char *path = keep_poison(events, log, fatal);
	char session[24];

	snprintf(session, sizeof(session), "%llu", (unsigned long long) session_of(events, fatal));
	log_entry(log, LOGBOOK_POISON, "SESSION", session, "FILE", path);
}

/* Was the event handled before? Clients may have read its output. */
static bool was_done(const struct event_log *log, uint64_t number)
{
	struct event_log_cursor cursor = { 0 };
	struct event_log_record record;

	while (event_log_next(log, &cursor, &record)) {
		if (!number)
			return record.kind == EVENT_LOG_DONE;
		if (event_log_is_event(&record))
			number--;
	}
	return false;
}

static bool is_skipped(const struct event_log *log, uint64_t number)
{
	struct event_log_record record;

	return event_log_find_event(log, number, &record) && record.kind == EVENT_LOG_SKIPPED;
}

static struct event_log_cursor find_start(const struct event_log *log, uint64_t number)
{
	struct event_log_cursor cursor = { 0 }, before = { 0 };
	struct event_log_record record;

	while (event_log_next(log, &cursor, &record)) {
		if (event_log_is_event(&record) && --number == 0)
			break;
		before = cursor;
	}
	return before;
}

/* Skipping does not help if the event was handled before, or is skipped already. */
bool poison_look(struct event_log *events, const struct log *log, struct event_log_cursor *ret_end)
{
	uint64_t fatal = trials_fatal_event(events);

	if (!fatal)
		return true;
	log_poison(events, log, fatal);
	trials_forget_event(events, fatal);
	if (was_done(events, fatal) || is_skipped(events, fatal)) {
		*ret_end = find_start(events, fatal);
		return false;
	}
	event_log_skip(events, fatal);
	return true;
}
