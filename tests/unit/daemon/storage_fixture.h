/* A world with a database in a state directory of its own. Include it last. */
#pragma once

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <sqlite3.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/mem.h"
#include "config/problem.h"
#include "daemon/storage.h"
#include "store/store.h"
#include "world/account_rows.h"
#include "world/changes.h"
#include "world/rows.h"

#define MOST_MS 20000
#define RETRY_MS 30000

struct fixture {
	struct loop *loop;
	struct log log;
	struct engine *engine;
	struct storage *storage;
	struct storage_needs needs;
	struct outbox outbox;
	char directory[32];
	char path[64];
	struct buffer states; /* of each EVENT_STORAGE */
	struct buffer stored; /* request:status of each EVENT_STORED */
	struct buffer entries;
	size_t most_bytes; /* of one EVENT_STORAGE */
};

static uint64_t ahead_ms;

uint64_t __real_loop_now_ms(const struct loop *loop);
uint64_t __wrap_loop_now_ms(const struct loop *loop);
uint64_t __wrap_loop_now_ms(const struct loop *loop)
{
	return __real_loop_now_ms(loop) + ahead_ms;
}

static inline void note_entry(void *data, enum logbook entry, const char *const *fields)
{
	struct fixture *fixture = data;

	(void) fields;
	buffer_format(&fixture->entries, "%s ", logbook_row(entry)->name);
}

static inline void note_event(void *data, const struct event *event)
{
	struct fixture *fixture = data;

	if (event->kind == EVENT_STORAGE) {
		buffer_format(&fixture->states, "%u ", (unsigned int) event->status);
		if (event->text_length > fixture->most_bytes)
			fixture->most_bytes = event->text_length;
	}
	if (event->kind == EVENT_STORED)
		buffer_format(&fixture->stored, "%u:%u ", (unsigned int) event->request,
			(unsigned int) event->status);
}

static inline void ignore_outcome(
	void *data, const struct event *event, const struct outbox *outbox)
{
	(void) data;
	(void) event;
	(void) outbox;
}

static inline void ignore_effects(void *data, const struct outbox *outbox)
{
	(void) data;
	(void) outbox;
}

static inline struct world *world_of(const struct fixture *fixture)
{
	return engine_world(fixture->engine);
}

static inline void begin_world(struct fixture *fixture)
{
	struct event event = { .kind = EVENT_SETTINGS };
	struct problems problems = { 0 };

	engine_set_world(fixture->engine, world_new());
	event.settings = settings_parse(NULL, 0, &problems);
	problems_done(&problems);
	engine_handle(fixture->engine, &event);
	settings_unref(event.settings);
}

static inline int set_up(void **state)
{
	struct fixture *fixture = calloc(1, sizeof(*fixture));
	const struct engine_calls calls = { note_event, ignore_outcome, ignore_effects, NULL,
		fixture };

	ahead_ms = 0;
	strcpy(fixture->directory, "/tmp/papod-test-XXXXXX");
	if (!mkdtemp(fixture->directory))
		return -1;
	snprintf(fixture->path, sizeof(fixture->path), "%s/accounts.db", fixture->directory);
	setenv("STATE_DIRECTORY", fixture->directory, 1);
	fixture->log = (struct log){ note_entry, fixture };
	if (loop_new(&fixture->loop) < 0 || engine_new(fixture->loop, &calls, &fixture->engine) < 0)
		return -1;
	begin_world(fixture);
	fixture->needs = (struct storage_needs){ fixture->loop, &fixture->log, fixture->engine };
	fixture->storage = storage_new(&fixture->needs);
	*state = fixture;
	return 0;
}

static inline void remove_file(const struct fixture *fixture, const char *ending)
{
	char path[80];

	snprintf(path, sizeof(path), "%s%s", fixture->path, ending);
	unlink(path);
}

