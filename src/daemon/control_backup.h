/* Copies of the databases for callers of the control socket. */
#pragma once

#include "daemon/control_connection.h"

/* Call it once: no copy is under way. */
void control_init_copies(struct control *control);
/* The caller waits for a copy, or is refused one. */
void control_begin_backup(struct caller *caller, enum control_request request);
