/* What happens to an event with enough crashes, and to the next one. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <unistd.h>

#include "add_event.h"
#include "base/cleanup.h"
#include "base/mem.h"
#include "daemon/poison.h"
#include "daemon/trials.h"
#include "service/state_directory.h"

#define N_EVENTS 5

struct fixture {
	struct event_log *event_log;
	struct log log;
	char *directory;
	struct buffer told; /* sessions in log entries */
};

static void note_entry(void *data, enum logbook entry, const char *const *fields)
{
	struct fixture *fixture = data;

	assert_int_equal(entry, LOGBOOK_POISON);
	buffer_format(&fixture->told, "%s ", fields[1]);
}

static int setup(void **state)
{
	struct fixture *fixture = calloc(1, sizeof(*fixture));

	fixture->directory = mem_text("/tmp/papod-test-XXXXXX");
	if (!mkdtemp(fixture->directory))
		return -1;
	setenv("STATE_DIRECTORY", fixture->directory, 1);
	fixture->log = (struct log){ note_entry, fixture };
	*state = fixture;
	return event_log_new(&fixture->event_log);
}

static int teardown(void **state)
{
	struct fixture *fixture = *state;
	CLEANUP(mem_freep) char *path = state_directory_path("poison.events");

	event_log_free(fixture->event_log);
	unlink(path);
	rmdir(fixture->directory);
	unsetenv("STATE_DIRECTORY");
	free(fixture->directory);
	buffer_done(&fixture->told);
	free(fixture);
	return 0;
}

/* Adds events of sessions 11, 12 ..., all done except one. */
static void add_events(struct fixture *fixture, uint64_t open)
{
	const struct event_log_note note = { 11, 1, false };

	for (uint64_t i = 1; i <= N_EVENTS; i++) {
		const struct event event = {
			.kind = EVENT_CLOSED, .session = 10 + i, .text = "x", .text_length = 1
		};

		assert_true(add_event(fixture->event_log, &event));
		if (i != open)
			event_log_add_done(fixture->event_log, i, 1);
		event_log_add_note(fixture->event_log, EVENT_LOG_NOISE, note);
	}
}

static void die_at(struct fixture *fixture, uint64_t number, int times)
{
	for (int i = 0; i < times; i++) {
		trials_begin(fixture->event_log);
		event_log_trials(fixture->event_log)->replayed_event = number;
	}
	trials_begin(fixture->event_log);
}

static enum event_log_kind kind_of(const struct fixture *fixture, uint64_t number)
{
	struct event_log_record record;

	assert_true(event_log_find_event(fixture->event_log, number, &record));
	return (enum event_log_kind) record.kind;
}

static bool may_go_on(struct fixture *fixture, struct event_log_cursor *ret_end)
{
	*ret_end = (struct event_log_cursor){ 0 };
	return poison_look(fixture->event_log, &fixture->log, ret_end);
}

static void assert_told(struct fixture *fixture, const char *sessions)
{
	assert_string_equal(buffer_text(&fixture->told), sessions);
	buffer_clear(&fixture->told);
}

static void without_evidence_nothing_is_done(void **state)
{
	struct fixture *fixture = *state;
	struct event_log_cursor end;

	add_events(fixture, 0);
	die_at(fixture, 2, 2);
	assert_true(may_go_on(fixture, &end));
	assert_told(fixture, "");
	for (uint64_t i = 1; i <= N_EVENTS; i++)
		assert_int_equal(kind_of(fixture, i), EVENT_LOG_EVENT);
}

static void one_that_came_to_nothing_is_left_out(void **state)
{
	struct fixture *fixture = *state;
	struct event_log_cursor end;

	add_events(fixture, N_EVENTS);
	die_at(fixture, N_EVENTS, 3);
	assert_true(may_go_on(fixture, &end));
	assert_told(fixture, "15 ");
	assert_int_equal(kind_of(fixture, N_EVENTS), EVENT_LOG_SKIPPED);
	assert_int_equal(kind_of(fixture, N_EVENTS - 1), EVENT_LOG_EVENT);
	assert_true(may_go_on(fixture, &end)); /* its crashes are forgotten */
	assert_told(fixture, "");
}

static bool is_kept(const char *text)
{
	CLEANUP(mem_freep) char *path = state_directory_path("poison.events");
	FILE *file = fopen(path, "re");
	char bytes[4096];
	size_t length;

	assert_non_null(file);
	length = fread(bytes, 1, sizeof(bytes), file);
	fclose(file);
	return memmem(bytes, length, text, strlen(text));
}

