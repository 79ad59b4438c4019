/* A server that has only what snapshots need: no listeners, no log, nobody there. */
#pragma once

#include "daemon/server.h"

struct server small_server_new(void);
/* It also handles events, in a world with nobody. */
void small_server_serve(struct server *server);
void small_server_done(struct server *server);
