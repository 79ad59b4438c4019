/* Which bytes of a line are a secret, see outbox.h: they are overwritten wherever the line was
 * stored. */
#pragma once

#include "proto/message.h"
#include "world/event.h"

/* By the row of the line's command; of an unknown command, all parameters. */
struct message_place line_secret_find(const struct event *line);
/* The first parameters, where the command has found a password that belongs elsewhere. */
struct message_place line_secret_misplaced(const struct event *line, int n_params);
