/* Any bytes as the log of events that a process left: it is refused, or read to its end; skipped
 * events stay in place, and added ones come last.
 *
 * The input begins with the head behind magic and version; then follow the events of both places,
 * and the snapshot. */
#include <assert.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <unistd.h>

#include "../unit/daemon/add_event.h"
#include "base/buffer.h"
#include "daemon/poison.h"
#include "survival/event_log.h"

#define HEAD_AT 16
#define HEAD_BYTES 72
#define LENGTHS_AT 8   /* in the input's head: five numbers of 8 bytes, */
#define LENGTHS_END 48 /* made small, because copying zeros would take most of the time */
#define LENGTH_BYTES 2

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void put(const struct event_log *log, enum event_log_file file, const void *bytes,
	size_t length, off_t at)
{
	assert(pwrite(event_log_fd(log, file), bytes, length, at) == (ssize_t) length);
}

static void fill(const struct event_log *log, const uint8_t *data, size_t size)
{
	uint8_t head[HEAD_BYTES];

	memcpy(head, data, sizeof(head));
	for (size_t at = LENGTHS_AT; at < LENGTHS_END; at += sizeof(uint64_t))
		memset(head + at + LENGTH_BYTES, 0, sizeof(uint64_t) - LENGTH_BYTES);
	data += sizeof(head);
	size -= sizeof(head);
	put(log, EVENT_LOG_EVENTS_A, data, size, 0);
	put(log, EVENT_LOG_EVENTS_B, data, size, 0);
	put(log, EVENT_LOG_SNAPSHOT_A, data, size, 0);
	put(log, EVENT_LOG_SNAPSHOT_B, data, size, 0);
	put(log, EVENT_LOG_HEAD, head, sizeof(head), HEAD_AT);
}

static struct event_log *reopen(struct event_log *log)
{
	int fds[EVENT_LOG_FILES];
	const char *reason = NULL;
	struct event_log *again;

	for (enum event_log_file i = 0; i < EVENT_LOG_FILES; i++)
		fds[i] = dup(event_log_fd(log, i));
	event_log_free(log);
	again = event_log_open(fds, &reason);
	assert(!again == (reason != NULL));
	return again;
}

static void check_event(const struct event_log_record *record)
{
	struct event event;

	if (!poison_load_event(record, &event))
		return;
	assert(!event.text || event.text_length <= record->length);
	event_done(&event);
}

/* The number of events. */
static uint64_t walk(const struct event_log *log, bool *ret_is_torn)
{
	struct event_log_cursor cursor = { 0 };
	struct event_log_record record, found;
	uint64_t n = 0;

	while (event_log_next(log, &cursor, &record)) {
		if (record.kind != EVENT_LOG_EVENT && record.kind != EVENT_LOG_SKIPPED)
			continue;
		n++;
		check_event(&record);
		if (n < 10)
			assert(event_log_find_event(log, n, &found) && found.bytes == record.bytes);
	}
	*ret_is_torn = cursor.is_torn;
	return n;
}

static void check(struct event_log *log)
{
	const struct event event = { .kind = EVENT_LINE, .text = "hello", .text_length = 5 };
	bool is_torn, is_torn_again;
	uint64_t n = walk(log, &is_torn);
	size_t length;

	(void) event_log_snapshot(log, &length);
	event_log_skip(log, n);
	assert(walk(log, &is_torn_again) == n && is_torn_again == is_torn);
	if (event_log_is_switching(log))
		event_log_abandon_snapshot(log);
	n = walk(log, &is_torn);
	assert(add_event(log, &event));
	assert(is_torn || walk(log, &is_torn) == n + 1);
	event_log_begin_snapshot(log);
	event_log_commit_snapshot(log);
	assert(walk(log, &is_torn) == 0 && !is_torn);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct event_log *log;

	if (size < HEAD_BYTES || size > UINT16_MAX)
		return 0;
	assert(event_log_new(&log) == 0);
	fill(log, data, size);
	log = reopen(log);
	if (log)
		check(log);
	event_log_free(log);
	return 0;
}
