/* Owns the store. Whether it works is part of the world, as clients are told of it. */
#include "daemon/storage.h"

#include <assert.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/epoll.h>

#include "base/cleanup.h"
#include "base/mem.h"
#include "daemon/held_files.h"
#include "daemon/password.h"
#include "service/state_directory.h"
#include "store/store.h"
#include "world/accounts.h"
#include "world/changes.h"
#include "world/rows.h"
#include "world/world.h"

#define DATABASE_NAME "accounts.db"
#define RETRY_MS 30000
#define MOST_NAMES 50	/* in a log entry */
#define STORAGE_FILES 3 /* the database, its WAL, and where the writer reports */
/* A stop waits for that many answers, each for at most this time. */
#define SETTLE_ROUNDS 1000
#define SETTLE_MS 1000
/* An event has about this many bytes of rows, so that none is very long. */
#define ROWS_BYTES 65536
#define ROW_RECORD 1
#define MOST_ROWS_OF_CHANGE 64

struct storage {
	struct storage_needs needs;
	char *path; /* NULL: there is no state directory */
	struct store *store;
	struct loop_watch *watch;
	struct store_state state; /* when it was opened */
	uint64_t submitted;	  /* the request number of the last change that the store has */
	uint64_t retry_ms; /* in the loop's clock; UINT64_MAX: it is open, or never will be */
	bool is_failing;   /* it was logged */
	bool is_closing;
	char *backup_path; /* of the copy that is being made; NULL: none is */
	storage_backup_fn on_backup_done;
	void *backup_data;
	struct held_files held; /* until it is opened for the first time */
};

static struct world *world_of(const struct storage *storage)
{
	return engine_world(storage->needs.engine);
}

static void report_storage(
	struct storage *storage, enum storage_state state, const struct buffer *rows)
{
	struct event event = { .kind = EVENT_STORAGE,
		.status = state,
		.request = storage->state.file,
		.number = storage->state.n_stored,
		.text = "" };

	if (rows && rows->length) {
		event.text = rows->bytes;
		event.text_length = rows->length;
	}
	engine_handle(storage->needs.engine, &event);
}

static void log_storage_failure(struct storage *storage, const struct store_problem *problem)
{
	if (!storage->is_failing)
		log_entry(storage->needs.log, LOGBOOK_STORAGE_FAILED, "FILE", storage->path,
			"REASON", problem->text);
	storage->is_failing = true;
}

static void log_storage_success(struct storage *storage)
{
	if (storage->is_failing)
		log_entry(storage->needs.log, LOGBOOK_STORAGE_WORKS, "FILE", storage->path);
	storage->is_failing = false;
}

/* Without its rows the world has no accounts; with them, people can log in. */
static void set_failing(struct storage *storage, const struct store_problem *problem)
{
	log_storage_failure(storage, problem);
	if (world_of(storage)->storage >= STORAGE_WORKS)
		report_storage(storage, STORAGE_FAILING, NULL);
}

static void set_working(struct storage *storage)
{
	log_storage_success(storage);
	if (world_of(storage)->storage != STORAGE_WORKS)
		report_storage(storage, STORAGE_WORKS, NULL);
}

static void send_stored(struct storage *storage, uint64_t request, enum stored status, uint64_t id)
{
	struct event event = {
		.kind = EVENT_STORED, .request = request, .status = status, .number = id
	};
	const struct change *change = changes_find(world_of(storage), request);

	event.session = change ? change->session : 0;
	engine_handle(storage->needs.engine, &event);
}

/* Malformed rows are our bug; the client that caused them is told that it failed. */
static enum stored stored_of(enum store_status status)
{
	switch (status) {
	case STORE_STATUS_STORED:
		return STORED_YES;
	case STORE_STATUS_TAKEN:
		return STORED_TAKEN;
	case STORE_STATUS_GONE:
		return STORED_GONE;
	case STORE_STATUS_MALFORMED:
	case STORE_STATUS_FAILED:
		return STORED_FAILED;
	}
	return STORED_FAILED;
}

