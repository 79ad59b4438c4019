/* What papod --apply does for an instance. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include <errno.h>
#include <sysexits.h>

#include "machine.h"

/* Its gate runs, too. */
static void start_instance(void)
{
	machine.instance = "den";
	machine.gate_load_state = "loaded";
	machine.gate_active = "active";
}

static void an_instance_restarts_units_of_its_own(void **state)
{
	(void) state;
	start_instance();
	machine.gate_enabled = "static";
	machine.listen_next = "/run/papod/den/irc.sock (Stream)\n127.0.0.1:7000 (Stream)";
	machine.acme_load_state = NULL;
	machine_assert_applied(MACHINE_LISTEN("7000"), 0,
		"daemon-reload --quiet stop papod-gate@den.socket papod-gate@den.service "
		"--quiet restart papod@den.socket papod@den.service "
		"--quiet restart papod-gate@den.socket papod-gate@den.service ");
	machine_assert_printed(
		"papod: papod.conf is in force; listening at /run/papod/den/irc.sock "
		"127.0.0.1:7000\n",
		"");
}

/* The units of the first papod listen there without a list, those of an instance do not. */
static void an_instance_without_a_list_has_only_its_unix_socket(void **state)
{
	(void) state;
	start_instance();
	machine.listen = "/run/papod/den/irc.sock (Stream)";
	machine_assert_applied("", 0,
		"daemon-reload --quiet stop papod-gate@den.socket papod-gate@den.service "
		"reload papod@den.service "
		"--quiet restart papod-gate@den.socket papod-gate@den.service ");
	machine_assert_printed(
		"papod: papod.conf is in force; listening at /run/papod/den/irc.sock\n", "");
}

static void what_to_do_for_an_instance_names_its_file(void **state)
{
	(void) state;
	machine.instance = "den";
	machine.listen_next = "127.0.0.1:7000 (Stream)";
	machine.is_restart_good = false;
	assert_int_equal(machine_apply(MACHINE_LISTEN("7000")), EX_UNAVAILABLE);
	assert_non_null(strstr(machine.errors, "papod@den.socket could not open"));
	assert_non_null(strstr(machine.errors,
		"run papod --apply --config " SYSCONFDIR "/instances/den/papod.conf again"));
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, machine_set_up, machine_tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(an_instance_restarts_units_of_its_own),
		TEST(an_instance_without_a_list_has_only_its_unix_socket),
		TEST(what_to_do_for_an_instance_names_its_file),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
