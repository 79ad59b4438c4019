/* Owns TOTP of NickServ: an account whose logins need a code of six digits behind the password.
 *
 * A new secret is stored with the account at once, as one that counts only when a code has
 * confirmed it. The line with a code is overwritten, so a helper checks it, as with passwords. */
#include "bots/nickserv_totp.h"

#include "action/account.h"
#include "action/codes.h"
#include "action/login_limits.h"
#include "action/session_log.h"
#include "base/cleanup.h"
#include "base/mem.h"
#include "base/text.h"
#include "bots/asking.h"
#include "bots/nickserv.h"
#include "bots/voice.h"
#include "proto/totp.h"
#include "world/account_rows.h"
#include "world/flow.h"
#include "world/login.h"
#include "world/session.h"
#include "world/user.h"

/* A longer one does not fit into a line. */
#define MOST_URI_BYTES 340

/* A row of the account with other secrets. */
struct new_secrets {
	struct buffer bytes;
	char *totp, *offered;
};

static void begin_totp(struct errand *errand, enum login_kind kind)
{
	struct login *login = login_begin(errand->call->session, kind);

	login->name = mem_text(errand->account->name);
	login->account = errand->account->id;
	login->begun_ms = errand->call->world->now_ms;
}

static void totp_on(struct errand *errand)
{
	struct call *call = errand->call;

	if (account_extras(errand->account)->totp) {
		bot_say(errand, "Your account needs codes already. For a new secret, send TOTP OFF "
				"and a code first.");
		return;
	}
	if (errand->account->flags & ACCOUNT_FLAG_OUTSIDE) {
		bot_say(errand, "Your password is not checked here, so no code can follow it.");
		return;
	}
	begin_totp(errand, LOGIN_KIND_TOTP_ON);
	outbox_make_secret(call->outbox, call->session->id,
		flow_wait(call->world, call->outbox, call->session, SESSION_WAIT_VERIFIER));
}

/* Have the code checked against the secret. */
static void check_totp(
	struct errand *errand, enum login_kind kind, const char *secret, const char *missing)
{
	struct call *call = errand->call;

	if (!secret) {
		bot_say(errand, "%s", missing);
		return;
	}
	begin_totp(errand, kind);
	if (code_may_try(call->world, call->session,
		    &(struct code_owner){ .account = errand->account->id }))
		outbox_verify(call->outbox, call->session->id,
			flow_wait(call->world, call->outbox, call->session, SESSION_WAIT_LOGIN),
			secret, errand->params[1]);
	else
		login_refuse(call->world, call->outbox, call->session);
}

static void run_totp(struct errand *errand)
{
	const struct account_extras *extras = account_extras(errand->account);
	const char *action = errand->params[0];

	if (text_equals_ignoring_case(action, "ON") && errand->n_params == 1)
		totp_on(errand);
	else if (text_equals_ignoring_case(action, "CONFIRM") && errand->n_params == 2)
		check_totp(errand, LOGIN_KIND_TOTP_CONFIRM, extras->totp_offered,
			"There is no secret to confirm. Send TOTP ON first.");
	else if (text_equals_ignoring_case(action, "OFF") && errand->n_params == 2)
		check_totp(
			errand, LOGIN_KIND_TOTP_OFF, extras->totp, "Your account needs no codes.");
	else
		bot_say_usage(errand);
}

static void put_new_secrets(void *data, struct account_fields *fields)
{
	struct new_secrets *secrets = data;

	fields->totp = secrets->totp;
	fields->totp_offered = secrets->offered;
	account_fields_put(&secrets->bytes, fields);
}

/* The caller asks for the change. NULL: another one is under way, which the user was told. */
static struct change *secrets_change(
	struct call *call, const struct account *account, char *totp, char *offered)
{
	struct new_secrets secrets = { { .is_secret = true }, totp, offered };
	struct change *change = nickserv_change(call, account);

	if (!change)
		return NULL;
	account_with_fields(account, put_new_secrets, &secrets);
	nickserv_add_row(
		call, change, (struct store_row){ .table = STORE_TABLE_ACCOUNTS }, &secrets.bytes);
	change->kind = CHANGE_KIND_TOTP;
	return change;
}

/* That of the login, if the user is still logged in to it. NULL: not, which the user was told. */
static const struct account *account_of_totp(struct call *call)
{
	const struct account *account =
		account_find_id(call->world, login_of(call->session)->account);

	if (account && account_of_user(call->world, call->user) == account)
		return account;
	service_say(call, &service_nickserv, "You are not logged in any more.");
	return NULL;
}

void totp_secret_made(struct call *call, const struct event *event)
{
	char *text = mem_text_n(event->text, event->text_length);
	char *secret = totp_hash_secret(text);
	char *offered = secret ? totp_hash(secret, NULL) : NULL;
	const struct account *account = account_of_totp(call);
	struct change *change = NULL;

	if (account && !offered)
		service_say(call, &service_nickserv, "The server is busy, try again later.");
	else if (account)
		change = secrets_change(call, account, account_extras(account)->totp, offered);
	mem_free_secret(text);
	mem_free_secret(secret);
	mem_free_secret(offered);
	login_end(call->session);
	if (change)
		change_ask(call->world, call->outbox, call->session, change);
}

