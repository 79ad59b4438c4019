/* Owns the checking of passwords in scenarios. */
#include "fake_worker.h"

#include <crypt.h>
#include <string.h>

#include "action/login_reading.h"
#include "base/cleanup.h"
#include "base/mem.h"
#include "proto/mail_code.h"
#include "proto/opaque_string.h"
#include "proto/scram_verifier.h"
#include "world/login.h"
#include "world/session.h"

static bool is_password(const char *password, const char *hash)
{
	struct crypt_data data = { 0 };
	struct scram_verifier verifier;
	const char *found;

	if (mail_code_is_hash(hash))
		return mail_code_matches(password, hash);
	if (scram_verifier_parse(hash, &verifier))
		return scram_verifier_matches(&verifier, password);
	found = crypt_r(password, hash, &data);
	return found && strcmp(found, hash) == 0;
}

static enum answer answer_of(bool is_yes)
{
	return is_yes ? ANSWER_YES : ANSWER_NO;
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

/* The verifier of a password that is right for an imported hash. */
static void renew(const char *password, const char *hash, struct buffer *text)
{
	struct scram_verifier verifier;

	if (!scram_verifier_parse(hash, &verifier) && !mail_code_is_hash(hash))
		(void) derive(password, text);
}

static uint64_t authenticate(const struct fake_checker *checker, const struct world *world,
	const struct session *session, struct buffer *text, uint64_t *ret_number)
{
	CLEANUP(login_question_done) struct login_question question = { 0 };
	enum login_reading reading = login_read(world, session, &question);

	if (reading == LOGIN_READING_ASK)
		return fake_checker_answer(checker, &question.request, text);
	*ret_number = question.account;
	if (reading == LOGIN_READING_CHECK && is_password(question.password, question.hash)) {
		renew(question.password, question.hash, text);
		return ANSWER_YES;
	}
	buffer_put_text(text, buffer_text(&question.text));
	return reading == LOGIN_READING_CHECK ? ANSWER_NO : login_reading_answer(reading);
}

static uint64_t check(const struct fake_checker *checker, const struct session *session,
	const struct request *request, struct buffer *text)
{
	CLEANUP(checker_request_done) struct checker_request question = { 0 };

	login_ask_checker(session, request->account, request->password, &question);
	return fake_checker_answer(checker, &question, text);
}

static bool derive_with_code(const char *hash, const char *given, struct buffer *text)
{
	size_t length = strcspn(given, " ");
	CLEANUP(mem_freep) char *code = mem_text_n(given, length);

	if (mail_code_matches(code, hash))
		return derive(given + length + 1, text);
	buffer_put_text(text, "code");
	return false;
}

uint64_t fake_worker_run(const struct fake_checker *checker, const struct world *world,
	const struct effect *effect, struct buffer *text, uint64_t *ret_number)
{
	const struct session *session = session_find(world, effect->session);
	const struct request *request = effect->request;

	*ret_number = 0;
	if (effect->kind == EFFECT_AUTHENTICATE)
		return authenticate(checker, world, session, text, ret_number);
	if (effect->kind == EFFECT_CHECK)
		return check(checker, session, request, text);
	if (effect->kind == EFFECT_DERIVE && request->hash)
		return answer_of(derive_with_code(request->hash, request->password, text));
	if (effect->kind == EFFECT_DERIVE)
		return answer_of(derive(request->password, text));
	if (!is_password(request->password, request->hash))
		return ANSWER_NO;
	if (session && login_of(session))
		renew(request->password, request->hash, text);
	return ANSWER_YES;
}
