/* Bans that have ended and may still be in the database; and whether anything about bans is to be
 * stored. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/buffer.h"
#include "base/list.h"
#include "base/pack.h"
#include "proto/ban_mask.h"

struct bans;
struct world;

/* A ban that the database has, or may have, and that is not in force any more. */
struct removed_ban {
	struct list in_removed;
	uint8_t kind; /* enum ban_kind */
	char *mask;
};

void bans_touch(struct bans *bans);
void bans_note_removed(struct bans *bans, enum ban_kind kind, const char *mask);
void bans_end_removed(struct bans *bans, enum ban_kind kind, const char *mask);
void bans_forget_removed(struct bans *bans);
/* True: something is to be stored now; it is asked only once. */
bool bans_take_touch(struct world *world);
void bans_set_saving(struct bans *bans, uint64_t request);

void removed_bans_save(struct buffer *out, uint16_t id, const struct bans *bans);
void removed_ban_load(struct world *world, struct pack record);
