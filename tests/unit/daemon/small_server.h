/* A server that has only what snapshots need: no listeners, no log, nobody there. */
#pragma once

#include "daemon/server.h"

struct server small_server_new(void);
/* It also handles events, in a world with nobody. */
void small_server_serve(struct server *server);
const char *small_server_load(struct server *server, const void *bytes, size_t length);
void small_server_save(const struct server *server, struct buffer *out);
void small_server_done(struct server *server);
