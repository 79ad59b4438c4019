/* Owns the writer's thread, its transactions, and what it does between them: putting messages into
 * the index of words, removals that take long, checkpoints.
 *
 * Chunks whose transaction fails stay here and are tried again each second. They may be written
 * twice, if a failed COMMIT did reach the disk: requests may be repeated. If the file is damaged,
 * they wait for the next process and another file. */
#include "store/archive_writer.h"

#include <pthread.h>
#include <stdlib.h>
#include <time.h>

#include "base/mem.h"
#include "store/thread.h"
#include "store/transaction.h"

#define PROBE_MS 1000
#define INDEX_AFTER_MS 500
#define MOST_INDEX_STEPS 16
#define TIDY_EVERY_MS (12 * 3600 * UINT64_C(1000))
#define LOOK_AGAIN_MS (3600 * UINT64_C(1000))
#define WRITER_CACHE_SQL "PRAGMA cache_size = -16384" /* KiB */
#define CHECKPOINT_PAGES 1000			      /* when no chunk waits */
#define CHECKPOINT_AT_ONCE_PAGES 16384		      /* 64 MiB */

struct archive_writer {
	sqlite3 *handle;
	struct archive_tables *tables;
	struct archive_queue *queue;
	pthread_t thread;
	struct list chunks; /* that are being written */
	size_t n_to_index;  /* requests since the last part of the index */
	int log_pages;
	bool is_faulty;
	bool is_beyond_help;
	uint64_t probe_ms;
	uint64_t upkeep_ms; /* when the next part of it is due */
};

static int on_log_grown(void *data, sqlite3 *handle, const char *name, int n_pages)
{
	struct archive_writer *writer = data;

	(void) handle;
	(void) name;
	writer->log_pages = n_pages;
	return SQLITE_OK;
}

struct archive_writer *archive_writer_new(
	sqlite3 *handle, struct archive_tables *tables, struct archive_queue *queue)
{
	struct archive_writer *writer = mem_new(sizeof(*writer));

	writer->handle = handle;
	writer->tables = tables;
	writer->queue = queue;
	list_init(&writer->chunks);
	(void) sqlite3_wal_hook(handle, on_log_grown, writer);
	return writer;
}

/* The chunks are their owner's. */
void archive_writer_free(struct archive_writer *writer)
{
	if (!writer)
		return;
	while (!list_is_empty(&writer->chunks))
		list_remove(writer->chunks.next);
	(void) sqlite3_wal_hook(writer->handle, NULL, NULL);
	free(writer);
}

/* Requests of a later release are passed over. */
static int apply_chunk(struct archive_writer *writer, const struct chunk *chunk)
{
	struct pack pack = pack_over(chunk->requests.bytes, chunk->requests.length);
	struct history_request request;
	struct pack_field field;
	int result = SQLITE_OK;

	while (result == SQLITE_OK && pack_next(&pack, &field)) {
		if (history_request_load(&field, &request))
			result = archive_tables_apply(writer->tables, &request);
		writer->n_to_index++;
	}
	return result;
}

static int try_chunks(struct archive_writer *writer)
{
	struct chunk *chunk;
	int result = transaction_begin(writer->handle);

	if (result != SQLITE_OK)
		return result;
	LIST_EACH (chunk, &writer->chunks, in_queue) {
		result = apply_chunk(writer, chunk);
		if (result != SQLITE_OK)
			break;
	}
	return transaction_end(writer->handle, result);
}

static void note_archive_fault(struct archive_writer *writer, const struct store_problem *problem)
{
	writer->is_faulty = problem->fault != STORE_FAULT_NONE;
	writer->is_beyond_help = writer->is_beyond_help || problem->fault == STORE_FAULT_DAMAGED;
	writer->probe_ms = thread_now_ms() + PROBE_MS;
	archive_queue_set_fault(writer->queue, problem);
}

static void write_chunks(struct archive_writer *writer)
{
	struct store_problem problem;
	bool was_faulty = writer->is_faulty;

	if (list_is_empty(&writer->chunks) || (was_faulty && thread_now_ms() < writer->probe_ms))
		return;
	problem_set(&problem, try_chunks(writer), "history cannot be written");
	if (problem.fault != STORE_FAULT_NONE)
		note_archive_fault(writer, &problem);
	if (problem.fault == STORE_FAULT_NONE)
		archive_queue_end_chunks(writer->queue, &writer->chunks);
	if (problem.fault == STORE_FAULT_NONE && was_faulty)
		note_archive_fault(writer, &problem);
	if (!writer->upkeep_ms || writer->upkeep_ms > thread_now_ms() + INDEX_AFTER_MS)
		writer->upkeep_ms = thread_now_ms() + INDEX_AFTER_MS;
}

static uint64_t archive_wall_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_REALTIME, &now);
	return (uint64_t) now.tv_sec * 1000 + (uint64_t) now.tv_nsec / 1000000;
}

static int step_in_transaction(
	struct archive_writer *writer, int (*step)(struct archive_tables *tables))
{
	int result = transaction_begin(writer->handle), ended;

	if (result != SQLITE_OK)
		return result;
	result = step(writer->tables);
	ended = transaction_end(writer->handle, result == SQLITE_DONE ? SQLITE_OK : result);
	return ended == SQLITE_OK ? result : ended;
}

