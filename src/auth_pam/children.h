/* Each request is answered by a process of its own, because what answers it blocks, and may crash.
 * The number of processes is limited, and so is their time. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "net/loop.h"
#include "proto/checker_lines.h"

struct children;

struct children_needs {
	struct loop *loop;
	size_t most;
	uint32_t timeout_ms;
	/* In the new process. */
	void (*check)(const void *check_data, const struct checker_request *request,
		struct checker_answer *ret_answer);
	const void *check_data;
	/* Never called from inside children_start(). The answer is released after the call. */
	void (*on_answer)(void *data, void *owner, const struct checker_answer *answer);
	void *data;
};

struct children *children_new(const struct children_needs *needs);
void children_free(struct children *children); /* kills them */

/* Are fewer of them left than allowed? */
bool children_have_room(const struct children *children);
/* Returns 0 or a negative errno. */
int children_start(struct children *children, const struct checker_request *request, void *owner);
/* Kill what this owner has asked for. */
void children_forget(struct children *children, const void *owner);

/* Call in each turn, and so after SIGCHLD, which must interrupt the loop. */
uint64_t children_next_deadline(const struct children *children);
void children_tick(struct children *children);
