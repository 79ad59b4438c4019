/* What serves clients in one process of the gate: handshakes, requests of web clients, and the
 * connection to papod. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/address.h"
#include "base/log.h"
#include "gate/gate_settings.h"
#include "gate/keyring.h"
#include "net/loop.h"

struct process;

struct process_needs {
	struct loop *loop;
	const struct log *log;
	struct keyring *keyring;
	const struct gate_settings *settings;
	size_t n_processes; /* that share the limits; at least 1 */
	/* See struct papod_link_needs. */
	const char *path;
	int fd;
	void (*on_papod_gone)(void *data);
	void *data;
};

/* Everything in the needs must outlive it. */
struct process *process_new(const struct process_needs *needs);
void process_free(struct process *process); /* closes the clients; NULL is allowed */
/* Use these settings from now on. */
void process_configure(struct process *process, const struct gate_settings *settings);

/* See listener_accept_fn; the data are the process. */
void process_accept(void *data, int fd, const char *listener, const struct address *address,
	bool has_inherited);

size_t process_count_handshakes(const struct process *process);
bool process_is_idle(const struct process *process); /* it holds no client */

/* Call in each turn. */
void process_tick(struct process *process);
uint64_t process_next_deadline(const struct process *process);
