/* The bans that papod reports, as the gate finds them. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include "base/cleanup.h"
#include "gate/banned.h"

enum place {
	PLACE_MIDDLE = 0,
	PLACE_FIRST = 1,
	PLACE_LAST = 2,
	PLACE_ONLY = PLACE_FIRST | PLACE_LAST,
};

void __real_qsort(
	void *items, size_t count, size_t bytes, int (*compare)(const void *, const void *));
void __wrap_qsort(
	void *items, size_t count, size_t bytes, int (*compare)(const void *, const void *));

static size_t n_sorts;

void __wrap_qsort(
	void *items, size_t count, size_t bytes, int (*compare)(const void *, const void *))
{
	n_sorts++;
	__real_qsort(items, count, bytes, compare);
}

static int make_banned(void **state)
{
	*state = banned_new();
	return 0;
}

static int free_banned(void **state)
{
	banned_free(*state);
	return 0;
}

static void put_range(struct buffer *ranges, const char *text)
{
	struct address range;

	assert_true(address_parse_range(text, &range));
	gate_message_add_range(ranges, &range);
}

static void take_ranges(struct banned *banned, const struct buffer *ranges, enum place place)
{
	const struct gate_message message = {
		.kind = GATE_MESSAGE_KIND_BANS,
		.is_first = place & PLACE_FIRST,
		.is_last = place & PLACE_LAST,
		.ranges = { (const uint8_t *) ranges->bytes, ranges->length },
	};

	banned_take(banned, &message);
}

/* NULL: none. */
static void take(struct banned *banned, const char *range, enum place place)
{
	CLEANUP(buffer_done) struct buffer ranges = { 0 };

	if (range)
		put_range(&ranges, range);
	take_ranges(banned, &ranges, place);
}

static void end(struct banned *banned, const char *range)
{
	CLEANUP(buffer_done) struct buffer ranges = { 0 };
	struct gate_message message = { .kind = GATE_MESSAGE_KIND_BANS, .has_ended = true };

	put_range(&ranges, range);
	message.ranges = (struct gate_bytes){ (const uint8_t *) ranges.bytes, ranges.length };
	banned_take(banned, &message);
}

static bool has(const struct banned *banned, const char *text)
{
	struct address address;

	assert_true(address_parse_range(text, &address));
	address.port = 1234;
	return banned_has(banned, &address);
}

static void at_first_nobody_is_banned(void **state)
{
	assert_false(has(*state, "192.0.2.1"));
	assert_false(has(*state, "local"));
}

static void ranges_of_any_length_are_found(void **state)
{
	struct banned *banned = *state;

	take(banned, "192.0.2.0/24", PLACE_FIRST);
	take(banned, "198.51.100.7", PLACE_MIDDLE);
	take(banned, "2001:db8::/32", PLACE_MIDDLE);
	take(banned, "2001:db9::1", PLACE_LAST);
	assert_true(has(banned, "192.0.2.1"));
	assert_true(has(banned, "198.51.100.7"));
	assert_true(has(banned, "2001:db8:ffff::1"));
	assert_true(has(banned, "2001:db9::1"));
	assert_false(has(banned, "192.0.3.1"));
	assert_false(has(banned, "198.51.100.6"));
	assert_false(has(banned, "2001:db9::2"));
	assert_false(has(banned, "c000:200::")); /* bytes like those of 192.0.2.0 */
	assert_false(has(banned, "local"));
}

static void a_new_list_counts_once_it_is_complete(void **state)
{
	struct banned *banned = *state;

	take(banned, "192.0.2.1", PLACE_ONLY);
	take(banned, "192.0.2.2", PLACE_FIRST);
	assert_true(has(banned, "192.0.2.1"));
	assert_false(has(banned, "192.0.2.2"));
	take(banned, "192.0.2.3", PLACE_FIRST); /* that one was interrupted */
	take(banned, NULL, PLACE_LAST);
	assert_false(has(banned, "192.0.2.1"));
	assert_false(has(banned, "192.0.2.2"));
	assert_true(has(banned, "192.0.2.3"));
	take(banned, NULL, PLACE_ONLY);
	assert_false(has(banned, "192.0.2.3"));
}

static void more_are_added_to_a_complete_list(void **state)
{
	struct banned *banned = *state;

	take(banned, "192.0.2.5", PLACE_ONLY);
	take(banned, "192.0.2.1", PLACE_LAST);
	take(banned, "192.0.2.9", PLACE_MIDDLE);
	assert_true(has(banned, "192.0.2.1"));
	assert_true(has(banned, "192.0.2.5"));
	assert_true(has(banned, "192.0.2.9"));
}

/* A list may have 100000, and an operator's script may add one after the other. */
static void those_that_come_singly_are_put_in_their_place(void **state)
{
	struct banned *banned = *state;
	char text[32];

	take(banned, "10.0.0.50", PLACE_ONLY);
	n_sorts = 0;
	for (unsigned int i = 0; i < 100; i++) {
		snprintf(text, sizeof(text), "10.0.0.%u", i * 37 % 100);
		take(banned, text, PLACE_LAST);
	}
	assert_int_equal(n_sorts, 0);
	for (unsigned int i = 0; i < 100; i++) {
		snprintf(text, sizeof(text), "10.0.0.%u", i);
		assert_true(has(banned, text));
		end(banned, text);
		assert_false(has(banned, text));
	}
}

/* Also one of a list that is not complete yet. */
static void those_that_have_ended_are_no_longer_banned(void **state)
{
	struct banned *banned = *state;

	take(banned, "192.0.2.1", PLACE_ONLY);
	take(banned, "192.0.2.1", PLACE_FIRST);
	take(banned, "192.0.2.0/25", PLACE_MIDDLE);
	end(banned, "192.0.2.1");
	end(banned, "198.51.100.7"); /* that was none */
	assert_false(has(banned, "192.0.2.1"));
	end(banned, "192.0.2.0/25");
	take(banned, "192.0.2.2", PLACE_LAST);
	assert_false(has(banned, "192.0.2.1"));
	assert_true(has(banned, "192.0.2.2"));
}

static void ban_a_million(struct banned *banned)
{
	for (uint32_t i = 0; i < 1000000; i += GATE_RANGES) {
		CLEANUP(buffer_done) struct buffer ranges = { 0 };

		for (uint32_t j = i; j < i + GATE_RANGES; j++)
			gate_message_add_range(
				&ranges, &(struct address){ ADDRESS_FAMILY_IPV4, 32, 0,
						 { 10, (uint8_t) (j >> 16), (uint8_t) (j >> 8),
							 (uint8_t) j } });
		take_ranges(banned, &ranges, i ? PLACE_MIDDLE : PLACE_FIRST);
	}
	take(banned, NULL, PLACE_LAST);
}

static void a_papod_gone_mad_does_not_fill_the_memory(void **state)
{
	struct banned *banned = *state;

	ban_a_million(banned);
	assert_true(has(banned, "10.0.0.0"));
	assert_true(has(banned, "10.1.134.159")); /* the 100000th */
	assert_false(has(banned, "10.1.134.160"));
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, make_banned, free_banned)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(at_first_nobody_is_banned),
		TEST(ranges_of_any_length_are_found),
		TEST(a_new_list_counts_once_it_is_complete),
		TEST(more_are_added_to_a_complete_list),
		TEST(those_that_come_singly_are_put_in_their_place),
		TEST(those_that_have_ended_are_no_longer_banned),
		TEST(a_papod_gone_mad_does_not_fill_the_memory),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
