/* papod --apply, with a fake systemctl, fake sockets and files. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <errno.h>
#include <sys/stat.h>
#include <sysexits.h>
#include <unistd.h>

#include "base/buffer.h"
#include "config/problem.h"
#include "daemon/apply.h"
#include "daemon/held_ports.h"
#include "daemon/systemctl.h"
#include "files/config_files.h"
#include "net/listeners.h"

#define MOST_RESTARTS 5 /* after the first try */

/* The machine: answers of systemd, commands to it, and ports in use. */
static struct machine {
	bool has_systemd;
	uid_t uid;
	const char *load_state;
	const char *listen;	 /* of papod.socket */
	const char *listen_next; /* after the daemon-reload; NULL: the same */
	const char *active;	 /* papod.socket */
	bool is_restart_good;
	int busy_port;	     /* in use */
	int busy_port_later; /* in use from the restart on */
	int n_restarts;
	struct buffer asked;
	/* papod-gate.socket */
	const char *gate_load_state;
	const char *gate_listen;
	const char *gate_listen_next;
	const char *gate_active;
	const char *gate_enabled;
	bool is_gate_restart_good;
} machine;

int __wrap_access(const char *path, int mode);
uid_t __wrap_geteuid(void);
int __wrap_unlink(const char *path);
int __wrap_rmdir(const char *path);
int __wrap_mkdir(const char *path, mode_t mode);
FILE *__wrap_fopen(const char *path, const char *mode);
int __wrap_systemctl_run(const char *const *words);
char *__wrap_systemctl_show(const char *unit, const char *property);
bool __wrap_held_ports_has(pid_t pid, uint16_t port, bool is_datagram);
int __wrap_listeners_try(
	const struct address *address, bool is_datagram, struct buffer *ret_reason);
int __wrap_config_files_read_one(
	const char *path, size_t most_bytes, char **ret_text, unsigned int *ret_mode);

int __wrap_access(const char *path, int mode)
{
	(void) mode;
	assert_string_equal(path, "/run/systemd/system");
	return machine.has_systemd ? 0 : -1;
}

uid_t __wrap_geteuid(void)
{
	return machine.uid;
}

int __wrap_unlink(const char *path)
{
	(void) path;
	errno = ENOENT;
	return -1;
}

int __wrap_rmdir(const char *path)
{
	(void) path;
	return -1;
}

int __wrap_mkdir(const char *path, mode_t mode)
{
	(void) path;
	(void) mode;
	return 0;
}

/* The drop-in that was in force before. */
FILE *__wrap_fopen(const char *path, const char *mode)
{
	(void) mode;
	if (strcmp(path, "/run/systemd/system/papod-gate.socket.d/00-listen.conf") == 0) {
		buffer_put_text(&machine.asked, "restore-gate ");
		machine.is_gate_restart_good = true;
		machine.gate_listen_next = NULL;
		return tmpfile();
	}
	assert_string_equal(path, "/run/systemd/system/papod.socket.d/00-listen.conf");
	buffer_put_text(&machine.asked, "restore ");
	machine.is_restart_good = true;
	machine.listen_next = NULL;
	return tmpfile();
}

static bool has_word(const char *const *words, const char *word)
{
	for (size_t i = 0; words[i]; i++)
		if (strcmp(words[i], word) == 0)
			return true;
	return false;
}

static void run_for_gate(const char *const *words)
{
	if (has_word(words, "daemon-reload") && machine.gate_listen_next)
		machine.gate_listen = machine.gate_listen_next;
	if (!has_word(words, "papod-gate.socket"))
		return;
	if (has_word(words, "stop"))
		machine.gate_active = "inactive";
	if (has_word(words, "restart"))
		machine.gate_active = machine.is_gate_restart_good ? "active" : "failed";
}

int __wrap_systemctl_run(const char *const *words)
{
	bool is_restart = false;

	for (size_t i = 0; words[i]; i++) {
		is_restart |= strcmp(words[i], "restart") == 0;
		buffer_format(&machine.asked, "%s ", words[i]);
	}
	run_for_gate(words);
	is_restart &= has_word(words, "papod.socket");
	if (strcmp(words[0], "daemon-reload") == 0 && machine.listen_next)
		machine.listen = machine.listen_next;
	if (is_restart) {
		machine.active = machine.is_restart_good ? "active" : "failed";
		machine.busy_port = machine.busy_port_later;
		machine.n_restarts++;
	}
	return is_restart && !machine.is_restart_good;
}

static char *show_gate(const char *property)
{
	if (strcmp(property, "LoadState") == 0)
		return strdup(machine.gate_load_state);
	if (strcmp(property, "Listen") == 0)
		return strdup(machine.gate_listen);
	if (strcmp(property, "UnitFileState") == 0)
		return strdup(machine.gate_enabled);
	assert_string_equal(property, "ActiveState");
	return strdup(machine.gate_active);
}

