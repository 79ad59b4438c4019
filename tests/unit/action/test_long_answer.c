/* Long answers: how much a part visits and sends, and that they end. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "base/buffer.h"
#include "base/cleanup.h"
#include "base/mem.h"
#include "command/dispatch.h"
#include "proto/message.h"
#include "world/answer_cursor.h"
#include "world/channel.h"
#include "world/session.h"
#include "world/user.h"

#define ASKER 1
#define USERS 9000
#define PART_BYTES (32768 + 512)
#define PARTS 1000

static void happen(struct world *world, struct outbox *outbox, struct event event)
{
	event.now_ms = event.wall_ms = 1000;
	dispatch(world, &event, outbox);
	assert_null(world_check(world));
}

static void say(struct world *world, struct outbox *outbox, const char *line)
{
	happen(world, outbox,
		(struct event){ .kind = EVENT_LINE,
			.session = ASKER,
			.text = line,
			.text_length = strlen(line) });
}

/* All users are on #all, and each on a channel of its own. */
static void fill(struct world *world)
{
	struct channel *all = channel_new(world, "#all");
	char name[16];

	for (int i = 0; i < USERS; i++) {
		struct user *user;

		snprintf(name, sizeof(name), "u%d", i);
		user = user_new(world, name, "~user", "host.example", "Somebody");
		channel_add(world, all, user, 0);
		snprintf(name, sizeof(name), "#%d", i);
		channel_add(world, channel_new(world, name), user, 0);
	}
}

static struct world *make_world(struct outbox *outbox)
{
	const struct source source = { SOURCE_KIND_CONFIG, "papod.conf",
		"limits: { who_matches = 0; };"
		"classes: ({ name = \"default\"; flood_rate = 0; });" };
	struct problems problems = { 0 };
	struct settings *settings = settings_parse(&source, 1, &problems);
	struct world *world = world_new();
	struct event event = {
		.kind = EVENT_CONNECTED, .session = ASKER, .text = "irc", .text_length = 3
	};

	assert_non_null(settings);
	happen(world, outbox, (struct event){ .kind = EVENT_SETTINGS, .settings = settings });
	settings_unref(settings);
	problems_done(&problems);
	address_parse_range("127.0.0.1", &event.address);
	happen(world, outbox, event);
	say(world, outbox, "NICK asker");
	say(world, outbox, "USER asker 0 * :Asker");
	fill(world);
	outbox_clear(outbox);
	return world;
}

static size_t bytes_in(const struct outbox *outbox)
{
	size_t bytes = 0;

	for (size_t i = 0; i < outbox->count; i++)
		if (outbox->effects[i].kind == EFFECT_SEND)
			bytes += outbox->effects[i].line->length;
	return bytes;
}

static bool is_asked_for(const struct outbox *outbox)
{
	const struct effect *last = outbox->count ? &outbox->effects[outbox->count - 1] : NULL;

	return last && last->kind == EFFECT_NOTIFY && last->session == ASKER;
}

static bool has(const struct line *line, const char *numeric)
{
	return memmem(line->bytes, line->length, numeric, strlen(numeric)) != NULL;
}

static size_t count_in(const struct outbox *outbox, const char *numeric)
{
	size_t count = 0;

	for (size_t i = 0; i < outbox->count; i++)
		if (outbox->effects[i].kind == EFFECT_SEND && has(outbox->effects[i].line, numeric))
			count++;
	return count;
}

/* Sends the line and takes all parts; returns their number, and counts the numeric. */
static size_t ask(const char *line, const char *numeric, const char *end, size_t *ret_count)
{
	struct outbox outbox = { 0 };
	struct world *world = make_world(&outbox);
	size_t n_parts = 1, n_ends;

	*ret_count = 0;
	say(world, &outbox, line);
	while (is_asked_for(&outbox)) {
		assert_true(bytes_in(&outbox) <= PART_BYTES);
		assert_true(++n_parts < PARTS);
		assert_int_equal(count_in(&outbox, end), 0);
		*ret_count += count_in(&outbox, numeric);
		outbox_clear(&outbox);
		happen(world, &outbox, (struct event){ .kind = EVENT_DRAINED, .session = ASKER });
	}
	assert_true(bytes_in(&outbox) <= PART_BYTES);
	*ret_count += count_in(&outbox, numeric);
	n_ends = count_in(&outbox, end);
	assert_int_equal(n_ends, 1);
	outbox_done(&outbox);
	world_free(world);
	return n_parts;
}

static void what_matches_nobody_is_looked_for_in_parts(void **state)
{
	size_t count;

	(void) state;
	assert_in_range(ask("WHO nobody*", " 352 ", " 315 ", &count), 9, 11);
	assert_int_equal(count, 0);
	assert_in_range(ask("LIST >10000", " 322 ", " 323 ", &count), 9, 11);
	assert_int_equal(count, 0);
	assert_in_range(ask("WHO #all o", " 352 ", " 315 ", &count), 9, 11);
	assert_int_equal(count, 0);
}

/* Each look costs as much as the mask is long. */
static void long_masks_are_looked_for_in_more_parts(void **state)
{
	char line[420];
	size_t count;

	(void) state;
	memset(line, 'x', sizeof(line));
	memcpy(line, "WHO *", 5);
	line[sizeof(line) - 1] = '\0';
	assert_true(ask(line, " 352 ", " 315 ", &count) > USERS / 100);
	memcpy(line, "LIST *", 6);
	assert_true(ask(line, " 322 ", " 323 ", &count) > USERS / 100);
	memcpy(line, "WHO nobody* o", 13); /* as do its options */
	assert_true(ask(line, " 352 ", " 315 ", &count) > USERS / 100);
}

