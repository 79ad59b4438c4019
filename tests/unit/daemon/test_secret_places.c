/* Passwords in the event log, until they are checked. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include <stdlib.h>

#include "add_event.h"
#include "base/cleanup.h"
#include "command/dispatch.h"
#include "config/problem.h"
#include "daemon/secret_places.h"
#include "world/session.h"

#define ANA ((uint64_t) 1 << 32 | 5)
#define BEA ((uint64_t) 2 << 32 | 9)

struct fixture {
	struct event_log *log;
	struct world *world;
	struct secret_places places;
	uint64_t now_ms;
};

/* Like survival_wiring.c. */
static void handle(struct fixture *fixture, struct event event)
{
	struct outbox outbox = { 0 };
	struct event_log_record record;

	event.now_ms = ++fixture->now_ms;
	assert_true(add_event(fixture->log, &event));
	record = event_log_last_event(fixture->log);
	dispatch(fixture->world, &event, &outbox);
	if (outbox.secret.length)
		secret_places_note(&fixture->places, fixture->log, &record, &event, &outbox);
	secret_places_settle(&fixture->places, fixture->log, fixture->world, &event, &outbox);
	outbox_done(&outbox);
}

static void say(struct fixture *fixture, uint64_t session, const char *line)
{
	handle(fixture, (struct event){
				.kind = EVENT_LINE,
				.session = session,
				.text = line,
				.text_length = strlen(line),
			});
}

/* What a client without an account sends last; then a helper says that its password is no login. */
static void register_ana(struct fixture *fixture)
{
	say(fixture, ANA, "NICK ana");
	say(fixture, ANA, "USER ana 0 * :Ana");
	assert_true(session_holds_secret(session_find(fixture->world, ANA)));
	handle(fixture, (struct event){
				.kind = EVENT_ANSWER,
				.session = ANA,
				.request = session_find(fixture->world, ANA)->request,
				.status = ANSWER_NO_LOGIN,
				.text = "",
			});
	assert_non_null(session_find(fixture->world, ANA)->user);
}

static void arrive(struct fixture *fixture, uint64_t session)
{
	handle(fixture, (struct event){
				.kind = EVENT_CONNECTED,
				.session = session,
				.uid = UINT32_MAX,
				.address = { .family = ADDRESS_FAMILY_UNIX },
				.text = "here",
				.text_length = 4,
			});
}

static bool is_logged(const struct fixture *fixture, const char *text)
{
	struct event_log_cursor cursor = { 0 };
	struct event_log_record record;
	bool is_found = false;

	while (event_log_next(fixture->log, &cursor, &record))
		is_found |= memmem(record.bytes, record.length, text, strlen(text)) != NULL;
	return is_found;
}

static void take_snapshot(struct fixture *fixture)
{
	const struct buffer bytes = { .bytes = (char[]){ "all" }, .length = 3 };

	event_log_begin_snapshot(fixture->log);
	assert_int_equal(event_log_write_snapshot(fixture->log, &bytes), 0);
	event_log_commit_snapshot(fixture->log);
}

static bool wants_snapshot(const struct fixture *fixture)
{
	return secret_places_want_snapshot(&fixture->places, fixture->log);
}

static int setup(void **state)
{
	struct fixture *fixture = calloc(1, sizeof(*fixture));
	struct event event = { .kind = EVENT_SETTINGS };
	struct problems problems = { 0 };

	fixture->world = world_new();
	if (event_log_new(&fixture->log) < 0)
		return -1;
	event.settings = settings_parse(NULL, 0, &problems);
	problems_done(&problems);
	handle(fixture, event);
	settings_unref(event.settings);
	arrive(fixture, ANA);
	arrive(fixture, BEA);
	*state = fixture;
	return 0;
}

static int teardown(void **state)
{
	struct fixture *fixture = *state;

	secret_places_done(&fixture->places);
	event_log_free(fixture->log);
	world_free(fixture->world);
	free(fixture);
	return 0;
}

