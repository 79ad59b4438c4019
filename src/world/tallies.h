/* Token buckets by name: how often an address has registered accounts, or has failed to log in. A
 * bucket that is full again is forgotten; so is the oldest of its purpose, if there are too many.
 * Many buckets for one purpose, which an attacker may cause, so displace none for another. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/address.h"
#include "base/bucket.h"
#include "base/buffer.h"
#include "base/list.h"
#include "base/map.h"
#include "base/pack.h"

/* The purposes of keys, which begin with them. Saved in snapshots. */
#define TALLY_LOGIN 'l'
#define TALLY_REGISTRATION 'r'
#define TALLY_MAIL 'm'
#define TALLY_OPER 'o'
#define TALLY_ADDRESS 'a' /* logins of an address, whatever the name */
#define TALLY_ACCOUNT 'n' /* logins of an account, whatever the address */
#define TALLY_STRANGE 's' /* the same for a name without an account */
#define TALLY_KNOWN 'k'	  /* an address has logged in to an account */
#define TALLY_CODE 'c'	  /* codes of six digits */
#define TALLY_PURPOSES 9

#define TALLIES 8192 /* of each purpose */
#define TALLY_KEY_BYTES 200

struct tallies {
	struct tally_share {
		struct list all; /* the one that was changed last is last */
		uint32_t count;
	} shares[TALLY_PURPOSES];
	struct map by_key;
};

void tallies_init(struct tallies *tallies, uint64_t seed_low, uint64_t seed_high);
void tallies_done(struct tallies *tallies);

/* A key for a purpose and an address, of which IPv6 counts as its /64 network; and a
 * name, which may be NULL. */
void tally_key(
	char key[TALLY_KEY_BYTES], char purpose, const struct address *address, const char *name);
/* A key for a purpose and a name, which is cut if it is too long. */
void tally_key_of_name(char key[TALLY_KEY_BYTES], char purpose, const char *name);

/* May one more be taken? Without the seconds of a rate there is no limit. */
bool tally_can_take(
	const struct tallies *tallies, const char *key, uint64_t now_ms, struct rate rate);
/* When the bucket will be full again: 0: it is full. */
uint64_t tally_full_in_ms(const struct tallies *tallies, const char *key, uint64_t now_ms);
/* Take one, whether or not there is one left. */
void tally_take(struct tallies *tallies, const char *key, uint64_t now_ms, struct rate rate);

void tallies_save(struct buffer *out, uint16_t id, const struct tallies *tallies);
void tally_load(struct tallies *tallies, struct pack record);
