/* Owns QUIT, and ERROR, which only servers have something to say with. Modern IRC, "QUIT
 * message" and "ERROR message". */
#include "base/buffer.h"
#include "command/closing.h"
#include "command/command.h"

static void run_quit(struct call *call)
{
	struct buffer reason = { 0 };

	/* Modern IRC, "QUIT message": without a reason, this alone. */
	buffer_format(&reason, "Quit: %s", call->n_params ? call->params[0] : "");
	close_session(call->world, call->outbox, call->session, reason.bytes);
	buffer_done(&reason);
}

const struct command command_quit = {
	.name = "QUIT",
	.cost = 0,
	.flags = COMMAND_BEFORE_REGISTRATION,
	.run = run_quit,
	.usage = "[<reason>]",
	.help = "Ends your connection.",
};

/* An answer could make two programs talk for ever. */
static void run_error(struct call *call)
{
	(void) call;
}

const struct command command_error = {
	.name = "ERROR",
	.cost = 1,
	.flags = COMMAND_BEFORE_REGISTRATION,
	.run = run_error,
	.usage = "[<reason>]",
	.help = "Is said by servers when they close a connection, and ignored when clients say it.",
};
