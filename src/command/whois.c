/* Owns WHOIS. Modern IRC, "WHOIS message". */
#include "action/long_answer.h"
#include "action/lookup.h"
#include "action/reply.h"
#include "base/cleanup.h"
#include "base/mem.h"
#include "command/commands.h"
#include "world/caps.h"
#include "world/fanout.h"
#include "world/operating.h"
#include "world/services.h"
#include "world/session_tls.h"
#include "world/user.h"

static void put_channels(struct call *call, const struct user *user)
{
	struct reply_words words;
	struct buffer name = { 0 };

	if (user->flags & USER_FLAG_HIDES_CHANNELS && user != call->user &&
		!session_operator(call->session))
		return;
	reply_words_begin(&words, call, RPL_WHOISCHANNELS, user->nick);
	for (size_t i = 0; i < user->n_members; i++) {
		const struct member *member = user->members[i];

		if (!member_is_known_to(member, call->user))
			continue;
		buffer_clear(&name);
		member_prefixes(member->ranks, call->session->caps & CAP_MULTI_PREFIX, &name);
		buffer_put_text(&name, member->channel->name);
		reply_words_put(&words, name.bytes);
	}
	reply_words_end(&words);
	buffer_done(&name);
}

/* Clients that have joined the first may have come from elsewhere. */
static void put_session_origin(
	struct call *call, const struct user *user, const struct session *session)
{
	const char *name = session_extras(session)->host;
	char address[ADDRESS_TEXT_BYTES];

	address_format(&session->address, address);
	if (!session_extras(session)->joined || address_is_in(&session->address, &user->address))
		name = user->real_host;
	reply(call, RPL_WHOISHOST, user->nick, user->name, name ? name : lookup_word(address),
		address);
	if (session_extras(session)->device)
		reply(call, RPL_WHOISSPECIAL, user->nick, session_extras(session)->device);
	if (session_extras(session)->listed && session_operator(call->session))
		reply(call, RPL_WHOISLISTED, user->nick, session_extras(session)->listed);
}

/* The real host, the devices and the modes, for the user itself and operators of the server. */
static void put_user_origin(struct call *call, const struct user *user)
{
	const struct session *session;
	struct buffer letters = { 0 };

	if (user != call->user && !session_operator(call->session))
		return;
	LIST_EACH (session, &user->sessions, in_user)
		put_session_origin(call, user, session);
	user_mode_letters(user->flags, &letters);
	reply(call, RPL_WHOISMODES, user->nick, buffer_text(&letters));
	buffer_done(&letters);
}

/* Viewers who see users' addresses see the gateway's too. */
static void put_gateways(struct call *call, const struct user *user)
{
	bool is_shown = user == call->user || session_operator(call->session);
	const struct session *session;
	char address[ADDRESS_TEXT_BYTES];

	LIST_EACH (session, &user->sessions, in_user) {
		if (!session_extras(session)->gateway)
			continue;
		address_format(&session_extras(session)->gateway_address, address);
		reply(call, RPL_WHOISGATEWAY, user->nick, "*", is_shown ? address : "*",
			session_extras(session)->gateway);
	}
}

/* The fingerprint would tell others which nicks belong to one person. */
static void put_certificate(
	struct call *call, const struct user *user, const struct session *session)
{
	CLEANUP(mem_freep) char *fingerprint = session_tls_fingerprint(session);

	if (fingerprint && (user == call->user || session_operator(call->session)))
		reply(call, RPL_WHOISCERTFP, user->nick, fingerprint);
}

static void put_tls(struct call *call, const struct user *user)
{
	const struct session *session;

	LIST_EACH (session, &user->sessions, in_user) {
		if (!session_is_secure(session))
			continue;
		reply(call, RPL_WHOISSECURE, user->nick, session_tls_version(session),
			session_tls_suite(session));
		put_certificate(call, user, session);
	}
}

