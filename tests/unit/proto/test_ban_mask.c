/* Masks of bans of the server. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/cleanup.h"
#include "base/mem.h"
#include "proto/ban_mask.h"

static void assert_complete(enum ban_kind kind, const char *given, const char *mask)
{
	CLEANUP(mem_freep) char *complete = ban_mask_complete(kind, given);

	if (mask)
		assert_string_equal(complete, mask);
	else
		assert_null(complete);
}

static void masks_are_completed(void **state)
{
	(void) state;
	assert_complete(BAN_KIND_USER, "spam.example", "*@spam.example");
	assert_complete(BAN_KIND_USER, "@spam.example", "*@spam.example");
	assert_complete(BAN_KIND_USER, "joe@192.0.2.77/24", "joe@192.0.2.0/24");
	assert_complete(BAN_KIND_USER, "::1", "*@0::1");
	assert_complete(BAN_KIND_USER, "*@::ffff:192.0.2.1", "*@192.0.2.1");
	assert_complete(BAN_KIND_ADDRESS, "2001:DB8::1/32", "2001:db8::/32");
	assert_complete(BAN_KIND_ADDRESS, "192.0.2.1/32", "192.0.2.1");
	assert_complete(BAN_KIND_NICK, "*serv", "*serv");
	assert_complete(BAN_KIND_CHANNEL, "#a*", "#a*");
}

static void what_is_no_mask_is_refused(void **state)
{
	(void) state;
	assert_complete(BAN_KIND_USER, "a@b@c", NULL);
	assert_complete(BAN_KIND_USER, "a!b@c", NULL);
	assert_complete(BAN_KIND_USER, "a@", NULL);
	assert_complete(BAN_KIND_USER, "a b@c", NULL);
	assert_complete(BAN_KIND_USER, ":a@c", NULL);
	assert_complete(BAN_KIND_USER, "*@192.0.2.0/33", NULL);
	assert_complete(BAN_KIND_USER, "*@host/8", NULL);
	assert_complete(BAN_KIND_ADDRESS, "host.example", NULL);
	assert_complete(BAN_KIND_ADDRESS, "local", NULL);
	assert_complete(BAN_KIND_ADDRESS, "192.0.2.*", NULL);
	assert_complete(BAN_KIND_NICK, "#a", NULL);
	assert_complete(BAN_KIND_CHANNEL, "a", NULL);
	assert_complete(BAN_KIND_REALNAME, "", NULL);
}

static void a_mask_must_say_something(void **state)
{
	(void) state;
	assert_true(ban_mask_is_too_wide(BAN_KIND_USER, "*@*"));
	assert_true(ban_mask_is_too_wide(BAN_KIND_USER, "*@*.de"));
	assert_true(ban_mask_is_too_wide(BAN_KIND_USER, "*@10.0.0.0/7"));
	assert_true(ban_mask_is_too_wide(BAN_KIND_ADDRESS, "2000::/15"));
	assert_true(ban_mask_is_too_wide(BAN_KIND_NICK, "a*"));
	assert_false(ban_mask_is_too_wide(BAN_KIND_NICK, "a"));
	assert_false(ban_mask_is_too_wide(BAN_KIND_USER, "*@*.com"));
	assert_false(ban_mask_is_too_wide(BAN_KIND_ADDRESS, "10.0.0.0/8"));
	assert_false(ban_mask_is_too_wide(BAN_KIND_ADDRESS, "2001::/16"));
}

static void commands_set_kinds(void **state)
{
	enum ban_kind kind;

	(void) state;
	assert_true(ban_kind_of_command("kline", "*@host", &kind));
	assert_int_equal(kind, BAN_KIND_USER);
	assert_true(ban_kind_of_command("dline", "::1", &kind));
	assert_int_equal(kind, BAN_KIND_ADDRESS);
	assert_true(ban_kind_of_command("resv", "nick", &kind));
	assert_int_equal(kind, BAN_KIND_NICK);
	assert_true(ban_kind_of_command("resv", "#channel", &kind));
	assert_int_equal(kind, BAN_KIND_CHANNEL);
	assert_true(ban_kind_of_command("xline", "#name", &kind));
	assert_int_equal(kind, BAN_KIND_REALNAME);
	assert_false(ban_kind_of_command("KLINE", "*@host", &kind));
	assert_false(ban_kind_of_command("unkline", "*@host", &kind));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(masks_are_completed),
		cmocka_unit_test(what_is_no_mask_is_refused),
		cmocka_unit_test(a_mask_must_say_something),
		cmocka_unit_test(commands_set_kinds),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
