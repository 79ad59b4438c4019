/* All of papod that concerns gates: the connections to them, the socket where they connect, and the
 * one that papod starts itself. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/log.h"
#include "config/settings.h"
#include "daemon/arguments.h"
#include "daemon/clients.h"
#include "daemon/helpers.h"
#include "daemon/web_answers.h"
#include "net/loop.h"
#include "survival/descriptors.h"

struct gates;

struct gates_needs {
	struct loop *loop;
	const struct log *log;
	struct engine *engine;
	struct clients *clients;
	struct helpers *helpers; /* ask about uploaded files, see helpers_use_gates() */
	const struct arguments *arguments;
	const char *program; /* the file of papod; NULL: unknown */
	bool has_manager;    /* which runs the gates */
	struct web_sources web;
};

/* The name of the socket for gates among the inherited descriptors. */
#define GATES_SOCKET_NAME DESCRIPTORS_PREFIX "gate-socket"

/* Takes what it needs of the inherited descriptors. */
struct gates *gates_new(const struct gates_needs *needs, struct descriptors *inherited);
void gates_free(struct gates *gates); /* NULL is allowed */

/* List the descriptors for the next program in this process. */
void gates_list(const struct gates *gates, struct descriptors *files);

/* Can clients come in through a gate? True also while it does not run. */
bool gates_are_expected(const struct gates *gates);

/* The account has ended: the gates, which may be NULL, remove its files. What is lost here, a gate
 * finds out when it asks for the owners of its files. */
void gates_erase(void *gates, const struct effect *effect);

/* An effect that may be about a request of HTTP. The gates may be NULL. */
void gates_note(void *gates, const struct effect *effect);

/* Call at the start and in each turn, with the settings in force. */
void gates_tick(struct gates *gates, struct settings *settings);
uint64_t gates_next_deadline(const struct gates *gates);
