/* The last answers, by the ids of their messages. */
#pragma once

#include "proto/push_lines.h"

#define RECENT_ANSWERS 512

struct recent_answer {
	char id[PUSH_ID_BYTES + 1];
	enum push_result result;
};

/* All zero is empty. */
struct recent_answers {
	struct recent_answer ring[RECENT_ANSWERS];
	size_t next;
};

void recent_answers_add(struct recent_answers *recent, const char *id, enum push_result result);
/* NULL: it was not among the last ones. */
const struct recent_answer *recent_answers_find(
	const struct recent_answers *recent, const char *id);
