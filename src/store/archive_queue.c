/* Owns the queues between the loop and the threads of an archive, and their lock; knows no
 * SQLite.
 *
 * A thread that is interrupted while it has the lock keeps the loop waiting. So it is held for a
 * few instructions only, whatever the number of chunks, and no thread is woken meanwhile: on a busy
 * machine the other one might run at once, and instead of this one. */
#include "store/archive_queue.h"

#include <errno.h>
#include <pthread.h>
#include <stdlib.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "base/mem.h"
#include "store/thread.h"

#define GATHER_MS 50
#define GATHER_BYTES (256 << 10)
/* So that no transaction takes a second. */
#define MOST_BYTES_AT_ONCE (1 << 20)

struct archive_queue {
	int event_fd;
	pthread_mutex_t lock; /* of everything below */
	pthread_cond_t wake_writer;
	pthread_cond_t wake_reader; /* of both readers and a backup */
	bool is_stopping;
	struct list waiting; /* chunks */
	size_t n_waiting_bytes;
	uint64_t oldest_ms; /* when the first of them came */
	struct list written;
	uint64_t n_written; /* the number of the last chunk that was */
	struct list questions;
	struct list answers;
	struct store_problem faults[ARCHIVE_WORKS];
	enum store_fault taken; /* what the owner knows of */
};

void chunk_free(struct chunk *chunk)
{
	list_remove(&chunk->in_queue);
	list_remove(&chunk->in_pending);
	buffer_done(&chunk->requests);
	free(chunk);
}

void archive_question_free(struct question *question)
{
	list_remove(&question->in_queue);
	buffer_done(&question->bytes);
	free(question);
}

int archive_queue_new(struct archive_queue **ret_queue)
{
	struct archive_queue *queue;
	int fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);

	if (fd < 0)
		return -errno;
	queue = mem_new(sizeof(*queue));
	queue->event_fd = fd;
	pthread_mutex_init(&queue->lock, NULL);
	thread_init_wake(&queue->wake_writer);
	thread_init_wake(&queue->wake_reader);
	list_init(&queue->waiting);
	list_init(&queue->written);
	list_init(&queue->questions);
	list_init(&queue->answers);
	*ret_queue = queue;
	return 0;
}

static void free_archive_questions(struct list *questions)
{
	struct question *question, *after;

	LIST_EACH_SAFE (question, after, questions, in_queue)
		archive_question_free(question);
}

void archive_queue_free(struct archive_queue *queue)
{
	if (!queue)
		return;
	free_archive_questions(&queue->questions);
	free_archive_questions(&queue->answers);
	pthread_mutex_destroy(&queue->lock);
	pthread_cond_destroy(&queue->wake_writer);
	pthread_cond_destroy(&queue->wake_reader);
	close(queue->event_fd);
	free(queue);
}

static void lock_queue(struct archive_queue *queue)
{
	pthread_mutex_lock(&queue->lock);
}

static void unlock_queue(struct archive_queue *queue)
{
	pthread_mutex_unlock(&queue->lock);
}

static void unlock_and_wake_threads(struct archive_queue *queue)
{
	unlock_queue(queue);
	pthread_cond_broadcast(&queue->wake_writer);
	pthread_cond_broadcast(&queue->wake_reader);
}

static void tell_owner_of_queue(struct archive_queue *queue)
{
	const uint64_t one = 1;

	(void) !write(queue->event_fd, &one, sizeof(one));
}

/* Also questions wait for what is told here. */
static void unlock_and_tell_owner(struct archive_queue *queue)
{
	unlock_queue(queue);
	pthread_cond_broadcast(&queue->wake_reader);
	tell_owner_of_queue(queue);
}

int archive_queue_fd(const struct archive_queue *queue)
{
	return queue->event_fd;
}

void archive_queue_clear_fd(struct archive_queue *queue)
{
	uint64_t count;

	(void) !read(queue->event_fd, &count, sizeof(count));
}

