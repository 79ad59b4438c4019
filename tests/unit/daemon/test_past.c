/* One database of what was said: what is not written yet reaches the next process, nothing is there
 * twice, and faults are reported once, in the log and to operators. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <sqlite3.h>
#include <stdio.h>
#include <unistd.h>

#include "../store/faulty_disk.h"
#include "base/cleanup.h"
#include "base/mem.h"
#include "config/problem.h"
#include "daemon/past.h"
#include "proto/history_query.h"
#include "proto/history_row.h"
#include "world/history.h"
#include "world/world.h"

#define MOST_MS 20000
#define RETRY_MS 30000
#define SNAPSHOT_FIELD 7
#define LONG_TEXT (1 << 20)

struct house {
	struct loop *loop;
	struct log log;
	struct engine *engine;
	struct past *past;
	struct past_needs needs;
	char directory[32];
	char path[64];
	struct buffer entries; /* of the log; with counts */
	struct buffer states;  /* the status of each EVENT_HISTORY */
	size_t n_answers;
	size_t n_refused;
	size_t n_rows; /* of the last answer */
};

static uint64_t ahead_ms;

uint64_t __real_loop_now_ms(const struct loop *loop);
uint64_t __wrap_loop_now_ms(const struct loop *loop);
uint64_t __wrap_loop_now_ms(const struct loop *loop)
{
	return __real_loop_now_ms(loop) + ahead_ms;
}

static void note_entry(void *data, enum logbook entry, const char *const *fields)
{
	struct house *house = data;

	buffer_format(&house->entries, "%s ", logbook_row(entry)->name);
	for (; *fields; fields += 2)
		if (strcmp(fields[0], "COUNT") == 0)
			buffer_format(&house->entries, "%s ", fields[1]);
}

static void note_event(void *data, const struct event *event)
{
	struct house *house = data;

	if (event->kind == EVENT_HISTORY)
		buffer_format(&house->states, "%u ", (unsigned int) event->status);
}

static void ignore_outcome(void *data, const struct event *event, const struct outbox *outbox)
{
	(void) data;
	(void) event;
	(void) outbox;
}

static void ignore_effects(void *data, const struct outbox *outbox)
{
	(void) data;
	(void) outbox;
}

static void on_answer(void *data, uint64_t session, uint64_t request, const struct buffer *answer)
{
	struct house *house = data;
	struct pack_field field;
	struct pack pack;

	(void) session;
	(void) request;
	house->n_answers++;
	house->n_refused += !answer;
	house->n_rows = 0;
	if (!answer)
		return;
	pack = pack_over(answer->bytes, answer->length);
	while (pack_next(&pack, &field))
		house->n_rows += field.id == HISTORY_ANSWER_ROW;
}

static void begin_world(struct house *house)
{
	const struct source source = { .text = "history: { enabled = true; };" };
	struct event event = { .kind = EVENT_SETTINGS };
	struct problems problems = { 0 };

	engine_set_world(house->engine, world_new());
	event.settings = settings_parse(&source, 1, &problems);
	problems_done(&problems);
	engine_handle(house->engine, &event);
	settings_unref(event.settings);
}

static int set_up(void **state)
{
	struct house *house = mem_new(sizeof(*house));
	const struct engine_calls calls = { note_event, ignore_outcome, ignore_effects, NULL,
		house };

	ahead_ms = 0;
	faulty_disk_install(true);
	strcpy(house->directory, "/tmp/papod-test-XXXXXX");
	if (!mkdtemp(house->directory))
		return -1;
	snprintf(house->path, sizeof(house->path), "%s/history.db", house->directory);
	setenv("STATE_DIRECTORY", house->directory, 1);
	house->log = (struct log){ note_entry, house };
	if (loop_new(&house->loop) < 0 || engine_new(house->loop, &calls, &house->engine) < 0)
		return -1;
	begin_world(house);
	house->needs = (struct past_needs){ .loop = house->loop,
		.log = &house->log,
		.engine = house->engine,
		.on_answer = on_answer,
		.data = house };
	house->past = past_new(&house->needs);
	*state = house;
	return 0;
}

static int tear_down(void **state)
{
	struct house *house = *state;
	char command[64];

	past_free(house->past);
	engine_free(house->engine);
	loop_free(house->loop);
	buffer_done(&house->entries);
	buffer_done(&house->states);
	snprintf(command, sizeof(command), "rm -rf %s", house->directory);
	assert_int_equal(system(command), 0);
	free(house);
	faulty_disk_fail(0, SQLITE_OK, false);
	faulty_disk_remove();
	sqlite3_shutdown();
	return 0;
}

static void expect_text(struct buffer *text, const char *expected)
{
	assert_string_equal(buffer_text(text), expected);
	buffer_clear(text);
}

static struct bytes *bytes_of(const struct buffer *buffer)
{
	struct bytes *bytes = mem_space(sizeof(*bytes) + buffer->length);

	bytes->length = buffer->length;
	memcpy(bytes->bytes, buffer->bytes, buffer->length);
	return bytes;
}

