/* Owns the writer's thread, its transactions, and what it does between them: putting messages into
 * the index of words, removals that take long, checkpoints.
 *
 * Chunks whose transaction fails stay here and are tried again, soon at first and then each second.
 * They may be written twice, if a failed COMMIT did reach the disk: requests may be repeated. What
 * else fails is tried again in the same way, and keeps no chunk waiting. If the file is damaged,
 * all waits for the next process and another file. */
#include "store/archive_writer.h"

#include <pthread.h>
#include <stdlib.h>
#include <time.h>

#include "base/cleanup.h"
#include "base/mem.h"
#include "store/archive_bound.h"
#include "store/archive_erasures.h"
#include "store/database.h"
#include "store/thread.h"
#include "store/transaction.h"

#define INDEX_AFTER_MS 500
#define MOST_INDEX_STEPS 16
#define TIDY_EVERY_MS (12 * 3600 * UINT64_C(1000))
#define LOOK_AGAIN_MS (3600 * UINT64_C(1000))
#define EMPTY_LOG_MS 50
#define EMPTY_AGAIN_MS 2000
#define WRITER_CACHE_SQL "PRAGMA cache_size = -16384" /* KiB */
#define WRITER_HEAP_BYTES (24 << 20)
#define CHECKPOINT_PAGES 1000	       /* when no chunk waits */
#define CHECKPOINT_AT_ONCE_PAGES 16384 /* 64 MiB */

/* The waits before what has failed is tried again; the last one goes on. When they are used up, the
 * fault is reported. */
static const uint32_t retry_ms[] = { 10, 100, 1000 };

/* A kind of work that has failed. */
struct trouble {
	size_t n_failures; /* in sequence; 0: it works */
	uint64_t retry_ms; /* when it is tried again */
};

struct archive_writer {
	sqlite3 *handle;
	struct archive_tables *tables;
	struct archive_queue *queue;
	pthread_t thread;
	struct list chunks; /* that are being written */
	size_t n_to_index;  /* requests since the last part of the index */
	int log_pages;
	struct trouble troubles[ARCHIVE_WORKS];
	bool is_lasting;     /* as transactions are now */
	bool is_log_read;    /* so it could not be emptied */
	bool is_beyond_help; /* the file is damaged */
	uint64_t upkeep_ms;  /* when the next part of it is due */
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
	writer->is_lasting = true;
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

static int begin_lasting(struct archive_writer *writer, bool is_lasting)
{
	int result = SQLITE_OK;

	if (writer->is_lasting != is_lasting) {
		writer->is_lasting = false; /* it may have been carried out, and fail */
		result = transaction_set_lasting(writer->handle, is_lasting);
	}
	if (result != SQLITE_OK)
		return result;
	writer->is_lasting = is_lasting;
	return transaction_begin(writer->handle);
}

static int try_step(
	struct archive_writer *writer, int (*step)(struct archive_tables *tables), bool is_lasting)
{
	int result = begin_lasting(writer, is_lasting), ended;

	if (result != SQLITE_OK)
		return result;
	result = step(writer->tables);
	ended = transaction_end(writer->handle, result == SQLITE_DONE ? SQLITE_OK : result);
	return ended == SQLITE_OK ? result : ended;
}

static int step_in_transaction(
	struct archive_writer *writer, int (*step)(struct archive_tables *tables))
{
	return try_step(writer, step, true);
}

/* If a step is lost with the power, it is due again; on a slow disk a sync takes longer than it. */
static int step_soon(struct archive_writer *writer, int (*step)(struct archive_tables *tables))
{
	return try_step(writer, step, false);
}

static int try_chunks(struct archive_writer *writer)
{
	struct chunk *chunk;
	int result = begin_lasting(writer, true);

	if (result != SQLITE_OK)
		return result;
	LIST_EACH (chunk, &writer->chunks, in_queue) {
		result = apply_chunk(writer, chunk);
		if (result != SQLITE_OK)
			break;
	}
	return transaction_end(writer->handle, result);
}

static bool is_in_trouble(const struct archive_writer *writer, enum archive_work work)
{
	return writer->troubles[work].n_failures;
}

static bool may_try_work(const struct archive_writer *writer, enum archive_work work)
{
	return !writer->is_beyond_help && thread_now_ms() >= writer->troubles[work].retry_ms;
}

static void note_success(struct archive_writer *writer, enum archive_work work)
{
	const struct store_problem none = { .fault = STORE_FAULT_NONE };

	if (is_in_trouble(writer, work))
		archive_queue_set_fault(writer->queue, work, &none);
	writer->troubles[work] = (struct trouble){ 0 };
}

static void note_outcome(
	struct archive_writer *writer, enum archive_work work, int result, const char *what)
{
	struct trouble *trouble = &writer->troubles[work];
	struct store_problem problem;
	size_t n = trouble->n_failures;

