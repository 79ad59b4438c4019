/* The history on disk: requests go in, questions are answered, by three threads of its own.
 *
 * Requests are pending until they are written. The owner puts what is pending into its snapshots,
 * and gives it to the next archive after a crash: requests may be repeated. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buffer.h"
#include "store/fault.h"

struct archive;

struct archive_needs {
	/* The answer to a question; NULL: there is none, because of a fault. */
	void (*on_answer)(
		void *data, uint64_t session, uint64_t request, const struct buffer *answer);
	/* A fault began, changed, or ended (STORE_FAULT_NONE). */
	void (*on_fault)(void *data, const struct store_problem *problem);
	/* The end of archive_back_up(). */
	void (*on_backup)(void *data, const struct store_problem *problem);
	void *data;
};

/* Creates the file if there is none. The threads start with the first request. */
bool archive_open(const char *path, const struct archive_needs *needs, struct archive **ret_archive,
	struct store_problem *ret_problem);
/* Writes what is pending, if it can. NULL is allowed. */
void archive_free(struct archive *archive);

/* The index of words is to have trigrams, or none. True: it has not yet, and is built anew. */
bool archive_set_trigrams(struct archive *archive, bool has_trigrams);
/* When there are more bytes, the oldest messages go, some at a time. 0: there may be any number. */
void archive_set_most_bytes(struct archive *archive, uint64_t most_bytes);
/* The highest id of a message when it was opened; 0: there was none. */
uint64_t archive_last_id(const struct archive *archive);

/* Requests, as history_request_save() writes them. False: too much is pending, and they are
 * dropped; if nothing is, as after a restart, they may be of any size. Removals have a reserve of
 * their own. */
bool archive_add(struct archive *archive, const void *bytes, size_t length);
/* Pass the requests so far to the writer: once a turn of the loop is enough. */
void archive_flush(struct archive *archive);
/* A question, as history_query_save() writes it, about all requests so far. False: too many wait.
 */
bool archive_ask(struct archive *archive, uint64_t session, uint64_t request, const void *bytes,
	size_t length);
size_t archive_pending_bytes(const struct archive *archive);
/* Append all requests that are pending. A child of the process may do this, too. */
void archive_put_pending(const struct archive *archive, struct buffer *out);

/* Copy everything so far to another file, which gets its name when it is complete. False: a copy is
 * being made already, or there is no thread for it. */
bool archive_back_up(struct archive *archive, const char *path);

int archive_fd(const struct archive *archive); /* readable: there are news */
void archive_take_news(struct archive *archive);
/* Write what is pending, if it can, and end the threads. What could not be written is pending
 * still. */
void archive_stop(struct archive *archive);
/* After that: a question that has no answer; false: none. The caller frees its bytes. */
bool archive_take_unanswered(struct archive *archive, uint64_t *ret_session, uint64_t *ret_request,
	struct buffer *ret_question);
