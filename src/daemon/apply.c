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
#include "daemon/apply_lookup.h"
#include "daemon/apply_push.h"
#include "daemon/apply_units.h"
#include "daemon/dropin.h"
#include "daemon/held_ports.h"
#include "daemon/systemctl.h"
#include "net/listeners.h"

#define MOST_RESTARTS 5 /* after the first try */
#define MANAGER_PID 1

struct state {
	const struct settings *settings;
	const struct apply_units *units;
	struct socket_unit unit; /* from papod.conf */
	char *listen;		 /* the addresses of papod.socket, one a line */
	char *dropin;		 /* in force; NULL: none */
	bool is_listening;	 /* papod.socket */
	bool has_service;	 /* it runs, and may have clients */
	pid_t service_pid;	 /* 0: it does not run */
	struct apply_gate gate;
	struct apply_push push;
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
	apply_push_done(&state->push);
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
		fprintf(stderr, "papod: journalctl -u %s shows the reason\n", state->units->socket);
}

static int reload_manager(void)
{
	static const char *const words[] = { "daemon-reload", NULL };

	return systemctl_run(words);
}

static int forget_failure(const struct state *state)
{
	const char *const words[] = { "reset-failed", state->units->socket, NULL };

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
	const char *const words[] = { "--quiet", "restart", state->units->socket,
		state->has_service ? state->units->service : NULL, NULL };

	return systemctl_run(words);
}

/* systemd 257 may close the old sockets a moment after it has opened the new ones, and fails. */
static int restart_until_open(const struct state *state)
{
	int status = restart_units(state);

	for (int i = 0; i < MOST_RESTARTS; i++) {
		if (is_value(state->units->socket, "ActiveState", "active") || is_any_taken(state))
			break;
		(void) forget_failure(state);
		status = restart_units(state);
	}
	return status;
}

static int reload_service(const struct state *state)
{
	const char *const words[] = { "reload", state->units->service, NULL };

	return state->has_service ? systemctl_run(words) : 0;
}

static int restore_dropin(const struct state *state)
{
	int error;

	fprintf(stderr, "papod: %s could not open the new listeners:\n", state->units->socket);
	name_failures(state);
	error = dropin_restore(state->units->socket_dropins, state->dropin);
	error = apply_gate_restore(&state->gate) ? -EIO : error;
	(void) forget_failure(state);
	if (error || reload_manager() || restart_until_open(state) ||
		!is_value(state->units->socket, "ActiveState", "active")) {
		fprintf(stderr,
			"papod: the earlier listeners cannot be opened either: see systemctl "
			"status "
			"%s; clients stay connected\n",
			state->units->socket);
		return EX_UNAVAILABLE;
	}
	apply_gate_restart_restored(&state->gate);
	fprintf(stderr,
		"papod: the earlier listeners are open again, and clients stay connected; correct "
		"\"listen\" and run papod --apply%s again, or the next boot will use it "
		"unchanged\n",
		state->units->config);
	return EX_UNAVAILABLE;
}

/* Is an address of papod.socket not open, because systemd has read the drop-in without restarting
 * the socket? papod's status text can report that too. */
static bool is_behind(const struct state *state, const char *listen)
{
	CLEANUP(mem_freep) char *status = systemctl_show(state->units->service, "StatusText");
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
	CLEANUP(mem_freep) char *status = systemctl_show(state->units->service, "StatusText");
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
		printf("\npapod: a drop-in of %s lists these instead: see systemctl cat %s; "
		       "remove the drop-in, or \"listen\" from papod.conf, and run papod "
		       "--apply%s again\n",
			state->units->socket, state->units->socket, state->units->config);
	else
		printf("%s%s\n", *status ? "; " : "", status);
}

/* To the services beside papod, as far as they run. papod-push and papod-acme are the first
 * papod's. */
