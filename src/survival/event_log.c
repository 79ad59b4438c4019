/* Owns the files of the event log, and in which order they are written. */
#include "survival/event_log_inside.h"

#include <assert.h>
#include <errno.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/mem.h"
#include "survival/descriptors.h"
#include "survival/memory_file.h"

#define MAGIC 0x676f6c646f706170u /* "papodlog" */
#define LAYOUT_VERSION 1
#define HEAD_BYTES 4096
#define EVENTS_BYTES ((size_t) 256 << 20) /* of address space; only the used part takes memory */
#define LONG_WEIGHT 400000		  /* about 100 ms of replay */
#define LONG_BYTES ((size_t) 64 << 20)
#define HEAVY_WEIGHT (8 * (uint64_t) LONG_WEIGHT)
#define SHORT_WEIGHT (LONG_WEIGHT / 4)
#define SHORT_BYTES ((size_t) 128 << 10)
#define NEARLY_FULL_BYTES (EVENTS_BYTES / 4 * 3)
#define MOST_KEPT_BYTES ((size_t) 32 << 20)
#define FOLLOWING_BYTES (4096 - sizeof(struct record_head))
#define EVENT_WEIGHT 4

#define LEAST_HEAD_BYTES (offsetof(struct head, trials) + sizeof(struct event_log_trials))

const char *event_log_file_name(enum event_log_file file)
{
	static const char *const names[] = {
		[EVENT_LOG_HEAD] = DESCRIPTORS_PREFIX "head",
		[EVENT_LOG_EVENTS_A] = DESCRIPTORS_PREFIX "events-a",
		[EVENT_LOG_EVENTS_B] = DESCRIPTORS_PREFIX "events-b",
		[EVENT_LOG_SNAPSHOT_A] = DESCRIPTORS_PREFIX "snapshot-a",
		[EVENT_LOG_SNAPSHOT_B] = DESCRIPTORS_PREFIX "snapshot-b",
	};
	static_assert(ARRAY_LENGTH(names) == EVENT_LOG_FILES, "each file has a name");

	return names[file];
}

bool event_log_is_switching(const struct event_log *log)
{
	return is_switching(log);
}

/* The place where events are added now. */
static unsigned int events_place(const struct event_log *log)
{
	return event_log_is_switching(log) ? !good_place(log) : good_place(log);
}

static void set_phase(struct event_log *log, unsigned int place, uint32_t more)
{
	atomic_store_explicit(&log->head->phase, place | more, memory_order_release);
}

static void give_back(const struct event_log *log, unsigned int place, size_t from)
{
	memory_file_give_back(log->fds[EVENT_LOG_EVENTS_A + place], from, EVENTS_BYTES);
}

/* A long log will be long again, and the kernel needs longer to allocate a page than papod to fill
 * it. So part of the memory is kept, but what clients sent is overwritten. */
static void empty_events(struct event_log *log, unsigned int place)
{
	size_t length = length_of(log, place), most = log->keeps_memory ? MOST_KEPT_BYTES : 0;
	size_t kept = log->kept[place] > length ? log->kept[place] : length;

	set_length(log, place, 0);
	log->kept[place] = kept < most ? kept : most;
	memset(log->events[place], 0, length < most ? length : most);
	if (!most || length > most)
		give_back(log, place, most);
}

static void drop_snapshot(struct event_log *log, unsigned int place)
{
	atomic_store_explicit(&log->head->snapshot_length[place], 0, memory_order_release);
	(void) !ftruncate(log->fds[EVENT_LOG_SNAPSHOT_A + place], 0);
}

static int map_files(struct event_log *log)
{
	log->head = memory_file_map(log->fds[EVENT_LOG_HEAD], HEAD_BYTES);
	log->events[0] = memory_file_map(log->fds[EVENT_LOG_EVENTS_A], EVENTS_BYTES);
	log->events[1] = memory_file_map(log->fds[EVENT_LOG_EVENTS_B], EVENTS_BYTES);
	return log->head && log->events[0] && log->events[1] ? 0 : -errno;
}

static struct event_log *blank_log(void)
{
	struct event_log *log = mem_new(sizeof(*log));

	for (size_t i = 0; i < EVENT_LOG_FILES; i++)
		log->fds[i] = -1;
	return log;
}

static int make_file(struct event_log *log, enum event_log_file file)
{
	/* Files of snapshots grow as needed. */
	static const size_t sizes[EVENT_LOG_FILES] = {
		[EVENT_LOG_HEAD] = HEAD_BYTES,
		[EVENT_LOG_EVENTS_A] = EVENTS_BYTES,
		[EVENT_LOG_EVENTS_B] = EVENTS_BYTES,
	};

	return memory_file_new(event_log_file_name(file), sizes[file], &log->fds[file]);
}

int event_log_new(struct event_log **ret_log)
{
	struct event_log *log = blank_log();
	int error = 0;

	for (enum event_log_file file = 0; file < EVENT_LOG_FILES && !error; file++)
		error = make_file(log, file);
	if (!error)
		error = map_files(log);
	if (error) {
		event_log_free(log);
		return error;
	}
	log->head->version = LAYOUT_VERSION;
	log->head->head_bytes = sizeof(struct head);
	log->head->magic = MAGIC;
	*ret_log = log;
	return 0;
}