/* If a step is lost with the power, it is due again; on a slow disk a sync takes longer than it. */
static int step_soon(struct archive_writer *writer, int (*step)(struct archive_tables *tables))
{
	int result = transaction_set_lasting(writer->handle, false), restored;

	if (result == SQLITE_OK)
		result = step_in_transaction(writer, step);
	restored = transaction_set_lasting(writer->handle, true);
	return restored == SQLITE_OK ? result : restored;
}

/* Chunks that are due are written first, unless the index would fall behind. */
static int index_some(struct archive_writer *writer)
{
	size_t n_owed = 1 + writer->n_to_index / ARCHIVE_INDEX_STEP;
	int result = SQLITE_OK;

	for (size_t i = 0; i < MOST_INDEX_STEPS && result == SQLITE_OK; i++) {
		if (i >= n_owed && archive_queue_is_due(writer->queue))
			break;
		result = step_soon(writer, archive_tables_index);
	}
	writer->n_to_index = 0;
	return result;
}

static int tidy_words(struct archive_tables *tables)
{
	return archive_tables_tidy(tables, archive_wall_ms());
}

/* A checkpoint that also empties the log, as removed words are in that, too. */
static int empty_log(struct archive_writer *writer)
{
	int result = sqlite3_wal_checkpoint_v2(
		writer->handle, NULL, SQLITE_CHECKPOINT_TRUNCATE, NULL, NULL);

	return (result & 0xff) == SQLITE_BUSY ? SQLITE_OK : result;
}

static int tidy_if_due(struct archive_writer *writer)
{
	uint64_t tidied_ms;
	bool is_needed;
	int result = archive_tables_tidied(writer->tables, &is_needed, &tidied_ms);

	if (result != SQLITE_OK)
		return result;
	if (!is_needed || archive_wall_ms() < tidied_ms + TIDY_EVERY_MS)
		return SQLITE_DONE;
	result = step_in_transaction(writer, tidy_words);
	if (result == SQLITE_DONE)
		result = empty_log(writer) == SQLITE_OK ? SQLITE_DONE : SQLITE_IOERR;
	return result;
}

/* One part of what is left to do; SQLITE_DONE: nothing is. */
static int keep_up(struct archive_writer *writer)
{
	int result = index_some(writer);

	if (result == SQLITE_DONE)
		result = step_soon(writer, archive_tables_erase);
	if (result == SQLITE_DONE)
		result = tidy_if_due(writer);
	return result;
}

static void keep_up_if_due(struct archive_writer *writer)
{
	struct store_problem problem;
	int result;

	if (writer->is_faulty || thread_now_ms() < writer->upkeep_ms)
		return;
	result = keep_up(writer);
	writer->upkeep_ms = thread_now_ms() + (result == SQLITE_DONE ? LOOK_AGAIN_MS : 0);
	problem_set(&problem, result, "history cannot be put in order");
	if (problem.fault != STORE_FAULT_NONE)
		note_archive_fault(writer, &problem);
}

static int checkpoint_archive(struct archive_writer *writer)
{
	int result = sqlite3_wal_checkpoint_v2(
		writer->handle, NULL, SQLITE_CHECKPOINT_PASSIVE, NULL, NULL);

	if (result == SQLITE_OK)
		writer->log_pages = 0;
	return result;
}

static void checkpoint_if_grown(struct archive_writer *writer)
{
	int most =
		archive_queue_is_idle(writer->queue) ? CHECKPOINT_PAGES : CHECKPOINT_AT_ONCE_PAGES;
	struct store_problem problem;

	if (writer->is_faulty || writer->log_pages < most)
		return;
	problem_set(&problem, checkpoint_archive(writer), "the log cannot be moved into history");
	if (problem.fault != STORE_FAULT_NONE)
		note_archive_fault(writer, &problem);
}

/* Without chunks to try, a fault ends when a write succeeds that changes nothing. */
static void probe_archive(struct archive_writer *writer)
{
	struct store_problem problem;
	int result;

	if (!writer->is_faulty || writer->is_beyond_help || !list_is_empty(&writer->chunks) ||
		thread_now_ms() < writer->probe_ms)
		return;
	result = transaction_probe(writer->handle);
	if (result == SQLITE_OK)
		result = checkpoint_archive(writer);
	problem_set(&problem, result, "history still cannot be written");
	note_archive_fault(writer, &problem);
}

static uint64_t archive_next_time(const struct archive_writer *writer)
{
	if (writer->is_beyond_help)
		return UINT64_MAX;
	return writer->is_faulty ? writer->probe_ms : writer->upkeep_ms;
}

static void *run_archive_writer(void *data)
{
	struct archive_writer *writer = data;

	(void) sqlite3_exec(writer->handle, WRITER_CACHE_SQL, NULL, NULL, NULL);
	while (archive_queue_wait(writer->queue, archive_next_time(writer), &writer->chunks) ||
		!list_is_empty(&writer->chunks)) {
		write_chunks(writer);
		if (archive_queue_is_stopping(writer->queue) && writer->is_faulty)
			break;
		probe_archive(writer);
		if (!archive_queue_is_stopping(writer->queue))
			keep_up_if_due(writer);
		checkpoint_if_grown(writer);
	}
	return NULL;
}

int archive_writer_start(struct archive_writer *writer)
{
	return thread_start(&writer->thread, run_archive_writer, writer);
}

void archive_writer_join(struct archive_writer *writer)
{
	pthread_join(writer->thread, NULL);
}
