/* Owns REGISTER. IRCv3 account-registration.
 *
 * The line is overwritten once it is handled, and a replay must lead to the same state: only the
 * worker that derives the verifier reads the password. */
#include "command/register.h"

#include <string.h>

#include "action/account.h"
#include "action/lookup.h"
#include "action/reply.h"
#include "action/session_log.h"
#include "base/cleanup.h"
#include "base/mem.h"
#include "command/commands.h"
#include "command/registration.h"
#include "proto/casemap.h"
#include "proto/name_syntax.h"
#include "world/account_rows.h"
#include "world/caps.h"
#include "world/flow.h"
#include "world/login.h"
#include "world/naming.h"
#include "world/services.h"
#include "world/session.h"
#include "world/user.h"

#define DAY_SECONDS 86400

static struct rate registration_rate(const struct world *world)
{
	return (struct rate){ world->settings->accounts.per_address, DAY_SECONDS };
}

/* The account's name, borrowed; NULL: "*", and there is no nick. */
static const char *wanted_name(const struct call *call)
{
	if (strcmp(call->params[0], "*") != 0)
		return call->params[0];
	return call->user ? call->user->nick : call->session->registration->nick;
}

/* True: the client may not register anything now. */
static bool refuse_asker(struct call *call, const char *name)
{
	const struct cap_basis basis = cap_basis_of(call->world);
	char key[TALLY_KEY_BYTES];

	tally_key(key, TALLY_REGISTRATION, &call->session->address, NULL);
	if (login_account(call->session))
		reply_fail(call, "ALREADY_AUTHENTICATED",
			"%s :You are logged in to an account already",
			login_account(call->session));
	else if (!call->user && !caps_may_register_early(&basis))
		reply_fail(call, "COMPLETE_CONNECTION_REQUIRED",
			":Send NICK and USER first, and register once you are welcomed");
	else if (!(caps_offered(&basis) & CAP_ACCOUNT_REGISTRATION))
		reply_fail(call, "TEMPORARILY_UNAVAILABLE",
			"%s :No accounts can be registered here at the moment", name);
	else if (!tally_can_take(&call->world->tallies, key, call->world->now_ms,
			 registration_rate(call->world)))
		reply_fail(call, "TEMPORARILY_UNAVAILABLE",
			"%s :Too many accounts were registered from your address, try again "
			"tomorrow",
			name);
	else
		return false;
	return true;
}

/* A nick of somebody else, who may want to register it later. */
static bool is_used_by_another(const struct call *call, const char *name)
{
	const struct user *user = naming_find_other(call->world, call->user, name);

	return user && user != call->user;
}

static bool refuse_account_name(struct call *call, const char *name)
{
	const struct settings *settings = call->world->settings;

	if (!nick_is_valid(call->world->casemap, name, settings->nick_length) ||
		bans_match_name(call->world, BAN_KIND_NICK, name) ||
		services_own_nick(call->world, name))
		reply_fail(call, "BAD_ACCOUNT_NAME", "%s :An account cannot have this name",
			lookup_word(name));
	else if (account_find_owner(call->world, name))
		reply_fail(
			call, "ACCOUNT_EXISTS", "%s :The name belongs to an account already", name);
	else if (is_used_by_another(call, name))
		reply_fail(
			call, "BAD_ACCOUNT_NAME", "%s :Somebody else uses this nickname now", name);
	else
		return false;
	return true;
}

static bool refuse_email(struct call *call, const char *name)
{
	if (strcmp(call->params[1], "*") == 0 || mail_address_is_valid(call->params[1]))
		return false;
	reply_fail(call, "INVALID_EMAIL", "%s :This is no e-mail address; * is none", name);
	return true;
}

/* By its length only: see above. */
static bool refuse_password_length(struct call *call, const char *name)
{
	size_t length = strlen(call->params[2]);

	if (length < call->world->settings->accounts.password_bytes)
		reply_fail(call, "WEAK_PASSWORD", "%s :The password is shorter than %u bytes", name,
			call->world->settings->accounts.password_bytes);
	else if (length > SASL_FIELD_BYTES)
		reply_fail(call, "UNACCEPTABLE_PASSWORD",
			"%s :The password is longer than %u bytes", name, SASL_FIELD_BYTES);
	else
		return false;
	return true;
}

