/* Owns BATCH and the lines between. IRCv3 client-batch, multiline.
 *
 * The rules check a message of several lines once, as one text, when its last line has arrived;
 * until then it waits in its session, with a limit. Its lines cost as much as single lines, so they
 * slow down a client that sends many. */
#include "command/batch.h"

#include <string.h>

#include "action/label.h"
#include "action/lookup.h"
#include "action/reply.h"
#include "base/cleanup.h"
#include "base/mem.h"
#include "base/text.h"
#include "command/commands.h"
#include "command/privmsg.h"
#include "proto/formatting.h"
#include "proto/tags.h"
#include "world/caps.h"
#include "world/services.h"
#include "world/user.h"

#define TYPE "draft/multiline"
#define CONCAT_TAG "draft/multiline-concat"
#define REFERENCE_BYTES 64

/* Send FAIL BATCH, even if the call is of another command. */
static void fail_batch(struct call *call, const char *code, const char *context, const char *why)
{
	reply_line(call, ":%s FAIL BATCH %s%s%s :%s", call->world->settings->server_name, code,
		*context ? " " : "", context, why);
}

static bool is_open(const struct client_batch *batch)
{
	return batch && batch->target;
}

/* Drop the open batch and send the reason as the answer to its first line. The answer to the call
 * itself follows. */
static void give_up_batch(struct call *call, const char *code, const char *context, const char *why)
{
	struct client_batch *batch = session_extras(call->session)->batch;
	CLEANUP(mem_freep) char *own_label = label_defer(call);
	struct call begun = *call;

	begun.heard_from = begun.heard_to = call->outbox->count;
	label_resume(&begun, batch->label);
	fail_batch(&begun, code, context, why);
	if (begun.is_labeled) {
		label_answer(&begun, begun.heard_from);
		call->heard_from = begun.heard_from;
		call->heard_to = call->outbox->count;
	}
	label_resume(call, own_label);
	client_batch_fail(batch);
}

static void give_up_invalid(struct call *call, const char *why)
{
	give_up_batch(call, "MULTILINE_INVALID", "", why);
}

static void give_up_limit(struct call *call, const char *code, uint32_t limit, const char *why)
{
	struct buffer context = { 0 };

	buffer_format(&context, "%u", limit);
	give_up_batch(call, code, context.bytes, why);
	buffer_done(&context);
}

static void give_up_target(struct call *call, const char *given)
{
	struct buffer context = { 0 };

	buffer_format(&context, "%s %s", session_extras(call->session)->batch->target,
		lookup_word(given));
	give_up_batch(call, "MULTILINE_INVALID_TARGET", context.bytes, "Invalid multiline target");
	buffer_done(&context);
}

static bool is_message(const struct command *command)
{
	return command == &command_privmsg || command == &command_notice;
}

static bool is_mixed(const struct client_batch *batch, bool is_notice)
{
	return batch->n_lines && batch->is_notice != is_notice;
}

static bool is_good_text(const struct call *call, const char *text)
{
	return !call->world->settings->utf8_only || text_is_utf8(text, strlen(text));
}

/* Clients without multiline get each line as a message, so that a CTCP request in a later line
 * would pass the rules, which see only the first. */
static bool hides_ctcp(const struct client_batch *batch, const char *text)
{
	CLEANUP(mem_freep) char *plain = batch->n_lines ? formatting_strip(text) : NULL;

	return plain && ctcp_is_one(plain);
}

