/* Saving and loading structs by table. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/address.h"
#include "base/cleanup.h"
#include "base/fields.h"
#include "base/mem.h"

struct thing {
	bool flag;
	uint8_t u8;
	uint16_t u16;
	uint32_t u32;
	uint64_t u64;
	char *text;
	struct address address;
};

static const struct field fields[] = {
	{ 1, FIELD_BOOL, FIELD_AT(thing, bool, flag) },
	{ 2, FIELD_U8, FIELD_AT(thing, uint8_t, u8) },
	{ 3, FIELD_U16, FIELD_AT(thing, uint16_t, u16) },
	{ 4, FIELD_U32, FIELD_AT(thing, uint32_t, u32) },
	{ 5, FIELD_U64, FIELD_AT(thing, uint64_t, u64) },
	{ 6, FIELD_TEXT, FIELD_AT(thing, char *, text) },
	{ 7, FIELD_ADDRESS, FIELD_AT(thing, struct address, address) },
};

static void load(const struct buffer *bytes, struct thing *thing)
{
	struct pack pack = pack_over(bytes->bytes, bytes->length);
	struct pack_field field;

	while (pack_next(&pack, &field))
		assert_true(fields_load(fields, ARRAY_LENGTH(fields), thing, &field));
	assert_false(pack.failed);
}

static void all_types_survive(void **state)
{
	struct thing thing = { true, 0xff, 0xffff, UINT32_MAX, UINT64_MAX, mem_text("papod"),
		{ 0 } };
	struct thing back = { 0 };
	struct buffer out = { 0 };

	(void) state;
	assert_true(address_parse_range("2001:db8::1", &thing.address));
	fields_save(&out, fields, ARRAY_LENGTH(fields), &thing);
	load(&out, &back);
	assert_true(back.flag);
	assert_int_equal(back.u8, 0xff);
	assert_int_equal(back.u16, 0xffff);
	assert_int_equal(back.u32, UINT32_MAX);
	assert_true(back.u64 == UINT64_MAX);
	assert_string_equal(back.text, "papod");
	assert_memory_equal(&back.address, &thing.address, sizeof(back.address));
	free(thing.text);
	free(back.text);
	buffer_done(&out);
}

/* Ids may have gaps, and rows any order. */
static void each_row_is_found_by_its_id(void **state)
{
	static const struct field rows[] = {
		{ 40, FIELD_U8, FIELD_AT(thing, uint8_t, u8) },
		{ 0, FIELD_BOOL, FIELD_AT(thing, bool, flag) },
		{ 7, FIELD_U16, FIELD_AT(thing, uint16_t, u16) },
		{ 3, FIELD_U32, FIELD_AT(thing, uint32_t, u32) },
		{ UINT16_MAX, FIELD_U64, FIELD_AT(thing, uint64_t, u64) },
	};
	const struct pack_field unknown = { .id = 4 };
	struct thing thing = { true, 1, 2, 3, 4, NULL, { 0 } }, back = { 0 };
	struct buffer out = { 0 };
	struct pack_field field;
	struct pack pack;

	(void) state;
	fields_save(&out, rows, ARRAY_LENGTH(rows), &thing);
	pack = pack_over(out.bytes, out.length);
	while (pack_next(&pack, &field))
		assert_true(fields_load(rows, ARRAY_LENGTH(rows), &back, &field));
	assert_true(back.flag);
	assert_int_equal(back.u8, 1);
	assert_int_equal(back.u16, 2);
	assert_int_equal(back.u32, 3);
	assert_int_equal(back.u64, 4);
	assert_false(fields_load(rows, ARRAY_LENGTH(rows), &back, &unknown));
	assert_false(fields_load(rows, 0, &back, &unknown));
	buffer_done(&out);
}

static void zeros_take_no_room(void **state)
{
	const struct thing thing = { 0 };
	struct buffer out = { 0 };

	(void) state;
	fields_save(&out, fields, 6, &thing);
	assert_int_equal(out.length, 0);
	buffer_done(&out);
}

static void an_empty_text_is_not_none(void **state)
{
	struct thing thing = { .text = mem_text("") }, back = { 0 };
	struct buffer out = { 0 };

	(void) state;
	fields_save(&out, fields, ARRAY_LENGTH(fields), &thing);
	load(&out, &back);
	assert_non_null(back.text);
	assert_string_equal(back.text, "");
	free(thing.text);
	free(back.text);
	buffer_done(&out);
}

static void a_field_nobody_knows_changes_nothing(void **state)
{
	const struct pack_field field = { .id = 8, .bytes = (const uint8_t *) "x", .length = 1 };
	struct thing thing = { 0 }, zero = { 0 };

	(void) state;
	assert_false(fields_load(fields, ARRAY_LENGTH(fields), &thing, &field));
	assert_memory_equal(&thing, &zero, sizeof(zero));
}

static void the_last_of_two_counts_and_the_first_is_freed(void **state)
{
	struct thing thing = { 0 };
	struct buffer out = { 0 };

	(void) state;
	pack_text(&out, 6, "first");
	pack_text(&out, 6, "last");
	load(&out, &thing);
	assert_string_equal(thing.text, "last");
	free(thing.text);
	buffer_done(&out);
}

/* Values of a newer release that are too large lose only their upper bits. */
static void a_number_that_does_not_fit_stays_in_its_field(void **state)
{
	struct thing thing = { 0 };
	struct buffer out = { 0 };

	(void) state;
	for (uint16_t id = 1; id <= 5; id++)
		pack_u64(&out, id, 0x1122334455667788u);
	load(&out, &thing);
	assert_true(thing.flag);
	assert_int_equal(thing.u8, 0x88);
	assert_int_equal(thing.u16, 0x7788);
	assert_int_equal(thing.u32, 0x55667788);
	assert_true(thing.u64 == 0x1122334455667788u);
	assert_null(thing.text);
	buffer_done(&out);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(all_types_survive),
		cmocka_unit_test(each_row_is_found_by_its_id),
		cmocka_unit_test(zeros_take_no_room),
		cmocka_unit_test(an_empty_text_is_not_none),
		cmocka_unit_test(a_field_nobody_knows_changes_nothing),
		cmocka_unit_test(the_last_of_two_counts_and_the_first_is_freed),
		cmocka_unit_test(a_number_that_does_not_fit_stays_in_its_field),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
