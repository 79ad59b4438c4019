/* Owns the connections, the queue and the threads of an archive. */
#include "store/archive.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/mem.h"
#include "store/archive_bound.h"
#include "store/archive_copy.h"
#include "store/archive_index.h"
#include "store/archive_queue.h"
#include "store/archive_reader.h"
#include "store/archive_tables.h"
#include "store/archive_writer.h"
#include "store/database.h"
#include "store/thread.h"
#include "store/zeroing_memory.h"

/* About four seconds of the most that can be written. */
#define MOST_PENDING_BYTES (16 << 20)
/* For removals alone, when that is full. */
#define RESERVE_BYTES (4 << 20)
#define MOST_QUESTIONS 1000
#define MOST_ANSWER_MS 500
#define READER_CACHE_SQL "PRAGMA cache_size = -8192" /* KiB */
#define READER_HEAP_BYTES (12 << 20)

/* A thread that answers questions. */
struct desk {
	struct archive *archive;
	sqlite3 *handle; /* NULL: not opened yet */
	struct archive_reader *reader;
	pthread_t thread;
	bool is_slow;
	bool is_failing; /* known to the thread only */
};

struct archive {
	struct archive_needs needs;
	char *path;
	sqlite3 *handle; /* of the writer */
	struct archive_tables *tables;
	struct desk desks[2]; /* the second one for slow questions */
	struct archive_queue *queue;
	struct archive_writer *writer;
	struct archive_copy *copy; /* NULL: none is being made */
	bool has_threads;
	bool has_trigrams; /* the index has them, or will */
	bool is_stopped;
	uint64_t last_id;
	struct list pending; /* struct chunk, with the writer */
	struct chunk *chunk; /* of this turn; NULL: nothing was added */
	uint64_t n_chunks;
	size_t n_pending_bytes;
	size_t n_questions;
};

static bool check_opened(struct store_problem *ret_problem, int result)
{
	if (result != SQLITE_OK)
		problem_set(ret_problem, result, "history cannot be read");
	return result == SQLITE_OK;
}

static bool open_tables(struct archive *archive, struct store_problem *ret_problem)
{
	int result = archive_tables_new(archive->handle, &archive->tables);

	if (result == SQLITE_OK)
		result = archive_tables_last_id(archive->tables, &archive->last_id);
	if (result == SQLITE_OK)
		result = archive_index_is_trigram(archive->handle, &archive->has_trigrams);
	if (result == SQLITE_OK)
		archive_tables_set_trigrams(archive->tables, archive->has_trigrams);
	return check_opened(ret_problem, result);
}

static bool open_desks(struct archive *archive, struct store_problem *ret_problem)
{
	for (size_t i = 0; i < ARRAY_LENGTH(archive->desks); i++) {
		struct desk *desk = &archive->desks[i];

		desk->archive = archive;
		desk->is_slow = i;
		if (!database_open_for_reading(archive->path, &desk->handle, ret_problem) ||
			!check_opened(ret_problem, archive_reader_new(desk->handle, &desk->reader)))
			return false;
	}
	return true;
}

static bool open_archive(struct archive *archive, struct store_problem *ret_problem)
{
	const struct database_options options = { .schema = &schema_of_history,
		.has_readers = true };
	int error;

	if (!database_open(archive->path, &options, &archive->handle, ret_problem) ||
		!open_tables(archive, ret_problem) || !open_desks(archive, ret_problem))
		return false;
	error = archive_queue_new(&archive->queue);
	if (error) {
		problem_describe(
			ret_problem, STORE_FAULT_FAILED, "no eventfd: %s", strerror(-error));
		return false;
	}
	archive->writer = archive_writer_new(archive->handle, archive->tables, archive->queue);
	return true;
}

bool archive_open(const char *path, const struct archive_needs *needs, struct archive **ret_archive,
	struct store_problem *ret_problem)
{
	struct archive *archive = mem_new(sizeof(*archive));

	zeroing_memory_install();
	archive->needs = *needs;
	archive->path = mem_text(path);
	list_init(&archive->pending);
	if (!open_archive(archive, ret_problem)) {
		archive_free(archive);
		return false;
	}
	*ret_archive = archive;
	return true;
}

bool archive_set_trigrams(struct archive *archive, bool has_trigrams)
{
	bool is_new = has_trigrams != archive->has_trigrams;

	if (is_new)
		archive_tables_set_trigrams(archive->tables, has_trigrams);
	archive->has_trigrams = has_trigrams;
	return is_new;
}

void archive_set_most_bytes(struct archive *archive, uint64_t most_bytes)
{
	archive_bound_set(archive->tables, most_bytes);
}

