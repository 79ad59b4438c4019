/* What papod --apply asks of systemd, and what it prints. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include <errno.h>
#include <sysexits.h>

#include "machine.h"

static void it_is_for_root_and_for_systemd(void **state)
{
	(void) state;
	machine.uid = 1000;
	machine_assert_applied("", EX_NOPERM, "");
	machine_assert_printed("", "papod: only root may do this: sudo papod --apply\n");
	machine.has_systemd = false;
	machine_assert_applied("", EX_UNAVAILABLE, "");
	machine_assert_printed("",
		"papod: systemd does not run here, so there is no papod.service; a "
		"papod started by hand reads its files again on SIGHUP\n");
}

static void without_papod_socket_the_service_reloads(void **state)
{
	(void) state;
	machine.load_state = "masked";
	machine_assert_applied("", 0, "reload-or-restart papod.service ");
	machine.failing = "reload-or-restart";
	assert_int_equal(machine_apply(""), EX_UNAVAILABLE);
}

static void without_the_package_nothing_is_done(void **state)
{
	(void) state;
	machine.load_state = "not-found";
	machine_assert_applied("", EX_UNAVAILABLE, "");
	machine_assert_printed(
		"", "papod: systemd knows no papod.socket; is the package installed?\n");
}

static void listeners_that_no_unit_can_have_are_refused(void **state)
{
	(void) state;
	machine_assert_applied(
		"listen = ( { kind = \"datagram\"; path = \"/run/papod/irc.sock\"; },\n"
		"{ kind = \"datagram\"; path = \"/run/papod/a b\"; } );\n",
		EX_CONFIG, "");
	machine_assert_printed("",
		"papod.conf:1: listen.path: papod.socket has a socket for clients there; choose "
		"another path, such as /run/papod/notify.sock\n"
		"papod.conf:2: listen.path: papod.socket takes only names of letters, digits, "
		"dots, "
		"hyphens and underscores in /run/papod/; choose another path, such as "
		"/run/papod/notify.sock\n");
}

static void the_same_listeners_need_no_restart(void **state)
{
	(void) state;
	machine.status = "Users: 3";
	machine_assert_applied(MACHINE_LISTEN("6667"), 0, "daemon-reload reload papod.service ");
	machine_assert_printed(
		"papod: papod.conf is in force; listening at 127.0.0.1:6667; Users: 3\n", "");
}

static void a_service_that_does_not_run_is_not_reloaded(void **state)
{
	(void) state;
	machine.service = "inactive";
	machine_assert_applied(MACHINE_LISTEN("6667"), 0, "daemon-reload ");
	machine.service = "failed";
	machine.listen_next = "127.0.0.1:7000 (Stream)";
	buffer_clear(&machine.asked);
	machine_assert_applied(
		MACHINE_LISTEN("7000"), 0, "daemon-reload --quiet restart papod.socket ");
	machine_assert_printed("papod: papod.conf is in force; listening at 127.0.0.1:7000\n", "");
}

static void a_service_that_refuses_is_named(void **state)
{
	(void) state;
	machine.failing = "reload";
	machine_assert_applied(
		MACHINE_LISTEN("6667"), EX_UNAVAILABLE, "daemon-reload reload papod.service ");
	machine_assert_printed("",
		"papod: papod.service refused it or did not start: see systemctl status "
		"papod\n");
}

static void a_manager_that_does_not_reload_ends_it(void **state)
{
	(void) state;
	machine.failing = "daemon-reload";
	machine_assert_applied(MACHINE_LISTEN("6667"), EX_OSERR, "daemon-reload ");
}

static void new_listeners_restart_socket_and_service(void **state)
{
	(void) state;
	machine.listen_next = "/run/papod/irc.sock (Stream)\n[::1]:7000 (Stream)";
	machine_assert_applied("listen = ( { address = \"::1\"; port = 7000; } );\n", 0,
		"daemon-reload --quiet restart papod.socket papod.service ");
	machine_assert_printed("papod: papod.conf is in force; listening at /run/papod/irc.sock "
			       "[::1]:7000\n",
		"");
}

/* An earlier daemon-reload has read the drop-in, and nobody has restarted the socket. */
static void listed_listeners_that_are_not_open_need_a_restart(void **state)
{
	(void) state;
	machine.listen = "127.0.0.1:6667 (Stream)\n127.0.0.1:7000 (Stream)";
	machine.unheld_port = 7000;
	machine_assert_applied(MACHINE_LISTEN("7000"), 0,
		"daemon-reload --quiet restart papod.socket papod.service ");
}

