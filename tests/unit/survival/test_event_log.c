/* The log of events, after a crash of its writer. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "survival/event_log.h"

static void add_line(struct event_log *log, uint64_t number)
{
	CLEANUP(buffer_done) struct buffer bytes = { 0 };

	buffer_format(&bytes, "line %llu", (unsigned long long) number);
	buffer_put(&bytes, "", 1);
	assert_true(event_log_add_event(log, &bytes));
	event_log_add_done(log, number * 3, 1);
}

static uint64_t number_of(const struct event_log_record *record)
{
	unsigned long long number;

	assert_int_equal(record->kind, EVENT_LOG_EVENT);
	assert_int_equal(sscanf(record->bytes, "line %llu", &number), 1);
	return number;
}

static struct event_log *log_new(void)
{
	struct event_log *log;

	assert_int_equal(event_log_new(&log), 0);
	return log;
}

/* Opens copies of the descriptors, as a new process would. */
static struct event_log *reopen(const struct event_log *log)
{
	int fds[EVENT_LOG_FILES];
	const char *reason;
	struct event_log *again;

	for (enum event_log_file i = 0; i < EVENT_LOG_FILES; i++)
		fds[i] = dup(event_log_fd(log, i));
	again = event_log_open(fds, &reason);
	if (!again)
		fail_msg("%s", reason);
	return again;
}

/* The log contains `count` lines: first, first + 1 ... */
static void assert_lines(const struct event_log *log, uint64_t first, uint64_t count)
{
	struct event_log_cursor cursor = { 0 };
	struct event_log_record record;
	uint64_t n = 0, fingerprint;

	while (event_log_next(log, &cursor, &record)) {
		if (record.kind == EVENT_LOG_DONE) {
			memcpy(&fingerprint, record.bytes, sizeof(fingerprint));
			assert_int_equal(fingerprint, (first + n - 1) * 3);
			continue;
		}
		assert_int_equal(number_of(&record), first + n);
		n++;
	}
	assert_int_equal(n, count);
}

static void assert_snapshot(const struct event_log *log, const char *text)
{
	size_t length;
	const char *bytes = event_log_snapshot(log, &length);

	assert_int_equal(length, text ? strlen(text) : 0);
	if (text)
		assert_memory_equal(bytes, text, length);
}

static void write_snapshot(struct event_log *log, const char *text)
{
	struct buffer bytes = { 0 };

	buffer_put_text(&bytes, text);
	assert_int_equal(event_log_write_snapshot(log, &bytes), 0);
	buffer_done(&bytes);
}

static void events_come_back_in_order(void **state)
{
	struct event_log *log = log_new(), *again;

	(void) state;
	for (uint64_t i = 1; i <= 1000; i++)
		add_line(log, i);
	again = reopen(log);
	assert_lines(again, 1, 1000);
	assert_snapshot(again, NULL);
	/* Writing continues. */
	add_line(again, 1001);
	event_log_free(log);
	log = reopen(again);
	assert_lines(log, 1, 1001);
	event_log_free(log);
	event_log_free(again);
}

static void noise_is_noted(void **state)
{
	const struct event_log_note noise = { 7, 512, true };
	struct event_log *log = log_new();
	struct event_log_cursor cursor = { 0 };
	struct event_log_record record;

	(void) state;
	event_log_add_note(log, EVENT_LOG_NOISE, noise);
	assert_true(event_log_next(log, &cursor, &record));
	assert_int_equal(record.kind, EVENT_LOG_NOISE);
	assert_memory_equal(record.bytes, &noise, sizeof(noise));
	event_log_free(log);
}

/* At each step of a snapshot, another process could be the next reader. */
static void a_snapshot_counts_once_it_is_whole(void **state)
{
	struct event_log *log = log_new(), *again;

	(void) state;
	add_line(log, 1);
	add_line(log, 2);
	event_log_begin_snapshot(log);
	add_line(log, 3);
	write_snapshot(log, "one");
	add_line(log, 4);
	again = reopen(log);
	assert_lines(again, 1, 4);
	assert_snapshot(again, NULL);
	event_log_free(again);
	event_log_commit_snapshot(log);
	again = reopen(log);
	assert_lines(again, 3, 2);
	assert_snapshot(again, "one");
	event_log_free(again);
	event_log_begin_snapshot(log);
	add_line(log, 5);
	write_snapshot(log, "second");
	event_log_commit_snapshot(log);
	again = reopen(log);
	assert_lines(again, 5, 1);
	assert_snapshot(again, "second");
	event_log_free(again);
	event_log_free(log);
}

