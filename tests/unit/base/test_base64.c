/* Base64. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/base64.h"
#include "base/cleanup.h"

static void assert_encoded(const char *bytes, size_t length, const char *expected)
{
	char text[100];

	memset(text, 'x', sizeof(text));
	base64_encode(bytes, length, text);
	assert_string_equal(text, expected);
	assert_int_equal(strlen(text), BASE64_LENGTH(length));
}

/* RFC 4648 section 10. */
static void the_examples_of_the_specification_are_encoded(void **state)
{
	static const char *const texts[] = { "", "Zg==", "Zm8=", "Zm9v",
		"Zm9vYg==", "Zm9vYmE=", "Zm9vYmFy" };

	(void) state;
	for (size_t i = 0; i < ARRAY_LENGTH(texts); i++)
		assert_encoded("foobar", i, texts[i]);
}

static void all_bits_are_encoded(void **state)
{
	(void) state;
	assert_encoded("\xff\xff\xff", 3, "////");
	assert_encoded("\xfb\xef\xbe\0", 4, "++++AA==");
	assert_encoded("\0\x10\x83\x10\x51\x87\x20\x92\x8b", 9, "ABCDEFGHIJKL");
}

static void assert_decoded(const char *text, const char *expected, size_t length)
{
	uint8_t bytes[100];
	size_t n = 0;

	assert_true(base64_decode(text, strlen(text), bytes, &n));
	assert_int_equal(n, length);
	assert_memory_equal(bytes, expected, length);
}

/* RFC 4648 section 10. */
static void the_examples_of_the_specification_are_decoded(void **state)
{
	static const char *const texts[] = { "", "Zg==", "Zm8=", "Zm9v",
		"Zm9vYg==", "Zm9vYmE=", "Zm9vYmFy" };

	(void) state;
	for (size_t i = 0; i < ARRAY_LENGTH(texts); i++)
		assert_decoded(texts[i], "foobar", i);
}

static void all_bits_are_decoded(void **state)
{
	(void) state;
	assert_decoded("////", "\xff\xff\xff", 3);
	assert_decoded("++++AA==", "\xfb\xef\xbe\0", 4);
	assert_decoded("ABCDEFGHIJKL", "\0\x10\x83\x10\x51\x87\x20\x92\x8b", 9);
	assert_decoded("MNOPQRSTUVWX", "\x30\xd3\x8f\x41\x14\x93\x51\x55\x97", 9);
	assert_decoded("YZabcdefghij", "\x61\x96\x9b\x71\xd7\x9f\x82\x18\xa3", 9);
	assert_decoded("klmnopqrstuv", "\x92\x59\xa7\xa2\x9a\xab\xb2\xdb\xaf", 9);
	assert_decoded("wxyz01234567", "\xc3\x1c\xb3\xd3\x5d\xb7\xe3\x9e\xbb", 9);
	assert_decoded("89+/", "\xf3\xdf\xbf", 3);
}

/* RFC 4648 3.1 to 3.5. */
static void other_texts_are_refused(void **state)
{
	static const char *const texts[] = {
		"Z",
		"Zg",
		"Zg=",
		"=",
		"====",
		"Z===",
		"Zg==Zg==",
		"Zm8=Zm9v",
		"Zm=v",
		"Zg==\n",
		"Zm9v\r\n\r\n",
		"Zm 9",
		" Zm9",
		"Zm9\xe9",
		"Zm-_",
		"Zm9@",
		"Zm9[",
		"Zm9`",
		"Zm9{",
		"Zm9:",
		"Zm9.",
		"Zh==", /* bits behind the last byte */
		"Zn==",
		"Zm9=",
		"Zm+=",
	};
	uint8_t bytes[100];
	size_t length = 7;

	(void) state;
	for (size_t i = 0; i < ARRAY_LENGTH(texts); i++)
		if (base64_decode(texts[i], strlen(texts[i]), bytes, &length))
			fail_msg("%s is decoded", texts[i]);
	assert_false(base64_decode("Zm\0v", 4, bytes, &length));
	assert_int_equal(length, 7);
}

static void bytes_may_replace_their_text(void **state)
{
	char text[] = "Zm9vYmFyZm9vYmE=";
	size_t length;

	(void) state;
	assert_true(base64_decode(text, strlen(text), text, &length));
	assert_int_equal(length, 11);
	assert_memory_equal(text, "foobarfooba", 11);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_examples_of_the_specification_are_encoded),
		cmocka_unit_test(all_bits_are_encoded),
		cmocka_unit_test(the_examples_of_the_specification_are_decoded),
		cmocka_unit_test(all_bits_are_decoded),
		cmocka_unit_test(other_texts_are_refused),
		cmocka_unit_test(bytes_may_replace_their_text),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
