/* What operators keep out of the server: users by user@host, address ranges, nicknames, channels
 * and real names; for some time or indefinitely.
 *
 * Ranges of addresses are found through a map, with one lookup for each prefix length in use,
 * however many ranges there are. Masks are tried one by one; limits.server_bans limits their
 * number. */
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
#include "proto/ban_mask.h"

#define BANS_ENDED 64

/* Where a ban comes from, and so what removes it. Saved in snapshots like the kind. */
enum ban_origin {
	BAN_ORIGIN_COMMAND,	  /* until it expires, or another command */
	BAN_ORIGIN_CONFIGURATION, /* as long as papod.conf lists it */
};

struct ban_row {
	char letter;	  /* of STATS and TESTLINE */
	const char *name; /* for humans */
};

const struct ban_row *ban_row(enum ban_kind kind);

struct ban {
	uint64_t number; /* counted together with users and channels, see world.next_number */
	struct list in_masks;
	struct heap_node expiry; /* not in the heap: indefinitely */
	uint8_t kind;		 /* enum ban_kind */
	char *mask;
	char *reason;
	uint8_t origin; /* enum ban_origin */
	bool is_stored; /* the database has it as it is */
	char *setter;	/* nick!user@host; of the configuration, the place: "papod.conf:12" */
	uint64_t set_wall_ms;
	uint64_t expires_wall_ms; /* 0: never */
	uint64_t n_hits;	  /* see ban_hits.h */
	char *name_mask;	  /* the user of user@host; NULL: another kind */
	struct address range;	  /* family NONE: the mask or its host has wildcards or is a name */
	struct ban *next_of_range; /* the next newer ban with the same range */
};

struct bans {
	struct ordered all;
	struct list removed;	      /* struct removed_ban.in_removed */
	bool is_touched;	      /* there is something to be stored, see ban_rows.h */
	uint64_t saving;	      /* the request that stores bans; 0: none */
	struct list masks[BAN_KINDS]; /* bans without a range */
	uint32_t counts[BAN_KINDS];
	struct map ranges;	   /* struct ban_range, by its text */
	uint32_t prefixes[2][129]; /* number of IPv4 and IPv6 ranges per prefix length */
	struct heap expiries;
	const struct settings *settings;  /* whose exemptions apply; borrowed; NULL: none do */
	uint64_t n_exempt_changes;	  /* in this process */
	uint64_t n_ended;		  /* bans of addresses, in this process */
	struct address ended[BANS_ENDED]; /* the last of them, each at its number modulo that */
};

#define BAN_SUBJECT_HOSTS 4

/* A client that bans are compared with. Texts may be NULL: unknown. */
struct ban_subject {
	const char *name;		      /* the user of nick!user@host */
	const char *hosts[BAN_SUBJECT_HOSTS]; /* all its names and cloaks, without the address */
	const char *realname;
	struct address address;
	uint64_t *
		ret_exempting; /* the number of the E-line that keeps a ban off; NULL: not wanted */
};

void bans_init(struct bans *bans);
void bans_done(struct bans *bans);

struct world;
struct settings;

/* The mask is complete and not banned yet. The new ban has no end. */
struct ban *ban_new(struct world *world, enum ban_kind kind, const char *mask, const char *setter,
	const char *reason);
void ban_expire_after(struct world *world, struct ban *ban, uint64_t duration_ms);
/* The configuration lists the ban, at that place: it has no end. */
void ban_set_configured(struct bans *bans, struct ban *ban, const char *place, const char *reason);
void ban_free(struct bans *bans, struct ban *ban);

/* The ban with exactly that mask, ignoring case; NULL: none. */
struct ban *bans_find(const struct world *world, enum ban_kind kind, const char *mask);
struct ban *bans_first_expiring(const struct bans *bans); /* NULL: none expires */

/* What keeps bans of that kind, of users or of addresses, from the subject: "ELINE", or an option
 * such as "exempt.addresses"; NULL: nothing does. */
const char *bans_find_exemption(
	const struct bans *bans, enum ban_kind kind, const struct ban_subject *subject);
/* Is an address exempt that the ban of addresses would match? */
bool ban_has_exemption(const struct bans *bans, const struct ban *ban);
/* The exemptions of these settings apply from now on. */
void bans_set_exemptions(struct bans *bans, const struct settings *settings);

/* A ban that matches a subject that is not exempt; NULL: none. */
const struct ban *bans_match_address(const struct bans *bans, const struct address *address);
const struct ban *bans_match_subject(const struct bans *bans, const struct ban_subject *subject);
/* The mute that matches, exempt or not; NULL: none. */
const struct ban *bans_match_mute(const struct bans *bans, const struct ban_subject *subject);
/* The same as bans_match_subject() among bans with this number or a larger one, one by one. */
const struct ban *bans_match_since(
	const struct bans *bans, const struct ban_subject *subject, uint64_t number);
/* The same for kinds that are names: a nickname, a channel, a real name. */
const struct ban *bans_match_name(const struct world *world, enum ban_kind kind, const char *name);
/* Would a ban with this mask match? */
bool ban_mask_fits(enum ban_kind kind, const char *mask, const struct ban_subject *subject);

void ban_save(struct buffer *out, uint16_t id, const struct ban *ban);
bool ban_load(struct world *world, struct pack record);		       /* false: invalid */
const char *bans_check(const struct bans *bans, uint64_t next_number); /* as world_check() */