char *__wrap_systemctl_show(const char *unit, const char *property)
{
	bool is_socket = strcmp(unit, "papod.socket") == 0;

	if (strcmp(unit, "papod-gate.socket") == 0)
		return show_gate(property);
	if (strcmp(property, "LoadState") == 0)
		return strdup(machine.load_state);
	if (strcmp(property, "Listen") == 0)
		return strdup(machine.listen);
	if (strcmp(property, "ActiveState") == 0)
		return strdup(is_socket ? machine.active : "active");
	return strdup(strcmp(property, "MainPID") == 0 ? "17" : "");
}

/* systemd has the sockets of a unit while it is active. */
static bool is_held(uint16_t port, bool is_datagram)
{
	char text[32];

	snprintf(text, sizeof(text), ":%u (%s)", port, is_datagram ? "Datagram" : "Stream");
	return (strcmp(machine.active, "active") == 0 && strstr(machine.listen, text)) ||
	       (strcmp(machine.gate_active, "active") == 0 && strstr(machine.gate_listen, text));
}

bool __wrap_held_ports_has(pid_t pid, uint16_t port, bool is_datagram)
{
	return pid == 1 && is_held(port, is_datagram);
}

int __wrap_listeners_try(const struct address *address, bool is_datagram, struct buffer *ret_reason)
{
	if (address->port != machine.busy_port && !is_held(address->port, is_datagram))
		return 0;
	buffer_put_text(ret_reason, "in use");
	return -EADDRINUSE;
}

int __wrap_config_files_read_one(
	const char *path, size_t most_bytes, char **ret_text, unsigned int *ret_mode)
{
	(void) path;
	(void) most_bytes;
	(void) ret_text;
	(void) ret_mode;
	return -ENOENT;
}

static int setup(void **state)
{
	(void) state;
	buffer_done(&machine.asked);
	machine = (struct machine){ .has_systemd = true,
		.load_state = "loaded",
		.listen = "127.0.0.1:6667 (Stream)",
		.active = "active",
		.is_restart_good = true,
		.gate_load_state = "not-found",
		.gate_listen = "127.0.0.1:6697 (Stream)",
		.gate_active = "inactive",
		.gate_enabled = "enabled",
		.is_gate_restart_good = true };
	return 0;
}

static int teardown(void **state)
{
	(void) state;
	buffer_done(&machine.asked);
	return 0;
}

static int apply_config(const char *config)
{
	struct problems problems = { 0 };
	const struct source source = { .name = "papod.conf", .text = config };
	struct settings *settings = settings_parse(&source, 1, &problems);
	int status;

	assert_non_null(settings);
	status = apply(settings);
	settings_unref(settings);
	problems_done(&problems);
	return status;
}

/* Checks the commands to systemd, in order. */
static void assert_applied(const char *config, int status, const char *asked)
{
	assert_int_equal(apply_config(config), status);
	assert_string_equal(buffer_text(&machine.asked), asked);
}

#define LISTEN(port) "listen = ( { address = \"127.0.0.1\"; port = " port "; } );\n"

static void it_is_for_root_and_for_systemd(void **state)
{
	(void) state;
	machine.uid = 1000;
	assert_applied("", EX_NOPERM, "");
	machine.has_systemd = false;
	assert_applied("", EX_UNAVAILABLE, "");
}

static void without_papod_socket_the_service_reloads(void **state)
{
	(void) state;
	machine.load_state = "masked";
	assert_applied("", 0, "reload-or-restart papod.service ");
}

static void without_the_package_nothing_is_done(void **state)
{
	(void) state;
	machine.load_state = "not-found";
	assert_applied("", EX_UNAVAILABLE, "");
}

static void the_same_listeners_need_no_restart(void **state)
{
	(void) state;
	assert_applied(LISTEN("6667"), 0, "daemon-reload reload papod.service ");
}

static void new_listeners_restart_socket_and_service(void **state)
{
	(void) state;
	machine.listen_next = "127.0.0.1:7000 (Stream)";
	assert_applied(
		LISTEN("7000"), 0, "daemon-reload --quiet restart papod.socket papod.service ");
}

#define NOTIFY                                                                                     \
	"listen = ( { kind = \"datagram\"; address = \"127.0.0.1\"; } );\n"                        \
	"notifications = ( { name = \"a\"; channels = [ \"#a\" ]; addresses = [ \"::1\" ]; } );"

static void datagrams_are_applied_like_streams(void **state)
{
	(void) state;
	machine.busy_port = 6659;
	assert_applied(NOTIFY, EX_UNAVAILABLE, "");
	machine.busy_port = 0;
	machine.listen_next = "127.0.0.1:6667 (Stream)\n127.0.0.1:6659 (Datagram)";
	assert_applied(NOTIFY, 0, "daemon-reload --quiet restart papod.socket papod.service ");
	buffer_clear(&machine.asked);
	assert_applied(NOTIFY, 0, "daemon-reload reload papod.service ");
}

/* The port of TCP is held by another program. */
static void a_port_of_datagrams_is_not_one_of_streams(void **state)
{
	(void) state;
	machine.listen = "127.0.0.1:7000 (Datagram)";
	machine.busy_port = 7000;
	assert_applied(LISTEN("7000"), EX_UNAVAILABLE, "");
}

