/* Owns the hashes of other services. */
#include "proto/old_hash.h"

#include <string.h>

#include "base/base64.h"
#include "base/buffer.h"
#include "base/cleanup.h"
#include "base/mem.h"
#include "base/text.h"

#define MOST_TEXT_BYTES 256

static const struct {
	const char *name;
	size_t digest_bytes;
} kinds[] = {
	[OLD_HASH_KIND_PBKDF2_SHA512] = { "PBKDF2-SHA512$", DIGEST_SHA512_BYTES },
	[OLD_HASH_KIND_HMAC_SHA256] = { "HMAC-SHA256$", DIGEST_BYTES },
	[OLD_HASH_KIND_HMAC_SHA512] = { "HMAC-SHA512$", DIGEST_SHA512_BYTES },
};

size_t old_hash_digest_bytes(enum old_hash_kind kind)
{
	return kinds[kind].digest_bytes;
}

char *old_hash_format(const struct old_hash *hash)
{
	char salt[BASE64_LENGTH(OLD_HASH_MOST_SALT_BYTES) + 1];
	char digest[BASE64_LENGTH(OLD_HASH_SHA512_BYTES) + 1];
	struct buffer text = { 0 };

	base64_encode(hash->salt, hash->n_salt, salt);
	base64_encode(hash->digest, old_hash_digest_bytes(hash->kind), digest);
	buffer_format(&text, "%s%u:%s$%s", kinds[hash->kind].name, hash->rounds, salt, digest);
	return buffer_take(&text);
}

static bool decode_part(const char *text, uint8_t *bytes, size_t most, size_t *ret_length)
{
	uint8_t decoded[BASE64_MOST_BYTES(MOST_TEXT_BYTES)];

	if (!base64_decode(text, strlen(text), decoded, ret_length) || *ret_length > most)
		return false;
	memcpy(bytes, decoded, *ret_length);
	return true;
}

/* The parts are separated in place. */
static bool read_old_hash_parts(char *rounds, struct old_hash *hash)
{
	char *salt = strchr(rounds, ':'), *digest = salt ? strchr(salt, '$') : NULL;
	bool has_rounds = hash->kind == OLD_HASH_KIND_PBKDF2_SHA512;
	uint64_t number;
	size_t n_digest;

	if (!digest)
		return false;
	*salt++ = *digest++ = '\0';
	if (!text_parse_u64(rounds, &number) || number > OLD_HASH_MOST_ROUNDS ||
		(number != 0) != has_rounds)
		return false;
	hash->rounds = (uint32_t) number;
	return decode_part(salt, hash->salt, sizeof(hash->salt), &hash->n_salt) && hash->n_salt &&
	       decode_part(digest, hash->digest, sizeof(hash->digest), &n_digest) &&
	       n_digest == old_hash_digest_bytes(hash->kind);
}

bool old_hash_parse(const char *text, struct old_hash *ret_hash)
{
	char parts[MOST_TEXT_BYTES];

	if (strlen(text) >= sizeof(parts))
		return false;
	for (size_t i = 0; i < ARRAY_LENGTH(kinds); i++) {
		struct old_hash hash = { .kind = (enum old_hash_kind) i };

		if (!text_starts_with(text, kinds[i].name))
			continue;
		text_copy(parts, sizeof(parts), text + strlen(kinds[i].name));
		if (!read_old_hash_parts(parts, &hash))
			return false;
		*ret_hash = hash;
		return true;
	}
	return false;
}

static void compute_digest(const struct old_hash *hash, const char *password,
	uint8_t ret_digest[OLD_HASH_SHA512_BYTES])
{
	struct digest_input salt = { hash->salt, hash->n_salt };
	struct digest_input input = { password, strlen(password) };

	switch (hash->kind) {
	case OLD_HASH_KIND_PBKDF2_SHA512:
		digest_pbkdf2_of(DIGEST_KIND_SHA512, input, salt, hash->rounds, ret_digest);
		return;
	case OLD_HASH_KIND_HMAC_SHA256:
		digest_hmac_of(DIGEST_KIND_SHA256, salt, input, ret_digest);
		return;
	case OLD_HASH_KIND_HMAC_SHA512:
		digest_hmac_of(DIGEST_KIND_SHA512, salt, input, ret_digest);
		return;
	}
}

bool old_hash_matches(const struct old_hash *hash, const char *password)
{
	uint8_t computed[OLD_HASH_SHA512_BYTES];
	volatile unsigned int difference = 0;

	compute_digest(hash, password, computed);
	for (size_t i = 0; i < old_hash_digest_bytes(hash->kind); i++)
		difference |= (unsigned int) (computed[i] ^ hash->digest[i]);
	explicit_bzero(computed, sizeof(computed));
	return !difference;
}