static const char *find_fault(struct event_log *log)
{
	for (size_t i = 0; i < EVENT_LOG_FILES; i++)
		if (log->fds[i] < 0)
			return "one of its files was not kept";
	if (!memory_file_has_size(log->fds[EVENT_LOG_HEAD], HEAD_BYTES) ||
		!memory_file_has_size(log->fds[EVENT_LOG_EVENTS_A], EVENTS_BYTES) ||
		!memory_file_has_size(log->fds[EVENT_LOG_EVENTS_B], EVENTS_BYTES))
		return "its files have other sizes";
	if (map_files(log) < 0)
		return "its files cannot be mapped";
	if (log->head->magic != MAGIC || log->head->version != LAYOUT_VERSION ||
		log->head->head_bytes < LEAST_HEAD_BYTES)
		return "it is of another version";
	if (length_of(log, 0) > EVENTS_BYTES || length_of(log, 1) > EVENTS_BYTES)
		return "it is damaged";
	return NULL;
}

struct event_log *event_log_open(const int fds[EVENT_LOG_FILES], const char **ret_reason)
{
	struct event_log *log = blank_log();

	memcpy(log->fds, fds, sizeof(log->fds));
	*ret_reason = find_fault(log);
	if (*ret_reason) {
		event_log_free(log);
		return NULL;
	}
	if (current_phase(log) & PHASE_MERGED) {
		set_length(log, good_place(log), length_of(log, good_place(log)));
		set_phase(log, good_place(log), 0);
	}
	*ret_reason = event_log_map_snapshot(log);
	if (*ret_reason) {
		event_log_free(log);
		return NULL;
	}
	log->n_snapshots = log->snapshot != NULL;
	log->start[!good_place(log)] = length_of(log, good_place(log));
	for (unsigned int place = 0; place < ARRAY_LENGTH(log->events); place++)
		give_back(log, place, length_of(log, place));
	return log;
}

void event_log_free(struct event_log *log)
{
	if (!log)
		return;
	event_log_unmap_snapshot(log);
	if (log->head)
		munmap(log->head, HEAD_BYTES);
	for (size_t i = 0; i < ARRAY_LENGTH(log->events); i++)
		if (log->events[i])
			munmap(log->events[i], EVENTS_BYTES);
	for (size_t i = 0; i < EVENT_LOG_FILES; i++)
		if (log->fds[i] >= 0)
			close(log->fds[i]);
	free(log);
}

int event_log_fd(const struct event_log *log, enum event_log_file file)
{
	return log->fds[file];
}

/* While both places are used, both count: abandoning a snapshot appends the events of one to the
 * other. */
static size_t total_length(const struct event_log *log)
{
	unsigned int place = good_place(log);

	return length_of(log, place) + (event_log_is_switching(log) ? length_of(log, !place) : 0);
}

/* The record is valid once the new length is stored. Returns its bytes; NULL: they, and so many
 * more, have no room. */
static char *add_record(struct event_log *log, struct event_log_record record, size_t more)
{
	const struct record_head head = { (uint32_t) record.length, record.kind };
	unsigned int place = events_place(log);
	size_t at = length_of(log, place), whole = sizeof(head) + padded_length(record.length);
	char *bytes = log->events[place] + at + sizeof(head);

	if (total_length(log) + whole + more > EVENTS_BYTES)
		return NULL;
	memcpy(bytes - sizeof(head), &head, sizeof(head));
	memcpy(bytes, record.bytes, record.length);
	set_length(log, place, at + whole);
	return bytes;
}

/* Leaves room for the records that must follow an event. */
bool event_log_add_event(struct event_log *log, const struct buffer *bytes)
{
	struct event_log_record record = { EVENT_LOG_EVENT, bytes->bytes, bytes->length };

	record.bytes = add_record(log, record, FOLLOWING_BYTES);
	if (!record.bytes)
		return false;
	log->last_event = record;
	return true;
}

struct event_log_record event_log_last_event(const struct event_log *log)
{
	return log->last_event;
}

uint64_t event_log_address(const struct event_log *log, const struct event_log_record *record)
{
	const char *bytes = record->bytes;
	unsigned int place =
		bytes < log->events[1] || bytes >= log->events[1] + EVENTS_BYTES ? 0 : 1;

	return log->start[place] + (uint64_t) (bytes - log->events[place]);
}

static bool is_in_place(
	const struct event_log *log, unsigned int place, uint64_t address, size_t length)
{
	return address >= log->start[place] &&
	       address + length <= log->start[place] + length_of(log, place);
}

char *event_log_bytes_at(struct event_log *log, uint64_t address, size_t length)
{
	unsigned int place = good_place(log);

	if (!is_in_place(log, place, address, length))
		place = !place;
	if (place != good_place(log) && !event_log_is_switching(log))
		return NULL;
	return is_in_place(log, place, address, length)
		       ? log->events[place] + (address - log->start[place])
		       : NULL;
}

