/* Owns hashing and seeded numbers. */
#include "base/hash.h"

#include <endian.h>
#include <string.h>

static uint64_t rotate_left(uint64_t value, unsigned int bits)
{
	return value << bits | value >> (64 - bits);
}

static inline void sip_round(uint64_t v[4])
{
	v[0] += v[1];
	v[1] = rotate_left(v[1], 13) ^ v[0];
	v[0] = rotate_left(v[0], 32);
	v[2] += v[3];
	v[3] = rotate_left(v[3], 16) ^ v[2];
	v[0] += v[3];
	v[3] = rotate_left(v[3], 21) ^ v[0];
	v[2] += v[1];
	v[1] = rotate_left(v[1], 17) ^ v[2];
	v[2] = rotate_left(v[2], 32);
}

/* Little endian on every machine, so recordings can be replayed on another. */
static uint64_t load_word(const uint8_t *bytes)
{
	uint64_t word;

	memcpy(&word, bytes, sizeof(word));
	return le64toh(word);
}

static uint64_t load_tail(const uint8_t *bytes, size_t length)
{
	uint64_t word = 0;

	for (size_t i = 0; i < length; i++)
		word |= (uint64_t) bytes[i] << (8 * i);
	return word;
}

static inline void sip_rounds(uint64_t v[4], int n)
{
	for (int i = 0; i < n; i++)
		sip_round(v);
}

/* SipHash-c-d: c rounds for each word, d rounds at the end. */
struct sip_variant {
	int word_rounds, end_rounds;
};

/* Inline, so that each variant is compiled with constant rounds. */
static inline uint64_t sip_hash(
	const void *bytes, size_t length, const uint64_t key[2], struct sip_variant variant)
{
	uint64_t v[4] = { key[0] ^ 0x736f6d6570736575u, key[1] ^ 0x646f72616e646f6du,
		key[0] ^ 0x6c7967656e657261u, key[1] ^ 0x7465646279746573u };
	const uint8_t *at = bytes;
	size_t left = length;

	for (; left >= 8; at += 8, left -= 8) {
		uint64_t word = load_word(at);

		v[3] ^= word;
		sip_rounds(v, variant.word_rounds);
		v[0] ^= word;
	}
	uint64_t last = load_tail(at, left) | (uint64_t) length << 56;

	v[3] ^= last;
	sip_rounds(v, variant.word_rounds);
	v[0] ^= last;
	v[2] ^= 0xff;
	sip_rounds(v, variant.end_rounds);
	return v[0] ^ v[1] ^ v[2] ^ v[3];
}

uint64_t hash_bytes(const void *bytes, size_t length, uint64_t key_low, uint64_t key_high)
{
	const uint64_t key[2] = { key_low, key_high };

	return sip_hash(bytes, length, key, (struct sip_variant){ 1, 3 });
}

uint64_t hash_secret(const void *bytes, size_t length, const uint64_t key[2])
{
	return sip_hash(bytes, length, key, (struct sip_variant){ 2, 4 });
}

uint64_t hash_fingerprint(uint64_t so_far, const void *bytes, size_t length)
{
	const uint8_t *at = bytes;

	for (size_t i = 0; i < length; i++)
		so_far = (so_far ^ at[i]) * 0x100000001b3u;
	return so_far;
}

/* Eight bytes at a time. */
uint64_t hash_quick(const void *bytes, size_t length)
{
	const char *at = bytes;
	uint64_t so_far = length, word = 0;

	for (; length >= sizeof(word); at += sizeof(word), length -= sizeof(word)) {
		memcpy(&word, at, sizeof(word));
		so_far = hash_mix(so_far, word);
	}
	word = 0;
	if (length)
		memcpy(&word, at, length);
	return hash_mix(so_far, word);
}

uint64_t hash_random(uint64_t *state)
{
	uint64_t z = *state += 0x9e3779b97f4a7c15u;

	z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9u;
	z = (z ^ z >> 27) * 0x94d049bb133111ebu;
	return z ^ z >> 31;
}
