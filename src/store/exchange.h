/* What the loop's thread and the writer exchange: requests, their answers, and news. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "store/fault.h"
#include "store/submission.h"

struct exchange;

struct exchange_limits {
	size_t most_requests; /* that have no answer yet, or whose answer was not taken */
	size_t most_bytes;    /* of their rows */
	size_t most_group;    /* requests that the writer gets at once */
	uint64_t gather_ms;   /* the oldest request waits that long for others to join its group */
};

/* 0 or a negative errno. */
int exchange_new(const struct exchange_limits *limits, struct exchange **ret_exchange);
void exchange_free(struct exchange *exchange); /* NULL is allowed; without a writer */

/* For the loop's thread. */
int exchange_fd(const struct exchange *exchange);  /* readable: there is something to take */
void exchange_clear_fd(struct exchange *exchange); /* before taking */
/* Takes ownership. False: too many wait, and the request is still the caller's. */
bool exchange_put(struct exchange *exchange, struct submission *submission);
struct submission *exchange_take_answer(struct exchange *exchange); /* NULL: none */
/* False: the same as at the last call. */
bool exchange_take_fault(struct exchange *exchange, struct store_problem *ret_problem);
/* False: a backup is under way. */
bool exchange_ask_backup(struct exchange *exchange, const char *path);
bool exchange_take_backup(struct exchange *exchange, struct store_problem *ret_problem);
void exchange_stop(struct exchange *exchange); /* after all requests that were put */

/* For the writer. Wait until there are requests, a backup is asked for, or this time has come; then
 * move requests to the group, which may stay empty. False: all was done, and the writer stops. */
bool exchange_wait(struct exchange *exchange, uint64_t until_ms, struct list *group);
bool exchange_is_idle(struct exchange *exchange); /* no request waits */
bool exchange_is_stopping(struct exchange *exchange);
void exchange_answer(struct exchange *exchange, struct list *group); /* all of the group */
void exchange_set_fault(struct exchange *exchange, const struct store_problem *problem);
char *exchange_begin_backup(struct exchange *exchange); /* NULL: none is asked for; to be freed */
void exchange_end_backup(struct exchange *exchange, const struct store_problem *problem);