static void all_of_many_are_shown_in_parts(void **state)
{
	size_t count;

	(void) state;
	assert_true(ask("WHO *", " 352 ", " 315 ", &count) > 15);
	assert_int_equal(count, USERS + 1);
	assert_true(ask("WHO * %n", " 354 ", " 315 ", &count) >= 5);
	assert_int_equal(count, USERS + 1);
	assert_true(ask("LIST", " 322 ", " 323 ", &count) > 5);
	assert_int_equal(count, USERS + 1);
	assert_true(ask("NAMES #all", " 353 ", " 366 ", &count) >= 5);
	assert_true(ask("WHO #all", " 352 ", " 315 ", &count) > 15);
	assert_int_equal(count, USERS);
}

/* Append the names in 353, each with a space behind it. */
static void add_names(const struct outbox *outbox, struct buffer *names)
{
	for (size_t i = 0; i < outbox->count; i++) {
		const struct line *line = outbox->effects[i].line;
		const char *list;

		if (outbox->effects[i].kind != EFFECT_SEND || !has(line, " 353 "))
			continue;
		assert_in_range(line->length, 1, MESSAGE_BYTES + 2);
		list = memmem(line->bytes, line->length, " :", 2);
		assert_non_null(list);
		list += 2;
		buffer_put(names, list, (size_t) (line->bytes + line->length - 2 - list));
		buffer_put_byte(names, ' ');
	}
}

static void each_member_is_named_once_and_in_order(void **state)
{
	CLEANUP(buffer_done) struct buffer names = { 0 };
	CLEANUP(buffer_done) struct buffer expected = { 0 };
	struct outbox outbox = { 0 };
	struct world *world = make_world(&outbox);

	(void) state;
	for (int i = 0; i < USERS; i++)
		buffer_format(&expected, "u%d ", i);
	say(world, &outbox, "NAMES #all");
	add_names(&outbox, &names);
	while (is_asked_for(&outbox)) {
		outbox_clear(&outbox);
		happen(world, &outbox, (struct event){ .kind = EVENT_DRAINED, .session = ASKER });
		add_names(&outbox, &names);
	}
	assert_string_equal(names.bytes, expected.bytes);
	outbox_done(&outbox);
	world_free(world);
}

static void what_is_short_is_said_at_once(void **state)
{
	size_t count;

	(void) state;
	assert_int_equal(ask("WHO u77", " 352 ", " 315 ", &count), 1);
	assert_int_equal(count, 1);
	assert_int_equal(ask("LIST #all,#7,#none", " 322 ", " 323 ", &count), 1);
	assert_int_equal(count, 2);
	assert_int_equal(ask("NAMES #7", " 353 ", " 366 ", &count), 1);
	assert_int_equal(count, 1);
}

/* JOIN is answered at once; 353 and 366 come in parts. */
static void a_big_channel_is_entered_in_parts(void **state)
{
	size_t count;

	(void) state;
	assert_true(ask("JOIN #all", " 353 ", " 366 ", &count) >= 5);
	assert_true(count > USERS / 100);
}

/* The channel is renamed before the second part. */
static void a_channel_may_be_renamed_in_between(void **state)
{
	struct outbox outbox = { 0 };
	struct world *world = make_world(&outbox);
	size_t n_parts = 1;

	(void) state;
	say(world, &outbox, "NAMES #all");
	channel_rename(world, channel_find(world, "#all"), "#new");
	while (is_asked_for(&outbox)) {
		assert_int_equal(count_in(&outbox, n_parts == 1 ? " #new :" : " #all :"), 0);
		outbox_clear(&outbox);
		happen(world, &outbox, (struct event){ .kind = EVENT_DRAINED, .session = ASKER });
		n_parts++;
	}
	assert_true(n_parts >= 5);
	assert_int_equal(count_in(&outbox, " 366 asker #new :"), 1);
	outbox_done(&outbox);
	world_free(world);
}

/* Any number may be in a snapshot. */
static void a_place_behind_the_end_is_the_end(void **state)
{
	struct outbox outbox = { 0 };
	struct world *world = make_world(&outbox);

	(void) state;
	say(world, &outbox, "NAMES #all");
	assert_true(is_asked_for(&outbox));
	say(world, &outbox, "JOIN #all");
	answer_cursor_move(session_find(world, ASKER)->answer, UINT64_MAX);
	outbox_clear(&outbox);
	happen(world, &outbox, (struct event){ .kind = EVENT_DRAINED, .session = ASKER });
	assert_int_equal(count_in(&outbox, " 366 "), 1);
	outbox_done(&outbox);
	world_free(world);
}

static void nothing_more_is_said_to_who_is_lost(void **state)
{
	struct outbox outbox = { 0 };
	struct world *world = make_world(&outbox);

	(void) state;
	say(world, &outbox, "LIST");
	assert_true(is_asked_for(&outbox));
	outbox_clear(&outbox);
	happen(world, &outbox,
		(struct event){ .kind = EVENT_DRAINED, .session = ASKER, .status = DRAINED_LOST });
	assert_int_equal(outbox.count, 1);
	assert_int_equal(outbox.effects[0].kind, EFFECT_RESUME);
	outbox_done(&outbox);
	world_free(world);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_matches_nobody_is_looked_for_in_parts),
		cmocka_unit_test(long_masks_are_looked_for_in_more_parts),
		cmocka_unit_test(all_of_many_are_shown_in_parts),
		cmocka_unit_test(each_member_is_named_once_and_in_order),
		cmocka_unit_test(what_is_short_is_said_at_once),
		cmocka_unit_test(a_big_channel_is_entered_in_parts),
		cmocka_unit_test(a_channel_may_be_renamed_in_between),
		cmocka_unit_test(a_place_behind_the_end_is_the_end),
		cmocka_unit_test(nothing_more_is_said_to_who_is_lost),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
