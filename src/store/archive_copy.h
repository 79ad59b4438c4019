/* A backup of the history's file, by a thread with a connection of its own that only reads. */
#pragma once

#include <stdint.h>

#include "store/archive_queue.h"
#include "store/fault.h"

struct archive_copy;

/* Begins when that chunk has been written; the end is news for the queue's owner. NULL: there is no
 * thread for it. */
struct archive_copy *archive_copy_new(
	struct archive_queue *queue, const char *from, const char *to, uint64_t after_chunk);
/* True: it is over, with or without a problem. */
bool archive_copy_is_over(struct archive_copy *copy, struct store_problem *ret_problem);
/* Waits for the thread, which notices that the queue is stopping. NULL is allowed. */
void archive_copy_free(struct archive_copy *copy);
