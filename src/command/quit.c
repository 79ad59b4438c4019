/* Owns QUIT, and ERROR, which only servers may send. Modern IRC, "QUIT message" and "ERROR
 * message". */
#include "action/closing.h"
#include "action/filtering.h"
#include "action/lookup.h"
#include "base/cleanup.h"
#include "base/mem.h"
#include "command/commands.h"

static void run_quit(struct call *call)
{
	CLEANUP(mem_freep)
	char *reason = call->user ? filtering_rest(call, FILTER_PLACE_PART, lookup_reason(call, 0))
				  : mem_text(lookup_reason(call, 0));

	close_session_as_asked(call->world, call->outbox, call->session, reason);
}

COMMAND(quit) = {
	.name = "QUIT",
	.cost = 0,
	.flags = COMMAND_BEFORE_REGISTRATION,
	.reach = COMMAND_REACH_WORLD,
	.run = run_quit,
	.usage = "[<reason>]",
	.help = "Ends your connection.",
};

/* An answer could make two programs talk indefinitely. */
static void run_error(struct call *call)
{
	(void) call;
}

COMMAND(error) = {
	.name = "ERROR",
	.cost = 1,
	.flags = COMMAND_BEFORE_REGISTRATION,
	.reach = COMMAND_REACH_SELF,
	.run = run_error,
	.usage = "[<reason>]",
	.help = "The server sends this before it closes a connection. It ignores ERROR from "
		"clients.",
};
