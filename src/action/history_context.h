/* The rows of an answer that refer to other ones, such as reactions. IRCv3 chathistory. */
#pragma once

#include <stddef.h>

#include "proto/history_row.h"
#include "world/event.h"

struct context_row;

struct history_context {
	struct context_row *rows; /* pieces of the event's text */
	size_t count;
};

void history_context_read(const struct event *event, struct history_context *ret_context);
void history_context_done(struct history_context *context);
/* The next row that refers to that one, from *at on, which is 0 at first. NULL: none. */
const struct history_row *history_context_next(
	const struct history_context *context, const struct history_row *parent, size_t *at);
