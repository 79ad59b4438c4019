/* Answers to IDENTIFY that come later. */
#pragma once

#include "action/command.h"
#include "world/event.h"

/* The password was checked. */
void identify_checked(struct call *call, const struct event *event);
/* It was wrong, and it is time to say so. */
void identify_refuse(struct call *call);
