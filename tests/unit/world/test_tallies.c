/* Buckets by name. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include "base/cleanup.h"
#include "world/tallies.h"

#define NOW_MS 1000000
#define RECORD 7

static const struct rate rate = { .count = 2, .seconds = 600 };

static bool is_used_up(const struct tallies *tallies, const char *key, uint64_t now_ms)
{
	return !tally_can_take(tallies, key, now_ms, rate);
}

static void use_up(struct tallies *tallies, const char *key)
{
	tally_take(tallies, key, NOW_MS, rate);
	tally_take(tallies, key, NOW_MS, rate);
}

static void bucket_fills_again(void **state)
{
	struct tallies tallies;

	(void) state;
	tallies_init(&tallies, 1, 2);
	tally_take(&tallies, "lx", NOW_MS, rate);
	assert_false(is_used_up(&tallies, "lx", NOW_MS));
	tally_take(&tallies, "lx", NOW_MS, rate);
	assert_true(is_used_up(&tallies, "lx", NOW_MS));
	assert_true(is_used_up(&tallies, "lx", NOW_MS + 299999));
	assert_false(is_used_up(&tallies, "lx", NOW_MS + 300000));
	assert_false(is_used_up(&tallies, "ox", NOW_MS));
	tallies_done(&tallies);
}

static void networks_and_purposes_have_buckets_of_their_own(void **state)
{
	struct address one, other;
	char key[TALLY_KEY_BYTES], other_key[TALLY_KEY_BYTES];

	(void) state;
	assert_true(address_parse_network("2001:db8:1:2::3", &one));
	assert_true(address_parse_network("2001:db8:1:2:4::", &other));
	tally_key(key, TALLY_OPER, &one, NULL);
	tally_key(other_key, TALLY_OPER, &other, NULL);
	assert_string_equal(key, other_key);
	tally_key(other_key, TALLY_LOGIN, &other, NULL);
	assert_string_not_equal(key, other_key);
	tally_key(other_key, TALLY_OPER, &other, "ana");
	assert_string_not_equal(key, other_key);
}

static void too_many_displace_the_oldest_of_their_purpose_only(void **state)
{
	struct tallies tallies;
	char key[TALLY_KEY_BYTES];

	(void) state;
	tallies_init(&tallies, 1, 2);
	use_up(&tallies, "rx");
	use_up(&tallies, "mx");
	use_up(&tallies, "ox");
	use_up(&tallies, "lx");
	use_up(&tallies, "ly");
	for (int i = 0; i < TALLIES - 1; i++) {
		snprintf(key, sizeof(key), "l%d", i);
		tally_take(&tallies, key, NOW_MS, rate);
	}
	assert_false(is_used_up(&tallies, "lx", NOW_MS));
	assert_true(is_used_up(&tallies, "ly", NOW_MS));
	assert_true(is_used_up(&tallies, "rx", NOW_MS));
	assert_true(is_used_up(&tallies, "mx", NOW_MS));
	assert_true(is_used_up(&tallies, "ox", NOW_MS));
	assert_int_equal(tallies.by_key.count, TALLIES + 3);
	tallies_done(&tallies);
}

static void full_ones_are_forgotten(void **state)
{
	struct tallies tallies;

	(void) state;
	tallies_init(&tallies, 1, 2);
	use_up(&tallies, "lx");
	tally_take(&tallies, "ly", NOW_MS + 600000, rate);
	assert_int_equal(tallies.by_key.count, 1);
	tallies_done(&tallies);
}

static void load_all(struct tallies *tallies, const struct buffer *saved)
{
	struct pack pack = pack_over(saved->bytes, saved->length);
	struct pack_field field;

	while (pack_next(&pack, &field))
		tally_load(tallies, pack_field_record(&field));
}

static void loaded_tallies_are_the_same_in_the_same_order(void **state)
{
	CLEANUP(buffer_done) struct buffer saved = { 0 };
	CLEANUP(buffer_done) struct buffer again = { 0 };
	struct tallies tallies, loaded;

	(void) state;
	tallies_init(&tallies, 1, 2);
	tallies_init(&loaded, 1, 2);
	use_up(&tallies, "ox");
	use_up(&tallies, "ly");
	use_up(&tallies, "lx");
	use_up(&tallies, "ly");
	tallies_save(&saved, RECORD, &tallies);
	load_all(&loaded, &saved);
	tallies_save(&again, RECORD, &loaded);
	assert_int_equal(again.length, saved.length);
	assert_memory_equal(again.bytes, saved.bytes, saved.length);
	assert_true(is_used_up(&loaded, "lx", NOW_MS));
	/* Again: nothing is there twice. */
	load_all(&loaded, &saved);
	assert_int_equal(loaded.by_key.count, 3);
	tallies_done(&tallies);
	tallies_done(&loaded);
}

static void purpose_of_a_later_release_is_left_out(void **state)
{
	CLEANUP(buffer_done) struct buffer saved = { 0 };
	struct tallies tallies;

	(void) state;
	tallies_init(&tallies, 1, 2);
	use_up(&tallies, "lx");
	tallies_save(&saved, RECORD, &tallies);
	for (size_t i = 0; i + 1 < saved.length; i++)
		if (saved.bytes[i] == 'l' && saved.bytes[i + 1] == 'x')
			saved.bytes[i] = '?';
	tallies_done(&tallies);
	tallies_init(&tallies, 1, 2);
	load_all(&tallies, &saved);
	assert_int_equal(tallies.by_key.count, 0);
	tallies_done(&tallies);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(bucket_fills_again),
		cmocka_unit_test(networks_and_purposes_have_buckets_of_their_own),
		cmocka_unit_test(too_many_displace_the_oldest_of_their_purpose_only),
		cmocka_unit_test(full_ones_are_forgotten),
		cmocka_unit_test(loaded_tallies_are_the_same_in_the_same_order),
		cmocka_unit_test(purpose_of_a_later_release_is_left_out),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
