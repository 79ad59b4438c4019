/* Owns the queues between the two threads, their lock and their limits; knows no SQLite. */
#include "store/exchange.h"

#include <errno.h>
#include <pthread.h>
#include <stdlib.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "base/mem.h"
#include "store/thread.h"

enum backup_phase {
	BACKUP_PHASE_NONE,
	BACKUP_PHASE_ASKED,
	BACKUP_PHASE_RUNNING,
	BACKUP_PHASE_DONE,
};

struct exchange {
	struct exchange_limits limits;
	int event_fd;
	pthread_mutex_t lock; /* of everything below */
	pthread_cond_t wake;  /* of the writer */
	bool is_stopping;
	struct list waiting; /* struct submission */
	struct list done;
	size_t n_waiting;
	size_t n_pending; /* waiting, with the writer, or done */
	size_t n_bytes;	  /* of these */
	struct store_problem fault;
	bool fault_is_news;
	enum backup_phase backup;
	char *backup_path;
	struct store_problem backup_result;
};

int exchange_new(const struct exchange_limits *limits, struct exchange **ret_exchange)
{
	struct exchange *exchange;
	int fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);

	if (fd < 0)
		return -errno;
	exchange = mem_new(sizeof(*exchange));
	exchange->limits = *limits;
	exchange->event_fd = fd;
	pthread_mutex_init(&exchange->lock, NULL);
	thread_init_wake(&exchange->wake);
	list_init(&exchange->waiting);
	list_init(&exchange->done);
	*ret_exchange = exchange;
	return 0;
}

void exchange_free(struct exchange *exchange)
{
	if (!exchange)
		return;
	submissions_free(&exchange->waiting);
	submissions_free(&exchange->done);
	pthread_mutex_destroy(&exchange->lock);
	pthread_cond_destroy(&exchange->wake);
	close(exchange->event_fd);
	free(exchange->backup_path);
	free(exchange);
}

int exchange_fd(const struct exchange *exchange)
{
	return exchange->event_fd;
}

void exchange_clear_fd(struct exchange *exchange)
{
	uint64_t count;

	(void) !read(exchange->event_fd, &count, sizeof(count)); /* EAGAIN: it was clear */
}

static void lock_exchange(struct exchange *exchange)
{
	pthread_mutex_lock(&exchange->lock);
}

static void unlock_exchange(struct exchange *exchange)
{
	pthread_mutex_unlock(&exchange->lock);
}

/* For the loop. A full eventfd is readable anyway. */
static void unlock_and_tell_loop(struct exchange *exchange)
{
	uint64_t one = 1;

	unlock_exchange(exchange);
	(void) !write(exchange->event_fd, &one, sizeof(one));
}

static void unlock_and_wake_writer(struct exchange *exchange)
{
	pthread_cond_signal(&exchange->wake);
	unlock_exchange(exchange);
}

/* A request that is larger than the limit is accepted when it is alone. */
static bool has_room_for(const struct exchange *exchange, const struct submission *submission)
{
	const struct exchange_limits *limits = &exchange->limits;

	return !exchange->n_pending ||
	       (exchange->n_pending < limits->most_requests &&
		       exchange->n_bytes + submission->n_bytes <= limits->most_bytes);
}

bool exchange_put(struct exchange *exchange, struct submission *submission)
{
	bool has_room;

	lock_exchange(exchange);
	has_room = !exchange->is_stopping && has_room_for(exchange, submission);
	if (has_room) {
		submission->arrived_ms = thread_now_ms();
		list_add_last(&exchange->waiting, &submission->in_queue);
		exchange->n_waiting++;
		exchange->n_pending++;
		exchange->n_bytes += submission->n_bytes;
	}
	unlock_and_wake_writer(exchange);
	return has_room;
}

struct submission *exchange_take_answer(struct exchange *exchange)
{
	struct submission *submission = NULL;

	lock_exchange(exchange);
	if (!list_is_empty(&exchange->done)) {
		submission = LIST_FIRST(&exchange->done, struct submission, in_queue);
		list_remove(&submission->in_queue);
		exchange->n_pending--;
		exchange->n_bytes -= submission->n_bytes;
	}
	unlock_exchange(exchange);
	return submission;
}

bool exchange_take_fault(struct exchange *exchange, struct store_problem *ret_problem)
{
	bool is_news;

	lock_exchange(exchange);
	is_news = exchange->fault_is_news;
	exchange->fault_is_news = false;
	if (is_news)
		*ret_problem = exchange->fault;
	unlock_exchange(exchange);
	return is_news;
}

