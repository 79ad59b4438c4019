/* Owns the reading of what clients log in with. */
#include "action/login_reading.h"

#include <stdlib.h>
#include <string.h>

#include "action/account.h"
#include "action/login_limits.h"
#include "base/cleanup.h"
#include "base/hash.h"
#include "base/mem.h"
#include "base/text.h"
#include "proto/bearer.h"
#include "proto/casemap.h"
#include "world/devices.h"
#include "world/login.h"
#include "world/offers.h"
#include "world/session_tls.h"

void login_question_done(struct login_question *question)
{
	buffer_done(&question->text);
	mem_free_secret(question->hash);
	mem_free_secret(question->password);
	checker_request_done(&question->request);
}

static struct account *find_account_of_login(const struct world *world, const char *login)
{
	char device[DEVICE_BYTES + 1];

	return account_find_login(world, login, device);
}

/* Is the password of the name a matter of the outside checker? An account that was registered here
 * has its password here. */
static bool login_is_outside(const struct world *world, const char *name)
{
	const struct account *account = find_account_of_login(world, name);

	return world->settings->accounts.checker &&
	       (!account || account->flags & ACCOUNT_FLAG_OUTSIDE);
}

/* The gateway of a client could claim any certificate. */
static void describe_client(const struct session *session, struct checker_request *request)
{
	char address[ADDRESS_TEXT_BYTES];

	if (session->address.family == ADDRESS_FAMILY_IPV4 ||
		session->address.family == ADDRESS_FAMILY_IPV6) {
		address_format(&session->address, address);
		request->texts[CHECKER_TEXT_ADDRESS] = mem_text(address);
	}
	if (!session_extras(session)->gateway)
		request->texts[CHECKER_TEXT_CERTIFICATE] = session_tls_fingerprint(session);
	request->texts[CHECKER_TEXT_LISTENER] = mem_text(session->listener);
	request->uses_tls = session_is_secure(session);
}

void login_ask_checker(const struct session *session, const char *name, const char *password,
	struct checker_request *ret_request)
{
	*ret_request = (struct checker_request){ .kind = CHECKER_KIND_PASSWORD };
	ret_request->texts[CHECKER_TEXT_ACCOUNT] = mem_text(name);
	ret_request->texts[CHECKER_TEXT_PASSWORD] = mem_text(password);
	describe_client(session, ret_request);
}

/* That of the account with this name or nick, which the caller frees. A name without an account
 * gets one that no password matches, in the form that most accounts have. */
static char *login_hash(const struct world *world, const char *name)
{
	const struct account *account = find_account_of_login(world, name);
	CLEANUP(mem_freep) char *text = account ? account_verifier_text(account) : NULL;
	const char *totp = account ? account_extras(account)->totp : NULL;
	struct buffer both = { .is_secret = true };
	char fake[SCRAM_VERIFIER_TEXT_BYTES];
	struct scram_verifier verifier;

	if (!text) {
		login_verifier(world, name, &verifier);
		scram_verifier_format(&verifier, fake);
		text = mem_text(fake);
	}
	if (totp)
		buffer_format(&both, "%s$%s", totp, text);
	return totp ? buffer_take(&both) : TAKE(text);
}

/* RFC 4616 2: a client may act for another account than its own, but not here. */
static bool acts_for_itself(
	const struct world *world, const char *acts_for, const struct account *account)
{
	return !acts_for || !*acts_for ||
	       (account && find_account_of_login(world, acts_for) == account);
}

/* The account may not be there yet. */
static bool acts_for_name(const struct world *world, const struct sasl_plain *plain)
{
	const struct account *account = find_account_of_login(world, plain->name);

	if (account || !login_is_outside(world, plain->name))
		return acts_for_itself(world, plain->acts_for, account);
	return !*plain->acts_for || casemap_equals(world->casemap, plain->acts_for, plain->name);
}

