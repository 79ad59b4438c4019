/* Owns AUTHENTICATE. IRCv3 sasl-3.1 and sasl-3.2.
 *
 * A line may hold a password or a proof, and is overwritten afterwards; see world/login.h. */
#include "command/authenticate.h"

#include <string.h>

#include "action/account.h"
#include "action/pinning.h"
#include "action/reply.h"
#include "action/session_log.h"
#include "base/base64.h"
#include "base/cleanup.h"
#include "base/hash.h"
#include "base/mem.h"
#include "command/commands.h"
#include "world/caps.h"
#include "world/devices.h"
#include "world/login.h"
#include "world/offers.h"
#include "world/session_tls.h"

#define NONCE_BYTES 18
#define NONCE_TEXT_BYTES (NONCE_BYTES / 3 * 4 + 1)

static void fail_sasl(struct call *call, const char *why)
{
	login_end(call->session);
	reply(call, ERR_SASLFAIL, why);
}

/* The client has proved who it is. IRCv3 sasl-3.1: 902 names the obstacle, and 904 ends the
 * exchange, for the clients that do not know 902. */
static void fail_login(struct call *call, const struct account *account, const char *reason)
{
	CLEANUP(buffer_done) struct buffer why = { 0 };

	if (account && account->flags & ACCOUNT_FLAG_SUSPENDED)
		reply(call, ERR_NICKLOCKED);
	buffer_format(&why, ": %s", reason);
	fail_sasl(call, buffer_text(&why));
}

static void send_message(struct call *call, const char *bytes, size_t length)
{
	struct sasl_pieces pieces = { bytes, length, false };
	char piece[SASL_PIECE_BYTES + 1];

	while (sasl_next_piece(&pieces, piece))
		reply_line(call, "AUTHENTICATE %s", piece);
}

/* RFC 7628 4 and 5: who reads a token can use it. Clients of this machine need no TLS. */
static bool may_send_token(const struct session *session)
{
	return session_is_secure(session) || address_is_this_machine(&session->address);
}

static bool is_bearer(enum sasl_mechanism mechanism)
{
	return mechanism == SASL_MECHANISM_OAUTHBEARER || mechanism == SASL_MECHANISM_IRCV3BEARER;
}

/* Beside a checker, SCRAM serves the accounts that have a password here. */
static bool takes_mechanism_of(uint32_t offered, enum sasl_mechanism mechanism)
{
	return (offered | SASL_BIT(SASL_MECHANISM_SCRAM_SHA_256)) & SASL_BIT(mechanism);
}

static void choose_mechanism(struct call *call)
{
	const struct cap_basis basis = cap_basis_of(call->world);
	CLEANUP(buffer_done) struct buffer names = { 0 };
	uint32_t offered = caps_mechanisms(&basis);
	enum sasl_mechanism mechanism;

	if (!world_has_accounts(call->world, call->world->settings)) {
		reply(call, ERR_SASLFAIL, ": the server has no accounts at the moment");
		return;
	}
	if (call->n_params > 1 || !sasl_find_mechanism(call->params[0], &mechanism) ||
		!takes_mechanism_of(offered, mechanism)) {
		sasl_put_mechanisms(&names, offered);
		reply(call, RPL_SASLMECHS, buffer_text(&names));
		reply(call, ERR_SASLFAIL, "");
		return;
	}
	call->holds_no_secret = true;
	if (is_bearer(mechanism) && !may_send_token(call->session)) {
		reply(call, ERR_SASLFAIL, ": connect with TLS to log in by a token");
		return;
	}
	login_begin(call->session, LOGIN_KIND_SASL)->mechanism = (uint8_t) mechanism;
	reply_line(call, "AUTHENTICATE +");
}

static void make_nonce(struct world *world, char nonce[NONCE_TEXT_BYTES])
{
	uint64_t dice[(NONCE_BYTES + 7) / 8];

	for (size_t i = 0; i < ARRAY_LENGTH(dice); i++)
		dice[i] = hash_random(&world->dice);
	base64_encode(dice, NONCE_BYTES, nonce);
}