/* The writer sleeps until the oldest chunk has waited long enough: later ones need not wake it. */
void archive_queue_put(struct archive_queue *queue, struct chunk *chunk)
{
	const uint64_t now_ms = thread_now_ms();
	bool is_first, was_enough, is_enough;

	lock_queue(queue);
	is_first = list_is_empty(&queue->waiting);
	if (is_first)
		queue->oldest_ms = now_ms;
	list_add_last(&queue->waiting, &chunk->in_queue);
	was_enough = queue->n_waiting_bytes >= GATHER_BYTES;
	queue->n_waiting_bytes += chunk->requests.length;
	is_enough = queue->n_waiting_bytes >= GATHER_BYTES;
	unlock_queue(queue);
	if (is_first || (is_enough && !was_enough))
		pthread_cond_broadcast(&queue->wake_writer);
}

void archive_queue_ask(struct archive_queue *queue, struct question *question)
{
	lock_queue(queue);
	list_add_last(&queue->questions, &question->in_queue);
	unlock_and_wake_threads(queue);
}

void archive_queue_take_written(struct archive_queue *queue, struct list *chunks)
{
	lock_queue(queue);
	list_move_all(chunks, &queue->written);
	unlock_queue(queue);
}

struct question *archive_queue_take_answer(struct archive_queue *queue)
{
	struct question *question = NULL;

	lock_queue(queue);
	if (!list_is_empty(&queue->answers)) {
		question = LIST_FIRST(&queue->answers, struct question, in_queue);
		list_remove(&question->in_queue);
	}
	unlock_queue(queue);
	return question;
}

static const struct store_problem *first_fault(const struct archive_queue *queue)
{
	size_t i = 0;

	while (i + 1 < ARCHIVE_WORKS && queue->faults[i].fault == STORE_FAULT_NONE)
		i++;
	return &queue->faults[i];
}

bool archive_queue_take_fault(struct archive_queue *queue, struct store_problem *ret_problem)
{
	bool is_news;

	lock_queue(queue);
	is_news = first_fault(queue)->fault != queue->taken;
	if (is_news) {
		*ret_problem = *first_fault(queue);
		queue->taken = ret_problem->fault;
	}
	unlock_queue(queue);
	return is_news;
}

void archive_queue_stop(struct archive_queue *queue)
{
	lock_queue(queue);
	queue->is_stopping = true;
	unlock_and_wake_threads(queue);
}

static bool is_ready_to_write(const struct archive_queue *queue)
{
	return queue->is_stopping || queue->n_waiting_bytes >= GATHER_BYTES ||
	       !list_is_empty(&queue->questions);
}

static void gather_chunks(struct archive_queue *queue)
{
	uint64_t until_ms = queue->oldest_ms + GATHER_MS;

	if (list_is_empty(&queue->waiting))
		return;
	while (!is_ready_to_write(queue) &&
		thread_wait(&queue->wake_writer, &queue->lock, until_ms))
		continue;
}

static void take_chunks(struct archive_queue *queue, struct list *chunks)
{
	struct chunk *chunk, *after;
	size_t n_bytes = 0;

	if (queue->n_waiting_bytes <= MOST_BYTES_AT_ONCE) {
		list_move_all(chunks, &queue->waiting);
		queue->n_waiting_bytes = 0;
		return;
	}
	LIST_EACH_SAFE (chunk, after, &queue->waiting, in_queue) {
		if (n_bytes >= MOST_BYTES_AT_ONCE)
			break;
		list_remove(&chunk->in_queue);
		list_add_last(chunks, &chunk->in_queue);
		n_bytes += chunk->requests.length;
	}
	queue->n_waiting_bytes -= n_bytes;
}

static bool has_writer_work(const struct archive_queue *queue, bool is_busy)
{
	return queue->is_stopping || (!is_busy && !list_is_empty(&queue->waiting));
}

bool archive_queue_wait(struct archive_queue *queue, uint64_t until_ms, struct list *chunks)
{
	const bool is_busy = !list_is_empty(chunks);
	bool goes_on;

	lock_queue(queue);
	while (!has_writer_work(queue, is_busy) &&
		thread_wait(&queue->wake_writer, &queue->lock, until_ms))
		continue;
	if (!is_busy) {
		gather_chunks(queue);
		take_chunks(queue, chunks);
	}
	goes_on = !queue->is_stopping || !list_is_empty(chunks);
	unlock_queue(queue);
	return goes_on;
}