/* Sixteen bits of a keyed hash: enough to tell names apart, and too few to guess the word. */
static char *number_of_word(const struct world *world, const char *word)
{
	CLEANUP(mem_freep) char *folded = casemap_fold(world->casemap, word);
	const uint64_t key[2] = { world->birth, 0 };
	struct buffer number = { 0 };

	buffer_format(&number, "~%u", (uint16_t) hash_secret(folded, strlen(folded), key));
	return buffer_take(&number);
}

char *login_name_of_failure(
	const struct world *world, const struct session *session, const char *name)
{
	const struct login *login = login_of(session);
	const struct account *account = name ? find_account_of_login(world, name) : NULL;
	bool may_be_secret = login && login->kind == LOGIN_KIND_IDENTIFY && !account && name &&
			     !casemap_equals(world->casemap, name, session_nick(session));

	if (!name)
		return mem_text("*");
	return may_be_secret ? number_of_word(world, name) : mem_text(name);
}

static enum login_reading read_name_and_password(const struct world *world,
	const struct session *session, const struct sasl_plain *plain,
	struct login_question *question)
{
	char device[DEVICE_BYTES + 1];
	const struct account *account = account_find_login(world, plain->name, device);
	CLEANUP(mem_freep) char *counted = login_name_of_failure(world, session, plain->name);

	if (!login_may_try(world, session, counted))
		return LOGIN_READING_WRONG;
	buffer_put_text(&question->text, account ? account->name : plain->name);
	if (*device)
		buffer_format(&question->text, "@%s", device);
	question->account = account ? account->id : 0;
	if (!acts_for_name(world, plain))
		return LOGIN_READING_WRONG;
	if (login_is_outside(world, plain->name)) {
		login_ask_checker(
			session, buffer_text(&question->text), plain->password, &question->request);
		return LOGIN_READING_ASK;
	}
	question->hash = login_hash(world, plain->name);
	question->password = mem_text(plain->password);
	return LOGIN_READING_CHECK;
}

static enum login_reading read_plain(const struct world *world, const struct session *session,
	const struct buffer *message, struct login_question *question)
{
	struct sasl_plain plain;

	if (!message->length || !sasl_parse_plain(message->bytes, message->length, &plain))
		return LOGIN_READING_WRONG;
	return read_name_and_password(world, session, &plain, question);
}

/* account:password. The name of an account has no colon, a password may have some. */
static enum login_reading read_pass(const struct world *world, const struct session *session,
	struct buffer *message, struct login_question *question)
{
	char *colon = message->length ? memchr(message->bytes, ':', message->length) : NULL;
	struct sasl_plain plain = { .acts_for = "", .name = message->bytes };

	if (!colon || colon == message->bytes || !colon[1])
		return LOGIN_READING_NONE;
	if (!world_has_accounts(world, world->settings))
		return LOGIN_READING_LATER;
	*colon = '\0';
	plain.password = colon + 1;
	if (!text_is_utf8(plain.name, strlen(plain.name)))
		return LOGIN_READING_WRONG;
	return read_name_and_password(world, session, &plain, question);
}

/* Which of the words is the name of IDENTIFY? The first one, if there is such an account, or if the
 * checker may know it; otherwise all are the password, and the account is that of the nickname. */
static char *cut_identity(const struct world *world, const char *nick, char *text)
{
	size_t length = strcspn(text, " ");
	char *password = text + length + strspn(text + length, " ");
	CLEANUP(mem_freep) char *word = mem_text_n(text, length);
	bool is_name = *password && text_is_utf8(word, length) &&
		       (find_account_of_login(world, word) ||
			       (login_is_outside(world, word) &&
				       (login_is_outside(world, nick) ||
					       !find_account_of_login(world, nick))));

	if (is_name)
		text[length] = '\0';
	return is_name ? password : NULL;
}

/* [name] password */
static enum login_reading read_identity(const struct world *world, const struct session *session,
	struct buffer *message, struct login_question *question)
{
	struct sasl_plain plain = { .acts_for = "", .name = session_nick(session) };

