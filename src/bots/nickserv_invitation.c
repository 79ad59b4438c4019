/* Owns INVITATION of NickServ: operators make, list and remove invitations to register an account.
 * Who has made one sees it once: only its hash is stored. */
#include "bots/nickserv_invitation.h"

#include <string.h>

#include "base/cleanup.h"
#include "base/date.h"
#include "base/mem.h"
#include "base/text.h"
#include "bots/asking.h"
#include "bots/bots.h"
#include "bots/voice.h"
#include "proto/duration.h"
#include "proto/invitation_text.h"
#include "proto/totp.h"
#include "world/administrator.h"
#include "world/flow.h"
#include "world/login.h"
#include "world/operating.h"
#include "world/registration_tokens.h"
#include "world/session.h"
#include "world/user.h"

#define USUAL_DAYS 7
#define MOST_DAYS 366
/* Of the expired ones, a change removes so many. */
#define MOST_REMOVED 40

/* 0: it is none, which the user was told. */
static uint64_t read_validity(struct errand *errand, const char *text)
{
	uint64_t validity_ms = USUAL_DAYS * DAY_MS;

	if (text && (!duration_parse(text, &validity_ms) || !validity_ms ||
			    validity_ms > MOST_DAYS * DAY_MS)) {
		bot_say(errand,
			"An invitation is valid for some time, such as 3d or 12h, up to %d days.",
			MOST_DAYS);
		return 0;
	}
	return validity_ms;
}

static uint32_t count_valid(const struct world *world)
{
	const struct registration_token *token;
	uint32_t count = 0;

	LIST_EACH (token, &world->registration_tokens.all, in_all)
		count += token->expires_wall_ms > world->wall_ms;
	return count;
}

/* True: refused. */
static bool refuse_more_invitations(struct errand *errand)
{
	if (count_valid(errand->call->world) < REGISTRATION_TOKENS_MOST)
		return false;
	bot_say(errand, "There are %d invitations already. Remove some with DEL.",
		REGISTRATION_TOKENS_MOST);
	return true;
}

#define NO_EFFECT                                                                                  \
	"Invitations have no effect at the moment: accounts.invitations is false in papod.conf."

static bool invitations_have_effect(const struct call *call)
{
	return call->world->settings->accounts.can_invite;
}

static void invitation_add(struct errand *errand)
{
	struct call *call = errand->call;
	uint64_t validity_ms = read_validity(errand, errand->params[1]);

	if (!validity_ms || refuse_more_invitations(errand))
		return;
	if (!invitations_have_effect(call))
		bot_say(errand, "%s", NO_EFFECT);
	login_begin(call->session, LOGIN_KIND_INVITATION)->expires_wall_ms =
		call->world->wall_ms + validity_ms;
	outbox_make_secret(call->outbox, call->session->id,
		flow_wait(call->world, call->outbox, call->session, SESSION_WAIT_VERIFIER));
}

/* A new invitation takes the place of expired ones. */
static void remove_expired(struct world *world, struct change *change)
{
	const struct registration_token *token;

	LIST_EACH (token, &world->registration_tokens.all, in_all)
		if (token->expires_wall_ms <= world->wall_ms && !token->change &&
			change->n_rows < MOST_REMOVED)
			registration_token_remove(world, change, token);
}

static struct change *change_for_invitation(struct call *call, char *hash, uint64_t expires_wall_ms)
{
	struct world *world = call->world;
	const struct registration_token token = {
		.hash = hash,
		.creator = session_operator(call->session),
		.created_wall_ms = world->wall_ms,
		.expires_wall_ms = expires_wall_ms,
	};
	struct change *change = change_new();

	change->kind = CHANGE_KIND_INVITATION;
	remove_expired(world, change);
	registration_token_add(world, change, &token);
	return change;
}

static void store_invitation(struct call *call, char *text)
{
	struct change *change = change_for_invitation(
		call, strrchr(text, '$') + 1, login_of(call->session)->expires_wall_ms);

	change->text = mem_text(text);
	change_ask(call->world, call->outbox, call->session, change);
}