static void add_batch_line(struct call *call)
{
	const struct settings *settings = call->world->settings;
	struct client_batch *batch = session_extras(call->session)->batch;
	bool is_notice = call->command == &command_notice;
	const char *text;
	struct tag tag;
	bool is_joined;

	if (!is_message(call->command) || call->n_params < 2 || is_mixed(batch, is_notice)) {
		give_up_invalid(call, "Invalid multiline batch");
		return;
	}
	text = call->params[1];
	is_joined = tags_find(call->tags, CONCAT_TAG, &tag);
	if (!casemap_equals(call->world->casemap, call->params[0], batch->target))
		give_up_target(call, call->params[0]);
	else if (!is_good_text(call, text))
		give_up_invalid(call, "A line of the batch is not UTF-8");
	else if (hides_ctcp(batch, text))
		give_up_invalid(call, "Only the first line of a batch may be CTCP");
	else if (is_joined && !*text)
		give_up_invalid(call, "Invalid multiline batch with concatenated blank line");
	else if (batch->n_lines == settings->multiline_lines)
		give_up_limit(call, "MULTILINE_MAX_LINES", settings->multiline_lines,
			"Multiline batch max-lines exceeded");
	else if (client_batch_bytes_with(batch, text, is_joined) > settings->multiline_bytes)
		give_up_limit(call, "MULTILINE_MAX_BYTES", settings->multiline_bytes,
			"Multiline batch max-bytes exceeded");
	else
		client_batch_add(batch, text, is_joined, is_notice);
}

static bool is_reference(const struct tag *tag, const char *reference)
{
	return strlen(reference) == tag->value_length &&
	       memcmp(tag->value, reference, tag->value_length) == 0;
}

static void refuse_reference(struct call *call, const char *reference, const char *why)
{
	CLEANUP(mem_freep) char *shown = mem_text_n(reference, strnlen(reference, REFERENCE_BYTES));

	fail_batch(call, "INVALID_REFTAG", lookup_word(shown), why);
}

static void take_tagged(struct call *call, const struct tag *tag)
{
	const struct client_batch *batch = session_extras(call->session)->batch;
	CLEANUP(mem_freep) char *reference = NULL;

	if (batch && is_reference(tag, batch->reference)) {
		if (is_open(batch))
			add_batch_line(call);
		return;
	}
	if (is_open(batch)) {
		give_up_invalid(call, "A line of another batch came before the end of this one");
		return;
	}
	reference = mem_text_n(tag->value, tag->value_length);
	refuse_reference(call, reference, "No such batch is open");
}

/* Commands that clients send automatically may come at any time. */
static bool may_come_between(const struct command *command)
{
	return command == &command_ping || command == &command_pong || command == &command_quit;
}

bool batch_takes_of_holder(struct call *call)
{
	const struct session *session = call->session;
	struct tag tag;

	if (call->command == &command_batch)
		return false;
	if (call->tags && tags_find(call->tags, "batch", &tag)) {
		call->asks_service = true; /* or would, if it were not in a batch */
		take_tagged(call, &tag);
		return true;
	}
	if (is_open(session_extras(session)->batch) && !may_come_between(call->command))
		give_up_invalid(call, "Only lines of the batch may come before its end");
	return false;
}

void batch_expire(struct world *world, struct outbox *outbox, struct session *session)
{
	struct call call = {
		.world = world, .outbox = outbox, .session = session, .user = session->user
	};
	const struct client_batch *batch = session_extras(session)->batch;

	if (is_open(batch) && world->now_ms >= batch->opened_ms + world->settings->batch_timeout_ms)
		give_up_batch(
			&call, "TIMEOUT", batch->reference, "The batch was left open for too long");
}

static bool is_good_reference(const char *reference)
{
	size_t length = strlen(reference);

	for (size_t i = 0; i < length; i++)
		if (!text_is_letter(reference[i]) && !text_is_digit(reference[i]) &&
			reference[i] != '-')
			return false;
	return length && length <= REFERENCE_BYTES;
}

/* A batch has a single target, not a list or an operator's mask. */
static bool is_good_target(const char *target)
{
	return *target && !strchr(target, ',') && *target != '$' &&
	       strcmp(lookup_word(target), target) == 0;
}

/* Open a failed batch, whose lines are ignored. */
static void open_failed(struct call *call, const char *reference)
{
	session_set_batch(call->session, client_batch_new(reference, NULL, call->world->now_ms));
}

