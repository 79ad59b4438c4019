/* Questions: their queue in a session, and their way through a snapshot. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "fixture.h"
#include "world/question.h"

static void questions_are_answered_in_the_order_of_asking(void **state)
{
	struct world *world = world_of("");
	struct session *session = session_of(user_of(world, 1, "ana"));

	(void) state;
	session_ask(session, question_new(world, QUESTION_LIST, "", NULL));
	session_ask(session, question_new(world, QUESTION_WHO, "*", "o"));
	session_ask(session, question_new(world, QUESTION_NAMES, "#a", NULL));
	assert_int_equal(session->question->kind, QUESTION_LIST);
	session_drop_question(session);
	assert_int_equal(session->question->kind, QUESTION_WHO);
	session_drop_question(session);
	assert_string_equal(session->question->text, "#a");
	session_drop_question(session);
	assert_null(session->question);
	world_free(world);
}

static void questions_go_with_their_session(void **state)
{
	struct world *world = world_of("");
	struct session *session = session_of(user_of(world, 1, "ana"));

	(void) state;
	session_ask(session, question_new(world, QUESTION_LIST, "", NULL));
	session_ask(session, question_new(world, QUESTION_LIST, ">1", "C>5"));
	world_free(world);
}

static struct question *load(const struct buffer *bytes)
{
	struct pack pack = pack_over(bytes->bytes, bytes->length);
	struct pack_field field;

	assert_true(pack_next(&pack, &field));
	return question_load(pack_field_record(&field));
}

static void a_question_survives_as_it_was(void **state)
{
	struct world *world = world_of("");
	struct question *question, *loaded;
	struct buffer bytes = { 0 }, again = { 0 };

	(void) state;
	user_of(world, 1, "ana");
	question = question_new(world, QUESTION_WHO, "*", "o%n");
	question_move(question, 7);
	question_count_shown(question);
	question_save(&bytes, 5, question);
	loaded = load(&bytes);
	assert_int_equal(loaded->kind, QUESTION_WHO);
	assert_string_equal(loaded->text, "*");
	assert_string_equal(loaded->options, "o%n");
	assert_int_equal(loaded->number, 7);
	assert_int_equal(loaded->until, world->next_number);
	assert_int_equal(loaded->asked_wall_ms, WALL_MS);
	assert_int_equal(loaded->n_shown, 1);
	question_next_item(loaded);
	assert_int_equal(loaded->item, 1);
	assert_int_equal(loaded->number, 0);
	question_save(&again, 5, question);
	assert_int_equal(bytes.length, again.length);
	assert_memory_equal(bytes.bytes, again.bytes, bytes.length);
	question_free(question);
	question_free(loaded);
	question_free(NULL);
	buffer_done(&bytes);
	buffer_done(&again);
	world_free(world);
}

static void a_question_of_no_kind_or_about_nothing_is_refused(void **state)
{
	static const struct {
		uint64_t kind;
		const char *text;
	} rows[] = { { 0, "*" }, { QUESTION_KINDS, "*" }, { QUESTION_LIST, NULL } };

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

static void a_pause_for_reading_and_a_question_need_each_other(void **state)
{
	struct world *world = world_of("");
	struct session *session = session_of(user_of(world, 1, "ana"));

	(void) state;
	session_ask(session, question_new(world, QUESTION_LIST, "", NULL));
	assert_non_null(world_check(world));
	session->pauses = SESSION_PAUSE_READ;
	assert_sound(world);
	session->question->until++;
	assert_string_equal(world_check(world), "a question is about those who are still to come");
	session_drop_question(session);
	assert_non_null(world_check(world));
	world_free(world);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(questions_are_answered_in_the_order_of_asking),
		cmocka_unit_test(questions_go_with_their_session),
		cmocka_unit_test(a_question_survives_as_it_was),
		cmocka_unit_test(a_question_of_no_kind_or_about_nothing_is_refused),
		cmocka_unit_test(a_pause_for_reading_and_a_question_need_each_other),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
