/* A directory of the test's own with the tables of a history, without threads. */
#pragma once

#include <sqlite3.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buffer.h"
#include "proto/history_query.h"
#include "proto/history_row.h"
#include "store/archive_reader.h"
#include "store/archive_tables.h"

struct vault {
	char directory[64];
	char path[96];
	sqlite3 *handle;
	sqlite3 *reader_handle;
	struct archive_tables *tables;
	struct archive_reader *reader;
	struct buffer answer; /* the last one, in words: see vault_ask() */
};

struct vault *vault_new(void); /* open */
void vault_free(struct vault *vault);
void vault_open(struct vault *vault);
void vault_close(struct vault *vault);

/* One request in a transaction of its own. */
void vault_apply(struct vault *vault, const struct history_request *request);
/* A message by ana!a@a, who has account 1. */
void vault_say(struct vault *vault, int64_t target, uint64_t id, const char *text);
/* Rows from an id on, with the words "plenty of words": by turns of the accounts 1 and 2, and each
 * third of them is an event. */
void vault_say_many(struct vault *vault, int64_t target, uint64_t first, size_t n);
void vault_change(struct vault *vault, enum history_request_kind kind, struct history_row row,
	uint64_t number);
/* All that is left to do, except tidying; returns how many transactions that took. */
size_t vault_keep_up(struct vault *vault);
void vault_index(struct vault *vault);
/* The index is to have trigrams, or words; vault_index() fills it. */
void vault_set_trigrams(struct vault *vault, bool has_trigrams);
void vault_tidy(struct vault *vault);
bool vault_file_has(const struct vault *vault, const char *word); /* the file or its log */

int64_t vault_count(struct vault *vault, const char *sql); /* the first number */
/* The ids of messages, as "1 2 3". */
const char *vault_ids(struct vault *vault);

/* A place in a query; 0 ends the list. */
struct vault_place {
	int64_t target;
	uint64_t since;
	const char *name;
};
/* The ids of the rows of the answer, each with its place, as "1#a 2#b", and "more", "partial",
 * "failed", "looked 2", or "then 3" of context. The places are copied into the query. */
const char *vault_ask(
	struct vault *vault, struct history_query query, const struct vault_place *places);
/* The ids of the index for these words, which need be in no place. */
const char *vault_matches(struct vault *vault, const char *word);

/* An answer in these words. */
void vault_describe_answer(const void *bytes, size_t length, struct buffer *out);
