/* papod --apply and papod-lookup: it is started where the configuration needs it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include <sysexits.h>

#include "machine.h"

#define LISTEN MACHINE_LISTEN("6667")
#define REVERSE LISTEN "dns: { reverse = true; };\n"
#define LISTS LISTEN "blocklists = ( { zone = \"bl.example\"; } );\n"
#define APPLIED "daemon-reload reload papod.service "
#define STARTED "--quiet enable --now papod-lookup.socket "

static int setup(void **state)
{
	machine_set_up(state);
	machine.has_resolver = false;
	return 0;
}

static void assert_applied(const char *config, const char *asked)
{
	machine_assert_applied(config, 0, asked);
	buffer_clear(&machine.asked);
	assert_string_equal(machine.errors, "");
}

static void it_is_started_for_names_and_for_blocklists(void **state)
{
	(void) state;
	assert_applied(REVERSE, APPLIED STARTED);
	assert_non_null(strstr(machine.out, "papod: papod-lookup asks name servers"));
	assert_applied(LISTS, APPLIED STARTED);
	assert_applied(LISTEN "dns: { reverse = true; socket = \"/run/papod-lookup/socket\"; };\n",
		APPLIED STARTED);
}

static void nothing_needs_it(void **state)
{
	(void) state;
	assert_applied(LISTEN, APPLIED);
	machine.has_resolver = true;
	assert_applied(LISTS, APPLIED);
	assert_null(strstr(machine.out, "papod-lookup"));
}

static void papod_would_not_ask_it(void **state)
{
	(void) state;
	assert_applied(LISTEN "dns: { reverse = true; socket = \"/run/other\"; };\n", APPLIED);
}

static void an_administrator_may_forbid_it(void **state)
{
	(void) state;
	machine.lookup_load_state = "masked";
	assert_applied(LISTS, APPLIED);
	machine.lookup_load_state = "not-found";
	assert_applied(LISTS, APPLIED);
}

static void an_instance_needs_it_too(void **state)
{
	(void) state;
	machine.instance = "den";
	assert_applied(LISTS, "daemon-reload reload papod@den.service " STARTED);
}

static void it_is_started_without_papod_socket_too(void **state)
{
	(void) state;
	machine.load_state = "masked";
	assert_applied(LISTS, "reload-or-restart papod.service " STARTED);
}

static void a_failure_is_named(void **state)
{
	(void) state;
	machine.failing = "--quiet";
	assert_int_equal(machine_apply(LISTS), EX_UNAVAILABLE);
	assert_string_equal(machine.errors, "papod: papod-lookup did not start: see systemctl "
					    "status papod-lookup.socket\n");
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, machine_tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(it_is_started_for_names_and_for_blocklists),
		TEST(nothing_needs_it),
		TEST(papod_would_not_ask_it),
		TEST(an_administrator_may_forbid_it),
		TEST(an_instance_needs_it_too),
		TEST(it_is_started_without_papod_socket_too),
		TEST(a_failure_is_named),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
