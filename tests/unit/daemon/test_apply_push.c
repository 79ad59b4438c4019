/* papod --apply and papod-push: it reads papod.conf again, in a sandbox that has changed. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include <sysexits.h>

#include "machine.h"

#define LISTEN MACHINE_LISTEN("6667")
#define APPLIED "daemon-reload reload papod.service "

static int setup(void **state)
{
	machine_set_up(state);
	machine.push_active = "active";
	return 0;
}

static void assert_applied(int status, const char *asked)
{
	machine_assert_applied(LISTEN, status, asked);
}

static void it_reads_the_configuration_again(void **state)
{
	(void) state;
	assert_applied(0, APPLIED "--quiet reload papod-push.service ");
}

static void another_sandbox_needs_a_restart(void **state)
{
	(void) state;
	machine.push_dropin = "[Service]\nIPAddressAllow=10.1.2.3\n";
	assert_applied(0, APPLIED "--quiet restart papod-push.service ");
}

static void the_same_sandbox_needs_none(void **state)
{
	(void) state;
	machine.dropin_path = MACHINE_PUSH_DROPIN;
	assert_applied(0, APPLIED "--quiet reload papod-push.service ");
}

static void a_sandbox_that_admits_no_more_needs_one(void **state)
{
	(void) state;
	machine.dropin_path = MACHINE_PUSH_DROPIN;
	machine.push_dropin = "";
	assert_applied(0, APPLIED "--quiet restart papod-push.service ");
}

static void one_that_does_not_run_is_left_alone(void **state)
{
	(void) state;
	machine.push_active = "inactive";
	machine.push_dropin = "[Service]\nIPAddressAllow=10.1.2.3\n";
	assert_applied(0, APPLIED);
}

static void a_failure_is_named(void **state)
{
	(void) state;
	machine.failing = "--quiet";
	assert_applied(EX_UNAVAILABLE, APPLIED "--quiet reload papod-push.service ");
	assert_string_equal(machine.errors,
		"papod: papod-push did not take it: see systemctl status papod-push\n");
}

static void it_is_applied_without_papod_socket_too(void **state)
{
	(void) state;
	machine.load_state = "masked";
	assert_applied(0,
		"daemon-reload reload-or-restart papod.service --quiet reload papod-push.service ");
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, machine_tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(it_reads_the_configuration_again),
		TEST(another_sandbox_needs_a_restart),
		TEST(the_same_sandbox_needs_none),
		TEST(a_sandbox_that_admits_no_more_needs_one),
		TEST(one_that_does_not_run_is_left_alone),
		TEST(a_failure_is_named),
		TEST(it_is_applied_without_papod_socket_too),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
