/* Administrators read what was said: their calls become questions to the store, which its own
 * threads answer, and the answers become rows, some at a time, so that clients of the chat do not
 * wait.
 *
 * The caller that began a reading looks at it in each turn of the loop, until it is ready. Readings
 * end with the process. */
#pragma once

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>

#include "base/list.h"
#include "daemon/engine.h"
#include "daemon/pasts.h"
#include "report/report.h"

struct readings;
struct reading;

/* One question to the store, and what is called with its answer; NULL: there is none, because of a
 * fault. The answer may come at once. */
struct reading_question {
	struct list in_all; /* to be initialised */
	uint64_t number;
	void (*on_answer)(void *data, const struct buffer *answer);
	void *data;
};

/* Ask; the text is a question of proto/history_query.h. Removed from its list, the question has no
 * answer. */
void readings_ask(
	struct readings *readings, struct reading_question *question, const struct buffer *text);

struct readings *readings_new(struct pasts *pasts, struct engine *engine);
void readings_free(struct readings *readings); /* all of them have ended */

/* Ask for what the call, of a row with is_past, wants; the call is taken. NULL: it is refused, for
 * the reason that is appended. */
struct reading *reading_begin(
	struct readings *readings, struct report_call *call, struct buffer *reason);
void reading_end(struct reading *reading); /* complete or not; NULL is allowed */

enum reading_state {
	READING_STATE_WAITS,  /* for the store */
	READING_STATE_READY,  /* reading_take() has something */
	READING_STATE_FAILED, /* the history cannot be read now */
};

enum reading_state reading_state(const struct reading *reading);
/* Append the next rows, at most so many, to the list, if it is ready. True: these were all. */
bool reading_take(struct reading *reading, size_t most, json_t *list);
/* Of a reading that is complete: was the time up before everything was found? */
bool reading_is_partial(const struct reading *reading);
