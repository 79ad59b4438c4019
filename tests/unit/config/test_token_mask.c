/* What a recording shows instead of tokens. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "config/token_mask.h"

static void assert_masked(const char *text, const char *masked)
{
	char copy[256];

	snprintf(copy, sizeof(copy), "%s", text);
	token_mask_text(copy, strlen(copy));
	assert_string_equal(copy, masked);
}

static void a_token_becomes_another_of_its_length(void **state)
{
	(void) state;
	assert_masked("[notification ci]\ntoken = 0123456789abcdef\n",
		"[notification ci]\ntoken = ***************0\n");
	assert_masked("\ttoken:abcdefghijklmnopq ; why\r\n", "\ttoken:****************0 ; why\r\n");
	assert_masked("token=0123456789abcdef", "token=***************0");
}

static void equal_ones_stay_equal_and_others_different(void **state)
{
	(void) state;
	assert_masked("token = 0123456789abcdef\ntoken = 0123456789abcdeF\n"
		      "token = 0123456789abcdef\ntoken = 0123456789abcdefg\n",
		"token = ***************0\ntoken = ***************1\n"
		"token = ***************0\ntoken = ****************3\n");
}

static void one_that_looks_like_a_mask_is_masked_too(void **state)
{
	(void) state;
	assert_masked("token = ***************1\ntoken = 0123456789abcdef\n",
		"token = ***************0\ntoken = ***************1\n");
}

static void secret_of_codes_becomes_another_secret(void **state)
{
	(void) state;
	assert_masked(
		"[operator root]\ntotp = GEZDGNBVGY3TQOJQGEZDGNBVGY\ntoken = 0123456789abcdef\n",
		"[operator root]\ntotp = AAAAAAAAAAAAAAAAAAAAAAAAAA\ntoken = ***************1\n");
	assert_masked("totp\ntotps = x\n", "totp\ntotps = x\n");
}

static void other_lines_stay_as_they_are(void **state)
{
	static const char text[] = "[server]\npassword = $6$token = x\n; token = 0123456789abcdef\n"
				   "tokens = 1\ntoken\ntoken =\n\ntok";

	(void) state;
	assert_masked(text, text);
	assert_masked("", "");
}

static void many_lines_are_no_trouble(void **state)
{
	char text[300 * 25 + 1], *at = text;

	(void) state;
	for (int i = 0; i < 300; i++)
		at += snprintf(at, 26, "token = 0123456789abc%03d\n", i);
	token_mask_text(text, strlen(text));
	assert_memory_equal(text, "token = ***************0\n", 25);
	assert_memory_equal(text + 255 * 25, "token = *************255\n", 25);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_token_becomes_another_of_its_length),
		cmocka_unit_test(equal_ones_stay_equal_and_others_different),
		cmocka_unit_test(one_that_looks_like_a_mask_is_masked_too),
		cmocka_unit_test(secret_of_codes_becomes_another_secret),
		cmocka_unit_test(other_lines_stay_as_they_are),
		cmocka_unit_test(many_lines_are_no_trouble),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
