/* Threads that answer questions, each one after the other, and report to the loop. An answer that
 * is under way cannot be stopped, only forgotten. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "lookup/name_library.h"
#include "net/loop.h"

struct name_pool;

typedef void (*name_done_fn)(void *data, void *owner, const struct buffer *reply);

struct name_pool_needs {
	struct loop *loop;
	size_t most_threads;
	void (*answer)(const struct resolve_question *question, struct buffer *reply);
	name_done_fn on_done; /* in the thread of the loop */
	void *data;
};

int name_pool_new(const struct name_pool_needs *needs, struct name_pool **ret_pool); /* or -errno */
void name_pool_free(struct name_pool *pool); /* does not wait for threads */

/* False: there is no thread, and none can be started. */
bool name_pool_ask(struct name_pool *pool, const struct resolve_question *question, void *owner);
void name_pool_forget(struct name_pool *pool, const void *owner);
