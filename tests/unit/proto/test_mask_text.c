/* One text and many masks. What masks mean: test_mask.c. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/cleanup.h"
#include "proto/mask_text.h"

static void a_text_is_held_against_many_masks(void **state)
{
	static const char *const masks[] = { "ana!*@*", "*!~ana@*", "*!*@*.Example.net", "A?a!*@*",
		"*", "ana!~ana@host.example.net" };
	static const char *const others[] = { "", "an!*@*", "*!ana@*", "*.example.org", "?ana!*@*",
		"ana!~ana@host.example.ne", "*q*", "na!*" };
	struct mask_text text;

	(void) state;
	mask_text_init(&text, CASEMAP_ASCII, "Ana!~ana@host.example.net");
	for (size_t i = 0; i < ARRAY_LENGTH(masks); i++)
		assert_true(mask_text_matches(&text, masks[i]));
	for (size_t i = 0; i < ARRAY_LENGTH(others); i++)
		assert_false(mask_text_matches(&text, others[i]));
	mask_text_done(&text);
}

/* Places 0 to 199 hold a, but for "bcd" from one place on. */
static void make_text(struct mask_text *text, size_t place)
{
	char bytes[201];

	memset(bytes, 'a', 200);
	memcpy(bytes + place, "bcd", 3);
	bytes[200] = '\0';
	mask_text_init(text, CASEMAP_ASCII, bytes);
}

static void a_part_is_found_at_each_place_of_a_long_text(void **state)
{
	struct mask_text text;

	(void) state;
	for (size_t place = 0; place <= 197; place++) {
		make_text(&text, place);
		assert_true(mask_text_matches(&text, "*bcd*"));
		assert_true(mask_text_matches(&text, "*b?d*"));
		assert_int_equal(mask_text_matches(&text, "*bcd"), place == 197);
		assert_int_equal(mask_text_matches(&text, "bcd*"), place == 0);
		assert_int_equal(mask_text_matches(&text, "*abcd*"), place > 0);
		assert_int_equal(mask_text_matches(&text, "*bcda*"), place < 197);
		assert_int_equal(mask_text_matches(&text, "*a*bcd*a*"), place > 0 && place < 197);
		assert_false(mask_text_matches(&text, "*bcd*b*"));
		assert_false(mask_text_matches(&text, "*bc?d*"));
		mask_text_done(&text);
	}
}

static void parts_must_not_overlap(void **state)
{
	struct mask_text text;

	(void) state;
	mask_text_init(&text, CASEMAP_ASCII, "abab");
	assert_true(mask_text_matches(&text, "*ab*ab"));
	assert_true(mask_text_matches(&text, "*aba*b"));
	assert_false(mask_text_matches(&text, "aba*bab"));
	assert_false(mask_text_matches(&text, "*aba*ab*"));
	assert_false(mask_text_matches(&text, "*ab*ab*ab*"));
	mask_text_done(&text);
}

/* More different characters than there are hashes, so that some have the same. */
static void many_different_characters_are_told_apart(void **state)
{
	char bytes[3 * 600 + 1], mask[6] = "*";
	struct mask_text text;

	(void) state;
	for (size_t i = 0; i < 600; i++) {
		bytes[3 * i] = (char) (0xe4 + i / 4096);
		bytes[3 * i + 1] = (char) (0x80 + i / 64);
		bytes[3 * i + 2] = (char) (0x80 + i % 64);
	}
	bytes[3 * 600] = '\0';
	mask_text_init(&text, CASEMAP_ASCII, bytes);
	assert_int_equal(text.length, 600);
	for (size_t i = 0; i < 600; i++) {
		memcpy(mask + 1, bytes + 3 * i, 3);
		assert_int_equal(mask_text_matches(&text, mask), i == 599);
		memcpy(mask + 4, "*", 2);
		assert_true(mask_text_matches(&text, mask));
		mask[1] = (char) 0xe5;
		assert_false(mask_text_matches(&text, mask));
		mask[4] = '\0';
	}
	mask_text_done(&text);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_text_is_held_against_many_masks),
		cmocka_unit_test(a_part_is_found_at_each_place_of_a_long_text),
		cmocka_unit_test(parts_must_not_overlap),
		cmocka_unit_test(many_different_characters_are_told_apart),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
