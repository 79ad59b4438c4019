/* The connection of a gate with several processes to the papod that started it. Over it, papod gets
 * a connection to each of them. */
#pragma once

#include "net/loop.h"

struct link_maker;

/* Owns the descriptor. The papod that started this gate has ended, so the gate must end too. */
struct link_maker *link_maker_new(
	struct loop *loop, int fd, void (*on_papod_gone)(void *data), void *data);
void link_maker_free(struct link_maker *maker); /* NULL is allowed */

/* Connect a process; the caller owns the descriptor. 0 or a negative errno. */
int link_maker_connect(const struct link_maker *maker, int *ret_fd);
