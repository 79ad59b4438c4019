/* The outside checker of passwords and tokens, as papod-checker(7) describes it: one connection to
 * a Unix socket, over which questions go out and answers come in, in any order. A question is asked
 * again over the next connection, once, and given up in the end; each question gets one
 * answer. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/log.h"
#include "net/loop.h"
#include "proto/checker_lines.h"

struct checker;

/* The answer is BUSY if the checker says so, and ERROR if none came. The request is what was asked,
 * without its password or token. Never called from inside checker_ask(). */
typedef void (*checker_answer_fn)(void *data, uint64_t session, uint64_t request,
	const struct checker_request *asked, const struct checker_answer *answer);

struct checker_needs {
	struct loop *loop;
	const struct log *log;
	checker_answer_fn on_answer;
	void *data;
};

struct checker *checker_new(const struct checker_needs *needs);
void checker_free(struct checker *checker); /* NULL is allowed */

/* From the settings, which may have changed: NULL is no checker. Questions that have no answer are
 * asked at the new socket. */
void checker_use(struct checker *checker, const char *path, uint32_t timeout_ms);

/* Ask, and take what the request owns. False: too many questions have no answer. */
bool checker_ask(
	struct checker *checker, uint64_t session, uint64_t request, struct checker_request *asked);
void checker_forget(struct checker *checker, uint64_t session);

uint64_t checker_next_deadline(const struct checker *checker);
void checker_tick(struct checker *checker);