static void an_abandoned_snapshot_changes_nothing(void **state)
{
	struct event_log *log = log_new(), *again;

	(void) state;
	add_line(log, 1);
	event_log_begin_snapshot(log);
	add_line(log, 2);
	event_log_abandon_snapshot(log);
	add_line(log, 3);
	again = reopen(log);
	assert_lines(again, 1, 3);
	event_log_free(again);
	event_log_begin_snapshot(log);
	write_snapshot(log, "two");
	event_log_commit_snapshot(log);
	again = reopen(log);
	assert_lines(again, 4, 0);
	assert_snapshot(again, "two");
	event_log_free(again);
	event_log_free(log);
}

static void many_events_ask_for_a_snapshot(void **state)
{
	struct event_log *log = log_new();

	(void) state;
	assert_false(event_log_is_long(log));
	for (int i = 0; i < 10 && !event_log_is_long(log); i++) {
		add_line(log, 1);
		event_log_add_done(log, 0, 100000);
	}
	assert_true(event_log_is_long(log));
	event_log_begin_snapshot(log);
	assert_false(event_log_is_long(log));
	event_log_free(log);
}

static void an_abandoned_snapshot_leaves_the_log_as_long_as_before(void **state)
{
	struct event_log *log = log_new();

	(void) state;
	assert_true(event_log_add_done(log, 0, 399996));
	assert_false(event_log_is_long(log));
	event_log_begin_snapshot(log);
	assert_true(event_log_add_done(log, 0, 0));
	event_log_abandon_snapshot(log);
	assert_true(event_log_is_long(log));
	assert_false(event_log_is_heavy(log));
	assert_true(event_log_add_done(log, 0, 7 * 400000));
	assert_true(event_log_is_heavy(log));
	event_log_begin_snapshot(log);
	write_snapshot(log, "one");
	event_log_commit_snapshot(log);
	assert_false(event_log_is_long(log));
	assert_false(event_log_is_heavy(log));
	event_log_free(log);
}

static bool add_large(struct event_log *log)
{
	static char text[4 << 20];
	const struct buffer bytes = { .bytes = text, .length = sizeof(text) };

	return event_log_add_event(log, &bytes);
}

/* However full both places are, an abandoned snapshot loses nothing. */
static void a_full_log_has_room_for_its_other_part(void **state)
{
	struct event_log *log = log_new();
	uint64_t n = 0;

	(void) state;
	while (n < 40 && add_large(log))
		n++;
	assert_int_equal(n, 40);
	assert_false(event_log_is_nearly_full(log));
	event_log_begin_snapshot(log);
	while (add_large(log))
		n++;
	assert_int_equal(n, 63); /* of a little more than 4 MiB, in 256 MiB */
	assert_true(event_log_is_nearly_full(log));
	event_log_abandon_snapshot(log);
	assert_false(event_log_is_switching(log));
	assert_true(event_log_bytes(log) > n * (4 << 20));
	assert_false(add_large(log));
	event_log_begin_snapshot(log);
	write_snapshot(log, "all");
	event_log_commit_snapshot(log);
	assert_true(add_large(log));
	event_log_free(log);
}

static void trials_are_remembered(void **state)
{
	struct event_log *log = log_new(), *again;

	(void) state;
	event_log_trials(log)->n_starts = 3;
	again = reopen(log);
	assert_int_equal(event_log_trials(again)->n_starts, 3);
	event_log_free(again);
	event_log_free(log);
}

/* A cursor behind that many lines and the records that follow each. */
static struct event_log_cursor cursor_after(const struct event_log *log, int lines)
{
	struct event_log_cursor cursor = { 0 };
	struct event_log_record record;

	for (int i = 0; i < 2 * lines; i++)
		assert_true(event_log_next(log, &cursor, &record));
	return cursor;
}

static void what_is_cut_off_is_gone(void **state)
{
	(void) state;
	for (int left = 0; left <= 6; left++) {
		struct event_log *log = log_new(), *again;
		struct event_log_cursor cursor;

		for (uint64_t i = 1; i <= 6; i++) {
			if (i == 4) /* also while a snapshot is made */
				event_log_begin_snapshot(log);
			add_line(log, i);
		}
		cursor = cursor_after(log, left);
		event_log_cut(log, &cursor);
		assert_lines(log, 1, (uint64_t) left);
		add_line(log, (uint64_t) left + 1);
		again = reopen(log);
		assert_lines(again, 1, (uint64_t) left + 1);
		event_log_free(again);
		event_log_free(log);
	}
}

