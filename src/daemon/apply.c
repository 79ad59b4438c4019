/* Owns bringing new listeners into papod.socket, and reverting them if they cannot be opened. The
 * service is restarted with its sockets, and its clients stay connected. */
#include "daemon/apply.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/mem.h"
#include "base/text.h"
#include "config/socket_unit.h"
#include "daemon/apply_acme.h"
#include "daemon/apply_gate.h"
#include "daemon/dropin.h"
#include "daemon/held_ports.h"
#include "daemon/systemctl.h"
#include "net/listeners.h"

#define SOCKET "papod.socket"
#define SERVICE "papod.service"
#define MOST_RESTARTS 5 /* after the first try */
#define MANAGER_PID 1

struct state {
	const struct settings *settings;
	struct socket_unit unit; /* from papod.conf */
	char *listen;		 /* the addresses of papod.socket, one a line */
	char *dropin;		 /* in force; NULL: none */
	bool is_listening;	 /* papod.socket */
	bool has_service;	 /* it runs, and may have clients */
	pid_t service_pid;	 /* 0: it does not run */
	struct apply_gate gate;
};

/* A TCP or UDP port of an address. */
struct place {
	struct address address;
	bool is_datagram;
};

static void state_done(struct state *state)
{
	socket_unit_done(&state->unit);
	free(state->listen);
	free(state->dropin);
	apply_gate_done(&state->gate);
}

static bool is_value(const char *unit, const char *property, const char *wanted)
{
	CLEANUP(mem_freep) char *value = systemctl_show(unit, property);

	return strcmp(value, wanted) == 0;
}

static size_t count_places(const struct socket_unit *unit)
{
	return unit->tcp.count + unit->udp.count;
}

static struct place place_at(const struct socket_unit *unit, size_t index)
{
	if (index < unit->tcp.count)
		return (struct place){ unit->tcp.items[index], false };
	return (struct place){ unit->udp.items[index - unit->tcp.count], true };
}

/* Parse a line like "127.0.0.1:6667 (Stream)". False: a Unix socket. */
static bool parse_line(const char *line, struct place *ret_place)
{
	size_t length = strcspn(line, " \n");
	const char *colon = memrchr(line, ':', length);
	CLEANUP(mem_freep) char *host = NULL;
	struct address address;

	if (!colon || *line == '/' || *line == '@')
		return false;
	host = *line == '[' ? mem_text_n(line + 1, (size_t) (colon - line) - 2)
			    : mem_text_n(line, (size_t) (colon - line));
	if (!address_parse_range(host, &address))
		return false;
	address.port = (uint16_t) strtoul(colon + 1, NULL, 10);
	*ret_place = (struct place){ address, text_starts_with(line + length, " (Datagram)") };
	return true;
}

static const char *skip_line(const char *line)
{
	line += strcspn(line, "\n");
	return *line ? line + 1 : line;
}

/* Does papod.socket have the place, or at least its port? */
static bool is_listed(const char *listen, const struct place *place, bool is_port_enough)
{
	const struct address *address = &place->address;
	struct place other;

	for (const char *line = listen; *line; line = skip_line(line)) {
		if (!parse_line(line, &other) || other.address.port != address->port ||
			other.is_datagram != place->is_datagram)
			continue;
		if (is_port_enough || (other.address.family == address->family &&
					      memcmp(other.address.bytes, address->bytes, 16) == 0))
			return true;
	}
	return false;
}

static void print_failure(const struct place *place, const char *reason)
{
	char text[ADDRESS_TEXT_BYTES];

	address_format_port(&place->address, text);
	fprintf(stderr, "papod: %s%s: %s\n", text, place->is_datagram ? "/udp" : "", reason);
}

static bool holds_port(pid_t pid, const struct place *place)
{
	return held_ports_has(pid, place->address.port, place->is_datagram);
}

/* papod.socket or papod-gate.socket may use the address, or another address of the same port; only
 * the restart can tell. Its list alone proves nothing, because systemd may have read it at a
 * daemon-reload without opening sockets. papod.service still has sockets that papod.socket has
 * closed because papod.conf no longer lists them. */
static bool may_be_our_own(const struct state *state, const struct place *place)
{
	bool is_ours = (state->is_listening && is_listed(state->listen, place, true)) ||
		       (state->gate.is_listening && is_listed(state->gate.listen, place, true));

	if (state->service_pid && holds_port(state->service_pid, place))
		return true;
	return is_ours && holds_port(MANAGER_PID, place);
}

static int try_place(const struct place *place, struct buffer *ret_reason)
{
	return listeners_try(&place->address, place->is_datagram, ret_reason);
}

static bool try_new_place(const struct state *state, const struct place *place)
{
	CLEANUP(buffer_done) struct buffer reason = { 0 };

	if (may_be_our_own(state, place) || !try_place(place, &reason))
		return true;
	print_failure(place, buffer_text(&reason));
	return false;
}

