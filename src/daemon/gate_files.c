/* Owns the questions that wait for a report. Each session has one at most. */
#include "daemon/gate_files.h"

#include <assert.h>
#include <stdlib.h>

#include "base/cleanup.h"
#include "base/list.h"
#include "base/mem.h"
#include "proto/gate_message.h"
#include "proto/upload_list.h"

#define AGAIN_MS 1000

struct gate_question {
	struct list node;
	uint64_t session;
	uint64_t request;
	uint64_t deadline_ms;
	uint64_t again_ms; /* when the next gate is asked */
	size_t n_asked;
	struct upload_question asked;
	struct buffer packet;
};

struct gate_files {
	struct gate_files_needs needs;
	struct list questions; /* oldest first */
};

struct gate_files *gate_files_new(const struct gate_files_needs *needs)
{
	struct gate_files *files = mem_new(sizeof(*files));

	files->needs = *needs;
	list_init(&files->questions);
	return files;
}

static void gate_question_free(struct gate_question *question)
{
	list_remove(&question->node);
	buffer_done(&question->packet);
	free(question);
}

void gate_files_free(struct gate_files *files)
{
	struct gate_question *question, *after;

	if (!files)
		return;
	LIST_EACH_SAFE (question, after, &files->questions, node)
		gate_question_free(question);
	free(files);
}

static void end_gate_question(
	const struct gate_files *files, struct gate_question *question, const struct buffer *report)
{
	uint64_t session = question->session, request = question->request;

	gate_question_free(question);
	files->needs.on_report(files->needs.data, session, request, report);
}

static void ask_next_gate(const struct gate_files *files, struct gate_question *question)
{
	question->again_ms = loop_now_ms(files->needs.loop) + AGAIN_MS;
	(void) gate_link_ask(*files->needs.link, &question->packet, question->n_asked++);
}

void gate_files_ask(
	struct gate_files *files, uint64_t session, uint64_t request, const struct bytes *asked)
{
	struct gate_question *question = mem_new(sizeof(*question));
	bool is_good = upload_question_load(asked->bytes, asked->length, &question->asked);
	const struct gate_message message = {
		.kind = GATE_MESSAGE_KIND_FILES,
		.number = request,
		.files = { (const uint8_t *) asked->bytes, asked->length },
	};

	assert(is_good);
	question->session = session;
	question->request = request;
	question->deadline_ms = loop_now_ms(files->needs.loop) + GATE_FILES_MS;
	gate_message_save(&question->packet, &message);
	list_add_last(&files->questions, &question->node);
	ask_next_gate(files, question);
}

/* Only well-formed reports reach the core: an event is replayed after a crash. What was asked,
 * papod knows itself: a gate that is an attacker's must not lead it to further questions. */
static bool read_gate_report(const struct gate_question *question,
	const struct gate_message *message, struct buffer *ret_report)
{
	struct upload_report report;

	if (!upload_report_load(message->files.bytes, message->files.length, &report))
		return false;
	report.question = question->asked;
	upload_report_save(ret_report, &report);
	return true;
}

void gate_files_take(struct gate_files *files, const struct gate_message *message)
{
	CLEANUP(buffer_done) struct buffer report = { 0 };
	struct gate_question *question, *after;

	LIST_EACH_SAFE (question, after, &files->questions, node)
		if (question->request == message->number) {
			end_gate_question(files, question,
				read_gate_report(question, message, &report) ? &report : NULL);
			return;
		}
}

void gate_files_ask_again(struct gate_files *files)
{
	struct gate_question *question;

	LIST_EACH (question, &files->questions, node)
		ask_next_gate(files, question);
}

void gate_files_tick(struct gate_files *files)
{
	uint64_t now_ms = loop_now_ms(files->needs.loop);
	struct gate_question *question, *after;

	LIST_EACH_SAFE (question, after, &files->questions, node)
		if (question->deadline_ms <= now_ms)
			end_gate_question(files, question, NULL);
		else if (question->again_ms <= now_ms)
			ask_next_gate(files, question);
}

uint64_t gate_files_next_deadline(const struct gate_files *files)
{
	uint64_t first_ms = UINT64_MAX;
	const struct gate_question *question;

	LIST_EACH (question, &files->questions, node) {
		first_ms = loop_earlier(first_ms, question->deadline_ms);
		first_ms = loop_earlier(first_ms, question->again_ms);
	}
	return first_ms;
}