/* Administrators keep the invitation, and papod gets only its hash. */
static void invitation_add_hash(struct errand *errand)
{
	struct call *call = errand->call;
	CLEANUP(mem_freep)
	char *hash = mem_text(errand->params[1] ? errand->params[1] : "");
	CLEANUP(mem_freep) char *id = mem_text_n(hash, strnlen(hash, REGISTRATION_TOKEN_ID_BYTES));
	uint64_t validity_ms = read_validity(errand, errand->params[2]);
	struct change *change;
	char date[DATE_BYTES];

	if (!validity_ms || refuse_more_invitations(errand))
		return;
	if (!invitation_hash_is_valid(hash) || registration_token_find_id(call->world, id)) {
		bot_say(errand, "This is no SHA-256 of a new invitation, in small letters.");
		return;
	}
	change = change_for_invitation(call, hash, call->world->wall_ms + validity_ms);
	date_format_plain(call->world->wall_ms + validity_ms, date);
	/* The sentence that comes later is all that they are told. */
	bot_ask_change(call, change, "The invitation %s registers one account until %s.%s", id,
		date, invitations_have_effect(call) ? "" : " " NO_EFFECT);
}

void invitation_made(struct call *call, const struct event *event)
{
	char *text = mem_text_n(event->text, event->text_length);
	char *secret = totp_hash_secret(text);

	if (!secret)
		service_say(call, &service_nickserv, "The server is busy, try again later.");
	else if (!session_operator(call->session))
		service_say(call, &service_nickserv, "You are no operator any more.");
	else
		store_invitation(call, text);
	mem_free_secret(text);
	mem_free_secret(secret);
	login_end(call->session);
}

static void tell_invitation(struct call *call, const char *text)
{
	char *secret = totp_hash_secret(text);
	const struct registration_token *token =
		registration_token_find(call->world, strrchr(text, '$') + 1);
	char date[DATE_BYTES];

	if (secret && token) {
		date_format_plain(token->expires_wall_ms, date);
		service_say_secret(call, &service_nickserv, "The invitation is %s", secret);
		service_say_secret(call, &service_nickserv,
			"It registers one account until %s: REGISTER * %s <password>, or NS "
			"REGISTER <password> %s.",
			date, secret, secret);
	}
	mem_free_secret(secret);
}

void invitation_stored(struct call *call, const struct change *change, int status)
{
	static const char *const refusals[] = { "Nothing has changed: try again.",
		"Nothing has changed: try again." };

	if (status != STORED_YES)
		bot_report_change(call, &service_nickserv, change, (enum stored) status, refusals);
	else if (call->session)
		tell_invitation(call, change->text);
}

static void invitation_del(struct errand *errand)
{
	struct call *call = errand->call;
	const struct registration_token *token =
		registration_token_find_id(call->world, errand->params[1]);
	struct change *change;

	if (!token || token->change) {
		bot_say(errand, "There is no invitation %s. LIST shows all.", errand->params[1]);
		return;
	}
	change = change_new();
	change->kind = CHANGE_KIND_ACCOUNT;
	registration_token_remove(call->world, change, token);
	bot_ask_change(call, change, "The invitation %s is removed.", errand->params[1]);
}

static void invitation_list(struct errand *errand)
{
	const struct world *world = errand->call->world;
	const struct registration_token *token;
	char created[DATE_BYTES], expires[DATE_BYTES];

	LIST_EACH (token, &world->registration_tokens.all, in_all) {
		date_format_plain(token->created_wall_ms, created);
		date_format_plain(token->expires_wall_ms, expires);
		bot_say(errand, "%.*s by %s on %s, %s %s", REGISTRATION_TOKEN_ID_BYTES, token->hash,
			token->creator, created,
			token->expires_wall_ms > world->wall_ms ? "until" : "expired", expires);
	}
	bot_say(errand, "End of the list.");
}

static void run_invitation(struct errand *errand)
{
	const char *action = errand->params[0];

	if (text_equals_ignoring_case(action, "ADD") &&
		session_is_administrator(errand->call->session))
		invitation_add_hash(errand);
	else if (text_equals_ignoring_case(action, "ADD") && !errand->params[2])
		invitation_add(errand);
	else if (text_equals_ignoring_case(action, "DEL") && errand->params[1])
		invitation_del(errand);
	else if (text_equals_ignoring_case(action, "LIST"))
		invitation_list(errand);
	else
		bot_say_usage(errand);
}

NICKSERV(invitation) = {
	.name = "INVITATION",
	.min_params = 1,
	.max_params = 3,
	.cost = 2,
	.flags = SUBCOMMAND_CHANGES,
	.privilege = "accounts",
	.run = run_invitation,
	.papoctl = "LIST invitations, ADD invitation add, DEL invitation remove",
	.usage = "ADD [<time>] | DEL <id> | LIST",
	.help = "Makes an invitation, which registers one account where not everybody may "
		"register one: REGISTER takes it in the place of the e-mail address. It is valid "
		"for the time, such as 3d, or for a week. NickServ shows it only once; LIST "
		"shows the ids of all, and DEL removes one.",
};
