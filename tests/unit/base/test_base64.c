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

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_examples_of_the_specification_are_encoded),
		cmocka_unit_test(all_bits_are_encoded),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