static void say_text(struct house *house, uint64_t id, struct piece text)
{
	CLEANUP(buffer_done) struct buffer buffer = { 0 };
	struct bytes *bytes;

	history_request_save(&buffer, &(struct history_request){ .kind = HISTORY_REQUEST_ADD,
					      .row = { .id = id,
						      .target = 7,
						      .verb = HISTORY_VERB_PRIVMSG,
						      .source = piece_of("ana!a@b"),
						      .text = text } });
	bytes = bytes_of(&buffer);
	past_add(house->past, bytes);
	free(bytes);
}

static void say(struct house *house, uint64_t first, uint64_t last)
{
	for (uint64_t id = first; id <= last; id++)
		say_text(house, id, piece_of("hello"));
	past_tick(house->past);
}

static void turn(struct house *house)
{
	assert_int_equal(loop_turn(house->loop, loop_clock_ms() + 5), 0);
	past_tick(house->past);
}

/* Returns how many rows the answer has. */
static size_t ask(struct house *house)
{
	CLEANUP(buffer_done) struct buffer buffer = { 0 };
	struct history_query query = { .kind = HISTORY_QUERY_LAST, .limit = 1000 };
	uint64_t end_ms = loop_clock_ms() + MOST_MS;
	size_t n_answers = house->n_answers;
	struct bytes *bytes;

	history_query_add_place(&query, &(struct history_place){ .target = 7 });
	history_query_save(&buffer, &query);
	history_query_done(&query);
	bytes = bytes_of(&buffer);
	past_ask(house->past, 1, 1, bytes);
	free(bytes);
	while (house->n_answers == n_answers && loop_clock_ms() < end_ms)
		turn(house);
	assert_int_equal(house->n_answers, n_answers + 1);
	return house->n_rows;
}

static void turn_until_logged(struct house *house, const char *entries)
{
	uint64_t end_ms = loop_clock_ms() + MOST_MS;

	while (strcmp(buffer_text(&house->entries), entries) != 0 && loop_clock_ms() < end_ms)
		turn(house);
	expect_text(&house->entries, entries);
}

static size_t pending_bytes(const struct house *house)
{
	struct buffer saved = { 0 };
	size_t length;

	past_save(house->past, &saved, SNAPSHOT_FIELD);
	length = saved.length;
	buffer_done(&saved);
	return length;
}

/* The next process has what this one saved; this one dies, and writes nothing more. */
static void die_after_snapshot(struct house *house, const struct buffer *snapshot)
{
	struct pack pack = pack_over(snapshot->bytes, snapshot->length);
	struct pack_field field;

	past_forget(house->past);
	past_free(house->past);
	faulty_disk_fail(0, SQLITE_OK, false);
	house->past = past_new(&house->needs);
	while (pack_next(&pack, &field))
		past_load(house->past, &field);
}

static void what_was_not_written_is_in_the_snapshot(void **state)
{
	CLEANUP(buffer_done) struct buffer snapshot = { 0 };
	struct house *house = *state;

	past_begin(house->past);
	say(house, 1, 10);
	assert_int_equal(ask(house), 10);
	faulty_disk_fail(1, SQLITE_FULL, true);
	say(house, 11, 20);
	turn_until_logged(house, "history-failed ");
	past_save(house->past, &snapshot, SNAPSHOT_FIELD);
	die_after_snapshot(house, &snapshot);
	past_begin(house->past);
	say(house, 21, 30);
	assert_int_equal(ask(house), 30);
	assert_int_equal(house->n_refused, 0);
}

/* As an old snapshot and its log repeat it. */
static void what_was_written_already_is_not_there_twice(void **state)
{
	CLEANUP(buffer_done) struct buffer snapshot = { 0 };
	struct house *house = *state;

	past_begin(house->past);
	say(house, 1, 10);
	past_save(house->past, &snapshot, SNAPSHOT_FIELD);
	assert_true(snapshot.length > 0);
	assert_int_equal(ask(house), 10);
	die_after_snapshot(house, &snapshot);
	say(house, 5, 12);
	past_begin(house->past);
	assert_int_equal(ask(house), 12);
}

static void once_it_is_written_the_snapshot_has_nothing(void **state)
{
	struct house *house = *state;
	struct buffer saved = { 0 };
	size_t n_empty;

	past_begin(house->past);
	n_empty = pending_bytes(house);
	say(house, 1, 10);
	assert_true(pending_bytes(house) > n_empty);
	assert_int_equal(ask(house), 10);
	assert_int_equal(pending_bytes(house), n_empty);
	buffer_done(&saved);
}

static void a_failing_disk_is_reported_once_and_works_again(void **state)
{
	struct house *house = *state;

	past_begin(house->past);
	say(house, 1, 10);
	assert_int_equal(ask(house), 10);
	expect_text(&house->states, "0 ");
	faulty_disk_fail(1, SQLITE_FULL, true);
	say(house, 11, 20);
	turn_until_logged(house, "history-failed ");
	say(house, 21, 30);
	(void) ask(house);
	expect_text(&house->entries, "");
	expect_text(&house->states, "3 ");
	faulty_disk_fail(0, SQLITE_OK, false);
	turn_until_logged(house, "history-works ");
	expect_text(&house->states, "4 ");
	assert_int_equal(ask(house), 30);
}