static void a_password_stays_until_its_session_is_registered(void **state)
{
	struct fixture *fixture = *state;

	say(fixture, ANA, "PASS wrong-one");
	say(fixture, BEA, "PASS another");
	say(fixture, ANA, "@t :x PASS :sesame open");
	assert_true(is_logged(fixture, "wrong-one") && is_logged(fixture, "sesame open"));
	assert_int_equal(fixture->places.count, 2);
	register_ana(fixture);
	assert_false(is_logged(fixture, "wrong-one") || is_logged(fixture, "sesame"));
	assert_true(is_logged(fixture, "@t :x PASS :****** ****"));
	assert_true(is_logged(fixture, "another"));
	assert_int_equal(fixture->places.count, 1);
	assert_false(wants_snapshot(fixture));
}

static void what_is_refused_does_not_stay(void **state)
{
	struct fixture *fixture = *state;

	say(fixture, ANA, "OPER root sesame");
	assert_false(is_logged(fixture, "sesame"));
	assert_true(is_logged(fixture, "OPER root ******"));
	assert_int_equal(fixture->places.count, 0);
}

/* The server ends it, so that the session gets no more events; or the client does. */
static void the_end_of_a_session_overwrites_its_password(void **state)
{
	struct fixture *fixture = *state;

	say(fixture, ANA, "PASS sesame");
	say(fixture, BEA, "PASS another");
	handle(fixture,
		(struct event){
			.kind = EVENT_CLOSED, .session = BEA, .text = "", .text_length = 0 });
	assert_false(is_logged(fixture, "another"));
	assert_true(is_logged(fixture, "sesame"));
	fixture->now_ms += 1000000;
	handle(fixture, (struct event){ .kind = EVENT_TICK });
	assert_false(is_logged(fixture, "sesame"));
	assert_int_equal(fixture->places.count, 0);
}

static void a_snapshot_that_holds_a_password_is_to_be_replaced(void **state)
{
	struct fixture *fixture = *state;

	say(fixture, ANA, "PASS sesame");
	take_snapshot(fixture);
	assert_false(wants_snapshot(fixture));
	register_ana(fixture);
	assert_true(wants_snapshot(fixture));
	event_log_begin_snapshot(fixture->log);
	assert_false(wants_snapshot(fixture));
	event_log_abandon_snapshot(fixture->log);
	assert_true(wants_snapshot(fixture));
	take_snapshot(fixture);
	assert_false(wants_snapshot(fixture));
}

static void a_snapshot_that_is_being_written_may_hold_it_too(void **state)
{
	struct fixture *fixture = *state;
	const struct buffer bytes = { .bytes = (char[]){ "all" }, .length = 3 };

	say(fixture, ANA, "PASS sesame");
	event_log_begin_snapshot(fixture->log);
	register_ana(fixture);
	assert_false(is_logged(fixture, "sesame"));
	assert_int_equal(event_log_write_snapshot(fixture->log, &bytes), 0);
	event_log_commit_snapshot(fixture->log);
	assert_true(wants_snapshot(fixture));
	take_snapshot(fixture);
	assert_false(wants_snapshot(fixture));
}

static void who_comes_with_a_snapshot_is_known(void **state)
{
	struct fixture *fixture = *state;

	say(fixture, ANA, "PASS sesame");
	take_snapshot(fixture);
	secret_places_load(&fixture->places, fixture->world);
	assert_int_equal(fixture->places.count, 1);
	secret_places_settle_all(&fixture->places, fixture->log, fixture->world);
	assert_int_equal(fixture->places.count, 1);
	register_ana(fixture);
	assert_int_equal(fixture->places.count, 0);
	assert_true(wants_snapshot(fixture));
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_password_stays_until_its_session_is_registered),
		TEST(what_is_refused_does_not_stay),
		TEST(the_end_of_a_session_overwrites_its_password),
		TEST(a_snapshot_that_holds_a_password_is_to_be_replaced),
		TEST(a_snapshot_that_is_being_written_may_hold_it_too),
		TEST(who_comes_with_a_snapshot_is_known),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
