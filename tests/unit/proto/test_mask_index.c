/* The index of a text. What masks mean: test_mask.c. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/cleanup.h"
#include "proto/mask_index.h"

static void a_text_is_held_against_many_masks(void **state)
{
	static const char *const masks[] = { "ana!*@*", "*!~ana@*", "*!*@*.Example.net", "A?a!*@*",
		"*", "ana!~ana@host.example.net" };
	static const char *const others[] = { "", "an!*@*", "*!ana@*", "*.example.org", "?ana!*@*",
		"ana!~ana@host.example.ne", "*q*", "na!*" };
	struct mask_index *index = mask_index_new(CASEMAP_ASCII, "Ana!~ana@host.example.net");

	(void) state;
	for (size_t i = 0; i < ARRAY_LENGTH(masks); i++)
		assert_true(mask_index_matches(index, masks[i]));
	for (size_t i = 0; i < ARRAY_LENGTH(others); i++)
		assert_false(mask_index_matches(index, others[i]));
	mask_index_free(index);
}

/* Places 0 to 199 contain a, except "bcd" at one place. */
static struct mask_index *make_index(size_t place)
{
	char bytes[201];

	memset(bytes, 'a', 200);
	memcpy(bytes + place, "bcd", 3);
	bytes[200] = '\0';
	return mask_index_new(CASEMAP_ASCII, bytes);
}

static void a_part_is_found_at_each_place_of_a_long_text(void **state)
{
	struct mask_index *index;

	(void) state;
	for (size_t place = 0; place <= 197; place++) {
		index = make_index(place);
		assert_true(mask_index_matches(index, "*bcd*"));
		assert_true(mask_index_matches(index, "*b?d*"));
		assert_int_equal(mask_index_matches(index, "*bcd"), place == 197);
		assert_int_equal(mask_index_matches(index, "bcd*"), place == 0);
		assert_int_equal(mask_index_matches(index, "*abcd*"), place > 0);
		assert_int_equal(mask_index_matches(index, "*bcda*"), place < 197);
		assert_int_equal(mask_index_matches(index, "*a*bcd*a*"), place > 0 && place < 197);
		assert_false(mask_index_matches(index, "*bcd*b*"));
		assert_false(mask_index_matches(index, "*bc?d*"));
		mask_index_free(index);
	}
}

static void parts_must_not_overlap(void **state)
{
	struct mask_index *index;

	(void) state;
	index = mask_index_new(CASEMAP_ASCII, "abab");
	assert_true(mask_index_matches(index, "*ab*ab"));
	assert_true(mask_index_matches(index, "*aba*b"));
	assert_false(mask_index_matches(index, "aba*bab"));
	assert_false(mask_index_matches(index, "*aba*ab*"));
	assert_false(mask_index_matches(index, "*ab*ab*ab*"));
	mask_index_free(index);
}

/* More different characters than hash values, so that some collide. */
static void many_different_characters_are_told_apart(void **state)
{
	char bytes[3 * 600 + 1], mask[6] = "*";
	struct mask_index *index;

	(void) state;
	for (size_t i = 0; i < 600; i++) {
		bytes[3 * i] = (char) (0xe4 + i / 4096);
		bytes[3 * i + 1] = (char) (0x80 + i / 64);
		bytes[3 * i + 2] = (char) (0x80 + i % 64);
	}
	bytes[3 * 600] = '\0';
	index = mask_index_new(CASEMAP_ASCII, bytes);
	for (size_t i = 0; i < 600; i++) {
		memcpy(mask + 1, bytes + 3 * i, 3);
		assert_int_equal(mask_index_matches(index, mask), i == 599);
		memcpy(mask + 4, "*", 2);
		assert_true(mask_index_matches(index, mask));
		mask[1] = (char) 0xe5;
		assert_false(mask_index_matches(index, mask));
		mask[4] = '\0';
	}
	mask_index_free(index);
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
