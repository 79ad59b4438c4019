/* Owns QUIT. Modern IRC, "QUIT message". */
#include "base/buffer.h"
#include "command/closing.h"
#include "command/command.h"

static void run(struct call *call)
{
	struct buffer reason = { 0 };

	buffer_put_text(&reason, "Quit");
	if (call->n_params && *call->params[0])
		buffer_format(&reason, ": %s", call->params[0]);
	close_session(call->world, call->outbox, call->session, reason.bytes);
	buffer_done(&reason);
}

const struct command command_quit = {
	.name = "QUIT",
	.cost = 0,
	.flags = COMMAND_BEFORE_REGISTRATION,
	.run = run,
	.usage = "[<reason>]",
	.help = "Ends your connection.",
};