static void on_store_answer(void *data, const struct store_answer *answer)
{
	send_stored(data, answer->key.number, stored_of(answer->status), answer->id);
}

static void on_store_fault(void *data, const struct store_problem *problem)
{
	if (problem->fault == STORE_FAULT_NONE)
		set_working(data);
	else
		set_failing(data, problem);
}

static void end_backup_of_storage(struct storage *storage, const char *reason)
{
	if (!storage->backup_path)
		return;
	free(TAKE(storage->backup_path));
	storage->on_backup_done(storage->backup_data, reason);
}

/* When another program takes over, callers notice that their connections end; if it does not, the
 * copy is made again. */
static void on_store_backup(void *data, const struct store_problem *problem)
{
	struct storage *storage = data;

	if (!storage->is_closing)
		end_backup_of_storage(
			storage, problem->fault == STORE_FAULT_NONE ? NULL : problem->text);
}

static void begin_backup_of_storage(struct storage *storage)
{
	if (storage->backup_path && !store_back_up(storage->store, storage->backup_path))
		end_backup_of_storage(storage, "the database is not ready; try again");
}

bool storage_back_up(struct storage *storage, const char *path, storage_backup_fn on_done,
	void *data, const char **ret_reason)
{
	if (!storage->store) {
		*ret_reason = storage->path ? "the database cannot be used; the log says why"
					    : "without STATE_DIRECTORY there is no database";
		return false;
	}
	assert(!storage->backup_path);
	if (!store_back_up(storage->store, path)) {
		*ret_reason = "the database is not ready; try again";
		return false;
	}
	storage->backup_path = mem_text(path);
	storage->on_backup_done = on_done;
	storage->backup_data = data;
	return true;
}

static size_t list_rows(const struct change *change, struct store_row rows[MOST_ROWS_OF_CHANGE])
{
	struct pack pack = pack_over(change->rows.bytes, change->rows.length);
	struct pack_field field;
	size_t n = 0;

	while (n < MOST_ROWS_OF_CHANGE && pack_next(&pack, &field))
		n += store_row_load(pack_field_record(&field), &rows[n]);
	return n;
}

static bool submit_change(struct storage *storage, const struct change *change)
{
	const struct store_key key = { world_of(storage)->birth, change->request };
	struct store_row rows[MOST_ROWS_OF_CHANGE];

	return store_submit(storage->store, &key, rows, list_rows(change, rows));
}

/* The oldest change that the store does not have yet. */
static const struct change *next_change(const struct storage *storage)
{
	const struct change *change;

	LIST_EACH (change, &world_of(storage)->changes, in_world)
		if (change->request > storage->submitted)
			return change;
	return NULL;
}

/* They cannot be stored now, and the clients that asked wait. */
static void refuse_changes(struct storage *storage)
{
	const struct change *change;

	while ((change = next_change(storage))) {
		storage->submitted = change->request;
		send_stored(storage, change->request, STORED_FAILED, 0);
	}
}

/* The next try opens the file again. */
static void end_without_writer(struct storage *storage)
{
	struct store_problem problem = { 0 };

	problem_describe(&problem, STORE_FAULT_FAILED,
		"the system starts no thread that writes the database");
	storage_close(storage);
	storage->retry_ms = loop_now_ms(storage->needs.loop) + RETRY_MS;
	set_failing(storage, &problem);
	refuse_changes(storage);
}

/* What does not fit waits for the next answer. */
void storage_submit(struct storage *storage)
{
	const struct change *change;

	if (!storage->store)
		refuse_changes(storage);
	while (storage->store && (change = next_change(storage))) {
		if (!submit_change(storage, change)) {
			if (!store_is_running(storage->store) && !storage->is_closing)
				end_without_writer(storage);
			return;
		}
		storage->submitted = change->request;
	}
}

static void on_store_ready(void *data, uint32_t events)
{
	struct storage *storage = data;

	(void) events;
	store_take_news(storage->store);
	storage_submit(storage);
}

/* Rows on their way into the world, many at a time. */
struct reading {
	struct storage *storage;
	struct buffer rows;
};

