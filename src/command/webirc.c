/* Owns WEBIRC. IRCv3 webirc. A WEBIRC with any error ends the connection: a client accepted
 * nevertheless would be limited and banned together with its gateway.
 *
 * A client from the address of a gateway has no limit per address until WEBIRC reports its own
 * address; from then on all limits, bans and cloaks use the reported one. */
#include "command/webirc.h"

#include <string.h>

#include "action/banning.h"
#include "action/closing.h"
#include "action/notices.h"
#include "action/reply.h"
#include "action/session_log.h"
#include "base/cleanup.h"
#include "base/mem.h"
#include "base/text.h"
#include "command/commands.h"
#include "command/registration.h"
#include "proto/name_syntax.h"
#include "world/flow.h"

#define WRONG_PASSWORD "Invalid WebIRC password"

static bool parse_address(const char *text, struct address *ret_address)
{
	struct address address;

	if (strchr(text, '/') || !address_parse_range(text, &address) ||
		address.family == ADDRESS_FAMILY_UNIX)
		return false;
	*ret_address = address;
	return true;
}

/* The client's port from the options, "name[=value]" each. The option "secure" is ignored, as no
 * gateway is connected by TLS. */
static uint16_t parse_port(const char *options)
{
	static const char name[] = "remote-port=";
	CLEANUP(mem_freep) char *copy = mem_text(options ? options : "");
	char *rest = copy, *option;
	uint64_t port = 0, given;

	while ((option = text_split(&rest, ' ')))
		if (text_starts_with(option, name) &&
			text_parse_u64(option + strlen(name), &given) && given <= UINT16_MAX)
			port = given;
	return (uint16_t) port;
}

static void refuse_webirc(
	struct world *world, struct outbox *outbox, struct session *session, const char *reason)
{
	CLEANUP(mem_freep) char *who = notice_who(session);

	notice_operators(world, outbox, NOTICE_KIND_REFUSED, "WEBIRC refused: %s %s", who, reason);
	refuse_session(world, outbox, session, reason);
}

static void check_gateway_password(struct call *call, const struct gateway_settings *gateway)
{
	struct address address;

	if (!parse_address(call->params[3], &address)) {
		refuse_webirc(call->world, call->outbox, call->session,
			"WEBIRC needs the IP address of the client");
		return;
	}
	address.port = parse_port(call->params[4]);
	session_claim(call->session, call->params[2], &address);
	outbox_verify(call->outbox, call->session->id,
		flow_wait(call->world, call->outbox, call->session, SESSION_WAIT_GATEWAY),
		gateway->password_hash, call->params[0]);
}

static void run(struct call *call)
{
	const struct gateway_settings *gateway =
		settings_find_gateway(call->world->settings, &call->session->address);

	if (call->user)
		reply(call, ERR_ALREADYREGISTERED);
	else if (!session_is_new(call->session))
		refuse_webirc(call->world, call->outbox, call->session, "WEBIRC must come first");
	else if (!gateway)
		refuse_webirc(call->world, call->outbox, call->session,
			"Your address is not that of a WebIRC gateway");
	else if (!gateway->password_hash)
		refuse_webirc(call->world, call->outbox, call->session, WRONG_PASSWORD);
	else
		check_gateway_password(call, gateway);
}

/* Accept the gateway's host only if this server does not look up names itself. */
static void take_host(const struct world *world, struct session *session)
{
	struct registration *registration = session->registration;

	if (!world->settings->dns_reverse && host_name_is_valid(registration->claimed_host))
		mem_set_text(&registration->host, registration->claimed_host);
}

static void move_session(struct world *world, struct outbox *outbox, struct session *session,
	const struct gateway_settings *gateway)
{
	const char *refusal = session_move(world, session, gateway->name);
	char address[ADDRESS_TEXT_BYTES];

	if (banning_refuses_address(world, outbox, session))
		return;
	if (refusal) {
		refuse_session(world, outbox, session, refusal);
		return;
	}
	address_format(&session_extras(session)->gateway_address, address);
	log_session(outbox, LOGBOOK_CLIENT_GATEWAY, session, "GATEWAY", gateway->name,
		"GATEWAY_ADDRESS", address, "CLASS", session_class(world, session)->name);
	take_host(world, session);
	registration_place(world, outbox, session);
	registration_continue(world, outbox, session);
}

void webirc_verified(struct world *world, struct outbox *outbox, struct session *session,
	const struct event *event)
{
	const struct gateway_settings *gateway =
		settings_find_gateway(world->settings, &session->address);

	if (event->status == ANSWER_BUSY)
		refuse_webirc(world, outbox, session, "The server is busy, try again later");
	else if (event->status != ANSWER_YES || !gateway)
		refuse_webirc(world, outbox, session, WRONG_PASSWORD);
	else
		move_session(world, outbox, session, gateway);
}

COMMAND(webirc) = {
	.name = "WEBIRC",
	.min_params = 4,
	.cost = 1,
	.flags = COMMAND_BEFORE_REGISTRATION,
	.reach = COMMAND_REACH_WORLD,
	.secret = 1,
	.run = run,
	.usage = "<password> <gateway> <host> <address> [<options>]",
	.help = "For gateways: reports the address of a client that connects through the "
		"gateway.",
};
