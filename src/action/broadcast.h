/* Messages to everybody, or to all from some hosts: for operators. */
#pragma once

#include <stdbool.h>

#include "action/speech.h"

bool broadcast_is_mask(const char *target); /* "$server", "$$server" or "$#host" */
void broadcast(struct speech *speech, const char *target);
