/* Long answers: their queue in a session, and their way through a snapshot. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "fixture.h"
#include "world/answer_cursor.h"

static void answers_come_in_the_order_of_asking(void **state)
{
	struct world *world = world_of("");
	struct session *session = session_of(user_of(world, 1, "ana"));

	(void) state;
	session_add_answer(session, answer_cursor_new(world, ANSWER_KIND_LIST, "", NULL));
	session_add_answer(session, answer_cursor_new(world, ANSWER_KIND_WHO, "*", "o"));
	session_add_answer(session, answer_cursor_new(world, ANSWER_KIND_NAMES, "#a", NULL));
	assert_int_equal(session->answer->kind, ANSWER_KIND_LIST);
	session_drop_answer(session);
	assert_int_equal(session->answer->kind, ANSWER_KIND_WHO);
	session_drop_answer(session);
	assert_string_equal(session->answer->text, "#a");
	session_drop_answer(session);
	assert_null(session->answer);
	world_free(world);
}

static void answers_go_with_their_session(void **state)
{
	struct world *world = world_of("");
	struct session *session = session_of(user_of(world, 1, "ana"));

	(void) state;
	session_add_answer(session, answer_cursor_new(world, ANSWER_KIND_LIST, "", NULL));
	session_add_answer(session, answer_cursor_new(world, ANSWER_KIND_LIST, ">1", "C>5"));
	world_free(world);
}

static struct answer_cursor *load(const struct buffer *bytes)
{
	struct pack pack = pack_over(bytes->bytes, bytes->length);
	struct pack_field field;

	assert_true(pack_next(&pack, &field));
	return answer_cursor_load(pack_field_record(&field));
}

static void a_cursor_survives_as_it_was(void **state)
{
	struct world *world = world_of("");
	struct answer_cursor *cursor, *loaded;
	struct buffer bytes = { 0 }, again = { 0 };

	(void) state;
	user_of(world, 1, "ana");
	cursor = answer_cursor_new(world, ANSWER_KIND_WHO, "*", "o%n");
	answer_cursor_move(cursor, 7);
	answer_cursor_count_shown(cursor);
	answer_cursor_save(&bytes, 5, cursor);
	loaded = load(&bytes);
	assert_int_equal(loaded->kind, ANSWER_KIND_WHO);
	assert_string_equal(loaded->text, "*");
	assert_string_equal(loaded->options, "o%n");
	assert_int_equal(loaded->number, 7);
	assert_int_equal(loaded->until, world->next_number);
	assert_int_equal(loaded->asked_wall_ms, WALL_MS);
	assert_int_equal(loaded->n_shown, 1);
	answer_cursor_next_item(loaded);
	assert_int_equal(loaded->item, 1);
	assert_int_equal(loaded->number, 0);
	answer_cursor_save(&again, 5, cursor);
	assert_int_equal(bytes.length, again.length);
	assert_memory_equal(bytes.bytes, again.bytes, bytes.length);
	answer_cursor_free(cursor);
	answer_cursor_free(loaded);
	answer_cursor_free(NULL);
	buffer_done(&bytes);
	buffer_done(&again);
	world_free(world);
}

static void a_cursor_of_no_kind_or_about_nothing_is_refused(void **state)
{
	static const struct {
		uint64_t kind;
		const char *text;
	} rows[] = { { 0, "*" }, { ANSWER_KINDS, "*" }, { ANSWER_KIND_LIST, NULL } };

	(void) state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct buffer bytes = { 0 };
		size_t record = pack_begin(&bytes, 5);

		pack_u64(&bytes, 1, rows[i].kind);
		pack_text(&bytes, 2, rows[i].text);
		pack_end(&bytes, record);
		assert_null(load(&bytes));
		buffer_done(&bytes);
	}
}

static void a_pause_for_reading_and_an_answer_need_each_other(void **state)
{
	struct world *world = world_of("");
	struct session *session = session_of(user_of(world, 1, "ana"));

	(void) state;
	session_add_answer(session, answer_cursor_new(world, ANSWER_KIND_LIST, "", NULL));
	assert_non_null(world_check(world));
	session->pauses = SESSION_PAUSE_READ;
	assert_sound(world);
	session->answer->until++;
	assert_string_equal(world_check(world), "an answer is about those who are still to come");
	session_drop_answer(session);
	assert_non_null(world_check(world));
	world_free(world);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(answers_come_in_the_order_of_asking),
		cmocka_unit_test(answers_go_with_their_session),
		cmocka_unit_test(a_cursor_survives_as_it_was),
		cmocka_unit_test(a_cursor_of_no_kind_or_about_nothing_is_refused),
		cmocka_unit_test(a_pause_for_reading_and_an_answer_need_each_other),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