/* The manager has a socket of the port, but the address is free. */
static void a_listed_address_that_is_free_needs_a_restart(void **state)
{
	(void) state;
	machine.listen = "127.0.0.1:6667 (Stream)";
	machine.free_port = 6667;
	machine_assert_applied(MACHINE_LISTEN("6667"), 0,
		"daemon-reload --quiet restart papod.socket papod.service ");
}

static void listeners_that_wait_need_a_restart(void **state)
{
	(void) state;
	machine.status = "Users: 3; listeners wait for papod --apply";
	machine_assert_applied(MACHINE_LISTEN("6667"), 0,
		"daemon-reload --quiet restart papod.socket papod.service ");
}

static void listeners_of_another_drop_in_are_explained(void **state)
{
	(void) state;
	machine_assert_applied(MACHINE_LISTEN("7000"), 0, "daemon-reload reload papod.service ");
	machine_assert_printed(
		"papod: papod.conf is in force, except for \"listen\"; listening at "
		"127.0.0.1:6667\n"
		"papod: a drop-in of papod.socket lists these instead: see systemctl cat "
		"papod.socket; remove the drop-in, or \"listen\" from papod.conf, and run papod "
		"--apply again\n",
		"");
}

/* The same port and another address, or another family. */
static void an_address_is_listed_only_if_it_is_the_same(void **state)
{
	(void) state;
	machine.listen = "127.0.0.2:6667 (Stream)";
	assert_int_equal(machine_apply(MACHINE_LISTEN("6667")), 0);
	assert_non_null(strstr(machine.out, "except for \"listen\""));
	machine.listen = "0.0.0.0:6667 (Stream)";
	assert_int_equal(machine_apply("listen = ( { address = \"::\"; port = 6667; } );\n"), 0);
	assert_non_null(strstr(machine.out, "except for \"listen\""));
}

#define NOTIFY                                                                                     \
	"listen = ( { kind = \"datagram\"; address = \"127.0.0.1\"; } );\n"                        \
	"notifications = ( { name = \"a\"; channels = [ \"#a\" ]; addresses = [ \"::1\" ]; } );"

static void datagrams_are_applied_like_streams(void **state)
{
	(void) state;
	machine.busy_port = 6659;
	machine_assert_applied(NOTIFY, EX_UNAVAILABLE, "");
	machine_assert_printed(
		"", "papod: 127.0.0.1:6659/udp: in use\npapod: nothing was changed\n");
	machine.busy_port = 0;
	machine.listen_next = "127.0.0.1:6667 (Stream)\n127.0.0.1:6659 (Datagram)";
	machine_assert_applied(
		NOTIFY, 0, "daemon-reload --quiet restart papod.socket papod.service ");
	machine_assert_printed("papod: papod.conf is in force; listening at 127.0.0.1:6667 "
			       "127.0.0.1:6659/udp\n",
		"");
	buffer_clear(&machine.asked);
	machine_assert_applied(NOTIFY, 0, "daemon-reload reload papod.service ");
}

/* The port of TCP is held by another program. */
static void a_port_of_datagrams_is_not_one_of_streams(void **state)
{
	(void) state;
	machine.listen = "127.0.0.1:7000 (Datagram)";
	machine.busy_port = 7000;
	machine_assert_applied(MACHINE_LISTEN("7000"), EX_UNAVAILABLE, "");
}

