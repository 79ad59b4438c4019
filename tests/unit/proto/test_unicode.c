/* Names in UTF-8 that look alike. What may be a name is in test_names.c. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/cleanup.h"
#include "base/mem.h"
#include "proto/confusables.h"
#include "proto/unicode.h"

static void assert_skeleton(const char *text, const char *expected)
{
	CLEANUP(mem_freep) char *skeleton = unicode_skeleton(text);

	assert_non_null(skeleton);
	assert_string_equal(skeleton, expected);
}

static void look_alikes_have_one_skeleton(void **state)
{
	(void) state;
	assert_skeleton("ana", "ana");
	assert_skeleton("ANA", "ana");
	assert_skeleton("\xd0\xb0na", "ana");		    /* Cyrillic a */
	assert_skeleton("\xce\xb1n\xce\xb1", "ana");	    /* Greek alphas */
	assert_skeleton("\xc3\xa1n\xc3\xa3", "ana");	    /* accents */
	assert_skeleton("a\xcc\x81na", "ana");		    /* an accent on its own */
	assert_skeleton("\xef\xbd\x81na", "ana");	    /* fullwidth a */
	assert_skeleton("\xd0\x92\xce\x9f\xd0\x92", "bob"); /* capitals of two scripts */
	assert_skeleton("\xc5\x82ukasz", "lukasz"); /* no normalisation takes the stroke off */
}

/* A small letter need not look like what its capital looks like. */
static void case_is_folded_last(void **state)
{
	(void) state;
	assert_skeleton("\xce\x97", "h"); /* capital eta */
	assert_skeleton("\xce\xb7", "n"); /* small eta */
}

static void ascii_looks_like_itself_only(void **state)
{
	(void) state;
	assert_skeleton("Il1|0O", "il1|0o");
	assert_skeleton("rn", "rn");
}

/* In these the marks are vowels. */
static void marks_of_other_scripts_stay(void **state)
{
	CLEANUP(mem_freep) char *kamal = unicode_skeleton("कमल");
	CLEANUP(mem_freep) char *kamala = unicode_skeleton("कमला");

	(void) state;
	assert_string_not_equal(kamal, kamala);
}

static void what_is_not_utf8_has_no_forms(void **state)
{
	(void) state;
	assert_null(unicode_normalise("a\xff"));
	assert_null(unicode_fold("a\xc3"));
	assert_null(unicode_skeleton("\xed\xa0\x80"));
	assert_false(unicode_is_name("a\xff", UNICODE_CONTENT_PRINTABLE));
}

static void the_table_is_sorted_and_of_letters_that_need_it(void **state)
{
	size_t n;
	const struct confusable *rows = confusables_all(&n);

	(void) state;
	for (size_t i = 0; i < n; i++) {
		assert_true(!i || rows[i - 1].character < rows[i].character);
		assert_true(rows[i].character >= 0x80 && rows[i].latin[0]);
		assert_ptr_equal(confusables_find(rows[i].character), rows[i].latin);
	}
	assert_null(confusables_find('a'));
	assert_null(confusables_find(0x1f600));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(look_alikes_have_one_skeleton),
		cmocka_unit_test(case_is_folded_last),
		cmocka_unit_test(ascii_looks_like_itself_only),
		cmocka_unit_test(marks_of_other_scripts_stay),
		cmocka_unit_test(what_is_not_utf8_has_no_forms),
		cmocka_unit_test(the_table_is_sorted_and_of_letters_that_need_it),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
