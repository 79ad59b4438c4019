/* Keys with values. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "world/metadata.h"

static void keys_are_of_few_characters(void **state)
{
	char longest[METADATA_KEY_BYTES + 2];

	(void) state;
	assert_true(metadata_key_is_valid("a"));
	assert_true(metadata_key_is_valid("soju.im/x_y-0"));
	assert_false(metadata_key_is_valid(""));
	assert_false(metadata_key_is_valid("A"));
	assert_false(metadata_key_is_valid("a b"));
	assert_false(metadata_key_is_valid("a,b"));
	assert_false(metadata_key_is_valid("\xc3\xa4"));
	memset(longest, 'x', sizeof(longest));
	longest[METADATA_KEY_BYTES] = '\0';
	assert_true(metadata_key_is_valid(longest));
	longest[METADATA_KEY_BYTES] = 'x';
	longest[METADATA_KEY_BYTES + 1] = '\0';
	assert_false(metadata_key_is_valid(longest));
}

static void setting_tells_whether_anything_changes(void **state)
{
	struct metadata metadata = { 0 };

	(void) state;
	assert_false(metadata_set(&metadata, "b", NULL));
	assert_true(metadata_set(&metadata, "b", "1"));
	assert_false(metadata_set(&metadata, "b", "1"));
	assert_true(metadata_set(&metadata, "b", ""));
	assert_string_equal(metadata_get(&metadata, "b"), "");
	assert_true(metadata_set(&metadata, "c", "3"));
	assert_true(metadata_set(&metadata, "a", "1"));
	assert_int_equal(metadata.count, 3);
	assert_true(metadata_is_in_order(&metadata));
	assert_true(metadata_set(&metadata, "b", NULL));
	assert_null(metadata_get(&metadata, "b"));
	assert_string_equal(metadata_get(&metadata, "c"), "3");
	metadata_done(&metadata);
}

static void what_one_takes_the_other_has_no_more(void **state)
{
	struct metadata metadata = { 0 }, other = { 0 };

	(void) state;
	metadata_set(&metadata, "a", "old");
	metadata_set(&other, "a", "new");
	metadata_set(&other, "b", "2");
	metadata_take(&metadata, &other);
	assert_int_equal(other.count, 0);
	assert_string_equal(metadata_get(&metadata, "a"), "new");
	assert_string_equal(metadata_get(&metadata, "b"), "2");
	metadata_done(&metadata);
}

static void they_are_saved_with_empty_values(void **state)
{
	struct metadata metadata = { 0 }, again = { 0 };
	struct buffer bytes = { 0 };
	struct pack_field field;
	struct pack pack;

	(void) state;
	metadata_save(&bytes, 7, &metadata);
	assert_int_equal(bytes.length, 0);
	metadata_set(&metadata, "a", "1");
	metadata_set(&metadata, "b", "");
	metadata_save(&bytes, 7, &metadata);
	pack = pack_over(bytes.bytes, bytes.length);
	assert_true(pack_next(&pack, &field));
	metadata_load(&again, pack_field_record(&field));
	assert_int_equal(again.count, 2);
	assert_string_equal(metadata_get(&again, "a"), "1");
	assert_string_equal(metadata_get(&again, "b"), "");
	buffer_done(&bytes);
	metadata_done(&metadata);
	metadata_done(&again);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(keys_are_of_few_characters),
		cmocka_unit_test(setting_tells_whether_anything_changes),
		cmocka_unit_test(what_one_takes_the_other_has_no_more),
		cmocka_unit_test(they_are_saved_with_empty_values),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
