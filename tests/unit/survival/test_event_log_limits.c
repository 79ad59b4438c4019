/* A long log, and a full one. The test sets the length directly, so the start of the file is a
 * hole. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include <sys/stat.h>
#include <unistd.h>

#include "survival/event_log.h"

#define EVENTS_BYTES ((size_t) 256 << 20)
#define FOLLOWING_BYTES 4096 /* for the records that must follow an event */
#define LONG_BYTES ((size_t) 64 << 20)
#define LONG_WEIGHT 400000
#define EVENT_WEIGHT 4
#define LENGTH_AT 24 /* offset in the head: of the first of two places, then of the other */

static struct event_log *log_new(void)
{
	struct event_log *log;

	assert_int_equal(event_log_new(&log), 0);
	return log;
}

static bool add_event(struct event_log *log)
{
	char text[] = "an event";
	const struct buffer bytes = { .bytes = text, .length = sizeof(text) };

	return event_log_add_event(log, &bytes);
}

static void set_length(const struct event_log *log, unsigned int place, uint64_t length)
{
	assert_int_equal(pwrite(event_log_fd(log, EVENT_LOG_HEAD), &length, sizeof(length),
				 (off_t) (LENGTH_AT + place * sizeof(length))),
		sizeof(length));
}

static size_t event_bytes(void)
{
	struct event_log *log = log_new();
	size_t bytes;

	assert_true(add_event(log));
	bytes = event_log_bytes(log);
	event_log_free(log);
	return bytes;
}

static uint64_t number_at(const struct event_log *log, off_t offset, size_t bytes)
{
	uint64_t number = 0;

	assert_int_equal(pread(event_log_fd(log, EVENT_LOG_HEAD), &number, bytes, offset), bytes);
	return number;
}

/* Another release reads the files after a crash. */
static void the_layout_never_changes(void **state)
{
	static const char *const names[EVENT_LOG_FILES] = { "papod-head", "papod-events-a",
		"papod-events-b", "papod-snapshot-a", "papod-snapshot-b" };
	struct event_log *log = log_new();
	char snapshot[] = "a world";
	const struct buffer bytes = { .bytes = snapshot, .length = 7 };
	struct stat status;
	uint32_t head[2];

	(void) state;
	assert_true(add_event(log));
	assert_true(event_log_add_done(log, 1, 1));
	event_log_trials(log)->n_starts = 2;
	event_log_trials(log)->replayed_event = 3;
	event_log_deaths(log)->point = 4;
	event_log_deaths(log)->points[15] = 5;
	*event_log_readings(log) = 6;
	assert_int_equal(number_at(log, 0, 8), 0x676f6c646f706170); /* "papodlog" */
	assert_int_equal(number_at(log, 8, 4), 1);
	assert_int_equal(number_at(log, 12, 4), 240);
	assert_int_equal(number_at(log, 20, 4), 6);
	assert_int_equal(number_at(log, 24, 8), event_log_bytes(log));
	assert_int_equal(number_at(log, 64, 4), 2);
	assert_int_equal(number_at(log, 80, 8), 3);
	assert_int_equal(number_at(log, 88, 8), 4);
	assert_int_equal(number_at(log, 232, 8), 5);
	event_log_begin_snapshot(log);
	assert_int_equal(number_at(log, 16, 4), 2);
	assert_int_equal(event_log_write_snapshot(log, &bytes), 0);
	event_log_commit_snapshot(log);
	assert_int_equal(number_at(log, 16, 4), 1);
	assert_int_equal(number_at(log, 48, 8), 7);
	for (enum event_log_file file = 0; file < EVENT_LOG_FILES; file++)
		assert_string_equal(event_log_file_name(file), names[file]);
	for (enum event_log_file file = 0; file < EVENT_LOG_SNAPSHOT_A; file++) {
		assert_int_equal(fstat(event_log_fd(log, file), &status), 0);
		assert_int_equal(status.st_size, file == EVENT_LOG_HEAD ? 4096 : 256 << 20);
	}
	assert_true(add_event(log));
	assert_int_equal(
		pread(event_log_fd(log, EVENT_LOG_EVENTS_B), head, sizeof(head), 0), sizeof(head));
	assert_int_equal(head[0], sizeof("an event"));
	assert_int_equal(head[1], 1);
	event_log_free(log);
}

static void the_numbers_of_records_never_change(void **state)
{
	(void) state;
	assert_int_equal(EVENT_LOG_EVENT, 1);
	assert_int_equal(EVENT_LOG_DONE, 2);
	assert_int_equal(EVENT_LOG_NOISE, 3);
	assert_int_equal(EVENT_LOG_CUT, 4);
	assert_int_equal(EVENT_LOG_SKIPPED, 5);
}

