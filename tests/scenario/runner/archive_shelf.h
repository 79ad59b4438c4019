/* The history of a scenario: the statements of the real one, over a database in memory. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/buffer.h"
#include "world/event.h"
#include "world/history.h"
#include "world/outbox.h"

#define SHELF_QUESTIONS 16

/* All zero: nothing was said yet. */
struct archive_shelf {
	struct sqlite3 *handle;
	struct archive_tables *tables;
	struct archive_reader *reader;
	struct {
		uint64_t session;
		uint64_t request;
		struct buffer bytes;
	} questions[SHELF_QUESTIONS];
	size_t n_questions;
	struct buffer answer; /* the text of the last event */
	bool is_held;	      /* answers wait */
	bool is_failing;
	bool has_news;
	enum history_store news;
	bool is_losing; /* removals, which the news say */
	uint64_t loser; /* whose removal was lost last; 0: none */
};

void archive_shelf_done(struct archive_shelf *shelf);
/* Do what is asked. False: the request makes no sense. */
bool archive_shelf_change(struct archive_shelf *shelf, const struct effect *effect);
/* False: too many questions wait. */
bool archive_shelf_ask(struct archive_shelf *shelf, const struct effect *effect);
/* "has memory" or "lacks memory": is there a database for channels that are recorded in memory?
 * Scenarios have one for all. "reports a fault", "reports its end". False: the words are others. */
bool archive_shelf_set_news(struct archive_shelf *shelf, const char *words);
/* The answer to the oldest question without one. False: there is none, or answers are held. */
bool archive_shelf_answer(struct archive_shelf *shelf, struct event *ret_event);
