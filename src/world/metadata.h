/* Public keys and values of users and channels. IRCv3 metadata. The same struct contains the keys
 * that a session subscribes to, with empty values. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buffer.h"
#include "base/pack.h"

/* The longest key, so that key, value and the text around them fit into a line. */
#define METADATA_KEY_BYTES 40

struct metadata_entry {
	char *key;
	char *value;
};

struct metadata {
	struct metadata_entry *entries; /* sorted by key */
	size_t count;
};

/* Does it consist of a-z, 0-9 and _./-? */
bool metadata_key_is_valid(const char *key);

void metadata_done(struct metadata *metadata);
const char *metadata_get(const struct metadata *metadata, const char *key); /* NULL: not set */
/* False: unchanged. A value of NULL removes the key. */
bool metadata_set(struct metadata *metadata, const char *key, const char *value);

/* Move all entries of the other, which is empty then. */
void metadata_take(struct metadata *metadata, struct metadata *other);

void metadata_save(struct buffer *out, uint16_t id, const struct metadata *metadata);
void metadata_load(struct metadata *metadata, struct pack record);
/* Are the keys in order? */
bool metadata_is_in_order(const struct metadata *metadata);
