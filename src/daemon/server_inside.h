/* What the files of the server share, and no other file. */
#pragma once

#include "daemon/arguments.h"
#include "daemon/control.h"
#include "daemon/gates.h"
#include "daemon/handover.h"
#include "daemon/inheritance.h"
#include "daemon/meters.h"
#include "daemon/recorder.h"
#include "daemon/reload.h"
#include "daemon/sleepers.h"
#include "daemon/status.h"
#include "daemon/survival_wiring.h"

struct server {
	const struct arguments *arguments;
	const struct log *log; /* of the meters */
	struct meters meters;
	struct cloak_key *cloak_key;
	int state_lock_fd; /* -1: no state directory, or not locked yet */

	struct loop *loop;
	struct clients *clients;
	struct connections *connections; /* owned by clients, like the next */
	struct listeners *listeners;
	struct notifier *notifier;
	struct recorder recorder;

	struct inheritance inheritance;
	struct descriptors inherited; /* from the previous process */

	struct engine *engine;
	struct helpers *helpers;
	struct survival_wiring wiring;
	struct survival *survival; /* owned by the wiring */
	struct sleepers *sleepers;
	struct reload *reload;
	struct handover *handover;
	struct gates *gates;
	struct control *control;
	char *program; /* see handover_find_program() */
	struct status status;
	size_t n_connections; /* at the end of the last turn */

	bool is_stopping;
	bool is_restarting;  /* stopping for a restart */
	bool was_terminated; /* by SIGTERM, whose sender may start papod again */
	bool has_terminal;   /* standard error is a terminal */
};

/* What surrounds an event: it is recorded before, and its effects are carried out. */
struct engine_calls server_engine_calls(struct server *server);
