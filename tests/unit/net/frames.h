/* The client's end of WebSocket: masked frames out of lines, and lines out of the server's frames.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/buffer.h"

/* Append a line, without its end, as a message in one to three frames, sometimes with a Ping
 * between or before them. */
void frames_put_message(struct buffer *out, uint64_t *dice, const char *line, size_t length);
void frames_put_close(struct buffer *out);

/* Take whole frames; lines get a CR LF. False: a frame is wrong. */
bool frames_take(struct buffer *in, struct buffer *lines, uint32_t *n_pongs, bool *has_close);
