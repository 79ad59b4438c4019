/* Acts of administrators: kick, ban, and the like. */
#pragma once

#include "report/report.h"
#include "world/event.h"
#include "world/outbox.h"

struct world;

#define REPORT_LINE_WORDS 16

/* A command of operators, or of a service, and its parameters; NULL behind the last one. */
struct report_line {
	const char *operator; /* who uses it, for others */
	const char *words[REPORT_LINE_WORDS];
	size_t n_words;
};

enum report_outcome {
	REPORT_OUTCOME_REFUSED,
	REPORT_OUTCOME_MISSING, /* what the report is about is not there */
	REPORT_OUTCOME_DONE,
	REPORT_OUTCOME_PENDING, /* it is done when the answer to the request comes */
};

struct report_result {
	struct buffer message; /* the sentence */
	uint64_t request;
};

/* Commands are above this room. */
typedef enum report_outcome (*report_line_fn)(struct world *world, struct outbox *outbox,
	const struct report_line *line, struct report_result *ret_result);

bool report_act_exists(enum report_kind kind);
/* Append the text of an EVENT_ACT. */
void report_act_put(const struct report_call *call, struct buffer *out);
/* Carry out an EVENT_ACT: what came of it is an EFFECT_ACTED. */
void report_act(struct world *world, struct outbox *outbox, const struct event *event,
	report_line_fn run_line);