/* The first message of SCRAM names the account, and holds no secret. */
static void begin_scram(struct call *call, struct login *login)
{
	const struct account *account;
	CLEANUP(buffer_done) struct buffer challenge = { 0 };
	char nonce[NONCE_TEXT_BYTES];
	char device[DEVICE_BYTES + 1];
	struct scram_verifier verifier;

	if (!sasl_decode(&login->message) || scram_read_first(&login->scram, login->message.bytes,
						     login->message.length) != SCRAM_ERROR_NONE) {
		fail_sasl(call, "");
		return;
	}
	call->holds_no_secret = true;
	login_forget_secret(login);
	account = account_find_login(call->world, login->scram.name, device);
	login->account = account ? account->id : 0;
	login_verifier(call->world, login->scram.name, &verifier);
	make_nonce(call->world, nonce);
	scram_put_challenge(&login->scram, &verifier, nonce, &challenge);
	login->step = LOGIN_STEP_PROOF;
	send_message(call, challenge.bytes, challenge.length);
}

/* RFC 4422 A: the message is the account to act for, which may be left out. */
static void finish_external(struct call *call, struct login *login)
{
	const struct tls_facts *facts = certificate_facts(call->session);
	const struct account_certificate *certificate =
		account_certificate_by_tls(call->world, facts, NULL);
	const struct account *account = NULL;

	call->holds_no_secret = true;
	if (!certificate) {
		fail_sasl(call, ": no account has your certificate");
		return;
	}
	if (sasl_decode(&login->message))
		account = login->message.length
				  ? account_find_owner(call->world, login->message.bytes)
				  : certificate->account;
	if (!account || !account_certificate_by_tls(call->world, facts, account)) {
		fail_sasl(call, "");
		return;
	}
	if (certificate->flags & CERTIFICATE_FLAG_UNPROVEN && !login->message.length) {
		fail_sasl(call, ": an account has your certificate, but was only told it: name the "
				"account in the login, or send CERT ADD to NickServ with the "
				"certificate");
		return;
	}
	if (!login_accept(call, account)) {
		fail_login(call, account, login_obstacle(account));
		return;
	}
	login_end(call->session);
	reply(call, RPL_SASLSUCCESS);
}

/* The client has verified the server. Its account may have ended meanwhile, have another password,
 * or need codes now. */
static void finish_scram(struct call *call, struct login *login)
{
	const struct account *account = account_find_id(call->world, login->account);

	if (strcmp(call->params[0], "+") != 0 || !account || account_extras(account)->totp ||
		!scram_was_challenged(&login->scram, &account->verifier)) {
		fail_sasl(call, "");
		return;
	}
	if (!login_accept(call, account)) {
		fail_login(call, account, login_obstacle(account));
		return;
	}
	login_note_device(call, login->scram.name);
	login_end(call->session);
	reply(call, RPL_SASLSUCCESS);
}

static void take_sasl_message(struct call *call, struct login *login)
{
	if (login->mechanism == SASL_MECHANISM_EXTERNAL)
		finish_external(call, login);
	else if (login->mechanism == SASL_MECHANISM_SCRAM_SHA_256 &&
		 login->step == LOGIN_STEP_FIRST)
		begin_scram(call, login);
	else
		login_check(call);
}

/* So much of an unfinished message must not be parsed twice: the first one of SCRAM is one line. */
static bool is_too_long(const struct login *login, enum sasl_result result)
{
	return result == SASL_RESULT_TOO_LONG ||
	       (result == SASL_RESULT_WAITS && login->step == LOGIN_STEP_FIRST &&
		       login->mechanism == SASL_MECHANISM_SCRAM_SHA_256);
}

