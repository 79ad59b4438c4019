/* Messages on their way to papod-push(8): the announced pushes of the world go out over one
 * connection, and their answers come back as EVENT_PUSHED. The connection is kept as long as
 * push.enabled is set, because it begins with the key that clients need.
 *
 * A papod-push that is slow or away costs nothing but the pushes: at most 64 have no answer, the
 * others wait in the world, whose number is limited, and are dropped after some minutes. What was
 * sent over a connection that ended is sent once more, see pushes.h. Failures are logged once,
 * until papod-push is there again. */
#pragma once

#include <stdint.h>

#include "base/log.h"
#include "daemon/engine.h"
#include "net/loop.h"

struct pusher;

struct pusher_needs {
	struct loop *loop;
	const struct log *log;
	struct engine *engine;
};

struct pusher *pusher_new(const struct pusher_needs *needs);
void pusher_free(struct pusher *pusher); /* NULL is allowed */

/* EFFECT_PUSH: the world has announced pushes. And once, after the world is there. */
void pusher_submit(struct pusher *pusher);
/* Before another program takes over. Afterwards pusher_submit() sends all pushes of the world
 * again. */
void pusher_close(struct pusher *pusher);

uint64_t pusher_next_deadline(const struct pusher *pusher);
void pusher_tick(struct pusher *pusher);
