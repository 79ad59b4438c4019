/* A channel's lists of masks (bans and the like), with who set each and when. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buffer.h"
#include "base/pack.h"
#include "proto/casemap.h"

struct banmask;

struct mask_entry {
	char *mask;
	struct banmask *banmask; /* the mask, ready to be compared */
	char *setter;		 /* nick!user@host, or the server's name */
	uint64_t set_wall_ms;
	uint64_t expires_ms; /* in the event clock; 0: never */
};

struct masklist {
	struct mask_entry *entries; /* oldest first */
	size_t count;
};

void masklist_done(struct masklist *list);
/* The entry with exactly that mask; NULL: none. */
struct mask_entry *masklist_find(
	const struct masklist *list, enum casemap casemap, const char *mask);
struct mask_entry *masklist_add(
	struct masklist *list, const char *mask, const char *setter, uint64_t set_wall_ms);
/* Replace the mask by one that is not in the list. */
void mask_entry_set(struct mask_entry *entry, const char *mask);
/* Returns the mask as it was written when it was added, which the caller frees; NULL: not found. */
char *masklist_remove(struct masklist *list, enum casemap casemap, const char *mask);

void masklist_save(struct buffer *out, uint16_t id, const struct masklist *list);
void masklist_load(struct masklist *list, struct pack record);
