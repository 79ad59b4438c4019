/* Owns the thread and its queues; must not know what the jobs do.
 *
 * What both threads touch is counted by reference, so that a stop need not wait for a name server:
 * the last thread to release it frees it. A stop waits for a thread that rests: libcrypto has
 * memory of each thread, which must be freed when the process looks for leaks. */
#include "daemon/worker.h"

#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "base/list.h"
#include "base/mem.h"

struct queued_job {
	struct job job; /* must be first: job and queued job have the same address */
	struct list in_queue;
};

struct shared {
	pthread_mutex_t lock; /* of everything below */
	pthread_cond_t wake;
	int n_owners;
	bool is_stopping;
	bool is_working; /* the thread has a job */
	int event_fd;
	struct list waiting; /* struct queued_job */
	struct list done;
	size_t n_waiting;
};

struct worker {
	struct shared *shared;
	struct loop_watch *watch;
	size_t most_jobs;
	bool has_thread;
	pthread_t thread;
	worker_done_fn on_done;
	void *data;
};

struct job *job_new(void (*run)(struct job *job), uint64_t session, uint64_t request)
{
	struct queued_job *queued = mem_new(sizeof(*queued));

	list_init(&queued->in_queue);
	queued->job.run = run;
	queued->job.session = session;
	queued->job.request = request;
	return &queued->job;
}

static struct queued_job *queued_of(struct job *job)
{
	return CONTAINER_OF(job, struct queued_job, job);
}

void job_free(struct job *job)
{
	mem_free_secret(job->password);
	mem_free_secret(job->hash);
	mem_free_secret(job->text);
	free(queued_of(job));
}

static void free_queue(struct list *queue)
{
	struct queued_job *queued;

	while (!list_is_empty(queue)) {
		queued = LIST_FIRST(queue, struct queued_job, in_queue);
		list_remove(&queued->in_queue);
		job_free(&queued->job);
	}
}

static void shared_let_go(struct shared *shared)
{
	bool is_last;

	pthread_mutex_lock(&shared->lock);
	is_last = --shared->n_owners == 0;
	pthread_mutex_unlock(&shared->lock);
	if (!is_last)
		return;
	free_queue(&shared->waiting);
	free_queue(&shared->done);
	close(shared->event_fd);
	pthread_mutex_destroy(&shared->lock);
	pthread_cond_destroy(&shared->wake);
	free(shared);
}

/* The next job to do; NULL: stop. */
static struct queued_job *wait_for_job(struct shared *shared)
{
	struct queued_job *queued = NULL;

	pthread_mutex_lock(&shared->lock);
	while (list_is_empty(&shared->waiting) && !shared->is_stopping)
		pthread_cond_wait(&shared->wake, &shared->lock);
	if (!shared->is_stopping) {
		queued = LIST_FIRST(&shared->waiting, struct queued_job, in_queue);
		list_remove(&queued->in_queue);
		shared->n_waiting--;
		shared->is_working = true;
	}
	pthread_mutex_unlock(&shared->lock);
	return queued;
}

static void *run_worker(void *data)
{
	struct shared *shared = data;
	struct queued_job *queued;
	uint64_t one = 1;

	while ((queued = wait_for_job(shared))) {
		queued->job.run(&queued->job);
		pthread_mutex_lock(&shared->lock);
		list_add_last(&shared->done, &queued->in_queue);
		shared->is_working = false; /* the loop may stop as soon as it has the answer */
		pthread_mutex_unlock(&shared->lock);
		if (write(shared->event_fd, &one, sizeof(one)) < 0)
			continue; /* a full eventfd wakes the loop anyway */
	}
	shared_let_go(shared);
	return NULL;
}

