/* Owns what is read of an event log: the snapshot, the records, and an event by its number. */
#include <string.h>
#include <sys/mman.h>

#include "survival/event_log_inside.h"
#include "survival/memory_file.h"

void event_log_unmap_snapshot(struct event_log *log)
{
	if (log->snapshot)
		munmap(log->snapshot, log->snapshot_length);
	log->snapshot = NULL;
}

const char *event_log_map_snapshot(struct event_log *log)
{
	unsigned int place = good_place(log);
	size_t length =
		atomic_load_explicit(&log->head->snapshot_length[place], memory_order_acquire);
	int fd = log->fds[EVENT_LOG_SNAPSHOT_A + place];

	if (!length)
		return NULL;
	if (!memory_file_has_size(fd, length))
		return "its snapshot is cut short";
	log->snapshot = memory_file_map(fd, length);
	log->snapshot_length = log->snapshot ? length : 0;
	return log->snapshot ? NULL : "its snapshot cannot be mapped";
}

const void *event_log_snapshot(const struct event_log *log, size_t *ret_length)
{
	*ret_length = log->snapshot_length;
	return log->snapshot;
}

bool event_log_next(const struct event_log *log, struct event_log_cursor *cursor,
	struct event_log_record *ret_record)
{
	unsigned int place = cursor->part ? !good_place(log) : good_place(log);
	struct record_head head;
	size_t left = length_of(log, place) - cursor->at;

	if (!left && !cursor->part && is_switching(log)) {
		*cursor = (struct event_log_cursor){ .part = 1 };
		return event_log_next(log, cursor, ret_record);
	}
	cursor->is_torn = left > 0;
	if (left < sizeof(head))
		return false;
	memcpy(&head, log->events[place] + cursor->at, sizeof(head));
	if (padded_length(head.length) > left - sizeof(head))
		return false;
	ret_record->kind = head.kind;
	ret_record->bytes = log->events[place] + cursor->at + sizeof(head);
	ret_record->length = head.length;
	cursor->at += sizeof(head) + padded_length(head.length);
	cursor->is_torn = false;
	return true;
}

/* Cut the new events first: without the old ones before them they would be misread. */
void event_log_cut(struct event_log *log, const struct event_log_cursor *from)
{
	unsigned int place = good_place(log);

	if (is_switching(log))
		set_length(log, !place, from->part ? from->at : 0);
	if (!from->part)
		set_length(log, place, from->at);
}

/* Returns where its bytes begin, or NULL. */
static char *find_event(
	const struct event_log *log, uint64_t number, struct event_log_record *record)
{
	struct event_log_cursor cursor = { 0 };

	while (event_log_next(log, &cursor, record)) {
		unsigned int place = cursor.part ? !good_place(log) : good_place(log);

		if (event_log_is_event(record) && --number == 0)
			return log->events[place] + cursor.at - padded_length(record->length);
	}
	return NULL;
}

bool event_log_find_event(
	const struct event_log *log, uint64_t number, struct event_log_record *ret_record)
{
	return number && find_event(log, number, ret_record);
}

void event_log_skip(struct event_log *log, uint64_t number)
{
	struct event_log_record record;
	char *bytes = number ? find_event(log, number, &record) : NULL;

	/* One store, so that the log is valid at any moment. */
	if (bytes)
		((struct record_head *) (void *) bytes)[-1].kind = EVENT_LOG_SKIPPED;
}
