/* What operators of the server have done: the newest entries, which outlive the process in
 * snapshots and a reboot in the database. An entry has no passwords and no texts of messages. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/buffer.h"
#include "base/list.h"
#include "proto/store_row.h"

struct change;
struct world;

struct audit_entry {
	struct list in_all;
	/* When, in milliseconds since 1970; later if another entry has this time: it is the address
	 * of the row. */
	uint64_t time;
	char *operator; /* its name in the settings, or who the control socket says it is */
	char *source;	/* nick!user@host, or the name of the server */
	char *act;	/* the command: "KLINE", "NickServ SUSPEND" */
	char *target;	/* what it was about; NULL: nothing but the server */
	char *details;	/* the other parameters, such as a reason; NULL: none */
};

struct audit {
	struct list all; /* oldest first */
	uint32_t count;
	uint64_t last_time; /* of the last entry that was added, stored or not yet */
};

void audit_init(struct audit *audit);
void audit_done(struct audit *audit);

/* Add the row of a new entry to a change; the time is set here. */
void audit_add(struct world *world, struct change *change, const struct audit_entry *entry);
/* Add the removal of the oldest entries to it: those that the settings do not keep. False: there
 * are none. */
bool audit_remove_old(struct world *world, struct change *change);
/* Nothing can be stored: it is only kept here, also while other rows are forgotten. */
void audit_keep(struct world *world, const struct audit_entry *entry);

/* The oldest one of the newest `limit` entries whose operator, source, act or target matches a mask
 * with wildcards; NULL: none. Continue with audit_next(). */
const struct audit_entry *audit_first(const struct world *world, const char *mask, uint32_t limit);
const struct audit_entry *audit_next(
	const struct world *world, const struct audit_entry *entry, const char *mask);

/* False: malformed. */
bool audit_take_row(struct world *world, const struct store_row *row);
/* All of them, each as a record that store_row_load() reads. */
void audit_save(struct buffer *out, uint16_t id, const struct audit *audit);
