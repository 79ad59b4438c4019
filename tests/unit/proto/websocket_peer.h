/* Both sides of a WebSocket in memory: a client that masks its frames, and a server that stores
 * input between reads as a connection does. */
#pragma once

#include "base/buffer.h"
#include "proto/websocket.h"

/* Append a client's frame; the first byte is the opcode, with 0x80 if it is final. */
void peer_put_frame(struct buffer *out, int first, const void *payload, size_t length);
void peer_put_text_frame(struct buffer *out, int first, const char *payload);

/* Read the bytes, which arrive in chunks of that size. Appends one line for each item: "message x",
 * "piece", "ping x", "pong x", "close 1000 x" or "error 1002 x". */
void peer_read(
	struct websocket *socket, const struct buffer *bytes, size_t chunk, struct buffer *out);
