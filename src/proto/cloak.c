/* Owns cloaks. */
#include "proto/cloak.h"

#include <string.h>

#include "base/buffer.h"
#include "base/cleanup.h"
#include "base/hash.h"
#include "base/hex.h"
#include "base/mem.h"
#include "base/text.h"
#include "proto/name_syntax.h"

#define WORD_BYTES 8
#define KEPT_LABELS 3
#define NO_KEY "hidden"
/* Differs from the address families in address_pack(). */
#define NAME_TAG '\xff'

bool cloak_key_is_valid(const char *digits)
{
	for (size_t i = 0; i < CLOAK_KEY_DIGITS; i++)
		if (hex_digit(digits[i]) < 0)
			return false;
	return !digits[CLOAK_KEY_DIGITS];
}

struct key {
	uint64_t halves[2];
};

/* Read sixteen bytes as two little endian numbers, as SipHash uses them. */
static struct key read_key(const char *digits)
{
	struct key key = { 0 };

	for (size_t i = 0; i < CLOAK_KEY_DIGITS / 2; i++) {
		int byte = hex_digit(digits[2 * i]) << 4 | hex_digit(digits[2 * i + 1]);

		key.halves[i / 8] |= (uint64_t) byte << i % 8 * 8;
	}
	return key;
}

static void put_cloak_word(
	struct buffer *out, const struct key *key, const void *bytes, size_t length)
{
	static const char digits[] = "abcdefghijklmnopqrstuvwxyz234567";
	uint64_t hash = hash_secret(bytes, length, key->halves);

	for (size_t i = 0; i < WORD_BYTES; i++, hash >>= 5)
		buffer_put_byte(out, digits[hash % 32]);
}

static void put_network(
	struct buffer *out, const struct key *key, const struct address *address, uint8_t prefix)
{
	struct address network = address_network(address, prefix);
	uint8_t packed[ADDRESS_PACKED_BYTES];

	address_pack(&network, packed);
	put_cloak_word(out, key, packed, sizeof(packed));
	buffer_put_byte(out, '.');
}

static void put_networks(struct buffer *out, const char *digits, const struct address *address)
{
	static const uint8_t ipv4[] = { 32, 24, 16 }, ipv6[] = { 128, 64, 48, 32 };
	bool is_ipv4 = address->family == ADDRESS_FAMILY_IPV4;
	const uint8_t *prefixes = is_ipv4 ? ipv4 : ipv6;
	size_t n = is_ipv4 ? ARRAY_LENGTH(ipv4) : ARRAY_LENGTH(ipv6);
	struct key key = read_key(digits);

	for (size_t i = 0; i < n; i++)
		put_network(out, &key, address, prefixes[i]);
	explicit_bzero(&key, sizeof(key));
}

char *cloak_address(const char *key, const char *suffix, const struct address *address)
{
	struct buffer out = { 0 };

	if (key)
		put_networks(&out, key, address);
	else
		buffer_put_text(&out, NO_KEY ".");
	buffer_put_text(&out, suffix);
	return buffer_take(&out);
}

/* The visible part of the name, with the dot before it; "" if none. */
static const char *kept_part(const char *name)
{
	const char *kept = name + strlen(name);

	for (size_t labels = 0; labels < KEPT_LABELS; labels++) {
		const char *dot = kept;

		while (dot > name && *--dot != '.')
			if (text_is_digit(*dot))
				return kept;
		if (dot == name || strlen(dot) > HOST_NAME_BYTES - WORD_BYTES)
			return kept;
		kept = dot;
	}
	return kept;
}

static void put_cloak(struct buffer *out, const char *digits, const char *name, size_t length)
{
	struct key key = read_key(digits);

	put_cloak_word(out, &key, name, length);
	explicit_bzero(&key, sizeof(key));
}

char *cloak_name(const char *key, const char *suffix, const char *name)
{
	CLEANUP(buffer_done) struct buffer whole = { 0 };
	struct buffer out = { 0 };
	const char *kept = kept_part(name);

	buffer_put_byte(&whole, NAME_TAG);
	for (const char *at = name; *at; at++)
		buffer_put_byte(&whole, text_lower(*at));
	if (key)
		put_cloak(&out, key, whole.bytes, whole.length);
	else
		buffer_put_text(&out, NO_KEY);
	if (*kept)
		buffer_put_text(&out, kept);
	else
		buffer_format(&out, ".%s", suffix);
	return buffer_take(&out);
}
