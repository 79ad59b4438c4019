/* Owns EXPORT of NickServ. */
#include <string.h>

#include "base/cleanup.h"
#include "base/text.h"
#include "bots/bots.h"
#include "bots/message_export.h"
#include "bots/voice.h"
#include "world/account_export.h"
#include "world/session.h"

/* So much of the send queue, like a part of a long answer. Each notice has some bytes more. */
static size_t room_for_export(const struct call *call)
{
	return session_class(call->world, call->session)->send_queue / 8;
}

static void run_export(struct errand *errand)
{
	CLEANUP(buffer_done) struct buffer text = { .is_secret = true };
	const char *at, *end;

	if (errand->params[0]) {
		if (text_equals_ignoring_case(errand->params[0], "MESSAGES"))
			message_export_begin(errand);
		else
			bot_say_usage(errand);
		return;
	}
	account_export(errand->call->world, errand->account, &text);
	if (text.length > room_for_export(errand->call)) {
		bot_say(errand, "There is too much for notices: ask the administrator for it.");
		return;
	}
	for (at = text.bytes; (end = strchr(at, '\n')); at = end + 1)
		service_say_secret(errand->call, &service_nickserv, "%.*s", (int) (end - at), at);
}

NICKSERV(export) = {
	.name = "EXPORT",
	.cost = 10,
	.flags = SUBCOMMAND_NEEDS_ACCOUNTS | SUBCOMMAND_NEEDS_LOGIN,
	.run = run_export,
	.max_params = 1,
	.usage = "[MESSAGES]",
	.help = "Sends what the server has stored about your account, as JSON: its names, e-mail "
		"address, certificates, ranks on channels, devices, read markers and "
		"subscriptions to web push, but no uploaded files. Of the password there is only "
		"that one is stored. With MESSAGES, all that you have written, and when you came "
		"and went, as far as the history has it: a message may have several lines, and "
		"parts of its text in a list belong together without anything between them. A "
		"channel that you are not on has no name there, but a number.",
};
