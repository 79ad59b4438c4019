/* Owns which hashes of passwords move. papod checks those of crypt(5), the verifiers of
 * SCRAM-SHA-256 and the forms of proto/old_hash.h. */
#include "moving/registry_hash.h"

#include <stdlib.h>
#include <string.h>

#include "base/base64.h"
#include "base/cleanup.h"
#include "base/mem.h"
#include "base/text.h"
#include "proto/old_hash.h"
#include "proto/scram_verifier.h"

#define MOST_HASH_BYTES 384
#define MOST_PLAIN_BYTES 300

static void note_lost_password(struct registry *registry, struct registry_account *account)
{
	registry_note(registry, &account->entry,
		account->email ? "the hash of its password is of a kind that papod cannot check: "
				 "its owner "
				 "asks NickServ SENDPASS for a code, and sets another one"
			       : "the hash of its password is of a kind that papod cannot check, "
				 "and it has "
				 "no e-mail address: its owner can only log in with a certificate");
}

/* Those of libcrypt, which verifies more than it makes. */
static bool is_crypt_hash(const char *hash)
{
	static const char *const prefixes[] = { "$1$", "$2a$", "$2b$", "$2y$", "$5$", "$6$", "$7$",
		"$y$", "$gy$" };

	if (strlen(hash) > MOST_HASH_BYTES || strpbrk(hash, " \t:;*!\\"))
		return false;
	for (size_t i = 0; i < ARRAY_LENGTH(prefixes); i++)
		if (text_starts_with(hash, prefixes[i]))
			return true;
	return false;
}

/* PBKDF2 of Atheme: $z$ kind $ rounds $ salt $ digest, or ServerKey $ StoredKey */
struct atheme_pbkdf2 {
	uint64_t kind; /* the tens: how salt and keys are written; the ones: the digest */
	uint64_t rounds;
	const char *salt;
	const char *first;
	const char *second; /* NULL: there is none */
};

#define ONES_SHA256 5
#define ONES_SHA512 6
#define KIND_IS_KNOWN(kind)                                                                        \
	((kind) / 10 == 0 || (kind) / 10 == 2 || (kind) / 10 == 4 || (kind) / 10 == 6)

/* The parts are separated in place. */
static bool split_atheme_pbkdf2(char *text, struct atheme_pbkdf2 *ret)
{
	char *rest = text;
	const char *kind, *rounds;

	kind = text_split(&rest, '$');
	rounds = rest ? text_split(&rest, '$') : NULL;
	ret->salt = rest ? text_split(&rest, '$') : NULL;
	ret->first = rest ? text_split(&rest, '$') : NULL;
	ret->second = rest ? text_split(&rest, '$') : NULL;
	return ret->first && !rest && text_parse_u64(kind, &ret->kind) &&
	       text_parse_u64(rounds, &ret->rounds) && KIND_IS_KNOWN(ret->kind);
}

static bool decode_atheme_bytes(const char *text, uint8_t *bytes, size_t most, size_t *ret_length)
{
	uint8_t decoded[BASE64_MOST_BYTES(128) + 3];
	size_t length = strlen(text);

	if (length > 128 || !base64_decode(text, length, decoded, ret_length) ||
		*ret_length > most || !*ret_length)
		return false;
	memcpy(bytes, decoded, *ret_length);
	return true;
}

static bool read_atheme_salt(
	const struct atheme_pbkdf2 *pbkdf2, uint8_t *salt, size_t most, size_t *ret_length)
{
	/* 0x is a raw one, 2x in base64; 4x and 6x likewise, with keys of SCRAM. */
	bool is_raw = pbkdf2->kind / 10 == 0 || pbkdf2->kind / 10 == 4;

	if (!is_raw)
		return decode_atheme_bytes(pbkdf2->salt, salt, most, ret_length);
	*ret_length = strlen(pbkdf2->salt);
	if (!*ret_length || *ret_length > most)
		return false;
	memcpy(salt, pbkdf2->salt, *ret_length);
	return true;
}

/* RFC 5802 3: what PBKDF2 gives is SaltedPassword, and the keys follow from it. */
static bool make_scram_keys(const struct atheme_pbkdf2 *pbkdf2, struct scram_verifier *verifier)
{
	uint8_t first[DIGEST_BYTES], second[DIGEST_BYTES];
	size_t n_first, n_second = DIGEST_BYTES;

	if (!decode_atheme_bytes(pbkdf2->first, first, sizeof(first), &n_first) ||
		n_first != DIGEST_BYTES)
		return false;
	if (!pbkdf2->second) {
		scram_verifier_set_salted(verifier, first);
		explicit_bzero(first, sizeof(first));
		return true;
	}
	if (!decode_atheme_bytes(pbkdf2->second, second, sizeof(second), &n_second) ||
		n_second != DIGEST_BYTES)
		return false;
	memcpy(verifier->server_key.bytes, first, DIGEST_BYTES);
	memcpy(verifier->stored_key.bytes, second, DIGEST_BYTES);
	return true;
}

static char *scram_from_atheme(const struct atheme_pbkdf2 *pbkdf2)
{
	struct scram_verifier verifier = { .rounds = (uint32_t) pbkdf2->rounds };
	char text[SCRAM_VERIFIER_TEXT_BYTES];
	size_t n_salt;

	if (pbkdf2->rounds < SCRAM_LEAST_ROUNDS || pbkdf2->rounds > SCRAM_MOST_ROUNDS ||
		!read_atheme_salt(pbkdf2, verifier.salt, sizeof(verifier.salt), &n_salt) ||
		!make_scram_keys(pbkdf2, &verifier))
		return NULL;
	verifier.salt_bytes = (uint8_t) n_salt;
	scram_verifier_format(&verifier, text);
	return mem_text(text);
}