static void open_batch(struct call *call, const char *reference)
{
	const char *type = call->n_params > 1 ? call->params[1] : "";
	const char *target = call->n_params > 2 ? call->params[2] : "";
	CLEANUP(mem_freep) char *label = NULL;
	struct buffer context = { 0 };

	if (strcmp(type, TYPE) != 0 || !(call->session->caps & CAP_MULTILINE)) {
		buffer_format(&context, "%s %s", reference, lookup_word(type));
		fail_batch(
			call, "UNKNOWN_TYPE", context.bytes, "The server does not know this type");
		buffer_done(&context);
		open_failed(call, reference);
		return;
	}
	if (!is_good_target(target)) {
		fail_batch(call, "MULTILINE_INVALID", "", "A multiline batch has one target");
		open_failed(call, reference);
		return;
	}
	if (service_may_be(target) && service_addressed(call->world, target)) {
		fail_batch(call, "MULTILINE_INVALID", "",
			"Send one line at a time to a service, without a batch");
		open_failed(call, reference);
		return;
	}
	label = label_defer(call);
	session_set_batch(call->session, client_batch_new(reference, target, call->world->now_ms));
	client_batch_set_tags(session_extras(call->session)->batch, call->tags, label);
	session_set_timer(call->world, call->session);
}

static void begin_client_batch(struct call *call, const char *reference)
{
	struct tag tag;

	if (is_open(session_extras(call->session)->batch)) {
		give_up_invalid(call, "Batches may not be nested");
		open_failed(call, reference);
	} else if (call->tags && tags_find(call->tags, "batch", &tag)) {
		fail_batch(call, "MULTILINE_INVALID", "", "Batches may not be nested");
		open_failed(call, reference);
	} else if (!is_good_reference(reference)) {
		refuse_reference(call, reference, "Letters, digits and - are allowed, 64 of them");
		open_failed(call, reference);
	} else {
		open_batch(call, reference);
	}
}

static void deliver_client_batch(struct call *call, const struct client_batch *batch)
{
	CLEANUP(mem_freep) char *text = client_batch_text(batch);
	CLEANUP(speech_done) struct speech speech = { 0 };

	call->tags = batch->tags;
	user_note_talk(call->world, call->user);
	speech = speech_of(call, text, batch->is_notice);
	speech.verb = batch->is_notice ? "NOTICE" : "PRIVMSG";
	speech.batch = batch;
	speak_to(&speech, batch->target);
}

/* The answer has the label of the first line. The last line may have one, too, and gets its own
 * answer then. */
static void answer_client_batch(struct call *call, const struct client_batch *batch)
{
	CLEANUP(mem_freep) char *own_label = label_defer(call);
	size_t first = call->outbox->count;

	label_resume(call, batch->label);
	deliver_client_batch(call, batch);
	if (own_label && call->is_labeled) {
		label_answer(call, first);
		call->heard_from = first;
		call->heard_to = call->outbox->count;
		call->is_labeled = false;
	}
	label_resume(call, own_label);
}

static void end_client_batch(struct call *call, const char *reference)
{
	struct client_batch *batch = session_extras(call->session)->batch;

	if (!batch || strcmp(batch->reference, reference) != 0) {
		refuse_reference(call, reference, "No such batch is open");
		return;
	}
	if (is_open(batch) && !batch->n_lines) {
		give_up_invalid(call, "Invalid multiline batch without lines");
	} else if (is_open(batch) && client_batch_is_blank(batch)) {
		give_up_invalid(call, "Invalid multiline batch with blank lines only");
	} else if (is_open(batch)) {
		answer_client_batch(call, batch);
	}
	session_set_batch(call->session, NULL);
	session_set_timer(call->world, call->session);
}

static void run(struct call *call)
{
	const char *reference = call->params[0] + (*call->params[0] != '\0');

	if (*call->params[0] == '+')
		begin_client_batch(call, reference);
	else if (*call->params[0] == '-')
		end_client_batch(call, reference);
	else
		refuse_reference(call, call->params[0], "A + begins a batch, and a - ends it");
}

COMMAND(batch) = {
	.name = "BATCH",
	.min_params = 1,
	.cost = 1,
	.reach = COMMAND_REACH_WORLD,
	.run = run,
	.usage = "+<reference> draft/multiline <target> | -<reference>",
	.help = "Begins or ends a message of several lines. Your client does this for you.",
};
