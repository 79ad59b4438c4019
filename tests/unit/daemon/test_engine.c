/* The order of events and calls, and the clock that stops with the process. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <errno.h>
#include <sys/random.h>
#include <time.h>

#include "base/hash.h"
#include "config/problem.h"
#include "config/settings.h"
#include "daemon/engine.h"
#include "world/session.h"

#define MOST_LATE_MS 2000

static uint64_t now_ms;

uint64_t __wrap_loop_now_ms(const struct loop *loop);

uint64_t __wrap_loop_now_ms(const struct loop *loop)
{
	(void) loop;
	return now_ms;
}

static bool has_dice = true;

ssize_t __real_getrandom(void *bytes, size_t length, unsigned int flags);
ssize_t __wrap_getrandom(void *bytes, size_t length, unsigned int flags);

ssize_t __wrap_getrandom(void *bytes, size_t length, unsigned int flags)
{
	if (has_dice)
		return __real_getrandom(bytes, length, flags);
	errno = ENOSYS;
	return -1;
}

struct fixture {
	struct engine *engine;
	struct buffer happened;
	bool asks_for_more; /* adds events from inside the effects of session 1 */
	bool has_effects;   /* the event before them has effects */
	uint64_t event_ms;
	uint64_t wall_ms; /* the real time of the event */
	uint64_t seed;
};

static void tick_for(struct fixture *fixture, uint64_t session, const char *text)
{
	struct event event = {
		.kind = EVENT_TICK, .session = session, .text = text, .text_length = strlen(text)
	};

	engine_handle(fixture->engine, &event);
}

static void before(void *data, const struct event *event)
{
	struct fixture *fixture = data;

	buffer_format(&fixture->happened, "%u:%.*s ", (unsigned int) event->session,
		(int) event->text_length, event->text ? event->text : "");
	fixture->event_ms = event->now_ms;
	fixture->wall_ms = event->wall_ms;
	fixture->seed = event->seed;
}

static void after(void *data, const struct event *event, const struct outbox *outbox)
{
	struct fixture *fixture = data;

	assert_int_equal(event->now_ms, fixture->event_ms);
	fixture->has_effects = outbox->count != 0;
	buffer_put_text(&fixture->happened, "after ");
}

static void carry_out(void *data, const struct outbox *outbox)
{
	struct fixture *fixture = data;
	char text[] = "two";

	buffer_put_text(&fixture->happened, outbox->count ? "effects " : "nothing ");
	if (!fixture->asks_for_more)
		return;
	fixture->asks_for_more = false;
	tick_for(fixture, 2, text);
	text[0] = 'T'; /* the caller may reuse its text */
	tick_for(fixture, 3, "three");
}

static int setup(void **state)
{
	struct fixture *fixture = calloc(1, sizeof(*fixture));
	const struct engine_calls calls = { before, after, carry_out, NULL, fixture };
	struct event event = { .kind = EVENT_SETTINGS };
	struct problems problems = { 0 };

	now_ms = 1000000;
	if (engine_new(NULL, &calls, &fixture->engine) < 0)
		return -1;
	engine_set_world(fixture->engine, world_new());
	event.settings = settings_parse(NULL, 0, &problems);
	problems_done(&problems);
	engine_handle(fixture->engine, &event);
	settings_unref(event.settings);
	buffer_clear(&fixture->happened);
	*state = fixture;
	return 0;
}

static int teardown(void **state)
{
	struct fixture *fixture = *state;

	engine_free(fixture->engine);
	buffer_done(&fixture->happened);
	free(fixture);
	return 0;
}

static void assert_happened(struct fixture *fixture, const char *what)
{
	assert_string_equal(buffer_text(&fixture->happened), what);
	buffer_clear(&fixture->happened);
}

/* The core is never entered twice. */
static void events_from_inside_an_effect_wait_in_their_order(void **state)
{
	struct fixture *fixture = *state;

	fixture->asks_for_more = true;
	tick_for(fixture, 1, "one");
	assert_happened(fixture, "1:one after nothing 2:two after nothing 3:three after nothing ");
	tick_for(fixture, 4, "four");
	assert_happened(fixture, "4:four after nothing ");
}

