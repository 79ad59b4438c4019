/* Questions of the core to helpers: each gets an answer, or can be asked again. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "config/problem.h"
#include "daemon/helpers.h"

#include "../net/socket_place.h"

#define QUESTIONS 1024
#define LONG_MS 60000

struct fixture {
	struct loop *loop;
	struct log log;
	struct engine *engine;
	struct helpers *helpers;
	struct helpers_needs needs;
	struct buffer answers;	   /* session and status of each */
	struct socket_place place; /* a systemd-resolved that never answers */
};

static void ignore_entry(void *data, enum logbook entry, const char *const *fields)
{
	(void) data;
	(void) entry;
	(void) fields;
}

/* The number of the session's question, which differs from the session's own. */
static uint64_t request_of(uint64_t session)
{
	return session + 5000;
}

static void note_answer(void *data, const struct event *event)
{
	struct fixture *fixture = data;

	if (event->kind != EVENT_ANSWER)
		return;
	assert_int_equal(event->request, request_of(event->session));
	buffer_format(&fixture->answers, "%u:%u ", (unsigned int) event->session,
		(unsigned int) event->status);
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

static void use_settings(struct fixture *fixture, uint32_t dns_timeout_ms)
{
	struct event event = { .kind = EVENT_SETTINGS };
	struct problems problems = { 0 };

	event.settings = settings_parse(NULL, 0, &problems);
	event.settings->dns_timeout_ms = dns_timeout_ms;
	problems_done(&problems);
	engine_handle(fixture->engine, &event);
	settings_unref(event.settings);
}

static void allow_passwords(struct fixture *fixture, size_t most)
{
	helpers_free(fixture->helpers);
	fixture->needs.most_passwords = most;
	assert_int_equal(helpers_new(&fixture->needs, &fixture->helpers), 0);
}

static int setup(void **state)
{
	struct fixture *fixture = calloc(1, sizeof(*fixture));
	const struct engine_calls calls = { note_answer, ignore_outcome, ignore_effects, NULL,
		fixture };

	socket_place_open(&fixture->place);
	fixture->log = (struct log){ ignore_entry, fixture };
	if (loop_new(&fixture->loop) < 0 || engine_new(fixture->loop, &calls, &fixture->engine) < 0)
		return -1;
	engine_set_world(fixture->engine, world_new());
	use_settings(fixture, LONG_MS);
	fixture->needs = (struct helpers_needs){ fixture->loop, &fixture->log, fixture->engine,
		{ fixture->place.path, fixture->place.path }, 10 };
	*state = fixture;
	return helpers_new(&fixture->needs, &fixture->helpers);
}

static int teardown(void **state)
{
	struct fixture *fixture = *state;

	helpers_free(fixture->helpers);
	engine_free(fixture->engine);
	loop_free(fixture->loop);
	buffer_done(&fixture->answers);
	socket_place_close(&fixture->place);
	free(fixture);
	return 0;
}

static void assert_answers(struct fixture *fixture, const char *answers)
{
	assert_string_equal(buffer_text(&fixture->answers), answers);
	buffer_clear(&fixture->answers);
}

typedef void (*ask_fn)(struct helpers *helpers, const struct effect *effect);

/* Clearing the outbox wipes the passwords. */
static void ask(struct fixture *fixture, struct outbox *outbox, ask_fn call)
{
	call(fixture->helpers, &outbox->effects[0]);
	outbox_done(outbox);
}

static void ask_password_by(struct fixture *fixture, uint64_t session, ask_fn call)
{
	struct outbox outbox = { 0 };

	outbox_verify(&outbox, session, request_of(session), "*0", "word");
	ask(fixture, &outbox, call);
}

static void ask_password(struct fixture *fixture, uint64_t session)
{
	ask_password_by(fixture, session, helpers_ask);
}

static void ask_name_by(struct fixture *fixture, uint64_t session, ask_fn call)
{
	struct outbox outbox = { 0 };
	struct address address;

	assert_true(address_parse_range("192.0.2.1", &address));
	outbox_lookup(&outbox, session, request_of(session), &address);
	ask(fixture, &outbox, call);
}

static void ask_name(struct fixture *fixture, uint64_t session)
{
	ask_name_by(fixture, session, helpers_ask);
}

static size_t count_open(const struct fixture *fixture)
{
	return helpers_count(fixture->helpers);
}

static void wait_for_answers(struct fixture *fixture)
{
	while (count_open(fixture))
		assert_int_equal(loop_turn(fixture->loop, UINT64_MAX), 0);
}

static void a_password_is_asked_for_until_it_is_answered(void **state)
{
	struct fixture *fixture = *state;

	ask_password(fixture, 7);
	assert_int_equal(count_open(fixture), 1);
	wait_for_answers(fixture);
	assert_answers(fixture, "7:1 ");
}

/* A refused question is answered at once, and does not affect the next one. */
static void a_password_too_many_is_answered_at_once(void **state)
{
	struct fixture *fixture = *state;

	allow_passwords(fixture, 0);
	for (uint64_t i = 1; i <= 3; i++) {
		ask_password(fixture, i);
		assert_int_equal(count_open(fixture), 0);
	}
	assert_answers(fixture, "1:2 2:2 3:2 ");
	allow_passwords(fixture, 10);
	a_password_is_asked_for_until_it_is_answered(state);
}

static void a_name_too_many_is_answered_at_once(void **state)
{
	struct fixture *fixture = *state;

	for (uint64_t i = 1; i <= QUESTIONS; i++)
		ask_name(fixture, i);
	assert_int_equal(count_open(fixture), QUESTIONS);
	assert_answers(fixture, "");
	ask_name(fixture, QUESTIONS + 1);
	assert_int_equal(count_open(fixture), QUESTIONS);
	assert_answers(fixture, "1025:2 ");
	helpers_forget(fixture->helpers, 5);
	assert_int_equal(count_open(fixture), QUESTIONS - 1);
	ask_name(fixture, QUESTIONS + 1);
	assert_int_equal(count_open(fixture), QUESTIONS);
	assert_answers(fixture, "");
}

static void who_is_forgotten_gets_no_answers(void **state)
{
	struct fixture *fixture = *state;

	ask_name(fixture, 7);
	ask_name(fixture, 8);
	helpers_forget(fixture->helpers, 7);
	assert_int_equal(count_open(fixture), 1);
	helpers_forget(fixture->helpers, 8);
	assert_int_equal(count_open(fixture), 0);
	assert_true(helpers_next_deadline(fixture->helpers) == UINT64_MAX);
	assert_answers(fixture, "");
}

static void a_name_is_waited_for_as_long_as_the_settings_say(void **state)
{
	struct fixture *fixture = *state;

	ask_name(fixture, 7);
	assert_true(
		helpers_next_deadline(fixture->helpers) == loop_now_ms(fixture->loop) + LONG_MS);
	use_settings(fixture, 0);
	ask_name(fixture, 8);
	helpers_tick(fixture->helpers);
	assert_int_equal(count_open(fixture), 1);
	assert_answers(fixture, "8:1 ");
}

/* Questions from a replay were asked by the previous process, and are asked again after
 * recovery. */
static void what_is_noted_is_asked_later(void **state)
{
	struct fixture *fixture = *state;

	ask_password_by(fixture, 7, helpers_note);
	ask_name_by(fixture, 8, helpers_note);
	ask_name_by(fixture, 9, helpers_note);
	assert_int_equal(count_open(fixture), 3);
	assert_true(helpers_next_deadline(fixture->helpers) == UINT64_MAX);
	helpers_note_answer(fixture->helpers, request_of(9));
	helpers_ask_again(fixture->helpers);
	assert_int_equal(count_open(fixture), 2);
	assert_true(helpers_next_deadline(fixture->helpers) != UINT64_MAX);
	helpers_forget(fixture->helpers, 8);
	wait_for_answers(fixture);
	assert_answers(fixture, "7:1 ");
}

static void what_is_noted_can_be_forgotten(void **state)
{
	struct fixture *fixture = *state;

	ask_password_by(fixture, 7, helpers_note);
	ask_name_by(fixture, 8, helpers_note);
	helpers_forget_all(fixture->helpers);
	assert_int_equal(count_open(fixture), 0);
	helpers_ask_again(fixture->helpers);
	assert_true(helpers_next_deadline(fixture->helpers) == UINT64_MAX);
}

static void questions_are_saved_and_loaded(void **state)
{
	struct fixture *fixture = *state;
	struct buffer bytes = { 0 };
	struct pack_field field;
	struct pack pack;

	ask_password_by(fixture, 7, helpers_note);
	helpers_save(fixture->helpers, &bytes, 1);
	helpers_forget_all(fixture->helpers);
	pack = pack_over(bytes.bytes, bytes.length);
	assert_true(pack_next(&pack, &field));
	helpers_load(fixture->helpers, pack_field_record(&field));
	buffer_done(&bytes);
	assert_int_equal(count_open(fixture), 1);
	helpers_ask_again(fixture->helpers);
	wait_for_answers(fixture);
	assert_answers(fixture, "7:1 ");
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_password_is_asked_for_until_it_is_answered),
		TEST(a_password_too_many_is_answered_at_once),
		TEST(a_name_too_many_is_answered_at_once),
		TEST(who_is_forgotten_gets_no_answers),
		TEST(a_name_is_waited_for_as_long_as_the_settings_say),
		TEST(what_is_noted_is_asked_later),
		TEST(what_is_noted_can_be_forgotten),
		TEST(questions_are_saved_and_loaded),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
