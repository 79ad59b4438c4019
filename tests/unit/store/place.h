/* A directory of the test's own with a store in it, and what the store has reported. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buffer.h"
#include "store/store.h"

#define PLACE_MOST_ANSWERS 8192
#define PLACE_WORLD 77

struct place {
	char directory[64];
	char path[96]; /* of the database */
	struct store *store;
	struct store_options options;
	uint64_t next_number; /* of the next request's key */
	struct store_answer answers[PLACE_MOST_ANSWERS];
	size_t n_answers;
	struct store_problem fault;
	size_t n_faults; /* reports, including those of an end */
	struct store_problem backup;
	size_t n_backups;
	/* What place_read() found: "accounts 1 v2 1=ana 2=ana" and so on, one row a line. */
	struct buffer rows;
	size_t n_rows;
};

/* An empty directory, in memory if possible: thousands of commits need no disk here. */
struct place *place_new(void);
struct place *place_new_in(const char *directory);
void place_free(struct place *place); /* with the directory */
struct store_needs place_needs(struct place *place);

bool place_try_open(struct place *place, struct store_problem *ret_problem);
void place_open(struct place *place);
void place_close(struct place *place);
const char *place_read(struct place *place); /* reopens */

/* Fields: pairs of an id and a text, as in "1=ana"; a text that begins with + is a number. */
struct place_row {
	enum store_table table;
	uint64_t id;
	uint64_t version;
	const char *fields[10];
	bool is_removal;
};

/* Submit rows as one request, ended by a row whose version is 0; returns its number. */
uint64_t place_submit(struct place *place, const struct place_row *rows);
bool place_submit_as(struct place *place, uint64_t number, const struct place_row *rows);
/* Wait until there are that many answers in all; the last one. */
const struct store_answer *place_wait(struct place *place, size_t n_answers);
/* Both, for the next answer. */
const struct store_answer *place_store(struct place *place, const struct place_row *rows);
void place_take(struct place *place, int most_ms); /* wait for news once, and take them */

/* Carry out SQL on the file, by a connection of its own. */
void place_run_sql(const struct place *place, const char *sql);
int place_query(const char *path, const char *sql); /* the first number */
struct buffer place_read_file(const char *path);    /* to be freed; empty if there is none */
void place_write_file(const char *path, const void *bytes, size_t length);
void place_copy_file(const char *from, const char *to); /* removes the copy if there is none */
/* A copy of a database whose log is as a power loss leaves it: cut anywhere, with garbage behind.
 */
void place_lose_power(const char *path, const char *copy, size_t length, bool has_garbage);

/* No file of the process may have more bytes, until place_raise_limit(), whose parameter is not
 * used. */
void place_limit_files(size_t bytes);
void place_raise_limit(const char *directory);

/* A number of the environment, for long runs. */
long place_setting(const char *name, long fallback);
/* Begin the random numbers, as PAPOD_TEST_SEED says, which is printed. */
void place_seed(void);

#define ROWS(...) ((const struct place_row[]){ __VA_ARGS__, { .version = 0 } })
#define ROW(table_, id_, version_, ...)                                                            \
	{                                                                                          \
		STORE_TABLE_##table_, (id_), (version_), { __VA_ARGS__ }, false                    \
	}
#define REMOVAL(table_, id_, version_, ...)                                                        \
	{                                                                                          \
		STORE_TABLE_##table_, (id_), (version_), { __VA_ARGS__ }, true                     \
	}
#define ACCOUNT(id_, version_, name) ROW(ACCOUNTS, id_, version_, "1=" name, "2=" name)
