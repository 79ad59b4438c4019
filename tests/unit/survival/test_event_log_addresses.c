/* Records are found again by address, wherever the log has moved them. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include <unistd.h>

#include "survival/event_log.h"

static struct event_log *log_new(void)
{
	struct event_log *log;

	assert_int_equal(event_log_new(&log), 0);
	return log;
}

/* Returns its address. */
static uint64_t add_line(struct event_log *log, char *line)
{
	const struct buffer bytes = { .bytes = line, .length = strlen(line) };
	struct event_log_record record;

	assert_true(event_log_add_event(log, &bytes));
	record = event_log_last_event(log);
	return event_log_address(log, &record);
}

static bool is_line_at(struct event_log *log, uint64_t address, const char *line)
{
	const char *bytes = event_log_bytes_at(log, address, strlen(line));

	return bytes && memcmp(bytes, line, strlen(line)) == 0;
}

static void write_snapshot(struct event_log *log)
{
	char text[] = "all";
	const struct buffer bytes = { .bytes = text, .length = sizeof(text) };

	assert_int_equal(event_log_write_snapshot(log, &bytes), 0);
}

static void records_keep_their_address(void **state)
{
	struct event_log *log = log_new();
	uint64_t one, two;

	(void) state;
	add_line(log, (char[]){ "line 0" });
	one = add_line(log, (char[]){ "line 1" });
	event_log_begin_snapshot(log);
	two = add_line(log, (char[]){ "line 2" });
	assert_true(is_line_at(log, one, "line 1") && is_line_at(log, two, "line 2"));
	event_log_abandon_snapshot(log);
	assert_true(is_line_at(log, one, "line 1") && is_line_at(log, two, "line 2"));
	assert_null(event_log_bytes_at(log, two, 100));
	event_log_free(log);
}

static void what_a_snapshot_has_replaced_is_not_found(void **state)
{
	struct event_log *log = log_new();
	uint64_t one = add_line(log, (char[]){ "line 1" }), two;

	(void) state;
	event_log_begin_snapshot(log);
	two = add_line(log, (char[]){ "line 2" });
	write_snapshot(log);
	assert_int_equal(event_log_snapshots(log), 0);
	event_log_commit_snapshot(log);
	assert_int_equal(event_log_snapshots(log), 1);
	assert_null(event_log_bytes_at(log, one, 6));
	assert_true(is_line_at(log, two, "line 2"));
	one = add_line(log, (char[]){ "line 3" });
	assert_true(is_line_at(log, one, "line 3"));
	event_log_free(log);
}

static struct event_log *reopen(const struct event_log *log)
{
	int fds[EVENT_LOG_FILES];
	const char *reason;

	for (enum event_log_file i = 0; i < EVENT_LOG_FILES; i++)
		fds[i] = dup(event_log_fd(log, i));
	return event_log_open(fds, &reason);
}

static void in_a_new_process_each_record_has_an_address_too(void **state)
{
	struct event_log *log = log_new(), *again;
	struct event_log_cursor cursor = { 0 };
	struct event_log_record one, two;

	(void) state;
	add_line(log, (char[]){ "line 1" });
	event_log_begin_snapshot(log);
	add_line(log, (char[]){ "line 2" });
	again = reopen(log);
	assert_non_null(again);
	assert_true(event_log_next(again, &cursor, &one));
	assert_true(event_log_next(again, &cursor, &two));
	assert_true(is_line_at(again, event_log_address(again, &one), "line 1"));
	assert_true(is_line_at(again, event_log_address(again, &two), "line 2"));
	event_log_free(again);
	event_log_free(log);
}

static void what_moves_to_the_start_of_the_log_keeps_its_address(void **state)
{
	char text[] = "first";
	const struct buffer snapshot = { .bytes = text, .length = sizeof(text) };
	struct event_log *log = log_new();
	struct event_log_cursor cursor = { 0 };
	struct event_log_record record;
	uint64_t one = add_line(log, (char[]){ "line 1" });
	uint64_t two = add_line(log, (char[]){ "line 2" });

	(void) state;
	assert_true(event_log_next(log, &cursor, &record));
	assert_int_equal(event_log_move_start(log, &cursor, &snapshot), 0);
	assert_int_equal(event_log_snapshots(log), 1);
	assert_null(event_log_bytes_at(log, one, 6));
	assert_true(is_line_at(log, two, "line 2"));
	event_log_free(log);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(records_keep_their_address),
		cmocka_unit_test(what_a_snapshot_has_replaced_is_not_found),
		cmocka_unit_test(in_a_new_process_each_record_has_an_address_too),
		cmocka_unit_test(what_moves_to_the_start_of_the_log_keeps_its_address),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