static void a_port_that_is_taken_changes_nothing(void **state)
{
	(void) state;
	machine.busy_port = 7000;
	machine_assert_applied(MACHINE_LISTEN("7000"), EX_UNAVAILABLE, "");
	machine_assert_printed("", "papod: 127.0.0.1:7000: in use\npapod: nothing was changed\n");
}

/* papod.conf no longer listed the port, and now it does again. */
static void a_port_that_the_service_still_has_is_not_taken(void **state)
{
	(void) state;
	machine.busy_port = machine.service_port = 7000;
	machine.listen_next = "127.0.0.1:7000 (Stream)";
	machine_assert_applied(MACHINE_LISTEN("7000"), 0,
		"daemon-reload --quiet restart papod.socket papod.service ");
	machine_assert_printed("papod: papod.conf is in force; listening at 127.0.0.1:7000\n", "");
}

/* The list of a socket that is not open proves nothing. */
static void a_port_that_is_listed_but_not_held_is_taken(void **state)
{
	(void) state;
	machine.busy_port = machine.unheld_port = 6667;
	machine_assert_applied(MACHINE_LISTEN("6667"), EX_UNAVAILABLE, "");
	machine_assert_printed("", "papod: 127.0.0.1:6667: in use\npapod: nothing was changed\n");
}

static void a_socket_that_was_stopped_stays_so(void **state)
{
	(void) state;
	machine.active = "inactive";
	machine_assert_applied(MACHINE_LISTEN("6667"), 0, "daemon-reload ");
	machine_assert_printed("papod: papod.conf is good, but papod.socket is stopped; to listen: "
			       "systemctl start papod.socket papod.service\n",
		"");
}

static void a_socket_that_failed_is_restarted(void **state)
{
	(void) state;
	machine.active = "failed";
	machine_assert_applied(MACHINE_LISTEN("6667"), 0,
		"daemon-reload --quiet restart papod.socket papod.service ");
}

#define OPEN_AGAIN                                                                                 \
	"papod: the earlier listeners are open again, and clients stay connected; correct "        \
	"\"listen\" and run papod --apply again, or the next boot will use it unchanged\n"
#define NOT_OPENED "papod: papod.socket could not open the new listeners:\n"
#define NEITHER                                                                                    \
	"papod: the earlier listeners cannot be opened either: see systemctl status "              \
	"papod.socket; clients stay connected\n"

/* The previous drop-in is in force again. */
static void a_restart_that_fails_is_taken_back(void **state)
{
	(void) state;
	machine.listen_next = "127.0.0.1:7000 (Stream)";
	machine.busy_port_later = 7000;
	machine.is_restart_good = false;
	machine.mkdir_errno = EEXIST;
	machine_assert_applied(MACHINE_LISTEN("7000"), EX_UNAVAILABLE,
		"daemon-reload --quiet restart papod.socket papod.service "
		"restore reset-failed papod.socket daemon-reload "
		"--quiet restart papod.socket papod.service ");
	assert_string_equal(machine.active, "active");
	assert_string_equal(
		machine.restored, "# papod --apply: the addresses of the unit itself.\n");
	machine_assert_printed("", NOT_OPENED "papod: 127.0.0.1:7000: in use\n" OPEN_AGAIN);
}

static void assert_dropin_restored(const char *path)
{
	machine_begin();
	machine.dropin_path = path;
	machine.listen_next = "127.0.0.1:7000 (Stream)";
	machine.busy_port_later = 7000;
	machine.is_restart_good = false;
	assert_int_equal(machine_apply(MACHINE_LISTEN("7000")), EX_UNAVAILABLE);
	assert_string_equal(machine.restored, "earlier\n");
}

static void the_drop_in_that_was_in_force_is_restored(void **state)
{
	(void) state;
	assert_dropin_restored("/run/systemd/generator/papod.socket.d/00-listen.conf");
	assert_dropin_restored(MACHINE_RESTORED);
}

