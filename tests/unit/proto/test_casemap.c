/* When two names are the same. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/cleanup.h"
#include "base/mem.h"
#include "proto/casemap.h"

static void assert_folded(enum casemap casemap, const char *name, const char *expected)
{
	CLEANUP(mem_freep) char *folded = casemap_fold(casemap, name);

	assert_string_equal(folded, expected);
}

static void ascii_knows_letters_only(void **state)
{
	(void) state;
	assert_folded(CASEMAP_ASCII, "AbZ[]\\~^{}|@\xc3\x84", "abz[]\\~^{}|@\xc3\x84");
}

static void rfc1459_knows_brackets_too(void **state)
{
	(void) state;
	assert_folded(CASEMAP_RFC1459, "AbZ[]\\~^{}|@\xc3\x84", "abz{}|^^{}|@\xc3\x84");
}

static void utf8_knows_all_letters(void **state)
{
	(void) state;
	assert_folded(CASEMAP_UTF8, "AbZ[]\\~^{}|@", "abz[]\\~^{}|@");
	assert_true(casemap_equals(CASEMAP_UTF8, "ÄRGER", "ärger"));
	assert_true(casemap_equals(CASEMAP_UTF8, "A\xcc\x88rger", "ärger"));
	assert_true(casemap_equals(CASEMAP_UTF8, "STRASSE", "straße"));
	assert_true(casemap_equals(CASEMAP_UTF8, "ΜΑΡΙΑΣ", "μαριας"));
	assert_true(casemap_equals(CASEMAP_UTF8, "Мария", "МАРИЯ"));
	assert_true(casemap_equals(CASEMAP_UTF8, "ａｎａ", "ANA"));
	assert_false(casemap_equals(CASEMAP_UTF8, "ärger", "arger"));
	assert_false(casemap_equals(CASEMAP_ASCII, "ÄRGER", "ärger"));
}

/* Different bytes stay different. */
static void what_is_not_utf8_folds_as_ascii(void **state)
{
	(void) state;
	assert_folded(CASEMAP_UTF8, "A\xff\xc3", "a\xff\xc3");
	assert_false(casemap_equals(CASEMAP_UTF8, "A\xc4", "A\xe4"));
}

static void long_names_are_cut(void **state)
{
	char name[2 * CASEMAP_KEY_BYTES], key[CASEMAP_KEY_BYTES];

	(void) state;
	memset(name, 'A', sizeof(name));
	name[sizeof(name) - 1] = '\0';
	for (int i = 0; i < CASEMAPS; i++) {
		casemap_fold_into((enum casemap) i, key, name);
		assert_int_equal(strlen(key), CASEMAP_KEY_BYTES - 1);
	}
}

static void only_utf8_asks_how_names_look(void **state)
{
	CLEANUP(mem_freep) char *latin = casemap_skeleton(CASEMAP_UTF8, "Ana");
	CLEANUP(mem_freep) char *cyrillic = casemap_skeleton(CASEMAP_UTF8, "\xd0\x90n\xd0\xb0");
	CLEANUP(mem_freep) char *bytes = casemap_skeleton(CASEMAP_UTF8, "A\xff");

	(void) state;
	assert_string_equal(latin, cyrillic);
	assert_string_equal(bytes, "a\xff");
	assert_null(casemap_skeleton(CASEMAP_ASCII, "Ana"));
	assert_null(casemap_skeleton(CASEMAP_RFC1459, "Ana"));
}

static void mappings_have_names(void **state)
{
	enum casemap casemap;

	(void) state;
	for (int i = 0; i < CASEMAPS; i++) {
		assert_true(casemap_find(casemap_row((enum casemap) i)->name, &casemap));
		assert_int_equal(casemap, i);
	}
	assert_false(casemap_find("rfc7613", &casemap));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(ascii_knows_letters_only),
		cmocka_unit_test(rfc1459_knows_brackets_too),
		cmocka_unit_test(utf8_knows_all_letters),
		cmocka_unit_test(what_is_not_utf8_folds_as_ascii),
		cmocka_unit_test(long_names_are_cut),
		cmocka_unit_test(only_utf8_asks_how_names_look),
		cmocka_unit_test(mappings_have_names),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