static bool try_streams(const struct state *state, const struct unit_addresses *addresses)
{
	bool is_good = true;

	for (size_t i = 0; i < addresses->count; i++) {
		struct place place = { addresses->items[i], false };

		is_good &= try_new_place(state, &place);
	}
	return is_good;
}

static bool try_new_addresses(const struct state *state)
{
	bool is_good = true;

	for (size_t i = 0; i < count_places(&state->unit); i++) {
		struct place place = place_at(&state->unit, i);

		is_good &= try_new_place(state, &place);
	}
	is_good &= try_streams(state, &state->gate.unit.tcp);
	is_good &= try_streams(state, &state->gate.unit.challenges);
	return is_good;
}

/* Print the addresses that failed, because systemd names only the unit. */
static void name_failures(const struct state *state)
{
	bool is_any_named = false;

	for (size_t i = 0; i < count_places(&state->unit); i++) {
		struct place place = place_at(&state->unit, i);
		CLEANUP(buffer_done) struct buffer reason = { 0 };

		if (!try_place(&place, &reason))
			continue;
		print_failure(&place, buffer_text(&reason));
		is_any_named = true;
	}
	if (!is_any_named)
		fprintf(stderr, "papod: journalctl -u papod.socket shows the reason\n");
}

static int reload_manager(void)
{
	static const char *const words[] = { "daemon-reload", NULL };

	return systemctl_run(words);
}

static int forget_failure(void)
{
	static const char *const words[] = { "reset-failed", SOCKET, NULL };

	return systemctl_run(words);
}

static bool is_any_taken(const struct state *state)
{
	bool is_taken = false;

	for (size_t i = 0; i < count_places(&state->unit) && !is_taken; i++) {
		struct place place = place_at(&state->unit, i);
		CLEANUP(buffer_done) struct buffer reason = { 0 };

		is_taken = try_place(&place, &reason) != 0;
	}
	return is_taken;
}

/* Restart both units in one job, to get the result of both; a stopped service is not started.
 * systemctl is quiet: name_failures() reports failures, and the caller may try again. */
static int restart_units(const struct state *state)
{
	const char *const words[] = { "--quiet", "restart", SOCKET,
		state->has_service ? SERVICE : NULL, NULL };

	return systemctl_run(words);
}

/* systemd 257 may close the old sockets a moment after it has opened the new ones, and fails. */
static int restart_until_open(const struct state *state)
{
	int status = restart_units(state);

	for (int i = 0; i < MOST_RESTARTS; i++) {
		if (is_value(SOCKET, "ActiveState", "active") || is_any_taken(state))
			break;
		(void) forget_failure();
		status = restart_units(state);
	}
	return status;
}

static int reload_service(const struct state *state)
{
	static const char *const words[] = { "reload", SERVICE, NULL };

	return state->has_service ? systemctl_run(words) : 0;
}

static int restore_dropin(const struct state *state)
{
	int error;

	fprintf(stderr, "papod: papod.socket could not open the new listeners:\n");
	name_failures(state);
	error = dropin_restore(SOCKET_UNIT_DIRECTORY, state->dropin);
	error = apply_gate_restore(&state->gate) ? -EIO : error;
	(void) forget_failure();
	if (error || reload_manager() || restart_until_open(state) ||
		!is_value(SOCKET, "ActiveState", "active")) {
		fprintf(stderr, "papod: the earlier listeners cannot be opened either: see "
				"systemctl status papod.socket; clients stay connected\n");
		return EX_UNAVAILABLE;
	}
	apply_gate_restart_restored(&state->gate);
	fprintf(stderr,
		"papod: the earlier listeners are open again, and clients stay connected; correct "
		"\"listen\" and run papod --apply again, or the next boot will use it unchanged\n");
	return EX_UNAVAILABLE;
}

/* Is an address of papod.socket not open, because systemd has read the drop-in without restarting
 * the socket? papod's status text can report that too. */
static bool is_behind(const char *listen)
{
	CLEANUP(mem_freep) char *status = systemctl_show(SERVICE, "StatusText");
	struct place place;

	for (const char *line = listen; *line; line = skip_line(line)) {
		CLEANUP(buffer_done) struct buffer reason = { 0 };

		if (parse_line(line, &place) &&
			(!holds_port(MANAGER_PID, &place) || try_place(&place, &reason) == 0))
			return true;
	}
	return strstr(status, "listeners wait") != NULL;
}

