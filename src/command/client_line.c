/* Owns the way of a line to its command: the row refuses, the command runs, the session pays. */
#include "command/client_line.h"

#include <stdlib.h>
#include <string.h>

#include "action/auditing.h"
#include "action/banning.h"
#include "action/label.h"
#include "action/lookup.h"
#include "action/notices.h"
#include "action/reply.h"
#include "base/cleanup.h"
#include "base/mem.h"
#include "base/text.h"
#include "command/batch.h"
#include "command/commands.h"
#include "command/line_secret.h"
#include "proto/message.h"
#include "world/flow.h"
#include "world/session.h"

/* The cost of a line without a known command. */
#define COST_OF_NONSENSE 1

/* "JOIN :" and "KICK #a ,," would otherwise do nothing and get no answer. */
static bool lacks_names(const struct call *call)
{
	if (!(call->command->flags & COMMAND_NEEDS_NAMES))
		return false;
	for (int i = 0; i < call->command->min_params; i++)
		if (!text_has_piece(call->params[i], ','))
			return true;
	return false;
}

static bool knows_command(const struct session *session, const struct command *command)
{
	return (session->caps & command->cap) == command->cap || session->caps & command->other_cap;
}

/* True: the row refused the call. */
static bool refuse_call(struct call *call, const struct message *message)
{
	const struct command *command = call->command;

	if (!command || !knows_command(call->session, command))
		reply(call, ERR_UNKNOWNCOMMAND, message->command);
	else if (!call->user && !(command->flags & COMMAND_BEFORE_REGISTRATION) &&
		 !(command->early_cap & call->session->caps))
		reply(call, ERR_NOTREGISTERED);
	else if (command->privilege && !lookup_privilege(call, command->privilege))
		return true;
	else if (call->n_params < command->min_params || lacks_names(call))
		reply_usage(call);
	else
		return false;
	return true;
}

/* IRCv3 utf8only. True: the line was refused. */
static bool refuse_bytes(struct call *call, bool is_good)
{
	if (is_good)
		return false;
	reply_fail(call, "INVALID_UTF8",
		":Your line was refused, it is not UTF-8; set your client to UTF-8 and repeat it");
	return true;
}

static void run_command(struct call *call, const struct message *message, bool is_good)
{
	size_t first_effect = call->outbox->count;

	label_begin(call);
	if (refuse_bytes(call, is_good) || refuse_call(call, message))
		return;
	if (!(call->command->flags & COMMAND_REACHES_OTHERS) || !banning_mutes(call))
		call->command->run(call);
	if (call->power)
		auditing_command(call, first_effect);
}

static uint32_t cost_of(const struct call *call)
{
	if (!call->command)
		return COST_OF_NONSENSE;
	return call->is_free && !call->is_charged ? 0 : call->command->cost;
}

static const struct command *find_noted_command(const struct call *call, const char *name)
{
	uint16_t place = command_find_place(name);
	size_t count;

	outbox_note_command(call->outbox, (uint16_t) (place + 1));
	return place < COMMAND_COUNT ? commands_all(&count)[place] : NULL;
}

static uint32_t run_message(struct call *call, const struct message *message, bool is_good)
{
	call->command = find_noted_command(call, message->command);
	call->params = message->params;
	call->n_params = message->n_params;
	call->tags = message->tags;
	if (!batch_takes(call))
		run_command(call, message, is_good);
	return cost_of(call);
}

/* A line as it is passed to its command. */
struct given {
	const char *text;
	size_t length;
	char *repaired; /* owned; NULL: the line needed no repair */
	size_t repaired_bytes;
	bool is_good; /* UTF-8, or the server does not care */
};

/* Programs that store text as UTF-16 may send an emoji as two surrogates. No other invalid bytes
 * have exactly one meaning. */
static void repair_line(struct given *given)
{
	given->repaired = mem_text_n(given->text, given->length);
	given->repaired_bytes = given->length;
	given->length = text_join_surrogates(given->repaired, given->length);
	given->text = given->repaired;
	given->is_good = text_is_utf8(given->text, given->length);
}

/* The repaired copy may contain a secret. */
static void given_done(struct given *given)
{
	if (given->repaired)
		explicit_bzero(given->repaired, given->repaired_bytes);
	free(given->repaired);
}

static struct given examine_line(const struct world *world, const struct event *event)
{
	struct given given = { .text = event->text, .length = event->text_length };

	given.is_good = event->is_too_long || !world->settings->utf8_only ||
			text_is_utf8(given.text, given.length);
	if (!given.is_good)
		repair_line(&given);
	return given;
}

/* An unknown command may be a misspelled one with a password. */
static bool may_hold_secret(const struct call *call)
{
	return !call->command || (call->command->secret && !call->holds_no_secret) ||
	       call->asks_service;
}

static uint32_t run_line(struct call *call, const struct event *event)
{
	CLEANUP(given_done) struct given given = examine_line(call->world, event);
	uint32_t cost = COST_OF_NONSENSE;
	struct message message;

	message.tags = NULL;
	switch (event->is_too_long ? MESSAGE_TOO_LONG
				   : message_parse(given.text, given.length, &message)) {
	case MESSAGE_OK:
		cost = run_message(call, &message, given.is_good);
		break;
	case MESSAGE_TOO_LONG:
		call->tags = message.tags;
		label_begin(call);
		reply(call, ERR_INPUTTOOLONG);
		break;
	case MESSAGE_NOT_TEXT:
		reply(call, ERR_UNKNOWNERROR, "The line contains a NUL or CR byte and was ignored");
		break;
	case MESSAGE_EMPTY:
		break;
	}
	if (may_hold_secret(call))
		explicit_bzero(message.bytes, sizeof(message.bytes));
	return cost;
}

static void slow_down(struct world *world, struct outbox *outbox, struct session *session)
{
	CLEANUP(mem_freep) char *who = notice_who(session);

	if (session_tell_slowed(world, session))
		notice_operators(world, outbox, NOTICE_KIND_FLOOD,
			"Client slowed down, it sends too much: %s", who);
	flow_pause(world, outbox, session, SESSION_PAUSE_FLOOD);
}

void client_line_arrived(struct world *world, struct outbox *outbox, struct session *session,
	const struct event *event)
{
	struct call call = {
		.world = world, .outbox = outbox, .session = session, .user = session->user
	};
	size_t first_effect = outbox->count;
	uint32_t cost;

	session_is_alive(world, session);
	traffic_count(&session->received, event->consumed);
	cost = run_line(&call, event);
	if (call.n_misplaced)
		outbox->secret = line_secret_misplaced(event, call.n_misplaced);
	else if (may_hold_secret(&call))
		outbox->secret = line_secret_find(event);
	if (call.is_labeled)
		label_answer(&call, first_effect);
	if (call.command)
		usage_count(&world->usage, call.command->name, event->consumed);
	if (!session->is_closing && session_spend(world, session, cost))
		slow_down(world, outbox, session);
}
