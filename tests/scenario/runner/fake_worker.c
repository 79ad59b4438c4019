/* Owns the checking of passwords in scenarios. */
#include "fake_worker.h"

#include <crypt.h>
#include <string.h>

#include "action/login_reading.h"
#include "base/cleanup.h"
#include "base/mem.h"
#include "proto/opaque_string.h"
#include "proto/scram_verifier.h"
#include "world/session.h"

static bool is_password(const char *password, const char *hash)
{
	struct crypt_data data = { 0 };
	struct scram_verifier verifier;
	const char *found;

	if (scram_verifier_parse(hash, &verifier))
		return scram_verifier_matches(&verifier, password);
	found = crypt_r(password, hash, &data);
	return found && strcmp(found, hash) == 0;
}

static bool authenticate(
	const struct world *world, uint64_t id, struct buffer *text, uint64_t *ret_number)
{
	CLEANUP(login_question_done) struct login_question question = { 0 };
	enum login_reading reading = login_read(world, session_find(world, id), &question);

	buffer_put_text(text, buffer_text(&question.text));
	*ret_number = question.account;
	return reading == LOGIN_READING_PROVED ||
	       (reading == LOGIN_READING_CHECK && is_password(question.password, question.hash));
}

static bool derive(const char *password, struct buffer *text)
{
	struct scram_verifier verifier = { .rounds = SCRAM_LEAST_ROUNDS, .salt_bytes = 4 };
	char written[SCRAM_VERIFIER_TEXT_BYTES], *normal = opaque_string(password);
	bool is_good = normal != NULL;

	if (is_good) {
		scram_verifier_derive(&verifier, normal);
		scram_verifier_format(&verifier, written);
		buffer_put_text(text, written);
	}
	mem_free_secret(normal);
	return is_good;
}

bool fake_worker_run(const struct world *world, const struct effect *effect, struct buffer *text,
	uint64_t *ret_number)
{
	*ret_number = 0;
	if (effect->kind == EFFECT_AUTHENTICATE)
		return authenticate(world, effect->session, text, ret_number);
	if (effect->kind == EFFECT_DERIVE)
		return derive(effect->request->password, text);
	return is_password(effect->request->password, effect->request->hash);
}