static void a_port_that_is_taken_changes_nothing(void **state)
{
	(void) state;
	machine.busy_port = 7000;
	assert_applied(LISTEN("7000"), EX_UNAVAILABLE, "");
}

static void a_socket_that_was_stopped_stays_so(void **state)
{
	(void) state;
	machine.active = "inactive";
	assert_applied(LISTEN("6667"), 0, "daemon-reload ");
}

/* The previous drop-in is in force again. */
static void a_restart_that_fails_is_taken_back(void **state)
{
	(void) state;
	machine.listen_next = "127.0.0.1:7000 (Stream)";
	machine.busy_port_later = 7000;
	machine.is_restart_good = false;
	assert_applied(LISTEN("7000"), EX_UNAVAILABLE,
		"daemon-reload --quiet restart papod.socket papod.service "
		"restore reset-failed papod.socket daemon-reload "
		"--quiet restart papod.socket papod.service ");
	assert_string_equal(machine.active, "active");
}

/* If the sockets can be opened, systemd may just have been too slow to close the old ones. */
static void a_restart_without_a_cause_is_tried_again(void **state)
{
	(void) state;
	machine.listen_next = "127.0.0.1:7000 (Stream)";
	machine.is_restart_good = false;
	assert_int_equal(apply_config(LISTEN("7000")), EX_UNAVAILABLE);
	assert_int_equal(machine.n_restarts, 1 + MOST_RESTARTS + 1); /* and one to restore */
	assert_string_equal(machine.active, "active");
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
	assert_applied(TLS("6697"), 0, RELOADED "--quiet restart papod-gate.service ");
	buffer_clear(&machine.asked);
	assert_applied("", 0, RELOADED "--quiet restart papod-gate.service ");
}

/* papod.socket may get one of its ports. */
static void a_gate_with_other_listeners_closes_the_old_ones_first(void **state)
{
	(void) state;
	start_gate();
	machine.gate_listen_next = "127.0.0.1:7000 (Stream)";
	assert_applied(TLS("7000"), 0,
		"daemon-reload --quiet stop " GATE_UNITS
		"reload papod.service --quiet restart " GATE_UNITS);
	assert_string_equal(machine.gate_active, "active");
}

static void a_gate_without_listeners_stops(void **state)
{
	(void) state;
	start_gate();
	assert_applied(LISTEN("6667"), 0,
		"daemon-reload --quiet stop " GATE_UNITS
		"reload papod.service --quiet restart " GATE_UNITS);
}

static void a_gate_that_was_switched_off_stays_so(void **state)
{
	(void) state;
	start_gate();
	machine.gate_active = "inactive";
	machine.gate_enabled = "disabled";
	assert_applied(TLS("6697"), 0, RELOADED);
	machine.gate_enabled = "enabled";
	buffer_clear(&machine.asked);
	assert_applied(TLS("6697"), 0, RELOADED "--quiet restart " GATE_UNITS);
}

static void a_port_of_tls_that_is_taken_changes_nothing(void **state)
{
	(void) state;
	start_gate();
	machine.busy_port = 7000;
	assert_applied(TLS("7000"), EX_UNAVAILABLE, "");
}

static void a_port_may_move_between_papod_and_the_gate(void **state)
{
	(void) state;
	start_gate();
	machine.listen_next = "127.0.0.1:6697 (Stream)";
	assert_applied(LISTEN("6697"), 0,
		"daemon-reload --quiet stop " GATE_UNITS
		"--quiet restart papod.socket papod.service --quiet restart " GATE_UNITS);
	setup(state);
	start_gate();
	machine.gate_listen_next = "127.0.0.1:6667 (Stream)";
	assert_applied(TLS("6667"), 0,
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
	assert_applied(TLS("7000"), EX_UNAVAILABLE,
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
	assert_applied("listen = ( { address = \"127.0.0.1\"; port = 7000; tls = true; },"
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
	assert_applied(TLS("6697"), 0,
		"daemon-reload reload-or-restart papod.service "
		"--quiet restart papod-gate.service ");
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(it_is_for_root_and_for_systemd),
		TEST(without_papod_socket_the_service_reloads),
		TEST(without_the_package_nothing_is_done),
		TEST(the_same_listeners_need_no_restart),
		TEST(new_listeners_restart_socket_and_service),
		TEST(datagrams_are_applied_like_streams),
		TEST(a_port_of_datagrams_is_not_one_of_streams),
		TEST(a_port_that_is_taken_changes_nothing),
		TEST(a_socket_that_was_stopped_stays_so),
		TEST(a_restart_that_fails_is_taken_back),
		TEST(a_restart_without_a_cause_is_tried_again),
		TEST(the_gate_is_restarted),
		TEST(a_gate_with_other_listeners_closes_the_old_ones_first),
		TEST(a_gate_without_listeners_stops),
		TEST(a_gate_that_was_switched_off_stays_so),
		TEST(a_port_of_tls_that_is_taken_changes_nothing),
		TEST(a_port_may_move_between_papod_and_the_gate),
		TEST(a_gate_that_cannot_listen_is_taken_back),
		TEST(the_gate_is_taken_back_with_papod),
		TEST(without_papod_socket_the_gate_is_applied_too),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
