/* How papoctl applies what was edited. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "papoctl/own.h"

static bool needs_apply(const char *first, const char *second)
{
	json_t *rows = json_pack("[{s:s,s:s}]", "option", first, "new", "1");
	bool result;

	if (second)
		json_array_append_new(rows, json_pack("{s:s}", "option", second));
	result = own_needs_apply(rows);
	json_decref(rows);
	return result;
}

static void what_other_services_read_is_applied_there(void **state)
{
	(void) state;
	assert_true(needs_apply("listen", NULL));
	assert_true(needs_apply("listen.x.(added)", NULL));
	assert_true(needs_apply("tls.certificate", NULL));
	assert_true(needs_apply("limits.nick_length", "web.directory"));
	assert_true(needs_apply("blocklists", NULL));
	assert_true(needs_apply("blocklists.zen.example.org.(added)", NULL));
	assert_true(needs_apply("server.name", NULL)); /* of the certificate that signs itself */
	assert_true(needs_apply("push.allow", NULL));
}

static void papod_alone_needs_a_reload_only(void **state)
{
	(void) state;
	assert_false(needs_apply("limits.nick_length", "motd"));
	assert_false(needs_apply("webirc", NULL));
	assert_false(needs_apply("listener.x", NULL));
	assert_false(needs_apply("push.devices", NULL));
	assert_false(needs_apply("classes.tls.clients", NULL));
	assert_false(needs_apply("", NULL));
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_other_services_read_is_applied_there),
		cmocka_unit_test(papod_alone_needs_a_reload_only),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
