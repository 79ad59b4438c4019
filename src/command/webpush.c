/* Owns WEBPUSH. IRCv3 webpush. */
#include "command/webpush.h"

#include <string.h>

#include "action/account.h"
#include "action/lookup.h"
#include "action/reply.h"
#include "base/cleanup.h"
#include "base/mem.h"
#include "base/text.h"
#include "command/commands.h"
#include "proto/push_keys.h"
#include "proto/push_url.h"
#include "proto/push_wall.h"
#include "world/caps.h"
#include "world/changes.h"
#include "world/push_endpoints.h"
#include "world/pushes.h"
#include "world/session.h"

#define REGISTER "REGISTER"
#define UNREGISTER "UNREGISTER"

/* Names the subcommand and the endpoint, as their client wrote them. */
static void fail_webpush(struct call *call, const char *code, const char *description)
{
	reply_fail(call, code, "%s %s :%s", call->n_params ? lookup_word(call->params[0]) : "*",
		call->n_params > 1 ? lookup_word(call->params[1]) : "*", description);
}

static void say_webpush(struct call *call, const char *params)
{
	reply_line(call, ":%s WEBPUSH %s", call->world->settings->server_name, params);
}

/* NULL: it was refused. */
static const struct account *account_of_caller(struct call *call)
{
	const struct account *account =
		account_find_id(call->world, login_account_id(call->session));

	if (!account)
		fail_webpush(call, "ACCOUNT_REQUIRED", "Log in to an account first");
	else if (account->change || call->world->storage != STORAGE_WORKS)
		fail_webpush(call, "INTERNAL_ERROR",
			"Your account cannot be changed at the moment, try again");
	else
		return account;
	return NULL;
}

static void ask_webpush(struct call *call, const struct account *account,
	const struct push_endpoint *endpoint, bool is_removal)
{
	struct change *change = change_new();
	struct buffer answer = { 0 };

	change->kind = CHANGE_KIND_WEBPUSH;
	change->account = account->id;
	buffer_format(&answer, "%s %s", is_removal ? UNREGISTER : REGISTER, endpoint->url);
	change->text = buffer_take(&answer);
	if (is_removal)
		push_endpoint_remove(call->world, change, account, endpoint);
	else
		push_endpoint_add(call->world, change, account, endpoint);
	change_ask(call->world, call->outbox, call->session, change);
}

void webpush_stored(struct call *call, const struct change *change, enum stored status)
{
	call->command = &command_webpush;
	if (!call->session)
		return;
	if (status == STORED_YES)
		say_webpush(call, change->text);
	else
		reply_fail(call, "INTERNAL_ERROR",
			"%s :Nothing has changed, as it cannot be stored at the moment",
			change->text);
}

/* Registering */

static bool is_port_allowed(const struct settings *settings, uint16_t port)
{
	struct address range;

	for (size_t i = 0; i < settings->push.n_allow; i++)
		if (push_wall_parse(settings->push.allow[i], &range) && range.port == port)
			return true;
	return port == PUSH_USUAL_PORT;
}

/* What can be known without looking up the host; papod-push checks that. NULL: it is allowed. */
static const char *refuse_endpoint(const struct settings *settings, const char *text)
{
	struct push_url url;

	if (push_url_parse(text, &url))
		return "The endpoint must be an https:// URL with a host and a path, without a "
		       "user or unusual letters";
	if (!is_port_allowed(settings, url.port))
		return "The endpoint must have the port 443";
	url.address.port = url.port;
	return url.is_address && !push_wall_admits(
					 &url.address, settings->push.allow, settings->push.n_allow)
		       ? "The endpoint must have an address on the Internet"
		       : NULL;
}

/* Those that still count. */
static uint32_t count_endpoints(const struct world *world, const struct account *account)
{
	const struct push_endpoint *endpoint;
	uint32_t n = 0;

	LIST_EACH (endpoint, &account_extras(account)->endpoints, in_account)
		n += !push_endpoint_is_expired(world, endpoint);
	return n;
}

static void register_endpoint(struct call *call, const struct account *account)
{
	const struct push_endpoint *known = push_endpoint_find(account, call->params[1]);
	char p256dh[PUSH_POINT_TEXT_BYTES], auth[PUSH_AUTH_TEXT_BYTES];
	CLEANUP(mem_freep) char *url = mem_text(call->params[1]);
	struct push_endpoint endpoint = {
		.url = url,
		.p256dh = p256dh,
		.auth = auth,
		.created_wall_ms = known ? known->created_wall_ms : call->world->wall_ms,
		.renewed_wall_ms = call->world->wall_ms,
		.caps = call->session->caps,
	};
	struct push_keys keys;

	if (!push_keys_parse(call->params[2], &keys)) {
		fail_webpush(call, "INVALID_PARAMS",
			"The keys must be p256dh=...;auth=... in base64url");
		return;
	}
	if (!known &&
		count_endpoints(call->world, account) >= call->world->settings->push.devices) {
		fail_webpush(call, "MAX_REGISTRATIONS",
			"Your account has as many subscriptions as it may, unregister one first");
		return;
	}
	push_keys_format(&keys, p256dh, auth);
	ask_webpush(call, account, &endpoint, false);
}

static void run_subscribe(struct call *call)
{
	const char *reason;
	const struct account *account;

	if (call->n_params != 3) {
		fail_webpush(call, "INVALID_PARAMS", "Send: WEBPUSH REGISTER <endpoint> <keys>");
		return;
	}
	reason = refuse_endpoint(call->world->settings, call->params[1]);
	if (reason) {
		fail_webpush(call, "INVALID_PARAMS", reason);
		return;
	}
	account = account_of_caller(call);
	if (account)
		register_endpoint(call, account);
}

static void run_unsubscribe(struct call *call)
{
	const struct push_endpoint *endpoint;
	const struct account *account;
	CLEANUP(buffer_done) struct buffer answer = { 0 };

	if (call->n_params != 2) {
		fail_webpush(call, "INVALID_PARAMS", "Send: WEBPUSH UNREGISTER <endpoint>");
		return;
	}
	account = account_of_caller(call);
	if (!account)
		return;
	endpoint = push_endpoint_find(account, call->params[1]);
	if (endpoint) {
		pushes_drop_endpoint(call->world, account->id, endpoint->url);
		ask_webpush(call, account, endpoint, true);
		return;
	}
	buffer_format(&answer, UNREGISTER " %s", lookup_word(call->params[1]));
	say_webpush(call, answer.bytes);
}

static void run(struct call *call)
{
	if (call->n_params && text_equals_ignoring_case(call->params[0], REGISTER))
		run_subscribe(call);
	else if (call->n_params && text_equals_ignoring_case(call->params[0], UNREGISTER))
		run_unsubscribe(call);
	else
		fail_webpush(call, "INVALID_PARAMS", "There are REGISTER and UNREGISTER");
}

COMMAND(webpush) = {
	.name = "WEBPUSH",
	.cost = 2,
	.cap = CAP_WEBPUSH,
	.reach = COMMAND_REACH_WORLD,
	.run = run,
	.usage = "REGISTER <endpoint> <keys> | UNREGISTER <endpoint>",
	.help = "Subscribes a device of your account to messages that reach it by web push: "
		"private messages, and those in channels that contain your nickname. Clients "
		"send this by themselves, again at each connection; a subscription that is not "
		"renewed ends.",
};
