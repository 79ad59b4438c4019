/* Messages of operators to all users, or to all with some host. */
#pragma once

#include <stdbool.h>

#include "action/speech.h"

bool broadcast_is_mask(const char *target); /* "$server", "$$server" or "$#host" */
void broadcast(struct speech *speech, const char *target);
