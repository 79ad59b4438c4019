/* Answers to CHATHISTORY, which come from the store. */
#pragma once

#include "action/command.h"
#include "world/event.h"

void chathistory_answered(struct call *call, const struct event *event);