static void a_restore_that_fails_says_why(void **state)
{
	(void) state;
	machine.listen_next = "127.0.0.1:7000 (Stream)";
	machine.busy_port_later = 7000;
	machine.is_restart_good = false;
	machine.unlink_errno = machine.fopen_errno = EACCES;
	machine_assert_applied(MACHINE_LISTEN("7000"), EX_UNAVAILABLE,
		"daemon-reload --quiet restart papod.socket papod.service "
		"reset-failed papod.socket ");
	machine_assert_printed("",
		"papod: " MACHINE_RESTORED ": Permission denied\n"
		"papod: /run/systemd/system/papod-gate.socket.d/00-listen.conf: "
		"Permission denied\n" NOT_OPENED "papod: 127.0.0.1:7000: in use\n"
		"papod: " MACHINE_RESTORED ": Permission denied\n" NEITHER);
	machine.listen = "127.0.0.1:6667 (Stream)";
	machine.active = "active";
	machine.busy_port = 0;
	machine.mkdir_errno = EROFS;
	assert_int_equal(machine_apply(MACHINE_LISTEN("7000")), EX_UNAVAILABLE);
	assert_non_null(strstr(machine.errors, ": Read-only file system\n" NEITHER));
}

static void earlier_listeners_may_be_taken_too(void **state)
{
	(void) state;
	machine.listen_next = "127.0.0.1:7000 (Stream)";
	machine.busy_port_later = 7000;
	machine.is_restart_good = machine.is_restore_good = false;
	machine_assert_applied(MACHINE_LISTEN("7000"), EX_UNAVAILABLE,
		"daemon-reload --quiet restart papod.socket papod.service "
		"restore reset-failed papod.socket daemon-reload "
		"--quiet restart papod.socket papod.service ");
	machine_assert_printed("", NOT_OPENED "papod: 127.0.0.1:7000: in use\n" NEITHER);
}

/* If the sockets can be opened, systemd may just have been too slow to close the old ones. */
static void a_restart_without_a_cause_is_tried_again(void **state)
{
	(void) state;
	machine.listen_next = "127.0.0.1:7000 (Stream)";
	machine.is_restart_good = false;
	machine.service = "inactive";
	machine_assert_applied(MACHINE_LISTEN("7000"), EX_UNAVAILABLE,
		"daemon-reload --quiet restart papod.socket "
		"reset-failed papod.socket --quiet restart papod.socket "
		"reset-failed papod.socket --quiet restart papod.socket "
		"reset-failed papod.socket --quiet restart papod.socket "
		"reset-failed papod.socket --quiet restart papod.socket "
		"reset-failed papod.socket --quiet restart papod.socket "
		"restore reset-failed papod.socket daemon-reload --quiet restart papod.socket ");
	assert_string_equal(machine.active, "active");
	machine_assert_printed(
		"", NOT_OPENED "papod: journalctl -u papod.socket shows the reason\n" OPEN_AGAIN);
}

/* The gate is installed, and runs. */
static void start_gate(void)
{
	machine.gate_load_state = "loaded";
	machine.gate_active = "active";
}

#define TLS(port) "listen = ( { address = \"127.0.0.1\"; port = " port "; tls = true; } );\n"
#define RELOADED "daemon-reload reload papod.service "
#define GATE_UNITS "papod-gate.socket papod-gate.service "

/* It reads certificates when it starts. */
static void the_gate_is_restarted(void **state)
{
	(void) state;
	start_gate();
	machine_assert_applied(TLS("6697"), 0, RELOADED "--quiet restart papod-gate.service ");
	buffer_clear(&machine.asked);
	machine_assert_applied("", 0, RELOADED "--quiet restart papod-gate.service ");
}

/* papod.socket may get one of its ports. */
static void a_gate_with_other_listeners_closes_the_old_ones_first(void **state)
{
	(void) state;
	start_gate();
	machine.gate_listen_next = "127.0.0.1:7000 (Stream)";
	machine_assert_applied(TLS("7000"), 0,
		"daemon-reload --quiet stop " GATE_UNITS
		"reload papod.service --quiet restart " GATE_UNITS);
	assert_string_equal(machine.gate_active, "active");
}