static void much_weight_makes_it_long(void **state)
{
	struct event_log *log = log_new();
	const struct event_log_note note = { 7, 1, false };

	(void) state;
	event_log_weigh(log, LONG_WEIGHT - EVENT_WEIGHT);
	assert_false(event_log_is_long(log));
	event_log_add_note(log, EVENT_LOG_NOISE, note);
	assert_true(event_log_is_long(log));
	event_log_begin_snapshot(log);
	assert_false(event_log_is_long(log));
	event_log_weigh(log, LONG_WEIGHT);
	assert_false(event_log_is_long(log)); /* a snapshot has begun already */
	event_log_abandon_snapshot(log);
	assert_true(event_log_is_long(log)); /* so another attempt follows */
	event_log_free(log);
}

static void a_snapshot_takes_all_weight_away(void **state)
{
	struct event_log *log = log_new();
	char text[] = "a world";
	const struct buffer bytes = { .bytes = text, .length = 7 };

	(void) state;
	event_log_weigh(log, LONG_WEIGHT);
	event_log_begin_snapshot(log);
	assert_int_equal(event_log_write_snapshot(log, &bytes), 0);
	event_log_commit_snapshot(log);
	event_log_weigh(log, LONG_WEIGHT / 4 - 1 - EVENT_WEIGHT);
	assert_true(event_log_is_short(log));
	event_log_weigh(log, 0);
	assert_false(event_log_is_short(log));
	event_log_free(log);
}

static void many_bytes_make_it_long(void **state)
{
	struct event_log *log = log_new();

	(void) state;
	set_length(log, 0, LONG_BYTES - event_bytes());
	assert_true(add_event(log));
	assert_int_equal(event_log_bytes(log), LONG_BYTES);
	assert_false(event_log_is_long(log));
	event_log_add_done(log, 1, 1);
	assert_true(event_log_is_long(log));
	event_log_free(log);
}

static void what_follows_the_last_event_has_room(void **state)
{
	struct event_log *log = log_new();
	const size_t full = EVENTS_BYTES - FOLLOWING_BYTES;
	size_t length;

	(void) state;
	set_length(log, 0, full - event_bytes());
	assert_true(add_event(log));
	length = event_log_bytes(log);
	event_log_add_done(log, 1, 1);
	assert_true(event_log_bytes(log) > length);
	length = event_log_bytes(log);
	assert_false(add_event(log));
	assert_false(add_event(log));
	assert_int_equal(event_log_bytes(log), length);
	event_log_free(log);
}

/* Notes without room are left out completely. */
static void nothing_goes_past_the_end(void **state)
{
	struct event_log *log = log_new();
	const struct event_log_note note = { 7, 1, false };
	const size_t note_bytes = 8 + sizeof(note);

	(void) state;
	set_length(log, 0, EVENTS_BYTES - note_bytes);
	event_log_add_note(log, EVENT_LOG_NOISE, note);
	assert_int_equal(event_log_bytes(log), EVENTS_BYTES);
	event_log_add_note(log, EVENT_LOG_NOISE, note);
	assert_int_equal(event_log_bytes(log), EVENTS_BYTES);
	set_length(log, 0, EVENTS_BYTES - note_bytes + 8);
	event_log_add_note(log, EVENT_LOG_NOISE, note);
	assert_int_equal(event_log_bytes(log), EVENTS_BYTES - note_bytes + 8);
	event_log_free(log);
}

/* With room both parts are joined; without it both stay, and the log is valid. */
static void an_abandoned_snapshot_needs_room_for_the_new_events(void **state)
{
	struct event_log *log = log_new();
	size_t added;

	(void) state;
	event_log_begin_snapshot(log);
	assert_true(add_event(log));
	event_log_add_done(log, 1, 1);
	added = event_log_bytes(log);
	set_length(log, 0, EVENTS_BYTES - added + 8);
	event_log_abandon_snapshot(log);
	assert_true(event_log_is_switching(log));
	assert_int_equal(event_log_bytes(log), added);
	set_length(log, 0, EVENTS_BYTES - added);
	event_log_abandon_snapshot(log);
	assert_false(event_log_is_switching(log));
	assert_int_equal(event_log_bytes(log), EVENTS_BYTES);
	event_log_free(log);
}

static const char *reopen(const struct event_log *log)
{
	struct event_log *again;
	int fds[EVENT_LOG_FILES];
	const char *reason = NULL;

	for (enum event_log_file i = 0; i < EVENT_LOG_FILES; i++)
		fds[i] = dup(event_log_fd(log, i));
	again = event_log_open(fds, &reason);
	event_log_free(again);
	return reason;
}

static void a_length_beyond_the_file_is_damage(void **state)
{
	struct event_log *log = log_new();

	(void) state;
	for (unsigned int place = 0; place < 2; place++) {
		set_length(log, place, EVENTS_BYTES);
		assert_null(reopen(log));
		set_length(log, place, EVENTS_BYTES + 1);
		assert_string_equal(reopen(log), "it is damaged");
		set_length(log, place, 0);
	}
	event_log_free(log);
}

