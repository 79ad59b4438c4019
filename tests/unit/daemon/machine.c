/* Owns the fake machine: the functions that papod --apply calls are wrapped. */
#include "machine.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <errno.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "config/instance.h"
#include "config/problem.h"
#include "daemon/apply.h"
#include "daemon/held_ports.h"
#include "daemon/resolving.h"
#include "daemon/systemctl.h"
#include "files/config_files.h"
#include "net/listeners.h"

struct machine machine;

int __wrap_access(const char *path, int mode);
uid_t __wrap_geteuid(void);
int __wrap_unlink(const char *path);
int __wrap_rmdir(const char *path);
int __wrap_mkdir(const char *path, mode_t mode);
FILE *__wrap_fopen(const char *path, const char *mode);
int __wrap_systemctl_run(const char *const *words);
char *__wrap_systemctl_show(const char *unit, const char *property);
bool __wrap_held_ports_has(pid_t pid, uint16_t port, bool is_datagram);
bool __wrap_resolving_is_possible(const struct resolving_sockets *sockets, const char *socket);
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

static char *instance_name(const char *of_first)
{
	return instance_unit(machine.instance, of_first);
}

/* Is it a unit, or a directory of drop-ins, that papod or its instance has? */
static bool is_own(const char *unit, const char *of_first)
{
	char *own = instance_name(of_first);
	bool is_equal = strcmp(unit, own) == 0;

	free(own);
	return is_equal;
}

#define SYSTEM "/run/systemd/system/"

/* The path without the name of the instance. */
static const char *path_of_first(const char *path, char *text, size_t size)
{
	char *own = instance_name("papod.socket.d"), *gate = instance_name("papod-gate.socket.d");

	assert_int_equal(strncmp(path, SYSTEM, strlen(SYSTEM)), 0);
	path += strlen(SYSTEM);
	if (strncmp(path, own, strlen(own)) == 0)
		snprintf(text, size, "%s%s", MACHINE_RESTORED_DIRECTORY, path + strlen(own));
	else if (strncmp(path, gate, strlen(gate)) == 0)
		snprintf(text, size, "%s%s", MACHINE_GATE_DIRECTORY, path + strlen(gate));
	else
		fail_msg("%s is of another papod", path);
	free(own);
	free(gate);
	return text;
}

int __wrap_unlink(const char *path)
{
	char text[128];

	path = path_of_first(path, text, sizeof(text));
	if (strcmp(path, MACHINE_GATE_DIRECTORY "/00-listen.conf") != 0)
		assert_string_equal(path, MACHINE_RESTORED);
	errno = machine.unlink_errno;
	return -1;
}

int __wrap_rmdir(const char *path)
{
	char text[128];

	path = path_of_first(path, text, sizeof(text));
	if (strcmp(path, MACHINE_GATE_DIRECTORY) != 0)
		assert_string_equal(path, MACHINE_RESTORED_DIRECTORY);
	return -1;
}

int __wrap_mkdir(const char *path, mode_t mode)
{
	char text[128];

	path = path_of_first(path, text, sizeof(text));
	if (strcmp(path, MACHINE_GATE_DIRECTORY) != 0)
		assert_string_equal(path, MACHINE_RESTORED_DIRECTORY);
	assert_int_equal(mode, 0755);
	errno = machine.mkdir_errno;
	return machine.mkdir_errno ? -1 : 0;
}

/* The drop-in that was in force before. */
FILE *__wrap_fopen(const char *path, const char *mode)
{
	char text[128];

	(void) mode;
	path = path_of_first(path, text, sizeof(text));
	if (strcmp(path, MACHINE_GATE_DIRECTORY "/00-listen.conf") == 0) {
		buffer_put_text(&machine.asked, "restore-gate ");
		machine.is_gate_restart_good = true;
		machine.gate_listen_next = NULL;
		return tmpfile();
	}
	assert_string_equal(path, MACHINE_RESTORED);
	errno = machine.fopen_errno;
	if (machine.fopen_errno)
		return NULL;
	buffer_put_text(&machine.asked, "restore ");
	machine.is_restart_good = machine.is_restore_good;
	machine.listen_next = NULL;
	return open_memstream(&machine.restored, &machine.n_restored);
}

static bool has_word(const char *const *words, const char *word)
{
	for (size_t i = 0; words[i]; i++)
		if (strcmp(words[i], word) == 0)
			return true;
	return false;
}

static bool has_unit(const char *const *words, const char *of_first)
{
	char *own = instance_name(of_first);
	bool is_there = has_word(words, own);

	free(own);
	return is_there;
}

