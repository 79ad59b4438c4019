/* The tables of modes and capabilities. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/cleanup.h"
#include "world/caps.h"
#include "world/modes.h"

static void every_channel_mode_is_found_by_its_letter(void **state)
{
	size_t n_rows;
	const struct channel_mode *rows = channel_modes_all(&n_rows);

	(void) state;
	assert_true(n_rows > 0);
	for (size_t i = 0; i < n_rows; i++) {
		assert_ptr_equal(channel_mode_find(rows[i].letter), &rows[i]);
		assert_true(rows[i].help && *rows[i].help);
		assert_int_equal(rows[i].kind == MODE_KIND_PREFIX, rows[i].prefix != 0);
		assert_int_equal(rows[i].kind == MODE_KIND_FLAG, !rows[i].param);
		assert_true(rows[i].kind == MODE_KIND_FLAG || !rows[i].is_default);
		assert_int_equal(rows[i].kind == MODE_KIND_VALUE, rows[i].set && rows[i].write);
		assert_int_equal(rows[i].kind == MODE_KIND_VALUE, rows[i].wrong != NULL);
		assert_true(rows[i].rank >= MEMBER_RANK_HALF_OPERATOR);
	}
	assert_null(channel_mode_find('Z'));
	assert_null(channel_mode_find('\0'));
}

static void no_two_modes_share_a_bit(void **state)
{
	size_t n_rows;
	const struct channel_mode *rows = channel_modes_all(&n_rows);

	(void) state;
	for (size_t i = 0; i < n_rows; i++)
		for (size_t j = 0; j < i; j++)
			if (rows[i].kind == rows[j].kind && rows[i].kind != MODE_KIND_LIST)
				assert_false(rows[i].value & rows[j].value);
}

static void ranks_come_highest_first(void **state)
{
	size_t n_rows;
	const struct channel_mode *rows = channel_modes_all(&n_rows);
	uint32_t last = UINT32_MAX;

	(void) state;
	for (size_t i = 0; i < n_rows; i++) {
		if (rows[i].kind != MODE_KIND_PREFIX)
			continue;
		assert_true(rows[i].value < last);
		last = rows[i].value;
	}
}

static void parameters_follow_the_kind(void **state)
{
	static const struct {
		char letter;
		enum modestring_param param;
	} rows[] = {
		{ 'o', MODESTRING_PARAM_ALWAYS },
		{ 'v', MODESTRING_PARAM_ALWAYS },
		{ 'b', MODESTRING_PARAM_LIST },
		{ 'k', MODESTRING_PARAM_ALWAYS },
		{ 'l', MODESTRING_PARAM_WHEN_SET },
		{ 'i', MODESTRING_PARAM_NONE },
		{ 'n', MODESTRING_PARAM_NONE },
		{ 'Z', MODESTRING_PARAM_NONE },
	};

	(void) state;
	for (size_t i = 0; i < ARRAY_LENGTH(rows); i++)
		assert_int_equal(channel_mode_param(rows[i].letter), rows[i].param);
	assert_int_equal(user_mode_param('i'), MODESTRING_PARAM_NONE);
}

static void new_channels_have_their_defaults(void **state)
{
	(void) state;
	assert_int_equal(
		channel_flags_default(), CHANNEL_FLAG_NO_OUTSIDE | CHANNEL_FLAG_TOPIC_LOCKED);
}

static void every_list_has_a_mode(void **state)
{
	(void) state;
	for (int i = 0; i < CHANNEL_LIST_COUNT; i++)
		assert_int_equal(channel_mode_of_list((enum channel_list) i)->value, i);
	assert_int_equal(channel_mode_of_list(CHANNEL_LIST_BAN)->letter, 'b');
}

static void prefixes_are_the_highest_or_all(void **state)
{
	static const struct {
		uint32_t ranks;
		bool all;
		const char *prefixes;
	} rows[] = {
		{ 0, false, "" },
		{ 0, true, "" },
		{ MEMBER_RANK_VOICE, false, "+" },
		{ MEMBER_RANK_OPERATOR, true, "@" },
		{ MEMBER_RANK_OPERATOR | MEMBER_RANK_VOICE, false, "@" },
		{ MEMBER_RANK_OPERATOR | MEMBER_RANK_VOICE, true, "@+" },
		{ UINT32_MAX, true, "~&@%+" },
	};

	(void) state;
	for (size_t i = 0; i < ARRAY_LENGTH(rows); i++) {
		struct buffer out = { 0 };

		member_prefixes(rows[i].ranks, rows[i].all, &out);
		assert_string_equal(buffer_text(&out), rows[i].prefixes);
		buffer_done(&out);
	}
}

static void every_user_mode_is_found_both_ways(void **state)
{
	size_t n_rows;
	const struct user_mode *rows = user_modes_all(&n_rows);

	(void) state;
	for (size_t i = 0; i < n_rows; i++) {
		assert_ptr_equal(user_mode_find(rows[i].letter), &rows[i]);
		assert_ptr_equal(user_mode_of_flag((enum user_flag) rows[i].flag), &rows[i]);
		assert_true(rows[i].help && *rows[i].help);
	}
	assert_null(user_mode_find('y'));
}

static void nobody_makes_himself_an_operator(void **state)
{
	(void) state;
	assert_false(user_mode_find('o')->may_set);
	assert_true(user_mode_find('i')->may_set);
}

static void every_capability_is_found_by_its_name(void **state)
{
	size_t n_rows;
	const struct cap_row *rows = caps_all(&n_rows);
	uint64_t seen = 0;

	(void) state;
	for (size_t i = 0; i < n_rows; i++) {
		assert_ptr_equal(cap_find(rows[i].name), &rows[i]);
		assert_true(rows[i].help && *rows[i].help);
		assert_false(seen & rows[i].bit);
		seen |= rows[i].bit;
		assert_false(strpbrk(rows[i].name, " =-") == rows[i].name);
	}
	assert_null(cap_find(""));
	assert_null(cap_find("SERVER-TIME"));
	assert_null(cap_find("server-tim"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_channel_mode_is_found_by_its_letter),
		cmocka_unit_test(no_two_modes_share_a_bit),
		cmocka_unit_test(ranks_come_highest_first),
		cmocka_unit_test(parameters_follow_the_kind),
		cmocka_unit_test(new_channels_have_their_defaults),
		cmocka_unit_test(every_list_has_a_mode),
		cmocka_unit_test(prefixes_are_the_highest_or_all),
		cmocka_unit_test(every_user_mode_is_found_both_ways),
		cmocka_unit_test(nobody_makes_himself_an_operator),
		cmocka_unit_test(every_capability_is_found_by_its_name),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
