/* Owns the messages of SCRAM, and its proofs. Section numbers are those of RFC 5802. */
#include "proto/scram.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "base/base64.h"
#include "base/cleanup.h"
#include "base/mem.h"
#include "base/text.h"

static const char *const scram_error_texts[] = {
	[SCRAM_ERROR_NONE] = "",
	[SCRAM_ERROR_OTHER] = "other-error",
	[SCRAM_ERROR_INVALID_ENCODING] = "invalid-encoding",
	[SCRAM_ERROR_INVALID_NAME_ENCODING] = "invalid-username-encoding",
	[SCRAM_ERROR_EXTENSIONS_NOT_SUPPORTED] = "extensions-not-supported",
	[SCRAM_ERROR_BINDING_NOT_SUPPORTED] = "channel-binding-not-supported",
	[SCRAM_ERROR_BINDINGS_DIFFER] = "channel-bindings-dont-match",
	[SCRAM_ERROR_INVALID_PROOF] = "invalid-proof",
};

const char *scram_error_text(enum scram_error error)
{
	return scram_error_texts[error];
}

void scram_done(struct scram *scram)
{
	free(scram->name);
	free(scram->acts_for);
	free(scram->header);
	free(scram->first_bare);
	free(scram->nonce);
	free(scram->server_first);
	*scram = (struct scram){ 0 };
}

/* "x=value": its letter, and the value up to a comma or the end. */
struct attribute {
	char letter;
	const char *value;
	size_t length;
};

/* The rest of a message, whose next attribute begins at `at`. */
struct attributes {
	const char *at;
	const char *end;
	bool has_next;
};

/* False: there is no attribute, or no value. */
static bool next_attribute(struct attributes *rest, struct attribute *ret_attribute)
{
	const char *at = rest->at, *comma = memchr(at, ',', (size_t) (rest->end - at));
	const char *end = comma ? comma : rest->end;

	if (!rest->has_next || end - at < 3 || !text_is_letter(at[0]) || at[1] != '=')
		return false;
	rest->has_next = comma;
	rest->at = comma ? comma + 1 : end;
	*ret_attribute = (struct attribute){ at[0], at + 2, (size_t) (end - at) - 2 };
	return true;
}

static bool expect_attribute(struct attributes *rest, char letter, struct attribute *ret_attribute)
{
	return next_attribute(rest, ret_attribute) && ret_attribute->letter == letter;
}

static bool is_scram_text(const char *message, size_t length)
{
	return !memchr(message, '\0', length) && text_is_utf8(message, length);
}

/* 5.1: a comma is written as =2C, an equals sign as =3D, and none stands for itself. NULL: another
 * one. */
static char *parse_saslname(const struct attribute *attribute)
{
	CLEANUP(buffer_done) struct buffer name = { 0 };
	const char *at = attribute->value, *end = at + attribute->length;

	while (at < end) {
		if (*at != '=') {
			buffer_put_byte(&name, *at++);
			continue;
		}
		if (end - at < 3 || (memcmp(at, "=2C", 3) != 0 && memcmp(at, "=3D", 3) != 0))
			return NULL;
		buffer_put_byte(&name, (char) (at[1] == '2' ? ',' : '='));
		at += 3;
	}
	return buffer_take(&name);
}

/* The header ends with its second comma (7: gs2-header). */
static enum scram_error read_header(struct scram *scram, struct attributes *rest)
{
	const char *start = rest->at;
	size_t length = (size_t) (rest->end - start);
	struct attribute acts_for;

	if (length >= 2 && start[0] == 'p' && start[1] == '=')
		return SCRAM_ERROR_BINDING_NOT_SUPPORTED;
	if (length < 3 || (start[0] != 'n' && start[0] != 'y') || start[1] != ',')
		return SCRAM_ERROR_OTHER;
	rest->at += 2;
	if (*rest->at == ',') {
		rest->at++;
	} else {
		if (!expect_attribute(rest, 'a', &acts_for) || !rest->has_next)
			return SCRAM_ERROR_OTHER;
		scram->acts_for = parse_saslname(&acts_for);
		if (!scram->acts_for)
			return SCRAM_ERROR_INVALID_NAME_ENCODING;
	}
	scram->header = mem_text_n(start, (size_t) (rest->at - start));
	return SCRAM_ERROR_NONE;
}

