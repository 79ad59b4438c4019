/* Any messages of a client, one a line: the first one, extensions of a last one whose proof is
 * right, and a whole last one. Then the text of a verifier. What is accepted is complete and valid.
 */
#include <assert.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/base64.h"
#include "base/cleanup.h"
#include "base/mem.h"
#include "base/text.h"
#include "proto/scram.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const struct digest_input client_key = { "0123456789abcdef0123456789abcdef", DIGEST_BYTES };

static struct scram_verifier own_verifier(void)
{
	struct scram_verifier verifier = { .rounds = SCRAM_ROUNDS, .salt_bytes = SCRAM_SALT_BYTES };

	verifier.stored_key = digest_sha256(client_key);
	return verifier;
}

static void check_text(const char *text)
{
	assert(*text && text_is_utf8(text, strlen(text)));
}

static void check_first(const struct scram *scram, const char *message)
{
	size_t header_bytes = strlen(scram->header);

	check_text(scram->name);
	check_text(scram->nonce);
	if (scram->acts_for)
		check_text(scram->acts_for);
	assert(strncmp(message, scram->header, header_bytes) == 0);
	assert(strcmp(message + header_bytes, scram->first_bare) == 0);
	assert(!strpbrk(scram->nonce, ", "));
	assert(!scram->server_first);
}

static void put_proof(struct buffer *last, const struct scram *scram)
{
	struct scram_verifier verifier = own_verifier();
	CLEANUP(buffer_done) struct buffer text = { 0 };
	char base64[BASE64_LENGTH(DIGEST_BYTES) + 1];
	struct digest proof;

	buffer_format(&text, "%s,%s,%s", scram->first_bare, scram->server_first, last->bytes);
	proof = digest_hmac((struct digest_input){ verifier.stored_key.bytes, DIGEST_BYTES },
		(struct digest_input){ text.bytes, text.length });
	for (size_t i = 0; i < DIGEST_BYTES; i++)
		proof.bytes[i] ^= ((const uint8_t *) client_key.bytes)[i];
	base64_encode(proof.bytes, DIGEST_BYTES, base64);
	buffer_format(last, ",p=%s", base64);
}

/* Nothing but the extensions can be wrong. */
static void check_proved(const struct scram *scram, const char *extensions)
{
	CLEANUP(buffer_done) struct buffer last = { 0 }, out = { 0 };
	size_t length = strlen(scram->header);
	struct scram_verifier verifier = own_verifier();
	enum scram_error error;

	buffer_put_text(&last, "c=");
	base64_encode(scram->header, length, buffer_extend(&last, BASE64_LENGTH(length)));
	buffer_format(&last, ",r=%s%s%s", scram->nonce, *extensions ? "," : "", extensions);
	put_proof(&last, scram);
	error = scram_read_proof(scram, &verifier, last.bytes, last.length, &out);
	assert(!error || *extensions);
	assert(error != SCRAM_ERROR_INVALID_PROOF && error != SCRAM_ERROR_BINDINGS_DIFFER);
	assert(error ? !out.length : out.length == 2 + BASE64_LENGTH(DIGEST_BYTES));
}

static void check_last(const struct scram *scram, const char *message)
{
	CLEANUP(buffer_done) struct buffer out = { 0 };
	struct scram_verifier verifier = own_verifier();

	assert(scram_read_proof(scram, &verifier, message, strlen(message), &out));
	assert(!out.length);
}

static void check_verifier(const char *text)
{
	char again[SCRAM_VERIFIER_TEXT_BYTES];
	struct scram_verifier verifier;

	if (!scram_verifier_parse(text, &verifier))
		return;
	scram_verifier_format(&verifier, again);
	assert(strcmp(text, again) == 0);
}

static void check_exchange(const char *first, const char *extensions, const char *last)
{
	CLEANUP(scram_done) struct scram scram = { 0 };
	CLEANUP(buffer_done) struct buffer challenge = { 0 };
	struct scram_verifier verifier = own_verifier();

	if (scram_read_first(&scram, first, strlen(first))) {
		assert(!scram.name && !scram.acts_for && !scram.header);
		return;
	}
	check_first(&scram, first);
	scram_put_challenge(&scram, &verifier, "server", &challenge);
	check_proved(&scram, extensions);
	check_last(&scram, last);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *text = mem_text_n((const char *) data, size), *rest = text;
	struct scram whole = { 0 };
	const char *lines[4];

	(void) scram_read_first(&whole, text, size);
	scram_done(&whole);
	for (size_t i = 0; i < ARRAY_LENGTH(lines); i++) {
		lines[i] = text_split(&rest, '\n');
		lines[i] = lines[i] ? lines[i] : "";
	}
	check_exchange(lines[0], lines[1], lines[2]);
	check_verifier(lines[3]);
	free(text);
	return 0;
}