static void a_foreign_file_is_used_once_it_is_gone(void **state)
{
	struct house *house = *state;
	FILE *file = fopen(house->path, "we");

	assert_non_null(file);
	for (int i = 0; i < 10; i++)
		fputs("This is no database.", file);
	assert_int_equal(fclose(file), 0);
	past_begin(house->past);
	expect_text(&house->entries, "history-failed ");
	expect_text(&house->states, "3 ");
	say(house, 1, 10);
	(void) ask(house);
	assert_int_equal(house->n_refused, 1);
	ahead_ms += RETRY_MS;
	past_tick(house->past);
	expect_text(&house->entries, "");
	assert_int_equal(unlink(house->path), 0);
	ahead_ms += RETRY_MS;
	assert_true(past_next_deadline(house->past) <= loop_now_ms(house->loop));
	past_tick(house->past);
	expect_text(&house->entries, "history-works ");
	expect_text(&house->states, "4 0 ");
	assert_int_equal(ask(house), 10);
}

/* It works, but more is said than can be written: the loss has an end, too. */
static void what_is_lost_is_counted(void **state)
{
	CLEANUP(mem_freep) char *text = mem_space(LONG_TEXT);
	struct house *house = *state;
	uint64_t id = 0;

	memset(text, 'x', LONG_TEXT);
	past_begin(house->past);
	while (!house->entries.length && id < 100)
		say_text(house, ++id, (struct piece){ text, LONG_TEXT });
	expect_text(&house->entries, "history-lost 1 ");
	assert_in_range(id, 16, 20);
	for (int i = 0; i < 3; i++)
		say_text(house, ++id, (struct piece){ text, LONG_TEXT });
	past_tick(house->past);
	turn_until_logged(house, "history-lost 3 ");
	say(house, 101, 105);
	assert_int_equal(ask(house), id - 4 + 5);
	expect_text(&house->entries, "");
	expect_text(&house->states, "0 ");
}

static bool add_of_kind(struct house *house, enum history_request_kind kind, uint64_t id)
{
	CLEANUP(buffer_done) struct buffer buffer = { 0 };
	struct bytes *bytes;
	bool is_there;

	history_request_save(
		&buffer, &(struct history_request){ .kind = kind, .row.id = id, .number = 1 });
	bytes = bytes_of(&buffer);
	is_there = past_add(house->past, bytes);
	free(bytes);
	return is_there;
}

/* Nothing can be written, and no more messages can wait. */
static void fill_what_waits(struct house *house)
{
	CLEANUP(mem_freep) char *text = mem_space(LONG_TEXT);

	memset(text, 'x', LONG_TEXT);
	for (uint64_t id = 1; !house->entries.length && id < 100; id++)
		say_text(house, id, (struct piece){ text, LONG_TEXT });
	for (uint64_t id = 101; id < 25000; id++)
		say_text(house, id, piece_of("hello"));
}

static void removals_wait_when_messages_cannot(void **state)
{
	struct house *house = *state;

	for (int is_open = 0; is_open < 2; is_open++) {
		if (is_open)
			past_begin(house->past);
		fill_what_waits(house);
		assert_false(add_of_kind(house, HISTORY_REQUEST_EDIT, 1));
		assert_true(add_of_kind(house, HISTORY_REQUEST_REMOVE, 1));
		assert_true(add_of_kind(house, HISTORY_REQUEST_FORGET, 1));
		assert_true(add_of_kind(house, HISTORY_REQUEST_ERASE, 1));
		past_forget(house->past);
		buffer_clear(&house->entries);
	}
}

/* What waits is part of each snapshot, so it has an end for removals, too. */
static void removals_have_a_reserve_with_an_end(void **state)
{
	struct house *house = *state;
	size_t n = 0;

	fill_what_waits(house);
	buffer_clear(&house->entries);
	while (add_of_kind(house, HISTORY_REQUEST_REMOVE, 1) && n < 10000000)
		n++;
	assert_in_range(n, 50000, 1000000);
	assert_in_range(pending_bytes(house), 16 << 20, 21 << 20);
}

static void a_close_writes_everything(void **state)
{
	struct house *house = *state;

	past_begin(house->past);
	say(house, 1, 500);
	past_close(house->past);
	assert_int_equal(pending_bytes(house), 0);
	past_begin(house->past);
	assert_int_equal(ask(house), 500);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
		TEST(what_was_not_written_is_in_the_snapshot),
		TEST(what_was_written_already_is_not_there_twice),
		TEST(once_it_is_written_the_snapshot_has_nothing),
		TEST(a_failing_disk_is_reported_once_and_works_again),
		TEST(a_foreign_file_is_used_once_it_is_gone),
		TEST(what_is_lost_is_counted),
		TEST(removals_wait_when_messages_cannot),
		TEST(removals_have_a_reserve_with_an_end),
		TEST(a_close_writes_everything),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
