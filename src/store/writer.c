/* Owns the thread and its transactions.
 *
 * A group whose transaction fails is tried again as a whole: SQLite does not always say whether a
 * failed COMMIT reached the disk, but requests that did are recognised by their keys. If all tries
 * fail, the requests are answered with the fault. Their bytes may still be in the log, where a
 * crash would bring them back; the next transaction overwrites them. Therefore, and to notice when
 * the fault has ended, a faulty writer makes small transactions until one succeeds.
 *
 * SQLite's own checkpoints are off: they would happen inside a commit, when clients wait. */
#include "store/writer.h"

#include <pthread.h>
#include <stdlib.h>
#include <time.h>

#include "base/mem.h"
#include "store/backup.h"
#include "store/statements.h"
#include "store/thread.h"
#include "store/transaction.h"

#define PROBE_MS 1000
#define CACHE_SQL "PRAGMA cache_size = -8192" /* KiB; mostly for the indices */
#define HEAP_BYTES (12 << 20)
#define CHECKPOINT_PAGES 1000	       /* when no request waits */
#define CHECKPOINT_AT_ONCE_PAGES 16384 /* 64 MiB */

static const uint32_t tries_ms[] = { 10, 100, 500 }; /* the waits between tries */

struct writer {
	sqlite3 *handle;
	struct exchange *exchange;
	uint64_t requests_remembered;
	struct statements *statements;
	struct backup *backup; /* NULL: none is being made */
	pthread_t thread;
	int log_pages;
	bool is_faulty;
	bool is_beyond_help; /* the file is damaged: no probe can end this fault */
	uint64_t probe_ms;
};

static int on_log_written(void *data, sqlite3 *handle, const char *name, int n_pages)
{
	struct writer *writer = data;

	(void) handle;
	(void) name;
	writer->log_pages = n_pages;
	return SQLITE_OK;
}

int writer_new(sqlite3 *handle, struct exchange *exchange, uint64_t requests_remembered,
	struct writer **ret_writer)
{
	struct writer *writer = mem_new(sizeof(*writer));
	int result;

	writer->handle = handle;
	writer->exchange = exchange;
	writer->requests_remembered = requests_remembered;
	result = statements_new(handle, &writer->statements);
	if (result != SQLITE_OK) {
		writer_free(writer);
		return result;
	}
	(void) sqlite3_wal_hook(handle, on_log_written, writer);
	*ret_writer = writer;
	return SQLITE_OK;
}

bool writer_has(const struct writer *writer, const struct store_key *key)
{
	return statements_find_request(writer->statements, key);
}

void writer_free(struct writer *writer)
{
	if (!writer)
		return;
	statements_free(writer->statements);
	(void) sqlite3_wal_hook(writer->handle, NULL, NULL);
	free(writer);
}

static int try_group(struct writer *writer, struct list *group)
{
	struct submission *submission;
	int result = transaction_begin(writer->handle);

	if (result != SQLITE_OK)
		return result;
	LIST_EACH (submission, group, in_queue) {
		result = statements_apply(writer->statements, submission);
		if (result != SQLITE_OK)
			return transaction_end(writer->handle, result);
	}
	result = statements_forget_requests(writer->statements, writer->requests_remembered);
	return transaction_end(writer->handle, result);
}

/* A stop waits for nothing. */
static bool wait_for_try(struct writer *writer, size_t n_tries)
{
	struct timespec pause = { 0 };

	if (n_tries == ARRAY_LENGTH(tries_ms))
		return false;
	pause.tv_nsec = (long) tries_ms[n_tries] * 1000000;
	if (!exchange_is_stopping(writer->exchange))
		nanosleep(&pause, NULL);
	return true;
}

static bool can_try_again(enum store_fault fault)
{
	return fault != STORE_FAULT_DAMAGED && fault != STORE_FAULT_READ_ONLY;
}

static void note_fault(struct writer *writer, const struct store_problem *problem)
{
	writer->is_faulty = true;
	writer->is_beyond_help = writer->is_beyond_help || problem->fault == STORE_FAULT_DAMAGED;
	writer->probe_ms = thread_now_ms() + PROBE_MS;
	exchange_set_fault(writer->exchange, problem);
}

static void fail_group(struct list *group, enum store_fault fault)
{
	struct submission *submission;

	LIST_EACH (submission, group, in_queue) {
		submission->answer.status = STORE_STATUS_FAILED;
		submission->answer.fault = fault;
		submission->answer.id = 0;
	}
}

