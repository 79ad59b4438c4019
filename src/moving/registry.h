/* Accounts and registered channels of another server, whatever its format, and notes on what papod
 * has no equivalent for. Each remembers where it stood. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/map.h"
#include "config/problem.h"
#include "moving/moving_tree.h"

#define REGISTRY_TEXT_BYTES 1000 /* longer texts are cut */

struct registry_texts {
	char **items;
	size_t count;
};

/* What accounts and channels have in common. */
struct registry_entry {
	char *name;
	char *key; /* the name in lower case */
	uint64_t created_ms;
	const char *file; /* borrowed */
	unsigned int line;
	bool is_channel;
	bool is_left_out; /* by the format, or papod has refused it */
};

struct registry_account {
	struct registry_entry entry;
	char *hash;	/* of its password, as papod checks it; NULL: none */
	char *password; /* itself, to be hashed; NULL: it is not known */
	char *email;
	bool is_held;
	bool is_suspended;
	bool is_protected;
	bool has_no_ranks;
	struct registry_texts nicks;
	struct registry_texts fingerprints;
};

struct registry_access {
	char *account;
	char rank; /* q, a, o, h or v */
};

struct registry_mask {
	char letter; /* of the list */
	char *mask;
	char *setter; /* NULL: unknown */
	uint64_t created_ms;
};

struct registry_channel {
	struct registry_entry entry;
	char *founder;
	char *heir;
	char *topic;
	char *topic_setter;
	uint64_t topic_ms;
	char modes[64]; /* letters without a parameter */
	char *key;
	uint64_t limit;
	bool is_held;
	bool is_private;
	struct registry_access *access;
	size_t n_access;
	struct registry_mask *masks;
	size_t n_masks;
	const char *levels; /* of Anope, while its file is read; borrowed */
};

/* Something that many entries have, and papod does not. */
struct registry_count {
	char *what;
	const char *file;
	unsigned int line; /* the first one */
	size_t count;
};

struct registry {
	struct registry_account **accounts;
	size_t n_accounts;
	struct registry_channel **channels;
	size_t n_channels;
	struct map accounts_by_key;
	struct map channels_by_key;
	struct registry_count *counts;
	size_t n_counts;
	struct problems notes;
};

/* The files must outlive it. */
void registry_init(struct registry *registry);
void registry_done(struct registry *registry);

/* NULL: there is one of this name already, which is noted, or the name is empty. */
struct registry_account *registry_add_account(struct registry *registry,
	const struct moving_file *file, unsigned int line, const char *name);
struct registry_channel *registry_add_channel(struct registry *registry,
	const struct moving_file *file, unsigned int line, const char *name);
/* In any case; NULL: none. */
struct registry_account *registry_account(const struct registry *registry, const char *name);
struct registry_channel *registry_channel(const struct registry *registry, const char *name);

/* A copy without control characters and bytes that are no UTF-8, not too long; NULL and an empty
 * text are none. */
void registry_set_text(char **owned, const char *text);
void registry_add_text(struct registry_texts *texts, const char *text);
void registry_add_access(struct registry_channel *channel, const char *account, char rank);
/* The caller sets the rest. NULL: nothing is left of the mask as a text. */
struct registry_mask *registry_add_mask(
	struct registry_channel *channel, char letter, const char *mask);
void registry_add_mode(struct registry_channel *channel, char letter);

/* A note on the entry. */
void registry_note(struct registry *registry, const struct registry_entry *entry,
	const char *format, ...) __attribute__((format(printf, 3, 4)));
/* The same, and it does not move. */
void registry_leave_out(struct registry *registry, struct registry_entry *entry, const char *why);
/* One more of these: only their number is noted, by registry_finish(). */
void registry_count(
	struct registry *registry, const char *file, unsigned int line, const char *what);

/* All is there: leave out what cannot be moved, and sort the notes. */
void registry_finish(struct registry *registry);
