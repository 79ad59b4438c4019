/* Owns USERHOST and USERIP. Modern IRC, "USERHOST message". */
#include "action/reply.h"
#include "base/buffer.h"
#include "command/commands.h"
#include "world/operating.h"
#include "world/session.h"
#include "world/user.h"

#define NICKS 5

/* The user itself and operators see the real host; others the visible one. */
static bool may_know(const struct call *call, const struct user *user)
{
	return user == call->user || session_operator(call->session);
}

static void write_user_host(const struct call *call, const struct user *user, struct buffer *out)
{
	buffer_put_text(out, may_know(call, user) ? user->real_host : user->host);
}

static void write_user_address(const struct call *call, const struct user *user, struct buffer *out)
{
	char address[ADDRESS_TEXT_BYTES];

	if (!may_know(call, user) || list_is_empty(&user->sessions)) {
		buffer_put_text(out, user->host);
		return;
	}
	address_format(&LIST_FIRST(&user->sessions, struct session, in_user)->address, address);
	buffer_put_text(out, address);
}

typedef void (*write_fn)(const struct call *call, const struct user *user, struct buffer *out);

static void put_userhost(struct reply_words *words, const struct user *user, write_fn write)
{
	struct buffer word = { 0 };

	buffer_format(&word, "%s%s=%c%s@", user->nick,
		user_is_operator_to(user, words->call->session) ? "*" : "", user->away ? '-' : '+',
		user->name);
	write(words->call, user, &word);
	reply_words_put(words, word.bytes);
	buffer_done(&word);
}

static void put_users(struct reply_words *words, write_fn write)
{
	const struct call *call = words->call;

	for (int i = 0; i < call->n_params && i < NICKS; i++) {
		const struct user *user = user_find(call->world, call->params[i]);

		if (user)
			put_userhost(words, user, write);
	}
	reply_words_end_always(words);
}

static void run_userhost(struct call *call)
{
	struct reply_words words;

	reply_words_begin(&words, call, RPL_USERHOST);
	put_users(&words, write_user_host);
}

static void run_userip(struct call *call)
{
	struct reply_words words;

	reply_words_begin(&words, call, RPL_USERIP);
	put_users(&words, write_user_address);
}

COMMAND(userip) = {
	.name = "USERIP",
	.min_params = 1,
	.cost = 1,
	.reach = COMMAND_REACH_ASK,
	.run = run_userip,
	.papoctl = "whois",
	.usage = "<nick>{ <nick>}",
	.help = "Shows the addresses of up to five nicknames, if you may see them.",
};

COMMAND(userhost) = {
	.name = "USERHOST",
	.min_params = 1,
	.cost = 1,
	.reach = COMMAND_REACH_ASK,
	.run = run_userhost,
	.papoctl = "whois",
	.usage = "<nick>{ <nick>}",
	.help = "Shows the user names and hosts of up to five nicknames.",
};
