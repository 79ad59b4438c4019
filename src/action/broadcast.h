/* Messages of operators to all users, or to all with some host. */
#pragma once

#include <stdbool.h>

#include "action/speech.h"
#include "world/fanout.h"

bool broadcast_is_mask(const char *target);	/* "$server", "$$server" or "$#host" */
bool broadcast_is_of_hosts(const char *target); /* "$#host" */
/* Send what was begun to all users whose host matches such a target. */
void broadcast_to_hosts(struct world *world, struct fanout *fanout, const char *target);
void broadcast(struct speech *speech, const char *target);