	problem_set(&problem, result, what);
	if (problem.fault == STORE_FAULT_NONE) {
		note_success(writer, work);
		return;
	}
	if (n + 1 < ARRAY_LENGTH(retry_ms))
		trouble->n_failures++;
	trouble->retry_ms = thread_now_ms() + retry_ms[n];
	if (problem.fault == STORE_FAULT_DAMAGED) {
		writer->is_beyond_help = true;
		work = ARCHIVE_WORK_WRITING; /* no chunk will be written */
	}
	if (n + 1 == ARRAY_LENGTH(retry_ms) || writer->is_beyond_help)
		archive_queue_set_fault(writer->queue, work, &problem);
}

static bool may_try_chunks(const struct archive_writer *writer, bool is_stopping)
{
	return is_stopping ? !writer->is_beyond_help : may_try_work(writer, ARCHIVE_WORK_WRITING);
}

/* A stop waits for nothing. */
static void write_chunks(struct archive_writer *writer, bool is_stopping)
{
	int result;

	if (list_is_empty(&writer->chunks) || !may_try_chunks(writer, is_stopping))
		return;
	result = try_chunks(writer);
	if (result == SQLITE_OK)
		archive_queue_end_chunks(writer->queue, &writer->chunks);
	note_outcome(writer, ARCHIVE_WORK_WRITING, result, "history cannot be written");
	if (!writer->upkeep_ms || writer->upkeep_ms > thread_now_ms() + INDEX_AFTER_MS)
		writer->upkeep_ms = thread_now_ms() + INDEX_AFTER_MS;
}

static uint64_t archive_wall_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_REALTIME, &now);
	return (uint64_t) now.tv_sec * 1000 + (uint64_t) now.tv_nsec / 1000000;
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

static int note_tidied(struct archive_tables *tables)
{
	return archive_tables_note_tidied(tables, archive_wall_ms());
}

/* A checkpoint that also empties the log, as removed words are in that, too. SQLITE_BUSY: somebody
 * reads there, as a copy does for long. */
static int empty_log(struct archive_writer *writer)
{
	int result;

	(void) sqlite3_busy_timeout(writer->handle, EMPTY_LOG_MS);
	result = sqlite3_wal_checkpoint_v2(
		writer->handle, NULL, SQLITE_CHECKPOINT_TRUNCATE, NULL, NULL);
	(void) sqlite3_busy_timeout(writer->handle, DATABASE_LOCKED_MS);
	return result;
}

static int note_empty_log(struct archive_writer *writer)
{
	int result = empty_log(writer);

	writer->is_log_read = (result & 0xff) == SQLITE_BUSY;
	if (writer->is_log_read)
		return SQLITE_DONE;
	return result == SQLITE_OK ? step_in_transaction(writer, note_tidied) : result;
}

static int tidy_words(struct archive_writer *writer)
{
	int result = step_in_transaction(writer, archive_tables_tidy);

	if (result == SQLITE_DONE)
		return note_empty_log(writer);
	if (result != SQLITE_OK)
		archive_tables_tidy_anew(writer->tables);
	return result;
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
	return tidy_words(writer);
}

/* One part of what is left to do; SQLITE_DONE: nothing is. */
static int keep_up(struct archive_writer *writer)
{
	int result = step_in_transaction(writer, archive_tables_adapt);

	if (result == SQLITE_DONE)
		result = index_some(writer);
	if (result == SQLITE_DONE)
		result = step_soon(writer, archive_erasures_go_on);
	if (result == SQLITE_DONE)
		result = step_soon(writer, archive_bound_keep);
	if (result == SQLITE_DONE)
		result = tidy_if_due(writer);
	return result;
}

static void keep_up_if_due(struct archive_writer *writer)
{
	int result;

	if (is_in_trouble(writer, ARCHIVE_WORK_WRITING) || thread_now_ms() < writer->upkeep_ms ||
		!may_try_work(writer, ARCHIVE_WORK_UPKEEP))
		return;
	writer->is_log_read = false;
	result = keep_up(writer);
	writer->upkeep_ms = thread_now_ms();
	if (result == SQLITE_DONE)
		writer->upkeep_ms += writer->is_log_read ? EMPTY_AGAIN_MS : LOOK_AGAIN_MS;
	note_outcome(writer, ARCHIVE_WORK_UPKEEP, result, "history cannot be put in order");
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

	if (writer->log_pages < most || !may_try_work(writer, ARCHIVE_WORK_MOVING_LOG))
		return;
	note_outcome(writer, ARCHIVE_WORK_MOVING_LOG, checkpoint_archive(writer),
		"the log cannot be moved into history");
}

static uint64_t later_of(uint64_t one, uint64_t other)
{
	return one > other ? one : other;
}

static uint64_t earlier_of(uint64_t one, uint64_t other)
{
	return one < other ? one : other;
}

static uint64_t archive_next_time(const struct archive_writer *writer)
{
	const struct trouble *troubles = writer->troubles;
	uint64_t next_ms = UINT64_MAX;

	if (writer->is_beyond_help)
		return UINT64_MAX;
	if (writer->log_pages >= CHECKPOINT_PAGES)
		next_ms = troubles[ARCHIVE_WORK_MOVING_LOG].retry_ms;
	if (is_in_trouble(writer, ARCHIVE_WORK_WRITING))
		return earlier_of(next_ms, troubles[ARCHIVE_WORK_WRITING].retry_ms);
	return earlier_of(
		next_ms, later_of(writer->upkeep_ms, troubles[ARCHIVE_WORK_UPKEEP].retry_ms));
}

/* At a stop, chunks are tried until that fails for the second time in sequence. */
static bool must_give_up(const struct archive_writer *writer)
{
	return writer->is_beyond_help ||
	       writer->troubles[ARCHIVE_WORK_WRITING].n_failures + 1 == ARRAY_LENGTH(retry_ms);
}

static void *run_archive_writer(void *data)
{
	struct archive_writer *writer = data;

	thread_stretch_heap(WRITER_HEAP_BYTES);
	(void) sqlite3_exec(writer->handle, WRITER_CACHE_SQL, NULL, NULL, NULL);
	while (archive_queue_wait(writer->queue, archive_next_time(writer), &writer->chunks) ||
		!list_is_empty(&writer->chunks)) {
		bool is_stopping = archive_queue_is_stopping(writer->queue);

		write_chunks(writer, is_stopping);
		if (is_stopping && must_give_up(writer))
			break;
		if (!is_stopping)
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
