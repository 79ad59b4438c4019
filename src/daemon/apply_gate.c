/* Owns the restart of papod-gate's units, after those of papod. */
#include "daemon/apply_gate.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>

#include "base/cleanup.h"
#include "base/mem.h"
#include "daemon/dropin.h"
#include "daemon/systemctl.h"
#include "net/listeners.h"

#define SOCKET "papod-gate.socket"
#define SERVICE "papod-gate.service"
#define MOST_RESTARTS 5 /* after the first try */

static bool gate_has(const char *property, const char *wanted)
{
	CLEANUP(mem_freep) char *value = systemctl_show(SOCKET, property);

	return strcmp(value, wanted) == 0;
}

void apply_gate_read(const struct settings *settings, struct apply_gate *ret_gate)
{
	*ret_gate = (struct apply_gate){ 0 };
	gate_unit_of_settings(settings, &ret_gate->unit);
	if (!gate_has("LoadState", "loaded"))
		return;
	ret_gate->listen = systemctl_show(SOCKET, "Listen");
	ret_gate->dropin = dropin_read(GATE_UNIT_SOCKET_DIRECTORY);
	ret_gate->is_listening = gate_has("ActiveState", "active");
	ret_gate->is_wanted = ret_gate->is_listening || gate_has("UnitFileState", "enabled");
}

void apply_gate_done(struct apply_gate *gate)
{
	gate_unit_done(&gate->unit);
	free(gate->listen);
	free(gate->dropin);
}

/* Must its sockets be opened anew? */
static bool is_gate_moved(const struct apply_gate *gate)
{
	return gate_unit_is_off(&gate->unit) || !gate->is_listening ||
	       !gate_has("ActiveState", "active") || !gate_has("Listen", gate->listen);
}

void apply_gate_release(const struct apply_gate *gate)
{
	static const char *const words[] = { "--quiet", "stop", SOCKET, SERVICE, NULL };

	if (gate->is_wanted && gate->is_listening && is_gate_moved(gate))
		(void) systemctl_run(words);
}

static void restart_gate_units(bool with_socket)
{
	static const char *const both[] = { "--quiet", "restart", SOCKET, SERVICE, NULL };
	static const char *const service[] = { "--quiet", "restart", SERVICE, NULL };

	(void) systemctl_run(with_socket ? both : service);
}

/* systemd 257 may close the old sockets a moment after it has opened the new ones, and fails. */
static bool open_gate_sockets(void)
{
	static const char *const reset[] = { "reset-failed", SOCKET, NULL };

	for (int i = 0; i <= MOST_RESTARTS; i++) {
		restart_gate_units(true);
		if (gate_has("ActiveState", "active"))
			return true;
		(void) systemctl_run(reset);
	}
	return false;
}

static void name_failures_of(const struct unit_addresses *addresses)
{
	char text[ADDRESS_TEXT_BYTES];

	for (size_t i = 0; i < addresses->count; i++) {
		CLEANUP(buffer_done) struct buffer reason = { 0 };

		if (!listeners_try(&addresses->items[i], false, &reason))
			continue;
		address_format_port(&addresses->items[i], text);
		fprintf(stderr, "papod: %s: %s\n", text, buffer_text(&reason));
	}
}

static void name_gate_failures(const struct apply_gate *gate)
{
	fprintf(stderr, "papod: papod-gate.socket could not open its listeners; "
			"journalctl -u papod-gate.socket shows the reason\n");
	name_failures_of(&gate->unit.tcp);
	name_failures_of(&gate->unit.challenges);
}

int apply_gate_restore(const struct apply_gate *gate)
{
	return gate->is_wanted ? dropin_restore(GATE_UNIT_SOCKET_DIRECTORY, gate->dropin) : 0;
}

void apply_gate_restart_restored(const struct apply_gate *gate)
{
	if (gate->is_wanted && gate->is_listening)
		(void) open_gate_sockets();
}

/* papod's own listeners are in force already. */
static int take_gate_back(const struct apply_gate *gate)
{
	static const char *const reload[] = { "daemon-reload", NULL };

	name_gate_failures(gate);
	if (!gate->is_listening)
		return EX_UNAVAILABLE;
	if (apply_gate_restore(gate) == 0 && systemctl_run(reload) == 0)
		apply_gate_restart_restored(gate);
	fprintf(stderr, gate_has("ActiveState", "active")
				? "papod: papod-gate listens where it did before\n"
				: "papod: papod-gate does not listen: see systemctl status "
				  "papod-gate.socket\n");
	return EX_UNAVAILABLE;
}

static void report_gate(void)
{
	CLEANUP(mem_freep) char *listen = systemctl_show(SOCKET, "Listen");

	printf("papod: papod-gate listens at");
	for (const char *line = listen; *line;) {
		size_t length = strcspn(line, "\n");

		printf(" %.*s", (int) strcspn(line, " \n"), line);
		line += length + (line[length] != '\0');
	}
	putchar('\n');
}

int apply_gate_restart(const struct apply_gate *gate)
{
	if (!gate->is_wanted)
		return 0;
	if (gate_unit_is_off(&gate->unit)) {
		restart_gate_units(true); /* a condition keeps them from starting */
		return 0;
	}
	if (!is_gate_moved(gate))
		restart_gate_units(false);
	else if (!open_gate_sockets())
		return take_gate_back(gate);
	report_gate();
	return 0;
}
