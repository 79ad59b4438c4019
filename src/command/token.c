/* Owns TOKEN. IRCv3 authtoken, a proposal; tokens are short, so it needs no capability of its own.
 */
#include <string.h>

#include "action/account.h"
#include "action/lookup.h"
#include "action/reply.h"
#include "base/cleanup.h"
#include "base/text.h"
#include "command/commands.h"
#include "command/filehost.h"
#include "world/auth_token.h"
#include "world/caps.h"
#include "world/channel.h"
#include "world/modes.h"
#include "world/registered_channels.h"
#include "world/session.h"
#include "world/user.h"
#include "world/world.h"

/* False: there is none, which the client was told. Its texts are those of the settings. */
static bool find_service(
	struct call *call, const char *name, struct token_service_settings *ret_service)
{
	const struct settings *settings = call->world->settings;

	if (filehost_service(settings, ret_service) &&
		text_equals_ignoring_case(ret_service->name, name))
		return true;
	for (size_t i = 0; i < settings->n_token_services; i++)
		if (text_equals_ignoring_case(settings->token_services[i].name, name)) {
			*ret_service = settings->token_services[i];
			return true;
		}
	reply_fail(call, "UNKNOWN_SERVICE", "%s :There is no such service, see TOKEN SERVICELIST",
		lookup_word(name));
	return false;
}

static bool refuse_batchless(struct call *call)
{
	if (call->session->caps & CAP_BATCH)
		return false;
	reply_fail(call, "NEED_CAPABILITY", "batch :Request the capability batch first");
	return true;
}

static void list_service(struct call *call, const struct token_service_settings *service)
{
	reply_standard(call, "NOTE", "SERVICE", "%s %s :%s", service->name, service->url,
		service->description);
}

static void list_services(struct call *call)
{
	const struct settings *settings = call->world->settings;
	struct token_service_settings own = { .name = NULL };

	if (filehost_service(settings, &own))
		list_service(call, &own);
	for (size_t i = 0; i < settings->n_token_services; i++)
		if (!own.name ||
			!text_equals_ignoring_case(own.name, settings->token_services[i].name))
			list_service(call, &settings->token_services[i]);
	reply_standard(call, "NOTE", "END_OF_LIST", ":End of the list of services");
}

/* The caller's own channel, or the caller. True: refused. */
static bool refuse_scope(struct call *call, const char *scope)
{
	const struct channel *channel = channel_find(call->world, scope);

	if (channel && user_find_member(call->user, channel))
		return false;
	if (user_find(call->world, scope) == call->user)
		return false;
	if (*scope == '#')
		reply_fail(call, "NO_PERMISSIONS", "%s :You are not in this channel",
			lookup_word(scope));
	else
		reply_fail(call, "INVALID_SCOPE", "%s :Name a channel that you are in, or yourself",
			lookup_word(scope));
	return true;
}

static void generate_token(struct call *call)
{
	const char *scope = call->n_params > 2 ? call->params[2] : NULL;
	struct token_service_settings service;
	char text[AUTH_TOKEN_TEXT_BYTES];
	struct auth_token *token;

	if (call->n_params < 2) {
		reply_usage(call);
		return;
	}
	if (!call->user || !call->user->account_id) {
		reply_fail(call, "ACCOUNT_REQUIRED", ":Log in to an account first");
		return;
	}
	if (refuse_batchless(call))
		return;
	if (!find_service(call, call->params[1], &service) || (scope && refuse_scope(call, scope)))
		return;
	token = auth_token_new(call->world, call->session, service.name, service.url);
	if (scope)
		auth_token_set_scope(token, scope);
	auth_token_format(call->session, token, text);
	reply_line(call, ":%s TOKEN GENERATE %s %s :%s", call->world->settings->server_name,
		service.name, service.url, text);
}

static void claim(struct call *call, const char *key, const char *value)
{
	reply_line(call, ":%s TOKEN CLAIM %s :%s", call->world->settings->server_name, key, value);
}

/* In a registered channel, who is an operator for a moment only counts for nothing. */
static bool operates(
	const struct world *world, const struct channel *channel, const struct member *member)
{
	if (channel->registered)
		return channel_rank_of(world, channel, member->user) >= MEMBER_RANK_OPERATOR;
	return member_has_rank(member, MEMBER_RANK_OPERATOR);
}

/* What the user may now counts, not what it was when the token was made. */
static void claim_scope(struct call *call, const struct user *user, const char *scope)
{
	const struct channel *channel = channel_find(call->world, scope);
	const struct member *member = channel ? user_find_member(user, channel) : NULL;

	if (member)
		claim(call, "member_of", channel->name);
	if (member && operates(call->world, channel, member))
		claim(call, "operator_of", channel->name);
	if (member || !channel)
		claim(call, "scope", channel ? channel->name : user->nick);
}

static void answer_with_claims(
	struct call *call, const struct auth_token *token, const struct user *user)
{
	CLEANUP(buffer_done) struct buffer head = { 0 };

	buffer_format(&head, "draft/authtoken %s %s", token->service, token->url);
	reply_batch_begin(call, head.bytes);
	claim(call, "account", user->account);
	claim(call, "name", user->nick);
	if (token->scope)
		claim_scope(call, user, token->scope);
	reply_batch_end(call);
}

/* A token that is shown for another service is used up as well. */
static void validate_token(struct call *call)
{
	struct token_service_settings service;
	struct auth_token *token;
	struct session *session;

	if (call->n_params < 4) {
		reply_usage(call);
		return;
	}
	if (refuse_batchless(call))
		return;
	if (!find_service(call, call->params[1], &service))
		return;
	if (!token_service_admits(&service, &call->session->address)) {
		reply_fail(call, "NO_PERMISSIONS",
			"%s :Tokens of this service cannot be validated from your address",
			service.name);
		return;
	}
	token = auth_token_take(call->world, call->params[3], &session);
	if (token && text_equals_ignoring_case(token->service, service.name) &&
		strcmp(token->url, call->params[2]) == 0)
		answer_with_claims(call, token, session->user);
	else
		reply_fail(call, "INVALID_TOKEN", ":The token is wrong, used, or too old");
	auth_tokens_free(token);
}

static const struct {
	const char *name;
	void (*run)(struct call *call);
} token_subcommands[] = {
	{ "GENERATE", generate_token },
	{ "SERVICELIST", list_services },
	{ "VALIDATE", validate_token },
};

static void run(struct call *call)
{
	for (size_t i = 0; i < ARRAY_LENGTH(token_subcommands); i++)
		if (text_equals_ignoring_case(call->params[0], token_subcommands[i].name)) {
			token_subcommands[i].run(call);
			return;
		}
	reply_fail(call, "UNKNOWN_COMMAND", "%s :There are GENERATE, SERVICELIST and VALIDATE",
		lookup_word(call->params[0]));
}

COMMAND(token) = {
	.name = "TOKEN",
	.min_params = 1,
	.cost = 2,
	.flags = COMMAND_BEFORE_REGISTRATION,
	.reach = COMMAND_REACH_WORLD,
	.run = run,
	.usage = "SERVICELIST | GENERATE <service> [<channel>|<nick>] | VALIDATE <service> <url> "
		 "<token>",
	.help = "Gets a token that proves to another service, such as one for files, who you are; "
		"SERVICELIST lists these services. A token is valid once, for 10 minutes, "
		"and its service validates it. Clients send this by themselves.",
};
