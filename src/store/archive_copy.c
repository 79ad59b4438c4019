/* Owns the copying thread.
 *
 * It reads one state of the file, so the writer goes on meanwhile, and its log grows. It rests as
 * long as it works, because the disk is also the writer's. */
#include "store/archive_copy.h"

#include <pthread.h>
#include <stdlib.h>

#include "base/cleanup.h"
#include "base/mem.h"
#include "store/backup.h"
#include "store/database.h"
#include "store/thread.h"

struct archive_copy {
	struct archive_queue *queue;
	char *from;
	char *to;
	uint64_t after_chunk;
	pthread_t thread;
	pthread_mutex_t lock; /* of what follows */
	bool is_over;
	struct store_problem problem;
};

static void describe_stop(struct store_problem *ret_problem)
{
	problem_describe(ret_problem, STORE_FAULT_FAILED, "the server is stopping");
}

/* SQLITE_DONE: the copy is complete. */
static int copy_all(
	struct archive_copy *copy, struct backup *backup, struct store_problem *ret_problem)
{
	int result = SQLITE_OK;

	while (result == SQLITE_OK) {
		uint64_t before_ms = thread_now_ms();

		result = backup_step(backup, ret_problem);
		if (archive_queue_rest(copy->queue, 2 * thread_now_ms() - before_ms))
			continue;
		if (result == SQLITE_OK)
			describe_stop(ret_problem);
		return result == SQLITE_OK ? SQLITE_INTERRUPT : result;
	}
	return result;
}

/* What is read first decides which state is copied. */
static bool copy_from(struct archive_copy *copy, sqlite3 *handle, struct store_problem *ret_problem)
{
	struct backup *backup = NULL;
	int result = sqlite3_exec(handle, "BEGIN; SELECT probes FROM about", NULL, NULL, NULL);
	bool is_done = false;

	if (result != SQLITE_OK) {
		problem_set(ret_problem, result, "history cannot be read");
		return false;
	}
	if (backup_new(handle, copy->to, &backup, ret_problem))
		is_done = copy_all(copy, backup, ret_problem) == SQLITE_DONE;
	backup_free(backup);
	return is_done;
}

static bool make_copy(struct archive_copy *copy, struct store_problem *ret_problem)
{
	sqlite3 *handle;
	bool is_done;

	if (!archive_queue_await(copy->queue, copy->after_chunk, ret_problem) ||
		!database_open_for_reading(copy->from, &handle, ret_problem))
		return false;
	is_done = copy_from(copy, handle, ret_problem);
	(void) sqlite3_close(handle);
	return is_done;
}

static void *run_copy(void *data)
{
	struct archive_copy *copy = data;
	struct store_problem problem;

	if (make_copy(copy, &problem))
		problem_set(&problem, SQLITE_OK, "the copy is complete");
	pthread_mutex_lock(&copy->lock);
	copy->problem = problem;
	copy->is_over = true;
	pthread_mutex_unlock(&copy->lock);
	archive_queue_tell_owner(copy->queue);
	return NULL;
}

static void free_copy(struct archive_copy *copy)
{
	pthread_mutex_destroy(&copy->lock);
	free(copy->from);
	free(copy->to);
	free(copy);
}

struct archive_copy *archive_copy_new(
	struct archive_queue *queue, const char *from, const char *to, uint64_t after_chunk)
{
	struct archive_copy *copy = mem_new(sizeof(*copy));

	copy->queue = queue;
	copy->from = mem_text(from);
	copy->to = mem_text(to);
	copy->after_chunk = after_chunk;
	pthread_mutex_init(&copy->lock, NULL);
	if (thread_start(&copy->thread, run_copy, copy) == 0)
		return copy;
	free_copy(copy);
	return NULL;
}

bool archive_copy_is_over(struct archive_copy *copy, struct store_problem *ret_problem)
{
	bool is_over;

	pthread_mutex_lock(&copy->lock);
	is_over = copy->is_over;
	if (is_over)
		*ret_problem = copy->problem;
	pthread_mutex_unlock(&copy->lock);
	return is_over;
}

void archive_copy_free(struct archive_copy *copy)
{
	if (!copy)
		return;
	pthread_join(copy->thread, NULL);
	free_copy(copy);
}
