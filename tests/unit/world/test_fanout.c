/* One line on its way to many. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "fixture.h"

#include "base/cleanup.h"
#include "base/text.h"
#include "world/caps.h"
#include "world/fanout.h"

/* The sessions that were sent something: "1 2 3". */
static const char *receivers(const struct outbox *outbox, struct buffer *out)
{
	buffer_clear(out);
	for (size_t i = 0; i < outbox->count; i++) {
		assert_int_equal(outbox->effects[i].kind, EFFECT_SEND);
		buffer_format(out, "%s%llu", i ? " " : "",
			(unsigned long long) outbox->effects[i].session);
	}
	return buffer_text(out);
}

static void assert_line(const struct outbox *outbox, size_t i, const char *text)
{
	const struct line *line = outbox->effects[i].line;

	assert_int_equal(line->length, strlen(text));
	assert_memory_equal(line->bytes, text, line->length);
}

static void a_line_is_written_once_for_each_set_of_capabilities(void **state)
{
	struct world *world = world_of("");
	struct channel *channel = channel_new(world, "#a");
	struct outbox outbox = { 0 };
	struct fanout fanout;

	(void) state;
	for (uint64_t id = 1; id <= 6; id++) {
		char nick[] = { (char) ('a' + id), '\0' };
		struct user *user = user_of(world, id, nick);

		session_grant(session_of(user), id % 2 ? CAP_SERVER_TIME : 0);
		if (id < 3)
			session_grant(session_of(user), session_of(user)->caps | CAP_ECHO_MESSAGE);
		channel_add(world, channel, user, 0);
	}
	fanout_begin(&fanout, world, &outbox, ":%s PING", "x");
	fanout_to_channel(&fanout, channel);
	fanout_end(&fanout);
	assert_int_equal(outbox.count, 6);
	assert_ptr_equal(outbox.effects[0].line, outbox.effects[2].line);
	assert_ptr_equal(outbox.effects[1].line, outbox.effects[5].line);
	assert_int_equal(outbox.effects[0].line->refs, 3);
	assert_line(&outbox, 0, "@time=2023-11-14T22:13:20.123Z :x PING\r\n");
	assert_line(&outbox, 1, ":x PING\r\n");
	outbox_done(&outbox);
	world_free(world);
}

static void a_long_text_is_cut_between_characters(void **state)
{
	struct world *world = world_of("");
	struct session *session = session_from(world, 1, "192.0.2.1");
	struct buffer text = { 0 };

	(void) state;
	for (size_t pad = 0; pad < 4; pad++) {
		struct outbox outbox = { 0 };
		struct fanout fanout;
		const struct line *line;

		buffer_clear(&text);
		buffer_format(&text, "%.*s", (int) pad, "xxx");
		while (text.length < 600)
			buffer_put_text(&text, "\xe2\x82\xac");
		fanout_begin(&fanout, world, &outbox, "%s", text.bytes);
		fanout_to_session(&fanout, session);
		fanout_end(&fanout);
		line = outbox.effects[0].line;
		assert_true(line->length > 509 && line->length <= 512);
		assert_true(text_is_utf8(line->bytes, line->length));
		assert_memory_equal(line->bytes + line->length - 2, "\r\n", 2);
		outbox_done(&outbox);
	}
	buffer_done(&text);
	world_free(world);
}

static void one_line_stays_one_line(void **state)
{
	struct world *world = world_of("");
	struct session *session = session_from(world, 1, "192.0.2.1");
	struct outbox outbox = { 0 };
	struct fanout fanout;

	(void) state;
	fanout_begin(&fanout, world, &outbox, ":x 372 ana :%s", "a\r\nQUIT\rb\n");
	fanout_to_session(&fanout, session);
	fanout_end(&fanout);
	assert_line(&outbox, 0, ":x 372 ana :a  QUIT b \r\n");
	outbox_done(&outbox);
	world_free(world);
}

static void the_time_tag_has_room_of_its_own(void **state)
{
	struct world *world = world_of("");
	struct session *session = session_from(world, 1, "192.0.2.1");
	struct outbox outbox = { 0 };
	struct fanout fanout;
	char text[600];

	(void) state;
	memset(text, 'x', sizeof(text));
	session_grant(session, CAP_SERVER_TIME);
	fanout_begin(&fanout, world, &outbox, "%.*s", (int) sizeof(text), text);
	fanout_to_session(&fanout, session);
	fanout_end(&fanout);
	assert_int_equal(
		outbox.effects[0].line->length, strlen("@time=2023-11-14T22:13:20.123Z ") + 512);
	outbox_done(&outbox);
	world_free(world);
}

static void some_are_left_out(void **state)
{
	struct world *world = world_of("");
	struct channel *channel = channel_new(world, "#a");
	struct user *users[4];
	struct outbox outbox = { 0 };
	struct buffer out = { 0 };
	struct fanout fanout;

	(void) state;
	for (uint64_t i = 0; i < 4; i++) {
		char nick[] = { (char) ('a' + i), '\0' };

		users[i] = user_of(world, i + 1, nick);
		channel_add(world, channel, users[i], 0);
		session_grant(
			session_of(users[i]), i == 3 ? 0 : CAP_AWAY_NOTIFY | CAP_ECHO_MESSAGE);
	}
	fanout_begin(&fanout, world, &outbox, "x");
	fanout.except = session_of(users[0]);
	fanout.needs = CAP_AWAY_NOTIFY | CAP_ECHO_MESSAGE;
	fanout_to_channel(&fanout, channel);
	assert_string_equal(receivers(&outbox, &out), "2 3");
	session_of(users[1])->is_closing = true;
	fanout_to_session(&fanout, session_of(users[1]));
	assert_string_equal(receivers(&outbox, &out), "2 3");
	fanout_end(&fanout);
	buffer_done(&out);
	outbox_done(&outbox);
	world_free(world);
}