static void the_start_moves_behind_a_snapshot(void **state)
{
	struct buffer bytes = { 0 };

	(void) state;
	for (int done = 0; done <= 4; done++) {
		struct event_log *log = log_new(), *again;
		struct event_log_cursor cursor;

		buffer_clear(&bytes);
		buffer_format(&bytes, "all up to %d", done);
		for (uint64_t i = 1; i <= 4; i++)
			add_line(log, i);
		cursor = cursor_after(log, done);
		assert_int_equal(event_log_move_start(log, &cursor, &bytes), 0);
		assert_int_equal(cursor.at, 0);
		assert_snapshot(log, buffer_text(&bytes));
		assert_lines(log, (uint64_t) done + 1, 4 - (uint64_t) done);
		add_line(log, 5);
		again = reopen(log);
		assert_snapshot(again, buffer_text(&bytes));
		assert_lines(again, (uint64_t) done + 1, 5 - (uint64_t) done);
		event_log_free(again);
		event_log_free(log);
	}
	buffer_done(&bytes);
}

/* What was written of a snapshot that found no room takes no memory. */
static void the_start_stays_if_the_snapshot_finds_no_room(void **state)
{
	char text[] = "everything";
	const struct buffer bytes = { .bytes = text, .length = sizeof(text) };
	const struct rlimit little = { 4, RLIM_INFINITY };
	struct event_log *log = log_new();
	struct event_log_cursor cursor;
	struct rlimit before;
	struct stat status;

	(void) state;
	add_line(log, 1);
	cursor = cursor_after(log, 1);
	signal(SIGXFSZ, SIG_IGN);
	assert_int_equal(getrlimit(RLIMIT_FSIZE, &before), 0);
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &little), 0);
	assert_int_equal(event_log_move_start(log, &cursor, &bytes), -EFBIG);
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &before), 0);
	assert_lines(log, 1, 1);
	for (int i = EVENT_LOG_SNAPSHOT_A; i <= EVENT_LOG_SNAPSHOT_A + 1; i++) {
		assert_int_equal(fstat(event_log_fd(log, i), &status), 0);
		assert_int_equal(status.st_size, 0);
	}
	event_log_free(log);
}

static void the_start_stays_while_another_snapshot_is_made(void **state)
{
	struct event_log *log = log_new();
	struct buffer bytes = { 0 };
	struct event_log_cursor cursor;

	(void) state;
	add_line(log, 1);
	event_log_begin_snapshot(log);
	add_line(log, 2);
	cursor = cursor_after(log, 1);
	assert_int_equal(event_log_move_start(log, &cursor, &bytes), -EBUSY);
	assert_lines(log, 1, 2);
	event_log_free(log);
}

static void what_was_gone_through_asks_for_a_snapshot_too(void **state)
{
	struct event_log *log = log_new();

	(void) state;
	for (int i = 0; i < 10 && !event_log_is_long(log); i++)
		event_log_weigh(log, 100000);
	assert_true(event_log_is_long(log));
	event_log_free(log);
}

static void a_skipped_event_keeps_its_number(void **state)
{
	struct event_log *log = log_new(), *again;
	struct event_log_record record;

	(void) state;
	for (uint64_t i = 1; i <= 4; i++) {
		if (i == 3) /* it may lie in either place */
			event_log_begin_snapshot(log);
		add_line(log, i);
	}
	event_log_skip(log, 1);
	event_log_skip(log, 3);
	event_log_skip(log, 5);
	event_log_skip(log, 0);
	again = reopen(log);
	for (uint64_t i = 1; i <= 4; i++) {
		assert_true(event_log_find_event(again, i, &record));
		assert_int_equal(record.kind, i % 2 ? EVENT_LOG_SKIPPED : EVENT_LOG_EVENT);
	}
	assert_false(event_log_find_event(again, 5, &record));
	assert_false(event_log_find_event(again, 0, &record));
	event_log_free(again);
	event_log_free(log);
}

static void a_snapshot_that_is_cut_short_is_refused(void **state)
{
	struct event_log *log = log_new();
	int fds[EVENT_LOG_FILES];
	const char *reason;

	(void) state;
	event_log_begin_snapshot(log);
	write_snapshot(log, "everything");
	event_log_commit_snapshot(log);
	assert_int_equal(ftruncate(event_log_fd(log, EVENT_LOG_SNAPSHOT_B), 4), 0);
	for (enum event_log_file i = 0; i < EVENT_LOG_FILES; i++)
		fds[i] = dup(event_log_fd(log, i));
	assert_null(event_log_open(fds, &reason));
	assert_string_equal(reason, "its snapshot is cut short");
	event_log_free(log);
}

