/* Owns the connection, the exchange and the writer. The thread starts with the first request: in a
 * process with threads, the kernel takes milliseconds each time it enlarges the table of
 * descriptors (expand_fdtable()). */
#include "store/store.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "store/backup.h"
#include "store/database.h"
#include "store/exchange.h"
#include "store/read_all.h"
#include "store/schema.h"
#include "store/writer.h"
#include "store/zeroing_memory.h"

#define MOST_REQUESTS 4096
#define MOST_BYTES (16 << 20)
#define MOST_GROUP 512
#define GATHER_MS 2
/* Every request without an answer may be repeated. */
#define REMEMBERED_PER_REQUEST 2

struct store {
	struct store_needs needs;
	sqlite3 *handle;
	struct exchange *exchange;
	struct writer *writer;
	bool has_thread;
	bool is_stopped;
};

static int make_exchange(struct store *store, const struct store_options *options)
{
	struct exchange_limits limits = {
		.most_requests = options->most_requests ? options->most_requests : MOST_REQUESTS,
		.most_bytes = options->most_bytes ? options->most_bytes : MOST_BYTES,
		.most_group = MOST_GROUP,
		.gather_ms = GATHER_MS,
	};

	return exchange_new(&limits, &store->exchange);
}

static bool make_writer(
	struct store *store, const struct store_options *options, struct store_problem *ret_problem)
{
	uint64_t most = options->most_requests ? options->most_requests : MOST_REQUESTS;
	int result = writer_new(
		store->handle, store->exchange, most * REMEMBERED_PER_REQUEST, &store->writer);

	if (result != SQLITE_OK)
		problem_set(ret_problem, result, "the database cannot be used");
	return result == SQLITE_OK;
}

static bool open_store(
	struct store *store, const struct store_options *options, struct store_problem *ret_problem)
{
	const struct database_options database = { .schema = &schema_of_accounts,
		.is_thorough = options->is_thorough };
	int error;

	if (!database_open(options->path, &database, &store->handle, ret_problem))
		return false;
	error = make_exchange(store, options);
	if (error) {
		problem_describe(
			ret_problem, STORE_FAULT_FAILED, "no eventfd: %s", strerror(-error));
		return false;
	}
	return make_writer(store, options, ret_problem);
}

bool store_open(const struct store_options *options, const struct store_needs *needs,
	struct store **ret_store, struct store_problem *ret_problem)
{
	struct store *store = mem_new(sizeof(*store));

	zeroing_memory_install();
	store->needs = *needs;
	if (!open_store(store, options, ret_problem)) {
		store_free(store);
		return false;
	}
	*ret_store = store;
	return true;
}

bool store_read_all(
	struct store *store, store_row_fn on_row, void *data, struct store_problem *ret_problem)
{
	int result;

	assert(!store->has_thread);
	result = read_all_rows(store->handle, on_row, data);
	if (result != SQLITE_OK)
		problem_set(ret_problem, result, "accounts cannot be read");
	return result == SQLITE_OK;
}

bool store_read_state(
	struct store *store, struct store_state *ret_state, struct store_problem *ret_problem)
{
	int result;

	assert(!store->has_thread);
	result = read_store_state(store->handle, ret_state);
	if (result != SQLITE_OK)
		problem_set(ret_problem, result, "the database cannot be read");
	return result == SQLITE_OK;
}

bool store_has(const struct store *store, const struct store_key *key)
{
	assert(!store->has_thread);
	return writer_has(store->writer, key);
}

static bool has_writer(struct store *store)
{
	if (!store->has_thread && !store->is_stopped)
		store->has_thread = writer_start(store->writer) == 0;
	return store->has_thread;
}

bool store_submit(struct store *store, const struct store_key *key, const struct store_row *rows,
	size_t n_rows)
{
	struct submission *submission;

	if (!has_writer(store))
		return false;
	submission = submission_new(key, rows, n_rows);
	if (exchange_put(store->exchange, submission))
		return true;
	submission_free(submission);
	return false;
}

bool store_is_running(const struct store *store)
{
	return store->has_thread;
}

bool store_back_up(struct store *store, const char *path)
{
	return has_writer(store) && exchange_ask_backup(store->exchange, path);
}

void store_remove_backup(const char *path)
{
	backup_remove(path);
}

int store_fd(const struct store *store)
{
	return exchange_fd(store->exchange);
}

void store_take_news(struct store *store)
{
	const struct store_needs *needs = &store->needs;
	struct submission *submission;
	struct store_problem problem;

	exchange_clear_fd(store->exchange);
	while ((submission = exchange_take_answer(store->exchange))) {
		needs->on_answer(needs->data, &submission->answer);
		submission_free(submission);
	}
	if (exchange_take_fault(store->exchange, &problem))
		needs->on_fault(needs->data, &problem);
	if (exchange_take_backup(store->exchange, &problem))
		needs->on_backup(needs->data, &problem);
}

void store_stop(struct store *store)
{
	if (store->has_thread) {
		exchange_stop(store->exchange);
		writer_join(store->writer);
	}
	store->has_thread = false;
	store->is_stopped = true;
}

/* Closing moves the log into the file and removes it. */
void store_free(struct store *store)
{
	if (!store)
		return;
	store_stop(store);
	writer_free(store->writer);
	exchange_free(store->exchange);
	if (store->handle)
		(void) sqlite3_close(store->handle);
	free(store);
}
