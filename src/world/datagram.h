/* Converts a datagram to an event.
 *
 * The token of a datagram is a secret that must not reach the world, the event log or a recording.
 * So the token is looked up here, and the event contains the name of the source instead. For each
 * status, the text of the event is
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

/* The text of the event is stored in the buffer, which the caller owns. */
struct event datagram_event(
	const struct settings *settings, const struct datagram *datagram, struct buffer *text);