static void on_row(void *data, const struct store_row *row)
{
	struct reading *reading = data;

	store_row_save(&reading->rows, ROW_RECORD, row);
	if (reading->rows.length < ROWS_BYTES)
		return;
	report_storage(reading->storage, STORAGE_LOADING, &reading->rows);
	buffer_clear(&reading->rows);
}

static bool give_rows(struct storage *storage, struct store_problem *ret_problem)
{
	struct reading reading = { storage, { 0 } };
	bool is_read;

	report_storage(storage, STORAGE_NONE, NULL);
	reading.rows.is_secret = true;
	is_read = store_read_all(storage->store, on_row, &reading, ret_problem);
	if (is_read)
		report_storage(storage, STORAGE_WORKS, &reading.rows);
	buffer_done(&reading.rows);
	return is_read;
}

/* Only accounts that were imported can have one. */
static bool has_unknown_hash(const struct account *account)
{
	const char *hash = account_extras(account)->hash;

	return hash && !password_hash_is_known(hash);
}

static void log_unknown_hashes(const struct storage *storage)
{
	CLEANUP(buffer_done) struct buffer names = { 0 };
	const struct account *account;
	char count[24];
	size_t n = 0;

	ORDERED_EACH (account, &world_of(storage)->accounts.all)
		if (has_unknown_hash(account) && n++ < MOST_NAMES)
			buffer_format(&names, "%s%s", n > 1 ? " " : "", account->name);
	snprintf(count, sizeof(count), "%zu", n);
	if (n)
		log_entry(storage->needs.log, LOGBOOK_HASHES_UNKNOWN, "COUNT", count, "ACCOUNTS",
			buffer_text(&names));
}

static void log_opened(const struct storage *storage)
{
	char accounts[24];

	snprintf(
		accounts, sizeof(accounts), "%zu", ordered_count(&world_of(storage)->accounts.all));
	log_entry(storage->needs.log, LOGBOOK_STORAGE_OPENED, "FILE", storage->path, "ACCOUNTS",
		accounts);
}

static bool has_rows(const struct storage *storage)
{
	return world_of(storage)->storage >= STORAGE_FAILING;
}

/* A crash between a commit and its EVENT_STORED. */
static uint64_t count_unanswered(const struct storage *storage)
{
	const struct change *change;
	uint64_t n = 0;

	LIST_EACH (change, &world_of(storage)->changes, in_world) {
		const struct store_key key = { world_of(storage)->birth, change->request };

		n += store_has(storage->store, &key);
	}
	return n;
}

/* Does the file hold what the world knows, and nothing else than what it has asked for? Not if it
 * was replaced by a backup, or if a crash completed a change that had failed. Then the answers to
 * come are part of a state that the world does not know yet. */
static bool recognise_state(struct storage *storage)
{
	const struct world *world = world_of(storage);
	uint64_t n_unanswered = count_unanswered(storage);

	if (storage->state.file != world->storage_file ||
		storage->state.n_stored != world->storage_stored + n_unanswered)
		return false;
	storage->state.n_stored -= n_unanswered;
	return true;
}

static bool open_storage_file(
	struct storage *storage, bool is_thorough, struct store_problem *ret_problem)
{
	const struct store_options options = { .path = storage->path, .is_thorough = is_thorough };
	const struct store_needs needs = { on_store_answer, on_store_fault, on_store_backup,
		storage };

	if (!store_open(&options, &needs, &storage->store, ret_problem))
		return false;
	if (store_read_state(storage->store, &storage->state, ret_problem))
		return true;
	store_free(TAKE(storage->store));
	return false;
}

/* What the world asked for was meant for the other file: its ids may be those of others here. */
static bool take_strange_file(struct storage *storage, struct store_problem *ret_problem)
{
	log_entry(storage->needs.log, LOGBOOK_STORAGE_REPLACED, "FILE", storage->path);
	refuse_changes(storage);
	return give_rows(storage, ret_problem);
}

