/* The key by which push services know this server, and what it signs for each request: RFC 8292. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/buffer.h"
#include "proto/push_keys.h"
#include "push/p256.h"

struct vapid;

/* NULL: these bytes are no private key. */
struct vapid *vapid_new(const uint8_t private_key[P256_PRIVATE_BYTES]);
void vapid_free(struct vapid *vapid); /* NULL is allowed */

/* The public key in base64url. */
const char *vapid_key(const struct vapid *vapid);

/* Append the value of the header Authorization for an origin of push_url_origin(). The contact is
 * "mailto:..." or "https://..."; NULL: none. */
bool vapid_authorize(const struct vapid *vapid, const char *origin, const char *contact,
	uint64_t now_seconds, struct buffer *out);

/* Read the key from the file, or make one and write it there, which only its owner can read. NULL:
 * the reason says why. */
struct vapid *vapid_load(const char *path, struct buffer *reason);
