/* Owns what is stored of passwords. */
#include "proto/scram_verifier.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>

#include "base/base64.h"
#include "base/buffer.h"
#include "base/cleanup.h"
#include "base/text.h"

#define SCHEME "SCRAM-SHA-256$"

static struct digest keyed_text(const struct digest *key, const char *text)
{
	return digest_hmac((struct digest_input){ key->bytes, sizeof(key->bytes) },
		(struct digest_input){ text, strlen(text) });
}

/* RFC 5802 3: SaltedPassword, ClientKey, StoredKey and ServerKey. */
static void set_scram_keys(struct scram_verifier *verifier, const struct digest *salted)
{
	struct digest client_key = keyed_text(salted, "Client Key");

	verifier->stored_key =
		digest_sha256((struct digest_input){ client_key.bytes, sizeof(client_key.bytes) });
	verifier->server_key = keyed_text(salted, "Server Key");
	explicit_bzero(&client_key, sizeof(client_key));
}

void scram_verifier_derive(struct scram_verifier *verifier, const char *password)
{
	struct digest salted = digest_pbkdf2((struct digest_input){ password, strlen(password) },
		(struct digest_input){ verifier->salt, verifier->salt_bytes }, verifier->rounds);

	set_scram_keys(verifier, &salted);
	explicit_bzero(&salted, sizeof(salted));
}

void scram_verifier_set_salted(struct scram_verifier *verifier, const uint8_t salted[DIGEST_BYTES])
{
	struct digest copy;

	memcpy(copy.bytes, salted, DIGEST_BYTES);
	set_scram_keys(verifier, &copy);
	explicit_bzero(&copy, sizeof(copy));
}

bool scram_verifier_matches(const struct scram_verifier *verifier, const char *password)
{
	struct scram_verifier derived = *verifier;
	bool is_same;

	scram_verifier_derive(&derived, password);
	is_same = digest_equals(&derived.stored_key, &verifier->stored_key);
	explicit_bzero(&derived, sizeof(derived));
	return is_same;
}

/* One of several values that belong to a name. No password leads to such a stored key: it would
 * have to be the hash of a known one. */
static struct digest fake_value(struct digest_input key, char kind, const char *name)
{
	CLEANUP(buffer_done) struct buffer text = { 0 };

	buffer_put_byte(&text, kind);
	buffer_put_text(&text, name);
	return digest_hmac(key, (struct digest_input){ text.bytes, text.length });
}

void scram_verifier_fake(
	struct digest_input key, const char *name, struct scram_verifier *ret_verifier)
{
	struct digest salt = fake_value(key, 's', name);
	struct scram_verifier verifier = {
		.rounds = SCRAM_ROUNDS,
		.salt_bytes = SCRAM_SALT_BYTES,
		.stored_key = fake_value(key, 'k', name),
		.server_key = fake_value(key, 'v', name),
	};

	memcpy(verifier.salt, salt.bytes, SCRAM_SALT_BYTES);
	*ret_verifier = verifier;
}

void scram_verifier_format(
	const struct scram_verifier *verifier, char text[SCRAM_VERIFIER_TEXT_BYTES])
{
	char salt[BASE64_LENGTH(SCRAM_MOST_SALT_BYTES) + 1];
	char stored_key[BASE64_LENGTH(DIGEST_BYTES) + 1];
	char server_key[BASE64_LENGTH(DIGEST_BYTES) + 1];
	int length;

	base64_encode(verifier->salt, verifier->salt_bytes, salt);
	base64_encode(verifier->stored_key.bytes, DIGEST_BYTES, stored_key);
	base64_encode(verifier->server_key.bytes, DIGEST_BYTES, server_key);
	length = snprintf(text, SCRAM_VERIFIER_TEXT_BYTES, SCHEME "%u:%s$%s:%s", verifier->rounds,
		salt, stored_key, server_key);
	assert(length > 0 && length < SCRAM_VERIFIER_TEXT_BYTES);
}

/* RFC 5803 2: iter-count has no zero in front. */
static bool parse_rounds(const char *text, uint32_t *ret_rounds)
{
	uint64_t rounds;

	if (*text == '0' || !text_parse_u64(text, &rounds))
		return false;
	if (rounds < SCRAM_LEAST_ROUNDS || rounds > SCRAM_MOST_ROUNDS)
		return false;
	*ret_rounds = (uint32_t) rounds;
	return true;
}

static bool parse_salt(const char *text, struct scram_verifier *verifier)
{
	size_t length = strlen(text), n_bytes;
	uint8_t bytes[BASE64_MOST_BYTES(BASE64_LENGTH(SCRAM_MOST_SALT_BYTES))];

	if (length > BASE64_LENGTH(SCRAM_MOST_SALT_BYTES) ||
		!base64_decode(text, length, bytes, &n_bytes))
		return false;
	if (!n_bytes || n_bytes > SCRAM_MOST_SALT_BYTES)
		return false;
	verifier->salt_bytes = (uint8_t) n_bytes;
	memcpy(verifier->salt, bytes, n_bytes);
	return true;
}

static bool parse_key(const char *text, struct digest *key)
{
	size_t length = strlen(text), n_bytes;
	uint8_t bytes[BASE64_MOST_BYTES(BASE64_LENGTH(DIGEST_BYTES))];

	if (length != BASE64_LENGTH(DIGEST_BYTES) || !base64_decode(text, length, bytes, &n_bytes))
		return false;
	if (n_bytes != DIGEST_BYTES)
		return false;
	memcpy(key->bytes, bytes, DIGEST_BYTES);
	return true;
}

/* The parts are separated in a copy. */
static bool parse_parts(char *parts, struct scram_verifier *verifier)
{
	char *salt = strchr(parts, ':');
	char *stored_key = salt ? strchr(salt, '$') : NULL;
	char *server_key = stored_key ? strchr(stored_key, ':') : NULL;

	if (!server_key)
		return false;
	*salt++ = *stored_key++ = *server_key++ = '\0';
	return parse_rounds(parts, &verifier->rounds) && parse_salt(salt, verifier) &&
	       parse_key(stored_key, &verifier->stored_key) &&
	       parse_key(server_key, &verifier->server_key);
}

bool scram_verifier_parse(const char *text, struct scram_verifier *ret_verifier)
{
	struct scram_verifier verifier = { 0 };
	char parts[SCRAM_VERIFIER_TEXT_BYTES];

	if (strlen(text) >= sizeof(parts) || !text_starts_with(text, SCHEME))
		return false;
	text_copy(parts, sizeof(parts), text + strlen(SCHEME));
	if (!parse_parts(parts, &verifier))
		return false;

	*ret_verifier = verifier;
	return true;
}
