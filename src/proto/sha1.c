/* Owns SHA-1. The handshake needs it for 60 bytes. libcrypto has it, but releases of OpenSSL are
 * about to refuse SHA-1. */
#include "proto/sha1.h"

#include <string.h>

#include "base/big_endian.h"

#define BLOCK_BYTES 64
#define ROUNDS 80

static uint32_t rotate_word(uint32_t word, unsigned int bits)
{
	return word << bits | word >> (32 - bits);
}

/* FIPS 180-4 6.1.2, step 1. */
static void expand_block(const uint8_t block[BLOCK_BYTES], uint32_t words[ROUNDS])
{
	for (size_t i = 0; i < 16; i++)
		words[i] = (uint32_t) big_endian_read(block + 4 * i, 4);
	for (size_t i = 16; i < ROUNDS; i++)
		words[i] =
			rotate_word(words[i - 3] ^ words[i - 8] ^ words[i - 14] ^ words[i - 16], 1);
}

/* FIPS 180-4 4.1.1 and 4.2.1: the function of a round, and its constant. */
static uint32_t mix_round(size_t round, uint32_t b, uint32_t c, uint32_t d)
{
	if (round < 20)
		return ((b & c) ^ (~b & d)) + 0x5a827999;
	if (round < 40)
		return (b ^ c ^ d) + 0x6ed9eba1;
	if (round < 60)
		return ((b & c) ^ (b & d) ^ (c & d)) + 0x8f1bbcdc;
	return (b ^ c ^ d) + 0xca62c1d6;
}

static void hash_block(uint32_t state[5], const uint8_t block[BLOCK_BYTES])
{
	uint32_t words[ROUNDS], a = state[0], b = state[1], c = state[2], d = state[3],
				e = state[4], next;

	expand_block(block, words);
	for (size_t round = 0; round < ROUNDS; round++) {
		next = rotate_word(a, 5) + mix_round(round, b, c, d) + e + words[round];
		e = d;
		d = c;
		c = rotate_word(b, 30);
		b = a;
		a = next;
	}
	state[0] += a;
	state[1] += b;
	state[2] += c;
	state[3] += d;
	state[4] += e;
}

/* FIPS 180-4 5.1.1: a bit 1, zeros, and the length in bits, in one block or two. */
static void hash_end(uint32_t state[5], const uint8_t *rest, size_t n_rest, uint64_t length)
{
	uint8_t blocks[2 * BLOCK_BYTES] = { 0 };
	size_t n_bytes = n_rest + 1 + sizeof(length) > BLOCK_BYTES ? 2 * BLOCK_BYTES : BLOCK_BYTES;

	memcpy(blocks, rest, n_rest);
	blocks[n_rest] = 0x80;
	big_endian_write(blocks + n_bytes - sizeof(length), length * 8, sizeof(length));
	for (size_t at = 0; at < n_bytes; at += BLOCK_BYTES)
		hash_block(state, blocks + at);
}

void sha1(const void *bytes, size_t length, uint8_t digest[SHA1_BYTES])
{
	uint32_t state[] = { 0x67452301, 0xefcdab89, 0x98badcfe, 0x10325476, 0xc3d2e1f0 };
	const uint8_t *at = bytes;
	size_t left = length;

	for (; left >= BLOCK_BYTES; left -= BLOCK_BYTES, at += BLOCK_BYTES)
		hash_block(state, at);
	hash_end(state, at, left, length);
	for (size_t i = 0; i < 5; i++)
		big_endian_write(digest + 4 * i, state[i], 4);
}
