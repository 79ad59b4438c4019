/* Passwords as texts. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <malloc.h>

#include "base/cleanup.h"
#include "base/mem.h"
#include "proto/opaque_string.h"

static void assert_form(const char *text, const char *expected)
{
	char *form = opaque_string(text);

	if (!form)
		fail_msg("\"%s\" is refused", text);
	else
		assert_string_equal(form, expected);
	mem_free_secret(form);
	form = opaque_string(expected);
	assert_non_null(form);
	assert_string_equal(form, expected);
	mem_free_secret(form);
}

static void assert_refused(const char *text)
{
	char *form = opaque_string(text);

	if (form)
		fail_msg("\"%s\" is a password", text);
}

/* RFC 8265 4.3. */
static void the_examples_of_the_specification(void **state)
{
	(void) state;
	assert_form("correct horse battery staple", "correct horse battery staple");
	assert_form("Correct Horse Battery Staple", "Correct Horse Battery Staple");
	assert_form("\xcf\x80\xc3\x9f\xc3\xa5", "\xcf\x80\xc3\x9f\xc3\xa5");
	assert_form("Jack of \xe2\x99\xa6s", "Jack of \xe2\x99\xa6s");
	assert_form("foo\xe1\x9a\x80"
		    "bar", /* U+1680 */
		"foo bar");
	assert_refused("");
	assert_refused("my cat is a \tby");
}

static void ascii_stays_as_it_is(void **state)
{
	char text[96];

	(void) state;
	for (char i = 0; i < 95; i++)
		text[(size_t) i] = (char) (' ' + i);
	text[95] = '\0';
	assert_form(text, text);
	assert_form(" ", " ");
	assert_form("  two  spaces  ", "  two  spaces  ");
}

static void spaces_become_ascii(void **state)
{
	static const char *const spaces[] = { "\xc2\xa0", "\xe1\x9a\x80", "\xe2\x80\x80",
		"\xe2\x80\x81", "\xe2\x80\x83", "\xe2\x80\x8a", "\xe2\x80\xaf", "\xe2\x81\x9f",
		"\xe3\x80\x80" };

	(void) state;
	for (size_t i = 0; i < ARRAY_LENGTH(spaces); i++)
		assert_form(spaces[i], " ");
}

static void characters_are_composed(void **state)
{
	(void) state;
	assert_form("e\xcc\x81", "\xc3\xa9");
	assert_form("\xc3\xa9", "\xc3\xa9");
	assert_form("A\xcc\x8a", "\xc3\x85");
	assert_form("\xe2\x84\xab", "\xc3\x85");			     /* Angstrom */
	assert_form("q\xcc\x87\xcc\xa3", "q\xcc\xa3\xcc\x87");		     /* marks in order */
	assert_form("\xe1\x84\x92\xe1\x85\xa1\xe1\x86\xab", "\xed\x95\x9c"); /* Hangul */
}

/* Compatibility forms, case, and characters of any script. */
static void other_differences_stay(void **state)
{
	static const char *const texts[] = {
		"\xef\xbc\xa1",		    /* fullwidth A */
		"\xef\xac\x81",		    /* the ligature fi */
		"\xc7\x85",		    /* titlecase */
		"\xe2\x85\xa3",		    /* Roman four */
		"\xc2\xb2",		    /* superscript two */
		"\xce\xa3\xcf\x83\xcf\x82", /* sigmas */
		"\xd9\x85\xd8\xb1\xd8\xad\xd8\xa8\xd8\xa7", "\xe0\xa4\xa8\xe0\xa4\xae",
		"\xe5\xaf\x86\xe7\xa0\x81", "\xf0\x9f\x90\xa7", "l\xc2\xb7l", "\xe3\x83\xbb",
		"\xe2\x82\xac\xe2\x88\x9e\xc2\xab\xe2\x80\x94", "\xd9\xa0\xdb\xb0",
		"a\xe2\x83\x9d", /* an enclosing mark */
	};

	(void) state;
	for (size_t i = 0; i < ARRAY_LENGTH(texts); i++)
		assert_form(texts[i], texts[i]);
}

