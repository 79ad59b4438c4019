/* One process of several in a test: it leaves its log and its descriptors, and the next one
 * continues from them. */
#pragma once

#include "daemon/recovery.h"
#include "daemon/survival_wiring.h"
#include "small_server.h"

struct life {
	struct small_server server;
	const char *config; /* as in small_server */
	struct notifier *notifier;
	struct cloak_key *cloak_key;
	struct survival_wiring wiring;
	bool has_news; /* of survival or of the sleepers */
	struct sleepers *sleepers;
	struct reload *reload;
	struct settings *settings;
};

/* It begins with an empty world and default settings. False: the system refused something. */
bool life_start(struct life *life, const struct log *log);
/* The result is that of recovery_run(). What was left belongs to the caller. */
bool life_recover(struct life *life, const struct log *log, struct descriptors *left);
void life_turn(const struct life *life);
/* The process crashes; *left gets what its keeper has. */
void life_die(struct life *life, struct descriptors *left);
void life_end(struct life *life); /* all zero is allowed */

/* A TCP connection on loopback: the client's end, and the server's. */
void life_pair(int ret_fds[2]);
/* The client connects to this process, and sends the text. */
void life_welcome(struct life *life, const int fds[2], const char *text);