/* 7: printable. A comma ends the attribute. */
static bool is_nonce(const struct attribute *attribute)
{
	for (size_t i = 0; i < attribute->length; i++)
		if (attribute->value[i] < '!' || attribute->value[i] > '~')
			return false;
	return true;
}

/* 5.1: an extension that the server must understand may be anywhere, and it understands none. */
static enum scram_error skip_extensions(struct attributes *rest)
{
	struct attribute extension;

	while (rest->has_next) {
		if (!next_attribute(rest, &extension))
			return SCRAM_ERROR_OTHER;
		if (extension.letter == 'm')
			return SCRAM_ERROR_EXTENSIONS_NOT_SUPPORTED;
	}
	return SCRAM_ERROR_NONE;
}

/* 7: client-first-message-bare. */
static enum scram_error read_bare(struct scram *scram, struct attributes *rest)
{
	struct attribute name, nonce;

	scram->first_bare = mem_text_n(rest->at, (size_t) (rest->end - rest->at));
	if (!next_attribute(rest, &name))
		return SCRAM_ERROR_OTHER;
	if (name.letter == 'm')
		return SCRAM_ERROR_EXTENSIONS_NOT_SUPPORTED;
	if (name.letter != 'n')
		return SCRAM_ERROR_OTHER;
	scram->name = parse_saslname(&name);
	if (!scram->name)
		return SCRAM_ERROR_INVALID_NAME_ENCODING;
	if (!expect_attribute(rest, 'r', &nonce) || !is_nonce(&nonce))
		return SCRAM_ERROR_OTHER;
	scram->nonce = mem_text_n(nonce.value, nonce.length);
	return skip_extensions(rest);
}

enum scram_error scram_read_first(struct scram *scram, const char *message, size_t length)
{
	struct attributes rest = { message, message + length, true };
	enum scram_error error;

	if (!length)
		return SCRAM_ERROR_OTHER;
	if (!is_scram_text(message, length))
		return SCRAM_ERROR_INVALID_ENCODING;
	error = read_header(scram, &rest);
	if (!error)
		error = read_bare(scram, &rest);
	if (error)
		scram_done(scram);
	return error;
}

/* The caller frees. */
static char *format_challenge(const char *nonce, const struct scram_verifier *verifier)
{
	struct buffer message = { 0 };

	buffer_format(&message, "r=%s,s=", nonce);
	base64_encode(verifier->salt, verifier->salt_bytes,
		buffer_extend(&message, BASE64_LENGTH((size_t) verifier->salt_bytes)));
	buffer_format(&message, ",i=%u", verifier->rounds);
	return buffer_take(&message);
}

bool scram_was_challenged(const struct scram *scram, const struct scram_verifier *verifier)
{
	CLEANUP(mem_freep)
	char *challenge = scram->nonce ? format_challenge(scram->nonce, verifier) : NULL;

	return challenge && scram->server_first && strcmp(scram->server_first, challenge) == 0;
}

void scram_put_challenge(struct scram *scram, const struct scram_verifier *verifier,
	const char *server_nonce, struct buffer *out)
{
	struct buffer nonce = { 0 };

	assert(!scram->server_first && *server_nonce);
	buffer_put_text(&nonce, scram->nonce);
	buffer_put_text(&nonce, server_nonce);
	scram->server_first = format_challenge(nonce.bytes, verifier);
	buffer_put_text(out, scram->server_first);
	free(scram->nonce);
	scram->nonce = buffer_take(&nonce);
}

/* The parts of the client's last message. */
struct last_message {
	struct attribute binding;
	struct attribute nonce;
	struct digest proof;
	size_t unproved_bytes; /* in front of ",p=" */
};

static bool attribute_is(const struct attribute *attribute, const char *text, size_t length)
{
	return attribute->length == length && memcmp(attribute->value, text, length) == 0;
}

