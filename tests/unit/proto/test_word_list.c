/* Word lists of channels. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/cleanup.h"
#include "base/mem.h"
#include "proto/word_list.h"

static bool is_said(const char *given, const char *text)
{
	CLEANUP(mem_freep) char *word = word_list_word(given);
	CLEANUP(mem_freep) char *list = NULL;

	assert_non_null(word);
	list = word_list_with("another\nand one more", word);
	assert_true(word_list_is_valid(list));
	return word_list_matches(list, text);
}

static void a_word_stands_alone(void **state)
{
	(void) state;
	assert_true(is_said("ass", "an ASS!"));
	assert_true(is_said("ass", "ass"));
	assert_true(is_said("ass", "class, pass, ass"));
	assert_false(is_said("ass", "a class of assassins"));
	assert_true(is_said("buy now", "please Buy now."));
	assert_false(is_said("buy now", "buy nowhere"));
	assert_true(is_said("c++", "I like C++"));
	assert_true(is_said("xyz", "and ONE more"));
	assert_false(is_said("xyz", ""));
}

static void a_star_is_the_rest_of_the_word(void **state)
{
	(void) state;
	assert_true(is_said("casin*", "casinos"));
	assert_false(is_said("casin*", "mycasinos"));
	assert_true(is_said("*casino*", "mycasinos"));
	assert_true(is_said("*bot", "a spambot"));
	assert_false(is_said("*bot", "bottle"));
}

static void disguises_do_not_count(void **state)
{
	(void) state;
	assert_true(is_said("casino", "c\xd0\xb0s\xc3\xadno"));
	assert_true(is_said("c\xd0\xb0sino", "CASINO"));
	assert_true(is_said("casino", "ca\x02s\x03"
				      "04ino"));
	assert_true(is_said("спам", "это СПАМ"));
	assert_false(is_said("спам", "антиспам"));
	assert_true(is_said("casino", "\xff casino"));
}

static void lists_grow_and_shrink(void **state)
{
	char *list = word_list_with(NULL, "one"), *two = word_list_with(list, "two"), *rest;

	(void) state;
	assert_string_equal(two, "one\ntwo");
	free(word_list_with(two, "\xc3\xa9t\xc3\xa9"));
	assert_int_equal(word_list_count(two), 2);
	assert_int_equal(word_list_count(NULL), 0);
	assert_true(word_list_has(two, "one") && word_list_has(two, "two"));
	assert_false(word_list_has(two, "on") || word_list_has(NULL, "one"));
	rest = word_list_without(two, "one");
	assert_string_equal(rest, "two");
	assert_null(word_list_without(rest, "two"));
	free(rest);
	free(two);
	free(list);
}

static void some_are_no_words(void **state)
{
	(void) state;
	assert_null(word_list_word(""));
	assert_null(word_list_word("*"));
	assert_null(word_list_word("**"));
	assert_null(word_list_word("!?"));
	assert_null(word_list_word("a\nb"));
	assert_null(
		word_list_word("aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"));
	assert_true(word_list_is_valid(NULL));
	assert_false(word_list_is_valid("one\r\ntwo"));
	assert_false(word_list_is_valid("one\n\ntwo"));
	assert_false(word_list_is_valid("one\t"));
	assert_false(word_list_is_valid("one\ttwo\tthree"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_word_stands_alone),
		cmocka_unit_test(a_star_is_the_rest_of_the_word),
		cmocka_unit_test(disguises_do_not_count),
		cmocka_unit_test(lists_grow_and_shrink),
		cmocka_unit_test(some_are_no_words),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