static void on_worker_ready(void *data, uint32_t events)
{
	struct worker *worker = data;
	struct shared *shared = worker->shared;
	struct queued_job *queued = NULL;
	uint64_t count;

	(void) events;
	if (read(shared->event_fd, &count, sizeof(count)) < 0)
		return;
	do {
		pthread_mutex_lock(&shared->lock);
		queued = NULL;
		if (!list_is_empty(&shared->done)) {
			queued = LIST_FIRST(&shared->done, struct queued_job, in_queue);
			list_remove(&queued->in_queue);
		}
		pthread_mutex_unlock(&shared->lock);
		if (queued) {
			worker->on_done(worker->data, &queued->job);
			job_free(&queued->job);
		}
	} while (queued);
}

static struct shared *shared_new(void)
{
	struct shared *shared = mem_new(sizeof(*shared));

	pthread_mutex_init(&shared->lock, NULL);
	pthread_cond_init(&shared->wake, NULL);
	shared->n_owners = 1;
	list_init(&shared->waiting);
	list_init(&shared->done);
	shared->event_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	return shared;
}

/* Signals are for the loop's thread only. */
static int start_thread(struct shared *shared, pthread_t *ret_thread)
{
	sigset_t all, before;
	int error;

	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &before);
	shared->n_owners++;
	error = pthread_create(ret_thread, NULL, run_worker, shared);
	if (error)
		shared->n_owners--;
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	return -error;
}

int worker_new(struct loop *loop, size_t most_jobs, worker_done_fn on_done, void *data,
	struct worker **ret_worker)
{
	struct worker *worker = mem_new(sizeof(*worker));
	int error;

	worker->most_jobs = most_jobs;
	worker->on_done = on_done;
	worker->data = data;
	worker->shared = shared_new();
	error = worker->shared->event_fd < 0 ? -errno : 0;
	if (!error) {
		worker->watch =
			loop_watch_new(loop, worker->shared->event_fd, on_worker_ready, worker);
		error = loop_watch_change(worker->watch, EPOLLIN);
	}
	if (error) {
		worker_free(worker);
		return error;
	}
	*ret_worker = worker;
	return 0;
}

void worker_free(struct worker *worker)
{
	bool is_working;

	if (!worker)
		return;
	loop_watch_remove(worker->watch);
	pthread_mutex_lock(&worker->shared->lock);
	worker->shared->is_stopping = true;
	is_working = worker->shared->is_working;
	pthread_cond_signal(&worker->shared->wake);
	pthread_mutex_unlock(&worker->shared->lock);
	if (worker->has_thread && is_working)
		pthread_detach(worker->thread);
	else if (worker->has_thread)
		pthread_join(worker->thread, NULL);
	shared_let_go(worker->shared);
	free(worker);
}

/* Start the thread only when there is a job: in a process with threads, the kernel takes
 * milliseconds each time it enlarges the table of descriptors (expand_fdtable()). */
static bool get_thread(struct worker *worker)
{
	if (!worker->has_thread)
		worker->has_thread = start_thread(worker->shared, &worker->thread) == 0;
	return worker->has_thread;
}

bool worker_add(struct worker *worker, struct job *job)
{
	struct shared *shared = worker->shared;
	bool has_thread = get_thread(worker), has_room;

	pthread_mutex_lock(&shared->lock);
	has_room = has_thread && shared->n_waiting < worker->most_jobs;
	if (has_room) {
		list_add_last(&shared->waiting, &queued_of(job)->in_queue);
		shared->n_waiting++;
		pthread_cond_signal(&shared->wake);
	}
	pthread_mutex_unlock(&shared->lock);
	if (!has_room)
		job_free(job);
	return has_room;
}

void worker_forget(struct worker *worker, uint64_t session)
{
	struct shared *shared = worker->shared;
	struct queued_job *queued, *after;

	pthread_mutex_lock(&shared->lock);
	LIST_EACH_SAFE (queued, after, &shared->waiting, in_queue) {
		if (queued->job.session != session)
			continue;
		list_remove(&queued->in_queue);
		shared->n_waiting--;
		job_free(&queued->job);
	}
	pthread_mutex_unlock(&shared->lock);
}