static void run_for_gate(const char *const *words)
{
	if (has_word(words, "daemon-reload") && machine.gate_listen_next)
		machine.gate_listen = machine.gate_listen_next;
	if (!has_unit(words, "papod-gate.socket"))
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
	is_restart &= has_unit(words, "papod.socket");
	if (strcmp(words[0], "daemon-reload") == 0 && machine.listen_next)
		machine.listen = machine.listen_next;
	if (is_restart) {
		machine.active = machine.is_restart_good ? "active" : "failed";
		machine.busy_port = machine.busy_port_later;
	}
	if (machine.failing && strcmp(words[0], machine.failing) == 0)
		return 1;
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

static char *show_acme(const char *property)
{
	if (strcmp(property, "LoadState") == 0)
		return strdup(machine.acme_load_state);
	assert_string_equal(property, "ActiveState");
	return strdup(machine.acme_active);
}

char *__wrap_systemctl_show(const char *unit, const char *property)
{
	bool is_socket = is_own(unit, "papod.socket");

	if (strcmp(unit, "papod-push.service") == 0)
		return strdup(machine.push_active);
	if (strcmp(unit, "papod-acme.timer") == 0)
		return show_acme(property);
	if (strcmp(unit, "papod-lookup.socket") == 0)
		return strdup(machine.lookup_load_state);
	if (is_own(unit, "papod-gate.socket"))
		return show_gate(property);
	if (strcmp(property, "LoadState") == 0)
		return strdup(machine.load_state);
	if (strcmp(property, "Listen") == 0)
		return strdup(machine.listen);
	if (strcmp(property, "ActiveState") == 0)
		return strdup(is_socket ? machine.active : machine.service);
	assert_true(is_own(unit, "papod.service"));
	return strdup(strcmp(property, "MainPID") == 0 ? "17" : machine.status);
}

bool __wrap_resolving_is_possible(const struct resolving_sockets *sockets, const char *socket)
{
	assert_string_equal(sockets->lookup, LOOKUP_SOCKET);
	assert_true(!socket || strcmp(socket, LOOKUP_SOCKET) == 0);
	return machine.has_resolver;
}

/* systemd has the sockets of a unit while it is active. */
static bool is_held(uint16_t port, bool is_datagram)
{
	char text[32];

	snprintf(text, sizeof(text), ":%u (%s)", port, is_datagram ? "Datagram" : "Stream");
	return port != machine.unheld_port &&
	       ((strcmp(machine.active, "active") == 0 && strstr(machine.listen, text)) ||
		       (strcmp(machine.gate_active, "active") == 0 &&
			       strstr(machine.gate_listen, text)));
}

bool __wrap_held_ports_has(pid_t pid, uint16_t port, bool is_datagram)
{
	if (pid == MACHINE_SERVICE_PID)
		return !is_datagram && port == machine.service_port;
	return pid == 1 && is_held(port, is_datagram);
}

int __wrap_listeners_try(const struct address *address, bool is_datagram, struct buffer *ret_reason)
{
	if (address->port == machine.free_port ||
		(address->port != machine.busy_port && !is_held(address->port, is_datagram)))
		return 0;
	buffer_put_text(ret_reason, "in use");
	return -EADDRINUSE;
}

int __wrap_config_files_read_one(
	const char *path, size_t most_bytes, char **ret_text, unsigned int *ret_mode)
{
	(void) most_bytes;
	(void) ret_mode;
	if (machine.push_dropin && strcmp(path, MACHINE_PUSH_DROPIN) == 0 &&
		strstr(buffer_text(&machine.asked), "daemon-reload")) {
		*ret_text = strdup(machine.push_dropin);
		return 0;
	}
	if (!machine.dropin_path || strcmp(path, machine.dropin_path) != 0)
		return -ENOENT;
	*ret_text = strdup("earlier\n");
	return 0;
}

static void machine_end(void)
{
	buffer_done(&machine.asked);
	free(machine.restored);
	machine.restored = NULL;
}

void machine_begin(void)
{
	machine_end();
	machine = (struct machine){ .has_systemd = true,
		.acme_load_state = "loaded",
		.acme_active = "inactive",
		.has_resolver = true,
		.lookup_load_state = "loaded",
		.push_active = "inactive",
		.load_state = "loaded",
		.listen = "127.0.0.1:6667 (Stream)",
		.active = "active",
		.service = "active",
		.status = "",
		.unlink_errno = ENOENT,
		.is_restart_good = true,
		.is_restore_good = true,
		.gate_load_state = "not-found",
		.gate_listen = "127.0.0.1:6697 (Stream)",
		.gate_active = "inactive",
		.gate_enabled = "enabled",
		.is_gate_restart_good = true };
}

int machine_set_up(void **state)
{
	(void) state;
	machine_begin();
	return 0;
}

int machine_tear_down(void **state)
{
	(void) state;
	machine_end();
	return 0;
}

/* Let a stream go to a file in memory until read_caught(). */
struct caught {
	FILE *stream;
	int fd;	   /* of the stream */
	int saved; /* what it was before */
	int file;
};

static struct caught catch_stream(FILE *stream)
{
	struct caught caught = { stream, fileno(stream), dup(fileno(stream)),
		memfd_create("caught", MFD_CLOEXEC) };

	fflush(stream);
	assert_int_equal(dup2(caught.file, caught.fd), caught.fd);
	return caught;
}

static void read_caught(const struct caught *caught, char *text, size_t size)
{
	ssize_t length;

	fflush(caught->stream);
	dup2(caught->saved, caught->fd);
	close(caught->saved);
	length = pread(caught->file, text, size - 1, 0);
	close(caught->file);
	assert_true(length >= 0);
	text[length] = '\0';
}

int machine_apply(const char *config)
{
	struct problems problems = { 0 };
	const struct source source = { .name = "papod.conf", .text = config };
	struct settings *settings = settings_parse(&source, 1, &problems);
	struct caught out, errors;
	int status;

	assert_non_null(settings);
	out = catch_stream(stdout);
	errors = catch_stream(stderr);
	status = apply(settings, machine.instance);
	read_caught(&errors, machine.errors, sizeof(machine.errors));
	read_caught(&out, machine.out, sizeof(machine.out));
	settings_unref(settings);
	problems_done(&problems);
	return status;
}

void machine_assert_applied(const char *config, int status, const char *asked)
{
	assert_int_equal(machine_apply(config), status);
	assert_string_equal(buffer_text(&machine.asked), asked);
}

void machine_assert_printed(const char *out, const char *errors)
{
	assert_string_equal(machine.out, out);
	assert_string_equal(machine.errors, errors);
}
