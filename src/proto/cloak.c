/* Owns cloaks. */
#include "proto/cloak.h"

#include <string.h>

#include "base/buffer.h"
#include "base/cleanup.h"
#include "base/hash.h"
#include "base/mem.h"
#include "base/text.h"
#include "proto/names.h"

#define WORD_BYTES 8
#define KEPT_LABELS 3
#define NO_KEY "hidden"
/* No family of addresses, see address_pack(). */
#define NAME_TAG '\xff'

static int digit_value(char digit)
{
	static const char digits[] = "0123456789abcdef";
	const char *found = digit ? strchr(digits, text_lower(digit)) : NULL;

	return found ? (int) (found - digits) : -1;
}

bool cloak_key_is_valid(const char *digits)
{
	for (size_t i = 0; i < CLOAK_KEY_DIGITS; i++)
		if (digit_value(digits[i]) < 0)
			return false;
	return !digits[CLOAK_KEY_DIGITS];
}

/* Sixteen bytes, of which SipHash makes two numbers, little endian. */
static void read_key(const char *digits, uint64_t ret_key[2])
{
	for (size_t i = 0; i < CLOAK_KEY_DIGITS / 2; i++) {
		int byte = digit_value(digits[2 * i]) << 4 | digit_value(digits[2 * i + 1]);

		ret_key[i / 8] |= (uint64_t) byte << i % 8 * 8;
	}
}

static void put_word(struct buffer *out, const char *key, const void *bytes, size_t length)
{
	static const char digits[] = "abcdefghijklmnopqrstuvwxyz234567";
	uint64_t halves[2] = { 0 }, hash;

	read_key(key, halves);
	hash = hash_secret(bytes, length, halves);
	explicit_bzero(halves, sizeof(halves));
	for (size_t i = 0; i < WORD_BYTES; i++, hash >>= 5)
		buffer_put_byte(out, digits[hash % 32]);
}

static void put_network(
	struct buffer *out, const char *key, const struct address *address, uint8_t prefix)
{
	struct address network = address_network(address, prefix);
	uint8_t packed[ADDRESS_PACKED_BYTES];

	address_pack(&network, packed);
	put_word(out, key, packed, sizeof(packed));
	buffer_put_byte(out, '.');
}

char *cloak_address(const char *key, const char *suffix, const struct address *address)
{
	static const uint8_t ipv4[] = { 32, 24, 16 }, ipv6[] = { 128, 64, 48, 32 };
	bool is_ipv4 = address->family == ADDRESS_FAMILY_IPV4;
	const uint8_t *prefixes = is_ipv4 ? ipv4 : ipv6;
	size_t n = is_ipv4 ? ARRAY_LENGTH(ipv4) : ARRAY_LENGTH(ipv6);
	struct buffer out = { 0 };

	for (size_t i = 0; i < n && key; i++)
		put_network(&out, key, address, prefixes[i]);
	if (!key)
		buffer_put_text(&out, NO_KEY ".");
	buffer_put_text(&out, suffix);
	return buffer_take(&out);
}

/* What of the name may be seen, with the dot before it; "" if nothing. */
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

char *cloak_name(const char *key, const char *suffix, const char *name)
{
	CLEANUP(buffer_done) struct buffer whole = { 0 };
	struct buffer out = { 0 };
	const char *kept = kept_part(name);

	buffer_put_byte(&whole, NAME_TAG);
	for (const char *at = name; *at; at++)
		buffer_put_byte(&whole, text_lower(*at));
	if (key)
		put_word(&out, key, whole.bytes, whole.length);
	else
		buffer_put_text(&out, NO_KEY);
	if (*kept)
		buffer_put_text(&out, kept);
	else
		buffer_format(&out, ".%s", suffix);
	return buffer_take(&out);
}