	if (!world_has_accounts(world, world->settings))
		return LOGIN_READING_LATER;
	plain.password = cut_identity(world, plain.name, message->bytes);
	if (plain.password)
		plain.name = message->bytes;
	else
		plain.password = message->bytes;
	return read_name_and_password(world, session, &plain, question);
}

static enum login_reading read_bearer_token(const struct world *world,
	const struct session *session, struct buffer *message, struct login_question *question)
{
	enum sasl_mechanism mechanism = (enum sasl_mechanism) login_of(session)->mechanism;
	struct checker_request *request = &question->request;
	struct bearer bearer = { 0 };
	CLEANUP(mem_freep) char *counted = NULL;
	bool is_good =
		message->length &&
		(mechanism == SASL_MECHANISM_OAUTHBEARER
				? bearer_parse_oauth(message->bytes, message->length, &bearer)
				: bearer_parse_ircv3(message->bytes, message->length, &bearer));

	counted = login_name_of_failure(world, session, bearer.name);
	if (!is_good || !login_may_try(world, session, counted))
		return LOGIN_READING_WRONG;
	if (!world->settings->accounts.checker)
		return LOGIN_READING_LATER;
	request->kind = CHECKER_KIND_TOKEN;
	request->texts[CHECKER_TEXT_ACCOUNT] = mem_text(bearer.name);
	request->texts[CHECKER_TEXT_MECHANISM] = mem_text(sasl_row(mechanism)->name);
	request->texts[CHECKER_TEXT_TOKEN] = mem_text(bearer.token);
	request->texts[CHECKER_TEXT_TOKEN_TYPE] = mem_text(bearer.type);
	describe_client(session, request);
	return LOGIN_READING_ASK;
}

static enum login_reading read_proof(const struct world *world, const struct session *session,
	const struct buffer *message, struct login_question *question)
{
	const struct scram *scram = &login_of(session)->scram;
	struct scram_verifier verifier;

	if (!login_may_try(world, session, scram->name))
		return LOGIN_READING_WRONG;
	login_verifier(world, scram->name, &verifier);
	if (acts_for_itself(world, scram->acts_for, find_account_of_login(world, scram->name)) &&
		scram_read_proof(scram, &verifier, message->bytes, message->length,
			&question->text) == SCRAM_ERROR_NONE)
		return LOGIN_READING_PROVED;
	buffer_put_text(&question->text, scram->name);
	return LOGIN_READING_WRONG;
}

enum login_reading login_read(const struct world *world, const struct session *session,
	struct login_question *ret_question)
{
	CLEANUP(buffer_done) struct buffer message = { .is_secret = true };
	const struct login *login = login_of(session);

	*ret_question = (struct login_question){ 0 };
	buffer_put(&message, login->message.bytes, login->message.length);
	if (login->kind == LOGIN_KIND_PASS)
		return read_pass(world, session, &message, ret_question);
	if (login->kind == LOGIN_KIND_IDENTIFY)
		return read_identity(world, session, &message, ret_question);
	if (!sasl_decode(&message))
		return LOGIN_READING_WRONG;
	if (login->step == LOGIN_STEP_PROOF)
		return read_proof(world, session, &message, ret_question);
	if (login->mechanism == SASL_MECHANISM_PLAIN)
		return read_plain(world, session, &message, ret_question);
	return read_bearer_token(world, session, &message, ret_question);
}

enum answer login_reading_answer(enum login_reading reading)
{
	switch (reading) {
	case LOGIN_READING_PROVED:
		return ANSWER_YES;
	case LOGIN_READING_LATER:
		return ANSWER_UNCHECKED;
	case LOGIN_READING_NONE:
		return ANSWER_NO_LOGIN;
	case LOGIN_READING_WRONG:
	case LOGIN_READING_CHECK:
	case LOGIN_READING_ASK:
		break;
	}
	return ANSWER_NO;
}
