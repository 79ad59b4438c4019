/* What a datagram becomes before it is an event.
 *
 * Its token is a secret, and what reaches the world, the log of events or a recording holds none:
 * the token is looked up here, and the event says who has proved to be a source. So the event of a
 * datagram has, with the status
 *
 *     DATAGRAM_GOOD       the name of the source that the token belongs to, or nothing, and a line
 *                         "#channel text" for each message, each begun by a line feed
 *     DATAGRAM_STRANGE    nothing: no source has that token
 *     DATAGRAM_MALFORMED  why it was not understood, for people */
#pragma once

#include "base/buffer.h"
#include "config/settings.h"
#include "proto/datagram.h"
#include "world/event.h"

/* The status of an EVENT_DATAGRAM. */
enum datagram_status {
	DATAGRAM_GOOD,
	DATAGRAM_STRANGE,
	DATAGRAM_MALFORMED,
};

/* The event, whose text is in the buffer, which is the caller's. */
struct event datagram_event(
	const struct settings *settings, const struct datagram *datagram, struct buffer *text);
