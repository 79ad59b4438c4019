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

#define MOST_RESTARTS 5 /* after the first try */

static bool gate_has(const struct apply_gate *gate, const char *property, const char *wanted)
{
	CLEANUP(mem_freep) char *value = systemctl_show(gate->units->gate_socket, property);

	return strcmp(value, wanted) == 0;
}

void apply_gate_read(const struct settings *settings, const struct apply_units *units,
	struct apply_gate *ret_gate)
{
	*ret_gate = (struct apply_gate){ .units = units };
	gate_unit_of_settings(settings, &ret_gate->unit);
	if (units->instance)
		gate_unit_of_instance(&ret_gate->unit);
	if (!gate_has(ret_gate, "LoadState", "loaded"))
		return;
	ret_gate->listen = systemctl_show(units->gate_socket, "Listen");
	ret_gate->dropin = dropin_read(units->gate_dropins);
	ret_gate->is_listening = gate_has(ret_gate, "ActiveState", "active");
	/* The socket of an instance is static: papod@.socket starts it. */
	ret_gate->is_wanted = ret_gate->is_listening ||
			      gate_has(ret_gate, "UnitFileState", "enabled") ||
			      gate_has(ret_gate, "UnitFileState", "static");
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
	       !gate_has(gate, "ActiveState", "active") || !gate_has(gate, "Listen", gate->listen);
}

void apply_gate_release(const struct apply_gate *gate)
{
	const char *const words[] = { "--quiet", "stop", gate->units->gate_socket,
		gate->units->gate_service, NULL };

	if (gate->is_wanted && gate->is_listening && is_gate_moved(gate))
		(void) systemctl_run(words);
}

static void restart_gate_units(const struct apply_gate *gate, bool with_socket)
{
	const struct apply_units *units = gate->units;
	const char *const words[] = { "--quiet", "restart",
		with_socket ? units->gate_socket : units->gate_service,
		with_socket ? units->gate_service : NULL, NULL };

	(void) systemctl_run(words);
}

/* systemd 257 may close the old sockets a moment after it has opened the new ones, and fails. */
static bool open_gate_sockets(const struct apply_gate *gate)
{
	const char *const reset[] = { "reset-failed", gate->units->gate_socket, NULL };

	for (int i = 0; i <= MOST_RESTARTS; i++) {
		restart_gate_units(gate, true);
		if (gate_has(gate, "ActiveState", "active"))
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
	fprintf(stderr,
		"papod: %s could not open its listeners; journalctl -u %s shows the reason\n",
		gate->units->gate_socket, gate->units->gate_socket);
	name_failures_of(&gate->unit.tcp);
	name_failures_of(&gate->unit.challenges);
}

int apply_gate_restore(const struct apply_gate *gate)
{
	return gate->is_wanted ? dropin_restore(gate->units->gate_dropins, gate->dropin) : 0;
}

void apply_gate_restart_restored(const struct apply_gate *gate)
{
	if (gate->is_wanted && gate->is_listening)
		(void) open_gate_sockets(gate);
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
	if (gate_has(gate, "ActiveState", "active"))
		fprintf(stderr, "papod: papod-gate listens where it did before\n");
	else
		fprintf(stderr, "papod: papod-gate does not listen: see systemctl status %s\n",
			gate->units->gate_socket);
	return EX_UNAVAILABLE;
}

static void report_gate(const struct apply_gate *gate)
{
	CLEANUP(mem_freep) char *listen = systemctl_show(gate->units->gate_socket, "Listen");

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
		restart_gate_units(gate, true); /* a condition keeps them from starting */
		return 0;
	}
	if (!is_gate_moved(gate))
		restart_gate_units(gate, false);
	else if (!open_gate_sockets(gate))
		return take_gate_back(gate);
	report_gate(gate);
	return 0;
}
