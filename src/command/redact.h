/* Answers to REDACT, which come from the store. */
#pragma once

#include "action/command.h"
#include "world/event.h"

/* The words of the recall behind "REDACT ", which it changes. */
void redact_answered(struct call *call, char *words, const struct event *event);
