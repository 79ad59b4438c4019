/* What was said, for administrators: the questions to the store that a call needs, and the rows of
 * its answers.
 *
 * The history is not in the world, and each question takes its time: the caller passes on what
 * report_past_ask() writes, and comes back with the answer. A channel is exported with as many
 * questions as it needs. */
#pragma once

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buffer.h"
#include "proto/history_row.h"
#include "report/report.h"

struct world;

struct report_past {
	struct report_call call;
	/* Bounds, both excluded. */
	uint64_t after;
	uint64_t before;
	uint32_t limit; /* rows of a question */
	uint64_t owner; /* the account whose conversations are read; 0: those of channels */
	struct buffer answer;
	uint64_t asked_after; /* the bound of the question that it answers */
	size_t at;	      /* behind the last row of the answer that was taken */
	bool has_more;	      /* another question must follow */
	bool is_partial;      /* the time was up before everything was found */
};

enum report_past_next {
	REPORT_PAST_ROWS,     /* the answer has more of them */
	REPORT_PAST_QUESTION, /* ask again */
	REPORT_PAST_END,
};

/* False: the call is refused, for the reason that is appended. Otherwise it is taken, and is empty
 * afterwards. */
bool report_past_begin(const struct world *world, struct report_call *call, struct buffer *reason,
	struct report_past *ret_past);
void report_past_done(struct report_past *past);
/* Is the channel or account not there that a call of a row with is_past is about? */
bool report_past_is_missing(const struct world *world, const struct report_call *call);

/* Append the next question, of proto/history_query.h. */
void report_past_ask(
	const struct world *world, const struct report_past *past, struct buffer *question);
/* Takes a copy of the answer. */
void report_past_answer(struct report_past *past, const struct buffer *answer);
/* Append a row, whose name is that of its channel, to the list. */
void report_past_put_row(enum report_kind kind, const struct history_row *row, json_t *list);
/* Append at most that many rows of it to the list. */
enum report_past_next report_past_take(struct report_past *past, size_t most, json_t *list);