static void ranks_choose(void **state)
{
	static const uint32_t ranks[] = { 0, MEMBER_RANK_VOICE, MEMBER_RANK_OPERATOR,
		MEMBER_RANK_OPERATOR | MEMBER_RANK_VOICE };
	struct world *world = world_of("");
	struct channel *channel = channel_new(world, "#a");
	struct outbox outbox = { 0 };
	struct buffer out = { 0 };
	struct fanout fanout;

	(void) state;
	for (uint64_t i = 0; i < 4; i++) {
		char nick[] = { (char) ('a' + i), '\0' };

		channel_add(world, channel, user_of(world, i + 1, nick), ranks[i]);
	}
	fanout_begin(&fanout, world, &outbox, "x");
	fanout_to_rank(&fanout, channel, MEMBER_RANK_VOICE);
	assert_string_equal(receivers(&outbox, &out), "2 3 4");
	outbox_clear(&outbox);
	fanout_to_rank(&fanout, channel, MEMBER_RANK_OPERATOR);
	assert_string_equal(receivers(&outbox, &out), "3 4");
	fanout_end(&fanout);
	buffer_done(&out);
	outbox_done(&outbox);
	world_free(world);
}

static void neighbours_hear_it_once_and_the_user_not(void **state)
{
	struct world *world = world_of("");
	struct channel *a = channel_new(world, "#a"), *b = channel_new(world, "#b");
	struct user *ana = user_of(world, 1, "ana"), *bea = user_of(world, 2, "bea");
	struct user *cid = user_of(world, 3, "cid"), *dan = user_of(world, 4, "dan");
	struct outbox outbox = { 0 };
	struct buffer out = { 0 };
	struct fanout fanout;

	(void) state;
	channel_add(world, a, bea, 0);
	channel_add(world, a, ana, 0);
	channel_add(world, b, ana, 0);
	channel_add(world, b, cid, 0);
	channel_add(world, b, bea, 0);
	session_attach(world, session_from(world, 5, "192.0.2.1"), bea);
	fanout_begin(&fanout, world, &outbox, "x");
	fanout_to_neighbours(&fanout, ana);
	assert_string_equal(receivers(&outbox, &out), "2 5 3");
	outbox_clear(&outbox);
	fanout_to_neighbours(&fanout, ana); /* again, from the next mark */
	assert_string_equal(receivers(&outbox, &out), "2 5 3");
	outbox_clear(&outbox);
	fanout_to_neighbours(&fanout, dan);
	assert_string_equal(receivers(&outbox, &out), "");
	fanout_end(&fanout);
	buffer_done(&out);
	outbox_done(&outbox);
	world_free(world);
}

static void a_variant_takes_the_place_of_the_line(void **state)
{
	struct world *world = world_of("");
	struct channel *channel = channel_new(world, "#a");
	const uint64_t caps[] = { 0, CAP_CHGHOST, CAP_SERVER_TIME | CAP_CHGHOST, CAP_CHGHOST,
		CAP_EXTENDED_JOIN };
	struct outbox outbox = { 0 };
	struct buffer out = { 0 };
	struct fanout fanout;

	(void) state;
	for (uint64_t i = 0; i < ARRAY_LENGTH(caps); i++) {
		char nick[] = { (char) ('a' + i), '\0' };
		struct user *user = user_of(world, i + 1, nick);

		session_grant(session_of(user), caps[i]);
		channel_add(world, channel, user, 0);
	}
	fanout_begin(&fanout, world, &outbox, "plain");
	fanout_variant(&fanout, CAP_CHGHOST, "variant");
	fanout_to_channel(&fanout, channel);
	assert_line(&outbox, 0, "plain\r\n");
	assert_line(&outbox, 1, "variant\r\n");
	assert_line(&outbox, 2, "@time=2023-11-14T22:13:20.123Z variant\r\n");
	assert_ptr_equal(outbox.effects[1].line, outbox.effects[3].line);
	assert_ptr_equal(outbox.effects[0].line, outbox.effects[4].line);
	outbox_clear(&outbox);
	fanout.lacks = CAP_CHGHOST;
	fanout_to_channel(&fanout, channel);
	assert_string_equal(receivers(&outbox, &out), "1 5");
	fanout_end(&fanout);
	buffer_done(&out);
	outbox_done(&outbox);
	world_free(world);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_line_is_written_once_for_each_set_of_capabilities),
		cmocka_unit_test(a_long_text_is_cut_between_characters),
		cmocka_unit_test(one_line_stays_one_line),
		cmocka_unit_test(the_time_tag_has_room_of_its_own),
		cmocka_unit_test(some_are_left_out),
		cmocka_unit_test(ranks_choose),
		cmocka_unit_test(neighbours_hear_it_once_and_the_user_not),
		cmocka_unit_test(a_variant_takes_the_place_of_the_line),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
