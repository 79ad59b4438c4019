/* Converts a datagram to an event.
 *
 * The token of a datagram is a secret that must not reach the world, the event log or a recording.
 * So the token is looked up here, and the event contains the name of the source instead. For each
 * status, the text of the event is
 *
 *     DATAGRAM_GOOD     the name of the source that the token belongs to, or nothing, and a line
 *                       "#channel,#channel text" for each text, each begun by a line feed
 *     DATAGRAM_REFUSED  why it was refused, for people
 *
 * Datagrams of senders that are no source are refused here, so that their texts take no memory. */
#pragma once

#include "base/buffer.h"
#include "config/settings.h"
#include "proto/datagram.h"
#include "world/event.h"

/* The status of an EVENT_DATAGRAM. */
enum datagram_status {
	DATAGRAM_GOOD,
	DATAGRAM_REFUSED,
};

/* The text of the event is stored in the buffer, which the caller owns. */
struct event datagram_event(
	const struct settings *settings, const struct datagram *datagram, struct buffer *text);
