/* Owns the archive: when it is opened, and what waits until it is. */
#include "daemon/past.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>

#include "base/cleanup.h"
#include "base/list.h"
#include "base/mem.h"
#include "daemon/held_files.h"
#include "proto/history_row.h"
#include "service/state_directory.h"
#include "store/archive.h"
#include "world/history.h"
#include "world/world.h"

#define HISTORY_NAME "history.db"
#define REOPEN_MS 30000
/* Three connections, with the log and its index, and where the threads report. */
#define HISTORY_FILES 9
#define MOST_WAITING_BYTES (16 << 20)
/* For removals alone, when that is full. */
#define RESERVE_BYTES (4 << 20)
#define MOST_EARLY 1000

/* A question from before the database was open. */
struct early {
	struct list in_past;
	uint64_t session;
	uint64_t request;
	struct bytes *question;
};

struct past {
	struct past_needs needs;
	char *path; /* NULL: there is no such directory */
	struct archive *archive;
	struct loop_watch *watch;
	struct held_files held;
	uint64_t retry_ms;     /* in the loop's clock; UINT64_MAX: it is open, or not wanted */
	struct buffer waiting; /* requests from before it was open */
	struct list early;
	size_t n_early;
	size_t n_lost; /* requests, since the last entry in the log */
	bool has_begun;
	bool is_failing; /* it was logged */
	bool is_closing;
	char *backup_path; /* of the copy that is being made; NULL: none is */
	past_backup_fn on_backup_done;
	void *backup_data;
};

static bool is_wanted(const struct past *past)
{
	const struct settings *settings = engine_world(past->needs.engine)->settings;

	return past->path && settings && settings->history.is_enabled;
}

/* Not while it is closed: then the world is the next process's already. */
static void tell_state_of_past(const struct past *past, enum history_store state)
{
	struct event event = { .kind = EVENT_HISTORY, .status = state };

	if (!past->is_closing)
		engine_handle(past->needs.engine, &event);
}

static void log_past_failure(struct past *past, const struct store_problem *problem)
{
	if (past->is_failing)
		return;
	past->is_failing = true;
	log_entry(past->needs.log, LOGBOOK_HISTORY_FAILED, "FILE", past->path, "REASON",
		problem->text);
	tell_state_of_past(past, HISTORY_STORE_FAILS);
}

static void log_past_success(struct past *past)
{
	if (!past->is_failing)
		return;
	past->is_failing = false;
	log_entry(past->needs.log, LOGBOOK_HISTORY_WORKS, "FILE", past->path);
	tell_state_of_past(past, HISTORY_STORE_WORKS);
}

/* The first that is lost is logged at once, and the number of the others later. */
static void note_lost_request(struct past *past)
{
	if (!past->n_lost++)
		log_entry(past->needs.log, LOGBOOK_HISTORY_LOST, "COUNT", "1");
}

/* A database may also be too slow, without a fault. */
static void log_lost_past_if_over(struct past *past)
{
	char count[24];

	if (!past->n_lost || past->is_failing ||
		archive_pending_bytes(past->archive) > MOST_WAITING_BYTES / 2)
		return;
	snprintf(count, sizeof(count), "%zu", past->n_lost - 1);
	if (past->n_lost > 1)
		log_entry(past->needs.log, LOGBOOK_HISTORY_LOST, "COUNT", count);
	past->n_lost = 0;
}

static void on_archive_fault(void *data, const struct store_problem *problem)
{
	if (problem->fault == STORE_FAULT_NONE)
		log_past_success(data);
	else
		log_past_failure(data, problem);
}

static void on_archive_answer(
	void *data, uint64_t session, uint64_t request, const struct buffer *answer)
{
	const struct past *past = data;

	past->needs.on_answer(past->needs.data, session, request, answer);
}

static void end_backup_of_past(struct past *past, const char *reason)
{
	free(TAKE(past->backup_path));
	past->on_backup_done(past->backup_data, reason);
}

/* When another program takes over, callers notice that their connections end; if it does not, the
 * copy is made again. */
static void on_archive_backup(void *data, const struct store_problem *problem)
{
	struct past *past = data;

	if (past->backup_path && !past->is_closing)
		end_backup_of_past(past, problem->fault == STORE_FAULT_NONE ? NULL : problem->text);
}

