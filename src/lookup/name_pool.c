/* Owns the threads and the questions that wait for one. Each connection asks one question at a
 * time, so the number of connections limits the queue. */
#include "lookup/name_pool.h"

#include <errno.h>
#include <pthread.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "base/list.h"
#include "base/mem.h"
#include "service/detached_thread.h"

struct name_job {
	struct list in_pool;
	struct resolve_question question;
	struct buffer reply;
	void *owner; /* for the loop's thread; NULL: forgotten */
};

/* What threads use, under the lock. It is freed by the last that has it: a thread may wait for a
 * name server when the pool ends. */
struct name_pool_shared {
	pthread_mutex_t lock;
	pthread_cond_t wake;
	struct list waiting, running, done;
	size_t n_owners;
	size_t n_idle;
	size_t n_waiting;
	bool is_ending;
	int event_fd;
	void (*answer)(const struct resolve_question *question, struct buffer *reply);
};

struct name_pool {
	struct name_pool_needs needs;
	struct name_pool_shared *shared;
	struct loop_watch *watch;
	size_t n_threads;
};

static void free_name_job(struct name_job *job)
{
	list_remove(&job->in_pool);
	buffer_done(&job->reply);
	free(job);
}

static void free_name_jobs(struct list *jobs)
{
	while (!list_is_empty(jobs))
		free_name_job(LIST_FIRST(jobs, struct name_job, in_pool));
}

/* Unlocks. */
static void release_shared(struct name_pool_shared *shared)
{
	bool is_last = --shared->n_owners == 0;

	pthread_mutex_unlock(&shared->lock);
	if (!is_last)
		return;
	free_name_jobs(&shared->waiting);
	free_name_jobs(&shared->done);
	if (shared->event_fd >= 0)
		close(shared->event_fd);
	pthread_cond_destroy(&shared->wake);
	pthread_mutex_destroy(&shared->lock);
	free(shared);
}

/* Threads */

static void run_name_job(struct name_pool_shared *shared, struct name_job *job)
{
	uint64_t one = 1;

	list_remove(&job->in_pool);
	list_add_last(&shared->running, &job->in_pool);
	shared->n_waiting--;
	pthread_mutex_unlock(&shared->lock);
	shared->answer(&job->question, &job->reply);
	pthread_mutex_lock(&shared->lock);
	list_remove(&job->in_pool);
	list_add_last(&shared->done, &job->in_pool);
	if (write(shared->event_fd, &one, sizeof(one)) < 0)
		return; /* a full eventfd wakes the loop anyway */
}

static void run_name_thread(void *data)
{
	struct name_pool_shared *shared = data;

	pthread_mutex_lock(&shared->lock);
	while (!shared->is_ending) {
		if (list_is_empty(&shared->waiting)) {
			shared->n_idle++;
			pthread_cond_wait(&shared->wake, &shared->lock);
			shared->n_idle--;
		} else {
			run_name_job(
				shared, LIST_FIRST(&shared->waiting, struct name_job, in_pool));
		}
	}
	release_shared(shared);
}

/* The loop */

static struct name_job *take_done_job(struct name_pool_shared *shared)
{
	struct name_job *job = NULL;

	pthread_mutex_lock(&shared->lock);
	if (!list_is_empty(&shared->done)) {
		job = LIST_FIRST(&shared->done, struct name_job, in_pool);
		list_remove(&job->in_pool);
	}
	pthread_mutex_unlock(&shared->lock);
	return job;
}

static void on_names_done(void *data, uint32_t events)
{
	struct name_pool *pool = data;
	struct name_job *job;
	uint64_t count;

	(void) events;
	if (read(pool->shared->event_fd, &count, sizeof(count)) < 0)
		return;
	while ((job = take_done_job(pool->shared))) {
		if (job->owner)
			pool->needs.on_done(pool->needs.data, job->owner, &job->reply);
		free_name_job(job);
	}
}

bool name_pool_ask(struct name_pool *pool, const struct resolve_question *question, void *owner)
{
	struct name_pool_shared *shared = pool->shared;
	struct name_job *job = mem_new(sizeof(*job));

	job->question = *question;
	job->owner = owner;
	list_init(&job->in_pool);
	pthread_mutex_lock(&shared->lock);
	if (shared->n_idle <= shared->n_waiting && pool->n_threads < pool->needs.most_threads &&
		detached_thread_start(run_name_thread, shared)) {
		pool->n_threads++;
		shared->n_owners++;
	}
	if (pool->n_threads) {
		list_add_last(&shared->waiting, &job->in_pool);
		shared->n_waiting++;
		pthread_cond_signal(&shared->wake);
	}
	pthread_mutex_unlock(&shared->lock);
	if (!pool->n_threads)
		free_name_job(job);
	return pool->n_threads > 0;
}

static void disown_jobs(struct list *jobs, const void *owner)
{
	struct name_job *job;

	LIST_EACH (job, jobs, in_pool)
		if (job->owner == owner)
			job->owner = NULL;
}

void name_pool_forget(struct name_pool *pool, const void *owner)
{
	struct name_pool_shared *shared = pool->shared;
	struct name_job *job, *after;

	pthread_mutex_lock(&shared->lock);
	LIST_EACH_SAFE (job, after, &shared->waiting, in_pool)
		if (job->owner == owner) {
			shared->n_waiting--;
			free_name_job(job);
		}
	disown_jobs(&shared->running, owner);
	disown_jobs(&shared->done, owner);
	pthread_mutex_unlock(&shared->lock);
}

int name_pool_new(const struct name_pool_needs *needs, struct name_pool **ret_pool)
{
	struct name_pool *pool = mem_new(sizeof(*pool));
	struct name_pool_shared *shared = mem_new(sizeof(*shared));
	int error;

	pthread_mutex_init(&shared->lock, NULL);
	pthread_cond_init(&shared->wake, NULL);
	list_init(&shared->waiting);
	list_init(&shared->running);
	list_init(&shared->done);
	shared->n_owners = 1;
	shared->answer = needs->answer;
	shared->event_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	error = shared->event_fd < 0 ? -errno : 0;
	pool->needs = *needs;
	pool->shared = shared;
	if (!error) {
		pool->watch = loop_watch_new(needs->loop, shared->event_fd, on_names_done, pool);
		error = loop_watch_change(pool->watch, EPOLLIN);
	}
	if (error)
		name_pool_free(pool);
	else
		*ret_pool = pool;
	return error;
}

void name_pool_free(struct name_pool *pool)
{
	if (!pool)
		return;
	loop_watch_remove(pool->watch);
	pthread_mutex_lock(&pool->shared->lock);
	pool->shared->is_ending = true;
	pthread_cond_broadcast(&pool->shared->wake);
	release_shared(pool->shared);
	free(pool);
}
