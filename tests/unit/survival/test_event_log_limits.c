/* A log that is long, and one that is full. Its length is set rather than reached: what it had to
 * hold until then is a hole in its file. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include <unistd.h>

#include "survival/event_log.h"

#define EVENTS_BYTES ((size_t) 256 << 20)
#define FOLLOWING_BYTES 4096 /* for what must follow an event */
#define LONG_BYTES ((size_t) 64 << 20)
#define LONG_WEIGHT 400000
#define EVENT_WEIGHT 4
#define LENGTH_AT 24 /* in the head: of the first of two places, and then of the other */

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
	assert_false(event_log_is_long(log)); /* a snapshot is being made already */
	event_log_abandon_snapshot(log);
	assert_true(event_log_is_long(log)); /* so there will be another try */
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

/* Notes that have no room are left out, whole. */
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

/* With room both parts become one; without it, both stay, and both are right. */
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

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(much_weight_makes_it_long),
		cmocka_unit_test(many_bytes_make_it_long),
		cmocka_unit_test(what_follows_the_last_event_has_room),
		cmocka_unit_test(nothing_goes_past_the_end),
		cmocka_unit_test(an_abandoned_snapshot_needs_room_for_the_new_events),
		cmocka_unit_test(a_length_beyond_the_file_is_damage),
		cmocka_unit_test(a_torn_record_ends_it),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
