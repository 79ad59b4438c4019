/* Owns commands about the network, of which this server is the only one. Modern IRC, "LINKS
 * message"; RFC 2812 3.4.7, 3.1.8. */
#include "action/lookup.h"
#include "action/reply.h"
#include "command/commands.h"
#include "proto/mask.h"

/* LINKS [[server] mask] */
static void run_links(struct call *call)
{
	const struct settings *settings = call->world->settings;
	const char *mask = call->n_params ? call->params[call->n_params > 1 ? 1 : 0] : "*";

	if (!lookup_server(call, call->n_params > 1 ? call->params[0] : NULL))
		return;
	if (mask_match(mask, settings->server_name))
		reply(call, RPL_LINKS, settings->server_name, settings->server_name,
			settings->description);
	reply(call, RPL_ENDOFLINKS, lookup_word(mask));
}

/* CONNECT and SQUIT: there are no other servers. */
static void run_no_server(struct call *call)
{
	reply(call, ERR_NOSUCHSERVER, lookup_word(call->params[0]));
}

COMMAND(links) = {
	.name = "LINKS",
	.cost = 2,
	.reach = COMMAND_REACH_SELF,
	.run = run_links,
	.usage = "[<mask>]",
	.help = "Lists the servers of the network: only this one.",
};

COMMAND(connect) = {
	.name = "CONNECT",
	.min_params = 1,
	.cost = 1,
	.privilege = "*",
	.reach = COMMAND_REACH_SELF,
	.run = run_no_server,
	.papoctl = "(papod does not link to other servers)",
	.usage = "<server>",
	.help = "Connects another server to the network. papod refuses this: it does not link to "
		"other servers.",
};

COMMAND(squit) = {
	.name = "SQUIT",
	.min_params = 1,
	.cost = 1,
	.privilege = "*",
	.reach = COMMAND_REACH_SELF,
	.run = run_no_server,
	.papoctl = "(papod does not link to other servers)",
	.usage = "<server>",
	.help = "Disconnects another server from the network. papod refuses this: it does not "
		"link to other servers.",
};
