/* The connections over which gates pass requests of HTTP, see proto/web_request.h.
 *
 * They end with this process: a gate tells its client so. An answer is made in parts, the next one
 * when the gate has read the last, so a client that reads slowly costs one part. */
#pragma once

#include <stdint.h>

#include "daemon/web_answers.h"
#include "net/loop.h"
#include "world/outbox.h"

struct web_desk;

struct web_desk *web_desk_new(struct loop *loop, const struct web_sources *sources);
void web_desk_free(struct web_desk *desk); /* NULL is allowed */

/* A gate has passed a request; the descriptor is owned from now on. */
void web_desk_take(struct web_desk *desk, int fd);

/* An effect that may be the answer to a request, or news for one. */
void web_desk_note(struct web_desk *desk, const struct effect *effect);

/* Call in each turn. */
void web_desk_tick(struct web_desk *desk);
uint64_t web_desk_next_deadline(const struct web_desk *desk);
