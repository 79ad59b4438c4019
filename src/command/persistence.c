/* Owns PERSISTENCE. IRCv3 persistence, the proposal. */
#include "command/persistence.h"

#include "action/reply.h"
#include "base/cleanup.h"
#include "base/text.h"
#include "command/commands.h"
#include "world/account_edit.h"
#include "world/account_wishes.h"
#include "world/always_on.h"
#include "world/caps.h"
#include "world/changes.h"
#include "world/session.h"
#include "world/user.h"

static const char *const choice_words[] = {
	[ACCOUNT_CHOICE_DEFAULT] = "DEFAULT",
	[ACCOUNT_CHOICE_ON] = "ON",
	[ACCOUNT_CHOICE_OFF] = "OFF",
};

void persistence_show(struct call *call)
{
	const struct user *user = call->session->user;
	const struct account *account = account_of_user(call->world, user);

	if (!account || !(call->session->caps & CAP_PERSISTENCE))
		return;
	reply_line(call, ":%s PERSISTENCE STATUS %s %s", call->world->settings->server_name,
		choice_words[account_choice_of(account, ACCOUNT_WISH_ALWAYS_ON)],
		user_is_always_on(call->world, user) ? "ON" : "OFF");
}

void persistence_tell(struct world *world, struct outbox *outbox, uint64_t account)
{
	struct session *session;
	const struct user *user;

	ORDERED_EACH (user, &world->users) {
		if (user->account_id != account)
			continue;
		LIST_EACH (session, &user->sessions, in_user) {
			struct call call = { .world = world, .outbox = outbox, .session = session };

			persistence_show(&call);
		}
	}
}

void persistence_refuse(struct call *call)
{
	call->command = &command_persistence;
	reply_fail(call, "INTERNAL_ERROR", ":The setting could not be stored, try again later");
}

static void edit_choice(struct account_fields *fields, const void *data)
{
	const enum account_choice *choice = data;

	fields->flags = account_wish_flags(fields->flags, ACCOUNT_WISH_ALWAYS_ON, *choice);
}

/* The answer follows when it is stored, as all clients of the account learn it. */
static void store_choice(
	struct call *call, const struct account *account, enum account_choice choice)
{
	struct change *change;

	if (call->world->storage != STORAGE_WORKS || account->change) {
		persistence_refuse(call);
		return;
	}
	change = change_new();
	change->kind = CHANGE_KIND_PERSISTENCE;
	change->account = account->id;
	account_edit(call->world, change, account, edit_choice, &choice);
	change_ask(call->world, call->outbox, call->session, change);
}

static void set_persistence(struct call *call, const struct account *account)
{
	for (size_t i = 0; call->n_params > 1 && i < ARRAY_LENGTH(choice_words); i++)
		if (text_equals_ignoring_case(call->params[1], choice_words[i])) {
			store_choice(call, account, (enum account_choice) i);
			return;
		}
	reply_fail(call, "INVALID_PARAMETERS", ":The setting is one of ON, OFF and DEFAULT");
}

static void run(struct call *call)
{
	const struct account *account = account_of_user(call->world, call->user);
	const char *what = call->n_params ? call->params[0] : "";
	bool is_set = text_equals_ignoring_case(what, "SET");

	/* "Implementations SHOULD ignore unrecognized subcommands" */
	if (*what && !is_set && !text_equals_ignoring_case(what, "GET"))
		return;
	if (!*what)
		reply_fail(call, "INVALID_PARAMETERS", ":The subcommand is GET or SET");
	else if (!account)
		reply_fail(call, "ACCOUNT_REQUIRED", ":An account is required");
	else if (is_set)
		set_persistence(call, account);
	else
		persistence_show(call);
}

COMMAND(persistence) = {
	.name = "PERSISTENCE",
	.cost = 2,
	.cap = CAP_PERSISTENCE,
	.reach = COMMAND_REACH_WORLD,
	.run = run,
	.usage = "GET|SET ON|OFF|DEFAULT",
	.help = "Shows or changes whether you stay on your channels without a client, as SET "
		"ALWAYSON of NickServ does.",
};
