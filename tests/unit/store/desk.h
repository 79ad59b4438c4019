/* An archive in a directory of the test's own, and what it has reported. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buffer.h"
#include "proto/history_query.h"
#include "proto/history_row.h"
#include "store/archive.h"

struct desk {
	char directory[64];
	char path[96];
	struct archive *archive;
	struct buffer left; /* what the last archive could not write */
	size_t n_answers;
	size_t n_rows; /* of the last answer */
	size_t n_refused;
	bool is_partial; /* the last answer */
	size_t n_faults; /* reports, including those of an end */
	struct store_problem fault;
	char copy[112]; /* where one goes */
	size_t n_backups;
	char reason[256]; /* why the last one failed */
};

struct desk *desk_new(void); /* not open; in memory if possible */
void desk_free(struct desk *desk);
bool desk_try_open(struct desk *desk, struct store_problem *ret_problem);
void desk_open(struct desk *desk); /* what was left is added, as the daemon does */
void desk_close(struct desk *desk);

void desk_add(struct desk *desk, const struct history_request *request);
void desk_say(struct desk *desk, uint64_t id); /* on target 7 */
/* The first messages there, or those with the words. */
void desk_ask(struct desk *desk, uint64_t request, const char *words);

void desk_take(struct desk *desk, int most_ms); /* wait for news once, and take them */
void desk_wait_for_answers(struct desk *desk, size_t n);
void desk_wait_for_backups(struct desk *desk, size_t n);
void desk_wait_until_written(struct desk *desk);
void desk_wait_for_faults(struct desk *desk, size_t n);
