/* Owns the checking of passwords in scenarios. */
#include "fake_worker.h"

#include <crypt.h>
#include <string.h>

#include "action/login_reading.h"
#include "base/cleanup.h"
#include "base/mem.h"
#include "fake_gate.h"
#include "proto/invitation_text.h"
#include "proto/mail_code.h"
#include "proto/opaque_string.h"
#include "proto/scram_verifier.h"
#include "proto/totp.h"
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

/* In the scenario's time. */
static bool verify(
	const struct world *world, const char *password, const char *hash, uint64_t *ret_step)
{
	struct totp_split split = totp_split(hash, password, world->wall_ms);
	bool matches = !split.hash || is_password(split.password, split.hash);
	bool lacks_code = split.needs_code && !split.step;

	*ret_step = matches && lacks_code ? TOTP_STEP_WRONG : split.step;
	totp_split_done(&split);
	return matches && !lacks_code;
}

static bool derive(const char *password, struct buffer *text)
{
	struct scram_verifier verifier = { .rounds = SCRAM_LEAST_ROUNDS, .salt_bytes = 4 };
	char written[SCRAM_VERIFIER_TEXT_BYTES], hash[INVITATION_HASH_BYTES];
	char *normal = opaque_string(invitation_split(password, hash));
	bool is_good = normal != NULL;

	if (is_good) {
		scram_verifier_derive(&verifier, normal);
		scram_verifier_format(&verifier, written);
		buffer_format(text, "%s%s%s", written, *hash ? " " : "", hash);
	}
	mem_free_secret(normal);
	return is_good;
}

/* The verifier of a password that is right for an imported hash. */
static void renew(const char *password, const char *hash, struct buffer *text)
{
	struct totp_split split = totp_split(hash, password, 0);
	struct scram_verifier verifier;

	if (split.hash && !scram_verifier_parse(split.hash, &verifier) &&
		!mail_code_is_hash(split.hash))
		(void) derive(split.password, text);
	totp_split_done(&split);
}

/* As helpers of the daemon do it. */
static uint64_t ask_outside(const struct fake_checker *checker, const struct world *world,
	const struct session *session, const struct checker_request *question,
	struct fake_answer *answer)
{
	uint64_t status = fake_checker_answer(checker, question, &answer->text);
	CLEANUP(mem_freep)
	char *name = login_name_of_failure(world, session, question->texts[CHECKER_TEXT_ACCOUNT]);

	if (status != ANSWER_NO)
		return status;
	buffer_clear(&answer->text);
	buffer_put_text(&answer->text, name);
	return status;
}

static uint64_t authenticate(const struct fake_checker *checker, const struct world *world,
	const struct session *session, struct fake_answer *answer)
{
	CLEANUP(login_question_done) struct login_question question = { 0 };
	enum login_reading reading = login_read(world, session, &question);

	if (reading == LOGIN_READING_ASK)
		return ask_outside(checker, world, session, &question.request, answer);
	answer->number = question.account;
	if (reading == LOGIN_READING_CHECK &&
		verify(world, question.password, question.hash, &answer->step)) {
		renew(question.password, question.hash, &answer->text);
		if (!answer->text.length)
			buffer_put_text(&answer->text, buffer_text(&question.text));
		return ANSWER_YES;
	}
	buffer_put_text(&answer->text, buffer_text(&question.text));
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

/* That of RFC 6238 for codes; the last letters of invitations count them. */
static uint64_t make_secret(
	const struct world *world, const struct session *session, struct buffer *text)
{
	char secret[] = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ", hash[INVITATION_HASH_BYTES];
	CLEANUP(mem_freep) char *both = NULL;

	if (login_of(session)->kind == LOGIN_KIND_INVITATION)
		secret[sizeof(secret) - 2] = (char) ('A' + world->registration_tokens.count);
	invitation_hash(secret, hash);
	both = totp_hash(secret, hash);
	buffer_put_text(text, both);
	return ANSWER_YES;
}

uint64_t fake_worker_run(const struct fake_checker *checker, const struct world *world,
	const struct effect *effect, struct fake_answer *answer)
{
	const struct session *session = session_find(world, effect->session);
	const struct request *request = effect->request;

	if (effect->kind == EFFECT_AUTHENTICATE)
		return authenticate(checker, world, session, answer);
	if (effect->kind == EFFECT_CHECK)
		return check(checker, session, request, &answer->text);
	if (effect->kind == EFFECT_DERIVE && request->hash)
		return answer_of(derive_with_code(request->hash, request->password, &answer->text));
	if (effect->kind == EFFECT_DERIVE)
		return answer_of(derive(request->password, &answer->text));
	if (effect->kind == EFFECT_UPLOADS)
		return fake_gate_report(request, &answer->text);
	if (effect->kind == EFFECT_SECRET)
		return make_secret(world, session, &answer->text);
	if (!verify(world, request->password, request->hash, &answer->step))
		return ANSWER_NO;
	if (session && login_of(session))
		renew(request->password, request->hash, &answer->text);
	return ANSWER_YES;
}
