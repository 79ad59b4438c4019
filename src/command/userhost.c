/* Owns USERHOST. Modern IRC, "USERHOST message". */
#include "base/buffer.h"
#include "base/text.h"
#include "command/reply.h"
#include "world/session.h"
#include "world/user.h"

#define NICKS 5

/* Where somebody comes from is for itself and for operators; others see the visible host. */
static bool may_know(const struct call *call, const struct user *user)
{
	return user == call->user || call->user->operator_name;
}

static void put(struct buffer *out, const struct user *user, const char *host)
{
	buffer_format(out, "%s%s%s=%c%s@%s", out->length ? " " : "", user->nick,
		user->operator_name ? "*" : "", user->away ? '-' : '+', user->name, host);
}

static void run(struct call *call)
{
	struct buffer found = { 0 };

	for (int i = 0; i < call->n_params && i < NICKS; i++) {
		const struct user *user = user_find(call->world, call->params[i]);

		if (user)
			put(&found, user, may_know(call, user) ? user->real_host : user->host);
	}
	reply(call, RPL_USERHOST, buffer_text(&found));
	buffer_done(&found);
}

static void put_address(struct call *call, struct buffer *out, const struct user *user)
{
	char address[ADDRESS_TEXT_BYTES];

	text_copy(address, sizeof(address), user->host);
	if (may_know(call, user) && !list_is_empty(&user->sessions))
		address_format(
			&LIST_FIRST(&user->sessions, struct session, in_user)->address, address);
	put(out, user, address);
}

static void run_userip(struct call *call)
{
	struct buffer found = { 0 };

	for (int i = 0; i < call->n_params && i < NICKS; i++) {
		const struct user *user = user_find(call->world, call->params[i]);

		if (user)
			put_address(call, &found, user);
	}
	reply(call, RPL_USERIP, buffer_text(&found));
	buffer_done(&found);
}

const struct command command_userip = {
	.name = "USERIP",
	.min_params = 1,
	.cost = 1,
	.run = run_userip,
	.usage = "<nick>{ <nick>}",
	.help = "Shows the addresses of up to five nicknames, if you may know them.",
};

const struct command command_userhost = {
	.name = "USERHOST",
	.min_params = 1,
	.cost = 1,
	.run = run,
	.usage = "<nick>{ <nick>}",
	.help = "Shows user and host of up to five nicknames.",
};
