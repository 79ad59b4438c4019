/* The database of accounts and channels: one SQLite file in the state directory.
 *
 * The world holds every row in memory and answers all questions by itself; the store only makes the
 * rows outlast it. At a fresh start the daemon reads all rows into the world. Later, each change is
 * a request, which the writer's thread commits with others that arrive at about the same time, and
 * answers when it is on the disk. Nothing is acknowledged before. Requests are named by keys: the
 * world submits those without an answer again after a crash, and a repeated request changes nothing
 * and gets the same answer.
 *
 * proto/store_row.h describes the rows, store/answer.h the answers, store/fault.h what can be
 * wrong. All functions are for one thread, that of the loop. The child that saves a snapshot must
 * not call any of them, and leaves by _exit(). */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "proto/store_row.h"
#include "store/answer.h"
#include "store/fault.h"

struct store;

/* Called by store_take_news() only. */
struct store_needs {
	void (*on_answer)(void *data, const struct store_answer *answer);
	/* Writing fails, or, with STORE_FAULT_NONE, works again. Reported once, whatever the number
	 * of requests that fail. */
	void (*on_fault)(void *data, const struct store_problem *problem);
	/* STORE_FAULT_NONE: the copy is complete. */
	void (*on_backup)(void *data, const struct store_problem *problem);
	void *data;
};

struct store_options {
	const char *path;
	/* Check the whole file for damage, which takes about 150 ms for 100,000 accounts. False
	 * when the world comes from a snapshot: no crash of papod damages the file. */
	bool is_thorough;
	size_t most_requests; /* without an answer; 0: a default, like the other limits */
	size_t most_bytes;    /* of their rows */
};

/* False: the file is as it was, and the problem says why it is not used. */
bool store_open(const struct store_options *options, const struct store_needs *needs,
	struct store **ret_store, struct store_problem *ret_problem);

/* Before the first request. False: the file cannot be read. */
bool store_read_state(
	struct store *store, struct store_state *ret_state, struct store_problem *ret_problem);
/* Likewise. Is the request among the last that were stored? */
bool store_has(const struct store *store, const struct store_key *key);

/* Before the first request. False: some rows may have been given to on_row. */
bool store_read_all(
	struct store *store, store_row_fn on_row, void *data, struct store_problem *ret_problem);

/* Store or remove these rows, all or none. They are copied. False: too many requests wait, or there
 * is no thread; submit it again after the next answer, and let its client wait meanwhile. */
bool store_submit(struct store *store, const struct store_key *key, const struct store_row *rows,
	size_t n_rows);

/* Copy the database to this file, which must not be the database itself. False: as above, or a
 * copy is being made. */
bool store_back_up(struct store *store, const char *path);

/* Remove the copy at that path, and what a crash has left of one. */
void store_remove_backup(const char *path);

/* Has the writer started? If not, no answer comes. */
bool store_is_running(const struct store *store);
int store_fd(const struct store *store); /* when it is readable, call: */
void store_take_news(struct store *store);

/* Write everything that was submitted and end the thread, which takes as long as the disk does.
 * Then the last news can be taken, and nothing more be submitted. */
void store_stop(struct store *store);
void store_free(struct store *store); /* NULL is allowed; stops first */