bool archive_queue_is_due(struct archive_queue *queue)
{
	bool is_due;

	lock_queue(queue);
	is_due = !list_is_empty(&queue->waiting) &&
		 (is_ready_to_write(queue) || thread_now_ms() >= queue->oldest_ms + GATHER_MS);
	unlock_queue(queue);
	return is_due;
}

bool archive_queue_is_idle(struct archive_queue *queue)
{
	bool is_idle;

	lock_queue(queue);
	is_idle = list_is_empty(&queue->waiting);
	unlock_queue(queue);
	return is_idle;
}

bool archive_queue_is_stopping(struct archive_queue *queue)
{
	bool is_stopping;

	lock_queue(queue);
	is_stopping = queue->is_stopping;
	unlock_queue(queue);
	return is_stopping;
}

void archive_queue_end_chunks(struct archive_queue *queue, struct list *chunks)
{
	lock_queue(queue);
	queue->n_written = LIST_LAST(chunks, struct chunk, in_queue)->number;
	list_move_all(&queue->written, chunks);
	unlock_and_tell_owner(queue);
}

void archive_queue_set_fault(
	struct archive_queue *queue, enum archive_work work, const struct store_problem *problem)
{
	lock_queue(queue);
	queue->faults[work] = *problem;
	if (first_fault(queue)->fault == queue->taken)
		unlock_queue(queue);
	else
		unlock_and_tell_owner(queue);
}

bool archive_queue_await(
	struct archive_queue *queue, uint64_t chunk, struct store_problem *ret_problem)
{
	bool is_written;

	lock_queue(queue);
	while (queue->n_written < chunk &&
		queue->faults[ARCHIVE_WORK_WRITING].fault == STORE_FAULT_NONE &&
		!queue->is_stopping)
		(void) thread_wait(&queue->wake_reader, &queue->lock, UINT64_MAX);
	is_written = queue->n_written >= chunk;
	if (!is_written && queue->faults[ARCHIVE_WORK_WRITING].fault != STORE_FAULT_NONE)
		*ret_problem = queue->faults[ARCHIVE_WORK_WRITING];
	else if (!is_written)
		problem_describe(ret_problem, STORE_FAULT_FAILED, "the server is stopping");
	unlock_queue(queue);
	return is_written;
}

bool archive_queue_rest(struct archive_queue *queue, uint64_t until_ms)
{
	bool goes_on;

	lock_queue(queue);
	while (!queue->is_stopping && thread_wait(&queue->wake_reader, &queue->lock, until_ms))
		continue;
	goes_on = !queue->is_stopping;
	unlock_queue(queue);
	return goes_on;
}

void archive_queue_tell_owner(struct archive_queue *queue)
{
	lock_queue(queue);
	unlock_and_tell_owner(queue);
}

static bool is_answerable(const struct archive_queue *queue, const struct question *question)
{
	return question->after_chunk <= queue->n_written ||
	       queue->faults[ARCHIVE_WORK_WRITING].fault != STORE_FAULT_NONE || queue->is_stopping;
}

static struct question *find_answerable(struct archive_queue *queue, bool is_slow)
{
	struct question *question;

	LIST_EACH (question, &queue->questions, in_queue)
		if (question->is_slow == is_slow && is_answerable(queue, question))
			return question;
	return NULL;
}

struct question *archive_queue_next_question(struct archive_queue *queue, bool is_slow)
{
	struct question *question = NULL;

	lock_queue(queue);
	while (!queue->is_stopping && !(question = find_answerable(queue, is_slow)))
		(void) thread_wait(&queue->wake_reader, &queue->lock, UINT64_MAX);
	if (question)
		list_remove(&question->in_queue);
	unlock_queue(queue);
	return question;
}

void archive_queue_answer(struct archive_queue *queue, struct question *question)
{
	lock_queue(queue);
	list_add_last(&queue->answers, &question->in_queue);
	unlock_and_tell_owner(queue);
}

void archive_queue_return(struct archive_queue *queue, struct question *question)
{
	lock_queue(queue);
	list_add_last(&queue->questions, &question->in_queue);
	unlock_queue(queue);
}

struct question *archive_queue_take_question(struct archive_queue *queue)
{
	struct question *question;

	if (list_is_empty(&queue->questions))
		return NULL;
	question = LIST_FIRST(&queue->questions, struct question, in_queue);
	list_remove(&question->in_queue);
	return question;
}
