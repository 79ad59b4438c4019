/* What operators and users add at run time to keep order, beside bans: filters, reports, a
 * lockdown. Each thing has a kind and a name. It is in force at once, and stored soon after. Here
 * is the list of those that the database lacks, or has differently; moderation_rows.h makes rows of
 * them. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/buffer.h"
#include "base/list.h"
#include "base/pack.h"

struct world;

/* Saved in snapshots: a number never changes its meaning. */
enum moderation_kind {
	MODERATION_KIND_FILTER = 1,
	MODERATION_KIND_LOCKDOWN,
	MODERATION_KIND_REPORT,
	MODERATION_KIND_ADDRESS, /* a known one */
};

struct unsaved {
	struct list in_unsaved;
	uint32_t kind;
	char *name;
	bool is_under_way; /* a change has it as it is */
};

struct moderation {
	struct list unsaved;
	uint64_t saving; /* the request that stores some of them; 0: none */
	bool is_touched; /* there is something to be stored */
};

void moderation_init(struct moderation *moderation);
void moderation_done(struct moderation *moderation);

/* The thing was added, changed or removed. */
void moderation_touch(struct world *world, uint32_t kind, const char *name);
/* Try again what could not be stored. */
void moderation_retry(struct world *world);
/* True: something is to be stored now. */
bool moderation_take_touch(struct world *world);
void moderation_set_saving(struct world *world, uint64_t request);

/* Mark it as under way, or not; is_stored: the database has it, unless it was touched since. */
void unsaved_begin(struct unsaved *unsaved);
void unsaved_end(struct world *world, uint32_t kind, const char *name, bool is_stored);

void moderation_save(struct buffer *out, uint16_t id, const struct world *world);
void moderation_load(struct world *world, struct pack record);
