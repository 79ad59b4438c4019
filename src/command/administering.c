/* Owns the way from the control socket to commands of operators and services: they run as if an
 * operator with all privileges had sent them, and what they answer becomes a sentence. */
#include "command/administering.h"

#include <string.h>

#include "action/auditing.h"
#include "base/cleanup.h"
#include "base/text.h"
#include "bots/errand.h"
#include "bots/nickserv_uploads.h"
#include "command/commands.h"
#include "proto/upload_list.h"
#include "report/report_registry.h"
#include "world/administrator.h"
#include "world/changes.h"
#include "world/flow.h"
#include "world/services.h"
#include "world/world.h"

/* Behind the source, the command and the target: "nemo :No such nick" loses the colon. FAIL has a
 * command and a code in front of its sentence. */
static void put_operator_answer(struct buffer *out, const char *line, size_t length)
{
	const char *end = line + length, *at = line;
	const char *colon = memmem(line, length, " :", 2);
	bool is_fail = false;

	for (int word = 0; word < 3 && at < end; word++) {
		const char *space = memchr(at, ' ', (size_t) (end - at));

		is_fail = is_fail || (word == 1 && strncmp(at, "FAIL ", 5) == 0);
		at = space ? space + 1 : end;
	}
	if (out->length)
		buffer_put_text(out, "; ");
	if (colon && (is_fail || at > colon))
		at = colon + 2;
	if (colon && at <= colon) {
		buffer_put(out, at, (size_t) (colon - at));
		buffer_put_byte(out, ' ');
		at = colon + 2;
	}
	buffer_put(out, at, (size_t) (end - at));
}

static void put_operator_answers(struct buffer *out, const struct buffer *lines)
{
	const char *at = buffer_text(lines), *end = at + lines->length, *next;

	for (; at < end && (next = memmem(at, (size_t) (end - at), "\r\n", 2)); at = next + 2)
		put_operator_answer(out, at, (size_t) (next - at));
}

/* On a line of IRC only the last parameter may have spaces, begin with a colon or be empty. */
static const char *find_malformed(const struct report_line *line)
{
	for (size_t i = 0; i + 1 < line->n_words; i++)
		if (!*line->words[i] || line->words[i][0] == ':' || strchr(line->words[i], ' '))
			return line->words[i];
	return NULL;
}

static void run_subcommand(
	struct call *call, const struct service *service, const struct report_line *line)
{
	CLEANUP(buffer_done) struct buffer text = { 0 };

	for (size_t i = 1; i < line->n_words; i++)
		buffer_format(&text, "%s%s", i > 1 ? " " : "", line->words[i]);
	call->command = command_find(line->words[0]);
	errand_run(call, service, text.bytes);
}

static void run_operator_command(struct call *call, const struct report_line *line)
{
	size_t first_effect = call->outbox->count;

	call->command = command_find(line->words[0]);
	call->params = line->words + 1;
	call->n_params = (int) line->n_words - 1;
	call->power = call->command->privilege;
	call->command->run(call);
	if (call->power)
		auditing_command(call, first_effect);
}

static void run_words_of(struct call *call, const struct report_line *line)
{
	if (text_equals_ignoring_case(line->words[0], service_nickserv.name))
		run_subcommand(call, &service_nickserv, line);
	else if (text_equals_ignoring_case(line->words[0], service_chanserv.name))
		run_subcommand(call, &service_chanserv, line);
	else
		run_operator_command(call, line);
}

enum report_outcome administer(struct world *world, struct outbox *outbox,
	const struct report_line *line, struct report_result *ret_result)
{
	CLEANUP(buffer_done) struct buffer lines = { 0 };
	size_t first_effect = outbox->count;
	const char *malformed = find_malformed(line);
	struct call call = { .world = world, .outbox = outbox };
	bool is_pending;

	if (malformed) {
		buffer_format(&ret_result->message, "\"%s\" is malformed", malformed);
		return REPORT_OUTCOME_REFUSED;
	}
	call.session = administrator_new(world, line->operator);
	call.user = call.session->user;
	run_words_of(&call, line);
	is_pending = call.session->wait == SESSION_WAIT_STORE ||
		     call.session->wait == SESSION_WAIT_UPLOADS;
	ret_result->request = call.session->request;
	administrator_take_lines(outbox, first_effect, &lines);
	administrator_free(world, call.session);
	put_operator_answers(&ret_result->message, &lines);
	if (is_pending)
		return REPORT_OUTCOME_PENDING;
	if (!ret_result->message.length)
		buffer_put_text(&ret_result->message, "Done");
	return call.has_used_power ? REPORT_OUTCOME_DONE : REPORT_OUTCOME_REFUSED;
}

