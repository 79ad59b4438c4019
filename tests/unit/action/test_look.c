/* What clients send at their start, with the default class, in virtual time: how long until the
 * server handles their first message. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "base/cleanup.h"
#include "command/dispatch.h"
#include "world/session.h"
#include "world/world.h"

#define CHANNELS 40

struct stage {
	struct world *world;
	uint64_t now_ms;
	bool is_paused, is_asked;
};

static void note(struct stage *stage, const struct effect *effect)
{
	if (effect->kind == EFFECT_PAUSE)
		stage->is_paused = true;
	else if (effect->kind == EFFECT_RESUME)
		stage->is_paused = false;
	else if (effect->kind == EFFECT_NOTIFY)
		stage->is_asked = true;
	assert_int_not_equal(effect->kind, EFFECT_CLOSE);
}

static void happen(struct stage *stage, struct event event)
{
	struct outbox outbox = { 0 };

	event.now_ms = event.wall_ms = stage->now_ms;
	dispatch(stage->world, &event, &outbox);
	for (size_t i = 0; i < outbox.count; i++)
		note(stage, &outbox.effects[i]);
	outbox_done(&outbox);
}

/* The client takes all output at once, and time passes until its lines are read again. */
static void wait_until_heard(struct stage *stage)
{
	while (stage->is_paused) {
		if (stage->is_asked) {
			stage->is_asked = false;
			happen(stage, (struct event){ .kind = EVENT_DRAINED,
					      .session = 1,
					      .status = DRAINED_TAKEN });
			continue;
		}
		stage->now_ms = world_next_deadline(stage->world);
		happen(stage, (struct event){ .kind = EVENT_TICK });
	}
}

static void say(struct stage *stage, const char *line)
{
	wait_until_heard(stage);
	happen(stage, (struct event){ .kind = EVENT_LINE,
			      .session = 1,
			      .text = line,
			      .text_length = strlen(line),
			      .consumed = (uint32_t) strlen(line) + 2 });
}

/* Send a line about each channel, such as "MODE" and " b". */
static void say_of_each(struct stage *stage, const char *command, const char *rest)
{
	char line[64];

	for (int i = 0; i < CHANNELS; i++) {
		snprintf(line, sizeof(line), "%s #c%d%s", command, i, rest);
		say(stage, line);
	}
}

static void come(struct stage *stage)
{
	struct event event = {
		.kind = EVENT_CONNECTED, .session = 1, .text = "default", .text_length = 7
	};

	address_parse_range("192.0.2.1", &event.address);
	happen(stage, event);
	say(stage, "CAP LS 302");
	say(stage, "NICK ana");
	say(stage, "USER u 0 * :Somebody");
	say(stage, "CAP REQ :server-time multi-prefix away-notify");
	say(stage, "CAP END");
}

static void begin(struct stage *stage)
{
	const struct source source = { SOURCE_KIND_CONFIG, "papod.conf", "" };
	struct problems problems = { 0 };
	struct settings *settings = settings_parse(&source, 1, &problems);

	assert_non_null(settings);
	*stage = (struct stage){ .world = world_new(), .now_ms = 1000 };
	happen(stage, (struct event){ .kind = EVENT_SETTINGS, .settings = settings });
	settings_unref(settings);
	problems_done(&problems);
}

static void look_at_all(struct stage *stage)
{
	say_of_each(stage, "MODE", "");
	say_of_each(stage, "WHO", "");
	say_of_each(stage, "NAMES", "");
	say_of_each(stage, "MODE", " b");
}

static void forty_channels_one_by_one_wait_for_nothing(void **state)
{
	struct stage stage;

	(void) state;
	begin(&stage);
	come(&stage);
	say_of_each(&stage, "JOIN", "");
	look_at_all(&stage);
	say(&stage, "PRIVMSG #c39 :hello");
	wait_until_heard(&stage);
	assert_int_equal(stage.now_ms, 1000);
	world_free(stage.world);
}

static void forty_channels_in_one_join_wait_for_nothing(void **state)
{
	CLEANUP(buffer_done) struct buffer join = { 0 };
	struct stage stage;

	(void) state;
	begin(&stage);
	come(&stage);
	for (int i = 0; i < CHANNELS; i++)
		buffer_format(&join, "%s#c%d", i ? "," : "JOIN ", i);
	say(&stage, join.bytes);
	look_at_all(&stage);
	say(&stage, "PRIVMSG #c39 :hello");
	wait_until_heard(&stage);
	assert_int_equal(stage.now_ms, 1000);
	world_free(stage.world);
}

/* The second look at all channels has the normal cost: 280 units, two a second. */
static void second_looks_are_paid(void **state)
{
	struct stage stage;

	(void) state;
	begin(&stage);
	come(&stage);
	say_of_each(&stage, "JOIN", "");
	look_at_all(&stage);
	look_at_all(&stage);
	wait_until_heard(&stage);
	assert_in_range(stage.now_ms, 1000 + (280 - 30) * 500, 1000 + 280 * 500);
	world_free(stage.world);
}

/* A client that leaves and joins repeatedly gets fifty free looks in ten minutes. */
static void those_who_come_and_go_pay(void **state)
{
	struct stage stage;
	size_t n_cycles = 0;

	(void) state;
	begin(&stage);
	come(&stage);
	while (stage.now_ms < 1000 + 600 * 1000) {
		say(&stage, "JOIN #c39");
		say(&stage, "WHO #c39");
		say(&stage, "NAMES #c39");
		say(&stage, "PART #c39");
		n_cycles++;
		wait_until_heard(&stage);
	}
	/* 1230 units; a cycle takes 7, but a hundred cycles take 1. */
	assert_in_range(n_cycles, 200, 270);
	world_free(stage.world);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(forty_channels_one_by_one_wait_for_nothing),
		cmocka_unit_test(forty_channels_in_one_join_wait_for_nothing),
		cmocka_unit_test(second_looks_are_paid),
		cmocka_unit_test(those_who_come_and_go_pay),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