bool exchange_ask_backup(struct exchange *exchange, const char *path)
{
	bool is_free;

	lock_exchange(exchange);
	is_free = exchange->backup == BACKUP_PHASE_NONE && !exchange->is_stopping;
	if (is_free) {
		exchange->backup = BACKUP_PHASE_ASKED;
		exchange->backup_path = mem_text(path);
	}
	unlock_and_wake_writer(exchange);
	return is_free;
}

bool exchange_take_backup(struct exchange *exchange, struct store_problem *ret_problem)
{
	bool is_done;

	lock_exchange(exchange);
	is_done = exchange->backup == BACKUP_PHASE_DONE;
	if (is_done) {
		*ret_problem = exchange->backup_result;
		exchange->backup = BACKUP_PHASE_NONE;
	}
	unlock_exchange(exchange);
	return is_done;
}

void exchange_stop(struct exchange *exchange)
{
	lock_exchange(exchange);
	exchange->is_stopping = true;
	unlock_and_wake_writer(exchange);
}

static bool has_work(const struct exchange *exchange)
{
	return exchange->n_waiting || exchange->is_stopping ||
	       exchange->backup == BACKUP_PHASE_ASKED;
}

/* Others join the group until the oldest request has waited long enough. */
static void gather_group(struct exchange *exchange)
{
	const struct submission *oldest;
	uint64_t until_ms;

	if (!exchange->n_waiting)
		return;
	oldest = LIST_FIRST(&exchange->waiting, struct submission, in_queue);
	until_ms = oldest->arrived_ms + exchange->limits.gather_ms;
	while (!exchange->is_stopping && exchange->n_waiting < exchange->limits.most_group &&
		thread_wait(&exchange->wake, &exchange->lock, until_ms))
		continue;
}

static void move_to_group(struct exchange *exchange, struct list *group)
{
	struct submission *submission;

	for (size_t i = 0; i < exchange->limits.most_group && exchange->n_waiting; i++) {
		submission = LIST_FIRST(&exchange->waiting, struct submission, in_queue);
		list_remove(&submission->in_queue);
		list_add_last(group, &submission->in_queue);
		exchange->n_waiting--;
	}
}

bool exchange_wait(struct exchange *exchange, uint64_t until_ms, struct list *group)
{
	bool goes_on;

	lock_exchange(exchange);
	while (!has_work(exchange) && thread_wait(&exchange->wake, &exchange->lock, until_ms))
		continue;
	gather_group(exchange);
	move_to_group(exchange, group);
	goes_on = !exchange->is_stopping || !list_is_empty(group);
	unlock_exchange(exchange);
	return goes_on;
}

bool exchange_is_idle(struct exchange *exchange)
{
	bool is_idle;

	lock_exchange(exchange);
	is_idle = !exchange->n_waiting;
	unlock_exchange(exchange);
	return is_idle;
}

bool exchange_is_stopping(struct exchange *exchange)
{
	bool is_stopping;

	lock_exchange(exchange);
	is_stopping = exchange->is_stopping;
	unlock_exchange(exchange);
	return is_stopping;
}

void exchange_answer(struct exchange *exchange, struct list *group)
{
	struct submission *submission, *after;

	lock_exchange(exchange);
	LIST_EACH_SAFE (submission, after, group, in_queue) {
		list_remove(&submission->in_queue);
		list_add_last(&exchange->done, &submission->in_queue);
	}
	unlock_and_tell_loop(exchange);
}

/* Only a fault of another kind is news. */
void exchange_set_fault(struct exchange *exchange, const struct store_problem *problem)
{
	lock_exchange(exchange);
	if (exchange->fault.fault == problem->fault) {
		unlock_exchange(exchange);
		return;
	}
	exchange->fault = *problem;
	exchange->fault_is_news = true;
	unlock_and_tell_loop(exchange);
}

char *exchange_begin_backup(struct exchange *exchange)
{
	char *path = NULL;

	lock_exchange(exchange);
	if (exchange->backup == BACKUP_PHASE_ASKED) {
		exchange->backup = BACKUP_PHASE_RUNNING;
		path = TAKE(exchange->backup_path);
	}
	unlock_exchange(exchange);
	return path;
}

void exchange_end_backup(struct exchange *exchange, const struct store_problem *problem)
{
	lock_exchange(exchange);
	exchange->backup = BACKUP_PHASE_DONE;
	exchange->backup_result = *problem;
	unlock_and_tell_loop(exchange);
}
