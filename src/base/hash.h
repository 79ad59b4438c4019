/* Hashing, and numbers drawn from an event's seed. The only state is what the caller passes. */
#pragma once

#include <stddef.h>
#include <stdint.h>

/* SipHash-1-3 (Aumasson, Bernstein): keys that clients choose cannot be made to collide. */
uint64_t hash_bytes(const void *bytes, size_t length, uint64_t key_low, uint64_t key_high);

/* SipHash-2-4, the more cautious variant. Without the key, a hash reveals only whether two texts
 * are equal. */
uint64_t hash_secret(const void *bytes, size_t length, const uint64_t key[2]);

/* FNV-1a, for fingerprints of output, which no attacker chooses. */
uint64_t hash_fingerprint(uint64_t so_far, const void *bytes, size_t length);
#define HASH_FINGERPRINT_START 0xcbf29ce484222325u

/* A much faster hash, for values that the next release need not reproduce. */
static inline uint64_t hash_mix(uint64_t so_far, uint64_t value)
{
	so_far = (so_far ^ value) * 0x9e3779b97f4a7c15u;
	return so_far << 32 | so_far >> 32;
}
uint64_t hash_quick(const void *bytes, size_t length);

/* The next number of a splitmix64 sequence. */
uint64_t hash_random(uint64_t *state);
