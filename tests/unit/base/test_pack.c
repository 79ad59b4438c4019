/* The byte format of snapshots and recordings. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/cleanup.h"
#include "base/pack.h"

static void the_bytes_are_those_of_the_header(void **state)
{
	static const uint8_t expected[] = { 7, 0, 9, 0, 0, 0, 1, 0, 3, 0, 0, 0, 'a', 'n', 'a' };
	struct buffer out = { 0 };
	size_t record = pack_begin(&out, 7);

	(void) state;
	pack_text(&out, 1, "ana");
	pack_text(&out, 2, NULL);
	pack_end(&out, record);
	assert_int_equal(out.length, sizeof(expected));
	assert_memory_equal(out.bytes, expected, sizeof(expected));
	buffer_done(&out);
}

static void numbers_take_as_few_bytes_as_they_need(void **state)
{
	static const struct {
		uint64_t value;
		size_t bytes;
	} rows[] = { { 0, 0 }, { 1, 1 }, { 255, 1 }, { 256, 2 }, { UINT32_MAX, 4 },
		{ (uint64_t) UINT32_MAX + 1, 5 }, { UINT64_MAX >> 8, 7 }, { UINT64_MAX, 8 } };

	(void) state;
	for (size_t i = 0; i < ARRAY_LENGTH(rows); i++) {
		struct buffer out = { 0 };
		struct pack_field field;
		struct pack pack;

		pack_u64(&out, 0xabcd, rows[i].value);
		pack = pack_over(out.bytes, out.length);
		assert_true(pack_next(&pack, &field));
		assert_int_equal(field.id, 0xabcd);
		assert_int_equal(field.length, rows[i].bytes);
		assert_true(pack_field_u64(&field) == rows[i].value);
		assert_false(pack_next(&pack, &field));
		assert_false(pack.failed);
		buffer_done(&out);
	}
}

static void a_number_too_long_to_hold_is_nothing(void **state)
{
	const struct pack_field field = { .bytes = (const uint8_t *) "123456789", .length = 9 };

	(void) state;
	assert_int_equal(pack_field_u64(&field), 0);
}

static void records_lie_in_records(void **state)
{
	struct buffer out = { 0 };
	size_t outer = pack_begin(&out, 1), inner = pack_begin(&out, 2);
	struct pack_field field;
	struct pack pack, record;
	char *text;

	(void) state;
	pack_bytes(&out, 3, "a\0b", 3);
	pack_end(&out, inner);
	pack_u64(&out, 4, 5);
	pack_end(&out, outer);
	pack_u64(&out, 6, 7);

	pack = pack_over(out.bytes, out.length);
	assert_true(pack_next(&pack, &field));
	record = pack_field_record(&field);
	assert_true(pack_next(&record, &field));
	assert_int_equal(field.id, 2);
	assert_int_equal(field.length, 9);
	assert_true(pack_next(&record, &field));
	assert_int_equal(field.id, 4);
	assert_false(pack_next(&record, &field));
	assert_true(pack_next(&pack, &field));
	assert_int_equal(pack_field_u64(&field), 7);

	field = (struct pack_field){ .bytes = (const uint8_t *) "a\0b", .length = 3 };
	text = pack_field_text(&field);
	assert_memory_equal(text, "a\0b", 4);
	free(text);
	buffer_done(&out);
}

/* Cut anywhere but between fields, reading fails and stays failed. */
static void torn_bytes_fail_for_good(void **state)
{
	struct buffer out = { 0 };

	(void) state;
	pack_text(&out, 1, "papod");
	pack_u64(&out, 2, 77);
	for (size_t length = 0; length <= out.length; length++) {
		bool is_whole = length == 0 || length == 11 || length == out.length;
		uint8_t *bytes = malloc(length ? length : 1); /* for the sanitizer's sake */
		struct pack pack = pack_over(bytes, length);
		struct pack_field field;

		memcpy(bytes, out.bytes, length);
		while (pack_next(&pack, &field))
			assert_true(field.bytes + field.length <= bytes + length);
		assert_int_equal(pack.failed, !is_whole);
		assert_false(pack_next(&pack, &field));
		free(bytes);
	}
	buffer_done(&out);
}

static void a_length_beyond_the_end_reads_nothing(void **state)
{
	static const uint8_t bytes[] = { 1, 0, 0xff, 0xff, 0xff, 0xff, 'x' };
	struct pack pack = pack_over(bytes, sizeof(bytes));
	struct pack_field field = { .id = 99 };

	(void) state;
	assert_false(pack_next(&pack, &field));
	assert_true(pack.failed);
	assert_int_equal(field.id, 99);
}

static void no_bytes_are_no_fields(void **state)
{
	struct pack pack = pack_over(NULL, 0);
	struct pack_field field;

	(void) state;
	assert_false(pack_next(&pack, &field));
	assert_false(pack.failed);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_bytes_are_those_of_the_header),
		cmocka_unit_test(numbers_take_as_few_bytes_as_they_need),
		cmocka_unit_test(a_number_too_long_to_hold_is_nothing),
		cmocka_unit_test(records_lie_in_records),
		cmocka_unit_test(torn_bytes_fail_for_good),
		cmocka_unit_test(a_length_beyond_the_end_reads_nothing),
		cmocka_unit_test(no_bytes_are_no_fields),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
