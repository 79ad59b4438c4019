/* What operators keep out of the server: users by user@host, address ranges, nicknames, channels
 * and real names; for some time or indefinitely.
 *
 * Ranges of addresses are found through a map, with one look for each length of prefix in use,
 * however many ranges there are. Masks are tried one by one; limits.server_bans bounds them. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/address.h"
#include "base/buffer.h"
#include "base/heap.h"
#include "base/list.h"
#include "base/map.h"
#include "base/ordered.h"
#include "base/pack.h"

/* Saved in snapshots: a number never changes its meaning. */
enum ban_kind {
	BAN_KIND_USER = 1, /* user@host */
	BAN_KIND_ADDRESS,
	BAN_KIND_NICK,
	BAN_KIND_CHANNEL,
	BAN_KIND_REALNAME,
};
#define BAN_KINDS 6 /* how many, and one */

struct ban_row {
	char letter;	  /* of STATS and TESTLINE */
	const char *name; /* for people */
};

const struct ban_row *ban_row(enum ban_kind kind);

struct ban {
	uint64_t number; /* of birth, among users and channels */
	struct list in_masks;
	struct heap_node expiry; /* not in the heap: indefinitely */
	uint8_t kind;		 /* enum ban_kind */
	char *mask;
	char *reason;
	char *setter; /* nick!user@host */
	uint64_t set_wall_ms;
	uint64_t expires_wall_ms;  /* 0: never */
	char *name_mask;	   /* of user@host the user; NULL: of another kind */
	struct address range;	   /* family NONE: the mask is one, or its host is */
	struct ban *next_of_range; /* with the same range, younger */
};

struct bans {
	struct ordered all;
	struct list masks[BAN_KINDS]; /* those without a range */
	uint32_t counts[BAN_KINDS];
	struct map ranges;	   /* struct ban_range, by its text */
	uint32_t prefixes[2][129]; /* how many ranges of IPv4 and IPv6 are that long */
	struct heap expiries;
};

#define BAN_SUBJECT_HOSTS 4

/* Who may be kept out. Texts may be NULL: not known. */
struct ban_subject {
	const char *name;		      /* the user of nick!user@host */
	const char *hosts[BAN_SUBJECT_HOSTS]; /* any that it is known by, except for the address */
	const char *realname;
	struct address address;
};

void bans_init(struct bans *bans);
void bans_done(struct bans *bans);

/* As it is kept and shown, the caller's to free: a host that is a range of addresses in its
 * shortest form, for one. NULL: not a mask of that kind. */
char *ban_mask_complete(enum ban_kind kind, const char *given);
/* So many would fit that it must be a mistake. */
bool ban_mask_is_too_wide(enum ban_kind kind, const char *mask);

struct world;

/* The mask is complete and not in yet. It lasts indefinitely. */
struct ban *ban_new(struct world *world, enum ban_kind kind, const char *mask, const char *setter,
	const char *reason);
void ban_expire_after(struct world *world, struct ban *ban, uint64_t duration_ms);
void ban_free(struct bans *bans, struct ban *ban);

/* With that very mask, in any case; NULL: none. */
struct ban *bans_find(const struct world *world, enum ban_kind kind, const char *mask);
struct ban *bans_first_expiring(const struct bans *bans); /* NULL: none ever will */

/* The oldest that keeps out; NULL: none. */
const struct ban *bans_match_address(const struct bans *bans, const struct address *address);
const struct ban *bans_match_subject(const struct bans *bans, const struct ban_subject *subject);
/* Of a kind that is a name: a nickname, a channel, a real name. */
const struct ban *bans_match_name(const struct world *world, enum ban_kind kind, const char *name);
/* This one, alone; and one that there might be. */
bool ban_matches(const struct ban *ban, const struct ban_subject *subject);
bool ban_mask_fits(enum ban_kind kind, const char *mask, const struct ban_subject *subject);

void ban_save(struct buffer *out, uint16_t id, const struct ban *ban);
bool ban_load(struct world *world, struct pack record);		       /* false: makes no sense */
const char *bans_check(const struct bans *bans, uint64_t next_number); /* as world_check() */
