/* Where papod asks: the connections, the requests on them that wait, and the answers. */
#pragma once

#include <stdint.h>

#include "auth_pam/children.h"
#include "base/log.h"

struct desk;

struct desk_needs {
	struct loop *loop;
	const struct log *log;
	int listener; /* a Unix stream socket, taken over, also if there is an error */
	/* Of the processes that answer; on_answer and data are the desk's. */
	struct children_needs children;
};

/* 0 or a negative errno. */
int desk_new(const struct desk_needs *needs, struct desk **ret_desk);
void desk_free(struct desk *desk); /* NULL is allowed */

/* Call in each turn, and so after SIGCHLD, which must interrupt the loop. */
uint64_t desk_next_deadline(const struct desk *desk);
void desk_tick(struct desk *desk);