/* IRCv3 metadata, "RPL_WHOISKEYVALUE". */
static void put_user_metadata(struct call *call, const struct user *user)
{
	const struct metadata *metadata = &user_extras(user)->metadata;

	if (!(call->session->caps & CAPS_METADATA))
		return;
	for (size_t i = 0; i < metadata->count; i++)
		reply(call, RPL_WHOISKEYVALUE, user->nick, metadata->entries[i].key,
			metadata->entries[i].value);
}

static void put_user(struct call *call, const struct user *user)
{
	const struct settings *settings = call->world->settings;

	reply(call, RPL_WHOISUSER, user->nick, user->name, user->host, user->realname);
	put_user_origin(call, user);
	put_channels(call, user);
	reply(call, RPL_WHOISSERVER, user->nick, settings->server_name, settings->description);
	if (user->away)
		reply(call, RPL_AWAY, user->nick, user->away);
	if (user->flags & USER_FLAG_REGISTERED)
		reply(call, RPL_WHOISREGNICK, user->nick);
	if (user->account)
		reply(call, RPL_WHOISACCOUNT, user->nick, user->account);
	if (user_is_operator_to(user, call->session))
		reply(call, RPL_WHOISOPERATOR, user->nick);
	put_gateways(call, user);
	if (user->flags & USER_FLAG_BOT)
		reply(call, RPL_WHOISBOT, user->nick);
	put_tls(call, user);
	put_user_metadata(call, user);
	reply(call, RPL_WHOISIDLE, user->nick,
		(unsigned long long) (call->world->now_ms - user->talked_ms) / 1000,
		(unsigned long long) user->signon_wall_ms / 1000);
}

static void notify_watched(struct call *call, const struct user *user)
{
	const struct session *session;
	struct fanout fanout;

	if (!(user->flags & USER_FLAG_SEES_WHOIS) || user == call->user)
		return;
	fanout_begin(&fanout, call->world, call->outbox,
		":%s NOTICE %s :*** %s (%s@%s) did a /WHOIS on you",
		call->world->settings->server_name, user->nick, call->user->nick, call->user->name,
		call->user->host);
	fanout_from(&fanout, NULL);
	LIST_EACH (session, &user->sessions, in_user)
		if (session_operator(session))
			fanout_to_session(&fanout, session);
	fanout_end(&fanout);
}

static void put_service(struct call *call, const struct service *service)
{
	const struct settings *settings = call->world->settings;

	reply(call, RPL_WHOISUSER, service->name, service->name, SERVICE_HOST, service->realname);
	reply(call, RPL_WHOISSERVER, service->name, settings->server_name, settings->description);
	reply(call, RPL_WHOISSERVICE, service->name);
}

static bool put_whois(struct answer_part *part, const char *nick)
{
	const struct service *service = service_find(nick);
	const struct user *user = *nick && !service ? lookup_user(part->call, nick) : NULL;

	if (service)
		put_service(part->call, service);
	if (user) {
		put_user(part->call, user);
		notify_watched(part->call, user);
	}
	return true;
}

static bool continue_whois(struct answer_part *part)
{
	return answer_each_name(part, put_whois);
}

static void end_whois(struct answer_part *part)
{
	reply(part->call, RPL_ENDOFWHOIS, lookup_word(part->cursor->text));
}

static const struct long_answer answer_whois = {
	.kind = ANSWER_KIND_WHOIS,
	.go_on = continue_whois,
	.end = end_whois,
};

/* WHOIS [server] nick{,nick} */
static void run(struct call *call)
{
	const char *nicks = call->params[call->n_params > 1 ? 1 : 0];

	if (!nicks || !*nicks)
		reply(call, ERR_NONICKNAMEGIVEN);
	else if (lookup_server(call, call->n_params > 1 ? call->params[0] : NULL))
		long_answer_begin(call, &answer_whois, nicks, NULL);
}

COMMAND(whois) = {
	.name = "WHOIS",
	.cost = 2,
	.reach = COMMAND_REACH_WORLD,
	.run = run,
	.answers = { &answer_whois },
	.papoctl = "whois",
	.usage = "[<server>] <nick>{,<nick>}",
	.help = "Shows information about users.",
};
