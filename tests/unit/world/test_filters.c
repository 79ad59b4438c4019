/* Filters of the server: what they keep, count and forget. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "base/cleanup.h"
#include "world/filters.h"
#include "world/moderation.h"

#include "fixture.h"

static struct filter *add(struct world *world, const char *name, uint8_t match, const char *pattern)
{
	struct filter as = {
		.name = (char *) (uintptr_t) name,
		.pattern = (char *) (uintptr_t) pattern,
		.setter = (char *) (uintptr_t) "ana!a@h",
		.match = match,
		.action = FILTER_ACTION_BLOCK,
		.places = FILTER_PLACE_TEXT,
	};

	return filter_new(world, &as);
}

static void note_result(void *data, struct filter *filter, enum filter_result result)
{
	struct buffer *seen = data;

	buffer_format(seen, "%s%s", filter->name, result == FILTER_RESULT_YES ? " " : "? ");
}

static void assert_matching(struct world *world, const char *text, const char *expected)
{
	CLEANUP(buffer_done) struct buffer seen = { 0 };

	filters_match(world, FILTER_PLACE_TEXT, text, note_result, &seen);
	assert_string_equal(buffer_text(&seen), expected);
}

static void those_that_match_come_in_order_of_birth(void **state)
{
	struct world *world = world_of("");

	(void) state;
	add(world, "regex", FILTER_MATCH_REGEX, "s.am");
	add(world, "literal", FILTER_MATCH_LITERAL, "spam");
	add(world, "glob", FILTER_MATCH_GLOB, "*spam*");
	assert_sound(world);
	assert_matching(world, "spam", "regex literal glob ");
	assert_matching(world, "scam", "regex ");
	filter_free(world, filters_find(world, "regex"));
	assert_matching(world, "spam", "literal glob ");
	assert_null(filters_find(world, "regex"));
	filter_free(world, filters_find(world, "literal"));
	filter_free(world, filters_find(world, "glob"));
	assert_int_equal(world->filters.places, 0);
	assert_matching(world, "spam", "");
	assert_sound(world);
	world_free(world);
}

static bool blame(struct world *world, struct filter *filter, const char *from)
{
	struct address address;

	assert_true(address_parse_range(from, &address));
	return filter_blame(world, filter, &address);
}

static void one_that_reaches_its_limit_with_texts_of_many_is_off(void **state)
{
	static const char *const addresses[] = { "192.0.2.1", "192.0.2.2", "2001:db8::1", "local" };
	struct world *world = world_of("");
	struct filter *filter = add(world, "bad", FILTER_MATCH_REGEX, "a+b");

	(void) state;
	for (int i = 0; i < 20; i++)
		for (size_t j = 0; j < ARRAY_LENGTH(addresses); j++)
			assert_false(blame(world, filter, addresses[j]));
	assert_false(blame(world, filter, "2001:db8::2"));
	assert_false(blame(world, filter, "192.0.2.5"));
	assert_false(blame(world, filter, "192.0.2.5"));
	assert_true(blame(world, filter, "192.0.2.6"));
	assert_true(filter->is_off);
	assert_sound(world);
	assert_matching(world, "ab", "");
	filter_switch_on(world, filter);
	assert_matching(world, "ab", "bad ");
	assert_false(blame(world, filter, "192.0.2.6"));
	world_free(world);
}

static void now_and_then_it_may(void **state)
{
	struct world *world = world_of("");
	struct filter *filter = add(world, "bad", FILTER_MATCH_REGEX, "a+b");
	struct address address = { ADDRESS_FAMILY_IPV4, 32, 0, { 192, 0, 2, 0 } };

	(void) state;
	for (address.bytes[3] = 0; address.bytes[3] < 20; address.bytes[3]++) {
		world_set_time(world, world->now_ms + 12000, WALL_MS, 42);
		assert_false(filter_blame(world, filter, &address));
	}
	world_set_time(world, world->now_ms + 11999, WALL_MS, 42);
	assert_true(filter_blame(world, filter, &address));
	world_free(world);
}

static void operators_are_told_of_hits_now_and_then(void **state)
{
	struct world *world = world_of("");
	struct filter *filter = add(world, "one", FILTER_MATCH_LITERAL, "x");

	(void) state;
	filter_note_hit(world, filter);
	assert_int_equal(filter_take_untold(world, filter), 1);
	filter_note_hit(world, filter);
	filter_note_hit(world, filter);
	assert_int_equal(filter_take_untold(world, filter), 0);
	world_set_time(world, NOW_MS + 10000, WALL_MS, 42);
	assert_int_equal(filter_take_untold(world, filter), 2);
	assert_int_equal(filter->n_hits, 3);
	world_free(world);
}

static void another_pattern_begins_anew(void **state)
{
	struct world *world = world_of("");
	struct filter *filter = add(world, "one", FILTER_MATCH_LITERAL, "x");
	struct filter as = *filter;

	(void) state;
	filter_note_hit(world, filter);
	as.pattern = mem_text("x");
	as.setter = mem_text("papod.conf:3");
	as.origin = FILTER_ORIGIN_CONFIGURATION;
	filter_set_configured(world, filter, &as);
	assert_int_equal(filter->n_hits, 1);
	free(as.pattern);
	as.pattern = mem_text("y");
	filter_set_configured(world, filter, &as);
	assert_int_equal(filter->n_hits, 0);
	assert_matching(world, "y", "one ");
	assert_matching(world, "x", "");
	free(as.pattern);
	free(as.setter);
	world_free(world);
}

static size_t count_hits(struct world *world, const struct channel *channel, const char *text)
{
	CLEANUP(buffer_done) struct buffer seen = { 0 };

	filters_count(world, channel, text, note_result, &seen);
	return seen.length;
}

static void many_texts_displace_those_said_longest_ago(void **state)
{
	struct world *world = world_of("");
	const char *text = "the same long text as before";
	struct buffer other = { 0 };

	(void) state;
	add(world, "copies", FILTER_MATCH_REPEAT, "1/600");
	assert_int_equal(count_hits(world, NULL, text), 0);
	assert_int_not_equal(count_hits(world, NULL, text), 0);
	for (int i = 0; i < 100; i++) {
		world_set_time(world, world->now_ms + 1, WALL_MS, 42);
		buffer_clear(&other);
		buffer_format(&other, "%c%c is a text of its own", 'a' + i % 26, 'a' + i / 26);
		assert_int_equal(count_hits(world, NULL, other.bytes), 0);
	}
	assert_int_equal(count_hits(world, NULL, text), 0);
	assert_int_not_equal(count_hits(world, NULL, other.bytes), 0);
	buffer_done(&other);
	world_free(world);
}

static void members_are_mentioned_once_each(void **state)
{
	struct world *world = world_of("");
	struct user *ana = user_of(world, 1, "ana"), *bea = user_of(world, 2, "bea[x]");
	struct channel *channel = channel_new(world, "#chat");

	(void) state;
	user_of(world, 3, "cid");
	channel_add(world, channel, ana, 0);
	channel_add(world, channel, bea, 0);
	add(world, "names", FILTER_MATCH_MENTIONS, "1");
	assert_int_equal(count_hits(world, channel, "ana, ANA: ana cid"), 0);
	assert_int_not_equal(count_hits(world, channel, "(ana) @bea[x]!"), 0);
	assert_int_not_equal(count_hits(world, channel, "ana\nbea[x]"), 0);
	assert_int_equal(count_hits(world, NULL, "ana bea[x]"), 0);
	assert_int_equal(count_hits(world, channel, ""), 0);
	world_free(world);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(those_that_match_come_in_order_of_birth),
		cmocka_unit_test(one_that_reaches_its_limit_with_texts_of_many_is_off),
		cmocka_unit_test(now_and_then_it_may),
		cmocka_unit_test(operators_are_told_of_hits_now_and_then),
		cmocka_unit_test(another_pattern_begins_anew),
		cmocka_unit_test(many_texts_displace_those_said_longest_ago),
		cmocka_unit_test(members_are_mentioned_once_each),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