static void forbidden_characters_are_refused(void **state)
{
	static const char *const texts[] = {
		"a\x01",
		"\n",
		"\r",
		"\x1f",
		"\x7f",
		"\xc2\x80",	    /* a control */
		"\xc2\x9f",	    /* another */
		"\xc2\xad",	    /* soft hyphen */
		"\xe2\x80\x8b",	    /* zero width space */
		"\xe2\x80\x8e",	    /* left-to-right mark */
		"\xe2\x80\xa8",	    /* line separator */
		"\xe2\x80\xa9",	    /* paragraph separator */
		"\xe2\x81\xa0",	    /* word joiner */
		"\xef\xbb\xbf",	    /* byte order mark */
		"\xd8\x80",	    /* Arabic number sign, a format character */
		"\xef\xb8\x8f",	    /* variation selector */
		"\xcd\x8f",	    /* combining grapheme joiner */
		"\xe3\x85\xa4",	    /* Hangul filler */
		"\xee\x80\x80",	    /* private */
		"\xf3\xb0\x80\x80", /* private */
		"\xf3\xa0\x81\x81", /* a tag */
		"\xef\xbf\xbf",	    /* no character */
		"\xcd\xb8",	    /* unassigned */
		"\xf4\x8f\xbf\xbf",
		"\xe1\x84\x92", /* a Hangul letter by itself */
		"\xe1\x85\xa1",
		"\xe1\x86\xab",
		"\xea\xa5\xa0",
		"\xd9\x80", /* tatweel, and others of RFC 5892 2.6 */
		"\xdf\xba",
		"\xe3\x80\xae",
		"\xe3\x80\xaf",
		"\xe3\x80\xb1",
		"\xe3\x80\xb5",
		"\xe3\x80\xbb",
	};

	(void) state;
	for (size_t i = 0; i < ARRAY_LENGTH(texts); i++)
		assert_refused(texts[i]);
}

static void bytes_that_are_no_utf8_are_refused(void **state)
{
	static const char *const texts[] = { "\xff", "pass\xe4", "\xc3", "\x80", "\xc0\x80",
		"\xed\xa0\x80", "\xf4\x90\x80\x80", "\xe2\x82" };

	(void) state;
	for (size_t i = 0; i < ARRAY_LENGTH(texts); i++)
		assert_refused(texts[i]);
}

#define NON_JOINER "\xe2\x80\x8c"
#define JOINER "\xe2\x80\x8d"
#define KA "\xe0\xa4\x95"
#define VIRAMA "\xe0\xa5\x8d"
#define BEH "\xd8\xa8"
#define BET "\xd7\x91"

/* RFC 5892 A.1 and A.2. */
static void joiners_stay_where_they_join(void **state)
{
	(void) state;
	assert_form(KA VIRAMA JOINER KA, KA VIRAMA JOINER KA);
	assert_form(KA VIRAMA JOINER, KA VIRAMA JOINER);
	assert_form(KA VIRAMA NON_JOINER KA, KA VIRAMA NON_JOINER KA);
	assert_form(BEH NON_JOINER BEH, BEH NON_JOINER BEH);
	assert_refused(JOINER);
	assert_refused(NON_JOINER);
	assert_refused("a" JOINER "b");
	assert_refused("a" NON_JOINER "b");
	assert_refused(KA JOINER KA);
	assert_refused(BEH JOINER BEH);
	assert_refused(BEH NON_JOINER);
	assert_refused(NON_JOINER BEH);
	assert_refused(BEH NON_JOINER "a");
	assert_refused("a" NON_JOINER BEH);
	assert_refused("secret" NON_JOINER);
}

void __real_free(void *memory);
void __wrap_free(void *memory);

/* Characters of a secret, in UTF-8 and as numbers, must not be in memory that is freed. */
static const char secret[] = "se\xc3\xa9"
			     "cret-Words";
static const int32_t secret_characters[] = { 'c', 'r', 'e', 't' };

void __wrap_free(void *memory)
{
	size_t length = memory ? malloc_usable_size(memory) : 0;

	if (memory) {
		assert_null(memmem(memory, length, secret + 4, 5));
		assert_null(memmem(memory, length, secret_characters, sizeof(secret_characters)));
	}
	__real_free(memory);
}

/* The last text becomes shorter by as many characters as stand at its end. */
static void no_password_stays_in_freed_memory(void **state)
{
	static const char *const texts[] = {
		secret,
		"se\xc3\xa9"
		"cret-Words\t",
		"e\xcc\x81"
		"e\xcc\x81"
		"e\xcc\x81"
		"e\xcc\x81"
		"cret",
	};

	(void) state;
	for (size_t i = 0; i < ARRAY_LENGTH(texts); i++)
		mem_free_secret(opaque_string(texts[i]));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_examples_of_the_specification),
		cmocka_unit_test(ascii_stays_as_it_is),
		cmocka_unit_test(spaces_become_ascii),
		cmocka_unit_test(characters_are_composed),
		cmocka_unit_test(other_differences_stay),
		cmocka_unit_test(forbidden_characters_are_refused),
		cmocka_unit_test(bytes_that_are_no_utf8_are_refused),
		cmocka_unit_test(joiners_stay_where_they_join),
		cmocka_unit_test(no_password_stays_in_freed_memory),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
