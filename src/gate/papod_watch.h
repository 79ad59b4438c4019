/* Notices that papod has been stopped, not restarted: the socket where it takes clients is gone,
 * and does not come back. */
#pragma once

#include <stdint.h>

#include "net/loop.h"

struct papod_watch;

/* The path is borrowed. on_stopped() is called once, from papod_watch_tick(). */
struct papod_watch *papod_watch_new(
	struct loop *loop, const char *path, void (*on_stopped)(void *data), void *data);
void papod_watch_free(struct papod_watch *watch); /* NULL is allowed */

/* Call in each turn. */
void papod_watch_tick(struct papod_watch *watch);
uint64_t papod_watch_next_deadline(const struct papod_watch *watch);
