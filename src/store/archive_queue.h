/* What the loop's thread exchanges with the threads of an archive: chunks of requests for the
 * writer, questions for the reader, and news for the loop. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/buffer.h"
#include "base/list.h"
#include "store/fault.h"

struct archive_queue;

/* What may fail by itself. */
enum archive_work {
	ARCHIVE_WORK_WRITING,
	ARCHIVE_WORK_UPKEEP,
	ARCHIVE_WORK_MOVING_LOG,
	ARCHIVE_WORK_READING,
	ARCHIVE_WORK_SEARCHING,
};
#define ARCHIVE_WORKS (ARCHIVE_WORK_SEARCHING + 1)

/* Requests that are written together; they stay the loop's until they are. */
struct chunk {
	struct list in_queue;
	struct list in_pending; /* the owner's */
	uint64_t number;	/* counts the chunks, from 1 */
	struct buffer requests;
};

struct question {
	struct list in_queue;
	uint64_t session;
	uint64_t request;
	uint64_t after_chunk; /* it is answered when this one is written */
	struct buffer bytes;  /* the question; once it is answered, the answer */
	bool is_failed;
	bool is_slow; /* it has a reader of its own, for which no other question waits */
};

void chunk_free(struct chunk *chunk);
void archive_question_free(struct question *question);

/* 0 or a negative errno. */
int archive_queue_new(struct archive_queue **ret_queue);
void archive_queue_free(struct archive_queue *queue); /* with the questions; NULL is allowed */

/* For the loop's thread. */
int archive_queue_fd(const struct archive_queue *queue);  /* readable: there is something to take */
void archive_queue_clear_fd(struct archive_queue *queue); /* before taking */
void archive_queue_put(struct archive_queue *queue, struct chunk *chunk);
void archive_queue_ask(
	struct archive_queue *queue, struct question *question); /* takes ownership */
/* Append the chunks that were written. */
void archive_queue_take_written(struct archive_queue *queue, struct list *chunks);
struct question *archive_queue_take_answer(struct archive_queue *queue); /* NULL: none */
/* The first of the faults that there are. False: it is of the same kind as at the last call. */
bool archive_queue_take_fault(struct archive_queue *queue, struct store_problem *ret_problem);
void archive_queue_stop(struct archive_queue *queue);
/* Once both threads have ended: a question without an answer; NULL: none. */
struct question *archive_queue_take_question(struct archive_queue *queue);

/* For the writer. Wait until there are chunks, the time has come or it stops; unless somebody waits
 * for an answer, chunks wait for others to join them. While the writer has chunks it gets no
 * others. False: it stops, and there are none left. */
bool archive_queue_wait(struct archive_queue *queue, uint64_t until_ms, struct list *chunks);
/* Chunks wait, and need not wait for others. */
bool archive_queue_is_due(struct archive_queue *queue);
bool archive_queue_is_idle(struct archive_queue *queue);
bool archive_queue_is_stopping(struct archive_queue *queue);
/* The chunks, at least one, were written. */
void archive_queue_end_chunks(struct archive_queue *queue, struct list *chunks);
/* How the work goes now. While writing fails, no question waits for chunks. */
void archive_queue_set_fault(
	struct archive_queue *queue, enum archive_work work, const struct store_problem *problem);

/* For a copy. Wait until the chunk is written; false: there is a fault, or it stops. */
bool archive_queue_await(
	struct archive_queue *queue, uint64_t chunk, struct store_problem *ret_problem);
/* False: it stops. */
bool archive_queue_rest(struct archive_queue *queue, uint64_t until_ms);
void archive_queue_tell_owner(struct archive_queue *queue);

/* For the readers, of which one answers the slow questions. NULL: it stops. */
struct question *archive_queue_next_question(struct archive_queue *queue, bool is_slow);
void archive_queue_answer(struct archive_queue *queue, struct question *question);
/* It has no answer, as the queue is stopping: archive_queue_take_question() returns it. */
void archive_queue_return(struct archive_queue *queue, struct question *question);
