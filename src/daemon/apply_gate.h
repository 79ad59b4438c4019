/* The part of papod --apply that concerns papod-gate, which holds no client: both its units may be
 * restarted at any time. */
#pragma once

#include <stdbool.h>

#include "base/address.h"
#include "config/gate_unit.h"
#include "daemon/apply_units.h"

struct apply_gate {
	const struct apply_units *units;
	struct gate_unit unit; /* from papod.conf */
	char *listen;	       /* the addresses of papod-gate.socket before, one a line */
	char *dropin;	       /* in force before; NULL: none */
	bool is_wanted;	       /* it is installed, and enabled or running */
	bool is_listening;
};

/* Read the state of the units, before the manager reads the new drop-ins. */
void apply_gate_read(const struct settings *settings, const struct apply_units *units,
	struct apply_gate *ret_gate);
void apply_gate_done(struct apply_gate *gate);

/* Close its sockets if their addresses have changed, so that papod.socket can have them. */
void apply_gate_release(const struct apply_gate *gate);

/* Restart what has changed, and the service in any case: it reads certificates when it starts. If
 * its sockets cannot be opened, the previous drop-in returns. An exit status. */
int apply_gate_restart(const struct apply_gate *gate);

/* Bring back the previous drop-in. Returns 0 or a negative errno, which was printed. The caller
 * reloads the manager and calls apply_gate_restart_restored(). */
int apply_gate_restore(const struct apply_gate *gate);
void apply_gate_restart_restored(const struct apply_gate *gate);
