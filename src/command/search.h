/* Answers to SEARCH, which come from the store. */
#pragma once

#include "action/command.h"
#include "world/event.h"

void search_answered(struct call *call, const struct event *event);