uint64_t archive_last_id(const struct archive *archive)
{
	return archive->last_id;
}

/* What fails once may work at once. */
static int find_rows(const struct desk *desk, const struct question *question, struct buffer *out)
{
	struct history_query query;
	int result;

	if (!history_query_load(question->bytes.bytes, question->bytes.length, &query))
		return SQLITE_MISUSE;
	result = archive_reader_run(desk->reader, &query, MOST_ANSWER_MS, out);
	if (result != SQLITE_OK && !archive_queue_is_stopping(desk->archive->queue))
		result = archive_reader_run(desk->reader, &query, MOST_ANSWER_MS, out);
	history_query_done(&query);
	return result;
}

/* A question that is none says nothing of the file. */
static void note_reading(struct desk *desk, int result)
{
	struct store_problem problem;

	if ((result == SQLITE_OK && !desk->is_failing) || result == SQLITE_MISUSE)
		return;
	desk->is_failing = result != SQLITE_OK;
	problem_set(&problem, result, "history cannot be read");
	archive_queue_set_fault(desk->archive->queue,
		desk->is_slow ? ARCHIVE_WORK_SEARCHING : ARCHIVE_WORK_READING, &problem);
}

/* The question's bytes become those of the answer. False: it was interrupted, and is a question
 * still. */
static bool find_past_answer(struct desk *desk, struct question *question)
{
	struct buffer answer = { 0 };
	int result = find_rows(desk, question, &answer);

	if (archive_queue_is_stopping(desk->archive->queue)) {
		buffer_done(&answer);
		return false;
	}
	note_reading(desk, result);
	buffer_done(&question->bytes);
	question->bytes = answer;
	question->is_failed = result != SQLITE_OK;
	return true;
}

static void *run_reader(void *data)
{
	struct desk *desk = data;
	struct archive_queue *queue = desk->archive->queue;
	struct question *question;

	thread_stretch_heap(READER_HEAP_BYTES);
	(void) sqlite3_exec(desk->handle, READER_CACHE_SQL, NULL, NULL, NULL);
	while ((question = archive_queue_next_question(queue, desk->is_slow))) {
		if (find_past_answer(desk, question))
			archive_queue_answer(queue, question);
		else
			archive_queue_return(queue, question);
	}
	return NULL;
}

/* Returns how many of them run. */
static size_t start_desks(struct archive *archive)
{
	for (size_t i = 0; i < ARRAY_LENGTH(archive->desks); i++) {
		struct desk *desk = &archive->desks[i];

		if (thread_start(&desk->thread, run_reader, desk) != 0)
			return i;
	}
	return ARRAY_LENGTH(archive->desks);
}

static void end_threads(struct archive *archive, size_t n_desks)
{
	archive_queue_stop(archive->queue);
	for (size_t i = 0; i < n_desks; i++)
		sqlite3_interrupt(archive->desks[i].handle);
	archive_writer_join(archive->writer);
	for (size_t i = 0; i < n_desks; i++)
		pthread_join(archive->desks[i].thread, NULL);
}

static bool start_threads(struct archive *archive)
{
	size_t n_desks;

	if (archive->has_threads || archive->is_stopped)
		return archive->has_threads;
	if (archive_writer_start(archive->writer) != 0)
		return false;
	n_desks = start_desks(archive);
	if (n_desks < ARRAY_LENGTH(archive->desks)) {
		end_threads(archive, n_desks);
		archive->is_stopped = true;
		return false;
	}
	archive->has_threads = true;
	return true;
}

bool archive_add(struct archive *archive, const void *bytes, size_t length)
{
	size_t most = history_request_is_removal(bytes, length) ? MOST_PENDING_BYTES + RESERVE_BYTES
								: MOST_PENDING_BYTES;

	if (archive->n_pending_bytes && archive->n_pending_bytes + length > most)
		return false;
	if (!archive->chunk) {
		archive->chunk = mem_new(sizeof(*archive->chunk));
		archive->chunk->number = ++archive->n_chunks;
		list_init(&archive->chunk->in_queue);
		list_add_last(&archive->pending, &archive->chunk->in_pending);
	}
	buffer_put(&archive->chunk->requests, bytes, length);
	archive->n_pending_bytes += length;
	return true;
}

void archive_flush(struct archive *archive)
{
	if (!archive->chunk || !start_threads(archive))
		return;
	archive_queue_put(archive->queue, archive->chunk);
	archive->chunk = NULL;
}