static int apply_to_others(const struct settings *settings, const struct apply_units *units,
	const struct apply_gate *gate, const struct apply_push *push)
{
	int status = apply_gate_restart(gate);

	if (!status && !units->instance)
		status = apply_push_restart(push);
	if (!status && !units->instance)
		status = apply_acme(settings);
	return status ? status : apply_lookup(settings);
}

static int bring_into_force(struct state *state)
{
	CLEANUP(mem_freep) char *listen = NULL;
	int status;

	dropin_forget(state->units->socket_dropins);
	dropin_forget(state->units->gate_dropins);
	if (reload_manager())
		return EX_OSERR;
	if (is_value(state->units->socket, "ActiveState", "inactive")) {
		printf("papod: papod.conf is good, but %s is stopped; to listen: "
		       "systemctl start %s %s\n",
			state->units->socket, state->units->socket, state->units->service);
		return 0;
	}
	apply_gate_release(&state->gate);
	listen = systemctl_show(state->units->socket, "Listen");
	if (state->is_listening && strcmp(listen, state->listen) == 0 &&
		!is_behind(state, listen)) {
		status = reload_service(state);
	} else {
		status = restart_until_open(state);
		if (!is_value(state->units->socket, "ActiveState", "active"))
			return restore_dropin(state);
	}
	if (status) {
		fprintf(stderr,
			"papod: %s refused it or did not start: see systemctl status %.*s\n",
			state->units->service, (int) strcspn(state->units->service, "."),
			state->units->service);
		return EX_UNAVAILABLE;
	}
	report_listeners(state, listen);
	return apply_to_others(state->settings, state->units, &state->gate, &state->push);
}

static void read_state(
	const struct settings *settings, const struct apply_units *units, struct state *ret_state)
{
	CLEANUP(mem_freep) char *pid = systemctl_show(units->service, "MainPID");

	*ret_state = (struct state){ .settings = settings, .units = units };
	ret_state->service_pid = (pid_t) strtol(pid, NULL, 10);
	ret_state->listen = systemctl_show(units->socket, "Listen");
	ret_state->is_listening = is_value(units->socket, "ActiveState", "active");
	ret_state->has_service = !is_value(units->service, "ActiveState", "inactive") &&
				 !is_value(units->service, "ActiveState", "failed");
	ret_state->dropin = dropin_read(units->socket_dropins);
	apply_gate_read(settings, units, &ret_state->gate);
	if (!units->instance)
		apply_push_read(&ret_state->push);
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
static int apply_without_socket(const struct settings *settings, const struct apply_units *units)
{
	const char *const words[] = { "reload-or-restart", units->service, NULL };
	CLEANUP(apply_gate_done) struct apply_gate gate = { 0 };
	CLEANUP(apply_push_done) struct apply_push push = { 0 };

	apply_gate_read(settings, units, &gate);
	if (!units->instance)
		apply_push_read(&push);
	if ((gate.is_wanted || push.is_running) && reload_manager())
		return EX_OSERR;
	apply_gate_release(&gate);
	if (systemctl_run(words))
		return EX_UNAVAILABLE;
	return apply_to_others(settings, units, &gate, &push);
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

int apply(const struct settings *settings, const char *instance)
{
	CLEANUP(apply_units_done) struct apply_units units = { 0 };
	CLEANUP(state_done) struct state state = { 0 };
	int status = check_place();

	if (status)
		return status;
	apply_units_init(instance, &units);
	if (is_value(units.socket, "LoadState", "masked"))
		return apply_without_socket(settings, &units);
	if (!is_value(units.socket, "LoadState", "loaded")) {
		fprintf(stderr, "papod: systemd knows no %s; is the package installed?\n",
			units.socket);
		return EX_UNAVAILABLE;
	}
	read_state(settings, &units, &state);
	if (!take_unit(&state))
		return EX_CONFIG;
	if (!try_new_addresses(&state)) {
		fprintf(stderr, "papod: nothing was changed\n");
		return EX_UNAVAILABLE;
	}
	return bring_into_force(&state);
}