static void tell_secret(struct call *call, const struct account *account)
{
	char *secret = totp_hash_secret(account_extras(account)->totp_offered);
	CLEANUP(buffer_done) struct buffer uri = { .is_secret = true };

	totp_put_uri(&uri, call->world->settings->network_name, account->name, secret);
	service_say_secret(call, &service_nickserv,
		"Add this secret to an app for codes of six digits, which change every 30 seconds: "
		"%s",
		secret);
	mem_free_secret(secret);
	if (uri.length <= MOST_URI_BYTES)
		service_say_secret(call, &service_nickserv,
			"As an address, which apps read from a QR code: %s", uri.bytes);
	service_say(call, &service_nickserv,
		"Then send TOTP CONFIRM and the code that the app shows. Nothing has changed yet.");
}

/* The client may be gone. */
static void log_codes(struct call *call, const struct account *account)
{
	const char *codes = account_extras(account)->totp ? "on" : "off";

	if (call->session)
		log_session(call->outbox, LOGBOOK_CODES_CHANGED, call->session, "ACCOUNT",
			account->name, "CODES", codes);
	else
		outbox_log(call->outbox, LOGBOOK_CODES_CHANGED, "ACCOUNT", account->name, "CODES",
			codes);
}

void totp_stored(struct call *call, const struct change *change, int status)
{
	const struct account *account = account_find_id(call->world, change->account);
	bool is_offer = !change->text;

	if (status == STORED_YES && !account)
		status = STORED_GONE;
	if (status == STORED_YES && !is_offer)
		log_codes(call, account);
	if (status != STORED_YES || !is_offer)
		nickserv_stored(call, change, status);
	else if (call->session)
		tell_secret(call, account);
}

/* The code was right: if it counts, the account gets what it was for. */
static void finish_totp(struct call *call, const struct account *account, uint64_t step)
{
	bool is_off = login_of(call->session)->kind == LOGIN_KIND_TOTP_OFF;
	const struct code_owner owner = { .account = account->id };
	struct change *change = secrets_change(
		call, account, is_off ? NULL : account_extras(account)->totp_offered, NULL);

	if (!change) {
		login_end(call->session);
		return;
	}
	if (!code_use_in_change(call->world, change, &owner, step)) {
		change_free(change);
		login_refuse(call->world, call->outbox, call->session);
		return;
	}
	login_end(call->session);
	bot_ask_change(call, change, "%s",
		is_off ? "Your password suffices again, without a code."
		       : "From now on, write the present code directly behind your password when "
			 "you log in. SCRAM-SHA-256 no longer works for your account, because it "
			 "does not send the password; certificates still log in, without a code.");
}

void totp_checked(struct call *call, const struct event *event)
{
	const struct account *account = account_of_totp(call);

	if (account && event->status == ANSWER_NO) {
		login_fail_code(call->world, call->outbox, call->session, account);
		return;
	}
	if (account && event->status == ANSWER_YES) {
		finish_totp(call, account, event->step);
		return;
	}
	if (account)
		service_say(call, &service_nickserv, "The server is busy, try again later.");
	login_end(call->session);
}

void totp_refuse(struct call *call)
{
	log_session(call->outbox, LOGBOOK_LOGIN_REFUSED, call->session, "METHOD", "TOTP");
	login_end(call->session);
	service_say(call, &service_nickserv,
		"The code is wrong, or was used before. Wait for the next one, and check that the "
		"clock of your device is right.");
}

NICKSERV(totp) = {
	.name = "TOTP",
	.min_params = 1,
	.max_params = 2,
	.cost = 2,
	.flags = SUBCOMMAND_NEEDS_LOGIN | SUBCOMMAND_CHANGES,
	.secret = 2,
	.run = run_totp,
	.usage = "ON | CONFIRM <six digits> | OFF <six digits>",
	.help = "Makes your account need a code of six digits behind the password, from an app "
		"that makes such codes (TOTP, RFC 6238). ON tells you a secret for the app, and "
		"CONFIRM with a code from it puts it into force. Each code counts once. "
		"SCRAM-SHA-256 then no longer logs you in, because it does not send the password; "
		"certificates still do, without a code.",
};

static void run_totpreset(struct errand *errand)
{
	struct call *call = errand->call;
	const struct account *account = account_find(call->world, errand->params[0]);
	struct change *change = NULL;

	if (!account)
		bot_say(errand, "There is no account %s.", errand->params[0]);
	else if (!account_extras(account)->totp && !account_extras(account)->totp_offered)
		bot_say(errand, "%s needs no codes.", account->name);
	else
		change = secrets_change(call, account, NULL, NULL);
	if (change)
		bot_ask_change(call, change, "%s needs no codes any more.", account->name);
}

NICKSERV(totpreset) = {
	.name = "TOTPRESET",
	.min_params = 1,
	.max_params = 1,
	.cost = 2,
	.flags = SUBCOMMAND_CHANGES,
	.privilege = "force",
	.run = run_totpreset,
	.papoctl = "account totp-reset",
	.usage = "<account>",
	.help = "Makes the account of a user who has lost the app need no codes.",
};
