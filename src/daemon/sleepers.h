/* Clients whose sockets exceed this process's limit of descriptors, because the previous process
 * had a higher one. They sleep in the parking lots: others see them, output to them waits up to
 * their limits, and their timers stop, as they can neither read nor answer. Each wakes when a
 * descriptor becomes free. Messages in the lots carry 64 sockets, so 64 free descriptors are enough
 * to reach any of them. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/buffer.h"
#include "base/log.h"
#include "daemon/clients.h"
#include "daemon/engine.h"
#include "survival/survival.h"

struct sleepers;

struct sleepers_needs {
	const struct log *log;
	struct engine *engine; /* gets EVENT_ASLEEP and EVENT_AWAKE */
	struct clients *clients;
	struct survival *survival;   /* owns the lots */
	void (*on_news)(void *data); /* the status has changed */
	void *data;
};

struct sleepers *sleepers_new(const struct sleepers_needs *needs);
void sleepers_free(struct sleepers *sleepers); /* NULL is allowed */

int sleepers_fd_limit(const struct sleepers *sleepers); /* see parking_visitor */
/* No descriptor is free for this socket. May it sleep? If not, its client has been sent the
 * reason. */
bool sleepers_may_stay(const struct sleepers *sleepers, int fd, uint64_t id);
void sleepers_begin(
	struct sleepers *sleepers); /* call after a recovery, when the sleepers are known */
void sleepers_tick(struct sleepers *sleepers); /* the end of a turn */
void sleepers_stop(const struct sleepers *sleepers, const char *reason);
void sleepers_describe(const struct sleepers *sleepers, struct buffer *out);
