/* papod-gate as a child of papod, which a papod without a service manager starts by itself when a
 * listener needs it. Both read the same configuration.
 *
 * They are connected by a pair of sockets. The gate ends when papod's end is closed, however papod
 * ends. When another program continues in this process (daemon/handover.h), it inherits that end
 * and the child, so the gate does not notice. */
#pragma once

#include <stdint.h>

#include "base/log.h"
#include "config/settings.h"
#include "daemon/gate_link.h"
#include "net/loop.h"
#include "survival/descriptors.h"

struct gate_child;

struct gate_child_needs {
	struct loop *loop;
	const struct log *log;
	struct gate_link *link;
	const char *program; /* the file of papod, beside which papod-gate is; NULL: unknown */
	const char *config;  /* NULL: the default file */
	bool is_verbose;
};

struct gate_child *gate_child_new(const struct gate_child_needs *needs);
void gate_child_free(struct gate_child *child); /* ends the gate; NULL is allowed */

/* Take the child of the previous program from the descriptors, if there is one. */
void gate_child_inherit(struct gate_child *child, struct descriptors *files);
/* List the descriptors for the next program. */
void gate_child_list(const struct gate_child *child, struct descriptors *files);

/* Start, stop or reload the gate after a change of settings; without a change nothing happens. */
void gate_child_follow(struct gate_child *child, struct settings *settings);

bool gate_child_is_wanted(const struct gate_child *child); /* by these settings */

/* Call in each turn: starts a gate again that has ended. */
void gate_child_tick(struct gate_child *child);
uint64_t gate_child_next_deadline(const struct gate_child *child);
