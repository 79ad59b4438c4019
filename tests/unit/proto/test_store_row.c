/* Rows as records. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/cleanup.h"
#include "proto/store_row.h"

#define RECORD 9

/* The row of the first record. */
static bool load_row(const struct buffer *bytes, struct store_row *ret_row)
{
	struct pack pack = pack_over(buffer_text(bytes), bytes->length);
	struct pack_field field;

	assert_true(pack_next(&pack, &field));
	return store_row_load(pack_field_record(&field), ret_row);
}

static void rows_come_back(void **state)
{
	static const struct store_row rows[] = {
		{ STORE_TABLE_ACCOUNTS, false, 0, 1, "", 0 },
		{ STORE_TABLE_SERVER_BANS, true, 0, UINT64_MAX, "a\0b", 3 },
		{ STORE_TABLE_CHANNELS, false, UINT64_MAX, 0, "\xff", 1 },
	};

	(void) state;
	for (size_t i = 0; i < ARRAY_LENGTH(rows); i++) {
		struct buffer bytes = { 0 };
		struct store_row back;

		store_row_save(&bytes, RECORD, &rows[i]);
		assert_true(load_row(&bytes, &back));
		assert_int_equal(back.table, rows[i].table);
		assert_int_equal(back.is_removal, rows[i].is_removal);
		assert_int_equal(back.id, rows[i].id);
		assert_int_equal(back.version, rows[i].version);
		assert_int_equal(back.length, rows[i].length);
		assert_memory_equal(back.bytes, rows[i].bytes, rows[i].length);
		buffer_done(&bytes);
	}
}

static void rows_of_unknown_tables_are_refused(void **state)
{
	const struct store_row row = { (enum store_table) STORE_TABLES, false, 1, 1, "", 0 };
	struct buffer bytes = { 0 };
	struct store_row back = { .id = 5 };

	(void) state;
	store_row_save(&bytes, RECORD, &row);
	assert_false(load_row(&bytes, &back));
	assert_int_equal(back.id, 5);
	buffer_done(&bytes);
}

static void row_without_content_is_refused(void **state)
{
	struct store_row row;

	(void) state;
	assert_false(store_row_load(pack_over("", 0), &row));
	assert_false(store_row_load(pack_over("\x03\x00\x01\x00\x00\x00\x07", 7), &row));
}

static void cut_row_is_refused(void **state)
{
	const struct store_row row = { STORE_TABLE_CHANNELS, false, 7, 8, "abc", 3 };
	struct buffer bytes = { 0 };
	struct store_row back;
	struct pack pack;
	struct pack_field field;

	(void) state;
	store_row_save(&bytes, RECORD, &row);
	pack = pack_over(bytes.bytes, bytes.length);
	assert_true(pack_next(&pack, &field));
	for (size_t length = 1; length < field.length; length++) {
		bool is_whole = store_row_load(pack_over(field.bytes, length), &back);

		assert_false(is_whole);
	}
	assert_true(store_row_load(pack_over(field.bytes, field.length), &back));
	buffer_done(&bytes);
}

static void fields_of_a_later_release_are_passed_over(void **state)
{
	struct buffer bytes = { 0 };
	struct store_row row;

	(void) state;
	pack_u64(&bytes, 99, 5);
	pack_bytes(&bytes, 5, "abc", 3);
	pack_text(&bytes, 100, "later");
	assert_true(store_row_load(pack_over(bytes.bytes, bytes.length), &row));
	assert_int_equal(row.table, STORE_TABLE_ACCOUNTS);
	assert_int_equal(row.length, 3);
	buffer_done(&bytes);
}

static bool is_clean(enum store_table table, uint16_t id, const char *text, size_t length)
{
	struct buffer bytes = { 0 };
	bool is;

	pack_u64(&bytes, STORE_CHANNEL_CREATED, 0x0a0d);
	pack_bytes(&bytes, id, text, length);
	is = store_row_is_clean(
		&(struct store_row){ table, false, 1, 1, bytes.bytes, bytes.length });
	buffer_done(&bytes);
	return is;
}

static void texts_with_line_breaks_are_not_clean(void **state)
{
	(void) state;
	assert_true(is_clean(STORE_TABLE_CHANNELS, STORE_CHANNEL_TOPIC, "a \x02tea\x02", 7));
	assert_false(is_clean(STORE_TABLE_CHANNELS, STORE_CHANNEL_TOPIC, "a\r\nQUIT", 7));
	assert_false(is_clean(STORE_TABLE_CHANNELS, STORE_CHANNEL_TOPIC, "a\nQUIT", 6));
	assert_false(is_clean(STORE_TABLE_CHANNELS, STORE_CHANNEL_TOPIC, "a\0b", 3));
	assert_false(is_clean(STORE_TABLE_ACCOUNTS, STORE_ACCOUNT_EMAIL, "\r", 1));
	assert_false(is_clean(STORE_TABLE_SERVER_BANS, STORE_BAN_REASON, "\n", 1));
	/* Numbers, and fields that are not columns. */
	assert_true(is_clean(STORE_TABLE_CHANNELS, STORE_CHANNEL_FOUNDER, "\n", 1));
	assert_true(is_clean(STORE_TABLE_CHANNELS, STORE_FIRST_FREE_FIELD, "\n", 1));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(rows_come_back),
		cmocka_unit_test(rows_of_unknown_tables_are_refused),
		cmocka_unit_test(row_without_content_is_refused),
		cmocka_unit_test(cut_row_is_refused),
		cmocka_unit_test(texts_with_line_breaks_are_not_clean),
		cmocka_unit_test(fields_of_a_later_release_are_passed_over),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