static inline int tear_down(void **state)
{
	struct fixture *fixture = *state;

	storage_free(fixture->storage);
	engine_free(fixture->engine);
	loop_free(fixture->loop);
	outbox_done(&fixture->outbox);
	buffer_done(&fixture->states);
	buffer_done(&fixture->stored);
	buffer_done(&fixture->entries);
	remove_file(fixture, "");
	remove_file(fixture, "-wal");
	remove_file(fixture, ".backup");
	rmdir(fixture->directory);
	free(fixture);
	sqlite3_shutdown();
	return 0;
}

static inline void expect_text(struct buffer *text, const char *expected)
{
	assert_string_equal(buffer_text(text), expected);
	buffer_clear(text);
}

/* SQL on the file, which no store has open. */
static inline void run_sql(const struct fixture *fixture, const char *sql)
{
	sqlite3 *handle;

	assert_int_equal(sqlite3_open(fixture->path, &handle), SQLITE_OK);
	assert_int_equal(sqlite3_exec(handle, sql, NULL, NULL, NULL), SQLITE_OK);
	assert_int_equal(sqlite3_close(handle), SQLITE_OK);
}

static inline void add_accounts(const struct fixture *fixture, int n)
{
	char sql[400];

	snprintf(sql, sizeof(sql),
		"WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < %d)"
		"INSERT INTO accounts (version, name, folded, created, rest)"
		" SELECT 5, 'User' || i, 'user' || i, 7, x'' FROM n",
		n);
	run_sql(fixture, sql);
}

/* The storage of the next process, with the world as the previous one left it. */
static inline void begin_next_process(struct fixture *fixture)
{
	storage_free(fixture->storage);
	fixture->storage = storage_new(&fixture->needs);
	storage_begin(fixture->storage);
}

static inline void begin_after_cold_start(struct fixture *fixture)
{
	begin_world(fixture);
	begin_next_process(fixture);
}

/* Returns the request. */
static inline uint64_t ask_for_account(struct fixture *fixture, const char *name)
{
	struct account_fields fields = { .name = (char *) (uintptr_t) name,
		.folded = (char *) (uintptr_t) name };
	struct change *change = change_new();
	struct buffer bytes = { 0 };

	account_fields_put(&bytes, &fields);
	change_add_row(world_of(fixture), change,
		(struct store_row){ .table = STORE_TABLE_ACCOUNTS,
			.bytes = bytes.bytes,
			.length = bytes.length });
	buffer_done(&bytes);
	change_ask(world_of(fixture), &fixture->outbox, NULL, change);
	outbox_clear(&fixture->outbox);
	return change->request;
}

static inline void submit_account(struct fixture *fixture, const char *name)
{
	(void) ask_for_account(fixture, name);
	storage_submit(fixture->storage);
}

static inline void turn_until_answered(struct fixture *fixture)
{
	uint64_t end_ms = loop_clock_ms() + MOST_MS;

	while (!list_is_empty(&world_of(fixture)->changes) && loop_clock_ms() < end_ms)
		assert_int_equal(loop_turn(fixture->loop, loop_clock_ms() + 10), 0);
	assert_true(list_is_empty(&world_of(fixture)->changes));
}

static inline void retry(struct fixture *fixture)
{
	ahead_ms += RETRY_MS;
	assert_true(storage_next_deadline(fixture->storage) <= loop_now_ms(fixture->loop));
	storage_tick(fixture->storage);
}

static inline void turn_until_storage_is(struct fixture *fixture, enum storage_state state)
{
	uint64_t end_ms = loop_clock_ms() + MOST_MS;

	while (world_of(fixture)->storage != state && loop_clock_ms() < end_ms)
		assert_int_equal(loop_turn(fixture->loop, loop_clock_ms() + 10), 0);
	assert_int_equal(world_of(fixture)->storage, state);
}

static inline size_t count_accounts(const struct fixture *fixture)
{
	assert_null(world_check(world_of(fixture)));
	return ordered_count(&world_of(fixture)->accounts.all);
}
