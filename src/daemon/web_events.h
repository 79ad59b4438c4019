/* What happens in a channel, as it happens: a stream of events of HTTP (server-sent events, WHATWG
 * HTML 9.2), for programs with a token. It has what is recorded, see world/history.h, and only
 * while its reader is there: events have no ids, and nothing is repeated.
 *
 * A reader that is too slow is ended, and so is every one when the settings change: it connects
 * again, with its token. */
#pragma once

#include "daemon/web_answering.h"
#include "world/outbox.h"

struct web_feed;

void web_answer_events(const struct web_answering *answering);
/* An EFFECT_HISTORY: put what it says into the queue of a feed, if it is about its channel. */
void web_events_note(
	const struct web_sources *sources, struct web_feed *feed, const struct effect *effect);
/* Append what waits. */
void web_events_go_on(
	const struct web_sources *sources, struct web_progress *progress, struct buffer *out);
uint64_t web_events_next_deadline(const struct web_feed *feed); /* NULL: none */
void web_feed_free(struct web_feed *feed);			/* NULL is allowed */
