/* The threads of an archive: what is asked sees what was added before, and nothing is lost at a
 * stop. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <sqlite3.h>
#include <unistd.h>

#include "desk.h"

#define QUESTIONS 200
#define LONG_TEXT (1 << 20)

static int set_up(void **state)
{
	struct desk *desk = desk_new();

	desk_open(desk);
	*state = desk;
	return 0;
}

static int tear_down(void **state)
{
	struct desk *desk = *state;

	assert_int_equal(desk->n_faults, 0);
	desk_free(desk);
	return 0;
}

static void a_question_sees_what_was_added_before(void **state)
{
	struct desk *desk = *state;

	for (uint64_t id = 1; id <= 20; id++) {
		desk_say(desk, id);
		desk_ask(desk, id, NULL);
		desk_wait_for_answers(desk, id);
		assert_int_equal(desk->n_rows, id);
	}
	assert_int_equal(desk->n_refused, 0);
}

static void what_was_added_is_written_at_a_stop(void **state)
{
	struct desk *desk = *state;

	for (uint64_t id = 1; id <= 100; id++)
		desk_say(desk, id);
	archive_stop(desk->archive);
	assert_int_equal(archive_pending_bytes(desk->archive), 0);
	archive_free(desk->archive);
	desk_open(desk);
	assert_int_equal(archive_last_id(desk->archive), 100);
}

/* As a process leaves it that could not write for long. */
static void what_waited_for_long_is_taken_whole(void **state)
{
	struct desk *desk = *state;
	struct buffer bytes = { 0 };
	char *text = malloc(LONG_TEXT);

	memset(text, 'x', LONG_TEXT);
	for (uint64_t id = 1; id <= 20; id++)
		history_request_save(&bytes, &(struct history_request){ .kind = HISTORY_REQUEST_ADD,
						     .row = { .id = id,
							     .target = 7,
							     .verb = HISTORY_VERB_PRIVMSG,
							     .source = piece_of("ana!a@b"),
							     .text = { text, LONG_TEXT } } });
	assert_true(archive_add(desk->archive, bytes.bytes, bytes.length));
	assert_false(archive_add(desk->archive, bytes.bytes, bytes.length));
	archive_stop(desk->archive);
	archive_free(desk->archive);
	desk_open(desk);
	assert_int_equal(archive_last_id(desk->archive), 20);
	buffer_done(&bytes);
	free(text);
}

/* Each is answered, or comes back as it was: never is an answer cut off. */
static void a_stop_returns_the_questions_that_it_interrupts(void **state)
{
	struct desk *desk = *state;
	uint64_t session, request;
	struct buffer question;
	size_t n = 0;

	for (uint64_t id = 1; id <= 500; id++)
		desk_say(desk, id);
	for (uint64_t i = 0; i < QUESTIONS; i++)
		desk_ask(desk, i, NULL);
	archive_stop(desk->archive);
	archive_take_news(desk->archive);
	assert_true(!desk->n_answers || desk->n_rows == 500);
	for (; archive_take_unanswered(desk->archive, &session, &request, &question); n++) {
		struct history_query query;

		assert_true(history_query_load(question.bytes, question.length, &query));
		history_query_done(&query);
		buffer_done(&question);
	}
	assert_int_equal(desk->n_answers + n, QUESTIONS);
	assert_int_equal(desk->n_refused, 0);
}

static int64_t count_copied(const struct desk *desk)
{
	sqlite3 *handle = NULL;
	sqlite3_stmt *statement = NULL;
	int64_t n;

	assert_int_equal(
		sqlite3_open_v2(desk->copy, &handle, SQLITE_OPEN_READONLY, NULL), SQLITE_OK);
	assert_int_equal(
		sqlite3_prepare_v2(handle, "SELECT count(*) FROM messages", -1, &statement, NULL),
		SQLITE_OK);
	assert_int_equal(sqlite3_step(statement), SQLITE_ROW);
	n = sqlite3_column_int64(statement, 0);
	sqlite3_finalize(statement);
	sqlite3_close(handle);
	return n;
}

static void a_copy_has_what_was_added_before(void **state)
{
	struct desk *desk = *state;

	for (uint64_t i = 1; i <= 5; i++) {
		desk_say(desk, i);
		assert_true(archive_back_up(desk->archive, desk->copy));
		assert_false(archive_back_up(desk->archive, desk->copy));
		desk_wait_for_backups(desk, i);
		assert_string_equal(desk->reason, "");
		assert_int_equal(count_copied(desk), i);
	}
}

static void a_copy_that_cannot_be_made_is_no_fault_of_the_file(void **state)
{
	struct desk *desk = *state;

	assert_true(archive_back_up(desk->archive, "/nonexistent/copy.db"));
	desk_wait_for_backups(desk, 1);
	assert_string_equal(desk->reason, "/nonexistent/copy.db.new: No such file or directory");
	desk_say(desk, 1);
	desk_ask(desk, 1, NULL);
	desk_wait_for_answers(desk, 1);
	assert_int_equal(desk->n_rows, 1);
}

/* A stop does not wait for it, and leaves nothing of it. */
static void a_stop_ends_a_copy(void **state)
{
	struct desk *desk = *state;

	for (uint64_t id = 1; id <= 20000; id++)
		desk_say(desk, id);
	assert_true(archive_back_up(desk->archive, desk->copy));
	archive_stop(desk->archive);
	archive_take_news(desk->archive);
	assert_int_equal(archive_pending_bytes(desk->archive), 0);
	assert_int_equal(access(desk->copy, F_OK), desk->n_backups ? 0 : -1);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_question_sees_what_was_added_before),
		TEST(what_was_added_is_written_at_a_stop),
		TEST(what_waited_for_long_is_taken_whole),
		TEST(a_stop_returns_the_questions_that_it_interrupts),
		TEST(a_copy_has_what_was_added_before),
		TEST(a_copy_that_cannot_be_made_is_no_fault_of_the_file),
		TEST(a_stop_ends_a_copy),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
