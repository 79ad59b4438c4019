/* Times that an account has for names: up to when its owner has read a channel or what a user
 * writes (IRCv3 read-marker), and when a device was last there. They change often, so the command
 * that sets one does not wait: they are stored some seconds later, many at a time, and only a power
 * failure loses those seconds.
 *
 * The account has few, as the least used ones make room, so they are searched one after the
 * other, by hashes of their names. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/buffer.h"
#include "base/pack.h"
#include "proto/casemap.h"

struct account;
struct change;
struct store_row;
struct world;

/* Saved in the database by its name. */
enum account_mark_kind {
	ACCOUNT_MARK_READ,   /* the name is that of a channel or nick */
	ACCOUNT_MARK_DEVICE, /* that of a device, see devices.h */
	ACCOUNT_MARK_USER,   /* the nick of a user, see always_on.h; the time is that of the row */
	ACCOUNT_MARK_KINDS,
};

/* Is there a row of it? Saved in snapshots. */
enum account_mark_row {
	ACCOUNT_MARK_ROW_STORED, /* or it may be */
	ACCOUNT_MARK_ROW_NONE,
	ACCOUNT_MARK_ROW_ASKED, /* the first is being stored */
};

struct account_mark {
	char *name;
	uint64_t wall_ms;  /* 0: it has been removed, and its row will be */
	uint32_t hash;	   /* of the folded name */
	uint8_t kind;	   /* enum account_mark_kind */
	uint8_t row_state; /* enum account_mark_row */
	bool is_touched;   /* newer than in the database */
	struct buffer row; /* of a user that is not made yet: the row */
};

struct account_marks {
	struct account_mark *items; /* the oldest first */
	uint32_t count;
	bool is_touched; /* one of them is */
};

void account_marks_free(struct account_marks *marks); /* NULL is allowed */

/* 0: there is none. */
uint64_t account_mark_of(const struct world *world, const struct account *account,
	enum account_mark_kind kind, const char *name);
/* A time never goes back. False: nothing has changed. */
bool account_mark_set(struct world *world, struct account *account, enum account_mark_kind kind,
	const char *name, uint64_t wall_ms);
/* Store what belongs to it anew. */
void account_mark_touch(struct world *world, struct account *account, enum account_mark_kind kind,
	const char *name);
/* The caller frees. */
struct buffer account_mark_take_row(struct account_mark *mark);
/* The name has become another one. */
void account_mark_rename(
	struct world *world, struct account *account, const char *old_name, const char *name);
void account_mark_remove(struct world *world, struct account *account, enum account_mark_kind kind,
	const char *name);

/* Add rows of the marks that are to be stored, which counts as done. False: the change is full. */
bool account_marks_add_rows(struct world *world, struct change *change, struct account *account);
/* Those of the change are stored, or storing them has failed. */
void account_marks_stored(struct world *world, const struct change *change, bool is_stored);

/* False: malformed. */
bool account_marks_take_row(struct world *world, const struct store_row *row);
/* After another case mapping has come into force. */
void account_marks_fold(const struct world *world, struct account *account);
/* All as rows, for a snapshot. */
void account_marks_save(struct buffer *out, uint16_t id, const struct account *account);
const char *account_marks_check(const struct world *world, const struct account *account);