/* A file whose rows were never read is checked first. */
static bool use_file(struct storage *storage, struct store_problem *ret_problem)
{
	bool is_known = recognise_state(storage);

	if (is_known && has_rows(storage))
		return true;
	if (has_rows(storage)) {
		store_free(TAKE(storage->store));
		if (!open_storage_file(storage, true, ret_problem))
			return false;
	}
	if (is_known || !world_of(storage)->storage_file)
		return give_rows(storage, ret_problem);
	return take_strange_file(storage, ret_problem);
}

static bool open_database(struct storage *storage, struct store_problem *ret_problem)
{
	if (!open_storage_file(storage, !has_rows(storage), ret_problem))
		return false;
	if (!use_file(storage, ret_problem)) {
		if (storage->store)
			store_free(TAKE(storage->store));
		return false;
	}
	storage->watch = loop_watch_new(
		storage->needs.loop, store_fd(storage->store), on_store_ready, storage);
	if (loop_watch_change(storage->watch, EPOLLIN) == 0)
		return true;
	problem_describe(ret_problem, STORE_FAULT_FAILED, "the system has no memory left");
	storage_close(storage);
	return false;
}

static void try_store(struct storage *storage)
{
	struct store_problem problem = { 0 };

	storage->retry_ms = UINT64_MAX;
	if (open_database(storage, &problem)) {
		log_opened(storage);
		log_unknown_hashes(storage);
		set_working(storage);
		storage_submit(storage);
		begin_backup_of_storage(storage);
		return;
	}
	end_backup_of_storage(storage, problem.text);
	storage->retry_ms = loop_now_ms(storage->needs.loop) + RETRY_MS;
	set_failing(storage, &problem);
	refuse_changes(storage);
}

/* The previous process may have had one. */
static void go_without_store(struct storage *storage)
{
	log_entry(storage->needs.log, LOGBOOK_STORAGE_MISSING, "REASON",
		"STATE_DIRECTORY is not set");
	if (world_of(storage)->storage == STORAGE_WORKS)
		report_storage(storage, STORAGE_FAILING, NULL);
	refuse_changes(storage);
}

void storage_begin(struct storage *storage)
{
	held_files_release(&storage->held);
	if (storage->path)
		try_store(storage);
	else
		go_without_store(storage);
}

/* Each answer may let a change follow, as those of a channel are stored one after the other. */
void storage_settle(struct storage *storage)
{
	struct pollfd answers = { .events = POLLIN };

	for (int i = 0; i < SETTLE_ROUNDS && storage->store; i++) {
		answers.fd = store_fd(storage->store);
		if (list_is_empty(&world_of(storage)->changes) || poll(&answers, 1, SETTLE_MS) <= 0)
			return;
		store_take_news(storage->store);
		storage_submit(storage);
	}
}

void storage_close(struct storage *storage)
{
	if (!storage->store)
		return;
	storage->is_closing = true;
	store_stop(storage->store);
	store_take_news(storage->store);
	storage->is_closing = false;
	if (storage->watch)
		loop_watch_remove(TAKE(storage->watch));
	store_free(TAKE(storage->store));
	storage->submitted = 0;
}

uint64_t storage_next_deadline(const struct storage *storage)
{
	return storage->retry_ms;
}

void storage_tick(struct storage *storage)
{
	if (loop_now_ms(storage->needs.loop) >= storage->retry_ms)
		try_store(storage);
}

struct storage *storage_new(const struct storage_needs *needs)
{
	struct storage *storage = mem_new(sizeof(*storage));

	storage->needs = *needs;
	storage->path = state_directory_path(DATABASE_NAME);
	storage->retry_ms = UINT64_MAX;
	if (storage->path)
		held_files_take(&storage->held, STORAGE_FILES);
	return storage;
}

void storage_free(struct storage *storage)
{
	if (!storage)
		return;
	held_files_release(&storage->held);
	if (storage->watch)
		loop_watch_remove(storage->watch);
	store_free(storage->store);
	free(storage->path);
	free(storage->backup_path);
	free(storage);
}
