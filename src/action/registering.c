/* Owns the registration of accounts. IRCv3 account-registration.
 *
 * The line is overwritten once it is handled, and a replay must lead to the same state: only the
 * worker that derives the verifier reads the password. */
#include "action/registering.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "action/account.h"
#include "action/banning.h"
#include "action/blocklisting.h"
#include "action/mailing.h"
#include "action/session_log.h"
#include "base/cleanup.h"
#include "base/mem.h"
#include "proto/casemap.h"
#include "proto/invitation_text.h"
#include "proto/name_syntax.h"
#include "world/account_alike.h"
#include "world/account_rows.h"
#include "world/caps.h"
#include "world/flow.h"
#include "world/naming.h"
#include "world/offers.h"
#include "world/registration_tokens.h"
#include "world/services.h"
#include "world/session.h"
#include "world/tallies.h"

#define DAY_SECONDS 86400

static bool set_refusal(struct refusal *ret_refusal, const char *code, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

static bool set_refusal(struct refusal *ret_refusal, const char *code, const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	vsnprintf(ret_refusal->text, sizeof(ret_refusal->text), format, arguments);
	va_end(arguments);
	ret_refusal->code = code;
	return true;
}

static struct rate registration_rate(const struct world *world)
{
	return (struct rate){ world->settings->accounts.per_address, DAY_SECONDS };
}

/* Before it is welcomed: a client that will not be may not leave an account behind, or come in with
 * it. True: refused. */
static bool refuse_unwelcome(const struct call *call, struct refusal *ret_refusal)
{
	const char *listed;

	if (call->user)
		return false;
	if (banning_may_refuse(call->world, call->session))
		return set_refusal(
			ret_refusal, "TEMPORARILY_UNAVAILABLE", "You are banned from this server");
	listed = blocklisting_find_obstacle(call->world, call->session);
	return listed && set_refusal(ret_refusal, "TEMPORARILY_UNAVAILABLE",
				 "No account can be registered from your address, it is listed in "
				 "%.40s",
				 listed);
}

/* By now, lists have answered nearly always. True: refused. */
static bool refuse_unlooked(const struct call *call, struct refusal *ret_refusal)
{
	return !call->user && call->session->registration->listing_request &&
	       set_refusal(ret_refusal, "TEMPORARILY_UNAVAILABLE",
		       "Your address is still being looked up, try again in some seconds");
}

/* True: the client may not register anything now. */
static bool refuse_asker(
	const struct call *call, const struct registering *asked, struct refusal *ret_refusal)
{
	const struct cap_basis basis = cap_basis_of(call->world);
	char key[TALLY_KEY_BYTES];

	tally_key(key, TALLY_REGISTRATION, &call->session->address, NULL);
	if (login_account(call->session))
		return set_refusal(ret_refusal, "ALREADY_AUTHENTICATED",
			"You are logged in to an account already");
	if (refuse_unwelcome(call, ret_refusal))
		return true;
	if (!(caps_offered(&basis) & CAP_ACCOUNT_REGISTRATION))
		return set_refusal(ret_refusal, "TEMPORARILY_UNAVAILABLE",
			"No accounts can be registered here at the moment");
	if (asked->invitation && call->world->settings->accounts.can_invite)
		return false;
	if (asked->invitation)
		return set_refusal(ret_refusal, "INVALID_EMAIL", "This is no e-mail address");
	if (!call->world->settings->accounts.can_register)
		return set_refusal(ret_refusal, "TEMPORARILY_UNAVAILABLE",
			"Only an invitation registers an account here: send it in the place of the "
			"e-mail address");
	if (!tally_can_take(&call->world->tallies, key, call->world->now_ms,
		    registration_rate(call->world)))
		return set_refusal(ret_refusal, "TEMPORARILY_UNAVAILABLE",
			"Too many accounts were registered from your address, try again tomorrow");
	return false;
}

/* Another account has a name that looks so. */
static bool looks_like_another(const struct call *call, const char *name)
{
	const struct account *own = call->user ? account_of_user(call->world, call->user) : NULL;
	const struct account *alike = account_find_alike(call->world, own, name);

	return alike && alike != own;
}

/* The nick of another user, to whom its account should belong. */
static bool is_used_by_another(const struct call *call, const char *name)
{
	const struct user *user = naming_find_other(call->world, call->user, name);

	return user && user != call->user;
}

bool registering_refuses_name(
	const struct call *call, const char *name, struct refusal *ret_refusal)
{
	const struct settings *settings = call->world->settings;

	if (!nick_is_valid(call->world->casemap, name, settings->nick_length) ||
		bans_match_name(call->world, BAN_KIND_NICK, name) ||
		services_own_nick(call->world, name) ||
		settings_have_operator_account(settings, call->world->casemap, name))
		return set_refusal(
			ret_refusal, "BAD_ACCOUNT_NAME", "An account cannot have this name");
	if (account_find_owner(call->world, name))
		return set_refusal(
			ret_refusal, "ACCOUNT_EXISTS", "The name belongs to an account already");
	if (looks_like_another(call, name))
		return set_refusal(ret_refusal, "BAD_ACCOUNT_NAME",
			"The name looks like that of another account");
	if (changes_find_claim(call->world, name))
		return set_refusal(ret_refusal, "TEMPORARILY_UNAVAILABLE",
			"Somebody else registers this name just now");
	if (is_used_by_another(call, name))
		return set_refusal(
			ret_refusal, "BAD_ACCOUNT_NAME", "Somebody else uses this nickname now");
	return false;
}

bool registering_refuses_password(
	const struct world *world, const char *password, struct refusal *ret_refusal)
{
	size_t length = strlen(password);
	uint32_t least = world->settings->accounts.password_bytes;

	if (length < least)
		return set_refusal(ret_refusal, "WEAK_PASSWORD",
			"The password is shorter than %u bytes", least);
	if (length > SASL_FIELD_BYTES)
		return set_refusal(ret_refusal, "UNACCEPTABLE_PASSWORD",
			"The password is longer than %u bytes", SASL_FIELD_BYTES);
	return false;
}

/* Is the account only usable after VERIFY? */
static bool needs_verification(const struct world *world, const char *email)
{
	return email && world->settings->accounts.verify;
}

static bool refuse_email(
	const struct call *call, const struct registering *asked, struct refusal *ret_refusal)
{
	const char *email = asked->email;
	const struct settings *settings = call->world->settings;
	const char *refusal;

	if (!email && !asked->invitation && settings_need_email(settings))
		return set_refusal(ret_refusal, "INVALID_EMAIL",
			"An account needs an e-mail address here, of which you can read the mails");
	if (!email)
		return false;
	if (settings_refuse_email(settings))
		return set_refusal(ret_refusal, "UNACCEPTABLE_EMAIL",
			"This server stores no e-mail addresses, register without one");
	if (!mail_address_is_valid(email))
		return set_refusal(ret_refusal, "INVALID_EMAIL", "This is no e-mail address");
	if (!needs_verification(call->world, email))
		return false;
	refusal = mailing_refusal(call->world, call->session, asked->name, email);
	return refusal && set_refusal(ret_refusal, "TEMPORARILY_UNAVAILABLE", "%s", refusal);
}

void registering_derive(struct call *call, const char *password)
{
	outbox_derive(call->outbox, call->session->id,
		flow_wait(call->world, call->outbox, call->session, SESSION_WAIT_VERIFIER),
		password);
}

static bool refuse_account(
	const struct call *call, const struct registering *asked, struct refusal *ret_refusal)
{
	return refuse_asker(call, asked, ret_refusal) ||
	       registering_refuses_name(call, asked->name, ret_refusal) ||
	       refuse_email(call, asked, ret_refusal);
}

void registering_set_contact(struct registering *asked, const char *word)
{
	bool is_invitation = word && invitation_is(word);

	asked->invitation = is_invitation ? word : NULL;
	asked->email = !word || is_invitation || strcmp(word, "*") == 0 ? NULL : word;
}

/* The worker that reads the password also reads the invitation, and answers with its hash. */
static void derive_invited(struct call *call, const struct registering *asked)
{
	CLEANUP(buffer_done) struct buffer both = { .is_secret = true };

	if (asked->invitation)
		invitation_join(&both, asked->invitation, asked->password);
	registering_derive(call, asked->invitation ? both.bytes : asked->password);
}

bool registering_begin(struct call *call, enum login_kind kind, const struct registering *asked,
	struct refusal *ret_refusal)
{
	struct login *login;

	if (refuse_account(call, asked, ret_refusal) ||
		registering_refuses_password(call->world, asked->password, ret_refusal))
		return false;
	login = login_begin(call->session, kind);
	login->name = name_normalise(call->world->casemap, asked->name);
	login->email = asked->email ? mem_text(asked->email) : NULL;
	login->is_invited = asked->invitation != NULL;
	derive_invited(call, asked);
	return true;
}

/* What the worker has answered. */
struct derived {
	char *verifier;
	const struct registration_token *token; /* that lets it register; NULL: none is needed */
};

/* Before the account is stored: clients that register at the same time share the limits. */
static void count_registration(struct call *call, const struct login *login)
{
	struct world *world = call->world;
	char key[TALLY_KEY_BYTES];

	tally_key(key, TALLY_REGISTRATION, &call->session->address, NULL);
	tally_take(&world->tallies, key, world->now_ms, registration_rate(world));
	if (needs_verification(world, login->email))
		mailing_count(world, call->session, login->name, login->email);
}

/* Ask for the account with the derived verifier. */
static void store_account(struct call *call, const struct login *login,
	const struct derived *derived, enum change_kind kind)
{
	struct world *world = call->world;
	CLEANUP(mem_freep) char *folded = casemap_fold(world->casemap, login->name);
	CLEANUP(buffer_done) struct buffer bytes = { 0 };
	struct change *change = change_new();

	account_fields_put(&bytes,
		&(struct account_fields){
			.name = login->name,
			.folded = folded,
			.created_wall_ms = world->wall_ms,
			.verifier = derived->verifier,
			.email = login->email,
			.flags = needs_verification(world, login->email) ? ACCOUNT_FLAG_UNVERIFIED
									 : 0,
		});
	change->kind = kind;
	change->text = mem_text(login->name);
	change->name = mem_text(login->name);
	change_add_row(world, change,
		(struct store_row){ .table = STORE_TABLE_ACCOUNTS,
			.bytes = bytes.bytes,
			.length = bytes.length });
	if (derived->token)
		registration_token_remove(world, change, derived->token);
	change_ask(world, call->outbox, call->session, change);
}

bool registering_refuses_verifier(const struct event *event, struct refusal *ret_refusal)
{
	if (event->status == ANSWER_NO)
		return set_refusal(ret_refusal, "UNACCEPTABLE_PASSWORD",
			"The password is no text, or contains invisible characters");
	if (event->status == ANSWER_BUSY)
		return set_refusal(ret_refusal, "TEMPORARILY_UNAVAILABLE",
			"The server is busy, try again later");
	return false;
}

/* Cut the hash of the invitation from the verifier, and find it. True: refused. */
static bool refuse_invitation(
	const struct call *call, struct derived *derived, struct refusal *ret_refusal)
{
	char *hash = strchr(derived->verifier, ' ');

	if (hash)
		*hash++ = '\0';
	if (!login_of(call->session)->is_invited)
		return false;
	derived->token = hash ? registration_token_find(call->world, hash) : NULL;
	return !derived->token &&
	       set_refusal(ret_refusal, "INVALID_EMAIL",
		       "The invitation is unknown, was used, or has expired; or this is no e-mail "
		       "address");
}

bool registering_derived(struct call *call, const struct event *event, enum change_kind kind,
	struct refusal *ret_refusal)
{
	CLEANUP(mem_freep) char *verifier = mem_text_n(event->text, event->text_length);
	struct derived derived = { .verifier = verifier };
	const struct login *login = login_of(call->session);
	const struct registering asked = {
		.name = login->name,
		.email = login->email,
		.invitation = login->is_invited ? "" : NULL,
	};
	bool is_good = !registering_refuses_verifier(event, ret_refusal) &&
		       !refuse_invitation(call, &derived, ret_refusal) &&
		       !refuse_unlooked(call, ret_refusal) &&
		       !refuse_account(call, &asked, ret_refusal);

	if (is_good) {
		count_registration(call, login);
		store_account(call, login, &derived, kind);
	}
	login_end(call->session);
	return is_good;
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

/* A client that has left meanwhile can ask for another code later. */
static enum registering_end use_registered(
	struct call *call, const struct account *account, bool is_by_service)
{
	if (account->flags & ACCOUNT_FLAG_UNVERIFIED) {
		if (call->session)
			mailing_send(call, account, MAIL_PURPOSE_VERIFY, is_by_service);
		return REGISTERING_NEEDS_CODE;
	}
	if (call->session)
		(void) login_accept(call, account);
	return REGISTERING_DONE;
}

enum registering_end registering_stored(struct call *call, const struct change *change,
	enum stored status, struct refusal *ret_refusal)
{
	const struct account *account =
		change->text ? account_find(call->world, change->text) : NULL;

	if (status == STORED_YES) {
		log_registration(call, change);
		return account ? use_registered(call, account, change->kind != CHANGE_KIND_REGISTER)
			       : REGISTERING_DONE;
	}
	if (status == STORED_TAKEN)
		set_refusal(
			ret_refusal, "ACCOUNT_EXISTS", "The name belongs to an account already");
	else
		set_refusal(ret_refusal, "TEMPORARILY_UNAVAILABLE",
			"The account could not be stored, try again later");
	return REGISTERING_REFUSED;
}