static void begin_backup_of_past(struct past *past)
{
	if (past->backup_path &&
		!(past->archive && archive_back_up(past->archive, past->backup_path)))
		end_backup_of_past(past, "the history is not ready; try again");
}

bool past_back_up(struct past *past, const char *path, past_backup_fn on_done, void *data,
	const char **ret_reason)
{
	*ret_reason = NULL;
	if (!is_wanted(past))
		return false;
	*ret_reason = "the history cannot be used; the log says why";
	if (past->backup_path || !past->archive || !archive_back_up(past->archive, path))
		return false;
	past->backup_path = mem_text(path);
	past->on_backup_done = on_done;
	past->backup_data = data;
	return true;
}

static void refuse_question(const struct past *past, uint64_t session, uint64_t request)
{
	past->needs.on_answer(past->needs.data, session, request, NULL);
}

static void on_archive_ready(void *data, uint32_t events)
{
	struct past *past = data;

	(void) events;
	archive_take_news(past->archive);
	log_lost_past_if_over(past);
}

/* New ids are higher than those in the file, so that none is used twice. */
static void tell_last_id(const struct past *past)
{
	struct event event = { .kind = EVENT_HISTORY,
		.status = past->needs.is_in_memory ? HISTORY_STORE_MEMORY : HISTORY_STORE_DISK,
		.number = archive_last_id(past->archive) };

	engine_handle(past->needs.engine, &event);
}

static bool open_past(struct past *past, struct store_problem *ret_problem)
{
	const struct archive_needs needs = { on_archive_answer, on_archive_fault, on_archive_backup,
		past };

	held_files_release(&past->held);
	if (!archive_open(past->path, &needs, &past->archive, ret_problem))
		return false;
	past->watch =
		loop_watch_new(past->needs.loop, archive_fd(past->archive), on_archive_ready, past);
	if (loop_watch_change(past->watch, EPOLLIN) == 0)
		return true;
	problem_describe(ret_problem, STORE_FAULT_FAILED, "the system has no memory left");
	past_close(past);
	return false;
}

static void drop_early(struct past *past, bool is_answered)
{
	struct early *early, *after;

	LIST_EACH_SAFE (early, after, &past->early, in_past) {
		if (is_answered)
			refuse_question(past, early->session, early->request);
		list_remove(&early->in_past);
		free(early->question);
		free(early);
	}
	past->n_early = 0;
}

static void pass_on_early(struct past *past)
{
	struct early *early;

	if (past->waiting.length)
		(void) archive_add(past->archive, past->waiting.bytes, past->waiting.length);
	buffer_done(&past->waiting);
	LIST_EACH (early, &past->early, in_past)
		past_ask(past, early->session, early->request, early->question);
	drop_early(past, false);
}

static void adapt_archive(const struct past *past)
{
	const struct settings *settings = engine_world(past->needs.engine)->settings;

	if (!settings)
		return;
	if (past->needs.is_in_memory)
		archive_set_most_bytes(past->archive, settings->history.memory_bytes);
	if (archive_set_trigrams(past->archive, settings->history.has_trigrams))
		log_entry(past->needs.log, LOGBOOK_HISTORY_INDEXING, "FILE", past->path);
}

static void try_archive(struct past *past)
{
	struct store_problem problem;

	past->retry_ms = UINT64_MAX;
	if (open_past(past, &problem)) {
		log_past_success(past);
		adapt_archive(past);
		tell_last_id(past);
		pass_on_early(past);
		begin_backup_of_past(past);
		return;
	}
	past->retry_ms = loop_now_ms(past->needs.loop) + REOPEN_MS;
	log_past_failure(past, &problem);
	drop_early(past, true);
	begin_backup_of_past(past);
}

/* The previous process may have had one. */
static void tell_lack_of_memory(const struct past *past)
{
	struct event event = { .kind = EVENT_HISTORY, .status = HISTORY_STORE_NO_MEMORY };

	if (engine_world(past->needs.engine)->has_memory_history)
		engine_handle(past->needs.engine, &event);
}

void past_begin(struct past *past)
{
	past->has_begun = true;
	if (past->needs.is_in_memory && !past->path)
		tell_lack_of_memory(past);
	if (is_wanted(past)) {
		try_archive(past);
		return;
	}
	held_files_release(&past->held);
	drop_early(past, true);
}