uint64_t event_log_snapshots(const struct event_log *log)
{
	return log->n_snapshots;
}

bool event_log_add_done(struct event_log *log, uint64_t fingerprint, size_t n_effects)
{
	event_log_weigh(log, n_effects);
	return add_record(log,
		(struct event_log_record){ EVENT_LOG_DONE, &fingerprint, sizeof(fingerprint) }, 0);
}

void event_log_weigh(struct event_log *log, size_t n_effects)
{
	log->weight[events_place(log)] += EVENT_WEIGHT + n_effects;
}

bool event_log_add_note(struct event_log *log, enum event_log_kind kind, struct event_log_note note)
{
	log->weight[events_place(log)]++;
	return add_record(log, (struct event_log_record){ kind, &note, sizeof(note) }, 0);
}

bool event_log_is_short(const struct event_log *log)
{
	return log->weight[0] + log->weight[1] < SHORT_WEIGHT && !event_log_is_switching(log) &&
	       event_log_memory(log) < SHORT_BYTES;
}

bool event_log_is_long(const struct event_log *log)
{
	return !event_log_is_switching(log) &&
	       (log->weight[good_place(log)] > LONG_WEIGHT ||
		       length_of(log, good_place(log)) > LONG_BYTES);
}

bool event_log_is_heavy(const struct event_log *log)
{
	return log->weight[0] + log->weight[1] > HEAVY_WEIGHT;
}

bool event_log_is_nearly_full(const struct event_log *log)
{
	return total_length(log) > NEARLY_FULL_BYTES;
}

size_t event_log_bytes(const struct event_log *log)
{
	return length_of(log, events_place(log));
}

size_t event_log_memory(const struct event_log *log)
{
	size_t length = event_log_bytes(log);
	size_t kept = log->kept[log->kept[0] < log->kept[1]];

	return kept > length ? kept : length;
}

void event_log_begin_snapshot(struct event_log *log)
{
	unsigned int place = good_place(log);

	event_log_unmap_snapshot(log);
	log->keeps_memory = event_log_is_long(log);
	empty_events(log, !place);
	drop_snapshot(log, !place);
	log->weight[!place] = 0;
	log->start[!place] = log->start[place] + length_of(log, place);
	set_phase(log, place, PHASE_SWITCHING);
}

int event_log_write_snapshot(struct event_log *log, const struct buffer *bytes)
{
	unsigned int place = !good_place(log);
	int error = memory_file_write(
		log->fds[EVENT_LOG_SNAPSHOT_A + place], bytes->bytes, bytes->length);

	if (!error)
		atomic_store_explicit(
			&log->head->snapshot_length[place], bytes->length, memory_order_release);
	return error;
}

void event_log_commit_snapshot(struct event_log *log)
{
	unsigned int old = good_place(log);

	set_phase(log, !old, 0);
	log->n_snapshots++;
	log->weight[old] = 0;
	empty_events(log, old);
	drop_snapshot(log, old);
}

/* Append the new events to the old ones. There is always room, except in the log of another
 * release; then nothing changes, and the log is still valid. */
void event_log_abandon_snapshot(struct event_log *log)
{
	unsigned int place = good_place(log);
	size_t length = length_of(log, place), added = length_of(log, !place);

	if (added > EVENTS_BYTES - length)
		return;
	memcpy(log->events[place] + length, log->events[!place], added);
	atomic_store_explicit(&log->head->merged_length, length + added, memory_order_release);
	set_phase(log, place, PHASE_MERGED);
	set_length(log, place, length + added);
	set_phase(log, place, 0);
	log->weight[place] += log->weight[!place];
	log->weight[!place] = 0;
	empty_events(log, !place);
}

static int copy_rest(struct event_log *log, const struct event_log_cursor *cursor)
{
	unsigned int place = good_place(log);
	size_t left = length_of(log, place) - cursor->at;

	memcpy(log->events[!place], log->events[place] + cursor->at, left);
	log->start[!place] = log->start[place] + cursor->at;
	set_length(log, !place, left);
	event_log_commit_snapshot(log);
	return event_log_map_snapshot(log) ? -errno : 0;
}

int event_log_move_start(
	struct event_log *log, struct event_log_cursor *cursor, const struct buffer *snapshot)
{
	unsigned int other = !good_place(log);
	int error;

	if (event_log_is_switching(log))
		return -EBUSY;
	empty_events(log, other);
	error = event_log_write_snapshot(log, snapshot);
	if (error) {
		drop_snapshot(log, other);
		return error;
	}
	event_log_unmap_snapshot(log);
	error = copy_rest(log, cursor);
	*cursor = (struct event_log_cursor){ 0 };
	return error;
}

_Atomic uint32_t *event_log_readings(struct event_log *log)
{
	return &log->head->n_readings;
}

struct event_log_trials *event_log_trials(struct event_log *log)
{
	return &log->head->trials;
}

struct event_log_deaths *event_log_deaths(struct event_log *log)
{
	return &log->head->deaths;
}