/* It may look at all rows. */
static bool is_slow_question(const void *bytes, size_t length)
{
	struct history_query query;
	bool is_slow = false;

	if (history_query_load(bytes, length, &query)) {
		is_slow = query.kind == HISTORY_QUERY_SEARCH ||
			  query.kind == HISTORY_QUERY_AUTHOR || query.kind == HISTORY_QUERY_PRESENT;
		history_query_done(&query);
	}
	return is_slow;
}

bool archive_ask(struct archive *archive, uint64_t session, uint64_t request, const void *bytes,
	size_t length)
{
	struct question *question;

	archive_flush(archive);
	if (archive->n_questions >= MOST_QUESTIONS || !start_threads(archive))
		return false;
	question = mem_new(sizeof(*question));
	list_init(&question->in_queue);
	question->session = session;
	question->request = request;
	question->after_chunk = archive->n_chunks;
	question->is_slow = is_slow_question(bytes, length);
	buffer_put(&question->bytes, bytes, length);
	archive->n_questions++;
	archive_queue_ask(archive->queue, question);
	return true;
}

size_t archive_pending_bytes(const struct archive *archive)
{
	return archive->n_pending_bytes;
}

/* A chunk does not change once it is in the queue; only this thread takes it from the list. */
void archive_put_pending(const struct archive *archive, struct buffer *out)
{
	const struct chunk *chunk;

	LIST_EACH (chunk, &archive->pending, in_pending)
		buffer_put(out, chunk->requests.bytes, chunk->requests.length);
}

int archive_fd(const struct archive *archive)
{
	return archive_queue_fd(archive->queue);
}

static void take_written(struct archive *archive)
{
	struct chunk *chunk, *after;
	struct list written;

	list_init(&written);
	archive_queue_take_written(archive->queue, &written);
	LIST_EACH_SAFE (chunk, after, &written, in_queue) {
		archive->n_pending_bytes -= chunk->requests.length;
		chunk_free(chunk);
	}
}

bool archive_back_up(struct archive *archive, const char *path)
{
	archive_flush(archive);
	if (archive->copy || !start_threads(archive))
		return false;
	archive->copy = archive_copy_new(archive->queue, archive->path, path, archive->n_chunks);
	return archive->copy;
}

static void take_copy(struct archive *archive)
{
	struct store_problem problem;

	if (!archive->copy || !archive_copy_is_over(archive->copy, &problem))
		return;
	archive_copy_free(TAKE(archive->copy));
	archive->needs.on_backup(archive->needs.data, &problem);
}

void archive_take_news(struct archive *archive)
{
	const struct archive_needs *needs = &archive->needs;
	struct store_problem problem;
	struct question *question;

	archive_queue_clear_fd(archive->queue);
	take_written(archive);
	while ((question = archive_queue_take_answer(archive->queue))) {
		archive->n_questions--;
		needs->on_answer(needs->data, question->session, question->request,
			question->is_failed ? NULL : &question->bytes);
		archive_question_free(question);
	}
	if (archive_queue_take_fault(archive->queue, &problem))
		needs->on_fault(needs->data, &problem);
	take_copy(archive);
}

void archive_stop(struct archive *archive)
{
	archive_flush(archive);
	if (archive->has_threads) {
		end_threads(archive, ARRAY_LENGTH(archive->desks));
		archive_copy_free(TAKE(archive->copy));
		take_written(archive);
	}
	archive->has_threads = false;
	archive->is_stopped = true;
}

bool archive_take_unanswered(struct archive *archive, uint64_t *ret_session, uint64_t *ret_request,
	struct buffer *ret_question)
{
	struct question *question = archive_queue_take_question(archive->queue);

	if (!question)
		return false;
	*ret_session = question->session;
	*ret_request = question->request;
	*ret_question = question->bytes;
	question->bytes = (struct buffer){ 0 };
	archive_question_free(question);
	return true;
}

static void free_pending(struct archive *archive)
{
	struct chunk *chunk, *after;

	LIST_EACH_SAFE (chunk, after, &archive->pending, in_pending)
		chunk_free(chunk);
}

/* The readers are closed first: the last connection moves the log into the file and removes it. */
void archive_free(struct archive *archive)
{
	if (!archive)
		return;
	if (archive->queue)
		archive_stop(archive);
	archive_writer_free(archive->writer);
	free_pending(archive);
	archive_queue_free(archive->queue);
	for (size_t i = 0; i < ARRAY_LENGTH(archive->desks); i++) {
		archive_reader_free(archive->desks[i].reader);
		(void) sqlite3_close(archive->desks[i].handle);
	}
	archive_tables_free(archive->tables);
	if (archive->handle)
		(void) sqlite3_close(archive->handle);
	free(archive->path);
	free(archive);
}