static void a_gate_without_listeners_stops(void **state)
{
	(void) state;
	start_gate();
	machine_assert_applied(MACHINE_LISTEN("6667"), 0,
		"daemon-reload --quiet stop " GATE_UNITS
		"reload papod.service --quiet restart " GATE_UNITS);
}

#define ACME "tls = { acme = [ \"irc.example.org\" ]; };"
#define START_ACME "start papod-acme.timer --no-block start papod-acme.service "

static void a_certificate_is_asked_for_when_the_gate_listens(void **state)
{
	(void) state;
	start_gate();
	machine.gate_listen_next = "127.0.0.1:6697 (Stream)\n0.0.0.0:80 (Stream)";
	machine_assert_applied(ACME, 0,
		"daemon-reload --quiet stop " GATE_UNITS
		"reload papod.service --quiet restart " GATE_UNITS START_ACME);
	assert_non_null(strstr(machine.out,
		"papod: papod-acme looks after the certificate of irc.example.org; journalctl -u "
		"papod-acme shows how it gets on\n"));
}

static void a_certificate_needs_port_80(void **state)
{
	(void) state;
	start_gate();
	machine.busy_port = 80;
	machine_assert_applied(ACME, EX_UNAVAILABLE, "");
	machine_assert_printed("", "papod: 0.0.0.0:80: in use\npapod: [::]:80: in use\n"
				   "papod: nothing was changed\n");
}

static void without_a_certificate_to_look_after_the_timer_stops(void **state)
{
	(void) state;
	start_gate();
	machine.acme_active = "active";
	machine_assert_applied(
		"", 0, RELOADED "--quiet restart papod-gate.service stop papod-acme.timer ");
}

static void without_papod_acme_that_is_said(void **state)
{
	(void) state;
	start_gate();
	machine.acme_load_state = "not-found";
	machine_assert_applied(
		"tls = { acme = [ \"a.example\" ]; acme_challenge = \"tls-alpn-01\"; };",
		EX_UNAVAILABLE, RELOADED "--quiet restart papod-gate.service ");
	assert_non_null(strstr(machine.errors, "papod: systemd knows no papod-acme.timer"));
}

static void a_gate_that_was_switched_off_stays_so(void **state)
{
	(void) state;
	start_gate();
	machine.gate_active = "inactive";
	machine.gate_enabled = "disabled";
	machine_assert_applied(TLS("6697"), 0, RELOADED);
	machine.gate_enabled = "enabled";
	buffer_clear(&machine.asked);
	machine_assert_applied(TLS("6697"), 0, RELOADED "--quiet restart " GATE_UNITS);
}

static void a_port_of_tls_that_is_taken_changes_nothing(void **state)
{
	(void) state;
	start_gate();
	machine.busy_port = 7000;
	machine_assert_applied(TLS("7000"), EX_UNAVAILABLE, "");
}

static void a_port_may_move_between_papod_and_the_gate(void **state)
{
	(void) state;
	start_gate();
	machine.listen_next = "127.0.0.1:6697 (Stream)";
	machine_assert_applied(MACHINE_LISTEN("6697"), 0,
		"daemon-reload --quiet stop " GATE_UNITS
		"--quiet restart papod.socket papod.service --quiet restart " GATE_UNITS);
	machine_begin();
	start_gate();
	machine.gate_listen_next = "127.0.0.1:6667 (Stream)";
	machine_assert_applied(TLS("6667"), 0,
		"daemon-reload --quiet stop " GATE_UNITS
		"reload papod.service --quiet restart " GATE_UNITS);
}

#define TRY_GATE "--quiet restart " GATE_UNITS "reset-failed papod-gate.socket "