static void the_effects_come_after_the_call_that_sees_them(void **state)
{
	struct fixture *fixture = *state;
	struct event event = { .kind = EVENT_CONNECTED,
		.session = (uint64_t) 1 << 32,
		.address = { .family = ADDRESS_FAMILY_UNIX },
		.text = "here",
		.text_length = 4 };

	engine_handle(fixture->engine, &event);
	assert_true(fixture->has_effects);
	assert_int_equal(fixture->happened.length, strlen("0:here after effects "));
	assert_non_null(session_find(engine_world(fixture->engine), event.session));
	buffer_clear(&fixture->happened);
	tick_for(fixture, 2, "");
	assert_false(fixture->has_effects); /* effects of the previous event are cleared */
}

static void count_effects(void *data, const struct outbox *outbox)
{
	*(size_t *) data += outbox->count;
}

static bool has_secret(struct fixture *fixture, const char *line)
{
	struct event event = { .kind = EVENT_LINE,
		.session = (uint64_t) 1 << 32,
		.text = line,
		.text_length = strlen(line) };

	engine_handle(fixture->engine, &event);
	return engine_saw_secret(fixture->engine);
}

static void whoever_gives_a_line_hears_of_a_secret_in_it(void **state)
{
	struct fixture *fixture = *state;
	struct event event = { .kind = EVENT_CONNECTED,
		.session = (uint64_t) 1 << 32,
		.address = { .family = ADDRESS_FAMILY_UNIX },
		.text = "here",
		.text_length = 4 };

	engine_handle(fixture->engine, &event);
	assert_false(engine_saw_secret(fixture->engine));
	assert_true(has_secret(fixture, "PASS sesame"));
	assert_false(has_secret(fixture, "PASS :"));
	assert_true(has_secret(fixture, "@a :b oper sesame"));
	assert_true(has_secret(fixture, "WEBIRC sesame\rx"));
	assert_false(has_secret(fixture, "PING sesame"));
	assert_true(has_secret(fixture, "PASSWORD sesame")); /* there is no such command */
}

/* The event has its own clock, and is not logged again. */
static void the_past_is_only_for_who_replays_it(void **state)
{
	struct fixture *fixture = *state;
	size_t n_effects = 0;
	const struct engine_sink sink = { count_effects, &n_effects };
	const struct event event = { .kind = EVENT_CONNECTED,
		.session = (uint64_t) 1 << 32,
		.now_ms = 2000000,
		.address = { .family = ADDRESS_FAMILY_UNIX },
		.text = "here",
		.text_length = 4 };

	engine_replay(fixture->engine, &event, &sink);
	assert_happened(fixture, "");
	assert_true(n_effects > 0);
	assert_true(engine_world(fixture->engine)->now_ms == 2000000);
	now_ms = 3000000;
	engine_resume_clock(fixture->engine);
	assert_true(engine_now_ms(fixture->engine) == 2000000);
	now_ms += 7;
	tick_for(fixture, 1, "");
	assert_true(fixture->event_ms == 2000007);
}

static uint64_t real_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_REALTIME, &now);
	return (uint64_t) now.tv_sec * 1000 + (uint64_t) now.tv_nsec / 1000000;
}

/* Read once a turn, as the other clock is. */
static void each_event_has_the_real_time_of_its_turn(void **state)
{
	struct fixture *fixture = *state;
	uint64_t before_ms = real_ms(), first_ms;

	now_ms++;
	tick_for(fixture, 1, "");
	first_ms = fixture->wall_ms;
	assert_in_range(first_ms, before_ms, real_ms());
	while (real_ms() == first_ms)
		;
	tick_for(fixture, 1, "");
	assert_int_equal(fixture->wall_ms, first_ms);
	now_ms++;
	tick_for(fixture, 1, "");
	assert_true(fixture->wall_ms > first_ms);
}

static void each_event_has_dice_of_its_own(void **state)
{
	struct fixture *fixture = *state;
	uint64_t seed;

	tick_for(fixture, 1, "");
	seed = fixture->seed;
	tick_for(fixture, 1, "");
	assert_true(fixture->seed != seed);
}

/* The inverse of the finaliser of splitmix64. */
static uint64_t state_of_splitmix(uint64_t z)
{
	z = z ^ z >> 31 ^ z >> 62;
	z *= 0x319642b2d24d8ec3u;
	z = z ^ z >> 27 ^ z >> 54;
	z *= 0x96de1b173f119089u;
	return z ^ z >> 30 ^ z >> 60;
}