static char *sha512_from_atheme(const struct atheme_pbkdf2 *pbkdf2)
{
	struct old_hash hash = { .kind = OLD_HASH_KIND_PBKDF2_SHA512,
		.rounds = (uint32_t) pbkdf2->rounds };
	size_t n_digest;

	if (pbkdf2->rounds > OLD_HASH_MOST_ROUNDS || !pbkdf2->rounds || pbkdf2->second ||
		!read_atheme_salt(pbkdf2, hash.salt, sizeof(hash.salt), &hash.n_salt) ||
		!decode_atheme_bytes(pbkdf2->first, hash.digest, sizeof(hash.digest), &n_digest) ||
		n_digest != OLD_HASH_SHA512_BYTES)
		return NULL;
	return old_hash_format(&hash);
}

static bool decode_hex(const char *text, size_t length, uint8_t *bytes)
{
	for (size_t i = 0; i < length; i++) {
		const char *digits = "0123456789abcdef";
		const char *digit = text[i] ? strchr(digits, text_lower(text[i])) : NULL;

		if (!digit)
			return false;
		bytes[i / 2] =
			(uint8_t) (i % 2 ? bytes[i / 2] | (digit - digits) : (digit - digits) << 4);
	}
	return true;
}

/* The first form of PBKDF2, of Atheme 7.0 to 7.2: a salt of 16 letters and the digits. */
static char *sha512_from_old_atheme(const char *text)
{
	struct old_hash hash = {
		.kind = OLD_HASH_KIND_PBKDF2_SHA512, .rounds = 128000, .n_salt = 16
	};

	if (strlen(text) != 16 + 2 * OLD_HASH_SHA512_BYTES || strchr(text, '$') ||
		!decode_hex(text + 16, 2 * OLD_HASH_SHA512_BYTES, hash.digest))
		return NULL;
	memcpy(hash.salt, text, 16);
	return old_hash_format(&hash);
}

/* NULL: of another kind. */
static char *translate_atheme_hash(const char *hash)
{
	CLEANUP(mem_freep) char *copy = NULL;
	struct atheme_pbkdf2 pbkdf2;

	if (is_crypt_hash(hash))
		return mem_text(hash);
	if (!text_starts_with(hash, "$z$"))
		return sha512_from_old_atheme(hash);
	copy = mem_text(hash + strlen("$z$"));
	if (!split_atheme_pbkdf2(copy, &pbkdf2))
		return NULL;
	if (pbkdf2.kind % 10 == ONES_SHA256 && (pbkdf2.kind / 10 >= 4) == (pbkdf2.second != NULL))
		return scram_from_atheme(&pbkdf2);
	if (pbkdf2.kind % 10 == ONES_SHA512 && pbkdf2.kind / 10 < 4)
		return sha512_from_atheme(&pbkdf2);
	return NULL;
}

void registry_set_atheme_hash(
	struct registry *registry, struct registry_account *account, const char *hash)
{
	mem_free_secret(account->hash);
	account->hash = translate_atheme_hash(hash);
	if (!account->hash && *hash)
		note_lost_password(registry, account);
}

/* "hmac-sha256:" digest ":" key, in hexadecimal digits */
static char *hmac_from_anope(const char *text)
{
	struct old_hash hash = { .kind = text_starts_with(text, "hmac-sha256:")
						 ? OLD_HASH_KIND_HMAC_SHA256
						 : OLD_HASH_KIND_HMAC_SHA512 };
	size_t n_digest = old_hash_digest_bytes(hash.kind);
	const char *digits = text + strlen("hmac-sha256:"), *key = strchr(digits, ':');
	size_t n_key = key ? strlen(key + 1) : 0;

	if (!key || (size_t) (key - digits) != 2 * n_digest || n_key % 2 || !n_key ||
		n_key > 2 * sizeof(hash.salt) || !decode_hex(digits, 2 * n_digest, hash.digest) ||
		!decode_hex(key + 1, n_key, hash.salt))
		return NULL;
	hash.n_salt = n_key / 2;
	return old_hash_format(&hash);
}

/* NULL: malformed. */
static char *plain_from_anope(const char *text)
{
	uint8_t bytes[BASE64_MOST_BYTES(BASE64_LENGTH(MOST_PLAIN_BYTES)) + 1];
	size_t length = strlen(text), n_bytes;
	char *password = NULL;

	if (length <= BASE64_LENGTH(MOST_PLAIN_BYTES) &&
		base64_decode(text, length, bytes, &n_bytes) && n_bytes &&
		!memchr(bytes, '\0', n_bytes))
		password = mem_text_n((const char *) bytes, n_bytes);
	explicit_bzero(bytes, sizeof(bytes));
	return password;
}

void registry_set_anope_hash(
	struct registry *registry, struct registry_account *account, const char *hash)
{
	const char *rest = strchr(hash, ':');

	mem_free_secret(account->hash);
	mem_free_secret(account->password);
	account->hash = account->password = NULL;
	if (text_starts_with(hash, "hmac-sha256:") || text_starts_with(hash, "hmac-sha512:"))
		account->hash = hmac_from_anope(hash);
	else if (text_starts_with(hash, "plain:"))
		account->password = plain_from_anope(rest + 1);
	else if (rest && is_crypt_hash(rest + 1))
		account->hash = mem_text(rest + 1); /* "bcrypt:" or "posix:" */
	if (!account->hash && !account->password && *hash)
		note_lost_password(registry, account);
}