static void take_sasl_piece(struct call *call, struct login *login)
{
	enum sasl_result result = sasl_collect(
		&login->message, (enum sasl_mechanism) login->mechanism, call->params[0]);

	if (login->mechanism == SASL_MECHANISM_EXTERNAL)
		call->holds_no_secret = true;
	if (is_too_long(login, result)) {
		login_end(call->session);
		reply(call, ERR_SASLTOOLONG);
	} else if (result == SASL_RESULT_MALFORMED) {
		fail_sasl(call, "");
	} else if (result == SASL_RESULT_COMPLETE) {
		take_sasl_message(call, login);
	}
}

void authenticate_abort(struct call *call)
{
	const struct login *login = login_of(call->session);

	if (!login || login->kind != LOGIN_KIND_SASL)
		return;
	login_end(call->session);
	reply(call, ERR_SASLABORTED);
}

static void run(struct call *call)
{
	struct login *login = login_of(call->session);

	/* One byte is no secret, and must not become the star of an abort. */
	call->holds_no_secret = call->n_params == 1 && strlen(call->params[0]) == 1;
	if (call->n_params == 1 && strcmp(call->params[0], "*") == 0) {
		login_end(call->session);
		reply(call, ERR_SASLABORTED);
	} else if (!login) {
		choose_mechanism(call);
	} else if (call->n_params > 1 || login->step == LOGIN_STEP_REFUSED) {
		fail_sasl(call, "");
	} else if (login->step == LOGIN_STEP_ACCEPT) {
		finish_scram(call, login);
	} else {
		take_sasl_piece(call, login);
	}
}

/* Only a client that has proved the password may learn that codes are needed. */
static bool refuse_without_code(struct call *call, const struct login *login)
{
	const struct account *account = account_find_id(call->world, login->account);

	if (!account || !account_extras(account)->totp)
		return false;
	log_session(call->outbox, LOGBOOK_LOGIN_REFUSED, call->session, "METHOD",
		sasl_row(SASL_MECHANISM_SCRAM_SHA_256)->name);
	fail_sasl(call, ": your account needs a code of six digits, which SCRAM cannot send: use "
			"SASL PLAIN, with the code directly behind your password");
	return true;
}

void authenticate_proved(struct call *call, const struct event *event)
{
	struct login *login = login_of(call->session);

	login_forget_secret(login);
	if (refuse_without_code(call, login))
		return;
	login->step = LOGIN_STEP_ACCEPT;
	send_message(call, event->text, event->text_length);
}

void authenticate_decided(struct call *call, enum login_result result, const char *reason)
{
	const struct account *account = NULL;

	if (result == LOGIN_RESULT_ACCEPTED) {
		login_end(call->session);
		reply(call, RPL_SASLSUCCESS);
		return;
	}
	if (result == LOGIN_RESULT_FAILED)
		account = account_find_id(call->world, login_of(call->session)->account);
	fail_login(call, account, reason);
}

/* RFC 7628 3.2.3: the client answers before the exchange has failed. */
static void challenge_refused_token(struct call *call, struct login *login)
{
	static const char reason[] = "{\"status\":\"invalid_token\"}";

	login->step = LOGIN_STEP_REFUSED;
	send_message(call, reason, strlen(reason));
}

void authenticate_refuse(struct call *call)
{
	struct login *login = login_of(call->session);

	log_session(call->outbox, LOGBOOK_LOGIN_REFUSED, call->session, "METHOD",
		sasl_row((enum sasl_mechanism) login->mechanism)->name);
	if (login->mechanism == SASL_MECHANISM_OAUTHBEARER)
		challenge_refused_token(call, login);
	else
		fail_sasl(call, "");
}

COMMAND(authenticate) = {
	.name = "AUTHENTICATE",
	.min_params = 1,
	.cost = 2,
	.flags = COMMAND_BEFORE_REGISTRATION,
	.reach = COMMAND_REACH_WORLD,
	.secret = 1,
	.run = run,
	.usage = "<mechanism>|<response>|*",
	.help = "Logs your client in to an account, with SASL, as clients do by themselves once "
		"they know the name and the password of your account.",
};
