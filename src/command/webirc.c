/* Owns WEBIRC. IRCv3 webirc. A WEBIRC with any error ends the connection: a client accepted
 * nevertheless would be limited and banned together with its gateway.
 *
 * A client from the address of a gateway has no limit per address until WEBIRC reports its own
 * address; from then on all limits, bans and cloaks use the reported one. The certificate of the
 * gateway is never taken for that of its clients. */
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
#include "proto/certfp.h"
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

/* What the options, "name[=value]" each, say of the client. */
struct webirc_options {
	uint16_t port;
	bool is_secure;
	struct tls_facts tls;
};

static const struct webirc_hash {
	const char *name;
	size_t offset;
	size_t length;
} webirc_hashes[] = {
	{ "certfp-sha-256", offsetof(struct tls_facts, certificate_sha256), TLS_SHA256_BYTES },
	{ "certfp-sha-512", offsetof(struct tls_facts, certificate_sha512), TLS_SHA512_BYTES },
	{ "spkifp-sha-256", offsetof(struct tls_facts, key_sha256), TLS_SHA256_BYTES },
	{ "spkifp-sha-512", offsetof(struct tls_facts, key_sha512), TLS_SHA512_BYTES },
};

static void take_webirc_hash(struct tls_facts *facts, const char *name, const char *value)
{
	struct certfp certfp;

	for (size_t i = 0; i < ARRAY_LENGTH(webirc_hashes); i++) {
		if (strcmp(webirc_hashes[i].name, name) != 0 || !certfp_parse(value, &certfp) ||
			certfp.length != webirc_hashes[i].length)
			continue;
		memcpy((char *) facts + webirc_hashes[i].offset, certfp.bytes, certfp.length);
		facts->has_certificate = true;
	}
}

/* Unknown options, and values that are not known yet, are ignored. */
static void take_webirc_option(struct webirc_options *options, char *option)
{
	const char *name = text_split(&option, '='), *value = option ? option : "";
	uint64_t port;

	if (strcmp(name, "secure") == 0)
		options->is_secure = true;
	else if (strcmp(name, "remote-port") != 0)
		take_webirc_hash(&options->tls, name, value);
	else if (text_parse_u64(value, &port) && port <= UINT16_MAX)
		options->port = (uint16_t) port;
}

static struct webirc_options parse_options(const char *text)
{
	struct webirc_options options = { .tls.version = TLS_VERSION_UNKNOWN };
	CLEANUP(mem_freep) char *copy = mem_text(text ? text : "");
	char *rest = copy, *option;

	while ((option = text_split(&rest, ' ')))
		take_webirc_option(&options, option);
	return options;
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
	const struct webirc_options options = parse_options(call->params[4]);
	struct address address;

	if (!parse_address(call->params[3], &address)) {
		refuse_webirc(call->world, call->outbox, call->session,
			"WEBIRC needs the IP address of the client");
		return;
	}
	address.port = options.port;
	registration_claim(call->session->registration, call->params[2], &address,
		options.is_secure ? &options.tls : NULL);
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
