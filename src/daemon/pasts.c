/* Owns the choice between the two databases, and questions to both until both have answered. */
#include "daemon/pasts.h"

#include <stdlib.h>

#include "base/cleanup.h"
#include "base/list.h"
#include "base/mem.h"
#include "proto/history_merge.h"

enum pasts_field {
	PASTS_FIELD_DISK = 1,
	PASTS_FIELD_MEMORY,
};

/* A question to both. */
struct double_question {
	struct list in_pasts;
	uint64_t session;
	uint64_t request;
	struct bytes *question;
	struct buffer answer; /* the first one */
	bool is_half_answered;
	bool is_failed; /* one could not answer, so the whole is not known */
};

struct pasts {
	struct past_needs needs;
	struct past *disk;
	struct past *memory;
	struct list doubles;
	pasts_reading_fn on_read; /* NULL: there are no readings */
	void *readings;
};

static void pass_answer_on(
	const struct pasts *pasts, uint64_t session, uint64_t request, const struct buffer *answer)
{
	if (session != PASTS_NO_SESSION)
		pasts->needs.on_answer(pasts->needs.data, session, request, answer);
	else if (pasts->on_read)
		pasts->on_read(pasts->readings, request, answer);
}

static struct double_question *find_double(
	const struct pasts *pasts, uint64_t session, uint64_t request)
{
	struct double_question *asked;

	LIST_EACH (asked, &pasts->doubles, in_pasts)
		if (asked->session == session && asked->request == request)
			return asked;
	return NULL;
}

static void free_double(struct double_question *asked)
{
	list_remove(&asked->in_pasts);
	buffer_done(&asked->answer);
	free(asked->question);
	free(asked);
}

static bool merge_double(
	const struct double_question *asked, const struct buffer *answer, struct buffer *ret_merged)
{
	const struct bytes *question = asked->question;
	struct history_query query;

	if (asked->is_failed || !history_query_load(question->bytes, question->length, &query))
		return false;
	history_merge(&query, &asked->answer, answer, ret_merged);
	history_query_done(&query);
	return true;
}

static void end_double(
	struct pasts *pasts, struct double_question *asked, const struct buffer *answer)
{
	CLEANUP(buffer_done) struct buffer merged = { 0 };
	uint64_t session = asked->session, request = asked->request;
	bool is_known = answer && merge_double(asked, answer, &merged);

	free_double(asked);
	pass_answer_on(pasts, session, request, is_known ? &merged : NULL);
}

static void on_past_answer(
	void *data, uint64_t session, uint64_t request, const struct buffer *answer)
{
	struct pasts *pasts = data;
	struct double_question *asked = find_double(pasts, session, request);

	if (!asked) {
		pass_answer_on(pasts, session, request, answer);
	} else if (asked->is_half_answered) {
		end_double(pasts, asked, answer);
	} else {
		asked->is_half_answered = true;
		asked->is_failed = !answer;
		if (answer)
			buffer_put(&asked->answer, answer->bytes, answer->length);
	}
}

struct pasts *pasts_new(const struct past_needs *needs)
{
	struct pasts *pasts = mem_new(sizeof(*pasts));
	struct past_needs own = *needs;

	pasts->needs = *needs;
	list_init(&pasts->doubles);
	own.on_answer = on_past_answer;
	own.data = pasts;
	pasts->disk = past_new(&own);
	own.is_in_memory = true;
	pasts->memory = past_new(&own);
	return pasts;
}

void pasts_free(struct pasts *pasts)
{
	struct double_question *asked, *after;

	if (!pasts)
		return;
	past_free(pasts->disk);
	past_free(pasts->memory);
	LIST_EACH_SAFE (asked, after, &pasts->doubles, in_pasts)
		free_double(asked);
	free(pasts);
}

void pasts_begin(struct pasts *pasts)
{
	past_begin(pasts->disk);
	past_begin(pasts->memory);
}

/* Only new rows belong to one of them: where those are that are to be removed is not asked. */
bool pasts_add(struct pasts *pasts, const struct bytes *request)
{
	struct pack pack = pack_over(request->bytes, request->length);
	struct history_request loaded;
	struct pack_field field;
	bool is_there = true, is_row;

	if (!pack_next(&pack, &field) || !history_request_load(&field, &loaded))
		return true;
	is_row = loaded.kind == HISTORY_REQUEST_ADD || loaded.kind == HISTORY_REQUEST_IMPORT;
	if (!is_row || !loaded.is_in_memory)
		is_there = past_add(pasts->disk, request);
	if (!is_row || loaded.is_in_memory)
		is_there = past_add(pasts->memory, request) && is_there;
	return is_there;
}

static void ask_both(
	struct pasts *pasts, uint64_t session, uint64_t request, const struct bytes *question)
{
	struct double_question *asked = mem_new(sizeof(*asked));

	asked->session = session;
	asked->request = request;
	asked->question = mem_copy(question, sizeof(*question) + question->length);
	list_add_last(&pasts->doubles, &asked->in_pasts);
	past_ask(pasts->disk, session, request, question);
	past_ask(pasts->memory, session, request, question);
}

void pasts_use_readings(struct pasts *pasts, pasts_reading_fn on_answer, void *data)
{
	pasts->on_read = on_answer;
	pasts->readings = data;
}

void pasts_ask(
	struct pasts *pasts, uint64_t session, uint64_t request, const struct bytes *question)
{
	struct history_query query;

	if (!history_query_load(question->bytes, question->length, &query)) {
		pass_answer_on(pasts, session, request, NULL);
		return;
	}
	if (!query.has_memory)
		past_ask(pasts->disk, session, request, question);
	else if (query.has_disk || query.owner)
		ask_both(pasts, session, request, question);
	else
		past_ask(pasts->memory, session, request, question);
	history_query_done(&query);
}

bool pasts_back_up(struct pasts *pasts, const char *path, past_backup_fn on_done, void *data,
	const char **ret_reason)
{
	return past_back_up(pasts->disk, path, on_done, data, ret_reason);
}

void pasts_close(struct pasts *pasts)
{
	past_close(pasts->disk);
	past_close(pasts->memory);
}

void pasts_save(const struct pasts *pasts, struct buffer *out, uint16_t id)
{
	size_t record = pack_begin(out, id);

	past_save(pasts->disk, out, PASTS_FIELD_DISK);
	past_save(pasts->memory, out, PASTS_FIELD_MEMORY);
	pack_end(out, record);
}

void pasts_load(struct pasts *pasts, struct pack record)
{
	struct pack_field field;

	while (pack_next(&record, &field)) {
		if (field.id == PASTS_FIELD_DISK)
			past_load(pasts->disk, &field);
		else if (field.id == PASTS_FIELD_MEMORY)
			past_load(pasts->memory, &field);
	}
}

void pasts_forget(struct pasts *pasts)
{
	past_forget(pasts->disk);
	past_forget(pasts->memory);
}

uint64_t pasts_next_deadline(const struct pasts *pasts)
{
	return loop_earlier(past_next_deadline(pasts->disk), past_next_deadline(pasts->memory));
}

void pasts_tick(struct pasts *pasts)
{
	past_tick(pasts->disk);
	past_tick(pasts->memory);
}

size_t pasts_waiting_bytes(const struct pasts *pasts)
{
	return past_waiting_bytes(pasts->disk) + past_waiting_bytes(pasts->memory);
}