static void a_gate_that_cannot_listen_is_taken_back(void **state)
{
	(void) state;
	start_gate();
	machine.gate_listen_next = "127.0.0.1:7000 (Stream)";
	machine.is_gate_restart_good = false;
	machine_assert_applied(TLS("7000"), EX_UNAVAILABLE,
		"daemon-reload --quiet stop " GATE_UNITS
		"reload papod.service " TRY_GATE TRY_GATE TRY_GATE TRY_GATE TRY_GATE TRY_GATE
		"restore-gate daemon-reload --quiet restart " GATE_UNITS);
	assert_string_equal(machine.gate_active, "active");
}

static void the_gate_is_taken_back_with_papod(void **state)
{
	(void) state;
	start_gate();
	machine.listen_next = "127.0.0.1:7001 (Stream)";
	machine.gate_listen_next = "127.0.0.1:7000 (Stream)";
	machine.busy_port_later = 7001;
	machine.is_restart_good = false;
	machine_assert_applied("listen = ( { address = \"127.0.0.1\"; port = 7000; tls = true; },"
			       "{ address = \"127.0.0.1\"; port = 7001; } );",
		EX_UNAVAILABLE,
		"daemon-reload --quiet stop " GATE_UNITS
		"--quiet restart papod.socket papod.service restore restore-gate "
		"reset-failed papod.socket daemon-reload --quiet restart papod.socket "
		"papod.service --quiet restart " GATE_UNITS);
	assert_string_equal(machine.gate_active, "active");
}

static void without_papod_socket_the_gate_is_applied_too(void **state)
{
	(void) state;
	start_gate();
	machine.load_state = "masked";
	machine_assert_applied(TLS("6697"), 0,
		"daemon-reload reload-or-restart papod.service "
		"--quiet restart papod-gate.service ");
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, machine_set_up, machine_tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(it_is_for_root_and_for_systemd),
		TEST(without_papod_socket_the_service_reloads),
		TEST(without_the_package_nothing_is_done),
		TEST(listeners_that_no_unit_can_have_are_refused),
		TEST(the_same_listeners_need_no_restart),
		TEST(a_service_that_does_not_run_is_not_reloaded),
		TEST(a_service_that_refuses_is_named),
		TEST(a_manager_that_does_not_reload_ends_it),
		TEST(new_listeners_restart_socket_and_service),
		TEST(listed_listeners_that_are_not_open_need_a_restart),
		TEST(a_listed_address_that_is_free_needs_a_restart),
		TEST(listeners_that_wait_need_a_restart),
		TEST(listeners_of_another_drop_in_are_explained),
		TEST(an_address_is_listed_only_if_it_is_the_same),
		TEST(datagrams_are_applied_like_streams),
		TEST(a_port_of_datagrams_is_not_one_of_streams),
		TEST(a_port_that_is_taken_changes_nothing),
		TEST(a_port_that_the_service_still_has_is_not_taken),
		TEST(a_port_that_is_listed_but_not_held_is_taken),
		TEST(a_socket_that_was_stopped_stays_so),
		TEST(a_socket_that_failed_is_restarted),
		TEST(a_restart_that_fails_is_taken_back),
		TEST(the_drop_in_that_was_in_force_is_restored),
		TEST(a_restore_that_fails_says_why),
		TEST(earlier_listeners_may_be_taken_too),
		TEST(a_restart_without_a_cause_is_tried_again),
		TEST(the_gate_is_restarted),
		TEST(a_gate_with_other_listeners_closes_the_old_ones_first),
		TEST(a_gate_without_listeners_stops),
		TEST(a_certificate_is_asked_for_when_the_gate_listens),
		TEST(a_certificate_needs_port_80),
		TEST(without_a_certificate_to_look_after_the_timer_stops),
		TEST(without_papod_acme_that_is_said),
		TEST(a_gate_that_was_switched_off_stays_so),
		TEST(a_port_of_tls_that_is_taken_changes_nothing),
		TEST(a_port_may_move_between_papod_and_the_gate),
		TEST(a_gate_that_cannot_listen_is_taken_back),
		TEST(the_gate_is_taken_back_with_papod),
		TEST(without_papod_socket_the_gate_is_applied_too),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