static void what_is_kept_has_no_passwords(void **state)
{
	static const char text[] = "PASS sesame";
	const struct event event = {
		.kind = EVENT_LINE, .session = 9, .text = text, .text_length = sizeof(text) - 1
	};
	struct fixture *fixture = *state;
	struct event_log_cursor end;

	assert_true(add_event(fixture->event_log, &event));
	event_log_add_done(fixture->event_log, 1, 1);
	add_events(fixture, N_EVENTS);
	die_at(fixture, 1 + N_EVENTS, 3);
	assert_true(may_go_on(fixture, &end));
	assert_true(is_kept("PASS ******"));
	assert_false(is_kept("sesame"));
}

/* The number of events before the cursor, which is not inside an event. */
static uint64_t events_before(const struct fixture *fixture, const struct event_log_cursor *end)
{
	struct event_log *log = fixture->event_log;
	struct event_log_cursor cursor = { 0 };
	struct event_log_record record;
	uint64_t n_events = 0;

	event_log_cut(log, end);
	while (event_log_next(log, &cursor, &record))
		n_events += record.kind == EVENT_LOG_EVENT || record.kind == EVENT_LOG_SKIPPED;
	return n_events;
}

static void one_that_had_come_to_something_ends_the_log(void **state)
{
	struct fixture *fixture = *state;
	struct event_log_cursor end;

	add_events(fixture, 0);
	die_at(fixture, 3, 3);
	assert_false(may_go_on(fixture, &end));
	assert_told(fixture, "13 ");
	assert_int_equal(kind_of(fixture, 3), EVENT_LOG_EVENT);
	assert_int_equal(events_before(fixture, &end), 2);
}

static void the_first_one_leaves_an_empty_log(void **state)
{
	struct fixture *fixture = *state;
	struct event_log_cursor end;

	add_events(fixture, 0);
	die_at(fixture, 1, 3);
	assert_false(may_go_on(fixture, &end));
	assert_int_equal(end.at, 0);
	assert_int_equal(events_before(fixture, &end), 0);
}

static void the_next_one_is_found_as_well(void **state)
{
	struct fixture *fixture = *state;
	struct event_log_cursor end;

	add_events(fixture, 4);
	die_at(fixture, 4, 3);
	assert_true(may_go_on(fixture, &end));
	die_at(fixture, 5, 3);
	assert_false(may_go_on(fixture, &end));
	assert_told(fixture, "14 15 ");
	assert_int_equal(events_before(fixture, &end), 4);
	assert_int_equal(kind_of(fixture, 4), EVENT_LOG_SKIPPED);
}

/* A skipped event is not dispatched, so a crash there has another cause. */
static void one_that_is_skipped_already_ends_the_log(void **state)
{
	struct fixture *fixture = *state;
	struct event_log_cursor end;

	add_events(fixture, 5);
	event_log_skip(fixture->event_log, 5);
	die_at(fixture, 5, 3);
	assert_false(may_go_on(fixture, &end));
	assert_int_equal(events_before(fixture, &end), 4);
}

static size_t count_kept(void)
{
	CLEANUP(mem_freep) char *path = state_directory_path("poison.events");
	size_t length, n_events = 0;
	FILE *file = fopen(path, "re");
	char bytes[4096];

	assert_non_null(file);
	length = fread(bytes, 1, sizeof(bytes), file);
	fclose(file);
	/* After the magic: heads of two and four bytes, little endian. */
	for (size_t at = 15; at < length; n_events++)
		at += 6 + (size_t) (uint8_t) bytes[at + 2] +
		      ((size_t) (uint8_t) bytes[at + 3] << 8);
	return n_events;
}

static void everything_up_to_it_is_kept(void **state)
{
	struct fixture *fixture = *state;
	struct event_log_cursor end;

	add_events(fixture, 3);
	die_at(fixture, 3, 3);
	assert_true(may_go_on(fixture, &end));
	assert_int_equal(count_kept(), 3);
	die_at(fixture, 4, 3);
	assert_false(may_go_on(fixture, &end));
	assert_int_equal(count_kept(), 3); /* the one before was skipped */
	assert_told(fixture, "13 14 ");
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(without_evidence_nothing_is_done),
		TEST(one_that_came_to_nothing_is_left_out),
		TEST(what_is_kept_has_no_passwords),
		TEST(one_that_had_come_to_something_ends_the_log),
		TEST(the_first_one_leaves_an_empty_log),
		TEST(the_next_one_is_found_as_well),
		TEST(one_that_is_skipped_already_ends_the_log),
		TEST(everything_up_to_it_is_kept),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