static void report_listeners(const struct state *state, const char *listen)
{
	CLEANUP(mem_freep) char *status = systemctl_show(SERVICE, "StatusText");
	bool is_replaced = false;
	struct place place;

	for (size_t i = 0; i < count_places(&state->unit); i++) {
		place = place_at(&state->unit, i);
		is_replaced |= !is_listed(listen, &place, false);
	}
	printf("papod: papod.conf is in force%s; listening at",
		is_replaced ? ", except for \"listen\"" : "");
	for (const char *line = listen; *line; line = skip_line(line))
		printf(" %.*s%s", (int) strcspn(line, " \n"), line,
			parse_line(line, &place) && place.is_datagram ? "/udp" : "");
	if (is_replaced)
		printf("\npapod: a drop-in of papod.socket lists these instead: see systemctl cat "
		       "papod.socket; remove the drop-in, or \"listen\" from papod.conf, and run "
		       "papod --apply again\n");
	else
		printf("%s%s\n", *status ? "; " : "", status);
}

static int bring_into_force(struct state *state)
{
	CLEANUP(mem_freep) char *listen = NULL;
	int status;

	dropin_forget(SOCKET_UNIT_DIRECTORY);
	dropin_forget(GATE_UNIT_SOCKET_DIRECTORY);
	if (reload_manager())
		return EX_OSERR;
	if (is_value(SOCKET, "ActiveState", "inactive")) {
		printf("papod: papod.conf is good, but papod.socket is stopped; to listen: "
		       "systemctl start papod.socket papod.service\n");
		return 0;
	}
	apply_gate_release(&state->gate);
	listen = systemctl_show(SOCKET, "Listen");
	if (state->is_listening && strcmp(listen, state->listen) == 0 && !is_behind(listen)) {
		status = reload_service(state);
	} else {
		status = restart_until_open(state);
		if (!is_value(SOCKET, "ActiveState", "active"))
			return restore_dropin(state);
	}
	if (status) {
		fprintf(stderr,
			"papod: papod.service refused it or did not start: see systemctl status "
			"papod\n");
		return EX_UNAVAILABLE;
	}
	report_listeners(state, listen);
	status = apply_gate_restart(&state->gate);
	return status ? status : apply_acme(state->settings);
}

static void read_state(const struct settings *settings, struct state *ret_state)
{
	CLEANUP(mem_freep) char *pid = systemctl_show(SERVICE, "MainPID");

	*ret_state = (struct state){ .settings = settings };
	ret_state->service_pid = (pid_t) strtol(pid, NULL, 10);
	ret_state->listen = systemctl_show(SOCKET, "Listen");
	ret_state->is_listening = is_value(SOCKET, "ActiveState", "active");
	ret_state->has_service = !is_value(SERVICE, "ActiveState", "inactive") &&
				 !is_value(SERVICE, "ActiveState", "failed");
	ret_state->dropin = dropin_read(SOCKET_UNIT_DIRECTORY);
	apply_gate_read(settings, &ret_state->gate);
}

static bool take_unit(struct state *state)
{
	CLEANUP(problems_done) struct problems problems = { 0 };
	CLEANUP(buffer_done) struct buffer line = { 0 };

	socket_unit_of_settings(state->settings, &problems, &state->unit);
	for (size_t i = 0; i < problems.count; i++) {
		buffer_clear(&line);
		problem_format(&problems.items[i], &line);
		fprintf(stderr, "%s\n", line.bytes);
	}
	return !problems.n_errors;
}

/* papod opens its listeners itself: the drop-in own-sockets.conf. */
static int apply_without_socket(const struct settings *settings)
{
	static const char *const words[] = { "reload-or-restart", SERVICE, NULL };
	CLEANUP(apply_gate_done) struct apply_gate gate = { 0 };
	int status;

	apply_gate_read(settings, &gate);
	if (gate.is_wanted && reload_manager())
		return EX_OSERR;
	apply_gate_release(&gate);
	if (systemctl_run(words))
		return EX_UNAVAILABLE;
	status = apply_gate_restart(&gate);
	return status ? status : apply_acme(settings);
}

/* Can --apply work here? 0 or an exit status. */
static int check_place(void)
{
	if (access("/run/systemd/system", F_OK) < 0) {
		fprintf(stderr, "papod: systemd does not run here, so there is no papod.service; a "
				"papod started by hand reads its files again on SIGHUP\n");
		return EX_UNAVAILABLE;
	}
	if (geteuid() != 0) {
		fprintf(stderr, "papod: only root may do this: sudo papod --apply\n");
		return EX_NOPERM;
	}
	return 0;
}

int apply(const struct settings *settings)
{
	CLEANUP(state_done) struct state state = { 0 };
	int status = check_place();

	if (status)
		return status;
	if (is_value(SOCKET, "LoadState", "masked"))
		return apply_without_socket(settings);
	if (!is_value(SOCKET, "LoadState", "loaded")) {
		fprintf(stderr,
			"papod: systemd knows no papod.socket; is the package installed?\n");
		return EX_UNAVAILABLE;
	}
	read_state(settings, &state);
	if (!take_unit(&state))
		return EX_CONFIG;
	if (!try_new_addresses(&state)) {
		fprintf(stderr, "papod: nothing was changed\n");
		return EX_UNAVAILABLE;
	}
	return bring_into_force(&state);
}