static bool decode_proof(const struct attribute *attribute, struct digest *proof)
{
	uint8_t bytes[BASE64_MOST_BYTES(BASE64_LENGTH(DIGEST_BYTES))];
	size_t length;

	if (attribute->length != BASE64_LENGTH(DIGEST_BYTES) ||
		!base64_decode(attribute->value, attribute->length, bytes, &length))
		return false;
	if (length != DIGEST_BYTES)
		return false;
	memcpy(proof->bytes, bytes, DIGEST_BYTES);
	return true;
}

/* 7: client-final-message. No value contains a comma, so the proof begins behind the last one. */
static enum scram_error parse_last_message(
	const char *message, size_t length, struct last_message *ret_message)
{
	const char *comma = memrchr(message, ',', length);
	struct attributes rest = { message, comma, true };
	struct attributes end = { comma ? comma + 1 : NULL, message + length, comma };
	struct attribute proof;
	enum scram_error error;

	if (!comma || !expect_attribute(&rest, 'c', &ret_message->binding) ||
		!expect_attribute(&rest, 'r', &ret_message->nonce))
		return SCRAM_ERROR_OTHER;
	error = skip_extensions(&rest);
	if (error)
		return error;
	if (!expect_attribute(&end, 'p', &proof) || !decode_proof(&proof, &ret_message->proof))
		return SCRAM_ERROR_OTHER;
	ret_message->unproved_bytes = (size_t) (comma - message);
	return SCRAM_ERROR_NONE;
}

/* 7: without channel binding, the attribute contains the header of the first message. */
static bool binds_header(const struct scram *scram, const struct attribute *binding)
{
	size_t length = strlen(scram->header), n_characters = BASE64_LENGTH(length);
	CLEANUP(mem_freep) char *expected = mem_space(n_characters + 1);

	base64_encode(scram->header, length, expected);
	return attribute_is(binding, expected, n_characters);
}

static struct digest scram_signature(const struct digest *key, const struct buffer *text)
{
	return digest_hmac((struct digest_input){ key->bytes, sizeof(key->bytes) },
		(struct digest_input){ text->bytes, text->length });
}

/* 3: the proof is ClientKey XOR ClientSignature, and StoredKey is the hash of ClientKey. */
static bool is_proved(const struct scram_verifier *verifier, const struct digest *proof,
	const struct buffer *auth_message)
{
	struct digest key = scram_signature(&verifier->stored_key, auth_message), stored_key;

	for (size_t i = 0; i < sizeof(key.bytes); i++)
		key.bytes[i] ^= proof->bytes[i];
	stored_key = digest_sha256((struct digest_input){ key.bytes, sizeof(key.bytes) });
	explicit_bzero(&key, sizeof(key));
	return digest_equals(&stored_key, &verifier->stored_key);
}

static void put_signature(struct buffer *out, const struct scram_verifier *verifier,
	const struct buffer *auth_message)
{
	struct digest signature = scram_signature(&verifier->server_key, auth_message);

	buffer_put_text(out, "v=");
	base64_encode(signature.bytes, sizeof(signature.bytes),
		buffer_extend(out, BASE64_LENGTH(sizeof(signature.bytes))));
}

enum scram_error scram_read_proof(const struct scram *scram, const struct scram_verifier *verifier,
	const char *message, size_t length, struct buffer *out)
{
	CLEANUP(buffer_done) struct buffer auth_message = { 0 };
	struct last_message last = { 0 };
	enum scram_error error;

	assert(scram->server_first);
	if (!length)
		return SCRAM_ERROR_OTHER;
	if (!is_scram_text(message, length))
		return SCRAM_ERROR_INVALID_ENCODING;
	error = parse_last_message(message, length, &last);
	if (error)
		return error;
	if (!binds_header(scram, &last.binding))
		return SCRAM_ERROR_BINDINGS_DIFFER;
	if (!attribute_is(&last.nonce, scram->nonce, strlen(scram->nonce)))
		return SCRAM_ERROR_OTHER;
	buffer_format(&auth_message, "%s,%s,", scram->first_bare, scram->server_first);
	buffer_put(&auth_message, message, last.unproved_bytes);
	if (!is_proved(verifier, &last.proof, &auth_message))
		return SCRAM_ERROR_INVALID_PROOF;
	put_signature(out, verifier, &auth_message);
	return SCRAM_ERROR_NONE;
}