static bool put_waiting(struct past *past, const struct bytes *request)
{
	size_t most = history_request_is_removal(request->bytes, request->length)
			      ? MOST_WAITING_BYTES + RESERVE_BYTES
			      : MOST_WAITING_BYTES;

	if (past->waiting.length + request->length > most || (past->has_begun && !is_wanted(past)))
		return false;
	buffer_put(&past->waiting, request->bytes, request->length);
	return true;
}

bool past_add(struct past *past, const struct bytes *request)
{
	bool is_there = past->archive ? archive_add(past->archive, request->bytes, request->length)
				      : put_waiting(past, request);

	if (is_there || !is_wanted(past))
		return true;
	note_lost_request(past);
	return false;
}

static void put_early(
	struct past *past, uint64_t session, uint64_t request, const struct bytes *question)
{
	struct early *early = mem_new(sizeof(*early));

	early->session = session;
	early->request = request;
	early->question = mem_copy(question, sizeof(*question) + question->length);
	list_add_last(&past->early, &early->in_past);
	past->n_early++;
}

void past_ask(struct past *past, uint64_t session, uint64_t request, const struct bytes *question)
{
	if (past->archive &&
		archive_ask(past->archive, session, request, question->bytes, question->length))
		return;
	if (!past->archive && !past->has_begun && past->n_early < MOST_EARLY)
		put_early(past, session, request, question);
	else
		refuse_question(past, session, request);
}

/* They are asked again when the database is open again, here or in the next process. */
static void keep_unanswered(struct past *past)
{
	struct buffer bytes;
	uint64_t session, request;

	while (archive_take_unanswered(past->archive, &session, &request, &bytes)) {
		struct bytes *question = mem_space(sizeof(*question) + bytes.length);

		question->length = bytes.length;
		memcpy(question->bytes, bytes.bytes, bytes.length);
		put_early(past, session, request, question);
		free(question);
		buffer_done(&bytes);
	}
}

/* What could not be written waits for the next archive. */
void past_close(struct past *past)
{
	past->has_begun = false;
	if (!past->archive)
		return;
	past->is_closing = true;
	archive_stop(past->archive);
	archive_take_news(past->archive);
	past->is_closing = false;
	archive_put_pending(past->archive, &past->waiting);
	keep_unanswered(past);
	if (past->watch)
		loop_watch_remove(TAKE(past->watch));
	archive_free(TAKE(past->archive));
}

void past_save(const struct past *past, struct buffer *out, uint16_t id)
{
	size_t requests;

	if (!past->archive && !past->waiting.length)
		return;
	requests = pack_begin(out, id);
	buffer_put(out, past->waiting.bytes, past->waiting.length);
	if (past->archive)
		archive_put_pending(past->archive, out);
	pack_end(out, requests);
}

/* There was an archive, so this process needs descriptors for it, too. */
void past_load(struct past *past, const struct pack_field *field)
{
	buffer_put(&past->waiting, field->bytes, field->length);
	if (past->path && !past->held.n && !past->has_begun)
		held_files_take(&past->held, HISTORY_FILES);
}

void past_forget(struct past *past)
{
	buffer_clear(&past->waiting);
}

uint64_t past_next_deadline(const struct past *past)
{
	return past->retry_ms;
}

/* Also opens it after a reload that wants it. */
void past_tick(struct past *past)
{
	if (past->archive) {
		adapt_archive(past);
		archive_flush(past->archive);
		return;
	}
	if (past->has_begun && is_wanted(past) &&
		(past->retry_ms == UINT64_MAX || loop_now_ms(past->needs.loop) >= past->retry_ms))
		try_archive(past);
}

struct past *past_new(const struct past_needs *needs)
{
	struct past *past = mem_new(sizeof(*past));

	past->needs = *needs;
	past->path = needs->is_in_memory ? runtime_directory_path(HISTORY_NAME)
					 : state_directory_path(HISTORY_NAME);
	past->retry_ms = UINT64_MAX;
	list_init(&past->early);
	return past;
}

void past_free(struct past *past)
{
	if (!past)
		return;
	held_files_release(&past->held);
	past_close(past);
	drop_early(past, false);
	buffer_done(&past->waiting);
	free(past->backup_path);
	free(past->path);
	free(past);
}

size_t past_waiting_bytes(const struct past *past)
{
	return past->waiting.length + (past->archive ? archive_pending_bytes(past->archive) : 0);
}