static const char *describe_failure(enum stored status)
{
	switch (status) {
	case STORED_YES:
	case STORED_TAKEN:
	case STORED_FAILED:
		break;
	case STORED_GONE:
		return "Nothing has changed: it is not there any more";
	}
	return "Nothing has changed: it cannot be stored at the moment, try again later";
}

void administering_stored(struct outbox *outbox, const struct change *change, enum stored status)
{
	CLEANUP(buffer_done) struct buffer text = { 0 };

	if (change->session != ADMINISTRATOR_SESSION)
		return;
	if (status != STORED_YES)
		buffer_put_text(&text, describe_failure(status));
	else if (change->kind == CHANGE_KIND_ACCOUNT_END)
		buffer_format(
			&text, "The account %s has ended, and its data is erased", change->text);
	else
		buffer_put_text(&text, change->text ? change->text : "Done");
	outbox_acted_later(outbox, change->request, status == STORED_YES, text.bytes);
}

/* As if the client that asked for it were there. */
static void say_report_of_uploads(struct world *world, struct outbox *outbox,
	const struct event *event, struct buffer *sentence)
{
	CLEANUP(buffer_done) struct buffer lines = { 0 };
	size_t first_effect = outbox->count;
	struct call call = { .world = world, .outbox = outbox };

	call.session = administrator_new(world, "control socket");
	call.user = call.session->user;
	uploads_answered(&call, event);
	administrator_take_lines(outbox, first_effect, &lines);
	administrator_free(world, call.session);
	put_operator_answers(sentence, &lines);
}

/* The answer to this request. */
struct uploads_page {
	struct world *world;
	struct outbox *outbox;
	uint64_t request;
};

/* The caller gets this part, and the page behind it is asked for. */
static void put_uploads_part(
	const struct uploads_page *page, const struct upload_question *next, const char *json)
{
	CLEANUP(buffer_done) struct buffer question = { 0 }, lines = { 0 };
	size_t first_effect = page->outbox->count;
	struct session *session = administrator_new(page->world, "control socket");
	uint64_t request = flow_wait(page->world, page->outbox, session, SESSION_WAIT_UPLOADS);

	outbox_acted_part(page->outbox, page->request, request, json);
	upload_question_save(&question, next);
	outbox_ask_uploads(page->outbox, session->id, request, &question);
	administrator_take_lines(page->outbox, first_effect, &lines);
	administrator_free(page->world, session);
}

static void put_uploads_page(struct world *world, struct outbox *outbox, uint64_t request,
	const struct upload_report *report)
{
	const struct uploads_page page = { world, outbox, request };
	CLEANUP(buffer_done) struct buffer json = { 0 };
	struct upload_question next = report->question;
	bool has_rest, goes_on;

	next.n_skipped += UPLOAD_LIST_FILES;
	has_rest = next.is_whole && report->n_listed && next.n_skipped < report->n_files;
	goes_on = has_rest && next.n_skipped < UPLOADS_MOST_PAGES * UPLOAD_LIST_FILES;
	report_uploads_put(world, report, has_rest && !goes_on, &json);
	if (goes_on)
		put_uploads_part(&page, &next, json.bytes);
	else
		outbox_acted_text(outbox, request, '*', json.bytes);
}

void administering_answered(struct world *world, struct outbox *outbox, const struct event *event)
{
	CLEANUP(buffer_done) struct buffer text = { 0 };
	struct upload_report report = { 0 };

	if (event->kind != EVENT_ANSWER || event->session != ADMINISTRATOR_SESSION)
		return;
	if (event->status == ANSWER_YES &&
		upload_report_load(event->text, event->text_length, &report) &&
		report.question.errand == UPLOAD_ERRAND_LIST) {
		put_uploads_page(world, outbox, event->request, &report);
		return;
	}
	say_report_of_uploads(world, outbox, event, &text);
	outbox_acted_later(outbox, event->request, report.account, buffer_text(&text));
}
