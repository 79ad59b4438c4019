/* Lines of logs that a caller adds to the history, on their way: the store is asked which of them
 * it has, the world makes rows of them, and the store is asked again until they are there. */
#pragma once

#include <stdbool.h>

#include "base/buffer.h"
#include "daemon/engine.h"
#include "daemon/readings.h"

struct control_messages;

/* What that needs, and where the answer goes. */
struct control_messages_needs {
	struct engine *engine;
	struct readings *readings;
	struct buffer *out;
	const bool *has_acted; /* the last event of an act was not refused */
};

/* Take the text of the event, which is empty afterwards. */
struct control_messages *control_messages_new(struct buffer *event);
void control_messages_free(struct control_messages *messages); /* NULL is allowed */
/* False: it is over, and answered. */
bool control_messages_begin(
	struct control_messages *messages, const struct control_messages_needs *needs);
/* Has the store answered? */
bool control_messages_is_ready(const struct control_messages *messages);
/* Then go on. False: it is over, and answered. */
bool control_messages_go_on(
	struct control_messages *messages, const struct control_messages_needs *needs);
