/* Messages on their way to papod-push. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "../world/fixture.h"
#include "base/cleanup.h"
#include "daemon/pusher.h"
#include "proto/push_lines.h"
#include "proto/store_row.h"
#include "world/pushes.h"

#include "../world/rows_fixture.h"
#include "line_peer.h"

#define KEY                                                                                        \
	"BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcxaOzi6-AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkNtoIAiw4"
#define URL "https://push.example.net/1"
#define PATIENCE_MS 600000

struct fixture {
	struct line_peer peer;
	struct engine *engine;
	struct pusher *pusher;
	struct buffer events; /* "REQUEST:STATUS " of each EVENT_PUSHED */
};

static void note_event(void *data, const struct event *event)
{
	struct fixture *fixture = data;

	if (event->kind == EVENT_PUSHED)
		buffer_format(&fixture->events, "%llu:%u ", (unsigned long long) event->request,
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

static void use_settings(struct fixture *fixture, bool is_enabled)
{
	CLEANUP(buffer_done) struct buffer config = { 0 };
	struct event event = { .kind = EVENT_SETTINGS };

	buffer_format(&config, "push: { enabled = %s; socket = \"%s\"; };",
		is_enabled ? "true" : "false", fixture->peer.place.path);
	event.settings = settings_of(config.bytes);
	engine_handle(fixture->engine, &event);
	settings_unref(event.settings);
}

/* The account 1 has a subscription. */
static void subscribe(struct world *world)
{
	struct buffer row = { 0 };

	assert_true(take_account_row(world, 1, "ana"));
	pack_text(&row, STORE_ENDPOINT_URL, URL);
	pack_u64(&row, STORE_ENDPOINT_CREATED, 1);
	pack_u64(&row, STORE_ENDPOINT_RENEWED, UINT32_MAX);
	pack_text(&row, STORE_FIRST_FREE_FIELD, KEY);
	pack_text(&row, STORE_FIRST_FREE_FIELD + 1, "BTBZMqHH6r4Tts7J_aSIgg");
	assert_true(take_bytes(world, STORE_TABLE_PUSH_ENDPOINTS, 1, &row));
}

static int set_up(void **state)
{
	struct fixture *fixture = mem_new(sizeof(*fixture));
	const struct engine_calls calls = {
		.before = note_event,
		.after = ignore_outcome,
		.carry_out = ignore_effects,
		.data = fixture,
	};

	line_peer_open(&fixture->peer);
	assert_int_equal(engine_new(fixture->peer.loop, &calls, &fixture->engine), 0);
	engine_set_world(fixture->engine, world_new());
	use_settings(fixture, true);
	subscribe(engine_world(fixture->engine));
	fixture->pusher = pusher_new(
		&(struct pusher_needs){ fixture->peer.loop, &fixture->peer.log, fixture->engine });
	*state = fixture;
	return 0;
}

static int tear_down(void **state)
{
	struct fixture *fixture = *state;

	pusher_free(fixture->pusher);
	engine_free(fixture->engine);
	line_peer_close(&fixture->peer);
	buffer_done(&fixture->events);
	free(fixture);
	return 0;
}

static void tick(void *data)
{
	pusher_tick(data);
}

static void turn(struct fixture *fixture)
{
	line_peer_turn(&fixture->peer, tick, fixture->pusher);
}

static void hang_up(struct fixture *fixture)
{
	line_peer_hang_up(&fixture->peer);
	turn(fixture);
}

static void say(struct fixture *fixture, const char *line)
{
	line_peer_say(&fixture->peer, line);
	turn(fixture);
}

/* The connection begins with the key. */
static void say_key(struct fixture *fixture)
{
	turn(fixture);
	assert_true(fixture->peer.fd >= 0);
	say(fixture, "{\"key\":\"" KEY "\"}\n");
}

/* A push of that account; returns its request. */
static uint64_t announce(struct fixture *fixture, uint64_t account)
{
	struct world *world = engine_world(fixture->engine);
	struct outbox outbox = { 0 };

	push_add(world, &(struct push){ .account = account,
				.id = 1,
				.due_ms = world->now_ms,
				.url = mem_text(URL),
				.talk = mem_text("#a"),
				.text = mem_text(":bea PRIVMSG #a :ana") });
	pushes_announce(world, &outbox);
	outbox_done(&outbox);
	pusher_submit(fixture->pusher);
	turn(fixture);
	return world->next_request;
}

/* How many lines came. */
static size_t count_sent(const struct fixture *fixture)
{
	static char bytes[1 << 16];
	ssize_t n = read(fixture->peer.fd, bytes, sizeof(bytes));
	size_t lines = 0;

	for (ssize_t i = 0; i < n; i++)
		lines += bytes[i] == '\n';
	return lines;
}

static void answer(struct fixture *fixture, uint64_t request, enum push_result result)
{
	CLEANUP(buffer_done) struct buffer line = { 0 };
	char id[PUSH_ID_BYTES];

	snprintf(id, sizeof(id), "%llx-%llu",
		(unsigned long long) engine_world(fixture->engine)->birth,
		(unsigned long long) request);
	push_format_answer(id, result, NULL, &line);
	say(fixture, line.bytes);
}

static void a_message_is_sent_once_the_key_is_there(void **state)
{
	struct fixture *fixture = *state;
	uint64_t request = announce(fixture, 1);
	char event[32];

	assert_int_equal(count_sent(fixture), 0);
	say_key(fixture);
	assert_int_equal(count_sent(fixture), 1);
	buffer_clear(&fixture->events);
	answer(fixture, request, PUSH_RESULT_SENT);
	snprintf(event, sizeof(event), "%llu:%u ", (unsigned long long) request, PUSHED_SENT);
	expect_noted(&fixture->events, event);
	answer(fixture, request, PUSH_RESULT_SENT); /* a second answer means nothing */
	expect_noted(&fixture->events, "");
	expect_noted(&fixture->peer.entries, "");
	assert_true(pusher_next_deadline(fixture->pusher) == UINT64_MAX);
}

static void what_has_no_answer_is_sent_once_more(void **state)
{
	struct fixture *fixture = *state;
	uint64_t request;
	char event[32];

	say_key(fixture);
	request = announce(fixture, 1);
	assert_int_equal(count_sent(fixture), 1);
	hang_up(fixture);
	assert_string_equal(buffer_text(&fixture->peer.entries), "pushes-fail ");
	now_ms += 100;
	say_key(fixture);
	assert_int_equal(count_sent(fixture), 1);
	expect_noted(&fixture->peer.entries, "pushes-fail pushes-work ");
	buffer_clear(&fixture->events);
	hang_up(fixture);
	now_ms += 100;
	say_key(fixture);
	assert_int_equal(count_sent(fixture), 0);
	snprintf(event, sizeof(event), "%llu:%u ", (unsigned long long) request, PUSHED_FAILED);
	expect_noted(&fixture->events, event);
}

static void without_a_subscription_nothing_is_sent(void **state)
{
	struct fixture *fixture = *state;

	say_key(fixture);
	buffer_clear(&fixture->events);
	(void) announce(fixture, 2);
	assert_int_equal(count_sent(fixture), 0);
	assert_non_null(strstr(buffer_text(&fixture->events), ":2 "));
}

static void an_account_holds_up_no_other_one(void **state)
{
	struct fixture *fixture = *state;
	uint64_t first;

	say_key(fixture);
	first = announce(fixture, 1);
	for (int i = 0; i < 9; i++)
		(void) announce(fixture, 1);
	assert_int_equal(count_sent(fixture), 8);
	answer(fixture, first, PUSH_RESULT_FAILED);
	assert_int_equal(count_sent(fixture), 1);
}

static void what_waits_for_minutes_is_given_up(void **state)
{
	struct fixture *fixture = *state;

	(void) announce(fixture, 1);
	buffer_clear(&fixture->events);
	assert_true(pusher_next_deadline(fixture->pusher) <= now_ms + PATIENCE_MS);
	now_ms += PATIENCE_MS - 1;
	turn(fixture);
	expect_noted(&fixture->events, "");
	now_ms++;
	turn(fixture);
	assert_non_null(strstr(buffer_text(&fixture->events), ":2 "));
}

static void nonsense_ends_the_connection_and_pauses_grow(void **state)
{
	struct fixture *fixture = *state;

	turn(fixture);
	say(fixture, "nonsense\n");
	expect_noted(&fixture->peer.entries, "pushes-fail ");
	hang_up(fixture);
	assert_int_equal(fixture->peer.fd, -1);
	assert_int_equal(pusher_next_deadline(fixture->pusher), now_ms + 100);
	now_ms += 100;
	turn(fixture);
	assert_true(fixture->peer.fd >= 0);
	say(fixture, "{}\n");
	expect_noted(&fixture->peer.entries, "");
	assert_int_equal(pusher_next_deadline(fixture->pusher), now_ms + 200);
}

static void switched_off_it_gives_up_everything(void **state)
{
	struct fixture *fixture = *state;
	char byte;

	say_key(fixture);
	(void) announce(fixture, 1);
	(void) count_sent(fixture);
	buffer_clear(&fixture->events);
	use_settings(fixture, false);
	turn(fixture);
	assert_int_equal(read(fixture->peer.fd, &byte, 1), 0);
	assert_non_null(strstr(buffer_text(&fixture->events), ":2 "));
	assert_true(pusher_next_deadline(fixture->pusher) == UINT64_MAX);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_message_is_sent_once_the_key_is_there),
		TEST(what_has_no_answer_is_sent_once_more),
		TEST(without_a_subscription_nothing_is_sent),
		TEST(an_account_holds_up_no_other_one),
		TEST(what_waits_for_minutes_is_given_up),
		TEST(nonsense_ends_the_connection_and_pauses_grow),
		TEST(switched_off_it_gives_up_everything),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
