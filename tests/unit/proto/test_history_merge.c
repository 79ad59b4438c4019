/* Two answers to one question become one. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "base/cleanup.h"
#include "proto/history_merge.h"

#define ROWS 8

/* Ids, until 0. */
static void put_answer(struct buffer *answer, const uint64_t ids[ROWS], bool has_more)
{
	for (size_t i = 0; i < ROWS && ids[i]; i++)
		history_row_save(answer, HISTORY_ANSWER_ROW, &(struct history_row){ .id = ids[i] });
	if (has_more)
		pack_bytes(answer, HISTORY_ANSWER_MORE, "", 0);
}

static void assert_answer(const struct buffer *answer, const char *expected)
{
	struct pack pack = pack_over(answer->bytes, answer->length);
	CLEANUP(buffer_done) struct buffer text = { 0 };
	struct pack_field field;
	struct history_row row;

	while (pack_next(&pack, &field)) {
		if (field.id == HISTORY_ANSWER_MORE) {
			buffer_put_text(&text, "more ");
		} else if (field.id == HISTORY_ANSWER_PARTIAL) {
			buffer_put_text(&text, "partial ");
		} else {
			assert_true(history_row_load(pack_field_record(&field), &row));
			buffer_format(&text, "%llu ", (unsigned long long) row.id);
		}
	}
	assert_string_equal(buffer_text(&text), expected);
}

/* The first answer may be cut. */
static void assert_merged(const struct history_query *query, bool is_cut, const char *expected)
{
	CLEANUP(buffer_done) struct buffer one = { 0 }, other = { 0 }, merged = { 0 };

	put_answer(&one, (uint64_t[ROWS]){ 10, 30, 50 }, is_cut);
	put_answer(&other, (uint64_t[ROWS]){ 5, 20, 40, 60 }, false);
	history_merge(query, &one, &other, &merged);
	assert_answer(&merged, expected);
	buffer_clear(&merged);
	history_merge(query, &other, &one, &merged);
	assert_answer(&merged, expected);
}

static void rows_are_in_order(void **state)
{
	(void) state;
	assert_merged(&(struct history_query){ .kind = HISTORY_QUERY_LAST, .limit = 10 }, false,
		"5 10 20 30 40 50 60 ");
}

static void as_many_as_wanted_are_of_the_kept_end(void **state)
{
	(void) state;
	assert_merged(&(struct history_query){ .kind = HISTORY_QUERY_LAST, .limit = 3 }, false,
		"40 50 60 more ");
	assert_merged(&(struct history_query){ .kind = HISTORY_QUERY_FIRST, .limit = 3 }, false,
		"5 10 20 more ");
	assert_merged(&(struct history_query){ .kind = HISTORY_QUERY_SEARCH, .limit = 1 }, false,
		"60 more ");
	assert_merged(
		&(struct history_query){
			.kind = HISTORY_QUERY_TARGETS, .limit = 1, .is_forward = true },
		false, "5 more ");
}

static void what_a_cut_answer_does_not_know_leaves_no_gap(void **state)
{
	(void) state;
	assert_merged(&(struct history_query){ .kind = HISTORY_QUERY_LAST, .limit = 10 }, true,
		"10 20 30 40 50 60 more ");
	assert_merged(&(struct history_query){ .kind = HISTORY_QUERY_FIRST, .limit = 10 }, true,
		"5 10 20 30 40 50 more ");
}

static void bytes_are_limited_except_for_the_first_row(void **state)
{
	(void) state;
	assert_merged(
		&(struct history_query){ .kind = HISTORY_QUERY_LAST, .limit = 10, .most_bytes = 1 },
		false, "60 more ");
}

/* Each line of a message may be sent as a line of its own. */
static void lines_of_a_message_count_as_they_are_shown(void **state)
{
	const struct history_query query = {
		.kind = HISTORY_QUERY_FIRST, .limit = 10, .most_bytes = 400
	};
	CLEANUP(buffer_done) struct buffer one = { 0 }, other = { 0 }, merged = { 0 };
	const char *text = "1\n2\n3\n4";

	(void) state;
	history_row_save(&one, HISTORY_ANSWER_ROW,
		&(struct history_row){ .id = 10, .text = piece_of("short") });
	history_row_save(&other, HISTORY_ANSWER_ROW,
		&(struct history_row){ .id = 20, .text = piece_of(text) });
	history_merge(&query, &one, &other, &merged);
	assert_answer(&merged, "10 more ");
}

static void part_of_an_answer_is_part_of_the_whole(void **state)
{
	const struct history_query query = { .kind = HISTORY_QUERY_SEARCH, .limit = 10 };
	CLEANUP(buffer_done) struct buffer one = { 0 }, other = { 0 }, merged = { 0 };

	(void) state;
	put_answer(&one, (uint64_t[ROWS]){ 10 }, false);
	pack_bytes(&one, HISTORY_ANSWER_PARTIAL, "", 0);
	history_merge(&query, &one, &other, &merged);
	assert_answer(&merged, "10 partial ");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(rows_are_in_order),
		cmocka_unit_test(as_many_as_wanted_are_of_the_kept_end),
		cmocka_unit_test(what_a_cut_answer_does_not_know_leaves_no_gap),
		cmocka_unit_test(bytes_are_limited_except_for_the_first_row),
		cmocka_unit_test(lines_of_a_message_count_as_they_are_shown),
		cmocka_unit_test(part_of_an_answer_is_part_of_the_whole),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
