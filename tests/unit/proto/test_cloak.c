/* Cloaks. The words were computed by another implementation of SipHash-2-4. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "proto/cloak.h"
#include "proto/name_syntax.h"

#define KEY "000102030405060708090A0b0c0d0e0f"

static char *cloak_of(const char *key, const char *text)
{
	struct address address;

	assert_true(address_parse_range(text, &address));
	address.port = 40000;
	return cloak_address(key, "ip", &address);
}

static void assert_cloak(const char *address, const char *expected)
{
	char *cloak = cloak_of(KEY, address);

	assert_string_equal(cloak, expected);
	assert_true(host_name_is_valid(cloak));
	free(cloak);
}

static void addresses_have_a_word_for_each_network(void **state)
{
	(void) state;
	assert_cloak("192.0.2.7", "uouj5a2o.szb6ske5.7badiw4l.ip");
	assert_cloak("192.0.2.8", "rc37g5lr.szb6ske5.7badiw4l.ip");
	assert_cloak("192.0.9.7", "jcrn3zxm.yu47pw5l.7badiw4l.ip");
	assert_cloak("::ffff:192.0.2.7", "uouj5a2o.szb6ske5.7badiw4l.ip");
	assert_cloak("2001:db8:1:2::7", "ule6osho.cbu4avwb.5j3inwhc.k32mmlpo.ip");
	assert_cloak("2001:db8:1:2::8", "galz66g7.cbu4avwb.5j3inwhc.k32mmlpo.ip");
	assert_cloak("2001:db8:1:3::7", "ajvdu6ho.3w7bedod.5j3inwhc.k32mmlpo.ip");
}

static void assert_name(const char *name, const char *expected)
{
	char *cloak = cloak_name(KEY, "ip", name);

	assert_string_equal(cloak, expected);
	assert_true(host_name_is_valid(cloak));
	free(cloak);
}

static void names_keep_their_end(void **state)
{
	(void) state;
	assert_name("dial9.pool.example.net", "oizlvxem.pool.example.net");
	assert_name("DIAL9.pool.example.net", "oizlvxem.pool.example.net");
	assert_name("dial7.pool.example.net", "vt7dlzxm.pool.example.net");
}

/* Most names contain the address. */
static void nothing_with_digits_is_kept(void **state)
{
	(void) state;
	assert_name("a.1-2-3-4.net", "u7mrplob.net");
	assert_name("host", "ejhuzu7f.ip");
}

static void assert_kept(const char *name, const char *kept)
{
	char *cloak = cloak_name(KEY, "ip", name);

	assert_string_equal(strchr(cloak, '.'), kept);
	free(cloak);
}

static void at_most_three_labels_are_kept_and_never_all(void **state)
{
	(void) state;
	assert_kept("a.b.c.d.e", ".c.d.e");
	assert_kept("c.d.e", ".d.e");
	assert_kept("e", ".ip");
	assert_kept("4.3.2.1.rev.example.net", ".rev.example.net");
	assert_kept("4.3.2.1.example.net", ".example.net");
	assert_kept("x.abcdefghijklmnopqrstuvwxyzabcdefgh.abcdefghijklmnopqrstuvwxyz",
		".abcdefghijklmnopqrstuvwxyz");
}

static void another_key_gives_other_words(void **state)
{
	static const char *const keys[] = { KEY, "100102030405060708090a0b0c0d0e0f",
		"000102030405060708090a0b0c0d0e1f", NULL };
	char *before = NULL, *cloak;

	(void) state;
	for (size_t i = 0; i < ARRAY_LENGTH(keys); i++) {
		cloak = cloak_of(keys[i], "192.0.2.7");
		assert_true(
			!before || (strncmp(cloak, before, 8) && strcmp(cloak + 9, before + 9)));
		free(before);
		before = cloak;
	}
	free(before);
}

static void without_a_key_all_are_the_same(void **state)
{
	char *cloak = cloak_of(NULL, "192.0.2.7"), *name = cloak_name(NULL, "ip", "a1.b.c");

	(void) state;
	assert_string_equal(cloak, "hidden.ip");
	assert_string_equal(name, "hidden.b.c");
	free(cloak);
	free(name);
}

static void keys_are_128_bits(void **state)
{
	(void) state;
	assert_true(cloak_key_is_valid(KEY));
	assert_false(cloak_key_is_valid(""));
	assert_false(cloak_key_is_valid(KEY "0"));
	assert_false(cloak_key_is_valid("00010203040506070809 a0b0c0d0e0f"));
	assert_false(cloak_key_is_valid("g00102030405060708090a0b0c0d0e0f"));
	assert_false(cloak_key_is_valid("000102030405060708090a0b0c0d0e0"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(addresses_have_a_word_for_each_network),
		cmocka_unit_test(names_keep_their_end),
		cmocka_unit_test(nothing_with_digits_is_kept),
		cmocka_unit_test(at_most_three_labels_are_kept_and_never_all),
		cmocka_unit_test(another_key_gives_other_words),
		cmocka_unit_test(without_a_key_all_are_the_same),
		cmocka_unit_test(keys_are_128_bits),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
