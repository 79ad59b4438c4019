/* A thread that runs slow jobs, one after the other, and reports to the loop. The number of waiting
 * jobs is limited; a running job cannot be stopped, only forgotten. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "net/loop.h"

struct worker;

struct job {
	void (*run)(struct job *job); /* in the thread; may access only the job */
	uint64_t session;
	uint64_t request;
	char *hash; /* of a verification, like the password */
	char *password;
	uint64_t status; /* the results, as defined by the job's creator */
	char *text;
	uint64_t number;
	uint64_t step;	 /* of the code behind the password, see proto/totp.h */
	bool lacks_code; /* it was wrong */
};

/* Called in the loop's thread. The job is freed after the call. */
typedef void (*worker_done_fn)(void *data, const struct job *job);

/* 0 or a negative errno. */
int worker_new(struct loop *loop, size_t most_jobs, worker_done_fn on_done, void *data,
	struct worker **ret_worker);
void worker_free(struct worker *worker); /* does not wait for a running job */

/* Takes ownership of the job. False: too many jobs wait, or no thread could be started; the job was
 * freed. */
bool worker_add(struct worker *worker, struct job *job);
/* Drop the jobs of this session that have not begun. */
void worker_forget(struct worker *worker, uint64_t session);

struct job *job_new(void (*run)(struct job *job), uint64_t session, uint64_t request);
void job_free(struct job *job);
