/* What papod-push does with messages for devices, at once. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buffer.h"
#include "world/event.h"
#include "world/pushes.h"
#include "world/world.h"

struct fake_pusher {
	uint64_t answered; /* the last request */
	bool is_held;	   /* answers wait */
	enum pushed status;
	struct buffer sent; /* lines "URL TEXT" that no step has expected yet */
};

void fake_pusher_done(struct fake_pusher *pusher);
/* The answer to the oldest message without one. False: there is none, or answers are held. */
bool fake_pusher_answer(
	struct fake_pusher *pusher, const struct world *world, struct event *ret_event);
/* The oldest line, which the caller frees; NULL: there is none. */
char *fake_pusher_take(struct fake_pusher *pusher);