static void run(struct call *call)
{
	const char *name = wanted_name(call);
	struct login *login;

	if (!name) {
		reply_fail(call, "NEED_NICK", "* :Send NICK first, or name the account");
		return;
	}
	if (refuse_asker(call, lookup_word(name)) || refuse_account_name(call, name) ||
		refuse_email(call, name) || refuse_password_length(call, name))
		return;
	login = login_begin(call->session, LOGIN_KIND_REGISTER);
	login->name = name_normalise(call->world->casemap, name);
	login->email = strcmp(call->params[1], "*") == 0 ? NULL : mem_text(call->params[1]);
	outbox_derive(call->outbox, call->session->id,
		flow_wait(call->world, call->outbox, call->session, SESSION_WAIT_VERIFIER),
		call->params[2]);
}

/* Ask for the account with the derived verifier. */
static void store_account(struct call *call, const struct login *login, char *verifier)
{
	struct world *world = call->world;
	CLEANUP(mem_freep) char *folded = casemap_fold(world->casemap, login->name);
	CLEANUP(buffer_done) struct buffer bytes = { 0 };
	struct change *change = change_new();

	account_fields_put(&bytes, &(struct account_fields){
					   .name = login->name,
					   .folded = folded,
					   .created_wall_ms = world->wall_ms,
					   .verifier = verifier,
					   .email = login->email,
				   });
	change->kind = CHANGE_KIND_REGISTER;
	change->text = mem_text(login->name);
	change_add_row(world, change,
		(struct store_row){ .table = STORE_TABLE_ACCOUNTS,
			.bytes = bytes.bytes,
			.length = bytes.length });
	change_ask(world, call->outbox, call->session, change);
}

void register_derived(struct world *world, struct outbox *outbox, struct session *session,
	const struct event *event)
{
	struct call call = {
		.world = world,
		.outbox = outbox,
		.session = session,
		.user = session->user,
		.command = &command_register,
	};
	CLEANUP(mem_freep) char *verifier = mem_text_n(event->text, event->text_length);
	const struct login *login = login_of(session);

	if (event->status == ANSWER_NO)
		reply_fail(&call, "UNACCEPTABLE_PASSWORD",
			"%s :The password is no text, or contains invisible characters",
			login->name);
	else if (event->status == ANSWER_BUSY)
		reply_fail(&call, "TEMPORARILY_UNAVAILABLE",
			"%s :The server is busy, try again later", login->name);
	else if (!refuse_account_name(&call, login->name))
		store_account(&call, login, verifier);
	login_end(session);
	registration_continue(world, outbox, session);
}

/* The client may be gone. */
static void log_registration(struct call *call, const struct change *change)
{
	if (call->session)
		log_session(call->outbox, LOGBOOK_ACCOUNT_REGISTERED, call->session, "ACCOUNT",
			change->text);
	else
		outbox_log(call->outbox, LOGBOOK_ACCOUNT_REGISTERED, "ACCOUNT", change->text);
}

static void welcome_account(struct call *call, const struct change *change)
{
	const struct account *account = account_find(call->world, change->text);
	char key[TALLY_KEY_BYTES];

	tally_key(key, TALLY_REGISTRATION, &call->session->address, NULL);
	tally_take(&call->world->tallies, key, call->world->now_ms, registration_rate(call->world));
	if (account)
		(void) login_accept(call, account);
	reply_line(call, ":%s REGISTER SUCCESS %s :The account is yours",
		call->world->settings->server_name, change->text);
}

void register_stored(struct call *call, const struct change *change, enum stored status)
{
	call->command = &command_register;
	if (status == STORED_YES)
		log_registration(call, change);
	if (!call->session)
		return;
	if (status == STORED_YES)
		welcome_account(call, change);
	else if (status == STORED_TAKEN)
		reply_fail(call, "ACCOUNT_EXISTS", "%s :The name belongs to an account already",
			change->text);
	else
		reply_fail(call, "TEMPORARILY_UNAVAILABLE",
			"%s :The account could not be stored, try again later", change->text);
	registration_continue(call->world, call->outbox, call->session);
}

COMMAND(register) = {
	.name = "REGISTER",
	.min_params = 3,
	.cost = 5,
	.flags = COMMAND_BEFORE_REGISTRATION,
	.reach = COMMAND_REACH_WORLD,
	.secret = 3,
	.run = run,
	.usage = "<account>|* <e-mail>|* <password>",
	.help = "Registers an account, and logs you in to it. The name of the account is also a "
		"nickname that belongs to it; * stands for your present nickname, and for no "
		"e-mail address.",
};
