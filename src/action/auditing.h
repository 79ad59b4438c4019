/* The audit log: what operators do to others is written to the log and stored.
 *
 * lookup_power() notes in the call that a privilege was needed and is there; so do the rows of
 * commands and subcommands, which ask it. When such a command is over, it is reported here, if
 * anything came of it: another session was sent something, or there is any other effect, such as a
 * log entry. Refusals and answers to questions only reach the caller. */
#pragma once

#include <stddef.h>

#include "action/command.h"
#include "world/audit_log.h"

/* Somebody with the powers of an operator has acted: the entry has no time yet. */
void auditing_report(struct world *world, struct outbox *outbox, const struct audit_entry *entry);

/* What a call did: the first parameter is what it was about. */
struct audited_act {
	const char *name;
	const char *const *params;
	int n_params;
};

/* How many of a command's parameters a log may have: no message, and no key of a channel. */
int auditing_count_params(const struct call *call);
/* A command with these parameters, whose effects begin there, is over. */
void auditing_command(struct call *call, size_t first_effect);
/* The same for another name and parameters than those of the row. */
void auditing_act(struct call *call, size_t first_effect, const struct audited_act *act);

/* Call it each hour: remove what the settings do not keep. */
void auditing_sweep(struct world *world, struct outbox *outbox);