/* Cut in the head of a record, behind it, and before its last byte. */
static void a_torn_record_ends_it(void **state)
{
	struct event_log *log = log_new();
	struct event_log_record record;
	size_t whole;

	(void) state;
	assert_true(add_event(log));
	whole = event_log_bytes(log);
	for (size_t length = 0; length <= whole; length++) {
		struct event_log_cursor cursor = { 0 };

		set_length(log, 0, length);
		assert_int_equal(event_log_next(log, &cursor, &record), length == whole);
		assert_int_equal(cursor.is_torn, length > 0 && length < whole);
	}
	event_log_free(log);
}

/* The memory of the events in both places. */
static size_t memory_of(const struct event_log *log)
{
	size_t n_blocks = 0;
	struct stat status;

	for (enum event_log_file file = EVENT_LOG_EVENTS_A; file <= EVENT_LOG_EVENTS_B; file++) {
		assert_int_equal(fstat(event_log_fd(log, file), &status), 0);
		n_blocks += (size_t) status.st_blocks;
	}
	return n_blocks * 512;
}

static void add_events(struct event_log *log, size_t bytes)
{
	while (event_log_bytes(log) < bytes)
		assert_true(add_event(log));
}

static void take_snapshot(struct event_log *log)
{
	char text[] = "a snapshot";
	const struct buffer bytes = { .bytes = text, .length = sizeof(text) };

	event_log_begin_snapshot(log);
	assert_int_equal(event_log_write_snapshot(log, &bytes), 0);
	event_log_commit_snapshot(log);
}

static void assert_blank(const struct event_log *log, enum event_log_file file, size_t length)
{
	static const char zeros[4096];
	char bytes[sizeof(zeros)];

	for (size_t at = 0; at < length; at += sizeof(bytes)) {
		assert_int_equal(pread(event_log_fd(log, file), bytes, sizeof(bytes), (off_t) at),
			sizeof(bytes));
		assert_memory_equal(bytes, zeros, sizeof(bytes));
	}
}

static void the_memory_of_a_long_log_is_kept_for_the_next_events(void **state)
{
	struct event_log *log = log_new();
	size_t memory;

	(void) state;
	add_events(log, 1 << 20);
	event_log_weigh(log, LONG_WEIGHT + 1);
	memory = memory_of(log);
	assert_true(memory >= 1 << 20);
	take_snapshot(log);
	assert_int_equal(memory_of(log), memory);
	assert_int_equal(event_log_bytes(log), 0);
	assert_true(event_log_memory(log) >= 1 << 20);
	assert_false(event_log_is_short(log)); /* so that the saver looks at it */
	assert_blank(log, EVENT_LOG_EVENTS_A, 1 << 20);
	event_log_free(log);
}

static void a_snapshot_of_a_log_that_is_not_long_gives_memory_back(void **state)
{
	struct event_log *log = log_new();

	(void) state;
	add_events(log, 1 << 20);
	event_log_weigh(log, LONG_WEIGHT + 1);
	take_snapshot(log);
	add_events(log, 1 << 20);
	assert_false(event_log_is_long(log));
	take_snapshot(log);
	assert_int_equal(memory_of(log), 0);
	assert_int_equal(event_log_memory(log), 0);
	assert_true(event_log_is_short(log));
	event_log_free(log);
}

static void a_log_that_was_much_too_long_gives_most_memory_back(void **state)
{
	struct event_log *log = log_new();

	(void) state;
	set_length(log, 0, LONG_BYTES);
	assert_true(add_event(log));
	take_snapshot(log);
	assert_int_equal(event_log_memory(log), LONG_BYTES / 2);
	assert_int_equal(memory_of(log), LONG_BYTES / 2);
	event_log_free(log);
}

/* That process may have crashed before it overwrote them. */
static void what_another_process_left_behind_the_events_is_given_back(void **state)
{
	struct event_log *log = log_new();

	(void) state;
	add_events(log, 1 << 20);
	set_length(log, 0, 0);
	assert_null(reopen(log));
	assert_int_equal(memory_of(log), 0);
	event_log_free(log);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_layout_never_changes),
		cmocka_unit_test(the_numbers_of_records_never_change),
		cmocka_unit_test(much_weight_makes_it_long),
		cmocka_unit_test(a_snapshot_takes_all_weight_away),
		cmocka_unit_test(many_bytes_make_it_long),
		cmocka_unit_test(what_follows_the_last_event_has_room),
		cmocka_unit_test(nothing_goes_past_the_end),
		cmocka_unit_test(an_abandoned_snapshot_needs_room_for_the_new_events),
		cmocka_unit_test(a_length_beyond_the_file_is_damage),
		cmocka_unit_test(a_torn_record_ends_it),
		cmocka_unit_test(the_memory_of_a_long_log_is_kept_for_the_next_events),
		cmocka_unit_test(a_snapshot_of_a_log_that_is_not_long_gives_memory_back),
		cmocka_unit_test(a_log_that_was_much_too_long_gives_most_memory_back),
		cmocka_unit_test(what_another_process_left_behind_the_events_is_given_back),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