static void strange_files_are_refused(void **state)
{
	int fds[EVENT_LOG_FILES];
	const char *reason = NULL;

	(void) state;
	for (size_t i = 0; i < ARRAY_LENGTH(fds); i++)
		fds[i] = open("/dev/null", O_RDWR | O_CLOEXEC);
	assert_null(event_log_open(fds, &reason));
	assert_non_null(reason);
}

static void a_foreign_head_is_refused(void **state)
{
	struct event_log *log = log_new();
	int fds[EVENT_LOG_FILES];
	const char *reason = NULL;

	(void) state;
	assert_int_equal(pwrite(event_log_fd(log, EVENT_LOG_HEAD), "x", 1, 0), 1);
	for (enum event_log_file i = 0; i < EVENT_LOG_FILES; i++)
		fds[i] = dup(event_log_fd(log, i));
	assert_null(event_log_open(fds, &reason));
	assert_string_equal(reason, "it is of another version");
	event_log_free(log);
}

/* Adds lines, with snapshots every now and then that name the last line in them. */
static void write_until_killed(struct event_log *log, uint64_t number)
{
	char text[32];

	for (uint64_t step = 0;; step++, number++) {
		add_line(log, number);
		if (step % 50 == 10)
			event_log_begin_snapshot(log);
		if (step % 50 == 10)
			snprintf(text, sizeof(text), "%llu", (unsigned long long) number);
		if (step % 50 == 15)
			write_snapshot(log, text);
		if (step % 100 == 20)
			event_log_commit_snapshot(log);
		if (step % 100 == 70)
			event_log_abandon_snapshot(log);
	}
}

/* The snapshot and the lines after it contain all lines from 1 on. */
static uint64_t check_whole(const struct event_log *log)
{
	struct event_log_cursor cursor = { 0 };
	struct event_log_record record;
	size_t length;
	const char *bytes = event_log_snapshot(log, &length);
	char text[32] = "0";
	uint64_t last;

	if (bytes)
		memcpy(text, bytes, length < sizeof(text) ? length : sizeof(text) - 1);
	last = strtoull(text, NULL, 10);
	while (event_log_next(log, &cursor, &record)) {
		if (record.kind != EVENT_LOG_EVENT)
			continue;
		assert_int_equal(number_of(&record), last + 1);
		last++;
	}
	return last;
}

static void sleep_us(long microseconds)
{
	const struct timespec time = { 0, microseconds * 1000 };

	nanosleep(&time, NULL);
}

static void death_at_any_moment_leaves_a_whole_log(void **state)
{
	struct event_log *log = log_new();
	unsigned int seed = (unsigned int) getpid();
	uint64_t last = 0;

	(void) state;
	print_message("seed %u\n", seed);
	for (int i = 0; i < 200; i++) {
		struct event_log *again = reopen(log);
		pid_t child = fork();

		if (child == 0) {
			/* Continue an unfinished snapshot as a restart does. */
			if (event_log_is_switching(again))
				event_log_abandon_snapshot(again);
			write_until_killed(again, last + 1);
		}
		event_log_free(again);
		sleep_us(rand_r(&seed) % 2000);
		kill(child, SIGKILL);
		waitpid(child, NULL, 0);
		again = reopen(log);
		last = check_whole(again);
		event_log_free(again);
	}
	assert_true(last > 0);
	event_log_free(log);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(events_come_back_in_order),
		cmocka_unit_test(noise_is_noted),
		cmocka_unit_test(a_snapshot_counts_once_it_is_whole),
		cmocka_unit_test(an_abandoned_snapshot_changes_nothing),
		cmocka_unit_test(many_events_ask_for_a_snapshot),
		cmocka_unit_test(an_abandoned_snapshot_leaves_the_log_as_long_as_before),
		cmocka_unit_test(a_full_log_has_room_for_its_other_part),
		cmocka_unit_test(trials_are_remembered),
		cmocka_unit_test(what_is_cut_off_is_gone),
		cmocka_unit_test(the_start_moves_behind_a_snapshot),
		cmocka_unit_test(the_start_stays_if_the_snapshot_finds_no_room),
		cmocka_unit_test(the_start_stays_while_another_snapshot_is_made),
		cmocka_unit_test(what_was_gone_through_asks_for_a_snapshot_too),
		cmocka_unit_test(a_skipped_event_keeps_its_number),
		cmocka_unit_test(a_snapshot_that_is_cut_short_is_refused),
		cmocka_unit_test(strange_files_are_refused),
		cmocka_unit_test(a_foreign_head_is_refused),
		cmocka_unit_test(death_at_any_moment_leaves_a_whole_log),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
