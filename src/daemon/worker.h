/* A thread that does slow things, one after the other, and reports in the loop. The jobs
 * that wait are bounded; a job under way cannot be stopped, only forgotten. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/address.h"
#include "net/loop.h"

struct worker;

struct job {
	void (*run)(struct job *job); /* in the thread: touches nothing but the job */
	uint64_t session;
	uint64_t request;
	struct address address; /* of a lookup */
	char *hash;		/* of a verification; so the password */
	char *password;
	uint64_t status; /* the results, as the job's makers agree */
	char *text;
};

/* In the loop's thread. The job is freed after the call. */
typedef void (*worker_done_fn)(void *data, const struct job *job);

/* 0 or a negative errno. */
int worker_new(struct loop *loop, size_t most_jobs, worker_done_fn on_done, void *data,
	struct worker **ret_worker);
void worker_free(struct worker *worker); /* without waiting for the job under way */

/* The job is the worker's from now on. False: too many wait already, or the
 * system gives no thread; it was freed. */
bool worker_add(struct worker *worker, struct job *job);
/* Whoever asked is gone: jobs that have not begun need not be done. */
void worker_forget(struct worker *worker, uint64_t session);

struct job *job_new(void (*run)(struct job *job), uint64_t session, uint64_t request);
void job_free(struct job *job);
