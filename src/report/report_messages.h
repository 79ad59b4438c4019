/* The call that adds lines of another program's log to a channel's history.
 *
 * The store says how many of them it has (report_messages_ask()). Then an event of the world makes
 * requests of them, and the same question again has its answer when they are stored. */
#pragma once

#include <jansson.h>
#include <stdbool.h>

#include "action/importing_messages.h"
#include "base/buffer.h"
#include "world/event.h"
#include "world/outbox.h"

struct report_messages {
	struct imported_lines lines;
	uint64_t n_present;
	bool is_dry_run;
};

/* Append the question about the lines of the event's text, and count them. False: refused, for the
 * reason that is appended. */
bool report_messages_ask(const struct world *world, const struct buffer *event,
	struct buffer *question, struct report_messages *ret_messages, struct buffer *reason);
/* The answer has come: what it says is taken, and appended to the event's text. */
void report_messages_answer(
	struct report_messages *messages, const struct buffer *answer, struct buffer *event);
/* How many of the rows are there; they come in an answer. */
uint64_t report_messages_present(const struct buffer *answer);
json_t *report_messages_as_json(const struct report_messages *messages);

/* Is it such an event? */
bool report_messages_is(const struct event *event);
/* Carry it out; an EFFECT_ACTED says whether. */
void report_messages_act(struct world *world, struct outbox *outbox, const struct event *event);