/* A client that computes the seed of its event from a nonce cannot compute those of others. */
static void seeds_do_not_follow_from_each_other(void **state)
{
	struct fixture *fixture = *state;
	uint64_t start = 12345, seen = hash_random(&start), dice;

	assert_true(state_of_splitmix(seen) == start);
	tick_for(fixture, 1, "");
	dice = state_of_splitmix(fixture->seed);
	tick_for(fixture, 1, "");
	assert_true(fixture->seed != hash_random(&dice));
	tick_for(fixture, 1, "");
	assert_true(fixture->seed != hash_random(&dice));
}

static void what_only_replays_needs_no_dice(void **state)
{
	const struct engine_calls calls = { before, after, carry_out, NULL, NULL };
	struct engine *engine = NULL;

	(void) state;
	has_dice = false;
	assert_int_equal(engine_new(NULL, &calls, &engine), -ENOSYS);
	assert_int_equal(engine_new(NULL, NULL, &engine), 0);
	has_dice = true;
	assert_non_null(engine);
	engine_free(engine);
}

static void a_new_world_takes_the_place_of_the_old_one(void **state)
{
	struct fixture *fixture = *state;
	struct world *world = world_new();

	engine_set_world(fixture->engine, world);
	assert_ptr_equal(engine_world(fixture->engine), world);
	engine_set_world(fixture->engine, NULL);
	assert_null(engine_world(fixture->engine));
}

/* Runs a turn that is late_ms late; returns how far the event clock lags behind. */
static uint64_t turn_after(struct fixture *fixture, uint64_t wait_ms, uint64_t late_ms)
{
	engine_expect_turn(fixture->engine, now_ms + wait_ms);
	now_ms += wait_ms + late_ms;
	return now_ms - engine_now_ms(fixture->engine);
}

static void a_turn_may_be_a_little_late(void **state)
{
	struct fixture *fixture = *state;

	assert_true(turn_after(fixture, 30000, 0) == 0);
	assert_true(turn_after(fixture, 30000, MOST_LATE_MS) == 0);
	assert_true(engine_loop_ms(fixture->engine, 5) == 5);
}

/* No client times out because the machine was suspended. */
static void time_in_which_we_did_not_run_does_not_count(void **state)
{
	struct fixture *fixture = *state;
	uint64_t stalled_ms = 1000 + MOST_LATE_MS + 1;

	assert_true(turn_after(fixture, 1000, MOST_LATE_MS + 1) == stalled_ms);
	assert_true(now_ms - engine_now_ms(fixture->engine) == stalled_ms); /* once a turn */
	assert_true(engine_loop_ms(fixture->engine, now_ms - stalled_ms) == now_ms);
	assert_true(engine_loop_ms(fixture->engine, UINT64_MAX - stalled_ms) == UINT64_MAX);
	assert_true(engine_loop_ms(fixture->engine, UINT64_MAX - stalled_ms + 1) == UINT64_MAX);
	assert_true(engine_loop_ms(fixture->engine, UINT64_MAX) == UINT64_MAX);
	assert_true(turn_after(fixture, 0, 40000) == stalled_ms + 40000);
	tick_for(fixture, 1, "");
	assert_true(fixture->event_ms == now_ms - stalled_ms - 40000);
}

static void without_a_deadline_nothing_is_late(void **state)
{
	struct fixture *fixture = *state;

	engine_expect_turn(fixture->engine, UINT64_MAX);
	now_ms += 100000;
	assert_true(engine_now_ms(fixture->engine) == now_ms);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(events_from_inside_an_effect_wait_in_their_order),
		TEST(the_effects_come_after_the_call_that_sees_them),
		TEST(whoever_gives_a_line_hears_of_a_secret_in_it),
		TEST(the_past_is_only_for_who_replays_it),
		TEST(each_event_has_the_real_time_of_its_turn),
		TEST(each_event_has_dice_of_its_own),
		TEST(seeds_do_not_follow_from_each_other),
		TEST(what_only_replays_needs_no_dice),
		TEST(a_new_world_takes_the_place_of_the_old_one),
		TEST(a_turn_may_be_a_little_late),
		TEST(time_in_which_we_did_not_run_does_not_count),
		TEST(without_a_deadline_nothing_is_late),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
