/* What refers to the messages of an answer, from behind them. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <sqlite3.h>

#include "vault.h"

#define ONLY_A ((const struct vault_place[]){ { 1, 0, "#a" }, { 0 } })
#define A_AND_B ((const struct vault_place[]){ { 1, 0, "#a" }, { 2, 0, "#b" }, { 0 } })
#define REACTION "+draft/react=yes;+draft/reply=id"

static void add(struct vault *vault, int64_t target, uint64_t id, enum history_verb verb)
{
	const struct history_request request = { .kind = HISTORY_REQUEST_ADD,
		.row = { .id = id,
			.target = target,
			.verb = verb,
			.source = piece_of("bea!b@b"),
			.rest = piece_of(verb == HISTORY_VERB_TAGMSG ? REACTION : "reply=") } };

	vault_apply(vault, &request);
}

/* Messages 1 to 3 on #a, a reaction on #b, and two on #a with other events between them. */
static int set_up(void **state)
{
	struct vault *vault = vault_new();

	for (uint64_t id = 1; id <= 3; id++)
		vault_say(vault, 1, id, "hello");
	add(vault, 2, 4, HISTORY_VERB_TAGMSG);
	add(vault, 1, 5, HISTORY_VERB_TAGMSG);
	add(vault, 1, 6, HISTORY_VERB_JOIN);
	add(vault, 1, 7, HISTORY_VERB_TAGMSG);
	*state = vault;
	return 0;
}

static int tear_down(void **state)
{
	vault_free(*state);
	sqlite3_shutdown();
	return 0;
}

static struct history_query before(uint64_t id)
{
	return (struct history_query){
		.kind = HISTORY_QUERY_LAST,
		.before = id,
		.limit = 2,
		.has_events = true,
		.has_context = true,
	};
}

static void it_follows_the_answer(void **state)
{
	struct history_query query = before(3);

	assert_string_equal(vault_ask(*state, query, ONLY_A), "1#a 2#a then 5 then 7");
	query.limit = 1;
	assert_string_equal(vault_ask(*state, query, ONLY_A), "2#a then 5 then 7 more");
	query = before(6);
	assert_string_equal(vault_ask(*state, query, ONLY_A), "3#a 5#a then 7 more");
	query.has_context = false;
	assert_string_equal(vault_ask(*state, query, ONLY_A), "3#a 5#a more");
}

static void each_place_has_its_own(void **state)
{
	assert_string_equal(vault_ask(*state, before(3), A_AND_B), "1#a 2#a then 5 then 7 then 4");
}

static void around_a_message_it_is_behind_both_halves(void **state)
{
	struct history_query query = before(0);

	query.kind = HISTORY_QUERY_AROUND;
	query.after = 2;
	assert_string_equal(vault_ask(*state, query, ONLY_A), "1#a 2#a then 5 then 7 more");
}

static void an_empty_answer_has_none(void **state)
{
	assert_string_equal(vault_ask(*state, before(1), ONLY_A), "");
}

static void it_takes_a_quarter_of_the_room(void **state)
{
	struct history_query query = before(3);

	query.most_bytes = 4;
	assert_string_equal(vault_ask(*state, query, ONLY_A), "2#a then 5 more");
}

static void only_the_next_events_are_looked_at(void **state)
{
	struct vault *vault = *state;

	for (uint64_t id = 8; id < 105; id++)
		add(vault, 1, id, HISTORY_VERB_JOIN);
	add(vault, 1, 105, HISTORY_VERB_TAGMSG);
	assert_string_equal(vault_ask(vault, before(6), ONLY_A), "3#a 5#a then 7 then 105 more");
	assert_string_equal(vault_ask(vault, before(3), ONLY_A), "1#a 2#a then 5 then 7");
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(it_follows_the_answer),
		TEST(each_place_has_its_own),
		TEST(around_a_message_it_is_behind_both_halves),
		TEST(an_empty_answer_has_none),
		TEST(it_takes_a_quarter_of_the_room),
		TEST(only_the_next_events_are_looked_at),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