static void write_group(struct writer *writer, struct list *group)
{
	struct store_problem problem;
	size_t n_tries = 0;

	do {
		problem_set(&problem, try_group(writer, group), "accounts cannot be written");
	} while (problem.fault != STORE_FAULT_NONE && can_try_again(problem.fault) &&
		 wait_for_try(writer, n_tries++));
	if (problem.fault != STORE_FAULT_NONE) {
		fail_group(group, problem.fault);
		note_fault(writer, &problem);
	}
	exchange_answer(writer->exchange, group);
}

static int checkpoint(struct writer *writer)
{
	int result = sqlite3_wal_checkpoint_v2(
		writer->handle, NULL, SQLITE_CHECKPOINT_PASSIVE, NULL, NULL);

	if (result == SQLITE_OK)
		writer->log_pages = 0;
	return result;
}

static void checkpoint_if_long(struct writer *writer)
{
	int most = exchange_is_idle(writer->exchange) ? CHECKPOINT_PAGES : CHECKPOINT_AT_ONCE_PAGES;
	struct store_problem problem;

	if (writer->is_faulty || writer->log_pages < most)
		return;
	problem_set(&problem, checkpoint(writer), "the log cannot be moved into the database");
	if (problem.fault != STORE_FAULT_NONE)
		note_fault(writer, &problem);
}

/* The fault has ended when all that the writer does succeeds. */
static void probe_if_faulty(struct writer *writer)
{
	struct store_problem problem;
	int result;

	if (!writer->is_faulty || writer->is_beyond_help || thread_now_ms() < writer->probe_ms)
		return;
	result = transaction_probe(writer->handle);
	if (result == SQLITE_OK)
		result = checkpoint(writer);
	problem_set(&problem, result, "accounts still cannot be written");
	if (problem.fault != STORE_FAULT_NONE) {
		note_fault(writer, &problem);
		return;
	}
	writer->is_faulty = false;
	exchange_set_fault(writer->exchange, &problem);
}

static void end_backup(struct writer *writer, const struct store_problem *problem)
{
	backup_free(writer->backup);
	writer->backup = NULL;
	exchange_end_backup(writer->exchange, problem);
}

static void begin_backup_if_asked(struct writer *writer)
{
	CLEANUP(mem_freep) char *path = exchange_begin_backup(writer->exchange);
	struct store_problem problem;

	if (path && !backup_new(writer->handle, path, &writer->backup, &problem))
		end_backup(writer, &problem);
}

static void go_on_with_backup(struct writer *writer)
{
	struct store_problem problem;
	int result;

	if (!writer->backup)
		return;
	result = backup_step(writer->backup, &problem);
	if (result == SQLITE_OK)
		return;
	if (result == SQLITE_DONE)
		problem_set(&problem, SQLITE_OK, "the copy is complete");
	end_backup(writer, &problem);
}

/* Also one that was asked for and has not begun. */
static void abandon_backup(struct writer *writer)
{
	CLEANUP(mem_freep) char *path = exchange_begin_backup(writer->exchange);
	struct store_problem problem;

	if (!path && !writer->backup)
		return;
	problem_describe(&problem, STORE_FAULT_FAILED, "the server is stopping");
	end_backup(writer, &problem);
}

static uint64_t next_time(const struct writer *writer)
{
	if (writer->backup)
		return 0;
	return writer->is_faulty && !writer->is_beyond_help ? writer->probe_ms : UINT64_MAX;
}

static void *run_writer(void *data)
{
	struct writer *writer = data;
	struct list group;

	thread_stretch_heap(HEAP_BYTES);
	(void) sqlite3_exec(writer->handle, CACHE_SQL, NULL, NULL, NULL);
	list_init(&group);
	while (exchange_wait(writer->exchange, next_time(writer), &group)) {
		if (!list_is_empty(&group))
			write_group(writer, &group);
		probe_if_faulty(writer);
		begin_backup_if_asked(writer);
		go_on_with_backup(writer);
		checkpoint_if_long(writer);
	}
	abandon_backup(writer);
	return NULL;
}

int writer_start(struct writer *writer)
{
	return thread_start(&writer->thread, run_writer, writer);
}

void writer_join(struct writer *writer)
{
	pthread_join(writer->thread, NULL);
}
