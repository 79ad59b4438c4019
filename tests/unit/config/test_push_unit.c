/* The drop-in of papod-push. */
#include "parse.h"

#include <string.h>

#include "base/cleanup.h"
#include "config/push_unit.h"

static void assert_dropin(const char *config, const char *expected)
{
	const struct source source = { .name = "papod.conf", .text = config };
	CLEANUP(problems_done) struct problems problems = { 0 };
	CLEANUP(buffer_done) struct buffer text = { 0 };
	const char *section;

	push_unit_parse(&source, 1, &problems, &text);
	section = strstr(buffer_text(&text), "[Service]\n");
	assert_string_equal(section ? section : buffer_text(&text), expected);
}

static void nothing_is_admitted_by_default(void **state)
{
	(void) state;
	assert_dropin("", "");
	assert_dropin("push = { enabled = true; };", "");
	assert_dropin("push = { allow = []; };", "");
}

static void ports_are_left_to_papod_push(void **state)
{
	(void) state;
	assert_dropin("push: { allow = [ \"10.1.2.3\", \"fd00::/8\", \"10.2.0.0/16 8443\","
		      "\"::1 8443\" ]; };",
		"[Service]\nIPAddressAllow=10.1.2.3\nIPAddressAllow=fd00::/8\n"
		"IPAddressAllow=10.2.0.0/16\nIPAddressAllow=0::1\n");
}

static void mistakes_admit_nothing_else(void **state)
{
	(void) state;
	assert_dropin("nonsense {\nlisten = 3; push = { allow = [ \"10.1.2.3\" ]; };",
		"[Service]\nIPAddressAllow=10.1.2.3\n");
	assert_dropin("push = { allow = [ \"10.1.2.3\\nIPAddressAllow=any\" ]; };", "");
	assert_dropin("push = { allow = \"any\"; };", "");
	assert_dropin("# push = { allow = [ \"10.1.2.3\" ]; };", "");
	assert_dropin("pushed = { allow = [ \"10.1.2.3\" ]; };", "");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(nothing_is_admitted_by_default),
		cmocka_unit_test(ports_are_left_to_papod_push),
		cmocka_unit_test(mistakes_admit_nothing_else),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
